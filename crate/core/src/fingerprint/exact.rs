//! Hashes of the bytes themselves, in lower-case hex: SHA-1 and SHA-256.
//!
//! FIPS 180-4 (<https://csrc.nist.gov/pubs/fips/180-4/upd1/final>); registries ask by them.
//! BLAKE3 is made together with the Data-Code, see [`super::iscc`]. SHA-1 finds records; nothing here trusts it against a forger.

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// BLAKE3 of bytes, 64 hex digits.
pub fn blake3(bytes: &[u8]) -> String {
    hex(::blake3::hash(bytes).as_bytes())
}

/// SHA-1, 40 hex digits.
pub fn sha1(bytes: &[u8]) -> String {
    hex(&Sha1::digest(bytes))
}

/// SHA-256, 64 hex digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
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
        assert_eq!(sha1(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn every_byte_has_two_digits() {
        assert_eq!(hex(&[0x00, 0x0f, 0xf0, 0xff]), "000ff0ff");
    }
}
