//! "Undertow": one long afternoon of ink lines that never touch.
//!
//! Streamlines of a noise field, kept apart by a grid of what is already drawn
//! (after Jobard and Lefer, "Creating evenly-spaced streamlines", 1997).

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, Touch, ink, mix};

const SIDE: u32 = 1100;
const MARGIN: f32 = 82.0;
const GAP: f32 = 4.6;

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(SIDE, SIDE, ink(0xf3ecdd));
    let cells = (SIDE as f32 / GAP) as usize + 2;
    let mut taken = vec![0u32; cells * cells];
    let mut dice = Dice(77);
    let hue = Noise(900);
    for id in 1..14_000u32 {
        let start = (
            dice.between(MARGIN, SIDE as f32 - MARGIN),
            dice.between(MARGIN, SIDE as f32 - MARGIN),
        );
        let width = dice.between(1.0, 2.9);
        let long = if dice.chance(0.2) { 460 } else { 190 };
        let line = trace(start, long, id, &mut taken, cells);
        if line.len() < 8 {
            continue;
        }
        let last = line.len() - 1;
        let touches: Vec<Touch> = line
            .iter()
            .enumerate()
            .step_by(3)
            .map(|(i, p)| {
                let t = i as f32 / last as f32;
                (p.0, p.1, width * (t * (1.0 - t) * 4.0).powf(0.45) + 0.25)
            })
            .collect();
        let where_ = hue.fine(start.0 * 0.0026, start.1 * 0.0026, 3);
        let colour = if where_ > 0.2 && dice.chance(0.86) {
            mix(ink(0xc9492e), ink(0xe08a3c), dice.roll())
        } else if where_ < -0.24 && dice.chance(0.7) {
            mix(ink(0x2f7f86), ink(0x63a6a0), dice.roll())
        } else {
            mix(ink(0x16213d), ink(0x33456e), dice.roll() * 0.8)
        };
        sheet.brush(&touches, colour, dice.between(0.82, 1.0));
    }
    sheet.grain(0.04, 31);
    sheet.finish()
}

fn heading(x: f32, y: f32) -> f32 {
    let slow = Noise(60);
    // Turned by an odd angle, so that the noise's own grid does not show.
    let (u, v) = (x * 0.82 + y * 0.57, y * 0.82 - x * 0.57);
    let drift = slow.fine(u * 0.0021 + 3.0, v * 0.0021, 2) * 5.2;
    // Everything bends around one eye.
    let (ex, ey) = (x - 690.0, y - 430.0);
    let near = (-(ex * ex + ey * ey) / 90_000.0).exp();
    let round = ey.atan2(-ex) + 0.22;
    let (a, b) = ((0.9 + drift).sin_cos(), round.sin_cos());
    (a.0 * (1.0 - near) + b.0 * near).atan2(a.1 * (1.0 - near) + b.1 * near)
}

fn trace(
    start: (f32, f32),
    long: usize,
    id: u32,
    taken: &mut [u32],
    cells: usize,
) -> Vec<(f32, f32)> {
    let cell = |p: (f32, f32)| (p.1 / GAP) as usize * cells + (p.0 / GAP) as usize;
    let free = |p: (f32, f32), taken: &[u32]| {
        let inside = p.0 > MARGIN
            && p.1 > MARGIN
            && p.0 < SIDE as f32 - MARGIN
            && p.1 < SIDE as f32 - MARGIN;
        inside && (taken[cell(p)] == 0 || taken[cell(p)] == id)
    };
    if !free(start, taken) {
        return Vec::new();
    }
    let mut halves = [Vec::new(), Vec::new()];
    for (half, sign) in halves.iter_mut().zip([1.0, -1.0]) {
        let mut p = start;
        for _ in 0..long / 2 {
            let a = heading(p.0, p.1);
            let next = (p.0 + a.sin() * 2.0 * sign, p.1 + a.cos() * 2.0 * sign);
            if !free(next, taken) {
                break;
            }
            half.push(next);
            p = next;
        }
    }
    let [ahead, behind] = halves;
    let line: Vec<_> =
        behind.into_iter().rev().chain(std::iter::once(start)).chain(ahead).collect();
    if line.len() >= 8 {
        for p in &line {
            taken[cell(*p)] = id;
        }
    }
    line
}
