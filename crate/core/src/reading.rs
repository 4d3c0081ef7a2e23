//! What the reading room found out about one file: the only thing that leaves it.

use serde::{Deserialize, Serialize};

use crate::fingerprint::Digests;
use crate::fingerprint::elsewhere::{self, Pixels};
use crate::fingerprint::sound::Heard;
use crate::fingerprint::{self, DecodedBy, Fingerprint, exact};
use crate::limits::Limits;
use crate::media::{self, MediaFacts, MediaKind};
use crate::metadata::c2pa::{self, Checked, Legible};
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
    /// Codes of a JPEG XL picture: decoded by `sayso-jxl`.
    JpegXl,
    /// Codes of a picture that only a browser decodes, and perhaps not every one.
    Pixels,
    /// What the sound in the file sounds like: done by `sayso-sound`.
    Sound,
}

/// Why a picture that is decoded elsewhere has no pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum NoPixels {
    /// There is no decoder for this format.
    NoDecoder,
    /// The browser cannot decode the file, for whatever reason: it does not say.
    Undecoded,
    /// The browser gives noise instead of pixels, lest it be recognised by how it draws.
    Noise,
    /// The decoder found a fault.
    Fault {
        /// Which.
        problem: Problem,
    },
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
    /// The manifest at another address that was asked for.
    pub elsewhere: Option<Elsewhere>,
}

/// A manifest of the file that lies at an address of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Elsewhere {
    /// The address.
    pub url: String,
    /// Why it could not be had; `None` when it was, and stands with the metadata.
    pub failure: Option<Failure>,
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
    pub fn check(&mut self, checked: Option<Checked>) {
        if let (Some(store), Some(checked)) = (&mut self.metadata.c2pa, checked) {
            if let Some(unpacked) = checked.unpacked {
                let locator = std::mem::take(&mut store.locator);
                *store = c2pa::Store { locator, ..*unpacked };
                self.problems.retain(|p| p.message != c2pa::PACKED);
            }
            store.validation = Some(checked.validation);
        }
        self.took(Step::Manifest);
    }

    /// Adds the manifest that the file names at another address. One in the file counts first
    /// (C2PA 2.2, 11.4).
    pub fn attach(&mut self, url: &str, store: &[u8], limits: &Limits) {
        self.elsewhere = Some(Elsewhere { url: url.to_string(), failure: None });
        if self.metadata.c2pa.is_some() {
            return;
        }
        let (store, problems) = c2pa::read(store, &format!("manifest at {url}"), limits);
        if store.legible == Legible::Malformed {
            self.metadata.malformed.push("c2pa".to_string());
        }
        self.problems.extend(problems);
        self.metadata.c2pa = Some(store);
        self.awaits.insert(0, Step::Manifest);
    }

    /// Notes that the manifest at another address could not be had.
    pub fn miss(&mut self, url: &str, why: Failure) {
        self.elsewhere = Some(Elsewhere { url: url.to_string(), failure: Some(why) });
    }

    /// Whether a decoder elsewhere may be given the file. Where it may not, that is said and
    /// the step is taken.
    pub fn may_be_decoded(&mut self, limits: &Limits) -> bool {
        let Some(facts) = &self.media else { return false };
        match elsewhere::allowed(facts, limits) {
            Ok(()) => true,
            Err(problem) => {
                self.no_pixels(NoPixels::Fault { problem });
                false
            }
        }
    }

    /// Adds the codes of pixels that were decoded elsewhere from the same bytes.
    pub fn see(&mut self, pixels: Pixels, limits: &Limits) {
        let by = elsewhere::decoder(self.media.as_ref()).unwrap_or(DecodedBy::Browser);
        match self.fingerprint.see(pixels, by, limits) {
            Ok(()) => self.saw(),
            Err(problem) => self.no_pixels(NoPixels::Fault { problem }),
        }
    }

    /// There are no pixels to make codes of; everything else stays.
    pub fn no_pixels(&mut self, why: NoPixels) {
        let format = self.media.as_ref().map(|media| media.format.to_uppercase());
        let format = format.unwrap_or_default();
        let problem = |code, words: String| {
            Problem::new(code, "picture data", format!("{words}, so there is no picture code"))
        };
        self.problems.push(match why {
            NoPixels::NoDecoder => {
                let words = format!("there is no decoder for {format} here");
                problem(ProblemCode::Unsupported, words)
            }
            NoPixels::Undecoded => problem(
                ProblemCode::Unsupported,
                format!("this browser cannot decode the {format}"),
            ),
            NoPixels::Noise => {
                let words = "this browser is set to give noise instead of decoded pixels";
                problem(ProblemCode::Unreadable, words.to_string())
            }
            NoPixels::Fault { problem } => problem,
        });
        self.saw();
    }

    /// Takes over the codes of the same bytes, which were read before, perhaps from elsewhere:
    /// all that takes long but the check of a manifest, whose answer depends on the day and on
    /// whom the reader trusts. False where it is another file, or not enough is known of it.
    pub fn take_over(&mut self, bytes: &[u8], known: &Reading, depth: Depth) -> bool {
        let print = &known.fingerprint;
        let enough = known.whole() && (depth == Depth::Search || !print.approximate);
        if known.bytes != self.bytes || !enough || print.blake3 != exact::blake3(bytes) {
            return false;
        }
        self.fingerprint = print.clone();
        if let (Some(media), Some(other)) = (&mut self.media, &known.media) {
            media.duration_s = other.duration_s;
        }
        // Of the same bytes, faults of the container are the same and stand there already.
        for problem in &known.problems {
            if !self.problems.contains(problem) {
                self.problems.push(problem.clone());
            }
        }
        self.awaits.retain(|step| *step == Step::Manifest);
        true
    }

    /// As much of it as another reading of the same bytes can take over.
    pub fn to_take_over(&self) -> Reading {
        Reading {
            bytes: self.bytes,
            media: self.media.clone(),
            fingerprint: self.fingerprint.clone(),
            problems: self.problems.clone(),
            awaits: self.awaits.clone(),
            ..Reading::default()
        }
    }

    /// Whether every step was taken, none given up.
    pub fn whole(&self) -> bool {
        self.awaits.is_empty() && self.problems.iter().all(|problem| problem.place != GIVEN_UP)
    }

    /// Whatever is still awaited will not be added. That a picture was not decoded is said.
    pub fn close(&mut self) {
        if self.awaits.iter().any(|step| matches!(step, Step::JpegXl | Step::Pixels)) {
            self.no_pixels(NoPixels::NoDecoder);
        }
        self.awaits.clear();
    }

    fn saw(&mut self) {
        self.took(Step::JpegXl);
        self.took(Step::Pixels);
    }

    fn took(&mut self, step: Step) {
        self.awaits.retain(|awaited| *awaited != step);
    }
}

/// The place of the problem that steps were given up.
const GIVEN_UP: &str = "content";

/// Reads one file as far as the core goes: container, metadata, exact codes. What other crates
/// could add is not awaited.
pub fn read(bytes: &[u8], delivery: Delivery, limits: &Limits) -> Reading {
    let mut reading = begin(bytes, delivery, limits);
    add_codes(&mut reading, bytes, Depth::Exact, limits);
    reading.close();
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
        elsewhere: None,
    };
    if reading.metadata.c2pa.is_some() {
        reading.awaits.push(Step::Manifest);
    }
    // Hashes of a part would be those of another file.
    if !part {
        reading.awaits.push(Step::Codes);
        match elsewhere::decoder(reading.media.as_ref()) {
            Some(DecodedBy::Sayso) => reading.awaits.push(Step::JpegXl),
            Some(DecodedBy::Browser) => reading.awaits.push(Step::Pixels),
            None => {}
        }
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
    add_codes_beside(reading, bytes, &Digests::of(bytes), depth, limits);
}

/// As [`add_codes`], where the hashes of the bytes are known.
pub fn add_codes_beside(
    reading: &mut Reading,
    bytes: &[u8],
    digests: &Digests,
    depth: Depth,
    limits: &Limits,
) {
    let road = match depth {
        Depth::Search => fingerprint::SEARCH,
        Depth::Exact => fingerprint::EXACT,
    };
    let facts = reading.media.as_ref();
    let (fingerprint, problems) = fingerprint::along(road, bytes, digests, facts, limits);
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
        self.problems.push(Problem::new(ProblemCode::Unreadable, GIVEN_UP, reason));
        self.awaits.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of an AVIF picture of this size and nothing more.
    fn avif(width: u32, height: u32) -> Vec<u8> {
        fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
            let size = (body.len() as u32 + 8).to_be_bytes();
            [&size[..], name, body].concat()
        }
        let size = [&[0; 4][..], &width.to_be_bytes(), &height.to_be_bytes()].concat();
        let item = boxed(b"infe", b"\x02\0\0\0\0\x01\0\0av01\0");
        let properties = [
            boxed(b"ipco", &boxed(b"ispe", &size)),
            boxed(b"ipma", b"\0\0\0\0\0\0\0\x01\0\x01\x01\x01"),
        ];
        let meta = [
            b"\0\0\0\0".to_vec(),
            boxed(b"pitm", b"\0\0\0\0\0\x01"),
            boxed(b"iinf", &[b"\0\0\0\0\0\x01", &item[..]].concat()),
            boxed(b"iprp", &properties.concat()),
        ];
        [boxed(b"ftyp", b"avif\0\0\0\0avif"), boxed(b"meta", &meta.concat())].concat()
    }

    fn begun(width: u32, height: u32) -> Reading {
        let bytes = avif(width, height);
        let mut reading = begin(&bytes, Delivery::default(), &Limits::DEFAULT);
        assert_eq!(reading.awaits, [Step::Codes, Step::Pixels]);
        add_codes(&mut reading, &bytes, Depth::Search, &Limits::DEFAULT);
        assert_eq!((reading.awaits.as_slice(), reading.problems.len()), (&[Step::Pixels][..], 0));
        reading
    }

    #[test]
    fn a_picture_that_a_browser_decodes_waits_for_its_pixels() {
        let mut reading = begun(96, 64);
        assert!(reading.may_be_decoded(&Limits::DEFAULT));
        let rgba = (0..96 * 64 * 4_u32).map(|i| (i * i / 97) as u8).collect();
        reading.see(Pixels { width: 96, height: 64, rgba }, &Limits::DEFAULT);
        assert_eq!((reading.awaits.len(), reading.problems.len()), (0, 0));
        assert_eq!(reading.fingerprint.decoded_by, DecodedBy::Browser);
        assert!(reading.fingerprint.codes.is_some() && !reading.fingerprint.sha256.is_empty());
    }

    #[test]
    fn what_has_no_pixels_keeps_its_hashes_and_says_why() {
        for why in [NoPixels::NoDecoder, NoPixels::Undecoded, NoPixels::Noise] {
            let mut reading = begun(96, 64);
            reading.no_pixels(why.clone());
            assert_eq!((reading.awaits.len(), reading.problems.len()), (0, 1), "{why:?}");
            assert!(reading.problems[0].message.ends_with("so there is no picture code"));
            assert_eq!(reading.fingerprint.codes, None);
            assert!(!reading.fingerprint.sha256.is_empty());
        }
    }

    #[test]
    fn a_header_that_names_too_many_pixels_is_not_given_to_a_decoder() {
        let mut reading = begun(40_000, 30_000);
        assert!(!reading.may_be_decoded(&Limits::DEFAULT));
        assert_eq!(reading.problems[0].code, ProblemCode::OverLimit);
        assert_eq!(reading.awaits, []);
    }

    #[test]
    fn codes_of_the_same_bytes_are_taken_over_and_no_others() {
        let bytes = avif(96, 64);
        let known = read(&bytes, Delivery::default(), &Limits::DEFAULT);
        let begin = || begin(&bytes, Delivery::default(), &Limits::DEFAULT);
        let mut again = begin();
        assert!(again.take_over(&bytes, &known.to_take_over(), Depth::Exact));
        assert_eq!(again, known);

        let near = Fingerprint { approximate: true, ..known.fingerprint.clone() };
        let near = Reading { fingerprint: near, ..known.clone() };
        assert!(begin().take_over(&bytes, &near, Depth::Search));
        assert!(!begin().take_over(&bytes, &near, Depth::Exact));

        let half = Reading { awaits: vec![Step::Pixels], ..known.clone() };
        let mut crashed = half.clone();
        crashed.give_up(&Failure::Crashed);
        let other = read(&avif(64, 96), Delivery::default(), &Limits::DEFAULT);
        assert_eq!(other.bytes, known.bytes);
        for unfit in [half, crashed, other, Reading::default()] {
            let mut again = begin();
            assert!(!again.take_over(&bytes, &unfit, Depth::Search));
            assert_eq!(again, begin());
        }
    }

    #[test]
    fn a_manifest_is_checked_anew_whatever_was_known() {
        let bytes = avif(96, 64);
        let known = read(&bytes, Delivery::default(), &Limits::DEFAULT);
        let mut again = begin(&bytes, Delivery::default(), &Limits::DEFAULT);
        again.awaits.insert(0, Step::Manifest);
        assert!(again.take_over(&bytes, &known, Depth::Exact));
        assert_eq!(again.awaits, [Step::Manifest]);
    }

    #[test]
    fn read_alone_it_says_that_nobody_decoded_it() {
        let reading = read(&avif(96, 64), Delivery::default(), &Limits::DEFAULT);
        assert_eq!((reading.awaits.len(), reading.problems.len()), (0, 1));
        assert_eq!(reading.problems[0].code, ProblemCode::Unsupported);
        assert!(reading.problems[0].message.contains("no decoder for AVIF"));
    }

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
