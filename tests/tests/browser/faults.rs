//! Faults that only a browser has: an update under an open page, a store without room, no line.
//!
//! What can be tried without a browser is tried at every effect, in `engine/faults.rs` of the core.

use std::time::Duration;

use sayso_tests::browser::{Kind, Outcome};
use sayso_tests::site::Answer;
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>Faults</title><link rel=icon href='data:,'>\
    <style>img { width: 240px; height: 180px; margin: 20px }</style><img id=w src='/w.jpg' alt=w>";

/// A page with one picture that says no.
fn furnish(room: &Room, host: &str) -> String {
    let site = room.hosts.site(host);
    for name in ["w", "late"] {
        site.put(&format!("/{name}.jpg"), Answer::of("image/jpeg", denied_jpeg()));
    }
    site.put("/", Answer::html(PAGE));
    site.url("/")
}

pub async fn an_update_under_an_open_page_leaves_nothing_behind(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let url = furnish(room, "updated.localhost");
    let kept = "chrome.storage.local.get(null).then((all) => Object.entries(all).sort())";
    let local = async || -> Outcome<Value> {
        browser.in_own_page("options.html", async |own| own.run_own(kept).await).await
    };
    browser.open(&url).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let before = local().await?;
    browser.update_extension().await?;
    // Its script is still there, and has nobody to speak to.
    let add =
        "const it = new Image(); it.id = 'late'; it.src = '/late.jpg'; document.body.append(it)";
    browser.run(add).await?;
    match browser.kind {
        Kind::Chromium => {
            browser
                .wait_for("the marks of the old script to go", async || {
                    let there = browser.marks().await?;
                    if there.is_empty() { Ok(Some(())) } else { Err(format!("{there:?}").into()) }
                })
                .await?;
        }
        // It ends the old script at once, so that nobody takes its marks away before the page goes; none
        // is added.
        Kind::Firefox => {
            tokio::time::sleep(Duration::from_secs(2)).await;
            let there = browser.marks().await?;
            if there.iter().any(|m| m.tone != "stop") || there.len() > 1 {
                return Err(format!("the old script goes on: {there:?}").into());
            }
        }
    }
    browser.open(&url).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let after = local().await?;
    if before == after { Ok(()) } else { Err(format!("{before}\n{after}").into()) }
}

pub async fn without_room_in_the_store_works_are_still_read_and_shown(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let url = furnish(room, "full.localhost");
    browser.open_own("options.html").await?;
    // Ten megabytes are all there is (`QUOTA_BYTES`): what is free is filled, to the last kilobyte.
    let fill = "(async () => { let size = 8 << 20, n = 0;\
        while (size >= 1024) {\
          try { await chrome.storage.session.set({ ['junk' + n]: 'x'.repeat(size) }); n += 1; }\
          catch { size >>= 1; }\
        } return n; })()";
    let filled = browser.run_own(fill).await?;
    let done = async {
        if filled.as_u64().unwrap_or_default() == 0 {
            return Err(format!("the store takes nothing at all: {filled}").into());
        }
        browser.open(&url).await?;
        browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
        // And once more, when nothing is remembered but what was kept.
        browser.stop_worker().await?;
        browser.open(&format!("{url}?again")).await?;
        browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
        let work = browser.driver.find(By::Id("w")).await?;
        browser.hover_on(&work, |card| card.headline.contains("says no")).await?;
        browser.leave().await
    }
    .await;
    browser.open_own("options.html").await?;
    let empty = "chrome.storage.session.get(null).then((all) =>\
        chrome.storage.session.remove(Object.keys(all).filter((key) => key.startsWith('junk'))))";
    browser.run_own(empty).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    done
}

pub async fn without_a_line_what_is_known_stays_and_what_is_not_is_said(
    room: &Room,
) -> Outcome<()> {
    let browser = &room.browser;
    let url = furnish(room, "offline.localhost");
    let silent = room.hosts.site("offline-silent.localhost");
    silent.put("/", Answer::html(PAGE));
    silent.put(
        "/w.jpg",
        Answer::of("image/jpeg", sayso_tests::art::draw_all()[0].1.resized(240).jpeg(80)),
    );
    browser.open(&url).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    room.proxy.cut(true);
    let done: Outcome<()> = async {
        // The worker is ended too: what was said is kept, and nobody has to be asked for it.
        browser.stop_worker().await?;
        let work = browser.driver.find(By::Id("w")).await?;
        browser.hover_on(&work, |card| card.headline.contains("says no")).await?;
        browser.leave().await?;
        // A picture that the page makes itself needs no line; its site's files do.
        let add = "const paper = new OffscreenCanvas(200, 150); paper.getContext('2d').fillRect(9, 9, 90, 60);\
            paper.convertToBlob({ type: 'image/png' }).then((blob) => { const it = new Image(200, 150);\
            it.id = 'made'; it.src = URL.createObjectURL(blob); document.body.append(it); })";
        browser.run(add).await?;
        browser.wait_for_mark("#made", |_| true).await?;
        let marks = browser.marks().await?;
        match marks.iter().any(|m| m.tone == "go") {
            true => Err(format!("something is allowed without a line: {marks:?}").into()),
            false => Ok(()),
        }
    }
    .await;
    room.proxy.cut(false);
    done?;
    // With the line back, what comes is read as ever.
    browser.open(&silent.url("/")).await?;
    browser.wait_for_mark("#w", |m| m.tone == "calm").await?;
    browser.open(&url).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await.map(drop)
}
