//! Rows: one code or one exact key of one work, and what is said of it in two bytes.
//!
//! `crate/CATALOGUE.md`, "Rows". Integers are big-endian, so that the order of the bytes is the
//! order of the numbers and any sorter of bytes sorts rows.

use super::{put, take};
use crate::fingerprint::compare::Words;
use crate::vocabulary::{Use, Verdict};

/// Bytes of a [`CodeRow`].
pub const CODE_ROW: usize = 39;
/// Bytes of a [`KeyRow`].
pub const KEY_ROW: usize = 22;
/// Bytes of an exact hash that are kept: no two files meet by chance, and none can be made to.
pub const KEY: usize = 16;

/// Which border was taken off before the code was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trim {
    /// Exact trim.
    Exact,
    /// Tolerant trim.
    Tolerant,
    /// Not trimmed.
    Untrimmed,
    /// A little less on every side.
    Inset,
}

/// What is known of a code beside its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flags(u8);

impl Flags {
    const UNSTABLE: u8 = 1 << 2;
    const FEATURELESS: u8 = 1 << 3;
    const SHORT: u8 = 1 << 4;

    /// Flags of a code with this trim.
    pub fn new(trim: Trim, unstable: bool, short: bool) -> Flags {
        let bit = |set: bool, bit: u8| if set { bit } else { 0 };
        Flags(trim as u8 | bit(unstable, Flags::UNSTABLE) | bit(short, Flags::SHORT))
    }

    /// `None` where a bit is set that has no meaning.
    pub fn from_byte(byte: u8) -> Option<Flags> {
        (byte < 1 << 5).then_some(Flags(byte))
    }

    /// The byte that is stored.
    pub fn byte(self) -> u8 {
        self.0
    }

    /// The trim.
    pub fn trim(self) -> Trim {
        match self.0 & 3 {
            0 => Trim::Exact,
            1 => Trim::Tolerant,
            2 => Trim::Untrimmed,
            _ => Trim::Inset,
        }
    }

    /// Such a code is at most likely.
    pub fn unstable(self) -> bool {
        self.0 & Flags::UNSTABLE != 0
    }

    /// Such a code never matches.
    pub fn featureless(self) -> bool {
        self.0 & Flags::FEATURELESS != 0
    }

    /// Only the first 64 bits are known; the others are zero.
    pub fn short(self) -> bool {
        self.0 & Flags::SHORT != 0
    }
}

/// The six uses and the class of the licence in two bytes: what an answer without the record
/// rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Says(pub u16);

impl Says {
    /// Two bits for each use, in the order of [`Use::ALL`] from the highest bit on, then four
    /// bits for the class of the licence.
    pub fn new(verdict: impl Fn(Use) -> Verdict, licence: u8) -> Says {
        let uses = Use::ALL.into_iter().fold(0_u16, |bits, what| {
            let value = match verdict(what) {
                Verdict::Unspecified => 0,
                Verdict::Denied => 1,
                Verdict::Conditional => 2,
                Verdict::Allowed => 3,
            };
            bits << 2 | value
        });
        Says(uses << 4 | u16::from(licence & 15))
    }

    /// What is said of one use.
    pub fn verdict(self, what: Use) -> Verdict {
        let place = Use::ALL.iter().rev().position(|u| *u == what).unwrap_or_default();
        match self.0 >> (4 + 2 * place) & 3 {
            1 => Verdict::Denied,
            2 => Verdict::Conditional,
            3 => Verdict::Allowed,
            _ => Verdict::Unspecified,
        }
    }

    /// The class of the licence, see [`super::record::licence_class`].
    pub fn licence(self) -> u8 {
        (self.0 & 15) as u8
    }
}

/// One code of a picture or a sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodeRow {
    /// The code.
    pub words: Words,
    /// What is known of it.
    pub flags: Flags,
    /// What is said of the work.
    pub says: Says,
    /// The number of its record.
    pub record: u32,
}

impl CodeRow {
    /// The bytes that are stored and sorted.
    pub fn to_bytes(&self) -> [u8; CODE_ROW] {
        let mut bytes = [0; CODE_ROW];
        let mut out = bytes.as_mut_slice();
        for word in self.words {
            put(&mut out, word.to_be_bytes());
        }
        put(&mut out, [self.flags.byte()]);
        put(&mut out, self.says.0.to_be_bytes());
        put(&mut out, self.record.to_be_bytes());
        bytes
    }

    /// The row of these bytes; `None` where a flag has no meaning.
    pub fn from_bytes(bytes: &[u8; CODE_ROW]) -> Option<CodeRow> {
        let mut from = bytes.as_slice();
        let mut words = Words::default();
        for word in &mut words {
            *word = u64::from_be_bytes(take(&mut from)?);
        }
        let [flags] = take(&mut from)?;
        Some(CodeRow {
            words,
            flags: Flags::from_byte(flags)?,
            says: Says(u16::from_be_bytes(take(&mut from)?)),
            record: u32::from_be_bytes(take(&mut from)?),
        })
    }
}

/// One exact hash of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRow {
    /// The beginning of the hash.
    pub key: [u8; KEY],
    /// What is said of the work.
    pub says: Says,
    /// The number of its record.
    pub record: u32,
}

impl KeyRow {
    /// The bytes that are stored and sorted.
    pub fn to_bytes(&self) -> [u8; KEY_ROW] {
        let mut bytes = [0; KEY_ROW];
        let mut out = bytes.as_mut_slice();
        put(&mut out, self.key);
        put(&mut out, self.says.0.to_be_bytes());
        put(&mut out, self.record.to_be_bytes());
        bytes
    }

    /// The row of these bytes.
    pub fn from_bytes(bytes: &[u8; KEY_ROW]) -> Option<KeyRow> {
        let mut from = bytes.as_slice();
        Some(KeyRow {
            key: take(&mut from)?,
            says: Says(u16::from_be_bytes(take(&mut from)?)),
            record: u32::from_be_bytes(take(&mut from)?),
        })
    }
}

/// The beginning of a hash in hex, as a key.
pub fn key_of(hash: &str) -> Option<[u8; KEY]> {
    let (digits, _) = hash.as_bytes().as_chunks::<2>();
    let mut key = [0; KEY];
    for (byte, [high, low]) in key.iter_mut().zip(digits.get(..KEY)?) {
        let digit = |d: u8| char::from(d).to_digit(16).and_then(|d| u8::try_from(d).ok());
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_survives_in_two_bytes() {
        let verdicts =
            [Verdict::Denied, Verdict::Allowed, Verdict::Conditional, Verdict::Unspecified];
        let of = |what: Use| verdicts[what as usize % 4];
        let says = Says::new(of, 9);
        assert!(Use::ALL.into_iter().all(|what| says.verdict(what) == of(what)));
        assert_eq!(says.licence(), 9);
        assert_eq!(says.0, 0b0111_1000_0111_1001);
        assert_eq!(Says::default().verdict(Use::TrainGen), Verdict::Unspecified);
    }

    #[test]
    fn rows_sort_as_their_bytes_do() {
        let row = |first, flags: Flags, record| CodeRow {
            words: [first, 2, 3, 4],
            flags,
            says: Says(7),
            record,
        };
        let unstable = Flags::new(Trim::Inset, true, false);
        let rows = [row(1, unstable, 9), row(2, Flags::default(), 1), row(2, unstable, 0)];
        assert!(rows.is_sorted());
        assert!(rows.map(|r| r.to_bytes()).is_sorted());
        assert_eq!(rows.map(|r| CodeRow::from_bytes(&r.to_bytes()).unwrap()), rows);
        assert!(unstable.unstable() && unstable.trim() == Trim::Inset && !unstable.short());
        let mut wrong = rows[0].to_bytes();
        wrong[32] = 1 << 5;
        assert_eq!(CodeRow::from_bytes(&wrong), None);
    }

    #[test]
    fn a_key_is_the_first_sixteen_bytes_of_a_hash() {
        let key = key_of(&"0fA1".repeat(16)).unwrap();
        assert_eq!((key[0], key[1], key[15]), (0x0f, 0xa1, 0xa1));
        assert_eq!(key_of("0f"), None);
        assert_eq!(key_of(&"zz".repeat(32)), None);
    }
}
