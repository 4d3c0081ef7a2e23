//! JPEG XL: size and orientation of the codestream, and the boxes of a container.
//!
//! Standard: ISO/IEC 18181-1 (codestream header) and 18181-2 (boxes),
//! <https://github.com/libjxl/libjxl/blob/main/doc/format_overview.md>.
//! Left out: Brotli-compressed boxes (`brob`), frames.

use super::{BlockKind, Walk, be32, be64, from, part, place};
use crate::vocabulary::ProblemCode;

const CONTAINER: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n";

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\x0a") || bytes.starts_with(CONTAINER)
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    if bytes.starts_with(b"\xff\x0a") {
        codestream(walk, from(bytes, 2));
        return;
    }
    let mut at = CONTAINER.len();
    while let (Some(short), Some(name)) = (be32(bytes, at), part(bytes, at.saturating_add(4), 4)) {
        let here = place(super::four_cc(name), at);
        if !walk.step(&here) {
            break;
        }
        // A length of 1 is followed by 64 bits, one of 0 runs to the end.
        let (header, length) = match short {
            0 => (8, from(bytes, at).len()),
            1 => (16, be64(bytes, at.saturating_add(8)).map_or(0, super::index)),
            _ => (8, super::index(short)),
        };
        let Some(body_length) = length.checked_sub(header) else {
            walk.malformed(here, format!("a box of {length} bytes is impossible"));
            break;
        };
        let body_at = at.saturating_add(header);
        let whole = part(bytes, body_at, body_length);
        let body = whole.unwrap_or_else(|| from(bytes, body_at));
        if whole.is_none() {
            walk.short(here.clone(), u64::try_from(body_length).unwrap_or(u64::MAX), body.len());
        }
        match name {
            b"jxlc" => codestream(walk, body.strip_prefix(b"\xff\x0a").unwrap_or_default()),
            // A number goes before each part of a divided codestream; the header is in the first.
            b"jxlp" if walk.facts.width.is_none() => {
                let start = from(body, 4);
                codestream(walk, start.strip_prefix(b"\xff\x0a").unwrap_or_default());
            }
            b"xml " => walk.block(BlockKind::Xmp, here, body),
            // An offset goes before the TIFF structure.
            b"Exif" => {
                let skip = be32(body, 0).map_or(usize::MAX, super::index).saturating_add(4);
                walk.block(BlockKind::Exif, here, from(body, skip));
            }
            b"jumb" if super::jpeg::is_manifest_store(from(bytes, at)) => {
                let whole = header.saturating_add(body.len());
                walk.block(BlockKind::C2pa, here, part(bytes, at, whole).unwrap_or_default());
            }
            b"brob" => {
                let what = super::four_cc(body);
                let message = format!("a box `{what}` compressed with Brotli is not read");
                walk.problem(ProblemCode::Unsupported, here, message);
            }
            _ => {}
        }
        if whole.is_none() {
            break;
        }
        at = body_at.saturating_add(body_length);
    }
    if walk.facts.width.is_none() {
        walk.truncated(place("byte", bytes.len()), "there is no picture in the file");
    }
}

/// Size header and the first fields of the picture header (18181-1, D.2 and D.3).
fn codestream(walk: &mut Walk<'_>, bytes: &[u8]) {
    let mut bits = Bits { bytes, at: 0 };
    let Some((width, height)) = size(&mut bits) else {
        walk.truncated("codestream", "the file ends in the size of the picture");
        return;
    };
    walk.size(width, height);
    // Unless all is default, extra fields begin with the orientation, less one.
    let plain = bits.take(1) != Some(0) || bits.take(1) != Some(1);
    let orientation = if plain { 1 } else { bits.take(3).unwrap_or(0).saturating_add(1) };
    walk.facts.orientation = u8::try_from(orientation).ok();
}

fn size(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    let small = bits.take(1)? == 1;
    let side = |bits: &mut Bits<'_>| -> Option<u32> {
        if small {
            return bits.take(5)?.saturating_add(1).checked_mul(8);
        }
        let length = match bits.take(2)? {
            0 => 9,
            1 => 13,
            2 => 18,
            _ => 30,
        };
        Some(bits.take(length)?.saturating_add(1))
    };
    let height = side(bits)?;
    // Fixed ratios of width to height (18181-1, table D.2).
    let (over, under): (u64, u64) = match bits.take(3)? {
        0 => return Some((side(bits)?, height)),
        1 => (1, 1),
        2 => (12, 10),
        3 => (4, 3),
        4 => (3, 2),
        5 => (16, 9),
        6 => (5, 4),
        _ => (2, 1),
    };
    let width = u64::from(height).checked_mul(over)?.checked_div(under)?;
    Some((u32::try_from(width).ok()?, height))
}

/// Bits from the lowest of each byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0_u32;
        for place in 0..count {
            let byte = u32::from(*self.bytes.get(self.at >> 3)?);
            let bit = (byte >> (self.at & 7)) & 1;
            value |= bit.checked_shl(place)?;
            self.at = self.at.saturating_add(1);
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;

    #[test]
    fn a_small_square_is_read_from_a_bare_codestream() {
        // small = 1, height / 8 - 1 = 3, ratio 1:1, then "all default".
        let file = [0xff, 0x0a, 0b0100_0111, 0b0000_0010, 0, 0];
        let facts = open(&file, &Limits::DEFAULT).facts.unwrap();
        assert_eq!((facts.width, facts.height, facts.orientation), (Some(32), Some(32), Some(1)));
    }

    #[test]
    fn a_container_gives_its_blocks() {
        let mut file = super::CONTAINER.to_vec();
        file.extend_from_slice(b"\0\0\0\x0cxml <x/>");
        file.extend_from_slice(b"\0\0\0\x0cjxlc\xff\x0a\x47\x02");
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().width, Some(32));
        assert_eq!(opened.blocks[0].locator, "xml  at 0xc");
    }
}
