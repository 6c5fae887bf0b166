//! How many agents: the requirement per interval.

mod goals;
mod lines;
mod marginal;
mod response;
mod risk;
mod search;
mod staffing;

pub use goals::{Per, Staff, Tolerance};
pub use lines::LinesNeeded;
pub use marginal::Difference;
pub use risk::{Risk, RiskCost};
pub use staffing::{
    Answer, Bounds, Cost, Judged, Question, Row, SCHEMA, Staffing, Status, simulate,
};
