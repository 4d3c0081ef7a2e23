//! Fuzzing: every reader of foreign bytes, with inputs that learn from what they reach.
//!
//! The targets and the ceilings are `crate/fuzz`; the engine is libFuzzer. The stable compiler
//! instruments the code when it is told so by name, so no nightly is needed. All that is built and
//! learnt lies in `target/fuzz`; what breaks a reader is made small and kept in `crate/fuzz/finds`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::run;

/// What `cargo fuzz` tells the compiler, without the sanitizers: those need nightly.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// Seconds after which an input counts as one without an end. What takes more than a second of
/// its own time is found by the target itself.
const ENDLESS: u32 = 30;

/// Runs one target or all of them, each for so many seconds.
pub fn fuzz(args: &[String]) -> Result<()> {
    let usage = "cargo xtask fuzz SECONDS [TARGET]";
    let seconds: u32 = args.first().context(usage)?.parse().context(usage)?;
    let program = build()?;
    let all = names()?;
    let chosen: Vec<&String> = match args.get(1) {
        Some(wanted) => all.iter().filter(|name| name.starts_with(wanted.as_str())).collect(),
        None => all.iter().collect(),
    };
    if chosen.is_empty() {
        bail!("there is no such target; there are: {}", all.join(", "));
    }
    let mut rows = Vec::new();
    for name in chosen {
        println!("\n━━ {name}");
        let row = one(&program, name, seconds)?;
        println!("{row}");
        rows.push(row);
    }
    println!(
        "\n{:<18}{:>8}{:>12}{:>9}{:>9}{:>8}{:>7}",
        "target", "seconds", "inputs", "edges", "features", "corpus", "finds"
    );
    rows.iter().for_each(|row| println!("{row}"));
    let finds: usize = rows.iter().map(|row| row.finds).sum();
    if finds > 0 {
        bail!("{finds} finds, in crate/fuzz/finds");
    }
    Ok(())
}

/// The instrumented program.
fn build() -> Result<PathBuf> {
    let host = run::ask("rustc", ["--print", "host-tuple"]).context("rustc does not answer")?;
    let folder = run::target("fuzz");
    // With the target named, programs that run while building are not instrumented.
    let mut command =
        run::cargo(["build", "--package", "sayso-fuzz", "--features", "engine", "--bin", "fuzz"]);
    command
        .args(["--profile", "fuzz", "--target", &host])
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"))
        .env("CARGO_TARGET_DIR", &folder);
    run::show(&mut command)?;
    Ok(folder.join(host).join("fuzz").join("fuzz"))
}

/// The names of the targets, as they stand in the list.
fn names() -> Result<Vec<String>> {
    let text = run::text("crate/fuzz/src/targets.rs")?;
    let lines = text.lines().filter_map(|l| l.trim().strip_prefix("target(\""));
    Ok(lines.filter_map(|l| Some(l.split_once('"')?.0.to_string())).collect())
}

/// What came of one target.
#[derive(Default)]
struct Row {
    name: String,
    seconds: u32,
    inputs: u64,
    edges: u64,
    features: u64,
    corpus: String,
    finds: usize,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:<18}{:>8}{:>12}{:>9}{:>9}{:>8}{:>7}",
            self.name,
            self.seconds,
            self.inputs,
            self.edges,
            self.features,
            self.corpus,
            self.finds
        )
    }
}

fn one(program: &Path, name: &str, seconds: u32) -> Result<Row> {
    let folder = |kind: &str| -> Result<PathBuf> {
        let path = run::target("fuzz").join(kind).join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    };
    let (learnt, seeds, broken) = (folder("learnt")?, folder("seeds")?, folder("broken")?);
    let mut command = run::program(program, [] as [&str; 0]);
    command.env("SAYSO_FUZZ_TARGET", name).env("SAYSO_FUZZ_SEEDS", &seeds);
    let longest = run::quiet(&mut command)?.trim().to_string();
    let before = files(&broken)?;
    let mut command = run::program(program, [&learnt, &seeds]);
    command.env("SAYSO_FUZZ_TARGET", name).args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={longest}"),
        format!("-timeout={ENDLESS}"),
        format!("-artifact_prefix={}/", broken.display()),
        "-rss_limit_mb=2048".to_string(),
        "-print_final_stats=1".to_string(),
        "-close_fd_mask=1".to_string(),
        "-reload=0".to_string(),
    ]);
    let output = command.stdin(Stdio::null()).output().context("cannot start the fuzzer")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let mut row = read(name, &said);
    row.seconds = seconds;
    for find in files(&broken)?.difference(&before) {
        row.finds += 1;
        let why = said.lines().filter(|l| l.contains("panicked at") || l.contains("ERROR"));
        why.take(3).for_each(|line| println!("{line}"));
        let panic = said.lines().skip_while(|l| !l.contains("panicked at")).skip(1).take(2);
        panic.for_each(|line| println!("{line}"));
        println!("kept: {}", keep(program, name, &broken.join(find))?.display());
    }
    if !output.status.success() && row.finds == 0 {
        bail!("{name}: the fuzzer stopped by itself\n{said}");
    }
    Ok(row)
}

fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let names =
        fs::read_dir(folder)?.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    Ok(names.filter(|name| !name.starts_with("minimized")).collect())
}

/// Makes an input small and puts it among the kept ones.
fn keep(program: &Path, name: &str, find: &Path) -> Result<PathBuf> {
    let small = find.with_extension("small");
    let mut command: Command = run::program(program, [find]);
    command.env("SAYSO_FUZZ_TARGET", name).args([
        "-minimize_crash=1".to_string(),
        "-max_total_time=20".to_string(),
        format!("-timeout={ENDLESS}"),
        format!("-exact_artifact_path={}", small.display()),
    ]);
    // It ends with a failure by design; where it made nothing smaller, the find stays as it is.
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let bytes = fs::read(&small).or_else(|_| fs::read(find))?;
    let _ = fs::remove_file(&small);
    let number: String =
        Sha256::digest(&bytes).iter().take(6).map(|b| format!("{b:02x}")).collect();
    let kept = run::root().join("crate/fuzz/finds").join(name).join(number);
    run::write(&kept, &bytes)?;
    Ok(kept)
}

/// Reads what libFuzzer tells: `#1234 DONE cov: 56 ft: 78 corp: 9/10Kb …` and its last numbers.
fn read(name: &str, said: &str) -> Row {
    let mut row = Row { name: name.to_string(), ..Row::default() };
    for line in said.lines() {
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            row.inputs = count.trim().parse().unwrap_or(row.inputs);
        }
        if !line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let count = words.next().and_then(|w| w.strip_prefix('#')?.parse().ok());
        row.inputs = count.unwrap_or(row.inputs);
        while let Some(word) = words.next() {
            let mut number = |old: u64| words.next().and_then(|w| w.parse().ok()).unwrap_or(old);
            match word {
                "cov:" => row.edges = number(row.edges),
                "ft:" => row.features = number(row.features),
                "corp:" => {
                    let most = words.next().and_then(|w| w.split('/').next()).unwrap_or_default();
                    row.corpus = most.to_string();
                }
                _ => {}
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fuzzers_last_line_counts() {
        let said = "INFO: seed\n#2\tINITED cov: 11 ft: 12 corp: 1/1b exec/s: 0 rss: 32Mb\n\
                    #90\tDONE   cov: 20 ft: 31 corp: 4/9Kb lim: 4 exec/s: 45 rss: 33Mb\n\
                    stat::number_of_executed_units: 91\n";
        let row = read("xmp", said);
        assert_eq!((row.inputs, row.edges, row.features), (91, 20, 31));
        assert_eq!(row.corpus, "4");
    }

    #[test]
    fn the_targets_are_found_in_their_list() {
        let names = names().unwrap();
        assert!(names.len() > 40 && names.contains(&"robots".to_string()), "{names:?}");
    }
}
