//! The pixels of the largest picture in an icon or cursor.
//!
//! Standard: <https://learn.microsoft.com/windows/win32/menurc/resources>. Which of several
//! counts, and what its mask does, is as Pillow has it (`IcoImagePlugin`, `CurImagePlugin`).
//! Left out: every smaller picture.

use sayso_pixels::normalise::{Layout, Picture};

use super::bmp;
use super::fault::{self, malformed};
use crate::limits::Limits;
use crate::vocabulary::Problem;

/// Decodes the largest picture; `png` decodes a whole PNG file.
pub fn decode(
    bytes: &[u8],
    limits: &Limits,
    png: impl Fn(&[u8], &Limits) -> Result<Picture, Problem>,
) -> Result<Picture, Problem> {
    let entry = largest(bytes, limits.segments).ok_or_else(|| malformed("the icon is empty"))?;
    let rest = bytes.get(entry.offset..).ok_or_else(truncated)?;
    if rest.starts_with(b"\x89PNG\r\n\x1a\n") {
        return png(rest.get(..entry.length).unwrap_or(rest), limits);
    }
    let cursor = bytes.get(2) == Some(&2);
    let mut header = bmp::Header::new(bytes, entry.offset, 0, limits)?;
    // Picture and mask stand on top of each other.
    header.height /= 2;
    if header.height == 0 {
        return Err(malformed("the icon has no height"));
    }
    if cursor {
        // Pillow takes alpha from the first picture only, and no mask.
        return if entry.offset == 22 { header.with_alpha() } else { header }.picture(bytes);
    }
    let (width, height) = (header.width, header.height);
    let picture = header.picture(bytes)?;
    let alpha: Vec<u8> = if entry.bits == 32 {
        let words = bytes.get(header.offset..).unwrap_or_default().as_chunks::<4>().0;
        words.iter().take(width * height).map(|[.., a]| *a).collect()
    } else {
        // One bit a pixel, at the very end; set where the page shows through.
        let stride = width.div_ceil(32) * 4;
        let end = entry.offset.saturating_add(entry.length);
        let mask = end.checked_sub(stride * height).and_then(|at| bytes.get(at..end));
        let rows = mask.ok_or_else(truncated)?.chunks_exact(stride);
        let bits = |row: &[u8]| -> Vec<u8> {
            let bit = |x: usize| row.get(x / 8).map_or(0, |b| b >> (7 - x % 8) & 1);
            (0..width).map(|x| if bit(x) == 1 { 0 } else { 255 }).collect()
        };
        rows.flat_map(bits).collect()
    };
    if alpha.len() < width * height {
        return Err(truncated());
    }
    // Both stand from the bottom.
    let upright = alpha.chunks_exact(width).rev().flatten();
    let colours = picture.data.chunks_exact(if picture.has_alpha() { 4 } else { 3 });
    let data = colours
        .zip(upright)
        .flat_map(|(colour, a)| colour.iter().copied().take(3).chain([*a]))
        .collect();
    Ok(Picture { width, height, layout: Layout::Rgba, data })
}

/// One entry of the directory.
struct Entry {
    area: u32,
    bits: u16,
    depth: u32,
    length: usize,
    offset: usize,
}

/// The largest entry; of equals the one with fewest colours, then the first.
fn largest(bytes: &[u8], most: usize) -> Option<Entry> {
    let count = usize::from(u16::from_le_bytes(*bytes.get(4..)?.first_chunk()?));
    let entries = bytes.get(6..)?.as_chunks::<16>().0.iter().take(count.min(most));
    let entry = |e: &[u8; 16]| {
        let [w, h, colours, _, _, _, b0, b1, l0, l1, l2, l3, o0, o1, o2, o3] = *e;
        let side = |n: u8| if n == 0 { 256 } else { u32::from(n) };
        let bits = u16::from_le_bytes([b0, b1]);
        let depth = match (bits, colours) {
            (0, 0 | 1) => 256,
            (0, n) => u32::from(n).next_power_of_two().trailing_zeros(),
            (bits, _) => bits.into(),
        };
        Entry {
            area: side(w) * side(h),
            bits,
            depth,
            length: u32::from_le_bytes([l0, l1, l2, l3]) as usize,
            offset: u32::from_le_bytes([o0, o1, o2, o3]) as usize,
        }
    };
    entries.map(entry).min_by_key(|e| (std::cmp::Reverse(e.area), e.depth))
}

fn truncated() -> Problem {
    fault::truncated("the icon ends before its picture does")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn icon(pixels: &[u8], mask: &[u8]) -> Vec<u8> {
        let length = (40 + pixels.len() + mask.len()) as u32;
        let mut bytes = b"\0\0\x01\0\x01\0\x02\x01\0\0\x01\0\x18\0".to_vec();
        bytes.extend(length.to_le_bytes());
        bytes.extend([22, 0, 0, 0]);
        bytes.extend([40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0]);
        bytes.resize(62, 0);
        bytes.extend(pixels);
        bytes.extend(mask);
        bytes
    }

    fn no_png(_: &[u8], _: &Limits) -> Result<Picture, Problem> {
        Err(malformed("no PNG"))
    }

    #[test]
    fn the_mask_is_the_alpha() {
        let bytes = icon(&[1, 2, 3, 4, 5, 6, 0, 0], &[0b0100_0000, 0, 0, 0]);
        let picture = decode(&bytes, &Limits::DEFAULT, no_png).unwrap();
        assert_eq!((picture.width, picture.height), (2, 1));
        assert_eq!(picture.data, [3, 2, 1, 255, 6, 5, 4, 0]);
    }

    #[test]
    fn an_icon_cut_anywhere_has_no_pixels() {
        let bytes = icon(&[1, 2, 3, 4, 5, 6, 0, 0], &[0; 4]);
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut], &Limits::DEFAULT, no_png).is_err(), "cut at {cut}");
        }
    }
}
