//! SVG: size, the metadata in it, and those of the pictures in it.
//!
//! Standard: <https://www.w3.org/TR/SVG2/struct.html#MetadataElement>. A packet is cut out
//! with the namespaces that were declared around it. Left out: styles, scripts, entities
//! (a document type is passed over), compressed files (`svgz`).

use std::borrow::Cow;

use base64::Engine as _;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::svg_pictures::Carried;
use super::{BlockKind, FORMATS, Walk, place};
use crate::limits::Limits;
use crate::vocabulary::ProblemCode;

/// Depth of nesting of a drawing; groups within groups of real ones stay below fifty.
const DEPTH_MAX: usize = 1_024;

/// The root element is `svg`, whatever stands before it.
pub(super) fn sniff(bytes: &[u8]) -> bool {
    let head = bytes.get(..16_384).unwrap_or(bytes);
    if !head.trim_ascii_start().starts_with(b"<")
        && !matches!(head, [0xef | 0xfe | 0xff, ..] | [0, ..])
    {
        return false;
    }
    let text = decode(head);
    let mut reader = reader(&text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                return tag.local_name().as_ref() == "svg";
            }
            Ok(Event::Text(text)) if text.trim().is_empty() => {}
            Ok(Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_)) => {}
            _ => return false,
        }
    }
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().allow_dangling_amp = true;
    reader
}

/// UTF-8, marked UTF-16, else Latin-1.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => super::utf16(bytes, true).into(),
        [b'<', 0, ..] => super::utf16(bytes, false).into(),
        [0, b'<', ..] => super::utf16(bytes, true).into(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            // The end of a cut file may lie within a character.
            Err(fault) if fault.error_len().is_none() => {
                let valid = bytes.get(..fault.valid_up_to()).unwrap_or_default();
                String::from_utf8_lossy(valid)
            }
            Err(_) => super::latin1(bytes).into(),
        },
    }
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut carried = Carried::default();
    elements(walk, &mut carried);
    carried.read(walk);
}

/// The one picture that a drawing is, if it is nothing else.
pub fn sole(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let bytes = bytes.get(..limits.file_bytes).unwrap_or(bytes);
    let format = FORMATS.iter().find(|f| f.name == "svg")?;
    let mut walk = Walk::new(bytes, limits, format.facts(0));
    let mut carried = Carried::default();
    elements(&mut walk, &mut carried);
    // What is broken or cut may have held more.
    walk.problems.is_empty().then(|| carried.sole()).flatten()
}

fn elements(walk: &mut Walk<'_>, carried: &mut Carried) {
    let text = decode(walk.bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = reader(text);
    let mut around = Names::default();
    let mut rooted = false;
    let mut depth = 0_usize;
    walk.facts.frames = Some(1);
    loop {
        let before = super::index(reader.buffer_position());
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(fault) => {
                let at = super::index(reader.error_position());
                let message = format!("the drawing is not well formed: {}", brief(&fault));
                walk.malformed(place("byte", at), message);
                return;
            }
        };
        match event {
            Event::Start(tag)
                if matches!(tag.local_name().as_ref(), "metadata" | "RDF" | "xmpmeta") =>
            {
                // After a fault in it the reader no longer knows what is open.
                let ended = packet(walk, &mut reader, text, before, &tag, &around);
                if !ended {
                    return;
                }
            }
            Event::Start(tag) => {
                depth = depth.saturating_add(1);
                if depth > DEPTH_MAX {
                    let message = format!("nested more than {DEPTH_MAX} deep");
                    walk.problem(ProblemCode::OverLimit, place("byte", before), message);
                    return;
                }
                if !rooted {
                    rooted = true;
                    size(walk, &tag);
                    around.add(&tag);
                }
                carried.see(walk, &tag, before);
            }
            Event::Empty(tag) if !rooted => {
                rooted = true;
                size(walk, &tag);
            }
            Event::Empty(tag) => carried.see(walk, &tag, before),
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => break,
            _ => {}
        }
    }
    if depth > 0 {
        let message = format!("the drawing ends with {depth} elements open");
        walk.truncated(place("byte", walk.bytes.len()), message);
    }
}

fn brief(fault: &quick_xml::Error) -> String {
    fault.to_string().chars().take(120).collect()
}

/// The manifest store in an element `c2pa:manifest`, in base64 (C2PA 2.2, A.3.4).
fn manifest(metadata: &str) -> Option<Result<Vec<u8>, base64::DecodeError>> {
    let at = memchr::memmem::find(metadata.as_bytes(), b"http://c2pa.org/manifest")
        .or_else(|| memchr::memmem::find(metadata.as_bytes(), b"<c2pa:manifest"))?;
    let (_, content) = metadata.get(at..)?.split_once('>')?;
    let (content, _) = content.split_once('<')?;
    let packed: Vec<u8> = content.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    Some(base64::engine::general_purpose::STANDARD.decode(packed))
}

/// Cuts the element out that begins at `before`, with every namespace around it; false when
/// it does not end well.
fn packet(
    walk: &mut Walk<'_>,
    reader: &mut Reader<&[u8]>,
    text: &str,
    before: usize,
    tag: &BytesStart<'_>,
    around: &Names,
) -> bool {
    let here = place(tag.local_name().as_ref(), before);
    let ended = reader.read_to_end(tag.name());
    let end = match &ended {
        Ok(_) => super::index(reader.buffer_position()),
        Err(fault) => {
            let message = format!("the metadata does not end well: {}", brief(fault));
            walk.malformed(here.clone(), message);
            text.len()
        }
    };
    let inner = text.get(before..end).unwrap_or_default();
    if let Some(store) = manifest(inner) {
        match store {
            Ok(store) => walk.block(BlockKind::C2pa, here.clone(), store),
            Err(_) => walk.malformed(here.clone(), "the manifest store is no base64"),
        }
    }
    if memchr::memmem::find(inner.as_bytes(), b"RDF").is_none() {
        return ended.is_ok();
    }
    let most = walk.limits.block_bytes;
    if inner.len() > most {
        let message = format!("{} bytes of metadata are more than {most}", inner.len());
        walk.problem(ProblemCode::OverLimit, here, message);
        return ended.is_ok();
    }
    let whole = format!("<x:xmpmeta{}>{inner}</x:xmpmeta>", around.declared());
    walk.block(BlockKind::Xmp, here, whole.into_bytes());
    ended.is_ok()
}

/// The namespaces declared on the root element, as written.
#[derive(Default)]
struct Names(Vec<(String, String)>);

impl Names {
    fn add(&mut self, tag: &BytesStart<'_>) {
        for attribute in tag.attributes().with_checks(false).flatten().take(64) {
            let key: &str = attribute.key.as_ref();
            let value: &str = &attribute.value;
            // Entities belong to a document type, which is not read.
            let plain = !value.contains(['&', '<']);
            if (key == "xmlns" || key.starts_with("xmlns:")) && key != "xmlns:x" && plain {
                self.0.push((key.to_owned(), value.to_owned()));
            }
        }
    }

    fn declared(&self) -> String {
        let mut out = " xmlns:x=\"adobe:ns:meta/\"".to_owned();
        for (key, value) in &self.0 {
            let quote = if value.contains('"') { '\'' } else { '"' };
            out.push_str(&format!(" {key}={quote}{value}{quote}"));
        }
        out
    }
}

/// `width` and `height`, or the last two numbers of `viewBox`, in CSS pixels.
fn size(walk: &mut Walk<'_>, tag: &BytesStart<'_>) {
    let value = |name: &str| {
        tag.attributes().with_checks(false).flatten().find_map(|attribute| {
            let key: &str = attribute.key.as_ref();
            (key == name).then(|| attribute.value.into_owned())
        })
    };
    let view = value("viewBox").and_then(|view| {
        let mut numbers = view
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|part| !part.is_empty())
            .map(str::parse::<f64>);
        let (_x, _y) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    let width = value("width").and_then(|w| pixels(&w)).or(view.map(|v| v.0));
    let height = value("height").and_then(|h| pixels(&h)).or(view.map(|v| v.1));
    walk.facts.width = width.and_then(whole);
    walk.facts.height = height.and_then(whole);
}

fn whole(side: f64) -> Option<u32> {
    // Values out of range saturate in this cast; zero and less say nothing.
    (side.is_finite() && side > 0.0).then(|| (side.round() as u32).max(1))
}

/// A CSS length in pixels at 96 to the inch; none for what depends on surroundings.
fn pixels(length: &str) -> Option<f64> {
    let length = length.trim();
    let unit_at = length
        .char_indices()
        .find(|&(at, c)| {
            let exponent = c == 'e'
                && length.get(at..).is_some_and(|rest| {
                    rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit() || c == '-' || c == '+')
                });
            !(c.is_ascii_digit() || matches!(c, '.' | '+' | '-') || exponent)
        })
        .map_or(length.len(), |(at, _)| at);
    let (number, unit) = length.split_at_checked(unit_at)?;
    let per = match unit.trim() {
        "" | "px" => 1.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|n| n * per)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::media::open;

    #[test]
    fn size_comes_from_lengths_or_the_view_box() {
        for (attributes, size) in [
            ("width='10' height='20px'", (Some(10), Some(20))),
            ("width='1in' height='25.4mm'", (Some(96), Some(96))),
            ("width='100%' viewBox='0 0 30 40.4'", (Some(30), Some(40))),
            ("", (None, None)),
        ] {
            let file = format!("<?xml version='1.0'?><!DOCTYPE svg><!-- a --><svg {attributes}/>");
            let facts = open(file.as_bytes(), &Limits::DEFAULT).facts.unwrap();
            assert_eq!((facts.width, facts.height), size, "{attributes}");
        }
    }

    #[test]
    fn a_packet_keeps_the_namespaces_of_the_root() {
        let file = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:rdf='R'><g/>\
            <metadata id='m'><rdf:RDF/></metadata></svg>";
        let opened = open(file.as_bytes(), &Limits::DEFAULT);
        let text = std::str::from_utf8(&opened.blocks[0].bytes).unwrap();
        assert!(text.contains("xmlns:rdf=\"R\""), "{text}");
        assert!(text.contains("<metadata id='m'><rdf:RDF/></metadata>"), "{text}");
        assert_eq!(opened.blocks[0].locator, "metadata at 0x3a");
    }

    #[test]
    fn a_manifest_store_is_unpacked() {
        let drawing = |packed: &str| {
            format!(
                "<svg><metadata><c2pa:manifest xmlns:c2pa='http://c2pa.org/manifest'>{packed}\
                 </c2pa:manifest></metadata></svg>"
            )
        };
        let file = drawing("c3Rv\ncmU=");
        let opened = open(file.as_bytes(), &Limits::DEFAULT);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"store");
        let file = drawing("!");
        let opened = open(file.as_bytes(), &Limits::DEFAULT);
        assert!(opened.blocks.is_empty());
        assert_eq!(opened.problems[0].code, ProblemCode::Malformed);
    }

    #[test]
    fn a_broken_drawing_keeps_what_stood_before() {
        let file = "<svg width='3' height='4'><metadata>RDF</metadata><g></svg>";
        let opened = open(file.as_bytes(), &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().width, Some(3));
        assert_eq!(opened.blocks.len(), 1);
        assert_eq!(opened.problems[0].code, ProblemCode::Malformed);
    }

    #[test]
    fn a_page_with_a_drawing_in_it_is_no_drawing() {
        assert!(!sniff(b"<html><svg/></html>"));
        assert!(sniff("\u{feff}<svg:svg xmlns:svg='s'/>".as_bytes()));
    }
}
