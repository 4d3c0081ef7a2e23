//! Bytes that are no work that is read here: said in words that help.
//!
//! No standard: it looks for the first mark of a web page, a document, an archive or a text
//! (<https://mimesniff.spec.whatwg.org/> names most of them). Left out: what is inside.

use crate::vocabulary::{Problem, ProblemCode};

/// What the bytes seem to be. A text came instead of the work; other bytes may be a work in a
/// format that is not read.
pub(super) fn describe(bytes: &[u8]) -> Problem {
    let head = bytes.get(..512).unwrap_or(bytes);
    let words: Vec<u8> =
        head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start().to_ascii_lowercase();
    let begins = |mark: &[u8]| words.starts_with(mark);
    let page = [&b"<!doctype html"[..], b"<html", b"<head", b"<body", b"<script", b"<title"];
    let mut code = ProblemCode::Unreadable;
    let said = if page.iter().any(|mark| begins(mark)) {
        "a web page came instead of a picture or a sound".to_owned()
    } else if begins(b"%pdf-") {
        code = ProblemCode::Unsupported;
        "a PDF document came; its pictures are not read here".to_owned()
    } else if head.starts_with(b"\x1f\x8b") {
        code = ProblemCode::Unsupported;
        "the file is compressed with gzip and is not unpacked here".to_owned()
    } else if begins(b"<?xml") || begins(b"<x:xmpmeta") || begins(b"<rdf:rdf") {
        "an XML text came that is no picture".to_owned()
    } else if begins(b"{") || begins(b"[") {
        "a JSON or plain text came instead of a picture or a sound".to_owned()
    } else if is_text(head) {
        "a plain text came instead of a picture or a sound".to_owned()
    } else {
        code = ProblemCode::Unsupported;
        let first: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let first = first.join(" ");
        format!("the bytes are not a format that is read here; they begin with {first}")
    };
    Problem::new(code, "byte 0", said)
}

fn is_text(head: &[u8]) -> bool {
    let control = head.iter().any(|&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c));
    let cut = std::str::from_utf8(head).err().is_none_or(|e| e.error_len().is_none());
    head.len() > 1 && !control && cut
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    #[test]
    fn what_came_is_named() {
        let cases: [(&[u8], &str); 6] = [
            (b"  <!DOCTYPE html><title>404</title>", "web page"),
            (b"%PDF-1.7", "PDF"),
            (b"just a text", "plain text"),
            (b"{\"error\":1}", "JSON"),
            (b"\x1f\x8b\x08", "gzip"),
            (b"\x00\x01\x02", "they begin with 00 01 02"),
        ];
        for (bytes, word) in cases {
            let opened = open(bytes, &Limits::DEFAULT);
            assert!(opened.facts.is_none());
            assert!(opened.problems[0].message.contains(word), "{:?}", opened.problems);
            let text = ["web page", "plain text", "JSON"].contains(&word);
            let code = if text { ProblemCode::Unreadable } else { ProblemCode::Unsupported };
            assert_eq!(opened.problems[0].code, code, "{word}");
        }
    }
}
