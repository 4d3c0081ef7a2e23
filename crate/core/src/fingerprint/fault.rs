//! What is said where a picture has no pixels: the same words for every format.
//!
//! Codes need every pixel (ISO 24138, <https://www.iso.org/standard/77899.html>), so a fault in
//! one is a fault of the picture. Its metadata stand apart from it: who reads problems tells them
//! by [`PLACE`]. Left out: what the decoders of the crate `image` say, see [`super::image`].

use crate::limits::Limits;
use crate::vocabulary::{Problem, ProblemCode};

/// Where faults of the pixels are said to stand.
pub const PLACE: &str = "picture data";

/// The format's own rules are broken.
pub fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Malformed, PLACE, message)
}

/// The file ends too early.
pub fn truncated(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Truncated, PLACE, message)
}

/// More than the limits allow.
pub fn over_limit(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::OverLimit, PLACE, message)
}

/// A kind of picture that is left out.
pub fn unsupported(what: impl std::fmt::Display) -> Problem {
    let message = format!("{what} is not decoded, so there is no picture code");
    Problem::new(ProblemCode::Unsupported, PLACE, message)
}

/// The same, with the offset at which it was seen.
pub fn at(mut problem: Problem, offset: usize) -> Problem {
    if problem.place == PLACE {
        problem.place = format!("{PLACE} at {offset:#x}");
    }
    problem
}

/// Refuses a picture by its header, before memory is taken for it; `bytes` of pixels, where they
/// are known.
pub fn check_size(width: u32, height: u32, bytes: u64, limits: &Limits) -> Result<(), Problem> {
    if width <= limits.side
        && height <= limits.side
        && u64::from(width) * u64::from(height) <= limits.pixels
        && bytes <= buffer_bytes(limits)
    {
        return Ok(());
    }
    Err(over_limit(format!(
        "the picture is {width} by {height} pixels, more than {} million in all or {} on one \
         side, or takes more than {} MiB",
        limits.pixels / 1_000_000,
        limits.side,
        buffer_bytes(limits) >> 20
    )))
}

/// Bytes of one decoded picture: four a pixel.
pub fn buffer_bytes(limits: &Limits) -> u64 {
    limits.pixels.saturating_mul(4)
}
