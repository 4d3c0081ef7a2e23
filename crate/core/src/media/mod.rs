//! Bytes to container facts and raw metadata blocks; one file per format.
//!
//! A reader never fails as a whole: what was understood before a fault is kept,
//! and the fault becomes a [`Problem`] with its place. Formats are told apart by
//! content alone ([`FORMATS`]); names and HTTP types lie too often.
//! Left out: pixels and samples (that is `fingerprint`), and the meaning of blocks
//! (that is `metadata`).

#![deny(clippy::arithmetic_side_effects)]

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::vocabulary::{Problem, ProblemCode};

mod aac;
mod aiff;
mod bmff;
mod bmp;
mod flac;
mod gif;
mod ico;
mod id3;
mod jpeg;
mod jxl;
mod matroska;
mod mp3;
mod names;
mod ogg;
mod other;
mod png;
mod riff;
pub(crate) mod svg;
mod svg_pictures;
pub mod tiff;
mod wav;
mod webp;

pub use names::misnamed;

/// What sort of work the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A sound.
    Audio,
    /// Moving pictures.
    Video,
}

/// What the container says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct MediaFacts {
    /// Picture, sound or video.
    pub kind: MediaKind,
    /// Short name: `jpeg`, `png`, `webp`, `gif`, `svg`, `bmp`, `avif`, `mp3`, `ogg`, `flac`, `wav`, `mp4`, …
    pub format: String,
    /// Media type by content, not by header.
    pub mime: String,
    /// Length in bytes.
    pub bytes: u64,
    /// Width in stored pixels, before orientation.
    pub width: Option<u32>,
    /// Height in stored pixels, before orientation.
    pub height: Option<u32>,
    /// EXIF orientation 1 to 8; 1 where nothing is said.
    pub orientation: Option<u8>,
    /// Number of frames; 1 for a still picture.
    pub frames: Option<u32>,
    /// Length in seconds, for sound and video.
    pub duration_s: Option<f64>,
}

/// What a raw block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// An XMP packet (already joined, inflated and free of container framing).
    Xmp,
    /// An EXIF block: a TIFF structure from its byte-order mark on.
    Exif,
    /// IPTC-IIM datasets (from the first 0x1C).
    Iim,
    /// A C2PA manifest store (JUMBF), found but not read here.
    C2pa,
    /// Plain text with a key: PNG text chunks, GIF and JPEG comments, sound tags.
    Text,
}

/// One raw metadata block with the place it stood in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What it holds.
    pub kind: BlockKind,
    /// Segment, chunk or box with its offset, e.g. `APP1 at 0x14`, `iTXt at 0x29`.
    pub locator: String,
    /// The key of a text block, e.g. `Copyright`, `TCOP`, `LICENSE`; empty otherwise.
    pub key: String,
    /// The bytes; UTF-8 for text blocks.
    pub bytes: Cow<'a, [u8]>,
}

/// What a container gave.
#[derive(Clone, Debug, Default)]
pub struct Opened<'a> {
    /// Facts, when the format was recognised.
    pub facts: Option<MediaFacts>,
    /// Metadata blocks, in file order.
    pub blocks: Vec<Block<'a>>,
    /// Faults, in the order in which they were met.
    pub problems: Vec<Problem>,
}

/// One format: how it is recognised and how it is walked.
pub struct Format {
    /// Short name, as in [`MediaFacts::format`].
    pub name: &'static str,
    /// Media type.
    pub mime: &'static str,
    /// What sort of work it mostly is; a walk may know better (an MP4 without pictures).
    pub kind: MediaKind,
    /// Whether these bytes are of this format. Looks at the first bytes only.
    sniff: fn(&[u8]) -> bool,
    /// Reads facts and blocks.
    walk: fn(&mut Walk<'_>),
}

impl Format {
    /// What is known before a file is walked.
    fn facts(&self, bytes: u64) -> MediaFacts {
        MediaFacts {
            kind: self.kind,
            format: self.name.to_owned(),
            mime: self.mime.to_owned(),
            bytes,
            width: None,
            height: None,
            orientation: None,
            frames: None,
            duration_s: None,
        }
    }
}

/// Every format that is recognised, most specific first.
#[rustfmt::skip]
pub const FORMATS: &[Format] = &[
    Format { name: "jpeg", mime: "image/jpeg", kind: MediaKind::Image, sniff: jpeg::sniff, walk: jpeg::walk },
    Format { name: "png", mime: "image/png", kind: MediaKind::Image, sniff: png::sniff, walk: png::walk },
    Format { name: "webp", mime: "image/webp", kind: MediaKind::Image, sniff: webp::sniff, walk: webp::walk },
    Format { name: "gif", mime: "image/gif", kind: MediaKind::Image, sniff: gif::sniff, walk: gif::walk },
    Format { name: "avif", mime: "image/avif", kind: MediaKind::Image, sniff: bmff::sniff_avif, walk: bmff::walk },
    Format { name: "heif", mime: "image/heif", kind: MediaKind::Image, sniff: bmff::sniff_heif, walk: bmff::walk },
    Format { name: "m4a", mime: "audio/mp4", kind: MediaKind::Audio, sniff: bmff::sniff_m4a, walk: bmff::walk },
    Format { name: "mov", mime: "video/quicktime", kind: MediaKind::Video, sniff: bmff::sniff_mov, walk: bmff::walk },
    Format { name: "mp4", mime: "video/mp4", kind: MediaKind::Video, sniff: bmff::sniff_mp4, walk: bmff::walk },
    Format { name: "flac", mime: "audio/flac", kind: MediaKind::Audio, sniff: flac::sniff, walk: flac::walk },
    Format { name: "ogg", mime: "audio/ogg", kind: MediaKind::Audio, sniff: ogg::sniff, walk: ogg::walk },
    Format { name: "wav", mime: "audio/wav", kind: MediaKind::Audio, sniff: wav::sniff, walk: wav::walk },
    Format { name: "aiff", mime: "audio/aiff", kind: MediaKind::Audio, sniff: aiff::sniff, walk: aiff::walk },
    Format { name: "jxl", mime: "image/jxl", kind: MediaKind::Image, sniff: jxl::sniff, walk: jxl::walk },
    Format { name: "tiff", mime: "image/tiff", kind: MediaKind::Image, sniff: tiff::sniff, walk: tiff::walk },
    Format { name: "webm", mime: "video/webm", kind: MediaKind::Video, sniff: matroska::sniff_webm, walk: matroska::walk },
    Format { name: "matroska", mime: "video/x-matroska", kind: MediaKind::Video, sniff: matroska::sniff, walk: matroska::walk },
    Format { name: "bmp", mime: "image/bmp", kind: MediaKind::Image, sniff: bmp::sniff, walk: bmp::walk },
    Format { name: "ico", mime: "image/x-icon", kind: MediaKind::Image, sniff: ico::sniff, walk: ico::walk },
    Format { name: "svg", mime: "image/svg+xml", kind: MediaKind::Image, sniff: svg::sniff, walk: svg::walk },
    Format { name: "aac", mime: "audio/aac", kind: MediaKind::Audio, sniff: aac::sniff, walk: aac::walk },
    // Last: an MP3 stream has no signature of its own, only a frame header of 11 set bits.
    Format { name: "mp3", mime: "audio/mpeg", kind: MediaKind::Audio, sniff: mp3::sniff, walk: mp3::walk },
];

/// The format of these bytes, by their content.
pub fn recognise(bytes: &[u8]) -> Option<&'static Format> {
    FORMATS.iter().find(|f| (f.sniff)(bytes))
}

/// Recognises the format by content and walks the container.
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Opened<'a> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let whole = bytes;
    let bytes = bytes.get(..limits.file_bytes).unwrap_or(bytes);
    let Some(format) = recognise(bytes) else {
        // Nothing came at all: whoever handed over the bytes says so, once.
        let problems = if bytes.is_empty() { Vec::new() } else { vec![other::describe(bytes)] };
        return Opened { facts: None, blocks: Vec::new(), problems };
    };
    let mut walk = Walk::new(bytes, limits, format.facts(length));
    if whole.len() > bytes.len() {
        walk.problem(
            ProblemCode::OverLimit,
            place("byte", bytes.len()),
            format!("the file has {length} bytes; the first {} were read", bytes.len()),
        );
    }
    (format.walk)(&mut walk);
    walk.scan_for_xmp();
    walk.settle_orientation();
    if walk.facts.width == Some(0) || walk.facts.height == Some(0) {
        let message = "the picture has no width or no height by its header";
        walk.problem(ProblemCode::Malformed, "header", message);
    }
    Opened { facts: Some(walk.facts), blocks: walk.blocks, problems: walk.problems }
}

/// The key of an XMP block that was not where the format puts it, but was found by scanning.
pub const SCANNED: &str = "scanned";

/// The place of a fault that leaves only tags in doubt which stand at the end of a file (ID3v1,
/// APEv2): what came before it was read.
pub const END_TAGS: &str = "end of the sound";

/// Faults kept of one file: a hostile file can be at fault in every byte.
const PROBLEMS_MAX: usize = 64;

/// A file while it is walked: its bytes, and what was found so far.
pub(crate) struct Walk<'a> {
    bytes: &'a [u8],
    limits: Limits,
    facts: MediaFacts,
    blocks: Vec<Block<'a>>,
    problems: Vec<Problem>,
    steps: usize,
    texts: usize,
    kept: usize,
    inflated: usize,
}

/// Largest blocks that one file may fill, kept or inflated: blocks may lie over each other,
/// and a kilobyte may inflate to a megabyte, again and again.
const LARGEST_BLOCKS: usize = 4;

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], limits: &Limits, facts: MediaFacts) -> Self {
        Walk {
            bytes,
            limits: *limits,
            facts,
            blocks: Vec::new(),
            problems: Vec::new(),
            steps: 0,
            texts: 0,
            kept: 0,
            inflated: 0,
        }
    }

    fn problem(&mut self, code: ProblemCode, place: impl Into<String>, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem::new(code, place, message));
        }
    }

    fn malformed(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problem(ProblemCode::Malformed, place, message);
    }

    fn truncated(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.problem(ProblemCode::Truncated, place, message);
    }

    /// Says that something claims more bytes than there are.
    fn short(&mut self, place: impl Into<String>, claimed: u64, left: usize) {
        self.truncated(place, format!("it claims {claimed} bytes where {left} are left"));
    }

    /// Counts one segment, chunk or box; false when the file has had its share.
    fn step(&mut self, place: &str) -> bool {
        self.steps = self.steps.saturating_add(1);
        let most = self.limits.segments;
        if self.steps == most.saturating_add(1) {
            let message = format!("more than {most} parts; the rest was not walked");
            self.problem(ProblemCode::OverLimit, place, message);
        }
        self.steps <= most
    }

    fn size(&mut self, width: u32, height: u32) {
        self.facts.width = Some(width);
        self.facts.height = Some(height);
    }

    /// Keeps one block, unless it is too large or one too many.
    fn block(&mut self, kind: BlockKind, locator: String, bytes: impl Into<Cow<'a, [u8]>>) {
        self.keep(kind, locator, String::new(), bytes.into());
    }

    /// Keeps one text; empty ones say nothing and are dropped.
    fn text(&mut self, locator: String, key: impl Into<String>, value: impl Into<Cow<'a, [u8]>>) {
        let value = value.into();
        if !value.is_empty() {
            self.keep(BlockKind::Text, locator, key.into(), value);
        }
    }

    /// Keeps one text that is UTF-8 or Latin-1, without white space and NULs around it.
    fn words(&mut self, locator: String, key: impl Into<String>, value: &'a [u8]) {
        if value.len() > self.limits.block_bytes {
            return self.text(locator, key, value);
        }
        let text = utf8_or_latin1(value);
        let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
        self.text(locator, key, text.as_bytes().to_vec());
    }

    fn keep(&mut self, kind: BlockKind, locator: String, key: String, bytes: Cow<'a, [u8]>) {
        // Texts are many and small; they have the ceiling of properties.
        let text = kind == BlockKind::Text;
        let others = self.blocks.len().saturating_sub(self.texts);
        let (have, most) = match text {
            true => (self.texts, self.limits.properties),
            false => (others, self.limits.blocks),
        };
        // What is borrowed costs nothing, and a TIFF file is one block as a whole.
        let block_bytes = self.limits.block_bytes;
        let weighs = kind != BlockKind::Exif && kind != BlockKind::C2pa;
        let weight = if weighs { bytes.len() } else { 0 };
        let total = self.kept.saturating_add(weight);
        if have >= most {
            if have == most {
                let message = format!("more than {most} metadata blocks; the rest was not read");
                self.problem(ProblemCode::OverLimit, locator, message);
            }
        } else if weight > block_bytes || total > block_bytes.saturating_mul(LARGEST_BLOCKS) {
            let message = match weight > block_bytes {
                true => format!("{weight} bytes are more than {block_bytes}"),
                false => format!("metadata of {total} bytes in all is too much"),
            };
            self.problem(ProblemCode::OverLimit, locator, message);
        } else {
            self.kept = total;
            self.texts = self.texts.saturating_add(usize::from(text));
            self.blocks.push(Block { kind, locator, key, bytes });
        }
    }

    /// Inflates a zlib stream up to the ceiling of a block. `None` when it is too large
    /// or broken from its start; what came before a later fault is kept.
    fn inflate(&mut self, packed: &[u8], place: &str) -> Option<Vec<u8>> {
        let budget = self.limits.block_bytes.saturating_mul(LARGEST_BLOCKS);
        let most = self.limits.block_bytes.min(budget.saturating_sub(self.inflated));
        let inflated = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, most);
        let made = inflated.as_ref().map_or_else(|fault| fault.output.len(), Vec::len);
        self.inflated = self.inflated.saturating_add(made);
        match inflated {
            Ok(bytes) => Some(bytes),
            Err(fault) if fault.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput => {
                let message = format!("it inflates to more than {most} bytes");
                self.problem(ProblemCode::OverLimit, place, message);
                None
            }
            Err(fault) => {
                let had = fault.output.len();
                let message = format!("its compressed data is broken after {had} bytes");
                self.malformed(place, message);
                (had > 0).then_some(fault.output)
            }
        }
    }

    /// Looks for a packet by its wrapper where the container named none
    /// (ISO 16684-1, 7.3.2). It may be a thumbnail's, so it is marked.
    fn scan_for_xmp(&mut self) {
        if self.facts.format == "svg" || self.blocks.iter().any(|b| b.kind == BlockKind::Xmp) {
            return;
        }
        let Some(start) = memchr::memmem::find(self.bytes, b"<?xpacket begin=") else { return };
        let rest = self.bytes.get(start..).unwrap_or_default();
        let rest = rest.get(..self.limits.block_bytes).unwrap_or(rest);
        let locator = place("scan", start);
        let Some(end) = memchr::memmem::find(rest, b"<?xpacket end=") else {
            // A wrapper without its end: too little to build on, too much for silence.
            self.truncated(locator, "an XMP packet begins here and does not end");
            return;
        };
        let packet = rest.get(..end).unwrap_or_default();
        self.keep(BlockKind::Xmp, locator, SCANNED.to_owned(), Cow::Borrowed(packet));
    }

    /// Takes the orientation from the first EXIF block, unless the container has its own.
    fn settle_orientation(&mut self) {
        if self.facts.kind != MediaKind::Image || self.facts.orientation.is_some() {
            return;
        }
        let said = self
            .blocks
            .iter()
            .filter(|b| b.kind == BlockKind::Exif)
            .find_map(|b| tiff::orientation(&b.bytes));
        self.facts.orientation = Some(said.unwrap_or(1));
    }
}

/// A place as people and programs read it: `IDAT at 0x1f3`.
pub(crate) fn place(name: impl std::fmt::Display, offset: usize) -> String {
    format!("{name} at {offset:#x}")
}

/// `length` bytes from `at` on, if they are all there.
pub(crate) fn part(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..at.checked_add(length)?)
}

/// The bytes from `at` on; none when it lies past the end.
pub(crate) fn from(bytes: &[u8], at: usize) -> &[u8] {
    bytes.get(at..).unwrap_or_default()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    part(bytes, at, N)?.try_into().ok()
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

pub(crate) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

pub(crate) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(crate) fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    array::<3>(bytes, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}

pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(crate) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// A length or an offset of the file as a position in memory; what does not fit is past any end.
pub(crate) fn index(value: impl TryInto<usize>) -> usize {
    value.try_into().unwrap_or(usize::MAX)
}

/// A four-character name for a place; bytes that do not print are shown as `.`.
pub(crate) fn four_cc(bytes: &[u8]) -> String {
    bytes.iter().take(4).map(|&b| if (0x20..0x7f).contains(&b) { b.into() } else { '.' }).collect()
}

/// Latin-1 to text: every byte is the code point of its number.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

/// UTF-16 to text, without its byte-order mark; `big` where no mark says otherwise.
pub(crate) fn utf16(bytes: &[u8], big: bool) -> String {
    let (bytes, big) = match bytes {
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, rest @ ..] => (rest, false),
        _ => (bytes, big),
    };
    let units = bytes.chunks_exact(2).map(|pair| match (pair, big) {
        (&[a, b], true) => u16::from_be_bytes([a, b]),
        (&[a, b], false) => u16::from_le_bytes([a, b]),
        _ => 0,
    });
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Bytes before the first NUL, and those after it.
pub(crate) fn split_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end.checked_add(1)?..)?))
}

/// UTF-8 if it is, else Latin-1: what writers of old text fields did.
pub(crate) fn utf8_or_latin1(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| latin1(bytes), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_formats_are_distinct() {
        let names: std::collections::BTreeSet<_> = FORMATS.iter().map(|f| f.name).collect();
        assert_eq!(names.len(), FORMATS.len());
    }

    #[test]
    fn no_bytes_are_no_format() {
        let opened = open(b"", &Limits::DEFAULT);
        assert!(opened.facts.is_none() && opened.blocks.is_empty() && opened.problems.is_empty());
    }

    #[test]
    fn a_file_over_the_limit_is_read_up_to_it_and_says_so() {
        let mut file = b"GIF89a\x02\0\x03\0\0\0\0".to_vec();
        file.resize(400, 0);
        let limits = Limits { file_bytes: 100, ..Limits::DEFAULT };
        let opened = open(&file, &limits);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.bytes, facts.width, facts.height), (400, Some(2), Some(3)));
        assert_eq!(opened.problems[0].code, ProblemCode::OverLimit);
    }

    #[test]
    fn a_packet_found_by_scanning_is_marked() {
        let mut file = b"BM".to_vec();
        file.resize(60, 0);
        file[14] = 40;
        file[18] = 1;
        file[22] = 1;
        file.extend_from_slice(b"<?xpacket begin='' id=''?><x/><?xpacket end='w'?>");
        let opened = open(&file, &Limits::DEFAULT);
        let block = opened.blocks.iter().find(|b| b.kind == BlockKind::Xmp).unwrap();
        assert_eq!((block.key.as_str(), block.locator.as_str()), (SCANNED, "scan at 0x3c"));
    }

    #[test]
    fn utf16_follows_its_mark() {
        assert_eq!(utf16(b"\xff\xfea\0", true), "a");
        assert_eq!(utf16(b"\xfe\xff\0a", false), "a");
        assert_eq!(utf16(b"a\0", false), "a");
        assert_eq!(utf16(b"\xd8\0\0a", true), "\u{fffd}a");
    }
}
