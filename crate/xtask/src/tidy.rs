//! The rules of the house that no other tool knows.
//!
//! Each rule reads the files and returns sentences; a sentence tells a newcomer
//! what to do. `crate/README.md` has the table of corridors that is enforced here.

mod corridor;
mod house;
mod language;
mod lists;
mod outside;
mod phrases;
mod store;
mod tongues;

use anyhow::{Result, bail};

use crate::{bless, extension, manifest, run, sizes, wasm};

pub use house::House;

/// Everything at once, with the module built for the files that are made from it.
pub fn tidy() -> Result<()> {
    extension::build(wasm::Profile::Quick)?;
    let rules = house();
    let files = generated();
    rules.and(files)
}

/// The rules that are about what was written.
pub fn house() -> Result<()> {
    let files = House::read(&run::root())?;
    let mut faults = Vec::new();
    for rule in [
        corridor::faults,
        language::faults,
        lists::faults,
        outside::faults,
        phrases::faults,
        store::faults,
        tongues::faults,
    ] {
        faults.extend(rule(&files));
    }
    faults.extend(outside::dependencies()?);
    files.print_sizes();
    fail(faults)
}

/// What no package may lack, though the house may while one works.
pub fn translated() -> Result<()> {
    fail(tongues::lacking(&House::read(&run::root())?))
}

/// The files that are made, and the budget that every page pays.
pub fn generated() -> Result<()> {
    let mut faults: Vec<String> = bless::stale()?
        .into_iter()
        .map(|path| format!("{path} is out of date: run cargo xtask bless and commit the change"))
        .collect();
    let package = run::target("extension").join(manifest::Browser::Chromium.name());
    let weight = [sizes::content_scripts(&package)?];
    sizes::table(&weight);
    faults.extend(sizes::within(&weight).err().map(|error| error.to_string()));
    fail(faults)
}

fn fail(faults: Vec<String>) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        println!("{fault}");
    }
    bail!("{} to put right", faults.len())
}
