//! schema.org: licence, ownership and origin of a work that the page's JSON-LD, microdata
//! or RDFa names.
//!
//! Specification: <https://schema.org/ImageObject> and its relatives; the pairs of
//! fields are those that image search reads. A node counts only when its `contentUrl`,
//! `url` or id is this very asset: a licence of the page or of another picture is not
//! this one's. Left out: references between nodes, and matching by "the only picture of
//! the page".

use serde_json::{Map, Value};
use url::Url;

use crate::signal::creative_commons::{claim_as_given, claim_from_name};
use crate::signal::structured_data::{resolve, texts};
use crate::signal::{Asset, Findings, Signal, Source, manifest_metadata};
use crate::vocabulary::{LicenceClaim, OriginClaim, Scope, Tier};

/// Licence fields in JSON-LD, microdata and RDFa.
pub const SCHEMA: Signal = Signal {
    id: "schema",
    title: "schema.org licence fields",
    spec: "https://schema.org/ImageObject",
    scope: Scope::Url,
    source: Source::Page,
    read,
};

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(page) = asset.page else { return };
    let who = Url::parse(&page.url).ok().and_then(|u| u.host_str().map(str::to_string));
    let described = page.described();
    for broken in &described.broken {
        findings.malformed(broken.locator.as_str(), broken.raw.as_str(), broken.why);
    }
    for node in described.about(asset.url) {
        state(&node.fields, &page.url, &node.locator, who.as_deref(), findings);
    }
}

/// States what one node says about the work it names.
fn state(
    node: &Map<String, Value>,
    base: &str,
    locator: &str,
    who: Option<&str>,
    findings: &mut Findings,
) {
    let all = |field: &str| node.get(field).map(texts).unwrap_or_default();
    let names = |field: &str| node.get(field).map(names).unwrap_or_default();
    let link = |field: &str| all(field).iter().find_map(|t| resolve(base, t));
    let first = |field: &str| all(field).into_iter().next();
    let mut creators = names("creator");
    for author in names("author") {
        if !creators.contains(&author) {
            creators.push(author);
        }
    }
    let owners = names("copyrightHolder");
    let year = || manifest_metadata::notice(first("copyrightYear")?, &owners);
    let rest = LicenceClaim {
        notice: first("copyrightNotice").or_else(year),
        terms: link("usageInfo").or_else(|| first("conditionsOfAccess")),
        owners: owners.clone(),
        creators,
        credit: first("creditText"),
        licensing_url: link("acquireLicensePage"),
        ..LicenceClaim::default()
    };
    let draft = |findings: &Findings, raw: String| {
        let draft = findings.draft("html", locator, raw, Tier::S2);
        draft.by(who.unwrap_or_default())
    };
    let licences = all("license");
    for value in &licences {
        // Identifiers and short names stand here, too, and are no relative addresses.
        let named = claim_from_name(value).map(|claim| (claim, None));
        let given = || resolve(base, value).and_then(|u| claim_as_given(&u));
        let Some((mut claim, remark)) = named.or_else(given) else {
            findings.malformed(locator, value.as_str(), "no web address");
            continue;
        };
        claim =
            LicenceClaim { uri: claim.uri, spdx: claim.spdx, marked: claim.marked, ..rest.clone() };
        let mut draft = draft(findings, value.clone()).licence(claim);
        if let Some(remark) = remark {
            draft = draft.note(remark);
        }
        findings.add(draft);
    }
    if licences.is_empty() && rest != LicenceClaim::default() {
        let known = [&rest.notice, &rest.credit, &rest.licensing_url, &rest.terms];
        let raw = known.into_iter().flatten().next().cloned();
        let raw = raw.or_else(|| rest.creators.first().cloned()).unwrap_or_default();
        findings.add(draft(findings, raw).licence(rest));
    }
    if let Some(source_type) = first("digitalSourceType") {
        let claim = OriginClaim { source_type: Some(source_type.clone()), ai_system: None };
        findings.add(draft(findings, source_type).origin(claim));
    }
}

/// The names of people or organisations: strings, or objects with a `name`.
fn names(value: &Value) -> Vec<String> {
    let name = |v: &Value| match v {
        Value::String(s) => Some(s.trim().to_string()),
        Value::Object(map) => map.get("name").and_then(Value::as_str).map(|s| s.trim().to_string()),
        _ => None,
    };
    let list: Vec<String> = match value {
        Value::Array(list) => list.iter().take(32).filter_map(name).collect(),
        other => name(other).into_iter().collect(),
    };
    list.into_iter().filter(|n| !n.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::Bench;
    use crate::vocabulary::Statement;

    fn page(blocks: &[&str]) -> (Vec<Statement>, &'static str) {
        let blocks = blocks.iter().map(|b| (*b).to_string()).collect();
        let findings = Bench::new().page().told(|page| page.json_ld = blocks).read();
        (findings.of("schema"), findings.state("schema"))
    }

    #[test]
    fn the_fields_of_an_image_object() {
        let (found, _) = page(&[r#"{
            "@context": "https://schema.org/", "@type": "ImageObject",
            "contentUrl": "https://gallery.test/photos/heron.jpg",
            "license": "http://creativecommons.org/licenses/by-nc/4.0/",
            "acquireLicensePage": "/buy/42", "creditText": "Ada Example",
            "creator": {"@type": "Person", "name": "Ada Example"},
            "copyrightNotice": "© 2026 Ada Example"
        }"#]);
        assert_eq!(found.len(), 1);
        let claim = found[0].licence.clone().unwrap();
        assert_eq!(claim.spdx.as_deref(), Some("CC-BY-NC-4.0"));
        assert_eq!(claim.licensing_url.as_deref(), Some("https://gallery.test/buy/42"));
        assert_eq!(claim.creators, ["Ada Example"]);
        assert_eq!(claim.notice.as_deref(), Some("© 2026 Ada Example"));
        assert_eq!((found[0].tier, found[0].scope), (Tier::S2, Scope::Url));
        assert_eq!(found[0].locator, "JSON-LD block 1, ImageObject");
        assert!(found[0].verdicts.is_empty(), "a licence is no AI consent");
    }

    #[test]
    fn a_licence_of_another_picture_or_of_the_page_is_not_applied() {
        let (found, state) = page(&[
            r#"{"@type": "ImageObject", "contentUrl": "https://gallery.test/photos/owl.jpg",
                "license": "https://creativecommons.org/licenses/by/4.0/"}"#,
            r#"{"@type": "WebPage", "url": "https://gallery.test/works",
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "image": {"@type": "ImageObject", "contentUrl": "/photos/heron.jpg"}}"#,
        ]);
        assert!(found.is_empty(), "a nested picture inherits nothing");
        assert_eq!(state, "checked-absent");
    }

    #[test]
    fn graphs_arrays_nesting_and_query_noise() {
        let (found, _) = page(&[r#"{"@graph": [[{"@type": "Article", "image": [
            {"@type": ["Thing", "schema:ImageObject"], "url": "/photos/heron.jpg?w=640",
             "license": {"@type": "CreativeWork", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
             "author": ["Ada", {"name": "Bob"}, 7]}]}]]}"#]);
        let claim = found[0].licence.clone().unwrap();
        assert_eq!(claim.spdx.as_deref(), Some("CC0-1.0"));
        assert_eq!(claim.creators, ["Ada", "Bob"]);
    }

    #[test]
    fn ownership_without_a_licence_and_the_origin_are_statements() {
        let (found, _) = page(&[r#"{"@type": "ImageObject", "contentUrl": "/photos/heron.jpg",
            "creditText": "Ada Example",
            "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource"}"#]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].licence.clone().unwrap().credit.as_deref(), Some("Ada Example"));
        assert!(found[1].origin.is_some());
    }

    #[test]
    fn a_broken_block_is_malformed_and_the_others_are_read() {
        let (found, state) = page(&["{\"@type\": ", "[]"]);
        assert!(found.is_empty());
        assert_eq!(state, "malformed");
        let (found, state) = page(&[
            "nonsense",
            r#"{"@type": "ImageObject", "contentUrl": "/photos/heron.jpg", "creditText": "Ada"}"#,
        ]);
        assert_eq!((found.len(), state), (1, "found"));
        let (_, state) = page(&[
            r#"{"@type": "ImageObject", "contentUrl": "/photos/heron.jpg", "license": "javascript:alert(1)"}"#,
        ]);
        assert_eq!(state, "malformed");
    }

    #[test]
    fn microdata_and_rdfa_say_the_same() {
        use crate::page::{MarkupTag, MetaTag};
        for (kind, prop) in [
            (vec![("itemscope", ""), ("itemtype", "https://schema.org/ImageObject")], "itemprop"),
            (vec![("vocab", "https://schema.org/"), ("typeof", "ImageObject")], "property"),
        ] {
            let tag = |within, attributes: &[(&str, &str)], text: &str| MarkupTag {
                within,
                attributes: attributes
                    .iter()
                    .map(|(n, c)| MetaTag { name: (*n).to_string(), content: (*c).to_string() })
                    .collect(),
                text: text.to_string(),
                ..MarkupTag::default()
            };
            let address = "https://gallery.test/photos/heron.jpg";
            let found = Bench::new()
                .page()
                .told(|page| {
                    page.markup = vec![
                        tag(0, &kind, ""),
                        tag(1, &[(prop, "contentUrl"), ("src", address)], ""),
                        tag(
                            1,
                            &[
                                (prop, "license"),
                                ("href", "https://creativecommons.org/licenses/by/4.0/"),
                            ],
                            "CC BY",
                        ),
                        tag(1, &[(prop, "creditText")], "Ada Example"),
                        tag(
                            1,
                            &[(prop, "acquireLicensePage"), ("href", "https://gallery.test/buy")],
                            "",
                        ),
                    ];
                })
                .read()
                .of("schema");
            assert_eq!(found.len(), 1, "{prop}");
            let claim = found[0].licence.clone().unwrap();
            assert_eq!(claim.spdx.as_deref(), Some("CC-BY-4.0"));
            assert_eq!(claim.credit.as_deref(), Some("Ada Example"));
            assert_eq!(claim.licensing_url.as_deref(), Some("https://gallery.test/buy"));
        }
    }

    #[test]
    fn a_licence_by_its_name_is_known() {
        let (found, _) = page(&[r#"{"@type": "ImageObject", "contentUrl": "/photos/heron.jpg",
            "license": "CC BY-SA 4.0"}"#]);
        assert_eq!(found[0].licence.clone().unwrap().spdx.as_deref(), Some("CC-BY-SA-4.0"));
    }

    #[test]
    fn deep_and_wide_documents_are_bounded() {
        let deep = format!("{}1{}", "{\"a\":[".repeat(60), "]}".repeat(60));
        assert_eq!(page(&[&deep]).1, "checked-absent");
        let wide = format!("[{}1]", "{},".repeat(100_000));
        assert_eq!(page(&[&wide]).1, "checked-absent");
    }
}
