//! The agent who has answered the fewest calls.

use super::scored::AgentRule;
use super::{AgentId, Status, View};
use crate::model::Model;
use crate::random::ReplicationKey;

/// Calls answered since opening: the strategy `fewestcalls` of Asterisk's queues. Who comes on duty later has answered none,
/// and is called until the others' number is reached.
#[derive(Debug, Default)]
pub struct FewestCalls {
    answered: Vec<u32>,
}

impl AgentRule for FewestCalls {
    fn start(&mut self, _: &Model, _: ReplicationKey) {
        self.answered.clear();
    }

    fn score(&mut self, _: &View<'_>, _: usize, agent: AgentId) -> f64 {
        -f64::from(self.answered.get(agent as usize).copied().unwrap_or(0))
    }

    fn agent_is(&mut self, status: Status, agent: AgentId, _: i64) {
        if status == Status::Busy {
            let agent = agent as usize;
            if agent >= self.answered.len() {
                self.answered.resize(agent + 1, 0);
            }
            self.answered[agent] += 1;
        }
    }
}
