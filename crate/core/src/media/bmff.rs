//! The ISO base media file format: AVIF, HEIF, MP4, M4A and QuickTime.
//!
//! Standards: ISO/IEC 14496-12 (boxes), 23008-12 (HEIF items and properties),
//! <https://aomediacodec.github.io/av1-avif/>, QuickTime File Format
//! (<https://developer.apple.com/documentation/quicktime-file-format>), XMP part 3, C2PA 2.2.
//! Left out: tracks beyond size and length, thumbnails, fragments, encryption.

use std::borrow::Cow;

use super::{BlockKind, MediaKind, Walk, be16, be32, be64, from, part, place, split_nul};
use crate::vocabulary::ProblemCode;

pub(super) fn sniff_avif(bytes: &[u8]) -> bool {
    has_brand(bytes, &[b"avif", b"avis"])
}

pub(super) fn sniff_heif(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 10] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif", b"miaf"];
    major(bytes).is_some_and(|brand| BRANDS.iter().any(|known| brand == *known))
}

pub(super) fn sniff_m4a(bytes: &[u8]) -> bool {
    matches!(major(bytes), Some(b"M4A " | b"M4B " | b"M4P "))
}

pub(super) fn sniff_mov(bytes: &[u8]) -> bool {
    // Old QuickTime files have no `ftyp`.
    let bare = matches!(part(bytes, 4, 4), Some(b"moov" | b"mdat" | b"wide" | b"pnot"));
    major(bytes) == Some(b"qt  ") || bare
}

pub(super) fn sniff_mp4(bytes: &[u8]) -> bool {
    major(bytes).is_some()
}

fn major(bytes: &[u8]) -> Option<&[u8]> {
    if part(bytes, 4, 4)? == b"ftyp" { part(bytes, 8, 4) } else { None }
}

/// Whether the major or a compatible brand is one of these (14496-12, 4.3).
fn has_brand(bytes: &[u8], brands: &[&[u8; 4]]) -> bool {
    if major(bytes).is_none() {
        return false;
    }
    let size = be32(bytes, 0).map_or(0, super::index).min(256);
    let list = bytes.get(8..size).unwrap_or_default();
    // The second word is a version, which no brand resembles.
    list.chunks_exact(4).any(|brand| brands.iter().any(|known| brand == *known))
}

/// One box.
#[derive(Clone, Copy)]
struct Boxed<'a> {
    name: &'a [u8],
    at: usize,
    body_at: usize,
    body: &'a [u8],
}

impl Boxed<'_> {
    fn place(&self) -> String {
        box_place(self.name, self.at)
    }

    fn end(&self) -> usize {
        self.body_at.saturating_add(self.body.len())
    }
}

/// `©` is a letter of box names; what is no letter at all is shown as `.`.
fn box_place(name: &[u8], at: usize) -> String {
    place(super::latin1(name).replace(char::is_control, "."), at)
}

/// The boxes between two positions; a box that claims too much ends with what is there.
fn boxes<'a>(walk: &mut Walk<'a>, start: usize, end: usize) -> Vec<Boxed<'a>> {
    let bytes = walk.bytes.get(..end).unwrap_or(walk.bytes);
    let mut found = Vec::new();
    let mut at = start;
    while at < bytes.len() {
        let (Some(short), Some(name)) = (be32(bytes, at), part(bytes, at.saturating_add(4), 4))
        else {
            // A user-data list may end with four zero bytes (QuickTime).
            if from(bytes, at).iter().any(|&b| b != 0) {
                walk.truncated(place("byte", at), "the file ends in the header of a box");
            }
            break;
        };
        let here = box_place(name, at);
        if !walk.step(&here) {
            break;
        }
        let left = from(bytes, at).len();
        // A size of 1 is followed by 64 bits, one of 0 runs to the end (4.2).
        let (header, size) = match short {
            0 if name == [0; 4] => break,
            0 => (8, u64::try_from(left).unwrap_or(u64::MAX)),
            1 => (16, be64(bytes, at.saturating_add(8)).unwrap_or(0)),
            _ => (8, u64::from(short)),
        };
        let length = super::index(size);
        let Some(body_length) = length.checked_sub(header) else {
            walk.malformed(here, format!("a box of {size} bytes is impossible"));
            break;
        };
        let body_at = at.saturating_add(header);
        let whole = part(bytes, body_at, body_length);
        if whole.is_none() {
            walk.truncated(here, format!("it claims {size} bytes where {left} are left"));
        }
        let body = whole.unwrap_or_else(|| from(bytes, body_at));
        found.push(Boxed { name, at, body_at, body });
        if whole.is_none() {
            break;
        }
        at = body_at.saturating_add(body_length);
    }
    found
}

const UUID_XMP: &[u8] = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
const UUID_C2PA: &[u8] = b"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81";

pub(super) fn walk(walk: &mut Walk<'_>) {
    let mut movie = false;
    let mut picture = false;
    for boxed in boxes(walk, 0, walk.bytes.len()) {
        match boxed.name {
            b"meta" => picture |= items(walk, &boxed),
            b"moov" => {
                movie = true;
                moov(walk, &boxed);
            }
            // Movie-level user data sometimes stands at the top.
            b"udta" => user_data(walk, &boxed),
            b"uuid" if boxed.body.starts_with(UUID_XMP) => {
                walk.block(BlockKind::Xmp, boxed.place(), from(boxed.body, 16));
            }
            b"uuid" if boxed.body.starts_with(UUID_C2PA) => {
                manifest(walk, &boxed);
            }
            b"Exif" => walk.block(BlockKind::Exif, boxed.place(), exif(boxed.body)),
            b"xml " => walk.block(BlockKind::Xmp, boxed.place(), boxed.body),
            _ => {}
        }
    }
    let end = walk.bytes.len();
    if walk.facts.kind == MediaKind::Image {
        if !picture && !movie {
            walk.truncated(place("byte", end), "there is no picture in the file");
        }
        walk.facts.duration_s = walk.facts.duration_s.filter(|_| walk.facts.frames.is_some());
        walk.facts.frames = Some(walk.facts.frames.unwrap_or(1).max(1));
    } else if !movie {
        walk.truncated(place("byte", end), "the description of the tracks (moov) is missing");
    }
}

/// Version and flags, purpose, the place of the first Merkle box, then the store
/// (C2PA 2.2, A.5.1). A box whose purpose is `merkle` holds hashes of a divided file.
fn manifest<'a>(walk: &mut Walk<'a>, boxed: &Boxed<'a>) {
    match super::split_nul(from(boxed.body, 20)) {
        Some((b"manifest" | b"original" | b"update", rest)) => {
            walk.block(BlockKind::C2pa, boxed.place(), from(rest, 8));
        }
        Some((b"merkle", _)) => {}
        _ => walk.malformed(boxed.place(), "a C2PA box of unknown purpose"),
    }
}

// Items: pictures and their metadata.

#[derive(Default)]
struct Item {
    id: u32,
    name: [u8; 4],
    mime: Vec<u8>,
    packed: bool,
    method: u16,
    extents: Vec<(u64, u64)>,
    properties: Vec<u16>,
}

/// Reads the items of a `meta` box; true when it names a picture.
fn items<'a>(walk: &mut Walk<'a>, meta: &Boxed<'a>) -> bool {
    let skip = if part(meta.body, 4, 4) == Some(b"hdlr") { 0 } else { 4 };
    let children = boxes(walk, meta.body_at.saturating_add(skip), meta.end());
    let child = |name: &[u8]| children.iter().find(|b| b.name == name).copied();
    let primary = child(b"pitm").and_then(|b| match b.body.first() {
        Some(0) => be16(b.body, 4).map(u32::from),
        _ => be32(b.body, 4),
    });
    let mut items = child(b"iinf").map_or_else(Vec::new, |b| item_infos(walk, &b));
    if let Some(iloc) = child(b"iloc") {
        item_places(walk, &iloc, &mut items);
    }
    let mut properties = Vec::new();
    if let Some(iprp) = child(b"iprp") {
        for b in boxes(walk, iprp.body_at, iprp.end()) {
            match b.name {
                b"ipco" => properties = boxes(walk, b.body_at, b.end()),
                b"ipma" => associations(walk, &b, &mut items),
                _ => {}
            }
        }
    }
    let data = child(b"idat");
    for item in &items {
        let kind = match &item.name {
            b"Exif" => BlockKind::Exif,
            b"mime" if item.mime.starts_with(b"application/rdf+xml") => BlockKind::Xmp,
            _ => continue,
        };
        let here = item.extents.first().map_or(0, |e| super::index(e.0));
        let name = if kind == BlockKind::Xmp { "XMP item" } else { "Exif item" };
        let here = place(name, here);
        let Some(content) = item_content(walk, item, data.as_ref(), &here) else { continue };
        let content = match content {
            Cow::Borrowed(b) if kind == BlockKind::Exif => Cow::Borrowed(exif(b)),
            Cow::Owned(b) if kind == BlockKind::Exif => Cow::Owned(exif(&b).to_vec()),
            Cow::Borrowed(b) if item.packed => match walk.inflate(b, &here) {
                Some(b) => Cow::Owned(b),
                None => continue,
            },
            other => other,
        };
        walk.block(kind, here, content);
    }
    let picture = items.iter().find(|item| Some(item.id) == primary);
    let Some(picture) = picture.filter(|_| walk.facts.kind == MediaKind::Image) else {
        return false;
    };
    let mut turn = None;
    let mut mirror = None;
    for index in &picture.properties {
        let number = usize::from(*index).checked_sub(1);
        let Some(property) = number.and_then(|n| properties.get(n)) else { continue };
        match property.name {
            b"ispe" => {
                if let (Some(width), Some(height)) =
                    (be32(property.body, 4), be32(property.body, 8))
                {
                    walk.size(width, height);
                }
            }
            b"irot" => turn = property.body.first().map(|b| b & 3),
            b"imir" => mirror = property.body.first().map(|b| b & 1),
            _ => {}
        }
    }
    // These two decide how a reader shows the picture; EXIF only informs (23008-12, 6.5.10).
    if turn.is_some() || mirror.is_some() {
        walk.facts.orientation = Some(turned(turn.unwrap_or(0), mirror));
    }
    if walk.facts.width.is_none() {
        walk.malformed(meta.place(), "the main picture has no size");
    }
    true
}

/// Quarter turns against the clock and then a mirror, as one of the eight EXIF values.
fn turned(quarters: u8, mirror: Option<u8>) -> u8 {
    match (quarters, mirror) {
        (0, None) => 1,
        (1, None) => 8,
        (2, None) => 3,
        (_, None) => 6,
        // Axis 1 exchanges left and right, axis 0 top and bottom.
        (0, Some(1)) => 2,
        (0, Some(_)) => 4,
        (1, Some(1)) => 7,
        (1, Some(_)) => 5,
        (2, Some(1)) => 4,
        (2, Some(_)) => 2,
        (_, Some(1)) => 5,
        (_, Some(_)) => 7,
    }
}

/// Skips the offset that goes before the TIFF structure (23008-12, A.2.1).
fn exif(body: &[u8]) -> &[u8] {
    let skip = be32(body, 0).map_or(usize::MAX, super::index).saturating_add(4);
    let rest = from(body, skip);
    if rest.starts_with(b"MM") || rest.starts_with(b"II") { rest } else { from(body, 4) }
}

fn item_infos<'a>(walk: &mut Walk<'a>, iinf: &Boxed<'a>) -> Vec<Item> {
    let header = if iinf.body.first() == Some(&0) { 6 } else { 8 };
    let mut items = Vec::new();
    for infe in boxes(walk, iinf.body_at.saturating_add(header), iinf.end()) {
        let version = infe.body.first().copied().unwrap_or(0);
        let (id, rest) = match version {
            2 => (be16(infe.body, 4).map(u32::from), from(infe.body, 8)),
            3 => (be32(infe.body, 4), from(infe.body, 10)),
            // The older versions know no item types.
            _ => continue,
        };
        let name = super::array::<4>(rest, 0);
        let (Some(id), Some(name)) = (id, name) else {
            walk.truncated(infe.place(), "the description of an item is cut");
            continue;
        };
        let mut item = Item { id, name, ..Item::default() };
        if &name == b"mime"
            && let Some((_name, rest)) = split_nul(from(rest, 4))
        {
            let (mime, rest) = split_nul(rest).unwrap_or((rest, &[]));
            let coding = split_nul(rest).map_or(rest, |(coding, _)| coding);
            item.mime = mime.to_vec();
            item.packed = matches!(coding, b"deflate" | b"compress_zlib");
        }
        items.push(item);
    }
    items
}

/// Where the bytes of each item lie (14496-12, 8.11.3).
fn item_places(walk: &mut Walk<'_>, iloc: &Boxed<'_>, items: &mut [Item]) {
    let body = iloc.body;
    let version = body.first().copied().unwrap_or(0);
    let sizes = be16(body, 4).unwrap_or(0);
    let nibble = |shift: u16| usize::from((sizes >> shift) & 15);
    let (offset_size, length_size, base_size) = (nibble(12), nibble(8), nibble(4));
    let index_size = if version > 0 { nibble(0) } else { 0 };
    let wide = version >= 2;
    let mut cursor = Cursor { bytes: body, at: 6 };
    let Some(count) = cursor.number(if wide { 4 } else { 2 }) else { return };
    for number in 0..count {
        let here = iloc.place();
        let place_of_item = (|| {
            let id = cursor.number(if wide { 4 } else { 2 })?;
            let method = if version > 0 { cursor.number(2)? & 15 } else { 0 };
            let _data_reference = cursor.number(2)?;
            let base = cursor.number(base_size)?;
            let extents = cursor.number(2)?;
            Some((id, method, base, extents))
        })();
        let Some((id, method, base, extents)) = place_of_item else {
            walk.truncated(here, format!("{number} of {count} items are there"));
            return;
        };
        if !walk.step(&here) {
            return;
        }
        let mut found = Vec::new();
        for _ in 0..extents {
            let extent = (|| {
                cursor.number(index_size)?;
                let offset = cursor.number(offset_size)?;
                let length = cursor.number(length_size)?;
                Some((base.saturating_add(offset), length))
            })();
            match extent {
                Some(extent) if found.len() < 256 => found.push(extent),
                Some(_) => {}
                None => {
                    walk.truncated(here, "the places of an item are cut");
                    return;
                }
            }
            // An extent without fields takes no bytes: nothing would end this loop soon.
            if index_size.saturating_add(offset_size).saturating_add(length_size) == 0 {
                break;
            }
        }
        if let Some(item) = items.iter_mut().find(|item| u64::from(item.id) == id) {
            item.extents = found;
            item.method = u16::try_from(method).unwrap_or(u16::MAX);
        }
    }
}

/// Which properties belong to which item (23008-12, 9.3).
fn associations(walk: &mut Walk<'_>, ipma: &Boxed<'_>, items: &mut [Item]) {
    let version = ipma.body.first().copied().unwrap_or(0);
    let wide_index = ipma.body.get(3).is_some_and(|flags| flags & 1 == 1);
    let mut cursor = Cursor { bytes: ipma.body, at: 4 };
    let Some(count) = cursor.number(4) else { return };
    for number in 0..count {
        let entry = cursor
            .number(if version == 0 { 2 } else { 4 })
            .and_then(|id| cursor.number(1).map(|properties| (id, properties)));
        let Some((id, properties)) = entry else {
            walk.truncated(ipma.place(), format!("{number} of {count} associations are there"));
            return;
        };
        if !walk.step("ipma") {
            return;
        }
        let mut list = Vec::new();
        for _ in 0..properties {
            let index = match wide_index {
                true => cursor.number(2).map(|n| n & 0x7fff),
                false => cursor.number(1).map(|n| n & 0x7f),
            };
            list.extend(index.and_then(|n| u16::try_from(n).ok()));
        }
        if let Some(item) = items.iter_mut().find(|item| u64::from(item.id) == id) {
            item.properties = list;
        }
    }
}

/// The bytes of an item, from the file or from the `idat` box beside it.
fn item_content<'a>(
    walk: &mut Walk<'a>,
    item: &Item,
    data: Option<&Boxed<'a>>,
    here: &str,
) -> Option<Cow<'a, [u8]>> {
    let source: &'a [u8] = match (item.method, data) {
        (0, _) => walk.bytes,
        (1, Some(data)) => data.body,
        (method, _) => {
            let message = format!("an item stored by method {method} is not read");
            walk.problem(ProblemCode::Unsupported, here, message);
            return None;
        }
    };
    let mut pieces = Vec::new();
    for &(offset, length) in &item.extents {
        let offset = super::index(offset);
        let piece = match length {
            0 => source.get(offset..),
            _ => part(source, offset, super::index(length)),
        };
        let Some(piece) = piece else {
            walk.truncated(here, format!("the {length} bytes of an item lie past the end"));
            return None;
        };
        pieces.push(piece);
    }
    match pieces.as_slice() {
        [] => {
            walk.malformed(here, "an item without a place");
            None
        }
        [one] => Some(Cow::Borrowed(one)),
        many => {
            let most = walk.limits.block_bytes;
            let size = many.iter().fold(0_usize, |sum, piece| sum.saturating_add(piece.len()));
            if size > most {
                let message = format!("an item of {size} bytes; {most} at most");
                walk.problem(ProblemCode::OverLimit, here, message);
                return None;
            }
            Some(Cow::Owned(many.concat()))
        }
    }
}

/// Numbers of varying width, one after the other.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn number(&mut self, size: usize) -> Option<u64> {
        let bytes = part(self.bytes, self.at, size)?;
        self.at = self.at.saturating_add(size);
        Some(bytes.iter().fold(0_u64, |n, &b| (n << 8) | u64::from(b)))
    }
}

// Movies: length, size, user data.

fn moov<'a>(walk: &mut Walk<'a>, moov: &Boxed<'a>) {
    let mut pictures = false;
    let mut sound = false;
    let mut scale = None;
    for b in boxes(walk, moov.body_at, moov.end()) {
        match b.name {
            b"mvhd" => {
                walk.facts.duration_s = duration(b.body);
                scale = be32(b.body, if b.body.first() == Some(&0) { 12 } else { 20 });
            }
            b"trak" => match track(walk, &b) {
                Some([b'v', b'i', b'd', b'e'] | [b'p', b'i', b'c', b't']) => pictures = true,
                Some([b's', b'o', b'u', b'n']) => sound = true,
                _ => {}
            },
            b"udta" => user_data(walk, &b),
            b"meta" => metadata(walk, &b),
            b"uuid" if b.body.starts_with(UUID_XMP) => {
                walk.block(BlockKind::Xmp, b.place(), from(b.body, 16));
            }
            // Fragmented files state their length here (8.8.2).
            b"mvex" if walk.facts.duration_s.is_none() => {
                let children = boxes(walk, b.body_at, b.end());
                let mehd = children.iter().find(|b| b.name == b"mehd").map(|b| b.body);
                let length = mehd.and_then(|body| match body.first() {
                    Some(0) => be32(body, 4).map(u64::from),
                    _ => be64(body, 4),
                });
                if let (Some(length), Some(scale)) = (length, scale.filter(|&s| s > 0)) {
                    walk.facts.duration_s = Some(length as f64 / f64::from(scale));
                }
            }
            _ => {}
        }
    }
    if walk.facts.kind == MediaKind::Video && sound && !pictures {
        walk.facts.kind = MediaKind::Audio;
        if walk.facts.format == "mp4" {
            walk.facts.mime = "audio/mp4".to_owned();
        }
    }
}

/// Time scale and length of `mvhd` (8.2.2); none where they are unknown.
fn duration(body: &[u8]) -> Option<f64> {
    let (scale, length) = match body.first()? {
        0 => (be32(body, 12)?, u64::from(be32(body, 16).filter(|&d| d != u32::MAX)?)),
        _ => (be32(body, 20)?, be64(body, 24).filter(|&d| d != u64::MAX)?),
    };
    (scale > 0 && length > 0).then(|| length as f64 / f64::from(scale))
}

/// The kind of a track; the largest picture track gives the size.
fn track<'a>(walk: &mut Walk<'a>, trak: &Boxed<'a>) -> Option<[u8; 4]> {
    let mut size = None;
    let mut handler = None;
    let mut samples = None;
    for b in boxes(walk, trak.body_at, trak.end()) {
        match b.name {
            b"tkhd" => {
                // Fixed point, 16 bits before the point (8.3.2).
                let at = if b.body.first() == Some(&0) { 76 } else { 88 };
                let side = |at: usize| be32(b.body, at).map(|n| n >> 16);
                size = side(at).zip(side(at.saturating_add(4)));
            }
            b"mdia" => {
                for b in boxes(walk, b.body_at, b.end()) {
                    match b.name {
                        b"hdlr" => handler = super::array::<4>(b.body, 8),
                        b"minf" => samples = sample_count(walk, &b),
                        _ => {}
                    }
                }
            }
            b"udta" => user_data(walk, &b),
            b"meta" => metadata(walk, &b),
            _ => {}
        }
    }
    let picture = matches!(handler.as_ref(), Some(b"vide" | b"pict"));
    if let Some((width, height)) = size.filter(|_| picture) {
        let image = walk.facts.kind == MediaKind::Image;
        if !image || walk.facts.width.is_none() {
            let larger = walk.facts.width.unwrap_or(0) < width;
            if larger {
                walk.size(width, height);
            }
        }
        if image {
            walk.facts.frames = samples.max(walk.facts.frames);
        }
    }
    handler
}

/// Number of samples of `stbl/stsz`, no more than its table can hold.
fn sample_count<'a>(walk: &mut Walk<'a>, minf: &Boxed<'a>) -> Option<u32> {
    let stbl = boxes(walk, minf.body_at, minf.end()).into_iter().find(|b| b.name == b"stbl")?;
    let stsz = boxes(walk, stbl.body_at, stbl.end()).into_iter().find(|b| b.name == b"stsz")?;
    let (size, count) = (be32(stsz.body, 4)?, be32(stsz.body, 8)?);
    let room = u32::try_from(from(stsz.body, 12).len() / 4).unwrap_or(u32::MAX);
    Some(if size == 0 { count.min(room) } else { count })
}

/// `udta`: QuickTime texts (`©…`), 3GPP texts, XMP, and iTunes' `meta`.
fn user_data<'a>(walk: &mut Walk<'a>, udta: &Boxed<'a>) {
    for b in boxes(walk, udta.body_at, udta.end()) {
        match b.name {
            b"XMP_" => walk.block(BlockKind::Xmp, b.place(), b.body),
            b"meta" => metadata(walk, &b),
            [0xa9, ..] => {
                let mut at = 0_usize;
                // Length, language, text; again for each language.
                while let Some(length) = be16(b.body, at).filter(|&l| l > 0) {
                    let text_at = at.saturating_add(4);
                    let text = part(b.body, text_at, length.into());
                    let text = super::utf8_or_latin1(text.unwrap_or_else(|| from(b.body, text_at)));
                    keep_text(walk, b.place(), super::latin1(b.name), &text);
                    at = text_at.saturating_add(length.into());
                }
            }
            // 3GPP TS 26.244, 8: language, then UTF-8 or marked UTF-16.
            b"cprt" | b"titl" | b"auth" | b"perf" | b"dscp" | b"cpry" => {
                let raw = from(b.body, 6);
                let text = if raw.starts_with(b"\xfe\xff") || raw.starts_with(b"\xff\xfe") {
                    super::utf16(raw, true)
                } else {
                    super::utf8_or_latin1(split_nul(raw).map_or(raw, |(text, _)| text))
                };
                keep_text(walk, b.place(), super::latin1(b.name), &text);
            }
            _ => {}
        }
    }
}

fn keep_text(walk: &mut Walk<'_>, here: String, key: String, text: &str) {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    walk.text(here, key, text.as_bytes().to_vec());
}

/// iTunes' list (`ilst`) and QuickTime's with keys (`keys`).
fn metadata<'a>(walk: &mut Walk<'a>, meta: &Boxed<'a>) {
    // In QuickTime the box has no version; in MP4 it has.
    let skip = if part(meta.body, 4, 4) == Some(b"hdlr") { 0 } else { 4 };
    let children = boxes(walk, meta.body_at.saturating_add(skip), meta.end());
    let mut keys = Vec::new();
    if let Some(b) = children.iter().find(|b| b.name == b"keys") {
        for key in boxes(walk, b.body_at.saturating_add(8), b.end()) {
            keys.push(String::from_utf8_lossy(key.body).into_owned());
        }
    }
    let Some(list) = children.iter().find(|b| b.name == b"ilst") else { return };
    for item in boxes(walk, list.body_at, list.end()) {
        let number = be32(item.name, 0).map_or(0, super::index);
        let mut key = match number.checked_sub(1).and_then(|n| keys.get(n)) {
            Some(key) => key.clone(),
            None => super::latin1(item.name),
        };
        for b in boxes(walk, item.body_at, item.end()) {
            match b.name {
                // `----` is named by two boxes before its data.
                b"mean" | b"name" => {
                    key.push(':');
                    key.push_str(&super::utf8_or_latin1(from(b.body, 4)));
                }
                b"data" => {
                    // Well-known types: 1 is UTF-8, 2 is UTF-16 (QuickTime, well-known types).
                    let raw = from(b.body, 8);
                    let text = match be32(b.body, 0).map(|kind| kind & 0x00ff_ffff) {
                        Some(1) => super::utf8_or_latin1(raw),
                        Some(2) => super::utf16(raw, true),
                        _ => continue,
                    };
                    keep_text(walk, item.place(), key.clone(), &text);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::media::open;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = u32::try_from(body.len() + 8).unwrap().to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(body);
        out
    }

    fn full(name: &[u8; 4], version: u8, body: &[u8]) -> Vec<u8> {
        boxed(name, &[&[version, 0, 0, 0][..], body].concat())
    }

    /// A picture of 7 × 5, turned, with an XMP item and an Exif item inside `idat`.
    fn avif() -> Vec<u8> {
        let infe = |id: u8, rest: &[u8]| full(b"infe", 2, &[&[0, id, 0, 0][..], rest].concat());
        let iinf = [
            vec![0, 3],
            infe(1, b"av01\0"),
            infe(2, b"mime\0application/rdf+xml\0"),
            infe(3, b"Exif\0"),
        ]
        .concat();
        let iloc = [
            &[0x44, 0x00, 0, 2][..],
            &[0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 4],
            &[0, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 12],
        ]
        .concat();
        let ispe = full(b"ispe", 0, &[0, 0, 0, 7, 0, 0, 0, 5]);
        let ipco = boxed(b"ipco", &[ispe, boxed(b"irot", &[3])].concat());
        let ipma = full(b"ipma", 0, &[0, 0, 0, 1, 0, 1, 2, 1, 0x82]);
        let meta = [
            full(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            full(b"pitm", 0, &[0, 1]),
            full(b"iinf", 0, &iinf),
            full(b"iloc", 1, &iloc),
            boxed(b"iprp", &[ipco, ipma].concat()),
            boxed(b"idat", b"<x/>\0\0\0\0MM\0\x2a\0\0\0\x08"),
        ]
        .concat();
        [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), full(b"meta", 0, &meta)].concat()
    }

    #[test]
    fn a_picture_gives_size_turn_and_items() {
        let file = avif();
        let opened = open(&file, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!(facts.format, "avif");
        assert_eq!((facts.width, facts.height, facts.orientation), (Some(7), Some(5), Some(6)));
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"<x/>");
        assert_eq!(opened.blocks[1].bytes.as_ref(), b"MM\0\x2a\0\0\0\x08");
        assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    }

    #[test]
    fn a_sound_gives_length_and_texts() {
        let mvhd = full(
            b"mvhd",
            0,
            &[&[0; 8][..], &1000_u32.to_be_bytes(), &2500_u32.to_be_bytes()].concat(),
        );
        let data = |text: &[u8]| boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0][..], text].concat());
        let free =
            [full(b"mean", 0, b"com.apple.iTunes"), full(b"name", 0, b"LICENSE"), data(b"CC0")]
                .concat();
        let ilst = [boxed(b"cprt", &data("© Ann".as_bytes())), boxed(b"----", &free)].concat();
        let hdlr = full(b"hdlr", 0, b"\0\0\0\0mdirappl\0\0\0\0\0\0\0\0\0");
        let meta = full(b"meta", 0, &[hdlr, boxed(b"ilst", &ilst)].concat());
        let moov = boxed(b"moov", &[mvhd, boxed(b"udta", &meta)].concat());
        let file = [boxed(b"ftyp", b"M4A \0\0\0\0M4A "), moov].concat();
        let opened = open(&file, &Limits::DEFAULT);
        let facts = opened.facts.unwrap();
        assert_eq!((facts.kind, facts.duration_s), (MediaKind::Audio, Some(2.5)));
        let texts: Vec<_> = opened
            .blocks
            .iter()
            .map(|b| (b.key.as_str(), std::str::from_utf8(&b.bytes).unwrap()))
            .collect();
        assert_eq!(texts, [("cprt", "© Ann"), ("----:com.apple.iTunes:LICENSE", "CC0")]);
    }

    #[test]
    fn packets_in_uuid_boxes_are_found() {
        let xmp = boxed(b"uuid", &[UUID_XMP, b"<x/>"].concat());
        let store =
            boxed(b"uuid", &[UUID_C2PA, b"\0\0\0\0manifest\0\0\0\0\0\0\0\0\0store"].concat());
        let file = [boxed(b"ftyp", b"isom\0\0\0\0isom"), xmp, store].concat();
        let opened = open(&file, &Limits::DEFAULT);
        let kinds: Vec<_> = opened.blocks.iter().map(|b| b.kind).collect();
        assert_eq!(kinds, [BlockKind::Xmp, BlockKind::C2pa]);
        assert_eq!(opened.blocks[0].locator, "uuid at 0x14");
        assert_eq!(opened.blocks[1].bytes.as_ref(), b"store");
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
    }

    #[test]
    fn a_box_of_impossible_size_ends_the_walk() {
        let file = [boxed(b"ftyp", b"avif\0\0\0\0avif"), b"\0\0\0\x01meta".to_vec(), vec![0xff; 8]];
        let file = file.concat();
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        assert_eq!(opened.problems[0].place, "meta at 0x14");
    }
}
