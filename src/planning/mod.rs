//! How many agents: the requirement per interval, and what the formulas say of a scenario beside the simulation.
//!
//! [`Analytic`] sees a scenario through the formulas of [`crate::erlang`]: for a queue and an interval, or the whole day, the
//! [`WaitingSystem`](crate::erlang::WaitingSystem) that a planner would compute with, or why there is none. [`beside`] puts
//! what Erlang-C and Erlang-A give into a result, next to the simulated figures. [`simulate`] searches the smallest staffing with
//! which the simulated scenario meets its targets; [`by_formula`] takes the one that a formula asks for ([`Requirement`]), and
//! simulates what comes of it. [`Forecast`] says at once what a change will bring, approximately. [`from_csv`] needs no scenario: volumes and handling times in a file are enough.
//!
//! ```
//! use acdsim::{Control, Model, Settings, experiment, planning, scenario};
//! use std::path::Path;
//!
//! let text = r#"
//!     [scenario]
//!     name = "Help desk"
//!     [run]
//!     replications = 20
//!     [[queues]]
//!     name = "help"
//!     target = "80/20"
//!     [[call_types]]
//!     name = "question"
//!     queue = "help"
//!     rate = "60/h"
//!     talk = "exp(4m)"
//!     patience = "exp(2m)"
//!     [[groups]]
//!     name = "agents"
//!     skills = ["help"]
//!     staff = 6
//! "#;
//! let loaded = scenario::parse("example", text, Path::new(""), &[])?;
//! let model = Model::new(&loaded.scenario);
//! let mut run = experiment::run(&model, &Settings::of(&model), &Control::default(), &loaded.warnings)?;
//! planning::beside(&model, &mut run.results);
//!
//! let formulas = run.results.queues[0].erlang.expect("it is a queue");
//! let level = |answer: acdsim::kpi::FormulaAnswer| answer.figures().map(|figures| figures.service_level);
//! let (c, a) = (formulas.first_attempts.c, formulas.first_attempts.a);
//! // Erlang-C knows no abandonment, and so sees longer queues.
//! assert!(level(c) < level(a));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod analytic;
mod beside;
mod by_formula;
mod cause;
mod closing;
mod day_formulas;
mod document;
mod fitted;
mod forecast;
mod found;
mod from_csv;
mod goals;
mod lines;
mod marginal;
mod over_day;
mod planned_day;
mod question;
mod reinforce;
mod removal;
mod requirement;
mod response;
mod risk;
mod rounds;
mod search;
mod staffing;

pub use analytic::{Analytic, Calls, ErlangModel, Seen, When};
pub use beside::beside;
pub use by_formula::by_formula;
pub(crate) use cause::{serving, without_lines};
pub(crate) use closing::Judge;
pub use day_formulas::{AgentsSeen, DayFormulas, day_formulas};
pub use document::{Cost, Judged, OneMore, Row, SCHEMA, Staffing};
pub use forecast::{Expected, ExpectedFigures, Forecast};
pub use from_csv::{CsvError, CsvQuestion, Plan, from_csv};
pub(crate) use goals::Goal;
pub use goals::{Per, Staff, Status, Tolerance};
pub use lines::LinesNeeded;
pub use marginal::Difference;
pub(crate) use over_day::{OverDay, share_kept};
pub(crate) use planned_day::PlannedDay;
pub use question::{Bounds, Question};
pub(crate) use reinforce::{Reinforced, reinforce};
pub use requirement::{Attempts, Lag, Method, Need, Pool, Recipe, Remark, Requirement};
pub use risk::{Risk, RiskCost};
pub use staffing::{Answer, simulate};
