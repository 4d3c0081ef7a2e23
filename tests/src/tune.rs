//! A short tune for plucked strings, so that the gallery has something to hear.
//!
//! Karplus and Strong, "Digital synthesis of plucked-string and drum timbres"
//! (1983), with Schroeder's reverberator (1962). Written as a WAV of 16-bit mono
//! samples (Microsoft RIFF, `fmt ` tag 1).

use crate::art::Dice;

/// Samples a second.
pub const RATE: u32 = 44_100;

/// A beat in seconds; three make a bar.
const BEAT: f32 = 0.46;

/// Harmony by bars: four strings to play in turn, as MIDI notes.
const HARMONY: [[u8; 4]; 12] = [
    [45, 57, 60, 64], // A minor
    [41, 57, 60, 65], // F
    [48, 55, 60, 64], // C
    [43, 55, 59, 62], // G
    [45, 57, 60, 64],
    [38, 57, 62, 65], // D minor
    [40, 56, 59, 64], // E
    [45, 57, 60, 64],
    [41, 57, 60, 65],
    [48, 55, 60, 64],
    [40, 56, 59, 62],
    [45, 57, 60, 64],
];

/// The voice above it: beat from the start, note, strength.
const MELODY: [(f32, u8, f32); 32] = [
    (0.0, 76, 0.9),
    (1.5, 74, 0.6),
    (2.0, 72, 0.8),
    (3.0, 69, 0.9),
    (5.0, 72, 0.6),
    (6.0, 76, 0.9),
    (7.5, 77, 0.6),
    (8.0, 79, 0.8),
    (9.0, 74, 1.0),
    (11.0, 71, 0.5),
    (12.0, 72, 0.9),
    (13.5, 71, 0.6),
    (14.0, 69, 0.8),
    (15.0, 77, 1.0),
    (16.5, 76, 0.7),
    (17.0, 74, 0.7),
    (18.0, 76, 0.9),
    (19.5, 71, 0.6),
    (20.0, 68, 0.8),
    (21.0, 69, 1.0),
    (23.0, 72, 0.5),
    (24.0, 81, 0.9),
    (25.5, 79, 0.6),
    (26.0, 77, 0.7),
    (27.0, 76, 0.9),
    (28.5, 74, 0.6),
    (29.0, 72, 0.8),
    (30.0, 71, 0.9),
    (31.5, 74, 0.6),
    (32.0, 71, 0.7),
    (33.0, 69, 1.0),
    (34.5, 64, 0.5),
];

/// The tune as a WAV file.
pub fn wav() -> Vec<u8> {
    let samples = play();
    let data = samples.len() as u32 * 2;
    let mut out = Vec::with_capacity(44 + data as usize);
    out.extend(b"RIFF");
    out.extend((36 + data).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16u32.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(1u16.to_le_bytes());
    out.extend(RATE.to_le_bytes());
    out.extend((RATE * 2).to_le_bytes());
    out.extend(2u16.to_le_bytes());
    out.extend(16u16.to_le_bytes());
    out.extend(b"data");
    out.extend(data.to_le_bytes());
    for s in samples {
        out.extend(((s * 32_767.0) as i16).to_le_bytes());
    }
    out
}

/// The samples, from -1 to 1.
fn play() -> Vec<f32> {
    let seconds = HARMONY.len() as f32 * 3.0 * BEAT + 4.5;
    let mut dry = vec![0.0f32; (seconds * RATE as f32) as usize];
    let mut dice = Dice(1962);
    for (bar, strings) in HARMONY.iter().enumerate() {
        // Bass, then a broken chord in eighths.
        for (eighth, string) in [0usize, 1, 2, 3, 2, 1].into_iter().enumerate() {
            let late = dice.between(0.0, 0.012);
            let at = (bar as f32 * 3.0 + eighth as f32 * 0.5) * BEAT + late;
            let strength = if eighth == 0 { 0.62 } else { 0.27 };
            pluck(&mut dry, &mut dice, at, strings[string], strength, 0.34);
        }
    }
    for (beat, note, strength) in MELODY {
        pluck(&mut dry, &mut dice, beat * BEAT + 0.008, note, strength * 0.55, 0.55);
    }
    let end = (HARMONY.len() as f32 * 3.0) * BEAT;
    for (i, note) in [45, 57, 64, 69, 72].into_iter().enumerate() {
        pluck(&mut dry, &mut dice, end + i as f32 * 0.06, note, 0.42, 0.4);
    }
    let mut wet = reverberate(&dry);
    let peak = wet.iter().fold(0.0f32, |m, s| m.max(s.abs())).max(1e-6);
    let fade = RATE as usize;
    let length = wet.len();
    for (i, s) in wet.iter_mut().enumerate() {
        let tail = ((length - i) as f32 / fade as f32).min(1.0);
        *s *= 0.82 / peak * tail;
    }
    wet
}

/// One string: a burst of noise that goes round in a loop and loses its edges.
fn pluck(into: &mut [f32], dice: &mut Dice, at: f32, note: u8, strength: f32, bright: f32) {
    let pitch = 440.0 * 2f32.powf((f32::from(note) - 69.0) / 12.0);
    let period = RATE as f32 / pitch - 0.5;
    let (whole, part) = (period.floor() as usize, period.fract());
    let mut string: Vec<f32> = (0..=whole).map(|_| dice.between(-1.0, 1.0)).collect();
    // A soft fingertip: the burst is dull to begin with.
    for _ in 0..2 {
        let mut before = 0.0;
        for s in string.iter_mut() {
            before += (*s - before) * bright;
            *s = before;
        }
    }
    let start = (at * RATE as f32) as usize;
    let keep = 0.5f32.powf(1.0 / (pitch * 1.25)).min(0.9995);
    let (mut i, mut older) = (0, 0.0);
    for (n, out) in into.iter_mut().skip(start).take(RATE as usize * 4).enumerate() {
        let size = string.len();
        let (here, next) = (string[i], string[(i + 1) % size]);
        let value = here + (next - here) * (1.0 - part);
        let attack = (n as f32 / 90.0).min(1.0);
        *out += value * strength * attack;
        string[i] = (value + older) * 0.5 * keep;
        older = value;
        i = (i + 1) % size;
    }
}

fn reverberate(dry: &[f32]) -> Vec<f32> {
    let mut room = vec![0.0f32; dry.len()];
    for (delay, gain) in [(1557usize, 0.80f32), (1617, 0.79), (1491, 0.81), (1422, 0.82)] {
        let mut line = vec![0.0f32; delay];
        let mut dull = 0.0;
        for (n, s) in dry.iter().enumerate() {
            let back = line[n % delay];
            dull += (back - dull) * 0.55;
            line[n % delay] = s + dull * gain;
            room[n] += back * 0.25;
        }
    }
    for (delay, gain) in [(225usize, 0.5f32), (556, 0.5)] {
        let mut line = vec![0.0f32; delay];
        for s in room.iter_mut() {
            let slot = line[0];
            let value = *s + slot * gain;
            line.rotate_left(1);
            line[delay - 1] = value;
            *s = slot - value * gain;
        }
    }
    dry.iter().zip(&room).map(|(d, r)| d * 0.78 + r * 0.42).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tune_is_heard_for_twenty_seconds_and_does_not_clip() {
        let samples = play();
        assert!((18.0..30.0).contains(&(samples.len() as f32 / RATE as f32)));
        assert!(samples.iter().all(|s| s.abs() < 0.99));
        for second in samples.chunks(RATE as usize).take(16) {
            let power = second.iter().map(|s| s * s).sum::<f32>() / second.len() as f32;
            assert!(power > 1e-4, "there is no second of silence in the middle");
        }
    }
}
