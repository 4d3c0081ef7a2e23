//! TIFF 6.0: the structure of files and of EXIF blocks.
//!
//! Standard: <https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf> (section 2);
//! types 13 (IFD) and 129 (UTF-8) from Adobe's supplement and Exif 3.0.
//! [`Tiff`] is the walk that `metadata/exif.rs` uses too. Left out: BigTIFF (said as
//! unsupported), strips and tiles.

use super::{BlockKind, Walk, be16, be32, from, le16, le32, part, place};
use crate::limits::Limits;
use crate::vocabulary::ProblemCode;

/// A TIFF structure.
#[derive(Clone, Copy)]
pub struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

/// One entry of a directory, with its value in place.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Tag number.
    pub tag: u16,
    /// Type number; 2 is ASCII, 7 undefined, 129 UTF-8.
    pub kind: u16,
    /// The bytes of its value.
    pub value: &'a [u8],
    /// Where the entry stands, from the start of the structure.
    pub at: usize,
    big: bool,
}

/// What one directory holds.
#[derive(Debug, Default)]
pub struct Directory<'a> {
    /// Its entries, those that can be read.
    pub entries: Vec<Entry<'a>>,
    /// Offset of the next directory; 0 at the end.
    pub next: usize,
    /// Faults: place in the structure, and what is wrong.
    pub faults: Vec<(usize, String)>,
}

impl<'a> Tiff<'a> {
    /// Recognises the byte order and the number 42.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let big = match bytes.get(..4)? {
            b"MM\0\x2a" => true,
            b"II\x2a\0" => false,
            // Panasonic, Olympus and Fuji raw files differ from TIFF in this number alone.
            _ => return None,
        };
        Some(Tiff { bytes, big })
    }

    /// Offset of the first directory.
    pub fn first(&self) -> usize {
        self.u32(4).map_or(0, super::index)
    }

    /// Reads the directory at an offset.
    pub fn directory(&self, at: usize, limits: &Limits) -> Directory<'a> {
        let mut found = Directory::default();
        let Some(count) = self.u16(at).map(usize::from) else {
            found.faults.push((at, "a directory lies past the end".to_owned()));
            return found;
        };
        let mut entry_at = at.saturating_add(2);
        for number in 0..count {
            if number >= limits.properties {
                found.faults.push((entry_at, format!("{count} entries are too many")));
                return found;
            }
            let Some(entry) = part(self.bytes, entry_at, 12) else {
                found.faults.push((entry_at, format!("{number} of {count} entries are there")));
                return found;
            };
            match self.entry(entry, entry_at) {
                Ok(entry) => found.entries.push(entry),
                Err(_) if found.faults.len() >= 8 => {}
                Err(why) => found.faults.push((entry_at, why)),
            }
            entry_at = entry_at.saturating_add(12);
        }
        // Some writers leave the last offset out; nothing is lost by that.
        found.next = self.u32(entry_at).map_or(0, super::index);
        found
    }

    fn entry(&self, entry: &'a [u8], at: usize) -> Result<Entry<'a>, String> {
        let short = || "an entry is cut".to_owned();
        let tag = self.order16(entry, 0).ok_or_else(short)?;
        let kind = self.order16(entry, 2).ok_or_else(short)?;
        let count = self.order32(entry, 4).ok_or_else(short)?;
        let size: usize = match kind {
            1 | 2 | 6 | 7 | 129 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return Err(format!("entry {tag:#06x} has the unknown type {kind}")),
        };
        let length = super::index(count).saturating_mul(size);
        let value = if length <= 4 {
            part(entry, 8, length)
        } else {
            let offset = self.order32(entry, 8).map_or(usize::MAX, super::index);
            part(self.bytes, offset, length)
        };
        match value {
            Some(value) => Ok(Entry { tag, kind, value, at, big: self.big }),
            None => Err(format!("the {length} bytes of entry {tag:#06x} lie past the end")),
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        self.order16(self.bytes, at)
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.order32(self.bytes, at)
    }

    fn order16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        if self.big { be16(bytes, at) } else { le16(bytes, at) }
    }

    fn order32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        if self.big { be32(bytes, at) } else { le32(bytes, at) }
    }
}

impl Entry<'_> {
    /// Its first number, for the whole-number types.
    pub fn number(&self) -> Option<u32> {
        match (self.kind, self.big) {
            (1 | 7, _) => self.value.first().copied().map(u32::from),
            (3, true) => be16(self.value, 0).map(u32::from),
            (3, false) => le16(self.value, 0).map(u32::from),
            (4 | 13, true) => be32(self.value, 0),
            (4 | 13, false) => le32(self.value, 0),
            _ => None,
        }
    }

    /// True when numbers and UTF-16 stand with the high byte first.
    pub fn is_big_endian(&self) -> bool {
        self.big
    }
}

/// The orientation that the first directory states, if it is one of the eight (Exif 3.0, 4.6.5.1).
pub fn orientation(bytes: &[u8]) -> Option<u8> {
    let tiff = Tiff::new(bytes)?;
    let directory = tiff.directory(tiff.first(), &Limits::DEFAULT);
    let entry = directory.entries.iter().find(|e| e.tag == 0x0112)?;
    entry.number().and_then(|n| u8::try_from(n).ok()).filter(|n| (1..=8).contains(n))
}

pub(super) fn sniff(bytes: &[u8]) -> bool {
    Tiff::new(bytes).is_some() || big_tiff(bytes)
}

fn big_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"MM\0\x2b") || bytes.starts_with(b"II\x2b\0")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    if big_tiff(walk.bytes) {
        walk.problem(ProblemCode::Unsupported, "byte 0", "BigTIFF is recognised and not read");
        return;
    }
    let Some(tiff) = Tiff::new(walk.bytes) else { return };
    walk.block(BlockKind::Exif, place("IFD0", tiff.first()), walk.bytes);
    let mut at = tiff.first();
    let mut pages = 0_u32;
    let mut seen = std::collections::BTreeSet::new();
    while at != 0 {
        let here = place("IFD", at);
        if !seen.insert(at) {
            walk.malformed(here, "the chain of directories runs in a circle");
            break;
        }
        if !walk.step(&here) {
            break;
        }
        let directory = tiff.directory(at, &walk.limits);
        if directory.entries.is_empty() {
            walk.malformed(here, "a directory without a readable entry");
            break;
        }
        if pages == 0 {
            first_page(walk, &directory);
        }
        // The second kind of subfile is a smaller copy of another picture (section 8, 254).
        let reduced = directory.entries.iter().find(|e| e.tag == 0x00fe).and_then(Entry::number);
        if pages == 0 || reduced.unwrap_or(0) & 1 == 0 {
            pages = pages.saturating_add(1);
        }
        at = directory.next;
    }
    walk.facts.frames = Some(pages.max(1));
}

/// Size and the blocks that stand as entries: 700 is XMP, 33723 IPTC-IIM, 52545 C2PA.
fn first_page<'a>(walk: &mut Walk<'a>, directory: &Directory<'a>) {
    let number = |tag: u16| directory.entries.iter().find(|e| e.tag == tag).and_then(Entry::number);
    if let (Some(width), Some(height)) = (number(0x0100), number(0x0101)) {
        walk.size(width, height);
    }
    for entry in &directory.entries {
        let kind = match entry.tag {
            0x02bc => BlockKind::Xmp,
            0x83bb => BlockKind::Iim,
            0xcd41 => BlockKind::C2pa,
            _ => continue,
        };
        let here = place(format!("tag {:#06x}", entry.tag), entry.at);
        // IIM is often typed LONG and padded with zeros; its reader stops there by itself.
        walk.block(kind, here, from(entry.value, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::open;

    /// Little-endian, 6 × 4, with an XMP packet of 4 bytes inline.
    const SMALL: &[u8] = b"II\x2a\0\x08\0\0\0\x03\0\
        \0\x01\x03\0\x01\0\0\0\x06\0\0\0\
        \x01\x01\x04\0\x01\0\0\0\x04\0\0\0\
        \xbc\x02\x01\0\x04\0\0\0<x/>\
        \0\0\0\0";

    #[test]
    fn size_and_packet_are_read() {
        let opened = open(SMALL, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.format.as_str(), facts.width, facts.height), ("tiff", Some(6), Some(4)));
        let xmp = opened.blocks.iter().find(|b| b.kind == BlockKind::Xmp).unwrap();
        assert_eq!(xmp.bytes.as_ref(), b"<x/>");
        assert!(opened.problems.is_empty());
    }

    #[test]
    fn a_circle_of_directories_ends() {
        let mut bytes = SMALL.to_vec();
        bytes[46] = 8;
        let opened = open(&bytes, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Malformed);
    }

    #[test]
    fn values_past_the_end_are_faults_and_the_others_stand() {
        let mut bytes = SMALL.to_vec();
        bytes[38] = 0xff;
        let tiff = Tiff::new(&bytes).unwrap();
        let directory = tiff.directory(8, &Limits::DEFAULT);
        assert_eq!(directory.entries.len(), 2);
        assert_eq!(directory.faults.len(), 1);
    }
}
