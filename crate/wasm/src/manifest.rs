//! The module that checks manifests (C2PA, CAWG). Loaded by a worker of the reading room when a
//! file has one; pages without manifests pay nothing.

use sayso_c2pa::Trust;
use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::Validation;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Checks the manifest in a file, at a time in seconds since 1970, against lists of trusted
/// certificates (PEM). Nothing when there is none.
#[wasm_bindgen]
pub fn validate(bytes: &[u8], trusted: &str, now: f64) -> Result<Option<Ts<Validation>>, JsError> {
    let trust = Trust { signers: trusted, stamps: trusted, identities: trusted };
    let validation = sayso_c2pa::validate(bytes, &trust, now as u64, &Limits::DEFAULT);
    Ok(validation.map(|found| found.into_ts()).transpose()?)
}

/// A program has one; this one only waits to be called.
fn main() {}
