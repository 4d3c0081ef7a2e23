//! One file per public registry: how to ask it, how to read its answer.
//!
//! A client is two pure functions, [`Registry::plan`] and [`Registry::read`]; the
//! shell does the asking. A miss is never a statement.

pub mod own_works;
pub mod wikimedia_commons;

use serde::{Deserialize, Serialize};

use crate::page::{Header, Millis};
use crate::vocabulary::Statement;

/// What leaves the reader's computer when a registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Privacy {
    /// Tier 0: nothing.
    Nothing,
    /// Tier 1: only to a host the page already loaded the media from.
    SameHost,
    /// Tier 2: a shard name that many works share.
    Shard,
    /// Tier 3: the fingerprint or hash, to a third party.
    Hash,
    /// Tier 4: the address, to a third party.
    Address,
    /// Tier 5: the media itself.
    Media,
}

/// What is known about a work when registries are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// The address of the asset.
    pub url: String,
    /// SHA-1 of its bytes in hex, if they were read.
    pub sha1: Option<String>,
    /// BLAKE3 of its bytes in hex, if they were read.
    pub blake3: Option<String>,
}

/// One question to one registry. Only GET exists so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Request {
    /// The registry's id.
    pub registry: String,
    /// What the answer is kept under: the same key never asks twice while fresh.
    pub key: String,
    /// The address to get.
    pub url: String,
    /// Request headers.
    pub headers: Vec<Header>,
    /// What asking tells others.
    pub privacy: Privacy,
}

/// How well a record fits the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "match")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Fit {
    /// The same bytes.
    Exact,
    /// The same address.
    Url,
    /// Alike, by so many differing bits of so many.
    Near {
        /// Differing bits.
        distance: u32,
        /// Bits compared.
        bits: u32,
        /// False: only "likely", to be said so.
        sure: bool,
        /// One is the other mirrored or turned.
        #[serde(default)]
        turned: bool,
    },
}

/// A record that a registry (or the reader's own works) holds about this work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Hit {
    /// The registry's id.
    pub registry: String,
    /// The record's id there.
    pub record_id: String,
    /// A page about it, `https:` only.
    pub record_url: Option<String>,
    /// Title of the work there.
    pub title: Option<String>,
    /// How well it fits.
    pub fit: Fit,
    /// What the record states, already in the words of the vocabulary.
    pub statements: Vec<Statement>,
}

/// What a registry answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Answer {
    /// It knows the work.
    Hits {
        /// Its records.
        hits: Vec<Hit>,
    },
    /// It does not know the work. Never a statement.
    Miss,
    /// It could not be asked now.
    Unavailable {
        /// When it may be asked again, in milliseconds from now.
        retry_after_ms: Option<Millis>,
        /// Why, in short.
        why: String,
    },
    /// It answered something that is no answer.
    Refused {
        /// Why, in short.
        why: String,
    },
}

/// A public registry.
pub struct Registry {
    /// Its id, e.g. `wikimedia-commons`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// A page about it.
    pub about: &'static str,
    /// Everything that asking it can tell others, the worst first.
    pub privacy: &'static [Privacy],
    /// Where it is asked unless the reader gives another address.
    pub endpoint: &'static str,
    /// Where its media come from, for look-ups by address; empty when it has none.
    pub media_host: &'static str,
    /// The questions that this work gives rise to.
    pub plan: fn(&Query, &Endpoint) -> Vec<Request>,
    /// Reads one answer.
    pub read: fn(&Request, &Response) -> Answer,
}

/// Where one registry is asked: its own address or the reader's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Endpoint {
    /// The address of the API.
    pub api: String,
    /// The address under which its media lie.
    pub media: String,
}

/// What came back for one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<Header>,
    /// The body as text, at most `Limits::text_bytes`.
    pub body: String,
    /// When it came.
    pub at: Millis,
}

/// What stands before the name of a catalogue where registries have their ids: whoever follows
/// several can tell them apart.
pub const CATALOGUE: &str = "catalogue:";

/// Every registry, in the order in which they are asked.
pub const REGISTRIES: &[&Registry] = &[&wikimedia_commons::REGISTRY];
