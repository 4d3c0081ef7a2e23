//! What the network sees of us. Every request of the browser goes through a proxy that
//! writes it down, so a request too many cannot hide.

use std::collections::BTreeMap;
use std::time::Duration;

use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

/// Hosts that browsers visit by themselves (updates, lists); refused by the proxy.
const ERRANDS: &[&str] = &[
    "google.com",
    "googleapis.com",
    "gvt1.com",
    "gstatic.com",
    "googleusercontent.com",
    "mozilla.com",
    "mozilla.net",
    "mozilla.org",
    "firefox.com",
    "mozaws.net",
];

/// How long to wait for requests that should not come.
const HUSH: Duration = Duration::from_millis(2500);

pub async fn nothing_is_asked_that_the_settings_do_not_allow(room: &Room) -> Outcome<()> {
    // Hosts that nobody has asked for anything yet.
    let (page, media) = (room.hosts.site("once.localhost"), room.hosts.site("works.localhost"));
    let text = include_str!("../../pages/two.html").replace("{{media}}", &media.origin());
    page.put("/", Answer::html(text));
    page.put("/first.jpg", Answer::of("image/jpeg", denied_jpeg()).header("set-cookie", "who=you"));
    media.put("/second.jpg", Answer::of("image/jpeg", denied_jpeg()));
    room.hosts.clear_log();
    room.proxy.clear_log();
    room.browser.open(&page.url("/")).await?;
    room.browser.wait_for_mark("#own", |m| m.tone == "stop").await?;
    room.browser.wait_for_mark("#other", |m| m.tone == "stop").await?;
    let other = room.browser.driver.find(By::Id("other")).await?;
    room.browser.hover_on(&other, |c| c.tone == "stop").await?;
    tokio::time::sleep(HUSH).await;

    // Path by path: how often the page asked, and how often we.
    let mut asked: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
    for visit in room.hosts.log() {
        let count = asked.entry((visit.host.clone(), visit.path.clone())).or_default();
        if visit.by_page() {
            count.0 += 1;
        } else {
            count.1 += 1;
            for header in ["cookie", "origin"] {
                if let Some(value) = visit.header(header) {
                    return Err(
                        format!("{}{}: we sent {header}: {value}", visit.host, visit.path).into()
                    );
                }
            }
        }
    }
    let expected: BTreeMap<(String, String), (u32, u32)> = [
        ("once.localhost", "/", (1, 0)),
        ("once.localhost", "/first.jpg", (1, 1)),
        ("once.localhost", "/robots.txt", (0, 1)),
        ("once.localhost", "/.well-known/tdmrep.json", (0, 1)),
        ("once.localhost", "/ai.txt", (0, 1)),
        ("once.localhost", "/trust.txt", (0, 1)),
        ("once.localhost", "/.well-known/trust.txt", (0, 1)),
        ("works.localhost", "/second.jpg", (1, 1)),
        ("works.localhost", "/robots.txt", (0, 1)),
        ("works.localhost", "/.well-known/tdmrep.json", (0, 1)),
        ("works.localhost", "/ai.txt", (0, 1)),
        ("works.localhost", "/trust.txt", (0, 1)),
        ("works.localhost", "/.well-known/trust.txt", (0, 1)),
    ]
    .map(|(host, path, count)| ((host.to_string(), path.to_string()), count))
    .into();
    if asked != expected {
        return Err(
            format!("asked (page, extension):\n{asked:#?}\nexpected:\n{expected:#?}").into()
        );
    }
    strangers(room)
}

pub async fn on_a_site_that_is_switched_off_nothing_is_shown_and_nothing_is_asked(
    room: &Room,
) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("off.test");
    let text = "<!doctype html><meta charset=utf-8><title>Off</title><link rel=icon href='data:,'>\
                <img src='/work.jpg' width=300 height=400 alt='A work'>";
    site.put("/", Answer::html(text));
    site.put("/before", Answer::html(text));
    site.put("/work.jpg", Answer::of("image/jpeg", denied_jpeg()));
    browser.open(&site.url("/before")).await?;
    browser.wait_for_mark("img", |m| m.tone == "stop").await?;
    switch(room, &site.url("/before")).await?;
    // The open page is left alone at once, and a fresh one from the start.
    browser
        .wait_for("the marks to leave", async || {
            Ok(browser.marks().await?.is_empty().then_some(()))
        })
        .await?;
    room.hosts.clear_log();
    room.proxy.clear_log();
    browser.open(&site.url("/?fresh")).await?;
    tokio::time::sleep(HUSH).await;
    let marks = browser.marks().await?;
    let ours: Vec<String> =
        room.hosts.log().into_iter().filter(|v| !v.by_page()).map(|v| v.path).collect();
    switch(room, &site.url("/?fresh")).await?;
    if !marks.is_empty() || !ours.is_empty() {
        return Err(format!("shown: {marks:?}, asked: {ours:?}").into());
    }
    // Switched on again, it is as before.
    browser.open(&site.url("/before")).await?;
    browser.wait_for_mark("img", |m| m.tone == "stop").await?;
    strangers(room)
}

/// Presses the popup's switch for the site of a tab.
async fn switch(room: &Room, url: &str) -> Outcome<()> {
    let tab = room.browser.tab_number(url).await?;
    room.browser
        .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
            let state = "return document.getElementById('switch').checked";
            let before = own.run(state).await?;
            own.driver.find(By::Id("switch")).await?.click().await?;
            own.wait_for(
                "the switch",
                async || Ok((own.run(state).await? != before).then_some(())),
            )
            .await?;
            // The setting is written before the page is closed.
            tokio::time::sleep(Duration::from_millis(400)).await;
            Ok(())
        })
        .await
}

/// Fails when anything but this machine was asked, the browser's own errands apart.
fn strangers(room: &Room) -> Outcome<()> {
    let strange: Vec<_> = room
        .proxy
        .log()
        .into_iter()
        .filter(|a| !a.passed)
        .filter(|a| !ERRANDS.iter().any(|e| a.host == *e || a.host.ends_with(&format!(".{e}"))))
        .collect();
    if strange.is_empty() { Ok(()) } else { Err(format!("asked strangers: {strange:?}").into()) }
}
