//! How many agents a scenario needs in each interval: asked, searched by simulation, and simulated once more on days that the
//! search never saw.

use super::goals::{Goal, Per, Staff, Tolerance};
use super::lines::{self, LinesNeeded};
use super::marginal::Difference;
use super::response::{cost_of, cost_per_agent};
use super::risk::{self, Risk};
use super::search::{Ended, Found, Search, with_staff};
use crate::engine::Halt;
use crate::experiment::{self, Control, Error, Replications, Settings};
use crate::kpi::{Bound, Part, Place, Results, Target};
use crate::model::Model;
use crate::scenario::Scenario;
use crate::scenario::schema::MOST_AGENTS;
use crate::stats::{Estimate, student_t};
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.staff/1";

/// Standard errors beyond the tolerance at which a miss is no luck.
const SURELY: f64 = 2.0;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Targets of queues and groups; those of trunk groups ask for lines, not for agents.
    pub targets: Vec<Target>,
    /// Over what they are judged.
    pub per: Per,
    /// How far beside its target a figure is borderline.
    pub tolerance: Tolerance,
    /// Joint confidence of all that is called met.
    pub confidence: f64,
    /// Least and most agents.
    pub bounds: Bounds,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Days of the closing simulation, at least.
    pub days: u64,
    /// Days simulated in all, at most.
    pub budget: u64,
    /// Largest share of days on which any target of any queue is missed; asks for targets over the day.
    pub risk: Option<f64>,
    /// Whether to find what one more agent brings, by group and interval.
    pub marginal: bool,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
}

/// Least and most agents by group and interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// At least so many.
    pub least: Staff,
    /// At most so many.
    pub most: Staff,
}

impl Bounds {
    /// No bounds but those of every scenario.
    pub fn none(scenario: &Scenario) -> Self {
        let all = |n| vec![vec![n; scenario.intervals()]; scenario.groups.len()];
        Self {
            least: all(0),
            most: all(MOST_AGENTS as u32),
        }
    }

    /// A staffing within the bounds.
    pub(super) fn cut(&self, staff: &Staff) -> Staff {
        let mut cut = staff.clone();
        for ((row, least), most) in cut.iter_mut().zip(&self.least).zip(&self.most) {
            for ((n, least), most) in row.iter_mut().zip(least).zip(most) {
                *n = (*n).min(*most).max(*least);
            }
        }
        cut
    }
}

/// Whether a goal is reached, as simulated on fresh days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// On the right side of the target, jointly sure.
    Met,
    /// Within tolerance of the target, or on its right side without being sure.
    Borderline,
    /// On the wrong side, beyond the tolerance.
    Missed,
}

impl Status {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Status::Met => "met",
            Status::Borderline => "borderline",
            Status::Missed => "missed",
        }
    }
}

/// The agents required, and what a simulation with them gives. Serialises to schema [`SCHEMA`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Staffing {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Version of acdsim.
    pub version: String,
    /// `simulate`, `erlang-c` or `erlang-a`.
    pub method: String,
    /// What the requirement rests on: `simulation`, or a formula.
    pub model: String,
    /// `interval` or `day`.
    pub per: String,
    /// Seed.
    pub seed: u64,
    /// Joint confidence of what is called met.
    pub confidence: f64,
    /// How far on the wrong side of its target a fraction is borderline.
    pub tolerance: f64,
    /// Nothing is missed.
    pub met: bool,
    /// It was interrupted.
    pub partial: bool,
    /// It was shown that no single agent can be taken.
    pub minimal: bool,
    /// Days simulated in all.
    pub days_used: u64,
    /// Of them in the closing simulation.
    pub replications: u64,
    /// Every goal, judged by the closing simulation.
    pub goals: Vec<Judged>,
    /// Agents by interval and group.
    pub intervals: Vec<Row>,
    /// Lines by trunk group.
    pub lines: Vec<LinesNeeded>,
    /// Cost of the scenario's agents and of those required.
    pub cost: Cost,
    /// The share of days on which a target is missed, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// No staffing that meets the targets costs less (several queues).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lower_bound: Option<f64>,
    /// How much more this one costs, as a fraction of the bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// A goal and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Which part, e.g. `queues.service`.
    #[serde(rename = "where")]
    pub place: String,
    /// Start of the interval; none is the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Which figure.
    pub kpi: String,
    /// Which side of the threshold is wanted.
    pub bound: Bound,
    /// The threshold, in the figure's unit.
    pub threshold: f64,
    /// The best that any staffing within the bounds attains, where that misses the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<f64>,
    /// The figure of the closing simulation.
    pub simulated: Estimate,
    /// The judgement.
    pub status: Status,
    /// Why the target is missed, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A group, or a queue, in an interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Start of the interval.
    pub start: String,
    /// Name of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Name of the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// Productive agents required.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents: Option<u32>,
    /// The formula's requirement, not rounded, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents_fractional: Option<f64>,
    /// Agents to schedule, so that so many are productive: agents / (1 − shrinkage), not rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<f64>,
    /// Productive agents of the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u32>,
    /// The worst of what is judged of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Why it is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Figures that a formula, or the search on its own days, saw with these agents.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub promised: IndexMap<String, f64>,
    /// Figures of the closing simulation; none where there was nothing to simulate.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub simulated: IndexMap<String, Estimate>,
    /// What one more agent brings a day, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_more: Option<OneMore>,
}

/// What one more agent of a group in an interval brings a day, all queues together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneMore {
    /// Contacts that meet the service level.
    pub within_target: Difference,
    /// Contacts abandoned.
    pub abandoned: Difference,
}

/// Cost of a day's agents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cost {
    /// `money`, or `paid_hours` where no group has a price.
    pub unit: String,
    /// Of the scenario's agents.
    pub current: f64,
    /// Of those required.
    pub recommended: f64,
}

/// The smallest staffing with which the simulated scenario reaches its targets, simulated once more.
#[derive(Debug)]
pub struct Answer {
    /// The document.
    pub staffing: Staffing,
    /// The scenario with the staff required, whose own run repeats the closing simulation.
    pub scenario: Scenario,
    /// Its simulation on fresh days.
    pub results: Results,
}

/// Searches the staff that a scenario needs, and simulates the scenario with it. The scenario is one of days.
///
/// After an interruption the staffing is the best so far.
///
/// # Errors
/// [`Error::Halt`] when the scenario overwhelms the simulator, [`Error::NothingDone`] when the closing simulation is
/// interrupted too.
pub fn simulate(
    scenario: &Scenario,
    question: &Question,
    control: &Control,
) -> Result<Answer, Error> {
    let pool = experiment::pool(&Model::new(scenario), question.threads)?;
    control.planned.store(question.budget, Ordering::Relaxed);
    let found = pool.install(|| Search::new(scenario, question, control).run())?;
    // Ctrl-C was answered by the best so far; it is simulated all the same.
    control.stop.store(false, Ordering::Relaxed);
    control.done.store(0, Ordering::Relaxed);
    finish(scenario, question, &found, (&pool, control))
}

/// Simulates the scenario with the staff that was found, and judges it.
pub(super) fn finish(
    scenario: &Scenario,
    question: &Question,
    found: &Found,
    (pool, control): (&rayon::ThreadPool, &Control),
) -> Result<Answer, Error> {
    let mut staffed = with_staff(scenario, &found.staff);
    let (results, days) = close(&staffed, question, found, control)?;
    let run = &mut staffed.run;
    run.seed = results.run.seed;
    run.replications = u32::try_from(results.run.replications).unwrap_or(u32::MAX);
    run.until_precise = None;
    run.confidence = results.run.confidence;
    let lines = match found.ended {
        Some(Ended::Interrupted) => Ok(Vec::new()),
        _ => pool.install(|| lines::needed(&staffed, question, control)),
    };
    let (lines, interrupted) = match lines {
        Err(Halt::Interrupted) => (Vec::new(), true),
        lines => (lines?, false),
    };
    let mut staffing = document(scenario, question, found, &results, days, lines);
    staffing.partial |= interrupted;
    let interrupted = found.ended == Some(Ended::Interrupted);
    if let Some(limit) = question.risk.filter(|_| !interrupted) {
        let asked = (question, limit);
        let judge = || risk::judge(&staffed, asked, &found.goals, &found.path, control);
        match pool.install(judge) {
            Err(Halt::Interrupted) => staffing.partial = true,
            risk => {
                let risk = risk?;
                staffing.met &= risk.status != Status::Missed;
                staffing.risk = Some(risk);
            }
        }
    }
    Ok(Answer {
        staffing,
        scenario: staffed,
        results,
    })
}

/// Simulates the scenario with its new staff on days that the search never saw: as many as decide every goal, as far as the
/// budget goes. Returns the days of all tries too.
fn close(
    staffed: &Scenario,
    question: &Question,
    found: &Found,
    control: &Control,
) -> Result<(Results, u64), Error> {
    let model = Model::new(staffed);
    let mut days = question.days.max(2);
    if found.ended == Some(Ended::Interrupted) {
        days = days.min(200);
    }
    let mut spent = 0;
    let goals = judged_goals(question, found);
    loop {
        let settings = Settings {
            replications: Replications::Fixed(days),
            seed: question.seed,
            confidence: question.confidence,
            threads: question.threads,
        };
        let results = experiment::run(&model, &settings, control, &[])?.results;
        spent += results.run.replications;
        let undecided = goals
            .iter()
            .any(|goal| is_undecided(goal, &results, goals.len()));
        let enough = found.days + spent + 2 * days > question.budget || found.ended.is_some();
        if !undecided || enough || results.run.partial {
            return Ok((results, spent));
        }
        days *= 2;
    }
}

/// Whether more days could change a judgement: a figure is better than borderline without being sure, or worse within its error.
/// Beyond a fifth of the tolerance no more is asked.
fn is_undecided(goal: &Goal, results: &Results, goals: usize) -> bool {
    let estimate = figure(goal, results);
    let (Some(se), None) = (estimate.se, goal.best) else {
        return false;
    };
    let slack = goal.slack(estimate.mean);
    match status(goal, &estimate, results, goals) {
        Status::Met => false,
        Status::Borderline => slack > goal.tolerance,
        Status::Missed => slack + SURELY * se > -goal.tolerance && se > goal.tolerance / 5.0,
    }
}

/// Everything that is judged: what was searched for, and the targets of trunk groups, whose lines the search leaves as they
/// are.
fn judged_goals(question: &Question, found: &Found) -> Vec<Goal> {
    let trunks = question.targets.iter();
    let trunks = trunks.filter(|target| matches!(target.place, Place::Trunk(_)));
    let of_trunk = |&target: &Target| Goal {
        target,
        aim: target.threshold,
        interval: None,
        tolerance: question.tolerance.of(&target),
        best: None,
    };
    let goals = found.goals.iter().cloned();
    goals.chain(trunks.map(of_trunk)).collect()
}

/// Whether attempts reach the queue of a goal.
fn is_called(goal: &Goal, results: &Results) -> bool {
    let Place::Queue(q) = goal.target.place else {
        return false;
    };
    let attempts = match (goal.interval, &results.queues[q].intervals) {
        (Some(interval), Some(intervals)) => intervals[interval].get("attempts"),
        _ => results.queues[q].get("attempts"),
    };
    attempts.mean.is_some_and(|mean| mean > 0.0)
}

/// The figure of a goal.
fn figure(goal: &Goal, results: &Results) -> Estimate {
    let part = match goal.target.place {
        Place::Queue(q) => &results.queues[q],
        Place::Group(g) => &results.groups[g],
        Place::Trunk(t) => &results.trunks[t],
    };
    match (goal.interval, &part.intervals) {
        (Some(interval), Some(intervals)) => intervals[interval].get(goal.target.kpi),
        _ => part.get(goal.target.kpi),
    }
}

/// Judges a goal by one of `goals` intervals that hold jointly (Bonferroni).
fn status(goal: &Goal, estimate: &Estimate, results: &Results, goals: usize) -> Status {
    let slack = goal.slack(estimate.mean);
    // Where attempts come and there is no figure, nobody gets through.
    let nobody = estimate.mean.is_none() && is_called(goal, results);
    if slack < -goal.tolerance || nobody {
        return Status::Missed;
    }
    let days = results.run.replications;
    let one_sided = (1.0 - results.run.confidence) / goals.max(1) as f64;
    let t = student_t(1.0 - 2.0 * one_sided, days.saturating_sub(1));
    let sure = estimate.mean.is_none() || estimate.se.is_some_and(|se| slack >= t * se);
    match sure {
        true => Status::Met,
        false => Status::Borderline,
    }
}

fn document(
    scenario: &Scenario,
    question: &Question,
    found: &Found,
    results: &Results,
    closing_days: u64,
    lines: Vec<LinesNeeded>,
) -> Staffing {
    let starts = scenario.interval_starts();
    let all = judged_goals(question, found);
    let judge = |goal: &Goal| {
        let simulated = figure(goal, results);
        let status = status(goal, &simulated, results, all.len());
        judged(
            goal,
            scenario,
            question,
            found,
            (simulated, status),
            &starts,
        )
    };
    let mut goals: Vec<Judged> = all.iter().map(judge).collect();
    for (goal, judged) in all.iter().zip(&mut goals) {
        if let (Place::Trunk(t), Status::Missed) = (goal.target.place, judged.status) {
            let trunk = &scenario.trunks[t];
            let needed = lines.iter().find(|lines| lines.trunk == trunk.name);
            let needed = needed.and_then(|lines| lines.simulated);
            judged.reason =
                needed.map(|n| format!("{} lines are too few, it takes {n}", trunk.lines));
        }
    }
    let mut warnings = results.run.warnings.clone();
    if found.ended == Some(Ended::Budget) {
        warnings.push(format!(
            "the budget of {} days was spent before it was shown that no agent can be spared; raise --budget",
            crate::scenario::grouped(question.budget as f64, 0)
        ));
    }
    let cost = cost(scenario, &found.staff);
    let bound = (scenario.queues.len() > 1).then(|| work_bound(scenario, question, results));
    let bound = bound.filter(|bound| cost.recommended >= *bound);
    Staffing {
        schema: SCHEMA.to_owned(),
        scenario: scenario.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        method: "simulate".to_owned(),
        model: "simulation".to_owned(),
        per: question.per.name().to_owned(),
        seed: question.seed,
        confidence: question.confidence,
        tolerance: question.tolerance.points,
        met: goals.iter().all(|goal| goal.status != Status::Missed),
        partial: found.ended == Some(Ended::Interrupted) || results.run.partial,
        minimal: found.minimal,
        days_used: found.days + closing_days,
        replications: results.run.replications,
        intervals: rows(scenario, found, results, &goals, &starts),
        goals,
        lines,
        gap: bound
            .filter(|b| *b > 0.0)
            .map(|b| cost.recommended / b - 1.0),
        lower_bound: bound,
        cost,
        risk: None,
        warnings,
    }
}

fn judged(
    goal: &Goal,
    scenario: &Scenario,
    question: &Question,
    found: &Found,
    (simulated, status): (Estimate, Status),
    starts: &[String],
) -> Judged {
    let asked = question
        .targets
        .iter()
        .find(|target| target.place == goal.target.place && target.kpi == goal.target.kpi);
    let bounded = |i: usize| {
        let serves = |g: &usize| match goal.target.place {
            Place::Queue(q) => {
                let (group, queue) = (&scenario.groups[*g].name, &scenario.queues[q]);
                queue.tiers.iter().any(|tier| tier.groups.contains(group))
            }
            Place::Group(group) => *g == group,
            Place::Trunk(_) => false,
        };
        (0..scenario.groups.len()).filter(serves).any(|g| {
            found.staff[g][i] >= question.bounds.most[g][i]
                && question.bounds.most[g][i] < MOST_AGENTS as u32
        })
    };
    let intervals = goal
        .interval
        .map_or(0..scenario.intervals(), |i| i.saturating_sub(1)..i + 1);
    let reason = goal.best.map(|_| match intervals.into_iter().any(bounded) {
        true => "no more agents are allowed".to_owned(),
        false => "not even with more agents than calls".to_owned(),
    });
    Judged {
        place: goal.target.place.name(scenario),
        start: goal.interval.map(|i| starts[i].clone()),
        kpi: goal.target.kpi.to_owned(),
        bound: goal.target.bound,
        threshold: asked.map_or(goal.target.threshold, |target| target.threshold),
        best: goal.best,
        status,
        simulated,
        reason,
    }
}

/// A row for each group in each interval, then one for each queue.
fn rows(
    scenario: &Scenario,
    found: &Found,
    results: &Results,
    goals: &[Judged],
    starts: &[String],
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, start) in starts.iter().enumerate().take(scenario.intervals()) {
        let judged = |place: Place| {
            let name = place.name(scenario);
            let here = goals
                .iter()
                .filter(|g| g.place == name && g.start.as_ref() == Some(start));
            let worst = here.max_by_key(|goal| goal.status);
            (
                worst.map(|w| w.status),
                worst.and_then(|w| w.reason.clone()),
            )
        };
        let simulated = |part: &Part, kpis: &[&str]| -> IndexMap<String, Estimate> {
            let interval = part.intervals.as_ref().map(|all| &all[i]);
            let figure = |kpi: &&str| {
                let estimate = interval
                    .map(|interval| interval.get(kpi))
                    .unwrap_or_default();
                ((*kpi).to_owned(), estimate)
            };
            kpis.iter().map(figure).collect()
        };
        for (g, group) in scenario.groups.iter().enumerate() {
            let agents = found.staff[g][i];
            let (status, reason) = judged(Place::Group(g));
            rows.push(Row {
                start: start.clone(),
                group: Some(group.name.clone()),
                queue: None,
                agents: Some(agents),
                agents_fractional: None,
                scheduled: Some(
                    f64::from(agents) / (1.0 - group.shrinkage[i.min(group.shrinkage.len() - 1)]),
                ),
                current: Some(group.staff[i]),
                status,
                reason,
                promised: IndexMap::new(),
                simulated: simulated(&results.groups[g], &["occupancy"]),
                one_more: found
                    .marginal
                    .iter()
                    .find(|m| (m.group, m.interval) == (g, i))
                    .map(|m| OneMore {
                        within_target: m.within_target.into(),
                        abandoned: m.abandoned.into(),
                    }),
            });
        }
        for (q, queue) in scenario.queues.iter().enumerate() {
            let (status, reason) = judged(Place::Queue(q));
            let kpis = [
                "offered",
                "service_level",
                "abandonment_rate",
                "asa_s",
                "blocking_rate",
            ];
            rows.push(Row {
                start: start.clone(),
                group: None,
                queue: Some(queue.name.clone()),
                agents: None,
                agents_fractional: None,
                scheduled: None,
                current: None,
                status,
                reason,
                promised: found
                    .promised
                    .get(q)
                    .map_or_else(IndexMap::new, |of| of[i].clone()),
                simulated: simulated(&results.queues[q], &kpis),
                one_more: None,
            });
        }
    }
    rows
}

fn cost(scenario: &Scenario, staff: &Staff) -> Cost {
    let per_agent = cost_per_agent(scenario);
    let current = scenario.groups.iter().map(|g| g.staff.clone()).collect();
    let priced = scenario.groups.iter().any(|g| g.cost_per_hour.is_some());
    Cost {
        unit: if priced { "money" } else { "paid_hours" }.to_owned(),
        current: cost_of(&current, &per_agent),
        recommended: cost_of(staff, &per_agent),
    }
}

/// Cost of the work alone that the targets, less the tolerance, ask for: the contacts that have to be answered, each by the
/// cheapest group that serves the queue, without waiting for the next one, less what is done in overtime. With as many repeats
/// and as much overtime no staffing is cheaper.
fn work_bound(scenario: &Scenario, question: &Question, results: &Results) -> f64 {
    let width_h = f64::from(scenario.interval_min) / 60.0;
    let per_agent = cost_per_agent(scenario);
    let of_queue = |(q, queue): (usize, &crate::scenario::Queue)| {
        let part = &results.queues[q];
        let answered = question
            .targets
            .iter()
            .filter(|t| t.place == Place::Queue(q))
            .map(|target| match target.kpi {
                "abandonment_rate" => 1.0 - target.threshold - question.tolerance.points,
                "service_level"
                    if queue.formula == crate::scenario::Formula::AnsweredOverOffered =>
                {
                    target.threshold - question.tolerance.points
                }
                _ => 0.0,
            });
        let share = answered.fold(0.0, f64::max);
        let get = |kpi| part.get(kpi).mean.unwrap_or(0.0);
        // Handling times are those of the groups that answered: the fastest one would need less.
        let factors = scenario
            .groups
            .iter()
            .flat_map(|g| &g.skills)
            .filter(|s| s.queue == queue.name);
        let (fastest, slowest) = factors.fold((f64::INFINITY, 0f64), |(low, high), s| {
            (low.min(s.factor), high.max(s.factor))
        });
        let factor = if slowest > 0.0 {
            fastest / slowest
        } else {
            1.0
        };
        let hours = share * get("offered") * get("aht_s") / 3600.0 * factor;
        let serving = scenario.groups.iter().enumerate();
        let serving = serving.filter(|(_, g)| g.skills.iter().any(|s| s.queue == queue.name));
        let prices = serving.flat_map(|(g, _)| per_agent[g].iter().map(|cost| cost / width_h));
        let cheapest = prices.fold(f64::INFINITY, f64::min);
        if cheapest.is_finite() {
            hours * cheapest
        } else {
            0.0
        }
    };
    let hours = |kpi| -> f64 {
        let groups = results.groups.iter();
        groups.map(|group| group.get(kpi).mean.unwrap_or(0.0)).sum()
    };
    let in_time = (1.0 - hours("overtime_h") / hours("busy_h").max(1e-9)).max(0.0);
    in_time
        * scenario
            .queues
            .iter()
            .enumerate()
            .map(of_queue)
            .sum::<f64>()
}
