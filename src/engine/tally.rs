//! What a replication counts: whole numbers and whole nanoseconds, so that sums are exact in any order.

use super::observer::Cause;
use crate::model::Model;
use crate::stats::Histogram;

/// Contacts of a call type or a queue in one cell.
///
/// Times are sums in nanoseconds. What each count means is said in `docs/kpis.md`; T and short are the queue's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct Contacts {
    pub first_attempts: u64,
    pub redials: u64,
    pub reconnects: u64,
    pub out_of_hours: u64,
    /// No line, or a full queue.
    pub blocked: u64,
    pub ivr_contained: u64,
    pub ivr_abandoned: u64,
    pub offered: u64,
    pub answered: u64,
    pub answered_at_once: u64,
    /// Answered within T.
    pub answered_within: u64,
    pub abandoned: u64,
    /// Abandoned within T.
    pub abandoned_within: u64,
    pub short_abandoned: u64,
    pub abandoned_at_close: u64,
    /// Answered, and cut while the agent talked.
    pub dropped_in_service: u64,
    pub callers: u64,
    pub resolved: u64,
    pub lost: u64,
    /// Callers answered, or self-served, at least once.
    pub served: u64,
    /// Callers answered at least once.
    pub answered_callers: u64,
    /// Callers whose first answered attempt met the need.
    pub first_contact_resolved: u64,
    /// The same counts over first attempts only.
    pub first: FirstAttempts,
    pub wait_answered_ns: i128,
    pub wait_abandoned_ns: i128,
    pub wait_at_close_ns: i128,
    pub wait_max_ns: i64,
    pub talk_ns: i128,
    pub acw_ns: i128,
    /// Waiting calls over clock time: integral and maximum.
    pub waiting: Area,
}

/// Counts over first attempts only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct FirstAttempts {
    pub blocked: u64,
    pub offered: u64,
    pub answered: u64,
    pub answered_within: u64,
    pub abandoned: u64,
    pub abandoned_within: u64,
    pub short_abandoned: u64,
}

/// A number that stands for a while: its integral over time and its maximum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Area {
    /// Integral, in units × nanoseconds.
    pub area_ns: i128,
    /// Maximum.
    pub max: u32,
}

/// An agent group in one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct GroupCell {
    pub answered: u64,
    pub talk_ns: i128,
    pub acw_ns: i128,
    /// Agents busy over clock time.
    pub busy: Area,
    /// Agents on duty over clock time.
    pub on_duty: Area,
}

/// A trunk group in one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct TrunkCell {
    pub attempts: u64,
    /// Found no line.
    pub blocked: u64,
    /// Lines in use over clock time.
    pub busy: Area,
}

macro_rules! add_fields {
    ($type:ty, sum: [$($field:ident),*], max: [$($top:ident),*], parts: [$($part:ident),*]) => {
        impl $type {
            /// Adds another cell to this one; maxima become the larger of the two.
            pub fn add(&mut self, other: &Self) {
                $(self.$field += other.$field;)*
                $(self.$top = self.$top.max(other.$top);)*
                $(self.$part.add(&other.$part);)*
            }
        }
    };
}

add_fields!(Contacts, sum: [
    first_attempts, redials, reconnects, out_of_hours, blocked, ivr_contained, ivr_abandoned, offered, answered,
    answered_at_once, answered_within, abandoned, abandoned_within, short_abandoned, abandoned_at_close, dropped_in_service, callers,
    resolved, lost, served, answered_callers, first_contact_resolved, wait_answered_ns, wait_abandoned_ns,
    wait_at_close_ns, talk_ns, acw_ns
], max: [wait_max_ns], parts: [first, waiting]);
add_fields!(FirstAttempts, sum: [
    blocked, offered, answered, answered_within, abandoned, abandoned_within, short_abandoned
], max: [], parts: []);
add_fields!(Area, sum: [area_ns], max: [max], parts: []);
add_fields!(GroupCell, sum: [answered, talk_ns, acw_ns], max: [], parts: [busy, on_duty]);
add_fields!(TrunkCell, sum: [attempts, blocked], max: [], parts: [busy]);

impl Contacts {
    /// Counts an attempt by its cause.
    #[inline(always)]
    pub(super) fn count_attempt(&mut self, cause: Cause) {
        match cause {
            Cause::First => self.first_attempts += 1,
            Cause::Redial => self.redials += 1,
            Cause::Reconnect => self.reconnects += 1,
        }
    }

    /// Counts a call type's blocked attempt.
    pub(super) fn count_blocked(&mut self, cause: Cause) {
        self.blocked += 1;
        self.first.blocked += u64::from(cause == Cause::First);
    }

    /// Adds what concerns a queue, of a call type all of whose attempts reach it at once.
    fn add_to_queue(&mut self, other: &Self) {
        self.first_attempts += other.first_attempts;
        self.redials += other.redials;
        self.reconnects += other.reconnects;
        self.blocked += other.blocked;
        self.offered += other.offered;
        self.answered += other.answered;
        self.answered_at_once += other.answered_at_once;
        self.answered_within += other.answered_within;
        self.abandoned += other.abandoned;
        self.abandoned_within += other.abandoned_within;
        self.short_abandoned += other.short_abandoned;
        self.abandoned_at_close += other.abandoned_at_close;
        self.dropped_in_service += other.dropped_in_service;
        self.wait_answered_ns += other.wait_answered_ns;
        self.wait_abandoned_ns += other.wait_abandoned_ns;
        self.wait_at_close_ns += other.wait_at_close_ns;
        self.wait_max_ns = self.wait_max_ns.max(other.wait_max_ns);
        self.talk_ns += other.talk_ns;
        self.acw_ns += other.acw_ns;
    }
}

/// Everything that one replication counted. Each part has its cells one after the other, the one outside last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Cells of a part, the one outside included.
    pub cells: usize,
    /// Call types.
    pub call_types: Vec<Contacts>,
    /// Queues.
    pub queues: Vec<Contacts>,
    /// Agent groups.
    pub groups: Vec<GroupCell>,
    /// Trunk groups.
    pub trunks: Vec<TrunkCell>,
    /// Waiting calls of all queues together.
    pub waiting: Vec<Area>,
    /// Waits of the answered by call type: one histogram for a day, one for each cell of a steady run.
    pub call_type_waits: Vec<Histogram>,
    /// Waits of the abandoned by queue.
    pub queue_abandoned_waits: Vec<Histogram>,
    /// Attempts that reached the system, the uncounted ones of a steady run included.
    pub attempts_simulated: u64,
}

impl Tally {
    /// An empty tally of the model's size.
    pub fn new(model: &Model) -> Self {
        let cells = model.grid.cells + 1;
        let slots = if model.steady { cells } else { 1 };
        let (types, queues) = (model.call_types.len(), model.queues.len());
        Self {
            cells,
            call_types: vec![Contacts::default(); types * cells],
            queues: vec![Contacts::default(); queues * cells],
            groups: vec![GroupCell::default(); model.groups.len() * cells],
            trunks: vec![TrunkCell::default(); model.trunks.len() * cells],
            waiting: vec![Area::default(); cells],
            call_type_waits: vec![Histogram::default(); types * slots],
            queue_abandoned_waits: vec![Histogram::default(); queues * slots],
            attempts_simulated: 0,
        }
    }

    /// Completes the queues by the call types whose counts are those of the queue too.
    pub(super) fn sum_queues(&mut self, model: &Model) {
        let of_types = self.call_types.chunks_exact(self.cells);
        for (of_type, t) in of_types.zip(&model.call_types) {
            if !t.queue_counts_apart {
                let of_queue = &mut self.queues[t.queue * self.cells..][..self.cells];
                for (into, cell) in of_queue.iter_mut().zip(of_type) {
                    into.add_to_queue(cell);
                }
            }
        }
    }

    /// Sets everything back to zero.
    pub fn clear(&mut self) {
        self.call_types.fill(Contacts::default());
        self.queues.fill(Contacts::default());
        self.groups.fill(GroupCell::default());
        self.trunks.fill(TrunkCell::default());
        self.waiting.fill(Area::default());
        for histogram in self
            .call_type_waits
            .iter_mut()
            .chain(&mut self.queue_abandoned_waits)
        {
            histogram.clear();
        }
        self.attempts_simulated = 0;
    }
}

/// A number that changes with time, and its maximum since the last boundary of a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub value: u32,
    max: u32,
}

impl Count {
    #[inline(always)]
    pub fn up(&mut self) {
        self.value += 1;
        self.max = self.max.max(self.value);
    }

    #[inline(always)]
    pub fn down(&mut self) {
        self.value -= 1;
    }

    /// Hands the maximum over to the cell that ends now; the next one starts with what stands.
    pub fn hand_over(&mut self, max: &mut u32) {
        *max = (*max).max(self.max);
        self.max = self.value;
    }
}

/// A number that changes with time, and its integral since the last boundary of a cell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Level {
    count: Count,
    since: i64,
    area_ns: i128,
}

impl Level {
    #[inline(always)]
    pub fn value(&self) -> u32 {
        self.count.value
    }

    #[inline(always)]
    fn catch_up(&mut self, now: i64) {
        self.area_ns += i128::from(now - self.since) * i128::from(self.value());
        self.since = now;
    }

    #[inline(always)]
    pub fn up(&mut self, now: i64) {
        self.catch_up(now);
        self.count.up();
    }

    #[inline(always)]
    pub fn down(&mut self, now: i64) {
        self.catch_up(now);
        self.count.down();
    }

    /// Hands what was summed up to the cell that ends now, and returns the integral; the next one starts with what
    /// stands.
    pub fn hand_over(&mut self, now: i64, cell: &mut Area) -> i128 {
        self.catch_up(now);
        self.count.hand_over(&mut cell.max);
        cell.area_ns += self.area_ns;
        std::mem::take(&mut self.area_ns)
    }
}
