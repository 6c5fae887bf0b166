//! acdsim: a simulator of contact centres.

pub mod random;
pub mod scenario;
