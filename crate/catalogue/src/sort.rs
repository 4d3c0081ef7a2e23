//! Sorting more rows than fit into memory, each kept once.
//!
//! Rows are gathered up to a budget, sorted and written to a file; at the end the files are merged.
//! The order is that of the bytes, so it is the same on every machine and whatever the budget.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Runs that are merged at a time: each has a buffer.
const RUNS: usize = 64;
/// Bytes read ahead of each run.
const AHEAD: usize = 256 << 10;

/// What can be sorted: written and read again as it was.
pub trait Row: Ord + Clone {
    /// Bytes that it takes in memory.
    fn weight(&self) -> usize;
    /// Writes it.
    fn write(&self, to: &mut impl Write) -> io::Result<()>;
    /// Reads one; `None` at the end.
    fn read(from: &mut impl Read) -> io::Result<Option<Self>>;
}

impl<const N: usize> Row for [u8; N] {
    fn weight(&self) -> usize {
        N
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(self)
    }

    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut row = [0; N];
        // The end of the file is an end only between two rows.
        if from.read(&mut row[..1])? == 0 {
            return Ok(None);
        }
        from.read_exact(&mut row[1..])?;
        Ok(Some(row))
    }
}

impl Row for Box<[u8]> {
    fn weight(&self) -> usize {
        // The pointer, and what an allocator adds.
        self.len() + 32
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let length = u32::try_from(self.len()).map_err(io::Error::other)?;
        to.write_all(&length.to_be_bytes())?;
        to.write_all(self)
    }

    fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let Some(length) = <[u8; 4] as Row>::read(from)? else { return Ok(None) };
        let mut row = vec![0; u32::from_be_bytes(length) as usize];
        from.read_exact(&mut row)?;
        Ok(Some(row.into()))
    }
}

/// Gathers rows.
pub struct Sorter<T: Row> {
    rows: Vec<T>,
    weight: usize,
    budget: usize,
    folder: PathBuf,
    name: String,
    runs: Vec<PathBuf>,
    made: usize,
}

impl<T: Row + 'static> Sorter<T> {
    /// A sorter that keeps at most `budget` bytes of rows in memory, and its files in a folder
    /// under this name.
    pub fn new(folder: &Path, name: &str, budget: usize) -> Sorter<T> {
        Sorter {
            rows: Vec::new(),
            weight: 0,
            budget,
            folder: folder.to_path_buf(),
            name: name.to_string(),
            runs: Vec::new(),
            made: 0,
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: T) -> io::Result<()> {
        self.weight += row.weight();
        self.rows.push(row);
        if self.weight >= self.budget {
            self.spill()?;
        }
        Ok(())
    }

    /// Every row once, in order.
    pub fn sorted(mut self) -> io::Result<Sorted<T>> {
        self.rows.sort_unstable();
        self.rows.dedup();
        if self.runs.is_empty() {
            let rows = std::mem::take(&mut self.rows).into_iter().map(Ok);
            return Merge::of(vec![Box::new(rows)], Vec::new());
        }
        if !self.rows.is_empty() {
            self.spill()?;
        }
        merge(std::mem::take(&mut self.runs))
    }

    fn spill(&mut self) -> io::Result<()> {
        self.rows.sort_unstable();
        self.rows.dedup();
        let rows = std::mem::take(&mut self.rows);
        self.write_run(rows.into_iter().map(Ok))?;
        self.weight = 0;
        if self.runs.len() >= RUNS {
            let merged = merge(std::mem::take(&mut self.runs))?;
            self.write_run(merged)?;
        }
        Ok(())
    }

    fn write_run(&mut self, rows: impl Iterator<Item = io::Result<T>>) -> io::Result<()> {
        let path = self.folder.join(format!("{}.{}.run", self.name, self.made));
        self.made += 1;
        let mut file = BufWriter::with_capacity(AHEAD, File::create(&path)?);
        self.runs.push(path);
        for row in rows {
            row?.write(&mut file)?;
        }
        file.flush()
    }
}

impl<T: Row> Drop for Sorter<T> {
    fn drop(&mut self) {
        for run in &self.runs {
            // What cannot be taken away stays in a folder that is taken away as a whole.
            let _ = std::fs::remove_file(run);
        }
    }
}

/// Rows in order, each once.
pub type Sorted<T> = Merge<T, Box<dyn Iterator<Item = io::Result<T>>>>;

fn merge<T: Row + 'static>(runs: Vec<PathBuf>) -> io::Result<Sorted<T>> {
    let mut open: Vec<Box<dyn Iterator<Item = io::Result<T>>>> = Vec::new();
    for run in &runs {
        let mut file = BufReader::with_capacity(AHEAD, File::open(run)?);
        open.push(Box::new(std::iter::from_fn(move || T::read(&mut file).transpose())));
    }
    Merge::of(open, runs)
}

/// Several sorted runs as one.
pub struct Merge<T: Ord, I> {
    heads: BinaryHeap<Reverse<(T, usize)>>,
    runs: Vec<I>,
    last: Option<T>,
    files: Vec<PathBuf>,
}

impl<T: Ord, I: Iterator<Item = io::Result<T>>> Merge<T, I> {
    fn of(mut runs: Vec<I>, files: Vec<PathBuf>) -> io::Result<Merge<T, I>> {
        let mut heads = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            if let Some(row) = run.next() {
                heads.push(Reverse((row?, number)));
            }
        }
        Ok(Merge { heads, runs, last: None, files })
    }
}

impl<T: Ord + Clone, I: Iterator<Item = io::Result<T>>> Iterator for Merge<T, I> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<io::Result<T>> {
        loop {
            let mut head = self.heads.peek_mut()?;
            let Reverse((row, number)) = &mut *head;
            let row = match self.runs[*number].next() {
                // The heap puts itself in order when the head is let go.
                Some(Ok(next)) => std::mem::replace(row, next),
                Some(Err(e)) => return Some(Err(e)),
                None => std::collections::binary_heap::PeekMut::pop(head).0.0,
            };
            if self.last.as_ref() != Some(&row) {
                self.last = Some(row.clone());
                return Some(Ok(row));
            }
        }
    }
}

impl<T: Ord, I> Drop for Merge<T, I> {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_same_whatever_the_memory() {
        let folder = std::env::temp_dir().join(format!("sayso-sort-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let rows = |seed: u64| (0..20_000_u64).map(move |n| (n * 7_919 + seed) % 9_973);
        let sorted = |budget: usize, seed: u64| {
            let mut sorter = Sorter::<[u8; 8]>::new(&folder, "rows", budget);
            rows(seed).for_each(|row| sorter.push(row.to_be_bytes()).unwrap());
            sorter.sorted().unwrap().map(|r| u64::from_be_bytes(r.unwrap())).collect::<Vec<u64>>()
        };
        let expected: Vec<u64> = (0..9_973).collect();
        assert_eq!(sorted(1 << 20, 0), expected);
        assert_eq!(sorted(8 << 10, 5), expected, "twenty runs");
        assert_eq!(sorted(1 << 10, 9), expected, "more runs than are merged at a time");
        let mut texts = Sorter::<Box<[u8]>>::new(&folder, "texts", 100);
        for text in ["b", "", "aa", "b", "a"] {
            texts.push(text.as_bytes().into()).unwrap();
        }
        let texts: Vec<Box<[u8]>> = texts.sorted().unwrap().map(Result::unwrap).collect();
        assert_eq!(texts, ["", "a", "aa", "b"].map(|t| Box::from(t.as_bytes())));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "nothing is left behind");
        std::fs::remove_dir(&folder).unwrap();
    }
}
