//! Access as the reader gives it: to one site, taken away while a page is open, given again.

use std::time::Duration;

use sayso_tests::browser::{Access, Outcome};
use sayso_tests::site::Answer;
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

const GIVEN: &str = "given.localhost";
const WITHHELD: &str = "withheld.localhost";
/// Longer than a file rests that could not be had for want of access.
const REST: Duration = Duration::from_secs(4);

pub async fn access_to_one_site_is_enough_for_it_and_taken_away_shows_nothing_wrong(
    room: &Room,
) -> Outcome<()> {
    let done = walk(room).await;
    // The checks that follow need it, whatever has come of this one.
    room.browser.set_access(Access::Everywhere).await?;
    done
}

async fn walk(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let (given, withheld) = (room.hosts.site(GIVEN), room.hosts.site(WITHHELD));
    for name in ["near", "far", "later", "last"] {
        let picture = Answer::of("image/jpeg", denied_jpeg());
        given.put(&format!("/{name}.jpg"), picture.clone());
        withheld.put(&format!("/{name}.jpg"), picture);
    }
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>Access</title><link rel=icon href='data:,'>\
         <style>img {{ width: 240px; height: 180px; margin: 20px }}</style>\
         <img id=near src=/near.jpg alt=near><img id=far src='{}' alt=far>",
        withheld.url("/far.jpg")
    );
    given.put("/", Answer::html(page.clone()));
    withheld.put("/", Answer::html(page));

    browser.set_access(Access::Only(GIVEN)).await?;
    browser.open(&withheld.url("/")).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    if !browser.marks().await?.is_empty() {
        return Err("it looks at a site that was not given".into());
    }
    browser.open(&given.url("/")).await?;
    browser.wait_for_mark("#near", |m| m.tone == "stop").await?;
    browser.wait_for_mark("#far", |m| m.tone == "dim").await?;
    says_why(room, "#far").await?;

    // In the middle of looking at a page.
    let page = browser.driver.window().await?;
    let other = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(other.clone()).await?;
    browser.set_access(Access::Nowhere).await?;
    browser.driver.switch_to_window(page.clone()).await?;
    let add = "const it = new Image(240, 180); it.id = 'later'; it.src = '/later.jpg'; document.body.append(it)";
    browser.run(add).await?;
    let marks = async || -> Outcome<Vec<_>> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        browser.marks().await
    };
    for mark in marks().await? {
        // What was read before may stay; what comes now is not known, and never a yes.
        if mark.work.contains("later") && mark.tone != "dim" || mark.tone == "go" {
            return Err(format!("without access it says {} of {}", mark.tone, mark.work).into());
        }
    }
    browser.open(&given.url("/?again")).await?;
    if !marks().await?.is_empty() {
        return Err("it goes on looking after access was taken away".into());
    }

    browser.driver.switch_to_window(other).await?;
    browser.set_access(Access::Everywhere).await?;
    browser.driver.close_window().await?;
    browser.driver.switch_to_window(page).await?;
    tokio::time::sleep(REST).await;
    browser.open(&given.url("/")).await?;
    browser.wait_for_mark("#far", |m| m.tone == "stop").await.map(|_| ())
}

async fn says_why(room: &Room, css: &str) -> Outcome<()> {
    let work = room.browser.driver.find(By::Css(css)).await?;
    let card = room.browser.hover_on(&work, |c| c.headline.contains("ould not be")).await?;
    match card.text.contains("has not been given access") {
        true => room.browser.leave().await,
        false => Err(format!("the card does not say why:\n{}", card.text).into()),
    }
}
