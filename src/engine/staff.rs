//! Agents coming, working and going home; closing time.

use super::agents::Duty;
use super::calls::CallId;
use super::events::{EventId, Kind};
use super::observer::{AgentEvent, AttemptEvent, Observer};
use super::{AgentId, Engine, view};
use crate::routing::{Choice, Status};
use crate::scenario::Closing;

/// Least time between two looks of a policy.
const LEAST_LOOK_NS: i64 = 1_000_000;

impl<O: Observer> Engine<'_, O> {
    /// A busy agent finished: goes home if there are too many, else takes a waiting call or becomes idle.
    #[inline(always)]
    pub(super) fn agent_is_free(&mut self, agent: AgentId) {
        let group = self.agents.group_of(agent);
        self.observe_agent(agent, AgentEvent::Free);
        let agents = &mut self.agents.groups[group];
        if agents.on_duty.value() > agents.scheduled && self.has_to_leave(agent) {
            let agents = &mut self.agents.groups[group];
            agents.busy.down(self.now);
            self.go_home(agent);
        } else if !self.take_waiting_call(agent, group) {
            self.agents.groups[group].busy.down(self.now);
            self.go_idle(agent);
        }
    }

    #[inline(always)]
    fn go_idle(&mut self, agent: AgentId) {
        self.agents.go_idle(agent, self.now);
        self.routing.agent_is(Status::Idle, agent, self.now);
        self.look_later();
    }

    /// Whether an agent who is free is one of those who are too many: of a number of agents the first to be free is, of a
    /// roster it must be the one whose spell has ended.
    #[inline(never)]
    fn has_to_leave(&self, agent: AgentId) -> bool {
        self.released || self.agents.duty(agent) != Some(Duty::On)
    }

    pub(super) fn go_home(&mut self, agent: AgentId) {
        self.agents.leave(agent, self.now);
        self.routing.agent_is(Status::Off, agent, self.now);
        self.observe_agent(agent, AgentEvent::OffDuty);
        if let Some(duty) = self.agents.duty(agent) {
            self.take_break(agent, duty);
        }
    }

    /// Lets an agent, who counts as busy from then on, take a waiting call; false if there is none.
    #[inline(always)]
    fn take_waiting_call(&mut self, agent: AgentId, group: usize) -> bool {
        if self.waiting.value == 0 {
            return false;
        }
        let view = view!(self);
        let chosen = self.routing.queue_for_agent(&view, group, agent);
        match chosen.and_then(|queue| self.lists[queue].first()) {
            Some(call) => {
                self.stop_waiting(call);
                self.answer_waiting(call, agent, group);
                true
            }
            None => false,
        }
    }

    // ---- A policy that changes its mind ----

    /// Schedules the next look of a policy that lets calls wait although agents are idle.
    #[inline(always)]
    pub(super) fn look_later(&mut self) {
        if !self.routing.is_default() && self.waiting.value > 0 {
            self.schedule_look();
        }
    }

    #[inline(never)]
    fn schedule_look(&mut self) {
        let view = view!(self);
        let Some(at) = self.routing.next_look(&view) else {
            return;
        };
        // Not for ever at the same instant.
        let at = at.max(self.now + LEAST_LOOK_NS);
        if at < self.next_look {
            if self.next_look < i64::MAX {
                self.events.cancel(EventId::of_day(2));
            }
            self.next_look = at;
            self.events
                .schedule(at, Kind::RoutingLook, EventId::of_day(2));
        }
    }

    /// Matches waiting calls and idle agents as the policy wants now.
    pub(super) fn look(&mut self) {
        self.next_look = i64::MAX;
        loop {
            let view = view!(self);
            match self.routing.pair(&view) {
                Some((queue, choice)) => self.answer_first(queue, choice),
                None => break,
            }
        }
        self.look_later();
    }

    pub(super) fn schedule_staff_change(&mut self, cell: usize) {
        let grid = self.model.grid;
        if cell < grid.cells {
            let at = grid.start_ns + grid.width_ns * cell as i64;
            self.events
                .schedule(at, Kind::StaffChange, EventId::of_day(1));
        }
    }

    /// Brings every group without a roster to the staff of a cell.
    pub(super) fn change_staff(&mut self, cell: usize) {
        let model = self.model;
        let of_numbers = |&group: &usize| model.groups[group].roster.is_none();
        for group in (0..model.groups.len()).filter(of_numbers) {
            let scheduled = self.model.groups[group].staff[cell];
            self.agents.groups[group].scheduled = scheduled;
            while self.agents.groups[group].on_duty.value() < scheduled {
                let agent = self.agents.come_on_duty(group, self.now);
                self.begin_work(agent, group);
            }
            self.send_idle_home(group);
        }
    }

    /// An agent who has come on duty takes a waiting call, or becomes idle.
    fn begin_work(&mut self, agent: AgentId, group: usize) {
        self.steps += 1;
        self.observe_agent(agent, AgentEvent::OnDuty);
        if self.take_waiting_call(agent, group) {
            self.agents.groups[group].busy.up(self.now);
        } else {
            self.go_idle(agent);
        }
    }

    // ---- A scenario that changes ----

    /// Begins the phase that begins with this cell, and says whether there is one. Calls of agents who are lost are cut.
    pub(super) fn begin_phase(&mut self) -> bool {
        let next = self.day.phases.get(self.phases);
        let Some(phase) = next.filter(|phase| phase.cell == self.cell) else {
            return false;
        };
        self.phases += 1;
        self.model = &phase.model;
        if !phase.lost.is_empty() {
            for id in self.calls.talking(self.now) {
                if phase
                    .lost
                    .contains(&self.agents.group_of(self.calls[id].agent))
                {
                    self.cut(id);
                }
            }
        }
        true
    }

    /// Others may serve the queues now: those who are idle look at what waits, group by group, and who goes on waiting waits
    /// for the tiers as they are now.
    pub(super) fn match_anew(&mut self) {
        for queue in 0..self.lists.len() {
            for id in self.calls.waiting(&self.lists[queue]) {
                if self.calls[id].tier_opens {
                    self.events.cancel(EventId::of_tier(id));
                }
                self.calls[id].tier = 0;
                self.schedule_tier(id, queue);
            }
        }
        for group in 0..self.model.groups.len() {
            let view = view!(self);
            let idle: Vec<AgentId> = view.idle_agents(group).collect();
            for agent in idle {
                let view = view!(self);
                if let Some(queue) = self.routing.queue_for_agent(&view, group, agent) {
                    let agent = Some(agent);
                    self.answer_first(queue, Choice { group, agent });
                }
            }
        }
        self.look_later();
    }

    // ---- Rosters ----

    pub(super) fn schedule_roster_change(&mut self) {
        if let Some(change) = self.model.roster_changes.get(self.roster_changes) {
            let id = EventId::of_day(3);
            self.events.schedule(change.at_ns, Kind::RosterChange, id);
        }
    }

    /// Makes the changes of rosters that are due: all who come before any who go.
    pub(super) fn change_rosters(&mut self) {
        let changes = &self.model.roster_changes[self.roster_changes..];
        let due = changes.iter().take_while(|change| change.at_ns == self.now);
        let due = &changes[..due.count()];
        self.roster_changes += due.len();
        let (starts, ends) = due.split_at(due.partition_point(|change| !change.ends));
        for change in starts {
            let agent = self.agents.of_person(change.group, change.person);
            // Who is still busy with the last spell, or away because the break began late, works this one later or not.
            if let Some(Duty::Off { until }) = self.agents.duty(agent)
                && until <= self.now
            {
                self.begin_spell(agent);
            }
        }
        for ends in ends.chunk_by(|a, b| a.group == b.group) {
            for change in ends {
                let agent = self.agents.of_person(change.group, change.person);
                self.agents.end_spell(agent, self.now);
            }
            self.send_idle_to_breaks(ends[0].group);
        }
    }

    /// A person of a roster comes on duty: at the start of a spell, or late from a break.
    pub(super) fn begin_spell(&mut self, agent: AgentId) {
        self.agents.begin_spell(agent, self.now);
        self.begin_work(agent, self.agents.group_of(agent));
    }

    /// Of the idle of a roster those leave whose spell has ended, the longest idle first; the others stay in their order.
    fn send_idle_to_breaks(&mut self, group: usize) {
        for _ in 0..self.agents.state[group].idle {
            let agent = self.agents.take_longest_idle(group);
            match self.agents.duty(agent) {
                Some(Duty::Over { .. }) => self.go_home(agent),
                _ => self.agents.put_last(agent),
            }
        }
    }

    /// A person of a roster who has left is back after a break as long as planned, however late it began, and then works
    /// as the roster says.
    fn take_break(&mut self, agent: AgentId, duty: Duty) {
        let slot = &self.agents.slots[agent as usize];
        let roster = &self.model.groups[slot.group as usize].roster;
        let person = roster
            .as_ref()
            .and_then(|of| of.people.get(slot.number as usize));
        let back = match (duty, person) {
            (Duty::Over { since }, Some(person)) => person
                .next_start(since)
                .map(|start| (self.now + (start - since), person)),
            // Let go after closing.
            _ => None,
        };
        self.agents
            .stay_away(agent, back.map_or(i64::MAX, |(at, _)| at));
        if let Some((at, person)) = back
            && person.is_within_a_spell(at)
        {
            self.events
                .schedule(at, Kind::LateReturn, EventId::of_agent(agent));
        }
    }

    /// Idle agents leave, the longest idle first, until no more are on duty than scheduled.
    pub(super) fn send_idle_home(&mut self, group: usize) {
        while self.agents.state[group].idle > 0
            && self.agents.groups[group].on_duty.value() > self.agents.groups[group].scheduled
        {
            let agent = self.agents.take_longest_idle(group);
            self.go_home(agent);
        }
    }

    // ---- Closing ----

    /// Nothing will happen any more: whoever still waits is not wanted by the policy, and dropped.
    #[cold]
    pub(super) fn drop_the_forgotten(&mut self) {
        if !self.model.steady && self.waiting.value > 0 {
            self.drop_waiting(|_| true);
            self.is_over();
        }
    }

    fn drop_waiting(&mut self, of_queue: impl Fn(usize) -> bool) {
        for queue in (0..self.model.queues.len()).filter(|&queue| of_queue(queue)) {
            while let Some(id) = self.lists[queue].first() {
                let wait = self.now - self.calls[id].entered_queue_ns;
                self.stop_waiting(id);
                self.drop_at_close(id, wait);
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
        let cut = self.model.closing == Closing::Cut;
        let model = self.model;
        self.drop_waiting(|queue| cut || !model.queues[queue].served_at_close);
        if cut {
            for id in self.calls.in_ivr() {
                self.in_ivr -= 1;
                self.calls[id].in_ivr = false;
                self.events.cancel(EventId::of_call(id));
                self.hang_up_in_ivr(id);
                self.caller_ends(id, false);
            }
        }
    }

    /// Drops a call that is offered and not waiting any more. Nobody dropped redials.
    pub(super) fn drop_at_close(&mut self, id: CallId, wait: i64) {
        self.count_outcome(id, |cell| {
            cell.abandoned_at_close += 1;
            cell.wait_at_close_ns += i128::from(wait);
        });
        self.observe(id, AttemptEvent::Dropped);
        self.leave_system(id);
        self.caller_ends(id, false);
    }
}
