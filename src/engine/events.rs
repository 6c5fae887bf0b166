//! The event list: an indexed binary heap with true cancellation.

/// What happens. The order is that of simultaneous events; see `docs/model.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    EndOfTalk,
    EndOfAfterCallWork,
    StaffChange,
    TierOpening,
    EndOfIvr,
    Redial,
    Reconnect,
    /// Never in the list: first attempts are merged into it by the loop.
    FirstAttempt,
    EndOfPatience,
    Closing,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::EndOfTalk,
        Kind::EndOfAfterCallWork,
        Kind::StaffChange,
        Kind::TierOpening,
        Kind::EndOfIvr,
        Kind::Redial,
        Kind::Reconnect,
        Kind::FirstAttempt,
        Kind::EndOfPatience,
        Kind::Closing,
    ];
}

/// Place of an event in the order of all events: time, then kind, then a number within the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    pub time: i64,
    /// Kind in the upper 4 bits, number within the kind below.
    tie: u64,
}

impl Default for Order {
    fn default() -> Self {
        Order::NEVER
    }
}

impl Order {
    /// After everything.
    pub const NEVER: Order = Order {
        time: i64::MAX,
        tie: u64::MAX,
    };

    #[inline(always)]
    fn new(time: i64, kind: Kind, number: u64) -> Self {
        Order {
            time,
            tie: (kind as u64) << 60 | number,
        }
    }

    /// Order of an arrival: by call type (at most 2¹⁰), then by caller.
    #[inline(always)]
    pub fn arrival(time: i64, kind: Kind, call_type: usize, caller: u64) -> Self {
        Order::new(time, kind, (call_type as u64) << 50 | caller)
    }

    /// Both parts in one number: one comparison, no branch.
    #[inline(always)]
    fn key(self) -> u128 {
        (self.time as u128) << 64 | u128::from(self.tie)
    }

    #[inline(always)]
    pub fn is_before(self, other: Order) -> bool {
        self.key() < other.key()
    }

    fn kind(self) -> Kind {
        Kind::ALL[(self.tie >> 60) as usize]
    }
}

/// Handle of a pending event: whose it is. A caller, an agent or the day has at most one pending event of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventId(u32);

impl EventId {
    /// The end of the IVR, of patience or of talk, or the next attempt, of a call.
    #[inline(always)]
    pub fn of_call(call: u32) -> Self {
        EventId(call << 2)
    }

    /// The opening of a tier for a call.
    #[inline(always)]
    pub fn of_tier(call: u32) -> Self {
        EventId(call << 2 | 1)
    }

    /// The end of an agent's after-call work.
    #[inline(always)]
    pub fn of_agent(agent: u32) -> Self {
        EventId(agent << 2 | 2)
    }

    /// A change of staff (1) or closing (0).
    pub fn of_day(which: u32) -> Self {
        EventId(which << 2 | 3)
    }

    /// The call or agent.
    #[inline(always)]
    pub fn owner(self) -> u32 {
        self.0 >> 2
    }
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    order: Order,
    id: EventId,
}

/// Pending events, the earliest first.
#[derive(Debug, Default)]
pub(super) struct EventList {
    heap: Vec<Entry>,
    /// Place in the heap by event.
    places: Vec<u32>,
    /// The earliest event was taken, and its place at the top not filled yet: what is scheduled next goes there, which
    /// saves most of the work of closing and opening a gap. Until then the taken event, which is before all others,
    /// keeps the heap in order.
    gap: bool,
    scheduled: u64,
}

impl EventList {
    pub fn clear(&mut self) {
        self.heap.clear();
        self.gap = false;
        self.scheduled = 0;
    }

    /// Schedules an event; within a kind, events of the same instant happen in the order of scheduling.
    #[inline]
    pub fn schedule(&mut self, time: i64, kind: Kind, id: EventId) {
        self.scheduled += 1;
        self.insert(Order::new(time, kind, self.scheduled), id);
    }

    /// Schedules an event at a given place of the order.
    #[inline]
    pub fn insert(&mut self, order: Order, id: EventId) {
        if id.0 as usize >= self.places.len() {
            self.places
                .resize((id.0 as usize + 1).next_power_of_two(), 0);
        }
        let entry = Entry { order, id };
        if self.gap {
            self.gap = false;
            self.sift_down(0, entry);
        } else {
            self.heap.push(entry);
            self.sift_up(self.heap.len() - 1, entry);
        }
    }

    /// Place of the earliest event.
    #[inline]
    pub fn earliest(&mut self) -> Order {
        if self.gap {
            self.gap = false;
            if let Some(last) = self.heap.pop()
                && !self.heap.is_empty()
            {
                self.sift_down(0, last);
            }
        }
        self.heap.first().map_or(Order::NEVER, |entry| entry.order)
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Kind, EventId)> {
        if self.earliest() == Order::NEVER {
            return None;
        }
        self.gap = true;
        let Entry { order, id } = self.heap[0];
        Some((order.kind(), id))
    }

    /// Removes a pending event.
    #[inline]
    pub fn cancel(&mut self, id: EventId) {
        let place = self.places[id.0 as usize] as usize;
        debug_assert!(self.heap[place].id == id && !(self.gap && place == 0));
        let Some(last) = self.heap.pop() else { return };
        if place < self.heap.len() {
            if place > 0 && last.order.is_before(self.heap[(place - 1) / 2].order) {
                self.sift_up(place, last);
            } else {
                self.sift_down(place, last);
            }
        }
    }

    #[inline]
    fn sift_up(&mut self, mut place: usize, entry: Entry) {
        while place > 0 {
            let parent = (place - 1) / 2;
            if !entry.order.is_before(self.heap[parent].order) {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, entry);
    }

    #[inline]
    fn sift_down(&mut self, mut place: usize, entry: Entry) {
        let len = self.heap.len();
        while 2 * place + 1 < len {
            let right = 2 * place + 2;
            // Which child is the earlier one is even odds: counted, not branched on.
            let left_is_first =
                right == len || self.heap[right - 1].order.is_before(self.heap[right].order);
            let child = right - usize::from(left_is_first);
            if !self.heap[child].order.is_before(entry.order) {
                break;
            }
            self.put(place, self.heap[child]);
            place = child;
        }
        self.put(place, entry);
    }

    #[inline(always)]
    fn put(&mut self, place: usize, entry: Entry) {
        self.heap[place] = entry;
        self.places[entry.id.0 as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, ReplicationKey};

    #[test]
    fn events_come_in_order_whatever_is_cancelled() {
        let mut stream = ReplicationKey::new(3, 0).stream(Purpose::Routing);
        let mut list = EventList::default();
        let mut pending: Vec<(i64, u64, EventId)> = Vec::new();
        for number in 1..=20_000u32 {
            // Nothing is scheduled before what was taken last.
            let now = list.heap.first().map_or(0, |entry| entry.order.time);
            let time = now + 1 + (stream.unit() * 500.0) as i64;
            let kind = Kind::ALL[(stream.unit() * 10.0) as usize];
            let id = EventId::of_call(number);
            list.schedule(time, kind, id);
            pending.push((time, (kind as u64) << 60 | u64::from(number), id));
            if stream.chance(0.4) {
                let victim = (stream.unit() * pending.len() as f64) as usize;
                list.cancel(pending.swap_remove(victim).2);
            }
            if stream.chance(0.3) && !pending.is_empty() {
                pending.sort_by_key(|&(time, tie, _)| std::cmp::Reverse((time, tie)));
                let first = pending.pop().unwrap();
                assert_eq!(list.pop().map(|event| event.1), Some(first.2));
            }
        }
        pending.sort_by_key(|&(time, tie, _)| (time, tie));
        for event in pending {
            assert_eq!(list.pop().map(|event| event.1), Some(event.2));
        }
        assert_eq!(list.pop(), None);
    }

    #[test]
    fn kinds_are_listed_in_their_order() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }
}
