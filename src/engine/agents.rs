//! Agents: who is on duty, who is idle and since when.

use super::observer::Agent;
use super::tally::Level;
use crate::routing::{AgentId, AgentState, Choice, GroupState, NOBODY};

/// The agents of one group.
#[derive(Debug)]
pub(super) struct GroupAgents {
    /// Agents wanted on duty now.
    pub scheduled: u32,
    pub on_duty: Level,
    pub busy: Level,
    idle_tail: AgentId,
    off_duty: Vec<AgentId>,
    agents: u32,
}

/// The agents of all groups.
#[derive(Debug, Default)]
pub(super) struct Agents {
    pub groups: Vec<GroupAgents>,
    /// What policies see of the groups, and of the agents; the idle ones of a group are a list.
    pub state: Vec<GroupState>,
    pub slots: Vec<AgentState>,
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
                idle_tail: NOBODY,
                off_duty: Vec::new(),
                agents: 0,
            });
            self.state.push(GroupState {
                idle: 0,
                idle_since_ns: 0,
                first_idle: NOBODY,
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
            self.slots.push(AgentState {
                group: group as u32,
                number: agents.agents,
                idle_since_ns: now,
                next_idle: NOBODY,
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
        slot.next_idle = NOBODY;
        let group = slot.group as usize;
        let agents = &mut self.groups[group];
        let state = &mut self.state[group];
        if state.idle == 0 {
            state.first_idle = agent;
            state.idle_since_ns = now;
        } else {
            self.slots[agents.idle_tail as usize].next_idle = agent;
        }
        agents.idle_tail = agent;
        state.idle += 1;
    }

    /// Takes an idle agent who was chosen.
    #[inline]
    pub fn take(&mut self, choice: Choice) -> AgentId {
        match choice.agent {
            None => self.take_longest_idle(choice.group),
            Some(agent) => self.take_one(choice.group, agent),
        }
    }

    /// Takes the longest idle agent of a group that has one.
    #[inline]
    pub fn take_longest_idle(&mut self, group: usize) -> AgentId {
        let state = &mut self.state[group];
        debug_assert!(state.idle > 0, "a policy chose a group without idle agents");
        let agent = state.first_idle;
        state.first_idle = self.slots[agent as usize].next_idle;
        state.idle -= 1;
        if state.idle > 0 {
            state.idle_since_ns = self.slots[state.first_idle as usize].idle_since_ns;
        }
        agent
    }

    /// Takes an agent out of the middle of the list.
    fn take_one(&mut self, group: usize, agent: AgentId) -> AgentId {
        let state = &mut self.state[group];
        if state.first_idle == agent {
            return self.take_longest_idle(group);
        }
        let next = self.slots[agent as usize].next_idle;
        let mut before = state.first_idle;
        while self.slots[before as usize].next_idle != agent {
            before = self.slots[before as usize].next_idle;
        }
        self.slots[before as usize].next_idle = next;
        state.idle -= 1;
        if next == NOBODY {
            self.groups[group].idle_tail = before;
        }
        agent
    }
}
