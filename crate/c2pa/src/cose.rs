//! COSE_Sign1: a detached signature with its certificates and, perhaps, a time stamp.
//!
//! RFC 9052, 4.2, <https://www.rfc-editor.org/rfc/rfc9052#section-4.2>, as C2PA 2.2, 13.2 and
//! CAWG identity 1.3 (`cawg.x509.cose`) use it. Left out: several signers.

use sayso_core::metadata::c2pa::{Revocation, TrustList};
use sayso_core::metadata::cbor::{self, Cbor};

use crate::certificate::{self, Anchors, Cert, Purpose};
use crate::revocation;
use crate::signature::{self, Scheme};
use crate::timestamp::{self, Stamp};

/// Answers about revocation that are looked at; real signatures have one a certificate.
const ANSWERS: usize = 4;

/// A signature, taken apart.
pub struct Sign1<'a> {
    protected: &'a [u8],
    /// The number of its algorithm.
    pub number: Option<i128>,
    scheme: Option<Scheme>,
    chain: Vec<Cert>,
    stamp: Option<Token<'a>>,
    /// Answers about revocation that come along.
    answers: Vec<&'a [u8]>,
    /// What it is over, where that comes along.
    pub payload: Option<&'a [u8]>,
    /// The media type of that.
    pub content_type: Option<String>,
    /// The signature itself.
    pub signature: &'a [u8],
}

impl Sign1<'_> {
    /// The bytes that were signed, for a message.
    pub fn signed(&self, message: &[u8]) -> Vec<u8> {
        structure("Signature1", self.protected, message)
    }

    /// Whether a time stamp is there, whatever it is worth.
    pub fn has_stamp(&self) -> bool {
        self.stamp.is_some()
    }

    /// Its time stamp, if that fits.
    pub fn stamp(&self, message: &[u8], anchored: &Anchored<'_>) -> Option<Stamp> {
        let token = self.stamp.as_ref()?;
        let stamped = match token.of_signature {
            true => structure("CounterSignature", self.protected, &byte_string(self.signature)),
            false => structure("CounterSignature", self.protected, message),
        };
        timestamp::check(token.bytes, &stamped, anchored.stamps, anchored.now)
    }
}

/// A time stamp token, and which generation of it: what it stamps differs.
struct Token<'a> {
    bytes: &'a [u8],
    of_signature: bool,
}

/// What a signature is worth.
#[derive(Default)]
pub struct Worth {
    /// It is the certificate's over this message.
    pub holds: bool,
    /// Its algorithm is not one that C2PA allows.
    pub unsupported: bool,
    /// It is no COSE_Sign1, or has no certificate that can be read.
    pub broken: bool,
    /// The certificate has the profile of C2PA.
    pub profile: bool,
    /// The certificate was valid when it signed.
    pub in_time: bool,
    /// The list that vouches for the certificate.
    pub trusted: Option<TrustList>,
    /// Who the certificate names.
    pub signer: Option<String>,
    /// When it was signed, by a time stamp that fits.
    pub stamp: Option<Stamp>,
    /// Whether the certificate had been withdrawn by then.
    pub revocation: Revocation,
}

/// What vouches for what.
pub struct Anchored<'t> {
    /// For signers; the first that does counts.
    pub signers: &'t [&'t Anchors],
    /// For time stamps.
    pub stamps: &'t [&'t Anchors],
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// Checks a detached signature over a message.
pub fn check(bytes: &[u8], message: &[u8], anchored: &Anchored<'_>) -> Worth {
    let value = cbor::read(bytes);
    let Some(sign1) = value.as_ref().and_then(read) else {
        return Worth { broken: true, ..Worth::default() };
    };
    let Some(signer) = sign1.chain.first() else {
        return Worth { broken: true, ..Worth::default() };
    };
    let Some(scheme) = sign1.scheme else {
        return Worth { unsupported: true, signer: signer.subject(), ..Worth::default() };
    };
    let key = &signer.cert.tbs_certificate.subject_public_key_info;
    let signed = sign1.signed(message);
    let stamp = sign1.stamp(message, anchored);
    // A time that nobody trusted vouches for may be of the signer's own making. It is enough to
    // call a signature well made, and not enough to trust an expired certificate.
    let claimed = stamp.as_ref().map_or(anchored.now, |s| s.time);
    let vouched = stamp.as_ref().filter(|s| s.trusted).map_or(anchored.now, |s| s.time);
    Worth {
        holds: signature::cose(scheme, key, &signed, sign1.signature),
        unsupported: false,
        broken: false,
        profile: certificate::has_profile(signer, Purpose::Claim),
        in_time: signer.holds_at(claimed),
        trusted: anchored.signers.iter().find_map(|a| a.vouch_for_signer(&sign1.chain, vouched)),
        signer: signer.subject(),
        stamp,
        revocation: revocation(&sign1, vouched),
    }
}

/// What the answers that come along say together: one that says "withdrawn" is enough.
fn revocation(sign1: &Sign1<'_>, signed_at: u64) -> Revocation {
    let said = |a: &&[u8]| revocation::check(a, &sign1.chain, signed_at);
    sign1.answers.iter().map(said).max().unwrap_or_default()
}

/// Takes a COSE_Sign1 apart.
pub fn read<'v>(value: &'v Cbor<'_>) -> Option<Sign1<'v>> {
    const TAG: u64 = 18;
    let parts = match value {
        Cbor::Tag(TAG, inner) => inner.items(),
        Cbor::Array(items) => items,
        _ => return None,
    };
    let [protected, unprotected, payload, signature] = parts else { return None };
    let protected = protected.bytes()?;
    let headers = cbor::read(protected).unwrap_or(Cbor::Null);
    // `x5chain` is 33 (RFC 9360); drafts and C2PA 1.x wrote its name.
    let certificates = |from: &Cbor<'_>| -> Vec<Cert> {
        let found = from.at(33).or_else(|| from.get("x5chain"));
        match found {
            Some(Cbor::Bytes(one)) => certificate::read_all([one.as_ref()]),
            Some(Cbor::Array(all)) => certificate::read_all(all.iter().filter_map(Cbor::bytes)),
            _ => Vec::new(),
        }
    };
    let mut chain = certificates(&headers);
    if chain.is_empty() {
        chain = certificates(unprotected);
    }
    let token = |name: &str, of_signature: bool| {
        let tokens = unprotected.get(name)?.items_of("tstTokens");
        // More than one is against the rules (C2PA 2.2, 13.2.3), and then none counts.
        let [token] = tokens else { return None };
        Some(Token { bytes: token.get("val")?.bytes()?, of_signature })
    };
    let number = headers.at(1).and_then(Cbor::int);
    Some(Sign1 {
        protected,
        number,
        scheme: number.and_then(Scheme::numbered),
        chain,
        payload: payload.bytes(),
        content_type: headers.at(3).and_then(Cbor::text).map(str::to_owned),
        answers: unprotected
            .get("rVals")
            .map(|values| values.items_of("ocspVals"))
            .unwrap_or_default()
            .iter()
            .take(ANSWERS)
            .filter_map(Cbor::bytes)
            .collect(),
        stamp: token("sigTst2", true).or_else(|| token("sigTst", false)),
        signature: signature.bytes()?,
    })
}

/// What is signed (RFC 9052, 4.4): context, protected headers, nothing, payload.
fn structure(context: &str, protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x84];
    head(&mut out, 3, context.len());
    out.extend_from_slice(context.as_bytes());
    out.extend(byte_string(protected));
    out.push(0x40);
    out.extend(byte_string(payload));
    out
}

fn byte_string(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().saturating_add(9));
    head(&mut out, 2, bytes.len());
    out.extend_from_slice(bytes);
    out
}

/// The shortest head of a string of that length (RFC 8949, 4.2.1).
fn head(out: &mut Vec<u8>, major: u8, length: usize) {
    let major = major << 5;
    match (u8::try_from(length), u16::try_from(length), u32::try_from(length)) {
        (Ok(n), _, _) if n < 24 => out.push(major | n),
        (Ok(n), _, _) => out.extend([major | 24, n]),
        (_, Ok(n), _) => {
            out.push(major | 25);
            out.extend(n.to_be_bytes());
        }
        (_, _, n) => {
            out.push(major | 26);
            out.extend(n.unwrap_or(u32::MAX).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_short_as_they_can_be() {
        for (length, start) in [
            (0, vec![0x40]),
            (23, vec![0x57]),
            (24, vec![0x58, 24]),
            (255, vec![0x58, 255]),
            (256, vec![0x59, 1, 0]),
            (65_536, vec![0x5a, 0, 1, 0, 0]),
        ] {
            let written = byte_string(&vec![0; length]);
            assert!(written.starts_with(&start), "{length}");
            assert_eq!(written.len(), length + start.len());
        }
    }
}
