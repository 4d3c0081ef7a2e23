//! The canvas of a GIF's first frame, as browsers and Pillow lay it out.
//!
//! GIF89a (<https://www.w3.org/Graphics/GIF/spec-gif89a.txt>), clauses 18, 20 and 23. The
//! decoder cuts a frame that is larger than its screen, and leaves what a smaller one does
//! not cover transparent; the others enlarge the screen, and fill with the first colour
//! where the frame has no transparency. Left out: every later frame.

use std::borrow::Cow;

use sayso_pixels::normalise::{Layout, Picture};

/// What the decoder does otherwise about one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Canvas {
    /// Width and height that hold both the screen and the frame.
    size: (u16, u16),
    /// The size that is written in the file.
    screen: (u16, u16),
    /// The colour around an opaque frame.
    backdrop: Option<[u8; 3]>,
}

impl Canvas {
    /// The same file with a screen that holds its first frame.
    pub fn enlarged<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.size == self.screen {
            return Cow::Borrowed(bytes);
        }
        let mut copy = bytes.to_vec();
        let size = [self.size.0.to_le_bytes(), self.size.1.to_le_bytes()].concat();
        if let Some(written) = copy.get_mut(6..10) {
            written.copy_from_slice(&size);
        }
        Cow::Owned(copy)
    }

    /// Fills what an opaque frame does not cover.
    pub fn fill(&self, picture: &mut Picture) {
        let (Some([r, g, b]), Layout::Rgba) = (self.backdrop, picture.layout) else { return };
        for pixel in picture.data.as_chunks_mut::<4>().0 {
            if pixel.last() == Some(&0) {
                *pixel = [r, g, b, 255];
            }
        }
    }
}

/// Walks to the first frame, past at most so many extensions; `None` where there is none.
pub fn canvas(bytes: &[u8], most: usize) -> Option<Canvas> {
    let word = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    // Bit 7: there is a table; bits 0 to 2: it has 2^(n+1) colours.
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let first_colour = |at: usize| -> Option<[u8; 3]> { bytes.get(at..at + 3)?.try_into().ok() };

    let screen = (word(6)?, word(8)?);
    let global = table(*bytes.get(10)?);
    let mut at = 13 + global;
    let mut transparent = false;
    for _ in 0..most {
        match *bytes.get(at)? {
            0x21 => {
                if *bytes.get(at + 1)? == 0xF9 {
                    transparent = *bytes.get(at + 3)? & 1 == 1;
                }
                at += 2;
                loop {
                    let length = usize::from(*bytes.get(at)?);
                    at += 1 + length;
                    if length == 0 {
                        break;
                    }
                }
            }
            0x2C => {
                let right = word(at + 1)?.saturating_add(word(at + 5)?);
                let bottom = word(at + 3)?.saturating_add(word(at + 7)?);
                let local = table(*bytes.get(at + 9)?);
                let colours = if local > 0 { Some(at + 10) } else { (global > 0).then_some(13) };
                return Some(Canvas {
                    size: (screen.0.max(right), screen.1.max(bottom)),
                    screen,
                    backdrop: colours.filter(|_| !transparent).and_then(first_colour),
                });
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A screen of 4 by 3 with two colours, a comment, then a frame.
    fn gif(control: &[u8], frame: [u16; 4]) -> Vec<u8> {
        let mut bytes = b"GIF89a\x04\0\x03\0\x80\0\0\x09\x08\x07\xFF\xFF\xFF".to_vec();
        bytes.extend_from_slice(b"\x21\xFE\x02hi\0");
        bytes.extend_from_slice(control);
        bytes.push(0x2C);
        bytes.extend(frame.iter().flat_map(|v| v.to_le_bytes()));
        bytes.push(0);
        bytes
    }

    #[test]
    fn a_frame_larger_than_its_screen_enlarges_it() {
        let bytes = gif(b"", [2, 0, 4, 3]);
        let canvas = canvas(&bytes, 9).unwrap();
        assert_eq!(canvas.size, (6, 3));
        assert_eq!(canvas.enlarged(&bytes)[6..10], [6, 0, 3, 0]);
    }

    #[test]
    fn an_opaque_frame_stands_on_the_first_colour() {
        let bytes = gif(b"", [1, 1, 1, 1]);
        let canvas = canvas(&bytes, 9).unwrap();
        assert!(matches!(canvas.enlarged(&bytes), Cow::Borrowed(_)));
        let data = vec![1, 1, 1, 255, 0, 0, 0, 0];
        let mut picture = Picture { width: 2, height: 1, layout: Layout::Rgba, data };
        canvas.fill(&mut picture);
        assert_eq!(picture.data, [1, 1, 1, 255, 9, 8, 7, 255]);
    }

    #[test]
    fn a_transparent_frame_stands_on_nothing() {
        let bytes = gif(b"\x21\xF9\x04\x01\0\0\0\0", [1, 1, 1, 1]);
        assert_eq!(canvas(&bytes, 9).unwrap().backdrop, None);
    }

    #[test]
    fn a_file_cut_anywhere_has_no_canvas() {
        let bytes = gif(b"\x21\xF9\x04\x01\0\0\0\0", [1, 1, 1, 1]);
        for cut in 0..bytes.len() {
            assert_eq!(canvas(&bytes[..cut], 9), None, "cut at {cut}");
        }
        assert_eq!(canvas(&bytes, 2), None);
    }
}
