//! Languages that nobody speaks: what stands outside brackets is a sentence in code; what is wider
//! than its place is cut off. `SAYSO_TONGUES=de,ar` looks at real ones instead, and
//! `SAYSO_PICTURES` names a folder for pictures of all that was looked at.

use std::path::PathBuf;

use sayso_tests::browser::tongue::{BRACKETS, Tongue, speaking};
use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::Room;

pub async fn every_sentence_is_a_message_and_none_is_cut_off(room: &Room) -> Outcome<()> {
    let named = std::env::var("SAYSO_TONGUES").unwrap_or_default();
    let named = named.split(',').filter(|name| !name.is_empty());
    let mut tongues: Vec<Tongue> = named.map(|name| Tongue::Real(name.to_string())).collect();
    if tongues.is_empty() {
        tongues.push(Tongue::Mirrored);
        // From left to right nothing differs between browsers that does not from right to left.
        if room.browser.kind == Kind::Chromium {
            tongues.push(Tongue::Accented);
        }
    }
    let mut faults = Vec::new();
    for tongue in tongues {
        let kind = room.browser.kind;
        let from = kind.extension().ok_or("the extension is not built")?;
        let folder = tempfile::tempdir()?;
        speaking(&tongue, &from, folder.path())?;
        let setup = Setup {
            extension: Some(folder.path().to_path_buf()),
            headless: true,
            window: (1000, 800),
            proxy: None,
        };
        let browser = Browser::start(kind, &setup).await?;
        let mut walk = Walk { browser, room, tongue, faults: Vec::new() };
        let done = walk.everywhere().await;
        faults.append(&mut walk.faults);
        walk.browser.quit().await?;
        done?;
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// Looks `within` a card or a whole page, with everything in it unfolded.
const LOOK: &str = "
    const faults = [];
    within.querySelectorAll('details').forEach((it) => (it.open = true));
    const name = (it) => it.localName + (it.id && '#' + it.id) + (it.className && '.' + it.className);
    // Foreign text has a direction of its own; a whole page has one as well.
    const foreign = (it) => it.closest('[dir=auto], [dir=ltr]:not(html, .card), pre, code, bdi, script, style');
    // What isolates foreign text is no text.
    const words = (text) => text.replace(/[\\u2066-\\u2069]/g, '').trim();
    const said = (where, text) => {
      text = words(text ?? '');
      if (!brackets || !/\\p{L}/u.test(text)) return;
      if (!text.startsWith(brackets[0]) || !text.endsWith(brackets[1])) faults.push(where + ' is no message: ' + text.slice(0, 90));
    };
    const all = [within, ...within.querySelectorAll('*')];
    const frame = within.getBoundingClientRect();
    for (const it of all) {
      if (foreign(it)) continue;
      for (const text of it.childNodes) if (text.nodeType === 3) said(name(it), text.data);
      for (const given of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']) said(name(it) + ' ' + given, it.getAttribute(given));
      if (it.localName === 'textarea') it.value.split('\\n').forEach((line) => said(name(it), line));
      const { width, left, right } = it.getBoundingClientRect();
      if (!width || !words(it.innerText ?? '') && !it.matches('input, select, textarea, button') || it.closest('.away, svg') || it.localName === 'option') continue;
      const style = getComputedStyle(it);
      // Lines of the card stand out of their parts by their padding; what counts is words.
      const speaks = it === within || [...it.childNodes].some((text) => text.nodeType === 3 && words(text.data));
      if (speaks && style.display !== 'inline' && it.clientWidth && !it.matches('input, textarea') && it.scrollWidth > it.clientWidth + 1)
        faults.push(name(it) + ' is cut off: ' + it.scrollWidth + ' in ' + it.clientWidth + ': ' + words(it.innerText ?? '').slice(0, 60));
      if (style.overflowY === 'hidden' && it.scrollHeight > it.clientHeight + 1)
        faults.push(name(it) + ' is cut off below: ' + words(it.innerText ?? '').slice(0, 60));
      if (left < frame.left - 1 || right > frame.right + 1)
        faults.push(name(it) + ' stands out: ' + words(it.innerText ?? it.value ?? '').slice(0, 60));
    }
    return faults;";

const HERON: &str = "img[src$='/works/heron.jpg']";

struct Walk<'a> {
    browser: Browser,
    room: &'a Room,
    tongue: Tongue,
    faults: Vec<String>,
}

impl Walk<'_> {
    async fn everywhere(&mut self) -> Outcome<()> {
        let home = self.room.gallery.home.url("/");
        self.browser.open(&home).await?;
        self.browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
        for (index, work) in self.browser.driver.find_all(By::Css("img")).await?.iter().enumerate()
        {
            // Some have no card of their own: what is small, what is far away.
            if index < 6 && self.browser.hover_on(work, |c| !c.buttons.is_empty()).await.is_ok() {
                self.card(index).await?;
            }
        }
        for mark in self.browser.marks().await? {
            self.said("the label of a mark", &mark.label);
        }
        self.browser.run("scrollTo(0, 0)").await?;
        self.browser.leave().await?;

        let tab = self.browser.tab_number(&home).await?;
        self.browser.open_own("options.html").await?;
        let title = format!("chrome.action.getTitle({{ tabId: {tab} }})");
        let title = self.browser.run_own(&title).await?;
        self.said("the title of the button", title.as_str().unwrap_or_default());
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("seven-ridges.png");
        std::fs::write(&file, &self.room.gallery.own_work)?;
        self.browser.add_own_work(&file).await?;
        self.browser.driver.find(By::Id("test-run")).await?.click().await?;
        self.browser
            .wait_for("the self-test", async || {
                let state = "return document.getElementById('test-result').dataset.selftest";
                Ok((self.browser.run(state).await? == json!("passed")).then_some(()))
            })
            .await?;
        self.page("options").await?;

        self.browser.open(&home).await?;
        self.browser.wait_for_mark(HERON, |m| m.tone == "stop").await?;
        self.popup(&home).await?;
        self.report().await
    }

    /// The list, and a card in it.
    async fn popup(&mut self, home: &str) -> Outcome<()> {
        let tab = self.browser.tab_number(home).await?;
        let here = self.browser.driver.window().await?;
        let there = self.browser.driver.new_tab().await?;
        self.browser.driver.switch_to_window(there).await?;
        self.browser.open_own(&format!("popup.html?tab={tab}")).await?;
        let line = self
            .browser
            .wait_for("the list", async || {
                Ok(self.browser.driver.find(By::Css("button.line")).await.ok())
            })
            .await?;
        self.page("popup").await?;
        line.click().await?;
        self.browser
            .wait_for("a card in the popup", async || {
                Ok(self.browser.driver.find(By::Css("article.card")).await.ok())
            })
            .await?;
        self.page("popup-card").await?;
        self.browser.driver.close_window().await?;
        Ok(self.browser.driver.switch_to_window(here).await?)
    }

    /// The report, on each of its roads, with its evidence.
    async fn report(&mut self) -> Outcome<()> {
        let work = self.browser.driver.find(By::Css(HERON)).await?;
        self.browser.reveal(&work).await?;
        let address = self.room.gallery.media.url("/works/heron.jpg");
        self.browser.choose_report(&work, &address).await?;
        for road in ["road-own", "law-dsa", "road-tell", "road-keep"] {
            let choice = self.browser.driver.find(By::Id(road)).await?;
            self.browser.reveal(&choice).await?;
            choice.click().await?;
            self.page(&format!("report-{road}")).await?;
        }
        let prepare = self.browser.driver.find(By::Id("prepare")).await?;
        self.browser.reveal(&prepare).await?;
        prepare.click().await?;
        self.browser
            .wait_for("the bundle", async || {
                Ok(self.browser.driver.find(By::Id("save")).await.ok())
            })
            .await?;
        self.page("report-evidence").await
    }

    async fn card(&mut self, index: usize) -> Outcome<()> {
        let look = format!("const within = arguments[0], brackets = {}; {LOOK}", self.brackets());
        let found = self.browser.run_in_card(&look).await?;
        self.note(&format!("card {index}"), &found);
        self.picture(&format!("card-{index}")).await
    }

    async fn page(&mut self, name: &str) -> Outcome<()> {
        let look = format!("const within = document.body, brackets = {}; {LOOK}", self.brackets());
        let found = self.browser.run(&look).await?;
        self.note(name, &found);
        let title = self.browser.driver.title().await?;
        self.said(&format!("the title of {name}"), &title);
        self.picture(name).await
    }

    fn brackets(&self) -> Value {
        match self.tongue {
            Tongue::Real(_) => Value::Null,
            _ => json!(BRACKETS),
        }
    }

    fn said(&mut self, place: &str, text: &str) {
        if !matches!(self.tongue, Tongue::Real(_)) && !text.starts_with(BRACKETS[0]) {
            self.faults.push(format!("{:?}: {place} is no message: {text}", self.tongue));
        }
    }

    fn note(&mut self, place: &str, found: &Value) {
        let found = found.as_array().into_iter().flatten().filter_map(Value::as_str);
        let tongue = &self.tongue;
        self.faults.extend(found.map(|fault| format!("{tongue:?}: {place}: {fault}")));
    }

    async fn picture(&self, name: &str) -> Outcome<()> {
        let Some(folder) = std::env::var_os("SAYSO_PICTURES").map(PathBuf::from) else {
            return Ok(());
        };
        let tongue = match &self.tongue {
            Tongue::Real(name) => name.clone(),
            made => format!("{made:?}").to_lowercase(),
        };
        let kind = self.browser.kind.name();
        self.browser.picture(&folder.join(format!("{kind}-{tongue}-{name}.png"))).await
    }
}
