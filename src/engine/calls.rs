//! Callers in the system or waiting to call again: a slab with intrusive waiting lists.

use super::observer::{Attempt, Cause};
use crate::random::CallerKey;

/// Index of a call in the slab.
pub(super) type CallId = u32;

const NONE: u32 = u32::MAX;

/// A caller with a need, and the attempt under way.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub key: CallerKey,
    pub caller: u64,
    pub call_type: u32,
    /// Number of the attempt, from 0.
    pub attempt: u32,
    /// Attempts in a row that were not answered.
    pub misses: u32,
    pub cause: Cause,
    pub in_ivr: bool,
    /// Answered, or self-served, at least once.
    pub served: bool,
    pub answered_before: bool,
    pub first_contact_resolved: bool,
    /// Holds a line of its trunk group.
    pub holds_line: bool,
    /// Counted in a batch of a steady run.
    pub counted: bool,
    /// Where the attempt, its queue entry and the caller are counted: indices into the tally.
    pub type_cell: u32,
    pub queue_cell: u32,
    pub first_cell: u32,
    pub entered_queue_ns: i64,
    pub entry: u64,
    /// The end of patience, and the opening of a tier, are pending.
    pub loses_patience: bool,
    pub tier_opens: bool,
    /// Next tier to open.
    pub tier: u32,
    /// Of the last answer: who, when talk ends, how long after-call work takes, and the cell.
    pub agent: u32,
    pub talks_until_ns: i64,
    pub acw_ns: i64,
    pub answer_cell: u32,
    previous: CallId,
    next: CallId,
}

impl Call {
    #[inline(always)]
    pub fn new(key: CallerKey, call_type: usize, caller: u64, first_cell: usize) -> Self {
        Self {
            key,
            caller,
            call_type: call_type as u32,
            attempt: 0,
            misses: 0,
            cause: Cause::First,
            in_ivr: false,
            served: false,
            answered_before: false,
            first_contact_resolved: false,
            holds_line: false,
            counted: false,
            type_cell: 0,
            queue_cell: 0,
            first_cell: first_cell as u32,
            entered_queue_ns: 0,
            entry: 0,
            loses_patience: false,
            tier_opens: false,
            tier: 0,
            agent: 0,
            talks_until_ns: 0,
            acw_ns: 0,
            answer_cell: 0,
            previous: NONE,
            next: NONE,
        }
    }

    pub fn id_for_observers(&self) -> Attempt {
        Attempt {
            call_type: self.call_type as usize,
            caller: self.caller,
            number: self.attempt,
            cause: self.cause,
        }
    }
}

/// First and last waiting call of a queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitingList {
    head: CallId,
    tail: CallId,
}

impl WaitingList {
    pub const EMPTY: WaitingList = WaitingList {
        head: NONE,
        tail: NONE,
    };

    pub fn first(&self) -> Option<CallId> {
        (self.head != NONE).then_some(self.head)
    }
}

/// All calls, by index.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Call>,
    free: Vec<CallId>,
}

impl Calls {
    pub fn clear(&mut self) {
        self.slots.clear();
        self.free.clear();
    }

    /// Number of callers.
    pub fn len(&self) -> u64 {
        (self.slots.len() - self.free.len()) as u64
    }

    #[inline]
    pub fn insert(&mut self, call: Call) -> CallId {
        match self.free.pop() {
            Some(id) => {
                self.slots[id as usize] = call;
                id
            }
            None => {
                self.slots.push(call);
                (self.slots.len() - 1) as CallId
            }
        }
    }

    #[inline]
    pub fn remove(&mut self, id: CallId) {
        self.free.push(id);
    }

    /// The calls in the IVR, in the order of their slots.
    pub fn in_ivr(&self) -> Vec<CallId> {
        self.those(|call| call.in_ivr)
    }

    /// The calls on which agents talk at an instant, once those that end then have ended.
    pub fn talking(&self, now: i64) -> Vec<CallId> {
        self.those(|call| call.talks_until_ns > now)
    }

    /// The calls of a waiting list, in their order.
    pub fn waiting(&self, list: &WaitingList) -> Vec<CallId> {
        let next = |&id: &CallId| Some(self.slots[id as usize].next).filter(|&id| id != NONE);
        std::iter::successors(list.first(), next).collect()
    }

    fn those(&self, are: impl Fn(&Call) -> bool) -> Vec<CallId> {
        let ids = 0..self.slots.len() as CallId;
        ids.filter(|&id| are(&self.slots[id as usize])).collect()
    }

    /// Puts a call at the end of a waiting list.
    #[inline]
    pub fn append(&mut self, list: &mut WaitingList, id: CallId) {
        let call = &mut self.slots[id as usize];
        call.previous = list.tail;
        call.next = NONE;
        if list.tail == NONE {
            list.head = id;
        } else {
            self.slots[list.tail as usize].next = id;
        }
        list.tail = id;
    }

    /// Takes a call out of its waiting list.
    #[inline]
    pub fn unlink(&mut self, list: &mut WaitingList, id: CallId) {
        let Call { previous, next, .. } = self.slots[id as usize];
        if previous == NONE {
            list.head = next;
        } else {
            self.slots[previous as usize].next = next;
        }
        if next == NONE {
            list.tail = previous;
        } else {
            self.slots[next as usize].previous = previous;
        }
    }
}

impl std::ops::Index<CallId> for Calls {
    type Output = Call;

    #[inline(always)]
    fn index(&self, id: CallId) -> &Call {
        &self.slots[id as usize]
    }
}

impl std::ops::IndexMut<CallId> for Calls {
    #[inline(always)]
    fn index_mut(&mut self, id: CallId) -> &mut Call {
        &mut self.slots[id as usize]
    }
}
