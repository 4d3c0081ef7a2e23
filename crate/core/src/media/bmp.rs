//! Windows bitmap: its header.
//!
//! Standard: <https://learn.microsoft.com/windows/win32/gdi/bitmap-storage>. The format
//! carries no metadata. Left out: OS/2 variants beyond their size fields.

use super::{Walk, le16, le32, part};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    // `BM` alone begins many a text; the header length must be one that exists.
    bytes.starts_with(b"BM")
        && matches!(le32(bytes, 14), Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let header = le32(bytes, 14).unwrap_or(0);
    let size = if header == 12 {
        le16(bytes, 18).zip(le16(bytes, 20)).map(|(w, h)| (u32::from(w), u32::from(h)))
    } else {
        // Both are signed; a negative height means rows from the top.
        let signed =
            |at| part(bytes, at, 4).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
        signed(18).zip(signed(22)).map(|(w, h)| (w.unsigned_abs(), h.unsigned_abs()))
    };
    let Some((width, height)) = size else {
        walk.truncated("byte 18", "the file ends in its header");
        return;
    };
    walk.size(width, height);
    walk.facts.frames = Some(1);
    let data = le32(bytes, 10).map_or(usize::MAX, super::index);
    if data >= bytes.len() {
        let (length, message) = (bytes.len(), "the pixels begin past the end of the file");
        walk.truncated(super::place("picture data", length), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;

    fn bmp(header: u8, fields: &[u8]) -> Vec<u8> {
        let mut out = b"BM\0\0\0\0\0\0\0\0\x1a\0\0\0".to_vec();
        out.extend_from_slice(&[header, 0, 0, 0]);
        out.extend_from_slice(fields);
        out.resize(80, 0);
        out
    }

    #[test]
    fn both_kinds_of_header_give_the_size() {
        let old = bmp(12, &[5, 0, 3, 0]);
        let new = bmp(40, &[5, 0, 0, 0, 0xfd, 0xff, 0xff, 0xff]);
        for file in [old, new] {
            let facts = open(&file, &Limits::DEFAULT).facts.unwrap();
            assert_eq!((facts.width, facts.height), (Some(5), Some(3)));
        }
    }

    #[test]
    fn a_text_that_begins_like_a_bitmap_is_none() {
        assert!(open(b"BMW is a maker of cars and motorcycles", &Limits::DEFAULT).facts.is_none());
    }
}
