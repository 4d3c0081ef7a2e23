//! What the reading room found out about one file: the only thing that leaves it.

use serde::{Deserialize, Serialize};

use crate::fingerprint::sound::Heard;
use crate::fingerprint::{self, Fingerprint};
use crate::limits::Limits;
use crate::media::{self, MediaFacts, MediaKind};
use crate::metadata::c2pa::Validation;
use crate::metadata::{self, Metadata};
use crate::page::{Failure, Header, Millis};
use crate::vocabulary::{Problem, ProblemCode};

/// How the bytes came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Delivery {
    /// The address that was asked for.
    pub url: String,
    /// The address that answered, after redirects.
    pub final_url: String,
    /// HTTP status; 0 where there was no HTTP (a file, a `data:` address).
    pub status: u16,
    /// Response headers.
    pub headers: Vec<Header>,
    /// When the answer came.
    pub fetched_at: Millis,
}

/// How much is computed of the codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// Enough to be found by, on the shortest road; perhaps a few bits beside the exact code.
    Search,
    /// What can be published and compared for equality.
    #[default]
    Exact,
}

/// What a further step will add to a reading. What the reading holds is good without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Whether the manifest in the file is what it claims: done by `sayso-c2pa`.
    Manifest,
    /// Hashes of the bytes and codes of the content.
    Codes,
    /// What the sound in the file sounds like: done by `sayso-sound`.
    Sound,
}

/// All that is known of one file. Small: bytes never cross a message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Reading {
    /// How the bytes came.
    pub delivery: Delivery,
    /// Length in bytes.
    pub bytes: u64,
    /// `None` when the format was not recognised.
    pub media: Option<MediaFacts>,
    /// Metadata.
    pub metadata: Metadata,
    /// Codes.
    pub fingerprint: Fingerprint,
    /// What could not be read, and where.
    pub problems: Vec<Problem>,
    /// What is still to come, in this order.
    pub awaits: Vec<Step>,
}

impl Reading {
    /// Whether there is a sound to be listened to: `sayso-sound` does so, apart.
    pub fn has_sound(&self) -> bool {
        let kind = self.media.as_ref().map(|media| media.kind);
        matches!(kind, Some(MediaKind::Audio | MediaKind::Video))
    }

    /// Adds what was heard of the same bytes.
    pub fn hear(&mut self, mut heard: Heard) {
        if let Some(media) = &mut self.media
            && media.duration_s.is_none()
            && heard.whole
        {
            media.duration_s = Some(heard.seconds);
        }
        self.problems.append(&mut heard.problems);
        self.fingerprint.hear(heard);
        self.took(Step::Sound);
    }

    /// Adds what checking the manifest of the same bytes came to.
    pub fn check(&mut self, validation: Option<Validation>) {
        if let Some(store) = &mut self.metadata.c2pa {
            store.validation = validation;
        }
        self.took(Step::Manifest);
    }

    fn took(&mut self, step: Step) {
        self.awaits.retain(|awaited| *awaited != step);
    }
}

/// Reads one file as far as the core goes: container, metadata, exact codes. What other crates
/// could add is not awaited.
pub fn read(bytes: &[u8], delivery: Delivery, limits: &Limits) -> Reading {
    let mut reading = begin(bytes, delivery, limits);
    add_codes(&mut reading, bytes, Depth::Exact, limits);
    reading.awaits.clear();
    reading
}

/// Reads what costs next to nothing and matters most: container and metadata.
pub fn begin(bytes: &[u8], delivery: Delivery, limits: &Limits) -> Reading {
    let mut problems = Vec::new();
    if bytes.is_empty() {
        problems.push(Problem::new(ProblemCode::Truncated, "byte 0", "the file is empty"));
    }
    let opened = media::open(bytes, limits);
    problems.extend(opened.problems);
    let (metadata, more) = metadata::read(&opened.blocks, limits);
    problems.extend(more);
    if let Some(facts) = &opened.facts {
        let sent = delivery.headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
        let sent = sent.map_or("", |header| header.value.as_str());
        problems.extend(media::misnamed(facts, sent, &delivery.final_url));
    }
    let mut reading = Reading {
        delivery,
        bytes: bytes.len() as u64,
        media: opened.facts,
        metadata,
        fingerprint: Fingerprint::default(),
        problems,
        awaits: Vec::new(),
    };
    if reading.metadata.c2pa.is_some() {
        reading.awaits.push(Step::Manifest);
    }
    reading.awaits.push(Step::Codes);
    if reading.has_sound() {
        reading.awaits.push(Step::Sound);
    }
    reading
}

/// Takes the step [`Step::Codes`]: hashes of the bytes, codes of the content.
pub fn add_codes(reading: &mut Reading, bytes: &[u8], depth: Depth, limits: &Limits) {
    let compute = match depth {
        Depth::Search => fingerprint::compute_for_search,
        Depth::Exact => fingerprint::compute,
    };
    let (fingerprint, problems) = compute(bytes, reading.media.as_ref(), limits);
    reading.fingerprint = fingerprint;
    reading.problems.extend(problems);
    reading.took(Step::Codes);
}

impl Reading {
    /// What was awaited will not come; what was read stays.
    pub fn give_up(&mut self, why: &Failure) {
        if self.awaits.is_empty() {
            return;
        }
        let reason = match why {
            Failure::Crashed => "the reader stopped or took too long over this file",
            _ => "the file could not be had a second time",
        };
        self.problems.push(Problem::new(ProblemCode::Unreadable, "content", reason));
        self.awaits.clear();
    }
}
