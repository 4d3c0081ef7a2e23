//! Content Credentials on the command line: who is trusted, and when a manifest is checked.

use std::ffi::OsString;

use sayso_c2pa::Trust;
use sayso_core::limits::Limits;
use sayso_core::reading::{Delivery, Reading};

use crate::picture;

/// The largest list of certificates that is read; the official one has less than a megabyte.
const LIST_BYTES: u64 = 16 << 20;

/// Reads the lists of certificates that the reader trusts, one after the other.
pub fn trust(lists: &[OsString]) -> Result<String, String> {
    let mut all = String::new();
    for path in lists {
        let wrong = |why: String| format!("{}: {why}", path.display());
        let size = std::fs::metadata(path).map_err(|e| wrong(e.to_string()))?.len();
        if size > LIST_BYTES {
            return Err(wrong("this is no list of certificates".to_string()));
        }
        let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong("there is no certificate in it".to_string()));
        }
        all.push_str(&text);
        all.push('\n');
    }
    Ok(all)
}

/// Reads a file, and checks the manifest in it, if there is one.
pub fn read(bytes: &[u8], delivery: Delivery, trusted: &str) -> Reading {
    let limits = Limits::DEFAULT;
    // The seconds of the moment at which the bytes came.
    let now = delivery.fetched_at / 1_000;
    let mut reading = picture::read(bytes, delivery, &limits);
    if reading.metadata.c2pa.is_some() {
        let trust = Trust::with(trusted);
        reading.check(sayso_c2pa::validate(bytes, &trust, now, &limits));
    }
    reading
}

/// Adds a manifest that lies elsewhere, and checks it against the bytes of the file.
pub fn attach(reading: &mut Reading, url: &str, store: &[u8], bytes: &[u8], trusted: &str) {
    let limits = Limits::DEFAULT;
    let now = reading.delivery.fetched_at / 1_000;
    reading.attach(url, store, &limits);
    let trust = Trust::with(trusted);
    reading.check(Some(sayso_c2pa::validate_beside(bytes, store, &trust, now, &limits)));
    // Nothing else is taken up again.
    reading.awaits.clear();
}
