//! From the bytes of a sound to what it is known by: Chromaprint and ISCC Audio-Code.
//!
//! A crate of its own because its decoders are as large as the whole core: the browser loads
//! it only for pages with sound. Pure like the core: bytes in, [`Heard`] out. Samples stream
//! through in small pieces, so memory does not grow with the length of the sound:
//!
//! ```text
//! bytes ─ decode ─▶ samples ─ resample ─▶ 11,025 Hz ─ mix ─▶ one channel ─ chromaprint ─▶ words
//! ```
//!
//! Every step rounds as `fpcalc` 1.5.1 with FFmpeg does (<https://acoustid.org/chromaprint>),
//! so that the words are those that others have. The decoders are others' work and may panic
//! on hostile bytes: in the browser that costs a worker, elsewhere it is caught here, and
//! costs what was not yet heard.

mod chromaprint;
mod decode;
mod fft;
mod mix;
mod mpeg;
mod opus;
pub mod playlist;
mod priming;
mod resample;
mod ts;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sayso_core::fingerprint::sound::Heard;
use sayso_core::limits::Limits;
use sayso_core::media::MediaFacts;
use sayso_core::vocabulary::{Problem, ProblemCode};

use crate::chromaprint::Chromaprint;
use crate::mix::{Kind, Pcm, mean, round};
use crate::resample::Resampler;

/// Listens to the first sound track of a file: to all of it, or to as much as the limits allow.
pub fn listen(bytes: &[u8], facts: &MediaFacts, limits: &Limits) -> Heard {
    let bytes = bytes.get(..limits.file_bytes).unwrap_or(bytes);
    let mut ear = Ear::new(limits.sound_seconds);
    // What the ear has heard before a panic is whole samples, so nothing is left half done.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode::decode(bytes, &facts.format, &mut ear)));
    let fault = decoded.unwrap_or_else(|_| Err(broken())).err();
    let seconds = ear.seconds();
    let whole = fault.is_none() && !ear.full();
    let length = facts.duration_s.filter(|_| !whole).unwrap_or(seconds);
    let mut problems: Vec<Problem> = ear.remark.take().into_iter().chain(fault).collect();
    if ear.full() {
        let message = format!("only the first {} minutes were listened to", ear.most_seconds / 60);
        problems.push(Problem::new(ProblemCode::OverLimit, PLACE, message));
    }
    let words = ear.words();
    if words.is_empty() && problems.is_empty() {
        // 23 frames of 4,096 samples, a third apart, are needed for the first word.
        let message =
            format!("{seconds:.2} seconds of sound are too short for an acoustic fingerprint");
        problems.push(Problem::new(ProblemCode::Unsupported, PLACE, message));
    }
    Heard { problems, ..Heard::of(&words, seconds, whole, length) }
}

fn broken() -> Problem {
    Problem::new(ProblemCode::Malformed, PLACE, "the decoder stopped at bytes it cannot bear")
}

/// Takes decoded samples and remembers only what they sound like.
pub(crate) struct Ear {
    most_seconds: u32,
    rate: u32,
    kind: Kind,
    frames: u64,
    most_frames: u64,
    left: Resampler<i16>,
    right: Resampler<i16>,
    floats: Resampler<f32>,
    /// Resampled, on the way to be mixed.
    heard: Pcm,
    chromaprint: Chromaprint,
    /// What is to be known of sound that was heard to its end.
    remark: Option<Problem>,
}

impl Ear {
    fn new(most_seconds: u32) -> Ear {
        Ear {
            most_seconds,
            rate: 0,
            kind: Kind::default(),
            frames: 0,
            most_frames: u64::MAX,
            left: Resampler::new(resample::RATE),
            right: Resampler::new(resample::RATE),
            floats: Resampler::new(resample::RATE),
            heard: Pcm::default(),
            chromaprint: Chromaprint::new(),
            remark: None,
        }
    }

    /// Notes what is to be known of all samples to come.
    pub(crate) fn remark(&mut self, remark: Problem) {
        self.remark = Some(remark);
    }

    /// Sets what all samples to come are; false when that cannot be heard, or not after
    /// what came before.
    pub(crate) fn tune(&mut self, rate: u32, kind: Kind) -> bool {
        if self.rate == rate && self.kind == kind {
            return true;
        }
        if self.rate != 0 || !RATES.contains(&rate) {
            return false;
        }
        self.rate = rate;
        self.kind = kind;
        self.most_frames = u64::from(rate) * u64::from(self.most_seconds);
        match kind {
            Kind::Mono => self.left = Resampler::new(rate),
            Kind::Stereo => {
                self.left = Resampler::new(rate);
                self.right = Resampler::new(rate);
            }
            Kind::Floats => self.floats = Resampler::new(rate),
        }
        true
    }

    /// Hears the next samples; false when it has heard enough.
    pub(crate) fn hear(&mut self, pcm: &mut Pcm) -> bool {
        let left = usize::try_from(self.most_frames - self.frames).unwrap_or(usize::MAX);
        pcm.keep(0, left);
        self.frames += pcm.frames() as u64;
        let (heard, print) = (&mut self.heard, &mut self.chromaprint);
        heard.keep(usize::MAX, 0);
        match self.kind {
            Kind::Mono => {
                self.left.feed(&pcm.left, &mut heard.left);
                heard.left.iter().for_each(|sample| print.feed(*sample));
            }
            Kind::Stereo => {
                self.left.feed(&pcm.left, &mut heard.left);
                self.right.feed(&pcm.right, &mut heard.right);
                let both = heard.left.iter().zip(&heard.right);
                both.for_each(|(left, right)| print.feed(mean(*left, *right)));
            }
            Kind::Floats => {
                self.floats.feed(&pcm.floats, &mut heard.floats);
                heard.floats.iter().for_each(|sample| print.feed(round(*sample)));
            }
        }
        !self.full()
    }

    fn full(&self) -> bool {
        self.frames >= self.most_frames
    }

    fn seconds(&self) -> f64 {
        self.frames as f64 / f64::from(self.rate.max(1))
    }

    fn words(self) -> Vec<u32> {
        self.chromaprint.words()
    }
}

/// The place of every problem with samples: what stands beside them may be sound.
pub(crate) const PLACE: &str = "sound data";

/// Below is no voice, above no recorder.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
