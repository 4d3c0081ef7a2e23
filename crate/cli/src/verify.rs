//! `sayso report verify`: what an evidence bundle proves, and what it only claims.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;

use sayso_core::limits::Limits;
use sayso_core::report::{self, Verified};

use crate::text::plain;

/// Beside the work itself a bundle holds the page and what registries said.
const BUNDLE_BYTES: u64 = 2 * Limits::DEFAULT.file_bytes as u64;

/// Checks one bundle and prints the result; the exit status.
pub fn run(path: &OsStr) -> u8 {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(why) => {
            eprintln!("sayso: {}: {why}", path.display());
            return 1;
        }
    };
    let verified = report::verify(&bytes);
    let told = crate::tell(&account(&verified));
    told.max(u8::from(!verified.is_sound()))
}

fn read(path: &OsStr) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| e.to_string())?;
    file.take(BUNDLE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 > BUNDLE_BYTES {
        return Err(format!("more than the {BUNDLE_BYTES} bytes that are read"));
    }
    Ok(bytes)
}

/// Everything a person needs to weigh the bundle, as text.
fn account(verified: &Verified) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    for (name, unchanged) in &verified.files {
        line(format!("{}  {}", if *unchanged { "ok     " } else { "CHANGED" }, plain(name)));
    }
    for problem in &verified.problems {
        line(format!("FAULT    {}: {}", plain(&problem.place), plain(&problem.message)));
    }
    line(String::new());
    if verified.is_sound() {
        line("Proved: no file was changed since SHA256SUMS was written.".to_string());
    } else {
        line("Proved: nothing. The bundle is not what it was when it was written.".to_string());
    }
    if let Some(sums) = &verified.sums_sha256 {
        line(format!("SHA-256 of SHA256SUMS: {}", plain(sums)));
    }
    if !verified.claims.is_empty() {
        line("Only claimed by whoever made the bundle:".to_string());
        for (what, value) in &verified.claims {
            line(format!("  {}: {}", plain(what), plain(value)));
        }
    }
    out
}
