//! The unpacked extension, once for each browser.
//!
//! A package is `extension/` as it is, the adapted manifest, and the module with
//! its glue in `wasm/`. Nothing is bundled: what is reviewed is what ships.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::manifest::{self, Browser};
use crate::{run, wasm};

/// Two unpacked packages.
pub struct Built {
    /// Chromium's.
    pub chromium: PathBuf,
    /// Firefox's.
    pub firefox: PathBuf,
}

impl Built {
    /// Says where they are and how to load them.
    pub fn announce(&self) {
        println!("Chromium: {} (id {})", self.chromium.display(), manifest::test_id());
        println!("          load it at chrome://extensions, \"Load unpacked\"");
        println!("Firefox:  {}", self.firefox.display());
        println!("          load it at about:debugging, \"Load Temporary Add-on\"");
    }
}

/// Builds the module and lays out both packages.
pub fn build(profile: wasm::Profile) -> Result<Built> {
    let glue = wasm::build(profile)?;
    let (folder, test) = match profile {
        wasm::Profile::Quick => ("extension", true),
        wasm::Profile::Ship => ("package", false),
    };
    let types = fs::read(glue.join("sayso.d.ts"))?;
    run::write(&run::target(folder).join("types/sayso.d.ts"), &types)?;
    let lay = |browser: Browser| -> Result<PathBuf> {
        let out = run::target(folder).join(browser.name());
        lay_out(browser, &run::root(), &glue, &out, test)?;
        Ok(out)
    };
    Ok(Built { chromium: lay(Browser::Chromium)?, firefox: lay(Browser::Firefox)? })
}

/// Lays out one package afresh.
fn lay_out(browser: Browser, root: &Path, glue: &Path, out: &Path, test: bool) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let source = root.join("extension");
    for path in run::files_below(&source)? {
        if path.starts_with("wasm/") {
            bail!("extension/{path}: extension/wasm is made by the build; move this elsewhere");
        }
        if browser.takes(&path) {
            run::write(&out.join(&path), &fs::read(source.join(&path))?)?;
        }
    }
    for path in run::files_below(glue)? {
        // Test builds keep the types beside the glue, where an editor resolves the import.
        if browser.takes(&path) || (test && path == "sayso.d.ts") {
            run::write(&out.join("wasm").join(&path), &fs::read(glue.join(&path))?)?;
        }
    }
    let text = fs::read_to_string(root.join("manifest.json"))
        .map_err(|error| anyhow::anyhow!("cannot read manifest.json: {error}"))?;
    let manifest = manifest::adapt(&text, browser, run::version(), test)?;
    manifest::names_only(&manifest, &|path| out.join(path).is_file())?;
    let text = format!("{}\n", serde_json::to_string_pretty(&manifest)?);
    run::write(&out.join("manifest.json"), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_holds_the_extension_flat_with_its_module() {
        let root = std::env::temp_dir().join(format!("sayso-lay-out-{}", std::process::id()));
        let put = |path: &str, text: &str| run::write(&root.join(path), text.as_bytes()).unwrap();
        put("manifest.json", r#"{"background": {"service_worker": "b.js", "scripts": ["b.js"]}}"#);
        put("extension/b.js", "");
        put("extension/content/watch.js", "");
        put("extension/offscreen.html", "");
        put("extension/jsconfig.json", "{}");
        put("glue/sayso.js", "");
        put("glue/sayso.d.ts", "");
        let laid = |browser: Browser, test: bool| {
            let out = root.join("out");
            lay_out(browser, &root, &root.join("glue"), &out, test).unwrap();
            run::files_below(&out).unwrap()
        };
        let both = ["b.js", "content/watch.js", "manifest.json", "wasm/sayso.js"];
        assert_eq!(laid(Browser::Firefox, false), both);
        let mut chromium = both.to_vec();
        chromium.insert(3, "offscreen.html");
        assert_eq!(laid(Browser::Chromium, false), chromium);
        chromium.insert(4, "wasm/sayso.d.ts");
        assert_eq!(laid(Browser::Chromium, true), chromium);
        fs::remove_dir_all(&root).unwrap();
    }
}
