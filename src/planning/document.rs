//! The document of a staffing: agents by interval, what the closing simulation gives with them, and what they cost.

use super::cause::cause;
use super::closing::{Judge, judged_goals};
use super::found::Found;
use super::goals::{Goal, Staff, Status};
use super::lines::LinesNeeded;
use super::marginal::Difference;
use super::question::Question;
use super::response::{cost_of, cost_per_agent};
use super::risk::Risk;
use super::search::Ended;
use crate::kpi::{Bound, Part, Place, Results};
use crate::scenario::Scenario;
use crate::stats::Estimate;
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::HashMap;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.staff/1";

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

/// The document of a scenario, and of the same with its new staff.
pub(super) fn document(
    (scenario, staffed): (&Scenario, &Scenario),
    question: &Question,
    found: &Found,
    results: &Results,
    lines: Vec<LinesNeeded>,
) -> Staffing {
    let starts = scenario.interval_starts();
    let all = judged_goals(question, found);
    let by = Judge {
        staffed,
        figures: results,
        confidence: question.confidence,
        goals: &all,
    };
    let mut goals = judgements(scenario, question, found, &by);
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
    let met = goals.iter().all(|goal| goal.status != Status::Missed);
    warnings.extend(short_of_days(question, found, &goals));
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
        met,
        partial: found.ended == Some(Ended::Interrupted) || results.run.partial,
        minimal: found.minimal,
        days_used: found.days + results.run.replications,
        replications: results.run.replications,
        intervals: rows(scenario, found, results, &worst(&all, &goals), &starts),
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

/// Every goal, judged by a simulation of what was found.
pub(super) fn judgements(
    scenario: &Scenario,
    question: &Question,
    found: &Found,
    by: &Judge<'_>,
) -> Vec<Judged> {
    let starts = scenario.interval_starts();
    let judge = |goal: &Goal| {
        let simulated = by.figure(goal);
        let status = by.status(goal, &simulated);
        judged(
            goal,
            scenario,
            question,
            found,
            (simulated, status),
            &starts,
        )
    };
    by.goals.iter().map(judge).collect()
}

/// What a larger budget of days would have served for.
pub(super) fn short_of_days(
    question: &Question,
    found: &Found,
    goals: &[Judged],
) -> Option<String> {
    let days = crate::scenario::grouped(question.budget as f64, 0);
    let met = goals.iter().all(|goal| goal.status != Status::Missed);
    // What a cap or the like keeps missed has its reason, and a larger budget would not help beyond the best attainable.
    let more_would_help = |(goal, judged): (&Goal, &Judged)| {
        let short = goal.slack_to_aim(judged.simulated.mean) < -goal.tolerance;
        judged.status == Status::Missed
            && (judged.reason.is_none() || (goal.best.is_some() && short))
    };
    if found.repair_was_dear && found.goals.iter().zip(goals).any(more_would_help) {
        return Some(format!(
            "half of the budget of {days} days was spent on adding agents, and a target was still missed; raise --budget"
        ));
    }
    let before = match (met, question.risk, found.minimal) {
        (false, ..) => "every target was met",
        (_, Some(_), _) => "the search for fewer missed days was at its end",
        (_, None, true) => "one more agent was tried everywhere",
        (_, None, false) => "it was shown that no agent can be spared",
    };
    (found.ended == Some(Ended::Budget))
        .then(|| format!("the budget of {days} days was spent before {before}; raise --budget"))
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
    // Where there is no figure, nobody gets through.
    let nobody = status == Status::Missed && simulated.mean.is_none();
    let reason = (goal.best.is_some() || nobody)
        .then(|| cause(scenario, &question.bounds, &found.staff, goal));
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

/// By part and interval the worst of what is judged of it.
fn worst<'a>(goals: &[Goal], judged: &'a [Judged]) -> HashMap<(Place, usize), &'a Judged> {
    let mut worst: HashMap<(Place, usize), &Judged> = HashMap::new();
    for (goal, judged) in goals.iter().zip(judged) {
        let Some(interval) = goal.interval else {
            continue;
        };
        let so_far = worst.entry((goal.target.place, interval)).or_insert(judged);
        if judged.status >= so_far.status {
            *so_far = judged;
        }
    }
    worst
}

/// A row for each group in each interval, then one for each queue.
fn rows(
    scenario: &Scenario,
    found: &Found,
    results: &Results,
    worst: &HashMap<(Place, usize), &Judged>,
    starts: &[String],
) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, start) in starts.iter().enumerate().take(scenario.intervals()) {
        let judged = |place: Place| {
            let worst = worst.get(&(place, i));
            let reason = worst.and_then(|worst| worst.reason.clone());
            (worst.map(|worst| worst.status), reason)
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
                // Group by group, as far as it came.
                one_more: found
                    .marginal
                    .get(g * scenario.intervals() + i)
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

/// Cost of the scenario's agents, and of others.
pub(super) fn cost(scenario: &Scenario, staff: &Staff) -> Cost {
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
