//! Load tests of a workforce: how much volume a centre bears, what gives way first, and what becomes of it beyond that.
//!
//! Volume is that of first attempts: callers who call again come on top, by simulation. A factor of 1 is the scenario as it
//! stands, "today's".

pub mod breaking;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.stress/1";
