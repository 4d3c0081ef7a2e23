//! CAWG assertions in C2PA manifests: training and data mining, and who vouches for what.
//!
//! Training and data mining 1.1, <https://cawg.io/training-and-data-mining/1.1/>; identity 1.3,
//! <https://cawg.io/identity/1.3/>. An identity says nothing about a use: it gives names and
//! strength to the assertions that it signs (see `c2pa::weight`). Left out: looking up the
//! accounts that an aggregated identity names, which would need the network.

use crate::metadata::c2pa::Standing;
use crate::signal::{Asset, Findings, Signal, Source, c2pa};
use crate::vocabulary::{Authenticity, Scope, Tier};

/// Training and data mining in the words of CAWG.
pub const TDM: Signal = Signal {
    id: "cawg.tdm",
    title: "CAWG training and data mining",
    spec: "https://cawg.io/training-and-data-mining/1.1/",
    scope: Scope::Bytes,
    source: Source::Manifest,
    read: |asset, findings| c2pa::read_mining(asset, "cawg.training-mining", findings),
};

/// Who vouches for assertions of the manifest.
pub const IDENTITY: Signal = Signal {
    id: "cawg.identity",
    title: "CAWG identity",
    spec: "https://cawg.io/identity/1.3/",
    scope: Scope::Bytes,
    source: Source::Manifest,
    read: read_identities,
};

/// Reads the identity assertions of the active manifest: their sort, their roles, and which
/// assertions they sign.
fn read_identities(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(store) = c2pa::store(asset) else { return };
    for identity in &store.active.identities {
        let attested = store
            .validation
            .as_ref()
            .and_then(|v| v.identities.iter().find(|a| a.label == identity.label));
        let mut weight = c2pa::weight(store, &store.active, &identity.label);
        // An identity has its own signature; the manifest's does not vouch for it.
        weight.by = None;
        weight.tier = weight.tier.min(Tier::S3);
        let worth = match attested.map(|a| a.state) {
            Some(Standing::Trusted) => Some(Authenticity::Trusted),
            Some(Standing::ValidUntrusted) => Some(Authenticity::ValidUntrusted),
            Some(Standing::Tampered | Standing::Malformed) => Some(Authenticity::Tampered),
            Some(Standing::Unsupported) => Some(Authenticity::Unchecked),
            None => None,
        };
        if let Some(worth) = worth.filter(|_| weight.authenticity != Authenticity::Tampered) {
            weight.authenticity = worth;
            if matches!(worth, Authenticity::Tampered | Authenticity::Unchecked) {
                weight.tier = Tier::S0;
            } else {
                weight.by = attested.and_then(|a| a.name.clone());
            }
        }
        let locator = format!("{}, {}", store.locator, identity.label);
        let signs = identity.references.join(", ");
        let mut draft = c2pa::draft(findings, weight, locator, identity.sort.clone());
        draft = draft.note(format!("signs {signs}"));
        if !identity.roles.is_empty() {
            draft = draft.note(format!("as {}", identity.roles.join(", ")));
        }
        findings.add(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::super::c2pa::tests::{bench, checked, claimed, entry};
    use super::*;
    use crate::metadata::c2pa::{Attestation, Identity};
    use crate::signal::bench::said;

    #[test]
    fn keys_of_either_prefix_stand_under_either_label() {
        let entries = vec![
            entry("c2pa.ai_training", "notAllowed", None),
            entry("cawg.ai_training", "allowed", None),
            entry("cawg.data_mining", "allowed", None),
        ];
        let found = bench(claimed("cawg.training-mining", entries)).read().of("cawg.tdm");
        assert_eq!(said(&found[0]), "tdm=allowed train.nongen=denied");
    }

    #[test]
    fn an_identity_is_named_only_when_its_signature_holds() {
        let by = |state: Standing| {
            let mut store = claimed("cawg.training-mining", Vec::new());
            store.active.identities.push(Identity {
                label: "cawg.identity".to_string(),
                sort: "cawg.x509.cose".to_string(),
                roles: vec!["cawg.creator".to_string()],
                references: vec!["c2pa.hash.data".to_string()],
            });
            store.validation = checked(Standing::ValidUntrusted);
            let name = Some("Ann".to_string());
            let attestation = Attestation { label: "cawg.identity".to_string(), state, name };
            store.validation.as_mut().unwrap().identities.push(attestation);
            let found = bench(store).read().of("cawg.identity");
            assert!(found[0].notes.contains(&"signs c2pa.hash.data".to_string()));
            (found[0].authenticity, found[0].declared_by.clone())
        };
        let ann = Some("Ann".to_string());
        assert_eq!(by(Standing::Trusted), (Authenticity::Trusted, ann.clone()));
        assert_eq!(by(Standing::ValidUntrusted), (Authenticity::ValidUntrusted, ann));
        assert_eq!(by(Standing::Tampered), (Authenticity::Tampered, None));
        assert_eq!(by(Standing::Unsupported), (Authenticity::Unchecked, None));
    }
}
