//! Pictures on the command line: with the decoders that are not in the core, and without a
//! browser's, so AVIF and HEIF have no picture code here.

use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery, Depth, NoPixels, Reading, Step};

/// Reads a file and every code of the picture in it, if there is one.
pub fn read(bytes: &[u8], delivery: Delivery, limits: &Limits) -> Reading {
    let mut reading = reading::begin(bytes, delivery, limits);
    reading::add_codes(&mut reading, bytes, Depth::Exact, limits);
    if reading.awaits.contains(&Step::JpegXl) && reading.may_be_decoded(limits) {
        match sayso_jxl::decode(bytes, limits) {
            Ok(pixels) => reading.see(pixels, limits),
            Err(problem) => reading.no_pixels(NoPixels::Fault { problem }),
        }
    }
    reading.close();
    reading
}
