//! PLUS `plus:DataMining` in XMP: the only AI-consent field of IPTC workflows.
//!
//! Specification: <https://www.iptc.org/std/photometadata/specification/IPTC-PhotoMetadata>, PLUS License Data Format, XMP reference 2.0.1,
//! <http://ns.useplus.org/LDF/ldf-XMPSpecification>, adopted by the IPTC Photo
//! Metadata Standard since 2023.1. PLUS has no rule for several or unknown values;
//! here the wish to reserve is kept and marked. Left out: what an encoded rights
//! expression says that a value points to; its address is an offer.

use crate::metadata::Property;
use crate::signal::{Asset, Findings, Signal, Source, XmpPlace, web_address};
use crate::vocabulary::{Basis, LicenceClaim, Scope, Tier, Use, Verdict};

/// The data mining field.
pub const DMI: Signal = Signal {
    id: "plus.dmi",
    title: "PLUS Data Mining",
    spec: "http://ns.useplus.org/LDF/ldf-XMPSpecification",
    scope: Scope::Bytes,
    source: Source::Xmp,
    read,
};

/// Namespace of the PLUS License Data Format.
pub(super) const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
/// Namespace of the IPTC Extension.
pub(super) const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
/// Where the values of the controlled vocabulary lie.
const VOCABULARY: &str = "http://ns.useplus.org/ldf/vocab/";

/// What a value of the vocabulary says. The second part is its English label.
const CODES: [(&str, &[&str], Says); 9] = [
    ("DMI-UNSPECIFIED", &["Unspecified - no prohibition defined"], &[]),
    (
        "DMI-ALLOWED",
        &["Allowed"],
        &[
            (Use::Search, Verdict::Allowed, Basis::Implied),
            (Use::Tdm, Verdict::Allowed, Basis::Explicit),
            (Use::TrainNongen, Verdict::Allowed, Basis::Implied),
            (Use::TrainGen, Verdict::Allowed, Basis::Implied),
        ],
    ),
    (
        "DMI-PROHIBITED-AIMLTRAINING",
        &["Prohibited for AI/ML training"],
        &[
            (Use::TrainNongen, Verdict::Denied, Basis::Explicit),
            (Use::TrainGen, Verdict::Denied, Basis::Explicit),
        ],
    ),
    (
        "DMI-PROHIBITED-GENAIMLTRAINING",
        &["Prohibited for Generative AI/ML training"],
        &[(Use::TrainGen, Verdict::Denied, Basis::Explicit)],
    ),
    (
        "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
        &["Prohibited except for search engine indexing"],
        &[
            (Use::Search, Verdict::Allowed, Basis::Explicit),
            (Use::Tdm, Verdict::Denied, Basis::Explicit),
            (Use::TrainNongen, Verdict::Denied, Basis::Explicit),
            (Use::TrainGen, Verdict::Denied, Basis::Explicit),
            (Use::AiInput, Verdict::Denied, Basis::Implied),
            (Use::AiIndex, Verdict::Denied, Basis::Implied),
        ],
    ),
    (
        "DMI-PROHIBITED",
        &["Prohibited"],
        &[
            (Use::Search, Verdict::Denied, Basis::Implied),
            (Use::Tdm, Verdict::Denied, Basis::Explicit),
            (Use::TrainNongen, Verdict::Denied, Basis::Explicit),
            (Use::TrainGen, Verdict::Denied, Basis::Explicit),
            (Use::AiInput, Verdict::Denied, Basis::Implied),
            (Use::AiIndex, Verdict::Denied, Basis::Implied),
        ],
    ),
    (
        "DMI-PROHIBITED-SEECONSTRAINT",
        &["Prohibited, see Other Constraints property", "Prohibited, see plus:OtherConstraints"],
        ON_TERMS,
    ),
    (
        "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR",
        &[
            "Prohibited, see Embedded Encoded Rights Expression property",
            "Prohibited, see iptcExt:EmbdEncRightsExpr",
        ],
        ON_TERMS,
    ),
    (
        "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
        &[
            "Prohibited, see Linked Encoded Rights Expression property",
            "Prohibited, see iptcExt:LinkedEncRightsExpr",
        ],
        ON_TERMS,
    ),
];

type Says = &'static [(Use, Verdict, Basis)];

const ON_TERMS: Says = &[
    (Use::Tdm, Verdict::Conditional, Basis::Explicit),
    (Use::TrainNongen, Verdict::Conditional, Basis::Implied),
    (Use::TrainGen, Verdict::Conditional, Basis::Implied),
    (Use::AiInput, Verdict::Conditional, Basis::Implied),
    (Use::AiIndex, Verdict::Conditional, Basis::Implied),
];

/// Reads every value in every packet; two different ones are both kept and marked.
fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let mut values: Vec<(XmpPlace<'_>, String)> = Vec::new();
    for place in asset.xmp(PLUS, "DataMining") {
        for text in place.property.texts() {
            if !values.iter().any(|(_, seen)| code_of(seen) == code_of(text)) {
                values.push((place, text.to_string()));
            }
        }
    }
    let several = values.len() > 1;
    for (place, value) in &values {
        read_value(asset, *place, value, several, findings);
    }
}

fn read_value(
    asset: &Asset<'_>,
    place: XmpPlace<'_>,
    value: &str,
    several: bool,
    findings: &mut Findings,
) {
    let locator = place.locator("plus:DataMining");
    let code = code_of(value);
    let mut notes = Vec::new();
    let known = CODES.iter().find(|(c, _, _)| *c == code);
    let says = match known {
        Some((_, _, says)) => *says,
        None if code.starts_with("DMI-PROHIBITED") => {
            // A later edition's prohibition is still one: what every broader code
            // prohibits is prohibited (policy for unknown codes).
            notes.push("unknown-code");
            &[
                (Use::Tdm, Verdict::Denied, Basis::Implied),
                (Use::TrainNongen, Verdict::Denied, Basis::Implied),
                (Use::TrainGen, Verdict::Denied, Basis::Implied),
            ] as Says
        }
        None => {
            findings.malformed(locator, value, "not a value of the PLUS vocabulary");
            return;
        }
    };
    if value != format!("{VOCABULARY}{code}") {
        notes.push("normalised");
    }
    if several {
        notes.push("duplicate-property");
    }
    let terms = terms_of(asset, &code);
    let mut draft = findings.draft("xmp", locator, value, place.tier(Tier::S2));
    for (u, verdict, basis) in says {
        // Terms that nobody can read are none (the constraint is mandatory).
        let missing = *verdict == Verdict::Conditional && terms.is_none();
        draft = draft.says(*u, if missing { Verdict::Denied } else { *verdict }, *basis);
    }
    if code == "DMI-PROHIBITED-SEECONSTRAINT" && terms.is_none() {
        notes.push("missing-constraint");
    }
    for note in notes {
        draft = draft.note(note);
    }
    if says.iter().any(|(_, verdict, _)| *verdict != Verdict::Allowed) {
        let terms = terms.unwrap_or_default();
        // Constraints of the licence in PLUS's own sense: people must be able to read them.
        if let Some(text) = terms.texts.first() {
            let claim = LicenceClaim { terms: Some(text.clone()), ..LicenceClaim::default() };
            draft = draft.licence(claim);
        }
        draft.0.notes.extend(
            terms
                .texts
                .iter()
                .map(|t| format!("terms: {}", t.chars().take(500).collect::<String>())),
        );
        for offer in terms.offers.into_iter().chain(licensor_urls(asset)) {
            if !draft.0.offers.contains(&offer) {
                draft = draft.offer(offer);
            }
        }
    }
    findings.add(draft);
}

/// The vocabulary's own code of a value: its URI in any form, its bare code, or one
/// of its English labels. Anything else comes back as it is, in capitals.
fn code_of(value: &str) -> String {
    let value = value.trim();
    if let Some((code, _, _)) = CODES.iter().find(|(_, labels, _)| labels.contains(&value)) {
        return (*code).to_string();
    }
    let upper = value.trim_end_matches('/').to_ascii_uppercase();
    let tail = upper
        .strip_prefix("HTTPS://")
        .or_else(|| upper.strip_prefix("HTTP://"))
        .map(|rest| rest.strip_prefix("WWW.").unwrap_or(rest))
        .and_then(|rest| rest.strip_prefix("NS.USEPLUS.ORG/LDF/VOCAB/"));
    tail.unwrap_or(&upper).to_string()
}

/// The terms a value points to.
#[derive(Default)]
struct Terms {
    texts: Vec<String>,
    offers: Vec<String>,
}

/// The terms that a code points to; `None` when they are not there.
fn terms_of(asset: &Asset<'_>, code: &str) -> Option<Terms> {
    match code {
        "DMI-PROHIBITED-SEECONSTRAINT" => {
            let texts: Vec<String> = asset
                .xmp(PLUS, "OtherConstraints")
                .iter()
                .filter_map(|p| p.property.first_text())
                .map(|t| t.trim().to_string())
                .filter(|t| !t.is_empty())
                .collect();
            let offers = texts.iter().filter_map(|t| web_address(t)).collect();
            (!texts.is_empty()).then_some(Terms { texts, offers })
        }
        // The table leaves these conditional even where the expression is missing:
        // only the constraint text is called mandatory.
        "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR" => {
            let links = asset.xmp(IPTC_EXT, "LinkedEncRightsExpr");
            let offers = links
                .iter()
                .flat_map(|p| structs(p.property))
                .filter_map(|s| s.field(IPTC_EXT, "LinkedRightsExpr"))
                .filter_map(|f| web_address(&f.text))
                .collect();
            Some(Terms { texts: Vec::new(), offers })
        }
        "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR" => Some(Terms::default()),
        _ => None,
    }
}

/// Where permission can be asked for: `plus:LicensorURL` of every licensor.
pub(super) fn licensor_urls(asset: &Asset<'_>) -> Vec<String> {
    asset
        .xmp(PLUS, "Licensor")
        .iter()
        .flat_map(|p| structs(p.property))
        .filter_map(|s| s.field(PLUS, "LicensorURL"))
        .filter_map(|f| web_address(&f.text))
        .collect()
}

/// The structs of an array; also one that stands bare where an array is expected.
pub(super) fn structs(property: &Property) -> Vec<&Property> {
    if property.children.iter().any(|c| c.name == "li") {
        property.children.iter().collect()
    } else {
        vec![property]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::{Bench, item, said, simple};
    use crate::vocabulary::Statement;

    const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    fn uri(code: &str) -> String {
        format!("{VOCABULARY}{code}")
    }

    fn one(value: &str) -> Statement {
        let found = Bench::new().xmp(vec![simple(PLUS, "DataMining", value)]).read().of("plus.dmi");
        assert_eq!(found.len(), 1, "{value}");
        found[0].clone()
    }

    fn licensor(url: &str) -> Property {
        let entry =
            Property { children: vec![simple(PLUS, "LicensorURL", url)], ..simple(RDF, "li", "") };
        Property { children: vec![entry], ..simple(PLUS, "Licensor", "") }
    }

    #[test]
    fn every_row_of_the_table() {
        for (code, expected) in [
            ("DMI-UNSPECIFIED", ""),
            ("DMI-ALLOWED", "search=allowed* tdm=allowed train.nongen=allowed* train.gen=allowed*"),
            ("DMI-PROHIBITED-AIMLTRAINING", "train.nongen=denied train.gen=denied"),
            ("DMI-PROHIBITED-GENAIMLTRAINING", "train.gen=denied"),
            (
                "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
                "search=allowed tdm=denied train.nongen=denied train.gen=denied ai.input=denied* ai.index=denied*",
            ),
            (
                "DMI-PROHIBITED",
                "search=denied* tdm=denied train.nongen=denied train.gen=denied ai.input=denied* ai.index=denied*",
            ),
            (
                "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR",
                "tdm=conditional train.nongen=conditional* train.gen=conditional* ai.input=conditional* ai.index=conditional*",
            ),
            (
                "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR",
                "tdm=conditional train.nongen=conditional* train.gen=conditional* ai.input=conditional* ai.index=conditional*",
            ),
        ] {
            let s = one(&uri(code));
            assert_eq!(said(&s), expected, "{code}");
            assert!(s.notes.is_empty(), "{code}");
            assert_eq!(s.locator, "APP1 at 0x14, plus:DataMining");
            assert_eq!((s.tier, s.scope), (Tier::S2, Scope::Bytes));
        }
    }

    #[test]
    fn a_constraint_that_can_be_read_makes_it_conditional() {
        let s = &Bench::new()
            .xmp(vec![
                simple(PLUS, "DataMining", &uri("DMI-PROHIBITED-SEECONSTRAINT")),
                item(PLUS, "OtherConstraints", "Only for museums"),
            ])
            .read()
            .of("plus.dmi")[0];
        assert_eq!(
            said(s),
            "tdm=conditional train.nongen=conditional* train.gen=conditional* ai.input=conditional* ai.index=conditional*"
        );
        assert_eq!(s.notes, ["terms: Only for museums"]);
        let licence = s.licence.clone().unwrap();
        assert_eq!((licence.terms.as_deref(), licence.uri), (Some("Only for museums"), None));
    }

    #[test]
    fn a_missing_or_blank_constraint_is_a_denial() {
        let bare = one(&uri("DMI-PROHIBITED-SEECONSTRAINT"));
        assert!(bare.verdicts.values().all(|v| v.verdict == Verdict::Denied));
        assert_eq!(bare.notes, ["missing-constraint"]);
        let blank = &Bench::new()
            .xmp(vec![
                simple(PLUS, "DataMining", &uri("DMI-PROHIBITED-SEECONSTRAINT")),
                item(PLUS, "OtherConstraints", "  "),
            ])
            .read()
            .of("plus.dmi")[0];
        assert_eq!(blank.notes, ["missing-constraint"]);
    }

    #[test]
    fn variants_are_accepted_and_marked() {
        for value in [
            "DMI-PROHIBITED",
            "https://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
            "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED/",
            "HTTP://NS.useplus.org/LDF/vocab/dmi-prohibited",
            "Prohibited",
        ] {
            let s = one(value);
            assert_eq!(s.verdicts[&Use::Tdm].verdict, Verdict::Denied, "{value}");
            assert_eq!(s.notes, ["normalised"], "{value}");
            assert_eq!(s.raw, value);
        }
        assert_eq!(said(&one("Prohibited for Generative AI/ML training")), "train.gen=denied");
    }

    #[test]
    fn an_unknown_prohibition_still_prohibits() {
        let s = one(&uri("DMI-PROHIBITED-ROBOTS"));
        assert_eq!(said(&s), "tdm=denied* train.nongen=denied* train.gen=denied*");
        assert_eq!(s.notes, ["unknown-code"]);
    }

    #[test]
    fn other_unknown_values_say_nothing() {
        for value in ["DMI-NEWVALUE", "yes", "prohibited for everybody", "DMI-ALLOWED-SOME"] {
            let findings = Bench::new().xmp(vec![simple(PLUS, "DataMining", value)]).read();
            assert!(findings.of("plus.dmi").is_empty(), "{value}");
            assert_eq!(findings.state("plus.dmi"), "malformed", "{value}");
        }
    }

    #[test]
    fn two_packets_that_differ_are_both_kept_and_marked() {
        let allowed = uri("DMI-ALLOWED");
        let found = Bench::new()
            .xmp(vec![simple(PLUS, "DataMining", &allowed)])
            .packet("APP1 at 0x900", true, vec![simple(PLUS, "DataMining", &uri("DMI-PROHIBITED"))])
            .read()
            .of("plus.dmi");
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|s| s.notes.contains(&"duplicate-property".to_string())));
        assert_eq!(found[1].locator, "APP1 at 0x900, plus:DataMining");
    }

    #[test]
    fn the_same_value_twice_is_one_statement() {
        let found = Bench::new()
            .xmp(vec![
                simple(PLUS, "DataMining", &uri("DMI-PROHIBITED")),
                simple(PLUS, "DataMining", "DMI-PROHIBITED"),
            ])
            .read()
            .of("plus.dmi");
        assert_eq!(found.len(), 1);
        assert!(found[0].notes.is_empty());
    }

    #[test]
    fn a_denial_offers_the_licensor_and_a_permission_does_not() {
        let with = |code: &str, url: &str| {
            Bench::new()
                .xmp(vec![simple(PLUS, "DataMining", &uri(code)), licensor(url)])
                .read()
                .of("plus.dmi")[0]
                .offers
                .clone()
        };
        assert_eq!(
            with("DMI-PROHIBITED", "https://photos.example/buy/42"),
            ["https://photos.example/buy/42"]
        );
        assert!(with("DMI-ALLOWED", "https://photos.example/buy/42").is_empty());
        assert!(with("DMI-PROHIBITED", "javascript:alert(1)").is_empty());
    }

    #[test]
    fn a_linked_rights_expression_is_an_offer() {
        let entry = Property {
            children: vec![simple(IPTC_EXT, "LinkedRightsExpr", "https://photos.example/odrl")],
            ..simple(RDF, "li", "")
        };
        let list =
            Property { children: vec![entry], ..simple(IPTC_EXT, "LinkedEncRightsExpr", "") };
        let s = &Bench::new()
            .xmp(vec![simple(PLUS, "DataMining", &uri("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR")), list])
            .read()
            .of("plus.dmi")[0];
        assert_eq!(s.offers, ["https://photos.example/odrl"]);
    }

    #[test]
    fn a_packet_found_by_scanning_is_weaker() {
        let found = Bench::new()
            .packet("scan at 0x700", false, vec![simple(PLUS, "DataMining", &uri("DMI-ALLOWED"))])
            .read()
            .of("plus.dmi");
        assert_eq!(found[0].tier, Tier::S1);
    }
}
