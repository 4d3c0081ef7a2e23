//! CBOR to values that borrow from the bytes: what C2PA claims and assertions are written in.
//!
//! RFC 8949, <https://www.rfc-editor.org/rfc/rfc8949>. Indefinite lengths are read, duplicate
//! keys are kept. An own reader, because a byte of CBOR can ask for a value forty times its
//! size: the crates that give whole values have a ceiling on depth and none on their number.
//! Left out: half and single floats keep their value, not their width; simple values are null.

use std::borrow::Cow;

/// Depth of nesting; the deepest assertion seen in real files has 9.
const DEPTH: usize = 32;

/// Values in one item. A 4 GB video hashed in pieces of 1 MB has 4,096 hashes.
const VALUES: usize = 40_000;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cbor<'a> {
    /// An integer of either sign.
    Int(i128),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// Text.
    Text(Cow<'a, str>),
    /// Values in order.
    Array(Vec<Cbor<'a>>),
    /// Pairs in order.
    Map(Vec<(Cbor<'a>, Cbor<'a>)>),
    /// A tagged value.
    Tag(u64, Box<Cbor<'a>>),
    /// True or false.
    Bool(bool),
    /// A float.
    Float(f64),
    /// Null, undefined, and simple values without a meaning.
    Null,
}

/// Reads one item that fills the bytes; zeros behind it are padding that some writers leave.
pub fn read(bytes: &[u8]) -> Option<Cbor<'_>> {
    let (value, rest) = read_first(bytes)?;
    rest.iter().all(|b| *b == 0).then_some(value)
}

/// Reads one item; what follows it is handed back.
pub fn read_first(bytes: &[u8]) -> Option<(Cbor<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes, left: VALUES };
    let value = reader.value(DEPTH)?;
    Some((value, reader.rest))
}

/// The bytes of the value under a text key of a map, as they stand: what was signed is this,
/// not what another writer would make of it.
pub fn raw<'a>(bytes: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let mut reader = Reader { rest: bytes, left: VALUES };
    let (major, _, count) = reader.head()?;
    let mut have = 0_usize;
    while major == 5 && reader.more(count, have)? {
        have = have.saturating_add(1);
        let key = reader.value(DEPTH)?;
        let before = reader.rest;
        reader.value(DEPTH)?;
        if key.text() == Some(wanted) {
            return before.get(..before.len().checked_sub(reader.rest.len())?);
        }
    }
    None
}

impl<'a> Cbor<'a> {
    /// The value under a text key of a map.
    pub fn get(&self, key: &str) -> Option<&Cbor<'a>> {
        self.pairs().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, v)| v)
    }

    /// The value under an integer key of a map.
    pub fn at(&self, key: i128) -> Option<&Cbor<'a>> {
        self.pairs().iter().find(|(k, _)| k.int() == Some(key)).map(|(_, v)| v)
    }

    /// The text under a text key.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The items of the array under a text key; none when there is no array.
    pub fn items_of(&self, key: &str) -> &[Cbor<'a>] {
        self.get(key).map(Cbor::items).unwrap_or_default()
    }

    /// The value as text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cbor::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value as bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Cbor::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The value as an integer.
    pub fn int(&self) -> Option<i128> {
        match self {
            Cbor::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The items of an array; none for anything else.
    pub fn items(&self) -> &[Cbor<'a>] {
        match self {
            Cbor::Array(items) => items,
            _ => &[],
        }
    }

    /// The pairs of a map; none for anything else.
    pub fn pairs(&self) -> &[(Cbor<'a>, Cbor<'a>)] {
        match self {
            Cbor::Map(pairs) => pairs,
            _ => &[],
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// The first byte's major type, its low five bits, and the argument (3). No argument
    /// where the length is indefinite.
    fn head(&mut self) -> Option<(u8, u8, Option<u64>)> {
        let first = *self.take(1)?.first()?;
        let low = first & 0x1f;
        let argument = match low {
            0..=23 => Some(u64::from(low)),
            24..=27 => {
                let bytes = self.take(1_usize.checked_shl(u32::from(low.saturating_sub(24)))?)?;
                Some(bytes.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b)))
            }
            31 => None,
            _ => return None,
        };
        Some((first >> 5, low, argument))
    }

    fn value(&mut self, depth: usize) -> Option<Cbor<'a>> {
        let depth = depth.checked_sub(1)?;
        self.left = self.left.checked_sub(1)?;
        let (major, low, argument) = self.head()?;
        Some(match major {
            0 => Cbor::Int(argument?.into()),
            1 => Cbor::Int((-1_i128).checked_sub(argument?.into())?),
            2 => Cbor::Bytes(self.string(2, argument)?),
            3 => Cbor::Text(match self.string(3, argument)? {
                Cow::Borrowed(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).ok()?),
                Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).ok()?),
            }),
            4 => {
                let mut items = Vec::new();
                while self.more(argument, items.len())? {
                    items.push(self.value(depth)?);
                }
                Cbor::Array(items)
            }
            5 => {
                let mut pairs = Vec::new();
                while self.more(argument, pairs.len())? {
                    pairs.push((self.value(depth)?, self.value(depth)?));
                }
                Cbor::Map(pairs)
            }
            6 => Cbor::Tag(argument?, Box::new(self.value(depth)?)),
            _ => match (low, argument?) {
                (20, _) => Cbor::Bool(false),
                (21, _) => Cbor::Bool(true),
                (25, bits) => Cbor::Float(half(bits)),
                (26, bits) => Cbor::Float(f32::from_bits(u32::try_from(bits).ok()?).into()),
                (27, bits) => Cbor::Float(f64::from_bits(bits)),
                _ => Cbor::Null,
            },
        })
    }

    /// Whether another item follows; takes the break that ends an indefinite one (3.2.1).
    fn more(&mut self, count: Option<u64>, have: usize) -> Option<bool> {
        match count {
            Some(count) => Some(u64::try_from(have).ok()? < count),
            None if self.rest.first()? == &0xff => {
                self.take(1)?;
                Some(false)
            }
            None => Some(true),
        }
    }

    /// A string, or the chunks of one of indefinite length (3.2.3).
    fn string(&mut self, major: u8, length: Option<u64>) -> Option<Cow<'a, [u8]>> {
        if let Some(length) = length {
            return self.take(usize::try_from(length).ok()?).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        while self.rest.first()? != &0xff {
            self.left = self.left.checked_sub(1)?;
            let (chunk, _, length) = self.head()?;
            if chunk != major {
                return None;
            }
            whole.extend_from_slice(self.take(usize::try_from(length?).ok()?)?);
        }
        self.take(1)?;
        Some(Cow::Owned(whole))
    }
}

/// A float of 16 bits (appendix D).
fn half(bits: u64) -> f64 {
    let exponent = (bits >> 10) & 0x1f;
    let mantissa = f64::from(u16::try_from(bits & 0x3ff).unwrap_or(0));
    let value = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => {
            (mantissa + 1024.0)
                * 2_f64.powi(i32::try_from(exponent).unwrap_or(0).saturating_sub(25))
        }
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of RFC 8949, appendix A.
    #[test]
    fn examples_of_the_standard_are_read() {
        let text = |t: &'static str| Cbor::Text(t.into());
        let ints = |n: &[i128]| n.iter().copied().map(Cbor::Int).collect::<Vec<_>>();
        for (bytes, value) in [
            (&b"\x17"[..], Cbor::Int(23)),
            (b"\x18\x64", Cbor::Int(100)),
            (b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", Cbor::Int(u64::MAX.into())),
            (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", Cbor::Int(-1 - i128::from(u64::MAX))),
            (b"\x39\x03\xe7", Cbor::Int(-1000)),
            (b"\xf9\x3c\x00", Cbor::Float(1.0)),
            (b"\xf9\xc4\x00", Cbor::Float(-4.0)),
            (b"\xf9\x00\x01", Cbor::Float(5.960_464_477_539_063e-8)),
            (b"\xfa\x47\xc3\x50\x00", Cbor::Float(100_000.0)),
            (b"\xf5", Cbor::Bool(true)),
            (b"\xf7", Cbor::Null),
            (b"\x64IETF", text("IETF")),
            (b"\x83\x01\x02\x03", Cbor::Array(ints(&[1, 2, 3]))),
            (b"\x9f\x01\x02\xff", Cbor::Array(ints(&[1, 2]))),
            (b"\xa1\x61a\x01", Cbor::Map(vec![(text("a"), Cbor::Int(1))])),
            (b"\x5f\x42\x01\x02\x41\x03\xff", Cbor::Bytes(vec![1, 2, 3].into())),
            (b"\xc1\x01", Cbor::Tag(1, Box::new(Cbor::Int(1)))),
        ] {
            assert_eq!(read(bytes), Some(value), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_nothing() {
        for bytes in
            [&b""[..], b"\x18", b"\x9f\x01", b"\xff", b"\x62a", b"\x61\xff", b"\x1c", b"\x01\x01"]
        {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
    }

    #[test]
    fn a_value_is_cut_out_as_it_stands() {
        assert_eq!(raw(b"\xa2\x61a\x18\x01\x61b\x82\x01\x02", "a"), Some(&b"\x18\x01"[..]));
        assert_eq!(raw(b"\xbf\x61a\x01\x61b\x82\x01\x02\xff", "b"), Some(&b"\x82\x01\x02"[..]));
        assert_eq!(raw(b"\xa1\x61a\x01", "b"), None);
        assert_eq!(raw(b"\x82\x61a\x01", "a"), None);
    }

    #[test]
    fn depth_and_number_have_a_ceiling() {
        assert_eq!(read(&[0x81; 1_000]), None);
        let mut many = vec![0x9a, 0, 1, 0, 0];
        many.resize(70_000, 0xf6);
        assert_eq!(read(&many), None);
        assert_eq!(read(b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"), None);
        assert_eq!(read(b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff"), None);
    }
}
