//! Ogg with Vorbis, Opus, FLAC, Speex or Theora inside: length and comments.
//!
//! Standards: RFC 3533 (pages), <https://xiph.org/vorbis/doc/Vorbis_I_spec.html> (clauses 4.2
//! and 5), RFC 7845 (Opus), <https://xiph.org/flac/ogg_mapping.html>; C2PA 2.4 for its own stream.
//! Keys of comments are given in capitals: they have no case (Vorbis I, 5.2.2).
//! Left out: checksums of pages, sound packets.

use std::collections::BTreeMap;

use super::{BlockKind, MediaKind, Walk, flac, from, le16, le32, le64, part, place};

/// Streams that are followed at once; more is no file for listening.
const STREAMS_MAX: usize = 16;

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"OggS\0")
}

/// One logical stream.
#[derive(Default)]
struct Stream {
    rate: u32,
    /// Samples that a decoder throws away at the start (RFC 7845, 4.2).
    skip: u64,
    granule: u64,
    sound: bool,
    /// Header packets that were read; two are enough.
    packets: usize,
    packet: Vec<u8>,
    packet_at: usize,
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let mut streams: BTreeMap<u32, Stream> = BTreeMap::new();
    let mut seconds = 0.0;
    let mut known = false;
    let mut at = 0_usize;
    while let Some(page) = Page::at(bytes, at) {
        let here = place("page", at);
        if page.first && streams.len() < STREAMS_MAX {
            // A stream that begins anew ends the one before it under the same number.
            if let Some(old) = streams.insert(page.serial, Stream::default()) {
                seconds += old.seconds();
            }
        }
        if let Some(stream) = streams.get_mut(&page.serial) {
            if stream.packets < 2 {
                headers(walk, stream, &page, at);
            }
            // All ones: no packet ends on this page.
            if page.granule != u64::MAX {
                stream.granule = page.granule;
                known |= stream.sound && stream.rate > 0;
            }
        }
        if page.cut {
            // Comments come before the first sound (RFC 7845, 3; Vorbis I, 4.2).
            let headed = streams.values().all(|s| !s.sound || s.packets >= 2);
            let here = if headed { place("sound data", at) } else { here };
            walk.truncated(here, "the file ends within a page");
            at = bytes.len();
            break;
        }
        let next = page.end;
        if part(bytes, next, 4) == Some(b"OggS") || next >= bytes.len() {
            at = next;
            continue;
        }
        let Some(skip) = memchr::memmem::find(from(bytes, next), b"OggS\0") else {
            at = next;
            break;
        };
        walk.malformed(place("byte", next), format!("{skip} stray bytes between pages"));
        at = next.saturating_add(skip);
    }
    if at < bytes.len() {
        walk.truncated(place("byte", at), "no page where one is due; the rest was not walked");
    }
    let unread = streams.values().any(|s| s.sound && s.packets < 2);
    if unread {
        walk.truncated(place("byte", bytes.len()), "the file ends before its comments");
    }
    seconds += streams.values().filter(|s| s.sound).map(Stream::seconds).sum::<f64>();
    if known {
        walk.facts.duration_s = Some(seconds);
    }
}

impl Stream {
    fn seconds(&self) -> f64 {
        if self.rate == 0 || !self.sound {
            return 0.0;
        }
        // Counts of samples are far below 2^53.
        self.granule.saturating_sub(self.skip) as f64 / f64::from(self.rate)
    }
}

/// One page (RFC 3533, 6).
struct Page<'a> {
    serial: u32,
    granule: u64,
    first: bool,
    lacing: &'a [u8],
    body: &'a [u8],
    end: usize,
    cut: bool,
}

impl<'a> Page<'a> {
    fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let header = part(bytes, at, 27)?;
        if !header.starts_with(b"OggS\0") {
            return None;
        }
        let count = usize::from(*header.get(26)?);
        let table_at = at.saturating_add(27);
        let lacing = part(bytes, table_at, count);
        let cut_table = lacing.is_none();
        let lacing = lacing.unwrap_or_else(|| from(bytes, table_at));
        let size: usize = lacing.iter().map(|&l| usize::from(l)).sum();
        let body_at = table_at.saturating_add(count);
        let body = part(bytes, body_at, size);
        Some(Page {
            serial: le32(header, 14)?,
            granule: le64(header, 6)?,
            first: header.get(5)? & 0x02 != 0,
            lacing,
            cut: cut_table || body.is_none(),
            body: body.unwrap_or_else(|| from(bytes, body_at)),
            end: body_at.saturating_add(size),
        })
    }
}

/// Joins the first packets of a stream from its pages, and reads each as it is whole.
fn headers(walk: &mut Walk<'_>, stream: &mut Stream, page: &Page<'_>, page_at: usize) {
    let mut at = 0_usize;
    for &lace in page.lacing {
        if stream.packets >= 2 {
            return;
        }
        if stream.packet.is_empty() {
            stream.packet_at = page_at;
        }
        let size = usize::from(lace);
        let piece = part(page.body, at, size).unwrap_or_else(|| from(page.body, at));
        if stream.packet.len() <= walk.limits.block_bytes {
            stream.packet.extend_from_slice(piece);
        }
        at = at.saturating_add(size);
        // A value below 255 ends the packet.
        if lace < 255 && piece.len() == size {
            let packet = std::mem::take(&mut stream.packet);
            header_packet(walk, stream, &packet);
            stream.packets = stream.packets.saturating_add(1);
        }
    }
    if page.cut && !stream.packet.is_empty() {
        // What came of the comments before the cut is still a statement.
        let packet = std::mem::take(&mut stream.packet);
        header_packet(walk, stream, &packet);
    }
}

fn header_packet(walk: &mut Walk<'_>, stream: &mut Stream, packet: &[u8]) {
    let here = |name: &str| place(name, stream.packet_at);
    if packet.len() > walk.limits.block_bytes {
        let most = walk.limits.block_bytes;
        let message = format!("a header packet of more than {most} bytes");
        walk.problem(crate::vocabulary::ProblemCode::OverLimit, here("packet"), message);
        return;
    }
    let comment = |skip: usize| from(packet, skip);
    match (stream.packets, packet) {
        (0, [0x01, b'v', b'o', b'r', b'b', b'i', b's', ..]) => {
            stream.sound = true;
            stream.rate = le32(packet, 12).unwrap_or(0);
        }
        (0, [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', ..]) => {
            // Opus always counts at 48 kHz (RFC 7845, 4).
            stream.sound = true;
            stream.rate = 48_000;
            stream.skip = le16(packet, 10).map_or(0, u64::from);
        }
        (0, [0x7f, b'F', b'L', b'A', b'C', ..]) => {
            stream.sound = true;
            let info = from(packet, 17);
            stream.rate = super::be32(info, 10).map_or(0, |word| word >> 12);
            walk.facts.duration_s = flac::duration(info);
        }
        (0, [b'S', b'p', b'e', b'e', b'x', b' ', ..]) => {
            stream.sound = true;
            stream.rate = le32(packet, 36).unwrap_or(0);
        }
        (0, [0x80, b't', b'h', b'e', b'o', b'r', b'a', ..]) => theora(walk, packet),
        (0, [0, b'c', b'2', b'p', b'a', ..]) => {
            walk.block(BlockKind::C2pa, here("c2pa stream"), comment(5).to_vec());
        }
        (1, [0x03, b'v', b'o', b'r', b'b', b'i', b's', ..])
        | (1, [0x81, b't', b'h', b'e', b'o', b'r', b'a', ..]) => {
            comments(walk, &here("comment header"), comment(7));
        }
        (1, [b'O', b'p', b'u', b's', b'T', b'a', b'g', b's', ..]) => {
            comments(walk, &here("OpusTags"), comment(8));
        }
        // A FLAC metadata block of type 4, or the bare comments of Speex.
        (1, [4 | 0x84, ..]) if stream.rate > 0 => {
            comments(walk, &here("VORBIS_COMMENT"), comment(4));
        }
        (1, _) if stream.sound && stream.rate > 0 && le32(packet, 0).is_some() => {
            comments(walk, &here("comment header"), packet);
        }
        _ => {}
    }
}

/// Picture size in the first header (Theora specification, 6.2).
fn theora(walk: &mut Walk<'_>, packet: &[u8]) {
    walk.facts.kind = MediaKind::Video;
    walk.facts.mime = "video/ogg".to_owned();
    let side = |at: usize| super::be32(packet, at).map(|word| word >> 8);
    if let (Some(width), Some(height)) = (side(14), side(17)) {
        walk.size(width, height);
    }
}

/// Vorbis comments: vendor, count, then `KEY=text` each with its length (Vorbis I, 5.2.1).
pub(super) fn comments(walk: &mut Walk<'_>, here: &str, bytes: &[u8]) {
    let vendor = le32(bytes, 0).map_or(usize::MAX, super::index);
    let Some(count) = le32(bytes, vendor.saturating_add(4)) else {
        walk.truncated(here, "the comments end before their count");
        return;
    };
    let mut at = vendor.saturating_add(8);
    for number in 0..count {
        let Some(size) = le32(bytes, at) else {
            walk.truncated(here, format!("{number} of {count} comments are there"));
            return;
        };
        if !walk.step(here) {
            return;
        }
        let body_at = at.saturating_add(4);
        let Some(comment) = part(bytes, body_at, super::index(size)) else {
            let left = from(bytes, body_at).len();
            walk.truncated(here, format!("comment {number} claims {size} bytes, {left} are left"));
            return;
        };
        let mut sides = comment.splitn(2, |&b| b == b'=');
        match (sides.next(), sides.next()) {
            // Pictures are long, and no text.
            (Some(key), Some(_)) if key.eq_ignore_ascii_case(b"METADATA_BLOCK_PICTURE") => {}
            (Some(key), Some(value)) => {
                let key = super::latin1(key).to_ascii_uppercase();
                walk.text(here.to_owned(), key, super::utf8_or_latin1(value).into_bytes());
            }
            _ => walk.malformed(here, format!("comment {number} has no `=`")),
        }
        at = body_at.saturating_add(super::index(size));
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    fn page(flags: u8, granule: u64, packet: &[u8]) -> Vec<u8> {
        let mut out = b"OggS\0".to_vec();
        out.push(flags);
        out.extend_from_slice(&granule.to_le_bytes());
        out.extend_from_slice(&7_u32.to_le_bytes());
        out.extend_from_slice(&[0; 8]);
        let mut lacing = vec![255_u8; packet.len() / 255];
        lacing.push(u8::try_from(packet.len() % 255).unwrap());
        out.push(u8::try_from(lacing.len()).unwrap());
        out.extend(lacing);
        out.extend_from_slice(packet);
        out
    }

    fn tags(comments: &[&str]) -> Vec<u8> {
        let mut out = b"\x01\0\0\0v".to_vec();
        out.extend_from_slice(&u32::try_from(comments.len()).unwrap().to_le_bytes());
        for comment in comments {
            out.extend_from_slice(&u32::try_from(comment.len()).unwrap().to_le_bytes());
            out.extend_from_slice(comment.as_bytes());
        }
        out
    }

    fn opus(comments: &[&str]) -> Vec<u8> {
        let head = b"OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0";
        let tags = [b"OpusTags".to_vec(), tags(comments)].concat();
        [page(2, 0, head), page(0, 0, &tags), page(4, 48_312, b"sound")].concat()
    }

    #[test]
    fn opus_leaves_out_what_is_skipped() {
        let long = format!("title={}", "a".repeat(600));
        let file = opus(&["license=https://example.org/", &long]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(1.0));
        assert_eq!(opened.blocks[0].key, "LICENSE");
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"https://example.org/");
        assert_eq!(opened.blocks[1].bytes.len(), 600);
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }

    #[test]
    fn vorbis_is_counted_by_its_own_rate() {
        let mut head = b"\x01vorbis\0\0\0\0\x01".to_vec();
        head.extend_from_slice(&22_050_u32.to_le_bytes());
        head.resize(30, 0);
        let tags = [b"\x03vorbis".to_vec(), tags(&["COPYRIGHT=Ann"])].concat();
        let file = [page(2, 0, &head), page(0, 0, &tags), page(4, 11_025, b"s")].concat();
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(0.5));
        assert_eq!(opened.blocks[0].key, "COPYRIGHT");
    }

    #[test]
    fn a_count_of_four_thousand_million_comments_ends_with_the_bytes() {
        let mut walked = opus(&["a=b"]);
        let at = walked.windows(5).position(|w| w == b"\x01\0\0\0v").unwrap() + 5;
        walked[at..at + 4].copy_from_slice(&[0xff; 4]);
        let opened = open(&walked, &Limits::DEFAULT);
        assert_eq!(opened.blocks.len(), 1);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn a_page_cut_short_is_truncation() {
        let mut file = opus(&["a=b"]);
        file.truncate(file.len() - 2);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        assert_eq!(opened.blocks.len(), 1);
    }
}
