//! Signatures under a public key: those of claims (COSE algorithms) and those of certificates
//! and time stamps (X.509 algorithms).
//!
//! RFC 9053, <https://www.rfc-editor.org/rfc/rfc9053>, with the algorithms that C2PA 2.2, 13.2.1
//! allows; RFC 5758, RFC 4055 and RFC 8410 for certificates. Left out: RSA keys over 4,096 bits,
//! other curves, SHA-1 as more than the imprint of a time stamp.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Encode};
use ecdsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::rsa::Key;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// By the name in C2PA (2.2, 13.1).
    pub fn named(name: &str) -> Option<Hash> {
        match name {
            "sha256" => Some(Hash::Sha256),
            "sha384" => Some(Hash::Sha384),
            "sha512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// By its object identifier (NIST).
    pub fn identified(oid: &ObjectIdentifier) -> Option<Hash> {
        match *oid {
            SHA256 => Some(Hash::Sha256),
            SHA384 => Some(Hash::Sha384),
            SHA512 => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// The hash of these parts, one after the other.
    pub fn of<'p>(self, parts: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
        fn run<'p, D: Digest>(parts: impl IntoIterator<Item = &'p [u8]>) -> Vec<u8> {
            let mut digest = D::new();
            parts.into_iter().for_each(|part| digest.update(part));
            digest.finalize().to_vec()
        }
        match self {
            Hash::Sha256 => run::<Sha256>(parts),
            Hash::Sha384 => run::<Sha384>(parts),
            Hash::Sha512 => run::<Sha512>(parts),
        }
    }
}

/// A signature scheme of COSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// ECDSA; the curve is the key's.
    Ecdsa(Hash),
    /// RSASSA-PSS.
    Pss(Hash),
    /// Ed25519.
    Ed25519,
}

impl Scheme {
    /// By its number in the registry of COSE algorithms.
    pub fn numbered(number: i128) -> Option<Scheme> {
        match number {
            -7 => Some(Scheme::Ecdsa(Hash::Sha256)),
            -35 => Some(Scheme::Ecdsa(Hash::Sha384)),
            -36 => Some(Scheme::Ecdsa(Hash::Sha512)),
            -37 => Some(Scheme::Pss(Hash::Sha256)),
            -38 => Some(Scheme::Pss(Hash::Sha384)),
            -39 => Some(Scheme::Pss(Hash::Sha512)),
            -8 => Some(Scheme::Ed25519),
            _ => None,
        }
    }
}

/// Whether a COSE signature (its two numbers side by side, for ECDSA) is the key's.
pub fn cose(
    scheme: Scheme,
    key: &SubjectPublicKeyInfoOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    match scheme {
        Scheme::Ecdsa(hash) => ecdsa(key, &hash.of([message]), signature, false).is_some(),
        Scheme::Pss(hash) => {
            let salt = hash.of([]).len();
            rsa(key, hash, message, signature, Some(salt)).is_some()
        }
        Scheme::Ed25519 => ed25519(key, message, signature).is_some(),
    }
}

/// Whether an X.509 signature is the key's, by the algorithm that is stated beside it. Some
/// time stamps name only the sort of key there, and the hash apart.
pub fn x509(
    algorithm: &AlgorithmIdentifierOwned,
    hash_apart: Option<Hash>,
    key: &SubjectPublicKeyInfoOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let ecdsa = |hash: Hash| ecdsa(key, &hash.of([message]), signature, true);
    let rsa = |hash: Hash, salt: Option<usize>| rsa(key, hash, message, signature, salt);
    let found = match algorithm.oid {
        ECDSA_SHA256 => ecdsa(Hash::Sha256),
        ECDSA_SHA384 => ecdsa(Hash::Sha384),
        ECDSA_SHA512 => ecdsa(Hash::Sha512),
        EC_KEY => hash_apart.and_then(ecdsa),
        RSA_SHA256 => rsa(Hash::Sha256, None),
        RSA_SHA384 => rsa(Hash::Sha384, None),
        RSA_SHA512 => rsa(Hash::Sha512, None),
        RSA => hash_apart.and_then(|hash| rsa(hash, None)),
        RSA_PSS => pss_parameters(algorithm).and_then(|(hash, salt)| rsa(hash, Some(salt))),
        ED25519 => ed25519(key, message, signature),
        _ => None,
    };
    found.is_some()
}

/// Hash and length of the salt of RSASSA-PSS (RFC 4055, 3.1): `[0]` hash, `[1]` mask, `[2]`
/// salt. The defaults are SHA-1's, which is not allowed.
fn pss_parameters(algorithm: &AlgorithmIdentifierOwned) -> Option<(Hash, usize)> {
    let bytes = algorithm.parameters.as_ref()?.to_der().ok()?;
    let fields = Vec::<AnyRef<'_>>::from_der(&bytes).ok()?;
    let field = |number: u8| {
        let wanted = der::TagNumber::try_from(number).ok()?;
        fields.iter().find(|f| match der::Tagged::tag(*f) {
            der::Tag::ContextSpecific { number, .. } => number == wanted,
            _ => false,
        })
    };
    let hash = AlgorithmIdentifierOwned::from_der(field(0)?.value()).ok()?;
    let hash = Hash::identified(&hash.oid)?;
    let salt = match field(2) {
        Some(field) => u16::from_der(field.value()).ok()?,
        None => 20,
    };
    Some((hash, usize::from(salt)))
}

/// ECDSA over a hash; the signature in DER or as two numbers side by side.
fn ecdsa(key: &SubjectPublicKeyInfoOwned, hash: &[u8], signature: &[u8], der: bool) -> Option<()> {
    let curve: ObjectIdentifier = key.algorithm.parameters.as_ref()?.decode_as().ok()?;
    let point = key.subject_public_key.as_bytes()?;
    match curve {
        P256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = match der {
                true => p256::ecdsa::Signature::from_der(signature).ok()?,
                false => p256::ecdsa::Signature::from_slice(signature).ok()?,
            };
            key.verify_prehash(hash, &signature).ok()
        }
        P384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = match der {
                true => p384::ecdsa::Signature::from_der(signature).ok()?,
                false => p384::ecdsa::Signature::from_slice(signature).ok()?,
            };
            key.verify_prehash(hash, &signature).ok()
        }
        P521 => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            let signature = match der {
                true => p521::ecdsa::Signature::from_der(signature).ok()?,
                false => p521::ecdsa::Signature::from_slice(signature).ok()?,
            };
            key.verify_prehash(hash, &signature).ok()
        }
        _ => None,
    }
}

/// RSA: RSASSA-PSS with a salt of that length, or PKCS #1 version 1.5.
fn rsa(
    key: &SubjectPublicKeyInfoOwned,
    hash: Hash,
    message: &[u8],
    signature: &[u8],
    salt: Option<usize>,
) -> Option<()> {
    // `RSAPublicKey` is two numbers (RFC 8017, A.1.1).
    let numbers = Vec::<AnyRef<'_>>::from_der(key.subject_public_key.as_bytes()?).ok()?;
    let [modulus, exponent] = numbers.as_slice() else { return None };
    let key = Key::new(modulus.value(), exponent.value())?;
    let hashed = hash.of([message]);
    let prefix = match hash {
        Hash::Sha256 => PREFIX_SHA256,
        Hash::Sha384 => PREFIX_SHA384,
        Hash::Sha512 => PREFIX_SHA512,
    };
    let holds = match salt {
        Some(salt) => key.holds_pss(hash, salt, &hashed, signature),
        None => key.holds_pkcs1(prefix, &hashed, signature),
    };
    holds.then_some(())
}

fn ed25519(key: &SubjectPublicKeyInfoOwned, message: &[u8], signature: &[u8]) -> Option<()> {
    if key.algorithm.oid != ED25519 {
        return None;
    }
    let key: &[u8; 32] = key.subject_public_key.as_bytes()?.try_into().ok()?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()
}

/// Whether an Ed25519 signature is that of a key which came without a certificate.
pub fn raw_ed25519(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key);
    let signature = ed25519_dalek::Signature::from_slice(signature);
    key.is_ok_and(|key| signature.is_ok_and(|s| key.verify_strict(message, &s).is_ok()))
}

/// `DigestInfo` up to the hash (RFC 8017, 9.2, note 1).
const PREFIX_SHA256: &[u8] =
    b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const PREFIX_SHA384: &[u8] =
    b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
const PREFIX_SHA512: &[u8] =
    b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
/// `rsaEncryption`, of keys.
pub const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-RSASSA-PSS`, of keys and signatures.
pub const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
/// `id-Ed25519`, of keys and signatures.
pub const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// `id-ecPublicKey`, of keys.
pub const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// The curve P-256.
pub const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// The curve P-384.
pub const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// The curve P-521.
pub const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The signature algorithms that a certificate may have (C2PA 2.2, 14.5.1).
pub const OF_CERTIFICATES: [ObjectIdentifier; 8] = [
    ECDSA_SHA256,
    ECDSA_SHA384,
    ECDSA_SHA512,
    RSA_SHA256,
    RSA_SHA384,
    RSA_SHA512,
    RSA_PSS,
    ED25519,
];
