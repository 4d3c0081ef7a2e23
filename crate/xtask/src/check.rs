//! What is checked without running anything of ours.

use std::process::Command;

use anyhow::{Result, bail};

use crate::test::BROWSER_FEATURE;
use crate::{extension, lint, run, tidy, tools, wasm};

/// One check: its name, and how it is done.
pub type Check = (&'static str, fn() -> Result<()>);

/// All of them, the quick ones first. They need the packages that `build` makes.
pub const CHECKS: &[Check] = &[
    ("formatting", formatting),
    ("tidy", tidy::house),
    ("types of the JavaScript", types),
    ("Firefox's linter", lint::built),
    ("clippy", clippy),
    ("clippy, wasm", clippy_wasm),
    ("generated files", tidy::generated),
];

/// Runs them all and names those that failed.
pub fn check() -> Result<()> {
    extension::build(wasm::Profile::Quick)?;
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        println!("── {name}");
        if let Err(error) = check() {
            eprintln!("{error:#}");
            failed.push(*name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join("; "));
    }
    Ok(())
}

fn formatting() -> Result<()> {
    tools::rust_component("rustfmt", "fmt")?;
    run::show(&mut run::cargo(["fmt", "--all", "--check"]))
        .map_err(|_| anyhow::anyhow!("some files are not formatted; run: cargo fmt --all"))
}

fn clippy() -> Result<()> {
    tools::rust_component("clippy", "clippy")?;
    let mut command = run::cargo(["clippy", "--quiet", "--all-targets"]);
    command.args(["--features", BROWSER_FEATURE, "--", "-D", "warnings"]);
    run::show(&mut command)
}

fn clippy_wasm() -> Result<()> {
    tools::rust_component("clippy", "clippy")?;
    run::show(&mut wasm::clippy(wasm::Std::choose()?))
}

/// Types the JavaScript against those the module was built with.
fn types() -> Result<()> {
    for (project, globals) in [("extension", "chrome"), ("tests/bench", "node")] {
        let mut tsc: Command = tools::tsc()?;
        tsc.args(["--noEmit", "--pretty", "false", "--types", globals, "--project"]);
        tsc.arg(format!("{project}/jsconfig.json"));
        run::show(tsc.arg("--typeRoots").arg(tools::node_modules("@types")))?;
    }
    Ok(())
}
