//! The unpacked extension, once for each browser.
//!
//! A package is `extension/` as it is but for `extension/store`, the adapted manifest, the modules
//! with their glue in `wasm/`, and the licences of those whose code is in them. Nothing is bundled: what is reviewed is what ships, but for the
//! lines of comment in content scripts, which every page would have to read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::manifest::{self, Browser};
use crate::{licences, run, wasm};

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

/// Builds the modules and lays out both packages.
pub fn build(profile: wasm::Profile) -> Result<Built> {
    let glue = wasm::build(profile)?;
    let (folder, test) = match profile {
        wasm::Profile::Quick => ("extension", true),
        wasm::Profile::Ship => ("package", false),
    };
    for module in wasm::MODULES {
        let types = format!("{module}.d.ts");
        let text = fs::read(glue.join(&types))?;
        run::write(&run::target(folder).join("types").join(types), &text)?;
    }
    let licences = licences::text()?;
    let lay = |browser: Browser| -> Result<PathBuf> {
        let out = run::target(folder).join(browser.name());
        lay_out(browser, &run::root(), &glue, &licences, &out, test)?;
        Ok(out)
    };
    Ok(Built { chromium: lay(Browser::Chromium)?, firefox: lay(Browser::Firefox)? })
}

/// Lays out one package afresh.
fn lay_out(
    browser: Browser,
    root: &Path,
    glue: &Path,
    licences: &str,
    out: &Path,
    test: bool,
) -> Result<()> {
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    let source = root.join("extension");
    for path in run::files_below(&source)? {
        if path.starts_with("wasm/") {
            bail!("extension/{path}: extension/wasm is made by the build; move this elsewhere");
        }
        if browser.takes(&path) {
            let mut bytes = fs::read(source.join(&path))?;
            if path.starts_with("content/") && path.ends_with(".js") {
                bytes = without_remarks(&String::from_utf8(bytes)?).into_bytes();
            }
            run::write(&out.join(&path), &bytes)?;
            // Chromium would show English to readers in Portugal: it knows no road from one
            // country of a language to another.
            if let Some(name) = path.strip_prefix("_locales/pt_BR/") {
                run::write(&out.join("_locales/pt_PT").join(name), &bytes)?;
            }
        }
    }
    for path in run::files_below(glue)? {
        // Test builds keep the types beside the glue, where an editor resolves the import.
        if browser.takes(&path)
            || (test && path.ends_with(".d.ts") && !path.ends_with("_bg.wasm.d.ts"))
        {
            run::write(&out.join("wasm").join(&path), &fs::read(glue.join(&path))?)?;
        }
    }
    run::write(&out.join("LICENSES.txt"), licences.as_bytes())?;
    let text = fs::read_to_string(root.join("manifest.json"))
        .map_err(|error| anyhow::anyhow!("cannot read manifest.json: {error}"))?;
    let manifest = manifest::adapt(&text, browser, run::version(), test)?;
    manifest::names_only(&manifest, &|path| out.join(path).is_file())?;
    let text = format!("{}\n", serde_json::to_string_pretty(&manifest)?);
    run::write(&out.join("manifest.json"), text.as_bytes())
}

/// A content script without its lines of comment and its indentation: it is read anew by every page
/// that somebody opens, and a third of it is said to people only. Every line of code stays as it is
/// written but for the types named in it; its style sheets stand in lines too, where blanks at the
/// beginning mean nothing.
fn without_remarks(script: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in script.lines() {
        let mut rest = line.trim_start();
        let starts = !inside && rest.starts_with("/*");
        if starts || inside {
            match rest.split_once("*/") {
                Some((_, code)) => {
                    inside = false;
                    rest = code.trim_start();
                    if rest.is_empty() {
                        continue;
                    }
                }
                None => {
                    inside = true;
                    continue;
                }
            }
        } else if rest.starts_with("//") || rest.is_empty() {
            continue;
        }
        while let Some((code, typed)) = rest.split_once("/** @type {") {
            let Some((_, more)) = typed.split_once("} */ ") else { break };
            out.push_str(code);
            rest = more;
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_comment_are_left_out() {
        let script = "// @ts-check\n'use strict';\n\n/**\n * @param {X} x\n */\nfunction f(x) {\n  \
                      const u = 'https://a'; // why\n  /** @type {Y} */ (x).y();\n  z = /** @type {{ a: Z }} */ (x);\n}\n";
        let left = "'use strict';\nfunction f(x) {\nconst u = 'https://a'; // why\n(x).y();\nz = (x);\n}\n";
        assert_eq!(without_remarks(script), left);
    }

    #[test]
    fn a_package_holds_the_extension_flat_with_its_module() {
        let root = std::env::temp_dir().join(format!("sayso-lay-out-{}", std::process::id()));
        let put = |path: &str, text: &str| run::write(&root.join(path), text.as_bytes()).unwrap();
        put("manifest.json", r#"{"background": {"service_worker": "b.js", "scripts": ["b.js"]}}"#);
        put("extension/b.js", "");
        put("extension/content/watch.js", "");
        put("extension/offscreen.html", "");
        put("extension/jsconfig.json", "{}");
        put("extension/store/lint.json", "[]");
        put("extension/store/promo.png", "");
        put("glue/engine.js", "");
        put("glue/engine.d.ts", "");
        let laid = |browser: Browser, test: bool| {
            let out = root.join("out");
            lay_out(browser, &root, &root.join("glue"), "MIT", &out, test).unwrap();
            run::files_below(&out).unwrap()
        };
        let both = ["LICENSES.txt", "b.js", "content/watch.js", "manifest.json", "wasm/engine.js"];
        assert_eq!(laid(Browser::Firefox, false), both);
        let mut chromium = both.to_vec();
        chromium.insert(4, "offscreen.html");
        assert_eq!(laid(Browser::Chromium, false), chromium);
        chromium.insert(5, "wasm/engine.d.ts");
        assert_eq!(laid(Browser::Chromium, true), chromium);
        fs::remove_dir_all(&root).unwrap();
    }
}
