//! Everything the reader can choose. What is not named has its default.

use serde::{Deserialize, Serialize};

use crate::registry::{Endpoint, Privacy};

/// When a registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Mode {
    /// Never.
    Off,
    /// Only when the reader presses the button on the card.
    Ask,
    /// By itself.
    On,
}

/// What the reader has chosen for one registry and one privacy tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Choice {
    /// The registry's id.
    pub registry: String,
    /// The tier.
    pub privacy: Privacy,
    /// What was chosen.
    pub mode: Mode,
}

/// Another address for a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct OtherAddress {
    /// The registry's id.
    pub registry: String,
    /// Where it is asked.
    pub endpoint: Endpoint,
}

/// When files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum ReadWhen {
    /// As soon as a work is in view.
    Visible,
    /// Only when the reader asks for the card.
    Hovered,
}

/// Everything the reader can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Settings {
    /// When files are read.
    pub read: ReadWhen,
    /// Whether `robots.txt` and well-known files of the asset's own origin are fetched.
    pub site_files: bool,
    /// Sites (host names) on which Sayso rests.
    pub sites_off: Vec<String>,
    /// Ids of signals that are switched off.
    pub sources_off: Vec<String>,
    /// Choices for registries; what is not named has its default.
    pub choices: Vec<Choice>,
    /// Other addresses for registries.
    pub addresses: Vec<OtherAddress>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            read: ReadWhen::Visible,
            site_files: true,
            sites_off: Vec::new(),
            sources_off: Vec::new(),
            choices: Vec::new(),
            addresses: Vec::new(),
        }
    }
}
