//! Every output format, one file each.

pub mod calibration;
pub mod explanation;
pub mod json;
pub mod plots;
pub mod text;
