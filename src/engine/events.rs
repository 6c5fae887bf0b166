//! The event list: an indexed heap with true cancellation. Its nodes have four children, which halves the levels; which of
//! them is the earliest is counted without branches.

use super::MAX_CALLERS;
use crate::scenario::schema::{MOST_AGENTS, MOST_PARTS};

/// What happens. The order is that of simultaneous events; see `docs/model.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    EndOfTalk,
    EndOfAfterCallWork,
    StaffChange,
    RosterChange,
    LateReturn,
    TierOpening,
    RoutingLook,
    EndOfIvr,
    Redial,
    Reconnect,
    /// Never in the list: first attempts are merged into it by the loop.
    FirstAttempt,
    EndOfPatience,
    Closing,
}

impl Kind {
    const ALL: [Kind; 13] = [
        Kind::EndOfTalk,
        Kind::EndOfAfterCallWork,
        Kind::StaffChange,
        Kind::RosterChange,
        Kind::LateReturn,
        Kind::TierOpening,
        Kind::RoutingLook,
        Kind::EndOfIvr,
        Kind::Redial,
        Kind::Reconnect,
        Kind::FirstAttempt,
        Kind::EndOfPatience,
        Kind::Closing,
    ];
}

/// A pending event: when, what and whose it is. In one number, whose order is that of all events: one comparison, no
/// branch. From above: time in nanoseconds (62 bits), kind (4), number within the kind (33), handle (29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event(u128);

/// Enough for every caller (`MAX_CALLERS`) and every agent (the limits of a scenario) at once.
const ID_BITS: u32 = 29;
const NUMBER_BITS: u32 = 33;
const KIND_BITS: u32 = 4;
/// The part of an arrival's number that is the caller; the rest is the call type.
const CALLER_BITS: u32 = 23;
/// Every replication has ended, or been given up, by then; what comes later is cut to it, which is before never.
const LATEST: i64 = (1 << 62) - 2;

const _: () = {
    let agents = MOST_AGENTS * MOST_PARTS as u64;
    assert!(agents << 2 < 1 << ID_BITS && MAX_CALLERS << 2 < 1 << ID_BITS);
    assert!((MOST_PARTS as u64) < 1 << (NUMBER_BITS - CALLER_BITS));
    assert!(crate::random::MAX_NS < LATEST);
};

impl Event {
    /// After everything.
    pub const NEVER: Event = Event(u128::MAX);

    /// The number orders events of one kind in one nanosecond. It is cut to its bits: events of which more than eight
    /// billion others were scheduled in between may come in another order.
    #[inline(always)]
    fn new(time: i64, kind: Kind, number: u64, id: EventId) -> Self {
        debug_assert!(time >= 0 && id.0 < 1 << ID_BITS);
        let kind = kind as u128;
        let number = u128::from(number & ((1 << NUMBER_BITS) - 1));
        let time = time.min(LATEST) as u128;
        Event(
            (time << KIND_BITS | kind) << (NUMBER_BITS + ID_BITS)
                | number << ID_BITS
                | u128::from(id.0),
        )
    }

    /// An arrival: in one nanosecond by call type, then by caller, of whom there are eight million before they count anew.
    #[inline(always)]
    pub fn arrival(time: i64, kind: Kind, (call_type, caller): (usize, u64), id: EventId) -> Self {
        let caller = caller & ((1 << CALLER_BITS) - 1);
        Event::new(time, kind, (call_type as u64) << CALLER_BITS | caller, id)
    }

    /// A first attempt, which is nobody's yet.
    #[inline(always)]
    pub fn first_attempt(time: i64) -> Self {
        Event::new(time, Kind::FirstAttempt, 0, EventId(0))
    }

    #[inline(always)]
    pub fn time(self) -> i64 {
        (self.0 >> (KIND_BITS + NUMBER_BITS + ID_BITS)) as i64
    }

    #[inline(always)]
    fn kind(self) -> Kind {
        Kind::ALL[(self.0 >> (NUMBER_BITS + ID_BITS)) as usize & ((1 << KIND_BITS) - 1)]
    }

    #[inline(always)]
    fn id(self) -> EventId {
        EventId(self.0 as u32 & ((1 << ID_BITS) - 1))
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

    /// The end of an agent's after-call work, or of a break that began late.
    #[inline(always)]
    pub fn of_agent(agent: u32) -> Self {
        EventId(agent << 2 | 2)
    }

    /// Closing (0), a change of staff (1), a look of the policy (2) or a change of rosters (3).
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

/// Pending events, the earliest first.
#[derive(Debug, Default)]
pub(super) struct EventList {
    /// The rest of its last node is empty places that are after all events.
    heap: Vec<Event>,
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
        self.insert(Event::new(time, kind, self.scheduled, id));
    }

    /// Adds an event.
    #[inline]
    pub fn insert(&mut self, event: Event) {
        let id = event.id().0 as usize;
        if id >= self.places.len() {
            self.places.resize((id + 1).next_power_of_two(), 0);
        }
        if self.gap {
            self.gap = false;
            self.sift_down(0, event);
        } else {
            if self.len == self.heap.len() {
                let node = if self.len == 0 { 1 } else { WIDTH };
                self.heap.resize(self.len + node, Event::NEVER);
            }
            self.len += 1;
            self.sift_up(self.len - 1, event);
        }
    }

    /// The earliest event.
    #[inline]
    pub fn earliest(&mut self) -> Event {
        if self.gap {
            self.gap = false;
            let last = self.take_last();
            if self.len > 0 {
                self.sift_down(0, last);
            }
        }
        self.heap.first().copied().unwrap_or(Event::NEVER)
    }

    /// Takes the event that [`EventList::earliest`] has found.
    #[inline]
    pub fn take(&mut self) -> (Kind, EventId) {
        debug_assert!(!self.gap);
        self.gap = true;
        (self.heap[0].kind(), self.heap[0].id())
    }

    #[inline]
    fn take_last(&mut self) -> Event {
        self.len -= 1;
        std::mem::replace(&mut self.heap[self.len], Event::NEVER)
    }

    /// Removes a pending event.
    #[inline]
    pub fn cancel(&mut self, id: EventId) {
        let place = self.places[id.0 as usize] as usize;
        debug_assert!(self.heap[place].id() == id && !(self.gap && place == 0));
        let last = self.take_last();
        if place < self.len {
            if place > 0 && last < self.heap[(place - 1) / WIDTH] {
                self.sift_up(place, last);
            } else {
                self.sift_down(place, last);
            }
        }
    }

    #[inline]
    fn sift_up(&mut self, mut place: usize, event: Event) {
        while place > 0 {
            let parent = (place - 1) / WIDTH;
            if self.heap[parent] < event {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, event);
    }

    #[inline]
    fn sift_down(&mut self, mut place: usize, event: Event) {
        loop {
            let first = WIDTH * place + 1;
            let children = self.heap.get(first..);
            let Some(children) = children.and_then(|rest| rest.first_chunk::<WIDTH>()) else {
                break;
            };
            // Which of them is the earliest is anybody's guess: counted, not branched on.
            let left = usize::from(children[1] < children[0]);
            let right = 2 + usize::from(children[3] < children[2]);
            let nth = if children[right] < children[left] {
                right
            } else {
                left
            };
            let child = children[nth];
            if event < child {
                break;
            }
            self.put(place, child);
            place = first + nth;
        }
        self.put(place, event);
    }

    #[inline(always)]
    fn put(&mut self, place: usize, event: Event) {
        self.heap[place] = event;
        self.places[event.id().0 as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, ReplicationKey};
    use std::collections::BTreeMap;

    #[test]
    fn events_come_in_order_whatever_is_cancelled() {
        let mut stream = ReplicationKey::new(3, 0).stream(Purpose::Routing);
        let mut list = EventList::default();
        let mut pending: Vec<(i64, u64, EventId)> = Vec::new();
        for number in 1..=20_000u32 {
            // Nothing is scheduled before what was taken last.
            let now = list.heap.first().map_or(0, |event| event.time());
            let time = now + 1 + (stream.unit() * 500.0) as i64;
            let kind = Kind::ALL[(stream.unit() * 13.0) as usize];
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
        assert_eq!(list.earliest(), Event::NEVER);
    }

    /// Whatever is cancelled and scheduled before the gap at the top is filled; few instants, so that many are equal.
    #[test]
    fn events_come_in_order_whatever_happens_in_a_gap() {
        let mut stream = ReplicationKey::new(9, 0).stream(Purpose::Routing);
        for most in 1..=60 {
            let mut list = EventList::default();
            let mut pending: BTreeMap<Event, EventId> = BTreeMap::new();
            let (mut now, mut calls, mut free) = (0, 0, Vec::new());
            for _ in 0..2000 {
                let first = list.earliest();
                let expected = pending.pop_first();
                assert_eq!(first, expected.map_or(Event::NEVER, |(event, _)| event));
                if let Some((event, id)) = expected {
                    assert_eq!(list.take(), (event.kind(), id));
                    now = event.time();
                    free.push(id.owner());
                }
                for _ in 0..(stream.unit() * 6.0) as usize {
                    if stream.chance(0.45) && !pending.is_empty() {
                        let nth = (stream.unit() * pending.len() as f64) as usize;
                        let event = *pending.keys().nth(nth).expect("it has so many");
                        let id = pending.remove(&event).expect("it is there");
                        list.cancel(id);
                        free.push(id.owner());
                    } else if pending.len() < most {
                        let call = free.pop().unwrap_or_else(|| {
                            calls += 1;
                            calls
                        });
                        let (id, kind) = (
                            EventId::of_call(call),
                            Kind::ALL[(stream.unit() * 13.0) as usize],
                        );
                        let time = now + (stream.unit() * 3.0) as i64;
                        list.schedule(time, kind, id);
                        pending.insert(Event::new(time, kind, list.scheduled, id), id);
                    }
                }
            }
        }
    }

    #[test]
    fn an_event_says_what_it_was_made_of() {
        let id = EventId::of_agent(100_000_000);
        let event = Event::new(3_600_000_000_001, Kind::EndOfAfterCallWork, u64::MAX, id);
        assert_eq!(event.time(), 3_600_000_000_001);
        assert_eq!(event.kind(), Kind::EndOfAfterCallWork);
        assert_eq!(event.id(), id);
        // Two draws of the longest duration, one after the other.
        let late = Event::new(2 * crate::random::MAX_NS, Kind::Closing, u64::MAX, id);
        assert!(late < Event::NEVER && late.time() > crate::random::MAX_NS);
    }

    #[test]
    fn events_of_one_instant_come_by_kind_then_by_number() {
        let id = EventId::of_call;
        let repeat = |kind, who, call| Event::arrival(7, kind, who, id(call));
        let in_order = [
            Event::new(6, Kind::Closing, 9, id(9)),
            Event::new(7, Kind::EndOfTalk, 1, id(8)),
            Event::new(7, Kind::EndOfTalk, 2, id(1)),
            repeat(Kind::Redial, (0, 5), 7),
            repeat(Kind::Redial, (0, 6), 4),
            repeat(Kind::Redial, (1023, 0), 3),
            repeat(Kind::Reconnect, (0, 0), 2),
            Event::first_attempt(7),
            Event::new(7, Kind::EndOfPatience, 0, id(0)),
            Event::NEVER,
        ];
        assert!(in_order.is_sorted(), "{in_order:?}");
    }

    #[test]
    fn kinds_are_listed_in_their_order() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, index);
        }
    }
}
