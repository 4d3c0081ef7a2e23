//! The pixels of a TIFF's first page.
//!
//! TIFF 6.0 (<https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf>) with Adobe's
//! technical notes on Deflate and JPEG: strips and tiles, chunky and planar, 1 to 32 bits
//! of grey, palettes, RGB, CMYK, YCbCr and alpha; plain, PackBits, LZW, Deflate, fax group 4,
//! JPEG. A reader of our own, since the one in `image` knows neither palettes nor what Pillow
//! makes of sixteen bits, and weighs more than all that it would unpack. Left out: BigTIFF,
//! CIELab, subsampled YCbCr outside JPEG, the JPEG of TIFF 6.0 itself, fax group 3, later pages.

use std::borrow::Cow;

use sayso_pixels::normalise::{Layout, Picture, repack};

use super::fault::{check_size, malformed, over_limit, truncated, unsupported};
use crate::limits::Limits;
use crate::media::tiff::{Directory, Entry, Tiff};
use crate::vocabulary::Problem;

/// Samples of one pixel, as many as Pillow takes.
const SAMPLES: usize = 6;

/// How colours are meant (tag 262).
const WHITE_IS_ZERO: u32 = 0;
const RGB: u32 = 2;
const PALETTE: u32 = 3;
const CMYK: u32 = 5;
const YCBCR: u32 = 6;

/// How strips and tiles are packed (tag 259).
const PLAIN: u32 = 1;
const FAX_4: u32 = 4;
const LZW: u32 = 5;
const JPEG: u32 = 7;
const DEFLATE: u32 = 8;
const PACKBITS: u32 = 32_773;
const OLD_DEFLATE: u32 = 32_946;

/// Decodes the first page. `jpeg` decodes a whole JPEG file; if it is told so, to four inks as
/// they are stored, in the places of red, green, blue and alpha.
pub fn decode(
    bytes: &[u8],
    limits: &Limits,
    jpeg: impl Fn(&[u8], bool, &Limits) -> Result<Picture, Problem>,
) -> Result<Picture, Problem> {
    let tiff = Tiff::new(bytes).ok_or_else(|| unsupported("a BigTIFF"))?;
    let page = Page::new(&tiff.directory(tiff.first(), limits), limits)?;
    let mut pixels = vec![0u8; page.width * page.height * page.kept];
    let across = page.width.div_ceil(page.chunk_width);
    let down = page.height.div_ceil(page.chunk_height);
    let planes = if page.planar { page.samples } else { 1 };
    for plane in 0..planes.min(if page.planar { page.kept } else { 1 }) {
        for number in 0..across * down {
            let (column, row) = (number % across, number / across);
            let chunk = Chunk {
                left: column * page.chunk_width,
                top: row * page.chunk_height,
                // The last strip is short, the last tile is not.
                rows: match page.tiled {
                    true => page.chunk_height,
                    false => page.chunk_height.min(page.height - row * page.chunk_height),
                },
                plane,
            };
            let packed = page.packed(bytes, plane * across * down + number)?;
            if page.compression == JPEG {
                page.place_jpeg(&packed, &chunk, limits, &jpeg, &mut pixels)?;
            } else {
                page.place(page.unpacked(packed, &chunk)?, &chunk, &mut pixels)?;
            }
        }
    }
    page.finished(pixels)
}

/// What the first directory says.
struct Page {
    width: usize,
    height: usize,
    colours: u32,
    compression: u32,
    depth: Depth,
    /// Samples of a pixel in the file.
    samples: usize,
    /// Of those, how many are looked at: colours and one alpha.
    kept: usize,
    /// The value of ExtraSamples for the alpha that is kept.
    alpha: Option<u32>,
    planar: bool,
    big: bool,
    /// FillOrder 2: the first pixel stands in the lowest bit.
    reversed: bool,
    /// Predictor 2: samples are differences to their left neighbours.
    differences: bool,
    tiled: bool,
    chunk_width: usize,
    chunk_height: usize,
    offsets: Vec<u32>,
    lengths: Vec<u32>,
    palette: Vec<u32>,
    jpeg_tables: Vec<u8>,
}

/// One strip or tile.
struct Chunk {
    left: usize,
    top: usize,
    rows: usize,
    plane: usize,
}

/// What a sample is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Unsigned whole numbers of so many bits.
    Whole(usize),
    /// Signed whole numbers of so many bits.
    Signed(usize),
    /// 32-bit floating point.
    Float,
}

impl Depth {
    fn bits(self) -> usize {
        match self {
            Depth::Whole(bits) | Depth::Signed(bits) => bits,
            Depth::Float => 32,
        }
    }
}

impl Page {
    fn new(directory: &Directory<'_>, limits: &Limits) -> Result<Self, Problem> {
        let entry = |tag: u16| directory.entries.iter().find(|e| e.tag == tag);
        let number = |tag: u16| entry(tag).and_then(Entry::number);
        let list = |tag: u16| entry(tag).map(numbers).unwrap_or_default();
        let size = |tag: u16, name: &str| match number(tag) {
            Some(n) if n > 0 => Ok(n as usize),
            _ => Err(malformed(format!("the TIFF has no {name}"))),
        };
        let (width, height) = (size(256, "width")?, size(257, "height")?);
        check_size(width as u32, height as u32, 0, limits)?;

        let compression = number(259).unwrap_or(PLAIN);
        if ![PLAIN, FAX_4, LZW, JPEG, DEFLATE, PACKBITS, OLD_DEFLATE].contains(&compression) {
            return Err(unsupported(format!("a TIFF with compression {compression}")));
        }
        let colours = number(262).unwrap_or(WHITE_IS_ZERO);
        let base = match colours {
            WHITE_IS_ZERO | 1 | PALETTE => 1,
            RGB | YCBCR => 3,
            CMYK => 4,
            _ => {
                return Err(unsupported(format!(
                    "a TIFF with photometric interpretation {colours}"
                )));
            }
        };
        let samples = number(277).unwrap_or(1) as usize;
        let bits = list(258);
        let bits_each = bits.first().copied().unwrap_or(1) as usize;
        if samples < base || samples > SAMPLES || bits.iter().any(|b| *b as usize != bits_each) {
            return Err(unsupported(format!("a TIFF with {samples} samples of {bits:?} bits")));
        }
        let depth = match (number(339).unwrap_or(1), bits_each) {
            (1, 1 | 2 | 4 | 8 | 12 | 16 | 32) => Depth::Whole(bits_each),
            (2, 8) => Depth::Whole(8),
            (2, 16 | 32) => Depth::Signed(bits_each),
            (3, 32) => Depth::Float,
            (format, _) => {
                return Err(unsupported(format!(
                    "a TIFF with {bits_each} bits of sample format {format}"
                )));
            }
        };
        // More than grey is read in whole bytes or pairs of them.
        if base > 1 && !matches!(depth, Depth::Whole(8 | 16)) {
            return Err(unsupported(format!("a TIFF with {bits_each} bits a colour")));
        }
        let extra = list(338);
        let alpha = match (samples > base, extra.first()) {
            // Four samples of RGB and not a word about the fourth: alpha, as Pillow takes it.
            (true, None) if colours == RGB && samples == 4 => Some(2),
            (true, Some(kind @ (1 | 2 | 999))) if colours != CMYK => Some(*kind),
            _ => None,
        };

        let tiled = entry(324).is_some() && entry(273).is_none();
        let (chunk_width, chunk_height) = match tiled {
            true => (size(322, "width of a tile")?, size(323, "height of a tile")?),
            false => (width, number(278).map_or(height, |rows| rows as usize).clamp(1, height)),
        };
        let chunks = width.div_ceil(chunk_width).saturating_mul(height.div_ceil(chunk_height));
        let work = chunks.saturating_mul(chunk_width).saturating_mul(chunk_height);
        if work as u64 > limits.pixels.saturating_mul(2) {
            return Err(over_limit(format!(
                "{chunks} tiles of {chunk_width} by {chunk_height} pixels"
            )));
        }
        if colours == YCBCR && compression != JPEG && list(530).iter().any(|s| *s != 1) {
            return Err(unsupported("a TIFF with subsampled colours"));
        }
        let differences = match number(317).unwrap_or(1) {
            // Only these two have a predictor (TIFF 6.0, section 14).
            2 => matches!(compression, LZW | DEFLATE | OLD_DEFLATE),
            1 => false,
            other => return Err(unsupported(format!("a TIFF with predictor {other}"))),
        };
        if differences && !matches!(depth.bits(), 8 | 16 | 32) {
            return Err(unsupported(format!("differences of {bits_each} bits")));
        }
        Ok(Page {
            width,
            height,
            colours,
            compression,
            depth,
            samples,
            kept: base + usize::from(alpha.is_some()),
            alpha,
            planar: number(284) == Some(2) && samples > 1,
            big: directory.entries.first().is_some_and(Entry::is_big_endian),
            reversed: number(266) == Some(2),
            differences,
            tiled,
            chunk_width,
            chunk_height,
            offsets: list(if tiled { 324 } else { 273 }),
            lengths: list(if tiled { 325 } else { 279 }),
            palette: list(320),
            jpeg_tables: entry(347).map(|e| e.value.to_vec()).unwrap_or_default(),
        })
    }

    /// Samples that stand side by side in one strip or tile.
    fn interleaved(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }

    fn row_bytes(&self) -> usize {
        (self.chunk_width * self.interleaved() * self.depth.bits()).div_ceil(8)
    }

    /// The bytes of one strip or tile as they stand in the file.
    fn packed<'a>(&self, bytes: &'a [u8], number: usize) -> Result<Cow<'a, [u8]>, Problem> {
        let offset = *self
            .offsets
            .get(number)
            .ok_or_else(|| malformed(format!("strip or tile {number} has no place")))?;
        let rest = bytes
            .get(offset as usize..)
            .ok_or_else(|| truncated(format!("strip or tile {number} lies past the end")))?;
        // What is not packed has a known size; the length that is written may be wrong.
        let packed = match self.lengths.get(number) {
            Some(length) if self.compression != PLAIN => {
                rest.get(..*length as usize).unwrap_or(rest)
            }
            _ => rest,
        };
        Ok(match self.reversed && self.compression != PLAIN {
            true => packed.iter().map(|b| b.reverse_bits()).collect(),
            false => Cow::Borrowed(packed),
        })
    }

    /// Its rows, each filled up to whole bytes.
    fn unpacked<'a>(&self, packed: Cow<'a, [u8]>, chunk: &Chunk) -> Result<Cow<'a, [u8]>, Problem> {
        let size = self.row_bytes() * chunk.rows;
        let short = || truncated(format!("the strip or tile at row {} is cut", chunk.top));
        let mut rows = match self.compression {
            PLAIN => {
                let Cow::Borrowed(packed) = packed else { return Err(short()) };
                let plain = packed.get(..size).ok_or_else(short)?;
                if !self.reversed {
                    return Ok(Cow::Borrowed(plain));
                }
                plain.iter().map(|b| b.reverse_bits()).collect()
            }
            PACKBITS => unpack_bits(&packed, size),
            LZW => unpack_lzw(&packed, size).ok_or_else(|| malformed("the LZW data is broken"))?,
            FAX_4 => unpack_fax(&packed, self.chunk_width, chunk.rows),
            _ => match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&packed, size) {
                Ok(rows) => rows,
                // What stands behind the last row is nobody's picture.
                Err(fault) if fault.output.len() >= size => fault.output,
                Err(fault) => {
                    return Err(malformed(format!("the Deflate data is broken: {fault}")));
                }
            },
        };
        if rows.len() < size {
            return Err(short());
        }
        if self.differences {
            for row in rows.chunks_exact_mut(self.row_bytes()) {
                sum_up(row, self.interleaved(), self.depth.bits(), self.big);
            }
        }
        Ok(Cow::Owned(rows))
    }

    /// Brings the samples of a strip or tile to eight bits and puts them into the picture.
    fn place(&self, rows: Cow<'_, [u8]>, chunk: &Chunk, pixels: &mut [u8]) -> Result<(), Problem> {
        let step = self.interleaved();
        let first = if self.planar { chunk.plane } else { 0 };
        let wanted = if self.planar { 1 } else { self.kept };
        let columns = self.chunk_width.min(self.width - chunk.left);
        let mut narrow = Vec::with_capacity(self.chunk_width * step);
        let places = pixels.chunks_exact_mut(self.width * self.kept).skip(chunk.top);
        for (row, place) in rows.chunks_exact(self.row_bytes()).zip(places) {
            narrow.clear();
            self.narrow(row, columns * step, &mut narrow);
            let place = place.chunks_exact_mut(self.kept).skip(chunk.left);
            for (from, to) in narrow.chunks_exact(step).zip(place) {
                for (from, to) in from.iter().take(wanted).zip(to.iter_mut().skip(first)) {
                    *to = *from;
                }
            }
        }
        Ok(())
    }

    /// Samples as Pillow makes them: colours of sixteen bits lose the low byte, deep grey is
    /// cut off at 255.
    fn narrow(&self, row: &[u8], count: usize, to: &mut Vec<u8>) {
        let big = self.big;
        let clamp = |value: i64| value.clamp(0, 255) as u8;
        let word = |w: &[u8; 2]| if big { u16::from_be_bytes(*w) } else { u16::from_le_bytes(*w) };
        let long = |w: &[u8; 4]| if big { u32::from_be_bytes(*w) } else { u32::from_le_bytes(*w) };
        let (words, longs) = (row.as_chunks::<2>().0, row.as_chunks::<4>().0);
        let inverted = self.colours == WHITE_IS_ZERO;
        match self.depth {
            Depth::Whole(8) if inverted => to.extend(row.iter().take(count).map(|b| !b)),
            Depth::Whole(8) => to.extend(row.iter().take(count)),
            Depth::Whole(bits @ (1 | 2 | 4)) => {
                let most = (1u8 << bits) - 1;
                let scale = if self.colours == PALETTE { 1 } else { 255 / most };
                let flip = if inverted { most } else { 0 };
                let samples = row
                    .iter()
                    .flat_map(|byte| (0..8 / bits).rev().map(move |i| byte >> (i * bits) & most));
                to.extend(samples.take(count).map(|v| (v ^ flip) * scale));
            }
            Depth::Whole(12) => {
                let bit = |at: usize| row.get(at / 8).map_or(0, |b| b >> (7 - at % 8) & 1);
                let sample = |i: usize| (0..12).fold(0, |v, b| v << 1 | i64::from(bit(i * 12 + b)));
                to.extend((0..count).map(|i| clamp(sample(i))));
            }
            Depth::Whole(16) if matches!(self.colours, RGB | CMYK | YCBCR) => {
                to.extend(words.iter().take(count).map(|w| (word(w) >> 8) as u8));
            }
            Depth::Whole(16) => {
                to.extend(words.iter().take(count).map(|w| clamp(word(w).into())));
            }
            Depth::Signed(16) => {
                to.extend(words.iter().take(count).map(|w| clamp((word(w) as i16).into())));
            }
            // Pillow keeps thirty-two bits in a signed number.
            Depth::Whole(_) | Depth::Signed(_) => {
                to.extend(longs.iter().take(count).map(|w| clamp((long(w) as i32).into())));
            }
            // The cast cuts off, below and above as well.
            Depth::Float => {
                to.extend(longs.iter().take(count).map(|w| f32::from_bits(long(w)) as u8));
            }
        }
    }

    /// A strip or tile that is a JPEG whose tables may stand apart (Adobe's note 2 of 1995).
    fn place_jpeg(
        &self,
        packed: &[u8],
        chunk: &Chunk,
        limits: &Limits,
        jpeg: &impl Fn(&[u8], bool, &Limits) -> Result<Picture, Problem>,
        pixels: &mut [u8],
    ) -> Result<(), Problem> {
        if self.planar || self.depth != Depth::Whole(8) || self.alpha.is_some() {
            return Err(unsupported("a TIFF with JPEG planes of its own"));
        }
        const START: &[u8] = &[0xFF, 0xD8];
        // APP14 says which colours are meant: 0 as they are, 1 YCbCr (ITU-T T.872, 6.5.3).
        let transform = u8::from(self.colours == YCBCR);
        let adobe =
            [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, transform];
        let tables = self.jpeg_tables.strip_prefix(START).unwrap_or_default();
        let tables = tables.strip_suffix(&[0xFF, 0xD9]).unwrap_or(tables);
        let scan = packed.strip_prefix(START).ok_or_else(|| malformed("a strip is no JPEG"))?;
        let named: &[u8] = if matches!(self.colours, RGB | YCBCR) { &adobe } else { &[] };
        let whole = [START, named, tables, scan].concat();
        let area = (self.chunk_width * chunk.rows) as u64;
        // Some writers round the height of the last strip up.
        let limits = Limits { pixels: area.saturating_mul(2).max(4_096), ..*limits };
        // What inks mean is said by the TIFF alone: no marker of a JPEG in it inverts them, and
        // none makes colour differences of them (libtiff, `JPEGPreDecode`: `JCS_UNKNOWN`).
        let picture = jpeg(&whole, self.colours == CMYK, &limits)?;
        let expected = match self.kept {
            4 => Layout::Rgba,
            3 => Layout::Rgb,
            _ => Layout::Grey,
        };
        if picture.layout != expected {
            return Err(unsupported("a TIFF with other colours in its JPEG"));
        }
        if picture.width < self.chunk_width.min(self.width) || picture.height < chunk.rows {
            return Err(malformed("a JPEG strip is smaller than its place"));
        }
        let columns = self.chunk_width.min(self.width - chunk.left) * self.kept;
        let rows = picture.data.chunks_exact(picture.width * self.kept).take(chunk.rows);
        let places = pixels.chunks_exact_mut(self.width * self.kept).skip(chunk.top);
        for (row, place) in rows.zip(places) {
            let from = row.iter().take(columns);
            for (to, from) in place.iter_mut().skip(chunk.left * self.kept).zip(from) {
                *to = *from;
            }
        }
        Ok(())
    }

    /// Samples to the colours that codes are made of.
    fn finished(&self, mut data: Vec<u8>) -> Result<Picture, Problem> {
        if self.alpha == Some(1) {
            for pixel in data.chunks_exact_mut(self.kept) {
                divide_by_alpha(pixel);
            }
        }
        let layout = match (self.colours, self.alpha) {
            (PALETTE, alpha) => {
                // Three thirds of equal length; Pillow keeps the high byte.
                let third = self.palette.len() / 3;
                let level = |c: usize, index: u8| {
                    let at = c * third + usize::from(index);
                    let inside = usize::from(index) < third;
                    self.palette.get(at).filter(|_| inside).map_or(0, |v| (v >> 8) as u8)
                };
                let colour = |index: u8| [0, 1, 2].map(|c| level(c, index));
                let table: Vec<[u8; 3]> = (0..=255).map(colour).collect();
                let colour = |index: u8| table.get(usize::from(index)).copied().unwrap_or_default();
                data = match alpha {
                    None => data.iter().flat_map(|i| colour(*i)).collect(),
                    Some(_) => {
                        let pixel = |[i, a]: &[u8; 2]| {
                            let [r, g, b] = colour(*i);
                            [r, g, b, *a]
                        };
                        data.as_chunks().0.iter().flat_map(pixel).collect()
                    }
                };
                if alpha.is_some() { Layout::Rgba } else { Layout::Rgb }
            }
            (RGB, None) => Layout::Rgb,
            (RGB, Some(_)) => Layout::Rgba,
            (CMYK, _) => {
                repack(&mut data, of_ink);
                Layout::Rgb
            }
            (YCBCR, _) => {
                // A JPEG decoder gives RGB.
                if self.compression != JPEG {
                    for pixel in data.chunks_exact_mut(self.kept) {
                        of_ycbcr(pixel);
                    }
                }
                if self.alpha.is_some() { Layout::Rgba } else { Layout::Rgb }
            }
            (_, None) => Layout::Grey,
            (_, Some(_)) => Layout::GreyAlpha,
        };
        Ok(Picture { width: self.width, height: self.height, layout, data })
    }
}

/// Every whole number of an entry.
fn numbers(entry: &Entry<'_>) -> Vec<u32> {
    let big = entry.is_big_endian();
    let word = |w: &[u8; 2]| if big { u16::from_be_bytes(*w) } else { u16::from_le_bytes(*w) };
    let long = |w: &[u8; 4]| if big { u32::from_be_bytes(*w) } else { u32::from_le_bytes(*w) };
    match entry.kind {
        1 | 7 => entry.value.iter().map(|b| u32::from(*b)).collect(),
        3 => entry.value.as_chunks().0.iter().map(|w| u32::from(word(w))).collect(),
        4 | 13 => entry.value.as_chunks().0.iter().map(long).collect(),
        _ => Vec::new(),
    }
}

/// PackBits (TIFF 6.0, section 9): runs and copies until so many bytes are there.
fn unpack_bits(packed: &[u8], size: usize) -> Vec<u8> {
    let mut rows = Vec::with_capacity(size);
    let mut rest = packed;
    while rows.len() < size
        && let Some((&head, after)) = rest.split_first()
    {
        let room = size - rows.len();
        match head as i8 {
            copy @ 0.. => {
                let count = (copy as usize + 1).min(after.len());
                let (bytes, after) = after.split_at_checked(count).unwrap_or((after, &[]));
                rows.extend(bytes.iter().take(room));
                rest = after;
            }
            // Says nothing.
            -128 => rest = after,
            run => {
                let Some((&byte, after)) = after.split_first() else { break };
                let count = usize::from(run.unsigned_abs()) + 1;
                rows.extend(std::iter::repeat_n(byte, count.min(room)));
                rest = after;
            }
        }
    }
    rows
}

/// LZW (TIFF 6.0, section 13); `None` when a code means nothing.
fn unpack_lzw(packed: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut decoder = weezl::decode::Configuration::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
        .with_yield_on_full_buffer(true)
        .build();
    let mut rows = vec![0; size];
    let (mut read, mut written) = (0, 0);
    while written < size {
        let result = decoder.decode_bytes(packed.get(read..)?, rows.get_mut(written..)?);
        read += result.consumed_in;
        written += result.consumed_out;
        match result.status {
            Ok(weezl::LzwStatus::Ok) if result.consumed_in + result.consumed_out > 0 => {}
            Ok(_) => break,
            Err(_) => return None,
        }
    }
    rows.truncate(written);
    Some(rows)
}

/// Fax group 4 (ITU-T T.6): each line says where it differs from the one above.
fn unpack_fax(packed: &[u8], width: usize, height: usize) -> Vec<u8> {
    let row_bytes = width.div_ceil(8);
    let mut rows = Vec::with_capacity(row_bytes * height);
    // Width and height are within the limit for a side.
    let (columns, lines) = (width as u32, height as u32);
    let _ = fax::decoder::decode_g4(packed.iter().copied(), columns, Some(lines), |changes| {
        let start = rows.len();
        rows.resize(start + row_bytes, 0u8);
        let Some(row) = rows.get_mut(start..) else { return };
        // Lines begin white, and white is 0.
        for run in changes.chunks(2) {
            let from = run.first().map_or(width, |at| *at as usize).min(width);
            let to = run.get(1).map_or(width, |at| *at as usize).min(width);
            for at in from..to {
                if let Some(byte) = row.get_mut(at / 8) {
                    *byte |= 0x80 >> (at % 8);
                }
            }
        }
    });
    rows
}

/// Undoes predictor 2 in one row (TIFF 6.0, section 14).
fn sum_up(row: &mut [u8], step: usize, bits: usize, big: bool) {
    let mut left = [0u32; SAMPLES];
    let mut samples = (0..step).cycle();
    let mut add = |value: u32| -> u32 {
        let Some(left) = samples.next().and_then(|i| left.get_mut(i)) else { return value };
        *left = left.wrapping_add(value);
        *left
    };
    match (bits, big) {
        (8, _) => row.iter_mut().for_each(|b| *b = add((*b).into()) as u8),
        (16, true) => row.as_chunks_mut().0.iter_mut().for_each(|w| {
            *w = (add(u16::from_be_bytes(*w).into()) as u16).to_be_bytes();
        }),
        (16, false) => row.as_chunks_mut().0.iter_mut().for_each(|w| {
            *w = (add(u16::from_le_bytes(*w).into()) as u16).to_le_bytes();
        }),
        (_, true) => row.as_chunks_mut().0.iter_mut().for_each(|w| {
            *w = add(u32::from_be_bytes(*w)).to_be_bytes();
        }),
        (_, false) => row.as_chunks_mut().0.iter_mut().for_each(|w| {
            *w = add(u32::from_le_bytes(*w)).to_le_bytes();
        }),
    }
}

/// Colours that were multiplied by their alpha, as Pillow divides them (`unpackRGBa`).
fn divide_by_alpha(pixel: &mut [u8]) {
    let Some((&mut alpha, colours)) = pixel.split_last_mut() else { return };
    for colour in colours {
        *colour = match alpha {
            0 => 0,
            255 => *colour,
            _ => (u32::from(*colour) * 255 / u32::from(alpha)).min(255) as u8,
        };
    }
}

/// Ink to light without a profile (Pillow's `cmyk2rgb`).
fn of_ink([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let light = 255 - i32::from(k);
    [c, m, y].map(|ink| {
        let product = i32::from(ink) * light + 128;
        (light - (((product >> 8) + product) >> 8)).clamp(0, 255) as u8
    })
}

/// Pillow's `ImagingConvertYCbCr2RGB`: six bits after the point.
fn of_ycbcr(pixel: &mut [u8]) {
    let [y, cb, cr, ..] = pixel else { return };
    let part = |factor: f64, value: u8| (factor * 64.0 * (f64::from(value) - 128.0) + 0.5) as i32;
    let level = |add: i32| (i32::from(*y) + (add >> 6)).clamp(0, 255) as u8;
    let rgb = [
        level(part(1.402, *cr)),
        level(part(-0.34414, *cb) + part(-0.71414, *cr)),
        level(part(1.772, *cb)),
    ];
    [*y, *cb, *cr] = rgb;
}

#[cfg(test)]
#[path = "../../../pixels/tests/encoder/mod.rs"]
mod encoder;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::ProblemCode;

    /// A little-endian TIFF: the pixels first, then the directory.
    fn tiff(entries: &[(u16, u32)], pixels: &[u8]) -> Vec<u8> {
        let mut bytes = b"II\x2a\0".to_vec();
        bytes.extend((8 + pixels.len() as u32).to_le_bytes());
        bytes.extend(pixels);
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(4u16.to_le_bytes());
            bytes.extend(1u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes
    }

    fn pixels(bytes: &[u8]) -> Result<(Layout, Vec<u8>), ProblemCode> {
        let no_jpeg = |_: &[u8], _: bool, _: &Limits| Err(malformed("no JPEG"));
        let picture = decode(bytes, &Limits::DEFAULT, no_jpeg);
        picture.map(|p| (p.layout, p.data)).map_err(|p| p.code)
    }

    const GREY: [(u16, u32); 6] = [(256, 3), (257, 2), (258, 8), (262, 1), (273, 8), (278, 2)];

    fn with(changes: &[(u16, u32)]) -> Vec<(u16, u32)> {
        let mut entries = GREY.to_vec();
        entries.retain(|(tag, _)| changes.iter().all(|(other, _)| other != tag));
        entries.extend(changes);
        entries.sort_unstable();
        entries
    }

    #[test]
    fn grey_is_read_and_its_zero_may_be_white() {
        let data = [1, 2, 3, 4, 5, 6];
        assert_eq!(pixels(&tiff(&GREY, &data)), Ok((Layout::Grey, data.to_vec())));
        let white = pixels(&tiff(&with(&[(262, 0)]), &data)).unwrap().1;
        assert_eq!(white, [254, 253, 252, 251, 250, 249]);
    }

    #[test]
    fn packed_bits_and_differences_are_undone() {
        let packed = [(259, PACKBITS)];
        // Three times 7; nothing; a copy of three.
        let bytes = tiff(&with(&packed), &[254, 7, 128, 2, 1, 2, 3]);
        assert_eq!(pixels(&bytes).unwrap().1, [7, 7, 7, 1, 2, 3]);
        let zlib = miniz_oxide::deflate::compress_to_vec_zlib(&[5, 1, 1, 9, 255, 255], 6);
        let bytes = tiff(&with(&[(259, DEFLATE), (317, 2)]), &zlib);
        assert_eq!(pixels(&bytes).unwrap().1, [5, 6, 7, 9, 8, 7]);
    }

    #[test]
    fn single_bits_are_spread_and_tiles_are_cut_at_the_edge() {
        let bytes = tiff(&with(&[(258, 1)]), &[0b1010_0000, 0b0110_0000]);
        assert_eq!(pixels(&bytes).unwrap().1, [255, 0, 255, 0, 255, 255]);
        let mut entries = with(&[(322, 16), (323, 16), (324, 8)]);
        entries.retain(|(tag, _)| *tag != 273 && *tag != 278);
        let tile: Vec<u8> = (0..=255).collect();
        assert_eq!(pixels(&tiff(&entries, &tile)).unwrap().1, [0, 1, 2, 16, 17, 18]);
    }

    #[test]
    fn a_file_cut_or_changed_anywhere_is_refused_and_not_trusted() {
        let whole = tiff(&with(&[(259, LZW)]), &[0x80, 0x01, 0x02, 0x03]);
        for at in 0..whole.len() {
            let _ = pixels(&whole[..at]);
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let _ = pixels(&bytes);
            }
        }
        let short = tiff(&GREY, &[1, 2, 3])[..11].to_vec();
        assert!(pixels(&short).is_err());
    }

    #[test]
    fn sizes_and_tiles_beyond_the_limits_are_refused() {
        let large = tiff(&with(&[(256, 65_535), (257, 65_535)]), &[0; 6]);
        assert_eq!(pixels(&large), Err(ProblemCode::OverLimit));
        let mut entries = with(&[(322, u32::MAX), (323, u32::MAX), (324, 8)]);
        entries.retain(|(tag, _)| *tag != 273);
        assert_eq!(pixels(&tiff(&entries, &[0; 6])), Err(ProblemCode::OverLimit));
    }

    #[test]
    fn what_is_not_read_is_said_by_name() {
        assert_eq!(pixels(&tiff(&with(&[(259, 34_712)]), &[0; 6])), Err(ProblemCode::Unsupported));
        assert_eq!(pixels(b"II\x2b\0\x08\0\0\0"), Err(ProblemCode::Unsupported));
    }

    #[test]
    fn inks_in_a_jpeg_are_what_the_tiff_calls_them() {
        use super::encoder::{Plan, encode};
        use sayso_pixels::jpeg::Jpeg;
        // Without a word, and with Adobe's that they are inverted, or luma and differences.
        for adobe in [None, Some(0), Some(2)] {
            let plan = Plan {
                sampling: vec![(1, 1); 4],
                steps: (1, 1),
                jfif: false,
                adobe,
                ..Plan::new(8, 8)
            };
            let jpeg = encode(&plan, &|c, _, _| [30, 100, 60, 12][c]);
            let entries = [
                (256, 8),
                (257, 8),
                (258, 8),
                (259, JPEG),
                (262, CMYK),
                (273, 8),
                (277, 4),
                (278, 8),
                (279, jpeg.len() as u32),
            ];
            let read = |bytes: &[u8], inks: bool, _: &Limits| {
                assert!(inks);
                Ok(Jpeg::open(bytes).unwrap().inks().unwrap())
            };
            let picture = decode(&tiff(&entries, &jpeg), &Limits::DEFAULT, read).unwrap();
            assert_eq!(picture.layout, Layout::Rgb);
            // As Pillow 13 with libtiff 4.7 has it.
            assert_eq!(picture.data.as_chunks().0, [[214, 148, 186]; 64]);
        }
    }
}
