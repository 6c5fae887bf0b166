//! What holds for a scenario as a whole: its bounds, and remarks on what is allowed but probably not meant.

use std::collections::HashSet;

use crate::scenario::fields::Checker;
use crate::scenario::tree::{Span, Table};
use crate::scenario::types::*;
use crate::scenario::words::quoted;

/// Most expected first attempts of one replication.
pub(super) const MOST_ATTEMPTS: f64 = 1e8;

/// Most accumulators that a run may need: parts of the scenario times intervals.
const MOST_CELLS: usize = 500_000;

impl Checker<'_> {
    /// Bounds on the whole.
    pub(super) fn limits(&mut self, scenario: &Scenario, root: &Table) {
        let span = |part: &str| root.get(part).map_or(Span::default(), |node| node.span);
        let parts = scenario.call_types.len()
            + scenario.queues.len()
            + scenario.groups.len()
            + scenario.trunks.len()
            + 1;
        let intervals = scenario.intervals();
        if parts * (intervals + 1) > MOST_CELLS {
            self.find(
                span("scenario"),
                "the scenario is too large",
                format!(
                    "{parts} parts by {intervals} intervals are more than {MOST_CELLS} figures"
                ),
                "use fewer or longer intervals, or fewer call types, queues, groups and trunks",
            );
        }
        let hours = match scenario.run.mode {
            Mode::Day => None,
            Mode::Steady { warm_up, length } => Some((warm_up + length).as_secs_f64() / 3600.0),
        };
        let interval_h = f64::from(scenario.interval_min) / 60.0;
        let attempts: f64 = scenario
            .call_types
            .iter()
            .map(|call_type| {
                let (values, per_hour) = match &call_type.demand {
                    Demand::Volume(values) => (values, 1.0 / interval_h),
                    Demand::RatePerHour(values) => (values, 1.0),
                };
                let each = hours.unwrap_or(interval_h * values.len() as f64) / values.len() as f64;
                values
                    .iter()
                    .map(|value| value * per_hour * each)
                    .sum::<f64>()
            })
            .sum();
        if attempts > MOST_ATTEMPTS {
            let what = match hours {
                Some(_) => "steady run",
                None => "day",
            };
            self.find(
                span("call_types"),
                "the scenario has too many calls",
                format!(
                    "{attempts:.3e} expected first attempts in one {what}, at most 1e8 are allowed"
                ),
                "lower `volume` or `rate`, or shorten the run",
            );
        }
    }

    /// What is allowed but probably not meant.
    pub(super) fn notes(&mut self, scenario: &Scenario) {
        let used = |queue: &Queue| scenario.call_types.iter().any(|c| c.queue == queue.name);
        for queue in &scenario.queues {
            let name = quoted(&queue.name);
            if !used(queue) {
                self.warnings
                    .push(format!("queue {name}: no call type uses it"));
            }
            if queue.tiers.is_empty() {
                self.warnings
                    .push(format!("queue {name}: no group serves it"));
            }
        }
        let serving: HashSet<&str> = scenario
            .queues
            .iter()
            .flat_map(|queue| &queue.tiers)
            .flat_map(|tier| &tier.groups)
            .map(String::as_str)
            .collect();
        for group in &scenario.groups {
            if !serving.contains(group.name.as_str()) {
                let name = quoted(&group.name);
                self.warnings.push(format!("group {name} serves no queue"));
            }
        }
        if self.steady {
            let mut idle = scenario.idle_in_steady();
            let busy = scenario.call_types.iter().any(|c| c.busyness_cv != 0.0);
            if busy && !idle.contains(&"busyness_cv") {
                idle.push("busyness_cv");
            }
            self.no_effect(&idle, "a steady run");
        }
    }
}
