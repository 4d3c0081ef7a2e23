//! The low frequencies of a 32 by 32 grid: the discrete cosine transform, type II.
//!
//! Unnormalised, as ISO 24138 has it (clause 5.4.5.2) and, but for a factor of four,
//! as SciPy has it (<https://docs.scipy.org/doc/scipy/reference/generated/scipy.fft.dct.html>).
//! Only the upper left 8 by 8 coefficients are computed; the Image-Code itself is
//! made by `iscc-lib`, which has a transform of its own.

use std::f64::consts::PI;

/// Side of the grid.
pub const SIDE: usize = 32;

/// Coefficients a side.
const LOW: usize = 8;

/// The 64 coefficients of lowest frequency, row by row.
pub fn low(grid: &[u8]) -> [f64; LOW * LOW] {
    let waves: Vec<Vec<f64>> = (0..LOW)
        .map(|k| {
            (0..SIDE).map(|n| (PI * (n as f64 + 0.5) * k as f64 / SIDE as f64).cos()).collect()
        })
        .collect();
    let rows: Vec<Vec<f64>> = grid
        .chunks_exact(SIDE)
        .map(|row| {
            let sum = |wave: &Vec<f64>| row.iter().zip(wave).map(|(&p, w)| f64::from(p) * w).sum();
            waves.iter().map(sum).collect()
        })
        .collect();
    let mut low = [0.0; LOW * LOW];
    let places = waves.iter().flat_map(|wave| (0..LOW).map(move |x| (wave, x)));
    for (coefficient, (wave, x)) in low.iter_mut().zip(places) {
        *coefficient =
            rows.iter().zip(wave).map(|(row, w)| row.get(x).copied().unwrap_or(0.0) * w).sum();
    }
    low
}

/// The mean of the two middle values.
pub fn median(values: &[f64; LOW * LOW]) -> f64 {
    let mut sorted = *values;
    sorted.sort_by(f64::total_cmp);
    let at = |i: usize| sorted.get(i).copied().unwrap_or(0.0);
    (at(LOW * LOW / 2 - 1) + at(LOW * LOW / 2)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_grid_has_only_the_sum() {
        let low = low(&[255; SIDE * SIDE]);
        assert_eq!(low[0], 255.0 * 1024.0);
        assert!(low[1..].iter().all(|c| c.abs() < 1e-6));
    }

    #[test]
    fn a_gradient_to_the_right_stands_in_the_first_row() {
        let grid: Vec<u8> = (0..SIDE * SIDE).map(|i| (i % SIDE) as u8 * 8).collect();
        let low = low(&grid);
        assert!(low[1] < -1000.0);
        assert!(low[8..].iter().all(|c| c.abs() < 1e-6));
    }

    #[test]
    fn the_median_lies_between_the_middle_two() {
        let values = std::array::from_fn(|i| (63 - i) as f64);
        assert_eq!(median(&values), 31.5);
    }
}
