//! GIF 87a and 89a.
//!
//! Standard: <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>. XMP as in ISO 16684-3
//! (raw packet with a magic trailer); C2PA as in C2PA 2.2.
//! Left out: pixels, colour tables, plain-text extensions.

use super::{BlockKind, Walk, from, le16, part, place, utf8_or_latin1};

/// Length of the magic trailer: one byte for each length a block can have, and the end.
const TRAILER: usize = 258;

/// How far the end of a packet is sought whose trailer is missing.
const PACKET_MAX: usize = 64 << 10;

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let (Some(width), Some(height), Some(&flags)) = (le16(bytes, 6), le16(bytes, 8), bytes.get(10))
    else {
        walk.truncated("byte 6", "the file ends in its header");
        return;
    };
    walk.size(width.into(), height.into());
    let mut at = 13_usize.saturating_add(table(flags));
    let mut frames = 0_u32;
    loop {
        match bytes.get(at) {
            Some(0x3b) => break,
            // An image: position, size, flags, colour table, code size, data.
            Some(0x2c) => {
                let Some(&flags) = bytes.get(at.saturating_add(9)) else {
                    walk.truncated(place("image", at), "a frame is cut in its header");
                    break;
                };
                frames = frames.saturating_add(1);
                let data = at.saturating_add(11).saturating_add(table(flags));
                match end_of_blocks(bytes, data) {
                    Some(end) => at = end,
                    None => {
                        walk.truncated(place("image", at), format!("frame {frames} is cut"));
                        break;
                    }
                }
            }
            Some(0x21) => match extension(walk, at) {
                Some(end) => at = end,
                None => break,
            },
            // Some writers leave empty blocks behind; decoders pass over them.
            Some(0) => at = at.saturating_add(1),
            Some(other) => {
                walk.malformed(place("byte", at), format!("no block begins with {other:#04x}"));
                break;
            }
            None => {
                walk.truncated(place("byte", at), "the picture has no end mark");
                break;
            }
        }
    }
    if frames == 0 {
        walk.malformed(place("byte", at), "there is no picture in the file");
    }
    walk.facts.frames = Some(frames.max(1));
}

/// Bytes of a colour table (18, packed fields).
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 6_usize << (flags & 7) }
}

/// Position after the terminator of a chain of sub-blocks.
fn end_of_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = usize::from(*bytes.get(at)?);
        at = at.saturating_add(1).saturating_add(length);
        if length == 0 {
            return Some(at);
        }
    }
}

/// Content of a chain of sub-blocks.
fn joined(bytes: &[u8], mut at: usize, most: usize) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(&length) = bytes.get(at).filter(|&&l| l != 0 && whole.len() < most) {
        let body_at = at.saturating_add(1);
        let body = part(bytes, body_at, length.into()).unwrap_or_else(|| from(bytes, body_at));
        whole.extend_from_slice(body);
        at = body_at.saturating_add(length.into());
    }
    whole
}

/// Reads one extension; the position after it, or none when it does not end.
fn extension(walk: &mut Walk<'_>, at: usize) -> Option<usize> {
    let bytes = walk.bytes;
    let label = bytes.get(at.saturating_add(1)).copied();
    let data = at.saturating_add(2);
    let (name, most) = match label {
        // One goes with every frame; it costs nothing to pass over.
        Some(0xf9) => ("graphic control extension", 0),
        Some(0xfe) => ("comment extension", walk.limits.block_bytes),
        Some(0xff) => ("application extension", walk.limits.block_bytes),
        _ => ("extension", 0),
    };
    let here = place(name, at);
    if label != Some(0xf9) && !walk.step(&here) {
        return None;
    }
    let end = end_of_blocks(bytes, data);
    if end.is_none() {
        walk.truncated(here.clone(), "an extension does not end");
    }
    match label {
        Some(0xfe) => {
            let text = utf8_or_latin1(&joined(bytes, data, most));
            let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
            walk.text(here, "Comment", text.as_bytes().to_vec());
        }
        Some(0xff) if part(bytes, data, 1) == Some(&[11]) => {
            let content = data.saturating_add(12);
            match part(bytes, data.saturating_add(1), 11) {
                Some(b"XMP DataXMP") => xmp(walk, here, content, end.unwrap_or(bytes.len()), most),
                Some(b"C2PA_GIF\x01\x00\x00") => {
                    walk.block(BlockKind::C2pa, here, joined(bytes, content, most));
                }
                _ => {}
            }
        }
        _ => {}
    }
    end
}

/// The packet stands raw, so its own bytes act as lengths; the trailer catches every one.
/// Writers that cut it into blocks, against the standard, are understood too.
fn xmp<'a>(walk: &mut Walk<'a>, here: String, start: usize, end: usize, most: usize) {
    let bytes: &'a [u8] = walk.bytes;
    let content = bytes.get(start..end).unwrap_or_default();
    let trailer_at = content.len().saturating_sub(TRAILER);
    let trailer = from(content, trailer_at);
    if trailer.len() == TRAILER && trailer.starts_with(&[0x01, 0xff, 0xfe]) {
        walk.block(BlockKind::Xmp, here, content.get(..trailer_at).unwrap_or_default());
    } else if content.first() == Some(&b'<') || content.starts_with(b"\xef\xbb\xbf") {
        walk.malformed(here.clone(), "an XMP packet without its trailer");
        // Where the blocks went astray, the packet's own end is the best mark.
        let rest = from(bytes, start);
        let rest = rest.get(..PACKET_MAX).unwrap_or(rest);
        let end = memchr::memmem::find(rest, b"<?xpacket end=").unwrap_or(content.len());
        walk.block(BlockKind::Xmp, here, rest.get(..end).unwrap_or(content));
    } else {
        walk.block(BlockKind::Xmp, here, joined(bytes, start, most));
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    const FRAME: &[u8] = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";

    fn gif(parts: &[&[u8]]) -> Vec<u8> {
        [b"GIF89a\x03\0\x02\0\0\0\0", parts.concat().as_slice(), b";"].concat()
    }

    fn packet(text: &[u8]) -> Vec<u8> {
        let mut out = b"\x21\xff\x0bXMP DataXMP".to_vec();
        out.extend_from_slice(text);
        out.push(1);
        out.extend((0..=255).rev());
        out.push(0);
        out
    }

    #[test]
    fn frames_comment_and_packet_are_found() {
        let xmp = packet(b"<x/>");
        let file = gif(&[b"\x21\xfe\x05hello\0", &xmp, FRAME, FRAME]);
        let opened = open(&file, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.width, facts.height, facts.frames), (Some(3), Some(2), Some(2)));
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"hello");
        assert_eq!(opened.blocks[0].locator, "comment extension at 0xd");
        assert_eq!(opened.blocks[1].bytes.as_ref(), b"<x/>");
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }

    #[test]
    fn a_packet_cut_into_blocks_is_joined() {
        let file = gif(&[b"\x21\xff\x0bXMP DataXMP\x04<x/>\0", FRAME]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"<x/>");
    }

    #[test]
    fn a_cut_frame_keeps_those_before_it() {
        let mut file = gif(&[FRAME, FRAME]);
        file.truncate(file.len() - 3);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().frames, Some(2));
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn no_frame_at_all_is_a_fault() {
        let file = gif(&[]);
        assert_eq!(open(&file, &Limits::DEFAULT).problems[0].code, ProblemCode::Malformed);
    }
}
