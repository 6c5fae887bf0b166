//! How sure a day is: on how many days any target of any queue is missed.

use super::goals::{Goal, Staff};
use super::search::{Search, Stop, Trial};
use super::staffing::{Question, Status};
use crate::engine::Halt;
use crate::experiment::{Control, Sample, Watch};
use crate::kpi::Place;
use crate::model::Model;
use crate::scenario::Scenario;
use crate::stats::{Estimate, wilson};
use serde::Serialize;

/// Days that show the share of missed ones, and days that tell one candidate from another.
const DAYS: usize = 600;
const TRIAL_DAYS: usize = 150;

/// Candidates that are simulated for each agent who is added.
const CANDIDATES: usize = 4;

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

/// Whether any target of any queue is missed on a day, judged by the day's own figures. A day without contacts misses nothing.
fn is_missed(goals: &[Goal], sample: &Sample, day: usize) -> bool {
    let of_queues = goals
        .iter()
        .enumerate()
        .filter(|(_, goal)| matches!(goal.target.place, Place::Queue(_)));
    of_queues
        .into_iter()
        .any(|(k, goal)| goal.slack(sample.figure(k, day)) < 0.0)
}

fn missed_days(goals: &[Goal], sample: &Sample, days: usize) -> usize {
    (0..days)
        .filter(|&day| is_missed(goals, sample, day))
        .count()
}

impl Search<'_> {
    /// Adds agents one by one where that lowers the share of missed days most for what it costs, until it is low enough: a
    /// heuristic. Which intervals are worth a trial is told by the contacts that missed the service level there on missed
    /// days.
    pub(super) fn lower_risk(&mut self, held: Trial, limit: f64) -> Result<Trial, Stop> {
        let mut held = held;
        self.simulate(&mut held, DAYS)?;
        let least = limit.min(SHARES[0]);
        let mut answer = None;
        loop {
            let days = held.sample.days().min(DAYS);
            let share = missed_days(&self.goals, &held.sample, days) as f64 / days as f64;
            self.path.push((self.response.cost_of(&held.staff), share));
            if answer.is_none() {
                self.best.clone_from(&held.staff);
                // The share of other days differs by its error.
                if share + (limit * (1.0 - limit) / days as f64).sqrt() <= limit {
                    answer = Some(held.clone());
                }
            }
            if share <= least {
                break;
            }
            let Some(next) = self.one_for_the_days(&held, days)? else {
                break;
            };
            held = next;
        }
        Ok(answer.unwrap_or(held))
    }

    /// The staffing with the one agent more that lowers the number of missed days most for what it costs.
    fn one_for_the_days(&mut self, held: &Trial, days: usize) -> Result<Option<Trial>, Stop> {
        let mut best: Option<(f64, Staff)> = None;
        let some = TRIAL_DAYS.min(days);
        let before = self.misery(held, some);
        for (g, i) in self.promising(held, days) {
            let mut staff = held.staff.clone();
            staff[g][i] += 1;
            let trial = self.simulated(staff, some)?;
            let gain = (before - self.misery(&trial, some)) / self.response.cost[g][i].max(1e-9);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, trial.staff));
            }
        }
        match best {
            Some((_, staff)) => Ok(Some(self.simulated(staff, days)?)),
            None => Ok(None),
        }
    }

    /// Missed days, and how far they missed: the second tells apart what the first does not.
    fn misery(&self, trial: &Trial, days: usize) -> f64 {
        let short = (0..days).map(|day| {
            let goals = self.goals.iter().enumerate();
            let of_queues = goals.filter(|(_, goal)| matches!(goal.target.place, Place::Queue(_)));
            let misses = of_queues.map(|(k, goal)| {
                let slack = goal.slack(trial.sample.figure(k, day));
                (-slack).max(0.0) / goal.target.threshold.max(1e-9)
            });
            misses.fold(0.0, f64::max)
        });
        missed_days(&self.goals, &trial.sample, days) as f64 + short.sum::<f64>()
    }

    /// Groups and intervals where most contacts missed the service level on missed days, for what an agent costs there.
    fn promising(&self, held: &Trial, days: usize) -> Vec<(usize, usize)> {
        let missed: Vec<usize> = (0..days)
            .filter(|&day| is_missed(&self.goals, &held.sample, day))
            .collect();
        let watches = self.queue_watches("service_level");
        let intervals = self.scenario.intervals();
        let mut worth: Vec<(f64, (usize, usize))> = Vec::new();
        for g in 0..held.staff.len() {
            for i in 0..intervals {
                if held.staff[g][i] >= self.question.bounds.most[g][i] {
                    continue;
                }
                let queues =
                    (0..self.scenario.queues.len()).filter(|&q| self.response.takes_first(q, g));
                let short = queues.map(|q| {
                    let agents = f64::from(held.staff[g][i].max(1));
                    let contacts = held.sample.shortfall(watches[q * intervals + i], &missed);
                    contacts / agents
                });
                let short: f64 = short.sum();
                if short > 0.0 {
                    worth.push((short / self.response.cost[g][i].max(1e-9), (g, i)));
                }
            }
        }
        worth.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        worth
            .into_iter()
            .take(CANDIDATES)
            .map(|(_, cell)| cell)
            .collect()
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
