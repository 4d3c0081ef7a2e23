//! Raw metadata blocks to fields: XMP properties, EXIF and IIM fields, text tags.
//!
//! Each kind of block has its own file, which names its standard. A block that is broken
//! gives what stood before its fault, a [`Problem`], and its name in [`Metadata::malformed`]:
//! "there and not understood" is something else than "not there".
//! Left out: what fields mean (that is `signal`), and which of two sources is right; and every XMP
//! property of a namespace in which nobody states rights or origin ([`NAMESPACES`]): a picture's
//! editing history alone is often larger than all that concerns a reader.

#![deny(clippy::arithmetic_side_effects)]

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::media::{Block, BlockKind, SCANNED};
use crate::vocabulary::{Problem, ProblemCode};

pub mod c2pa;
pub mod cbor;
mod exif;
mod iptc_iim;
mod json_ld;
pub mod jumbf;
mod xmp;

/// The namespaces in which rights and origin are stated, with their usual prefixes.
pub(crate) const NAMESPACES: &[(&str, &str)] = &[
    ("cc", "http://creativecommons.org/ns#"),
    ("cc", "http://web.resource.org/cc/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("Iptc4xmpCore", "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"),
    ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
    ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
    ("plus", "http://ns.useplus.org/ldf/xmp/1.0/"),
    ("schema", "https://schema.org/"),
    ("tdm", "http://www.w3.org/ns/tdmrep/"),
    ("tdm", "http://www.w3.org/ns/tdmrep#"),
    ("tiff", "http://ns.adobe.com/tiff/1.0/"),
    ("xmpRights", "http://ns.adobe.com/xap/1.0/rights/"),
];

/// Whether a property is of such a namespace, and not one of the few there that only tell what was
/// done: Photoshop lists every layer and every file that a picture was pasted from.
fn concerns_rights(property: &Property) -> bool {
    match property.ns.as_str() {
        "http://ns.adobe.com/tiff/1.0/" => ["Artist", "Copyright"].contains(&&*property.name),
        "http://ns.adobe.com/photoshop/1.0/" => {
            !["DocumentAncestors", "TextLayers"].contains(&&*property.name)
        }
        ns => NAMESPACES.iter().any(|(_, known)| *known == ns),
    }
}

/// One XMP property, array item or struct field.
///
/// A simple value has `text`; an array has one child per item (name `li`); a
/// struct has one child per field. Namespaces, not prefixes, identify properties
/// (ISO 16684-1, 7.9). Namespaces end as written, e.g. `http://ns.useplus.org/ldf/xmp/1.0/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Property {
    /// Namespace URI.
    pub ns: String,
    /// Local name.
    pub name: String,
    /// Text of a simple value (also of `rdf:resource`), trimmed; empty for arrays and structs.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// `xml:lang` of a language alternative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Array items or struct fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Property>,
}

impl Property {
    /// The value as one text: its own, the `x-default` alternative, or the first item.
    pub fn first_text(&self) -> Option<&str> {
        if !self.text.is_empty() {
            return Some(&self.text);
        }
        self.children
            .iter()
            .find(|c| c.lang.as_deref().is_some_and(|l| l.eq_ignore_ascii_case("x-default")))
            .or_else(|| self.children.first())
            .map(|c| c.text.as_str())
            .filter(|t| !t.is_empty())
    }

    /// Every text of the value: its own, or those of its items.
    pub fn texts(&self) -> Vec<&str> {
        if self.text.is_empty() {
            self.children.iter().filter(|c| !c.text.is_empty()).map(|c| c.text.as_str()).collect()
        } else {
            vec![self.text.as_str()]
        }
    }

    /// A field of a struct, by namespace and local name.
    pub fn field(&self, ns: &str, name: &str) -> Option<&Property> {
        self.children.iter().find(|c| c.ns == ns && c.name == name)
    }
}

/// One XMP packet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct XmpPacket {
    /// Where it stood.
    pub locator: String,
    /// False when it was found by scanning and may be a thumbnail's.
    pub structured: bool,
    /// Its top-level properties, in file order; a repeated property stands repeated.
    pub properties: Vec<Property>,
}

impl XmpPacket {
    /// Every property of that name, in file order.
    pub fn all<'a>(&'a self, ns: &'a str, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |p| p.ns == ns && p.name == name)
    }
}

/// One EXIF field that concerns rights, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct ExifField {
    /// Tag number, e.g. 0x8298.
    pub tag: u16,
    /// Name by the EXIF standard, e.g. `Copyright`.
    pub name: String,
    /// Its text.
    pub value: String,
    /// Where it stood.
    pub locator: String,
}

/// One IPTC-IIM dataset, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct IimField {
    /// Record number.
    pub record: u8,
    /// Dataset number.
    pub dataset: u8,
    /// Its text.
    pub value: String,
    /// Where it stood.
    pub locator: String,
}

/// One plain text tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct TextField {
    /// Its key in the container's own words (`Copyright`, `TCOP`, `LICENSE`).
    pub key: String,
    /// Its text.
    pub value: String,
    /// Where it stood.
    pub locator: String,
}

/// All metadata of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Metadata {
    /// XMP packets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub xmp: Vec<XmpPacket>,
    /// EXIF fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exif: Vec<ExifField>,
    /// IIM datasets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub iim: Vec<IimField>,
    /// Text tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text: Vec<TextField>,
    /// What a C2PA manifest store claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub c2pa: Option<c2pa::Store>,
    /// Texts that hold an RSL licence, whole; the key says what carried them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rsl: Vec<TextField>,
    /// Blocks that were there and could not be understood, by kind: `xmp`, `exif`, `iim`, `c2pa`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub malformed: Vec<String>,
}

/// Reads the blocks of one file.
pub fn read(blocks: &[Block<'_>], limits: &Limits) -> (Metadata, Vec<Problem>) {
    let mut metadata = Metadata::default();
    let mut problems = Vec::new();
    for block in blocks {
        if metadata.rsl.len() < LICENCES_MAX {
            metadata.rsl.extend(licence(block, &mut problems));
        }
        let faulty = match block.kind {
            BlockKind::Xmp => {
                let mut parsed = xmp::parse(&block.bytes, &block.locator, limits);
                parsed.properties.retain(concerns_rights);
                problems.extend(parsed.problems);
                metadata.xmp.push(XmpPacket {
                    locator: block.locator.clone(),
                    structured: block.key != SCANNED,
                    properties: parsed.properties,
                });
                parsed.faulty.then_some("xmp")
            }
            BlockKind::Exif => {
                let (fields, more, faulty) = exif::parse(&block.bytes, &block.locator, limits);
                metadata.exif.extend(fields);
                problems.extend(more);
                faulty.then_some("exif")
            }
            BlockKind::Iim => {
                let (fields, more, faulty) = iptc_iim::parse(&block.bytes, &block.locator, limits);
                metadata.iim.extend(fields);
                problems.extend(more);
                faulty.then_some("iim")
            }
            BlockKind::C2pa => {
                let (store, more) = c2pa::read(&block.bytes, &block.locator, limits);
                let faulty = store.legible == c2pa::Legible::Malformed || metadata.c2pa.is_some();
                problems.extend(more);
                match &mut metadata.c2pa {
                    // With two stores neither counts (C2PA 2.2, 11.1.4.1).
                    Some(first) => {
                        *first = c2pa::Store {
                            locator: std::mem::take(&mut first.locator),
                            legible: c2pa::Legible::Malformed,
                            ..c2pa::Store::default()
                        };
                        let message = "a second manifest store; neither counts";
                        let place = format!("{}, offset 0x0 of the block", block.locator);
                        problems.push(Problem::new(ProblemCode::Malformed, place, message));
                    }
                    None => metadata.c2pa = Some(store),
                }
                faulty.then_some("c2pa")
            }
            BlockKind::Text => {
                text(block, limits, &mut metadata.text, &mut problems);
                None
            }
        };
        if let Some(name) = faulty.filter(|name| !metadata.malformed.iter().any(|m| m == name)) {
            metadata.malformed.push(name.to_owned());
        }
    }
    (metadata, problems)
}

/// The namespace of RSL 1.0, <https://rslstandard.org/rsl>, 3.
const RSL: &[u8] = b"https://rslstandard.org/rsl";
/// Licences kept of one file, and the length of one; real ones have a kilobyte.
const LICENCES_MAX: usize = 4;
const LICENCE_BYTES: usize = 16 << 10;

/// The text of a block that holds an RSL licence: its elements alternate in another way than
/// those of XMP, so they are kept as they are. Only UTF-8 is looked into.
fn licence(block: &Block<'_>, problems: &mut Vec<Problem>) -> Option<TextField> {
    let key = match block.kind {
        BlockKind::Xmp => "xmp",
        BlockKind::Text => "text",
        BlockKind::Exif | BlockKind::Iim | BlockKind::C2pa => return None,
    };
    let bytes: &[u8] = &block.bytes;
    let at = memchr::memmem::find(bytes, RSL)?;
    let kept = if bytes.len() <= LICENCE_BYTES {
        bytes
    } else {
        // Of a long packet: from the element with the namespace to the end of the licence.
        let start = memchr::memrchr(b'<', bytes.get(..at)?).unwrap_or(0);
        let rest = bytes.get(start..)?;
        let rest = rest.get(..LICENCE_BYTES).unwrap_or(rest);
        match memchr::memmem::rfind(rest, b"rsl>") {
            Some(end) => rest.get(..end.saturating_add(4))?,
            None => {
                let message = format!("an RSL licence was cut to {LICENCE_BYTES} bytes");
                let place = block.locator.clone();
                problems.push(Problem::new(ProblemCode::OverLimit, place, message));
                rest
            }
        }
    };
    let value = String::from_utf8_lossy(kept).into_owned();
    Some(TextField { key: key.to_owned(), value, locator: block.locator.clone() })
}

/// Keeps one text tag, if anything is left of it.
fn text(
    block: &Block<'_>,
    limits: &Limits,
    fields: &mut Vec<TextField>,
    problems: &mut Vec<Problem>,
) {
    let value = String::from_utf8_lossy(&block.bytes);
    let mut value = value.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
    if value.is_empty() {
        return;
    }
    let mut key = block.key.clone();
    if cut(&mut value, limits) || cut(&mut key, limits) {
        let message = format!("a text was cut to {} characters", limits.value_chars);
        problems.push(Problem::new(ProblemCode::OverLimit, block.locator.clone(), message));
    }
    fields.push(TextField { key, value, locator: block.locator.clone() });
}

/// Cuts a text to the limit of a value; true if anything was lost.
fn cut(text: &mut String, limits: &Limits) -> bool {
    let Some((end, _)) = text.char_indices().nth(limits.value_chars) else { return false };
    text.truncate(end);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: BlockKind, key: &str, bytes: &'static [u8]) -> Block<'static> {
        Block { kind, locator: "x at 0x0".to_owned(), key: key.to_owned(), bytes: bytes.into() }
    }

    #[test]
    fn texts_are_trimmed_cut_and_kept_with_their_keys() {
        let limits = Limits { value_chars: 3, ..Limits::DEFAULT };
        let blocks = [
            block(BlockKind::Text, "A", b" Ann\n"),
            block(BlockKind::Text, "B", b"  "),
            block(BlockKind::Text, "C", "äöüß".as_bytes()),
        ];
        let (metadata, problems) = read(&blocks, &limits);
        let texts: Vec<_> =
            metadata.text.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
        assert_eq!(texts, [("A", "Ann"), ("C", "äöü")]);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_licence_is_kept_whole_from_a_packet_or_a_text() {
        let licence = "<rsl:rsl xmlns:rsl='https://rslstandard.org/rsl'><rsl:content/></rsl:rsl>";
        let long = format!("<x>{}{licence}{}</x>", " ".repeat(20_000), " ".repeat(20_000));
        let block = |kind, text: String| Block {
            kind,
            locator: "x at 0x0".to_owned(),
            key: String::new(),
            bytes: text.into_bytes().into(),
        };
        let (metadata, _) = read(
            &[block(BlockKind::Text, licence.to_owned()), block(BlockKind::Xmp, long)],
            &Limits::DEFAULT,
        );
        let texts: Vec<_> =
            metadata.rsl.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
        assert_eq!(texts, [("text", licence), ("xmp", licence)]);
    }

    #[test]
    fn broken_blocks_are_named_once_by_kind() {
        let blocks = [
            block(BlockKind::Xmp, "", b"<x"),
            block(BlockKind::Xmp, SCANNED, b""),
            block(BlockKind::Exif, "", b"??"),
            block(BlockKind::Iim, "", b"??"),
            block(BlockKind::C2pa, "", b""),
        ];
        let (metadata, problems) = read(&blocks, &Limits::DEFAULT);
        assert_eq!(metadata.malformed, ["xmp", "exif", "iim", "c2pa"]);
        assert!(problems.len() >= 5);
        let store = metadata.c2pa.unwrap();
        assert_eq!((store.locator.as_str(), store.legible), ("x at 0x0", c2pa::Legible::Malformed));
        let structured: Vec<_> = metadata.xmp.iter().map(|p| p.structured).collect();
        assert_eq!(structured, [true, false]);
    }
}
