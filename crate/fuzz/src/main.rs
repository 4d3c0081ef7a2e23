//! The program that libFuzzer drives: one target, chosen by `SAYSO_FUZZ_TARGET`.
//!
//! With `SAYSO_FUZZ_SEEDS` it only writes the target's seeds into that folder. `cargo xtask fuzz`
//! knows both.

#![no_main]
// The macro exports the functions that libFuzzer calls by name.
#![allow(unsafe_code, missing_docs)]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use sayso_fuzz::{Target, ceiling, seeds, targets};

static TARGET: OnceLock<&Target> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("SAYSO_FUZZ_TARGET").unwrap_or_default();
        let target = targets::named(&name).unwrap_or_else(|| panic!("no target '{name}'"));
        let _ = TARGET.set(target);
        if let Some(folder) = std::env::var_os("SAYSO_FUZZ_SEEDS").map(PathBuf::from) {
            for (number, seed) in seeds::of(target, &seeds::shared()).iter().enumerate() {
                std::fs::write(folder.join(format!("{number}")), seed).expect("seeds are written");
            }
            println!("{}", target.longest());
            std::process::exit(0);
        }
    },
    |data: &[u8]| {
        let target = TARGET.get().expect("chosen before the first input");
        if let Err(fault) = ceiling::measured(data, |bytes| target.read(bytes)) {
            panic!("{}: {fault}", target.name);
        }
    }
);
