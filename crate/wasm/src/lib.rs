//! The glass: the engine and the reader as the browser sees them. No logic.

mod desk;
mod glass;
