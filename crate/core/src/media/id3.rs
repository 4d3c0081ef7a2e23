//! ID3v1, ID3v2.2 to 2.4 and APEv2: the tags of MP3 and of others that borrowed them.
//!
//! Standards: <https://id3.org/id3v2.4.0-structure>, <https://id3.org/id3v2.3.0>,
//! <https://id3.org/ID3v1>, <https://wiki.hydrogenaud.io/index.php?title=APEv2_specification>.
//! Frames of version 2.2 are given under their later names. Left out: encrypted frames,
//! pictures, lyrics, and every frame that is neither text nor address nor licence.

use std::borrow::Cow;

use super::{BlockKind, Walk, be32, from, latin1, le32, part, place, split_nul, utf8_or_latin1};

/// Length of a tag that begins here, with its header; none where no tag begins.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let header = part(bytes, 0, 10)?;
    if !header.starts_with(b"ID3") || header.get(3) == Some(&0xff) {
        return None;
    }
    let footer = if header.get(5).is_some_and(|f| f & 0x10 != 0) { 10 } else { 0 };
    Some(super::index(synchsafe(header, 6)?).saturating_add(10).saturating_add(footer))
}

/// Reads every tag at `at`, and gives the position after them.
pub(super) fn walk(walk: &mut Walk<'_>, mut at: usize) -> usize {
    let bytes = walk.bytes;
    while let Some(claimed) = length(from(bytes, at)) {
        let here = place("ID3v2", at);
        if !walk.step(&here) {
            break;
        }
        let tag = match part(bytes, at, claimed) {
            Some(tag) => tag,
            None => {
                let left = from(bytes, at);
                walk.short(here.clone(), u64::try_from(claimed).unwrap_or(u64::MAX), left.len());
                left
            }
        };
        read(walk, &here, at, tag);
        at = at.saturating_add(claimed);
    }
    at.min(bytes.len())
}

/// Reads one tag; `start` is its place in the file.
fn read(walk: &mut Walk<'_>, here: &str, start: usize, tag: &[u8]) {
    let version = tag.get(3).copied().unwrap_or(0);
    let flags = tag.get(5).copied().unwrap_or(0);
    if !(2..=4).contains(&version) {
        let message = format!("ID3 version 2.{version} is unknown");
        walk.problem(crate::vocabulary::ProblemCode::Unsupported, here, message);
        return;
    }
    let body = from(tag, 10);
    // Up to 2.3 the whole tag is made free of false frame marks; later each frame is.
    let body = if flags & 0x80 != 0 && version < 4 { synchronised(body) } else { body.into() };
    let extended = match (flags & 0x40 != 0, version) {
        (true, 3) => be32(&body, 0).map_or(0, |n| super::index(n).saturating_add(4)),
        (true, 4) => synchsafe(&body, 0).map_or(0, super::index),
        _ => 0,
    };
    let mut at = extended;
    while let Some(frame) = Frame::at(&body, at, version) {
        let name = format!("{} in ID3v2", latin1(frame.id));
        let locator = place(name, start.saturating_add(10).saturating_add(at));
        if !walk.step(&locator) {
            return;
        }
        let Some(content) = part(&body, frame.body_at, frame.size) else {
            let left = from(&body, frame.body_at).len();
            walk.short(locator, u64::try_from(frame.size).unwrap_or(u64::MAX), left);
            return;
        };
        if let Some(content) = frame.plain(walk, &locator, content) {
            keep(walk, &locator, &later_name(frame.id), &content);
        }
        at = frame.body_at.saturating_add(frame.size);
    }
    if from(&body, at).first().is_some_and(|&b| b != 0) && from(&body, at).len() >= 10 {
        walk.malformed(
            place("ID3v2", start.saturating_add(10).saturating_add(at)),
            "no frame where one is due",
        );
    }
}

/// The header of one frame.
struct Frame<'b> {
    id: &'b [u8],
    size: usize,
    body_at: usize,
    version: u8,
    flags: u8,
}

impl<'b> Frame<'b> {
    fn at(body: &'b [u8], at: usize, version: u8) -> Option<Self> {
        let (id_length, header) = if version == 2 { (3, 6) } else { (4, 10) };
        let id = part(body, at, id_length)?;
        if !id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return None;
        }
        let size_at = at.saturating_add(id_length);
        let body_at = at.saturating_add(header);
        let size = match version {
            2 => match part(body, size_at, 3)? {
                &[a, b, c] => u32::from_be_bytes([0, a, b, c]),
                _ => return None,
            },
            3 => be32(body, size_at)?,
            _ => {
                // Old iTunes wrote plain sizes: believe the reading that ends at a frame.
                let (safe, plain) = (synchsafe(body, size_at), be32(body, size_at)?);
                match safe {
                    Some(safe) if safe == plain || ends_well(body, body_at, safe) => safe,
                    Some(safe) if !ends_well(body, body_at, plain) => safe,
                    _ => plain,
                }
            }
        };
        let flags_at = at.saturating_add(9);
        let flags = if version == 2 { 0 } else { *body.get(flags_at)? };
        Some(Frame { id, size: super::index(size), body_at, version, flags })
    }

    /// Its content without compression and extra fields; none when it is encrypted or broken.
    fn plain<'c>(
        &self,
        walk: &mut Walk<'_>,
        here: &str,
        content: &'c [u8],
    ) -> Option<Cow<'c, [u8]>> {
        let (group, packed, secret, unsafe_marks, sized) = match self.version {
            3 => (0x20, 0x80, 0x40, 0, 0x80),
            4 => (0x40, 0x08, 0x04, 0x02, 0x01),
            _ => return Some(content.into()),
        };
        let has = |bit: u8| self.flags & bit != 0;
        if has(secret) {
            let code = crate::vocabulary::ProblemCode::Unsupported;
            walk.problem(code, here, "an encrypted frame is not read");
            return None;
        }
        let skip = usize::from(has(group)).saturating_add(if has(sized) { 4 } else { 0 });
        let content = from(content, skip);
        let content = if has(unsafe_marks) { synchronised(content) } else { content.into() };
        if has(packed) {
            return walk.inflate(&content, here).map(Cow::Owned);
        }
        Some(content)
    }
}

/// Whether a frame, padding or the end follows.
fn ends_well(body: &[u8], body_at: usize, size: u32) -> bool {
    let end = body_at.saturating_add(super::index(size));
    match body.get(end..) {
        Some([]) | Some([0, ..]) => true,
        Some(rest) => rest
            .get(..4)
            .is_some_and(|id| id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())),
        None => false,
    }
}

/// Four bytes of seven bits (ID3v2.4 structure, 6.2).
fn synchsafe(bytes: &[u8], at: usize) -> Option<u32> {
    let four = part(bytes, at, 4)?;
    if four.iter().any(|b| b & 0x80 != 0) {
        return None;
    }
    Some(four.iter().fold(0_u32, |whole, &b| (whole << 7) | u32::from(b)))
}

/// Takes out the zero that was put after every 0xFF.
fn synchronised(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(bytes, b"\xff\0").is_none() {
        return bytes.into();
    }
    let mut before = 0_u8;
    let mut out = bytes.to_vec();
    out.retain(|&b| {
        let stuffed = before == 0xff && b == 0;
        before = b;
        !stuffed
    });
    out.into()
}

/// The name that a frame of ID3v2.2 has had since 2.3.
fn later_name(id: &[u8]) -> String {
    let later = match id {
        b"TCR" => "TCOP",
        b"TP1" => "TPE1",
        b"TP2" => "TPE2",
        b"TT2" => "TIT2",
        b"TAL" => "TALB",
        b"TCM" => "TCOM",
        b"TPB" => "TPUB",
        b"TXX" => "TXXX",
        b"TOA" => "TOPE",
        b"TYE" => "TYER",
        b"COM" => "COMM",
        b"WCP" => "WCOP",
        b"WCM" => "WCOM",
        b"WAF" => "WOAF",
        b"WAR" => "WOAR",
        b"WAS" => "WOAS",
        b"WPB" => "WPUB",
        b"WXX" => "WXXX",
        b"GEO" => "GEOB",
        _ => return latin1(id),
    };
    later.to_owned()
}

/// Turns one frame into blocks.
fn keep(walk: &mut Walk<'_>, here: &str, id: &str, content: &[u8]) {
    let coded = || content.split_first().map_or((0, content), |(c, rest)| (*c, rest));
    let mut text = |key: String, value: String| {
        walk.text(here.to_owned(), key, value.trim().as_bytes().to_vec());
    };
    match id {
        "TXXX" => {
            let (coding, rest) = coded();
            let mut strings = strings(coding, rest).into_iter();
            let key = named("TXXX", strings.next());
            strings.for_each(|value| text(key.clone(), value));
        }
        "WXXX" => {
            let (coding, rest) = coded();
            let (about, address) = first_string(coding, rest);
            text(named("WXXX", Some(about)), address_of(address));
        }
        // Encoding, three letters of language, then text; a comment has a description before it.
        "USER" | "COMM" => {
            let (coding, rest) = coded();
            let rest = from(rest, 3);
            let (about, rest) =
                if id == "COMM" { first_string(coding, rest) } else { (String::new(), rest) };
            let value = strings(coding, rest).into_iter().next().unwrap_or_default();
            text(named(id, Some(about)), value);
        }
        // Price, date, seller (2.3, 4.24); price, date, contact (4.25).
        "OWNE" | "COMR" => {
            let (coding, rest) = coded();
            let (price, rest) = split_nul(rest).unwrap_or((rest, &[]));
            let rest = from(rest, 8);
            let last = if id == "OWNE" {
                strings(coding, rest).into_iter().next().unwrap_or_default()
            } else {
                address_of(rest)
            };
            text(id.to_owned(), format!("{} {last}", latin1(price)));
        }
        "PRIV" => {
            if let Some((b"XMP", packet)) = split_nul(content) {
                walk.block(BlockKind::Xmp, here.to_owned(), packet.to_vec());
            }
        }
        // C2PA 2.2: media type, file name, description, store; the older type is still seen.
        "GEOB" => {
            let (coding, rest) = coded();
            if let Some((b"application/c2pa" | b"application/x-c2pa-manifest-store", rest)) =
                split_nul(rest)
            {
                let (_, rest) = first_string(coding, rest);
                let (_, store) = first_string(coding, rest);
                walk.block(BlockKind::C2pa, here.to_owned(), store.to_vec());
            }
        }
        _ if id.starts_with('T') => {
            let (coding, rest) = coded();
            strings(coding, rest).into_iter().for_each(|value| text(id.to_owned(), value));
        }
        _ if id.starts_with('W') => text(id.to_owned(), address_of(content)),
        _ => {}
    }
}

fn named(id: &str, about: Option<String>) -> String {
    match about.as_deref().map(str::trim) {
        None | Some("") => id.to_owned(),
        Some(about) => format!("{id}:{about}"),
    }
}

/// An address is Latin-1 and ends at a NUL, whatever the frame's encoding.
fn address_of(bytes: &[u8]) -> String {
    utf8_or_latin1(split_nul(bytes).map_or(bytes, |(address, _)| address))
}

/// The NUL-separated strings of a text field, without empty ones at the end.
fn strings(coding: u8, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() && found.len() < 64 {
        let (one, more) = first_string(coding, rest);
        found.push(one);
        rest = more;
    }
    while found.last().is_some_and(String::is_empty) {
        found.pop();
    }
    found
}

/// Encodings of ID3v2.4 structure, 4: Latin-1, UTF-16 with mark, UTF-16BE, UTF-8.
fn first_string(coding: u8, bytes: &[u8]) -> (String, &[u8]) {
    if matches!(coding, 1 | 2) {
        let pairs = bytes.chunks_exact(2).position(|pair| pair == [0, 0]);
        let end = pairs.map_or(bytes.len(), |n| n.saturating_mul(2));
        let text = bytes.get(..end).unwrap_or_default();
        return (super::utf16(text, coding == 2), from(bytes, end.saturating_add(2)));
    }
    let (text, rest) = split_nul(bytes).unwrap_or((bytes, &[]));
    // Latin-1 that is valid UTF-8 is nearly always UTF-8 under a wrong mark.
    (utf8_or_latin1(text), rest)
}

/// Reads APEv2 and ID3v1 at the end of the file, and gives the position where they begin.
pub(super) fn walk_end(walk: &mut Walk<'_>) -> usize {
    let bytes = walk.bytes;
    let mut end = bytes.len();
    let tag_at = end.saturating_sub(128);
    let tag = from(bytes, tag_at);
    let first = tag.len() == 128 && tag.starts_with(b"TAG");
    if first {
        end = tag_at;
    }
    // The extended tag of 227 bytes before it says nothing more about rights.
    end = ape(walk, end);
    if first {
        for (key, at, length) in
            [("Title", 3, 30), ("Artist", 33, 30), ("Album", 63, 30), ("Comment", 97, 30)]
        {
            let field = part(tag, at, length).unwrap_or_default();
            let field = split_nul(field).map_or(field, |(text, _)| text);
            let text = utf8_or_latin1(field);
            let here = place("ID3v1", tag_at.saturating_add(at));
            walk.text(here, key, text.trim().as_bytes().to_vec());
        }
    }
    end
}

/// A footer of 32 bytes names the length of the tag before it.
fn ape(walk: &mut Walk<'_>, end: usize) -> usize {
    let bytes = walk.bytes;
    let footer_at = end.saturating_sub(32);
    let Some(footer) = part(bytes, footer_at, 32).filter(|f| f.starts_with(b"APETAGEX")) else {
        return end;
    };
    let (size, count) = (le32(footer, 12), le32(footer, 16).unwrap_or(0));
    let start = size.and_then(|s| end.checked_sub(super::index(s)));
    let here = place("APEv2", footer_at);
    let Some(items) = start.and_then(|start| bytes.get(start..footer_at)) else {
        walk.malformed(here, "its length reaches before the start of the file");
        return footer_at;
    };
    let mut at = 0_usize;
    for _ in 0..count {
        let (Some(size), Some(flags)) = (le32(items, at), le32(items, at.saturating_add(4))) else {
            break;
        };
        if !walk.step(&here) {
            break;
        }
        let Some((key, rest)) = split_nul(from(items, at.saturating_add(8))) else { break };
        let Some(value) = rest.get(..super::index(size)) else {
            walk.short(here.clone(), size.into(), rest.len());
            break;
        };
        // Bits 1 and 2 tell text from binary; several values are parted by NUL.
        if flags & 0x06 == 0 {
            for value in value.split(|&b| b == 0) {
                walk.text(here.clone(), latin1(key), utf8_or_latin1(value).into_bytes());
            }
        }
        let item = key.len().saturating_add(9).saturating_add(super::index(size));
        at = at.saturating_add(item);
    }
    start.unwrap_or(footer_at)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::media::{Opened, open};
    use crate::vocabulary::ProblemCode;

    fn frame(id: &[u8], flags: u8, body: &[u8]) -> Vec<u8> {
        let mut out = id.to_vec();
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
        out.extend_from_slice(&[0, flags]);
        out.extend_from_slice(body);
        out
    }

    fn tag(version: u8, flags: u8, frames: &[u8]) -> Vec<u8> {
        let n = u32::try_from(frames.len()).unwrap();
        let size =
            [(n >> 21) as u8 & 127, (n >> 14) as u8 & 127, (n >> 7) as u8 & 127, n as u8 & 127];
        [&b"ID3"[..], &[version, 0, flags], &size, frames].concat()
    }

    fn texts<'o>(opened: &'o Opened<'_>) -> Vec<(&'o str, &'o str)> {
        let text = |b: &'o crate::media::Block<'_>| {
            (b.key.as_str(), std::str::from_utf8(&b.bytes).unwrap())
        };
        opened.blocks.iter().filter(|b| b.kind == BlockKind::Text).map(text).collect()
    }

    #[test]
    fn text_address_and_terms_frames_are_read() {
        let frames = [
            frame(b"TCOP", 0, b"\x002026 Ann"),
            frame(b"TXXX", 0, b"\x01\xff\xfeL\0\0\0\xff\xfeb\0y\0"),
            frame(b"WCOP", 0, b"https://example.org/by\0junk"),
            frame(b"WXXX", 0, b"\x03shop\0https://example.org/"),
            frame(b"USER", 0, b"\0engno copying"),
            frame(b"PRIV", 0, b"XMP\0<x/>"),
            frame(b"GEOB", 0, b"\0application/c2pa\0\0\0store"),
        ]
        .concat();
        let file = tag(3, 0, &frames);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(
            texts(&opened),
            [
                ("TCOP", "2026 Ann"),
                ("TXXX:L", "by"),
                ("WCOP", "https://example.org/by"),
                ("WXXX:shop", "https://example.org/"),
                ("USER", "no copying"),
            ]
        );
        let kinds: Vec<_> = opened.blocks.iter().skip(5).map(|b| b.kind).collect();
        assert_eq!(kinds, [BlockKind::Xmp, BlockKind::C2pa]);
        assert_eq!(opened.blocks[6].bytes.as_ref(), b"store");
    }

    #[test]
    fn frames_of_version_2_2_get_their_later_names() {
        let file = tag(2, 0, b"TCR\0\0\x05\x00Ann!WCP\0\0\x03x:y");
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(texts(&opened), [("TCOP", "Ann!"), ("WCOP", "x:y")]);
    }

    #[test]
    fn several_values_of_version_2_4_are_several_texts() {
        let file = tag(4, 0, &frame(b"TPE1", 0, b"\x03Ann\0Bob\0"));
        assert_eq!(texts(&open(&file, &Limits::DEFAULT)), [("TPE1", "Ann"), ("TPE1", "Bob")]);
    }

    #[test]
    fn stuffed_zeros_are_taken_out() {
        let file = tag(3, 0x80, &frame(b"TCOP", 0, b"\x01\xff\0\xfea\0b\0"));
        // The stuffing makes the frame one byte longer in the file than in its header.
        let mut file = file;
        file[17] -= 1;
        assert_eq!(texts(&open(&file, &Limits::DEFAULT)), [("TCOP", "ab")]);
    }

    #[test]
    fn a_compressed_frame_has_a_ceiling() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; 5 << 20], 6);
        let body = [&[0, 0x50, 0, 0][..], &bomb].concat();
        let file = tag(3, 0, &frame(b"TCOP", 0x80, &body));
        let opened = open(&file, &Limits::DEFAULT);
        assert!(opened.blocks.is_empty());
        assert_eq!(opened.problems[0].code, ProblemCode::OverLimit);
    }

    #[test]
    fn a_tag_longer_than_the_file_gives_what_is_there() {
        let mut file = tag(3, 0, &frame(b"TCOP", 0, b"\0Ann"));
        file[6] = 0x7f;
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(texts(&opened), [("TCOP", "Ann")]);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn tags_at_the_end_are_read() {
        let mut file = tag(3, 0, &[]);
        let item = b"\x03\0\0\0\0\0\0\0License\0CC0";
        file.extend_from_slice(item);
        file.extend_from_slice(b"APETAGEX\xd0\x07\0\0");
        file.extend_from_slice(&u32::try_from(item.len() + 32).unwrap().to_le_bytes());
        file.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let mut last = b"TAG".to_vec();
        last.extend_from_slice(b"Song");
        last.resize(128, 0);
        file.extend(last);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(texts(&opened), [("License", "CC0"), ("Title", "Song")]);
    }
}
