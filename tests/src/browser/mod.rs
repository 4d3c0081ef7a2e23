//! The two real browsers with the unpacked extension, driven by WebDriver.
//!
//! chromedriver and geckodriver (W3C WebDriver 2) are started on free ports and end
//! with the session. `*.test` is this machine. What a reader does is done with real
//! pointer and key actions; what is checked is what the reader would see, also inside
//! closed shadow roots (WebDriver 2, 12.3.6 "Get Element Shadow Root").

mod cards;
mod chromium;
mod firefox;
mod service;
pub mod tongue;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::prelude::*;
use thirtyfour::{RequestData, SessionId};

pub use cards::{Card, Mark};
use service::Service;

/// Whatever goes wrong, in words.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chromium.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Chromium, Kind::Firefox];

    /// Its word in the names of checks and pictures.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Chromium => "chromium",
            Kind::Firefox => "firefox",
        }
    }

    /// Whether browser and driver are there.
    pub fn is_installed(self) -> bool {
        match self {
            Kind::Chromium => chromium::programs().is_some(),
            Kind::Firefox => firefox::programs().is_some(),
        }
    }

    /// The folder of the unpacked extension: from the environment, or where the build puts it.
    pub fn extension(self) -> Option<PathBuf> {
        let (variable, built) = match self {
            Kind::Chromium => ("SAYSO_EXTENSION_CHROMIUM", "extension/chromium"),
            Kind::Firefox => ("SAYSO_EXTENSION_FIREFOX", "extension/firefox"),
        };
        let folder = std::env::var_os(variable)
            .map(PathBuf::from)
            .unwrap_or_else(|| crate::target_folder().join(built));
        folder.join("manifest.json").is_file().then_some(folder)
    }
}

/// Where the extension may look.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// At every host.
    Everywhere,
    /// At none.
    Nowhere,
    /// At one host.
    Only(&'a str),
}

/// How a session is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The folder of the unpacked extension.
    pub extension: Option<PathBuf>,
    /// Without a window on a screen.
    pub headless: bool,
    /// Inner width and height of the window.
    pub window: (u32, u32),
    /// A proxy on this port for everything, loopback too.
    pub proxy: Option<u16>,
}

/// One browser session. Browser, driver and profile go when it is dropped.
pub struct Browser {
    /// The WebDriver session.
    pub driver: WebDriver,
    /// Which browser it is.
    pub kind: Kind,
    /// The extension's origin, e.g. `chrome-extension://abc`; empty without extension.
    pub origin: String,
    downloads: PathBuf,
    // Dropped in this order, after the session: the driver's process, then the profile.
    service: Service,
    profile: tempfile::TempDir,
}

/// How long anything may take before it counts as not coming.
pub const PATIENCE: Duration = Duration::from_secs(30);

impl Browser {
    /// Starts a browser.
    pub async fn start(kind: Kind, setup: &Setup) -> Outcome<Browser> {
        let browser = Browser::begin(kind, setup).await?;
        if setup.extension.is_some() {
            browser.close_welcome().await?;
        }
        Ok(browser)
    }

    async fn begin(kind: Kind, setup: &Setup) -> Outcome<Browser> {
        let profile = tempfile::Builder::new().prefix("sayso-browser-").tempdir()?;
        let downloads = profile.path().join("downloads");
        std::fs::create_dir_all(&downloads)?;
        let (service, driver, origin) = match kind {
            Kind::Chromium => chromium::start(setup, profile.path(), &downloads).await?,
            Kind::Firefox => firefox::start(setup, profile.path(), &downloads).await?,
        };
        driver.set_script_timeout(PATIENCE).await?;
        driver.set_page_load_timeout(Duration::from_secs(60)).await?;
        Ok(Browser { driver, kind, origin, downloads, service, profile })
    }

    /// Starts Chromium with an extension that is not ours.
    pub async fn start_with_peer(setup: &Setup) -> Outcome<Browser> {
        let kind = Kind::Chromium;
        let browser = Browser::begin(kind, setup).await?;
        // What it may open when it is installed.
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(browser)
    }

    /// The first page opens in a tab of its own, over the one that is driven.
    async fn close_welcome(&self) -> Outcome<()> {
        self.open_own("options.html").await?;
        let close = "chrome.tabs.query({}).then(async (all) => {\
            const tab = all.find((tab) => tab.url?.endsWith('/welcome.html'));\
            if (tab) await chrome.tabs.remove(tab.id);\
            return Boolean(tab); })";
        self.wait_for("the first page", async || {
            Ok((self.run_own(close).await? == json!(true)).then_some(()))
        })
        .await?;
        self.open("about:blank").await
    }

    /// Ends the session in good order.
    pub async fn quit(self) -> Outcome<()> {
        Ok(self.driver.clone().quit().await?)
    }

    /// Opens a page in the current tab.
    pub async fn open(&self, url: &str) -> Outcome<()> {
        Ok(self.driver.goto(url).await?)
    }

    /// Opens one of the extension's pages in the current tab and waits until it is ready.
    pub async fn open_own(&self, page: &str) -> Outcome<()> {
        self.driver.goto(format!("{}/{page}", self.origin)).await?;
        self.wait_ready().await
    }

    /// Waits until the extension's page in the current tab says that it is ready.
    pub async fn wait_ready(&self) -> Outcome<()> {
        self.wait_for("the page to be ready", async || {
            let ready =
                self.run("return document.documentElement.dataset.ready !== undefined").await?;
            Ok((ready == json!(true)).then_some(()))
        })
        .await
    }

    /// Runs a script in the page; what it returns.
    pub async fn run(&self, script: &str) -> Outcome<Value> {
        self.run_with(script, vec![]).await
    }

    /// Runs a script in the page with arguments.
    pub async fn run_with(&self, script: &str, arguments: Vec<Value>) -> Outcome<Value> {
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// Evaluates an expression with a promise in an extension page of the current tab.
    pub async fn run_own(&self, expression: &str) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[0];\
             Promise.resolve().then(() => ({expression}))\
             .then((it) => done([it ?? null]), (error) => done(String(error)));"
        );
        let answer = self.driver.execute_async(script, vec![]).await?.json().clone();
        match answer {
            Value::Array(mut one) if one.len() == 1 => Ok(one.remove(0)),
            other => Err(format!("in the extension: {other}").into()),
        }
    }

    /// Sends a message from an extension page of the current tab to the extension.
    pub async fn tell(&self, message: &Value) -> Outcome<Value> {
        self.run_own(&format!("chrome.runtime.sendMessage({message})")).await
    }

    /// Does something in a new tab of the extension's and closes it again.
    pub async fn in_own_page<T>(
        &self,
        page: &str,
        what: impl AsyncFnOnce(&Browser) -> Outcome<T>,
    ) -> Outcome<T> {
        let here = self.driver.window().await?;
        let there = self.driver.new_tab().await?;
        self.driver.switch_to_window(there).await?;
        let done = match self.open_own(page).await {
            Ok(()) => what(self).await,
            Err(why) => Err(why),
        };
        self.driver.close_window().await?;
        self.driver.switch_to_window(here).await?;
        done
    }

    /// The browser's number of the tab with this address.
    pub async fn tab_number(&self, url: &str) -> Outcome<u32> {
        let wanted = json!(url);
        self.in_own_page("options.html", async |own: &Browser| {
            let expression = format!(
                "chrome.tabs.query({{}}).then((all) => all.find((t) => t.url === {wanted})?.id)"
            );
            let number = own.run_own(&expression).await?;
            let number = number.as_u64().ok_or("no such tab")?;
            Ok(u32::try_from(number)?)
        })
        .await
    }

    /// Tries until there is something, or fails in words.
    pub async fn wait_for<T>(
        &self,
        what: &str,
        mut attempt: impl AsyncFnMut() -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        let begun = Instant::now();
        let mut last: Option<String> = None;
        while begun.elapsed() < PATIENCE {
            match attempt().await {
                Ok(Some(it)) => return Ok(it),
                Ok(None) => {}
                Err(why) => last = Some(why.to_string()),
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        let last = last.map(|why| format!("; the last try said: {why}")).unwrap_or_default();
        Err(format!("{}: waited in vain for {what}{last}", self.kind.name()).into())
    }

    /// Switches between light and dark.
    pub async fn set_dark(&self, dark: bool) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::set_dark(self, dark).await,
            Kind::Firefox => firefox::set_dark(self, dark).await,
        }
    }

    /// Shows the page as paper would; only Chromium can be told to.
    pub async fn set_print(&self, on: bool) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::set_media(self, if on { "print" } else { "" }).await,
            Kind::Firefox => Ok(()),
        }
    }

    /// Switches Firefox's protection against recognition, which has canvases give noise.
    pub async fn resist_recognition(&self, on: bool) -> Outcome<()> {
        match self.kind {
            // It has none.
            Kind::Chromium => Ok(()),
            Kind::Firefox => firefox::resist_recognition(self, on).await,
        }
    }

    /// Sets the inner size of the window.
    pub async fn set_size(&self, width: u32, height: u32) -> Outcome<()> {
        for _ in 0..3 {
            let lost = self
                .run("return [outerWidth - innerWidth, outerHeight - innerHeight, innerWidth, innerHeight]")
                .await?;
            let n = |i: usize| lost[i].as_i64().unwrap_or(0);
            if (n(2), n(3)) == (i64::from(width), i64::from(height)) {
                break;
            }
            let (w, h) = (i64::from(width) + n(0), i64::from(height) + n(1));
            self.driver.set_window_rect(0, 0, u32::try_from(w)?, u32::try_from(h)?).await?;
        }
        Ok(())
    }

    /// Writes what is seen as a PNG.
    pub async fn picture(&self, file: &Path) -> Outcome<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(file, self.driver.screenshot_as_png().await?)?)
    }

    /// What the current page has cost so far, by the names of Chromium's `Performance.getMetrics`.
    pub async fn metrics(&self) -> Outcome<BTreeMap<String, f64>> {
        match self.kind {
            Kind::Chromium => chromium::metrics(self).await,
            // It counts no such thing.
            Kind::Firefox => Ok(BTreeMap::new()),
        }
    }

    /// Gives or takes access, as the reader does in the browser's own list of extensions. Chromium
    /// leaves the page of the current tab for that.
    pub async fn set_access(&self, access: Access<'_>) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::set_access(self, access).await,
            Kind::Firefox => firefox::set_access(self, access).await,
        }
    }

    /// Gives the extension an organisation's policy, until the session ends; false where only whoever
    /// administers the computer could.
    pub async fn set_policy(&self, policy: &Value) -> Outcome<bool> {
        match self.kind {
            Kind::Chromium => Ok(false),
            Kind::Firefox => firefox::set_policy(self, policy).await.map(|()| true),
        }
    }

    /// How many messages the extension's background has had from pages and has sent to them since this
    /// was first asked, or it was started; only Chromium lets us listen in.
    pub async fn messages(&self) -> Outcome<Option<(u64, u64)>> {
        match self.kind {
            Kind::Chromium => chromium::messages(self).await.map(Some),
            Kind::Firefox => Ok(None),
        }
    }

    /// Bytes that nobody shares with the processes in which the extension runs.
    pub async fn extension_memory(&self) -> Outcome<u64> {
        match self.kind {
            Kind::Chromium => self.service.memory_of("--extension-process"),
            Kind::Firefox => firefox::extension_memory(self).await,
        }
    }

    /// Leaves the extension's stores so many bytes beside what they hold, or as many as there are. The
    /// current tab must be a page of the extension's; in Firefox it has to be opened anew after.
    pub async fn limit_storage(&self, bytes: Option<u64>) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::limit_storage(self, bytes).await,
            Kind::Firefox => firefox::limit_storage(self, bytes).await,
        }
    }

    /// Puts the extension anew in its own place, as an update does: with new scripts and new workers,
    /// while what is open keeps the old ones.
    pub async fn update_extension(&self) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::update_extension(self).await?,
            Kind::Firefox => firefox::update_extension(self).await?,
        }
        // It answers again.
        let ready = "chrome.scripting.getRegisteredContentScripts().then((all) => all.length)";
        self.wait_for("the extension to be back", async || {
            let there =
                self.in_own_page("options.html", async |own| own.run_own(ready).await).await;
            Ok((there?.as_u64() == Some(1)).then_some(()))
        })
        .await
    }

    /// Stops the extension's background as the browser does when it is idle.
    pub async fn stop_worker(&self) -> Outcome<()> {
        match self.kind {
            Kind::Chromium => chromium::stop_worker(self).await,
            Kind::Firefox => firefox::stop_worker(self).await,
        }
    }

    /// Chooses the extension's entry in the context menu of an element, and goes to the
    /// tab that opens.
    pub async fn choose_report(&self, element: &WebElement, media_url: &str) -> Outcome<()> {
        let before = self.driver.windows().await?;
        self.driver.action_chain().context_click_element(element).perform().await?;
        let opened = match self.kind {
            // chromedriver does not list a tab that an extension has opened with a page of
            // its own: the same page is opened once more where it can be driven.
            Kind::Chromium => {
                let address = chromium::choose_report(self, media_url).await?;
                let tab = self.driver.new_tab().await?;
                self.driver.switch_to_window(tab.clone()).await?;
                self.driver.goto(address).await?;
                tab
            }
            Kind::Firefox => {
                firefox::choose_report(self).await?;
                self.wait_for("the report page", async || {
                    let now = self.driver.windows().await?;
                    Ok(now.into_iter().find(|w| !before.contains(w)))
                })
                .await?
            }
        };
        self.driver.switch_to_window(opened).await?;
        self.wait_ready().await
    }

    /// Adds a file to the reader's own works; the options page is open.
    pub async fn add_own_work(&self, file: &Path) -> Outcome<()> {
        let count = "return document.getElementById('own-list').querySelectorAll('li').length";
        let before = self.run(count).await?.as_u64();
        let input = self.driver.find(By::Id("own-files")).await?;
        input.send_keys(file.canonicalize()?.to_string_lossy().as_ref()).await?;
        self.wait_for("the own work in the list", async || {
            Ok((self.run(count).await?.as_u64() > before).then_some(()))
        })
        .await
    }

    /// The first file in the downloads that is complete and has this ending.
    pub async fn downloaded(&self, ending: &str) -> Outcome<PathBuf> {
        self.wait_for("a download", async || {
            for entry in std::fs::read_dir(&self.downloads)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let part = std::fs::read_dir(&self.downloads)?.flatten().any(|e| {
                    e.file_name().to_string_lossy().ends_with("download")
                        || e.file_name().to_string_lossy().ends_with(".part")
                });
                if name.ends_with(ending) && !part && path.metadata()?.len() > 0 {
                    return Ok(Some(path));
                }
            }
            Ok(None)
        })
        .await
    }

    /// A command that thirtyfour has no word for; the path is relative to the session.
    async fn command(&self, method: Method, path: &str, body: Option<Value>) -> Outcome<Value> {
        command(&self.driver, method, path, body).await
    }
}

async fn command(
    driver: &WebDriver,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Outcome<Value> {
    #[derive(Debug)]
    struct Raw(Method, String, Option<Value>);
    impl FormatRequestData for Raw {
        fn format_request(&self, session: &SessionId) -> RequestData {
            let it = RequestData::new(self.0.clone(), format!("session/{session}/{}", self.1));
            match &self.2 {
                Some(body) => it.add_body(body.clone()),
                None => it,
            }
        }
    }
    let answer = driver.cmd(Raw(method, path.into(), body)).await?;
    Ok(answer.value_json()?)
}
