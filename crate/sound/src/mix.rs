//! Decoded samples of any kind to those that are resampled, and those to one channel.
//!
//! As FFmpeg's libswresample does it for `fpcalc`: samples of up to 16 bits stay words, and
//! two channels are resampled apart and then added; all others are floats, of which it makes
//! no difference, and half the work, to mix first. More than two channels are weighted by
//! the layout that their number stands for in a WAV file. Left out: named layouts.

use symphonia::core::audio::sample::Sample;
use symphonia::core::audio::{Audio, AudioBuffer, GenericAudioBufferRef};

/// Some samples of a sound: always of the same kind.
#[derive(Default)]
pub(crate) struct Pcm {
    /// What the samples are.
    pub(crate) kind: Kind,
    /// The only channel of words, or the left one.
    pub(crate) left: Vec<i16>,
    /// The right channel of words.
    pub(crate) right: Vec<i16>,
    /// Floats of one channel.
    pub(crate) floats: Vec<f32>,
}

/// How samples are resampled and mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words of 16 bits, one channel.
    #[default]
    Mono,
    /// Words of 16 bits, two channels.
    Stereo,
    /// Floats, mixed.
    Floats,
}

impl Pcm {
    /// How many samples a channel has.
    pub(crate) fn frames(&self) -> usize {
        match self.kind {
            Kind::Mono | Kind::Stereo => self.left.len(),
            Kind::Floats => self.floats.len(),
        }
    }

    /// Keeps only the frames from the one to the other.
    pub(crate) fn keep(&mut self, from: usize, to: usize) {
        fn cut<T>(samples: &mut Vec<T>, from: usize, to: usize) {
            samples.truncate(to);
            samples.drain(..from.min(samples.len()));
        }
        cut(&mut self.left, from, to);
        cut(&mut self.right, from, to);
        cut(&mut self.floats, from, to);
    }

    fn clear(&mut self) {
        self.left.clear();
        self.right.clear();
        self.floats.clear();
    }

    /// Takes what a decoder made. `bits` are those of the sound: some decoders give 32 for 16.
    pub(crate) fn take(&mut self, decoded: &GenericAudioBufferRef<'_>, bits: u32) {
        use GenericAudioBufferRef as Buffer;
        const WHOLE: f32 = 1.0 / 2_147_483_648.0;
        self.clear();
        match decoded {
            Buffer::U8(b) => self.words(b, |s| (i16::from(s) - 128) << 8),
            Buffer::S8(b) => self.words(b, |s| i16::from(s) << 8),
            Buffer::U16(b) => self.words(b, |s| (s ^ 0x8000).cast_signed()),
            Buffer::S16(b) => self.words(b, |s| s),
            Buffer::S32(b) if bits <= 16 => self.words(b, |s| (s >> 16) as i16),
            Buffer::U24(b) => {
                let signed = |s: u32| (s << 8 ^ 0x8000_0000).cast_signed();
                self.floats(b, |s| signed(s.inner()) as f32 * WHOLE);
            }
            Buffer::S24(b) => self.floats(b, |s| (s.inner() << 8) as f32 * WHOLE),
            Buffer::U32(b) => self.floats(b, |s| (s ^ 0x8000_0000).cast_signed() as f32 * WHOLE),
            Buffer::S32(b) => self.floats(b, |s| s as f32 * WHOLE),
            Buffer::F32(b) => self.floats(b, |s| s),
            Buffer::F64(b) => self.floats(b, |s| s as f32),
        }
    }

    /// Takes floats of several channels that alternate.
    pub(crate) fn take_interleaved(&mut self, samples: &[f32], channels: usize) {
        self.clear();
        self.kind = Kind::Floats;
        let weights = weights(channels);
        let mix = |frame: &[f32]| frame.iter().zip(&weights).map(|(s, w)| s * w).sum::<f32>();
        self.floats.extend(samples.chunks_exact(channels.max(1)).map(mix));
    }

    fn words<S: Sample>(&mut self, buffer: &AudioBuffer<S>, to: impl Fn(S) -> i16) {
        match (buffer.num_planes(), buffer.plane(0), buffer.plane(1)) {
            (1, Some(only), _) => {
                self.kind = Kind::Mono;
                self.left.extend(only.iter().map(|s| to(*s)));
            }
            (2, Some(left), Some(right)) => {
                self.kind = Kind::Stereo;
                self.left.extend(left.iter().map(|s| to(*s)));
                self.right.extend(right.iter().map(|s| to(*s)));
            }
            _ => self.floats(buffer, |s| f32::from(to(s)) / 32_768.0),
        }
    }

    fn floats<S: Sample>(&mut self, buffer: &AudioBuffer<S>, to: impl Fn(S) -> f32) {
        self.kind = Kind::Floats;
        self.floats.resize(buffer.frames(), 0.0);
        for (plane, weight) in buffer.iter_planes().zip(weights(buffer.num_planes())) {
            for (sum, sample) in self.floats.iter_mut().zip(plane) {
                *sum += to(*sample) * weight;
            }
        }
    }
}

/// Two channels of words to one, rounded up.
pub(crate) fn mean(left: i16, right: i16) -> i16 {
    ((i32::from(left) + i32::from(right) + 1) >> 1) as i16
}

/// A float to a word, rounded to even; `as` clamps, and makes nothing of what is no number.
pub(crate) fn round(sample: f32) -> i16 {
    (sample * 32_768.0).round_ties_even() as i16
}

/// What each channel counts for: left and right, centre, low effects, then those around.
fn weights(channels: usize) -> Vec<f32> {
    const FRONT: f32 = std::f32::consts::FRAC_1_SQRT_2;
    const AROUND: f32 = 0.5;
    let layout: &[f32] = match channels {
        3 => &[FRONT, FRONT, 0.0],
        4 => &[FRONT, FRONT, 1.0, AROUND],
        5 => &[FRONT, FRONT, 1.0, AROUND, AROUND],
        6 => &[FRONT, FRONT, 1.0, 0.0, AROUND, AROUND],
        7 => &[FRONT, FRONT, 1.0, 0.0, AROUND, AROUND, AROUND],
        8 => &[FRONT, FRONT, 1.0, 0.0, AROUND, AROUND, AROUND, AROUND],
        _ => return vec![1.0 / channels.max(1) as f32; channels],
    };
    let sum: f32 = layout.iter().sum();
    layout.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_rounded_to_even_and_clamped() {
        let sample = |n: f32| round(n / 32_768.0);
        assert_eq!([sample(0.5), sample(1.5), sample(-2.5)], [0, 2, -2]);
        assert_eq!([round(1.0), round(-1.0), round(7.0)], [i16::MAX, i16::MIN, i16::MAX]);
        assert_eq!([round(f32::NAN), round(f32::NEG_INFINITY)], [0, i16::MIN]);
    }

    #[test]
    fn a_mean_of_two_is_rounded_up() {
        assert_eq!([mean(1, 2), mean(-1, -2), mean(-1, 0)], [2, -1, 0]);
        assert_eq!([mean(i16::MAX, i16::MAX), mean(i16::MIN, i16::MIN)], [i16::MAX, i16::MIN]);
    }

    #[test]
    fn every_layout_weighs_one() {
        for channels in 1..20 {
            let weights = weights(channels);
            assert_eq!(weights.len(), channels);
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        assert!(weights(0).is_empty());
    }
}
