//! What a page's structured data says about works: JSON-LD, microdata and RDFa, read once
//! for a page and found by the address of the work.
//!
//! Standards: <https://www.w3.org/TR/json-ld11/>, HTML microdata
//! (<https://html.spec.whatwg.org/multipage/microdata.html>), RDFa Lite 1.1 with `about` and
//! `rel` (<https://www.w3.org/TR/rdfa-lite/>). What the fields mean is the business of
//! `schema_org.rs` and `rel_license.rs`. Left out: references between nodes, `itemref`,
//! JSON-LD contexts other than the usual names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use crate::limits::Limits;
use crate::page::{MarkupTag, PageFacts};
use crate::signal::rel_license::same_work;
use crate::signal::{cut, web_address};

/// Nodes looked at on one page, and how deep they may nest.
const NODES: usize = 5_000;
const DEPTH: usize = 24;

/// Fields that are kept of a node, in the words of schema.org.
const FIELDS: [&str; 16] = [
    "@type",
    "license",
    "acquireLicensePage",
    "usageInfo",
    "conditionsOfAccess",
    "creditText",
    "copyrightNotice",
    "copyrightHolder",
    "copyrightYear",
    "creator",
    "author",
    "digitalSourceType",
    "contentUrl",
    "url",
    "@id",
    "name",
];

/// Fields whose value is the address of the work itself.
const NAMING: [&str; 3] = ["contentUrl", "url", "@id"];

/// One node and where it stands.
#[derive(Debug)]
pub struct Node {
    /// Its fields in the words of schema.org, as JSON-LD has them.
    pub fields: Map<String, Value>,
    /// Its fields in the words of Creative Commons and Dublin Core.
    pub commons: BTreeMap<String, String>,
    /// Where it stands.
    pub locator: String,
    /// The addresses of the work that it speaks about.
    addresses: Vec<String>,
}

/// A block that could not be understood.
#[derive(Debug)]
pub struct Broken {
    /// Where it stands.
    pub locator: String,
    /// How it begins.
    pub raw: String,
    /// Why.
    pub why: &'static str,
}

/// Everything that a page describes.
#[derive(Debug, Default)]
pub struct Described {
    nodes: Vec<Node>,
    by_address: BTreeMap<String, Vec<usize>>,
    /// What the page says of itself in the words of Creative Commons.
    pub itself: BTreeMap<String, String>,
    /// Blocks that could not be understood.
    pub broken: Vec<Broken>,
}

impl Described {
    /// Reads everything that a page holds.
    pub fn read(page: &PageFacts) -> Described {
        let mut described = Described::default();
        for (index, text) in page.json_ld.iter().take(Limits::DEFAULT.blocks).enumerate() {
            described.json_ld(text, &format!("JSON-LD block {}", index + 1), &page.url);
        }
        let markup = page.markup.get(..NODES).unwrap_or(&page.markup);
        described.microdata(markup, &page.url);
        described.rdfa(markup, &page.url);
        described
    }

    /// The nodes that speak about the work at an address.
    pub fn about<'d>(&'d self, url: &'d str) -> impl Iterator<Item = &'d Node> {
        let found = bare(url).and_then(|bare| self.by_address.get(&bare));
        let nodes = found.into_iter().flatten().filter_map(|index| self.nodes.get(*index));
        nodes.filter(move |node| node.addresses.iter().any(|a| same_work(a, url)))
    }

    fn json_ld(&mut self, text: &str, block: &str, base: &str) {
        let why = if text.len() > Limits::DEFAULT.text_bytes {
            Some("too large")
        } else if let Ok(json) = serde_json::from_str::<Value>(text) {
            let mut nodes = Vec::new();
            collect(&json, 0, &mut nodes);
            for node in nodes {
                self.take(node, block, base);
            }
            None
        } else {
            Some("not JSON")
        };
        if let Some(why) = why {
            let raw = cut(text.to_string());
            self.broken.push(Broken { locator: block.to_string(), raw, why });
        }
    }

    /// Keeps a node of schema.org that names a work.
    fn take(&mut self, node: &Map<String, Value>, place: &str, base: &str) {
        let named = NAMING.iter().filter_map(|f| node.get(*f)).flat_map(texts);
        let addresses: Vec<String> = named.filter_map(|t| resolve(base, &t)).collect();
        if addresses.is_empty() {
            return;
        }
        let kept = FIELDS.iter().filter_map(|f| Some(((*f).to_string(), node.get(*f)?.clone())));
        let fields: Map<String, Value> = kept.collect();
        let kind = fields.get("@type").map(texts).and_then(|t| t.into_iter().next());
        let kind = kind.unwrap_or_default();
        let kind = kind.rsplit(['/', '#', ':']).next().unwrap_or_default();
        let locator = format!("{place}, {kind}");
        self.add(Node { fields, commons: BTreeMap::new(), locator, addresses });
    }

    fn add(&mut self, node: Node) {
        if self.nodes.len() >= NODES {
            return;
        }
        for address in &node.addresses {
            let Some(bare) = bare(address) else { continue };
            let known = self.by_address.entry(bare).or_default();
            if known.last() != Some(&self.nodes.len()) {
                known.push(self.nodes.len());
            }
        }
        self.nodes.push(node);
    }

    /// Items, from the last to the first: what stands inside is known before what is around.
    fn microdata(&mut self, markup: &[MarkupTag], base: &str) {
        let mut items: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
        let mut whole = Vec::new();
        for (index, tag) in markup.iter().enumerate().rev() {
            let item = attribute(tag, "itemscope").map(|_| {
                let mut fields = items.remove(&index).unwrap_or_default();
                for (from, to) in [("itemtype", "@type"), ("itemid", "@id")] {
                    if let Some(value) = attribute(tag, from) {
                        fields.insert(to.to_string(), Value::from(value));
                    }
                }
                fields
            });
            let around = around(markup, index, |tag| attribute(tag, "itemscope").is_some());
            if let (Some(names), Some(outer)) = (attribute(tag, "itemprop"), around) {
                let value = match &item {
                    Some(fields) => shallow(fields),
                    None => Value::from(value_of(tag)),
                };
                let outer = items.entry(outer).or_default();
                for name in names.split_whitespace().take(8) {
                    put(outer, tail(name), value.clone());
                }
            }
            whole.extend(item.map(|fields| (index, fields)));
        }
        for (index, fields) in whole.into_iter().rev() {
            self.take(&fields, &format!("microdata item {}", index + 1), base);
        }
    }

    fn rdfa(&mut self, markup: &[MarkupTag], base: &str) {
        let mut schema: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
        let mut commons: BTreeMap<Option<usize>, BTreeMap<String, String>> = BTreeMap::new();
        for (index, tag) in markup.iter().enumerate().rev() {
            let outer = around(markup, index, is_subject);
            // An element that says what it is about speaks about that itself.
            let own = attribute(tag, "about").is_some();
            let subject = if own { Some(index) } else { outer };
            let node = is_subject(tag).then(|| {
                let mut fields = schema.remove(&index).unwrap_or_default();
                if let Some(kind) = attribute(tag, "typeof") {
                    fields.insert("@type".to_string(), Value::from(kind));
                }
                if let Some(address) = subject_of(tag) {
                    fields.insert("@id".to_string(), Value::from(address));
                }
                fields
            });
            let rel = attribute(tag, "rel").filter(|r| r.contains(':'));
            let properties = attribute(tag, "property").into_iter().flat_map(str::split_whitespace);
            for name in properties.take(8) {
                let value = match &node {
                    Some(fields) if !own && attribute(tag, "typeof").is_some() => shallow(fields),
                    // With `rel` beside it the address belongs to that.
                    _ if rel.is_some() => {
                        Value::from(attribute(tag, "content").unwrap_or(&tag.text))
                    }
                    _ => Value::from(value_of(tag)),
                };
                if is_commons(markup, index, name) {
                    let text = texts(&value).into_iter().next().unwrap_or_default();
                    commons.entry(subject).or_default().insert(tail(name).to_string(), text);
                } else if let Some(subject) = subject {
                    put(schema.entry(subject).or_default(), tail(name), value);
                }
            }
            for name in rel.into_iter().flat_map(str::split_whitespace).take(8) {
                if is_commons(markup, index, name)
                    && let Some(href) =
                        attribute(tag, "href").or_else(|| attribute(tag, "resource"))
                {
                    let fields = commons.entry(subject).or_default();
                    fields.insert(tail(name).to_string(), href.to_string());
                }
            }
            if let Some(mut fields) = node {
                // Fields of the element itself came after its node was made.
                fields.extend(schema.remove(&index).unwrap_or_default());
                self.take(&fields, &format!("RDFa node {}", index + 1), base);
            }
        }
        self.itself = commons.remove(&None).unwrap_or_default();
        for (subject, fields) in commons {
            let tag = subject.and_then(|s| markup.get(s));
            let Some(address) = tag.and_then(subject_of).and_then(|a| resolve(base, a)) else {
                continue;
            };
            let number = subject.unwrap_or_default() + 1;
            self.add(Node {
                fields: Map::new(),
                commons: fields,
                locator: format!("RDFa node {number}"),
                addresses: vec![address],
            });
        }
    }
}

/// Every object of a document, wherever it nests: `@graph`, arrays, `image`.
fn collect<'v>(value: &'v Value, depth: usize, nodes: &mut Vec<&'v Map<String, Value>>) {
    if depth > DEPTH || nodes.len() >= NODES {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|v| collect(v, depth + 1, nodes)),
        Value::Object(map) => {
            nodes.push(map);
            map.values().for_each(|v| collect(v, depth + 1, nodes));
        }
        _ => {}
    }
}

fn attribute<'t>(tag: &'t MarkupTag, name: &str) -> Option<&'t str> {
    tag.attributes.iter().find(|a| a.name == name).map(|a| a.content.trim())
}

/// The nearest element around one that is of a kind.
fn around(markup: &[MarkupTag], index: usize, is: fn(&MarkupTag) -> bool) -> Option<usize> {
    let mut at = markup.get(index)?.within;
    for _ in 0..DEPTH {
        let outer = usize::try_from(at).ok()?.checked_sub(1)?;
        // A list that points forwards was not made by our own script.
        let tag = markup.get(outer).filter(|_| outer < index)?;
        if is(tag) {
            return Some(outer);
        }
        at = tag.within;
    }
    None
}

/// Whether an element changes what the ones inside it are about.
fn is_subject(tag: &MarkupTag) -> bool {
    let has = |name: &str| attribute(tag, name).is_some();
    has("typeof") || has("about") || (has("resource") && !has("property") && !has("rel"))
}

/// The address that an element is about.
fn subject_of(tag: &MarkupTag) -> Option<&str> {
    ["about", "resource", "href", "src"].iter().find_map(|name| attribute(tag, name))
}

/// The value of an element with a property.
fn value_of(tag: &MarkupTag) -> &str {
    let order = ["content", "href", "src", "resource", "data", "datetime", "value"];
    order.iter().find_map(|name| attribute(tag, name)).unwrap_or_else(|| tag.text.trim())
}

/// The last part of a term: `license` of `schema:license` and of its address.
fn tail(term: &str) -> &str {
    term.rsplit([':', '/', '#']).next().unwrap_or_default()
}

/// Whether a term is one of Creative Commons or Dublin Core: by its prefix or address, or
/// by the vocabulary that holds where it stands.
fn is_commons(markup: &[MarkupTag], index: usize, term: &str) -> bool {
    let names =
        |text: &str| text.contains("creativecommons.org/ns") || text.contains("purl.org/dc/");
    if let Some((prefix, _)) = term.split_once(':') {
        return matches!(prefix, "cc" | "dc" | "dct" | "dcterms") || names(term);
    }
    let vocabulary = |tag: &MarkupTag| attribute(tag, "vocab").is_some();
    let own = markup.get(index).filter(|tag| vocabulary(tag));
    let tag = own.or_else(|| markup.get(around(markup, index, vocabulary)?));
    tag.and_then(|tag| attribute(tag, "vocab")).is_some_and(names)
}

/// What is needed of a node that is the value of another: its name and address. A whole one
/// in each of those around it would be a hundred copies.
fn shallow(fields: &Map<String, Value>) -> Value {
    let kept = ["name", "url", "@id"].iter().filter_map(|field| {
        let text = fields.get(*field).map(texts)?.into_iter().next()?;
        Some(((*field).to_string(), Value::from(text)))
    });
    Value::Object(kept.collect())
}

/// Adds a value before those that came; the list is walked from its end.
fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
    match fields.get_mut(name) {
        None => {
            if fields.len() < 64 {
                fields.insert(name.to_string(), value);
            }
        }
        Some(Value::Array(list)) if list.len() < 32 => list.insert(0, value),
        Some(Value::Array(_)) => {}
        Some(one) => {
            let second = one.take();
            *one = Value::Array(vec![value, second]);
        }
    }
}

/// A value as texts: a string, an object's address, or each of an array.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(s) if !s.trim().is_empty() => vec![s.trim().to_string()],
        Value::Array(list) => list.iter().take(16).flat_map(one).collect(),
        other => one(other),
    }
}

fn one(value: &Value) -> Vec<String> {
    let text = match value {
        Value::String(s) => Some(s.as_str()),
        Value::Object(map) => ["url", "@id", "@value", "name"]
            .iter()
            .find_map(|field| map.get(*field).and_then(Value::as_str)),
        _ => None,
    };
    text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_string).into_iter().collect()
}

/// An address on a page, absolute.
pub fn resolve(base: &str, address: &str) -> Option<String> {
    if address.len() > 2_048 {
        return None;
    }
    let url = Url::parse(base).ok()?.join(address).ok()?;
    web_address(url.as_str())
}

/// An address without query and fragment: one drawer for all that may be the same work.
fn bare(address: &str) -> Option<String> {
    let mut url = Url::parse(address).ok()?;
    url.set_fragment(None);
    url.set_query(None);
    Some(url.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::MetaTag;

    fn tag(within: u32, attributes: &[(&str, &str)], text: &str) -> MarkupTag {
        let attributes = attributes
            .iter()
            .map(|(name, content)| MetaTag {
                name: (*name).to_string(),
                content: (*content).to_string(),
            })
            .collect();
        MarkupTag { tag: "div".to_string(), within, attributes, text: text.to_string() }
    }

    fn described(markup: Vec<MarkupTag>) -> Described {
        let url = "https://gallery.test/works".to_string();
        Described::read(&PageFacts { url, markup, ..PageFacts::default() })
    }

    const HERON: &str = "https://gallery.test/heron.jpg";

    #[test]
    fn microdata_items_nest_and_keep_their_order() {
        let described = described(vec![
            tag(0, &[("itemscope", ""), ("itemtype", "https://schema.org/ImageObject")], ""),
            tag(1, &[("itemprop", "contentUrl"), ("src", HERON)], ""),
            tag(1, &[("itemprop", "license"), ("href", "https://a.test/1")], "first"),
            tag(1, &[("itemprop", "license"), ("href", "https://a.test/2")], "second"),
            tag(1, &[("itemprop", "creator"), ("itemscope", "")], ""),
            tag(5, &[("itemprop", "name")], " Ada "),
        ]);
        let node = described.about(HERON).next().unwrap();
        assert_eq!(texts(&node.fields["license"]), ["https://a.test/1", "https://a.test/2"]);
        assert_eq!(texts(&node.fields["creator"]), ["Ada"]);
        assert_eq!(node.locator, "microdata item 1, ImageObject");
    }

    #[test]
    fn rdfa_subjects_hold_for_what_stands_inside() {
        let described = described(vec![
            tag(0, &[("vocab", "https://schema.org/"), ("typeof", "ImageObject")], ""),
            tag(1, &[("property", "contentUrl"), ("src", HERON)], ""),
            tag(1, &[("property", "schema:license"), ("href", "https://a.test/1")], ""),
            tag(0, &[("about", "/owl.jpg")], ""),
            tag(
                4,
                &[
                    ("property", "cc:attributionName"),
                    ("rel", "cc:attributionURL"),
                    ("href", "https://ada.test/"),
                ],
                "Ada",
            ),
            tag(0, &[("property", "cc:attributionName")], "The page's owner"),
        ]);
        let heron = described.about(HERON).next().unwrap();
        assert_eq!(texts(&heron.fields["license"]), ["https://a.test/1"]);
        let owl: Vec<_> = described.about("https://gallery.test/owl.jpg").collect();
        let commons = owl.iter().find(|n| !n.commons.is_empty()).unwrap();
        assert_eq!(commons.commons["attributionName"], "Ada");
        assert_eq!(commons.commons["attributionURL"], "https://ada.test/");
        assert_eq!(described.itself["attributionName"], "The page's owner");
    }

    #[test]
    fn lists_that_lie_are_bounded() {
        let many = |within: fn(u32) -> u32| {
            let tags = (0..6_000).map(|n| {
                let all = [
                    ("itemscope", ""),
                    ("itemprop", "a b c d"),
                    ("typeof", "x"),
                    ("property", "y"),
                ];
                tag(within(n), &all, "text")
            });
            described(tags.collect())
        };
        for within in [|_| 1, |n| n, |n| n + 1, |n| n + 2, |_| u32::MAX] {
            let start = std::time::Instant::now();
            many(within);
            assert!(start.elapsed().as_secs() < 5);
        }
    }

    #[test]
    fn a_work_is_found_without_regard_to_query_noise() {
        let described = described(vec![
            tag(0, &[("itemscope", ""), ("itemid", "https://gallery.test/heron.jpg?w=100")], ""),
            tag(1, &[("itemprop", "license"), ("href", "https://a.test/1")], ""),
        ]);
        assert_eq!(described.about(HERON).count(), 1);
        assert_eq!(described.about("https://gallery.test/heron.jpg?w=200").count(), 0);
    }
}
