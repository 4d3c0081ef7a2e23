//! Who may use whom: the table in `crate/README.md` against the paths in the code.

use std::collections::{BTreeMap, BTreeSet};

use super::House;
use super::house::code;

const TABLE: &str = "crate/README.md";
const CORE: &str = "crate/core/src/";

type Corridors = BTreeMap<String, BTreeSet<String>>;

/// Corridors that are used and not in the table.
pub fn faults(house: &House) -> Vec<String> {
    let table = match house.text(TABLE).map(read_table) {
        Some(table) if !table.is_empty() => table,
        _ => return vec![format!("{TABLE} needs the table of corridors: | room | may use |")],
    };
    let mut faults = Vec::new();
    for (path, text) in house.with(CORE, ".rs") {
        let inside = path.strip_prefix(CORE).unwrap_or(path);
        let room = inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs");
        if room == "lib" {
            continue;
        }
        if !table.contains_key(room) {
            faults.push(format!("{path}: the room '{room}' has no row in the table of {TABLE}"));
            continue;
        }
        // `super` leaves the room from its front file at once, from its other files after one step.
        let front = !inside.contains('/') || inside.ends_with("/mod.rs");
        let out = if front { "super::" } else { "super::super::" };
        faults.extend(unlisted(&table, room, path, text, &["crate::", out]));
    }
    for (room, folder) in
        [("wasm", "crate/wasm/src/"), ("workers", "crate/workers/src/"), ("cli", "crate/cli/src/")]
    {
        if table.contains_key(room) {
            for (path, text) in house.with(folder, ".rs") {
                faults.extend(unlisted(&table, room, path, text, &["sayso_core::"]));
            }
        }
    }
    faults
}

fn unlisted(table: &Corridors, room: &str, path: &str, text: &str, doors: &[&str]) -> Vec<String> {
    let allowed = &table[room];
    let mut faults = Vec::new();
    let code: Vec<(usize, &str)> = code(text).collect();
    for door in doors {
        for (line, target) in targets(&code, door) {
            // Only rooms of the core are behind these doors; anything else is the file's own.
            if table.contains_key(&target) && target != room && !allowed.contains(&target) {
                faults.push(format!(
                    "{path}:{line}: '{room}' may not use '{target}'. Move the code to where it may, \
                     or, if the corridor is right, add it to the table in {TABLE} in a commit of its own"
                ));
            }
        }
    }
    faults
}

/// The first names after a path prefix, with their lines: `crate::a::B`, `crate::{a::B, c}`.
fn targets(code: &[(usize, &str)], door: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, (number, line)) in code.iter().enumerate() {
        let mut from = 0;
        while let Some(at) = line[from..].find(door).map(|at| at + from) {
            from = at + door.len();
            // `$crate::`, `my_crate::` and the inner part of `super::super::` are other paths.
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == ':') {
                continue;
            }
            if line[from..].starts_with('{') {
                let lines = std::iter::once(&line[from + 1..])
                    .chain(code[index + 1..].iter().map(|(_, line)| *line));
                found.extend(group(lines).into_iter().map(|name| (*number, name)));
            } else {
                found.push((*number, first_name(&line[from..])));
            }
        }
    }
    found
}

/// The first names of a braced list that may go over several lines.
fn group<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut names, mut name, mut depth) = (Vec::new(), String::new(), 0_u32);
    for c in lines.flat_map(|line| line.chars().chain([' '])) {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut name)),
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    names.push(name);
    names.iter().map(|name| first_name(name.trim())).filter(|name| !name.is_empty()).collect()
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Reads the Markdown table whose columns are `room` and `may use`.
fn read_table(text: &str) -> Corridors {
    let mut table = Corridors::new();
    let mut inside = false;
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [rooms, uses] = cells.as_slice() else {
            inside = false;
            continue;
        };
        if rooms.eq_ignore_ascii_case("room") && uses.eq_ignore_ascii_case("may use") {
            inside = true;
            continue;
        }
        if !inside || rooms.chars().all(|c| "-: ".contains(c)) {
            continue;
        }
        let above: BTreeSet<String> = table.keys().cloned().collect();
        let mut allowed = names(uses);
        if uses.to_lowercase().contains("everything above") {
            allowed.extend(above);
        }
        for room in names(rooms) {
            table.entry(room).or_default().extend(allowed.iter().cloned());
        }
    }
    table
}

/// The rooms of a cell: those in backticks, or else all its words.
fn names(cell: &str) -> BTreeSet<String> {
    let quoted: BTreeSet<String> =
        cell.split('`').skip(1).step_by(2).map(|name| name.trim().to_string()).collect();
    if !quoted.is_empty() {
        return quoted;
    }
    super::house::words(cell).map(str::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "\
# Map

| room | may use |
|---|---|
| `vocabulary` `limits` | nothing of ours |
| `media` | limits |
| `signal` | vocabulary, media |
| `engine` | everything above |
| `wasm` | `engine` only |

| other | table |
|---|---|
| `media` | signal |
";

    fn check(path: &str, text: &str) -> Vec<String> {
        faults(&House::of(&[(TABLE, README), (path, text)]))
    }

    #[test]
    fn a_listed_corridor_is_open() {
        assert!(check("crate/core/src/media/jpeg.rs", "use crate::limits::Limits;").is_empty());
        assert!(check("crate/core/src/engine.rs", "use crate::{media, signal::Asset};").is_empty());
        assert!(check("crate/core/src/media/jpeg.rs", "use crate::media::Block;").is_empty());
    }

    #[test]
    fn an_unlisted_corridor_is_named_with_its_line() {
        let faults = check("crate/core/src/media/jpeg.rs", "//! J.\nuse crate::signal::Asset;");
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].starts_with("crate/core/src/media/jpeg.rs:2: 'media' may not use 'signal'.")
        );
    }

    #[test]
    fn braces_over_several_lines_are_seen_through() {
        let text = "use crate::{\n    limits::{Limits, Other},\n    signal::Asset,\n};";
        assert_eq!(check("crate/core/src/media/mod.rs", text).len(), 1);
    }

    #[test]
    fn a_path_in_the_middle_of_code_is_seen() {
        let text = "fn f() { crate::engine::run(); }";
        assert_eq!(check("crate/core/src/signal/mod.rs", text).len(), 1);
    }

    #[test]
    fn the_back_door_is_seen() {
        assert_eq!(check("crate/core/src/limits.rs", "use super::media;").len(), 1);
        assert_eq!(check("crate/core/src/media/mod.rs", "use super::engine::E;").len(), 1);
        assert_eq!(check("crate/core/src/media/gif.rs", "use super::super::engine::E;").len(), 1);
        assert!(check("crate/core/src/media/gif.rs", "use super::Block;").is_empty());
    }

    #[test]
    fn tests_and_comments_may_go_anywhere() {
        let text = "/// Like [`crate::engine`].\n#[cfg(test)]\nmod tests { use crate::engine::E; }";
        assert!(check("crate/core/src/media/jpeg.rs", text).is_empty());
    }

    #[test]
    fn the_glass_uses_its_listed_doors_only() {
        assert!(check("crate/wasm/src/lib.rs", "use sayso_core::engine::E;").is_empty());
        assert_eq!(check("crate/wasm/src/lib.rs", "use sayso_core::media::open;").len(), 1);
    }

    #[test]
    fn a_room_without_a_row_is_a_fault() {
        let faults = check("crate/core/src/weather.rs", "");
        assert!(faults[0].contains("'weather' has no row"));
    }

    #[test]
    fn without_a_table_nothing_is_allowed() {
        assert_eq!(faults(&House::of(&[(TABLE, "# Map")])).len(), 1);
    }
}
