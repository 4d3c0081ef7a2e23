//! The card, by pointer and by keyboard: real input, closed shadow roots, real focus.

use sayso_tests::browser::Outcome;
use thirtyfour::prelude::*;

use crate::Room;

const HERON: &str = "img[src$='/works/heron.jpg']";

pub async fn hovering_a_work_opens_its_card(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&room.gallery.home.url("/")).await?;
    browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
    let work = browser.driver.find(By::Css(HERON)).await?;
    let card = browser.hover_on(&work, |c| c.tone == "stop").await?;
    for wanted in ["Ilka Morrow", "DMI-PROHIBITED-AIMLTRAINING"] {
        if !card.text.contains(wanted) {
            return Err(format!("no {wanted} on the card:\n{}", card.text).into());
        }
    }
    if !card.acts.iter().any(|a| a == "report") {
        return Err(format!("no report on the card: {:?}", card.acts).into());
    }
    // The page sees neither the card nor its words.
    let seen = browser
        .run("return [...document.querySelectorAll('html > div')].map((d) => [d.shadowRoot, d.textContent, d.attributes.length])")
        .await?;
    for host in seen.as_array().into_iter().flatten() {
        if !host[0].is_null() || host[1] != "" {
            return Err(format!("the page can look inside: {seen}").into());
        }
    }
    browser.leave().await
}

pub async fn the_card_opens_and_closes_from_the_keyboard(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&room.gallery.home.url("/")).await?;
    browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
    browser.run("scrollTo(0, 0)").await?;
    browser.leave().await?;
    let mark = browser
        .wait_for("Tab to reach a mark", async || {
            browser.press(Key::Tab).await?;
            browser.focused_mark().await
        })
        .await?;
    browser.press(Key::Enter).await?;
    let card = browser.wait_for("the card", async || browser.card().await).await?;
    if card.work != mark.work {
        return Err(format!("the card of {}, not of {}", card.work, mark.work).into());
    }
    // Its buttons are reached by Tab as well, and stay open meanwhile.
    browser.press(Key::Tab).await?;
    browser.press(Key::Tab).await?;
    if browser.card().await?.is_none() {
        return Err("the card closes while the keyboard is in it".into());
    }
    browser.press(Key::Escape).await?;
    browser
        .wait_for("the card to close", async || Ok(browser.card().await?.is_none().then_some(())))
        .await?;
    match browser.focused_mark().await? {
        Some(back) if back.work == mark.work => Ok(()),
        other => Err(format!("the focus went to {other:?} instead of back to its mark").into()),
    }
}
