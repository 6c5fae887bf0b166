//! What one more agent brings.

use super::search::{Search, Stop, Trial};
use crate::experiment::Change;
use serde::Serialize;

/// Days on which each of them is tried.
const DAYS: usize = 100;

/// What one more agent of a group in an interval brings, over the day and all queues: the same callers with and without.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marginal {
    /// Index of the group.
    pub group: usize,
    /// The interval.
    pub interval: usize,
    /// More contacts that meet their queue's service level.
    pub within_target: Change,
    /// More contacts that are abandoned: less than 0.
    pub abandoned: Change,
}

/// A change of a figure and its standard error, in a document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Mean over days.
    pub mean: f64,
    /// Standard error.
    pub se: f64,
}

impl From<Change> for Difference {
    fn from(change: Change) -> Self {
        Self {
            mean: change.difference,
            se: change.se,
        }
    }
}

impl Search<'_> {
    /// Tries one agent more everywhere.
    pub(super) fn one_more(&mut self, held: &Trial, found: &mut Vec<Marginal>) -> Result<(), Stop> {
        let days = DAYS.min(held.sample.days());
        for group in 0..held.staff.len() {
            for interval in 0..held.staff[group].len() {
                let mut staff = held.staff.clone();
                staff[group][interval] += 1;
                let trial = self.simulated(staff, days)?;
                let change = |kpi| {
                    let watches = self.queue_watches(kpi);
                    held.sample.change_of_sum(&trial.sample, &watches, days)
                };
                let marginal = Marginal {
                    group,
                    interval,
                    within_target: change("service_level"),
                    abandoned: change("abandoned"),
                };
                found.push(marginal);
            }
        }
        Ok(())
    }
}
