//! What a file is called, against what it is: by the server that sent it, else by its name.
//!
//! Names decide nothing here: formats are told apart by content. But a wrong one is worth a word:
//! programs that go by names will not open the file, or not see what it says of itself. Media
//! types are those of <https://www.iana.org/assignments/media-types/media-types.xhtml> and their
//! old spellings. Left out: a name beside a media type that is right (addresses end in `.jpg`
//! where a server chooses the format), and raw photographs, which are TIFF by their bytes.

use super::MediaFacts;
use crate::vocabulary::{Problem, ProblemCode};

/// One kind of file: formats by content, media types without `x-`, ends of names.
type Family = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

#[rustfmt::skip]
const FAMILIES: [Family; 20] = [
    (&["jpeg"], &["image/jpeg", "image/jpg", "image/pjpeg"], &["jpg", "jpeg", "jpe", "jfif"]),
    (&["png"], &["image/png", "image/apng"], &["png", "apng"]),
    (&["webp"], &["image/webp"], &["webp"]),
    (&["gif"], &["image/gif"], &["gif"]),
    (&["avif", "heif"], &["image/avif", "image/avif-sequence"], &["avif"]),
    (&["heif", "avif"], &["image/heif", "image/heic", "image/heif-sequence", "image/heic-sequence"], &["heic", "heif", "hif"]),
    (&["m4a", "mp4", "mov"], &["audio/mp4", "audio/m4a", "video/mp4", "video/m4v", "video/quicktime", "application/mp4"], &["m4a", "m4b", "mp4", "m4v", "mov"]),
    (&["flac"], &["audio/flac"], &["flac"]),
    (&["ogg"], &["audio/ogg", "video/ogg", "application/ogg", "audio/opus", "audio/vorbis"], &["ogg", "oga", "ogv", "opus"]),
    (&["wav"], &["audio/wav", "audio/wave", "audio/vnd.wave", "audio/pn-wav"], &["wav", "wave"]),
    (&["aiff"], &["audio/aiff"], &["aif", "aiff", "aifc"]),
    (&["jxl"], &["image/jxl"], &["jxl"]),
    (&["tiff"], &["image/tiff"], &["tif", "tiff"]),
    (&["webm", "matroska"], &["video/webm", "audio/webm", "video/matroska", "audio/matroska"], &["webm", "mkv", "mka"]),
    (&["bmp"], &["image/bmp", "image/ms-bmp"], &["bmp", "dib"]),
    (&["ico"], &["image/icon", "image/vnd.microsoft.icon", "image/ico"], &["ico", "cur"]),
    (&["svg"], &["image/svg+xml"], &["svg"]),
    (&["aac"], &["audio/aac", "audio/aacp"], &["aac"]),
    (&["mp3"], &["audio/mpeg", "audio/mp3"], &["mp3"]),
    (&[], &["text/html", "application/xhtml+xml", "application/pdf", "application/json"], &["html", "htm", "pdf"]),
];

/// A word on a file that is called something else than it is: `header` is its content type, empty
/// where none was sent, `address` where it came from.
pub fn misnamed(facts: &MediaFacts, header: &str, address: &str) -> Option<Problem> {
    let header = header.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let is = |family: &&Family| family.0.contains(&facts.format.as_str());
    let plain = header.replacen("/x-", "/", 1);
    let sent = FAMILIES.iter().filter(|family| family.1.contains(&plain.as_str()));
    let mut sent = sent.peekable();
    let truth = &facts.mime;
    if sent.peek().is_some() {
        let message = format!("the server calls it {header}; by its bytes it is {truth}");
        return (!sent.any(|f| is(&f)))
            .then(|| Problem::new(ProblemCode::Malformed, Problem::CONTENT_TYPE, message));
    }
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase())?;
    let mut named = FAMILIES.iter().filter(|f| f.2.contains(&end.as_str())).peekable();
    let message = format!("its name ends in .{end}; by its bytes it is {truth}");
    (named.peek().is_some() && !named.any(|f| is(&f)))
        .then(|| Problem::new(ProblemCode::Malformed, Problem::FILE_NAME, message))
}

#[cfg(test)]
mod tests {
    use super::super::FORMATS;

    fn misnamed(format: &str, header: &str, address: &str) -> Option<String> {
        let format = FORMATS.iter().find(|f| f.name == format).unwrap();
        let problem = super::misnamed(&format.facts(1), header, address)?;
        assert!(problem.misnames());
        Some(format!("{}: {}", problem.place, problem.message))
    }

    #[test]
    fn every_format_is_called_by_its_own_name() {
        for format in FORMATS {
            assert_eq!(misnamed(format.name, format.mime, ""), None, "{}", format.name);
        }
    }

    #[test]
    fn a_server_that_is_wrong_is_named() {
        let said = misnamed("webp", "Image/JPEG; q=1", "https://a.test/a.webp");
        let word = "content-type: the server calls it image/jpeg; by its bytes it is image/webp";
        assert_eq!(said.as_deref(), Some(word));
        assert!(misnamed("jpeg", "text/html", "").is_some());
        for right in ["image/x-png", "image/apng", "application/octet-stream", "image/unheard", ""]
        {
            assert_eq!(misnamed("png", right, ""), None);
        }
    }

    #[test]
    fn a_name_counts_where_no_type_was_sent() {
        let said = misnamed("png", "", "file:///works/a.b/heron.JPG").unwrap();
        assert_eq!(said, "file name: its name ends in .jpg; by its bytes it is image/png");
        assert_eq!(misnamed("png", "image/png", "https://a.test/heron.jpg"), None);
        for fine in ["https://a.test/heron.png?as=a.jpg", "https://a.test/", "a.jpg/b", "x.nef"] {
            assert_eq!(misnamed("png", "", fine), None, "{fine}");
        }
    }
}
