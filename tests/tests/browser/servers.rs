//! Servers that behave badly, over a real network stack. The page shows each picture
//! well; only we are treated badly, so that every mark has a place to stand.

use std::time::Duration;

use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

pub async fn what_could_not_be_read_says_so_and_is_never_allowed(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("bad.test");
    let whole = denied_jpeg();
    let picture = || Answer::of("image/jpeg", whole.clone());
    let private = format!("http://127.0.0.1:{}/inside.jpg", room.hosts.port());
    room.hosts.site("127.0.0.1").put("/inside.jpg", picture());
    let bad = [
        ("silent", picture().silent()),
        ("dripping", picture().dripping(16, Duration::from_millis(200))),
        ("forbidden", Answer::error(403)),
        ("hurried", Answer::error(429).header("retry-after", "120")),
        ("broken", Answer::error(500)),
        ("private", Answer::redirect(&private)),
        ("page", Answer::html("<!doctype html><title>Sign in</title><p>Please sign in.")),
        ("cut", picture().cut_at(900)),
        ("empty", Answer::of("image/jpeg", "")),
        ("endless", picture().claiming(4 << 30)),
    ];
    let mut page = String::from(
        "<!doctype html><meta charset=utf-8><title>Bad servers</title><link rel=icon href='data:,'>\
         <style>img { display: block; width: 240px; height: 320px; margin: 30px }</style>",
    );
    for (name, answer) in &bad {
        site.put(&format!("/{name}.jpg"), answer.clone().but_in_pages(picture()));
        page.push_str(&format!("<img id={name} src='/{name}.jpg' alt='{name}'>"));
    }
    site.put("/", Answer::html(page));
    browser.open(&site.url("/")).await?;
    let mut wrong = Vec::new();
    let mut sayings = Vec::new();
    for (name, _) in &bad {
        let css = format!("#{name}");
        if let Err(why) = browser.wait_for_mark(&css, |m| m.tone == "dim").await {
            wrong.push(format!("{name}: {why}"));
            continue;
        }
        let work = browser.driver.find(By::Css(&css)).await?;
        // Not just "being read": the reason has come.
        match browser.hover_on(&work, |c| c.headline.contains("ould not be")).await {
            Ok(card) => sayings.push((name, card.text)),
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    for (name, needle) in [
        ("silent", "in time"),
        ("dripping", "in time"),
        ("forbidden", "403"),
        ("hurried", "429"),
        ("broken", "500"),
        ("private", "private"),
        ("page", "web page"),
        ("empty", "empty"),
    ] {
        if let Some((_, text)) = sayings.iter().find(|s| *s.0 == name)
            && !text.contains(needle)
        {
            wrong.push(format!("{name}: the card does not say {needle}:\n{text}"));
        }
    }
    if browser.marks().await?.iter().any(|m| m.tone == "go") {
        wrong.push("something shows as allowed".into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}
