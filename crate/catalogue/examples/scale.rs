//! Builds a catalogue of so many made-up works and asks it: how long, how much memory, how much
//! is fetched.
//!
//! `cargo xtask scale 1000000`, or
//! `cargo run --release -p sayso-catalogue --example scale -- 1000000 [FOLDER] [BANDS]`
//!
//! Every work has two codes of a picture (one in three works) or one, and an exact key. Above
//! twenty million works there is one band, and a record is no more than an id, so that a disk has
//! room for it; the folder is emptied at the end. Above two hundred million it takes one shard in
//! 1,024 of the partition that so many would have, with all the rows that fall into it, and writes,
//! reads and asks these: what a look-up costs there is measured, the rest is as many times that.
//! Nothing is decoded: this is about
//! sorting, cutting and asking.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sayso_catalogue::build::{Builder, Codes, MEMORY, Orders};
use sayso_catalogue::find::{Budget, Catalogue};
use sayso_catalogue::signature::Key;
use sayso_catalogue::source::{Folder, Source};
use sayso_catalogue::{packing, tables};
use sayso_core::catalogue::descriptor::About;
use sayso_core::catalogue::pack::Pack;
use sayso_core::catalogue::record::Record;
use sayso_core::catalogue::row::{CodeRow, Flags, KEY, KeyRow, Says, Trim};
use sayso_core::catalogue::shard::{self, Family, Hash};
use sayso_core::catalogue::table::Kind;
use sayso_core::fingerprint::compare::{comparable, probes};
use sayso_core::fingerprint::{Fingerprint, ImageCodes};
use sayso_core::registry::Fit;
use sayso_core::vocabulary::{Use, Verdict};

fn main() {
    let mut args = std::env::args().skip(1);
    let count: u64 = args.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let folder =
        args.next().map_or_else(|| std::env::temp_dir().join("sayso-scale"), PathBuf::from);
    if count > TOO_MANY {
        std::fs::create_dir_all(&folder).unwrap();
        return part(count, &folder);
    }
    let many = count > MANY;
    let bands = args.next().and_then(|n| n.parse().ok()).unwrap_or(if many { 1 } else { 4 });
    let out = folder.join("catalogue");
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(&folder).unwrap();

    let begun = Instant::now();
    let mut builder = Builder::begin(orders(&out, bands)).unwrap();
    for n in 0..count {
        let (mut record, codes) = work(n);
        if many {
            record = Record { id: record.id, ..Record::default() };
        }
        builder.add(&record, &codes).unwrap();
    }
    println!("{count} works added: {:.1} s", begun.elapsed().as_secs_f64());
    let descriptor = builder.finish(&Key::from_bytes(&[1; 32])).unwrap();
    println!(
        "built in {:.1} s, {:.0} MB of memory at most",
        begun.elapsed().as_secs_f64(),
        peak_mb()
    );
    let bytes: u64 = descriptor.files().iter().map(|f| f.bytes).sum();
    println!("{} MB in {} files", bytes / 1_000_000, descriptor.files().len());
    for (name, shard) in &descriptor.shards {
        println!(
            "  {name}: {} rows, {} shards, {} slots of {} bytes",
            shard.rows,
            1_u64 << shard.bits.len(),
            shard.pack.slots,
            shard.pack.slot_bytes
        );
    }
    println!(
        "  records: groups of {}, {} slots of {} bytes",
        descriptor.records.group, descriptor.records.pack.slots, descriptor.records.pack.slot_bytes
    );

    let mut catalogue = Catalogue::open(Folder::new(&out), None).unwrap();
    by_shards(&catalogue, count);
    if !descriptor.tables.is_empty() {
        let begun = Instant::now();
        catalogue.load_tables().unwrap();
        println!("table read, checked and indexed in {:.2} s", begun.elapsed().as_secs_f64());
        by_tables(&catalogue, count);
    }
    std::fs::remove_dir_all(&out).unwrap();
}

/// Works above which records are short and there is one band.
const MANY: u64 = 20_000_000;

/// Works above which no disk is expected to have room.
const TOO_MANY: u64 = 200_000_000;
/// Of so many shards one is built then: those whose numbers begin with this many zeros.
const PART: usize = 10;

/// Builds and asks a part of the shards that a catalogue of so many works has.
fn part(count: u64, folder: &Path) {
    let begun = Instant::now();
    let (exact, near) = (Family::Exact(Hash::Blake3), Family::Near(Kind::Image, 0));
    let codes = count + count.div_ceil(3);
    let exact_bits = shard::bits(exact, tables::exact_bits(count));
    let near_bits = shard::bits(near, tables::near_bits(codes));
    let within = |key: &[u8], bits: &[u8]| shard::number(key, &bits[..PART]) == 0;
    let mut keys: Vec<Vec<u8>> = Vec::new();
    let mut rows: Vec<(u64, Vec<u8>)> = Vec::new();
    for n in 0..count {
        let record = n as u32;
        let key = key(n);
        if within(&key, &exact_bits) {
            keys.push(KeyRow { key, says: Says(0), record }.to_bytes().to_vec());
        }
        let own = [(n, Trim::Exact), (!n, Trim::Untrimmed)];
        for (seed, trim) in own.into_iter().take(if n.is_multiple_of(3) { 2 } else { 1 }) {
            let words = code(seed);
            if within(&words[0].to_be_bytes(), &near_bits) {
                let flags = Flags::new(trim, false, false);
                let row = CodeRow { words, flags, says: Says(0), record };
                rows.push((n, row.to_bytes().to_vec()));
            }
        }
    }
    println!(
        "{count} works gone through in {:.1} s: {} keys and {} codes in one of {} shards",
        begun.elapsed().as_secs_f64(),
        keys.len(),
        rows.len(),
        1 << PART
    );
    let asked: Vec<u64> = rows.iter().map(|(n, _)| *n).step_by(rows.len() / 500).collect();
    let rows: Vec<Vec<u8>> = rows.into_iter().map(|(_, row)| row).collect();
    let keys = write_part(folder, exact, &exact_bits, keys);
    let near_pack = write_part(folder, near, &near_bits, rows);
    // Records lie by number and not by what they are of: the first are as good as any.
    let lines = (0..count >> PART).step_by(64).map(|first| {
        let group = (first..first + 64).flat_map(|n| [work(n).0.write(), vec![b'\n']].concat());
        group.collect::<Vec<u8>>()
    });
    let records = pack_of(folder, "records/records", lines.collect());
    let (mut lying, mut found) = (0, 0);
    for n in &asked {
        let print = seen(*n, 2, false);
        let [first, ..] = comparable(&print.codes.as_ref().unwrap().exact).unwrap();
        let number = shard::number(&first.to_be_bytes(), &near_bits);
        if number >> (near_bits.len() - PART) != 0 {
            continue;
        }
        lying += 1;
        let bytes = chain(folder, &near_pack, number).0;
        let like = shard::alike(&bytes, &probes(&print));
        found += usize::from(like.iter().any(|near| u64::from(near.row.record) == *n));
    }
    println!("two bits away, asked in one band: {found} of {lying} whose shards are in the part");
    let worst = [&keys, &near_pack, &records].map(|pack| {
        let groups = match pack {
            _ if std::ptr::eq(pack, &keys) => 1 << (exact_bits.len() - PART),
            _ if std::ptr::eq(pack, &near_pack) => 1 << (near_bits.len() - PART),
            _ => (count >> PART).div_ceil(64),
        };
        (0..groups).map(|slot| chain(folder, pack, slot).1).max().unwrap_or_default()
    });
    // A volume of the whole pack has more slots, and a proof a few hashes more.
    let whole = |pack: &Pack| u64::from(pack.slot_bytes) + 512;
    let slots: Vec<u64> = [&keys, &near_pack, &records].map(whole).into();
    println!(
        "slots that one look-up may need: {worst:?}; three requests at most: {} bytes, with a shard \
         in two slots {}",
        slots.iter().sum::<u64>(),
        slots[0] + 2 * slots[1]
    );
    let all = |pack: &Pack| (pack.slots * u64::from(pack.slot_bytes)) << PART;
    println!(
        "files, by that: keys {} GB, each band {} GB, records {} GB; {:.1} s, {:.0} MB of memory",
        all(&keys) / 1_000_000_000,
        all(&near_pack) / 1_000_000_000,
        all(&records) / 1_000_000_000,
        begun.elapsed().as_secs_f64(),
        peak_mb()
    );
    std::fs::remove_dir_all(folder).unwrap();
}

/// Lays rows into the shards of the part.
fn write_part(folder: &Path, family: Family, bits: &[u8], mut rows: Vec<Vec<u8>>) -> Pack {
    let key = if matches!(family, Family::Exact(_)) { 16 } else { 8 };
    rows.sort_by_cached_key(|row| (shard::number(&row[..key], bits), row.clone()));
    let mut groups = vec![Vec::new(); 1 << (bits.len() - PART)];
    for row in rows {
        groups[shard::number(&row[..key], bits) as usize].extend_from_slice(&row);
    }
    println!("  {}: {} shards in all", family.name(), 1_u64 << bits.len());
    pack_of(folder, &format!("shards/{}", family.name()), groups)
}

fn pack_of(folder: &Path, name: &str, groups: Vec<Vec<u8>>) -> Pack {
    let lengths: Vec<u32> = groups.iter().map(|group| group.len() as u32).collect();
    let bytes: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
    let pack = packing::write(folder, folder, name, &lengths, groups.into_iter().map(Ok)).unwrap();
    println!(
        "  {name}: {} groups of {} bytes on average and {} at most, slots of {}",
        lengths.len(),
        bytes / lengths.len() as u64,
        lengths.iter().max().unwrap(),
        pack.slot_bytes
    );
    pack
}

/// What begins in a slot, every part of it checked, and how many slots it takes.
fn chain(folder: &Path, pack: &Pack, slot: u64) -> (Vec<u8>, u32) {
    let folder = Folder::new(folder);
    let (mut slot, mut whole, mut slots) = (slot, Vec::new(), 0);
    loop {
        let place = pack.place(slot).unwrap();
        let bytes = folder.part(&place.file.name, place.from, place.length).unwrap();
        let opened = pack.open(slot, &bytes).unwrap();
        whole.extend_from_slice(opened.payload);
        slots += 1;
        match opened.next {
            Some(next) => slot = next.into(),
            None => return (whole, slots),
        }
    }
}

fn by_shards(catalogue: &Catalogue<Folder>, count: u64) {
    for (what, flip, known) in
        [("exact", 0, true), ("two bits away", 2, false), ("absent", 99, false)]
    {
        let asked = 500_u64.min(count);
        let (mut requests, mut bytes, mut most, mut found) = (0, 0, 0, 0);
        let begun = Instant::now();
        for k in 0..asked {
            let n = k * (count / asked);
            let seen = seen(n, flip, known);
            let answer = catalogue.by_shards(&seen, Budget::USUAL).unwrap();
            requests = requests.max(answer.requests);
            bytes += answer.bytes;
            most = most.max(answer.bytes);
            let id = format!("w{n:09}");
            found += u64::from(
                answer.works.iter().any(|w| w.record.as_ref().is_some_and(|r| r.id == id)),
            );
        }
        println!(
            "by shards, {what}: {found} of {asked} found; at most {requests} requests and {} bytes, \
             {} on average; {:.2} ms each",
            most,
            bytes / asked,
            begun.elapsed().as_secs_f64() * 1e3 / asked as f64
        );
    }
}

fn by_tables(catalogue: &Catalogue<Folder>, count: u64) {
    let asked = 200_u64.min(count);
    for (what, flip) in [("eight bits away", 8), ("absent", 99)] {
        let seen: Vec<Fingerprint> =
            (0..asked).map(|k| seen(k * (count / asked), flip, false)).collect();
        let begun = Instant::now();
        let found = seen.iter().filter(|seen| {
            let works = catalogue.by_tables(seen).unwrap().works;
            works.iter().any(|w| matches!(w.fit, Fit::Near { sure: true, .. }))
        });
        let found = found.count();
        println!(
            "by table, {what}: {found} of {asked} found, {:.3} ms each with its record",
            begun.elapsed().as_secs_f64() * 1e3 / asked as f64
        );
    }
}

fn orders(out: &Path, bands: u8) -> Orders {
    let about = About {
        name: "Made-up works".into(),
        operator: "Nobody".into(),
        contact: String::new(),
        report_to: String::new(),
        data_licence: "https://creativecommons.org/publicdomain/zero/1.0/".into(),
        date: "2026-11-22".into(),
    };
    Orders { about, out: out.to_path_buf(), memory: MEMORY, bands }
}

/// Numbers without pattern, the same everywhere (splitmix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn code(n: u64) -> [u64; 4] {
    let mut state = n.wrapping_mul(0xD134_2543_DE82_EF95);
    [(); 4].map(|()| random(&mut state))
}

fn work(n: u64) -> (Record, Codes) {
    let record = Record {
        id: format!("w{n:09}"),
        creators: vec!["Ann".into()],
        uses: [(Use::TrainGen, Verdict::Denied)].into(),
        licence: n.is_multiple_of(3).then(|| "CC-BY-4.0".to_string()),
        ..Record::default()
    };
    let mut codes = Codes::default();
    codes.image.push((code(n), Flags::new(Trim::Exact, false, false)));
    if n.is_multiple_of(3) {
        codes.image.push((code(!n), Flags::new(Trim::Untrimmed, false, false)));
    }
    codes.keys.push((Hash::Blake3, key(n)));
    (record, codes)
}

fn key(n: u64) -> [u8; KEY] {
    let mut key = [0; KEY];
    key.copy_from_slice(&blake3::hash(&n.to_be_bytes()).as_bytes()[..KEY]);
    key
}

/// What a reader has of a copy of a work: with the same bytes or other ones, and so many bits of
/// the code turned over.
fn seen(n: u64, flip: u32, same_bytes: bool) -> Fingerprint {
    let [first, rest @ ..] = code(n);
    let mut state = n;
    let mut mask = 0_u64;
    while mask.count_ones() < flip.min(32) {
        mask |= 1 << (random(&mut state) % 64);
    }
    let code: String =
        [first ^ mask].iter().chain(&rest).map(|word| format!("{word:016x}")).collect();
    let [exact, tolerant, untrimmed] = [&code; 3].map(String::clone);
    let bytes = if same_bytes { n } else { !n };
    Fingerprint {
        blake3: blake3::hash(&bytes.to_be_bytes()).to_hex().to_string(),
        codes: Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() }),
        ..Fingerprint::default()
    }
}

/// The most memory that this process has had, where the system tells.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1_000.0
}
