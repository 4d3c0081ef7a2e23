//! The module that looks through the catalogues which the reader follows. It runs in a worker of
//! its own, beside the store in which their bytes lie; what it cannot reach (the store, the
//! network) it asks for and goes on when it has come.
//!
//! The descriptor that was taken last is what the next one is compared with: its key, its epoch
//! and its hash are in it. Left out: fetching, and deciding whose host may be asked.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sayso_catalogue::find::{Budget, Catalogue};
use sayso_catalogue::signature::{Pinned, accept};
use sayso_catalogue::source::Source;
use sayso_core::catalogue::descriptor::{Descriptor, FileRef, hex};
use sayso_core::catalogue::record::Standing;
use sayso_core::catalogue::shard::{Family, Hash};
use sayso_core::catalogue::table::{Kind, Table};
use sayso_core::catalogue::{Refusal, delta};
use sayso_core::fingerprint::Fingerprint;
use sayso_core::message::offer::{Extent, Offer, Taken, Wanted};
use sayso_core::page;
use sayso_core::phrase::{Key, Phrase};
use sayso_core::registry::Answer;
use sayso_core::registry::following::Consulted;
use sayso_core::settings::{self, Preset};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Up to here a catalogue is fetched with all its records.
const WHOLE: u64 = 128 << 20;
/// Up to here its tables are; some ten million works.
const TABLES: u64 = 420 << 20;
/// Works that are told of one file.
const MOST_HITS: usize = 8;

/// The catalogues that a policy has chosen.
#[wasm_bindgen]
pub fn presets(policy: &str) -> Result<Vec<Ts<Preset>>, JsError> {
    Ok(settings::presets(policy).iter().map(Preset::into_ts).collect::<Result<_, _>>()?)
}

/// Takes a descriptor and its signature, if they may follow the descriptor that was taken last.
#[wasm_bindgen]
pub fn take(json: &[u8], signature: &[u8], before: Option<Vec<u8>>) -> Result<Ts<Taken>, JsError> {
    let taken = match accept_after(json, signature, before.as_deref()) {
        Ok(descriptor) => Taken { offer: Some(offer(&descriptor)), refused: None },
        Err(refusal) => Taken { offer: None, refused: Some(said(&refusal)) },
    };
    Ok(taken.into_ts()?)
}

fn accept_after(
    json: &[u8],
    signature: &[u8],
    before: Option<&[u8]>,
) -> Result<Descriptor, Refusal> {
    let pinned = before.map(|kept| {
        let read = Descriptor::read(kept)?;
        let hash = *blake3::hash(kept).as_bytes();
        Ok::<_, Refusal>(Pinned { key: read.key, epoch: read.epoch, hash })
    });
    let pinned = pinned.transpose()?;
    Ok(accept(json, signature, pinned.as_ref())?.0)
}

fn offer(descriptor: &Descriptor) -> Offer {
    let tables: Vec<&FileRef> = descriptor.tables.values().map(|t| &t.file).collect();
    let exact = Hash::ALL.into_iter().map(|hash| Family::Exact(hash).name());
    let packs = exact.filter_map(|name| Some(&descriptor.shards.get(&name)?.pack));
    let packs: Vec<&FileRef> = packs
        .chain([&descriptor.records.pack])
        .flat_map(|pack| pack.volumes.iter().map(|volume| &volume.file))
        .collect();
    let sum = |files: &[&FileRef]| files.iter().map(|f| f.bytes).fold(0, u64::saturating_add);
    let (of_tables, of_packs) = (sum(&tables), sum(&packs));
    // A kind of code without a table has shards only, and those are with the host.
    let every_kind = Kind::ALL.into_iter().all(|kind| {
        let shards = Family::Near(kind, 0).name();
        descriptor.tables.contains_key(&kind) || !descriptor.shards.contains_key(&shards)
    });
    let (extent, files) = if every_kind && of_tables.saturating_add(of_packs) <= WHOLE {
        (Extent::Whole, [tables.clone(), packs].concat())
    } else if !tables.is_empty() && of_tables <= TABLES {
        (Extent::Tables, tables.clone())
    } else {
        (Extent::Nothing, Vec::new())
    };
    let mut known = BTreeSet::new();
    let files = files.into_iter().filter(|file| known.insert(&file.name)).map(wanted).collect();
    let held = extent != Extent::Nothing;
    let about = &descriptor.about;
    Offer {
        id: hex(&descriptor.key),
        name: sayso_core::catalogue::record::clean(&about.name),
        operator: about.operator.clone(),
        contact: about.contact.clone(),
        report_to: about.report_to.clone(),
        data_licence: about.data_licence.clone(),
        date: about.date.clone(),
        epoch: descriptor.epoch,
        works: descriptor.works,
        pictures: descriptor.pictures,
        sounds: descriptor.sounds,
        files,
        tables: tables.iter().filter(|_| held).map(|f| f.name.clone()).collect(),
        extent,
    }
}

fn wanted(file: &FileRef) -> Wanted {
    Wanted { name: file.name.clone(), bytes: file.bytes, blake3: hex(&file.blake3) }
}

/// A refusal in a sentence.
fn said(refusal: &Refusal) -> Phrase {
    match refusal {
        Refusal::Signature => Key::FollowRefusedSignature.into(),
        Refusal::OtherKey => Key::FollowRefusedKey.into(),
        Refusal::Older { have, offered } => {
            Phrase::from(Key::FollowRefusedOlder).with(offered.to_string()).with(have.to_string())
        }
        Refusal::Forked => Key::FollowRefusedForked.into(),
        Refusal::Differs { name } | Refusal::Length { name, .. } => {
            Phrase::from(Key::FollowRefusedDiffers).with(name.as_str())
        }
        Refusal::Malformed { .. } => {
            Phrase::from(Key::FollowRefusedMalformed).with(refusal.to_string())
        }
        Refusal::Unavailable { name, why } => {
            Phrase::from(Key::FollowRefusedUnavailable).with(name.as_str()).with(why.as_str())
        }
    }
}

/// What is said where something could not be had.
#[wasm_bindgen]
pub fn unavailable(name: &str, why: &str) -> Result<Ts<Phrase>, JsError> {
    let (name, why) = (name.to_string(), why.to_string());
    Ok(said(&Refusal::Unavailable { name, why }).into_ts()?)
}

/// What is said where a file is not the one that was named.
#[wasm_bindgen]
pub fn differs(name: &str) -> Result<Ts<Phrase>, JsError> {
    Ok(said(&Refusal::Differs { name: name.to_string() }).into_ts()?)
}

/// What is said where the browser has no room.
#[wasm_bindgen]
pub fn no_room(bytes: f64) -> Result<Ts<Phrase>, JsError> {
    let megabytes = format!("{}", (bytes / 1e6).ceil());
    Ok(Phrase::from(Key::FollowNoRoom).with(megabytes).into_ts()?)
}

/// What is said where the browser has thrown away what was fetched.
#[wasm_bindgen]
pub fn lost() -> Result<Ts<Phrase>, JsError> {
    Ok(Phrase::from(Key::FollowLost).into_ts()?)
}

/// What is said where another key has signed than the one that the reader has seen.
#[wasm_bindgen]
pub fn other_key() -> Result<Ts<Phrase>, JsError> {
    Ok(said(&Refusal::OtherKey).into_ts()?)
}

/// What is said of a second catalogue of one name.
#[wasm_bindgen]
pub fn same_name(name: &str) -> Result<Ts<Phrase>, JsError> {
    Ok(Phrase::from(Key::FollowSameName).with(name).into_ts()?)
}

/// Whether an answer from `to` must not be read: asked for in public, redirected to the private network.
#[wasm_bindgen]
pub fn leads_inside(from: &str, to: &str) -> bool {
    page::leads_inside(from, to)
}

/// A way from an old table to its new one.
#[derive(Clone, Debug, Serialize, Deserialize, tsify::Tsify)]
pub struct Way {
    /// The old table.
    pub from: Wanted,
    /// What changed, one step after the other.
    pub steps: Vec<Wanted>,
    /// The new table.
    pub to: Wanted,
}

/// The ways from the tables of an old descriptor to those of a new one, where they are shorter than
/// fetching the tables anew. Both have been taken before.
#[wasm_bindgen]
pub fn ways(old: &[u8], new: &[u8]) -> Result<Vec<Ts<Way>>, JsError> {
    let (Ok(old), Ok(new)) = (Descriptor::read(old), Descriptor::read(new)) else {
        return Ok(Vec::new());
    };
    let mut ways = Vec::new();
    for (kind, to) in &new.tables {
        let Some(from) = old.tables.get(kind).filter(|from| from.file != to.file) else { continue };
        let mut at = old.epoch;
        let mut steps = Vec::new();
        while at < new.epoch {
            let next = new.deltas.iter().filter(|d| d.kind == *kind && d.from == at && d.to > at);
            // The longest step first.
            let Some(step) = next.max_by_key(|d| d.to) else { break };
            steps.push(wanted(&step.file));
            at = step.to;
        }
        let bytes: u64 = steps.iter().map(|s| s.bytes).fold(0, u64::saturating_add);
        if at == new.epoch && bytes < to.file.bytes {
            ways.push(Way { from: wanted(&from.file), steps, to: wanted(&to.file) }.into_ts()?);
        }
    }
    Ok(ways)
}

/// A file that comes in pieces: hashed, and kept where it is needed whole.
#[wasm_bindgen]
pub struct Incoming {
    hasher: blake3::Hasher,
    bytes: Vec<u8>,
    keep: bool,
}

#[wasm_bindgen]
impl Incoming {
    /// So many bytes will come; zero of a file that is hashed only.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: u32) -> Incoming {
        Incoming {
            hasher: blake3::Hasher::new(),
            bytes: Vec::with_capacity(bytes as usize),
            keep: bytes > 0,
        }
    }

    /// The next piece.
    pub fn push(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        if self.keep {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// Whether all that came has this hash.
    pub fn is(&self, blake3: &str) -> bool {
        self.hasher.finalize().to_hex().as_str() == blake3
    }

    /// Makes the new table of this old one; nothing where the delta is none of it.
    pub fn apply(self, delta: &[u8]) -> Option<Vec<u8>> {
        delta::apply(&Table::read(self.bytes).ok()?, delta).ok()
    }
}

/// A part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, tsify::Tsify)]
pub struct Stretch {
    /// The file.
    pub name: String,
    /// First byte.
    pub from: u64,
    /// Bytes.
    pub length: u32,
}

/// What became of a look-up: it needs something, or it is done.
#[derive(Clone, Debug, Serialize, Deserialize, tsify::Tsify)]
pub struct LookUp {
    /// What is needed before it can go on.
    pub wants: Vec<Stretch>,
    /// What was found.
    pub done: Option<Consulted>,
}

/// One catalogue.
#[wasm_bindgen]
pub struct Shelf {
    catalogue: Catalogue<Parts>,
    tables: usize,
}

#[wasm_bindgen]
impl Shelf {
    /// The catalogue of a descriptor, of which these files are on this machine.
    #[wasm_bindgen(constructor)]
    pub fn new(json: &[u8], signature: &[u8], held: Vec<String>) -> Result<Shelf, JsError> {
        let parts = Parts { held: held.into_iter().collect(), ..Parts::default() };
        let catalogue = Catalogue::with(parts, json, signature, None)?;
        Ok(Shelf { catalogue, tables: 0 })
    }

    /// Adds a table whose hash has been compared.
    pub fn add_table(&mut self, table: Incoming) -> Result<(), JsError> {
        self.catalogue.add_table(Table::read(table.bytes)?);
        self.tables += 1;
        Ok(())
    }

    /// A part of a file that was wanted.
    pub fn give(&self, name: &str, from: f64, bytes: Vec<u8>) {
        self.catalogue.source().had.borrow_mut().insert((name.to_string(), from as u64), bytes);
    }

    /// Looks a file up, as far as what is here goes; and at the catalogue's host, if that may be.
    pub fn find(&self, print: Ts<Fingerprint>, ask: bool) -> Result<Ts<LookUp>, JsError> {
        let print = print.to_rust()?;
        let budget = if ask { Budget::USUAL } else { Budget::QUIET };
        let source = self.catalogue.source();
        let found = self.catalogue.by_all(&print, budget);
        let wants = source.wants.take();
        let name = sayso_core::catalogue::record::clean(&self.catalogue.descriptor().about.name);
        let answer = match found {
            Err(_) if !wants.is_empty() => return Ok(LookUp { wants, done: None }.into_ts()?),
            Err(refusal) => (Some(Answer::Refused { why: refusal.to_string() }), ask),
            Ok(found) => {
                let publisher = self.catalogue.publisher(Standing::Followed);
                let works = found.works.iter().take(MOST_HITS);
                let hits: Vec<_> = works.map(|work| work.hit(&publisher)).collect();
                let looked = self.tables > 0 || !found.cut_short;
                let answer = match hits.is_empty() {
                    false => Some(Answer::Hits { hits }),
                    // Nobody has looked anywhere: that is not a miss.
                    true => looked.then_some(Answer::Miss),
                };
                (answer, found.cut_short)
            }
        };
        source.had.borrow_mut().clear();
        let (answer, more) = answer;
        let done = Some(Consulted { catalogue: name, answer, more });
        Ok(LookUp { wants: Vec::new(), done }.into_ts()?)
    }

    /// What is said when something that the look-up needs cannot be had.
    pub fn fail(&self, why: &str) -> Result<Ts<Consulted>, JsError> {
        self.catalogue.source().had.borrow_mut().clear();
        let catalogue =
            sayso_core::catalogue::record::clean(&self.catalogue.descriptor().about.name);
        let answer = Some(Answer::Unavailable { retry_after_ms: None, why: why.to_string() });
        Ok(Consulted { catalogue, answer, more: true }.into_ts()?)
    }
}

/// Parts that somebody else brings.
#[derive(Default)]
struct Parts {
    held: BTreeSet<String>,
    had: RefCell<BTreeMap<(String, u64), Vec<u8>>>,
    wants: RefCell<Vec<Stretch>>,
}

impl Source for Parts {
    fn whole(&self, name: &str, _most: u64) -> Result<Vec<u8>, Refusal> {
        Err(Refusal::malformed(name, "it is not asked for whole"))
    }

    fn part(&self, name: &str, from: u64, length: u32) -> Result<Vec<u8>, Refusal> {
        if let Some(had) = self.had.borrow().get(&(name.to_string(), from)) {
            return Ok(had.clone());
        }
        self.wants.borrow_mut().push(Stretch { name: name.to_string(), from, length });
        Err(Refusal::Unavailable { name: name.to_string(), why: "it has not come".to_string() })
    }

    fn at_hand(&self, name: &str) -> bool {
        self.held.contains(name)
    }
}

/// A program has one; this one only waits to be called.
fn main() {}
