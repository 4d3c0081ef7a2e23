//! Certificates: the profile that C2PA asks of a signer's, and the way to a trust anchor.
//!
//! C2PA 2.2, 14.5 (profile) and 14.4 (trust), on top of RFC 5280,
//! <https://www.rfc-editor.org/rfc/rfc5280>. Revocation is `revocation.rs`'s. Left out: name
//! constraints, policies.

use base64::Engine as _;
use der::asn1::ObjectIdentifier;
use der::{Decode, Encode, Reader, SliceReader};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};

use sayso_core::metadata::c2pa::TrustList;

use crate::signature;

/// Certificates of one chain that are looked at; real chains have two to four.
const CHAIN: usize = 8;

/// Certificates of a trust list that are kept; the official one has dozens.
const ANCHORS: usize = 2_000;

/// Hash, emailProtection, documentSigning, and the claim signing of C2PA and of Microsoft.
const CLAIM_USES: [ObjectIdentifier; 6] = [
    CLAIM_SIGNING,
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.76.59.1.9"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"),
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36"),
    TIME_STAMPING,
    OCSP_SIGNING,
];

/// Signing claims as a product of the conformance programme (C2PA 2.2, 14.4.1).
const CLAIM_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.62558.2.1");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const ANY_USE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");

/// A certificate with the bytes that were signed.
pub struct Cert {
    /// Its whole encoding.
    pub der: Vec<u8>,
    /// What it says.
    pub cert: Certificate,
    /// The part of it that is signed.
    tbs: Vec<u8>,
}

impl Cert {
    /// Reads one certificate.
    pub fn read(der: &[u8]) -> Option<Cert> {
        let cert = Certificate::from_der(der).ok()?;
        let mut outer = SliceReader::new(der).ok()?;
        let tbs = outer.sequence(|inner| {
            let tbs = inner.tlv_bytes()?;
            // The signature that follows was read above.
            while !inner.is_finished() {
                inner.tlv_bytes()?;
            }
            Ok(tbs)
        });
        let tbs = tbs.ok()?.to_vec();
        Some(Cert { der: der.to_vec(), cert, tbs })
    }

    /// Who it is for: the organisation, else the common name.
    pub fn subject(&self) -> Option<String> {
        let names = &self.cert.tbs_certificate.subject.0;
        let find = |wanted: ObjectIdentifier| {
            let mut attributes = names.iter().flat_map(|relative| relative.0.iter());
            let value = &attributes.rfind(|a| a.oid == wanted)?.value;
            // UTF8String, PrintableString, TeletexString and the like are bytes of text.
            let text = String::from_utf8_lossy(value.value()).trim().to_string();
            (!text.is_empty()).then(|| text.chars().take(200).collect())
        };
        find(ORGANISATION).or_else(|| find(COMMON_NAME))
    }

    /// Whether it holds at that time, in seconds since 1970.
    pub fn holds_at(&self, time: u64) -> bool {
        let validity = &self.cert.tbs_certificate.validity;
        let from = validity.not_before.to_unix_duration().as_secs();
        let to = validity.not_after.to_unix_duration().as_secs();
        (from..=to).contains(&time)
    }

    /// Whether that other one certified it for answers about revocation (RFC 6960, 4.2.2.2).
    pub fn answers_for(&self, issuer: &Cert) -> bool {
        self.uses().contains(&OCSP_SIGNING) && self.signed_by(issuer)
    }

    /// Whether that other one's key signed it.
    pub fn signed_by(&self, issuer: &Cert) -> bool {
        let Some(signature) = self.cert.signature.as_bytes() else { return false };
        let key = &issuer.cert.tbs_certificate.subject_public_key_info;
        self.cert.tbs_certificate.issuer == issuer.cert.tbs_certificate.subject
            && signature::x509(&self.cert.signature_algorithm, None, key, &self.tbs, signature)
    }

    fn extension<'c, T: der::Decode<'c> + der::oid::AssociatedOid>(&'c self) -> Option<T> {
        let extensions = self.cert.tbs_certificate.extensions.as_ref()?;
        let found = extensions.iter().find(|e| e.extn_id == T::OID)?;
        T::from_der(found.extn_value.as_bytes()).ok()
    }

    /// Whether it may certify others, with so many authorities between it and the signer
    /// (RFC 5280, 4.2.1.3 and 4.2.1.9).
    fn may_certify(&self, between: usize) -> bool {
        let signs = |k: KeyUsage| k.0.contains(KeyUsages::KeyCertSign);
        let basic = self.extension::<BasicConstraints>();
        basic.is_some_and(|b| b.ca && b.path_len_constraint.is_none_or(|n| between <= n.into()))
            && self.extension::<KeyUsage>().is_none_or(signs)
    }

    fn is_authority(&self) -> bool {
        self.extension::<BasicConstraints>().is_some_and(|b| b.ca)
    }

    fn uses(&self) -> Vec<ObjectIdentifier> {
        self.extension::<ExtendedKeyUsage>().map(|u| u.0).unwrap_or_default()
    }
}

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing claims and identities.
    Claim,
    /// Signing time stamps.
    Time,
}

/// Whether a certificate has the form that C2PA asks for (2.2, 14.5.1).
pub fn has_profile(cert: &Cert, purpose: Purpose) -> bool {
    let tbs = &cert.cert.tbs_certificate;
    let uses = cert.uses();
    let wanted = |u: &ObjectIdentifier| match purpose {
        Purpose::Claim => CLAIM_USES.contains(u),
        Purpose::Time => *u == TIME_STAMPING,
    };
    let stamps = uses.contains(&TIME_STAMPING);
    let answers = uses.contains(&OCSP_SIGNING);
    // Who signs time stamps or revocation answers signs nothing else.
    let alone = !(stamps && answers) && (stamps == answers || uses.len() == 1);
    let key_usage = cert.extension::<KeyUsage>();
    let signs = key_usage.is_some_and(|k| {
        k.0.contains(KeyUsages::DigitalSignature) || k.0.contains(KeyUsages::NonRepudiation)
    });
    let certifies = key_usage.is_some_and(|k| k.0.contains(KeyUsages::KeyCertSign));
    let extensions = tbs.extensions.iter().flatten();
    let mut known = extensions.clone().filter(|e| e.critical).map(|e| e.extn_id);
    tbs.version == x509_cert::Version::V3
        && tbs.issuer_unique_id.is_none()
        && tbs.subject_unique_id.is_none()
        && signature::OF_CERTIFICATES.contains(&cert.cert.signature_algorithm.oid)
        && has_good_key(cert)
        && !cert.is_authority()
        && uses.iter().any(wanted)
        && !uses.contains(&ANY_USE)
        && alone
        && signs
        && !certifies
        && extensions.into_iter().any(|e| e.extn_id == AUTHORITY_KEY)
        && known.all(|oid| UNDERSTOOD.contains(&oid))
}

/// Extensions that are understood, and so may be critical (RFC 5280, 4.2).
const UNDERSTOOD: [ObjectIdentifier; 10] = [
    ObjectIdentifier::new_unwrap("2.5.29.14"),
    ObjectIdentifier::new_unwrap("2.5.29.15"),
    ObjectIdentifier::new_unwrap("2.5.29.17"),
    ObjectIdentifier::new_unwrap("2.5.29.19"),
    ObjectIdentifier::new_unwrap("2.5.29.30"),
    ObjectIdentifier::new_unwrap("2.5.29.31"),
    ObjectIdentifier::new_unwrap("2.5.29.32"),
    AUTHORITY_KEY,
    ObjectIdentifier::new_unwrap("2.5.29.36"),
    ObjectIdentifier::new_unwrap("2.5.29.37"),
];

/// P-256 to P-521, RSA of 2,048 bits and more, Ed25519.
fn has_good_key(cert: &Cert) -> bool {
    let key = &cert.cert.tbs_certificate.subject_public_key_info;
    match key.algorithm.oid {
        signature::EC_KEY => {
            let curve = key.algorithm.parameters.as_ref();
            let curve = curve.and_then(|p| p.decode_as::<ObjectIdentifier>().ok());
            curve.is_some_and(|c| [signature::P256, signature::P384, signature::P521].contains(&c))
        }
        // Two numbers and little else: the modulus fills the key.
        signature::RSA | signature::RSA_PSS => key.subject_public_key.raw_bytes().len() >= 256,
        signature::ED25519 => true,
        _ => false,
    }
}

/// A list of certificates that are trusted: authorities, or signers themselves.
#[derive(Default)]
pub struct Anchors {
    all: Vec<Cert>,
    /// Whose list it is.
    list: TrustList,
}

impl Anchors {
    /// Every certificate of a PEM text; whatever stands between them is left out (RFC 7468).
    pub fn read(pem: &str, list: TrustList) -> Anchors {
        let blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1).take(ANCHORS);
        let read = |block: &str| {
            let (packed, _) = block.split_once("-----END CERTIFICATE-----")?;
            let packed: Vec<u8> = packed.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
            Cert::read(&base64::engine::general_purpose::STANDARD.decode(packed).ok()?)
        };
        Anchors { all: blocks.filter_map(read).collect(), list }
    }

    /// Every certificate, in order.
    #[cfg(test)]
    pub fn all(&self) -> &[Cert] {
        &self.all
    }

    /// How many certificates could be read.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether the list vouches for the first certificate of the chain as a signer. On the
    /// official list stand authorities that also certify for other ends: a signer of claims is
    /// marked as one (2.2, 14.4.1).
    pub fn vouch_for_signer(&self, chain: &[Cert], time: u64) -> Option<TrustList> {
        let signer = chain.first()?;
        let meant = match self.list {
            TrustList::Official => signer.uses().contains(&CLAIM_SIGNING) && !signer.is_authority(),
            TrustList::Own => true,
        };
        (meant && self.vouch_for(chain, time)).then_some(self.list)
    }

    /// Whether the first certificate of the chain is on the list, or leads to one that is, by
    /// signatures that hold and certificates that are valid at that time, the anchor included.
    pub fn vouch_for(&self, chain: &[Cert], time: u64) -> bool {
        let Some(mut at) = chain.first() else { return false };
        // Signatures are the dear part: they are checked where the names lead to an anchor.
        let leads = |c: &Cert| {
            let issuer = &c.cert.tbs_certificate.issuer;
            self.all.iter().any(|a| a.der == c.der || a.cert.tbs_certificate.subject == *issuer)
        };
        if !chain.iter().any(leads) {
            return false;
        }
        let mut left: Vec<&Cert> = chain.iter().skip(1).take(CHAIN).collect();
        let mut between = 0_usize;
        loop {
            if !at.holds_at(time) {
                return false;
            }
            if self.all.iter().any(|a| a.der == at.der) {
                return true;
            }
            let fits = |a: &Cert| {
                a.cert.tbs_certificate.subject == at.cert.tbs_certificate.issuer
                    && a.may_certify(between)
            };
            if self.all.iter().any(|a| fits(a) && a.holds_at(time) && at.signed_by(a)) {
                return true;
            }
            match left.iter().position(|c| fits(c) && at.signed_by(c)) {
                // Every certificate is used once, so this ends.
                Some(next) => at = left.swap_remove(next),
                None => return false,
            }
            between = between.saturating_add(1);
        }
    }
}

/// The encoded certificates of a list, in order.
pub fn read_all<'c>(ders: impl IntoIterator<Item = &'c [u8]>) -> Vec<Cert> {
    ders.into_iter().take(CHAIN).filter_map(Cert::read).collect()
}

/// The DER of something that was decoded.
pub fn encoded(value: &impl Encode) -> Option<Vec<u8>> {
    value.to_der().ok()
}
