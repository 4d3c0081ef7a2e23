//! Builds, tests and packs Sayso.

fn main() {}
