//! What was heard of a sound, and when two sounds are the same recording.
//!
//! A sound's words are those of Chromaprint's algorithm 2 ("test2",
//! <https://github.com/acoustid/chromaprint>, `fpcalc -raw -length 0`): 32 bits for each
//! 1,365 samples at 11,025 Hz, about eight a second. The ISCC Audio-Code (ISO 24138) is made
//! of them. It finds candidates in a table; it collides on quiet and ambient tracks and
//! misses excerpts, so what decides is the share of differing bits at the best alignment.
//! Left out: decoding, which is the work of the crate `sayso-sound`.
//!
//! Measured on music of games by `cargo xtask recall sound` (November 2026): 5,120 edits of 160
//! originals in 32 ways (recoded, cut, louder, filtered, with noise, faster and slower), 12,720
//! pairs of originals, and 10,049 pairs of an edit and a stranger:
//!
//! | rule | recall | wrong matches |
//! | --- | --- | --- |
//! | sure: ≤ .20 of the bits differ over 10 s or more | .857 | none in 22,769 pairs |
//! | likely: ≤ .30 over 20 s or more | .941 | 2, over 42 and 37 s |
//! | candidate: 256-bit codes of ≤ 64 differing bits | .604 | |
//!
//! Nearly every edit is found for sure but a telephone's band (.24), a tempo 3 % off (.10) and a
//! speed 2 % off (.03). Four pairs of tracks are alike over 148 to 197 s, as games reuse and vary
//! their music; they are not counted as wrong, nor are edits of the one beside the other. Sounds
//! that hardly change (rain, a chord held) differ in few bits wherever they are laid: a likeness
//! must therefore be more than chance.

use serde::{Deserialize, Serialize};

use super::{Chromaprint, iscc};
use crate::vocabulary::Problem;

/// What one listening gave: everything about a sound that its samples tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Heard {
    /// Seconds that were decoded.
    pub seconds: f64,
    /// Whether that was the whole sound.
    pub whole: bool,
    /// The form that AcoustID takes; none where the sound is too short.
    pub chromaprint: Option<Chromaprint>,
    /// Audio-Code, 64 bits.
    pub audio: Option<String>,
    /// Audio-Code, 256 bits.
    pub audio_256: Option<String>,
    /// What is compared; none where the sound is too short or says nothing.
    pub sound: Option<SoundCodes>,
    /// What could not be heard, and why.
    pub problems: Vec<Problem>,
}

/// The codes of one sound that own works and catalogues compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct SoundCodes {
    /// The 256-bit Audio-Code, 64 hex digits: finds candidates.
    pub code: String,
    /// Every word, compressed as Chromaprint does it: decides.
    pub print: String,
}

/// How alike two sounds are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Bits that differ where the two lie over each other.
    pub distance: u32,
    /// Bits compared.
    pub bits: u32,
    /// Seconds into the second sound at which the first one begins; negative where the
    /// first has something before.
    pub offset_s: f64,
    /// False: only likely.
    pub sure: bool,
}

/// Words a second: one for each 1,365 samples at 11,025 Hz.
pub const WORDS_A_SECOND: f64 = 11_025.0 / 1_365.0;
/// Distance of two 256-bit Audio-Codes up to which a table's entry is a candidate.
pub const CANDIDATE_256: u32 = 64;
/// Share of differing bits up to which a match is sure.
pub const SURE: f64 = 0.20;
/// Share of differing bits up to which a match is likely.
pub const LIKELY: f64 = 0.30;

/// Words that must lie over each other: ten seconds.
const OVERLAP: usize = 81;
/// The same where the match is only likely, twenty seconds: of thousands of alignments of two
/// strangers, one of a few seconds is alike by chance.
const OVERLAP_LIKELY: usize = 162;
/// Words of a print that are compared at all: the half hour that is listened to, and a rest.
const WORDS_MAX: usize = 16_384;
/// Words looked at before an alignment is looked at in full.
const SAMPLED: usize = 32;
/// Share of differing bits in the sample above which an alignment is given up. Chance is
/// .50 with a spread below .04 on music.
const HOPELESS: f64 = 0.40;
/// Share of the bits that would differ by chance up to which two sounds are alike at all. Measured:
/// edits that are found differ in .81 of them at most (.47 where the match is sure), strangers
/// that hardly change in .94 to 1.
const BEYOND_CHANCE: f64 = 0.85;

impl Heard {
    /// Words, and how much of the sound they are, to everything that is told of them.
    pub fn of(words: &[u32], seconds: f64, whole: bool, length_s: f64) -> Heard {
        let first = words.get(..ACOUSTID_WORDS).unwrap_or(words);
        let audio_256 = if words.is_empty() { None } else { iscc::of_words(words, 256) };
        let audio = audio_256.as_deref().and_then(|code| iscc::shortened(code, 64));
        let code = audio_256.as_deref().and_then(iscc::body);
        Heard {
            seconds,
            whole,
            chromaprint: (!words.is_empty()).then(|| Chromaprint {
                duration_s: length_s,
                compressed: compress(first),
                items: u32::try_from(first.len()).unwrap_or(u32::MAX),
            }),
            audio,
            audio_256,
            sound: code.map(|code| SoundCodes { code, print: compress(words) }),
            problems: Vec::new(),
        }
    }
}

/// Words of the first 120 s, which is what AcoustID takes: (120 · 11,025 − 4,096) / 1,365
/// frames, less the 4 and 15 that the filters need before the first word.
const ACOUSTID_WORDS: usize = 948;

/// Whether an entry of a table is worth a closer look. An excerpt's code may be further away.
pub fn candidate(a: &SoundCodes, b: &SoundCodes) -> bool {
    match (super::compare::parse(&a.code), super::compare::parse(&b.code)) {
        (Some(a), Some(b)) => candidate_words(&a, &b),
        _ => false,
    }
}

/// The same for codes as words.
pub fn candidate_words(a: &super::compare::Words, b: &super::compare::Words) -> bool {
    let distance: u32 = a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum();
    distance <= CANDIDATE_256
}

/// Compares two sounds at their best alignment. `None` when they are not alike, too short
/// to tell, or say too little (silence, one tone).
pub fn compare(a: &SoundCodes, b: &SoundCodes) -> Option<Likeness> {
    compare_words(&expand(&a.print)?, &expand(&b.print)?)
}

/// The same for one sound and many.
pub fn compare_words(a: &[u32], b: &[u32]) -> Option<Likeness> {
    let (a, b) = (a.get(..WORDS_MAX).unwrap_or(a), b.get(..WORDS_MAX).unwrap_or(b));
    let shortest = a.len().min(b.len());
    if shortest < OVERLAP {
        return None;
    }
    // Every way of laying one over the other in which enough words meet. First the starts
    // of `a` that meet the start of `b`, then the starts of `b` that meet the start of `a`.
    let before = (1..=a.len().saturating_sub(OVERLAP)).map(|skip| (skip, 0));
    let after = (0..=b.len().saturating_sub(OVERLAP)).map(|skip| (0, skip));
    let mut best: Option<(f64, u32, usize, (usize, usize))> = None;
    for (skip_a, skip_b) in before.chain(after) {
        let (Some(x), Some(y)) = (a.get(skip_a..), b.get(skip_b..)) else { continue };
        let met = x.len().min(y.len());
        let (Some(x), Some(y)) = (x.get(..met), y.get(..met)) else { continue };
        let step = (met / SAMPLED).max(1);
        let sampled = differing(x.iter().step_by(step), y.iter().step_by(step));
        if share(sampled, met.div_ceil(step)) > HOPELESS {
            continue;
        }
        let distance = differing(x.iter(), y.iter());
        let differs = share(distance, met);
        let short = met < OVERLAP_LIKELY && differs > SURE;
        if differs > LIKELY || short || best.is_some_and(|(least, ..)| differs >= least) {
            continue;
        }
        if says_something(x) && says_something(y) && beyond_chance(x, y, distance) {
            best = Some((differs, distance, met, (skip_a, skip_b)));
        }
    }
    let (differs, distance, met, (skip_a, skip_b)) = best?;
    let words = |n: usize| n as f64 / WORDS_A_SECOND;
    Some(Likeness {
        distance,
        bits: u32::try_from(met).unwrap_or(u32::MAX).saturating_mul(32),
        offset_s: words(skip_b) - words(skip_a),
        sure: differs <= SURE,
    })
}

fn differing<'a>(a: impl Iterator<Item = &'a u32>, b: impl Iterator<Item = &'a u32>) -> u32 {
    a.zip(b).map(|(a, b)| (a ^ b).count_ones()).sum()
}

fn share(distance: u32, words: usize) -> f64 {
    f64::from(distance) / (words.max(1) as f64 * 32.0)
}

/// Silence and a lasting tone give the same few words over and over: they are like each
/// other and tell no two recordings apart.
fn says_something(words: &[u32]) -> bool {
    let mut sorted = words.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.len() >= words.len() / 5
}

/// Whether fewer bits differ than would if the words stood in any other order. In what hardly
/// changes (rain, one chord held) each bit is nearly always the same, and two strangers of that
/// kind differ in a quarter of their bits wherever they are laid over each other.
fn beyond_chance(a: &[u32], b: &[u32], distance: u32) -> bool {
    let ones = |words: &[u32], bit: u32| {
        let count = words.iter().filter(|word| **word >> bit & 1 == 1).count();
        count as f64 / words.len().max(1) as f64
    };
    let by_chance = (0..u32::BITS).map(|bit| {
        let (p, q) = (ones(a, bit), ones(b, bit));
        p * (1.0 - q) + q * (1.0 - p)
    });
    f64::from(distance) <= by_chance.sum::<f64>() * a.len() as f64 * BEYOND_CHANCE
}

/// Words in the compressed form of Chromaprint, as base64url without padding: the algorithm
/// (1 is "test2"), the number of words in three bytes, then for each word, XORed with the one
/// before, the distances between its set bits in 3 bits each. 0 ends a word; 7 says that the
/// rest of the distance stands in the 5-bit list that follows.
pub fn compress(words: &[u32]) -> String {
    let mut near = Bits::default();
    let mut far = Bits::default();
    let mut last = 0;
    for word in words {
        let mut left = word ^ last;
        last = *word;
        let mut at = 0;
        while left != 0 {
            let bit = left.trailing_zeros() + 1;
            let distance = bit - at;
            near.push(distance.min(FAR), 3);
            if distance >= FAR {
                far.push(distance - FAR, 5);
            }
            at = bit;
            left &= left - 1;
        }
        near.push(0, 3);
    }
    let [_, high, middle, low] = u32::try_from(words.len()).unwrap_or(u32::MAX).to_be_bytes();
    let bytes = [&[TEST2, high, middle, low], near.bytes.as_slice(), far.bytes.as_slice()].concat();
    base64url(&bytes)
}

/// The words of a compressed form; `None` for what is none, is cut, or is longer than what
/// is listened to.
pub fn expand(compressed: &str) -> Option<Vec<u32>> {
    let bytes = from_base64url(compressed)?;
    let ([TEST2, high, middle, low], packed) = bytes.split_first_chunk::<4>()? else {
        return None;
    };
    let count = usize::try_from(u32::from_be_bytes([0, *high, *middle, *low])).ok()?;
    if count > WORDS_MAX {
        return None;
    }
    // The list of far distances begins at the byte after the last near one.
    let mut near = Reader { bytes: packed, at: 0 };
    let mut ended = 0;
    while ended < count {
        ended += usize::from(near.pull(3)? == 0);
    }
    let mut far = Reader { bytes: packed, at: near.at.div_ceil(8) * 8 };
    let mut near = Reader { bytes: packed, at: 0 };
    let mut words = Vec::with_capacity(count);
    let mut last = 0_u32;
    for _ in 0..count {
        let mut bit = 0_u32;
        loop {
            let mut distance = near.pull(3)?;
            if distance == 0 {
                break;
            }
            if distance == FAR {
                distance += far.pull(5)?;
            }
            bit += distance;
            last ^= 1_u32.checked_shl(bit - 1)?;
        }
        words.push(last);
    }
    Some(words)
}

/// The number of Chromaprint's second algorithm, which `fpcalc` uses by default.
const TEST2: u8 = 1;
/// The largest distance in 3 bits; it and larger ones have a second part.
const FAR: u32 = 7;

/// Bits from the lowest of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    free: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for n in 0..count {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            if let Some(byte) = self.bytes.last_mut() {
                *byte |= (u8::from(value >> n & 1 == 1)) << (8 - self.free);
            }
            self.free -= 1;
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn pull(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for n in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << n;
            self.at += 1;
        }
        Some(value)
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648, clause 5, without padding.
fn base64url(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0_u32, |bits, b| bits << 8 | u32::from(*b));
        let bits = bits << (8 * (3 - part.len()));
        for n in 0..=part.len() {
            let six = (bits >> (18 - 6 * n) & 63) as usize;
            out.push(ALPHABET.get(six).copied().map_or('A', char::from));
        }
    }
    out
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for part in text.as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for byte in part {
            let six = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'-' => 62,
                b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(six);
        }
        let [_, a, b, c] = (bits << (6 * (4 - part.len()))).to_be_bytes();
        out.extend([a, b, c].iter().take((part.len() * 6) / 8));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that change like those of music: about four bits from one to the next.
    fn music(seed: u32, count: usize) -> Vec<u32> {
        let mut state = seed.wrapping_mul(2_654_435_761).max(1);
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        let mut word = next();
        (0..count)
            .map(|_| {
                for _ in 0..4 {
                    word ^= 1 << (next() % 32);
                }
                word
            })
            .collect()
    }

    /// Flips so many of a hundred bits.
    fn noisy(words: &[u32], percent: u32) -> Vec<u32> {
        let mut count = 0;
        let flip = |word: &u32| {
            (0..32).fold(*word, |word, bit| {
                count += 1;
                if (count * 37) % 100 < percent { word ^ (1 << bit) } else { word }
            })
        };
        words.iter().map(flip).collect()
    }

    #[test]
    fn two_sounds_that_hardly_change_are_not_alike_by_that() {
        // One word held, in which each time other bits of the lowest twelve are different.
        let held = |seed: u32| -> Vec<u32> {
            music(seed, 300).iter().map(|word| 0x5A5A_5000 | word & 0xFFF).collect()
        };
        let (a, b) = (held(21), held(22));
        let apart = share(differing(a.iter(), b.iter()), a.len());
        assert!(apart < SURE, "{apart}");
        assert_eq!(compare_words(&a, &b), None);
        // An excerpt of the one is found in it nonetheless.
        assert!(compare_words(&a[100..250], &a).is_some_and(|found| found.sure));
    }

    #[test]
    fn what_is_compressed_comes_back() {
        for words in [vec![], vec![0, 0, 0], vec![u32::MAX, 1 << 31, 1, 0], music(3, 1_000)] {
            assert_eq!(expand(&compress(&words)), Some(words));
        }
    }

    #[test]
    fn compressed_forms_are_those_of_chromaprint() {
        // From the tests of Chromaprint 1.5.1, with their first byte set to algorithm 1.
        assert_eq!(from_base64url(&compress(&[1])).unwrap(), [1, 0, 0, 1, 1]);
        assert_eq!(from_base64url(&compress(&[7])).unwrap(), [1, 0, 0, 1, 73, 0]);
        assert_eq!(from_base64url(&compress(&[1 << 6])).unwrap(), [1, 0, 0, 1, 7, 0]);
        assert_eq!(from_base64url(&compress(&[1 << 8])).unwrap(), [1, 0, 0, 1, 7, 2]);
        assert_eq!(from_base64url(&compress(&[1, 0])).unwrap(), [1, 0, 0, 2, 65, 0]);
        assert_eq!(from_base64url(&compress(&[1, 1])).unwrap(), [1, 0, 0, 2, 1, 0]);
    }

    #[test]
    fn what_is_no_print_has_no_words() {
        let good = compress(&music(5, 50));
        assert!(expand(good.get(..good.len() - 4).unwrap()).is_none());
        for broken in ["", "AQ", "AgAAAQE", "AQAAAQ", "AQ==", "é", "AQD__w"] {
            assert_eq!(expand(broken), None, "{broken}");
        }
    }

    #[test]
    fn an_excerpt_is_found_where_it_stands() {
        let song = music(7, 1_500);
        let cut = noisy(&song[400..700], 12);
        let found = compare_words(&cut, &song).unwrap();
        assert!(found.sure);
        assert!((found.offset_s - 400.0 / WORDS_A_SECOND).abs() < 1e-9);
        let back = compare_words(&song, &cut).unwrap();
        assert!((back.offset_s + found.offset_s).abs() < 1e-9);
        assert_eq!(found.bits, 300 * 32);
    }

    #[test]
    fn the_share_of_differing_bits_decides() {
        let song = music(9, 400);
        assert!(compare_words(&noisy(&song, 19), &song).unwrap().sure);
        assert!(!compare_words(&noisy(&song, 28), &song).unwrap().sure);
        assert_eq!(compare_words(&noisy(&song, 33), &song), None);
    }

    #[test]
    fn others_and_short_ones_and_silence_are_not_alike() {
        for seed in 1..40 {
            assert_eq!(compare_words(&music(seed, 300), &music(seed + 100, 900)), None);
        }
        let song = music(11, 300);
        assert_eq!(compare_words(&song[..OVERLAP - 1], &song), None);
        let silence = vec![627_964_279; 500];
        assert_eq!(compare_words(&silence, &silence), None);
    }

    #[test]
    fn a_short_sound_tells_nothing_and_a_long_one_only_its_first_two_minutes_to_acoustid() {
        assert_eq!(Heard::of(&[], 1.0, true, 1.0).chromaprint, None);
        let words = music(13, 2_000);
        let heard = Heard::of(&words, 250.0, true, 250.0);
        let print = heard.chromaprint.unwrap();
        assert_eq!((print.items, expand(&print.compressed).unwrap()), (948, words[..948].to_vec()));
        assert_eq!(expand(&heard.sound.unwrap().print), Some(words));
        assert!(heard.audio.unwrap().starts_with("ISCC:EIA"));
        assert!(heard.audio_256.unwrap().starts_with("ISCC:EID"));
    }
}
