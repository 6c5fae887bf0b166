//! acdsim: a simulator of contact centres.

pub mod engine;
pub mod model;
pub mod random;
pub mod routing;
pub mod scenario;
pub mod stats;
