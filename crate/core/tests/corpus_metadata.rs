//! Every file of the open corpus: nothing panics or hangs, and the rights fields agree with
//! ExifTool's.
//!
//! The corpus lies beside the repository (`../shared`, or `SAYSO_SHARED`); where it is missing
//! the tests say so and pass. `EXPECTED-exiftool.json` is what ExifTool 13.58 reads,
//! `EXPECTED-codes.tsv` has the picture sizes that Pillow reads. Differences that are wanted
//! stand in [`KNOWN`] and [`SIZES_KNOWN`] with their reasons; one that goes away must be
//! taken off its list.

// A test that cannot read its own files has nothing else to do than to fail.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sayso_core::limits::Limits;
use sayso_core::media::{self, Block, BlockKind, MediaFacts};
use sayso_core::metadata::{self, Metadata, Property};
use serde_json::Value;

/// Differences that stay: file, tag, reason.
const KNOWN: &[(&str, &str, &str)] = &[
    (
        "Landscape_0.jpg",
        "IFD0:Orientation",
        "0 is none of the eight values; the picture is shown as it is stored",
    ),
    (
        "plus-unknown-value.jpg",
        "XMP-plus:DataMining",
        "ExifTool marks a code it does not know; here it stands as written",
    ),
    (
        "jpg__Ricoh_DC-3Z_low_res_.jpg",
        "IFD0:Copyright",
        "Latin-1 text; the expectation lost its umlaut",
    ),
];

/// Sizes that differ from Pillow's, with the reason.
const SIZES_KNOWN: &[(&str, &str)] = &[
    ("gif__anim__oob.gif", "a frame reaches past the canvas; Pillow enlarges the canvas"),
    ("gif__simple__issue_1455_oversized.gif", "the same"),
    ("id_000507_src_000037_op_havoc_rep_4.gif", "the same"),
    ("id_001023_src_000935_op_arith8_pos_26_val_22.gif", "the same"),
];

/// Endings of formats that are not read, so that nothing of them is compared.
const NOT_READ: &[&str] =
    &["btf", "cr2", "djvu", "flif", "raf", "xcf", "jp2", "miff", "rw2", "psd", "avi", "xml", "inx"];

/// How long one file may take. The machine may be busy, so the fastest of three runs counts.
const SLOWEST: Duration = Duration::from_secs(1);

/// Names of tags as ExifTool has them, and how the same is found here.
const TAGS: &[(&str, Find)] = &[
    ("IFD0:Orientation", Find::Orientation),
    ("IFD0:Artist", Find::Exif("Artist")),
    ("IFD0:Copyright", Find::Exif("Copyright")),
    ("IPTC:By-line", Find::Iim(80)),
    ("IPTC:Credit", Find::Iim(110)),
    ("IPTC:CopyrightNotice", Find::Iim(116)),
    ("XMP-plus:DataMining", Find::Xmp(PLUS, "DataMining")),
    ("XMP-plus:OtherConstraints", Find::Xmp(PLUS, "OtherConstraints")),
    ("XMP-plus:Licensor", Find::Xmp(PLUS, "Licensor")),
    ("XMP-plus:CopyrightOwner", Find::Xmp(PLUS, "CopyrightOwner")),
    ("XMP-plus:ImageCreator", Find::Xmp(PLUS, "ImageCreator")),
    ("XMP-plus:ImageSupplier", Find::Xmp(PLUS, "ImageSupplier")),
    ("XMP-plus:CopyrightStatus", Find::Xmp(PLUS, "CopyrightStatus")),
    ("XMP-plus:CreditLineRequired", Find::Xmp(PLUS, "CreditLineRequired")),
    ("XMP-xmpRights:Marked", Find::Xmp(RIGHTS, "Marked")),
    ("XMP-xmpRights:WebStatement", Find::Xmp(RIGHTS, "WebStatement")),
    ("XMP-xmpRights:UsageTerms", Find::Xmp(RIGHTS, "UsageTerms")),
    ("XMP-dc:Creator", Find::Xmp("http://purl.org/dc/elements/1.1/", "creator")),
    ("XMP-dc:Rights", Find::Xmp("http://purl.org/dc/elements/1.1/", "rights")),
    ("XMP-photoshop:Credit", Find::Xmp("http://ns.adobe.com/photoshop/1.0/", "Credit")),
    ("XMP-cc:License", Find::Xmp("http://creativecommons.org/ns#", "license")),
    ("XMP-cc:AttributionName", Find::Xmp("http://creativecommons.org/ns#", "attributionName")),
    ("XMP-cc:AttributionURL", Find::Xmp("http://creativecommons.org/ns#", "attributionURL")),
    ("XMP-iptcExt:DigitalSourceType", Find::Xmp(EXT, "DigitalSourceType")),
    ("XMP-iptcExt:LinkedEncRightsExpr", Find::Xmp(EXT, "LinkedEncRightsExpr")),
    ("PNG:Copyright", Find::Text("Copyright")),
    ("Vorbis:Copyright", Find::Text("COPYRIGHT")),
    ("Vorbis:License", Find::Text("LICENSE")),
    ("ID3v2_3:Copyright", Find::Text("TCOP")),
    ("ID3v2_3:CopyrightURL", Find::Text("WCOP")),
    ("ItemList:Copyright", Find::Text("cprt")),
];

const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

#[derive(Clone, Copy)]
enum Find {
    Orientation,
    Exif(&'static str),
    Iim(u8),
    Xmp(&'static str, &'static str),
    Text(&'static str),
}

#[test]
fn no_file_panics_hangs_or_overflows() {
    let Some(corpus) = corpus() else { return };
    let limits = Limits::DEFAULT;
    let mut slowest = (Duration::ZERO, PathBuf::new());
    let mut formats: BTreeMap<String, usize> = BTreeMap::new();
    let files = files(&corpus);
    assert!(files.len() > 1_000, "the corpus is not whole: {} files", files.len());
    for path in &files {
        let here = path.display();
        let bytes = std::fs::read(path).unwrap();
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let start = Instant::now();
            let opened = media::open(&bytes, &limits);
            let (fields, more) = metadata::read(&opened.blocks, &limits);
            best = best.min(start.elapsed());
            if best >= SLOWEST {
                continue;
            }
            let owned: usize = opened.blocks.iter().map(|b| b.bytes.len()).sum();
            // A block is at most four MiB; borrowed ones may be the file itself.
            assert!(owned <= 2 * bytes.len() + (16 << 20), "{here}: blocks of {owned} bytes");
            assert!(opened.problems.len() <= 64 && more.len() <= 2_048, "{here}: problems");
            for problem in opened.problems.iter().chain(&more) {
                assert!(!problem.place.is_empty() && !problem.message.is_empty(), "{here}");
                assert!(!problem.message.ends_with('.'), "{here}: {problem:?}");
            }
            for field in &fields.text {
                assert!(field.value.chars().count() <= limits.value_chars, "{here}");
            }
            if opened.facts.is_none() && !bytes.is_empty() {
                assert!(!opened.problems.is_empty(), "{here}: silence");
            }
            let format = opened.facts.map_or_else(|| "none".to_owned(), |f| f.format);
            *formats.entry(format).or_default() += 1;
            break;
        }
        assert!(best < SLOWEST, "{here} took {best:?}");
        slowest = slowest.max((best, path.clone()));
    }
    println!("{} files, {formats:?}", files.len());
    println!("slowest: {:?} {}", slowest.0, slowest.1.display());
}

/// Each file is cut once and has bytes changed a few times, always the same way: the numbers
/// come from its name.
#[test]
fn damaged_files_neither_panic_nor_hang() {
    let Some(corpus) = corpus() else { return };
    let limits = Limits::DEFAULT;
    let mut tried = 0_usize;
    for path in files(&corpus) {
        let bytes = std::fs::read(&path).unwrap();
        if bytes.is_empty() || bytes.len() > 200_000 {
            continue;
        }
        let mut random = Random::new(&path);
        for round in 0..8 {
            let mut damaged = bytes.clone();
            if round == 0 {
                damaged.truncate(random.below(bytes.len()));
            }
            // Headers matter most: half of the changes go there.
            for change in 0..round * 3 {
                let reach = if change % 2 == 0 { bytes.len().min(512) } else { bytes.len() };
                let at = random.below(reach);
                let values = [0, 0xff, 0x7f, 0x80, u8::try_from(random.below(256)).unwrap()];
                damaged[at] = values[random.below(values.len())];
            }
            let start = Instant::now();
            let opened = media::open(&damaged, &limits);
            let (_, problems) = metadata::read(&opened.blocks, &limits);
            assert!(opened.problems.len() <= 64 && problems.len() <= 2_048);
            // A busy machine may stop us for a moment; a loop without end is longer.
            let took = start.elapsed();
            assert!(took < 5 * SLOWEST, "{} round {round} took {took:?}", path.display());
            tried += 1;
        }
    }
    println!("{tried} damaged files");
}

/// Xorshift (Marsaglia 2003), seeded by a file's name.
struct Random(u64);

impl Random {
    fn new(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &b| {
            (hash ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Random(hash | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(usize::MAX) % end.max(1)
    }
}

#[test]
fn rights_fields_agree_with_exiftool() {
    let Some(corpus) = corpus() else { return };
    let text = std::fs::read_to_string(corpus.join("EXPECTED-exiftool.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let mut agreed: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing = Vec::new();
    let mut not_read = 0_usize;
    for (name, tags) in expected["files"].as_object().unwrap() {
        let ending = name.rsplit('.').next().unwrap_or_default();
        if NOT_READ.contains(&ending) {
            not_read += 1;
            continue;
        }
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        let (facts, fields) = read(name, &bytes);
        for (tag, value) in tags.as_object().unwrap() {
            let Some((tag, find)) = TAGS.iter().find(|(known, _)| known == tag) else { continue };
            let wanted = flat(value);
            let found = found(*find, facts.as_ref(), &fields, &wanted);
            if same(tag, &wanted, &found) {
                *agreed.entry(tag).or_default() += 1;
            } else {
                differing.push((name.clone(), *tag, wanted, found));
            }
        }
    }
    let total: usize = agreed.values().sum();
    println!("agreed {total}, differing {}, files not read {not_read}", differing.len());
    println!("{agreed:?}");
    assert!(total > 200, "hardly anything was compared: {total}");
    let mut unknown = Vec::new();
    for (name, tag, wanted, found) in &differing {
        match KNOWN.iter().find(|(file, known, _)| name.ends_with(file) && known == tag) {
            Some((_, _, reason)) => println!("known: {name} {tag}: {reason}"),
            None => unknown.push(format!("{name} {tag}\n  wanted {wanted:?}\n  found  {found:?}")),
        }
    }
    for (file, tag, _) in KNOWN {
        let still = differing.iter().any(|(name, other, ..)| name.ends_with(file) && other == tag);
        assert!(still, "{file} {tag} agrees now: take it off the list");
    }
    assert!(unknown.is_empty(), "{} differ:\n{}", unknown.len(), unknown.join("\n"));
}

/// Folders of works; in `malformed` the two readers may differ in what they save.
const FOLDERS: [&str; 6] = ["originals", "formats", "metadata", "audio", "variants-real", "c2pa"];

/// What the installed ExifTool is asked for, beyond [`TAGS`]: everything about people, rights
/// and the making of a work, by its own names. XMP by namespace and name, IIM by dataset.
const XMP_WIDE: &[(&str, &str, &[&str])] = &[
    (
        "XMP-dc",
        "http://purl.org/dc/elements/1.1/",
        &["Creator", "Rights", "Title", "Description", "Subject", "Publisher", "Contributor"],
    ),
    ("XMP-xmpRights", RIGHTS, &["Marked", "Owner", "UsageTerms", "WebStatement", "Certificate"]),
    (
        "XMP-plus",
        PLUS,
        &[
            "CopyrightOwner",
            "CopyrightStatus",
            "CreditLineRequired",
            "DataMining",
            "ImageAlterationConstraints",
            "ImageCreator",
            "ImageCreatorImageID",
            "ImageDuplicationConstraints",
            "ImageFileConstraints",
            "ImageFileFormatAsDelivered",
            "ImageFileSizeAsDelivered",
            "ImageSupplier",
            "ImageSupplierImageID",
            "Licensee",
            "Licensor",
            "MediaSummaryCode",
            "MinorModelAgeDisclosure",
            "ModelReleaseID",
            "ModelReleaseStatus",
            "OtherConstraints",
            "PropertyReleaseID",
            "PropertyReleaseStatus",
            "Reuse",
            "TermsAndConditionsText",
            "TermsAndConditionsURL",
        ],
    ),
    (
        "XMP-photoshop",
        "http://ns.adobe.com/photoshop/1.0/",
        &["AuthorsPosition", "CaptionWriter", "Credit", "Headline", "Instructions", "Source"],
    ),
    (
        "XMP-iptcCore",
        "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
        &["CreatorContactInfo", "IntellectualGenre", "AltTextAccessibility"],
    ),
    (
        "XMP-iptcExt",
        EXT,
        &[
            "AdditionalModelInformation",
            "DigitalImageGUID",
            "DigitalSourceType",
            "DigitalSourceFileType",
            "EmbdEncRightsExpr",
            "LinkedEncRightsExpr",
            "MaxAvailHeight",
            "MaxAvailWidth",
            "ModelAge",
            "OrganisationInImageCode",
            "OrganisationInImageName",
            "PersonInImage",
        ],
    ),
    (
        "XMP-cc",
        "http://creativecommons.org/ns#",
        &["License", "AttributionName", "AttributionURL", "MorePermissions", "UseGuidelines"],
    ),
];
const IIM_WIDE: &[(&str, u8)] = &[
    ("ObjectName", 5),
    ("Keywords", 25),
    ("SpecialInstructions", 40),
    ("By-line", 80),
    ("By-lineTitle", 85),
    ("Headline", 105),
    ("Credit", 110),
    ("Source", 115),
    ("CopyrightNotice", 116),
    ("Contact", 118),
    ("Caption-Abstract", 120),
    ("Writer-Editor", 122),
];
const TEXT_WIDE: &[(&str, Find)] = &[
    ("IFD0:Artist", Find::Exif("Artist")),
    ("IFD0:Copyright", Find::Exif("Copyright")),
    ("IFD0:XPAuthor", Find::Exif("XPAuthor")),
    ("PNG:Author", Find::Text("Author")),
    ("PNG:Copyright", Find::Text("Copyright")),
    ("PNG:Disclaimer", Find::Text("Disclaimer")),
    ("PNG:Source", Find::Text("Source")),
];

/// Differences that stay: end of the file's name, tag, reason.
const LIVE_KNOWN: &[(&str, &str, &str)] = &[
    ("extremadura_01.png", "PNG:Author", "UTF-8 in a text chunk that should be Latin-1"),
    ("castilla_y_leon_01.png", "PNG:Author", "the same"),
    ("murcia_01.png", "PNG:Author", "the same"),
    ("question_cedric_bosdonna_01.png", "PNG:Author", "the same"),
    ("valencia_01.png", "PNG:Author", "the same"),
    ("jpg__Ricoh_DC-3Z_low_res_.jpg", "IFD0:Copyright", "Latin-1, which ExifTool has no UTF-8 for"),
];

/// The same with the ExifTool of this machine, over every file and many more fields; where it
/// is not installed one line says so.
#[test]
fn the_installed_exiftool_reads_the_same_of_every_file() {
    let Some(corpus) = corpus() else { return };
    let mut wide: Vec<(String, Find)> = Vec::new();
    for (group, ns, names) in XMP_WIDE {
        wide.extend(names.iter().map(|n| (format!("{group}:{n}"), Find::Xmp(ns, n))));
    }
    wide.extend(IIM_WIDE.iter().map(|(name, set)| (format!("IPTC:{name}"), Find::Iim(*set))));
    wide.extend(TEXT_WIDE.iter().map(|(name, find)| ((*name).to_owned(), *find)));
    let mut command = std::process::Command::new("exiftool");
    // Numbers and codes as they stand (-n), structures as such, every group by its place.
    command.args(["-q", "-q", "-r", "-j", "-n", "-G1", "-struct"]);
    command.args(wide.iter().map(|(tag, _)| format!("-{tag}")));
    let output = command.args(FOLDERS).current_dir(&corpus).output();
    let Some(text) = output.ok().map(|o| o.stdout).filter(|text| !text.is_empty()) else {
        println!("skipped: exiftool is not installed");
        return;
    };
    let files: Value = serde_json::from_slice(&text).unwrap();
    let mut agreed: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut with_fields, mut known) = (0_usize, vec![false; LIVE_KNOWN.len()]);
    let mut differing = Vec::new();
    for file in files.as_array().unwrap() {
        let name = file["SourceFile"].as_str().unwrap();
        let ending = name.rsplit('.').next().unwrap_or_default();
        let said: Vec<_> =
            wide.iter().filter_map(|(tag, find)| Some((tag, find, file.get(tag)?))).collect();
        if said.is_empty() || NOT_READ.contains(&ending) {
            continue;
        }
        with_fields += 1;
        let bytes = std::fs::read(corpus.join(name)).unwrap();
        let (facts, fields) = read(name, &bytes);
        for (tag, find, value) in said {
            let wanted: Vec<String> = plain(&flat(value));
            let here = plain(&found_anyhow(*find, facts.as_ref(), &fields, &wanted));
            if wanted == here {
                *agreed.entry(tag).or_default() += 1;
            } else if let Some(at) =
                LIVE_KNOWN.iter().position(|(f, t, _)| name.ends_with(f) && t == tag)
            {
                known[at] = true;
            } else {
                differing.push(format!("{name} {tag}\n  wanted {wanted:?}\n  found  {here:?}"));
            }
        }
    }
    let total: usize = agreed.values().sum();
    println!(
        "live ExifTool: {} files, {with_fields} with fields, {} fields of {} kinds agree, {} known differences",
        files.as_array().unwrap().len(),
        total,
        agreed.len(),
        LIVE_KNOWN.len()
    );
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
    for ((file, tag, _), met) in LIVE_KNOWN.iter().zip(known) {
        assert!(met, "{file} {tag} agrees now: take it off the list");
    }
}

/// Names of properties as ExifTool spells them differ from the file's in their capitals.
fn found_anyhow(
    find: Find,
    facts: Option<&MediaFacts>,
    fields: &Metadata,
    wanted: &[String],
) -> Vec<String> {
    let Find::Xmp(ns, name) = find else { return found(find, facts, fields, wanted) };
    let mut all: Vec<Vec<String>> = fields
        .xmp
        .iter()
        .flat_map(|packet| packet.properties.iter())
        .filter(|p| p.ns == ns && (p.name.eq_ignore_ascii_case(name) || p.name == own_name(name)))
        .map(texts)
        .collect();
    let fits = all.iter().position(|texts| plain(texts) == wanted).unwrap_or(0);
    if all.is_empty() { Vec::new() } else { all.swap_remove(fits) }
}

/// Names that ExifTool writes out.
fn own_name(name: &str) -> &str {
    match name {
        "AdditionalModelInformation" => "AddlModelInfo",
        "DigitalImageGUID" => "DigImageGUID",
        name => name,
    }
}

/// Values without what both readers may choose: blanks, the address of a code, the case of
/// a truth.
fn plain(texts: &[String]) -> Vec<String> {
    let one = |text: &String| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let code = text.strip_prefix("http://ns.useplus.org/ldf/vocab/").unwrap_or(&text);
        match code {
            "True" | "true" => "true".to_owned(),
            "False" | "false" => "false".to_owned(),
            code => code.to_owned(),
        }
    };
    texts.iter().map(one).filter(|text| !text.is_empty()).collect()
}

#[test]
fn sizes_agree_with_pillow() {
    let Some(corpus) = corpus() else { return };
    let text = std::fs::read_to_string(corpus.join("EXPECTED-codes.tsv")).unwrap();
    let mut agreed = 0_usize;
    let mut differing: Vec<(&str, String)> = Vec::new();
    for line in text.lines().skip(1) {
        let mut columns = line.split('\t');
        let (Some(name), Some(_hash), Some("image"), Some(size)) =
            (columns.next(), columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let Some((width, height)) = size.split_once('x') else { continue };
        let wanted = (width.parse::<u32>().ok(), height.parse::<u32>().ok());
        let Ok(bytes) = std::fs::read(corpus.join(name)) else { continue };
        let opened = media::open(&bytes, &Limits::DEFAULT);
        let Some(facts) = opened.facts else {
            differing.push((name, format!("not recognised, {:?}", opened.problems)));
            continue;
        };
        if (facts.width, facts.height) == wanted {
            agreed += 1;
        } else {
            let size = format!("{:?} x {:?}, not {size}", facts.width, facts.height);
            differing.push((name, size));
        }
    }
    println!("sizes: agreed {agreed}, differing {}", differing.len());
    assert!(agreed > 1_000, "hardly anything was compared: {agreed}");
    for (known, _) in SIZES_KNOWN {
        let still = differing.iter().any(|(name, _)| name.contains(known));
        assert!(still, "{known} agrees now: take it off the list");
    }
    differing.retain(|(name, _)| !SIZES_KNOWN.iter().any(|(known, _)| name.contains(known)));
    assert!(differing.is_empty(), "{} differ:\n{differing:#?}", differing.len());
}

#[test]
fn every_manifest_store_is_seen() {
    let Some(corpus) = corpus() else { return };
    let text = std::fs::read_to_string(corpus.join("EXPECTED-c2pa.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let (mut seen, mut absent) = (0_usize, 0_usize);
    for (name, judged) in expected["files"].as_object().unwrap() {
        let Ok(bytes) = std::fs::read(corpus.join(name)) else { continue };
        let (_, fields) = read(name, &bytes);
        let error = judged["error"].as_str().unwrap_or_default();
        if judged["state"].is_string() {
            assert!(fields.c2pa.is_some(), "{name}: the manifest store is not seen");
            seen += 1;
        } else if error.starts_with("ManifestNotFound") {
            assert_eq!(fields.c2pa, None, "{name}: there is no manifest store");
            absent += 1;
        }
    }
    println!("manifest stores: seen {seen}, rightly absent {absent}");
    assert!(seen > 40 && absent > 5, "hardly anything was compared");
}

fn corpus() -> Option<PathBuf> {
    sayso_shelf::at("corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A sidecar is a bare packet; everything else is a work.
fn read(name: &str, bytes: &[u8]) -> (Option<MediaFacts>, Metadata) {
    let limits = Limits::DEFAULT;
    if name.ends_with(".xmp") {
        let block = Block {
            kind: BlockKind::Xmp,
            locator: "file".to_owned(),
            key: String::new(),
            bytes: bytes.into(),
        };
        return (None, metadata::read(&[block], &limits).0);
    }
    let opened = media::open(bytes, &limits);
    (opened.facts, metadata::read(&opened.blocks, &limits).0)
}

/// Every text of a JSON value, structs in the order of their field names.
fn flat(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().collect();
            sorted.values().flat_map(|v| flat(v)).collect()
        }
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn texts(property: &Property) -> Vec<String> {
    if property.children.is_empty() {
        return vec![property.text.clone()];
    }
    // Of languages, ExifTool gives the default; the others stand under names of their own.
    if property.children.iter().any(|c| c.lang.is_some()) {
        return property.first_text().map(str::to_owned).into_iter().collect();
    }
    let mut children: Vec<&Property> = property.children.iter().collect();
    children.sort_by(|a, b| a.name.cmp(&b.name));
    children.into_iter().flat_map(texts).collect()
}

fn found(
    find: Find,
    facts: Option<&MediaFacts>,
    fields: &Metadata,
    wanted: &[String],
) -> Vec<String> {
    match find {
        Find::Orientation => {
            let said = facts.and_then(|f| f.orientation).unwrap_or(0);
            vec![orientation(said).to_owned()]
        }
        Find::Exif(name) => {
            let values = fields.exif.iter().filter(|f| f.name == name);
            values.map(|f| f.value.clone()).collect()
        }
        Find::Iim(dataset) => {
            let values = fields.iim.iter().filter(|f| (f.record, f.dataset) == (2, dataset));
            values.map(|f| f.value.clone()).collect()
        }
        Find::Text(key) => {
            let values = fields.text.iter().filter(|f| f.key == key);
            values.map(|f| f.value.clone()).collect()
        }
        Find::Xmp(ns, name) => {
            // Of several packets ExifTool shows one; any that says the same will do.
            let mut all: Vec<Vec<String>> = fields
                .xmp
                .iter()
                .flat_map(|packet| packet.properties.iter())
                .filter(|p| p.ns == ns && p.name == name)
                .map(texts)
                .collect();
            let fits = all.iter().position(|texts| texts == wanted).unwrap_or(0);
            if all.is_empty() { Vec::new() } else { all.swap_remove(fits) }
        }
    }
}

fn orientation(number: u8) -> &'static str {
    match number {
        1 => "Horizontal (normal)",
        2 => "Mirror horizontal",
        3 => "Rotate 180",
        4 => "Mirror vertical",
        5 => "Mirror horizontal and rotate 270 CW",
        6 => "Rotate 90 CW",
        7 => "Mirror horizontal and rotate 90 CW",
        8 => "Rotate 270 CW",
        _ => "none",
    }
}

/// ExifTool prints the labels of coded values; those are compared by their codes.
fn same(tag: &str, wanted: &[String], found: &[String]) -> bool {
    let label = |text: &String| -> String {
        let text = text.trim();
        let code = text.rsplit(['/', '#']).next().unwrap_or(text);
        match (tag, code) {
            ("XMP-plus:DataMining", "DMI-ALLOWED") => "Allowed",
            ("XMP-plus:DataMining", "DMI-UNSPECIFIED") => "Unspecified - no prohibition defined",
            ("XMP-plus:DataMining", "DMI-PROHIBITED") => "Prohibited",
            ("XMP-plus:DataMining", "DMI-PROHIBITED-AIMLTRAINING") => {
                "Prohibited for AI/ML training"
            }
            ("XMP-plus:DataMining", "DMI-PROHIBITED-GENAIMLTRAINING") => {
                "Prohibited for Generative AI/ML training"
            }
            ("XMP-plus:DataMining", "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING") => {
                "Prohibited except for search engine indexing"
            }
            ("XMP-plus:DataMining", "DMI-PROHIBITED-SEECONSTRAINT") => {
                "Prohibited, see plus:OtherConstraints"
            }
            ("XMP-plus:DataMining", "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR") => {
                "Prohibited, see iptcExt:EmbdEncRightsExpr"
            }
            ("XMP-plus:DataMining", "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR") => {
                "Prohibited, see iptcExt:LinkedEncRightsExpr"
            }
            ("XMP-plus:CopyrightStatus", "CS-PRO") => "Protected",
            ("XMP-plus:CreditLineRequired", "CR-CAI") => "Credit Adjacent To Image",
            ("XMP-plus:Licensor", "work") => "Work",
            ("XMP-plus:Licensor", "cell") => "Cell",
            ("XMP-xmpRights:Marked", "True") => "true",
            ("XMP-xmpRights:Marked", "False") => "false",
            _ => text,
        }
        .to_owned()
    };
    // A field of blanks says nothing, and is not kept.
    let said = |texts: &[String]| -> Vec<String> {
        texts.iter().map(label).filter(|text| !text.is_empty()).collect()
    };
    said(wanted) == said(found)
}
