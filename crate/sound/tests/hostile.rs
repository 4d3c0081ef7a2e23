//! Sounds that lie, break off or hold nothing: each is answered, in bounded memory and time.
//!
//! One test in a process of its own, so that its peak of memory, as the allocator counts it, is
//! its own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use peak_alloc::PeakAlloc;
use sayso_core::fingerprint::sound::Heard;
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_core::vocabulary::ProblemCode;
use sayso_sound::playlist;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Seconds that one file may take, compiled for tests.
const SECONDS: f64 = 10.0;
/// Memory beside the file itself.
const MOST: usize = 64 << 20;
/// The same for ten minutes of MP3. The file lies twice in WebAssembly (in the reader and in the
/// module of sounds), and all of it is to stay below 32 MiB.
const MOST_OF_TEN_MINUTES: usize = 8 << 20;

#[test]
fn hostile_sounds_are_answered() {
    let heard = |name: &str, bytes: &[u8]| {
        let heard = listen(name, bytes).unwrap_or_else(|| panic!("{name} is not recognised"));
        assert!(heard.chromaprint.is_some() || !heard.problems.is_empty(), "{name}: silence");
        heard
    };
    let says = |heard: &Heard, code| heard.problems.iter().any(|p| p.code == code);

    let silence = heard("silence", &wav(44_100, 2, 16, &vec![0; 44_100 * 4 * 5]));
    assert!(silence.problems.is_empty() && silence.seconds == 5.0);
    let one = heard("one sample", &wav(44_100, 1, 16, &[1, 2]));
    assert!(says(&one, ProblemCode::Unsupported) && one.audio.is_none());
    heard("no sample", &wav(44_100, 1, 16, &[]));
    heard("384 kHz, 8 channels", &wav(384_000, 8, 32, &noise(384_000 * 8 * 4)));
    heard("no channels", &wav(44_100, 0, 16, &noise(4_000)));
    heard("65,535 channels", &wav(44_100, u16::MAX, 16, &noise(400_000)));
    heard("1 Hz", &wav(1, 1, 8, &noise(4_000)));
    heard("4 GHz", &wav(u32::MAX, 1, 8, &noise(4_000)));

    let mut lie = wav(8_000, 1, 16, &noise(80_000));
    for at in [4, 40] {
        lie[at..at + 4].copy_from_slice(&[0xFF; 4]);
    }
    assert!(heard("4 GB by its header", &lie).chromaprint.is_some());

    // Half an hour and more at the lowest rate: only the ceiling is heard.
    let long = Limits { sound_seconds: 60, ..Limits::DEFAULT };
    let bytes = wav(1_000, 1, 8, &noise(100_000));
    let facts = media::open(&bytes, &long).facts.unwrap();
    let cut = sayso_sound::listen(&bytes, &facts, &long);
    assert!(says(&cut, ProblemCode::OverLimit) && !cut.whole && cut.seconds == 60.0);
    assert_eq!(cut.chromaprint.unwrap().duration_s, 100.0);

    // Tags of 100 MB before and after a little MP3, of which the limit leaves the first only.
    let tag = |size: usize| {
        let digits = [21, 14, 7, 0].map(|shift| (size >> shift & 127) as u8);
        [&b"ID3\x04\0\0"[..], &digits, &vec![0; size]].concat()
    };
    let frame = [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat();
    heard("a tag of 40 MB", &[tag(40 << 20), frame.repeat(200)].concat());
    heard("a tag of 100 MB", &[tag(100 << 20), frame.repeat(200)].concat());
    let plain = heard("no header", &frame.repeat(200));
    assert!(plain.seconds > 5.0 && plain.problems.is_empty());
    // Frames of 128 and of 64 kbit/s, which no header announces.
    let smaller = [&[0xFF, 0xFB, 0x50, 0x00][..], &[0; 204]].concat();
    let varied = heard("VBR without header", &[frame.clone(), smaller].concat().repeat(120));
    assert!((6.0..6.5).contains(&varied.seconds) && varied.problems.is_empty());
    let long = frame.repeat(10 * 60 * 44_100 / 1_152);
    let heard_long = heard("ten minutes", &long);
    assert!(heard_long.seconds > 599.0 && heard_long.problems.is_empty());
    let peak = peak(|| drop(listen("ten minutes", &long)));
    println!("ten minutes of MP3: {} bytes, and {peak} more at most", long.len());
    assert!(peak < MOST_OF_TEN_MINUTES);

    // Playlists of noise, and packets of noise.
    for length in [0, 1, 187, 188, 189, 5_000] {
        let noise = noise(length);
        let list = [b"#EXTM3U\n", noise.as_slice()].concat();
        assert!(playlist::plan(&list).is_some());
        playlist::plan(&[b"<MPD>", noise.as_slice()].concat());
        let mut packets = noise.clone();
        packets.iter_mut().step_by(188).for_each(|byte| *byte = 0x47);
        let _ = playlist::join(&[&packets, &noise]);
    }

    let Some(corpus) = sayso_shelf::at("corpus") else { return };
    let mut files = Vec::new();
    for folder in ["malformed", "audio", "metadata"] {
        gather(&corpus.join(folder), &mut files);
    }
    files.sort();
    let (mut sounds, mut prints) = (0, 0);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        let name = file.display().to_string();
        let Some(heard) = listen(&name, &bytes) else { continue };
        sounds += 1;
        prints += usize::from(heard.chromaprint.is_some());
        assert!(heard.chromaprint.is_some() || !heard.problems.is_empty(), "{name}: silence");
        // The same with its end cut off and with a byte wrong here and there.
        if bytes.len() < 60_000 {
            listen(&name, &bytes[..bytes.len() * 2 / 3]);
            let mut broken = bytes;
            for at in (97..broken.len()).step_by(997) {
                broken[at] ^= 0x5A;
            }
            listen(&name, &broken);
        }
    }
    println!("{sounds} sounds, {prints} with a fingerprint");
    assert!(sounds > 100 && prints > 20);
}

fn listen(name: &str, bytes: &[u8]) -> Option<Heard> {
    let facts = media::open(bytes, &Limits::DEFAULT).facts?;
    if facts.kind == media::MediaKind::Image {
        return None;
    }
    // A decoder's panic is caught; to print its way there would take a hundred MiB.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let start = Instant::now();
    let mut heard = None;
    let more = peak(|| heard = Some(sayso_sound::listen(bytes, &facts, &Limits::DEFAULT)));
    let took = start.elapsed().as_secs_f64();
    std::panic::set_hook(hook);
    assert!(took < SECONDS, "{name} took {took:.1} s");
    assert!(more < MOST, "{name}: {more} bytes more than before");
    heard
}

/// The most bytes that are held at once while something is done, beside those held before.
fn peak(what: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    what();
    MEMORY.peak_usage().saturating_sub(before)
}

fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..count).map(|_| next()).collect()
}

fn wav(rate: u32, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels.wrapping_mul(bits / 8);
    let mut file = b"RIFF".to_vec();
    file.extend((data.len() as u32 + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.wrapping_mul(u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}
