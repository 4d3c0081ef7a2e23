//! `rel="license"`: licence links on the page, beside the work, and on its response.
//!
//! Specifications: HTML, link type `license`,
//! <https://html.spec.whatwg.org/multipage/links.html#link-type-license>; RFC 8288 for
//! the `Link` header; CC RDFa for `about`, <https://creativecommons.org/ns#>. A link of
//! the page is about its main content, so for a picture on it it is a weak hint; one in
//! the same `figure`, or with the picture as its subject, names it. So do the attribution
//! fields of CC RDFa (`cc:attributionName`, `cc:attributionURL`, `cc:morePermissions`).
//! Left out: links of type `application/rsl+xml`, which belong to another standard.

use std::collections::BTreeMap;

use url::Url;

use crate::limits::Limits;
use crate::page::LinkTag;
use crate::signal::creative_commons::claim_as_given;
use crate::signal::{Asset, Findings, Signal, Source, web_address};
use crate::vocabulary::{LicenceClaim, Scope, Tier};

/// Licence links.
pub const REL_LICENSE: Signal = Signal {
    id: "rel.license",
    title: "Licence links",
    spec: "https://html.spec.whatwg.org/multipage/links.html#link-type-license",
    scope: Scope::Page,
    source: Source::PageAndHeaders,
    read,
};

fn read<'a>(asset: &Asset<'a>, findings: &mut Findings) {
    read_header(asset, findings);
    // A hostile page can have any number of links; no real one is beyond this.
    let some = |links: &'a [LinkTag]| links.get(..Limits::DEFAULT.properties).unwrap_or(links);
    let beside = some(asset.work.map(|w| w.links.as_slice()).unwrap_or_default());
    let mut named: Vec<&LinkTag> = Vec::new();
    for link in beside {
        // A subject that is another work speaks about that work, wherever it stands.
        let subject = link.about.as_deref();
        if subject.is_none_or(|s| same_work(s, asset.url)) {
            let note = if subject.is_some() { "names this work" } else { "in the same figure" };
            add(link, Tier::S2, Scope::Url, note, findings);
            named.push(link);
        }
    }
    for link in some(asset.page.map(|p| p.links.as_slice()).unwrap_or_default()) {
        if named.contains(&link) || beside.contains(link) {
            continue;
        }
        match link.about.as_deref() {
            Some(subject) if same_work(subject, asset.url) => {
                add(link, Tier::S2, Scope::Url, "names this work", findings);
            }
            Some(_) => {}
            None => add(link, Tier::S1, Scope::Page, "about the page", findings),
        }
    }
    let Some(page) = asset.page else { return };
    let described = page.described();
    for node in described.about(asset.url) {
        credit(&node.commons, &node.locator, Tier::S2, Scope::Url, findings);
    }
    credit(&described.itself, "RDFa of the page", Tier::S1, Scope::Page, findings);
}

/// Whom to credit, in the words of Creative Commons and Dublin Core.
fn credit(
    fields: &BTreeMap<String, String>,
    locator: &str,
    tier: Tier,
    scope: Scope,
    findings: &mut Findings,
) {
    let text = |name: &str| fields.get(name).filter(|t| !t.is_empty()).cloned();
    let given = text("license").and_then(|l| claim_as_given(&l)).map(|(claim, _)| claim);
    let claim = LicenceClaim {
        credit: text("attributionName"),
        creators: text("creator").into_iter().collect(),
        owners: text("rightsHolder").into_iter().collect(),
        notice: text("rights"),
        terms: text("useGuidelines"),
        licensing_url: text("morePermissions").and_then(|u| web_address(&u)),
        ..given.unwrap_or_default()
    };
    if claim == LicenceClaim::default() {
        return;
    }
    let raw: Vec<&str> = fields.values().map(String::as_str).collect();
    let mut draft = findings.draft("html", locator, raw.join(" · "), tier).scope(scope);
    if let Some(url) = text("attributionURL") {
        draft = draft.note(format!("credit leads to {url}"));
    }
    findings.add(draft.licence(claim));
}

fn add(link: &LinkTag, tier: Tier, scope: Scope, note: &str, findings: &mut Findings) {
    let has = |rel: &str| link.rel.split_whitespace().any(|r| r.eq_ignore_ascii_case(rel));
    if is_rsl(link.mime.as_deref()) {
        return;
    }
    let (rel, claim) = if has("license") {
        ("license", claim_as_given(&link.href))
    } else if has("copyright") {
        // The older word leads to any kind of notice; only a known licence is one.
        let notice = claim_as_given(&link.href).map(|(claim, remark)| match claim.spdx {
            Some(_) => (claim, remark),
            None => (LicenceClaim { terms: claim.uri, ..LicenceClaim::default() }, remark),
        });
        ("copyright", notice)
    } else {
        return;
    };
    let locator = format!("link rel={rel}");
    let Some((claim, remark)) = claim else {
        findings.malformed(locator, link.href.as_str(), "no web address");
        return;
    };
    let mut draft = findings
        .draft("html", locator, link.href.as_str(), tier)
        .scope(scope)
        .licence(claim)
        .note(note);
    if let Some(remark) = remark {
        draft = draft.note(remark);
    }
    findings.add(draft);
}

pub(super) fn is_rsl(mime: Option<&str>) -> bool {
    mime.and_then(|m| m.split(';').next())
        .is_some_and(|m| m.trim().eq_ignore_ascii_case("application/rsl+xml"))
}

/// Whether two addresses name one work, without regard to fragment and query noise.
pub(super) fn same_work(a: &str, b: &str) -> bool {
    let bare = |s: &str| {
        let mut url = Url::parse(s).ok()?;
        url.set_fragment(None);
        Some(url)
    };
    match (bare(a), bare(b)) {
        (Some(mut a), Some(mut b)) => {
            if a == b {
                return true;
            }
            // Sizes and versions are asked for by the query; where only one side has
            // one, the work is the same. Two different queries may be two works.
            if a.query().is_some() && b.query().is_some() {
                return false;
            }
            a.set_query(None);
            b.set_query(None);
            a == b
        }
        _ => false,
    }
}

fn read_header(asset: &Asset<'_>, findings: &mut Findings) {
    for value in asset.headers("link") {
        for link in links_of(value) {
            let has = |rel: &str| link.rel.split_whitespace().any(|r| r.eq_ignore_ascii_case(rel));
            if !has("license") || is_rsl(link.mime.as_deref()) {
                continue;
            }
            let base = Url::parse(asset.url).ok();
            let resolve = |s: &str| base.as_ref().and_then(|b| b.join(s).ok());
            // An anchor makes the link one of another resource (RFC 8288, 3.2).
            if let Some(anchor) = &link.about {
                let target = resolve(anchor).map(|u| u.to_string()).unwrap_or_default();
                if !same_work(&target, asset.url) {
                    continue;
                }
            }
            let locator = "header link";
            let href = resolve(&link.href).map(|u| u.to_string()).unwrap_or_default();
            let Some((claim, remark)) = web_address(&href).and_then(|h| claim_as_given(&h)) else {
                findings.malformed(locator, value, "no web address");
                continue;
            };
            let mut draft = findings
                .draft("http", locator, value, Tier::S3)
                .scope(Scope::Url)
                .by(asset.host().unwrap_or_default())
                .licence(claim);
            if let Some(remark) = remark {
                draft = draft.note(remark);
            }
            findings.add(draft);
        }
    }
}

/// The links of one `Link` header value (RFC 8288, appendix B.2), as far as they are
/// well formed; `about` holds the anchor.
pub(super) fn links_of(value: &str) -> Vec<LinkTag> {
    let mut links = Vec::new();
    let mut rest = value;
    while links.len() < Limits::DEFAULT.statements {
        let Some((_, after)) = rest.split_once('<') else { break };
        let Some((href, after)) = after.split_once('>') else { break };
        let (params, next) = parameters(after);
        let get = |name: &str| {
            let found = params.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.clone())
        };
        links.push(LinkTag {
            rel: get("rel").unwrap_or_default(),
            href: href.trim().to_string(),
            mime: get("type"),
            about: get("anchor"),
        });
        rest = next;
    }
    links
}

/// The parameters after one `<…>`, names in lower case, and what follows the comma.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut params = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(after) = rest.strip_prefix(';') else {
            return (params, rest.split_once(',').map_or("", |(_, next)| next));
        };
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        let name = name.trim().to_ascii_lowercase();
        let Some(tail) = tail.strip_prefix('=') else {
            params.push((name, String::new()));
            rest = tail;
            continue;
        };
        let tail = tail.trim_start();
        if let Some(quoted) = tail.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '"' => {
                        end = at + 1;
                        break;
                    }
                    '\\' => text.extend(chars.next().map(|(_, c)| c)),
                    _ => text.push(c),
                }
            }
            params.push((name, text));
            rest = quoted.get(end..).unwrap_or_default();
        } else {
            let end = tail.find([';', ',']).unwrap_or(tail.len());
            let (token, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
            params.push((name, token.trim().to_string()));
            rest = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::Bench;
    use crate::vocabulary::Statement;

    const BY: &str = "https://creativecommons.org/licenses/by/4.0/";

    fn link(rel: &str, href: &str) -> LinkTag {
        LinkTag { rel: rel.to_string(), href: href.to_string(), mime: None, about: None }
    }

    fn about(rel: &str, href: &str, subject: &str) -> LinkTag {
        LinkTag { about: Some(subject.to_string()), ..link(rel, href) }
    }

    fn spdx(s: &Statement) -> Option<String> {
        s.licence.as_ref().and_then(|l| l.spdx.clone())
    }

    #[test]
    fn a_link_of_the_page_is_a_weak_hint() {
        let found = Bench::new().page().link(link("nofollow LICENSE", BY)).read().of("rel.license");
        assert_eq!(spdx(&found[0]).as_deref(), Some("CC-BY-4.0"));
        assert_eq!((found[0].tier, found[0].scope), (Tier::S1, Scope::Page));
        assert!(found[0].verdicts.is_empty(), "a licence is no AI consent");
    }

    #[test]
    fn a_link_in_the_figure_names_the_work_once() {
        let bench = Bench::new().page().link(link("license", BY)).figure_link(link("license", BY));
        let found = bench.read().of("rel.license");
        assert_eq!(found.len(), 1, "the page's list repeats the figure's links");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S2, Scope::Url));
    }

    #[test]
    fn a_subject_decides_what_a_link_is_about() {
        let this = "https://gallery.test/photos/heron.jpg";
        let other = "https://gallery.test/photos/owl.jpg";
        let found = Bench::new()
            .page()
            .link(about("license", BY, other))
            .figure_link(about("license", BY, other))
            .read()
            .of("rel.license");
        assert!(found.is_empty(), "another work's licence is not this work's");
        let found = Bench::new().page().link(about("license", BY, this)).read().of("rel.license");
        assert_eq!(found[0].tier, Tier::S2);
        let found = Bench::new()
            .url("https://gallery.test/photos/heron.jpg?w=640")
            .page()
            .link(about("license", BY, this))
            .read()
            .of("rel.license");
        assert_eq!(found.len(), 1, "query noise");
    }

    #[test]
    fn different_queries_are_different_works() {
        assert!(!same_work("https://a.test/img?id=1", "https://a.test/img?id=2"));
        assert!(same_work("https://a.test/img?id=1#x", "https://a.test/img?id=1"));
    }

    #[test]
    fn links_to_rsl_and_other_relations_are_left_alone() {
        let rsl = LinkTag {
            mime: Some("application/rsl+xml".to_string()),
            ..link("license", "https://gallery.test/licence.xml")
        };
        let findings =
            Bench::new().page().link(rsl).link(link("stylesheet", "https://a.test/x")).read();
        assert_eq!(findings.state("rel.license"), "checked-absent");
    }

    #[test]
    fn rel_copyright_leads_to_terms_unless_it_names_a_licence() {
        let found = Bench::new()
            .page()
            .link(link("copyright", "https://gallery.test/imprint"))
            .link(link("copyright", BY))
            .read()
            .of("rel.license");
        let claims: Vec<_> = found.iter().map(|s| s.licence.clone().unwrap()).collect();
        assert_eq!(claims[0].terms.as_deref(), Some("https://gallery.test/imprint"));
        assert_eq!(claims[0].uri, None);
        assert_eq!(claims[1].spdx.as_deref(), Some("CC-BY-4.0"));
    }

    #[test]
    fn a_link_header_speaks_about_the_asset() {
        for value in [
            "<https://creativecommons.org/licenses/by/4.0/>; rel=\"license\"",
            "<https://creativecommons.org/licenses/by/4.0/>;rel=license",
            "</style.css>; rel=preload; as=\"a,b;c\", <https://creativecommons.org/licenses/by/4.0/>; title=\"x \\\" y\"; rel=\"next license\"",
        ] {
            let found = Bench::new().header("Link", value).read().of("rel.license");
            assert_eq!(found.len(), 1, "{value}");
            assert_eq!(spdx(&found[0]).as_deref(), Some("CC-BY-4.0"), "{value}");
            assert_eq!((found[0].tier, found[0].scope), (Tier::S3, Scope::Url));
        }
    }

    #[test]
    fn link_headers_of_other_kinds_are_left_alone() {
        for value in [
            "<https://a.test/x>; rel=\"license\"; type=\"application/rsl+xml\"",
            "<https://a.test/x>; rel=\"license\"; anchor=\"/other.jpg\"",
            "<https://a.test/x>; rel=next",
            "<https://a.test/x>",
            "nonsense",
            "<unclosed; rel=license",
            "<a>;;;;rel",
            "",
        ] {
            let findings = Bench::new().header("link", value).read();
            assert_eq!(findings.state("rel.license"), "checked-absent", "{value}");
        }
    }

    #[test]
    fn a_relative_address_is_resolved() {
        let found = Bench::new().header("link", "</licence>; rel=license").read().of("rel.license");
        let claim = found[0].licence.clone().unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://gallery.test/licence"));
    }
}
