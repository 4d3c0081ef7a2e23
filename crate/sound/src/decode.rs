//! Bytes of a container to 16-bit samples of one channel, piece by piece.
//!
//! Containers and codecs are those of Symphonia (<https://github.com/pdeljanov/Symphonia>);
//! Opus is in `opus.rs`. The rounding to 16 bits and to one channel is that of FFmpeg's
//! libswresample and of Chromaprint. Left out: tags (the core reads them), every track but
//! the first sound track, AC-3, DTS, WMA, Musepack, Monkey's Audio.

use std::io::{Cursor, ErrorKind};

use sayso_core::vocabulary::{Problem, ProblemCode};
use symphonia::core::audio::sample::Sample;
use symphonia::core::audio::{Audio, AudioBuffer, GenericAudioBufferRef};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known as id;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::{Hint, Probe};
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::default::{codecs, formats};

use crate::opus::Opus;
use crate::{Ear, PLACE, priming};

/// Packets that are looked at: half an hour of Vorbis in its shortest blocks is fewer.
const PACKETS: u64 = 2_000_000;
/// Packets that may fail one after the other before the rest is given up.
const FAILURES: u32 = 1_000;

/// Decodes the first sound track into the ear, until its end or until the ear is full.
/// What was decoded before a fault has been heard.
pub(crate) fn decode(bytes: &[u8], format: &str, ear: &mut Ear) -> Result<(), Problem> {
    let start = if format == "mp3" || format == "aac" { tags_end(bytes) } else { 0 };
    let bytes = bytes.get(start..).unwrap_or_default();
    let mut reader = open(bytes, format)?;
    let mut track = Track::choose(&*reader, bytes, format)?;
    let mut tally = Tally::default();
    // Tables may name the same bytes again and again.
    let mut left = bytes.len().saturating_mul(2).saturating_add(1 << 20);
    let mut mono = Vec::new();
    loop {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // A stream that is chained after the first one (Ogg), with a decoder of its own.
            Err(Error::ResetRequired) => {
                track = Track::choose(&*reader, bytes, format)?;
                continue;
            }
            Err(fault) => return Err(problem(fault)),
        };
        tally.packets += 1;
        left = left.saturating_sub(packet.data.len());
        if tally.packets > PACKETS || left == 0 {
            let message = "the file names more sound than it holds";
            return Err(Problem::new(ProblemCode::OverLimit, PLACE, message));
        }
        if packet.track_id != track.id {
            continue;
        }
        mono.clear();
        let rate = match track.decode(&packet, &mut mono) {
            Ok(rate) => rate,
            Err(fault) => {
                tally.failed(fault);
                if tally.in_a_row >= FAILURES {
                    break;
                }
                continue;
            }
        };
        tally.in_a_row = 0;
        let dropped = mono.len().min(usize::try_from(track.skip).unwrap_or(usize::MAX));
        track.skip -= dropped as u64;
        let heard = mono.get(dropped..).unwrap_or_default();
        if heard.is_empty() {
            continue;
        }
        if !ear.tune(rate) {
            let message = format!("sound at {rate} Hz cannot be listened to here");
            return Err(Problem::new(ProblemCode::Unsupported, PLACE, message));
        }
        if !ear.hear(heard) {
            break;
        }
    }
    tally.problem()
}

/// Where the sound begins behind ID3v2 tags (<https://id3.org/id3v2.4.0-structure>, 3.1),
/// which may hold megabytes of pictures.
fn tags_end(bytes: &[u8]) -> usize {
    let mut at = 0_usize;
    while let Some([b'I', b'D', b'3', _, _, flags, a, b, c, d]) =
        bytes.get(at..).and_then(|rest| rest.first_chunk::<10>())
    {
        let size = [a, b, c, d].iter().fold(0_usize, |n, byte| n << 7 | usize::from(*byte & 127));
        let footer = if flags & 0x10 != 0 { 10 } else { 0 };
        at = at.saturating_add(10 + size + footer);
    }
    at
}

/// Opens the container whose format the core has recognised, and no other.
fn open<'a>(bytes: &'a [u8], format: &str) -> Result<Box<dyn FormatReader + 'a>, Problem> {
    let mut probe = Probe::default();
    match format {
        "mp3" => probe.register_format::<formats::MpaReader<'_>>(),
        "aac" => probe.register_format::<formats::AdtsReader<'_>>(),
        "m4a" | "mp4" | "mov" => probe.register_format::<formats::IsoMp4Reader<'_>>(),
        "ogg" => probe.register_format::<formats::OggReader<'_>>(),
        "flac" => probe.register_format::<formats::FlacReader<'_>>(),
        "wav" => probe.register_format::<formats::WavReader<'_>>(),
        "aiff" => probe.register_format::<formats::AiffReader<'_>>(),
        "webm" | "matroska" => probe.register_format::<formats::MkvReader<'_>>(),
        _ => {
            let message = format!("sound in {format} is not decoded");
            return Err(Problem::new(ProblemCode::Unsupported, PLACE, message));
        }
    }
    let options = MediaSourceStreamOptions::default();
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), options);
    let opened =
        probe.probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default());
    opened.map_err(|fault| problem(fault))
}

fn problem(fault: Error) -> Problem {
    let code = match &fault {
        Error::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => ProblemCode::Truncated,
        Error::Unsupported(_) => ProblemCode::Unsupported,
        Error::LimitError(_) => ProblemCode::OverLimit,
        _ => ProblemCode::Malformed,
    };
    let message = match code {
        ProblemCode::Truncated => "the sound ends too early".to_string(),
        ProblemCode::Unsupported => format!("the sound is not decoded: {fault}"),
        _ => format!("the sound is broken: {fault}"),
    };
    Problem::new(code, PLACE, message)
}

/// Packets that were decoded and that were not.
#[derive(Default)]
struct Tally {
    packets: u64,
    failures: u64,
    in_a_row: u32,
    first: Option<Problem>,
}

impl Tally {
    fn failed(&mut self, fault: Problem) {
        self.failures += 1;
        self.in_a_row += 1;
        self.first.get_or_insert(fault);
    }

    fn problem(self) -> Result<(), Problem> {
        let Some(mut first) = self.first else { return Ok(()) };
        first.message = format!(
            "{} of {} packets were not decoded; of the first: {}",
            self.failures, self.packets, first.message
        );
        Err(first)
    }
}

/// The track that is listened to, with its decoder.
struct Track {
    id: u32,
    codec: Codec,
    /// Frames that the encoder put before the sound, still to be dropped.
    skip: u64,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Opus),
}

impl Track {
    fn choose(reader: &dyn FormatReader, bytes: &[u8], format: &str) -> Result<Track, Problem> {
        let nothing = || Problem::new(ProblemCode::Unsupported, PLACE, "there is no sound track");
        let track = reader.default_track(TrackType::Audio).ok_or_else(nothing)?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(nothing());
        };
        let in_mp4 = matches!(format, "m4a" | "mp4" | "mov");
        if parameters.codec == id::CODEC_ID_OPUS {
            let opus = Opus::new(parameters.extra_data.as_deref().unwrap_or_default())
                .map_err(|why| Problem::new(ProblemCode::Malformed, PLACE, why))?;
            let skip = opus.pre_skip();
            return Ok(Track { id: track.id, codec: Codec::Opus(opus), skip });
        }
        let skip = match in_mp4 {
            true => priming::frames(bytes, track.id, parameters.sample_rate.unwrap_or(0)),
            false => 0,
        };
        Ok(Track { id: track.id, codec: Codec::Symphonia(decoder(parameters)?), skip })
    }

    /// Decodes one packet and mixes it to one channel; gives its rate.
    fn decode(&mut self, packet: &Packet, mono: &mut Vec<i16>) -> Result<u32, Problem> {
        match &mut self.codec {
            Codec::Opus(opus) => {
                opus.decode(&packet.data, mono)
                    .map_err(|why| Problem::new(ProblemCode::Malformed, PLACE, why))?;
                trim(mono, packet);
                Ok(Opus::RATE)
            }
            Codec::Symphonia(decoder) => {
                let decoded = decoder.decode(packet).map_err(|fault| problem(fault))?;
                mix(&decoded, mono);
                Ok(decoded.spec().rate())
            }
        }
    }
}

/// Drops what the container says is no sound at the end of a packet (RFC 7845, 4.5).
fn trim(mono: &mut Vec<i16>, packet: &Packet) {
    let frames = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
    mono.truncate(mono.len().saturating_sub(frames));
}

fn decoder(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Problem> {
    let mut registry = CodecRegistry::new();
    registry.register_audio_decoder::<codecs::MpaDecoder>();
    registry.register_audio_decoder::<codecs::AacDecoder>();
    registry.register_audio_decoder::<codecs::AlacDecoder>();
    registry.register_audio_decoder::<codecs::VorbisDecoder>();
    registry.register_audio_decoder::<codecs::FlacDecoder>();
    registry.register_audio_decoder::<codecs::PcmDecoder>();
    registry.register_audio_decoder::<codecs::AdpcmDecoder>();
    registry.make_audio_decoder(parameters, &AudioDecoderOptions::default()).map_err(|fault| {
        match name(parameters.codec) {
            Some(name) => {
                let message = format!("{name} sound is not decoded");
                Problem::new(ProblemCode::Unsupported, PLACE, message)
            }
            None => problem(fault),
        }
    })
}

/// Codecs that are met on the web and not decoded here.
fn name(codec: AudioCodecId) -> Option<&'static str> {
    match codec {
        id::CODEC_ID_AC3 => Some("AC-3"),
        id::CODEC_ID_EAC3 => Some("E-AC-3"),
        id::CODEC_ID_DCA => Some("DTS"),
        id::CODEC_ID_SPEEX => Some("Speex"),
        id::CODEC_ID_WMA => Some("WMA"),
        _ => None,
    }
}

/// Samples of any kind to one channel of 16 bits.
fn mix(decoded: &GenericAudioBufferRef<'_>, mono: &mut Vec<i16>) {
    use GenericAudioBufferRef as Buffer;
    match decoded {
        Buffer::U8(buffer) => mix_planes(buffer, mono, |s| (i16::from(s) - 128) << 8),
        Buffer::S8(buffer) => mix_planes(buffer, mono, |s| i16::from(s) << 8),
        Buffer::U16(buffer) => mix_planes(buffer, mono, |s| (s ^ 0x8000).cast_signed()),
        Buffer::S16(buffer) => mix_planes(buffer, mono, |s| s),
        Buffer::U24(buffer) => {
            mix_planes(buffer, mono, |s| ((s.inner() >> 8) as u16 ^ 0x8000).cast_signed());
        }
        Buffer::S24(buffer) => mix_planes(buffer, mono, |s| (s.inner() >> 8) as i16),
        Buffer::U32(buffer) => {
            mix_planes(buffer, mono, |s| ((s >> 16) as u16 ^ 0x8000).cast_signed());
        }
        Buffer::S32(buffer) => mix_planes(buffer, mono, |s| (s >> 16) as i16),
        Buffer::F32(buffer) => mix_planes(buffer, mono, round),
        // FFmpeg rounds the product of doubles; nothing is lost before.
        Buffer::F64(buffer) => {
            mix_planes(buffer, mono, |s| (s * 32_768.0).round_ties_even() as i16)
        }
    }
}

/// A float to 16 bits as FFmpeg rounds it; `as` clamps, and makes nothing of what is no number.
pub(crate) fn round(sample: f32) -> i16 {
    (sample * 32_768.0).round_ties_even() as i16
}

fn mix_planes<S: Sample>(buffer: &AudioBuffer<S>, mono: &mut Vec<i16>, to: impl Fn(S) -> i16) {
    match (buffer.num_planes(), buffer.plane(0), buffer.plane(1)) {
        (1, Some(only), _) => mono.extend(only.iter().map(|s| to(*s))),
        (2, Some(left), Some(right)) => {
            let sums = left.iter().zip(right).map(|(l, r)| i32::from(to(*l)) + i32::from(to(*r)));
            mono.extend(sums.map(|sum| (sum / 2) as i16));
        }
        (planes, ..) => {
            let mut sums = vec![0_i32; buffer.frames()];
            for plane in buffer.iter_planes() {
                sums.iter_mut().zip(plane).for_each(|(sum, s)| *sum += i32::from(to(*s)));
            }
            // At most 65,535 channels, so the mean of 16-bit samples is one.
            let planes = i32::try_from(planes).unwrap_or(i32::MAX).max(1);
            mono.extend(sums.iter().map(|sum| (sum / planes) as i16));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_rounded_to_even_and_clamped() {
        let sample = |n: f32| round(n / 32_768.0);
        assert_eq!([sample(0.5), sample(1.5), sample(-2.5)], [0, 2, -2]);
        assert_eq!([round(1.0), round(-1.0), round(7.0)], [i16::MAX, i16::MIN, i16::MAX]);
        assert_eq!([round(f32::NAN), round(f32::NEG_INFINITY)], [0, i16::MIN]);
    }

    #[test]
    fn tags_are_passed_over_one_after_the_other() {
        let tag = |size: usize, flags: u8| {
            let mut tag = vec![b'I', b'D', b'3', 4, 0, flags, 0, 0, (size >> 7) as u8];
            tag.push((size & 127) as u8);
            tag.resize(10 + size + if flags == 0 { 0 } else { 10 }, 1);
            tag
        };
        let file = [tag(300, 0), tag(5, 0x10), vec![0xFF, 0xFB]].concat();
        assert_eq!(tags_end(&file), file.len() - 2);
        assert_eq!(tags_end(b"ID3"), 0);
        assert!(tags_end(b"ID3\x04\0\0\x7f\x7f\x7f\x7f") > 200_000_000);
    }
}
