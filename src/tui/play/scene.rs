//! How things stand at an instant of the day.

use super::recording::{Event, Parts, Recording, What};
use crate::engine::{Cause, Contacts};
use crate::kpi::service_level;

/// How things stand at an instant: what is now, and what has been counted since opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// The instant, in nanoseconds since opening.
    pub now_ns: i64,
    /// Trunk groups, in file order.
    pub trunks: Vec<TrunkScene>,
    /// Calls in the IVR, by call type.
    pub in_ivr: Vec<u32>,
    /// Queues, in file order.
    pub queues: Vec<QueueScene>,
    /// Agent groups, in file order.
    pub groups: Vec<GroupScene>,
    /// Attempts that reached the system.
    pub attempts: u64,
    /// Those of them that were first attempts: callers.
    pub callers: u64,
    /// Callers who helped themselves in the IVR.
    pub contained: u64,
    /// Callers who hung up in the IVR, or were dropped there at closing.
    pub left_ivr: u64,
    /// Callers who will call again.
    pub will_call_again: u64,
    /// Callers whose need was met.
    pub helped: u64,
    /// Callers whose need was not met and who do not call again.
    pub lost: u64,
    /// Events that have happened.
    happened: usize,
}

/// A trunk group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrunkScene {
    /// Lines in use: from dialling in to hanging up.
    pub in_use: u32,
    /// Attempts that found no line.
    pub turned_away: u64,
}

/// A queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueScene {
    /// Calls waiting now.
    pub waiting: u32,
    /// When the one that has waited longest came.
    pub oldest_ns: Option<i64>,
    /// Attempts that reached the queue.
    pub arrived: u64,
    /// Of those: answered.
    pub answered: u64,
    /// Answered within the target time.
    pub answered_within: u64,
    /// Of those who arrived: lost patience, or left at once instead of waiting.
    pub abandoned: u64,
    /// Abandoned within the target time.
    pub abandoned_within: u64,
    /// Abandoned within the short-abandon threshold.
    pub short_abandoned: u64,
    /// Of those who arrived: found the queue full.
    pub turned_away: u64,
    /// Of those who arrived: dropped at closing.
    pub dropped: u64,
    /// Those who have waited or wait, and the first of them who may still wait.
    pub(super) entered: usize,
    pub(super) first: usize,
}

/// An agent group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupScene {
    /// Agents on duty, those included who finish a call after the end of their duty.
    pub on_duty: u32,
    /// Of those: talking.
    pub talking: u32,
    /// Of those: the caller has gone, there is after-call work.
    pub wrapping_up: u32,
}

impl GroupScene {
    /// Agents on duty who have nothing to do.
    pub fn idle(&self) -> u32 {
        self.on_duty - self.talking - self.wrapping_up
    }
}

impl Scene {
    /// Before anything has happened.
    pub(super) fn opening(parts: &Parts) -> Self {
        Self {
            now_ns: 0,
            trunks: vec![TrunkScene::default(); parts.trunks.len()],
            in_ivr: vec![0; parts.call_types.len()],
            queues: vec![QueueScene::default(); parts.queues.len()],
            groups: vec![GroupScene::default(); parts.groups.len()],
            attempts: 0,
            callers: 0,
            contained: 0,
            left_ivr: 0,
            will_call_again: 0,
            helped: 0,
            lost: 0,
            happened: 0,
        }
    }

    /// Events of the recording that have happened.
    pub fn happened(&self) -> usize {
        self.happened
    }

    /// How long the call has waited that has waited longest in a queue, in nanoseconds.
    pub fn longest_wait_ns(&self, queue: usize) -> Option<i64> {
        let oldest = self.queues[queue].oldest_ns;
        oldest.map(|oldest| self.now_ns - oldest)
    }

    /// Service level of a queue so far, by the formula of the queue: of those who were answered or have left until now, by
    /// waiting in vain or at closing. Who still waits is not judged yet, so at the end it is the day's. None before there
    /// is anybody to judge.
    pub fn service_level(&self, parts: &Parts, queue: usize) -> Option<f64> {
        let so_far = &self.queues[queue];
        let counts = Contacts {
            offered: so_far.answered + so_far.abandoned + so_far.dropped,
            answered: so_far.answered,
            answered_within: so_far.answered_within,
            abandoned_within: so_far.abandoned_within,
            short_abandoned: so_far.short_abandoned,
            ..Contacts::default()
        };
        let (met, judged) = service_level(parts.queues[queue].formula, &counts);
        (judged > 0.0).then(|| met / judged)
    }

    /// Lets the next event happen; nothing after the last.
    pub(super) fn step(&mut self, recording: &Recording) {
        let Some(event) = recording.events.get(self.happened) else {
            return;
        };
        self.now_ns = event.at_ns;
        match event.what {
            What::OnDuty => self.groups[event.part as usize].on_duty += 1,
            What::Free => self.groups[event.part as usize].wrapping_up -= 1,
            What::OffDuty => self.groups[event.part as usize].on_duty -= 1,
            _ => self.attempt(recording, event),
        }
        self.happened += 1;
        if let What::Waits | What::Answered { .. } | What::Abandoned { .. } | What::Dropped { .. } =
            event.what
        {
            self.find_oldest(
                recording,
                recording.parts.call_types[event.part as usize].queue,
            );
        }
    }

    fn attempt(&mut self, recording: &Recording, event: &Event) {
        let parts = &recording.parts;
        let call_type = event.part as usize;
        let of_type = &parts.call_types[call_type];
        let queue = &mut self.queues[of_type.queue];
        match event.what {
            What::Arrived(cause) => {
                self.attempts += 1;
                self.callers += u64::from(cause == Cause::First);
                self.will_call_again -= u64::from(cause != Cause::First);
                // Where all lines are in use, the next event says that there is none.
                let line = of_type.trunk.map(|trunk| {
                    let lines = &mut self.trunks[trunk];
                    let free = lines.in_use < parts.trunks[trunk].lines;
                    lines.in_use += u32::from(free);
                    free
                });
                if of_type.has_ivr && line != Some(false) {
                    self.in_ivr[call_type] += 1;
                }
            }
            What::NoLine => {
                if let Some(trunk) = of_type.trunk {
                    self.trunks[trunk].turned_away += 1;
                }
            }
            What::Contained => {
                self.in_ivr[call_type] -= 1;
                self.contained += 1;
            }
            What::HungUpInIvr => {
                self.in_ivr[call_type] -= 1;
                self.left_ivr += 1;
            }
            What::Queued => {
                self.in_ivr[call_type] -= u32::from(of_type.has_ivr);
                queue.arrived += 1;
            }
            What::QueueFull => queue.turned_away += 1,
            What::Balked => queue.abandon(recording, event, 0),
            What::Waits => {
                queue.waiting += 1;
                queue.entered += 1;
            }
            What::Answered { wait, group, .. } => {
                queue.stop_waiting(wait);
                let waited = recording.waited(event, wait);
                queue.answered += 1;
                queue.answered_within += u64::from(waited <= parts.queues[of_type.queue].within_ns);
                self.groups[group as usize].talking += 1;
            }
            What::Abandoned { wait } => {
                queue.stop_waiting(wait);
                queue.abandon(recording, event, recording.waited(event, wait));
            }
            What::Dropped { wait } => {
                queue.stop_waiting(wait);
                queue.dropped += 1;
            }
            What::HungUp { answer, .. } => {
                if let Some((group, ..)) = recording.answer(answer) {
                    self.groups[group].talking -= 1;
                    self.groups[group].wrapping_up += 1;
                }
            }
            What::WillRepeat { .. } => self.will_call_again += 1,
            What::CallerEnds { resolved: true } => self.helped += 1,
            What::CallerEnds { resolved: false } => self.lost += 1,
            What::OutOfHours | What::OnDuty | What::Free | What::OffDuty => {}
        }
        if let (true, Some(trunk)) = (event.what.hangs_up(), of_type.trunk) {
            self.trunks[trunk].in_use -= 1;
        }
    }

    /// Of a queue that somebody has entered or left. Whoever came before the oldest has gone for good.
    fn find_oldest(&mut self, recording: &Recording, queue: usize) {
        let waits = &recording.waits[queue];
        let queue = &mut self.queues[queue];
        let gone = |at: usize| (waits[at].until as usize) < self.happened;
        while queue.first < queue.entered && gone(queue.first) {
            queue.first += 1;
        }
        queue.oldest_ns = (queue.first < queue.entered).then(|| waits[queue.first].since_ns);
    }
}

impl QueueScene {
    /// A call leaves, if it waited.
    fn stop_waiting(&mut self, wait: u32) {
        self.waiting -= u32::from(wait != u32::MAX);
    }

    fn abandon(&mut self, recording: &Recording, event: &Event, waited: i64) {
        let parts = &recording.parts;
        let queue = &parts.queues[parts.call_types[event.part as usize].queue];
        self.abandoned += 1;
        self.abandoned_within += u64::from(waited <= queue.within_ns);
        self.short_abandoned += u64::from(waited <= queue.short_ns);
    }
}
