//! "Heron, low water": ink and one seal-red sun.

use super::Picture;
use super::sheet::{Dice, Ink, Noise, Sheet, Touch, ink, mix, shape, smooth};

const WIDTH: u32 = 900;
const HEIGHT: u32 = 1200;
const WATER: f32 = 955.0;

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0xefe6d3));
    let wash = Noise(3);
    sheet.each(|x, y, c| {
        // A grey-blue wash from above and one from the water.
        let sky = smooth(520.0, 0.0, y + wash.fine(x * 0.004, y * 0.004, 4) * 260.0) * 0.4;
        let water =
            smooth(WATER - 40.0, 1200.0, y + wash.fine(x * 0.003, y * 0.02, 4) * 70.0) * 0.55;
        let c = mix(c, ink(0xa9b7bb), sky);
        let c = mix(c, ink(0x8fa3a6), water);
        let from_sun = (x - 575.0).hypot(y - 322.0);
        let edge = wash.fine(x * 0.03, y * 0.03, 3) * 3.5;
        let worn = 0.9 - 0.16 * smooth(-0.1, 0.45, wash.fine(x * 0.011, y * 0.011, 5));
        mix(c, ink(0xc8472f), smooth(191.0, 188.5, from_sun + edge) * worn)
    });
    let mut dice = Dice(21);
    for i in 0..26 {
        let far = i < 15;
        let x = if far { dice.between(560.0, 900.0) } else { dice.between(650.0, 890.0) };
        reed(&mut sheet, &mut dice, x, far);
    }
    for _ in 0..9 {
        let x = dice.between(8.0, 150.0);
        reed(&mut sheet, &mut dice, x, true);
    }
    heron(&mut sheet);
    let mirror = Noise(9);
    let above = Sheet::clone_of(&sheet);
    sheet.each(|x, y, c| {
        if y < WATER + 22.0 {
            return c;
        }
        let down = y - WATER - 22.0;
        let sway = mirror.fine(x * 0.006, y * 0.075, 3) * (5.0 + down * 0.11);
        let seen = above.at(x + sway * 2.0, WATER + 18.0 - down * 1.18);
        let gap = smooth(0.16, 0.3, mirror.fine(x * 0.0035, y * 0.058, 3));
        mix(c, seen, (0.5 - down * 0.0014).max(0.0) * (1.0 - gap))
    });
    for _ in 0..46 {
        let y = dice.between(WATER + 8.0, 1185.0);
        let x = dice.between(-60.0, 860.0);
        let long = dice.between(50.0, 210.0);
        let sag = dice.between(-2.0, 2.0);
        sheet.brush(
            &[(x, y, 0.4), (x + long * 0.5, y + sag, dice.between(0.9, 2.6)), (x + long, y, 0.3)],
            if dice.chance(0.5) { ink(0xf6efe0) } else { ink(0x57686d) },
            dice.between(0.2, 0.6),
        );
    }
    for (x, wide) in [(452.0, 64.0), (530.0, 54.0)] {
        for ring in 0..3 {
            let r = wide * (0.5 + 0.42 * ring as f32);
            sheet.brush(
                &[
                    (x - r, 984.0 + ring as f32 * 2.0, 0.3),
                    (x, 988.0 + ring as f32 * 6.0, 1.7),
                    (x + r, 984.0 + ring as f32 * 2.0, 0.3),
                ],
                ink(0x46565c),
                0.6,
            );
        }
    }
    seal(&mut sheet);
    sheet.grain(0.05, 8);
    sheet.finish()
}

impl Sheet {
    fn clone_of(other: &Sheet) -> Sheet {
        let mut copy = Sheet::new(other.width() as u32, other.height() as u32, ink(0));
        copy.each(|x, y, _| other.at(x, y));
        copy
    }
}

fn reed(sheet: &mut Sheet, dice: &mut Dice, x: f32, far: bool) {
    let ground = WATER + dice.between(0.0, 46.0);
    let tall = if far { dice.between(190.0, 430.0) } else { dice.between(380.0, 690.0) };
    let lean = dice.between(-70.0, 70.0) - (x - 450.0) * 0.06;
    let tone: Ink =
        if far { ink(0x7d8a84) } else { mix(ink(0x2c3a3b), ink(0x4b5a4c), dice.roll()) };
    let wide = if far { dice.between(2.0, 5.0) } else { dice.between(3.5, 8.5) };
    let tip: Touch = (x + lean, ground - tall, 0.3);
    sheet.brush(
        &[
            (x, ground, wide * 0.7),
            (x + lean * 0.12, ground - tall * 0.42, wide),
            (x + lean * 0.5, ground - tall * 0.78, wide * 0.6),
            tip,
        ],
        tone,
        if far { 0.55 } else { 0.92 },
    );
    if dice.chance(0.34) {
        // A blade that has bent over.
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let y = ground - tall * dice.between(0.45, 0.7);
        sheet.brush(
            &[
                (x + lean * 0.25, y, wide * 0.5),
                (x + lean * 0.3 + side * 26.0, y - 52.0, wide * 0.7),
                (x + lean * 0.3 + side * 82.0, y - 8.0, 0.3),
            ],
            tone,
            if far { 0.5 } else { 0.88 },
        );
    }
    if !far && dice.chance(0.5) {
        let (hx, hy) = (x + lean * 0.74, ground - tall * 0.9);
        sheet.brush(
            &[
                (hx - lean * 0.03, hy + 58.0, 5.0),
                (hx - lean * 0.015, hy + 32.0, 16.0),
                (hx + lean * 0.02, hy - 8.0, 15.0),
                (hx + lean * 0.05, hy - 34.0, 3.0),
            ],
            ink(0x4a3a2e),
            0.95,
        );
    }
}

fn heron(sheet: &mut Sheet) {
    let slate = ink(0x36444f);
    let dark = ink(0x1c242b);
    let pale = ink(0xdcdcd2);
    // Legs: the far one paler.
    sheet.brush(
        &[
            (520.0, 730.0, 15.0),
            (540.0, 800.0, 8.0),
            (548.0, 838.0, 9.5),
            (536.0, 900.0, 6.0),
            (530.0, 984.0, 6.0),
        ],
        ink(0x5b5f58),
        1.0,
    );
    sheet.brush(
        &[
            (470.0, 735.0, 19.0),
            (486.0, 806.0, 9.0),
            (490.0, 846.0, 11.0),
            (466.0, 905.0, 7.0),
            (452.0, 986.0, 7.0),
        ],
        ink(0x37382f),
        1.0,
    );
    // Tail, body, breast.
    sheet.fill(
        &shape("M 560 650 C 620 690 672 742 706 806 C 660 790 610 772 566 764 Z"),
        dark,
        1.0,
    );
    sheet.fill(&shape("M 366 604 C 372 540 432 506 500 540 C 578 580 648 668 690 778 C 640 752 600 752 560 764 C 500 782 432 766 398 712 C 372 672 362 642 366 604 Z"), mix(slate, pale, 0.42), 1.0);
    // Neck: an S from the shoulder to the head.
    let neck: &[Touch] = &[
        (430.0, 640.0, 92.0),
        (385.0, 598.0, 66.0),
        (346.0, 556.0, 47.0),
        (338.0, 510.0, 39.0),
        (362.0, 462.0, 35.0),
        (377.0, 414.0, 32.0),
        (362.0, 368.0, 30.0),
        (336.0, 346.0, 30.0),
    ];
    sheet.brush(neck, mix(pale, slate, 0.12), 1.0);
    let back: Vec<Touch> =
        neck.iter().skip(2).map(|t| (t.0 + t.2 * 0.32, t.1, t.2 * 0.34)).collect();
    sheet.brush(&back, mix(slate, pale, 0.45), 0.8);
    for (i, side) in [(0.0, -6.0), (1.0, 1.0), (2.0, 7.0)] {
        let front: Vec<Touch> = neck
            .iter()
            .skip(1)
            .take(6)
            .map(|t| (t.0 - t.2 * 0.2 + side * 0.4, t.1 + i * 4.0, 2.6))
            .collect();
        sheet.brush(&front, dark, 0.55);
    }
    // Head and dagger.
    sheet.brush(
        &[
            (392.0, 350.0, 4.0),
            (364.0, 342.0, 32.0),
            (332.0, 340.0, 35.0),
            (302.0, 347.0, 23.0),
            (286.0, 352.0, 17.0),
        ],
        pale,
        1.0,
    );
    sheet.fill(
        &shape("M 300 337 C 262 343 210 356 158 378 C 205 374 258 370 302 362 Z"),
        ink(0xb8863b),
        1.0,
    );
    sheet.fill(
        &shape("M 300 351 C 258 357 208 366 158 378 C 205 377 260 372 300 362 Z"),
        ink(0x8a5f2a),
        1.0,
    );
    sheet.brush(
        &[
            (306.0, 332.0, 3.0),
            (340.0, 326.0, 13.0),
            (380.0, 336.0, 11.0),
            (430.0, 352.0, 4.0),
            (482.0, 380.0, 0.4),
        ],
        dark,
        1.0,
    );
    sheet.brush(&[(368.0, 338.0, 6.0), (416.0, 356.0, 4.0), (458.0, 392.0, 0.4)], dark, 1.0);
    sheet.dot(319.0, 342.0, 6.2, ink(0xe2b74a), 1.0);
    sheet.dot(318.0, 342.0, 3.2, dark, 1.0);
    // Wing: covert, then long feathers one over the other.
    sheet.fill(&shape("M 424 560 C 476 526 560 586 620 664 C 652 706 676 744 694 784 C 640 748 560 748 500 732 C 440 714 404 640 424 560 Z"), slate, 1.0);
    for i in 0..9 {
        let t = i as f32 / 8.0;
        let (x0, y0) = (452.0 + 96.0 * t, 612.0 + 22.0 * t);
        let (x1, y1) = (586.0 + 114.0 * t, 748.0 + 44.0 * t - 16.0 * (1.0 - t));
        sheet.brush(
            &[
                (x0, y0, 3.0),
                ((x0 + x1) * 0.5 + 10.0, (y0 + y1) * 0.5 - 8.0, 20.0 - 6.0 * t),
                (x1, y1, 1.0),
            ],
            mix(slate, dark, 0.35 + 0.6 * t),
            0.9,
        );
        sheet.brush(
            &[
                (x0 + 4.0, y0 - 2.0, 0.8),
                ((x0 + x1) * 0.5 + 14.0, (y0 + y1) * 0.5 - 13.0, 2.0),
                (x1 - 8.0, y1 - 6.0, 0.4),
            ],
            pale,
            0.5,
        );
    }
    for i in 0..11 {
        // Scales of the shoulder.
        let (x, y) = (
            440.0 + (i % 4) as f32 * 34.0 + (i / 4) as f32 * 15.0,
            574.0 + (i / 4) as f32 * 32.0 + (i % 4) as f32 * 13.0,
        );
        sheet.brush(
            &[(x, y, 1.0), (x + 16.0, y + 9.0, 6.5), (x + 33.0, y + 21.0, 0.5)],
            mix(slate, pale, 0.33),
            0.9,
        );
    }
    sheet.brush(
        &[(398.0, 560.0, 4.0), (420.0, 580.0, 19.0), (444.0, 640.0, 15.0), (452.0, 690.0, 1.0)],
        dark,
        0.95,
    );
    // Plumes of the breast.
    for i in 0..9 {
        let x = 372.0 + i as f32 * 8.0;
        let y = 620.0 + i as f32 * 8.0;
        sheet.brush(
            &[(x, y, 3.2), (x + 3.0, y + 52.0, 3.8), (x + 16.0, y + 104.0 - i as f32 * 2.0, 0.3)],
            mix(pale, slate, 0.08 + 0.05 * (i % 3) as f32),
            0.95,
        );
    }
}

/// The printer's seal: a small red square with a bird's foot in it.
fn seal(sheet: &mut Sheet) {
    sheet.fill(&shape("M 84 1096 L 130 1094 L 131 1140 L 85 1142 Z"), ink(0xb63a27), 0.92);
    let light = ink(0xefe6d3);
    for touches in [
        [(107.0, 1134.0, 2.0), (108.0, 1118.0, 4.0), (108.0, 1101.0, 2.0)],
        [(108.0, 1120.0, 2.0), (98.0, 1112.0, 3.6), (92.0, 1103.0, 2.0)],
        [(108.0, 1120.0, 2.0), (118.0, 1112.0, 3.6), (124.0, 1103.0, 2.0)],
    ] {
        sheet.brush(&touches, light, 1.0);
    }
}
