//! Any rate to 11,025 Hz, with the rounding that Chromaprint's words depend on.
//!
//! A polyphase filter: a sinc at 0.8 of the lower band's edge, sixteen taps (more when the
//! rate goes down) under a Kaiser window with β = 9, and 256 phases, or as many as divide
//! them and meet every place exactly. These are the parameters that Chromaprint's `fpcalc`
//! asks of FFmpeg; written from them alone, and checked word for word against `fpcalc`.
//! Samples of 16 bits are filtered with weights of 16 bits, all others as floats.

/// The rate at which Chromaprint listens.
pub(crate) const RATE: u32 = 11_025;

const PHASES: u64 = 256;
const TAPS: f64 = 16.0;
const CUTOFF: f64 = 0.8;
const BETA: f64 = 9.0;

/// A sample of a kind that is filtered in its own way.
pub(crate) trait Sample: Copy {
    /// A weight between -1 and 1.
    fn weight(value: f64) -> Self;
    /// The sum of the products.
    fn filter(window: &[Self], row: &[Self]) -> Self;
}

/// Samples of one rate and channel in, samples at [`RATE`] out.
pub(crate) struct Resampler<S> {
    /// None where the rate is right already.
    bank: Option<Bank<S>>,
    /// Samples that a coming output still needs.
    kept: Vec<S>,
    /// Before the start lies the start, mirrored; those samples must come first.
    mirrored: bool,
    /// Of the next output: its first tap's place in `kept`, then its phase, then parts of one.
    at: usize,
    phase: u64,
    rest: u64,
}

struct Bank<S> {
    taps: usize,
    phases: u64,
    /// One row of weights for each phase.
    rows: Vec<S>,
    /// How far the place moves for each output: samples, phases, `RATE`ths of a phase.
    step: (usize, u64, u64),
}

impl<S: Sample> Resampler<S> {
    pub(crate) fn new(rate: u32) -> Resampler<S> {
        let bank = (rate != RATE).then(|| Bank::new(rate));
        Resampler { bank, kept: Vec::new(), mirrored: false, at: 0, phase: 0, rest: 0 }
    }

    /// Adds every output that these samples complete. There is none after the last one: the
    /// tail that the filter cannot reach is lost, as it is in `fpcalc`.
    pub(crate) fn feed(&mut self, samples: &[S], out: &mut Vec<S>) {
        let Some(bank) = &self.bank else {
            out.extend_from_slice(samples);
            return;
        };
        self.kept.extend_from_slice(samples);
        if !self.mirrored {
            // The first output is centred on the first sample.
            let before = (bank.taps - 1) / 2;
            if self.kept.len() <= before {
                return;
            }
            let mirror: Vec<S> = self.kept.iter().skip(1).take(before).rev().copied().collect();
            self.kept.splice(0..0, mirror);
            self.mirrored = true;
        }
        while let Some(window) = self.kept.get(self.at..self.at + bank.taps) {
            out.push(S::filter(window, bank.row(self.phase)));
            self.at += bank.step.0;
            self.phase += bank.step.1;
            self.rest += bank.step.2;
            if self.rest >= u64::from(RATE) {
                self.rest -= u64::from(RATE);
                self.phase += 1;
            }
            if self.phase >= bank.phases {
                self.phase -= bank.phases;
                self.at += 1;
            }
        }
        let done = self.at.min(self.kept.len());
        self.kept.drain(..done);
        self.at -= done;
    }
}

impl Sample for i16 {
    fn weight(value: f64) -> i16 {
        // `as` clamps: the weight 1 is one too large.
        (value * 32_768.0).round_ties_even() as i16
    }

    fn filter(window: &[i16], row: &[i16]) -> i16 {
        // Sums that wrap do so in any order, so eight products at a time give the same.
        let (windows, rest) = window.as_chunks::<8>();
        let (rows, rest_of_row) = row.as_chunks::<8>();
        let sum = dot::of_eights(windows, rows);
        let rest = rest
            .iter()
            .zip(rest_of_row)
            .map(|(sample, weight)| i32::from(*sample) * i32::from(*weight))
            .fold(sum, i32::wrapping_add);
        (rest.wrapping_add(1 << 14) >> 15).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
    }
}

/// Sums of products, for which WebAssembly has an instruction that compilers do not find.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod dot {
    use core::arch::wasm32::{
        f32x4, f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, i16x8, i32x4_add,
        i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat, v128,
    };

    pub(super) fn of_eights(a: &[[i16; 8]], b: &[[i16; 8]]) -> i32 {
        let sums = a
            .iter()
            .zip(b)
            .map(|(a, b)| i32x4_dot_i16x8(vector(a), vector(b)))
            .fold(i32x4_splat(0), |sums, more| i32x4_add(sums, more));
        i32x4_extract_lane::<0>(sums)
            .wrapping_add(i32x4_extract_lane::<1>(sums))
            .wrapping_add(i32x4_extract_lane::<2>(sums))
            .wrapping_add(i32x4_extract_lane::<3>(sums))
    }

    pub(super) fn of_eight_floats(a: &[[f32; 8]], b: &[[f32; 8]]) -> f32 {
        let (mut low, mut high) = (f32x4_splat(0.0), f32x4_splat(0.0));
        for ([a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]) in a.iter().zip(b) {
            low = f32x4_add(low, f32x4_mul(f32x4(*a, *b, *c, *d), f32x4(*i, *j, *k, *l)));
            high = f32x4_add(high, f32x4_mul(f32x4(*e, *f, *g, *h), f32x4(*m, *n, *o, *p)));
        }
        let sums = f32x4_add(low, high);
        (f32x4_extract_lane::<0>(sums) + f32x4_extract_lane::<2>(sums))
            + (f32x4_extract_lane::<1>(sums) + f32x4_extract_lane::<3>(sums))
    }

    /// One load, once it is compiled.
    fn vector([a, b, c, d, e, f, g, h]: &[i16; 8]) -> v128 {
        i16x8(*a, *b, *c, *d, *e, *f, *g, *h)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod dot {
    pub(super) fn of_eights(a: &[[i16; 8]], b: &[[i16; 8]]) -> i32 {
        let products = a.iter().zip(b).flat_map(|(a, b)| a.iter().zip(b));
        products.map(|(a, b)| i32::from(*a) * i32::from(*b)).fold(0, i32::wrapping_add)
    }

    pub(super) fn of_eight_floats(a: &[[f32; 8]], b: &[[f32; 8]]) -> f32 {
        let mut sums = [0.0_f32; 8];
        for (a, b) in a.iter().zip(b) {
            sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
        }
        let [a, b, c, d, e, f, g, h] = sums;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}

impl Sample for f32 {
    fn weight(value: f64) -> f32 {
        value as f32
    }

    fn filter(window: &[f32], row: &[f32]) -> f32 {
        let (windows, rest) = window.as_chunks::<8>();
        let (rows, rest_of_row) = row.as_chunks::<8>();
        let rest: f32 = rest.iter().zip(rest_of_row).map(|(s, w)| s * w).sum();
        dot::of_eight_floats(windows, rows) + rest
    }
}

impl<S: Sample> Bank<S> {
    fn new(rate: u32) -> Bank<S> {
        let factor = (f64::from(RATE) * CUTOFF / f64::from(rate)).min(1.0);
        // At most 768 kHz: 1,394 taps.
        let taps = (TAPS / factor).ceil() as usize;
        let centre = (taps - 1) / 2;
        let exact = u64::from(RATE / common_divisor(RATE, rate));
        let phases = if exact <= PHASES { PHASES / exact * exact } else { PHASES };
        let mut rows = Vec::with_capacity(taps * phases as usize);
        let mut row = vec![0.0; taps];
        for phase in 0..phases {
            let shift = phase as f64 / phases as f64;
            for (tap, weight) in row.iter_mut().enumerate() {
                let away = tap as f64 - centre as f64 - shift;
                *weight = sinc(away * factor) * kaiser(2.0 * away / taps as f64);
            }
            let sum: f64 = row.iter().sum();
            rows.extend(row.iter().map(|weight| S::weight(weight / sum)));
        }
        let moved = u64::from(rate) * phases;
        let (whole, rest) = (moved / u64::from(RATE), moved % u64::from(RATE));
        Bank { taps, phases, rows, step: ((whole / phases) as usize, whole % phases, rest) }
    }

    fn row(&self, phase: u64) -> &[S] {
        let start = phase as usize * self.taps;
        self.rows.get(start..start + self.taps).unwrap_or_default()
    }
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

/// The Kaiser window at -1 to 1, not normalised: the sum of each row is.
fn kaiser(x: f64) -> f64 {
    bessel_i0(BETA * (1.0 - x * x).max(0.0).sqrt())
}

/// The modified Bessel function of order 0, by its series.
fn bessel_i0(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        term *= quarter / (n * n);
        sum += term;
        n += 1.0;
    }
    sum
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn resampled<S: Sample>(rate: u32, samples: &[S], piece: usize) -> Vec<S> {
        let mut resampler = Resampler::new(rate);
        let mut out = Vec::new();
        for part in samples.chunks(piece) {
            resampler.feed(part, &mut out);
        }
        out
    }

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<i16> {
        let count = (f64::from(rate) * seconds) as usize;
        let turn = std::f64::consts::TAU * hertz / f64::from(rate);
        (0..count).map(|n| ((turn * n as f64).sin() * 10_000.0) as i16).collect()
    }

    #[test]
    fn the_bessel_function_is_that_of_the_tables() {
        assert!((bessel_i0(1.0) - 1.266_065_877_752_008_4).abs() < 1e-14);
        assert!((bessel_i0(9.0) - 1_093.588_354_511_374_7).abs() < 1e-9);
    }

    #[test]
    fn a_tone_stays_a_tone_and_what_is_above_the_band_goes() {
        for rate in [8_000, 22_050, 44_100, 48_000, 96_000] {
            let out = resampled(rate, &tone(rate, 440.0, 0.5), 4_096);
            let wanted = tone(RATE, 440.0, 0.5);
            assert!(out.len() > 5_300, "{rate}: {}", out.len());
            let worst = out[100..].iter().zip(&wanted[100..]).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst.unwrap() < 60, "{rate}: {worst:?}");
        }
        let out = resampled(44_100, &tone(44_100, 9_000.0, 0.5), 4_096);
        assert!(out[100..].iter().all(|sample| sample.abs() < 20));
    }

    #[test]
    fn floats_and_words_of_16_bits_give_the_same_up_to_rounding() {
        for rate in [8_000, 44_100, 48_000] {
            let tone = tone(rate, 440.0, 0.2);
            let floats: Vec<f32> = tone.iter().map(|s| f32::from(*s)).collect();
            let (a, b) = (resampled(rate, &tone, 999), resampled(rate, &floats, 999));
            assert_eq!(a.len(), b.len());
            assert!(a.iter().zip(&b).all(|(a, b)| (f32::from(*a) - b).abs() < 8.0), "{rate}");
        }
    }

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        let tone = tone(48_000, 300.0, 0.2);
        let whole = resampled(48_000, &tone, usize::MAX);
        for piece in [1, 7, 100, 1_000] {
            assert_eq!(resampled(48_000, &tone, piece), whole);
        }
    }

    #[test]
    fn phases_meet_every_place_exactly_where_they_can() {
        let phases = |rate| Bank::<i16>::new(rate).phases;
        assert_eq!([phases(44_100), phases(48_000), phases(22_050)], [256, 147, 256]);
        assert_eq!(phases(11_024), 256);
    }

    #[test]
    fn one_sample_gives_nothing_and_the_right_rate_everything() {
        assert!(resampled(44_100, &[5_i16], 1).is_empty());
        assert_eq!(resampled(RATE, &[5_i16, -5, 7], 2), [5, -5, 7]);
    }

    #[test]
    fn full_scale_does_not_wrap() {
        let square: Vec<i16> =
            (0..9_000).map(|n| if n / 50 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let out = resampled(44_100, &square, 1_000);
        assert!(out.contains(&i16::MAX) && out.contains(&i16::MIN));
        assert!(out.windows(2).all(|w| w[0].abs_diff(w[1]) < 60_000));
    }
}
