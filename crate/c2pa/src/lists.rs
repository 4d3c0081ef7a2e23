//! The trust lists that C2PA publishes: who certifies signers, who certifies time stamps.
//!
//! C2PA 2.2, 14.4.1 and 14.4.2,
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>. The
//! lists are data, `trust/*.pem`; `trust/README.md` says whence, of what day, and how they are
//! renewed. Left out: the interim list that came before them. It takes no new certificates since
//! 1 January 2026 and was never made under the rules of the official one; who needs it adds it
//! as a list of their own.

use std::sync::LazyLock;

use sayso_core::metadata::c2pa::TrustList;

use crate::certificate::Anchors;

/// The day on which the lists were as they are here.
pub const AS_OF: &str = "2026-09-24";

/// Who certifies signers of claims.
pub const SIGNERS: &str = include_str!("../trust/signers.pem");

/// Who certifies authorities of time stamps.
pub const STAMPS: &str = include_str!("../trust/stamps.pem");

// Read once: they are constants, and a worker checks many files.
static READ: LazyLock<[Anchors; 2]> =
    LazyLock::new(|| [SIGNERS, STAMPS].map(|pem| Anchors::read(pem, TrustList::Official)));

pub(crate) fn signers() -> &'static Anchors {
    let [signers, _] = &*READ;
    signers
}

pub(crate) fn stamps() -> &'static Anchors {
    let [_, stamps] = &*READ;
    stamps
}

/// How many certificates of a PEM list can be read, of how many that stand in it.
pub fn count(pem: &str) -> (usize, usize) {
    let stand = pem.matches("-----BEGIN CERTIFICATE-----").count();
    (Anchors::read(pem, TrustList::Own).len(), stand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_certificate_of_the_lists_is_read() {
        assert_eq!(count(SIGNERS), (30, 30));
        assert_eq!(count(STAMPS), (22, 22));
        assert_eq!((signers().len(), stamps().len()), (30, 22));
    }

    #[test]
    fn who_is_listed_holds_and_is_vouched_for_by_itself() {
        // 22 November 2026.
        let now = 1_795_300_000;
        for list in [signers(), stamps()] {
            for cert in list.all() {
                assert!(list.vouch_for(std::slice::from_ref(cert), now), "{:?}", cert.subject());
                // An authority is no signer of claims.
                assert_eq!(list.vouch_for_signer(std::slice::from_ref(cert), now), None);
            }
        }
    }
}
