//! One manifest: its claim, its signature, its assertions; and the manifests of what it was
//! made from.
//!
//! C2PA 2.2, section 15 (validation),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>.
//! Left out: the rules about which actions may stand where (18.10), icons, metadata fields
//! that are not allowed, data boxes, assertions kept elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::{
    self, Reference, Revocation, base_label, kind, manifest_label, redacted, references, resolve,
};
use sayso_core::metadata::cbor::{self, Cbor};
use sayso_core::metadata::jumbf::Superbox;

use crate::binding::{self, Bound, Place};
use crate::cose::{self, Anchored, Worth};
use crate::signature::Hash;

/// Bytes hashed for one store in all: parts may refer to each other again and again.
const HASHED: usize = 256 << 20;

/// Manifests of one store that are checked: each costs a few signatures.
const CHECKED: usize = 48;

/// Ingredients of ingredients of …; the histories of real files have a handful.
const DEPTH: usize = 16;

/// A failure: its status code, and the manifest it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// By C2PA 2.2, 15.2.
    pub code: String,
    /// Label of the manifest.
    pub manifest: String,
}

/// A store while it is checked.
pub struct Checker<'s, 'a> {
    root: &'s Superbox<'a>,
    all: Vec<&'s Superbox<'a>>,
    anchored: &'s Anchored<'s>,
    limits: &'s Limits,
    /// What went wrong.
    pub failures: BTreeSet<Failure>,
    /// What the signature of each manifest is worth, by label.
    pub worth: BTreeMap<String, Worth>,
    /// Assertions that were taken out: manifest and label.
    taken_out: BTreeSet<(String, String)>,
    recorded: BTreeSet<Failure>,
    hashed: usize,
}

impl<'s, 'a> Checker<'s, 'a> {
    /// A checker for a store.
    pub fn new(root: &'s Superbox<'a>, anchored: &'s Anchored<'s>, limits: &'s Limits) -> Self {
        let all = c2pa::manifests(root);
        let mut checker = Checker {
            root,
            all,
            anchored,
            limits,
            failures: BTreeSet::new(),
            worth: BTreeMap::new(),
            taken_out: BTreeSet::new(),
            recorded: BTreeSet::new(),
            hashed: 0,
        };
        checker.gather();
        checker
    }

    /// Redactions, and the failures that ingredients are known to have had when they were taken
    /// in: the signer has seen them, and answers for using the part all the same (15.11.3).
    fn gather(&mut self) {
        for manifest in &self.all {
            let Some((_, bytes)) = c2pa::claim(manifest) else { continue };
            let Some(claim) = cbor::read(bytes) else { continue };
            let redactions = claim.items_of("redacted_assertions").iter();
            self.taken_out.extend(redactions.filter_map(Cbor::text).filter_map(|url| {
                let label = url.rsplit('/').next()?;
                Some((manifest_label(url)?.to_owned(), label.to_owned()))
            }));
            for reference in ingredients(&claim, manifest.label) {
                let Some(place) = resolve(self.root, manifest, reference.url) else { continue };
                let Some(value) = c2pa::content(place, self.limits) else { continue };
                let about = of_ingredient(&value).and_then(|r| manifest_label(r.url));
                for status in statuses(&value) {
                    let code = status.text_of("code").unwrap_or_default().to_owned();
                    let url = status.text_of("url").unwrap_or_default();
                    let manifest = manifest_label(url).or(about).unwrap_or_default().to_owned();
                    self.recorded.insert(Failure { code, manifest });
                }
            }
        }
    }

    /// The failures that count: all of the active manifest, and those of its ingredients that
    /// were not known when they were taken in.
    pub fn counting(&self, active: &str) -> Vec<&Failure> {
        let known = |f: &&Failure| f.manifest == active || !self.recorded.contains(*f);
        self.failures.iter().filter(known).collect()
    }

    fn fail(&mut self, manifest: &str, code: &str) {
        let (code, manifest) = (code.to_owned(), manifest.to_owned());
        self.failures.insert(Failure { code, manifest });
    }

    /// The hash of a part, unless too much was hashed already.
    fn hash(&mut self, hash: Hash, bytes: &[u8]) -> Option<Vec<u8>> {
        self.hashed = self.hashed.saturating_add(bytes.len());
        (self.hashed <= HASHED).then(|| hash.of([bytes]))
    }

    /// Checks a manifest by itself, then those of its ingredients.
    pub fn check(&mut self, manifest: &'s Superbox<'a>, depth: usize) {
        if self.worth.contains_key(manifest.label) {
            return;
        }
        if self.worth.len() >= CHECKED {
            return self.fail(manifest.label, "general.error");
        }
        self.worth.insert(manifest.label.to_owned(), Worth::default());
        let claims = manifest.boxes.iter().filter(|b| b.kind == kind(b"c2cl")).count();
        if claims > 1 {
            self.fail(manifest.label, "claim.multiple");
        }
        let Some((version, bytes)) = c2pa::claim(manifest) else {
            return self.fail(manifest.label, "claim.missing");
        };
        let Some(claim) = cbor::read(bytes).filter(|c| !c.pairs().is_empty()) else {
            return self.fail(manifest.label, "claim.cbor.invalid");
        };
        let lists = match version {
            1 => ["assertions", "claim_generator"],
            _ => ["created_assertions", "claim_generator_info"],
        };
        if lists.iter().chain(&["signature"]).any(|key| claim.get(key).is_none()) {
            self.fail(manifest.label, "claim.malformed");
        }
        self.check_signature(manifest, bytes);
        self.check_assertions(manifest, &claim);
        self.check_ingredients(manifest, &claim, depth);
    }

    fn check_signature(&mut self, manifest: &Superbox<'a>, claim: &[u8]) {
        let label = manifest.label;
        let found = manifest.boxes.iter().find(|b| b.kind == kind(b"c2cs"));
        let Some(signature) = found.and_then(|b| b.content(b"cbor")) else {
            return self.fail(label, "claimSignature.missing");
        };
        let worth = cose::check(signature, claim, self.anchored);
        for code in codes_of(&worth) {
            self.fail(label, code);
        }
        self.worth.insert(label.to_owned(), worth);
    }

    /// Every assertion that the claim lists is there and is what was signed, and no other is.
    fn check_assertions(&mut self, manifest: &'s Superbox<'a>, claim: &Cbor<'_>) {
        let label = manifest.label;
        let alg = claim.text_of("alg").unwrap_or("sha256");
        for redaction in claim.items_of("redacted_assertions").iter().filter_map(Cbor::text) {
            let what = redaction.rsplit('/').next().unwrap_or(redaction);
            if manifest_label(redaction).is_none_or(|m| m == label) {
                self.fail(label, "assertion.selfRedacted");
            }
            if base_label(what) == "c2pa.actions" {
                self.fail(label, "assertion.action.redacted");
            }
            if binding::is_hard(what) {
                self.fail(label, "assertion.dataHash.redacted");
            }
        }
        let mut listed = BTreeSet::new();
        for reference in references(claim) {
            listed.insert(reference.label());
            if manifest_label(reference.url).is_some_and(|m| m != label) {
                self.fail(label, "assertion.outsideManifest");
                continue;
            }
            // A later manifest has redacted it (6.8).
            if self.taken_out.contains(&(label.to_owned(), reference.label().to_owned())) {
                continue;
            }
            let Some(place) = resolve(self.root, manifest, reference.url) else {
                self.fail(label, "assertion.missing");
                continue;
            };
            let Some(hash) = Hash::named(reference.alg.unwrap_or(alg)) else {
                self.fail(label, "algorithm.unsupported");
                continue;
            };
            match self.hash(hash, place.body) {
                Some(found) if found == reference.hash => {}
                Some(_) => self.fail(label, "assertion.hashedURI.mismatch"),
                None => self.fail(label, "general.error"),
            }
        }
        let stores = manifest.boxes.iter().filter(|b| b.kind == kind(b"c2as"));
        let mut present = stores.flat_map(|s| &s.boxes);
        if present.any(|assertion| !listed.contains(assertion.label)) {
            self.fail(label, "assertion.undeclared");
        }
    }

    fn check_ingredients(&mut self, manifest: &'s Superbox<'a>, claim: &Cbor<'_>, depth: usize) {
        let label = manifest.label;
        let mut parents = 0;
        for reference in ingredients(claim, label) {
            let Some(place) = resolve(self.root, manifest, reference.url) else { continue };
            if redacted(place) {
                continue;
            }
            let Some(value) = c2pa::content(place, self.limits) else {
                self.fail(label, "assertion.ingredient.malformed");
                continue;
            };
            parents += usize::from(value.text_of("relationship") == Some("parentOf"));
            let Some(of) = of_ingredient(&value) else { continue };
            // What stands for it has a label and is in the store (15.11.2).
            let name = manifest_label(of.url).unwrap_or_default();
            let Some(part) = self.all.iter().copied().find(|m| m.label == name) else {
                self.fail(name, "ingredient.manifest.missing");
                continue;
            };
            self.check_reference(part, &of, &value);
            match depth.checked_sub(1) {
                Some(depth) => self.check(part, depth),
                None => self.fail(name, "general.error"),
            }
        }
        let update = manifest.kind == kind(b"c2um");
        match parents {
            0 if update => self.fail(label, "manifest.update.wrongParents"),
            n if n > 1 && update => self.fail(label, "manifest.update.invalid"),
            n if n > 1 => self.fail(label, "manifest.multipleParents"),
            _ => {}
        }
    }

    /// Whether the manifest of an ingredient is the one that was taken in: by its box; by its
    /// claim alone, as before 1.3; by its signature, when something of it was redacted since.
    fn check_reference(&mut self, part: &Superbox<'a>, of: &Reference<'_>, ingredient: &Cbor<'_>) {
        let claim = c2pa::claim(part).map(|(_, bytes)| bytes).unwrap_or_default();
        let alg = cbor::read(claim).and_then(|c| c.text_of("alg").map(str::to_owned));
        let alg = of.alg.map(str::to_owned).or(alg);
        let Some(hash) = Hash::named(alg.as_deref().unwrap_or("sha256")) else {
            return self.fail(part.label, "algorithm.unsupported");
        };
        let changed = self.taken_out.iter().any(|(manifest, _)| manifest == part.label);
        let same = |found: Option<Vec<u8>>| found.is_some_and(|found| found == of.hash);
        if same(self.hash(hash, part.body)) || (!changed && same(self.hash(hash, claim))) {
            return;
        }
        if !changed {
            return self.fail(part.label, "ingredient.manifest.mismatch");
        }
        let signature = part.boxes.iter().find(|b| b.kind == kind(b"c2cs"));
        let expected = ingredient.get("claimSignature");
        let expected = expected.and_then(|r| Reference::read(r, c2pa::Attribution::Created));
        match (signature, expected) {
            (Some(signature), Some(expected)) => {
                let found = self.hash(hash, signature.body);
                if found.is_none_or(|found| found != expected.hash) {
                    self.fail(part.label, "ingredient.claimSignature.mismatch");
                }
            }
            _ => self.fail(part.label, "ingredient.claimSignature.missing"),
        }
    }

    /// Whether the active manifest, or the parent that an update manifest stands for, belongs
    /// to this file (15.12).
    pub fn check_binding(&mut self, active: &'s Superbox<'a>, file: &[u8], place: Place) {
        let mut at = active;
        let mut seen = BTreeSet::new();
        while at.kind == kind(b"c2um") && seen.insert(at.label) {
            match self.parent(at) {
                Some(parent) => at = parent,
                None => return self.fail(active.label, "claim.hardBindings.missing"),
            }
        }
        let place = Place { grown: at.label != active.label, ..place };
        let Some((version, bytes)) = c2pa::claim(at) else { return };
        let Some(claim) = cbor::read(bytes) else { return };
        // From version 2 on only the signer's own assertions can bind (15.12).
        let own = |r: &Reference<'_>| version == 1 || r.attribution == c2pa::Attribution::Created;
        let hard: Vec<Reference<'_>> = references(&claim)
            .into_iter()
            .filter(|r| binding::is_hard(r.label()) && own(r))
            .collect();
        let [one] = hard.as_slice() else {
            let code = match hard.len() {
                0 => "claim.hardBindings.missing",
                _ => "assertion.multipleHardBindings",
            };
            return self.fail(active.label, code);
        };
        let Some(found) = resolve(self.root, at, one.url) else { return };
        let value = c2pa::content(found, self.limits);
        let stem = match base_label(one.label()) {
            "c2pa.hash.bmff" => "assertion.bmffHash",
            "c2pa.hash.boxes" => "assertion.boxesHash",
            "c2pa.hash.data" => "assertion.dataHash",
            _ => "assertion.collectionHash",
        };
        let alg = claim.text_of("alg").unwrap_or("sha256");
        let bound = match &value {
            Some(value) => binding::check(one.label(), value, alg, file, place),
            None => Bound::Malformed,
        };
        match bound {
            Bound::Fits => {}
            Bound::Differs => self.fail(active.label, &format!("{stem}.mismatch")),
            Bound::Malformed => self.fail(active.label, &format!("{stem}.malformed")),
            Bound::Unsupported => self.fail(active.label, "algorithm.unsupported"),
        }
    }

    fn parent(&self, manifest: &Superbox<'a>) -> Option<&'s Superbox<'a>> {
        let (_, bytes) = c2pa::claim(manifest)?;
        let claim = cbor::read(bytes)?;
        ingredients(&claim, manifest.label).into_iter().find_map(|reference| {
            let place = resolve(self.root, manifest, reference.url)?;
            let value = c2pa::content(place, self.limits)?;
            if value.text_of("relationship") != Some("parentOf") {
                return None;
            }
            let label = of_ingredient(&value).and_then(|r| manifest_label(r.url))?.to_owned();
            self.all.iter().copied().find(|m| m.label == label)
        })
    }

    /// Labels of the manifests that were checked and hold by themselves.
    pub fn intact(&self) -> Vec<String> {
        let broken = |label: &str| {
            self.failures.iter().any(|f| f.manifest == label && !is_tolerated(&f.code))
        };
        self.worth.keys().filter(|label| !broken(label)).cloned().collect()
    }
}

/// How deep a store's history is followed.
pub const fn depth() -> usize {
    DEPTH
}

/// A signer whom nobody vouches for is no fault of the manifest; an identity's faults are its
/// own (CAWG identity 1.3, section 7).
pub fn is_tolerated(code: &str) -> bool {
    code == "signingCredential.untrusted" || code.starts_with("cawg.")
}

/// The status codes of a claim's signature that fails.
fn codes_of(worth: &Worth) -> Vec<&'static str> {
    if worth.broken {
        return vec!["claimSignature.mismatch"];
    }
    if worth.unsupported {
        return vec!["algorithm.unsupported"];
    }
    [
        (worth.holds, "claimSignature.mismatch"),
        (worth.profile, "signingCredential.invalid"),
        (worth.in_time, "signingCredential.expired"),
        (worth.revocation != Revocation::Revoked, "signingCredential.ocsp.revoked"),
        (worth.trusted.is_some(), "signingCredential.untrusted"),
    ]
    .into_iter()
    .filter_map(|(good, code)| (!good).then_some(code))
    .collect()
}

/// The ingredients of a manifest, each once: one that is listed again says nothing new, and one
/// of another manifest is not its own.
fn ingredients<'c>(claim: &'c Cbor<'_>, manifest: &str) -> Vec<Reference<'c>> {
    let mut seen = BTreeSet::new();
    let own = |r: &Reference<'_>| manifest_label(r.url).is_none_or(|m| m == manifest);
    references(claim)
        .into_iter()
        .filter(|r| base_label(r.label()) == "c2pa.ingredient" && own(r))
        .filter(|r| seen.insert(r.label()))
        .collect()
}

/// The manifest of an ingredient (`activeManifest` from version 3 on).
fn of_ingredient<'c>(value: &'c Cbor<'_>) -> Option<Reference<'c>> {
    let named = value.get("activeManifest").or_else(|| value.get("c2pa_manifest"))?;
    Reference::read(named, c2pa::Attribution::Created)
}

/// The status entries recorded in an ingredient: a list up to version 2, then results.
fn statuses<'c, 'v>(value: &'c Cbor<'v>) -> Vec<&'c Cbor<'v>> {
    let failures = |results: &'c Cbor<'v>| results.items_of("failure").iter();
    let mut all: Vec<&Cbor<'v>> = value.items_of("validationStatus").iter().collect();
    if let Some(results) = value.get("validationResults") {
        all.extend(results.get("activeManifest").into_iter().flat_map(failures));
        let deltas = results.items_of("ingredientDeltas").iter();
        all.extend(deltas.filter_map(|d| d.get("validationDeltas")).flat_map(failures));
    }
    all
}
