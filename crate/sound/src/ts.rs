//! The sound in an MPEG transport stream, as the elementary stream that it is.
//!
//! ISO/IEC 13818-1: packets (2.4.3.2), the tables that name programs and streams (2.4.4), PES
//! headers (2.4.3.6). AAC in ADTS and MPEG audio are taken; left out: AC-3, AAC in LATM, every
//! sound but the first, and check sums.

use sayso_core::vocabulary::{Problem, ProblemCode};

const PACKET: usize = 188;
const SYNC: u8 = 0x47;

/// Whether these bytes are packets.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SYNC)
        && bytes.get(PACKET).is_none_or(|next| *next == SYNC)
        && bytes.len() >= PACKET
}

/// What was gathered of one stream.
#[derive(Default)]
pub(crate) struct Stream {
    tables: Option<u16>,
    voice: Option<u16>,
    /// A stream that is no sound we know, by its type.
    other: Option<u8>,
    sound: Vec<u8>,
}

impl Stream {
    /// Takes in whole packets.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for packet in bytes.as_chunks::<PACKET>().0 {
            let [SYNC, high, low, flags, rest @ ..] = packet else { continue };
            let pid = u16::from_be_bytes([high & 0x1F, *low]);
            let starts = high & 0x40 != 0;
            // Bits 5 and 4: an adaptation field, and then the payload, or only one of them.
            let skipped =
                if flags & 0x20 != 0 { rest.first().map_or(0, |n| usize::from(*n) + 1) } else { 0 };
            let payload = rest.get(skipped..).filter(|_| flags & 0x10 != 0);
            let Some(payload) = payload else { continue };
            if pid == 0 && starts {
                self.tables = self.tables.or_else(|| program(section(payload)?));
            } else if Some(pid) == self.tables && starts {
                if let Some(section) = section(payload) {
                    self.choose(section);
                }
            } else if Some(pid) == self.voice {
                let body = if starts { body(payload) } else { Some(payload) };
                self.sound.extend_from_slice(body.unwrap_or_default());
            }
        }
    }

    /// The sound, or why there is none.
    pub(crate) fn sound(self) -> Result<Vec<u8>, Problem> {
        let message = match (self.voice, self.other) {
            (Some(_), _) => return Ok(self.sound),
            (None, Some(kind)) => format!("sound of type {kind:#04x} in MPEG-TS is not decoded"),
            (None, None) => "there is no sound in the MPEG-TS".to_string(),
        };
        Err(Problem::new(ProblemCode::Unsupported, crate::PLACE, message))
    }

    /// The first stream of a program whose sound can be taken out as it is (table 2-34).
    fn choose(&mut self, section: &[u8]) {
        // Program, version, numbers and clock; then the program's own descriptors.
        let Some(more) = section.get(7..).and_then(|s| s.first_chunk::<2>()) else { return };
        let mut at = 9 + size(more);
        while let Some([kind, high, low, size_high, size_low]) =
            section.get(at..).and_then(|s| s.first_chunk::<5>())
        {
            match kind {
                0x03 | 0x04 | 0x0F if self.voice.is_none() => {
                    self.voice = Some(u16::from_be_bytes([high & 0x1F, *low]));
                }
                0x11 | 0x81 | 0x82 | 0x87 | 0x06 => self.other = self.other.or(Some(*kind)),
                _ => {}
            }
            at += 5 + size(&[*size_high, *size_low]);
        }
    }
}

/// Twelve bits.
fn size(bytes: &[u8; 2]) -> usize {
    usize::from(u16::from_be_bytes(*bytes) & 0x0FFF)
}

/// A table of one packet: behind the pointer, without its check sum. From the length's end.
fn section(payload: &[u8]) -> Option<&[u8]> {
    let (pointer, rest) = payload.split_first()?;
    let table = rest.get(usize::from(*pointer)..)?;
    let length = size(table.get(1..)?.first_chunk::<2>()?);
    let body = table.get(3..)?;
    body.get(..length.min(body.len()).checked_sub(4)?)
}

/// Where the tables of the first program stand (2.4.4.3); program 0 is the network.
fn program(section: &[u8]) -> Option<u16> {
    let entries = section.get(5..)?.as_chunks::<4>().0;
    let [_, _, high, low] = entries.iter().find(|[a, b, ..]| (*a, *b) != (0, 0))?;
    Some(u16::from_be_bytes([high & 0x1F, *low]))
}

/// What stands behind the header of a PES packet.
fn body(packet: &[u8]) -> Option<&[u8]> {
    let [0, 0, 1, _, _, _, _, _, length, rest @ ..] = packet else { return None };
    rest.get(usize::from(*length)..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(pid: u16, starts: bool, payload: &[u8]) -> Vec<u8> {
        let [high, low] = pid.to_be_bytes();
        // Stuffing stands in the adaptation field.
        let stuffing = PACKET - 4 - 1 - payload.len();
        let mut out = vec![SYNC, high | if starts { 0x40 } else { 0 }, low, 0x30, stuffing as u8];
        out.resize(5 + stuffing, 0xFF);
        out.extend(payload);
        out
    }

    fn table(body: &[u8]) -> Vec<u8> {
        let length = (body.len() + 4) as u16 | 0xB000;
        [&[0, 2], length.to_be_bytes().as_slice(), body, &[0; 4]].concat()
    }

    fn stream(kind: u8) -> Vec<u8> {
        let programs = table(&[0, 1, 0xC1, 0, 0, 0, 0, 0xE0, 0x10, 0, 1, 0xE1, 0]);
        let streams = table(&[
            0, 1, 0xC1, 0, 0, 0xE1, 1, 0xF0, 2, 9, 9, 0x1B, 0xE1, 1, 0xF0, 1, 7, kind, 0xE1, 2,
            0xF0, 0,
        ]);
        [
            packet(0, true, &programs),
            packet(0x100, true, &streams),
            packet(0x101, true, b"\0\0\x01\xE0\0\0\x80\0\0picture"),
            packet(0x102, true, b"\0\0\x01\xC0\0\0\x80\x80\x02xxsou"),
            packet(0x102, false, b"nd"),
        ]
        .concat()
    }

    #[test]
    fn the_sound_is_taken_out_of_its_packets() {
        for kind in [0x03, 0x04, 0x0F] {
            let bytes = stream(kind);
            assert!(is(&bytes));
            let mut found = Stream::default();
            found.feed(&bytes);
            assert_eq!(found.sound().unwrap(), b"sound");
        }
    }

    #[test]
    fn a_sound_that_is_not_decoded_is_named() {
        let mut found = Stream::default();
        found.feed(&stream(0x81));
        assert!(found.sound().unwrap_err().message.contains("0x81"));
        assert!(Stream::default().sound().unwrap_err().message.contains("no sound"));
    }

    #[test]
    fn broken_packets_are_passed_over() {
        let bytes = stream(0x0F);
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0xFF;
            let mut found = Stream::default();
            found.feed(&broken);
            found.feed(&broken[..at]);
        }
    }
}
