//! Code tables: every code of a catalogue, to be asked on the reader's own machine.
//!
//! `crate/CATALOGUE.md`, "Tables". A table is a head and five columns. Whose codes are near to
//! another is said by [`crate::fingerprint::compare`], and of sounds by
//! [`crate::fingerprint::sound`], and nowhere else.

use super::index::Index;
use super::row::{CODE_ROW, CodeRow};
use super::{Refusal, take};
use crate::fingerprint::compare::{Hashes, Likeness, Probe, Words};
use crate::fingerprint::sound;

/// The first bytes of a table.
pub const MAGIC: [u8; 8] = *b"SAYSOTBL";
/// Bytes before the columns.
pub const HEAD: usize = 32;
/// The version that is written and read.
pub const VERSION: u8 = 1;

/// What a table has codes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Pictures: Image-Codes of 256 bits.
    Image,
    /// Sounds: Audio-Codes of 256 bits.
    Audio,
    /// Pictures: a pHash and a dHash, as the index of Wikimedia Commons has them.
    Hashes,
}

impl Kind {
    /// All.
    pub const ALL: [Kind; 3] = [Kind::Image, Kind::Audio, Kind::Hashes];

    /// Its name in the descriptor and in names of files.
    pub fn token(self) -> &'static str {
        match self {
            Kind::Image => "image",
            Kind::Audio => "audio",
            Kind::Hashes => "hashes",
        }
    }

    /// The kind of this name.
    pub fn of(token: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.token() == token)
    }

    /// Its byte in the head of a table.
    pub fn byte(self) -> u8 {
        match self {
            Kind::Image => 1,
            Kind::Audio => 2,
            Kind::Hashes => 3,
        }
    }
}

/// The head of a table with so many rows.
pub fn head(kind: Kind, rows: u64) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    let mut out = head.as_mut_slice();
    super::put(&mut out, MAGIC);
    super::put(&mut out, [VERSION, kind.byte(), 0, 0, 0, 0, 0, 0]);
    super::put(&mut out, rows.to_be_bytes());
    head
}

/// The kind and the number of rows that a head promises.
pub fn read_head(head: &[u8]) -> Option<(Kind, u64)> {
    let mut from = head;
    let magic = take::<8>(&mut from)?;
    let [version, kind, rest @ ..] = take::<8>(&mut from)?;
    let rows = u64::from_be_bytes(take(&mut from)?);
    let kind = Kind::ALL.into_iter().find(|k| k.byte() == kind)?;
    let rest_is_zero = rest == [0; 6] && take::<8>(&mut from)? == [0; 8];
    (magic == MAGIC && version == VERSION && rest_is_zero).then_some((kind, rows))
}

/// The columns after the head, as bytes of each row: code, rest, flags, says, record.
pub const COLUMNS: [usize; 5] = [8, 24, 1, 2, 4];

/// A work that is near to what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// Its row with the closest code.
    pub row: CodeRow,
    /// How alike.
    pub likeness: Likeness,
}

/// A table in memory.
#[derive(Clone, Debug)]
pub struct Table {
    kind: Kind,
    index: Index,
    /// All columns but the first.
    columns: Vec<u8>,
}

impl Table {
    /// Reads a table whose hash has been compared already, or need not be.
    pub fn read(bytes: Vec<u8>) -> Result<Table, Refusal> {
        let wrong = |why: &str| Refusal::malformed("table", why);
        let (head, body) =
            bytes.split_at_checked(HEAD).ok_or_else(|| wrong("it ends in its head"))?;
        let (kind, rows) = read_head(head).ok_or_else(|| wrong("this is no head of a table"))?;
        let rows = usize::try_from(rows).ok().filter(|r| u32::try_from(*r).is_ok());
        let rows = rows.filter(|r| r.checked_mul(CODE_ROW) == Some(body.len()));
        let rows = rows.ok_or_else(|| wrong("its length does not fit its rows"))?;
        let (codes, _) =
            body.split_at_checked(rows * 8).ok_or_else(|| wrong("its length is wrong"))?;
        let (codes, _) = codes.as_chunks::<8>();
        let codes: Vec<u64> = codes.iter().map(|code| u64::from_be_bytes(*code)).collect();
        if !codes.is_sorted() {
            return Err(wrong("its rows are not sorted"));
        }
        // A table may have half a gigabyte: what is kept of it is not copied.
        let mut columns = bytes;
        columns.drain(..HEAD + rows * 8);
        Ok(Table { kind, index: Index::of(codes), columns })
    }

    /// What it has codes of.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its first column, by which rows are found.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// How many codes it has.
    pub fn rows(&self) -> usize {
        self.index.codes().len()
    }

    /// One row; `None` where there is none, or it has a flag without a meaning.
    pub fn row(&self, place: usize) -> Option<CodeRow> {
        let code = self.index.codes().get(place)?;
        let mut bytes = [0; CODE_ROW];
        let mut out = bytes.as_mut_slice();
        super::put(&mut out, code.to_be_bytes());
        let mut at = 0;
        for width in COLUMNS.into_iter().skip(1) {
            let from = at + place * width;
            for byte in self.columns.get(from..from + width)? {
                super::put(&mut out, [*byte]);
            }
            at += self.rows() * width;
        }
        CodeRow::from_bytes(&bytes)
    }

    /// Every row, in order.
    pub fn all(&self) -> impl Iterator<Item = CodeRow> {
        (0..self.rows()).filter_map(|place| self.row(place))
    }

    /// Every work with a picture that is alike, each with its closest pair of codes; the surest
    /// and nearest first.
    pub fn nearest(&self, probes: &[Probe]) -> Vec<Near> {
        let mut found = Found::default();
        if self.kind == Kind::Image {
            for probe in probes {
                self.index.near(probe.first(), |place| {
                    if let Some(row) = self.row(place) {
                        found.compare(row, probe);
                    }
                });
            }
        }
        found.sorted()
    }

    /// Every work with a picture whose hashes are near, the surest and nearest first.
    pub fn nearest_hashes(&self, seen: &Hashes) -> Vec<Near> {
        let mut found = Found::default();
        if self.kind == Kind::Hashes {
            self.index.near(seen.phash, |place| {
                if let Some(row) = self.row(place) {
                    found.compare_hashes(row, seen);
                }
            });
        }
        found.sorted()
    }

    /// The rows of every sound that is worth a closer look. An excerpt's code lies further away
    /// than this.
    pub fn candidates(&self, code: &Words) -> Vec<CodeRow> {
        if self.kind != Kind::Audio {
            return Vec::new();
        }
        self.all().filter(|row| sound::candidate_words(code, &row.words)).collect()
    }
}

/// What was found among rows, wherever they came from.
#[derive(Debug, Default)]
pub struct Found(Vec<Near>);

impl Found {
    /// Keeps a row that is alike, unless a closer one of the same work is known.
    pub fn compare(&mut self, row: CodeRow, probe: &Probe) {
        if row.flags.featureless() {
            return;
        }
        let [first, ..] = row.words;
        let likeness = match row.flags.short() {
            true => probe.against_64(first, row.flags.unstable()),
            false => probe.against(&row.words, row.flags.unstable()),
        };
        self.keep(row, likeness);
    }

    /// The same of a row with hashes.
    pub fn compare_hashes(&mut self, row: CodeRow, seen: &Hashes) {
        let [phash, dhash, ..] = row.words;
        if !row.flags.featureless() {
            self.keep(row, seen.against(phash, dhash, row.flags.unstable()));
        }
    }

    fn keep(&mut self, row: CodeRow, likeness: Option<Likeness>) {
        let Some(likeness) = likeness else { return };
        match self.0.iter_mut().find(|near| near.row.record == row.record) {
            Some(near) if likeness.beats(&near.likeness) => *near = Near { row, likeness },
            Some(_) => {}
            None => self.0.push(Near { row, likeness }),
        }
    }

    /// The surest and nearest first; equals by their record, so that the order is always one.
    pub fn sorted(mut self) -> Vec<Near> {
        self.0.sort_by_key(|near| (!near.likeness.sure, near.likeness.distance, near.row.record));
        self.0
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::row::{Flags, Says, Trim};
    use super::*;
    use crate::fingerprint::compare;
    use crate::fingerprint::{Fingerprint, ImageCodes};

    pub(crate) const CODE: &str =
        "aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55";

    pub(crate) fn row(flip: u64, record: u32) -> CodeRow {
        let mut words = compare::comparable(CODE).unwrap();
        words[0] ^= flip;
        CodeRow { words, flags: Flags::default(), says: Says(0x1000), record }
    }

    /// The bytes of a table with these rows.
    pub(crate) fn table(kind: Kind, rows: &[CodeRow]) -> Vec<u8> {
        let mut rows: Vec<[u8; CODE_ROW]> = rows.iter().map(CodeRow::to_bytes).collect();
        rows.sort_unstable();
        let mut bytes = head(kind, rows.len() as u64).to_vec();
        let mut from = 0;
        for width in COLUMNS {
            rows.iter().for_each(|row| bytes.extend_from_slice(&row[from..from + width]));
            from += width;
        }
        bytes
    }

    pub(crate) fn probes(code: &str) -> Vec<compare::Probe> {
        let [exact, tolerant, untrimmed] = [code; 3].map(String::from);
        let codes = Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() });
        compare::probes(&Fingerprint { codes, ..Fingerprint::default() })
    }

    #[test]
    fn the_closest_code_of_each_work_is_found_in_order() {
        let far = row(0xFFF, 3);
        let rows = [row(0b1111, 7), row(0b11, 7), row(1 << 40, 2), far, row(0x1FF, 9)];
        let table = Table::read(table(Kind::Image, &rows)).unwrap();
        let found: Vec<_> = table
            .nearest(&probes(CODE))
            .iter()
            .map(|n| (n.row.record, n.likeness.distance, n.likeness.sure))
            .collect();
        assert_eq!(found, [(2, 1, true), (7, 2, true), (9, 9, false)]);
        let all: Vec<CodeRow> = table.all().collect();
        let mut sorted = rows;
        sorted.sort();
        assert_eq!(all, sorted);
    }

    #[test]
    fn flags_hold_back_what_is_not_known() {
        let unstable = CodeRow { flags: Flags::new(Trim::Exact, true, false), ..row(0, 1) };
        let short = |flip| {
            let CodeRow { words: [first, ..], .. } = row(flip, 2);
            let flags = Flags::new(Trim::Exact, false, true);
            CodeRow { words: [first, 0, 0, 0], flags, ..row(0, 2) }
        };
        let featureless = CodeRow { flags: Flags::from_byte(8).unwrap(), ..row(0, 3) };
        let ask = |rows: &[CodeRow]| -> Vec<(u32, u32, bool)> {
            let table = Table::read(table(Kind::Image, rows)).unwrap();
            let near = table.nearest(&probes(CODE));
            near.iter().map(|n| (n.row.record, n.likeness.bits, n.likeness.sure)).collect()
        };
        assert_eq!(ask(&[unstable, featureless]), [(1, 256, false)]);
        assert_eq!(ask(&[short(0b1111)]), [(2, 64, true)]);
        assert_eq!(ask(&[short(0b1_1111)]), []);
    }

    #[test]
    fn sounds_are_candidates_only() {
        let rows = [row(0, 1), row(0xFFFF_FFFF, 2), row(u64::MAX, 3)];
        let mut rows = rows.map(|r| r);
        rows[2].words[1] ^= 1;
        let bytes = table(Kind::Audio, &rows);
        let table = Table::read(bytes).unwrap();
        let code = compare::comparable(CODE).unwrap();
        let found: Vec<u32> = table.candidates(&code).iter().map(|r| r.record).collect();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&1) && found.contains(&2));
        assert!(table.nearest(&probes(CODE)).is_empty(), "a sound is no picture");
    }

    #[test]
    fn hashes_are_found_by_the_one_and_confirmed_by_the_other() {
        let hashes = Hashes::new(0xc343_309e_3c9e_8e67, 0xc8c8_c8e0_6161_e9c6).unwrap();
        let row = |p: u64, d: u64, record| CodeRow {
            words: [hashes.phash ^ p, hashes.dhash ^ d, 0, 0],
            ..row(0, record)
        };
        let rows = [row(0b11, 0b111, 1), row(0, u64::MAX, 2), row(0x1F, 0, 3), row(0b1111, 1, 1)];
        let whole = Table::read(table(Kind::Hashes, &rows)).unwrap();
        let told = |near: &Near| (near.row.record, near.likeness.distance, near.likeness.sure);
        let found: Vec<_> = whole.nearest_hashes(&hashes).iter().map(told).collect();
        assert_eq!(found, [(1, 2, true), (2, 0, false)]);
        assert!(whole.nearest(&probes(CODE)).is_empty(), "a hash is no Image-Code");
        let codes = Table::read(table(Kind::Image, &rows)).unwrap();
        assert!(codes.nearest_hashes(&hashes).is_empty());
    }

    #[test]
    fn a_table_that_lies_is_refused() {
        let whole = table(Kind::Image, &[row(0, 1), row(1, 2)]);
        assert!(Table::read(whole.clone()).is_ok());
        for cut in 0..whole.len() {
            assert!(Table::read(whole[..cut].to_vec()).is_err(), "cut at {cut}");
        }
        assert!(Table::read([&whole[..], &[0]].concat()).is_err());
        for byte in 0..HEAD {
            for bit in 0..8 {
                let mut lie = whole.clone();
                lie[byte] ^= 1 << bit;
                let other_kind = byte == 9 && matches!(lie[9], 2 | 3);
                assert!(Table::read(lie).is_err() || other_kind, "byte {byte}, bit {bit}");
            }
        }
        let mut lie = whole.clone();
        lie[16..24].copy_from_slice(&u64::MAX.to_be_bytes());
        assert!(Table::read(lie).is_err());
        let mut unsorted = whole.clone();
        unsorted[HEAD..HEAD + 8].copy_from_slice(&[0xFF; 8]);
        assert!(Table::read(unsorted).is_err());
        // What is wrong in one row costs that row.
        let mut flag = whole;
        let at = HEAD + 2 * 32;
        flag[at] = 0xFF;
        assert_eq!(Table::read(flag).unwrap().all().count(), 1);
        assert!(
            Table::read(head(Kind::Image, 0).to_vec()).unwrap().nearest(&probes(CODE)).is_empty()
        );
    }
}
