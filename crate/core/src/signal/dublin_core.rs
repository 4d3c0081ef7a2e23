//! Dublin Core in the head of a page: whose it is and under which licence.
//!
//! Specification: Expressing Dublin Core metadata using HTML/XHTML meta and link elements,
//! <https://www.dublincore.org/specifications/dublin-core/dc-html/>; the words are those of
//! <https://www.dublincore.org/specifications/dublin-core/dcmi-terms/>. They are about the page,
//! so for a work on it they are a weak hint. The prefixes `DC` and `DCTERMS` are understood
//! without the link that declares them, as pages use them. Left out: other prefixes, qualifiers
//! behind a second dot, and the words that say nothing about rights or origin.

use crate::limits::Limits;
use crate::signal::creative_commons::claim_as_given;
use crate::signal::{Asset, Findings, Signal, Source};
use crate::vocabulary::{LicenceClaim, Scope, Tier};

/// Meta elements of Dublin Core.
pub const META: Signal = Signal {
    id: "dc.meta",
    title: "Dublin Core",
    spec: "https://www.dublincore.org/specifications/dublin-core/dc-html/",
    scope: Scope::Page,
    source: Source::Page,
    read,
};

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let tags = asset.page.map(|page| page.meta.as_slice()).unwrap_or_default();
    let mut claim = LicenceClaim::default();
    let mut raw = Vec::new();
    let mut remarks = Vec::new();
    for tag in tags.iter().take(Limits::DEFAULT.properties) {
        let (Some(term), value) = (term(&tag.name), tag.content.trim()) else { continue };
        if value.is_empty() {
            continue;
        }
        match term.as_str() {
            "rightsholder" => claim.owners.push(value.into()),
            "creator" => claim.creators.push(value.into()),
            // A text, or the address of one.
            "rights" => match claim_as_given(value).filter(|(given, _)| given.spdx.is_some()) {
                Some(given) => license(&mut claim, given, &mut remarks),
                None => drop(claim.notice.get_or_insert_with(|| value.into())),
            },
            // Its range is a document, which has an address.
            "license" => match claim_as_given(value) {
                Some(given) => license(&mut claim, given, &mut remarks),
                None => {
                    findings.malformed(format!("meta {}", tag.name), value, "no web address");
                    continue;
                }
            },
            _ => continue,
        }
        raw.push(format!("{}={value}", tag.name));
    }
    if raw.is_empty() {
        return;
    }
    let mut draft = findings
        .draft("html", "meta elements", raw.join(" · "), Tier::S1)
        .scope(Scope::Page)
        .licence(claim)
        .note("about the page");
    for remark in remarks {
        draft = draft.note(remark);
    }
    findings.add(draft);
}

/// The first licence counts; what else is known of the page stays.
fn license(
    claim: &mut LicenceClaim,
    (given, remark): (LicenceClaim, Option<&str>),
    remarks: &mut Vec<String>,
) {
    if claim.uri.is_some() {
        return;
    }
    remarks.extend(remark.map(str::to_string));
    (claim.uri, claim.spdx) = (given.uri, given.spdx);
}

/// The word behind the prefix, in small letters: pages write `DC.Rights` and `dcterms.rights`.
fn term(name: &str) -> Option<String> {
    let (prefix, term) = name.trim().split_once(['.', ':'])?;
    let known = ["dc", "dcterms"].iter().any(|known| prefix.eq_ignore_ascii_case(known));
    known.then(|| term.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::Bench;

    #[test]
    fn holder_and_licence_are_one_claim_whatever_the_prefix() {
        let findings = Bench::new()
            .page()
            .meta("DC.Rights", "© 2026 Ada Heron")
            .meta("dcterms.rightsHolder", "Ada Heron")
            .meta("DCTERMS.license", "https://creativecommons.org/licenses/by-nc/4.0/")
            .read();
        let found = findings.of("dc.meta");
        assert_eq!((found.len(), found[0].tier, found[0].scope), (1, Tier::S1, Scope::Page));
        let claim = found[0].licence.clone().unwrap();
        assert_eq!(claim.notice.as_deref(), Some("© 2026 Ada Heron"));
        assert_eq!(claim.owners, ["Ada Heron"]);
        assert_eq!(claim.spdx.as_deref(), Some("CC-BY-NC-4.0"));
    }

    #[test]
    fn a_licence_may_stand_among_the_rights() {
        let licence = "https://creativecommons.org/publicdomain/zero/1.0/";
        let findings = Bench::new().page().meta("dc.rights", licence).read();
        let claim = findings.of("dc.meta")[0].licence.clone().unwrap();
        assert_eq!((claim.spdx.as_deref(), claim.notice), (Some("CC0-1.0"), None));
    }

    #[test]
    fn a_licence_without_an_address_is_malformed_and_the_rest_is_read() {
        let bench =
            Bench::new().page().meta("dcterms.license", "all yours").meta("dc.creator", "Ada");
        let findings = bench.read();
        assert_eq!(findings.of("dc.meta").len(), 1);
        let findings = Bench::new().page().meta("dcterms.license", "all yours").read();
        assert_eq!(findings.state("dc.meta"), "malformed");
    }

    #[test]
    fn other_words_and_other_prefixes_are_silent() {
        for (name, value) in
            [("DC.title", "Heron"), ("rights", "mine"), ("og.rights", "mine"), ("dc.rights", " ")]
        {
            assert_eq!(
                Bench::new().page().meta(name, value).read().state("dc.meta"),
                "checked-absent"
            );
        }
    }
}
