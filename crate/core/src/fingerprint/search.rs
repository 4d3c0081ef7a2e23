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

use super::{Fingerprint, image};
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
    image::check_size(jpeg.width() as u32, jpeg.height() as u32, 0, &limits)?;
    if !jpeg.may_serve() {
        return Ok(None);
    }
    Ok(jpeg.eighth().map_err(image::jpeg_problem)?.filter(Eighth::serves))
}
