//! A page and its picture as a web archive: WARC 1.1
//! <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>, which the
//! tools of web archives open and check.
//!
//! Only records of the kind `resource`: what a browser held, since the exchange with the server is
//! not ours to see. Left out: compression, revisits, everything else that the page is made of.

use sha2::{Digest, Sha256};

use super::bundle::{Capture, iso8601, sha256_hex};
use crate::page::Millis;

/// Its name in the bundle.
pub const FILE: &str = "capture/page.warc";

/// The archive of a page, and of the picture as it came; `None` where the page could not be read.
pub fn warc(
    capture: &Capture,
    tool: &str,
    picture: Option<(&str, &str, &[u8], Millis)>,
) -> Option<Vec<u8>> {
    let html = capture.html.as_ref()?;
    let mut out = Vec::with_capacity(html.len() + picture.map_or(0, |p| p.2.len()) + 2_048);
    let about = format!("software: {tool}\r\nformat: WARC File Format 1.1\r\n");
    record(&mut out, "warcinfo", None, "application/warc-fields", capture.at, about.as_bytes());
    let page = Some(capture.url.as_str());
    record(&mut out, "resource", page, "text/html; charset=utf-8", capture.at, html.as_bytes());
    if let Some((url, mime, bytes, at)) = picture.filter(|p| !p.0.starts_with("data:")) {
        record(&mut out, "resource", Some(url), mime, at, bytes);
    }
    Some(out)
}

/// One record (clause 4): its header, an empty line, its block, two line ends.
fn record(out: &mut Vec<u8>, kind: &str, uri: Option<&str>, mime: &str, at: Millis, block: &[u8]) {
    // A line end in an address would begin a header of its own.
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    let date = iso8601(at);
    let target = uri.map(|uri| format!("WARC-Target-URI: {}\r\n", plain(uri))).unwrap_or_default();
    let digest = sha256_hex(block);
    let id = uuid(&format!("{kind} {target} {date} {digest}"));
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Date: {date}\r\n\
         {target}WARC-Block-Digest: sha256:{digest}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        plain(mime),
        block.len(),
    );
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(block);
    out.extend_from_slice(b"\r\n\r\n");
}

/// A UUID of our own making (RFC 9562, 5.8: version 8) from what a record is: the same each time.
fn uuid(of: &str) -> String {
    let mut bytes: Vec<u8> = Sha256::digest(of.as_bytes()).iter().take(16).copied().collect();
    for (at, keep, set) in [(6, 0x0f, 0x80), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = *byte & keep | set;
        }
    }
    let mut text = crate::fingerprint::exact::hex(&bytes);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_is_as_long_as_it_says_and_no_address_adds_a_header() {
        let capture = Capture {
            at: 1_795_341_600_000,
            url: "https://page.example/\r\nWARC-Type: request".into(),
            html: Some("<p>héron</p>".into()),
            ..Capture::default()
        };
        let picture = ("https://cdn.example/a.jpg", "image/jpeg", &b"\r\n\r\nWARC/1.1\r\n"[..], 0);
        let file = warc(&capture, "sayso 0", Some(picture)).unwrap();
        let mut rest = file.as_slice();
        let mut kinds = Vec::new();
        while !rest.is_empty() {
            let end = rest.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            let head = std::str::from_utf8(&rest[..end]).unwrap();
            let field = |name: &str| {
                let line = head.lines().find_map(|l| l.strip_prefix(name)).unwrap();
                line.trim_start_matches(": ").to_string()
            };
            let length: usize = field("Content-Length").parse().unwrap();
            let block = &rest[end + 4..end + 4 + length];
            assert_eq!(field("WARC-Block-Digest"), format!("sha256:{}", sha256_hex(block)));
            assert_eq!(head.matches("WARC-Type").count() - head.matches("/WARC-Type").count(), 1);
            kinds.push(field("WARC-Type"));
            assert_eq!(&rest[end + 4 + length..end + 8 + length], b"\r\n\r\n");
            rest = &rest[end + 8 + length..];
        }
        assert_eq!(kinds, ["warcinfo", "resource", "resource"]);
    }
}
