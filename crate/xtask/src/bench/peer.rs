//! A peer whose cost to pages is compared with ours: Microsoft's C2PA Extension Validator
//! (<https://github.com/microsoft/c2pa-extension-validator>, MIT), fetched and built when it is to be
//! measured, below `target`.
//!
//! Its content scripts, its worker and its reader of manifests are bundled from its own sources.
//! Left out: the text in its frame, its popup and its options, because a package that they need can
//! no longer be had. A page pays a little less for it than it would.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{run, tools};

const SOURCE: &str = "https://github.com/microsoft/c2pa-extension-validator";
const COMMIT: &str = "514dc188e0c3c7a3f76cdb0a4fa794e2cb1d05e7";

/// What rollup's plugin gives its sources: the modules of node that they name.
const GLOBALS: &str =
    "import { Buffer } from 'buffer'; import process from 'process'; export { Buffer, process };\n";
const NET: &str = "export const isIP = () => 0, isIPv4 = () => false, isIPv6 = () => false;\n";
const ALIASES: [&str; 3] =
    ["crypto=crypto-browserify", "stream=stream-browserify", "vm=vm-browserify"];

/// What is bundled, and how the browser loads it.
const SCRIPTS: [(&str, &str); 4] =
    [("inject", "iife"), ("content", "iife"), ("background", "esm"), ("c2pa", "esm")];

/// The peer as an unpacked extension for Chromium. It is taken from `SAYSO_PEER`, a copy of its
/// repository, where that is set.
pub fn built() -> Result<PathBuf> {
    let folder = run::target("tools/peer");
    let package = folder.join("package");
    let mark = folder.join("built");
    if fs::read_to_string(&mark).is_ok_and(|there| there == COMMIT) {
        return Ok(package);
    }
    // What an interrupted run has left is not to be trusted.
    let _ = fs::remove_dir_all(&folder);
    let sources = folder.join("sources");
    fs::create_dir_all(&package)?;
    let from = std::env::var("SAYSO_PEER").unwrap_or(SOURCE.to_string());
    println!("building {from}");
    run::quiet(run::program("git", ["clone", "--quiet", "--no-checkout", &from]).arg(&sources))?;
    let checkout = ["checkout", "--quiet", COMMIT, "--", "src", "public", "tsconfig.json"];
    run::quiet(run::program("git", checkout).current_dir(&sources))?;
    let modules = tools::npm_peer()?;
    for (name, format) in SCRIPTS {
        bundle(&sources, &modules, &package, name, format)?;
    }
    for file in run::files_below(&sources.join("public"))? {
        copy(&sources.join("public").join(&file), &package.join(&file))?;
    }
    copy(&sources.join("src/manifest.chrome.v3.json"), &package.join("manifest.json"))?;
    let reader = modules.join("c2pa/dist");
    copy(&reader.join("c2pa.worker.min.js"), &package.join("c2pa.worker.js"))?;
    copy(&reader.join("assets/wasm/toolkit_bg.wasm"), &package.join("toolkit_bg.wasm"))?;
    fs::write(&mark, COMMIT)?;
    Ok(package)
}

fn bundle(sources: &Path, modules: &Path, package: &Path, name: &str, format: &str) -> Result<()> {
    let (globals, net) = (sources.join("sayso-globals.js"), sources.join("sayso-net.js"));
    fs::write(&globals, GLOBALS)?;
    fs::write(&net, NET)?;
    let mut command = run::program(modules.join(".bin/esbuild"), [format!("src/{name}.ts")]);
    command
        .current_dir(sources)
        .env("NODE_PATH", modules)
        .args(["--bundle", "--minify", "--platform=browser", "--log-level=error"])
        .arg(format!("--format={format}"))
        // As its build for users has it.
        .args(["--define:process.env.NODE_ENV=\"production\""])
        .args(["--define:process.env.AUTO_SCAN=\"true\""])
        .arg(format!("--inject:{}", globals.display()))
        .arg(format!("--alias:net={}", net.display()))
        // What it would read from a file stands above.
        .arg(format!("--alias:dotenv/config={}", net.display()))
        .args(ALIASES.map(|alias| format!("--alias:{alias}")))
        .arg(format!("--outfile={}", package.join(name).with_extension("js").display()));
    run::quiet(&mut command).map(|_| ())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("{} is missing", from.display())).map(|_| ())
}
