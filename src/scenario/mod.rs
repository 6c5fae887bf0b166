//! The scenario file: what a user writes, checked and with every default filled in.

mod types;

pub use types::*;
