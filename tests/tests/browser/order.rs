//! Which files are asked for, in what order, and how often. Only a real browser scrolls, and only
//! a real server sees what is asked.

use std::time::Duration;

use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;

use crate::Room;
use crate::works::denied_jpeg;

/// How often we, not the page, have asked a host for a path.
fn asked(room: &Room, host: &str, path: &str) -> usize {
    let log = room.hosts.log();
    log.iter().filter(|v| v.host == host && v.path.starts_with(path) && !v.by_page()).count()
}

pub async fn a_picture_seen_again_is_not_asked_for_again(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("again.test");
    // Every use has to be asked for, so the browser's own cache does not hide a request of ours.
    let answer = Answer::of("image/jpeg", denied_jpeg());
    let answer = answer.header("cache-control", "no-cache").header("etag", "\"one\"");
    site.put("/work.jpg", answer);
    let page = "<!doctype html><meta charset=utf-8><title>Again</title><link rel=icon href='data:,'>\
                <img src='/work.jpg' width=150 height=200 alt='A work'>";
    for path in ["/1", "/2", "/3"] {
        site.put(path, Answer::html(page));
    }
    room.hosts.clear_log();
    for path in ["/1", "/2", "/1", "/3"] {
        browser.open(&site.url(path)).await?;
        browser.wait_for_mark("img", |m| m.tone == "stop").await?;
    }
    match asked(room, "again.test", "/work.jpg") {
        1 => Ok(()),
        n => Err(format!("asked for {n} times").into()),
    }
}

pub async fn what_scrolled_away_is_not_asked_for_before_it_returns(room: &Room) -> Outcome<()> {
    const MANY: usize = 32;
    let browser = &room.browser;
    let site = room.hosts.site("tall.test");
    let quick = Answer::of("image/jpeg", denied_jpeg());
    let slow = quick.clone().late(Duration::from_millis(700)).but_in_pages(quick);
    site.put("/top.jpg", slow.clone());
    site.put("/low.jpg", slow);
    let top: String = (0..MANY)
        .map(|n| format!("<img id=t{n} src='/top.jpg?{n}' width=120 height=120 alt='{n}'>"))
        .collect();
    site.put(
        "/",
        Answer::html(format!(
            "<!doctype html><meta charset=utf-8><title>Tall</title><link rel=icon href='data:,'>\
             {top}<div style='height: 6000px'></div>\
             <img id=low src='/low.jpg' width=120 height=120 alt='low'>"
        )),
    );
    room.hosts.clear_log();
    browser.open(&site.url("/")).await?;
    browser
        .wait_for("the first question", async || {
            Ok((asked(room, "tall.test", "/top.jpg") > 0).then_some(()))
        })
        .await?;
    browser.run("scrollTo(0, document.body.scrollHeight)").await?;
    browser.wait_for_mark("#low", |m| m.tone == "stop").await?;
    let begun = asked(room, "tall.test", "/top.jpg");
    println!("{}: {begun} of {MANY} were asked for before", browser.kind.name());
    // Those that were begun, and as many again while the browser took its time to scroll.
    if begun > MANY / 2 {
        return Err(format!("{begun} of {MANY} were asked for although nobody saw them").into());
    }
    browser.run("scrollTo(0, 0)").await?;
    browser.wait_for_mark(&format!("#t{}", MANY - 1), |m| m.tone == "stop").await?;
    match asked(room, "tall.test", "/top.jpg") {
        n if n <= MANY => Ok(()),
        n => Err(format!("{n} questions about {MANY} pictures").into()),
    }
}
