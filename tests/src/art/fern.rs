//! "Fern, pressed": a botanical plate, three orders of the same rule.
//!
//! A frond carries pinnae, a pinna carries pinnules, each a smaller copy of the
//! one before: the rewriting of Lindenmayer's systems, drawn directly.

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, Touch, ink, mix, polyline, smooth, through};

const WIDTH: u32 = 900;
const HEIGHT: u32 = 1200;

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0xf1e8d2));
    let stain = Noise(19);
    sheet.each(|x, y, c| {
        let edge = smooth(90.0, 0.0, x.min(y).min(900.0 - x).min(1200.0 - y));
        let foxed = smooth(0.34, 0.62, stain.fine(x * 0.008, y * 0.008, 5));
        mix(c, ink(0xd3b98a), edge * 0.3 + foxed * 0.28)
    });
    let mut dice = Dice(404);
    let behind: &[Touch] =
        &[(430.0, 1080.0, 9.0), (376.0, 880.0, 7.0), (290.0, 640.0, 5.0), (188.0, 440.0, 2.0)];
    let right: &[Touch] =
        &[(452.0, 1084.0, 9.0), (520.0, 910.0, 7.0), (628.0, 730.0, 5.0), (764.0, 596.0, 2.0)];
    let tall: &[Touch] = &[
        (440.0, 1100.0, 12.0),
        (446.0, 860.0, 9.0),
        (470.0, 560.0, 6.5),
        (520.0, 300.0, 4.0),
        (590.0, 110.0, 1.0),
    ];
    frond(&mut sheet, &mut dice, behind, 150.0, ink(0x86965f), ink(0xa6ac78));
    frond(&mut sheet, &mut dice, right, 138.0, ink(0x70875a), ink(0x98a56c));
    frond(&mut sheet, &mut dice, tall, 232.0, ink(0x36592f), ink(0x6f8b42));
    fiddlehead(&mut sheet, 352.0, 1092.0, 232.0, -1.0, 26.0);
    fiddlehead(&mut sheet, 500.0, 1098.0, 150.0, 1.0, 18.0);
    for _ in 0..60 {
        let x = dice.between(330.0, 540.0);
        sheet.brush(
            &[
                (x, 1084.0 + dice.between(-4.0, 18.0), 1.0),
                (x + dice.between(-14.0, 14.0), 1110.0, 2.4),
                (x + dice.between(-34.0, 34.0), 1126.0 + dice.between(0.0, 22.0), 0.4),
            ],
            mix(ink(0x5b4327), ink(0x8b6b40), dice.roll()),
            0.75,
        );
    }
    // The plate mark of the press.
    let frame = [(44.0, 44.0), (856.0, 44.0), (856.0, 1156.0), (44.0, 1156.0)];
    if let Some(path) = polyline(&frame, true) {
        sheet.line(&path, 1.6, ink(0x8d7a55), 0.7);
    }
    sheet.grain(0.045, 15);
    sheet.finish()
}

fn frond(
    sheet: &mut Sheet,
    dice: &mut Dice,
    stem: &[Touch],
    reach: f32,
    dark: super::sheet::Ink,
    light: super::sheet::Ink,
) {
    let spine = through(stem, 40);
    let last = spine.len() - 1;
    let mut at = last as f32 * 0.17;
    let mut pairs = Vec::new();
    while at < last as f32 - 1.0 {
        let t = at / last as f32;
        pairs.push((at as usize, t));
        at += (last as f32 * 0.043) * (1.0 - t * 0.74);
    }
    for (i, t) in pairs {
        let here = spine[i];
        let (a, b) = (spine[i.saturating_sub(2)], spine[(i + 2).min(last)]);
        let along = (b.1 - a.1).atan2(b.0 - a.0);
        // Longest at a third of the height; short at the foot and at the tip.
        let size = reach * smooth(0.02, 0.36, t).max(0.2) * (1.0 - t).powf(0.82) * 1.18;
        for side in [-1.0, 1.0f32] {
            let lift = dice.between(1.0, 1.16) - 0.32 * t;
            let long = size * dice.between(0.92, 1.06);
            pinna(sheet, dice, (here.0, here.1), along + side * lift, side, long, dark, light);
        }
    }
    sheet.brush(stem, mix(dark, ink(0x4a3a20), 0.5), 1.0);
    let shine: Vec<Touch> = stem.iter().map(|s| (s.0 - s.2 * 0.2, s.1, s.2 * 0.25)).collect();
    sheet.brush(&shine, light, 0.6);
}

#[expect(
    clippy::too_many_arguments,
    reason = "one leaf has a place, a direction, a size and two colours"
)]
fn pinna(
    sheet: &mut Sheet,
    dice: &mut Dice,
    foot: (f32, f32),
    angle: f32,
    side: f32,
    size: f32,
    dark: super::sheet::Ink,
    light: super::sheet::Ink,
) {
    let count = (size / 7.4).max(4.0) as usize;
    let mut p = foot;
    let mut heading = angle;
    let step = size / count as f32;
    let tone = dice.roll();
    let mut rib = vec![(p.0, p.1, 2.2)];
    for i in 0..count {
        let t = i as f32 / count as f32;
        // Gravity of the press: tips bend back toward the frond's tip.
        heading -= side * 0.021;
        p = (p.0 + heading.cos() * step, p.1 + heading.sin() * step);
        rib.push((p.0, p.1, 2.2 * (1.0 - t)));
        let leaf = size * 0.135 * (1.0 - t).powf(0.7) * smooth(-0.25, 0.22, t) + 1.6;
        for half in [-1.0, 1.0f32] {
            let a = heading + half * (1.05 - 0.25 * t);
            let tip = (p.0 + a.cos() * leaf, p.1 + a.sin() * leaf);
            let middle = (
                p.0 + a.cos() * leaf * 0.5 - (a.sin()) * half * leaf * 0.06,
                p.1 + a.sin() * leaf * 0.5 + a.cos() * half * leaf * 0.06,
            );
            let colour = mix(
                dark,
                light,
                (tone * 0.5 + dice.roll() * 0.4 + if half == side { 0.12 } else { 0.0 }).min(1.0),
            );
            sheet.brush(
                &[(p.0, p.1, leaf * 0.22), (middle.0, middle.1, leaf * 0.4), (tip.0, tip.1, 0.5)],
                colour,
                0.93,
            );
        }
    }
    sheet.brush(&rib, mix(dark, ink(0x1e2b14), 0.35), 0.75);
}

fn fiddlehead(sheet: &mut Sheet, x: f32, foot: f32, tall: f32, side: f32, radius: f32) {
    let mut touches: Vec<Touch> = vec![
        (x + side * -30.0, foot, 11.0),
        (x + side * -16.0, foot - tall * 0.5, 10.0),
        (x - side * 4.0, foot - tall, 9.0),
    ];
    let (cx, cy) = (x + side * (radius - 4.0), foot - tall);
    for i in 1..34 {
        let t = i as f32 / 33.0;
        let r = radius * (1.0 - t * 0.86);
        let a = std::f32::consts::PI + t * 12.2;
        touches.push((cx + side * a.cos() * r, cy + a.sin() * r, 9.0 - 5.4 * t));
    }
    sheet.brush(&touches, ink(0x5d6d33), 1.0);
    let shine: Vec<Touch> =
        touches.iter().map(|t| (t.0 - side * t.2 * 0.18, t.1 - t.2 * 0.1, t.2 * 0.25)).collect();
    sheet.brush(&shine, ink(0xa9b16a), 0.8);
    let mut dice = Dice(x as u64);
    for t in through(&touches, 3).iter().skip(4).step_by(2) {
        let a = dice.between(0.0, std::f32::consts::TAU);
        sheet.brush(
            &[(t.0, t.1, 1.2), (t.0 + a.cos() * 7.0, t.1 + a.sin() * 7.0, 0.3)],
            ink(0x7b5b30),
            0.6,
        );
    }
}
