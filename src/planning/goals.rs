//! What a staffing shall reach: targets of queues and groups, in each interval or over the day.

use super::question::Question;
use crate::erlang;
use crate::kpi::{Bound, Place, Target, Unit, unit};
use crate::scenario::Scenario;
use serde::Serialize;
use std::ops::Range;

/// Fraction of calls that may wait where the target says that none may, at least.
const LEAST_POINTS: f64 = 0.001;

/// Agents by group and interval, in the order of the scenario.
pub type Staff = Vec<Vec<u32>>;

/// Over what a target is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// In each interval.
    Interval,
    /// Over the whole day.
    Day,
}

impl Per {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Per::Interval => "interval",
            Per::Day => "day",
        }
    }
}

/// How far a figure may be on the wrong side of its target and count as borderline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// Of fractions, such as 0.01 for a point.
    pub points: f64,
    /// Of times, as a fraction of the target's.
    pub of_times: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self {
            points: 0.01,
            of_times: 0.05,
        }
    }
}

impl Tolerance {
    /// In the unit of a target's figure.
    pub fn of(&self, target: &Target) -> f64 {
        match unit(target.kpi) {
            Some(Unit::Fraction) => self.points,
            _ => self.of_times * target.threshold,
        }
    }

    /// A target that allows nothing, which no formula meets, with the tolerance; that of an ASA of 0 is calls that wait at all.
    pub(super) fn relaxed(&self, target: &erlang::Target) -> erlang::Target {
        let points = self.points.clamp(LEAST_POINTS, 1.0);
        let mut relaxed = *target;
        match &mut relaxed {
            erlang::Target::ServiceLevel { fraction, .. } if *fraction >= 1.0 => {
                *fraction = 1.0 - points;
            }
            erlang::Target::Abandonment { max }
            | erlang::Target::Occupancy { max }
            | erlang::Target::Blocking { max }
                if *max <= 0.0 =>
            {
                *max = points;
            }
            erlang::Target::Asa { max_s } | erlang::Target::MeanWait { max_s } if *max_s <= 0.0 => {
                relaxed = erlang::Target::Wait {
                    percentile: 1.0 - points,
                    max_s: 0.0,
                };
            }
            _ => {}
        }
        relaxed
    }
}

/// A target where it is judged: in one interval, or over the day.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The target.
    pub target: Target,
    /// What is searched for: the target's threshold, or, where no staffing reaches that, the best that one does.
    pub aim: f64,
    /// The interval; none is the day.
    pub interval: Option<usize>,
    /// How far below it is still held.
    pub tolerance: f64,
    /// The best figure that any staffing reaches, where that misses the target.
    pub best: Option<f64>,
}

impl Goal {
    /// All goals of a question; those of trunk groups, which staff does not change much, are left out.
    pub fn all(scenario: &Scenario, question: &Question) -> Vec<Self> {
        let tolerance = question.tolerance;
        let judged = |i: &usize| question.intervals.as_ref().is_none_or(|of| of.contains(i));
        let intervals: Vec<Option<usize>> = match question.per {
            Per::Interval => (0..scenario.intervals()).filter(judged).map(Some).collect(),
            Per::Day => vec![None],
        };
        let targets = question.targets.iter();
        let staffed = targets.filter(|t| !matches!(t.place, Place::Trunk(_)));
        let of_target = |&target: &Target| {
            intervals.iter().map(move |&interval| Goal {
                target,
                aim: target.threshold,
                interval,
                tolerance: tolerance.of(&target),
                best: None,
            })
        };
        staffed.flat_map(of_target).collect()
    }

    /// The intervals that it is about, those after closing left out.
    pub fn intervals(&self, scenario: &Scenario) -> Range<usize> {
        self.interval.map_or(0..scenario.intervals(), |i| i..i + 1)
    }

    /// How far a figure is on the right side of the target; infinite where there is none.
    pub fn slack(&self, figure: Option<f64>) -> f64 {
        self.beyond(self.target.threshold, figure)
    }

    /// The same for what is searched for.
    pub fn slack_to_aim(&self, figure: Option<f64>) -> f64 {
        self.beyond(self.aim, figure)
    }

    /// How much better a figure is by a change.
    pub fn improvement(&self, change: f64) -> f64 {
        match self.target.bound {
            Bound::AtLeast => change,
            Bound::AtMost => -change,
        }
    }

    fn beyond(&self, threshold: f64, figure: Option<f64>) -> f64 {
        match (figure, self.target.bound) {
            (None, _) => f64::INFINITY,
            (Some(figure), Bound::AtLeast) => figure - threshold,
            (Some(figure), Bound::AtMost) => threshold - figure,
        }
    }
}

/// Whether a goal is reached, as simulated on fresh days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On the right side of the target, jointly sure.
    Met,
    /// Within tolerance of the target, or on its right side without being sure.
    Borderline,
    /// On the wrong side, beyond the tolerance.
    Missed,
}

impl Status {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Status::Met => "met",
            Status::Borderline => "borderline",
            Status::Missed => "missed",
        }
    }
}
