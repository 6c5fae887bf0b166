//! The generalised cµ rule.

use super::View;
use super::scored::{CallRule, by_queue, mean_handling_s};
use crate::model::Model;
use crate::scenario::Rule;

/// The queue whose cost falls fastest by what the agent can do: C'(W) µ, where W is the wait of the first call, the cost of a
/// wait is C(W) = c W^p / p, and 1 / µ is the mean handling time of the queue's calls by the agent's group (van Mieghem 1995,
/// "Dynamic scheduling with convex delay costs"; Mandelbaum and Stolyar 2004). Power 2, the default, is proportional to the
/// wait; power 1 is the classical cµ rule, a fixed order.
#[derive(Debug)]
pub struct GeneralisedCmu {
    costs: Vec<f64>,
    power: f64,
    /// 1/s, by group and queue.
    rates: Vec<Vec<f64>>,
}

impl GeneralisedCmu {
    /// With the `costs` and the `power` of a rule.
    pub fn new(model: &Model, rule: &Rule) -> Self {
        let handling_s = mean_handling_s(model);
        let rate = |g: usize, q: usize| 1.0 / (model.groups[g].factor[q] * handling_s[q]).max(1e-9);
        let of_group = |g| (0..model.queues.len()).map(|q| rate(g, q)).collect();
        Self {
            costs: by_queue(model, (rule, "costs"), |_| 1.0),
            power: rule.number("power"),
            rates: (0..model.groups.len()).map(of_group).collect(),
        }
    }
}

impl CallRule for GeneralisedCmu {
    fn score(&mut self, view: &View<'_>, group: usize, queue: usize) -> f64 {
        let wait_s = view.longest_wait_ns(queue) as f64 * 1e-9;
        self.costs[queue] * wait_s.powf(self.power - 1.0) * self.rates[group][queue]
    }
}
