//! RSA signatures, verified: RSASSA-PSS and PKCS #1 version 1.5.
//!
//! RFC 8017, <https://www.rfc-editor.org/rfc/rfc8017> (8.1.2, 8.2.2, 9.1.2, 9.2). Own code, because
//! the crate for it spends two thirds of a manifest's time in one power of a number, and more in a
//! browser; it agrees with that crate on keys of 1,024 to 4,096 bits. Everything here is public, so nothing has to take
//! the same time for every input. Left out: keys over 4,096 bits, exponents over 32 bits.

use std::cell::Cell;

use crate::signature::Hash;

/// Bytes of the largest modulus.
const LARGEST: usize = 512;

/// A public key.
pub struct Key<'k> {
    modulus: &'k [u8],
    exponent: u32,
}

impl<'k> Key<'k> {
    /// A key of two numbers, high byte first; `None` when nobody should use it.
    pub fn new(modulus: &'k [u8], exponent: &[u8]) -> Option<Key<'k>> {
        let modulus = bare(modulus);
        let exponent = bare(exponent);
        let odd = |n: &[u8]| n.last().is_some_and(|low| low % 2 == 1);
        if !odd(modulus) || !odd(exponent) || modulus.len() > LARGEST || exponent.len() > 4 {
            return None;
        }
        let exponent = exponent.iter().fold(0_u32, |n, b| (n << 8) | u32::from(*b));
        // A power of one is the signature itself.
        (exponent > 2 && modulus.len() >= 64).then_some(Key { modulus, exponent })
    }

    /// Whether this is the key's PKCS #1 signature over a hash; `prefix` is the beginning of its
    /// `DigestInfo` (9.2).
    pub fn holds_pkcs1(&self, prefix: &[u8], hashed: &[u8], signature: &[u8]) -> bool {
        let told = prefix.len().saturating_add(hashed.len());
        let Some(fill) = self.modulus.len().checked_sub(told.saturating_add(3)) else {
            return false;
        };
        let ones = vec![0xff; fill];
        let expected = [&[0, 1], ones.as_slice(), &[0], prefix, hashed].concat();
        fill >= 8 && self.opened(signature).is_some_and(|found| found == expected)
    }

    /// Whether this is the key's RSASSA-PSS signature over a hash, with a salt of that length
    /// (9.1.2). The mask is made with the same hash function.
    pub fn holds_pss(&self, hash: Hash, salt: usize, hashed: &[u8], signature: &[u8]) -> bool {
        self.pss(hash, salt, hashed, signature).unwrap_or(false)
    }

    fn pss(&self, hash: Hash, salt: usize, hashed: &[u8], signature: &[u8]) -> Option<bool> {
        let opened = self.opened(signature)?;
        let first = self.modulus.first()?;
        // The message has one bit less than the modulus, and so perhaps one byte.
        let free = first.leading_zeros().saturating_add(1);
        let (message, free) = match (opened.split_first()?, free) {
            ((0, message), 8) => (message, 0),
            (_, 8) => return None,
            _ => (opened.as_slice(), free),
        };
        let (last, message) = message.split_last()?;
        let (masked, check) = message.split_at_checked(message.len().checked_sub(hashed.len())?)?;
        let top = 0xff_u8.checked_shr(free).unwrap_or(0);
        if *last != 0xbc || masked.first()? & !top != 0 {
            return None;
        }
        let mut block = masked.to_vec();
        let mask = (0_u32..).flat_map(|n| hash.of([check, &n.to_be_bytes()]));
        block.iter_mut().zip(mask).for_each(|(b, m)| *b ^= m);
        *block.first_mut()? &= top;
        let (fill, salt) = block.split_at_checked(block.len().checked_sub(salt)?)?;
        let (one, zeros) = fill.split_last()?;
        let filled = *one == 1 && zeros.iter().all(|b| *b == 0);
        Some(filled && hash.of([&[0; 8], hashed, salt]) == check)
    }

    /// The signature to the power of the exponent, as long as the modulus.
    fn opened(&self, signature: &[u8]) -> Option<Vec<u8>> {
        if signature.len() != self.modulus.len() || signature >= self.modulus {
            return None;
        }
        let ring = Ring::of(self.modulus)?;
        let plain = limbs(signature, ring.modulus.len());
        let base = ring.product(&plain, &ring.square);
        let highest = self.exponent.checked_ilog2()?;
        let mut power = base.clone();
        for bit in (1..highest).rev() {
            power = ring.product(&power, &power);
            if self.exponent.checked_shr(bit).is_some_and(|e| e & 1 == 1) {
                power = ring.product(&power, &base);
            }
        }
        // The last bit of an odd exponent: times the plain number, which leaves the form as well.
        power = ring.product(&power, &power);
        let out = ring.product(&power, &plain);
        let bytes: Vec<u8> = out.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        let over = bytes.len().checked_sub(self.modulus.len())?;
        bytes.get(over..).map(<[u8]>::to_vec)
    }
}

/// A number without the zeros before it.
fn bare(mut number: &[u8]) -> &[u8] {
    while let Some(rest) = number.strip_prefix(&[0]) {
        number = rest;
    }
    number
}

/// A number in limbs, low one first. Limbs of 32 bits: their products fit into a machine word
/// of WebAssembly.
fn limbs(bytes: &[u8], most: usize) -> Vec<u32> {
    let read = |chunk: &[u8]| chunk.iter().fold(0_u32, |n, b| (n << 8) | u32::from(*b));
    let mut limbs: Vec<u32> = bytes.rchunks(4).map(read).collect();
    limbs.resize(most, 0);
    limbs
}

/// Numbers modulo an odd one, in Montgomery's form: each times R, which is a power of the limb
/// (P. L. Montgomery, Modular multiplication without trial division, 1985).
struct Ring {
    modulus: Vec<u32>,
    /// −1 / modulus, modulo a limb.
    inverse: u32,
    /// R², by which numbers enter.
    square: Vec<u32>,
}

impl Ring {
    fn of(bytes: &[u8]) -> Option<Ring> {
        let modulus = limbs(bytes, bytes.len().div_ceil(4));
        let low = *modulus.first()?;
        // Newton: each step doubles the bits that are right; the first five are.
        let start = low.wrapping_mul(3) ^ 2;
        let step = |x: u32, _| x.wrapping_mul(2_u32.wrapping_sub(low.wrapping_mul(x)));
        let inverse = (0..3).fold(start, step).wrapping_neg();
        let mut ring = Ring { modulus, inverse, square: Vec::new() };
        // R² is 2 to the power of R's bits, in the form: 1 doubled to 2^t, then squared s times,
        // where t·2^s is that number of bits.
        let bits = u32::try_from(ring.modulus.len()).ok()?.checked_mul(u32::BITS)?;
        // A doubling costs next to nothing beside a squaring.
        let squarings = bits.trailing_zeros().saturating_sub(5);
        let mut number = ring.one();
        for _ in 0..bits.checked_shr(squarings)? {
            number = ring.doubled(number);
        }
        for _ in 0..squarings {
            number = ring.product(&number, &number);
        }
        ring.square = number;
        Some(ring)
    }

    /// R modulo the modulus: 2 to the power of the bits before the modulus's own, doubled on.
    fn one(&self) -> Vec<u32> {
        let top = self.modulus.last().copied().unwrap_or_default();
        let zeros = top.leading_zeros();
        let mut number = vec![0; self.modulus.len()];
        if let Some(last) = number.last_mut() {
            // The highest power of two that is not above the modulus.
            *last = 1_u32.checked_shl(31_u32.saturating_sub(zeros)).unwrap_or(0);
        }
        (0..=zeros).fold(number, |number, _| self.doubled(number))
    }

    fn doubled(&self, mut number: Vec<u32>) -> Vec<u32> {
        let mut carry = 0;
        for limb in &mut number {
            let out = *limb >> 31;
            *limb = (*limb << 1) | carry;
            carry = out;
        }
        self.reduced(number, carry)
    }

    /// a · b / R.
    fn product(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let mut sum = vec![0_u32; self.modulus.len()];
        let mut high = 0_u64;
        for limb in a {
            let mut carry = 0_u64;
            for (to, b) in sum.iter_mut().zip(b) {
                carry += u64::from(*limb) * u64::from(*b) + u64::from(*to);
                *to = carry as u32;
                carry >>= 32;
            }
            high += carry;
            // As many times the modulus as makes the lowest limb nothing; then that is dropped.
            let times = sum.first().copied().unwrap_or_default().wrapping_mul(self.inverse);
            let mut lowest = self.modulus.iter().zip(&sum).map(|(m, s)| (*m, *s));
            let mut carry = lowest
                .next()
                .map_or(0, |(m, s)| (u64::from(times) * u64::from(m) + u64::from(s)) >> 32);
            let cells = Cell::from_mut(sum.as_mut_slice()).as_slice_of_cells();
            for (pair, m) in cells.windows(2).zip(self.modulus.iter().skip(1)) {
                let [to, from] = pair else { continue };
                carry += u64::from(times) * u64::from(*m) + u64::from(from.get());
                to.set(carry as u32);
                carry >>= 32;
            }
            high += carry;
            if let Some(last) = sum.last_mut() {
                *last = high as u32;
            }
            high >>= 32;
        }
        self.reduced(sum, high as u32)
    }

    /// A number below twice the modulus, below it.
    fn reduced(&self, number: Vec<u32>, high: u32) -> Vec<u32> {
        let less = number.iter().rev().lt(self.modulus.iter().rev());
        if high == 0 && less {
            return number;
        }
        let mut borrow = false;
        let take = |(limb, m): (&u32, &u32)| {
            let (once, first) = limb.overflowing_sub(*m);
            let (twice, second) = once.overflowing_sub(u32::from(borrow));
            borrow = first || second;
            twice
        };
        number.iter().zip(&self.modulus).map(take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &[u8] =
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

    // Made with OpenSSL 3.0 over the word `sayso`: a modulus of 2,048 bits, and one of 2,049,
    // where the message of PSS is a byte shorter.
    const N2048: &str = "\
        b51c14a59ddc06b98f0be479c5c3d876ae26e2da0d9e3a927a275ea3b2ed40c68d1925344d0eb098d93f\
        7676f16926c09d1cf79b48c9d5d0a5041534efc6dad92ddcb1ecfb8a6572110d1edf40dc038473739467\
        1f3e3566b1570c5f177f650ec42d78d4db15281035b6762916cf186a1a5816c57dde4fbd068bd9ca4f36\
        4866eb8e30ff5310ef35a0301f6c56f6b9d92e47af8f6753926c6d9045653125115ffb5b55f04ba7cbc0\
        0fa78f6e0547fdc9f51bc044b46e83db606d94f5a84017fba5dec0c784ee40376799d1c7a4c39acc0771\
        f4365c3e0f6be0666ed86fff50a9d7183790918a44952c8d9d8bd3ff2f4ea06e9acf47849b6a2b14087b\
        173a5c89\
    ";
    const PSS2048: &str = "\
        880e1d84fc18b6a6738bb45886730113de3bbd5ca9dc21eea60473bc70a2c7a70259c45dbcd34e75a9be\
        68d96dd29fe5317d008f57b8bd98f5a738c20e7bd7ba33dd398a3cc8e5b761c3a4bdbe7daff6b27ded2f\
        9ad9f277e123872de66b1e05cf15c9ffee150a2cb027b0ef1c229b981d1d857cbaa6ee5d9a81b2cd17d7\
        0c9f127dec7eaa11187b63dcded127759a06dd1c0b4798378d37456565bd238b4bc39e5f145e13247f18\
        0a94ebbb75054a9030a0ef2b5987e94ec2daa771d4dd9da7378f03bfd7b5ea7528aff3c6baa1ec07760d\
        b2e84bc9e4a5a90a32b192c7c8dffa81d0e351a0c6e018f9683ee22918d4a7d9ba2fbf01fd190b0a9735\
        55e1dabe\
    ";
    const PKCS2048: &str = "\
        a2c946c48eb236b5b38c4bc804543018d59896f1c36c2a56126e37332b173778329c5a3165a101b61030\
        215a8fcbacca9a087113d594ef3e9ec6daca2f25c81344663a2e6e62667cc95051f65d5d59eb58152a4d\
        00f68e85fe1a0e0cdcdeddd06b5aaedee9448070d0ad10852fade0f43f2527300eb635c6578120b33679\
        dc197094baf03291219126ea9e013e8b6cfab88e693ae5d16d28290fd362d3b3ccdb15a0d2fca9eea355\
        6240e659c3318cef4489f3ce44fd2fe7c6495680d536fe5a2a42744282add9f2cbf49699151b5d4bfc63\
        60cac75f9b4ae8890a25e09249afd864c1f88dd63ab765b788e8ba429514daf135d6c4d4e90e5301f92b\
        3f5f5833\
    ";
    const N2049: &str = "\
        ceb9213599784e5b5a5296ab541530001886e29ae9f03a3f2b8cd9eaaa92a7b954949fca8a01cc8365c0\
        9f6a50781f94a4305eb5a7f282d9e6d16cdf429a1a4ba70fbec7755217d9a7969a5a28ad8af73261dda1\
        948a0610d99ec01032512933fb6ac34d6fa511959f49a4bcc7908c8248cca6236ea983fec35fd56cdb80\
        8cc042547ca6e9e536e499e79df34e08f1142a8d23bd69c6e3230fe8039d88ddb1f2e1fe56f03298002b\
        0e5b4535325caa5574dbdf8089cb1e95f1375719ea69c0823af11f958647de6e5e0cda7342f97d60077d\
        05425b44e956e13d7ad594f14a91691098db7815b50179600829e55bce2de4a762176970956da5c5094a\
        f61111b3\
    ";
    const PSS2049: &str = "\
        8533084509b60febb5cca92cc0acfef1b23746f70faa6c1b6974cfb5505c83ec2a23907f52df6ebb49a1\
        37fe785be8b877694840dbfca84f9423841a6aee86bb62874ac1ae70576ecd2906f5bfafcbd8bdc5379f\
        37a5ac023bba52f8b15da5283555ad49760e8cf4c204992250a57eb4cf96e48f331ac0fd69aba0c5f384\
        8513ecb55212b368fe82e0130dc0341f5af12cdf90d00a1418cd18df27984bbb2c771a233385875b9ddc\
        3f2f07d535599c94c2ad4225e3e89d4a034bde77e5c92262dc535587005bafc65eb4436edec7a8b91573\
        fe306c3a37703234942eb98becdcb81831e623331ccf55852ec56ffe00a009afbd66f50a0ae953999ddd\
        eed09b99\
    ";
    const PKCS2049: &str = "\
        2dea2573ba5ca2c88f49e230f4b6bd5445cf9a5a3107d95d5c7398563d9d00612b7d8869c5dc84c64f58\
        9a9f4a0ed626bebfd2dd5dedd4537807f0e413cc71b3d03df23a276f3f873469bbc4634201dc5ba9e904\
        81e251511fcc8da62cc739115721d246cb6de072cce8faeeb8d010fffb773b98edc2079f33e0e72030b1\
        d6769ad24bd22ebbd7e7928842741b8dca660f9f68d6574f6d9237a3bf8a9b3b7841182834f379563864\
        91ad01bb80b13600acb2eebedeb9928eead8515a0def0d8d8ad7a46689ee0f89b7924bb268fd6b6e3c97\
        17403d486afcfb8cf52ae1b599c5d0e2a9e20aa90c56a481c06492f47a15adaf0945acb7d41e58f898b6\
        bffa66aa\
    ";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let digit = |d: &u8| char::from(*d).to_digit(16).unwrap() as u8;
        digits.chunks(2).map(|pair| digit(&pair[0]) << 4 | digit(&pair[1])).collect()
    }

    #[test]
    fn signatures_of_openssl_hold_and_changed_ones_do_not() {
        let hashed = Hash::Sha256.of([&b"sayso"[..]]);
        for (n, pss, pkcs) in [(N2048, PSS2048, PKCS2048), (N2049, PSS2049, PKCS2049)] {
            let (n, pss, pkcs) = (bytes(n), bytes(pss), bytes(pkcs));
            let key = Key::new(&n, &[1, 0, 1]).unwrap();
            assert!(key.holds_pss(Hash::Sha256, 32, &hashed, &pss));
            assert!(key.holds_pkcs1(PREFIX, &hashed, &pkcs));
            assert!(!key.holds_pss(Hash::Sha256, 31, &hashed, &pss));
            assert!(!key.holds_pss(Hash::Sha512, 32, &hashed, &pss));
            assert!(!key.holds_pss(Hash::Sha256, 32, &hashed, &pkcs));
            assert!(!key.holds_pkcs1(PREFIX, &hashed, &pss));
            assert!(!key.holds_pkcs1(b"", &hashed, &pkcs));
            for at in (0..pss.len()).step_by(37) {
                let (mut a, mut b) = (pss.clone(), pkcs.clone());
                a[at] ^= 1;
                b[at] ^= 1;
                assert!(!key.holds_pss(Hash::Sha256, 32, &hashed, &a));
                assert!(!key.holds_pkcs1(PREFIX, &hashed, &b));
            }
            assert!(!key.holds_pss(Hash::Sha256, 32, &hashed, &n), "not below the modulus");
            assert!(!key.holds_pkcs1(PREFIX, &hashed, &pkcs[1..]));
        }
    }

    #[test]
    fn the_crate_for_it_says_the_same() {
        use ::rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};
        let hashed = Hash::Sha256.of([&b"sayso"[..]]);
        for (n, pss, pkcs) in [(N2048, PSS2048, PKCS2048), (N2049, PSS2049, PKCS2049)] {
            let (n, pss, pkcs) = (bytes(n), bytes(pss), bytes(pkcs));
            let ours = Key::new(&n, &[1, 0, 1]).unwrap();
            let number = BigUint::from_bytes_be(&n);
            let judge = RsaPublicKey::new(number, BigUint::from(65_537_u32)).unwrap();
            let plain = || Pkcs1v15Sign { hash_len: Some(32), prefix: PREFIX.into() };
            for at in 0..24 {
                let (mut a, mut b) = (pss.clone(), pkcs.clone());
                // The first round changes nothing.
                a[at] ^= u8::from(at > 0);
                b[at] ^= u8::from(at > 0);
                let salted = Pss::new_with_salt::<sha2::Sha256>(32);
                let says = judge.verify(salted, &hashed, &a).is_ok();
                assert_eq!(ours.holds_pss(Hash::Sha256, 32, &hashed, &a), says);
                let says = judge.verify(plain(), &hashed, &b).is_ok();
                assert_eq!(ours.holds_pkcs1(PREFIX, &hashed, &b), says);
                assert_eq!(says, at == 0);
            }
        }
    }

    #[test]
    fn products_are_those_of_plain_numbers() {
        let mut seed = 1_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 3
        };
        for round in 0..2_000 {
            let n = (next() >> (round % 50)) | 1;
            if n < 3 {
                continue;
            }
            let (a, b) = (next() % n, next() % n);
            let all = n.to_be_bytes();
            let ring = Ring::of(bare(&all)).unwrap();
            let limbs = |n: u64| limbs(&n.to_be_bytes(), 2)[..ring.modulus.len()].to_vec();
            let number = |l: &[u32]| l.iter().rev().fold(0, |n, l| (n << 32) | u64::from(*l));
            let form = ring.product(&limbs(a), &ring.square);
            let found = number(&ring.product(&form, &limbs(b)));
            let expected = u128::from(a) * u128::from(b) % u128::from(n);
            assert_eq!(u128::from(found), expected, "{a} * {b} mod {n}");
        }
    }

    #[test]
    fn keys_that_nobody_should_use_are_none() {
        let n = bytes(N2048);
        for exponent in [&[0][..], &[1], &[2], &[0, 1], &[1, 0, 0, 0, 1]] {
            assert!(Key::new(&n, exponent).is_none(), "{exponent:?}");
        }
        assert!(Key::new(&n, &[0, 0, 3]).is_some());
        assert!(Key::new(&[0xff; 513], &[3]).is_none());
        assert!(Key::new(&[0xfe; 256], &[3]).is_none(), "even");
        assert!(Key::new(&[], &[3]).is_none());
    }
}
