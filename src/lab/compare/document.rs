//! What a comparison found, as its document has it.

use crate::kpi::Unit;
use crate::lab::amounts::Amounts;
use crate::lab::ranking::Ranking;
use crate::lab::verdict::Verdict;
use crate::stats::Estimate;
use serde::Serialize;

/// What was found. Serialises to schema [`SCHEMA`](super::SCHEMA).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: &'static str,
    /// How it was simulated.
    pub run: RunInfo,
    /// Differences up to these are none.
    pub margin: Amounts,
    /// The variants.
    pub sides: Vec<SideInfo>,
    /// What has no counterpart.
    pub only: Vec<Only>,
    /// The differences, over the whole day.
    pub pairs: Vec<Difference>,
    /// Differences by interval of the day.
    pub intervals: Vec<Difference>,
    /// Of more than two variants: which is best.
    pub ranking: Vec<Ranking>,
}

/// How it was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunInfo {
    /// Version of acdsim.
    pub version: &'static str,
    /// `day` or `steady`.
    pub mode: &'static str,
    /// Seed.
    pub seed: u64,
    /// Days simulated of each variant; 1 in a steady run.
    pub replications: u64,
    /// Batches of a steady run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches: Option<u64>,
    /// Days simulated in all; replications of steady runs.
    pub days_used: u64,
    /// Joint level of the intervals marked so, and level of each other interval.
    pub confidence: f64,
    /// Intervals that hold jointly.
    pub joint_intervals: usize,
    /// Looks at the figures, over which the error is spent.
    pub looks: usize,
    /// What was asked to be precise, and whether it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// It was stopped before it was done.
    pub partial: bool,
    /// What a reader of the figures should know.
    pub warnings: Vec<String>,
}

/// A precision asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Precision {
    /// Half-widths.
    pub asked: Amounts,
    /// Whether all are reached.
    pub reached: bool,
}

/// A variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SideInfo {
    /// What it is called.
    pub label: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Of the resolved scenario as compact JSON.
    pub sha256: String,
}

/// A part, or a figure of it, that one variant has and the other has not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Only {
    /// Label of the variant that has it.
    #[serde(rename = "in")]
    pub side: String,
    /// Label of the variant that has not.
    pub not_in: String,
    /// Which part.
    #[serde(rename = "where")]
    pub place: String,
    /// Which figure; none if it is the whole part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kpi: Option<String>,
}

/// How a figure differs between two variants.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Label of the first.
    pub a: String,
    /// Label of the second.
    pub b: String,
    /// Which part.
    #[serde(rename = "where")]
    pub place: String,
    /// Start of the interval; none for the whole day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Which figure.
    pub kpi: &'static str,
    /// What it is measured in.
    #[serde(skip)]
    pub unit: Unit,
    /// The figure in the first.
    pub value_a: Option<f64>,
    /// The figure in the second.
    pub value_b: Option<f64>,
    /// The second less the first.
    pub difference: Estimate,
    /// A difference up to this is none.
    pub margin: Option<f64>,
    /// The judgement.
    pub verdict: Verdict,
    /// Its interval holds together with all that are marked so; of the others each holds for itself.
    pub joint: bool,
    /// The variance that the difference would have on different days over that which it has; none where no day differs.
    pub variance_ratio: Option<f64>,
}

impl Difference {
    /// Whether both variants gave the same on every day.
    pub fn is_nothing(&self) -> bool {
        (self.difference.mean, self.difference.se) == (Some(0.0), Some(0.0))
    }
}
