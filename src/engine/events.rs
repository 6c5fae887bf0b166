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

/// Handle of a scheduled event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventId(u32);

impl EventId {
    pub const NONE: EventId = EventId(u32::MAX);
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    order: Order,
    id: u32,
}

/// Of an event: its place in the heap while scheduled, the next free id otherwise.
#[derive(Debug, Clone, Copy)]
struct Slot {
    place: u32,
    payload: u32,
}

/// Pending events, the earliest first.
#[derive(Debug, Default)]
pub(super) struct EventList {
    heap: Vec<Entry>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    scheduled: u64,
}

impl EventList {
    pub fn clear(&mut self) {
        self.heap.clear();
        self.slots.clear();
        self.free.clear();
        self.scheduled = 0;
    }

    /// Schedules an event; within a kind, events of the same instant happen in the order of scheduling.
    #[inline]
    pub fn schedule(&mut self, time: i64, kind: Kind, payload: u32) -> EventId {
        self.scheduled += 1;
        self.insert(Order::new(time, kind, self.scheduled), payload)
    }

    /// Schedules an event at a given place of the order.
    #[inline]
    pub fn insert(&mut self, order: Order, payload: u32) -> EventId {
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                self.slots.push(Slot {
                    place: 0,
                    payload: 0,
                });
                (self.slots.len() - 1) as u32
            }
        };
        self.slots[id as usize].payload = payload;
        let entry = Entry { order, id };
        self.heap.push(entry);
        self.sift_up(self.heap.len() - 1, entry);
        EventId(id)
    }

    /// Place of the earliest event.
    #[inline(always)]
    pub fn earliest(&self) -> Order {
        self.heap.first().map_or(Order::NEVER, |entry| entry.order)
    }

    /// Takes the earliest event: its time, kind and payload.
    #[inline]
    pub fn pop(&mut self) -> Option<(i64, Kind, u32)> {
        let entry = *self.heap.first()?;
        self.remove_at(0);
        self.free.push(entry.id);
        let payload = self.slots[entry.id as usize].payload;
        Some((entry.order.time, entry.order.kind(), payload))
    }

    /// Removes a scheduled event. An event that happened must not be cancelled; [`EventId::NONE`] may.
    #[inline]
    pub fn cancel(&mut self, id: EventId) {
        if id != EventId::NONE {
            self.remove_at(self.slots[id.0 as usize].place as usize);
            self.free.push(id.0);
        }
    }

    #[inline]
    fn remove_at(&mut self, place: usize) {
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
        loop {
            let mut child = 2 * place + 1;
            if child >= len {
                break;
            }
            let right = child + 1;
            if right < len && self.heap[right].order.is_before(self.heap[child].order) {
                child = right;
            }
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
        self.slots[entry.id as usize].place = place as u32;
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
        let mut expected: Vec<(i64, u64, u32, EventId)> = Vec::new();
        for payload in 0..20_000u32 {
            let time = (stream.unit() * 500.0) as i64;
            let kind = Kind::ALL[(stream.unit() * 10.0) as usize];
            let id = list.schedule(time, kind, payload);
            expected.push((time, (kind as u64) << 60 | u64::from(payload), payload, id));
            if stream.chance(0.4) {
                let victim = (stream.unit() * expected.len() as f64) as usize;
                list.cancel(expected.swap_remove(victim).3);
            }
            if stream.chance(0.3) && !expected.is_empty() {
                expected.sort_by_key(|e| std::cmp::Reverse((e.0, e.1)));
                let first = expected.pop().unwrap();
                assert_eq!(list.pop().map(|e| (e.0, e.2)), Some((first.0, first.2)));
            }
        }
        expected.sort_by_key(|e| (e.0, e.1));
        for event in expected {
            assert_eq!(list.pop().map(|e| (e.0, e.2)), Some((event.0, event.2)));
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
