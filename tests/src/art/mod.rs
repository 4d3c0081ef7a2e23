//! Works worth looking at, drawn by code: what the demo gallery hangs on its walls
//! and what the browser checks look for.
//!
//! One file a work. Each is a pure function without arguments, so that a
//! fingerprint of it can stand in a test. Nothing here knows about rights.

mod city;
mod fern;
mod flow;
mod heron;
mod knot;
mod marble;
mod moon;
mod mountains;
mod poster;
mod sheet;
mod wave;

pub use sheet::Dice;

use std::io::Cursor;

use image::codecs::{
    gif::GifEncoder,
    jpeg::JpegEncoder,
    png::{CompressionType, FilterType as PngFilter, PngEncoder},
    webp::WebPEncoder,
};
use image::{ExtendedColorType, ImageEncoder, RgbImage, imageops::FilterType};

/// A finished picture: eight bits for each of red, green and blue, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `3 * width * height` bytes.
    pub rgb: Vec<u8>,
}

/// A work of the portfolio.
pub struct Piece {
    /// Its name in file names.
    pub name: &'static str,
    /// Draws it.
    pub draw: fn() -> Picture,
}

/// Everything in the portfolio, in hanging order.
pub const PORTFOLIO: &[Piece] = &[
    Piece { name: "seven-ridges", draw: mountains::draw },
    Piece { name: "heron", draw: heron::draw },
    Piece { name: "undertow", draw: flow::draw },
    Piece { name: "moonrise", draw: moon::draw },
    Piece { name: "knotwork", draw: knot::draw },
    Piece { name: "fern", draw: fern::draw },
    Piece { name: "eleven-at-night", draw: city::draw },
    Piece { name: "the-set", draw: wave::draw },
    Piece { name: "sunday", draw: poster::draw },
    Piece { name: "strata", draw: marble::draw },
];

/// Draws one work by its name.
pub fn draw(name: &str) -> Option<Picture> {
    PORTFOLIO.iter().find(|p| p.name == name).map(|p| (p.draw)())
}

/// Draws the whole portfolio, as many works at a time as there are processors.
pub fn draw_all() -> Vec<(&'static str, Picture)> {
    std::thread::scope(|scope| {
        let hands: Vec<_> =
            PORTFOLIO.iter().map(|p| (p.name, scope.spawn(move || (p.draw)()))).collect();
        hands
            .into_iter()
            .map(|(name, hand)| (name, hand.join().expect("drawing does not fail")))
            .collect()
    })
}

impl Picture {
    /// The same picture so many pixels wide.
    pub fn resized(&self, width: u32) -> Picture {
        let height = (self.height * width / self.width).max(1);
        let whole = RgbImage::from_raw(self.width, self.height, self.rgb.clone()).expect("whole");
        let small = image::imageops::resize(&whole, width, height, FilterType::Lanczos3);
        Picture { width, height, rgb: small.into_raw() }
    }

    /// As a JPEG of this quality (1 to 100).
    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        self.encoded(|out| {
            JpegEncoder::new_with_quality(out, quality).write_image(
                &self.rgb,
                self.width,
                self.height,
                ExtendedColorType::Rgb8,
            )
        })
    }

    /// As a PNG.
    pub fn png(&self) -> Vec<u8> {
        self.encoded(|out| {
            PngEncoder::new_with_quality(out, CompressionType::Fast, PngFilter::Adaptive)
                .write_image(&self.rgb, self.width, self.height, ExtendedColorType::Rgb8)
        })
    }

    /// As a WebP without loss.
    pub fn webp(&self) -> Vec<u8> {
        self.encoded(|out| {
            WebPEncoder::new_lossless(out).write_image(
                &self.rgb,
                self.width,
                self.height,
                ExtendedColorType::Rgb8,
            )
        })
    }

    /// As a GIF with 256 colours.
    pub fn gif(&self) -> Vec<u8> {
        self.encoded(|out| {
            GifEncoder::new(out).encode(&self.rgb, self.width, self.height, ExtendedColorType::Rgb8)
        })
    }

    fn encoded(
        &self,
        write: impl FnOnce(&mut Cursor<Vec<u8>>) -> image::ImageResult<()>,
    ) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        write(&mut out).expect("memory takes every picture");
        out.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_work_is_the_same_every_time() {
        let once = draw("knotwork").unwrap();
        assert_eq!(once, draw("knotwork").unwrap());
        assert_eq!(once.rgb.len(), (3 * once.width * once.height) as usize);
    }

    #[test]
    fn every_encoding_is_read_back_with_its_size() {
        let small = draw("sunday").unwrap().resized(120);
        for bytes in [small.jpeg(85), small.png(), small.webp(), small.gif()] {
            let back = image::load_from_memory(&bytes).unwrap();
            assert_eq!((back.width(), back.height()), (120, 160));
        }
    }
}
