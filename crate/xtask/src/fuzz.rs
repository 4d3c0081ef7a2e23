//! Fuzzing: every reader of foreign bytes, with inputs that learn from what they reach.
//!
//! The targets and the ceilings are `crate/fuzz`; the engine is libFuzzer. The stable compiler
//! instruments the code when it is told so by name, so no nightly is needed. All that is built and
//! learnt lies in `target/fuzz`; what breaks a reader is made small and kept in `crate/fuzz/finds`.
//! Each target of each run adds a line to `target/fuzz/runs.tsv`; the table at the end is the sum
//! of all of them, so that many short runs can stand for a long one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

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
    let (mut rows, mut stopped) = (Vec::new(), Vec::new());
    for name in chosen {
        println!("\n━━ {name}");
        // One that cannot run says so at the end; the others still have their turn.
        match one(&program, name, seconds) {
            Ok(row) => {
                println!("{HEADING}\n{row}");
                remember(&row)?;
                rows.push(row);
            }
            Err(why) => stopped.push(format!("{why:#}")),
        }
    }
    println!("\nthis run\n{HEADING}");
    rows.iter().for_each(|row| println!("{row}"));
    println!("\nall runs\n{HEADING}");
    for name in &all {
        totals(name)?.iter().for_each(|row| println!("{row}"));
    }
    let finds: usize = rows.iter().map(|row| row.finds).sum();
    if finds > 0 {
        bail!("{finds} finds, in crate/fuzz/finds");
    }
    if !stopped.is_empty() {
        bail!("{}", stopped.join("\n"));
    }
    Ok(())
}

/// Adds a row to what is known of all runs.
fn remember(row: &Row) -> Result<()> {
    let path = run::target("fuzz").join("runs.tsv");
    let mut file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    let words = [
        row.seconds.to_string(),
        row.inputs.to_string(),
        row.reading_ms.to_string(),
        row.slowest_ns.to_string(),
        row.largest.to_string(),
        row.edges.to_string(),
        row.corpus.clone(),
        row.finds.to_string(),
    ];
    writeln!(file, "{}\t{}", row.name, words.join("\t"))?;
    Ok(())
}

/// The sum of all runs of one target, where there was one.
fn totals(name: &str) -> Result<Option<Row>> {
    let text = fs::read_to_string(run::target("fuzz").join("runs.tsv"))?;
    Ok(sum(name, &text))
}

fn sum(name: &str, text: &str) -> Option<Row> {
    let mut total = None;
    for line in text.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        let [of, seconds, inputs, reading, slowest, largest, edges, corpus, finds] = words[..]
        else {
            continue;
        };
        if of != name {
            continue;
        }
        let number = |word: &str| word.parse::<u64>().unwrap_or_default();
        let row = total.get_or_insert_with(|| Row { name: name.to_string(), ..Row::default() });
        row.seconds = row.seconds.saturating_add(u32::try_from(number(seconds)).unwrap_or(0));
        row.inputs += number(inputs);
        row.reading_ms += number(reading);
        row.slowest_ns = row.slowest_ns.max(number(slowest));
        row.largest = row.largest.max(number(largest));
        row.edges = row.edges.max(number(edges));
        row.corpus = corpus.to_string();
        row.finds += usize::try_from(number(finds)).unwrap_or(0);
    }
    total
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
    /// By the clock on the wall; on a busy machine little of it may have been ours.
    seconds: u32,
    inputs: u64,
    /// The reader's own time, of all inputs.
    reading_ms: u64,
    /// The reader's own time with the slowest input.
    slowest_ns: u64,
    /// Bytes that the dearest input held at its height.
    largest: u64,
    edges: u64,
    corpus: String,
    finds: usize,
}

const HEADING: &str = "target             seconds      inputs  reading s  slowest ms  largest KiB    \
                       edges  corpus  finds";

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:<18}{:>8}{:>12}{:>11}{:>12.1}{:>13}{:>9}{:>8}{:>7}",
            self.name,
            self.seconds,
            self.inputs,
            self.reading_ms / 1000,
            self.slowest_ns as f64 / 1e6,
            self.largest >> 10,
            self.edges,
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
    let costs = run::target("fuzz").join("costs");
    let _ = fs::remove_file(&costs);
    let mut command = run::program(program, [&learnt, &seeds]);
    command.env("SAYSO_FUZZ_TARGET", name).env("SAYSO_FUZZ_COSTS", &costs).args([
        format!("-max_total_time={seconds}"),
        format!("-max_len={longest}"),
        format!("-timeout={ENDLESS}"),
        format!("-artifact_prefix={}/", broken.display()),
        "-rss_limit_mb=2048".to_string(),
        "-print_final_stats=1".to_string(),
        "-close_fd_mask=1".to_string(),
        "-reload=0".to_string(),
    ]);
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().context("cannot start the fuzzer")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let mut row = read(name, &said);
    row.seconds = u32::try_from(start.elapsed().as_secs()).unwrap_or(seconds);
    if let Ok(text) = fs::read_to_string(&costs) {
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
        if let [slowest, largest, all] = numbers[..] {
            (row.slowest_ns, row.largest, row.reading_ms) = (slowest, largest, all);
        }
    }
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
        assert_eq!((row.inputs, row.edges), (91, 20));
        assert_eq!(row.corpus, "4");
    }

    #[test]
    fn runs_add_up_and_the_dearest_stays() {
        let text = "xmp\t10\t100\t9000\t5\t700\t20\t3\t0\nexif\t1\t1\t1\t1\t1\t1\t1\t1\n\
                    xmp\t20\t50\t8000\t9\t600\t19\t4\t1\n";
        let row = sum("xmp", text).unwrap();
        assert_eq!((row.seconds, row.inputs, row.reading_ms), (30, 150, 17_000));
        assert_eq!((row.slowest_ns, row.largest, row.edges, row.finds), (9, 700, 20, 1));
        assert!(sum("rsl", text).is_none());
    }

    #[test]
    fn the_targets_are_found_in_their_list() {
        let names = names().unwrap();
        assert!(names.len() > 40 && names.contains(&"robots".to_string()), "{names:?}");
    }
}
