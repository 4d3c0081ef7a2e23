//! Time stamps: a third party's word on when a signature was made.
//!
//! RFC 3161, <https://www.rfc-editor.org/rfc/rfc3161>, in signed data of RFC 5652. Left out:
//! BER that is not DER, revocation of the stamping authority.

use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader, Tag};
use sha2::Digest as _;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::certificate::{self, Anchors, Cert, Purpose};
use crate::signature::{self, Hash};

const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SUBJECT_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// Signers and certificates of one token that are looked at; real ones have one and three.
const MOST: usize = 8;

/// A time stamp that fits what it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The time, in seconds since 1970.
    pub time: u64,
    /// An anchor vouches for the authority.
    pub trusted: bool,
}

/// Checks a token, or a whole response, over a message. `None` when it does not hold: then the
/// signature has no time, and that is no fault of it (C2PA 2.2, 15.8).
pub fn check(bytes: &[u8], message: &[u8], anchors: &[&Anchors], now: u64) -> Option<Stamp> {
    attributed(bytes, message, anchors, now).map(|(stamp, _)| stamp)
}

/// The same, with the name that the certificate of the authority gives it.
pub fn attributed(
    bytes: &[u8],
    message: &[u8],
    anchors: &[&Anchors],
    now: u64,
) -> Option<(Stamp, Option<String>)> {
    let info = ContentInfo::from_der(token(bytes)?).ok()?;
    if info.content_type != SIGNED_DATA {
        return None;
    }
    let signed: SignedData = info.content.decode_as().ok()?;
    if signed.encap_content_info.econtent_type != TST_INFO {
        return None;
    }
    let content: OctetString = signed.encap_content_info.econtent.as_ref()?.decode_as().ok()?;
    let said = Said::read(content.as_bytes())?;
    if said.imprint != imprint(&said.algorithm, message)? {
        return None;
    }
    let certificates = signed.certificates.iter().flat_map(|set| set.0.iter());
    let ders: Vec<Vec<u8>> = certificates
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(cert) => certificate::encoded(cert),
            _ => None,
        })
        .take(MOST)
        .collect();
    let mut certs = certificate::read_all(ders.iter().map(Vec::as_slice));
    let signer = signed
        .signer_infos
        .0
        .iter()
        .take(MOST)
        .find_map(|info| holds(info, content.as_bytes(), &certs))?;
    certs.swap(0, signer);
    let authority = certs.first()?;
    if !authority.holds_at(said.time) || said.time > now.saturating_add(86_400) {
        return None;
    }
    let trusted = certificate::has_profile(authority, Purpose::Time)
        && anchors.iter().any(|a| a.vouch_for(&certs, said.time));
    Some((Stamp { time: said.time, trusted }, authority.subject()))
}

/// The token of a response (RFC 3161, 2.4.2), or the bytes themselves, which are one.
fn token(bytes: &[u8]) -> Option<&[u8]> {
    let mut outer = SliceReader::new(bytes).ok()?;
    outer
        .sequence(|inner| {
            let status = inner.peek_tag()? == Tag::Sequence;
            let first = inner.tlv_bytes()?;
            let mut second = None;
            while !inner.is_finished() {
                let next = inner.tlv_bytes()?;
                second.get_or_insert(next);
            }
            Ok(if status { second } else { Some(bytes) }.filter(|_| !first.is_empty()))
        })
        .ok()?
}

/// What the authority says: which hash it saw, and when.
struct Said {
    algorithm: ObjectIdentifier,
    imprint: Vec<u8>,
    time: u64,
}

impl Said {
    /// Version, policy, imprint, serial number, time; the rest is not needed (2.4.2).
    fn read(bytes: &[u8]) -> Option<Said> {
        let mut outer = SliceReader::new(bytes).ok()?;
        let parts = outer.sequence(|inner| {
            let (_version, _policy) = (inner.tlv_bytes()?, inner.tlv_bytes()?);
            let (algorithm, imprint) = inner.sequence(|imprint| {
                let algorithm = AlgorithmIdentifierOwned::decode(imprint)?;
                Ok((algorithm.oid, OctetString::decode(imprint)?.into_bytes()))
            })?;
            let _serial = inner.tlv_bytes()?;
            let time = der::asn1::AnyRef::decode(inner)?;
            while !inner.is_finished() {
                inner.tlv_bytes()?;
            }
            Ok((algorithm, imprint, time.value()))
        });
        let (algorithm, imprint, time) = parts.ok()?;
        Some(Said { algorithm, imprint, time: generalized(time)? })
    }
}

/// `YYYYMMDDhhmmss`, perhaps a fraction, `Z` (RFC 3161, 2.4.2).
pub fn generalized(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.len() != 14 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |at: usize, length: usize| whole.get(at..at.checked_add(length)?)?.parse().ok();
    let short = |at: usize| number(at, 2).and_then(|n: u16| u8::try_from(n).ok());
    let date =
        der::DateTime::new(number(0, 4)?, short(4)?, short(6)?, short(8)?, short(10)?, short(12)?);
    Some(date.ok()?.unix_duration().as_secs())
}

fn imprint(algorithm: &ObjectIdentifier, message: &[u8]) -> Option<Vec<u8>> {
    if *algorithm == SHA1 {
        return Some(sha1::Sha1::digest(message).to_vec());
    }
    Some(Hash::identified(algorithm)?.of([message]))
}

/// The place of the certificate whose signature this is, when it holds over the content.
fn holds(info: &SignerInfo, content: &[u8], certs: &[Cert]) -> Option<usize> {
    let named = |cert: &Cert| match &info.sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            let tbs = &cert.cert.tbs_certificate;
            tbs.issuer == id.issuer && tbs.serial_number == id.serial_number
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let extensions = cert.cert.tbs_certificate.extensions.iter().flatten();
            let mut keys = extensions.filter(|e| e.extn_id == SUBJECT_KEY);
            keys.any(|e| e.extn_value.as_bytes().ends_with(id.0.as_bytes()))
        }
    };
    let at = certs.iter().position(named)?;
    let key = &certs.get(at)?.cert.tbs_certificate.subject_public_key_info;
    let hash = Hash::identified(&info.digest_alg.oid)?;
    let message = match &info.signed_attrs {
        Some(attributes) => {
            let digest = attributes.iter().find(|a| a.oid == MESSAGE_DIGEST)?;
            let digest: OctetString = digest.values.iter().next()?.decode_as().ok()?;
            if digest.as_bytes() != hash.of([content]) {
                return None;
            }
            // Signed as a SET, whatever tag it has in its place (RFC 5652, 5.4).
            attributes.to_der().ok()?
        }
        None => content.to_vec(),
    };
    let signature = info.signature.as_bytes();
    signature::x509(&info.signature_algorithm, Some(hash), key, &message, signature).then_some(at)
}

/// A time in seconds since 1970 as RFC 3339 has it.
pub fn written(time: u64) -> Option<String> {
    let date = der::DateTime::from_unix_duration(std::time::Duration::from_secs(time)).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_fractions_are_read() {
        assert_eq!(generalized(b"19700101000010Z"), Some(10));
        assert_eq!(generalized(b"20260101120000.123Z"), generalized(b"20260101120000Z"));
        for bad in [&b""[..], b"Z", b"20261301000000Z", b"2026010100000Z", b"20260101000000+0100"] {
            assert_eq!(generalized(bad), None);
        }
        assert_eq!(written(10).as_deref(), Some("1970-01-01T00:00:10Z"));
    }

    #[test]
    fn no_token_is_no_time() {
        for bytes in [&b""[..], b"\x30\0", b"\x30\x80", b"\x30\x03\x06\x01\x2a"] {
            assert_eq!(check(bytes, b"", &[], 0), None);
        }
    }
}
