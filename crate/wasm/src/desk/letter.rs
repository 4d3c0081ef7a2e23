//! The language of a letter: chosen by the reader, preset by signs that are shown beside it.
//!
//! The sentences of the other languages are those of the package; they are read when one is
//! chosen, and plural forms, numbers and days are the browser's.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::{Array, Intl, Object, Reflect};
use sayso_core::phrase::{self, Key, Phrase};
use sayso_core::report::{Draft, Road, Sign, TONGUES, signs, tongue_of};
use serde_json::Value;
use wasm_bindgen::prelude::{JsCast, JsValue, wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlSelectElement, Response};

use super::chrome::{language, say};
use super::draw::{by_id, tag};

/// Which language the letter is in. Cloning it names the same choice.
#[derive(Clone)]
pub struct Letter(Rc<RefCell<State>>);

struct State {
    /// The reader's own.
    own: &'static str,
    /// The one that the letter is to be in.
    wanted: &'static str,
    /// Whether the reader has said so.
    by_reader: bool,
    /// The country of the name's owner, once the registry was asked.
    owner: Option<String>,
    /// The sentences of another language, as far as they were read; `None` where they could not be.
    read: HashMap<&'static str, Option<Rc<Sentences>>>,
}

impl Letter {
    /// Draws the choice.
    pub fn new() -> Letter {
        let own = tongue_of(&language("tongue")).unwrap_or("en");
        let state = State { own, wanted: own, by_reader: false, owner: None, read: HashMap::new() };
        let names = TONGUES.map(|tongue| (tongue, name(tongue)));
        let options =
            names.iter().map(|(tongue, name)| tag("option").attr("value", tongue).foreign(name));
        by_id("tongue").redraw(options);
        Letter(Rc::new(RefCell::new(state)))
    }

    /// Takes what the reader has chosen.
    pub fn choose(&self) {
        let chosen = by_id("tongue").cast::<HtmlSelectElement>().value();
        let mut state = self.0.borrow_mut();
        state.wanted = tongue_of(&chosen).unwrap_or(state.own);
        state.by_reader = true;
    }

    /// The registry has told in which country the owner of the name is.
    pub fn owner_is_in(&self, country: String) {
        self.0.borrow_mut().owner = Some(country);
    }

    /// Brings the choice and what is said about it in line; reads sentences that are missing, and
    /// then calls `ready`.
    pub fn update(&self, draft: &Draft, road: Road, ready: impl FnOnce() + 'static) {
        let mut state = self.0.borrow_mut();
        let signs = signs(draft, road, state.owner.as_deref());
        if !state.by_reader {
            state.wanted = signs.first().map_or(state.own, |(tongue, _)| *tongue);
        }
        let wanted = state.wanted;
        let failed = matches!(state.read.get(wanted), Some(None));
        by_id("tongue").cast::<HtmlSelectElement>().set_value(wanted);
        let head = if failed {
            Key::ReportTongueFailed
        } else if state.by_reader {
            Key::ReportTongueChosen
        } else {
            match signs.as_slice() {
                [] => Key::ReportTongueNone,
                [_] => Key::ReportTongueSingle,
                [first, rest @ ..] if rest.iter().all(|sign| sign.0 == first.0) => {
                    Key::ReportTongueAgree
                }
                _ => Key::ReportTongueDiffer,
            }
        };
        let lines = signs.iter().map(|(tongue, sign)| tag("li").say(told(tongue, sign)));
        let list = (!signs.is_empty()).then(|| tag("ul").all(lines));
        by_id("tongue-why").redraw([tag("p").say(head)].into_iter().chain(list));
        by_id("row-with-own").show(wanted != state.own && !failed);
        let missing = wanted != state.own && !state.read.contains_key(wanted);
        drop(state);
        if missing {
            let this = self.clone();
            spawn_local(async move {
                let sentences = Sentences::read(wanted).await.map(Rc::new);
                this.0.borrow_mut().read.insert(wanted, sentences);
                ready();
            });
        }
    }

    /// Waits until the sentences of the language that is wanted were read, or could not be: a text
    /// that is made before would change by itself.
    pub async fn settle(&self) {
        let wanted = {
            let state = self.0.borrow();
            if state.wanted == state.own || state.read.contains_key(state.wanted) {
                return;
            }
            state.wanted
        };
        let sentences = Sentences::read(wanted).await.map(Rc::new);
        self.0.borrow_mut().read.entry(wanted).or_insert(sentences);
    }

    /// Whether the letter is in another language than the reader's.
    pub fn is_foreign(&self) -> bool {
        self.sentences().is_some()
    }

    /// A sentence in the language of the letter.
    pub fn say(&self, phrase: &Phrase) -> String {
        match self.sentences() {
            Some(sentences) => phrase::say(phrase, &*sentences),
            None => say(phrase.clone()),
        }
    }

    /// The tag of the language that [`Self::say`] speaks.
    pub fn tongue(&self) -> &'static str {
        let state = self.0.borrow();
        if self.sentences().is_some() { state.wanted } else { state.own }
    }

    fn sentences(&self) -> Option<Rc<Sentences>> {
        let state = self.0.borrow();
        state.read.get(state.wanted).cloned().flatten().filter(|_| state.wanted != state.own)
    }
}

/// A sign in words.
fn told(tongue: &str, sign: &Sign) -> Phrase {
    let phrase = match sign {
        Sign::Law => Phrase::from(Key::ReportSignLaw),
        Sign::Page => Phrase::from(Key::ReportSignPage),
        Sign::Ending(host) => Phrase::from(Key::ReportSignEnding).with(host.as_str()),
        Sign::Country(code) => Phrase::from(Key::ReportSignCountry).with(code.as_str()),
    };
    phrase.with(name(tongue))
}

/// The name of a language in the reader's own.
fn name(tongue: &str) -> String {
    let options = Object::new();
    // Both are names of ours: a browser that refuses them has no such names, and the tag stays.
    let _ = Reflect::set(&options, &"type".into(), &"language".into());
    let locale = JsValue::from(language("locale"));
    DisplayNames::new(&locale, &options)
        .ok()
        .and_then(|names| names.of(tongue))
        .unwrap_or_else(|| tongue.to_string())
}

/// The sentences of a language of the package.
struct Sentences {
    tongue: &'static str,
    right_to_left: bool,
    all: HashMap<String, String>,
}

impl Sentences {
    async fn read(tongue: &'static str) -> Option<Sentences> {
        let file = format!("_locales/{}/messages.json", tongue.replace('-', "_"));
        let window = gloo::utils::window();
        let response = JsFuture::from(window.fetch_with_str(&file)).await.ok()?;
        let text = response.unchecked_into::<Response>().text().ok()?;
        let text = JsFuture::from(text).await.ok()?.as_string()?;
        let Value::Object(all) = serde_json::from_str(&text).ok()? else { return None };
        let message = |value: &Value| value.get("message")?.as_str().map(str::to_string);
        let all: HashMap<String, String> =
            all.iter().filter_map(|(key, value)| Some((key.clone(), message(value)?))).collect();
        let right_to_left = all.get("language_direction").is_some_and(|way| way == "rtl");
        Some(Sentences { tongue, right_to_left, all })
    }

    fn locale(&self) -> Array {
        Array::of1(&self.tongue.into())
    }
}

impl phrase::Tongue for Sentences {
    fn message(&self, name: &str) -> Option<String> {
        self.all.get(name).cloned()
    }

    fn plural(&self, number: u64) -> &'static str {
        let rules = Intl::PluralRules::new(&self.locale(), &Object::new());
        let category: String = rules.select(number as f64).into();
        let known = ["zero", "one", "two", "few", "many"];
        known.into_iter().find(|known| *known == category).unwrap_or("other")
    }

    fn number(&self, number: u64) -> String {
        let text = js_sys::Number::from(number as f64).to_locale_string(self.tongue);
        text.into()
    }

    fn day(&self, at: u64) -> String {
        let day = js_sys::Date::new(&JsValue::from(at as f64));
        day.to_locale_date_string(self.tongue, &JsValue::UNDEFINED).into()
    }

    /// As `say.js` has it: foreign text keeps its own direction (Unicode UAX #9, 6.1).
    fn foreign(&self, text: &str) -> String {
        let marks = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let plain: String = text.chars().filter(|c| !marks(c)).collect();
        let other_way = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
        if self.right_to_left || plain.chars().any(other_way) {
            format!("\u{2068}{plain}\u{2069}")
        } else {
            plain
        }
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type DisplayNames;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &JsValue, options: &Object) -> Result<DisplayNames, JsValue>;

    #[wasm_bindgen(method)]
    fn of(this: &DisplayNames, code: &str) -> Option<String>;
}
