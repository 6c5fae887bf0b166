//! Shifts: who works when, so that the requirement is covered at least cost.

mod answer;
mod candidates;
mod check;
mod cover;
pub mod document;
mod improve;
mod plan;
mod program;
mod requirement;
mod roster;
mod simulate;
mod solve;
mod published;
mod task;
mod tours;

pub use answer::{Answer, Asked, Calls, PlanError, Required, plan};
pub use check::{Rule, Uncovered, Violation, uncovered, violations};
pub use document::Shifts;
pub use plan::{Duty, Person, Plan};
pub use requirement::Requirement;
pub use solve::{Bound, Effort, Planner, Shiftwork, Solved, gap};
pub use published::{Published, PublishedError, read_published};
pub use task::{Crew, Horizon, Task, productive, scheduled};
