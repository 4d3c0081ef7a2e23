//! XMP packets: the part of RDF/XML that XMP allows.
//!
//! Standards: ISO 16684-1 (data model and serialisation, clause 7 and annex C),
//! <https://www.w3.org/TR/rdf-syntax-grammar/>, Namespaces in XML 1.0. Namespaces, not
//! prefixes, identify properties. Document types and entities are never expanded.
//! Left out: `rdf:nodeID` references, qualifiers other than `xml:lang`, `rdf:type`.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

use super::Property;
use crate::limits::Limits;
use crate::vocabulary::{Problem, ProblemCode};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Base64 thumbnails; cutting them short is no loss to say a word about.
const THUMBNAIL: &str = "http://ns.adobe.com/xap/1.0/g/img/";

/// Items kept of one array. Photoshop writes lists of ancestors with thousands of items.
const ITEMS_MAX: usize = 256;
/// Namespaces in scope at once; packets of every known writer stay below fifty.
const NAMES_MAX: usize = 128;
/// Faults kept of one packet.
const FAULTS_MAX: usize = 16;

/// What one packet gave.
#[derive(Debug, Default)]
pub struct Parsed {
    /// Top-level properties, in file order.
    pub properties: Vec<Property>,
    /// What was wrong, with its place.
    pub problems: Vec<Problem>,
    /// True when something was not understood; false when a limit merely cut something long.
    pub faulty: bool,
}

/// Reads one packet. An ill-formed one gives what stood before its fault.
pub fn parse(bytes: &[u8], locator: &str, limits: &Limits) -> Parsed {
    let (text, broken_at) = decode(bytes);
    let mut machine = Machine {
        locator,
        limits,
        stack: Vec::new(),
        names: Vec::new(),
        kept: 0,
        skipping: 0,
        seen_rdf: false,
        cut: Vec::new(),
        parsed: Parsed::default(),
    };
    if let Some(at) = broken_at {
        let message = "its text is not in the encoding it should be in";
        machine.fault(ProblemCode::Malformed, Some(at), message);
    }
    machine.run(&text);
    machine.finish()
}

/// Text of the packet, and where its encoding broke first.
fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<usize>) {
    let bytes = bytes.trim_ascii_start();
    let wide = |big: bool| {
        let units = bytes.chunks_exact(4).map(|four| match (four, big) {
            (&[a, b, c, d], true) => u32::from_be_bytes([a, b, c, d]),
            (&[a, b, c, d], false) => u32::from_le_bytes([a, b, c, d]),
            _ => 0,
        });
        let text: String =
            units.map(|u| char::from_u32(u).unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        text.trim_start_matches('\u{feff}').to_owned()
    };
    let text: Cow<'_, str> = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [b'<', 0, 0, 0, ..] => wide(false).into(),
        [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'<', ..] => wide(true).into(),
        [0xff, 0xfe, ..] | [b'<', 0, ..] => crate::media::utf16(bytes, false).into(),
        [0xfe, 0xff, ..] | [0, b'<', ..] => crate::media::utf16(bytes, true).into(),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            return match std::str::from_utf8(bytes) {
                Ok(text) => (text.into(), None),
                Err(fault) => (String::from_utf8_lossy(bytes), Some(fault.valid_up_to())),
            };
        }
    };
    let broken = text.find(char::REPLACEMENT_CHARACTER);
    (text, broken)
}

/// An element that is open.
enum Frame {
    /// Not in RDF: the wrapper, or an SVG `metadata`.
    Outside,
    /// `rdf:RDF`.
    Rdf,
    /// A node: `rdf:Description` or a typed one; its children are properties.
    Node { ns: String, name: String, fields: Vec<Property>, text: String },
    /// A property; its children are nodes or one array, or fields where `resource` is set.
    Property { property: Property, resource: bool },
    /// `rdf:Bag`, `rdf:Seq` or `rdf:Alt`.
    Array { items: Vec<Property> },
}

struct Machine<'m> {
    locator: &'m str,
    limits: &'m Limits,
    stack: Vec<Frame>,
    /// Prefix, namespace, and the depth at which it was declared.
    names: Vec<(String, String, usize)>,
    kept: usize,
    /// Open elements that are passed over because they are too deep or too many.
    skipping: usize,
    seen_rdf: bool,
    /// Names of values that were cut.
    cut: Vec<String>,
    parsed: Parsed,
}

impl Machine<'_> {
    fn run(&mut self, text: &str) {
        let mut reader = Reader::from_str(text);
        // A bare `&` in an address is wrong and harmless.
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match reader.read_event() {
                Ok(Event::Start(tag)) => self.start(&tag, at),
                Ok(Event::Empty(tag)) => {
                    self.start(&tag, at);
                    self.end();
                }
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.text(&text.xml10_content()),
                Ok(Event::CData(text)) => self.text(&text.xml10_content()),
                Ok(Event::GeneralRef(reference)) => self.reference(&reference, at),
                Ok(Event::DocType(_)) => {
                    self.fault(ProblemCode::Malformed, Some(at), "a document type is not allowed");
                }
                Ok(Event::Eof) => break,
                Ok(_) => {}
                Err(fault) => {
                    let at = usize::try_from(reader.error_position()).unwrap_or(at);
                    let why: String = fault.to_string().chars().take(120).collect();
                    let message = format!("it is not well formed: {why}");
                    self.fault(ProblemCode::Malformed, Some(at), message);
                    break;
                }
            }
        }
        if !self.stack.is_empty() || self.skipping > 0 {
            let open = self.stack.len().saturating_add(self.skipping);
            if !self.parsed.faulty {
                let message = format!("it ends with {open} elements open");
                self.fault(ProblemCode::Truncated, Some(text.len()), message);
            }
            self.unwind();
        }
        if !self.seen_rdf {
            self.fault(ProblemCode::Malformed, None, "there is no rdf:RDF in it");
        }
    }

    fn finish(mut self) -> Parsed {
        if !self.cut.is_empty() {
            let names = self.cut.join(", ");
            let most = self.limits.value_chars;
            let message = format!("cut to {most} characters: {names}");
            self.parsed.problems.push(Problem::new(ProblemCode::OverLimit, self.locator, message));
        }
        self.parsed
    }

    fn fault(&mut self, code: ProblemCode, at: Option<usize>, message: impl Into<String>) {
        self.parsed.faulty = true;
        self.note(code, at, message);
    }

    fn note(&mut self, code: ProblemCode, at: Option<usize>, message: impl Into<String>) {
        let message = message.into();
        // The same fault again and again is one fault.
        let known = self.parsed.problems.iter().any(|p| p.message == message);
        if !known && self.parsed.problems.len() < FAULTS_MAX {
            let place = match at {
                Some(at) => format!("{}, byte {at} of the packet", self.locator),
                None => self.locator.to_owned(),
            };
            self.parsed.problems.push(Problem::new(code, place, message));
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) {
        if self.skipping > 0 {
            self.skipping = self.skipping.saturating_add(1);
            return;
        }
        if self.stack.len() >= self.limits.depth {
            let message = format!("nested more than {} deep; passed over", self.limits.depth);
            self.fault(ProblemCode::OverLimit, Some(at), message);
            self.skipping = 1;
            return;
        }
        if self.kept >= self.limits.properties {
            if self.kept == self.limits.properties {
                let message = format!("more than {} properties; passed over", self.kept);
                self.fault(ProblemCode::OverLimit, Some(at), message);
                self.kept = self.kept.saturating_add(1);
            }
            self.skipping = 1;
            return;
        }
        let attributes = self.attributes(tag, at);
        let (ns, name) = self.resolve(tag.name().as_ref(), true, at);
        let frame = match self.stack.last() {
            None | Some(Frame::Outside) if ns == RDF && name == "RDF" => {
                self.seen_rdf = true;
                Frame::Rdf
            }
            None | Some(Frame::Outside) => Frame::Outside,
            Some(Frame::Rdf) => self.node(ns, name, attributes),
            Some(Frame::Property { resource: false, .. }) if is_array(&ns, &name) => {
                Frame::Array { items: Vec::new() }
            }
            Some(Frame::Property { resource: false, .. }) => self.node(ns, name, attributes),
            Some(Frame::Array { items }) if items.len() >= ITEMS_MAX => {
                if items.len() == ITEMS_MAX {
                    let message = format!("a list of more than {ITEMS_MAX} items was cut");
                    self.note(ProblemCode::OverLimit, Some(at), message);
                    // One item more, so that this is said once; it is taken off at the end.
                    if let Some(Frame::Array { items }) = self.stack.last_mut() {
                        items.push(Property::default());
                    }
                }
                self.skipping = 1;
                return;
            }
            Some(Frame::Array { .. }) if ns == RDF => {
                self.property(ns, "li".to_owned(), attributes)
            }
            Some(_) => self.property(ns, name, attributes),
        };
        self.stack.push(frame);
    }

    /// Namespaces are taken in; the other attributes are given back resolved.
    fn attributes(&mut self, tag: &BytesStart<'_>, at: usize) -> Vec<(String, String, String)> {
        let depth = self.stack.len();
        let mut others = Vec::new();
        let mut broken = false;
        for attribute in tag.attributes().with_checks(false).take(self.limits.properties) {
            let Ok(attribute) = attribute else {
                broken = true;
                break;
            };
            let key: &str = attribute.key.as_ref();
            let raw: &str = &attribute.value;
            let value = match quick_xml::escape::unescape(raw) {
                Ok(value) => value.into_owned(),
                Err(_) => {
                    // Nothing is expanded that XML itself does not define.
                    let message = format!("attribute {key} holds an unknown reference");
                    self.fault(ProblemCode::Malformed, Some(at), message);
                    raw.to_owned()
                }
            };
            let declared = match key {
                "xmlns" => Some(""),
                _ => key.strip_prefix("xmlns:"),
            };
            match declared {
                Some(prefix) if self.names.len() < NAMES_MAX => {
                    self.names.push((prefix.to_owned(), value, depth));
                }
                Some(_) => {}
                None => others.push((key.to_owned(), value)),
            }
        }
        if broken {
            self.fault(ProblemCode::Malformed, Some(at), "an attribute is not well formed");
        }
        others
            .into_iter()
            .map(|(key, value)| {
                let (ns, name) = self.resolve(&key, false, at);
                (ns, name, value)
            })
            .collect()
    }

    /// Namespace and local name; the default namespace holds for elements only.
    fn resolve(&mut self, qualified: &str, element: bool, at: usize) -> (String, String) {
        let (prefix, local) = qualified.split_once(':').unwrap_or(("", qualified));
        if prefix == "xml" {
            return (XML.to_owned(), local.to_owned());
        }
        if prefix.is_empty() && !element {
            return (String::new(), local.to_owned());
        }
        let known = self.names.iter().rev().find(|(p, _, _)| p == prefix);
        if let Some((_, ns, _)) = known {
            return (ns.clone(), local.to_owned());
        }
        if prefix.is_empty() {
            return (String::new(), local.to_owned());
        }
        let custom = customary(prefix);
        // What stands around the RDF is not read, and its prefixes are no concern.
        if self.seen_rdf || !custom.is_empty() {
            let message = format!("the prefix {prefix} is not declared");
            self.fault(ProblemCode::Malformed, Some(at), message);
        }
        (custom.to_owned(), local.to_owned())
    }

    fn node(
        &mut self,
        ns: String,
        name: String,
        attributes: Vec<(String, String, String)>,
    ) -> Frame {
        let fields = self.fields(attributes);
        Frame::Node { ns, name, fields, text: String::new() }
    }

    /// Attributes that are properties: neither RDF's own nor XML's.
    fn fields(&mut self, attributes: Vec<(String, String, String)>) -> Vec<Property> {
        let mut fields = Vec::new();
        for (ns, name, value) in attributes {
            let own = ns.is_empty() || ns == XML || (ns == RDF && name != "value");
            if own || self.kept >= self.limits.properties {
                continue;
            }
            self.kept = self.kept.saturating_add(1);
            let text = self.cut(value.trim(), &ns, &name);
            fields.push(Property { ns, name, text, ..Property::default() });
        }
        fields
    }

    fn property(
        &mut self,
        ns: String,
        name: String,
        attributes: Vec<(String, String, String)>,
    ) -> Frame {
        self.kept = self.kept.saturating_add(1);
        let mut property = Property { ns, name, ..Property::default() };
        let mut resource = false;
        for (ns, name, value) in &attributes {
            match (ns.as_str(), name.as_str()) {
                (XML, "lang") => property.lang = Some(value.trim().to_owned()),
                (RDF, "resource") => {
                    property.text = self.cut(value.trim(), &property.ns, &property.name);
                }
                (RDF, "parseType") => resource = value == "Resource",
                _ => {}
            }
        }
        property.children = self.fields(attributes);
        Frame::Property { property, resource }
    }

    fn text(&mut self, text: &str) {
        if self.skipping > 0 {
            return;
        }
        let most = self.limits.value_chars.saturating_mul(4).saturating_add(4);
        let kept = match self.stack.last_mut() {
            Some(Frame::Property { property, resource: false }) => &mut property.text,
            Some(Frame::Node { text, .. }) => text,
            _ => return,
        };
        // Line breaks between elements are no text.
        let text = if kept.is_empty() { text.trim_start() } else { text };
        let room = most.saturating_sub(kept.len());
        let fitting = |end: &usize| text.is_char_boundary(*end);
        let end = (0..=room.min(text.len())).rev().find(fitting).unwrap_or(0);
        kept.push_str(text.get(..end).unwrap_or_default());
    }

    /// `&amp;` and its four like, and numbers; nothing else is resolved.
    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>, at: usize) {
        let name: &str = reference;
        if let Some(plain) = resolve_xml_entity(name) {
            return self.text(plain);
        }
        if let Some(character) = reference.resolve_char_ref().ok().flatten() {
            let mut buffer = [0_u8; 4];
            // Space that is written as a number is meant.
            return self.text(character.encode_utf8(&mut buffer));
        }
        let short: String = name.chars().take(32).collect();
        let message = format!("the reference &{short}; is not resolved");
        self.fault(ProblemCode::Malformed, Some(at), message);
        self.text(&format!("&{short};"));
    }

    fn end(&mut self) {
        if self.skipping > 0 {
            self.skipping = self.skipping.saturating_sub(1);
            return;
        }
        let Some(frame) = self.stack.pop() else { return };
        let depth = self.stack.len();
        while self.names.last().is_some_and(|(_, _, declared)| *declared >= depth) {
            self.names.pop();
        }
        self.close(frame);
    }

    /// After a fault: arrays and structs keep their whole parts, a value that was cut is dropped.
    fn unwind(&mut self) {
        self.skipping = 0;
        while let Some(frame) = self.stack.pop() {
            match frame {
                Frame::Property { property, .. } if property.children.is_empty() => {}
                Frame::Property { mut property, resource } => {
                    property.text.clear();
                    self.close(Frame::Property { property, resource });
                }
                Frame::Node { ns, name, fields, .. } => {
                    self.close(Frame::Node { ns, name, fields, text: String::new() });
                }
                other => self.close(other),
            }
        }
    }

    fn close(&mut self, frame: Frame) {
        match frame {
            Frame::Outside | Frame::Rdf => {}
            Frame::Array { mut items } => {
                items.truncate(ITEMS_MAX);
                if let Some(Frame::Property { property, .. }) = self.stack.last_mut() {
                    property.children.append(&mut items);
                }
            }
            Frame::Node { ns, name, mut fields, text } => match self.stack.last_mut() {
                Some(Frame::Property { property, .. }) => {
                    if fields.is_empty() && property.text.trim().is_empty() {
                        property.text = text;
                    }
                    property.children.append(&mut fields);
                }
                // A description, or the work itself in old Creative Commons RDF, speaks of
                // this file; any other node (a licence, a person) is a thing of its own.
                _ if (ns == RDF && name == "Description") || name == "Work" => {
                    self.parsed.properties.append(&mut fields);
                }
                _ if !fields.is_empty() => {
                    let node = Property { ns, name, children: fields, ..Property::default() };
                    self.parsed.properties.push(node);
                }
                _ => {}
            },
            // The type of a struct is known from where it stands.
            Frame::Property { property, .. } if property.ns == RDF && property.name == "type" => {}
            Frame::Property { property, .. } => {
                let property = self.settled(property);
                match self.stack.last_mut() {
                    Some(Frame::Node { fields, .. }) => fields.push(property),
                    Some(Frame::Array { items }) => items.push(property),
                    Some(Frame::Property { property: outer, .. }) => outer.children.push(property),
                    _ => {}
                }
            }
        }
    }

    /// A value with qualifiers is its `rdf:value` (ISO 16684-1, 7.8); text is trimmed and cut.
    fn settled(&mut self, mut property: Property) -> Property {
        if let Some(at) = property.children.iter().position(|c| c.ns == RDF && c.name == "value") {
            let value = property.children.swap_remove(at);
            property.text = value.text;
            property.children = value.children;
        }
        property.text = match property.children.is_empty() {
            true => self.cut(property.text.trim(), &property.ns, &property.name),
            // White space and stray words between items are not the value.
            false => String::new(),
        };
        property
    }

    fn cut(&mut self, text: &str, ns: &str, name: &str) -> String {
        let Some((end, _)) = text.char_indices().nth(self.limits.value_chars) else {
            return text.to_owned();
        };
        if ns != THUMBNAIL && self.cut.len() < 8 && !self.cut.iter().any(|n| n == name) {
            self.cut.push(name.to_owned());
        }
        text.get(..end).unwrap_or_default().to_owned()
    }
}

fn is_array(ns: &str, name: &str) -> bool {
    ns == RDF && matches!(name, "Bag" | "Seq" | "Alt")
}

/// What a prefix nearly always means. Used, with a fault said, where it is not declared:
/// a reservation must not be lost to a missing line.
fn customary(prefix: &str) -> &'static str {
    match prefix {
        "rdf" => RDF,
        "x" => "adobe:ns:meta/",
        "dc" => "http://purl.org/dc/elements/1.1/",
        "dcterms" => "http://purl.org/dc/terms/",
        "cc" => "http://creativecommons.org/ns#",
        "xmpRights" => "http://ns.adobe.com/xap/1.0/rights/",
        "photoshop" => "http://ns.adobe.com/photoshop/1.0/",
        "plus" => "http://ns.useplus.org/ldf/xmp/1.0/",
        "Iptc4xmpCore" => "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
        "Iptc4xmpExt" => "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DC: &str = "http://purl.org/dc/elements/1.1/";

    fn packet(body: &str) -> String {
        format!(
            "<?xpacket begin='\u{feff}' id='W5M0MpCehiHzreSzNTczkc9d'?>\
             <x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}' xmlns:dc='{DC}' \
             xmlns:p='urn:p'>{body}</rdf:RDF></x:xmpmeta>   \n<?xpacket end='w'?>"
        )
    }

    fn read(text: &str) -> Parsed {
        parse(text.as_bytes(), "APP1 at 0x2", &Limits::DEFAULT)
    }

    fn shown(property: &Property) -> String {
        let lang = property.lang.as_ref().map(|l| format!("@{l}")).unwrap_or_default();
        let children: Vec<String> = property.children.iter().map(shown).collect();
        let children = match children.is_empty() {
            true => String::new(),
            false => format!("[{}]", children.join(" ")),
        };
        format!("{}{lang}={}{children}", property.name, property.text)
    }

    fn all(parsed: &Parsed) -> Vec<String> {
        parsed.properties.iter().map(shown).collect()
    }

    #[test]
    fn attribute_element_and_resource_are_one_and_the_same() {
        for body in [
            "<rdf:Description p:a='v'/>",
            "<rdf:Description><p:a> v\n </p:a></rdf:Description>",
            "<rdf:Description><p:a rdf:resource='v'/></rdf:Description>",
            "<rdf:Description xmlns:q='urn:p'><q:a><![CDATA[v]]></q:a></rdf:Description>",
            "<rdf:Description><p:a><rdf:Description><rdf:value>v</rdf:value><p:q>x</p:q>\
             </rdf:Description></p:a></rdf:Description>",
        ] {
            let parsed = read(&packet(body));
            assert_eq!(all(&parsed), ["a=v"], "{body}");
            assert_eq!(parsed.properties[0].ns, "urn:p");
            assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        }
    }

    #[test]
    fn arrays_and_languages_are_children() {
        let parsed = read(&packet(
            "<rdf:Description><dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>&#169; Ann &amp; \
             Bob</rdf:li><rdf:li xml:lang='de'>Anna</rdf:li></rdf:Alt></dc:rights></rdf:Description>\
             <rdf:Description><dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li/></rdf:Seq>\
             </dc:creator></rdf:Description>",
        ));
        assert_eq!(
            all(&parsed),
            ["rights=[li@x-default=© Ann & Bob li@de=Anna]", "creator=[li=Ann li=]"]
        );
    }

    #[test]
    fn every_form_of_a_struct_is_understood() {
        for body in [
            "<p:s rdf:parseType='Resource'><p:a>1</p:a><p:b>2</p:b></p:s>",
            "<p:s><rdf:Description p:a='1'><p:b>2</p:b></rdf:Description></p:s>",
            "<p:s p:a='1' p:b='2'/>",
            "<p:s><p:Type><p:a>1</p:a><p:b>2</p:b></p:Type></p:s>",
            "<p:s rdf:parseType='Resource'><rdf:type rdf:resource='t'/><p:a>1</p:a><p:b>2</p:b></p:s>",
        ] {
            let parsed = read(&packet(&format!("<rdf:Description>{body}</rdf:Description>")));
            assert_eq!(all(&parsed), ["s=[a=1 b=2]"], "{body}");
        }
    }

    #[test]
    fn structs_stand_in_arrays() {
        let parsed = read(&packet(
            "<rdf:Description><p:l><rdf:Bag><rdf:li rdf:parseType='Resource'><p:a>1</p:a></rdf:li>\
             <rdf:li p:a='2'/><rdf:li><rdf:Description p:a='3'/></rdf:li></rdf:Bag></p:l>\
             </rdf:Description>",
        ));
        assert_eq!(all(&parsed), ["l=[li=[a=1] li=[a=2] li=[a=3]]"]);
    }

    #[test]
    fn the_work_speaks_and_the_licence_node_stands_apart() {
        let parsed = read(&packet(
            "<p:Work rdf:about=''><p:license rdf:resource='urn:by'/><dc:creator><p:Agent>\
             <dc:title>Ann</dc:title></p:Agent></dc:creator></p:Work>\
             <p:License rdf:about='urn:by'><p:permits rdf:resource='urn:copy'/></p:License>",
        ));
        assert_eq!(
            all(&parsed),
            ["license=urn:by", "creator=[title=Ann]", "License=[permits=urn:copy]"]
        );
    }

    #[test]
    fn wide_encodings_are_read() {
        let text = packet("<rdf:Description p:a='ä'/>");
        let units: Vec<u16> = text.encode_utf16().collect();
        let low: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
        let high: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
        let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        for bytes in [low, high, wide] {
            let parsed = parse(&bytes, "x", &Limits::DEFAULT);
            assert_eq!(all(&parsed), ["a=ä"], "{:?}", parsed.problems);
            assert!(!parsed.faulty);
        }
    }

    #[test]
    fn a_fault_keeps_what_stood_before_it_and_says_where() {
        let body = "<rdf:Description p:a='1'><p:b>2</p:b><p:c><rdf:Bag><rdf:li>3</rdf:li>\
                    <rdf:li>4</p:wrong>";
        let text = packet(body);
        let parsed = read(&text);
        assert_eq!(all(&parsed), ["a=1", "b=2", "c=[li=3]"]);
        assert!(parsed.faulty);
        let at = text.find("</p:wrong>").unwrap();
        assert_eq!(parsed.problems[0].place, format!("APP1 at 0x2, byte {at} of the packet"));
    }

    #[test]
    fn a_cut_packet_drops_the_half_value() {
        let text = packet("<rdf:Description><p:a>whole</p:a><p:b>DMI-PROHIB");
        let parsed = read(text.split("PROHIB").next().unwrap());
        assert_eq!(all(&parsed), ["a=whole"]);
        assert_eq!(parsed.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn entities_are_never_expanded() {
        let text = format!(
            "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b SYSTEM 'file:///etc/passwd'>]>{}",
            packet("<rdf:Description p:c='&a;'><p:d>&b;</p:d></rdf:Description>")
        );
        let parsed = read(&text);
        assert_eq!(all(&parsed), ["c=&a;", "d=&b;"]);
        assert_eq!(parsed.problems.len(), 3, "{:?}", parsed.problems);
    }

    #[test]
    fn depth_and_number_have_ceilings() {
        let deep = "<p:a rdf:parseType='Resource'>".repeat(20_000);
        let parsed = read(&packet(&format!("<rdf:Description p:z='1'>{deep}")));
        assert_eq!(all(&parsed)[0], "z=1");
        assert!(parsed.problems.iter().any(|p| p.code == ProblemCode::OverLimit));
        let many = "<p:a>1</p:a>".repeat(5_000);
        let parsed = read(&packet(&format!("<rdf:Description>{many}</rdf:Description>")));
        assert_eq!(parsed.properties.len(), Limits::DEFAULT.properties);
        assert!(parsed.faulty);
    }

    #[test]
    fn a_long_list_is_cut_and_what_follows_is_read() {
        let items = "<rdf:li>x</rdf:li>".repeat(3_000);
        let body = format!(
            "<rdf:Description><p:l><rdf:Bag>{items}</rdf:Bag></p:l><p:z>1</p:z></rdf:Description>"
        );
        let parsed = read(&packet(&body));
        assert_eq!(parsed.properties[0].children.len(), ITEMS_MAX);
        assert_eq!(shown(&parsed.properties[1]), "z=1");
        assert!(!parsed.faulty && parsed.problems.len() == 1);
    }

    #[test]
    fn a_long_value_is_cut_and_said() {
        let long = "ä".repeat(9_000);
        let parsed = read(&packet(&format!("<rdf:Description p:a='{long}'/>")));
        assert_eq!(parsed.properties[0].text.chars().count(), Limits::DEFAULT.value_chars);
        assert_eq!(parsed.problems[0].code, ProblemCode::OverLimit);
    }

    #[test]
    fn an_undeclared_prefix_is_a_fault_and_read_by_custom() {
        let text = format!(
            "<rdf:RDF xmlns:rdf='{RDF}'><rdf:Description plus:DataMining='v' odd:a='w'/></rdf:RDF>"
        );
        let parsed = read(&text);
        assert_eq!(parsed.properties[0].ns, "http://ns.useplus.org/ldf/xmp/1.0/");
        assert_eq!(parsed.problems.len(), 2);
    }

    #[test]
    fn no_rdf_is_said() {
        assert!(read("<html><p>404</p></html>").faulty);
        assert!(read("").faulty);
    }
}
