//! The reader's own works: the nearest registry, kept on their machine and asked of nobody.
//!
//! The codes are those of ISO 24138 (<https://www.iso.org/standard/77899.html>). No network:
//! the codes of a work that was seen are compared with those the owner
//! has added, by the rules of [`crate::fingerprint::compare`] and, for sounds, of
//! [`crate::fingerprint::sound`]. What the owner chose
//! speaks only for the same bytes or a sure match; a likely one is shown and says nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Fit, Hit, miniature};
use crate::fingerprint::sound::{self, SoundCodes};
use crate::fingerprint::{Fingerprint, ImageCodes, compare};
use crate::page::Millis;
use crate::signal::creative_commons;
use crate::vocabulary::{
    Authenticity, Basis, LicenceClaim, Scope, Stance, Statement, Tier, Use, Verdict,
};

/// The id under which own works appear among registries.
pub const ID: &str = "own-works";

/// A work that the reader has added as their own. Never leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct OwnWork {
    /// BLAKE3 of the file, in hex.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Codes for comparison; `None` for what has none (then only the same bytes are found).
    pub codes: Option<ImageCodes>,
    /// Codes of a sound for comparison.
    #[serde(default)]
    pub sound: Option<SoundCodes>,
    /// Featureless pictures never match.
    pub featureless: bool,
    /// Unstable pictures are at most "likely".
    pub unstable: bool,
    /// What the owner says, use by use.
    pub stances: Vec<OwnStance>,
    /// When it was added.
    pub added_at: Millis,
    /// Name or address of the licence under which the owner gives it.
    #[serde(default)]
    pub licence: Option<String>,
    /// Where its file lay, how long and how old it was: so that a folder that is added again is
    /// gone through without reading what is known.
    #[serde(default)]
    pub source: String,
    /// A small picture of it; empty where there is none.
    #[serde(default)]
    pub miniature: String,
}

/// A page on which an own work was seen. Never leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Sighting {
    /// The id of the work.
    pub work: String,
    /// Its title then.
    pub title: String,
    /// The page.
    pub page: String,
    /// The file there.
    pub url: String,
    /// Whether it was the same file.
    pub exact: bool,
    /// When.
    pub at: Millis,
}

impl OwnWork {
    /// The work that these are the codes of.
    pub fn of(print: Fingerprint, title: String, stances: Vec<OwnStance>, at: Millis) -> OwnWork {
        OwnWork {
            unstable: print.doubtful(),
            id: print.blake3,
            title,
            codes: print.codes,
            sound: print.sound,
            featureless: print.featureless,
            stances,
            added_at: at,
            licence: None,
            source: String::new(),
            miniature: String::new(),
        }
    }
}

/// What an owner says about one use of their own work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct OwnStance {
    /// The use.
    #[serde(rename = "use")]
    pub what: Use,
    /// What is said.
    pub verdict: Verdict,
}

/// All own works, with their codes read once.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    works: Vec<OwnWork>,
    ids: BTreeSet<String>,
    table: compare::Table,
}

impl Shelf {
    /// Every work, in the order in which they were added.
    pub fn works(&self) -> &[OwnWork] {
        &self.works
    }

    /// Adds a work; one with the same bytes is replaced.
    pub fn add(&mut self, work: OwnWork) {
        self.remove(&work.id);
        self.ids.insert(work.id.clone());
        self.add_codes(&work);
        self.works.push(work);
    }

    /// Takes a work away.
    pub fn remove(&mut self, id: &str) {
        if !self.ids.remove(id) {
            return;
        }
        self.works.retain(|work| work.id != id);
        self.table = compare::Table::default();
        let works = std::mem::take(&mut self.works);
        works.iter().for_each(|work| self.add_codes(work));
        self.works = works;
    }

    /// Every own work that this file is, or is like; the surest and nearest first.
    pub fn find(&self, fingerprint: &Fingerprint) -> Vec<Hit> {
        let same = |work: &&OwnWork| {
            !work.id.is_empty() && work.id.eq_ignore_ascii_case(&fingerprint.blake3)
        };
        let exact = self.works.iter().filter(same).map(|work| (work, Fit::Exact));
        let near = self.table.nearest(&compare::probes(fingerprint));
        let near = near.iter().filter_map(|(number, likeness)| {
            let work = self.works.get(*number).filter(|work| !same(work))?;
            let compare::Likeness { distance, bits, sure, turned } = *likeness;
            Some((work, Fit::Near { distance, bits, sure, turned, from_s: None }))
        });
        let heard = self.works.iter().filter(|work| !same(work)).filter_map(|work| {
            // An excerpt's Audio-Code is far from the whole's, so every sound is looked at.
            let likeness = sound::compare(fingerprint.sound.as_ref()?, work.sound.as_ref()?)?;
            let sound::Likeness { distance, bits, sure, offset_s } = likeness;
            let from_s = Some(offset_s.round() as i32);
            Some((work, Fit::Near { distance, bits, sure, turned: false, from_s }))
        });
        let mut found: Vec<(&OwnWork, Fit)> = exact.chain(near).chain(heard).collect();
        found.sort_by_key(|(_, fit)| match fit {
            Fit::Exact | Fit::Url => (0, 0),
            Fit::Near { distance, sure, .. } => (if *sure { 1 } else { 2 }, *distance),
        });
        found.into_iter().map(|(work, fit)| hit(work, fit)).collect()
    }

    fn add_codes(&mut self, work: &OwnWork) {
        match work.codes.as_ref().filter(|_| !work.featureless) {
            Some(codes) => self.table.add(codes, work.unstable),
            None => self.table.skip(),
        }
    }
}

impl FromIterator<OwnWork> for Shelf {
    fn from_iter<I: IntoIterator<Item = OwnWork>>(works: I) -> Self {
        let mut shelf = Shelf::default();
        works.into_iter().for_each(|work| shelf.add(work));
        shelf
    }
}

/// Every one of these works that this file is, or is like. Reads their codes anew: for one
/// question only.
pub fn find(works: &[OwnWork], fingerprint: &Fingerprint) -> Vec<Hit> {
    works.iter().cloned().collect::<Shelf>().find(fingerprint)
}

fn hit(work: &OwnWork, fit: Fit) -> Hit {
    let tier = match fit {
        Fit::Exact => Some(Tier::S4),
        Fit::Near { sure: true, .. } => Some(Tier::S1),
        Fit::Near { sure: false, .. } | Fit::Url => None,
    };
    Hit {
        registry: ID.to_string(),
        record_id: work.id.clone(),
        record_url: None,
        title: Some(work.title.clone()),
        // What came from a file that was read back may be anything.
        miniature: Some(&work.miniature).filter(|it| miniature::is_one(it)).cloned(),
        statements: tier.and_then(|tier| statement(work, tier)).into_iter().collect(),
        leads: Vec::new(),
        fit,
    }
}

/// What the owner chose, if anything: a use left open is not a word about it.
fn statement(work: &OwnWork, tier: Tier) -> Option<Statement> {
    let chosen = || work.stances.iter().filter(|s| s.verdict != Verdict::Unspecified);
    let words: Vec<String> =
        chosen().map(|s| format!("{}={}", s.what.token(), s.verdict.token())).collect();
    let licence = work.licence.as_ref().filter(|licence| !licence.trim().is_empty());
    let mut words = words;
    words.extend(licence.map(|licence| format!("licence={licence}")));
    if words.is_empty() {
        return None;
    }
    let claim = licence.map(|licence| {
        let known = creative_commons::claim_from_name(licence);
        let known = known.or_else(|| creative_commons::claim_as_given(licence).map(|(c, _)| c));
        known.unwrap_or_else(|| LicenceClaim {
            terms: Some(licence.clone()),
            ..LicenceClaim::default()
        })
    });
    let verdicts: BTreeMap<_, _> =
        chosen().map(|s| (s.what, Stance { verdict: s.verdict, basis: Basis::Explicit })).collect();
    Some(Statement {
        signal: ID.to_string(),
        carrier: "registry".to_string(),
        locator: work.title.clone(),
        raw: words.join(", "),
        scope: Scope::Work,
        pattern: None,
        declared_by: None,
        authenticity: Authenticity::NotApplicable,
        tier,
        verdicts,
        offers: Vec::new(),
        licence: claim,
        origin: None,
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::{ImageCodes, TurnedCode};
    use crate::vocabulary::Use;

    const CODE: &str = "aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55";
    /// One bit of the first segment differs.
    const NEAR: &str = "ab55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55";
    /// Every bit of the first differs.
    const FAR: &str = "55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa55aa";
    /// Twelve bits of each of the other segments up to 52 differ.
    const LIKELY: &str = "aa55aa55aa55aa5555aa55aaaa55aa5555aaaa55aa55aa55aa55aa55aa55aa5a";

    fn codes(code: &str) -> Option<ImageCodes> {
        let [exact, tolerant, untrimmed] = [code; 3].map(String::from);
        Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() })
    }

    fn work(id: &str, code: &str) -> OwnWork {
        OwnWork {
            id: id.into(),
            title: format!("Work {id}"),
            codes: codes(code),
            sound: None,
            featureless: false,
            unstable: false,
            stances: vec![
                OwnStance { what: Use::TrainGen, verdict: Verdict::Denied },
                OwnStance { what: Use::Search, verdict: Verdict::Allowed },
                OwnStance { what: Use::AiInput, verdict: Verdict::Unspecified },
            ],
            added_at: 0,
            licence: None,
            source: String::new(),
            miniature: String::new(),
        }
    }

    fn seen(id: &str, code: &str) -> Fingerprint {
        Fingerprint { blake3: id.into(), codes: codes(code), ..Fingerprint::default() }
    }

    #[test]
    fn the_same_bytes_speak_with_the_owners_voice() {
        let hits = find(&[work("aa", CODE)], &seen("AA", CODE));
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].fit, Fit::Exact);
        let statement = &hits[0].statements[0];
        assert_eq!(statement.tier, Tier::S4);
        assert_eq!(statement.raw, "train.gen=denied, search=allowed");
        assert_eq!(statement.verdicts[&Use::TrainGen].verdict, Verdict::Denied);
        assert_eq!(statement.verdicts[&Use::TrainGen].basis, Basis::Explicit);
        assert!(!statement.verdicts.contains_key(&Use::AiInput));
    }

    #[test]
    fn the_same_bytes_match_even_without_a_picture_code() {
        let own = OwnWork { codes: None, featureless: true, ..work("aa", CODE) };
        let file = Fingerprint { blake3: "aa".into(), ..Fingerprint::default() };
        assert_eq!(find(&[own], &file)[0].fit, Fit::Exact);
    }

    #[test]
    fn a_near_picture_is_weaker_and_says_how_near() {
        let hits = find(&[work("aa", CODE)], &seen("bb", NEAR));
        assert_eq!(
            hits[0].fit,
            Fit::Near { distance: 1, bits: 256, sure: true, turned: false, from_s: None }
        );
        assert_eq!(hits[0].statements[0].tier, Tier::S1);
    }

    #[test]
    fn a_merely_likely_picture_states_nothing() {
        let hits = find(&[work("aa", CODE)], &seen("bb", LIKELY));
        assert!(matches!(hits[0].fit, Fit::Near { sure: false, .. }), "{:?}", hits[0].fit);
        assert!(hits[0].statements.is_empty());
    }

    #[test]
    fn an_unstable_picture_is_at_most_likely() {
        let own = OwnWork { unstable: true, ..work("aa", CODE) };
        let hits = find(&[own], &seen("bb", CODE));
        assert_eq!(
            hits[0].fit,
            Fit::Near { distance: 0, bits: 256, sure: false, turned: false, from_s: None }
        );
        assert!(hits[0].statements.is_empty());
    }

    #[test]
    fn a_featureless_picture_matches_by_its_bytes_only() {
        let own = OwnWork { featureless: true, ..work("aa", CODE) };
        assert_eq!(find(&[own], &seen("bb", CODE)), Vec::new());
    }

    #[test]
    fn an_excerpt_of_an_own_sound_is_found() {
        let mut word = 0x1234_5678_u32;
        let mut next = || {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            word
        };
        let words: Vec<u32> = (0..900).map(|_| next()).collect();
        let heard = |words: &[u32]| sound::Heard::of(words, 60.0, true, 60.0);
        let own = OwnWork { sound: heard(&words).sound, codes: None, ..work("aa", CODE) };
        let mut seen = Fingerprint { blake3: "bb".into(), ..Fingerprint::default() };
        seen.hear(heard(&words[300..500]));
        let hits = find(std::slice::from_ref(&own), &seen);
        assert_eq!(
            hits[0].fit,
            // 300 words of .1238 s.
            Fit::Near { distance: 0, bits: 200 * 32, sure: true, turned: false, from_s: Some(37) }
        );
        assert_eq!(hits[0].statements[0].tier, Tier::S1);
        seen.hear(heard(&words[..50]));
        assert!(find(&[own], &seen).is_empty());
    }

    #[test]
    fn the_nearest_comes_first_and_strangers_not_at_all() {
        let works = [work("far", FAR), work("near", NEAR), work("same", CODE)];
        let ids: Vec<String> =
            find(&works, &seen("same", CODE)).into_iter().map(|h| h.record_id).collect();
        assert_eq!(ids, ["same", "near"]);
    }

    #[test]
    fn a_mirrored_copy_is_found_and_said_to_be_one() {
        let file = Fingerprint {
            turned: vec![TurnedCode { orientation: 2, code: NEAR.into() }],
            ..seen("bb", FAR)
        };
        let hits = find(&[work("aa", CODE)], &file);
        assert_eq!(
            hits[0].fit,
            Fit::Near { distance: 1, bits: 256, sure: true, turned: true, from_s: None }
        );
        assert_eq!(hits[0].statements[0].tier, Tier::S1);
    }

    #[test]
    fn what_is_taken_away_is_not_found_and_the_rest_still_is() {
        let mut shelf: Shelf = [work("aa", FAR), work("bb", CODE)].into_iter().collect();
        shelf.remove("aa");
        shelf.add(work("cc", FAR));
        shelf.add(OwnWork { title: "Again".into(), ..work("bb", CODE) });
        let found = |code| shelf.find(&seen("zz", code)).remove(0).title.unwrap();
        assert_eq!((found(NEAR), found(FAR)), ("Again".into(), "Work cc".into()));
        assert_eq!(shelf.works().len(), 2);
    }

    #[test]
    fn a_licence_is_stated_beside_the_uses_and_is_no_consent() {
        let own = OwnWork { licence: Some("CC BY 4.0".into()), ..work("aa", CODE) };
        let own = OwnWork { stances: Vec::new(), ..own };
        let hits = find(&[own], &seen("aa", CODE));
        let statement = &hits[0].statements[0];
        assert_eq!(statement.raw, "licence=CC BY 4.0");
        assert!(statement.verdicts.is_empty());
        assert_eq!(statement.licence.as_ref().unwrap().spdx.as_deref(), Some("CC-BY-4.0"));
    }

    #[test]
    fn an_owner_who_chose_nothing_states_nothing() {
        let own = OwnWork { stances: Vec::new(), ..work("aa", CODE) };
        let hits = find(&[own], &seen("aa", CODE));
        assert_eq!(hits[0].fit, Fit::Exact);
        assert!(hits[0].statements.is_empty());
    }
}
