//! What a page puts over itself: dialogs, popovers, a picture that is the whole document, a canvas.
//! Only real browsers have a top layer.

use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

/// What is opened over the page, with which script, and with which it is closed again.
const FRONTS: [(&str, &str, &str, &str); 5] = [
    ("dialog", "<dialog id=d>{w}</dialog>", "d.showModal()", "d.close()"),
    ("popover", "<div id=d popover=manual>{w}</div>", "d.showPopover()", "d.hidePopover()"),
    ("light", "<div id=d popover=auto>{w}</div>", "d.showPopover()", "d.hidePopover()"),
    (
        "nested",
        "<dialog id=o><p>Outer</p><div id=d popover=auto>{w}</div></dialog>",
        "o.showModal(); d.showPopover()",
        "d.hidePopover(); o.close()",
    ),
    (
        "clipped",
        "<dialog id=d style='padding: 0; border: 0; width: 240px; height: 180px; overflow: auto'>{w}</dialog>",
        "d.showModal()",
        "d.close()",
    ),
];

const OURS: &str = "html > div, dialog > div, [popover] > div";

pub async fn marks_and_cards_lie_over_dialogs_and_popovers(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("above.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    let work = "<img id=w src=/heron.jpg width=240 height=180 style='display: block'>";
    // Whether what is seen at a place is ours; whether the page's own front is still open.
    let on_top = "const [x, y] = arguments; return document.elementFromPoint(x, y)?.matches('html > div, dialog > div, [popover] > div') ?? false";
    let open_still = "return d.matches(':modal, :popover-open')";
    let lifted = format!(
        "return [...document.querySelectorAll('{OURS}')].some((it) => it.id !== 'd' && it.matches(':popover-open'))"
    );
    for (name, markup, opens, closes) in FRONTS {
        let at = format!("/{name}");
        site.put(&at, Answer::html(format!(
            "<!doctype html><meta charset=utf-8><title>{name}</title><link rel=icon href='data:,'>\
             <img id=under src='/heron.jpg?under' width=240 height=180>{}",
            markup.replace("{w}", work),
        )));
        browser.open(&site.url(&at)).await?;
        browser.wait_for_mark("#under", |m| m.tone == "stop").await?;
        if browser.run(&lifted).await? != json!(false) {
            return Err(format!("{name}: our marks are in the top layer without need").into());
        }
        browser.run(opens).await?;
        let mark = browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
        let (x, y) = (mark.x + 12.0, mark.y + 12.0);
        browser
            .wait_for("the mark on top", async || {
                let top = browser.run_with(on_top, vec![json!(x), json!(y)]).await?;
                Ok((top == json!(true)).then_some(()))
            })
            .await
            .map_err(|why| format!("{name}: {why}"))?;
        let scrolls = "return d.scrollWidth > d.clientWidth || d.scrollHeight > d.clientHeight";
        if browser.run(scrolls).await? != json!(false) {
            return Err(format!("{name}: it scrolls for our sake").into());
        }
        // A press of the mark opens the card, and nothing of the page closes for it.
        let (x, y) = (x as i64, y as i64);
        browser.driver.action_chain().move_to(x, y).click().perform().await?;
        browser.wait_for("the card", async || browser.card().await).await?;
        let middle = "const r = card.getBoundingClientRect(); return [r.x + r.width / 2, r.y + 20]";
        let [x, y]: [f64; 2] = serde_json::from_value(browser.run_in_card(middle).await?)?;
        if browser.run_with(on_top, vec![json!(x), json!(y)]).await? != json!(true) {
            return Err(format!("{name}: the card lies below").into());
        }
        browser.driver.action_chain().move_to(x as i64, y as i64).click().perform().await?;
        if browser.run(open_still).await? != json!(true) || browser.card().await?.is_none() {
            return Err(format!("{name}: a press in our card closes what the page shows").into());
        }
        browser.press(Key::Escape).await?;
        browser
            .wait_for("the card to close", async || {
                Ok(browser.card().await?.is_none().then_some(()))
            })
            .await?;
        if browser.run(open_still).await? != json!(true) {
            return Err(format!("{name}: our Escape closes what the page shows").into());
        }
        browser.run(closes).await?;
        browser
            .wait_for("our marks to leave the top layer", async || {
                Ok((browser.run(&lifted).await? == json!(false)).then_some(()))
            })
            .await
            .map_err(|why| format!("{name}: {why}"))?;
        browser.wait_for_mark("#under", |m| m.tone == "stop").await?;
    }
    Ok(())
}

pub async fn a_picture_that_is_the_whole_document_gets_a_mark(room: &Room) -> Outcome<()> {
    let site = room.hosts.site("alone.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    room.browser.open(&site.url("/heron.jpg")).await?;
    room.browser.wait_for_mark("img", |m| m.tone == "stop").await?;
    room.browser.hover("img").await.map(|_| ())
}

pub async fn a_canvas_is_read_when_the_reader_asks(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("canvas.test");
    site.put("/", Answer::html(
        "<!doctype html><title>Canvas</title><link rel=icon href='data:,'><canvas id=c width=240 height=180></canvas>\
         <script>const x = c.getContext('2d'); for (let n = 0; n < 60; n++) { x.fillStyle = `hsl(${n * 37} 70% 50%)`; x.fillRect(n * 53 % 240, n * 31 % 180, 50, 40) }</script>",
    ));
    browser.open(&site.url("/")).await?;
    let canvas = browser.driver.find(By::Id("c")).await?;
    let card = browser.hover_on(&canvas, |card| card.acts.iter().any(|act| act == "hand")).await?;
    if card.tone != "dim" {
        return Err(format!("nobody has read it, and it is {}", card.tone).into());
    }
    browser.card_button("hand").await?.click().await?;
    browser
        .wait_for("the canvas to be read", async || {
            Ok(browser.card().await?.filter(|card| card.tone == "calm"))
        })
        .await
        .map(|_| ())
}
