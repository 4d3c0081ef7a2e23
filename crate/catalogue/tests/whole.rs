//! A catalogue from its works to its answers, and everything that must be refused on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sayso_catalogue::build::{Builder, Codes, Orders};
use sayso_catalogue::check::check;
use sayso_catalogue::find::{Budget, Catalogue};
use sayso_catalogue::signature::{Key, accept};
use sayso_catalogue::source::{Folder, Source};
use sayso_core::catalogue::Refusal;
use sayso_core::catalogue::delta;
use sayso_core::catalogue::descriptor::{About, Descriptor, NAME, SIGNATURE};
use sayso_core::catalogue::record::{Record, Standing};
use sayso_core::catalogue::row::{Flags, KEY, Trim};
use sayso_core::catalogue::shard::Hash;
use sayso_core::catalogue::table::{Kind, Table};
use sayso_core::fingerprint::sound::Heard;
use sayso_core::fingerprint::{Fingerprint, ImageCodes};
use sayso_core::registry::Fit;
use sayso_core::vocabulary::{Tier, Use, Verdict};

/// Numbers without pattern, the same everywhere (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn code(n: u64) -> [u64; 4] {
    let mut random = Random(n);
    [(); 4].map(|()| random.next())
}

fn hex(words: [u64; 4]) -> String {
    words.iter().map(|w| format!("{w:016x}")).collect()
}

fn key(n: u64) -> [u8; KEY] {
    *blake3::hash(&n.to_be_bytes()).as_bytes().first_chunk().unwrap()
}

/// What a reader has of a picture whose code is this one.
fn seen(words: [u64; 4], bytes: u64) -> Fingerprint {
    let [exact, tolerant, untrimmed] = std::array::from_fn(|_| hex(words));
    Fingerprint {
        blake3: blake3::hash(&bytes.to_be_bytes()).to_hex().to_string(),
        codes: Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() }),
        ..Fingerprint::default()
    }
}

fn words(n: u64) -> Vec<u32> {
    let mut random = Random(n + 1_000_000);
    (0..200).map(|_| random.next() as u32).collect()
}

fn heard(n: u64) -> Heard {
    Heard::of(&words(n), 25.0, true, 25.0)
}

fn work(n: u64) -> (Record, Codes) {
    let mut record = Record {
        id: format!("work-{n}"),
        title: Some(format!("Work {n}")),
        creators: vec!["Zoë".into()],
        licence: n.is_multiple_of(2).then(|| "CC BY 4.0".to_string()),
        uses: [(Use::TrainGen, Verdict::Denied), (Use::Search, Verdict::Allowed)].into(),
        ..Record::default()
    };
    let mut codes = Codes { keys: vec![(Hash::Blake3, key(n))], ..Codes::default() };
    if n % 10 == 3 {
        let sound = heard(n).sound.unwrap();
        record.print = Some(sound.print);
        codes.audio.extend(sayso_core::fingerprint::compare::comparable(&sound.code));
    } else {
        codes.image.push((code(n), Flags::new(Trim::Exact, false, false)));
        codes
            .image
            .push((code(n ^ 0xFFFF_0000), Flags::new(Trim::Untrimmed, n.is_multiple_of(7), false)));
    }
    (record, codes)
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("catalogue")
}

fn orders(out: &Path) -> Orders {
    let about = About {
        name: "Fern and Heron".into(),
        operator: "A collective".into(),
        contact: "mailto:desk@collective.example".into(),
        report_to: "https://collective.example/wrong".into(),
        data_licence: "https://creativecommons.org/publicdomain/zero/1.0/".into(),
        date: "2026-11-22".into(),
    };
    Orders { about, out: out.to_path_buf(), memory: 8 << 20, bands: 4 }
}

fn signer() -> Key {
    Key::from_bytes(&[7; 32])
}

fn build(out: &Path, works: impl IntoIterator<Item = u64>) -> Descriptor {
    build_with(orders(out), works)
}

fn build_with(orders: Orders, works: impl IntoIterator<Item = u64>) -> Descriptor {
    let mut builder = Builder::begin(orders).unwrap();
    for n in works {
        let (record, codes) = work(n);
        builder.add(&record, &codes).unwrap();
    }
    builder.finish(&signer()).unwrap()
}

/// Every file below a folder, by its name.
fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => {
                    let name = path.strip_prefix(out).unwrap().to_str().unwrap().to_string();
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

fn open(out: &Path) -> Catalogue<Folder> {
    Catalogue::open(Folder::new(out), None).unwrap()
}

#[test]
fn the_bytes_are_the_same_in_any_order_and_with_any_memory() {
    let (a, b) = (folder("order-a"), folder("order-b"));
    build(&a, 0..3_000);
    let little = Orders { memory: 64 << 10, ..orders(&b) };
    // Backwards, and some twice.
    build_with(little, (0..3_000).rev().chain(100..200));
    let (a, b) = (files(&a), files(&b));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    assert!(a == b);
    let all: Vec<u8> =
        a.iter().flat_map(|(name, bytes)| [name.as_bytes(), bytes].concat()).collect();
    assert_eq!(
        blake3::hash(&all).to_hex().as_str(),
        "d0764ab8144183a2f14ec58a24b667cea13acd4a3e6e817ba7aeed2d5e90681d",
        "a change of the format is a change of its version"
    );
}

#[test]
fn one_band_is_asked_of_codes_or_of_hashes_wherever_most_works_are() {
    let hashes = |n: u64| (code(n)[0], code(n)[1]);
    for (name, codes, rows, kind) in [("codes", 90, 30, "image"), ("hashes", 30, 90, "hashes")] {
        let out = folder(&format!("one-band-{name}"));
        let mut builder = Builder::begin(orders(&out)).unwrap();
        for n in 0..codes {
            builder.add(&work(n).0, &work(n).1).unwrap();
        }
        for n in 1_000..1_000 + rows {
            let record = Record { id: format!("M{n}"), ..Record::default() };
            let codes = Codes { hashes: vec![hashes(n)], ..Codes::default() };
            builder.add(&record, &codes).unwrap();
        }
        let descriptor = builder.finish(&signer()).unwrap();
        assert_eq!(descriptor.works, codes + rows);
        assert!(check(&Folder::new(&out), &descriptor, |_| {}).is_ok());
        let (phash, dhash) = hashes(1_007);
        let print = Fingerprint {
            phash: Some(format!("{:016x}", phash ^ 0b11)),
            dhash: Some(format!("{dhash:016x}")),
            ..seen(code(5), 7_777)
        };
        let usual = open(&out).by_shards(&print, Budget::USUAL).unwrap();
        assert_eq!((usual.requests, usual.cut_short), (3, true), "{:?}", usual.asked);
        assert!(usual.asked[1].starts_with(kind), "{:?}", usual.asked);
        assert!(usual.works[0].record.is_some(), "a request is left for the record");
        let thorough = open(&out).by_shards(&print, Budget::THOROUGH).unwrap();
        let mut ids: Vec<_> = thorough.works.iter().map(|w| w.record.as_ref().unwrap()).collect();
        ids.sort_by_key(|record| record.id.clone());
        assert_eq!(ids.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["M1007", "work-5"]);
        assert_eq!(usual.works.len(), 1);
    }
}

#[test]
fn everything_that_was_built_is_found_again() {
    let out = folder("found");
    let descriptor = build(&out, 0..3_000);
    assert_eq!((descriptor.works, descriptor.pictures, descriptor.sounds), (3_000, 2_700, 300));
    let checked = check(&Folder::new(&out), &descriptor, |_| {}).unwrap();
    assert_eq!((checked.records, checked.rows), (3_000, 3_000 + 4 * (5_400 + 300)));
    let mut catalogue = open(&out);
    for n in [0, 1, 1_500, 2_999] {
        // Opened anew each time: the records that were read last are kept.
        let exact = open(&out).by_shards(&seen(code(7_777_777), n), Budget::USUAL).unwrap();
        assert_eq!(exact.works[0].fit, Fit::Exact);
        assert_eq!(exact.works[0].record, Some(work(n).0));
        assert_eq!((exact.works.len(), exact.requests, exact.cut_short), (1, 2, false));
        assert!(exact.bytes < 100 << 10, "{}", exact.bytes);
        // Another file with nearly the same picture; the bits of the first band are as they were.
        let [first, rest @ ..] = code(n);
        let copy = [first ^ 0b101, rest[0] ^ 3, rest[1], rest[2]];
        let near = open(&out).by_shards(&seen(copy, 900_000 + n), Budget::USUAL).unwrap();
        let fit = Fit::Near { distance: 4, bits: 256, sure: true, turned: false, from_s: None };
        assert_eq!((&near.works[0].fit, near.requests), (&fit, 3), "{n}");
        assert_eq!(near.works[0].record, Some(work(n).0));
        assert!(near.bytes < 100 << 10, "{}", near.bytes);
        catalogue.load_tables().unwrap();
        let found = catalogue.by_tables(&seen(copy, 900_000 + n)).unwrap();
        assert_eq!(found.works[0].fit, fit);
        let hit = found.works[0].hit(&catalogue.publisher(Standing::Followed));
        assert_eq!(hit.statements[0].tier, Tier::S1, "a likeness hints");
    }
    // Where a table is at hand no band is asked for; this one has none.
    let miss = open(&out).by_shards(&seen(code(7_777_777), 7_777_777), Budget::USUAL).unwrap();
    assert!(miss.works.is_empty() && miss.requests == 2);
    assert_eq!(miss.asked.len(), 2, "what was asked is told, since a miss says no more than that");
}

#[test]
fn one_band_finds_less_than_all_and_all_find_three_bits() {
    let out = folder("bands");
    build(&out, (0..3_000).filter(|n| n % 10 != 3));
    let catalogue = open(&out);
    let mut found = [0, 0];
    for n in 0..200_u64 {
        let n = n * 10;
        let mut random = Random(n);
        let flip = (0..3).fold(0, |bits, _| bits | 1 << (random.next() % 63));
        let [first, rest @ ..] = code(n);
        let copy = seen([first ^ flip, rest[0], rest[1], rest[2]], 900_000 + n);
        for (found, budget) in found.iter_mut().zip([Budget::USUAL, Budget::THOROUGH]) {
            let works = catalogue.by_shards(&copy, budget).unwrap().works;
            *found += usize::from(works.first().is_some_and(|w| w.record == Some(work(n).0)));
        }
    }
    assert_eq!(found[1], 200);
    assert!(found[0] > 100 && found[0] < 200, "{found:?}");
}

#[test]
fn a_sound_is_confirmed_by_its_print() {
    let out = folder("sound");
    build(&out, 0..500);
    let mut catalogue = open(&out);
    let mut seen = Fingerprint { blake3: "00".repeat(32), ..Fingerprint::default() };
    seen.hear(heard(13));
    let by_shards = catalogue.by_shards(&seen, Budget::USUAL).unwrap();
    catalogue.load_tables().unwrap();
    for found in [by_shards, catalogue.by_tables(&seen).unwrap()] {
        let [work] = &found.works[..] else { panic!("{found:?}") };
        let whole = matches!(work.fit, Fit::Near { distance: 0, bits: 6_400, sure: true, .. });
        assert!(whole, "{:?}", work.fit);
        assert_eq!(work.record.as_ref().unwrap().id, "work-13");
    }
    // The same Audio-Code, and another sound: a candidate that is not confirmed is nothing.
    let code = seen.sound.as_ref().unwrap().code.clone();
    seen.hear(heard(999));
    seen.sound.as_mut().unwrap().code = code;
    assert!(catalogue.by_tables(&seen).unwrap().works.is_empty());
}

#[test]
fn the_next_epoch_keeps_numbers_and_leads_there_by_a_delta() {
    let out = folder("epochs");
    let first = build(&out, 0..1_000);
    let before = files(&out);
    // Fifty go, thirty come, and one changes its mind.
    let mut builder = Builder::begin(orders(&out)).unwrap();
    for n in 50..1_030 {
        let (mut record, codes) = work(n);
        if n == 500 {
            record.uses.insert(Use::Tdm, Verdict::Denied);
        }
        builder.add(&record, &codes).unwrap();
    }
    let second = builder.finish(&signer()).unwrap();
    assert_eq!((second.epoch, second.works, second.records.numbers), (2, 980, 1_030));
    assert_eq!(second.previous, Some(*blake3::hash(&first.write()).as_bytes()));
    check(&Folder::new(&out), &second, |_| {}).unwrap();
    let delta = second.deltas.iter().find(|d| d.kind == Kind::Image).unwrap();
    let old = Table::read(before[&first.tables[&Kind::Image].file.name].clone()).unwrap();
    let bytes = fs::read(out.join(&delta.file.name)).unwrap();
    let new = delta::apply(&old, &bytes).unwrap();
    second.tables[&Kind::Image].file.check(&new).unwrap();
    assert!(bytes.len() * 4 < new.len(), "a delta is small: {} of {}", bytes.len(), new.len());
    // Whoever is in the middle of the first epoch still finds its files.
    for file in first.files() {
        assert!(out.join(&file.name).exists(), "{}", file.name);
    }
    let catalogue = open(&out);
    let find = |n| catalogue.by_shards(&seen(code(1), n), Budget::USUAL).unwrap().works;
    assert!(find(0).is_empty(), "what was taken away is not found");
    let old_number = Catalogue::with(Folder::new(&out), &before[NAME], &before[SIGNATURE], None)
        .unwrap()
        .by_shards(&seen(code(1), 500), Budget::USUAL)
        .unwrap()
        .works[0]
        .number;
    assert_eq!(find(500)[0].number, old_number);
    assert_eq!(find(500)[0].says.verdict(Use::Tdm), Verdict::Denied);
    let third = build(&out, 50..1_030);
    assert_eq!(third.epoch, 3);
    // Of each table one to this epoch, although one has not changed, and one to that before.
    assert_eq!(third.deltas.len(), 4, "{:?}", third.deltas);
    assert!(!out.join(&first.tables[&Kind::Image].file.name).exists(), "the first is forgotten");
}

#[test]
fn a_catalogue_that_cannot_follow_is_refused() {
    let out = folder("follow");
    build(&out, 0..50);
    let first = files(&out);
    let (_, pinned) = accept(&first[NAME], &first[SIGNATURE], None).unwrap();
    build(&out, 0..60);
    let second = files(&out);
    let (_, later) = accept(&second[NAME], &second[SIGNATURE], Some(&pinned)).unwrap();
    assert_eq!(
        accept(&first[NAME], &first[SIGNATURE], Some(&later)).unwrap_err(),
        Refusal::Older { have: 2, offered: 1 }
    );
    let fork = folder("fork");
    build(&fork, 0..70);
    let fork = files(&fork);
    let forked = accept(&fork[NAME], &fork[SIGNATURE], Some(&pinned)).unwrap_err();
    assert_eq!(forked, Refusal::Forked);
    let stranger = folder("stranger");
    let mut builder = Builder::begin(orders(&stranger)).unwrap();
    builder.add(&work(1).0, &work(1).1).unwrap();
    builder.finish(&Key::from_bytes(&[8; 32])).unwrap();
    let stranger = files(&stranger);
    let other = accept(&stranger[NAME], &stranger[SIGNATURE], Some(&pinned)).unwrap_err();
    assert_eq!(other, Refusal::OtherKey);
    // Another key cannot go on where this one was either.
    let mut builder = Builder::begin(orders(&out)).unwrap();
    builder.add(&work(1).0, &work(1).1).unwrap();
    assert!(builder.finish(&Key::from_bytes(&[8; 32])).is_err());
    assert!(files(&out) == second, "and leaves everything as it was");
    // New descriptor, old signature: an upload that is half done.
    for (json, signature) in [(&first, &second), (&second, &first)] {
        let half = accept(&json[NAME], &signature[SIGNATURE], None).unwrap_err();
        assert_eq!(half, Refusal::Signature);
    }
}

#[test]
fn no_bit_of_a_descriptor_or_its_signature_can_be_changed() {
    let out = folder("bits");
    build(&out, 0..20);
    let files = files(&out);
    let (json, signature) = (&files[NAME], &files[SIGNATURE]);
    for bit in 0..signature.len() * 8 {
        let mut changed = signature.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(accept(json, &changed, None).unwrap_err(), Refusal::Signature);
    }
    for bit in 0..json.len() * 8 {
        let mut changed = json.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(accept(&changed, signature, None).is_err(), "bit {bit}");
    }
    for cut in 0..json.len() {
        assert!(accept(&json[..cut], signature, None).is_err());
    }
    assert!(accept(json, &signature[..63], None).is_err());
}

/// Files in memory, so that each can be damaged.
struct Memory(BTreeMap<String, Vec<u8>>);

impl Source for Memory {
    fn whole(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        let bytes = self.0.get(name).filter(|bytes| bytes.len() as u64 <= most);
        bytes.cloned().ok_or_else(|| sayso_catalogue::source::unavailable(name, "gone"))
    }

    fn part(&self, name: &str, from: u64, length: u32) -> Result<Vec<u8>, Refusal> {
        let part = self.0.get(name).and_then(|b| b.get(from as usize..)?.get(..length as usize));
        part.map(<[u8]>::to_vec)
            .ok_or_else(|| sayso_catalogue::source::unavailable(name, "it ends too early"))
    }
}

#[test]
fn a_damaged_file_is_noticed_wherever_it_is_damaged() {
    let out = folder("damaged");
    let descriptor = build(&out, 0..30);
    let whole = files(&out);
    assert!(check(&Memory(whole.clone()), &descriptor, |_| {}).is_ok());
    for name in whole.keys().filter(|name| name.ends_with(".bin")) {
        let length = whole[name].len();
        for at in (0..length).step_by((length / 40).max(1)) {
            let mut damaged = whole.clone();
            damaged.get_mut(name).unwrap()[at] ^= 1 << (at % 8);
            assert!(check(&Memory(damaged), &descriptor, |_| {}).is_err(), "{name}, byte {at}");
            let mut cut = whole.clone();
            cut.get_mut(name).unwrap().truncate(at);
            assert!(check(&Memory(cut), &descriptor, |_| {}).is_err(), "{name} cut at {at}");
        }
    }
    // A look-up that meets the damage refuses it, and one that does not is answered.
    let mut lost = whole.clone();
    for (name, bytes) in &mut lost {
        if name.starts_with("records/") {
            bytes.fill(0);
        }
    }
    let catalogue = Catalogue::open(Memory(lost), None).unwrap();
    assert!(matches!(
        catalogue.by_shards(&seen(code(5), 5), Budget::USUAL),
        Err(Refusal::Differs { .. })
    ));
    assert!(catalogue.by_shards(&seen(code(777), 777), Budget::USUAL).unwrap().works.is_empty());
}

#[test]
fn what_is_no_work_is_not_built() {
    let out = folder("wrong");
    let mut builder = Builder::begin(orders(&out)).unwrap();
    for id in ["", " a", "a\n", "a\u{202E}b", &"x".repeat(2_000)] {
        let record = Record { id: id.to_string(), ..Record::default() };
        assert!(builder.add(&record, &Codes::default()).is_err(), "{id:?}");
    }
    let (record, codes) = work(1);
    builder.add(&record, &codes).unwrap();
    builder.add(&Record { title: None, ..record }, &codes).unwrap();
    let why = builder.finish(&signer()).unwrap_err().to_string();
    assert_eq!(why, "work-1: two things are said of the same work");
    assert!(!out.join(NAME).exists());
    let nothing = Builder::begin(orders(&out)).unwrap().finish(&signer()).unwrap();
    assert_eq!(nothing.works, 0);
    check(&Folder::new(&out), &nothing, |_| {}).unwrap();
    assert!(open(&out).by_shards(&seen(code(1), 1), Budget::USUAL).unwrap().works.is_empty());
}
