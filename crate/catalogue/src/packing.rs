//! Writes packs: groups of bytes into slots of one size, with their proofs.
//!
//! `crate/CATALOGUE.md`, "Packs". First every group is laid where it belongs, in one file; then
//! the volumes are written one after the other, each read twice: for the hashes of all its slots,
//! and to be written with the proofs in it. No more hashes are held than those of one volume.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sayso_core::catalogue::descriptor::{FileRef, hex};
use sayso_core::catalogue::pack::{
    NO_MORE, Pack, SLOT_STEP, Volume, leaf, node, proof_bytes, room,
};

/// The largest volume. Hosts take files of this size, and a change in one work makes one such
/// file anew and not the whole pack.
const VOLUME: u64 = 64 << 20;
/// Volumes of one pack at most, which are larger where these would be more: a descriptor names 4,096
/// files, and sixteen packs are possible (three of hashes, four bands of three kinds, records).
const VOLUMES: u64 = 240;
/// The largest slot that is written, however uneven the groups are: two of them and one of a shard of
/// exact keys are less than 100 KiB.
const SLOT: u32 = 44 << 10;
/// Of so many groups one may go on in another slot.
const OVERFLOW: usize = 64;

/// How a pack is cut, which follows from the lengths of its groups alone.
struct Cut {
    slot_bytes: u32,
    slots_per_file: u64,
    slots: u64,
}

impl Cut {
    /// The smallest slot in which all but one of 64 groups have room.
    fn of(lengths: &[u32]) -> Cut {
        let mut sorted = lengths.to_vec();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let usual = sorted.get(last - last / OVERFLOW).copied().unwrap_or_default();
        let mut slots = lengths.len().max(1) as u64;
        loop {
            // A longer proof makes a longer slot, and that fewer slots of a file.
            let mut slots_per_file = slots.next_power_of_two();
            let slot_bytes = loop {
                let wanted = usual as usize + proof_bytes(slots_per_file) + 8;
                let wanted = (wanted as u32).next_multiple_of(SLOT_STEP).min(SLOT);
                let most = VOLUME / u64::from(wanted);
                let most = if most.is_power_of_two() { most } else { most.next_power_of_two() / 2 };
                let most = most.max(slots.div_ceil(VOLUMES).next_power_of_two());
                if slots_per_file <= most {
                    break wanted;
                }
                slots_per_file = most;
            };
            let needed = lengths.iter().map(|l| slots_of(*l, room(slot_bytes, slots_per_file)));
            let needed: u64 = needed.sum::<u64>().max(1);
            if needed <= slots {
                return Cut { slot_bytes, slots_per_file, slots: needed };
            }
            slots = needed;
        }
    }
}

fn slots_of(length: u32, room: usize) -> u64 {
    u64::from(length).div_ceil(room as u64).max(1)
}

/// Writes one pack. `lengths` are those of its groups, which follow in the same order.
pub fn write(
    out: &Path,
    temp: &Path,
    prefix: &str,
    lengths: &[u32],
    groups: impl Iterator<Item = io::Result<Vec<u8>>>,
) -> io::Result<Pack> {
    let cut = Cut::of(lengths);
    let body = cut.slot_bytes as usize - proof_bytes(cut.slots_per_file);
    let room = room(cut.slot_bytes, cut.slots_per_file);
    let laid = temp.join("pack.laid");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&laid)?);
    let mut overflow = lengths.len().max(1) as u64;
    let mut at = 0;
    let mut lay = |slot: u64, payload: &[u8], next: u32| -> io::Result<()> {
        let mut bytes = vec![0; body];
        bytes[..4].copy_from_slice(&(payload.len() as u32).to_be_bytes());
        bytes[4..8].copy_from_slice(&next.to_be_bytes());
        bytes[8..8 + payload.len()].copy_from_slice(payload);
        let place = slot * body as u64;
        if place != at {
            file.seek(SeekFrom::Start(place))?;
        }
        at = place + body as u64;
        file.write_all(&bytes)
    };
    let mut count = 0;
    for (number, group) in groups.enumerate() {
        let group = group?;
        count += 1;
        if lengths.get(number).is_none_or(|l| *l as usize != group.len()) {
            return Err(io::Error::other("a group has another length than was said"));
        }
        let mut slot = number as u64;
        let mut parts = group.chunks(room).peekable();
        if parts.peek().is_none() {
            lay(slot, &[], NO_MORE)?;
        }
        while let Some(part) = parts.next() {
            let next = match parts.peek() {
                Some(_) => u32::try_from(overflow).map_err(io::Error::other)?,
                None => NO_MORE,
            };
            lay(slot, part, next)?;
            if next != NO_MORE {
                slot = overflow;
                overflow += 1;
            }
        }
    }
    if count != lengths.len() {
        return Err(io::Error::other("there are fewer groups than was said"));
    }
    if lengths.is_empty() {
        lay(0, &[], NO_MORE)?;
    }
    file.flush()?;
    drop(file);
    let mut laid_file = BufReader::with_capacity(1 << 20, File::open(&laid)?);
    let mut volumes = Vec::new();
    let mut bytes = vec![0; body];
    let mut begun = 0;
    while begun < cut.slots {
        let slots = cut.slots_per_file.min(cut.slots - begun);
        let mut leaves = Vec::with_capacity(slots as usize);
        for _ in 0..slots {
            laid_file.read_exact(&mut bytes)?;
            leaves.push(leaf(&bytes));
        }
        let tree = Tree::of(leaves, cut.slots_per_file as usize);
        laid_file.seek(SeekFrom::Start(begun * body as u64))?;
        let mut volume = NewFile::create(temp, "volume")?;
        for slot in 0..slots {
            laid_file.read_exact(&mut bytes)?;
            volume.write_all(&bytes)?;
            volume.write_all(&tree.proof(slot as usize))?;
        }
        volumes.push(Volume { file: volume.name(out, prefix)?, root: tree.root() });
        begun += slots;
    }
    std::fs::remove_file(&laid)?;
    let Cut { slot_bytes, slots_per_file, slots } = cut;
    Ok(Pack { slots, slot_bytes, slots_per_file, volumes })
}

/// All hashes over the slots of one volume, level by level.
struct Tree(Vec<Vec<[u8; 32]>>);

impl Tree {
    fn of(leaves: Vec<[u8; 32]>, slots: usize) -> Tree {
        let mut level = leaves;
        level.resize(slots.next_power_of_two(), [0; 32]);
        let mut levels = vec![level];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let (pairs, _) = level.as_chunks::<2>();
            levels.push(pairs.iter().map(|[left, right]| node(left, right)).collect());
        }
        Tree(levels)
    }

    fn root(&self) -> [u8; 32] {
        self.0.last().map_or([0; 32], |level| level[0])
    }

    fn proof(&self, slot: usize) -> Vec<u8> {
        let below_root = &self.0[..self.0.len() - 1];
        below_root.iter().enumerate().flat_map(|(n, level)| level[(slot >> n) ^ 1]).collect()
    }
}

/// A file that gets its name when its hash is known.
pub struct NewFile {
    file: BufWriter<File>,
    path: PathBuf,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl NewFile {
    /// Begins one in a folder for such.
    pub fn create(temp: &Path, name: &str) -> io::Result<NewFile> {
        let path = temp.join(format!("{name}.new"));
        let file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        Ok(NewFile { file, path, hasher: blake3::Hasher::new(), bytes: 0 })
    }

    /// Ends it: `<prefix>-<sixteen digits of its hash>.bin` below `out`.
    pub fn name(mut self, out: &Path, prefix: &str) -> io::Result<FileRef> {
        self.file.flush()?;
        // On the disk before anything speaks of it.
        self.file.get_ref().sync_all()?;
        let hash = *self.hasher.finalize().as_bytes();
        let name = format!("{prefix}-{}.bin", &hex(&hash)[..16]);
        let path = out.join(&name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::rename(&self.path, path)?;
        Ok(FileRef::of(name, self.bytes, hash))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.hasher.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_files_keep_to_their_limits_whatever_the_groups() {
        let large = Cut::of(&vec![60_000; 1_000]);
        assert_eq!((large.slot_bytes, large.slots), (SLOT, 2_000), "each goes on in a second slot");
        // As many as the shards of a thousand million works.
        let many = Cut::of(&vec![5_500; 1 << 22]);
        let files = many.slots.div_ceil(many.slots_per_file);
        assert!((VOLUMES / 2..=VOLUMES).contains(&files), "{files} files");
        assert!(Cut::of(&vec![5_500; 1 << 12]).slots_per_file < 1 << 14, "files of 64 MiB");
    }

    #[test]
    fn every_slot_of_a_pack_proves_itself_and_leads_on() {
        let root = std::env::temp_dir().join(format!("sayso-pack-{}", std::process::id()));
        let temp = root.join("temp");
        std::fs::create_dir_all(&temp).unwrap();
        // One group in a hundred is far larger than a slot.
        let length = |n: usize| if n % 100 == 7 { 5_000 } else { n % 300 };
        let groups: Vec<Vec<u8>> = (0..1_000).map(|n| vec![n as u8; length(n)]).collect();
        let lengths: Vec<u32> = groups.iter().map(|g| g.len() as u32).collect();
        let pack =
            write(&root, &temp, "shards/x", &lengths, groups.iter().cloned().map(Ok)).unwrap();
        assert_eq!(pack.slot_bytes, 1_024);
        assert!(pack.slots > 1_000);
        let volume = std::fs::read(root.join(&pack.volumes[0].file.name)).unwrap();
        pack.volumes[0].file.check(&volume).unwrap();
        for (number, group) in groups.iter().enumerate() {
            let (mut slot, mut whole) = (number as u64, Vec::new());
            loop {
                let place = pack.place(slot).unwrap();
                let from = place.from as usize;
                let opened = pack.open(slot, &volume[from..from + place.length as usize]).unwrap();
                whole.extend_from_slice(opened.payload);
                match opened.next {
                    Some(next) => slot = next.into(),
                    None => break,
                }
            }
            assert_eq!(&whole, group);
        }
        let empty = write(&root, &temp, "shards/y", &[], std::iter::empty()).unwrap();
        assert_eq!((empty.slots, empty.volumes.len()), (1, 1));
        std::fs::remove_dir_all(root).unwrap();
    }
}
