//! Rights and origin in the metadata assertions of a C2PA manifest.
//!
//! CAWG metadata 1.1, <https://cawg.io/metadata/1.1/> (`cawg.metadata` and other `*.metadata`),
//! `c2pa.metadata` (C2PA 2.2, 18.16), and those of 1.x: `stds.iptc`, `stds.iptc.photo-metadata`,
//! `stds.exif`, `stds.schema-org.CreativeWork`. What they say in the words of XMP is read by the
//! readers of XMP; how much it weighs follows from the manifest. Left out: what ingredients say
//! about themselves.

use crate::metadata::c2pa::base_label;
use crate::metadata::{Metadata, Property, XmpPacket};
use crate::reading::Reading;
use crate::signal::{
    Asset, Draft, Findings, Signal, Source, c2pa, creative_commons, iptc, plus, tdmrep, web_address,
};
use crate::vocabulary::{LicenceClaim, Scope, Tier};

/// Metadata assertions.
pub const METADATA: Signal = Signal {
    id: "c2pa.metadata",
    title: "Metadata in C2PA manifests",
    spec: "https://cawg.io/metadata/1.1/",
    scope: Scope::Bytes,
    source: Source::Manifest,
    read,
};

/// The readers of XMP that the same properties mean something to.
const READERS: [&Signal; 5] =
    [&plus::DMI, &iptc::RIGHTS, &iptc::SOURCE, &creative_commons::XMP, &tdmrep::XMP];

/// Namespace of schema.org, as the reader of manifests writes it.
const SCHEMA: &str = "https://schema.org/";

/// Reads every metadata assertion of the active manifest.
fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Some((store, reading)) = c2pa::store(asset).zip(asset.reading) else { return };
    for described in &store.active.described {
        let locator = format!("{}, {}", store.locator, described.label);
        if let Some(fault) = &described.fault {
            findings.malformed(locator, "", fault.as_str());
            continue;
        }
        let packet = XmpPacket {
            locator: locator.clone(),
            structured: true,
            properties: described.properties.clone(),
        };
        // The file as if it said this and nothing else.
        let alone = Reading {
            media: reading.media.clone(),
            metadata: Metadata { xmp: vec![packet], ..Metadata::default() },
            ..Reading::default()
        };
        let alone = Asset { reading: Some(&alone), page: None, work: None, ..*asset };
        let before = findings.statements.len();
        for signal in READERS {
            (signal.read)(&alone, findings);
        }
        let draft = |f: &Findings, raw: String| f.draft("c2pa", locator.as_str(), raw, Tier::S2);
        for draft in of_schema(&described.properties, findings, draft) {
            findings.add(draft);
        }
        for statement in findings.statements.iter_mut().skip(before) {
            let weight = c2pa::weight(store, &store.active, &described.label);
            statement.carrier = "c2pa".to_string();
            statement.authenticity = weight.authenticity;
            statement.tier = weight.tier;
            statement.declared_by = weight.by;
            statement.notes.extend(weight.notes);
            // By the standard this one holds facts only (C2PA 2.2, 18.16.2).
            if base_label(&described.label) == "c2pa.metadata" && statement.origin.is_none() {
                statement.notes.push("a field that this assertion may not hold".to_string());
                statement.tier = statement.tier.min(Tier::S0);
            }
        }
    }
}

/// What a `CreativeWork` says: its authors, its owner, its licence.
fn of_schema(
    properties: &[Property],
    findings: &Findings,
    draft: impl Fn(&Findings, String) -> Draft,
) -> Vec<Draft> {
    let all = |name: &str| {
        let found = properties.iter().filter(|p| p.ns == SCHEMA && p.name == name);
        found.flat_map(names).collect::<Vec<String>>()
    };
    let first = |name: &str| all(name).into_iter().next();
    let mut creators = all("creator");
    for author in all("author") {
        if !creators.contains(&author) {
            creators.push(author);
        }
    }
    let owners = all("copyrightHolder");
    let claim = LicenceClaim {
        notice: first("copyrightNotice").or_else(|| notice(first("copyrightYear")?, &owners)),
        terms: first("usageInfo"),
        credit: first("creditText"),
        licensing_url: first("acquireLicensePage").and_then(|u| web_address(&u)),
        creators,
        owners,
        ..LicenceClaim::default()
    };
    let mut drafts = Vec::new();
    if claim != LicenceClaim::default() {
        let said = [&claim.creators, &claim.owners].into_iter().flatten().chain(&claim.notice);
        let raw: Vec<&str> = said.map(String::as_str).collect();
        drafts.push(draft(findings, raw.join("; ")).licence(claim));
    }
    for address in all("license") {
        if let Some((claim, note)) = creative_commons::claim_as_given(&address) {
            let mut one = draft(findings, address).licence(claim);
            one.0.notes.extend(note.map(str::to_string));
            drafts.push(one);
        }
    }
    drafts
}

/// The notice that a year and an owner amount to.
pub(super) fn notice(year: String, owners: &[String]) -> Option<String> {
    let year = year.trim();
    let plausible = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| format!("© {year} {}", owners.join("; ")).trim().to_string())
}

/// The texts of a value, or the names of the people in it.
fn names(property: &Property) -> Vec<String> {
    let mut found = Vec::new();
    let list = property.children.iter().any(|c| c.name == "li");
    let nodes = if list { property.children.iter().collect() } else { vec![property] };
    for node in nodes.into_iter().take(32) {
        let text = match node.field(SCHEMA, "name") {
            Some(name) => name.first_text(),
            None => node.first_text().filter(|_| node.children.is_empty()),
        };
        let text = text.map(str::trim).filter(|t| !t.is_empty());
        found.extend(text.map(str::to_string));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::c2pa::tests::{bench, checked, claimed};
    use super::*;
    use crate::metadata::c2pa::{Assertion, Described, Standing};
    use crate::signal::bench::{item, said, simple};
    use crate::vocabulary::{Authenticity, Statement};

    const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
    const DC: &str = "http://purl.org/dc/elements/1.1/";
    const CC: &str = "http://creativecommons.org/ns#";
    const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

    fn found(label: &str, state: Option<Standing>, properties: Vec<Property>) -> Vec<Statement> {
        let mut store = claimed("c2pa.training-mining", Vec::new());
        store.active.mining.clear();
        let label = label.to_string();
        store.active.assertions.push(Assertion { label: label.clone(), ..Assertion::default() });
        store.active.described.push(Described { label, properties, ..Described::default() });
        store.validation = state.and_then(checked);
        bench(store).read().of("c2pa.metadata")
    }

    fn no_mining() -> Property {
        simple(PLUS, "DataMining", "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED")
    }

    #[test]
    fn what_xmp_can_say_a_manifest_can_say() {
        let properties = vec![
            no_mining(),
            item(DC, "creator", "Ada Example"),
            item(DC, "rights", "© Ada Example"),
            simple(CC, "license", "https://creativecommons.org/licenses/by/4.0/"),
            simple("http://www.w3.org/ns/tdmrep/", "reservation", "1"),
        ];
        let found = found("cawg.metadata", Some(Standing::Trusted), properties);
        assert_eq!(found.len(), 5);
        assert!(said(&found[0]).starts_with("search=denied* tdm=denied"));
        assert_eq!(found[0].locator, "APP11 at 0x400, cawg.metadata, plus:DataMining");
        assert!(found.iter().all(|s| s.carrier == "c2pa" && s.tier == Tier::S4));
        assert_eq!(found[0].declared_by.as_deref(), Some("Gallery"));
        let licence = |n: usize| found[n].licence.clone().unwrap();
        assert_eq!(licence(2).creators, ["Ada Example"]);
        assert_eq!(licence(3).spdx.as_deref(), Some("CC-BY-4.0"));
    }

    #[test]
    fn how_much_it_weighs_is_the_manifests() {
        let weigh = |state| {
            let found = found("cawg.metadata", state, vec![no_mining()]);
            (found[0].authenticity, found[0].tier)
        };
        assert_eq!(weigh(None), (Authenticity::Unchecked, Tier::S0));
        assert_eq!(weigh(Some(Standing::Tampered)), (Authenticity::Tampered, Tier::S0));
        let valid = (Authenticity::ValidUntrusted, Tier::S3);
        assert_eq!(weigh(Some(Standing::ValidUntrusted)), valid);
    }

    #[test]
    fn facts_only_in_the_assertion_for_facts() {
        let trained = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        let properties = vec![no_mining(), simple(IPTC_EXT, "DigitalSourceType", trained)];
        let found = found("c2pa.metadata", Some(Standing::Trusted), properties);
        assert_eq!((found[0].tier, found[1].tier), (Tier::S0, Tier::S4));
        assert_eq!(found[1].origin.as_ref().unwrap().source_type.as_deref(), Some(trained));
    }

    #[test]
    fn a_work_of_schema_org_names_its_authors() {
        let people = Property {
            children: vec![Property {
                children: vec![simple(SCHEMA, "name", "Ada Example")],
                ..simple("rdf", "li", "")
            }],
            ..simple(SCHEMA, "author", "")
        };
        let properties = vec![
            people,
            simple(SCHEMA, "copyrightYear", "2026"),
            simple(SCHEMA, "copyrightHolder", "Example Ltd"),
            simple(SCHEMA, "license", "https://creativecommons.org/licenses/by/4.0/"),
        ];
        let label = "stds.schema-org.CreativeWork";
        let found = found(label, Some(Standing::ValidUntrusted), properties);
        let claim = found[0].licence.clone().unwrap();
        assert_eq!((found.len(), claim.creators.as_slice()), (2, &["Ada Example".to_string()][..]));
        assert_eq!(claim.notice.as_deref(), Some("© 2026 Example Ltd"));
        assert_eq!(found[1].licence.as_ref().unwrap().spdx.as_deref(), Some("CC-BY-4.0"));
    }
}
