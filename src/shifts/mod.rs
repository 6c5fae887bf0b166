//! Shifts: who works when, so that the requirement is covered at least cost.

mod answer;
mod candidates;
mod check;
mod cover;
pub mod document;
mod explain;
mod improve;
mod plan;
mod program;
mod published;
mod requirement;
mod roster;
mod simulate;
mod solve;
mod task;
mod tours;
mod written;

pub use answer::{Answer, Asked, Calls, PlanError, Required, plan};
pub use check::{Rule, Uncovered, Violation, uncovered, violations};
pub use document::Shifts;
pub use plan::{Duty, Person, Plan};
pub use published::{Published, PublishedError, read_published};
pub use requirement::Requirement;
pub use simulate::rosters;
pub use solve::{Bound, Effort, Planner, Shiftwork, Solved, gap};
pub use task::{Crew, Horizon, PublishedShift, Task, productive, scheduled};
pub use written::{on_grid, written};
