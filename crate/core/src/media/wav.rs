//! WAV, Broadcast Wave and RF64: length, INFO texts, descriptions, XMP.
//!
//! Standards: Microsoft RIFF (1991), EBU Tech 3285 and 3306,
//! <https://tech.ebu.ch/publications/tech3285>; <http://www.gallery.co.uk/ixml/>, of which the
//! two free texts are read. XMP in `_PMX` (XMP part 3, 1.1.12). Left out: `axml`, samples.

use super::riff::{Chunk, Chunks};
use super::{BlockKind, Walk, from, id3, le16, le32, le64, part, place};

pub(super) fn sniff(bytes: &[u8]) -> bool {
    let riff = [&b"RIFF"[..], b"RF64", b"BW64"].iter().any(|name| bytes.starts_with(name));
    riff && part(bytes, 8, 4) == Some(b"WAVE")
}

pub(super) fn walk(walk: &mut Walk<'_>) {
    let bytes = walk.bytes;
    let mut format: Option<Format> = None;
    let mut samples = None;
    let mut data = None;
    let mut chunks = Chunks::little(bytes, 12);
    while let Some(chunk) = chunks.next() {
        let here = chunk.place();
        if !walk.step(&here) {
            break;
        }
        chunk.check(walk);
        let Chunk { name, body, body_at, .. } = chunk;
        match name {
            // RF64 keeps the true size here (Tech 3306, 3.2).
            b"ds64" => chunks.long = le64(body, 8),
            b"fmt " => {
                format = Format::parse(body);
                if format.is_none() {
                    walk.malformed(here, "no channels, no sample rate or no data rate");
                }
            }
            b"fact" => samples = le32(body, 0),
            b"data" => data = Some(body.len()),
            b"LIST" if body.starts_with(b"INFO") => {
                let end = body_at.saturating_add(body.len());
                info(
                    walk,
                    Chunks::little(part(bytes, 0, end).unwrap_or(bytes), body_at.saturating_add(4)),
                );
            }
            // 256 bytes of description, 32 of originator: mostly a recorder's name (3285, 2.3).
            b"bext" => {
                let description = body.get(..256).unwrap_or(body);
                let text = super::split_nul(description).map_or(description, |(text, _)| text);
                walk.words(here, "bext:Description", text);
            }
            b"iXML" => {
                for name in ["NOTE", "USER"] {
                    if let Some(text) = element(body, name) {
                        walk.words(here.clone(), format!("iXML:{name}"), text);
                    }
                }
            }
            b"_PMX" | b"XMP " => walk.block(BlockKind::Xmp, here, body),
            b"C2PA" => walk.block(BlockKind::C2pa, here, body),
            b"id3 " | b"ID3 " => {
                id3::walk(walk, body_at);
            }
            _ => {}
        }
    }
    match (format, data) {
        (Some(format), Some(data)) => walk.facts.duration_s = Some(format.seconds(data, samples)),
        (None, _) => walk.malformed("fmt", "the format of the sound is not stated"),
        (_, None) => walk.truncated(place("byte", bytes.len()), "there is no sound data"),
    }
}

struct Format {
    tag: u16,
    rate: u32,
    bytes_per_second: u32,
    frame: u16,
}

impl Format {
    fn parse(body: &[u8]) -> Option<Format> {
        let channels = le16(body, 2)?;
        let format = Format {
            tag: le16(body, 0)?,
            rate: le32(body, 4)?,
            bytes_per_second: le32(body, 8)?,
            frame: le16(body, 12)?,
        };
        (channels > 0 && format.rate > 0 && (format.bytes_per_second > 0 || format.frame > 0))
            .then_some(format)
    }

    fn seconds(&self, data: usize, samples: Option<u32>) -> f64 {
        // PCM, float and extensible: the frame is exact. Anything else: the stated number
        // of samples, or the mean data rate.
        let plain = matches!(self.tag, 1 | 3 | 0xfffe) && self.frame > 0;
        let data = data as f64;
        match samples {
            _ if plain => data / f64::from(self.frame) / f64::from(self.rate),
            Some(samples) if samples > 0 => f64::from(samples) / f64::from(self.rate),
            _ if self.bytes_per_second > 0 => data / f64::from(self.bytes_per_second),
            _ => data / f64::from(self.frame) / f64::from(self.rate),
        }
    }
}

/// The text of the first element of this name; what it holds is read as it stands.
fn element<'a>(xml: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let open = format!("<{name}>");
    let start = memchr::memmem::find(xml, open.as_bytes())?.saturating_add(open.len());
    let rest = from(xml, start);
    let end = memchr::memmem::find(rest, format!("</{name}>").as_bytes())?;
    rest.get(..end)
}

/// `LIST INFO`: texts under names of four characters.
fn info<'a>(walk: &mut Walk<'a>, chunks: Chunks<'a>) {
    for chunk in chunks {
        let here = chunk.place();
        if !walk.step(&here) {
            return;
        }
        let text = super::split_nul(chunk.body).map_or(chunk.body, |(text, _)| text);
        walk.words(here, super::latin1(chunk.name), text);
        chunk.check(walk);
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = name.to_vec();
        out.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        out.extend_from_slice(body);
        if body.len() % 2 == 1 {
            out.push(0);
        }
        out
    }

    fn wav(chunks: &[Vec<u8>]) -> Vec<u8> {
        let body = [b"WAVE".to_vec(), chunks.concat()].concat();
        chunk(b"RIFF", &body)
    }

    /// Mono, 8 kHz, 8 bits.
    const FMT: &[u8] = b"\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0";

    #[test]
    fn length_texts_and_packet_are_found() {
        let list = [b"INFO".to_vec(), chunk(b"ICOP", b"Ann\0"), chunk(b"IART", b"Bob")].concat();
        let file = wav(&[
            chunk(b"fmt ", FMT),
            chunk(b"LIST", &list),
            chunk(b"_PMX", b"<x/>"),
            chunk(b"data", &[0; 4000]),
        ]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(0.5));
        let keys: Vec<_> = opened.blocks.iter().map(|b| b.key.as_str()).collect();
        assert_eq!(keys, ["ICOP", "IART", ""]);
        assert_eq!(opened.blocks[0].bytes.as_ref(), b"Ann");
        assert!(opened.problems.is_empty());
    }

    #[test]
    fn broadcast_descriptions_and_notes_are_texts() {
        let mut bext = b"CC0, see https://creativecommons.org/publicdomain/zero/1.0/".to_vec();
        bext.resize(602, 0);
        let ixml = b"<BWFXML><NOTE>heron</NOTE><USER> by Ann </USER><USER>x</BWFXML>";
        let file = wav(&[
            chunk(b"fmt ", FMT),
            chunk(b"bext", &bext),
            chunk(b"iXML", ixml),
            chunk(b"data", &[0; 9]),
        ]);
        let opened = open(&file, &Limits::DEFAULT);
        let texts: Vec<_> = opened
            .blocks
            .iter()
            .map(|b| (b.key.as_str(), String::from_utf8_lossy(&b.bytes)))
            .collect();
        assert_eq!(texts[0].0, "bext:Description");
        assert!(texts[0].1.ends_with("zero/1.0/"));
        assert_eq!(texts[1..], [("iXML:NOTE", "heron".into()), ("iXML:USER", "by Ann".into())]);
        assert!(opened.problems.is_empty());
    }

    #[test]
    fn data_of_four_gigabytes_by_its_header_counts_as_what_is_there() {
        let mut file = wav(&[chunk(b"fmt ", FMT), chunk(b"data", &[0; 4000])]);
        file[40..44].copy_from_slice(&[0xff; 4]);
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, Some(0.5));
        assert_eq!(opened.problems[0].code, ProblemCode::Truncated);
        assert_eq!(opened.problems[0].place, "data at 0x24");
    }

    #[test]
    fn no_channels_is_malformed() {
        let mut file = wav(&[chunk(b"fmt ", FMT), chunk(b"data", &[0; 4])]);
        file[22] = 0;
        let opened = open(&file, &Limits::DEFAULT);
        assert_eq!(opened.facts.unwrap().duration_s, None);
        assert_eq!(opened.problems[0].code, ProblemCode::Malformed);
    }
}
