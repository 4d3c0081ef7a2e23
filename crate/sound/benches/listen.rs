//! How fast we listen, beside `fpcalc` in the same run: times real time, and the ratio.
//!
//! `cargo bench -p sayso-sound [FILE …]`. Without files, three minutes of made music are
//! encoded with FFmpeg; where that or `fpcalc` is missing, only what is there is measured. The
//! least of five runs counts. Left out: WebAssembly, which `cargo xtask bench` weighs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use sayso_core::limits::Limits;
use sayso_core::media;

const RUNS: usize = 5;
const SECONDS: usize = 180;
const RATE: usize = 44_100;

fn main() {
    // Cargo gives words of its own, which begin with a dash.
    let named = std::env::args().skip(1).filter(|word| !word.starts_with('-'));
    let mut files: Vec<PathBuf> = named.map(PathBuf::from).collect();
    let folder = std::env::temp_dir().join(format!("sayso-listen-{}", std::process::id()));
    if files.is_empty() {
        fs::create_dir_all(&folder).unwrap();
        files = made(&folder);
    }
    println!("{:24} {:>10} {:>10} {:>7}", "file", "ours", "fpcalc", "ratio");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let facts = media::open(&bytes, &Limits::DEFAULT).facts.unwrap();
        let heard = sayso_sound::listen(&bytes, &facts, &Limits::DEFAULT);
        let ours = least(|| {
            sayso_sound::listen(&bytes, &facts, &Limits::DEFAULT);
            true
        });
        let theirs = least(|| {
            let mut fpcalc = Command::new("fpcalc");
            fpcalc.args(["-length", "0"]).arg(file).stdout(Stdio::null());
            fpcalc.status().is_ok_and(|s| s.success())
        });
        let times = |took: Option<f64>| took.map(|took| heard.seconds / took);
        let shown = |n: Option<f64>| n.map_or("-".to_string(), |n| format!("{n:.0} x"));
        let ratio = ours.zip(theirs).map_or("-".to_string(), |(a, b)| format!("{:.2}", b / a));
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:24} {:>10} {:>10} {ratio:>7}", shown(times(ours)), shown(times(theirs)));
    }
    let _ = fs::remove_dir_all(folder);
}

/// The least of some runs in seconds; nothing when one fails.
fn least(mut run: impl FnMut() -> bool) -> Option<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..RUNS {
        let start = Instant::now();
        if !run() {
            return None;
        }
        best = best.min(start.elapsed().as_secs_f64());
    }
    Some(best)
}

/// Chords that change, with a little noise, as WAV and in the forms that FFmpeg gives.
fn made(folder: &Path) -> Vec<PathBuf> {
    let mut state = 1_u32;
    let mut samples = Vec::with_capacity(SECONDS * RATE * 4);
    for n in 0..SECONDS * RATE {
        let (second, beat) = (n as f64 / RATE as f64, n / (RATE / 2));
        let mut sum = 0.0;
        for voice in 0..4 {
            let step = (beat * 7 + voice * 4) % 24;
            let pitch = 110.0 * 2_f64.powf(step as f64 / 12.0);
            sum += (std::f64::consts::TAU * pitch * second).sin();
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(state >> 16) / 65_536.0 - 0.5;
        for side in [0.9, 1.0] {
            let sample = ((sum * 5_000.0 + noise * 800.0) * side) as i16;
            samples.extend(sample.to_le_bytes());
        }
    }
    let size = samples.len() as u32;
    let mut wav = b"RIFF".to_vec();
    wav.extend((size + 36).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    wav.extend((RATE as u32).to_le_bytes());
    wav.extend((RATE as u32 * 4).to_le_bytes());
    wav.extend(b"\x04\0\x10\0data");
    wav.extend(size.to_le_bytes());
    wav.extend(samples);
    let source = folder.join("pcm.wav");
    fs::write(&source, wav).unwrap();
    let forms = ["mp3.mp3", "flac.flac", "vorbis.ogg", "opus.opus", "aac.m4a"];
    let encoded = forms.into_iter().filter_map(|name| {
        let path = folder.join(name);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(&source).arg(&path);
        ffmpeg.status().is_ok_and(|s| s.success()).then_some(path)
    });
    let encoded: Vec<PathBuf> = encoded.collect();
    std::iter::once(source).chain(encoded).collect()
}
