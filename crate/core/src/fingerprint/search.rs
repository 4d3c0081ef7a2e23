//! The codes that a picture is sought by, by the shortest road to them.
//!
//! A large JPEG without a border is sought by codes of an eighth of it, which its DC
//! coefficients give (ITU-T T.81, A.3.3, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>): a
//! few bits from its own at most, unless a code of it is chance anyhow. They find; they are
//! never published or compared for equality. Whatever else is decoded in full. Left out: pHash
//! and dHash, whose filter sees more than an eighth.

use ::image::ImageFormat;
use sayso_pixels::jpeg::{Eighth, Jpeg};
use sayso_pixels::normalise::{Layout, Picture};

use super::{Fingerprint, fault, image};
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::vocabulary::Problem;

/// How many times the pixels that are decoded in full may be read at an eighth; a quarter of
/// the memory.
const EIGHTHS: u64 = 16;

/// Fills in codes to search by, if these bytes are a picture.
pub fn add_codes(
    codes: &mut Fingerprint,
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> Result<(), Problem> {
    if image::format_of(bytes, facts)? == Some(ImageFormat::Jpeg)
        && let Some(eighth) = eighth(bytes, limits)?
    {
        let orientation = facts.and_then(|f| f.orientation).unwrap_or(1);
        let mut grid = Picture { width: 32, height: 32, layout: Layout::Grey, data: eighth.grid() };
        grid.upright(orientation);
        if image::codes_of_near_grid(codes, grid.data) {
            return Ok(());
        }
    }
    image::add_codes(codes, bytes, facts, limits)
}

/// An eighth of a JPEG, where a code of it is near the picture's own.
fn eighth(bytes: &[u8], limits: &Limits) -> Result<Option<Eighth>, Problem> {
    let jpeg = Jpeg::open(bytes).map_err(image::jpeg_problem)?;
    let limits = Limits { pixels: limits.pixels.saturating_mul(EIGHTHS), ..*limits };
    fault::check_size(jpeg.width() as u32, jpeg.height() as u32, 0, &limits)?;
    if !jpeg.may_serve() {
        return Ok(None);
    }
    Ok(jpeg.eighth().map_err(image::jpeg_problem)?.filter(Eighth::serves))
}

#[cfg(test)]
mod tests {
    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::{ExtendedColorType, ImageEncoder};

    use super::super::{ImageCodes, compare};
    use super::*;
    use crate::vocabulary::ProblemCode;

    /// Waves with no likeness between their four quarters, in a frame of so many pixels.
    fn jpeg(width: u32, height: u32, frame: u32) -> Vec<u8> {
        let pixel = |i: u32| {
            let (x, y) = (i % width, i / width);
            let inside = x.min(y).min(width - 1 - x).min(height - 1 - y) >= frame;
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let wave = (u * 9.0 + v * v * 5.0).sin() * 70.0 + (v * 13.0 - u * u * 7.0).cos() * 50.0;
            if inside { (128.0 + wave) as u8 } else { 255 }
        };
        let grey: Vec<u8> = (0..width * height).map(pixel).collect();
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90)
            .write_image(&grey, width, height, ExtendedColorType::L8)
            .unwrap();
        bytes
    }

    fn sought(
        bytes: &[u8],
        facts: Option<&MediaFacts>,
        limits: &Limits,
    ) -> Result<Fingerprint, Problem> {
        let mut codes = Fingerprint::default();
        add_codes(&mut codes, bytes, facts, limits).map(|()| codes)
    }

    fn codes(bytes: &[u8], limits: &Limits) -> Fingerprint {
        sought(bytes, None, limits).unwrap()
    }

    fn own(bytes: &[u8]) -> ImageCodes {
        let mut full = Fingerprint::default();
        image::add_codes(&mut full, bytes, None, &Limits::DEFAULT).unwrap();
        full.codes.unwrap()
    }

    #[test]
    fn a_large_picture_is_sought_by_a_code_near_its_own() {
        let bytes = jpeg(613, 450, 0);
        let quick = codes(&bytes, &Limits::DEFAULT);
        assert!(quick.approximate && !quick.featureless && !quick.unstable);
        let likeness = compare::compare(&quick.codes.unwrap(), &own(&bytes)).unwrap();
        // Of 256 bits; waves as smooth as these leave many of them to chance.
        assert!(likeness.sure && likeness.distance <= 24, "{likeness:?}");
    }

    #[test]
    fn small_and_framed_pictures_are_sought_by_their_own_code() {
        for bytes in [jpeg(300, 450, 0), jpeg(613, 450, 3)] {
            let quick = codes(&bytes, &Limits::DEFAULT);
            assert!(!quick.approximate);
            assert_eq!(quick.codes, Some(own(&bytes)));
        }
    }

    #[test]
    fn a_picture_too_large_to_decode_can_still_be_sought() {
        let bytes = jpeg(613, 450, 0);
        let few = Limits { pixels: 100_000, ..Limits::DEFAULT };
        let mut full = Fingerprint::default();
        let problem = image::add_codes(&mut full, &bytes, None, &few).unwrap_err();
        assert_eq!(problem.code, ProblemCode::OverLimit);
        assert!(codes(&bytes, &few).approximate);
        let fewer = Limits { pixels: 10_000, ..Limits::DEFAULT };
        let problem = sought(&bytes, None, &fewer).unwrap_err();
        assert_eq!(problem.code, ProblemCode::OverLimit);
    }

    #[test]
    fn half_a_picture_has_no_code_to_search_by() {
        let bytes = jpeg(613, 450, 0);
        let problem = sought(&bytes[..bytes.len() / 2], None, &Limits::DEFAULT).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Truncated);
    }

    #[test]
    fn what_is_no_picture_has_none() {
        assert_eq!(codes(b"just text", &Limits::DEFAULT), Fingerprint::default());
    }

    #[test]
    fn a_turned_picture_is_sought_upright() {
        let bytes = jpeg(613, 450, 0);
        let facts = crate::media::open(&bytes, &Limits::DEFAULT).facts.unwrap();
        for orientation in 1..=8 {
            let facts = MediaFacts { orientation: Some(orientation), ..facts.clone() };
            let quick = sought(&bytes, Some(&facts), &Limits::DEFAULT).unwrap();
            let mut full = Fingerprint::default();
            image::add_codes(&mut full, &bytes, Some(&facts), &Limits::DEFAULT).unwrap();
            let likeness = compare::compare(&quick.codes.unwrap(), &full.codes.unwrap()).unwrap();
            assert!(quick.approximate && likeness.sure, "{orientation}: {likeness:?}");
        }
    }
}
