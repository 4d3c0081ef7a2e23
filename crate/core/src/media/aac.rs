//! AAC in ADTS frames: its length.
//!
//! Standard: ISO/IEC 13818-7, 6.2. Tags: `id3.rs`. Left out: everything inside a frame.

use super::{END_TAGS, Walk, array, from, id3, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    let at = id3::length(bytes).unwrap_or(0);
    let after = from(bytes, at);
    frame(after).is_some_and(|(size, _)| frame(from(after, size)).is_some())
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut at = id3::walk(walk, 0);
    let end = id3::walk_end(walk).max(at);
    let bytes = walk.bytes.get(..end).unwrap_or_default();
    let mut seconds = 0.0;
    while let Some((size, length)) = frame(from(bytes, at)) {
        seconds += length;
        at = at.saturating_add(size);
    }
    if at > end {
        walk.truncated(place(END_TAGS, end), "the last frame is cut");
    } else if at < end {
        walk.malformed(place("byte", at), "no frame where one is due; the rest was not walked");
    }
    walk.facts.duration_s = Some(seconds);
}

/// Size of a frame in bytes and its length in seconds.
fn frame(bytes: &[u8]) -> Option<(usize, f64)> {
    let [a, b, c, d, e, f, g] = array::<7>(bytes, 0)?;
    // Twelve set bits, then layer 0.
    if a != 0xff || b & 0xf6 != 0xf0 {
        return None;
    }
    const RATES: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ];
    let rate = RATES.get(usize::from((c >> 2) & 15))?;
    let size = u32::from_be_bytes([0, d & 3, e, f]) >> 5;
    let blocks = f64::from(g & 3) + 1.0;
    let seconds = 1024.0 * blocks / f64::from(*rate);
    (size >= 7).then(|| (super::index(size), seconds))
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;

    #[test]
    fn frames_are_added_up() {
        // 44.1 kHz, 8 bytes a frame.
        let file = [0xff, 0xf1, 0x50, 0x80, 0x01, 0x00, 0xfc, 0].repeat(5);
        let opened = open(&file, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!(facts.format, "aac");
        assert!((facts.duration_s.unwrap() - 5120.0 / 44_100.0).abs() < 1e-9);
        assert!(opened.problems.is_empty());
    }
}
