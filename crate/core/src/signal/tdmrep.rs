//! TDM Reservation Protocol: who reserves text and data mining, in four layers.
//!
//! Specification: W3C Community Group Final Report of 10 May 2024,
//! <https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/>. Which layer
//! supersedes which is decided in `verdict.rs`. XMP is defined for PDF only; the same
//! properties are read in any packet. The first matching rule of a file is used, as
//! the text says; where the longest one would say something else, that is remarked.
//! What a policy says behind its address is read by `odrl.rs` and told beside it; a policy
//! that cannot be had leaves the terms unknown and the reservation as it is.

use std::collections::BTreeMap;

use serde_json::Value;
use url::Url;

use crate::limits::Limits;
use crate::signal::robots::{Pattern, subject};
use crate::signal::{Asset, Draft, Findings, Signal, Source, cut, web_address};
use crate::vocabulary::{Basis, Scope, Stance, Tier, Use, Verdict};

/// `tdm:reservation` inside the file.
pub const XMP: Signal = Signal {
    id: "tdmrep.xmp",
    title: "TDM Reservation Protocol in XMP",
    spec: SPEC,
    scope: Scope::Bytes,
    source: Source::Xmp,
    read: read_xmp,
};

/// `/.well-known/tdmrep.json` on the origin.
pub const FILE: Signal = Signal {
    id: "tdmrep.file",
    title: "TDM Reservation Protocol, file of the site",
    spec: SPEC,
    scope: Scope::Origin,
    source: Source::TdmrepFile,
    read: read_file,
};

/// `tdm-reservation` on the response.
pub const HEADER: Signal = Signal {
    id: "tdmrep.header",
    title: "TDM Reservation Protocol, response header",
    spec: SPEC,
    scope: Scope::Url,
    source: Source::Headers,
    read: read_header,
};

/// `<meta name="tdm-reservation">` on the page.
pub const META: Signal = Signal {
    id: "tdmrep.meta",
    title: "TDM Reservation Protocol, page",
    spec: SPEC,
    scope: Scope::Page,
    source: Source::Page,
    read: read_meta,
};

const SPEC: &str = "https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/";
/// Namespace of the PDF form, and of the EPUB 3 prefix; both are met in packets.
const NAMESPACES: [&str; 2] = ["http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#"];

/// The value of `tdm-reservation`. Anything else is a protocol error: unset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reservation {
    Reserved,
    NotReserved,
}

impl Reservation {
    fn of(text: &str) -> Option<Reservation> {
        match text.trim() {
            "1" => Some(Reservation::Reserved),
            "0" => Some(Reservation::NotReserved),
            _ => None,
        }
    }

    /// Completes a statement.
    fn state(self, mut draft: Draft, policy: Option<String>) -> Draft {
        let reserved = self == Reservation::Reserved;
        for (what, stance) in stances(reserved, policy.is_some()) {
            draft = draft.says(what, stance.verdict, stance.basis);
        }
        match policy.filter(|_| reserved) {
            Some(policy) => draft.offer(policy),
            None => draft,
        }
    }
}

/// What a reservation, with or without a policy, says use by use; also for those who borrow the
/// protocol's words. It is silent on indexing.
pub fn stances(reserved: bool, policy: bool) -> BTreeMap<Use, Stance> {
    let verdict = match (reserved, policy) {
        (false, _) => Verdict::Allowed,
        (true, true) => Verdict::Conditional,
        (true, false) => Verdict::Denied,
    };
    let uses = [
        (Use::Tdm, Basis::Explicit),
        (Use::TrainNongen, Basis::Implied),
        (Use::TrainGen, Basis::Implied),
        (Use::AiInput, Basis::Implied),
    ];
    // Who does not reserve mining has not spoken of what a finished model is fed with.
    let spoken = uses.into_iter().filter(|(what, _)| reserved || *what != Use::AiInput);
    spoken.map(|(what, basis)| (what, Stance { verdict, basis })).collect()
}

fn read_xmp(asset: &Asset<'_>, findings: &mut Findings) {
    let places = NAMESPACES.iter().flat_map(|ns| asset.xmp(ns, "reservation"));
    let places: Vec<_> = places.collect();
    let several = differ(places.iter().filter_map(|p| p.property.first_text()));
    for place in &places {
        let Some(value) = place.property.first_text() else { continue };
        let locator = place.locator("tdm:reservation");
        let Some(reservation) = Reservation::of(value) else {
            findings.malformed(locator, value, "neither 1 nor 0");
            continue;
        };
        let policy = NAMESPACES
            .iter()
            .flat_map(|ns| place.packet.all(ns, "policy"))
            .filter_map(|p| p.first_text())
            .find_map(web_address);
        let mut draft = findings.draft("xmp", locator, value, place.tier(Tier::S2));
        if several {
            draft = draft.note("duplicate-property");
        }
        findings.add(with_terms(reservation.state(draft, policy), asset));
    }
}

/// The addresses of the policies that are named for an asset.
pub fn policies(asset: &Asset<'_>) -> Vec<String> {
    let mut findings = Findings::default();
    read_header(asset, &mut findings);
    read_meta(asset, &mut findings);
    read_xmp(asset, &mut findings);
    read_file(asset, &mut findings);
    // The policy is the first offer; what it offers itself comes after it.
    findings.statements.iter().filter_map(|s| s.offers.first().cloned()).collect()
}

/// Adds what the policy says, when it was had.
fn with_terms(draft: Draft, asset: &Asset<'_>) -> Draft {
    let policy = draft.0.offers.first().and_then(|url| asset.documents.policy(url));
    match policy {
        Some(policy) => policy.complete(draft),
        None => draft,
    }
}

fn read_header(asset: &Asset<'_>, findings: &mut Findings) {
    let values = asset.headers("tdm-reservation");
    let policy = asset.headers("tdm-policy").iter().find_map(|p| absolute(p, asset.url));
    let draft = |findings: &Findings, raw: &str| {
        findings
            .draft("http", "header tdm-reservation", raw, Tier::S3)
            .by(asset.host().unwrap_or_default())
    };
    from_texts(&values, policy, "header tdm-reservation", draft, asset, findings);
}

fn read_meta(asset: &Asset<'_>, findings: &mut Findings) {
    let values = asset.meta("tdm-reservation");
    let page = asset.page.map(|p| p.url.as_str()).unwrap_or_default();
    let policy = asset.meta("tdm-policy").iter().find_map(|p| absolute(p, page));
    let who = Url::parse(page).ok().and_then(|u| u.host_str().map(str::to_string));
    let draft = |findings: &Findings, raw: &str| {
        findings
            .draft("html", "meta tdm-reservation", raw, Tier::S1)
            .by(who.clone().unwrap_or_default())
    };
    from_texts(&values, policy, "meta tdm-reservation", draft, asset, findings);
}

/// Reads values that should be one and may be several: the wish to reserve counts.
fn from_texts(
    values: &[&str],
    policy: Option<String>,
    locator: &str,
    draft: impl Fn(&Findings, &str) -> Draft,
    asset: &Asset<'_>,
    findings: &mut Findings,
) {
    let raw = values.join(", ");
    let parts: Vec<&str> = raw.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    let read: Vec<Reservation> = parts.iter().filter_map(|p| Reservation::of(p)).collect();
    if read.len() < parts.len() || (parts.is_empty() && !values.is_empty()) {
        findings.malformed(locator, raw.as_str(), "neither 1 nor 0");
    }
    let Some(first) = read.first().copied() else { return };
    let reserved = read.contains(&Reservation::Reserved);
    let mut draft = draft(findings, &raw);
    if read.iter().any(|r| *r != first) {
        draft = draft.note("several values");
    }
    let reservation = if reserved { Reservation::Reserved } else { Reservation::NotReserved };
    findings.add(with_terms(reservation.state(draft, policy), asset));
}

/// The file of a site, read once for all paths.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    notes: Vec<&'static str>,
    /// Why it is no such file, and how it begins.
    broken: Option<(&'static str, String)>,
}

/// A rule of the file that can be used.
#[derive(Debug)]
struct Rule {
    number: usize,
    location: String,
    pattern: Pattern,
    reservation: Result<Reservation, String>,
    policy: Option<String>,
    notes: Vec<&'static str>,
}

impl Rules {
    /// Reads the file; rules without a location are left out.
    pub fn read(text: &str) -> Rules {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut rules = Rules { rules: Vec::new(), notes: Vec::new(), broken: None };
        let list = match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(list)) => list,
            // One rule without its array is a common slip and says what it says.
            Ok(object @ Value::Object(_)) if object.get("location").is_some() => {
                rules.notes.push("not in an array");
                vec![object]
            }
            other => {
                let why = if other.is_ok() { "not an array of rules" } else { "not JSON" };
                rules.broken = Some((why, cut(text.to_string())));
                return rules;
            }
        };
        let list = list.iter().take(Limits::DEFAULT.lines).enumerate();
        rules.rules = list.filter_map(|(index, value)| rule(value, index + 1)).collect();
        rules
    }
}

fn read_file(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(rules) = asset.site.tdmrep_rules() else { return };
    if let Some((why, start)) = &rules.broken {
        findings.malformed("tdmrep.json", start.as_str(), *why);
        return;
    }
    let path = subject(&asset.path());
    let policy = |rule: &Rule| rule.policy.as_ref().and_then(|p| absolute(p, asset.url));
    let mut first: Option<&Rule> = None;
    let mut longest = 0;
    let mut other: Option<usize> = None;
    for rule in &rules.rules {
        let Some(octets) = rule.pattern.fits(&path) else { continue };
        match first {
            None => {
                longest = octets;
                first = Some(rule);
            }
            Some(used) if octets > longest => {
                longest = octets;
                let differs = rule.reservation != used.reservation || policy(rule) != policy(used);
                other = differs.then_some(rule.number);
            }
            Some(_) => {}
        }
    }
    let Some(used) = first else { return };
    let locator = format!("tdmrep.json rule {}", used.number);
    let reservation = match &used.reservation {
        Ok(reservation) => *reservation,
        Err(raw) => {
            findings.malformed(locator, raw.as_str(), "neither 1 nor 0");
            return;
        }
    };
    let raw = match reservation {
        Reservation::Reserved => "tdm-reservation: 1",
        Reservation::NotReserved => "tdm-reservation: 0",
    };
    let mut draft = findings
        .draft("tdmrep.json", locator, raw, Tier::S1)
        .pattern(used.location.as_str())
        .by(asset.host().unwrap_or_default());
    for note in rules.notes.iter().chain(&used.notes) {
        draft = draft.note(*note);
    }
    if other.is_some() {
        draft = draft.note("ambiguous-order");
    }
    findings.add(with_terms(reservation.state(draft, policy(used)), asset));
}

/// One rule; `None` when it names no location.
fn rule(value: &Value, number: usize) -> Option<Rule> {
    let location = value.get("location")?.as_str()?.trim().to_string();
    let mut notes = Vec::new();
    let reservation = match value.get("tdm-reservation") {
        Some(Value::Number(n)) if n.as_u64() == Some(1) => Ok(Reservation::Reserved),
        Some(Value::Number(n)) if n.as_u64() == Some(0) => Ok(Reservation::NotReserved),
        // A string reserves, since the wish is plain; a string never releases.
        Some(Value::String(s)) if s.trim() == "1" => {
            notes.push("normalised");
            Ok(Reservation::Reserved)
        }
        Some(other) => Err(other.to_string()),
        None => Err("no tdm-reservation".to_string()),
    };
    let policy = value.get("tdm-policy").and_then(Value::as_str).map(str::to_string);
    let pattern = Pattern::of(&location);
    Some(Rule { number, location, pattern, reservation, policy, notes })
}

/// A policy's address; it may be relative to what names it.
fn absolute(policy: &str, base: &str) -> Option<String> {
    let policy = policy.trim();
    if policy.is_empty() || policy.len() > 2_048 {
        return None;
    }
    web_address(policy).or_else(|| web_address(Url::parse(base).ok()?.join(policy).ok()?.as_str()))
}

fn differ<'a>(mut values: impl Iterator<Item = &'a str>) -> bool {
    let Some(first) = values.next() else { return false };
    values.any(|v| v.trim() != first.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Look;
    use crate::signal::SiteFile;
    use crate::signal::bench::{Bench, got, said, simple};
    use crate::vocabulary::Statement;

    const DENIED: &str = "tdm=denied train.nongen=denied* train.gen=denied* ai.input=denied*";
    const TERMS: &str =
        "tdm=conditional train.nongen=conditional* train.gen=conditional* ai.input=conditional*";
    const ALLOWED: &str = "tdm=allowed train.nongen=allowed* train.gen=allowed*";

    fn file(json: &str, url: &str) -> (Vec<Statement>, &'static str) {
        let findings = Bench::new().url(url).tdmrep(json).read();
        (findings.of("tdmrep.file"), findings.state("tdmrep.file"))
    }

    fn of_header(values: &[&str]) -> (Vec<Statement>, &'static str) {
        let mut bench = Bench::new();
        for value in values {
            bench = bench.header("TDM-Reservation", value);
        }
        let findings = bench.read();
        (findings.of("tdmrep.header"), findings.state("tdmrep.header"))
    }

    #[test]
    fn every_row_of_the_table_in_a_header() {
        let found = of_header(&["1"]).0;
        assert_eq!(said(&found[0]), DENIED);
        assert_eq!((found[0].tier, found[0].scope), (Tier::S3, Scope::Url));
        assert_eq!(found[0].locator, "header tdm-reservation");
        assert_eq!(said(&of_header(&["0"]).0[0]), ALLOWED);
        let found = Bench::new()
            .header("tdm-reservation", "1")
            .header("tdm-policy", "/tdm/policy.json")
            .read()
            .of("tdmrep.header");
        assert_eq!(said(&found[0]), TERMS);
        assert_eq!(found[0].offers, ["https://gallery.test/tdm/policy.json"]);
        let found = Bench::new()
            .header("tdm-reservation", "0")
            .header("tdm-policy", "https://a.test/policy")
            .read()
            .of("tdmrep.header");
        assert_eq!((said(&found[0]).as_str(), found[0].offers.len()), (ALLOWED, 0));
    }

    #[test]
    fn other_header_values_are_protocol_errors() {
        for value in ["2", "true", "yes", "-1", "01", ""] {
            let (found, state) = of_header(&[value]);
            assert!(found.is_empty(), "{value}");
            assert_eq!(state, "malformed", "{value}");
        }
    }

    #[test]
    fn of_repeated_headers_the_reservation_wins() {
        for values in [&["0", "1"][..], &["1", "0"], &["0, 1"]] {
            let (found, _) = of_header(values);
            assert_eq!(said(&found[0]), DENIED);
            assert_eq!(found[0].notes, ["several values"]);
        }
        assert!(of_header(&["1", "1"]).0[0].notes.is_empty());
    }

    #[test]
    fn a_policy_alone_says_nothing() {
        let findings = Bench::new().header("tdm-policy", "https://a.test/policy").read();
        assert_eq!(findings.state("tdmrep.header"), "checked-absent");
    }

    #[test]
    fn the_page_speaks_about_itself() {
        let found = Bench::new()
            .page()
            .meta("TDM-Reservation", "1")
            .meta("tdm-policy", "https://a.test/policy")
            .read()
            .of("tdmrep.meta");
        assert_eq!(said(&found[0]), TERMS);
        assert_eq!((found[0].tier, found[0].scope), (Tier::S1, Scope::Page));
        assert_eq!(found[0].locator, "meta tdm-reservation");
    }

    #[test]
    fn both_namespaces_are_read_in_xmp() {
        for ns in NAMESPACES {
            let found = Bench::new()
                .xmp(vec![
                    simple(ns, "reservation", "1"),
                    simple(ns, "policy", "https://a.test/policy"),
                ])
                .read()
                .of("tdmrep.xmp");
            assert_eq!(said(&found[0]), TERMS);
            assert_eq!(found[0].locator, "APP1 at 0x14, tdm:reservation");
        }
        let findings = Bench::new().xmp(vec![simple(NAMESPACES[0], "reservation", "yes")]).read();
        assert_eq!(findings.state("tdmrep.xmp"), "malformed");
    }

    #[test]
    fn two_xmp_values_that_differ_are_marked() {
        let found = Bench::new()
            .xmp(vec![
                simple(NAMESPACES[0], "reservation", "0"),
                simple(NAMESPACES[0], "reservation", "1"),
            ])
            .read()
            .of("tdmrep.xmp");
        assert!(found.iter().all(|s| s.notes == ["duplicate-property"]));
    }

    #[test]
    fn the_three_groups_of_the_specification() {
        let json = r#"[
            {"location": "/directory-a/", "tdm-reservation": 1},
            {"location": "/directory-b/html/", "tdm-reservation": 1,
             "tdm-policy": "https://provider.com/policies/policy.json"},
            {"location": "/directory-b/images/*.jpg", "tdm-reservation": 0}
        ]"#;
        let at = |path: &str| file(json, &format!("https://provider.com{path}")).0;
        assert_eq!(said(&at("/directory-a/x.pdf")[0]), DENIED);
        let html = at("/directory-b/html/a.png");
        assert_eq!(said(&html[0]), TERMS);
        assert_eq!(html[0].offers, ["https://provider.com/policies/policy.json"]);
        let image = at("/directory-b/images/a.jpg");
        assert_eq!(said(&image[0]), ALLOWED);
        assert_eq!(image[0].pattern.as_deref(), Some("/directory-b/images/*.jpg"));
        assert_eq!(image[0].locator, "tdmrep.json rule 3");
        assert_eq!((image[0].tier, image[0].scope), (Tier::S1, Scope::Origin));
        assert!(at("/Directory-A/x.pdf").is_empty(), "locations are case-sensitive");
        assert!(at("/other.jpg").is_empty(), "no match is unset");
    }

    #[test]
    fn verbatim_special_characters_are_written_encoded() {
        let json = r#"[{"location": "/path/foo-%24", "tdm-reservation": 1}]"#;
        assert_eq!(file(json, "https://provider.com/path/foo-$").0.len(), 1);
        assert_eq!(file(json, "https://provider.com/path/foo-").0.len(), 0);
    }

    #[test]
    fn the_first_match_counts_and_a_longer_one_is_remarked() {
        let json = r#"[{"location": "/", "tdm-reservation": 1}, {"location": "/cc0/", "tdm-reservation": 0}]"#;
        let (found, _) = file(json, "https://gallery.test/cc0/a.png");
        assert_eq!(said(&found[0]), DENIED);
        assert_eq!(found[0].notes, ["ambiguous-order"]);
        assert!(file(json, "https://gallery.test/b.png").0[0].notes.is_empty());
        let json = r#"[{"location": "/cc0/", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]"#;
        let (found, _) = file(json, "https://gallery.test/cc0/a.png");
        assert_eq!((said(&found[0]).as_str(), found[0].notes.len()), (ALLOWED, 0));
    }

    #[test]
    fn every_row_of_the_error_policy() {
        let at = |json: &str| file(json, "https://gallery.test/a.png");
        let (found, _) = at(r#"[{"location": "/", "tdm-reservation": "1"}]"#);
        assert_eq!((said(&found[0]).as_str(), found[0].notes[0].as_str()), (DENIED, "normalised"));
        for bad in ["\"0\"", "true", "false", "null", "2", "1.5", "[1]"] {
            let (found, state) = at(&format!(r#"[{{"location": "/", "tdm-reservation": {bad}}}]"#));
            assert!(found.is_empty(), "{bad}");
            assert_eq!(state, "malformed", "{bad}");
        }
        assert_eq!(at(r#"[{"location": "/"}]"#).1, "malformed", "the reservation is mandatory");
        let (found, _) = at(r#"{"location": "/", "tdm-reservation": 1}"#);
        assert_eq!(
            (said(&found[0]).as_str(), found[0].notes[0].as_str()),
            (DENIED, "not in an array")
        );
        let (found, _) =
            at(r#"[{"tdm-reservation": 0}, 7, {"location": "/", "tdm-reservation": 1}]"#);
        assert_eq!(said(&found[0]), DENIED, "a rule without location is skipped");
        for bad in ["", "{", "7", "{\"a\": 1}", "\"x\""] {
            assert_eq!(at(bad).1, "malformed", "{bad}");
        }
    }

    #[test]
    fn a_page_in_place_of_the_file_is_none() {
        let mut bench = Bench::new();
        bench.site.set(SiteFile::Tdmrep, got("<!doctype html><title>404</title>", "text/html"));
        assert_eq!(bench.read().state("tdmrep.file"), "checked-absent");
    }

    #[test]
    fn what_a_policy_says_is_told_and_softens_nothing() {
        let policy = r#"{"@type": "Offer", "assigner": {"vcard:fn": "Ada Example",
            "vcard:hasEmail": "mailto:rights@a.test", "vcard:hasURL": "https://a.test/contact"},
            "permission": [{"action": "tdm:mine"}]}"#;
        let bench = || {
            Bench::new()
                .header("tdm-reservation", "1")
                .header("tdm-policy", "https://a.test/policy")
        };
        assert_eq!(policies(&bench().asset()), ["https://a.test/policy"]);
        let found = bench()
            .document("https://a.test/policy", got(policy, "application/ld+json"))
            .read()
            .of("tdmrep.header");
        assert_eq!(said(&found[0]), TERMS);
        assert_eq!(found[0].offers, ["https://a.test/policy", "https://a.test/contact"]);
        assert_eq!(
            found[0].notes,
            ["policy: mining is permitted without duties", "policy: contact rights@a.test"]
        );
        for look in [Look::Absent { at: 0 }, got("<html>", "text/html"), Look::NotLooked] {
            let findings = bench().document("https://a.test/policy", look).read();
            assert_eq!(said(&findings.of("tdmrep.header")[0]), TERMS);
            assert!(findings.unread.is_empty(), "unknown terms are no gap");
        }
    }

    #[test]
    fn deep_json_does_not_exhaust_the_stack() {
        let text = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(file(&text, "https://gallery.test/a.png").1, "malformed");
    }
}
