//! Raw metadata blocks to fields: XMP properties, EXIF and IIM fields, text tags.

use serde::{Deserialize, Serialize};

use crate::limits::Limits;
use crate::media::Block;
use crate::vocabulary::Problem;

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
    pub text: String,
    /// `xml:lang` of a language alternative.
    pub lang: Option<String>,
    /// Array items or struct fields.
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
    pub xmp: Vec<XmpPacket>,
    /// EXIF fields.
    pub exif: Vec<ExifField>,
    /// IIM datasets.
    pub iim: Vec<IimField>,
    /// Text tags.
    pub text: Vec<TextField>,
    /// Where a C2PA manifest store was seen; it is not read yet.
    pub c2pa: Option<String>,
    /// Blocks that were there and could not be understood, by kind: `xmp`, `exif`, `iim`.
    pub malformed: Vec<String>,
}

/// Reads the blocks of one file.
pub fn read(_blocks: &[Block<'_>], _limits: &Limits) -> (Metadata, Vec<Problem>) {
    (Metadata::default(), Vec::new())
}
