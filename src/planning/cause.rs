//! Why a target is missed whatever staff there is, as far as that is known.

use super::goals::{Goal, Staff};
use super::question::Bounds;
use crate::kpi::Place;
use crate::scenario::schema::MOST_AGENTS;
use crate::scenario::{Queue, Scenario};

/// What holds a goal that no staffing within the bounds reaches.
pub(super) fn cause(scenario: &Scenario, bounds: &Bounds, staff: &Staff, goal: &Goal) -> String {
    let serving = match goal.target.place {
        Place::Queue(q) => groups_of(scenario, &scenario.queues[q]),
        Place::Group(g) => vec![g],
        Place::Trunk(_) => Vec::new(),
    };
    if let (Place::Queue(_), true) = (goal.target.place, serving.is_empty()) {
        return "nobody serves it".to_owned();
    }
    let bounded = |i: usize| -> Vec<&str> {
        let is_bounded = |&&g: &&usize| {
            let most = bounds.most[g][i];
            staff[g][i] >= most && most < MOST_AGENTS as u32
        };
        let bounded = serving.iter().filter(is_bounded);
        bounded.map(|&g| scenario.groups[g].name.as_str()).collect()
    };
    let here = goal.interval.map_or(0..scenario.intervals(), |i| i..i + 1);
    let mut names: Vec<&str> = Vec::new();
    for name in here.flat_map(bounded) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if !names.is_empty() {
        return format!("no more agents of {} are allowed", names.join(", "));
    }
    if let Place::Queue(q) = goal.target.place {
        let queue = &scenario.queues[q];
        let first = queue.tiers.iter().map(|tier| tier.after).min();
        if let Some(after) = first.filter(|after| *after > queue.target.within) {
            let after = after.as_secs_f64();
            return format!("nobody answers before a call has waited for {after} s");
        }
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
    "not even with more agents than calls".to_owned()
}

/// The groups of all tiers of a queue.
fn groups_of(scenario: &Scenario, queue: &Queue) -> Vec<usize> {
    let names: Vec<&String> = queue.tiers.iter().flat_map(|tier| &tier.groups).collect();
    let groups = scenario.groups.iter().enumerate();
    let serving = groups.filter(|(_, group)| names.contains(&&group.name));
    serving.map(|(g, _)| g).collect()
}
