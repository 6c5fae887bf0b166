//! Every output format, one file each; and the writing of files.

pub mod calibration;
pub mod check;
pub mod comparison;
pub mod csv;
pub mod explanation;
pub mod files;
pub mod json;
mod markdown;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plots;
pub mod scenario;
pub mod shifts;
pub mod staffing;
pub mod stress;
pub mod sweep;
mod tables;
pub mod text;
pub mod trace;
