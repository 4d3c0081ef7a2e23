//! The codes that a picture is sought by, by the shortest road to them.
//!
//! A large JPEG without a border is sought by codes of an eighth of it, which its DC
//! coefficients give (ITU-T T.81, A.3.3, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>): a
//! few bits from its own at most, unless a code of it is chance anyhow. They find; they are
//! never published or compared for equality. Whatever else is decoded in full. Left out: pHash and dHash, whose filter
//! sees more than an eighth.

use ::image::ImageFormat;
use sayso_pixels::jpeg::{Eighth, Jpeg};
use sayso_pixels::normalise::{Layout, Picture};

use super::{Fingerprint, ImageCodes, compare, image, iscc};
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::vocabulary::Problem;

/// How many times the pixels that are decoded in full may be read at an eighth; a quarter of
/// the memory.
const EIGHTHS: u64 = 16;

/// Codes to search by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchCodes {
    /// The codes. Approximate ones are the same under every trim: there is no border.
    pub codes: ImageCodes,
    /// Near the picture's own codes, but perhaps not equal: a match has to be confirmed.
    pub approximate: bool,
    /// As in [`Fingerprint`].
    pub featureless: bool,
    /// As in [`Fingerprint`].
    pub unstable: bool,
}

/// Codes to search by, if these bytes are a picture.
pub fn search(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> Result<Option<SearchCodes>, Problem> {
    if image::format_of(bytes, facts)? == Some(ImageFormat::Jpeg)
        && let Some(eighth) = eighth(bytes, limits)?
    {
        let orientation = facts.and_then(|f| f.orientation).unwrap_or(1);
        if let Some(codes) = of_eighth(&eighth, orientation) {
            return Ok(Some(codes));
        }
    }
    let mut full = Fingerprint::default();
    image::add_codes(&mut full, bytes, facts, limits)?;
    let Fingerprint { codes, featureless, unstable, .. } = full;
    Ok(codes.map(|codes| SearchCodes { codes, approximate: false, featureless, unstable }))
}

/// An eighth of a JPEG, where a code of it is near the picture's own.
fn eighth(bytes: &[u8], limits: &Limits) -> Result<Option<Eighth>, Problem> {
    let jpeg = Jpeg::open(bytes).map_err(image::jpeg_problem)?;
    let limits = Limits { pixels: limits.pixels.saturating_mul(EIGHTHS), ..*limits };
    image::check_size(jpeg.width() as u32, jpeg.height() as u32, 0, &limits)?;
    if !jpeg.may_serve() {
        return Ok(None);
    }
    Ok(jpeg.eighth().map_err(image::jpeg_problem)?.filter(Eighth::serves))
}

/// Its codes; none where they are unstable, and those of an eighth others by chance.
fn of_eighth(eighth: &Eighth, orientation: u8) -> Option<SearchCodes> {
    let mut grid = Picture { width: 32, height: 32, layout: Layout::Grey, data: eighth.grid() };
    grid.upright(orientation);
    if image::unstable(&grid.data) {
        return None;
    }
    let long = iscc::body(&iscc::of_grid(&grid.data, 256)?)?;
    Some(SearchCodes {
        featureless: compare::featureless(&long),
        unstable: false,
        codes: ImageCodes { exact: long.clone(), tolerant: long.clone(), untrimmed: long },
        approximate: true,
    })
}

#[cfg(test)]
mod tests {
    use ::image::codecs::jpeg::JpegEncoder;
    use ::image::{ExtendedColorType, ImageEncoder};

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

    fn codes(bytes: &[u8], limits: &Limits) -> SearchCodes {
        search(bytes, None, limits).unwrap().unwrap()
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
        let likeness = compare::compare(&quick.codes, &own(&bytes)).unwrap();
        // Of 256 bits; waves as smooth as these leave many of them to chance.
        assert!(likeness.sure && likeness.distance <= 24, "{likeness:?}");
    }

    #[test]
    fn small_and_framed_pictures_are_sought_by_their_own_code() {
        for bytes in [jpeg(300, 450, 0), jpeg(613, 450, 3)] {
            let quick = codes(&bytes, &Limits::DEFAULT);
            assert!(!quick.approximate);
            assert_eq!(quick.codes, own(&bytes));
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
        let problem = search(&bytes, None, &fewer).unwrap_err();
        assert_eq!(problem.code, ProblemCode::OverLimit);
    }

    #[test]
    fn half_a_picture_has_no_code_to_search_by() {
        let bytes = jpeg(613, 450, 0);
        let problem = search(&bytes[..bytes.len() / 2], None, &Limits::DEFAULT).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Truncated);
    }

    #[test]
    fn what_is_no_picture_has_none() {
        assert_eq!(search(b"just text", None, &Limits::DEFAULT), Ok(None));
    }

    #[test]
    fn a_turned_picture_is_sought_upright() {
        let bytes = jpeg(613, 450, 0);
        let facts = crate::media::open(&bytes, &Limits::DEFAULT).facts.unwrap();
        for orientation in 1..=8 {
            let facts = MediaFacts { orientation: Some(orientation), ..facts.clone() };
            let quick = search(&bytes, Some(&facts), &Limits::DEFAULT).unwrap().unwrap();
            let mut full = Fingerprint::default();
            image::add_codes(&mut full, &bytes, Some(&facts), &Limits::DEFAULT).unwrap();
            let likeness = compare::compare(&quick.codes, &full.codes.unwrap()).unwrap();
            assert!(quick.approximate && likeness.sure, "{orientation}: {likeness:?}");
        }
    }
}
