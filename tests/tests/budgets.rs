//! How many instructions the paths cost that are walked most, against `tests/budgets.tsv`.
//!
//! Counted by callgrind, so that neither the machine's speed nor its load matters; of the build for
//! tests, which is why only changes tell something. Where valgrind is missing this is left out.

#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};

/// How far a count may be from its budget. Kinds of processors and hash tables' seeds make less.
const SLACK: f64 = 0.1;

#[test]
fn no_path_costs_a_tenth_more_or_less_than_its_budget() {
    let there = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("skipped: valgrind is not installed, so no instructions are counted");
        return;
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("budgets");
    std::fs::create_dir_all(&folder).unwrap();
    let program = env!("CARGO_BIN_EXE_budget");
    assert!(Command::new(program).arg("make").arg(&folder).status().unwrap().success());
    let budgets = include_str!("../budgets.tsv").lines().filter(|line| !line.starts_with('#'));
    let budgets: Vec<(&str, f64)> = budgets
        .map(|line| line.split_once('\t').unwrap())
        .map(|(path, millions)| (path, millions.parse().unwrap()))
        .collect();
    // Side by side: counting is slow, and one does not disturb the other.
    let counted: Vec<f64> = std::thread::scope(|scope| {
        let folder = &folder;
        let started: Vec<_> = budgets
            .iter()
            .map(|(path, _)| scope.spawn(move || instructions(program, path, folder)))
            .collect();
        started.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut wrong = Vec::new();
    for ((path, budget), millions) in budgets.iter().zip(counted) {
        let ratio = millions / budget;
        println!("{path:<28}{millions:>10.2} million instructions, {ratio:.3} of its budget");
        if ratio > 1.0 + SLACK {
            wrong.push(format!("{path} costs {millions:.2} million instructions, its budget in tests/budgets.tsv is {budget}: make it cheaper, or say in the commit what the rest is for"));
        }
        if ratio < 1.0 - SLACK {
            wrong.push(format!("{path} costs {millions:.2} million instructions only: lower its budget in tests/budgets.tsv from {budget}, so that it stays so"));
        }
    }
    assert!(budgets.len() >= 5 && wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Millions of instructions within `hot_path`.
fn instructions(program: &str, path: &str, folder: &std::path::Path) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*hot_path*"])
        .arg(program)
        .args(["run", path])
        .arg(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = said.lines().find_map(|line| line.split_once("Collected : "));
    let count: Option<f64> = count.and_then(|(_, number)| number.trim().parse().ok());
    match count {
        Some(count) if output.status.success() && count > 0.0 => count / 1e6,
        _ => panic!("{path} was not counted:\n{said}"),
    }
}
