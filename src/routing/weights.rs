//! Weights that are affine in waiting and idle times.

use super::{AgentId, Choice, Policy, View, pairs_of};
use crate::model::Model;
use crate::scenario::Rule;

/// Of all pairs of a waiting call and an idle agent that are possible the one of the largest index is matched, if that is not
/// negative: constant + wait × (wait of the first call of the queue, in s) + idle × (idle time of the longest idle agent of the
/// group, in s), with weights for each pair of queue and group (Chan, Koole and L'Ecuyer 2014, "Dynamic call center routing
/// policies using call waiting and agent idle times"). A negative constant makes calls wait for better agents, and
/// agents for better calls. Of equal pairs that of the agent who has been idle longest is matched, then the first in the
/// order of preference, then that of the call that entered first.
#[derive(Debug)]
pub struct Weights {
    /// By group and queue.
    pairs: Vec<Vec<Weight>>,
}

#[derive(Debug, Clone, Copy)]
struct Weight {
    constant: f64,
    wait: f64,
    idle: f64,
}

impl Weights {
    /// With the `pairs` of a rule; all others have constant 0, wait 1, idle 1.
    pub fn new(model: &Model, rule: &Rule) -> Self {
        let default = Weight {
            constant: 0.0,
            wait: 1.0,
            idle: 1.0,
        };
        let mut pairs = vec![vec![default; model.queues.len()]; model.groups.len()];
        for pair in rule.tables("pairs") {
            for (g, q) in pairs_of(model, &pair) {
                pairs[g][q] = Weight {
                    constant: pair.number("constant"),
                    wait: pair.number("wait"),
                    idle: pair.number("idle"),
                };
            }
        }
        Self { pairs }
    }

    /// The index of a pair after a wait and an idle time.
    fn index(&self, group: usize, queue: usize, wait_ns: i64, idle_ns: i64) -> f64 {
        let weight = &self.pairs[group][queue];
        weight.constant + 1e-9 * (weight.wait * wait_ns as f64 + weight.idle * idle_ns as f64)
    }

    /// The best of some groups for a call that has waited so long.
    fn best_group(
        &self,
        view: &View<'_>,
        queue: usize,
        groups: impl Iterator<Item = usize>,
    ) -> Option<Choice> {
        let wait_ns = view.longest_wait_ns(queue);
        let mut best: Option<(f64, i64, usize)> = None;
        for group in groups {
            let Some(since) = view.idle_since_ns(group) else {
                continue;
            };
            let index = self.index(group, queue, wait_ns, view.now_ns - since);
            let better = |(top, first, _)| index > top || (index == top && since < first);
            if index >= 0.0 && best.is_none_or(better) {
                best = Some((index, since, group));
            }
        }
        best.map(|(_, _, group)| Choice::longest_idle(group))
    }

    /// Pairs of a waiting call and an idle agent: index now, how fast it grows in 1/s, group and queue.
    fn waiting_pairs(&self, view: &View<'_>) -> impl Iterator<Item = (f64, f64, usize, usize)> {
        (0..view.groups.len()).flat_map(move |group| {
            let idle = view.idle_since_ns(group);
            idle.into_iter().flat_map(move |since| {
                view.open_queues(group).map(move |queue| {
                    let wait_ns = view.longest_wait_ns(queue);
                    let index = self.index(group, queue, wait_ns, view.now_ns - since);
                    let weight = &self.pairs[group][queue];
                    (index, weight.wait + weight.idle, group, queue)
                })
            })
        })
    }
}

impl Policy for Weights {
    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        let groups = view.model.queues[queue].at_once.iter();
        self.best_group(view, queue, groups.map(|open| open.group))
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        let groups = view.model.queues[queue].tiers[tier].groups.iter();
        self.best_group(view, queue, groups.copied())
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, _: AgentId) -> Option<usize> {
        let mut best: Option<(f64, u64, usize)> = None;
        for queue in view.open_queues(group) {
            let index = self.index(group, queue, view.longest_wait_ns(queue), 0);
            let entry = view.queues[queue].oldest_entry;
            let better = |(top, first, _)| index > top || (index == top && entry < first);
            if index >= 0.0 && best.is_none_or(better) {
                best = Some((index, entry, queue));
            }
        }
        best.map(|(_, _, queue)| queue)
    }

    fn next_look(&mut self, view: &View<'_>) -> Option<i64> {
        let until = |(index, growth, ..): (f64, f64, usize, usize)| {
            let seconds = (-index).max(0.0) / growth;
            // Rounded up, and never at once: what is possible now has been done.
            (growth > 0.0 && seconds < 1e9).then(|| (seconds * 1e9).ceil() as i64 + 1)
        };
        let soonest = self.waiting_pairs(view).filter_map(until).min()?;
        Some(view.now_ns + soonest)
    }

    fn pair(&mut self, view: &View<'_>) -> Option<(usize, Choice)> {
        let possible = self.waiting_pairs(view).filter(|pair| pair.0 >= 0.0);
        let order = |&(_, _, group, queue): &(f64, f64, usize, usize)| {
            let since = view.groups[group].idle_since_ns;
            (since, group, view.queues[queue].oldest_entry)
        };
        let best = possible.min_by(|a, b| {
            let by_index = b.0.total_cmp(&a.0);
            by_index.then_with(|| order(a).cmp(&order(b)))
        })?;
        Some((best.3, Choice::longest_idle(best.2)))
    }
}
