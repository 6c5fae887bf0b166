//! Shifts: who works when, so that the requirement is covered at least cost.

pub mod document;
mod plan;
mod published;
mod task;

pub use document::Shifts;
pub use plan::{Duty, Person, Plan};
pub use published::{Published, PublishedError, read_published};
pub use task::{Crew, Horizon, Task, productive, scheduled};
