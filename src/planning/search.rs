//! The search for the smallest staffing with which a simulated scenario reaches its targets.
//!
//! **Start.** One simulation with more agents than anybody needs shows what each queue is offered in each interval, repeats
//! included, and what is attainable at all.
//!
//! **Rounds** (iterative staffing, in the spirit of Feldman, Mandelbaum, Massey and Whitt 2008). The staffing is simulated.
//! For every queue and interval the volume is found with which Erlang's formula, at the agents there are, gives the
//! simulated service level. It stands for all that the formula does not know: calls carried over, repeats, help from other
//! groups. With that volume the formula says how many agents the target needs. That repeats until nothing
//! changes; where it goes in a circle, the largest number of each interval is taken.
//!
//! **Repair.** More days; where a target is missed an agent is added, until none is.
//!
//! **Removal.** Agents are taken while all targets hold: see [`removal`](super::removal).
//!
//! **Exchange** (several groups). An agent is replaced by a cheaper one of another group that serves the same queue, where
//! the targets hold. This is a local search: another mix of groups may be cheaper.
//!
//! A target holds in a trial if the figure is within tolerance of it, less the error of the figure: a
//! staffing that only luck brought within tolerance would be missed on other days.
//!
//! This file has what all of them share: the simulation of a staffing, and how far it holds its goals.

use super::cause::without_lines;
use super::goals::{Goal, Staff};
use super::planned_day::PlannedDay;
use super::question::Question;
use super::response::{Observed, Response};
use crate::engine::Halt;
use crate::experiment::{Control, Sample, Watch};
use crate::kpi::Place;
use crate::scenario::Scenario;
use indexmap::IndexMap;
use std::sync::atomic::Ordering;

/// Day number 0 of the search: days that no run of the scenario reaches.
const FIRST_DAY: u64 = 1 << 40;

/// Days of a round, of the first days of a trial, and at least of what decides.
pub(super) const ROUND_DAYS: usize = 200;
pub(super) const TRIAL_DAYS: usize = 25;
pub(super) const LEAST_DAYS: usize = 200;

/// What is seen of every queue in every interval.
const QUEUE_FIGURES: [&str; 5] = ["offered", "service_level", "aht_s", "abandoned", "attempts"];

/// Figures × days that are kept.
const MOST_VALUES: usize = 1 << 23;

/// Standard errors by which a figure must be within tolerance: 95 % one-sided.
const GUARD: f64 = 1.645;

/// Why a search ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was asked to stop.
    Interrupted,
    /// The budget of days is spent.
    Budget,
}

/// A staffing and its simulation.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub staff: Staff,
    pub sample: Sample,
}

/// Why the search cannot go on.
pub(super) enum Stop {
    Ended(Ended),
    Halt(Halt),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Interrupted => Stop::Ended(Ended::Interrupted),
            halt => Stop::Halt(halt),
        }
    }
}

/// By queue and interval the service level and abandonment rate.
pub(super) type Promised = Vec<Vec<IndexMap<String, f64>>>;

/// A staffing, and what the search saw of it; nothing where it was not simulated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Best {
    pub staff: Staff,
    pub promised: Promised,
}

pub(super) struct Search<'a> {
    pub(super) day: &'a PlannedDay<'a>,
    pub(super) scenario: &'a Scenario,
    pub(super) question: &'a Question,
    control: &'a Control,
    pub(super) goals: Vec<Goal>,
    /// Those of the goals, then those of [`QUEUE_FIGURES`] for each queue and interval.
    watches: Vec<Watch>,
    pub(super) response: Response,
    /// Days that decide.
    pub(super) days: usize,
    /// By goal, how far it is missed where nothing can be added for it: not further, then.
    pub(super) floors: Vec<f64>,
    /// By goal, whether its queue is called, or would be if there were a line. Of a group nobody knows who it is needed by.
    pub(super) called: Vec<bool>,
    /// Days simulated.
    pub(super) spent: u64,
    /// Whether adding agents for what is missed was given up, as it had taken half of the budget.
    pub(super) repair_was_dear: bool,
    /// The best staffing so far.
    pub(super) best: Best,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        day: &'a PlannedDay<'a>,
        question: &'a Question,
        control: &'a Control,
    ) -> Self {
        let scenario = day.scenario;
        let goals = Goal::all(scenario, question);
        let mut watches = day.watches(&goals);
        for q in 0..scenario.queues.len() {
            for i in 0..scenario.intervals() {
                let of = |kpi| day.watch(Place::Queue(q), kpi, Some(i));
                watches.extend(QUEUE_FIGURES.into_iter().filter_map(of));
            }
        }
        Self {
            day,
            scenario,
            question,
            control,
            response: Response::new(scenario, question),
            days: LEAST_DAYS,
            floors: vec![0.0; goals.len()],
            called: vec![false; goals.len()],
            spent: 0,
            repair_was_dear: false,
            best: Best {
                staff: scenario.groups.iter().map(|g| g.staff.clone()).collect(),
                promised: Promised::new(),
            },
            goals,
            watches,
        }
    }

    // ---- Simulation ----

    /// Simulates a staffing until there are so many days of it.
    pub(super) fn simulate(&mut self, trial: &mut Trial, days: usize) -> Result<(), Stop> {
        let days = days.min((MOST_VALUES / self.watches.len().max(1)).max(TRIAL_DAYS));
        let more = days.saturating_sub(trial.sample.days()) as u64;
        if self.spent + more > self.question.budget {
            return Err(Stop::Ended(Ended::Budget));
        }
        let model = self.day.staffed(&trial.staff);
        let before = self.control.done.load(Ordering::Relaxed);
        trial.sample.extend(
            days,
            (&model, &self.watches),
            (self.question.seed, FIRST_DAY),
            self.control,
        )?;
        self.control.done.store(before + more, Ordering::Relaxed);
        self.spent += more;
        Ok(())
    }

    pub(super) fn simulated(&mut self, staff: Staff, days: usize) -> Result<Trial, Stop> {
        let mut trial = Trial {
            staff,
            sample: Sample::default(),
        };
        self.simulate(&mut trial, days)?;
        Ok(trial)
    }

    /// One of the days of a staffing.
    pub(super) fn one_day(&mut self, staff: &Staff, day: usize) -> Result<Sample, Stop> {
        if self.spent >= self.question.budget {
            return Err(Stop::Ended(Ended::Budget));
        }
        let mut sample = Sample::default();
        sample.extend(
            1,
            (&self.day.staffed(staff), &self.watches),
            (self.question.seed, FIRST_DAY + day as u64),
            self.control,
        )?;
        self.spent += 1;
        Ok(sample)
    }

    /// How far a goal is held: beyond the tolerance less the error, 0 or more is enough.
    pub(super) fn room(&self, goal: usize, sample: &Sample) -> f64 {
        let estimate = sample.estimate(goal);
        if self.floors[goal] == f64::NEG_INFINITY {
            return f64::INFINITY;
        }
        if estimate.mean.is_none() && self.called[goal] {
            // Nobody gets through, or nobody is answered.
            return f64::NEG_INFINITY;
        }
        self.room_of(goal, estimate.mean, estimate.se)
    }

    pub(super) fn room_of(&self, goal: usize, figure: Option<f64>, se: Option<f64>) -> f64 {
        let slack = self.goals[goal].slack_to_aim(figure);
        slack + self.leeway(goal, se.unwrap_or(0.0)) - self.floors[goal]
    }

    /// Every goal was searched for as it stands: none was missed with all that could be added.
    pub(super) fn nothing_given_up(&self) -> bool {
        self.floors.iter().all(|floor| *floor >= 0.0)
    }

    /// Sees which queues are called.
    pub(super) fn note_calls(&mut self, sample: &Sample) {
        for goal in 0..self.goals.len() {
            let Place::Queue(queue) = self.goals[goal].target.place else {
                continue;
            };
            let mut intervals = self.goals[goal].intervals(self.scenario);
            self.called[goal] |= !without_lines(self.scenario, queue, &intervals).is_empty()
                || intervals.any(|i| self.at(sample, queue, i).attempts > 0.0);
        }
    }

    fn leeway(&self, goal: usize, se: f64) -> f64 {
        let tolerance = self.goals[goal].tolerance;
        tolerance - (GUARD * se).min(tolerance)
    }

    /// The goals that are missed.
    pub(super) fn missed(&self, sample: &Sample) -> Vec<usize> {
        let goals = 0..self.goals.len();
        goals
            .filter(|&goal| self.room(goal, sample) < 0.0)
            .collect()
    }

    pub(super) fn at(&self, sample: &Sample, queue: usize, interval: usize) -> Observed {
        let first = self.queue_watch(queue, interval);
        let n = sample.days();
        let figure = |k: usize| {
            let ratio = sample.ratio(first + k, n);
            (ratio.mean_y() > 0.0).then(|| ratio.mean_x() / ratio.mean_y())
        };
        Observed {
            offered: figure(0).unwrap_or(0.0),
            level: figure(1),
            aht_s: figure(2).unwrap_or(0.0),
            abandoned: figure(3).unwrap_or(0.0),
            attempts: figure(4).unwrap_or(0.0),
        }
    }

    /// Takes a staffing for the best so far.
    pub(super) fn keep(&mut self, trial: &Trial) {
        self.best = Best {
            staff: trial.staff.clone(),
            promised: self.promises(&trial.sample),
        };
    }

    /// The same of one that was not simulated.
    pub(super) fn keep_unseen(&mut self, staff: &Staff) {
        if self.best.staff != *staff {
            self.best = Best {
                staff: staff.clone(),
                promised: Promised::new(),
            };
        }
    }

    /// What a sample shows of every queue in every interval.
    fn promises(&self, sample: &Sample) -> Promised {
        let at = |q: usize, i: usize| {
            let seen = self.at(sample, q, i);
            let level = seen.level.map(|level| ("service_level".to_owned(), level));
            let abandoned = (seen.offered > 0.0).then(|| seen.abandoned / seen.offered);
            let abandoned = abandoned.map(|rate| ("abandonment_rate".to_owned(), rate));
            level.into_iter().chain(abandoned).collect()
        };
        let intervals = 0..self.scenario.intervals();
        let of_queue = |q| intervals.clone().map(|i| at(q, i)).collect();
        (0..self.scenario.queues.len()).map(of_queue).collect()
    }

    /// The first of the figures of a queue in an interval.
    fn queue_watch(&self, queue: usize, interval: usize) -> usize {
        self.goals.len() + QUEUE_FIGURES.len() * (queue * self.scenario.intervals() + interval)
    }

    /// One of the figures, of every queue in every interval.
    pub(super) fn queue_watches(&self, kpi: &str) -> Vec<usize> {
        let watches = self.goals.len()..self.watches.len();
        let with_names = watches.zip(QUEUE_FIGURES.into_iter().cycle());
        let named = with_names.filter(|&(_, name)| name == kpi);
        named.map(|(watch, _)| watch).collect()
    }

    /// Fits the formula to what a staffing's simulation shows.
    pub(super) fn observe(&mut self, trial: &Trial) {
        self.note_calls(&trial.sample);
        for q in 0..self.scenario.queues.len() {
            for i in 0..self.scenario.intervals() {
                let observed = self.at(&trial.sample, q, i);
                self.response.fit(q, i, &trial.staff, &observed);
            }
        }
    }
}
