//! From a judgement to what the reader sees: the mark and the card.
//!
//! The overlay draws these shapes without understanding them; every word is a
//! [`Phrase`] or foreign text, every colour a [`Tone`], every shape a path.

use serde::{Deserialize, Serialize};

use crate::phrase::Phrase;

/// How something is coloured. Never the only difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Tone {
    /// A refusal.
    Stop,
    /// Terms to be met.
    Care,
    /// Permission.
    Go,
    /// Nothing said.
    Calm,
    /// Not known.
    Dim,
}

/// The quiet mark on a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Mark {
    /// Its colour.
    pub tone: Tone,
    /// Its shape: an SVG path in a 16 by 16 box, filled by even-odd rule.
    pub shape: String,
    /// What it says, for screen readers and as the tooltip.
    pub label: Phrase,
}

/// What a person reads about one work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Card {
    /// The mark it belongs to.
    pub mark: Mark,
    /// The one sentence that matters.
    pub headline: Phrase,
    /// The work's name as the page gives it; foreign text.
    pub name: String,
    /// Parts in reading order: consent, licence, origin, matches, not checked, problems.
    pub parts: Vec<Part>,
    /// What the reader can do now.
    pub actions: Vec<Action>,
}

/// A part of the card under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Part {
    /// Its heading.
    pub heading: Phrase,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Shown closed at first (details the reader may open).
    pub folded: bool,
}

/// One line of a part: a label, a value, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Row {
    /// What the line is about.
    pub label: Phrase,
    /// What is said about it.
    pub value: Phrase,
    /// Its colour.
    pub tone: Tone,
    /// A link to follow; `https:` or `http:` only.
    pub link: Option<String>,
    /// What it rests on, down to the raw value.
    pub evidence: Vec<Evidence>,
}

/// What a line rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Evidence {
    /// Who says it, and by which standard.
    pub source: Phrase,
    /// Where it stands; foreign text.
    pub locator: String,
    /// The raw value; foreign text.
    pub raw: String,
}

/// Something the reader can do from the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Action {
    /// The words on the button.
    pub label: Phrase,
    /// What will happen; for a registry, what will be sent.
    pub note: Option<Phrase>,
    /// What to send back when it is pressed.
    pub act: Act,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "act")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Act {
    /// Opens the report page about this work.
    Report,
    /// Asks one registry about this work, once.
    Ask {
        /// The registry's id.
        registry: String,
    },
    /// Reads the work again.
    Again,
}
