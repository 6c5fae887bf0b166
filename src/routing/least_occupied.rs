//! The agent who was busy for the least share of the time on duty.

use super::scored::AgentRule;
use super::{AgentId, Status, View};
use crate::model::Model;
use crate::random::ReplicationKey;

/// Busy time (talk and after-call work) over time on duty, both since opening; an agent who has just come counts as not
/// occupied at all.
#[derive(Debug, Default)]
pub struct LeastOccupied {
    agents: Vec<Times>,
}

/// Times of an agent up to the last change, in nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Times {
    on_duty: i64,
    busy: i64,
    since: i64,
    status: Status,
}

impl Times {
    const NONE: Times = Times {
        on_duty: 0,
        busy: 0,
        since: 0,
        status: Status::Off,
    };

    fn at(self, now_ns: i64) -> Times {
        let passed = now_ns - self.since;
        Times {
            on_duty: self.on_duty
                + if self.status == Status::Off {
                    0
                } else {
                    passed
                },
            busy: self.busy
                + if self.status == Status::Busy {
                    passed
                } else {
                    0
                },
            since: now_ns,
            ..self
        }
    }
}

impl AgentRule for LeastOccupied {
    fn start(&mut self, _: &Model, _: ReplicationKey) {
        self.agents.clear();
    }

    fn score(&mut self, view: &View<'_>, _: usize, agent: AgentId) -> f64 {
        let times = self.agents[agent as usize].at(view.now_ns);
        -(times.busy as f64 / (times.on_duty as f64).max(1.0))
    }

    fn agent_is(&mut self, status: Status, agent: AgentId, now_ns: i64) {
        let agent = agent as usize;
        if agent >= self.agents.len() {
            self.agents.resize(agent + 1, Times::NONE);
        }
        self.agents[agent] = Times {
            status,
            ..self.agents[agent].at(now_ns)
        };
    }
}
