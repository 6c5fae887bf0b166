//! What happened on one day, as a compact list of changes, with a [`Scene`] now and then from which any other is near.

use super::MINUTE_NS;
use super::scene::Scene;
use crate::engine::{Agent, AgentEvent, Attempt, AttemptEvent, Cause, Engine, Halt, Observer};
use crate::model::Model;
use crate::routing::Routing;
use crate::scenario::{Formula, is_unseen};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Events of a recording. A longer day, or steady run, is recorded up to there: 32 bytes each are some 100 MB.
pub const MOST_EVENTS: usize = 3_000_000;

/// Events between two scenes kept, where there are few parts. Of many parts a scene is larger, and fewer are kept.
const SPACING: usize = 2048;

/// Of what has not happened, or has no number.
const NEVER: u32 = u32::MAX;

/// A day that was simulated once and can be looked at in any order. It owns everything it needs.
#[derive(Debug)]
pub struct Recording {
    pub(super) parts: Parts,
    pub(super) events: Vec<Event>,
    /// By queue, those who waited, in the order in which they came.
    pub(super) waits: Vec<Vec<Wait>>,
    /// The scene before each event whose number is a multiple of `spacing`.
    scenes: Vec<Scene>,
    spacing: usize,
    end_ns: i64,
    ended_early: bool,
}

/// What the day is made of.
#[derive(Debug)]
pub struct Parts {
    /// Name of the scenario.
    pub title: String,
    /// Seed of the day.
    pub seed: u64,
    /// Number of the day, from 0.
    pub day: u64,
    /// Opening time in minutes after midnight; none in a steady run, which knows no time of day.
    pub open_min: Option<u32>,
    /// Length of an interval; an hour in a steady run.
    pub interval_ns: i64,
    /// Closing, or the end of a steady run.
    pub closing_ns: i64,
    /// Trunk groups, in file order.
    pub trunks: Vec<TrunkPart>,
    /// Call types, in file order.
    pub call_types: Vec<TypePart>,
    /// Queues, in file order.
    pub queues: Vec<QueuePart>,
    /// Agent groups, in file order.
    pub groups: Vec<GroupPart>,
}

/// A trunk group.
#[derive(Debug)]
pub struct TrunkPart {
    /// Name.
    pub name: String,
    /// Number of lines.
    pub lines: u32,
}

/// A call type.
#[derive(Debug)]
pub struct TypePart {
    /// Name.
    pub name: String,
    /// Index of its queue.
    pub queue: usize,
    /// Index of its trunk group.
    pub trunk: Option<usize>,
    /// Its calls begin in an IVR.
    pub has_ivr: bool,
}

/// A queue.
#[derive(Debug)]
pub struct QueuePart {
    /// Name.
    pub name: String,
    /// Target: this fraction …
    pub fraction: f64,
    /// … within this time.
    pub within_ns: i64,
    /// An abandonment after at most this wait is short.
    pub short_ns: i64,
    /// Formula of the service level.
    pub formula: Formula,
}

/// An agent group.
#[derive(Debug)]
pub struct GroupPart {
    /// Name.
    pub name: String,
    /// Agents planned, by interval; one value in a steady run.
    pub staff: Vec<u32>,
}

impl GroupPart {
    /// Agents planned in an interval, none after closing.
    pub fn planned(&self, interval: Option<usize>) -> Option<u32> {
        self.staff.get(interval?).copied()
    }
}

impl Parts {
    fn new(model: &Model, seed: u64, day: u64) -> Self {
        let scenario = &model.scenario;
        let shown = |name: &str| name.replace(is_unseen, "\u{fffd}");
        let interval_min = if model.steady {
            60
        } else {
            i64::from(scenario.interval_min)
        };
        let cells = if model.steady { 1 } else { model.grid.cells };
        let trunks = scenario.trunks.iter().map(|trunk| TrunkPart {
            name: shown(&trunk.name),
            lines: trunk.lines,
        });
        let types = scenario.call_types.iter().zip(&model.call_types);
        let types = types.map(|(t, compiled)| TypePart {
            name: shown(&t.name),
            queue: compiled.queue,
            trunk: compiled.trunk,
            has_ivr: compiled.ivr.is_some(),
        });
        let queues = scenario.queues.iter().zip(&model.queues);
        let queues = queues.map(|(queue, compiled)| QueuePart {
            name: shown(&queue.name),
            fraction: queue.target.fraction,
            within_ns: compiled.within_ns,
            short_ns: compiled.short_ns,
            formula: compiled.formula,
        });
        let groups = scenario.groups.iter().zip(&model.groups);
        let groups = groups.map(|(group, compiled)| GroupPart {
            name: shown(&group.name),
            staff: compiled.staff[..cells].to_vec(),
        });
        Self {
            title: shown(&scenario.name),
            seed,
            day,
            open_min: (!model.steady).then_some(scenario.open_min),
            interval_ns: (interval_min * MINUTE_NS).max(1),
            closing_ns: model.grid.end_ns(),
            trunks: trunks.collect(),
            call_types: types.collect(),
            queues: queues.collect(),
            groups: groups.collect(),
        }
    }

    /// The interval of a time, none from closing on. In a steady run all is one.
    pub fn interval(&self, at_ns: i64) -> Option<usize> {
        match self.open_min {
            None => Some(0),
            Some(_) if at_ns >= self.closing_ns => None,
            Some(_) => usize::try_from(at_ns / self.interval_ns).ok(),
        }
    }

    /// The time of day, beyond 24 h after midnight; in a steady run the time since its start.
    pub fn clock(&self, at_ns: i64) -> String {
        let s = i64::from(self.open_min.unwrap_or(0)) * 60 + at_ns / super::SECOND_NS;
        format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// A change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    /// When.
    pub at_ns: i64,
    /// Index of the call type, of an agent the group.
    pub part: u32,
    /// Number of the caller or agent within it, from 0.
    pub number: u32,
    /// What.
    pub what: What,
}

/// What happened. Of an attempt, unless it is said to be of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Arrived(Cause),
    NoLine,
    Contained,
    HungUpInIvr,
    Queued,
    QueueFull,
    Balked,
    Waits,
    /// `wait` is its place among the waits of the queue, [`NEVER`] where it did not wait.
    Answered {
        wait: u32,
        group: u32,
        agent: u32,
    },
    Abandoned {
        wait: u32,
    },
    Dropped {
        wait: u32,
    },
    /// `answer` is the event with which the talk began.
    HungUp {
        answer: u32,
        resolved: bool,
    },
    /// When, in seconds since the start.
    WillRepeat {
        at_s: u32,
    },
    OutOfHours,
    CallerEnds {
        resolved: bool,
    },
    /// An agent came on duty.
    OnDuty,
    /// An agent finished a call and its after-call work.
    Free,
    /// An agent went off duty.
    OffDuty,
}

const _: () = assert!(size_of::<Event>() == 32);

impl What {
    /// The attempt is over: a line that was held is free. Who found none held none.
    pub fn hangs_up(self) -> bool {
        matches!(
            self,
            What::Contained
                | What::HungUpInIvr
                | What::QueueFull
                | What::Balked
                | What::Abandoned { .. }
                | What::Dropped { .. }
                | What::HungUp { .. }
        )
    }

    /// Of an agent, not of an attempt.
    pub fn is_of_agent(self) -> bool {
        matches!(self, What::OnDuty | What::Free | What::OffDuty)
    }
}

/// Somebody who waited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    pub since_ns: i64,
    /// The event that ended it; [`NEVER`] where the recording ended first.
    pub until: u32,
}

impl Recording {
    /// Simulates day number `day` (from 0) and records it: of a longer one than [`MOST_EVENTS`] the first part.
    ///
    /// # Errors
    /// [`Halt::Interrupted`] soon after `stop` becomes true; another [`Halt`] where the engine gives the day up.
    pub fn new(model: &Model, seed: u64, day: u64, stop: &AtomicBool) -> Result<Self, Halt> {
        Self::limited(model, seed, day, stop, MOST_EVENTS)
    }

    fn limited(
        model: &Model,
        seed: u64,
        day: u64,
        stop: &AtomicBool,
        most: usize,
    ) -> Result<Self, Halt> {
        // The recorder ends the simulation when it is full. Nobody else is to be stopped by that.
        let enough = AtomicBool::new(false);
        let recorder = Recorder {
            queue_of: model.call_types.iter().map(|t| t.queue).collect(),
            events: Vec::new(),
            waits: vec![Vec::new(); model.queues.len()],
            pending: HashMap::new(),
            most,
            stop,
            enough: &enough,
            full: false,
            interrupted: false,
        };
        let mut engine = Engine::with(model, recorder, Routing::new(model));
        let ended = engine.run(seed, day, &enough).map(|_| ());
        let recorder = engine.into_observer();
        if recorder.interrupted || stop.load(Ordering::Relaxed) {
            return Err(Halt::Interrupted);
        }
        // What went wrong in a part of the day that is not shown is nobody's concern.
        if !recorder.full {
            ended?;
        }
        Ok(recorder.finish(Parts::new(model, seed, day)))
    }

    /// What the day is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// End of the recording: closing, the last event where that is later, or where it ended early.
    pub fn end_ns(&self) -> i64 {
        self.end_ns
    }

    /// There were more than [`MOST_EVENTS`] events, and this is the first part only.
    pub fn ended_early(&self) -> bool {
        self.ended_early
    }

    /// When an event happens; none beyond the last.
    pub fn time_of(&self, event: usize) -> Option<i64> {
        self.events.get(event).map(|event| event.at_ns)
    }

    /// How many events have happened at a time, those of the time itself included.
    pub fn happened_by(&self, at_ns: i64) -> usize {
        self.events.partition_point(|event| event.at_ns <= at_ns)
    }

    /// The scene at a time, after all events of that time.
    pub fn scene_at(&self, at_ns: i64) -> Scene {
        let mut scene = self.scene_after(self.happened_by(at_ns));
        scene.now_ns = at_ns;
        scene
    }

    /// The scene right after the first `happened` events, or after all where there are fewer.
    pub fn scene_after(&self, happened: usize) -> Scene {
        let happened = happened.min(self.events.len());
        let nearest = (happened / self.spacing).min(self.scenes.len() - 1);
        let mut scene = self.scenes[nearest].clone();
        while scene.happened() < happened {
            scene.step(self);
        }
        scene
    }

    /// How long those who wait in a queue have waited, the longest first.
    pub fn waiting<'a>(&'a self, scene: &'a Scene, queue: usize) -> impl Iterator<Item = i64> + 'a {
        let happened = scene.happened();
        let queue_scene = &scene.queues[queue];
        let entered = &self.waits[queue][queue_scene.first..queue_scene.entered];
        let waiting = entered
            .iter()
            .filter(move |wait| wait.until as usize >= happened);
        waiting.map(|wait| scene.now_ns - wait.since_ns)
    }

    /// Group and agent of an answer, and when it was.
    pub(super) fn answer(&self, answer: u32) -> Option<(usize, u32, i64)> {
        let event = self.events.get(answer as usize)?;
        match event.what {
            What::Answered { group, agent, .. } => Some((group as usize, agent, event.at_ns)),
            _ => None,
        }
    }

    /// How long somebody of a call type waited until an event.
    pub(super) fn waited(&self, event: &Event, wait: u32) -> i64 {
        let queue = self.parts.call_types[event.part as usize].queue;
        let wait = self.waits[queue].get(wait as usize);
        wait.map_or(0, |wait| event.at_ns - wait.since_ns)
    }
}

/// Watches the simulation and keeps what happens.
struct Recorder<'a> {
    queue_of: Vec<usize>,
    events: Vec<Event>,
    waits: Vec<Vec<Wait>>,
    /// By call type and caller: of those who wait the place among the waits, of those who talk the event of the answer.
    pending: HashMap<(usize, u64), u32>,
    most: usize,
    /// Somebody wants this to stop …
    stop: &'a AtomicBool,
    /// … and this stops it.
    enough: &'a AtomicBool,
    full: bool,
    interrupted: bool,
}

impl Recorder<'_> {
    fn add(&mut self, at_ns: i64, part: usize, number: u64, what: What) {
        self.full |= self.events.len() == self.most;
        self.interrupted |= self.stop.load(Ordering::Relaxed);
        if self.full || self.interrupted {
            self.enough.store(true, Ordering::Relaxed);
            return;
        }
        self.events.push(Event {
            at_ns,
            // There are fewer parts, and in a recording fewer callers.
            part: u32::try_from(part).unwrap_or(NEVER),
            number: u32::try_from(number).unwrap_or(NEVER),
            what,
        });
    }

    /// Ends a wait with the event to come; says which it was.
    fn end_wait(&mut self, who: (usize, u64)) -> u32 {
        let wait = self.pending.remove(&who).unwrap_or(NEVER);
        let now = self.events.len() as u32;
        if let Some(wait) = self.waits[self.queue_of[who.0]].get_mut(wait as usize) {
            wait.until = now;
        }
        wait
    }

    fn finish(self, parts: Parts) -> Recording {
        let last = self.events.last().map_or(0, |event| event.at_ns);
        let sizes = [
            parts.trunks.len(),
            parts.call_types.len(),
            parts.queues.len(),
            parts.groups.len(),
        ];
        let mut recording = Recording {
            end_ns: match self.full {
                true => last,
                false => last.max(parts.closing_ns),
            },
            ended_early: self.full,
            spacing: SPACING.max(8 * sizes.iter().sum::<usize>()),
            scenes: Vec::new(),
            events: self.events,
            waits: self.waits,
            parts,
        };
        let mut scene = Scene::opening(&recording.parts);
        loop {
            if scene.happened().is_multiple_of(recording.spacing) {
                recording.scenes.push(scene.clone());
            }
            if scene.happened() == recording.events.len() {
                return recording;
            }
            scene.step(&recording);
        }
    }
}

impl Observer for Recorder<'_> {
    fn attempt(&mut self, now_ns: i64, attempt: Attempt, event: AttemptEvent) {
        if self.full || self.interrupted {
            return;
        }
        let who = (attempt.call_type, attempt.caller);
        let what = match event {
            AttemptEvent::Arrived => What::Arrived(attempt.cause),
            // A session plays days on which nothing fails.
            AttemptEvent::IvrBusy => What::NoLine,
            AttemptEvent::NoLine => What::NoLine,
            AttemptEvent::Contained => What::Contained,
            AttemptEvent::HungUpInIvr => What::HungUpInIvr,
            AttemptEvent::Queued { .. } => What::Queued,
            AttemptEvent::QueueFull => What::QueueFull,
            AttemptEvent::Balked => What::Balked,
            AttemptEvent::Waits { .. } => {
                let waits = &mut self.waits[self.queue_of[attempt.call_type]];
                self.pending.insert(who, waits.len() as u32);
                waits.push(Wait {
                    since_ns: now_ns,
                    until: NEVER,
                });
                What::Waits
            }
            AttemptEvent::Answered { agent, .. } => {
                let wait = self.end_wait(who);
                self.pending.insert(who, self.events.len() as u32);
                What::Answered {
                    wait,
                    group: u32::try_from(agent.group).unwrap_or(NEVER),
                    agent: agent.number,
                }
            }
            AttemptEvent::Abandoned => What::Abandoned {
                wait: self.end_wait(who),
            },
            AttemptEvent::Dropped => What::Dropped {
                wait: self.end_wait(who),
            },
            AttemptEvent::Cut => What::HungUp {
                answer: self.pending.remove(&who).unwrap_or(NEVER),
                resolved: false,
            },
            AttemptEvent::HungUp { resolved } => What::HungUp {
                answer: self.pending.remove(&who).unwrap_or(NEVER),
                resolved,
            },
            AttemptEvent::WillRepeat { at_ns, .. } => What::WillRepeat {
                at_s: u32::try_from(at_ns / super::SECOND_NS).unwrap_or(NEVER),
            },
            AttemptEvent::OutOfHours => What::OutOfHours,
            AttemptEvent::CallerEnds { resolved } => What::CallerEnds { resolved },
        };
        self.add(now_ns, attempt.call_type, attempt.caller, what);
    }

    fn agent(&mut self, now_ns: i64, agent: Agent, event: AgentEvent) {
        let what = match event {
            AgentEvent::OnDuty => What::OnDuty,
            AgentEvent::Free => What::Free,
            AgentEvent::OffDuty => What::OffDuty,
        };
        self.add(now_ns, agent.group, u64::from(agent.number), what);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled() -> Model {
        let text = include_str!("../../../scenarios/default.toml");
        let loaded = crate::scenario::parse("default.toml", text, std::path::Path::new(""), &[]);
        Model::new(&loaded.expect("a scenario").scenario)
    }

    #[test]
    fn a_long_day_is_recorded_up_to_the_limit() {
        let (model, stop) = (bundled(), AtomicBool::new(false));
        let limited = |most| Recording::limited(&model, 1, 0, &stop, most).expect("a recording");
        let whole = limited(MOST_EVENTS);
        assert!(!whole.ended_early());
        let events = whole.events();
        assert!(!limited(events).ended_early(), "as many as there are");
        for most in [0, 1, 1000, events - 1] {
            let part = limited(most);
            assert!(part.ended_early());
            assert_eq!(part.events, whole.events[..most]);
            let last = most.checked_sub(1).and_then(|last| whole.time_of(last));
            assert_eq!(part.end_ns(), last.unwrap_or(0));
            let (end, same) = (part.scene_after(most), whole.scene_after(most));
            assert_eq!(end, same, "scene after {most} events");
            for queue in 0..2 {
                let waiting = |of: &Recording| of.waiting(&end, queue).collect::<Vec<_>>();
                assert_eq!(waiting(&part), waiting(&whole));
                assert_eq!(waiting(&part).len(), end.queues[queue].waiting as usize);
            }
        }
        assert!(!stop.load(Ordering::Relaxed), "nobody else is stopped");
    }

    /// A recording in which seeking starts at a scene kept.
    #[test]
    fn scenes_are_kept_now_and_then() {
        let recording = Recording::new(&bundled(), 1, 0, &AtomicBool::new(false));
        let recording = recording.expect("a recording");
        assert_eq!(recording.spacing, SPACING);
        assert_eq!(recording.scenes.len(), recording.events() / SPACING + 1);
        for (i, scene) in recording.scenes.iter().enumerate() {
            assert_eq!(scene.happened(), i * SPACING);
        }
    }
}
