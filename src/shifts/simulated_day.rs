//! A day of a plan: its calls, the staff that they need, and what a plan gives them when it is simulated.

use super::answer::Calls;
use super::document::{PromisedGoal, SimulatedDay};
use super::plan::Plan;
use super::simulate::{rosters, staff};
use super::task::Task;
use crate::experiment::{self, Control, Error, Replications, Settings};
use crate::kpi::{Place, Results, TargetInfo};
use crate::model::Model;
use crate::planning::{self, Goal, Judge, Judged, Question, Staffing, share_kept};
use crate::scenario::{Group, clock_text};
use std::sync::atomic::Ordering;

/// Days of a round of simulation, at least.
const ROUND_DAYS: u64 = 1000;

/// Days of a simulation for whoever has asked to stop, at most.
const HURRIED_DAYS: u64 = 200;

/// A day that is simulated.
pub(super) struct Day<'a> {
    pub day: usize,
    pub calls: &'a Calls,
    pub goals: Vec<Goal>,
    /// What is promised of each goal.
    pub promises: Vec<Promise>,
    /// Targets over the day of which the contacts are counted that keep them.
    pub counted: Vec<Goal>,
}

/// What is promised of a goal, before there are shifts.
#[derive(Debug, Clone, Default)]
pub(super) struct Promise {
    pub figure: Option<f64>,
    /// The best that any number of agents reaches, where that misses the target, and why.
    pub best: Option<f64>,
    pub reason: Option<String>,
}

/// Whether it was asked to stop. What is left to do is done all the same, in a hurry, unless nobody waits for it.
pub(super) fn is_stopped(control: &Control) -> bool {
    match control.abandoned.load(Ordering::Relaxed) {
        true => true,
        false => control.stop.swap(false, Ordering::Relaxed),
    }
}

/// The staff that a day's calls need. Who has asked to stop does not wait for the searches of the days that are left.
pub(super) fn requirement(
    calls: &Calls,
    partial: &mut bool,
    control: &Control,
) -> Result<planning::Answer, Error> {
    let hurried = Question {
        days: calls.question.days.min(HURRIED_DAYS),
        budget: 1,
        ..calls.question.clone()
    };
    let staff = |question| match &calls.recipe {
        None => planning::simulate(&calls.scenario, question, control),
        Some(recipe) => planning::by_formula(&calls.scenario, question, recipe, control),
    };
    match staff(if *partial { &hurried } else { &calls.question }) {
        // Stopped on the first day of its closing simulation.
        Err(Error::NothingDone(_)) if !*partial && is_stopped(control) => {
            *partial = true;
            staff(&hurried)
        }
        answer => answer,
    }
}

impl Day<'_> {
    /// The productive agents of a plan by group and interval, on average over the interval.
    pub fn agents(&self, task: &Task, plan: &Plan) -> Vec<Vec<f64>> {
        let scenario = &self.calls.scenario;
        let per_interval = (scenario.interval_min / task.horizon.grid_min) as usize;
        let mean = |cells: &[u32]| f64::from(cells.iter().sum::<u32>()) / cells.len() as f64;
        let staff = staff(task, plan, self.day, scenario);
        let of_group = |(cells, group): (Option<Vec<u32>>, &Group)| match cells {
            Some(cells) => cells.chunks(per_interval).map(mean).collect(),
            None => group.staff.iter().map(|&n| n.into()).collect(),
        };
        staff
            .into_iter()
            .zip(&scenario.groups)
            .map(of_group)
            .collect()
    }

    /// Contacts of the counted targets that were offered, and those that keep them.
    pub fn counted(&self, results: &Results) -> (f64, f64) {
        let of_goal = |goal: &Goal| {
            let Place::Queue(q) = goal.target.place else {
                return (0.0, 0.0);
            };
            let figure = |kpi: &str| results.queues[q].get(kpi).mean.unwrap_or(0.0);
            let offered = figure("offered");
            (offered, offered * share_kept(goal, figure(goal.target.kpi)))
        };
        let goals = self.counted.iter().map(of_goal);
        goals.fold((0.0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    }

    fn model(&self, task: &Task, plan: &Plan) -> Model {
        let scenario = &self.calls.scenario;
        Model::with_rosters(scenario, &rosters(task, plan, self.day, scenario))
    }

    fn settings(&self, days: u64, seed: u64) -> Settings {
        let question = &self.calls.question;
        Settings {
            replications: Replications::Fixed(days),
            seed,
            confidence: question.confidence,
            threads: question.threads,
        }
    }

    /// Simulates a plan on days that its judgement at last does not see; none if it was stopped on the first.
    pub fn simulate(
        &self,
        task: &Task,
        plan: &Plan,
        control: &Control,
    ) -> Result<Option<(Model, Results)>, Error> {
        let question = &self.calls.question;
        let model = self.model(task, plan);
        let days = ROUND_DAYS.max(question.days);
        let settings = self.settings(days, question.seed.wrapping_add(1));
        control.done.store(0, Ordering::Relaxed);
        match experiment::run(&model, &settings, control, &[]) {
            Ok(run) => Ok(Some((model, run.results))),
            Err(Error::NothingDone(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Simulates the plan on fresh days, as many as decide every target, and judges it; on a few, where it is to be over soon.
    /// Beside that the contacts that keep the counted targets.
    pub fn close(
        &self,
        task: &Task,
        plan: &Plan,
        hurried: bool,
        control: &Control,
    ) -> Result<(SimulatedDay, f64), Error> {
        let question = &self.calls.question;
        let model = self.model(task, plan);
        let days = match hurried {
            true => question.days.clamp(2, HURRIED_DAYS),
            false => question.days.max(2),
        };
        let settings = self.settings(days, question.seed);
        let pool = experiment::pool(&model, question.threads)?;
        control.done.store(0, Ordering::Relaxed);
        let results = experiment::in_pool(&pool, || {
            experiment::run_doubling(&model, &settings, control, |results| {
                let enough = 2 * results.run.replications > question.budget || hurried;
                let judge = self.judge(&model, results);
                !enough && self.goals.iter().any(|goal| judge.is_undecided(goal))
            })
        })?;
        let judge = self.judge(&model, &results);
        let goals = self.goals.iter().zip(&self.promises);
        let goals = goals.map(|of| self.judged(of, &judge));
        let simulated = SimulatedDay {
            day: task.horizon.day_name(self.day).to_owned(),
            scenario: self.calls.scenario.name.clone(),
            replications: results.run.replications,
            confidence: results.run.confidence,
            goals: goals.collect(),
        };
        Ok((simulated, self.counted(&results).1))
    }

    pub fn judge<'j>(&'j self, model: &'j Model, results: &'j Results) -> Judge<'j> {
        Judge {
            staffed: &model.scenario,
            figures: results,
            confidence: results.run.confidence,
            goals: &self.goals,
        }
    }

    /// What a requirement promises of each goal: the formula, where there was one; else the simulation of the requirement.
    pub fn promises(&self, staffing: &Staffing) -> Vec<Promise> {
        let scenario = &self.calls.scenario;
        let promise = |goal: &Goal| {
            let (place, start) = (goal.target.place.name(scenario), self.start(goal));
            let mut goals = staffing.goals.iter();
            let of = goals.find(|judged| {
                judged.place == place && judged.start == start && judged.kpi == goal.target.kpi
            });
            let part = match goal.target.place {
                Place::Queue(q) => Some(&scenario.queues[q].name),
                _ => None,
            };
            let mut rows = staffing.intervals.iter();
            let row =
                rows.find(|row| row.queue.as_ref() == part && Some(&row.start) == start.as_ref());
            let by_formula = row.filter(|_| self.calls.recipe.is_some() && part.is_some());
            let by_formula = by_formula.and_then(|row| row.promised.get(goal.target.kpi).copied());
            Promise {
                figure: by_formula.or_else(|| of.and_then(|judged| judged.simulated.mean)),
                best: of.and_then(|of| of.best),
                reason: of.and_then(|of| of.reason.clone()),
            }
        };
        self.goals.iter().map(promise).collect()
    }

    pub fn start(&self, goal: &Goal) -> Option<String> {
        let scenario = &self.calls.scenario;
        let minute = |i: usize| scenario.open_min + i as u32 * scenario.interval_min;
        goal.interval.map(|i| clock_text(minute(i)))
    }

    fn judged(&self, (goal, of): (&Goal, &Promise), judge: &Judge<'_>) -> PromisedGoal {
        let simulated = judge.figure(goal);
        let status = judge.status(goal, &simulated);
        PromisedGoal {
            target: match goal.target.place {
                Place::Queue(q) => Some(TargetInfo::of(&self.calls.scenario.queues[q])),
                _ => None,
            },
            promised: of.figure,
            judged: Judged {
                place: goal.target.place.name(&self.calls.scenario),
                start: self.start(goal),
                kpi: goal.target.kpi.to_owned(),
                bound: goal.target.bound,
                threshold: goal.target.threshold,
                best: of.best,
                simulated,
                status,
                reason: of.reason.clone(),
            },
        }
    }
}
