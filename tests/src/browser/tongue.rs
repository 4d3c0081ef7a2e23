//! The extension in a language that nobody speaks: every sentence longer, in other letters and in
//! brackets, so that a sentence that stands in code shows, and words that are cut off.
//!
//! The languages are made of the English messages when a check begins; none is shipped.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Outcome;

/// Before and after every sentence.
pub const BRACKETS: [char; 2] = ['⟦', '⟧'];

/// A language for a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// Accented letters, from left to right.
    Accented,
    /// Hebrew letters, from right to left.
    Mirrored,
    /// A folder of `_locales`, whatever language the browser has.
    Real(String),
}

/// Copies an unpacked extension so that it speaks one language only.
pub fn speaking(tongue: &Tongue, from: &Path, to: &Path) -> Outcome<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if name != "_locales" {
                fs::create_dir_all(&target)?;
                copy(&entry.path(), &target)?;
            }
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    let messages = match tongue {
        Tongue::Real(folder) => read(&from.join("_locales").join(folder))?,
        made => {
            let english = read(&from.join("_locales/en"))?;
            english.into_iter().map(|(key, entry)| in_tongue(made, key, &entry)).collect()
        }
    };
    // In the place of English, which is the language that is there when all others are wanting.
    let folder = to.join("_locales/en");
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join("messages.json"), serde_json::to_vec(&messages)?)?)
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn read(folder: &Path) -> Outcome<Map<String, Value>> {
    Ok(serde_json::from_slice(&fs::read(folder.join("messages.json"))?)?)
}

fn in_tongue(tongue: &Tongue, key: String, entry: &Value) -> (String, Value) {
    let message = entry["message"].as_str().unwrap_or_default();
    let said = match (tongue, key.as_str()) {
        (Tongue::Mirrored, "language_direction") => "rtl".to_string(),
        (_, "language_tag" | "language_direction") => message.to_string(),
        _ => in_letters(tongue, message),
    };
    (key, json!({ "message": said }))
}

/// A sentence in the letters of a language that was made, longer by a third (as German and French
/// often are) and in brackets. Places (`$1`) stay.
fn in_letters(tongue: &Tongue, message: &str) -> String {
    let letters: Vec<char> = match tongue {
        Tongue::Mirrored => "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
        _ => "áƀćđéƒğĥíĵķłḿñóƥqŕśťúṽŵẋýž",
    }
    .chars()
    .collect();
    let other = |c: char| match c.to_ascii_lowercase() {
        lower @ 'a'..='z' => letters[usize::from(lower as u8 - b'a')],
        _ => c,
    };
    let body: String = message.chars().map(other).collect();
    // In words of five, as words are, so that lines can break.
    let more = message.chars().count().div_ceil(18);
    let more: String = (0..more)
        .map(|n| {
            format!(" {}", other("aeiou".chars().nth(n % 5).unwrap_or('a')).to_string().repeat(5))
        })
        .collect();
    format!("{}{body}{more}{}", BRACKETS[0], BRACKETS[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_grows_changes_its_letters_and_keeps_its_places() {
        let said = in_letters(&Tongue::Accented, "Could not be checked: $1.");
        assert_eq!(said, "⟦ćóúłđ ñóť ƀé ćĥéćķéđ: $1. ááááá ééééé⟧");
        let said = in_letters(&Tongue::Mirrored, "$1");
        assert_eq!(said, "⟦$1 אאאאא⟧");
    }
}
