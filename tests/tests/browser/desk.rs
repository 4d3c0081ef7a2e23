//! The extension's own pages: own works and reports. Files go in by a real file field
//! and come out by a real download.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use sayso_shelf::authority::Authority;
use sayso_tests::browser::Outcome;
use sayso_tests::site::Answer;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

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

pub async fn a_page_that_leaves_takes_nothing_from_its_report(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("leaving.test");
    let page = "<!doctype html><title>Leaving</title><link rel=icon href='data:,'><img id=w src=/a.jpg width=300 height=200>";
    site.put("/", Answer::html(page)).put("/a.jpg", Answer::of("image/jpeg", denied_jpeg()));
    browser.open(&site.url("/")).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let first = browser.driver.window().await?;
    let work = browser.driver.find(By::Id("w")).await?;
    browser.choose_report(&work, &site.url("/a.jpg")).await?;
    let report = browser.driver.window().await?;
    let told = "return [document.getElementById('work').innerText, document.getElementById('stated').innerText]";
    let before = browser.run(told).await?;
    if !before.to_string().contains("/a.jpg") {
        return Err(format!("the report knows no work: {before}").into());
    }
    // The page goes elsewhere, its picture is gone from the server, the worker dies, the tab closes.
    browser.driver.switch_to_window(first).await?;
    browser.open("about:blank").await?;
    site.put("/a.jpg", Answer::error(404));
    browser.stop_worker().await?;
    browser.driver.close_window().await?;
    browser.driver.switch_to_window(report).await?;
    browser.driver.refresh().await?;
    browser.wait_ready().await?;
    let after = browser.run(told).await?;
    if after != before {
        return Err(format!("{before} has become {after}").into());
    }
    let it = browser.driver.find(By::Id("prepare")).await?;
    browser.reveal(&it).await?;
    it.click().await?;
    browser
        .wait_for("the bundle", async || Ok(browser.driver.find(By::Id("save")).await.ok()))
        .await?;
    // What the server no longer has is said, and not made up.
    let said = browser.run("return document.getElementById('bundle').innerText").await?.to_string();
    if !said.contains("404") || !said.contains("notice.txt") && !said.contains("SHA256SUMS") {
        return Err(format!("the bundle does not say what is missing: {said}").into());
    }
    Ok(())
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

pub async fn a_letter_is_in_the_hosts_language_and_an_authority_stamps_the_bundle(
    room: &Room,
) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("kunst.test");
    let page = "<!doctype html><html lang=de-AT><title>Bilder</title><img src=/a.jpg width=300 height=200>";
    site.put("/", Answer::html(page)).put("/a.jpg", Answer::of("image/jpeg", denied_jpeg()));
    browser.open(&site.url("/")).await?;
    browser.wait_for_mark("img", |m| m.tone == "stop").await?;
    let work = browser.driver.find(By::Css("img")).await?;
    browser.choose_report(&work, &site.url("/a.jpg")).await?;
    let click = async |id: &str| -> Outcome<()> {
        let it = browser.driver.find(By::Id(id)).await?;
        browser.reveal(&it).await?;
        Ok(it.click().await?)
    };
    let message = |tongue: &str, key: &str| -> Outcome<String> {
        let from = browser.kind.extension().ok_or("the extension is not built")?;
        let file = from.join("_locales").join(tongue).join("messages.json");
        let all: Value = serde_json::from_slice(&std::fs::read(file)?)?;
        Ok(all[key]["message"].as_str().ok_or(key)?.to_string())
    };
    let own = message("en", "notice_dsa_title")?;
    let letter = "const all = ['tongue', 'text', 'own-text'].map((id) => document.getElementById(id)); \
                  return [...all.map((it) => it.value), !all[2].closest('[hidden]')]";
    let comes = async |what: &str, first: &str, below: bool, beside: bool| -> Outcome<()> {
        let read = async || -> Outcome<Option<()>> {
            let (_, text, own_text, shown): (String, String, String, bool) =
                serde_json::from_value(browser.run(letter).await?)?;
            let fits = text.starts_with(first)
                && text.contains(&own) == below
                && shown == beside
                && (!beside || own_text.starts_with(&own));
            Ok(fits.then_some(()))
        };
        browser.wait_for(what, read).await
    };
    click("road-own").await?;
    click("law-dsa").await?;
    comes("a letter in German with ours below", &message("de", "notice_dsa_title")?, true, false)
        .await?;
    let why = browser.run("return document.getElementById('tongue-why').innerText").await?;
    if !why.to_string().contains("German") {
        return Err(format!("nothing says why it is in German: {why}").into());
    }
    click("with-own").await?;
    comes("ours beside it", &message("de", "notice_dsa_title")?, false, true).await?;
    let choose = "const it = document.getElementById('tongue'); it.value = 'ar'; \
                  it.dispatchEvent(new Event('change'))";
    browser.run(choose).await?;
    comes("a letter in Arabic", &message("ar", "notice_dsa_title")?, false, true).await?;
    click("law-512").await?;
    // What the reader has chosen stays, whatever the law.
    let title = json!(message("ar", "notice_512_title")?);
    let stays = format!("return document.getElementById('text').value.startsWith({title})");
    if browser.run(&stays).await? != json!(true) {
        return Err("another law has changed the language".into());
    }
    // Prepared in the very moment in which another language is chosen: its sentences are waited for.
    let at_once = "const it = document.getElementById('tongue'); it.value = 'fr'; \
                   it.dispatchEvent(new Event('change')); document.getElementById('prepare').click()";
    browser.run(at_once).await?;
    let saved = async || Ok(browser.driver.find(By::Id("save")).await.ok());
    browser.wait_for("the bundle", saved).await?;
    let title = json!(message("fr", "notice_512_title")?);
    let french = format!("return document.getElementById('text').value.startsWith({title})");
    browser
        .wait_for("a letter in French", async || {
            Ok((browser.run(&french).await? == json!(true)).then_some(()))
        })
        .await?;
    if saved().await?.is_none() {
        return Err("the bundle is called stale although nobody has changed the text".into());
    }
    click("road-keep").await?;

    let folder = tempfile::tempdir()?;
    let Some(authority) = Authority::in_folder(folder.path())? else { return Ok(()) };
    let address = serve_stamps(authority)?;
    click("prepare").await?;
    browser
        .wait_for("the bundle", async || Ok(browser.driver.find(By::Id("save")).await.ok()))
        .await?;
    room.proxy.clear_log();
    browser.driver.find(By::Css("#tsa summary")).await?.click().await?;
    let typed = format!(
        "const pick = document.getElementById('tsa-pick'); pick.value = ''; \
         pick.dispatchEvent(new Event('change')); \
         const it = document.getElementById('tsa-address'); it.value = '{address}'; \
         it.dispatchEvent(new Event('input')); \
         return document.getElementById('tsa-note').innerText.includes('{address}')"
    );
    if browser.run(&typed).await? != json!(true) {
        return Err("it is not said who is asked".into());
    }
    if !room.proxy.log().is_empty() {
        return Err(format!("asked before the button: {:?}", room.proxy.log()).into());
    }
    click("tsa-ask").await?;
    let said =
        "return document.querySelector('#packed > .good, #tsa-said .bad')?.textContent ?? null";
    let said = browser
        .wait_for("an answer", async || Ok(browser.run(said).await?.as_str().map(str::to_string)))
        .await?;
    if !said.contains("has not been checked here") {
        return Err(format!("no stamp: {said}").into());
    }
    click("save").await?;
    let zip = browser.downloaded(".zip").await?;
    let out = Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(folder.path()).status()?;
    std::fs::remove_file(&zip)?;
    if !out.success() {
        return Err("the bundle is no zip".into());
    }
    let (data, stamp) = (folder.path().join("SHA256SUMS"), folder.path().join("SHA256SUMS.tsr"));
    // openssl needs nothing of ours but the root.
    let judge = Authority::known(folder.path());
    Ok(judge.vouches_for(&data, &stamp)?)
}

/// An authority behind a port of its own: hosts of the room do not read what is sent to them.
fn serve_stamps(authority: Authority) -> Outcome<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = format!("http://clock.test:{}/tsr", listener.local_addr()?.port());
    std::thread::spawn(move || {
        for line in listener.incoming().flatten() {
            // A browser that hangs up half-way is no concern of the authority.
            let _ = stamp_one(line, &authority);
        }
    });
    Ok(address)
}

fn stamp_one(line: TcpStream, authority: &Authority) -> std::io::Result<()> {
    let mut read = BufReader::new(line.try_clone()?);
    let (mut length, mut typed) = (0, false);
    loop {
        let mut header = String::new();
        read.read_line(&mut header)?;
        let header = header.trim_end().to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        typed |= header == "content-type: application/timestamp-query";
        if header.is_empty() {
            break;
        }
    }
    let mut query = vec![0; length];
    read.read_exact(&mut query)?;
    let (status, reply) =
        if typed { ("200 OK", authority.answer(&query)?) } else { ("415 No", Vec::new()) };
    let mut line = line;
    write!(line, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n", reply.len())?;
    line.write_all(b"Content-Type: application/timestamp-reply\r\n\r\n")?;
    line.write_all(&reply)
}
