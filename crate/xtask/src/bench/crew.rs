//! Programs that wait for tasks: ours and the judges, native, in node, in a browser, in Python.
//!
//! Each takes a line of JSON and answers a line; see `tests/bench/` and `bench_native`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use super::table::median;
use crate::tools::{self, Browsers};
use crate::{run, wasm};

/// Turns that ours and the judge take.
const ROUNDS: usize = 7;

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A native program.
    Native,
    /// Node.js.
    Node,
    /// A worker in Chromium.
    Chromium,
    /// Python.
    Python,
    /// Python with indexes of others.
    Searcher,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Native => "native",
            Who::Node => "node",
            Who::Chromium => "Chromium",
            Who::Python => "Python",
            Who::Searcher => "Python with faiss and usearch",
        })
    }
}

impl Who {
    /// How ours runs there.
    pub fn named(self) -> String {
        match self {
            Who::Native => "native".into(),
            who => format!("wasm in {who}"),
        }
    }
}

/// A task and who does it.
pub type Side = (Who, &'static str);

/// Those who are there.
pub struct Crew {
    hired: BTreeMap<Who, Program>,
    /// What has been said to fail already.
    told: BTreeSet<(Who, String)>,
    hurried: bool,
}

struct Program {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Crew {
    /// Builds, installs and starts what can be had, and makes the files; says who stays away.
    pub fn hire(wanted: &[Who]) -> Result<Crew> {
        let native = native()?;
        run::show(run::program(&native, ["make"]).arg(run::target("bench")))?;
        let scripts = wanted.contains(&Who::Node) || wanted.contains(&Who::Chromium);
        let places = if scripts { Some(modules()?) } else { None };
        let mut crew = Crew::of_nobody();
        for who in wanted {
            let command = match (who, &places) {
                (Who::Native, _) => Ok(Command::new(&native)),
                (Who::Python, _) => tools::iscc_sdk(),
                (Who::Searcher, _) => tools::searchers(),
                (Who::Node, Some(places)) => Ok(script("node.js", [], places)),
                (Who::Chromium, Some(places)) => Browsers::chromium().map(|chromium| {
                    let profile = run::target("bench/profile").into_os_string();
                    script("browser.js", [chromium.into_os_string(), profile], places)
                }),
                (_, None) => continue,
            };
            crew.add(*who, command);
        }
        Ok(crew)
    }

    /// Those who look codes up, and the file of what they are asked. Only two modules are built.
    pub fn hire_for_codes() -> Result<(Crew, PathBuf)> {
        let folder = run::target("bench/followed");
        run::show(run::program(native()?, ["follow"]).arg(&folder))?;
        let places = [wasm::build_one("following")?, wasm::build_bench()?, tools::node_modules("")];
        let mut crew = Crew::of_nobody();
        crew.add(Who::Node, Ok(script("node.js", [], &places)));
        crew.add(Who::Searcher, tools::searchers());
        Ok((crew, folder.join("questions.json")))
    }

    fn of_nobody() -> Crew {
        Crew { hired: BTreeMap::new(), told: BTreeSet::new(), hurried: false }
    }

    fn add(&mut self, who: Who, command: Result<Command>) {
        match command.and_then(Program::start) {
            Ok(program) => drop(self.hired.insert(who, program)),
            Err(error) => println!("{who} stays away: {error:#}"),
        }
    }

    /// From now on many small files are measured, each only shortly.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// All these tasks with one file, in turns.
    pub fn measure(&mut self, file: &Path, sides: &[Side]) -> Times {
        let mut times = Times::default();
        for _ in 0..ROUNDS {
            for side in sides {
                let time = self.ask(side.0, side.1, file).and_then(|a| a["ms"].as_f64());
                times.0.entry(*side).or_default().push(time);
            }
        }
        times
    }

    /// Bytes that a task takes.
    pub fn weigh(&mut self, who: Who, task: &str, file: &Path) -> Option<f64> {
        self.ask(who, task, file)?["bytes"].as_f64()
    }

    /// Milliseconds and bytes that the answer to a hostile file takes, and whether it is one.
    pub fn answer(&mut self, who: Who, file: &Path) -> Option<(f64, f64, bool)> {
        // One that fails says nothing about the next.
        self.told.remove(&(who, "answer".to_string()));
        let answer = self.ask(who, "answer", file)?;
        Some((answer["ms"].as_f64()?, answer["bytes"].as_f64()?, answer["said"].as_bool()?))
    }

    /// Milliseconds until a catalogue can be asked, and bytes that it takes.
    pub fn follow(&mut self, file: &Path) -> Option<(f64, f64)> {
        let answer = self.ask(Who::Node, "follow", file)?;
        Some((answer["ms"].as_f64()?, answer["bytes"].as_f64()?))
    }

    fn ask(&mut self, who: Who, task: &str, file: &Path) -> Option<Value> {
        if self.told.contains(&(who, task.to_string())) {
            return None;
        }
        // The browser's clock costs a question of its own, which has to fade.
        let least = match (who, self.hurried) {
            (Who::Chromium, false) => 250,
            (Who::Chromium, true) => 60,
            (_, false) => 80,
            (_, true) => 20,
        };
        let line = json!({ "task": task, "file": file, "least": least });
        let answer = self.hired.get_mut(&who)?.ask(&line);
        match answer {
            Ok(answer) if answer.get("error").is_none() => Some(answer),
            Ok(answer) => {
                println!("{who}, {task}, {}: {}", file.display(), answer["error"]);
                if !self.hurried {
                    self.told.insert((who, task.to_string()));
                }
                None
            }
            Err(error) => {
                println!("{who} has left: {error:#}");
                self.hired.remove(&who);
                None
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        for (_, Program { mut child, input, .. }) in std::mem::take(&mut self.hired) {
            // The end of its tasks is the end of the program.
            drop(input);
            let _ = child.wait();
        }
    }
}

impl Program {
    fn start(mut command: Command) -> Result<Program> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        let input = child.stdin.take().ok_or_else(|| anyhow!("no input"))?;
        let output = child.stdout.take().ok_or_else(|| anyhow!("no output"))?;
        Ok(Program { child, input, output: BufReader::new(output).lines() })
    }

    fn ask(&mut self, line: &Value) -> Result<Value> {
        writeln!(self.input, "{line}")?;
        let answer = self.output.next().ok_or_else(|| anyhow!("it ended"))??;
        serde_json::from_str(&answer).with_context(|| format!("it answered {answer}"))
    }
}

/// The native program, compiled as the command line ships.
fn native() -> Result<std::path::PathBuf> {
    let name = "bench_native";
    let mut build = run::cargo(["build", "--quiet", "--release", "--package", "sayso-tests"]);
    // Whatever folder the outer cargo was told: this is where it is looked for.
    build.args(["--bin", name, "--target-dir"]).arg(run::target(""));
    run::show(&mut build)?;
    Ok(run::target("release").join(name))
}

/// Where the modules lie as they ship, the module for benchmarks, and the packages of others.
fn modules() -> Result<[std::path::PathBuf; 3]> {
    Ok([super::shipped()?.join("wasm"), wasm::build_bench()?, tools::npm_judges()?])
}

fn script<const N: usize>(
    name: &str,
    first: [std::ffi::OsString; N],
    places: &[std::path::PathBuf; 3],
) -> Command {
    let mut command = run::program("node", [run::root().join("tests/bench").join(name)]);
    command.args(first).args(places);
    command
}

/// What each side took in each round; nothing where it failed.
#[derive(Default)]
pub struct Times(BTreeMap<Side, Vec<Option<f64>>>);

impl Times {
    /// The middle of a side's rounds.
    pub fn median(&self, side: Side) -> Option<f64> {
        median(self.0.get(&side)?.iter().copied().flatten().collect())
    }

    /// Ours by the judge's, round by round; the middle.
    pub fn ratio(&self, ours: Side, judge: Side) -> Option<f64> {
        let (ours, judge) = (self.0.get(&ours)?, self.0.get(&judge)?);
        median(ours.iter().zip(judge).filter_map(|(a, b)| Some((*a)? / (*b)?)).collect())
    }

    /// Many files as one: a round for each of them.
    pub fn of_medians(files: &[Times], sides: &[Side]) -> Times {
        let of = |side: &Side| (*side, files.iter().map(|times| times.median(*side)).collect());
        Times(sides.iter().map(of).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Side = (Who::Node, "ours");
    const JUDGE: Side = (Who::Node, "judge");

    #[test]
    fn ratios_are_of_pairs_and_failures_take_their_pair_along() {
        let ours = vec![Some(1.0), None, Some(3.0), Some(10.0)];
        let judge = vec![Some(2.0), Some(9.0), Some(2.0), Some(100.0)];
        let times = Times([(OURS, ours), (JUDGE, judge)].into());
        assert_eq!(times.ratio(OURS, JUDGE), Some(0.5));
        assert_eq!(times.median(OURS), Some(3.0));
        assert_eq!(times.median((Who::Python, "ours")), None);
    }
}
