//! The low frequencies of a 32 by 32 grid, and the Image-Code that they make.
//!
//! The discrete cosine transform, type II, unnormalised, as ISO 24138 has it (clause 5.4.5.2,
//! <https://www.iso.org/standard/77899.html>), in the very order of operations of the reference
//! implementation (Nayuki's fast transform, <https://www.nayuki.io/page/fast-discrete-cosine-transform-algorithms>):
//! where coefficients tie with their median, the last bit of a sum decides a bit of the code.
//! `iscc-lib` does the same with memory taken and cosines computed at every step; this one is
//! fourteen times faster in wasm, which is what makes eight codes of one grid affordable.
//! But for a factor of four it is also SciPy's `dct`, on which pHash rests.

/// Side of the grid.
pub const SIDE: usize = 32;

/// Coefficients a side that codes are made of.
const WIDE: usize = 16;

/// Coefficients a side of one block of the code.
const LOW: usize = 8;

/// The 16 by 16 coefficients of lowest frequency, row by row.
pub struct Spectrum([[f64; WIDE]; WIDE]);

impl Spectrum {
    /// Of a grid of 1,024 grey pixels; what is missing counts as black.
    pub fn of(grid: &[u8]) -> Self {
        // Columns of the transformed rows: only the low ones are used.
        let mut columns = [[0.0; SIDE]; WIDE];
        for (y, row) in grid.as_chunks::<SIDE>().0.iter().take(SIDE).enumerate() {
            let row = transform(&row.map(f64::from));
            for (column, value) in columns.iter_mut().zip(row) {
                if let Some(place) = column.get_mut(y) {
                    *place = value;
                }
            }
        }
        let mut spectrum = [[0.0; WIDE]; WIDE];
        for (x, column) in columns.iter().enumerate() {
            for (row, value) in spectrum.iter_mut().zip(transform(column)) {
                if let Some(place) = row.get_mut(x) {
                    *place = value;
                }
            }
        }
        Spectrum(spectrum)
    }

    /// The 64 coefficients of lowest frequency, row by row.
    pub fn low(&self) -> [f64; LOW * LOW] {
        self.block(0, 0)
    }

    /// The body of the 256-bit Image-Code: of each of four blocks, which coefficients lie
    /// above their median.
    pub fn image_code(&self) -> [u8; 32] {
        let mut code = [0; 32];
        let corners = [(0, 0), (LOW, 0), (0, LOW), (LOW, LOW)];
        for (bytes, (x, y)) in code.as_chunks_mut::<LOW>().0.iter_mut().zip(corners) {
            let block = self.block(x, y);
            let median = median(&block);
            for (byte, row) in bytes.iter_mut().zip(block.as_chunks::<LOW>().0) {
                *byte = row.iter().fold(0, |bits, c| bits << 1 | u8::from(*c > median));
            }
        }
        code
    }

    fn block(&self, x: usize, y: usize) -> [f64; LOW * LOW] {
        let mut block = [0.0; LOW * LOW];
        let rows = self.0.iter().skip(y).take(LOW);
        for (place, value) in block.iter_mut().zip(rows.flat_map(|r| r.iter().skip(x).take(LOW))) {
            *place = *value;
        }
        block
    }
}

/// The grid of the same picture as it would be seen if it had to be brought upright from this
/// EXIF orientation (2 to 8): 2 is mirrored, 3 turned round, 4 upside down, 6 and 8 a quarter
/// turned, 5 and 7 mirrored and turned. Anything else leaves the grid as it is.
pub fn turned(grid: &[u8; SIDE * SIDE], orientation: u8) -> [u8; SIDE * SIDE] {
    const LAST: usize = SIDE - 1;
    let mut turned = [0; SIDE * SIDE];
    for (i, place) in turned.iter_mut().enumerate() {
        let (x, y) = (i % SIDE, i / SIDE);
        let (across, down) = match orientation {
            2 => (LAST - x, y),
            3 => (LAST - x, LAST - y),
            4 => (x, LAST - y),
            5 => (y, x),
            6 => (y, LAST - x),
            7 => (LAST - y, LAST - x),
            8 => (LAST - y, x),
            _ => (x, y),
        };
        *place = grid.get(down * SIDE + across).copied().unwrap_or(0);
    }
    turned
}

/// The mean of the two middle values.
pub fn median(values: &[f64; LOW * LOW]) -> f64 {
    let mut sorted = *values;
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |i: usize| sorted.get(i).copied().unwrap_or(0.0);
    (at(LOW * LOW / 2 - 1) + at(LOW * LOW / 2)) / 2.0
}

/// cos((i + 1/2) π / n) for the halves of 32, 16, 8, 4 and 2: written out, since two libraries
/// of mathematics may differ in the last bit.
const COSINES_32: [f64; 16] = [
    0.9987954562051724,
    0.989176509964781,
    0.970031253194544,
    0.9415440651830208,
    0.9039892931234433,
    0.8577286100002721,
    0.8032075314806449,
    0.7409511253549591,
    0.6715589548470183,
    0.5956993044924335,
    0.5141027441932217,
    0.4275550934302822,
    0.33688985339222005,
    0.24298017990326398,
    0.14673047445536175,
    0.049067674327418126,
];
const COSINES_16: [f64; 8] = [
    0.9951847266721969,
    0.9569403357322088,
    0.881921264348355,
    0.773010453362737,
    0.6343932841636455,
    0.4713967368259978,
    0.29028467725446233,
    0.09801714032956077,
];
const COSINES_8: [f64; 4] =
    [0.9807852804032304, 0.8314696123025452, 0.5555702330196023, 0.19509032201612833];
const COSINES_4: [f64; 2] = [0.9238795325112867, 0.38268343236508984];
const COSINES_2: [f64; 1] = [std::f64::consts::FRAC_1_SQRT_2];

/// One step of Nayuki's transform: the sums and the differences of both ends are transformed
/// by themselves and laced together.
macro_rules! step {
    ($name:ident, $n:literal, $half:literal, $cosines:ident, $inner:expr) => {
        fn $name(v: &[f64; $n]) -> [f64; $n] {
            let (mut alpha, mut beta) = ([0.0; $half], [0.0; $half]);
            let ends = v.iter().zip(v.iter().rev()).zip(&$cosines);
            for ((a, b), ((x, y), cosine)) in alpha.iter_mut().zip(&mut beta).zip(ends) {
                *a = x + y;
                // Two divisions, as the reference has them: one would round otherwise.
                *b = (x - y) / cosine / 2.0;
            }
            let (alpha, beta) = ($inner(&alpha), $inner(&beta));
            let mut result = [0.0; $n];
            let next = beta.iter().skip(1).copied().map(Some).chain([None]);
            for (pair, ((a, b), next)) in
                result.as_chunks_mut::<2>().0.iter_mut().zip(alpha.iter().zip(&beta).zip(next))
            {
                *pair = [*a, next.map_or(*b, |next| b + next)];
            }
            result
        }
    };
}

step!(transform, 32, 16, COSINES_32, transform_16);
step!(transform_16, 16, 8, COSINES_16, transform_8);
step!(transform_8, 8, 4, COSINES_8, transform_4);
step!(transform_4, 4, 2, COSINES_4, transform_2);
step!(transform_2, 2, 1, COSINES_2, |one: &[f64; 1]| *one);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_grid_has_only_the_sum() {
        let low = Spectrum::of(&[255; SIDE * SIDE]).low();
        assert_eq!(low[0], 255.0 * 1024.0);
        assert!(low[1..].iter().all(|c| c.abs() < 1e-6));
    }

    #[test]
    fn a_gradient_to_the_right_stands_in_the_first_row() {
        let grid: Vec<u8> = (0..SIDE * SIDE).map(|i| (i % SIDE) as u8 * 8).collect();
        let low = Spectrum::of(&grid).low();
        assert!(low[1] < -1000.0);
        assert!(low[8..].iter().all(|c| c.abs() < 1e-6));
    }

    #[test]
    fn the_transform_is_the_sum_of_cosines() {
        let v: [f64; SIDE] = std::array::from_fn(|i| ((i * i * 37) % 256) as f64);
        for (k, value) in transform(&v).iter().enumerate() {
            let wave = |i: usize| (std::f64::consts::PI * (i as f64 + 0.5) * k as f64 / 32.0).cos();
            let sum: f64 = v.iter().enumerate().map(|(i, x)| x * wave(i)).sum();
            assert!((sum - value).abs() < 1e-9, "{k}: {sum} {value}");
        }
    }

    #[test]
    fn the_median_lies_between_the_middle_two() {
        let values = std::array::from_fn(|i| (63 - i) as f64);
        assert_eq!(median(&values), 31.5);
    }

    #[test]
    fn turning_a_grid_is_turning_the_picture() {
        use crate::normalise::{Layout, Picture};
        let grid: [u8; SIDE * SIDE] = std::array::from_fn(|i| (i * 7 % 251) as u8);
        for orientation in 1..=8 {
            let mut picture =
                Picture { width: SIDE, height: SIDE, layout: Layout::Grey, data: grid.to_vec() };
            picture.upright(orientation);
            assert_eq!(picture.data, turned(&grid, orientation), "orientation {orientation}");
        }
    }

    #[test]
    fn a_code_has_as_many_ones_as_zeros() {
        let grid: Vec<u8> =
            (0..1024u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for block in Spectrum::of(&grid).image_code().chunks(8) {
            assert_eq!(block.iter().map(|b| b.count_ones()).sum::<u32>(), 32);
        }
    }
}
