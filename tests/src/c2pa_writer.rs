//! Writes a C2PA manifest store, unsigned, into a picture: what a case says is claimed.
//!
//! C2PA 1.4 and 2.2, section 11 (boxes and places),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>; JUMBF
//! is ISO 19566-5, CBOR is RFC 8949. It shares no code with the reader in the core, so that a
//! mistake cannot be made twice alike. Left out: signatures and hashes (zeros stand there);
//! manifests that hold are the corpus's business.

use serde_json::Value;

/// The type of a superbox of C2PA: four letters and a suffix that is always the same.
const SUFFIX: &[u8] = b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";

/// The type of a superbox with CBOR in it (ISO 19566-5, B.5).
const CBOR: &[u8] = b"cbor";

/// Puts a store of these manifests into a JPEG or PNG file; the last one is the active one.
///
/// A manifest is JSON: `claim` (taken over into the claim), `created`, `gathered` or
/// `assertions` (label to content; the last is the list of version 1), `label`, and `cut`: how
/// many bytes of the store are left.
pub fn embed(picture: &[u8], manifests: &[String]) -> Result<Vec<u8>, String> {
    let store = store(manifests)?;
    if picture.starts_with(&[0xff, 0xd8]) {
        Ok(into_jpeg(picture, &store))
    } else if picture.starts_with(b"\x89PNG") {
        Ok(into_png(picture, &store))
    } else {
        Err("manifests are written into JPEG and PNG only".to_string())
    }
}

/// The store alone, as it lies at an address of its own.
pub fn store(manifests: &[String]) -> Result<Vec<u8>, String> {
    let mut boxes = Vec::new();
    let mut cut = usize::MAX;
    for (number, text) in manifests.iter().enumerate() {
        let manifest: Value = serde_json::from_str(text).map_err(|e| format!("manifest: {e}"))?;
        boxes.extend(one(&manifest, number));
        if let Some(left) = manifest["cut"].as_u64() {
            cut = usize::try_from(left).map_err(|e| e.to_string())?;
        }
    }
    let mut store = superbox(b"c2pa", "c2pa", &boxes);
    store.truncate(cut);
    Ok(store)
}

fn one(manifest: &Value, number: usize) -> Vec<u8> {
    let mut claim = manifest["claim"].as_object().cloned().unwrap_or_default();
    let mut assertions = Vec::new();
    let lists = [
        ("assertions", "assertions"),
        ("created", "created_assertions"),
        ("gathered", "gathered_assertions"),
    ];
    let mut version = 1;
    for (from, to) in lists {
        let Some(listed) = manifest[from].as_object() else { continue };
        if from != "assertions" {
            version = 2;
        }
        let mut references = Vec::new();
        for (label, content) in listed {
            assertions.extend(superbox(CBOR, label, &boxed(b"cbor", &cbor(content))));
            references.push(serde_json::json!({
                "url": format!("self#jumbf=c2pa.assertions/{label}"),
                "hash": "0".repeat(32),
            }));
        }
        claim.insert(to.to_string(), references.into());
    }
    claim.insert("signature".to_string(), "self#jumbf=c2pa.signature".into());
    let claim_label = if version == 2 { "c2pa.claim.v2" } else { "c2pa.claim" };
    let label = manifest["label"].as_str().map_or(format!("urn:c2pa:{number}"), str::to_string);
    let inner = [
        superbox(b"c2as", "c2pa.assertions", &assertions),
        superbox(b"c2cl", claim_label, &boxed(b"cbor", &cbor(&claim.into()))),
        superbox(b"c2cs", "c2pa.signature", &boxed(b"cbor", b"\xd2\x84\x40\xa0\xf6\x40")),
    ];
    superbox(b"c2ma", &label, &inner.concat())
}

fn boxed(name: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), name, body].concat()
}

/// A superbox: its description (type, "has a label and can be asked for", label), its content.
fn superbox(kind: &[u8], label: &str, content: &[u8]) -> Vec<u8> {
    let description = [kind, SUFFIX, &[3], label.as_bytes(), &[0]].concat();
    boxed(b"jumb", &[boxed(b"jumd", &description), content.to_vec()].concat())
}

/// JSON as CBOR; what stands under `hash` becomes bytes.
fn cbor(value: &Value) -> Vec<u8> {
    match value {
        Value::Null => vec![0xf6],
        Value::Bool(truth) => vec![0xf4 + u8::from(*truth)],
        Value::Number(number) => match number.as_u64() {
            Some(number) => head(0, number),
            None => [&[0xfb][..], &number.as_f64().unwrap_or(0.0).to_be_bytes()].concat(),
        },
        Value::String(text) => [head(3, text.len() as u64), text.as_bytes().to_vec()].concat(),
        Value::Array(items) => {
            [head(4, items.len() as u64), items.iter().flat_map(cbor).collect()].concat()
        }
        Value::Object(pairs) => {
            let mut out = head(5, pairs.len() as u64);
            for (key, value) in pairs {
                out.extend(cbor(&Value::String(key.clone())));
                out.extend(match value.as_str().filter(|_| key == "hash") {
                    Some(bytes) => [head(2, bytes.len() as u64), bytes.into()].concat(),
                    None => cbor(value),
                });
            }
            out
        }
    }
}

fn head(major: u8, number: u64) -> Vec<u8> {
    let major = major << 5;
    match number {
        0..24 => vec![major | number as u8],
        24..0x100 => vec![major | 24, number as u8],
        0x100..0x1_0000 => [&[major | 25][..], &(number as u16).to_be_bytes()].concat(),
        _ => [&[major | 27][..], &number.to_be_bytes()].concat(),
    }
}

/// APP11 segments right behind the first marker, small enough that there are several of them:
/// `JP`, instance, number; all but the first repeat the header of the box (ISO 19566-5, D.2).
fn into_jpeg(jpeg: &[u8], store: &[u8]) -> Vec<u8> {
    const PART: usize = 400;
    let mut out = jpeg[..2].to_vec();
    let header = store[..store.len().min(8)].to_vec();
    for (number, part) in store.chunks(PART).enumerate() {
        let repeated = if number == 0 { &[] } else { header.as_slice() };
        let number = (number as u32 + 1).to_be_bytes();
        let body = [b"JP\0\x01", &number[..], repeated, part].concat();
        out.extend([0xff, 0xeb]);
        out.extend((body.len() as u16 + 2).to_be_bytes());
        out.extend(body);
    }
    out.extend_from_slice(&jpeg[2..]);
    out
}

/// A chunk `caBX` behind the header (C2PA 2.2, A.3.2).
fn into_png(png: &[u8], store: &[u8]) -> Vec<u8> {
    let at = 8 + 25;
    let typed = [b"caBX", store].concat();
    let length = (store.len() as u32).to_be_bytes();
    [&png[..at], &length, &typed, &crc(&typed).to_be_bytes(), &png[at..]].concat()
}

/// The checksum of a chunk (PNG, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let byte = |crc: u32, byte: &u8| {
        (0..8)
            .fold(crc ^ u32::from(*byte), |c, _| (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn numbers_and_texts_are_cbor() {
        let value: Value = serde_json::from_str(r#"{"a":[1,300,true,null],"hash":"xy"}"#).unwrap();
        assert_eq!(cbor(&value), b"\xa2\x61a\x84\x01\x19\x01\x2c\xf5\xf6\x64hash\x42xy");
    }
}
