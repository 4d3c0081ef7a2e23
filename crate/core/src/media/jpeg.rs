//! JPEG (ITU-T T.81) with its metadata segments.
//!
//! Standards: <https://www.w3.org/Graphics/JPEG/itu-t81.pdf> (markers, Annex B), XMP part 3
//! (ISO 16684-3; APP1 and extended XMP), Exif 3.0 (APP1), Photoshop image resources (APP13),
//! JPEG XT / ISO 19566-5 (JUMBF in APP11).
//! Left out: thumbnails, further pictures after the first end marker (MPF), Photoshop
//! resources other than IPTC-IIM, maker trailers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{BlockKind, Walk, be16, be32, from, part, place};

const EXIF: &[u8] = b"Exif\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const XMP_MORE: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

/// Start of image, then any marker.
pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let mut more = Extended::default();
    let mut resources: Vec<(usize, &[u8])> = Vec::new();
    let mut main_xmp: Vec<&[u8]> = Vec::new();
    let mut manifests: Vec<Manifest<'_>> = Vec::new();
    let mut at = 2_usize;
    let mut scans = 0_usize;
    loop {
        // Any number of 0xFF may stand before a marker (B.1.1.2).
        let Some(skipped) = memchr::memchr(0xff, from(bytes, at)) else {
            // Metadata stand before the first scan (XMP part 3, 1.1.3; Exif 3.0, 4.5.5), so what
            // is missing after it is picture.
            let (name, why) = match scans {
                0 => ("byte", "before any picture data"),
                _ => ("picture data", "without an end marker"),
            };
            walk.truncated(place(name, bytes.len()), format!("the picture ends {why}"));
            break;
        };
        let start = at.saturating_add(skipped);
        if skipped > 0 && scans == 0 {
            walk.malformed(place("byte", at), format!("{skipped} stray bytes between segments"));
        }
        let code_at = start.saturating_add(1);
        let Some(&code) = bytes.get(code_at) else {
            at = bytes.len();
            continue;
        };
        match code {
            0xff => {
                at = code_at;
                continue;
            }
            // Stuffed zero, restart markers and TEM stand alone.
            0x00 | 0x01 | 0xd0..=0xd8 => {
                at = code_at.saturating_add(1);
                continue;
            }
            0xd9 => break,
            _ => {}
        }
        let name = marker_name(code);
        let here = place(&name, start);
        if !walk.step(&here) {
            break;
        }
        let body_at = code_at.saturating_add(3);
        let length = be16(bytes, code_at.saturating_add(1));
        let Some(length) = length.map(usize::from) else {
            walk.truncated(here, "the file ends in the length of this segment");
            break;
        };
        let Some(body_length) = length.checked_sub(2) else {
            walk.malformed(here, format!("a segment length of {length} is impossible"));
            at = code_at.saturating_add(1);
            continue;
        };
        let body = match part(bytes, body_at, body_length) {
            Some(body) => body,
            None => {
                let left = from(bytes, body_at);
                walk.short(here.clone(), u64::try_from(body_length).unwrap_or(0), left.len());
                left
            }
        };
        match code {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                frame_header(walk, &here, body);
            }
            // The number of lines came after the first scan (B.2.5).
            0xdc if walk.facts.height == Some(0) => {
                walk.facts.height = be16(body, 0).map(u32::from);
            }
            0xda => scans = scans.saturating_add(1),
            0xe1 if body.starts_with(EXIF) => {
                // The second byte after `Exif` is padding (Exif 3.0, 4.7.2).
                walk.block(BlockKind::Exif, here, from(body, 6));
            }
            0xe1 if body.starts_with(XMP) => {
                let packet = from(body, XMP.len());
                main_xmp.push(packet);
                walk.block(BlockKind::Xmp, here, packet);
            }
            0xe1 if body.starts_with(XMP_MORE) => {
                more.add(walk, here, start, from(body, XMP_MORE.len()));
            }
            0xeb => manifest_segment(walk, here, body, &mut manifests),
            0xed if body.starts_with(PHOTOSHOP) => {
                resources.push((start, from(body, PHOTOSHOP.len())));
            }
            0xfe => {
                walk.words(here, "Comment", body);
            }
            _ => {}
        }
        at = body_at.saturating_add(body_length);
    }
    if walk.facts.width.is_some() {
        walk.facts.frames = Some(1);
    } else {
        walk.malformed("header", "there is no picture in the file");
    }
    more.join(walk, &main_xmp);
    for store in manifests {
        walk.block(BlockKind::C2pa, store.here, store.bytes);
    }
    photoshop(walk, &resources);
}

fn marker_name(code: u8) -> Cow<'static, str> {
    match code {
        0xc4 => "DHT".into(),
        0xc0..=0xcf => format!("SOF{}", code & 0x0f).into(),
        0xda => "SOS".into(),
        0xdb => "DQT".into(),
        0xdc => "DNL".into(),
        0xdd => "DRI".into(),
        0xe0..=0xef => format!("APP{}", code & 0x0f).into(),
        0xfe => "COM".into(),
        _ => format!("marker {code:#x}").into(),
    }
}

/// Precision, lines, samples per line (B.2.2).
fn frame_header(walk: &mut Walk<'_>, here: &str, body: &[u8]) {
    match (be16(body, 1), be16(body, 3)) {
        (Some(height), Some(width)) if walk.facts.width.is_none() => {
            walk.size(width.into(), height.into());
        }
        (Some(_), Some(_)) => {}
        _ => walk.truncated(here, "the frame header is too short"),
    }
}

/// A manifest store that is put together from its segments.
struct Manifest<'a> {
    here: String,
    instance: u16,
    /// The number of the last segment.
    sequence: u32,
    bytes: Cow<'a, [u8]>,
}

/// A JUMBF segment: `JP`, box instance, sequence, then the box; every further segment repeats
/// the header of the box (ISO 19566-5, D.2).
fn manifest_segment<'a>(
    walk: &mut Walk<'a>,
    here: String,
    body: &'a [u8],
    seen: &mut Vec<Manifest<'a>>,
) {
    if !body.starts_with(b"JP") {
        return;
    }
    let (Some(instance), Some(sequence)) = (be16(body, 2), be32(body, 4)) else { return };
    let jumbf = from(body, 8);
    let same = |m: &&mut Manifest<'_>| m.instance == instance && sequence > 1;
    if let Some(store) = seen.iter_mut().rfind(same) {
        if store.sequence.checked_add(1) != Some(sequence) {
            walk.malformed(here, "a part of the manifest store is missing or out of order");
            return;
        }
        store.sequence = sequence;
        let repeated = if be32(jumbf, 0) == Some(1) { 16 } else { 8 };
        store.bytes.to_mut().extend_from_slice(from(jumbf, repeated));
        return;
    }
    if sequence == 1 && part(jumbf, 4, 4) == Some(b"jumb") && !described(jumbf) {
        walk.malformed(here, "a JUMBF box without its description");
        return;
    }
    if is_manifest_store(jumbf) {
        seen.push(Manifest { here, instance, sequence, bytes: Cow::Borrowed(jumbf) });
    }
}

/// A `jumb` superbox begins with a `jumd` box (ISO 19566-5, 4.2).
fn described(jumbf: &[u8]) -> bool {
    let inner = if be32(jumbf, 0) == Some(1) { 16 } else { 8 };
    part(from(jumbf, inner), 4, 4) == Some(b"jumd")
}

/// A `jumb` superbox whose description box has the C2PA type (C2PA 2.2, 11.1.4.2).
pub(super) fn is_manifest_store(jumbf: &[u8]) -> bool {
    const C2PA: &[u8] = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
    // A 64-bit length moves everything by eight bytes (ISO 14496-12, 4.2).
    let inner = if be32(jumbf, 0) == Some(1) { 16 } else { 8 };
    part(jumbf, 4, 4) == Some(b"jumb")
        && from(jumbf, inner).get(8..24).is_some_and(|uuid| uuid == C2PA)
}

/// The parts of an extended packet, by GUID (XMP part 3, 1.1.3.1).
#[derive(Default)]
struct Extended<'a> {
    parts: BTreeMap<&'a [u8], Parts<'a>>,
}

struct Parts<'a> {
    total: u32,
    first: usize,
    pieces: BTreeMap<u32, &'a [u8]>,
    fault: bool,
}

impl<'a> Extended<'a> {
    fn add(&mut self, walk: &mut Walk<'_>, here: String, start: usize, body: &'a [u8]) {
        let header = (body.get(..32), be32(body, 32), be32(body, 36));
        let (Some(guid), Some(total), Some(offset)) = header else {
            walk.truncated(here, "the header of an extended XMP part is cut");
            return;
        };
        let entry = self.parts.entry(guid).or_insert_with(|| Parts {
            total,
            first: start,
            pieces: BTreeMap::new(),
            fault: false,
        });
        let piece = from(body, 40);
        let same = entry.pieces.get(&offset).is_some_and(|old| *old == piece);
        if entry.total != total || (entry.pieces.contains_key(&offset) && !same) {
            entry.fault = true;
            walk.malformed(here, "parts of one extended XMP packet contradict each other");
            return;
        }
        entry.pieces.insert(offset, piece);
    }

    fn join<'b>(self, walk: &mut Walk<'b>, main: &[&[u8]]) {
        for (guid, parts) in self.parts {
            let here = place("APP1 (extended XMP)", parts.first);
            let most = walk.limits.block_bytes;
            let total = super::index(parts.total);
            if parts.fault {
                continue;
            }
            if total > most {
                let message =
                    format!("extended XMP of {total} bytes by its header; {most} at most");
                walk.problem(crate::vocabulary::ProblemCode::OverLimit, here, message);
                continue;
            }
            if !main.iter().any(|packet| memchr::memmem::find(packet, guid).is_some()) {
                walk.malformed(here, "extended XMP that the main packet does not name");
                continue;
            }
            let mut whole: Vec<u8> = Vec::new();
            let gap = parts.pieces.iter().find(|(offset, piece)| {
                let fits = super::index(**offset) == whole.len();
                if fits {
                    whole.extend_from_slice(piece);
                }
                !fits
            });
            if let Some((offset, _)) = gap {
                let had = whole.len();
                let message = format!("extended XMP has a gap or overlap: part {offset} at {had}");
                walk.malformed(here, message);
            } else if whole.len() != total {
                let had = whole.len();
                walk.truncated(here, format!("extended XMP has {had} of its {total} bytes"));
            } else {
                walk.block(BlockKind::Xmp, here, whole);
            }
        }
    }
}

/// Photoshop image resources, which may run over several segments; IPTC-IIM is 0x0404.
fn photoshop<'a>(walk: &mut Walk<'a>, segments: &[(usize, &'a [u8])]) {
    let Some(&(start, first)) = segments.first() else { return };
    let here = place("APP13", start);
    if segments.len() == 1 {
        let found = resources(walk, &here, first);
        for iim in found {
            walk.block(BlockKind::Iim, here.clone(), iim);
        }
    } else {
        // A segment that begins with a resource is complete in itself or carries on: both
        // read the same once joined.
        let joined: Vec<u8> = segments.iter().flat_map(|(_, body)| body.iter().copied()).collect();
        let found: Vec<Vec<u8>> =
            resources(walk, &here, &joined).into_iter().map(<[u8]>::to_vec).collect();
        for iim in found {
            walk.block(BlockKind::Iim, here.clone(), iim);
        }
    }
}

/// Every IPTC-IIM resource. A resource is `8BIM` (or the mark of another maker), a number,
/// a padded Pascal string, a length and padded data (Photoshop file formats, image resources).
pub(super) fn resources<'r>(walk: &mut Walk<'_>, here: &str, bytes: &'r [u8]) -> Vec<&'r [u8]> {
    const MAKERS: [&[u8]; 5] = [b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"];
    let mut found = Vec::new();
    let mut at = 0_usize;
    while at.saturating_add(12) <= bytes.len() {
        let made = |at: usize| MAKERS.iter().any(|maker| part(bytes, at, 4) == Some(maker));
        // Some writers leave the padding out at the end of a segment.
        let before = at.saturating_sub(1);
        if !made(at) && at > 0 && made(before) {
            at = before;
        }
        if !MAKERS.iter().any(|maker| part(bytes, at, 4) == Some(maker)) {
            if from(bytes, at).iter().any(|&b| b != 0) {
                walk.malformed(
                    here,
                    format!("no Photoshop resource where one is due, at byte {at}"),
                );
            }
            break;
        }
        if !walk.step(here) {
            break;
        }
        let id = be16(bytes, at.saturating_add(4));
        let name = usize::from(bytes.get(at.saturating_add(6)).copied().unwrap_or(0));
        // Length byte and name together are padded to an even number.
        let name_room = name.saturating_add(1).next_multiple_of(2);
        let size_at = at.saturating_add(6).saturating_add(name_room);
        let Some(size) = be32(bytes, size_at).map(super::index) else {
            walk.truncated(here, "a Photoshop resource is cut in its header");
            break;
        };
        let data_at = size_at.saturating_add(4);
        let data = part(bytes, data_at, size);
        if id == Some(0x0404) {
            found.push(data.unwrap_or_else(|| from(bytes, data_at)));
        }
        if data.is_none() {
            let left = from(bytes, data_at).len();
            walk.short(here, u64::try_from(size).unwrap_or(u64::MAX), left);
            break;
        }
        at = data_at.saturating_add(size).checked_next_multiple_of(2).unwrap_or(usize::MAX);
    }
    found
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::media::{Opened, open};
    use crate::vocabulary::ProblemCode;

    fn segment(code: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![0xff, code];
        out.extend_from_slice(&u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        out.extend_from_slice(body);
        out
    }

    fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
        let mut out = vec![0xff, 0xd8];
        out.extend(segments.concat());
        out.extend(segment(0xc0, &[8, 0, 3, 0, 5, 1, 1, 0x11, 0]));
        out.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        out.extend_from_slice(&[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56, 0xff, 0xd9]);
        out
    }

    fn read(bytes: &[u8]) -> Opened<'_> {
        open(bytes, &Limits::DEFAULT)
    }

    fn extended(guid: &[u8; 32], total: u32, offset: u32, piece: &[u8]) -> Vec<u8> {
        let mut body = XMP_MORE.to_vec();
        body.extend_from_slice(guid);
        body.extend_from_slice(&total.to_be_bytes());
        body.extend_from_slice(&offset.to_be_bytes());
        body.extend_from_slice(piece);
        segment(0xe1, &body)
    }

    #[test]
    fn size_and_blocks_are_found() {
        let comment = segment(0xfe, b"a comment\0");
        let packet = segment(0xe1, &[XMP, b"<x/>"].concat());
        let file = jpeg(&[comment, packet]);
        let opened = read(&file);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.width, facts.height), (Some(5), Some(3)));
        assert_eq!((facts.frames, facts.orientation), (Some(1), Some(1)));
        assert_eq!(opened.blocks[0].key, "Comment");
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"a comment");
        assert_eq!(opened.blocks[1].bytes.as_ref(), b"<x/>");
        assert_eq!(opened.blocks[1].locator, "APP1 at 0x10");
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }

    #[test]
    fn a_missing_end_marker_is_truncation() {
        let mut file = jpeg(&[]);
        file.truncate(file.len() - 2);
        let opened = read(&file);
        assert_eq!(opened.facts.unwrap().width, Some(5));
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn a_cut_segment_says_how_much_is_missing() {
        let file = [&b"\xff\xd8"[..], b"\xff\xe1\x10\x00", XMP, b"<x/>"].concat();
        let opened = read(&file);
        assert_eq!(opened.problems[0].place, "APP1 at 0x2");
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"<x/>");
    }

    #[test]
    fn parts_of_extended_xmp_are_joined_in_any_order() {
        let guid = b"0123456789ABCDEF0123456789ABCDEF";
        let main = segment(0xe1, &[XMP, b"<x note='0123456789ABCDEF0123456789ABCDEF'/>"].concat());
        let file = jpeg(&[main, extended(guid, 6, 3, b"def"), extended(guid, 6, 0, b"abc")]);
        let opened = read(&file);
        assert_eq!(opened.blocks[1].bytes.as_ref(), b"abcdef");
    }

    #[test]
    fn gaps_lies_and_strangers_in_extended_xmp_are_refused() {
        let guid = b"0123456789ABCDEF0123456789ABCDEF";
        let main = segment(0xe1, &[XMP, b"<x note='0123456789ABCDEF0123456789ABCDEF'/>"].concat());
        let cases = [
            (vec![main.clone(), extended(guid, 6, 4, b"ef")], ProblemCode::Malformed),
            (vec![main.clone(), extended(guid, 6, 0, b"abc")], ProblemCode::Truncated),
            (vec![main, extended(guid, u32::MAX, 0, b"abc")], ProblemCode::OverLimit),
            (vec![extended(guid, 3, 0, b"abc")], ProblemCode::Malformed),
        ];
        for (segments, code) in cases {
            let file = jpeg(&segments);
            let opened = read(&file);
            assert_eq!(opened.problems.len(), 1, "{:?}", opened.problems);
            assert_eq!(opened.problems[0].code, code);
            assert!(opened.blocks.iter().all(|b| b.bytes.len() > 6));
        }
    }

    #[test]
    fn datasets_are_found_across_two_photoshop_segments() {
        let resource = b"8BIM\x04\x04\0\0\0\0\0\x06\x1c\x02\x74\0\x01c";
        let one = segment(0xed, &[PHOTOSHOP, &resource[..8]].concat());
        let two = segment(0xed, &[PHOTOSHOP, &resource[8..]].concat());
        let file = jpeg(&[one, two]);
        let opened = read(&file);
        assert_eq!(opened.blocks[0].kind, BlockKind::Iim);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"\x1c\x02\x74\0\x01c");
    }

    #[test]
    fn orientation_reaches_the_facts() {
        let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let file = jpeg(&[segment(0xe1, exif)]);
        assert_eq!(read(&file).facts.unwrap().orientation, Some(6));
    }

    #[test]
    fn a_manifest_store_is_seen_and_other_jumbf_is_not() {
        let mut body = b"JP\0\x01\0\0\0\x01\0\0\0\x40jumb\0\0\0\x20jumd".to_vec();
        body.extend_from_slice(b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71");
        let file = jpeg(&[segment(0xeb, &body)]);
        assert_eq!(read(&file).blocks[0].kind, BlockKind::C2pa);
        let mut bare = body.clone();
        bare[20] = b'x';
        let file = jpeg(&[segment(0xeb, &bare)]);
        assert_eq!(read(&file).problems[0].code, ProblemCode::Malformed);
        body[24] = b'x';
        let file = jpeg(&[segment(0xeb, &body)]);
        assert!(read(&file).blocks.is_empty());
    }

    #[test]
    fn a_manifest_store_is_put_together_from_its_segments() {
        let head = b"\0\0\0\x40jumb\0\0\0\x20jumd".as_slice();
        let kind = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
        let one = [b"JP\0\x07\0\0\0\x01", head, kind].concat();
        let next = |number: u8, text: &[u8]| {
            segment(0xeb, &[b"JP\0\x07\0\0\0", &[number][..], &head[..8], text].concat())
        };
        let file = jpeg(&[segment(0xeb, &one), next(2, b"second"), next(3, b"third")]);
        let opened = read(&file);
        assert_eq!(opened.blocks.len(), 1);
        assert!(opened.blocks[0].bytes.ends_with(b"secondthird"));
        assert_eq!(opened.blocks[0].bytes.len(), head.len() + kind.len() + 11);
        let file = jpeg(&[segment(0xeb, &one), next(3, b"third")]);
        assert_eq!(read(&file).problems[0].code, ProblemCode::Malformed);
    }

    #[test]
    fn lines_that_come_late_are_taken() {
        let mut file = vec![0xff, 0xd8];
        file.extend(segment(0xc0, &[8, 0, 0, 0, 5, 1, 1, 0x11, 0]));
        file.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        file.extend_from_slice(&[1, 2, 3]);
        file.extend(segment(0xdc, &[0, 9]));
        file.extend_from_slice(&[0xff, 0xd9]);
        assert_eq!(read(&file).facts.unwrap().height, Some(9));
    }
}
