//! The written files of the repository, in memory, so that a rule is a function.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::run;

/// Every text file that people wrote, by its path.
#[derive(Default)]
pub struct House {
    files: BTreeMap<String, String>,
    /// Every file, text or not.
    pub paths: Vec<String>,
}

const KINDS: [&str; 8] = [".rs", ".js", ".html", ".css", ".json", ".md", ".toml", ".ts"];

impl House {
    /// Reads the repository.
    pub fn read(root: &Path) -> Result<House> {
        let mut house = House { files: BTreeMap::new(), paths: run::files_below(root)? };
        for path in &house.paths {
            // Suites are other people's files and follow their rules.
            if path.starts_with("tests/suites/") || !KINDS.iter().any(|kind| path.ends_with(kind)) {
                continue;
            }
            if let Ok(text) = fs::read_to_string(root.join(path)) {
                house.files.insert(path.clone(), text);
            }
        }
        Ok(house)
    }

    /// A house of given files, for the rules' own tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> House {
        House {
            files: files.iter().map(|(p, t)| (p.to_string(), t.to_string())).collect(),
            paths: files.iter().map(|(p, _)| p.to_string()).collect(),
        }
    }

    /// One file's text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The text files whose path begins and ends so.
    pub fn with<'a>(
        &'a self,
        begins: &'a str,
        ends: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(move |(path, _)| path.starts_with(begins) && path.ends_with(ends))
    }

    /// Growth is to be seen; it does not fail.
    pub fn print_sizes(&self) {
        let lines = |text: &str| text.lines().count();
        let ours = |kind| self.with("", kind).map(|(path, text)| (lines(text), path));
        let mut longest: Vec<(usize, &str)> = ours(".rs").chain(ours(".js")).collect();
        longest.sort_by_key(|(count, path)| (usize::MAX - count, *path));
        let longest: Vec<String> =
            longest.iter().take(8).map(|(count, path)| format!("{path} {count}")).collect();
        println!("longest files: {}", longest.join(", "));
        let script: usize = self.with("extension/", ".js").map(|(_, text)| lines(text)).sum();
        println!("hand-written JavaScript: {script} lines");
    }
}

/// The code of a Rust file: without comments, and without the tests at its foot.
pub fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// The words of a line, as identifiers.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
