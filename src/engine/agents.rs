//! Agents: who is on duty, who is idle and since when.

use super::observer::Agent;
use super::tally::Level;
use crate::model::GroupModel;
use crate::routing::{AgentId, AgentState, Choice, GroupState, NOBODY};

/// The agents of one group.
#[derive(Debug)]
pub(super) struct GroupAgents {
    /// Agents wanted on duty now. Of a roster those on duty who need not leave, which makes "more than scheduled are on
    /// duty" the one question for both.
    pub scheduled: u32,
    pub on_duty: Level,
    pub busy: Level,
    idle_tail: AgentId,
    off_duty: Vec<AgentId>,
    agents: u32,
    /// The first person of the roster; the others follow.
    first_person: AgentId,
}

/// What a person of a roster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// Away, and not back before then.
    Off { until: i64 },
    /// At work, as the roster says.
    On,
    /// Still at work, though a spell has ended.
    Over { since: i64 },
}

/// The agents of all groups.
#[derive(Debug, Default)]
pub(super) struct Agents {
    pub groups: Vec<GroupAgents>,
    /// What policies see of the groups, and of the agents; the idle ones of a group are a list.
    pub state: Vec<GroupState>,
    pub slots: Vec<AgentState>,
    /// The persons of rosters, who are the first of the agents.
    people: Vec<Duty>,
}

impl Agents {
    /// Nobody on duty.
    pub fn clear(&mut self, groups: &[GroupModel]) {
        self.slots.clear();
        self.groups.clear();
        self.state.clear();
        self.people.clear();
        for (group, model) in groups.iter().enumerate() {
            let first_person = self.slots.len() as AgentId;
            let people = model.roster.as_ref().map_or(0, |of| of.people.len());
            self.slots
                .extend((0..people as u32).map(|number| AgentState {
                    group: group as u32,
                    number,
                    idle_since_ns: 0,
                    next_idle: NOBODY,
                }));
            self.people.resize(self.slots.len(), Duty::Off { until: 0 });
            self.groups.push(GroupAgents {
                scheduled: 0,
                on_duty: Level::default(),
                busy: Level::default(),
                idle_tail: NOBODY,
                off_duty: Vec::new(),
                agents: 0,
                first_person,
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
        let rostered = self.duty(agent).is_some();
        let agents = &mut self.groups[self.slots[agent as usize].group as usize];
        agents.on_duty.down(now);
        if !rostered {
            agents.off_duty.push(agent);
        }
    }

    /// A person of a group's roster.
    pub fn of_person(&self, group: usize, person: usize) -> AgentId {
        self.groups[group].first_person + person as AgentId
    }

    /// What an agent does who is a person of a roster.
    pub fn duty(&self, agent: AgentId) -> Option<Duty> {
        self.people.get(agent as usize).copied()
    }

    /// A person of a roster comes on duty, neither idle nor busy yet.
    pub fn begin_spell(&mut self, agent: AgentId, now: i64) {
        let agents = &mut self.groups[self.slots[agent as usize].group as usize];
        agents.scheduled += 1;
        agents.on_duty.up(now);
        self.people[agent as usize] = Duty::On;
    }

    /// The spell of a person ends, if it was worked: who is on duty has to leave.
    pub fn end_spell(&mut self, agent: AgentId, now: i64) {
        let duty = &mut self.people[agent as usize];
        if *duty == Duty::On {
            *duty = Duty::Over { since: now };
            self.groups[self.slots[agent as usize].group as usize].scheduled -= 1;
        }
    }

    /// A person who has left is not back before then.
    pub fn stay_away(&mut self, agent: AgentId, until: i64) {
        self.people[agent as usize] = Duty::Off { until };
    }

    /// An agent becomes idle.
    #[inline]
    pub fn go_idle(&mut self, agent: AgentId, now: i64) {
        self.slots[agent as usize].idle_since_ns = now;
        self.put_last(agent);
    }

    /// Puts an idle agent at the end of the list.
    #[inline]
    pub fn put_last(&mut self, agent: AgentId) {
        let slot = &mut self.slots[agent as usize];
        slot.next_idle = NOBODY;
        let (group, since) = (slot.group as usize, slot.idle_since_ns);
        let agents = &mut self.groups[group];
        let state = &mut self.state[group];
        if state.idle == 0 {
            state.first_idle = agent;
            state.idle_since_ns = since;
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
