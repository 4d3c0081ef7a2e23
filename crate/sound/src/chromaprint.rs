//! Chromaprint's algorithm 2 ("test2"), which AcoustID and ISCC (ISO 24138) use.
//!
//! Reference: <https://github.com/acoustid/chromaprint> 1.5.1 (MIT), whose numbers these are;
//! <https://oxygene.sk/2011/01/how-does-chromaprint-work/>. Spectra of 4,096 samples, a third
//! apart, are folded into the twelve notes; sixteen filters over sixteen frames of notes give
//! two bits each. Left out: every other algorithm, and the removal of silence.

use std::collections::VecDeque;
use std::f64::consts::PI;

use crate::fft::{Fft, Numbers};
use crate::resample::RATE;

/// Samples of one spectrum.
const FRAME: usize = 4_096;
/// Samples from one spectrum to the next.
const STEP: usize = FRAME / 3;
/// Notes of an octave.
const NOTES: usize = 12;
/// Bins from 28 Hz up to 3,520 Hz are folded.
const LOWEST: usize = 10;
const HIGHEST: usize = 1_308;
/// Weights over five frames of notes.
const SMOOTH: [f64; 5] = [0.25, 0.75, 1.0, 0.75, 0.25];
/// Frames of notes that the widest filter covers.
const WIDTH: usize = 16;
/// Below this length a frame of notes counts as silence.
const SILENCE: f64 = 0.01;

/// Samples at 11,025 Hz to words.
pub(crate) struct Chromaprint {
    fft: Fft,
    window: Vec<f32>,
    /// Which note each bin from [`LOWEST`] on belongs to.
    notes: Vec<usize>,
    /// What turns the halves of a spectrum of pairs into a spectrum, from bin [`LOWEST`] on.
    turns: Vec<(f32, f32)>,
    /// Pairs of samples, and then their spectrum.
    pairs: Numbers,
    samples: Vec<i16>,
    frames: VecDeque<[f64; NOTES]>,
    image: VecDeque<[f64; NOTES]>,
    words: Vec<u32>,
}

impl Chromaprint {
    pub(crate) fn new() -> Chromaprint {
        let window = (0..FRAME).map(|n| {
            let hamming = 0.54 - 0.46 * (2.0 * PI * n as f64 / (FRAME - 1) as f64).cos();
            (hamming / f64::from(i16::MAX)) as f32
        });
        let notes = (LOWEST..HIGHEST).map(|bin| {
            let hertz = bin as f64 * f64::from(RATE) / FRAME as f64;
            let octave = (hertz / (440.0 / 16.0)).log2();
            ((octave - octave.floor()) * NOTES as f64) as usize
        });
        let turns = (LOWEST..HIGHEST).map(|bin| {
            let angle = -2.0 * PI * bin as f64 / FRAME as f64;
            (angle.cos() as f32, angle.sin() as f32)
        });
        Chromaprint {
            fft: Fft::new(),
            window: window.collect(),
            notes: notes.collect(),
            turns: turns.collect(),
            pairs: Numbers::new(),
            samples: Vec::with_capacity(FRAME),
            frames: VecDeque::with_capacity(SMOOTH.len()),
            image: VecDeque::with_capacity(WIDTH),
            words: Vec::new(),
        }
    }

    /// Hears one sample.
    pub(crate) fn feed(&mut self, sample: i16) {
        self.samples.push(sample);
        if self.samples.len() == FRAME {
            let notes = self.notes();
            self.samples.drain(..STEP);
            self.smooth(notes);
        }
    }

    /// Every word so far.
    pub(crate) fn words(self) -> Vec<u32> {
        self.words
    }

    /// The energy of each note. A spectrum of real samples is half as long as one of complex
    /// numbers, so two samples go into one number and are told apart afterwards.
    fn notes(&mut self) -> [f64; NOTES] {
        let samples = self.samples.as_chunks::<2>().0.iter().zip(self.window.as_chunks::<2>().0);
        let pairs = self.pairs.re.iter_mut().zip(&mut self.pairs.im);
        for ((re, im), ([a, b], [first, second])) in pairs.zip(samples) {
            *re = f32::from(*a) * first;
            *im = f32::from(*b) * second;
        }
        self.fft.transform(&mut self.pairs);
        // Bin k is made of the numbers at k and at the same place from the end.
        let Numbers { re, im } = &self.pairs;
        let forth = re.iter().zip(im).skip(LOWEST);
        let back = re.iter().zip(im).rev().skip(LOWEST - 1);
        let mut energy = [0.0; NOTES];
        let bins = forth.zip(back);
        for ((((a_re, a_im), (b_re, b_im)), (cos, sin)), note) in
            bins.zip(&self.turns).zip(&self.notes)
        {
            let (even_re, even_im) = (a_re + b_re, a_im - b_im);
            let (odd_re, odd_im) = (a_im + b_im, b_re - a_re);
            let re = (even_re + odd_re * cos - odd_im * sin) * 0.5;
            let im = (even_im + odd_re * sin + odd_im * cos) * 0.5;
            if let Some(sum) = energy.get_mut(*note) {
                *sum += f64::from(re * re + im * im);
            }
        }
        energy
    }

    fn smooth(&mut self, notes: [f64; NOTES]) {
        self.frames.push_back(notes);
        if self.frames.len() < SMOOTH.len() {
            return;
        }
        let mut mean = [0.0; NOTES];
        for (frame, weight) in self.frames.iter().zip(SMOOTH) {
            for (sum, note) in mean.iter_mut().zip(frame) {
                *sum += note * weight;
            }
        }
        self.frames.pop_front();
        let length = mean.iter().map(|note| note * note).sum::<f64>().sqrt();
        let quiet = length < SILENCE;
        mean.iter_mut().for_each(|note| *note = if quiet { 0.0 } else { *note / length });
        self.image.push_back(mean);
        if self.image.len() == WIDTH {
            let image = Image::of(&self.image);
            self.words.push(FILTERS.iter().fold(0, |word, filter| word << 2 | filter.bits(&image)));
            self.image.pop_front();
        }
    }
}

/// Sums of every rectangle of sixteen frames of notes, from the corner.
struct Image([[f64; NOTES + 1]; WIDTH + 1]);

impl Image {
    fn of(frames: &VecDeque<[f64; NOTES]>) -> Image {
        let mut sums = [[0.0; NOTES + 1]; WIDTH + 1];
        let mut last = [0.0; NOTES + 1];
        for (row, frame) in sums.iter_mut().skip(1).zip(frames) {
            let mut across = 0.0;
            for ((sum, above), note) in row.iter_mut().zip(last).skip(1).zip(frame) {
                across += note;
                *sum = above + across;
            }
            last = *row;
        }
        Image(sums)
    }

    fn corner(&self, x: usize, y: usize) -> f64 {
        self.0.get(x).and_then(|row| row.get(y)).copied().unwrap_or_default()
    }

    /// The sum of the frames from `x` and the notes from `y`, up to the second corner.
    fn area(&self, (x, y): (usize, usize), (to_x, to_y): (usize, usize)) -> f64 {
        self.corner(to_x, to_y) - self.corner(x, to_y) - self.corner(to_x, y) + self.corner(x, y)
    }
}

/// What of its rectangle a filter weighs against the rest of it.
#[derive(Clone, Copy)]
enum Shape {
    /// All, against nothing.
    Whole,
    /// The upper half of the notes.
    Upper,
    /// The later half of the frames.
    Later,
    /// Two opposite quarters.
    Corners,
    /// The middle third of the notes.
    MiddleNotes,
    /// The middle third of the frames.
    MiddleFrames,
}

struct Filter {
    shape: Shape,
    y: usize,
    height: usize,
    width: usize,
    levels: [f64; 3],
}

impl Filter {
    const fn new(shape: Shape, y: usize, height: usize, width: usize, levels: [f64; 3]) -> Filter {
        Filter { shape, y, height, width, levels }
    }

    /// Two bits, neighbouring levels one bit apart.
    fn bits(&self, image: &Image) -> u32 {
        let [low, middle, high] = self.levels;
        match self.value(image) {
            value if value < low => 0b00,
            value if value < middle => 0b01,
            value if value < high => 0b11,
            _ => 0b10,
        }
    }

    fn value(&self, image: &Image) -> f64 {
        let (y, w, top) = (self.y, self.width, self.y + self.height);
        let area = |x, y, to_x, to_y| image.area((x, y), (to_x, to_y));
        let (inside, outside) = match self.shape {
            Shape::Whole => (area(0, y, w, top), 0.0),
            Shape::Upper => {
                let half = y + self.height / 2;
                (area(0, half, w, top), area(0, y, w, half))
            }
            Shape::Later => (area(w / 2, y, w, top), area(0, y, w / 2, top)),
            Shape::Corners => {
                let half = y + self.height / 2;
                let here = area(0, half, w / 2, top) + area(w / 2, y, w, half);
                (here, area(0, y, w / 2, half) + area(w / 2, half, w, top))
            }
            Shape::MiddleNotes => {
                let (one, two) = (y + self.height / 3, y + 2 * (self.height / 3));
                (area(0, one, w, two), area(0, y, w, one) + area(0, two, w, top))
            }
            Shape::MiddleFrames => {
                let (one, two) = (w / 3, 2 * (w / 3));
                (area(one, y, two, top), area(0, y, one, top) + area(two, y, w, top))
            }
        };
        ((1.0 + inside) / (1.0 + outside)).ln()
    }
}

/// The filters of "test2", in the order of their bits.
#[rustfmt::skip]
const FILTERS: [Filter; 16] = [
    Filter::new(Shape::Whole, 4, 3, 15, [1.98215, 2.35817, 2.63523]),
    Filter::new(Shape::MiddleNotes, 4, 6, 15, [-1.03809, -0.651211, -0.282167]),
    Filter::new(Shape::Upper, 0, 4, 16, [-0.298702, 0.119262, 0.558497]),
    Filter::new(Shape::Corners, 8, 2, 12, [-0.105439, 0.0153946, 0.135898]),
    Filter::new(Shape::Corners, 4, 4, 8, [-0.142891, 0.0258736, 0.200632]),
    Filter::new(Shape::MiddleNotes, 0, 3, 5, [-0.826319, -0.590612, -0.368214]),
    Filter::new(Shape::Upper, 2, 2, 9, [-0.557409, -0.233035, 0.0534525]),
    Filter::new(Shape::Later, 7, 3, 4, [-0.0646826, 0.00620476, 0.0784847]),
    Filter::new(Shape::Later, 6, 2, 16, [-0.192387, -0.029699, 0.215855]),
    Filter::new(Shape::Later, 1, 3, 2, [-0.0397818, -0.00568076, 0.0292026]),
    Filter::new(Shape::MiddleFrames, 10, 1, 15, [-0.53823, -0.369934, -0.190235]),
    Filter::new(Shape::Corners, 6, 2, 10, [-0.124877, 0.0296483, 0.139239]),
    Filter::new(Shape::Later, 1, 1, 14, [-0.101475, 0.0225617, 0.231971]),
    Filter::new(Shape::Corners, 5, 6, 4, [-0.0799915, -0.00729616, 0.063262]),
    Filter::new(Shape::Upper, 9, 2, 12, [-0.272556, 0.019424, 0.302559]),
    Filter::new(Shape::Corners, 4, 2, 14, [-0.164292, -0.0321188, 0.0846339]),
];

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn words(samples: impl Iterator<Item = i16>) -> Vec<u32> {
        let mut print = Chromaprint::new();
        samples.for_each(|sample| print.feed(sample));
        print.words()
    }

    #[test]
    fn silence_is_the_word_that_chromaprint_gives_for_it() {
        assert_eq!(words(std::iter::repeat_n(0, 40_000)), [627_964_279; 8]);
    }

    #[test]
    fn the_first_word_needs_twenty_frames() {
        let enough = FRAME + 19 * STEP;
        assert!(words(std::iter::repeat_n(9, enough - 1)).is_empty());
        assert_eq!(words(std::iter::repeat_n(9, enough)).len(), 1);
    }

    #[test]
    fn a_tone_falls_on_its_note() {
        let mut print = Chromaprint::new();
        let turn = 2.0 * PI * 440.0 / f64::from(RATE);
        print.samples = (0..FRAME).map(|n| ((turn * n as f64).sin() * 9_000.0) as i16).collect();
        let notes = print.notes();
        let rest: f64 = notes.iter().sum::<f64>() - notes[0] - notes[11];
        assert!(notes[0] + notes[11] > 100.0 * rest, "{notes:?}");
    }

    #[test]
    fn bins_are_those_from_28_to_3520_hertz() {
        let bin = |hertz: f64| (FRAME as f64 * hertz / f64::from(RATE)).round() as usize;
        assert_eq!((bin(28.0), bin(3_520.0)), (LOWEST, HIGHEST));
    }
}
