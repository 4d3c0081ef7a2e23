//! Chunks: a name of four characters, a size of 32 bits, a body, padded to an even size.
//!
//! Standards: Microsoft RIFF (1991), little-endian, of which WAV and WebP are made; EA IFF 85,
//! <https://www.martinreddy.net/gfx/2d/IFF.txt>, big-endian, of which AIFF is made. RF64 says the
//! size of long chunks elsewhere (EBU Tech 3306, 3.2). Left out: lists are chunks like others;
//! whoever knows one walks its body.

use super::{Walk, be32, four_cc, from, le32, part, place};

/// One chunk; of one that is cut, what is there.
pub(super) struct Chunk<'a> {
    pub name: &'a [u8],
    /// Where its name stands.
    pub at: usize,
    /// Where its body begins.
    pub body_at: usize,
    pub body: &'a [u8],
    size: u64,
}

impl Chunk<'_> {
    /// Its name and where it stands.
    pub fn place(&self) -> String {
        place(four_cc(self.name), self.at)
    }

    /// Says so when it claims more bytes than there are.
    pub fn check(&self, walk: &mut Walk<'_>) {
        if !self.is_whole() {
            walk.short(self.place(), self.size, self.body.len());
        }
    }

    fn is_whole(&self) -> bool {
        super::index(self.size) == self.body.len()
    }
}

/// The chunks that follow each other from a place on; nothing follows one that is cut.
pub(super) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    size: fn(&[u8], usize) -> Option<u32>,
    /// The size of the `data` chunk, where its own field has all ones instead (RF64).
    pub long: Option<u64>,
}

impl<'a> Chunks<'a> {
    /// Of RIFF.
    pub fn little(bytes: &'a [u8], at: usize) -> Chunks<'a> {
        Chunks { bytes, at, size: le32, long: None }
    }

    /// Of IFF.
    pub fn big(bytes: &'a [u8], at: usize) -> Chunks<'a> {
        Chunks { bytes, at, size: be32, long: None }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        let name = part(self.bytes, self.at, 4)?;
        let size = (self.size)(self.bytes, self.at.saturating_add(4))?;
        let size = match (name, size, self.long) {
            (b"data", u32::MAX, Some(long)) => long,
            _ => u64::from(size),
        };
        let body_at = self.at.saturating_add(8);
        let whole = part(self.bytes, body_at, super::index(size));
        let body = whole.unwrap_or_else(|| from(self.bytes, body_at));
        let chunk = Chunk { name, at: self.at, body_at, body, size };
        let next = body_at.saturating_add(body.len()).checked_next_multiple_of(2);
        self.at = next.filter(|_| whole.is_some()).unwrap_or(usize::MAX);
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_padded_and_nothing_follows_a_cut_one() {
        let bytes = b"a   \x01\0\0\0x\0b   \x02\0\0\0yzc   \x09\0\0\0cut";
        let chunks: Vec<_> =
            Chunks::little(bytes, 0).map(|c| (c.at, c.body, c.is_whole())).collect();
        assert_eq!(chunks, [(0, &b"x"[..], true), (10, b"yz", true), (20, b"cut", false)]);
        let big: Vec<_> = Chunks::big(b"a   \0\0\0\x01x", 0).map(|c| c.body).collect();
        assert_eq!(big, [b"x"]);
    }

    #[test]
    fn a_long_size_stands_for_all_ones() {
        let mut chunks = Chunks::little(b"data\xff\xff\xff\xffab", 0);
        chunks.long = Some(2);
        assert!(chunks.next().unwrap().is_whole());
    }
}
