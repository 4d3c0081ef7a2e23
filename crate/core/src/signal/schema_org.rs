//! schema.org: licence, ownership and origin of a work that the page's JSON-LD names.
//!
//! Specification: <https://schema.org/ImageObject> and its relatives; the pairs of
//! fields are those that image search reads. A node counts only when its `contentUrl`
//! or `url` is this very asset: a licence of the page or of another picture is not
//! this one's. Left out: microdata and RDFa, references between nodes by `@id`, and
//! matching by "the only picture of the page".

use serde_json::{Map, Value};
use url::Url;

use crate::limits::Limits;
use crate::signal::creative_commons::claim_as_given;
use crate::signal::rel_license::same_work;
use crate::signal::{Asset, Findings, Signal, Source, web_address};
use crate::vocabulary::{LicenceClaim, OriginClaim, Scope, Tier};

/// Licence fields in JSON-LD.
pub const SCHEMA: Signal = Signal {
    id: "schema",
    title: "schema.org licence fields",
    spec: "https://schema.org/ImageObject",
    scope: Scope::Url,
    source: Source::Page,
    read,
};

/// Nodes looked at on one page, and how deep they may nest.
const NODES: usize = 5_000;
const DEPTH: usize = 24;

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(page) = asset.page else { return };
    let who = Url::parse(&page.url).ok().and_then(|u| u.host_str().map(str::to_string));
    for (index, text) in page.json_ld.iter().take(Limits::DEFAULT.blocks).enumerate() {
        let block = format!("JSON-LD block {}", index + 1);
        if text.len() > Limits::DEFAULT.text_bytes {
            findings.malformed(block, text.as_str(), "too large");
            continue;
        }
        let Ok(json) = serde_json::from_str::<Value>(text) else {
            findings.malformed(block, text.as_str(), "not JSON");
            continue;
        };
        let mut nodes = Vec::new();
        collect(&json, 0, &mut nodes);
        for node in nodes {
            let named = ["contentUrl", "url"].iter().filter_map(|f| node.get(*f)).any(|value| {
                let resolved = texts(value).into_iter().filter_map(|t| resolve(&page.url, &t));
                resolved.into_iter().any(|u| same_work(&u, asset.url))
            });
            if named {
                state(node, &page.url, &block, who.as_deref(), findings);
            }
        }
    }
}

/// Every object of a document, wherever it nests: `@graph`, arrays, `image`.
fn collect<'v>(value: &'v Value, depth: usize, nodes: &mut Vec<&'v Map<String, Value>>) {
    if depth > DEPTH || nodes.len() >= NODES {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|v| collect(v, depth + 1, nodes)),
        Value::Object(map) => {
            nodes.push(map);
            map.values().for_each(|v| collect(v, depth + 1, nodes));
        }
        _ => {}
    }
}

/// States what one node says about the work it names.
fn state(
    node: &Map<String, Value>,
    base: &str,
    block: &str,
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
    let rest = LicenceClaim {
        notice: first("copyrightNotice"),
        terms: link("usageInfo").or_else(|| first("conditionsOfAccess")),
        owners: names("copyrightHolder"),
        creators,
        credit: first("creditText"),
        licensing_url: link("acquireLicensePage"),
        ..LicenceClaim::default()
    };
    let kind = first("@type").unwrap_or_default();
    let kind = kind.rsplit(['/', '#', ':']).next().unwrap_or_default();
    let locator = format!("{block}, {kind}");
    let draft = |findings: &Findings, raw: String| {
        let draft = findings.draft("html", locator.as_str(), raw, Tier::S2);
        draft.by(who.unwrap_or_default())
    };
    let licences = all("license");
    for value in &licences {
        let Some((mut claim, remark)) = resolve(base, value).and_then(|u| claim_as_given(&u))
        else {
            findings.malformed(locator.as_str(), value.as_str(), "no web address");
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

/// A value as texts: a string, an object's address, or each of an array.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(s) if !s.trim().is_empty() => vec![s.trim().to_string()],
        Value::Array(list) => list.iter().take(16).flat_map(one).collect(),
        other => one(other),
    }
}

fn one(value: &Value) -> Vec<String> {
    let text = match value {
        Value::String(s) => Some(s.as_str()),
        Value::Object(map) => ["url", "@id", "@value", "name"]
            .iter()
            .find_map(|field| map.get(*field).and_then(Value::as_str)),
        _ => None,
    };
    text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_string).into_iter().collect()
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

fn resolve(base: &str, address: &str) -> Option<String> {
    if address.len() > 2_048 {
        return None;
    }
    let url = Url::parse(base).ok()?.join(address).ok()?;
    web_address(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::Bench;
    use crate::vocabulary::Statement;

    fn page(blocks: &[&str]) -> (Vec<Statement>, &'static str) {
        let mut bench = Bench::new().page();
        if let Some(page) = &mut bench.page {
            page.json_ld = blocks.iter().map(|b| (*b).to_string()).collect();
        }
        let findings = bench.read();
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
    fn deep_and_wide_documents_are_bounded() {
        let deep = format!("{}1{}", "{\"a\":[".repeat(60), "]}".repeat(60));
        assert_eq!(page(&[&deep]).1, "checked-absent");
        let wide = format!("[{}1]", "{},".repeat(100_000));
        assert_eq!(page(&[&wide]).1, "checked-absent");
    }
}
