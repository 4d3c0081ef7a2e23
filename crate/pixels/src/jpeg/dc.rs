//! An eighth of a JPEG, grey, from the DC coefficients of its luma alone: what
//! `djpeg -scale 1/8 -grayscale` (<https://libjpeg-turbo.org>) gives, and faster. AC
//! coefficients are passed over, but for the blocks of the edges, of which it must be known
//! whether they are a border; of a progressive file only the scan that brings the DC is decoded,
//! and of what comes after it no more is asked than that it is there to its end marker.
//!
//! A code from it is for searching: near the full picture's, not equal. Left out: pictures
//! whose code would be far from it, see [`Eighth::serves`].

use super::headers::{Colour, Component, Frame, Headers, Scan};
use super::huffman::{Skips, Symbols};
use super::idct;
use super::scan::{Block, Mcus, Tables, dc_difference, dc_tables};
use super::{Error, Fault, error};
use crate::normalise::Plane;

/// Pixels of the shorter side from which an eighth is enough. Of 373 photographs of 400 and
/// more, 372 had a code within 2 of 64 bits of their own and all within 4.
const SHORT_SIDE: usize = 400;

/// The same of progressive pictures, whose edges are not seen: a border thinner than a block
/// goes unnoticed, and must make little of the picture.
const SHORT_SIDE_UNSEEN: usize = 1_000;

/// Levels from the corner within which an edge may be a border. The tolerant trim cuts what is
/// within 16 in every channel, hence in luma but for roundings.
const FLAT: u8 = 18;

/// The same of means of blocks, of which only the outermost row need be flat.
const FLAT_UNSEEN: u8 = 24;

/// Bytes of a file from which tables of several coefficients a look are worth making.
const MANY: usize = 1 << 16;

/// Side of the grid.
const GRID: usize = 32;

/// The means of the luma of every eight by eight pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eighth {
    /// The means.
    pub plane: Plane,
    /// Pixels of a row of the whole picture.
    pub width: usize,
    /// Its rows.
    pub height: usize,
    /// Whether an edge looks like a border, which trimming would cut.
    pub bordered: bool,
    is_large: bool,
}

impl Eighth {
    /// Whether a code made of it is near the picture's own: it is large, and has no border.
    pub fn serves(&self) -> bool {
        self.is_large && !self.bordered
    }

    /// The 32 by 32 grid of it. As [`Plane::grid`], but the last means of a row and of a column
    /// count for as much of them as lies in the picture.
    pub fn grid(&self) -> Vec<u8> {
        let Plane { width, height, data } = &self.plane;
        let across = taps(*width, self.width);
        let rows = data.chunks_exact(*width).map(|row| {
            across.iter().map(|(start, weights)| {
                let means = row.iter().skip(*start).zip(weights);
                means.map(|(mean, weight)| f32::from(*mean) * weight).sum()
            })
        });
        let narrow: Vec<[f32; GRID]> = rows
            .map(|row| {
                let mut narrow = [0.0; GRID];
                narrow.iter_mut().zip(row).for_each(|(out, sum)| *out = sum);
                narrow
            })
            .collect();
        let down = taps(*height, self.height);
        let grid = down.iter().flat_map(|(start, weights)| {
            let mut sums = [0f32; GRID];
            for (row, weight) in narrow.iter().skip(*start).zip(weights) {
                sums.iter_mut().zip(row).for_each(|(sum, mean)| *sum += mean * weight);
            }
            sums.map(|sum| sum.round().clamp(0.0, 255.0) as u8)
        });
        grid.collect()
    }
}

/// The first mean and the weights of each pixel of the grid: Keys' cubic with a = −0.5, as
/// wide as the grid is coarse, over so many pixels of the picture.
fn taps(means: usize, pixels: usize) -> Vec<(usize, Vec<f32>)> {
    let scale = pixels as f32 / 8.0 / GRID as f32;
    let stretch = scale.max(1.0);
    let cubic = |x: f32| match x.abs() {
        x if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        x if x < 2.0 => ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0,
        _ => 0.0,
    };
    let tap = |i: usize| {
        let centre = (i as f32 + 0.5) * scale;
        let start = (centre - 2.0 * stretch + 0.5) as usize;
        let end = ((centre + 2.0 * stretch + 0.5) as usize).min(means);
        let weights = (start..end).map(|x| cubic((x as f32 - centre + 0.5) / stretch));
        let sum: f32 = weights.clone().sum();
        (start, weights.map(|w| w / sum).collect())
    };
    (0..GRID).map(tap).collect()
}

/// Whether an eighth is enough of a picture of this size.
pub fn is_large(frame: &Frame) -> bool {
    let enough = if frame.progressive { SHORT_SIDE_UNSEEN } else { SHORT_SIDE };
    frame.width.min(frame.height) >= enough
}

/// Reads it; `None` where luma is not there at full size.
pub fn eighth(
    bytes: &[u8],
    mut headers: Headers,
    frame: &Frame,
    mut scan: Scan,
    colour: Colour,
) -> Result<Option<Eighth>, Error> {
    let Some(luma) = frame.components.first() else { return Ok(None) };
    if !matches!(colour, Colour::Grey | Colour::Ycc) || (luma.h, luma.v) != frame.most {
        return Ok(None);
    }
    while scan.band.0 > 0 || scan.parts.iter().all(|p| p.component != 0) {
        // Luma comes later: pass what stands before it.
        let (at, data) = (scan.at, scan.data);
        scan = headers
            .next_scan(bytes, data)?
            .ok_or_else(|| error(Fault::Malformed, at, "no scan of the JPEG has luma"))?;
    }
    let first = headers.frame.as_ref().and_then(|f| f.components.first());
    let Some(quant) = first.and_then(|c| c.quant.as_ref()) else { return Ok(None) };
    let mut luma = Luma::new(luma, frame, &scan, quant);
    let parts = Part::of(&headers, frame, &scan, bytes.len())?;
    let mut mcus = Mcus::new(bytes, &headers, frame, &scan)?;
    luma.make_room();
    let (across, down) = scan.mcus(frame);
    for mcu_y in 0..down {
        luma.read_mcus(&parts, &mut mcus, across, mcu_y)?;
    }
    let eighth = luma.eighth();
    // Half a picture has no code, so the end must be there, though nothing before it is read.
    headers.finish(bytes, mcus.source.pass_to_marker())?;
    Ok(Some(eighth))
}

/// What it takes to walk the blocks of one component.
struct Part {
    is_luma: bool,
    h: usize,
    v: usize,
    dc: Symbols,
    /// None in a scan of DC alone.
    ac: Option<Skips>,
    /// For the blocks of the edges.
    all: Option<Tables>,
}

impl Part {
    fn of(headers: &Headers, frame: &Frame, scan: &Scan, bytes: usize) -> Result<Vec<Part>, Error> {
        let mut parts = Vec::with_capacity(4);
        for (part, dc) in scan.parts.iter().zip(dc_tables(headers, scan)?) {
            let Some(component) = frame.components.get(part.component) else { continue };
            let is_luma = part.component == 0;
            let (mut ac, mut all) = (None, None);
            if !frame.progressive {
                ac = Some(Skips::new(&headers.ac(part, scan.at)?, bytes > MANY));
                if is_luma {
                    all = Some(Tables::of_part(headers, scan, part)?);
                }
            }
            let (h, v) = scan.shape(component);
            parts.push(Part { is_luma, h, v, dc, ac, all });
        }
        Ok(parts)
    }

    /// Passes a whole block.
    #[inline(always)]
    fn skip(&self, mcus: &mut Mcus) -> Option<()> {
        let mut cursor = mcus.cursor;
        cursor.refill(mcus.source.clean());
        let size = self.dc.take(&mut cursor)?;
        cursor.pass(u32::from(size));
        mcus.cursor = cursor;
        self.pass(mcus)
    }

    /// Passes what follows the DC coefficient.
    #[inline(always)]
    fn pass(&self, mcus: &mut Mcus) -> Option<()> {
        if let Some(ac) = &self.ac {
            let mut cursor = mcus.cursor;
            ac.pass(&mut cursor, mcus.source.clean())?;
            mcus.cursor = cursor;
        }
        Some(())
    }
}

/// The means as they come, and what the edges look like.
struct Luma<'a> {
    quant: &'a [u16; 64],
    /// Bits that later scans bring.
    lost: u8,
    across: usize,
    down: usize,
    width: usize,
    height: usize,
    is_large: bool,
    means: Vec<u8>,
    corner: Option<u8>,
    tolerance: u8,
    /// Whether all of the left, top, right and bottom edge is like the corner.
    flat: [bool; 4],
}

impl<'a> Luma<'a> {
    fn new(luma: &Component, frame: &Frame, scan: &Scan, quant: &'a [u16; 64]) -> Luma<'a> {
        Luma {
            quant,
            lost: scan.bits.1,
            across: luma.blocks_across(),
            down: luma.blocks_down(),
            width: frame.width,
            height: frame.height,
            is_large: is_large(frame),
            means: Vec::new(),
            corner: None,
            tolerance: if frame.progressive { FLAT_UNSEEN } else { FLAT },
            flat: [true; 4],
        }
    }

    /// Not before the scan was found to be long enough for it.
    fn make_room(&mut self) {
        self.means = vec![0; self.across * self.down];
    }

    /// Reads a row of MCUs. A call a row, because browsers put better code in the place of
    /// a function only when it is called again.
    #[inline(never)]
    fn read_mcus(
        &mut self,
        parts: &[Part],
        mcus: &mut Mcus,
        across: usize,
        mcu_y: usize,
    ) -> Result<(), Error> {
        for mcu_x in 0..across {
            mcus.begin()?;
            for (place, part) in parts.iter().enumerate() {
                if !part.is_luma {
                    for _ in 0..part.h * part.v {
                        part.skip(mcus).ok_or_else(|| mcus.broken())?;
                    }
                    continue;
                }
                for y in mcu_y * part.v..(mcu_y + 1) * part.v {
                    for x in mcu_x * part.h..(mcu_x + 1) * part.h {
                        self.read(part, place, mcus, x, y).ok_or_else(|| mcus.broken())?;
                    }
                }
            }
            mcus.end()?;
        }
        Ok(())
    }

    /// Reads a block. Those that only fill an MCU come too.
    #[inline(always)]
    fn read(
        &mut self,
        part: &Part,
        place: usize,
        mcus: &mut Mcus,
        x: usize,
        y: usize,
    ) -> Option<()> {
        let inside = x < self.across && y < self.down;
        if inside && (x == 0 || y == 0 || x + 1 == self.across || y + 1 == self.down) {
            return self.read_edge(part, place, mcus, x, y);
        }
        let dc = dc_difference(mcus, place, &part.dc)?;
        part.pass(mcus)?;
        if inside && let Some(mean) = self.means.get_mut(y * self.across + x) {
            *mean = idct::mean(dc, self.lost, self.quant[0]);
        }
        Some(())
    }

    #[inline(never)]
    fn read_edge(
        &mut self,
        part: &Part,
        place: usize,
        mcus: &mut Mcus,
        x: usize,
        y: usize,
    ) -> Option<()> {
        let (mean, samples) = match &part.all {
            Some(tables) => {
                let mut block: Block = [0; 64];
                tables.block(mcus, place, &mut block)?;
                let dc = mcus.before.get(place).copied()?;
                (idct::mean(dc, self.lost, self.quant[0]), idct::samples(&block, self.quant))
            }
            None => {
                let dc = dc_difference(mcus, place, &part.dc)?;
                let mean = idct::mean(dc, self.lost, self.quant[0]);
                (mean, [[mean; 8]; 8])
            }
        };
        if let Some(out) = self.means.get_mut(y * self.across + x) {
            *out = mean;
        }
        let corner = *self.corner.get_or_insert(samples[0][0]);
        let like = |sample: &u8| sample.abs_diff(corner) <= self.tolerance;
        let (across, down) = ((self.width - x * 8).min(8), (self.height - y * 8).min(8));
        let row = |y: usize| samples.iter().skip(y).take(1).flatten().take(across).all(like);
        let column = |x: usize| samples.iter().take(down).all(|row| row.get(x).is_none_or(like));
        let [left, top, right, bottom] = &mut self.flat;
        *left &= x > 0 || column(0);
        *top &= y > 0 || row(0);
        *right &= x + 1 < self.across || column(across - 1);
        *bottom &= y + 1 < self.down || row(down - 1);
        Some(())
    }

    fn eighth(self) -> Eighth {
        Eighth {
            plane: Plane { width: self.across, height: self.down, data: self.means },
            width: self.width,
            height: self.height,
            bordered: self.flat.contains(&true),
            is_large: self.is_large,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eighth(width: usize, height: usize, mean: impl Fn(usize, usize) -> u8) -> Eighth {
        let (across, down) = (width.div_ceil(8), height.div_ceil(8));
        let data = (0..across * down).map(|i| mean(i % across, i / across)).collect();
        let plane = Plane { width: across, height: down, data };
        Eighth { plane, width, height, bordered: false, is_large: true }
    }

    #[test]
    fn a_grid_of_whole_blocks_is_that_of_the_plane() {
        let eighth = eighth(640, 480, |x, y| (x * 3 + y * y % 7) as u8);
        let exact = eighth.plane.grid(eighth.plane.whole());
        let far = eighth.grid().iter().zip(&exact).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(far.unwrap() <= 1);
    }

    #[test]
    fn a_part_of_a_block_counts_for_a_part() {
        // A ramp of one level a pixel, of which the last mean lies mostly outside.
        let narrow = eighth(257, 256, |x, _| (x * 8 / 2) as u8);
        let grid = narrow.grid();
        assert_eq!(grid.len(), 1024);
        let pixels = 257.0 / 32.0;
        for (i, value) in grid.iter().take(32).enumerate().skip(2).take(27) {
            let centre = (i as f32 + 0.5) * pixels - 4.0;
            assert!((f32::from(*value) - centre / 2.0).abs() <= 1.0, "{i}: {value} {centre}");
        }
    }
}
