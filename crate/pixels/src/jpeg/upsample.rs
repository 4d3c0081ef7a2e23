//! Rows of fewer samples to rows of pixels, by the rules of libjpeg (`jdsample.c` of
//! <https://libjpeg-turbo.org>): where a component has half the samples, three parts of the
//! nearer and one of the further, rounded up and down by turns; else repetition.

use super::headers::{Component, Frame};

/// How a component comes to full size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It has it.
    Same,
    /// A triangle filter across.
    Across,
    /// A triangle filter down.
    Down,
    /// Both.
    Both,
    /// Each sample so many times across and down.
    Repeat(usize, usize),
}

impl Way {
    /// That of a component; `None` where pixels are no whole number of samples.
    pub fn of(component: &Component, frame: &Frame) -> Option<Way> {
        let (h, v) = frame.most;
        if !h.is_multiple_of(component.h) || !v.is_multiple_of(component.v) {
            return None;
        }
        // A filter needs two neighbours.
        let wide = component.width > 2;
        Some(match (h / component.h, v / component.v) {
            (1, 1) => Way::Same,
            (2, 1) if wide => Way::Across,
            (1, 2) => Way::Down,
            (2, 2) if wide => Way::Both,
            (across, down) => Way::Repeat(across, down),
        })
    }

    /// The row of samples of a row of pixels, and the one that is filtered in.
    pub fn rows(self, y: usize) -> (usize, isize) {
        match self {
            Way::Same | Way::Across => (y, y as isize),
            Way::Down | Way::Both => {
                (y / 2, if y.is_multiple_of(2) { y as isize / 2 - 1 } else { y as isize / 2 + 1 })
            }
            Way::Repeat(_, down) => (y / down, (y / down) as isize),
        }
    }

    /// Writes a row of pixels. `sums` is space to work in.
    pub fn write(self, near: &[u8], far: &[u8], lower: bool, sums: &mut Vec<u16>, out: &mut [u8]) {
        match self {
            Way::Same => out.iter_mut().zip(near).for_each(|(o, s)| *o = *s),
            Way::Down => {
                // Upper rows are rounded down, lower ones up.
                let bias = if lower { 2 } else { 1 };
                for (out, (near, far)) in out.iter_mut().zip(near.iter().zip(far)) {
                    *out = ((3 * u16::from(*near) + u16::from(*far) + bias) >> 2) as u8;
                }
            }
            Way::Across => {
                gather(sums, near.iter().map(|s| u16::from(*s)));
                spread::<1, 2, 2>(sums, out);
            }
            Way::Both => {
                let both = near.iter().zip(far);
                gather(sums, both.map(|(near, far)| 3 * u16::from(*near) + u16::from(*far)));
                spread::<8, 7, 4>(sums, out);
            }
            Way::Repeat(across, _) => {
                for (out, sample) in out.chunks_mut(across).zip(near) {
                    out.fill(*sample);
                }
            }
        }
    }
}

/// With the first and the last once more, which is what the filter makes of the ends.
fn gather(sums: &mut Vec<u16>, row: impl Iterator<Item = u16>) {
    sums.clear();
    sums.push(0);
    sums.extend(row);
    if let (Some(second), Some(last)) = (sums.get(1).copied(), sums.last().copied()) {
        if let Some(first) = sums.first_mut() {
            *first = second;
        }
        sums.push(last);
    }
}

/// Two pixels a sample: each with a quarter of its neighbour on that side.
fn spread<const LEFT: u16, const RIGHT: u16, const SHIFT: u16>(sums: &[u16], out: &mut [u8]) {
    let one = |here: u16, beside: u16, bias: u16| ((3 * here + beside + bias) >> SHIFT) as u8;
    let (pairs, odd) = out.as_chunks_mut::<2>();
    let whole = pairs.len();
    for ([left, right], around) in pairs.iter_mut().zip(sums.windows(3)) {
        if let [before, here, after] = around {
            *left = one(*here, *before, LEFT);
            *right = one(*here, *after, RIGHT);
        }
    }
    if let (Some(left), Some([before, here, _])) = (odd.first_mut(), sums.get(whole..whole + 3)) {
        *left = one(*here, *before, LEFT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(way: Way, near: &[u8], far: &[u8], lower: bool, width: usize) -> Vec<u8> {
        let mut out = vec![0; width];
        way.write(near, far, lower, &mut Vec::new(), &mut out);
        out
    }

    #[test]
    fn ends_are_kept_and_the_rest_is_three_to_one() {
        let out = row(Way::Across, &[0, 100, 200], &[], false, 6);
        assert_eq!(out, [0, 25, 75, 125, 175, 200]);
        assert_eq!(row(Way::Across, &[0, 100, 200], &[], false, 5), out[..5]);
    }

    #[test]
    fn both_ways_are_nine_three_three_one() {
        let out = row(Way::Both, &[10, 20, 40], &[50, 60, 80], true, 6);
        // (3 * 10 + 50) * 4 + 8 >> 4, and so on.
        assert_eq!(out, [20, 22, 28, 35, 45, 50]);
    }

    #[test]
    fn down_rounds_by_turns() {
        assert_eq!(row(Way::Down, &[1], &[0], false, 1), [1]);
        assert_eq!(row(Way::Down, &[1], &[3], false, 1), [1]);
        assert_eq!(row(Way::Down, &[1], &[3], true, 1), [2]);
        assert_eq!(Way::Down.rows(0), (0, -1));
        assert_eq!(Way::Both.rows(5), (2, 3));
    }

    #[test]
    fn others_are_repeated() {
        assert_eq!(row(Way::Repeat(3, 2), &[1, 2], &[], false, 5), [1, 1, 1, 2, 2]);
        assert_eq!(Way::Repeat(3, 2).rows(5), (2, 2));
    }
}
