//! MPEG audio (MP1, MP2, MP3): length and tags.
//!
//! Standards: ISO/IEC 11172-3 and 13818-3 (frame header, 2.4.1.3); Xing/Info and VBRI headers,
//! <https://www.codeproject.com/Articles/8295/MPEG-Audio-Frame-Header>. Tags: `id3.rs`.
//! Left out: free-format streams, encoder delay.

use super::{END_TAGS, Walk, be16, be32, from, id3, part, place};

/// Frames that must follow each other before bytes without a tag are believed to be sound.
const FRAMES_TO_BELIEVE: usize = 3;

/// Bytes before the first frame that are passed over: rests of broken tags.
const GARBAGE: usize = 8_192;

pub(super) fn sniff(bytes: &[u8]) -> bool {
    if let Some(tag) = id3::length(bytes) {
        // A tag may stand before another format; those were asked first.
        let after = from(bytes, tag);
        return !after.starts_with(b"MP+") && !after.starts_with(b"MPCK");
    }
    // Garbage before a stream is common, garbage that looks like three frames is not. At the
    // very start two frames are enough, or one in a file that ends in a tag.
    let tagged = from(bytes, bytes.len().saturating_sub(128)).starts_with(b"TAG");
    frames_at(bytes, 0, if tagged { 1 } else { 2 }).is_some()
        || first_frame(bytes, 0, FRAMES_TO_BELIEVE).is_some()
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let start = id3::walk(walk, 0);
    let end = id3::walk_end(walk).max(start);
    let bytes = walk.bytes.get(start..end).unwrap_or_default();
    let found = first_frame(bytes, 0, FRAMES_TO_BELIEVE)
        .or_else(|| first_frame(bytes, 0, 2))
        .or_else(|| first_frame(bytes, 0, 1));
    let Some((at, first)) = found else {
        walk.malformed(place("byte", start), "there is no MPEG audio frame after the tags");
        return;
    };
    if at > 0 {
        walk.malformed(place("byte", start), format!("{at} stray bytes before the first frame"));
    }
    let stated = stated_frames(from(bytes, at), &first);
    let size = stated_bytes(from(bytes, at), &first);
    let left = from(bytes, at).len();
    if let Some(size) = size.filter(|&size| super::index(size) > left) {
        let message = format!("{size} bytes of sound by its header, {left} are there");
        walk.truncated(place(END_TAGS, end), message);
    }
    let frames = stated.filter(|&frames| frames > 0).map(u64::from);
    let seconds = match frames {
        Some(frames) => first.seconds() * to_float(frames),
        None => {
            let (seconds, cut) = walked_seconds(bytes, at);
            if cut {
                walk.truncated(place(END_TAGS, end), "the last frame is cut");
            }
            seconds
        }
    };
    walk.facts.duration_s = Some(seconds);
}

fn to_float(number: u64) -> f64 {
    // A count of frames is far below 2^53.
    number as f64
}

/// One frame header.
#[derive(Clone, Copy)]
struct Frame {
    samples: u32,
    rate: u32,
    size: usize,
    side: usize,
    version: u32,
}

impl Frame {
    fn parse(bytes: &[u8]) -> Option<Frame> {
        let word = be32(bytes, 0)?;
        if word >> 21 != 0x7ff {
            return None;
        }
        let version = (word >> 19) & 3;
        let layer = (word >> 17) & 3;
        let rate_index = super::index((word >> 10) & 3);
        let bit_index = super::index((word >> 12) & 15);
        if version == 1 || layer == 0 {
            return None;
        }
        // ISO/IEC 11172-3, 2.4.2.3, in kbit/s; 13818-3 for the lower rates.
        const RATES: [u32; 3] = [44_100, 48_000, 32_000];
        #[rustfmt::skip]
        const BITS: [[u32; 15]; 5] = [
            [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let first = version == 3;
        let shift = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let rate = RATES.get(rate_index)? >> shift;
        let row = match (first, layer) {
            (true, 3) => 0,
            (true, 2) => 1,
            (true, _) => 2,
            (false, 3) => 3,
            (false, _) => 4,
        };
        let bits = BITS.get(row)?.get(bit_index)?.checked_mul(1000).filter(|&b| b > 0)?;
        let padding = (word >> 9) & 1;
        let samples = match (layer, first) {
            (3, _) => 384,
            (2, _) | (_, true) => 1152,
            _ => 576,
        };
        let size = if layer == 3 {
            bits.checked_mul(12)?.checked_div(rate)?.checked_add(padding)?.checked_mul(4)?
        } else {
            bits.checked_mul(samples / 8)?.checked_div(rate)?.checked_add(padding)?
        };
        let mono = (word >> 6) & 3 == 3;
        let side = match (first, mono) {
            (true, false) => 32,
            (true, true) | (false, false) => 17,
            (false, true) => 9,
        };
        Some(Frame { samples, rate, size: super::index(size), side, version })
    }

    fn seconds(&self) -> f64 {
        f64::from(self.samples) / f64::from(self.rate)
    }
}

/// The first place where `count` frames of one kind follow each other, within the garbage limit.
fn first_frame(bytes: &[u8], start: usize, count: usize) -> Option<(usize, Frame)> {
    let window = from(bytes, start);
    let window = window.get(..GARBAGE).unwrap_or(window);
    memchr::memchr_iter(0xff, window).find_map(|skip| {
        let at = start.saturating_add(skip);
        frames_at(bytes, at, count).map(|frame| (at, frame))
    })
}

/// The frame here, if `count` frames of one kind follow each other from here on.
fn frames_at(bytes: &[u8], at: usize, count: usize) -> Option<Frame> {
    let first = Frame::parse(from(bytes, at))?;
    let mut next = at.saturating_add(first.size);
    for _ in 1..count {
        let frame = Frame::parse(from(bytes, next))?;
        if frame.rate != first.rate || frame.version != first.version {
            return None;
        }
        next = next.saturating_add(frame.size);
    }
    Some(first)
}

/// The number of bytes in a Xing or Info header that also states the frames.
fn stated_bytes(bytes: &[u8], first: &Frame) -> Option<u32> {
    let xing = from(bytes, first.side.saturating_add(4));
    let marked = xing.starts_with(b"Xing") || xing.starts_with(b"Info");
    (marked && be32(xing, 4)? & 3 == 3).then(|| be32(xing, 12)).flatten()
}

/// The number of frames in a Xing, Info or VBRI header.
fn stated_frames(bytes: &[u8], first: &Frame) -> Option<u32> {
    let xing = from(bytes, first.side.saturating_add(4));
    if (xing.starts_with(b"Xing") || xing.starts_with(b"Info")) && be32(xing, 4)? & 1 == 1 {
        return be32(xing, 8);
    }
    let vbri = part(bytes, 36, 18)?;
    (vbri.starts_with(b"VBRI") && be16(vbri, 4).is_some()).then(|| be32(vbri, 14)).flatten()
}

/// Adds up every frame; what lies between frames is passed over. True if the last one is cut.
fn walked_seconds(bytes: &[u8], mut at: usize) -> (f64, bool) {
    let mut seconds = 0.0;
    while let Some(skip) = memchr::memchr(0xff, from(bytes, at)) {
        at = at.saturating_add(skip);
        match Frame::parse(from(bytes, at)) {
            Some(frame) if skip == 0 || frames_at(bytes, at, 2).is_some() => {
                seconds += frame.seconds();
                at = at.saturating_add(frame.size);
            }
            _ => at = at.saturating_add(1),
        }
    }
    (seconds, at > bytes.len())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    /// MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 1152 samples.
    fn frame() -> Vec<u8> {
        let mut out = vec![0xff, 0xfb, 0x90, 0x00];
        out.resize(417, 0);
        out
    }

    fn seconds(file: &[u8]) -> f64 {
        open(file, &Limits::DEFAULT).facts.unwrap().duration_s.unwrap()
    }

    #[test]
    fn frames_are_added_up() {
        let file = frame().repeat(10);
        assert!((seconds(&file) - 11_520.0 / 44_100.0).abs() < 1e-9);
    }

    #[test]
    fn a_stated_number_of_frames_wins() {
        let mut first = frame();
        first[36..48].copy_from_slice(b"Xing\0\0\0\x01\0\0\0\x64");
        let file = [first, frame(), frame()].concat();
        assert!((seconds(&file) - 115_200.0 / 44_100.0).abs() < 1e-9);
    }

    #[test]
    fn a_cut_frame_is_said_with_and_without_a_header() {
        let mut file = frame().repeat(4);
        file.truncate(file.len() - 9);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        let mut first = frame();
        first[36..52].copy_from_slice(b"Xing\0\0\0\x03\0\0\0\x64\0\0\xff\xff");
        let file = [first, frame(), frame()].concat();
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn text_is_not_sound() {
        assert!(open(b"\xff\xfb\x90\x00 and then text", &Limits::DEFAULT).facts.is_none());
    }
}
