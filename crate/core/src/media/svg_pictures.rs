//! The pictures that a drawing carries in itself: `image` elements with `data:` addresses.
//!
//! Standards: SVG 2, 12.2 (<https://www.w3.org/TR/SVG2/embedded.html#ImageElement>); RFC 2397
//! (<https://www.rfc-editor.org/rfc/rfc2397>). A drawing that is nothing but one picture is that
//! picture: what it says of itself is said of the drawing. Of several, or of one among other
//! things, each speaks of a part only, and counts no more than a packet found by chance.
//! Left out: drawings in drawings, pictures named by other addresses, style sheets' pictures, and
//! manifests of pictures, whose hashes are of other bytes than the file's.

use std::borrow::Cow;

use base64::Engine as _;
use quick_xml::events::BytesStart;

use super::{Block, BlockKind, MediaKind, SCANNED, Walk, open, place, svg};
use crate::vocabulary::ProblemCode;

/// Pictures looked at in one drawing. Scans and maps have one, collages a few.
const PICTURES_MAX: usize = 16;

/// Bytes of them in all: what they take beside the file.
const BYTES_MAX: usize = 32 << 20;

/// Elements that draw nothing themselves.
const SILENT: [&str; 9] =
    ["svg", "g", "a", "defs", "title", "desc", "metadata", "namedview", "switch"];

/// What a drawing was found to carry, as it is walked.
#[derive(Default)]
pub(super) struct Carried {
    pictures: Vec<Picture>,
    /// So many `image` elements, whatever they name.
    images: usize,
    /// Something else is drawn.
    other: bool,
    bytes: usize,
}

/// One picture, unpacked.
struct Picture {
    number: usize,
    at: usize,
    bytes: Vec<u8>,
}

impl Carried {
    /// Looks at one element.
    pub(super) fn see(&mut self, walk: &mut Walk<'_>, tag: &BytesStart<'_>, at: usize) {
        let name = tag.local_name();
        let name: &str = name.as_ref();
        if name != "image" {
            self.other |= !SILENT.contains(&name);
            return;
        }
        for attribute in tag.attributes().with_checks(false).flatten().take(64) {
            if attribute.key.local_name().as_ref() == "href" {
                self.take(walk, &attribute.value, at);
            }
        }
        self.images = self.images.saturating_add(1);
    }

    fn take(&mut self, walk: &mut Walk<'_>, address: &str, at: usize) {
        let Some(data) = strip_scheme(address) else { return };
        let number = self.images.saturating_add(1);
        let here = locator(number, at);
        if self.pictures.len() >= PICTURES_MAX || self.bytes > BYTES_MAX {
            if self.images == PICTURES_MAX {
                let message = format!("more than {PICTURES_MAX} pictures; the rest was not read");
                walk.problem(ProblemCode::OverLimit, here, message);
            }
            return;
        }
        // Newlines come as character references where a program wrote them into the attribute.
        let data = quick_xml::escape::unescape(data).unwrap_or(Cow::Borrowed(data));
        match unpacked(&data) {
            Some(bytes) if self.bytes.saturating_add(bytes.len()) <= BYTES_MAX => {
                self.bytes = self.bytes.saturating_add(bytes.len());
                // The second of two ways to name it (`xlink:href`) says nothing new.
                if self.pictures.last().is_none_or(|p| p.number != number) {
                    self.pictures.push(Picture { number, at, bytes });
                }
            }
            Some(bytes) => {
                self.bytes = self.bytes.saturating_add(bytes.len());
                let message = format!("pictures of more than {BYTES_MAX} bytes were not read");
                walk.problem(ProblemCode::OverLimit, here, message);
            }
            None => walk.malformed(here, "its address holds no data that can be unpacked"),
        }
    }

    /// The picture that the drawing is, if it is nothing else.
    pub(super) fn sole(mut self) -> Option<Vec<u8>> {
        let picture = self.is_sole().then(|| self.pictures.pop()).flatten()?;
        (!svg::sniff(&picture.bytes)).then_some(picture.bytes)
    }

    fn is_sole(&self) -> bool {
        self.images == 1 && self.pictures.len() == 1 && !self.other
    }

    /// Reads what the pictures say of themselves.
    pub(super) fn read(self, walk: &mut Walk<'_>) {
        let sole = self.is_sole();
        for Picture { number, at, bytes } in self.pictures {
            let here = locator(number, at);
            if svg::sniff(&bytes) {
                walk.problem(ProblemCode::Unsupported, here, "a drawing in a drawing is not read");
                continue;
            }
            let opened = open(&bytes, &walk.limits);
            for fault in opened.problems {
                walk.problem(fault.code, format!("{here}, {}", fault.place), fault.message);
            }
            if opened.facts.is_some_and(|facts| facts.kind != MediaKind::Image) {
                walk.malformed(here, "it is no picture");
                continue;
            }
            let mut unsaid = false;
            for Block { kind, locator, key, bytes } in opened.blocks {
                let locator = format!("{here}, {locator}");
                if kind == BlockKind::C2pa {
                    let message = "its manifest is not checked within a drawing";
                    walk.problem(ProblemCode::Unsupported, locator, message);
                    continue;
                }
                let key = match kind {
                    _ if sole => key,
                    BlockKind::Xmp => SCANNED.to_owned(),
                    _ => {
                        unsaid = true;
                        continue;
                    }
                };
                walk.keep(kind, locator, key, Cow::Owned(bytes.into_owned()));
            }
            if unsaid {
                let message = "what it says outside XMP speaks of a part and was not counted";
                walk.problem(ProblemCode::Unsupported, here, message);
            }
        }
    }
}

fn locator(number: usize, at: usize) -> String {
    place(format_args!("embedded picture {number}"), at)
}

/// What stands behind `data:`.
fn strip_scheme(address: &str) -> Option<&str> {
    let (scheme, rest) = address.trim_ascii_start().split_once(':')?;
    scheme.eq_ignore_ascii_case("data").then_some(rest)
}

/// The bytes of a `data:` address behind its scheme.
fn unpacked(data: &str) -> Option<Vec<u8>> {
    let (kind, data) = data.split_once(',')?;
    let mut bytes: Vec<u8> = percent_encoding::percent_decode_str(data).collect();
    if !kind.trim_ascii_end().to_ascii_lowercase().ends_with(";base64") {
        return Some(bytes);
    }
    bytes.retain(|b| !b.is_ascii_whitespace());
    let engine = base64::engine::GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        base64::engine::GeneralPurposeConfig::new()
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    engine.decode(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::vocabulary::Problem;

    const XMP: &str = "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta \
        xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='R'/></x:xmpmeta><?xpacket end='w'?>";

    /// A JPEG of no pixels, with EXIF that says it is turned, and XMP.
    fn picture() -> Vec<u8> {
        let mut exif =
            b"Exif\0\0II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
        exif.extend([0; 4]);
        let xmp = [b"http://ns.adobe.com/xap/1.0/\0", XMP.as_bytes()].concat();
        let mut bytes = b"\xFF\xD8".to_vec();
        for body in [exif, xmp] {
            bytes.extend([0xFF, 0xE1]);
            bytes.extend((body.len() as u16).saturating_add(2).to_be_bytes());
            bytes.extend(body);
        }
        bytes.extend(b"\xFF\xD9");
        bytes
    }

    fn base64(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn drawing(content: &str) -> String {
        let names = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
        format!("<svg {names} viewBox='0 0 9 9'><g>{content}</g></svg>")
    }

    #[test]
    fn a_drawing_of_one_picture_says_what_the_picture_says() {
        let packed = base64(&picture()).replace("AAA", "A&#xA;A A");
        let escaped: String = picture().iter().map(|b| format!("%{b:02x}")).collect();
        for (way, address) in [
            ("href", format!("data:image/jpeg;base64,{packed}")),
            ("xlink:href", format!(" DATA:;base64,{}", packed.trim_end_matches('='))),
            ("href", format!("data:image/jpeg,{escaped}")),
        ] {
            let file = drawing(&format!("<title>a</title><image {way}='{address}'/>"));
            let opened = open(file.as_bytes(), &Limits::DEFAULT);
            let places: Vec<&str> = opened.blocks.iter().map(|b| b.locator.as_str()).collect();
            let [exif, xmp] = places[..] else { panic!("{places:?} {:?}", opened.problems) };
            assert!(exif.starts_with("embedded picture 1 at 0x"), "{exif}");
            assert!(exif.ends_with(", APP1 at 0x2"), "{exif}");
            assert!(xmp.contains("APP1") && opened.blocks[1].key.is_empty(), "{xmp}");
            assert_eq!(svg::sole(file.as_bytes(), &Limits::DEFAULT), Some(picture()));
        }
    }

    #[test]
    fn a_picture_among_other_things_speaks_of_a_part() {
        let image = format!("<image href='data:;base64,{}'/>", base64(&picture()));
        for content in [format!("{image}<path d='M0 0'/>"), format!("{image}{image}")] {
            let file = drawing(&content);
            let opened = open(file.as_bytes(), &Limits::DEFAULT);
            assert!(opened.blocks.iter().all(|b| b.kind == BlockKind::Xmp && b.key == SCANNED));
            assert!(!opened.blocks.is_empty());
            let said =
                |p: &Problem| p.code == ProblemCode::Unsupported && p.message.contains("a part");
            assert!(opened.problems.iter().any(said), "{:?}", opened.problems);
            assert!(svg::sole(file.as_bytes(), &Limits::DEFAULT).is_none());
        }
    }

    #[test]
    fn what_cannot_be_unpacked_or_lies_deeper_is_said() {
        let inner = base64(drawing("<path/>").as_bytes());
        for (address, message) in [
            ("data:image/png;base64,!!".to_string(), "no data"),
            ("data:image/png".to_string(), "no data"),
            (format!("data:image/svg+xml;base64,{inner}"), "a drawing in a drawing"),
            (format!("data:;base64,{}", base64(b"ID3\x03\0\0\0\0\0\0")), "no picture"),
        ] {
            let file = drawing(&format!("<image href='{address}'/>"));
            let opened = open(file.as_bytes(), &Limits::DEFAULT);
            assert!(opened.blocks.is_empty());
            let said = opened.problems.iter().any(|p| p.message.contains(message));
            assert!(said, "{:?}", opened.problems);
            assert!(opened.problems[0].place.starts_with("embedded picture 1 at 0x"));
        }
        let away = drawing("<image href='https://pictures.test/a.jpg'/>");
        assert!(open(away.as_bytes(), &Limits::DEFAULT).problems.is_empty());
    }

    #[test]
    fn no_more_than_sixteen_are_looked_at() {
        let image = format!("<image href='data:;base64,{}'/>", base64(&picture()));
        let opened_of = |count: usize| {
            let file = drawing(&image.repeat(count));
            let opened = open(file.as_bytes(), &Limits::DEFAULT);
            let over = opened.problems.iter().filter(|p| p.code == ProblemCode::OverLimit);
            (opened.blocks.len(), over.count())
        };
        assert_eq!(opened_of(16), (16, 0));
        assert_eq!(opened_of(40), (16, 1));
    }
}
