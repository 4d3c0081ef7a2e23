//! The extension's own pages: own works and reports. Files go in by a real file field
//! and come out by a real download.

use std::process::Command;

use sayso_tests::browser::Outcome;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::Room;

pub async fn a_copy_without_a_word_is_known_as_an_own_work(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("seven-ridges.png");
    std::fs::write(&file, &room.gallery.own_work)?;
    let other = folder.path().join("sunday-small.jpg");
    std::fs::write(&other, &room.gallery.other_work)?;
    browser.open_own("options.html").await?;
    room.hosts.clear_log();
    browser.add_own_work(&file).await?;
    browser.add_own_work(&other).await?;
    if !room.hosts.log().is_empty() {
        return Err("an own work has left the machine".into());
    }
    // Resized to a quarter, another format, another name, no metadata, another site.
    browser.open(&room.gallery.stranger.url("/")).await?;
    let copy = browser.driver.find(By::Css("img")).await?;
    let card = browser.hover_on(&copy, |c| c.text.contains("seven-ridges")).await?;
    if card.text.contains("sunday-small") {
        return Err(format!("it also looks like something else:\n{}", card.text).into());
    }
    // What looks like nothing of ours says nothing of ours.
    browser.open(&room.gallery.home.url("/")).await?;
    let heron = browser.driver.find(By::Css("img[src$='/works/heron.jpg']")).await?;
    let card = browser.hover_on(&heron, |c| c.tone == "stop").await?;
    if card.text.contains("seven-ridges") || card.text.contains("sunday-small") {
        return Err(format!("a false match:\n{}", card.text).into());
    }
    // What the reader takes away is forgotten.
    browser.open_own("options.html").await?;
    for id in browser
        .run_own("chrome.storage.local.get(null).then((all) => Object.keys(all).filter((key) => JSON.stringify(all[key]).includes('seven-ridges') || JSON.stringify(all[key]).includes('sunday-small')))")
        .await?
        .as_array()
        .ok_or("storage lists its keys")?
    {
        browser.run_own(&format!("chrome.storage.local.remove({id})")).await?;
    }
    Ok(())
}

pub async fn a_report_is_packed_on_the_machine_and_public_tools_agree(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&room.gallery.home.url("/")).await?;
    let css = "img[src$='/works/heron.jpg']";
    browser.wait_for_mark(css, |m| m.tone == "stop").await?;
    let work = browser.driver.find(By::Css(css)).await?;
    let address = room.gallery.media.url("/works/heron.jpg");
    browser.choose_report(&work, &address).await?;
    let words = browser.run("return document.body.innerText").await?.to_string();
    if !words.contains("Ilka Morrow") {
        return Err(format!("the report does not name the artist: {words}").into());
    }
    // Taken at the click, and left out unless the reader says otherwise.
    let with = browser.driver.find(By::Id("with-capture")).await?;
    browser.reveal(&with).await?;
    if with.is_selected().await? {
        return Err("a capture goes in unasked".into());
    }
    with.click().await?;
    let prepare = browser.driver.find(By::Id("prepare")).await?;
    browser.reveal(&prepare).await?;
    prepare.click().await?;
    let save = browser
        .wait_for("the bundle", async || Ok(browser.driver.find(By::Id("save")).await.ok()))
        .await?;
    browser.reveal(&save).await?;
    save.click().await?;
    let zip = browser.downloaded(".zip").await?;
    let folder = tempfile::tempdir()?;
    let run = |program: &str, arguments: &[&str]| -> Outcome<String> {
        let out = Command::new(program).args(arguments).current_dir(folder.path()).output()?;
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        if out.status.success() {
            Ok(text)
        } else {
            Err(format!("{program}: {text}{}", String::from_utf8_lossy(&out.stderr)).into())
        }
    };
    run("unzip", &["-q", &zip.to_string_lossy()])?;
    run("sha256sum", &["--strict", "-c", "SHA256SUMS"])?;
    for shot in ["capture/window.jpg", "capture/marked.jpg"] {
        let bytes = std::fs::read(folder.path().join(shot))?;
        if !bytes.starts_with(b"\xff\xd8\xff") {
            return Err(format!("{shot} is no JPEG").into());
        }
    }
    let archive = std::fs::read(folder.path().join("capture/page.warc"))?;
    let has = |what: &[u8]| archive.windows(what.len()).any(|w| w == what);
    if !has(b"/works/heron.jpg\r\n") || !has(b"<html") || !has(b"DMI-PROHIBITED-AIMLTRAINING") {
        return Err("the archive lacks the page or its picture".into());
    }
    let listed = run("find", &[".", "-type", "f"])?;
    let mut found = false;
    for name in listed.lines() {
        found |= std::fs::read(folder.path().join(name))?
            .windows(27)
            .any(|w| w == b"DMI-PROHIBITED-AIMLTRAINING");
    }
    std::fs::remove_file(&zip)?;
    if found { Ok(()) } else { Err(format!("{}: no statement in\n{listed}", json!(zip)).into()) }
}

pub async fn a_kept_report_is_listed_changed_removed_and_put_back(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open(&room.gallery.home.url("/")).await?;
    let css = "img[src$='/works/heron.jpg']";
    browser.wait_for_mark(css, |m| m.tone == "stop").await?;
    let work = browser.driver.find(By::Css(css)).await?;
    browser.choose_report(&work, &room.gallery.media.url("/works/heron.jpg")).await?;
    // Other checks may have left reports of their own: this one is known by its draft.
    let draft = "return new URLSearchParams(location.search).get('draft')";
    let draft = browser.run(draft).await?.as_str().unwrap_or_default().to_string();
    let section = format!("section[id='report-{draft}']");
    let keep = browser.driver.find(By::Id("file")).await?;
    browser.reveal(&keep).await?;
    keep.click().await?;
    browser
        .wait_for("the word that it is kept", async || {
            let said = browser.run("return document.getElementById('filed').textContent").await?;
            Ok(said.as_str().is_some_and(|s| !s.is_empty()).then_some(()))
        })
        .await?;
    let list = async || -> Outcome<()> {
        let open = "location.href = new URL('reports.html', location.href).href";
        browser.run(open).await?;
        browser
            .wait_for("the list", async || {
                let ready = "return location.pathname.endsWith('/reports.html') \
                             && document.documentElement.hasAttribute('data-ready')";
                Ok((browser.run(ready).await? == json!(true)).then_some(()))
            })
            .await
    };
    let listed = async || -> Outcome<bool> {
        let there = format!("return !!document.querySelector(\"{section}\")");
        Ok(browser.run(&there).await? == json!(true))
    };
    list().await?;
    if !listed().await? {
        return Err("the report is not on the list".into());
    }
    let choose = format!(
        "const it = document.querySelector(\"{section}\"); \
         const s = it.querySelector('select'); s.selectedIndex = 1; \
         s.dispatchEvent(new Event('change')); \
         const d = it.querySelector('input[type=date]'); \
         d.value = '2020-01-02'; d.dispatchEvent(new Event('change'))"
    );
    browser.run(&choose).await?;
    // Kept before it is said: a list that is drawn anew shows it, and that its day has come.
    browser
        .wait_for("the change", async || {
            list().await?;
            let shown = format!(
                "const it = document.querySelector(\"{section}\"); \
                 return [it.querySelector('select').selectedIndex, !!it.querySelector('.notice')]"
            );
            Ok((browser.run(&shown).await? == json!([1, true])).then_some(()))
        })
        .await?;
    let remove = format!("{section} > button");
    browser.driver.find(By::Css(&remove)).await?.click().await?;
    let undo = browser
        .wait_for("the way back", async || {
            Ok(browser.driver.find(By::Css("#undo button")).await.ok())
        })
        .await?;
    if listed().await? {
        return Err("the removed report is still on the list".into());
    }
    undo.click().await?;
    browser.wait_for("the report", async || Ok(listed().await?.then_some(()))).await?;
    browser.driver.find(By::Css(&remove)).await?.click().await?;
    browser.wait_for("the list without it", async || Ok((!listed().await?).then_some(()))).await
}
