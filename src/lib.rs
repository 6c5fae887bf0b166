//! acdsim: a simulator of contact centres.

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod kpi;
pub mod model;
pub mod random;
pub mod report;
pub mod routing;
pub mod scenario;
pub mod stats;
