//! Writes JPEGs of every kind that is read (ITU-T T.81,
//! <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>), so that tests and benches need no files:
//! sequential and progressive, interleaved or not, restart intervals, any sampling, any
//! colour. Its Huffman tables fit its symbols (K.2). Not for shipping: it is plain and slow.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

use std::f32::consts::PI;

/// What to write.
#[derive(Clone)]
pub struct Plan {
    pub width: usize,
    pub height: usize,
    /// Sampling factors of each component.
    pub sampling: Vec<(usize, usize)>,
    /// Component names.
    pub ids: Vec<u8>,
    /// Steps of the lowest and the highest frequency.
    pub steps: (u16, u16),
    pub progressive: bool,
    /// A scan for each component.
    pub apart: bool,
    /// MCUs between restart markers.
    pub restart: usize,
    pub jfif: bool,
    pub adobe: Option<u8>,
    /// The height stands behind the first scan.
    pub dnl: bool,
}

impl Plan {
    /// Baseline, JFIF, 4:2:0.
    pub fn new(width: usize, height: usize) -> Plan {
        Plan {
            width,
            height,
            sampling: vec![(2, 2), (1, 1), (1, 1)],
            ids: vec![1, 2, 3, 4],
            steps: (3, 20),
            progressive: false,
            apart: false,
            restart: 0,
            jfif: true,
            adobe: None,
            dnl: false,
        }
    }
}

/// Writes it. `sample` gives the value of a component at a place of the full picture.
pub fn encode(plan: &Plan, sample: &dyn Fn(usize, usize, usize) -> u8) -> Vec<u8> {
    let most = (
        plan.sampling.iter().map(|s| s.0).max().unwrap(),
        plan.sampling.iter().map(|s| s.1).max().unwrap(),
    );
    let mcus = (plan.width.div_ceil(8 * most.0), plan.height.div_ceil(8 * most.1));
    let quant: [u16; 64] = std::array::from_fn(|i| {
        let (low, high) = plan.steps;
        low + (u32::from(high - low) * (ZIGZAG[i] / 8 + ZIGZAG[i] % 8) as u32 / 14) as u16
    });
    let planes: Vec<Plane> = (0..plan.sampling.len())
        .map(|c| {
            let (h, v) = plan.sampling[c];
            let scale = (most.0 / h, most.1 / v);
            let size = (
                (plan.width * h).div_ceil(most.0).div_ceil(8),
                (plan.height * v).div_ceil(most.1).div_ceil(8),
            );
            Plane::new((mcus.0 * h, mcus.1 * v), size, &quant, &|x, y| {
                let (x, y) =
                    ((x * scale.0).min(plan.width - 1), (y * scale.1).min(plan.height - 1));
                sample(c, x, y)
            })
        })
        .collect();

    let mut out = vec![0xFF, 0xD8];
    if plan.jfif {
        segment(&mut out, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    }
    if let Some(transform) = plan.adobe {
        segment(&mut out, 0xEE, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
    }
    let mut table = vec![if quant.iter().any(|q| *q > 255) { 0x10 } else { 0 }];
    for q in quant {
        table.extend(&q.to_be_bytes()[usize::from(table[0] == 0)..]);
    }
    segment(&mut out, 0xDB, &table);
    let height = if plan.dnl { 0 } else { plan.height as u16 };
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend((plan.width as u16).to_be_bytes());
    frame.push(planes.len() as u8);
    for (id, (h, v)) in plan.ids.iter().zip(&plan.sampling) {
        frame.extend([*id, (h << 4 | v) as u8, 0]);
    }
    segment(&mut out, if plan.progressive { 0xC2 } else { 0xC1 }, &frame);
    if plan.restart > 0 {
        segment(&mut out, 0xDD, &(plan.restart as u16).to_be_bytes());
    }
    let all: Vec<usize> = (0..planes.len()).collect();
    let each = || all.iter().map(|c| vec![*c]);
    let scans: Vec<(Vec<usize>, [u8; 4])> = match (plan.progressive, plan.apart) {
        (false, false) => vec![(all.clone(), [0, 63, 0, 0])],
        (false, true) => each().map(|c| (c, [0, 63, 0, 0])).collect(),
        (true, _) => {
            let mut scans = match plan.apart {
                true => each().map(|c| (c, [0, 0, 0, 1])).collect(),
                false => vec![(all.clone(), [0, 0, 0, 1])],
            };
            for band in [[1, 5, 0, 2], [6, 63, 0, 2], [1, 63, 2, 1]] {
                scans.extend(each().map(|c| (c, band)));
            }
            scans.push((all.clone(), [0, 0, 1, 0]));
            scans.extend(each().map(|c| (c, [1, 63, 1, 0])));
            scans
        }
    };
    for (place, (components, band)) in scans.iter().enumerate() {
        let mut scan = Scan::default();
        scan.walk(plan, &planes, mcus, components, *band);
        let codes = [scan.codes(0), scan.codes(1)];
        for (class, (table, _)) in codes.iter().enumerate() {
            if !table.is_empty() {
                segment(&mut out, 0xC4, &[&[(class as u8) << 4], table.as_slice()].concat());
            }
        }
        let mut header = vec![components.len() as u8];
        for c in components {
            header.extend([plan.ids[*c], 0]);
        }
        header.extend([band[0], band[1], band[2] << 4 | band[3]]);
        segment(&mut out, 0xDA, &header);
        scan.write(&codes, &mut out);
        if plan.dnl && place == 0 {
            segment(&mut out, 0xDC, &(plan.height as u16).to_be_bytes());
        }
    }
    out.extend([0xFF, 0xD9]);
    out
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend(body);
}

/// Quantised coefficients in zigzag order.
struct Plane {
    across: usize,
    size: (usize, usize),
    blocks: Vec<[i32; 64]>,
}

impl Plane {
    fn new(
        (across, down): (usize, usize),
        size: (usize, usize),
        quant: &[u16; 64],
        sample: &dyn Fn(usize, usize) -> u8,
    ) -> Plane {
        let wave: [[f32; 8]; 8] = std::array::from_fn(|k| {
            let scale = if k == 0 { 0.125f32.sqrt() } else { 0.5 };
            std::array::from_fn(|n| scale * ((2 * n + 1) as f32 * k as f32 * PI / 16.0).cos())
        });
        let turn = |block: &[[f32; 8]; 8]| -> [[f32; 8]; 8] {
            std::array::from_fn(|k| {
                std::array::from_fn(|row| (0..8).map(|n| block[row][n] * wave[k][n]).sum())
            })
        };
        let block = |i: usize| {
            let (left, top) = (i % across * 8, i / across * 8);
            let samples: [[f32; 8]; 8] = std::array::from_fn(|y| {
                std::array::from_fn(|x| f32::from(sample(left + x, top + y)) - 128.0)
            });
            let low = turn(&turn(&samples));
            std::array::from_fn(|k| {
                let at = ZIGZAG[k];
                (low[at / 8][at % 8] / f32::from(quant[k])).round() as i32
            })
        };
        Plane { across, size, blocks: (0..across * down).map(block).collect() }
    }
}

enum Token {
    Symbol(usize, u8),
    Bits(u32, u32),
    Restart,
}

/// A DHT table, and code and length of each symbol.
type Codes = (Vec<u8>, Vec<(u32, u32)>);

/// Symbols and bits of one scan.
#[derive(Default)]
struct Scan {
    tokens: Vec<Token>,
    before: [i32; 4],
    /// Blocks whose end is not yet written, and the bits that follow it.
    empty: u32,
    later: Vec<u32>,
}

impl Scan {
    fn walk(
        &mut self,
        plan: &Plan,
        planes: &[Plane],
        mcus: (usize, usize),
        components: &[usize],
        band: [u8; 4],
    ) {
        let mut count = 0;
        let mut restart = |scan: &mut Scan| {
            if plan.restart > 0 && count > 0 && count % plan.restart == 0 {
                scan.end_run();
                scan.tokens.push(Token::Restart);
                scan.before = [0; 4];
            }
            count += 1;
        };
        if let [c] = components {
            let plane = &planes[*c];
            for y in 0..plane.size.1 {
                for x in 0..plane.size.0 {
                    restart(self);
                    self.block(plan, *c, &plane.blocks[y * plane.across + x], band);
                }
            }
        } else {
            for mcu in 0..mcus.0 * mcus.1 {
                restart(self);
                let (mcu_x, mcu_y) = (mcu % mcus.0, mcu / mcus.0);
                for c in components {
                    let (h, v) = plan.sampling[*c];
                    for i in 0..h * v {
                        let (x, y) = (mcu_x * h + i % h, mcu_y * v + i / h);
                        let plane = &planes[*c];
                        self.block(plan, *c, &plane.blocks[y * plane.across + x], band);
                    }
                }
            }
        }
        self.end_run();
    }

    fn block(&mut self, plan: &Plan, c: usize, block: &[i32; 64], [from, to, high, low]: [u8; 4]) {
        if from == 0 {
            if high > 0 {
                return self.tokens.push(Token::Bits((block[0] >> low) as u32 & 1, 1));
            }
            let value = block[0] >> low;
            let difference = value - self.before[c];
            self.before[c] = value;
            let bits = size(difference);
            self.tokens.push(Token::Symbol(0, bits as u8));
            self.value(difference, bits);
        }
        let band = &block[usize::from(from.max(1))..=usize::from(to)];
        match (plan.progressive, high > 0) {
            _ if to == 0 => {}
            (_, false) => self.first(band, low, plan.progressive),
            (_, true) => self.refine(band, low),
        }
    }

    fn first(&mut self, band: &[i32], low: u8, runs: bool) {
        let mut zeros = 0u8;
        for c in band {
            let value = (c.abs() >> low) * c.signum();
            if value == 0 {
                zeros += 1;
                continue;
            }
            self.end_run();
            while zeros > 15 {
                self.tokens.push(Token::Symbol(1, 0xF0));
                zeros -= 16;
            }
            let bits = size(value);
            self.tokens.push(Token::Symbol(1, zeros << 4 | bits as u8));
            self.value(value, bits);
            zeros = 0;
        }
        if zeros > 0 {
            self.empty += 1;
            if !runs || self.empty == 0x7FFF {
                self.end_run();
            }
        }
    }

    fn refine(&mut self, band: &[i32], low: u8) {
        let last = band.iter().rposition(|c| c.abs() >> low == 1);
        let (mut zeros, mut later) = (0u8, Vec::new());
        for (k, c) in band.iter().enumerate() {
            let value = (c.abs() >> low) as u32;
            if value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 && last.is_some_and(|last| k <= last) {
                self.end_run();
                self.tokens.push(Token::Symbol(1, 0xF0));
                zeros -= 16;
                self.tokens.extend(later.drain(..).map(|bit| Token::Bits(bit, 1)));
            }
            if value > 1 {
                later.push(value & 1);
                continue;
            }
            self.end_run();
            self.tokens.push(Token::Symbol(1, zeros << 4 | 1));
            self.tokens.push(Token::Bits(u32::from(*c > 0), 1));
            self.tokens.extend(later.drain(..).map(|bit| Token::Bits(bit, 1)));
            zeros = 0;
        }
        if zeros > 0 || !later.is_empty() {
            self.empty += 1;
            self.later.append(&mut later);
            if self.empty == 0x7FFF {
                self.end_run();
            }
        }
    }

    fn end_run(&mut self) {
        if self.empty > 0 {
            let bits = self.empty.ilog2();
            self.tokens.push(Token::Symbol(1, (bits as u8) << 4));
            self.tokens.push(Token::Bits(self.empty & ((1 << bits) - 1), bits));
            self.tokens.extend(self.later.drain(..).map(|bit| Token::Bits(bit, 1)));
            self.empty = 0;
        }
    }

    fn value(&mut self, value: i32, bits: u32) {
        let value = if value < 0 { value - 1 } else { value };
        self.tokens.push(Token::Bits(value as u32 & ((1 << bits) - 1), bits));
    }

    /// Those that fit its symbols, by K.2.
    fn codes(&self, class: usize) -> Codes {
        let mut weights = [0usize; 257];
        for token in &self.tokens {
            if let Token::Symbol(c, symbol) = token
                && *c == class
            {
                weights[usize::from(*symbol)] += 1;
            }
        }
        if weights.iter().all(|w| *w == 0) {
            return (Vec::new(), Vec::new());
        }
        // One more symbol, so that no code is all ones.
        weights[256] = 1;
        let mut trees: Vec<(usize, Vec<usize>)> =
            (0..257).filter(|s| weights[*s] > 0).map(|s| (weights[s], vec![s])).collect();
        let mut lengths = [0usize; 257];
        while trees.len() > 1 {
            trees.sort_by_key(|t| (std::cmp::Reverse(t.0), t.1[0] != 256));
            let (a, b) = (trees.pop().unwrap(), trees.pop().unwrap());
            let joined = [a.1, b.1].concat();
            joined.iter().for_each(|s| lengths[*s] += 1);
            trees.push((a.0 + b.0, joined));
        }
        let mut counts = [0usize; 64];
        lengths.iter().filter(|l| **l > 0).for_each(|l| counts[*l] += 1);
        for long in (17..64).rev() {
            while counts[long] > 0 {
                let mut j = long - 2;
                while counts[j] == 0 {
                    j -= 1;
                }
                counts[long] -= 2;
                counts[long - 1] += 1;
                counts[j + 1] += 2;
                counts[j] -= 1;
            }
        }
        let longest = (1..=16).rev().find(|l| counts[*l] > 0).unwrap();
        counts[longest] -= 1;
        let mut symbols: Vec<usize> = (0..256).filter(|s| lengths[*s] > 0).collect();
        symbols.sort_by_key(|s| (lengths[*s], *s));
        let mut table: Vec<u8> = counts[1..=16].iter().map(|n| *n as u8).collect();
        table.extend(symbols.iter().map(|s| *s as u8));
        let mut codes = vec![(0, 0); 256];
        let (mut code, mut next) = (0, symbols.into_iter());
        for (count, bits) in counts[1..=16].iter().zip(1u32..) {
            for symbol in next.by_ref().take(*count) {
                codes[symbol] = (code, bits);
                code += 1;
            }
            code <<= 1;
        }
        (table, codes)
    }

    fn write(&self, codes: &[Codes], out: &mut Vec<u8>) {
        let (mut hold, mut count, mut markers) = (0u64, 0u32, 0u8);
        let mut put = |value: u32, bits: u32, out: &mut Vec<u8>| {
            hold = hold << bits | u64::from(value);
            count += bits;
            while count >= 8 {
                count -= 8;
                let byte = (hold >> count) as u8;
                out.push(byte);
                if byte == 0xFF {
                    out.push(0);
                }
            }
            (8 - count) % 8
        };
        for token in &self.tokens {
            match token {
                Token::Symbol(class, symbol) => {
                    let (code, bits) = codes[*class].1[usize::from(*symbol)];
                    put(code, bits, out);
                }
                Token::Bits(value, bits) => {
                    put(*value, *bits, out);
                }
                Token::Restart => {
                    let fill = put(0, 0, out);
                    put((1 << fill) - 1, fill, out);
                    out.extend([0xFF, 0xD0 + markers % 8]);
                    markers += 1;
                }
            }
        }
        let fill = put(0, 0, out);
        put((1 << fill) - 1, fill, out);
    }
}

fn size(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

#[rustfmt::skip]
const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];
