//! "Knotwork, twelve by nine": a two-block linocut.
//!
//! Truchet tiles: every square either turns two bands or lets them cross, one
//! over the other, so the bands always meet at the edges.

use tiny_skia::PathBuilder;

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, ink, mix, rectangle, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 930;
const TILE: f32 = 90.0;

/// Draws it.
pub fn draw() -> Picture {
    let paper = ink(0xf4ead6);
    let mut sheet = Sheet::new(WIDTH, HEIGHT, paper);
    let (left, top) = (60.0, 60.0);
    let ground = ink(0x17434a);
    sheet.fill(&rectangle(left, top, 12.0 * TILE, 9.0 * TILE), ground, 1.0);
    let mut dice = Dice(1908);
    for row in 0..9 {
        for column in 0..12 {
            let (x, y) = (left + column as f32 * TILE, top + row as f32 * TILE);
            let centre = ((column as f32 - 5.5) / 6.0).hypot((row as f32 - 4.0) / 4.5);
            if dice.chance(0.62 - 0.34 * centre) {
                cross(&mut sheet, x, y, (row + column) % 2 == 0, ground);
            } else {
                turn(&mut sheet, x, y, dice.chance(0.5), ground);
            }
        }
    }
    // The edge of the block: whatever runs out over it is cut off.
    for (x, y, w, h) in [
        (0.0, 0.0, WIDTH as f32, top),
        (0.0, top + 9.0 * TILE, WIDTH as f32, top),
        (0.0, 0.0, left, HEIGHT as f32),
        (left + 12.0 * TILE, 0.0, left, HEIGHT as f32),
    ] {
        sheet.fill(&rectangle(x, y, w, h), paper, 1.0);
    }
    // Ink that did not take: small specks and a dry patch.
    let press = Noise(61);
    sheet.each(|x, y, c| {
        let speck = smooth(
            0.62,
            0.72,
            press.at(x * 0.23, y * 0.23) * 0.7 + press.fine(x * 0.9, y * 0.9, 2),
        );
        let dry = smooth(0.2, 0.5, press.fine(x * 0.005, y * 0.005, 3))
            * smooth(0.1, 0.4, press.fine(x * 0.35, y * 0.35, 2));
        mix(c, paper, (speck * 0.75 + dry * 0.3).min(1.0))
    });
    sheet.grain(0.035, 4);
    sheet.finish()
}

fn band(sheet: &mut Sheet, path: &tiny_skia::Path, ground: super::sheet::Ink) {
    sheet.flat_line(path, 44.0, ground, 1.0);
    sheet.flat_line(path, 34.0, ink(0xefdcb4), 1.0);
    sheet.flat_line(path, 14.0, ink(0xc25a35), 1.0);
    sheet.flat_line(path, 4.0, ink(0xefdcb4), 1.0);
}

fn turn(sheet: &mut Sheet, x: f32, y: f32, rising: bool, ground: super::sheet::Ink) {
    let corners = if rising {
        [(x, y, 0.0), (x + TILE, y + TILE, 180.0)]
    } else {
        [(x + TILE, y, 90.0), (x, y + TILE, 270.0)]
    };
    for (cx, cy, from) in corners {
        let mut arc = PathBuilder::new();
        for step in -1..=25i32 {
            let angle = (from + 90.0 * step as f32 / 24.0).to_radians();
            let (px, py) = (cx + angle.cos() * TILE * 0.5, cy + angle.sin() * TILE * 0.5);
            if step == -1 {
                arc.move_to(px, py);
            } else {
                arc.line_to(px, py);
            }
        }
        if let Some(arc) = arc.finish() {
            band(sheet, &arc, ground);
        }
    }
}

fn cross(sheet: &mut Sheet, x: f32, y: f32, upright_first: bool, ground: super::sheet::Ink) {
    let half = TILE * 0.5;
    let upright = [(x + half, y - 1.0), (x + half, y + TILE + 1.0)];
    let level = [(x - 1.0, y + half), (x + TILE + 1.0, y + half)];
    let order = if upright_first { [upright, level] } else { [level, upright] };
    for line in order {
        if let Some(path) = super::sheet::polyline(&line, false) {
            band(sheet, &path, ground);
        }
    }
}
