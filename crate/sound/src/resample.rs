//! Any rate to 11,025 Hz, with the rounding that Chromaprint's words depend on.
//!
//! A polyphase filter: a sinc at 0.8 of the lower band's edge, sixteen taps (more when the
//! rate goes down) under a Kaiser window with β = 9, 256 phases, coefficients and samples of
//! 16 bits. These are the parameters with which Chromaprint asks FFmpeg's libavcodec for its
//! samples; written from them alone, and checked word for word against `fpcalc`.

/// The rate at which Chromaprint listens.
pub(crate) const RATE: u32 = 11_025;

const PHASES: u64 = 256;
const TAPS: f64 = 16.0;
const CUTOFF: f64 = 0.8;
const BETA: f64 = 9.0;
/// 1.0 as a coefficient.
const ONE: f64 = 32_768.0;

/// Chromaprint resamples in pieces of so many samples, and takes no more than that from one.
/// When the rate goes up, the end of a sound is lost to this; and so it must be here.
const PIECE: usize = 32_768;

/// Samples of one rate in, samples at [`RATE`] out.
pub(crate) struct Resampler {
    /// None where the rate is right already.
    bank: Option<Bank>,
    /// Samples that a coming output still needs.
    kept: Vec<i16>,
    /// Before the start lies the start, mirrored.
    mirrored: bool,
    /// Of the next output: its first tap's place in `kept`, then 1/256ths of a sample, then
    /// `RATE`ths of those.
    at: usize,
    phase: u64,
    rest: u64,
}

struct Bank {
    taps: usize,
    /// One row of coefficients for each phase.
    rows: Vec<i16>,
    /// How far the place moves for each output: samples, phases, rests.
    step: (usize, u64, u64),
}

impl Resampler {
    pub(crate) fn new(rate: u32) -> Resampler {
        let bank = (rate != RATE).then(|| Bank::new(rate));
        Resampler { bank, kept: Vec::new(), mirrored: false, at: 0, phase: 0, rest: 0 }
    }

    /// Takes samples, and hands on outputs as they get due.
    pub(crate) fn feed(&mut self, mut samples: &[i16], mut out: impl FnMut(i16)) {
        if self.bank.is_none() {
            samples.iter().for_each(|sample| out(*sample));
            return;
        }
        while let Some((now, later)) = samples.split_at_checked(PIECE - self.kept.len()) {
            self.kept.extend_from_slice(now);
            self.run(&mut out);
            samples = later;
        }
        self.kept.extend_from_slice(samples);
    }

    /// Hands on what is left; the tail that the filter cannot reach is lost.
    pub(crate) fn finish(&mut self, mut out: impl FnMut(i16)) {
        self.run(&mut out);
    }

    fn run(&mut self, out: &mut impl FnMut(i16)) {
        let Some(bank) = &self.bank else { return };
        if !self.mirrored {
            // The first output is centred on the first sample.
            let before = (bank.taps - 1) / 2;
            if self.kept.len() <= before {
                return;
            }
            let mirror: Vec<i16> = self.kept.iter().skip(1).take(before).rev().copied().collect();
            self.kept.splice(0..0, mirror);
            self.mirrored = true;
        }
        for _ in 0..PIECE {
            let Some(window) = self.kept.get(self.at..self.at + bank.taps) else { break };
            out(filter(window, bank.row(self.phase)));
            self.at += bank.step.0;
            self.phase += bank.step.1;
            self.rest += bank.step.2;
            if self.rest >= u64::from(RATE) {
                self.rest -= u64::from(RATE);
                self.phase += 1;
            }
            if self.phase >= PHASES {
                self.phase -= PHASES;
                self.at += 1;
            }
        }
        let done = self.at.min(self.kept.len());
        self.kept.drain(..done);
        self.at -= done;
    }
}

/// The sum of the products, rounded to the nearest.
fn filter(window: &[i16], row: &[i16]) -> i16 {
    let sum = window
        .iter()
        .zip(row)
        .map(|(sample, weight)| i32::from(*sample) * i32::from(*weight))
        .fold(0_i32, i32::wrapping_add);
    (sum.wrapping_add(1 << 14) >> 15).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

impl Bank {
    fn new(rate: u32) -> Bank {
        let factor = (f64::from(RATE) * CUTOFF / f64::from(rate)).min(1.0);
        // At most 768 kHz: 1,394 taps.
        let taps = (TAPS / factor).ceil() as usize;
        let centre = (taps - 1) / 2;
        let mut rows = Vec::with_capacity(taps * PHASES as usize);
        let mut row = vec![0.0; taps];
        for phase in 0..PHASES {
            let shift = phase as f64 / PHASES as f64;
            for (tap, weight) in row.iter_mut().enumerate() {
                let away = tap as f64 - centre as f64 - shift;
                *weight = sinc(away * factor) * kaiser(2.0 * away / taps as f64);
            }
            let sum: f64 = row.iter().sum();
            rows.extend(row.iter().map(|weight| {
                let scaled = (weight * ONE / sum).round_ties_even();
                scaled.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
            }));
        }
        let moved = u64::from(rate) * PHASES;
        let (phases, rests) = (moved / u64::from(RATE), moved % u64::from(RATE));
        Bank { taps, rows, step: ((phases / PHASES) as usize, phases % PHASES, rests) }
    }

    fn row(&self, phase: u64) -> &[i16] {
        let start = phase as usize * self.taps;
        self.rows.get(start..start + self.taps).unwrap_or_default()
    }
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

    fn resampled(rate: u32, samples: &[i16], piece: usize) -> Vec<i16> {
        let mut resampler = Resampler::new(rate);
        let mut out = Vec::new();
        for part in samples.chunks(piece) {
            resampler.feed(part, |sample| out.push(sample));
        }
        resampler.finish(|sample| out.push(sample));
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
    fn the_size_of_the_pieces_does_not_matter() {
        let tone = tone(48_000, 300.0, 0.2);
        let whole = resampled(48_000, &tone, usize::MAX);
        for piece in [1, 7, 100, 1_000] {
            assert_eq!(resampled(48_000, &tone, piece), whole);
        }
    }

    #[test]
    fn of_a_low_rate_the_end_is_lost_as_in_chromaprint() {
        // Two full pieces, and a third that gives no more than a piece.
        assert_eq!(resampled(8_000, &vec![1; 80_000], 4_096).len(), 3 * PIECE);
    }

    #[test]
    fn one_sample_gives_nothing_and_the_right_rate_everything() {
        assert!(resampled(44_100, &[5], 1).is_empty());
        assert_eq!(resampled(RATE, &[5, -5, 7], 2), [5, -5, 7]);
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
