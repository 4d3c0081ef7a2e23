//! One work's open questions, and what is still awaited.
