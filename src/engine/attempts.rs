//! The life of an attempt: line, IVR, queue, agent, outcome, and what the caller does next.

use super::arrivals::FirstAttempt;
use super::calls::{Call, CallId};
use super::events::{Event, EventId, Kind};
use super::observer::{AgentEvent, AttemptEvent, Cause, Observer};
use super::{AgentId, Contacts, Engine, view};
use crate::model::IvrState;
use crate::random::{Purpose, to_ns};
use crate::routing::{Choice, Status};

/// Why an attempt was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// No line, or a full queue.
    Blocked,
    /// Gave up waiting, balked, or hung up in the IVR.
    Abandoned,
}

impl<O: Observer> Engine<'_, O> {
    pub(super) fn first_attempt(&mut self) {
        let FirstAttempt {
            call_type,
            caller,
            key,
            ..
        } = self.arrivals.take();
        let call_type = call_type as usize;
        let cell = call_type * self.tally.cells + self.cell;
        let id = self.calls.insert(Call::new(key, call_type, caller, cell));
        self.attempt_arrives(id);
    }

    #[inline(always)]
    pub(super) fn attempt_arrives(&mut self, id: CallId) {
        self.observe(id, AttemptEvent::Arrived);
        self.tally.attempts_simulated += 1;
        let model = self.model;
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        call.type_cell = (call.call_type as usize * self.tally.cells + self.cell) as u32;
        if let Some(ivr) = &call_type.ivr
            && ivr.state == IvrState::Busy
        {
            self.count_attempt(id);
            let call = &self.calls[id];
            self.tally.call_types[call.type_cell as usize].count_blocked(call.cause);
            self.observe(id, AttemptEvent::IvrBusy);
            self.miss(id, Miss::Blocked);
            return;
        }
        if let Some(trunk) = call_type.trunk {
            let lines = &mut self.lines[trunk];
            // More are in use where lines were lost meanwhile.
            if lines.value() >= model.trunks[trunk].lines {
                self.tally.trunks[trunk * self.tally.cells + self.cell].blocked += 1;
                self.count_attempt(id);
                let call = &self.calls[id];
                self.tally.call_types[call.type_cell as usize].count_blocked(call.cause);
                self.observe(id, AttemptEvent::NoLine);
                self.miss(id, Miss::Blocked);
                return;
            }
            lines.up(self.now);
            call.holds_line = true;
        }
        self.in_system += 1;
        match &call_type.ivr {
            Some(ivr) if ivr.state == IvrState::Works => {
                let time =
                    ivr.time
                        .sample_ns(&mut call.key.stream(call.attempt, 0, Purpose::IvrTime));
                call.in_ivr = true;
                self.in_ivr += 1;
                self.events
                    .schedule(self.now + time, Kind::EndOfIvr, EventId::of_call(id));
            }
            _ => self.enter_queue(id),
        }
    }

    /// Counts an attempt, once it is known in which cell: that of its arrival in a day; in a steady run that in which it
    /// enters the queue, is blocked, or ends in the IVR.
    #[inline(always)]
    fn count_attempt(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        let cells = self.tally.cells;
        if self.model.steady {
            call.type_cell = (call.call_type as usize * cells + self.cell) as u32;
        }
        self.tally.call_types[call.type_cell as usize].count_attempt(call.cause);
        if let Some(trunk) = self.model.call_types[call.call_type as usize].trunk {
            let cell = call.type_cell as usize % cells;
            self.tally.trunks[trunk * cells + cell].attempts += 1;
        }
    }

    pub(super) fn end_ivr(&mut self, id: CallId) {
        self.in_ivr -= 1;
        let call = &mut self.calls[id];
        call.in_ivr = false;
        let mut outcome = call.key.stream(call.attempt, 0, Purpose::IvrOutcome);
        let Some(ivr) = &self.model.call_types[call.call_type as usize].ivr else {
            unreachable!("only attempts of a type with an IVR come out of one")
        };
        let draw = outcome.unit();
        if draw < ivr.contained_below {
            call.served = true;
            self.count_attempt(id);
            let cell = self.calls[id].type_cell as usize;
            self.tally.call_types[cell].ivr_contained += 1;
            self.observe(id, AttemptEvent::Contained);
            self.leave_system(id);
            self.caller_ends(id, true);
        } else if draw < ivr.abandoned_below {
            self.hang_up_in_ivr(id);
            self.miss(id, Miss::Abandoned);
        } else {
            self.enter_queue(id);
        }
    }

    pub(super) fn hang_up_in_ivr(&mut self, id: CallId) {
        self.count_attempt(id);
        let cell = self.calls[id].type_cell as usize;
        self.tally.call_types[cell].ivr_abandoned += 1;
        self.observe(id, AttemptEvent::HungUpInIvr);
        self.leave_system(id);
    }

    fn enter_queue(&mut self, id: CallId) {
        let model = self.model;
        let queue = model.call_types[self.calls[id].call_type as usize].queue;
        self.count_attempt(id);
        self.observe(id, AttemptEvent::Queued { queue });

        let view = view!(self);
        let mut chosen = self.routing.agent_for_call(&view, queue);
        if let Some(choice) = chosen
            && self.queues[queue].waiting > 0
        {
            // Some wait although an agent is idle: nobody overtakes them.
            chosen = None;
            self.answer_first(queue, choice);
        }
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        let cell = &mut self.tally.call_types[call.type_cell as usize];
        call.queue_cell = (queue * self.tally.cells + self.cell) as u32;
        call.entered_queue_ns = self.now;
        if chosen.is_none() && self.queues[queue].waiting >= model.queues[queue].limit {
            cell.count_blocked(call.cause);
            if call_type.queue_counts_apart {
                let cell = &mut self.tally.queues[call.queue_cell as usize];
                cell.count_attempt(call.cause);
                cell.blocked += 1;
            }
            self.observe(id, AttemptEvent::QueueFull);
            self.leave_system(id);
            self.miss(id, Miss::Blocked);
            return;
        }
        cell.offered += 1;
        cell.first.offered += u64::from(call.cause == Cause::First);
        if call_type.queue_counts_apart {
            let cell = &mut self.tally.queues[call.queue_cell as usize];
            cell.count_attempt(call.cause);
            cell.offered += 1;
        }
        if let Some(choice) = chosen {
            let agent = self.agents.take(choice);
            self.agents.groups[choice.group].busy.up(self.now);
            self.answer_at_once(id, agent, choice.group);
            return;
        }
        if call_type.balk > 0.0
            && call
                .key
                .stream(call.attempt, 0, Purpose::Balk)
                .chance(call_type.balk)
        {
            self.count_abandoned(id, 0);
            self.observe(id, AttemptEvent::Balked);
            self.leave_system(id);
            self.miss(id, Miss::Abandoned);
        } else if self.closed && !model.queues[queue].served_at_close {
            self.drop_at_close(id, 0);
        } else {
            self.start_waiting(id, queue);
        }
    }

    fn start_waiting(&mut self, id: CallId, queue: usize) {
        let now = self.now;
        let call = &mut self.calls[id];
        let call_type = &self.model.call_types[call.call_type as usize];
        let patience =
            call_type
                .patience
                .sample_s(&mut call.key.stream(call.attempt, 0, Purpose::Patience));
        call.entry = self.entries;
        call.tier = 0;
        // Not that of an earlier attempt, from before the routing changed.
        call.tier_opens = false;
        call.loses_patience = patience.is_finite();
        if call.loses_patience {
            let until = now + to_ns(patience);
            self.events
                .schedule(until, Kind::EndOfPatience, EventId::of_call(id));
        }
        call.counted = self.model.steady && self.cell < self.model.grid.cells;
        self.counted_open += u64::from(call.counted);
        let (entry, kind) = (call.entry, call.call_type as usize);
        self.entries += 1;
        self.waiting.up();
        self.waiting_by_type[kind].up(now);
        let state = &mut self.queues[queue];
        if state.waiting == 0 {
            state.oldest_ns = now;
            state.oldest_entry = entry;
        }
        state.waiting += 1;
        let most = &mut self.most_waiting[queue];
        *most = (*most).max(state.waiting);
        self.calls.append(&mut self.lists[queue], id);
        self.observe(
            id,
            AttemptEvent::Waits {
                patience_ns: if patience.is_finite() {
                    to_ns(patience)
                } else {
                    i64::MAX
                },
            },
        );
        if self.model.queues[queue].has_later_tiers {
            self.schedule_tier(id, queue);
        }
        self.look_later();
    }

    /// An idle agent takes the longest waiting call of a queue.
    pub(super) fn answer_first(&mut self, queue: usize, choice: Choice) {
        if let Some(first) = self.lists[queue].first() {
            let agent = self.agents.take(choice);
            self.agents.groups[choice.group].busy.up(self.now);
            self.stop_waiting(first);
            self.answer_waiting(first, agent, choice.group);
        }
    }

    /// Schedules the opening of the next later tier for a waiting call.
    pub(super) fn schedule_tier(&mut self, id: CallId, queue: usize) {
        let call = &mut self.calls[id];
        let waited = self.now - call.entered_queue_ns;
        let tiers = &self.model.queues[queue].tiers;
        let next = tiers
            .iter()
            .enumerate()
            .filter(|(i, tier)| {
                (tier.after_ns, *i) > (waited, call.tier as usize) && tier.after_ns > 0
            })
            .min_by_key(|(i, tier)| (tier.after_ns, *i));
        call.tier_opens = next.is_some();
        if let Some((tier, model)) = next {
            call.tier = tier as u32;
            let at = call.entered_queue_ns + model.after_ns;
            self.events
                .schedule(at, Kind::TierOpening, EventId::of_tier(id));
        }
    }

    pub(super) fn open_tier(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        call.tier_opens = false;
        let (tier, call_type) = (call.tier as usize, call.call_type as usize);
        let queue = self.model.call_types[call_type].queue;
        let view = view!(self);
        match self.routing.agent_in_tier(&view, queue, tier) {
            // First come first served: whoever waits longest is answered.
            Some(choice) if self.lists[queue].first() != Some(id) => {
                self.answer_first(queue, choice);
                self.schedule_tier(id, queue);
            }
            Some(choice) => self.answer_first(queue, choice),
            None => self.schedule_tier(id, queue),
        }
    }

    /// Takes a call out of its queue and cancels what was pending for it.
    pub(super) fn stop_waiting(&mut self, id: CallId) {
        let now = self.now;
        let call = &self.calls[id];
        let call_type = call.call_type as usize;
        let queue = self.model.call_types[call_type].queue;
        if call.loses_patience {
            self.events.cancel(EventId::of_call(id));
        }
        if call.tier_opens {
            self.events.cancel(EventId::of_tier(id));
        }
        self.calls.unlink(&mut self.lists[queue], id);
        self.waiting.down();
        self.waiting_by_type[call_type].down(now);
        let state = &mut self.queues[queue];
        state.waiting -= 1;
        if let Some(oldest) = self.lists[queue].first() {
            let oldest = &self.calls[oldest];
            state.oldest_ns = oldest.entered_queue_ns;
            state.oldest_entry = oldest.entry;
        }
    }

    pub(super) fn lose_patience(&mut self, id: CallId) {
        self.calls[id].loses_patience = false;
        self.stop_waiting(id);
        let wait = self.now - self.calls[id].entered_queue_ns;
        self.count_abandoned(id, wait);
        self.observe(id, AttemptEvent::Abandoned);
        self.leave_system(id);
        self.miss(id, Miss::Abandoned);
    }

    fn count_abandoned(&mut self, id: CallId, wait: i64) {
        let call = &self.calls[id];
        let call_type = &self.model.call_types[call.call_type as usize];
        let within = u64::from(wait <= call_type.within_ns);
        let short = u64::from(wait <= call_type.short_ns);
        let slot = self.slot(call_type.queue, call.queue_cell as usize);
        let (type_cell, cause) = (call.type_cell as usize, call.cause);
        self.count_outcome(id, |cell| {
            cell.abandoned += 1;
            cell.abandoned_within += within;
            cell.short_abandoned += short;
            cell.wait_abandoned_ns += i128::from(wait);
        });
        if cause == Cause::First {
            let first = &mut self.tally.call_types[type_cell].first;
            first.abandoned += 1;
            first.abandoned_within += within;
            first.short_abandoned += short;
        }
        self.tally.queue_abandoned_waits[slot].add(wait);
    }

    /// Counts something of an attempt that reached its queue: in the cell of its call type, and in that of the queue unless
    /// [`Tally::sum_queues`] does.
    #[inline(always)]
    pub(super) fn count_outcome(&mut self, id: CallId, count: impl Fn(&mut Contacts)) {
        let call = &self.calls[id];
        count(&mut self.tally.call_types[call.type_cell as usize]);
        if self.model.call_types[call.call_type as usize].queue_counts_apart {
            count(&mut self.tally.queues[call.queue_cell as usize]);
        }
    }

    /// The histogram of a part: one for the day, one for each cell in a steady run.
    #[inline(always)]
    fn slot(&self, part: usize, cell: usize) -> usize {
        if self.model.steady { cell } else { part }
    }

    /// An agent, already counted as busy, answers a call that has just entered its queue.
    fn answer_at_once(&mut self, id: CallId, agent: AgentId, group: usize) {
        self.answer(id, (agent, group), true);
    }

    /// An agent, already counted as busy, answers a call that has waited and is not in a waiting list any more.
    pub(super) fn answer_waiting(&mut self, id: CallId, agent: AgentId, group: usize) {
        self.answer(id, (agent, group), false);
    }

    /// In line, so that each of the two is made without what only the other needs.
    #[inline(always)]
    fn answer(&mut self, id: CallId, (agent, group): (AgentId, usize), at_once: bool) {
        let now = self.now;
        let model = self.model;
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        let factor = model.groups[group].factor[call_type.queue] * call_type.talk_factor[self.cell];
        let talk = to_ns(
            factor
                * call_type
                    .talk
                    .sample_s(&mut call.key.stream(call.attempt, 0, Purpose::Talk)),
        );
        call.acw_ns = match &call_type.wrap_up {
            None => -1,
            Some(wrap_up) => {
                let mut stream = call.key.stream(call.attempt, 0, Purpose::AfterCallWork);
                to_ns(factor * wrap_up.sample_s(&mut stream))
            }
        };
        let acw = call.acw_ns.max(0);
        if at_once {
            call.counted = model.steady && self.cell < model.grid.cells;
            self.counted_open += u64::from(call.counted);
        }
        call.agent = agent;
        call.talks_until_ns = now + talk;
        call.answer_cell = self.cell as u32;
        self.routing.agent_is(Status::Busy, agent, now);
        self.events
            .schedule(now + talk, Kind::EndOfTalk, EventId::of_call(id));

        let wait = if at_once {
            0
        } else {
            now - call.entered_queue_ns
        };
        let within = u64::from(wait <= call_type.within_ns);
        let type_cell = call.type_cell as usize;
        let (first, kind) = (call.cause == Cause::First, call.call_type as usize);
        let count = |cell: &mut Contacts| {
            cell.answered += 1;
            cell.answered_at_once += u64::from(at_once);
            cell.answered_within += within;
            cell.wait_answered_ns += i128::from(wait);
            cell.wait_max_ns = cell.wait_max_ns.max(wait);
            cell.talk_ns += i128::from(talk);
            cell.acw_ns += i128::from(acw);
        };
        let cell = &mut self.tally.call_types[type_cell];
        count(cell);
        if first {
            cell.first.answered += 1;
            cell.first.answered_within += within;
        }
        if call_type.queue_counts_apart {
            count(&mut self.tally.queues[call.queue_cell as usize]);
        }
        let slot = self.slot(kind, type_cell);
        self.tally.call_type_waits[slot].add(wait);
        // A group's figures belong to the interval of the answer, in a steady run to the attempt's batch.
        let cell = if model.steady {
            type_cell % self.tally.cells
        } else {
            self.cell
        };
        let group = &mut self.tally.groups[group * self.tally.cells + cell];
        group.answered += 1;
        group.talk_ns += i128::from(talk);
        group.acw_ns += i128::from(acw);
        if O::WATCHES {
            let agent = self.agents.id_for_observers(agent);
            let (talk_ns, acw_ns) = (talk, acw);
            self.observe(
                id,
                AttemptEvent::Answered {
                    agent,
                    talk_ns,
                    acw_ns,
                },
            );
        }
    }

    pub(super) fn end_talk(&mut self, id: CallId) {
        let model = self.model;
        self.leave_system(id);
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        let (agent, acw) = (call.agent, call.acw_ns);
        let resolved = call_type.resolution >= 1.0
            || call
                .key
                .stream(call.attempt, 0, Purpose::Resolution)
                .chance(call_type.resolution);
        if !call.answered_before {
            call.answered_before = true;
            call.first_contact_resolved = resolved;
        }
        call.served = true;
        call.misses = 0;
        let (key, attempt) = (call.key, call.attempt);
        self.observe(id, AttemptEvent::HungUp { resolved });
        match &call_type.reconnect {
            _ if resolved => self.caller_ends(id, true),
            Some((probability, delay))
                if key
                    .stream(attempt, 0, Purpose::ReconnectYesNo)
                    .chance(*probability) =>
            {
                let after = delay.sample_ns(&mut key.stream(attempt, 0, Purpose::ReconnectDelay));
                self.call_again(id, Cause::Reconnect, after);
            }
            _ => self.caller_ends(id, false),
        }
        if acw < 0 {
            self.agent_is_free(agent);
        } else {
            self.events.schedule(
                self.now + acw,
                Kind::EndOfAfterCallWork,
                EventId::of_agent(agent),
            );
        }
    }

    /// The call that an agent talks on is cut: what was counted of talk and after-call work still to come is taken back. The
    /// caller redials as after abandoning; the agent is gone.
    pub(super) fn cut(&mut self, id: CallId) {
        self.events.cancel(EventId::of_call(id));
        let call = &mut self.calls[id];
        let (rest, acw) = (call.talks_until_ns - self.now, call.acw_ns.max(0));
        let (agent, cell) = (call.agent, call.answer_cell as usize);
        call.talks_until_ns = self.now;
        call.misses = 0;
        self.count_outcome(id, |cell| {
            cell.dropped_in_service += 1;
            cell.talk_ns -= i128::from(rest);
            cell.acw_ns -= i128::from(acw);
        });
        let group = self.agents.group_of(agent);
        let of_group = &mut self.tally.groups[group * self.tally.cells + cell];
        of_group.talk_ns -= i128::from(rest);
        of_group.acw_ns -= i128::from(acw);
        self.observe(id, AttemptEvent::Cut);
        self.leave_system(id);
        self.observe_agent(agent, AgentEvent::Free);
        self.agents.groups[group].busy.down(self.now);
        self.go_home(agent);
        self.miss(id, Miss::Abandoned);
    }

    /// The caller hangs up, whatever the reason: the line is free.
    #[inline(always)]
    pub(super) fn leave_system(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        self.in_system -= 1;
        self.counted_open -= u64::from(call.counted);
        call.counted = false;
        if call.holds_line {
            call.holds_line = false;
            if let Some(trunk) = self.model.call_types[call.call_type as usize].trunk {
                self.lines[trunk].down(self.now);
            }
        }
    }

    /// An attempt ended without an answer: the caller redials or is lost.
    fn miss(&mut self, id: CallId, why: Miss) {
        let call = &mut self.calls[id];
        call.misses += 1;
        let Some(redial) = &self.model.call_types[call.call_type as usize].redial else {
            return self.caller_ends(id, false);
        };
        let probabilities = match why {
            Miss::Blocked => &redial.blocked,
            Miss::Abandoned => &redial.abandoned,
        };
        let index = (call.misses as usize).min(probabilities.len());
        let probability = index.checked_sub(1).map_or(0.0, |i| probabilities[i]);
        let (key, attempt) = (call.key, call.attempt);
        if call.misses < redial.max_attempts
            && key
                .stream(attempt, 0, Purpose::RedialYesNo)
                .chance(probability)
        {
            let mut stream = key.stream(attempt, 0, Purpose::RedialDelay);
            let after = redial.delay.sample_ns(&mut stream);
            self.call_again(id, Cause::Redial, after);
        } else {
            self.caller_ends(id, false);
        }
    }

    fn call_again(&mut self, id: CallId, cause: Cause, after_ns: i64) {
        let at_ns = self.now + after_ns;
        if !self.model.steady && at_ns >= self.model.grid.end_ns() {
            let cell = self.calls[id].type_cell as usize;
            self.tally.call_types[cell].out_of_hours += 1;
            self.observe(id, AttemptEvent::OutOfHours);
            self.caller_ends(id, false);
            return;
        }
        self.observe(id, AttemptEvent::WillRepeat { cause, at_ns });
        let call = &mut self.calls[id];
        call.cause = cause;
        call.attempt += 1;
        let kind = if cause == Cause::Redial {
            Kind::Redial
        } else {
            Kind::Reconnect
        };
        let who = (call.call_type as usize, call.caller);
        self.events
            .insert(Event::arrival(at_ns, kind, who, EventId::of_call(id)));
    }

    /// The caller's need ends: met, or not.
    #[inline(always)]
    pub(super) fn caller_ends(&mut self, id: CallId, resolved: bool) {
        let call = &self.calls[id];
        let cell = if self.model.steady {
            call.call_type as usize * self.tally.cells + self.cell
        } else {
            call.first_cell as usize
        };
        let cell = &mut self.tally.call_types[cell];
        cell.callers += 1;
        cell.resolved += u64::from(resolved);
        cell.lost += u64::from(!resolved);
        cell.served += u64::from(call.served);
        cell.answered_callers += u64::from(call.answered_before);
        cell.first_contact_resolved += u64::from(call.first_contact_resolved);
        self.observe(id, AttemptEvent::CallerEnds { resolved });
        self.calls.remove(id);
    }
}
