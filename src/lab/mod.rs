//! Experiments with scenarios: what differs between them, how figures depend on values, and verdicts.

pub mod sweep;
pub mod vary;
