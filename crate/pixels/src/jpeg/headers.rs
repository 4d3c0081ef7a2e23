//! The marker segments of a JPEG (ITU-T T.81, annex B,
//! <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>) up to the next scan: tables, frame,
//! restart interval, and the two application segments that say what the components mean
//! (JFIF, ITU-T T.871; Adobe's APP14, ITU-T T.872, 6.5.3).
//!
//! Left out: every other application segment; they are metadata, not pixels.

use super::huffman::Codes;
use super::{Error, Fault, error};

/// Scans of one file. Encoders write about ten; each further one walks every block of the
/// picture again for a few bytes of file (libjpeg-turbo's `djpeg -maxscans` guards the same).
const SCANS: usize = 100;

/// Zigzag order to rows (T.81, figure A.6).
#[rustfmt::skip]
pub const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// One sentence for all that is left out.
macro_rules! not_decoded {
    ($what:literal) => {
        concat!($what, " is not decoded, so there is no picture code")
    };
}

/// What the components are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One component.
    Grey,
    /// Luma and two colour differences.
    Ycc,
    /// Red, green, blue.
    Rgb,
    /// Four inks.
    Cmyk,
    /// Four inks, of which three as luma and colour differences.
    Ycck,
    /// Four components whose meaning stands elsewhere.
    Plain,
}

impl Colour {
    /// Bytes of a pixel that is made of it.
    pub fn channels(self) -> usize {
        match self {
            Colour::Grey => 1,
            Colour::Plain => 4,
            _ => 3,
        }
    }
}

/// One component of the frame.
#[derive(Clone, Debug)]
pub struct Component {
    id: u8,
    /// Sampling factors.
    pub h: usize,
    /// Sampling factors.
    pub v: usize,
    table: u8,
    /// Samples of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The quantisation table as it was at its first scan, row by row.
    pub quant: Option<[u16; 64]>,
}

impl Component {
    /// Blocks of a row that hold a sample.
    pub fn blocks_across(&self) -> usize {
        self.width.div_ceil(8)
    }

    /// Rows of blocks that hold a sample.
    pub fn blocks_down(&self) -> usize {
        self.height.div_ceil(8)
    }
}

/// The frame header.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Progressive, not sequential.
    pub progressive: bool,
    /// Pixels of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One, three or four of them.
    pub components: Vec<Component>,
    /// The largest sampling factors.
    pub most: (usize, usize),
    /// MCUs across and down, where all components are interleaved.
    pub mcus: (usize, usize),
}

/// One component in a scan.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Which component of the frame.
    pub component: usize,
    /// Which DC table.
    pub dc: usize,
    /// Which AC table.
    pub ac: usize,
}

/// A scan header.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Its components, one to four.
    pub parts: Vec<Part>,
    /// The first coefficient and the last.
    pub band: (usize, usize),
    /// Successive approximation: the bit position before, and that of this scan.
    pub bits: (u8, u8),
    /// Where the marker stands.
    pub at: usize,
    /// Where its data begins.
    pub data: usize,
}

impl Scan {
    /// Whether every component of the frame is in it.
    pub fn is_whole(&self, frame: &Frame) -> bool {
        self.parts.len() == frame.components.len()
    }

    /// MCUs across and down. Alone, a component is sent block by block, without those that
    /// only fill MCUs (A.2.2).
    pub fn mcus(&self, frame: &Frame) -> (usize, usize) {
        match self.parts.as_slice() {
            [part] => frame
                .components
                .get(part.component)
                .map_or((0, 0), |c| (c.blocks_across(), c.blocks_down())),
            _ => frame.mcus,
        }
    }

    /// Blocks of a component in an MCU, across and down.
    pub fn shape(&self, component: &Component) -> (usize, usize) {
        if self.parts.len() == 1 { (1, 1) } else { (component.h, component.v) }
    }

    /// Blocks of the whole scan.
    pub fn blocks(&self, frame: &Frame) -> usize {
        let components = self.parts.iter().filter_map(|p| frame.components.get(p.component));
        let (across, down) = self.mcus(frame);
        let shapes = components.map(|c| self.shape(c));
        shapes.map(|(h, v)| h * v).sum::<usize>() * across * down
    }
}

/// A marker with what follows it.
struct Segment<'a> {
    marker: u8,
    at: usize,
    body: &'a [u8],
    end: usize,
}

impl Segment<'_> {
    /// The next that has a length; `None` at the end marker. Junk between segments, and
    /// entropy-coded data, are passed over, as every decoder does.
    fn next(bytes: &[u8], mut at: usize) -> Result<Option<Segment<'_>>, Error> {
        let early = || error(Fault::Truncated, bytes.len(), ENDS_EARLY);
        loop {
            at = find_ff(bytes, at).ok_or_else(early)? + 1;
            let marker = *bytes.get(at).ok_or_else(early)?;
            match marker {
                0xFF => {}
                0x00 | 0x01 | 0xD0..=0xD8 => at += 1,
                0xD9 => return Ok(None),
                _ => {
                    let after = bytes.get(at + 1..).unwrap_or_default();
                    let (length, body) = after.split_first_chunk::<2>().ok_or_else(early)?;
                    let length = usize::from(u16::from_be_bytes(*length));
                    let Some(size) = length.checked_sub(2) else {
                        return Err(malformed(at, "a JPEG segment is shorter than its length"));
                    };
                    let body = body.get(..size).ok_or_else(early)?;
                    return Ok(Some(Segment { marker, at, body, end: at + 1 + length }));
                }
            }
        }
    }
}

/// The next byte that may begin a marker. Megabytes are passed here, so many at a look.
fn find_ff(bytes: &[u8], mut at: usize) -> Option<usize> {
    let (blocks, _) = bytes.get(at..)?.as_chunks::<32>();
    for block in blocks {
        if block.iter().fold(false, |any, b| any | (*b == 0xFF)) {
            break;
        }
        at += 32;
    }
    Some(at + bytes.get(at..)?.iter().position(|b| *b == 0xFF)?)
}

const ENDS_EARLY: &str = "the JPEG ends before its end marker, so there is no picture code";
const NO_SCAN: &str = "the JPEG has no scan";

/// What the segments have said so far.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    quant: [Option<[u16; 64]>; 4],
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
    /// MCUs between restart markers; 0 for none.
    pub restart: usize,
    jfif: bool,
    adobe: Option<u8>,
    /// The frame, once it was met.
    pub frame: Option<Frame>,
    scans: usize,
}

impl Headers {
    /// Walks segments from an offset to the next scan; `None` at the end marker.
    pub fn next_scan(&mut self, bytes: &[u8], mut at: usize) -> Result<Option<Scan>, Error> {
        loop {
            let Some(segment) = Segment::next(bytes, at)? else {
                at = bytes.len();
                return if self.scans > 0 { Ok(None) } else { Err(malformed(at, NO_SCAN)) };
            };
            let Segment { marker, at: here, body, end } = segment;
            match marker {
                0xC0..=0xC2 => self.frame(body, marker == 0xC2, here)?,
                0xC4 => self.huffman(body, here)?,
                0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    return Err(unsupported_frame(marker, here));
                }
                0xDA => return self.scan(body, here, end).map(Some),
                0xDB => self.quantisation(body, here)?,
                0xDD => {
                    let interval = body.first_chunk::<2>();
                    let interval = interval.ok_or_else(|| malformed(here, "DRI is too short"))?;
                    self.restart = usize::from(u16::from_be_bytes(*interval));
                }
                0xE0 => self.jfif |= body.len() >= 14 && body.starts_with(b"JFIF\0"),
                0xEE if body.starts_with(b"Adobe") => {
                    self.adobe = body.get(11).copied().or(self.adobe);
                }
                _ => {}
            }
            at = end;
        }
    }

    /// Walks to the end marker without a look at what stands before it: all pixels are had.
    pub fn finish(&mut self, bytes: &[u8], mut at: usize) -> Result<(), Error> {
        while let Some(segment) = Segment::next(bytes, at)? {
            if segment.marker == 0xDA {
                self.count_scan(segment.at)?;
            }
            at = segment.end;
        }
        Ok(())
    }

    fn count_scan(&mut self, at: usize) -> Result<(), Error> {
        self.scans += 1;
        if self.scans > SCANS {
            return Err(error(Fault::OverLimit, at, "the JPEG has more than 100 scans"));
        }
        Ok(())
    }

    /// What the components mean, by the rules of libjpeg (`default_decompress_parms`).
    pub fn colour(&self, frame: &Frame) -> Colour {
        let ids: Vec<u8> = frame.components.iter().map(|c| c.id).collect();
        match (ids.len(), self.adobe) {
            (1, _) => Colour::Grey,
            (3, _) if self.jfif => Colour::Ycc,
            (3, Some(0)) => Colour::Rgb,
            (3, None) if ids == *b"RGB" => Colour::Rgb,
            (3, _) => Colour::Ycc,
            (_, None | Some(0)) => Colour::Cmyk,
            _ => Colour::Ycck,
        }
    }

    /// A DC table.
    pub fn dc(&self, part: &Part, at: usize) -> Result<Codes, Error> {
        let own = self.dc.get(part.dc).copied().flatten();
        let codes = own.or_else(|| Codes::standard_dc(part.dc));
        let codes = codes.ok_or_else(|| malformed(at, "the scan has no DC table"))?;
        if !codes.serve_dc() {
            return Err(malformed(at, "the DC table of the scan has a size above 15"));
        }
        Ok(codes)
    }

    /// An AC table.
    pub fn ac(&self, part: &Part, at: usize) -> Result<Codes, Error> {
        let own = self.ac.get(part.ac).copied().flatten();
        let codes = own.or_else(|| Codes::standard_ac(part.ac));
        codes.ok_or_else(|| malformed(at, "the scan has no AC table"))
    }

    /// SOF (B.2.2).
    fn frame(&mut self, body: &[u8], progressive: bool, at: usize) -> Result<(), Error> {
        if self.frame.is_some() {
            return Err(malformed(at, "the JPEG has two frames"));
        }
        let short = || malformed(at, "the frame header is too short");
        let ([precision, y1, y0, x1, x0, count], rest) =
            body.split_first_chunk::<6>().ok_or_else(short)?;
        if *precision != 8 {
            let message = not_decoded!("a JPEG of other than 8 bits a sample");
            return Err(error(Fault::Unsupported, at, message));
        }
        let height = usize::from(u16::from_be_bytes([*y1, *y0]));
        let width = usize::from(u16::from_be_bytes([*x1, *x0]));
        if !matches!(count, 1 | 3 | 4) {
            let message = not_decoded!("a JPEG of other than one, three or four components");
            return Err(error(Fault::Unsupported, at, message));
        }
        let specifications = rest.as_chunks::<3>().0.get(..usize::from(*count));
        let mut components = Vec::with_capacity(4);
        for [id, sampling, table] in specifications.ok_or_else(short)? {
            let (mut h, mut v) = (usize::from(sampling >> 4), usize::from(sampling & 15));
            if !(1..=4).contains(&h) || !(1..=4).contains(&v) || *table > 3 {
                return Err(malformed(at, "the frame has an impossible component"));
            }
            if *count == 1 {
                // Of no meaning where there is nothing to interleave (A.2.2).
                (h, v) = (1, 1);
            }
            let (id, table) = (*id, *table);
            components.push(Component { id, h, v, table, width: 0, height: 0, quant: None });
        }
        let most = (
            components.iter().map(|c| c.h).max().unwrap_or(1),
            components.iter().map(|c| c.v).max().unwrap_or(1),
        );
        let mut frame = Frame { progressive, width, height, components, most, mcus: (0, 0) };
        frame.lay_out();
        self.frame = Some(frame);
        Ok(())
    }

    /// SOS (B.2.3).
    fn scan(&mut self, body: &[u8], at: usize, data: usize) -> Result<Scan, Error> {
        self.count_scan(at)?;
        let Some(frame) = &mut self.frame else {
            return Err(malformed(at, "a scan comes before the frame"));
        };
        let wrong = || malformed(at, "the scan header is wrong");
        let (count, rest) = body.split_first().ok_or_else(wrong)?;
        let (parts, rest) = rest.split_at_checked(usize::from(*count) * 2).ok_or_else(wrong)?;
        let [first, last, bits] = *rest.first_chunk::<3>().ok_or_else(wrong)?;
        let mut scan = Scan {
            parts: Vec::with_capacity(4),
            band: (usize::from(first), usize::from(last)),
            bits: (bits >> 4, bits & 15),
            at,
            data,
        };
        let mut blocks = 0;
        for [id, tables] in parts.as_chunks::<2>().0 {
            let place = frame.components.iter().position(|c| c.id == *id).ok_or_else(wrong)?;
            if scan.parts.iter().any(|p| p.component == place) {
                return Err(wrong());
            }
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            scan.parts.push(Part { component: place, dc, ac });
            let component = frame.components.get_mut(place).ok_or_else(wrong)?;
            blocks += component.h * component.v;
            if component.quant.is_none() {
                let table = self.quant.get(usize::from(component.table));
                component.quant = table.copied().flatten();
            }
            if component.quant.is_none() {
                return Err(malformed(at, "the scan has no quantisation table"));
            }
        }
        if scan.parts.is_empty() || (scan.parts.len() > 1 && blocks > 10) {
            return Err(wrong());
        }
        if frame.progressive {
            let (from, to) = scan.band;
            let ac = from > 0 && scan.parts.len() == 1 && from <= to && to < 64;
            if !(scan.band == (0, 0) || ac)
                || scan.bits.1 > 13
                || (scan.bits.0 > 0 && scan.bits.0 != scan.bits.1 + 1)
            {
                return Err(wrong());
            }
        } else {
            // Sequential: whatever it says, all is sent at once.
            (scan.band, scan.bits) = ((0, 63), (0, 0));
        }
        Ok(scan)
    }

    /// DQT (B.2.4.1).
    fn quantisation(&mut self, mut body: &[u8], at: usize) -> Result<(), Error> {
        let wrong = || malformed(at, "a quantisation table is wrong");
        while let Some((head, rest)) = body.split_first() {
            let mut table = [0u16; 64];
            let wide = head >> 4 > 0;
            let (values, rest) =
                rest.split_at_checked(if wide { 128 } else { 64 }).ok_or_else(wrong)?;
            for (i, place) in ZIGZAG.iter().enumerate() {
                let value = match wide {
                    true => values
                        .get(2 * i..2 * i + 2)
                        .map(|b| b.iter().fold(0, |value, byte| value << 8 | u16::from(*byte))),
                    false => values.get(i).copied().map(u16::from),
                };
                if let (Some(entry), Some(value)) = (table.get_mut(usize::from(*place)), value) {
                    *entry = value;
                }
            }
            *self.quant.get_mut(usize::from(head & 15)).ok_or_else(wrong)? = Some(table);
            body = rest;
        }
        Ok(())
    }

    /// DHT (B.2.4.2).
    fn huffman(&mut self, mut body: &[u8], at: usize) -> Result<(), Error> {
        let wrong = || malformed(at, "a Huffman table is wrong");
        while let Some((head, rest)) = body.split_first() {
            let (codes, rest) = Codes::read(rest).ok_or_else(wrong)?;
            let tables = match head >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(wrong()),
            };
            *tables.get_mut(usize::from(head & 15)).ok_or_else(wrong)? = Some(codes);
            body = rest;
        }
        Ok(())
    }
}

impl Frame {
    /// The sizes that follow from width, height and sampling (A.1.1, A.2.3).
    fn lay_out(&mut self) {
        let (h, v) = self.most;
        for component in &mut self.components {
            component.width = (self.width * component.h).div_ceil(h);
            component.height = (self.height * component.v).div_ceil(v);
        }
        self.mcus = (self.width.div_ceil(8 * h), self.height.div_ceil(8 * v));
    }

    /// Fills in a height that stands behind the first scan (DNL, B.2.5).
    pub fn heighten(&mut self, bytes: &[u8], scan: &Scan) {
        if self.height > 0 {
            return;
        }
        let data = bytes.get(scan.data..).unwrap_or_default();
        // FF DC 00 04 and the lines. Stuffing keeps FF DC out of entropy-coded data.
        let mut windows = data.windows(6);
        if let Some([_, _, _, _, y1, y0]) = windows.find(|w| w.starts_with(&[0xFF, 0xDC, 0, 4])) {
            self.height = usize::from(u16::from_be_bytes([*y1, *y0]));
            self.lay_out();
        }
    }
}

fn unsupported_frame(marker: u8, at: usize) -> Error {
    let message = match marker {
        0xC3 => not_decoded!("a lossless JPEG"),
        0xC5 | 0xC6 => not_decoded!("a hierarchical JPEG"),
        0xC7 => not_decoded!("a hierarchical lossless JPEG"),
        0xC9 | 0xCA => not_decoded!("an arithmetic-coded JPEG"),
        0xCB => not_decoded!("an arithmetic-coded lossless JPEG"),
        _ => not_decoded!("an arithmetic-coded hierarchical JPEG"),
    };
    error(Fault::Unsupported, at, message)
}

fn malformed(at: usize, message: &'static str) -> Error {
    error(Fault::Malformed, at, message)
}
