//! Own works as the options page exports them: JSON Lines, one work a line.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};

use sayso_core::registry::own_works::OwnWork;

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
