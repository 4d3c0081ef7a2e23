//! Every reader stands in its list and has its cases: one thing, one file, one name.

use super::House;
use super::house::code;

/// Rooms with one file per standard or format, and what their entries are called.
const ROOMS: [(&str, &str); 5] = [
    ("media", ""),
    ("metadata", ""),
    ("fingerprint", ""),
    ("signal", "Signal"),
    ("registry", "Registry"),
];

/// Files that their list does not know, entries that are not listed, signals without cases.
pub fn faults(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for (room, entry) in ROOMS {
        let folder = format!("crate/core/src/{room}/");
        let list = house.text(&format!("{folder}mod.rs")).unwrap_or_default();
        for (path, text) in house.with(&folder, ".rs") {
            let name = path.strip_prefix(&folder).unwrap_or(path);
            let name = name.split('/').next().unwrap_or(name).trim_end_matches(".rs");
            if name == "mod" {
                continue;
            }
            if !declares(list, name) {
                faults.push(format!("{path}: add 'mod {name};' to {folder}mod.rs"));
            }
            for constant in entries(text, entry) {
                if !list.contains(&format!("&{name}::{constant}")) {
                    faults.push(format!(
                        "{path}: {constant} is never read; add '&{name}::{constant}' to the list in \
                         {folder}mod.rs"
                    ));
                }
                let cases = format!("tests/cases/{name}/");
                if room == "signal" && house.with(&cases, ".md").next().is_none() {
                    faults.push(format!(
                        "{path}: write its cases in {cases} (one that speaks, one that is silent, \
                         one that is malformed)"
                    ));
                    break;
                }
            }
        }
    }
    faults
}

fn declares(list: &str, name: &str) -> bool {
    code(list).any(|(_, line)| {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        line == format!("mod {name};")
    })
}

/// The names of constants of a type: `pub const DMI: Signal = …`.
fn entries<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    if kind.is_empty() {
        return Vec::new();
    }
    code(text)
        .filter_map(|(_, line)| {
            let (name, rest) = line.split_once("const ")?.1.split_once(':')?;
            let found = rest.split_once('=')?.0.trim();
            (found == kind).then(|| name.trim())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: (&str, &str) = (
        "crate/core/src/signal/mod.rs",
        "pub mod plus;\npub const SIGNALS: &[&Signal] = &[&plus::DMI];",
    );
    const CASE: (&str, &str) = ("tests/cases/plus/denied.md", "# A case");

    #[test]
    fn a_listed_signal_with_cases_is_complete() {
        let file = ("crate/core/src/signal/plus.rs", "pub const DMI: Signal = Signal { };");
        assert!(faults(&House::of(&[LIST, CASE, file])).is_empty());
    }

    #[test]
    fn a_signal_without_cases_is_a_fault() {
        let file = ("crate/core/src/signal/plus.rs", "pub const DMI: Signal = Signal { };");
        let faults = faults(&House::of(&[LIST, file]));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("tests/cases/plus/"));
    }

    #[test]
    fn a_signal_that_the_list_forgets_is_a_fault() {
        let file = ("crate/core/src/signal/plus.rs", "pub const ODRL: Signal = Signal { };");
        let faults = faults(&House::of(&[LIST, CASE, file]));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("'&plus::ODRL'"));
    }

    #[test]
    fn a_file_that_nobody_declares_is_a_fault() {
        let list = ("crate/core/src/media/mod.rs", "// mod gif;\nmod jpeg;");
        let files =
            [list, ("crate/core/src/media/jpeg.rs", ""), ("crate/core/src/media/gif.rs", "")];
        assert_eq!(
            faults(&House::of(&files)),
            ["crate/core/src/media/gif.rs: add 'mod gif;' to crate/core/src/media/mod.rs"]
        );
    }
}
