//! Rows of (page, pHash, dHash) as a list of works, as the ImageHash index of Wikimedia Commons
//! has them.
//!
//! The index keeps both hashes in tables of their own, by the number of the page, as unsigned 64-bit
//! numbers (<https://github.com/Wikimedia-Suomi/ImageHash-Toolforge>, `database/`). A dump of both is
//! CSV or TSV whose columns begin with `page_id`, `phash`, `dhash`; others are passed over, and one
//! page may have several rows. A row says that there is such a file on Commons and where its page
//! is; it says nothing of licence or use. Left out: rows of pictures that are flat, or whose hash is
//! missing, which could find nothing.

use std::fs::File;
use std::io::BufReader;

use sayso_catalogue::build::Codes;
use sayso_core::catalogue::record::Record;
use sayso_core::fingerprint::compare::Hashes;

use crate::works::{List, Listed};

const COLUMNS: [&str; 3] = ["page_id", "phash", "dhash"];
/// What MariaDB writes where a number is missing.
const MISSING: [&str; 3] = ["", "NULL", "\\N"];

/// Whether a list with these columns is such a dump.
pub fn are_named_by(columns: &[String]) -> bool {
    COLUMNS.iter().all(|name| columns.iter().any(|column| column == name))
}

/// The works of a dump whose columns were read.
pub fn open(name: String, columns: &[String], rows: csv::Reader<BufReader<File>>) -> List {
    let place = |name| columns.iter().position(|column| column == name).unwrap_or(usize::MAX);
    let places = COLUMNS.map(place);
    Box::new(rows.into_records().filter_map(move |row| {
        let row = row.map_err(|e| format!("{name}: {e}"));
        let listed = row.and_then(|row| {
            let line = row.position().map_or(0, csv::Position::line);
            let cells = places.map(|place| row.get(place).unwrap_or_default().trim());
            listed(cells).map_err(|why| format!("{name}, line {line}: {why}"))
        });
        listed.transpose()
    }))
}

fn listed([page, phash, dhash]: [&str; 3]) -> Result<Option<Listed>, String> {
    let number = |text: &str| match MISSING.contains(&text) {
        true => Ok(None),
        // A sign would be read as one, and a dump has none.
        false => text
            .parse::<u64>()
            .ok()
            .filter(|_| !text.starts_with('+'))
            .map(Some)
            .ok_or_else(|| format!("'{text}' is no unsigned number of 64 bits")),
    };
    let page = number(page)?.ok_or("a row has no page_id")?;
    let (Some(phash), Some(dhash)) = (number(phash)?, number(dhash)?) else { return Ok(None) };
    let Some(hashes) = Hashes::new(phash, dhash) else { return Ok(None) };
    let record = Record {
        // As Commons itself names what its structured data is about.
        id: format!("M{page}"),
        url: Some(format!("https://commons.wikimedia.org/?curid={page}")),
        ..Record::default()
    };
    let codes = Codes { hashes: vec![(hashes.phash, hashes.dhash)], ..Codes::default() };
    Ok(Some(Listed { record, file: None, codes, unread: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_page_and_two_hashes_and_says_nothing_else() {
        let work = listed(["74155612", "14070143117015551591", "14468034668959754694"]);
        let work = work.unwrap().unwrap();
        assert_eq!(work.record.id, "M74155612");
        assert_eq!(
            work.record.url.as_deref(),
            Some("https://commons.wikimedia.org/?curid=74155612")
        );
        assert!(work.record.uses.is_empty() && work.record.licence.is_none());
        assert_eq!(work.codes.hashes, [(0xc343_309e_3c9e_8e67, 0xc8c8_c8e0_6161_e9c6)]);
    }

    #[test]
    fn flat_pictures_and_missing_hashes_are_left_out_and_what_is_no_number_is_told() {
        for row in [
            ["1", "14070143117015551591", "0"],
            ["1", "NULL", "14468034668959754694"],
            ["1", "14070143117015551591", "\\N"],
            ["1", "", ""],
            ["1", "9223372036854775808", "14468034668959754694"],
        ] {
            assert!(listed(row).unwrap().is_none(), "{row:?}");
        }
        for row in [
            ["", "1", "1"],
            ["x", "1", "1"],
            ["1", "-1", "1"],
            ["1", "+1", "1"],
            ["1", "18446744073709551616", "1"],
            ["1", "c343309e3c9e8e67", "1"],
        ] {
            assert!(listed(row).is_err(), "{row:?}");
        }
    }
}
