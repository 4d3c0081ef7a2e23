//! Which of many 64-bit codes lie within ten bits of another, without looking at all of them.
//!
//! Multi-index hashing (Norouzi, Punjani and Fleet, <https://arxiv.org/abs/1307.2982>): cut a
//! code in four parts of 16 bits. Two codes that differ in at most 10 bits agree up to 1 bit in
//! the first part, or up to 2 in one of the others, since 2 + 3 + 3 + 3 bits would be 11. So
//! 17 + 3 · 137 buckets hold every answer, which is less than a hundredth of the codes. The codes
//! are sorted, so that the buckets of the first part are there already. In the others the 48 bits
//! that a bucket does not tell lie so that eight codes are compared at a time, where they lie: to
//! look each candidate up elsewhere would cost more than all the rest.

use std::hint::black_box;
use std::ops::Range;

use crate::fingerprint::compare::LIKELY_64;

/// Codes up to which walking all of them is as fast.
const FEW: usize = 1 << 17;
/// Ways of turning over up to two of 16 bits.
const TWO: usize = 137;
/// Buckets that are fetched from memory together.
const AHEAD: usize = 16;

/// Sorted codes, and the way to those that are near to another.
#[derive(Clone, Debug, Default)]
pub struct Index {
    codes: Vec<u64>,
    /// For the first part, where each of its 65,536 values begins.
    first: Vec<u32>,
    others: Vec<Part>,
}

/// The codes in the order of one part.
#[derive(Clone, Debug)]
struct Part {
    /// How far left the part must be turned to be the lowest 16 bits.
    turn: u32,
    /// Where each of its values begins.
    starts: Vec<u32>,
    /// The other bits of each code.
    eights: Vec<Eight>,
    /// The place of each code among the sorted.
    places: Vec<u32>,
}

impl Index {
    /// Of sorted codes; fewer than 2³².
    pub fn of(codes: Vec<u64>) -> Index {
        if codes.len() <= FEW || u32::try_from(codes.len()).is_err() {
            return Index { codes, ..Index::default() };
        }
        let first = starts(codes.iter().map(|code| code.rotate_left(16) as u16));
        let others = [32, 48, 0].map(|turn| Part::of(&codes, turn));
        Index { codes, first, others: others.into() }
    }

    /// The codes, sorted.
    pub fn codes(&self) -> &[u64] {
        &self.codes
    }

    /// Calls back with the place of every code that differs in at most [`LIKELY_64`] bits; some
    /// come more than once.
    pub fn near(&self, code: u64, mut found: impl FnMut(usize)) {
        if self.first.is_empty() {
            for (place, other) in self.codes.iter().enumerate() {
                if (code ^ other).count_ones() <= LIKELY_64 {
                    found(place);
                }
            }
            return;
        }
        let value = code.rotate_left(16) as u16;
        for flip in flips(1) {
            let range = range(&self.first, value ^ flip);
            let begin = range.start;
            for (place, other) in self.codes.get(range).unwrap_or_default().iter().enumerate() {
                if (code ^ other).count_ones() <= LIKELY_64 {
                    found(begin + place);
                }
            }
        }
        for part in &self.others {
            part.near(code, &mut found);
        }
    }
}

/// The 48 bits above the lowest 16 of eight codes: those of each quarter side by side.
type Eight = [[u16; 8]; 3];

impl Part {
    fn of(codes: &[u64], turn: u32) -> Part {
        let starts = starts(codes.iter().map(|code| code.rotate_left(turn) as u16));
        let mut next = starts.clone();
        let mut places = vec![0; codes.len()];
        let mut eights = vec![Eight::default(); codes.len().div_ceil(8)];
        for (place, code) in (0_u32..).zip(codes) {
            let turned = code.rotate_left(turn);
            let Some(next) = next.get_mut(usize::from(turned as u16)) else { continue };
            let at = *next as usize;
            *next += 1;
            if let Some(entry) = places.get_mut(at) {
                *entry = place;
            }
            let Some([a, b, c]) = eights.get_mut(at / 8) else { continue };
            let quarters = (a.get_mut(at % 8), b.get_mut(at % 8), c.get_mut(at % 8));
            if let (Some(a), Some(b), Some(c)) = quarters {
                [*a, *b, *c] = above(turned);
            }
        }
        Part { turn, starts, eights, places }
    }

    /// The places of all codes that are near and agree with this one in this part, up to two bits.
    fn near(&self, code: u64, mut found: impl FnMut(usize)) {
        let turned = code.rotate_left(self.turn);
        let asked = eight::all(above(turned));
        let mut buckets = [const { (0, 0..0) }; TWO];
        for (bucket, flip) in buckets.iter_mut().zip(flips(2)) {
            let most = LIKELY_64 - flip.count_ones();
            *bucket = (most, range(&self.starts, turned as u16 ^ flip));
        }
        let eights = |range: &Range<usize>| {
            self.eights.get(range.start / 8..range.end.div_ceil(8)).unwrap_or_default()
        };
        for some in buckets.chunks(AHEAD) {
            // They lie far from each other: memory is asked for all of them before the first is
            // needed, and not for one after the other.
            for (_, range) in some {
                let touched = eights(range).iter();
                black_box(touched.fold(0, |sum, [[bits, ..], ..]| sum ^ bits));
            }
            for (most, range) in some {
                eight::near(eights(range), &asked, *most, |at, bits| {
                    // The first and the last eight may reach into the buckets beside.
                    let begin = (range.start / 8 + at) * 8;
                    let at = (0..8).filter(|n| bits >> n & 1 == 1).map(|n| begin + n);
                    for at in at.filter(|at| range.contains(at)) {
                        self.places.get(at).into_iter().for_each(|place| found(*place as usize));
                    }
                });
            }
        }
    }
}

/// The three upper quarters.
fn above(turned: u64) -> [u16; 3] {
    [turned >> 16, turned >> 32, turned >> 48].map(|bits| bits as u16)
}

/// Comparing, for which WebAssembly has instructions that compilers do not find.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod eight {
    use core::arch::wasm32::{
        i8x16_add, i8x16_popcnt, u16x8, u16x8_bitmask, u16x8_extadd_pairwise_u8x16, u16x8_le,
        u16x8_splat, v128, v128_xor,
    };

    /// One code, eight times.
    pub(super) fn all(bits: [u16; 3]) -> [v128; 3] {
        bits.map(|bits| u16x8_splat(bits))
    }

    /// Calls back with which eights, and which of them as bits, differ in at most so many bits.
    pub(super) fn near(
        eights: &[super::Eight],
        [x, y, z]: &[v128; 3],
        most: u32,
        mut found: impl FnMut(usize, u8),
    ) {
        let most = u16x8_splat(most as u16);
        for (at, [a, b, c]) in eights.iter().enumerate() {
            let ones = |mine, asked| i8x16_popcnt(v128_xor(vector(mine), asked));
            let bytes = i8x16_add(i8x16_add(ones(a, *x), ones(b, *y)), ones(c, *z));
            let bits = u16x8_bitmask(u16x8_le(u16x8_extadd_pairwise_u8x16(bytes), most));
            if bits != 0 {
                found(at, bits);
            }
        }
    }

    /// One load, once it is compiled.
    fn vector([a, b, c, d, e, f, g, h]: &[u16; 8]) -> v128 {
        u16x8(*a, *b, *c, *d, *e, *f, *g, *h)
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod eight {
    /// One code.
    pub(super) fn all(bits: [u16; 3]) -> [u16; 3] {
        bits
    }

    /// Calls back with which eights, and which of them as bits, differ in at most so many bits.
    pub(super) fn near(
        eights: &[super::Eight],
        [x, y, z]: &[u16; 3],
        most: u32,
        mut found: impl FnMut(usize, u8),
    ) {
        for (at, [a, b, c]) in eights.iter().enumerate() {
            let mut counts = [0_u16; 8];
            for (count, ((a, b), c)) in counts.iter_mut().zip(a.iter().zip(b).zip(c)) {
                *count = ones(a ^ x, b ^ y, c ^ z);
            }
            if counts.iter().any(|count| u32::from(*count) <= most) {
                let bit = |(n, count): (usize, &u16)| u8::from(u32::from(*count) <= most) << n;
                found(at, counts.iter().enumerate().map(bit).sum());
            }
        }
    }

    /// `count_ones` in words that every processor does eight at a time (Hacker's Delight, 5-1).
    fn ones(a: u16, b: u16, c: u16) -> u16 {
        let pairs = |bits: u16| bits - (bits >> 1 & 0x5555);
        let fours = |pairs: u16| (pairs & 0x3333) + (pairs >> 2 & 0x3333);
        // At most 12 in each four bits.
        let sum = fours(pairs(a)) + fours(pairs(b)) + fours(pairs(c));
        let bytes = (sum & 0x0F0F) + (sum >> 4 & 0x0F0F);
        (bytes & 0xFF) + (bytes >> 8)
    }
}

/// Where each of the 65,536 values begins when all are sorted, and where the last ends.
fn starts(values: impl Iterator<Item = u16>) -> Vec<u32> {
    let mut counts = vec![0_u32; (1 << 16) + 1];
    for value in values {
        if let Some(count) = counts.get_mut(usize::from(value) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for count in &mut counts {
        sum += *count;
        *count = sum;
    }
    counts
}

fn range(starts: &[u32], value: u16) -> Range<usize> {
    let at = |n: usize| starts.get(n).map_or(0, |start| *start as usize);
    at(usize::from(value))..at(usize::from(value) + 1)
}

/// Every way of turning over up to one or two of sixteen bits.
fn flips(bits: u32) -> impl Iterator<Item = u16> {
    let one = (0..16).map(|n| 1_u16 << n);
    let pairs = (0..16).flat_map(|n| (0..n).map(move |m| 1_u16 << n | 1 << m));
    std::iter::once(0).chain(one).chain(pairs.filter(move |_| bits > 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(count: u64) -> Vec<u64> {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let mut codes: Vec<u64> = (0..count).map(|_| next()).collect();
        codes.sort_unstable();
        codes
    }

    #[test]
    fn up_to_two_of_sixteen_bits_are_turned_over_in_137_ways() {
        assert_eq!((flips(1).count(), flips(2).count()), (17, 137));
    }

    #[test]
    fn the_index_finds_what_walking_finds() {
        let codes = codes(200_000);
        let walked = Index { codes: codes.clone(), ..Index::default() };
        let index = Index::of(codes.clone());
        assert!(!index.first.is_empty());
        let near = |index: &Index, code| {
            let mut found = Vec::new();
            index.near(code, |place| found.push(place));
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut others = 0;
        for n in 0..300_u32 {
            // Ten bits, laid in every way over the four parts.
            let far = (0..10).fold(0_u64, |bits, k| bits | 1 << ((n * 7 + k * (n % 6 + 1)) % 64));
            let code = codes[n as usize * 600] ^ far;
            let found = near(&index, code);
            assert!(found.contains(&(n as usize * 600)), "{n}: {far:064b}");
            assert_eq!(found, near(&walked, code));
            others += found.len() - 1;
        }
        println!("{others} others");
        assert!(near(&Index::default(), 1).is_empty());
    }
}
