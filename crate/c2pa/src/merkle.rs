//! Merkle trees in the hard binding of ISO BMFF files: media data in blocks, and fragments.
//!
//! C2PA 2.2, 9.2.3 and 18.7.2 (`merkle` of `c2pa.hash.bmff`, versions 2 and 3; `uuid` boxes with
//! the purpose `merkle`),
//! <https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html>. A tree
//! is not filled up: a node without a neighbour is its own parent. Left out, and answered as not
//! supported: trees over the chunks of the tracks of a file that is not fragmented, and fragments
//! that are files of their own.

use std::ops::Range;

use sayso_core::metadata::cbor::{self, Cbor};

use crate::binding::Bound;
use crate::bmff::{Place, number};
use crate::signature::Hash;

/// Trees of one file; real files have one a track.
const TREES: usize = 16;

/// Leaves of one tree: a file of 64 MB in pieces of a kilobyte has 65,536.
const LEAVES: usize = 1 << 17;

/// What every media data box begins with and no leaf covers: room for its longest head (18.7.2).
const HEAD: usize = 16;

/// `d8fec3d6-1b0e-483c-9297-5828877ec481`, version and flags, and the purpose.
const PURPOSE: &[u8] =
    b"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81\0\0\0\0merkle\0";

/// A file, and the hash over a part of it as the assertion wants it: without what is excluded.
pub struct File<'f> {
    /// All of its bytes.
    pub bytes: &'f [u8],
    /// Every box of it.
    pub boxes: &'f [Place],
    /// The hash of a range, by an algorithm.
    pub part: &'f dyn Fn(Range<usize>, Hash) -> Vec<u8>,
}

/// Checks every tree of an assertion.
pub fn check(trees: &[Cbor<'_>], hash: Hash, file: &File<'_>) -> Bound {
    if trees.len() > TREES {
        return Bound::Unsupported;
    }
    let read = |tree| Tree::read(tree, hash);
    let trees: Result<Vec<Tree<'_>>, Bound> = trees.iter().map(read).collect();
    let trees = match trees {
        Ok(trees) if !trees.is_empty() => trees,
        Ok(_) => return Bound::Malformed,
        Err(why) => return why,
    };
    let mut top: Vec<&Place> = file.boxes.iter().filter(|b| b.is_top()).collect();
    top.sort_by_key(|b| b.at);
    let Some(proofs) = proofs(&top, file.bytes) else { return Bound::Malformed };
    let found = match top.iter().position(|b| b.is("moof")) {
        Some(first) => fragments(&trees, &proofs, &top, first, file),
        None => blocks(&trees, &proofs, &top, file),
    };
    match found {
        Ok(true) => Bound::Fits,
        Ok(false) => Bound::Differs,
        Err(why) => why,
    }
}

/// One tree: how many leaves it has, and the row of it that is kept.
struct Tree<'c> {
    count: usize,
    hash: Hash,
    first: Option<&'c [u8]>,
    row: Vec<&'c [u8]>,
    fixed: Option<usize>,
    sizes: Option<Vec<usize>>,
}

impl<'c> Tree<'c> {
    fn read(tree: &'c Cbor<'_>, hash: Hash) -> Result<Tree<'c>, Bound> {
        let hash = match tree.text_of("alg") {
            Some(name) => Hash::named(name).ok_or(Bound::Unsupported)?,
            None => hash,
        };
        let count = number(tree, "count").ok_or(Bound::Malformed)?;
        if count > LEAVES {
            return Err(Bound::Unsupported);
        }
        let sizes = tree.get("variableBlockSizes").map(|_| {
            let sizes = tree.items_of("variableBlockSizes").iter();
            sizes.map(|n| usize::try_from(n.int()?).ok()).collect::<Option<Vec<usize>>>()
        });
        let fixed = tree.get("fixedBlockSize").map(|_| number(tree, "fixedBlockSize"));
        let (fixed, sizes) = match (fixed, sizes) {
            (None, None) => (None, None),
            (Some(Some(size)), None) if size > 0 => (Some(size), None),
            (None, Some(Some(sizes))) => (None, Some(sizes)),
            // One or the other (18.7.2).
            _ => return Err(Bound::Malformed),
        };
        let row: Vec<&[u8]> = tree.items_of("hashes").iter().filter_map(Cbor::bytes).collect();
        if row.is_empty() || row.len() > count || row.len() != tree.items_of("hashes").len() {
            return Err(Bound::Malformed);
        }
        let first = tree.get("initHash").and_then(Cbor::bytes);
        Ok(Tree { count, hash, first, row, fixed, sizes })
    }

    /// How long each of its rows is, from the leaves up to the one that is kept.
    fn rows(&self) -> impl Iterator<Item = usize> {
        let halve = |row: &usize| (*row > 1).then(|| row.div_ceil(2));
        let kept = self.row.len();
        std::iter::successors(Some(self.count), halve).take_while(move |row| *row != kept)
    }

    /// Whether a leaf leads to the row that is kept, with what stands beside it on the way.
    fn leads(&self, leaf: Vec<u8>, place: usize, beside: &[&[u8]]) -> bool {
        if place >= self.count {
            return false;
        }
        let (mut at, mut node, mut beside) = (place, leaf, beside.iter());
        for row in self.rows() {
            let right = at % 2 == 1;
            if right || at.saturating_add(1) < row {
                let Some(other) = beside.next() else { return false };
                node = match right {
                    true => self.hash.of([*other, node.as_slice()]),
                    false => self.hash.of([node.as_slice(), *other]),
                };
            }
            at /= 2;
        }
        self.row.get(at).is_some_and(|kept| *kept == node)
    }

    /// Whether all leaves together lead to the row that is kept.
    fn grows(&self, mut row: Vec<Vec<u8>>) -> bool {
        if row.len() != self.count {
            return false;
        }
        for _ in self.rows() {
            row = row
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => self.hash.of([left.as_slice(), right.as_slice()]),
                    alone => alone.concat(),
                })
                .collect();
        }
        row == self.row
    }
}

/// One `uuid` box with the purpose `merkle`: which leaf, and what stands beside it on its way up.
struct Proof {
    place: usize,
    beside: Vec<Vec<u8>>,
}

impl Proof {
    fn leads(&self, tree: &Tree<'_>, leaf: Vec<u8>) -> bool {
        let beside: Vec<&[u8]> = self.beside.iter().map(Vec::as_slice).collect();
        tree.leads(leaf, self.place, &beside)
    }
}

/// The proofs of the file, in order; `None` when one cannot be read.
fn proofs(top: &[&Place], file: &[u8]) -> Option<Vec<Proof>> {
    let mut found = Vec::new();
    for place in top.iter().filter(|b| b.is("uuid")) {
        let body = place.range().and_then(|r| file.get(r))?;
        // The box's head and its identifier are what `header` counts.
        let Some(body) = body.get(place.header.checked_sub(16)?..) else { continue };
        let Some(packed) = body.strip_prefix(PURPOSE) else { continue };
        let value = cbor::read(packed)?;
        let beside = value.items_of("hashes").iter().map(|h| Some(h.bytes()?.to_vec()));
        found.push(Proof {
            place: number(&value, "location")?,
            beside: beside.collect::<Option<Vec<_>>>()?,
        });
    }
    Some(found)
}

/// A fragmented file: what stands before the first fragment, and each fragment as a leaf.
fn fragments(
    trees: &[Tree<'_>],
    proofs: &[Proof],
    top: &[&Place],
    first: usize,
    file: &File<'_>,
) -> Result<bool, Bound> {
    let starts: Vec<usize> =
        top.iter().skip(first).filter(|b| b.is("moof")).map(|b| b.at).collect();
    let end = top.last().and_then(|b| b.range()).map_or(0, |r| r.end);
    let ends = starts.iter().skip(1).copied().chain([end]);
    let parts: Vec<Range<usize>> = starts.iter().zip(ends).map(|(from, to)| *from..to).collect();
    for tree in trees {
        let Some(expected) = tree.first else { return Err(Bound::Malformed) };
        let before = 0..starts.first().copied().unwrap_or_default();
        if (file.part)(before, tree.hash) != expected {
            return Ok(false);
        }
        if parts.len() != tree.count || proofs.len() != tree.count {
            return Ok(false);
        }
        for (place, (part, proof)) in parts.iter().zip(proofs).enumerate() {
            // Fragments in another order are another work.
            let leaf = (file.part)(part.clone(), tree.hash);
            if proof.place != place || !proof.leads(tree, leaf) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Media data in blocks: a tree for each `mdat` box.
fn blocks(
    trees: &[Tree<'_>],
    proofs: &[Proof],
    top: &[&Place],
    file: &File<'_>,
) -> Result<bool, Bound> {
    let data: Vec<Range<usize>> =
        top.iter().filter(|b| b.is("mdat")).filter_map(|b| b.range()).collect();
    if data.is_empty() && trees.iter().any(|t| t.first.is_some()) {
        // What begins a stream; its fragments lie elsewhere.
        return Err(Bound::Unsupported);
    }
    if trees.iter().any(|t| t.first.is_some()) {
        return Ok(false);
    }
    let whole = |t: &Tree<'_>| t.fixed.is_none() && t.sizes.is_none();
    if trees.iter().any(whole) && !proofs.is_empty() {
        return Err(Bound::Unsupported);
    }
    if data.len() != trees.len() {
        return Ok(false);
    }
    let mut proofs = proofs.iter();
    let proven = proofs.len() > 0;
    for (tree, data) in trees.iter().zip(data) {
        let from = data.start.saturating_add(HEAD).min(data.end);
        let Some(parts) = parts(tree, from..data.end) else { return Ok(false) };
        if parts.len() != tree.count {
            return Ok(false);
        }
        let leaf = |part: &Range<usize>| {
            let bytes = file.bytes.get(part.clone()).unwrap_or_default();
            tree.hash.of([bytes])
        };
        if !proven {
            if !tree.grows(parts.iter().map(leaf).collect()) {
                return Ok(false);
            }
            continue;
        }
        for (place, part) in parts.iter().enumerate() {
            let proof = proofs.next();
            if !proof.is_some_and(|p| p.place == place && p.leads(tree, leaf(part))) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The blocks of a range; `None` when they do not fill it.
fn parts(tree: &Tree<'_>, range: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut at = range.start;
    let mut parts = Vec::new();
    match (tree.fixed, &tree.sizes) {
        (Some(size), _) => {
            while at < range.end && parts.len() <= LEAVES {
                let to = at.saturating_add(size).min(range.end);
                parts.push(at..to);
                at = to;
            }
        }
        (None, Some(sizes)) => {
            for size in sizes {
                let to = at.checked_add(*size)?;
                parts.push(at..to);
                at = to;
            }
        }
        (None, None) => return Some(vec![range]),
    }
    (at == range.end).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: Hash = Hash::Sha256;

    fn map(pairs: Vec<(&'static str, Cbor<'static>)>) -> Cbor<'static> {
        Cbor::Map(pairs.into_iter().map(|(k, v)| (Cbor::Text(k.into()), v)).collect())
    }

    fn bytes(bytes: &[u8]) -> Cbor<'static> {
        Cbor::Bytes(bytes.to_vec().into())
    }

    fn int(n: usize) -> Cbor<'static> {
        Cbor::Int(n as i128)
    }

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes()[..], name, body].concat()
    }

    /// A proof as a box: a map of a number and hashes, in CBOR by hand.
    fn proof(place: u8, beside: &[&[u8]]) -> Vec<u8> {
        let mut cbor = b"\xa2\x68location".to_vec();
        cbor.push(place);
        cbor.extend(b"\x66hashes");
        cbor.push(0x80 | u8::try_from(beside.len()).unwrap());
        for hash in beside {
            cbor.extend([0x58, 32]);
            cbor.extend(*hash);
        }
        boxed(b"uuid", &[PURPOSE, &cbor].concat())
    }

    fn bound(tree: Cbor<'static>, file: &[u8]) -> Bound {
        let boxes = crate::bmff::walk(file).unwrap();
        let part = |range: Range<usize>, hash: Hash| {
            // Proofs are never hashed themselves.
            let at = boxes.iter().find(|b| b.is("uuid") && range.contains(&b.at));
            let end = at.map_or(range.end, |b| b.at);
            hash.of([&file[range.start..end]])
        };
        check(&[tree], SHA, &File { bytes: file, boxes: &boxes, part: &part })
    }

    fn leaves(parts: &[&[u8]]) -> Vec<Vec<u8>> {
        parts.iter().map(|p| SHA.of([*p])).collect()
    }

    fn both(a: &[u8], b: &[u8]) -> Vec<u8> {
        SHA.of([a, b])
    }

    #[test]
    fn media_data_in_blocks_of_any_size() {
        let file = [boxed(b"ftyp", b"mp42"), boxed(b"mdat", b"01234567abcdefghij")].concat();
        let l = leaves(&[b"abcd", b"efgh", b"ij"]);
        let root = both(&both(&l[0], &l[1]), &l[2]);
        let tree = |rows: &[&[u8]], more: Vec<(&'static str, Cbor<'static>)>| {
            let row = Cbor::Array(rows.iter().map(|h| bytes(h)).collect());
            map([vec![("count", int(3)), ("hashes", row)], more].concat())
        };
        let fixed = || vec![("fixedBlockSize", int(4))];
        let sizes = || vec![("variableBlockSizes", Cbor::Array(vec![int(4), int(4), int(2)]))];
        let all: Vec<&[u8]> = l.iter().map(Vec::as_slice).collect();
        let middle = both(&l[0], &l[1]);
        for kept in [&all[..], &[&middle, &l[2]], &[&root]] {
            assert_eq!(bound(tree(kept, fixed()), &file), Bound::Fits, "{}", kept.len());
            assert_eq!(bound(tree(kept, sizes()), &file), Bound::Fits);
            let mut changed = file.clone();
            *changed.last_mut().unwrap() ^= 1;
            assert_eq!(bound(tree(kept, fixed()), &changed), Bound::Differs);
        }
        let both_ways = [fixed(), sizes()].concat();
        assert_eq!(bound(tree(&all, both_ways), &file), Bound::Malformed);
        let none = vec![("fixedBlockSize", int(0))];
        assert_eq!(bound(tree(&all, none), &file), Bound::Malformed);
        let short = vec![("variableBlockSizes", Cbor::Array(vec![int(4), int(4), int(1)]))];
        assert_eq!(bound(tree(&all, short), &file), Bound::Differs);
        assert_eq!(bound(tree(&[], fixed()), &file), Bound::Malformed);
    }

    #[test]
    fn proofs_in_boxes_lead_to_the_row_that_is_kept() {
        let mdat = boxed(b"mdat", b"01234567abcdefghij");
        let l = leaves(&[b"abcd", b"efgh", b"ij"]);
        let middle = both(&l[0], &l[1]);
        let root = both(&middle, &l[2]);
        let tree = map(vec![
            ("count", int(3)),
            ("hashes", Cbor::Array(vec![bytes(&root)])),
            ("fixedBlockSize", int(4)),
        ]);
        let proofs = [proof(0, &[&l[1], &l[2]]), proof(1, &[&l[0], &l[2]]), proof(2, &[&middle])];
        let file = [mdat.clone(), proofs.concat()].concat();
        assert_eq!(bound(tree.clone(), &file), Bound::Fits);
        let turned = [&proofs[1][..], &proofs[0], &proofs[2]].concat();
        assert_eq!(bound(tree.clone(), &[mdat.clone(), turned].concat()), Bound::Differs);
        let fewer = [mdat.clone(), proofs[..2].concat()].concat();
        assert_eq!(bound(tree.clone(), &fewer), Bound::Differs);
        let broken = [mdat, boxed(b"uuid", &[PURPOSE, b"\xff"].concat())].concat();
        assert_eq!(bound(tree, &broken), Bound::Malformed);
    }

    #[test]
    fn fragments_are_leaves_in_their_order() {
        let init = [boxed(b"ftyp", b"iso6"), boxed(b"moov", b"")].concat();
        let part = |n: u8| [boxed(b"moof", &[n; 3]), boxed(b"mdat", &[n; 9])].concat();
        let l = leaves(&[&part(1), &part(2)]);
        let tree = |first: &[u8]| {
            map(vec![
                ("count", int(2)),
                ("hashes", Cbor::Array(vec![bytes(&both(&l[0], &l[1]))])),
                ("initHash", bytes(&SHA.of([first]))),
            ])
        };
        let (one, two) =
            ([part(1), proof(0, &[&l[1]])].concat(), [part(2), proof(1, &[&l[0]])].concat());
        let file = [&init[..], &one, &two].concat();
        assert_eq!(bound(tree(&init), &file), Bound::Fits);
        assert_eq!(bound(tree(b"other"), &file), Bound::Differs);
        assert_eq!(bound(tree(&init), &[&init[..], &two, &one].concat()), Bound::Differs);
        assert_eq!(bound(tree(&init), &[&init[..], &one].concat()), Bound::Differs);
        // The beginning of a stream alone says nothing about the rest.
        assert_eq!(bound(tree(&init), &init), Bound::Unsupported);
    }

    #[test]
    fn huge_numbers_cost_nothing() {
        let file = boxed(b"mdat", &[0; 64]);
        let tree = |count: i128| {
            map(vec![
                ("count", Cbor::Int(count)),
                ("hashes", Cbor::Array(vec![bytes(&[0; 32])])),
                ("fixedBlockSize", int(1)),
            ])
        };
        assert_eq!(bound(tree(i128::from(u64::MAX)), &file), Bound::Unsupported);
        assert_eq!(bound(tree(-1), &file), Bound::Malformed);
        assert_eq!(bound(tree(7), &file), Bound::Differs);
    }
}
