//! A plan as the staff of its scenarios.

use super::plan::Plan;
use super::simulate::staff;
use super::task::Task;
use crate::scenario::{Demand, Scenario};

/// A scenario on a finer grid: rates, factors and staff are repeated, volumes split evenly. The same calls come, to the same
/// agents; only the figures are of shorter intervals.
///
/// `grid_min` divides the interval.
pub fn on_grid(scenario: &Scenario, grid_min: u32) -> Scenario {
    let steps = (scenario.interval_min / grid_min).max(1) as usize;
    let mut finer = scenario.clone();
    finer.interval_min /= steps as u32;
    for of in &mut finer.call_types {
        match &mut of.demand {
            Demand::Volume(volumes) => {
                *volumes = repeated(volumes, steps);
                volumes
                    .iter_mut()
                    .for_each(|volume| *volume /= steps as f64);
            }
            Demand::RatePerHour(rates) => *rates = repeated(rates, steps),
        }
        of.talk_factor = repeated(&of.talk_factor, steps);
    }
    for group in &mut finer.groups {
        group.staff = repeated(&group.staff, steps);
        group.shrinkage = repeated(&group.shrinkage, steps);
    }
    finer
}

fn repeated<T: Copy>(values: &[T], steps: usize) -> Vec<T> {
    let repeated = values
        .iter()
        .flat_map(|value| std::iter::repeat_n(*value, steps));
    repeated.collect()
}

/// The scenario of a day with the productive agents of a plan as its staff, on the planning grid. Breaks are where they are
/// planned: a number of agents has nobody who comes late from one.
pub fn written(task: &Task, plan: &Plan, day: usize, scenario: &Scenario) -> Scenario {
    let mut written = on_grid(scenario, task.horizon.grid_min);
    for (group, staff) in written
        .groups
        .iter_mut()
        .zip(staff(task, plan, day, scenario))
    {
        if let Some(staff) = staff {
            group.staff = staff;
        }
    }
    written
}
