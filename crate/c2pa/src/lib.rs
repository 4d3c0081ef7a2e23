//! Whether what a C2PA manifest claims is true: hashes, signatures, certificates, time stamps.
//!
//! C2PA 2.2, section 15,
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>; CAWG
//! identity 1.3, <https://cawg.io/identity/1.3/>. What a manifest says is the core's business
//! (`sayso_core::metadata::c2pa`); this crate says what it is worth. It is a crate of its own
//! because it is loaded only when a manifest was found. Pure: no network, no clock.
//! Left out: asking anybody about revocation; only the answers that come along count.

use sayso_core::limits::Limits;
use sayso_core::media::{self, BlockKind};
use sayso_core::metadata::c2pa::{
    self, Checked, Revocation, Standing, TrustList, Validation, kind,
};
use sayso_core::metadata::jumbf;

use crate::binding::Place;
use crate::certificate::Anchors;
use crate::cose::Anchored;
use crate::manifest::{Checker, is_tolerated};

mod aggregation;
mod binding;
mod bmff;
mod boxes;
mod certificate;
mod cose;
mod identity;
pub mod lists;
mod manifest;
mod merkle;
mod pack;
mod revocation;
mod rsa;
mod signature;
mod timestamp;

/// Who is trusted for what. By default nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trust<'t> {
    /// The lists that C2PA itself publishes, for signers and for time stamps ([`lists`]).
    pub official: bool,
    /// Signers of claims and those who certify them, beside those: a PEM list.
    pub signers: &'t str,
    /// Authorities of time stamps.
    pub stamps: &'t str,
    /// Signers of identities (CAWG) and those who certify them.
    pub identities: &'t str,
}

impl<'t> Trust<'t> {
    /// The official lists, and the reader's own certificates for every end.
    pub fn with(own: &'t str) -> Trust<'t> {
        Trust { official: true, signers: own, stamps: own, identities: own }
    }
}

/// A time stamp whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// The time that it states, in UTC as RFC 3339 has it.
    pub time: String,
    /// Who signed it, by the name in the certificate that came with it.
    pub authority: Option<String>,
    /// Whether a list that is trusted vouches for that certificate.
    pub trusted: bool,
}

/// Checks the answer of a time-stamping authority (RFC 3161) over a message, at a time in seconds
/// since 1970. `None` where it is about something else, is not signed by the certificate that comes
/// with it, or cannot be read; all three are no time stamp.
pub fn time_stamp(answer: &[u8], message: &[u8], own: &str, now: u64) -> Option<TimeStamp> {
    let own = Anchors::read(own, TrustList::Own);
    let (stamp, authority) = timestamp::attributed(answer, message, &[lists::stamps(), &own], now)?;
    Some(TimeStamp { time: timestamp::written(stamp.time)?, authority, trusted: stamp.trusted })
}

/// Checks the manifest store in a file at a time in seconds since 1970. `None` when the file
/// has none; what that is worth only the core can say.
pub fn validate(file: &[u8], trust: &Trust<'_>, now: u64, limits: &Limits) -> Option<Checked> {
    let opened = media::open(file, limits);
    let mut stores = opened.blocks.iter().filter(|b| b.kind == BlockKind::C2pa);
    let first = stores.next()?;
    if stores.next().is_some() {
        return Some(refused(Standing::Malformed));
    }
    if file.len() > limits.file_bytes {
        return Some(refused(Standing::Unsupported));
    }
    let format = opened.facts.as_ref().map_or("", |f| f.format.as_str());
    let framed = framed(file, format, &first.locator, first.bytes.len());
    let place = Place { framed, length: first.bytes.len(), grown: false };
    Some(validate_store(file, &first.bytes, place, trust, now, limits))
}

/// Checks a manifest store that came from elsewhere than the file it speaks of.
pub fn validate_beside(
    file: &[u8],
    store: &[u8],
    trust: &Trust<'_>,
    now: u64,
    limits: &Limits,
) -> Checked {
    if file.len() > limits.file_bytes {
        return refused(Standing::Unsupported);
    }
    validate_store(file, store, Place::default(), trust, now, limits)
}

/// Where a store lies with all its framing (start, length), in the containers whose framing is
/// simple: it is all that the binding may exclude, and it grows with later manifests.
fn framed(file: &[u8], format: &str, locator: &str, length: usize) -> Option<(usize, usize)> {
    let (_, at) = locator.rsplit_once(" at 0x")?;
    let at = usize::from_str_radix(at, 16).ok()?;
    let whole = match format {
        "jpeg" => {
            let mut end = at;
            // Marker, length, `JP`: the segments of a store follow each other.
            while let Some([0xff, 0xeb, high, low, b'J', b'P', ..]) = file.get(end..) {
                let segment = usize::from(u16::from_be_bytes([*high, *low]));
                end = end.checked_add(segment)?.checked_add(2)?;
            }
            end.checked_sub(at)?
        }
        "png" => length.checked_add(12)?,
        "webp" | "wav" => length.checked_next_multiple_of(2)?.checked_add(8)?,
        _ => return None,
    };
    Some((at, whole))
}

/// Checks a manifest store for a file, wherever the store came from; `place` is where it lies
/// in the file.
fn validate_store(
    file: &[u8],
    store: &[u8],
    place: Place,
    trust: &Trust<'_>,
    now: u64,
    limits: &Limits,
) -> Checked {
    let Ok(root) = jumbf::read(store, limits) else { return refused(Standing::Malformed) };
    let all = c2pa::manifests(&root);
    let Some(active) = all.last().copied().filter(|_| root.kind == kind(b"c2pa")) else {
        return refused(Standing::Malformed);
    };
    match pack::unpack(&root, limits) {
        None => {}
        Some(Err(())) => return refused(Standing::Malformed),
        Some(Ok(store)) => {
            // What is unpacked holds nothing packed, so this goes one step deep.
            let checked = validate_store(file, &store, place, trust, now, limits);
            let (claimed, _) = c2pa::read(&store, "", limits);
            return Checked { unpacked: Some(Box::new(claimed)), ..checked };
        }
    }
    let own = |pem: &str| Anchors::read(pem, TrustList::Own);
    let (signers, stamps) = (own(trust.signers), own(trust.stamps));
    let (mut signers, mut stamps) = (vec![&signers], vec![&stamps]);
    if trust.official {
        signers.insert(0, lists::signers());
        stamps.insert(0, lists::stamps());
    }
    let anchored = Anchored { signers: &signers, stamps: &stamps, now };
    let mut checker = Checker::new(&root, &anchored, limits);
    checker.check(active, manifest::depth());
    checker.check_binding(active, file, place);
    let identities = own(trust.identities);
    let identities = Anchored { signers: &[&identities], stamps: &stamps, now };
    let (identities, odd) = identity::check(&root, active, &identities, limits);

    let counting = checker.counting(active.label);
    let mut codes: Vec<String> = counting.iter().map(|f| f.code.clone()).collect();
    codes.extend(odd.into_iter().map(str::to_owned));
    codes.sort_unstable();
    codes.dedup();
    let fatal: Vec<&str> =
        codes.iter().map(String::as_str).filter(|code| !is_tolerated(code)).collect();
    let worth = checker.worth.get(active.label);
    let state = standing(&fatal, worth.is_some_and(|w| w.trusted.is_some()));
    let stamp = worth.and_then(|w| w.stamp).filter(|_| state.holds());
    let validation = Validation {
        state,
        issuer: worth.and_then(|w| w.signer.clone()),
        vouched_by: worth.and_then(|w| w.trusted).filter(|_| state == Standing::Trusted),
        revocation: worth.map(|w| w.revocation).unwrap_or_default(),
        signed_at: stamp.and_then(|s| timestamp::written(s.time)),
        intact: checker.intact(),
        codes,
        identities,
    };
    Checked { validation, unpacked: None }
}

/// What follows from the failures: what differs was changed; what is only beyond us is not
/// called bad; the rest is against the rules.
fn standing(fatal: &[&str], trusted: bool) -> Standing {
    const CHANGED: [&str; 2] = ["assertion.missing", "assertion.undeclared"];
    let changed = |code: &&str| code.ends_with(".mismatch") || CHANGED.contains(code);
    match (fatal, trusted) {
        ([], true) => Standing::Trusted,
        ([], false) => Standing::ValidUntrusted,
        (codes, _) if codes.iter().any(changed) => Standing::Tampered,
        (codes, _) if codes.iter().all(|c| *c == "algorithm.unsupported") => Standing::Unsupported,
        _ => Standing::Malformed,
    }
}

/// An answer for a store that cannot be looked into.
fn refused(state: Standing) -> Checked {
    let validation = Validation {
        state,
        codes: vec!["general.error".to_owned()],
        issuer: None,
        vouched_by: None,
        revocation: Revocation::NotChecked,
        signed_at: None,
        intact: Vec::new(),
        identities: Vec::new(),
    };
    Checked { validation, unpacked: None }
}
