//! The module of the reading room: bytes of one file in, a small `Reading` out. It runs in
//! workers that can be ended from outside, apart from the engine and from every page.

mod vectors;

use sayso_core::limits::Limits;
use sayso_core::page;
use sayso_core::reading::{self, Delivery, Reading};
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads one file whole.
#[wasm_bindgen]
pub fn read(bytes: &[u8], delivery: Ts<Delivery>) -> Result<Ts<Reading>, JsError> {
    Ok(reading::read(bytes, delivery.to_rust()?, &Limits::DEFAULT).into_ts()?)
}

/// Whether an answer from `to` must not be read: asked for in public, redirected to the private network.
#[wasm_bindgen]
pub fn leads_inside(from: &str, to: &str) -> bool {
    page::leads_inside(from, to)
}

/// Runs the published vectors here, where the reader's files are read too.
#[wasm_bindgen]
pub fn self_test() -> Result<Ts<vectors::Tested>, JsError> {
    Ok(vectors::test().into_ts()?)
}

/// A program has one; this one only waits to be called.
fn main() {}
