//! Manifests packed with Brotli.
//!
//! C2PA 2.2, 11.1.4.4 (compressed manifests),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>; Brotli
//! is RFC 7932. A packed manifest (`c2cm`) holds one `brob` box, and in it the whole box of the
//! manifest that it stands for. Left out: packing inside packing.

use std::io::Read;

use sayso_core::limits::Limits;
use sayso_core::metadata::c2pa::kind;
use sayso_core::metadata::jumbf::{self, Superbox};

/// Bytes that the manifests of one store may unpack to in all; real ones have some hundred
/// kilobytes, most of them thumbnails.
const UNPACKED: usize = 16 << 20;

/// A store in which every packed manifest is replaced by what it packs. `None` when nothing is
/// packed; [`Err`] when something cannot be unpacked.
pub fn unpack(root: &Superbox<'_>, limits: &Limits) -> Option<Result<Vec<u8>, ()>> {
    let packed = |b: &&Superbox<'_>| b.kind == kind(b"c2cm");
    if !root.boxes.iter().any(|b| packed(&b)) {
        return None;
    }
    Some(rebuilt(root, limits).ok_or(()))
}

fn rebuilt(root: &Superbox<'_>, limits: &Limits) -> Option<Vec<u8>> {
    let length = u32::from_be_bytes(*root.body.first_chunk::<4>()?);
    let mut body = root.body.get(..usize::try_from(length).ok()?)?.to_vec();
    let mut left = UNPACKED.min(limits.file_bytes);
    for manifest in &root.boxes {
        if manifest.kind != kind(b"c2cm") {
            body.extend_from_slice(manifest.whole);
            continue;
        }
        let mut unpacked = Vec::new();
        let most = u64::try_from(left).ok()?;
        let mut brotli = brotli_decompressor::Decompressor::new(manifest.content(b"brob")?, 4_096);
        // One byte more than there is room for tells "just enough" from "too much".
        Read::by_ref(&mut brotli).take(most.saturating_add(1)).read_to_end(&mut unpacked).ok()?;
        left = left.checked_sub(unpacked.len())?;
        let inner = jumbf::read(&unpacked, limits).ok()?;
        let plain = [kind(b"c2ma"), kind(b"c2um")].contains(&inner.kind);
        if !plain || inner.label != manifest.label {
            return None;
        }
        body.extend_from_slice(inner.whole);
    }
    let whole = u32::try_from(body.len().checked_add(8)?).ok()?;
    Some([&whole.to_be_bytes()[..], b"jumb", &body].concat())
}
