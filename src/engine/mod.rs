//! The discrete-event simulation of one replication.
//!
//! The rules are those of `docs/model.md`; what is counted goes to a [`Tally`]. The engine allocates nothing per call
//! once its slabs are warm.

mod agents;
mod arrivals;
mod attempts;
mod calls;
mod events;
mod observer;
mod staff;
mod tally;

pub use observer::{Agent, AgentEvent, Attempt, AttemptEvent, Cause, Observer};
pub use tally::{Area, Contacts, FirstAttempts, GroupCell, Tally, TrunkCell};

use crate::model::Model;
use crate::random::{MAX_NS, ReplicationKey};
use crate::routing::{AgentId, QueueState, Routing};
use crate::scenario::{format_duration, grouped};
use agents::Agents;
use arrivals::Arrivals;
use calls::{CallId, Calls, WaitingList};
use events::{Event, EventId, EventList, Kind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tally::{Count, Level};

/// Calls in the system at once at which a steady run is given up: there is no steady state.
pub const MAX_CALLS_STEADY: u64 = 1_000_000;

/// Callers at once, those waiting to call again included, at which any replication is given up: memory would run out.
pub const MAX_CALLERS: u64 = 20_000_000;

/// Attempts at which a replication is given up: ten for each of the most first attempts that a scenario may expect.
/// Where callers call again and again without end, or a day is busier than its average by far, it is hours of work.
pub const MAX_ATTEMPTS: u64 = 1_000_000_000;

/// Attempts at one and the same instant at which a replication is given up: callers repeat so fast that time stands still.
pub const MAX_ATTEMPTS_AT_ONCE: u64 = 1_000_000;

/// Steps between two looks at whether to stop.
const STEPS_UNCHECKED: u32 = 1 << 14;

/// What a policy sees, beside which the engine's policy may be changed.
macro_rules! view {
    ($engine:expr) => {
        $crate::routing::View {
            now_ns: $engine.now,
            cell: $engine.cell,
            model: $engine.model,
            queues: &$engine.queues,
            groups: &$engine.agents.state,
            agents: &$engine.agents.slots,
        }
    };
}
use view;

const DAY_NS: i64 = 24 * 3_600_000_000_000;

/// Why a replication ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// Asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Too many calls in the system at once.
    #[error(
        "more than {} callers are in the system or about to call again, {hours} h after the start: {why}",
        grouped(*limit as f64, 0),
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
    /// Too many attempts in all.
    #[error(
        "more than {} attempts in one {}, {hours} h after its start: lower `volume`, `rate` or `busyness_cv`, or let \
         fewer callers call again (`redial`, `reconnect`)",
        grouped(MAX_ATTEMPTS as f64, 0),
        if *steady { "run" } else { "day" },
    )]
    Attempts {
        /// Hours since the start of the replication.
        hours: u64,
        /// In a steady run.
        steady: bool,
    },
    /// Too many attempts at once.
    #[error(
        "time stands still {hours} h after the start: more than {} attempts at the same instant; make the delays of \
         `redial` and `reconnect` longer, or let fewer callers call again",
        grouped(MAX_ATTEMPTS_AT_ONCE as f64, 0)
    )]
    Standstill {
        /// Hours since the start of the replication.
        hours: u64,
    },
    /// The routing policy failed.
    #[error("the routing policy failed {} after the start: {why}", format_duration(Duration::from_secs(*after_s as u64)))]
    Routing {
        /// Why.
        why: String,
        /// Seconds since the start of the replication.
        after_s: i64,
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
pub struct Engine<'m, O = ()> {
    /// The day, and the scenario as it is now.
    day: &'m Model,
    model: &'m Model,
    /// Phases of the day that have begun.
    phases: usize,
    observer: O,
    routing: Routing,
    /// When the policy looks again; the end of time where it does not.
    next_look: i64,
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
    /// Waiting calls: of all queues, the most of each queue, and of each call type. Over time only the last are summed,
    /// the others follow.
    waiting: Count,
    most_waiting: Vec<u32>,
    waiting_by_type: Vec<Level>,
    /// Queue entries so far: the order of entry.
    entries: u64,
    in_system: u64,
    in_ivr: u64,
    /// Counted attempts of a steady run that have not ended.
    counted_open: u64,
    /// A replication that has not ended by then never will, or would outrun the clock.
    last_resort: i64,
    /// Changes of rosters so far.
    roster_changes: usize,
    /// Time at the last look, and attempts until it was first found to be that time.
    looked: (i64, u64),
    /// Events, and agents who came on duty, since then.
    steps: u32,
    /// The last counted cell has ended.
    ended: bool,
    /// Closing time has passed; the staff has been let go.
    closed: bool,
    released: bool,
    tally: Tally,
}

impl<'m> Engine<'m> {
    /// An engine with the scenario's policy that nobody watches.
    pub fn new(model: &'m Model) -> Self {
        Engine::with(model, (), Routing::new(model))
    }
}

impl<'m, O: Observer> Engine<'m, O> {
    /// An engine with an observer and a policy.
    pub fn with(model: &'m Model, observer: O, routing: Routing) -> Self {
        Self {
            day: model,
            model,
            phases: 0,
            observer,
            routing,
            next_look: i64::MAX,
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
            waiting: Count::default(),
            most_waiting: Vec::new(),
            waiting_by_type: Vec::new(),
            entries: 0,
            in_system: 0,
            in_ivr: 0,
            counted_open: 0,
            last_resort: 0,
            roster_changes: 0,
            looked: (0, 0),
            steps: 0,
            ended: false,
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
    /// [`Halt::Interrupted`] soon after `stop` becomes true, or another [`Halt`] where the replication is too large or
    /// has no end.
    pub fn run(&mut self, seed: u64, replication: u64, stop: &AtomicBool) -> Result<&Tally, Halt> {
        self.start(ReplicationKey::new(seed, replication));
        self.check_routing()?;
        loop {
            let event = self.events.earliest();
            let arrival = self.arrivals.earliest();
            let arrives = arrival < event;
            let next = arrival.min(event).time();
            if next >= self.cell_end && !self.reach(next)? {
                self.drop_the_forgotten();
                break;
            }
            self.now = next;
            if arrives {
                self.first_attempt();
            } else {
                let (kind, id) = self.events.take();
                self.happen(kind, id.owner());
            }
            if self.ended && self.is_over() {
                break;
            }
            self.steps += 1;
            if self.steps >= STEPS_UNCHECKED {
                self.steps = 0;
                self.check(stop)?;
            }
        }
        // What is left of the last cells if nothing happens in them any more.
        while self.cell_end <= self.model.grid.end_ns() {
            self.end_cell();
        }
        self.hand_over_levels(self.now.max(self.model.grid.end_ns()));
        self.tally.sum_queues(self.model);
        self.check_routing()?;
        Ok(&self.tally)
    }

    fn check_routing(&self) -> Result<(), Halt> {
        match self.routing.failure() {
            None => Ok(()),
            Some((after_ns, why)) => Err(Halt::Routing {
                why: why.clone(),
                after_s: after_ns / 1_000_000_000,
            }),
        }
    }

    /// Ends the cells that end before the next event; false if there is no event any more.
    #[cold]
    fn reach(&mut self, next: i64) -> Result<bool, Halt> {
        if next == Event::NEVER.time() {
            return Ok(false);
        }
        if next > self.last_resort {
            // A steady run is over when nothing counted is left, however rare the next caller is.
            return match self.model.steady && self.counted_open == 0 {
                true => Ok(false),
                false => Err(self.endless()),
            };
        }
        while next >= self.cell_end {
            self.end_cell();
        }
        Ok(true)
    }

    fn start(&mut self, key: ReplicationKey) {
        self.model = self.day;
        self.phases = 0;
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
        self.waiting = Count::default();
        self.most_waiting.clear();
        self.most_waiting.resize(model.queues.len(), 0);
        for (levels, n) in [
            (&mut self.lines, model.trunks.len()),
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
        self.looked = (0, 0);
        self.steps = 0;
        self.ended = false;
        self.closed = false;
        self.released = false;
        self.routing.start(model, key);
        self.next_look = i64::MAX;
        self.arrivals.start(model, key);
        self.agents.clear(&model.groups);
        self.roster_changes = 0;
        self.begin_phase();
        self.change_staff(0);
        self.change_rosters();
        if !model.steady {
            self.events
                .schedule(model.grid.end_ns(), Kind::Closing, EventId::of_day(0));
            self.schedule_staff_change(1);
            self.schedule_roster_change();
        }
    }

    /// Called every few thousand steps.
    fn check(&mut self, stop: &AtomicBool) -> Result<(), Halt> {
        if stop.load(Ordering::Relaxed) {
            return Err(Halt::Interrupted);
        }
        self.check_routing()?;
        let steady = self.model.steady;
        let hours = (self.now / 3_600_000_000_000) as u64;
        let attempts = self.tally.attempts_simulated;
        if attempts > MAX_ATTEMPTS {
            return Err(Halt::Attempts { hours, steady });
        }
        if self.now != self.looked.0 {
            self.looked = (self.now, attempts);
        } else if attempts - self.looked.1 > MAX_ATTEMPTS_AT_ONCE {
            return Err(Halt::Standstill { hours });
        }
        let overload = |limit| Halt::Overload {
            limit,
            hours,
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
                let changes = self.begin_phase();
                self.change_staff(self.cell);
                self.schedule_staff_change(self.cell + 1);
                if changes {
                    self.match_anew();
                }
            }
            Kind::RosterChange => {
                self.change_rosters();
                self.schedule_roster_change();
            }
            Kind::LateReturn => self.begin_spell(owner),
            Kind::TierOpening => self.open_tier(owner),
            Kind::RoutingLook => self.look(),
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
        self.ended = self.cell == grid.cells;
        self.cell_end = if self.ended {
            self.last_resort + 1
        } else {
            grid.start_ns + grid.width_ns * (self.cell as i64 + 1)
        };
    }

    fn hand_over_levels(&mut self, at: i64) {
        let (cell, cells) = (self.cell, self.tally.cells);
        let tally = &mut self.tally;
        self.waiting.hand_over(&mut tally.waiting[cell].max);
        for (i, most) in self.most_waiting.iter_mut().enumerate() {
            let max = &mut tally.queues[i * cells + cell].waiting.max;
            *max = (*max).max(*most);
            *most = self.queues[i].waiting;
        }
        for (i, level) in self.waiting_by_type.iter_mut().enumerate() {
            let area = level.hand_over(at, &mut tally.call_types[i * cells + cell].waiting);
            let queue = self.model.call_types[i].queue;
            tally.queues[queue * cells + cell].waiting.area_ns += area;
            tally.waiting[cell].area_ns += area;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A billion attempts would take minutes.
    #[test]
    fn attempts_of_a_replication_are_bounded() {
        let text = "[scenario]\nname = \"s\"\n[[queues]]\nname = \"q\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"60s\"\n";
        let loaded = crate::scenario::parse("s", text, std::path::Path::new(""), &[]);
        let model = Model::new(&loaded.expect("a scenario").scenario);
        let mut engine = Engine::new(&model);
        let stop = AtomicBool::new(false);
        engine.start(ReplicationKey::new(1, 0));
        (engine.now, engine.tally.attempts_simulated) = (2 * 3_600_000_000_000, MAX_ATTEMPTS);
        assert_eq!(engine.check(&stop), Ok(()));
        engine.tally.attempts_simulated += 1;
        let halt = engine.check(&stop).expect_err("more than the limit");
        assert_eq!(
            halt.to_string(),
            "more than 1,000,000,000 attempts in one day, 2 h after its start: lower `volume`, `rate` or `busyness_cv`, \
             or let fewer callers call again (`redial`, `reconnect`)"
        );
    }
}
