//! What several test files share.

#![allow(dead_code)]

pub mod random_scenario;

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::kpi::Results;
use acdsim::model::Model;
use acdsim::scenario;
use std::path::Path;

/// Compiles a scenario written in a test.
pub fn model(toml: &str) -> Model {
    let loaded = scenario::parse("test", toml, Path::new(""), &[]);
    Model::new(
        &loaded
            .unwrap_or_else(|e| panic!("{}\n{toml}", e.render(false, 100)))
            .scenario,
    )
}

/// Runs a scenario as its file says.
pub fn run(toml: &str) -> Results {
    run_model(&model(toml), None)
}

/// Runs a model on a number of threads (all cores by default).
pub fn run_model(model: &Model, threads: Option<usize>) -> Results {
    let settings = Settings {
        threads,
        ..Settings::of(model)
    };
    run_with(model, &settings)
}

/// Runs a model with other settings than its own.
pub fn run_with(model: &Model, settings: &Settings) -> Results {
    experiment::run(model, settings, &Control::default(), &[])
        .expect("the scenario can be simulated")
        .results
}

/// Settings of a number of days.
pub fn days(model: &Model, n: u64) -> Settings {
    Settings {
        replications: Replications::Fixed(n),
        ..Settings::of(model)
    }
}
