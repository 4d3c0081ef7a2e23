//! `catalogue.json`: who publishes, under what key, and which files belong to it.
//!
//! `crate/CATALOGUE.md`, "The descriptor". It is canonical JSON (RFC 8785,
//! <https://www.rfc-editor.org/rfc/rfc8785>, with whole numbers only), so that one catalogue has
//! one sequence of bytes to be signed. What is not known is passed over; what is known must be
//! right, or nothing of it is used. The signature is looked at by the crate `sayso-catalogue`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use crate::fingerprint::exact::hex;

use super::Refusal;
use super::pack::{MOST_SLOTS, Pack, SLOT_HEAD, SLOT_MOST, SLOT_STEP, Volume, proof_bytes};
use super::row::{CODE_ROW, KEY_ROW};
use super::table::{HEAD, Kind};

/// The schema of this version.
pub const SCHEMA: &str = "sayso.catalogue/1";
/// Name of the descriptor.
pub const NAME: &str = "catalogue.json";
/// Name of its signature.
pub const SIGNATURE: &str = "catalogue.sig";
/// Bytes of a signature.
pub const SIGNATURE_BYTES: usize = 64;
/// The largest descriptor: some four thousand files.
pub const MOST_BYTES: usize = 2 << 20;
/// Rows of a table that is published at all: ten million works with their trims. Larger
/// catalogues are asked by shards.
pub const TABLE_ROWS: u64 = 40_000_000;
/// Files of one catalogue.
const MOST_FILES: usize = 4_096;
/// Characters of a text about the catalogue.
const TEXT: usize = 500;
/// Whole numbers that JSON carries exactly (RFC 8785, 3.2.2.3).
const WHOLE: u64 = 1 << 53;
/// Records of a group.
const MOST_GROUP: u64 = 1_024;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// Its path below the catalogue's address; the first sixteen digits of its hash are in it.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of all of it.
    pub blake3: [u8; 32],
}

/// A table of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRef {
    /// Its file.
    pub file: FileRef,
    /// Its rows.
    pub rows: u64,
}

/// What changed in a table from one epoch to a later one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeltaRef {
    /// Which table.
    pub kind: Kind,
    /// From this epoch.
    pub from: u64,
    /// To this one.
    pub to: u64,
    /// Its file.
    pub file: FileRef,
}

/// Rows, cut into shards by some of the bits of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardRef {
    /// How many.
    pub rows: u64,
    /// Bytes of each.
    pub row_bytes: u32,
    /// The bits of the key that make the number of the shard, the highest first; bit 0 is the
    /// highest of the first byte.
    pub bits: Vec<u8>,
    /// The slots; slot *n* is where shard *n* begins.
    pub pack: Pack,
}

/// Records, in groups of so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordsRef {
    /// Numbers that were ever given; some may be of works that were taken away.
    pub numbers: u64,
    /// Records of a group.
    pub group: u64,
    /// The slots; slot *n* is where group *n* begins.
    pub pack: Pack,
}

/// What is said about a catalogue as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The catalogue's name.
    pub name: String,
    /// Who runs it.
    pub operator: String,
    /// How they are reached.
    pub contact: String,
    /// Where a wrong record is reported.
    pub report_to: String,
    /// The licence of the data itself.
    pub data_licence: String,
    /// The day on which it was made, `YYYY-MM-DD`.
    pub date: String,
}

/// Everything that the signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// What is said about it as a whole.
    pub about: About,
    /// 1, and one more each time.
    pub epoch: u64,
    /// BLAKE3 of the descriptor before this one.
    pub previous: Option<[u8; 32]>,
    /// The Ed25519 key that signs.
    pub key: [u8; 32],
    /// Works in it.
    pub works: u64,
    /// Those with a code of a picture.
    pub pictures: u64,
    /// Those with a code of a sound.
    pub sounds: u64,
    /// Code tables.
    pub tables: BTreeMap<Kind, TableRef>,
    /// Changes of tables.
    pub deltas: Vec<DeltaRef>,
    /// Shards by name: `blake3`, `sha256`, `sha1`, `image-0` and so on, `audio-0` and so on.
    pub shards: BTreeMap<String, ShardRef>,
    /// Records.
    pub records: RecordsRef,
}

impl FileRef {
    /// A file.
    pub fn of(name: String, bytes: u64, blake3: [u8; 32]) -> FileRef {
        FileRef { name, bytes, blake3 }
    }

    /// Whether these are all the bytes of this file.
    pub fn check(&self, bytes: &[u8]) -> Result<(), Refusal> {
        self.check_hash(bytes.len() as u64, blake3::hash(bytes).as_bytes())
    }

    /// The same for a file that was hashed on its way.
    pub fn check_hash(&self, bytes: u64, hash: &[u8; 32]) -> Result<(), Refusal> {
        let name = self.name.clone();
        if bytes != self.bytes {
            return Err(Refusal::Length { name, expected: self.bytes, came: bytes });
        }
        if *hash != self.blake3 {
            return Err(Refusal::Differs { name });
        }
        Ok(())
    }

    fn read(value: &Value, at: &str) -> Result<FileRef, Refusal> {
        let name = text(value, "name", at)?;
        let file = FileRef {
            bytes: number(value, "bytes", at, WHOLE)?,
            blake3: hash(value, "blake3", at)?,
            name,
        };
        let wrong = |why: &str| Err(Refusal::malformed(at, why));
        if !is_path(&file.name) {
            return wrong("the name of a file is no plain path");
        }
        let digits = hex(&file.blake3);
        if !file.name.contains(digits.get(..16).unwrap_or_default()) {
            return wrong("the name of a file does not have its hash in it");
        }
        Ok(file)
    }

    fn write(&self) -> Value {
        json!({"name": self.name, "bytes": self.bytes, "blake3": hex(&self.blake3)})
    }
}

/// Lower-case letters, digits, `.`, `-`, `_` and single slashes; nothing that leads elsewhere.
fn is_path(name: &str) -> bool {
    let part = |p: &str| !p.is_empty() && !p.starts_with('.');
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"./-_".contains(&b);
    name.len() <= 160 && name.bytes().all(letter) && name.split('/').all(part)
}

impl Descriptor {
    /// Reads a descriptor. What is wrong in it anywhere makes all of it unusable.
    pub fn read(bytes: &[u8]) -> Result<Descriptor, Refusal> {
        let at = NAME;
        if bytes.len() > MOST_BYTES {
            return Err(Refusal::malformed(at, "it is larger than a descriptor may be"));
        }
        let json: Value = serde_json::from_slice(bytes)
            .map_err(|e| Refusal::malformed(at, format!("it is no JSON: {e}")))?;
        if canonical(&json) != bytes {
            return Err(Refusal::malformed(at, "it is not written in the canonical form"));
        }
        if json.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
            return Err(Refusal::malformed(at, format!("its schema is not {SCHEMA}")));
        }
        let counts = json.get("counts").unwrap_or(&Value::Null);
        let previous = match json.get("previous") {
            None | Some(Value::Null) => None,
            Some(_) => Some(hash(&json, "previous", at)?),
        };
        let descriptor = Descriptor {
            about: About {
                name: text(&json, "name", at)?,
                operator: text(&json, "operator", at)?,
                contact: text(&json, "contact", at)?,
                report_to: text(&json, "report_to", at)?,
                data_licence: text(&json, "data_licence", at)?,
                date: text(&json, "date", at)?,
            },
            epoch: number(&json, "epoch", at, WHOLE)?,
            previous,
            key: hash(&json, "key", at)?,
            works: number(counts, "works", "counts", WHOLE)?,
            pictures: number(counts, "pictures", "counts", WHOLE)?,
            sounds: number(counts, "sounds", "counts", WHOLE)?,
            tables: tables(&json)?,
            deltas: deltas(&json)?,
            shards: shards(&json)?,
            records: records(&json)?,
        };
        descriptor.consistent()?;
        Ok(descriptor)
    }

    /// The bytes that are signed.
    pub fn write(&self) -> Vec<u8> {
        let tables: Map<String, Value> = self
            .tables
            .iter()
            .map(|(kind, t)| {
                (kind.token().to_string(), json!({"file": t.file.write(), "rows": t.rows}))
            })
            .collect();
        let deltas: Vec<Value> = self
            .deltas
            .iter()
            .map(|d| {
                json!({"table": d.kind.token(), "from": d.from, "to": d.to, "file": d.file.write()})
            })
            .collect();
        let shards: Map<String, Value> = self
            .shards
            .iter()
            .map(|(name, s)| {
                let shard = json!({
                    "rows": s.rows, "row_bytes": s.row_bytes, "bits": s.bits,
                    "pack": write_pack(&s.pack),
                });
                (name.clone(), shard)
            })
            .collect();
        canonical(&json!({
            "schema": SCHEMA,
            "name": self.about.name,
            "operator": self.about.operator,
            "contact": self.about.contact,
            "report_to": self.about.report_to,
            "data_licence": self.about.data_licence,
            "date": self.about.date,
            "epoch": self.epoch,
            "previous": self.previous.as_ref().map(|hash| hex(hash)),
            "key": hex(&self.key),
            "counts": {"works": self.works, "pictures": self.pictures, "sounds": self.sounds},
            "tables": tables,
            "deltas": deltas,
            "shards": shards,
            "records": {
                "numbers": self.records.numbers, "group": self.records.group,
                "pack": write_pack(&self.records.pack),
            },
        }))
    }

    /// Every file that belongs to it.
    pub fn files(&self) -> Vec<&FileRef> {
        let packs = self.shards.values().map(|s| &s.pack).chain([&self.records.pack]);
        let tables = self.tables.values().map(|t| &t.file);
        let deltas = self.deltas.iter().map(|d| &d.file);
        tables.chain(deltas).chain(packs.flat_map(|p| p.volumes.iter().map(|v| &v.file))).collect()
    }

    /// What the parts say of each other must fit.
    fn consistent(&self) -> Result<(), Refusal> {
        let wrong = |why: &str| Err(Refusal::malformed(NAME, why));
        if self.epoch == 0 {
            return wrong("epochs begin with 1");
        }
        if self.files().len() > MOST_FILES {
            return wrong("it names more files than a catalogue may have");
        }
        if self.records.group == 0 || self.records.group > MOST_GROUP {
            return wrong("a group has no or too many records");
        }
        if self.records.numbers > u64::from(u32::MAX)
            || self.records.numbers.div_ceil(self.records.group) > self.records.pack.slots
        {
            return wrong("there are fewer slots than groups of records");
        }
        for table in self.tables.values() {
            if table.rows > TABLE_ROWS {
                return wrong("a table has more rows than a table may have");
            }
            if table.file.bytes != HEAD as u64 + table.rows * CODE_ROW as u64 {
                return wrong("the length of a table does not fit its rows");
            }
        }
        for shard in self.shards.values() {
            if shard.bits.len() > 26 || 1_u64 << shard.bits.len() > shard.pack.slots {
                return wrong("there are fewer slots than shards");
            }
        }
        if self.deltas.iter().any(|d| d.from >= d.to || d.to > self.epoch) {
            return wrong("a delta leads to no epoch there is");
        }
        Ok(())
    }
}

/// The one way to write a JSON value: keys sorted, no white space (RFC 8785, 3.2).
pub fn canonical(value: &Value) -> Vec<u8> {
    // The strings of serde_json are escaped as the RFC says. Writing to memory cannot fail.
    serde_json::to_vec(&sorted(value)).unwrap_or_default()
}

/// The same value with sorted keys, also where another crate of the program has serde_json keep
/// the order in which they came.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<u16>>());
            members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

fn tables(json: &Value) -> Result<BTreeMap<Kind, TableRef>, Refusal> {
    let mut tables = BTreeMap::new();
    for (name, value) in object(json, "tables")? {
        // A later version may have other tables; they are passed over.
        let Some(kind) = Kind::of(name) else { continue };
        let at = format!("tables.{name}");
        let file = FileRef::read(value.get("file").unwrap_or(&Value::Null), &at)?;
        tables.insert(kind, TableRef { file, rows: number(value, "rows", &at, WHOLE)? });
    }
    Ok(tables)
}

fn deltas(json: &Value) -> Result<Vec<DeltaRef>, Refusal> {
    let list = json.get("deltas").and_then(Value::as_array);
    let list = list.ok_or_else(|| Refusal::malformed(NAME, "deltas is no list"))?;
    let mut deltas = Vec::new();
    for value in list {
        let at = "deltas";
        let Some(kind) = Kind::of(&text(value, "table", at)?) else { continue };
        deltas.push(DeltaRef {
            kind,
            from: number(value, "from", at, WHOLE)?,
            to: number(value, "to", at, WHOLE)?,
            file: FileRef::read(value.get("file").unwrap_or(&Value::Null), at)?,
        });
    }
    Ok(deltas)
}

fn shards(json: &Value) -> Result<BTreeMap<String, ShardRef>, Refusal> {
    let mut shards = BTreeMap::new();
    for (name, value) in object(json, "shards")? {
        let at = format!("shards.{name}");
        let (known, key_bits) = match super::shard::family(name) {
            Some(super::shard::Family::Exact(_)) => (KEY_ROW, 128),
            Some(super::shard::Family::Near(..)) => (CODE_ROW, 64),
            None => continue,
        };
        let bits = value.get("bits").and_then(Value::as_array);
        let bits = bits.ok_or_else(|| Refusal::malformed(&at, "bits is no list"))?;
        let bits: Option<Vec<u8>> =
            bits.iter().map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok())).collect();
        let row_bytes = number(value, "row_bytes", &at, 1_024)?;
        let bits = bits.filter(|bits| bits.iter().all(|b| *b < key_bits));
        let bits = bits.ok_or_else(|| Refusal::malformed(&at, "a bit is none of the key"))?;
        if row_bytes != known as u64 {
            return Err(Refusal::malformed(&at, "rows of this kind have another length"));
        }
        let rows = number(value, "rows", &at, WHOLE)?;
        let pack = read_pack(value, &at)?;
        let row_bytes = u32::try_from(row_bytes).unwrap_or_default();
        shards.insert(name.clone(), ShardRef { rows, row_bytes, bits, pack });
    }
    Ok(shards)
}

fn records(json: &Value) -> Result<RecordsRef, Refusal> {
    let value = json.get("records").unwrap_or(&Value::Null);
    let at = "records";
    Ok(RecordsRef {
        numbers: number(value, "numbers", at, WHOLE)?,
        group: number(value, "group", at, WHOLE)?,
        pack: read_pack(value, at)?,
    })
}

fn read_pack(value: &Value, at: &str) -> Result<Pack, Refusal> {
    let value = value.get("pack").unwrap_or(&Value::Null);
    let list = value.get("files").and_then(Value::as_array);
    let list = list.ok_or_else(|| Refusal::malformed(at, "files is no list"))?;
    let volume = |v: &Value| Ok(Volume { file: FileRef::read(v, at)?, root: hash(v, "root", at)? });
    let volumes: Vec<Volume> = list.iter().map(volume).collect::<Result<_, Refusal>>()?;
    let slot_bytes = number(value, "slot_bytes", at, SLOT_MOST.into())?;
    let pack = Pack {
        slots: number(value, "slots", at, MOST_SLOTS)?,
        slot_bytes: u32::try_from(slot_bytes).unwrap_or_default(),
        slots_per_file: number(value, "slots_per_file", at, MOST_SLOTS)?,
        volumes,
    };
    let wrong = |why: &str| Err(Refusal::malformed(at, why));
    if !pack.slots_per_file.is_power_of_two()
        || pack.slots.div_ceil(pack.slots_per_file) != pack.volumes.len() as u64
    {
        return wrong("the files do not fit the number of slots");
    }
    if !pack.slot_bytes.is_multiple_of(SLOT_STEP)
        || proof_bytes(pack.slots_per_file) + SLOT_HEAD >= pack.slot_bytes as usize
    {
        return wrong("slots have a length that they may not have");
    }
    let mut left = pack.slots;
    for volume in &pack.volumes {
        let here = left.min(pack.slots_per_file);
        if volume.file.bytes != here * u64::from(pack.slot_bytes) {
            return wrong("the length of a file does not fit its slots");
        }
        left -= here;
    }
    Ok(pack)
}

fn write_pack(pack: &Pack) -> Value {
    let write = |volume: &Volume| {
        let FileRef { name, bytes, blake3 } = &volume.file;
        let (blake3, root) = (hex(blake3), hex(&volume.root));
        json!({"name": name, "bytes": bytes, "blake3": blake3, "root": root})
    };
    json!({
        "slots": pack.slots,
        "slot_bytes": pack.slot_bytes,
        "slots_per_file": pack.slots_per_file,
        "files": pack.volumes.iter().map(write).collect::<Vec<_>>(),
    })
}

fn object<'a>(json: &'a Value, key: &str) -> Result<&'a Map<String, Value>, Refusal> {
    let object = json.get(key).and_then(Value::as_object);
    object.ok_or_else(|| Refusal::malformed(NAME, format!("{key} is no object")))
}

fn text(json: &Value, key: &str, at: &str) -> Result<String, Refusal> {
    let text = json.get(key).and_then(Value::as_str).filter(|t| t.chars().count() <= TEXT);
    let text = text.filter(|t| !t.chars().any(char::is_control));
    let text = text.ok_or_else(|| Refusal::malformed(at, format!("{key} is no short text")))?;
    Ok(text.to_string())
}

fn number(json: &Value, key: &str, at: &str, most: u64) -> Result<u64, Refusal> {
    let number = json.get(key).and_then(Value::as_u64).filter(|n| *n <= most);
    number.ok_or_else(|| Refusal::malformed(at, format!("{key} is no number that it may be")))
}

fn hash(json: &Value, key: &str, at: &str) -> Result<[u8; 32], Refusal> {
    let text = json.get(key).and_then(Value::as_str).filter(|t| t.len() == 64);
    let read = |text: &str| {
        let (pairs, _) = text.as_bytes().as_chunks::<2>();
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(pairs) {
            let pair = std::str::from_utf8(pair).ok()?;
            // `from_str_radix` alone would take a sign.
            let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| pair.bytes().all(digit))?;
        }
        Some(hash)
    };
    let hash = text.and_then(read);
    hash.ok_or_else(|| Refusal::malformed(at, format!("{key} is no 64 hex digits")))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn file(name: &str, bytes: u64) -> FileRef {
        FileRef::of(format!("{name}-{}.bin", "00".repeat(8)), bytes, [0; 32])
    }

    fn pack(slots: u64, slot_bytes: u32) -> Pack {
        let file = file("shards/x", slots * u64::from(slot_bytes));
        let volumes = vec![Volume { file, root: [7; 32] }];
        Pack { slots, slot_bytes, slots_per_file: slots, volumes }
    }

    /// A descriptor in which everything fits.
    pub(crate) fn sample() -> Descriptor {
        let table = TableRef { file: file("table/image", 32 + 39), rows: 1 };
        let shard = ShardRef { rows: 1, row_bytes: 22, bits: vec![0, 1], pack: pack(4, 1024) };
        let delta = DeltaRef { kind: Kind::Image, from: 1, to: 2, file: file("delta/1-2", 90) };
        Descriptor {
            about: About {
                name: "Fern and Heron".into(),
                operator: "A collective".into(),
                contact: "mailto:desk@collective.example".into(),
                report_to: "https://collective.example/wrong".into(),
                data_licence: "https://creativecommons.org/publicdomain/zero/1.0/".into(),
                date: "2026-11-22".into(),
            },
            epoch: 2,
            previous: Some([1; 32]),
            key: [2; 32],
            works: 1,
            pictures: 1,
            sounds: 0,
            tables: [(Kind::Image, table)].into(),
            deltas: vec![delta],
            shards: [("blake3".to_string(), shard)].into(),
            records: RecordsRef { numbers: 1, group: 1, pack: pack(1, 1024) },
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = sample().write();
        assert_eq!(Descriptor::read(&bytes), Ok(sample()));
        assert!(bytes.starts_with(br#"{"contact":"mailto:desk@collective.example","counts":{"#));
    }

    fn refused(change: impl Fn(&mut Value)) -> String {
        let mut json: Value = serde_json::from_slice(&sample().write()).unwrap();
        change(&mut json);
        Descriptor::read(&canonical(&json)).unwrap_err().to_string()
    }

    #[test]
    fn every_part_must_be_there_and_right() {
        let whole: Value = serde_json::from_slice(&sample().write()).unwrap();
        for key in whole.as_object().unwrap().keys().filter(|k| *k != "previous") {
            let why = refused(|json| {
                json.as_object_mut().unwrap().remove(key);
            });
            assert!(!why.is_empty());
            for wrong in [json!(-1), json!([[]]), json!("x\u{7}")] {
                refused(|json| json[key] = wrong.clone());
            }
        }
    }

    #[test]
    fn parts_must_fit_each_other() {
        type Change = fn(&mut Value);
        let changes: [(Change, &str); 14] = [
            (|j| j["epoch"] = json!(0), "epochs begin with 1"),
            (|j| j["tables"]["image"]["rows"] = json!(2), "does not fit its rows"),
            (|j| j["tables"]["image"]["rows"] = json!(1_u64 << 52), "more rows"),
            (|j| j["shards"]["blake3"]["bits"] = json!([0, 1, 2]), "fewer slots than shards"),
            (|j| j["shards"]["blake3"]["bits"] = json!([200]), "none of the key"),
            (|j| j["shards"]["blake3"]["row_bytes"] = json!(39), "another length"),
            (|j| j["shards"]["blake3"]["pack"]["slot_bytes"] = json!(1000), "may not have"),
            (|j| j["shards"]["blake3"]["pack"]["slots_per_file"] = json!(0), "do not fit"),
            (|j| j["shards"]["blake3"]["pack"]["slots"] = json!(1_u64 << 40), "slots is no number"),
            (|j| j["records"]["group"] = json!(0), "a group"),
            (|j| j["records"]["numbers"] = json!(9), "fewer slots than groups"),
            (|j| j["deltas"][0]["from"] = json!(2), "leads to no epoch"),
            (|j| j["key"] = json!("+f".repeat(32)), "64 hex digits"),
            (|j| j["name"] = json!("x".repeat(501)), "no short text"),
        ];
        for (change, expected) in changes {
            let why = refused(change);
            assert!(why.contains(expected), "{why} / {expected}");
        }
    }

    #[test]
    fn a_name_leads_nowhere_else_and_has_its_hash_in_it() {
        for name in ["/etc/passwd", "../x", "a//b", "a/./b", ".hidden", "A", "a b", "https://x", ""]
        {
            let name = format!("{name}{}", if name.is_empty() { "" } else { "-0000000000000000" });
            let why = refused(|j| j["tables"]["image"]["file"]["name"] = json!(name));
            assert!(why.contains("no plain path"), "{name}: {why}");
        }
        let why = refused(|j| j["tables"]["image"]["file"]["name"] = json!("table/image.bin"));
        assert!(why.contains("hash in it"), "{why}");
    }

    #[test]
    fn only_the_canonical_form_is_a_descriptor() {
        let bytes = sample().write();
        let spaced = [&bytes[..1], b" ", &bytes[1..]].concat();
        let twice = [&b"{\"contact\":\"x\","[..], &bytes[1..]].concat();
        for other in
            [spaced, twice, [&bytes[..], b"\n"].concat(), [b"\xef\xbb\xbf", &bytes[..]].concat()]
        {
            assert!(matches!(Descriptor::read(&other), Err(Refusal::Malformed { .. })));
        }
        for cut in 0..bytes.len() {
            assert!(Descriptor::read(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn what_a_later_version_adds_is_passed_over() {
        let mut json: Value = serde_json::from_slice(&sample().write()).unwrap();
        json["mirrors"] = json!(["https://mirror.example/"]);
        json["tables"]["text"] = json!({"anything": 1});
        json["shards"]["video-0"] = json!({"bits": []});
        assert_eq!(Descriptor::read(&canonical(&json)), Ok(sample()));
    }
}
