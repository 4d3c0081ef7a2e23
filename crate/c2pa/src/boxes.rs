//! The hard binding of files that are made of named parts (JPEG, PNG): a hash a part, or a run
//! of them.
//!
//! C2PA 2.2, 18.8 (`c2pa.hash.boxes`) and A.3 (names of parts),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>. Left
//! out: other containers, and parts that are left out of the hash besides the store (2.4, 15.12.3);
//! both are answered as not supported.

use sayso_core::metadata::cbor::Cbor;

use crate::binding::Bound;
use crate::signature::Hash;

/// Parts of one file; a large JPEG or PNG has a few thousand.
const PARTS: usize = 65_536;

/// One part of a file: its name, its start and its end.
struct Part {
    name: String,
    from: usize,
    to: usize,
}

/// Checks the assertion: every part of the file is named in order, and hashed.
pub fn check(assertion: &Cbor<'_>, alg: &str, file: &[u8]) -> Bound {
    let listed = assertion.items_of("boxes");
    if listed.is_empty() {
        return Bound::Malformed;
    }
    let parts = match file {
        [0xff, 0xd8, ..] => jpeg(file),
        [0x89, b'P', b'N', b'G', ..] => png(file),
        _ => return Bound::Unsupported,
    };
    let Some(parts) = parts else { return Bound::Differs };
    let mut left = parts.as_slice();
    // The signature of a PNG file has a name of its own from 2.0 on.
    let first = listed.first().and_then(|l| l.items_of("names").first()).and_then(Cbor::text);
    if let [header, rest @ ..] = left
        && header.name == "PNGh"
        && first != Some("PNGh")
    {
        left = rest;
    }
    let mut stores = 0;
    for entry in listed {
        let names = entry.items_of("names");
        let Some((run, rest)) = left.split_at_checked(names.len()) else { return Bound::Differs };
        let same = |(part, name): (&Part, &Cbor<'_>)| name.text() == Some(part.name.as_str());
        if names.is_empty() || !run.iter().zip(names).all(same) {
            return Bound::Differs;
        }
        left = rest;
        if run.iter().any(|part| part.name == STORE) {
            stores += 1;
            if run.len() != 1 {
                return Bound::Malformed;
            }
            continue;
        }
        let more = |key: &str| entry.get(key).is_some_and(|v| !matches!(v, Cbor::Null));
        if more("exclusions") || entry.get("excluded") == Some(&Cbor::Bool(true)) {
            return Bound::Unsupported;
        }
        let Some(hash) = Hash::named(entry.text_of("alg").unwrap_or(alg)) else {
            return Bound::Unsupported;
        };
        let Some(expected) = entry.get("hash").and_then(Cbor::bytes) else {
            return Bound::Malformed;
        };
        let span = run.first().zip(run.last()).and_then(|(a, z)| file.get(a.from..z.to));
        if span.is_none_or(|bytes| hash.of([bytes]) != expected) {
            return Bound::Differs;
        }
    }
    // Every part is accounted for, and one of them at most is the store.
    if left.is_empty() && stores <= 1 { Bound::Fits } else { Bound::Differs }
}

/// The name under which the store itself is listed.
const STORE: &str = "C2PA";

/// The chunks of a PNG file. `None` when it is cut or goes on behind its end.
fn png(file: &[u8]) -> Option<Vec<Part>> {
    const SIGNATURE: usize = 8;
    let mut parts = vec![Part { name: "PNGh".to_owned(), from: 0, to: SIGNATURE }];
    let mut at = SIGNATURE;
    while let Some([a, b, c, d, name @ ..]) = file.get(at..at.saturating_add(8)) {
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?;
        let to = at.checked_add(length)?.checked_add(12)?;
        let name = match name {
            b"caBX" => STORE.to_owned(),
            _ => String::from_utf8_lossy(name).into_owned(),
        };
        if to > file.len() || parts.len() >= PARTS {
            return None;
        }
        parts.push(Part { name, from: at, to });
        at = to;
    }
    (at == file.len()).then_some(parts)
}

/// The marker segments of a JPEG file, the coded data with the scan they belong to.
fn jpeg(file: &[u8]) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut at = 0;
    // The number of the box whose segments are the store's (ISO 19566-5, A.2).
    let mut store: Option<[u8; 2]> = None;
    while at < file.len() {
        let rest = file.get(at..)?;
        let [0xff, marker, ..] = rest else { return None };
        let mut length = 2;
        if !matches!(marker, 0x01 | 0xd0..=0xd9) {
            let [_, _, high, low, ..] = rest else { return None };
            length += usize::from(u16::from_be_bytes([*high, *low]));
        }
        let segment = rest.get(..length)?;
        if *marker == 0xda {
            length += coded(rest.get(length..)?);
        }
        let to = at.checked_add(length)?;
        let number = match segment {
            [_, 0xeb, _, _, b'J', b'P', a, b, ..] => Some([*a, *b]),
            _ => None,
        };
        let begins = number.is_some() && segment.get(28..32) == Some(b"c2pa");
        match parts.last_mut() {
            // A store goes on in the segments that follow.
            Some(last) if last.name == STORE && number.is_some() && number == store => last.to = to,
            _ => {
                let name = if begins { STORE.to_owned() } else { name(*marker) };
                if begins {
                    store = number;
                }
                if parts.len() >= PARTS {
                    return None;
                }
                parts.push(Part { name, from: at, to });
            }
        }
        at = to;
        if *marker == 0xd9 {
            break;
        }
    }
    (at == file.len()).then_some(parts)
}

/// Bytes of coded data: up to the next marker that is neither a stuffed zero nor a restart
/// (ITU-T T.81, B.1.1.2 and B.1.1.5).
fn coded(bytes: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [0xff, b] if !matches!(b, 0 | 0xff | 0xd0..=0xd7));
    bytes.windows(2).position(ends).unwrap_or(bytes.len())
}

/// The name of a marker (A.3.2, after ITU-T T.81, table B.1).
fn name(marker: u8) -> String {
    match marker {
        0xd8 => "SOI".to_owned(),
        0xd9 => "EOI".to_owned(),
        0xda => "SOS".to_owned(),
        0xdb => "DQT".to_owned(),
        0xc4 => "DHT".to_owned(),
        0xdd => "DRI".to_owned(),
        0xfe => "COM".to_owned(),
        0xc0..=0xcf => format!("SOF{}", marker & 15),
        0xd0..=0xd7 => format!("RST{}", marker & 7),
        0xe0..=0xef => format!("APP{}", marker & 15),
        0xf0..=0xfd => format!("JPG{}", marker & 15),
        _ => format!("{marker:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&length[..], name, body, b"crc!"].concat()
    }

    fn png_file() -> Vec<u8> {
        let header = chunk(b"IHDR", b"header");
        let chunks = [header, chunk(b"caBX", b"store"), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")];
        [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()
    }

    fn entry(names: &[&'static str], over: &[u8]) -> Cbor<'static> {
        let text = |t: &&'static str| Cbor::Text((*t).into());
        Cbor::Map(vec![
            (Cbor::Text("names".into()), Cbor::Array(names.iter().map(text).collect())),
            (Cbor::Text("hash".into()), Cbor::Bytes(Hash::Sha256.of([over]).into())),
        ])
    }

    fn checked(entries: Vec<Cbor<'static>>, file: &[u8]) -> Bound {
        let assertion = Cbor::Map(vec![(Cbor::Text("boxes".into()), Cbor::Array(entries))]);
        check(&assertion, "sha256", file)
    }

    #[test]
    fn every_part_but_the_store_is_hashed() {
        let file = png_file();
        let store = 8 + 18;
        let rest = store + 17;
        let good = || {
            let head = entry(&["PNGh", "IHDR"], &file[..store]);
            vec![head, entry(&["C2PA"], b""), entry(&["IDAT", "IEND"], &file[rest..])]
        };
        assert_eq!(checked(good(), &file), Bound::Fits);
        let old = entry(&["IHDR"], &file[8..store]);
        let old = vec![old, entry(&["C2PA"], b""), entry(&["IDAT", "IEND"], &file[rest..])];
        assert_eq!(checked(old, &file), Bound::Fits, "without the signature");
        for at in [9, rest + 8] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(checked(good(), &changed), Bound::Differs, "byte {at}");
        }
        let mut other = file.clone();
        other[store + 9] ^= 1;
        assert_eq!(checked(good(), &other), Bound::Fits, "the store itself");
        assert_eq!(checked(good(), &[&file[..], b"more"].concat()), Bound::Differs);
        assert_eq!(checked(good(), &file[..file.len() - 1]), Bound::Differs);
        assert_eq!(checked(good()[..2].to_vec(), &file), Bound::Differs, "a part is not named");
        assert_eq!(checked(vec![entry(&["PNGh", "C2PA"], b"")], &file), Bound::Differs);
        assert_eq!(checked(Vec::new(), &file), Bound::Malformed);
        assert_eq!(checked(good(), b"GIF89a"), Bound::Unsupported);
    }

    #[test]
    fn a_jpeg_is_its_segments_and_a_store_is_one_part() {
        let segment = |marker: u8, body: &[u8]| {
            let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
            [&[0xff, marker][..], &length, body].concat()
        };
        let first = [&b"JP\0\x07\0\0\0\x01....jumb....jumdc2pa"[..], b"rest"].concat();
        let first = segment(0xeb, &first);
        let next = segment(0xeb, b"JP\0\x07\0\0\0\x02....jumb rest of the store");
        let other = segment(0xeb, b"JP\0\x08\0\0\0\x01....jumb....jumdjson");
        let tables = segment(0xdb, b"q");
        let scan = [&segment(0xda, b"s")[..], b"\x12\xff\x00\x34\xff\xd0\x56"].concat();
        let file = [&b"\xff\xd8"[..], &first, &next, &other, &tables, &scan, b"\xff\xd9"].concat();
        let names: Vec<_> = jpeg(&file).unwrap().into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["SOI", "C2PA", "APP11", "DQT", "SOS", "EOI"]);
        assert!(jpeg(&[&file[..], b"more"].concat()).is_none());
        assert!(jpeg(&file[..20]).is_none());
    }
}
