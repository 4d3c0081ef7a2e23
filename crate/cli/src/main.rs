//! The native front of Sayso: the same core as in the browser, on the command line.
//!
//! It reads arguments, performs what the core asks for (files, requests) and prints
//! what follows. It knows nothing about rights.

mod catalogue;
mod check;
mod commonsdb;
mod hub_log;
mod imagehash_rows;
mod manifest;
mod picture;
mod site;
mod source;
mod table;
mod text;
mod tongue;
mod verify;
mod web;
mod works;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "\
Usage:
  sayso check [--json] [--offline] [--table FILE]... [--declarations FILE]...
              [--trust PEM]... [--lang TAG] [--jobs N] [--from LIST|-]
              <file | url>...
  sayso catalogue build --name NAME --works works.csv|works.jsonl|HUBLOG|PARTS --media DIR --out DIR
              [--key KEYFILE] [--operator NAME] [--contact ADDRESS] [--report-to ADDRESS]
              [--data-licence ADDRESS] [--jobs N] [--bands N]
  sayso catalogue codes --works LIST|- [--media DIR] [--jobs N]
  sayso catalogue verify DIR|URL
  sayso catalogue find [--json] [--thorough] [--state FILE] DIR|URL <file>...
  sayso report verify [--trust PEM]... BUNDLE.zip

check     shows what each file or address says about AI use, licence and origin
  --json        one JSON object a line, in the order given
  --offline     no network at all
  --table FILE  match against own works as exported, a catalogue's folder or one of its
                tables (may repeat)
  --declarations FILE
                match against TDM·AI declarations, as JSON or JSON Lines (may repeat)
  --trust PEM   certificates that are trusted to sign Content Credentials, beside the
                official list of C2PA (may repeat)
  --lang TAG    the language of the cards: en (default), de, fr, es, pt-BR, ja, ar
  --jobs N      how many at a time (default: one a processor)
  --from LIST   sources from a file, one a line; - is standard input
catalogue builds, checks and asks the signed files that a collective publishes
  --works LIST  CSV, TSV or JSON Lines; the log of an ISCC hub; rows of page_id, phash, dhash as
                the ImageHash index of Wikimedia Commons has them; a folder of part-* files
                with what codes printed
  codes         reads the media of a list and prints its works with their codes, in order: so
                the parts of a list are read on many machines (tests/scale/job.py does it)
  --key KEYFILE the secret key; made where there is none (default: the folder's name with .key)
  --bands N     bands of codes that can be asked one by one (1 to 4, default 4)
  --thorough    ask all bands of an address: finds more, and tells more
  --state FILE  remember the key and the last epoch, and refuse what cannot follow
report    checks an evidence bundle without network
  --trust PEM   certificates that are trusted to sign time stamps, beside the official list
                of C2PA (may repeat)

Exit status: 0 every source was read; 1 at least one could not be; 2 wrong usage.
";

fn main() -> ExitCode {
    match command() {
        Ok(code) => ExitCode::from(code),
        Err(why) => {
            eprintln!("sayso: {why}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn command() -> Result<u8, String> {
    use lexopt::prelude::*;
    let mut args = lexopt::Parser::from_env();
    let wrong = |e: lexopt::Error| e.to_string();
    match args.next().map_err(wrong)? {
        Some(Short('h') | Long("help")) => Ok(tell(USAGE)),
        Some(Short('V') | Long("version")) => {
            Ok(tell(&format!("sayso {}\n", env!("CARGO_PKG_VERSION"))))
        }
        Some(Value(word)) if word == "check" => check(args),
        Some(Value(word)) if word == "catalogue" => catalogue::run(args),
        Some(Value(word)) if word == "report" => report(args),
        Some(Value(word)) => Err(format!("there is no command {}", word.display())),
        Some(other) => Err(other.unexpected().to_string()),
        None => Err("say what to do".to_string()),
    }
}

/// Writes to standard output; the exit status. `print!` would panic on a closed pipe.
fn tell(text: &str) -> u8 {
    u8::from(std::io::stdout().write_all(text.as_bytes()).is_err())
}

fn check(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let mut orders = check::Orders::default();
    let mut tables: Vec<OsString> = Vec::new();
    let mut declarations: Vec<OsString> = Vec::new();
    let mut trust: Vec<OsString> = Vec::new();
    let wrong = |e: lexopt::Error| e.to_string();
    while let Some(arg) = args.next().map_err(wrong)? {
        match arg {
            Long("json") => orders.json = true,
            Long("offline") => orders.offline = true,
            Long("table") => tables.push(args.value().map_err(wrong)?),
            Long("declarations") => declarations.push(args.value().map_err(wrong)?),
            Long("trust") => trust.push(args.value().map_err(wrong)?),
            Long("lang") => {
                let tag = args.value().map_err(wrong)?;
                orders.tongue = tongue::Tongue::named(&tag.to_string_lossy())?;
            }
            Long("jobs") => {
                let jobs: usize = args.value().map_err(wrong)?.parse().map_err(wrong)?;
                if !(1..=256).contains(&jobs) {
                    return Err("--jobs takes a number from 1 to 256".to_string());
                }
                orders.jobs = Some(jobs);
            }
            Long("from") => orders.lists.push(args.value().map_err(wrong)?),
            Short('h') | Long("help") => return Ok(tell(USAGE)),
            Value(source) => orders.sources.push(source),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if orders.sources.is_empty() && orders.lists.is_empty() {
        return Err("check needs a file, an address or --from".to_string());
    }
    for path in &tables {
        match table::read(path)? {
            table::Table::Own(works) => orders.works.extend(works),
            table::Table::Published(published) => orders.published.push(*published),
        }
    }
    for path in &declarations {
        orders.declarations.extend(table::declarations(path)?);
    }
    orders.trust = manifest::trust(&trust)?;
    check::run(orders)
}

fn report(mut args: lexopt::Parser) -> Result<u8, String> {
    use lexopt::prelude::*;
    let (mut words, mut trust) = (Vec::new(), Vec::new());
    let wrong = |e: lexopt::Error| e.to_string();
    while let Some(arg) = args.next().map_err(wrong)? {
        match arg {
            Long("trust") => trust.push(args.value().map_err(wrong)?),
            Value(word) => words.push(word),
            Short('h') | Long("help") => return Ok(tell(USAGE)),
            other => return Err(other.unexpected().to_string()),
        }
    }
    match words.as_slice() {
        [verb, bundle] if verb == "verify" => Ok(verify::run(bundle, &manifest::trust(&trust)?)),
        _ => Err("report knows one form: report verify BUNDLE.zip".to_string()),
    }
}
