//! One manifest written by hand, two made from it.
//!
//! Each browser warns about, or refuses, some of the other's keys. The version is
//! that of the workspace. Keys of an extension manifest:
//! <https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/manifest.json>.

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The two kinds of browser there is a package for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Chromium and all that is built on it.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Browser {
    /// Its word in file names.
    pub fn name(self) -> &'static str {
        match self {
            Browser::Chromium => "chromium",
            Browser::Firefox => "firefox",
        }
    }

    /// Whether a file of `extension/` belongs into its package.
    pub fn takes(self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let for_writing =
            name == "jsconfig.json" || name.ends_with(".d.ts") || name.ends_with(".md");
        // What the stores are told is no part of what they are given.
        let for_stores = path.starts_with("store/");
        // Firefox has no offscreen documents, and its reviewers' linter objects to the word.
        let chromium_only = name.starts_with("offscreen.") || name.contains(".chromium.");
        let wanted = self == Browser::Chromium || !chromium_only;
        wanted && !for_writing && !for_stores
    }
}

/// The public half of a key that nobody keeps: it fixes the id of test builds, and signs nothing.
/// Stores give the extension their own.
const TEST_KEY: &str = "\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAl1PQ5xvaqI3z/i2WDmZdT/OQ0Gw0fb3Yx5rKNGODzs5SQnzxaXRD\
iItNUeBSq4VnFq10eVA/qZiMl3mLaoR+MWKiE37InmRzZilHLwnH0xAJUnmB9R/S9N0xf1u2kz9wwX1tgi12Dc5+mwXMTx/w\
SVC+BWC5dZLkEdV6UqrXhjr9M0UDZXoXfBx+02E7kclB25AU3pqaIF0r06SC4m1G2OBnfkeiC+cy+dKXb+GKodOIiX9tbOgC\
T9to1CvaXhxc6279CmX8qZnGFN94cAn5DZVw66ScVKHZNxsleu/mYFbPSRn6ZvO7rKMadTicHJhjjPDwrbRyFGF+f7BODBBs\
lQIDAQAB";

/// The id of test builds in Chromium: the first 32 hex digits of the key's SHA-256, as `a` to `p`.
pub fn test_id() -> String {
    let der = STANDARD.decode(TEST_KEY).unwrap_or_default();
    let digest = Sha256::digest(der);
    let nibbles = digest.iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(b'a' + nibble)).collect()
}

/// The manifest of one browser's package.
pub fn adapt(source: &str, browser: Browser, version: &str, test: bool) -> Result<Value> {
    let mut manifest: Map<String, Value> =
        serde_json::from_str(source).context("manifest.json is not a JSON object")?;
    manifest.insert("version".to_string(), Value::from(version));
    // A key in the source would tie store packages to it; only test builds have one.
    manifest.remove("key");
    // Nobody answers the browser's question in a test, so there access is given from the start.
    if test && let Some(hosts) = manifest.remove("optional_host_permissions") {
        manifest.insert("host_permissions".to_string(), hosts);
    }
    let background = manifest
        .get_mut("background")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| anyhow!("manifest.json has no \"background\""))?;
    match browser {
        Browser::Chromium => {
            background.remove("scripts");
            manifest.remove("browser_specific_settings");
            manifest.remove("sidebar_action");
            if test {
                manifest.insert("key".to_string(), Value::from(TEST_KEY));
            }
        }
        Browser::Firefox => {
            background.remove("service_worker");
            manifest.remove("side_panel");
            manifest.remove("minimum_chrome_version");
            // It takes policies of the same shape without being told it.
            manifest.remove("storage");
            for list in ["permissions", "optional_permissions"] {
                if let Some(Value::Array(permissions)) = manifest.get_mut(list) {
                    permissions.retain(|p| p != "offscreen" && p != "sidePanel");
                }
            }
        }
    }
    Ok(Value::Object(manifest))
}

/// Fails when the manifest names a file that the package does not have.
pub fn names_only(manifest: &Value, has: &dyn Fn(&str) -> bool) -> Result<()> {
    let mut missing = Vec::new();
    visit_strings(manifest, &mut |text| {
        let kind = text.rsplit_once('.').map_or("", |(_, kind)| kind);
        let is_file = matches!(kind, "js" | "css" | "html" | "png" | "svg" | "json")
            && !text.contains(['*', ' ', ':']);
        if is_file && !has(text.trim_start_matches('/')) {
            missing.push(text.to_string());
        }
    });
    if !missing.is_empty() {
        bail!("manifest.json names files that extension/ does not have: {}", missing.join(", "));
    }
    Ok(())
}

/// Calls `f` with every string value, at any depth.
pub fn visit_strings(value: &Value, f: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => f(text),
        Value::Array(items) => items.iter().for_each(|item| visit_strings(item, f)),
        Value::Object(fields) => fields.values().for_each(|field| visit_strings(field, f)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"{
        "manifest_version": 3, "name": "__MSG_name__", "version": "0", "key": "x",
        "minimum_chrome_version": "148",
        "background": { "service_worker": "background.js", "scripts": ["background.js"], "type": "module" },
        "permissions": ["storage", "offscreen", "sidePanel"],
        "optional_host_permissions": ["<all_urls>"],
        "side_panel": { "default_path": "panel.html" },
        "sidebar_action": { "default_panel": "panel.html" },
        "storage": { "managed_schema": "managed.chromium.json" },
        "browser_specific_settings": { "gecko": { "id": "a@b.example" } }
    }"#;

    #[test]
    fn chromium_keeps_its_service_worker_and_loses_firefox_keys() {
        let m = adapt(SOURCE, Browser::Chromium, "1.2.3", false).unwrap();
        assert_eq!(m["version"], "1.2.3");
        assert_eq!(
            m["background"],
            serde_json::json!({"service_worker": "background.js", "type": "module"})
        );
        assert_eq!(m["permissions"], serde_json::json!(["storage", "offscreen", "sidePanel"]));
        assert_eq!(m["side_panel"]["default_path"], "panel.html");
        for gone in ["sidebar_action", "browser_specific_settings", "key"] {
            assert!(m.get(gone).is_none(), "{gone}");
        }
    }

    #[test]
    fn firefox_keeps_its_scripts_and_loses_chromium_keys() {
        let m = adapt(SOURCE, Browser::Firefox, "1.2.3", true).unwrap();
        assert_eq!(
            m["background"],
            serde_json::json!({"scripts": ["background.js"], "type": "module"})
        );
        assert_eq!(m["permissions"], serde_json::json!(["storage"]));
        assert_eq!(m["browser_specific_settings"]["gecko"]["id"], "a@b.example");
        for gone in ["side_panel", "minimum_chrome_version", "key", "storage"] {
            assert!(m.get(gone).is_none(), "{gone}");
        }
    }

    #[test]
    fn whoever_installs_is_not_asked_for_every_site() {
        for browser in [Browser::Chromium, Browser::Firefox] {
            let shipped = adapt(SOURCE, browser, "1", false).unwrap();
            assert!(shipped.get("host_permissions").is_none());
            assert_eq!(shipped["optional_host_permissions"][0], "<all_urls>");
            let tested = adapt(SOURCE, browser, "1", true).unwrap();
            assert_eq!(tested["host_permissions"][0], "<all_urls>");
        }
    }

    #[test]
    fn only_test_builds_of_chromium_have_the_fixed_key() {
        let m = adapt(SOURCE, Browser::Chromium, "1.2.3", true).unwrap();
        assert_eq!(m["key"], TEST_KEY);
        // Computed once with openssl and sha256sum.
        assert_eq!(test_id(), "nbnmcdejkepcddfjbblafkgaefepoaen");
    }

    #[test]
    fn a_named_file_must_be_packed() {
        let m = adapt(SOURCE, Browser::Chromium, "1", false).unwrap();
        let error = names_only(&m, &|path| path == "background.js").unwrap_err().to_string();
        // In the order of the manifest or of the alphabet, as serde_json is built.
        assert!(
            error.contains(" panel.html") && error.contains(" managed.chromium.json"),
            "{error}"
        );
        assert!(names_only(&m, &|_| true).is_ok());
    }

    #[test]
    fn offscreen_files_are_chromium_only_and_types_are_nobodys() {
        assert!(Browser::Chromium.takes("offscreen.html"));
        assert!(!Browser::Firefox.takes("offscreen.html"));
        assert!(!Browser::Firefox.takes("reading/room.chromium.js"));
        assert!(Browser::Firefox.takes("content/watch.js"));
        assert!(!Browser::Chromium.takes("jsconfig.json"));
        assert!(!Browser::Chromium.takes("globals.d.ts"));
    }

    #[test]
    fn nothing_of_the_package_is_open_to_pages_or_others() {
        let source = crate::run::text("manifest.json").unwrap();
        for browser in [Browser::Chromium, Browser::Firefox] {
            let m = adapt(&source, browser, "1", false).unwrap();
            for open in ["web_accessible_resources", "externally_connectable", "content_scripts"] {
                assert!(m.get(open).is_none(), "{open}");
            }
            let policy = m["content_security_policy"]["extension_pages"].as_str().unwrap();
            let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
            assert_eq!(scripts, Some("script-src 'self' 'wasm-unsafe-eval'"));
        }
        // Whoever listens to messages from outside would be in danger of believing them.
        let folder = crate::run::root().join("extension");
        for path in crate::run::files_below(&folder).unwrap() {
            if path.ends_with(".js") {
                let script = std::fs::read_to_string(folder.join(&path)).unwrap();
                for ear in ["onMessageExternal", "onConnectExternal", "onUserScriptMessage"] {
                    assert!(!script.contains(ear), "{path}: {ear}");
                }
            }
        }
    }

    #[test]
    fn what_the_stores_are_told_is_in_no_package() {
        for browser in [Browser::Chromium, Browser::Firefox] {
            assert!(!browser.takes("store/lint.json"));
            assert!(!browser.takes("store/listing/de.md"));
            assert!(browser.takes("restore/a.js"));
        }
    }
}
