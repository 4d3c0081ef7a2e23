//! Following a catalogue: a real one, built here, on a real file server with range requests.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use sayso_catalogue::build::{Builder, Codes, Orders};
use sayso_catalogue::signature::Key;
use sayso_core::catalogue::descriptor::{About, Descriptor};
use sayso_core::catalogue::record::Record;
use sayso_core::catalogue::row::{Flags, Trim};
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery};
use sayso_core::vocabulary::{Use, Verdict};
use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use sayso_tests::site::{Answer, Site};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::Room;

/// More than one piece of the store, so that there is something to go on with.
const FILLING: u64 = 40_000;
const PIECE: u64 = 1 << 20;
const HOST: &str = "127.0.0.1";

/// How many pieces of files are in the store.
const PIECES: &str = "new Promise((done, fail) => { const r = indexedDB.open('catalogues'); r.onerror = fail; \
    r.onsuccess = () => { const c = r.result.transaction('pieces').objectStore('pieces').count(); \
    c.onsuccess = () => { r.result.close(); done(c.result); }; }; })";

/// Codes that no picture has.
fn noise(n: u64) -> [u64; 4] {
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    [(); 4].map(|()| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

/// Builds the next epoch: the gallery's picture among many others.
fn build(folder: &Path, name: &str, picture: &[u8], what: Verdict) -> Outcome<Descriptor> {
    let about = About {
        name: name.into(),
        operator: "The Ridge Collective".into(),
        contact: "mailto:desk@collective.example".into(),
        report_to: "https://collective.example/wrong".into(),
        data_licence: "https://creativecommons.org/publicdomain/zero/1.0/".into(),
        date: "2026-11-22".into(),
    };
    let orders = Orders { about, out: folder.to_path_buf(), memory: 32 << 20, bands: 1 };
    let mut builder = Builder::begin(orders)?;
    let print = reading::read(picture, Delivery::default(), &Limits::DEFAULT).fingerprint;
    let record = Record {
        id: "ridges".into(),
        title: Some("Seven ridges, before sunrise".into()),
        uses: [(Use::TrainGen, what), (Use::TrainNongen, what)].into(),
        ..Record::default()
    };
    builder.add(&record, &Codes::of(&print))?;
    for n in 0..FILLING {
        let record = Record { id: format!("n{n}"), ..Record::default() };
        let image = vec![(noise(n), Flags::new(Trim::Exact, false, false))];
        builder.add(&record, &Codes { image, ..Codes::default() })?;
    }
    Ok(builder.finish(&Key::from_bytes(&[9; 32]))?)
}

/// Puts every file of a folder on a site; those that change at the end.
fn publish(site: &Site, below: &str, folder: &Path) -> Outcome<()> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(here) = folders.pop() {
        for entry in std::fs::read_dir(here)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                let bytes = std::fs::read(&path)?;
                site.put(&format!("{below}{name}"), Answer::of("application/octet-stream", bytes));
            }
        }
    }
    Ok(())
}

async fn listed(browser: &Browser) -> Outcome<Vec<Value>> {
    let all = browser.tell(&json!({"follow": {"type": "list"}})).await?;
    Ok(all["lines"].as_array().cloned().unwrap_or_default())
}

/// Waits until the only catalogue is in this state.
async fn wait_until(room: &Room, what: &str, is: impl Fn(&Value) -> bool) -> Outcome<Value> {
    room.browser
        .wait_for(what, async || {
            let lines = listed(&room.browser).await?;
            match lines.as_slice() {
                [line] if is(line) => Ok(Some(line.clone())),
                other => Err(format!("{other:?}").into()),
            }
        })
        .await
}

async fn unfollow_all(room: &Room) -> Outcome<()> {
    for line in listed(&room.browser).await? {
        room.browser.tell(&json!({"follow": {"type": "unfollow", "id": line["id"]}})).await?;
    }
    let left = room.browser.run_own(PIECES).await?;
    match left.as_u64() {
        Some(0) => Ok(()),
        other => Err(format!("bytes are left behind: {other:?} pieces").into()),
    }
}

async fn card_of_the_copy(room: &Room, wanted: &str) -> Outcome<()> {
    room.browser.open(&room.gallery.stranger.url("/")).await?;
    let copy = room.browser.driver.find(By::Css("img")).await?;
    let card = room.browser.hover_on(&copy, |c| c.text.contains(wanted)).await?;
    for words in ["Ridge catalogue", "The Ridge Collective", "signature was checked"] {
        if !card.text.contains(words) {
            return Err(format!("the card lacks “{words}”:\n{}", card.text).into());
        }
    }
    Ok(())
}

/// Types the address and follows what it names.
async fn follow_by_hand(room: &Room, address: &str) -> Outcome<()> {
    let browser = &room.browser;
    browser.open_own("options.html").await?;
    let field = browser.driver.find(By::Id("follow-address")).await?;
    browser.reveal(&field).await?;
    field.send_keys(address).await?;
    browser.driver.find(By::Id("follow-look")).await?.click().await?;
    let offer = browser
        .wait_for("the catalogue's own words", async || {
            Ok(browser.driver.find(By::Id("follow-go")).await.ok())
        })
        .await?;
    let shown = browser.driver.find(By::Id("follow-offer")).await?.text().await?;
    for words in ["The Ridge Collective", "40,001", "publicdomain/zero", "nobody learns"] {
        if !shown.contains(words) {
            return Err(format!("before following, the page lacks “{words}”:\n{shown}").into());
        }
    }
    browser.reveal(&offer).await?;
    offer.click().await?;
    Ok(())
}

pub async fn a_catalogue_is_followed_updated_and_forgotten(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("catalogue");
    let site = room.hosts.site(HOST);
    build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Denied)?;
    publish(&site, "/ridge/", &folder)?;
    room.hosts.clear_log();
    room.proxy.clear_log();
    follow_by_hand(room, &site.url("/ridge/")).await?;
    wait_until(room, "the first epoch", |line| line["used"] == json!(true)).await?;
    let strangers: BTreeSet<String> =
        room.hosts.log().into_iter().map(|v| v.host).filter(|h| h != HOST).collect();
    if !strangers.is_empty() {
        return Err(format!("following has asked {strangers:?}").into());
    }
    room.hosts.clear_log();
    card_of_the_copy(room, "looks like").await?;
    if room.hosts.log().iter().any(|v| v.host == HOST) {
        return Err("looking at a page has asked the catalogue's host".into());
    }

    // What changed is fetched, and nothing else of the table.
    let second = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Conditional)?;
    publish(&site, "/ridge/", &folder)?;
    room.hosts.clear_log();
    browser.open_own("options.html").await?;
    let id = listed(&room.browser).await?.first().map(|l| l["id"].clone()).unwrap_or_default();
    browser.tell(&json!({"follow": {"type": "update", "id": id}})).await?;
    let epoch =
        |n: u64| move |l: &Value| l["offer"]["epoch"] == json!(n) && l["waiting"] == json!(false);
    wait_until(room, "the second epoch", epoch(2)).await?;
    let asked: Vec<String> = room.hosts.log().into_iter().map(|v| v.path).collect();
    let delta = asked.iter().any(|path| path.contains("/delta/1-2-image-"));
    let table = asked.iter().any(|path| path.contains("/table/"));
    if !delta || table {
        return Err(format!("not updated by what changed: {asked:?}").into());
    }
    card_of_the_copy(room, "set terms").await.or(card_of_the_copy(room, "terms").await)?;

    // A table that somebody has touched is refused, and what was had still answers.
    drop(second);
    let third = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Allowed)?;
    publish(&site, "/ridge/", &folder)?;
    let table = third.tables.values().next().ok_or("a table")?;
    let mut bytes = std::fs::read(folder.join(&table.file.name))?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    site.put(&format!("/ridge/{}", table.file.name), Answer::of("application/octet-stream", bytes));
    for delta in &third.deltas {
        site.put(&format!("/ridge/{}", delta.file.name), Answer::error(404));
    }
    browser.open_own("options.html").await?;
    browser.tell(&json!({"follow": {"type": "update", "id": id}})).await?;
    let refused = wait_until(room, "the refusal", |l| l["problem"]["key"].is_string()).await?;
    if refused["problem"]["key"] != json!("follow_refused_differs")
        || refused["offer"]["epoch"] != json!(2)
    {
        return Err(format!("a touched table: {refused}").into());
    }
    browser.open_own("options.html").await?;
    browser
        .wait_for("the sentence on the page", async || {
            let text = browser.driver.find(By::Id("follow-list")).await?.text().await?;
            Ok(text.contains("goes on with what it had").then_some(()))
        })
        .await?;
    card_of_the_copy(room, "terms").await?;

    // An older epoch is refused too.
    browser.open_own("options.html").await?;
    unfollow_all(room).await?;
    browser.open(&room.gallery.stranger.url("/")).await?;
    let copy = browser.driver.find(By::Css("img")).await?;
    let card = browser.hover_on(&copy, |c| !c.text.is_empty()).await?;
    if card.text.contains("Ridge") {
        return Err(format!("it is still known:\n{}", card.text).into());
    }
    Ok(())
}

pub async fn a_download_goes_on_where_it_was_broken_off(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("catalogue");
    let site = room.hosts.site(HOST);
    let built = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Denied)?;
    publish(&site, "/slow/", &folder)?;
    let table = built.tables.values().next().ok_or("a table")?.file.clone();
    let path = format!("/slow/{}", table.name);
    let whole = Answer::of("application/octet-stream", std::fs::read(folder.join(&table.name))?);
    site.put(&path, whole.clone().dripping(64 << 10, Duration::from_millis(120)));
    follow_by_hand(room, &format!("{}catalogue.json", site.url("/slow/"))).await?;
    wait_until(room, "more than a piece", |line| {
        line["part"]["done"].as_u64().is_some_and(|done| done > PIECE)
    })
    .await?;
    match browser.kind {
        Kind::Chromium => browser.run_own("chrome.offscreen.closeDocument()").await.map(|_| ())?,
        Kind::Firefox => browser.stop_worker().await?,
    }
    site.put(&path, whole);
    room.hosts.clear_log();
    browser.open_own("options.html").await?;
    browser.tell(&json!({"follow": {"type": "tend"}})).await?;
    wait_until(room, "the rest", |line| line["used"] == json!(true)).await?;
    let ranges: Vec<Option<String>> = room
        .hosts
        .log()
        .iter()
        .filter(|visit| visit.path == path)
        .map(|visit| visit.header("range").map(str::to_string))
        .collect();
    if ranges != [Some(format!("bytes={PIECE}-"))] {
        return Err(format!("it began anew: {ranges:?}").into());
    }
    unfollow_all(room).await
}

pub async fn a_file_longer_than_was_said_takes_no_room(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("catalogue");
    let site = room.hosts.site(HOST);
    let built = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Denied)?;
    publish(&site, "/long/", &folder)?;
    let table = built.tables.values().next().ok_or("a table")?.file.clone();
    let mut bytes = std::fs::read(folder.join(&table.name))?;
    bytes.resize(bytes.len() + (64 << 20), 7);
    let length = bytes.len() as u64;
    site.put(&format!("/long/{}", table.name), Answer::of("application/octet-stream", bytes));
    follow_by_hand(room, &site.url("/long/")).await?;
    let refused = wait_until(room, "the refusal", |l| l["problem"]["key"].is_string()).await?;
    if refused["problem"]["key"] != json!("follow_refused_differs")
        || refused["used"] != json!(false)
    {
        return Err(format!("a file that is longer than was said: {refused}").into());
    }
    let pieces = browser.run_own(PIECES).await?.as_u64().ok_or("the store does not open")?;
    let said: u64 = refused["offer"]["files"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|file| file["bytes"].as_u64().unwrap_or_default().div_ceil(PIECE))
        .sum();
    if pieces > said || said >= length / PIECE {
        return Err(format!("{pieces} pieces are kept, of {said} that were announced").into());
    }
    unfollow_all(room).await
}

pub async fn an_organisation_chooses_a_catalogue_and_nobody_else_can_take_its_place(
    room: &Room,
) -> Outcome<()> {
    let temp = tempfile::tempdir()?;
    let site = room.hosts.site(HOST);
    let mut chosen = Vec::new();
    for name in ["true", "false"] {
        let folder = temp.path().join(name);
        let built = build(&folder, name, &room.gallery.own_work, Verdict::Denied)?;
        publish(&site, &format!("/{name}/"), &folder)?;
        let key: String = built.key.iter().map(|byte| format!("{byte:02x}")).collect();
        // What lies at the second address bears another key than the one that was chosen.
        let key = if name == "true" { key } else { "7".repeat(64) };
        chosen.push(json!({ "address": site.url(&format!("/{name}/")), "key": key }));
    }
    let setup = Setup {
        extension: room.browser.kind.extension(),
        headless: true,
        window: (1280, 900),
        proxy: None,
    };
    // A browser of its own: what an organisation says stands as long as the browser is open.
    let governed = Browser::start(room.browser.kind, &setup).await?;
    let done = governed_by(&governed, &chosen).await;
    governed.quit().await?;
    done
}

async fn governed_by(browser: &Browser, chosen: &[Value]) -> Outcome<()> {
    if !browser.set_policy(&json!({ "catalogues": chosen })).await? {
        println!("only whoever administers the computer can give this browser a policy: left out");
        return Ok(());
    }
    browser.open_own("options.html").await?;
    browser.tell(&json!({"follow": {"type": "tend"}})).await?;
    let line = |lines: &[Value], which: usize| {
        lines.iter().find(|l| l["id"] == chosen[which]["key"]).cloned().unwrap_or_default()
    };
    browser
        .wait_for("what was chosen, and nothing else", async || {
            let lines = listed(browser).await?;
            let (right, wrong) = (line(&lines, 0), line(&lines, 1));
            match right["used"] == json!(true)
                && wrong["problem"]["key"] == json!("follow_refused_key")
                && wrong["used"] == json!(false)
            {
                true => Ok(Some(())),
                false => Err(format!("{lines:?}").into()),
            }
        })
        .await?;
    // Not even by a message past the missing button.
    browser.tell(&json!({"follow": {"type": "unfollow", "id": chosen[0]["key"]}})).await?;
    if line(&listed(browser).await?, 0)["used"] != json!(true) {
        return Err("what an organisation has chosen can be thrown out".into());
    }
    browser.open_own("options.html").await?;
    browser
        .wait_for("who has chosen it", async || {
            let list = browser.driver.find(By::Id("follow-list")).await?;
            let buttons = list.find_all(By::Css("button.unfollow")).await?;
            let text = list.text().await?;
            let said = text.matches("Your organisation has chosen this catalogue").count();
            if said == 2 && buttons.is_empty() { Ok(Some(())) } else { Err(text.into()) }
        })
        .await
}
