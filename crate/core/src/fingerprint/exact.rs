//! Hashes of the bytes themselves, in lower-case hex: SHA-1 and SHA-256.
//!
//! FIPS 180-4 (<https://csrc.nist.gov/pubs/fips/180-4/upd1/final>); registries ask by them.
//! BLAKE3 is made together with the Data-Code, see [`super::iscc`]. SHA-1 finds records; nothing
//! here trusts it against a forger.

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// The two hashes of a file that registries ask by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digests {
    /// SHA-1.
    pub sha1: [u8; 20],
    /// SHA-256.
    pub sha256: [u8; 32],
}

impl Digests {
    /// Made here.
    pub fn of(bytes: &[u8]) -> Digests {
        Digests { sha1: Sha1::digest(bytes).into(), sha256: Sha256::digest(bytes).into() }
    }

    /// Made by somebody else, if they are as long as such hashes are. A browser's own take a tenth
    /// of the time: processors have instructions for them that WebAssembly has not.
    pub fn made(sha1: &[u8], sha256: &[u8]) -> Option<Digests> {
        Some(Digests { sha1: sha1.try_into().ok()?, sha256: sha256.try_into().ok()? })
    }
}

/// BLAKE3 of bytes, 64 hex digits.
pub fn blake3(bytes: &[u8]) -> String {
    hex(::blake3::hash(bytes).as_bytes())
}

/// Lower-case hex digits, two a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |n: u8| DIGITS.get(usize::from(n)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_abc_are_those_of_the_standards() {
        let Digests { sha1, sha256 } = Digests::of(b"abc");
        assert_eq!(hex(&sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            hex(&sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn hashes_of_another_length_are_none() {
        assert_eq!(Digests::made(&[0; 20], &[0; 20]), None);
        let abc = Digests::of(b"abc");
        assert_eq!(Digests::made(&abc.sha1, &abc.sha256), Some(abc));
    }

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0x00, 0x0f, 0xf0, 0xff]), "000ff0ff");
    }
}
