//! From a scenario and rules to a plan that holds the targets: the requirement, the cover problem, the simulation and its
//! repairs.

use super::document::{
    CoverRow, PromisedGoal, PublishedRow, Repair, SCHEMA, ShiftStatus, Shifts, SimulatedDay, cover,
    people,
};
use super::plan::Plan;
use super::simulate::{rosters, shrinkage};
use super::solve::{Effort, Planner, Shiftwork, gap};
use super::task::{Crew, Horizon, PublishedShift, Task, scheduled};
use crate::experiment::{self, Control, Error, Replications, Settings};
use crate::kpi::{Bound, Place, Results, TargetInfo, Unit, unit};
use crate::model::Model;
use crate::planning::{self, Goal, Judge, Judged, Question, Recipe, Staffing, Status};
use crate::scenario::{DAY_MIN, Scenario, ShiftRules, clock_text};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// What people are needed for on a day.
#[derive(Debug, Clone)]
pub enum Required {
    /// Nothing: it is closed.
    Closed,
    /// Calls: the targets of a scenario shall hold.
    Calls(Box<Calls>),
    /// Agents by the groups of the plan and the cells of a day.
    Agents(Vec<Vec<u32>>),
}

/// A day's calls and what is asked.
#[derive(Debug, Clone)]
pub struct Calls {
    /// The scenario.
    pub scenario: Scenario,
    /// What is asked; targets of trunk groups, which staff does not change, are left out.
    pub question: Question,
    /// How the requirement is found: by formula; none is by simulation.
    pub recipe: Option<Recipe>,
}

/// What is asked of a plan.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name of the plan.
    pub name: String,
    /// The rules.
    pub rules: ShiftRules,
    /// The groups.
    pub crews: Vec<Crew>,
    /// One day, or the seven of a week from Monday: the weekday, where it is known, and what is needed.
    pub days: Vec<(Option<usize>, Required)>,
    /// Shifts of a published plan, of which as much is kept as pays.
    pub published: Vec<PublishedShift>,
    /// How much is tried.
    pub effort: Effort,
    /// Rounds of simulation and repair, at most.
    pub rounds: u32,
}

/// A plan and its document.
#[derive(Debug)]
pub struct Answer {
    /// The document.
    pub shifts: Shifts,
    /// What was to be covered.
    pub task: Task,
    /// The plan.
    pub plan: Plan,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A scenario cannot be simulated.
    #[error(transparent)]
    Experiment(#[from] Error),
    /// The rules allow too much.
    #[error("{0}")]
    TooLarge(String),
}

/// Days of a round of simulation, and rounds of it, at most.
const ROUND_DAYS: u64 = 1000;

/// Days of a simulation for whoever has asked to stop, at most.
const HURRIED_DAYS: u64 = 200;

/// Standard errors by which a figure must be within tolerance, so that it is so on other days too: 95 % one-sided.
const GUARD: f64 = 1.645;

/// What a more is tried per point that a share lies below its target, as a fraction of the people there: in the middle of
/// the range, a hundredth of the people changes a service level by some four points.
const PEOPLE_PER_POINT: f64 = 0.25;

/// A day that is simulated.
struct Day<'a> {
    day: usize,
    calls: &'a Calls,
    staffing: Staffing,
    /// The scenario with the staff required.
    staffed: Scenario,
    goals: Vec<Goal>,
}

/// Plans shifts. Who asks to stop is answered with the best plan so far, simulated on few days.
///
/// # Errors
/// A scenario cannot be simulated, or the rules allow too much.
pub fn plan(asked: &Asked, control: &Control) -> Result<Answer, PlanError> {
    let horizon = Horizon {
        grid_min: asked.rules.grid_min,
        days: asked.days.iter().map(|(weekday, _)| *weekday).collect(),
        cyclic: asked.rules.cyclic,
    };
    let mut task = Task {
        rules: asked.rules.clone(),
        crews: asked.crews.clone(),
        need: vec![vec![0; horizon.cells()]; asked.crews.len()],
        published: asked.published.clone(),
        horizon,
    };
    let mut warnings = Vec::new();
    let mut days: Vec<Day<'_>> = Vec::new();
    let mut partial = false;
    for (day, (_, required)) in asked.days.iter().enumerate() {
        match required {
            Required::Closed => {}
            Required::Agents(agents) => task.need_agents(day, agents),
            Required::Calls(calls) => {
                // Days alike need the same staff.
                let alike = days.iter().find(|of| of.calls.scenario == calls.scenario);
                let (staffing, staffed) = match alike {
                    Some(of) => (of.staffing.clone(), of.staffed.clone()),
                    None => {
                        let answer = requirement(calls, &mut partial, control)?;
                        for warning in &answer.staffing.warnings {
                            warnings.push(of_day(&task, day, warning));
                        }
                        (answer.staffing, answer.scenario)
                    }
                };
                partial |= staffing.partial | is_stopped(control);
                task.need_staff(day, &calls.scenario, &staffed);
                days.push(Day {
                    day,
                    calls,
                    goals: Goal::all(&calls.scenario, &calls.question),
                    staffing,
                    staffed,
                });
            }
        }
    }
    task.need_blocks();

    let work = Shiftwork::new(&task).map_err(PlanError::TooLarge)?;
    let effort = match partial {
        // Nobody waits for more than a plan.
        true => Effort {
            dives: 0,
            trials: 0,
            nodes: 0,
            ..asked.effort
        },
        false => asked.effort.clone(),
    };
    let mut planner = Planner::new(&work, &effort);
    let bound = planner.solve(&control.stop).map_err(PlanError::TooLarge)?;
    let first = planner.solved();
    let mut last = first.clone();

    let mut need = task.need.clone();
    let mut repairs = Vec::new();
    let rounds = if first.complete && !partial {
        asked.rounds
    } else {
        0
    };
    for round in 1..=rounds {
        let mut more = need.clone();
        let asked_for = repair(&task, &days, &last.plan, &mut more, round, control)?;
        if asked_for.is_empty() || control.stop.load(Ordering::Relaxed) {
            break;
        }
        planner.solve_again(&more, &control.stop);
        let again = planner.solved();
        // Half of a repair is worse than none.
        if control.stop.load(Ordering::Relaxed) && !again.complete {
            break;
        }
        (last, need) = (again, more);
        repairs.extend(asked_for);
    }
    partial |= is_stopped(control);
    let plan = &last.plan;
    let mut simulated = Vec::new();
    for day in &days {
        let closed = match day.close(&task, plan, partial, control) {
            // Stopped on its first day: a few are simulated all the same.
            Err(Error::NothingDone(_)) if !partial && is_stopped(control) => {
                partial = true;
                day.close(&task, plan, partial, control)
            }
            closed => closed,
        };
        simulated.push(closed?);
        partial |= is_stopped(control);
    }

    let explanation = match bound.infeasible && !partial {
        true => Some(
            work.explanation(&control.stop)
                .map_err(PlanError::TooLarge)?,
        ),
        false => None,
    };
    let complete = last.complete;
    let rows = cover(&task, &need, plan);
    let status = match &explanation {
        Some(why) if why.of_rules_alone => ShiftStatus::Infeasible,
        _ => status(&rows, &simulated, complete),
    };
    warnings.extend(bound.warning());
    warnings.extend(remarks(&task, plan));
    if explanation.as_ref().is_some_and(|why| !why.irreducible) {
        warnings.push("not all of the rules named may be needed for the contradiction: the search for the fewest was long".to_owned());
    }
    let must_cover = task.rules.short_cost.is_none();
    if !complete && must_cover && explanation.is_none() && !partial {
        warnings.push("no plan was found that covers everything; there may be one".to_owned());
    }
    let shifts = Shifts {
        schema: SCHEMA.to_owned(),
        name: asked.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        status,
        partial,
        repeatable: true,
        grid_min: task.horizon.grid_min,
        unit: if task.is_priced() {
            "money"
        } else {
            "paid_hours"
        }
        .to_owned(),
        cost: plan.cost(&task),
        cover_cost: first.plan.cost(&task),
        // The solver's zero may be -0.
        bound: bound.objective.map(|bound| bound + 0.0),
        gap: bound.objective.map(|bound| gap(first.objective, bound)),
        nodes: bound.nodes,
        published: (!task.published.is_empty()).then(|| {
            let shifts = task.published.iter().map(|of| u64::from(of.people)).sum();
            PublishedRow {
                shifts,
                kept: shifts - last.changes,
            }
        }),
        people: people(&task, plan),
        cover: rows,
        repairs,
        simulated,
        explanation: explanation.map_or(Vec::new(), |why| why.reasons),
        warnings,
    };
    Ok(Answer {
        shifts,
        task,
        plan: last.plan,
    })
}

/// Whether it was asked to stop. What is left to do is done all the same, in a hurry, unless nobody waits for it.
fn is_stopped(control: &Control) -> bool {
    match control.abandoned.load(Ordering::Relaxed) {
        true => true,
        false => control.stop.swap(false, Ordering::Relaxed),
    }
}

/// The staff that a day's calls need. Who has asked to stop does not wait for the searches of the days that are left.
fn requirement(
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

impl Task {
    /// Agents of the groups in the cells of a day, as they are scheduled.
    fn need_agents(&mut self, day: usize, agents: &[Vec<u32>]) {
        let per_day = self.horizon.cells_per_day();
        let shrinkage = self.rules.shrinkage.unwrap_or(0.0);
        for (need, agents) in self.need.iter_mut().zip(agents) {
            for (need, agents) in need[day * per_day..].iter_mut().zip(agents) {
                *need = scheduled(*agents, shrinkage);
            }
        }
    }

    /// The staff of a day's scenario, with what shrinkage takes away on top.
    fn need_staff(&mut self, day: usize, scenario: &Scenario, staffed: &Scenario) {
        let grid = self.horizon.grid_min;
        for group in &staffed.groups {
            let Some(crew) = self.crew(&group.name) else {
                continue;
            };
            for minute in (scenario.open_min..scenario.close_min).step_by(grid as usize) {
                let interval = (minute - scenario.open_min) / scenario.interval_min;
                let share = shrinkage(self, group, scenario, (minute / grid) as usize);
                if let Some(cell) = self.horizon.cell(day, minute) {
                    self.need[crew][cell] = scheduled(group.staff[interval as usize], share);
                }
            }
        }
    }

    /// Whom blocks take away is needed on top.
    fn need_blocks(&mut self) {
        for block in &self.rules.blocks {
            let Some(crew) = self.crew(&block.group) else {
                continue;
            };
            for cell in 0..self.horizon.cells() {
                let (day, minute) = self.horizon.start(cell);
                if block.is_at(self.horizon.days[day], minute) {
                    self.need[crew][cell] += block.people;
                }
            }
        }
    }
}

impl Day<'_> {
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

    /// Simulates the plan on fresh days, as many as decide every target, and judges it; on a few, where it is to be over soon.
    fn close(
        &self,
        task: &Task,
        plan: &Plan,
        hurried: bool,
        control: &Control,
    ) -> Result<SimulatedDay, Error> {
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
        let goals = self.goals.iter().map(|goal| self.judged(goal, &judge));
        Ok(SimulatedDay {
            day: task.horizon.day_name(self.day).to_owned(),
            scenario: self.calls.scenario.name.clone(),
            replications: results.run.replications,
            confidence: results.run.confidence,
            goals: goals.collect(),
        })
    }

    fn judge<'j>(&'j self, model: &'j Model, results: &'j Results) -> Judge<'j> {
        Judge {
            staffed: &model.scenario,
            results,
            goals: &self.goals,
        }
    }

    /// What the requirement promised of a goal.
    fn of_requirement(&self, goal: &Goal) -> Option<&Judged> {
        let scenario = &self.calls.scenario;
        let (place, start) = (goal.target.place.name(scenario), self.start(goal));
        let goals = self.staffing.goals.iter();
        let mut same = goals.filter(|judged| {
            judged.place == place && judged.start == start && judged.kpi == goal.target.kpi
        });
        same.next()
    }

    fn start(&self, goal: &Goal) -> Option<String> {
        let scenario = &self.calls.scenario;
        let minute = |i: usize| scenario.open_min + i as u32 * scenario.interval_min;
        goal.interval.map(|i| clock_text(minute(i)))
    }

    /// What the formula promised, where there was one; else what the simulation of the requirement gave.
    fn promised(&self, goal: &Goal, of: Option<&Judged>) -> Option<f64> {
        let start = self.start(goal);
        let part = match goal.target.place {
            Place::Queue(q) => Some(&self.calls.scenario.queues[q].name),
            _ => None,
        };
        let mut rows = self.staffing.intervals.iter();
        let row = rows.find(|row| row.queue.as_ref() == part && Some(&row.start) == start.as_ref());
        let by_formula = row.filter(|_| self.calls.recipe.is_some() && part.is_some());
        let by_formula = by_formula.and_then(|row| row.promised.get(goal.target.kpi).copied());
        by_formula.or_else(|| of.and_then(|judged| judged.simulated.mean))
    }

    fn judged(&self, goal: &Goal, judge: &Judge<'_>) -> PromisedGoal {
        let of = self.of_requirement(goal);
        let simulated = judge.figure(goal);
        let status = judge.status(goal, &simulated);
        PromisedGoal {
            target: match goal.target.place {
                Place::Queue(q) => Some(TargetInfo::of(&self.calls.scenario.queues[q])),
                _ => None,
            },
            promised: self.promised(goal, of),
            judged: Judged {
                place: goal.target.place.name(&self.calls.scenario),
                start: self.start(goal),
                kpi: goal.target.kpi.to_owned(),
                bound: goal.target.bound,
                threshold: goal.target.threshold,
                best: of.and_then(|of| of.best),
                simulated,
                status,
                reason: of.and_then(|of| of.reason.clone()),
            },
        }
    }
}

/// Simulates a plan, on days that its judgement at last does not see, and asks for more people where a target is not surely
/// within tolerance: one more than are there at the least, or more, where much is missing (a simple rule in the place of the
/// cuts of Atlason, Epelman and Henderson 2004).
fn repair(
    task: &Task,
    days: &[Day<'_>],
    plan: &Plan,
    need: &mut [Vec<u32>],
    round: u32,
    control: &Control,
) -> Result<Vec<Repair>, Error> {
    let mut repairs = Vec::new();
    let cover = plan.cover(task);
    for of in days {
        let question = &of.calls.question;
        let model = of.model(task, plan);
        let settings = of.settings(ROUND_DAYS.max(question.days), question.seed.wrapping_add(1));
        control.done.store(0, Ordering::Relaxed);
        let results = match experiment::run(&model, &settings, control, &[]) {
            Ok(run) => run.results,
            Err(Error::NothingDone(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let judge = of.judge(&model, &results);
        // By group and interval, how many more and why.
        let mut more: BTreeMap<(usize, usize), (f64, String)> = BTreeMap::new();
        for goal in &of.goals {
            if of
                .of_requirement(goal)
                .is_some_and(|judged| judged.best.is_some())
            {
                continue;
            }
            let figure = judge.figure(goal);
            let (Some(mean), Some(se)) = (figure.mean, figure.se) else {
                continue;
            };
            let room = goal.slack(Some(mean)) + goal.tolerance - (GUARD * se).min(goal.tolerance);
            if room >= 0.0 {
                continue;
            }
            let Some(crew) = helper(task, &of.calls.scenario, goal.target.place) else {
                continue;
            };
            let share = match unit(goal.target.kpi) {
                Some(Unit::Fraction) => PEOPLE_PER_POINT * -goal.slack(Some(mean)),
                _ => 0.0,
            };
            let why = missed(&of.calls.scenario, goal, mean);
            for interval in worst_intervals(of, goal, &results) {
                let entry = more.entry((crew, interval)).or_insert((0.0, why.clone()));
                entry.0 = entry.0.max(share);
            }
        }
        let scenario = &of.calls.scenario;
        let grid = task.horizon.grid_min;
        for ((crew, interval), (share, why)) in more {
            let from_min = scenario.open_min + interval as u32 * scenario.interval_min;
            let minutes = (from_min..from_min + scenario.interval_min).step_by(grid as usize);
            let cells: Vec<usize> = minutes
                .filter_map(|m| task.horizon.cell(of.day, m))
                .collect();
            let Some(least) = cells.iter().map(|&cell| cover[crew][cell]).min() else {
                continue;
            };
            let to = least + ((share * f64::from(least)) as u32).max(1);
            let before = cells
                .iter()
                .map(|&cell| need[crew][cell])
                .min()
                .unwrap_or(0);
            for &cell in &cells {
                need[crew][cell] = need[crew][cell].max(to);
            }
            repairs.push(Repair {
                round,
                day: task.horizon.day_name(of.day).to_owned(),
                start: clock_text(from_min),
                group: task.crews[crew].name.clone(),
                from: before,
                to,
                why,
            });
        }
    }
    Ok(repairs)
}

/// Which target was missed, and by what.
fn missed(scenario: &Scenario, goal: &Goal, figure: f64) -> String {
    let target = &goal.target;
    let name = match target.place {
        Place::Queue(q) => &scenario.queues[q].name,
        Place::Group(g) => &scenario.groups[g].name,
        Place::Trunk(t) => &scenario.trunks[t].name,
    };
    let shown = |value: f64| match unit(target.kpi) {
        Some(Unit::Fraction) => format!("{:.1} %", 100.0 * value),
        _ => format!("{value:.1} s"),
    };
    let kpi = target.kpi.trim_end_matches("_s").replace('_', " ");
    let wanted = match target.bound {
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
    };
    format!(
        "{name}: {kpi} {}, wanted {wanted} {}",
        shown(figure),
        shown(target.threshold)
    )
}

/// Intervals in which more people help a goal most: its own; of a day those where most calls miss it.
fn worst_intervals(of: &Day<'_>, goal: &Goal, results: &Results) -> Vec<usize> {
    const AT_ONCE: usize = 3;
    if let Some(interval) = goal.interval {
        return vec![interval];
    }
    let part = match goal.target.place {
        Place::Queue(q) => &results.queues[q],
        Place::Group(g) => &results.groups[g],
        Place::Trunk(_) => return Vec::new(),
    };
    let weight = if matches!(goal.target.place, Place::Queue(_)) {
        "offered"
    } else {
        "busy_h"
    };
    let missed = |i: usize| {
        let interval = &part.intervals.as_ref()?[i];
        let slack = goal.slack(interval.get(goal.target.kpi).mean);
        let n = interval.get(weight).mean?;
        (slack < 0.0).then_some(-slack * n)
    };
    let intervals = 0..of.calls.scenario.intervals();
    let mut worst: Vec<(f64, usize)> = intervals.filter_map(|i| Some((missed(i)?, i))).collect();
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    worst.truncate(AT_ONCE);
    worst.into_iter().map(|(_, i)| i).collect()
}

/// The group of which more people are asked for a target: the cheapest of those that serve its queue first.
fn helper(task: &Task, scenario: &Scenario, place: Place) -> Option<usize> {
    let names: Vec<&String> = match place {
        Place::Group(g) => vec![&scenario.groups[g].name],
        Place::Queue(q) => scenario.queues[q].tiers.first()?.groups.iter().collect(),
        Place::Trunk(_) => return None,
    };
    let crews = names.into_iter().filter_map(|name| task.crew(name));
    let price = |crew: &usize| task.crews[*crew].cost_per_hour.unwrap_or(0.0);
    crews.min_by(|a, b| price(a).total_cmp(&price(b)))
}

fn status(cover: &[CoverRow], simulated: &[SimulatedDay], complete: bool) -> ShiftStatus {
    let short = cover.iter().any(|row| row.covered < row.repaired);
    if !complete || short {
        return ShiftStatus::Uncovered;
    }
    let goals = simulated.iter().flat_map(|day| &day.goals);
    match goals.map(|goal| goal.judged.status).max() {
        Some(Status::Missed) => ShiftStatus::Missed,
        Some(Status::Borderline) => ShiftStatus::Borderline,
        Some(Status::Met) | None => ShiftStatus::Held,
    }
}

fn of_day(task: &Task, day: usize, text: &str) -> String {
    match task.horizon.is_week() {
        true => format!("{}: {text}", task.horizon.day_name(day)),
        false => text.to_owned(),
    }
}

/// What a reader should know of the days.
fn remarks(task: &Task, plan: &Plan) -> Vec<String> {
    let mut remarks = Vec::new();
    let horizon = &task.horizon;
    let last = horizon.days.len() - 1;
    let duties = || plan.people.iter().flat_map(|person| &person.duties);
    let over = duties().any(|duty| duty.day == last && duty.end_min() > DAY_MIN);
    if over {
        let what = if horizon.is_week() { "week" } else { "day" };
        remarks.push(match horizon.cyclic {
            true => format!(
                "shifts that go on beyond the end of the {what} cover its start, as if every {what} were like this one"
            ),
            false => format!("what shifts do beyond the end of the {what} covers nothing"),
        });
    }
    if horizon.is_week() {
        remarks.push(
            "each day is simulated by itself and starts empty: people go on over midnight, calls do not".to_owned(),
        );
    }
    remarks
}
