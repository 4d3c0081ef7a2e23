//! Rows of samples to rows of pixels, some at a time: a strip of MCUs, the one after it and
//! the row before it are all that is held, so that a picture can be reduced while it is read.

use super::colour;
use super::headers::{Colour, Component, Frame};
use super::idct;
use super::scan::{Band, Block, Mcus, Tables};
use super::upsample::Way;
use super::{Error, Fault, error};

/// Samples of one component in one row of MCUs, and what upsampling needs around it.
struct Strip {
    way: Way,
    across: usize,
    down: usize,
    width: usize,
    height: usize,
    before: Vec<u8>,
    here: Vec<u8>,
    next: Vec<u8>,
    pixels: Vec<u8>,
}

/// The way from blocks to rows of pixels.
pub struct Rows {
    strips: Vec<Strip>,
    colour: Colour,
    height: usize,
    /// Rows of pixels in a strip.
    deep: usize,
    /// Strips that were filled.
    filled: usize,
    light: [Vec<u8>; 3],
    sums: Vec<u16>,
    row: Vec<u8>,
}

impl Rows {
    /// For a frame; refuses samplings that nobody decodes.
    pub fn new(frame: &Frame, colour: Colour, at: usize) -> Result<Rows, Error> {
        let strip = |component: &Component| {
            let way = Way::of(component, frame)?;
            let across = frame.mcus.0 * component.h * 8;
            let down = component.v * 8;
            let whole = || vec![0; across * down];
            let (before, pixels) = (vec![0; across], vec![0; frame.width]);
            let (width, height) = (component.width, component.height);
            Some(Strip {
                way,
                across,
                down,
                width,
                height,
                before,
                here: whole(),
                next: whole(),
                pixels,
            })
        };
        let strips: Option<Vec<Strip>> = frame.components.iter().map(strip).collect();
        let message = "a JPEG of fractional sampling is not decoded, so there is no picture code";
        let strips = strips.ok_or_else(|| error(Fault::Unsupported, at, message))?;
        Ok(Rows {
            strips,
            colour,
            height: frame.height,
            deep: frame.most.1 * 8,
            filled: 0,
            light: Default::default(),
            sums: Vec::new(),
            row: vec![0; frame.width * colour.channels()],
        })
    }

    /// Fills a strip from the only scan of a sequential picture.
    pub fn fill_from_scan(
        &mut self,
        mcus: &mut Mcus,
        tables: &[Tables],
        frame: &Frame,
        order: &[usize],
    ) -> Result<(), Error> {
        for mcu_x in 0..frame.mcus.0 {
            mcus.begin()?;
            for (part, (tables, component)) in tables.iter().zip(order).enumerate() {
                let strip = self.strips.get_mut(*component);
                let component = frame.components.get(*component);
                let (Some(strip), Some(component)) = (strip, component) else { continue };
                let Some(quant) = component.quant.as_ref() else { continue };
                for y in 0..component.v {
                    for x in 0..component.h {
                        let mut block: Block = [0; 64];
                        let last = tables.block(mcus, part, &mut block);
                        let last = last.ok_or_else(|| mcus.broken())?;
                        strip.put(mcu_x * component.h + x, y, &block, last, quant);
                    }
                }
            }
            mcus.end()?;
        }
        Ok(())
    }

    /// Fills a strip from the coefficients of one row of MCUs.
    pub fn fill_from_bands(&mut self, bands: &[Band], frame: &Frame) {
        let parts = self.strips.iter_mut().zip(bands).zip(&frame.components);
        for ((strip, band), component) in parts {
            let Some(quant) = component.quant.as_ref() else { continue };
            for (y, row) in band.blocks.chunks_exact(band.across.max(1)).enumerate() {
                for (x, block) in row.iter().enumerate() {
                    let flat = block.iter().skip(1).fold(0, |any, c| any | c) == 0;
                    strip.put(x, y, block, if flat { 1 } else { 64 }, quant);
                }
            }
        }
    }

    /// Gives out the rows of the strip before the one just filled.
    pub fn emit(&mut self, sink: &mut dyn FnMut(&[u8])) {
        if self.filled > 0 {
            self.rows_of(self.filled - 1, sink);
        }
        for strip in &mut self.strips {
            let last = strip.here.len().saturating_sub(strip.across);
            strip.before.copy_from_slice(strip.here.get(last..).unwrap_or_default());
            std::mem::swap(&mut strip.here, &mut strip.next);
        }
        self.filled += 1;
    }

    /// Gives out the last rows.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[u8])) {
        self.rows_of(self.filled.saturating_sub(1), sink);
    }

    fn rows_of(&mut self, mcu_y: usize, sink: &mut dyn FnMut(&[u8])) {
        let top = mcu_y * self.deep;
        for y in top..(top + self.deep).min(self.height) {
            for strip in &mut self.strips {
                if strip.way != Way::Same {
                    let mut pixels = std::mem::take(&mut strip.pixels);
                    let (near, far) = strip.way.rows(y);
                    let lower = far > near as isize;
                    let (near, far) = (strip.row(near as isize, mcu_y), strip.row(far, mcu_y));
                    strip.way.write(near, far, lower, &mut self.sums, &mut pixels);
                    strip.pixels = pixels;
                }
            }
            let mut rows: [&[u8]; 4] = [&[]; 4];
            for (row, strip) in rows.iter_mut().zip(&self.strips) {
                *row = match strip.way {
                    Way::Same => strip.row(y as isize, mcu_y),
                    _ => &strip.pixels,
                };
            }
            colour::write(self.colour, rows, &mut self.light, &mut self.row);
            sink(&self.row);
        }
    }
}

impl Strip {
    /// A row of samples near a strip. Rows above the first are the first, those below the
    /// last are the last.
    fn row(&self, row: isize, mcu_y: usize) -> &[u8] {
        let row = row.clamp(0, self.height as isize - 1);
        let inside = row - (mcu_y * self.down) as isize;
        // Only so many are samples; the rest fills an MCU.
        let (plane, y) = match usize::try_from(inside) {
            Err(_) => (&self.before, 0),
            Ok(y) if y < self.down => (&self.here, y),
            Ok(y) => (&self.next, y - self.down),
        };
        plane.get(y * self.across..).and_then(|row| row.get(..self.width)).unwrap_or_default()
    }

    /// Puts a block in the strip to come. `last`: the place after its last coefficient.
    #[inline(never)]
    fn put(&mut self, x: usize, y: usize, block: &Block, last: u32, quant: &[u16; 64]) {
        let at = y * 8 * self.across + x * 8;
        let rows = self.next.get_mut(at..).unwrap_or_default().chunks_mut(self.across.max(1));
        let samples = match last {
            1 => [[idct::flat(block[0], quant[0]); 8]; 8],
            _ => idct::samples(block, quant),
        };
        for (row, samples) in rows.zip(&samples) {
            if let Some(row) = row.first_chunk_mut::<8>() {
                *row = *samples;
            }
        }
    }
}
