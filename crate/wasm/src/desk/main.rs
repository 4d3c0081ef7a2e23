//! The extension's own pages: popup, options, report. Drawn from Rust, so that every
//! word is a key of the catalogue and every rights word is spelt in the vocabulary.
//!
//! Each page is one exported function, called by `desk.js` after the module is ready.
//! A page sets `data-ready` on its root once it shows something true.

mod apart;
mod card;
mod choices;
mod chrome;
mod draw;
mod fetch;
mod following;
mod host;
mod letter;
mod options;
mod own;
mod popup;
mod registries;
mod report;
mod reports;
mod save;
mod stamp;
mod trust;
mod welcome;

use draw::{Tag, button, tag};
use gloo::timers::callback::Timeout;
use gloo::utils::document;
use js_sys::{Function, Promise};
use sayso_core::page::Millis;
use sayso_core::phrase::Key;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

/// Draws the popup.
#[wasm_bindgen]
pub async fn popup() {
    open_page();
    popup::run().await;
}

/// Draws the options page. `read_apart` takes a file (nothing for the self-test) to a worker,
/// waits so many milliseconds at most and promises what the reader says.
#[wasm_bindgen]
pub async fn options(read_apart: Function) {
    open_page();
    options::run(apart::Reader::new(read_apart)).await;
}

/// Draws the first page.
#[wasm_bindgen]
pub async fn welcome() {
    open_page();
    welcome::run().await;
}

/// Draws the report page.
#[wasm_bindgen]
pub async fn report() {
    open_page();
    report::run().await;
}

/// Draws the list of reports.
#[wasm_bindgen]
pub async fn reports() {
    open_page();
    reports::run().await;
}

/// Fills in the language and every sentence that stands in the page's own markup.
fn open_page() {
    let root = root();
    root.set_attribute("lang", &chrome::language("tongue")).unwrap_throw();
    root.set_attribute("dir", &chrome::language("direction")).unwrap_throw();
    let list = document().query_selector_all("[data-say]").unwrap_throw();
    for element in (0..list.length()).filter_map(|i| list.item(i)?.dyn_into::<Element>().ok()) {
        if let Some(key) = element.get_attribute("data-say").and_then(|name| Key::named(&name)) {
            element.set_text_content(Some(&chrome::say(key)));
        }
    }
}

/// Says to tests and to the style sheet that the page shows something true.
fn ready() {
    root().set_attribute("data-ready", "").unwrap_throw();
}

fn root() -> Element {
    document().document_element().unwrap_throw()
}

/// A value of the page's own address: `?tab=7`.
fn parameter(name: &str) -> Option<String> {
    let search = gloo::utils::window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// What stands there when the broker is silent.
fn unanswered() -> Tag {
    let again = |_: &web_sys::Event| {
        let _ = gloo::utils::window().location().reload();
    };
    tag("div")
        .class("notice")
        .attr("role", "alert")
        .add(tag("p").say(Key::DeskNoAnswer))
        .add(button(Key::DeskRetry, again))
}

/// Lets the browser draw before going on.
async fn pause(milliseconds: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        Timeout::new(milliseconds, move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        })
        .forget();
    });
    let _ = JsFuture::from(promise).await;
}

/// The time now.
fn now() -> Millis {
    js_sys::Date::now() as Millis
}

/// A number as the reader's language writes it, where it fills no place of a sentence.
fn number(n: u64) -> String {
    let language = chrome::language("locale");
    String::from(js_sys::Number::from(n as f64).to_locale_string(&language))
}

/// A moment as the reader's language writes it, in their own time zone.
fn moment(at: Millis) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
    String::from(date.to_locale_string(&chrome::language("locale"), &JsValue::UNDEFINED))
}

/// A program has one; this one only waits to be called.
fn main() {}

#[cfg(test)]
mod tests {
    use sayso_core::phrase::Key;

    #[test]
    fn every_sentence_in_the_markup_is_in_the_catalogue() {
        let pages = [
            include_str!("../../../../extension/popup.html"),
            include_str!("../../../../extension/options.html"),
            include_str!("../../../../extension/report.html"),
            include_str!("../../../../extension/reports.html"),
            include_str!("../../../../extension/welcome.html"),
        ];
        for page in pages {
            let names = page.split("data-say=\"").skip(1);
            let names: Vec<&str> = names.filter_map(|rest| rest.split('"').next()).collect();
            assert!(!names.is_empty());
            for name in names {
                assert!(Key::ALL.iter().any(|k| k.name() == name), "{name} is not a key");
            }
        }
    }
}
