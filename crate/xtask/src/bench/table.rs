//! Rows: what, ours, the judge's, the ratio, the aim, and whether it is reached.

use super::crew::{Side, Times};

/// What is to be reached against a judge.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// So many times the judge's time, or less.
    AtMost(f64),
    /// So many times as fast as the judge, or more.
    Faster(f64),
    /// Only to be known.
    None,
}

/// Prints row by row, so that a long run shows how far it is.
pub struct Table;

impl Table {
    /// With the names of its columns.
    pub fn new() -> Table {
        println!();
        row("", "ours", "judge's", "ratio", "aim", "");
        Table
    }

    /// What the rows below have in common.
    pub fn head(&mut self, text: &str) {
        println!("── {text}");
    }

    /// Ours beside a judge.
    pub fn pair(&mut self, what: &str, times: &Times, ours: Side, judge: Side, aim: Aim) {
        let ms = |side| times.median(side).map_or("–".into(), |ms| format!("{} ms", digits(ms)));
        let ratio = times.ratio(ours, judge);
        let (ratio, text, reached) = match aim {
            Aim::AtMost(most) => (ratio, format!("≤ {most:.1}×"), ratio.map(|r| r <= most)),
            Aim::Faster(least) => {
                let faster = ratio.map(|r| 1.0 / r);
                (faster, format!("≥ {least:.1}× as fast"), faster.map(|f| f >= least))
            }
            Aim::None => (ratio, String::new(), None),
        };
        let asked = !matches!(aim, Aim::None);
        let ratio = ratio.map_or("–".into(), |r| format!("{r:.2}×"));
        row(what, &ms(ours), &ms(judge), &ratio, &text, word(asked, reached));
    }

    /// A number that may be so large.
    pub fn most(&mut self, what: &str, value: Option<f64>, unit: &str, most: Option<f64>) {
        self.number(what, value, unit, most.map(|m| ("≤", m, value.map(|v| v <= m))));
    }

    /// A number that must be so large.
    pub fn least(&mut self, what: &str, value: Option<f64>, unit: &str, least: Option<f64>) {
        self.number(what, value, unit, least.map(|l| ("≥", l, value.map(|v| v >= l))));
    }

    fn number(
        &mut self,
        what: &str,
        value: Option<f64>,
        unit: &str,
        aim: Option<(&str, f64, Option<bool>)>,
    ) {
        let value = value.map_or("–".into(), |v| format!("{} {unit}", digits(v)));
        let text = aim.map_or(String::new(), |(sign, bound, _)| format!("{sign} {bound} {unit}"));
        let reached = aim.and_then(|(_, _, reached)| reached);
        row(what, &value, "", "", &text, word(aim.is_some(), reached));
    }
}

/// The middle one; of an even number the upper of the two.
pub fn median(mut all: Vec<f64>) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

fn word(asked: bool, reached: Option<bool>) -> &'static str {
    match (asked, reached) {
        (false, _) => "",
        (true, None) => "not measured",
        (true, Some(true)) => "ok",
        (true, Some(false)) => "over",
    }
}

fn digits(value: f64) -> String {
    match value {
        v if v.abs() >= 100.0 => format!("{v:.0}"),
        v if v.abs() >= 10.0 => format!("{v:.1}"),
        v if v.abs() >= 1.0 => format!("{v:.2}"),
        v => format!("{v:.3}"),
    }
}

fn row(what: &str, ours: &str, judge: &str, ratio: &str, aim: &str, word: &str) {
    println!("{what:<46}{ours:>18}{judge:>12}{ratio:>9}  {aim:<18}{word}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn what_was_not_measured_is_not_reached() {
        assert_eq!(word(true, None), "not measured");
        assert_eq!(word(true, Some(false)), "over");
        assert_eq!(word(false, Some(true)), "");
    }
}
