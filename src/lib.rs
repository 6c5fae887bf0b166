//! acdsim simulates contact centres: who calls, who waits, who gives up and calls again, and how sure the answer is.
//!
//! A scenario, written in TOML, is read and checked, compiled, simulated day by day and summed up in key figures with
//! confidence intervals:
//!
//! ```
//! use acdsim::{Control, Model, Settings, experiment, scenario};
//! use std::path::Path;
//!
//! let text = r#"
//!     [scenario]
//!     name = "Help desk"
//!     [run]
//!     replications = 50
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
//! // One agent more than the file says.
//! let changes = ["groups.agents.staff+=1".to_owned()];
//! let loaded = scenario::parse("example", text, Path::new(""), &changes)?;
//! let model = Model::new(&loaded.scenario);
//! let run = experiment::run(&model, &Settings::of(&model), &Control::default(), &loaded.warnings)?;
//!
//! let level = run.results.queues[0].get("service_level");
//! if let (Some(mean), Some((low, high))) = (level.mean, level.ci) {
//!     println!("{:.1} % in 20 s ({:.1} to {:.1})", 100.0 * mean, 100.0 * low, 100.0 * high);
//!     assert!(low < mean && mean < high);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Data moves one way, and each room uses only those before it:
//!
//! | room | what lives there |
//! |---|---|
//! | [`scenario`] | the file: reading, checking, `--set`, errors with their place |
//! | [`model`] | the compiled scenario: indices and nanoseconds instead of names and texts |
//! | [`random`] | keyed random streams and sampling |
//! | [`routing`] | the policy trait and the policies |
//! | [`engine`] | the discrete-event simulation of one replication, and observers of it |
//! | [`stats`] | mergeable sums, ratio estimators, intervals |
//! | [`kpi`] | the one place where a count becomes a named figure |
//! | [`experiment`] | replications on all cores, as many as asked for or needed |
//! | [`erlang`] | Erlang's formulas and their inverses; beside the line, using only the types of a formula and a distribution |
//! | [`planning`] | how many agents and lines it takes, and what the formulas say beside a simulation |
//! | [`shifts`] | who works when: the cheapest shifts that cover a requirement |
//! | [`stress`] | load tests: how much volume a centre bears, and what becomes of it beyond that |
//! | [`lab`] | variants of a scenario against each other on the same days, and sweeps over values |
//! | [`report`] | output formats, and the writing of files |
//! | [`tui`] | what-if sessions in the terminal |
//! | [`cli`] | the `acdsim` command |
//!
//! The commands are described in `docs/commands.md`, the rules of the model in `docs/model.md`, the scenario file in `docs/scenario.md`, the figures in `docs/kpis.md`,
//! and how the program is checked in `docs/validation.md`.

pub mod cli;
pub mod engine;
pub mod erlang;
pub mod experiment;
pub mod kpi;
pub mod lab;
pub mod model;
pub mod planning;
pub mod random;
pub mod report;
pub mod routing;
pub mod scenario;
pub mod shifts;
pub mod stats;
pub mod stress;
pub mod tui;

pub use experiment::{Control, Settings};
pub use kpi::Results;
pub use model::Model;
pub use scenario::Scenario;
pub use stats::Estimate;
