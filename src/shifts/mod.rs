//! Shifts: who works when, so that the requirement is covered at least cost.

mod check;
pub mod document;
mod plan;
mod task;

pub use check::{Rule, Uncovered, Violation, uncovered, violations};
pub use document::Shifts;
pub use plan::{Duty, Person, Plan};
pub use task::{Crew, Horizon, Task, productive, scheduled};
