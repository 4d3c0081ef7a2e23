//! What people see and do: the list, the mark as they want it, keyboard, touch, and the
//! accessibility of every page of ours. Only real browsers have a focus, a finger and paper.

use std::path::Path;

use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use sayso_tests::site::Answer;
use sayso_tests::target_folder;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::Room;
use crate::works::denied_jpeg;

const HERON: &str = "img[src$='/works/heron.jpg']";

/// The gallery, open, with the number of its tab.
async fn gallery(room: &Room) -> Outcome<u32> {
    let url = room.gallery.home.url("/");
    room.browser.open(&url).await?;
    room.browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
    room.browser.tab_number(&url).await
}

pub async fn the_list_filters_leads_to_the_work_and_can_be_taken_away(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let tab = gallery(room).await?;
    let lines = "return [...document.querySelectorAll('.line')].map((l) => l.querySelector('.mark').classList[1] + ' ' + l.querySelector('.name').textContent)";
    let all = async |own: &Browser| -> Outcome<Vec<String>> {
        Ok(serde_json::from_value(own.run(lines).await?)?)
    };
    let (csv, jsonl, count) = browser
        .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
            own.wait_for("the lines", async || Ok((all(own).await?.len() > 8).then_some(())))
                .await?;
            let before = all(own).await?;
            own.driver.find(By::Css(".filters [data-tone=stop]")).await?.click().await?;
            let stopped = all(own).await?;
            let told = own
                .run("return document.querySelector('.filters [data-tone=stop]').textContent")
                .await?;
            if stopped.is_empty()
                || stopped.len() >= before.len()
                || stopped.iter().any(|l| !l.starts_with("tone-stop"))
            {
                return Err(format!("the filter lets through {stopped:?} of {before:?}").into());
            }
            if !told.to_string().contains(&stopped.len().to_string()) {
                return Err(format!("{told} beside {} works", stopped.len()).into());
            }
            own.driver.find(By::Id("search")).await?.send_keys("heron").await?;
            let found = all(own).await?;
            if found.is_empty() || found.len() >= stopped.len() {
                return Err(format!("the search finds {found:?}").into());
            }
            own.driver.find(By::Css(".filters [data-tone=all]")).await?.click().await?;
            for id in ["save-csv", "save-json"] {
                own.driver.find(By::Id(id)).await?.click().await?;
            }
            let csv = own.downloaded(".csv").await?;
            let jsonl = own.downloaded(".jsonl").await?;
            own.driver.find(By::Css(".line")).await?.click().await?;
            own.wait_for("the card", async || {
                Ok(own.driver.find(By::Css("article.card")).await.ok())
            })
            .await?;
            own.driver.find(By::Css("button.show")).await?.click().await?;
            Ok((csv, jsonl, before.len()))
        })
        .await?;
    let card = browser.wait_for("the card on the page", async || browser.card().await).await?;
    if card.tone != "stop" {
        return Err(format!("another card: {}", card.text).into());
    }
    browser.press(Key::Escape).await?;
    let table = std::fs::read_to_string(&csv)?;
    let saved = std::fs::read_to_string(&jsonl)?;
    std::fs::remove_file(csv)?;
    std::fs::remove_file(jsonl)?;
    if table.lines().count() != count + 1 || !table.starts_with("\u{feff}\"") {
        return Err(format!("{count} works and this table:\n{table}").into());
    }
    let works: Vec<Value> = saved.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let heron =
        works.iter().find(|w| w["source"].as_str().is_some_and(|s| s.ends_with("/heron.jpg")));
    let heron = heron.ok_or("no heron among what was saved")?;
    let (schema, verdict) = (&heron["schema"], &heron["consent"]["train.gen"]["verdict"]);
    if works.len() != count || schema != "sayso.check/1" || verdict != "denied" {
        return Err(format!("{} of {count}: {heron}", works.len()).into());
    }
    if heron["statements"].as_array().is_none_or(Vec::is_empty) {
        return Err(format!("no statements: {heron}").into());
    }
    Ok(())
}

/// Rules of WCAG 2.2, levels A and AA.
const AXE: &str = "const done = arguments[arguments.length - 1];\
    axe.run(CONTEXT, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })\
    .then((r) => done(!r.passes.length ? ['nothing was judged'] : r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | '))), (e) => done(['axe: ' + e]));";

pub async fn axe_finds_no_violation_on_any_page_of_ours(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    // Rules and colours are the same in both; the judge takes seconds a page.
    if browser.kind == Kind::Firefox {
        return Ok(());
    }
    let Ok(axe) =
        std::fs::read_to_string(target_folder().join("tools/node_modules/axe-core/axe.min.js"))
    else {
        println!("axe-core is not installed; `cargo xtask test` brings it. Left out.");
        return Ok(());
    };
    let tab = gallery(room).await?;
    let mut wrong = Vec::new();
    let mut judge = |where_: String, found: Value| match found.as_array() {
        Some(list) => wrong.extend(list.iter().map(|v| format!("{where_}: {v}"))),
        None => wrong.push(format!("{where_}: {found}")),
    };
    for dark in [false, true] {
        let light = if dark { "dark" } else { "light" };
        browser.set_dark(dark).await?;
        browser.hover(HERON).await?;
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        // The root is closed to the page; the judge is let in.
        let open = format!(
            "{axe}; Object.defineProperty(arguments[0].host, 'shadowRoot', {{ value: arguments[0], configurable: true }});{}",
            AXE.replace("CONTEXT", "arguments[0].host")
        );
        judge(format!("card, {light}"), browser.in_card(&open).await?);
        browser.leave().await?;
        for page in [
            format!("popup.html?tab={tab}"),
            "options.html".into(),
            "welcome.html".into(),
            "report.html?draft=none".into(),
        ] {
            let found = browser
                .in_own_page(&page, async |own| {
                    own.set_dark(dark).await?;
                    let script = format!("{axe}; {}", AXE.replace("CONTEXT", "document"));
                    let found = own.driver.execute_async(&script, vec![]).await?.json().clone();
                    if !page.starts_with("popup") {
                        return Ok(found);
                    }
                    own.driver.find(By::Css(".line")).await?.click().await?;
                    own.wait_for("the card", async || {
                        Ok(own.driver.find(By::Css("article.card")).await.ok())
                    })
                    .await?;
                    let card = own.driver.execute_async(&script, vec![]).await?.json().clone();
                    Ok(json!(
                        [found, card]
                            .iter()
                            .flat_map(|v| v.as_array().cloned().unwrap_or(vec![v.clone()]))
                            .collect::<Vec<_>>()
                    ))
                })
                .await?;
            judge(format!("{page}, {light}"), found);
        }
    }
    browser.set_dark(false).await?;
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The walk: from work to work in reading order, into the card, through it, out again.
pub async fn the_keyboard_walks_the_works_in_reading_order(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("walk.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    // In the markup the last comes first; what is read is what is seen.
    site.put("/", Answer::html(
        "<!doctype html><meta charset=utf-8><title>Walk</title><link rel=icon href='data:,'>\
         <style>body { display: grid; grid-template-columns: 260px 260px; margin: 20px } img { width: 240px; height: 180px }</style>\
         <img id=d style='grid-area: 2/2' src='heron.jpg?d'><img id=a style='grid-area: 1/1' src='heron.jpg?a'>\
         <img id=c style='grid-area: 2/1' src='heron.jpg?c'><img id=b style='grid-area: 1/2' src='heron.jpg?b'>",
    ));
    browser.open(&site.url("/")).await?;
    browser.wait_for_mark("#d", |m| m.tone == "stop").await?;
    let tab = browser.tab_number(&site.url("/")).await?;
    let walk = async |step: i32| {
        browser
            .in_own_page("options.html", async |own| {
                own.run_own(&format!(
                    "chrome.tabs.sendMessage({tab}, {{ walk: {step} }}).catch(() => null)"
                ))
                .await
            })
            .await
    };
    let mut seen = Vec::new();
    for step in [1, 1, 1, 1, -1] {
        walk(step).await?;
        let mark = browser
            .wait_for("a focused mark", async || {
                let mark = browser.focused_mark().await?;
                Ok(mark.filter(|m| seen.last() != Some(&(m.x as i32, m.y as i32))))
            })
            .await?;
        seen.push((mark.x as i32, mark.y as i32));
    }
    let mut ordered = seen[..4].to_vec();
    ordered.sort_by_key(|(x, y)| (*y, *x));
    if ordered != seen[..4] || seen[4] != seen[2] {
        return Err(format!("it walks {seen:?}").into());
    }
    browser.wait_for("the card", async || browser.card().await).await?;
    browser.press(Key::Enter).await?;
    let inside = browser
        .wait_for("the focus in the card", async || {
            Ok(browser.focus_in_overlay().await?.filter(|words| words.starts_with("section")))
        })
        .await?;
    let mut stops = vec![inside];
    for _ in 0..4 {
        browser.press(Key::Tab).await?;
        stops.push(
            browser
                .focus_in_overlay()
                .await?
                .ok_or(format!("the focus is lost after {stops:?}"))?,
        );
    }
    stops.dedup();
    if stops.len() < 5 {
        return Err(format!("Tab stands still: {stops:?}").into());
    }
    browser.press(Key::Escape).await?;
    browser
        .wait_for("the card to close", async || Ok(browser.card().await?.is_none().then_some(())))
        .await?;
    match browser.focused_mark().await? {
        Some(mark) if (mark.x as i32, mark.y as i32) == seen[4] => Ok(()),
        other => Err(format!("the focus went to {other:?}").into()),
    }
}

pub async fn marks_look_as_the_reader_wants(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("look.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    site.put("/", Answer::html("<!doctype html><title>Look</title><link rel=icon href='data:,'><img id=w src='heron.jpg' width=240 height=180>"));
    browser.open(&site.url("/")).await?;
    let usual = browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let choose = async |id: &'static str, index: i32| {
        browser
            .in_own_page("options.html", async |own| {
                own.run(&format!("const s = document.getElementById('{id}'); s.selectedIndex = {index}; s.dispatchEvent(new Event('change'))")).await?;
                own.wait_for("the setting to be kept", async || {
                    Ok((own.run("return document.getElementById('status').textContent !== ''").await? == json!(true)).then_some(()))
                }).await
            })
            .await
    };
    choose("mark-corner", 3).await?;
    choose("mark-size", 2).await?;
    let large =
        browser.wait_for_mark("#w", |m| m.x > usual.x + 150.0 && m.y > usual.y + 90.0).await;
    choose("mark-corner", 0).await?;
    choose("mark-size", 1).await?;
    large?;
    browser.wait_for_mark("#w", |m| (m.x, m.y) == (usual.x, usual.y)).await.map(|_| ())
}

pub async fn credit_is_ready_to_copy(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("credit.test");
    let claims = sayso_tests::metadata_writer::Claims {
        creator: Some("Ada <Example>"),
        ..Default::default()
    };
    let picture = sayso_tests::art::draw("heron").ok_or("drawn")?.resized(300).jpeg(85);
    site.put(
        "/w.jpg",
        Answer::of(
            "image/jpeg",
            sayso_tests::metadata_writer::into_jpeg(&picture, None, Some(&claims.xmp())),
        ),
    );
    site.put("/", Answer::html(
        "<!doctype html><title>Credit</title><link rel=icon href='data:,'><figure><img id=w src='w.jpg' width=240 height=180>\
         <a rel=license href='https://creativecommons.org/licenses/by-sa/4.0/'>CC</a></figure><textarea id=t></textarea>",
    ));
    browser.open(&site.url("/")).await?;
    let work = browser.driver.find(By::Id("w")).await?;
    let card =
        browser.hover_on(&work, |c| c.acts.iter().filter(|a| *a == "copy").count() == 3).await?;
    if !card.text.contains("Work by Ada <Example>, licensed under CC BY-SA 4.0") {
        return Err(format!("no credit:\n{}", card.text).into());
    }
    browser.card_button("copy").await?.click().await?;
    browser.press(Key::Escape).await?;
    let field = browser.driver.find(By::Id("t")).await?;
    field.click().await?;
    field.send_keys(Key::Control + "v").await?;
    let pasted = browser.run("return document.getElementById('t').value").await?;
    let wanted = "Work by Ada <Example>, licensed under CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/)";
    if pasted == wanted { Ok(()) } else { Err(format!("pasted {pasted}").into()) }
}

pub async fn a_long_press_opens_the_card(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    let site = room.hosts.site("touch.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    site.put("/", Answer::html(
        "<!doctype html><meta name=viewport content='width=device-width'><title>Touch</title><link rel=icon href='data:,'>\
         <img id=w src='heron.jpg' width=240 height=180><p id=p style='margin-top: 300px'>Elsewhere</p>",
    ));
    browser.open(&site.url("/")).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    browser.leave().await?;
    let work = browser.driver.find(By::Id("w")).await?;
    browser.long_press(&work, 80).await?;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    if browser.card().await?.is_some() {
        return Err("a tap is no long press".into());
    }
    browser.long_press(&work, 700).await?;
    browser.wait_for("the card", async || browser.card().await).await?;
    // It stays although the finger has gone, until one taps elsewhere.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    if browser.card().await?.is_none() {
        return Err("the card closes when the finger is lifted".into());
    }
    let elsewhere = browser.driver.find(By::Id("p")).await?;
    browser.long_press(&elsewhere, 50).await?;
    browser
        .wait_for("the card to close", async || Ok(browser.card().await?.is_none().then_some(())))
        .await
}

pub async fn nothing_is_shown_in_print_and_in_fullscreen(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    // Headless Firefox refuses fullscreen, and cannot be told to print to the screen.
    if browser.kind == Kind::Firefox {
        return Ok(());
    }
    let site = room.hosts.site("full.test");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    site.put("/", Answer::html(
        "<!doctype html><title>Full</title><link rel=icon href='data:,'><div id=f><img id=w src='heron.jpg' width=240 height=180></div>\
         <button id=b onclick='f.requestFullscreen()'>Full</button>",
    ));
    browser.open(&site.url("/")).await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await?;
    let boxes = "return [...document.querySelectorAll('html > div')].reduce((n, d) => n + d.getClientRects().length, 0)";
    browser.set_print(true).await?;
    let printed = browser.run(boxes).await?;
    browser.set_print(false).await?;
    if printed != json!(0) {
        return Err(format!("{printed} boxes of ours on paper").into());
    }
    browser.driver.find(By::Id("b")).await?.click().await?;
    browser
        .wait_for("the marks to leave", async || {
            let full =
                browser.run("return document.fullscreenElement !== null").await? == json!(true);
            Ok((full && browser.marks().await?.is_empty()).then_some(()))
        })
        .await?;
    browser.run("return document.exitFullscreen()").await?;
    browser.wait_for_mark("#w", |m| m.tone == "stop").await.map(|_| ())
}

pub async fn settings_go_to_a_file_and_come_back(room: &Room) -> Outcome<()> {
    let browser = &room.browser;
    browser.open_own("options.html").await?;
    let site_files = "return document.getElementById('site-files').checked";
    let wait = async |on: bool| {
        browser
            .wait_for("the setting", async || {
                Ok((browser.run(site_files).await? == json!(on)).then_some(()))
            })
            .await
    };
    let press = async |id: &str| -> Outcome<()> {
        let button = browser.driver.find(By::Id(id)).await?;
        browser.reveal(&button).await?;
        Ok(button.click().await?)
    };
    press("site-files").await?;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    press("settings-save").await?;
    let file = browser.downloaded("sayso-settings.json").await?;
    press("settings-reset").await?;
    wait(true).await?;
    let input = browser.driver.find(By::Id("settings-file")).await?;
    input.send_keys(file.to_string_lossy().as_ref()).await?;
    wait(false).await?;
    press("settings-reset").await?;
    wait(true).await?;
    // And back again by its undo, and by the reset for good.
    let undo = browser
        .wait_for("Undo", async || Ok(browser.driver.find(By::Css("#status button")).await.ok()))
        .await?;
    undo.click().await?;
    wait(false).await?;
    press("settings-reset").await?;
    wait(true).await?;
    std::fs::remove_file(file)?;
    Ok(())
}

/// As it is shipped: installed without access, and given it by one button.
pub async fn no_page_is_looked_at_before_the_reader_allows_it(room: &Room) -> Outcome<()> {
    // Nobody can answer the question of a headless Chromium.
    if room.browser.kind == Kind::Chromium {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let tested = room.browser.kind.extension().ok_or("the extension is built")?;
    copy_all(&tested, folder.path())?;
    let file = folder.path().join("manifest.json");
    let text = std::fs::read_to_string(&file)?;
    let shipped = text.replace("\"host_permissions\"", "\"optional_host_permissions\"");
    if shipped == text {
        return Err("the manifest of the tests gives no access".into());
    }
    std::fs::write(&file, shipped)?;
    let site = room.hosts.site("asked.localhost");
    site.put("/heron.jpg", Answer::of("image/jpeg", denied_jpeg()));
    site.put("/", Answer::html("<!doctype html><title>Asked</title><link rel=icon href='data:,'><img id=w src='heron.jpg' width=240 height=180>"));
    let setup = Setup {
        extension: Some(folder.path().to_path_buf()),
        headless: true,
        window: (1280, 900),
        proxy: None,
    };
    let fresh = Browser::start(Kind::Firefox, &setup).await?;
    let done = async {
        fresh.open(&site.url("/")).await?;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        if !fresh.marks().await?.is_empty() {
            return Err("it looks without being allowed to".into());
        }
        fresh.open_own("welcome.html").await?;
        fresh.driver.find(By::Id("allow")).await?.click().await?;
        let hidden = "return document.getElementById('allow').hidden";
        fresh
            .wait_for("the permission", async || {
                Ok((fresh.run(hidden).await? == json!(true)).then_some(()))
            })
            .await?;
        fresh.open(&site.url("/")).await?;
        fresh.wait_for_mark("#w", |m| m.tone == "stop").await.map(|_| ())
    }
    .await;
    fresh.quit().await?;
    done
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&there)?;
            copy_all(&entry.path(), &there)?;
        } else {
            std::fs::copy(entry.path(), there)?;
        }
    }
    Ok(())
}

/// 400 % of a window of 1,280 is one of 320 (WCAG 2.2, 1.4.10). A frame is as narrow in every browser.
pub async fn at_four_hundred_percent_nothing_runs_off_sideways(room: &Room) -> Outcome<()> {
    let tab = gallery(room).await?;
    let measure = "const done = arguments[arguments.length - 1]; \
        const frame = document.createElement('iframe'); \
        frame.style.cssText = 'width: 320px; height: 256px; border: 0'; frame.src = arguments[0]; \
        document.body.append(frame); \
        const look = () => { const root = frame.contentDocument?.documentElement; \
          if (!root?.hasAttribute('data-ready')) return setTimeout(look, 50); \
          root.querySelectorAll('details').forEach((it) => (it.open = true)); \
          const wide = [...root.querySelectorAll('body *')].filter((it) => it.checkVisibility() \
            && it.getBoundingClientRect().right > root.clientWidth + 1 && !it.closest('pre, .away, [class*=table]')); \
          done([frame.contentWindow.innerWidth, root.scrollWidth - root.clientWidth, wide.slice(0, 3).map((it) => it.outerHTML.slice(0, 120))]); \
        }; look()";
    let mut faults = Vec::new();
    for page in [
        format!("popup.html?tab={tab}"),
        "options.html".into(),
        "welcome.html".into(),
        "report.html?draft=none".into(),
        "reports.html".into(),
    ] {
        let seen = room
            .browser
            .in_own_page("options.html", async |own| {
                Ok(own.driver.execute_async(measure, vec![json!(page)]).await?.json().clone())
            })
            .await?;
        if seen[0] != json!(320) || seen[1] != json!(0) {
            faults.push(format!("{page}: {seen}"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}
