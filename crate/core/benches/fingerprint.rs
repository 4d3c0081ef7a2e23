//! How long codes take: pictures of three sizes that are drawn here, and plain bytes.
//!
//! `cargo bench -p sayso-core --bench fingerprint`. Compare ratios within one run, not
//! milliseconds between machines. Left out: real photographs, which are not ours to keep.

#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use sayso_core::fingerprint::{self, Fingerprint, ImageCodes, TurnedCode, image as picture, iscc};
use sayso_core::limits::Limits;
use sayso_core::registry::own_works::{OwnWork, Shelf};

const SIZES: [(&str, u32, u32); 3] =
    [("12 MP", 4000, 3000), ("2 MP", 1632, 1224), ("0.5 MP", 816, 612)];

fn pictures(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("picture");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(2));
    for (size, width, height) in SIZES {
        let pixels = scene(width, height);
        let (mut jpeg, mut png) = (Vec::new(), Vec::new());
        JpegEncoder::new_with_quality(&mut jpeg, 90)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .unwrap();
        PngEncoder::new(&mut png)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .unwrap();
        drop(pixels);
        group.throughput(Throughput::Elements(u64::from(width) * u64::from(height)));
        for (format, bytes) in [("jpeg", &jpeg), ("png", &png)] {
            group.bench_function(format!("{format} {size}, decode"), |b| {
                b.iter(|| picture::decode(black_box(bytes), None, &Limits::DEFAULT).unwrap());
            });
            group.bench_function(format!("{format} {size}, every code"), |b| {
                b.iter(|| fingerprint::compute(black_box(bytes), None, &Limits::DEFAULT));
            });
        }
    }
    group.finish();
}

fn plain_bytes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bytes");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(2));
    let mut noise = Noise(1);
    let bytes: Vec<u8> = (0..8 << 20).map(|_| noise.next()).collect();
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("blake3, 8 MiB", |b| b.iter(|| blake3::hash(black_box(&bytes))));
    group.bench_function("data-code and blake3, 8 MiB", |b| {
        b.iter(|| iscc::of_bytes(black_box(&bytes)));
    });
    group.bench_function("every code of what is no picture, 8 MiB", |b| {
        b.iter(|| fingerprint::compute(black_box(&bytes), None, &Limits::DEFAULT));
    });
    group.finish();
}

/// One picture that is none of them, against so many own works: what every picture of a page pays.
fn own_works(criterion: &mut Criterion) {
    let mut noise = Noise(3);
    let mut codes = || {
        let mut code = || (0..32).map(|_| format!("{:02x}", noise.next())).collect::<String>();
        let (exact, tolerant, untrimmed, inset) = (code(), code(), code(), code());
        ImageCodes { exact, tolerant, untrimmed, inset }
    };
    let shelf: Shelf = (0..5_000)
        .map(|number| OwnWork {
            id: format!("{number:064x}"),
            title: String::new(),
            codes: Some(codes()),
            featureless: false,
            unstable: false,
            sound: None,
            stances: Vec::new(),
            added_at: 0,
            licence: None,
            source: String::new(),
            miniature: String::new(),
        })
        .collect();
    let turned = (2..=8)
        .flat_map(|orientation| {
            [codes().exact, codes().exact].map(|code| TurnedCode { orientation, code })
        })
        .collect();
    let seen = Fingerprint { codes: Some(codes()), turned, ..Fingerprint::default() };
    criterion.bench_function("one picture against 5,000 own works", |b| {
        b.iter(|| shelf.find(black_box(&seen)));
    });
}

/// Sky, hills, a sun and grain: edges, gradients and noise as a photograph has them.
fn scene(width: u32, height: u32) -> Vec<u8> {
    let mut noise = Noise(7);
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let hill = 0.55 + 0.12 * (u * 7.0).sin() + 0.05 * (u * 31.0).sin();
            let sun = ((u - 0.7).powi(2) + (v - 0.25).powi(2)).sqrt();
            let colour = if v > hill {
                [60.0 + 90.0 * (v - hill), 110.0 - 60.0 * v, 40.0]
            } else if sun < 0.08 {
                [250.0, 230.0, 140.0]
            } else {
                [90.0 + 120.0 * v, 140.0 + 80.0 * v, 220.0 - 40.0 * sun]
            };
            let grain = f32::from(noise.next() % 13) - 6.0;
            pixels.extend(colour.map(|c| (c + grain).clamp(0.0, 255.0) as u8));
        }
    }
    pixels
}

/// The same bytes in every run (xorshift, 32 bits).
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 24) as u8
    }
}

criterion_group!(fingerprints, pictures, plain_bytes, own_works);
criterion_main!(fingerprints);
