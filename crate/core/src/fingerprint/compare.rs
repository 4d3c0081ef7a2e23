//! When two picture codes are the same work: every threshold, in one place.
//!
//! Measured by `cargo xtask recall` on 223 photographs under 62 edits each (drawn in
//! `crate/recall.svg`). Recall over the benign edits (recompression, size, colour, small
//! borders, overlays and crops), and wrong matches a pair of an edited picture and another
//! original: clothing among clothing (4.5 million pairs), and beside cameras (1.2 million):
//!
//! | rule | recall | one genre | general |
//! | --- | --- | --- | --- |
//! | sure: ≤ 8 of 64 and ≤ 48 of 256 | .845 | 0 | 0 |
//! | likely: ≤ 10 of 64 and ≤ 64 of 256 | .908 | 1.1e-5 | 0 |
//! | 64 bits alone ≤ 4 | .860 | 2e-7 | 0 |
//! | 64 bits alone ≤ 8 | .910 | 3.6e-5 | 0 |
//!
//! All of 892 mirrored and turned copies are found. Of AVIF, which a browser decodes, all are
//! likely and none sure, which alone takes .04 from the first row. Crops beyond 5 % and caption
//! bars are out of reach of these codes. Featureless codes never match (the rule of iscc-sdk
//! 0.9.7, <https://github.com/iscc/iscc-sdk>); unstable ones, and those of pixels that a browser
//! decoded, are at most likely.

use super::{Fingerprint, ImageCodes};

/// Bits of a full code.
pub const BITS: u32 = 256;
/// Distance of the first 64 bits up to which a match may be sure.
pub const SURE_64: u32 = 8;
/// Distance of all 256 bits up to which a match is sure.
pub const SURE_256: u32 = 48;
/// Distance of the first 64 bits up to which a match may be likely.
pub const LIKELY_64: u32 = 10;
/// Distance of all 256 bits up to which a match is likely.
pub const LIKELY_256: u32 = 64;
/// Distance up to which 64 bits alone, where nobody has more, are a match.
pub const ALONE_64: u32 = 4;
/// Up to here a 64-bit code alone may be said to look like another, and no more: among 6.7 million
/// codes there are 4.8e-3 such by chance.
pub const ALONE_LIKELY_64: u32 = 8;
/// Distance of the dHash up to which a near pHash is a match: among unrelated pictures one pair in
/// a hundred is nearer, and none of those has a pHash within 4 bits.
pub const CONFIRMED_DHASH: u32 = 10;
/// One-bits of a 64-bit segment below which a picture has no usable structure; a regular
/// segment has 32.
const FEWEST_ONES: u32 = 8;

/// How alike two pictures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Differing bits of the pair of codes that is closest.
    pub distance: u32,
    /// Bits compared.
    pub bits: u32,
    /// False: only likely.
    pub sure: bool,
    /// The one is the other mirrored or turned.
    pub turned: bool,
}

impl Likeness {
    /// Whether this pair of codes says more of two pictures than another pair of theirs.
    pub fn beats(&self, other: &Likeness) -> bool {
        self.rank() < other.rank()
    }

    /// Sure before likely, as it is before turned, near before far.
    fn rank(&self) -> (bool, u32, bool) {
        (!self.sure, self.distance, self.turned)
    }
}

/// Compares two pictures under every trim of each: a border may have been added to
/// either, and older tools trimmed otherwise. `None` when they are not alike.
pub fn compare(a: &ImageCodes, b: &ImageCodes) -> Option<Likeness> {
    let mut table = Table::default();
    table.add(b, false);
    table.nearest(&plain(a)).pop().map(|(_, likeness)| likeness)
}

/// Compares the first 64 bits, for registries that have no more.
pub fn alone_64(a: u64, b: u64) -> Option<Likeness> {
    let distance = (a ^ b).count_ones();
    let rich = a.count_ones() >= FEWEST_ONES && b.count_ones() >= FEWEST_ONES;
    let likeness = Likeness { distance, bits: 64, sure: true, turned: false };
    (rich && distance <= ALONE_64).then_some(likeness)
}

/// Whether a 256-bit code in hex says too little about its picture to be compared.
/// What is no code says nothing at all.
pub fn featureless(code: &str) -> bool {
    parse(code).is_none_or(|words| poor(&words))
}

/// What is asked about one picture: every code that another may be near to.
#[derive(Clone, Debug)]
pub struct Probe {
    words: Words,
    turned: bool,
    doubtful: bool,
}

/// The probes of a file: as it is under every trim, and turned and mirrored. Empty where it
/// has no code that could be compared.
pub fn probes(codes: &Fingerprint) -> Vec<Probe> {
    let Some(bodies) = codes.codes.as_ref().filter(|_| !codes.featureless) else {
        return Vec::new();
    };
    let doubtful = codes.doubtful();
    let mut probes = plain(bodies);
    for code in &codes.turned {
        add_probe(&mut probes, &code.code, true);
    }
    for probe in &mut probes {
        probe.doubtful = doubtful;
    }
    probes
}

impl Probe {
    /// The first 64 bits, by which candidates are found.
    pub fn first(&self) -> u64 {
        let [first, ..] = self.words;
        first
    }

    /// Whether it is the picture mirrored or turned.
    pub fn turned(&self) -> bool {
        self.turned
    }

    /// What a code of 256 bits says of this one; a `doubtful` one is at most likely.
    pub fn against(&self, theirs: &Words, doubtful: bool) -> Option<Likeness> {
        let [first, rest @ ..] = theirs;
        let first = (self.first() ^ first).count_ones();
        if first > LIKELY_64 {
            return None;
        }
        let [_, others @ ..] = self.words;
        let more = others.iter().zip(rest).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        let distance = first + more;
        if distance > LIKELY_256 {
            return None;
        }
        let sure = first <= SURE_64 && distance <= SURE_256 && !(self.doubtful || doubtful);
        Some(Likeness { distance, bits: BITS, sure, turned: self.turned })
    }

    /// The same where only the first 64 bits of the other are known.
    pub fn against_64(&self, theirs: u64, doubtful: bool) -> Option<Likeness> {
        let likeness = alone_64(self.first(), theirs)?;
        let sure = !(self.doubtful || doubtful);
        Some(Likeness { sure, turned: self.turned, ..likeness })
    }
}

/// pHash and dHash of a picture, as the index of Wikimedia Commons has them: where nobody has an
/// Image-Code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// By which candidates are found.
    pub phash: u64,
    /// What confirms them, and never decides alone.
    pub dhash: u64,
    doubtful: bool,
}

impl Hashes {
    /// Both hashes, where they say enough to be compared.
    pub fn new(phash: u64, dhash: u64) -> Option<Hashes> {
        // A flat picture has the dHash of thousands.
        let rich = phash.count_ones() >= FEWEST_ONES && (4..=60).contains(&dhash.count_ones());
        rich.then_some(Hashes { phash, dhash, doubtful: false })
    }

    /// The hashes of a file.
    pub fn of(print: &Fingerprint) -> Option<Hashes> {
        let hash = |hex: &Option<String>| u64::from_str_radix(hex.as_deref()?, 16).ok();
        let hashes = Hashes::new(hash(&print.phash)?, hash(&print.dhash)?);
        let hashes = hashes.filter(|_| !print.featureless)?;
        Some(Hashes { doubtful: print.doubtful(), ..hashes })
    }

    /// What another picture's hashes say of this one; a `doubtful` one is at most likely.
    pub fn against(&self, phash: u64, dhash: u64, doubtful: bool) -> Option<Likeness> {
        let likeness = alone_64(self.phash, phash)?;
        let confirmed = (self.dhash ^ dhash).count_ones() <= CONFIRMED_DHASH;
        Some(Likeness { sure: confirmed && !(self.doubtful || doubtful), ..likeness })
    }
}

/// Codes of many works, as numbers side by side: a million are walked in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Table {
    first: Vec<u64>,
    rest: Vec<[u64; 3]>,
    works: Vec<u32>,
    /// Of each work, whether it is at most likely.
    doubtful: Vec<bool>,
}

impl Table {
    /// Adds the next work, whose number is how many were added before; `doubtful` ones are at
    /// most likely. Codes that say too little are left out.
    pub fn add(&mut self, codes: &ImageCodes, doubtful: bool) {
        let number = u32::try_from(self.doubtful.len()).unwrap_or(u32::MAX);
        let mut probes = plain(codes);
        // Only the original is cropped; a copy shows no more than what was in it.
        add_probe(&mut probes, &codes.inset, false);
        for probe in probes {
            let [first, rest @ ..] = probe.words;
            self.first.push(first);
            self.rest.push(rest);
            self.works.push(number);
        }
        self.doubtful.push(doubtful);
    }

    /// Adds a work without codes, so that numbers stay in step.
    pub fn skip(&mut self) {
        self.doubtful.push(true);
    }

    /// Every work that is alike, by its number, with its closest pair of codes.
    pub fn nearest(&self, probes: &[Probe]) -> Vec<(usize, Likeness)> {
        let mut found: Vec<(usize, Likeness)> = Vec::new();
        for probe in probes {
            for (i, theirs) in self.first.iter().enumerate() {
                if (probe.first() ^ theirs).count_ones() > LIKELY_64 {
                    continue;
                }
                let (Some([b, c, d]), Some(work)) = (self.rest.get(i), self.works.get(i)) else {
                    continue;
                };
                let number = *work as usize;
                let doubtful = self.doubtful.get(number).is_none_or(|d| *d);
                let Some(likeness) = probe.against(&[*theirs, *b, *c, *d], doubtful) else {
                    continue;
                };
                match found.iter_mut().find(|(known, _)| *known == number) {
                    Some((_, best)) if likeness.beats(best) => *best = likeness,
                    Some(_) => {}
                    None => found.push((number, likeness)),
                }
            }
        }
        found
    }
}

/// The 256 bits of a code; the first is the highest of the first word.
pub type Words = [u64; 4];

/// The words of a code in hex, where it says enough to be compared.
pub fn comparable(code: &str) -> Option<Words> {
    parse(code).filter(|words| !poor(words))
}

/// The codes of a picture under its three trims that can be compared, each once.
fn plain(codes: &ImageCodes) -> Vec<Probe> {
    let mut probes = Vec::with_capacity(3);
    for code in [&codes.exact, &codes.tolerant, &codes.untrimmed] {
        add_probe(&mut probes, code, false);
    }
    probes
}

fn add_probe(probes: &mut Vec<Probe>, code: &str, turned: bool) {
    let Some(words) = parse(code) else { return };
    if !poor(&words) && probes.iter().all(|p| p.words != words) {
        probes.push(Probe { words, turned, doubtful: false });
    }
}

fn poor(words: &Words) -> bool {
    words.iter().any(|w| w.count_ones() < FEWEST_ONES)
}

/// Exactly 64 hex digits, else nothing.
pub(super) fn parse(code: &str) -> Option<Words> {
    let (digits, rest) = code.as_bytes().as_chunks::<16>();
    let digits: &[[u8; 16]; 4] = digits.try_into().ok().filter(|_| rest.is_empty())?;
    let mut words = Words::default();
    for (word, digits) in words.iter_mut().zip(digits) {
        for digit in digits {
            let value = char::from(*digit).to_digit(16)?;
            *word = *word << 4 | u64::from(value);
        }
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::super::DecodedBy;
    use super::super::TurnedCode;
    use super::*;

    const PLAIN: &str = "aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55";

    fn same(code: &str) -> ImageCodes {
        let [exact, tolerant, untrimmed] = [code; 3].map(String::from);
        ImageCodes { exact, tolerant, untrimmed, inset: String::new() }
    }

    /// Flips the first bits of a segment of [`PLAIN`].
    fn flipped(first: u32, others: u32) -> String {
        let mut words = parse(PLAIN).unwrap();
        words[0] ^= (1u64 << first) - 1;
        words[1] ^= (1u64 << others.min(60)) - 1;
        words[2] ^= (1u64 << others.saturating_sub(60)) - 1;
        words.iter().map(|w| format!("{w:016x}")).collect()
    }

    fn against(first: u32, others: u32) -> Option<(u32, bool)> {
        compare(&same(PLAIN), &same(&flipped(first, others))).map(|l| (l.distance, l.sure))
    }

    #[test]
    fn the_same_code_is_sure() {
        assert_eq!(against(0, 0), Some((0, true)));
    }

    #[test]
    fn both_thresholds_must_hold() {
        assert_eq!(against(8, 40), Some((48, true)));
        assert_eq!(against(8, 41), Some((49, false)));
        assert_eq!(against(9, 0), Some((9, false)));
        assert_eq!(against(10, 54), Some((64, false)));
        assert_eq!(against(10, 55), None);
        assert_eq!(against(11, 0), None);
        assert_eq!(against(0, 65), None);
    }

    #[test]
    fn a_trim_of_one_side_meets_another_of_the_other() {
        let far = flipped(30, 60);
        let ours = ImageCodes { untrimmed: PLAIN.into(), ..same(&far) };
        let theirs = ImageCodes { exact: flipped(2, 0), ..same(&flipped(40, 20)) };
        assert_eq!(compare(&ours, &theirs).unwrap().distance, 2);
    }

    #[test]
    fn a_sure_pair_beats_a_nearer_likely_one() {
        let theirs = ImageCodes { exact: flipped(9, 0), ..same(&flipped(8, 2)) };
        let best = compare(&same(PLAIN), &theirs).unwrap();
        assert_eq!((best.distance, best.sure), (10, true));
    }

    #[test]
    fn a_mirrored_picture_is_found_and_said_to_be_turned() {
        let mut table = Table::default();
        table.skip();
        table.add(&same(PLAIN), false);
        let turned = vec![TurnedCode { orientation: 2, code: flipped(2, 3) }];
        let far = flipped(30, 60);
        let seen = Fingerprint { codes: Some(same(&far)), turned, ..Fingerprint::default() };
        let likeness = Likeness { distance: 5, bits: 256, sure: true, turned: true };
        assert_eq!(table.nearest(&probes(&seen)), [(1, likeness)]);
        let featureless = Fingerprint { featureless: true, ..seen };
        assert!(probes(&featureless).is_empty());
    }

    #[test]
    fn a_cropped_copy_is_near_to_the_inset_code_of_the_original_only() {
        let (far, inset) = (flipped(30, 60), flipped(3, 3));
        let original = ImageCodes { inset, ..same(&far) };
        assert_eq!(compare(&same(PLAIN), &original).unwrap().distance, 6);
        assert_eq!(compare(&original, &same(PLAIN)), None);
    }

    #[test]
    fn pixels_from_a_browser_are_at_most_likely() {
        let mut table = Table::default();
        table.add(&same(PLAIN), false);
        let codes = Some(same(PLAIN));
        let seen = Fingerprint { codes, decoded_by: DecodedBy::Browser, ..Fingerprint::default() };
        let [(0, likeness)] = table.nearest(&probes(&seen))[..] else { panic!("not found") };
        assert_eq!((likeness.distance, likeness.sure), (0, false));
    }

    #[test]
    fn featureless_codes_never_match() {
        let poor = "8000000000000000aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55";
        assert!(featureless(poor));
        assert!(!featureless(PLAIN));
        assert_eq!(compare(&same(poor), &same(poor)), None);
    }

    #[test]
    fn what_is_no_code_matches_nothing() {
        for broken in [
            "",
            "aa55",
            PLAIN.trim_start_matches('a'),
            &format!("{PLAIN}0"),
            &PLAIN.replace('5', "é"),
        ] {
            assert_eq!(compare(&same(broken), &same(broken)), None, "{broken}");
            assert!(featureless(broken));
        }
    }

    #[test]
    fn a_near_phash_is_sure_only_with_a_near_dhash() {
        let (phash, dhash) = (0xc343_309e_3c9e_8e67, 0xc8c8_c8e0_6161_e9c6);
        let seen = Fingerprint {
            phash: Some(format!("{phash:016x}")),
            dhash: Some(format!("{dhash:016x}")),
            ..Fingerprint::default()
        };
        let ours = Hashes::of(&seen).unwrap();
        let told = |p: u64, d: u64| {
            ours.against(phash ^ p, dhash ^ d, false).map(|l| (l.distance, l.bits, l.sure))
        };
        assert_eq!(told(0b1111, 0x3FF), Some((4, 64, true)));
        assert_eq!(told(0b11, 0x7FF), Some((2, 64, false)));
        assert_eq!(told(0b1_1111, 0), None, "a dHash never decides");
        let doubtful = Fingerprint { unstable: true, ..seen.clone() };
        assert!(!Hashes::of(&doubtful).unwrap().against(phash, dhash, false).unwrap().sure);
        assert!(!ours.against(phash, dhash, true).unwrap().sure);
        assert_eq!(Hashes::of(&Fingerprint { featureless: true, ..seen.clone() }), None);
        assert_eq!(Hashes::of(&Fingerprint { dhash: None, ..seen }), None);
        assert_eq!(Hashes::new(phash, 0b111), None, "flat");
        assert_eq!(Hashes::new(1 << 63, dhash), None, "flat");
    }

    #[test]
    fn sixty_four_bits_alone_must_be_very_close() {
        let code = 0xaa55_aa55_aa55_aa55;
        assert!(alone_64(code, code ^ 0b1111).is_some());
        assert!(alone_64(code, code ^ 0b1_1111).is_none());
        assert!(alone_64(1 << 63, 1 << 63).is_none());
    }
}
