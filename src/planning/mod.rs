//! How many agents: the requirement per interval.

mod goals;
mod lines;
mod response;
mod search;
mod staffing;

pub use goals::{Per, Staff, Tolerance};
pub use lines::LinesNeeded;
pub use staffing::{
    Answer, Bounds, Cost, Judged, Question, Row, SCHEMA, Staffing, Status, simulate,
};
