//! "Strata": folded stone with a thread of gold.
//!
//! Noise displaced by noise displaced by noise; the gold runs where two of the
//! displacements agree.

use super::Picture;
use super::sheet::{Noise, Sheet, ink, mix, ramp, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 900;

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0x101820));
    let n = Noise(123);
    let stone = [
        (0.0, ink(0x0c1b26)),
        (0.26, ink(0x12424d)),
        (0.44, ink(0x2f7f7c)),
        (0.58, ink(0xb9d3c0)),
        (0.7, ink(0xf1e2c4)),
        (0.82, ink(0xd98d6a)),
        (1.0, ink(0x6b2b3a)),
    ];
    sheet.each(|x, y, _| {
        let (u, v) = (x * 0.0021, y * 0.0024 + x * 0.0005);
        let (qx, qy) = (n.fine(u, v, 5), n.fine(u + 5.2, v + 1.3, 5));
        let (rx, ry) = (
            n.fine(u + 3.2 * qx + 1.7, v + 3.2 * qy + 9.2, 5),
            n.fine(u + 3.2 * qx + 8.3, v + 3.2 * qy + 2.8, 5),
        );
        let f = n.fine(u + 2.6 * rx, v + 2.6 * ry, 6);
        let layer = 0.5 + 0.85 * f + 0.12 * ((v * 26.0 + 9.0 * f + 3.0 * qy).sin());
        let c = ramp(&stone, layer.clamp(0.0, 1.0));
        let c = mix(c, ink(0x071017), smooth(0.1, 0.5, qx * qx * 3.0 + ry * 0.4) * 0.5);
        let thread = (rx * 1.3 - qy * 0.9 + 0.12 * f).abs();
        let gold = smooth(0.017, 0.004, thread);
        let shine = 0.5 + 0.5 * n.at(x * 0.16, y * 0.16);
        let c = mix(c, mix(ink(0xa8732a), ink(0xffe39a), shine), gold);
        mix(c, ink(0x2b1a0c), smooth(0.034, 0.018, thread) * (1.0 - gold) * 0.4)
    });
    sheet.grain(0.02, 9);
    sheet.finish()
}
