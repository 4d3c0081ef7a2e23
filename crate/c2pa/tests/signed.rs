//! A picture that is signed here and now: each thing that can be wrong with it is told apart.
//!
//! Keys, certificates, claims and boxes are written by hand (RFC 5280, RFC 9052, ISO 19566-5),
//! so that nothing of the reader vouches for itself.

// A test that cannot make its own picture has nothing else to do than to fail.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sayso_c2pa::{Trust, validate};
use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::{Revocation, Standing, TrustList, Validation};
use sha2::{Digest, Sha256};

/// 22 November 2026.
const NOW: u64 = 1_795_300_000;

// DER.

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = vec![tag];
    match body.len() {
        n @ 0..128 => out.push(n as u8),
        n @ 128..256 => out.extend([0x81, n as u8]),
        n => out.extend([0x82, (n >> 8) as u8, n as u8]),
    }
    out.extend(body);
    out
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(0x30, parts)
}

const ECDSA_SHA256: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const EC_P256: &[u8] =
    b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const EMAIL: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x04";
const SERVER: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";

fn name(organisation: &str) -> Vec<u8> {
    let attribute = sequence(&[b"\x06\x03\x55\x04\x0a", &der(0x0c, &[organisation.as_bytes()])]);
    sequence(&[&der(0x31, &[&attribute])])
}

fn extension(id: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&[0x06, 0x03, 0x55, 0x1d, id], &der(0x04, &[value])])
}

/// A certificate for a key, signed by another.
fn certificate(
    subject: &str,
    key: &SigningKey,
    issuer: &str,
    by: &SigningKey,
    uses: Option<&[u8]>,
) -> Vec<u8> {
    let point = key.verifying_key().to_encoded_point(false);
    let key_info = sequence(&[&sequence(&[EC_P256]), &der(0x03, &[&[0], point.as_bytes()])]);
    let authority_key = extension(35, &sequence(&[&der(0x80, &[b"id"])]));
    let rest = match uses {
        Some(uses) => {
            [extension(15, b"\x03\x02\x07\x80"), extension(37, &sequence(&[uses]))].concat()
        }
        None => [extension(15, b"\x03\x02\x02\x04"), extension(19, &sequence(&[b"\x01\x01\xff"]))]
            .concat(),
    };
    let tbs = sequence(&[
        b"\xa0\x03\x02\x01\x02\x02\x01\x05",
        &sequence(&[ECDSA_SHA256]),
        &name(issuer),
        &sequence(&[&der(0x17, &[b"260101000000Z"]), &der(0x17, &[b"270101000000Z"])]),
        &name(subject),
        &key_info,
        &der(0xa3, &[&sequence(&[&authority_key, &rest])]),
    ]);
    let signature: Signature = by.sign(&tbs);
    sequence(&[
        &tbs,
        &sequence(&[ECDSA_SHA256]),
        &der(0x03, &[&[0], signature.to_der().as_bytes()]),
    ])
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let packed = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{packed}\n-----END CERTIFICATE-----\n")
}

// CBOR, with lengths of fixed size so that a store has the same length whatever is in it.

fn head(major: u8, length: usize) -> Vec<u8> {
    [&[(major << 5) | 26][..], &(length as u32).to_be_bytes()].concat()
}

fn text(text: &str) -> Vec<u8> {
    [head(3, text.len()), text.as_bytes().to_vec()].concat()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    [head(2, bytes.len()), bytes.to_vec()].concat()
}

/// The shortest form, which signatures are made over.
fn short(major: u8, bytes: &[u8]) -> Vec<u8> {
    let major = major << 5;
    let head = match bytes.len() {
        n @ 0..24 => vec![major | n as u8],
        n @ 24..256 => vec![major | 24, n as u8],
        n => vec![major | 25, (n >> 8) as u8, n as u8],
    };
    [head, bytes.to_vec()].concat()
}

fn number(number: usize) -> Vec<u8> {
    head(0, number)
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len()), items.concat()].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let body: Vec<u8> = pairs.iter().flat_map(|(k, v)| [text(k), v.clone()].concat()).collect();
    [head(5, pairs.len()), body].concat()
}

/// A detached COSE_Sign1 over a message, with its certificates.
fn sign(key: &SigningKey, chain: &[Vec<u8>], message: &[u8]) -> Vec<u8> {
    sign_with(key, chain, message, b"\xa0")
}

/// The same with something in the unprotected headers.
fn sign_with(key: &SigningKey, chain: &[Vec<u8>], message: &[u8], unprotected: &[u8]) -> Vec<u8> {
    let certificates: Vec<Vec<u8>> = chain.iter().map(|c| bytes(c)).collect();
    // {1: -7, 33: [certificates]}
    let protected = [b"\xa2\x01\x26\x18\x21".to_vec(), array(&certificates)].concat();
    let signed = [
        &b"\x84"[..],
        &short(3, b"Signature1"),
        &short(2, &protected),
        b"\x40",
        &short(2, message),
    ];
    let signature: Signature = key.sign(&signed.concat());
    let signature = bytes(&signature.to_bytes());
    [&b"\xd2\x84"[..], &bytes(&protected), unprotected, b"\xf6", &signature].concat()
}

/// An answer of an authority about a certificate with the number 5 (RFC 6960, 4.2.1).
fn answer(staple: &Staple) -> Vec<u8> {
    const SHA1: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x1a";
    const BASIC: &[u8] = b"\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
    let hash = |bytes: &[u8]| der(4, &[&sha1::Sha1::digest(bytes)]);
    let point = key(1).verifying_key().to_encoded_point(false);
    let id = sequence(&[
        &sequence(&[SHA1, b"\x05\x00"]),
        &hash(&name("Root")),
        &hash(point.as_bytes()),
        &der(2, &[&[staple.number]]),
    ]);
    let status = match staple.revoked {
        Some(when) => der(0xa1, &[&der(0x18, &[when.as_bytes()])]),
        None => b"\x80\x00".to_vec(),
    };
    let time = der(0x18, &[b"20261101000000Z"]);
    let single = sequence(&[&id, &status, &time]);
    let said = sequence(&[&der(0xa2, &[&der(4, &[b"key"])]), &time, &sequence(&[&single])]);
    let signature: Signature = key(staple.by).sign(&said);
    let basic = sequence(&[
        &said,
        &sequence(&[ECDSA_SHA256]),
        &der(0x03, &[&[0], signature.to_der().as_bytes()]),
    ]);
    let bytes = sequence(&[BASIC, &der(4, &[&basic])]);
    sequence(&[b"\x0a\x01\x00", &der(0xa0, &[&bytes])])
}

// JUMBF.

fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
    [&((body.len() + 8) as u32).to_be_bytes(), name, body].concat()
}

/// What references hash: a superbox without its header.
fn inside(kind: &[u8], label: &str, content: &[u8]) -> Vec<u8> {
    const SUFFIX: &[u8] = b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
    let description = [kind, SUFFIX, &[3], label.as_bytes(), &[0]].concat();
    [boxed(b"jumd", &description), content.to_vec()].concat()
}

fn reference(label: &str, inside: &[u8]) -> Vec<u8> {
    let url = text(&format!("self#jumbf=c2pa.assertions/{label}"));
    map(&[("url", url), ("hash", bytes(&Sha256::digest(inside)))])
}

/// An answer about revocation that comes along.
#[derive(Clone, Copy)]
struct Staple {
    /// The certificate that it is about.
    number: u8,
    revoked: Option<&'static str>,
    /// Who signed it; 1 is the authority.
    by: u8,
}

/// What can be different about a picture.
struct Recipe {
    staple: Option<Staple>,
    uses: &'static [u8],
    /// Lists an assertion that is not there.
    missing: bool,
    /// Has an assertion that is not listed.
    undeclared: bool,
    /// The identity signs what the claim does not list.
    identity_of_other: bool,
    /// Bytes that the binding leaves out besides the store.
    more_excluded: usize,
    /// The manifest is packed with Brotli.
    packed: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe {
            staple: None,
            uses: EMAIL,
            missing: false,
            undeclared: false,
            identity_of_other: false,
            more_excluded: 0,
            packed: false,
        }
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

fn authority() -> Vec<u8> {
    certificate("Root", &key(1), "Root", &key(1), None)
}

const SOI: &[u8] = b"\xff\xd8";
const PICTURE: &[u8] = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12\x34\x56\xff\xd9";

fn store(recipe: &Recipe, excluded: (usize, usize), hash: &[u8]) -> Vec<u8> {
    let signer = certificate("Gallery", &key(2), "Root", &key(1), Some(recipe.uses));
    let range = map(&[("start", number(excluded.0)), ("length", number(excluded.1))]);
    let data =
        map(&[("exclusions", array(&[range])), ("alg", text("sha256")), ("hash", bytes(hash))]);
    let mining =
        map(&[("entries", map(&[("cawg.ai_training", map(&[("use", text("notAllowed"))]))]))]);
    let cbor = |label: &str, value: &[u8]| inside(b"cbor", label, &boxed(b"cbor", value));
    let data = cbor("c2pa.hash.data", &data);
    let mining = cbor("cawg.training-mining", &mining);
    let other = cbor("cawg.training-mining", b"\xa0");
    let payload = map(&[
        (
            "referenced_assertions",
            array(&[
                reference("c2pa.hash.data", &data),
                reference(
                    "cawg.training-mining",
                    if recipe.identity_of_other { &other } else { &mining },
                ),
            ]),
        ),
        ("sig_type", text("cawg.x509.cose")),
    ]);
    let person = certificate("Ann", &key(3), "Root", &key(1), Some(EMAIL));
    let identity = map(&[
        ("signer_payload", payload.clone()),
        ("signature", bytes(&sign(&key(3), &[person], &payload))),
        ("pad1", bytes(&[0; 8])),
    ]);
    let identity = cbor("cawg.identity", &identity);
    let mut gathered =
        vec![reference("cawg.training-mining", &mining), reference("cawg.identity", &identity)];
    if recipe.missing {
        gathered.push(reference("org.example.gone", b""));
    }
    let claim = map(&[
        ("claim_generator_info", map(&[("name", text("test"))])),
        ("signature", text("self#jumbf=c2pa.signature")),
        ("created_assertions", array(&[reference("c2pa.hash.data", &data)])),
        ("gathered_assertions", array(&gathered)),
        ("alg", text("sha256")),
    ]);
    let mut assertions: Vec<Vec<u8>> =
        [&data, &mining, &identity].map(|a| boxed(b"jumb", a)).to_vec();
    if recipe.undeclared {
        assertions.push(boxed(b"jumb", &cbor("org.example.more", b"\xa0")));
    }
    let signature = match &recipe.staple {
        Some(staple) => {
            let values = map(&[("ocspVals", array(&[bytes(&answer(staple))]))]);
            let headers = map(&[("rVals", values)]);
            sign_with(&key(2), &[signer, authority()], &claim, &headers)
        }
        None => sign(&key(2), &[signer], &claim),
    };
    let jumb =
        |kind: &[u8], label: &str, content: &[u8]| boxed(b"jumb", &inside(kind, label, content));
    let manifest = [
        jumb(b"c2as", "c2pa.assertions", &assertions.concat()),
        jumb(b"c2cl", "c2pa.claim.v2", &boxed(b"cbor", &claim)),
        jumb(b"c2cs", "c2pa.signature", &boxed(b"cbor", &signature)),
    ];
    let manifest = jumb(b"c2ma", "urn:c2pa:test", &manifest.concat());
    let manifest = match recipe.packed {
        true => jumb(b"c2cm", "urn:c2pa:test", &boxed(b"brob", &brotli(&manifest))),
        false => manifest,
    };
    jumb(b"c2pa", "c2pa", &manifest)
}

/// A Brotli stream of one block that is stored as it is, and an empty last one (RFC 7932, 9.2).
fn brotli(bytes: &[u8]) -> Vec<u8> {
    let head = ((bytes.len() as u32 - 1) << 4) | (1 << 20);
    [&head.to_le_bytes()[..3], bytes, &[3]].concat()
}

fn picture(recipe: &Recipe) -> Vec<u8> {
    let length = store(recipe, (0, 0), &[0; 32]).len();
    let segment = 2 + 2 + 8 + length;
    let excluded = (2, segment + recipe.more_excluded);
    let rest = &PICTURE[recipe.more_excluded..];
    let hash = Sha256::digest([SOI, rest].concat());
    let store = store(recipe, excluded, &hash);
    assert_eq!(store.len(), length);
    let size = (segment as u16 - 2).to_be_bytes();
    [SOI, b"\xff\xeb", &size, b"JP\0\x01\0\0\0\x01", &store, PICTURE].concat()
}

fn checked_at(file: &[u8], signers: &str, identities: &str, now: u64) -> Validation {
    let trust = Trust { signers, identities, ..Trust::default() };
    validate(file, &trust, now, &Limits::DEFAULT).unwrap().validation
}

fn checked(file: &[u8]) -> (Standing, Vec<String>) {
    let root = pem(&authority());
    let found = checked_at(file, &root, &root, NOW);
    (found.state, found.codes)
}

fn only(code: &str) -> Vec<String> {
    vec![code.to_string()]
}

#[test]
fn whole_and_vouched_for_is_trusted() {
    let file = picture(&Recipe::default());
    let root = pem(&authority());
    let found = checked_at(&file, &root, &root, NOW);
    assert_eq!((found.state, found.codes), (Standing::Trusted, Vec::new()));
    assert_eq!(found.issuer.as_deref(), Some("Gallery"));
    assert_eq!(found.intact, ["urn:c2pa:test"]);
    let identity = &found.identities[0];
    assert_eq!((identity.state, identity.name.as_deref()), (Standing::Trusted, Some("Ann")));
}

#[test]
fn without_a_list_nobody_is_trusted() {
    let found = checked_at(&picture(&Recipe::default()), "", "", NOW);
    assert_eq!(found.state, Standing::ValidUntrusted);
    assert_eq!(found.codes, ["cawg.x509.credential.untrusted", "signingCredential.untrusted"]);
    // An anchor of the right name and the wrong key.
    let impostor = pem(&certificate("Root", &key(9), "Root", &key(9), None));
    let found = checked_at(&picture(&Recipe::default()), &impostor, "", NOW);
    assert_eq!(found.state, Standing::ValidUntrusted);
}

#[test]
fn a_list_for_signers_vouches_for_no_identity() {
    let root = pem(&authority());
    let found = checked_at(&picture(&Recipe::default()), &root, "", NOW);
    assert_eq!(found.state, Standing::Trusted);
    assert_eq!(found.identities[0].state, Standing::ValidUntrusted);
}

#[test]
fn a_changed_picture_is_another() {
    let mut file = picture(&Recipe::default());
    let last = file.len() - 4;
    file[last] ^= 1;
    assert_eq!(checked(&file), (Standing::Tampered, only("assertion.dataHash.mismatch")));
    let mut file = picture(&Recipe::default());
    file.extend_from_slice(b"more");
    assert_eq!(checked(&file), (Standing::Tampered, only("assertion.dataHash.mismatch")));
}

#[test]
fn a_changed_word_is_seen() {
    let mut file = picture(&Recipe::default());
    let at = file.windows(10).position(|w| w == b"notAllowed").unwrap();
    file[at] = b'N';
    assert_eq!(checked(&file), (Standing::Tampered, only("assertion.hashedURI.mismatch")));
}

#[test]
fn a_changed_claim_breaks_its_signature() {
    let mut file = picture(&Recipe::default());
    let at = file.windows(4).rposition(|w| w == b"test").unwrap();
    assert_eq!(&file[at - 9..at - 5], b"name");
    file[at] = b'T';
    assert_eq!(checked(&file), (Standing::Tampered, only("claimSignature.mismatch")));
}

#[test]
fn assertions_that_are_gone_or_were_added_are_seen() {
    let gone = picture(&Recipe { missing: true, ..Recipe::default() });
    assert_eq!(checked(&gone), (Standing::Tampered, only("assertion.missing")));
    let added = picture(&Recipe { undeclared: true, ..Recipe::default() });
    assert_eq!(checked(&added), (Standing::Tampered, only("assertion.undeclared")));
}

#[test]
fn a_binding_that_leaves_out_more_than_the_store_binds_nothing() {
    let file = picture(&Recipe { more_excluded: 4, ..Recipe::default() });
    assert_eq!(checked(&file), (Standing::Tampered, only("assertion.dataHash.mismatch")));
}

#[test]
fn a_certificate_for_something_else_signs_nothing() {
    let file = picture(&Recipe { uses: SERVER, ..Recipe::default() });
    assert_eq!(checked(&file), (Standing::Malformed, only("signingCredential.invalid")));
}

#[test]
fn a_certificate_that_ran_out_signs_nothing_without_a_time_stamp() {
    let root = pem(&authority());
    let found = checked_at(&picture(&Recipe::default()), &root, &root, NOW + 366 * 86_400);
    assert_eq!(found.state, Standing::Malformed);
    assert!(found.codes.contains(&"signingCredential.expired".to_string()), "{found:?}");
    assert_eq!(found.identities[0].name, None);
}

#[test]
fn an_identity_that_signs_something_else_vouches_for_nothing() {
    let root = pem(&authority());
    let file = picture(&Recipe { identity_of_other: true, ..Recipe::default() });
    let found = checked_at(&file, &root, &root, NOW);
    assert_eq!(found.state, Standing::Trusted, "the manifest itself holds");
    assert_eq!(found.codes, ["cawg.identity.assertion.mismatch"]);
    assert_eq!(
        (found.identities[0].state, &found.identities[0].name),
        (Standing::Malformed, &None)
    );
}

#[test]
fn every_cut_is_answered() {
    let file = picture(&Recipe::default());
    let root = pem(&authority());
    let trust = Trust { signers: &root, ..Trust::default() };
    for length in (0..file.len()).step_by(7) {
        if let Some(found) = validate(&file[..length], &trust, NOW, &Limits::DEFAULT) {
            let found = found.validation;
            assert!(!found.state.holds(), "cut at {length}: {found:?}");
        }
    }
}

#[test]
fn a_packed_manifest_is_worth_what_it_packs() {
    let mut file = picture(&Recipe { packed: true, ..Recipe::default() });
    let root = pem(&authority());
    let trust = Trust { signers: &root, identities: &root, ..Trust::default() };
    let check = |file: &[u8]| validate(file, &trust, NOW, &Limits::DEFAULT).unwrap();
    let found = check(&file);
    assert_eq!((found.validation.state, found.validation.codes), (Standing::Trusted, Vec::new()));
    let claimed = found.unpacked.unwrap();
    assert_eq!(claimed.active.mining[0].entries[0].stance.as_deref(), Some("notAllowed"));
    // What the core could not read before, it has from here.
    let mut reading = sayso_core::reading::read(&file, Default::default(), &Limits::DEFAULT);
    assert!(reading.metadata.c2pa.as_ref().unwrap().active.mining.is_empty());
    let packed = |r: &sayso_core::reading::Reading| {
        r.problems.iter().any(|p| p.message == sayso_core::metadata::c2pa::PACKED)
    };
    assert!(packed(&reading));
    reading.check(Some(check(&file)));
    assert!(!packed(&reading));
    let store = reading.metadata.c2pa.unwrap();
    assert_eq!((store.active.mining.len(), store.locator.as_str()), (1, "APP11 at 0x2"));
    let at = file.windows(10).position(|w| w == b"notAllowed").unwrap();
    file[at] = b'N';
    assert_eq!(checked(&file), (Standing::Tampered, only("assertion.hashedURI.mismatch")));
    // A stream that breaks off.
    let at = file.windows(4).position(|w| w == b"brob").unwrap();
    file[at + 5] ^= 0x40;
    assert_eq!(check(&file).validation.state, Standing::Malformed);
}

#[test]
fn the_answer_says_whose_list_vouches() {
    let root = pem(&authority());
    let file = picture(&Recipe::default());
    let own = validate(&file, &Trust::with(&root), NOW, &Limits::DEFAULT).unwrap().validation;
    assert_eq!((own.state, own.vouched_by), (Standing::Trusted, Some(TrustList::Own)));
    let none = validate(&file, &Trust::with(""), NOW, &Limits::DEFAULT).unwrap().validation;
    assert_eq!((none.state, none.vouched_by), (Standing::ValidUntrusted, None));
}

#[test]
fn an_anchor_that_ran_out_vouches_for_nobody() {
    let root = pem(&authority());
    let found = checked_at(&picture(&Recipe::default()), &root, &root, NOW - 400 * 86_400);
    assert!(!found.state.holds());
    assert!(found.codes.contains(&"signingCredential.untrusted".to_string()), "{found:?}");
}

#[test]
fn a_certificate_that_was_withdrawn_signs_nothing() {
    let root = pem(&authority());
    let check = |staple: Staple| {
        let file = picture(&Recipe { staple: Some(staple), ..Recipe::default() });
        let found = checked_at(&file, &root, &root, NOW);
        (found.state, found.revocation, found.codes)
    };
    let good = Staple { number: 5, revoked: None, by: 1 };
    assert_eq!(check(good), (Standing::Trusted, Revocation::NotRevoked, Vec::new()));
    let before = Staple { revoked: Some("20260601000000Z"), ..good };
    let code = only("signingCredential.ocsp.revoked");
    assert_eq!(check(before), (Standing::Malformed, Revocation::Revoked, code));
    let later = Staple { revoked: Some("20270601000000Z"), ..good };
    assert_eq!(check(later).1, Revocation::NotRevoked);
    // About another certificate, or not signed by the authority: it says nothing.
    for staple in [Staple { number: 6, ..before }, Staple { by: 2, ..before }] {
        assert_eq!(check(staple), (Standing::Trusted, Revocation::NotChecked, Vec::new()));
    }
}
