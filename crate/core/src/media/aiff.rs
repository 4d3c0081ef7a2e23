//! AIFF and AIFF-C: length, texts, XMP.
//!
//! Standard: <https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/AIFF/Docs/AIFF-1.3.pdf>.
//! XMP in an `APPL` chunk with the signature `XMP ` (XMP part 3, 1.1.1).
//! Left out: samples, markers, instruments.

use super::riff::{Chunk, Chunks};
use super::{BlockKind, Walk, array, be32, from, id3, part};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"FORM") && matches!(part(bytes, 8, 4), Some(b"AIFF" | b"AIFC"))
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    for chunk in Chunks::big(bytes, 12) {
        let here = chunk.place();
        if !walk.step(&here) {
            break;
        }
        chunk.check(walk);
        let Chunk { name, body, body_at, .. } = chunk;
        match name {
            b"COMM" => match duration(body) {
                Some(seconds) => walk.facts.duration_s = Some(seconds),
                None => walk.malformed(here, "the length of the sound is not stated"),
            },
            b"NAME" | b"AUTH" | b"(c) " | b"ANNO" => {
                walk.words(here, super::latin1(name), body);
            }
            b"APPL" if body.starts_with(b"XMP ") => {
                walk.block(BlockKind::Xmp, here, from(body, 4));
            }
            b"ID3 " => {
                id3::walk(walk, body_at);
            }
            _ => {}
        }
    }
}

/// Frames, and a rate in 80 bits: exponent, then 64 bits of mantissa.
fn duration(body: &[u8]) -> Option<f64> {
    let frames = be32(body, 2)?;
    let exponent = i32::from(super::be16(body, 8)? & 0x7fff).checked_sub(16_383 + 63)?;
    let mantissa = u64::from_be_bytes(array(body, 10)?);
    let rate = mantissa as f64 * f64::from(exponent).exp2();
    (rate.is_finite() && rate > 0.0).then(|| f64::from(frames) / rate)
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;

    #[test]
    fn length_and_notice_are_read() {
        let mut file = b"FORM\0\0\0\x34AIFFCOMM\0\0\0\x12\0\x01\0\0\xac\x44\0\x10".to_vec();
        // 44 100 Hz as an 80-bit float.
        file.extend_from_slice(b"\x40\x0e\xac\x44\0\0\0\0\0\0");
        file.extend_from_slice(b"(c) \0\0\0\x04Ann\0");
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(1.0));
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"Ann");
        assert!(opened.problems.is_empty());
    }
}
