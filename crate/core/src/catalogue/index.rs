//! Which of many 64-bit codes lie within ten bits of another, without looking at all of them.
//!
//! Multi-index hashing (Norouzi, Punjani and Fleet, <https://arxiv.org/abs/1307.2982>): cut a
//! code in four parts of 16 bits. Two codes that differ in at most 10 bits agree up to 1 bit in
//! the first part, or up to 2 in one of the others, since 2 + 3 + 3 + 3 bits would be 11. So
//! 17 + 3 · 137 buckets hold every answer, which is less than a hundredth of the codes. The codes
//! are sorted, so that the buckets of the first part are there already.

use std::ops::Range;

use crate::fingerprint::compare::LIKELY_64;

/// Codes up to which walking all of them is as fast.
const FEW: usize = 1 << 17;

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
    /// For each code: 32 of its other bits above, by which most are passed over, and its place
    /// among the sorted below.
    entries: Vec<u64>,
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
            let turned = code.rotate_left(part.turn);
            let other_bits = (turned >> 32) as u32;
            for flip in flips(2) {
                let range = range(&part.starts, turned as u16 ^ flip);
                let most = LIKELY_64 - flip.count_ones();
                for entry in part.entries.get(range).unwrap_or_default() {
                    if ((entry >> 32) as u32 ^ other_bits).count_ones() > most {
                        continue;
                    }
                    let place = *entry as u32 as usize;
                    let other = self.codes.get(place).copied().unwrap_or(!code);
                    if (code ^ other).count_ones() <= LIKELY_64 {
                        found(place);
                    }
                }
            }
        }
    }
}

impl Part {
    fn of(codes: &[u64], turn: u32) -> Part {
        let starts = starts(codes.iter().map(|code| code.rotate_left(turn) as u16));
        let mut next = starts.clone();
        let mut entries = vec![0; codes.len()];
        for (place, code) in codes.iter().enumerate() {
            let turned = code.rotate_left(turn);
            let Some(next) = next.get_mut(usize::from(turned as u16)) else { continue };
            if let Some(entry) = entries.get_mut(*next as usize) {
                *entry = turned & !0xFFFF_FFFF | place as u64;
            }
            *next += 1;
        }
        Part { turn, starts, entries }
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
