//! The event list: an indexed heap with true cancellation. Its nodes have four children, which halves the levels; which of
//! them is the earliest is counted without branches.

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

impl PartialOrd for Order {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Order {
    #[inline(always)]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
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

    /// The call type and the caller of an arrival.
    #[inline(always)]
    pub fn who(self) -> (usize, u64) {
        let number = self.tie & ((1 << 60) - 1);
        ((number >> 50) as usize, number & ((1 << 50) - 1))
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

    #[inline(always)]
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

/// Children of a node of the heap.
const WIDTH: usize = 4;

/// An event in the heap; aligned, so that none lies across two lines of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Entry {
    order: Order,
    id: EventId,
}

impl Entry {
    const EMPTY: Entry = Entry {
        order: Order::NEVER,
        id: EventId(0),
    };
}

/// Pending events, the earliest first.
#[derive(Debug, Default)]
pub(super) struct EventList {
    /// The rest of its last node is empty places that are after all events.
    heap: Vec<Entry>,
    len: usize,
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
        self.len = 0;
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
            if self.len == self.heap.len() {
                let node = if self.len == 0 { 1 } else { WIDTH };
                self.heap.resize(self.len + node, Entry::EMPTY);
            }
            self.len += 1;
            self.sift_up(self.len - 1, entry);
        }
    }

    /// Place of the earliest event.
    #[inline]
    pub fn earliest(&mut self) -> Order {
        if self.gap {
            self.gap = false;
            let last = self.take_last();
            if self.len > 0 {
                self.sift_down(0, last);
            }
        }
        self.heap.first().map_or(Order::NEVER, |entry| entry.order)
    }

    /// Takes the event that [`EventList::earliest`] has found.
    #[inline]
    pub fn take(&mut self) -> (Kind, EventId) {
        debug_assert!(!self.gap);
        self.gap = true;
        let Entry { order, id } = self.heap[0];
        (order.kind(), id)
    }

    #[inline]
    fn take_last(&mut self) -> Entry {
        self.len -= 1;
        std::mem::replace(&mut self.heap[self.len], Entry::EMPTY)
    }

    /// Removes a pending event.
    #[inline]
    pub fn cancel(&mut self, id: EventId) {
        let place = self.places[id.0 as usize] as usize;
        debug_assert!(self.heap[place].id == id && !(self.gap && place == 0));
        let last = self.take_last();
        if place < self.len {
            if place > 0 && last.order.is_before(self.heap[(place - 1) / WIDTH].order) {
                self.sift_up(place, last);
            } else {
                self.sift_down(place, last);
            }
        }
    }

    #[inline]
    fn sift_up(&mut self, mut place: usize, entry: Entry) {
        while place > 0 {
            let parent = (place - 1) / WIDTH;
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
        loop {
            let first = WIDTH * place + 1;
            let children = self.heap.get(first..);
            let Some(children) = children.and_then(|rest| rest.first_chunk::<WIDTH>()) else {
                break;
            };
            // Which of them is the earliest is anybody's guess: counted, not branched on.
            let is_before = |a: usize, b: usize| children[a].order.is_before(children[b].order);
            let left = usize::from(is_before(1, 0));
            let right = 2 + usize::from(is_before(3, 2));
            let nth = if is_before(right, left) { right } else { left };
            let child = children[nth];
            if !child.order.is_before(entry.order) {
                break;
            }
            self.put(place, child);
            place = first + nth;
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
                list.earliest();
                assert_eq!(list.take().1, first.2);
            }
        }
        pending.sort_by_key(|&(time, tie, _)| (time, tie));
        for event in pending {
            list.earliest();
            assert_eq!(list.take().1, event.2);
        }
        assert_eq!(list.earliest(), Order::NEVER);
    }

    #[test]
    fn kinds_are_listed_in_their_order() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }
}
