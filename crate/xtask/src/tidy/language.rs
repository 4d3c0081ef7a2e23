//! How files are written: headers, names, words that do not belong.

use std::time::{SystemTime, UNIX_EPOCH};

use super::House;
use super::house::{code, words};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["utils", "util", "common", "helpers", "helper", "misc", "manager", "shared", "stuff"];

/// Ways to turn foreign text into markup or code.
const MARKUP: [&str; 6] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "set_inner_html",
    "new Function(",
];

/// The words of the vocabulary, which are spelt once, in Rust.
const RIGHTS: [&str; 10] = [
    "denied",
    "conditional",
    "allowed",
    "unspecified",
    "tdm",
    "train.nongen",
    "train.gen",
    "ai.input",
    "ai.index",
    "licence-implied",
];

/// Rooms whose every file follows a published text.
const SOURCES: [&str; 2] = ["crate/core/src/signal/", "crate/core/src/registry/"];

/// Everything that is wrong with how files are written.
pub fn faults(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(headers(house));
    faults.extend(names(house));
    faults.extend(markup(house));
    faults.extend(javascript(house));
    faults.extend(promises(house, &today()));
    faults
}

fn headers(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.with("", ".rs") {
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if header.is_empty() {
            faults.push(format!(
                "{path}: open with //! and say what this is, which standard it follows, what it leaves out"
            ));
        } else if SOURCES.iter().any(|room| path.starts_with(room))
            && !path.ends_with("/mod.rs")
            && !header.iter().any(|line| line.contains("https://"))
        {
            faults.push(format!("{path}: link the specification in its //! header"));
        }
    }
    faults
}

fn names(house: &House) -> Vec<String> {
    let ours = |path: &&String| {
        ["crate/", "extension/", "tests/src/", "tests/tests/", "tests/fuzz/", "tests/browser/"]
            .iter()
            .any(|folder| path.starts_with(folder))
    };
    let empty = |path: &&String| {
        path.split('/').any(|part| EMPTY_NAMES.contains(&part.split('.').next().unwrap_or(part)))
    };
    house
        .paths
        .iter()
        .filter(ours)
        .filter(empty)
        .map(|path| format!("{path}: name it after the one thing that it is about"))
        .collect()
}

fn markup(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    let mut look = |path: &str, number: usize, line: &str| {
        for word in MARKUP.iter().filter(|word| line.contains(**word)) {
            faults.push(format!(
                "{path}:{number}: {word} turns foreign text into markup; build elements and set textContent"
            ));
        }
    };
    for kind in [".js", ".html"] {
        for (path, text) in house.with("extension/", kind) {
            text.lines().enumerate().for_each(|(index, line)| look(path, index + 1, line));
        }
    }
    for (path, text) in ["crate/wasm/", "crate/workers/"]
        .map(|place| house.with(place, ".rs"))
        .into_iter()
        .flatten()
    {
        code(text).for_each(|(number, line)| look(path, number, line));
    }
    faults
}

fn javascript(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in house.with("extension/", ".js") {
        for (index, line) in text.lines().enumerate() {
            let place = format!("{path}:{}", index + 1);
            if line.contains("@ts-ignore") || line.contains("@ts-nocheck") {
                faults.push(format!("{place}: give it its type instead of silencing the checker"));
            }
            if braced(line).any(|inside| words(inside).any(|word| word == "any")) {
                faults.push(format!("{place}: 'any' checks nothing; name the type, or 'unknown'"));
            }
            if let Some(word) = quoted(line).find(|text| RIGHTS.contains(text)) {
                faults.push(format!(
                    "{place}: '{word}' is a word of the vocabulary, and JavaScript carries those \
                     without spelling them; let Rust decide and send what to show"
                ));
            }
        }
    }
    faults
}

/// The types of a JSDoc line: what stands in braces after an `@`.
fn braced(line: &str) -> impl Iterator<Item = &str> {
    let comment = line.trim_start().starts_with('*') || line.contains("/*") || line.contains("//");
    let from = line.find('@').filter(|_| comment).map_or("", |at| &line[at..]);
    from.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// The string literals of a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    ['\'', '"', '`'].into_iter().flat_map(move |quote| line.split(quote).skip(1).step_by(2))
}

/// A note to oneself carries a date or an issue, and its date has not passed.
fn promises(house: &House, today: &str) -> Vec<String> {
    const WORD: &str = concat!("TO", "DO");
    let mut faults = Vec::new();
    for kind in [".rs", ".js", ".html", ".css"] {
        for (path, text) in house.with("", kind) {
            for (index, line) in text.lines().enumerate() {
                let Some((_, rest)) = line.split_once(WORD) else { continue };
                let note = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
                let place = format!("{path}:{}", index + 1);
                match note.map(|(note, _)| note) {
                    Some(note) if note.starts_with('#') => {}
                    Some(date) if is_date(date) && date >= today => {}
                    Some(date) if is_date(date) => {
                        faults.push(format!(
                            "{place}: the date {date} has passed; do it, or drop it"
                        ));
                    }
                    _ => faults.push(format!(
                        "{place}: write {WORD}(2030-01-31) or {WORD}(#12), so that it ends one day"
                    )),
                }
            }
        }
    }
    faults
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.char_indices().all(|(at, c)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        })
}

/// Today in UTC, as `2026-11-22`.
fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    date_of((seconds / 86_400) as i64)
}

/// The civil date of a day since 1970, after Howard Hinnant's `civil_from_days`.
fn date_of(day: i64) -> String {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> Vec<String> {
        faults(&House::of(&[(path, text)]))
    }

    #[test]
    fn a_file_opens_with_what_it_is() {
        assert_eq!(check("crate/core/src/page.rs", "use a;").len(), 1);
        assert!(check("crate/core/src/page.rs", "//! Facts.").is_empty());
        assert_eq!(check("crate/core/src/signal/plus.rs", "//! PLUS.").len(), 1);
        assert!(check("crate/core/src/signal/plus.rs", "//! <https://useplus.org>").is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        assert_eq!(check("extension/utils.js", "").len(), 1);
        assert_eq!(check("crate/core/src/common/mod.rs", "//! X.").len(), 1);
        assert!(check("crate/core/src/creative_commons.rs", "//! X.").is_empty());
    }

    #[test]
    fn markup_from_text_is_refused() {
        let line = concat!("e.inner", "HTML = x;");
        assert_eq!(check("extension/a.js", line).len(), 1);
        assert!(check("extension/a.js", "e.textContent = x;").is_empty());
    }

    #[test]
    fn the_checker_is_not_silenced() {
        assert_eq!(check("extension/a.js", concat!("// @ts-", "ignore")).len(), 1);
        assert_eq!(check("extension/a.js", "/** @param {any} x */").len(), 1);
        assert_eq!(check("extension/a.js", " * @returns {Promise<any[]>} all").len(), 1);
        assert!(check("extension/a.js", "// if any of { these } is there").is_empty());
        assert!(check("extension/a.js", " * @param {Company} any").is_empty());
    }

    #[test]
    fn javascript_spells_no_rights_word() {
        assert_eq!(check("extension/a.js", "if (v === 'denied') x();").len(), 1);
        assert!(check("extension/a.js", "// what is denied is shown").is_empty());
        assert!(check("extension/a.js", "throw new Error('not allowed here');").is_empty());
    }

    #[test]
    fn promises_end() {
        let at = |note: &str| {
            let text = format!("//! X.\n// {}{note}", concat!("TO", "DO"));
            promises(&House::of(&[("crate/core/src/a.rs", text.as_str())]), "2026-11-22")
        };
        assert!(at("(2026-11-22): later").is_empty());
        assert!(at("(#7): later").is_empty());
        assert!(at("(2026-11-21): later")[0].contains("has passed"));
        assert_eq!(at(": later").len(), 1);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date_of(0), "1970-01-01");
        assert_eq!(date_of(11_016), "2000-02-29");
        assert_eq!(date_of(20_779), "2026-11-22");
    }
}
