//! The native front of Sayso.

fn main() {}
