//! Following a catalogue: a real one, built here, on a real file server with range requests.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use sayso_catalogue::build::{Builder, Codes, Orders};
use sayso_catalogue::signature::Key;
use sayso_core::catalogue::descriptor::{About, Descriptor, NAME, SIGNATURE};
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

/// The last look at every catalogue was so long ago that it is time for another.
const A_DAY_LATER: &str = "new Promise((done, fail) => { const r = indexedDB.open('catalogues'); r.onerror = fail; \
    r.onsuccess = () => { const t = r.result.transaction('catalogues', 'readwrite'); const all = t.objectStore('catalogues'); \
    const before = (ms) => ms - 21 * 3600000; \
    all.getAll().onsuccess = ({ target }) => target.result.forEach((it) => all.put({ ...it, checked: before(it.checked), tried: before(it.tried ?? it.checked) })); \
    t.oncomplete = () => { r.result.close(); done(true); }; }; })";

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

fn key() -> Key {
    Key::from_bytes(&[9; 32])
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
    let orders = Orders { about, out: folder.to_path_buf(), memory: 32 << 20, bands: 4 };
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
    Ok(builder.finish(&key())?)
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

/// A descriptor and its signature, as they lay in a folder.
struct Edition([(&'static str, Vec<u8>); 2]);

impl Edition {
    fn of(folder: &Path) -> Outcome<Edition> {
        let read = |name| std::fs::read(folder.join(name)).map(|bytes| (name, bytes));
        Ok(Edition([read(SIGNATURE)?, read(NAME)?]))
    }

    fn put(&self, site: &Site, below: &str) {
        for (name, bytes) in &self.0 {
            let answer = Answer::of("application/octet-stream", bytes.clone());
            site.put(&format!("{below}{name}"), answer);
        }
    }
}

/// Waits until the list of the options page says this.
async fn said_in_the_list(room: &Room, words: &[&str]) -> Outcome<()> {
    let browser = &room.browser;
    browser.open_own("options.html").await?;
    browser
        .wait_for("the sentence on the page", async || {
            let text = browser.driver.find(By::Id("follow-list")).await?.text().await?;
            let all = words.iter().all(|words| text.contains(words));
            if all { Ok(Some(())) } else { Err(text.into()) }
        })
        .await
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
    follow_and_read(room, address, "nobody learns").await
}

/// The same where this is said of what its host learns.
async fn follow_and_read(room: &Room, address: &str, learns: &str) -> Outcome<()> {
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
    for words in ["The Ridge Collective", "40,001", "publicdomain/zero", learns] {
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

    // What changed is fetched, and nothing else of the table. Nobody has to do anything for it: a day
    // later, when everything of the extension sleeps, the alarm wakes it.
    let first = Edition::of(&folder)?;
    let second = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Conditional)?;
    publish(&site, "/ridge/", &folder)?;
    browser.open_own("options.html").await?;
    let id = listed(&room.browser).await?.first().map(|l| l["id"].clone()).unwrap_or_default();
    browser.run_own(A_DAY_LATER).await?;
    room.hosts.clear_log();
    let ring =
        "chrome.alarms.create('following', { when: Date.now() + 1500, periodInMinutes: 360 })";
    browser.run_own(ring).await?;
    browser.open("about:blank").await?;
    browser.stop_worker().await?;
    browser
        .wait_for("the alarm to fetch what changed", async || {
            let asked: Vec<String> = room.hosts.log().into_iter().map(|v| v.path).collect();
            match asked.iter().any(|path| path.contains("/delta/1-2-image-")) {
                true => Ok(Some(())),
                false => Err(format!("{asked:?}").into()),
            }
        })
        .await?;
    browser.open_own("options.html").await?;
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

    drop(second);
    // An older epoch is refused, with the reason in a sentence, and the newer one goes on answering.
    first.put(&site, "/ridge/");
    browser.open_own("options.html").await?;
    browser.tell(&json!({"follow": {"type": "update", "id": id}})).await?;
    let older = wait_until(room, "the refusal", |l| l["problem"]["key"].is_string()).await?;
    if older["problem"]["key"] != json!("follow_refused_older") || !epoch(2)(&older) {
        return Err(format!("an older epoch: {older}").into());
    }
    said_in_the_list(room, &["edition 1, older than edition 2", "goes on with what it had"])
        .await?;
    card_of_the_copy(room, "terms").await?;

    // A table that somebody has touched is refused, and what was had still answers.
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
    said_in_the_list(room, &["goes on with what it had"]).await?;
    card_of_the_copy(room, "terms").await?;

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

pub async fn a_catalogue_that_stays_with_its_host_is_asked_by_shards(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("catalogue");
    let site = room.hosts.site(HOST);
    let mut built = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Denied)?;
    // As one of more than forty million codes: no table, and so nothing that a reader could keep.
    built.tables.clear();
    let json = built.write();
    std::fs::write(folder.join(SIGNATURE), key().sign(&json))?;
    std::fs::write(folder.join(NAME), &json)?;
    publish(&site, "/large/", &folder)?;
    follow_and_read(room, &site.url("/large/"), "too large to be kept").await?;
    wait_until(room, "the catalogue", |line| line["used"] == json!(true)).await?;
    if browser.run_own(PIECES).await?.as_u64() != Some(0) {
        return Err("something of it was fetched".into());
    }
    room.hosts.clear_log();
    let asked = || -> Vec<(String, u64)> {
        let parts = room.hosts.log().into_iter().filter(|visit| visit.host == HOST);
        parts
            .map(|visit| {
                let range = visit.header("range").and_then(|range| {
                    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
                    Some(to.parse::<u64>().ok()? - from.parse::<u64>().ok()? + 1)
                });
                // Without a range it is the whole file.
                (visit.path, range.unwrap_or(u64::MAX))
            })
            .collect()
    };
    let press = async |url: &str, wanted: &str| -> Outcome<()> {
        browser.open(url).await?;
        let picture = browser.driver.find(By::Css("img")).await?;
        let card = browser.hover_on(&picture, |c| c.text.contains("Ask Ridge catalogue")).await?;
        if card.text.contains("signature was checked") {
            return Err(format!("it answers before it was asked:\n{}", card.text).into());
        }
        if !asked().is_empty() {
            return Err(format!("its host was asked before the button: {:?}", asked()).into());
        }
        browser.card_button("ask").await?.click().await?;
        browser
            .wait_for("the catalogue's answer", async || {
                let card = browser.card().await?.ok_or("no card is open")?;
                match card.text.contains(wanted) && card.text.contains("Ridge catalogue") {
                    true => Ok(Some(())),
                    false => Err(card.text.into()),
                }
            })
            .await
    };
    press(&room.gallery.stranger.url("/"), "looks like").await?;
    let wanted = ["/large/shards/blake3-", "/large/shards/image-0-", "/large/records/records-"];
    let got = asked();
    let bytes: u64 = got.iter().fold(0, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let fits = got.len() == wanted.len()
        && got.iter().zip(wanted).all(|((path, _), wanted)| path.starts_with(wanted));
    if !fits || bytes > 100 << 10 {
        return Err(format!("a shard of the hash, one band, one group of records: {got:?}").into());
    }
    // Looked at again, nobody is asked again.
    room.hosts.clear_log();
    browser.open(&room.gallery.stranger.url("/")).await?;
    let copy = browser.driver.find(By::Css("img")).await?;
    browser.hover_on(&copy, |c| c.text.contains("looks like")).await?;
    browser.leave().await?;
    if !asked().is_empty() {
        return Err(format!("asked again: {:?}", asked()).into());
    }
    // What is not in it costs one request less, and is no permission.
    let other = room.hosts.site("shards.localhost");
    let picture = room.gallery.other_work.clone();
    other.put("/absent.jpg", Answer::of("image/jpeg", picture));
    other.put("/", Answer::html("<!doctype html><title>Other</title><link rel=icon href='data:,'><img src='/absent.jpg' width=400 height=300>"));
    press(&other.url("/"), "That says nothing about the rights").await?;
    let got = asked();
    if got.len() != 2 || got.iter().any(|(path, _)| path.contains("/records/")) {
        return Err(format!("an absent work: {got:?}").into());
    }
    browser.open_own("options.html").await?;
    unfollow_all(room).await
}

pub async fn a_full_disk_is_said_and_what_was_had_still_answers(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("catalogue");
    let site = room.hosts.site(HOST);
    build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Denied)?;
    publish(&site, "/full/", &folder)?;
    follow_by_hand(room, &site.url("/full/")).await?;
    let line = wait_until(room, "the first epoch", |line| line["used"] == json!(true)).await?;
    let id = line["id"].clone();
    let next = build(&folder, "Ridge catalogue", &room.gallery.own_work, Verdict::Conditional)?;
    publish(&site, "/full/", &folder)?;
    // The whole table has to come, and there is room for hardly more than there is.
    for delta in &next.deltas {
        site.put(&format!("/full/{}", delta.file.name), Answer::error(404));
    }
    browser.limit_storage(Some(256 << 10)).await?;
    let full = async {
        browser.open_own("options.html").await?;
        browser.tell(&json!({"follow": {"type": "update", "id": id}})).await?;
        let full = wait_until(room, "the refusal", |l| l["problem"]["key"].is_string()).await?;
        if full["problem"]["key"] != json!("follow_no_room")
            || full["offer"]["epoch"] != json!(1)
            || full["used"] != json!(true)
        {
            return Err(format!("a full disk: {full}").into());
        }
        said_in_the_list(room, &["There is no room for its", "goes on with what it had"]).await?;
        card_of_the_copy(room, "looks like").await
    }
    .await;
    browser.open_own("options.html").await?;
    browser.limit_storage(None).await?;
    full?;
    // With room again it is fetched.
    browser.open_own("options.html").await?;
    browser.tell(&json!({"follow": {"type": "update", "id": id}})).await?;
    wait_until(room, "the second epoch", |l| {
        l["offer"]["epoch"] == json!(2) && l["waiting"] == json!(false) && l["problem"].is_null()
    })
    .await?;
    card_of_the_copy(room, "terms").await?;
    browser.open_own("options.html").await?;
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
