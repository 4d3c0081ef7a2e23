//! The other languages, beside English: the same keys, the same places, all plural forms.
//!
//! A key that a language lacks is only listed while one works, since the browser then shows the
//! English sentence; no package is made before it is there. Whoever changes what an English
//! sentence means removes the key from the other languages, so that it is listed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::House;
use super::phrases::{FIRST, LOCALES};

/// Languages and the plural categories they have beside `other` for whole numbers below a million
/// (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>).
const FORMS: [(&str, &[&str]); 7] = [
    ("en", &["one"]),
    ("de", &["one"]),
    ("fr", &["one"]),
    ("es", &["one"]),
    ("pt_BR", &["one"]),
    ("ja", &[]),
    ("ar", &["zero", "one", "two", "few", "many"]),
];

/// Here `one` is the form for 0 as well.
const ONE_IS_NONE: [&str; 2] = ["fr", "pt_BR"];

/// Messages that are no sentences.
const TAGS: [&str; 2] = ["language_tag", "language_direction"];

/// The narrow places, and how many characters they have room for.
const ROOM: [(&str, usize); 12] = [
    // The stores' own limits.
    ("ext_name", 45),
    ("ext_description", 132),
    ("menu_report", 48),
    ("popup_options", 16),
    ("popup_switch", 32),
    ("popup_back", 32),
    ("part_consent", 40),
    ("verdict_denied", 16),
    ("verdict_conditional", 28),
    ("verdict_allowed", 16),
    ("verdict_unspecified", 28),
    ("badge_title", 120),
];

/// What is wrong in what is there, and what a language lacks.
pub fn faults(house: &House) -> Vec<String> {
    let (faults, lacking) = look(house);
    for line in lacking {
        println!("to translate: {line}");
    }
    faults
}

/// What a package must not lack.
pub fn lacking(house: &House) -> Vec<String> {
    look(house).1
}

/// A key without the ending of its plural form, if English has such a form.
pub fn form_of<'a>(name: &'a str, names: &BTreeSet<&str>) -> Option<&'a str> {
    let (base, form) = name.rsplit_once('_')?;
    let is_form = FORMS.iter().any(|(_, forms)| forms.contains(&form));
    (is_form && names.contains(base) && names.contains(format!("{base}_one").as_str()))
        .then_some(base)
}

fn look(house: &House) -> (Vec<String>, Vec<String>) {
    let (mut faults, mut lacking) = (Vec::new(), Vec::new());
    let Some(first) = house.text(FIRST).and_then(messages) else { return (faults, lacking) };
    let names: BTreeSet<&str> = first.keys().map(String::as_str).collect();
    let counted: BTreeSet<&str> = names.iter().filter_map(|name| form_of(name, &names)).collect();
    for (path, text) in house.with(LOCALES, "messages.json") {
        let folder = path.trim_start_matches(LOCALES).trim_end_matches("/messages.json");
        let Some((_, forms)) = FORMS.iter().find(|(name, _)| *name == folder) else {
            faults.push(format!("{path}: add the plural categories of '{folder}' to FORMS"));
            continue;
        };
        let Some(mine) = messages(text) else {
            faults.push(format!("{path} is not the JSON of messages"));
            continue;
        };
        let mut wanted: BTreeSet<String> =
            names.iter().filter(|n| form_of(n, &names).is_none()).map(|n| n.to_string()).collect();
        wanted.extend(counted.iter().flat_map(|n| forms.iter().map(move |f| format!("{n}_{f}"))));
        let have: BTreeSet<String> = mine.keys().cloned().collect();
        lacking.extend(wanted.difference(&have).map(|name| format!("{path} lacks '{name}'")));
        faults.extend(
            have.difference(&wanted).map(|name| format!("{path}: '{name}' is not in {FIRST}")),
        );
        for (name, message) in &mine {
            let base = form_of(name, &names).unwrap_or(name);
            let Some(english) = first.get(base) else { continue };
            // The form for one or two may say so in words, but where it stands for none too.
            let in_words = base != name && !ONE_IS_NONE.contains(&folder);
            let fits = places(message) == places(english)
                || (in_words && places(message).is_subset(&places(english)));
            if !fits {
                faults.push(format!("{path}: '{name}' has other places than the English"));
            }
            if message.trim().is_empty() {
                faults.push(format!("{path}: '{name}' is empty"));
            }
            if folder != "en" && is_left_over(message, english, mine.get("language_tag"), name) {
                faults.push(format!("{path}: '{name}' is still English"));
            }
            let room = ROOM.iter().find(|(narrow, _)| narrow == name).map(|(_, room)| *room);
            if room.is_some_and(|room| message.chars().count() > room) {
                faults.push(format!("{path}: '{name}' is too long for its place"));
            }
        }
        let tag = mine.get("language_tag").map(|tag| tag.replace('-', "_"));
        if tag.as_deref() != Some(folder) {
            faults.push(format!("{path}: 'language_tag' is not that of the folder"));
        }
        if !matches!(mine.get("language_direction").map(String::as_str), Some("ltr" | "rtl")) {
            faults.push(format!("{path}: 'language_direction' is neither ltr nor rtl"));
        }
    }
    (faults, lacking)
}

fn messages(text: &str) -> Option<BTreeMap<String, String>> {
    let Value::Object(all) = serde_json::from_str(text).ok()? else { return None };
    all.into_iter().map(|(k, v)| Some((k, v["message"].as_str()?.to_string()))).collect()
}

/// `$1` … `$9`.
fn places(message: &str) -> BTreeSet<char> {
    let after = message.split('$').skip(1);
    after.filter_map(|rest| rest.chars().next()).filter(char::is_ascii_digit).collect()
}

/// Whether a message is the English one word for word. Languages of the same script share short
/// words ("Version", "Status"); those of another share names only.
fn is_left_over(message: &str, english: &str, tag: Option<&String>, name: &str) -> bool {
    if TAGS.contains(&name) || message != english {
        return false;
    }
    let words = english.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() > 1);
    let names = ["Sayso", "SHA", "SHA256SUMS", "SUMS"];
    let words = words.filter(|word| !names.contains(word)).count();
    let same_script = !matches!(tag.map(String::as_str), Some("ja" | "ar"));
    words > if same_script { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: (&str, &str) = (
        FIRST,
        r#"{"language_tag": {"message": "en"}, "language_direction": {"message": "ltr"},
            "said": {"message": "$1 says no to this"}, "page": {"message": "Page"},
            "ask": {"message": "Ask $1 places"}, "ask_one": {"message": "Ask one place"}}"#,
    );
    const ARABIC: &str = "extension/_locales/ar/messages.json";

    fn arabic(rest: &str) -> (Vec<String>, Vec<String>) {
        let head =
            r#"{"language_tag": {"message": "ar"}, "language_direction": {"message": "rtl"}"#;
        look(&House::of(&[ENGLISH, (ARABIC, &format!("{head}{rest}}}"))]))
    }

    #[test]
    fn english_itself_is_in_order() {
        assert_eq!(look(&House::of(&[ENGLISH])), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_missing_key_is_lacked_in_each_of_its_forms() {
        let (faults, lacking) =
            arabic(r#", "said": {"message": "لا: $1"}, "page": {"message": "ص"}"#);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(lacking.len(), 6);
        assert!(lacking.iter().any(|line| line.ends_with("lacks 'ask_few'")));
    }

    #[test]
    fn places_are_those_of_the_english_and_a_form_may_leave_one_out() {
        let faults = |message: &str| arabic(&format!(r#", "said": {{"message": "{message}"}}"#)).0;
        assert_eq!(faults("لا $1"), Vec::<String>::new());
        assert_eq!(faults("لا").len(), 1);
        assert_eq!(faults("لا $1 $2").len(), 1);
        assert_eq!(faults("").len(), 2);
        assert_eq!(arabic(r#", "ask_two": {"message": "سؤال"}"#).0, Vec::<String>::new());
        assert_eq!(arabic(r#", "ask_two": {"message": "سؤال $2"}"#).0.len(), 1);
    }

    #[test]
    fn english_that_was_left_is_found_and_names_and_cognates_are_not() {
        assert_eq!(arabic(r#", "page": {"message": "Page"}"#).0.len(), 1);
        let german = |rest: &str| {
            let text = format!(
                r#"{{"language_tag": {{"message": "de"}}, "language_direction": {{"message": "ltr"}}, {rest}}}"#
            );
            look(&House::of(&[ENGLISH, ("extension/_locales/de/messages.json", &text)])).0
        };
        assert_eq!(german(r#""page": {"message": "Page"}"#), Vec::<String>::new());
        assert_eq!(german(r#""said": {"message": "$1 says no to this"}"#).len(), 1);
    }

    #[test]
    fn an_unknown_key_or_language_is_a_fault() {
        assert_eq!(arabic(r#", "old": {"message": "قديم"}"#).0.len(), 1);
        let dutch = ("extension/_locales/nl/messages.json", "{}");
        assert_eq!(look(&House::of(&[ENGLISH, dutch])).0.len(), 1);
    }
}
