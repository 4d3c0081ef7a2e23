//! MPEG audio packets, layers I to III (ISO/IEC 11172-3, 13818-3), to samples. The decoder is
//! `nanomp3-core`. Left out: free format without a second frame to measure it by.

use nanomp3_core::{DecodeError, Decoder, FrameInfo, MAX_SAMPLES_PER_FRAME};

use crate::mix::Pcm;

/// One MPEG audio stream.
pub(crate) struct Mpeg {
    decoder: Box<Decoder>,
    samples: Vec<f32>,
}

impl Mpeg {
    pub(crate) fn new() -> Mpeg {
        Mpeg { decoder: Box::default(), samples: vec![0.0; MAX_SAMPLES_PER_FRAME] }
    }

    /// Decodes one packet, which is one frame; gives its rate.
    pub(crate) fn decode(&mut self, packet: &[u8], pcm: &mut Pcm) -> Result<u32, &'static str> {
        match self.decoder.decode(packet, &mut self.samples).1 {
            Ok(frame) => {
                let channels = usize::from(frame.channels.num());
                let count = frame.samples_produced * channels;
                pcm.take_interleaved(self.samples.get(..count).unwrap_or_default(), channels);
                Ok(frame.sample_rate)
            }
            // What lies before the place where the file was cut; FFmpeg makes silence of it, so
            // that all that follows stays at its time.
            Err(DecodeError::ReservoirUnavailable(frame)) => {
                let silence = [0.0; MAX_SAMPLES_PER_FRAME];
                pcm.take_interleaved(silence.get(..length(&frame)).unwrap_or_default(), 1);
                Ok(frame.sample_rate)
            }
            Err(DecodeError::NoFrame) => Err("the packet is no whole frame of MPEG audio"),
            Err(_) => Err("the frame of MPEG audio is corrupt"),
        }
    }
}

/// Samples of one channel in a frame (11172-3, 2.4.2.1; 13818-3, 2.4.2.3).
fn length(frame: &FrameInfo) -> usize {
    match frame.layer {
        1 => 384,
        3 if frame.sample_rate < 32_000 => 576,
        _ => 1_152,
    }
}
