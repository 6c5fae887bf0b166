//! An agent at random.

use super::scored::AgentRule;
use super::{AgentId, View};
use crate::model::Model;
use crate::random::{Purpose, ReplicationKey, Stream};
use crate::scenario::Rule;

/// Each idle agent with the same probability. Two scenarios that differ only in the number of the stream are equal in law, but
/// not day by day: what a comparison finds between them is chance.
#[derive(Debug)]
pub struct Random {
    number: u64,
    stream: Stream,
}

impl Random {
    /// With the `stream` of a rule.
    pub fn new(rule: &Rule) -> Self {
        Self {
            number: rule.number("stream") as u64,
            stream: ReplicationKey::new(0, 0).stream(Purpose::Routing),
        }
    }
}

impl AgentRule for Random {
    fn start(&mut self, _: &Model, key: ReplicationKey) {
        self.stream = match self.number {
            0 => key.stream(Purpose::Routing),
            // As if each number were a call type's name.
            number => key.call_type(number).stream(Purpose::Routing),
        };
    }

    fn score(&mut self, _: &View<'_>, _: usize, _: AgentId) -> f64 {
        // The largest of independent draws is each one's with the same probability.
        self.stream.unit()
    }
}
