//! Shards: rows whose keys have some bits in common, to be fetched without naming a work.
//!
//! `crate/CATALOGUE.md`, "Shards". Whoever asks for a shard tells only those bits, which many
//! works and every absent one share. An exact key needs one shard. A perceptual code lies in one
//! shard of each band; those that differ from it in the bits of a band lie elsewhere, so one band
//! finds less than a table does, and more bands tell more.

use super::row::{CODE_ROW, CodeRow, KEY_ROW, KeyRow, key_of};
use super::table::{Found, Kind, Near};
use crate::fingerprint::Fingerprint;
use crate::fingerprint::compare::{Hashes, Probe, Words};
use crate::fingerprint::sound;

/// An exact hash by which files are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hash {
    /// BLAKE3; its beginning is the ISCC Instance-Code.
    Blake3,
    /// SHA-256.
    Sha256,
    /// SHA-1, as Wikimedia has it.
    Sha1,
}

/// What the shards of one name have rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Exact hashes.
    Exact(Hash),
    /// Rows of a table's kind by this band of their codes.
    Near(Kind, u8),
}

/// Bands of a code: two codes that differ in three bits agree in one of four.
pub const BANDS: u8 = 4;

impl Hash {
    /// In the order in which they are asked.
    pub const ALL: [Hash; 3] = [Hash::Blake3, Hash::Sha256, Hash::Sha1];

    /// Its name.
    pub fn token(self) -> &'static str {
        match self {
            Hash::Blake3 => "blake3",
            Hash::Sha256 => "sha256",
            Hash::Sha1 => "sha1",
        }
    }

    /// The key of a file.
    pub fn key(self, print: &Fingerprint) -> Option<[u8; super::row::KEY]> {
        key_of(match self {
            Hash::Blake3 => &print.blake3,
            Hash::Sha256 => &print.sha256,
            Hash::Sha1 => &print.sha1,
        })
    }
}

impl Family {
    /// Its name in the descriptor.
    pub fn name(self) -> String {
        match self {
            Family::Exact(hash) => hash.token().to_string(),
            Family::Near(kind, band) => format!("{}-{band}", kind.token()),
        }
    }
}

/// The family of this name.
pub fn family(name: &str) -> Option<Family> {
    let exact = Hash::ALL.into_iter().map(Family::Exact);
    let bands = |kind| (0..BANDS).map(move |band| Family::Near(kind, band));
    let bands = Kind::ALL.into_iter().flat_map(bands);
    exact.chain(bands).find(|family| family.name() == name)
}

/// The bits by which a family with this many shards (a power of two) is cut.
///
/// Exact hashes are even everywhere. The low frequencies of a picture change least when it is
/// saved anew, so the bits of an Image-Code or a pHash are taken in zigzag order; the first of all,
/// which says that there is a mean brightness, is always one and tells nothing.
pub fn bits(family: Family, count: usize) -> Vec<u8> {
    let from = |band: u8| usize::from(band) * 16;
    match family {
        Family::Exact(_) => (0..128).take(count).collect(),
        Family::Near(Kind::Image | Kind::Hashes, band) => {
            let order = zigzag().into_iter().skip(1).collect::<Vec<u8>>();
            order.iter().copied().cycle().skip(from(band)).take(count).collect()
        }
        Family::Near(Kind::Audio, band) => (0..64).cycle().skip(from(band)).take(count).collect(),
    }
}

/// The places of an 8 by 8 block from the lowest frequency to the highest (ITU-T T.81, figure A.6).
fn zigzag() -> Vec<u8> {
    let mut places: Vec<u8> = (0..64).collect();
    places.sort_by_key(|place| {
        let (row, column) = (place / 8, place % 8);
        let diagonal = row + column;
        (diagonal, if diagonal % 2 == 0 { column } else { row })
    });
    places
}

/// The number of the shard of a key: the bits at these places, the first the highest.
pub fn number(key: &[u8], bits: &[u8]) -> u64 {
    bits.iter().fold(0, |number, bit| {
        let byte = key.get(usize::from(bit / 8)).copied().unwrap_or_default();
        number << 1 | u64::from(byte >> (7 - bit % 8) & 1)
    })
}

/// The rows of a shard that have this key.
pub fn with_key(rows: &[u8], key: &[u8; super::row::KEY]) -> Vec<KeyRow> {
    let (rows, _) = rows.as_chunks::<KEY_ROW>();
    rows.iter().filter_map(KeyRow::from_bytes).filter(|row| row.key == *key).collect()
}

/// The works of a shard with a picture that is alike.
pub fn alike(rows: &[u8], probes: &[Probe]) -> Vec<Near> {
    let (rows, _) = rows.as_chunks::<CODE_ROW>();
    let mut found = Found::default();
    for row in rows.iter().filter_map(CodeRow::from_bytes) {
        probes.iter().for_each(|probe| found.compare(row, probe));
    }
    found.sorted()
}

/// The works of a shard with a picture whose hashes are near.
pub fn alike_hashes(rows: &[u8], seen: &Hashes) -> Vec<Near> {
    let (rows, _) = rows.as_chunks::<CODE_ROW>();
    let mut found = Found::default();
    for row in rows.iter().filter_map(CodeRow::from_bytes) {
        found.compare_hashes(row, seen);
    }
    found.sorted()
}

/// The rows of a shard with a sound that is worth a closer look.
pub fn candidates(rows: &[u8], code: &Words) -> Vec<CodeRow> {
    let (rows, _) = rows.as_chunks::<CODE_ROW>();
    let rows = rows.iter().filter_map(CodeRow::from_bytes);
    rows.filter(|row| sound::candidate_words(code, &row.words)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{CODE, probes, row};
    use super::*;

    #[test]
    fn low_frequencies_come_first_and_the_mean_not_at_all() {
        // Figure A.6: 0 1 8 16 9 2 3 10 17 24 …
        assert_eq!(zigzag()[..10], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]);
        assert_eq!(zigzag()[60..], [47, 55, 62, 63]);
        assert_eq!(bits(Family::Near(Kind::Image, 0), 3), [1, 8, 16]);
        let bands = (0..BANDS).flat_map(|band| bits(Family::Near(Kind::Image, band), 15));
        let mut all: Vec<u8> = bands.collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 60, "four bands of fifteen bits have none in common");
    }

    #[test]
    fn a_shard_is_numbered_by_bits_of_the_key() {
        let key = [0b1010_0000, 0, 0b0000_0001];
        assert_eq!(number(&key, &[0, 1, 2]), 0b101);
        assert_eq!(number(&key, &[23, 0, 1]), 0b110);
        assert_eq!(number(&key, &[]), 0);
        assert_eq!(number(&key, &[200]), 0, "a bit that is not there");
    }

    #[test]
    fn names_and_families_are_one_to_one() {
        for name in ["blake3", "sha256", "sha1", "image-0", "image-3", "audio-2", "hashes-1"] {
            assert_eq!(family(name).unwrap().name(), name);
        }
        assert_eq!(family("image-4"), None);
        assert_eq!(family("video-0"), None);
    }

    #[test]
    fn rows_are_found_by_key_or_by_likeness() {
        let key =
            |first: u8| KeyRow { key: [first; 16], says: Default::default(), record: first.into() };
        let rows: Vec<u8> = [key(1), key(2), key(2)].iter().flat_map(KeyRow::to_bytes).collect();
        assert_eq!(with_key(&rows, &[2; 16]), [key(2), key(2)]);
        assert_eq!(with_key(&rows, &[3; 16]), []);
        let rows: Vec<u8> =
            [row(1, 4), row(0xFFFF_FFFF, 5)].iter().flat_map(CodeRow::to_bytes).collect();
        let near = alike(&rows, &probes(CODE));
        assert_eq!(near.iter().map(|n| n.row.record).collect::<Vec<_>>(), [4]);
        assert!(alike(&rows[..38], &probes(CODE)).is_empty(), "half a row is no row");
    }
}
