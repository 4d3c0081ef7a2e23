//! What is particular to Firefox: its preferences, its privileged scripts, its event page.

use std::path::{Path, PathBuf};

use axum::http::Method;
use serde_json::{Value, json};
use thirtyfour::common::capabilities::firefox::FirefoxPreferences;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::prelude::*;

use super::service::{Service, free_port, program};
use super::{Access, Browser, Kind, Outcome, Setup};

/// The extension's origin in every test session.
const UUID: &str = "5a150000-2222-4333-8444-555555555555";

/// The browser and its driver.
pub fn programs() -> Option<(PathBuf, PathBuf)> {
    let browser = program(
        "SAYSO_FIREFOX",
        &[
            "/usr/bin/firefox-esr",
            "firefox-esr",
            "firefox",
            "/Applications/Firefox.app/Contents/MacOS/firefox",
        ],
    )?;
    Some((browser, program("SAYSO_GECKODRIVER", &["geckodriver"])?))
}

pub async fn start(
    setup: &Setup,
    home: &Path,
    downloads: &Path,
) -> Outcome<(Service, WebDriver, String)> {
    let (browser, driver) = programs().ok_or("Firefox or geckodriver is not installed")?;
    // Privileged scripts and extension pages are closed to the driver without this.
    let socket = format!("--websocket-port={}", free_port()?);
    let service = Service::start(&driver, &["--allow-system-access", &socket], home).await?;
    let mut caps = DesiredCapabilities::firefox();
    caps.set_firefox_binary(&browser.to_string_lossy())?;
    if setup.headless {
        caps.add_arg("-headless")?;
    }
    caps.add_arg(&format!("--width={}", setup.window.0))?;
    caps.add_arg(&format!("--height={}", setup.window.1))?;
    let id = match &setup.extension {
        Some(folder) => gecko_id(folder)?,
        None => String::new(),
    };
    let mut prefs = FirefoxPreferences::new();
    prefs.set("extensions.webextensions.uuids", json!({ &id: UUID }).to_string())?;
    prefs.set("extensions.webextOptionalPermissionPrompts", false)?;
    prefs.set("network.dns.localDomains", local_domains())?;
    prefs.set("dom.security.https_first", false)?;
    prefs.set("browser.download.folderList", 2)?;
    prefs.set("browser.download.dir", downloads.to_string_lossy().as_ref())?;
    prefs.set("browser.download.useDownloadDir", true)?;
    prefs.set("browser.download.alwaysOpenPanel", false)?;
    prefs.set(
        "browser.helperApps.neverAsk.saveToDisk",
        "application/zip,application/octet-stream",
    )?;
    prefs.set("layout.css.prefers-color-scheme.content-override", 1)?;
    // The browser's own errands.
    for off in [
        "app.normandy.enabled",
        "browser.safebrowsing.malware.enabled",
        "browser.safebrowsing.phishing.enabled",
        "network.captive-portal-service.enabled",
        "network.connectivity-service.enabled",
        "browser.region.network.url.enabled",
        "browser.newtabpage.activity-stream.feeds.system.topstories",
    ] {
        prefs.set(off, false)?;
    }
    if let Some(port) = setup.proxy {
        prefs.set("network.proxy.type", 1)?;
        for kind in ["http", "ssl"] {
            prefs.set(&format!("network.proxy.{kind}"), "127.0.0.1")?;
            prefs.set(&format!("network.proxy.{kind}_port"), port)?;
        }
        prefs.set("network.proxy.no_proxies_on", "")?;
        prefs.set("network.proxy.allow_hijacking_localhost", true)?;
    }
    caps.set_preferences(prefs)?;
    let session = WebDriver::new(&service.url, caps).await?;
    let mut origin = String::new();
    if let Some(folder) = &setup.extension {
        let folder = folder.canonicalize()?;
        let tools = FirefoxTools::new(session.handle().clone());
        tools.install_addon(&folder.to_string_lossy(), Some(true)).await?;
        origin = format!("moz-extension://{UUID}");
    }
    Ok((service, session, origin))
}

/// Hosts under `.test` that the checks use; Firefox takes no pattern.
fn local_domains() -> String {
    crate::TEST_HOSTS.join(",")
}

fn gecko_id(folder: &Path) -> Outcome<String> {
    let manifest: Value = serde_json::from_slice(&std::fs::read(folder.join("manifest.json"))?)?;
    let id = manifest["browser_specific_settings"]["gecko"]["id"].as_str();
    Ok(id.ok_or("the manifest names no gecko id")?.to_string())
}

/// Runs a script with the browser's own rights.
async fn privileged(browser: &Browser, script: &str) -> Outcome<Value> {
    let context = |name: &str| Some(json!({ "context": name }));
    browser.command(Method::POST, "moz/context", context("chrome")).await?;
    let script = format!(
        "const done = arguments[0]; (async () => {{ {script} }})()\
         .then((it) => done([it ?? null]), (error) => done(String(error)));"
    );
    let answer = browser
        .command(Method::POST, "execute/async", Some(json!({ "script": script, "args": [] })))
        .await;
    browser.command(Method::POST, "moz/context", context("content")).await?;
    match answer? {
        Value::Array(mut one) if one.len() == 1 => Ok(one.remove(0)),
        other => Err(format!("in the browser: {other}").into()),
    }
}

pub async fn set_dark(browser: &Browser, dark: bool) -> Outcome<()> {
    let value = if dark { 0 } else { 1 };
    let name = "layout.css.prefers-color-scheme.content-override";
    privileged(browser, &format!("Services.prefs.setIntPref('{name}', {value});")).await.map(|_| ())
}

pub async fn resist_recognition(browser: &Browser, on: bool) -> Outcome<()> {
    let script = format!("Services.prefs.setBoolPref('privacy.resistFingerprinting', {on});");
    privileged(browser, &script).await.map(|_| ())
}

/// What the switches of `about:addons` do.
pub async fn set_access(browser: &Browser, access: Access<'_>) -> Outcome<()> {
    let origins = match access {
        Access::Everywhere => vec!["<all_urls>".to_string()],
        Access::Nowhere => Vec::new(),
        Access::Only(host) => vec![format!("*://{host}/*")],
    };
    let script = format!(
        "const {{ ExtensionPermissions }} = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');\
         const {{ extension }} = WebExtensionPolicy.getByHostname('{UUID}');\
         const change = (how, origins) => ExtensionPermissions[how](extension.id, {{ permissions: [], origins }}, extension);\
         await change('remove', [...extension.allowedOrigins.patterns].map((it) => it.pattern));\
         await change('add', {});",
        json!(origins)
    );
    privileged(browser, &script).await.map(|_| ())
}

/// Writes the policy where Firefox looks for it among the files of whoever uses the computer
/// (managed storage manifests), and has the extension's background begin anew.
pub async fn set_policy(browser: &Browser, policy: &Value) -> Outcome<()> {
    let folder = Kind::Firefox.extension().ok_or("the extension is not built")?;
    let id = gecko_id(&folder)?;
    let place = browser.profile.path().join(".mozilla/managed-storage");
    std::fs::create_dir_all(&place)?;
    let manifest =
        json!({ "name": id, "description": "A policy", "type": "storage", "data": policy });
    std::fs::write(place.join(format!("{id}.json")), manifest.to_string())?;
    stop_worker(browser).await
}

/// The limit on all sites' storage, which Firefox otherwise takes from the size of the disk; it is read
/// when the storage is opened, which is therefore closed first.
pub async fn limit_storage(browser: &Browser, bytes: Option<u64>) -> Outcome<()> {
    let limit = match bytes {
        Some(bytes) => {
            let usage = "navigator.storage.estimate().then((it) => it.usage)";
            let usage = browser.run_own(usage).await?.as_u64().ok_or("no usage")?;
            format!("Services.prefs.setIntPref(limit, {});", (usage + bytes) >> 10)
        }
        None => "Services.prefs.clearUserPref(limit);".to_string(),
    };
    browser.open("about:blank").await?;
    stop_worker(browser).await?;
    let script = format!(
        "const limit = 'dom.quotaManager.temporaryStorage.fixedLimit'; {limit}\
         Services.prefs.setBoolPref('dom.quotaManager.testing', true);\
         await new Promise((done) => {{ Services.qms.reset().callback = done; }});"
    );
    privileged(browser, &script).await.map(|_| ())
}

/// What Firefox counts for the process of its extensions.
pub async fn extension_memory(browser: &Browser) -> Outcome<u64> {
    let script = "const { children } = await ChromeUtils.requestProcInfo();\
        return children.filter((it) => it.type === 'extension').reduce((sum, it) => sum + it.memory, 0);";
    let bytes = privileged(browser, script).await?;
    Ok(bytes.as_u64().ok_or("there is no process of extensions")?)
}

pub async fn update_extension(browser: &Browser) -> Outcome<()> {
    let script = format!(
        "const {{ AddonManager }} = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');\
         const addon = await AddonManager.getAddonByID(WebExtensionPolicy.getByHostname('{UUID}').id);\
         await addon.reload();"
    );
    privileged(browser, &script).await.map(|_| ())
}

pub async fn stop_worker(browser: &Browser) -> Outcome<()> {
    let script = format!(
        "for (const policy of WebExtensionPolicy.getActiveExtensions()) {{ \
         if (policy.mozExtensionHostname === '{UUID}') await policy.extension.terminateBackground(); }}"
    );
    privileged(browser, &script).await.map(|_| ())
}

/// Picks our entry in the real menu that the right click has opened.
pub async fn choose_report(browser: &Browser) -> Outcome<()> {
    let script = "const win = Services.wm.getMostRecentWindow('navigator:browser');\
        const menu = win.document.getElementById('contentAreaContextMenu');\
        for (let i = 0; i < 100; i++) {\
          const item = [...menu.querySelectorAll('menuitem')].find((it) => (it.id ?? '').startsWith('sayso') || /-menuitem-.*report/.test(it.id));\
          if (menu.state === 'open' && item) { menu.activateItem(item); return true; }\
          await new Promise((r) => win.setTimeout(r, 50));\
        }\
        throw new Error('no entry: ' + [...menu.querySelectorAll('menuitem')].filter((it) => !it.hidden).map((it) => it.id).join(' '));";
    privileged(browser, script).await.map(|_| ())
}
