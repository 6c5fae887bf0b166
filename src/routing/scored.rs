//! Policies by scores: of the idle agents who may take a call, and of the queues from which an agent may take one, the
//! highest score wins. A rule for one of the two decisions leaves the other to the default.

use super::{AgentId, Choice, Policy, Preference, Status, View};
use crate::model::Model;
use crate::random::ReplicationKey;
use crate::scenario::Rule;
use std::fmt::Debug;

/// Which idle agent takes a call: the one of the highest score; of equals the one who has been idle longest, then the
/// first in the queue's order of preference. Tiers that are open are one: the order of preference does not count.
pub trait AgentRule: Debug + Send {
    /// Forgets the last replication.
    fn start(&mut self, model: &Model, key: ReplicationKey) {
        let _ = (model, key);
    }

    /// Whether all idle agents of a group are looked at, or only the longest idle one.
    fn looks_at_each(&self) -> bool {
        true
    }

    /// Before the scores of those who may take a call of a queue.
    fn begin(&mut self, view: &View<'_>, queue: usize) {
        let _ = (view, queue);
    }

    /// Score of an idle agent for a call of a queue; not NaN.
    fn score(&mut self, view: &View<'_>, queue: usize, agent: AgentId) -> f64;

    /// An agent was chosen for a call of a queue.
    fn chosen(&mut self, view: &View<'_>, queue: usize, agent: AgentId) {
        let _ = (view, queue, agent);
    }

    /// An agent changes, as in [`Policy::agent_is`].
    fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        let _ = (status, agent, now_ns);
    }
}

/// From which queue an agent takes the longest waiting call: the one of the highest score, of equals the one whose call
/// entered first. Priorities do not count.
pub trait CallRule: Debug + Send {
    /// Score of a queue, in which somebody waits, for an agent of a group; not NaN.
    fn score(&mut self, view: &View<'_>, group: usize, queue: usize) -> f64;
}

/// A rule for either decision, or the default for it.
#[derive(Debug, Default)]
pub struct Scored {
    agents: Option<Box<dyn AgentRule>>,
    calls: Option<Box<dyn CallRule>>,
}

impl Scored {
    /// Sets the rule by which a call finds an agent.
    pub fn agents(&mut self, rule: impl AgentRule + 'static) {
        self.agents = Some(Box::new(rule));
    }

    /// Sets the rule by which an agent finds a call.
    pub fn calls(&mut self, rule: impl CallRule + 'static) {
        self.calls = Some(Box::new(rule));
    }

    /// Whether there is no rule.
    pub(super) fn is_default(&self) -> bool {
        self.agents.is_none() && self.calls.is_none()
    }
}

/// The idle agent of the highest score among some groups.
fn best_agent(
    rule: &mut dyn AgentRule,
    view: &View<'_>,
    queue: usize,
    groups: impl Iterator<Item = usize>,
) -> Option<Choice> {
    rule.begin(view, queue);
    let mut best: Option<(f64, i64, AgentId)> = None;
    for group in groups {
        let most = if rule.looks_at_each() { usize::MAX } else { 1 };
        for agent in view.idle_agents(group).take(most) {
            let score = rule.score(view, queue, agent);
            let since = view.agents[agent as usize].idle_since_ns;
            let better = |(top, first, _)| score > top || (score == top && since < first);
            if best.is_none_or(better) {
                best = Some((score, since, agent));
            }
        }
    }
    let (_, _, agent) = best?;
    rule.chosen(view, queue, agent);
    Some(Choice::agent(view, agent))
}

impl Policy for Scored {
    fn start(&mut self, model: &Model, key: ReplicationKey) {
        if let Some(rule) = &mut self.agents {
            rule.start(model, key);
        }
    }

    fn agent_for_call(&mut self, view: &View<'_>, queue: usize) -> Option<Choice> {
        let Some(rule) = &mut self.agents else {
            return Preference.agent_for_call(view, queue);
        };
        let groups = view.model.queues[queue].at_once.iter();
        best_agent(&mut **rule, view, queue, groups.map(|open| open.group))
    }

    fn agent_in_tier(&mut self, view: &View<'_>, queue: usize, tier: usize) -> Option<Choice> {
        let Some(rule) = &mut self.agents else {
            return Preference.agent_in_tier(view, queue, tier);
        };
        let groups = view.model.queues[queue].tiers[tier].groups.iter();
        best_agent(&mut **rule, view, queue, groups.copied())
    }

    fn queue_for_agent(&mut self, view: &View<'_>, group: usize, agent: AgentId) -> Option<usize> {
        let Some(rule) = &mut self.calls else {
            return Preference.queue_for_agent(view, group, agent);
        };
        let mut best: Option<(f64, u64, usize)> = None;
        for queue in view.open_queues(group) {
            let score = rule.score(view, group, queue);
            let entry = view.queues[queue].oldest_entry;
            let better = |(top, first, _)| score > top || (score == top && entry < first);
            if best.is_none_or(better) {
                best = Some((score, entry, queue));
            }
        }
        best.map(|(_, _, queue)| queue)
    }

    fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        if let Some(rule) = &mut self.agents {
            rule.agent_is(status, agent, now_ns);
        }
    }
}

/// A number for each queue, by its name; a default for those not named.
pub(super) fn by_queue(
    model: &Model,
    (rule, parameter): (&Rule, &str),
    default: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let given = |name: &str| rule.by_queue(parameter)?.get(name)?.as_f64();
    let queues = model.scenario.queues.iter().enumerate();
    queues
        .map(|(q, queue)| given(&queue.name).unwrap_or_else(|| default(q)))
        .collect()
}

/// Mean handling time of each queue's calls in seconds, those of its call types by their expected first attempts.
pub(super) fn mean_handling_s(model: &Model) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); model.queues.len()];
    for (t, compiled) in model.scenario.call_types.iter().zip(&model.call_types) {
        let calls = compiled.rate_per_ns.iter().sum::<f64>().max(1e-30);
        let sum = &mut sums[compiled.queue];
        sum.0 += calls * (t.talk.mean_s() + t.wrap_up.mean_s());
        sum.1 += calls;
    }
    let mean = |(time, calls): (f64, f64)| if calls > 0.0 { time / calls } else { 0.0 };
    sums.into_iter().map(mean).collect()
}
