//! Load tests of a workforce: how much volume a centre bears, what gives way first, and what becomes of it beyond that.
//!
//! Volume is that of first attempts: callers who call again come on top, by simulation. A factor of 1 is the scenario as it
//! stands, "today's".

pub mod breaking;
pub mod course;
mod curve;
mod day;
mod document;
pub mod expect;
mod knee;
mod price;
mod timeline;
mod windows;

pub(crate) use curve::percent_text;
pub use curve::{Curve, CurveQuestion, Ended, Error, Knee, Precision, Row, curve, volumes};
pub use day::{Parts, StressedDay};
pub use document::{RunInfo, ScenarioInfo, Stress};
pub use knee::{Bend, NoKnee, knee};
pub use price::{MoreAgents, Price, price};
pub use timeline::Step;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.stress/1";
