//! The pixels of a Windows bitmap, and of the headless ones in icons.
//!
//! BITMAPCOREHEADER to BITMAPV5HEADER (<https://learn.microsoft.com/windows/win32/gdi/bitmap-storage>),
//! read as Pillow reads them (`BmpImagePlugin`), down to what it makes of broken run lengths.
//! Left out: JPEG and PNG inside, OS/2's Huffman, headers of 16 bytes.

use sayso_pixels::normalise::{Layout, Picture};

use super::fault::{self, malformed, unsupported};
use crate::limits::Limits;
use crate::vocabulary::Problem;

/// How rows are packed (`biCompression`).
const PLAIN: u32 = 0;
const RUNS_8: u32 = 1;
const RUNS_4: u32 = 2;
const MASKS: u32 = 3;
const MASKS_AND_ALPHA: u32 = 6;

/// Decodes a file.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Problem> {
    let offset = word(bytes, 10).ok_or_else(truncated)? as usize;
    let header = Header::new(bytes, 14, offset, limits).map_err(|p| fault::at(p, 14))?;
    header.picture(bytes).map_err(|p| fault::at(p, header.offset))
}

/// What stands before the pixels.
pub struct Header {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels; of an icon, that of picture and mask together until it is halved.
    pub height: usize,
    /// Where the pixels begin.
    pub offset: usize,
    /// Rows go from the top.
    down: bool,
    bits: usize,
    compression: u32,
    palette: Vec<[u8; 3]>,
    masks: [u32; 4],
}

impl Header {
    /// Reads the header at `at`; pixels stand at `offset`, or behind the palette if that is 0.
    pub fn new(bytes: &[u8], at: usize, offset: usize, limits: &Limits) -> Result<Self, Problem> {
        let short = |from: usize| Some(u32::from(u16::from_le_bytes(array(bytes, at + from)?)));
        let long = |from: usize| word(bytes, at + from);
        let length = long(0).ok_or_else(truncated)? as usize;
        let old = length == 12;
        if !matches!(length, 12 | 40 | 52 | 56 | 64 | 108 | 124) {
            return Err(unsupported(format!("a bitmap with a header of {length} bytes")));
        }
        let fields = match old {
            true => short(4).zip(short(6)).zip(short(10)).map(|((w, h), b)| (w, h, b, PLAIN, 0)),
            false => long(4)
                .zip(long(8))
                .zip(short(14))
                .zip(long(16))
                .zip(long(32))
                .map(|((((w, h), bits), packing), colours)| (w, h, bits, packing, colours)),
        };
        let (width, height, bits, compression, colours) = fields.ok_or_else(truncated)?;
        let down = !old && (height as i32) < 0;
        let height = if down { height.wrapping_neg() } else { height };
        if width == 0 || height == 0 {
            return Err(malformed("the picture has no width or no height"));
        }
        fault::check_size(width, height, 0, limits)?;
        if !matches!(bits, 1 | 2 | 4 | 8 | 16 | 24 | 32) {
            return Err(unsupported(format!("a bitmap of {bits} bits a pixel")));
        }

        let mut end = at + length;
        let masks = match compression {
            PLAIN if bits == 16 => [0x7C00, 0x03E0, 0x001F, 0],
            PLAIN => [0x00FF_0000, 0xFF00, 0xFF, 0],
            RUNS_8 if bits == 8 => [0; 4],
            RUNS_4 if bits == 4 => [0; 4],
            MASKS | MASKS_AND_ALPHA if bits >= 16 => {
                let mask = |i: usize| long(40 + i * 4).ok_or_else(truncated);
                let alpha = length >= 56 || compression == MASKS_AND_ALPHA;
                if length == 40 {
                    end += if compression == MASKS_AND_ALPHA { 16 } else { 12 };
                }
                let read = [mask(0)?, mask(1)?, mask(2)?, if alpha { mask(3)? } else { 0 }];
                match (bits, read) {
                    (32, [0, 0, 0, 0]) => [0x00FF_0000, 0xFF00, 0xFF, 0xFF00_0000],
                    // Pillow does not look at a sixteenth bit that is said to be alpha.
                    (16 | 24, [r, g, b, _]) => [r, g, b, 0],
                    _ => read,
                }
            }
            other => {
                return Err(unsupported(format!("a bitmap of {bits} bits with packing {other}")));
            }
        };

        let mut palette = Vec::new();
        let mut offset = offset;
        if bits <= 8 {
            let colours = if colours == 0 { 1 << bits } else { colours as usize };
            if colours > 65_536 {
                return Err(malformed(format!("a palette of {colours} colours")));
            }
            let step = if old { 3 } else { 4 };
            let colour = |i: usize| {
                let [b, g, r] = array(bytes, end + i * step)?;
                Some([r, g, b])
            };
            palette = (0..colours.min(256)).map_while(colour).collect();
            // Some writers forget the palette in the offset.
            if offset == at + length {
                offset += step * colours;
            }
            end += step * colours;
        }
        if offset == 0 {
            offset = end;
        }
        Ok(Header {
            width: width as usize,
            height: height as usize,
            offset,
            down,
            bits: bits as usize,
            compression,
            palette,
            masks,
        })
    }

    /// In cursors the fourth byte of a pixel is alpha.
    pub fn with_alpha(mut self) -> Self {
        if self.bits == 32 && self.compression == PLAIN {
            self.masks = [0x00FF_0000, 0xFF00, 0xFF, 0xFF00_0000];
        }
        self
    }

    /// The pixels.
    pub fn picture(&self, bytes: &[u8]) -> Result<Picture, Problem> {
        let data = bytes.get(self.offset..).ok_or_else(truncated)?;
        let stride = (self.width * self.bits).div_ceil(32) * 4;
        let runs = matches!(self.compression, RUNS_8 | RUNS_4);
        let unrolled = if runs { self.unrolled(data)? } else { Vec::new() };
        let rows: Vec<&[u8]> = if runs {
            unrolled.chunks_exact(self.width).collect()
        } else {
            // The last row may lack its padding.
            let full = (self.width * self.bits).div_ceil(8);
            data.chunks(stride).take(self.height).filter(|row| row.len() >= full).collect()
        };
        if rows.len() < self.height {
            return Err(truncated());
        }
        let alpha = self.masks.last().is_some_and(|m| *m != 0);
        let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
        let mut pixels = Vec::with_capacity(self.width * self.height * if alpha { 4 } else { 3 });
        let channels = self.masks.map(Channel::new);
        for number in 0..self.height {
            let at = if self.down { number } else { self.height - 1 - number };
            let row = rows.get(at).copied().unwrap_or_default();
            let colour = |i: u8| self.palette.get(usize::from(i)).copied().unwrap_or_default();
            match self.bits {
                _ if runs => pixels.extend(row.iter().flat_map(|i| colour(*i))),
                bits @ (1 | 2 | 4 | 8) => {
                    let most = ((1u16 << bits) - 1) as u8;
                    let indices = row.iter().flat_map(|byte| {
                        (0..8 / bits).rev().map(move |i| byte >> (i * bits) & most)
                    });
                    pixels.extend(indices.take(self.width).flat_map(colour));
                }
                16 => {
                    let words = row.as_chunks().0.iter().take(self.width);
                    let [r, g, b, _] = &channels;
                    pixels.extend(words.flat_map(|w| {
                        let word = u32::from(u16::from_le_bytes(*w));
                        [r.level(word), g.level(word), b.level(word)]
                    }));
                }
                24 => {
                    let triples = row.as_chunks().0.iter().take(self.width);
                    pixels.extend(triples.flat_map(|[b, g, r]| [*r, *g, *b]));
                }
                _ => {
                    let words = row.as_chunks().0.iter().take(self.width);
                    let wanted = if alpha { 4 } else { 3 };
                    let channels = channels.get(..wanted).unwrap_or_default();
                    for word in words.map(|w| u32::from_le_bytes(*w)) {
                        pixels.extend(channels.iter().map(|c| c.level(word)));
                    }
                }
            }
        }
        Ok(Picture { width: self.width, height: self.height, layout, data: pixels })
    }

    /// Indices from run lengths, as Pillow's `BmpRleDecoder` unrolls them: what is skipped is
    /// the first colour, what goes past the end of a row in a run is dropped.
    fn unrolled(&self, data: &[u8]) -> Result<Vec<u8>, Problem> {
        let size = self.width * self.height;
        let four = self.compression == RUNS_4;
        let mut indices: Vec<u8> = Vec::with_capacity(size);
        let (mut at, mut x) = (0usize, 0usize);
        while indices.len() < size {
            let Some([count, value]) = array(data, at) else { return Err(truncated()) };
            at += 2;
            match (count, value) {
                (0, 0) => {
                    indices.resize(indices.len().next_multiple_of(self.width), 0);
                    x = 0;
                }
                (0, 1) => indices.resize(size, 0),
                (0, 2) => {
                    let Some([right, up]) = array(data, at) else { return Err(truncated()) };
                    at += 2;
                    let skip = usize::from(right) + usize::from(up) * self.width;
                    indices.resize((indices.len() + skip).min(size), 0);
                    x = indices.len() % self.width;
                }
                (0, count) => {
                    let wanted = usize::from(count).min(size - indices.len());
                    let length = if four { wanted.div_ceil(2) } else { wanted };
                    let bytes = data.get(at..at + length).ok_or_else(truncated)?;
                    if four {
                        let halves = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
                        indices.extend(halves.take(wanted));
                    } else {
                        indices.extend_from_slice(bytes);
                    }
                    x += usize::from(count);
                    // Up to the next even place in the file.
                    at += length;
                    at += (self.offset + at) % 2;
                }
                (count, value) => {
                    let count = usize::from(count).min(self.width.saturating_sub(x));
                    let pair = if four { [value >> 4, value & 15] } else { [value, value] };
                    indices.extend(pair.into_iter().cycle().take(count));
                    x += count;
                }
            }
        }
        indices.truncate(size);
        Ok(indices)
    }
}

/// One colour in a word.
struct Channel {
    mask: u32,
    shift: u32,
    most: u64,
}

impl Channel {
    fn new(mask: u32) -> Self {
        let shift = mask.trailing_zeros() % 32;
        Channel { mask, shift, most: u64::from(mask >> shift).max(1) }
    }

    /// Widened to eight bits and cut, as Pillow does it (`unpackBGR15`, `unpackBGR16`).
    fn level(&self, word: u32) -> u8 {
        (u64::from((word & self.mask) >> self.shift) * 255 / self.most) as u8
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn truncated() -> Problem {
    fault::truncated("the bitmap ends before its last row")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::ProblemCode;

    fn bmp(width: u32, height: i32, bits: u16, packing: u32, rest: &[u8]) -> Vec<u8> {
        let mut bytes = b"BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0".to_vec();
        bytes.extend(width.to_le_bytes());
        bytes.extend(height.to_le_bytes());
        bytes.extend([1, 0]);
        bytes.extend(bits.to_le_bytes());
        bytes.extend(packing.to_le_bytes());
        bytes.resize(54, 0);
        bytes.extend(rest);
        bytes
    }

    fn pixels(bytes: &[u8]) -> Result<Vec<u8>, ProblemCode> {
        decode(bytes, &Limits::DEFAULT).map(|p| p.data).map_err(|p| p.code)
    }

    #[test]
    fn rows_stand_from_the_bottom_or_from_the_top() {
        let rows = [1, 2, 3, 0, 4, 5, 6, 0];
        assert_eq!(pixels(&bmp(1, 2, 24, 0, &rows)), Ok(vec![6, 5, 4, 3, 2, 1]));
        assert_eq!(pixels(&bmp(1, -2, 24, 0, &rows)), Ok(vec![3, 2, 1, 6, 5, 4]));
    }

    #[test]
    fn what_runs_skip_is_the_first_colour() {
        let mut rest = vec![9, 8, 7, 0, 30, 20, 10, 0];
        rest.resize(1024, 0);
        // A run of two, a step to the right, a copy of one, the end.
        rest.extend([2, 1, 0, 2, 1, 0, 1, 1, 0, 1]);
        let expected: Vec<u8> = [[10, 20, 30], [10, 20, 30], [7, 8, 9], [10, 20, 30]].concat();
        assert_eq!(pixels(&bmp(4, 1, 8, 1, &rest)), Ok(expected));
    }

    #[test]
    fn five_and_six_bits_are_widened_and_cut() {
        let masks = [0x00, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0];
        let pixel = [0b0010_0001, 0b1000_1100, 0, 0];
        let bytes = bmp(1, 1, 16, 3, &[&masks[..], &pixel].concat());
        assert_eq!(pixels(&bytes), Ok(vec![139, 133, 8]));
    }

    #[test]
    fn a_bitmap_cut_anywhere_has_no_pixels() {
        let whole = bmp(2, 2, 24, 0, &[1; 14]);
        assert!(pixels(&whole).is_ok());
        for cut in 0..whole.len() {
            assert!(pixels(&whole[..cut]).is_err(), "cut at {cut}");
        }
        let runs = bmp(2, 2, 8, 1, &[0; 1025]);
        assert_eq!(pixels(&runs), Err(ProblemCode::Truncated));
    }

    #[test]
    fn a_size_over_the_limit_is_refused() {
        assert_eq!(pixels(&bmp(65_535, 65_535, 1, 0, &[])), Err(ProblemCode::OverLimit));
        assert_eq!(pixels(&bmp(5, i32::MIN, 1, 0, &[])), Err(ProblemCode::OverLimit));
        assert_eq!(pixels(&bmp(0, 5, 1, 0, &[])), Err(ProblemCode::Malformed));
    }
}
