//! "Sunday": cut paper, four inks, a press a little out of register.

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, circle, ink, mix, rectangle, shape, smooth};

const WIDTH: u32 = 900;
const HEIGHT: u32 = 1200;

/// Draws it.
pub fn draw() -> Picture {
    let paper = ink(0xf3e7cd);
    let (orange, teal, mustard, plum) =
        (ink(0xe4572e), ink(0x3f9a94), ink(0xf0b63f), ink(0x4b3352));
    let mut sheet = Sheet::new(WIDTH, HEIGHT, paper);
    sheet.overprint(&rectangle(70.0, 70.0, 760.0, 1060.0), ink(0xf7dfb4), 1.0);
    sheet.overprint(&circle(590.0, 340.0, 200.0), orange, 1.0);
    sheet.overprint(&circle(598.0, 348.0, 122.0), mustard, 1.0);
    // Hills: half discs that overlap into darker inks.
    for (x, y, r, tone) in
        [(255.0, 872.0, 258.0, teal), (640.0, 872.0, 262.0, mustard), (446.0, 872.0, 176.0, orange)]
    {
        let half = format!(
            "M {} {y} C {} {} {} {} {} {y} Z",
            x - r,
            x - r,
            y - r * 1.33,
            x + r,
            y - r * 1.33,
            x + r
        );
        sheet.overprint(&shape(&half), tone, 0.95);
    }
    sheet.overprint(&rectangle(70.0, 872.0, 760.0, 258.0), ink(0x8fbdb2), 0.85);
    for i in 0..7 {
        let y = 914.0 + i as f32 * 31.0;
        let from = 120.0 + (i % 3) as f32 * 44.0;
        sheet.overprint(
            &rectangle(from, y, 640.0 - (i % 4) as f32 * 78.0, 8.0 + i as f32),
            teal,
            0.75,
        );
    }
    leaf_tree(&mut sheet, 210.0, 890.0, 430.0, plum, teal);
    leaf_tree(&mut sheet, 720.0, 902.0, 300.0, plum, orange);
    // The sun's rays, as a fifties clock has them.
    for i in 0..24 {
        let a = i as f32 * std::f32::consts::TAU / 24.0;
        let (from, to) = (218.0, if i % 2 == 0 { 268.0 } else { 244.0 });
        let (c, s) = (a.cos(), a.sin());
        if c < -0.8 && s > -0.6 && s < 0.3 {
            continue; // The bird is there.
        }
        sheet.brush(
            &[(590.0 + c * from, 340.0 + s * from, 3.0), (590.0 + c * to, 340.0 + s * to, 6.0)],
            plum,
            0.95,
        );
        sheet.dot(590.0 + c * (to + 8.0), 340.0 + s * (to + 8.0), 4.6, plum, 0.95);
    }
    bird(&mut sheet, plum, mustard, teal);
    boat(&mut sheet, plum, orange, paper);
    // Paper frame and the misregistered black of the rule.
    for (x, y, w, h) in [
        (0.0, 0.0, 900.0, 70.0),
        (0.0, 1130.0, 900.0, 70.0),
        (0.0, 0.0, 70.0, 1200.0),
        (830.0, 0.0, 70.0, 1200.0),
    ] {
        sheet.fill(&rectangle(x, y, w, h), paper, 1.0);
    }
    let mut dice = Dice(1957);
    for _ in 0..900 {
        let (x, y) = (dice.between(70.0, 830.0), dice.between(70.0, 1130.0));
        sheet.dot(x, y, dice.between(0.4, 1.5), paper, dice.between(0.3, 0.8));
    }
    let lay = Noise(10);
    sheet.each(|x, y, c| {
        let rubbed = smooth(0.1, 0.5, lay.fine(x * 0.02, y * 0.3, 4)) * 0.12
            + smooth(0.15, 0.5, lay.fine(x * 0.5, y * 0.5, 2)) * 0.12;
        mix(c, paper, rubbed)
    });
    sheet.grain(0.045, 56);
    sheet.finish()
}

fn leaf_tree(
    sheet: &mut Sheet,
    x: f32,
    foot: f32,
    tall: f32,
    stem: super::sheet::Ink,
    leaf: super::sheet::Ink,
) {
    let top = foot - tall;
    let blade = format!(
        "M {x} {} C {} {} {} {} {x} {top} C {} {} {} {} {x} {} Z",
        foot - tall * 0.16,
        x - tall * 0.3,
        foot - tall * 0.42,
        x - tall * 0.22,
        top + tall * 0.12,
        x + tall * 0.22,
        top + tall * 0.12,
        x + tall * 0.3,
        foot - tall * 0.42,
        foot - tall * 0.16
    );
    sheet.overprint(&shape(&blade), leaf, 0.9);
    sheet.brush(
        &[(x, foot + 6.0, 9.0), (x, foot - tall * 0.5, 6.0), (x, top + tall * 0.06, 2.0)],
        stem,
        1.0,
    );
    for i in 0..6 {
        let y = foot - tall * (0.26 + 0.105 * i as f32);
        let reach = tall * 0.16 * (1.0 - 0.13 * i as f32);
        for side in [-1.0, 1.0] {
            sheet.brush(
                &[
                    (x, y, 4.0),
                    (x + side * reach * 0.6, y - reach * 0.5, 3.2),
                    (x + side * reach, y - reach, 1.0),
                ],
                stem,
                1.0,
            );
        }
    }
}

fn bird(
    sheet: &mut Sheet,
    plum: super::sheet::Ink,
    mustard: super::sheet::Ink,
    teal: super::sheet::Ink,
) {
    sheet.overprint(
        &shape("M 150 330 C 210 250 330 240 400 330 C 350 372 250 392 150 330 Z"),
        teal,
        0.95,
    );
    sheet.overprint(
        &shape("M 236 296 C 250 212 318 178 372 176 C 366 240 330 300 268 330 Z"),
        plum,
        0.9,
    );
    sheet.overprint(
        &shape("M 150 330 C 128 318 104 314 84 300 C 96 336 122 358 158 344 Z"),
        plum,
        0.95,
    );
    sheet.fill(&shape("M 396 318 L 440 332 L 398 344 Z"), mustard, 1.0);
    sheet.dot(366.0, 320.0, 8.0, ink(0xf7ecd2), 1.0);
    sheet.dot(367.0, 320.0, 3.6, plum, 1.0);
}

fn boat(
    sheet: &mut Sheet,
    plum: super::sheet::Ink,
    orange: super::sheet::Ink,
    paper: super::sheet::Ink,
) {
    sheet.fill(&shape("M 404 1004 L 566 1004 C 556 1036 538 1048 512 1048 L 452 1048 C 428 1048 412 1034 404 1004 Z"), plum, 1.0);
    sheet.fill(&rectangle(480.0, 846.0, 6.0, 160.0), plum, 1.0);
    sheet.fill(&shape("M 494 858 C 548 896 566 946 562 990 L 494 990 Z"), paper, 1.0);
    sheet.fill(&shape("M 472 874 C 462 926 442 964 412 990 L 472 990 Z"), orange, 1.0);
}
