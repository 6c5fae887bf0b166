//! A plan as the staff of its scenarios.

use super::plan::Plan;
use super::simulate::staff;
use super::task::Task;
use crate::scenario::Scenario;

/// The scenario of a day with the productive agents of a plan as its staff, on the planning grid. Breaks are where they are
/// planned: a number of agents has nobody who comes late from one.
pub fn written(task: &Task, plan: &Plan, day: usize, scenario: &Scenario) -> Scenario {
    let mut written = scenario.on_grid(task.horizon.grid_min);
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
