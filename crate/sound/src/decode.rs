//! Bytes of a container to samples, piece by piece.
//!
//! Containers and codecs are those of Symphonia (<https://github.com/pdeljanov/Symphonia>);
//! Opus is in `opus.rs`, MPEG audio in `mpeg.rs`. Left out: tags (the core reads them), every track but the first
//! sound track, AC-3, DTS, WMA, Musepack, Monkey's Audio. Of HE-AAC (ISO/IEC 14496-3, 4.6.18)
//! the lower band is decoded, at half the rate: Chromaprint hears no more, but its words lie a
//! little beside those of decoders that add the upper one. In a bare ADTS stream nothing says so.

use std::io::{Cursor, ErrorKind};

use sayso_core::vocabulary::{Problem, ProblemCode};
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

use crate::mix::Pcm;
use crate::mpeg::Mpeg;
use crate::opus::Opus;
use crate::{Ear, PLACE, priming};

/// Packets that are looked at: half an hour of Vorbis in its shortest blocks is fewer.
const PACKETS: u64 = 2_000_000;
/// Channels that are decoded: the decoders make room for every one of them at once.
const CHANNELS: usize = 32;
/// Packets that may fail one after the other before the rest is given up.
const FAILURES: u32 = 1_000;

/// Decodes the first sound track into the ear, until its end or until the ear is full.
/// What was decoded before a fault has been heard.
pub(crate) fn decode(bytes: &[u8], format: &str, ear: &mut Ear) -> Result<(), Problem> {
    let start = if format == "mp3" || format == "aac" { tags_end(bytes) } else { 0 };
    let bytes = bytes.get(start..).unwrap_or_default();
    let mut reader = open(bytes, format)?;
    let mut track = Track::choose(&*reader, bytes, format)?;
    if track.half {
        let message = "of HE-AAC only the lower band was heard; its codes may be some bits off";
        ear.remark(Problem::new(ProblemCode::Unsupported, PLACE, message));
    }
    let mut tally = Tally::default();
    // Tables may name the same bytes again and again.
    let mut left = bytes.len().saturating_mul(2).saturating_add(1 << 20);
    let mut pcm = Pcm::default();
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
        let rate = match track.decode(&packet, &mut pcm) {
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
        let dropped = pcm.frames().min(usize::try_from(track.skip).unwrap_or(usize::MAX));
        track.skip -= dropped as u64;
        pcm.keep(dropped, usize::MAX);
        if pcm.frames() == 0 {
            continue;
        }
        if !ear.tune(rate, pcm.kind) {
            let message = format!("sound that turns to {rate} Hz is not listened to any further");
            return Err(Problem::new(ProblemCode::Unsupported, PLACE, message));
        }
        if !ear.hear(&mut pcm) {
            break;
        }
    }
    tally.problem()
}

/// Where the sound begins behind ID3v2 tags (<https://id3.org/id3v2.4.0-structure>, 3.1),
/// which may hold megabytes of pictures.
pub(crate) fn tags_end(bytes: &[u8]) -> usize {
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
    opened.map_err(problem)
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
    /// Bits of a sample, where the file says so.
    bits: u32,
    /// Only the lower band is decoded.
    half: bool,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Opus),
    Mpeg(Mpeg),
}

impl Track {
    fn choose(reader: &dyn FormatReader, bytes: &[u8], format: &str) -> Result<Track, Problem> {
        let nothing = || {
            Problem::new(
                ProblemCode::Unsupported,
                PLACE,
                "no sound track of a known kind was found",
            )
        };
        let track = reader.default_track(TrackType::Audio).ok_or_else(nothing)?;
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else {
            return Err(nothing());
        };
        let channels = parameters.channels.as_ref().map_or(0, |channels| channels.count());
        if channels > CHANNELS {
            let message = format!("sound of {channels} channels is not decoded");
            return Err(Problem::new(ProblemCode::OverLimit, PLACE, message));
        }
        let core = core_of(parameters);
        let parameters = core.as_ref().unwrap_or(parameters);
        let in_mp4 = matches!(format, "m4a" | "mp4" | "mov");
        if parameters.codec == id::CODEC_ID_OPUS {
            let opus = Opus::new(parameters.extra_data.as_deref().unwrap_or_default())
                .map_err(|why| Problem::new(ProblemCode::Malformed, PLACE, why))?;
            let skip = opus.pre_skip();
            let codec = Codec::Opus(opus);
            return Ok(Track { id: track.id, codec, skip, bits: 32, half: false });
        }
        let skip = match in_mp4 {
            true => priming::frames(bytes, track.id, parameters.sample_rate.unwrap_or(0)),
            false => 0,
        };
        let bits = parameters.bits_per_sample.unwrap_or(32);
        let codec = match parameters.codec {
            id::CODEC_ID_MP1 | id::CODEC_ID_MP2 | id::CODEC_ID_MP3 => Codec::Mpeg(Mpeg::new()),
            _ => Codec::Symphonia(decoder(parameters)?),
        };
        Ok(Track { id: track.id, codec, skip, bits, half: core.is_some() })
    }

    /// Decodes one packet; gives its rate.
    fn decode(&mut self, packet: &Packet, pcm: &mut Pcm) -> Result<u32, Problem> {
        match &mut self.codec {
            Codec::Opus(opus) => {
                opus.decode(&packet.data, pcm)
                    .map_err(|why| Problem::new(ProblemCode::Malformed, PLACE, why))?;
                // What the last page says is no sound any more (RFC 7845, 4.5).
                let padding = usize::try_from(packet.trim_end.get()).unwrap_or(usize::MAX);
                pcm.keep(0, pcm.frames().saturating_sub(padding));
                Ok(Opus::RATE)
            }
            Codec::Mpeg(mpeg) => {
                let rate = mpeg
                    .decode(&packet.data, pcm)
                    .map_err(|why| Problem::new(ProblemCode::Malformed, PLACE, why))?;
                // What the encoder put before the sound and behind it, by its own header.
                let [start, end] = [packet.trim_start, packet.trim_end]
                    .map(|frames| usize::try_from(frames.get()).unwrap_or(usize::MAX));
                pcm.keep(start, pcm.frames().saturating_sub(end));
                Ok(rate)
            }
            Codec::Symphonia(decoder) => {
                let decoded = decoder.decode(packet).map_err(problem)?;
                pcm.take(&decoded, self.bits);
                Ok(decoded.spec().rate())
            }
        }
    }
}

fn decoder(parameters: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, Problem> {
    let mut registry = CodecRegistry::new();
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

/// What is decoded of HE-AAC: the same, as if its configuration (14496-3, 1.6.2.1) named its core
/// alone. Nothing for every other sound.
fn core_of(parameters: &AudioCodecParameters) -> Option<AudioCodecParameters> {
    let config =
        parameters.extra_data.as_deref().filter(|_| parameters.codec == id::CODEC_ID_AAC)?;
    let (config, rate) = core_config(config)?;
    let mut core = parameters.clone();
    core.with_extra_data(Box::new(config)).with_sample_rate(rate);
    Some(core)
}

/// AAC-LC's two bytes out of those of SBR (type 5) or SBR with parametric stereo (29), or out of
/// an AAC-LC that announces SBR behind its end (1.6.6.1); and the rate of the core.
fn core_config(config: &[u8]) -> Option<([u8; 2], u32)> {
    const RATES: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ];
    const LC: u16 = 2;
    let [a, b, c, d] = *config.first_chunk::<4>()?;
    let bits = u32::from_be_bytes([a, b, c, d]);
    let field = |at: u32, count: u32| (bits << at) >> (32 - count);
    let (kind, index) = (field(0, 5), field(5, 4));
    let rate = *RATES.get(index as usize)?;
    // The rate of the whole, then the type of the core and whether its frames are short ones.
    let core = field(13, 4) != 15 && field(17, 5) == u32::from(LC) && field(22, 1) == 0;
    // FFmpeg also announces that there is none, by the bit behind the type.
    let present = config.get(4).is_some_and(|more| more & 0x80 != 0);
    let announced = kind == u32::from(LC) && field(16, 11) == 0x2B7 && field(27, 5) == 5 && present;
    let explicit = matches!(kind, 5 | 29) && core;
    if !explicit && !announced {
        return None;
    }
    let config = LC << 11 | (index << 7 | field(9, 4) << 3) as u16;
    Some((config.to_be_bytes(), rate))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_high_efficiency_aac_the_core_is_decoded() {
        // 22,050 Hz of 44,100 Hz, stereo; the same with parametric stereo; announced behind.
        assert_eq!(core_config(&[0x2B, 0x92, 0x08, 0x00]), Some(([0x13, 0x90], 22_050)));
        assert_eq!(core_config(&[0xEB, 0x8A, 0x08, 0x00]), Some(([0x13, 0x88], 22_050)));
        assert_eq!(core_config(&[0x13, 0x90, 0x56, 0xE5, 0xA0]), Some(([0x13, 0x90], 22_050)));
        assert_eq!(core_config(&[0x12, 0x10, 0x56, 0xE5, 0x00]), None);
        for other in [&[0x12, 0x10][..], &[0x12, 0x10, 0, 0], &[], &[0xFF; 8], &[0x2F; 4]] {
            assert_eq!(core_config(other), None, "{other:?}");
        }
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
