//! Every file of the corpus that has a manifest: the state and the status codes are those of the
//! reference library, and damaged copies are answered without a panic and in bounded time.
//!
//! The corpus lies beside the repository (`../shared`, or `SAYSO_SHARED`); where it is missing
//! the tests say so and pass. `EXPECTED-c2pa.json` is what c2pa-rs 0.91.3 says without a trust
//! list. Differences that are wanted stand in [`KNOWN`] with their reasons; one that goes away
//! must be taken off the list.

// A test that cannot read its own files has nothing else to do than to fail.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sayso_c2pa::{Trust, validate};
use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::{Revocation, Standing, Validation};
use serde_json::Value;

/// When the tests take place: 22 November 2026. Certificates of real files run out.
const NOW: u64 = 1_795_300_000;

/// Differences that stay: a part of the file's name, and the reason.
const KNOWN: &[(&str, &str)] = &[];

/// The reference library calls a manifest invalid for the fault of an aggregated identity in it;
/// of one with a certificate it does not. For us an identity's faults are its own (CAWG identity
/// 1.3, 7): the manifest holds, and nobody is named.
fn as_the_reference_calls_it(found: &Validation) -> bool {
    found.state.holds() && !found.codes.iter().any(|code| code.starts_with("cawg.ica."))
}

fn shared() -> Option<PathBuf> {
    sayso_shelf::at("corpus")?;
    sayso_shelf::root()
}

fn expected(shared: &std::path::Path) -> Vec<(String, Value, Vec<u8>)> {
    let text = std::fs::read(shared.join("corpus/EXPECTED-c2pa.json")).unwrap();
    let all: Value = serde_json::from_slice(&text).unwrap();
    let files = all["files"].as_object().unwrap();
    files
        .iter()
        .map(|(name, says)| {
            let bytes = std::fs::read(shared.join("corpus").join(name)).unwrap();
            (name.clone(), says.clone(), bytes)
        })
        .collect()
}

fn checked(bytes: &[u8], trust: &Trust<'_>) -> Option<Validation> {
    validate(bytes, trust, NOW, &Limits::DEFAULT).map(|found| found.validation)
}

#[test]
fn states_and_codes_are_those_of_the_reference_library() {
    let Some(shared) = shared() else { return };
    let (mut states, mut codes, mut all) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, says, bytes) in expected(&shared) {
        let Some(state) = says["state"].as_str() else { continue };
        all += 1;
        let known = KNOWN.iter().find(|(part, _)| name.contains(part));
        let found = checked(&bytes, &Trust::default()).unwrap();
        let holds = as_the_reference_calls_it(&found);
        let wanted: Vec<&str> =
            says["codes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let same_state = holds == (state == "Valid");
        let same_codes = found.codes == wanted;
        let same_issuer = found.issuer.as_deref() == says["issuer"].as_str();
        states += usize::from(same_state);
        codes += usize::from(same_codes);
        let same = same_state && same_codes && same_issuer;
        match known {
            None if !same => wrong.push(format!("{name}: {state} {wanted:?}, here {found:?}")),
            Some((part, reason)) if same => {
                wrong.push(format!("{name}: agrees, though {part:?} is known to differ: {reason}"));
            }
            Some((part, _)) => {
                seen.insert(*part);
            }
            None => {}
        }
    }
    for (part, _) in KNOWN.iter().filter(|(part, _)| !seen.contains(part)) {
        wrong.push(format!("{part:?} names no file"));
    }
    println!("{all} files: {states} states and {codes} lists of codes agree");
    assert!(all > 40, "the corpus is not whole");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_without_a_manifest_have_no_validation() {
    let Some(shared) = shared() else { return };
    for (name, says, bytes) in expected(&shared) {
        let error = says["error"].as_str().unwrap_or_default();
        if error.starts_with("ManifestNotFound") || error.starts_with("Remote") {
            assert_eq!(checked(&bytes, &Trust::default()), None, "{name}");
        } else if error.contains("invalid JUMBF") || error.contains("prerelease") {
            let found = checked(&bytes, &Trust::default());
            assert!(found.is_none_or(|v| !v.state.holds()), "{name}: {error}");
        }
    }
}

#[test]
fn an_anchor_makes_its_signers_trusted_and_no_others() {
    let Some(shared) = shared() else { return };
    let read = |name: &str| {
        std::fs::read_to_string(shared.join("corpus/c2pa/c2pa-rs").join(name)).unwrap()
    };
    let test_roots = read("sdk__tests__fixtures__certs__trust__test_cert_root_bundle.pem");
    let other = read("cli__tests__fixtures__trust__no-match.pem");
    let bytes = std::fs::read(shared.join("corpus/c2pa/generated/notallowed.jpg")).unwrap();
    let state = |pem: &str, bytes: &[u8]| {
        let trust = Trust { signers: pem, ..Trust::default() };
        checked(bytes, &trust).unwrap().state
    };
    assert_eq!(state(&test_roots, &bytes), Standing::Trusted);
    assert_eq!(state(&other, &bytes), Standing::ValidUntrusted);
    let changed = std::fs::read(shared.join("corpus/c2pa/generated/tampered-pixels.jpg")).unwrap();
    assert_eq!(state(&test_roots, &changed), Standing::Tampered);
}

#[test]
fn damaged_copies_are_answered() {
    let Some(shared) = shared() else { return };
    let mut slowest = Duration::ZERO;
    let mut copies = 0;
    // A generator without a state elsewhere: the same damage on every run.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap()
    };
    for (name, says, bytes) in expected(&shared) {
        if says["state"].is_null() {
            continue;
        }
        let manifest = bytes.windows(4).position(|w| w == b"jumb").unwrap_or(0);
        let length = (bytes.len() - manifest).min(60_000);
        for round in 0..12 {
            let mut copy = bytes.clone();
            match round % 4 {
                0 => {
                    for _ in 0..8 {
                        let at = manifest + random() % length;
                        copy[at] ^= 1 << (random() % 8);
                    }
                }
                1 => {
                    let at = manifest + random() % length;
                    copy.truncate(at);
                }
                2 => {
                    let at = manifest + random() % length;
                    let end = (at + 1 + random() % 64).min(copy.len());
                    copy.drain(at..end);
                }
                _ => {
                    // Lengths that claim everything.
                    let at = manifest + random() % length;
                    let end = (at + 4).min(copy.len());
                    copy[at..end].fill(0xff);
                }
            }
            let start = Instant::now();
            let found = checked(&copy, &Trust::default());
            let took = start.elapsed();
            copies += 1;
            slowest = slowest.max(took);
            assert!(took < Duration::from_secs(5), "{name}, round {round}: {took:?}");
            if let Some(found) = found {
                // What a reader is told of a damaged copy is never more than of the whole one.
                let whole = says["state"] == "Valid";
                assert!(!found.state.holds() || whole, "{name}, round {round}: {found:?}");
            }
        }
    }
    println!("{copies} damaged copies; the slowest took {slowest:?}");
}

/// `ocsp.jpg` carries an answer about its signer, and the authority that signed it.
#[test]
fn answers_that_come_along_are_read() {
    let Some(shared) = shared() else { return };
    let bytes = std::fs::read(shared.join("corpus/c2pa/c2pa-rs/ocsp.jpg")).unwrap();
    let found = checked(&bytes, &Trust::default()).unwrap();
    assert_eq!(found.revocation, Revocation::NotRevoked);
    assert!(found.state.holds());
}
