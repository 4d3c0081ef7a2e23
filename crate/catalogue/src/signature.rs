//! Who signed a catalogue, and whether what comes now may follow what was had before.
//!
//! Ed25519 (RFC 8032, <https://www.rfc-editor.org/rfc/rfc8032>) over the bytes of
//! `catalogue.json`. The key is pinned when a catalogue is first taken. After that another key, an
//! older epoch or a second catalogue of the same epoch is refused, whoever offers it.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sayso_core::catalogue::Refusal;
use sayso_core::catalogue::descriptor::{Descriptor, SIGNATURE, SIGNATURE_BYTES};

/// What is remembered of a catalogue: enough to tell its future from its past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Its key.
    pub key: [u8; 32],
    /// The last epoch that was taken.
    pub epoch: u64,
    /// BLAKE3 of the descriptor of that epoch.
    pub hash: [u8; 32],
}

/// A key that signs.
pub struct Key(SigningKey);

impl Key {
    /// From its 32 secret bytes.
    pub fn from_bytes(secret: &[u8; 32]) -> Key {
        Key(SigningKey::from_bytes(secret))
    }

    /// The half that is published.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The signature over a descriptor.
    pub fn sign(&self, descriptor: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(descriptor).to_bytes()
    }
}

/// Whether this is the signature of a key over a text.
pub fn verify_text(key: &[u8; 32], text: &[u8], signature: &[u8]) -> bool {
    let signature = signature.try_into().map(Signature::from_bytes);
    let key = VerifyingKey::from_bytes(key);
    key.ok().zip(signature.ok()).is_some_and(|(key, s)| key.verify_strict(text, &s).is_ok())
}

/// Takes a descriptor and its signature, if they are what they should be.
pub fn accept(
    descriptor: &[u8],
    signature: &[u8],
    pinned: Option<&Pinned>,
) -> Result<(Descriptor, Pinned), Refusal> {
    let (expected, came) = (SIGNATURE_BYTES as u64, signature.len() as u64);
    let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().map_err(|_| Refusal::Length {
        name: SIGNATURE.to_string(),
        expected,
        came,
    })?;
    // The key is in what it signs; nothing else is believed before it has.
    let read = Descriptor::read(descriptor)?;
    // Strict: no weak keys, and one signature for each text (RFC 8032, 8.4).
    if !verify_text(&read.key, descriptor, signature) {
        return Err(Refusal::Signature);
    }
    let offered =
        Pinned { key: read.key, epoch: read.epoch, hash: *blake3::hash(descriptor).as_bytes() };
    if let Some(had) = pinned {
        if had.key != offered.key {
            return Err(Refusal::OtherKey);
        }
        if had.epoch > offered.epoch {
            return Err(Refusal::Older { have: had.epoch, offered: offered.epoch });
        }
        if had.epoch == offered.epoch && had.hash != offered.hash {
            return Err(Refusal::Forked);
        }
    }
    Ok((read, offered))
}
