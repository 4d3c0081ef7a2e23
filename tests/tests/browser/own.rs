//! Own works by the folder: added, gone through again, seen on a page, saved and read back.

use sayso_tests::browser::{Kind, Outcome};
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
    let saved = browser.downloaded("own-works.json").await?;
    let json: Value = serde_json::from_slice(&std::fs::read(&saved)?)?;
    if json["works"].as_array().map(Vec::len) != Some(all.into()) {
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
