//! Agents coming, working and going home; closing time.

use super::calls::CallId;
use super::events::{EventId, Kind};
use super::observer::{AgentEvent, AttemptEvent, Observer};
use super::{AgentId, Engine};
use crate::routing::{Policy, View};
use crate::scenario::Closing;

impl<O: Observer, P: Policy> Engine<'_, O, P> {
    /// A busy agent finished: goes home if there are too many, else takes a waiting call or becomes idle.
    #[inline(always)]
    pub(super) fn agent_is_free(&mut self, agent: AgentId) {
        let group = self.agents.group_of(agent);
        self.observe_agent(agent, AgentEvent::Free);
        let agents = &mut self.agents.groups[group];
        if agents.on_duty.value() > agents.scheduled {
            agents.busy.down(self.now);
            self.agents.leave(agent, self.now);
            self.observe_agent(agent, AgentEvent::OffDuty);
        } else if !self.take_waiting_call(agent, group) {
            self.agents.groups[group].busy.down(self.now);
            self.agents.go_idle(agent, self.now);
        }
    }

    /// Lets an agent, who counts as busy from then on, take a waiting call; false if there is none.
    #[inline(always)]
    fn take_waiting_call(&mut self, agent: AgentId, group: usize) -> bool {
        if self.waiting.value == 0 {
            return false;
        }
        let view = View {
            now_ns: self.now,
            model: self.model,
            queues: &self.queues,
            groups: &self.agents.state,
        };
        let chosen = self.policy.queue_for_agent(&view, group);
        match chosen.and_then(|queue| self.lists[queue].first()) {
            Some(call) => {
                self.stop_waiting(call);
                self.answer_waiting(call, agent, group);
                true
            }
            None => false,
        }
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
                    self.agents.go_idle(agent, self.now);
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
            self.agents.leave(agent, self.now);
            self.observe_agent(agent, AgentEvent::OffDuty);
        }
    }

    // ---- Closing ----

    pub(super) fn close(&mut self) {
        self.closed = true;
        let cut = self.model.closing == Closing::Cut;
        for queue in 0..self.model.queues.len() {
            if cut || !self.model.queues[queue].served_at_close {
                while let Some(id) = self.lists[queue].first() {
                    let wait = self.now - self.calls[id].entered_queue_ns;
                    self.stop_waiting(id);
                    self.drop_at_close(id, wait);
                }
            }
        }
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
