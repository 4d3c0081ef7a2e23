//! The first page: what the marks mean, how a card is opened, what leaves the computer, and
//! where Sayso may look. Nothing is asked for before the reader presses the button.

use sayso_core::card::FACES;
use sayso_core::phrase::Key;
use wasm_bindgen_futures::spawn_local;

use super::chrome;
use super::draw::{by_id, drawing};
use super::ready;

/// Runs the page.
pub async fn run() {
    by_id("faces").redraw(FACES.map(|(tone, shape)| drawing(tone, shape)));
    show(chrome::may_look().await);
    by_id("allow").on("click", |_| {
        let asked = chrome::ask_to_look();
        spawn_local(async move {
            match asked.await {
                true => show(true),
                false => by_id("access").set(Key::AccessRefused),
            }
        });
    });
    ready();
}

fn show(may: bool) {
    by_id("access").set(if may { Key::WelcomeAccessOn } else { Key::WelcomeAccessOff });
    by_id("allow").show(!may);
}
