//! One work as data: a line of `sayso check --json` and of what the list saves, schema
//! `sayso.check/1`.
//!
//! Others build on this shape: fields may be added, none renamed or removed.

use std::collections::BTreeMap;

use crate::fingerprint::{Chromaprint, Fingerprint, Iscc};
use crate::inquiry::Asked;
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::metadata::c2pa::{Attestation, Manifest, Revocation};
use crate::page::Failure;
use crate::reading::Reading;
use crate::registry::{Answer, Fit, Hit};
use crate::signal::c2pa::{self, Legible};
use crate::signal::{Asset, Documents, SiteFacts};
use crate::verdict::{Judgement, OriginKind};
use crate::vocabulary::{
    Authenticity, Basis, Coverage, Problem, ProblemCode, Scope, Tier, Use, Verdict,
};
use serde::Serialize;

/// All that is known of one work.
pub struct Checked<'a> {
    /// Its file or address.
    pub source: &'a str,
    /// The page that shows it, and its name there.
    pub shown: Option<(&'a str, &'a str)>,
    /// What its bytes said, if there were any.
    pub reading: Option<&'a Reading>,
    /// What follows.
    pub judgement: &'a Judgement,
    /// Records of own works and registries.
    pub hits: &'a [&'a Hit],
    /// Registries that were asked, and what came of it.
    pub asked: &'a [Asked],
    /// Faults of the source and of its bytes.
    pub problems: &'a [Problem],
}

/// The line of one source.
#[derive(Serialize)]
pub struct Line<'a> {
    schema: &'static str,
    source: &'a str,
    /// The address of the page that shows it; a file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'a str>,
    /// What the page calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    media: Option<&'a MediaFacts>,
    fingerprint: FingerprintLine<'a>,
    consent: BTreeMap<Use, ConsentLine>,
    licence: LicenceLine<'a>,
    origin: OriginLine<'a>,
    statements: Vec<StatementLine<'a>>,
    coverage: &'a BTreeMap<String, Coverage>,
    c2pa: C2paLine<'a>,
    matches: Vec<MatchLine<'a>>,
    registries: Vec<RegistryLine<'a>>,
    problems: &'a [Problem],
}

impl<'a> Line<'a> {
    /// The line of what was found out.
    pub fn of(checked: &Checked<'a>) -> Line<'a> {
        let judgement = checked.judgement;
        Line {
            schema: "sayso.check/1",
            source: checked.source,
            page: checked.shown.map(|(page, _)| page),
            name: checked.shown.map(|(_, name)| name),
            media: checked.reading.and_then(|r| r.media.as_ref()),
            fingerprint: fingerprint(checked.reading.map(|r| &r.fingerprint)),
            consent: consent(judgement),
            licence: LicenceLine {
                uri: judgement.licence.uri.as_deref(),
                spdx: judgement.licence.spdx.as_deref(),
                notice: judgement.licence.notice.as_deref(),
                owners: &judgement.licence.owners,
                creators: &judgement.licence.creators,
                credit: judgement.licence.credit.as_deref(),
                licensing_url: judgement.licence.licensing_url.as_deref(),
                contacts: &judgement.licence.contacts,
                suppliers: &judgement.licence.suppliers,
                conditions: &judgement.licence.conditions,
                terms: judgement.licence.terms.as_deref(),
                marked: judgement.licence.marked,
                ambiguous: judgement.licence.ambiguous,
            },
            origin: OriginLine {
                kind: judgement.origin.kind,
                source_type: judgement.origin.source_type.as_deref(),
                ai_system: judgement.origin.ai_system.as_deref(),
            },
            statements: statements(judgement),
            coverage: &judgement.coverage,
            c2pa: C2paLine::of(checked),
            matches: matches(checked),
            registries: checked.asked.iter().map(registry).collect(),
            problems: checked.problems,
        }
    }
}

/// Codes that do not apply are `null`, so every field is always there.
#[derive(Serialize)]
struct FingerprintLine<'a> {
    blake3: Option<&'a str>,
    sha1: Option<&'a str>,
    sha256: Option<&'a str>,
    iscc: IsccLine<'a>,
    phash: Option<&'a str>,
    dhash: Option<&'a str>,
    chromaprint: Option<&'a Chromaprint>,
    featureless: bool,
    unstable: bool,
}

#[derive(Default, Serialize)]
struct IsccLine<'a> {
    code: Option<&'a str>,
    image: Option<&'a str>,
    image_256: Option<&'a str>,
    image_tolerant: Option<&'a str>,
    audio: Option<&'a str>,
    audio_256: Option<&'a str>,
    data: Option<&'a str>,
    instance: Option<&'a str>,
}

#[derive(Serialize)]
struct ConsentLine {
    verdict: Verdict,
    basis: Option<Basis>,
    tier: Option<Tier>,
    mixed: bool,
}

#[derive(Serialize)]
struct LicenceLine<'a> {
    uri: Option<&'a str>,
    spdx: Option<&'a str>,
    notice: Option<&'a str>,
    owners: &'a [String],
    creators: &'a [String],
    credit: Option<&'a str>,
    licensing_url: Option<&'a str>,
    contacts: &'a [String],
    suppliers: &'a [String],
    conditions: &'a [String],
    terms: Option<&'a str>,
    marked: Option<bool>,
    ambiguous: bool,
}

#[derive(Serialize)]
struct OriginLine<'a> {
    kind: OriginKind,
    source_type: Option<&'a str>,
    ai_system: Option<&'a str>,
}

#[derive(Serialize)]
struct StatementLine<'a> {
    signal: &'a str,
    carrier: &'a str,
    locator: &'a str,
    raw: &'a str,
    scope: Scope,
    pattern: Option<&'a str>,
    declared_by: Option<&'a str>,
    authenticity: Authenticity,
    tier: Tier,
    verdicts: BTreeMap<Use, Verdict>,
    offers: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct C2paLine<'a> {
    state: Option<&'static str>,
    issuer: Option<&'a str>,
    signed_at: Option<&'a str>,
    /// Whether the signer's certificate had been withdrawn; nobody is asked.
    revocation: Revocation,
    codes: &'a [String],
    /// What the active manifest claims, whatever that is worth.
    claims: Option<&'a Manifest>,
    identities: &'a [Attestation],
    /// Where a manifest lies that is not in the file.
    remote: Option<String>,
}

impl<'a> C2paLine<'a> {
    fn of(checked: &Checked<'a>) -> C2paLine<'a> {
        let store = checked.reading.and_then(|r| r.metadata.c2pa.as_ref());
        let validation = store.and_then(|s| s.validation.as_ref());
        let site = SiteFacts::default();
        let reading = checked.reading;
        let documents = Documents::default();
        let asset =
            Asset { url: "", reading, page: None, work: None, site: &site, documents: &documents };
        C2paLine {
            state: manifest_state(checked),
            issuer: validation.and_then(|v| v.issuer.as_deref()),
            signed_at: validation.and_then(|v| v.signed_at.as_deref()),
            revocation: validation.map(|v| v.revocation).unwrap_or_default(),
            codes: validation.map(|v| v.codes.as_slice()).unwrap_or_default(),
            claims: store.filter(|s| s.legible == Legible::Claimed).map(|s| &s.active),
            identities: validation.map(|v| v.identities.as_slice()).unwrap_or_default(),
            remote: c2pa::remote(&asset),
        }
    }
}

#[derive(Serialize)]
struct MatchLine<'a> {
    registry: &'a str,
    record_id: &'a str,
    record_url: Option<&'a str>,
    title: Option<&'a str>,
    #[serde(rename = "match")]
    fit: &'static str,
    distance: Option<u32>,
    bits: Option<u32>,
    sure: bool,
    /// Mirrored or turned.
    turned: bool,
}

/// What came of asking one registry.
#[derive(Serialize)]
struct RegistryLine<'a> {
    registry: &'a str,
    answer: &'static str,
    why: Option<&'a str>,
}

/// A source that could not be had, as its fault.
pub fn problem_of(failure: &Failure) -> Problem {
    let (code, message) = match failure {
        Failure::Silent => (ProblemCode::Network, "the server did not answer in time".to_string()),
        Failure::Status { status } => {
            (ProblemCode::Network, format!("the server answered {status}"))
        }
        Failure::PrivateRedirect => (
            ProblemCode::Network,
            "the server redirects from a public to a private address".to_string(),
        ),
        Failure::TooLarge => (
            ProblemCode::OverLimit,
            format!("more than the {} bytes that are read", Limits::DEFAULT.file_bytes),
        ),
        Failure::Network { detail } => (ProblemCode::Network, detail.clone()),
        Failure::Crashed => (ProblemCode::Unreadable, "the reader stopped".to_string()),
        Failure::NotAllowed => (ProblemCode::Network, "not allowed".to_string()),
        Failure::NoAccess => (ProblemCode::Network, "no access to this host".to_string()),
        Failure::Unreachable => (ProblemCode::Network, "no address that can be read".to_string()),
    };
    Problem::new(code, "address", message)
}

fn fingerprint(found: Option<&Fingerprint>) -> FingerprintLine<'_> {
    let text = |of: fn(&Fingerprint) -> &String| {
        found.map(|f| of(f).as_str()).filter(|code| !code.is_empty())
    };
    FingerprintLine {
        blake3: text(|f| &f.blake3),
        sha1: text(|f| &f.sha1),
        sha256: text(|f| &f.sha256),
        iscc: found.map(|f| iscc(&f.iscc)).unwrap_or_default(),
        phash: found.and_then(|f| f.phash.as_deref()),
        dhash: found.and_then(|f| f.dhash.as_deref()),
        chromaprint: found.and_then(|f| f.chromaprint.as_ref()),
        featureless: found.is_some_and(|f| f.featureless),
        unstable: found.is_some_and(|f| f.unstable),
    }
}

fn iscc(iscc: &Iscc) -> IsccLine<'_> {
    IsccLine {
        code: iscc.code.as_deref(),
        image: iscc.image.as_deref(),
        image_256: iscc.image_256.as_deref(),
        image_tolerant: iscc.image_tolerant.as_deref(),
        audio: iscc.audio.as_deref(),
        audio_256: iscc.audio_256.as_deref(),
        data: iscc.data.as_deref(),
        instance: iscc.instance.as_deref(),
    }
}

fn consent(judgement: &Judgement) -> BTreeMap<Use, ConsentLine> {
    let nothing =
        ConsentLine { verdict: Verdict::Unspecified, basis: None, tier: None, mixed: false };
    let line = |u: Use| match judgement.consent.get(&u) {
        Some(c) => ConsentLine { verdict: c.verdict, basis: c.basis, tier: c.tier, mixed: c.mixed },
        None => ConsentLine { ..nothing },
    };
    Use::ALL.into_iter().map(|u| (u, line(u))).collect()
}

/// What the manifest is worth. A manifest that lies elsewhere is not fetched, and a file whose
/// format is unknown may have one: both are "unsupported". "absent" is said only of bytes that
/// were walked whole; of those that could not be, a manifest may be the missing part. `None`
/// where there are no bytes at all.
fn manifest_state(checked: &Checked<'_>) -> Option<&'static str> {
    let reading = checked.reading?;
    if let Some(store) = &reading.metadata.c2pa {
        let unchecked = match store.legible {
            Legible::Malformed => "malformed",
            Legible::Claimed | Legible::Unsupported => "unsupported",
        };
        return Some(store.validation.as_ref().map_or(unchecked, |v| v.state.token()));
    }
    if reading.media.is_none() {
        return Some("unsupported");
    }
    // Whether the bytes were walked whole is known by a signal that is read from the manifest.
    Some(match checked.judgement.coverage.get(c2pa::TDM.id) {
        Some(Coverage::CheckedAbsent | Coverage::Found) => "absent",
        Some(Coverage::Malformed) => "malformed",
        _ => "unsupported",
    })
}

fn statements(judgement: &Judgement) -> Vec<StatementLine<'_>> {
    let line = |s: &'_ crate::vocabulary::Statement| -> BTreeMap<Use, Verdict> {
        s.verdicts.iter().map(|(u, stance)| (*u, stance.verdict)).collect()
    };
    judgement
        .statements
        .iter()
        .map(|s| StatementLine {
            signal: &s.signal,
            carrier: &s.carrier,
            locator: &s.locator,
            raw: &s.raw,
            scope: s.scope,
            pattern: s.pattern.as_deref(),
            declared_by: s.declared_by.as_deref(),
            authenticity: s.authenticity,
            tier: s.tier,
            verdicts: line(s),
            offers: &s.offers,
            notes: &s.notes,
        })
        .collect()
}

fn matches<'a>(checked: &Checked<'a>) -> Vec<MatchLine<'a>> {
    checked
        .hits
        .iter()
        .map(|hit| {
            let (fit, distance, bits, sure) = match hit.fit {
                Fit::Exact => ("exact", None, None, true),
                Fit::Url => ("url", None, None, true),
                Fit::Near { distance, bits, sure, .. } => {
                    ("near", Some(distance), Some(bits), sure)
                }
            };
            MatchLine {
                registry: &hit.registry,
                record_id: &hit.record_id,
                record_url: hit.record_url.as_deref(),
                title: hit.title.as_deref(),
                fit,
                distance,
                bits,
                sure,
                turned: matches!(hit.fit, Fit::Near { turned: true, .. }),
            }
        })
        .collect()
}

fn registry(asked: &Asked) -> RegistryLine<'_> {
    let (answer, why) = match &asked.answer {
        Some(Answer::Hits { .. }) => ("hits", None),
        Some(Answer::Miss) => ("miss", None),
        Some(Answer::Unavailable { why, .. }) => ("unavailable", Some(why.as_str())),
        Some(Answer::Refused { why }) => ("refused", Some(why.as_str())),
        None => ("not-asked", None),
    };
    RegistryLine { registry: &asked.registry, answer, why }
}
