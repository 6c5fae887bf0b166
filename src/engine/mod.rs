//! The discrete-event simulation of one replication.
//!
//! The rules are those of `docs/model.md`; what is counted goes to a [`Tally`]. The engine allocates nothing per call
//! once its slabs are warm.

mod agents;
mod arrivals;
mod calls;
mod events;
mod observer;
mod tally;

pub use observer::{Agent, AgentEvent, Attempt, AttemptEvent, Cause, Observer};
pub use tally::{Area, Contacts, FirstAttempts, GroupCell, Tally, TrunkCell};

use crate::model::Model;
use crate::random::{MAX_NS, Purpose, ReplicationKey, to_ns};
use crate::routing::{Policy, Preference, QueueState, View};
use crate::scenario::Closing;
use agents::{AgentId, Agents};
use arrivals::Arrivals;
use calls::{Call, CallId, Calls, State, WaitingList};
use events::{EventId, EventList, Kind, Order};
use std::sync::atomic::{AtomicBool, Ordering};
use tally::Level;

/// Calls in the system at once at which a steady run is given up: there is no steady state.
pub const MAX_CALLS_STEADY: u64 = 1_000_000;

/// Callers at once, those waiting to call again included, at which any replication is given up: memory would run out.
pub const MAX_CALLERS: u64 = 20_000_000;

const DAY_NS: i64 = 24 * 3_600_000_000_000;

/// Why a replication ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// Asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Too many calls in the system at once.
    #[error(
        "more than {limit} callers are in the system or about to call again, {hours} h after the start: {why}",
        why = if *steady {
            "there is no steady state; add agents, lower the rate, or let callers lose patience"
        } else {
            "give callers a patience, a queue limit or lines"
        }
    )]
    Overload {
        /// The limit.
        limit: u64,
        /// Hours since the start of the replication.
        hours: u64,
        /// In a steady run.
        steady: bool,
    },
    /// Calls do not end.
    #[error(
        "calls of the {} have not ended {days} days after its start: {}",
        if *steady { "run" } else { "day" },
        if *steady {
            "there is no steady state; give the queues agents, or callers a patience"
        } else {
            "make talk, after-call work and IVR times shorter, or give the queues more agents"
        }
    )]
    Endless {
        /// Days since the start of the replication.
        days: u64,
        /// In a steady run.
        steady: bool,
    },
}

/// Simulates replications of one model, one after the other.
#[derive(Debug)]
pub struct Engine<'m, O = (), P = Preference> {
    model: &'m Model,
    observer: O,
    policy: P,
    now: i64,
    /// The clock cell of `now`, and when it ends.
    cell: usize,
    cell_end: i64,
    events: EventList,
    arrivals: Arrivals,
    calls: Calls,
    lists: Vec<WaitingList>,
    queues: Vec<QueueState>,
    agents: Agents,
    lines: Vec<Level>,
    waiting: Level,
    waiting_by_queue: Vec<Level>,
    waiting_by_type: Vec<Level>,
    /// Queue entries so far: the order of entry.
    entries: u64,
    in_system: u64,
    in_ivr: u64,
    /// Counted attempts of a steady run that have not ended.
    counted_open: u64,
    /// A replication that has not ended by then never will, or would outrun the clock.
    last_resort: i64,
    /// Closing time has passed; the staff has been let go.
    closed: bool,
    released: bool,
    tally: Tally,
}

impl<'m> Engine<'m> {
    /// An engine with the default policy that nobody watches.
    pub fn new(model: &'m Model) -> Self {
        Engine::with(model, (), Preference)
    }
}

impl<'m, O: Observer, P: Policy> Engine<'m, O, P> {
    /// An engine with an observer and a policy.
    pub fn with(model: &'m Model, observer: O, policy: P) -> Self {
        Self {
            model,
            observer,
            policy,
            now: 0,
            cell: 0,
            cell_end: 0,
            events: EventList::default(),
            arrivals: Arrivals::default(),
            calls: Calls::default(),
            lists: Vec::new(),
            queues: Vec::new(),
            agents: Agents::default(),
            lines: Vec::new(),
            waiting: Level::default(),
            waiting_by_queue: Vec::new(),
            waiting_by_type: Vec::new(),
            entries: 0,
            in_system: 0,
            in_ivr: 0,
            counted_open: 0,
            last_resort: 0,
            closed: false,
            released: false,
            tally: Tally::new(model),
        }
    }

    /// The observer.
    pub fn observer(&self) -> &O {
        &self.observer
    }

    /// Ends the engine and gives its observer back.
    pub fn into_observer(self) -> O {
        self.observer
    }

    /// Simulates replication number `replication` (from 0) and returns what it counted.
    ///
    /// # Errors
    /// [`Halt::Interrupted`] soon after `stop` becomes true; [`Halt::Overload`] when too many calls are in the system.
    pub fn run(&mut self, seed: u64, replication: u64, stop: &AtomicBool) -> Result<&Tally, Halt> {
        self.start(ReplicationKey::new(seed, replication));
        let mut steps = 0u32;
        loop {
            let event = self.events.earliest();
            let arrival = self.arrivals.earliest();
            let next = if arrival.is_before(event) {
                arrival
            } else {
                event
            };
            if next == Order::NEVER {
                break;
            }
            if next.time > self.last_resort {
                return Err(self.endless());
            }
            while next.time >= self.cell_end {
                self.end_cell();
            }
            self.now = next.time;
            if next == arrival {
                self.first_attempt();
            } else if let Some((kind, id)) = self.events.pop() {
                self.happen(kind, id.owner());
            }
            if self.now >= self.model.grid.end_ns() && self.is_over() {
                break;
            }
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(1 << 14) {
                self.check(stop)?;
            }
        }
        // What is left of the last cells if nothing happens in them any more.
        while self.cell_end <= self.model.grid.end_ns() {
            self.end_cell();
        }
        self.hand_over_levels(self.now.max(self.model.grid.end_ns()));
        Ok(&self.tally)
    }

    fn start(&mut self, key: ReplicationKey) {
        let model = self.model;
        self.now = 0;
        if model.grid.start_ns > 0 {
            (self.cell, self.cell_end) = (model.grid.cells, model.grid.start_ns);
        } else {
            (self.cell, self.cell_end) = (0, model.grid.width_ns);
        }
        self.events.clear();
        self.calls.clear();
        self.tally.clear();
        self.lists.clear();
        self.lists.resize(model.queues.len(), WaitingList::EMPTY);
        self.queues.clear();
        let empty = QueueState {
            waiting: 0,
            oldest_ns: 0,
            oldest_entry: 0,
        };
        self.queues.resize(model.queues.len(), empty);
        self.waiting = Level::default();
        for (levels, n) in [
            (&mut self.lines, model.trunks.len()),
            (&mut self.waiting_by_queue, model.queues.len()),
            (&mut self.waiting_by_type, model.call_types.len()),
        ] {
            levels.clear();
            levels.resize(n, Level::default());
        }
        self.entries = 0;
        self.in_system = 0;
        self.in_ivr = 0;
        self.counted_open = 0;
        self.last_resort = if model.steady {
            (10 * model.grid.end_ns() + 30 * DAY_NS).min(MAX_NS)
        } else {
            MAX_NS
        };
        self.closed = false;
        self.released = false;
        self.arrivals.start(model, key);
        self.agents.clear(model.groups.len());
        self.change_staff(0);
        if !model.steady {
            self.events
                .schedule(model.grid.end_ns(), Kind::Closing, EventId::of_day(0));
            self.schedule_staff_change(1);
        }
    }

    /// Called every few thousand events.
    fn check(&self, stop: &AtomicBool) -> Result<(), Halt> {
        if stop.load(Ordering::Relaxed) {
            return Err(Halt::Interrupted);
        }
        let steady = self.model.steady;
        let overload = |limit| Halt::Overload {
            limit,
            hours: (self.now / 3_600_000_000_000) as u64,
            steady,
        };
        if steady && self.in_system > MAX_CALLS_STEADY {
            return Err(overload(MAX_CALLS_STEADY));
        }
        if self.calls.len() > MAX_CALLERS {
            return Err(overload(MAX_CALLERS));
        }
        Ok(())
    }

    fn endless(&self) -> Halt {
        Halt::Endless {
            days: (self.last_resort / DAY_NS) as u64,
            steady: self.model.steady,
        }
    }

    /// After closing, or after the last batch: is there nothing more to simulate? Lets the staff go when nobody needs it
    /// any more.
    fn is_over(&mut self) -> bool {
        if self.model.steady {
            return self.counted_open == 0;
        }
        let nobody_left = self.closed && self.in_ivr == 0 && self.waiting.value == 0;
        if nobody_left && !self.released {
            self.released = true;
            for group in 0..self.model.groups.len() {
                self.agents.groups[group].scheduled = 0;
                self.send_idle_home(group);
            }
        }
        false
    }

    #[inline]
    fn happen(&mut self, kind: Kind, owner: u32) {
        match kind {
            Kind::EndOfTalk => self.end_talk(owner),
            Kind::EndOfAfterCallWork => self.agent_is_free(owner),
            // At a change of staff the cell has just begun.
            Kind::StaffChange => {
                self.change_staff(self.cell);
                self.schedule_staff_change(self.cell + 1);
            }
            Kind::TierOpening => self.open_tier(owner),
            Kind::EndOfIvr => self.end_ivr(owner),
            Kind::Redial | Kind::Reconnect => self.attempt_arrives(owner),
            Kind::FirstAttempt => unreachable!("first attempts are merged in by the loop"),
            Kind::EndOfPatience => self.lose_patience(owner),
            Kind::Closing => self.close(),
        }
    }

    // ---- Clock cells ----

    fn end_cell(&mut self) {
        self.hand_over_levels(self.cell_end);
        let grid = self.model.grid;
        self.cell = if self.cell == grid.cells {
            0
        } else {
            self.cell + 1
        };
        self.cell_end = if self.cell == grid.cells {
            i64::MAX
        } else {
            grid.start_ns + grid.width_ns * (self.cell as i64 + 1)
        };
    }

    fn hand_over_levels(&mut self, at: i64) {
        let (cell, cells) = (self.cell, self.tally.cells);
        let tally = &mut self.tally;
        self.waiting.hand_over(at, &mut tally.waiting[cell]);
        for (i, level) in self.waiting_by_queue.iter_mut().enumerate() {
            level.hand_over(at, &mut tally.queues[i * cells + cell].waiting);
        }
        for (i, level) in self.waiting_by_type.iter_mut().enumerate() {
            level.hand_over(at, &mut tally.call_types[i * cells + cell].waiting);
        }
        for (i, level) in self.lines.iter_mut().enumerate() {
            level.hand_over(at, &mut tally.trunks[i * cells + cell].busy);
        }
        for (i, group) in self.agents.groups.iter_mut().enumerate() {
            let into = &mut tally.groups[i * cells + cell];
            group.busy.hand_over(at, &mut into.busy);
            group.on_duty.hand_over(at, &mut into.on_duty);
        }
    }

    // ---- The life of an attempt ----

    fn first_attempt(&mut self) {
        if let Some((call_type, caller, key)) = self.arrivals.pop() {
            let cell = call_type * self.tally.cells + self.cell;
            let id = self.calls.insert(Call::new(key, call_type, caller, cell));
            self.attempt_arrives(id);
        }
    }

    fn attempt_arrives(&mut self, id: CallId) {
        self.observe(id, AttemptEvent::Arrived);
        self.tally.attempts_simulated += 1;
        let model = self.model;
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        call.type_cell = (call.call_type as usize * self.tally.cells + self.cell) as u32;
        if let Some(trunk) = call_type.trunk {
            let lines = &mut self.lines[trunk];
            if lines.value == model.trunks[trunk].lines {
                self.tally.trunks[trunk * self.tally.cells + self.cell].blocked += 1;
                self.count_attempt(id);
                let cell = self.calls[id].type_cell as usize;
                self.count_blocked(cell, id);
                self.observe(id, AttemptEvent::NoLine);
                self.miss(id, Miss::Blocked);
                return;
            }
            lines.up(self.now);
            call.holds_line = true;
        }
        self.in_system += 1;
        match &call_type.ivr {
            None => self.enter_queue(id),
            Some(ivr) => {
                let time =
                    ivr.time
                        .sample_ns(&mut call.key.stream(call.attempt, 0, Purpose::IvrTime));
                call.state = State::Ivr;
                self.in_ivr += 1;
                self.events
                    .schedule(self.now + time, Kind::EndOfIvr, EventId::of_call(id));
            }
        }
    }

    /// Counts an attempt, once it is known in which cell: that of its arrival in a day; in a steady run that in which it
    /// enters the queue, is blocked, or ends in the IVR.
    fn count_attempt(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        let cells = self.tally.cells;
        if self.model.steady {
            call.type_cell = (call.call_type as usize * cells + self.cell) as u32;
        }
        let cell = &mut self.tally.call_types[call.type_cell as usize];
        match call.cause {
            Cause::First => cell.first_attempts += 1,
            Cause::Redial => cell.redials += 1,
            Cause::Reconnect => cell.reconnects += 1,
        }
        if let Some(trunk) = self.model.call_types[call.call_type as usize].trunk {
            let cell = call.type_cell as usize % cells;
            self.tally.trunks[trunk * cells + cell].attempts += 1;
        }
    }

    fn count_blocked(&mut self, type_cell: usize, id: CallId) {
        let cell = &mut self.tally.call_types[type_cell];
        cell.blocked += 1;
        if self.calls[id].cause == Cause::First {
            cell.first.blocked += 1;
        }
    }

    fn end_ivr(&mut self, id: CallId) {
        self.in_ivr -= 1;
        let call = &mut self.calls[id];
        let mut outcome = call.key.stream(call.attempt, 0, Purpose::IvrOutcome);
        let Some(ivr) = &self.model.call_types[call.call_type as usize].ivr else {
            return;
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

    fn hang_up_in_ivr(&mut self, id: CallId) {
        self.count_attempt(id);
        let cell = self.calls[id].type_cell as usize;
        self.tally.call_types[cell].ivr_abandoned += 1;
        self.observe(id, AttemptEvent::HungUpInIvr);
        self.leave_system(id);
    }

    fn enter_queue(&mut self, id: CallId) {
        self.count_attempt(id);
        let model = self.model;
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        let queue = call_type.queue;
        let queue_cell = queue * self.tally.cells + self.cell;
        call.queue_cell = queue_cell as u32;
        call.entered_queue_ns = self.now;
        let type_cell = call.type_cell as usize;
        let cause = call.cause;
        let entered = &mut self.tally.queues[queue_cell];
        match cause {
            Cause::First => entered.first_attempts += 1,
            Cause::Redial => entered.redials += 1,
            Cause::Reconnect => entered.reconnects += 1,
        }
        self.observe(id, AttemptEvent::Queued { queue });

        let view = View {
            now_ns: self.now,
            model,
            queues: &self.queues,
            groups: &self.agents.state,
        };
        let group = self.policy.group_for_call(&view, queue);
        if group.is_none() && self.queues[queue].waiting >= model.queues[queue].limit {
            self.tally.queues[queue_cell].blocked += 1;
            self.count_blocked(type_cell, id);
            self.observe(id, AttemptEvent::QueueFull);
            self.leave_system(id);
            self.miss(id, Miss::Blocked);
            return;
        }
        self.tally.call_types[type_cell].offered += 1;
        self.tally.queues[queue_cell].offered += 1;
        if cause == Cause::First {
            self.tally.call_types[type_cell].first.offered += 1;
        }
        if let Some(group) = group {
            let agent = self.agents.take_longest_idle(group);
            self.agents.groups[group].busy.up(self.now);
            self.answer(id, agent);
            return;
        }
        let call = &self.calls[id];
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
        call.state = State::Waiting;
        call.entry = self.entries;
        call.tier = 0;
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
        self.waiting.up(now);
        self.waiting_by_queue[queue].up(now);
        self.waiting_by_type[kind].up(now);
        let state = &mut self.queues[queue];
        if state.waiting == 0 {
            state.oldest_ns = now;
            state.oldest_entry = entry;
        }
        state.waiting += 1;
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
    }

    /// Schedules the opening of the next later tier for a waiting call.
    fn schedule_tier(&mut self, id: CallId, queue: usize) {
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

    fn open_tier(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        call.tier_opens = false;
        let (tier, call_type) = (call.tier as usize, call.call_type as usize);
        let queue = self.model.call_types[call_type].queue;
        let view = View {
            now_ns: self.now,
            model: self.model,
            queues: &self.queues,
            groups: &self.agents.state,
        };
        match self.policy.group_in_tier(&view, queue, tier) {
            Some(group) => {
                let agent = self.agents.take_longest_idle(group);
                self.agents.groups[group].busy.up(self.now);
                self.stop_waiting(id);
                self.answer(id, agent);
            }
            None => self.schedule_tier(id, queue),
        }
    }

    /// Takes a call out of its queue and cancels what was pending for it.
    fn stop_waiting(&mut self, id: CallId) {
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
        self.waiting.down(now);
        self.waiting_by_queue[queue].down(now);
        self.waiting_by_type[call_type].down(now);
        let state = &mut self.queues[queue];
        state.waiting -= 1;
        if let Some(oldest) = self.lists[queue].first() {
            let oldest = &self.calls[oldest];
            state.oldest_ns = oldest.entered_queue_ns;
            state.oldest_entry = oldest.entry;
        }
    }

    fn lose_patience(&mut self, id: CallId) {
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
        let (type_cell, queue_cell) = (call.type_cell as usize, call.queue_cell as usize);
        for cell in [
            &mut self.tally.call_types[type_cell],
            &mut self.tally.queues[queue_cell],
        ] {
            cell.abandoned += 1;
            cell.abandoned_within += within;
            cell.short_abandoned += short;
            cell.wait_abandoned_ns += i128::from(wait);
        }
        if call.cause == Cause::First {
            let first = &mut self.tally.call_types[type_cell].first;
            first.abandoned += 1;
            first.abandoned_within += within;
            first.short_abandoned += short;
        }
        self.tally.queue_abandoned_waits[slot].add(wait);
    }

    /// The histogram of a part: one for the day, one for each cell in a steady run.
    #[inline(always)]
    fn slot(&self, part: usize, cell: usize) -> usize {
        if self.model.steady { cell } else { part }
    }

    /// An agent, already counted as busy, answers a call that is not in a waiting list.
    fn answer(&mut self, id: CallId, agent: AgentId) {
        let now = self.now;
        let model = self.model;
        let call = &mut self.calls[id];
        let call_type = &model.call_types[call.call_type as usize];
        let group = self.agents.group_of(agent);
        let factor = model.groups[group].factor[call_type.queue] * call_type.talk_factor[self.cell];
        let talk = to_ns(
            factor
                * call_type
                    .talk
                    .sample_s(&mut call.key.stream(call.attempt, 0, Purpose::Talk)),
        );
        call.acw_ns = if call_type.wrap_up.is_zero() {
            -1
        } else {
            let mut stream = call.key.stream(call.attempt, 0, Purpose::AfterCallWork);
            to_ns(factor * call_type.wrap_up.sample_s(&mut stream))
        };
        let acw = call.acw_ns.max(0);
        let at_once = call.state != State::Waiting;
        if at_once {
            call.counted = model.steady && self.cell < model.grid.cells;
            self.counted_open += u64::from(call.counted);
        }
        call.state = State::Talking;
        call.agent = agent;
        self.events
            .schedule(now + talk, Kind::EndOfTalk, EventId::of_call(id));

        let wait = now - call.entered_queue_ns;
        let at_once = u64::from(at_once);
        let within = u64::from(wait <= call_type.within_ns);
        let (type_cell, queue_cell) = (call.type_cell as usize, call.queue_cell as usize);
        let (first, kind) = (call.cause == Cause::First, call.call_type as usize);
        for cell in [
            &mut self.tally.call_types[type_cell],
            &mut self.tally.queues[queue_cell],
        ] {
            cell.answered += 1;
            cell.answered_at_once += at_once;
            cell.answered_within += within;
            cell.wait_answered_ns += i128::from(wait);
            cell.wait_max_ns = cell.wait_max_ns.max(wait);
            cell.talk_ns += i128::from(talk);
            cell.acw_ns += i128::from(acw);
        }
        if first {
            let first = &mut self.tally.call_types[type_cell].first;
            first.answered += 1;
            first.answered_within += within;
        }
        let type_slot = self.slot(kind, type_cell);
        let queue_slot = self.slot(call_type.queue, queue_cell);
        self.tally.call_type_waits[type_slot].add(wait);
        self.tally.queue_waits[queue_slot].add(wait);
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

    fn end_talk(&mut self, id: CallId) {
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

    /// The caller hangs up, whatever the reason: the line is free.
    fn leave_system(&mut self, id: CallId) {
        let call = &mut self.calls[id];
        self.in_system -= 1;
        self.counted_open -= u64::from(call.counted);
        call.counted = false;
        call.state = State::Away;
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
        let order = Order::arrival(at_ns, kind, call.call_type as usize, call.caller);
        self.events.insert(order, EventId::of_call(id));
    }

    /// The caller's need ends: met, or not.
    fn caller_ends(&mut self, id: CallId, resolved: bool) {
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

    // ---- Agents ----

    /// A busy agent finished: goes home if there are too many, else takes a waiting call or becomes idle.
    fn agent_is_free(&mut self, agent: AgentId) {
        let group = self.agents.group_of(agent);
        self.observe_agent(agent, AgentEvent::Free);
        let agents = &mut self.agents.groups[group];
        if agents.on_duty.value > agents.scheduled {
            agents.busy.down(self.now);
            self.agents.leave(agent, self.now);
            self.observe_agent(agent, AgentEvent::OffDuty);
        } else if !self.take_waiting_call(agent, group) {
            self.agents.groups[group].busy.down(self.now);
            self.agents.go_idle(agent, self.now);
        }
    }

    /// Lets an agent, who counts as busy from then on, take a waiting call; false if there is none.
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
                self.answer(call, agent);
                true
            }
            None => false,
        }
    }

    fn schedule_staff_change(&mut self, cell: usize) {
        let grid = self.model.grid;
        if cell < grid.cells {
            let at = grid.start_ns + grid.width_ns * cell as i64;
            self.events
                .schedule(at, Kind::StaffChange, EventId::of_day(1));
        }
    }

    /// Brings every group to the staff of a cell.
    fn change_staff(&mut self, cell: usize) {
        for group in 0..self.model.groups.len() {
            let scheduled = self.model.groups[group].staff[cell];
            self.agents.groups[group].scheduled = scheduled;
            while self.agents.groups[group].on_duty.value < scheduled {
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
    fn send_idle_home(&mut self, group: usize) {
        while self.agents.state[group].idle > 0
            && self.agents.groups[group].on_duty.value > self.agents.groups[group].scheduled
        {
            let agent = self.agents.take_longest_idle(group);
            self.agents.leave(agent, self.now);
            self.observe_agent(agent, AgentEvent::OffDuty);
        }
    }

    // ---- Closing ----

    fn close(&mut self) {
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
            for id in self.calls.in_state(State::Ivr) {
                self.in_ivr -= 1;
                self.events.cancel(EventId::of_call(id));
                self.hang_up_in_ivr(id);
                self.caller_ends(id, false);
            }
        }
    }

    /// Drops a call that is offered and not waiting any more. Nobody dropped redials.
    fn drop_at_close(&mut self, id: CallId, wait: i64) {
        let call = &self.calls[id];
        let (type_cell, queue_cell) = (call.type_cell as usize, call.queue_cell as usize);
        for cell in [
            &mut self.tally.call_types[type_cell],
            &mut self.tally.queues[queue_cell],
        ] {
            cell.abandoned_at_close += 1;
            cell.wait_at_close_ns += i128::from(wait);
        }
        self.observe(id, AttemptEvent::Dropped);
        self.leave_system(id);
        self.caller_ends(id, false);
    }

    // ---- Observers ----

    #[inline(always)]
    fn observe(&mut self, id: CallId, event: AttemptEvent) {
        if O::WATCHES {
            let attempt = self.calls[id].id_for_observers();
            self.observer.attempt(self.now, attempt, event);
        }
    }

    #[inline(always)]
    fn observe_agent(&mut self, agent: AgentId, event: AgentEvent) {
        if O::WATCHES {
            let agent = self.agents.id_for_observers(agent);
            self.observer.agent(self.now, agent, event);
        }
    }
}

/// Why an attempt was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Miss {
    /// No line, or a full queue.
    Blocked,
    /// Gave up waiting, balked, or hung up in the IVR.
    Abandoned,
}
