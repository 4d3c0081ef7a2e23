//! Records: what a catalogue holds of one work, as one line of JSON.
//!
//! `crate/CATALOGUE.md`, "Records". A record is somebody's word about a work. Its texts are text:
//! no markup is read in them, what steers or hides characters is dropped, and only `https:` links
//! are kept. What it states counts by how it was found: the same bytes from somebody whom the
//! reader follows speak as a party that is known, a likeness hints.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Refusal;
use super::row::Says;
use crate::fingerprint::sound::{self, SoundCodes};
use crate::limits::Limits;
use crate::registry::{CATALOGUE, Fit, Hit};
use crate::signal::creative_commons;
use crate::signal::web_address;
use crate::vocabulary::{
    Authenticity, Basis, LicenceClaim, Scope, Stance, Statement, Tier, Use, Verdict,
};

/// The largest record: half an hour of sound has a print of some 80 kB.
pub const MOST_BYTES: usize = 128 << 10;

/// What a catalogue holds of one work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its id in the catalogue.
    pub id: String,
    /// Title of the work.
    pub title: Option<String>,
    /// Who made it.
    pub creators: Vec<String>,
    /// Who owns the rights.
    pub owners: Vec<String>,
    /// How to credit it.
    pub credit: Option<String>,
    /// Address or name of a licence.
    pub licence: Option<String>,
    /// What is said of each use; what is not named is not said.
    pub uses: BTreeMap<Use, Verdict>,
    /// Where permission can be had: `https:` or `mailto:`.
    pub contact: Option<String>,
    /// A page with proof of what is said.
    pub evidence: Option<String>,
    /// A page about the work.
    pub url: Option<String>,
    /// Who says so, where it is not the operator.
    pub declarer: Option<String>,
    /// When it was said, `YYYY-MM-DD` or more.
    pub declared: Option<String>,
    /// Of a sound, what confirms that another is the same: compressed Chromaprint, base64url.
    pub print: Option<String>,
}

/// How well the reader knows whoever signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The reader has chosen this catalogue, and it is signed by the key that it had then.
    Followed,
    /// It is signed, by somebody.
    Stranger,
}

impl Record {
    /// Reads one line. `None` of a work that was taken away, which is an empty line.
    pub fn read(line: &[u8]) -> Result<Option<Record>, Refusal> {
        let wrong = |why: &str| Refusal::malformed("record", why);
        if line.is_empty() {
            return Ok(None);
        }
        if line.len() > MOST_BYTES {
            return Err(wrong("it is larger than a record may be"));
        }
        let json: Value =
            serde_json::from_slice(line).map_err(|_| wrong("it is no line of JSON"))?;
        let json = json.as_object().ok_or_else(|| wrong("it is no object"))?;
        let id = text(json, "id").ok_or_else(|| wrong("it has no id"))?;
        let said = json.get("uses").and_then(Value::as_object);
        let uses = said.into_iter().flatten().filter_map(|(name, value)| {
            // A use or a value that is not known says nothing that could be shown.
            let what = Use::ALL.into_iter().find(|u| u.token() == name)?;
            Some((what, verdict(value.as_str()?)?))
        });
        Ok(Some(Record {
            id,
            title: text(json, "title"),
            creators: list(json, "creators"),
            owners: list(json, "owners"),
            credit: text(json, "credit"),
            licence: text(json, "licence"),
            uses: uses.filter(|(_, v)| *v != Verdict::Unspecified).collect(),
            contact: text(json, "contact").and_then(|c| contact(&c)),
            evidence: text(json, "evidence").and_then(|u| link(&u)),
            url: text(json, "url").and_then(|u| link(&u)),
            declarer: text(json, "declarer"),
            declared: text(json, "declared"),
            print: json.get("print").and_then(Value::as_str).map(str::to_string),
        }))
    }

    /// The line that is stored, without its end.
    pub fn write(&self) -> Vec<u8> {
        let mut json = Map::new();
        json.insert("id".to_string(), json!(self.id));
        for (key, value) in [
            ("title", &self.title),
            ("credit", &self.credit),
            ("licence", &self.licence),
            ("contact", &self.contact),
            ("evidence", &self.evidence),
            ("url", &self.url),
            ("declarer", &self.declarer),
            ("declared", &self.declared),
            ("print", &self.print),
        ] {
            if let Some(value) = value {
                json.insert(key.to_string(), json!(value));
            }
        }
        for (key, value) in [("creators", &self.creators), ("owners", &self.owners)] {
            if !value.is_empty() {
                json.insert(key.to_string(), json!(value));
            }
        }
        let uses = self.uses.iter().map(|(u, v)| (u.token().to_string(), json!(v.token())));
        let uses: Map<String, Value> = uses.collect();
        if !uses.is_empty() {
            json.insert("uses".to_string(), uses.into());
        }
        super::descriptor::canonical(&json.into())
    }

    /// The same in two bytes.
    pub fn says(&self) -> Says {
        let verdict = |what| self.uses.get(&what).copied().unwrap_or(Verdict::Unspecified);
        Says::new(verdict, self.licence.as_deref().map_or(0, licence_class))
    }

    /// The sound that the print confirms.
    pub fn sound(&self) -> Option<SoundCodes> {
        Some(SoundCodes { code: String::new(), print: self.print.clone()? })
    }

    /// How alike a sound is to the one that this record is about.
    pub fn hear(&self, seen: &SoundCodes) -> Option<Fit> {
        let likeness = sound::compare(seen, &self.sound()?)?;
        let sound::Likeness { distance, bits, sure, offset_s } = likeness;
        let from_s = Some(offset_s.round() as i32);
        Some(Fit::Near { distance, bits, sure, turned: false, from_s })
    }

    /// The answer that a registry would give. A likely match states nothing.
    pub fn hit(&self, from: &Publisher<'_>, fit: Fit) -> Hit {
        let tier = match (&fit, from.standing) {
            // Only the operator's own word is signed by whom it is said to be of.
            (Fit::Exact, Standing::Followed) if self.declarer.is_none() => Some(Tier::S4),
            (Fit::Exact, Standing::Followed) => Some(Tier::S2),
            (Fit::Exact, Standing::Stranger) | (Fit::Near { sure: true, .. }, _) => Some(Tier::S1),
            (Fit::Near { sure: false, .. } | Fit::Url, _) => None,
        };
        let statement = tier.map(|tier| self.statement(from, tier));
        Hit {
            registry: from.id(),
            record_id: self.id.clone(),
            record_url: self.url.clone().or_else(|| self.evidence.clone()),
            title: self.title.clone(),
            miniature: None,
            fit,
            statements: statement.filter(|s| !s.raw.is_empty()).into_iter().collect(),
            leads: Vec::new(),
        }
    }

    fn statement(&self, from: &Publisher<'_>, tier: Tier) -> Statement {
        let mut words: Vec<String> =
            self.uses.iter().map(|(u, v)| format!("{}={}", u.token(), v.token())).collect();
        words.extend(self.licence.iter().map(|licence| format!("licence={licence}")));
        let stance = |v: Verdict| Stance { verdict: v, basis: Basis::Explicit };
        let (mut claim, mut notes) = (LicenceClaim::default(), Vec::new());
        if let Some(licence) = &self.licence {
            let known = creative_commons::claim_from_name(licence).map(|claim| (claim, None));
            match known.or_else(|| creative_commons::claim_as_given(licence)) {
                Some((known, note)) => {
                    claim = known;
                    notes.extend(note.map(str::to_string));
                }
                None => claim.terms = Some(licence.clone()),
            }
        }
        claim.creators = self.creators.clone();
        claim.owners = self.owners.clone();
        claim.credit = self.credit.clone();
        if words.is_empty() && claim != LicenceClaim::default() {
            words.push(
                self.creators.iter().chain(&self.owners).cloned().collect::<Vec<_>>().join(", "),
            );
        }
        claim.licensing_url = self.contact.clone().filter(|c| c.starts_with("https:"));
        Statement {
            signal: from.id(),
            carrier: "registry".to_string(),
            locator: format!("{}, {}", from.name, self.id),
            raw: words.join(", "),
            scope: Scope::Work,
            pattern: None,
            declared_by: Some(self.declarer.clone().unwrap_or_else(|| from.operator.to_string())),
            authenticity: match self.declarer {
                None => Authenticity::ValidUntrusted,
                Some(_) => Authenticity::NotApplicable,
            },
            tier,
            verdicts: self.uses.iter().map(|(u, v)| (*u, stance(*v))).collect(),
            offers: self.contact.iter().cloned().collect(),
            licence: (claim != LicenceClaim::default()).then_some(claim),
            origin: None,
            notes,
        }
    }
}

/// Whose catalogue a record is in.
#[derive(Clone, Copy, Debug)]
pub struct Publisher<'a> {
    /// The catalogue's name.
    pub name: &'a str,
    /// Who runs it.
    pub operator: &'a str,
    /// How well the reader knows them.
    pub standing: Standing,
}

impl Publisher<'_> {
    /// The id under which the catalogue appears among registries.
    pub fn id(&self) -> String {
        format!("{CATALOGUE}{}", clean(self.name))
    }

    /// The answer of a row alone, where its record is not at hand: what two bytes say.
    pub fn hit_of(&self, says: Says, number: u32, fit: Fit) -> Hit {
        let uses = Use::ALL.into_iter().map(|u| (u, says.verdict(u)));
        let record = Record {
            id: format!("#{number}"),
            uses: uses.filter(|(_, v)| *v != Verdict::Unspecified).collect(),
            ..Record::default()
        };
        record.hit(self, fit)
    }
}

/// The class of a licence, in four bits: 0 unknown, 1 public domain mark, 2 CC0, 3 BY, 4 BY-SA,
/// 5 BY-ND, 6 BY-NC, 7 BY-NC-SA, 8 BY-NC-ND, 9 no known copyright, 10 rights reserved, 15 another
/// licence. Says nothing about any use.
pub fn licence_class(licence: &str) -> u8 {
    let known = creative_commons::recognise(licence);
    let known = known
        .map(|known| known.uri)
        .or_else(|| creative_commons::claim_from_name(licence).and_then(|claim| claim.uri));
    let Some(uri) = known else { return 15 };
    let classes = [
        ("/mark/", 1),
        ("/zero/", 2),
        ("/by/", 3),
        ("/by-sa/", 4),
        ("/by-nd/", 5),
        ("/by-nc/", 6),
        ("/by-nc-sa/", 7),
        ("/by-nc-nd/", 8),
        ("/vocab/NKC/", 9),
        ("/vocab/NoC-", 9),
        ("/vocab/InC", 10),
    ];
    classes.iter().find(|(part, _)| uri.contains(part)).map_or(15, |(_, class)| *class)
}

/// The verdict of this word.
pub fn verdict(word: &str) -> Option<Verdict> {
    [Verdict::Denied, Verdict::Conditional, Verdict::Allowed, Verdict::Unspecified]
        .into_iter()
        .find(|v| v.token() == word)
}

/// A text without what steers, hides or breaks lines, no longer than what is shown.
pub fn clean(text: &str) -> String {
    let shown = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}'
                | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
    };
    text.chars().filter(shown).take(Limits::DEFAULT.value_chars).collect()
}

fn text(json: &Map<String, Value>, key: &str) -> Option<String> {
    let text = clean(json.get(key)?.as_str()?);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_string())
}

fn list(json: &Map<String, Value>, key: &str) -> Vec<String> {
    let list = json.get(key).and_then(Value::as_array).into_iter().flatten();
    let texts = list.filter_map(|v| v.as_str()).map(clean).filter(|t| !t.trim().is_empty());
    texts.take(Limits::DEFAULT.statements).collect()
}

fn link(text: &str) -> Option<String> {
    web_address(text).filter(|url| url.starts_with("https:"))
}

fn contact(text: &str) -> Option<String> {
    let mail = text.strip_prefix("mailto:").filter(|m| {
        m.split('@').count() == 2 && m.bytes().all(|b| b.is_ascii_graphic() && b != b'?')
    });
    mail.map(|_| text.to_string()).or_else(|| link(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLLOWED: Publisher<'_> =
        Publisher { name: "Fern", operator: "A collective", standing: Standing::Followed };
    const NEAR: Fit = Fit::Near { distance: 2, bits: 256, sure: true, turned: false, from_s: None };

    fn record() -> Record {
        Record {
            id: "heron-1".into(),
            title: Some("Heron".into()),
            creators: vec!["Zoë".into()],
            licence: Some("https://creativecommons.org/licenses/by/4.0/".into()),
            uses: [(Use::TrainGen, Verdict::Denied), (Use::Search, Verdict::Allowed)].into(),
            contact: Some("mailto:zoe@collective.example".into()),
            url: Some("https://collective.example/heron".into()),
            ..Record::default()
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let line = record().write();
        assert_eq!(Record::read(&line), Ok(Some(record())));
        assert!(!line.contains(&b'\n'));
        assert_eq!(record().says().verdict(Use::TrainGen), Verdict::Denied);
        assert_eq!(record().says().licence(), 3);
        assert_eq!(Record::read(b""), Ok(None));
    }

    #[test]
    fn strength_follows_from_how_it_was_found_and_by_whom() {
        let stranger = Publisher { standing: Standing::Stranger, ..FOLLOWED };
        let tier = |from: &Publisher<'_>, fit: Fit| {
            record().hit(from, fit).statements.first().map(|s| s.tier)
        };
        assert_eq!(tier(&FOLLOWED, Fit::Exact), Some(Tier::S4));
        assert_eq!(tier(&stranger, Fit::Exact), Some(Tier::S1));
        assert_eq!(tier(&FOLLOWED, NEAR), Some(Tier::S1));
        let likely =
            Fit::Near { distance: 60, bits: 256, sure: false, turned: false, from_s: None };
        assert_eq!(tier(&FOLLOWED, likely), None);
        let hit = record().hit(&FOLLOWED, Fit::Exact);
        let statement = &hit.statements[0];
        assert_eq!(hit.registry, "catalogue:Fern");
        assert_eq!(statement.declared_by.as_deref(), Some("A collective"));
        assert_eq!(statement.verdicts[&Use::TrainGen].verdict, Verdict::Denied);
        let licence = statement.licence.as_ref().unwrap();
        assert_eq!(licence.spdx.as_deref(), Some("CC-BY-4.0"));
        assert_eq!(licence.creators, ["Zoë"]);
    }

    #[test]
    fn a_record_that_says_nothing_states_nothing() {
        let silent = Record { id: "x".into(), title: Some("X".into()), ..Record::default() };
        assert!(silent.hit(&FOLLOWED, Fit::Exact).statements.is_empty());
        assert!(FOLLOWED.hit_of(Says(0), 3, Fit::Exact).statements.is_empty());
        let denied = FOLLOWED.hit_of(record().says(), 3, Fit::Exact);
        assert_eq!(denied.record_id, "#3");
        assert_eq!(denied.statements[0].verdicts.len(), 2);
        assert_eq!(denied.statements[0].licence, None, "a class is no licence");
    }

    #[test]
    fn hostile_texts_stay_text_and_lead_nowhere() {
        let line = json!({
            "id": "a\u{202E}b\u{0}c\n", "title": "<img src=x onerror=alert(1)>",
            "url": "javascript:alert(1)", "evidence": "http://127.0.0.1/",
            "contact": "mailto:a@b.example?bcc=all@c.example", "creators": [1, {}, "", "Ann"],
            "uses": {"train.gen": "yes", "world.domination": "allowed", "tdm": "denied", "search": 1},
            "licence": ["x"]
        });
        let record = Record::read(line.to_string().as_bytes()).unwrap().unwrap();
        assert_eq!(record.id, "abc");
        assert_eq!(record.title.as_deref(), Some("<img src=x onerror=alert(1)>"));
        assert_eq!((record.url, record.evidence, record.contact), (None, None, None));
        assert_eq!(record.creators, ["Ann"]);
        assert_eq!(record.uses, [(Use::Tdm, Verdict::Denied)].into());
        assert_eq!(record.licence, None);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        for line in [&b"{}"[..], b"[]", b"{", b"\xff", b"{\"id\":\"\"}", b"null", b"{\"id\":7}"] {
            assert!(Record::read(line).is_err(), "{line:?}");
        }
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(MOST_BYTES));
        assert!(Record::read(long.as_bytes()).is_err());
        let deep = format!("{{\"id\":{}", "[".repeat(100_000));
        assert!(Record::read(deep.as_bytes()).is_err());
        let line = record().write();
        assert!((1..line.len()).all(|cut| Record::read(&line[..cut]).is_err()));
    }

    #[test]
    fn licences_have_classes() {
        for (licence, class) in [
            ("https://creativecommons.org/publicdomain/zero/1.0/", 2),
            ("CC BY-NC-ND 4.0", 8),
            ("http://creativecommons.org/licenses/by-sa/3.0/de/", 4),
            ("https://rightsstatements.org/vocab/InC/1.0/", 10),
            ("https://rightsstatements.org/vocab/NKC/1.0/", 9),
            ("ask me", 15),
        ] {
            assert_eq!(licence_class(licence), class, "{licence}");
        }
    }
}
