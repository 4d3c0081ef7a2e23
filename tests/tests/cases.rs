//! Plays every case in `tests/cases`, each twice. `SAYSO_BLESS=1` rewrites the card blocks.

use std::path::{Path, PathBuf};
use std::{env, fs};

use sayso_tests::case::{Case, play};

#[test]
fn every_case_says_what_it_must() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let only = env::var("SAYSO_CASE").unwrap_or_default();
    let bless = env::var("SAYSO_BLESS").is_ok_and(|b| b == "1");
    let mut failures = Vec::new();
    let mut played = 0;
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        if !name.contains(&only) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a case is a text file");
        played += 1;
        if let Err(why) = judge(&path, &text, bless) {
            failures.push(format!("── {name}\n{why}"));
        }
    }
    println!("{played} cases, each played twice; {} failed", failures.len());
    assert!(played > 0, "no case was played");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn judge(path: &Path, text: &str, bless: bool) -> Result<(), String> {
    let case = Case::parse(text)?;
    let told = play(&case, false)?;
    let again = play(&case, true)?;
    if told != again {
        return Err(format!("a worker that dies tells another card:\n{told}\n…\n{again}"));
    }
    if squeeze(&told) == squeeze(&case.card) {
        return Ok(());
    }
    if bless {
        let start = text.rfind("```card").ok_or("no card block")?;
        let blessed = format!("{}```card\n{told}\n```\n", &text[..start]);
        return fs::write(path, blessed).map_err(|e| e.to_string());
    }
    Err(format!("expected\n{}\ntold\n{told}\n", case.card))
}

/// Columns are padded for the eye only.
fn squeeze(block: &str) -> Vec<String> {
    block.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let entries = fs::read_dir(dir).map(|d| d.flatten().collect::<Vec<_>>()).unwrap_or_default();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
