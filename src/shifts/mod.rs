//! Shifts: who works when, so that the requirement is covered at least cost.
//!
//! [`plan`] takes scenarios and [`ShiftRules`](crate::scenario::ShiftRules) to a plan whose targets hold. On the way:
//!
//! | part | what it does |
//! |---|---|
//! | `task`, `requirement` | what is to be covered: the people needed by group and step of the planning grid |
//! | `candidates`, `tours` | what the rules allow: shifts and the ways to take their breaks; what a person may work in a week |
//! | `cover`, `envelope`, `program` | the cover problem as a mixed-integer program, what it sees of aims, and its solver |
//! | `roster`, `improve`, `solve` | a plan in the making, trials that make it cheaper, and all of it together: [`Planner`] |
//! | `explain` | rules that contradict each other |
//! | `check` | a checker of plans, written apart from all of these: [`violations`], [`uncovered`] |
//! | `simulate`, `written` | a plan's people as rosters of a simulation, and as the staff of a scenario |
//! | `own_rules`, `published` | what is asked for a scenario that has rules, and what must hold of it first; a published plan |
//! | `answer`, `simulated_day`, `repair`, `document` | requirement, cover, simulation and repairs in turn, and the document of what came of it |
//! | `over_day` | the same for targets over the day, and for the best service: there the place of a requirement is taken by aims |
//!
//! Where to add:
//! - a rule: its keys in `scenario/schema.rs`, `scenario/check/shifts.rs` and `scenario/shifts.rs`; what it forbids in `candidates`, or in
//!   `cover` and `roster` alike, and once more in `check`; what to say of it in `explain`
//! - an objective: [`document::Objective`] and [`Asked::objective`]; what it asks of a plan in [`Task`], `cover` and `roster`
//! - a table or a sentence: `report/shifts/tables.rs`, `report/shifts/words.rs`, over what `report/shifts/view.rs` sees
//!
//! ```
//! use acdsim::scenario;
//! use acdsim::shifts::{Crew, Effort, Horizon, Planner, Shiftwork, Task, violations};
//! use std::path::Path;
//! use std::sync::atomic::AtomicBool;
//!
//! let text = r#"
//!     [scenario]
//!     name = "Help desk"
//!     [[queues]]
//!     name = "help"
//!     [[call_types]]
//!     name = "question"
//!     queue = "help"
//!     rate = "60/h"
//!     talk = "exp(4m)"
//!     [[groups]]
//!     name = "agents"
//!     skills = ["help"]
//!     staff = 6
//!     [shifts]
//!     [[shifts.types]]
//!     name = "half a day"
//!     start = "08:00-16:00"
//!     length = "4h"
//! "#;
//! let scenario = scenario::parse("example", text, Path::new(""), &[])?.scenario;
//! let rules = *scenario.shifts.expect("the file has rules");
//! let horizon = Horizon { grid_min: rules.grid_min, days: vec![None], cyclic: rules.cyclic };
//! // Six agents from 08:00 to 20:00, two more from 10:00 to 14:00.
//! let needed = |cell: usize| match horizon.start(cell).1 / 60 {
//!     10..14 => 8,
//!     8..20 => 6,
//!     _ => 0,
//! };
//! let task = Task {
//!     crews: scenario.groups.iter().map(Crew::of).collect(),
//!     need: vec![(0..horizon.cells()).map(needed).collect()],
//!     aims: Vec::new(),
//!     best_service: false,
//!     most_cost: None,
//!     published: Vec::new(),
//!     horizon,
//!     rules,
//! };
//! let work = Shiftwork::new(&task)?;
//! let mut planner = Planner::new(&work, &Effort::default());
//! let bound = planner.solve(&AtomicBool::new(false))?;
//! let solved = planner.solved();
//! // 3 × 6 people, and two more, four hours each: nothing is cheaper.
//! assert_eq!((solved.plan.people.len(), solved.objective), (20, 80.0));
//! assert_eq!(bound.objective, Some(80.0));
//! assert!(violations(&task, &solved.plan).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod candidates;
mod check;
mod cover;
pub mod document;
mod envelope;
mod explain;
mod improve;
mod over_day;
mod own_rules;
mod plan;
mod program;
mod published;
mod repair;
mod requirement;
mod roster;
mod simulate;
mod simulated_day;
mod solve;
mod task;
mod tours;
mod written;

pub use answer::{Answer, Asked, Calls, PlanError, Required, plan};
pub use check::{Rule, Uncovered, Violation, uncovered, violations};
pub use document::Shifts;
pub use own_rules::{ROUNDS, Unfit, fits, no_rules, on_the_grid, own_rules};
pub use plan::{Duty, Person, Plan};
pub use published::{Published, PublishedError, published_shifts, read_published};
pub use requirement::Requirement;
pub use simulate::rosters;
pub use solve::{Bound, Effort, Planner, Shiftwork, Solved, gap};
pub use task::{Aim, Crew, Horizon, PublishedShift, Task, productive, scheduled};
pub use written::written;
