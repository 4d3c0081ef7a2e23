//! Pictures whose pixels are decoded elsewhere, because a decoder here would be paid for by all:
//! JPEG XL by `sayso-jxl`, AVIF and HEIF by the browser that has one.
//!
//! Pixels come upright: a browser applies what an AVIF says about turning (`irot`, `imir`,
//! <https://aomediacodec.github.io/av1-avif/>) whatever it is asked, and the decoder of JPEG XL
//! does so too. Left out: colour profiles, which are the browser's business.

use sayso_pixels::grids::Rows;
use sayso_pixels::normalise::Layout;

use super::fault::check_size;
use super::image::{codes_of_rgba, codes_of_rows};
use super::{DecodedBy, Fingerprint};
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::vocabulary::{Problem, ProblemCode};

/// Where faults of such pixels are said to stand.
const PLACE: &str = "picture data";

/// Pixels of a picture that stands upright.
pub struct Pixels {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, and alpha that is not multiplied in, row by row.
    pub rgba: Vec<u8>,
}

/// Whose decoder a picture needs, where it is not this crate's.
pub fn decoder(facts: Option<&MediaFacts>) -> Option<DecodedBy> {
    match facts?.format.as_str() {
        "jxl" => Some(DecodedBy::Sayso),
        "avif" | "heif" => Some(DecodedBy::Browser),
        _ => None,
    }
}

/// Whether a decoder may be given the file: refused by its header where that names too many
/// pixels, or names none.
pub fn allowed(facts: &MediaFacts, limits: &Limits) -> Result<(), Problem> {
    match (facts.width, facts.height) {
        (Some(width), Some(height)) if width > 0 && height > 0 => {
            check_size(width, height, 0, limits)
        }
        _ => {
            let message = "the file names no size, so it is not given to a decoder";
            Err(Problem::new(ProblemCode::Malformed, PLACE, message))
        }
    }
}

/// The size at which decoded pixels are taken over from a browser; `None` when the header lied
/// and there are too many.
pub fn canvas((width, height): (u32, u32), limits: &Limits) -> Option<(u32, u32)> {
    check_size(width, height, 0, limits).ok()?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= limits.canvas_pixels {
        return Some((width, height));
    }
    let scale = (limits.canvas_pixels as f64 / pixels as f64).sqrt();
    let side = |side: u32| ((f64::from(side) * scale) as u32).max(1);
    Some((side(width), side(height)))
}

impl Fingerprint {
    /// Adds the codes of pixels that were decoded elsewhere; hashes of the bytes are there.
    pub fn see(&mut self, pixels: Pixels, by: DecodedBy, limits: &Limits) -> Result<(), Problem> {
        let Pixels { width, height, rgba } = pixels;
        match by {
            DecodedBy::Browser => codes_of_rgba(self, (width, height), &rgba, 1, limits)?,
            DecodedBy::Sayso => {
                check_size(width, height, rgba.len() as u64, limits)?;
                let (width, height) = (width as usize, height as usize);
                if rgba.is_empty() || Some(rgba.len()) != width.checked_mul(height * 4) {
                    let message = "the pixels do not fill the picture";
                    return Err(Problem::new(ProblemCode::Malformed, PLACE, message));
                }
                codes_of_rows(self, &Rows::of(width, height, Layout::Rgba, &rgba), 1)?;
            }
        }
        self.compose();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::MediaKind;

    fn facts(format: &str, size: Option<(u32, u32)>) -> MediaFacts {
        MediaFacts {
            kind: MediaKind::Image,
            format: format.into(),
            mime: String::new(),
            bytes: 0,
            width: size.map(|s| s.0),
            height: size.map(|s| s.1),
            orientation: None,
            frames: None,
            duration_s: None,
        }
    }

    fn scene(width: u32, height: u32) -> Pixels {
        let pixel = |i: u32| {
            let (x, y) = (i % width, i / width);
            [(x * 3) as u8, (y * 5) as u8, (x * y / 7) as u8, 255]
        };
        Pixels { width, height, rgba: (0..width * height).flat_map(pixel).collect() }
    }

    #[test]
    fn only_what_is_not_decoded_here_is_decoded_elsewhere() {
        let of = |format| decoder(Some(&facts(format, None)));
        assert_eq!(of("avif"), Some(DecodedBy::Browser));
        assert_eq!(of("heif"), Some(DecodedBy::Browser));
        assert_eq!(of("jxl"), Some(DecodedBy::Sayso));
        assert_eq!((of("jpeg"), of("svg"), of("mp4"), decoder(None)), (None, None, None, None));
    }

    #[test]
    fn a_bomb_is_refused_by_its_header() {
        let allowed = |size| allowed(&facts("avif", size), &Limits::DEFAULT).map_err(|p| p.code);
        assert_eq!(allowed(Some((4000, 3000))), Ok(()));
        assert_eq!(allowed(Some((40_000, 30_000))), Err(ProblemCode::OverLimit));
        assert_eq!(allowed(Some((70_000, 1))), Err(ProblemCode::OverLimit));
        assert_eq!(allowed(Some((0, 5))), Err(ProblemCode::Malformed));
        assert_eq!(allowed(None), Err(ProblemCode::Malformed));
    }

    #[test]
    fn large_pixels_are_taken_over_smaller_in_the_same_proportions() {
        let canvas = |size| canvas(size, &Limits::DEFAULT);
        assert_eq!(canvas((4000, 2000)), Some((4000, 2000)));
        let (width, height) = canvas((8000, 4000)).unwrap();
        assert!(u64::from(width) * u64::from(height) <= Limits::DEFAULT.canvas_pixels);
        assert!((width, height) >= (3900, 1900) && width.abs_diff(2 * height) <= 1);
        assert_eq!(canvas((65_000, 1)), Some((65_000, 1)));
        assert_eq!(canvas((65_000, 65_000)), None);
    }

    #[test]
    fn a_browsers_pixels_are_marked_and_give_nothing_to_publish() {
        let mut codes = Fingerprint::default();
        codes.see(scene(120, 90), DecodedBy::Browser, &Limits::DEFAULT).unwrap();
        assert!(codes.doubtful() && codes.codes.is_some());
        assert_eq!((codes.decoded_by, &codes.iscc.image), (DecodedBy::Browser, &None));
        let mut own = Fingerprint::default();
        own.see(scene(120, 90), DecodedBy::Sayso, &Limits::DEFAULT).unwrap();
        assert!(!own.doubtful() && own.iscc.image.is_some());
        assert_eq!(own.codes, codes.codes);
    }

    #[test]
    fn pixels_that_do_not_fill_the_picture_have_no_code() {
        for by in [DecodedBy::Browser, DecodedBy::Sayso] {
            let mut codes = Fingerprint::default();
            let short = Pixels { height: 91, ..scene(120, 90) };
            let problem = codes.see(short, by, &Limits::DEFAULT).unwrap_err();
            assert_eq!(problem.code, ProblemCode::Malformed);
            let none = Pixels { width: 0, height: 0, rgba: Vec::new() };
            assert!(codes.see(none, by, &Limits::DEFAULT).is_err());
            assert_eq!(codes, Fingerprint::default());
        }
    }
}
