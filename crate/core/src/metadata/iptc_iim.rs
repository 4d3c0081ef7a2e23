//! IPTC-IIM datasets of the application record, as text.
//!
//! Standard: IPTC-NAA Information Interchange Model 4.2,
//! <https://www.iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf> (1.6 for the coding,
//! 1:90 for the character set). Left out: envelope fields, previews, other records.

use super::{IimField, cut};
use crate::limits::Limits;
use crate::media::{be16, from, latin1, part, utf8_or_latin1};
use crate::vocabulary::{Problem, ProblemCode};

/// Every dataset begins with this byte (1.5, b).
const MARK: u8 = 0x1c;

/// Fields, problems, and whether something was not understood.
pub fn parse(bytes: &[u8], locator: &str, limits: &Limits) -> (Vec<IimField>, Vec<Problem>, bool) {
    let mut fields = Vec::new();
    let mut problems = Vec::new();
    let mut charset = Charset::Unsaid;
    let mut at = 0_usize;
    let mut count = 0_usize;
    let mut fault = None;
    while at < bytes.len() {
        let rest = from(bytes, at);
        if rest.first() != Some(&MARK) {
            // Zeros fill the block up.
            if rest.iter().any(|&b| b != 0) {
                fault = Some((ProblemCode::Malformed, "no dataset where one is due".to_owned()));
            }
            break;
        }
        count = count.saturating_add(1);
        if count > limits.properties {
            let message = format!("more than {} datasets", limits.properties);
            fault = Some((ProblemCode::OverLimit, message));
            break;
        }
        let (Some(&record), Some(&dataset), Some((length, header))) =
            (rest.get(1), rest.get(2), length(rest))
        else {
            fault = Some((ProblemCode::Truncated, "a dataset is cut in its header".to_owned()));
            break;
        };
        let Some(value) = part(rest, header, length) else {
            let left = from(rest, header).len();
            let message =
                format!("dataset {record}:{dataset} claims {length} bytes where {left} are left");
            fault = Some((ProblemCode::Truncated, message));
            break;
        };
        match (record, dataset) {
            (1, 90) => charset = Charset::named(value),
            // 2:0 is a version number, 2:200 to 2:202 are previews.
            (2, 1..=199) => {
                let mut text = charset.decode(value);
                text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned();
                if cut(&mut text, limits) {
                    let message =
                        format!("2:{dataset} was cut to {} characters", limits.value_chars);
                    problems.push(Problem::new(ProblemCode::OverLimit, locator, message));
                }
                if !text.is_empty() {
                    let locator = format!("{locator}, 2:{dataset}");
                    fields.push(IimField { record, dataset, value: text, locator });
                }
            }
            _ => {}
        }
        at = at.saturating_add(header).saturating_add(length);
    }
    let faulty = fault.is_some();
    if let Some((code, message)) = fault {
        problems.push(Problem::new(code, format!("{locator}, byte {at} of the block"), message));
    }
    (fields, problems, faulty)
}

/// Length of the value and of what stands before it. A length with its highest bit set says
/// how many bytes of length follow (1.5, c).
fn length(dataset: &[u8]) -> Option<(usize, usize)> {
    let short = be16(dataset, 3)?;
    if short & 0x8000 == 0 {
        return Some((short.into(), 5));
    }
    let count = usize::from(short & 0x7fff);
    if count > 8 {
        return None;
    }
    let bytes = part(dataset, 5, count)?;
    let long = bytes.iter().fold(0_u64, |n, &b| (n << 8) | u64::from(b));
    Some((usize::try_from(long).unwrap_or(usize::MAX), count.saturating_add(5)))
}

#[derive(Clone, Copy)]
enum Charset {
    /// Nothing said: UTF-8 if it is, else Latin-1, as nearly every writer meant.
    Unsaid,
    Utf8,
    Latin1,
}

impl Charset {
    /// Escape sequences of ISO 2022 (1:90).
    fn named(value: &[u8]) -> Self {
        match value.trim_ascii() {
            b"\x1b%G" => Charset::Utf8,
            b"\x1b.A" | b"\x1b-A" => Charset::Latin1,
            _ => Charset::Unsaid,
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        match self {
            Charset::Unsaid => utf8_or_latin1(bytes),
            Charset::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
            Charset::Latin1 => latin1(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<(u8, String)>, Vec<Problem>) {
        let (fields, problems, _) = parse(bytes, "APP13 at 0x2", &Limits::DEFAULT);
        (fields.into_iter().map(|f| (f.dataset, f.value)).collect(), problems)
    }

    #[test]
    fn datasets_are_read_in_their_character_set() {
        let utf8 = b"\x1c\x01\x5a\0\x03\x1b%G\x1c\x02\0\0\x02\0\x04\x1c\x02\x50\0\x04Zo\xc3\xab";
        assert_eq!(read(utf8).0, [(80, "Zoë".to_owned())]);
        let unsaid = b"\x1c\x02\x74\0\x05\xa9 Ann\x1c\x02\x6e\0\x02\xc3\xab\0\0";
        let (fields, problems) = read(unsaid);
        assert_eq!(fields, [(116, "© Ann".to_owned()), (110, "ë".to_owned())]);
        assert!(problems.is_empty());
    }

    #[test]
    fn an_extended_length_is_followed_and_a_lie_is_cut_off() {
        let good = b"\x1c\x02\x74\x80\x04\0\0\0\x03Ann";
        assert_eq!(read(good).0, [(116, "Ann".to_owned())]);
        let lie = b"\x1c\x02\x50\0\x03Ann\x1c\x02\x74\x80\x04\x7f\xff\xff\xffAnn";
        let (fields, problems) = read(lie);
        assert_eq!(fields.len(), 1);
        assert_eq!(problems[0].code, ProblemCode::Truncated);
        assert_eq!(problems[0].place, "APP13 at 0x2, byte 8 of the block");
    }

    #[test]
    fn strange_bytes_are_a_fault() {
        let (fields, problems) = read(b"\x1c\x02\x50\0\x03Annjunk");
        assert_eq!(fields.len(), 1);
        assert_eq!(problems[0].code, ProblemCode::Malformed);
    }
}
