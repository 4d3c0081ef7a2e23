//! Records of CommonsDB as a list of works: one JSON object a line, as its search answers hold them.
//!
//! The shape is that of the explorer's answers and of the declarations behind them
//! (<https://www.commonsdb.org/>): `metaInternal` with the code, `declarationMetadata` with what is
//! said. Only the 64-bit Content-Code is known there, so such works match by fewer bits, and its
//! rights statement is a licence and never consent. Left out: the signatures of declarations.

use sayso_catalogue::build::Codes;
use sayso_core::catalogue::record::Record;
use sayso_core::fingerprint::iscc;
use serde_json::{Map, Value};

use crate::works::{Listed, image_code};

/// The object in a line that is a record of CommonsDB: the line itself, or the body of a search
/// result.
pub fn body(row: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let body = row.get("docBody").and_then(Value::as_object).unwrap_or(row);
    body.get("metaInternal").filter(|meta| meta.is_object()).map(|_| body)
}

/// The work that a record is about.
pub fn listed(body: &Map<String, Value>) -> Result<Listed, String> {
    let text = |value: Option<&Value>, key: &str| {
        value.and_then(|v| v.get(key)).and_then(Value::as_str).map(str::to_string)
    };
    let internal = body.get("metaInternal");
    let declared = body.get("declarationMetadata");
    let public = declared.and_then(|d| d.get("publicMetadata"));
    let rights = ["commonsDbRegistry", "supplierMetadata", "supplierData"];
    let rights = rights
        .iter()
        .filter_map(|name| declared?.get(*name))
        .find(|rights| text(Some(rights), "rightsStatement").is_some());
    let code = text(internal, "isccCode").ok_or("a record has no isccCode")?;
    let units = iscc::decompose(&code).ok_or_else(|| format!("'{code}' is no ISCC"))?;
    let image: Vec<_> = units.iter().find_map(|unit| image_code(unit)).into_iter().collect();
    if image.is_empty() {
        return Err(format!("'{code}' has no Image-Code"));
    }
    let seconds = public.and_then(|p| p.get("timestamp")).and_then(Value::as_u64);
    let record = Record {
        id: text(internal, "cidV1").unwrap_or(code),
        title: text(public, "name"),
        licence: text(rights, "rightsStatement"),
        credit: text(rights, "credit"),
        url: text(rights, "location"),
        declarer: text(internal, "declarerId").or_else(|| text(public, "declarerId")),
        declared: seconds.map(day),
        ..Record::default()
    };
    let record = Record::read(&record.write()).ok().flatten().ok_or("this is no record")?;
    let codes = Codes { image, ..Codes::default() };
    Ok(Listed { record, file: None, codes, unread: None })
}

/// The day of a moment, by Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn day(seconds: u64) -> String {
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn days_are_counted_as_calendars_do() {
        for (seconds, date) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_764_000_000, "2025-11-24"),
            (1_798_761_599, "2026-12-31"),
        ] {
            assert_eq!(day(seconds), date);
        }
    }

    #[test]
    fn a_record_gives_its_code_its_licence_and_no_use() {
        let record = json!({"s3MapItemId": "x", "docBody": {
            "metaInternal": {"cidV1": "bafkrei",
                "isccCode": "ISCC:KECWRY3VY6R5SNV4YNBTBHR4T2HGP3HKVFO7TYUP2BKVFG724W63HVI",
                "declarerId": "did:key:zDna"},
            "declarationMetadata": {
                "publicMetadata": {"name": "Concentrated Cat", "timestamp": 1_764_000_000},
                "commonsDbRegistry": {"location": "https://media.example/wiki/File:Cat.jpg",
                    "rightsStatement": "https://creativecommons.org/licenses/by/4.0/"}}}});
        let row = record.as_object().unwrap();
        let work = listed(body(row).unwrap()).unwrap();
        assert_eq!(work.record.title.as_deref(), Some("Concentrated Cat"));
        assert_eq!(work.record.declared.as_deref(), Some("2025-11-24"));
        assert_eq!(work.record.declarer.as_deref(), Some("did:key:zDna"));
        assert!(work.record.uses.is_empty());
        assert_eq!(work.codes.image.len(), 1);
        assert!(work.codes.image[0].1.short());
        assert!(body(json!({"id": "a"}).as_object().unwrap()).is_none());
        let lie = json!({"metaInternal": {"isccCode": "ISCC:GAA6Z2VJLX46FD6Q"}});
        assert!(listed(body(lie.as_object().unwrap()).unwrap()).is_err());
    }
}
