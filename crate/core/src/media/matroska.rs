//! Matroska and WebM: size, length, tags.
//!
//! Standards: RFC 8794 (EBML), RFC 9559 (Matroska), <https://www.rfc-editor.org/rfc/rfc9559>.
//! Left out: clusters and everything in them; files whose tags stand after a cluster of
//! unknown size (live streams).

use super::{MediaKind, Walk, array, be32, from, part, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x1a\x45\xdf\xa3")
}

pub(super) fn sniff_webm(bytes: &[u8]) -> bool {
    let head = bytes.get(..64).unwrap_or(bytes);
    sniff(bytes) && memchr::memmem::find(head, b"webm").is_some()
}

#[derive(Default)]
struct Seen {
    scale: Option<u64>,
    ticks: Option<f64>,
    pictures: bool,
    sound: bool,
    tag: String,
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut seen = Seen::default();
    elements(walk, &mut seen, 0, walk.bytes.len(), 0);
    // Ticks of a millisecond unless stated otherwise (RFC 9559, 5.1.2.9).
    let scale = seen.scale.unwrap_or(1_000_000) as f64;
    walk.facts.duration_s = seen.ticks.map(|ticks| ticks * scale / 1e9);
    if seen.sound && !seen.pictures {
        walk.facts.kind = MediaKind::Audio;
        walk.facts.mime = walk.facts.mime.replacen("video", "audio", 1);
    }
}

/// Walks the elements between two positions.
fn elements(walk: &mut Walk<'_>, seen: &mut Seen, start: usize, end: usize, depth: usize) {
    let bytes = walk.bytes.get(..end).unwrap_or(walk.bytes);
    let mut at = start;
    while at < end {
        let here = place("element", at);
        let Some((id, size, body_at)) = header(bytes, at) else {
            walk.truncated(here, "an element is cut in its header");
            return;
        };
        if !walk.step(&here) {
            return;
        }
        let whole = size.and_then(|size| part(bytes, body_at, super::index(size)));
        let body = whole.unwrap_or_else(|| from(bytes, body_at));
        let next = body_at.saturating_add(body.len());
        match id {
            // Segment, Info, Tracks, TrackEntry, Video, Tags, Tag, SimpleTag.
            0x1853_8067 | 0x1549_a966 | 0x1654_ae6b | 0xae | 0xe0 | 0x1254_c367 | 0x7373
            | 0x67c8
                if depth < walk.limits.depth =>
            {
                elements(walk, seen, body_at, next, depth.saturating_add(1));
            }
            // A cluster of unknown size hides where it ends.
            0x1f43_b675 if size.is_none() => return,
            0x002a_d7b1 => seen.scale = Some(number(body)),
            0x4489 => seen.ticks = float(body),
            0x83 => {
                seen.pictures |= number(body) == 1;
                seen.sound |= number(body) == 2;
            }
            0xb0 if walk.facts.width.is_none() => {
                walk.facts.width = u32::try_from(number(body)).ok()
            }
            0xba if walk.facts.height.is_none() => {
                walk.facts.height = u32::try_from(number(body)).ok();
            }
            0x45a3 => seen.tag = String::from_utf8_lossy(body).into_owned(),
            0x4487 => {
                let name = std::mem::take(&mut seen.tag);
                walk.text(
                    here.clone(),
                    name,
                    String::from_utf8_lossy(body).into_owned().into_bytes(),
                );
            }
            _ => {}
        }
        if let (Some(size), None) = (size, whole) {
            walk.short(here, size, body.len());
            return;
        }
        at = next;
    }
}

/// Identifier, size (none where it is unknown) and the position of the body (RFC 8794, 4 to 6).
fn header(bytes: &[u8], at: usize) -> Option<(u32, Option<u64>, usize)> {
    let first = *bytes.get(at)?;
    let id_length = super::index(first.leading_zeros()).saturating_add(1);
    if id_length > 4 {
        return None;
    }
    let id = part(bytes, at, id_length)?.iter().fold(0_u32, |id, &b| (id << 8) | u32::from(b));
    let size_at = at.saturating_add(id_length);
    let first = *bytes.get(size_at)?;
    let zeros = first.leading_zeros();
    let size_length = super::index(zeros).saturating_add(1);
    let raw = part(bytes, size_at, size_length)?;
    if size_length > 8 {
        return None;
    }
    let whole = raw.iter().fold(0_u64, |size, &b| (size << 8) | u64::from(b));
    let bits = u32::try_from(size_length).ok()?.saturating_mul(7);
    let mask = 1_u64.checked_shl(bits)?.saturating_sub(1);
    let size = whole & mask;
    Some((id, (size != mask).then_some(size), size_at.saturating_add(size_length)))
}

fn number(body: &[u8]) -> u64 {
    body.iter().take(8).fold(0_u64, |n, &b| (n << 8) | u64::from(b))
}

fn float(body: &[u8]) -> Option<f64> {
    let value = match body.len() {
        4 => f64::from(f32::from_bits(be32(body, 0)?)),
        8 => f64::from_be_bytes(array(body, 0)?),
        _ => return None,
    };
    (value.is_finite() && value >= 0.0).then_some(value)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::{MediaKind, open};

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        [id, &[0x80 | u8::try_from(body.len()).unwrap()], body].concat()
    }

    #[test]
    fn a_sound_with_a_licence_is_read() {
        let info = element(b"\x15\x49\xa9\x66", &element(b"\x44\x89", &1500_f32.to_be_bytes()));
        let track = element(b"\x16\x54\xae\x6b", &element(b"\xae", &element(b"\x83", &[2])));
        let simple = [element(b"\x45\xa3", b"LICENSE"), element(b"\x44\x87", b"CC0")].concat();
        let tag = element(b"\x73\x73", &element(b"\x67\xc8", &simple));
        let tags = element(b"\x12\x54\xc3\x67", &tag);
        let head = element(b"\x1a\x45\xdf\xa3", &element(b"\x42\x82", b"webm"));
        let segment = element(b"\x18\x53\x80\x67", &[info, track, tags].concat());
        let file = [head, segment].concat();
        let opened = open(&file, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.kind, facts.mime.as_str()), (MediaKind::Audio, "audio/webm"));
        assert_eq!(facts.duration_s, Some(1.5));
        assert_eq!(opened.blocks[0].key, "LICENSE");
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }
}
