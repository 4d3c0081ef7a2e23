//! The first frame of an animated WebP, as libwebp lays it on its canvas.
//!
//! WebP container (<https://developers.google.com/speed/webp/docs/riff_container>, ANMF): a
//! frame is blended with what lies below or takes its place. Below the first there is nothing,
//! so libwebp takes its pixels as they are; the decoder blends them with transparent black and
//! loses a level. Left out: every later frame.

use std::borrow::Cow;

/// Tells the decoder not to blend (bit 1 of the flags of a frame).
const IN_PLACE: u8 = 2;

/// The same file with a first frame that is not blended. Looks at no more than so many chunks.
pub fn unblended(bytes: &[u8], most: usize) -> Cow<'_, [u8]> {
    let Some(at) = flags_of_first_frame(bytes, most) else { return Cow::Borrowed(bytes) };
    let mut copy = bytes.to_vec();
    if let Some(flags) = copy.get_mut(at) {
        *flags |= IN_PLACE;
    }
    Cow::Owned(copy)
}

/// Where they stand, if there is a frame that would be blended.
fn flags_of_first_frame(bytes: &[u8], most: usize) -> Option<usize> {
    let mut at = 12usize;
    for _ in 0..most {
        let name: &[u8; 4] = bytes.get(at..)?.first_chunk()?;
        let size = u32::from_le_bytes(*bytes.get(at + 4..)?.first_chunk()?) as usize;
        // Place, size and duration take fifteen bytes.
        let flags = at + 8 + 15;
        if name == b"ANMF" {
            return bytes.get(flags).filter(|f| **f & IN_PLACE == 0).map(|_| flags);
        }
        at = at.checked_add(8)?.checked_add(size)?.checked_add(size % 2)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webp(flags: u8) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WEBPVP8X\x01\0\0\0\0\0ANMF\x10\0\0\0".to_vec();
        bytes.extend([0; 15]);
        bytes.push(flags);
        bytes
    }

    #[test]
    fn only_a_frame_that_would_be_blended_is_changed() {
        assert_eq!(unblended(&webp(1), 9), webp(3));
        assert!(matches!(unblended(&webp(2), 9), Cow::Borrowed(_)));
        assert!(matches!(unblended(&webp(0), 1), Cow::Borrowed(_)));
    }

    #[test]
    fn a_file_cut_anywhere_is_left_alone() {
        let whole = webp(0);
        for cut in 0..whole.len() {
            assert!(matches!(unblended(&whole[..cut], 9), Cow::Borrowed(_)), "cut at {cut}");
        }
    }
}
