//! Agents coming, working and going home; closing time.

use super::calls::CallId;
use super::events::{EventId, Kind};
use super::observer::{AgentEvent, AttemptEvent, Observer};
use super::{AgentId, Engine, view};
use crate::routing::Status;
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
        if agents.on_duty.value() > agents.scheduled {
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

    fn go_home(&mut self, agent: AgentId) {
        self.agents.leave(agent, self.now);
        self.routing.agent_is(Status::Off, agent, self.now);
        self.observe_agent(agent, AgentEvent::OffDuty);
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

    /// Brings every group to the staff of a cell.
    pub(super) fn change_staff(&mut self, cell: usize) {
        for group in 0..self.model.groups.len() {
            let scheduled = self.model.groups[group].staff[cell];
            self.agents.groups[group].scheduled = scheduled;
            while self.agents.groups[group].on_duty.value() < scheduled {
                self.steps += 1;
                let agent = self.agents.come_on_duty(group, self.now);
                self.observe_agent(agent, AgentEvent::OnDuty);
                if self.take_waiting_call(agent, group) {
                    self.agents.groups[group].busy.up(self.now);
                } else {
                    self.go_idle(agent);
                }
            }
            self.send_idle_home(group);
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
