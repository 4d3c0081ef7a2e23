//! Identities that somebody has gathered and vouches for: a verifiable credential, signed.
//!
//! CAWG identity 1.3, 8.1 (identity claims aggregation), <https://cawg.io/identity/1.3/>; W3C
//! Verifiable Credentials 2.0 secured with COSE; `did:jwk`. What can be known without a network is
//! checked: form, dates, time stamp, that the credential is about this asset, and the signature
//! where the issuer's key stands in its name. Left out: issuers whose key lies on a web site
//! (`did:web`): nobody is asked, the signature stays unchecked and nobody is named; revocation;
//! lists of issuers that are trusted, so nothing here is more than untrusted.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sayso_core::metadata::c2pa::Standing;
use sayso_core::metadata::cbor::{self, Cbor};
use serde_json::Value;

use crate::cose::{self, Anchored};
use crate::signature;

/// The largest credential that is read; real ones have two kilobytes.
const CREDENTIAL: usize = 256 << 10;

/// `EdDSA` in the registry of COSE algorithms.
const EDDSA: i128 = -8;

/// Checks a credential against what the identity assertion signs: what it is worth, whom it
/// names, and the status codes of what fails.
pub fn check(
    signature: &[u8],
    payload: &Cbor<'_>,
    anchored: &Anchored<'_>,
) -> (Standing, Option<String>, Vec<&'static str>) {
    let malformed = |code: &'static str| (Standing::Malformed, None, vec![code]);
    let value = cbor::read(signature);
    let Some(sign1) = value.as_ref().and_then(cose::read) else {
        return malformed("cawg.ica.invalid_cose_sign1");
    };
    if sign1.number != Some(EDDSA) {
        return malformed("cawg.ica.invalid_alg");
    }
    let credential = sign1.payload.filter(|bytes| bytes.len() <= CREDENTIAL);
    let read = credential.and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
    let Some((credential, read)) = credential.zip(read.filter(is_credential)) else {
        return malformed("cawg.ica.invalid_verifiable_credential");
    };
    let mut codes = Vec::new();
    if sign1.content_type.as_deref() != Some("application/vc") {
        codes.push("cawg.ica.invalid_content_type");
    }
    match key(field(&read, "issuer").as_str().unwrap_or_default()) {
        Ok(key) => {
            if !signature::raw_ed25519(&key, &sign1.signed(credential), sign1.signature) {
                codes.push("cawg.ica.signature_mismatch");
            }
        }
        Err(code) => codes.push(code),
    }
    let stamp = sign1.stamp(credential, anchored);
    if sign1.has_stamp() && stamp.is_none() {
        codes.push("cawg.ica.time_stamp.invalid");
    }
    let moments: Vec<u64> = stamp.map(|s| s.time).into_iter().chain([anchored.now]).collect();
    match field(&read, "validFrom").as_str().map(moment) {
        None => codes.push("cawg.ica.valid_from.missing"),
        Some(Some(from)) if moments.iter().all(|m| *m >= from) => {}
        Some(_) => codes.push("cawg.ica.valid_from.invalid"),
    }
    match field(&read, "validUntil").as_str().map(moment) {
        None => {}
        Some(Some(until)) if moments.iter().all(|m| *m <= until) => {}
        Some(_) => codes.push("cawg.ica.valid_until.invalid"),
    }
    let subject = subject(&read);
    if !is_about(field(subject, "c2paAsset"), payload) {
        codes.push("cawg.ica.signer_payload.mismatch");
    }
    let state = match codes.as_slice() {
        [] => Standing::ValidUntrusted,
        ["cawg.ica.did_unavailable"] => Standing::Unsupported,
        codes if codes.iter().any(|c| c.ends_with("mismatch")) => Standing::Tampered,
        _ => Standing::Malformed,
    };
    (state, named(subject).filter(|_| state.holds()), codes)
}

/// A member of an object; what is not there is null.
fn field<'a>(object: &'a Value, name: &str) -> &'a Value {
    object.get(name).unwrap_or(&Value::Null)
}

/// The first subject of a credential: it may have one or a list of them.
fn subject(credential: &Value) -> &Value {
    match field(credential, "credentialSubject") {
        Value::Array(all) => all.first().unwrap_or(&Value::Null),
        one => one,
    }
}

/// Whether it has the parts that every credential of this sort has (8.1.2).
fn is_credential(value: &Value) -> bool {
    let subject = subject(value);
    let lists = |list: &Value, wanted: &str| match list {
        Value::Array(all) => all.iter().any(|v| v.as_str() == Some(wanted)),
        one => one.as_str() == Some(wanted),
    };
    lists(field(value, "type"), "VerifiableCredential")
        && lists(field(value, "type"), "IdentityClaimsAggregationCredential")
        && field(value, "issuer").is_string()
        && field(subject, "c2paAsset").is_object()
        && field(subject, "verifiedIdentities").as_array().is_some_and(|all| !all.is_empty())
}

/// The key of an issuer, where it is its name (`did:jwk`).
fn key(issuer: &str) -> Result<[u8; 32], &'static str> {
    const BAD: &str = "cawg.ica.invalid_did_document";
    let did = issuer.split('#').next().unwrap_or_default();
    if did.starts_with("did:web:") {
        return Err("cawg.ica.did_unavailable");
    }
    let Some(packed) = did.strip_prefix("did:jwk:") else {
        return Err("cawg.ica.invalid_issuer");
    };
    let unpacked = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let jwk = unpacked(packed).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let jwk = jwk.ok_or(BAD)?;
    if field(&jwk, "kty") != "OKP" || field(&jwk, "crv") != "Ed25519" {
        return Err(BAD);
    }
    let x = field(&jwk, "x").as_str().and_then(unpacked).ok_or(BAD)?;
    x.try_into().map_err(|_| BAD)
}

/// Whether the credential says of its asset what the assertion signs (8.1.2.6): the same in
/// JSON, with bytes as base64.
fn is_about(said: &Value, payload: &Cbor<'_>) -> bool {
    let listed = payload.items_of("referenced_assertions");
    let none = Vec::new();
    let also = field(said, "referenced_assertions").as_array().unwrap_or(&none);
    let same = |(own, other): (&Cbor<'_>, &Value)| {
        let hash = own.get("hash").and_then(Cbor::bytes).map(|bytes| STANDARD.encode(bytes));
        own.text_of("url") == field(other, "url").as_str()
            && hash.is_some()
            && hash == written(field(other, "hash"))
            // Signers leave out an algorithm that the credential spells.
            && own.text_of("alg").is_none_or(|alg| field(other, "alg").as_str() == Some(alg))
    };
    let roles: Vec<&str> = payload.items_of("role").iter().filter_map(Cbor::text).collect();
    let also_roles = field(said, "role").as_array().unwrap_or(&none);
    field(said, "sig_type").as_str() == payload.text_of("sig_type")
        && listed.len() == also.len()
        && listed.iter().zip(also).all(same)
        && also_roles.iter().map(Value::as_str).eq(roles.into_iter().map(Some))
}

/// The hash of a credential: text; the reference library has written its bytes, each a number.
fn written(hash: &Value) -> Option<String> {
    match hash {
        Value::String(text) => Some(text.clone()),
        Value::Array(numbers) => {
            let byte = |n: &Value| n.as_u64().and_then(|n| u8::try_from(n).ok());
            String::from_utf8(numbers.iter().map(byte).collect::<Option<_>>()?).ok()
        }
        _ => None,
    }
}

/// Whom it names, and who has verified it: "ann (example.org)".
fn named(subject: &Value) -> Option<String> {
    let first = field(subject, "verifiedIdentities").as_array()?.first()?;
    let name = field(first, "name").as_str().or_else(|| field(first, "username").as_str())?;
    let by = field(field(first, "provider"), "name")
        .as_str()
        .map(|by| format!(" ({by})"))
        .unwrap_or_default();
    Some(format!("{name}{by}").chars().take(200).collect())
}

/// A moment of RFC 3339 in seconds since 1970.
fn moment(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_at_checked(19)?;
    let date: der::DateTime = format!("{}Z", whole.to_ascii_uppercase()).parse().ok()?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let seconds = date.unix_duration().as_secs();
    if rest.eq_ignore_ascii_case("z") {
        return Some(seconds);
    }
    let (hours, minutes) = rest.get(1..)?.split_once(':')?;
    let number = |text: &str| text.parse::<u64>().ok().filter(|n| *n < 60 && text.len() == 2);
    let offset = number(hours)?.checked_mul(3_600)?.checked_add(number(minutes)? * 60)?;
    match rest.get(..1)? {
        "+" => seconds.checked_sub(offset),
        "-" => seconds.checked_add(offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_fractions_and_places() {
        assert_eq!(moment("1970-01-02T00:00:00Z"), Some(86_400));
        assert_eq!(moment("1970-01-02T00:00:00.25z"), Some(86_400));
        assert_eq!(moment("1970-01-02T01:00:00+01:00"), Some(86_400));
        assert_eq!(moment("1970-01-01T22:30:00-01:30"), Some(86_400));
        for bad in ["", "1970-01-02", "1970-01-02T00:00:00", "1970-13-02T00:00:00Z", "later"] {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_a_key_that_is_its_own_name_is_known_without_asking() {
        let jwk = URL_SAFE_NO_PAD.encode(format!(
            r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#,
            URL_SAFE_NO_PAD.encode([7; 32])
        ));
        assert_eq!(key(&format!("did:jwk:{jwk}#0")), Ok([7; 32]));
        assert_eq!(key("did:web:example.org"), Err("cawg.ica.did_unavailable"));
        assert_eq!(key("https://example.org"), Err("cawg.ica.invalid_issuer"));
        assert_eq!(key("did:jwk:e30"), Err("cawg.ica.invalid_did_document"));
    }
}
