//! Agents: who is on duty, who is idle and since when.

use super::observer::Agent;
use super::tally::Level;
use crate::routing::GroupState;

const NONE: u32 = u32::MAX;

/// Index of an agent among those of all groups.
pub(super) type AgentId = u32;

#[derive(Debug, Clone, Copy)]
struct Slot {
    group: u32,
    number: u32,
    idle_since_ns: i64,
    /// Next in the list of idle agents of the group.
    next: AgentId,
}

/// The agents of one group.
#[derive(Debug)]
pub(super) struct GroupAgents {
    /// Agents wanted on duty now.
    pub scheduled: u32,
    pub on_duty: Level,
    pub busy: Level,
    idle_head: AgentId,
    idle_tail: AgentId,
    off_duty: Vec<AgentId>,
    agents: u32,
}

/// The agents of all groups.
#[derive(Debug, Default)]
pub(super) struct Agents {
    slots: Vec<Slot>,
    pub groups: Vec<GroupAgents>,
    /// What policies see of the groups.
    pub state: Vec<GroupState>,
}

impl Agents {
    /// Nobody on duty in `groups` groups.
    pub fn clear(&mut self, groups: usize) {
        self.slots.clear();
        self.groups.clear();
        self.state.clear();
        for _ in 0..groups {
            self.groups.push(GroupAgents {
                scheduled: 0,
                on_duty: Level::default(),
                busy: Level::default(),
                idle_head: NONE,
                idle_tail: NONE,
                off_duty: Vec::new(),
                agents: 0,
            });
            self.state.push(GroupState {
                idle: 0,
                idle_since_ns: 0,
            });
        }
    }

    pub fn group_of(&self, agent: AgentId) -> usize {
        self.slots[agent as usize].group as usize
    }

    pub fn id_for_observers(&self, agent: AgentId) -> Agent {
        let slot = &self.slots[agent as usize];
        Agent {
            group: slot.group as usize,
            number: slot.number,
        }
    }

    /// An agent comes on duty, neither idle nor busy yet.
    pub fn come_on_duty(&mut self, group: usize, now: i64) -> AgentId {
        let agents = &mut self.groups[group];
        agents.on_duty.up(now);
        agents.off_duty.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                group: group as u32,
                number: agents.agents,
                idle_since_ns: now,
                next: NONE,
            });
            agents.agents += 1;
            (self.slots.len() - 1) as AgentId
        })
    }

    /// An agent who is neither idle nor busy any more goes off duty.
    pub fn leave(&mut self, agent: AgentId, now: i64) {
        let agents = &mut self.groups[self.slots[agent as usize].group as usize];
        agents.on_duty.down(now);
        agents.off_duty.push(agent);
    }

    /// An agent becomes idle.
    #[inline]
    pub fn go_idle(&mut self, agent: AgentId, now: i64) {
        let slot = &mut self.slots[agent as usize];
        slot.idle_since_ns = now;
        slot.next = NONE;
        let group = slot.group as usize;
        let agents = &mut self.groups[group];
        let state = &mut self.state[group];
        if state.idle == 0 {
            agents.idle_head = agent;
            state.idle_since_ns = now;
        } else {
            self.slots[agents.idle_tail as usize].next = agent;
        }
        agents.idle_tail = agent;
        state.idle += 1;
    }

    /// Takes the longest idle agent of a group that has one.
    #[inline]
    pub fn take_longest_idle(&mut self, group: usize) -> AgentId {
        let agents = &mut self.groups[group];
        let state = &mut self.state[group];
        debug_assert!(state.idle > 0, "a policy chose a group without idle agents");
        let agent = agents.idle_head;
        agents.idle_head = self.slots[agent as usize].next;
        state.idle -= 1;
        if state.idle > 0 {
            state.idle_since_ns = self.slots[agents.idle_head as usize].idle_since_ns;
        }
        agent
    }
}
