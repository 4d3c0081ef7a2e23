//! Coefficients to samples: the inverse cosine transform of Loeffler, Ligtenberg and
//! Moschytz ("Practical fast 1-D DCT algorithms with 11 multiplications", ICASSP 1989) in
//! 32-bit integers, with the constants, shifts and roundings that libjpeg calls `islow`
//! (<https://libjpeg-turbo.org>), so that every sample is the one that others get.
//!
//! Multiplications are of 16 by 16 bits on purpose: eight lanes of them are one instruction
//! on every machine. Values only foreign nonsense reaches wrap or saturate as there.

/// Bits after the point of the constants.
const CONST_BITS: u32 = 13;

/// Bits more that the first pass keeps.
const PASS_BITS: u32 = 2;

/// Eight rows of eight.
type Block = [[i16; 8]; 8];

/// Samples of a block from its coefficients, row by row.
#[inline]
pub fn samples(coefficients: &[i16; 64], quant: &[u16; 64]) -> [[u8; 8]; 8] {
    let mut block = Block::default();
    let rows = coefficients.as_chunks::<8>().0.iter().zip(quant.as_chunks::<8>().0);
    for (row, (coefficients, quant)) in block.iter_mut().zip(rows) {
        for (out, (c, q)) in row.iter_mut().zip(coefficients.iter().zip(quant)) {
            *out = c.wrapping_mul(*q as i16);
        }
    }
    let columns = pass::<{ CONST_BITS - PASS_BITS }>(&block);
    let rows = pass::<{ CONST_BITS + PASS_BITS + 3 }>(&transposed(&columns));
    let mut samples = [[0; 8]; 8];
    for (out, row) in samples.iter_mut().zip(&transposed(&rows)) {
        for (out, value) in out.iter_mut().zip(row) {
            *out = limited(*value);
        }
    }
    samples
}

/// The one value of a block that has no other coefficient than the first.
#[inline]
pub fn flat(dc: i16, quant: u16) -> u8 {
    let dc = i32::from(dc.wrapping_mul(quant as i16));
    limited(((dc + (1 << 2)) >> 3).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16)
}

/// The same from a DC coefficient of any size, as the 1 by 1 transform gives it. `lost` bits
/// are still to come in later scans; half of what they can add is added.
#[inline]
pub fn mean(dc: i32, lost: u8, quant: u16) -> u8 {
    let (dc, lost) = (i64::from(dc), u32::from(lost));
    let twice = ((dc << lost << 1) + (1i64 << lost) - 1) * i64::from(quant);
    (((twice + (1 << 3)) >> 4) + 128).clamp(0, 255) as u8
}

fn limited(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

/// The transform of eight columns at once.
#[inline]
fn pass<const SHIFT: u32>(block: &Block) -> Block {
    let at = |row: &[i16; 8], lane: usize| row.get(lane).copied().unwrap_or(0);
    let [r0, r1, r2, r3, r4, r5, r6, r7] = block;
    let mut out = Block::default();
    let [o0, o1, o2, o3, o4, o5, o6, o7] = &mut out;
    for lane in 0..8 {
        // Even part. FIX(0.541196100) and its sums with -FIX(1.847759065), FIX(0.765366865).
        let (x2, x6) = (at(r2, lane), at(r6, lane));
        let e2 = by(x2, 4433).wrapping_add(by(x6, 4433 - 15137));
        let e3 = by(x2, 4433 + 6270).wrapping_add(by(x6, 4433));
        let (x0, x4) = (i32::from(at(r0, lane)), i32::from(at(r4, lane)));
        let half = 1 << (SHIFT - 1);
        let e0 = ((x0 + x4) << CONST_BITS).wrapping_add(half);
        let e1 = ((x0 - x4) << CONST_BITS).wrapping_add(half);
        let (s0, s3) = (e0.wrapping_add(e3), e0.wrapping_sub(e3));
        let (s1, s2) = (e1.wrapping_add(e2), e1.wrapping_sub(e2));

        // Odd part.
        let (x1, x3, x5, x7) = (at(r1, lane), at(r3, lane), at(r5, lane), at(r7, lane));
        let (z3, z4) = (x7.wrapping_add(x3), x5.wrapping_add(x1));
        // FIX(1.175875602) with -FIX(1.961570560) and -FIX(0.390180644).
        let p3 = by(z3, 9633 - 16069).wrapping_add(by(z4, 9633));
        let p4 = by(z3, 9633).wrapping_add(by(z4, 9633 - 3196));
        // -FIX(0.899976223) with FIX(0.298631336) and FIX(1.501321110).
        let t0 = by(x7, 2446 - 7373).wrapping_add(by(x1, -7373)).wrapping_add(p3);
        let t3 = by(x1, 12299 - 7373).wrapping_add(by(x7, -7373)).wrapping_add(p4);
        // -FIX(2.562915447) with FIX(2.053119869) and FIX(3.072711026).
        let t1 = by(x5, 16819 - 20995).wrapping_add(by(x3, -20995)).wrapping_add(p4);
        let t2 = by(x3, 25172 - 20995).wrapping_add(by(x5, -20995)).wrapping_add(p3);

        let pairs = [
            (&mut *o0, s0.wrapping_add(t3)),
            (&mut *o7, s0.wrapping_sub(t3)),
            (&mut *o1, s1.wrapping_add(t2)),
            (&mut *o6, s1.wrapping_sub(t2)),
            (&mut *o2, s2.wrapping_add(t1)),
            (&mut *o5, s2.wrapping_sub(t1)),
            (&mut *o3, s3.wrapping_add(t0)),
            (&mut *o4, s3.wrapping_sub(t0)),
        ];
        for (row, sum) in pairs {
            if let Some(out) = row.get_mut(lane) {
                *out = (sum >> SHIFT).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
            }
        }
    }
    out
}

#[inline(always)]
fn by(x: i16, constant: i16) -> i32 {
    i32::from(x) * i32::from(constant)
}

#[inline]
fn transposed(block: &Block) -> Block {
    let mut out = Block::default();
    for (x, row) in block.iter().enumerate() {
        for (out, value) in out.iter_mut().zip(row) {
            if let Some(out) = out.get_mut(x) {
                *out = *value;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_first_coefficient_is_flat() {
        for dc in [-1024i16, -77, 0, 3, 4, 500, 1016] {
            let mut block = [0; 64];
            block[0] = dc;
            let value = flat(dc, 1);
            assert_eq!(samples(&block, &[1; 64]), [[value; 8]; 8]);
            assert_eq!(mean(i32::from(dc), 0, 1), value);
        }
    }

    #[test]
    fn samples_are_within_one_of_the_exact_transform() {
        let mut seed = 7u32;
        for _ in 0..200 {
            let block: [i16; 64] = std::array::from_fn(|i| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as i16 / (1 + i as i16 / 4) - 8
            });
            let got = samples(&block, &[2; 64]);
            for (y, row) in got.iter().enumerate() {
                for (x, got) in row.iter().enumerate() {
                    let exact = exact(&block, x, y) + 128.0;
                    assert!((f64::from(*got) - exact.clamp(0.0, 255.0)).abs() < 1.0);
                }
            }
        }
    }

    /// T.81, A.3.3, of a block whose steps are 2.
    fn exact(block: &[i16; 64], x: usize, y: usize) -> f64 {
        let wave = |k: usize, n: usize| {
            let scale = if k == 0 { 0.5f64.sqrt() } else { 1.0 };
            scale * ((2 * n + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos()
        };
        let each = block.iter().enumerate();
        each.map(|(i, c)| f64::from(*c) * 2.0 * wave(i % 8, x) * wave(i / 8, y)).sum::<f64>() / 4.0
    }

    #[test]
    fn nonsense_saturates() {
        for value in [i16::MIN, i16::MAX] {
            samples(&[value; 64], &[u16::MAX; 64]);
        }
        assert_eq!(flat(i16::MIN, 1), 0);
        assert_eq!(mean(i32::MAX, 13, u16::MAX), 255);
    }
}
