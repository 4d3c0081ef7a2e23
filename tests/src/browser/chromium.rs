//! What is particular to Chromium: its switches, its debugging protocol, its service worker.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::Method;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use super::service::{Service, program};
use super::{Access, Browser, Outcome, Setup, command};

/// The browser and its driver.
pub fn programs() -> Option<(PathBuf, PathBuf)> {
    let browser = program(
        "SAYSO_CHROMIUM",
        &[
            "/usr/bin/chromium",
            "chromium",
            "chromium-browser",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ],
    )?;
    Some((browser, program("SAYSO_CHROMEDRIVER", &["/usr/bin/chromedriver", "chromedriver"])?))
}

pub async fn start(
    setup: &Setup,
    profile: &Path,
    downloads: &Path,
) -> Outcome<(Service, WebDriver, String)> {
    let (browser, driver) = programs().ok_or("Chromium or chromedriver is not installed")?;
    let service = Service::start(&driver, &[], profile).await?;
    let mut caps = DesiredCapabilities::chrome();
    caps.set_binary(&browser.to_string_lossy())?;
    let mut arguments: Vec<String> = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        "--host-resolver-rules=MAP *.test 127.0.0.1",
        // Insecure hosts of our own shall stay insecure.
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,Translate,OptimizationHints,MediaRouter",
    ]
    .map(String::from)
    .to_vec();
    if setup.headless {
        arguments.push("--headless=new".into());
    }
    if let Some(extension) = &setup.extension {
        arguments.push(format!("--load-extension={}", extension.display()));
    }
    if let Some(port) = setup.proxy {
        arguments.push(format!("--proxy-server=http://127.0.0.1:{port}"));
        arguments.push("--proxy-bypass-list=<-loopback>".into());
    }
    arguments.push(format!("--user-data-dir={}", profile.join("profile").display()));
    arguments.push(format!("--window-size={},{}", setup.window.0, setup.window.1));
    for argument in &arguments {
        caps.add_arg(argument)?;
    }
    caps.add_experimental_option(
        "prefs",
        json!({
            "download.default_directory": downloads,
            "download.prompt_for_download": false,
            "profile.default_content_setting_values.automatic_downloads": 1,
        }),
    )?;
    let session = WebDriver::new(&service.url, caps).await?;
    let origin = match &setup.extension {
        Some(_) => extension_origin(&session).await?,
        None => String::new(),
    };
    Ok((service, session, origin))
}

/// From the environment, or as the browser names its worker.
async fn extension_origin(session: &WebDriver) -> Outcome<String> {
    if let Ok(id) = std::env::var("SAYSO_EXTENSION_ID") {
        return Ok(format!("chrome-extension://{id}"));
    }
    for _ in 0..100 {
        if let Some(worker) = worker(session).await? {
            let url = worker["url"].as_str().unwrap_or_default().to_string();
            let end = url.match_indices('/').nth(2).map_or(url.len(), |m| m.0);
            return Ok(url[..end].to_string());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err("Chromium has not started the extension's worker".into())
}

/// The extension's service worker among all targets.
async fn worker(session: &WebDriver) -> Outcome<Option<Value>> {
    let all = cdp(session, "Target.getTargets", json!({})).await?;
    let found = all["targetInfos"].as_array().into_iter().flatten().find(|t| {
        t["type"] == "service_worker"
            && t["url"].as_str().is_some_and(|u| u.starts_with("chrome-extension://"))
    });
    Ok(found.cloned())
}

pub async fn set_dark(browser: &Browser, dark: bool) -> Outcome<()> {
    let value = if dark { "dark" } else { "light" };
    let how = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
    cdp(&browser.driver, "Emulation.setEmulatedMedia", how).await.map(|_| ())
}

pub async fn set_media(browser: &Browser, media: &str) -> Outcome<()> {
    let how = json!({ "media": media });
    cdp(&browser.driver, "Emulation.setEmulatedMedia", how).await.map(|_| ())
}

/// What the switches of `chrome://extensions` do, by the words that its page uses itself.
pub async fn set_access(browser: &Browser, access: Access<'_>) -> Outcome<()> {
    browser.open("chrome://extensions/").await?;
    let id = json!(browser.origin.trim_start_matches("chrome-extension://"));
    let set = |how: &str| {
        format!(
            "chrome.developerPrivate.updateExtensionConfiguration({{ extensionId: {id}, hostAccess: '{how}' }})"
        )
    };
    let steps = match access {
        Access::Everywhere => set("ON_ALL_SITES"),
        Access::Nowhere => set("ON_CLICK"),
        Access::Only(host) => {
            let add = format!(
                "chrome.developerPrivate.addHostPermission({id}, {})",
                json!(format!("*://{host}/*"))
            );
            format!("{}.then(() => {add})", set("ON_SPECIFIC_SITES"))
        }
    };
    browser.run_own(&steps).await.map(|_| ())
}

/// Devtools' own "simulate custom storage quota"; it stands as long as the driver is connected.
pub async fn limit_storage(browser: &Browser, bytes: Option<u64>) -> Outcome<()> {
    let mut how = json!({ "origin": browser.origin });
    if let Some(bytes) = bytes {
        let usage = browser.run_own("navigator.storage.estimate().then((it) => it.usage)").await?;
        how["quotaSize"] = json!(usage.as_u64().ok_or("no usage")? + bytes);
    }
    cdp(&browser.driver, "Storage.overrideQuotaForOrigin", how).await.map(|_| ())
}

/// One command of the debugging protocol to the current tab.
async fn cdp(session: &WebDriver, name: &str, how: Value) -> Outcome<Value> {
    let ask = json!({ "cmd": name, "params": how });
    command(session, Method::POST, "goog/cdp/execute", Some(ask)).await
}

/// Seconds and counts of the current page's process.
pub async fn metrics(browser: &Browser) -> Outcome<BTreeMap<String, f64>> {
    // What other programs do on the machine is not counted.
    let processor = json!({ "timeDomain": "threadTicks" });
    cdp(&browser.driver, "Performance.enable", processor).await?;
    let all = cdp(&browser.driver, "Performance.getMetrics", json!({})).await?;
    let pairs = all["metrics"].as_array().into_iter().flatten();
    Ok(pairs
        .filter_map(|m| Some((m["name"].as_str()?.to_string(), m["value"].as_f64()?)))
        .collect())
}

/// Under a driver the worker never idles out, so it is closed.
pub async fn stop_worker(browser: &Browser) -> Outcome<()> {
    let Some(worker) = worker(&browser.driver).await? else {
        return Ok(());
    };
    cdp(&browser.driver, "Target.closeTarget", json!({ "targetId": worker["targetId"] })).await?;
    let id = worker["targetId"].clone();
    browser
        .wait_for("the worker to end", async || {
            let now = self::worker(&browser.driver).await?;
            Ok(now.is_none_or(|w| w["targetId"] != id).then_some(()))
        })
        .await
}

/// The native menu cannot be operated without a screen; its click is handed to the
/// extension's own listeners instead, after a real right click on the page. Returns the
/// address of the page that opens.
pub async fn choose_report(browser: &Browser, media_url: &str) -> Outcome<String> {
    let page = browser.driver.current_url().await?.to_string();
    let info = json!({
        "menuItemId": "report",
        "mediaType": "image",
        "srcUrl": media_url,
        "pageUrl": page,
        "frameId": 0,
        "editable": false,
    });
    let expression = format!(
        "chrome.tabs.query({{}})\
         .then((all) => all.find((tab) => tab.active && tab.url === {}))\
         .then((tab) => void chrome.contextMenus.onClicked.dispatch({info}, tab))",
        json!(page)
    );
    in_worker(browser, &expression).await?;
    let look = "chrome.tabs.query({}).then(async (all) => {\
        const tab = all.find((tab) => tab.url.includes('/report.html?'));\
        if (tab) await chrome.tabs.remove(tab.id);\
        return tab?.url ?? null; })";
    browser
        .wait_for("the report page", async || {
            Ok(in_worker(browser, look).await?.as_str().map(String::from))
        })
        .await
}

/// What the reload button of `chrome://extensions` does, in a tab of its own.
pub async fn update_extension(browser: &Browser) -> Outcome<()> {
    let id = json!(browser.origin.trim_start_matches("chrome-extension://"));
    let here = browser.driver.window().await?;
    let there = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(there).await?;
    browser.open("chrome://extensions/").await?;
    // Without its switch for developers the browser takes it for a stranger, and puts it off for good.
    let done = browser
        .run_own(&format!(
            "chrome.developerPrivate.updateProfileConfiguration({{ inDeveloperMode: true }})\
             .then(() => chrome.developerPrivate.reload({id}, {{ failQuietly: true }}))"
        ))
        .await;
    browser.driver.close_window().await?;
    browser.driver.switch_to_window(here).await?;
    done.map(|_| ())
}

/// Messages from pages and to pages.
pub async fn messages(browser: &Browser) -> Outcome<(u64, u64)> {
    let listen = "(() => {\
        if (!globalThis.counted) {\
          const counted = (globalThis.counted = { heard: 0, sent: 0 });\
          const send = chrome.tabs.sendMessage.bind(chrome.tabs);\
          chrome.tabs.sendMessage = (...words) => { counted.sent += 1; return send(...words); };\
          chrome.runtime.onMessage.addListener((_, { url }) => { if (/^http/.test(url ?? '')) counted.heard += 1; });\
        }\
        return [globalThis.counted.heard, globalThis.counted.sent]; })()";
    // A worker that has just been started has nothing of the browser's yet.
    browser
        .wait_for("the worker to begin", async || {
            let there = in_worker(browser, "typeof chrome").await?;
            Ok((there == json!("object")).then_some(()))
        })
        .await?;
    let counted = in_worker(browser, listen).await?;
    let count = |at: usize| counted[at].as_u64().ok_or_else(|| format!("not counted: {counted}"));
    Ok((count(0)?, count(1)?))
}

/// Evaluates an expression with a promise inside the service worker.
pub async fn in_worker(browser: &Browser, expression: &str) -> Outcome<Value> {
    let capabilities = browser.driver.capabilities();
    let address = capabilities
        .get("goog:chromeOptions")
        .and_then(|o| o["debuggerAddress"].as_str())
        .ok_or("chromedriver names no debugger address")?
        .to_string();
    let socket = browser
        .wait_for("the worker's debugging socket", async || {
            let targets: Value = serde_json::from_str(&get(&address, "/json").await?)?;
            let found = targets.as_array().into_iter().flatten().find(|t| {
                t["type"] == "service_worker"
                    && t["url"].as_str().is_some_and(|u| u.starts_with(&browser.origin))
            });
            Ok(found.and_then(|t| t["webSocketDebuggerUrl"].as_str().map(String::from)))
        })
        .await?;
    let (mut line, _) = tokio_tungstenite::connect_async(&socket).await?;
    let ask = json!({
        "id": 1,
        "method": "Runtime.evaluate",
        "params": { "expression": expression, "awaitPromise": true, "returnByValue": true },
    });
    line.send(Message::text(ask.to_string())).await?;
    while let Some(message) = line.next().await {
        let answer: Value = match message? {
            Message::Text(text) => serde_json::from_str(&text)?,
            _ => continue,
        };
        if answer["id"] != 1 {
            continue;
        }
        let result = &answer["result"];
        return match result.get("exceptionDetails") {
            Some(what) => Err(format!("in the worker: {what}").into()),
            None => Ok(result["result"]["value"].clone()),
        };
    }
    Err("the worker's debugging socket closed".into())
}

/// A plain GET: the debugger's list of targets needs no HTTP library.
async fn get(address: &str, path: &str) -> Outcome<String> {
    let mut line = tokio::net::TcpStream::connect(address).await?;
    let ask = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    line.write_all(ask.as_bytes()).await?;
    let (mut all, mut part) = (Vec::new(), [0; 16 << 10]);
    // The debugger may keep the line open: its own length says where the answer ends.
    loop {
        let text = String::from_utf8_lossy(&all).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|l| {
                let (name, value) = l.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if length.is_some_and(|n: usize| body.len() >= n) {
                return Ok(body.to_string());
            }
        }
        match line.read(&mut part).await? {
            0 => return Err("the debugger hung up".into()),
            n => all.extend(&part[..n]),
        }
    }
}
