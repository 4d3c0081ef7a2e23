//! The extension APIs that our pages call, and nothing more of them.
//!
//! Firefox answers to the name `chrome` too, with promises, since Manifest V3.

use std::future::Future;

use js_sys::{Array, Promise, Reflect};
use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::phrase::Phrase;
use serde::Serialize;
use serde_json::Value;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

/// The broker did not answer, or what it answered is no answer.
#[derive(Debug)]
pub struct Unanswered;

/// Says something to the broker and waits for its answer.
pub async fn ask(event: &DeskEvent) -> Result<DeskAnswer, Unanswered> {
    // Through a plain value: one reader and one writer for each type, whatever carries it.
    let event = serde_json::to_value(event).map_err(|_| Unanswered)?;
    // Messages may travel as JSON, where a `Map` would arrive as `{}`.
    let event = event.serialize(&Serializer::json_compatible()).map_err(|_| Unanswered)?;
    let message = js_sys::Object::new();
    Reflect::set(&message, &"desk".into(), &event).map_err(|_| Unanswered)?;
    let promise = send_message(&message).map_err(|_| Unanswered)?;
    let answer = JsFuture::from(promise).await.map_err(|_| Unanswered)?;
    let answer: Value = serde_wasm_bindgen::from_value(answer).map_err(|_| Unanswered)?;
    serde_json::from_str(&answer.to_string()).map_err(|_| Unanswered)
}

/// Says something to the worker that follows catalogues; nothing where it does not answer.
pub async fn follow(command: &Value) -> Option<Value> {
    let command = command.serialize(&Serializer::json_compatible()).ok()?;
    let message = js_sys::Object::new();
    Reflect::set(&message, &"follow".into(), &command).ok()?;
    let answer = JsFuture::from(send_message(&message).ok()?).await.ok()?;
    serde_wasm_bindgen::from_value(answer).ok()
}

/// A sentence in the reader's language.
pub fn say(phrase: impl Into<Phrase>) -> String {
    let phrase = phrase.into();
    let value = serde_json::to_value(&phrase).ok();
    let value = value.and_then(|v| v.serialize(&Serializer::json_compatible()).ok());
    // A sentence that the catalogue lacks shows its key: ugly, but not silent.
    let said = value.and_then(|phrase| in_words(&phrase)).filter(|text| !text.is_empty());
    said.unwrap_or_else(|| phrase.key.name().to_string())
}

/// What `say.js` knows of the language: the `tongue` of the messages (`en`, `pt-BR`), its
/// `direction` (`ltr`, `rtl`), and the `locale` that writes its numbers and days.
pub fn language(what: &str) -> String {
    let say = Reflect::get(&js_sys::global(), &"say".into());
    let it = say.and_then(|say| Reflect::get(&say, &what.into()));
    it.ok().and_then(|it| it.as_string()).unwrap_or_default()
}

/// The number of the tab that the reader looks at. Needs no permission.
pub async fn active_tab() -> Option<u32> {
    let query = js_sys::Object::new();
    for name in ["active", "currentWindow"] {
        Reflect::set(&query, &name.into(), &JsValue::TRUE).ok()?;
    }
    let tabs = JsFuture::from(query_tabs(&query).ok()?).await.ok()?;
    let id = Reflect::get(&Array::from(&tabs).get(0), &"id".into()).ok()?.as_f64()?;
    (id >= 0.0).then_some(id as u32)
}

/// Whether every site may be looked at.
pub async fn may_look() -> bool {
    match allowed() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|may| may.is_truthy()),
        Err(_) => false,
    }
}

/// Asks the reader for access to every site; call it in the click itself.
pub fn ask_to_look() -> impl Future<Output = bool> {
    let asked = allow();
    async move {
        match asked {
            Ok(promise) => JsFuture::from(promise).await.is_ok_and(|may| may.is_truthy()),
            Err(_) => false,
        }
    }
}

/// Asks the reader for access to the host of an address; call it in the click itself.
pub fn ask_for_host(address: &str) -> impl Future<Output = bool> + use<> {
    let asked = allow_host(address);
    async move {
        match asked {
            Ok(promise) => JsFuture::from(promise).await.is_ok_and(|may| may.is_truthy()),
            Err(_) => false,
        }
    }
}

/// Looks at a page for which the reader has just opened us; whether it could be.
pub async fn look_at(tab: u32) -> bool {
    match look(tab) {
        Ok(promise) => JsFuture::from(promise).await.is_ok(),
        Err(_) => false,
    }
}

/// Opens the list beside the page of a tab; call it in the click itself.
pub fn beside(tab: u32) -> impl Future<Output = bool> {
    let opened = open_panel(tab);
    async move {
        match opened {
            Ok(promise) => JsFuture::from(promise).await.is_ok(),
            Err(_) => false,
        }
    }
}

/// What was captured when a report was chosen, as `capture.js` keeps it.
pub async fn capture_of(report: &str) -> Option<Value> {
    let found = JsFuture::from(captured(report).ok()?).await.ok()?;
    serde_wasm_bindgen::from_value(found).ok()
}

/// Puts text on the clipboard; whether the browser let us.
pub async fn copy(text: &str) -> bool {
    let clipboard = gloo::utils::window().navigator().clipboard();
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Opens the options page in its own tab.
pub fn open_options() {
    // A refusal leaves the reader where they are; there is nobody to tell.
    let _ = open_options_page();
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = say)]
    fn in_words(phrase: &JsValue) -> Option<String>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &js_sys::Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = openOptionsPage, catch)]
    fn open_options_page() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    fn query_tabs(query: &js_sys::Object) -> Result<Promise, JsValue>;
}

#[wasm_bindgen(raw_module = "../capture.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn captured(report: &str) -> Result<Promise, JsValue>;
}

#[wasm_bindgen(raw_module = "../access.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn allowed() -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch)]
    fn allow() -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = allowHost, catch)]
    fn allow_host(address: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = lookAt, catch)]
    fn look(tab: u32) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = openPanel, catch)]
    fn open_panel(tab: u32) -> Result<Promise, JsValue>;
}
