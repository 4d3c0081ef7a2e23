//! An eighth of a JPEG, grey, from the DC coefficients of its luma alone: what
//! `djpeg -scale 1/8 -grayscale` (<https://libjpeg-turbo.org>) gives, and faster. AC
//! coefficients are passed over; of a progressive file only the scan that brings the DC is
//! looked at, so what comes after it need not be there.
//!
//! A code from it is for searching: near the full picture's, not equal. Left out: whatever
//! would make it far from it, see [`Eighth::serves`].

use super::headers::{Colour, Frame, Headers, Scan};
use super::huffman::{Skips, Symbols};
use super::idct;
use super::scan::{Mcus, blocks_of, dc_difference, dc_tables};
use super::{Error, Fault, error};
use crate::normalise::Plane;

/// Pixels of the shorter side from which an eighth is enough.
const SHORT_SIDE: usize = 1_000;

/// Levels within which an edge may be a border. The tolerant trim cuts what is within 16 of
/// the corner; a block is the mean of eight rows of which only the outermost must be so.
const FLAT: u8 = 24;

/// Bytes of a file from which tables of several coefficients a look are worth making.
const MANY: usize = 1 << 16;

/// The means of the luma of every eight by eight pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eighth {
    /// The means.
    pub plane: Plane,
    /// Pixels of a row of the whole picture.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

impl Eighth {
    /// Whether a code made of it is near the picture's own: it is large, and no edge looks
    /// like a border, which trimming would cut somewhere inside a block.
    pub fn serves(&self) -> bool {
        large(self.width, self.height) && !self.bordered()
    }

    /// The 32 by 32 grid of it.
    pub fn grid(&self) -> Vec<u8> {
        self.plane.grid(self.plane.whole())
    }

    fn bordered(&self) -> bool {
        let Plane { width, height, data } = &self.plane;
        let corner = data.first().copied().unwrap_or(0);
        let like = |value: &u8| value.abs_diff(corner) <= FLAT;
        let mut rows = data.chunks_exact(*width);
        let top = rows.next().is_none_or(|row| row.iter().all(like));
        let bottom = rows.next_back().is_none_or(|row| row.iter().all(like));
        let column = |x: usize| data.iter().skip(x).step_by(*width).take(*height).all(like);
        top || bottom || column(0) || column(width - 1)
    }
}

/// Whether an eighth is enough of a picture of this size.
pub fn large(width: usize, height: usize) -> bool {
    width.min(height) >= SHORT_SIDE
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
            .to_scan(bytes, data)?
            .ok_or_else(|| error(Fault::Malformed, at, "no scan of the JPEG has luma"))?;
    }
    let Some(quant) = headers.frame.as_ref().and_then(|f| f.components.first()?.quant.as_deref())
    else {
        return Ok(None);
    };
    let parts = Part::of(&headers, frame, &scan, bytes.len())?;
    let mut mcus = Mcus::new(bytes, &headers, &scan, blocks_of(frame, &scan))?;
    let (width, height) = (luma.blocks_across(), luma.blocks_down());
    let mut data = vec![0; width * height];
    let mean = |dc: i32| idct::mean(dc, scan.bits.1, quant[0]);
    if let [part] = parts.as_slice() {
        for out in &mut data {
            mcus.begin()?;
            *out = mean(part.luma(&mut mcus, 0).ok_or_else(|| mcus.broken())?);
            mcus.end()?;
        }
    } else {
        let mut strips = data.chunks_mut((width * luma.v).max(1));
        for _ in 0..frame.mcus.1 {
            // The last strip may be less deep than an MCU, and its end narrower.
            let strip = strips.next().unwrap_or_default();
            for left in (0..frame.mcus.0).map(|x| x * luma.h) {
                mcus.begin()?;
                for (place, part) in parts.iter().enumerate() {
                    for y in 0..part.v {
                        for x in left..left + part.h {
                            if !part.is_luma {
                                part.skip(&mut mcus).ok_or_else(|| mcus.broken())?;
                                continue;
                            }
                            let dc = part.luma(&mut mcus, place).ok_or_else(|| mcus.broken())?;
                            if x < width
                                && let Some(out) = strip.get_mut(y * width + x)
                            {
                                *out = mean(dc);
                            }
                        }
                    }
                }
                mcus.end()?;
            }
        }
    }
    if !frame.progressive && scan.is_whole(frame) {
        // The whole picture was walked; its end can be asked for too.
        let mut at = mcus.source.to_marker();
        while let Some(next) = headers.to_scan(bytes, at)? {
            at = next.data;
        }
    }
    let plane = Plane { width, height, data };
    Ok(Some(Eighth { plane, width: frame.width, height: frame.height }))
}

/// What it takes to walk the blocks of one component.
struct Part {
    is_luma: bool,
    h: usize,
    v: usize,
    dc: Symbols,
    /// None in a scan of DC alone.
    ac: Option<Skips>,
}

impl Part {
    fn of(headers: &Headers, frame: &Frame, scan: &Scan, bytes: usize) -> Result<Vec<Part>, Error> {
        let mut parts = Vec::with_capacity(4);
        for (part, dc) in scan.parts.iter().zip(dc_tables(headers, scan)?) {
            let Some(component) = frame.components.get(part.component) else { continue };
            let ac = match frame.progressive {
                true => None,
                false => Some(Skips::new(headers.ac(part, scan.at)?, bytes > MANY)),
            };
            let is_luma = part.component == 0;
            parts.push(Part { is_luma, h: component.h, v: component.v, dc, ac });
        }
        Ok(parts)
    }

    /// The DC coefficient of a block, past which the rest is passed.
    #[inline(always)]
    fn luma(&self, mcus: &mut Mcus, place: usize) -> Option<i32> {
        let dc = dc_difference(mcus, place, &self.dc)?;
        self.pass(mcus)?;
        Some(dc)
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
