//! Works of every kind get their marks. Only a real browser resolves `srcset`, draws
//! backgrounds, applies a page's policy and stops a worker.

use sayso_tests::browser::Outcome;
use sayso_tests::metadata_writer::{self as write, Claims};
use sayso_tests::site::{Answer, Site};
use sayso_tests::{art, gallery};
use thirtyfour::prelude::*;

use crate::Room;

/// A small picture that denies AI training.
pub fn denied_jpeg() -> Vec<u8> {
    let claims = Claims {
        creator: Some("Ada Example"),
        data_mining: Some("DMI-PROHIBITED-AIMLTRAINING"),
        ..Claims::default()
    };
    write::into_jpeg(&heron().jpeg(85), None, Some(&claims.xmp()))
}

fn heron() -> art::Picture {
    art::draw("heron").expect("it is in the portfolio").resized(300)
}

pub async fn the_gallery_shows_every_face_of_the_mark(room: &Room) -> Outcome<()> {
    room.browser.open(&room.gallery.home.url("/")).await?;
    let faces = [
        ("/works/heron.jpg", "stop"),
        ("/works/the-set.jpg", "care"),
        ("/works/fern.png", "go"),
        ("/works/eleven-at-night.jpg", "calm"),
        ("/works/moonrise.jpg", "dim"),
        // A licence is no consent, an origin neither.
        ("/works/knotwork.png", "calm"),
        ("/works/strata.webp", "calm"),
        // Said by files of the site, about parts of it.
        ("/sketchbook/undertow.jpg", "stop"),
        ("/commissions/sunday.jpg", "stop"),
    ];
    let mut wrong = Vec::new();
    for (path, tone) in faces {
        let css = format!("img[src$='{path}']");
        match room.browser.wait_for_mark(&css, |m| m.tone == tone).await {
            Ok(mark) if mark.label.trim().is_empty() => wrong.push(format!("{path}: no label")),
            Ok(_) => {}
            Err(why) => wrong.push(format!("{path}: {why}")),
        }
    }
    room.browser.wait_for_mark("audio", |m| m.tone == "calm").await?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// Serves `kinds.html` and what it needs.
fn hang_kinds(room: &Room) -> Site {
    let (page, media) = (room.hosts.site("page.test"), room.hosts.site("media.test"));
    let filled = |text: &str| text.replace("{{media}}", &media.origin());
    page.put("/kinds", Answer::html(filled(include_str!("../../pages/kinds.html"))));
    media.put("/frame.html", Answer::html(include_str!("../../pages/frame.html")));
    media.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    let claims = Claims { data_mining: Some("DMI-PROHIBITED-AIMLTRAINING"), ..Claims::default() };
    let small = heron();
    let webp = write::into_webp(&small.webp(), (small.width, small.height), &claims.xmp());
    media.put("/heron.webp", Answer::of("image/webp", webp));
    page
}

pub async fn every_way_to_show_a_picture_gets_a_mark(room: &Room) -> Outcome<()> {
    let page = hang_kinds(room);
    let browser = &room.browser;
    browser.open(&page.url("/kinds")).await?;
    for css in ["#plain", "#srcset", "#picture", "#svg", "#poster", "#linked", "#shadow"] {
        browser.wait_for_mark(css, |m| m.tone == "stop").await?;
    }
    // Backgrounds are looked for only where the pointer rests.
    let background = browser.driver.find(By::Id("background")).await?;
    browser.hover_on(&background, |c| c.tone == "stop").await?;
    Ok(())
}

pub async fn a_work_that_comes_late_gets_a_mark(room: &Room) -> Outcome<()> {
    let page = hang_kinds(room);
    let browser = &room.browser;
    browser.open(&page.url("/kinds")).await?;
    browser
        .wait_for("the late picture", async || {
            Ok(browser.driver.find(By::Id("inserted")).await.ok().map(|_| ()))
        })
        .await?;
    let mark = browser.wait_for_mark("#inserted", |m| m.tone == "stop").await?;
    // It leaves, and its mark with it.
    browser.run("document.getElementById('inserted').remove()").await?;
    browser
        .wait_for("the mark to leave", async || {
            let left = browser.marks().await?.iter().all(|m| m.work != mark.work);
            Ok(left.then_some(()))
        })
        .await
}

pub async fn a_work_in_a_frame_of_another_host_gets_a_mark(room: &Room) -> Outcome<()> {
    let page = hang_kinds(room);
    let browser = &room.browser;
    browser.open(&page.url("/kinds")).await?;
    let frame = browser.driver.find(By::Id("frame")).await?;
    browser.reveal(&frame).await?;
    frame.enter_frame().await?;
    let found = browser.wait_for_mark("#framed", |m| m.tone == "stop").await;
    browser.driver.enter_default_frame().await?;
    found.map(|_| ())
}

pub async fn a_page_that_allows_nothing_but_pictures_gets_marks(room: &Room) -> Outcome<()> {
    let site = room.hosts.site("closed.test");
    let policy = "default-src 'none'; img-src *; require-trusted-types-for 'script'";
    let page = Answer::html(include_str!("../../pages/closed.html"));
    site.put("/", page.header("content-security-policy", policy));
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    room.browser.open(&site.url("/")).await?;
    room.browser.wait_for_mark("#work", |m| m.tone == "stop").await?;
    let card = room.browser.hover("#work").await?;
    if card.headline.is_empty() { Err("the card is empty".into()) } else { Ok(()) }
}

pub async fn marks_come_although_the_worker_dies_in_the_middle(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site(gallery::STRANGER);
    let page: String = (0..6)
        .map(|n| format!("<p><img id=w{n} src='/late.jpg?{n}' width=150 height=200 alt='{n}'></p>"))
        .collect();
    let page = format!("<!doctype html><meta charset=utf-8><title>Dying</title>{page}");
    site.put("/dying", Answer::html(page));
    // The extension gets the files late enough for the worker to die while it waits.
    let quick = Answer::of("image/jpeg", denied_jpeg());
    let slow = quick.clone().late(std::time::Duration::from_millis(1500)).but_in_pages(quick);
    site.put("/late.jpg", slow);
    browser.open(&site.url("/dying")).await?;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    browser.stop_worker().await?;
    browser.wait_for_mark("#w0", |m| m.tone == "stop").await?;
    browser.stop_worker().await?;
    browser.wait_for_mark("#w5", |m| m.tone == "stop").await?;
    // And a card, from a worker that has never seen the page.
    browser.stop_worker().await?;
    let work = browser.driver.find(By::Id("w2")).await?;
    browser.hover_on(&work, |c| c.tone == "stop").await?;
    Ok(())
}
