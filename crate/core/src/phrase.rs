//! Every sentence a person can read, as an enum.
//!
//! The words themselves stand in `extension/_locales/*/messages.json`, one message
//! a key; a test keeps both in bijection. `$1` … `$9` are the arguments.

use serde::{Deserialize, Serialize};

/// A sentence with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Phrase {
    /// Which sentence.
    pub key: Key,
    /// What fills its places.
    #[serde(default)]
    pub args: Vec<Arg>,
}

/// What fills a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Arg {
    /// Foreign text, shown as it is. Never markup.
    Text(String),
    /// Another sentence.
    Phrase(Phrase),
}

impl From<Key> for Phrase {
    fn from(key: Key) -> Self {
        Phrase { key, args: Vec::new() }
    }
}

impl Phrase {
    /// Fills the next place.
    pub fn with(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(text.to_string())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(text)
    }
}

impl From<Phrase> for Arg {
    fn from(phrase: Phrase) -> Self {
        Arg::Phrase(phrase)
    }
}

impl From<Key> for Arg {
    fn from(key: Key) -> Self {
        Arg::Phrase(key.into())
    }
}

/// Resolves a phrase with a catalogue of sentences: `text_of` gives the message of a key.
pub fn say(phrase: &Phrase, text_of: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let message = text_of(phrase.key.name());
    let mut chars = message.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().and_then(|d| d.to_digit(10))) {
            ('$', Some(n)) if n > 0 => {
                chars.next();
                match phrase.args.get(n as usize - 1) {
                    Some(Arg::Text(text)) => out.push_str(text),
                    Some(Arg::Phrase(inner)) => out.push_str(&say(inner, text_of)),
                    None => {}
                }
            }
            ('$', _) if chars.peek() == Some(&'$') => {
                chars.next();
                out.push('$');
            }
            _ => out.push(c),
        }
    }
    out
}

macro_rules! keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Which sentence. Names are those of the message catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
        #[allow(missing_docs)]
        pub enum Key { $($(#[$doc])* #[serde(rename = $name)] $variant),+ }

        impl Key {
            /// Every sentence there is.
            pub const ALL: &'static [Key] = &[$(Key::$variant),+];

            /// Its name in the message catalogue.
            pub fn name(self) -> &'static str {
                match self { $(Key::$variant => $name),+ }
            }
        }
    };
}

keys! {
    // Verdicts, for one use.
    VerdictDenied = "verdict_denied",
    VerdictConditional = "verdict_conditional",
    VerdictAllowed = "verdict_allowed",
    VerdictUnspecified = "verdict_unspecified",
    VerdictUnknown = "verdict_unknown",
    // Uses.
    UseSearch = "use_search",
    UseTdm = "use_tdm",
    UseTrainNongen = "use_train_nongen",
    UseTrainGen = "use_train_gen",
    UseAiInput = "use_ai_input",
    UseAiIndex = "use_ai_index",
    // The shell: manifest, context menu, keyboard commands, the overlay's own words.
    ExtName = "ext_name",
    ExtDescription = "ext_description",
    MenuReport = "menu_report",
    CommandNext = "command_next",
    CommandPrevious = "command_previous",
    CardClose = "card_close",
    CardEvidence = "card_evidence",
    CardOpens = "card_opens",
}
