//! A module for `cargo xtask bench` alone, compiled as the others are: single steps that those
//! take only together. It never ships.

use std::hint::black_box;

use sayso_core::catalogue::table::Table;
use sayso_core::fingerprint::compare::LIKELY_64;
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

/// A table as `following` keeps it, to be asked for codes alone.
#[wasm_bindgen]
pub struct Codes(Table);

#[wasm_bindgen]
impl Codes {
    /// Reads a table.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Codes, JsError> {
        Ok(Codes(Table::read(bytes)?))
    }

    /// How many codes are near to these, each looked up as the product does.
    pub fn near(&self, codes: &[u64]) -> u32 {
        let mut count = 0;
        for code in codes {
            let mut places = Vec::new();
            self.0.index().near(*code, |place| places.push(place));
            places.sort_unstable();
            places.dedup();
            count += places.len() as u32;
        }
        count
    }

    /// The same by comparing each with all.
    pub fn walk(&self, codes: &[u64]) -> u32 {
        let near = |code: &u64| {
            let all = self.0.index().codes().iter();
            all.filter(|other| (*code ^ **other).count_ones() <= LIKELY_64).count() as u32
        };
        codes.iter().map(near).sum()
    }

    /// Reads all codes once, doing next to nothing with them: as fast as memory goes.
    pub fn scan(&self) -> u64 {
        black_box(self.0.index().codes()).iter().fold(0, |sum, code| sum.wrapping_add(*code))
    }
}

/// A program has one; this one only waits to be called.
fn main() {}
