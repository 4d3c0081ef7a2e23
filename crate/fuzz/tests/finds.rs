//! Inputs that once broke a reader, and the seeds: none may break it again.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use sayso_fuzz::{TARGETS, ceiling, seeds, targets};

/// Memory is counted for the whole process, so one input is read at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

#[test]
fn kept_inputs_break_nothing() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|held| held.into_inner());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("finds");
    let mut read = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let target =
            targets::named(&name).unwrap_or_else(|| panic!("finds/{name}: no such target"));
        for file in fs::read_dir(entry.path()).unwrap().flatten() {
            let bytes = fs::read(file.path()).unwrap();
            let cost = ceiling::measured(&bytes, |bytes| target.read(bytes));
            assert!(cost.is_ok(), "finds/{name}/{:?}: {cost:?}", file.file_name());
            read += 1;
        }
    }
    println!("{read} kept inputs");
}

#[test]
fn seeds_break_nothing_and_every_target_has_some() {
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(|held| held.into_inner());
    for target in TARGETS {
        let seeds = seeds::own(target);
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for seed in seeds.iter().chain(&[Vec::new(), vec![0xff; 64]]) {
            let cost = ceiling::measured(seed, |bytes| target.read(bytes));
            assert!(cost.is_ok(), "{}: {cost:?}", target.name);
        }
    }
}
