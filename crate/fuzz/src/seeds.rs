//! What fuzzing begins with: works that we make, what the cases say, and, where the shared folder
//! lies beside the repository, its files.
//!
//! Of the shared files only copies in `target/` are ever made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sayso_core::limits::Limits;
use sayso_core::media::{self, BlockKind};
use sayso_core::report::{self, BundleFile};
use sayso_core::signal::SiteFile;
use sayso_tests::{c2pa_writer, specimen, tune};

use crate::targets::{Reader, Target};

/// Seeds of one target, from our own works and from these folders; no two alike.
pub fn of(target: &Target, folders: &[PathBuf]) -> Vec<Vec<u8>> {
    let mut seeds = own(target);
    let mut files = Vec::new();
    for folder in folders {
        gather(folder, &mut files);
    }
    for path in files {
        let small = fs::metadata(&path).is_ok_and(|m| m.len() < 1 << 20);
        if let Some(bytes) = small.then(|| fs::read(&path).ok()).flatten() {
            seeds.extend(fits(target, &path, bytes));
        }
    }
    seeds.retain(|s| s.len() <= target.longest());
    seeds.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    seeds.dedup();
    // The smaller ones teach the same, and faster.
    seeds.truncate(MOST);
    seeds
}

const MOST: usize = 300;

/// The folders of the shared files, where they are there.
pub fn shared() -> Vec<PathBuf> {
    ["corpus", "conformance"].into_iter().filter_map(sayso_shelf::at).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}

/// What a file holds for a target: itself, or the blocks in it.
fn fits(target: &Target, path: &Path, bytes: Vec<u8>) -> Vec<Vec<u8>> {
    let lies_in = |folder: &str| path.to_string_lossy().contains(folder);
    let ends = |end: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    let blocks = |kind: BlockKind| -> Vec<Vec<u8>> {
        let opened = media::open(&bytes, &Limits::DEFAULT);
        opened.blocks.iter().filter(|b| b.kind == kind).map(|b| b.bytes.to_vec()).collect()
    };
    let take = match (target.reader, target.name) {
        (Reader::Container(f) | Reader::Pixels(f) | Reader::Samples(f), _) => {
            media::recognise(&bytes).is_some_and(|format| f.contains(&format.name))
        }
        (Reader::Block(BlockKind::Xmp), _) if ends("xmp") => true,
        (Reader::Block(kind), _) => return blocks(kind),
        (_, "c2pa-validator" | "cbor") => return blocks(BlockKind::C2pa),
        (Reader::Site(SiteFile::Tdmrep), _) | (_, "tdm-policy") => lies_in("tdmrep"),
        (Reader::Site(_), _) => lies_in("robots"),
        (_, "rsl") => lies_in("/rsl/"),
        (_, "page") => ends("html"),
        (_, "json-ld") => lies_in("schemaorg") && ends("json"),
        (_, "registry-answer") => lies_in("mediawiki") && ends("json"),
        (_, "trust-list") => ends("pem"),
        _ => false,
    };
    if take { vec![bytes] } else { Vec::new() }
}

/// Seeds that lie in the repository or are made here.
pub fn own(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        works().iter().flat_map(|w| fits(target, Path::new(""), w.clone())).collect();
    seeds.extend(cases().get(target.name).into_iter().flatten().cloned());
    let more: &[&str] = match target.name {
        "json-ld" => &[
            r#"{"@context":"https://schema.org/","@graph":[{"@type":"ImageObject","contentUrl":"https://gallery.test/photos/heron.jpg","license":"https://creativecommons.org/licenses/by/4.0/","creator":[{"@type":"Person","name":"Ada"}]}]}"#,
            r#"[{"@type":["Article"],"image":{"@type":"ImageObject","url":"/photos/heron.jpg?size=2","license":{"@type":"CreativeWork","url":"x"}}}]"#,
        ],
        "tdm-policy" => &[
            r#"{"@context":["http://www.w3.org/ns/odrl.jsonld","http://www.w3.org/ns/tdmrep.jsonld"],"@type":"Offer","profile":"http://www.w3.org/ns/tdmrep","assigner":{"vcard:fn":"A","vcard:hasEmail":"mailto:a@b.test"},"permission":[{"action":"tdm:mine","duty":[{"action":"obtainConsent"}],"constraint":[{"leftOperand":"purpose","operator":"eq","rightOperand":{"@id":"tdm:research"}}]}]}"#,
        ],
        "sound-print" => &["AQAAA0mUaEkSRZEGAA", "AQAAAA"],
        "registry-answer" => &[
            r#" {"query":{"pages":[{"title":"File:Demo photo.jpg","imageinfo":[{"url":"https://upload.wikimedia.org/wikipedia/commons/5/5d/Demo_photo.jpg","sha1":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","descriptionurl":"https://commons.wikimedia.org/wiki/File:Demo_photo.jpg","extmetadata":{"LicenseShortName":{"value":"CC BY 4.0"},"Artist":{"value":"<a href=\"//x\">Ada &amp; co</a>"}}}]}]}}"#,
            r#" {"error":{"code":"maxlag","lag":3}}"#,
        ],
        "page-event" => &[concat!(
            r#"{"type":"arrived","page":{"url":"https://page.test/","title":"T","meta":[{"name":"robots","content":"noai"}],"links":[{"rel":"license","href":"https://creativecommons.org/licenses/by/4.0/"}],"json_ld":["{}"],"markup":[{"tag":"div","within":0,"attributes":[{"name":"itemscope","content":""}],"text":"x"}]},"fresh":true}"#,
            "\n",
            r#"{"type":"seen","works":[{"id":1,"kind":"image","url":"https://media.test/a.jpg","name":"A","width":300,"height":200,"visible":true,"links":[]}]}"#,
            "\n",
            r#"{"type":"hovered","work":{"id":1,"kind":"image","url":"https://media.test/a.jpg"}}"#,
            "\n",
            r#"{"type":"acted","work":{"id":1,"kind":"audio","url":"data:audio/wav;base64,AAAA"},"act":{"act":"ask","registry":"wikimedia-commons"}}"#,
            "\n",
            r#"{"type":"gone","works":[1]}"#,
        )],
        "kept-state" => &[concat!(
            r#"settings {"site_files":true,"sites_off":["a.test"],"choices":[{"registry":"wikimedia-commons","privacy":"hash","mode":"on"}]}"#,
            "\n",
            r#"own/1 {"id":"1","title":"T","stances":[{"what":"train.gen","verdict":"denied"}],"added_at":1}"#,
            "\n",
            r#"file/https://a.test/ {"Failed":[{"url":"https://a.test/"},{"failure":"silent"},1]}"#,
        )],
        "headers" => &[
            "content-usage: train-ai=n;x=\"y\", search=?1, a=(1 2.5 :AA==:);b=@12",
            "x-robots-tag: otherbot: noai, noimageai\nx-robots-tag: unavailable_after: 25 Jun 2027 15:00:00 PST",
            "link: <https://a.test/l>; rel=\"license c2pa-manifest\"; type=\"application/rsl+xml\", </b>; rel=license\ntdm-reservation: 1\ntdm-policy: https://a.test/p",
            "content-signal: /blog/ ai-train=no, search=yes\ncontent-type: text/markdown",
        ],
        "robots" => &[
            "\u{feff}User-agent: *\nUser-agent: GPTBot\nDisallow: /*.jpg$\nAllow: /%70hotos\nContent-Usage: /photos train-ai=n\nContent-Signal: ai-train=no\nLicense: https://gallery.test/a.xml # x",
        ],
        "ai-txt" => &["User-Agent: *\nDisallow: *.jpg\nAllow: /\n"],
        "trust-txt" => &["member=https://a.test/\ndatatrainingallowed=no\n"],
        "trust-list" => &["-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n"],
        _ => &[],
    };
    seeds.extend(more.iter().map(|text| text.as_bytes().to_vec()));
    match target.name {
        "bundle" => {
            let sums = format!("{}  asset.bin\n", report::sha256_hex(b"asset"));
            let files = [
                BundleFile {
                    name: "bundle.json".into(),
                    bytes: b"{\"schema\":\"sayso.bundle/1\"}".to_vec(),
                },
                BundleFile { name: "asset.bin".into(), bytes: b"asset".to_vec() },
                BundleFile {
                    name: report::rfc3161::FILE.into(),
                    bytes: include_bytes!("time-stamp.tsr").to_vec(),
                },
                BundleFile { name: "SHA256SUMS".into(), bytes: sums.into_bytes() },
            ];
            seeds.extend(report::zip(&files, 1_800_000_000_000));
        }
        // Made with `openssl ts` and a key of its own, which is gone.
        "time-stamp" => seeds.push(include_bytes!("time-stamp.tsr").to_vec()),
        "cbor" => {
            seeds.push(b"\xa3\x63alg\x26\x63pad\x42\0\0\x69signature\x9f\x01\xf6\xff".to_vec())
        }
        "iptc-iim" => seeds.push(
            b"\x1c\x01\x5a\0\x03\x1b%G\x1c\x02\x74\0\x05(c) A\x1c\x02\x50\x80\x04\0\0\0\x01B"
                .to_vec(),
        ),
        "text-tag" => {
            seeds.push(
                b"LICENSE\nhttps://creativecommons.org/licenses/by-sa/3.0/de/deed.en".to_vec(),
            );
            seeds.push(b"\n2026 Ada. Licensed CC BY-NC 4.0; verify at https://a.test/".to_vec());
        }
        _ => {}
    }
    seeds
}

/// Small works in every container, made here.
fn works() -> &'static [Vec<u8>] {
    static WORKS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    WORKS.get_or_init(|| {
        let xmp = [format!(
            "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>{XMP}<?xpacket end='w'?>"
        )];
        let pairs = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect()
        };
        let exif = pairs(&[("Artist", "Ada; Bo"), ("Copyright", "© Ada"), ("Orientation", "6")]);
        let tags = pairs(&[
            ("TCOP", "2026 Ada"),
            ("WCOP", "https://creativecommons.org/licenses/by/4.0/"),
            ("LICENSE", "CC BY"),
        ]);
        let mut works: Vec<Vec<u8>> = [
            "jpeg", "jpeg+xmp+exif", "png+xmp", "webp+xmp", "gif", "svg+xmp", "mp3+tags", "flac+tags",
        ]
        .iter()
        .filter_map(|name| specimen::make(name, &xmp, &exif, &tags).ok())
        .collect();
        works.push(with_manifest());
        works.push(tune::wav()[..4_000].to_vec());
        let boxed = |name: &[u8; 4], body: &[u8]| -> Vec<u8> {
            [&(body.len() as u32 + 8).to_be_bytes(), &name[..], body].concat()
        };
        let packet = xmp[0].as_bytes();
        let uuid = boxed(
            b"uuid",
            &[b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac", packet].concat(),
        );
        for brand in [b"M4A ", b"qt  ", b"isom"] {
            let copyright = boxed(b"cprt", b"\0\0\0\0\x55\xc4(c) Ada\0");
            let header = boxed(b"mvhd", &[[0; 12], *b"\0\0\x03\xe8\0\0\x13\x88\0\0\x01\0"].concat());
            let inside = [header, boxed(b"udta", &copyright)].concat();
            let start = boxed(b"ftyp", &[&brand[..], &[0; 4], brand].concat());
            works.push([start, boxed(b"moov", &inside), uuid.clone()].concat());
        }
        for brand in [b"avif", b"heic"] {
            let size = boxed(b"ispe", b"\0\0\0\0\0\0\0\x40\0\0\0\x30");
            let properties = boxed(b"iprp", &boxed(b"ipco", &size));
            let item = boxed(b"infe", b"\x02\0\0\0\0\x01\0\0mime\0application/rdf+xml\0\0");
            let items = boxed(b"iinf", &[&b"\0\0\0\0\0\x01"[..], &item].concat());
            let places = boxed(b"iloc", b"\0\0\0\0\x44\0\0\x01\0\x01\0\0\0\x01\0\0\0\x20\0\0\0\x10");
            let start = boxed(b"ftyp", &[&brand[..], &[0; 4], b"mif1"].concat());
            let meta = [&[0; 4], &items[..], &places, &properties].concat();
            works.push([start, boxed(b"meta", &meta)].concat());
        }
        let jxl = b"\0\0\0\x0cJXL \r\n\x87\n".to_vec();
        let start = boxed(b"ftyp", b"jxl \0\0\0\0jxl ");
        works.push([jxl, start, boxed(b"xml ", packet), boxed(b"jxlp", b"\0\0\0\0\xff\x0a\x7f")].concat());
        let chunk = |name: &[u8; 4], body: &[u8]| -> Vec<u8> {
            let pad: &[u8] = if body.len() % 2 == 1 { b"\0" } else { b"" };
            [&name[..], &(body.len() as u32).to_be_bytes(), body, pad].concat()
        };
        let common = chunk(b"COMM", b"\0\x01\0\0\0\x40\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0");
        let sound = chunk(b"SSND", &[0; 136]);
        let inside =
            [&b"AIFF"[..], &common, &sound, &chunk(b"(c) ", b"Ada"), &chunk(b"ANNO", b"CC BY 4.0")].concat();
        works.push(chunk(b"FORM", &inside));
        works.push(
            b"II*\0\x08\0\0\0\x05\0\0\x01\x03\0\x01\0\0\0\x02\0\0\0\x01\x01\x03\0\x01\0\0\0\x01\0\0\0\
              \x11\x01\x04\0\x01\0\0\0\x4a\0\0\0\x17\x01\x04\0\x01\0\0\0\x02\0\0\0\
              \x98\x82\x02\0\x04\0\0\0Ada\0\0\0\0\0\x01\x02"
                .to_vec(),
        );
        let bitmap = b"\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
              \x01\x02\x03\x04\x05\x06\0\0\x07\x08\x09\x0a\x0b\x0c\0\0";
        works.push([&b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0"[..], bitmap].concat());
        let mut icon = b"\0\0\x01\0\x01\0\x02\x02\0\0\x01\0\x18\0\x40\0\0\0\x16\0\0\0".to_vec();
        let mut half = bitmap.to_vec();
        half[8] = 4;
        icon.extend(half);
        icon.extend([0; 8]);
        works.push(icon);
        let element = |id: &[u8], body: &[u8]| -> Vec<u8> {
            [id, &[0x40 | (body.len() >> 8) as u8, body.len() as u8], body].concat()
        };
        let simple = element(
            b"\x67\xc8",
            &[element(b"\x45\xa3", b"COPYRIGHT"), element(b"\x44\x87", b"Ada")].concat(),
        );
        let tags = element(b"\x12\x54\xc3\x67", &element(b"\x73\x73", &simple));
        let info = element(b"\x15\x49\xa9\x66", b"\x2a\xd7\xb1\x83\x0f\x42\x40\x44\x89\x84\x44\x7a\0\0");
        for kind in [&b"webm"[..], b"matroska"] {
            let head = element(b"\x1a\x45\xdf\xa3", &element(b"\x42\x82", kind));
            works.push([head, element(b"\x18\x53\x80\x67", &[info.clone(), tags.clone()].concat())].concat());
        }
        let page = |number: u8, flags: u8, packet: &[u8]| -> Vec<u8> {
            [&b"OggS\0"[..], &[flags], &[0; 8], b"\x01\0\0\0", &[number], &[0; 7], &[1, packet.len() as u8], packet]
                .concat()
        };
        let comments = b"\x01\0\0\0x\x01\0\0\0\x0d\0\0\0LICENSE=CC BY";
        works.push(
            [
                page(0, 2, b"OpusHead\x01\x02\0\0\x80\xbb\0\0\0\0\0"),
                page(1, 0, &[&b"OpusTags"[..], comments].concat()),
            ]
            .concat(),
        );
        works.push(
            [
                page(0, 2, b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xb8\x01"),
                page(1, 0, &[&b"\x03vorbis"[..], comments, b"\x01"].concat()),
            ]
            .concat(),
        );
        works.push([&b"\xff\xf1\x50\x80\x02\x1f\xfc"[..], &[0; 9]].concat().repeat(8));
        works
    })
}

/// A JPEG with a manifest that claims and proves nothing.
pub fn with_manifest() -> Vec<u8> {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    MADE.get_or_init(|| {
        let plain = specimen::make("jpeg", &[], &[], &[]).unwrap_or_default();
        let claim = r#"{"claim":{"claim_generator":"x","alg":"sha256"},"created":{
            "cawg.training-mining":{"entries":{"cawg.ai_training":{"use":"constrained","constraint_info":"ask"}}},
            "c2pa.actions.v2":{"actions":[{"action":"c2pa.created","digitalSourceType":"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]},
            "c2pa.hash.data":{"exclusions":[{"start":2,"length":100}],"alg":"sha256","hash":"00","pad":""},
            "c2pa.soft-binding":{"alg":"io.iscc.v0","blocks":[{"scope":{},"value":"x"}]}},
            "gathered":{"cawg.identity":{"signer_payload":{"referenced_assertions":[],"sig_type":"cawg.x509.cose"},"signature":"","pad1":""}}}"#;
        c2pa_writer::embed(&plain, &[claim.to_string()]).unwrap_or(plain)
    })
    .clone()
}

const XMP: &str = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
<rdf:Description rdf:about='' xmlns:plus='http://ns.useplus.org/ldf/xmp/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/' \
xmlns:cc='http://creativecommons.org/ns#' plus:DataMining='http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED'>\
<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>&#169; Ada &amp; co</rdf:li></rdf:Alt></dc:rights>\
<plus:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'><plus:LicensorURL>https://a.test/</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>\
<cc:license rdf:resource='https://creativecommons.org/licenses/by/4.0/'/></rdf:Description></rdf:RDF></x:xmpmeta>";

/// What the cases hold, by target.
fn cases() -> &'static BTreeMap<&'static str, Vec<Vec<u8>>> {
    static CASES: OnceLock<BTreeMap<&str, Vec<Vec<u8>>>> = OnceLock::new();
    CASES.get_or_init(|| {
        let mut found: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
        let mut files = Vec::new();
        gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases"), &mut files);
        for text in files.iter().filter_map(|f| fs::read_to_string(f).ok()) {
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else {
                    continue;
                };
                let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
                let (kind, address) = info.split_once(' ').unwrap_or((info, ""));
                let name = match kind {
                    "page" => "page",
                    "xmp" => "xmp",
                    "response" if address.ends_with("/robots.txt") => "robots",
                    "response" if address.ends_with("/tdmrep.json") => "tdmrep",
                    "response" if address.ends_with("/ai.txt") => "ai-txt",
                    "response" if address.ends_with("/trust.txt") => "trust-txt",
                    "response" if address.ends_with(".json") => "tdm-policy",
                    "response" if address.ends_with(".xml") => "rsl",
                    "response" => "headers",
                    _ => continue,
                };
                // After the status and the headers stands the text.
                let text = match (kind, name) {
                    ("response", "headers") => body.join("\n"),
                    ("response", _) => {
                        let rest = body.iter().skip_while(|l| !l.trim().is_empty()).skip(1);
                        rest.copied().collect::<Vec<_>>().join("\n")
                    }
                    _ => body.join("\n"),
                };
                found.entry(name).or_default().push(text.into_bytes());
            }
        }
        found
    })
}
