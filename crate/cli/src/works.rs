//! A list of works for a catalogue: CSV (RFC 4180, <https://www.rfc-editor.org/rfc/rfc4180>) or
//! JSON Lines; a line may be a record of CommonsDB, or a work whose file was read elsewhere.
//!
//! Columns and keys are the same and stand in `crate/CATALOGUE.md`, "Lists of works". A column or
//! word that is not known is the caller's mistake and is named: what somebody says about a use is
//! never guessed. The list is read as it comes; it may be longer than the memory.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Component, Path, PathBuf};

use sayso_catalogue::build::Codes;
use sayso_core::catalogue::descriptor::{canonical, hex};
use sayso_core::catalogue::record::{Record, verdict};
use sayso_core::catalogue::row::{Flags, Trim, key_of};
use sayso_core::catalogue::shard::Hash;
use sayso_core::fingerprint::compare::comparable;
use sayso_core::fingerprint::iscc;
use sayso_core::vocabulary::Use;
use serde_json::{Map, Value, json};

use crate::{commonsdb, hub_log, imagehash_rows};

/// One line of the list.
#[derive(Debug)]
pub struct Listed {
    /// What is said.
    pub record: Record,
    /// Its file, below the folder of media.
    pub file: Option<PathBuf>,
    /// Codes that the list gives itself.
    pub codes: Codes,
    /// Why its file could not be read where that was tried.
    pub unread: Option<String>,
}

/// Lines of a list as they come.
pub type List = Box<dyn Iterator<Item = Result<Listed, String>> + Send>;

/// Opens a list; its name says what it is. `-` is JSON Lines on standard input, a folder with a
/// checkpoint the log of an ISCC hub, another folder a list in parts.
pub fn open(path: &OsStr) -> Result<List, String> {
    if path == "-" {
        return Ok(json_lines("standard input".to_string(), BufReader::new(io::stdin())));
    }
    let name = path.display().to_string();
    if Path::new(path).join(hub_log::CHECKPOINT).is_file() {
        return hub_log::open(Path::new(path)).map_err(|why| format!("{name}: {why}"));
    }
    if Path::new(path).is_dir() {
        return parts(Path::new(path)).map_err(|why| format!("{name}: {why}"));
    }
    let file = File::open(path).map_err(|e| format!("{name}: {e}"))?;
    let extension = Path::new(path).extension().and_then(OsStr::to_str).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "csv" => csv(name, file, b','),
        "tsv" => csv(name, file, b'\t'),
        "jsonl" | "ndjson" => Ok(json_lines(name, BufReader::new(file))),
        _ => Err(format!(
            "{name}: a list of works ends in .csv, .tsv or .jsonl, or is a hub log or a list in parts"
        )),
    }
}

/// What says that every part of a list is there, and how parts begin: so Hadoop writes them
/// (`FileOutputCommitter`), and with it Spark.
const DONE: &str = "_SUCCESS";
const PART: &str = "part-";

/// Parts of a list, one after the other in the order of their names.
fn parts(folder: &Path) -> Result<List, String> {
    if !folder.join(DONE).is_file() {
        return Err(format!("this is no list in parts, or not all of one: it has no {DONE}"));
    }
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(|e| e.to_string())? {
        let name = entry.map_err(|e| e.to_string())?.file_name();
        names.extend(Some(name).filter(|n| n.as_encoded_bytes().starts_with(PART.as_bytes())));
    }
    names.sort();
    let folder = folder.to_path_buf();
    Ok(Box::new(names.into_iter().flat_map(move |name| -> List {
        let path = folder.join(name);
        let name = path.display().to_string();
        match File::open(&path) {
            Ok(file) => json_lines(name, BufReader::new(file)),
            Err(e) => Box::new(std::iter::once(Err(format!("{name}: {e}")))),
        }
    })))
}

fn csv(name: String, file: File, between: u8) -> Result<List, String> {
    let mut reader = csv::ReaderBuilder::new();
    // Names of files and titles may have quotes in them, and TSV knows no quoting.
    reader.delimiter(between).quoting(between == b',');
    let mut reader = reader.from_reader(BufReader::new(file));
    let columns = reader.headers().map_err(|e| format!("{name}: {e}"))?;
    let columns: Vec<String> =
        columns.iter().map(|c| c.trim_start_matches('\u{FEFF}').trim().to_string()).collect();
    if imagehash_rows::are_named_by(&columns) {
        return Ok(imagehash_rows::open(name, &columns, reader));
    }
    if let Some(column) = columns.iter().find(|c| !is_known(c)) {
        return Err(format!("{name}: there is no column '{column}'"));
    }
    Ok(Box::new(reader.into_records().map(move |row| {
        let row = row.map_err(|e| format!("{name}: {e}"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let cells = columns.iter().zip(row.iter());
        let cells = cells.map(|(c, v)| (c.clone(), Value::from(v.trim())));
        listed(&cells.collect()).map_err(|why| format!("{name}, line {line}: {why}"))
    })))
}

fn json_lines(name: String, file: impl BufRead + Send + 'static) -> List {
    let lines =
        file.lines().enumerate().filter(|(_, l)| !matches!(l, Ok(l) if l.trim().is_empty()));
    Box::new(lines.map(move |(number, line)| {
        let wrong = |why: String| format!("{name}, line {}: {why}", number + 1);
        let line = line.map_err(|e| wrong(e.to_string()))?;
        let mut row: Map<String, Value> =
            serde_json::from_str(&line).map_err(|e| wrong(e.to_string()))?;
        if row.get("schema").is_some_and(|schema| schema == SCHEMA) {
            return read_line(&row).ok_or_else(|| wrong(format!("this is no {SCHEMA}")));
        }
        if let Some(body) = commonsdb::body(&row) {
            return commonsdb::listed(body).map_err(wrong);
        }
        if let Some(Value::Object(uses)) = row.remove("uses") {
            row.extend(uses);
        }
        if let Some(key) = row.keys().find(|key| !is_known(key)) {
            return Err(wrong(format!("there is no key '{key}'")));
        }
        listed(&row).map_err(wrong)
    }))
}

/// Columns with a text or several.
const COLUMNS: [&str; 15] = [
    "id", "file", "title", "creator", "owner", "credit", "licence", "contact", "evidence", "url",
    "declarer", "declared", "blake3", "sha256", "sha1",
];
/// The column of an Image-Code in its text form, 256 or 64 bits.
const IMAGE_CODE: &str = "iscc";

fn is_known(column: &str) -> bool {
    COLUMNS.contains(&column)
        || column == IMAGE_CODE
        || Use::ALL.iter().any(|what| what.token() == column)
}

fn listed(row: &Map<String, Value>) -> Result<Listed, String> {
    let text = |key: &str| match row.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_string()).filter(|t| !t.is_empty())),
        Some(_) => Err(format!("'{key}' is no text")),
    };
    let file = text("file")?;
    let id = text("id")?.or_else(|| file.clone()).ok_or("a work needs an id or a file")?;
    let mut record = Record {
        title: text("title")?,
        creators: several(row, "creator")?,
        owners: several(row, "owner")?,
        credit: text("credit")?,
        licence: text("licence")?,
        contact: text("contact")?,
        evidence: text("evidence")?,
        url: text("url")?,
        declarer: text("declarer")?,
        declared: text("declared")?,
        id,
        ..Record::default()
    };
    for what in Use::ALL {
        if let Some(word) = text(what.token())? {
            let said = verdict(&word).ok_or_else(|| {
                format!(
                    "'{word}' is nothing that can be said of {}: denied, conditional, allowed or \
                     unspecified",
                    what.token()
                )
            })?;
            record.uses.insert(what, said);
        }
    }
    // What would be dropped when it is read is better told to whoever can put it right.
    let read = Record::read(&record.write()).ok().flatten().ok_or("this is no record")?;
    for (key, written, kept) in [
        ("contact", &record.contact, &read.contact),
        ("evidence", &record.evidence, &read.evidence),
        ("url", &record.url, &read.url),
    ] {
        if written != kept {
            return Err(format!("'{key}' is no https: address"));
        }
    }
    let mut codes = Codes::default();
    for hash in Hash::ALL {
        if let Some(digits) = text(hash.token())? {
            let length = if hash == Hash::Sha1 { 40 } else { 64 };
            let key = key_of(&digits).filter(|_| digits.len() == length);
            let key = key.ok_or_else(|| format!("'{}' is no such hash", hash.token()))?;
            codes.keys.push((hash, key));
        }
    }
    if let Some(code) = text(IMAGE_CODE)? {
        codes.image.push(image_code(&code).ok_or("'iscc' is no Image-Code that can be compared")?);
    }
    let file = file.map(|f| inside(&f)).transpose()?;
    Ok(Listed { record: read, file, codes, unread: None })
}

/// The schema of a work whose file was read.
const SCHEMA: &str = "sayso.work/1";

/// A work as a line, so that another machine can go on with it: its record, its codes as bytes in
/// hex, and why its file could not be read.
pub fn line(listed: &Listed, read: Result<(), String>) -> String {
    let record = serde_json::from_slice(&listed.record.write()).unwrap_or(Value::Null);
    let mut codes = Vec::new();
    listed.codes.write(&mut codes);
    let line = json!({
        "schema": SCHEMA, "record": record, "codes": hex(&codes), "unread": read.err(),
    });
    String::from_utf8_lossy(&canonical(&line)).into_owned()
}

/// The work of such a line. Its record must be as this program writes them.
fn read_line(row: &Map<String, Value>) -> Option<Listed> {
    let written = canonical(row.get("record")?);
    let record = Record::read(&written).ok()??;
    let (digits, odd) = row.get("codes")?.as_str()?.as_bytes().as_chunks::<2>();
    let digit = |d: u8| char::from(d).to_digit(16);
    let bytes = digits.iter().map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8));
    let codes = Codes::read(&bytes.collect::<Option<Vec<u8>>>()?)?;
    let unread = match row.get("unread")? {
        Value::Null => None,
        why => Some(why.as_str()?.to_string()),
    };
    let whole = odd.is_empty() && record.write() == written;
    whole.then_some(Listed { record, file: None, codes, unread })
}

/// An Image-Code with 256 bits, or its first 64.
pub fn image_code(code: &str) -> Option<([u64; 4], Flags)> {
    // The first characters of an ISCC say that it is an Image-Code.
    let unit = code.strip_prefix("ISCC:").unwrap_or(code);
    let body = iscc::body(code).filter(|_| unit.starts_with("EE"))?;
    match body.len() {
        64 => Some((comparable(&body)?, Flags::new(Trim::Exact, false, false))),
        16 => {
            let [first, ..] = comparable(&body.repeat(4))?;
            Some(([first, 0, 0, 0], Flags::new(Trim::Exact, false, true)))
        }
        _ => None,
    }
}

fn several(row: &Map<String, Value>, key: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("'{key}' is no text and no list of texts");
    let list: Vec<String> = match row.get(key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) => text.split(';').map(str::to_string).collect(),
        Some(Value::Array(list)) => list
            .iter()
            .map(|v| v.as_str().map(str::to_string).ok_or_else(wrong))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(wrong()),
    };
    Ok(list.iter().map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect())
}

/// A path that cannot leave the folder of media.
fn inside(file: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(file);
    let plain = path.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir));
    plain.then_some(path).ok_or_else(|| format!("'{file}' leads out of the folder of media"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sayso_core::vocabulary::Verdict;

    fn all(name: &str, text: &str) -> Vec<Result<Listed, String>> {
        let path = std::env::temp_dir().join(format!("sayso-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let list = open(path.as_os_str());
        let all = match list {
            Ok(list) => list.collect(),
            Err(why) => vec![Err(why)],
        };
        std::fs::remove_file(path).unwrap();
        all
    }

    #[test]
    fn csv_and_json_lines_say_the_same() {
        let csv = "\u{FEFF}file,title,creator,train.gen,licence\n\
                   a.jpg,\"Fern, \"\"two\"\"\",Ann; Bob,denied,CC0\n\nb.jpg,,,,\n";
        let json = r#"{"file":"a.jpg","title":"Fern, \"two\"","creator":["Ann","Bob"],"uses":{"train.gen":"denied"},"licence":"CC0"}

{"file":"b.jpg"}"#;
        let (csv, json) = (all("a.csv", csv), all("a.jsonl", json));
        assert_eq!((csv.len(), json.len()), (2, 2));
        for (a, b) in csv.into_iter().zip(json) {
            let (a, b) = (a.unwrap(), b.unwrap());
            assert_eq!((a.record, a.file), (b.record, b.file));
        }
        let first = all("b.csv", "id,train.gen\nx,denied\n").remove(0).unwrap();
        assert_eq!(first.record.uses, [(Use::TrainGen, Verdict::Denied)].into());
        assert_eq!((first.record.id.as_str(), first.file), ("x", None));
    }

    #[test]
    fn codes_may_come_with_the_list() {
        let listed = all(
            "c.csv",
            "id,blake3,sha1,iscc\n\
             x,0000000000000000000000000000000000000000000000000000000000000001,\
             6f93079ef1058c53dcfed9eaffff703765dd5a20,ISCC:EEA4GQZQTY6J5DTH\n",
        );
        let codes = listed.into_iter().next().unwrap().unwrap().codes;
        assert_eq!(codes.keys.len(), 2);
        assert!(codes.image[0].1.short());
    }

    #[test]
    fn a_line_of_a_work_that_was_read_says_all_of_it() {
        let words = [0x00FF_00FF_00FF_00FF; 4];
        let listed = Listed {
            record: Record {
                id: "Fern \"two\" 鷺".into(),
                uses: [(Use::TrainGen, Verdict::Denied)].into(),
                print: Some("AQAD".into()),
                ..Record::default()
            },
            file: None,
            codes: Codes {
                image: vec![
                    (words, Flags::new(Trim::Inset, true, false)),
                    ([words[0], 0, 0, 0], Flags::new(Trim::Exact, false, true)),
                ],
                audio: vec![words],
                hashes: vec![(words[0], words[1])],
                keys: vec![(Hash::Sha1, [7; 16])],
            },
            unread: None,
        };
        for why in [None, Some("it is gone".to_string())] {
            let line = line(&listed, why.clone().map_or(Ok(()), Err));
            assert!(!line.contains('\n'));
            let again = all("w.jsonl", &line).remove(0).unwrap();
            assert_eq!((again.record, again.codes), (listed.record.clone(), listed.codes.clone()));
            assert_eq!((again.file, again.unread), (None, why));
        }
    }

    #[test]
    fn parts_are_read_in_order_and_only_when_all_are_there() {
        let folder = std::env::temp_dir().join(format!("sayso-{}-parts", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, line) in [("part-00001", "b"), ("part-00000", "a"), (".part-00000.crc", "x")] {
            let text = format!("{{\"id\":\"{line}\"}}\n");
            std::fs::write(folder.join(name), text).unwrap();
        }
        let Err(why) = open(folder.as_os_str()) else { panic!("an unfinished list was taken") };
        assert!(why.contains("_SUCCESS"), "{why}");
        std::fs::write(folder.join("_SUCCESS"), "").unwrap();
        let list = open(folder.as_os_str()).unwrap();
        let ids: Vec<String> = list.map(|listed| listed.unwrap().record.id).collect();
        assert_eq!(ids, ["a", "b"]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_guessed() {
        for (name, list, why) in [
            ("d.csv", "file,train\na,denied\n", "there is no column 'train'"),
            ("e.csv", "file,train.gen\na,no\n", "'no' is nothing that can be said of train.gen"),
            ("f.csv", "title\nFern\n", "needs an id or a file"),
            ("g.csv", "file\n../secret.jpg\n", "leads out"),
            ("h.csv", "file\n/etc/passwd\n", "leads out"),
            ("i.csv", "file,contact\na,javascript:alert(1)\n", "'contact' is no https: address"),
            ("j.csv", "file,blake3\na,0011\n", "'blake3' is no such hash"),
            ("k.csv", "file,iscc\na,ISCC:GAA6Z2VJLX46FD6Q\n", "no Image-Code"),
            ("l.csv", "file,title\na\n", "line: 2"),
            ("m.jsonl", "{\"file\":1}", "'file' is no text"),
            ("n.jsonl", "{\"file\":\"a\",\"wish\":1}", "no key 'wish'"),
            ("o.jsonl", "[]", "line 1"),
            ("p.txt", "", "ends in .csv, .tsv or .jsonl"),
            ("q.jsonl", r#"{"schema":"sayso.work/1","record":{"id":"a"}}"#, "no sayso.work/1"),
            (
                "r.jsonl",
                r#"{"schema":"sayso.work/1","record":{"id":"a"},"codes":"69ff","unread":null}"#,
                "no sayso.work/1",
            ),
            (
                "s.jsonl",
                r#"{"schema":"sayso.work/1","record":{"id":"a","url":"javascript:1"},"codes":"","unread":null}"#,
                "no sayso.work/1",
            ),
        ] {
            let told = all(name, list).remove(0).unwrap_err();
            assert!(told.contains(why), "{told} / {why}");
        }
    }
}
