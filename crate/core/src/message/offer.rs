//! What a catalogue says about itself, as the pages show it and the store keeps it.

use serde::{Deserialize, Serialize};

use crate::phrase::Phrase;

/// A catalogue whose signature was checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Offer {
    /// Its key, 64 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who runs it.
    pub operator: String,
    /// How they are reached.
    pub contact: String,
    /// Where a wrong record is reported.
    pub report_to: String,
    /// The licence of the data.
    pub data_licence: String,
    /// The day on which it was made.
    pub date: String,
    /// 1, and one more each time.
    pub epoch: u64,
    /// Works in it.
    pub works: u64,
    /// Those with a picture.
    pub pictures: u64,
    /// Those with a sound.
    pub sounds: u64,
    /// What is fetched of it, each file once.
    pub files: Vec<Wanted>,
    /// Which of them are tables.
    pub tables: Vec<String>,
    /// How much of it comes to this machine.
    pub extent: Extent,
}

/// How much of a catalogue comes to the reader's machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// All that is looked at: nobody learns anything.
    Whole,
    /// The tables; records are asked for.
    Tables,
    /// Nothing: every look-up is a question.
    Nothing,
}

/// A file that is wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Wanted {
    /// Its path below the catalogue's address.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3, 64 hex digits.
    pub blake3: String,
}

/// A catalogue, or why it is not taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Taken {
    /// The catalogue.
    pub offer: Option<Offer>,
    /// Why not.
    pub refused: Option<Phrase>,
}
