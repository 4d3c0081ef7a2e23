//! The entropy-coded data of one scan (ITU-T T.81, annex F for sequential and G for
//! progressive pictures, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>): restart intervals,
//! and blocks of coefficients. Data that breaks the code is refused, not guessed at: half a
//! picture has no code.

use super::bits::{CHUNK, Cursor, Source};
use super::headers::{Component, Frame, Headers, Part, Scan, ZIGZAG};
use super::huffman::{END_OF_BLOCK, Symbols, Values};
use super::{Error, Fault, error};

/// Coefficients of a block, row by row.
pub type Block = [i16; 64];

/// Entropy-coded data, MCU by MCU.
pub struct Mcus<'a> {
    bytes: &'a [u8],
    /// The bits.
    pub source: Source<'a>,
    /// Where they stand.
    pub cursor: Cursor,
    /// The DC coefficient before, of each part of the scan (F.1.1.5.1).
    pub before: [i32; 4],
    /// Blocks still to come that have nothing in this band (G.1.2.2).
    empty: u32,
    restart: usize,
    left: usize,
    markers: u8,
}

impl<'a> Mcus<'a> {
    /// The data of a scan.
    pub fn new(
        bytes: &'a [u8],
        headers: &Headers,
        frame: &Frame,
        scan: &Scan,
    ) -> Result<Self, Error> {
        Self::by_chunks(bytes, headers, frame, scan, CHUNK)
    }

    fn by_chunks(
        bytes: &'a [u8],
        headers: &Headers,
        frame: &Frame,
        scan: &Scan,
        chunk: usize,
    ) -> Result<Self, Error> {
        // A block takes a bit at least wherever its first coefficient is sent, and an EOB of
        // any band may stand for 32,767 of them. Memory and time follow the blocks.
        let bits = bytes.len().saturating_sub(scan.data).saturating_mul(8);
        if scan.band.0 == 0 && scan.bits.0 == 0 && scan.blocks(frame) > bits {
            return Err(early(bytes.len()));
        }
        Ok(Mcus {
            bytes,
            source: Source::new(bytes, scan.data, chunk),
            cursor: Cursor::default(),
            before: [0; 4],
            empty: 0,
            restart: headers.restart,
            left: headers.restart,
            markers: 0,
        })
    }

    /// Makes ready to read an MCU; passes the restart marker before it (E.2.4).
    #[inline(always)]
    pub fn begin(&mut self) -> Result<(), Error> {
        if self.restart > 0 {
            if self.left == 0 {
                self.pass_restart()?;
            }
            self.left -= 1;
        }
        self.source.ready(&mut self.cursor);
        Ok(())
    }

    /// Checks that the MCU was all there.
    #[inline(always)]
    pub fn end(&mut self) -> Result<(), Error> {
        if self.source.overrun(&self.cursor) { Err(self.ends_early()) } else { Ok(()) }
    }

    /// A code that is in no table, or a run past the end of its block.
    #[cold]
    pub fn broken(&mut self) -> Error {
        if self.source.overrun(&self.cursor) {
            return self.ends_early();
        }
        let at = self.source.offset(&self.cursor);
        error(Fault::Malformed, at, "the JPEG's compressed data is broken")
    }

    #[cold]
    fn ends_early(&mut self) -> Error {
        let at = self.source.pass_to_marker();
        match self.bytes.get(at + 1) {
            None | Some(0xD9) => early(at),
            Some(_) => error(Fault::Malformed, at, "a scan of the JPEG ends before its last block"),
        }
    }

    #[cold]
    fn pass_restart(&mut self) -> Result<(), Error> {
        let at = self.source.pass_to_marker();
        match self.bytes.get(at + 1) {
            Some(marker) if *marker == 0xD0 + self.markers => {}
            None | Some(0xD9) => return Err(early(at)),
            Some(_) => return Err(error(Fault::Malformed, at, "a restart marker is missing")),
        }
        self.cursor = self.source.after_marker();
        self.markers = (self.markers + 1) % 8;
        self.before = [0; 4];
        self.empty = 0;
        self.left = self.restart;
        Ok(())
    }
}

fn early(at: usize) -> Error {
    error(Fault::Truncated, at, "the JPEG's picture data ends early, so there is no picture code")
}

/// The tables of one part of a sequential scan.
pub struct Tables {
    dc: Symbols,
    ac: Values,
}

impl Tables {
    /// Makes those that a scan names.
    pub fn of(headers: &Headers, scan: &Scan) -> Result<Vec<Tables>, Error> {
        scan.parts.iter().map(|part| Tables::of_part(headers, scan, part)).collect()
    }

    /// Makes those of one part.
    pub fn of_part(headers: &Headers, scan: &Scan, part: &Part) -> Result<Tables, Error> {
        let dc = Symbols::new(&headers.dc(part, scan.at)?);
        Ok(Tables { dc, ac: Values::new(&headers.ac(part, scan.at)?) })
    }

    /// Reads a block into zeros (F.2.2); gives the place after its last coefficient.
    #[inline]
    pub fn block(&self, mcus: &mut Mcus, part: usize, block: &mut Block) -> Option<u32> {
        let mut cursor = mcus.cursor;
        let clean = mcus.source.clean();
        cursor.refill(clean);
        let size = self.dc.take(&mut cursor)?;
        let before = mcus.before.get_mut(part)?;
        *before = before.wrapping_add(cursor.extended(u32::from(size)));
        block[0] = *before as i16;
        let (mut k, mut last) = (1, 1);
        while k < 64 {
            cursor.refill(clean);
            let (run, value) = self.ac.take(&mut cursor)?;
            k += run;
            let Some(place) = ZIGZAG.get(k as usize) else {
                if k < END_OF_BLOCK {
                    return None;
                }
                break;
            };
            if let Some(coefficient) = block.get_mut(usize::from(*place & 63)) {
                *coefficient = value;
            }
            k += 1;
            last = k;
        }
        mcus.cursor = cursor;
        Some(last)
    }
}

/// The coefficients of a component in one row of MCUs.
pub struct Band {
    /// Blocks of a row, those that only fill an MCU included.
    pub across: usize,
    /// Rows of them, one after the other.
    pub blocks: Vec<Block>,
}

impl Band {
    /// Space for a component, zeros.
    pub fn of(component: &Component, frame: &Frame) -> Band {
        let across = frame.mcus.0 * component.h;
        Band { across, blocks: vec![[0; 64]; across * component.v] }
    }
}

/// What a scan does to a block.
enum Step {
    Sequential(Vec<Tables>),
    DcFirst(Vec<Symbols>, u8),
    DcRefine(u8),
    AcFirst(Box<Symbols>, u8),
    AcRefine(Box<Symbols>, u8),
}

impl Step {
    fn of(headers: &Headers, frame: &Frame, scan: &Scan) -> Result<Step, Error> {
        if !frame.progressive {
            return Tables::of(headers, scan).map(Step::Sequential);
        }
        let (high, low) = scan.bits;
        match (scan.band.0, scan.parts.first()) {
            (0, _) if high > 0 => Ok(Step::DcRefine(low)),
            (0, _) => Ok(Step::DcFirst(dc_tables(headers, scan)?, low)),
            (_, Some(part)) => {
                let table = Box::new(Symbols::new(&headers.ac(part, scan.at)?));
                Ok(if high > 0 { Step::AcRefine(table, low) } else { Step::AcFirst(table, low) })
            }
            _ => Err(error(Fault::Malformed, scan.at, "a scan has no component")),
        }
    }
}

/// The DC tables of a scan's parts.
pub fn dc_tables(headers: &Headers, scan: &Scan) -> Result<Vec<Symbols>, Error> {
    scan.parts
        .iter()
        .map(|part| headers.dc(part, scan.at).map(|codes| Symbols::new(&codes)))
        .collect()
}

/// Which bit of each coefficient of a component was sent last; `None` before any.
pub type Progress = [Option<u8>; 64];

/// Clean bytes made at a time where many scans are read side by side.
const SMALL_CHUNK: usize = 1 << 13;

/// One of several scans, read a row of MCUs at a time. All scans of a picture are read side by
/// side, so that no more than one row of coefficients is ever held: what a scan adds to a block
/// depends on nothing but that block and what the scan itself has read before.
pub struct Course<'a> {
    scan: Scan,
    step: Step,
    mcus: Mcus<'a>,
}

impl<'a> Course<'a> {
    /// Begins a scan; the tables are those that stand before it.
    pub fn new(
        bytes: &'a [u8],
        headers: &Headers,
        frame: &Frame,
        scan: Scan,
        progress: &mut [Progress],
    ) -> Result<Self, Error> {
        check_progress(&scan, progress)?;
        let step = Step::of(headers, frame, &scan)?;
        let mcus = Mcus::by_chunks(bytes, headers, frame, &scan, SMALL_CHUNK)?;
        Ok(Course { scan, step, mcus })
    }

    /// Adds what it has for one row of MCUs of the frame.
    pub fn read(&mut self, frame: &Frame, mcu_y: usize, bands: &mut [Band]) -> Result<(), Error> {
        let Course { scan, step, mcus } = self;
        if let [part] = scan.parts.as_slice() {
            let component = frame.components.get(part.component);
            let band = bands.get_mut(part.component);
            let (Some(component), Some(band)) = (component, band) else { return Ok(()) };
            let rows = component.blocks_down().saturating_sub(mcu_y * component.v);
            for row in band.blocks.chunks_exact_mut(band.across.max(1)).take(rows) {
                for block in row.iter_mut().take(component.blocks_across()) {
                    mcus.begin()?;
                    step.block(mcus, 0, scan.band, block).ok_or_else(|| mcus.broken())?;
                    mcus.end()?;
                }
            }
            return Ok(());
        }
        for mcu_x in 0..frame.mcus.0 {
            mcus.begin()?;
            for (place, part) in scan.parts.iter().enumerate() {
                let component = frame.components.get(part.component);
                let band = bands.get_mut(part.component);
                let (Some(component), Some(band)) = (component, band) else { continue };
                for y in 0..component.v {
                    let at = y * band.across + mcu_x * component.h;
                    let blocks = band.blocks.get_mut(at..at + component.h);
                    for block in blocks.unwrap_or_default() {
                        step.block(mcus, place, scan.band, block).ok_or_else(|| mcus.broken())?;
                    }
                }
            }
            mcus.end()?;
        }
        Ok(())
    }
}

/// Each bit of a coefficient is sent once, from the top, and its DC before the rest (G.1.1.1).
/// This bounds the work that many scans can ask for.
fn check_progress(scan: &Scan, progress: &mut [Progress]) -> Result<(), Error> {
    let (high, low) = scan.bits;
    for part in &scan.parts {
        let Some(sent) = progress.get_mut(part.component) else { continue };
        let dc_missing = scan.band.0 > 0 && sent[0].is_none();
        let band = sent.iter_mut().take(scan.band.1 + 1).skip(scan.band.0);
        for bit in band {
            if dc_missing || *bit != (high > 0).then_some(high) {
                let message = "a scan of the JPEG repeats or skips what another should bring";
                return Err(error(Fault::Malformed, scan.at, message));
            }
            *bit = Some(low);
        }
    }
    Ok(())
}

impl Step {
    #[inline]
    fn block(
        &self,
        mcus: &mut Mcus,
        part: usize,
        band: (usize, usize),
        block: &mut Block,
    ) -> Option<()> {
        match self {
            Step::Sequential(tables) => tables.get(part)?.block(mcus, part, block).map(drop),
            Step::DcFirst(tables, low) => {
                let value = dc_difference(mcus, part, tables.get(part)?)?;
                block[0] = (value << *low) as i16;
                Some(())
            }
            Step::DcRefine(low) => {
                mcus.cursor.refill(mcus.source.clean());
                block[0] |= (mcus.cursor.take(1) << *low) as i16;
                Some(())
            }
            Step::AcFirst(table, low) => ac_first(mcus, table, band, *low, block),
            Step::AcRefine(table, low) => ac_refine(mcus, table, band, 1 << *low, block),
        }
    }
}

/// Reads a DC coefficient (F.2.2.1).
#[inline(always)]
pub fn dc_difference(mcus: &mut Mcus, part: usize, table: &Symbols) -> Option<i32> {
    let mut cursor = mcus.cursor;
    cursor.refill(mcus.source.clean());
    let size = table.take(&mut cursor)?;
    let before = mcus.before.get_mut(part)?;
    *before = before.wrapping_add(cursor.extended(u32::from(size)));
    mcus.cursor = cursor;
    Some(*before)
}

/// G.1.2.2: the first bits of a band.
#[inline]
fn ac_first(
    mcus: &mut Mcus,
    table: &Symbols,
    (from, to): (usize, usize),
    low: u8,
    block: &mut Block,
) -> Option<()> {
    if mcus.empty > 0 {
        mcus.empty -= 1;
        return Some(());
    }
    let mut cursor = mcus.cursor;
    let mut k = from;
    while k <= to {
        cursor.refill(mcus.source.clean());
        let symbol = table.take(&mut cursor)?;
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if size == 0 && run < 15 {
            mcus.empty = (1 << run) - 1 + cursor.take(run as u32);
            break;
        }
        k += run;
        if k > to {
            return None;
        }
        let place = ZIGZAG.get(k).copied().unwrap_or_default();
        if let Some(coefficient) = block.get_mut(usize::from(place)) {
            *coefficient = (cursor.extended(size) << low) as i16;
        }
        k += 1;
    }
    mcus.cursor = cursor;
    Some(())
}

/// G.1.2.3: one bit more of a band. `bit` is its worth.
#[inline]
fn ac_refine(
    mcus: &mut Mcus,
    table: &Symbols,
    (from, to): (usize, usize),
    bit: i16,
    block: &mut Block,
) -> Option<()> {
    if mcus.empty > 0 && block.iter().skip(1).fold(0, |any, c| any | c) == 0 {
        mcus.empty -= 1;
        return Some(());
    }
    let mut cursor = mcus.cursor;
    let clean = mcus.source.clean();
    let places = ZIGZAG.get(from..to + 1)?;
    let mut places = places.iter();
    if mcus.empty == 0 {
        'symbols: while places.len() > 0 {
            cursor.refill(clean);
            let symbol = table.take(&mut cursor)?;
            let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
            let mut fresh = 0;
            match size {
                0 if run < 15 => {
                    mcus.empty = (1 << run) + cursor.take(run);
                    break;
                }
                0 => {}
                // Only one bit is new, so a new coefficient is plus or minus one of it.
                1 => fresh = if cursor.take(1) > 0 { bit } else { -bit },
                _ => return None,
            }
            loop {
                let Some(place) = places.next() else {
                    if fresh != 0 {
                        return None;
                    }
                    break 'symbols;
                };
                let coefficient = block.get_mut(usize::from(*place))?;
                if *coefficient != 0 {
                    refine(&mut cursor, clean, bit, coefficient);
                } else if run == 0 {
                    *coefficient = fresh;
                    break;
                } else {
                    run -= 1;
                }
            }
        }
    }
    if mcus.empty > 0 {
        for place in places {
            let coefficient = block.get_mut(usize::from(*place))?;
            if *coefficient != 0 {
                refine(&mut cursor, clean, bit, coefficient);
            }
        }
        mcus.empty -= 1;
    }
    mcus.cursor = cursor;
    Some(())
}

/// The next bit of a coefficient that is not zero, away from zero.
#[inline(always)]
fn refine(cursor: &mut Cursor, clean: &[u8], bit: i16, coefficient: &mut i16) {
    cursor.refill(clean);
    if cursor.take(1) > 0 && *coefficient & bit == 0 {
        *coefficient = coefficient.wrapping_add(if *coefficient < 0 { -bit } else { bit });
    }
}
