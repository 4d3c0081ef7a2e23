//! IPTC photo metadata: rights and ownership, and how the picture came to be.
//!
//! Specification: IPTC Photo Metadata Standard 2025.1,
//! <https://iptc.org/std/photometadata/specification/IPTC-PhotoMetadata>, with the
//! XMP, EXIF (tags 0x8298, 0x013B) and IIM (2:80, 2:110, 2:116) forms of one field,
//! and the texts of PNG, GIF and JPEG that say the same without IPTC.
//! Each form is its own statement with its own place, in the order in which they are
//! believed: EXIF, XMP, IIM (Metadata Working Group 2.0, 5.3, without the digest of
//! the IIM block). Left out: PLUS's identifiers of people and licences, and what a picture shows.

use crate::metadata::{Property, XmpPacket};
use crate::signal::plus::{IPTC_EXT, PLUS, structs};
use crate::signal::{Asset, Findings, Signal, Source, creative_commons, web_address};
use crate::vocabulary::{LicenceClaim, OriginClaim, Scope, Tier};

/// Rights and ownership.
pub const RIGHTS: Signal = Signal {
    id: "iptc.rights",
    title: "IPTC rights metadata",
    spec: "https://iptc.org/std/photometadata/specification/IPTC-PhotoMetadata",
    scope: Scope::Bytes,
    source: Source::Bytes,
    read: read_rights,
};

/// How the picture came to be.
pub const SOURCE: Signal = Signal {
    id: "iptc.source",
    title: "IPTC Digital Source Type",
    spec: "https://cv.iptc.org/newscodes/digitalsourcetype/",
    scope: Scope::Bytes,
    source: Source::Xmp,
    read: read_source,
};

/// XMP rights management (ISO 16684-1, 8.5).
const XMP_RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
/// Dublin Core.
const DC: &str = "http://purl.org/dc/elements/1.1/";
/// Photoshop's namespace, which holds the IPTC credit line.
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
/// The IPTC Core, which holds how to reach the creator.
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
/// The fields of TIFF and EXIF in XMP (XMP part 2, 3.3).
const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";

fn read_rights(asset: &Asset<'_>, findings: &mut Findings) {
    read_exif(asset, findings);
    for (ns, name, label, claim) in XMP_FIELDS {
        for place in asset.xmp(ns, name) {
            if let Some((raw, licence)) = claim(place.property) {
                let draft = findings.draft("xmp", place.locator(label), raw, place.tier(Tier::S2));
                findings.add(draft.licence(licence));
            }
        }
    }
    read_iim(asset, findings);
    read_texts(asset, findings);
}

/// What one XMP property claims: its text as evidence, and the claim.
type Claim = fn(&Property) -> Option<(String, LicenceClaim)>;

/// The rights properties, with the name people know them by.
const XMP_FIELDS: [(&str, &str, &str, Claim); 21] = [
    (DC, "rights", "dc:rights", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { notice: Some(text), ..LicenceClaim::default() }))
    }),
    (DC, "creator", "dc:creator", |p| {
        let creators = names(&p.texts());
        let claim = LicenceClaim { creators: creators.clone(), ..LicenceClaim::default() };
        (!creators.is_empty()).then(|| (creators.join("; "), claim))
    }),
    (PHOTOSHOP, "Credit", "photoshop:Credit", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { credit: Some(text), ..LicenceClaim::default() }))
    }),
    (XMP_RIGHTS, "Owner", "xmpRights:Owner", |p| {
        let owners = names(&p.texts());
        let claim = LicenceClaim { owners: owners.clone(), ..LicenceClaim::default() };
        (!owners.is_empty()).then(|| (owners.join("; "), claim))
    }),
    (XMP_RIGHTS, "Marked", "xmpRights:Marked", |p| {
        let text = present(p.first_text())?;
        let marked = match text.to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            // Any other word leaves the status unknown, as its absence does.
            _ => return None,
        };
        Some((text, LicenceClaim { marked: Some(marked), ..LicenceClaim::default() }))
    }),
    (XMP_RIGHTS, "WebStatement", "xmpRights:WebStatement", |p| {
        // Addresses without `https:` are common here; they are shown, and never a link.
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { terms: Some(text), ..LicenceClaim::default() }))
    }),
    (XMP_RIGHTS, "UsageTerms", "xmpRights:UsageTerms", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { terms: Some(text), ..LicenceClaim::default() }))
    }),
    (PLUS, "Licensor", "plus:Licensor", |p| {
        let fields = |name| fields(p, PLUS, &[name]);
        let licensing_url = fields("LicensorURL").iter().find_map(|t| web_address(t));
        let ways = ["LicensorName", "LicensorEmail", "LicensorTelephone1", "LicensorTelephone2"];
        let contacts: Vec<String> = ways.into_iter().flat_map(fields).collect();
        let raw = licensing_url.iter().chain(&contacts).cloned().collect::<Vec<_>>().join("; ");
        let claim = LicenceClaim { licensing_url, contacts, ..LicenceClaim::default() };
        (!raw.is_empty()).then_some((raw, claim))
    }),
    (IPTC_CORE, "CreatorContactInfo", "Iptc4xmpCore:CreatorContactInfo", |p| {
        let contacts = fields(p, IPTC_CORE, &["CiEmailWork", "CiTelWork", "CiUrlWork"]);
        let claim = LicenceClaim { contacts: contacts.clone(), ..LicenceClaim::default() };
        (!contacts.is_empty()).then(|| (contacts.join("; "), claim))
    }),
    (PLUS, "ImageSupplier", "plus:ImageSupplier", |p| {
        let suppliers = fields(p, PLUS, &["ImageSupplierName"]);
        let claim = LicenceClaim { suppliers: suppliers.clone(), ..LicenceClaim::default() };
        (!suppliers.is_empty()).then(|| (suppliers.join("; "), claim))
    }),
    (PHOTOSHOP, "Source", "photoshop:Source", |p| {
        let text = present(p.first_text())?;
        let suppliers = vec![text.clone()];
        Some((text, LicenceClaim { suppliers, ..LicenceClaim::default() }))
    }),
    (PLUS, "CreditLineRequired", "plus:CreditLineRequired", |p| {
        let text = present(p.first_text())?;
        let code = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let required = match code.to_ascii_uppercase().as_str() {
            "CR-NRQ" => false,
            // On the picture, beside it, or among the credits.
            "CR-COI" | "CR-CAI" | "CR-CCA" => true,
            _ => return None,
        };
        Some((text, LicenceClaim { credit_required: Some(required), ..LicenceClaim::default() }))
    }),
    (XMP_RIGHTS, "Certificate", "xmpRights:Certificate", |p| {
        // A page that proves the rights: shown as evidence, and nothing is made of it.
        Some((present(p.first_text())?, LicenceClaim::default()))
    }),
    (PLUS, "TermsAndConditionsURL", "plus:TermsAndConditionsURL", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { terms: Some(text), ..LicenceClaim::default() }))
    }),
    (PLUS, "TermsAndConditionsText", "plus:TermsAndConditionsText", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { terms: Some(text), ..LicenceClaim::default() }))
    }),
    (PLUS, "CopyrightOwner", "plus:CopyrightOwner", |p| {
        let owners = fields(p, PLUS, &["CopyrightOwnerName"]);
        let claim = LicenceClaim { owners: owners.clone(), ..LicenceClaim::default() };
        (!owners.is_empty()).then(|| (owners.join("; "), claim))
    }),
    (PLUS, "ImageCreator", "plus:ImageCreator", |p| {
        let creators = fields(p, PLUS, &["ImageCreatorName"]);
        let claim = LicenceClaim { creators: creators.clone(), ..LicenceClaim::default() };
        (!creators.is_empty()).then(|| (creators.join("; "), claim))
    }),
    (PLUS, "CopyrightStatus", "plus:CopyrightStatus", |p| {
        let text = present(p.first_text())?;
        let code = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let marked = match code.to_ascii_uppercase().as_str() {
            "CS-PRO" => true,
            "CS-PUB" => false,
            _ => return None,
        };
        Some((text, LicenceClaim { marked: Some(marked), ..LicenceClaim::default() }))
    }),
    (TIFF, "Copyright", "tiff:Copyright", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), notice(text)))
    }),
    (TIFF, "Artist", "tiff:Artist", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), creators_of(&text)?))
    }),
    // Instructions are for whoever handles the picture: terms, where nobody states any.
    (PHOTOSHOP, "Instructions", "photoshop:Instructions", |p| {
        let text = present(p.first_text())?;
        Some((text.clone(), LicenceClaim { terms: Some(text), ..LicenceClaim::default() }))
    }),
];

fn read_exif(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(reading) = asset.reading else { return };
    for field in &reading.metadata.exif {
        let claim = match field.tag {
            // The photographer's notice may be followed by the editor's (Exif 3.0, 4.6.5.4.7).
            0x8298 => {
                let parts = names(&field.value.split(['\0', '\n']).collect::<Vec<_>>());
                (!parts.is_empty()).then(|| notice(parts.join("; ")))
            }
            // Exif 3.0 adds Photographer (0xA437); XPAuthor (0x9C9D) is Windows' own.
            0x013B | 0x9C9D | 0xA437 => creators_of(&field.value),
            _ => None,
        };
        if let Some(claim) = claim {
            let draft =
                findings.draft("exif", field.locator.as_str(), field.value.as_str(), Tier::S2);
            findings.add(draft.licence(claim));
        }
    }
}

fn read_iim(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(reading) = asset.reading else { return };
    for field in &reading.metadata.iim {
        let claim = match (field.record, field.dataset) {
            (2, 80) => creators_of(&field.value),
            (2, 110) => present(Some(&field.value))
                .map(|credit| LicenceClaim { credit: Some(credit), ..LicenceClaim::default() }),
            (2, 116) => present(Some(&field.value)).map(notice),
            (2, 40) => present(Some(&field.value))
                .map(|terms| LicenceClaim { terms: Some(terms), ..LicenceClaim::default() }),
            (2, 115) => present(Some(&field.value)).map(|supplier| LicenceClaim {
                suppliers: vec![supplier],
                ..LicenceClaim::default()
            }),
            (2, 118) => present(Some(&field.value))
                .map(|contact| LicenceClaim { contacts: vec![contact], ..LicenceClaim::default() }),
            _ => None,
        };
        if let Some(claim) = claim {
            let draft =
                findings.draft("iim", field.locator.as_str(), field.value.as_str(), Tier::S2);
            findings.add(draft.licence(claim));
        }
    }
}

/// The texts of a picture: keywords of PNG (3rd edition, 11.3.3.1), comments of JPEG and GIF.
/// A comment is no notice; it counts only where a licence's address stands in it.
fn read_texts(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(reading) = asset.reading.filter(|_| asset.is_picture()) else { return };
    for text in &reading.metadata.text {
        let value = present(Some(&text.value));
        let claim = match text.key.to_ascii_lowercase().as_str() {
            "copyright" => value.map(notice),
            "author" => creators_of(&text.value),
            "disclaimer" => {
                value.map(|terms| LicenceClaim { terms: Some(terms), ..LicenceClaim::default() })
            }
            "comment" | "description" => value
                .map(notice)
                .filter(|c| c.uri.is_some())
                .map(|c| LicenceClaim { notice: None, ..c }),
            _ => None,
        };
        let Some(claim) = claim else { continue };
        let locator = format!("{}, {}", text.locator, text.key);
        let draft = findings.draft("text", locator, text.value.as_str(), Tier::S2);
        findings.add(draft.licence(claim));
    }
}

/// A copyright notice; a licence address in it names the licence, as photographers
/// who have no XMP write it.
fn notice(text: String) -> LicenceClaim {
    let mut claim = match creative_commons::in_text(&text).as_slice() {
        [only] => creative_commons::claim_from_url(&only.uri).unwrap_or_default(),
        _ => LicenceClaim::default(),
    };
    claim.notice = Some(text);
    claim
}

fn creators_of(value: &str) -> Option<LicenceClaim> {
    let list: Vec<&str> = value.split([';', '\0']).collect();
    let creators = names(&list);
    (!creators.is_empty()).then(|| LicenceClaim { creators, ..LicenceClaim::default() })
}

/// A text that is more than blanks. EXIF writers fill unused fields with spaces.
fn present(text: Option<&str>) -> Option<String> {
    let text = text?.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_string())
}

fn names(texts: &[&str]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts.iter().filter_map(|t| present(Some(t))).take(32) {
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    kept
}

/// The texts of these fields in a struct or a list of structs.
fn fields(property: &Property, ns: &str, wanted: &[&str]) -> Vec<String> {
    let structs = structs(property);
    let found = wanted.iter().flat_map(|name| structs.iter().filter_map(|s| s.field(ns, name)));
    names(&found.filter_map(Property::first_text).collect::<Vec<_>>())
}

/// The AI system that a packet names, with its version.
fn system(packet: &XmpPacket) -> Option<String> {
    let text = |name| packet.all(IPTC_EXT, name).find_map(Property::first_text);
    let name = present(text("AISystemUsed"))?;
    Some(match present(text("AISystemVersionUsed")) {
        Some(version) => format!("{name} {version}"),
        None => name,
    })
}

/// The address of a term, with a remark where the file does not have it as the standard says:
/// without the vocabulary's address.
fn source_type(text: &str) -> Option<(String, Option<&'static str>)> {
    if text.contains("digitalsourcetype/") {
        return Some((text.to_string(), None));
    }
    let term = TERMS.iter().find(|term| term.eq_ignore_ascii_case(text)).copied();
    // A label of the vocabulary that Google's tools wrote as if it were the term.
    let label = || {
        text.eq_ignore_ascii_case("CompositeIncludingSyntheticElements")
            .then_some("compositeSynthetic")
    };
    let term = term.or_else(label)?;
    Some((format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}"), Some("normalised")))
}

/// Terms of the vocabulary, with the retired ones
/// (<https://cv.iptc.org/newscodes/digitalsourcetype/>, November 2025).
const TERMS: [&str; 20] = [
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "composite",
    "compositeCapture",
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMedia",
    "computationalCapture",
    "dataDrivenMedia",
    "digitalArt",
    "digitalCapture",
    "digitalCreation",
    "humanEdits",
    "minorHumanEdits",
    "negativeFilm",
    "positiveFilm",
    "print",
    "screenCapture",
    "softwareImage",
    "trainedAlgorithmicMedia",
    "virtualRecording",
];

/// Reads the source type and the AI fields that 2025.1 added; the prompt's writer is
/// expressly not the creator, so nothing is made of that field.
fn read_source(asset: &Asset<'_>, findings: &mut Findings) {
    let mut told = false;
    // The second is the property of before 2010, still in older files.
    let places = asset.xmp(IPTC_EXT, "DigitalSourceType").into_iter();
    for place in places.chain(asset.xmp(IPTC_EXT, "DigitalSourcefileType")) {
        let Some(text) = present(place.property.first_text()) else { continue };
        let locator = place.locator("Iptc4xmpExt:DigitalSourceType");
        let Some((source_type, note)) = source_type(&text) else {
            findings.malformed(locator, text, "not a digital source type");
            continue;
        };
        told = true;
        let claim = OriginClaim { source_type: Some(source_type), ai_system: system(place.packet) };
        let mut draft = findings.draft("xmp", locator, text, place.tier(Tier::S2)).origin(claim);
        for note in note.map(str::to_string).into_iter().chain(prompt(place.packet)) {
            draft = draft.note(note);
        }
        findings.add(draft);
    }
    if told {
        return;
    }
    for place in asset.xmp(IPTC_EXT, "AIPromptInformation") {
        // A prompt without a system or a type: shown, and nothing is concluded from it.
        let Some(text) = present(place.property.first_text()) else { continue };
        if system(place.packet).is_none() {
            let locator = place.locator("Iptc4xmpExt:AIPromptInformation");
            let draft = findings.draft("xmp", locator, text, place.tier(Tier::S2));
            findings.add(draft.note("a prompt for an AI system; which one is not said"));
        }
    }
    for place in asset.xmp(IPTC_EXT, "AISystemUsed") {
        let Some(name) = system(place.packet) else { continue };
        let claim = OriginClaim { source_type: None, ai_system: Some(name.clone()) };
        let locator = place.locator("Iptc4xmpExt:AISystemUsed");
        let mut draft = findings.draft("xmp", locator, name, place.tier(Tier::S2)).origin(claim);
        if let Some(note) = prompt(place.packet) {
            draft = draft.note(note);
        }
        findings.add(draft);
    }
}

/// The prompt that a packet says was given to the system.
fn prompt(packet: &XmpPacket) -> Option<String> {
    let text = packet.all(IPTC_EXT, "AIPromptInformation").find_map(Property::first_text);
    Some(format!("prompt: {}", present(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::TextField;
    use crate::signal::bench::{Bench, item, simple};
    use crate::vocabulary::Statement;

    const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

    fn claim(s: &Statement) -> LicenceClaim {
        s.licence.clone().unwrap_or_default()
    }

    fn array(ns: &str, name: &str, fields: &[(&str, &str, &str)]) -> Property {
        let entry = Property {
            children: fields.iter().map(|(ns, n, t)| simple(ns, n, t)).collect(),
            ..simple("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "li", "")
        };
        Property { children: vec![entry], ..simple(ns, name, "") }
    }

    #[test]
    fn every_xmp_field_is_its_own_statement() {
        let found = Bench::new()
            .xmp(vec![
                item(DC, "rights", "© 2026 Ada Example"),
                item(DC, "creator", "Ada Example"),
                simple(PHOTOSHOP, "Credit", "Ada Example / Example Pictures"),
                item(XMP_RIGHTS, "Owner", "Example Ltd"),
                simple(XMP_RIGHTS, "Marked", "True"),
                simple(XMP_RIGHTS, "WebStatement", "https://photos.example/licence/42"),
                item(XMP_RIGHTS, "UsageTerms", "No redistribution"),
                array(
                    PLUS,
                    "Licensor",
                    &[
                        (PLUS, "LicensorName", "Example Pictures"),
                        (PLUS, "LicensorURL", "https://photos.example/buy/42"),
                    ],
                ),
                array(PLUS, "CopyrightOwner", &[(PLUS, "CopyrightOwnerName", "Example Ltd")]),
                array(PLUS, "ImageCreator", &[(PLUS, "ImageCreatorName", "Ada Example")]),
                simple(PLUS, "CopyrightStatus", "http://ns.useplus.org/ldf/vocab/CS-PRO"),
            ])
            .read()
            .of("iptc.rights");
        assert_eq!(found.len(), 11);
        assert_eq!(found[0].locator, "APP1 at 0x14, dc:rights");
        assert_eq!(claim(&found[0]).notice.as_deref(), Some("© 2026 Ada Example"));
        assert_eq!(claim(&found[1]).creators, ["Ada Example"]);
        assert_eq!(claim(&found[2]).credit.as_deref(), Some("Ada Example / Example Pictures"));
        assert_eq!(claim(&found[3]).owners, ["Example Ltd"]);
        assert_eq!(claim(&found[4]).marked, Some(true));
        assert_eq!(claim(&found[5]).terms.as_deref(), Some("https://photos.example/licence/42"));
        assert_eq!(claim(&found[6]).terms.as_deref(), Some("No redistribution"));
        assert_eq!(
            claim(&found[7]).licensing_url.as_deref(),
            Some("https://photos.example/buy/42")
        );
        assert_eq!(claim(&found[8]).owners, ["Example Ltd"]);
        assert_eq!(claim(&found[9]).creators, ["Ada Example"]);
        assert_eq!(claim(&found[10]).marked, Some(true));
        assert!(found.iter().all(|s| s.verdicts.is_empty()), "rights fields are no AI consent");
    }

    #[test]
    fn whom_to_ask_and_who_supplied_it() {
        let codes = "http://ns.useplus.org/ldf/vocab/";
        let found = Bench::new()
            .iim(2, 40, "No AI training")
            .iim(2, 115, "Old Archive")
            .iim(2, 118, "desk@archive.example")
            .xmp(vec![
                array(
                    PLUS,
                    "Licensor",
                    &[
                        (PLUS, "LicensorName", "Example Pictures"),
                        (PLUS, "LicensorEmail", "rights@photos.example"),
                        (PLUS, "LicensorTelephone1", "+49 30 123456"),
                    ],
                ),
                array(IPTC_CORE, "CreatorContactInfo", &[(IPTC_CORE, "CiEmailWork", "a@b.test")]),
                array(PLUS, "ImageSupplier", &[(PLUS, "ImageSupplierName", "Example Agency")]),
                simple(PHOTOSHOP, "Source", "Example Wire"),
                simple(PLUS, "CreditLineRequired", &format!("{codes}CR-CAI")),
                simple(XMP_RIGHTS, "Certificate", "https://photos.example/proof"),
                simple(TIFF, "Copyright", "© Ada"),
                simple(TIFF, "Artist", "Ada; Bob"),
                simple(PHOTOSHOP, "Instructions", "Ask first"),
            ])
            .read()
            .of("iptc.rights");
        let claims: Vec<LicenceClaim> = found.iter().map(claim).collect();
        let ways = ["Example Pictures", "rights@photos.example", "+49 30 123456"];
        assert_eq!(claims[0].contacts, ways);
        assert_eq!(claims[1].contacts, ["a@b.test"]);
        assert_eq!(claims[2].suppliers, ["Example Agency"]);
        assert_eq!(claims[3].suppliers, ["Example Wire"]);
        assert_eq!(claims[4].credit_required, Some(true));
        assert_eq!(
            (&claims[5], found[5].raw.as_str()),
            (&LicenceClaim::default(), "https://photos.example/proof")
        );
        assert_eq!(claims[6].notice.as_deref(), Some("© Ada"));
        assert_eq!(claims[7].creators, ["Ada", "Bob"]);
        assert_eq!(claims[8].terms.as_deref(), Some("Ask first"));
        assert_eq!(claims[9].terms.as_deref(), Some("No AI training"));
        assert_eq!(claims[10].suppliers, ["Old Archive"]);
        assert_eq!(claims[11].contacts, ["desk@archive.example"]);
    }

    #[test]
    fn exif_comes_before_xmp_and_iim_after_it() {
        let found = Bench::new()
            .iim(2, 116, "IIM notice")
            .iim(2, 80, "Iim Author")
            .iim(2, 110, "Iim Credit")
            .xmp(vec![item(DC, "rights", "XMP notice")])
            .exif(0x8298, "Copyright", "EXIF notice\nEditor")
            .exif(0x013B, "Artist", "Ada Example; Bob Example")
            .read()
            .of("iptc.rights");
        let carriers: Vec<&str> = found.iter().map(|s| s.carrier.as_str()).collect();
        assert_eq!(carriers, ["exif", "exif", "xmp", "iim", "iim", "iim"]);
        assert_eq!(claim(&found[0]).notice.as_deref(), Some("EXIF notice; Editor"));
        assert_eq!(claim(&found[1]).creators, ["Ada Example", "Bob Example"]);
        assert_eq!(found[0].locator, "APP1 at 0x2, Copyright");
        assert_eq!(found[3].locator, "APP13 at 0x90, 2:116");
        assert_eq!(claim(&found[5]).credit.as_deref(), Some("Iim Credit"));
    }

    #[test]
    fn blank_fields_are_silent() {
        let findings = Bench::new()
            .exif(0x8298, "Copyright", "   \0 ")
            .exif(0x013B, "Artist", ";;  ;")
            .iim(2, 116, "")
            .xmp(vec![simple(XMP_RIGHTS, "Marked", "maybe"), item(DC, "rights", " ")])
            .read();
        assert!(findings.of("iptc.rights").is_empty());
        assert_eq!(findings.state("iptc.rights"), "checked-absent");
    }

    #[test]
    fn a_licence_address_in_the_notice_names_the_licence() {
        let found = Bench::new()
            .exif(0x8298, "Copyright", "CC BY https://creativecommons.org/licenses/by/4.0/")
            .read()
            .of("iptc.rights");
        assert_eq!(claim(&found[0]).spdx.as_deref(), Some("CC-BY-4.0"));
    }

    #[test]
    fn the_texts_of_a_png_are_read() {
        let mut bench = Bench::new();
        let text = |key: &str, value: &str| TextField {
            key: key.to_string(),
            value: value.to_string(),
            locator: "tEXt at 0x21".to_string(),
        };
        bench.reading.as_mut().unwrap().metadata.text = vec![
            text("Copyright", "(c) 2026 Ada Example"),
            text("Author", "Ada Example; Bob Example"),
            text("Disclaimer", "No warranty"),
            text("Comment", "made with a plotter"),
            text("Comment", "see http://creativecommons.org/licenses/by/4.0/"),
        ];
        let found = bench.read().of("iptc.rights");
        assert_eq!(found.len(), 4, "a comment is no notice");
        assert_eq!(claim(&found[0]).notice.as_deref(), Some("(c) 2026 Ada Example"));
        assert_eq!(found[0].locator, "tEXt at 0x21, Copyright");
        assert_eq!(claim(&found[1]).creators, ["Ada Example", "Bob Example"]);
        assert_eq!(claim(&found[2]).terms.as_deref(), Some("No warranty"));
        assert_eq!(claim(&found[3]).spdx.as_deref(), Some("CC-BY-4.0"));
        assert_eq!(claim(&found[3]).notice, None);
    }

    #[test]
    fn a_web_statement_without_its_scheme_is_kept_as_words() {
        let found = Bench::new()
            .xmp(vec![simple(XMP_RIGHTS, "WebStatement", "www.photos.example")])
            .read()
            .of("iptc.rights");
        assert_eq!(claim(&found[0]).terms.as_deref(), Some("www.photos.example"));
    }

    #[test]
    fn a_term_without_the_address_of_its_vocabulary_is_understood() {
        for (text, term) in [
            ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia"),
            ("digitalcapture", "digitalCapture"),
            ("CompositeIncludingSyntheticElements", "compositeSynthetic"),
        ] {
            let found = Bench::new()
                .xmp(vec![simple(IPTC_EXT, "DigitalSourceType", text)])
                .read()
                .of("iptc.source");
            let uri = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}");
            assert_eq!(found[0].origin.clone().unwrap().source_type, Some(uri));
            assert_eq!(
                (found[0].raw.as_str(), found[0].notes.as_slice()),
                (text, &["normalised".to_string()][..])
            );
        }
    }

    #[test]
    fn marked_false_says_public_domain() {
        let found =
            Bench::new().xmp(vec![simple(XMP_RIGHTS, "Marked", "False")]).read().of("iptc.rights");
        assert_eq!(claim(&found[0]).marked, Some(false));
    }

    #[test]
    fn the_source_type_and_the_ai_system_are_read_together() {
        let found = Bench::new()
            .xmp(vec![
                simple(IPTC_EXT, "DigitalSourceType", TRAINED),
                simple(IPTC_EXT, "AISystemUsed", "Example Diffusion"),
                simple(IPTC_EXT, "AISystemVersionUsed", "3"),
                simple(IPTC_EXT, "AIPromptWriterName", "Bob"),
            ])
            .read()
            .of("iptc.source");
        assert_eq!(found.len(), 1);
        let origin = found[0].origin.clone().unwrap();
        assert_eq!(origin.source_type.as_deref(), Some(TRAINED));
        assert_eq!(origin.ai_system.as_deref(), Some("Example Diffusion 3"));
    }

    #[test]
    fn an_ai_system_alone_is_a_statement() {
        let found = Bench::new()
            .xmp(vec![simple(IPTC_EXT, "AISystemUsed", "Example Diffusion")])
            .read()
            .of("iptc.source");
        assert_eq!(found[0].locator, "APP1 at 0x14, Iptc4xmpExt:AISystemUsed");
    }

    #[test]
    fn a_prompt_is_shown_with_its_system_or_alone() {
        let prompt = || simple(IPTC_EXT, "AIPromptInformation", "a heron at dusk");
        let system = simple(IPTC_EXT, "AISystemUsed", "Example Diffusion");
        let found = Bench::new().xmp(vec![prompt(), system]).read().of("iptc.source");
        assert_eq!(
            (found.len(), found[0].notes.as_slice()),
            (1, &["prompt: a heron at dusk".to_string()][..])
        );
        let alone = Bench::new().xmp(vec![prompt()]).read().of("iptc.source");
        assert_eq!((alone.len(), alone[0].origin.as_ref()), (1, None));
        assert_eq!(alone[0].raw, "a heron at dusk");
    }

    #[test]
    fn a_source_type_outside_the_vocabulary_is_malformed() {
        let findings =
            Bench::new().xmp(vec![simple(IPTC_EXT, "DigitalSourceType", "camera")]).read();
        assert_eq!(findings.state("iptc.source"), "malformed");
    }
}
