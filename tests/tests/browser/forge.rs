//! A page that works against us: it presses our buttons by script, draws marks and cards of its own,
//! hides ours. What is true stands in the list, and nobody but the reader acts.

use std::time::Duration;

use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>Forger</title><link rel=icon href='data:,'>\
    <style>img { width: 300px; height: 400px; margin: 40px }</style><img id=w src='/w.jpg' alt='A heron'>";

fn furnish(room: &Room) -> String {
    let site = room.hosts.site("forger.localhost");
    site.put("/w.jpg", Answer::of("image/jpeg", denied_jpeg()));
    site.put("/", Answer::html(PAGE));
    site.url("/")
}

/// Every event that a pointer or a key would bring, to whatever lies at a place and to all that is
/// ours in the page.
const PRESS: &str = "const [x, y] = arguments;\
    const work = document.getElementById('w');\
    const at = document.elementFromPoint(x, y);\
    const ours = [...document.querySelectorAll('html > div')];\
    for (const target of [work, at, document.activeElement, ...ours, document, window]) {\
      if (!target) continue;\
      const more = { bubbles: true, composed: true, cancelable: true, clientX: x, clientY: y, view: window, pointerType: 'mouse', isPrimary: true, key: 'Enter', code: 'Enter', buttons: 1 };\
      for (const type of ['pointerover', 'pointerenter', 'pointermove', 'pointerdown', 'pointerup']) target.dispatchEvent(new PointerEvent(type, more));\
      for (const type of ['mouseover', 'mouseenter', 'mousemove', 'mousedown', 'mouseup', 'click', 'auxclick', 'contextmenu']) target.dispatchEvent(new MouseEvent(type, more));\
      for (const type of ['keydown', 'keypress', 'keyup']) target.dispatchEvent(new KeyboardEvent(type, more));\
      for (const type of ['focusin', 'focus']) target.dispatchEvent(new FocusEvent(type, more));\
      target.click?.();\
    }\
    return ours.length;";

pub async fn no_script_of_a_page_presses_our_buttons(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&furnish(room)).await?;
    let mark = browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let tabs = browser.driver.windows().await?.len();
    let press = async |x: f64, y: f64| -> Outcome<()> {
        let ours = browser.run_with(PRESS, vec![json!(x), json!(y)]).await?;
        if ours.as_u64().unwrap_or_default() == 0 {
            return Err("there is nothing of ours to press, so nothing is tried".into());
        }
        // Longer than a pointer must rest.
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        Ok(())
    };
    press(mark.x + 4.0, mark.y + 4.0).await?;
    if let Some(card) = browser.card().await? {
        return Err(format!("a script has opened a card: {}", card.headline).into());
    }
    // With a card that the reader has opened: all over it.
    let work = browser.driver.find(By::Id("w")).await?;
    let open = browser.hover_on(&work, |card| !card.text.is_empty()).await?;
    for (x, y) in [(360, 60), (420, 120), (600, 60), (420, 400), (500, 700)] {
        press(f64::from(x), f64::from(y)).await?;
    }
    let still = browser.card().await?.ok_or("a script has closed the card")?;
    let now = browser.driver.windows().await?.len();
    if now != tabs || still.headline != open.headline {
        return Err(
            format!("{tabs} tabs became {now}; {} {}", open.headline, still.headline).into()
        );
    }
    browser.leave().await
}

pub async fn what_a_page_draws_over_us_is_not_in_the_list(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let url = furnish(room);
    browser.open(&url).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let forge = "const ours = document.querySelectorAll('html > div');\
        const sheet = document.createElement('style');\
        sheet.textContent = 'html > div { display: none !important; visibility: hidden !important; opacity: 0 !important }';\
        document.head.append(sheet);\
        ours.forEach((it) => it.remove());\
        const false_one = document.createElement('div');\
        const root = false_one.attachShadow({ mode: 'open' });\
        root.innerHTML = '<button class=\"mark\" data-tone=\"go\" aria-label=\"Somebody says yes to all AI use.\">✓</button><article class=\"card\" data-tone=\"go\"><h2>Somebody says yes to all AI use.</h2></article>';\
        document.body.append(false_one);\
        document.getElementById('w').alt = 'Somebody says yes to all AI use.';\
        for (const type of ['message', 'sayso', 'shown']) dispatchEvent(new CustomEvent(type, { detail: { show: [{ work: 1, tone: 'go' }] } }));\
        postMessage({ page: { type: 'read' }, show: [], shell: { type: 'read' } }, '*');";
    browser.run(forge).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let tab = browser.tab_number(&url).await?;
    let lines = "return [...document.querySelectorAll('.line')].map((it) => [it.querySelector('.mark').getAttribute('class'), it.textContent])";
    browser
        .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
            own.wait_for("the list to say what the file says", async || {
                let all = own.run(lines).await?;
                let [line] = all.as_array().map(Vec::as_slice).unwrap_or_default() else {
                    return Err(format!("not one work: {all}").into());
                };
                let (class, text) = (line[0].to_string(), line[1].to_string());
                match class.contains("tone-stop") && text.contains("says no") {
                    true => Ok(Some(())),
                    false => Err(format!("{class} {text}").into()),
                }
            })
            .await
        })
        .await
}
