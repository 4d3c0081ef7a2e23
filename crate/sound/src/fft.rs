//! The Fourier transform of 2,048 complex numbers, four at a time.
//!
//! Stockham's order, which needs no sorting, in steps of radix 4 and a last one of radix 2:
//! every loop walks neighbours, so that compilers make SIMD of it, also for WebAssembly.

/// Numbers of one transform.
pub(crate) const LENGTH: usize = 2_048;

/// Four numbers side by side.
type Four = [f32; 4];

/// Complex numbers, real and imaginary parts apart.
#[derive(Clone)]
pub(crate) struct Numbers {
    pub(crate) re: Vec<f32>,
    pub(crate) im: Vec<f32>,
}

impl Numbers {
    pub(crate) fn new() -> Numbers {
        Numbers { re: vec![0.0; LENGTH], im: vec![0.0; LENGTH] }
    }
}

/// What the numbers of one step are turned by: once, twice and three times, real parts and
/// imaginary ones.
type Turns = [f32; 6];

/// A transform with all that is known beforehand.
pub(crate) struct Fft {
    /// The first step's, four neighbours side by side.
    first: Vec<[Four; 6]>,
    /// Of each further step: how many neighbours are turned alike, and by what.
    steps: Vec<(usize, Vec<Turns>)>,
    spare: Numbers,
}

impl Fft {
    pub(crate) fn new() -> Fft {
        let first = turns(LENGTH);
        let first = first.as_chunks::<4>().0.iter().map(side_by_side).collect();
        let steps = (1..5).map(|step| 4_usize.pow(step)).map(|s| (s, turns(LENGTH / s))).collect();
        Fft { first, steps, spare: Numbers::new() }
    }

    /// Transforms in place.
    pub(crate) fn transform(&mut self, numbers: &mut Numbers) {
        let (mut from, mut to) = (numbers, &mut self.spare);
        first_step(from, to, &self.first);
        std::mem::swap(&mut from, &mut to);
        for (stride, turns) in &self.steps {
            step(from, to, *stride, turns);
            std::mem::swap(&mut from, &mut to);
        }
        // After five swaps the numbers lie in the spare, and the last step brings them back.
        last_step(from, to);
    }
}

/// exp(-2πi k p / n) for k of 1 to 3 and every p of a quarter.
fn turns(n: usize) -> Vec<Turns> {
    let turn = |p: usize, times: usize| {
        let angle = -std::f64::consts::TAU * (p * times) as f64 / n as f64;
        (angle.cos() as f32, angle.sin() as f32)
    };
    let all = |p| {
        let ((a, b), (c, d), (e, f)) = (turn(p, 1), turn(p, 2), turn(p, 3));
        [a, b, c, d, e, f]
    };
    (0..n / 4).map(all).collect()
}

fn side_by_side(four: &[Turns; 4]) -> [Four; 6] {
    let [w, x, y, z] = *four;
    let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (w, x);
    let ([m, n, o, p, q, r], [s, t, u, v, aa, bb]) = (y, z);
    [[a, g, m, s], [b, h, n, t], [c, i, o, u], [d, j, p, v], [e, k, q, aa], [f, l, r, bb]]
}

fn add(a: Four, b: Four) -> Four {
    let ([a, b, c, d], [e, f, g, h]) = (a, b);
    [a + e, b + f, c + g, d + h]
}

fn sub(a: Four, b: Four) -> Four {
    let ([a, b, c, d], [e, f, g, h]) = (a, b);
    [a - e, b - f, c - g, d - h]
}

fn mul(a: Four, b: Four) -> Four {
    let ([a, b, c, d], [e, f, g, h]) = (a, b);
    [a * e, b * f, c * g, d * h]
}

/// A complex product.
fn turned(re: Four, im: Four, turn_re: Four, turn_im: Four) -> (Four, Four) {
    (sub(mul(re, turn_re), mul(im, turn_im)), add(mul(re, turn_im), mul(im, turn_re)))
}

/// The four results of four complex numbers, of which all but the first are yet to be turned.
fn cross(re: [Four; 4], im: [Four; 4]) -> [(Four, Four); 4] {
    let ([a, b, c, d], [e, f, g, h]) = (re, im);
    let (sum_re, sum_im, less_re, less_im) = (add(a, c), add(e, g), sub(a, c), sub(e, g));
    let (both_re, both_im) = (add(b, d), add(f, h));
    // i times the difference of the second and the fourth.
    let (turn_re, turn_im) = (sub(h, f), sub(b, d));
    [
        (add(sum_re, both_re), add(sum_im, both_im)),
        (sub(less_re, turn_re), sub(less_im, turn_im)),
        (sub(sum_re, both_re), sub(sum_im, both_im)),
        (add(less_re, turn_re), add(less_im, turn_im)),
    ]
}

/// Quarters of numbers, four by four.
fn quarters(numbers: &[f32]) -> impl Iterator<Item = [Four; 4]> {
    let (low, high) = numbers.split_at(numbers.len() / 2);
    let ((a, b), (c, d)) = (low.split_at(low.len() / 2), high.split_at(high.len() / 2));
    let (a, b) = (a.as_chunks::<4>().0.iter(), b.as_chunks::<4>().0.iter());
    let (c, d) = (c.as_chunks::<4>().0.iter(), d.as_chunks::<4>().0.iter());
    a.zip(b).zip(c.zip(d)).map(|((a, b), (c, d))| [*a, *b, *c, *d])
}

fn across(four: [Four; 4]) -> [Four; 4] {
    let [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]] = four;
    [[a, e, i, m], [b, f, j, n], [c, g, k, o], [d, h, l, p]]
}

/// The step in which every number is turned by its own.
fn first_step(from: &Numbers, to: &mut Numbers, turns: &[[Four; 6]]) {
    let to_re = to.re.as_chunks_mut::<4>().0.as_chunks_mut::<4>().0;
    let to_im = to.im.as_chunks_mut::<4>().0.as_chunks_mut::<4>().0;
    let from = quarters(&from.re).zip(quarters(&from.im));
    for (((re, im), turn), (to_re, to_im)) in from.zip(turns).zip(to_re.iter_mut().zip(to_im)) {
        let [a, b, c, d] = cross(re, im);
        let [r1, i1, r2, i2, r3, i3] = *turn;
        let (b, c, d) =
            (turned(b.0, b.1, r1, i1), turned(c.0, c.1, r2, i2), turned(d.0, d.1, r3, i3));
        *to_re = across([a.0, b.0, c.0, d.0]);
        *to_im = across([a.1, b.1, c.1, d.1]);
    }
}

/// A step in which `stride` neighbours are turned alike.
fn step(from: &Numbers, to: &mut Numbers, stride: usize, turns: &[Turns]) {
    let fours = stride / 4;
    let mut from = quarters(&from.re).zip(quarters(&from.im));
    let to_re = to.re.as_chunks_mut::<4>().0.chunks_exact_mut(stride);
    let to_im = to.im.as_chunks_mut::<4>().0.chunks_exact_mut(stride);
    for ((turn, to_re), to_im) in turns.iter().zip(to_re).zip(to_im) {
        let [r1, i1, r2, i2, r3, i3] = turn.map(|t| [t; 4]);
        let ((re_a, re_b), (re_c, re_d)) = in_four(to_re, fours);
        let ((im_a, im_b), (im_c, im_d)) = in_four(to_im, fours);
        let to = re_a.iter_mut().zip(re_b).zip(re_c.iter_mut().zip(re_d));
        let to = to.zip(im_a.iter_mut().zip(im_b).zip(im_c.iter_mut().zip(im_d)));
        for ((((ra, rb), (rc, rd)), ((ia, ib), (ic, id))), (re, im)) in to.zip(from.by_ref()) {
            let [a, b, c, d] = cross(re, im);
            (*ra, *ia) = a;
            (*rb, *ib) = turned(b.0, b.1, r1, i1);
            (*rc, *ic) = turned(c.0, c.1, r2, i2);
            (*rd, *id) = turned(d.0, d.1, r3, i3);
        }
    }
}

#[expect(clippy::type_complexity, reason = "four parts of one slice")]
fn in_four(
    part: &mut [Four],
    quarter: usize,
) -> ((&mut [Four], &mut [Four]), (&mut [Four], &mut [Four])) {
    let (low, high) = part.split_at_mut(2 * quarter);
    (low.split_at_mut(quarter), high.split_at_mut(quarter))
}

/// The sums and differences of the two halves.
fn last_step(from: &Numbers, to: &mut Numbers) {
    for (from, to) in [(&from.re, &mut to.re), (&from.im, &mut to.im)] {
        let (low, high) = from.split_at(LENGTH / 2);
        let (to_low, to_high) = to.split_at_mut(LENGTH / 2);
        for ((a, b), (sum, less)) in low.iter().zip(high).zip(to_low.iter_mut().zip(to_high)) {
            *sum = a + b;
            *less = a - b;
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn every_bin_is_that_of_the_definition() {
        let mut numbers = Numbers::new();
        for n in 0..LENGTH {
            numbers.re[n] = ((n * n) % 97) as f32 / 97.0 - 0.5;
            numbers.im[n] = ((n * 31) % 113) as f32 / 113.0 - 0.5;
        }
        let before = numbers.clone();
        Fft::new().transform(&mut numbers);
        for bin in [0, 1, 2, 3, 511, 512, 1_000, 1_024, 1_533, 2_047] {
            let (mut re, mut im) = (0.0_f64, 0.0_f64);
            for n in 0..LENGTH {
                let angle = -std::f64::consts::TAU * ((n * bin) % LENGTH) as f64 / LENGTH as f64;
                let (x, y) = (f64::from(before.re[n]), f64::from(before.im[n]));
                re += x * angle.cos() - y * angle.sin();
                im += x * angle.sin() + y * angle.cos();
            }
            assert!((re - f64::from(numbers.re[bin])).abs() < 1e-3, "{bin}");
            assert!((im - f64::from(numbers.im[bin])).abs() < 1e-3, "{bin}");
        }
    }
}
