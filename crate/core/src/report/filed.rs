//! Reports that the reader has kept: what was said to whom, and what came of it.
//!
//! Only what the reader's list needs stays: the evidence itself is in the bundle that they saved.
//! Nothing is sent or fetched for the list.

use serde::{Deserialize, Serialize};

use crate::page::Millis;

/// Reports kept at most.
pub const REPORTS: usize = 500;
/// Characters of a note that are kept; its field takes no more.
pub const TEXT_CHARS: usize = 12_000;
/// Characters of a notice that are kept: one in two languages, with all that a page can state, has
/// a third of it.
const NOTICE_CHARS: usize = 200_000;
/// Where a notice ends here and did not end there. The whole of it is in the bundle.
const CUT: &str = "\n\n[…]";

/// One report of the reader's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Filed {
    /// The id of the draft it began as.
    pub id: String,
    /// When it was begun.
    pub at: Millis,
    /// When it was last changed.
    pub changed_at: Millis,
    /// The address of the page.
    pub page_url: String,
    /// The title of the page.
    pub page_title: String,
    /// The address of the work; empty when the whole page is reported.
    pub work_url: String,
    /// What the page calls the work.
    pub work_name: String,
    /// What became of it.
    pub state: State,
    /// The text that was copied, mailed or saved; empty when only evidence was kept.
    pub notice: String,
    /// SHA-256 of `SHA256SUMS` of the bundle, when one was saved.
    pub sums_sha256: Option<String>,
    /// What the reader wants to remember.
    pub note: String,
    /// When the reader wants to be reminded.
    pub remind_at: Option<Millis>,
}

/// What became of a report, as the reader says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum State {
    /// Written, and not known to be sent.
    #[default]
    Prepared,
    /// The reader has sent it.
    Sent,
    /// The host has answered.
    Answered,
    /// What was reported is gone, or was put right.
    Settled,
    /// The host or the reader has let it rest.
    Closed,
}

impl State {
    /// All of them, in the order of a report's life.
    pub const ALL: [State; 5] =
        [State::Prepared, State::Sent, State::Answered, State::Settled, State::Closed];

    /// Whether something may still come of it.
    pub fn open(self) -> bool {
        !matches!(self, State::Settled | State::Closed)
    }
}

impl Filed {
    /// Whether the reader wanted to be reminded by now and it is still open.
    pub fn due(&self, now: Millis) -> bool {
        self.state.open() && self.remind_at.is_some_and(|at| at <= now)
    }

    /// The same, with texts cut to what is kept; a notice that was cut says so.
    pub fn bounded(mut self) -> Filed {
        cut(&mut self.note, TEXT_CHARS);
        if cut(&mut self.notice, NOTICE_CHARS) {
            self.notice.push_str(CUT);
        }
        self
    }
}

/// Cuts a text to so many characters; whether there were more.
fn cut(text: &mut String, most: usize) -> bool {
    let end = text.char_indices().nth(most).map(|(at, _)| at);
    text.truncate(end.unwrap_or(text.len()));
    end.is_some()
}

/// The order of the list: what is due, then what is open, then the rest; the newest first.
pub fn in_order(reports: &mut [Filed], now: Millis) {
    reports.sort_by_key(|r| (!r.due(now), !r.state.open(), std::cmp::Reverse(r.at), r.id.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filed(id: &str, at: Millis, state: State, remind_at: Option<Millis>) -> Filed {
        Filed { id: id.into(), at, state, remind_at, ..Filed::default() }
    }

    #[test]
    fn what_is_due_comes_first_and_what_is_over_last() {
        let mut list = [
            filed("old", 1, State::Sent, None),
            filed("over", 9, State::Settled, Some(2)),
            filed("new", 5, State::Prepared, Some(50)),
            filed("due", 2, State::Sent, Some(10)),
        ];
        in_order(&mut list, 10);
        assert_eq!(list.map(|r| r.id), ["due", "new", "old", "over"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let long = Filed { note: "é".repeat(TEXT_CHARS + 5), ..Filed::default() };
        assert_eq!(long.bounded().note.chars().count(), TEXT_CHARS);
    }

    #[test]
    fn a_long_notice_is_kept_whole_and_one_that_is_cut_says_so() {
        let notice = "Sehr geehrte Damen und Herren,\n".repeat(2_000);
        let long = Filed { notice: notice.clone(), ..Filed::default() };
        assert_eq!(long.bounded().notice, notice);
        let endless = Filed { notice: "é".repeat(NOTICE_CHARS + 1), ..Filed::default() }.bounded();
        assert!(endless.notice.ends_with("é\n\n[…]"));
        assert_eq!(endless.clone().bounded(), endless, "cut once");
    }

    #[test]
    fn what_a_newer_version_adds_or_an_older_one_lacks_does_not_lose_a_report() {
        let text = r#"{"id":"7","state":"sent","colour":"red"}"#;
        let read: Filed = serde_json::from_str(text).unwrap();
        assert_eq!((read.id.as_str(), read.state), ("7", State::Sent));
    }
}
