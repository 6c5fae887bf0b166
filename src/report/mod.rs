//! Every output format, one file each; and the writing of files.

pub mod calibration;
pub mod csv;
pub mod explanation;
pub mod files;
pub mod json;
pub mod page;
pub mod plots;
pub mod text;
