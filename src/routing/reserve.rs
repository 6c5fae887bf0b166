//! Agents kept back for calls that matter more.

use super::{AgentId, Choice, Policy, Preference, View, pairs_of};
use crate::model::Model;
use crate::scenario::Rule;

/// The default policy, but a call of a queue takes an agent of a group only while more agents of the group than a threshold are
/// idle: the last ones are kept for other queues (Gans and Zhou 2003, "A call-routing problem with service-level constraints").
#[derive(Debug)]
pub struct Reserve {
    /// Idle agents that stay, by group and queue.
    kept: Vec<Vec<u32>>,
}

impl Reserve {
    /// With the `pairs` of a rule; 0 for all others.
    pub fn new(model: &Model, rule: &Rule) -> Self {
        let mut kept = vec![vec![0; model.queues.len()]; model.groups.len()];
        for pair in rule.tables("pairs") {
            for (g, q) in pairs_of(model, &pair) {
                kept[g][q] = pair.number("agents") as u32;
            }
        }
        Self { kept }
    }
}

impl Policy for Reserve {
    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        let allowed = |group: usize| view.groups[group].idle > self.kept[group][queue];
        Preference::group(view, queue, allowed).map(Choice::longest_idle)
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        let allowed = |group: usize| view.groups[group].idle > self.kept[group][queue];
        Preference::group_in_tier(view, queue, tier, allowed).map(Choice::longest_idle)
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, _: AgentId) -> Option<usize> {
        // The agent who becomes free is not counted as idle yet.
        let allowed = |queue: usize| view.groups[group].idle >= self.kept[group][queue];
        Preference::queue(view, group, allowed)
    }
}
