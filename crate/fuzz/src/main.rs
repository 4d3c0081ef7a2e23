//! The program that libFuzzer drives: one target, chosen by `SAYSO_FUZZ_TARGET`.
//!
//! With `SAYSO_FUZZ_SEEDS` it only writes the target's seeds into that folder. With
//! `SAYSO_FUZZ_COSTS` it keeps the highest costs in that file: nanoseconds and bytes of the dearest
//! inputs, and the milliseconds of all. `cargo xtask fuzz` knows all three.

#![no_main]
// The macro exports the functions that libFuzzer calls by name.
#![allow(unsafe_code, missing_docs)]

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sayso_fuzz::ceiling::Cost;
use sayso_fuzz::{Target, ceiling, seeds, targets};

static TARGET: OnceLock<&Target> = OnceLock::new();
static COSTS: Mutex<Costs> = Mutex::new(Costs::NONE);

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
        match ceiling::measured(data, |bytes| target.read(bytes)) {
            Ok(cost) => COSTS.lock().unwrap_or_else(PoisonError::into_inner).add(cost),
            Err(fault) => panic!("{}: {fault}", target.name),
        }
    }
);

/// What reading has cost since the start.
struct Costs {
    highest: Cost,
    all: Duration,
    /// `all`, when the file was last written.
    written: Duration,
}

impl Costs {
    const NONE: Self = Self {
        highest: Cost { time: Duration::ZERO, bytes: 0 },
        all: Duration::ZERO,
        written: Duration::ZERO,
    };

    /// Counts one input, and writes the file where it would otherwise say too little: the engine
    /// ends the program without a word.
    fn add(&mut self, cost: Cost) {
        let dearer = cost.time > self.highest.time || cost.bytes > self.highest.bytes;
        self.highest.time = self.highest.time.max(cost.time);
        self.highest.bytes = self.highest.bytes.max(cost.bytes);
        self.all += cost.time;
        if !dearer && self.all - self.written < Duration::from_millis(500) {
            return;
        }
        self.written = self.all;
        if let Some(file) = std::env::var_os("SAYSO_FUZZ_COSTS") {
            let (time, bytes) = (self.highest.time.as_nanos(), self.highest.bytes);
            let line = format!("{time} {bytes} {}\n", self.all.as_millis());
            // A full disk must not look like a find.
            let _ = std::fs::write(file, line);
        }
    }
}
