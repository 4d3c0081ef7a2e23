//! Writes tables, their deltas and their shards from sorted rows.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sayso_core::catalogue::descriptor::{FileRef, ShardRef, TableRef};
use sayso_core::catalogue::row::{CODE_ROW, KEY_ROW};
use sayso_core::catalogue::shard::{self, Family};
use sayso_core::catalogue::table::{COLUMNS, HEAD, Kind, head, read_head};
use sayso_core::catalogue::{Refusal, delta};

use crate::packing::{self, NewFile};
use crate::sort::{Row, Sorter};
use crate::source::unavailable;

/// Bytes of rows that a shard has on average at most: of exact keys and of codes. A look-up takes
/// one of each and a group of records; or two of codes, where one goes on in another slot. Both
/// stay below 100 KiB (the largest slot is that of `packing`).
const EXACT_MEAN: u64 = 8 << 10;
const NEAR_MEAN: u64 = 40 << 10;

/// Sorted rows in a file.
pub struct Rows<const N: usize> {
    path: PathBuf,
    /// How many.
    pub count: u64,
}

impl<const N: usize> Rows<N> {
    /// Writes rows that come in order.
    pub fn write(
        path: PathBuf,
        rows: impl Iterator<Item = io::Result<[u8; N]>>,
    ) -> io::Result<Rows<N>> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        let mut count = 0;
        for row in rows {
            file.write_all(&row?)?;
            count += 1;
        }
        file.flush()?;
        Ok(Rows { path, count })
    }

    /// Reads them again.
    pub fn read(&self) -> io::Result<impl Iterator<Item = io::Result<[u8; N]>>> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(&self.path)?);
        Ok(std::iter::from_fn(move || <[u8; N] as Row>::read(&mut file).transpose()))
    }
}

impl<const N: usize> Drop for Rows<N> {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes a table, column by column.
pub fn table(out: &Path, temp: &Path, kind: Kind, rows: &Rows<CODE_ROW>) -> io::Result<TableRef> {
    let mut file = NewFile::create(temp, "table")?;
    file.write_all(&head(kind, rows.count))?;
    let mut from = 0;
    for width in COLUMNS {
        for row in rows.read()? {
            file.write_all(&row?[from..from + width])?;
        }
        from += width;
    }
    let file = file.name(out, &format!("table/{}", kind.token()))?;
    Ok(TableRef { file, rows: rows.count })
}

/// The rows of a table that lies in a folder, in order.
pub fn rows_of(
    folder: &Path,
    table: &TableRef,
) -> Result<impl Iterator<Item = io::Result<[u8; CODE_ROW]>>, Refusal> {
    let name = &table.file.name;
    let why = |e: io::Error| unavailable(name, e.to_string());
    let path = folder.join(name);
    let mut start = [0; HEAD];
    File::open(&path).and_then(|mut f| f.read_exact(&mut start)).map_err(why)?;
    if read_head(&start).is_none_or(|(_, rows)| rows != table.rows) {
        return Err(Refusal::malformed(name, "this is no head of that table"));
    }
    let mut columns = Vec::new();
    let mut at = HEAD as u64;
    for width in COLUMNS {
        let mut file = File::open(&path).map_err(why)?;
        file.seek(SeekFrom::Start(at)).map_err(why)?;
        columns.push((BufReader::with_capacity(256 << 10, file), width));
        at += width as u64 * table.rows;
    }
    let mut left = table.rows;
    Ok(std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        let mut row = [0; CODE_ROW];
        let mut from = 0;
        for (column, width) in &mut columns {
            if let Err(e) = column.read_exact(&mut row[from..from + *width]) {
                return Some(Err(e));
            }
            from += *width;
        }
        Some(Ok(row))
    }))
}

/// Writes what changed from an older table; `None` where the new table itself is hardly longer.
pub fn delta(
    out: &Path,
    temp: &Path,
    (kind, from, to): (Kind, u64, u64),
    old: impl Iterator<Item = io::Result<[u8; CODE_ROW]>>,
    new: &Rows<CODE_ROW>,
) -> io::Result<Option<FileRef>> {
    let (mut old, mut fresh) = (old.peekable(), new.read()?.peekable());
    let part = |name: &str| {
        let path = temp.join(name);
        let file = BufWriter::new(File::create(&path)?);
        io::Result::Ok((path, file, 0_u64))
    };
    let (mut gone, mut come) = (part("delta.gone")?, part("delta.come")?);
    let put = |part: &mut (PathBuf, BufWriter<File>, u64), row: io::Result<[u8; CODE_ROW]>| {
        part.2 += 1;
        part.1.write_all(&row?)
    };
    loop {
        match (old.peek(), fresh.peek()) {
            (Some(Ok(a)), Some(Ok(b))) if a == b => {
                old.next();
                fresh.next();
            }
            (Some(Ok(a)), Some(Ok(b))) if a < b => {
                old.next().map_or(Ok(()), |row| put(&mut gone, row))?;
            }
            (Some(_), None) => old.next().map_or(Ok(()), |row| put(&mut gone, row))?,
            (_, Some(_)) => fresh.next().map_or(Ok(()), |row| put(&mut come, row))?,
            (None, None) => break,
        }
    }
    let mut written = None;
    if (gone.2 + come.2) * 2 < new.count {
        let mut file = NewFile::create(temp, "delta")?;
        file.write_all(&delta::write_head(kind, gone.2, come.2))?;
        for part in [&mut gone, &mut come] {
            part.1.flush()?;
            io::copy(&mut File::open(&part.0)?, &mut file)?;
        }
        written = Some(file.name(out, &format!("delta/{from}-{to}-{}", kind.token()))?);
    }
    for (path, ..) in [gone, come] {
        std::fs::remove_file(path)?;
    }
    Ok(written)
}

/// Writes the shards of exact keys, whose rows are in order already.
pub fn exact(
    out: &Path,
    temp: &Path,
    family: Family,
    rows: &Rows<KEY_ROW>,
) -> io::Result<ShardRef> {
    let count = exact_bits(rows.count);
    let bits = shard::bits(family, count);
    let number = |row: &[u8; KEY_ROW]| shard::number(&row[..16], &bits);
    let pack = shards(out, temp, family, count, &number, rows.read()?, rows.read()?)?;
    Ok(ShardRef { rows: rows.count, row_bytes: KEY_ROW as u32, bits: bits.clone(), pack })
}

/// The number of a shard before a row of a code.
const NUMBERED: usize = 4 + CODE_ROW;

/// Writes the shards of one band of codes.
pub fn band(
    out: &Path,
    temp: &Path,
    family: Family,
    rows: &Rows<CODE_ROW>,
    memory: usize,
) -> io::Result<ShardRef> {
    let count = near_bits(rows.count);
    let bits = shard::bits(family, count);
    let mut sorter = Sorter::<[u8; NUMBERED]>::new(temp, "band", memory);
    for row in rows.read()? {
        let row = row?;
        let number = shard::number(&row[..8], &bits) as u32;
        let mut numbered = [0; NUMBERED];
        numbered[..4].copy_from_slice(&number.to_be_bytes());
        numbered[4..].copy_from_slice(&row);
        sorter.push(numbered)?;
    }
    // They go from the merged runs to their slots: no copy of all of them in order is on the disk.
    let sorted = sorter.sorted()?.map(|row| {
        row.map(|row| {
            let mut code = [0; CODE_ROW];
            code.copy_from_slice(&row[4..]);
            code
        })
    });
    let number = |row: &[u8; CODE_ROW]| shard::number(&row[..8], &bits);
    let pack = shards(out, temp, family, count, &number, rows.read()?, sorted)?;
    Ok(ShardRef { rows: rows.count, row_bytes: CODE_ROW as u32, bits: bits.clone(), pack })
}

/// Bits by which so many rows of exact keys are cut into shards.
pub fn exact_bits(rows: u64) -> usize {
    bits_for(rows * KEY_ROW as u64, EXACT_MEAN, 26)
}

/// Bits by which so many rows of codes are cut into the shards of a band.
pub fn near_bits(rows: u64) -> usize {
    bits_for(rows * CODE_ROW as u64, NEAR_MEAN, 24)
}

/// The fewest bits with which the shards are no larger than this on average.
fn bits_for(bytes: u64, mean: u64, most: usize) -> usize {
    let shards = bytes.div_ceil(mean).max(1).next_power_of_two();
    (shards.trailing_zeros() as usize).min(most)
}

/// Writes the shards of rows: they come once in any order, to be counted, and once in the order of
/// their shards.
fn shards<const N: usize>(
    out: &Path,
    temp: &Path,
    family: Family,
    bits: usize,
    number: &impl Fn(&[u8; N]) -> u64,
    rows: impl Iterator<Item = io::Result<[u8; N]>>,
    sorted: impl Iterator<Item = io::Result<[u8; N]>>,
) -> io::Result<sayso_core::catalogue::pack::Pack> {
    let mut lengths = vec![0_u32; 1 << bits];
    for row in rows {
        lengths[number(&row?) as usize] += N as u32;
    }
    let mut rows = sorted.peekable();
    // What was sorted is let go, and its files with it, when the last row is laid down.
    let groups = (0..lengths.len() as u64).map(move |shard| {
        let mut group = Vec::new();
        while let Some(row) =
            rows.next_if(|row| row.as_ref().map_or(true, |row| number(row) == shard))
        {
            group.extend_from_slice(&row?);
        }
        Ok(group)
    });
    packing::write(out, temp, &format!("shards/{}", family.name()), &lengths, groups)
}
