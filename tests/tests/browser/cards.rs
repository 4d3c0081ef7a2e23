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
    let mark = browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
    browser.leave().await?;
    browser.mark_button(&mark).await?.send_keys(Key::Enter).await?;
    let card = browser.wait_for("the card", async || browser.card().await).await?;
    if card.work != mark.work {
        return Err(format!("the card of {}, not of {}", card.work, mark.work).into());
    }
    browser.driver.action_chain().send_keys(Key::Escape).perform().await?;
    browser
        .wait_for("the card to close", async || Ok(browser.card().await?.is_none().then_some(())))
        .await
}

pub async fn tab_reaches_the_marks(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&room.gallery.home.url("/")).await?;
    browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
    browser.run("scrollTo(0, 0)").await?;
    browser
        .wait_for("the focus on a mark", async || {
            browser.driver.action_chain().send_keys(Key::Tab).perform().await?;
            let here = browser
                .run("return document.activeElement?.matches('html > div') ?? false")
                .await?;
            Ok((here == serde_json::json!(true)).then_some(()))
        })
        .await?;
    browser.driver.action_chain().send_keys(Key::Enter).perform().await?;
    browser.wait_for("the card", async || browser.card().await).await?;
    browser.driver.action_chain().send_keys(Key::Escape).perform().await?;
    Ok(())
}
