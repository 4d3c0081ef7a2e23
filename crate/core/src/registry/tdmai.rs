//! TDM·AI: preferences that are declared for an ISCC, and so for the work wherever it is.
//!
//! <https://docs.tdmai.org/> (4 November 2025; the vocabulary is that of
//! draft-ietf-aipref-vocab-02); the ISCC is ISO 24138. The registries that hold declarations
//! answer only with a key, so nobody is asked: declarations come as JSON that somebody hands over.
//! Of the same bytes a declaration speaks at S3; of a picture that is alike, at S1. Left out:
//! signatures, which the flat form does not have; `reference`, by which one declaration replaces
//! another: where several are held, each stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Fit, Hit};
use crate::fingerprint::{Fingerprint, compare, iscc};
use crate::limits::Limits;
use crate::vocabulary::{Authenticity, Basis, Scope, Stance, Statement, Tier, Use, Verdict};

/// The id of the signal, and of its records among those of registries.
pub const ID: &str = "tdmai";

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    iscc: String,
    units: Vec<String>,
    raw: String,
    verdicts: BTreeMap<Use, Stance>,
    notes: Vec<String>,
}

impl Declaration {
    /// Reads a declaration; the error says what is wrong with it.
    pub fn read(value: &Value) -> Result<Declaration, String> {
        let fields = value.as_object().ok_or("a declaration is a JSON object")?;
        let text = |key: &str| fields.get(key).and_then(Value::as_str);
        let iscc = text("iscc").ok_or("it names no ISCC")?;
        let units = iscc::decompose(iscc).filter(|units| !units.is_empty());
        let units = units.ok_or("its ISCC cannot be read")?;
        let mut notes = Vec::new();
        let said = Said::read(fields, &mut notes);
        for key in ["summary", "policy"] {
            let words: Option<String> = text(key).map(|t| t.chars().take(NOTE_CHARS).collect());
            notes.extend(words.map(|words| format!("{key}: {words}")));
        }
        Ok(Declaration {
            iscc: iscc.to_string(),
            units,
            raw: said.raw(),
            verdicts: said.verdicts(),
            notes,
        })
    }

    /// How well it fits a file: by its bytes, or by what the picture looks like.
    fn fit(&self, print: &Fingerprint) -> Option<Fit> {
        let is = |unit: &Option<String>| unit.as_ref().is_some_and(|u| self.units.contains(u));
        if is(&print.iscc.instance) {
            return Some(Fit::Exact);
        }
        let codes = [&print.iscc.image, &print.iscc.image_tolerant];
        let word = |unit: &str| u64::from_str_radix(iscc::body(unit)?.get(..16)?, 16).ok();
        let near = codes.into_iter().flatten().filter_map(|ours| {
            // A unit of the same kind has the same header: its first letters.
            let kind = ours.get(..KIND)?;
            let theirs = self.units.iter().find(|u| u.starts_with(kind))?;
            compare::alone_64(word(ours)?, word(theirs)?)
        });
        let likeness = near.min_by_key(|l| l.distance).filter(|_| !print.featureless)?;
        let compare::Likeness { distance, bits, sure, turned } = likeness;
        Some(Fit::Near { distance, bits, sure: sure && !print.doubtful(), turned, from_s: None })
    }

    fn hit(&self, fit: Fit) -> Hit {
        let tier = match fit {
            Fit::Exact => Some(Tier::S3),
            Fit::Near { sure: true, .. } => Some(Tier::S1),
            Fit::Near { sure: false, .. } | Fit::Url => None,
        };
        let statement = |tier| Statement {
            signal: ID.to_string(),
            carrier: "registry".to_string(),
            locator: self.iscc.clone(),
            raw: self.raw.clone(),
            scope: Scope::Work,
            pattern: None,
            declared_by: None,
            authenticity: Authenticity::Unsigned,
            tier,
            verdicts: self.verdicts.clone(),
            offers: Vec::new(),
            licence: None,
            origin: None,
            notes: self.notes.clone(),
        };
        Hit {
            registry: ID.to_string(),
            record_id: self.iscc.clone(),
            record_url: None,
            title: None,
            miniature: None,
            fit,
            statements: tier.map(statement).into_iter().collect(),
            leads: Vec::new(),
        }
    }
}

/// Every declaration that speaks of this file, the surest first.
pub fn find(declarations: &[Declaration], print: &Fingerprint) -> Vec<Hit> {
    let fits = declarations.iter().filter_map(|d| Some((d, d.fit(print)?)));
    let mut hits: Vec<Hit> = fits.map(|(d, fit)| d.hit(fit)).collect();
    hits.sort_by_key(|hit| match &hit.fit {
        Fit::Exact | Fit::Url => 0,
        Fit::Near { distance, .. } => distance.saturating_add(1),
    });
    hits.truncate(Limits::DEFAULT.statements);
    hits
}

/// `ISCC:` and the letters that hold type, subtype, version and length.
const KIND: usize = 7;
/// Enough of a summary to know what is meant.
const NOTE_CHARS: usize = 500;

/// The five preferences, each with its basis.
#[derive(Default)]
struct Said {
    by_key: BTreeMap<&'static str, (bool, Basis)>,
}

/// The keys of November 2025 and those of March 2025, which stood in an object of their own.
const KEYS: [(&str, &str); 5] = [
    ("all", "tdm"),
    ("train-ai", "aitraining"),
    ("train-genai", "generativeai"),
    ("ai-use", ""),
    ("search", ""),
];

impl Said {
    fn read(fields: &Map<String, Value>, notes: &mut Vec<String>) -> Said {
        let mut said = Said::default();
        let older = fields.get("usagePermission").and_then(Value::as_object);
        for (key, value) in fields {
            if let Some((key, _)) = KEYS.iter().find(|(known, _)| known == key) {
                said.take(key, value, Basis::Explicit, notes);
            }
        }
        for (key, value) in older.into_iter().flatten() {
            let key = key.to_ascii_lowercase();
            if let Some((key, _)) = KEYS.iter().find(|(_, old)| *old == key)
                && !said.by_key.contains_key(key)
            {
                said.take(key, value, Basis::Legacy, notes);
            }
        }
        said
    }

    fn take(&mut self, key: &'static str, value: &Value, basis: Basis, notes: &mut Vec<String>) {
        let told = match value {
            Value::String(text) if text == "true" => Some(true),
            Value::String(text) if text == "false" => Some(false),
            // The prose shows them bare, the schema as texts.
            Value::Bool(told) => Some(*told),
            _ => None,
        };
        match told {
            Some(told) => drop(self.by_key.insert(key, (told, basis))),
            None => notes.push(format!("the value of {key} is neither true nor false")),
        }
    }

    fn raw(&self) -> String {
        let pairs = self.by_key.iter().map(|(key, (told, _))| format!("{key}={told}"));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// `train-ai` inherits from `all`, `train-genai` from `train-ai`. The texts differ on whether
    /// `search` does: a refusal of everything is taken to cover it, a permission is not. `ai-use`
    /// is declared or unsaid.
    fn verdicts(&self) -> BTreeMap<Use, Stance> {
        let own = |key: &str| self.by_key.get(key).copied();
        let heir = |said: Option<(bool, Basis)>| {
            said.map(|(told, basis)| match basis {
                Basis::Explicit => (told, Basis::Implied),
                other => (told, other),
            })
        };
        let all = own("all");
        let training = own("train-ai").or_else(|| heir(all));
        let refused = heir(all.filter(|(told, _)| !told));
        let uses = [
            (Use::Search, own("search").or(refused)),
            (Use::Tdm, all),
            (Use::TrainNongen, training),
            (Use::TrainGen, own("train-genai").or_else(|| heir(training))),
            (Use::AiInput, own("ai-use")),
        ];
        let stance = |(told, basis): (bool, Basis)| {
            let verdict = if told { Verdict::Allowed } else { Verdict::Denied };
            Stance { verdict, basis }
        };
        uses.into_iter().filter_map(|(u, said)| Some((u, stance(said?)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::signal::bench::said;

    /// A published sample code of the ISCC test data: Meta, Text, Data, Instance.
    const SAMPLE: &str = "ISCC:KACYPXW445FTYNJ3CYSXHAFJMA2HUWULUNRFE3BLHRSCXYH2M5AEGQY";

    fn declared(fields: Value) -> Result<Declaration, String> {
        let mut fields = fields;
        fields["iscc"] = SAMPLE.into();
        Declaration::read(&fields)
    }

    fn told(fields: Value) -> String {
        let declaration = declared(fields).unwrap();
        said(&declaration.hit(Fit::Exact).statements[0])
    }

    #[test]
    fn training_inherits_and_use_and_search_stand_alone() {
        assert_eq!(
            told(
                serde_json::json!({"version": "1.0", "intent": "activate", "all": "true", "train-genai": "false"})
            ),
            "tdm=allowed train.nongen=allowed* train.gen=denied"
        );
        assert_eq!(
            told(serde_json::json!({"all": "false", "ai-use": "true", "search": "true"})),
            "search=allowed tdm=denied train.nongen=denied* train.gen=denied* ai.input=allowed"
        );
        assert_eq!(
            told(serde_json::json!({"train-ai": "false"})),
            "train.nongen=denied train.gen=denied*"
        );
    }

    #[test]
    fn a_refusal_of_everything_covers_search_and_a_permission_does_not() {
        let refused = told(serde_json::json!({"all": "false"}));
        assert_eq!(refused, "search=denied* tdm=denied train.nongen=denied* train.gen=denied*");
        assert!(!told(serde_json::json!({"all": "true"})).contains("search"));
    }

    #[test]
    fn the_words_of_march_are_legacy() {
        let old = serde_json::json!({"usagePermission": {"TDM": true, "generativeAI": false}});
        assert_eq!(told(old), "tdm=allowed~ train.nongen=allowed~ train.gen=denied~");
    }

    #[test]
    fn what_is_no_declaration_is_said() {
        assert!(Declaration::read(&serde_json::json!([])).is_err());
        assert!(Declaration::read(&serde_json::json!({"all": "false"})).is_err());
        let bad = serde_json::json!({"iscc": "ISCC:EXAMPLE", "all": "false"});
        assert_eq!(Declaration::read(&bad).unwrap_err(), "its ISCC cannot be read");
        let odd = declared(serde_json::json!({"all": "n", "search": 1})).unwrap();
        assert_eq!((odd.verdicts.len(), odd.notes.len()), (0, 2));
    }

    #[test]
    fn bytes_and_pictures_that_are_alike_are_found_and_others_are_not() {
        let picture = image::GrayImage::from_fn(96, 80, |x, y| {
            image::Luma([((x * 7 + y * 3) ^ (x * y / 9)) as u8])
        });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, image::ImageFormat::Png).unwrap();
        let print =
            crate::reading::read(png.get_ref(), Default::default(), &Limits::DEFAULT).fingerprint;
        let declaration = |units: &[&str]| {
            let code = iscc::composite(units).unwrap();
            Declaration::read(&serde_json::json!({"iscc": code, "all": "false"})).unwrap()
        };
        let of = |o: &Option<String>| o.clone().unwrap();
        let (image, data, instance) =
            (of(&print.iscc.image), of(&print.iscc.data), of(&print.iscc.instance));
        let exact = find(&[declaration(&[&image, &data, &instance])], &print);
        assert_eq!((&exact[0].fit, exact[0].statements[0].tier), (&Fit::Exact, Tier::S3));
        let [_, _, other_data, other_instance] =
            iscc::decompose(SAMPLE).unwrap().try_into().unwrap();
        let near = find(&[declaration(&[&image, &other_data, &other_instance])], &print);
        assert!(matches!(near[0].fit, Fit::Near { distance: 0, bits: 64, .. }), "{near:?}");
        assert!(near[0].statements.iter().all(|s| s.tier == Tier::S1));
        let stranger = Declaration::read(&serde_json::json!({"iscc": SAMPLE, "all": "false"}));
        assert!(find(&[stranger.unwrap()], &print).is_empty());
    }
}
