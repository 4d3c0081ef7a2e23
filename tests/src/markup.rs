//! A page of a case, read as the content script reads it: strings, not understood.

use std::collections::BTreeMap;

use sayso_core::page::{LinkTag, MetaTag, PageFacts, WorkFacts, WorkKind};
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// The facts of a page and of the works it shows, in document order.
pub fn read(url: &str, html: &str) -> (PageFacts, Vec<WorkFacts>) {
    let document = Html::parse_document(html);
    let base = Url::parse(url).ok();
    let absolute = |href: &str| match &base {
        Some(base) => base.join(href).map(String::from).unwrap_or_else(|_| href.to_string()),
        None => href.to_string(),
    };
    let mut page = PageFacts { url: url.to_string(), ..PageFacts::default() };
    for meta in every(&document, "meta[content]") {
        if let Some(name) = meta.attr("name").or_else(|| meta.attr("property")) {
            let content = meta.attr("content").unwrap_or_default().to_string();
            page.meta.push(MetaTag { name: name.to_string(), content });
        }
    }
    for link in every(&document, "link[rel][href], a[rel][href], area[rel][href]") {
        page.links.push(link_tag(link, &absolute));
    }
    for block in every(&document, "script[type='application/ld+json']") {
        page.json_ld.push(block.text().collect());
    }
    page.title = every(&document, "title").first().map(|t| t.text().collect()).unwrap_or_default();
    let mut works = Vec::new();
    let kinds: BTreeMap<&str, WorkKind> =
        [("img", WorkKind::Image), ("audio", WorkKind::Audio), ("video", WorkKind::Video)].into();
    for element in every(&document, "img[src], audio[src], video[src]") {
        let figure = element.ancestors().filter_map(ElementRef::wrap).find(|e| {
            e.value().name() == "figure"
                || e.attr("about").is_some()
                || e.attr("resource").is_some()
        });
        let links = figure
            .map(|f| {
                let near = selector("a[rel][href], link[rel][href]");
                f.select(&near).map(|l| link_tag(l, &absolute)).collect()
            })
            .unwrap_or_default();
        works.push(WorkFacts {
            id: works.len() as u32 + 1,
            kind: kinds.get(element.value().name()).copied().unwrap_or(WorkKind::Image),
            url: absolute(element.attr("src").unwrap_or_default()),
            name: element.attr("alt").unwrap_or_default().to_string(),
            width: 64,
            height: 48,
            visible: true,
            links,
        });
    }
    (page, works)
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector written here")
}

fn every<'a>(document: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    document.select(&selector(css)).collect()
}

fn link_tag(link: ElementRef<'_>, absolute: &dyn Fn(&str) -> String) -> LinkTag {
    let subject = std::iter::once(link)
        .chain(link.ancestors().filter_map(ElementRef::wrap))
        .find_map(|e| e.attr("about").or_else(|| e.attr("resource")));
    LinkTag {
        rel: link.attr("rel").unwrap_or_default().to_string(),
        href: absolute(link.attr("href").unwrap_or_default()),
        mime: link.attr("type").map(str::to_string),
        about: subject.map(absolute),
    }
}
