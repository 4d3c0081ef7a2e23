//! `sayso catalogue`: builds, checks and asks the signed files that a collective publishes.
//!
//! The format is that of `crate/CATALOGUE.md`. Media are read by the same code as everywhere, as
//! many at a time as there are processors; the order in which they are done changes nothing. Where
//! one machine is too few, `codes` reads the media of a part of a list and `build` takes the parts.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sayso_catalogue::Refusal;
use sayso_catalogue::build::{self, Builder, Codes, Orders};
use sayso_catalogue::check;
use sayso_catalogue::find::{Budget, Catalogue, Found, Work};
use sayso_catalogue::signature::{Key, Pinned, accept};
use sayso_catalogue::source::{Folder, Source, unavailable};
use sayso_core::catalogue::descriptor::{About, Descriptor, NAME, SIGNATURE_BYTES, hex};
use sayso_core::catalogue::record::Record;
use sayso_core::catalogue::shard::BANDS;
use sayso_core::fingerprint::Fingerprint;
use sayso_core::limits::Limits;
use sayso_core::page::{Failure, Header};
use sayso_core::reading::{self, Delivery, Reading};
use sayso_core::registry::Fit;
use serde_json::json;
use url::Url;

use crate::text::plain;
use crate::web::{Ask, Patience, Web};
use crate::works::{self, Listed};

/// What `build` is told.
#[derive(Default)]
struct BuildWords {
    name: Option<String>,
    operator: Option<String>,
    contact: String,
    report_to: String,
    data_licence: String,
    works: Option<OsString>,
    media: Option<PathBuf>,
    out: Option<PathBuf>,
    key: Option<PathBuf>,
    jobs: Option<usize>,
    bands: u8,
}

/// Reads the arguments and does what they say; the exit status.
pub fn run(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let wrong = |e: lexopt::Error| e.to_string();
    match args.next().map_err(wrong)? {
        Some(Value(word)) if word == "build" => build(args),
        Some(Value(word)) if word == "codes" => codes(args),
        Some(Value(word)) if word == "verify" => verify(args),
        Some(Value(word)) if word == "find" => find(args),
        _ => Err("catalogue knows build, codes, verify and find".to_string()),
    }
}

fn build(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let mut words = BuildWords { bands: BANDS, ..BuildWords::default() };
    let wrong = |e: lexopt::Error| e.to_string();
    while let Some(arg) = args.next().map_err(wrong)? {
        match arg {
            Long("name") => words.name = Some(text(&mut args)?),
            Long("operator") => words.operator = Some(text(&mut args)?),
            Long("contact") => words.contact = text(&mut args)?,
            Long("report-to") => words.report_to = text(&mut args)?,
            Long("data-licence") => words.data_licence = text(&mut args)?,
            Long("works") => words.works = Some(args.value().map_err(wrong)?),
            Long("media") => words.media = Some(args.value().map_err(wrong)?.into()),
            Long("out") => words.out = Some(args.value().map_err(wrong)?.into()),
            Long("key") => words.key = Some(args.value().map_err(wrong)?.into()),
            Long("jobs") => words.jobs = Some(number(&text(&mut args)?, 256)?),
            Long("bands") => words.bands = number(&text(&mut args)?, BANDS.into())? as u8,
            other => return Err(other.unexpected().to_string()),
        }
    }
    if words.name.is_none() || words.works.is_none() || words.out.is_none() {
        return Err("build needs --name, --works and --out".to_string());
    }
    build_now(words).or_else(|why| {
        eprintln!("sayso: {}", plain(&why));
        Ok(1)
    })
}

fn build_now(words: BuildWords) -> Result<u8, String> {
    let name = words.name.unwrap_or_default();
    let out = words.out.unwrap_or_default();
    let list = works::open(&words.works.unwrap_or_default())?;
    let key = key(&words.key.unwrap_or_else(|| beside(&out, ".key")), &out)?;
    let about = About {
        operator: words.operator.unwrap_or_else(|| name.clone()),
        name,
        contact: words.contact,
        report_to: words.report_to,
        data_licence: words.data_licence,
        date: today(),
    };
    let orders = Orders { about, out, memory: build::MEMORY, bands: words.bands };
    let mut builder = Builder::begin(orders).map_err(|e| e.to_string())?;
    let (mut unread, mut done) = (0, 0_u64);
    gather(list, words.media.as_deref(), words.jobs, |listed, read| {
        if let Err(why) = read {
            // Left out and told: half a catalogue is better known to be half.
            eprintln!("{}: {}", plain(&listed.record.id), plain(&why));
            unread += 1;
            return Ok(());
        }
        builder.add(&listed.record, &listed.codes).map_err(|e| e.to_string())?;
        done += 1;
        if done.is_multiple_of(1_000) && std::io::stderr().is_terminal() {
            eprint!("\r{done} works");
        }
        Ok(())
    })?;
    let descriptor = builder.finish(&key).map_err(|e| e.to_string())?;
    let told = crate::tell(&format!(
        "{}: epoch {}, {} works ({} pictures, {} sounds), {} in {} files\nkey {}\n",
        plain(&descriptor.about.name),
        descriptor.epoch,
        descriptor.works,
        descriptor.pictures,
        descriptor.sounds,
        size(descriptor.files().iter().map(|f| f.bytes).sum()),
        descriptor.files().len(),
        hex(&descriptor.key),
    ));
    Ok(told.max(u8::from(unread > 0)))
}

fn text(args: &mut lexopt::Parser) -> Result<String, String> {
    use lexopt::ValueExt;
    args.value().and_then(|value| value.string()).map_err(|e| e.to_string())
}

fn number(text: &str, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=most).contains(n));
    number.ok_or_else(|| format!("'{text}' is no number from 1 to {most}"))
}

fn beside(out: &Path, end: &str) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_os_string();
    name.push(end);
    out.with_file_name(name)
}

/// Reads the key, or makes one that only its owner can read.
fn key(path: &Path, out: &Path) -> Result<Key, String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    let absolute = |p: &Path| std::path::absolute(p).map_err(|e| wrong(e.to_string()));
    if absolute(path)?.starts_with(absolute(out)?) {
        return Err(wrong("the key would be published with the catalogue".to_string()));
    }
    if !path.exists() {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|e| wrong(e.to_string()))?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|e| wrong(e.to_string()))?;
        writeln!(file, "{}", hex(&secret)).map_err(|e| wrong(e.to_string()))?;
        file.sync_all().map_err(|e| wrong(e.to_string()))?;
        eprintln!(
            "a new key was made: {}. Keep it: without it there is no next epoch",
            path.display()
        );
        return Ok(Key::from_bytes(&secret));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    file.take(100).read_to_string(&mut text).map_err(|e| wrong(e.to_string()))?;
    let text = text.trim();
    let digits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !digits {
        return Err(wrong("this is no key: 64 hex digits".to_string()));
    }
    let mut secret = [0; 32];
    for (n, byte) in secret.iter_mut().enumerate() {
        *byte =
            u8::from_str_radix(&text[2 * n..2 * n + 2], 16).map_err(|e| wrong(e.to_string()))?;
    }
    Ok(Key::from_bytes(&secret))
}

/// The day: of `SOURCE_DATE_EPOCH` where it is set (<https://reproducible-builds.org/specs/source-date-epoch/>).
fn today() -> String {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|s| s.parse().ok());
    let seconds: u64 = set.unwrap_or_else(|| crate::source::now() / 1_000);
    let days = i64::try_from(seconds / 86_400).unwrap_or_default();
    // Days to a date of the Gregorian calendar, counted in eras of 400 years from 1 March.
    let z = days + 719_468;
    let (era, day) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Prints the works of a list with their codes, a line each, in the order of the list.
fn codes(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let (mut list, mut media, mut jobs) = (None, None, None);
    let wrong = |e: lexopt::Error| e.to_string();
    while let Some(arg) = args.next().map_err(wrong)? {
        match arg {
            Long("works") => list = Some(args.value().map_err(wrong)?),
            Long("media") => media = Some(PathBuf::from(args.value().map_err(wrong)?)),
            Long("jobs") => jobs = Some(number(&text(&mut args)?, 256)?),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let list = list.ok_or("codes needs --works")?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut unread = false;
    let printed = works::open(&list).and_then(|list| {
        gather(list, media.as_deref(), jobs, |listed, read| {
            unread |= read.is_err();
            let line = works::line(&listed, read);
            writeln!(out, "{line}").map_err(|e| format!("the works cannot be written: {e}"))
        })
    });
    let printed = printed.and_then(|()| out.flush().map_err(|e| e.to_string()));
    printed.map(|()| u8::from(unread)).or_else(|why| {
        eprintln!("sayso: {}", plain(&why));
        Ok(1)
    })
}

/// Works that may be done before an earlier one is, for each processor.
const AHEAD: usize = 32;

/// A line of the list, and where it goes when its file was read.
type Job = (Listed, SyncSender<Done>);
/// What its file said, or why it could not be read.
type Done = (Listed, Result<(), String>);

/// Reads the file of every work, several at a time, and takes them in the order of the list.
fn gather(
    list: works::List,
    media: Option<&Path>,
    jobs: Option<usize>,
    mut take: impl FnMut(Listed, Result<(), String>) -> Result<(), String>,
) -> Result<(), String> {
    let processors = || thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let jobs = jobs.unwrap_or_else(processors);
    let (work, jobs_in) = sync_channel::<Job>(jobs);
    let (order, answers) = sync_channel::<Receiver<Done>>(jobs * AHEAD);
    let jobs_in = Mutex::new(jobs_in);
    thread::scope(|scope| {
        for _ in 0..jobs {
            let worker = || while_listed(&jobs_in, media);
            // Deep recursion in a decoder must not take the run down.
            let thread = thread::Builder::new().stack_size(16 << 20);
            if thread.spawn_scoped(scope, worker).is_err() {
                return Err("no thread could be started".to_string());
            }
        }
        let feeder = scope.spawn(move || -> Result<(), String> {
            for listed in list {
                let (answer, later) = sync_channel(1);
                // Nobody takes them any more when taking has failed.
                if order.send(later).is_err() || work.send((listed?, answer)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut taken = Ok(());
        for answer in &answers {
            // The list ends where a line of it is wrong, which the feeder tells.
            let Ok((listed, read)) = answer.recv() else { break };
            taken = take(listed, read);
            if taken.is_err() {
                break;
            }
        }
        drop(answers);
        let fed = feeder.join().unwrap_or_else(|_| Err("the reader of the list stopped".into()));
        fed.and(taken)
    })
}

fn while_listed(list: &Mutex<Receiver<Job>>, media: Option<&Path>) {
    loop {
        let job = list.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((mut listed, answer)) = job else { return };
        let read = match (&listed.unread, &listed.file, media) {
            (Some(why), ..) => Err(why.clone()),
            (None, Some(file), Some(media)) => {
                let path = media.join(file);
                // The last net under the readers, which are written not to need it.
                let read = std::panic::catch_unwind(|| read(&path));
                read.unwrap_or_else(|_| Err("the reader stopped".to_string()))
                    .map(|reading| add_codes(&mut listed, &reading.fingerprint))
            }
            // A list that has codes needs no media; one that has neither can find nothing.
            _ if listed.codes != Codes::default() => Ok(()),
            _ => Err("it has neither a file below --media nor a code of its own".to_string()),
        };
        // Nobody waits for it any more when taking has failed.
        let _ = answer.send((listed, read));
    }
}

fn add_codes(listed: &mut Listed, print: &Fingerprint) {
    let own = Codes::of(print);
    listed.codes.image.extend(own.image);
    listed.codes.audio.extend(own.audio);
    listed.codes.keys.extend(own.keys);
    listed.record.print = print.sound.as_ref().map(|sound| sound.print.clone());
}

/// Reads one file as `check` does, but for its metadata's worth.
fn read(path: &Path) -> Result<Reading, String> {
    let metadata = fs::metadata(path).map_err(|e| e.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_string());
    }
    let limits = Limits::DEFAULT;
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| e.to_string())?;
    file.take(limits.file_bytes as u64 + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() > limits.file_bytes {
        return Err(format!("it has more than the {} bytes that are read", limits.file_bytes));
    }
    let mut reading = reading::read(&bytes, Delivery::default(), &limits);
    if let Some(facts) = reading.media.as_ref().filter(|_| reading.has_sound()) {
        let heard = sayso_sound::listen(&bytes, facts, &limits);
        reading.hear(heard);
    }
    Ok(reading)
}

fn verify(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let mut words = Vec::new();
    while let Some(arg) = args.next().map_err(|e| e.to_string())? {
        match arg {
            Value(word) => words.push(word),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let [place] = words.as_slice() else { return Err("verify needs one folder or address".into()) };
    let web = Web::new(Patience::default());
    let whole = |source: Place<'_>| -> Result<(Descriptor, check::Checked), Refusal> {
        let catalogue = Catalogue::open(source, None)?;
        let descriptor = catalogue.descriptor().clone();
        let checked = check::check(catalogue.source(), &descriptor, |file| {
            if std::io::stderr().is_terminal() {
                eprintln!("{} ({})", file.name, size(file.bytes));
            }
        })?;
        Ok((descriptor, checked))
    };
    match whole(Place::of(place, &web)?) {
        Ok((descriptor, checked)) => Ok(crate::tell(&format!(
            "{}\n  run by {}, reached at {}\n  wrong records are reported to {}\n  \
             licence of the data: {}\n  epoch {} of {}, {} works, {} in {} files\n  key {}\n\
             Proved: {} files, {} rows and {} records are those that this key has signed.\n\
             Only claimed: who holds the key, and all that the records say.\n",
            plain(&descriptor.about.name),
            or_nobody(&descriptor.about.operator),
            or_nobody(&descriptor.about.contact),
            or_nobody(&descriptor.about.report_to),
            or_nobody(&descriptor.about.data_licence),
            descriptor.epoch,
            plain(&descriptor.about.date),
            descriptor.works,
            size(checked.bytes),
            checked.files,
            hex(&descriptor.key),
            checked.files,
            checked.rows,
            checked.records,
        ))),
        Err(why) => {
            eprintln!("sayso: {}: {}", place.display(), plain(&why.to_string()));
            Ok(1)
        }
    }
}

fn or_nobody(text: &str) -> String {
    if text.is_empty() { "(not said)".to_string() } else { plain(text) }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn find(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let (mut words, mut state) = (Vec::new(), None);
    let (mut json, mut budget) = (false, Budget::USUAL);
    let wrong = |e: lexopt::Error| e.to_string();
    while let Some(arg) = args.next().map_err(wrong)? {
        match arg {
            Long("json") => json = true,
            Long("thorough") => budget = Budget::THOROUGH,
            Long("state") => state = Some(PathBuf::from(args.value().map_err(wrong)?)),
            Value(word) => words.push(word),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let Some((place, files)) = words.split_first().filter(|(_, files)| !files.is_empty()) else {
        return Err("find needs a folder or address, and files".to_string());
    };
    let web = Web::new(Patience::default());
    let catalogue = match open(place, &web, state.as_deref()) {
        Ok(catalogue) => catalogue,
        Err(why) => {
            eprintln!("sayso: {}: {}", place.display(), plain(&why));
            return Ok(1);
        }
    };
    let mut status = 0;
    for file in files {
        let found = read(Path::new(file)).and_then(|reading| {
            let found = match catalogue.source() {
                Place::Folder(_) => catalogue.by_tables(&reading.fingerprint),
                Place::Web { .. } => catalogue.by_shards(&reading.fingerprint, budget),
            };
            found.map_err(|e| e.to_string())
        });
        if found.is_err() {
            status = 1;
        }
        let told = if json { line(file, &found) } else { account(file, &found) };
        status = status.max(crate::tell(&told));
        if let (false, Ok(found), Place::Web { .. }) = (json, &found, catalogue.source()) {
            eprintln!("{}", cost(found));
        }
    }
    Ok(status)
}

/// Takes a catalogue: what comes now, or, where that cannot be, what was had last.
fn open<'w>(
    place: &OsStr,
    web: &'w Web,
    state: Option<&Path>,
) -> Result<Catalogue<Place<'w>>, String> {
    let had = state.map(kept).transpose()?.flatten();
    let pinned = had.as_ref().map(|(_, _, pinned)| pinned);
    let source = Place::of(place, web)?;
    let opened = match Catalogue::open(source, pinned) {
        Ok(catalogue) => {
            if let Some(state) = state.filter(|_| pinned != Some(&catalogue.pinned())) {
                let json = catalogue.descriptor().write();
                keep(state, catalogue.source(), &json)?;
            }
            Ok(catalogue)
        }
        Err(why) => match &had {
            Some((json, signature, _)) => {
                eprintln!("sayso: {}; what was had last is used", plain(&why.to_string()));
                Catalogue::with(Place::of(place, web)?, json, signature, None)
            }
            None => Err(why),
        },
    };
    let mut catalogue = opened.map_err(|e| e.to_string())?;
    if let Place::Folder(_) = catalogue.source() {
        catalogue.load_tables().map_err(|e| e.to_string())?;
    }
    Ok(catalogue)
}

type Kept = (Vec<u8>, Vec<u8>, Pinned);

/// What was had last: a signature, then the descriptor it is over.
fn kept(path: &Path) -> Result<Option<Kept>, String> {
    if !path.exists() {
        return Ok(None);
    }
    // Without it a replaced catalogue could not be told from the one that was chosen.
    let wrong = |why: String| format!("{}: {why}", path.display());
    let bytes = fs::read(path).map_err(|e| wrong(e.to_string()))?;
    let (signature, json) = bytes
        .split_at_checked(SIGNATURE_BYTES)
        .ok_or_else(|| wrong("what was kept is damaged".to_string()))?;
    let (_, pinned) = accept(json, signature, None).map_err(|e| wrong(e.to_string()))?;
    Ok(Some((json.to_vec(), signature.to_vec(), pinned)))
}

fn keep(path: &Path, source: &Place<'_>, json: &[u8]) -> Result<(), String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    let signature = source
        .whole(sayso_core::catalogue::descriptor::SIGNATURE, SIGNATURE_BYTES as u64)
        .map_err(|e| wrong(e.to_string()))?;
    // Between two requests another epoch may have come: then the next run keeps it.
    if accept(json, &signature, None).is_err() {
        return Ok(());
    }
    let new = beside(path, ".new");
    fs::write(&new, [signature.as_slice(), json].concat()).map_err(|e| wrong(e.to_string()))?;
    fs::rename(&new, path).map_err(|e| wrong(e.to_string()))
}

/// One line of `--json`, schema `sayso.find/1`.
fn line(file: &OsStr, found: &Result<Found, String>) -> String {
    let source = file.to_string_lossy();
    let line = match found {
        Ok(found) => json!({
            "schema": "sayso.find/1", "source": source,
            "matches": found.works.iter().map(work_line).collect::<Vec<_>>(),
            "asked": found.asked, "complete": !found.cut_short,
            "requests": found.requests, "bytes": found.bytes, "problem": null,
        }),
        Err(why) => json!({
            "schema": "sayso.find/1", "source": source, "matches": [], "asked": [],
            "complete": false, "requests": null, "bytes": null, "problem": why,
        }),
    };
    format!("{line}\n")
}

fn work_line(work: &Work) -> serde_json::Value {
    let (fit, distance, bits, sure, turned) = match work.fit {
        Fit::Exact | Fit::Url => ("exact", None, None, true, false),
        Fit::Near { distance, bits, sure, turned, .. } => {
            ("near", Some(distance), Some(bits), sure, turned)
        }
    };
    let record = work.record.as_ref().map(Record::write);
    let record = record.and_then(|r| serde_json::from_slice::<serde_json::Value>(&r).ok());
    json!({
        "number": work.number, "match": fit, "distance": distance, "bits": bits, "sure": sure,
        "turned": turned, "record": record.map(without_print),
    })
}

/// What confirms a sound is of no use to a person.
fn without_print(mut record: serde_json::Value) -> serde_json::Value {
    if let Some(record) = record.as_object_mut() {
        record.remove("print");
    }
    record
}

/// The same for people.
fn account(file: &OsStr, found: &Result<Found, String>) -> String {
    let name = plain(&file.to_string_lossy());
    let found = match found {
        Ok(found) => found,
        Err(why) => return format!("{name}\n  could not be looked up: {}\n", plain(why)),
    };
    let mut out = format!("{name}\n");
    if found.works.is_empty() {
        out.push_str("  nothing found, which says nothing about the work\n");
    }
    for work in &found.works {
        let fit = match work.fit {
            Fit::Exact | Fit::Url => "the same bytes".to_string(),
            Fit::Near { distance, bits, sure, .. } => {
                let how = if sure { "looks like" } else { "may be" };
                format!("{how} ({distance} of {bits} bits differ)")
            }
        };
        let Some(record) = &work.record else {
            out.push_str(&format!("  {fit}: record {}, not read\n", work.number));
            continue;
        };
        let title = record.title.as_deref().unwrap_or(&record.id);
        out.push_str(&format!("  {fit}: {} [{}]\n", plain(title), plain(&record.id)));
        let by = record.creators.join(", ");
        let said: Vec<String> =
            record.uses.iter().map(|(u, v)| format!("{} {}", u.token(), v.token())).collect();
        for (label, text) in [
            ("by", Some(by).filter(|b| !b.is_empty())),
            ("says", Some(said.join(", ")).filter(|s| !s.is_empty())),
            ("licence", record.licence.clone()),
            ("contact", record.contact.clone()),
            ("page", record.url.clone()),
            ("evidence", record.evidence.clone()),
        ] {
            if let Some(text) = text {
                out.push_str(&format!("    {label}: {}\n", plain(&text)));
            }
        }
    }
    out
}

fn cost(found: &Found) -> String {
    let more = if found.cut_short { ", and more was wanted" } else { "" };
    format!(
        "  {} requests, {} bytes{more}; asked: {}",
        found.requests,
        found.bytes,
        found.asked.join(", ")
    )
}

/// Where a catalogue lies.
pub enum Place<'w> {
    /// On this disk.
    Folder(Folder),
    /// On the web.
    Web {
        /// The way there.
        web: &'w Web,
        /// The folder's address, with its last slash.
        base: Url,
    },
}

impl<'w> Place<'w> {
    fn of(place: &OsStr, web: &'w Web) -> Result<Place<'w>, String> {
        let address = place.to_str().filter(|p| p.contains("://")).map(Url::parse);
        match address {
            Some(Ok(mut base)) if matches!(base.scheme(), "http" | "https") => {
                base.set_query(None);
                let path = base.path().strip_suffix(NAME).unwrap_or(base.path()).to_string();
                base.set_path(&format!("{}/", path.trim_end_matches('/')));
                Ok(Place::Web { web, base })
            }
            Some(_) => Err(format!("{} is no address of the web", place.display())),
            None => Ok(Place::Folder(Folder::new(Path::new(place)))),
        }
    }
}

impl Source for Place<'_> {
    fn whole(&self, name: &str, most: u64) -> Result<Vec<u8>, Refusal> {
        match self {
            Place::Folder(folder) => folder.whole(name, most),
            Place::Web { web, base } => get(web, base, name, &[], most).map(|(_, body)| body),
        }
    }

    fn part(&self, name: &str, from: u64, length: u32) -> Result<Vec<u8>, Refusal> {
        let (web, base) = match self {
            Place::Folder(folder) => return folder.part(name, from, length),
            Place::Web { web, base } => (web, base),
        };
        let last = from + u64::from(length).saturating_sub(1);
        let header = |name: &str, value: String| Header { name: name.to_string(), value };
        let headers = [
            header("Range", format!("bytes={from}-{last}")),
            // A part of something packed would be no part of the file.
            header("Accept-Encoding", "identity".to_string()),
        ];
        let (status, body) = get(web, base, name, &headers, length.into())?;
        // RFC 9110, 14.2: a server may answer with the whole; a short file is its own part.
        if status != 206 && (from != 0 || body.len() != length as usize) {
            return Err(unavailable(name, "the server gives no parts of files"));
        }
        if body.len() != length as usize {
            let (expected, came) = (length.into(), body.len() as u64);
            return Err(Refusal::Length { name: name.to_string(), expected, came });
        }
        Ok(body)
    }
}

fn get(
    web: &Web,
    base: &Url,
    name: &str,
    headers: &[Header],
    most: u64,
) -> Result<(u16, Vec<u8>), Refusal> {
    let url = base.join(name).map_err(|e| unavailable(name, e.to_string()))?;
    let max_bytes = usize::try_from(most).unwrap_or(usize::MAX);
    let got = web.get(&Ask { url: &url, headers, max_bytes, text: false });
    let got = got.map_err(|failure| {
        let why = match failure {
            Failure::Silent => "the server did not answer in time".to_string(),
            Failure::Status { status } => format!("the server answered {status}"),
            Failure::TooLarge if !headers.is_empty() => {
                "the server gives no parts of files".to_string()
            }
            Failure::TooLarge => format!("it has more than {most} bytes"),
            Failure::Network { detail } => detail,
            other => format!("{other:?}"),
        };
        unavailable(name, why)
    })?;
    Ok((got.status, got.body))
}
