//! From a scenario and rules to a plan that holds the targets: the requirement, the cover problem, the simulation and its
//! repairs.

use super::document::{
    CoverRow, Objective, PublishedRow, Repair, SCHEMA, ServiceRow, ShiftStatus, Shifts,
    SimulatedDay, cover, people,
};
use super::over_day::served;
use super::plan::Plan;
use super::repair::repair;
use super::simulate::shrinkage;
use super::simulated_day::{Day, is_stopped, requirement};
use super::solve::{Bound, Effort, Planner, Shiftwork, Solved, gap};
use super::task::{Crew, Horizon, PublishedShift, Task, scheduled};
use crate::experiment::{Control, Error};
use crate::planning::{self, Goal, Per, Question, Recipe, Status};
use crate::scenario::{DAY_MIN, Scenario, ShiftRules, clock_text, quoted};
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
    /// Most people: service is to be as good as so many make it.
    pub most_people: Option<u32>,
    /// Most that the plan may cost: the same.
    pub most_cost: Option<f64>,
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

/// Plans shifts. Who asks to stop is answered with the best plan so far, simulated on few days.
///
/// # Errors
/// A scenario cannot be simulated, or the rules allow too much.
pub fn plan(asked: &Asked, control: &Control) -> Result<Answer, PlanError> {
    let found = match asked.objective() {
        Objective::Cover => covered(asked, control)?,
        Objective::Day | Objective::Service => served(asked, control)?,
    };
    finish(asked, found, control)
}

/// A plan that was found.
pub(super) struct Found<'a> {
    pub task: Task,
    pub days: Vec<Day<'a>>,
    /// The plan before repairs, and how good it is.
    pub first: Solved,
    pub bound: Bound,
    /// The plan.
    pub last: Solved,
    /// People needed with the repairs.
    pub need: Vec<Vec<u32>>,
    pub repairs: Vec<Repair>,
    /// Where service is to be as good as can be, how good it is; what is simulated is still to come.
    pub service: Option<ServiceRow>,
    pub warnings: Vec<String>,
    pub partial: bool,
}

impl Asked {
    /// What is asked for.
    pub fn objective(&self) -> Objective {
        let over_day = |(_, required): &(Option<usize>, Required)| match required {
            Required::Closed => true,
            Required::Calls(calls) => calls.question.per == Per::Day && calls.recipe.is_none(),
            Required::Agents(_) => false,
        };
        let priced = self.rules.short_cost.is_some() || self.rules.spare_cost > 0.0;
        match () {
            () if self.most_people.is_some() || self.most_cost.is_some() => Objective::Service,
            () if !priced && self.days.iter().all(over_day) => Objective::Day,
            () => Objective::Cover,
        }
    }

    /// What is to be covered, of which nothing is known yet.
    pub(super) fn task(&self) -> Task {
        let horizon = Horizon {
            grid_min: self.rules.grid_min,
            days: self.days.iter().map(|(weekday, _)| *weekday).collect(),
            cyclic: self.rules.cyclic,
        };
        Task {
            rules: self.rules.clone(),
            crews: self.crews.clone(),
            need: vec![vec![0; horizon.cells()]; self.crews.len()],
            aims: Vec::new(),
            best_service: false,
            most_cost: None,
            published: self.published.clone(),
            horizon,
        }
    }
}

/// The cheapest plan that covers the people needed in each interval, and its repairs.
fn covered<'a>(asked: &'a Asked, control: &Control) -> Result<Found<'a>, PlanError> {
    let mut task = asked.task();
    let mut warnings = Vec::new();
    let mut days: Vec<Day<'_>> = Vec::new();
    let mut known: Vec<(&Calls, planning::Answer)> = Vec::new();
    let mut partial = false;
    for (day, (_, required)) in asked.days.iter().enumerate() {
        match required {
            Required::Closed => {}
            Required::Agents(agents) => task.need_agents(day, agents),
            Required::Calls(calls) => {
                // Days alike need the same staff.
                let alike = known.iter().find(|(of, _)| of.scenario == calls.scenario);
                let staffed = match alike {
                    Some((_, staffed)) => staffed,
                    None => {
                        let answer = requirement(calls, &mut partial, control)?;
                        for warning in &answer.staffing.warnings {
                            warnings.push(of_day(&task, day, warning));
                        }
                        known.push((calls, answer));
                        &known[known.len() - 1].1
                    }
                };
                partial |= staffed.staffing.partial | is_stopped(control);
                task.need_staff(day, &calls.scenario, &staffed.scenario);
                let mut of = Day {
                    day,
                    calls,
                    goals: Goal::all(&calls.scenario, &calls.question),
                    promises: Vec::new(),
                    counted: Vec::new(),
                };
                of.promises = of.promises(&staffed.staffing);
                days.push(of);
            }
        }
    }
    task.need_blocks();
    if days.iter().any(|of| of.calls.question.per == Per::Day) {
        let why = match asked.rules.short_cost.is_some() || asked.rules.spare_cost > 0.0 {
            true => "short or spare hours have a price",
            false => "it was asked for by formula",
        };
        warnings.push(format!(
            "what the day as a whole asks for is covered interval by interval, as {why}; else a plan may be cheaper"
        ));
    }

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
    Ok(Found {
        days,
        first,
        bound,
        last,
        need,
        repairs,
        service: None,
        warnings,
        partial,
        task,
    })
}

/// Simulates a plan for the last time, and puts everything into its document.
fn finish(asked: &Asked, found: Found<'_>, control: &Control) -> Result<Answer, PlanError> {
    let Found {
        task,
        days,
        first,
        bound,
        last,
        mut warnings,
        mut partial,
        mut service,
        ..
    } = found;
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
        let (day, kept) = closed?;
        simulated.push(day);
        if let Some(service) = &mut service {
            service.simulated += kept;
        }
        partial |= is_stopped(control);
    }

    let explanation = match bound.infeasible && !partial {
        true => {
            let work = Shiftwork::new(&task).map_err(PlanError::TooLarge)?;
            let why = work.explanation(&control.stop);
            Some(why.map_err(PlanError::TooLarge)?)
        }
        false => None,
    };
    let complete = last.complete;
    let rows = cover(&task, &found.need, plan);
    let status = match &explanation {
        Some(why) if why.of_rules_alone => ShiftStatus::Infeasible,
        _ => status(&rows, &simulated, complete),
    };
    warnings.extend(bound.warning());
    warnings.extend(remarks(&task, plan, !days.is_empty()));
    if explanation.as_ref().is_some_and(|why| !why.irreducible) {
        warnings.push("not all of the rules named may be needed for the contradiction: the search for the fewest was long".to_owned());
    }
    let must_cover = task.rules.short_cost.is_none();
    if !complete && must_cover && explanation.is_none() && !partial {
        warnings.push("no plan was found that covers everything; there may be one".to_owned());
    }
    // Of the best service its cost says nothing.
    let of_cost = bound.objective.filter(|_| service.is_none());
    let shifts = Shifts {
        schema: SCHEMA.to_owned(),
        name: asked.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        objective: asked.objective(),
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
        bound: of_cost.map(|bound| bound + 0.0),
        gap: of_cost.map(|bound| gap(first.objective, bound)),
        service,
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
        repairs: found.repairs,
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

impl Task {
    /// Agents of the groups in the cells of a day, as they are scheduled.
    pub(super) fn need_agents(&mut self, day: usize, agents: &[Vec<u32>]) {
        let per_day = self.horizon.cells_per_day();
        let shrinkage = self.rules.shrinkage.unwrap_or(0.0);
        for (need, agents) in self.need.iter_mut().zip(agents) {
            for (need, agents) in need[day * per_day..].iter_mut().zip(agents) {
                *need = scheduled(*agents, shrinkage);
            }
        }
    }

    /// The staff of a day's scenario, with what shrinkage takes away on top.
    pub(super) fn need_staff(&mut self, day: usize, scenario: &Scenario, staffed: &Scenario) {
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
    pub(super) fn need_blocks(&mut self) {
        for block in &self.rules.blocks {
            let Some(crew) = self.crew(&block.group) else {
                continue;
            };
            for cell in 0..self.horizon.cells() {
                let (day, minute) = self.horizon.start(cell);
                if block.is_at(self.horizon.days[day], minute) {
                    let need = &mut self.need[crew][cell];
                    *need = need.saturating_add(block.people);
                }
            }
        }
    }
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

pub(super) fn of_day(task: &Task, day: usize, text: &str) -> String {
    match task.horizon.is_week() {
        true => format!("{}: {text}", task.horizon.day_name(day)),
        false => text.to_owned(),
    }
}

/// What a reader should know of the days.
fn remarks(task: &Task, plan: &Plan, simulated: bool) -> Vec<String> {
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
    if horizon.is_week() && simulated {
        remarks.push(
            "each day is simulated by itself and starts empty: people go on over midnight, calls do not".to_owned(),
        );
    }
    let covered = plan.cover(task);
    for (g, crew) in task.crews.iter().enumerate() {
        let is_empty = |cell: usize| covered[g][cell] == 0 && task.is_of_use(g, cell);
        let mut cell = 0;
        while cell < horizon.cells() {
            let from = cell;
            while cell < horizon.cells()
                && is_empty(cell)
                && horizon.start(cell).0 == horizon.start(from).0
            {
                cell += 1;
            }
            if cell > from {
                let (day, minute) = horizon.start(from);
                let to = minute + (cell - from) as u32 * horizon.grid_min;
                let text = format!(
                    "nobody of {} is at work {}–{}, while callers come",
                    quoted(&crew.name),
                    clock_text(minute),
                    clock_text(to)
                );
                remarks.push(of_day(task, day, &text));
            }
            cell = cell.max(from + 1);
        }
    }
    remarks
}
