//! Fixed ratios between queues, and between idle agents.

use super::scored::{AgentRule, CallRule, by_queue, mean_handling_s};
use super::{AgentId, View};
use crate::model::Model;
use crate::scenario::Rule;

/// Keeps queues in fixed ratios: an agent takes a call of the queue that is most above its share of all that wait, Q_i − p_i ΣQ;
/// a call goes to the group that is most above its share of all who are idle, I_j − v_j ΣI (Gurvich and Whitt 2010, "Service-level
/// differentiation in many-server service systems via queue-ratio routing"). v_j is the group's share of the
/// agents scheduled. Where no shares are given, p_i is the queue's share of the work.
#[derive(Debug, Clone)]
pub struct FixedQueueRatio {
    shares: Vec<f64>,
}

impl FixedQueueRatio {
    /// With the `shares` of a rule, made to add up to 1.
    pub fn new(model: &Model, rule: &Rule) -> Self {
        let handling_s = mean_handling_s(model);
        let mut work = vec![0.0; model.queues.len()];
        for t in &model.call_types {
            work[t.queue] += t.rate_per_ns.iter().sum::<f64>() * handling_s[t.queue];
        }
        let given = rule.by_queue("shares").is_some();
        let mut shares = by_queue(
            model,
            (rule, "shares"),
            |q| if given { 0.0 } else { work[q] },
        );
        let sum: f64 = shares.iter().sum();
        if sum > 0.0 {
            shares.iter_mut().for_each(|share| *share /= sum);
        }
        Self { shares }
    }
}

impl CallRule for FixedQueueRatio {
    fn score(&mut self, view: &View<'_>, _: usize, queue: usize) -> f64 {
        let all: u32 = view.queues.iter().map(|queue| queue.waiting).sum();
        f64::from(view.queues[queue].waiting) - self.shares[queue] * f64::from(all)
    }
}

impl AgentRule for FixedQueueRatio {
    fn looks_at_each(&self) -> bool {
        false
    }

    fn score(&mut self, view: &View<'_>, _: usize, agent: AgentId) -> f64 {
        let group = view.agents[agent as usize].group as usize;
        let idle: u32 = view.groups.iter().map(|group| group.idle).sum();
        let staff = |g: usize| f64::from(view.model.groups[g].staff[view.cell]);
        let all: f64 = (0..view.groups.len()).map(staff).sum();
        f64::from(view.groups[group].idle) - staff(group) / all.max(1.0) * f64::from(idle)
    }
}
