//! Asks a catalogue about one file: by its tables where all of it is at hand, by shards where
//! every request tells something.
//!
//! Exact before near. By shards the usual look-up is three requests: one shard of the file's hash;
//! only where that has nothing, one band of its code; then the records of what was found. A miss is
//! not a statement, and less still where only one band was asked.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sayso_core::catalogue::Refusal;
use sayso_core::catalogue::descriptor::{
    Descriptor, MOST_BYTES, NAME, SIGNATURE, SIGNATURE_BYTES, ShardRef,
};
use sayso_core::catalogue::pack::Pack;
use sayso_core::catalogue::record::{Publisher, Record, Standing};
use sayso_core::catalogue::row::Says;
use sayso_core::catalogue::shard::{self, BANDS, Family, Hash};
use sayso_core::catalogue::table::{Kind, Table};
use sayso_core::fingerprint::Fingerprint;
use sayso_core::fingerprint::compare::{self, Hashes, Words, comparable};
use sayso_core::registry::{Fit, Hit};

use crate::build::lines;
use crate::signature::{Pinned, accept};
use crate::source::Source;

/// How much may be asked for one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests for parts of files.
    pub requests: u32,
    /// Bands of each code that are asked.
    pub bands: u8,
}

impl Budget {
    /// What tells least: one shard, one band, one group of records.
    pub const USUAL: Budget = Budget { requests: 3, bands: 1 };
    /// What finds most, and tells most.
    pub const THOROUGH: Budget = Budget { requests: 40, bands: BANDS };
    /// What tells nobody anything: only what is at hand.
    pub const QUIET: Budget = Budget { requests: 0, bands: 1 };
    /// Of files on the own disk nobody learns anything.
    const OWN: Budget = Budget { requests: u32::MAX, bands: BANDS };
}

/// What came of asking.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Works that are this file, or are like it; the exact, sure and near first.
    pub works: Vec<Work>,
    /// Shards and tables that were looked through.
    pub asked: Vec<String>,
    /// Requests for parts of files.
    pub requests: u32,
    /// Bytes that came.
    pub bytes: u64,
    /// The look-up ended before everything was read that it wanted.
    pub cut_short: bool,
}

/// A work that was found.
#[derive(Clone, Debug)]
pub struct Work {
    /// Its number.
    pub number: u32,
    /// What is said of it in short.
    pub says: Says,
    /// How it fits.
    pub fit: Fit,
    /// What is held of it; `None` where that was not read.
    pub record: Option<Record>,
}

impl Work {
    /// The answer that a registry would give.
    pub fn hit(&self, from: &Publisher<'_>) -> Hit {
        match &self.record {
            Some(record) => record.hit(from, self.fit.clone()),
            None => from.hit_of(self.says, self.number, self.fit.clone()),
        }
    }
}

/// A catalogue that was taken.
pub struct Catalogue<S> {
    source: S,
    descriptor: Descriptor,
    pinned: Pinned,
    tables: BTreeMap<Kind, Table>,
    /// The records of the group that was read last: a list of copies of one work asks often.
    group: Mutex<Option<(u64, Vec<u8>)>>,
}

impl<S: Source> Catalogue<S> {
    /// Takes what lies there, if it may follow what was had before.
    pub fn open(source: S, pinned: Option<&Pinned>) -> Result<Catalogue<S>, Refusal> {
        let json = source.whole(NAME, MOST_BYTES as u64)?;
        let signature = source.whole(SIGNATURE, SIGNATURE_BYTES as u64)?;
        Catalogue::with(source, &json, &signature, pinned)
    }

    /// The same with a descriptor that was kept.
    pub fn with(
        source: S,
        json: &[u8],
        signature: &[u8],
        pinned: Option<&Pinned>,
    ) -> Result<Catalogue<S>, Refusal> {
        let (descriptor, pinned) = accept(json, signature, pinned)?;
        let (tables, group) = (BTreeMap::new(), Mutex::default());
        Ok(Catalogue { source, descriptor, pinned, tables, group })
    }

    /// Reads the tables, so that nothing is asked of anybody but for records.
    pub fn load_tables(&mut self) -> Result<(), Refusal> {
        for (kind, table) in &self.descriptor.tables {
            let bytes = self.source.whole(&table.file.name, table.file.bytes)?;
            table.file.check(&bytes)?;
            self.tables.insert(*kind, Table::read(bytes)?);
        }
        Ok(())
    }

    /// What is said about it as a whole.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// What is to be remembered of it.
    pub fn pinned(&self) -> Pinned {
        self.pinned
    }

    /// Where its files come from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Takes a table that was kept, and whose hash has been compared.
    pub fn add_table(&mut self, table: Table) {
        self.tables.insert(table.kind(), table);
    }

    /// Who stands behind its records.
    pub fn publisher(&self, standing: Standing) -> Publisher<'_> {
        let about = &self.descriptor.about;
        Publisher { name: &about.name, operator: &about.operator, standing }
    }

    /// Looks a file up by shards.
    pub fn by_shards(&self, print: &Fingerprint, budget: Budget) -> Result<Found, Refusal> {
        let ask = Asking::new(self, budget);
        ask.exact(print)?;
        if ask.works.borrow().is_empty() {
            ask.near(print)?;
        }
        ask.records(print)
    }

    /// Looks a file up by whatever is at hand, and beyond that as far as the budget goes: what is
    /// left out by it cuts the look-up short. The tables must have been added.
    pub fn by_all(&self, print: &Fingerprint, budget: Budget) -> Result<Found, Refusal> {
        let ask = Asking::new(self, budget);
        ask.exact(print)?;
        ask.tables(print);
        if ask.works.borrow().is_empty() {
            ask.near(print)?;
        }
        ask.records(print)
    }

    /// Looks a file up by exact shards and whole tables; all of it must be at hand.
    pub fn by_tables(&self, print: &Fingerprint) -> Result<Found, Refusal> {
        let ask = Asking::new(self, Budget::OWN);
        ask.exact(print)?;
        ask.tables(print);
        ask.near(print)?;
        ask.records(print)
    }
}

/// The code by which a sound is sought.
fn audio_code(print: &Fingerprint) -> Option<Words> {
    print.sound.as_ref().and_then(|sound| comparable(&sound.code))
}

/// The codes of a picture as it stands, each once; the exact trim first.
fn plain_codes(print: &Fingerprint) -> Vec<u64> {
    let plain = compare::probes(print).into_iter().filter(|probe| !probe.turned());
    let mut codes: Vec<u64> = plain.map(|probe| probe.first()).collect();
    codes.dedup();
    codes
}

/// One look-up.
struct Asking<'a, S> {
    catalogue: &'a Catalogue<S>,
    budget: Budget,
    requests: Cell<u32>,
    bytes: Cell<u64>,
    cut_short: Cell<bool>,
    asked: RefCell<Vec<String>>,
    works: RefCell<BTreeMap<u32, Work>>,
    /// Sounds that only their prints can confirm.
    unconfirmed: RefCell<BTreeMap<u32, Says>>,
}

impl<'a, S: Source> Asking<'a, S> {
    fn new(catalogue: &'a Catalogue<S>, budget: Budget) -> Asking<'a, S> {
        Asking {
            catalogue,
            budget,
            requests: Cell::new(0),
            bytes: Cell::new(0),
            cut_short: Cell::new(false),
            asked: RefCell::default(),
            works: RefCell::default(),
            unconfirmed: RefCell::default(),
        }
    }

    fn exact(&self, print: &Fingerprint) -> Result<(), Refusal> {
        let shards = &self.catalogue.descriptor.shards;
        let mut hashes: Vec<(Hash, &ShardRef)> = Hash::ALL
            .into_iter()
            .filter_map(|hash| Some((hash, shards.get(&Family::Exact(hash).name())?)))
            .collect();
        // Where there is one request, it goes where most keys are.
        hashes.sort_by_key(|(hash, shard)| (std::cmp::Reverse(shard.rows), *hash));
        let all = self.budget.bands > 1;
        let mut told = 0;
        for (hash, shard) in hashes {
            let Some(key) = hash.key(print) else { continue };
            let tells = !self.at_hand(&shard.pack, shard::number(&key, &shard.bits));
            if tells && told >= if all { 3 } else { 1 } {
                continue;
            }
            told += u32::from(tells);
            let rows = self.shard(&Family::Exact(hash).name(), shard, &key)?;
            for row in shard::with_key(&rows, &key) {
                self.keep(row.record, row.says, Fit::Exact);
            }
        }
        Ok(())
    }

    /// Looks through the tables.
    fn tables(&self, print: &Fingerprint) {
        for (kind, table) in &self.catalogue.tables {
            self.asked.borrow_mut().push(format!("table/{}", kind.token()));
            for near in table.nearest(&compare::probes(print)) {
                self.near_picture(&near);
            }
            for near in Hashes::of(print).map(|h| table.nearest_hashes(&h)).unwrap_or_default() {
                self.near_picture(&near);
            }
            for row in audio_code(print).map(|c| table.candidates(&c)).unwrap_or_default() {
                self.candidate(row.record, row.says);
            }
        }
    }

    /// Asks bands of what there is no table of at hand.
    fn near(&self, print: &Fingerprint) -> Result<(), Refusal> {
        let rows = |kind| {
            let shard = self.catalogue.descriptor.shards.get(&Family::Near(kind, 0).name());
            shard.map_or(0, |shard| shard.rows)
        };
        let hashes = Hashes::of(print).map_or(0, |_| rows(Kind::Hashes));
        // Where a picture may be asked for once, it is where most of them are.
        let fewer = if rows(Kind::Image) < hashes { Kind::Image } else { Kind::Hashes };
        for kind in Kind::ALL {
            if self.catalogue.tables.contains_key(&kind) {
                continue;
            }
            if kind == fewer && self.budget.bands == 1 {
                let left_out = rows(kind) > 0 && Hashes::of(print).is_some();
                self.cut_short.set(self.cut_short.get() || left_out);
                continue;
            }
            self.bands(print, kind)?;
        }
        Ok(())
    }

    /// Whether a slot is read without anybody learning of it.
    fn at_hand(&self, pack: &Pack, slot: u64) -> bool {
        pack.place(slot).is_some_and(|place| self.catalogue.source.at_hand(&place.file.name))
    }

    /// Asks the bands of a file's codes; of several codes only the first, where little may be told.
    fn bands(&self, print: &Fingerprint, kind: Kind) -> Result<(), Refusal> {
        let probes = compare::probes(print);
        let (sound, hashes) = (audio_code(print), Hashes::of(print));
        let codes: Vec<u64> = match kind {
            Kind::Image if self.budget.bands > 1 => plain_codes(print),
            Kind::Image => plain_codes(print).into_iter().take(1).collect(),
            Kind::Audio => sound.into_iter().map(|[first, ..]| first).collect(),
            Kind::Hashes => hashes.into_iter().map(|hashes| hashes.phash).collect(),
        };
        for band in 0..self.budget.bands.min(BANDS) {
            let name = Family::Near(kind, band).name();
            let Some(shard) = self.catalogue.descriptor.shards.get(&name) else { continue };
            for code in &codes {
                let rows = self.shard(&name, shard, &code.to_be_bytes())?;
                let near = match (kind, &hashes) {
                    (Kind::Image, _) => shard::alike(&rows, &probes),
                    (Kind::Hashes, Some(hashes)) => shard::alike_hashes(&rows, hashes),
                    _ => Vec::new(),
                };
                near.iter().for_each(|near| self.near_picture(near));
                if let (Kind::Audio, Some(code)) = (kind, &sound) {
                    for row in shard::candidates(&rows, code) {
                        self.candidate(row.record, row.says);
                    }
                }
            }
        }
        Ok(())
    }

    fn near_picture(&self, near: &sayso_core::catalogue::table::Near) {
        let compare::Likeness { distance, bits, sure, turned } = near.likeness;
        let fit = Fit::Near { distance, bits, sure, turned, from_s: None };
        self.keep(near.row.record, near.row.says, fit);
    }

    fn candidate(&self, record: u32, says: Says) {
        if !self.works.borrow().contains_key(&record) {
            self.unconfirmed.borrow_mut().insert(record, says);
        }
    }

    fn keep(&self, number: u32, says: Says, fit: Fit) {
        let mut works = self.works.borrow_mut();
        if works.get(&number).is_none_or(|known| rank(&fit) < rank(&known.fit)) {
            works.insert(number, Work { number, says, fit, record: None });
        }
    }

    /// The rows of the shard in which a key lies.
    fn shard(&self, name: &str, shard: &ShardRef, key: &[u8]) -> Result<Vec<u8>, Refusal> {
        let number = shard::number(key, &shard.bits);
        self.asked.borrow_mut().push(format!("{name}/{number:x}"));
        Ok(self.read(&shard.pack, number)?.unwrap_or_default())
    }

    /// All that begins in a slot, as far as the budget goes; `None` where it is used up.
    fn read(&self, pack: &Pack, slot: u64) -> Result<Option<Vec<u8>>, Refusal> {
        let (mut slot, mut whole) = (slot, None);
        loop {
            let tells = !self.at_hand(pack, slot);
            if tells && self.requests.get() >= self.budget.requests {
                self.cut_short.set(true);
                return Ok(whole);
            }
            let place = pack.place(slot).ok_or_else(|| {
                Refusal::malformed("pack", format!("there is no slot of the number {slot}"))
            })?;
            self.requests.set(self.requests.get() + u32::from(tells));
            let bytes = self.catalogue.source.part(&place.file.name, place.from, place.length)?;
            self.bytes.set(self.bytes.get() + bytes.len() as u64);
            let opened = pack.open(slot, &bytes)?;
            whole.get_or_insert_with(Vec::new).extend_from_slice(opened.payload);
            match opened.next {
                Some(next) => slot = next.into(),
                None => return Ok(whole),
            }
        }
    }

    /// The record of a number.
    fn record(&self, number: u32) -> Result<Option<Record>, Refusal> {
        let records = &self.catalogue.descriptor.records;
        let number = u64::from(number);
        if number >= records.numbers {
            return Err(Refusal::malformed("a row", "it names a record that there is not"));
        }
        let group = number / records.group;
        let mut kept = self.catalogue.group.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|(known, _)| *known != group) {
            let short = self.cut_short.replace(false);
            let read = self.read(&records.pack, group)?;
            // Half a group is none: its last line may end anywhere.
            let whole = read.filter(|_| !self.cut_short.get());
            self.cut_short.set(short || whole.is_none());
            *kept = whole.map(|bytes| (group, bytes));
        }
        let bytes = kept.as_ref().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
        let line = lines(bytes).nth((number % records.group) as usize).unwrap_or_default();
        Record::read(line)
    }

    /// Reads the records of what was found, confirms sounds, and puts all in order.
    fn records(self, print: &Fingerprint) -> Result<Found, Refusal> {
        let mut works: Vec<Work> = self.works.take().into_values().collect();
        works.sort_by_key(|work| (rank(&work.fit), work.number));
        for work in &mut works {
            work.record = self.record(work.number)?;
        }
        for (number, says) in self.unconfirmed.take() {
            let Some(record) = self.record(number)? else { continue };
            let fit = print.sound.as_ref().and_then(|seen| record.hear(seen));
            if let Some(fit) = fit {
                works.push(Work { number, says, fit, record: Some(record) });
            }
        }
        works.sort_by_key(|work| (rank(&work.fit), work.number));
        Ok(Found {
            works,
            asked: self.asked.take(),
            requests: self.requests.get(),
            bytes: self.bytes.get(),
            cut_short: self.cut_short.get(),
        })
    }
}

/// Exact before sure before likely, near before far.
fn rank(fit: &Fit) -> (u8, u32) {
    match fit {
        Fit::Exact | Fit::Url => (0, 0),
        Fit::Near { distance, sure, .. } => (if *sure { 1 } else { 2 }, *distance),
    }
}
