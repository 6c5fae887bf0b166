//! The result of a run: the document of `acdsim run --json`, and what every report is made from.

use super::formulas::Formulas;
use crate::scenario::Queue;
use crate::stats::Estimate;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.result/1";

/// Everything that a run found. Serialises to schema [`SCHEMA`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was simulated.
    pub scenario: ScenarioInfo,
    /// How.
    pub run: RunInfo,
    /// The scenario's targets, each judged.
    pub targets: Vec<TargetResult>,
    /// Everything together.
    pub total: Part,
    /// By queue, in file order.
    pub queues: Vec<Part>,
    /// By call type.
    pub call_types: Vec<Part>,
    /// By agent group.
    pub groups: Vec<Part>,
    /// By trunk group.
    pub trunks: Vec<Part>,
}

impl Results {
    /// Every part with the name of its list, the total first.
    pub fn listed(&self) -> impl Iterator<Item = (&'static str, &Part)> {
        let lists = [
            ("queues", &self.queues),
            ("call_types", &self.call_types),
            ("groups", &self.groups),
            ("trunks", &self.trunks),
        ];
        let parts = lists
            .into_iter()
            .flat_map(|(list, parts)| parts.iter().map(move |part| (list, part)));
        std::iter::once(("total", &self.total)).chain(parts)
    }

    /// The same with their places: `total`, `queues.sales`.
    pub fn by_place(&self) -> impl Iterator<Item = (String, &Part)> {
        self.listed().map(|(list, part)| match &part.name {
            Some(name) => (format!("{list}.{name}"), part),
            None => (list.to_owned(), part),
        })
    }

    /// The total, then every queue, call type, agent group and trunk group.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.listed().map(|(_, part)| part)
    }
}

/// What was simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioInfo {
    /// Name of the scenario.
    pub name: String,
    /// Of the resolved scenario as compact JSON.
    pub sha256: String,
    /// The scenario with defaults, changes and CSVs filled in.
    pub resolved: serde_json::Value,
}

/// How it was simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Version of acdsim.
    pub version: String,
    /// `day` or `steady`.
    pub mode: String,
    /// Seed.
    pub seed: u64,
    /// Days simulated; 1 in a steady run.
    pub replications: u64,
    /// Batches of a steady run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches: Option<u64>,
    /// Level of the confidence intervals.
    pub confidence: f64,
    /// The run was stopped before it was done.
    pub partial: bool,
    /// What a reader of the figures should know.
    pub warnings: Vec<String>,
}

/// A target and whether it was met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetResult {
    /// Which part, e.g. `queues.service`.
    #[serde(rename = "where")]
    pub place: String,
    /// Which figure.
    pub kpi: String,
    /// Which side of the threshold is wanted.
    pub bound: Bound,
    /// The threshold, in the figure's unit.
    pub threshold: f64,
    /// The figure.
    pub estimate: Estimate,
    /// The judgement.
    pub verdict: Verdict,
}

/// Side of a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// The figure shall be at least the threshold.
    #[serde(rename = ">=")]
    AtLeast,
    /// At most.
    #[serde(rename = "<=")]
    AtMost,
}

/// Whether a target is met, as far as the run can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole confidence interval is on the right side.
    Met,
    /// The whole confidence interval is on the wrong side.
    Missed,
    /// The threshold lies within the interval, or there is none.
    Uncertain,
}

impl Bound {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Bound::AtLeast => ">=",
            Bound::AtMost => "<=",
        }
    }
}

impl Verdict {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Met => "met",
            Verdict::Missed => "missed",
            Verdict::Uncertain => "uncertain",
        }
    }

    /// Judges by a confidence interval, so that "met" and "missed" are said only when it is sure enough.
    pub fn of(bound: Bound, threshold: f64, interval: Option<(f64, f64)>) -> Self {
        match (interval, bound) {
            (Some((low, _)), Bound::AtLeast) if low >= threshold => Verdict::Met,
            (Some((_, high)), Bound::AtLeast) if high < threshold => Verdict::Missed,
            (Some((_, high)), Bound::AtMost) if high <= threshold => Verdict::Met,
            (Some((low, _)), Bound::AtMost) if low > threshold => Verdict::Missed,
            _ => Verdict::Uncertain,
        }
    }
}

/// The figures of one part: the total, a queue, a call type, an agent group or a trunk group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Name; none for the total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Target of a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetInfo>,
    /// The figures by name.
    #[serde(flatten)]
    pub kpis: IndexMap<String, Estimate>,
    /// Service level by each formula.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_levels: Option<IndexMap<String, Estimate>>,
    /// What Erlang's formulas say (queues); none in documents of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erlang: Option<Formulas>,
    /// By interval of the day; none in a steady run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<Vec<Interval>>,
    /// Distribution over days (queues).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
    /// Waiting times (queues).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
}

impl Part {
    /// A figure by name; an undefined one where the part has none of this name.
    pub fn get(&self, kpi: &str) -> Estimate {
        self.kpis.get(kpi).copied().unwrap_or_default()
    }

    /// The part's name, empty for the total.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }
}

/// Service-level target of a queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// Fraction wanted.
    pub fraction: f64,
    /// T in seconds.
    pub within_s: f64,
    /// Name of the formula.
    pub formula: String,
}

impl TargetInfo {
    /// That of a queue.
    pub fn of(queue: &Queue) -> Self {
        Self {
            fraction: queue.target.fraction,
            within_s: queue.target.within.as_secs_f64(),
            formula: queue.formula.name().to_owned(),
        }
    }
}

/// Figures of one interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// `HH:MM`, or `after close`.
    pub start: String,
    /// The figures by name.
    #[serde(flatten)]
    pub kpis: IndexMap<String, Estimate>,
    /// What Erlang's formulas say (queues).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erlang: Option<Formulas>,
}

impl Interval {
    /// A figure by name; an undefined one where there is none of this name.
    pub fn get(&self, kpi: &str) -> Estimate {
        self.kpis.get(kpi).copied().unwrap_or_default()
    }
}

/// How a queue's service level is spread over days. Days without contacts are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Days {
    /// Percentiles of the day's service level: `p5`, `p50`, `p95`, each the lower edge of 0.1 points.
    pub service_level: IndexMap<String, Option<f64>>,
    /// Fraction of days that reach the target, with Wilson's interval.
    pub target_met: Estimate,
    /// Days by service level, in steps of 0.1 points; empty steps are left out.
    pub histogram: Vec<DayLevel>,
}

/// A step of the histogram of days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayLevel {
    /// Lower edge.
    pub service_level: f64,
    /// Number of days.
    pub days: u64,
}

/// Histogram of waiting times over all days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Waits {
    /// Upper edge of each bin, included in it. The first is 0 (exactly no wait), the second 1 s, from there the ratio
    /// is 2^(1/4).
    pub edges_s: Vec<f64>,
    /// Answered attempts by bin.
    pub answered: Vec<u64>,
    /// Abandoned attempts by bin.
    pub abandoned: Vec<u64>,
}
