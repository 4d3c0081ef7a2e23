//! Looking one picture up in a table of ten million codes, against a plain walk over the same
//! column in the same run.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sayso_core::catalogue::index::Index;
use std::hint::black_box;

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn look_up(c: &mut Criterion) {
    for count in [1_000_000_u64, 10_000_000] {
        let mut state = 1;
        let mut codes: Vec<u64> = (0..count).map(|_| random(&mut state)).collect();
        codes.sort_unstable();
        let index = Index::of(codes);
        let mut group = c.benchmark_group(format!("{} million codes", count / 1_000_000));
        group.sample_size(20).throughput(Throughput::Bytes(count * 8));
        group.bench_function("reading them", |b| {
            b.iter(|| index.codes().iter().fold(0, |sum, code| sum ^ code));
        });
        group.bench_function("walking all, one code", |b| {
            let asked = black_box(random(&mut state));
            b.iter(|| index.codes().iter().filter(|c| (*c ^ asked).count_ones() <= 10).count());
        });
        group.bench_function("by index, one code", |b| {
            b.iter(|| {
                let mut found = 0;
                index.near(black_box(random(&mut state)), |_| found += 1);
                found
            });
        });
        group.finish();
    }
}

criterion_group!(benches, look_up);
criterion_main!(benches);
