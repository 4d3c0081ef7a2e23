//! Creative Commons and RightsStatements.org: which licence an address names, and
//! the licences that an XMP packet names (`cc:license` and the older habits).
//!
//! Specifications: <https://creativecommons.org/ns#> for the properties,
//! <https://creativecommons.org/publicdomain/> and the legal-tools URL rules for the
//! addresses, <https://rightsstatements.org/en/documentation/> for the statements,
//! <https://spdx.org/licenses/> for the identifiers.
//! A licence is never an AI consent: nothing here speaks about a use. Left out: the
//! machine-readable RDF behind a licence's address, and licences described in words.

use crate::metadata::Property;
use crate::signal::{Asset, Findings, Signal, Source, web_address};
use crate::vocabulary::{LicenceClaim, Scope, Tier};

/// Licences inside XMP packets.
pub const XMP: Signal = Signal {
    id: "cc.xmp",
    title: "Creative Commons licence in XMP",
    spec: "https://creativecommons.org/ns#",
    scope: Scope::Bytes,
    source: Source::Xmp,
    read: read_xmp,
};

/// Namespace of the Creative Commons terms.
const CC: &str = "http://creativecommons.org/ns#";
/// The namespace of before 2008, still found in older SVG files.
const CC_OLD: &str = "http://web.resource.org/cc/";
/// XMP rights management (ISO 16684-1, 8.5).
const XMP_RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
/// Dublin Core.
const DC: &str = "http://purl.org/dc/elements/1.1/";

/// A licence, public-domain tool or rights statement that an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The canonical address.
    pub uri: String,
    /// The SPDX identifier, only where the SPDX list has one.
    pub spdx: Option<&'static str>,
    /// `by`, `nc`, `nd`, `sa`, in this order.
    pub conditions: Vec<&'static str>,
    /// `Some(false)`: the work is said to be in the public domain.
    pub marked: Option<bool>,
}

/// The licence claim that an address amounts to; `None` when it names no licence
/// that is known here. The address may be a deed, a legal code, a translation.
pub fn claim_from_url(url: &str) -> Option<LicenceClaim> {
    recognise(url).map(|known| LicenceClaim {
        uri: Some(known.uri),
        spdx: known.spdx.map(str::to_string),
        marked: known.marked,
        ..LicenceClaim::default()
    })
}

/// The licence claim of a text that is nothing but a licence's SPDX identifier or its name
/// in Creative Commons' own short form (`CC BY-SA 4.0`, `CC0`). A name without a version
/// names no licence; only CC0 has one version ever.
pub fn claim_from_name(text: &str) -> Option<LicenceClaim> {
    claim_from_url(&format!("https://creativecommons.org/{}/", path_of_name(text)?))
}

/// The path of a licence by its identifier or short name.
fn path_of_name(text: &str) -> Option<String> {
    let name = text.trim();
    if name.len() > 40 {
        return None;
    }
    let name = name.split_ascii_whitespace().collect::<Vec<_>>().join("-").to_ascii_lowercase();
    Some(match name.strip_prefix("cc-").unwrap_or(&name) {
        "cc0" | "cc0-1.0" => "publicdomain/zero/1.0".to_string(),
        "pdm-1.0" => "publicdomain/mark/1.0".to_string(),
        "pddc" => "publicdomain/certification/1.0".to_string(),
        _ => {
            let id = SPDX.iter().find(|id| id.eq_ignore_ascii_case(&name))?.to_ascii_lowercase();
            let mut parts = id.strip_prefix("cc-")?.splitn(2, |c: char| c.is_ascii_digit());
            let unit = parts.next()?.trim_end_matches('-');
            let rest = id.strip_prefix("cc-")?.strip_prefix(unit)?.strip_prefix('-')?;
            format!("licenses/{unit}/{}", rest.replace('-', "/"))
        }
    })
}

/// The licence claim of a value that stands where a licence belongs: a known licence
/// in canonical form, any other web address as given. The second part is a remark.
pub fn claim_as_given(value: &str) -> Option<(LicenceClaim, Option<&'static str>)> {
    let value = value.trim();
    if let Some(claim) = claim_from_url(value) {
        return Some((claim, None));
    }
    let uri = web_address(value)?;
    let note = on_host(value, "creativecommons.org").map(|_| "unknown-cc");
    Some((LicenceClaim { uri: Some(uri), ..LicenceClaim::default() }, note))
}

/// Conditions of a licence by its canonical address: `by`, `nc`, `nd`, `sa`.
pub fn conditions(uri: &str) -> Vec<&'static str> {
    recognise(uri).map(|known| known.conditions).unwrap_or_default()
}

/// Every different licence whose address stands in a text, in canonical form.
pub fn in_text(text: &str) -> Vec<Known> {
    let mut found: Vec<Known> = Vec::new();
    let ends = |c: char| c.is_whitespace() || "<>\"'()[]{},;|".contains(c);
    for word in text.split(ends) {
        // A stop after an address belongs to the sentence.
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        if let Some(known) = recognise(word)
            && !found.iter().any(|f| f.uri == known.uri)
        {
            found.push(known);
        }
    }
    found
}

/// Recognises the address of a Creative Commons licence or tool, or of a
/// RightsStatements.org statement, whatever its scheme, page form and language.
pub fn recognise(url: &str) -> Option<Known> {
    let url = url.trim();
    // Real ones are far below this; it bounds the work on hostile values.
    if url.len() > 300 {
        return None;
    }
    if let Some(path) = on_host(url, "creativecommons.org") {
        return creative_commons(&path);
    }
    if let Some(path) = on_host(url, "spdx.org") {
        let id = path.strip_prefix("licenses/")?.trim_end_matches('/');
        return creative_commons(&path_of_name(id.strip_suffix(".html").unwrap_or(id))?);
    }
    on_host(url, "rightsstatements.org").and_then(|path| rights_statement(&path))
}

/// The path below a host, without scheme, `www.`, query and fragment, in lower case.
fn on_host(url: &str, host: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https:")
        .or_else(|| lower.strip_prefix("http:"))
        .map(|r| r.strip_prefix("//").unwrap_or("\0"))
        .unwrap_or_else(|| lower.strip_prefix("//").unwrap_or(&lower));
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let path = rest.strip_prefix(host)?.strip_prefix('/')?;
    let end = path.find(['?', '#']).unwrap_or(path.len());
    path.get(..end).map(|p| p.replace("%2b", "+"))
}

/// Units that exist in versions 2.0 to 4.0 (the six licences of today).
const UNITS: [&str; 6] = ["by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd"];

/// Retired units with the versions they had.
const RETIRED: [(&str, &[&str]); 9] = [
    ("nc", &["1.0", "2.0"]),
    ("nc-sa", &["1.0", "2.0"]),
    ("nd", &["1.0", "2.0"]),
    ("nd-nc", &["1.0", "2.0"]),
    ("sa", &["1.0", "2.0"]),
    ("sampling", &["1.0"]),
    ("sampling+", &["1.0"]),
    ("nc-sampling+", &["1.0"]),
    ("devnations", &["2.0"]),
];

fn creative_commons(path: &str) -> Option<Known> {
    let mut parts = path.split('/').filter(|p| !p.is_empty() && !is_page(p));
    match parts.next()? {
        "licenses" => {
            let unit = parts.next()?;
            if unit == "publicdomain" && parts.next().is_none() {
                return Some(tool("certification/1.0/us", Some("CC-PDDC")));
            }
            let version = parts.next()?;
            let port = parts.next();
            if parts.next().is_some() {
                return None;
            }
            licence(unit, version, port)
        }
        "publicdomain" => match (parts.next()?, parts.next()?, parts.next(), parts.next()) {
            ("zero", "1.0", None | Some("us"), None) => Some(tool("zero/1.0", Some("CC0-1.0"))),
            ("mark", "1.0", None, None) => Some(tool("mark/1.0", Some("CC-PDM-1.0"))),
            ("certification", "1.0", None | Some("us"), None) => {
                Some(tool("certification/1.0/us", Some("CC-PDDC")))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Pages of one licence: its deed, its legal code, its RDF, each perhaps translated.
fn is_page(part: &str) -> bool {
    ["deed", "legalcode", "rdf"].iter().any(|page| {
        part.strip_prefix(page).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn tool(path: &str, spdx: Option<&'static str>) -> Known {
    Known {
        uri: format!("https://creativecommons.org/publicdomain/{path}/"),
        spdx,
        conditions: Vec::new(),
        marked: Some(false),
    }
}

fn licence(unit: &str, version: &str, port: Option<&str>) -> Option<Known> {
    // Version 1.0 spelt this one the other way round; both spellings are in use.
    let unit = match (unit, version) {
        ("by-nc-nd", "1.0") => "by-nd-nc",
        ("by-nd-nc", v) if v != "1.0" => "by-nc-nd",
        _ => unit,
    };
    let exists = match version {
        "1.0" => {
            unit == "by-nd-nc"
                || (UNITS.contains(&unit) && unit != "by-nc-nd")
                || RETIRED.iter().any(|(u, v)| *u == unit && v.contains(&version))
        }
        "2.0" => {
            UNITS.contains(&unit) || RETIRED.iter().any(|(u, v)| *u == unit && v.contains(&version))
        }
        // 2.1 was made for ports only.
        "2.1" => UNITS.contains(&unit) && port.is_some(),
        "2.5" | "3.0" => UNITS.contains(&unit),
        // 4.0 is international: it has no ports.
        "4.0" => UNITS.contains(&unit) && port.is_none(),
        _ => false,
    };
    let port_exists = port.is_none_or(|p| {
        p == "igo" || p == "scotland" || (p.len() == 2 && p.bytes().all(|b| b.is_ascii_lowercase()))
    });
    if !exists || !port_exists {
        return None;
    }
    let has = |c: &str| unit.split(['-', '+']).any(|u| u == c);
    let mut conditions: Vec<&'static str> =
        ["by", "nc", "nd", "sa"].into_iter().filter(|c| has(c)).collect();
    if has("sampling") || unit == "devnations" {
        // The sampling and developing-nations licences ask for attribution, too.
        conditions.insert(0, "by");
    }
    let place = port.map(|p| format!("{p}/")).unwrap_or_default();
    Some(Known {
        uri: format!("https://creativecommons.org/licenses/{unit}/{version}/{place}"),
        spdx: spdx(unit, version, port),
        conditions,
        marked: None,
    })
}

/// The identifier, if the SPDX list (3.27) has this licence in this port.
fn spdx(unit: &str, version: &str, port: Option<&str>) -> Option<&'static str> {
    let unit = if unit == "by-nd-nc" { "by-nc-nd" } else { unit };
    let place = port.map(|p| format!("-{p}")).unwrap_or_default();
    let wanted = format!("CC-{unit}-{version}{place}");
    SPDX.iter().find(|id| id.eq_ignore_ascii_case(&wanted)).copied()
}

fn rights_statement(path: &str) -> Option<Known> {
    let mut parts = path.split('/').filter(|p| !p.is_empty());
    if !matches!(parts.next()?, "vocab" | "page") {
        return None;
    }
    let id = parts.next()?;
    let id = RIGHTS_STATEMENTS.iter().find(|s| s.eq_ignore_ascii_case(id))?;
    (parts.next()? == "1.0").then(|| Known {
        // The identifier is http, only the page for people is https.
        uri: format!("http://rightsstatements.org/vocab/{id}/1.0/"),
        spdx: None,
        conditions: Vec::new(),
        marked: id.starts_with("InC").then_some(true),
    })
}

fn read_xmp(asset: &Asset<'_>, findings: &mut Findings) {
    for ns in [CC, CC_OLD] {
        for place in asset.xmp(ns, "license") {
            for value in place.property.texts() {
                let locator = place.locator("cc:license");
                let Some((mut claim, note)) = claim_as_given(value) else {
                    findings.malformed(locator, value, "no web address");
                    continue;
                };
                let beside = |name: &str| {
                    place.packet.all(ns, name).find_map(Property::first_text).map(str::to_string)
                };
                claim.credit = beside("attributionName");
                claim.licensing_url = beside("morePermissions").and_then(|u| web_address(&u));
                let mut draft =
                    findings.draft("xmp", locator, value, place.tier(Tier::S2)).licence(claim);
                if let Some(note) = note {
                    draft = draft.note(note);
                }
                findings.add(draft);
            }
        }
    }
    for (ns, name, label) in [
        (XMP_RIGHTS, "WebStatement", "xmpRights:WebStatement"),
        (DC, "rights", "dc:rights"),
        (XMP_RIGHTS, "UsageTerms", "xmpRights:UsageTerms"),
    ] {
        for place in asset.xmp(ns, name) {
            let Some(text) = place.property.first_text() else { continue };
            for known in in_text(text) {
                let Some(claim) = claim_from_url(&known.uri) else { continue };
                let draft = findings
                    .draft("xmp", place.locator(label), text, place.tier(Tier::S2))
                    .licence(claim);
                findings.add(draft);
            }
        }
    }
}

/// Identifiers of RightsStatements.org, version 1.0.
const RIGHTS_STATEMENTS: [&str; 12] = [
    "InC",
    "InC-OW-EU",
    "InC-RUU",
    "InC-EDU",
    "InC-NC",
    "NoC-NC",
    "NoC-CR",
    "NoC-OKLR",
    "NoC-US",
    "NKC",
    "CNE",
    "UND",
];

/// The Creative Commons licences of the SPDX list, versions 1.0 to 4.0 and their ports.
const SPDX: [&str; 53] = [
    "CC-BY-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-2.5-AU",
    "CC-BY-3.0",
    "CC-BY-3.0-AT",
    "CC-BY-3.0-AU",
    "CC-BY-3.0-DE",
    "CC-BY-3.0-IGO",
    "CC-BY-3.0-NL",
    "CC-BY-3.0-US",
    "CC-BY-4.0",
    "CC-BY-NC-1.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-2.5",
    "CC-BY-NC-3.0",
    "CC-BY-NC-3.0-DE",
    "CC-BY-NC-3.0-IGO",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-1.0",
    "CC-BY-NC-ND-2.0",
    "CC-BY-NC-ND-2.5",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-3.0-DE",
    "CC-BY-NC-ND-3.0-IGO",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-1.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-2.0-DE",
    "CC-BY-NC-SA-2.0-FR",
    "CC-BY-NC-SA-2.0-UK",
    "CC-BY-NC-SA-2.5",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-3.0-DE",
    "CC-BY-NC-SA-3.0-IGO",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-1.0",
    "CC-BY-ND-2.0",
    "CC-BY-ND-2.5",
    "CC-BY-ND-3.0",
    "CC-BY-ND-3.0-DE",
    "CC-BY-ND-4.0",
    "CC-BY-SA-1.0",
    "CC-BY-SA-2.0",
    "CC-BY-SA-2.0-UK",
    "CC-BY-SA-2.1-JP",
    "CC-BY-SA-2.5",
    "CC-BY-SA-3.0",
    "CC-BY-SA-3.0-AT",
    "CC-BY-SA-3.0-DE",
    "CC-BY-SA-3.0-IGO",
    "CC-BY-SA-4.0",
    "CC-SA-1.0",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::{Bench, item, simple};

    fn uri(url: &str) -> Option<String> {
        recognise(url).map(|k| k.uri)
    }

    #[test]
    fn addresses_of_the_spdx_list_name_the_same_licences() {
        for (address, uri) in [
            ("https://spdx.org/licenses/CC-BY-4.0.html", "licenses/by/4.0"),
            ("http://spdx.org/licenses/CC-BY-NC-SA-3.0-IGO", "licenses/by-nc-sa/3.0/igo"),
            ("https://spdx.org/licenses/CC0-1.0.html", "publicdomain/zero/1.0"),
        ] {
            let known = recognise(address).unwrap();
            assert_eq!(known.uri, format!("https://creativecommons.org/{uri}/"), "{address}");
        }
        for address in ["https://spdx.org/licenses/MIT.html", "https://spdx.org/licenses/"] {
            assert_eq!(recognise(address), None, "{address}");
        }
    }

    #[test]
    fn every_spdx_identifier_names_its_licence() {
        for id in SPDX {
            let claim = claim_from_name(id).unwrap();
            // 1.0 spelt this unit the other way round and shares the identifier.
            assert_eq!(claim.spdx.as_deref(), Some(id), "{claim:?}");
        }
        assert_eq!(claim_from_name(" CC0 ").unwrap().spdx.as_deref(), Some("CC0-1.0"));
        for words in ["CC BY", "CC-BY-4.0 or later", "BY-SA-4.0", "CC BY 5.0", ""] {
            assert_eq!(claim_from_name(words), None, "{words}");
        }
    }

    #[test]
    fn every_page_of_a_licence_is_the_licence() {
        let canonical = Some("https://creativecommons.org/licenses/by-nc/4.0/".to_string());
        for url in [
            "https://creativecommons.org/licenses/by-nc/4.0/",
            "http://creativecommons.org/licenses/by-nc/4.0",
            "https://www.creativecommons.org/licenses/by-nc/4.0/deed.de",
            "HTTPS://CreativeCommons.org/licenses/BY-NC/4.0/legalcode.pt_br",
            "//creativecommons.org/licenses/by-nc/4.0/rdf",
            "creativecommons.org/licenses/by-nc/4.0/?ref=chooser-v1#here",
        ] {
            assert_eq!(uri(url), canonical, "{url}");
        }
    }

    #[test]
    fn ports_are_kept_and_named_only_where_spdx_has_them() {
        let known = recognise("https://creativecommons.org/licenses/by/3.0/us/deed.en").unwrap();
        assert_eq!(known.uri, "https://creativecommons.org/licenses/by/3.0/us/");
        assert_eq!(known.spdx, Some("CC-BY-3.0-US"));
        let known = recognise("https://creativecommons.org/licenses/by/3.0/br/").unwrap();
        assert_eq!(known.uri, "https://creativecommons.org/licenses/by/3.0/br/");
        assert_eq!(known.spdx, None, "never the identifier of another port");
        let known = recognise("https://creativecommons.org/licenses/by-nc-sa/3.0/igo/").unwrap();
        assert_eq!(known.spdx, Some("CC-BY-NC-SA-3.0-IGO"));
    }

    #[test]
    fn public_domain_tools_are_known() {
        let zero = recognise("http://creativecommons.org/publicdomain/zero/1.0/deed.fr").unwrap();
        assert_eq!((zero.spdx, zero.marked), (Some("CC0-1.0"), Some(false)));
        assert!(zero.conditions.is_empty());
        let mark = recognise("https://creativecommons.org/publicdomain/mark/1.0/").unwrap();
        assert_eq!(mark.spdx, Some("CC-PDM-1.0"));
        let old = recognise("http://creativecommons.org/licenses/publicdomain/").unwrap();
        assert_eq!(old.spdx, Some("CC-PDDC"));
        assert_eq!(old.uri, "https://creativecommons.org/publicdomain/certification/1.0/us/");
    }

    #[test]
    fn conditions_follow_from_the_unit() {
        assert_eq!(
            conditions("https://creativecommons.org/licenses/by-nc-sa/4.0/"),
            ["by", "nc", "sa"]
        );
        assert_eq!(
            conditions("https://creativecommons.org/licenses/by-nd-nc/1.0/"),
            ["by", "nc", "nd"]
        );
        assert_eq!(
            conditions("https://creativecommons.org/licenses/nc-sampling+/1.0/"),
            ["by", "nc"]
        );
        assert!(conditions("https://photos.example/licence").is_empty());
    }

    #[test]
    fn the_swapped_unit_of_version_one_is_one_licence() {
        let a = uri("https://creativecommons.org/licenses/by-nc-nd/1.0/");
        assert_eq!(a, uri("https://creativecommons.org/licenses/by-nd-nc/1.0/"));
        let known = recognise("https://creativecommons.org/licenses/by-nd-nc/1.0/").unwrap();
        assert_eq!(known.spdx, Some("CC-BY-NC-ND-1.0"));
    }

    #[test]
    fn what_never_existed_is_not_recognised() {
        for url in [
            "https://creativecommons.org/licenses/by/",
            "https://creativecommons.org/licenses/by/5.0/",
            "https://creativecommons.org/licenses/by-xx/4.0/",
            "https://creativecommons.org/licenses/by/4.0/us/",
            "https://creativecommons.org/licenses/by/2.1/",
            "https://creativecommons.org/licenses/by/4.0/deedless/",
            "https://creativecommons.org/about/",
            "https://creativecommons.org.evil.test/licenses/by/4.0/",
            "https://evil.test/creativecommons.org/licenses/by/4.0/",
            "ftp://creativecommons.org/licenses/by/4.0/",
            "",
        ] {
            assert_eq!(uri(url), None, "{url}");
        }
    }

    #[test]
    fn an_unknown_cc_address_is_kept_as_given_with_a_remark() {
        let (claim, note) = claim_as_given("https://creativecommons.org/licenses/by/").unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by/"));
        assert_eq!((claim.spdx, note), (None, Some("unknown-cc")));
        let (claim, note) = claim_as_given(" https://photos.example/licence ").unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://photos.example/licence"));
        assert_eq!(note, None);
        assert!(claim_as_given("all rights reserved").is_none());
        assert!(claim_as_given("javascript:alert(1)").is_none());
    }

    #[test]
    fn rights_statements_have_an_http_identifier() {
        for url in [
            "http://rightsstatements.org/vocab/InC-OW-EU/1.0/",
            "https://rightsstatements.org/page/InC-OW-EU/1.0/?language=en",
            "https://www.rightsstatements.org/vocab/inc-ow-eu/1.0/",
        ] {
            assert_eq!(
                uri(url).as_deref(),
                Some("http://rightsstatements.org/vocab/InC-OW-EU/1.0/"),
                "{url}"
            );
        }
        assert_eq!(uri("http://rightsstatements.org/vocab/Nope/1.0/"), None);
    }

    #[test]
    fn addresses_are_found_in_sentences() {
        let found = in_text(
            "© 2026 Ada. Licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). \
             See https://creativecommons.org/licenses/by/4.0/deed.en.",
        );
        assert_eq!(found.len(), 1, "deed and licence are one");
        assert_eq!(found[0].spdx, Some("CC-BY-4.0"));
        assert_eq!(
            in_text(
                "http://creativecommons.org/licenses/by/4.0/, https://creativecommons.org/licenses/by-nc/4.0/"
            )
            .len(),
            2
        );
        assert!(in_text("CC BY").is_empty());
    }

    #[test]
    fn every_spdx_identifier_can_be_reached() {
        for id in SPDX {
            let mut rest = id.strip_prefix("CC-").unwrap().to_ascii_lowercase();
            let at = rest.find(|c: char| c.is_ascii_digit()).unwrap();
            let tail = rest.split_off(at);
            let unit = rest.trim_end_matches('-');
            let (version, port) = tail.split_once('-').map_or((tail.as_str(), ""), |(v, p)| (v, p));
            let url = format!("https://creativecommons.org/licenses/{unit}/{version}/{port}");
            assert_eq!(recognise(&url).and_then(|k| k.spdx), Some(id), "{url}");
        }
    }

    #[test]
    fn cc_license_in_xmp_names_the_licence_and_the_credit() {
        let findings = Bench::new()
            .xmp(vec![
                simple(CC, "license", "http://creativecommons.org/licenses/by-sa/4.0/"),
                simple(CC, "attributionName", "Ada Example"),
                simple(CC, "morePermissions", "https://photos.example/buy"),
            ])
            .read();
        let s = &findings.of("cc.xmp")[0];
        let claim = s.licence.as_ref().unwrap();
        assert_eq!(claim.spdx.as_deref(), Some("CC-BY-SA-4.0"));
        assert_eq!(claim.credit.as_deref(), Some("Ada Example"));
        assert_eq!(claim.licensing_url.as_deref(), Some("https://photos.example/buy"));
        assert_eq!((s.locator.as_str(), s.tier), ("APP1 at 0x14, cc:license", Tier::S2));
        assert!(s.verdicts.is_empty(), "a licence is no AI consent");
    }

    #[test]
    fn the_old_habits_are_read_from_statement_notice_and_terms() {
        let findings = Bench::new()
            .xmp(vec![
                simple(
                    XMP_RIGHTS,
                    "WebStatement",
                    "http://creativecommons.org/licenses/by/2.0/deed.en",
                ),
                item(DC, "rights", "verify at http://creativecommons.org/licenses/by/2.0/ now"),
            ])
            .read();
        let found = findings.of("cc.xmp");
        assert_eq!(found.len(), 2);
        assert!(
            found
                .iter()
                .all(|s| { s.licence.as_ref().unwrap().spdx.as_deref() == Some("CC-BY-2.0") })
        );
    }

    #[test]
    fn words_in_place_of_an_address_are_malformed() {
        let findings = Bench::new().xmp(vec![simple(CC, "license", "CC BY")]).read();
        assert!(findings.of("cc.xmp").is_empty());
        assert_eq!(findings.state("cc.xmp"), "malformed");
    }
}
