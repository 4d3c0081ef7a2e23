//! The module of the broker: the engine as the browser sees it. No logic, and no reader of
//! files: it is started anew each time the browser wakes the broker, so it is kept small.
//!
//! Values cross as [`Ts`], so a wrong message becomes an exception in JavaScript and
//! never a panic: a panic would cost the whole instance.

use sayso_core::message::{DeskEvent, Effect, Frame, Kept, PageEvent, ShellEvent};
use sayso_core::page::Millis;
use sayso_core::{engine, page};
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The engine as the browser sees it: events in, effects out.
#[wasm_bindgen]
pub struct Engine {
    engine: engine::Engine,
}

#[wasm_bindgen]
impl Engine {
    /// Wakes with everything that was kept.
    #[wasm_bindgen(constructor)]
    pub fn new(kept: Vec<Ts<Kept>>, now: f64) -> Result<Engine, JsError> {
        let kept = kept.iter().map(Ts::to_rust).collect::<Result<Vec<_>, _>>()?;
        Ok(Engine { engine: engine::Engine::wake(kept, millis(now)) })
    }

    /// A content script has spoken. The frame comes from the browser, never from the page.
    pub fn page(
        &mut self,
        from: Ts<Frame>,
        event: Ts<PageEvent>,
        now: f64,
    ) -> Result<Vec<Ts<Effect>>, JsError> {
        effects(self.engine.page(from.to_rust()?, event.to_rust()?, millis(now)))
    }

    /// Something we asked for has come back, or the reader has used the browser's own menus.
    pub fn shell(&mut self, event: Ts<ShellEvent>, now: f64) -> Result<Vec<Ts<Effect>>, JsError> {
        effects(self.engine.shell(event.to_rust()?, millis(now)))
    }

    /// One of the extension's own pages has spoken.
    pub fn desk(&mut self, event: Ts<DeskEvent>, now: f64) -> Result<Vec<Ts<Effect>>, JsError> {
        effects(self.engine.desk(event.to_rust()?, millis(now)))
    }
}

/// Whether an answer from `to` must not be read: asked for in public, redirected to the private network.
#[wasm_bindgen]
pub fn leads_inside(from: &str, to: &str) -> bool {
    page::leads_inside(from, to)
}

fn effects(effects: Vec<Effect>) -> Result<Vec<Ts<Effect>>, JsError> {
    Ok(effects.iter().map(Tsify::into_ts).collect::<Result<Vec<_>, _>>()?)
}

/// `Date.now()` is a whole number of milliseconds; anything else saturates.
fn millis(now: f64) -> Millis {
    now as Millis
}

/// A program has one; this one only waits to be called.
fn main() {}
