//! What a scenario needs on another day than its own: agents and lines beside those that it has.

use super::closing::{Figures, Judge, judged_goals};
use super::document::{Cost, Judged, cost, judgements, short_of_days};
use super::found::{Found, find};
use super::goals::{Goal, Staff, Status};
use super::lines::{self, LinesNeeded};
use super::planned_day::{PlannedDay, with_staff};
use super::question::{Bounds, Question};
use super::risk::{self, Risk};
use super::search::Ended;
use crate::engine::Halt;
use crate::experiment::{self, Control, Error, Sample};
use crate::kpi::{Bound, Place, Unit, unit};
use crate::scenario::Scenario;
use crate::scenario::schema::MOST_LINES;
use crate::stats::{Estimate, student_t};
use indexmap::IndexSet;
use std::sync::atomic::Ordering;

/// Number of the first day of the closing simulation: days that no search and no run of the scenario reaches.
const FIRST_DAY: u64 = 1 << 41;

/// Days of the closing simulation for whoever has asked to stop.
const HURRIED_DAYS: usize = 200;

/// Agents and lines with which a day meets the targets, as far as it can.
#[derive(Debug)]
pub(crate) struct Reinforced {
    /// The scenario with them.
    pub scenario: Scenario,
    /// Lines by trunk group.
    pub lines: Vec<LinesNeeded>,
    /// Cost of the scenario's agents and of those required.
    pub cost: Cost,
    /// Every goal, judged on days that the search never saw.
    pub goals: Vec<Judged>,
    /// The share of days on which a target is missed, where that was asked.
    pub risk: Option<Risk>,
    /// Days of the closing simulation.
    pub days: u64,
    /// Days simulated in all.
    pub days_used: u64,
    /// It was asked to stop.
    pub partial: bool,
    /// The search ended before it had tried everything: more agents might help.
    pub ended_early: bool,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// Searches the least agents and lines beside today's with which a day meets the targets; none where today's do. The bounds of
/// the question are not looked at.
///
/// Agents are searched with a line for every caller, where blocking has a target: whom the lines keep out needs no agent, and
/// would need one as soon as there is a line. Then the least lines are searched, with those agents.
///
/// # Errors
/// Those of [`simulate`](super::simulate).
pub(crate) fn reinforce(
    day: &PlannedDay<'_>,
    question: &Question,
    control: &Control,
) -> Result<Reinforced, Error> {
    let question = Question {
        bounds: bounds(day),
        ..question.clone()
    };
    let pool = experiment::pool(&(day.model)(day.scenario), question.threads)?;
    experiment::in_pool(&pool, || in_this_pool(day, &question, control))
}

/// At least today's agents; and no others where it makes no difference how many are planned, as on a site that is lost.
fn bounds(day: &PlannedDay<'_>) -> Bounds {
    let none = Bounds::none(day.scenario);
    let today: Staff = day
        .scenario
        .groups
        .iter()
        .map(|of| of.staff.clone())
        .collect();
    let [few, many] = [&today, &none.most].map(|staff| day.staffed(staff));
    let mut most = none.most;
    for (g, row) in most.iter_mut().enumerate() {
        for (i, most) in row.iter_mut().enumerate() {
            let cells = day.cells_of(i);
            if few.groups[g].staff[cells.clone()] == many.groups[g].staff[cells] {
                *most = today[g][i];
            }
        }
    }
    Bounds { least: today, most }
}

fn in_this_pool(
    day: &PlannedDay<'_>,
    question: &Question,
    control: &Control,
) -> Result<Reinforced, Error> {
    let asked = Asked {
        day,
        question,
        control,
    };
    let mut found = Found {
        staff: question.bounds.least.clone(),
        goals: Goal::all(day.scenario, question),
        ..Found::default()
    };
    let as_it_stands = asked.answer(day.scenario.clone(), &found, Vec::new())?;
    if as_it_stands.is_enough() || as_it_stands.partial {
        return Ok(as_it_stands);
    }
    control.planned.store(question.budget, Ordering::Relaxed);
    control.done.store(0, Ordering::Relaxed);
    let mut open = day.scenario.clone();
    for target in &question.targets {
        if let (Place::Trunk(t), Bound::AtMost) = (target.place, target.bound) {
            open.trunks[t].lines = MOST_LINES as u32;
        }
    }
    let left = Question {
        budget: question.budget.saturating_sub(as_it_stands.days_used),
        ..question.clone()
    };
    found = find(&asked.with(&open), &left, control)?;
    found.days += as_it_stands.days_used;
    asked.go_on();
    let mut staffed = with_staff(day.scenario, &found.staff);
    let mut lines = Vec::new();
    if found.ended != Some(Ended::Interrupted) {
        match lines::needed(&asked.with(&staffed), question, control) {
            Err(Halt::Interrupted) => found.ended = Some(Ended::Interrupted),
            needed => lines = needed?,
        }
        asked.go_on();
    }
    for needed in &lines {
        let mut trunks = staffed.trunks.iter_mut();
        if let Some(trunk) = trunks.find(|trunk| trunk.name == needed.trunk) {
            trunk.lines = trunk.lines.max(needed.simulated.unwrap_or(0));
        }
    }
    asked.answer(staffed, &found, lines)
}

/// What is asked of which day.
struct Asked<'a> {
    day: &'a PlannedDay<'a>,
    question: &'a Question,
    control: &'a Control,
}

impl Asked<'_> {
    /// The day with other agents and lines.
    fn with<'d>(&'d self, scenario: &'d Scenario) -> PlannedDay<'d> {
        PlannedDay {
            scenario,
            ..*self.day
        }
    }

    /// Who has asked to stop is answered by what there is so far; that is simulated all the same.
    fn go_on(&self) {
        if !self.control.abandoned.load(Ordering::Relaxed) {
            self.control.stop.store(false, Ordering::Relaxed);
        }
    }

    /// Judges what was found.
    fn answer(
        &self,
        staffed: Scenario,
        found: &Found,
        lines: Vec<LinesNeeded>,
    ) -> Result<Reinforced, Error> {
        let (question, control) = (self.question, self.control);
        control.done.store(0, Ordering::Relaxed);
        let mut partial = found.ended == Some(Ended::Interrupted);
        let goals = judged_goals(question, found);
        let hurry = Hurry {
            hurried: partial,
            spent: found.days,
        };
        let closing = close(&self.with(&staffed), question, &goals, (hurry, control))?;
        partial |= closing.partial;
        let judge = Judge {
            staffed: &staffed,
            figures: &closing,
            confidence: question.confidence,
            goals: &goals,
        };
        let judged = judgements(&staffed, question, found, &judge);
        let mut days_used = found.days + closing.days();
        let mut share = None;
        if let (Some(limit), false) = (question.risk, partial) {
            let asked = (question, limit, risk::FRESH_DAYS);
            let day = self.with(&staffed);
            match risk::judge(&day, asked, &found.goals, &found.path, control) {
                Err(Halt::Interrupted) => partial = true,
                risk => share = Some(risk?),
            }
            days_used += risk::FRESH_DAYS as u64;
        }
        let warnings = short_of_days(question, found, &judged);
        Ok(Reinforced {
            cost: cost(self.day.scenario, &found.staff),
            warnings: warnings.into_iter().collect(),
            days: closing.days(),
            lines,
            goals: judged,
            risk: share,
            days_used,
            partial,
            ended_early: found.ended.is_some() || found.repair_was_dear,
            scenario: staffed,
        })
    }
}

impl Reinforced {
    /// Whether nothing is missed.
    pub(crate) fn is_enough(&self) -> bool {
        let goals = self.goals.iter().map(|goal| goal.status);
        let risk = self.risk.iter().map(|risk| risk.status);
        goals.chain(risk).all(|status| status != Status::Missed)
    }
}

/// Goals' figures, and the attempts of the queues that they are about.
struct Closing {
    sample: Sample,
    watched: IndexSet<(Place, &'static str, Option<usize>)>,
    confidence: f64,
    partial: bool,
}

impl Figures for Closing {
    fn days(&self) -> u64 {
        self.sample.days() as u64
    }

    fn figure(&self, place: Place, kpi: &str, interval: Option<usize>) -> Estimate {
        let watch = self.watched.get_index_of(&(place, kpi, interval));
        watch.map_or_else(Estimate::default, |watch| {
            let days = self.sample.days();
            let is_fraction = unit(kpi) == Some(Unit::Fraction);
            let range = (0.0, if is_fraction { 1.0 } else { f64::INFINITY });
            let t = student_t(self.confidence, days.saturating_sub(1) as u64);
            self.sample
                .ratio(watch, days)
                .estimate(days as u64, t, range)
        })
    }
}

/// How much time there is for the closing simulation.
struct Hurry {
    /// Somebody has asked to stop.
    hurried: bool,
    /// Days simulated before.
    spent: u64,
}

/// Simulates a day as often as decides every goal, as far as the budget goes.
fn close(
    day: &PlannedDay<'_>,
    question: &Question,
    goals: &[Goal],
    (Hurry { hurried, spent }, control): (Hurry, &Control),
) -> Result<Closing, Error> {
    let (mut watched, mut watches) = (IndexSet::new(), Vec::new());
    for goal in goals {
        let queues = (0..day.scenario.queues.len()).map(Place::Queue);
        let attempts = queues.map(|queue| (queue, "attempts"));
        for (place, kpi) in attempts.chain([(goal.target.place, goal.target.kpi)]) {
            if let Some(watch) = day.watch(place, kpi, goal.interval)
                && watched.insert((place, kpi, goal.interval))
            {
                watches.push(watch);
            }
        }
    }
    let model = (day.model)(day.scenario);
    let mut days = match hurried {
        true => HURRIED_DAYS.min(question.days as usize),
        false => question.days as usize,
    }
    .max(2);
    let mut closing = Closing {
        sample: Sample::default(),
        watched,
        confidence: question.confidence,
        partial: false,
    };
    loop {
        control.planned.store(days as u64, Ordering::Relaxed);
        let all = (question.seed, FIRST_DAY);
        match closing
            .sample
            .extend(days, (&model, &watches), all, control)
        {
            Err(Halt::Interrupted) if closing.sample.days() > 1 => closing.partial = true,
            Err(Halt::Interrupted) => return Err(Error::NothingDone("first day")),
            Err(halt) => return Err(halt.into()),
            Ok(()) => {}
        }
        let judge = Judge {
            staffed: day.scenario,
            figures: &closing,
            confidence: question.confidence,
            goals,
        };
        let undecided = goals.iter().any(|goal| judge.is_undecided(goal));
        let more = undecided && !hurried && spent + 2 * days as u64 <= question.budget;
        if !more || closing.partial {
            return Ok(closing);
        }
        days *= 2;
    }
}
