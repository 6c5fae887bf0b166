//! What the benchmarks share.

#![allow(dead_code)]

use acdsim::model::Model;
use acdsim::scenario;
use std::path::Path;

/// The models that other simulators are compared on, too: `benches/peers`.
pub const M1: &str = include_str!("../models/m1.toml");
pub const M2: &str = include_str!("../models/m2.toml");
pub const M3: &str = include_str!("../models/m3.toml");

/// M3 under its own policy as a script.
pub fn m3_by_script() -> String {
    let script = include_str!("../../scenarios/routing/preference.lua");
    format!("{M3}\n[routing]\npolicy = {{ lua = {{ source = '''\n{script}''' }} }}\n")
}

/// Compiles a scenario.
pub fn model(text: &str) -> Model {
    match scenario::parse("model", text, Path::new(""), &[]) {
        Ok(loaded) => Model::new(&loaded.scenario),
        Err(error) => panic!("{}\n{text}", error.render(false, 100)),
    }
}
