//! What `--table` names: own works as the options page exports them (JSON Lines, one work a line),
//! a catalogue in a folder, or one of its tables alone. And what `--declarations` names: TDM·AI
//! declarations, as JSON Lines, or one JSON array or object.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use sayso_catalogue::Refusal;
use sayso_catalogue::find::Catalogue;
use sayso_catalogue::source::Folder;
use sayso_core::catalogue::descriptor::{NAME, TABLE_ROWS};
use sayso_core::catalogue::record::{Publisher, Standing};
use sayso_core::catalogue::row::CODE_ROW;
use sayso_core::catalogue::table::{HEAD, MAGIC, Table as Codes};
use sayso_core::fingerprint::{Fingerprint, compare};
use sayso_core::registry::own_works::OwnWork;
use sayso_core::registry::tdmai::Declaration;
use sayso_core::registry::{Fit, Hit};
use serde_json::Value;

/// What was named.
pub enum Table {
    /// The reader's own works.
    Own(Vec<OwnWork>),
    /// What somebody has published.
    Published(Box<Published>),
}

/// A catalogue that the reader has chosen by naming it.
pub enum Published {
    /// All of it: signed, with records.
    Whole(Box<Catalogue<Folder>>),
    /// A table: codes, and what two bytes say of each.
    Codes {
        /// The name of its file.
        name: String,
        /// Its codes.
        codes: Codes,
    },
}

impl Published {
    /// Every work that this file is, or is like.
    pub fn find(&self, print: &Fingerprint) -> Result<Vec<Hit>, Refusal> {
        match self {
            Published::Whole(catalogue) => {
                let from = catalogue.publisher(Standing::Followed);
                let found = catalogue.by_tables(print)?;
                Ok(found.works.iter().map(|work| work.hit(&from)).collect())
            }
            Published::Codes { name, codes } => {
                // Nobody has signed what lies there alone.
                let from = Publisher { name, operator: name, standing: Standing::Stranger };
                let hit = |near: &sayso_core::catalogue::table::Near| {
                    let compare::Likeness { distance, bits, sure, turned } = near.likeness;
                    let fit = Fit::Near { distance, bits, sure, turned, from_s: None };
                    from.hit_of(near.row.says, near.row.record, fit)
                };
                Ok(codes.nearest(&compare::probes(print)).iter().map(hit).collect())
            }
        }
    }
}

/// Reads a table whole; what is none is the caller's mistake and is named.
pub fn read(path: &OsStr) -> Result<Table, String> {
    let name = path.display().to_string();
    let wrong = |why: String| format!("{name}: {why}");
    let as_path = Path::new(path);
    let folder = match as_path.file_name() == Some(OsStr::new(NAME)) {
        true => as_path.parent(),
        false => Some(as_path).filter(|p| p.is_dir()),
    };
    if let Some(folder) = folder {
        let mut catalogue =
            Catalogue::open(Folder::new(folder), None).map_err(|e| wrong(e.to_string()))?;
        catalogue.load_tables().map_err(|e| wrong(e.to_string()))?;
        return Ok(Table::Published(Box::new(Published::Whole(Box::new(catalogue)))));
    }
    let file = File::open(path).map_err(|e| wrong(e.to_string()))?;
    let mut file = BufReader::new(file);
    if file.fill_buf().map_err(|e| wrong(e.to_string()))?.starts_with(&MAGIC) {
        let most = HEAD as u64 + TABLE_ROWS * CODE_ROW as u64;
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(|e| wrong(e.to_string()))?;
        let codes = Codes::read(bytes).map_err(|e| wrong(e.to_string()))?;
        let name = as_path.file_name().unwrap_or(path).to_string_lossy().into_owned();
        return Ok(Table::Published(Box::new(Published::Codes { name, codes })));
    }
    own_works(&name, file).map(Table::Own)
}

fn own_works(name: &str, file: impl BufRead) -> Result<Vec<OwnWork>, String> {
    let mut works = Vec::new();
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(|e| format!("{name}, line {}: {e}", number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let work = serde_json::from_str(&line)
            .map_err(|e| format!("{name}, line {}: not an own work: {e}", number + 1))?;
        works.push(work);
    }
    Ok(works)
}

/// Reads TDM·AI declarations; what is none is the caller's mistake and is named.
pub fn declarations(path: &OsStr) -> Result<Vec<Declaration>, String> {
    let name = path.display();
    let text = std::fs::read(path).map_err(|e| format!("{name}: {e}"))?;
    let mut found = Vec::new();
    for (number, value) in (1..).zip(serde_json::Deserializer::from_slice(&text).into_iter()) {
        let value: Value = value.map_err(|e| format!("{name}: not JSON: {e}"))?;
        let all = match value {
            Value::Array(all) => all,
            one => vec![one],
        };
        for one in &all {
            let read = Declaration::read(one);
            found.push(read.map_err(|why| format!("{name}, declaration {number}: {why}"))?);
        }
    }
    Ok(found)
}
