//! Checks all of a catalogue: the signature, every file, every slot, every row and record.

use std::collections::BTreeSet;

use sayso_core::catalogue::Refusal;
use sayso_core::catalogue::descriptor::{Descriptor, FileRef};
use sayso_core::catalogue::row::{CODE_ROW, CodeRow, KEY_ROW, KeyRow};
use sayso_core::catalogue::shard::{self, Family};
use sayso_core::catalogue::table::{HEAD, read_head};

use crate::build::{chain, each_record};
use crate::source::Source;

/// Bytes that are asked for at a time.
const PIECE: u64 = 4 << 20;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Rows of shards.
    pub rows: u64,
    /// Records.
    pub records: u64,
}

/// Checks everything that a descriptor names; the first fault ends it.
pub fn check(
    source: &impl Source,
    descriptor: &Descriptor,
    mut progress: impl FnMut(&FileRef),
) -> Result<Checked, Refusal> {
    let mut checked = Checked::default();
    let mut known = BTreeSet::new();
    for file in descriptor.files() {
        progress(file);
        if known.insert(&file.name) {
            hash(source, file)?;
            checked.files += 1;
            checked.bytes += file.bytes;
        }
    }
    for (kind, table) in &descriptor.tables {
        let name = &table.file.name;
        let head = source.part(name, 0, HEAD as u32)?;
        if read_head(&head) != Some((*kind, table.rows)) {
            return Err(Refusal::malformed(name, "its head does not fit the descriptor"));
        }
        sorted_codes(source, name, table.rows)?;
    }
    let mut found = 0;
    each_record(source, &descriptor.records, |_, _| {
        found += 1;
        Ok(())
    })?;
    if found != descriptor.works {
        return Err(Refusal::malformed("records", "there are not as many as works"));
    }
    checked.records = found;
    for (name, shards) in &descriptor.shards {
        let Some(family) = shard::family(name) else { continue };
        let mut rows = 0;
        for number in 0..1_u64 << shards.bits.len() {
            let bytes = chain(source, &shards.pack, number)?;
            let wrong = |why: &str| Refusal::malformed(format!("{name}, shard {number}"), why);
            let here = |key: &[u8]| shard::number(key, &shards.bits) == number;
            let known = |record: u32| u64::from(record) < descriptor.records.numbers;
            let right = match family {
                Family::Exact(_) => {
                    let (all, odd) = bytes.as_chunks::<KEY_ROW>();
                    rows += all.len() as u64;
                    let mut read = all.iter().map(KeyRow::from_bytes);
                    odd.is_empty()
                        && all.is_sorted()
                        && read.all(|row| row.is_some_and(|r| here(&r.key) && known(r.record)))
                }
                Family::Near(..) => {
                    let (all, odd) = bytes.as_chunks::<CODE_ROW>();
                    rows += all.len() as u64;
                    let mut read = all.iter().map(|row| Some((row, CodeRow::from_bytes(row)?)));
                    odd.is_empty()
                        && all.is_sorted()
                        && read.all(|r| r.is_some_and(|(b, r)| here(&b[..8]) && known(r.record)))
                }
            };
            if !right {
                return Err(wrong("its rows are not what they should be"));
            }
        }
        if rows != shards.rows {
            return Err(Refusal::malformed(name, "there are not as many rows as it says"));
        }
        checked.rows += rows;
    }
    Ok(checked)
}

fn hash(source: &impl Source, file: &FileRef) -> Result<(), Refusal> {
    let mut hasher = blake3::Hasher::new();
    pieces(source, &file.name, 0, file.bytes, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    file.check_hash(file.bytes, hasher.finalize().as_bytes())
}

fn sorted_codes(source: &impl Source, name: &str, rows: u64) -> Result<(), Refusal> {
    let mut last = [0; 8];
    pieces(source, name, HEAD as u64, rows * 8, |piece| {
        let (codes, _) = piece.as_chunks::<8>();
        if !codes.is_sorted() || codes.first().is_some_and(|code| *code < last) {
            return Err(Refusal::malformed(name, "its rows are not sorted"));
        }
        last = codes.last().copied().unwrap_or(last);
        Ok(())
    })
}

fn pieces(
    source: &impl Source,
    name: &str,
    from: u64,
    bytes: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut done = 0;
    while done < bytes {
        let length = PIECE.min(bytes - done);
        take(&source.part(name, from + done, length as u32)?)?;
        done += length;
    }
    Ok(())
}
