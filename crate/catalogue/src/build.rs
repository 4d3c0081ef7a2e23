//! Builds a catalogue from works in any order, in bounded memory.
//!
//! Works are sorted by their ids and numbered; a work that was in the catalogue before keeps its
//! number, so that tables change only where works do. Rows are sorted, written as tables and cut
//! into shards. The descriptor comes last: until it stands there, the catalogue that was there
//! before is whole. Left out: where works come from.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sayso_core::catalogue::descriptor::{
    About, DeltaRef, Descriptor, MOST_BYTES, NAME, RecordsRef, SIGNATURE, SIGNATURE_BYTES,
    TABLE_ROWS, hex,
};
use sayso_core::catalogue::record::{self, Record};
use sayso_core::catalogue::row::{CODE_ROW, CodeRow, Flags, KEY, KEY_ROW, KeyRow, Says, Trim};
use sayso_core::catalogue::shard::{BANDS, Family, Hash};
use sayso_core::catalogue::table::Kind;
use sayso_core::catalogue::{Refusal, pack};
use sayso_core::fingerprint::Fingerprint;
use sayso_core::fingerprint::compare::{Hashes, Words, comparable};

use crate::packing;
use crate::signature::{Key, accept};
use crate::sort::{Row, Sorter};
use crate::source::{Folder, Source, unavailable};
use crate::tables::{self, Rows};

/// Memory that rows may take before they are written to the disk, unless it is said otherwise.
pub const MEMORY: usize = 512 << 20;
/// The longest id of a work.
const ID: usize = 1_024;
/// Bytes of a group of records on average at most, and its most records.
const GROUP_MEAN: u64 = 12 << 10;
const GROUP: u64 = 64;
/// Deltas that are kept for those who have not looked for a while.
const DELTAS: usize = 16;

/// What is to be built, and where it goes.
#[derive(Clone, Debug)]
pub struct Orders {
    /// What is said about the catalogue.
    pub about: About,
    /// The folder that is published.
    pub out: PathBuf,
    /// Bytes of memory for rows.
    pub memory: usize,
    /// Bands of codes, up to [`BANDS`].
    pub bands: u8,
}

/// The codes of one work, of one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// Of pictures.
    pub image: Vec<(Words, Flags)>,
    /// Of sounds.
    pub audio: Vec<Words>,
    /// pHash and dHash of pictures, where nobody has an Image-Code.
    pub hashes: Vec<(u64, u64)>,
    /// Exact hashes.
    pub keys: Vec<(Hash, [u8; KEY])>,
}

impl Codes {
    /// The codes of a file that was read. Codes that say too little are left out, and so are
    /// those that other readers would not get.
    pub fn of(print: &Fingerprint) -> Codes {
        let mut codes = Codes::default();
        codes.keys.extend(Hash::Blake3.key(print).map(|key| (Hash::Blake3, key)));
        if let Some(image) = print.codes.as_ref().filter(|_| !print.featureless) {
            let trims = [
                (&image.exact, Trim::Exact),
                (&image.tolerant, Trim::Tolerant),
                (&image.untrimmed, Trim::Untrimmed),
                (&image.inset, Trim::Inset),
            ];
            for (code, trim) in trims {
                if let Some(words) = comparable(code)
                    && codes.image.iter().all(|(known, _)| *known != words)
                {
                    codes.image.push((words, Flags::new(trim, print.doubtful(), false)));
                }
            }
        }
        codes.audio.extend(print.sound.as_ref().and_then(|sound| comparable(&sound.code)));
        codes
    }

    /// Writes them as bytes, each after a letter that says what it is.
    pub fn write(&self, to: &mut Vec<u8>) {
        for (words, flags) in &self.image {
            let row = CodeRow { words: *words, flags: *flags, says: Says(0), record: 0 };
            to.push(b'i');
            to.extend_from_slice(&row.to_bytes()[..33]);
        }
        for words in &self.audio {
            to.push(b'a');
            words.iter().for_each(|word| to.extend_from_slice(&word.to_be_bytes()));
        }
        for (phash, dhash) in &self.hashes {
            to.push(b'h');
            [phash, dhash].iter().for_each(|hash| to.extend_from_slice(&hash.to_be_bytes()));
        }
        for (hash, key) in &self.keys {
            to.push(b'0' + *hash as u8);
            to.extend_from_slice(key);
        }
    }

    /// Reads them again; `None` where these are no codes, or codes that say too little.
    pub fn read(mut bytes: &[u8]) -> Option<Codes> {
        let mut codes = Codes::default();
        while let Some((what, code)) = next_code(&mut bytes)? {
            match what {
                b'i' => {
                    let mut row = [0; CODE_ROW];
                    row[..code.len()].copy_from_slice(code);
                    let CodeRow { words, flags, .. } = CodeRow::from_bytes(&row)?;
                    let digits = hex(&code[..32]);
                    match flags.short() {
                        true => comparable(&digits[..16].repeat(4))?,
                        false => comparable(&digits)?,
                    };
                    codes.image.push((words, flags));
                }
                b'a' => codes.audio.push(comparable(&hex(code))?),
                b'h' => {
                    let (phash, dhash) = code.split_first_chunk::<8>()?;
                    let dhash = u64::from_be_bytes(*dhash.first_chunk()?);
                    let hashes = Hashes::new(u64::from_be_bytes(*phash), dhash)?;
                    codes.hashes.push((hashes.phash, hashes.dhash));
                }
                digit => {
                    let hash = Hash::ALL.get(usize::from(digit.wrapping_sub(b'0')))?;
                    codes.keys.push((*hash, *code.first_chunk()?));
                }
            }
        }
        Some(codes)
    }
}

/// Takes the next of some codes and its letter from the front; `None` where it is cut off.
fn next_code<'a>(codes: &mut &'a [u8]) -> Option<Option<(u8, &'a [u8])>> {
    let Some((what, rest)) = codes.split_first() else { return Some(None) };
    let length = match what {
        b'i' => 33,
        b'a' => 32,
        // An exact key, or two hashes of eight bytes.
        _ => KEY,
    };
    let (code, rest) = rest.split_at_checked(length)?;
    *codes = rest;
    Some(Some((*what, code)))
}

/// Why nothing was built. What was there before is as it was.
#[derive(Debug)]
pub enum Fault {
    /// The disk.
    Disk(io::Error),
    /// What lies in the folder already.
    Before(Refusal),
    /// The works or the orders.
    Wrong(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Disk(e) => write!(f, "the disk: {e}"),
            Fault::Before(e) => write!(f, "the catalogue that is there already: {e}"),
            Fault::Wrong(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Fault {}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Fault {
        Fault::Disk(e)
    }
}

/// Gathers works.
pub struct Builder {
    orders: Orders,
    works: Sorter<Box<[u8]>>,
    temp: Scratch,
}

/// A folder that is gone when nobody needs it any more, however that came.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is taken away when the next one begins.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Builder {
    /// Begins in the folder where the catalogue is to lie; its scratch lies beside, under the
    /// same name with `.building`.
    pub fn begin(orders: Orders) -> Result<Builder, Fault> {
        let name = orders.out.file_name().ok_or_else(|| Fault::Wrong("name a folder".into()))?;
        let mut scratch = name.to_os_string();
        scratch.push(".building");
        let temp = orders.out.with_file_name(scratch);
        // What a run that was broken off has left behind.
        if temp.exists() {
            fs::remove_dir_all(&temp)?;
        }
        fs::create_dir_all(&temp)?;
        fs::create_dir_all(&orders.out)?;
        let works = Sorter::new(&temp, "works", orders.memory / 3);
        Ok(Builder { orders, works, temp: Scratch(temp) })
    }

    /// Adds one work, or another file of one: then what is said of it must be the same.
    pub fn add(&mut self, record: &Record, codes: &Codes) -> Result<(), Fault> {
        let id = record.id.as_str();
        if id.is_empty() || id.len() > ID || record::clean(id) != id || id.trim() != id {
            return Err(Fault::Wrong(format!("'{}' is no id of a work", record::clean(id))));
        }
        let line = record.write();
        if line.len() > record::MOST_BYTES {
            return Err(Fault::Wrong(format!("{id}: the record is too large")));
        }
        let mut row = Vec::with_capacity(id.len() + line.len() + 128);
        row.extend_from_slice(id.as_bytes());
        // An id has no control characters, so that this sorts ids and not rows.
        row.push(0);
        row.extend_from_slice(&(line.len() as u32).to_be_bytes());
        row.extend_from_slice(&line);
        codes.write(&mut row);
        Ok(self.works.push(row.into())?)
    }

    /// Writes and signs everything.
    pub fn finish(self, key: &Key) -> Result<Descriptor, Fault> {
        let Builder { orders, works, temp } = self;
        Build { orders: &orders, temp: &temp.0 }.run(works, key)
    }
}

/// One row of the sorted works.
struct Sorted<'a> {
    id: &'a str,
    line: &'a [u8],
    codes: &'a [u8],
}

impl<'a> Sorted<'a> {
    fn of(row: &'a [u8]) -> Option<Sorted<'a>> {
        let end = row.iter().position(|b| *b == 0)?;
        let (id, rest) = (row.get(..end)?, row.get(end + 1..)?);
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (line, codes) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        Some(Sorted { id: std::str::from_utf8(id).ok()?, line, codes })
    }
}

/// What goes where while works are numbered.
struct Streams {
    records: Sorter<Box<[u8]>>,
    image: Sorter<[u8; CODE_ROW]>,
    audio: Sorter<[u8; CODE_ROW]>,
    hashes: Sorter<[u8; CODE_ROW]>,
    keys: [Sorter<[u8; KEY_ROW]>; 3],
}

struct Build<'a> {
    orders: &'a Orders,
    temp: &'a Path,
}

#[derive(Default)]
struct Counts {
    works: u64,
    pictures: u64,
    sounds: u64,
    numbers: u64,
}

impl Build<'_> {
    fn run(&self, works: Sorter<Box<[u8]>>, key: &Key) -> Result<Descriptor, Fault> {
        let before = self.before(key)?;
        let memory = self.orders.memory;
        let mut streams = Streams {
            records: Sorter::new(self.temp, "records", memory / 6),
            image: Sorter::new(self.temp, "image", memory / 6),
            audio: Sorter::new(self.temp, "audio", memory / 12),
            hashes: Sorter::new(self.temp, "hashes", memory / 12),
            keys: Hash::ALL.map(|h| Sorter::new(self.temp, h.token(), memory / 12)),
        };
        let counts = self.number(works, before.as_ref().map(|(d, _)| d), &mut streams)?;
        let Streams { records, image, audio, hashes, keys } = streams;
        let records = self.records(records, counts.numbers)?;
        let mut descriptor = Descriptor {
            about: self.orders.about.clone(),
            epoch: before.as_ref().map_or(0, |(d, _)| d.epoch) + 1,
            previous: before.as_ref().map(|(_, hash)| *hash),
            key: key.public(),
            works: counts.works,
            pictures: counts.pictures,
            sounds: counts.sounds,
            tables: BTreeMap::new(),
            deltas: Vec::new(),
            shards: BTreeMap::new(),
            records,
        };
        let out = &self.orders.out;
        for (hash, sorter) in Hash::ALL.into_iter().zip(keys) {
            let rows = Rows::write(self.temp.join("keys.rows"), sorter.sorted()?)?;
            if rows.count > 0 {
                let family = Family::Exact(hash);
                let shard = tables::exact(out, self.temp, family, &rows)?;
                descriptor.shards.insert(family.name(), shard);
            }
        }
        for (kind, sorter) in [(Kind::Image, image), (Kind::Audio, audio), (Kind::Hashes, hashes)] {
            let rows = Rows::write(self.temp.join("codes.rows"), sorter.sorted()?)?;
            if rows.count > 0 {
                self.codes(kind, &rows, before.as_ref().map(|(d, _)| d), &mut descriptor)?;
            }
        }
        self.publish(&descriptor, before.as_ref().map(|(d, _)| d), key)?;
        Ok(descriptor)
    }

    /// The catalogue that lies there already, if it is one of this key, and its hash.
    fn before(&self, key: &Key) -> Result<Option<(Descriptor, [u8; 32])>, Fault> {
        if !self.orders.out.join(NAME).exists() {
            return Ok(None);
        }
        let folder = Folder::new(&self.orders.out);
        let read = || -> Result<_, Refusal> {
            let json = folder.whole(NAME, MOST_BYTES as u64)?;
            let signature = folder.whole(SIGNATURE, SIGNATURE_BYTES as u64)?;
            accept(&json, &signature, None)
        };
        let (descriptor, pinned) = read().map_err(Fault::Before)?;
        if descriptor.key != key.public() {
            return Err(Fault::Before(Refusal::OtherKey));
        }
        Ok(Some((descriptor, pinned.hash)))
    }

    /// Gives every work its number and sends its rows on their ways.
    fn number(
        &self,
        works: Sorter<Box<[u8]>>,
        before: Option<&Descriptor>,
        streams: &mut Streams,
    ) -> Result<Counts, Fault> {
        let mut known = self.known(before)?.peekable();
        let mut counts =
            Counts { numbers: before.map_or(0, |b| b.records.numbers), ..Counts::default() };
        let broken = || Fault::Disk(io::Error::other("the scratch files were changed"));
        let mut rows = works.sorted()?.peekable();
        while let Some(first) = rows.next() {
            let first = first?;
            let work = Sorted::of(&first).ok_or_else(broken)?;
            let mut codes = work.codes.to_vec();
            // Other files of the same work come right after it.
            while let Some(Ok(more)) = rows.next_if(|row| {
                row.as_ref().is_ok_and(|r| Sorted::of(r).is_some_and(|r| r.id == work.id))
            }) {
                let more = Sorted::of(&more).ok_or_else(broken)?;
                if more.line != work.line {
                    let why = format!("{}: two things are said of the same work", work.id);
                    return Err(Fault::Wrong(why));
                }
                codes.extend_from_slice(more.codes);
            }
            let mut number = None;
            while let Some(old) = known.next_if(|old| match old {
                Ok((id, _)) => id.as_bytes() <= work.id.as_bytes(),
                Err(_) => true,
            }) {
                let (id, had) = old?;
                if id == work.id {
                    number = Some(had);
                }
            }
            let number = match number {
                Some(number) => number,
                None => {
                    counts.numbers += 1;
                    u32::try_from(counts.numbers - 1)
                        .map_err(|_| Fault::Wrong("there are too many works".into()))?
                }
            };
            counts.works += 1;
            let record = Record::read(work.line).ok().flatten().ok_or_else(broken)?;
            let row = [&number.to_be_bytes(), work.line].concat();
            streams.records.push(row.into())?;
            send(&codes, record.says(), number, streams, &mut counts)?;
        }
        Ok(counts)
    }

    /// The ids of the catalogue before, sorted, with their numbers.
    fn known(
        &self,
        before: Option<&Descriptor>,
    ) -> Result<impl Iterator<Item = io::Result<(String, u32)>>, Fault> {
        let mut known = Sorter::<Box<[u8]>>::new(self.temp, "known", self.orders.memory / 12);
        if let Some(before) = before {
            let folder = Folder::new(&self.orders.out);
            each_record(&folder, &before.records, |number, record| {
                let row = [record.id.as_bytes(), &[0], &number.to_be_bytes()].concat();
                known.push(row.into()).map_err(|e| unavailable("the scratch folder", e.to_string()))
            })
            .map_err(Fault::Before)?;
        }
        Ok(known.sorted()?.map(|row| {
            let row = row?;
            let (id, number) = row.split_last_chunk::<4>().ok_or(io::ErrorKind::InvalidData)?;
            let id = id.strip_suffix(&[0]).unwrap_or(id);
            Ok((String::from_utf8_lossy(id).into_owned(), u32::from_be_bytes(*number)))
        }))
    }

    fn records(&self, sorter: Sorter<Box<[u8]>>, numbers: u64) -> Result<RecordsRef, Fault> {
        // Written once to know how much there is, read to count the groups, read to lay them down.
        let path = self.temp.join("records.rows");
        let mut total = numbers;
        {
            let mut file = io::BufWriter::with_capacity(1 << 20, fs::File::create(&path)?);
            for row in sorter.sorted()? {
                let row = row?;
                total += row.len() as u64 - 4;
                row.write(&mut file)?;
            }
            io::Write::flush(&mut file)?;
        }
        let read = || -> io::Result<_> {
            let mut file = io::BufReader::with_capacity(1 << 20, fs::File::open(&path)?);
            Ok(std::iter::from_fn(move || <Box<[u8]>>::read(&mut file).transpose()))
        };
        let mean = total.div_ceil(numbers.max(1)).max(1);
        let group = 1_usize << (GROUP_MEAN / mean).clamp(1, GROUP).ilog2();
        // Every line has an end, and so has every number without a work.
        let count = (numbers as usize).div_ceil(group);
        let mut lengths = vec![group as u32; count];
        if let Some(last) = lengths.last_mut() {
            *last = (numbers as usize - (count - 1) * group) as u32;
        }
        for row in read()? {
            let row = row?;
            let number = row.first_chunk::<4>().map_or(0, |n| u32::from_be_bytes(*n));
            if let Some(length) = lengths.get_mut(number as usize / group) {
                *length += row.len() as u32 - 4;
            }
        }
        let mut rows = read()?.peekable();
        let of = |row: &io::Result<Box<[u8]>>| {
            let number = row.as_ref().ok().and_then(|row| row.first_chunk::<4>());
            number.map_or(0, |n| u64::from(u32::from_be_bytes(*n)))
        };
        let groups = (0..lengths.len() as u64).map(|n| {
            let mut bytes = Vec::new();
            let first = n * group as u64;
            for number in first..(first + group as u64).min(numbers) {
                // Of a number whose work was taken away there is an empty line.
                if let Some(row) = rows.next_if(|row| of(row) == number) {
                    bytes.extend_from_slice(row?.get(4..).unwrap_or_default());
                }
                bytes.push(b'\n');
            }
            Ok(bytes)
        });
        let pack =
            packing::write(&self.orders.out, self.temp, "records/records", &lengths, groups)?;
        fs::remove_file(path)?;
        Ok(RecordsRef { numbers, group: group as u64, pack })
    }

    fn codes(
        &self,
        kind: Kind,
        rows: &Rows<CODE_ROW>,
        before: Option<&Descriptor>,
        descriptor: &mut Descriptor,
    ) -> Result<(), Fault> {
        let (out, temp) = (&self.orders.out, self.temp);
        if rows.count <= TABLE_ROWS {
            let table = tables::table(out, temp, kind, rows)?;
            if let Some(before) = before
                && let Some(old) = before.tables.get(&kind)
            {
                // Written even where nothing changed, so that deltas lead on from every epoch.
                let (from, to) = (before.epoch, descriptor.epoch);
                let old = tables::rows_of(out, old).map_err(Fault::Before)?;
                if let Some(file) = tables::delta(out, temp, (kind, from, to), old, rows)? {
                    descriptor.deltas.push(DeltaRef { kind, from, to, file });
                }
                let earlier = before.deltas.iter().filter(|d| d.kind == kind).cloned();
                descriptor.deltas.extend(earlier.take(DELTAS - 1));
            }
            descriptor.tables.insert(kind, table);
        }
        for band in 0..self.orders.bands.min(BANDS) {
            let family = Family::Near(kind, band);
            let shard = tables::band(out, temp, family, rows, self.orders.memory / 2)?;
            descriptor.shards.insert(family.name(), shard);
        }
        Ok(())
    }

    /// Puts the descriptor in its place and takes away what neither it nor the one before names.
    fn publish(
        &self,
        descriptor: &Descriptor,
        before: Option<&Descriptor>,
        key: &Key,
    ) -> Result<(), Fault> {
        let out = &self.orders.out;
        let bytes = descriptor.write();
        let signature = key.sign(&bytes);
        // It is read as a stranger would read it, before anybody else does.
        let checked = accept(&bytes, &signature, None).map_err(|e| Fault::Wrong(e.to_string()))?;
        if checked.0 != *descriptor {
            return Err(Fault::Wrong("the descriptor does not say what it should".into()));
        }
        for (name, bytes) in [(SIGNATURE, signature.as_slice()), (NAME, &bytes)] {
            let new = self.temp.join(name);
            fs::write(&new, bytes)?;
            fs::File::open(&new)?.sync_all()?;
        }
        for name in [SIGNATURE, NAME] {
            fs::rename(self.temp.join(name), out.join(name))?;
        }
        let named: std::collections::BTreeSet<PathBuf> = [Some(descriptor), before]
            .into_iter()
            .flatten()
            .flat_map(|d| d.files())
            .map(|file| out.join(&file.name))
            .collect();
        for folder in ["table", "delta", "shards", "records"] {
            let Ok(files) = fs::read_dir(out.join(folder)) else { continue };
            for file in files {
                let path = file?.path();
                // Only what looks like ours.
                if path.extension().is_some_and(|e| e == "bin") && !named.contains(&path) {
                    fs::remove_file(path)?;
                }
            }
        }
        Ok(())
    }
}

/// Calls back with every record of a catalogue and its number, checking each slot.
pub fn each_record(
    source: &impl Source,
    records: &RecordsRef,
    mut found: impl FnMut(u32, Record) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let groups = records.numbers.div_ceil(records.group);
    for group in 0..groups {
        let bytes = chain(source, &records.pack, group)?;
        let first = group * records.group;
        for (number, line) in (first..records.numbers.min(first + records.group)).zip(lines(&bytes))
        {
            let Some(record) = Record::read(line)? else { continue };
            found(u32::try_from(number).unwrap_or(u32::MAX), record)?;
        }
    }
    Ok(())
}

/// The lines of a group.
pub fn lines(group: &[u8]) -> impl Iterator<Item = &[u8]> {
    group.split(|b| *b == b'\n')
}

/// All that begins in a slot.
pub(crate) fn chain(
    source: &impl Source,
    pack: &pack::Pack,
    slot: u64,
) -> Result<Vec<u8>, Refusal> {
    let (mut slot, mut whole) = (slot, Vec::new());
    loop {
        let place = pack.place(slot).ok_or_else(|| {
            Refusal::malformed("pack", format!("there is no slot of the number {slot}"))
        })?;
        let bytes = source.part(&place.file.name, place.from, place.length)?;
        let opened = pack.open(slot, &bytes)?;
        whole.extend_from_slice(opened.payload);
        match opened.next {
            Some(next) => slot = next.into(),
            None => return Ok(whole),
        }
    }
}

/// Sends the rows of one work on their ways.
fn send(
    mut codes: &[u8],
    says: Says,
    record: u32,
    streams: &mut Streams,
    counts: &mut Counts,
) -> io::Result<()> {
    let (mut picture, mut sound) = (false, false);
    let cut = || io::Error::other("the scratch files were changed");
    while let Some((what, code)) = next_code(&mut codes).ok_or_else(cut)? {
        let row = || {
            let mut bytes = [0; CODE_ROW];
            bytes[..code.len()].copy_from_slice(code);
            bytes[33..35].copy_from_slice(&says.0.to_be_bytes());
            bytes[35..].copy_from_slice(&record.to_be_bytes());
            bytes
        };
        match what {
            b'i' => {
                picture = true;
                streams.image.push(row())?;
            }
            b'a' => {
                sound = true;
                streams.audio.push(row())?;
            }
            b'h' => {
                picture = true;
                streams.hashes.push(row())?;
            }
            hash => {
                let mut key = [0; KEY];
                key.copy_from_slice(code);
                let sorter = streams.keys.get_mut(usize::from(hash.wrapping_sub(b'0')));
                let row = KeyRow { key, says, record };
                sorter.ok_or_else(cut)?.push(row.to_bytes())?;
            }
        }
    }
    counts.pictures += u64::from(picture);
    counts.sounds += u64::from(sound);
    Ok(())
}
