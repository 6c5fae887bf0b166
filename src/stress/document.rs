//! What a load test found, as its document has it.

use super::breaking::Breaking;
use super::course::Course;
use super::curve::Curve;
use super::price::Price;
use crate::lab::check::Judged;
use crate::scenario::{Mode, Scenario};
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
    /// The volume up to which every target holds: `breaking_point`, `headroom_percent`.
    #[serde(flatten)]
    pub breaking: Option<Breaking>,
    /// The day of a profile: `recovery`, `amplification`, `timeline` and the rest.
    #[serde(flatten)]
    pub day: Option<Course>,
    /// What it takes to survive the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// The figures at every volume: `curve`, `knees`, `ended`.
    #[serde(flatten)]
    pub curve: Option<Curve>,
    /// What was expected, and whether it is so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expectations: Vec<Judged>,
}

impl Stress {
    /// Of a scenario, with nothing found yet.
    pub fn of(scenario: &Scenario, seed: u64, confidence: f64) -> Self {
        Self {
            schema: super::SCHEMA,
            scenario: ScenarioInfo {
                name: scenario.name.clone(),
                sha256: scenario.sha256(),
            },
            run: RunInfo {
                version: env!("CARGO_PKG_VERSION"),
                mode: match scenario.run.mode {
                    Mode::Day => "day",
                    Mode::Steady { .. } => "steady",
                },
                seed,
                confidence,
                days_used: 0,
                partial: false,
                warnings: Vec::new(),
            },
            breaking: None,
            day: None,
            price: None,
            curve: None,
            expectations: Vec::new(),
        }
    }

    /// Adds the breaking point.
    pub fn add_breaking(&mut self, found: Breaking) {
        self.run.days_used += found.breaking_point.days_used;
        self.run.partial |= found.partial;
        self.run.warnings.extend(found.warnings.iter().cloned());
        self.breaking = Some(found);
    }

    /// Adds the day of a profile.
    pub fn add_day(&mut self, found: Course) {
        self.run.days_used += 3 * found.profile.days;
        self.run.partial |= found.partial;
        self.run.warnings.extend(found.warnings.iter().cloned());
        self.day = Some(found);
    }

    /// Adds what it takes to survive the profile.
    pub fn add_price(&mut self, found: Price) {
        self.run.days_used += found.days_used;
        self.run.partial |= found.partial;
        self.run.warnings.extend(found.warnings.iter().cloned());
        self.price = Some(found);
    }

    /// Adds the figures at every volume.
    pub fn add_curve(&mut self, found: Self) {
        self.run.days_used += found.run.days_used;
        self.run.partial |= found.run.partial;
        self.run.warnings.extend(found.run.warnings);
        self.curve = found.curve;
    }
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
