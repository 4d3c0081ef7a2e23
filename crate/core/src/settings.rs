//! Everything the reader can choose. What is not named has its default.

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::registry::{Endpoint, Privacy, REGISTRIES};

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
    /// Registries that the reader's organisation has switched off, whatever they choose; `*` is all
    /// of them. Never kept and never taken from a page of ours: it is told anew at each start.
    #[serde(skip)]
    pub barred: Vec<String>,
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
            barred: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads what was kept. It may be damaged, or come from a newer version with words that are not
    /// known here: then what can be read counts, and what cannot is no licence to ask anybody.
    pub fn recalled(json: &str) -> Settings {
        let kept: Value = serde_json::from_str(json).unwrap_or(Value::Null);
        if kept.is_object()
            && let Some(settings) = field(&kept)
        {
            return settings;
        }
        let all =
            |name: &str| kept.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let texts = |name: &str| all(name).iter().filter_map(field).collect();
        // Of a choice that is not understood it is known which registry it was about.
        let choice = |value: &Value| {
            let registry = field(value.get("registry")?)?;
            let privacy = value.get("privacy").and_then(field);
            let mode = value.get("mode").and_then(field).unwrap_or(Mode::Off);
            let tiers = privacy.map_or(Privacy::ALL.to_vec(), |tier| vec![tier]);
            let choice = |privacy| Choice { registry: String::clone(&registry), privacy, mode };
            Some(tiers.into_iter().map(choice).collect::<Vec<_>>())
        };
        let mut choices: Vec<Choice> = all("choices").iter().filter_map(choice).flatten().collect();
        if !kept.get("choices").is_some_and(Value::is_array) {
            let off = |privacy| {
                REGISTRIES.iter().map(move |r| Choice {
                    registry: r.id.to_string(),
                    privacy,
                    mode: Mode::Off,
                })
            };
            choices = Privacy::ALL.into_iter().flat_map(off).collect();
        }
        let or = |name: &str, otherwise: bool| kept.get(name).and_then(field).unwrap_or(otherwise);
        Settings {
            read: kept.get("read").and_then(field).unwrap_or(ReadWhen::Hovered),
            site_files: or("site_files", false),
            sites_off: texts("sites_off"),
            sources_off: texts("sources_off"),
            choices,
            // Whatever stands there, unless it is a plain no.
            ask_none: kept.get("ask_none").is_some_and(|value| field(value) != Some(false)),
            addresses: all("addresses").iter().filter_map(field).collect(),
            trusted: kept.get("trusted").and_then(field).unwrap_or_default(),
            look: kept.get("look").and_then(field).unwrap_or_default(),
            notice: or("notice", false),
            notice_private: or("notice_private", false),
            barred: Vec::new(),
        }
    }

    /// Whether the reader's organisation has switched a registry off.
    pub fn bars(&self, registry: &str) -> bool {
        self.barred.iter().any(|barred| barred == "*" || barred == registry)
    }
}

/// The registries that an organisation switches off, as its policy names them
/// (`extension/managed.chromium.json`).
pub fn barred(policy: &str) -> Vec<String> {
    let policy = serde_json::from_str(policy).unwrap_or(Value::Null);
    let named = policy.get("registries_off").and_then(Value::as_array);
    named.into_iter().flatten().filter_map(field).collect()
}

/// Catalogues that one policy can name.
const PRESETS: usize = 20;

/// A catalogue that an organisation has chosen for its readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Preset {
    /// Where it lies; ends with a slash.
    pub address: String,
    /// Its key, 64 hex digits: nobody else's catalogue is taken from that address.
    pub id: String,
}

/// The catalogues that an organisation has chosen, as its policy names them: those with an address
/// that can be kept secret on its way, or on this machine, and with a whole key.
pub fn presets(policy: &str) -> Vec<Preset> {
    let policy = serde_json::from_str(policy).unwrap_or(Value::Null);
    let named = policy.get("catalogues").and_then(Value::as_array);
    let preset = |value: &Value| {
        let id = value.get("key")?.as_str()?.trim().to_ascii_lowercase();
        let mut address = Url::parse(value.get("address")?.as_str()?.trim()).ok()?;
        let here = matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let safe = address.scheme() == "https" || address.scheme() == "http" && here;
        address.set_query(None);
        address.set_fragment(None);
        let folder = address.as_str().strip_suffix("catalogue.json").unwrap_or(address.as_str());
        let address = format!("{}/", folder.trim_end_matches('/'));
        let whole = id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit());
        (safe && whole).then_some(Preset { address, id })
    };
    named.into_iter().flatten().take(PRESETS).filter_map(preset).collect()
}

/// One value, where it is what it should be.
fn field<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
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
    fn settings_of_a_newer_version_keep_what_is_understood_and_ask_nobody_else() {
        let json = r#"{"read": "when-the-moon-is-full", "site_files": true, "sites_off": ["a.example", 7],
            "choices": [{"registry": "commonsdb", "privacy": "hash", "mode": "sometimes"},
                {"registry": "acoustid", "privacy": "hash", "mode": "on"}], "notice": "loud"}"#;
        let settings = Settings::recalled(json);
        assert_eq!((settings.read, settings.site_files), (ReadWhen::Hovered, true));
        assert_eq!(settings.sites_off, ["a.example"]);
        let modes: Vec<Mode> = settings.choices.iter().map(|c| c.mode).collect();
        assert_eq!(modes, [Mode::Off, Mode::On]);
        assert!(!settings.notice);
        // What a newer version adds is passed over.
        let whole = serde_json::to_string(&Settings::default()).unwrap();
        let more = whole.replacen('{', "{\"weather\": \"fine\",", 1);
        assert_eq!(Settings::recalled(&more), Settings::default());
    }

    #[test]
    fn settings_that_cannot_be_read_allow_nothing_by_themselves() {
        for json in ["", "null", "[]", "[\"visible\", true]", "{\"read\"", "{\"choices\": 7}"] {
            let settings = Settings::recalled(json);
            assert_eq!((settings.read, settings.site_files), (ReadWhen::Hovered, false), "{json}");
            assert!(settings.choices.iter().all(|c| c.mode == Mode::Off));
            assert_eq!(settings.choices.len(), REGISTRIES.len() * Privacy::ALL.len(), "{json}");
        }
    }

    #[test]
    fn a_policy_names_registries_and_nothing_else_is_one() {
        let policy = r#"{"registries_off": ["commonsdb", 7, "*"], "more": true}"#;
        assert_eq!(barred(policy), ["commonsdb", "*"]);
        for none in ["", "{}", "[]", r#"{"registries_off": {}}"#] {
            assert!(barred(none).is_empty(), "{none}");
        }
        // It cannot be switched on, nor off, by a file of settings.
        let settings: Settings = serde_json::from_str(r#"{"barred": ["acoustid"]}"#).unwrap();
        assert!(settings.barred.is_empty());
    }

    #[test]
    fn a_policy_chooses_catalogues_by_address_and_key() {
        let key = "AB".repeat(32);
        let named = |address: &str| format!(r#"{{"address": "{address}", "key": "{key}"}}"#);
        let places = [
            "https://fern.example/c/catalogue.json?x#y",
            "https://fern.example/c",
            "http://127.0.0.1:8080/",
            "http://fern.example/",
            "ftp://fern.example/",
            "fern",
        ];
        let lines: Vec<String> = places.map(named).into();
        let short = r#"{"address": "https://fern.example/", "key": "ab"}"#;
        let policy = format!(r#"{{"catalogues": [7, {short}, {}]}}"#, lines.join(","));
        let found = presets(&policy);
        let addresses: Vec<&str> = found.iter().map(|p| p.address.as_str()).collect();
        let wanted =
            ["https://fern.example/c/", "https://fern.example/c/", "http://127.0.0.1:8080/"];
        assert_eq!(addresses, wanted);
        assert!(found.iter().all(|p| p.id == "ab".repeat(32)));
        let many = vec![named("https://fern.example/"); PRESETS + 1].join(",");
        assert_eq!(presets(&format!(r#"{{"catalogues": [{many}]}}"#)).len(), PRESETS);
        assert!(presets("{").is_empty() && presets("{}").is_empty());
    }

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
