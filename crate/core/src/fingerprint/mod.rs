//! Content to comparable codes: one file per step or hash.
//!
//! Exact hashes and ISCC units of bytes exist for any file; codes of pixels for the
//! pictures that [`image`] decodes. What two codes say of each other is said in
//! [`compare`] and [`sound`] and nowhere else. Sound is decoded by the crate `sayso-sound`;
//! what it heard is added by [`Fingerprint::hear`].

pub mod compare;
mod exact;
mod gif;
pub mod image;
pub mod iscc;
pub mod sound;

use serde::{Deserialize, Serialize};

use self::sound::{Heard, SoundCodes};
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::vocabulary::Problem;

/// ISCC codes in their text form (`ISCC:…`); `None` where one does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Iscc {
    /// Composite ISCC-CODE of Content (exact trim), Data and Instance, 64 bits each.
    pub code: Option<String>,
    /// Image-Code, 64 bits, exact trim.
    pub image: Option<String>,
    /// Image-Code, 256 bits, exact trim.
    pub image_256: Option<String>,
    /// Image-Code, 64 bits, tolerant trim.
    pub image_tolerant: Option<String>,
    /// Audio-Code, 64 bits.
    pub audio: Option<String>,
    /// Audio-Code, 256 bits.
    pub audio_256: Option<String>,
    /// Data-Code, 64 bits.
    pub data: Option<String>,
    /// Instance-Code, 64 bits.
    pub instance: Option<String>,
}

/// A Chromaprint, in the form AcoustID takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Chromaprint {
    /// Length of the whole sound in seconds.
    pub duration_s: f64,
    /// Compressed fingerprint, base64url.
    pub compressed: String,
    /// Number of 32-bit items.
    pub items: u32,
}

/// The 256-bit Image-Codes of one picture under the three trims, as 64 hex digits
/// each (the first 16 are the 64-bit code). What own works and catalogues compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct ImageCodes {
    /// Exact trim.
    pub exact: String,
    /// Tolerant trim.
    pub tolerant: String,
    /// Not trimmed.
    pub untrimmed: String,
}

/// Every code of one file. `blake3`, `sha1` and `sha256` exist for any readable bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Fingerprint {
    /// BLAKE3 of the bytes, 64 hex digits.
    pub blake3: String,
    /// SHA-1 of the bytes, 40 hex digits.
    pub sha1: String,
    /// SHA-256 of the bytes, 64 hex digits.
    pub sha256: String,
    /// ISCC codes.
    pub iscc: Iscc,
    /// pHash as the Wikimedia Commons index has it, 16 hex digits.
    pub phash: Option<String>,
    /// dHash as the Wikimedia Commons index has it, 16 hex digits.
    pub dhash: Option<String>,
    /// Chromaprint of a sound.
    pub chromaprint: Option<Chromaprint>,
    /// True when the picture has no usable structure; such codes never match.
    pub featureless: bool,
    /// True when many coefficients are near zero; such codes match at most "possibly".
    pub unstable: bool,
    /// Codes for comparison.
    pub codes: Option<ImageCodes>,
    /// Codes of a sound for comparison.
    pub sound: Option<SoundCodes>,
}

impl Fingerprint {
    /// Adds what was heard of these bytes; the composite code then speaks of the sound too.
    pub fn hear(&mut self, heard: Heard) {
        self.chromaprint = heard.chromaprint;
        self.iscc.audio = heard.audio;
        self.iscc.audio_256 = heard.audio_256;
        self.sound = heard.sound;
        self.compose();
    }

    fn compose(&mut self) {
        let Iscc { image, audio, data, instance, .. } = &self.iscc;
        let units: Vec<&str> =
            [image, audio, data, instance].into_iter().filter_map(|u| u.as_deref()).collect();
        self.iscc.code = iscc::composite(&units);
    }
}

/// Computes every code that applies to these bytes. Hashes exist even where no picture
/// can be decoded; why it cannot is the problem that is given back.
pub fn compute(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> (Fingerprint, Vec<Problem>) {
    let (data, instance) = iscc::of_bytes(bytes);
    let mut codes = Fingerprint {
        blake3: exact::blake3(bytes),
        sha1: exact::sha1(bytes),
        sha256: exact::sha256(bytes),
        iscc: Iscc { data, instance, ..Iscc::default() },
        ..Fingerprint::default()
    };
    let problem = image::add_codes(&mut codes, bytes, facts, limits).err();
    codes.compose();
    (codes, problem.into_iter().collect())
}
