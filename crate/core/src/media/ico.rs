//! Windows icon and cursor: the size of the largest picture in it.
//!
//! Standard: <https://learn.microsoft.com/windows/win32/menurc/resources>. Left out:
//! metadata of a PNG inside.

use super::{Walk, le16, le32, part, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    // Four nearly empty bytes are a weak mark: the first entry must look like one.
    let marked = bytes.starts_with(b"\0\0\x01\0") || bytes.starts_with(b"\0\0\x02\0");
    marked && le16(bytes, 4).is_some_and(|count| count > 0) && bytes.get(9).is_some_and(|&b| b == 0)
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let count = le16(bytes, 4).unwrap_or(0);
    let mut largest = (0_u32, 0_u32);
    let mut at = 6_usize;
    for number in 0..count {
        let here = place(format!("entry {number}"), at);
        let Some(entry) = part(bytes, at, 16) else {
            walk.truncated(here, format!("{number} of {count} entries are there"));
            break;
        };
        if !walk.step(&here) {
            break;
        }
        // Zero stands for 256.
        let side = |at: usize| match entry.get(at) {
            Some(0) | None => 256,
            Some(&n) => u32::from(n),
        };
        largest = largest.max((side(0), side(1)));
        let (size, start) = (le32(entry, 8), le32(entry, 12));
        if let (Some(size), Some(start)) = (size, start)
            && part(bytes, super::index(start), super::index(size)).is_none()
        {
            walk.truncated(here, format!("its {size} bytes lie past the end of the file"));
        }
        at = at.saturating_add(16);
    }
    if largest.0 > 0 {
        walk.size(largest.0, largest.1);
        walk.facts.frames = Some(1);
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;

    #[test]
    fn the_largest_picture_counts_and_zero_is_256() {
        let mut file = b"\0\0\x01\0\x02\0\x10\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        file.extend_from_slice(b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().width, Some(256));
        assert!(opened.problems.is_empty());
    }
}
