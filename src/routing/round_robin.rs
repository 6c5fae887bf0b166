//! Agents in turn.

use super::scored::AgentRule;
use super::{AgentId, View};
use crate::model::Model;
use crate::random::ReplicationKey;

/// The first idle agent after the one who took the last call of the same queue, in the order of the groups and, within a
/// group, of the agents' numbers, beginning again after the last: `rrmemory` of Asterisk's queues.
#[derive(Debug, Default)]
pub struct RoundRobin {
    /// Group and number of the agent who was last, by queue.
    last: Vec<Option<(u32, u32)>>,
}

impl AgentRule for RoundRobin {
    fn start(&mut self, model: &Model, _: ReplicationKey) {
        self.last.clear();
        self.last.resize(model.queues.len(), None);
    }

    fn score(&mut self, view: &View<'_>, queue: usize, agent: AgentId) -> f64 {
        let agent = &view.agents[agent as usize];
        let place = (agent.group, agent.number);
        // Later in the order is worse; those up to the last one are after all others.
        let order = f64::from(agent.group) * 1e6 + f64::from(agent.number);
        let again = self.last[queue].is_some_and(|last| place <= last);
        -(order + if again { 1e12 } else { 0.0 })
    }

    fn chosen(&mut self, view: &View<'_>, queue: usize, agent: AgentId) {
        let agent = &view.agents[agent as usize];
        self.last[queue] = Some((agent.group, agent.number));
    }
}
