//! C2PA manifests: training and data mining, origin, soft bindings; and how much the words of
//! a manifest weigh, for `cawg.rs` too.
//!
//! C2PA 1.4, 18.21 (`c2pa.training-mining`, dropped in 2.0 and still in files) and 2.2,
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>.
//! What a manifest says is shown as said only after it was checked and holds. Unchecked, a
//! refusal counts at the lowest strength and a permission not at all. A manifest that lies
//! elsewhere is named here and fetched where the reader's settings allow it.

use std::collections::BTreeMap;

use url::Url;

pub use crate::metadata::c2pa::{Legible, Revocation, Standing, Store, TrustList};

use crate::metadata::c2pa::{Attribution, Identity, Manifest, Mining, MiningEntry, base_label};
use crate::page::Failure;
use crate::signal::{Asset, Draft, Findings, Signal, Source, rel_license, web_address};
use crate::vocabulary::{
    Authenticity, Basis, LicenceClaim, OriginClaim, Scope, Tier, Use, Verdict,
};

/// Training and data mining in the words of C2PA 1.x.
pub const TDM: Signal = Signal {
    id: "c2pa.tdm",
    title: "C2PA training and data mining",
    spec: "https://spec.c2pa.org/specifications/specifications/1.4/specs/C2PA_Specification.html#_training_and_data_mining",
    scope: Scope::Bytes,
    source: Source::Manifest,
    read: |asset, findings| read_mining(asset, "c2pa.training-mining", findings),
};

/// How the work came to be, by its actions.
pub const SOURCE: Signal = Signal {
    id: "c2pa.source",
    title: "C2PA origin of the work",
    spec: "https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_actions",
    scope: Scope::Bytes,
    source: Source::Manifest,
    read: read_source,
};

/// Watermarks and fingerprints by which the manifest is found again.
pub const SOFT_BINDING: Signal = Signal {
    id: "c2pa.softbinding",
    title: "C2PA soft bindings",
    spec: "https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#_soft_binding_2",
    scope: Scope::Work,
    source: Source::Manifest,
    read: read_soft_bindings,
};

/// Dublin Core terms.
const DCTERMS: &str = "http://purl.org/dc/terms/";

/// The store of an asset, when it was read.
pub(super) fn store<'a>(asset: &Asset<'a>) -> Option<&'a Store> {
    asset.reading?.metadata.c2pa.as_ref()
}

/// Where a manifest lies that is not in the file: `dcterms:provenance` in XMP, or a `Link`
/// header with `rel="c2pa-manifest"` (C2PA 2.2, 11.4). One inside the file counts first.
pub fn remote(asset: &Asset<'_>) -> Option<String> {
    if store(asset).is_some() {
        return None;
    }
    let base = asset.reading.and_then(|r| {
        let answered =
            if r.delivery.final_url.is_empty() { asset.url } else { &r.delivery.final_url };
        Url::parse(answered).ok()
    });
    let linked = asset.headers("link").into_iter().flat_map(rel_license::links_of);
    let linked = linked
        .filter(|l| l.rel.split_whitespace().any(|r| r.eq_ignore_ascii_case("c2pa-manifest")))
        // Inside the asset, where there is none.
        .filter(|l| !l.href.contains("#jumbf="))
        // As seen from the address that answered (RFC 8288, 3.1).
        .map(|l| base.as_ref().and_then(|b| b.join(&l.href).ok()).map_or(l.href, String::from));
    let provenance = asset.xmp(DCTERMS, "provenance").into_iter();
    linked.chain(provenance.map(|p| p.property.text.clone())).find_map(|url| web_address(&url))
}

/// Why the manifest that lies elsewhere could not be had, when it was asked for.
pub fn missed<'a>(asset: &Asset<'a>) -> Option<&'a Failure> {
    asset.reading?.elsewhere.as_ref()?.failure.as_ref()
}

/// What of a manifest may speak and could not be relied on, for the reader to know.
pub(super) fn unread(asset: &Asset<'_>) -> Option<String> {
    let Some(store) = store(asset) else {
        return remote(asset).map(|url| format!("C2PA manifest, {url}"));
    };
    let reserves = |name: &str| name == "DataMining" || name == "reservation";
    let described = store.active.described.iter().flat_map(|d| &d.properties);
    let speaks = !store.active.mining.is_empty()
        || store.ancestor.is_some()
        || described.into_iter().any(|p| reserves(&p.name));
    let holds = store.validation.as_ref().is_some_and(|v| v.state.holds());
    let relied_on = store.legible == Legible::Claimed && (holds || !speaks);
    (!relied_on).then(|| format!("C2PA manifest store, {}", store.locator))
}

/// Whose words they are and how much they weigh.
pub(super) struct Weight {
    pub authenticity: Authenticity,
    pub tier: Tier,
    pub by: Option<String>,
    pub notes: Vec<String>,
}

/// The weight of an assertion of a manifest (unified model, 2.4): a trusted manifest's own
/// words, those that a trusted identity vouches for, those it merely carries.
pub(super) fn weight(store: &Store, manifest: &Manifest, label: &str) -> Weight {
    let unchecked = |note: &str| Weight {
        authenticity: Authenticity::Unchecked,
        tier: Tier::S0,
        by: None,
        notes: vec![note.to_string()],
    };
    let Some(validation) = &store.validation else { return unchecked("claimed, not checked") };
    let codes = validation.codes.join(", ");
    match validation.state {
        Standing::Unsupported => return unchecked(&format!("claimed, not checked: {codes}")),
        Standing::Tampered | Standing::Malformed => {
            return Weight {
                authenticity: Authenticity::Tampered,
                tier: Tier::S0,
                by: None,
                notes: vec![format!("the manifest does not hold: {codes}")],
            };
        }
        Standing::Trusted | Standing::ValidUntrusted => {}
    }
    let own = manifest.label == store.active.label;
    if !own && !validation.intact.contains(&manifest.label) {
        return unchecked("of an earlier manifest that does not hold");
    }
    let trusted = validation.state == Standing::Trusted;
    let (authenticity, most) = match trusted {
        true => (Authenticity::Trusted, Tier::S4),
        false => (Authenticity::ValidUntrusted, Tier::S3),
    };
    let listed = manifest.assertions.iter().find(|a| a.label == label);
    let signers = listed.is_some_and(|a| a.attribution == Attribution::Created);
    let mut weight = Weight { authenticity, tier: Tier::S3, by: None, notes: Vec::new() };
    let attested = own
        .then(|| {
            let refers = |i: &&Identity| i.references.iter().any(|r| r == label);
            let holds = |i: &Identity| {
                let found = validation.identities.iter().find(|a| a.label == i.label)?;
                found.state.holds().then_some(found)
            };
            manifest.identities.iter().filter(refers).find_map(holds)
        })
        .flatten();
    match attested {
        Some(identity) if trusted && identity.state == Standing::Trusted => {
            weight.tier = Tier::S5;
            weight.by.clone_from(&identity.name);
        }
        Some(identity) if !signers => {
            weight.by.clone_from(&identity.name);
            weight.notes.push("the identity that vouches for it is on no trust list".to_string());
        }
        _ if signers => {
            weight.tier = most;
            weight.by.clone_from(&validation.issuer);
        }
        _ => weight.notes.push("carried by the manifest, not the signer's words".to_string()),
    }
    if !own {
        weight.tier = lower(weight.tier);
        weight.by = None;
    }
    weight
}

/// One tier lower: what an ancestor said is not wholly what is said of this work.
fn lower(tier: Tier) -> Tier {
    match tier {
        Tier::S5 => Tier::S4,
        Tier::S4 => Tier::S3,
        Tier::S3 => Tier::S2,
        Tier::S2 => Tier::S1,
        Tier::S1 | Tier::S0 => Tier::S0,
    }
}

/// A statement with that weight.
pub(super) fn draft(findings: &Findings, weight: Weight, locator: String, raw: String) -> Draft {
    let mut draft = findings.draft("c2pa", locator, raw, weight.tier);
    draft.0.authenticity = weight.authenticity;
    draft.0.declared_by = weight.by;
    draft.0.notes = weight.notes;
    draft
}

/// Reads every training and data mining assertion of that label: the active manifest's, else
/// those of its nearest ancestor that has any.
pub(super) fn read_mining(asset: &Asset<'_>, label: &str, findings: &mut Findings) {
    let Some(store) = store(asset) else { return };
    let own = |m: &&Mining| base_label(&m.label) == label;
    let (manifest, basis) = match &store.ancestor {
        Some(ancestor) => (ancestor, Basis::Inherited),
        None => (&store.active, Basis::Explicit),
    };
    for mining in manifest.mining.iter().filter(own) {
        let locator = format!("{}, {}", store.locator, mining.label);
        if let Some(fault) = &mining.fault {
            findings.malformed(locator, "", fault.as_str());
            continue;
        }
        let mut says: BTreeMap<Use, Verdict> = BTreeMap::new();
        let mut notes = Vec::new();
        for entry in &mining.entries {
            match stance(entry) {
                Ok((u, verdict)) => {
                    // One key twice, or under both prefixes: the most restrictive.
                    let least = says.entry(u).or_insert(verdict);
                    *least = (*least).min(verdict);
                }
                Err(Odd::Key) => notes.push(format!("unknown key {}", entry.key)),
                Err(Odd::Value) => findings.malformed(
                    locator.clone(),
                    raw(entry),
                    "`use` is none of allowed, notAllowed, constrained",
                ),
            }
        }
        let words: Vec<String> = mining.entries.iter().map(raw).collect();
        let mut draft =
            draft(findings, weight(store, manifest, &mining.label), locator, words.join(", "));
        draft.0.notes.extend(notes);
        if differs(manifest, mining, &says) {
            draft = draft.note("another assertion of the manifest says otherwise");
        }
        if !store.restricted_parts.is_empty() {
            draft = draft.note("contains restricted parts");
        }
        for (u, verdict) in says {
            draft = draft.says(u, verdict, basis);
        }
        draft = terms(draft, &mining.entries);
        findings.add(draft);
    }
}

/// What people can read of the constraints, and where they lead.
fn terms(mut draft: Draft, entries: &[MiningEntry]) -> Draft {
    for text in entries.iter().filter_map(|e| e.constraint.as_ref()) {
        match web_address(text) {
            Some(url) if !draft.0.offers.contains(&url) => draft = draft.offer(url),
            Some(_) => {}
            None => {
                let note = format!("terms: {}", text.chars().take(500).collect::<String>());
                if !draft.0.notes.contains(&note) {
                    draft = draft.note(note);
                }
                let claim = LicenceClaim { terms: Some(text.clone()), ..LicenceClaim::default() };
                draft.0.licence.get_or_insert(claim);
            }
        }
    }
    draft
}

enum Odd {
    Key,
    Value,
}

/// The use and the verdict of one entry. `constrained` that names no constraint is a no
/// (CAWG 1.1, 2.2); keys of either prefix stand under either label in real files.
fn stance(entry: &MiningEntry) -> Result<(Use, Verdict), Odd> {
    let key = entry.key.strip_prefix("c2pa.").or_else(|| entry.key.strip_prefix("cawg."));
    let u = match key.ok_or(Odd::Key)? {
        "data_mining" => Use::Tdm,
        "ai_training" => Use::TrainNongen,
        "ai_generative_training" => Use::TrainGen,
        "ai_inference" => Use::AiInput,
        _ => return Err(Odd::Key),
    };
    let verdict = match entry.stance.as_deref() {
        Some("allowed") => Verdict::Allowed,
        Some("notAllowed") => Verdict::Denied,
        Some("constrained") if entry.constraint.is_some() => Verdict::Conditional,
        Some("constrained") => Verdict::Denied,
        _ => return Err(Odd::Value),
    };
    Ok((u, verdict))
}

/// An entry as it stood there.
fn raw(entry: &MiningEntry) -> String {
    let constraint = entry.constraint.as_deref().map(|c| format!(" ({c})")).unwrap_or_default();
    format!("{}={}{constraint}", entry.key, entry.stance.as_deref().unwrap_or_default())
}

/// Whether another assertion of the manifest says something else about one of these uses.
fn differs(manifest: &Manifest, mining: &Mining, says: &BTreeMap<Use, Verdict>) -> bool {
    let others = manifest.mining.iter().filter(|m| m.label != mining.label);
    others
        .flat_map(|m| &m.entries)
        .filter_map(|e| stance(e).ok())
        .any(|(u, verdict)| says.get(&u).is_some_and(|own| *own != verdict))
}

/// Reads the digital source types of the actions. Model inputs are ingredients, and what was
/// done to a part before stands in the part's own manifest: neither is read.
fn read_source(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(store) = store(asset) else { return };
    let mut seen: Vec<&str> = Vec::new();
    for action in &store.active.actions {
        let Some(source_type) = action.source_type.as_deref() else { continue };
        // Nothing is in it yet.
        if source_type.ends_with("/empty") || seen.contains(&source_type) {
            continue;
        }
        seen.push(source_type);
        let trained = source_type.to_ascii_lowercase().contains("trainedalgorithmic");
        let claim = OriginClaim {
            source_type: Some(source_type.to_string()),
            ai_system: action.agent.clone().filter(|_| trained),
        };
        let actions =
            store.active.assertions.iter().find(|a| base_label(&a.label) == "c2pa.actions");
        let label = actions.map_or("c2pa.actions", |a| a.label.as_str());
        let locator = format!("{}, {label}, {}", store.locator, action.action);
        let weight = weight(store, &store.active, label);
        let draft = draft(findings, weight, locator, source_type.to_string());
        findings.add(draft.origin(claim));
    }
}

/// Reads the soft bindings: keys to look the work up by, which say nothing about a use.
fn read_soft_bindings(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(store) = store(asset) else { return };
    for binding in &store.active.soft_bindings {
        let locator = format!("{}, c2pa.soft-binding", store.locator);
        let raw = format!("{} {}", binding.alg, binding.value);
        let weight = weight(store, &store.active, "c2pa.soft-binding");
        let draft = draft(findings, weight, locator, raw.trim().to_string());
        findings.add(draft);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::metadata::c2pa::{Assertion, Attestation, Deed, SoftBinding, Validation};
    use crate::signal::bench::{Bench, said, simple};
    use crate::vocabulary::Coverage;

    pub fn entry(key: &str, stance: &str, constraint: Option<&str>) -> MiningEntry {
        MiningEntry {
            key: key.to_string(),
            stance: (!stance.is_empty()).then(|| stance.to_string()),
            constraint: constraint.map(str::to_string),
        }
    }

    /// A store with one training and data mining assertion.
    pub fn claimed(label: &str, entries: Vec<MiningEntry>) -> Store {
        let active = Manifest {
            label: "urn:c2pa:1".to_string(),
            assertions: vec![Assertion { label: label.to_string(), ..Assertion::default() }],
            mining: vec![Mining { label: label.to_string(), entries, ..Mining::default() }],
            ..Manifest::default()
        };
        Store { locator: "APP11 at 0x400".to_string(), manifests: 1, active, ..Store::default() }
    }

    pub fn checked(state: Standing) -> Option<Validation> {
        Some(Validation {
            state,
            codes: vec!["a.code".to_string()],
            issuer: Some("Gallery".to_string()),
            vouched_by: None,
            revocation: crate::metadata::c2pa::Revocation::NotChecked,
            signed_at: None,
            intact: vec!["urn:c2pa:1".to_string()],
            identities: Vec::new(),
        })
    }

    pub fn bench(store: Store) -> Bench {
        let mut bench = Bench::new();
        bench.reading.as_mut().unwrap().metadata.c2pa = Some(store);
        bench
    }

    fn four(stance: &str) -> Vec<MiningEntry> {
        ["data_mining", "ai_training", "ai_generative_training", "ai_inference"]
            .map(|key| entry(&format!("c2pa.{key}"), stance, None))
            .to_vec()
    }

    #[test]
    fn the_four_keys_are_four_uses() {
        let store = claimed("c2pa.training-mining", four("notAllowed"));
        let found = bench(store).read().of("c2pa.tdm");
        assert_eq!(
            said(&found[0]),
            "tdm=denied train.nongen=denied train.gen=denied ai.input=denied"
        );
        assert_eq!(found[0].locator, "APP11 at 0x400, c2pa.training-mining");
    }

    #[test]
    fn constrained_without_a_constraint_is_a_no() {
        let entries = vec![
            entry("c2pa.ai_training", "constrained", None),
            entry("c2pa.data_mining", "constrained", Some("https://photos.example/terms")),
            entry("c2pa.ai_inference", "constrained", Some("ask me")),
        ];
        let found = bench(claimed("c2pa.training-mining", entries)).read().of("c2pa.tdm");
        assert_eq!(said(&found[0]), "tdm=conditional train.nongen=denied ai.input=conditional");
        assert_eq!(found[0].offers, ["https://photos.example/terms"]);
        let terms = found[0].licence.as_ref().and_then(|l| l.terms.as_deref());
        assert_eq!(terms, Some("ask me"));
    }

    #[test]
    fn unknown_keys_and_values_say_nothing() {
        let entries = vec![
            entry("org.example.robots", "notAllowed", None),
            entry("c2pa.ai_training", "maybe", None),
            entry("c2pa.data_mining", "", None),
        ];
        let findings = bench(claimed("c2pa.training-mining", entries)).read();
        let found = findings.of("c2pa.tdm");
        assert_eq!(said(&found[0]), "");
        assert_eq!(found[0].notes, ["claimed, not checked", "unknown key org.example.robots"]);
        assert_eq!(findings.malformed.len(), 2);
    }

    #[test]
    fn strength_follows_from_the_checks() {
        let weigh = |state: Option<Standing>, attribution: Attribution| {
            let mut store = claimed("c2pa.training-mining", four("notAllowed"));
            store.validation = state.and_then(checked);
            store.active.assertions[0].attribution = attribution;
            let found = bench(store).read().of("c2pa.tdm");
            (found[0].authenticity, found[0].tier, found[0].declared_by.clone())
        };
        let gallery = Some("Gallery".to_string());
        use Attribution::{Created, Gathered};
        use Authenticity::{Tampered, Trusted, Unchecked, ValidUntrusted};
        assert_eq!(weigh(None, Created), (Unchecked, Tier::S0, None));
        assert_eq!(weigh(Some(Standing::Unsupported), Created), (Unchecked, Tier::S0, None));
        assert_eq!(weigh(Some(Standing::Tampered), Created), (Tampered, Tier::S0, None));
        assert_eq!(weigh(Some(Standing::Malformed), Created), (Tampered, Tier::S0, None));
        assert_eq!(
            weigh(Some(Standing::ValidUntrusted), Created),
            (ValidUntrusted, Tier::S3, gallery.clone())
        );
        assert_eq!(weigh(Some(Standing::Trusted), Created), (Trusted, Tier::S4, gallery));
        assert_eq!(weigh(Some(Standing::Trusted), Gathered), (Trusted, Tier::S3, None));
    }

    #[test]
    fn a_trusted_identity_that_refers_to_it_names_its_author() {
        let tier = |references: &[&str], state: Standing| {
            let mut store = claimed("cawg.training-mining", four("notAllowed"));
            store.active.assertions[0].attribution = Attribution::Gathered;
            store.active.identities.push(Identity {
                label: "cawg.identity".to_string(),
                references: references.iter().map(|r| r.to_string()).collect(),
                ..Identity::default()
            });
            store.validation = checked(Standing::Trusted);
            let attestation = Attestation {
                label: "cawg.identity".to_string(),
                state,
                name: Some("Ann".to_string()),
            };
            store.validation.as_mut().unwrap().identities.push(attestation);
            let found = bench(store).read().of("cawg.tdm");
            (found[0].tier, found[0].declared_by.clone())
        };
        let ann = Some("Ann".to_string());
        assert_eq!(tier(&["cawg.training-mining"], Standing::Trusted), (Tier::S5, ann.clone()));
        assert_eq!(tier(&["cawg.training-mining"], Standing::ValidUntrusted), (Tier::S3, ann));
        assert_eq!(tier(&["cawg.training-mining"], Standing::Tampered), (Tier::S3, None));
        assert_eq!(tier(&["c2pa.hash.data"], Standing::Trusted), (Tier::S3, None));
    }

    #[test]
    fn an_ancestors_words_are_inherited_and_weaker() {
        let mut store = claimed("c2pa.training-mining", four("notAllowed"));
        let mut ancestor = store.active.clone();
        ancestor.label = "urn:c2pa:0".to_string();
        store.active.mining.clear();
        store.ancestor = Some(ancestor);
        store.validation = checked(Standing::Trusted);
        let broken = bench(store.clone()).read().of("c2pa.tdm");
        assert_eq!((broken[0].authenticity, broken[0].tier), (Authenticity::Unchecked, Tier::S0));
        store.validation.as_mut().unwrap().intact.push("urn:c2pa:0".to_string());
        let found = bench(store).read().of("c2pa.tdm");
        assert_eq!(found[0].tier, Tier::S3);
        assert_eq!(found[0].verdicts[&Use::Tdm].basis, Basis::Inherited);
    }

    #[test]
    fn two_assertions_that_differ_are_marked() {
        let mut store = claimed("c2pa.training-mining", four("allowed"));
        store.active.mining.push(Mining {
            label: "cawg.training-mining".to_string(),
            entries: vec![entry("cawg.ai_training", "notAllowed", None)],
            ..Mining::default()
        });
        let findings = bench(store).read();
        for id in ["c2pa.tdm", "cawg.tdm"] {
            assert!(findings.of(id)[0].notes.iter().any(|n| n.contains("otherwise")), "{id}");
        }
    }

    #[test]
    fn actions_tell_the_origin_and_model_inputs_do_not() {
        let iptc = "http://cv.iptc.org/newscodes/digitalsourcetype/";
        let mut store = Store { locator: "caBX at 0x21".to_string(), ..Store::default() };
        store.active.actions = vec![
            Deed {
                source_type: Some("http://c2pa.org/digitalsourcetype/empty".into()),
                ..Deed::default()
            },
            Deed {
                action: "c2pa.created".to_string(),
                source_type: Some(format!("{iptc}trainedAlgorithmicMedia")),
                agent: Some("Dream".to_string()),
            },
        ];
        store.validation = checked(Standing::ValidUntrusted);
        let found = bench(store).read().of("c2pa.source");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].origin.as_ref().unwrap().ai_system.as_deref(), Some("Dream"));
    }

    #[test]
    fn a_soft_binding_is_a_key_and_no_word() {
        let mut store = Store::default();
        let binding = SoftBinding { alg: "io.iscc.v0".to_string(), value: "00ff".to_string() };
        store.active.soft_bindings.push(binding);
        let found = bench(store).read().of("c2pa.softbinding");
        assert_eq!((found[0].raw.as_str(), said(&found[0]).as_str()), ("io.iscc.v0 00ff", ""));
    }

    #[test]
    fn a_manifest_elsewhere_is_not_silence() {
        for bench in [
            Bench::new().xmp(vec![simple(DCTERMS, "provenance", "https://cai.test/m.c2pa")]),
            Bench::new().header("Link", "<https://cai.test/m.c2pa>; rel=\"c2pa-manifest\""),
        ] {
            let findings = bench.read();
            assert_eq!(findings.state("c2pa.tdm"), "not-checked");
            assert_eq!(findings.unread, ["C2PA manifest, https://cai.test/m.c2pa"]);
        }
        let inside = Bench::new().header("Link", "</a.jpg#jumbf=c2pa>; rel=\"c2pa-manifest\"");
        assert_eq!(inside.read().state("c2pa.tdm"), "checked-absent");
    }

    #[test]
    fn what_is_not_relied_on_is_remembered() {
        let unread = |store: &Store| bench(store.clone()).read().unread.len();
        let mut store = claimed("c2pa.training-mining", four("notAllowed"));
        assert_eq!(unread(&store), 1, "claimed, not checked");
        store.validation = checked(Standing::Tampered);
        assert_eq!(unread(&store), 1);
        store.validation = checked(Standing::ValidUntrusted);
        assert_eq!(unread(&store), 0);
        store.active.mining.clear();
        store.validation = None;
        assert_eq!(unread(&store), 0, "it was read, and says nothing about AI");
        store.legible = Legible::Unsupported;
        assert_eq!(unread(&store), 1);
        assert_eq!(bench(store.clone()).read().coverage["c2pa.tdm"], Coverage::NotChecked);
        store.legible = Legible::Malformed;
        assert_eq!(unread(&store), 1);
    }
}
