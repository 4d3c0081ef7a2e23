//! pHash and dHash as the public index of Wikimedia Commons has them.
//!
//! The defaults of the Python library ImageHash 4.3 (<https://github.com/JohannesBuchner/imagehash>):
//! grey, Lanczos, then the signs of a cosine transform (pHash) or of neighbours
//! (dHash). The picture is taken as stored: not turned, alpha dropped, not trimmed.

use super::dct;
use super::normalise::{Kernel, Plane};

/// pHash and dHash of a grey plane, 16 hex digits each.
pub fn of_plane(plane: &Plane) -> (String, String) {
    let whole = plane.whole();
    let grid = plane.resized(whole, dct::SIDE, dct::SIDE, Kernel::Lanczos);
    let strip = plane.resized(whole, 9, 8, Kernel::Lanczos);
    of_grids(&grid, &strip)
}

/// The same of what a plane is resized to: 32 by 32, and 9 by 8.
pub fn of_grids(grid: &[u8], strip: &[u8]) -> (String, String) {
    (phash(grid), dhash(strip))
}

/// 64 low frequencies, each one bit: above their median or not.
fn phash(grid: &[u8]) -> String {
    // What is zero by symmetry (a flat or mirrored picture) comes out as a few billionths of
    // either sign; the library's transform gives the zero, which is not above a median of zero.
    let low = dct::Spectrum::of(grid).low().map(|c| if c.abs() < NOTHING { 0.0 } else { c });
    let median = dct::median(&low);
    digits(low.iter().map(|c| *c > median))
}

/// Far below what one grey level in one pixel adds to a coefficient, far above rounding.
const NOTHING: f64 = 1e-6;

/// Eight rows of nine pixels: each bit says whether it grows brighter to the right.
fn dhash(strip: &[u8]) -> String {
    digits(
        strip
            .chunks_exact(9)
            .flat_map(|row| row.iter().zip(row.iter().skip(1)).map(|(l, r)| r > l)),
    )
}

/// First bit most significant.
fn digits(bits: impl Iterator<Item = bool>) -> String {
    format!("{:016x}", bits.fold(0u64, |code, bit| code << 1 | u64::from(bit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dhash_of_a_ramp_is_all_ones() {
        let rows: Vec<u8> = (0..8).flat_map(|_| (0..9).map(|x| x * 10)).collect();
        assert_eq!(dhash(&rows), "ffffffffffffffff");
    }

    #[test]
    fn phash_of_a_flat_picture_is_its_brightness_alone() {
        assert_eq!(phash(&[255; 1024]), "8000000000000000");
        assert_eq!(phash(&[0; 1024]), "0000000000000000");
    }

    #[test]
    fn phash_of_a_picture_has_as_many_ones_as_zeros() {
        let grid: Vec<u8> =
            (0..1024u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let code = u64::from_str_radix(&phash(&grid), 16).unwrap();
        assert_eq!(code.count_ones(), 32);
    }
}
