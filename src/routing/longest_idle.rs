//! The agent who has been idle longest, whatever the order of preference.

use super::scored::AgentRule;
use super::{AgentId, View};

/// The default of most switches, over all groups whose tier is open. It shares idle time fairly among groups in the limit of
/// large centres (Atar 2008, "Central limit theorem for a many-server queue with random service rates").
#[derive(Debug)]
pub struct LongestIdle;

impl AgentRule for LongestIdle {
    fn looks_at_each(&self) -> bool {
        false
    }

    fn score(&mut self, _: &View<'_>, _: usize, _: AgentId) -> f64 {
        // All are equal; of equals the longest idle is taken.
        0.0
    }
}
