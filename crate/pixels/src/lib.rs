//! From the pixels of a picture to the small grids that its codes are made of: upright,
//! transparency on white, trimmed, grey, resized as Pillow does it.
//!
//! A crate of its own because it walks every pixel: it is compiled for speed everywhere, the
//! rest of the core for size in what ships. It knows nothing of rights, files or limits.

pub mod dct;
pub mod grids;
pub mod imagehash;
pub mod jpeg;
pub mod normalise;
