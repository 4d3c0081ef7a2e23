//! The catalogues that the reader follows, as the engine knows them.
//!
//! Their bytes lie in a store of their own and are looked through beside the engine; what comes
//! here is whom they are by and what was found. What a catalogue's host would have to be asked is
//! a question of [`ASKING`], and waits for the reader as every other does. The format is that of
//! `crate/CATALOGUE.md`, its codes those of ISO 24138 (<https://www.iso.org/standard/77899.html>).

use serde::{Deserialize, Serialize};

use super::{Answer, CATALOGUE, Privacy};

/// What asking the host of a catalogue tells it: which part of a file many works share.
pub const ASKING: Privacy = Privacy::Shard;

/// A catalogue that the reader follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Followed {
    /// Its name. No two that are followed have the same.
    pub name: String,
    /// Who runs it.
    pub operator: String,
    /// Whether there is more at its host than on the reader's machine.
    pub remote: bool,
    /// Changes with what it holds.
    pub epoch: u64,
}

impl Followed {
    /// Its id among registries.
    pub fn id(&self) -> String {
        format!("{CATALOGUE}{}", self.name)
    }
}

/// What one catalogue said about one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Consulted {
    /// Its name.
    pub catalogue: String,
    /// What it said; nothing where nobody could look without asking its host.
    pub answer: Option<Answer>,
    /// Whether its host could be asked for more.
    pub more: bool,
}
