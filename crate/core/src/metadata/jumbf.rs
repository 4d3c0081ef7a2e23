//! JUMBF: labelled boxes in boxes, in which a C2PA manifest store is kept.
//!
//! ISO 19566-5:2023; the subset that C2PA 2.2 uses in its section 11.1,
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>.
//! Left out: what is in the content boxes (that is `c2pa`), and references to other files.

use crate::limits::Limits;
use crate::media::{be32, be64, four_cc, index};
use crate::vocabulary::ProblemCode;

/// A superbox (`jumb`): its description, then content boxes and further superboxes.
#[derive(Clone, Debug, Default)]
pub struct Superbox<'a> {
    /// What sort of content it has.
    pub kind: [u8; 16],
    /// Its label; empty when it has none.
    pub label: &'a str,
    /// Where it begins in the store.
    pub at: usize,
    /// Its bytes with its header.
    pub whole: &'a [u8],
    /// Its bytes without its header: what references to it hash (C2PA 2.2, 8.4.2.3).
    pub body: &'a [u8],
    /// Superboxes in it, in order.
    pub boxes: Vec<Superbox<'a>>,
    /// Content boxes in it: type and bytes, in order.
    pub contents: Vec<([u8; 4], &'a [u8])>,
}

impl<'a> Superbox<'a> {
    /// The first superbox in it with that label.
    pub fn child(&self, label: &str) -> Option<&Superbox<'a>> {
        self.boxes.iter().find(|b| b.label == label)
    }

    /// The first content box of that type.
    pub fn content(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        self.contents.iter().find(|(n, _)| n == name).map(|(_, bytes)| *bytes)
    }
}

/// Why a store could not be read, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of fault.
    pub code: ProblemCode,
    /// Offset in the store.
    pub at: usize,
    /// A short English sentence without a final stop.
    pub why: String,
}

/// Reads the one superbox that a store is. What follows it (padding) is ignored.
pub fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Superbox<'a>, Fault> {
    let mut walk = Walk { left: limits.segments };
    let (first, _) = header(bytes, 0)?;
    if first.name != b"jumb" {
        return Err(malformed(0, format!("`{}` is no JUMBF box", four_cc(first.name))));
    }
    walk.superbox(&first, limits.depth)
}

struct Walk {
    left: usize,
}

/// A box: its type, its place, its bytes with and without its header.
struct Boxed<'a> {
    name: &'a [u8],
    at: usize,
    whole: &'a [u8],
    body: &'a [u8],
    body_at: usize,
}

impl Walk {
    fn superbox<'a>(&mut self, boxed: &Boxed<'a>, depth: usize) -> Result<Superbox<'a>, Fault> {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(over(boxed.at, "boxes are nested too deep"));
        };
        let mut found =
            Superbox { at: boxed.at, whole: boxed.whole, body: boxed.body, ..Superbox::default() };
        let mut rest = boxed.body;
        let mut at = boxed.body_at;
        let mut described = false;
        while !rest.is_empty() {
            self.left = self.left.checked_sub(1).ok_or_else(|| over(at, "too many boxes"))?;
            let (inner, after) = header(rest, at)?;
            match inner.name {
                b"jumd" if !described => {
                    described = true;
                    description(&inner, &mut found)?;
                }
                _ if !described => {
                    return Err(malformed(at, "a JUMBF box without its description".to_owned()));
                }
                b"jumb" => found.boxes.push(self.superbox(&inner, depth)?),
                name => {
                    let name = name.try_into().unwrap_or_default();
                    found.contents.push((name, inner.body));
                }
            }
            at = at.saturating_add(inner.whole.len());
            rest = after;
        }
        match described {
            true => Ok(found),
            false => Err(malformed(boxed.at, "a JUMBF box without its description".to_owned())),
        }
    }
}

/// The first box of these bytes, and what follows it (ISO 19566-5, 4.1).
fn header(bytes: &[u8], at: usize) -> Result<(Boxed<'_>, &[u8]), Fault> {
    let short = be32(bytes, 0).ok_or_else(|| truncated(at, bytes.len()))?;
    let name = bytes.get(4..8).ok_or_else(|| truncated(at, bytes.len()))?;
    let (header, length) = match short {
        0 => (8, bytes.len()),
        1 => (16, be64(bytes, 8).map_or(0, index)),
        _ => (8, index(short)),
    };
    if length < header {
        return Err(malformed(at, format!("a box of {length} bytes is impossible")));
    }
    let Some((whole, rest)) = bytes.split_at_checked(length) else {
        let why = format!("a box claims {length} bytes where {} are left", bytes.len());
        return Err(Fault { code: ProblemCode::Truncated, at, why });
    };
    let body = whole.get(header..).unwrap_or_default();
    Ok((Boxed { name, at, whole, body, body_at: at.saturating_add(header) }, rest))
}

/// Type, toggles, label (ISO 19566-5, A.3). Number, hash and private box are not needed.
fn description<'a>(boxed: &Boxed<'a>, found: &mut Superbox<'a>) -> Result<(), Fault> {
    const HAS_LABEL: u8 = 2;
    let broken = || malformed(boxed.at, "a description box that is too short".to_owned());
    let (kind, rest) = boxed.body.split_at_checked(16).ok_or_else(broken)?;
    found.kind = kind.try_into().unwrap_or_default();
    let (toggles, rest) = rest.split_first().ok_or_else(broken)?;
    if toggles & HAS_LABEL != 0 {
        let end = memchr::memchr(0, rest).ok_or_else(broken)?;
        let label = rest.get(..end).and_then(|label| std::str::from_utf8(label).ok());
        found.label =
            label.ok_or_else(|| malformed(boxed.at, "a label that is no text".to_owned()))?;
    }
    Ok(())
}

fn malformed(at: usize, why: String) -> Fault {
    Fault { code: ProblemCode::Malformed, at, why }
}

fn truncated(at: usize, left: usize) -> Fault {
    let why = format!("a box begins where {left} bytes are left");
    Fault { code: ProblemCode::Truncated, at, why }
}

fn over(at: usize, why: &str) -> Fault {
    Fault { code: ProblemCode::OverLimit, at, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().saturating_add(8);
        [&length.to_be_bytes()[..], name, body].concat()
    }

    fn jumb(label: &str, inner: &[u8]) -> Vec<u8> {
        let jumd = boxed(b"jumd", &[&[7; 16], &[3][..], label.as_bytes(), b"\0"].concat());
        boxed(b"jumb", &[jumd, inner.to_vec()].concat())
    }

    fn fault(bytes: &[u8]) -> (ProblemCode, usize) {
        let fault = read(bytes, &Limits::DEFAULT).unwrap_err();
        (fault.code, fault.at)
    }

    #[test]
    fn boxes_in_boxes_are_found_by_label() {
        let inner = [jumb("a", &boxed(b"json", b"{}")), jumb("b", &boxed(b"cbor", b"\xa0"))];
        let bytes = jumb("c2pa", &inner.concat());
        let store = read(&bytes, &Limits::DEFAULT).unwrap();
        assert_eq!((store.label, store.kind, store.boxes.len()), ("c2pa", [7; 16], 2));
        assert_eq!(store.child("b").unwrap().content(b"cbor"), Some(&b"\xa0"[..]));
        assert_eq!(store.child("a").unwrap().at, 38);
        assert_eq!(store.body, &bytes[8..]);
    }

    #[test]
    fn lengths_of_64_bits_and_to_the_end_are_read() {
        let body = [boxed(b"jumd", &[[7; 16].as_slice(), &[0]].concat())].concat();
        let long = [b"\0\0\0\x01jumb\0\0\0\0\0\0\0\x31".as_slice(), &body, b"after"].concat();
        let long = [&long[..15], &[(16 + body.len()) as u8], &long[16..]].concat();
        assert_eq!(read(&long, &Limits::DEFAULT).unwrap().label, "");
        let open = [b"\0\0\0\0jumb".as_slice(), &body].concat();
        assert_eq!(read(&open, &Limits::DEFAULT).unwrap().at, 0);
    }

    #[test]
    fn every_fault_has_its_place() {
        assert_eq!(fault(b""), (ProblemCode::Truncated, 0));
        assert_eq!(fault(b"\0\0\0\x08jxml"), (ProblemCode::Malformed, 0));
        assert_eq!(fault(b"\0\0\0\x08jumb"), (ProblemCode::Malformed, 0));
        assert_eq!(fault(b"\0\0\0\x07jumb"), (ProblemCode::Malformed, 0));
        assert_eq!(fault(b"\0\0\x10\0jumb"), (ProblemCode::Truncated, 0));
        assert_eq!(fault(&boxed(b"jumb", &boxed(b"json", b"{}"))), (ProblemCode::Malformed, 8));
        let cut = jumb("c2pa", &jumb("a", b"\0\0\0\x40json"));
        assert_eq!(fault(&cut), (ProblemCode::Truncated, 73));
    }

    #[test]
    fn depth_and_number_have_a_ceiling() {
        let deep = (0..100).fold(Vec::new(), |inner, _| jumb("x", &inner));
        assert_eq!(fault(&deep).0, ProblemCode::OverLimit);
        let many = jumb("x", &boxed(b"free", b"").repeat(5_000));
        assert_eq!(fault(&many).0, ProblemCode::OverLimit);
    }
}
