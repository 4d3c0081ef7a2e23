//! `sayso report verify`: what an evidence bundle proves, and what it only claims.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;

use sayso_c2pa::TimeStamp;
use sayso_core::limits::Limits;
use sayso_core::report::{self, Verified};

use crate::source::now;
use crate::text::plain;

/// Beside the work itself a bundle holds the page and what registries said.
const BUNDLE_BYTES: u64 = 2 * Limits::DEFAULT.file_bytes as u64;

/// Checks one bundle and prints the result; the exit status.
pub fn run(path: &OsStr, trusted: &str) -> u8 {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(why) => {
            eprintln!("sayso: {}: {why}", path.display());
            return 1;
        }
    };
    let verified = report::verify(&bytes);
    // A stamp over sums that do not fit their files would say nothing about these.
    let token = verified.token.as_ref().filter(|_| verified.is_sound());
    let now = now() / 1_000;
    let stamp = token.map(|t| sayso_c2pa::time_stamp(&t.answer, &t.sums, trusted, now));
    let told = crate::tell(&account(&verified, stamp.as_ref().map(Option::as_ref)));
    told.max(u8::from(!verified.is_sound() || stamp.is_some_and(|s| s.is_none())))
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

/// Everything a person needs to weigh the bundle, as text. A stamp is `None` where the bundle
/// has none of an authority, and none within where its signature does not hold.
fn account(verified: &Verified, stamp: Option<Option<&TimeStamp>>) -> String {
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
    match stamp {
        Some(Some(stamp)) => {
            let who = plain(stamp.authority.as_deref().unwrap_or("a certificate without a name"));
            let time = plain(&stamp.time);
            line(format!("Checked: {who} has signed that it had this number at {time}."));
            line(if stamp.trusted {
                "  A list of trusted authorities vouches for the certificate.".to_string()
            } else {
                format!("  Nobody vouches that this is {who}: name its certificates with --trust.")
            });
        }
        Some(None) => {
            line(
                "Not proved: when. The signature of the time stamp does not hold, or is of a \
                 kind that is not read here."
                    .to_string(),
            );
        }
        None => {}
    }
    if !verified.claims.is_empty() {
        line("Only claimed by whoever made the bundle:".to_string());
        for (what, value) in &verified.claims {
            line(format!("  {}: {}", plain(what), plain(value)));
        }
    }
    out
}
