//! Plans for targets over the day, and for the best service that a number of people or a cost allows: it does not matter in
//! which interval people are, but what all of them bring.
//!
//! What they bring is told by a formula ([`OverDay`]). A plan is found, simulated, the formula fitted to that, and so on, until
//! the plans get no better.

use super::answer::{Asked, Found, PlanError, Required, of_day};
use super::document::{Objective, ServiceRow};
use super::repair::{room, sure, words};
use super::roster::Tour;
use super::simulate::{blocked, shrinkage};
use super::simulated_day::{Day, Promise, is_stopped};
use super::solve::{Bound, Effort, Planner, Shiftwork, Solved};
use super::task::{Aim, Task, productive};
use crate::experiment::Control;
use crate::kpi::{Place, Unit, unit};
use crate::model::Model;
use crate::planning::{Goal, OverDay, Per, Question};
use crate::scenario::{Group, Scenario};
use std::sync::atomic::Ordering;

/// Rounds of fitting and planning, at most.
const MOST_ROUNDS: u32 = 10;

/// Rounds without a better plan after which there will be none.
const IN_VAIN: u32 = 2;

/// What is better by less than this fraction is not better.
const BETTER: f64 = 0.001;

/// How far within the tolerance a figure is planned, as a fraction of it: what a plan gives is not known so exactly.
const WITHIN: f64 = 0.5;

/// The share of what people can bring at most beyond which more of them bring next to nothing.
const NEARLY_ALL: f64 = 0.999;

/// Less than this is asked of nobody.
const NOTHING: f64 = 1e-9;

/// Most people of an aim in a cell.
const MOST_PEOPLE: u32 = 100_000;

/// A day, and how its targets answer to agents.
struct OfDay {
    answers: OverDay,
    goals: Vec<GoalOverDay>,
}

/// A target over the day.
struct GoalOverDay {
    goal: Goal,
    /// The figure that is planned.
    figure: f64,
    /// How much more the formula sees than the simulation.
    bias: f64,
}

/// A plan that was simulated.
struct Trial {
    solved: Solved,
    bound: Bound,
    aims: Vec<Aim>,
    /// By day, of each goal of the day.
    promises: Vec<Vec<Promise>>,
    service: Option<ServiceRow>,
    /// How bad it is: first by how far targets are missed; then by what it costs, or the contacts that are not served in time.
    badness: (f64, f64),
}

/// Plans, simulates and fits in turn.
///
/// # Errors
/// A scenario cannot be simulated, or the rules allow too much.
pub(super) fn served<'a>(asked: &'a Asked, control: &Control) -> Result<Found<'a>, PlanError> {
    let best_service = asked.objective() == Objective::Service;
    let mut task = asked.task();
    // Prices of who is missing or spare belong to a requirement.
    task.rules.short_cost = None;
    task.rules.spare_cost = 0.0;
    task.best_service = best_service;
    task.most_cost = asked.most_cost;
    let most = [task.rules.most_people, asked.most_people].into_iter();
    task.rules.most_people = most.flatten().min();
    let mut warnings = Vec::new();
    let (mut days, mut of_days): (Vec<Day<'a>>, Vec<OfDay>) = (Vec::new(), Vec::new());
    for (day, (_, required)) in asked.days.iter().enumerate() {
        let Required::Calls(calls) = required else {
            continue;
        };
        let scenario = &calls.scenario;
        let answers = OverDay::new(&Model::new(scenario));
        task.need_helpers(day, scenario, &answers);
        let goals = goals(scenario, &calls.question, best_service);
        if goals.is_empty() {
            warnings.push(of_day(&task, day, "no target asks for anybody"));
        }
        days.push(Day {
            day,
            calls,
            goals: Goal::all(scenario, &calls.question),
            promises: Vec::new(),
            counted: goals.iter().map(|of| of.goal.clone()).collect(),
        });
        of_days.push(OfDay { answers, goals });
    }
    task.need_blocks();

    let mut tours: Vec<Tour> = Vec::new();
    let mut best: Option<Trial> = None;
    let mut in_vain = 0;
    let mut partial = false;
    let rounds = asked.rounds.min(MOST_ROUNDS);
    for round in 1..=rounds.max(1) {
        task.aims = aims(&task, &days, &of_days, &mut warnings);
        // The first plan shows where the formula is off; all that can be tried is tried where little no longer helps.
        let dives = match (round, in_vain) {
            _ if rounds <= 1 => asked.effort.dives,
            // Dives of a week are long.
            _ if task.horizon.is_week() => asked.effort.dives.div_ceil(4),
            (1, _) => asked.effort.dives.min(1),
            (_, 0) => asked.effort.dives.div_ceil(4),
            _ => asked.effort.dives,
        };
        let effort = Effort {
            dives,
            ..asked.effort
        };
        let work = Shiftwork::new(&task).map_err(PlanError::TooLarge)?;
        let mut planner = Planner::from_plan(&work, &effort, std::mem::take(&mut tours));
        let bound = planner.solve(&control.stop).map_err(PlanError::TooLarge)?;
        let solved = planner.solved();
        let mut trial = Trial {
            service: best_service.then(|| {
                let found = (&solved, &bound);
                service(asked, &work, &of_days, &task.aims, found)
            }),
            promises: promises(&days, &of_days, &solved),
            badness: (f64::INFINITY, solved.objective),
            bound,
            aims: task.aims.clone(),
            solved,
        };
        tours = planner.into_tours();
        partial |= is_stopped(control);
        let is_last = partial || !trial.solved.complete || rounds == 0;
        let simulated = !is_last && simulate(&task, &days, &mut of_days, &mut trial, control)?;
        let is_better;
        (best, is_better) = better(best, trial);
        in_vain = if is_better { 0 } else { in_vain + 1 };
        let holds = |best: &Trial| best_service || best.badness.0 == 0.0;
        let settled = in_vain >= IN_VAIN && best.as_ref().is_some_and(holds);
        if !simulated || settled || control.stop.load(Ordering::Relaxed) {
            break;
        }
    }
    if best
        .as_ref()
        .is_some_and(|best| best.solved.plan.people.is_empty())
    {
        warnings.push(
            "nobody is planned: so few people, or people of so little money, bring nothing by the formula; shrinkage takes \
             people away, rounded up"
                .to_owned(),
        );
    }
    let best = best.ok_or_else(|| PlanError::TooLarge("nothing was planned".to_owned()))?;
    task.aims = best.aims;
    for (day, promises) in days.iter_mut().zip(best.promises) {
        day.promises = promises;
    }
    Ok(Found {
        need: task.need.clone(),
        first: best.solved.clone(),
        last: best.solved,
        bound: best.bound,
        repairs: Vec::new(),
        service: best.service,
        days,
        warnings,
        partial,
        task,
    })
}

/// The better of two plans, and whether it is the other.
fn better(best: Option<Trial>, other: Trial) -> (Option<Trial>, bool) {
    let is_better = best.as_ref().is_none_or(|best| {
        let (missed, value) = best.badness;
        other.badness.0 < missed
            || (other.badness.0 == missed && other.badness.1 < value * (1.0 - BETTER))
    });
    // Of the same plan the formula knows more now.
    let same = |best: &Trial| best.badness == other.badness;
    match is_better || best.as_ref().is_some_and(same) {
        true => (Some(other), is_better),
        false => (best, false),
    }
}

/// The targets over the day that people bring about. The best service is that of the service levels, or, where none is asked
/// for, of what else is asked of the queues.
fn goals(scenario: &Scenario, question: &Question, best_service: bool) -> Vec<GoalOverDay> {
    let question = Question {
        per: Per::Day,
        ..question.clone()
    };
    let mut goals = Goal::all(scenario, &question);
    if best_service {
        let is_level = |goal: &Goal| goal.target.kpi == "service_level";
        let any = goals.iter().any(is_level);
        goals.retain(|goal| match any {
            true => is_level(goal),
            false => matches!(goal.target.place, Place::Queue(_)),
        });
    }
    let over_day = |goal: Goal| GoalOverDay {
        figure: planned(&goal, None),
        bias: 0.0,
        goal,
    };
    goals.into_iter().map(over_day).collect()
}

/// The figure that is planned, so that it is surely within tolerance.
fn planned(goal: &Goal, se: Option<f64>) -> f64 {
    let within = goal.tolerance - sure(goal, se.unwrap_or(0.0));
    goal.target.threshold - goal.improvement((1.0 - WITHIN) * within)
}

impl Task {
    /// Groups who take no queue's calls first bring nothing by the formula: they have the scenario's agents.
    fn need_helpers(&mut self, day: usize, scenario: &Scenario, answers: &OverDay) {
        let mut staffed = scenario.clone();
        for (g, group) in staffed.groups.iter_mut().enumerate() {
            if answers.takes_first(g) {
                group.staff.fill(0);
            }
        }
        self.need_staff(day, scenario, &staffed);
    }
}

/// What is asked of people, by the formula as it is fitted now.
fn aims(task: &Task, days: &[Day<'_>], of_days: &[OfDay], warnings: &mut Vec<String>) -> Vec<Aim> {
    let mut aims = Vec::new();
    for (day, of_day) in days.iter().zip(of_days) {
        for of in &of_day.goals {
            let mut aim = aim(task, day, &of_day.answers, &of.goal);
            if task.best_service {
                aim.wanted = of_day.answers.wanted(&of.goal, of.goal.target.threshold) + of.bias;
            } else {
                let wanted = of_day.answers.wanted(&of.goal, of.figure) + of.bias;
                let most = NEARLY_ALL * aim.most();
                if wanted > most {
                    let text = format!("{}: more than any number of people brings about", aim.name);
                    if !warnings.contains(&text) {
                        warnings.push(text);
                    }
                }
                aim.wanted = wanted.min(most);
            }
            aims.push(aim);
        }
    }
    aims
}

/// What people bring to a goal in the cells of its day.
fn aim(task: &Task, day: &Day<'_>, answers: &OverDay, goal: &Goal) -> Aim {
    let scenario = &day.calls.scenario;
    let groups: Vec<(&Group, usize)> = answers
        .groups(goal)
        .into_iter()
        .filter_map(|g| Some((&scenario.groups[g], task.crew(&scenario.groups[g].name)?)))
        .collect();
    let by_interval = answers.worth(goal);
    let grid = task.horizon.grid_min;
    let share = f64::from(grid) / f64::from(scenario.interval_min);
    let mut worth: Vec<Vec<f64>> = vec![Vec::new(); task.horizon.cells()];
    for minute in (scenario.open_min..scenario.close_min).step_by(grid as usize) {
        let interval = (minute - scenario.open_min) / scenario.interval_min;
        let of_interval = &by_interval[interval as usize];
        let (Some(cell), Some(last)) = (
            task.horizon.cell(day.day, minute),
            of_interval.len().checked_sub(1),
        ) else {
            continue;
        };
        let at = (minute / grid) as usize;
        // Which of them are of which group is not known; whoever is away is missing to all.
        let away = groups.iter();
        let away: u32 = away
            .map(|(group, _)| blocked(task, group, day.day, at))
            .sum();
        let of_group = |(group, _): &(&Group, usize), people: u32| {
            let share = shrinkage(task, group, scenario, at);
            f64::from(productive(people.saturating_sub(away), share))
        };
        let of = &mut worth[cell];
        for people in 0..MOST_PEOPLE {
            let all: f64 = groups.iter().map(|group| of_group(group, people)).sum();
            let agents = all / groups.len().max(1) as f64;
            let (below, rest) = (agents as usize, agents.fract());
            let value = |n: usize| of_interval[n.min(last)];
            of.push(share * (value(below) + rest * (value(below + 1) - value(below))));
            if below >= last || groups.is_empty() {
                break;
            }
        }
    }
    Aim {
        name: name(scenario, goal),
        day: day.day,
        crews: groups.into_iter().map(|(_, crew)| crew).collect(),
        worth,
        wanted: 0.0,
    }
}

/// `service level of the queue "sales" of at least 80 % over the day`
fn name(scenario: &Scenario, goal: &Goal) -> String {
    let (kpi, what, name, bound) = words(scenario, goal);
    let threshold = match unit(goal.target.kpi) {
        Some(Unit::Fraction) => format!("{} %", 100.0 * goal.target.threshold),
        _ => format!("{} s", goal.target.threshold),
    };
    format!("{kpi} of the {what} \"{name}\" of {bound} {threshold} over the day")
}

/// What the formula promises of each goal of each day.
fn promises(days: &[Day<'_>], of_days: &[OfDay], solved: &Solved) -> Vec<Vec<Promise>> {
    let mut brought = solved.brought.iter();
    let mut promises = Vec::new();
    for (day, of_day) in days.iter().zip(of_days) {
        let known: Vec<(&Goal, Option<f64>)> = of_day
            .goals
            .iter()
            .zip(brought.by_ref())
            .map(|(of, brought)| {
                let figure = of_day.answers.figure(&of.goal, brought - of.bias);
                (&of.goal, figure)
            })
            .collect();
        let promise = |goal: &Goal| {
            let same = |(of, _): &&(&Goal, Option<f64>)| {
                goal.interval.is_none() && of.target == goal.target
            };
            Promise {
                figure: known.iter().find(same).and_then(|(_, figure)| *figure),
                ..Promise::default()
            }
        };
        promises.push(day.goals.iter().map(promise).collect());
    }
    promises
}

/// How good the service is by the formula, and at best.
fn service(
    asked: &Asked,
    work: &Shiftwork<'_>,
    of_days: &[OfDay],
    aims: &[Aim],
    (solved, bound): (&Solved, &Bound),
) -> ServiceRow {
    let of_day = |of: &OfDay| -> f64 {
        let goals = of.goals.iter();
        goals.map(|goal| of.answers.offered(&goal.goal)).sum()
    };
    let reached = aims.iter().zip(&solved.brought);
    // Where nobody calls nothing is wanted.
    let asked_for = reached.clone().filter(|(aim, _)| aim.wanted > NOTHING);
    let shares = asked_for.map(|(aim, brought)| brought / aim.wanted);
    let share = shares.fold(1.0, f64::min);
    let best = bound.objective.map(|bound| work.best_service(bound, share));
    // Of what is brought that is no service by which the formula sees more than the simulation.
    let biases = || {
        let goals = of_days.iter().flat_map(|of| &of.goals);
        goals.map(|goal| goal.bias)
    };
    let bias: f64 = biases().sum();
    let unbiased = |(brought, aim, bias): (f64, &Aim, f64)| {
        let wanted = aim.wanted - bias;
        match wanted > NOTHING {
            true => ((brought - bias) / wanted).clamp(0.0, 1.0),
            false => 1.0,
        }
    };
    let found = reached.zip(biases());
    let found = found.map(|((aim, brought), bias)| unbiased((*brought, aim, bias)));
    // Whatever the plan, some aim is at this share of what is wanted with the bias, or below.
    let most = |share: f64| {
        let all = aims.iter().zip(biases());
        let all = all.map(|(aim, bias)| unbiased((share * aim.wanted, aim, bias)));
        match share < 1.0 {
            true => all.fold(0.0, f64::max),
            false => 1.0,
        }
    };
    ServiceRow {
        most_people: asked.most_people,
        most_cost: asked.most_cost,
        // Of nobody it may be -0.
        offered: of_days.iter().map(of_day).sum::<f64>() + 0.0,
        kept: solved.brought.iter().sum::<f64>() - bias + 0.0,
        // The bound is of plans that reach every target; one that lacks some of it may serve more.
        at_most: best
            .and_then(|(_, kept)| kept)
            .filter(|_| share >= 1.0)
            .map(|kept| kept - bias),
        share: found.fold(1.0, f64::min),
        share_at_most: best.map(|(share, _)| most(share)),
        simulated: 0.0,
    }
}

/// Simulates a plan, says how bad it is, and fits the formula to it. False if that was stopped.
fn simulate(
    task: &Task,
    days: &[Day<'_>],
    of_days: &mut [OfDay],
    trial: &mut Trial,
    control: &Control,
) -> Result<bool, PlanError> {
    let cover = trial.solved.plan.cover(task);
    let (mut missed, mut lost, mut worst) = (0.0f64, 0.0, 0.0f64);
    for (day, of_day) in days.iter().zip(of_days) {
        let Some((model, results)) = day.simulate(task, &trial.solved.plan, control)? else {
            return Ok(false);
        };
        let agents = day.agents(task, &trial.solved.plan);
        of_day
            .answers
            .fit(&results, &|g, interval| agents[g][interval]);
        let judge = day.judge(&model, &results);
        for of in &mut of_day.goals {
            let figure = judge.figure(&of.goal);
            let Some(mean) = figure.mean else { continue };
            of.figure = planned(&of.goal, figure.se);
            let aim = aim(task, day, &of_day.answers, &of.goal);
            let brought: f64 = (0..aim.worth.len())
                .map(|cell| {
                    let people: u32 = aim.crews.iter().map(|&crew| cover[crew][cell]).sum();
                    aim.of(cell, people)
                })
                .sum();
            of.bias = brought - of_day.answers.wanted(&of.goal, mean);
            if let Some(room) = room(&of.goal, &figure) {
                missed += (-room).max(0.0) / of.goal.tolerance.max(1e-9);
            }
            let wanted = of_day.answers.wanted(&of.goal, of.goal.target.threshold);
            let reached = of_day.answers.wanted(&of.goal, mean) / wanted.max(1e-9);
            worst = worst.max(1.0 - reached);
        }
        let (offered, kept) = day.counted(&results);
        lost += offered - kept;
    }
    trial.badness = match task.best_service {
        true => (worst, lost),
        false => (missed, trial.solved.objective),
    };
    Ok(true)
}
