//! Every output format, one file each.

pub mod json;
pub mod text;
