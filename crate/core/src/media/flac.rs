//! FLAC: stream information and comments.
//!
//! Standard: RFC 9639, <https://www.rfc-editor.org/rfc/rfc9639>. A C2PA manifest store stands
//! in an ID3v2 tag before the stream (C2PA 2.2) or, in older files, in an APPLICATION block.
//! Left out: pictures, cue sheets, frames.

use super::{BlockKind, Walk, array, be32, from, id3, ogg, part, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    let at = id3::length(bytes).unwrap_or(0);
    from(bytes, at).starts_with(b"fLaC")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut at = id3::walk(walk, 0).saturating_add(4);
    let bytes = walk.bytes;
    loop {
        let Some(header) = be32(bytes, at) else {
            walk.truncated(place("byte", at), "the file ends among its metadata blocks");
            break;
        };
        let kind = (header >> 24) & 0x7f;
        let size = super::index(header & 0x00ff_ffff);
        let name = match kind {
            0 => "STREAMINFO",
            2 => "APPLICATION",
            4 => "VORBIS_COMMENT",
            _ => "metadata block",
        };
        let here = place(name, at);
        if !walk.step(&here) {
            break;
        }
        let body_at = at.saturating_add(4);
        let whole = part(bytes, body_at, size);
        let body = whole.unwrap_or_else(|| from(bytes, body_at));
        if whole.is_none() {
            walk.short(here.clone(), u64::try_from(size).unwrap_or(0), body.len());
        }
        match kind {
            0 => walk.facts.duration_s = duration(body),
            2 if body.starts_with(b"c2pa") => {
                walk.block(BlockKind::C2pa, here, from(body, 4));
            }
            4 => ogg::comments(walk, &here, body),
            127 => {
                walk.malformed(here, "a block of the forbidden type 127");
                break;
            }
            _ => {}
        }
        // The first bit marks the last block.
        if header >> 31 == 1 || whole.is_none() {
            break;
        }
        at = body_at.saturating_add(size);
    }
    id3::walk_end(walk);
}

/// 20 bits of sample rate and 36 bits of samples (RFC 9639, 8.2); none where either is unknown.
pub(super) fn duration(info: &[u8]) -> Option<f64> {
    let word = u64::from_be_bytes(array(info, 10)?);
    let rate = u32::try_from(word >> 44).ok().filter(|&rate| rate > 0)?;
    let samples = word & 0x000f_ffff_ffff;
    // 36 bits are exact in a float.
    (samples > 0).then(|| samples as f64 / f64::from(rate))
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::{BlockKind, open};
    use crate::vocabulary::ProblemCode;

    fn flac(comment_length: u32) -> Vec<u8> {
        let mut out = b"fLaC\0\0\0\x22".to_vec();
        let mut info = [0_u8; 34];
        // 44 100 Hz, 2 channels, 16 bits, 88 200 samples.
        info[10..18].copy_from_slice(&0x0ac4_42f0_0001_5888_u64.to_be_bytes());
        out.extend_from_slice(&info);
        out.extend_from_slice(&(0x8400_0000 | comment_length).to_be_bytes());
        out.extend_from_slice(b"\x01\0\0\0x\x01\0\0\0\x0b\0\0\0License=CC0");
        out
    }

    #[test]
    fn length_and_comments_are_read() {
        let file = flac(24);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(2.0));
        assert_eq!(opened.blocks[0].kind, BlockKind::Text);
        assert_eq!(opened.blocks[0].key, "LICENSE");
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"CC0");
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }

    #[test]
    fn a_block_past_the_end_keeps_what_is_there() {
        let file = flac(0xff_ffff);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        assert_eq!(opened.blocks.len(), 1);
    }
}
