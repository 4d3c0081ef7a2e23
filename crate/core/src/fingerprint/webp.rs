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

/// Whether the frame that is decoded is no larger than the canvas. The decoder takes memory by
/// the frame's own header and compares it with the canvas only afterwards.
pub fn fits(bytes: &[u8], most: usize) -> bool {
    let mut canvas = None;
    let mut at = 12usize;
    for _ in 0..most {
        let Some((name, body)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk::<4>) else {
            return true;
        };
        let Some((size, body)) = body.split_first_chunk::<4>() else { return true };
        let size = u32::from_le_bytes(*size) as usize;
        let skip = match name {
            b"VP8X" => {
                canvas = sides(body.get(4..), |[a, b, c, d, e, f]| {
                    let side = |low, middle, high| u32::from_le_bytes([low, middle, high, 0]) + 1;
                    (side(a, b, c), side(d, e, f))
                });
                size
            }
            // Place, size and duration of a frame; its own chunks follow.
            b"ANMF" => 16,
            b"VP8 " | b"VP8L" => {
                let own = match name {
                    // After a tag of three bytes and a start code (RFC 6386, 9.1).
                    b"VP8 " => sides(body.get(6..), |[a, b, c, d]| {
                        let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
                        (side(a, b), side(c, d))
                    }),
                    // After the signature: 14 bits each, less one (RFC 9649, 3.4).
                    _ => sides(body.get(1..), |bits: [u8; 4]| {
                        let bits = u32::from_le_bytes(bits);
                        ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
                    }),
                };
                return match (canvas, own) {
                    (Some((width, height)), Some((w, h))) => w <= width && h <= height,
                    _ => true,
                };
            }
            _ => size,
        };
        match at.checked_add(8).and_then(|at| at.checked_add(skip)?.checked_add(skip % 2)) {
            Some(next) => at = next,
            None => return true,
        }
    }
    false
}

fn sides<const N: usize>(
    bytes: Option<&[u8]>,
    read: impl Fn([u8; N]) -> (u32, u32),
) -> Option<(u32, u32)> {
    bytes?.first_chunk().copied().map(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_larger_than_its_canvas_does_not_fit() {
        let canvas = b"VP8X\x0a\0\0\0\x10\0\0\0\x0f\0\0\x0f\0\0";
        let frame = |side: u8| {
            let vp8 = [&b"VP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a"[..], &[side, 0, side, 0]].concat();
            let still = [&b"RIFF\0\0\0\0WEBP"[..], canvas, &vp8].concat();
            let head = [&b"ANMF\x22\0\0\0"[..], &[0; 16]].concat();
            let moving = [&b"RIFF\0\0\0\0WEBP"[..], canvas, &head, &vp8].concat();
            (fits(&still, 9), fits(&moving, 9))
        };
        assert_eq!((frame(16), frame(17)), ((true, true), (false, false)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\xff\xff\xff\x0f";
        assert!(fits(lossless, 9), "without a canvas the frame is the canvas");
        assert!(!fits(
            &[&b"RIFF\0\0\0\0WEBP"[..], canvas, lossless.get(12..).unwrap()].concat(),
            9
        ));
        assert!(!fits(&b"RIFF\0\0\0\0WEBPXXXX\0\0\0\0".repeat(3), 1));
    }

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
