//! WebP: a RIFF file with VP8, VP8L or extended content.
//!
//! Standard: RFC 9649, <https://www.rfc-editor.org/rfc/rfc9649>. `C2PA` as in C2PA 2.2.
//! Left out: pixels, alpha, colour profiles.

use super::riff::Chunks;
use super::{BlockKind, Walk, le16, le24, le32, part, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && part(bytes, 8, 4) == Some(b"WEBP")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let claimed = u64::from(le32(bytes, 4).unwrap_or(0)).saturating_add(8);
    let have = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if claimed > have {
        walk.truncated("RIFF at 0x0", format!("{claimed} bytes by its header, {have} are there"));
    } else if have.saturating_sub(claimed) > 1 {
        // Whatever follows is walked as well: a lying size must not hide a statement.
        walk.malformed("RIFF at 0x0", format!("{claimed} bytes by its header, {have} are there"));
    }
    let mut frames = 0_u32;
    let mut animated = false;
    for chunk in Chunks::little(bytes, 12) {
        // Frames may be millions in a hostile file: they cost no words.
        let frame = chunk.name == b"ANMF";
        let here = if frame { String::new() } else { chunk.place() };
        if !frame && !walk.step(&here) {
            break;
        }
        chunk.check(walk);
        let body = chunk.body;
        match chunk.name {
            b"VP8X" => {
                animated = body.first().is_some_and(|flags| flags & 0x02 != 0);
                if let (Some(width), Some(height)) = (le24(body, 4), le24(body, 7)) {
                    canvas(walk, &here, width.saturating_add(1), height.saturating_add(1));
                }
            }
            // A key frame begins with a tag of three bytes and a start code (RFC 6386, 9.1).
            b"VP8 " if walk.facts.width.is_none() => {
                let sized = part(body, 3, 3) == Some(b"\x9d\x01\x2a");
                match (le16(body, 6), le16(body, 8)) {
                    (Some(width), Some(height)) if sized => {
                        walk.size(u32::from(width & 0x3fff), u32::from(height & 0x3fff));
                    }
                    _ => walk.malformed(here, "no key frame where the picture should be"),
                }
            }
            // One signature byte, then 14 bits of width and of height, less one (RFC 9649, 3.4).
            b"VP8L" if walk.facts.width.is_none() => match (body.first(), le32(body, 1)) {
                (Some(0x2f), Some(bits)) => {
                    let width = (bits & 0x3fff).saturating_add(1);
                    walk.size(width, ((bits >> 14) & 0x3fff).saturating_add(1));
                }
                _ => walk.malformed(here, "no lossless picture where one should be"),
            },
            b"ANMF" => frames = frames.saturating_add(1),
            b"XMP " => walk.block(BlockKind::Xmp, here, body),
            // A few writers left the JPEG prefix before the TIFF structure.
            b"EXIF" => {
                let exif = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
                walk.block(BlockKind::Exif, here, exif);
            }
            b"C2PA" => walk.block(BlockKind::C2pa, here, body),
            _ => {}
        }
    }
    if walk.facts.width.is_none() {
        walk.truncated(place("byte", bytes.len()), "there is no picture in the file");
    }
    if animated && frames == 0 {
        walk.truncated(place("byte", bytes.len()), "an animation without frames");
    }
    walk.facts.frames = Some(frames.max(1));
}

/// The product of both sides must fit 32 bits (RFC 9649, 2.7).
fn canvas(walk: &mut Walk<'_>, here: &str, width: u32, height: u32) {
    if width.checked_mul(height).is_none() {
        walk.malformed(here, format!("{width} × {height} is beyond the format"));
    }
    walk.size(width, height);
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = name.to_vec();
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        out.extend_from_slice(body);
        if body.len() % 2 == 1 {
            out.push(0);
        }
        out
    }

    fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = [b"WEBP".to_vec(), chunks.concat()].concat();
        chunk(b"RIFF", &body)
    }

    #[test]
    fn simple_lossless_and_extended_sizes() {
        let lossy = webp(&[chunk(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x07\x40\x05\x00\0")]);
        let lossless = webp(&[chunk(b"VP8L", &[0x2f, 0x06, 0x00, 0x01, 0x00, 0])]);
        let extended = webp(&[
            chunk(b"VP8X", &[0x0c, 0, 0, 0, 6, 0, 0, 4, 0, 0]),
            chunk(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x99\x00\x99\x00\0"),
            chunk(b"EXIF", b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0"),
            chunk(b"XMP ", b"<x/>"),
        ]);
        for file in [lossy, lossless, extended] {
            let opened = open(&file, &Limits::DEFAULT);
            let facts = opened.facts.unwrap();
            assert_eq!((facts.width, facts.height), (Some(7), Some(5)), "{:?}", opened.problems);
            assert!(opened.problems.is_empty(), "{:?}", opened.problems);
            if let [exif, xmp] = opened.blocks.as_slice() {
                assert!(exif.bytes.starts_with(b"MM"));
                assert_eq!(xmp.bytes.as_ref(), b"<x/>");
            }
        }
    }

    #[test]
    fn frames_are_counted() {
        let file = webp(&[
            chunk(b"VP8X", &[0x02, 0, 0, 0, 6, 0, 0, 4, 0, 0]),
            chunk(b"ANMF", &[0; 16]),
            chunk(b"ANMF", &[0; 16]),
        ]);
        assert_eq!(open(&file, &Limits::DEFAULT).facts.unwrap().frames, Some(2));
    }

    #[test]
    fn a_lying_riff_size_is_said_either_way() {
        let good = webp(&[chunk(b"VP8L", &[0x2f, 6, 0, 1, 0, 0]), chunk(b"XMP ", b"<x/>")]);
        let mut long = good.clone();
        long[7] = 0xff;
        let mut short = good;
        short[4] = 10;
        for (file, code) in [(long, ProblemCode::Truncated), (short, ProblemCode::Malformed)] {
            let opened = open(&file, &Limits::DEFAULT);
            assert_eq!(opened.problems[0].code, code);
            assert_eq!(opened.blocks.len(), 1);
        }
    }
}
