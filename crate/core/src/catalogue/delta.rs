//! What changed in a table from one epoch to a later one.
//!
//! `crate/CATALOGUE.md`, "Deltas". Rows that went and rows that came, both sorted. The new table
//! is made of the old one, and is taken only if it has the hash that the descriptor names.

use super::row::{CODE_ROW, CodeRow};
use super::table::{COLUMNS, HEAD, Kind, Table, head};
use super::{Refusal, take};

/// The first bytes of a delta.
pub const MAGIC: [u8; 8] = *b"SAYSODLT";
/// Bytes before the rows.
pub const DELTA_HEAD: usize = 32;

/// The head of a delta.
pub fn write_head(kind: Kind, gone: u64, come: u64) -> [u8; DELTA_HEAD] {
    let mut bytes = [0; DELTA_HEAD];
    let mut out = bytes.as_mut_slice();
    super::put(&mut out, MAGIC);
    super::put(&mut out, [super::table::VERSION, kind.byte(), 0, 0, 0, 0, 0, 0]);
    super::put(&mut out, gone.to_be_bytes());
    super::put(&mut out, come.to_be_bytes());
    bytes
}

/// The bytes of the new table. Its hash is still to be compared with the descriptor's.
pub fn apply(old: &Table, delta: &[u8]) -> Result<Vec<u8>, Refusal> {
    let wrong = |why: &str| Refusal::malformed("delta", why);
    let mut rest = delta;
    let magic = take::<8>(&mut rest).ok_or_else(|| wrong("it ends in its head"))?;
    let form = take::<8>(&mut rest).ok_or_else(|| wrong("it ends in its head"))?;
    if magic != MAGIC || form != [super::table::VERSION, old.kind().byte(), 0, 0, 0, 0, 0, 0] {
        return Err(wrong("this is no delta of this table"));
    }
    let count = |rest: &mut &[u8]| {
        let count = u64::from_be_bytes(take(rest).ok_or_else(|| wrong("it ends in its head"))?);
        usize::try_from(count).map_err(|_| wrong("it promises more rows than there can be"))
    };
    let (gone, come) = (count(&mut rest)?, count(&mut rest)?);
    let (rows, odd) = rest.as_chunks::<CODE_ROW>();
    if !odd.is_empty() || gone.checked_add(come) != Some(rows.len()) {
        return Err(wrong("its length does not fit its rows"));
    }
    let (gone, come) = rows.split_at_checked(gone).ok_or_else(|| wrong("its length is wrong"))?;
    if !gone.is_sorted() || !come.is_sorted() {
        return Err(wrong("its rows are not sorted"));
    }
    let merged = merge(old, gone, come)
        .ok_or_else(|| wrong("it takes away what is not there, or brings what is there"))?;
    let mut bytes = Vec::with_capacity(HEAD + merged.len() * CODE_ROW);
    bytes.extend_from_slice(&head(old.kind(), merged.len() as u64));
    let mut from = 0;
    for width in COLUMNS {
        for row in &merged {
            bytes.extend_from_slice(row.get(from..from + width).unwrap_or_default());
        }
        from += width;
    }
    Ok(bytes)
}

fn merge(
    old: &Table,
    gone: &[[u8; CODE_ROW]],
    come: &[[u8; CODE_ROW]],
) -> Option<Vec<[u8; CODE_ROW]>> {
    let mut gone = gone.iter().peekable();
    let mut come = come.iter().peekable();
    let mut merged = Vec::with_capacity(old.rows());
    for row in old.all().map(|row: CodeRow| row.to_bytes()) {
        while let Some(new) = come.next_if(|new| **new < row) {
            merged.push(*new);
        }
        if come.peek() == Some(&&row) {
            return None;
        }
        if gone.next_if(|gone| **gone == row).is_none() {
            merged.push(row);
        }
    }
    merged.extend(come);
    gone.next().is_none().then_some(merged)
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{row, table};
    use super::*;

    fn delta(gone: &[CodeRow], come: &[CodeRow]) -> Vec<u8> {
        let rows = [gone, come].concat();
        let mut bytes = write_head(Kind::Image, gone.len() as u64, come.len() as u64).to_vec();
        rows.iter().for_each(|row| bytes.extend_from_slice(&row.to_bytes()));
        bytes
    }

    #[test]
    fn old_and_delta_make_the_new() {
        let mut rows: Vec<CodeRow> = (0..10).map(|n| row(n, n as u32)).collect();
        rows.sort();
        let old = Table::read(table(Kind::Image, &rows[2..8])).unwrap();
        let come = [rows[0], rows[1], rows[8], rows[9]];
        let new = apply(&old, &delta(&[rows[2], rows[5]], &come)).unwrap();
        let expected: Vec<CodeRow> = [&rows[0..2], &rows[3..5], &rows[6..]].concat();
        assert_eq!(new, table(Kind::Image, &expected));
        assert_eq!(apply(&old, &delta(&[], &[])).unwrap(), table(Kind::Image, &rows[2..8]));
    }

    #[test]
    fn a_delta_that_lies_is_refused() {
        let mut rows: Vec<CodeRow> = (0..4).map(|n| row(n, n as u32)).collect();
        rows.sort();
        let old = Table::read(table(Kind::Image, &rows[..3])).unwrap();
        let good = delta(&[rows[0]], &[rows[3]]);
        assert!(apply(&old, &good).is_ok());
        for cut in 0..good.len() {
            assert!(apply(&old, &good[..cut]).is_err(), "cut at {cut}");
        }
        for byte in 0..DELTA_HEAD {
            let mut lie = good.clone();
            lie[byte] ^= 0x41;
            assert!(apply(&old, &lie).is_err(), "byte {byte}");
        }
        assert!(apply(&old, &delta(&[rows[3]], &[])).is_err(), "takes what is not there");
        assert!(apply(&old, &delta(&[], &[rows[1]])).is_err(), "brings what is there");
        assert!(apply(&old, &delta(&[rows[1], rows[0]], &[])).is_err(), "not sorted");
        let other = Table::read(table(Kind::Audio, &rows)).unwrap();
        assert!(apply(&other, &good).is_err(), "of another table");
    }
}
