//! acdsim: a simulator of contact centres.

pub mod scenario;
