//! The languages of the cards, from the catalogues that the browser uses too.
//!
//! Plural rules are those of CLDR for whole numbers
//! (<https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html>), but for
//! `many` of the Romance languages, which begins at a million. Digits are European in every
//! language, and days are ISO 8601, since other programs read what a terminal shows. Left out:
//! turning lines round for Arabic, which is the terminal's.

use std::collections::HashMap;

use sayso_core::phrase;
use sayso_core::report::iso8601;

/// A language and its sentences.
pub struct Tongue {
    tag: &'static str,
    messages: HashMap<String, String>,
}

/// Tags (BCP 47) and catalogues.
const TONGUES: [(&str, &str); 7] = [
    ("en", include_str!("../../../extension/_locales/en/messages.json")),
    ("de", include_str!("../../../extension/_locales/de/messages.json")),
    ("fr", include_str!("../../../extension/_locales/fr/messages.json")),
    ("es", include_str!("../../../extension/_locales/es/messages.json")),
    ("pt-BR", include_str!("../../../extension/_locales/pt_BR/messages.json")),
    ("ja", include_str!("../../../extension/_locales/ja/messages.json")),
    ("ar", include_str!("../../../extension/_locales/ar/messages.json")),
];

impl Default for Tongue {
    fn default() -> Self {
        let (tag, catalogue) = TONGUES[0];
        Tongue { tag, messages: read(catalogue) }
    }
}

impl Tongue {
    /// The language of a tag: of `pt_PT.UTF-8` or `de-CH` what comes nearest.
    pub fn named(tag: &str) -> Result<Tongue, String> {
        let base = |tag: &str| tag.split(['-', '_', '.']).next().map(str::to_ascii_lowercase);
        match TONGUES.iter().find(|(known, _)| base(known) == base(tag)) {
            Some((tag, catalogue)) => Ok(Tongue { tag, messages: read(catalogue) }),
            None => {
                let known: Vec<&str> = TONGUES.iter().map(|(tag, _)| *tag).collect();
                Err(format!("--lang takes one of {}", known.join(", ")))
            }
        }
    }
}

impl phrase::Tongue for Tongue {
    fn message(&self, name: &str) -> Option<String> {
        self.messages.get(name).cloned()
    }

    fn plural(&self, number: u64) -> &'static str {
        match (self.tag, number, number % 100) {
            ("ja", _, _) => "other",
            ("fr" | "pt-BR", 0 | 1, _) => "one",
            ("ar", 0, _) => "zero",
            (_, 1, _) => "one",
            ("ar", 2, _) => "two",
            ("ar", _, 3..=10) => "few",
            ("ar", _, 11..) => "many",
            _ => "other",
        }
    }

    fn number(&self, number: u64) -> String {
        number.to_string()
    }

    fn day(&self, at: u64) -> String {
        iso8601(at).chars().take_while(|c| *c != 'T').collect()
    }
}

fn read(catalogue: &str) -> HashMap<String, String> {
    #[derive(serde::Deserialize)]
    struct Message {
        message: String,
    }
    let all: HashMap<String, Message> = serde_json::from_str(catalogue).unwrap_or_default();
    all.into_iter().map(|(key, message)| (key, message.message)).collect()
}

#[cfg(test)]
mod tests {
    use phrase::{Key, Phrase, Tongue as _, say};

    use super::*;

    #[test]
    fn a_tag_chooses_what_comes_nearest() {
        for (asked, got) in [("de-CH", "de"), ("pt_PT.UTF-8", "pt-BR"), ("AR", "ar")] {
            assert_eq!(Tongue::named(asked).unwrap().tag, got);
        }
        assert!(Tongue::named("tlh").is_err_and(|why| why.contains("pt-BR")));
    }

    #[test]
    fn every_catalogue_knows_its_own_tag() {
        for (tag, _) in TONGUES {
            let tongue = Tongue::named(tag).unwrap();
            assert_eq!(tongue.message("language_tag").as_deref(), Some(tag));
        }
    }

    #[test]
    fn arabic_has_six_forms_and_japanese_one() {
        let forms = |tag: &str| {
            let tongue = Tongue::named(tag).unwrap();
            [0, 1, 2, 3, 11, 100, 103].map(|n| tongue.plural(n))
        };
        assert_eq!(forms("ar"), ["zero", "one", "two", "few", "many", "other", "few"]);
        assert_eq!(forms("ja"), ["other"; 7]);
        assert_eq!(forms("fr")[..3], ["one", "one", "other"]);
        assert_eq!(forms("de")[..3], ["other", "one", "other"]);
    }

    #[test]
    fn a_count_chooses_the_form() {
        let bytes = |n: u64| say(&Phrase::from(Key::ReportBytes).with(n), &Tongue::default());
        assert_eq!((bytes(1), bytes(1000)), ("1 byte".into(), "1000 bytes".into()));
    }
}
