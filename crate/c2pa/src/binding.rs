//! Hard bindings: that a manifest belongs to these very bytes.
//!
//! C2PA 2.2, 9.2 and 18.5 (`c2pa.hash.data`),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>. The
//! boxes of ISO BMFF files are `bmff.rs`'s, the parts of others `boxes.rs`'s. Left out: collections of
//! files, which are answered as not supported.

use sayso_core::metadata::c2pa::base_label;
use sayso_core::metadata::cbor::Cbor;

use crate::bmff;
use crate::boxes;
use crate::signature::Hash;

/// What came of checking a hard binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The bytes are the ones that were signed.
    Fits,
    /// They are others.
    Differs,
    /// The assertion breaks its own rules.
    Malformed,
    /// It needs what is not done here.
    Unsupported,
}

/// Whether an assertion is a hard binding.
pub fn is_hard(label: &str) -> bool {
    matches!(
        base_label(label),
        "c2pa.hash.data" | "c2pa.hash.bmff" | "c2pa.hash.boxes" | "c2pa.hash.collection.data"
    )
}

/// Exclusions of one assertion; signed files have one to three.
pub const EXCLUSIONS: usize = 256;

/// Where a manifest store lies in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Start and length with all framing, where the container is one whose framing is known.
    pub framed: Option<(usize, usize)>,
    /// Length of the store alone.
    pub length: usize,
    /// An update manifest was added to the store after the binding was made.
    pub grown: bool,
}

/// Checks a hard binding.
pub fn check(label: &str, assertion: &Cbor<'_>, alg: &str, file: &[u8], place: Place) -> Bound {
    let Some(hash) = Hash::named(assertion.text_of("alg").unwrap_or(alg)) else {
        return Bound::Unsupported;
    };
    match base_label(label) {
        "c2pa.hash.data" => data(assertion, hash, file, place),
        "c2pa.hash.bmff" => bmff::check(label, assertion, hash, file),
        "c2pa.hash.boxes" => boxes::check(assertion, alg, file),
        _ => Bound::Unsupported,
    }
}

/// A hash over the whole file but for what is excluded (18.5).
fn data(assertion: &Cbor<'_>, hash: Hash, file: &[u8], place: Place) -> Bound {
    let Some(expected) = assertion.get("hash").and_then(Cbor::bytes) else {
        return Bound::Malformed;
    };
    let listed = assertion.items_of("exclusions");
    if listed.len() > EXCLUSIONS {
        return Bound::Unsupported;
    }
    let mut ranges = Vec::new();
    for exclusion in listed {
        let number = |key: &str| {
            exclusion.get(key).and_then(Cbor::int).and_then(|n| usize::try_from(n).ok())
        };
        let (Some(start), Some(length)) = (number("start"), number("length")) else {
            return Bound::Malformed;
        };
        ranges.push((start, length));
    }
    if place.grown {
        // Without knowing how the store grew, what is hashed is not known.
        let Some((at, length)) = place.framed else { return Bound::Unsupported };
        let more = ranges.iter().find(|(start, _)| *start == at);
        let more = more.map_or(0, |(_, before)| length.saturating_sub(*before));
        for range in &mut ranges {
            if range.0 == at {
                range.1 = length;
            } else if range.0 > at {
                range.0 = range.0.saturating_add(more);
            }
        }
    }
    if !only_the_store(&ranges, place) {
        return Bound::Differs;
    }
    match included(&ranges, file.len()) {
        None => Bound::Differs,
        Some(parts) => {
            let bytes = parts.iter().map(|(from, to)| file.get(*from..*to).unwrap_or_default());
            if hash.of(bytes) == expected { Bound::Fits } else { Bound::Differs }
        }
    }
}

/// Whether nothing but the store is excluded (15.12): otherwise whoever puts other bytes there
/// changes the file and breaks no hash. Where the framing is not known, twice the store and a
/// kilobyte is room for any.
fn only_the_store(ranges: &[(usize, usize)], place: Place) -> bool {
    if ranges.iter().all(|(_, length)| *length == 0) {
        return true;
    }
    match place.framed {
        Some(framed) => ranges.contains(&framed),
        None => {
            let taken = ranges.iter().fold(0_usize, |sum, (_, n)| sum.saturating_add(*n));
            taken <= place.length.saturating_mul(2).saturating_add(1_024)
        }
    }
}

/// What is left of a file when ranges (start, length) are taken out: (start, end), in order.
/// `None` when one reaches past the end.
pub fn included(ranges: &[(usize, usize)], length: usize) -> Option<Vec<(usize, usize)>> {
    let mut sorted = ranges.to_vec();
    sorted.sort_unstable();
    let mut parts = Vec::new();
    let mut at = 0_usize;
    for (start, taken) in sorted {
        let end = start.checked_add(taken)?;
        if end > length {
            return None;
        }
        if start > at {
            parts.push((at, start));
        }
        at = at.max(end);
    }
    if at < length {
        parts.push((at, length));
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i128, length: i128) -> Cbor<'static> {
        Cbor::Map(vec![
            (Cbor::Text("start".into()), Cbor::Int(start)),
            (Cbor::Text("length".into()), Cbor::Int(length)),
        ])
    }

    fn assertion(ranges: Vec<Cbor<'static>>, over: &[&[u8]]) -> Cbor<'static> {
        Cbor::Map(vec![
            (Cbor::Text("exclusions".into()), Cbor::Array(ranges)),
            (Cbor::Text("hash".into()), Cbor::Bytes(Hash::Sha256.of(over.iter().copied()).into())),
        ])
    }

    const SOMEWHERE: Place = Place { framed: None, length: 0, grown: false };

    fn checked(assertion: &Cbor<'_>, grown: Option<(usize, usize)>) -> Bound {
        let place = Place { framed: grown, grown: grown.is_some(), ..SOMEWHERE };
        check("c2pa.hash.data", assertion, "sha256", b"abcdefgh", place)
    }

    #[test]
    fn nothing_but_the_store_may_be_excluded() {
        let one = assertion(vec![range(2, 3)], &[b"ab", b"fgh"]);
        let at = |framed| Place { framed, ..SOMEWHERE };
        let check = |place| check("c2pa.hash.data", &one, "sha256", b"abcdefgh", place);
        assert_eq!(check(at(Some((2, 3)))), Bound::Fits);
        assert_eq!(check(at(Some((2, 2)))), Bound::Differs);
        assert_eq!(check(at(None)), Bound::Fits);
        let file = vec![0; 3_000];
        let most = assertion(vec![range(0, 2_900)], &[&file[..100]]);
        let check = |place| super::check("c2pa.hash.data", &most, "sha256", &file, place);
        assert_eq!(check(Place { length: 100, ..SOMEWHERE }), Bound::Differs);
        assert_eq!(check(Place { length: 1_000, ..SOMEWHERE }), Bound::Fits);
    }

    #[test]
    fn what_is_excluded_does_not_count() {
        let fits = assertion(vec![range(2, 3)], &[b"ab", b"fgh"]);
        assert_eq!(checked(&fits, None), Bound::Fits);
        let other = assertion(vec![range(2, 2)], &[b"ab", b"fgh"]);
        assert_eq!(checked(&other, None), Bound::Differs);
        let overlapping = assertion(vec![range(3, 2), range(2, 2)], &[b"ab", b"fgh"]);
        assert_eq!(checked(&overlapping, None), Bound::Fits);
    }

    #[test]
    fn ranges_past_the_end_are_another_file() {
        assert_eq!(checked(&assertion(vec![range(7, 2)], &[]), None), Bound::Differs);
        let huge = i128::from(u64::MAX);
        assert_eq!(checked(&assertion(vec![range(1, huge)], &[]), None), Bound::Differs);
        assert_eq!(checked(&assertion(vec![range(-1, 1)], &[]), None), Bound::Malformed);
    }

    #[test]
    fn a_store_that_grew_moves_what_follows() {
        // The store was two bytes at 1 and is now four; the second exclusion moves with it.
        let before = assertion(vec![range(1, 2), range(4, 1)], &[b"a", b"f", b"h"]);
        assert_eq!(checked(&before, Some((1, 4))), Bound::Fits);
        assert_eq!(checked(&before, None), Bound::Differs);
    }

    #[test]
    fn other_bindings_are_not_supported() {
        let none = Cbor::Map(Vec::new());
        let collection = "c2pa.hash.collection.data";
        assert_eq!(check(collection, &none, "sha256", b"", SOMEWHERE), Bound::Unsupported);
        assert_eq!(check("c2pa.hash.data", &none, "md5", b"", SOMEWHERE), Bound::Unsupported);
        assert_eq!(check("c2pa.hash.data", &none, "sha256", b"", SOMEWHERE), Bound::Malformed);
    }
}
