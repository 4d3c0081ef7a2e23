//! Packs: slots of one size one after another, each of which can be fetched and checked alone.
//!
//! `crate/CATALOGUE.md`, "Packs". A slot carries the path from itself to the root of its file,
//! which the signed descriptor names, so that one request for a part of a file is enough to know
//! that nobody has changed it. All slots of a pack have the same length, whatever is in them.

use super::descriptor::FileRef;
use super::{Refusal, take};

/// The length of a slot is so many bytes, or a multiple.
pub const SLOT_STEP: u32 = 512;
/// The longest slot.
pub const SLOT_MOST: u32 = 64 << 10;
/// Bytes of a slot before what is in it: how much is in it, and where it goes on.
pub const SLOT_HEAD: usize = 8;
/// Where a slot says that nothing follows.
pub const NO_MORE: u32 = u32::MAX;
/// Slots of one pack: 64 bits of hash for each would be 2 GiB at most.
pub const MOST_SLOTS: u64 = 1 << 26;

/// Slots, and the files they lie in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// How many.
    pub slots: u64,
    /// Bytes of each.
    pub slot_bytes: u32,
    /// Slots in each file but the last; a power of two.
    pub slots_per_file: u64,
    /// The files, in order.
    pub volumes: Vec<Volume>,
}

/// One file of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The file.
    pub file: FileRef,
    /// Root of the tree of hashes over its slots.
    pub root: [u8; 32],
}

/// Where a slot lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a FileRef,
    /// First byte.
    pub from: u64,
    /// Bytes.
    pub length: u32,
}

/// What was in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot<'a> {
    /// What it holds.
    pub payload: &'a [u8],
    /// The slot in which it goes on.
    pub next: Option<u32>,
}

/// Bytes of a proof in a file of so many slots: one hash for each level of its tree.
pub fn proof_bytes(slots_per_file: u64) -> usize {
    32 * slots_per_file.max(1).next_power_of_two().trailing_zeros() as usize
}

/// Bytes of a slot that can be filled.
pub fn room(slot_bytes: u32, slots_per_file: u64) -> usize {
    (slot_bytes as usize).saturating_sub(proof_bytes(slots_per_file) + SLOT_HEAD)
}

/// The hash of a slot without its proof.
pub fn leaf(body: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(&[0]).update(body).finalize().as_bytes()
}

/// The hash of two hashes.
pub fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    *blake3::Hasher::new().update(&[1]).update(left).update(right).finalize().as_bytes()
}

impl Pack {
    /// Where a slot lies; `None` where there is none of this number.
    pub fn place(&self, slot: u64) -> Option<Place<'_>> {
        if slot >= self.slots {
            return None;
        }
        let from = slot.checked_rem(self.slots_per_file)?.checked_mul(self.slot_bytes.into())?;
        Some(Place { file: &self.volume(slot)?.file, from, length: self.slot_bytes })
    }

    fn volume(&self, slot: u64) -> Option<&Volume> {
        self.volumes.get(usize::try_from(slot.checked_div(self.slots_per_file)?).ok()?)
    }

    /// Checks the bytes of a slot, and says what is in it.
    pub fn open<'a>(&self, slot: u64, bytes: &'a [u8]) -> Result<Slot<'a>, Refusal> {
        let name = || {
            let file = self.place(slot).map_or("no file", |p| p.file.name.as_str());
            format!("{file}, slot {slot}")
        };
        if bytes.len() != self.slot_bytes as usize {
            let (expected, came) = (self.slot_bytes.into(), bytes.len() as u64);
            return Err(Refusal::Length { name: name(), expected, came });
        }
        let cut = bytes
            .len()
            .checked_sub(proof_bytes(self.slots_per_file))
            .and_then(|at| bytes.split_at_checked(at));
        let (body, proof) =
            cut.ok_or_else(|| Refusal::malformed(name(), "the slot is smaller than its proof"))?;
        let (siblings, _) = proof.as_chunks::<32>();
        let mut hash = leaf(body);
        let mut at = slot.checked_rem(self.slots_per_file).unwrap_or_default();
        for sibling in siblings {
            hash = if at & 1 == 0 { node(&hash, sibling) } else { node(sibling, &hash) };
            at >>= 1;
        }
        let known = self.volume(slot).is_some_and(|volume| volume.root == hash);
        if !known || slot >= self.slots {
            return Err(Refusal::Differs { name: name() });
        }
        let mut rest = body;
        let head = take::<4>(&mut rest).zip(take::<4>(&mut rest));
        let (used, next) = head.ok_or_else(|| Refusal::malformed(name(), "it has no head"))?;
        let (used, next) = (u32::from_be_bytes(used) as usize, u32::from_be_bytes(next));
        let (payload, padding) = rest
            .split_at_checked(used)
            .ok_or_else(|| Refusal::malformed(name(), "it says to hold more than it can"))?;
        if padding.iter().any(|b| *b != 0) {
            return Err(Refusal::malformed(name(), "there is something after its end"));
        }
        // Forward only, so that no chain of slots comes back to itself.
        if next != NO_MORE && (u64::from(next) <= slot || u64::from(next) >= self.slots) {
            return Err(Refusal::malformed(name(), "it goes on where it cannot"));
        }
        Ok(Slot { payload, next: (next != NO_MORE).then_some(next) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(payload: &[u8], next: u32) -> Vec<u8> {
        let mut body = vec![0; 1024 - 32];
        body[..4].copy_from_slice(&(payload.len() as u32).to_be_bytes());
        body[4..8].copy_from_slice(&next.to_be_bytes());
        body[8..8 + payload.len()].copy_from_slice(payload);
        body
    }

    fn pack(bodies: [&[u8]; 2]) -> (Pack, [Vec<u8>; 2]) {
        let leaves = bodies.map(leaf);
        let pack = Pack {
            slots: 2,
            slot_bytes: 1024,
            slots_per_file: 2,
            volumes: vec![Volume {
                file: FileRef::of("shards/x-0123456789abcdef.bin".into(), 2048, [0; 32]),
                root: node(&leaves[0], &leaves[1]),
            }],
        };
        let slots = [[bodies[0], &leaves[1]].concat(), [bodies[1], &leaves[0]].concat()];
        (pack, slots)
    }

    #[test]
    fn a_slot_is_checked_alone() {
        let (first, second) = (slot(b"one", 1), slot(b"two", NO_MORE));
        let (pack, slots) = pack([&first, &second]);
        assert_eq!(pack.open(0, &slots[0]), Ok(Slot { payload: b"one", next: Some(1) }));
        assert_eq!(pack.open(1, &slots[1]), Ok(Slot { payload: b"two", next: None }));
        assert_eq!(pack.place(1).map(|p| (p.from, p.length)), Some((1024, 1024)));
        assert_eq!(pack.place(2), None);
        for bit in 0..1024 * 8 {
            let mut changed = slots[0].clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(pack.open(0, &changed), Err(Refusal::Differs { .. })), "bit {bit}");
        }
        for cut in 0..1024 {
            assert!(matches!(pack.open(0, &slots[0][..cut]), Err(Refusal::Length { .. })));
        }
        assert!(matches!(pack.open(1, &slots[0]), Err(Refusal::Differs { .. })), "another place");
        assert!(matches!(pack.open(2, &slots[0]), Err(Refusal::Differs { .. })), "no place");
    }

    #[test]
    fn a_signed_lie_about_lengths_is_refused_too() {
        let mut long = slot(b"one", NO_MORE);
        long[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        let mut after = slot(b"one", NO_MORE);
        after[500] = 1;
        for lie in [long, after, slot(b"one", 0), slot(b"one", 2), slot(b"one", 77)] {
            let other = slot(b"two", NO_MORE);
            let (pack, slots) = pack([&lie, &other]);
            assert!(matches!(pack.open(0, &slots[0]), Err(Refusal::Malformed { .. })));
        }
    }

    #[test]
    fn a_tree_is_as_deep_as_it_must_be() {
        assert_eq!([0, 1, 2, 4, 1 << 20].map(proof_bytes), [0, 0, 32, 64, 640]);
        assert_eq!(room(1024, 4), 1024 - 64 - 8);
    }
}
