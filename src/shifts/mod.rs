//! Shifts: who works when, so that the requirement is covered at least cost.

mod candidates;
mod cover;
pub mod document;
mod improve;
mod plan;
mod program;
mod roster;
mod solve;
mod task;
mod tours;

pub use document::Shifts;
pub use plan::{Duty, Person, Plan};
pub use solve::{Effort, Solved, solve};
pub use task::{Crew, Horizon, Task, productive, scheduled};
