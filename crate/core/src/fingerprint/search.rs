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
