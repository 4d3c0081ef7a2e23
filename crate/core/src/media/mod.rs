//! Bytes to container facts and raw metadata blocks; one file per format.
//!
//! A reader never fails as a whole: what was understood before a fault is kept,
//! and the fault becomes a [`Problem`] with its place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::vocabulary::Problem;

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

/// Recognises the format by content and walks the container.
pub fn open<'a>(_bytes: &'a [u8], _limits: &Limits) -> Opened<'a> {
    Opened::default()
}
