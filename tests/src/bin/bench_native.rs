//! The native side of `cargo xtask bench`: ours as a native program, and the judges that are
//! programs.
//!
//! `bench_native make FOLDER` makes what is measured: photographs that are no photographs (hills
//! of every size, and grain; as many bytes a pixel as a camera's) and a song; `bench_native follow
//! FOLDER` a catalogue of ten million works, and what is asked of it. Without a word it
//! takes a task a line, `{"task": "search", "file": "…"}`, and answers `{"ms": …}`, the time
//! of one run, or `{"error": "…"}`. Times are of the processor where Linux tells them, else of the
//! clock; starting a judge's process is part of its time, reading the file of everybody's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../../crate/pixels/tests/encoder/mod.rs"]
mod encoder;

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use encoder::{Plan, encode};
use sayso_catalogue::build::{Builder, Codes, MEMORY, Orders};
use sayso_catalogue::signature::Key;
use sayso_core::catalogue::descriptor::About;
use sayso_core::catalogue::record::Record;
use sayso_core::catalogue::row::{Flags, Trim};
use sayso_core::catalogue::table::Kind;
use sayso_core::fingerprint::{Fingerprint, ImageCodes, TurnedCode, iscc};
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_core::reading::{self, Delivery, Depth};
use sayso_pixels::jpeg::Jpeg;
use sayso_tests::metadata_writer::{Claims, Exif, into_jpeg};
use sayso_tests::tune;
use serde_json::{Value, json};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder] => make(Path::new(folder)),
        ["follow", folder] => follow(Path::new(folder)),
        _ => {
            for line in stdin().lock().lines() {
                let task: Value = serde_json::from_str(&line.unwrap()).unwrap();
                let answer = match measure(&task) {
                    Ok(ms) => json!({ "ms": ms }),
                    Err(why) => json!({ "error": why }),
                };
                println!("{answer}");
                stdout().flush().unwrap();
            }
        }
    }
}

/// Milliseconds of one run of a task.
fn measure(task: &Value) -> Result<f64, String> {
    let path = Path::new(task["file"].as_str().ok_or("no file")?);
    let read = || fs::read(path).map_err(|e| e.to_string());
    let limits = Limits::DEFAULT;
    let bytes = read()?;
    match task["task"].as_str().unwrap_or_default() {
        // What the judge of pictures does, and the code of it.
        "search code" => ours(|| {
            let bytes = read()?;
            let jpeg = Jpeg::open(&bytes).map_err(|e| format!("{e:?}"))?;
            let eighth = jpeg.eighth().map_err(|e| format!("{e:?}"))?.ok_or("no fast road")?;
            black_box(iscc::of_grid(&eighth.grid(), 256));
            Ok(())
        }),
        word @ ("search" | "exact") => ours(|| {
            let depth = if word == "search" { Depth::Search } else { Depth::Exact };
            let bytes = read()?;
            let mut reading = reading::begin(&bytes, Delivery::default(), &limits);
            reading::add_codes(&mut reading, &bytes, depth, &limits);
            black_box(reading.fingerprint.codes.ok_or("no code")?);
            Ok(())
        }),
        "metadata" => ours(|| {
            black_box(reading::begin(black_box(&bytes), Delivery::default(), &limits));
            Ok(())
        }),
        "listen" => ours(|| {
            let bytes = read()?;
            let facts = media::open(&bytes, &limits).facts.ok_or("no sound")?;
            let heard = sayso_sound::listen(&bytes, &facts, &limits);
            black_box(heard.chromaprint.ok_or("nothing heard")?);
            Ok(())
        }),
        "djpeg 1/8" => judge("djpeg", &["-scale", "1/8", "-grayscale"], path),
        "djpeg" => judge("djpeg", &[], path),
        "fpcalc" => judge("fpcalc", &["-raw", "-length", "0"], path),
        other => Err(format!("there is no task {other:?}")),
    }
}

/// Runs it until there is something to measure.
fn ours(mut run: impl FnMut() -> Result<(), String>) -> Result<f64, String> {
    let (start, since, mut count) = (of_thread(), Instant::now(), 0.0);
    while since.elapsed() < Duration::from_millis(80) {
        run()?;
        count += 1.0;
    }
    let wall = since.elapsed().as_secs_f64() * 1e3;
    // The account of a running thread is some milliseconds late.
    sleep(Duration::from_millis(1));
    let spent = start.zip(of_thread()).map_or(wall, |(start, end)| end - start);
    Ok(spent / count)
}

/// Milliseconds that another program takes, its start included.
fn judge(program: &str, options: &[&str], path: &Path) -> Result<f64, String> {
    let since = Instant::now();
    let mut child = Command::new(program)
        .args(options)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| format!("{program}: {e}"))?;
    let account = format!("/proc/{}", child.id());
    // Its account is kept until it is waited for; each thread has its own.
    let mut spent = None;
    while let Ok(stat) = fs::read_to_string(format!("{account}/stat")) {
        if stat.contains(") Z") {
            spent = milliseconds(&format!("{account}/schedstat"));
            break;
        }
        sleep(Duration::from_micros(500));
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    // fpcalc 1.5 reports the end of a file as an error, after it has said all.
    let at_end = program == "fpcalc" && status.code() == Some(3);
    if !status.success() && !at_end {
        return Err(format!("{program} failed ({status})"));
    }
    Ok(spent.unwrap_or(since.elapsed().as_secs_f64() * 1e3))
}

/// Milliseconds of processor that this thread has had.
fn of_thread() -> Option<f64> {
    milliseconds("/proc/thread-self/schedstat")
}

fn milliseconds(account: &str) -> Option<f64> {
    let text = fs::read_to_string(account).ok()?;
    text.split_whitespace().next()?.parse::<f64>().ok().map(|ns| ns / 1e6)
}

/// Name, width, height, grain, whether it is progressive, and how wide its white border is.
const PICTURES: [(&str, usize, usize, i32, bool, usize); 6] = [
    ("12mp", 4032, 3024, 10, false, 0),
    ("12mp-bordered", 4032, 3024, 10, false, 150),
    ("12mp-progressive", 4032, 3024, 10, true, 0),
    ("5mp", 2592, 1944, 10, false, 0),
    ("2mp", 1632, 1224, 9, false, 0),
    ("half-mp", 800, 600, 5, false, 0),
];

/// Seconds of the song.
const SONG: usize = 206;

/// Makes what is not there yet.
fn make(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let put = |name: String, make: &dyn Fn() -> Vec<u8>| {
        let path = folder.join(name);
        if !path.exists() {
            let bytes = make();
            println!("made {} ({} bytes)", path.display(), bytes.len());
            // Never half a file under this name.
            let part = path.with_extension("part");
            fs::write(&part, bytes).unwrap();
            fs::rename(part, path).unwrap();
        }
    };
    for (name, width, height, grain, progressive, border) in PICTURES {
        put(format!("{name}.jpg"), &|| {
            let plan = Plan { progressive, ..Plan::new(width, height) };
            let inside = |at: usize, side: usize| (border..side - border).contains(&at);
            let jpeg = encode(&plan, &|component, x, y| match component {
                _ if inside(x, width) && inside(y, height) => scene(component, x, y, width, grain),
                0 => 255,
                _ => 128,
            });
            with_rights(&jpeg)
        });
    }
    put("song.wav".into(), &song);
}

/// Works of the catalogue, as many as are followed at most.
const WORKS: u64 = 10_000_000;

/// Makes a catalogue of made-up codes, as a collective would, and the pictures of a page: every
/// second is a copy of a work of it. Only what a reader holds is kept.
fn follow(folder: &Path) {
    let questions = folder.join("questions.json");
    if questions.exists() {
        return;
    }
    fs::create_dir_all(folder).unwrap();
    let out = folder.join("built");
    let _ = fs::remove_dir_all(&out);
    let about = About { name: "Made-up works".into(), ..About::default() };
    let orders = Orders { about, out: out.clone(), memory: MEMORY, bands: 0 };
    let mut builder = Builder::begin(orders).unwrap();
    for n in 0..WORKS {
        let record = Record { id: format!("w{n:08}"), ..Record::default() };
        let image = vec![(code(n), Flags::new(Trim::Exact, false, false))];
        builder.add(&record, &Codes { image, ..Codes::default() }).unwrap();
    }
    let descriptor = builder.finish(&Key::from_bytes(&[1; 32])).unwrap();
    let table = &descriptor.tables[&Kind::Image].file;
    fs::create_dir_all(folder.join("table")).unwrap();
    for name in ["catalogue.json", "catalogue.sig", &table.name] {
        fs::rename(out.join(name), folder.join(name)).unwrap();
    }
    fs::remove_dir_all(&out).unwrap();
    let hex = |words: [u64; 4]| words.map(|word| format!("{word:016x}")).concat();
    let prints: Vec<Fingerprint> = (0..100)
        .map(|n| {
            let [first, rest @ ..] = code(n * WORKS / 100 + if n % 2 == 0 { 0 } else { WORKS });
            let [second, third, fourth] = rest;
            let seen = hex([first ^ 0x0100_0040_0002_0080, second, third, fourth]);
            // The codes of a picture without a border are one, and seven of it turned.
            let turned = (2..9).map(|orientation| TurnedCode {
                orientation,
                code: hex(code(3 * WORKS + n * 10 + u64::from(orientation))),
            });
            let [exact, tolerant, untrimmed, inset] = [(); 4].map(|()| seen.clone());
            Fingerprint {
                blake3: hex(code(2 * WORKS + n)),
                codes: Some(ImageCodes { exact, tolerant, untrimmed, inset }),
                turned: turned.collect(),
                ..Fingerprint::default()
            }
        })
        .collect();
    let asked = json!({ "table": table.name, "prints": prints });
    let part = questions.with_extension("part");
    fs::write(&part, asked.to_string()).unwrap();
    fs::rename(part, questions).unwrap();
}

/// A code without pattern in which, as in a picture's, half the bits of each word are ones.
fn code(n: u64) -> [u64; 4] {
    let mut state = n.wrapping_mul(0xD134_2543_DE82_EF95);
    // splitmix64
    let mut random = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    [(); 4].map(|()| {
        let mut word = random();
        while word.count_ones() != 32 {
            let bit = 1 << (random() % 64);
            if (word & bit == 0) == (word.count_ones() < 32) {
                word ^= bit;
            }
        }
        word
    })
}

/// Hills on hills, each half as wide and half as high as those below, and the grain of a sensor.
fn scene(component: usize, x: usize, y: usize, width: usize, grain: i32) -> u8 {
    let (mut wide, mut high) = (width as f32 / 2.0, if component == 0 { 80.0 } else { 30.0 });
    let mut value = 0.0;
    let mut seed = component as u32 * 77;
    while wide >= 3.0 {
        let (u, v) = (x as f32 / wide, y as f32 / wide);
        let (left, top) = (u as u32, v as u32);
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (s, t) = (ease(u.fract()), ease(v.fract()));
        let at = |dx, dy| f32::from(dice(left + dx, top + dy, seed)) / 255.0 - 0.5;
        let above = at(0, 0) + (at(1, 0) - at(0, 0)) * s;
        let below = at(0, 1) + (at(1, 1) - at(0, 1)) * s;
        value += high * (above + (below - above) * t);
        (wide, high, seed) = (wide / 2.0, high * 0.62, seed + 1);
    }
    let dust = match component {
        0 => i32::from(dice(x as u32, y as u32, 1_000)) % (2 * grain + 1) - grain,
        _ => 0,
    };
    (128 + (2.0 * value) as i32 + dust).clamp(0, 255) as u8
}

fn dice(x: u32, y: u32, seed: u32) -> u8 {
    let mut n = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(97);
    n = (n ^ n >> 15).wrapping_mul(0x2C1B_3C6D);
    n = (n ^ n >> 12).wrapping_mul(0x297A_2D39);
    (n >> 24) as u8
}

/// As an author's picture: what is said of it stands in its head.
fn with_rights(jpeg: &[u8]) -> Vec<u8> {
    let claims = Claims {
        title: Some("Hills"),
        creator: Some("Nobody"),
        rights: Some("© Nobody"),
        terms: Some("No training of models"),
        statement: Some("https://author.example/terms"),
        data_mining: Some("DMI-PROHIBITED-AIMLTRAINING"),
        licensor: Some(("Nobody", "https://author.example/")),
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        source_type: Some("digitalCapture"),
        ai_system: None,
    };
    let exif = Exif { artist: Some("Nobody"), copyright: Some("© Nobody"), ..Exif::default() };
    into_jpeg(jpeg, Some(&exif), Some(&claims.xmp()))
}

/// The gallery's tune over and over, now on this side and now on that; 16 bits, 44.1 kHz, stereo.
fn song() -> Vec<u8> {
    let tune: Vec<i16> =
        tune::wav()[44..].chunks_exact(2).map(|s| i16::from_le_bytes([s[0], s[1]])).collect();
    let frames = SONG * tune::RATE as usize;
    let data = (frames * 4) as u32;
    let mut out = Vec::with_capacity(44 + frames * 4);
    out.extend(b"RIFF");
    out.extend((36 + data).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    out.extend(tune::RATE.to_le_bytes());
    out.extend((tune::RATE * 4).to_le_bytes());
    out.extend(b"\x04\0\x10\0data");
    out.extend(data.to_le_bytes());
    for frame in 0..frames {
        let turn = frame / tune.len();
        // Each time a little later on the other side, so that no second is another's copy.
        let left = i32::from(tune[frame % tune.len()]);
        let right = i32::from(tune[(frame + turn * 4_111) % tune.len()]);
        out.extend(((left * 3 + right) / 4).to_le_bytes().into_iter().take(2));
        out.extend(((left + right * 3) / 4).to_le_bytes().into_iter().take(2));
    }
    out
}
