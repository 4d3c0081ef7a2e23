//! Writes what an author says into files, the way the standards have it.
//!
//! XMP (ISO 16684-1; places in files: Adobe XMP Specification Part 3), Exif 3.0
//! (CIPA DC-008), RIFF INFO (Microsoft RIFF, 1991), WebP container (RFC 9649),
//! PNG third edition (11.3.3.4 `iTXt`). It shares no code with the readers in the
//! core, and ExifTool judges it, so that a mistake cannot be made twice alike.
//! Leaves out: extended XMP, IIM, C2PA.

/// What an author says. What is `None` or empty is not written.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// `dc:title`.
    pub title: Option<&'static str>,
    /// `dc:creator`.
    pub creator: Option<&'static str>,
    /// `dc:rights`, and `xmpRights:Marked` with it.
    pub rights: Option<&'static str>,
    /// `xmpRights:UsageTerms`.
    pub terms: Option<&'static str>,
    /// `xmpRights:WebStatement`.
    pub statement: Option<&'static str>,
    /// `plus:DataMining`, the last part of the address (`DMI-…`).
    pub data_mining: Option<&'static str>,
    /// `plus:Licensor`: a name and an address.
    pub licensor: Option<(&'static str, &'static str)>,
    /// `cc:license`.
    pub licence: Option<&'static str>,
    /// `Iptc4xmpExt:DigitalSourceType`, the last part of the address.
    pub source_type: Option<&'static str>,
    /// `Iptc4xmpExt:AISystemUsed`.
    pub ai_system: Option<&'static str>,
}

impl Claims {
    /// As an XMP packet, with the wrapper that lets scanners find it.
    pub fn xmp(&self) -> String {
        let mut p = String::new();
        let mut text = |name: &str, value: Option<&str>| {
            if let Some(v) = value {
                p.push_str(&format!("   <{name}>{}</{name}>\n", escaped(v)));
            }
        };
        text("xmpRights:Marked", self.rights.map(|_| "True"));
        text("xmpRights:WebStatement", self.statement);
        let url = |base: &str, last: &str| format!("{base}{last}");
        let mining = self.data_mining.map(|m| url("http://ns.useplus.org/ldf/vocab/", m));
        text("plus:DataMining", mining.as_deref());
        let source =
            self.source_type.map(|s| url("http://cv.iptc.org/newscodes/digitalsourcetype/", s));
        text("Iptc4xmpExt:DigitalSourceType", source.as_deref());
        text("Iptc4xmpExt:AISystemUsed", self.ai_system);
        for (name, value) in [
            ("dc:title", self.title),
            ("dc:rights", self.rights),
            ("xmpRights:UsageTerms", self.terms),
        ] {
            if let Some(v) = value {
                p.push_str(&format!(
                    "   <{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></{name}>\n",
                    escaped(v)
                ));
            }
        }
        if let Some(creator) = self.creator {
            p.push_str(&format!(
                "   <dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\n",
                escaped(creator)
            ));
        }
        if let Some((name, url)) = self.licensor {
            p.push_str(&format!(
                "   <plus:Licensor><rdf:Seq><rdf:li rdf:parseType=\"Resource\">\
                 <plus:LicensorName>{}</plus:LicensorName>\
                 <plus:LicensorURL>{}</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>\n",
                escaped(name),
                escaped(url)
            ));
        }
        if let Some(licence) = self.licence {
            p.push_str(&format!("   <cc:license rdf:resource=\"{}\"/>\n", escaped(licence)));
        }
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
             \x20<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
             \x20 <rdf:Description rdf:about=\"\"\n\
             \x20   xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n\
             \x20   xmlns:xmpRights=\"http://ns.adobe.com/xap/1.0/rights/\"\n\
             \x20   xmlns:plus=\"http://ns.useplus.org/ldf/xmp/1.0/\"\n\
             \x20   xmlns:cc=\"http://creativecommons.org/ns#\"\n\
             \x20   xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n\
             {p}  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
        )
    }
}

/// The three Exif fields that matter here.
#[derive(Clone, Debug, Default)]
pub struct Exif<'a> {
    /// Artist, tag 0x013B.
    pub artist: Option<&'a str>,
    /// Copyright, tag 0x8298.
    pub copyright: Option<&'a str>,
    /// Orientation, tag 0x0112: 1 to 8.
    pub orientation: Option<u16>,
}

impl Exif<'_> {
    /// As a TIFF structure, big-endian, one directory.
    fn tiff(&self) -> Vec<u8> {
        // Tags ascend, as TIFF 6.0 section 2 demands.
        let ascii = |s: &str| [s.as_bytes(), &[0]].concat();
        let mut fields: Vec<(u16, u16, Vec<u8>)> = Vec::new();
        if let Some(o) = self.orientation {
            fields.push((0x0112, 3, o.to_be_bytes().to_vec()));
        }
        if let Some(a) = self.artist {
            fields.push((0x013B, 2, ascii(a)));
        }
        if let Some(c) = self.copyright {
            fields.push((0x8298, 2, ascii(c)));
        }
        let mut head = b"MM\0\x2a\0\0\0\x08".to_vec();
        head.extend((fields.len() as u16).to_be_bytes());
        let mut tail = Vec::new();
        let tail_at = 8 + 2 + 12 * fields.len() + 4;
        for (tag, kind, value) in fields {
            let count = if kind == 3 { value.len() / 2 } else { value.len() };
            head.extend(tag.to_be_bytes());
            head.extend(kind.to_be_bytes());
            head.extend((count as u32).to_be_bytes());
            if value.len() <= 4 {
                head.extend(value.iter().chain(&[0; 4]).take(4));
            } else {
                head.extend(((tail_at + tail.len()) as u32).to_be_bytes());
                tail.extend(&value);
                if value.len() % 2 == 1 {
                    tail.push(0);
                }
            }
        }
        head.extend([0; 4]);
        head.extend(tail);
        head
    }
}

/// A JPEG with Exif and XMP right after its first marker, Exif first (Exif 3.0, 4.7.2).
pub fn into_jpeg(jpeg: &[u8], exif: Option<&Exif<'_>>, xmp: Option<&str>) -> Vec<u8> {
    assert_eq!(&jpeg[..2], b"\xff\xd8", "a JPEG begins with SOI");
    let mut out = jpeg[..2].to_vec();
    let mut app1 = |name: &[u8], body: &[u8]| {
        let length = u16::try_from(2 + name.len() + body.len()).expect("fits one segment");
        out.extend(b"\xff\xe1");
        out.extend(length.to_be_bytes());
        out.extend(name);
        out.extend(body);
    };
    if let Some(exif) = exif {
        app1(b"Exif\0\0", &exif.tiff());
    }
    if let Some(xmp) = xmp {
        app1(b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes());
    }
    out.extend(&jpeg[2..]);
    out
}

/// A PNG with an uncompressed `iTXt` of XMP after its header.
pub fn into_png(png: &[u8], xmp: &str) -> Vec<u8> {
    assert_eq!(&png[12..16], b"IHDR", "a PNG begins with its header");
    let body = [b"XML:com.adobe.xmp\0\0\0\0\0", xmp.as_bytes()].concat();
    let mut out = png[..33].to_vec();
    out.extend((body.len() as u32).to_be_bytes());
    let typed = [b"iTXt", body.as_slice()].concat();
    out.extend(&typed);
    out.extend(crc32(&typed).to_be_bytes());
    out.extend(&png[33..]);
    out
}

/// A WebP in the extended format with an `XMP ` chunk at its end.
pub fn into_webp(webp: &[u8], (width, height): (u32, u32), xmp: &str) -> Vec<u8> {
    assert_eq!(&webp[12..16], b"VP8L", "written from the simple lossless format");
    let mut body = b"WEBP".to_vec();
    let mut chunk = |name: &[u8; 4], data: &[u8]| {
        body.extend(name);
        body.extend((data.len() as u32).to_le_bytes());
        body.extend(data);
        if data.len() % 2 == 1 {
            body.push(0);
        }
    };
    let mut head = vec![0x04, 0, 0, 0];
    head.extend(&(width - 1).to_le_bytes()[..3]);
    head.extend(&(height - 1).to_le_bytes()[..3]);
    chunk(b"VP8X", &head);
    let length = u32::from_le_bytes([webp[16], webp[17], webp[18], webp[19]]) as usize;
    chunk(b"VP8L", &webp[20..20 + length]);
    chunk(b"XMP ", xmp.as_bytes());
    riff(&body)
}

/// An SVG with XMP in `<metadata>`, the first child of its root (SVG 2, 5.7).
pub fn into_svg(svg: &str, xmp: &str) -> String {
    let root = svg.find("<svg").expect("an SVG has a root");
    let open = root + svg[root..].find('>').expect("whose tag ends") + 1;
    format!("{}<metadata>{xmp}</metadata>{}", &svg[..open], &svg[open..])
}

/// A WAV with a `LIST INFO` at its end: pairs of four-letter names and ASCII texts
/// (RIFF names no encoding).
pub fn into_wav(wav: &[u8], info: &[(&[u8; 4], &str)]) -> Vec<u8> {
    assert_eq!(&wav[8..12], b"WAVE", "a WAV is a RIFF of that form");
    let mut list = b"INFO".to_vec();
    for (name, text) in info {
        // Every INFO text ends with a NUL and is padded to an even length.
        let value = [text.as_bytes(), &[0]].concat();
        list.extend(*name);
        list.extend((value.len() as u32).to_le_bytes());
        list.extend(&value);
        if value.len() % 2 == 1 {
            list.push(0);
        }
    }
    let mut body = wav[8..].to_vec();
    body.extend(b"LIST");
    body.extend((list.len() as u32).to_le_bytes());
    body.extend(list);
    riff(&body)
}

fn riff(body: &[u8]) -> Vec<u8> {
    let mut out = b"RIFF".to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// PNG third edition, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8)
            .fold(crc ^ u32::from(*byte), |c, _| (c >> 1) ^ (0xEDB8_8320 & (c & 1).wrapping_neg()))
    })
}

/// One second of silence as MPEG-1 Layer III, 128 kbit/s, after an ID3v2.4 tag. A text frame
/// is `TCOP`, `TXXX:LICENSE` or `USER:eng`; a frame that begins with W holds an address.
pub fn mp3(tags: &[(String, String)]) -> Vec<u8> {
    const UTF_8: u8 = 3;
    let mut frames = Vec::new();
    for (key, value) in tags {
        let (id, about) = key.split_once(':').unwrap_or((key, ""));
        let body = match id {
            "TXXX" => [&[UTF_8], about.as_bytes(), &[0], value.as_bytes()].concat(),
            "USER" => [&[UTF_8], about.as_bytes(), value.as_bytes()].concat(),
            _ if id.starts_with('W') => value.as_bytes().to_vec(),
            _ => [&[UTF_8], value.as_bytes()].concat(),
        };
        frames.extend_from_slice(id.as_bytes());
        frames.extend_from_slice(&synchsafe(body.len()));
        frames.extend_from_slice(&[0, 0]);
        frames.extend_from_slice(&body);
    }
    let mut out = b"ID3\x04\0\0".to_vec();
    out.extend_from_slice(&synchsafe(frames.len()));
    out.extend_from_slice(&frames);
    // 1152 samples at 44.1 kHz a frame.
    for _ in 0..38 {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x00]);
        out.extend_from_slice(&frame);
    }
    out
}

/// Four bytes of seven bits (ID3v2.4 structure, 6.2).
fn synchsafe(n: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (n >> shift & 0x7F) as u8)
}

/// The head of a FLAC file: STREAMINFO and a Vorbis comment (RFC 9639, 8).
pub fn flac(tags: &[(String, String)]) -> Vec<u8> {
    let mut out = b"fLaC\0\0\0\x22".to_vec();
    let mut info = [0; 34];
    // 44 100 Hz, 2 channels, 16 bits, 88 200 samples.
    info[10..18].copy_from_slice(&0x0AC4_42F0_0001_5888_u64.to_be_bytes());
    out.extend_from_slice(&info);
    let mut comment = b"\x04\0\0\0case".to_vec();
    comment.extend_from_slice(&(tags.len() as u32).to_le_bytes());
    for (key, value) in tags {
        let one = format!("{key}={value}");
        comment.extend_from_slice(&(one.len() as u32).to_le_bytes());
        comment.extend_from_slice(one.as_bytes());
    }
    out.extend_from_slice(&(0x8400_0000 | comment.len() as u32).to_be_bytes());
    out.extend_from_slice(&comment);
    out
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::Value;

    use super::*;
    use crate::art;

    const CLAIMS: Claims = Claims {
        title: Some("Low water"),
        creator: Some("Ada & Co <studio>"),
        rights: Some("© 2026 Ada Example"),
        terms: Some("Ask first."),
        statement: Some("https://photos.example/licence/42"),
        data_mining: Some("DMI-PROHIBITED-GENAIMLTRAINING"),
        licensor: Some(("Example Pictures", "https://photos.example/buy/42")),
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        source_type: Some("digitalCreation"),
        ai_system: None,
    };

    /// What ExifTool reads; `None` where it is not installed.
    fn exiftool(name: &str, bytes: &[u8]) -> Option<Value> {
        let place = std::env::temp_dir().join(format!("sayso-{}-{name}", std::process::id()));
        std::fs::write(&place, bytes).unwrap();
        let answer = Command::new("exiftool").args(["-j", "-G1", "-n"]).arg(&place).output();
        std::fs::remove_file(&place).unwrap();
        let Ok(answer) = answer else {
            eprintln!("skipped: exiftool is not installed");
            return None;
        };
        let text = String::from_utf8(answer.stdout).unwrap();
        let all: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(all[0].get("ExifTool:Error"), None, "{text}");
        assert_eq!(all[0].get("ExifTool:Warning"), None, "{text}");
        Some(all[0].clone())
    }

    fn assert_claims(read: &Value) {
        assert_eq!(read["XMP-dc:Creator"], "Ada & Co <studio>");
        assert_eq!(read["XMP-dc:Rights"], "© 2026 Ada Example");
        assert_eq!(read["XMP-dc:Title"], "Low water");
        assert_eq!(read["XMP-xmpRights:Marked"], true);
        assert_eq!(read["XMP-xmpRights:WebStatement"], "https://photos.example/licence/42");
        assert_eq!(
            read["XMP-plus:DataMining"],
            "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING"
        );
        assert_eq!(read["XMP-plus:LicensorURL"], "https://photos.example/buy/42");
        assert_eq!(read["XMP-cc:License"], "https://creativecommons.org/licenses/by/4.0/");
        assert_eq!(
            read["XMP-iptcExt:DigitalSourceType"],
            "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
        );
    }

    fn small() -> art::Picture {
        art::draw("knotwork").unwrap().resized(80)
    }

    #[test]
    fn exiftool_reads_xmp_and_exif_from_the_jpeg() {
        let exif = Exif { artist: Some("Ada"), copyright: Some("2026 Ada"), orientation: Some(6) };
        let bytes = into_jpeg(&small().jpeg(80), Some(&exif), Some(&CLAIMS.xmp()));
        image::load_from_memory(&bytes).unwrap();
        if let Some(read) = exiftool("a.jpg", &bytes) {
            assert_claims(&read);
            assert_eq!(read["IFD0:Artist"], "Ada");
            assert_eq!(read["IFD0:Copyright"], "2026 Ada");
            assert_eq!(read["IFD0:Orientation"], 6);
        }
    }

    #[test]
    fn exiftool_reads_xmp_from_the_png() {
        let bytes = into_png(&small().png(), &CLAIMS.xmp());
        image::load_from_memory(&bytes).unwrap();
        if let Some(read) = exiftool("a.png", &bytes) {
            assert_claims(&read);
        }
    }

    #[test]
    fn exiftool_reads_xmp_from_the_webp() {
        let picture = small();
        let size = (picture.width, picture.height);
        let bytes = into_webp(&picture.webp(), size, &CLAIMS.xmp());
        assert_eq!(image::load_from_memory(&bytes).unwrap().width(), 80);
        if let Some(read) = exiftool("a.webp", &bytes) {
            assert_claims(&read);
        }
    }

    #[test]
    fn exiftool_reads_xmp_from_the_svg() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>"#;
        if let Some(read) = exiftool("a.svg", into_svg(svg, &CLAIMS.xmp()).as_bytes()) {
            assert_claims(&read);
        }
    }

    #[test]
    fn exiftool_reads_info_from_the_wav() {
        let bytes = into_wav(
            &crate::tune::wav(),
            &[(b"IART", "Ada Example"), (b"ICOP", "(c) 2026 Ada Example"), (b"INAM", "Slow tide")],
        );
        if let Some(read) = exiftool("a.wav", &bytes) {
            assert_eq!(read["RIFF:Artist"], "Ada Example");
            assert_eq!(read["RIFF:Copyright"], "(c) 2026 Ada Example");
            assert_eq!(read["RIFF:Title"], "Slow tide");
        }
    }
}
