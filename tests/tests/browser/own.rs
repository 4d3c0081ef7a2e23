//! Own works by the folder: added, gone through again, seen on a page, saved and read back.

use sayso_tests::browser::{Kind, Outcome};
use sayso_tests::site::Answer;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::Room;

/// Files beside the one that the stranger shows.
const OTHERS: u8 = 20;

async fn wait_for_text(room: &Room, id: &str, words: &str) -> Outcome<()> {
    let wanted = json!(words);
    let script = format!("return document.getElementById('{id}').textContent");
    room.browser
        .wait_for(words, async || {
            let text = room.browser.run(&script).await?;
            match text.as_str().is_some_and(|text| text.contains(words)) {
                true => Ok(Some(())),
                false => Err(format!("{text} is not {wanted}").into()),
            }
        })
        .await
}

pub async fn a_folder_of_own_works_is_added_seen_saved_and_read_back(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let folder = temp.path().join("works");
    std::fs::create_dir(&folder)?;
    std::fs::write(folder.join("ridges.png"), &room.gallery.own_work)?;
    std::fs::write(folder.join("notes.txt"), "no picture")?;
    for n in 0..OTHERS {
        let pixel = |x: u32, y: u32| image::Rgb([n * 12, (x * 3) as u8, (y * 5) as u8]);
        image::RgbImage::from_fn(48, 36, pixel).save(folder.join(format!("{n}.png")))?;
    }
    browser.open_own("options.html").await?;
    browser.tell(&json!({"desk": {"type": "own-works-forgotten"}})).await?;
    browser.tell(&json!({"desk": {"type": "sightings-cleared"}})).await?;
    let folders = browser.kind == Kind::Chromium;
    let choose = async || -> Outcome<()> {
        // geckodriver cannot choose a folder.
        let (field, paths) = match folders {
            true => ("own-folder", folder.to_string_lossy().into_owned()),
            false => {
                let files = std::fs::read_dir(&folder)?.flatten().map(|e| e.path());
                let files = files.filter(|path| path.extension().is_some_and(|e| e == "png"));
                let files: Vec<String> = files.map(|p| p.to_string_lossy().into_owned()).collect();
                ("own-files", files.join("\n"))
            }
        };
        Ok(browser.driver.find(By::Id(field)).await?.send_keys(paths).await?)
    };
    choose().await?;
    let passed = u8::from(folders);
    let all = OTHERS + 1;
    wait_for_text(room, "own-progress", &format!("Added: {all}. Passed over: {passed}.")).await?;
    if folders {
        choose().await?;
        let again = format!("Added: 0. Passed over: {}. Not added: 0.", all + 1);
        wait_for_text(room, "own-progress", &again).await?;
    }

    browser.open(&room.gallery.stranger.url("/")).await?;
    let copy = browser.driver.find(By::Css("img")).await?;
    browser.hover_on(&copy, |c| c.text.contains("ridges")).await?;
    browser.open_own("options.html").await?;
    let page = room.gallery.stranger.url("/");
    wait_for_text(room, "sightings", &page).await?;

    let export = browser.driver.find(By::Id("own-export")).await?;
    browser.reveal(&export).await?;
    export.click().await?;
    let saved = browser.downloaded("own-works.jsonl").await?;
    let lines: Result<Vec<Value>, _> =
        std::fs::read_to_string(&saved)?.lines().map(serde_json::from_str).collect();
    if lines?.len() != usize::from(all) {
        return Err("not all works were saved".into());
    }
    browser.tell(&json!({"desk": {"type": "own-works-forgotten"}})).await?;
    let field = browser.driver.find(By::Id("own-import")).await?;
    field.send_keys(saved.to_string_lossy().as_ref()).await?;
    wait_for_text(room, "own-progress", &format!("Added from the file: {all}.")).await?;
    std::fs::remove_file(&saved)?;
    browser.tell(&json!({"desk": {"type": "own-works-forgotten"}})).await?;
    browser.tell(&json!({"desk": {"type": "sightings-cleared"}})).await?;
    Ok(())
}

pub async fn an_own_work_is_shown_small_beside_what_looks_like_it(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let temp = tempfile::tempdir()?;
    let file = temp.path().join("ridges.png");
    std::fs::write(&file, &room.gallery.own_work)?;
    browser.open_own("options.html").await?;
    browser.tell(&json!({"desk": {"type": "own-works-forgotten"}})).await?;
    // Its list still shows what other checks have left.
    browser.open_own("options.html").await?;
    browser.add_own_work(&file).await?;
    let drawn = "const i = document.querySelector('#own-list img.miniature'); return i ? [i.naturalWidth, i.naturalHeight] : null";
    let in_list = browser
        .wait_for("the small picture in the list", async || {
            let size: Option<[f64; 2]> = serde_json::from_value(browser.run(drawn).await?)?;
            Ok(size.filter(|size| size[0] > 0.0))
        })
        .await?;
    if in_list.iter().any(|side| *side > 96.0) {
        return Err(format!("it is no small picture: {in_list:?}").into());
    }
    // A page that forbids such addresses sees nothing of it, and does not hear that it was tried.
    let site = room.hosts.site("copy.test");
    let page = "<!doctype html><meta charset=utf-8><title>Copy</title><link rel=icon href='http://copy.test/none'>\
        <script nonce=n>window.seen = []; addEventListener('securitypolicyviolation', (e) => seen.push(e.blockedURI));</script>\
        <img id=w src=/ridges.png width=300>";
    let policy = "default-src 'none'; img-src http:; script-src 'nonce-n'";
    site.put("/", Answer::html(page).header("content-security-policy", policy));
    site.put("/ridges.png", Answer::of("image/png", room.gallery.own_work.clone()));
    browser.open(&site.url("/")).await?;
    let work = browser.driver.find(By::Id("w")).await?;
    browser.hover_on(&work, |card| card.text.contains("ridges")).await?;
    let shown = "const i = card.querySelector('.line img'); return i ? i.naturalWidth : 0";
    browser
        .wait_for("the small picture on the card", async || {
            let width = browser.run_in_card(shown).await?.as_f64().unwrap_or_default();
            Ok((width > 0.0).then_some(()))
        })
        .await?;
    let noticed = "return [...seen, ...performance.getEntriesByType('resource').map((e) => e.name).filter((name) => name.startsWith('data:'))]";
    let noticed = browser.run(noticed).await?;
    if noticed != json!([]) {
        return Err(format!("the page notices it: {noticed}").into());
    }
    browser.leave().await?;
    let tab = browser.tab_number(&site.url("/")).await?;
    browser
        .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
            let open =
                async || Ok(own.driver.find(By::Css(".line button, button.line")).await.ok());
            own.wait_for("the line", open).await?.click().await?;
            let drawn = "return document.querySelector('.card img.miniature')?.naturalWidth ?? 0";
            own.wait_for("the same in the list's card", async || {
                let width = own.run(drawn).await?.as_f64().unwrap_or_default();
                Ok((width > 0.0).then_some(()))
            })
            .await
        })
        .await?;
    browser.open_own("options.html").await?;
    browser.tell(&json!({"desk": {"type": "own-works-forgotten"}})).await?;
    browser.tell(&json!({"desk": {"type": "sightings-cleared"}})).await?;
    Ok(())
}
