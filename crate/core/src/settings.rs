//! Everything the reader can choose. What is not named has its default.

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use crate::registry::{Endpoint, Privacy};

/// When a registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Mode {
    /// Never.
    Off,
    /// Only when the reader presses the button on the card.
    Ask,
    /// By itself.
    On,
}

/// What the reader has chosen for one registry and one privacy tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Choice {
    /// The registry's id.
    pub registry: String,
    /// The tier.
    pub privacy: Privacy,
    /// What was chosen.
    pub mode: Mode,
}

/// Another address for a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct OtherAddress {
    /// The registry's id.
    pub registry: String,
    /// Where it is asked.
    pub endpoint: Endpoint,
}

/// When files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum ReadWhen {
    /// As soon as a work is in view.
    Visible,
    /// Only when the reader asks for the card.
    Hovered,
}

/// How large the mark is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Size {
    /// Three quarters of the usual.
    Small,
    /// As it was drawn.
    #[default]
    Medium,
    /// One and a half of the usual.
    Large,
}

/// Where on a work its mark stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Corner {
    /// Top left.
    #[default]
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

/// How the mark looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct MarkStyle {
    /// How large it is.
    pub size: Size,
    /// Where it stands.
    pub corner: Corner,
    /// Of a hundred: how solid it is while nobody points at it.
    pub solid: u8,
}

impl Default for MarkStyle {
    fn default() -> Self {
        MarkStyle { size: Size::default(), corner: Corner::default(), solid: 100 }
    }
}

/// Everything the reader can choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Settings {
    /// When files are read.
    pub read: ReadWhen,
    /// Whether `robots.txt` and well-known files of the asset's own origin are fetched.
    pub site_files: bool,
    /// Sites (host names) on which Sayso rests.
    pub sites_off: Vec<String>,
    /// Ids of signals that are switched off.
    pub sources_off: Vec<String>,
    /// Choices for registries; what is not named has its default.
    pub choices: Vec<Choice>,
    /// Whether no registry is asked at all, whatever was chosen for each.
    pub ask_none: bool,
    /// Other addresses for registries.
    pub addresses: Vec<OtherAddress>,
    /// Certificates, as PEM, that the reader trusts to sign manifests, beside the official list.
    pub trusted: String,
    /// How the mark looks.
    pub look: MarkStyle,
    /// Whether the reader is told when a page shows one of their own works.
    pub notice: bool,
    /// The same for private windows.
    pub notice_private: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            read: ReadWhen::Visible,
            site_files: true,
            sites_off: Vec::new(),
            sources_off: Vec::new(),
            choices: Vec::new(),
            ask_none: false,
            addresses: Vec::new(),
            trusted: String::new(),
            look: MarkStyle::default(),
            notice: true,
            notice_private: false,
        }
    }
}

/// Bytes of certificates that the reader may add: they go with every order to read a file.
pub const TRUSTED_BYTES: usize = 128 << 10;

/// The certificates of a PEM text (RFC 7468) without what stands between them, and how many of
/// its blocks are none. Whether one is good is the validator's to say.
pub fn certificates(pem: &str) -> (Vec<String>, usize) {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let blocks = pem.split(BEGIN).skip(1);
    let (good, bad): (Vec<_>, Vec<_>) = blocks
        .map(|block| {
            let (body, _) = block.split_once(END)?;
            let packed: String = body.split_ascii_whitespace().collect();
            let der = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
            is_sequence(&der).then(|| format!("{BEGIN}\n{}\n{END}\n", body.trim()))
        })
        .partition(Option::is_some);
    (good.into_iter().flatten().collect(), bad.len())
}

/// Whether the bytes are one whole DER SEQUENCE of a certificate's size (X.690, 8.1.3).
fn is_sequence(der: &[u8]) -> bool {
    let [0x30, 0x82, high, low, body @ ..] = der else { return false };
    body.len() == usize::from(u16::from_be_bytes([*high, *low]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_kept_and_what_stands_between_them_is_not() {
        let der = [&[0x30, 0x82, 1, 0][..], &[5; 256]].concat();
        let packed = base64::engine::general_purpose::STANDARD.encode(der);
        let block = |body: &str| {
            format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
        };
        let one = block(&packed);
        let pem = format!("Ann\n{one}Bob\n{one}");
        assert_eq!(certificates(&pem), (vec![one.clone(), one], 0));
        for bad in ["", "AAAA", "MIIB", packed.split_at(8).1] {
            assert_eq!(certificates(&block(bad)), (Vec::new(), 1), "{bad}");
        }
        assert_eq!(certificates("-----BEGIN CERTIFICATE-----\nMIIB"), (Vec::new(), 1));
        assert_eq!(certificates("https://a.test/list.pem"), (Vec::new(), 0));
    }
}
