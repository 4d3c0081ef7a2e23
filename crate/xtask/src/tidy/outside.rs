//! What comes from outside: the core stays pure, and licences stay free.

use anyhow::{Result, anyhow};
use serde_json::Value;

use super::House;
use super::house::{code, words};
use crate::run;

/// What a pure core does not name: browsers, networks, clocks, threads, files.
/// Addresses are values, so of `std::net` only what opens a connection is refused.
const IMPURE: [&str; 12] = [
    "wasm_bindgen",
    "web_sys",
    "js_sys",
    "gloo",
    "tokio",
    "reqwest",
    "SystemTime",
    "Instant",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
];
const IMPURE_STD: [&str; 4] = ["std::fs", "std::thread", "std::env", "std::process"];

/// Crates that the core does not depend on without its `wasm` feature.
const IMPURE_CRATES: [&str; 7] =
    ["wasm-bindgen", "web-sys", "js-sys", "gloo", "tokio", "reqwest", "ureq"];

/// Licences that a dependency may have.
const LICENCES: [&str; 17] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    // LLVM's licence of old: libFuzzer, which is linked to nothing that ships.
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "OpenSSL",
];

/// Impure words in the core, and fixtures of unknown origin.
pub fn faults(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.with("crate/core/src/", ".rs") {
        let mut gated = false;
        for (number, line) in code(text) {
            let gate = line.contains("feature = \"wasm\"");
            let impure = IMPURE
                .iter()
                .find(|word| words(line).any(|found| found == **word))
                .or_else(|| IMPURE_STD.iter().find(|path| line.contains(**path)));
            if let (Some(word), false) = (impure, gate || gated) {
                faults.push(format!(
                    "{path}:{number}: the core is pure and does not name '{word}'; return an effect, \
                     or take the value as an argument"
                ));
            }
            gated = gate;
        }
    }
    let credits = house.text("tests/media/CREDITS.md").unwrap_or_default();
    for path in house.paths.iter().filter(|path| path.starts_with("tests/media/")) {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name != "CREDITS.md" && !credits.contains(name) {
            faults.push(format!(
                "{path}: say in tests/media/CREDITS.md where it comes from and under what licence"
            ));
        }
    }
    faults
}

/// What cargo says about the dependencies.
pub fn dependencies() -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let tree = run::quiet(&mut run::cargo([
        "tree",
        "--quiet",
        "--package",
        "sayso-core",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]))?;
    for name in tree.lines().filter_map(|line| line.split_whitespace().next()) {
        if IMPURE_CRATES.contains(&name) || name.starts_with("gloo-") {
            faults.push(format!(
                "sayso-core depends on {name}; the core is pure, so find another way"
            ));
        }
    }
    let metadata = run::quiet(&mut run::cargo(["metadata", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages =
        metadata["packages"].as_array().ok_or_else(|| anyhow!("cargo metadata is empty"))?;
    for package in packages.iter().filter(|package| package["source"].is_string()) {
        let name = package["name"].as_str().unwrap_or_default();
        let licence = package["license"].as_str().unwrap_or_default();
        if !package["source"].as_str().is_some_and(|source| source.starts_with("registry+")) {
            faults.push(format!("the dependency {name} does not come from the registry"));
        }
        if !is_free(licence) {
            faults.push(format!(
                "the dependency {name} has the licence '{licence}', which is not on the list in \
                 crate/xtask/src/tidy/outside.rs; do without it, or add the licence with its reason"
            ));
        }
    }
    faults.sort();
    faults.dedup();
    Ok(faults)
}

/// Whether an SPDX expression can be met with licences of the list; `/` is an old way to say OR.
fn is_free(expression: &str) -> bool {
    let expression = strip(expression.trim());
    if LICENCES.contains(&expression) {
        return true;
    }
    for (word, any) in [(" OR ", true), ("/", true), (" AND ", false)] {
        let parts = split(expression, word);
        if parts.len() > 1 {
            return match any {
                true => parts.iter().any(|part| is_free(part)),
                false => parts.iter().all(|part| is_free(part)),
            };
        }
    }
    false
}

/// Takes off brackets that go round the whole expression.
fn strip(expression: &str) -> &str {
    let inner = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if balanced(inner) => inner.trim(),
        _ => expression,
    }
}

/// Whether no bracket closes before it opens.
fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    text.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    })
}

/// Splits at a word that stands outside brackets.
fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (at, c) in text.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 && at >= from && text[at..].starts_with(word) {
            parts.push(&text[from..at]);
            from = at + word.len();
        }
    }
    parts.push(&text[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_names_no_clock_or_browser() {
        let check = |text| faults(&House::of(&[("crate/core/src/engine.rs", text)])).len();
        assert_eq!(check("//! X.\nlet now = std::time::SystemTime::now();"), 1);
        assert_eq!(check("use wasm_bindgen::JsValue;"), 1);
        assert_eq!(check("let text = std::fs::read(p);"), 1);
        assert_eq!(check("#[cfg(feature = \"wasm\")]\nuse wasm_bindgen::JsValue;"), 0);
        assert_eq!(check("use std::net::IpAddr;"), 0);
        assert_eq!(check("use std::net::TcpStream;"), 1);
        assert_eq!(check("// web_sys is for others\nlet instant = 1;"), 0);
    }

    #[test]
    fn a_fixture_has_an_origin() {
        let credits = ("tests/media/CREDITS.md", "heron.jpg: own photograph, CC0");
        let known = ("tests/media/heron.jpg", "");
        let unknown = ("tests/media/found.png", "");
        assert!(faults(&House::of(&[credits, known])).is_empty());
        assert_eq!(faults(&House::of(&[credits, known, unknown])).len(), 1);
    }

    #[test]
    fn licences_are_read_as_spdx_expressions() {
        for free in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
            "(MIT)",
            "(GPL-2.0 OR ISC) AND (MIT OR GPL-2.0)",
        ] {
            assert!(is_free(free), "{free}");
        }
        for not in
            ["", "AGPL-3.0", "MIT AND LGPL-2.1", "(MIT OR ISC) AND GPL-3.0", "GPL-2.0/AGPL-3.0"]
        {
            assert!(!is_free(not), "{not}");
        }
    }
}
