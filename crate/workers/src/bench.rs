//! A module for `cargo xtask bench` alone, compiled as the others are: single steps that those
//! take only together. It never ships.

use sayso_core::fingerprint::iscc;
use sayso_pixels::jpeg::Jpeg;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The content hash, to be timed beside another's.
#[wasm_bindgen]
pub fn blake3(bytes: &[u8]) -> Vec<u8> {
    blake3::hash(bytes).as_bytes().to_vec()
}

/// The code that a JPEG is sought by, from an eighth of it, and nothing else.
#[wasm_bindgen]
pub fn search_code(bytes: &[u8]) -> Result<Option<String>, JsError> {
    let jpeg = Jpeg::open(bytes).map_err(|fault| JsError::new(&format!("{fault:?}")))?;
    let eighth = jpeg.eighth().map_err(|fault| JsError::new(&format!("{fault:?}")))?;
    let eighth = eighth.ok_or_else(|| JsError::new("there is no fast road"))?;
    Ok(iscc::of_grid(&eighth.grid(), 256))
}

/// A program has one; this one only waits to be called.
fn main() {}
