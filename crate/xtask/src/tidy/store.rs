//! What the stores and `SECURITY.md` are told stays true: permissions, listings, named tests.
//!
//! Lengths: <https://developer.chrome.com/docs/webstore/cws-dashboard-listing> (summary 132,
//! description 16,000) and <https://extensionworkshop.com/documentation/develop/create-an-appealing-listing/>.
//! Whether a sentence is a good one is for people to say.

use std::collections::BTreeSet;

use serde_json::Value;

use super::House;
use super::phrases::LOCALES;

const MANIFEST: &str = "manifest.json";
const PERMISSIONS: &str = "extension/store/permissions.md";
const LISTINGS: &str = "extension/store/listing/";
const DATA: &str = "extension/store/data.md";
const SECURITY: &str = "SECURITY.md";
/// The browser tests are none of `cargo test`'s: they are named in a list.
const CHECKS: &str = "tests/tests/browser.rs";

/// Permissions without a sentence, listings that lack or differ, tests that are gone.
pub fn faults(house: &House) -> Vec<String> {
    let manifest: Value = house
        .text(MANIFEST)
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or(Value::Null);
    let mut faults = permissions(house, &manifest);
    faults.extend(listings(house));
    faults.extend(data(house, &manifest));
    faults.extend(tests(house));
    faults
}

/// Each permission has its sentence, and each sentence its permission.
fn permissions(house: &House, manifest: &Value) -> Vec<String> {
    let mut asked = BTreeSet::new();
    for (key, list) in manifest.as_object().into_iter().flatten() {
        if key.ends_with("permissions") {
            asked.extend(list.as_array().into_iter().flatten().filter_map(Value::as_str));
        }
    }
    let mut faults = Vec::new();
    let mut said = BTreeSet::new();
    for line in house.text(PERMISSIONS).unwrap_or_default().lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _, why] = cells.as_slice() else { continue };
        let Some(name) = name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) else {
            continue;
        };
        if why.split_whitespace().count() < 5 {
            faults.push(format!("{PERMISSIONS}: say why '{name}' is asked for"));
        }
        if !said.insert(name) {
            faults.push(format!("{PERMISSIONS}: '{name}' stands there twice"));
        }
    }
    let lacks = asked.difference(&said);
    faults.extend(lacks.map(|name| {
        format!("{PERMISSIONS}: {MANIFEST} asks for '{name}'; say why, or do without it")
    }));
    let idle = said.difference(&asked);
    faults.extend(
        idle.map(|name| format!("{PERMISSIONS}: {MANIFEST} does not ask for '{name}'; remove it")),
    );
    faults
}

/// A listing for each language, with the browser's own name and summary, built like the English.
fn listings(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    // Of each line: whether it is empty, a heading, a point or plain.
    let shape = |text: &str| -> Vec<char> {
        let kind = |line: &str| match line.chars().next() {
            None => ' ',
            Some(first @ ('#' | '-')) => first,
            Some(_) => 'a',
        };
        text.lines().map(kind).collect()
    };
    let english = house.text(&format!("{LISTINGS}en.md")).map(shape);
    let mut languages = BTreeSet::new();
    for (path, text) in house.with(LOCALES, "/messages.json") {
        let language = path.trim_start_matches(LOCALES).trim_end_matches("/messages.json");
        languages.insert(format!("{LISTINGS}{language}.md"));
        let path = format!("{LISTINGS}{language}.md");
        let Some(listing) = house.text(&path) else {
            faults.push(format!("{path} is missing: the extension speaks that language"));
            continue;
        };
        let messages: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let message = |name: &str| messages[name]["message"].as_str().unwrap_or_default();
        let mut parts = listing.splitn(3, "\n\n");
        let (name, summary) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let description = parts.next().unwrap_or_default();
        if name != format!("# {}", message("ext_name")) || summary != message("ext_description") {
            faults
                .push(format!("{path}: name and summary are not those of the language's messages"));
        }
        if summary.chars().count() > 132 || description.chars().count() > 16_000 {
            faults.push(format!("{path}: the summary or the description is too long"));
        }
        if english.as_ref().is_some_and(|english| *english != shape(listing)) {
            faults.push(format!("{path}: its paragraphs and points are not those of the English"));
        }
    }
    for (path, _) in house.with(LISTINGS, ".md") {
        if !languages.contains(path) {
            faults.push(format!("{path}: the extension does not speak that language"));
        }
    }
    faults
}

/// The answer about data is the one in the manifest.
fn data(house: &House, manifest: &Value) -> Vec<String> {
    let answer = &manifest["browser_specific_settings"]["gecko"]["data_collection_permissions"];
    let compact = |text: &str| text.split_whitespace().collect::<String>();
    let said = compact(house.text(DATA).unwrap_or_default());
    let wanted = compact(&format!("\"data_collection_permissions\": {answer}"));
    match answer.is_null() || said.contains(&wanted) {
        true => Vec::new(),
        false => vec![format!("{DATA}: quote the manifest's answer: {wanted}")],
    }
}

/// Every test that is named in `SECURITY.md` is there and runs.
fn tests(house: &House) -> Vec<String> {
    let mut faults = Vec::new();
    for named in house.text(SECURITY).unwrap_or_default().split('`').skip(1).step_by(2) {
        let Some((file, test)) = named.split_once(".rs::") else { continue };
        let path = format!("{file}.rs");
        let text = house.text(&path).unwrap_or_default();
        let there = if path.starts_with("tests/tests/browser/") {
            let room = file.rsplit('/').next().unwrap_or_default();
            let listed = house.text(CHECKS).unwrap_or_default();
            text.contains(&format!("pub async fn {test}("))
                && listed.contains(&format!("    {room}::{test},"))
        } else {
            is_test(text, test)
        };
        if !there {
            faults.push(format!("{SECURITY}: the test {test} is not in {path}"));
        }
    }
    faults
}

/// Whether a function stands behind `#[test]`.
fn is_test(text: &str, name: &str) -> bool {
    let head = format!("fn {name}(");
    let mut marked = false;
    for line in text.lines().map(str::trim) {
        if line == "#[test]" {
            marked = true;
        } else if line.starts_with(&head) {
            return marked;
        } else if !line.starts_with("#[") && !line.starts_with("//") {
            marked = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKS: (&str, &str) =
        (MANIFEST, r#"{"permissions": ["storage"], "optional_host_permissions": ["<all_urls>"]}"#);

    fn reasons(rows: &[&str]) -> String {
        let head = "| permission | browser | why |\n| --- | --- | --- |\n";
        let row = |name: &&str| format!("| `{name}` | both | It is needed for this and that. |\n");
        head.to_string() + &rows.iter().map(row).collect::<String>()
    }

    #[test]
    fn every_permission_has_its_sentence_and_no_other() {
        let check =
            |rows: &[&str]| faults(&House::of(&[ASKS, (PERMISSIONS, &reasons(rows))])).len();
        assert_eq!(check(&["storage", "<all_urls>"]), 0);
        assert_eq!(check(&["storage"]), 1);
        assert_eq!(check(&["storage", "<all_urls>", "tabs"]), 1);
        assert_eq!(check(&["storage", "storage", "<all_urls>"]), 1);
        let short =
            "| `storage` | both | Yes. |\n| `<all_urls>` | both | To see all that there is. |\n";
        assert_eq!(faults(&House::of(&[ASKS, (PERMISSIONS, short)])).len(), 1);
    }

    #[test]
    fn a_listing_has_the_browsers_summary_and_the_shape_of_the_english() {
        let messages =
            r#"{"ext_name": {"message": "S"}, "ext_description": {"message": "Shows."}}"#;
        let english = "# S\n\nShows.\n\nWhat\n- one\n- two\n";
        let check = |german: &str| {
            faults(&House::of(&[
                ("extension/_locales/en/messages.json", messages),
                ("extension/_locales/de/messages.json", messages),
                ("extension/store/listing/en.md", english),
                ("extension/store/listing/de.md", german),
            ]))
        };
        assert_eq!(check("# S\n\nShows.\n\nWas\n- eins\n- zwei\n"), Vec::<String>::new());
        assert_eq!(check("# S\n\nShows.\n\nWas\n- eins\n").len(), 1);
        assert_eq!(check("# S\n\nZeigt.\n\nWas\n- eins\n- zwei\n").len(), 1);
        let messages = [("extension/_locales/en/messages.json", messages)];
        assert_eq!(faults(&House::of(&messages)).len(), 1);
        let stranger = [("extension/store/listing/nl.md", english)];
        assert_eq!(faults(&House::of(&stranger)).len(), 1);
    }

    #[test]
    fn the_answer_about_data_is_the_manifests() {
        let manifest = r#"{"browser_specific_settings": {"gecko":
            {"data_collection_permissions": {"required": ["none"]}}}}"#;
        let check = |text: &str| faults(&House::of(&[(MANIFEST, manifest), (DATA, text)])).len();
        assert_eq!(check("`\"data_collection_permissions\": { \"required\": [\"none\"] }`"), 0);
        assert_eq!(check("`\"data_collection_permissions\": { \"required\": [\"location\"] }`"), 1);
    }

    #[test]
    fn a_named_test_is_there_and_runs() {
        let check = |named: &str, file: &str| {
            faults(&House::of(&[(SECURITY, &format!("| `{named}` |")), ("a/b.rs", file)])).len()
        };
        let test = "#[test]\n#[allow(x)]\nfn it_holds() {}\nfn it_helps() {}\n";
        assert_eq!(check("a/b.rs::it_holds", test), 0);
        assert_eq!(check("a/b.rs::it_helps", test), 1);
        assert_eq!(check("a/b.rs::it_is_gone", test), 1);
        assert_eq!(check("a/c.rs::it_holds", test), 1);
        let browser = |list: &str| {
            faults(&House::of(&[
                (SECURITY, "`tests/tests/browser/room.rs::it_holds`"),
                ("tests/tests/browser/room.rs", "pub async fn it_holds(room: &Room) {"),
                (CHECKS, list),
            ]))
            .len()
        };
        assert_eq!(browser("    room::it_holds,\n"), 0);
        assert_eq!(browser("    room::it_held,\n"), 1);
    }
}
