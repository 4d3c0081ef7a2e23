//! Opus packets to samples (RFC 6716), with the header of RFC 7845, clause 5.1
//! (<https://www.rfc-editor.org/rfc/rfc7845>). The decoder is `opus-rs`.

use opus_rs::OpusDecoder;
use opus_rs::multistream::{ChannelMappingTable, MultistreamDecoder};

use crate::mix::Pcm;

/// Frames of the longest packet: 120 ms (RFC 6716, 2.1.4).
const LONGEST: usize = 5_760;
/// A channel that stays silent (RFC 7845, 5.1.1.2).
const SILENT: u8 = 255;

/// One Opus stream.
pub(crate) struct Opus {
    decoder: Decoder,
    channels: usize,
    pre_skip: u16,
    gain: f32,
    samples: Vec<f32>,
}

enum Decoder {
    One(Box<OpusDecoder>),
    Many(Box<MultistreamDecoder>),
}

impl Opus {
    /// Opus is always decoded at this rate.
    pub(crate) const RATE: u32 = 48_000;

    /// Reads the identification header and makes a decoder for it.
    pub(crate) fn new(header: &[u8]) -> Result<Opus, &'static str> {
        let short = "the Opus header is too short";
        let body = header.strip_prefix(b"OpusHead").ok_or("there is no Opus header")?;
        let [_, channels, skip_low, skip_high, _, _, _, _, gain_low, gain_high, family] =
            *body.first_chunk::<11>().ok_or(short)?;
        let rate = Opus::RATE.cast_signed();
        let decoder = match (family, channels) {
            (0, 1 | 2) => Decoder::One(Box::new(OpusDecoder::new(rate, usize::from(channels))?)),
            (0, _) | (_, 0) => return Err("the Opus header has an impossible number of channels"),
            _ => {
                let table = body.get(11..).unwrap_or_default();
                let table = ChannelMappingTable::parse(family, channels, table).ok_or(short)?;
                // The decoder believes its table.
                let (streams, coupled) = (table.stream_count, table.coupled_count);
                let decoded = u16::from(streams) + u16::from(coupled);
                let known = |n: &u8| *n == SILENT || u16::from(*n) < decoded;
                if streams == 0 || coupled > streams || !table.mapping.iter().all(known) {
                    return Err("the channel mapping of the Opus header is impossible");
                }
                Decoder::Many(Box::new(MultistreamDecoder::new(rate, table)?))
            }
        };
        let gain = f32::from(i16::from_le_bytes([gain_low, gain_high]));
        Ok(Opus {
            decoder,
            channels: usize::from(channels),
            pre_skip: u16::from_le_bytes([skip_low, skip_high]),
            // In 1/256ths of a decibel.
            gain: 10_f32.powf(gain / (20.0 * 256.0)),
            samples: vec![0.0; LONGEST * usize::from(channels)],
        })
    }

    /// Frames before the sound.
    pub(crate) fn pre_skip(&self) -> u64 {
        u64::from(self.pre_skip)
    }

    /// Decodes one packet.
    pub(crate) fn decode(&mut self, packet: &[u8], pcm: &mut Pcm) -> Result<(), &'static str> {
        let frames = match &mut self.decoder {
            Decoder::One(one) => one.decode(packet, LONGEST, &mut self.samples)?,
            Decoder::Many(many) => many.decode(packet, LONGEST, &mut self.samples)?,
        };
        let count = frames.min(LONGEST) * self.channels;
        let decoded = self.samples.get_mut(..count).unwrap_or_default();
        if self.gain != 1.0 {
            decoded.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        pcm.take_interleaved(decoded, self.channels);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(channels: u8, tail: &[u8]) -> Vec<u8> {
        [b"OpusHead\x01", &[channels, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0][..], tail].concat()
    }

    #[test]
    fn headers_that_cannot_be_are_refused() {
        assert_eq!(Opus::new(&head(2, &[0])).unwrap().pre_skip(), 312);
        assert!(Opus::new(&head(6, &[1, 4, 2, 0, 4, 1, 2, 3, 5])).is_ok());
        for broken in [
            head(0, &[0]),
            head(3, &[0]),
            head(2, &[]),
            head(6, &[1, 4, 2, 0, 4, 1]),
            head(6, &[1, 4, 2, 0, 4, 1, 2, 3, 6]),
            head(2, &[1, 1, 2, 0, 1]),
            head(2, &[1, 0, 0, 255, 255]),
            b"OpusTags".to_vec(),
        ] {
            assert!(Opus::new(&broken).is_err(), "{broken:?}");
        }
    }
}
