//! Priorities that grow as calls wait.

use super::View;
use super::scored::{CallRule, by_queue};
use crate::model::Model;
use crate::scenario::Rule;

/// A call's priority is its wait times the rate of its queue (Kleinrock 1964, "A delay dependent queue discipline"; Stanford,
/// Taylor and Ziedins 2014, "Waiting time distributions in the accumulating priority queue"). Where no rate is given it is
/// 1 / priority.
#[derive(Debug)]
pub struct AccumulatingPriority {
    rates: Vec<f64>,
}

impl AccumulatingPriority {
    /// With the `rates` of a rule.
    pub fn new(model: &Model, rule: &Rule) -> Self {
        let queues = &model.scenario.queues;
        Self {
            rates: by_queue(model, (rule, "rates"), |q| {
                1.0 / f64::from(queues[q].priority)
            }),
        }
    }
}

impl CallRule for AccumulatingPriority {
    fn score(&mut self, view: &View<'_>, _: usize, queue: usize) -> f64 {
        self.rates[queue] * view.longest_wait_ns(queue) as f64
    }
}
