//! The module that listens to sounds. Loaded by a worker of the reading room when a file has
//! sound; pages without pay nothing.

use sayso_core::fingerprint::sound::Heard;
use sayso_core::limits::Limits;
use sayso_core::media;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Listens to the first sound track of a file. Nothing when it is of no known format.
#[wasm_bindgen]
pub fn listen(bytes: &[u8]) -> Result<Option<Ts<Heard>>, JsError> {
    let limits = Limits::DEFAULT;
    let facts = media::open(bytes, &limits).facts;
    let heard = facts.map(|facts| sayso_sound::listen(bytes, &facts, &limits));
    Ok(heard.map(|heard| heard.into_ts()).transpose()?)
}

/// A program has one; this one only waits to be called.
fn main() {}
