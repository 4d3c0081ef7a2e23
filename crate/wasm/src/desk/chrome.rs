//! The extension APIs that our pages call, and nothing more of them.
//!
//! Firefox answers to the name `chrome` too, with promises, since Manifest V3.

use js_sys::{Array, Promise, Reflect};
use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::phrase::{Arg, Phrase};
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
    let args: Array = phrase
        .args
        .into_iter()
        .map(|arg| match arg {
            Arg::Text(text) => JsValue::from(text),
            Arg::Phrase(inner) => JsValue::from(say(inner)),
        })
        .collect();
    message(phrase.key.name(), &args)
}

/// The sentence of a key that stands in a page's own markup.
pub fn say_named(key: &str) -> String {
    message(key, &Array::new())
}

fn message(key: &str, args: &Array) -> String {
    // A sentence that the catalogue lacks shows its key: ugly, but not silent.
    get_message(key, args).filter(|text| !text.is_empty()).unwrap_or_else(|| key.to_string())
}

/// The language of the messages (`en`, `pt-BR`) and its direction (`ltr`, `rtl`).
pub fn language() -> (String, String) {
    let of = |key| get_message(key, &Array::new()).unwrap_or_default();
    (of("@@ui_locale").replace('_', "-"), of("@@bidi_dir"))
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

/// Opens the options page in its own tab.
pub fn open_options() {
    // A refusal leaves the reader where they are; there is nobody to tell.
    let _ = open_options_page();
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "i18n"], js_name = getMessage)]
    fn get_message(key: &str, args: &Array) -> Option<String>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &js_sys::Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = openOptionsPage, catch)]
    fn open_options_page() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = query, catch)]
    fn query_tabs(query: &js_sys::Object) -> Result<Promise, JsValue>;
}
