//! The module that decodes JPEG XL. Loaded by a worker of the reading room when it meets such a
//! picture; pages without pay nothing.

use sayso_core::fingerprint::elsewhere::Pixels;
use sayso_core::limits::Limits;
use sayso_core::vocabulary::Problem;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// What came of one picture.
#[wasm_bindgen]
pub struct Decoded(Result<Pixels, Problem>);

#[wasm_bindgen]
impl Decoded {
    /// Why there are no pixels, where there are none.
    #[wasm_bindgen(getter)]
    pub fn problem(&self) -> Result<Option<Ts<Problem>>, JsError> {
        Ok(self.0.as_ref().err().map(|problem| problem.into_ts()).transpose()?)
    }

    /// Pixels of a row.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.0.as_ref().map_or(0, |pixels| pixels.width)
    }

    /// Rows.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.0.as_ref().map_or(0, |pixels| pixels.height)
    }

    /// Red, green, blue and alpha, row by row; they are gone from here then.
    pub fn take(&mut self) -> Vec<u8> {
        self.0.as_mut().map(|pixels| std::mem::take(&mut pixels.rgba)).unwrap_or_default()
    }
}

/// Decodes the first frame.
#[wasm_bindgen]
pub fn decode(bytes: &[u8]) -> Decoded {
    Decoded(sayso_jxl::decode(bytes, &Limits::DEFAULT))
}

/// A program has one; this one only waits to be called.
fn main() {}
