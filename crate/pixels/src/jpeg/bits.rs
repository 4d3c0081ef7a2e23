//! The bits of entropy-coded data (ITU-T T.81, F.1.2.3 and B.1.1.5,
//! <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>): byte stuffing is taken out of some
//! kilobytes at a time, so that the loops that follow read eight bytes at once and never
//! look for markers. What is read past the end is zeros, and noticed afterwards.

/// Bytes that one MCU takes at most: ten blocks (B.2.3) of 64 codes of at most 16 bits, each
/// followed by at most 15 bits, and the eight that are read ahead.
const MCU_MOST: usize = 10 * 64 * 4 + 8;

/// Clean bytes made at a time.
pub const CHUNK: usize = 1 << 15;

/// Where a reader stands: the next bits at the top of `hold`, `count` of them good.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    hold: u64,
    count: u32,
    pos: usize,
}

impl Cursor {
    /// Tops up to 56 bits or more. `clean` never ends before an MCU does.
    #[inline(always)]
    pub fn refill(&mut self, clean: &[u8]) {
        let word = match clean.get(self.pos..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => 0,
        };
        self.hold |= word >> self.count;
        self.pos += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    /// All bits held, the next one on top; at least 56 after a refill.
    #[inline(always)]
    pub fn held(&self) -> u64 {
        self.hold
    }

    /// The next bits, up to 16, without passing them.
    #[inline(always)]
    pub fn peek(&self, bits: u32) -> u32 {
        ((self.hold >> 1) >> (63 - bits)) as u32
    }

    /// Passes bits that are held.
    #[inline(always)]
    pub fn pass(&mut self, bits: u32) {
        self.hold <<= bits;
        self.count = self.count.wrapping_sub(bits);
    }

    /// Takes bits that are held.
    #[inline(always)]
    pub fn take(&mut self, bits: u32) -> u32 {
        let value = self.peek(bits);
        self.pass(bits);
        value
    }

    /// Takes a value of so many bits as T.81 codes it (F.2.2.1, RECEIVE and EXTEND): those
    /// that begin with 0 are negative.
    #[inline(always)]
    pub fn extended(&mut self, bits: u32) -> i32 {
        let negative = !((self.hold as i64) >> 63) as i32;
        let value = self.peek(bits) as i32;
        self.pass(bits);
        value + (negative & (1 - (1 << bits)))
    }
}

/// Entropy-coded data of a file, with the stuffing taken out.
pub struct Source<'a> {
    raw: &'a [u8],
    next: usize,
    clean: Vec<u8>,
    chunk: usize,
    /// Clean bytes that are real, once a marker or the end of the file was met.
    end: Option<usize>,
}

impl<'a> Source<'a> {
    /// Begins at an offset of a file, with so many clean bytes at a time.
    pub fn new(raw: &'a [u8], at: usize, chunk: usize) -> Source<'a> {
        let chunk = chunk.max(2 * MCU_MOST);
        let clean = Vec::with_capacity(chunk + 2 * MCU_MOST);
        let mut source = Source { raw, next: at, clean, chunk, end: None };
        source.fill();
        source
    }

    /// The bytes that cursors read.
    #[inline(always)]
    pub fn clean(&self) -> &[u8] {
        &self.clean
    }

    /// Sees to it that a whole MCU can be read.
    #[inline(always)]
    pub fn ready(&mut self, cursor: &mut Cursor) {
        if self.clean.len() < cursor.pos.saturating_add(MCU_MOST) {
            self.more(cursor);
        }
    }

    /// Whether more was read than there is.
    #[inline(always)]
    pub fn overrun(&self, cursor: &Cursor) -> bool {
        self.end.is_some_and(|end| cursor.pos * 8 > end * 8 + cursor.count as usize)
    }

    /// The offset in the file at which a cursor stands.
    pub fn offset(&self, cursor: &Cursor) -> usize {
        let end = self.end.unwrap_or(self.clean.len());
        let pos = cursor.pos.saturating_sub(cursor.count as usize / 8).min(end);
        let ahead = self.clean.get(pos..end).unwrap_or_default();
        let stuffed = ahead.iter().filter(|b| **b == 0xFF).count();
        self.next.saturating_sub(ahead.len() + stuffed)
    }

    /// Passes what is left before the next marker; its offset, or that of the end of the file.
    pub fn pass_to_marker(&mut self) -> usize {
        while self.end.is_none() {
            self.clean.clear();
            self.fill();
        }
        self.next
    }

    /// Begins again after the two bytes of a marker.
    pub fn after_marker(&mut self) -> Cursor {
        self.next = self.pass_to_marker().saturating_add(2);
        self.clean.clear();
        self.end = None;
        self.fill();
        Cursor::default()
    }

    #[cold]
    fn more(&mut self, cursor: &mut Cursor) {
        if self.end.is_some() {
            return;
        }
        self.clean.drain(..cursor.pos.min(self.clean.len()));
        cursor.pos = 0;
        self.fill();
    }

    fn fill(&mut self) {
        while self.clean.len() < self.chunk {
            let rest = self.raw.get(self.next..).unwrap_or_default();
            if let Some(block) = rest.first_chunk::<32>()
                && !block.iter().fold(false, |any, b| any | (*b == 0xFF))
            {
                self.clean.extend_from_slice(block);
                self.next += 32;
                continue;
            }
            let plain = rest.iter().position(|b| *b == 0xFF).unwrap_or(rest.len());
            self.clean.extend_from_slice(rest.get(..plain).unwrap_or_default());
            self.next += plain;
            match rest.get(plain + 1) {
                Some(0) => {
                    self.clean.push(0xFF);
                    self.next += 2;
                }
                // A fill byte (B.1.1.2).
                Some(0xFF) => self.next += 1,
                _ => {
                    self.end = Some(self.clean.len());
                    self.clean.resize(self.clean.len() + 2 * MCU_MOST, 0);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_and_fill_bytes_are_taken_out() {
        let mut source = Source::new(&[0x12, 0xFF, 0x00, 0x34, 0xFF, 0xFF, 0xD9], 0, CHUNK);
        let mut cursor = Cursor::default();
        cursor.refill(source.clean());
        assert_eq!(cursor.take(12), 0x12F);
        assert_eq!(cursor.take(12), 0xF34);
        assert!(!source.overrun(&cursor));
        assert_eq!(cursor.take(1), 0);
        assert!(source.overrun(&cursor));
        assert_eq!(source.pass_to_marker(), 5);
    }

    #[test]
    fn offsets_count_the_stuffing() {
        let raw: Vec<u8> = [0xAB, 0xFF, 0x00, 0xFF, 0x00, 0x01].repeat(20_000);
        let mut source = Source::new(&raw, 0, CHUNK);
        let mut cursor = Cursor::default();
        for _ in 0..70_000 {
            source.ready(&mut cursor);
            cursor.refill(source.clean());
            cursor.pass(8);
        }
        // Four clean bytes stand in six.
        assert_eq!(source.offset(&cursor), 70_000 / 4 * 6);
    }

    #[test]
    fn values_that_begin_with_zero_are_negative() {
        let mut cursor = Cursor::default();
        cursor.refill(&[0b0110_1000, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(cursor.extended(0), 0);
        assert_eq!(cursor.extended(1), -1);
        assert_eq!(cursor.extended(2), 3);
        assert_eq!(cursor.extended(3), -5);
    }
}
