//! The agent with the fewest skills.

use super::scored::AgentRule;
use super::{AgentId, View};

/// Of the groups with an idle agent the one that serves the fewest queues: who can do more is kept for what others cannot
/// (Wallace and Whitt 2005, "A staffing algorithm for call centers with skill-based routing").
#[derive(Debug)]
pub struct MostSpecialised;

impl AgentRule for MostSpecialised {
    fn looks_at_each(&self) -> bool {
        false
    }

    fn score(&mut self, view: &View<'_>, _: usize, agent: AgentId) -> f64 {
        let group = view.agents[agent as usize].group as usize;
        -(view.model.groups[group].serves.len() as f64)
    }
}
