//! What only real browsers can show.
fn main() {}
