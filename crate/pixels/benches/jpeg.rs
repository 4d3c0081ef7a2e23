//! How long JPEGs take, by the fast road and in full, and beside libjpeg-turbo's `djpeg`
//! (<https://libjpeg-turbo.org>) in the same run.
//!
//! `cargo bench -p sayso-pixels --bench jpeg`. The pictures are drawn and written here:
//! gradients with noise, at the size of photographs of quality 90. The judge's rounds are
//! interleaved, times are of the processor, medians, and nothing is subtracted: starting a
//! process is part of djpeg's time, reading the file of both. Compare ratios. Beside them stands
//! what every grid takes from rows as they come, and from the whole picture in memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/encoder/mod.rs"]
mod encoder;

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use encoder::{Plan, encode};
use sayso_pixels::grids::{Grids, Rows};
use sayso_pixels::imagehash;
use sayso_pixels::jpeg::Jpeg;

const FILES: [(&str, usize, usize, bool); 4] = [
    ("12 MP", 4032, 3024, false),
    ("2 MP", 1632, 1224, false),
    ("0.5 MP", 800, 600, false),
    ("12 MP progressive", 4032, 3024, true),
];

/// Rounds of the judge.
const ROUNDS: usize = 15;

fn main() {
    let folder = std::env::temp_dir().join(format!("sayso-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files: Vec<(&str, PathBuf)> = FILES
        .iter()
        .map(|(name, width, height, progressive)| {
            let plan = Plan { progressive: *progressive, ..Plan::new(*width, *height) };
            let path = folder.join(format!("{name}.jpg"));
            fs::write(&path, encode(&plan, &scene)).unwrap();
            (*name, path)
        })
        .collect();
    let mut criterion = Criterion::default().configure_from_args();
    roads(&mut criterion, &files);
    criterion.final_summary();
    if !std::env::args().any(|a| a == "--test" || a == "--list") {
        judge(&files);
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Waves as broad as the picture, and noise that no two blocks share.
fn scene(component: usize, x: usize, y: usize) -> u8 {
    let wave = match component {
        0 => 128.0 + 60.0 * (x as f32 * 0.004).sin() + 40.0 * (y as f32 * 0.006).cos(),
        c => 128.0 + 30.0 * ((x + y) as f32 * 0.003 * c as f32).sin(),
    };
    let mut noise = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    noise = (noise ^ noise >> 15).wrapping_mul(0x2C1B_3C6D);
    let rough = 4 + ((x / 200 + y / 300) % 4) as i32 * 4;
    let grain = if component == 0 { (noise >> 20) as i32 % (2 * rough + 1) - rough } else { 0 };
    (wave as i32 + grain).clamp(0, 255) as u8
}

fn search(bytes: &[u8]) -> Vec<u8> {
    let eighth = Jpeg::open(bytes).unwrap().eighth().unwrap().unwrap();
    assert!(eighth.serves());
    eighth.grid()
}

/// Every grid, from rows as they come.
fn grids(bytes: &[u8]) -> Grids {
    let jpeg = Jpeg::open(bytes).unwrap();
    let (width, height, layout) = (jpeg.width(), jpeg.height(), jpeg.layout());
    let each = Box::new(|sink: &mut dyn FnMut(&[u8])| jpeg.rows(sink));
    Grids::of(&Rows { width, height, layout, each }, 1).unwrap()
}

/// Every grid, one step after the other of the whole picture in memory.
fn plainly(bytes: &[u8]) -> Vec<u8> {
    let picture = Jpeg::open(bytes).unwrap().picture().unwrap();
    let areas = [picture.trimmed_exact(), picture.trimmed_tolerant()];
    let plane = picture.into_grey();
    assert_eq!(areas, [plane.whole(); 2]);
    black_box(imagehash::of_plane(&plane));
    plane.grid(plane.whole())
}

fn roads(criterion: &mut Criterion, files: &[(&str, PathBuf)]) {
    let mut group = criterion.benchmark_group("jpeg");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    for (name, path) in files {
        let bytes = fs::read(path).unwrap();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format!("{name}, grid by the fast road"), |b| {
            b.iter(|| search(black_box(&bytes)));
        });
        group.bench_function(format!("{name}, every row"), |b| {
            b.iter(|| {
                Jpeg::open(black_box(&bytes)).unwrap().rows(&mut |row| {
                    black_box(row);
                })
            });
        });
        group.bench_function(format!("{name}, every grid"), |b| {
            b.iter(|| grids(black_box(&bytes)));
        });
    }
    group.finish();
}

fn judge(files: &[(&str, PathBuf)]) {
    if djpeg(&files[0].1, &["-version"]).is_none() {
        println!("no judge: djpeg (Debian: libjpeg-turbo-progs) or /proc is missing");
        return;
    }
    println!(
        "file                  KB | fast road  djpeg 1/8  ratio | every row  djpeg  ratio | \
         every grid  plainly  ratio"
    );
    for (name, path) in files {
        let mut times: [Vec<f64>; 6] = Default::default();
        for _ in 0..ROUNDS {
            let ours = |work: &dyn Fn(&[u8])| {
                // The account of a running thread is some milliseconds late.
                let (start, since, mut count) = (of_thread(), Instant::now(), 0.0);
                while since.elapsed() < Duration::from_millis(60) {
                    work(&fs::read(path).unwrap());
                    count += 1.0;
                }
                thread::sleep(Duration::from_millis(1));
                (of_thread() - start) / count
            };
            times[0].push(ours(&|bytes| drop(black_box(search(bytes)))));
            times[1].push(djpeg(path, &["-scale", "1/8", "-grayscale"]).unwrap());
            times[2].push(ours(&|bytes| {
                let rows = &mut |row: &[u8]| {
                    black_box(row);
                };
                Jpeg::open(bytes).unwrap().rows(rows).unwrap();
            }));
            times[3].push(djpeg(path, &[]).unwrap());
            times[4].push(ours(&|bytes| drop(black_box(grids(bytes)))));
            times[5].push(ours(&|bytes| drop(black_box(plainly(bytes)))));
        }
        let [fast, eighth, full, whole, grids, plain] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        });
        let size = fs::metadata(path).unwrap().len() / 1_000;
        println!(
            "{name:18} {size:5} | {fast:6.1} ms {eighth:7.1} ms {:6.2} | {full:6.1} ms {whole:4.0} ms \
             {:5.2} | {grids:7.1} ms {plain:6.1} ms {:5.2}",
            fast / eighth,
            full / whole,
            grids / plain
        );
    }
}

/// Milliseconds of processor that djpeg takes, its start included.
fn djpeg(path: &Path, options: &[&str]) -> Option<f64> {
    let mut child = Command::new("djpeg")
        .args(options)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Its account is kept until it is waited for.
    let (stat, account) =
        (format!("/proc/{}/stat", child.id()), format!("/proc/{}/schedstat", child.id()));
    let since = Instant::now();
    while !fs::read_to_string(&stat).ok()?.contains(") Z") {
        assert!(since.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_micros(500));
    }
    let time = milliseconds(&account);
    child.wait().ok()?;
    time
}

/// Milliseconds of processor that this thread has had.
fn of_thread() -> f64 {
    milliseconds("/proc/thread-self/schedstat").unwrap_or(0.0)
}

fn milliseconds(account: &str) -> Option<f64> {
    let text = fs::read_to_string(account).ok()?;
    text.split_whitespace().next()?.parse::<f64>().ok().map(|ns| ns / 1e6)
}
