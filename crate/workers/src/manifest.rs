//! The module that checks manifests (C2PA, CAWG). Loaded by a worker of the reading room when a
//! file has one; pages without manifests pay nothing.

use sayso_c2pa::Trust;
use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::Checked;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Checks the manifest in a file, or the one that came from elsewhere, at a time in seconds
/// since 1970. Trusted are the official lists and the certificates (PEM) of the reader. Nothing
/// when there is none.
#[wasm_bindgen]
pub fn validate(
    bytes: &[u8],
    elsewhere: Option<Vec<u8>>,
    trusted: &str,
    now: f64,
) -> Result<Option<Ts<Checked>>, JsError> {
    let (trust, now, limits) = (Trust::with(trusted), now as u64, Limits::DEFAULT);
    let checked = match elsewhere {
        Some(store) => Some(sayso_c2pa::validate_beside(bytes, &store, &trust, now, &limits)),
        None => sayso_c2pa::validate(bytes, &trust, now, &limits),
    };
    Ok(checked.map(|found| found.into_ts()).transpose()?)
}

/// A program has one; this one only waits to be called.
fn main() {}
