//! Whether a signer's certificate had been withdrawn, by the answer that lies in the signature.
//!
//! RFC 6960 (OCSP), <https://www.rfc-editor.org/rfc/rfc6960>, stapled as C2PA 2.2, 13.2.4 (`rVals`)
//! has it. An answer counts when it is about this very certificate and signed by its issuer, or by
//! whom the issuer certified for that. Left out: asking the authority (nothing leaves the reader's
//! machine for this), lists of revocations, answers in `c2pa.certificate-status` assertions.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};
use sayso_core::metadata::c2pa::Revocation;
use sha1::Digest as _;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::certificate::{self, Cert};
use crate::signature::{self, Hash};
use crate::timestamp;

/// `id-pkix-ocsp-basic` (4.2.1).
const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");

/// Answers of one staple that are looked at; real ones have one.
const MOST: usize = 8;

/// What a stapled answer says about the first certificate of a chain that signed at a time: an
/// answer that is about another one, or that nobody entitled has signed, says nothing.
pub fn check(answer: &[u8], chain: &[Cert], signed_at: u64) -> Revocation {
    match read(answer, chain) {
        Some(Status::Good) => Revocation::NotRevoked,
        // Withdrawn later, it was good when it signed (C2PA 2.2, 15.10.3).
        Some(Status::Revoked { at }) if signed_at < at => Revocation::NotRevoked,
        Some(Status::Revoked { .. }) => Revocation::Revoked,
        None => Revocation::NotChecked,
    }
}

enum Status {
    Good,
    Revoked { at: u64 },
}

fn read(answer: &[u8], chain: &[Cert]) -> Option<Status> {
    let signer = chain.first()?;
    let issuer = chain.get(1..)?.iter().find(|c| signer.signed_by(c))?;
    let [status, bytes] = fields(answer)?.try_into().ok()?;
    // Successful, and an answer of the one sort that there is.
    if status.value() != [0] {
        return None;
    }
    let [kind, packed] = fields(bytes.value())?.try_into().ok()?;
    if kind.decode_as::<ObjectIdentifier>().ok()? != BASIC {
        return None;
    }
    let signed = fields(packed.value())?;
    let [said, algorithm, signature, more @ ..] = signed.as_slice() else { return None };
    let algorithm = AlgorithmIdentifierOwned::from_der(&algorithm.to_der().ok()?).ok()?;
    let signature = signature.decode_as::<BitStringRef<'_>>().ok()?;
    let others = more.first().and_then(|certs| fields(certs.value()));
    let others = others.unwrap_or_default();
    let ders: Vec<Vec<u8>> = others.iter().take(MOST).filter_map(|c| c.to_der().ok()).collect();
    let others = certificate::read_all(ders.iter().map(Vec::as_slice));
    let mut entitled =
        std::iter::once(issuer).chain(others.iter().filter(|c| c.answers_for(issuer)));
    let message = said.to_der().ok()?;
    let holds = |by: &Cert| {
        let key = &by.cert.tbs_certificate.subject_public_key_info;
        signature::x509(&algorithm, None, key, &message, signature.raw_bytes())
    };
    if !entitled.any(holds) {
        return None;
    }
    // Version and extensions have tags of their own; the list is the only bare sequence.
    let list = sequence(said.value())?.into_iter().find(|f| f.tag() == Tag::Sequence)?;
    let about = |single: &Vec<AnyRef<'_>>| {
        single.first().is_some_and(|id| is_about(id, signer, issuer).unwrap_or(false))
    };
    let singles = sequence(list.value())?.into_iter().take(MOST);
    let single = singles.filter_map(|s| sequence(s.value())).find(about)?;
    let status = single.get(1)?;
    match status.tag() {
        Tag::ContextSpecific { number: TagNumber::N0, .. } => Some(Status::Good),
        Tag::ContextSpecific { number: TagNumber::N1, .. } => {
            let when = sequence(status.value())?.first()?.value();
            Some(Status::Revoked { at: timestamp::generalized(when)? })
        }
        _ => None,
    }
}

/// Whether an identifier means this certificate (4.1.1): by its number and both hashes.
fn is_about(id: &AnyRef<'_>, signer: &Cert, issuer: &Cert) -> Option<bool> {
    let fields = sequence(id.value())?;
    let [algorithm, name, key, number] = fields.as_slice() else { return None };
    let algorithm = AlgorithmIdentifierOwned::from_der(&algorithm.to_der().ok()?).ok()?;
    let hashed = |bytes: &[u8]| match algorithm.oid {
        SHA1 => Some(sha1::Sha1::digest(bytes).to_vec()),
        other => Some(Hash::identified(&other)?.of([bytes])),
    };
    let tbs = &signer.cert.tbs_certificate;
    let issuer_key = &issuer.cert.tbs_certificate.subject_public_key_info.subject_public_key;
    Some(
        digits(number.value()) == digits(tbs.serial_number.as_bytes())
            && name.value() == hashed(&certificate::encoded(&tbs.issuer)?)?
            && key.value() == hashed(issuer_key.raw_bytes())?,
    )
}

/// A number without the zeros that keep it positive.
fn digits(mut number: &[u8]) -> &[u8] {
    while let Some(rest) = number.strip_prefix(&[0]) {
        number = rest;
    }
    number
}

/// The fields of the one sequence that these bytes are.
fn fields(bytes: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let outer = AnyRef::from_der(bytes).ok()?;
    if outer.tag() != Tag::Sequence {
        return None;
    }
    sequence(outer.value())
}

/// The fields of a sequence whose head is already read.
fn sequence(body: &[u8]) -> Option<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(body).ok()?;
    let mut fields = Vec::new();
    while !reader.is_finished() {
        fields.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_says_nothing() {
        for bytes in [&b""[..], b"\x30\0", b"\x30\x03\x0a\x01\x00", b"\x30\x80", &[0x30; 64]] {
            assert_eq!(check(bytes, &[], 0), Revocation::NotChecked);
            assert!(fields(bytes).is_none_or(|f| f.len() < 2));
        }
    }
}
