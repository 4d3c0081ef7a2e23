//! What the reading room found out about one file: the only thing that leaves it.

use serde::{Deserialize, Serialize};

use crate::fingerprint::sound::Heard;
use crate::fingerprint::{self, Fingerprint};
use crate::limits::Limits;
use crate::media::{self, MediaFacts, MediaKind};
use crate::metadata::{self, Metadata};
use crate::page::{Header, Millis};
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
    }
}

/// Reads one file whole: container, metadata, codes.
pub fn read(bytes: &[u8], delivery: Delivery, limits: &Limits) -> Reading {
    let mut problems = Vec::new();
    if bytes.is_empty() {
        problems.push(Problem::new(ProblemCode::Truncated, "byte 0", "the file is empty"));
    }
    let opened = media::open(bytes, limits);
    problems.extend(opened.problems);
    let (metadata, more) = metadata::read(&opened.blocks, limits);
    problems.extend(more);
    let (fingerprint, more) = fingerprint::compute(bytes, opened.facts.as_ref(), limits);
    problems.extend(more);
    Reading {
        delivery,
        bytes: bytes.len() as u64,
        media: opened.facts,
        metadata,
        fingerprint,
        problems,
    }
}
