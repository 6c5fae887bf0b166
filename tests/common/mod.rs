//! What several test files share.

#![allow(dead_code)]

pub mod brute_shifts;
pub mod command;
pub mod identities;
pub mod random_scenario;

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::kpi::Results;
use acdsim::model::Model;
use acdsim::scenario;
use serde_json::Value;
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

/// A case of the vectors whose rates and staff vary by interval, as a scenario; `run` is its section of that name.
pub fn time_varying(case: &Value, run: &str) -> String {
    let p = &case["params"];
    let rates = p["calls_per_hour_by_interval"].as_array().expect("rates");
    let rates: Vec<String> = rates.iter().map(|rate| format!("\"{rate}/h\"")).collect();
    let minutes = (p["interval_s"].as_f64().expect("a number") / 60.0) as usize;
    let close = 8 * 60 + minutes * rates.len();
    format!(
        "[scenario]\nname = \"test\"\nopen = \"08:00-{:02}:{:02}\"\ninterval = \"{minutes}m\"\n[run]\n{run}\n\
         [[queues]]\nname = \"q\"\ntarget = \"80% in {}s\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = [{}]\ntalk = \"exp({}s)\"\npatience = \"exp({}s)\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {}\n",
        close / 60,
        close % 60,
        p["threshold_s"],
        rates.join(", "),
        p["mean_service_s"],
        p["mean_patience_s"],
        p["agents_by_interval"],
    )
}
