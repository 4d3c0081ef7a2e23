//! The options page: certificates that the reader trusts beside the official lists of C2PA.
//!
//! What is saved is a choice of the reader and nothing is fetched for it. Left out: showing whom
//! a certificate names, which would take a reader of X.509 into every page of ours.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::file::File;
use sayso_core::phrase::{Arg, Key, Phrase};
use sayso_core::settings::{TRUSTED_BYTES, certificates};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use super::draw::{by_id, tag};
use super::options::Desk;

fn field() -> HtmlTextAreaElement {
    by_id("trust-pem").cast()
}

/// Listens to the text, the file and the button.
pub fn listen(desk: &Desk) {
    // Midnight here, so that it is that day here.
    let day = js_sys::Date::parse(&format!("{}T00:00", sayso_c2pa::lists::AS_OF)) as u64;
    by_id("trust-official").set(Phrase::from(Key::OptionsTrustOfficial).with(Arg::Day { day }));
    let saver = desk.clone();
    by_id("trust-save").on("click", move |_| save(&saver));
    let input: HtmlInputElement = by_id("trust-file").cast();
    // Kept while it reads: dropped, it would stop.
    let reading = Rc::new(RefCell::new(None));
    by_id("trust-file").on("change", move |_| {
        let Some(file) = input.files().and_then(|files| files.get(0)).map(File::from) else {
            return;
        };
        input.set_value("");
        if file.size() > TRUSTED_BYTES as u64 {
            return tell(Key::OptionsTrustLarge.into(), "bad");
        }
        let task = gloo::file::callbacks::read_as_text(&file, |text| {
            let before = field().value();
            let join = if before.trim().is_empty() { "" } else { "\n" };
            field().set_value(&format!("{}{join}{}", before.trim_end(), text.unwrap_or_default()));
        });
        *reading.borrow_mut() = Some(task);
    });
}

fn save(desk: &Desk) {
    let text = field().value();
    let (good, bad) = certificates(&text);
    let all = good.len().saturating_add(bad);
    if bad > 0 {
        let told = Phrase::from(Key::OptionsTrustPartly);
        return tell(told.with(bad).with(all), "bad");
    }
    if good.is_empty() && !text.trim().is_empty() {
        return tell(Key::OptionsTrustBad.into(), "bad");
    }
    let pem = good.concat();
    if pem.len() > TRUSTED_BYTES {
        return tell(Key::OptionsTrustLarge.into(), "bad");
    }
    desk.change(move |settings| settings.trusted = pem);
}

/// Shows what is in force; a half-typed text is not drawn over.
pub fn draw(trusted: &str) {
    let typed = field().value();
    if typed.trim().is_empty() || certificates(&typed).0.concat() == trusted {
        field().set_value(trusted);
        let told: Phrase = match certificates(trusted).0.len() {
            0 => Key::OptionsTrustNone.into(),
            n => Phrase::from(Key::OptionsTrustCount).with(n),
        };
        tell(told, "quiet");
    }
}

fn tell(phrase: Phrase, class: &str) {
    by_id("trust-told").redraw([tag("p").class(class).say(phrase)]);
}
