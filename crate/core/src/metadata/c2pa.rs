//! A C2PA manifest store to what it *claims*. Whether a claim is true is another reader's
//! business (the crate `sayso-c2pa`); until it has spoken nothing here is more than claimed.
//!
//! C2PA 2.2, <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>
//! with the assertions of 1.x that later editions dropped; CAWG training and data mining 1.1,
//! <https://cawg.io/training-and-data-mining/1.1/>; CAWG identity 1.3, <https://cawg.io/identity/1.3/>.
//! Metadata assertions: CAWG metadata 1.1, <https://cawg.io/metadata/1.1/>, `c2pa.metadata` and
//! those of 1.x (`stds.iptc`, `stds.exif`, `stds.schema-org.CreativeWork`).
//! Left out: manifests packed with Brotli (2.2, 11.1.4.4), thumbnails, assertions kept elsewhere.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::cbor::{self, Cbor};
use super::jumbf::{self, Superbox};
use super::{Property, json_ld};
use crate::limits::Limits;
use crate::vocabulary::{Problem, ProblemCode};

/// How far the light reader got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Legible {
    /// The active manifest was read: this is what it claims.
    #[default]
    Claimed,
    /// There is a store, and it breaks its own rules.
    Malformed,
    /// There is a store of a kind that is not read here.
    Unsupported,
}

/// What a manifest store claims, and what came of checking it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Store {
    /// Where it stood.
    pub locator: String,
    /// How far it could be read.
    pub legible: Legible,
    /// Manifests in it.
    pub manifests: u32,
    /// The active manifest: the last one (2.2, 11.1.4.1).
    pub active: Manifest,
    /// The nearest ancestor that speaks about training and data mining, where the active
    /// manifest does not.
    pub ancestor: Option<Manifest>,
    /// Titles of parts (`componentOf`) whose own manifests refuse something.
    pub restricted_parts: Vec<String>,
    /// What the validator found; `None` while nobody has checked.
    pub validation: Option<Validation>,
}

/// One manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Manifest {
    /// Its label, e.g. `urn:c2pa:…`.
    pub label: String,
    /// What made the claim, as it names itself.
    pub generator: Option<String>,
    /// `dc:title`.
    pub title: Option<String>,
    /// `dc:format`.
    pub format: Option<String>,
    /// It only adds to the manifest of its parent (2.2, 11.2.3).
    pub update: bool,
    /// The assertions it lists.
    pub assertions: Vec<Assertion>,
    /// What it says about training and data mining.
    pub mining: Vec<Mining>,
    /// What it says about rights and origin in the words of XMP and schema.org.
    pub described: Vec<Described>,
    /// What was done to the work.
    pub actions: Vec<Deed>,
    /// What it was made from.
    pub ingredients: Vec<Ingredient>,
    /// Watermarks and fingerprints that lead back to it.
    pub soft_bindings: Vec<SoftBinding>,
    /// Who vouches for which assertions (CAWG).
    pub identities: Vec<Identity>,
}

/// Whose words an assertion is (2.2, 10.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Attribution {
    /// The signer's (`created_assertions`, and the one list of 1.x).
    #[default]
    Created,
    /// Carried along, not the signer's (`gathered_assertions`).
    Gathered,
}

/// One entry of the list of assertions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Assertion {
    /// Its label, with its number if there are several.
    pub label: String,
    /// Whose words it is.
    pub attribution: Attribution,
    /// Its content was taken out.
    pub redacted: bool,
}

/// One assertion `c2pa.training-mining` or `cawg.training-mining`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Mining {
    /// Its label, with its number if there are several.
    pub label: String,
    /// Whose words it is.
    pub attribution: Attribution,
    /// What it says, key by key.
    pub entries: Vec<MiningEntry>,
    /// Why it says nothing, when it cannot be understood.
    pub fault: Option<String>,
}

/// One key of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct MiningEntry {
    /// The key, as written: `c2pa.ai_training`.
    pub key: String,
    /// `use`, as written; `None` where there is none.
    pub stance: Option<String>,
    /// What it is constrained to.
    pub constraint: Option<String>,
}

/// One assertion of metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Described {
    /// Its label, with its number if there are several.
    pub label: String,
    /// What it says, as far as it concerns rights and origin.
    pub properties: Vec<Property>,
    /// Why it says nothing, when it cannot be understood.
    pub fault: Option<String>,
}

/// One action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Deed {
    /// `c2pa.created`, `c2pa.edited`, …
    pub action: String,
    /// Digital source type, as written.
    pub source_type: Option<String>,
    /// The program that is named.
    pub agent: Option<String>,
}

/// One ingredient.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Ingredient {
    /// Its title.
    pub title: Option<String>,
    /// `parentOf`, `componentOf`, `inputTo`.
    pub relationship: String,
    /// The label of its own manifest.
    pub manifest: Option<String>,
}

/// One soft binding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct SoftBinding {
    /// Its algorithm in the C2PA list, e.g. `io.iscc.v0`.
    pub alg: String,
    /// Its value: text as written, bytes as hexadecimal digits.
    pub value: String,
}

/// One CAWG identity assertion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Identity {
    /// Its label, with its number if there are several.
    pub label: String,
    /// `cawg.x509.cose`, `cawg.identity_claims_aggregation`, …
    pub sort: String,
    /// `cawg.creator`, …
    pub roles: Vec<String>,
    /// The labels of the assertions that it signs.
    pub references: Vec<String>,
}

/// What a manifest is worth, after it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Standing {
    /// Signed and intact, by a signer on a trust list.
    Trusted,
    /// Signed and intact; nobody we know vouches for the signer.
    ValidUntrusted,
    /// Signed, and changed afterwards; or it belongs to another file.
    Tampered,
    /// Against the standard's own rules.
    Malformed,
    /// It needs something that is not checked here.
    Unsupported,
}

impl Standing {
    /// The token in the JSON of the command line.
    pub fn token(self) -> &'static str {
        match self {
            Standing::Trusted => "trusted",
            Standing::ValidUntrusted => "valid-untrusted",
            Standing::Tampered => "tampered",
            Standing::Malformed => "malformed",
            Standing::Unsupported => "unsupported",
        }
    }

    /// Whether the signature holds, so that what it covers may be shown as said.
    pub fn holds(self) -> bool {
        matches!(self, Standing::Trusted | Standing::ValidUntrusted)
    }
}

/// What checking a store came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Validation {
    /// The active manifest.
    pub state: Standing,
    /// Failures by the validation status codes of C2PA 2.2, section 15, and of CAWG.
    pub codes: Vec<String>,
    /// Who the signer's certificate names: the organisation, else the common name.
    pub issuer: Option<String>,
    /// The list that vouches for the signer.
    #[serde(default)]
    pub vouched_by: Option<TrustList>,
    /// Whether the signer's certificate had been withdrawn.
    #[serde(default)]
    pub revocation: Revocation,
    /// When it was signed (RFC 3339), by a time stamp that belongs to the signature.
    pub signed_at: Option<String>,
    /// The manifests of the store that hold, by label, with those of ingredients.
    pub intact: Vec<String>,
    /// The identities of the active manifest.
    pub identities: Vec<Attestation>,
}

/// What the validator hands back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Checked {
    /// What the store is worth.
    pub validation: Validation,
    /// What a packed store claims: only the validator can unpack one.
    #[serde(default)]
    pub unpacked: Option<Box<Store>>,
}

/// Whose word it is that a signer is to be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum TrustList {
    /// The list that C2PA publishes.
    Official,
    /// Certificates that the reader has chosen.
    #[default]
    Own,
}

/// What is known about the withdrawal of a certificate. Nobody is asked: only an answer of the
/// authority that comes along with the signature counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Revocation {
    /// No answer came along, or none that counts.
    #[default]
    NotChecked,
    /// The authority said that it was good when it signed.
    NotRevoked,
    /// The authority had withdrawn it before it signed.
    Revoked,
}

/// What checking one identity assertion came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Attestation {
    /// The label of the identity assertion.
    pub label: String,
    /// What it is worth.
    pub state: Standing,
    /// Who it names.
    pub name: Option<String>,
}

/// Prefix of the types of C2PA superboxes; the suffix is always the same (2.2, 11.1.4).
pub fn kind(prefix: &[u8; 4]) -> [u8; 16] {
    const SUFFIX: [u8; 12] = *b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
    let mut kind = [0; 16];
    let bytes = prefix.iter().chain(&SUFFIX);
    kind.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    kind
}

/// Superboxes kept of one store as manifests; real stores of long histories have dozens.
pub const MANIFESTS: usize = 256;

/// Assertions, actions, ingredients that are kept of one manifest.
const KEPT: usize = 64;

/// Assertions of the sorts that are kept whole; real manifests have one or two.
const FEW: usize = 8;

/// Bytes kept of a soft binding: some forty units of an ISCC, of which five make sense.
const SEQUENCE: usize = 1_400;

/// Characters kept of a text: what leaves the reading room is small, and a store can be full
/// of long ones.
const TEXT: usize = 400;

/// The superboxes of a store that are manifests, in order.
pub fn manifests<'s, 'a>(store: &'s Superbox<'a>) -> Vec<&'s Superbox<'a>> {
    let kinds = [kind(b"c2ma"), kind(b"c2um"), kind(b"c2cm")];
    store.boxes.iter().filter(|b| kinds.contains(&b.kind)).take(MANIFESTS).collect()
}

/// The claim of a manifest: its version (1 or 2) and its CBOR (2.2, 10.3).
pub fn claim<'a>(manifest: &Superbox<'a>) -> Option<(u8, &'a [u8])> {
    let found = manifest.boxes.iter().find(|b| b.kind == kind(b"c2cl"))?;
    let version = if found.label.starts_with("c2pa.claim.v") { 2 } else { 1 };
    Some((version, found.content(b"cbor")?))
}

/// One reference of a claim to an assertion, or of an assertion to a manifest: a hashed URI
/// (2.2, 8.4.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Reference<'c> {
    /// The address, as written.
    pub url: &'c str,
    /// The hash of what lies there.
    pub hash: &'c [u8],
    /// Its algorithm, when it has its own.
    pub alg: Option<&'c str>,
    /// Whose words it refers to.
    pub attribution: Attribution,
}

impl<'c> Reference<'c> {
    /// Reads a hashed URI.
    pub fn read(value: &'c Cbor<'_>, attribution: Attribution) -> Option<Reference<'c>> {
        Some(Reference {
            url: value.text_of("url")?,
            hash: value.get("hash")?.bytes()?,
            alg: value.text_of("alg"),
            attribution,
        })
    }

    /// The last part of the address: the label of an assertion.
    pub fn label(&self) -> &'c str {
        last_part(self.url)
    }
}

/// References of one claim that are read; the longest claims seen have forty.
const REFERENCES: usize = 2_048;

/// The assertions that a claim lists.
pub fn references<'c>(claim: &'c Cbor<'_>) -> Vec<Reference<'c>> {
    let list = |key: &str, attribution: Attribution| {
        claim.items_of(key).iter().filter_map(move |r| Reference::read(r, attribution))
    };
    list("created_assertions", Attribution::Created)
        .chain(list("assertions", Attribution::Created))
        .chain(list("gathered_assertions", Attribution::Gathered))
        .take(REFERENCES)
        .collect()
}

/// What lies at an address inside the store (`self#jumbf=…`, 2.2, 8.4.1): from the root, or
/// from the manifest that names it.
pub fn resolve<'s, 'a>(
    store: &'s Superbox<'a>,
    from: &'s Superbox<'a>,
    url: &str,
) -> Option<&'s Superbox<'a>> {
    let path = url.strip_prefix("self#jumbf=")?;
    let (start, path) = match path.strip_prefix('/') {
        Some(path) => (store, path.strip_prefix("c2pa/")?),
        None => (from, path),
    };
    path.split('/').try_fold(start, |at, label| at.child(label))
}

/// The label of a manifest in an address of the form `self#jumbf=/c2pa/LABEL…`.
pub fn manifest_label(url: &str) -> Option<&str> {
    url.strip_prefix("self#jumbf=/c2pa/").and_then(|path| path.split('/').next())
}

fn last_part(url: &str) -> &str {
    url.rsplit('/').next().map_or(url, |last| last.rsplit('=').next().unwrap_or(last))
}

/// A label without its number (`…__2`) and its version (`….v2`).
pub fn base_label(label: &str) -> &str {
    let label = label.rsplit_once("__").map_or(label, |(base, number)| {
        if number.bytes().all(|b| b.is_ascii_digit()) { base } else { label }
    });
    label.rsplit_once(".v").map_or(label, |(base, number)| {
        if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) { base } else { label }
    })
}

/// The content of an assertion, from CBOR or JSON.
pub fn content<'a>(assertion: &Superbox<'a>, limits: &Limits) -> Option<Cbor<'a>> {
    if let Some(bytes) = assertion.content(b"cbor") {
        return cbor::read(bytes);
    }
    // A byte of JSON can ask for a value forty times its size.
    let json = assertion.content(b"json").filter(|j| j.len() <= limits.text_bytes)?;
    serde_json::from_slice(json).ok().map(from_json)
}

fn from_json(value: serde_json::Value) -> Cbor<'static> {
    use serde_json::Value;
    let text = |text: String| Cbor::Text(Cow::Owned(text));
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(truth) => Cbor::Bool(truth),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Cbor::Int(number.into()),
            None => Cbor::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(string) => text(string),
        Value::Array(items) => Cbor::Array(items.into_iter().map(from_json).collect()),
        Value::Object(pairs) => {
            Cbor::Map(pairs.into_iter().map(|(k, v)| (text(k), from_json(v))).collect())
        }
    }
}

/// Whether an assertion's content was taken out: an `uuid` box of zeros, or the box is gone
/// (2.2, 6.8).
pub fn redacted(assertion: &Superbox<'_>) -> bool {
    let empty = |bytes: &[u8]| bytes.iter().all(|b| *b == 0);
    assertion.contents.iter().any(|(name, bytes)| name == b"uuid" && empty(bytes))
}

/// What is said of a store whose active manifest is packed.
pub const PACKED: &str = "in the manifest store: the manifest is packed with Brotli";

/// Reads a store: what it claims, and what was wrong with it.
pub fn read(bytes: &[u8], locator: &str, limits: &Limits) -> (Store, Vec<Problem>) {
    let mut store = Store { locator: locator.to_owned(), ..Store::default() };
    let (code, at, why) = match jumbf::read(bytes, limits) {
        Ok(root) => match fill(&mut store, &root, limits) {
            Ok(()) => return (store, Vec::new()),
            Err((code, why)) => (code, 0, why.to_owned()),
        },
        Err(fault) => (fault.code, fault.at, fault.why),
    };
    // The file goes on behind a store that ends too early.
    let code = if code == ProblemCode::Truncated { ProblemCode::Malformed } else { code };
    let place = format!("{locator}, offset {at:#x} of the block");
    let fault = Problem::new(code, place, format!("in the manifest store: {why}"));
    store.legible = match fault.code {
        ProblemCode::Unsupported | ProblemCode::OverLimit => Legible::Unsupported,
        _ => Legible::Malformed,
    };
    (store, vec![fault])
}

type Why = (ProblemCode, &'static str);

fn fill(found: &mut Store, root: &Superbox<'_>, limits: &Limits) -> Result<(), Why> {
    if root.kind != kind(b"c2pa") {
        return Err((ProblemCode::Malformed, "the JUMBF box is no manifest store"));
    }
    let all = manifests(root);
    found.manifests = u32::try_from(all.len()).unwrap_or(u32::MAX);
    let last = all.last().ok_or((ProblemCode::Malformed, "the manifest store is empty"))?;
    if last.kind == kind(b"c2cm") {
        return Err((ProblemCode::Unsupported, "the manifest is packed with Brotli"));
    }
    found.active = manifest(last, limits)?;
    let own =
        |label: &str| all.iter().find(|m| m.label == label).and_then(|m| manifest(m, limits).ok());
    found.ancestor = ancestor(&found.active, &own);
    // Each manifest once: a store may name one part sixty times.
    let mut seen = BTreeSet::new();
    for part in found.active.ingredients.iter().filter(|i| i.relationship == "componentOf") {
        if !seen.insert(&part.manifest) {
            continue;
        }
        let refuses = |m: &Manifest| {
            m.mining
                .iter()
                .flat_map(|a| &a.entries)
                .any(|e| e.stance.as_deref() == Some("notAllowed"))
        };
        if part.manifest.as_deref().and_then(own).is_some_and(|m| refuses(&m)) {
            let title = part.title.clone().or_else(|| part.manifest.clone());
            found.restricted_parts.extend(title);
        }
    }
    Ok(())
}

/// The nearest `parentOf` manifest that speaks, when the active one does not.
fn ancestor(active: &Manifest, own: &dyn Fn(&str) -> Option<Manifest>) -> Option<Manifest> {
    if !active.mining.is_empty() {
        return None;
    }
    let parent = |m: &Manifest| {
        m.ingredients.iter().find(|i| i.relationship == "parentOf").and_then(|i| i.manifest.clone())
    };
    // A store may name a manifest as its own ancestor.
    let mut seen = BTreeSet::new();
    let mut next = parent(active);
    while let Some(label) = next.filter(|label| seen.insert(label.clone())) {
        let manifest = own(&label)?;
        if !manifest.mining.is_empty() {
            return Some(manifest);
        }
        next = parent(&manifest);
    }
    None
}

fn manifest(boxed: &Superbox<'_>, limits: &Limits) -> Result<Manifest, Why> {
    const NO_CLAIM: Why = (ProblemCode::Malformed, "a manifest without a claim that can be read");
    let (_, bytes) = claim(boxed).ok_or(NO_CLAIM)?;
    let claim = cbor::read(bytes).filter(|c| !c.pairs().is_empty()).ok_or(NO_CLAIM)?;
    let mut found = Manifest {
        label: short(boxed.label),
        generator: generator(&claim).map(|g| short(&g)),
        title: claim.text_of("dc:title").map(short),
        format: claim.text_of("dc:format").map(short),
        update: boxed.kind == kind(b"c2um"),
        ..Manifest::default()
    };
    let assertions = boxed.boxes.iter().find(|b| b.kind == kind(b"c2as"));
    for reference in references(&claim).into_iter().take(KEPT.saturating_mul(2)) {
        let label = reference.label();
        // Listed once or a hundred times, an assertion is read once.
        if found.assertions.iter().any(|a| a.label == label) {
            continue;
        }
        let place = assertions.and_then(|a| a.child(label));
        let gone = place.is_none_or(redacted);
        found.assertions.push(Assertion {
            label: short(label),
            attribution: reference.attribution,
            redacted: gone,
        });
        let Some(place) = place.filter(|_| !gone) else { continue };
        read_assertion(&mut found, place, label, reference.attribution, limits);
    }
    Ok(found)
}

/// Whether an assertion holds metadata: XMP as JSON-LD, or a work of schema.org.
fn is_described(base: &str) -> bool {
    base.ends_with(".metadata")
        || matches!(
            base,
            "stds.iptc" | "stds.iptc.photo-metadata" | "stds.exif" | "stds.schema-org.CreativeWork"
        )
}

/// What made the claim: the name and version of 2.x, else the line of 1.x.
fn generator(claim: &Cbor<'_>) -> Option<String> {
    let info = claim.get("claim_generator_info");
    let info = info.and_then(|i| i.items().first().or(Some(i)));
    let named = info.and_then(|i| {
        let version = i.text_of("version").map(|v| format!(" {v}")).unwrap_or_default();
        i.text_of("name").map(|name| format!("{name}{version}"))
    });
    named.or_else(|| claim.text_of("claim_generator").map(str::to_owned))
}

fn read_assertion(
    found: &mut Manifest,
    place: &Superbox<'_>,
    label: &str,
    attribution: Attribution,
    limits: &Limits,
) {
    let value = || content(place, limits);
    match base_label(label) {
        "c2pa.training-mining" | "cawg.training-mining" if found.mining.len() < FEW => {
            let mut mining = Mining { label: short(label), attribution, ..Mining::default() };
            match value() {
                Some(value) => mining.entries = entries(&value),
                None => mining.fault = Some("it is neither CBOR nor JSON".to_owned()),
            }
            found.mining.push(mining);
        }
        base if is_described(base) && found.described.len() < FEW => {
            let mut described = Described { label: short(label), ..Described::default() };
            match value() {
                Some(value) => described.properties = json_ld::read(&value),
                None => described.fault = Some("it is neither CBOR nor JSON".to_owned()),
            }
            // Camera settings alone say nothing here.
            if !described.properties.is_empty() || described.fault.is_some() {
                found.described.push(described);
            }
        }
        "c2pa.actions" => {
            let value = value().unwrap_or(Cbor::Null);
            let room = KEPT.saturating_sub(found.actions.len());
            found.actions.extend(value.items_of("actions").iter().take(room).map(|a| Deed {
                action: short(a.text_of("action").unwrap_or_default()),
                source_type: a.text_of("digitalSourceType").map(short),
                agent: agent(a).map(short),
            }));
        }
        "c2pa.ingredient" if found.ingredients.len() < KEPT => {
            let value = value().unwrap_or(Cbor::Null);
            // The name of the reference by the version of the assertion (2.2, 18.15).
            let manifest = ["activeManifest", "c2pa_manifest"]
                .iter()
                .find_map(|key| value.get(key)?.text_of("url").and_then(manifest_label));
            found.ingredients.push(Ingredient {
                title: value.text_of("dc:title").map(short),
                relationship: short(value.text_of("relationship").unwrap_or_default()),
                manifest: manifest.map(short),
            });
        }
        "c2pa.soft-binding" if found.soft_bindings.len() < FEW => {
            let value = value().unwrap_or(Cbor::Null);
            let first = value.items_of("blocks").first().and_then(|b| b.get("value"));
            let written = match first {
                Some(Cbor::Text(text)) => text.chars().take(SEQUENCE.saturating_mul(2)).collect(),
                Some(Cbor::Bytes(bytes)) => {
                    bytes.iter().take(SEQUENCE).map(|b| format!("{b:02x}")).collect()
                }
                _ => String::new(),
            };
            found.soft_bindings.push(SoftBinding {
                alg: short(value.text_of("alg").unwrap_or_default()),
                value: written,
            });
        }
        "cawg.identity" if found.identities.len() < FEW => {
            let value = value().unwrap_or(Cbor::Null);
            let payload = value.get("signer_payload").unwrap_or(&Cbor::Null);
            let texts = |key: &str| payload.items_of(key).iter().take(KEPT);
            found.identities.push(Identity {
                label: short(label),
                sort: short(payload.text_of("sig_type").unwrap_or_default()),
                roles: texts("role").filter_map(Cbor::text).map(short).collect(),
                references: texts("referenced_assertions")
                    .filter_map(|r| r.text_of("url"))
                    .map(|url| short(last_part(url)))
                    .collect(),
            });
        }
        _ => {}
    }
}

/// The entries of a training and data mining assertion. The map `entries` was missing in
/// the schemas of C2PA 1.4 and CAWG 1.0, and the prose of both wrote `constraints_info`.
fn entries(value: &Cbor<'_>) -> Vec<MiningEntry> {
    let pairs = value.get("entries").map_or_else(|| value.pairs(), |entries| entries.pairs());
    let metadata = |key: &str| key == "metadata" || key == "entries";
    let said = pairs.iter().filter_map(|(key, value)| Some((key.text()?, value)));
    said.filter(|(key, _)| !metadata(key))
        .take(FEW.saturating_mul(2))
        .map(|(key, value)| {
            let constraint =
                value.text_of("constraint_info").or_else(|| value.text_of("constraints_info"));
            let constraint = constraint.map(str::trim).filter(|c| !c.is_empty());
            MiningEntry {
                key: short(key),
                stance: value.text_of("use").map(short),
                constraint: constraint.map(short),
            }
        })
        .collect()
}

/// The program of an action: a line in version 1, a map with a name in version 2.
fn agent<'c>(action: &'c Cbor<'_>) -> Option<&'c str> {
    let agent = action.get("softwareAgent")?;
    agent.text().or_else(|| agent.text_of("name"))
}

/// A text cut to what is kept of it.
fn short(text: &str) -> String {
    text.chars().take(TEXT).collect()
}
