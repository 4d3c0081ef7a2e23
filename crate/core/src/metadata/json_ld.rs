//! JSON-LD in a manifest to the properties that concern rights and origin, as XMP would have them.
//!
//! XMP as JSON-LD is ISO 16684-3 and CAWG metadata 1.1, <https://cawg.io/metadata/1.1/>; JSON-LD 1.1,
//! <https://www.w3.org/TR/json-ld11/>. A context is read as far as it gives prefixes, terms and a
//! vocabulary; where it does not, the usual prefixes hold. Left out: contexts that lie elsewhere
//! (schema.org's alone is known), `@graph`, `@reverse`, and every namespace without rights in it:
//! camera settings and places stay in the file.

use super::cbor::Cbor;
use super::{NAMESPACES, Property};

/// Properties and fields of one assertion; what leaves the reading room is small.
const MOST: usize = 256;

/// Structs in structs; a licensor has one level, schema.org's people two.
const DEPTH: usize = 4;

/// Characters kept of a value.
const TEXT: usize = 1_000;

/// The namespace of schema.org, however it was written.
pub const SCHEMA: &str = "https://schema.org/";

/// The namespace of array items.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Reads the properties of a node, in order.
pub fn read(node: &Cbor<'_>) -> Vec<Property> {
    let mut reader = Reader { context: Context::of(node), left: MOST };
    reader.fields(node, DEPTH)
}

/// What short names stand for.
struct Context<'c> {
    terms: Vec<(&'c str, &'c str)>,
    vocabulary: Option<&'c str>,
}

impl<'c> Context<'c> {
    fn of(node: &'c Cbor<'_>) -> Context<'c> {
        let mut context = Context { terms: Vec::new(), vocabulary: None };
        let Some(given) = node.get("@context") else { return context };
        let parts = match given {
            Cbor::Array(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            if part.text().is_some_and(is_schema) {
                context.vocabulary = Some(SCHEMA);
            }
            for (key, value) in part.pairs() {
                let uri = value.text().or_else(|| value.text_of("@id"));
                match (key.text(), uri) {
                    (Some("@vocab"), Some(uri)) => context.vocabulary = Some(uri),
                    (Some(key), Some(uri)) if context.terms.len() < MOST => {
                        context.terms.push((key, uri));
                    }
                    _ => {}
                }
            }
        }
        context
    }

    /// The namespace and the name of a key, where the namespace is one of those kept.
    fn expand<'k>(&self, key: &'k str) -> Option<(&'static str, &'k str)>
    where
        'c: 'k,
    {
        let term = |short: &str| self.terms.iter().find(|(t, _)| *t == short).map(|(_, uri)| *uri);
        if let Some((ns, name)) = known(key) {
            return Some((ns, name));
        }
        if let Some((prefix, name)) = key.split_once(':') {
            let ns = match term(prefix) {
                Some(uri) => namespace(uri),
                None => NAMESPACES.iter().find(|(p, _)| *p == prefix).map(|(_, ns)| *ns),
            };
            return Some((ns?, name));
        }
        match term(key) {
            // A term may stand for a whole name, or for a name with a prefix.
            Some(uri) => known(uri).or_else(|| {
                let (prefix, name) = uri.split_once(':')?;
                Some((namespace(term(prefix)?)?, name))
            }),
            None => Some((namespace(self.vocabulary?)?, key)),
        }
    }
}

/// The kept namespace that this is, however it ends.
fn namespace(uri: &str) -> Option<&'static str> {
    if is_schema(uri) {
        return Some(SCHEMA);
    }
    NAMESPACES.iter().map(|(_, ns)| *ns).find(|ns| *ns == uri)
}

fn is_schema(uri: &str) -> bool {
    let uri = uri.trim_end_matches('/');
    let host = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"));
    host.is_some_and(|host| host.strip_prefix("www.").unwrap_or(host) == "schema.org")
}

/// A name that is written out.
fn known(uri: &str) -> Option<(&'static str, &str)> {
    if let Some((_, name)) = uri.split_once("//schema.org/") {
        return Some((SCHEMA, name));
    }
    let mut all = NAMESPACES.iter();
    all.find_map(|(_, ns)| Some((*ns, uri.strip_prefix(ns).filter(|n| !n.is_empty())?)))
}

struct Reader<'c> {
    context: Context<'c>,
    left: usize,
}

impl Reader<'_> {
    fn fields(&mut self, node: &Cbor<'_>, depth: usize) -> Vec<Property> {
        let mut out = Vec::new();
        for (key, value) in node.pairs() {
            let Some(key) = key.text().filter(|k| !k.starts_with('@')) else { continue };
            let Some((ns, name)) = self.context.expand(key) else { continue };
            let Some(mut property) = self.value(value, depth) else { continue };
            property.ns = ns.to_owned();
            property.name = name.chars().take(TEXT).collect();
            out.push(property);
        }
        out
    }

    /// One value, not named yet.
    fn value(&mut self, value: &Cbor<'_>, depth: usize) -> Option<Property> {
        self.left = self.left.checked_sub(1)?;
        let mut property = Property::default();
        if let Some(text) = text(value) {
            property.text = text;
            return Some(property);
        }
        let depth = depth.checked_sub(1)?;
        let items = match value {
            Cbor::Array(items) => Some(items.as_slice()),
            _ => ["@list", "@set"].iter().find_map(|key| match value.get(key)? {
                Cbor::Array(items) => Some(items.as_slice()),
                _ => None,
            }),
        };
        if let Some(items) = items {
            property.children = items.iter().filter_map(|i| self.value(i, depth)).collect();
            property.children.iter_mut().for_each(item);
            return Some(property);
        }
        if let Some(words) = value.get("@value").and_then(text) {
            property.text = words;
            property.lang = value.text_of("@language").map(str::to_owned);
            return Some(property);
        }
        if is_by_language(value) {
            for (language, words) in value.pairs() {
                let Some(mut child) = self.value(words, depth) else { continue };
                child.lang = language.text().map(str::to_owned);
                item(&mut child);
                property.children.push(child);
            }
            return Some(property);
        }
        property.children = self.fields(value, depth);
        if property.children.is_empty() {
            // A node that is only named.
            property.text = text(value.get("@id")?)?;
        }
        Some(property)
    }
}

fn item(property: &mut Property) {
    property.ns = RDF.to_owned();
    property.name = "li".to_owned();
}

fn text(value: &Cbor<'_>) -> Option<String> {
    match value {
        Cbor::Text(text) => Some(text.trim().chars().take(TEXT).collect()),
        Cbor::Int(number) => Some(number.to_string()),
        Cbor::Float(number) => Some(number.to_string()),
        Cbor::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Whether the keys are languages, as in `{"x-default": "…", "en-GB": "…"}`.
fn is_by_language(value: &Cbor<'_>) -> bool {
    let language = |key: &str| {
        let first = key.split('-').next().unwrap_or_default();
        key == "x-default"
            || ((2..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let pairs = value.pairs();
    !pairs.is_empty()
        && pairs
            .iter()
            .all(|(key, value)| key.text().is_some_and(language) && value.text().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cbor(value: &serde_json::Value) -> Cbor<'static> {
        use serde_json::Value;
        match value {
            Value::Null => Cbor::Null,
            Value::Bool(truth) => Cbor::Bool(*truth),
            Value::Number(number) => Cbor::Int(number.as_i64().unwrap().into()),
            Value::String(text) => Cbor::Text(text.clone().into()),
            Value::Array(items) => Cbor::Array(items.iter().map(cbor).collect()),
            Value::Object(pairs) => Cbor::Map(
                pairs.iter().map(|(k, v)| (Cbor::Text(k.clone().into()), cbor(v))).collect(),
            ),
        }
    }

    /// `ns-prefix:name=text`, with children in brackets.
    fn told(properties: &[Property]) -> Vec<String> {
        let prefix =
            |ns: &str| NAMESPACES.iter().find(|(_, n)| *n == ns).map_or("", |(p, _)| p).to_string();
        properties
            .iter()
            .map(|p| {
                let lang = p.lang.as_deref().map(|l| format!("@{l}")).unwrap_or_default();
                let inner = match p.children.is_empty() {
                    true => p.text.clone(),
                    false => format!("[{}]", told(&p.children).join(" ")),
                };
                format!("{}:{}={inner}{lang}", prefix(&p.ns), p.name)
            })
            .collect()
    }

    fn read_json(value: serde_json::Value) -> Vec<String> {
        told(&read(&cbor(&value)))
    }

    #[test]
    fn the_shapes_of_xmp() {
        let found = read_json(serde_json::json!({
            "@context": {"x": "http://ns.useplus.org/ldf/xmp/1.0/", "exif": "http://ns.adobe.com/exif/1.0/"},
            "x:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
            "dc:creator": {"@list": ["Ann", "Bob"]},
            "dc:rights": {"de": "(c) Anna", "x-default": "(c) Ann"},
            "xmpRights:UsageTerms": [{"@value": "ask", "@language": "en"}],
            "xmpRights:Marked": true,
            "cc:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "x:Licensor": [{"x:LicensorEmail": "a@b.test", "x:LicensorName": "Pictures"}],
            "exif:FNumber": "5.6",
            "unknown:thing": "x",
            "http://purl.org/dc/terms/provenance": "https://a.test/m.c2pa",
        }));
        let expected = [
            "cc:license=https://creativecommons.org/licenses/by/4.0/",
            "dc:creator=[:li=Ann :li=Bob]",
            "dc:rights=[:li=(c) Anna@de :li=(c) Ann@x-default]",
            "dcterms:provenance=https://a.test/m.c2pa",
            "plus:DataMining=http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED",
            "plus:Licensor=[:li=[plus:LicensorEmail=a@b.test plus:LicensorName=Pictures]]",
            "xmpRights:Marked=true",
            "xmpRights:UsageTerms=[:li=ask@en]",
        ];
        let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_work_of_schema_org() {
        let found = read_json(serde_json::json!({
            "@context": "http://schema.org/", "@type": "CreativeWork",
            "author": [{"@type": "Person", "name": "Ann"}],
            "copyrightYear": 2026,
        }));
        assert_eq!(found, ["schema:author=[:li=[schema:name=Ann]]", "schema:copyrightYear=2026"]);
    }

    #[test]
    fn a_prefix_means_what_the_context_says() {
        let found = read_json(serde_json::json!({
            "@context": {"dc": "https://elsewhere.test/", "maker": "http://purl.org/dc/elements/1.1/creator"},
            "dc:creator": "nobody", "maker": "Ann",
        }));
        assert_eq!(found, ["dc:creator=Ann"], "{found:?}");
    }

    #[test]
    fn nothing_grows_without_end() {
        let many: Vec<serde_json::Value> = (0..5_000).map(|n| n.into()).collect();
        let found = read(&cbor(&serde_json::json!({"dc:creator": many})));
        assert!(found[0].children.len() < MOST);
        let mut deep = serde_json::json!("x");
        for _ in 0..20 {
            deep = serde_json::json!({"dc:rights": deep});
        }
        assert_eq!(told(&read(&cbor(&deep))).concat().matches("rights").count(), 0);
        let long = serde_json::json!({"dc:rights": "ä".repeat(9_000)});
        assert_eq!(read(&cbor(&long))[0].text.chars().count(), TEXT);
    }
}
