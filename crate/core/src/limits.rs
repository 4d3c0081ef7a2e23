//! Every ceiling on size, depth, count and time, with its reason.

/// Works of one document that are looked after, as `watch.js` counts them: a page that floods us with
/// more is answered for the first ones, and the list says so.
pub const WORKS_OF_A_PAGE: usize = 5_000;

/// Ceilings for one work. Foreign bytes are hostile: every reader takes these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file that are read at all. The largest camera JPEG is about 40 MiB.
    pub file_bytes: usize,
    /// Pixels that are decoded. 40 million pixels are 120 MB of RGB in a worker.
    pub pixels: u64,
    /// Pixels that are taken over from a browser's decoder; more are drawn smaller first. They
    /// are in memory three times: as canvas, as its copy and in the module, 32 MB each.
    pub canvas_pixels: u64,
    /// Longest side in pixels; PNG and JPEG allow more than memory does.
    pub side: u32,
    /// Seconds of a sound that are listened to. Half an hour is 45 kB of words, and two
    /// seconds of work.
    pub sound_seconds: u32,
    /// Bytes of one metadata block (an XMP packet, an EXIF block).
    pub block_bytes: usize,
    /// Metadata blocks of one file.
    pub blocks: usize,
    /// Segments, chunks or boxes walked in one file.
    pub segments: usize,
    /// Depth of nesting in boxes and in XML.
    pub depth: usize,
    /// Properties kept of one XMP packet, entries of one EXIF directory.
    pub properties: usize,
    /// Characters kept of one value; more is cut and said so.
    pub value_chars: usize,
    /// Bytes of one text answer: robots.txt, a registry's JSON (RFC 9309, 2.5: at least 500 KiB).
    pub text_bytes: usize,
    /// Lines read of one robots.txt.
    pub lines: usize,
    /// Statements kept of one signal.
    pub statements: usize,
}

impl Limits {
    /// What the browser and the command line use.
    pub const DEFAULT: Limits = Limits {
        file_bytes: 64 << 20,
        pixels: 40_000_000,
        canvas_pixels: 8_000_000,
        side: 65_535,
        sound_seconds: 30 * 60,
        block_bytes: 4 << 20,
        blocks: 64,
        segments: 4_096,
        depth: 32,
        properties: 2_000,
        value_chars: 4_096,
        text_bytes: 512 << 10,
        lines: 20_000,
        statements: 64,
    };
}

/// How long a server may stay silent before its answer counts as failed, in milliseconds.
pub const FETCH_TIMEOUT_MS: u32 = 15_000;

/// How long one file may be worked on before its worker is replaced, in milliseconds.
pub const READ_TIMEOUT_MS: u32 = 20_000;

/// How long site files (robots.txt, tdmrep.json) are good for, in milliseconds (RFC 9309, 2.4).
pub const SITE_FRESH_MS: f64 = 24.0 * 3_600_000.0;

/// How long a registry's answer is good for, in milliseconds.
pub const HIT_FRESH_MS: f64 = 30.0 * 24.0 * 3_600_000.0;

/// How long a registry's "nothing found" is good for, in milliseconds.
pub const MISS_FRESH_MS: f64 = 24.0 * 3_600_000.0;

/// How long a failure is remembered before it is tried again, in milliseconds.
pub const FAILURE_FRESH_MS: f64 = 5.0 * 60_000.0;
