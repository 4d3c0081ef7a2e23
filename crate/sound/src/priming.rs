//! Frames that an encoder put before the sound in an MP4 file.
//!
//! The edit list says where the sound begins (ISO/IEC 14496-12, 8.6.6), or else iTunes' tag
//! `iTunSMPB` does. FFmpeg drops those frames, and so the words of others are without them.
//! Left out: every edit after the first, and padding at the end, which moves no word.

/// Boxes looked at on one level.
const BOXES: usize = 1_024;
/// More frames than this are no priming (as in FFmpeg).
const MOST: u64 = 16_384;

/// Frames at `rate` to drop from the start of a track.
pub(crate) fn frames(bytes: &[u8], track: u32, rate: u32) -> u64 {
    let Some(movie) = child(bytes, b"moov") else { return 0 };
    let edited = children(movie)
        .filter(|(name, _)| name == b"trak")
        .find(|(_, trak)| track_id(trak) == Some(track))
        .and_then(|(_, trak)| edited(trak, rate));
    edited.or_else(|| itunes(movie)).unwrap_or(0)
}

/// Where the first edit that shows anything begins.
fn edited(trak: &[u8], rate: u32) -> Option<u64> {
    let list = child(child(trak, b"edts")?, b"elst")?;
    let header = child(child(trak, b"mdia")?, b"mdhd")?;
    let scale = match header.first()? {
        0 => number::<4>(header, 12)?,
        _ => number::<4>(header, 20)?,
    };
    let (size, time_at, time_size) = if *list.first()? == 0 { (12, 4, 4) } else { (20, 8, 8) };
    let start = list.get(8..)?.chunks_exact(size).take(BOXES).find_map(|entry| {
        let time = match time_size {
            4 => i64::from(u32::try_from(number::<4>(entry, time_at)?).ok()?.cast_signed()),
            _ => number::<8>(entry, time_at)?.cast_signed(),
        };
        // -1 is a pause before the sound, of which decoders know nothing.
        u64::try_from(time).ok()
    })?;
    start.checked_mul(u64::from(rate))?.checked_div(scale)
}

/// ` 00000000 00000840 …`: nothing, then the priming, in hexadecimal digits.
fn itunes(movie: &[u8]) -> Option<u64> {
    let list = child(child(movie, b"udta")?, b"meta")?;
    let list = child(list.get(4..)?, b"ilst")?;
    let tag = children(list).filter(|(name, _)| name == b"----").find_map(|(_, tag)| {
        child(tag, b"name")?.ends_with(b"iTunSMPB").then(|| child(tag, b"data"))?
    })?;
    let text = std::str::from_utf8(tag.get(8..)?).ok()?;
    let priming = u64::from_str_radix(text.split_whitespace().nth(1)?, 16).ok()?;
    (priming < MOST).then_some(priming)
}

fn track_id(trak: &[u8]) -> Option<u32> {
    let header = child(trak, b"tkhd")?;
    let at = if *header.first()? == 0 { 12 } else { 20 };
    u32::try_from(number::<4>(header, at)?).ok()
}

fn child<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    children(bytes).find(|(found, _)| found == name).map(|(_, body)| body)
}

/// The boxes that stand one after the other, with their bodies (14496-12, 4.2).
fn children(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let short = number::<4>(rest, 0)?;
        let name = *rest.get(4..)?.first_chunk::<4>()?;
        let (header, size) = match short {
            0 => (8, rest.len()),
            1 => (16, usize::try_from(number::<8>(rest, 8)?).ok()?),
            _ => (8, usize::try_from(short).ok()?),
        };
        let body = rest.get(header..size.min(rest.len()))?;
        rest = rest.get(size..).unwrap_or_default();
        Some((name, body))
    })
    .take(BOXES)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let digits = bytes.get(at..)?.first_chunk::<N>()?;
    Some(digits.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap().to_be_bytes();
        [&size, name.as_slice(), body].concat()
    }

    fn movie(edits: &[u8], more: &[u8]) -> Vec<u8> {
        let tkhd = boxed(b"tkhd", &[&[0; 12][..], &[0, 0, 0, 7]].concat());
        let mdhd = boxed(b"mdhd", &[&[0; 12][..], &48_000_u32.to_be_bytes()].concat());
        let edts = if edits.is_empty() { vec![] } else { boxed(b"edts", &boxed(b"elst", edits)) };
        let trak = boxed(b"trak", &[tkhd, edts, boxed(b"mdia", &mdhd)].concat());
        [boxed(b"ftyp", b"M4A "), boxed(b"moov", &[trak, more.to_vec()].concat())].concat()
    }

    fn itunes_tag(text: &str) -> Vec<u8> {
        let name = boxed(b"name", b"\0\0\0\0iTunSMPB");
        let data = boxed(b"data", &[b"\0\0\0\x01\0\0\0\0", text.as_bytes()].concat());
        let ilst = boxed(b"ilst", &boxed(b"----", &[name, data].concat()));
        boxed(b"udta", &boxed(b"meta", &[&[0; 4][..], &ilst].concat()))
    }

    #[test]
    fn the_first_edit_that_shows_anything_says_where_the_sound_begins() {
        let entry = |time: i32| [&[0, 0, 0, 9][..], &time.to_be_bytes(), &[0, 1, 0, 0]].concat();
        let list = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &entry(-1), &entry(1_024)].concat();
        assert_eq!(frames(&movie(&list, &[]), 7, 48_000), 1_024);
        assert_eq!(frames(&movie(&list, &[]), 7, 24_000), 512);
        assert_eq!(frames(&movie(&list, &[]), 8, 48_000), 0);
    }

    #[test]
    fn without_an_edit_list_the_tag_of_itunes_says_it() {
        let tag = itunes_tag(" 00000000 00000840 000001CA 00000000003F31F6");
        assert_eq!(frames(&movie(&[], &tag), 7, 44_100), 2_112);
        assert_eq!(frames(&movie(&[], &itunes_tag(" 0 FFFFFFFF")), 7, 44_100), 0);
    }

    #[test]
    fn nonsense_has_no_priming() {
        for broken in [&b""[..], b"\0\0\0\x01moov", b"\0\0\0\x04moov\0\0\0\0", b"\0\0\0\0moov"] {
            assert_eq!(frames(broken, 1, 44_100), 0);
        }
        let whole = movie(&[0; 20], &itunes_tag(" 0 1"));
        for cut in 0..whole.len() {
            frames(&whole[..cut], 7, 44_100);
        }
    }
}
