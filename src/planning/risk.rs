//! How sure a day is: on how many days any target of any queue is missed.

use super::goals::{Goal, Staff, Status};
use super::planned_day::PlannedDay;
use super::question::Question;
use super::search::{Search, Stop, Trial};
use crate::engine::Halt;
use crate::experiment::{Control, Sample};
use crate::kpi::{Place, Unit, unit};
use crate::stats::{Estimate, wilson};
use serde::Serialize;
use std::collections::HashSet;

/// Days that show the share of missed ones.
const DAYS: usize = 500;

/// Days that are looked at first where an agent is to be spared.
const DAYS_AT_RISK: usize = 24;

/// Agents that are added between two simulations, at most: the more, the further the share is from what is wanted, and the
/// more there are.
const MOST_AT_ONCE: f64 = 8.0;
const POINTS_PER_AGENT: f64 = 0.02;
const AGENTS_PER_ONE: f64 = 60.0;

/// Shares whose cost is told.
const SHARES: [f64; 4] = [0.05, 0.10, 0.20, 0.50];

/// Fresh days on which the share is judged.
pub(super) const FRESH_DAYS: usize = 2000;

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

/// What a share of missed days costs, on the way to fewer: the cheapest staffing seen with so few.
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

/// By how much the share of missed days may differ on other days: its standard error.
fn share_error(share: f64, days: usize) -> f64 {
    (share * (1.0 - share) / days as f64).sqrt()
}

impl Search<'_> {
    /// Adds agents one by one where that lowers the share of missed days most for what it costs, until it is low enough.
    /// What one brings is told by the formula, so this is a heuristic: on how many missed days the contacts that one more
    /// agent answers in time would close the gap, and how much of it on the others. Who then proves not to be needed is
    /// taken again. `path` tells what was seen on the way.
    pub(super) fn lower_risk(
        &mut self,
        held: Trial,
        limit: f64,
        path: &mut Vec<(f64, f64)>,
    ) -> Result<Trial, Stop> {
        // What no staffing reaches is missed on every day, whoever is added.
        if of_queues(&self.goals).any(|(_, goal, _)| goal.best.is_some()) {
            return Ok(held);
        }
        let allowed = limit - share_error(limit, DAYS);
        let held = self.add_for_the_days(held, allowed, path)?;
        self.spare_for_the_days(held, allowed)
    }

    /// Goes on to lower shares, for what they cost.
    pub(super) fn cost_of_lower_risks(
        &mut self,
        held: Trial,
        path: &mut Vec<(f64, f64)>,
    ) -> Result<(), Stop> {
        let best = self.best.clone();
        let ended = self.add_for_the_days(held, SHARES[0], path);
        // It is not what was asked for.
        self.best = best;
        ended.map(|_| ())
    }

    /// Adds agents until the share of missed days is no more than is wanted, or nothing more can be added.
    fn add_for_the_days(
        &mut self,
        mut held: Trial,
        wanted: f64,
        path: &mut Vec<(f64, f64)>,
    ) -> Result<Trial, Stop> {
        loop {
            self.simulate(&mut held, DAYS)?;
            let days = held.sample.days().min(DAYS);
            let share = missed_days(&self.goals, &held.sample, days) as f64 / days as f64;
            path.push((self.response.cost_of(&held.staff), share));
            self.keep(&held);
            if share <= wanted {
                return Ok(held);
            }
            let shares = SHARES.into_iter().chain([wanted]);
            let next = shares.filter(|s| *s < share).fold(0.0, f64::max);
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
                return Ok(held);
            }
            held = Trial {
                staff,
                sample: Sample::default(),
            };
        }
    }

    /// Takes every agent, those who bring least first, without whom the share of missed days is still no more than is allowed.
    /// The same callers tell it, with and without: the days first that are missed next, which an agent too many does not
    /// change; then all.
    fn spare_for_the_days(&mut self, mut held: Trial, allowed: f64) -> Result<Trial, Stop> {
        let all = held.sample.days().min(DAYS);
        let most = (allowed * all as f64) as usize;
        if missed_days(&self.goals, &held.sample, all) > most {
            return Ok(held);
        }
        let mut needed: HashSet<(usize, usize)> = HashSet::new();
        while let Some((g, i)) = self.least_needed(&held.staff, &needed) {
            let mut staff = held.staff.clone();
            staff[g][i] -= 1;
            let mut missed = missed_days(&self.goals, &held.sample, all);
            for day in self.days_at_risk(&held.sample, all) {
                let seen = self.one_day(&staff, day)?;
                missed += missed_days(&self.goals, &seen, 1);
                if missed > most {
                    break;
                }
            }
            let trial = match missed > most {
                true => None,
                false => Some(self.simulated(staff, all)?),
            };
            match trial.filter(|trial| missed_days(&self.goals, &trial.sample, all) <= most) {
                Some(trial) => {
                    held = trial;
                    self.keep(&held);
                }
                None => {
                    needed.insert((g, i));
                }
            }
        }
        Ok(held)
    }

    /// Days that miss no target, but will soonest: those with fewest contacts to spare.
    fn days_at_risk(&self, sample: &Sample, days: usize) -> Vec<usize> {
        let worst = |day: usize| {
            let gaps = of_queues(&self.goals).map(|(k, goal, _)| gap(goal, sample.value(k, day)));
            gaps.fold(f64::NEG_INFINITY, f64::max)
        };
        let met = (0..days).map(|day| (worst(day), day));
        let mut met: Vec<(f64, usize)> = met.filter(|(gap, _)| *gap <= 0.0).collect();
        met.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
        met.truncate(DAYS_AT_RISK);
        met.into_iter().map(|(_, day)| day).collect()
    }

    /// Group and interval of the agent whom a formula sees least needed for what he costs.
    fn least_needed(
        &self,
        staff: &Staff,
        needed: &HashSet<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        let cells = (0..staff.len()).flat_map(|g| (0..staff[g].len()).map(move |i| (g, i)));
        let open = cells.filter(|&(g, i)| {
            staff[g][i] > self.question.bounds.least[g][i] && !needed.contains(&(g, i))
        });
        let worth = |&(g, i): &(usize, usize)| {
            let loss = self.response.loss(staff, g, i, self.question.per);
            self.response.cost[g][i].max(1e-9) / (loss + 1e-9)
        };
        open.max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)))
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
    day: &PlannedDay<'_>,
    (question, limit, days): (&Question, f64, usize),
    goals: &[Goal],
    path: &[(f64, f64)],
    control: &Control,
) -> Result<Risk, Halt> {
    let mut sample = Sample::default();
    sample.extend(
        days,
        (&(day.model)(day.scenario), &day.watches(goals)),
        (question.seed, 0),
        control,
    )?;
    let missed = missed_days(goals, &sample, days);
    let share = wilson(missed as u64, days as u64, question.confidence);
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
            .filter(|&&(_, reached)| reached <= share)
            .map(|&(cost, _)| cost)
            .min_by(f64::total_cmp),
    });
    Ok(Risk {
        limit,
        missed_days: share,
        status,
        costs: costs.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::Per;
    use std::path::Path;

    /// Four intervals, of which each can make up for another one.
    const DAY: &str = "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\n\
        [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
        [[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = [100, 300, 240, 60]\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
        [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 40\n";

    #[test]
    fn nobody_is_kept_without_whom_the_share_is_low_enough() {
        let loaded = crate::scenario::parse("s", DAY, Path::new(""), &[]);
        let scenario = loaded.expect("a scenario").scenario;
        let question = Question {
            risk: Some(0.1),
            ..Question::of(&scenario, Per::Day)
        };
        let control = Control::default();
        let day = PlannedDay::of(&scenario);
        let mut search = Search::new(&day, &question, &control);
        let trial = |search: &mut Search, staff: Staff| {
            let trial = search.simulated(staff, DAYS);
            trial.unwrap_or_else(|_| panic!("it can be simulated"))
        };
        let ample = trial(&mut search, vec![vec![14, 38, 32, 12]]);
        search.observe(&ample);
        let mut path = Vec::new();
        let held = search.lower_risk(ample, 0.1, &mut path);
        let held = held.unwrap_or_else(|_| panic!("it can be simulated"));
        let allowed = 0.1 - share_error(0.1, DAYS);
        let share = search.share_of_missed_days(&held);
        assert!(share <= allowed, "{share} of days for {allowed}");
        for i in 0..4 {
            let mut fewer = held.staff.clone();
            fewer[0][i] -= 1;
            let fewer = trial(&mut search, fewer);
            let share = search.share_of_missed_days(&fewer);
            assert!(
                share > allowed,
                "{:?}: {share} of days for {allowed}",
                fewer.staff
            );
        }
    }
}
