//! PNG and APNG (W3C Recommendation, third edition).
//!
//! Standard: <https://www.w3.org/TR/png-3/>. XMP as in ISO 16684-3; `caBX` as in C2PA 2.2,
//! 11.2.1.3; `Raw profile type …` as ImageMagick and exiv2 write it.
//! Left out: colour, time and physical chunks; pixel data.

use super::{BlockKind, Walk, be32, from, latin1, part, place, split_nul};
use crate::vocabulary::ProblemCode;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub(super) fn sniff(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let mut at = SIGNATURE.len();
    let mut claimed_frames = None;
    let mut frames = 0_u32;
    let mut data = false;
    let mut ended = false;
    while at < bytes.len() {
        let (Some(length), Some(name)) = (be32(bytes, at), part(bytes, at.saturating_add(4), 4))
        else {
            walk.truncated(place("byte", at), "the file ends in the header of a chunk");
            break;
        };
        let here = place(super::four_cc(name), at);
        // Pixel data may be cut into any number of chunks; it costs nothing to pass over.
        if !matches!(name, b"IDAT" | b"fdAT" | b"fcTL") && !walk.step(&here) {
            break;
        }
        let body_at = at.saturating_add(8);
        let size = super::index(length);
        let body = match part(bytes, body_at, size) {
            Some(body) if length <= i32::MAX.unsigned_abs() => body,
            _ => {
                let left = from(bytes, body_at).len();
                walk.short(here, length.into(), left);
                ended = true;
                break;
            }
        };
        let sum_at = body_at.saturating_add(size);
        let Some(sum) = be32(bytes, sum_at) else {
            walk.truncated(here, "the checksum of the chunk is missing");
            ended = true;
            break;
        };
        let matters =
            matches!(name, b"IHDR" | b"acTL" | b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"caBX");
        if matters
            && crc32fast::hash(
                part(bytes, at.saturating_add(4), size.saturating_add(4)).unwrap_or_default(),
            ) != sum
        {
            walk.malformed(here.clone(), "the checksum of the chunk does not match");
        }
        match name {
            b"IHDR" => match (be32(body, 0), be32(body, 4)) {
                (Some(width), Some(height)) => {
                    walk.size(width, height);
                    if width > i32::MAX.unsigned_abs() || height > i32::MAX.unsigned_abs() {
                        walk.malformed(here, format!("{width} × {height} is beyond the format"));
                    }
                }
                _ => walk.malformed(here, "the header is too short"),
            },
            b"acTL" => claimed_frames = be32(body, 0),
            b"fcTL" => frames = frames.saturating_add(1),
            b"IDAT" => data = true,
            b"tEXt" => latin_text(walk, here, body),
            b"zTXt" => packed_text(walk, here, body),
            b"iTXt" => unicode_text(walk, here, body),
            b"eXIf" => walk.block(BlockKind::Exif, here, exif_body(body)),
            b"caBX" => walk.block(BlockKind::C2pa, here, body),
            b"IEND" => {
                ended = true;
                break;
            }
            _ => {}
        }
        at = sum_at.saturating_add(4);
    }
    if walk.facts.width.is_none() {
        walk.malformed("header", "there is no IHDR chunk");
    }
    if !ended {
        let what = if data { "the picture has no end chunk" } else { "there is no picture data" };
        walk.truncated(place("byte", bytes.len()), what);
    }
    // The default picture is a frame only if a frame control stands before it.
    walk.facts.frames = Some(if claimed_frames.is_some() { frames.max(1) } else { 1 });
    if let Some(claimed) = claimed_frames.filter(|&claimed| claimed != frames) {
        let message = format!("{claimed} frames by the header, {frames} in the file");
        walk.malformed("acTL", message);
    }
}

/// A few writers left the JPEG prefix before the TIFF structure.
fn exif_body(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"Exif\0\0").unwrap_or(body)
}

/// `tEXt`: keyword NUL Latin-1 text (11.3.3.2).
fn latin_text<'a>(walk: &mut Walk<'a>, here: String, body: &'a [u8]) {
    let Some((key, value)) = split_nul(body) else {
        walk.malformed(here, "a text without its keyword");
        return;
    };
    let key = latin1(key);
    if !raw_profile(walk, &here, &key, value) {
        // Many writers put UTF-8 here against the standard; Latin-1 text is rarely valid UTF-8.
        walk.words(here, key, value);
    }
}

/// `zTXt`: keyword NUL method, then zlib data of Latin-1 text (11.3.3.3).
fn packed_text(walk: &mut Walk<'_>, here: String, body: &[u8]) {
    let Some((key, [0, packed @ ..])) = split_nul(body) else {
        walk.malformed(here, "a compressed text without keyword or with an unknown method");
        return;
    };
    let key = latin1(key);
    if let Some(value) = walk.inflate(packed, &here)
        && !raw_profile(walk, &here, &key, &value)
    {
        walk.text(here, key, super::utf8_or_latin1(&value).into_bytes());
    }
}

/// `iTXt`: keyword NUL flag method language NUL translated NUL UTF-8 text (11.3.3.4).
fn unicode_text<'a>(walk: &mut Walk<'a>, here: String, body: &'a [u8]) {
    let fields = split_nul(body).and_then(|(key, rest)| {
        let (&[packed, method], rest) = rest.split_first_chunk::<2>()?;
        let (_language, rest) = split_nul(rest)?;
        let (_translated, text) = split_nul(rest)?;
        Some((key, packed, method, text))
    });
    let Some((key, packed, method, text)) = fields else {
        walk.malformed(here, "an international text without its fields");
        return;
    };
    let key = latin1(key);
    let value = match (packed, method) {
        (0, _) => std::borrow::Cow::Borrowed(text),
        (1, 0) => match walk.inflate(text, &here) {
            Some(text) => text.into(),
            None => return,
        },
        _ => {
            walk.problem(ProblemCode::Unsupported, here, "an unknown compression of a text");
            return;
        }
    };
    if key == "XML:com.adobe.xmp" {
        walk.block(BlockKind::Xmp, here, value);
    } else if !raw_profile(walk, &here, &key, &value) {
        walk.text(here, key, value);
    }
}

/// `Raw profile type …`: a name, a decimal length, then hexadecimal digits in lines.
fn raw_profile(walk: &mut Walk<'_>, here: &str, key: &str, value: &[u8]) -> bool {
    let Some(kind) = key.strip_prefix("Raw profile type ") else { return false };
    let kind = match kind.to_ascii_lowercase().as_str() {
        "xmp" => BlockKind::Xmp,
        "exif" | "app1" => BlockKind::Exif,
        "iptc" | "8bim" => BlockKind::Iim,
        _ => return true,
    };
    let most = walk.limits.block_bytes;
    if value.len() > most.saturating_mul(3) {
        let message = format!("a raw profile of {} bytes; {most} at most", value.len());
        walk.problem(ProblemCode::OverLimit, here, message);
        return true;
    }
    let mut words = value.splitn(4, |&b| b == b'\n');
    let (_blank, _name, length) = (words.next(), words.next(), words.next());
    let claimed = length
        .and_then(|l| std::str::from_utf8(l).ok())
        .and_then(|l| l.trim().parse::<usize>().ok());
    let digits = words.next().unwrap_or_default();
    let digits: Vec<u8> = digits.iter().filter_map(|&b| hex_digit(b)).collect();
    let body: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0_u8, |whole, digit| (whole << 4) | digit))
        .collect();
    if claimed != Some(body.len()) {
        let claimed = claimed.map_or_else(|| "no".to_owned(), |c| c.to_string());
        walk.malformed(
            here,
            format!("a raw profile claims {claimed} bytes and has {}", body.len()),
        );
    }
    let locator = here.to_owned();
    match kind {
        BlockKind::Iim => {
            // Photoshop resources around the datasets, or bare datasets.
            if body.starts_with(b"8BIM") {
                let found: Vec<Vec<u8>> = super::jpeg::resources(walk, here, &body)
                    .into_iter()
                    .map(<[u8]>::to_vec)
                    .collect();
                for iim in found {
                    walk.block(kind, locator.clone(), iim);
                }
            } else {
                walk.block(kind, locator, body);
            }
        }
        // `app1` and `exif` keep the prefix of the JPEG segment they came from.
        _ if body.starts_with(b"http://ns.adobe.com/xap/1.0/\0") => {
            walk.block(BlockKind::Xmp, locator, from(&body, 29).to_vec());
        }
        BlockKind::Exif => walk.block(kind, locator, exif_body(&body).to_vec()),
        _ => walk.block(kind, locator, body),
    }
    true
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::media::open;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(body);
        out.extend_from_slice(&crc32fast::hash(&out[4..]).to_be_bytes());
        out
    }

    fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        out.extend(chunk(b"IHDR", b"\0\0\0\x07\0\0\0\x05\x08\x02\0\0\0"));
        out.extend(chunks.concat());
        out.extend(chunk(b"IDAT", b""));
        out.extend(chunk(b"IEND", b""));
        out
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec_zlib(text, 6)
    }

    #[test]
    fn texts_and_packets_are_found_plain_and_compressed() {
        let file = png(&[
            chunk(b"tEXt", b"Copyright\0\xa9 Ann"),
            chunk(b"zTXt", &[&b"Author\0\0"[..], &zlib(b"Ann")].concat()),
            chunk(b"iTXt", "Title\0\0\0\0\0Zoë".as_bytes()),
            chunk(b"iTXt", &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &zlib(b"<x/>")].concat()),
        ]);
        let opened = open(&file, &Limits::DEFAULT);
        let found: Vec<_> = opened
            .blocks
            .iter()
            .map(|b| (b.kind, b.key.as_str(), std::str::from_utf8(&b.bytes).unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                (BlockKind::Text, "Copyright", "© Ann"),
                (BlockKind::Text, "Author", "Ann"),
                (BlockKind::Text, "Title", "Zoë"),
                (BlockKind::Xmp, "", "<x/>"),
            ]
        );
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.width, facts.height, facts.frames), (Some(7), Some(5), Some(1)));
    }

    #[test]
    fn raw_profiles_are_unpacked() {
        let value = b"Raw profile type xmp\0\nxmp\n       4\n3c782f\n3e\n";
        let file = png(&[chunk(b"tEXt", value)]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.blocks[0].kind, BlockKind::Xmp);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"<x/>");
    }

    #[test]
    fn frames_are_counted_and_compared_with_the_header() {
        let actl = |n: u32| chunk(b"acTL", &[n.to_be_bytes(), [0; 4]].concat());
        let file = png(&[actl(2), chunk(b"fcTL", &[0; 26]), chunk(b"fcTL", &[0; 26])]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().frames, Some(2));
        assert!(opened.problems.is_empty());
        let file = png(&[actl(50_000), chunk(b"fcTL", &[0; 26])]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().frames, Some(1));
        assert_eq!(opened.problems[0].place, "acTL");
    }

    #[test]
    fn a_bomb_is_refused_and_the_rest_is_kept() {
        let bomb = zlib(&vec![b' '; Limits::DEFAULT.block_bytes + 1]);
        let file = png(&[
            chunk(b"iTXt", &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &bomb].concat()),
            chunk(b"tEXt", b"Author\0Ann"),
        ]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.blocks.len(), 1);
        assert_eq!(opened.problems[0].code, ProblemCode::OverLimit);
        assert_eq!(opened.problems[0].place, "iTXt at 0x21");
    }

    #[test]
    fn many_bombs_have_one_budget() {
        let almost = zlib(&vec![b' '; Limits::DEFAULT.block_bytes - 1]);
        let chunks = vec![chunk(b"zTXt", &[&b"Author\0\0"[..], &almost].concat()); 50];
        let file = png(&chunks);
        let opened = open(&file, &Limits::DEFAULT);
        let kept: usize = opened.blocks.iter().map(|b| b.bytes.len()).sum();
        assert!(kept <= 4 * Limits::DEFAULT.block_bytes, "{kept}");
        assert!(opened.problems.iter().any(|p| p.code == ProblemCode::OverLimit));
    }

    #[test]
    fn a_cut_chunk_a_missing_end_and_a_wrong_sum_are_told_apart() {
        let whole = png(&[chunk(b"tEXt", b"Author\0Ann")]);
        let cut = &whole[..50];
        assert_eq!(open(cut, &Limits::DEFAULT).problems[0].code, ProblemCode::Truncated);
        assert_eq!(open(cut, &Limits::DEFAULT).problems[0].place, "tEXt at 0x21");
        let no_end = &whole[..whole.len() - 12];
        let opened = open(no_end, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].message, "the picture has no end chunk");
        assert_eq!(opened.blocks.len(), 1);
        let mut wrong = whole.clone();
        wrong[45] ^= 1;
        let opened = open(&wrong, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Malformed);
    }
}
