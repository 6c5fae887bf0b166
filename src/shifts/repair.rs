//! People asked for on top of the requirement, where the simulation of a plan misses a target.

use super::document::Repair;
use super::plan::Plan;
use super::simulated_day::Day;
use super::task::Task;
use crate::experiment::{Control, Error};
use crate::kpi::{Bound, Place, Results, Unit, unit};
use crate::planning::Goal;
use crate::scenario::{Scenario, clock_text};
use crate::stats::Estimate;
use std::collections::BTreeMap;

/// Standard errors by which a figure must be within tolerance, so that it is so on other days too: 95 % one-sided.
const GUARD: f64 = 1.645;

/// What a more is tried per point that a share lies below its target, as a fraction of the people there: in the middle of
/// the range, a hundredth of the people changes a service level by some four points.
const PEOPLE_PER_POINT: f64 = 0.25;

/// Simulates a plan, on days that its judgement at last does not see, and asks for more people where a target is not surely
/// within tolerance: one more than are there at the least, or more, where much is missing (a simple rule in the place of the
/// cuts of Atlason, Epelman and Henderson 2004).
pub(super) fn repair(
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
        let Some((model, results)) = of.simulate(task, plan, control)? else {
            return Ok(Vec::new());
        };
        let judge = of.judge(&model, &results);
        // By group and interval, how many more and why.
        let mut more: BTreeMap<(usize, usize), (f64, String)> = BTreeMap::new();
        for (goal, promise) in of.goals.iter().zip(&of.promises) {
            let figure = judge.figure(goal);
            let Some(mean) = figure.mean.filter(|_| promise.best.is_none()) else {
                continue;
            };
            if room(goal, &figure).is_none_or(|room| room >= 0.0) {
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

/// How far a figure is surely within tolerance; none where nothing is known.
pub(super) fn room(goal: &Goal, figure: &Estimate) -> Option<f64> {
    let (mean, se) = figure.mean.zip(figure.se)?;
    Some(goal.slack(Some(mean)) + goal.tolerance - sure(goal, se))
}

/// By how much better a figure with a standard error must be, at most the tolerance.
pub(super) fn sure(goal: &Goal, se: f64) -> f64 {
    (GUARD * se).min(goal.tolerance)
}

/// A goal's KPI, what it is of, the name of that, and its bound, in words.
pub(super) fn words<'s>(
    scenario: &'s Scenario,
    goal: &Goal,
) -> (String, &'static str, &'s str, &'static str) {
    let target = &goal.target;
    let (what, name) = match target.place {
        Place::Queue(q) => ("queue", &scenario.queues[q].name),
        Place::Group(g) => ("group", &scenario.groups[g].name),
        Place::Trunk(t) => ("trunk group", &scenario.trunks[t].name),
    };
    let bound = match target.bound {
        Bound::AtLeast => "at least",
        Bound::AtMost => "at most",
    };
    let kpi = target.kpi.trim_end_matches("_s").replace('_', " ");
    (kpi, what, name, bound)
}

/// Which target was missed, and by what.
fn missed(scenario: &Scenario, goal: &Goal, figure: f64) -> String {
    let target = &goal.target;
    let (kpi, _, name, wanted) = words(scenario, goal);
    let shown = |value: f64| match unit(target.kpi) {
        Some(Unit::Fraction) => format!("{:.1} %", 100.0 * value),
        _ => format!("{value:.1} s"),
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
