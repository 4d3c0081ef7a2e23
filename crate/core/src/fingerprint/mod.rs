//! Content to comparable codes: one file per step or hash.
//!
//! Exact hashes and ISCC units of bytes exist for any file; codes of pixels for the
//! pictures that [`image`] decodes. What two codes say of each other is said in
//! [`compare`] and [`sound`] and nowhere else. Sound is decoded by the crate `sayso-sound`;
//! what it heard is added by [`Fingerprint::hear`].

mod bmp;
pub mod compare;
pub mod elsewhere;
pub(crate) mod exact;
mod fault;
mod gif;
mod ico;
pub mod image;
pub mod iscc;
mod search;
pub mod sound;
mod svg;
mod tiff;
mod webp;

use serde::{Deserialize, Serialize};

pub use self::exact::Digests;
use self::sound::{Heard, SoundCodes};
use crate::limits::Limits;
use crate::media::MediaFacts;
use crate::vocabulary::{Problem, ProblemCode};

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
    /// Data-Code, 256 bits.
    pub data_256: Option<String>,
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
    /// A little less on every side: what a copy is near to that was cropped a little.
    #[serde(default)]
    pub inset: String,
}

/// The 256-bit Image-Code of a picture as if it were mirrored or turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct TurnedCode {
    /// The EXIF orientation (2 to 8) from which the picture would be brought upright.
    pub orientation: u8,
    /// 64 hex digits.
    pub code: String,
}

/// Whose decoder made the pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum DecodedBy {
    /// Ours: the same on every machine.
    #[default]
    Sayso,
    /// The browser's: good for likeness, never for equality.
    Browser,
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
    /// True when `codes` are good for seeking only: near the exact ones, perhaps not equal.
    pub approximate: bool,
    /// Codes of the mirrored and turned picture: of the tolerant trim, and of the whole where
    /// that is another. Only the side that asks needs them.
    pub turned: Vec<TurnedCode>,
    /// Whose decoder made the pixels.
    pub decoded_by: DecodedBy,
    /// Codes of a sound for comparison.
    pub sound: Option<SoundCodes>,
}

impl Fingerprint {
    /// Whether the codes may be off from the picture's own: whoever seeks or is sought by them is
    /// at most likely. Codes of the short road find; they confirm nothing.
    pub fn doubtful(&self) -> bool {
        self.unstable || self.approximate || self.decoded_by == DecodedBy::Browser
    }

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

/// How the codes of pixels are found.
pub type Road = svg::Road;

/// Exactly.
pub const EXACT: Road = |codes, bytes, facts, limits| {
    image::add_codes(codes, bytes, facts, limits).inspect_err(|problem| {
        if problem.code == ProblemCode::OverLimit {
            // Too large for its own codes; near ones may still be had, or not.
            let _ = search::add_codes(codes, bytes, facts, limits);
        }
    })
};

/// On the shortest road: near the exact ones, and marked so where they may differ.
pub const SEARCH: Road = search::add_codes;

/// Computes every code that applies to these bytes. Hashes exist even where no picture
/// can be decoded; why it cannot is the problem that is given back. Codes of what is decoded
/// [`elsewhere`] are added to them later.
pub fn compute(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> (Fingerprint, Vec<Problem>) {
    along(EXACT, bytes, &Digests::of(bytes), facts, limits)
}

/// As [`compute`], but the codes of pixels are found on the shortest road.
pub fn compute_for_search(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> (Fingerprint, Vec<Problem>) {
    along(SEARCH, bytes, &Digests::of(bytes), facts, limits)
}

/// As [`compute`], on a road, where the hashes of the bytes are known.
pub fn along(
    road: Road,
    bytes: &[u8],
    digests: &Digests,
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> (Fingerprint, Vec<Problem>) {
    if elsewhere::decoder(facts).is_some() {
        return with_codes(bytes, digests, |_| Ok(()));
    }
    with_codes(bytes, digests, |codes| svg::add_codes(codes, bytes, facts, limits, road))
}

fn with_codes(
    bytes: &[u8],
    digests: &Digests,
    of_pixels: impl FnOnce(&mut Fingerprint) -> Result<(), Problem>,
) -> (Fingerprint, Vec<Problem>) {
    let (data_256, blake3) = iscc::of_bytes(bytes);
    let data = data_256.as_deref().and_then(|d| iscc::shortened(d, 64));
    let instance = iscc::instance(&blake3, 64);
    let mut codes = Fingerprint {
        blake3: exact::hex(&blake3),
        sha1: exact::hex(&digests.sha1),
        sha256: exact::hex(&digests.sha256),
        iscc: Iscc { data, data_256, instance, ..Iscc::default() },
        ..Fingerprint::default()
    };
    let problem = of_pixels(&mut codes).err();
    codes.compose();
    (codes, problem.into_iter().collect())
}
