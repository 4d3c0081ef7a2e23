//! JPEG (ITU-T T.81, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>; JFIF, ITU-T T.871) to
//! pixels, rounded in every step as libjpeg-turbo rounds (<https://libjpeg-turbo.org>):
//! codes in registries were made of its pixels, so ours must be too.
//!
//! Two roads: [`Jpeg::rows`] and [`Jpeg::picture`] give every pixel; [`Jpeg::eighth`] gives
//! an eighth of the size, from the DC coefficients alone, for search.
//!
//! Sequential and progressive Huffman-coded pictures of eight bits and one, three or four
//! components, in any whole sampling. Left out, and refused by name: 12 bits, arithmetic
//! coding, lossless and hierarchical pictures. Also left out: guessing what broken or missing
//! data was, and smoothing of progressive pictures of which a part is missing; half a picture
//! has no code. Pixels are as stored: orientation and colour profiles are others' business.

mod bits;
mod colour;
mod dc;
mod headers;
mod huffman;
mod idct;
mod rows;
mod scan;
mod upsample;

use std::fmt;

pub use dc::Eighth;
use headers::{Colour, Frame, Headers, Scan};
use rows::Rows;
use scan::{Band, Course, Mcus, Tables};

use crate::normalise::{Layout, Picture};

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It breaks the format.
    Malformed,
    /// It ends early.
    Truncated,
    /// It is a kind that is not decoded here.
    Unsupported,
    /// It asks for more work than any honest file.
    OverLimit,
}

/// Why there are no pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What kind of fault.
    pub fault: Fault,
    /// Offset of the byte at which it was seen.
    pub at: usize,
    /// One sentence for the reader, without a full stop.
    pub message: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:#x}", self.message, self.at)
    }
}

impl std::error::Error for Error {}

fn error(fault: Fault, at: usize, message: &'static str) -> Error {
    Error { fault, at, message }
}

/// A JPEG whose headers were read.
pub struct Jpeg<'a> {
    bytes: &'a [u8],
    headers: Headers,
    frame: Frame,
    scan: Scan,
    colour: Colour,
}

impl<'a> Jpeg<'a> {
    /// Reads the headers up to the first scan. Takes no memory for pixels: look at the size
    /// before asking for them.
    pub fn open(bytes: &'a [u8]) -> Result<Jpeg<'a>, Error> {
        if !bytes.starts_with(&[0xFF, 0xD8]) {
            return Err(error(Fault::Malformed, 0, "the file does not begin as a JPEG does"));
        }
        let mut headers = Headers::default();
        let scan = headers.next_scan(bytes, 2)?;
        let no_scan = || error(Fault::Malformed, bytes.len(), "the JPEG has no scan");
        let scan = scan.ok_or_else(no_scan)?;
        let frame = headers.frame.as_mut().ok_or_else(no_scan)?;
        frame.heighten(bytes, &scan);
        if frame.width == 0 || frame.height == 0 {
            let message = "the picture has no width or no height";
            return Err(error(Fault::Malformed, scan.at, message));
        }
        let frame = frame.clone();
        let colour = headers.colour(&frame);
        Ok(Jpeg { bytes, headers, frame, scan, colour })
    }

    /// Pixels of a row.
    pub fn width(&self) -> usize {
        self.frame.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.frame.height
    }

    /// Grey or colour; four inks come as colour.
    pub fn layout(&self) -> Layout {
        match self.colour {
            Colour::Grey => Layout::Grey,
            Colour::Plain => Layout::Rgba,
            _ => Layout::Rgb,
        }
    }

    /// Gives out every row from the top. Takes memory for two rows of MCUs; of several scans
    /// also for their tables and a few kilobytes each. Rows that were given out before a fault
    /// was met are of no use.
    pub fn rows(&self, sink: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        let mut rows = Rows::new(&self.frame, self.colour, self.scan.at)?;
        if self.frame.progressive || !self.scan.is_whole(&self.frame) {
            return self.rows_of_many_scans(&mut rows, sink);
        }
        let (mut headers, scan) = (self.headers.clone(), &self.scan);
        let mut mcus = Mcus::new(self.bytes, &headers, &self.frame, scan)?;
        let tables = Tables::of(&headers, scan)?;
        let order: Vec<usize> = scan.parts.iter().map(|p| p.component).collect();
        for _ in 0..self.frame.mcus.1 {
            rows.fill_from_scan(&mut mcus, &tables, &self.frame, &order)?;
            rows.emit(sink);
        }
        rows.finish(sink);
        headers.finish(self.bytes, mcus.source.pass_to_marker())
    }

    fn rows_of_many_scans(
        &self,
        rows: &mut Rows,
        sink: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Error> {
        let (mut headers, mut scan) = (self.headers.clone(), self.scan.clone());
        let mut progress = vec![[None; 64]; self.frame.components.len()];
        let mut courses = Vec::new();
        loop {
            let (at, data) = (scan.at, scan.data);
            courses.push(Course::new(self.bytes, &headers, &self.frame, scan, &mut progress)?);
            match headers.next_scan(self.bytes, data)? {
                Some(next) => scan = next,
                None if progress.iter().all(|sent| sent[0].is_some()) => break,
                None => {
                    let message = "no scan of the JPEG has one of its components";
                    return Err(error(Fault::Malformed, at, message));
                }
            }
        }
        // Quantisation tables are those of each component's first scan.
        let frame = headers.frame.as_ref().unwrap_or(&self.frame);
        let mut bands: Vec<Band> = frame.components.iter().map(|c| Band::of(c, frame)).collect();
        for mcu_y in 0..frame.mcus.1 {
            bands.iter_mut().for_each(|band| band.blocks.fill([0; 64]));
            for course in &mut courses {
                course.read(frame, mcu_y, &mut bands)?;
            }
            rows.fill_from_bands(&bands, frame);
            rows.emit(sink);
        }
        rows.finish(sink);
        Ok(())
    }

    /// The whole picture.
    pub fn picture(&self) -> Result<Picture, Error> {
        let (width, height, layout) = (self.width(), self.height(), self.layout());
        let bytes = layout.channels();
        let mut data = Vec::new();
        self.rows(&mut |row| {
            if data.is_empty() {
                // Not before the first row was had: a header alone takes no memory.
                data.reserve_exact(width * height * bytes);
            }
            data.extend_from_slice(row);
        })?;
        Ok(Picture { width, height, layout, data })
    }

    /// The whole picture; of four components as they are stored, in the places of red, green,
    /// blue and alpha. For files whose colours are said by what holds them.
    pub fn inks(mut self) -> Result<Picture, Error> {
        if self.frame.components.len() == 4 {
            self.colour = Colour::Plain;
        }
        self.picture()
    }

    /// Whether [`Jpeg::eighth`] is worth asking for: the picture is large.
    pub fn may_serve(&self) -> bool {
        dc::is_large(&self.frame)
    }

    /// An eighth of it, grey, from the luma's DC coefficients; `None` where that would not be
    /// near the picture: luma at less than full size, or none.
    pub fn eighth(&self) -> Result<Option<Eighth>, Error> {
        dc::eighth(self.bytes, self.headers.clone(), &self.frame, self.scan.clone(), self.colour)
    }
}
