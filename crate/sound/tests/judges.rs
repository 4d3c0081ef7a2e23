//! What we hear against what others hear: `fpcalc` 1.5.1, and the codes that iscc-lib made of it.
//!
//! The vectors and files lie beside the repository (`../shared`, or `$SAYSO_SHARED`) and never
//! in it. Where they, `fpcalc` or `ffmpeg` are missing, these tests say so and pass. Sounds are
//! made here, so that every rate and number of channels is met.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sayso_core::fingerprint::iscc;
use sayso_core::fingerprint::sound::{Heard, compare_words, expand};
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_core::vocabulary::ProblemCode;
use sayso_sound::playlist;
use serde_json::Value;

/// Share of words that must be equal where no lossy decoder comes between.
const EQUAL: f64 = 0.995;

#[test]
fn the_published_vectors_are_met() {
    let Some(folder) = sayso_shelf::at("conformance") else { return };
    let vectors = fs::read_to_string(folder.join("iscc/audio-chromaprint.json")).unwrap();
    let vectors: Value = serde_json::from_str(&vectors).unwrap();
    println!("file, words, equal, bits of 64 and 256 that differ");
    for case in vectors["cases"].as_array().unwrap() {
        let name = case["file"].as_str().unwrap();
        let heard = listen(&fs::read(folder.join(name)).unwrap());
        let theirs = case["fingerprint_raw_signed"].as_array().unwrap().iter();
        let theirs: Vec<u32> = theirs.map(|word| word.as_i64().unwrap() as u32).collect();
        let equal = equal(&words(&heard), &theirs);
        let short = distance(&heard.audio, case["audio_code_64"].as_str().unwrap());
        let long = distance(&heard.audio_256, case["audio_code_256"].as_str().unwrap());
        println!("{name}, {}, {:.2} %, {short}, {long}", theirs.len(), equal * 100.0);
        assert!(short <= 2, "{name}");
        if name.ends_with(".wav") {
            assert_eq!(words(&heard), theirs);
            let compressed = case["fingerprint_compressed"].as_str().unwrap();
            assert_eq!(heard.chromaprint.unwrap().compressed, compressed);
            assert_eq!(long, 0);
        }
    }
}

#[test]
fn every_rate_and_number_of_channels_is_heard_as_fpcalc_hears_it() {
    if !there("fpcalc") {
        return;
    }
    let folder = Folder::new("rates");
    let mut all = Tally::default();
    println!("rate, channels, words, equal");
    for rate in [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000, 384_000] {
        for channels in [1, 2, 3, 6, 8] {
            if rate * channels > 400_000 {
                continue;
            }
            let file = wav(&melody(rate, channels, 12.0), rate, channels);
            let path = folder.write("sound.wav", &file);
            let (ours, theirs) = (words(&listen(&file)), fpcalc(&path).unwrap());
            let equal = equal(&ours, &theirs);
            println!("{rate}, {channels}, {}, {:.2} %", theirs.len(), equal * 100.0);
            // One word of 75 is one bit at the threshold of a filter.
            assert!(theirs.len() > 50 && equal >= 0.98, "{rate} Hz, {channels} channels");
            all.add(&ours, &theirs);
        }
    }
    all.is_enough();
}

#[test]
fn quiet_sounds_are_rounded_as_fpcalc_rounds_them() {
    if !there("fpcalc") {
        return;
    }
    let folder = Folder::new("quiet");
    let mut all = Tally::default();
    for rate in [11_025, 22_050, 44_100, 48_000] {
        for channels in [1, 2] {
            // A few steps of the 65,536: every rounding moves bits.
            let samples: Vec<i16> =
                melody(rate, channels, 12.0).iter().map(|sample| sample / 600).collect();
            let file = wav(&samples, rate, channels);
            let path = folder.write("quiet.wav", &file);
            all.add(&words(&listen(&file)), &fpcalc(&path).unwrap());
        }
    }
    all.is_enough();
}

#[test]
fn every_codec_is_heard_as_fpcalc_hears_it() {
    if !there("fpcalc") || !there("ffmpeg") {
        return;
    }
    let folder = Folder::new("codecs");
    // Name, arguments, and whether every sample comes back.
    let codecs: [(&str, &[&str], bool); 18] = [
        ("16.flac", &[], true),
        ("24.flac", &["-sample_fmt", "s32", "-af", "volume=0.37"], true),
        ("24.wav", &["-c:a", "pcm_s24le", "-af", "volume=0.37"], true),
        ("32.wav", &["-c:a", "pcm_s32le", "-af", "volume=0.37"], true),
        ("float.wav", &["-c:a", "pcm_f32le", "-af", "volume=0.37"], true),
        ("double.wav", &["-c:a", "pcm_f64le", "-af", "volume=0.37"], true),
        ("8.wav", &["-c:a", "pcm_u8"], true),
        ("mulaw.wav", &["-c:a", "pcm_mulaw"], true),
        ("16.aiff", &[], true),
        ("alac.m4a", &["-c:a", "alac"], true),
        ("lame.mp3", &["-b:a", "128k"], false),
        ("no-header.mp3", &["-b:a", "96k", "-write_xing", "0"], false),
        ("vbr.mp3", &["-q:a", "4"], false),
        ("vorbis.ogg", &["-c:a", "libvorbis"], false),
        ("opus.opus", &["-c:a", "libopus", "-b:a", "64k"], false),
        ("opus.webm", &["-c:a", "libopus", "-b:a", "64k"], false),
        ("aac.m4a", &["-c:a", "aac"], false),
        ("aac.aac", &["-c:a", "aac"], false),
    ];
    let mut all = Tally::default();
    println!("file, rate, words, equal, bits of 64 and 256 that differ");
    for rate in [44_100, 48_000, 22_050] {
        let source = folder.write("source.wav", &wav(&melody(rate, 2, 20.0), rate, 2));
        for (name, arguments, exact) in codecs {
            let path = folder.0.join(name);
            let mut ffmpeg = Command::new("ffmpeg");
            ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(&source).args(arguments);
            assert!(ffmpeg.arg(&path).status().unwrap().success(), "{name}");
            let heard = listen(&fs::read(&path).unwrap());
            let theirs = fpcalc(&path).unwrap();
            let equal = equal(&words(&heard), &theirs);
            let code = |bits| iscc::of_words(&theirs, bits).unwrap();
            let short = distance(&heard.audio, &code(64));
            let long = distance(&heard.audio_256, &code(256));
            let words = theirs.len();
            println!("{name}, {rate}, {words}, {:.2} %, {short}, {long}", equal * 100.0);
            assert!(heard.problems.is_empty(), "{name}: {:?}", heard.problems);
            assert!(short <= 2, "{name}: {short} of 64");
            if exact {
                all.add(&self::words(&heard), &theirs);
            }
        }
    }
    all.is_enough();
}

/// Of AAC with a reconstructed upper band (14496-3, 4.6.18) the lower band is heard; `fpcalc` hears
/// both. What an encoder of the field makes is near enough to be found by, and is remarked on.
#[test]
fn of_high_efficiency_aac_the_lower_band_is_heard_and_it_is_said() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let package = top.join("target/tools/node_modules/@ffmpeg/core-st");
    if !package.is_dir() {
        println!("skipped: there is no {}", package.display());
        return;
    }
    if !there("fpcalc") {
        return;
    }
    let folder = Folder::new("he-aac");
    let source = folder.write("source.wav", &wav(&melody(44_100, 2, 20.0), 44_100, 2));
    println!("file, words, equal, share of bits that differ, bits of 64");
    for (name, profile, bitrate) in [
        ("he.m4a", "aac_he", "48k"),
        ("he-v2.m4a", "aac_he_v2", "32k"),
        ("he.aac", "aac_he", "48k"),
        ("he-v2.aac", "aac_he_v2", "32k"),
    ] {
        let path = folder.0.join(name);
        let mut encode = Command::new("node");
        encode.arg(top.join("tests/encoders/he-aac.cjs")).args([&package, &source, &path]);
        assert!(encode.args([profile, bitrate]).status().unwrap().success(), "{name}");
        let heard = listen(&fs::read(&path).unwrap());
        let theirs = fpcalc(&path).unwrap();
        let (short, found) = (
            distance(&heard.audio, &iscc::of_words(&theirs, 64).unwrap()),
            compare_words(&words(&heard), &theirs).unwrap(),
        );
        let share = f64::from(found.distance) / f64::from(found.bits);
        let equal = equal(&words(&heard), &theirs) * 100.0;
        println!("{name}, {}, {equal:.2} %, {share:.3}, {short}", theirs.len());
        assert!(found.sure && (19.5..20.5).contains(&heard.seconds), "{name}: {}", heard.seconds);
        // In a bare stream nothing says that there is an upper band.
        let said = heard.problems.iter().any(|p| p.message.contains("HE-AAC"));
        assert_eq!(said, name.ends_with("m4a"), "{name}: {:?}", heard.problems);
    }
}

#[test]
fn codecs_that_are_not_decoded_are_named() {
    if !there("ffmpeg") {
        return;
    }
    let folder = Folder::new("unheard");
    let source = folder.write("source.wav", &wav(&melody(48_000, 2, 5.0), 48_000, 2));
    for (name, codec, said) in [
        ("ac3.mp4", "ac3", "AC-3"),
        ("eac3.mp4", "eac3", "E-AC-3"),
        ("ac3.mka", "ac3", "AC-3"),
        ("dts.mka", "dca", "DTS"),
        ("wma.mka", "wmav2", "no sound track of a known kind"),
    ] {
        let path = folder.0.join(name);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(&source).args(["-c:a", codec]);
        ffmpeg.args(["-strict", "-2"]).arg(&path);
        assert!(ffmpeg.status().unwrap().success(), "{name}");
        let heard = listen(&fs::read(&path).unwrap());
        println!("{name}: {:?}", heard.problems);
        assert!(heard.sound.is_none() && heard.chromaprint.is_none(), "{name}");
        assert_eq!(heard.problems[0].code, ProblemCode::Unsupported, "{name}");
        assert!(heard.problems[0].message.contains(said), "{name}: {:?}", heard.problems);
    }
}

#[test]
fn pieces_of_a_playlist_are_heard_as_the_whole() {
    if !there("ffmpeg") {
        return;
    }
    let folder = Folder::new("pieces");
    let source = folder.write("source.wav", &wav(&melody(44_100, 2, 40.0), 44_100, 2));
    let whole = words(&listen(&fs::read(&source).unwrap()));
    let hls: [(&str, &[&str]); 5] = [
        ("ts.m3u8", &["-c:a", "aac", "-f", "hls", "-hls_time", "6"]),
        ("mp3.m3u8", &["-c:a", "libmp3lame", "-f", "hls", "-hls_time", "6"]),
        ("one.m3u8", &["-c:a", "aac", "-f", "hls", "-hls_time", "6", "-hls_flags", "single_file"]),
        ("fmp4.m3u8", &["-c:a", "aac", "-f", "hls", "-hls_time", "6", "-hls_segment_type", "fmp4"]),
        ("dash.mpd", &["-c:a", "aac", "-f", "dash", "-seg_duration", "6"]),
    ];
    for (name, arguments) in hls {
        let path = folder.0.join(name);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(&source).args(arguments);
        // Every piece stays in the list.
        if name.ends_with("m3u8") {
            ffmpeg.args(["-hls_list_size", "0"]);
        }
        assert!(ffmpeg.arg(&path).current_dir(&folder.0).status().unwrap().success(), "{name}");
        let plan = playlist::plan(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(plan.problem, None, "{name}");
        assert!(plan.pieces.len() > 5, "{name}: {plan:?}");
        let pieces: Vec<Vec<u8>> = plan
            .pieces
            .iter()
            .map(|piece| {
                let bytes = fs::read(folder.0.join(&piece.uri)).unwrap();
                let Some((from, to)) =
                    piece.range.strip_prefix("bytes=").and_then(|r| r.split_once('-'))
                else {
                    return bytes;
                };
                bytes[from.parse().unwrap()..=to.parse::<usize>().unwrap()].to_vec()
            })
            .collect();
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let heard = listen(&playlist::join(&pieces).unwrap());
        assert!(heard.problems.is_empty(), "{name}: {:?}", heard.problems);
        let found = compare_words(&words(&heard), &whole).unwrap();
        let share = f64::from(found.distance) / f64::from(found.bits);
        println!("{name}, {:.1} s, {share:.3} of the bits differ", heard.seconds);
        assert!((39.0..41.0).contains(&heard.seconds), "{name}: {} s", heard.seconds);
        assert!(share < 0.05 && found.sure, "{name}");
    }
}

#[test]
fn sounds_of_the_corpus_have_the_codes_of_the_reference_tools() {
    let Some(corpus) = sayso_shelf::at("corpus") else { return };
    let table = fs::read_to_string(corpus.join("EXPECTED-codes.tsv")).unwrap();
    let (mut near, mut all) = (0, 0);
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (name, kind) = (columns[0], columns[2]);
        let Ok(bytes) = fs::read(corpus.join(name)) else { continue };
        if kind != "audio" {
            continue;
        }
        let Some(facts) = media::open(&bytes, &Limits::DEFAULT).facts else {
            println!("{name}: not recognised");
            continue;
        };
        let heard = sayso_sound::listen(&bytes, &facts, &Limits::DEFAULT);
        if heard.audio.is_none() {
            println!("{name}: {}", heard.problems[0].message);
            continue;
        }
        all += 1;
        let bits = distance(&heard.audio, columns[10]);
        near += usize::from(bits <= 2);
        if bits > 0 {
            println!("{name}: {bits} bits");
        }
    }
    println!("{near} of {all} within 2 of 64 bits");
    assert!(all >= 20 && near * 100 >= all * 95);
}

/// Three notes a second with chords and noise, different in each channel.
fn melody(rate: u32, channels: u32, seconds: f64) -> Vec<i16> {
    let mut state = u64::from(rate * 31 + channels);
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let notes: Vec<f64> =
        (0..=(seconds * 3.0) as usize).map(|_| (random() * 24.0).floor()).collect();
    let mut samples = Vec::new();
    for frame in 0..(f64::from(rate) * seconds) as u32 {
        let time = f64::from(frame) / f64::from(rate);
        let beat = time * 3.0;
        let hertz = 110.0 * 2_f64.powf(notes[beat as usize] / 12.0);
        let fades = (-3.0 * beat.fract()).exp();
        let tone = |n: f64| (std::f64::consts::TAU * hertz * n * time).sin() / n;
        for channel in 0..channels {
            let chord = tone(1.0) + tone(2.0) + tone(3.0 + f64::from(channel % 3));
            let value = chord * fades * 6_000.0 + (random() - 0.5) * 400.0;
            samples.push(value as i16);
        }
    }
    samples
}

fn wav(samples: &[i16], rate: u32, channels: u32) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let size = u32::try_from(data.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend((channels as u16).to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * channels * 2).to_le_bytes());
    file.extend((channels as u16 * 2).to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(size.to_le_bytes());
    file.extend(data);
    file
}

fn listen(bytes: &[u8]) -> Heard {
    let facts = media::open(bytes, &Limits::DEFAULT).facts.unwrap();
    sayso_sound::listen(bytes, &facts, &Limits::DEFAULT)
}

fn words(heard: &Heard) -> Vec<u32> {
    heard.sound.as_ref().map_or_else(Vec::new, |sound| expand(&sound.print).unwrap())
}

fn equal(ours: &[u32], theirs: &[u32]) -> f64 {
    let same = ours.iter().zip(theirs).filter(|(a, b)| a == b).count();
    same as f64 / ours.len().max(theirs.len()).max(1) as f64
}

/// Words of many sounds.
#[derive(Default)]
struct Tally {
    words: usize,
    equal: f64,
}

impl Tally {
    fn add(&mut self, ours: &[u32], theirs: &[u32]) {
        self.words += theirs.len();
        self.equal += equal(ours, theirs) * theirs.len() as f64;
    }

    fn is_enough(&self) {
        let equal = self.equal / self.words.max(1) as f64;
        println!("{:.3} % of {} words", equal * 100.0, self.words);
        assert!(equal >= EQUAL);
    }
}

fn distance(ours: &Option<String>, theirs: &str) -> u32 {
    let body = |code: &str| iscc::body(code).unwrap();
    let (a, b) = (body(ours.as_deref().unwrap()), body(theirs));
    assert_eq!(a.len(), b.len());
    let digit = |c: char| c.to_digit(16).unwrap();
    a.chars().zip(b.chars()).map(|(a, b)| (digit(a) ^ digit(b)).count_ones()).sum()
}

/// The words of the whole sound; none where there are none.
fn fpcalc(path: &Path) -> Option<Vec<u32>> {
    let output =
        Command::new("fpcalc").args(["-raw", "-json", "-length", "0"]).arg(path).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
    let words = answer["fingerprint"].as_array()?;
    Some(words.iter().map(|word| word.as_u64().unwrap() as u32).collect())
}

fn there(program: &str) -> bool {
    let there = Command::new(program).arg("-version").output().is_ok();
    if !there {
        println!("skipped: there is no {program} here");
    }
    there
}

/// A folder of this test's own, gone after it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("sayso-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
