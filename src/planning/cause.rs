//! Why a target is missed whatever staff there is, as far as that is known.

use super::goals::{Goal, Staff};
use super::question::Bounds;
use crate::kpi::Place;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{CallType, Demand, Distribution, Scenario};
use std::ops::Range;

/// Routing policies that may leave a call waiting beside an idle agent, as long as they like.
const IDLE: [&str; 2] = ["weights", "lua"];

/// What holds a goal that no staffing within the bounds reaches, or of which nothing is seen.
pub(super) fn cause(scenario: &Scenario, bounds: &Bounds, staff: &Staff, goal: &Goal) -> String {
    let serving = match goal.target.place {
        Place::Queue(q) => serving(scenario, q),
        Place::Group(g) => vec![g],
        Place::Trunk(_) => Vec::new(),
    };
    let here = goal.intervals(scenario);
    if let Place::Queue(q) = goal.target.place {
        if serving.is_empty() {
            return "nobody serves it".to_owned();
        }
        let trunks = without_lines(scenario, q, &here);
        if !trunks.is_empty() {
            return format!(
                "no call comes in: there are no lines in {}",
                trunks.join(", ")
            );
        }
    }
    let sum = |staff: &Staff| -> u64 {
        let rows = serving.iter().flat_map(|&g| &staff[g][here.clone()]);
        rows.map(|&n| u64::from(n)).sum()
    };
    let bounded = |i: usize| -> Vec<&str> {
        let is_bounded = |&&g: &&usize| {
            let most = bounds.most[g][i];
            staff[g][i] >= most && most < MOST_AGENTS as u32
        };
        let bounded = serving.iter().filter(is_bounded);
        bounded.map(|&g| scenario.groups[g].name.as_str()).collect()
    };
    let mut names: Vec<&str> = Vec::new();
    for name in here.clone().flat_map(bounded) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !names.is_empty() {
        let more = if sum(&bounds.most) > 0 { "more " } else { "" };
        return format!("no {more}agents of {} are allowed", names.join(", "));
    }
    if let Place::Queue(q) = goal.target.place
        && let Some(late) = late(scenario, q, goal)
    {
        return late;
    }
    if sum(staff) == 0 && goal.best.is_none() {
        return "nobody is at work".to_owned();
    }
    let before = goal.interval.and_then(|i| i.checked_sub(1));
    let carried = before.map(|i| (i, bounded(i)));
    if let Some((i, names)) = carried.filter(|(_, names)| !names.is_empty()) {
        return format!(
            "calls are carried over from {}, where no more agents of {} are allowed",
            scenario.interval_starts()[i],
            names.join(", ")
        );
    }
    let policies = scenario.routing.iter().map(|rule| rule.policy.as_str());
    match policies.into_iter().find(|name| IDLE.contains(name)) {
        Some(policy) => format!(
            "not even with more agents than calls; the routing policy {policy} may leave calls waiting beside them"
        ),
        None => "not even with more agents than calls".to_owned(),
    }
}

/// What becomes of calls that no tier of their queue is open to at once.
fn late(scenario: &Scenario, queue: usize, goal: &Goal) -> Option<String> {
    let of_queue = &scenario.queues[queue];
    let after = of_queue.tiers.iter().map(|tier| tier.after).min();
    let after = after.filter(|after| !after.is_zero())?;
    let waits = format!(
        "nobody answers before a call has waited for {} s",
        after.as_secs_f64()
    );
    if of_queue.limit == Some(0) {
        return Some(format!("{waits}, and there is no place to wait"));
    }
    let loses = match goal.target.kpi {
        "service_level" => after <= of_queue.target.within,
        kpi => kpi == "abandonment_rate",
    };
    let leave = [
        (callers(scenario, queue).any(|t| t.balk > 0.0), "balked"),
        (
            callers(scenario, queue).any(|t| t.patience != Distribution::Never),
            "run out of patience",
        ),
    ];
    let leave = leave.into_iter().filter(|(does, _)| *does && loses);
    let leave: Vec<&str> = leave.map(|(_, how)| how).collect();
    Some(match leave.is_empty() {
        true => waits,
        false => format!(
            "{waits}, and by then callers have {}",
            leave.join(" or have ")
        ),
    })
}

/// The trunk groups of a queue, where callers come in some intervals and none of them has a line.
pub(crate) fn without_lines<'s>(
    scenario: &'s Scenario,
    queue: usize,
    intervals: &Range<usize>,
) -> Vec<&'s str> {
    let comes = |t: &&CallType| match &t.demand {
        Demand::Volume(values) | Demand::RatePerHour(values) => {
            intervals.clone().any(|i| values[i] > 0.0)
        }
    };
    let trunk = |t: &'s CallType| {
        let trunks = scenario.trunks.iter();
        let mut own = trunks.filter(|trunk| t.trunk.as_ref() == Some(&trunk.name));
        own.next()
            .filter(|trunk| trunk.lines == 0)
            .map(|trunk| trunk.name.as_str())
    };
    let trunks: Option<Vec<&str>> = callers(scenario, queue).filter(comes).map(trunk).collect();
    let mut trunks = trunks.unwrap_or_default();
    trunks.sort_unstable();
    trunks.dedup();
    trunks
}

fn callers(scenario: &Scenario, queue: usize) -> impl Iterator<Item = &CallType> {
    let name = &scenario.queues[queue].name;
    scenario.call_types.iter().filter(move |t| t.queue == *name)
}

/// The groups of all tiers of a queue.
pub(crate) fn serving(scenario: &Scenario, queue: usize) -> Vec<usize> {
    let tiers = &scenario.queues[queue].tiers;
    let names: Vec<&String> = tiers.iter().flat_map(|tier| &tier.groups).collect();
    let groups = scenario.groups.iter().enumerate();
    let serving = groups.filter(|(_, group)| names.contains(&&group.name));
    serving.map(|(g, _)| g).collect()
}
