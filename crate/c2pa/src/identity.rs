//! CAWG identity assertions: who vouches for which assertions of a manifest.
//!
//! CAWG identity 1.3, <https://cawg.io/identity/1.3/>. Signatures with a certificate
//! (`cawg.x509.cose`) are checked here, aggregated identities
//! (`cawg.identity_claims_aggregation`) in `aggregation.rs`. Left out: other sorts, which are
//! answered as not supported, and nobody is named for them.

use std::collections::BTreeSet;

use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::{
    self, Attestation, Reference, Revocation, Standing, base_label, references, resolve,
};
use sayso_core::metadata::cbor::{self, Cbor};
use sayso_core::metadata::jumbf::Superbox;

use crate::aggregation;
use crate::binding;
use crate::cose::{self, Anchored};

/// Identities of one manifest that are checked.
const MOST: usize = 16;

/// Checks the identities of a manifest; the status codes of those that fail come along.
pub fn check(
    root: &Superbox<'_>,
    manifest: &Superbox<'_>,
    anchored: &Anchored<'_>,
    limits: &Limits,
) -> (Vec<Attestation>, Vec<&'static str>) {
    let claim = c2pa::claim(manifest).and_then(|(_, bytes)| cbor::read(bytes));
    let claim = claim.unwrap_or(Cbor::Null);
    let listed = references(&claim);
    let mut found = Vec::new();
    let mut codes = Vec::new();
    let mut seen = BTreeSet::new();
    let own = listed.iter().filter(|r| base_label(r.label()) == "cawg.identity");
    for reference in own.filter(|r| seen.insert(r.label())).take(MOST) {
        let Some(place) = resolve(root, manifest, reference.url) else { continue };
        let (state, name, code) = one(place, &listed, anchored, limits);
        codes.extend(code);
        found.push(Attestation { label: reference.label().to_owned(), state, name });
    }
    (found, codes)
}

type Found = (Standing, Option<String>, Vec<&'static str>);

fn one(
    place: &Superbox<'_>,
    listed: &[Reference<'_>],
    anchored: &Anchored<'_>,
    limits: &Limits,
) -> Found {
    let malformed = |code: &'static str| (Standing::Malformed, None, vec![code]);
    let bytes = place.content(b"cbor").unwrap_or_default();
    let parts = c2pa::content(place, limits).zip(cbor::raw(bytes, "signer_payload"));
    let Some((value, signed)) = parts else { return malformed("cawg.identity.cbor.invalid") };
    let Some(payload) = value.get("signer_payload") else {
        return malformed("cawg.identity.cbor.invalid");
    };
    let Some(signature) = value.get("signature").and_then(Cbor::bytes) else {
        return malformed("cawg.identity.cbor.invalid");
    };
    let mut codes = Vec::new();
    let zeros = |key: &str| match value.get(key) {
        Some(pad) => pad.bytes().is_some_and(|pad| pad.iter().all(|b| *b == 0)),
        None => true,
    };
    if !zeros("pad1") || !zeros("pad2") {
        codes.push("cawg.identity.pad.invalid");
    }
    // What it signs is what the claim lists (section 7.1).
    let signs: Vec<Reference<'_>> = payload
        .items_of("referenced_assertions")
        .iter()
        .filter_map(|r| Reference::read(r, c2pa::Attribution::Created))
        .collect();
    let all: BTreeSet<(&str, &[u8])> = listed.iter().map(|l| (l.label(), l.hash)).collect();
    let same = |r: &Reference<'_>| all.contains(&(r.label(), r.hash));
    if !signs.iter().all(same) {
        codes.push("cawg.identity.assertion.mismatch");
    }
    let mut labels: Vec<&str> = signs.iter().map(Reference::label).collect();
    labels.sort_unstable();
    if labels.windows(2).any(|pair| pair.first() == pair.last()) {
        codes.push("cawg.identity.assertion.duplicate");
    }
    if !signs.iter().any(|r| binding::is_hard(r.label())) {
        codes.push("cawg.identity.hard_binding_missing");
    }
    let state = match codes.is_empty() {
        true => None,
        false => Some(Standing::Malformed),
    };
    match payload.text_of("sig_type") {
        Some("cawg.x509.cose") => {
            let (worth, name, more) = by_certificate(signature, signed, anchored);
            codes.extend(more);
            (state.unwrap_or(worth), name.filter(|_| state.is_none()), codes)
        }
        Some("cawg.identity_claims_aggregation") => {
            let (worth, name, more) = aggregation::check(signature, payload, anchored);
            codes.extend(more);
            (state.unwrap_or(worth), name.filter(|_| state.is_none()), codes)
        }
        _ => {
            codes.push("cawg.identity.sig_type.unknown");
            (state.unwrap_or(Standing::Unsupported), None, codes)
        }
    }
}

/// A signature with a certificate over the payload as it stands in the file.
fn by_certificate(signature: &[u8], signed: &[u8], anchored: &Anchored<'_>) -> Found {
    let worth = cose::check(signature, signed, anchored);
    if worth.unsupported {
        return (Standing::Unsupported, None, vec!["cawg.x509.algorithm.unsupported"]);
    }
    if worth.broken || !worth.holds {
        return (Standing::Tampered, None, vec!["cawg.x509.signature.mismatch"]);
    }
    if !worth.profile {
        return (Standing::Malformed, None, vec!["cawg.x509.credential.invalid"]);
    }
    if worth.revocation == Revocation::Revoked {
        return (Standing::Malformed, None, vec!["cawg.identity.credential_revoked"]);
    }
    if !worth.in_time {
        return (Standing::Malformed, None, vec!["cawg.x509.signature.outside_validity"]);
    }
    match worth.trusted {
        Some(_) => (Standing::Trusted, worth.signer, Vec::new()),
        None => (Standing::ValidUntrusted, worth.signer, vec!["cawg.x509.credential.untrusted"]),
    }
}
