//! Every test there is, on a machine that may have nothing yet.
//!
//! One step's failure does not hide the next one's: all are run, then counted.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};

use crate::check::CHECKS;
use crate::tools::{self, Browsers, Geckodriver};
use crate::{extension, run, wasm};

/// The part of the tests crate that drives browsers; off for who only tests the core.
pub const BROWSER_FEATURE: &str = "sayso-tests/browser";

/// Runs them all, and closes with the number that passed and failed.
pub fn test() -> Result<()> {
    let mut steps = Steps::default();
    let tools = steps.take("tools", |_| {
        let browsers = Browsers::have()?;
        tools::judges();
        Ok((browsers, Geckodriver::start()?))
    });
    let built = steps.take("extension", |_| extension::build(wasm::Profile::Quick));
    for (name, check) in CHECKS {
        steps.take(name, |_| check());
    }
    steps.take("tests of core, command line, xtask, cases, suites", |count| {
        // With the features of the browser tests, so that nothing is compiled twice; the
        // browser tests themselves wait for their own step.
        let mut command = run::cargo(["test", "--no-fail-fast", "--features", BROWSER_FEATURE]);
        counted(command.env("SAYSO_BROWSERS", "later"), count)
    });
    steps.take("tests in Chromium and Firefox", |count| {
        let (Some((browsers, geckodriver)), Some(built)) = (tools, built) else {
            bail!("not run, because a step before it failed");
        };
        geckodriver.finish()?;
        let environment = browsers.environment(&built);
        // Side by side, each with hosts and a proxy of its own; in each one check at a time, for
        // two in one browser would take each other's focus.
        let results = thread::scope(|scope| {
            let started = ["chromium::", "firefox::"].map(|browser| {
                let environment = environment.clone();
                scope.spawn(move || {
                    let mut count = Count::default();
                    // Of the same packages as before: features are joined over all that are
                    // chosen, and one package alone would have its dependencies compiled anew.
                    let words = ["test", "--features", BROWSER_FEATURE, "--test", "browser"];
                    let mut command = run::cargo(words);
                    command.args(["--", "--test-threads=1", browser]).envs(environment);
                    let result = counted(&mut command, &mut count);
                    (result, count)
                })
            });
            started.map(|browser| browser.join())
        });
        let mut all = Ok(());
        for joined in results {
            let (result, one) = joined.map_err(|_| anyhow!("the tests of a browser panicked"))?;
            count.passed += one.passed;
            count.failed += one.failed;
            all = all.and(result);
        }
        all
    });
    steps.close()
}

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    passed: u64,
    failed: u64,
}

#[derive(Default)]
struct Steps {
    rows: Vec<(String, Duration, Count, Option<String>)>,
}

impl Steps {
    /// Runs one step under its heading; its failure is kept for the end.
    fn take<T>(&mut self, name: &str, step: impl FnOnce(&mut Count) -> Result<T>) -> Option<T> {
        println!("\n━━ {name}");
        let since = Instant::now();
        let mut count = Count::default();
        let (result, error) = match step(&mut count) {
            Ok(result) => (Some(result), None),
            Err(error) => {
                println!("{error:#}");
                (None, Some(format!("{error:#}")))
            }
        };
        let time = since.elapsed();
        let word = if error.is_none() { "done" } else { "FAILED" };
        println!("━━ {name}: {word} in {}", clock(time));
        self.rows.push((name.to_string(), time, count, error));
        result
    }

    /// The table, the failures, and the line that CI reads.
    fn close(self) -> Result<()> {
        println!("\n{:<52}{:>8}{:>8}{:>8}", "step", "time", "passed", "failed");
        let mut total = Count::default();
        let mut time = Duration::ZERO;
        for (name, took, count, error) in &self.rows {
            let mark = if error.is_none() { "" } else { "  FAILED" };
            println!("{name:<52}{:>8}{:>8}{:>8}{mark}", clock(*took), count.passed, count.failed);
            total.passed += count.passed;
            // A step that failed without a failed test (it did not compile, say) counts as one.
            total.failed += count.failed.max(u64::from(error.is_some()));
            time += *took;
        }
        println!("{:<52}{:>8}", "all", clock(time));
        for (name, _, _, error) in &self.rows {
            if let Some(error) = error {
                let first = error.lines().next().unwrap_or_default();
                println!("{name}: {first}");
            }
        }
        println!("\n{} passed, {} failed", total.passed, total.failed);
        if total.failed > 0 { Err(anyhow!("{} failed", total.failed)) } else { Ok(()) }
    }
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Runs a `cargo test`, shows it as it goes, and adds up its result lines.
fn counted(command: &mut Command, count: &mut Count) -> Result<()> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo test")?;
    if let Some(out) = child.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line?;
            println!("{line}");
            if let Some(one) = result_line(&line) {
                count.passed += one.passed;
                count.failed += one.failed;
            }
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("cargo test failed ({} tests failed)", count.failed);
    }
    if count.passed == 0 {
        bail!("cargo test ran no test");
    }
    Ok(())
}

/// Reads `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
fn result_line(line: &str) -> Option<Count> {
    let rest = line.trim_start().strip_prefix("test result: ")?;
    let before = |word: &str| -> Option<u64> {
        rest.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
    };
    Some(Count { passed: before("passed")?, failed: before("failed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.21s";
        assert_eq!(result_line(line), Some(Count { passed: 12, failed: 3 }));
        assert_eq!(result_line("test reading ... ok"), None);
        assert_eq!(result_line("running 3 tests"), None);
    }

    #[test]
    fn a_step_that_fails_without_tests_counts_as_one_failure() {
        let mut steps = Steps::default();
        steps.take("compiles", |_| -> Result<()> { bail!("no") });
        assert_eq!(steps.close().unwrap_err().to_string(), "1 failed");
    }

    #[test]
    fn steps_that_pass_close_without_an_error() {
        let mut steps = Steps::default();
        steps.take("runs", |count| {
            count.passed += 2;
            Ok(())
        });
        assert!(steps.close().is_ok());
    }
}
