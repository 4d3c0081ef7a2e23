//! The module of the reading room: bytes of one file in, a small `Reading` out. It runs in
//! workers that can be ended from outside, apart from the engine and from every page.

mod vectors;

use sayso_core::fingerprint::elsewhere::{self, Pixels};
use sayso_core::fingerprint::sound::Heard;
use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::Checked;
use sayso_core::page::{self, Failure};
use sayso_core::reading::{self, Delivery, Depth, NoPixels, Reading};
use sayso_core::vocabulary::Problem;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// One file, while it is being read. Its bytes are copied in once, whatever steps follow.
#[wasm_bindgen]
pub struct OpenFile {
    bytes: Vec<u8>,
    reading: Reading,
}

#[wasm_bindgen]
impl OpenFile {
    /// Reads the container and its metadata; the steps that the reading awaits are taken by the
    /// methods of their names.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>, delivery: Ts<Delivery>) -> Result<OpenFile, JsError> {
        let reading = reading::begin(&bytes, delivery.to_rust()?, &Limits::DEFAULT);
        Ok(OpenFile { bytes, reading })
    }

    /// A sound that was joined of pieces, or none and the reason.
    pub fn of_pieces(
        bytes: Vec<u8>,
        delivery: Ts<Delivery>,
        problem: Option<Ts<Problem>>,
    ) -> Result<OpenFile, JsError> {
        let problem = problem.map(|problem| problem.to_rust()).transpose()?;
        let reading = reading::begin_pieces(&bytes, delivery.to_rust()?, problem, &Limits::DEFAULT);
        Ok(OpenFile { bytes, reading })
    }

    /// What is known so far.
    pub fn reading(&self) -> Result<Ts<Reading>, JsError> {
        Ok(self.reading.into_ts()?)
    }

    /// Takes over what was found out about the same bytes before; false where they are others.
    pub fn take_over(&mut self, known: Ts<Reading>, depth: Ts<Depth>) -> Result<bool, JsError> {
        Ok(self.reading.take_over(&self.bytes, &known.to_rust()?, depth.to_rust()?))
    }

    /// Adds what checking the manifest came to.
    pub fn check(&mut self, checked: Option<Ts<Checked>>) -> Result<(), JsError> {
        self.reading.check(checked.map(|found| found.to_rust()).transpose()?);
        Ok(())
    }

    /// Adds the manifest that lies at another address; its check is awaited then.
    pub fn attach(&mut self, url: &str, store: &[u8]) {
        self.reading.attach(url, store, &Limits::DEFAULT);
    }

    /// Notes that the manifest at another address could not be had.
    pub fn miss(&mut self, url: &str, why: Ts<Failure>) -> Result<(), JsError> {
        self.reading.miss(url, why.to_rust()?);
        Ok(())
    }

    /// Adds what was heard of the sound.
    pub fn hear(&mut self, heard: Option<Ts<Heard>>) -> Result<(), JsError> {
        let heard = heard.map(|heard| heard.to_rust()).transpose()?;
        self.reading.hear(heard.unwrap_or_default());
        Ok(())
    }

    /// Whether another decoder may be given the file; where not, the reading says so.
    pub fn may_be_decoded(&mut self) -> bool {
        self.reading.may_be_decoded(&Limits::DEFAULT)
    }

    /// Adds the codes of pixels that another decoder made: red, green, blue and alpha, upright.
    pub fn see(&mut self, width: u32, height: u32, rgba: Vec<u8>) {
        self.reading.see(Pixels { width, height, rgba }, &Limits::DEFAULT);
    }

    /// Another decoder has made no pixels.
    pub fn no_pixels(&mut self, why: Ts<NoPixels>) -> Result<(), JsError> {
        self.reading.no_pixels(why.to_rust()?);
        Ok(())
    }

    /// Hashes of the bytes and codes of the content.
    pub fn codes(&mut self, depth: Ts<Depth>) -> Result<(), JsError> {
        reading::add_codes(&mut self.reading, &self.bytes, depth.to_rust()?, &Limits::DEFAULT);
        Ok(())
    }
}

/// Width and height at which the pixels of a decoded picture are taken over; nothing where there
/// are too many.
#[wasm_bindgen]
pub fn canvas_size(width: u32, height: u32) -> Option<Vec<u32>> {
    elsewhere::canvas((width, height), &Limits::DEFAULT).map(|(width, height)| vec![width, height])
}

/// Whether an answer from `to` must not be read: asked for in public, redirected to the private network.
#[wasm_bindgen]
pub fn leads_inside(from: &str, to: &str) -> bool {
    page::leads_inside(from, to)
}

/// Whether a file only names the pieces that are the work.
#[wasm_bindgen]
pub fn names_pieces(bytes: &[u8]) -> bool {
    reading::names_pieces(bytes)
}

/// Runs the published vectors here, where the reader's files are read too.
#[wasm_bindgen]
pub fn self_test() -> Result<Ts<vectors::Tested>, JsError> {
    Ok(vectors::test().into_ts()?)
}

/// A program has one; this one only waits to be called.
fn main() {}
