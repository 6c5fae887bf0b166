//! Every output format, one file each; and the writing of files.

pub mod calibration;
pub mod csv;
pub mod files;
pub mod json;
#[cfg(feature = "parquet")]
pub mod parquet;
mod tables;
pub mod text;
pub mod trace;
