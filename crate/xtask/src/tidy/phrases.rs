//! One catalogue of sentences: `phrase.rs` and the English messages agree.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{House, tongues};

const PHRASES: &str = "crate/core/src/phrase.rs";
pub const LOCALES: &str = "extension/_locales/";
pub const FIRST: &str = "extension/_locales/en/messages.json";

/// Keys without a message, and messages that nobody says.
pub fn faults(house: &House) -> Vec<String> {
    let said = keys(house.text(PHRASES).unwrap_or_default());
    let mut faults = Vec::new();
    let first = match house.text(FIRST).map(messages) {
        Some(Ok(messages)) => messages,
        Some(Err(error)) => return vec![format!("{FIRST} is not the JSON of messages: {error}")],
        None => return vec![format!("{FIRST} is missing")],
    };
    for key in &said {
        if !first.iter().any(|(name, _)| name == key) {
            faults.push(format!("{FIRST}: add a message for '{key}', which {PHRASES} can say"));
        }
    }
    let names: BTreeSet<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    for (name, message) in &first {
        let name = tongues::form_of(name, &names).unwrap_or(name);
        if !said.contains(name) && !used_outside(house, name) {
            faults.push(format!(
                "{FIRST}: nobody says '{name}'; add it to {PHRASES} or remove the message"
            ));
        }
        if message.contains("$10") {
            faults.push(format!("{FIRST}: '{name}' has more than nine places"));
        }
    }
    faults.extend(asked_for_and_missing(house, &names));
    faults
}

/// The names in `Variant = "name",` lines.
fn keys(text: &str) -> BTreeSet<String> {
    let inside = text.lines().skip_while(|line| line.trim() != "keys! {");
    inside
        .take_while(|line| line.trim() != "}")
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter_map(|line| line.split_once("= \"")?.1.split_once('"'))
        .map(|(name, _)| name.to_string())
        .collect()
}

fn messages(text: &str) -> Result<Vec<(String, String)>, String> {
    let Value::Object(all) = serde_json::from_str(text).map_err(|e| e.to_string())? else {
        return Err("it is not an object".to_string());
    };
    all.into_iter()
        .map(|(name, entry)| match entry["message"].as_str() {
            Some(message) => Ok((name, message.to_string())),
            None => Err(format!("'{name}' has no \"message\"")),
        })
        .collect()
}

/// The manifest names messages as `__MSG_name__`; pages and scripts name them in quotes.
fn used_outside(house: &House, name: &str) -> bool {
    let in_manifest = format!("__MSG_{name}__");
    let quotes = [format!("'{name}'"), format!("\"{name}\""), format!("`{name}`")];
    house.text("manifest.json").is_some_and(|text| text.contains(&in_manifest))
        || [("extension/", ".js"), ("extension/", ".html"), ("crate/wasm/", ".rs")]
            .into_iter()
            .flat_map(|(begins, ends)| house.with(begins, ends))
            .any(|(_, text)| quotes.iter().any(|quoted| text.contains(quoted)))
}

/// A literal given to `getMessage`, and a `__MSG_…__`, without its message.
fn asked_for_and_missing(house: &House, names: &BTreeSet<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut need = |path: &str, name: &str| {
        // `@@ui_locale` and its like are the browser's own.
        if !name.starts_with("@@") && !names.iter().any(|have| *have == name) {
            faults.push(format!("{path}: asks for the message '{name}', which {FIRST} lacks"));
        }
    };
    for (path, text) in house.with("extension/", ".js") {
        for rest in text.split("getMessage(").skip(1) {
            let quote = rest.chars().next().filter(|c| "'\"".contains(*c));
            if let Some(name) = quote.and_then(|q| rest[1..].split_once(q)) {
                need(path, name.0);
            }
        }
    }
    for rest in house.text("manifest.json").unwrap_or_default().split("__MSG_").skip(1) {
        if let Some((name, _)) = rest.split_once("__") {
            need("manifest.json", name);
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: (&str, &str) =
        (PHRASES, "macro = \"no\",\nkeys! {\n    // Old = \"old\",\n    Denied = \"denied\",\n}\n");

    #[test]
    fn equal_catalogues_agree() {
        let json = r#"{"denied": {"message": "no"}}"#;
        assert!(faults(&House::of(&[RUST, (FIRST, json)])).is_empty());
    }

    #[test]
    fn a_key_without_a_message_is_a_fault() {
        let faults = faults(&House::of(&[RUST, (FIRST, "{}")]));
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("add a message for 'denied'"));
    }

    #[test]
    fn a_message_that_nobody_says_is_a_fault_unless_the_manifest_or_a_page_does() {
        let json = r#"{"denied": {"message": "no"}, "name": {"message": "Sayso"}}"#;
        assert_eq!(faults(&House::of(&[RUST, (FIRST, json)])).len(), 1);
        let manifest = ("manifest.json", r#"{"name": "__MSG_name__"}"#);
        assert!(faults(&House::of(&[RUST, (FIRST, json), manifest])).is_empty());
        let page = ("extension/popup.html", r#"<h1 data-say="name"></h1>"#);
        assert!(faults(&House::of(&[RUST, (FIRST, json), page])).is_empty());
    }

    #[test]
    fn a_plural_form_is_said_with_its_key() {
        let json = r#"{"denied": {"message": "$1 noes"}, "denied_one": {"message": "one no"}}"#;
        assert!(faults(&House::of(&[RUST, (FIRST, json)])).is_empty());
    }

    #[test]
    fn a_message_that_is_asked_for_must_be_there() {
        let json = r#"{"denied": {"message": "no"}}"#;
        let script = ("extension/a.js", "chrome.i18n.getMessage('nothing'); getMessage(key)");
        assert_eq!(faults(&House::of(&[RUST, (FIRST, json), script])).len(), 1);
    }
}
