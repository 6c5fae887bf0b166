//! How sure a day is: on how many days any target of any queue is missed.

use super::goals::{Goal, Staff, Status};
use super::question::Question;
use super::search::{Search, Stop, Trial};
use crate::engine::Halt;
use crate::experiment::{Control, Sample, Watch};
use crate::kpi::{Place, Unit, unit};
use crate::model::Model;
use crate::scenario::Scenario;
use crate::stats::{Estimate, wilson};
use serde::Serialize;

/// Days that show the share of missed ones.
const DAYS: usize = 500;

/// Agents that are added between two simulations, at most: the more, the further the share is from what is wanted, and the
/// more there are.
const MOST_AT_ONCE: f64 = 8.0;
const POINTS_PER_AGENT: f64 = 0.02;
const AGENTS_PER_ONE: f64 = 60.0;

/// Shares whose cost is told.
const SHARES: [f64; 4] = [0.05, 0.10, 0.20, 0.50];

/// Fresh days on which the share is judged.
const FRESH_DAYS: usize = 2000;

/// The share of days on which any target of any queue is missed, in a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// The largest share asked for.
    pub limit: f64,
    /// The share on fresh days, with Wilson's interval.
    pub missed_days: Estimate,
    /// Met when the whole interval is below the limit, borderline within a point of it.
    pub status: Status,
    /// What other shares cost.
    pub costs: Vec<RiskCost>,
}

/// What a share of missed days costs, on the way from the staffing without it: the first staffing with so few.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskCost {
    /// Share of missed days.
    pub missed_days: f64,
    /// Cost of the agents; none where the search did not come so far.
    pub cost: Option<f64>,
}

/// By how many contacts a queue's target is missed on a day, judged by the day's own figures; 0 or less is met. A day without
/// contacts misses nothing.
fn gap(goal: &Goal, (x, y): (f64, f64)) -> f64 {
    if y <= 0.0 {
        return 0.0;
    }
    let share = match unit(goal.target.kpi) {
        Some(Unit::Fraction) => 1.0,
        // Of a time: that part of the contacts by which it is too long.
        _ => goal.target.threshold.max(1e-9),
    };
    -goal.slack(Some(x / y)) * y / share
}

/// Goals of queues, by their place in the list.
fn of_queues(goals: &[Goal]) -> impl Iterator<Item = (usize, &Goal, usize)> {
    goals
        .iter()
        .enumerate()
        .filter_map(|(k, goal)| match goal.target.place {
            Place::Queue(q) => Some((k, goal, q)),
            _ => None,
        })
}

fn missed_days(goals: &[Goal], sample: &Sample, days: usize) -> usize {
    let missed =
        |day: &usize| of_queues(goals).any(|(k, goal, _)| gap(goal, sample.value(k, *day)) > 0.0);
    (0..days).filter(missed).count()
}

impl Search<'_> {
    /// Adds agents one by one where that lowers the share of missed days most for what it costs, until it is low enough.
    /// What one brings is told by the formula, so this is a heuristic: on how many missed days the contacts that one more
    /// agent answers in time would close the gap, and how much of it on the others.
    pub(super) fn lower_risk(
        &mut self,
        held: Trial,
        limit: f64,
        path: &mut Vec<(f64, f64)>,
    ) -> Result<Trial, Stop> {
        let mut held = held;
        // What no staffing reaches is missed on every day, whoever is added.
        if of_queues(&self.goals).any(|(_, goal, _)| goal.best.is_some()) {
            return Ok(held);
        }
        let least = limit.min(SHARES[0]);
        let mut answer = None;
        loop {
            self.simulate(&mut held, DAYS)?;
            let days = held.sample.days().min(DAYS);
            let share = missed_days(&self.goals, &held.sample, days) as f64 / days as f64;
            path.push((self.response.cost_of(&held.staff), share));
            // The share of other days differs by its error.
            let error = (limit * (1.0 - limit) / days as f64).sqrt();
            if answer.is_none() {
                self.best.clone_from(&held.staff);
                if share + error <= limit {
                    answer = Some(held.clone());
                }
            }
            if share <= least {
                break;
            }
            let next = SHARES
                .into_iter()
                .chain([limit - error])
                .filter(|s| *s < share)
                .fold(0.0, f64::max);
            let all: u32 = held.staff.iter().flatten().sum();
            let most = (f64::from(all) / AGENTS_PER_ONE).clamp(1.0, MOST_AT_ONCE);
            let agents = ((share - next) / POINTS_PER_AGENT).clamp(1.0, most) as usize;
            self.observe(&held);
            let mut staff = held.staff.clone();
            for _ in 0..agents {
                let Some((g, i)) = self.one_for_the_days(&held.sample, &staff, days) else {
                    break;
                };
                staff[g][i] += 1;
            }
            if staff == held.staff {
                break;
            }
            held = Trial {
                staff,
                sample: Sample::default(),
            };
        }
        Ok(answer.unwrap_or(held))
    }

    /// Share of the days simulated so far on which a target is missed.
    pub(super) fn share_of_missed_days(&self, trial: &Trial) -> f64 {
        let days = trial.sample.days();
        missed_days(&self.goals, &trial.sample, days) as f64 / days.max(1) as f64
    }

    /// Group and interval where one more agent lowers the number of missed days most for what it costs, as far as the formula
    /// can tell.
    fn one_for_the_days(
        &self,
        sample: &Sample,
        staff: &Staff,
        days: usize,
    ) -> Option<(usize, usize)> {
        let gaps: Vec<(usize, Vec<f64>)> = of_queues(&self.goals)
            .map(|(k, goal, q)| {
                let gaps = (0..days).map(|day| gap(goal, sample.value(k, day)));
                (q, gaps.filter(|gap| *gap > 0.0).collect())
            })
            .collect();
        let mut best: Option<(f64, (usize, usize))> = None;
        for (g, row) in staff.iter().enumerate() {
            for (i, &agents) in row.iter().enumerate() {
                if agents >= self.question.bounds.most[g][i] {
                    continue;
                }
                let taken = gaps
                    .iter()
                    .filter(|(q, _)| self.response.takes_first(*q, g));
                let closed = taken.map(|(q, gaps)| {
                    let gain = self.response.gain_of_one(*q, i, staff);
                    gaps.iter().map(|gap| (gain / gap).min(1.0)).sum::<f64>()
                });
                let worth = closed.sum::<f64>() / self.response.cost[g][i].max(1e-9);
                if worth > 0.0 && best.is_none_or(|(most, _)| worth > most) {
                    best = Some((worth, (g, i)));
                }
            }
        }
        best.map(|(_, cell)| cell)
    }
}

/// The share of missed days on days that the search never saw.
pub(super) fn judge(
    staffed: &Scenario,
    (question, limit): (&Question, f64),
    goals: &[Goal],
    path: &[(f64, f64)],
    control: &Control,
) -> Result<Risk, Halt> {
    let watches: Vec<Watch> = goals
        .iter()
        .filter_map(|goal| goal.watch(staffed))
        .collect();
    let mut sample = Sample::default();
    sample.extend(
        FRESH_DAYS,
        (&Model::new(staffed), &watches),
        (question.seed, 0),
        control,
    )?;
    let missed = missed_days(goals, &sample, FRESH_DAYS);
    let share = wilson(missed as u64, FRESH_DAYS as u64, question.confidence);
    let (mean, high) = (share.mean.unwrap_or(1.0), share.ci.map_or(1.0, |ci| ci.1));
    let status = match high <= limit {
        true => Status::Met,
        false if mean <= limit + 0.01 => Status::Borderline,
        false => Status::Missed,
    };
    let costs = SHARES.map(|share| RiskCost {
        missed_days: share,
        cost: path
            .iter()
            .find(|&&(_, reached)| reached <= share)
            .map(|&(cost, _)| cost),
    });
    Ok(Risk {
        limit,
        missed_days: share,
        status,
        costs: costs.to_vec(),
    })
}
