//! What a reader reports, to whom, the exact text, and the evidence bundle.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::page::{Failure, PageFacts, WorkFacts};
use crate::reading::Reading;
use crate::vocabulary::Statement;

/// Everything known when the reader chose to report; fills the report page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// When it was made, in milliseconds since 1970.
    pub at: crate::page::Millis,
    /// The page.
    pub page: PageFacts,
    /// The work; `None` when the whole page is reported.
    pub work: Option<WorkFacts>,
    /// What its file said, when it was read.
    pub reading: Option<Reading>,
    /// Why it was not, when it was not.
    pub failure: Option<Failure>,
    /// What was stated, strongest first.
    pub statements: Vec<Statement>,
    /// The card as it was shown.
    pub card: Option<Card>,
}
