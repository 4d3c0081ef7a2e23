//! Own works as the options page exports them: JSON Lines, one work a line. TDM·AI declarations:
//! the same, or one JSON array or object.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};

use sayso_core::registry::own_works::OwnWork;
use sayso_core::registry::tdmai::Declaration;
use serde_json::Value;

/// Reads one table whole; a line that is no work is the caller's mistake and is named.
pub fn read(path: &OsStr) -> Result<Vec<OwnWork>, String> {
    let name = path.display();
    let file = File::open(path).map_err(|e| format!("{name}: {e}"))?;
    let mut works = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
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
