//! What a load test found, as its document has it.

use super::curve::Curve;
use serde::Serialize;

/// What was found. Serialises to schema [`SCHEMA`](super::SCHEMA). Of its parts there are those that were asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stress {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: &'static str,
    /// What was simulated.
    pub scenario: ScenarioInfo,
    /// How.
    pub run: RunInfo,
    /// The figures at every volume: `curve`, `knees`, `ended`.
    #[serde(flatten)]
    pub curve: Option<Curve>,
}

/// What was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScenarioInfo {
    /// Name.
    pub name: String,
    /// Of the resolved scenario as compact JSON.
    pub sha256: String,
}

/// How it was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunInfo {
    /// Version of acdsim.
    pub version: &'static str,
    /// `day` or `steady`.
    pub mode: &'static str,
    /// Seed, the same at every volume: so are the callers.
    pub seed: u64,
    /// Level of the confidence intervals, each for itself.
    pub confidence: f64,
    /// Days simulated in all; steady runs.
    pub days_used: u64,
    /// It was stopped before it was done.
    pub partial: bool,
    /// What a reader of the figures should know.
    pub warnings: Vec<String>,
}
