//! The module that listens to sounds. Loaded by a worker of the reading room when a file has
//! sound; pages without pay nothing.

use sayso_core::fingerprint::sound::Heard;
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_core::vocabulary::Problem;
use sayso_sound::playlist::{self, Plan};
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

/// What a playlist has fetched next. Nothing when it is none.
#[wasm_bindgen]
pub fn plan(bytes: &[u8]) -> Result<Option<Ts<Plan>>, JsError> {
    Ok(playlist::plan(bytes).map(|plan| plan.into_ts()).transpose()?)
}

/// What is said of pieces that lie where the page may never have been.
#[wasm_bindgen]
pub fn elsewhere(address: &str) -> Result<Ts<Problem>, JsError> {
    Ok(playlist::elsewhere(address).into_ts()?)
}

/// What is said of a playlist that leads on and on, or to more than is read.
#[wasm_bindgen]
pub fn too_much() -> Result<Ts<Problem>, JsError> {
    Ok(playlist::too_much().into_ts()?)
}

/// Pieces of one sound, as they come.
#[wasm_bindgen]
#[derive(Default)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    problem: Option<Problem>,
}

#[wasm_bindgen]
impl Pieces {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Pieces {
        Pieces::default()
    }

    /// The next one.
    pub fn add(&mut self, piece: Vec<u8>) {
        self.pieces.push(piece);
    }

    /// All of them as one file; empty when there is a problem.
    pub fn join(&mut self) -> Vec<u8> {
        let pieces = std::mem::take(&mut self.pieces);
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        playlist::join(&pieces).unwrap_or_else(|problem| {
            self.problem = Some(problem);
            Vec::new()
        })
    }

    /// Why they could not be joined.
    pub fn problem(&self) -> Result<Option<Ts<Problem>>, JsError> {
        Ok(self.problem.clone().map(|problem| problem.into_ts()).transpose()?)
    }
}

/// A program has one; this one only waits to be called.
fn main() {}
