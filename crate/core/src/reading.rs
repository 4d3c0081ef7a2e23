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
    problems.extend(cut(&delivery, bytes));
    let opened = media::open(bytes, limits);
    problems.extend(opened.problems);
    let (metadata, more) = metadata::read(&opened.blocks, limits);
    problems.extend(more);
    let part = cut(&delivery, bytes).is_some();
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
    // Hashes of a part would be those of another file.
    if !part {
        reading.awaits.push(Step::Codes);
    }
    if reading.has_sound() {
        reading.awaits.push(Step::Sound);
    }
    reading
}

/// Of a sound that is larger than what is read, the first part was let in; its length says so.
fn cut(delivery: &Delivery, bytes: &[u8]) -> Option<Problem> {
    let header = |name: &str| {
        let mut headers = delivery.headers.iter();
        headers.find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.trim())
    };
    if header("content-encoding").is_some() || bytes.is_empty() {
        return None;
    }
    let length: u64 = header("content-length")?.parse().ok()?;
    let read = bytes.len() as u64;
    let message = format!("the file has {length} bytes; the first {read} were read");
    // A shorter one was cut on its way, of which its reader tells more.
    let whole = length <= read || read < Limits::DEFAULT.file_bytes as u64;
    (!whole).then(|| Problem::new(ProblemCode::OverLimit, format!("byte {read}"), message))
}

/// Whether a file only names the pieces that are the work: an M3U8 (RFC 8216) or MPD (ISO/IEC
/// 23009-1). Its reader is in `sayso-sound`.
pub fn names_pieces(bytes: &[u8]) -> bool {
    const SNIFFED: usize = 1_024;
    let start = bytes.get(..SNIFFED).unwrap_or(bytes);
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    start.starts_with(b"#EXTM3U")
        || (start.starts_with(b"<") && start.windows(5).any(|w| w == b"<MPD " || w == b"<MPD>"))
}

/// Begins the reading of a sound that was joined of pieces: they have no hashes in common with
/// any file. Without bytes, the problem says why there are none.
pub fn begin_pieces(
    bytes: &[u8],
    delivery: Delivery,
    problem: Option<Problem>,
    limits: &Limits,
) -> Reading {
    let mut reading = match bytes {
        [] => Reading { delivery, ..Reading::default() },
        // The length that was announced is the playlist's.
        _ => Reading { delivery, ..begin(bytes, Delivery::default(), limits) },
    };
    reading.took(Step::Codes);
    reading.problems.extend(problem);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playlists_are_told_from_other_texts() {
        for yes in ["#EXTM3U\n", "\u{feff} #EXTM3U", "<?xml version='1.0'?>\n<MPD xmlns=''>"] {
            assert!(names_pieces(yes.as_bytes()), "{yes}");
        }
        for no in ["", "#EXTINF:1", "<html>", "MPD <MPD >", "ID3"] {
            assert!(!names_pieces(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn pieces_have_no_hashes_and_a_reason_when_there_are_none() {
        let wav = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";
        let joined = begin_pieces(wav, Delivery::default(), None, &Limits::DEFAULT);
        assert_eq!(joined.awaits, [Step::Sound]);
        let why = Problem::new(ProblemCode::Unsupported, "playlist", "encrypted");
        let none = begin_pieces(&[], Delivery::default(), Some(why.clone()), &Limits::DEFAULT);
        assert_eq!((none.awaits, none.problems), (Vec::new(), vec![why]));
    }

    #[test]
    fn the_first_part_of_a_large_sound_has_no_hashes() {
        let delivery = |length: usize| Delivery {
            headers: vec![Header { name: "Content-Length".to_string(), value: length.to_string() }],
            ..Delivery::default()
        };
        let limit = Limits::DEFAULT.file_bytes;
        let mut part = b"fLaC".to_vec();
        part.resize(limit, 0);
        let reading = begin(&part, delivery(limit + 9), &Limits::DEFAULT);
        assert!(!reading.awaits.contains(&Step::Codes));
        assert_eq!(reading.problems[0].code, ProblemCode::OverLimit);
        let whole = begin(&part, delivery(limit), &Limits::DEFAULT);
        assert!(whole.awaits.contains(&Step::Codes));
    }
}
