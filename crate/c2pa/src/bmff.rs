//! The hard binding of ISO BMFF files (MP4, AVIF, HEIF): a hash over boxes.
//!
//! C2PA 2.2, 18.7 (`c2pa.hash.bmff`, versions 1 to 3),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>, over
//! ISO/IEC 14496-12. Trees of hashes are `merkle.rs`'s.

use std::ops::Range;

use sayso_core::metadata::cbor::Cbor;

use crate::binding::{Bound, EXCLUSIONS, included};
use crate::merkle;
use crate::signature::Hash;

/// Boxes walked in one file; a fragment has a dozen, and a film hundreds of fragments.
const BOXES: usize = 32_768;

/// Depth of boxes; the deepest path that is excluded in practice has eight parts.
const DEPTH: usize = 16;

/// Boxes that hold boxes, and how many bytes stand before the first one.
const CONTAINERS: &[(&[u8; 4], usize)] = &[
    (b"moov", 0),
    (b"trak", 0),
    (b"mdia", 0),
    (b"minf", 0),
    (b"dinf", 0),
    (b"stbl", 0),
    (b"mvex", 0),
    (b"moof", 0),
    (b"traf", 0),
    (b"edts", 0),
    (b"udta", 0),
    (b"mfra", 0),
    (b"skip", 0),
    (b"meta", 4),
    (b"iprp", 0),
    (b"ipco", 0),
];

/// Boxes with a version and flags before their content (ISO/IEC 14496-12, 4.2.2).
const FULL: &[&[u8; 4]] = &[
    b"pdin", b"mvhd", b"tkhd", b"mdhd", b"hdlr", b"nmhd", b"elng", b"stsd", b"stdp", b"stts",
    b"ctts", b"cslg", b"stss", b"stsh", b"elst", b"dref", b"stsz", b"stz2", b"stsc", b"stco",
    b"co64", b"padb", b"subs", b"saiz", b"saio", b"mehd", b"trex", b"mfhd", b"tfhd", b"trun",
    b"tfra", b"mfro", b"tfdt", b"leva", b"meta", b"iloc", b"pitm", b"ipro", b"infe", b"iinf",
    b"iref", b"sidx", b"ssix", b"prft", b"url ", b"urn ", b"vmhd", b"smhd", b"hmhd", b"sthd",
    b"uuid",
];

/// One box: where it is in the tree and in the file.
pub struct Place {
    path: String,
    /// Where it begins.
    pub at: usize,
    length: usize,
    /// Bytes before its content, the identifier of a `uuid` box among them.
    pub header: usize,
    full: bool,
}

impl Place {
    /// Whether it stands in no other box.
    pub fn is_top(&self) -> bool {
        self.path.rfind('/') == Some(0)
    }

    /// Whether it stands in no other box and has that name.
    pub fn is(&self, name: &str) -> bool {
        self.path.strip_prefix('/') == Some(name)
    }

    /// All of it.
    pub fn range(&self) -> Option<Range<usize>> {
        Some(self.at..self.at.checked_add(self.length)?)
    }
}

/// Checks the assertion; its version is the number in its label.
pub fn check(label: &str, assertion: &Cbor<'_>, hash: Hash, file: &[u8]) -> Bound {
    let expected = assertion.get("hash").filter(|h| **h != Cbor::Null);
    let trees = assertion.get("merkle").filter(|m| **m != Cbor::Null);
    let expected = match expected.map(Cbor::bytes) {
        Some(None) => return Bound::Malformed,
        Some(hash) => hash,
        None if trees.is_none() => return Bound::Malformed,
        None => None,
    };
    let label = label.rsplit_once("__").map_or(label, |(base, _)| base);
    let offsets = !label.ends_with("c2pa.hash.bmff");
    let Some(boxes) = walk(file) else { return Bound::Unsupported };
    let listed = assertion.items_of("exclusions");
    if listed.len() > EXCLUSIONS {
        return Bound::Unsupported;
    }
    let mut ranges = Vec::new();
    let mut whole = Vec::new();
    for exclusion in listed {
        let Some(path) = exclusion.text_of("xpath") else { return Bound::Malformed };
        for place in boxes.iter().filter(|b| fits(path, b, exclusion, file)) {
            let subset = exclusion.items_of("subset");
            if subset.is_empty() {
                ranges.push((place.at, place.length));
                whole.push(place.at);
                continue;
            }
            for part in subset {
                let (Some(offset), Some(length)) = (number(part, "offset"), number(part, "length"))
                else {
                    return Bound::Malformed;
                };
                let Some(left) = place.length.checked_sub(offset) else { continue };
                let length = if length == 0 { left } else { length.min(left) };
                ranges.push((place.at.saturating_add(offset), length));
                if ranges.len() > BOXES {
                    return Bound::Unsupported;
                }
            }
        }
    }
    let Some(parts) = included(&ranges, file.len()) else { return Bound::Differs };
    // From version 2 on the place of every top-level box is hashed before it (18.7.3.2).
    let mut markers: Vec<usize> = boxes
        .iter()
        .filter(|b| offsets && b.is_top() && !whole.contains(&b.at))
        .map(|b| b.at)
        .collect();
    markers.sort_unstable();
    let part = |range: Range<usize>, hash: Hash| {
        let within = |(from, to): &(usize, usize)| {
            let part = (*from).max(range.start)..(*to).min(range.end);
            (!part.is_empty()).then_some((part.start, part.end))
        };
        let parts: Vec<(usize, usize)> = parts.iter().filter_map(within).collect();
        let pieces = pieces(&parts, &markers, file);
        hash.of(pieces.iter().map(Piece::bytes))
    };
    if expected.is_some_and(|expected| part(0..file.len(), hash) != expected) {
        return Bound::Differs;
    }
    match trees {
        Some(trees) => {
            let file = merkle::File { bytes: file, boxes: &boxes, part: &part };
            merkle::check(trees.items(), hash, &file)
        }
        None => Bound::Fits,
    }
}

enum Piece<'f> {
    Bytes(&'f [u8]),
    Offset([u8; 8]),
}

impl Piece<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Piece::Bytes(bytes) => bytes,
            Piece::Offset(bytes) => bytes,
        }
    }
}

/// The bytes to hash, with the places of boxes where they begin; of a box whose beginning is
/// left out too, as long as something before it is hashed.
fn pieces<'f>(parts: &[(usize, usize)], markers: &[usize], file: &'f [u8]) -> Vec<Piece<'f>> {
    let mut out = Vec::new();
    let first = parts.first().map_or(usize::MAX, |(from, _)| *from);
    let mut markers = markers.iter().copied().filter(|m| *m >= first).peekable();
    let offset = |at: usize| Piece::Offset(u64::try_from(at).unwrap_or(u64::MAX).to_be_bytes());
    for (from, to) in parts.iter().copied() {
        let mut at = from;
        while let Some(marker) = markers.next_if(|m| *m < to) {
            if marker > at {
                out.push(Piece::Bytes(file.get(at..marker).unwrap_or_default()));
                at = marker;
            }
            out.push(offset(marker));
        }
        out.push(Piece::Bytes(file.get(at..to).unwrap_or_default()));
    }
    out
}

/// A number under a key that is a place or a length.
pub fn number(value: &Cbor<'_>, key: &str) -> Option<usize> {
    usize::try_from(value.get(key)?.int()?).ok()
}

/// Whether an exclusion means this box: its path, and what else it asks for (18.7.2).
fn fits(path: &str, place: &Place, exclusion: &Cbor<'_>, file: &[u8]) -> bool {
    let body = file.get(place.at..).and_then(|b| b.get(..place.length)).unwrap_or_default();
    if path != place.path {
        return false;
    }
    if number(exclusion, "length").is_some_and(|length| length != place.length) {
        return false;
    }
    let extra = body.get(place.header..place.header.saturating_add(4)).filter(|_| place.full);
    if let (Some(wanted), Some([version, ..])) = (number(exclusion, "version"), extra)
        && wanted != usize::from(*version)
    {
        return false;
    }
    let flags = exclusion.get("flags").and_then(Cbor::bytes);
    if let (Some(wanted), Some([_, have @ ..])) = (flags, extra) {
        let exact = exclusion.get("exact") != Some(&Cbor::Bool(false));
        let matches = match exact {
            true => wanted == have,
            // Every bit that is set must be asked for.
            false => wanted.len() == 3 && wanted.iter().zip(have).all(|(w, h)| w | h == *w),
        };
        if !matches {
            return false;
        }
    }
    exclusion.items_of("data").iter().all(|data| {
        let value = data.get("value").and_then(Cbor::bytes);
        let at = number(data, "offset");
        value
            .zip(at)
            .is_some_and(|(value, at)| body.get(at..).is_some_and(|from| from.starts_with(value)))
    })
}

/// Every box of the file with its path (`/moov/trak`); `None` when it has too many.
pub fn walk(file: &[u8]) -> Option<Vec<Place>> {
    let mut found = Vec::new();
    walk_in(file, 0, file.len(), "", DEPTH, &mut found)?;
    Some(found)
}

fn walk_in(
    file: &[u8],
    from: usize,
    to: usize,
    above: &str,
    depth: usize,
    found: &mut Vec<Place>,
) -> Option<()> {
    let Some(depth) = depth.checked_sub(1) else { return Some(()) };
    let mut at = from;
    while let Some(head) = file.get(at..to).filter(|rest| rest.len() >= 8) {
        let (size, rest) = head.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let (header, length) = match u32::from_be_bytes(*size) {
            0 => (8, head.len()),
            1 => {
                let large = rest.first_chunk::<8>().map(|b| u64::from_be_bytes(*b));
                (16, large.and_then(|n| usize::try_from(n).ok()).unwrap_or(0))
            }
            n => (8, usize::try_from(n).unwrap_or(usize::MAX)),
        };
        if length < header || length > head.len() {
            return Some(());
        }
        if found.len() >= BOXES {
            return None;
        }
        let path = format!("{above}/{}", String::from_utf8_lossy(name));
        if let Some((_, before)) = CONTAINERS.iter().find(|(n, _)| *n == name) {
            // In QuickTime files `meta` has no version before its boxes.
            let quick =
                name == b"meta" && head.get(header..).and_then(|b| b.get(4..8)) == Some(b"hdlr");
            let before = if quick { 0 } else { *before };
            let inner = at.saturating_add(header).saturating_add(before);
            walk_in(file, inner, at.saturating_add(length), &path, depth, found)?;
        }
        // The identifier of a `uuid` box stands before its version.
        let header = if name == b"uuid" { header.saturating_add(16) } else { header };
        found.push(Place { path, at, length, header, full: FULL.contains(&name) });
        at = at.saturating_add(length);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes()[..], name, body].concat()
    }

    fn map(pairs: Vec<(&'static str, Cbor<'static>)>) -> Cbor<'static> {
        Cbor::Map(pairs.into_iter().map(|(k, v)| (Cbor::Text(k.into()), v)).collect())
    }

    fn text(text: &'static str) -> Cbor<'static> {
        Cbor::Text(text.into())
    }

    fn bytes(bytes: &[u8]) -> Cbor<'static> {
        Cbor::Bytes(bytes.to_vec().into())
    }

    fn file() -> Vec<u8> {
        let uuid = [&[0xd8, 0xfe, 0xc3, 0xd6][..], &[7; 12], b"\0\0\0\0store"].concat();
        [boxed(b"ftyp", b"avif"), boxed(b"uuid", &uuid), boxed(b"mdat", b"media")].concat()
    }

    fn assertion(exclusions: Vec<Cbor<'static>>, over: &[&[u8]]) -> Cbor<'static> {
        let hash = Hash::Sha256.of(over.iter().copied());
        map(vec![("exclusions", Cbor::Array(exclusions)), ("hash", bytes(&hash))])
    }

    #[test]
    fn the_first_version_hashes_bytes_and_later_ones_places_too() {
        let file = file();
        let data = map(vec![("offset", Cbor::Int(8)), ("value", bytes(&[0xd8, 0xfe, 0xc3, 0xd6]))]);
        let out = || map(vec![("xpath", text("/uuid")), ("data", Cbor::Array(vec![data.clone()]))]);
        let (ftyp, mdat) = (&file[..12], &file[file.len() - 13..]);
        let one = assertion(vec![out()], &[ftyp, mdat]);
        assert_eq!(check("c2pa.hash.bmff", &one, Hash::Sha256, &file), Bound::Fits);
        assert_eq!(check("c2pa.hash.bmff.v2", &one, Hash::Sha256, &file), Bound::Differs);
        let place = (file.len() as u64 - 13).to_be_bytes();
        let two = assertion(vec![out()], &[&[0; 8], ftyp, &place, mdat]);
        assert_eq!(check("c2pa.hash.bmff.v2", &two, Hash::Sha256, &file), Bound::Fits);
        assert_eq!(check("c2pa.hash.bmff.v3", &two, Hash::Sha256, &file), Bound::Fits);
        let mut changed = file.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(check("c2pa.hash.bmff.v3", &two, Hash::Sha256, &changed), Bound::Differs);
    }

    #[test]
    fn parts_of_boxes_can_be_excluded() {
        let file = file();
        let part = map(vec![("offset", Cbor::Int(8)), ("length", Cbor::Int(0))]);
        let out = map(vec![("xpath", text("/mdat")), ("subset", Cbor::Array(vec![part]))]);
        let one = assertion(vec![out], &[&file[..file.len() - 5]]);
        assert_eq!(check("c2pa.hash.bmff", &one, Hash::Sha256, &file), Bound::Fits);
    }

    #[test]
    fn trees_of_hashes_count_beside_the_hash() {
        let file = file();
        let (ftyp, mdat) = (&file[..12], file.len() - 13);
        let data = map(vec![("offset", Cbor::Int(8)), ("value", bytes(&[0xd8, 0xfe, 0xc3, 0xd6]))]);
        let store = map(vec![("xpath", text("/uuid")), ("data", Cbor::Array(vec![data]))]);
        let rest = map(vec![("offset", Cbor::Int(9)), ("length", Cbor::Int(0))]);
        let media = map(vec![("xpath", text("/mdat")), ("subset", Cbor::Array(vec![rest]))]);
        let place = (mdat as u64).to_be_bytes();
        let over = [&[0; 8][..], ftyp, &place, &file[mdat..mdat + 9]];
        let Cbor::Map(mut pairs) = assertion(vec![store, media], &over) else { return };
        // The box is shorter than what no leaf covers: its only leaf is empty.
        let row = Cbor::Array(vec![bytes(&Hash::Sha256.of([]))]);
        let tree = map(vec![("count", Cbor::Int(1)), ("hashes", row)]);
        pairs.push((Cbor::Text("merkle".into()), Cbor::Array(vec![tree])));
        let both = Cbor::Map(pairs.clone());
        assert_eq!(check("c2pa.hash.bmff.v3", &both, Hash::Sha256, &file), Bound::Fits);
        pairs.retain(|(key, _)| key.text() != Some("hash"));
        let tree = Cbor::Map(pairs);
        assert_eq!(check("c2pa.hash.bmff.v3", &tree, Hash::Sha256, &file), Bound::Fits);
        let mut changed = file.clone();
        changed[9] ^= 1;
        assert_eq!(check("c2pa.hash.bmff.v3", &both, Hash::Sha256, &changed), Bound::Differs);
        let empty = map(vec![("merkle", Cbor::Array(Vec::new()))]);
        assert_eq!(check("c2pa.hash.bmff.v3", &empty, Hash::Sha256, &file), Bound::Malformed);
        let none = map(vec![("exclusions", Cbor::Array(Vec::new()))]);
        assert_eq!(check("c2pa.hash.bmff.v3", &none, Hash::Sha256, &file), Bound::Malformed);
    }

    #[test]
    fn boxes_in_boxes_have_paths() {
        let stco = boxed(b"stco", b"\0\0\0\0");
        let file = boxed(b"moov", &boxed(b"trak", &boxed(b"mdia", &stco)));
        let paths: Vec<_> = walk(&file).unwrap().into_iter().map(|p| p.path).collect();
        assert_eq!(paths, ["/moov/trak/mdia/stco", "/moov/trak/mdia", "/moov/trak", "/moov"]);
        assert!(walk(&boxed(b"free", b"").repeat(BOXES + 1)).is_none());
    }
}
