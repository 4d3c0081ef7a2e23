//! Huffman tables (ITU-T T.81, annex C and F.2.2.3,
//! <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>) in three shapes: one symbol a look, one
//! coefficient a look, and as many coefficients a look as fit when only their end matters.

use super::bits::Cursor;

/// The codes of one table, as a file has them.
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    counts: [u8; 16],
    symbols: [u8; 256],
    total: usize,
}

impl Codes {
    /// Reads one table of a DHT segment (B.2.4.2); gives the rest back. `None` when it ends
    /// too early or has more codes than there are.
    pub fn read(body: &[u8]) -> Option<(Codes, &[u8])> {
        let (counts, rest) = body.split_first_chunk::<16>()?;
        let total: usize = counts.iter().map(|n| usize::from(*n)).sum();
        if total > 256 {
            return None;
        }
        let (listed, rest) = rest.split_at_checked(total)?;
        let mut symbols = [0; 256];
        symbols.get_mut(..total)?.copy_from_slice(listed);
        let mut code = 0u32;
        for (n, bits) in counts.iter().zip(1u32..) {
            code = (code << 1) + u32::from(*n);
            if code > 1 << bits {
                return None;
            }
        }
        Some((Codes { counts: *counts, symbols, total }, rest))
    }

    /// The DC table that frames of Motion JPEG leave out (K.3.1).
    pub fn standard_dc(id: usize) -> Option<Codes> {
        let table: &[u8] = [&LUMA_DC, &CHROMA_DC].get(id)?.as_slice();
        Codes::read(table).map(|(codes, _)| codes)
    }

    /// The AC table that frames of Motion JPEG leave out (K.3.2).
    pub fn standard_ac(id: usize) -> Option<Codes> {
        let table: &[u8] = [&LUMA_AC, &CHROMA_AC].get(id)?.as_slice();
        Codes::read(table).map(|(codes, _)| codes)
    }

    /// Whether every symbol can be the size of a DC difference (F.1.2.1; 15 bits and less).
    pub fn serve_dc(&self) -> bool {
        self.symbols.iter().take(self.total).all(|s| *s <= 15)
    }

    /// Symbol, code and its length, shortest first.
    fn each(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let lengths = self.counts.iter().zip(1u32..);
        let lengths = lengths.flat_map(|(n, bits)| (0..*n).map(move |_| bits));
        let mut next = (0u32, 0u32);
        self.symbols.iter().take(self.total).zip(lengths).map(move |(symbol, bits)| {
            let (code, before) = next;
            let code = if before == 0 { 0 } else { (code + 1) << (bits - before) };
            next = (code, bits);
            (*symbol, code, bits)
        })
    }
}

/// Bits of one look for a symbol.
const LOOK: u32 = 10;

/// Symbols by the bits that begin with their code.
pub struct Symbols {
    /// Length in the high byte, symbol in the low one; 0 where codes are longer.
    look: Box<[u16; 1 << LOOK]>,
    /// The first 16-bit value past the codes of a length, and what their places lack.
    longer: [(u32, i32); 17],
    symbols: [u8; 256],
}

impl Symbols {
    /// Makes the table.
    pub fn new(codes: &Codes) -> Symbols {
        let mut look = Box::new([0; 1 << LOOK]);
        let mut longer = [(0, 0); 17];
        for (place, (symbol, code, bits)) in (0i32..).zip(codes.each()) {
            if bits <= LOOK {
                let span = 1usize << (LOOK - bits);
                let entry = (bits as u16) << 8 | u16::from(symbol);
                look.iter_mut().skip(code as usize * span).take(span).for_each(|e| *e = entry);
            }
            if let Some(last) = longer.get_mut(bits as usize) {
                *last = ((code + 1) << (16 - bits), place - code as i32);
            }
        }
        Symbols { look, longer, symbols: codes.symbols }
    }

    /// The symbol on top of these bits and the length of its code; length 0: there is none.
    #[inline(always)]
    pub fn at(&self, held: u64) -> (u8, u32) {
        let entry = self.look.get((held >> (64 - LOOK)) as usize).copied().unwrap_or(0);
        match entry {
            0 => self.at_longer(held),
            _ => (entry as u8, u32::from(entry >> 8)),
        }
    }

    /// Takes a symbol off a cursor that was refilled.
    #[inline(always)]
    pub fn take(&self, cursor: &mut Cursor) -> Option<u8> {
        let (symbol, bits) = self.at(cursor.held());
        cursor.pass(bits);
        (bits > 0).then_some(symbol)
    }

    #[cold]
    fn at_longer(&self, held: u64) -> (u8, u32) {
        let top = (held >> 48) as u32;
        let found = self.longer.iter().zip(0u32..).skip(1).find(|((end, _), _)| top < *end);
        let Some(((_, lack), bits)) = found else { return (0, 0) };
        let place = (top >> (16 - bits)) as i32 + lack;
        match usize::try_from(place).ok().and_then(|p| self.symbols.get(p)) {
            Some(symbol) => (*symbol, bits),
            None => (0, 0),
        }
    }
}

/// Bits of one look for a coefficient.
const VALUE_LOOK: u32 = 11;

/// What [`Values`] gives as run for the end of a block.
pub const END_OF_BLOCK: u32 = 128;

/// AC coefficients of sequential pictures by the bits that begin with their code.
pub struct Values {
    /// Value, run and bits, from the top: 16, 8 and 8 bits; 0 where they do not fit.
    look: Box<[u32; 1 << VALUE_LOOK]>,
    symbols: Symbols,
}

impl Values {
    /// Makes the table.
    pub fn new(codes: &Codes) -> Values {
        let symbols = Symbols::new(codes);
        let mut look = Box::new([0; 1 << VALUE_LOOK]);
        for (entry, top) in look.iter_mut().zip(0u64..) {
            let held = top << (64 - VALUE_LOOK);
            let (symbol, bits) = symbols.at(held);
            let size = u32::from(symbol & 15);
            if bits == 0 || bits + size > VALUE_LOOK {
                continue;
            }
            let mut cursor = Cursor::default();
            cursor.refill(&held.to_be_bytes());
            cursor.pass(bits);
            let value = cursor.extended(size) as u16;
            *entry = u32::from(value) << 16 | run_of(symbol) << 8 | (bits + size);
        }
        Values { look, symbols }
    }

    /// Takes zeros and the value after them off a cursor that was refilled. The run is
    /// [`END_OF_BLOCK`] where the block ends.
    #[inline(always)]
    pub fn take(&self, cursor: &mut Cursor) -> Option<(u32, i16)> {
        let place = (cursor.held() >> (64 - VALUE_LOOK)) as usize;
        let entry = self.look.get(place).copied().unwrap_or(0);
        if entry != 0 {
            cursor.pass(entry & 0xFF);
            return Some((entry >> 8 & 0xFF, (entry >> 16) as i16));
        }
        let symbol = self.symbols.take(cursor)?;
        Some((run_of(symbol), cursor.extended(u32::from(symbol & 15)) as i16))
    }
}

/// The run of an AC symbol (F.1.2.2.1). Size 0 is sixteen zeros with run 15, which is a value
/// of 0 after fifteen, and the end of the block with any other.
#[inline(always)]
fn run_of(symbol: u8) -> u32 {
    match symbol {
        0xF0 => 15,
        s if s & 15 == 0 => END_OF_BLOCK,
        s => u32::from(s >> 4),
    }
}

/// Bits of one look when coefficients are passed over.
const SKIP_LOOK: u32 = 12;

/// Steps over AC coefficients, several at a look.
pub struct Skips {
    /// From the top: whether the block ends (1 bit), coefficients (7, with one for the end),
    /// bits (8); 0 where no code fits.
    look: Box<[u16; 1 << SKIP_LOOK]>,
    symbols: Symbols,
}

impl Skips {
    /// Makes the table. `several`: worth it where many blocks follow.
    pub fn new(codes: &Codes, several: bool) -> Skips {
        let symbols = Symbols::new(codes);
        let mut look = Box::new([0; 1 << SKIP_LOOK]);
        for (entry, top) in look.iter_mut().zip(0u64..) {
            let (mut steps, mut used) = (0u16, 0u32);
            while used < SKIP_LOOK {
                let (symbol, bits) = symbols.at(top << (64 - SKIP_LOOK) << used);
                // The code must be in sight; the value after it need not be.
                if bits == 0 || used + bits > SKIP_LOOK {
                    break;
                }
                let run = run_of(symbol);
                if run == END_OF_BLOCK {
                    steps += 128 + 1;
                } else if steps + run as u16 + 1 < 64 {
                    steps += run as u16 + 1;
                } else {
                    break;
                }
                used += bits + u32::from(symbol & 15);
                if steps > 128 || !several {
                    break;
                }
            }
            *entry = steps << 8 | used as u16;
        }
        Skips { look, symbols }
    }

    /// Passes over the AC coefficients of a block; `None` where there is no such code.
    #[inline(always)]
    pub fn pass(&self, cursor: &mut Cursor, clean: &[u8]) -> Option<()> {
        // The place of the next coefficient: 64 when the last was coded.
        let mut k = 1u32;
        loop {
            cursor.refill(clean);
            // A look passes at most 12 + 15 bits, so two of them need one refill.
            for _ in 0..2 {
                let place = (cursor.held() >> (64 - SKIP_LOOK)) as usize;
                let entry = u32::from(self.look.get(place).copied().unwrap_or(0));
                let (before, saved) = (k, *cursor);
                k += entry >> 8;
                cursor.pass(entry & 0xFF);
                if k < 64 && entry != 0 {
                    continue;
                }
                // Exactly full, or ended at 64 or before.
                if k == 64 || (129..=128 + 64).contains(&k) {
                    return Some(());
                }
                // What was passed belongs to the next block in part: one by one.
                (k, *cursor) = (before, saved);
                cursor.refill(clean);
                let symbol = self.symbols.take(cursor)?;
                let run = run_of(symbol);
                cursor.pass(u32::from(symbol & 15));
                if run == END_OF_BLOCK {
                    return Some(());
                }
                k += run + 1;
                match k {
                    64 => return Some(()),
                    65.. => return None,
                    _ => break,
                }
            }
        }
    }
}

/// Table K.3, as a DHT segment has it: how many codes of each length, then their symbols.
#[rustfmt::skip]
const LUMA_DC: [u8; 28] = [
    0x00, 0x01, 0x05, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
];

/// Table K.4.
#[rustfmt::skip]
const CHROMA_DC: [u8; 28] = [
    0x00, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
];

/// Table K.5.
#[rustfmt::skip]
const LUMA_AC: [u8; 178] = [
    0x00, 0x02, 0x01, 0x03, 0x03, 0x02, 0x04, 0x03, 0x05, 0x05, 0x04, 0x04, 0x00, 0x00, 0x01, 0x7d,
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
    0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
    0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
    0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
    0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5,
    0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

/// Table K.6.
#[rustfmt::skip]
const CHROMA_AC: [u8; 178] = [
    0x00, 0x02, 0x01, 0x02, 0x04, 0x04, 0x03, 0x04, 0x07, 0x05, 0x04, 0x04, 0x00, 0x01, 0x02, 0x77,
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0,
    0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26,
    0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5,
    0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Table K.5 of T.81 is long; this one has codes of 1, 2, 3 and 12 bits.
    fn codes() -> Codes {
        let mut body = vec![1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        body.extend([0x00, 0x01, 0xF0, 0x23]);
        Codes::read(&body).unwrap().0
    }

    fn cursor(bits: &str) -> (Cursor, Vec<u8>) {
        let mut bytes: Vec<u8> = bits
            .as_bytes()
            .chunks(8)
            .map(|c| c.iter().zip(0..).fold(0, |b, (c, i)| b | (c - b'0') << (7 - i)))
            .collect();
        bytes.resize(64, 0);
        let mut cursor = Cursor::default();
        cursor.refill(&bytes);
        (cursor, bytes)
    }

    #[test]
    fn short_and_long_codes_are_found() {
        let symbols = Symbols::new(&codes());
        let (mut cursor, _) = cursor("0101101110000000001111");
        for symbol in [0x00, 0x01, 0xF0, 0x23] {
            let (cursor, symbols) = (&mut cursor, &symbols);
            assert_eq!(symbols.take(cursor), Some(symbol));
        }
        assert_eq!(symbols.take(&mut cursor), None);
    }

    #[test]
    fn too_many_codes_are_refused() {
        let mut body = vec![3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend([1, 2, 3]);
        assert!(Codes::read(&body).is_none());
    }

    #[test]
    fn coefficients_have_run_and_value() {
        let values = Values::new(&codes());
        // 10 + 1: value 1; 110: sixteen zeros; 0: end.
        let (mut cursor, _) = cursor("1011100111000000000010");
        assert_eq!(values.take(&mut cursor), Some((0, 1)));
        assert_eq!(values.take(&mut cursor), Some((15, 0)));
        assert_eq!(values.take(&mut cursor), Some((END_OF_BLOCK, 0)));
        // The long code: run 2, three bits.
        assert_eq!(values.take(&mut cursor), Some((2, -5)));
    }

    #[test]
    fn skipping_ends_where_the_block_does() {
        let skips = Skips::new(&codes(), true);
        for block in
            ["0", "1010", "110110110101010101010101010101010101010101010101010101010101010101"]
        {
            // A full block has no end code: 48 zeros, then 15 values.
            let block = if block.len() > 4 {
                "110".repeat(3) + &"101".repeat(15)
            } else {
                block.to_string()
            };
            let (mut at, bytes) = cursor(&format!("{block}1011111111"));
            assert_eq!(skips.pass(&mut at, &bytes), Some(()));
            assert_eq!(at.peek(6), 0b101111, "{block}");
        }
    }

    #[test]
    fn a_run_past_the_end_is_no_block() {
        let skips = Skips::new(&codes(), true);
        let (mut at, bytes) = cursor(&"110".repeat(5));
        assert_eq!(skips.pass(&mut at, &bytes), None);
    }
}
