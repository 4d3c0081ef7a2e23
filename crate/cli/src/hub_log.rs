//! The public log of an ISCC hub as a list of works: declarations with their codes.
//!
//! The log is a folder as `https://<hub>/log/` has it: `checkpoint` (<https://c2sp.org/tlog-checkpoint>)
//! and `tile/entries/…` (<https://c2sp.org/tlog-tiles>), each bundle up to 256 entries of two bytes
//! length and JSON. The tree over all entries (RFC 6962, 2.1) must have the root that the checkpoint
//! names, and each declaration the signature of its key: Ed25519 over the note in canonical JSON
//! without the proof itself (ISCC-SIG v1.0). What fails is not taken.
//!
//! A declaration says that a key declared a code at a time. It says nothing about rights, so the
//! records have no use and no licence; those are with the gateway, which nobody is sent to here.
//! The key that signs the checkpoint is in no file of the log. Whoever knows it puts it beside, as
//! `checkpoint.vkey` (<https://c2sp.org/signed-note>); then the signature must be right too.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sayso_catalogue::build::Codes;
use sayso_catalogue::signature::verify_text;
use sayso_core::catalogue::descriptor::canonical;
use sayso_core::catalogue::record::Record;
use sayso_core::catalogue::row::key_of;
use sayso_core::catalogue::shard::Hash;
use sayso_core::fingerprint::{compare::comparable, iscc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::works::{Listed, image_code};

/// The name of a checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// The name of the key that signs it, as a verifier key of a signed note.
const KEY: &str = "checkpoint.vkey";
/// A signed note's algorithm: Ed25519 over the text.
const ED25519: u8 = 1;
/// Entries of a full bundle.
const BUNDLE: u64 = 256;
/// The largest bundle: each entry has two bytes for its length.
const BUNDLE_BYTES: u64 = BUNDLE * (2 + 65_535);

/// Opens a log; all of it is checked against its root before any of it is given.
pub fn open(folder: &Path) -> Result<crate::works::List, String> {
    let (size, root) = checkpoint(folder)?;
    let mut tree = Tree::default();
    for bundle in 0..size.div_ceil(BUNDLE) {
        for entry in entries(folder, size, bundle)? {
            tree.add(&entry);
        }
    }
    if tree.root() != root {
        return Err("the entries are not those of the checkpoint: their root differs".to_string());
    }
    let folder = folder.to_path_buf();
    let all =
        (0..size.div_ceil(BUNDLE)).flat_map(move |bundle| match entries(&folder, size, bundle) {
            Ok(entries) => entries.into_iter().map(|entry| listed(&entry)).collect(),
            Err(why) => vec![Err(why)],
        });
    Ok(Box::new(all))
}

fn checkpoint(folder: &Path) -> Result<(u64, [u8; 32]), String> {
    let mut text = String::new();
    let file = File::open(folder.join(CHECKPOINT)).map_err(|e| format!("{CHECKPOINT}: {e}"))?;
    file.take(64 << 10).read_to_string(&mut text).map_err(|e| format!("{CHECKPOINT}: {e}"))?;
    if let Ok(key) = fs::read_to_string(folder.join(KEY)) {
        signed(&text, key.trim())?;
    }
    let mut lines = text.lines().skip(1);
    let size = lines.next().and_then(|line| line.parse().ok());
    let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
    let root = root.and_then(|root| root.try_into().ok());
    size.zip(root).ok_or_else(|| format!("{CHECKPOINT}: this is no checkpoint of a log"))
}

/// Whether a note is signed by a key: `name+hash+base64`. Its text ends before an empty line; the
/// lines after it are `— name base64`, of four bytes of the key's hash and the signature.
fn signed(note: &str, key: &str) -> Result<(), String> {
    let wrong = |why: &str| format!("{KEY}: {why}");
    let mut parts = key.splitn(3, '+');
    let (Some(name), Some(hash), Some(public)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong("this is no verifier key"));
    };
    let public = STANDARD.decode(public).map_err(|_| wrong("this is no verifier key"))?;
    let id = &key_id(name, &public)[..];
    let bytes = public.strip_prefix(&[ED25519]).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let bytes = bytes.ok_or_else(|| wrong("it is no Ed25519 key"))?;
    if hash != sayso_core::catalogue::descriptor::hex(id) {
        return Err(wrong("its hash is not that of the key"));
    }
    let (text, signatures) =
        note.rsplit_once("\n\n").ok_or_else(|| format!("{CHECKPOINT}: it is not signed"))?;
    let text = format!("{text}\n");
    let right = signatures.lines().any(|line| {
        let signature = line.strip_prefix("\u{2014} ").and_then(|line| line.rsplit_once(' '));
        let Some((_, signature)) = signature.filter(|(by, _)| *by == name) else { return false };
        let signature = STANDARD.decode(signature).unwrap_or_default();
        signature
            .strip_prefix(id)
            .is_some_and(|signature| verify_text(&bytes, text.as_bytes(), signature))
    });
    right.then_some(()).ok_or_else(|| format!("{CHECKPOINT}: it is not signed by {name}"))
}

/// What a line of a signature names its key by (C2SP signed-note, "Signatures").
fn key_id(name: &str, public: &[u8]) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(public);
    let [a, b, c, d, ..]: [u8; 32] = hash.finalize().into();
    [a, b, c, d]
}

/// The entries of a bundle: `tile/entries/x001/234`, the last one with `.p/` and its width.
fn entries(folder: &Path, size: u64, bundle: u64) -> Result<Vec<Vec<u8>>, String> {
    let width = BUNDLE.min(size - bundle * BUNDLE);
    let mut path = PathBuf::from("tile/entries");
    let groups = format!("{bundle:03}");
    let digits = groups.len().next_multiple_of(3);
    let groups = format!("{groups:0>digits$}");
    let count = groups.len() / 3;
    for n in 0..count {
        let digits = &groups[3 * n..3 * n + 3];
        path.push(if n + 1 < count { format!("x{digits}") } else { digits.to_string() });
    }
    if width < BUNDLE {
        path.as_mut_os_string().push(".p");
        path.push(width.to_string());
    }
    let name = path.display().to_string();
    let file = folder.join(&path);
    let length = fs::metadata(&file).map_err(|e| format!("{name}: {e}"))?.len();
    if length > BUNDLE_BYTES {
        return Err(format!("{name}: it is larger than a bundle may be"));
    }
    let bytes = fs::read(file).map_err(|e| format!("{name}: {e}"))?;
    let mut rest = bytes.as_slice();
    let mut entries = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let entry = after.split_at_checked(usize::from(u16::from_be_bytes(*length)));
        let (entry, after) = entry.ok_or_else(|| format!("{name}: an entry is cut off"))?;
        entries.push(entry.to_vec());
        rest = after;
    }
    if !rest.is_empty() || entries.len() as u64 != width {
        return Err(format!("{name}: it has not as many entries as it should"));
    }
    Ok(entries)
}

/// The tree of RFC 6962, grown from the left: one hash for each complete part.
#[derive(Default)]
struct Tree {
    complete: Vec<(u32, [u8; 32])>,
}

impl Tree {
    fn add(&mut self, entry: &[u8]) {
        let mut part = (0, Sha256::new().chain_update([0]).chain_update(entry).finalize().into());
        while let Some((level, left)) = self.complete.pop_if(|(level, _)| *level == part.0) {
            part = (level + 1, node(&left, &part.1));
        }
        self.complete.push(part);
    }

    fn root(&self) -> [u8; 32] {
        let mut parts = self.complete.iter().rev();
        let Some((_, last)) = parts.next() else { return Sha256::digest([]).into() };
        parts.fold(*last, |right, (_, left)| node(left, &right))
    }
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

fn listed(entry: &[u8]) -> Result<Listed, String> {
    let json: Value = serde_json::from_slice(entry).map_err(|e| format!("an entry: {e}"))?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(String::from);
    let id = text(&json, "iscc_id").ok_or("an entry has no ISCC-ID")?;
    let wrong = |why: &str| format!("{id}: {why}");
    let note = json.get("note").ok_or_else(|| wrong("there is no note"))?;
    let signature = note.get("signature").ok_or_else(|| wrong("it is not signed"))?;
    let key = text(signature, "pubkey").and_then(|key| multikey(&key));
    let proof = text(signature, "proof").and_then(|proof| base58(&proof));
    let mut signed = note.clone();
    if let Some(signature) = signed.get_mut("signature").and_then(Value::as_object_mut) {
        signature.remove("proof");
    }
    let right =
        key.zip(proof).is_some_and(|(key, proof)| verify_text(&key, &canonical(&signed), &proof));
    if !right {
        return Err(wrong("the signature is not one of its key over this note"));
    }
    let mut codes = Codes::default();
    // A multihash of BLAKE3 with 32 bytes.
    let hash = text(note, "datahash").and_then(|hash| key_of(hash.strip_prefix("1e20")?));
    codes.keys.extend(hash.map(|key| (Hash::Blake3, key)));
    let units = note.get("units").and_then(Value::as_array).into_iter().flatten();
    let mut units: Vec<String> = units.filter_map(Value::as_str).map(String::from).collect();
    if let Some(code) = text(note, "iscc_code") {
        units.extend(iscc::decompose(&code).unwrap_or_default());
    }
    // The longest code of each kind; the composite has only its beginning.
    codes.image.extend(units.iter().find_map(|unit| image_code(unit)));
    codes.audio.extend(units.iter().find_map(|unit| audio_code(unit)));
    let record = Record {
        declarer: text(signature, "controller").or_else(|| text(signature, "pubkey")),
        id,
        ..Record::default()
    };
    let record = Record::read(&record.write()).ok().flatten().ok_or("this is no record")?;
    Ok(Listed { record, file: None, codes, unread: None })
}

/// An Audio-Code with 256 bits. It is a candidate only, and the log has nothing that confirms it;
/// who has the sound may still compare.
fn audio_code(unit: &str) -> Option<[u64; 4]> {
    let body = iscc::body(unit)?;
    let is_audio = unit.strip_prefix("ISCC:").unwrap_or(unit).starts_with("EI");
    comparable(&body).filter(|_| is_audio && body.len() == 64)
}

/// An Ed25519 key as a multikey: `z`, then base58 of `ed01` and 32 bytes.
fn multikey(text: &str) -> Option<[u8; 32]> {
    base58(text)?.strip_prefix(&[0xED, 0x01])?.try_into().ok()
}

/// Base58 with Bitcoin's alphabet behind a `z`.
fn base58(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digits = text.strip_prefix('z').filter(|d| d.len() <= 128)?;
    let zeros = digits.bytes().take_while(|b| *b == b'1').count();
    let mut bytes: Vec<u8> = Vec::new();
    for digit in digits.bytes() {
        let mut carry = ALPHABET.iter().position(|a| *a == digit)?;
        for byte in bytes.iter_mut().rev() {
            carry += usize::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.insert(0, carry as u8);
        }
    }
    Some([vec![0; zeros], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58_is_read_as_elsewhere() {
        assert_eq!(base58("zStV1DL6CwTryKyV").as_deref(), Some(&b"hello world"[..]));
        assert_eq!(base58("z11"), Some(vec![0, 0]));
        assert_eq!(base58("z0"), None);
        assert_eq!(base58("StV1DL6CwTryKyV"), None);
    }

    #[test]
    fn a_checkpoint_is_signed_by_the_key_that_lies_beside_it() {
        let (name, key) =
            ("hub.example/log", sayso_catalogue::signature::Key::from_bytes(&[3; 32]));
        let public = [&[ED25519][..], &key.public()].concat();
        let id = key_id(name, &public);
        let hash = sayso_core::catalogue::descriptor::hex(&id);
        let vkey = format!("{name}+{hash}+{}", STANDARD.encode(&public));
        let text = format!("{name}\n3\n80i/i3WlNaJsB0MBACOyC/VbxQ9TVJUWHjnASIjcNDo=\n");
        let proof = [&id[..], &key.sign(text.as_bytes())].concat();
        let note = format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode(&proof));
        assert_eq!(signed(&note, &vkey), Ok(()));
        let others = format!(
            "{text}\n\u{2014} witness.example AAAA\n\u{2014} {name} {}\n",
            STANDARD.encode(&proof)
        );
        assert_eq!(signed(&others, &vkey), Ok(()), "others may sign too");
        for lie in [
            note.replace("\n3\n", "\n4\n"),
            note.replace("\u{2014} hub", "\u{2014} hut"),
            text.clone(),
            format!("{text}\n\u{2014} {name} AAAAAA==\n"),
        ] {
            assert!(signed(&lie, &vkey).is_err(), "{lie}");
        }
        for lie in [
            "",
            "a+b",
            &vkey.replace('+', "-"),
            &format!("{name}+00000000+{}", STANDARD.encode(&public)),
        ] {
            assert!(signed(&note, lie).is_err(), "{lie}");
        }
    }

    #[test]
    fn a_tree_grows_as_rfc_6962_says() {
        let of = |count: u8| {
            let mut tree = Tree::default();
            (0..count).for_each(|n| tree.add(&[n]));
            tree.root()
        };
        let leaf = |n: u8| -> [u8; 32] { Sha256::digest([0, n]).into() };
        assert_eq!(of(1), leaf(0));
        assert_eq!(of(3), node(&node(&leaf(0), &leaf(1)), &leaf(2)));
        let four = node(&node(&leaf(0), &leaf(1)), &node(&leaf(2), &leaf(3)));
        let six = node(&four, &node(&leaf(4), &leaf(5)));
        assert_eq!((of(4), of(7)), (four, node(&four, &node(&node(&leaf(4), &leaf(5)), &leaf(6)))));
        assert_eq!(of(6), six);
    }

    #[test]
    fn a_log_is_taken_whole_and_right_or_not_at_all() {
        let root = std::env::var_os("SAYSO_SHARED").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
            PathBuf::from,
        );
        let sample = root.join("conformance/registry-samples/iscc-hub-log");
        let Ok(checkpoint) = fs::read(sample.join(CHECKPOINT)) else {
            println!("skipped: there is no ../shared beside the repository");
            return;
        };
        let bundle = fs::read(sample.join("entries-000.p-3.bin")).unwrap();
        let folder = std::env::temp_dir().join(format!("sayso-hub-log-{}", std::process::id()));
        fs::create_dir_all(folder.join("tile/entries/000.p")).unwrap();
        let put = |checkpoint: &[u8], bundle: &[u8]| {
            fs::write(folder.join(CHECKPOINT), checkpoint).unwrap();
            fs::write(folder.join("tile/entries/000.p/3"), bundle).unwrap();
        };
        put(&checkpoint, &bundle);
        let listed: Vec<Listed> = open(&folder).unwrap().map(Result::unwrap).collect();
        assert_eq!(listed.len(), 3);
        let first = &listed[0];
        assert_eq!(first.record.id, "ISCC:MAIGIRMUCYSAAAAB");
        assert_eq!(first.record.declarer.as_deref(), Some("did:web:creator.example"));
        assert!(first.record.uses.is_empty() && first.record.licence.is_none());
        assert_eq!((first.codes.keys.len(), first.codes.image.len()), (1, 1));
        assert!(!first.codes.image[0].1.short(), "the unit with 256 bits and not the composite");
        assert_eq!(listed[1].codes.audio.len(), 1);
        for at in (0..bundle.len()).step_by(41) {
            let mut changed = bundle.clone();
            changed[at] ^= 1;
            put(&checkpoint, &changed);
            assert!(open(&folder).is_err(), "byte {at}");
            put(&checkpoint, &bundle[..at]);
            assert!(open(&folder).is_err(), "cut at {at}");
        }
        // A hub that lies consistently: the root is right and a note is not what was signed.
        let text = String::from_utf8_lossy(&bundle).into_owned();
        let lie = text.replacen("did:web:creator.example", "did:web:somebody.invalid", 1);
        assert_eq!(lie.len(), bundle.len() + 1, "an entry has grown by a byte");
        let mut lie = lie.into_bytes();
        let length = u16::from_be_bytes([bundle[0], bundle[1]]) + 1;
        lie[..2].copy_from_slice(&length.to_be_bytes());
        let mut tree = Tree::default();
        fs::write(folder.join("tile/entries/000.p/3"), &lie).unwrap();
        entries(&folder, 3, 0).unwrap().iter().for_each(|entry| tree.add(entry));
        put(format!("x\n3\n{}\n", STANDARD.encode(tree.root())).as_bytes(), &lie);
        let told = open(&folder).unwrap().next().unwrap().unwrap_err();
        assert!(told.contains("the signature is not one of its key"), "{told}");
        fs::remove_dir_all(folder).unwrap();
    }
}
