//! Lines that a blocking target needs.

use super::planned_day::PlannedDay;
use super::question::Question;
use crate::engine::Halt;
use crate::erlang::loss;
use crate::experiment::{Control, Sample, Watch};
use crate::kpi::{Bound, Place};
use crate::scenario::Scenario;
use crate::scenario::schema::MOST_LINES;
use serde::Serialize;

/// Days that decide on a number of lines.
const DAYS: usize = 100;

/// Lines of a trunk group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinesNeeded {
    /// The trunk group.
    pub trunk: String,
    /// Lines of the scenario.
    pub current: u32,
    /// The target: largest blocking rate.
    pub max_blocking: f64,
    /// Erlang-B for the lines that are held in the busiest interval where there are enough for all.
    pub erlang_b: Option<u64>,
    /// Least lines with which the simulated day meets the target.
    pub simulated: Option<u32>,
}

/// Lines needed for every blocking target of a day, with the scenario's staff. Of each trunk group where the others with a target have
/// enough: their callers wait for the same agents, and the longer the wait the more lines are held.
pub(super) fn needed(
    day: &PlannedDay<'_>,
    question: &Question,
    control: &Control,
) -> Result<Vec<LinesNeeded>, Halt> {
    let targets = question.targets.iter();
    let blocking = targets.filter_map(|target| match (target.place, target.bound) {
        (Place::Trunk(t), Bound::AtMost) => Some((t, target.threshold)),
        _ => None,
    });
    let blocking: Vec<(usize, f64)> = blocking.collect();
    let of = |&(trunk, max): &(usize, f64)| {
        let mut others = day.scenario.clone();
        for &(other, _) in blocking.iter().filter(|(other, _)| *other != trunk) {
            others.trunks[other].lines = MOST_LINES as u32;
        }
        let beside = PlannedDay {
            scenario: &others,
            ..*day
        };
        of_trunk(&beside, trunk, max, question.seed, control)
    };
    blocking.iter().map(of).collect()
}

fn of_trunk(
    day: &PlannedDay<'_>,
    trunk: usize,
    max: f64,
    seed: u64,
    control: &Control,
) -> Result<LinesNeeded, Halt> {
    let scenario = day.scenario;
    let intervals = scenario.intervals();
    let watch = |kpi, interval| day.watch(Place::Trunk(trunk), kpi, interval);
    let mut watches: Vec<Watch> = Vec::new();
    watches.extend(watch("blocking_rate", None));
    watches.extend((0..intervals).filter_map(|i| watch("lines_busy_mean", Some(i))));
    let simulate = |lines: u32| -> Result<Sample, Halt> {
        let mut scenario = scenario.clone();
        scenario.trunks[trunk].lines = lines;
        let mut sample = Sample::default();
        sample.extend(
            DAYS,
            (&(day.model)(&scenario), &watches),
            (seed, 0),
            control,
        )?;
        Ok(sample)
    };
    let mean = |sample: &Sample, watch| {
        let ratio = sample.ratio(watch, DAYS);
        if ratio.mean_y() > 0.0 {
            ratio.mean_x() / ratio.mean_y()
        } else {
            0.0
        }
    };
    let free = simulate(1_000_000)?;
    let busiest = (1..=intervals)
        .map(|watch| mean(&free, watch))
        .fold(0.0, f64::max);
    let erlang_b = loss::least_lines(busiest, max).ok();
    if mean(&free, 0) > max {
        // There never are enough for all.
        return Ok(of(scenario, trunk, max, None, None));
    }
    // The day's blocking falls with every line: the least that meets the target lies between none and Erlang-B's, which is for
    // the busiest interval, or a little above, where callers come in bursts.
    let (mut low, mut high) = (0u32, erlang_b.unwrap_or(1).clamp(1, 1_000_000) as u32);
    while mean(&simulate(high)?, 0) > max {
        if high >= 1_000_000 {
            return Ok(of(scenario, trunk, max, erlang_b, None));
        }
        low = high;
        high = (high + high / 8 + 1).min(1_000_000);
    }
    while high - low > 1 {
        let lines = low + (high - low) / 2;
        match mean(&simulate(lines)?, 0) > max {
            true => low = lines,
            false => high = lines,
        }
    }
    Ok(of(scenario, trunk, max, erlang_b, Some(high)))
}

fn of(
    scenario: &Scenario,
    trunk: usize,
    max_blocking: f64,
    erlang_b: Option<u64>,
    simulated: Option<u32>,
) -> LinesNeeded {
    LinesNeeded {
        trunk: scenario.trunks[trunk].name.clone(),
        current: scenario.trunks[trunk].lines,
        max_blocking,
        erlang_b,
        simulated,
    }
}
