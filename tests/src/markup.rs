//! A page of a case, read as the content script reads it: strings, not understood.

use std::collections::BTreeMap;

use sayso_core::page::{LinkTag, MarkupTag, MetaTag, PageFacts, WorkFacts, WorkKind};
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
        if !is_licence_document(link) || is_for_all(link) {
            page.links.push(link_tag(link, &absolute));
        }
    }
    let licences = every(&document, "link[rel][href], script[type='application/rsl+xml']");
    let licences: Vec<_> = licences.into_iter().filter(|l| is_licence_document(*l)).collect();
    for script in licences.iter().filter(|l| l.value().name() == "script" && is_for_all(**l)) {
        page.links.push(licence_tag(*script, &absolute));
    }
    page.markup = markup(&document, &absolute);
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
        let mut links: Vec<LinkTag> = figure
            .map(|f| {
                let near = selector("a[rel][href], link[rel][href]");
                f.select(&near).map(|l| link_tag(l, &absolute)).collect()
            })
            .unwrap_or_default();
        // A licence in the body covers the element it stands in, with all that is in it.
        for licence in licences.iter().filter(|l| !is_for_all(**l)) {
            let place = licence.parent().map(|p| p.id());
            let tag = licence_tag(*licence, &absolute);
            if element.ancestors().any(|a| Some(a.id()) == place) && !links.contains(&tag) {
                links.push(tag);
            }
        }
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

/// A link or script that is a machine-readable licence, by its type.
fn is_licence_document(element: ElementRef<'_>) -> bool {
    element.attr("type") == Some("application/rsl+xml")
}

/// Whether it stands where the whole page is meant.
fn is_for_all(element: ElementRef<'_>) -> bool {
    let parent = element.parent().and_then(ElementRef::wrap);
    parent.is_none_or(|p| ["html", "head", "body"].contains(&p.value().name()))
}

/// A document in the page is its own address.
fn licence_tag(element: ElementRef<'_>, absolute: &dyn Fn(&str) -> String) -> LinkTag {
    if element.value().name() != "script" {
        return link_tag(element, absolute);
    }
    let text: String = element.text().collect();
    let text: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
    LinkTag {
        rel: "license".to_string(),
        href: format!("data:application/rsl+xml,{text}"),
        mime: Some("application/rsl+xml".to_string()),
        about: None,
    }
}

const MARKUP: &str = "[itemscope], [itemprop], [typeof], [about], [resource], [vocab], \
    [property]:not(meta), a[rel*=':']";
const ATTRIBUTES: [&str; 13] = [
    "itemscope",
    "itemtype",
    "itemid",
    "itemprop",
    "vocab",
    "typeof",
    "property",
    "rel",
    "content",
    "datetime",
    "value",
    "about",
    "resource",
];

/// Elements with microdata or RDFa, as a list that names what stands around each.
fn markup(document: &Html, absolute: &dyn Fn(&str) -> String) -> Vec<MarkupTag> {
    let found = every(document, MARKUP);
    let number = |element: ElementRef<'_>| found.iter().position(|f| f.id() == element.id());
    let tag = |element: &ElementRef<'_>| {
        let plain = ATTRIBUTES.iter().filter_map(|name| Some((*name, element.attr(name)?)));
        let mut attributes: Vec<MetaTag> = plain
            .map(|(name, value)| {
                let address = matches!(name, "about" | "resource" | "itemid");
                let content = if address { absolute(value) } else { value.to_string() };
                MetaTag { name: name.to_string(), content }
            })
            .collect();
        for name in ["href", "src"] {
            if let Some(value) = element.attr(name) {
                attributes.push(MetaTag { name: name.to_string(), content: absolute(value) });
            }
        }
        let around = element.ancestors().filter_map(ElementRef::wrap).find_map(number);
        let has = |names: &[&str]| names.iter().any(|n| element.attr(n).is_some());
        let told =
            has(&["itemprop", "property"]) && !has(&["content", "src", "itemscope", "typeof"]);
        MarkupTag {
            tag: element.value().name().to_string(),
            within: around.map_or(0, |n| n as u32 + 1),
            attributes,
            text: if told {
                element.text().collect::<String>().trim().to_string()
            } else {
                String::new()
            },
        }
    };
    found.iter().map(tag).collect()
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
