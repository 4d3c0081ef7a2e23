//! EXIF fields that concern rights, origin and orientation.
//!
//! Standard: Exif 3.0 (CIPA DC-008-2023), <https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E>;
//! the `XP…` fields are Windows' own. The TIFF structure is walked by `media/tiff.rs`.
//! Left out: camera settings, positions, maker notes, thumbnails.

use std::collections::BTreeSet;

use super::{ExifField, cut};
use crate::limits::Limits;
use crate::media::tiff::{Directory, Entry, Tiff};
use crate::media::{utf8_or_latin1, utf16};
use crate::vocabulary::{Problem, ProblemCode};

/// Tag, name, and how its bytes become text.
const FIELDS: &[(u16, &str, Text)] = &[
    (0x010e, "ImageDescription", Text::Plain),
    (0x0112, "Orientation", Text::Number),
    (0x013b, "Artist", Text::Plain),
    (0x8298, "Copyright", Text::Copyright),
    (0x9003, "DateTimeOriginal", Text::Plain),
    (0x9286, "UserComment", Text::Marked),
    (0x9c9b, "XPTitle", Text::Wide),
    (0x9c9c, "XPComment", Text::Wide),
    (0x9c9d, "XPAuthor", Text::Wide),
    (0x9c9e, "XPKeywords", Text::Wide),
    (0x9c9f, "XPSubject", Text::Wide),
    (0xa430, "CameraOwnerName", Text::Plain),
    (0xa436, "ImageTitle", Text::Plain),
    (0xa437, "Photographer", Text::Plain),
    (0xa438, "ImageEditor", Text::Plain),
];

/// The directory with most of these fields hangs on this entry (Exif 3.0, 4.6.3.1).
const EXIF_IFD: u16 = 0x8769;

#[derive(Clone, Copy)]
enum Text {
    Plain,
    Number,
    /// Photographer, NUL, editor (Exif 3.0, 4.6.5.4.7).
    Copyright,
    /// UTF-16, low byte first, whatever the byte order of the block.
    Wide,
    /// Eight bytes name the character set (Exif 3.0, 4.6.6.4.3).
    Marked,
}

/// Fields, problems, and whether something was not understood.
pub fn parse(bytes: &[u8], locator: &str, limits: &Limits) -> (Vec<ExifField>, Vec<Problem>, bool) {
    let mut fields = Vec::new();
    let mut problems = Vec::new();
    let Some(tiff) = Tiff::new(bytes) else {
        let message = "no TIFF structure where the EXIF block should begin";
        problems.push(Problem::new(ProblemCode::Malformed, locator, message));
        return (fields, problems, true);
    };
    let mut fault = |at: usize, message: String| {
        if problems.len() < 16 {
            let place = format!("{locator}, offset {at:#x} of the block");
            problems.push(Problem::new(ProblemCode::Malformed, place, message));
        }
    };
    let mut seen = BTreeSet::new();
    // The first directory and what hangs on it; later ones describe the thumbnail and are
    // walked only to see that they end.
    let mut waiting = vec![(tiff.first(), true)];
    while let Some((at, wanted)) = waiting.pop() {
        if !seen.insert(at) {
            fault(at, "a directory is reached twice: it runs in a circle".to_owned());
            continue;
        }
        if seen.len() > limits.depth {
            // A scan of a hundred pages has as many; only those that matter are missed aloud.
            if wanted {
                fault(at, format!("more than {} directories", limits.depth));
            }
            break;
        }
        let directory: Directory<'_> = tiff.directory(at, limits);
        for (at, message) in directory.faults {
            fault(at, message);
        }
        if directory.next != 0 {
            waiting.push((directory.next, false));
        }
        for entry in &directory.entries {
            if entry.tag == EXIF_IFD {
                match entry.number() {
                    Some(at) => waiting.push((usize::try_from(at).unwrap_or(usize::MAX), wanted)),
                    None => fault(entry.at, "the EXIF directory has no place".to_owned()),
                }
            } else if wanted && fields.len() < limits.properties {
                fields.extend(field(entry, locator, limits));
            }
        }
    }
    let faulty = !problems.is_empty();
    for field in &mut fields {
        if cut(&mut field.value, limits) {
            let message = format!("{} was cut to {} characters", field.name, limits.value_chars);
            problems.push(Problem::new(ProblemCode::OverLimit, locator, message));
        }
    }
    (fields, problems, faulty)
}

fn field(entry: &Entry<'_>, locator: &str, limits: &Limits) -> Option<ExifField> {
    let (tag, name, text) = FIELDS.iter().find(|(tag, _, _)| *tag == entry.tag)?;
    // Four bytes a character at most, and a few over so that cutting is noticed.
    let most = limits.value_chars.saturating_mul(4).saturating_add(16);
    let bytes = entry.value.get(..most).unwrap_or(entry.value);
    let value = match text {
        Text::Number => entry.number()?.to_string(),
        Text::Plain => utf8_or_latin1(bytes.split(|&b| b == 0).next()?),
        Text::Wide => utf16(bytes, false),
        Text::Marked => {
            let (mark, rest) = bytes.split_at_checked(8)?;
            match mark {
                b"UNICODE\0" => utf16(rest, entry.is_big_endian()),
                b"ASCII\0\0\0" | [0, 0, 0, 0, 0, 0, 0, 0] => utf8_or_latin1(rest),
                _ => return None,
            }
        }
        Text::Copyright => {
            let mut people = bytes.split(|&b| b == 0).map(utf8_or_latin1);
            let (photographer, editor) = (people.next()?, people.next().unwrap_or_default());
            let both = format!("{}\n{}", photographer.trim(), editor.trim());
            both.trim().to_owned()
        }
    };
    let value = value.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!value.is_empty()).then(|| ExifField {
        tag: *tag,
        name: (*name).to_owned(),
        value: value.to_owned(),
        locator: format!("{locator}, {name}"),
    })
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// One directory at 8 with these entries; values longer than four bytes lie behind it.
    fn block(big: bool, entries: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let two = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let four = |n: usize| {
            let n = u32::try_from(n).unwrap();
            if big { n.to_be_bytes() } else { n.to_le_bytes() }
        };
        let mut out = if big { b"MM\0\x2a".to_vec() } else { b"II\x2a\0".to_vec() };
        out.extend(four(8));
        out.extend(two(u16::try_from(entries.len()).unwrap()));
        let mut tail = Vec::new();
        let tail_at = 8 + 2 + entries.len() * 12 + 4;
        for (tag, kind, value) in entries {
            let unit = match kind {
                3 => 2,
                4 => 4,
                _ => 1,
            };
            out.extend(two(*tag));
            out.extend(two(*kind));
            out.extend(four(value.len() / unit));
            if value.len() <= 4 {
                let mut inline = value.to_vec();
                inline.resize(4, 0);
                out.extend(inline);
            } else {
                out.extend(four(tail_at + tail.len()));
                tail.extend_from_slice(value);
            }
        }
        out.extend(four(0));
        out.extend(tail);
        out
    }

    fn read(bytes: &[u8]) -> Vec<(String, String)> {
        let (fields, problems, faulty) = parse(bytes, "APP1 at 0x2", &Limits::DEFAULT);
        assert!(problems.is_empty() && !faulty, "{problems:?}");
        fields.into_iter().map(|f| (f.name, f.value)).collect()
    }

    #[test]
    fn both_byte_orders_give_the_same() {
        for big in [true, false] {
            let six: &[u8] = if big { &[0, 6] } else { &[6, 0] };
            let bytes = block(
                big,
                &[
                    (0x0112, 3, six),
                    (0x013b, 2, b"Ann; Bob\0"),
                    (0x8298, 2, b"Ann \0Bob\0"),
                    (0x9c9d, 1, b"Z\0o\0\xeb\0\0\0"),
                    (0xa437, 129, "Zoë\0".as_bytes()),
                ],
            );
            let expected = [
                ("Orientation", "6"),
                ("Artist", "Ann; Bob"),
                ("Copyright", "Ann\nBob"),
                ("XPAuthor", "Zoë"),
                ("Photographer", "Zoë"),
            ];
            let expected: Vec<_> =
                expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(read(&bytes), expected);
            assert_eq!(crate::media::tiff::orientation(&bytes), Some(6));
        }
    }

    #[test]
    fn blank_fields_say_nothing() {
        assert!(read(&block(true, &[(0x8298, 2, b"      \0"), (0x013b, 2, b"\0")])).is_empty());
    }

    #[test]
    fn the_editor_alone_is_kept() {
        let bytes = block(true, &[(0x8298, 2, b" \0Bob Editor\0")]);
        assert_eq!(read(&bytes)[0].1, "Bob Editor");
    }

    #[test]
    fn circles_and_bad_places_are_faults_and_the_rest_is_read() {
        let bytes = block(false, &[(0x013b, 2, b"Ann\0"), (0x8769, 4, &[8, 0, 0, 0])]);
        let (fields, problems, faulty) = parse(&bytes, "x", &Limits::DEFAULT);
        assert_eq!((fields.len(), problems.len(), faulty), (1, 1, true));
        let mut bytes = block(false, &[(0x013b, 2, b"Ann\0"), (0x8298, 2, b"lost text")]);
        let end = bytes.len() - 3;
        bytes.truncate(end);
        let (fields, problems, _) = parse(&bytes, "x", &Limits::DEFAULT);
        assert_eq!((fields.len(), problems.len()), (1, 1));
        assert!(problems[0].message.contains("0x8298"), "{problems:?}");
    }

    #[test]
    fn no_tiff_is_malformed() {
        let (fields, problems, faulty) = parse(b"nothing", "x", &Limits::DEFAULT);
        assert!(fields.is_empty() && faulty);
        assert_eq!(problems[0].code, ProblemCode::Malformed);
    }
}
