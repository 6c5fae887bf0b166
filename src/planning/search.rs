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
//! **Removal.** Agents are taken one by one. Each trial simulates the same days with the same callers as the staffing it
//! came from, so that a few days show what one agent changes (common random numbers); it takes more days only as long as
//! it is not clear whether the targets hold. An agent who cannot be spared once cannot be spared later, when there are
//! fewer others. So at the end no single agent can be taken.
//!
//! **Exchange** (several groups). An agent is replaced by a cheaper one of another group that serves the same queue, where
//! the targets hold. This is a local search: another mix of groups may be cheaper.
//!
//! A target holds in a trial if the figure is within tolerance of it, less the error of the figure: a
//! staffing that only luck brought within tolerance would be missed on other days.

use super::goals::{Goal, Staff};
use super::marginal::Marginal;
use super::question::Question;
use super::response::Response;
use crate::engine::Halt;
use crate::experiment::{Control, Sample, Watch};
use crate::kpi::{Gauge, Place};
use crate::model::Model;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{Scenario, Tier};
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::atomic::Ordering;

/// Day number 0 of the search: days that no run of the scenario reaches.
const FIRST_DAY: u64 = 1 << 40;

/// Days of a round, of the first days of a trial, and at least and at most of what decides.
const ROUND_DAYS: usize = 200;
const TRIAL_DAYS: usize = 25;
const LEAST_DAYS: usize = 200;
const MOST_DAYS: usize = 10_000;

/// Attempts whose simulation is a matter of a second: so many days may decide in any case.
const CHEAP_ATTEMPTS: f64 = 1e6;

/// What is seen of every queue in every interval.
const QUEUE_FIGURES: [&str; 5] = ["offered", "service_level", "aht_s", "abandoned", "attempts"];

/// Figures × days that are kept.
const MOST_VALUES: usize = 1 << 23;

/// Rounds of the formula, and of adding agents.
const ROUNDS: usize = 30;

/// Standard errors at which a trial is decided before all days are simulated.
const SURE: f64 = 3.0;

/// Standard errors by which a figure must be within tolerance: 95 % one-sided.
const GUARD: f64 = 1.645;

/// What the search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Agents by group and interval.
    pub staff: Staff,
    /// The goals; those that cannot be reached have the best attainable in place of their threshold.
    pub goals: Vec<Goal>,
    /// Days simulated.
    pub days: u64,
    /// Service level and abandonment rate of every queue in every interval, as the search saw them.
    pub promised: Vec<Vec<IndexMap<String, f64>>>,
    /// What one more agent brings, where that was asked.
    pub marginal: Vec<Marginal>,
    /// Cost and share of missed days of the staffings on the way to a lower risk, the cheapest first.
    pub path: Vec<(f64, f64)>,
    /// It was shown that no single agent can be taken.
    pub minimal: bool,
    /// Why it ended early.
    pub ended: Option<Ended>,
}

/// Why a search ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
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

pub(super) struct Search<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) question: &'a Question,
    control: &'a Control,
    pub(super) goals: Vec<Goal>,
    /// Those of the goals, then those of [`QUEUE_FIGURES`] for each queue and interval.
    watches: Vec<Watch>,
    pub(super) response: Response,
    /// Days that decide.
    days: usize,
    /// By goal, how far it is missed where nothing can be added for it: not further, then.
    floors: Vec<f64>,
    minimal: bool,
    spent: u64,
    /// The best staffing so far.
    pub(super) best: Staff,
    promised: Vec<Vec<IndexMap<String, f64>>>,
    pub(super) marginal: Vec<Marginal>,
    /// Cost and share of missed days of the staffings on the way to a lower risk.
    pub(super) path: Vec<(f64, f64)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        scenario: &'a Scenario,
        question: &'a Question,
        control: &'a Control,
    ) -> Self {
        let goals = Goal::all(
            scenario,
            &question.targets,
            question.per,
            question.tolerance,
        );
        let mut watches: Vec<Watch> = goals
            .iter()
            .filter_map(|goal| goal.watch(scenario))
            .collect();
        for q in 0..scenario.queues.len() {
            for i in 0..scenario.intervals() {
                let of = |kpi| Gauge::new(Place::Queue(q), kpi);
                let gauges = QUEUE_FIGURES.into_iter().filter_map(of);
                watches.extend(gauges.map(|gauge| Watch {
                    gauge,
                    cells: i..i + 1,
                }));
            }
        }
        Self {
            scenario,
            question,
            control,
            response: Response::new(scenario, question),
            days: LEAST_DAYS,
            floors: vec![0.0; goals.len()],
            minimal: false,
            spent: 0,
            best: scenario.groups.iter().map(|g| g.staff.clone()).collect(),
            promised: Vec::new(),
            marginal: Vec::new(),
            path: Vec::new(),
            goals,
            watches,
        }
    }

    pub(super) fn run(mut self) -> Result<Found, Halt> {
        let ended = match self.search() {
            Ok(()) => None,
            Err(Stop::Ended(ended)) => Some(ended),
            Err(Stop::Halt(halt)) => return Err(halt),
        };
        Ok(Found {
            staff: self.best,
            promised: self.promised,
            marginal: self.marginal,
            path: self.path,
            goals: self.goals,
            days: self.spent,
            minimal: self.minimal,
            ended,
        })
    }

    fn search(&mut self) -> Result<(), Stop> {
        let mut plenty = self.plenty()?;
        self.lower_to_attainable(&mut plenty)?;
        let settled = self.settle(&plenty)?;
        let mut held = self.repair(settled)?;
        if let Some(risk) = self.question.risk {
            // Whom the day's mean can spare, most days may need.
            if self.share_of_missed_days(&held) <= risk {
                self.remove(&mut held)?;
            }
            held = self.lower_risk(held, risk)?;
        } else {
            self.remove(&mut held)?;
            if self.exchange(&mut held)? {
                self.remove(&mut held)?;
            }
            self.minimal = self.floors.iter().all(|floor| *floor >= 0.0);
        }
        self.promised = self.promises(&held.sample);
        if self.question.marginal {
            self.one_more(&held)?;
        }
        Ok(())
    }

    // ---- Simulation ----

    /// Simulates a staffing until there are so many days of it.
    pub(super) fn simulate(&mut self, trial: &mut Trial, days: usize) -> Result<(), Stop> {
        let days = days.min((MOST_VALUES / self.watches.len().max(1)).max(TRIAL_DAYS));
        let more = days.saturating_sub(trial.sample.days()) as u64;
        if self.spent + more > self.question.budget {
            return Err(Stop::Ended(Ended::Budget));
        }
        let scenario = with_staff(self.scenario, &trial.staff);
        let before = self.control.done.load(Ordering::Relaxed);
        trial.sample.extend(
            days,
            (&Model::new(&scenario), &self.watches),
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

    /// How far a goal is held: beyond the tolerance less the error, 0 or more is enough.
    fn room(&self, goal: usize, sample: &Sample) -> f64 {
        let estimate = sample.estimate(goal);
        if self.floors[goal] == f64::NEG_INFINITY {
            return f64::INFINITY;
        }
        if estimate.mean.is_none() && self.is_called(goal, sample) {
            // Nobody gets through, or nobody is answered.
            return f64::NEG_INFINITY;
        }
        self.room_of(goal, estimate.mean, estimate.se)
    }

    fn room_of(&self, goal: usize, figure: Option<f64>, se: Option<f64>) -> f64 {
        let slack = self.goals[goal].slack_to_aim(figure);
        slack + self.leeway(goal, se.unwrap_or(0.0)) - self.floors[goal]
    }

    /// Whether attempts reach the queue of a goal. Of a group nobody knows who it is needed by.
    fn is_called(&self, goal: usize, sample: &Sample) -> bool {
        let Place::Queue(queue) = self.goals[goal].target.place else {
            return false;
        };
        let intervals = match self.goals[goal].interval {
            Some(interval) => interval..interval + 1,
            None => 0..self.scenario.intervals(),
        };
        let mut intervals = intervals;
        intervals.any(|i| self.at(sample, queue, i).attempts > 0.0)
    }

    fn leeway(&self, goal: usize, se: f64) -> f64 {
        let tolerance = self.goals[goal].tolerance;
        tolerance - (GUARD * se).min(tolerance)
    }

    /// The goals that are missed.
    fn missed(&self, sample: &Sample) -> Vec<usize> {
        let goals = 0..self.goals.len();
        goals
            .filter(|&goal| self.room(goal, sample) < 0.0)
            .collect()
    }

    // ---- Start ----

    /// A simulation with more agents than anybody needs, as far as the bounds allow.
    fn plenty(&mut self) -> Result<Trial, Stop> {
        let mut agents = self.response.more_than_enough(self.scenario);
        loop {
            let staff = self.question.bounds.cut(&agents);
            let trial = self.simulated(staff, ROUND_DAYS)?;
            let waits = |q: usize| {
                (0..self.scenario.intervals()).any(|i| {
                    self.at(&trial.sample, q, i)
                        .level
                        .is_some_and(|level| level < 0.999)
                })
            };
            let is_busy = |goal: &usize| matches!(self.goals[*goal].target.place, Place::Group(_));
            let crowded = (0..self.scenario.queues.len()).any(waits)
                || self.missed(&trial.sample).iter().any(is_busy);
            let grown: Staff = agents
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|&n| n.saturating_mul(2).min(MOST_AGENTS as u32))
                        .collect()
                })
                .collect();
            if !crowded || grown == agents || self.question.bounds.cut(&grown) == trial.staff {
                return Ok(trial);
            }
            agents = grown;
        }
    }

    /// For a goal that is missed with more agents than anybody needs the best that is attainable is searched.
    fn lower_to_attainable(&mut self, plenty: &mut Trial) -> Result<(), Stop> {
        if !self.missed(&plenty.sample).is_empty() {
            let days = self.days_that_decide(&plenty.sample);
            self.simulate(plenty, days)?;
        }
        for goal in self.missed(&plenty.sample) {
            match plenty.sample.estimate(goal).mean {
                Some(best) => {
                    self.goals[goal].best = Some(best);
                    self.goals[goal].aim = best;
                }
                // Nothing can be done for it.
                None => self.floors[goal] = f64::NEG_INFINITY,
            }
        }
        Ok(())
    }

    // ---- Rounds ----

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

    /// What a sample shows of every queue in every interval.
    fn promises(&self, sample: &Sample) -> Vec<Vec<IndexMap<String, f64>>> {
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

    pub(super) fn observe(&mut self, trial: &Trial) {
        for q in 0..self.scenario.queues.len() {
            for i in 0..self.scenario.intervals() {
                let observed = self.at(&trial.sample, q, i);
                self.response.fit(q, i, &trial.staff, &observed);
            }
        }
    }

    fn settle(&mut self, plenty: &Trial) -> Result<Staff, Stop> {
        self.observe(plenty);
        let mut staff = self.response.start(&self.goals);
        self.best.clone_from(&staff);
        let mut seen: Vec<Staff> = Vec::new();
        for _ in 0..ROUNDS {
            let trial = self.simulated(staff, ROUND_DAYS)?;
            self.observe(&trial);
            let next = self.response.next(&trial.staff, &self.goals);
            if next == trial.staff {
                return Ok(next);
            }
            seen.push(trial.staff);
            if let Some(first) = seen.iter().position(|earlier| *earlier == next) {
                let circle = seen[first..].iter();
                return Ok(circle.fold(next, |a, b| larger(&a, b)));
            }
            self.best.clone_from(&next);
            staff = next;
        }
        Ok(staff)
    }

    // ---- Repair ----

    /// Days that tell a third of the tolerance, of the goals that are near their targets.
    fn days_that_decide(&self, sample: &Sample) -> usize {
        let n = sample.days();
        let needed = self.goals.iter().enumerate().filter_map(|(k, goal)| {
            let estimate = sample.estimate(k);
            let near =
                goal.slack(estimate.mean) < 10.0 * goal.tolerance.max(0.01 * goal.target.threshold);
            let ratio = estimate.se? / (goal.tolerance / 3.0);
            near.then_some((n as f64 * ratio * ratio).ceil())
        });
        let offered = (0..self.scenario.queues.len())
            .flat_map(|q| (0..self.scenario.intervals()).map(move |i| (q, i)))
            .map(|(q, i)| self.at(sample, q, i).offered);
        let cheap = CHEAP_ATTEMPTS / offered.sum::<f64>().max(1.0);
        let needed = needed.fold(cheap, f64::max).min(MOST_DAYS as f64) as usize;
        let affordable = (self.question.budget / 50) as usize;
        needed.clamp(LEAST_DAYS, affordable.max(LEAST_DAYS))
    }

    fn repair(&mut self, staff: Staff) -> Result<Trial, Stop> {
        let mut trial = self.simulated(staff, ROUND_DAYS)?;
        self.days = self.days_that_decide(&trial.sample);
        let mut tried: Vec<usize> = vec![0; self.goals.len()];
        loop {
            self.simulate(&mut trial, self.days)?;
            self.observe(&trial);
            self.best.clone_from(&trial.staff);
            let missed = self.missed(&trial.sample);
            if missed.is_empty() {
                return Ok(trial);
            }
            let mut staff = trial.staff.clone();
            for &goal in &missed {
                tried[goal] += 1;
                if tried[goal] <= ROUNDS {
                    self.response
                        .add(&mut staff, &self.goals[goal], tried[goal]);
                }
            }
            if staff == trial.staff {
                // Nothing helps: what is missed shall not be missed further.
                for goal in missed {
                    self.floors[goal] = self.room(goal, &trial.sample);
                }
                return Ok(trial);
            }
            trial = self.simulated(staff, ROUND_DAYS.min(self.days))?;
        }
    }

    // ---- Removal ----

    /// Takes agents one by one while all goals hold.
    fn remove(&mut self, held: &mut Trial) -> Result<(), Stop> {
        let mut spared: HashSet<(usize, usize)> = HashSet::new();
        while let Some((g, i)) = self.next_to_remove(held, &spared) {
            let mut staff = held.staff.clone();
            staff[g][i] -= 1;
            match self.holds(held, staff)? {
                Some(trial) => {
                    *held = trial;
                    self.best.clone_from(&held.staff);
                    self.observe(held);
                }
                None => {
                    spared.insert((g, i));
                }
            }
        }
        Ok(())
    }

    /// The agent who is most likely not needed and costs most.
    fn next_to_remove(
        &self,
        held: &Trial,
        spared: &HashSet<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        let cells =
            (0..held.staff.len()).flat_map(|g| (0..held.staff[g].len()).map(move |i| (g, i)));
        let open = cells.filter(|&(g, i)| {
            held.staff[g][i] > self.question.bounds.least[g][i] && !spared.contains(&(g, i))
        });
        let worth = |&(g, i): &(usize, usize)| {
            let loss = self.response.loss(&held.staff, g, i, self.question.per);
            self.response.cost[g][i].max(1e-9) / (loss + 1e-9)
        };
        open.max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)))
    }

    /// Whether all goals hold with another staffing; its simulation, if they do.
    fn holds(&mut self, held: &Trial, staff: Staff) -> Result<Option<Trial>, Stop> {
        let all = held.sample.days();
        let mut trial = Trial {
            staff,
            sample: Sample::default(),
        };
        let mut days = TRIAL_DAYS.min(all);
        loop {
            self.simulate(&mut trial, days)?;
            if trial.sample.days() >= all {
                let holds = self.missed(&trial.sample).is_empty();
                return Ok(holds.then_some(trial));
            }
            match self.foreseen(held, &trial.sample) {
                Some(false) => return Ok(None),
                // It is the staffing that further trials start from: all of its days are needed.
                Some(true) => days = all,
                None => days = (2 * days).min(all),
            }
        }
    }

    /// Whether the goals will hold on all days, judged by the first ones; none if that is not clear yet.
    fn foreseen(&self, held: &Trial, sample: &Sample) -> Option<bool> {
        let (n, all) = (sample.days(), held.sample.days());
        let left = (1.0 - n as f64 / all as f64).sqrt();
        let mut clear = true;
        for k in 0..self.goals.len() {
            let Some(change) = held.sample.change(sample, k, n) else {
                let estimate = sample.ratio(k, n).mean_y();
                if estimate == 0.0
                    && self.floors[k] > f64::NEG_INFINITY
                    && self.is_called(k, sample)
                {
                    return Some(false);
                }
                continue;
            };
            let base = held.sample.estimate(k);
            let figure = base.mean.map(|mean| mean + change.difference);
            let room = self.room_of(k, figure, base.se);
            let error = SURE * change.se * left;
            if room + error < 0.0 {
                return Some(false);
            }
            clear &= room >= error;
        }
        clear.then_some(true)
    }

    // ---- Exchange ----

    /// Replaces agents by cheaper ones of other groups; whether any were.
    fn exchange(&mut self, held: &mut Trial) -> Result<bool, Stop> {
        let mut exchanged = false;
        for i in 0..self.scenario.intervals() {
            for (dear, cheap) in self.exchangeable(i) {
                while held.staff[dear][i] > self.question.bounds.least[dear][i]
                    && held.staff[cheap][i] < self.question.bounds.most[cheap][i]
                {
                    let mut staff = held.staff.clone();
                    staff[dear][i] -= 1;
                    staff[cheap][i] += 1;
                    let Some(trial) = self.holds(held, staff)? else {
                        break;
                    };
                    *held = trial;
                    self.best.clone_from(&held.staff);
                    exchanged = true;
                }
            }
        }
        Ok(exchanged)
    }

    /// Pairs of groups that serve a common queue, the second one cheaper in an interval.
    fn exchangeable(&self, interval: usize) -> Vec<(usize, usize)> {
        let groups = &self.scenario.groups;
        let serves = |g: usize, tier: &Tier| tier.groups.contains(&groups[g].name);
        let common = |a: usize, b: usize| {
            self.scenario.queues.iter().any(|queue| {
                queue.tiers.iter().any(|tier| serves(a, tier))
                    && queue.tiers.iter().any(|tier| serves(b, tier))
            })
        };
        let cost = |g: usize| self.response.cost[g][interval];
        let pairs = (0..groups.len()).flat_map(|a| (0..groups.len()).map(move |b| (a, b)));
        pairs
            .filter(|&(a, b)| cost(b) < cost(a) && common(a, b))
            .collect()
    }
}

/// What a simulation shows of a queue in an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed {
    /// Attempts offered a day.
    pub offered: f64,
    /// Service level.
    pub level: Option<f64>,
    pub aht_s: f64,
    /// Attempts abandoned a day.
    pub abandoned: f64,
    /// Attempts that reached the queue's entry a day.
    pub attempts: f64,
}

/// The scenario with another staffing.
pub(super) fn with_staff(scenario: &Scenario, staff: &Staff) -> Scenario {
    let mut scenario = scenario.clone();
    for (group, staff) in scenario.groups.iter_mut().zip(staff) {
        group.staff.clone_from(staff);
    }
    scenario
}

/// The larger number of each interval.
fn larger(a: &Staff, b: &Staff) -> Staff {
    let row = |(a, b): (&Vec<u32>, &Vec<u32>)| a.iter().zip(b).map(|(&a, &b)| a.max(b)).collect();
    a.iter().zip(b).map(row).collect()
}
