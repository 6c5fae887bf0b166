//! What is asked of a staffing.

use super::goals::{Per, Staff, Tolerance};
use crate::kpi::{Target, targets};
use crate::scenario::Scenario;
use crate::scenario::schema::MOST_AGENTS;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Targets of queues and groups; those of trunk groups ask for lines, not for agents.
    pub targets: Vec<Target>,
    /// Over what they are judged.
    pub per: Per,
    /// The only intervals that are judged, where targets are judged by interval; `None` is all of them.
    pub intervals: Option<Vec<usize>>,
    /// How far beside its target a figure is borderline.
    pub tolerance: Tolerance,
    /// Joint confidence of all that is called met.
    pub confidence: f64,
    /// Least and most agents.
    pub bounds: Bounds,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Days of the closing simulation, at least.
    pub days: u64,
    /// Days simulated in all, at most.
    pub budget: u64,
    /// Largest share of days on which any target of any queue is missed; asks for targets over the day.
    pub risk: Option<f64>,
    /// Whether to find what one more agent brings, by group and interval.
    pub marginal: bool,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
}

impl Question {
    /// The least agents for the targets that a scenario has, with its seed and days, 100,000 days in all.
    pub fn of(scenario: &Scenario, per: Per) -> Self {
        Self {
            targets: targets(scenario),
            per,
            intervals: None,
            tolerance: Tolerance::default(),
            confidence: scenario.run.confidence,
            bounds: Bounds::none(scenario),
            seed: scenario.run.seed,
            days: scenario.run.replications.into(),
            budget: 100_000,
            risk: None,
            marginal: false,
            threads: None,
        }
    }
}

/// Least and most agents by group and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// At least so many.
    pub least: Staff,
    /// At most so many.
    pub most: Staff,
}

impl Bounds {
    /// No bounds but those of every scenario.
    pub fn none(scenario: &Scenario) -> Self {
        let all = |n| vec![vec![n; scenario.intervals()]; scenario.groups.len()];
        Self {
            least: all(0),
            most: all(MOST_AGENTS as u32),
        }
    }

    /// A staffing within the bounds.
    pub(super) fn cut(&self, staff: &Staff) -> Staff {
        let mut cut = staff.clone();
        for ((row, least), most) in cut.iter_mut().zip(&self.least).zip(&self.most) {
            for ((n, least), most) in row.iter_mut().zip(least).zip(most) {
                *n = (*n).min(*most).max(*least);
            }
        }
        cut
    }
}
