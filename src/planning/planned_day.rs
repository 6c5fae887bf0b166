//! The day that staff is planned for.

use super::goals::{Goal, Staff};
use super::question::Bounds;
use crate::experiment::Watch;
use crate::kpi::{Gauge, Place};
use crate::model::Model;
use crate::scenario::Scenario;
use std::ops::Range;

/// A day that staff is planned for: that of a scenario as it stands, or one on which something happens to it.
pub(crate) struct PlannedDay<'a> {
    /// What is planned: agents of its groups by its intervals, lines of its trunk groups.
    pub scenario: &'a Scenario,
    /// The model of that scenario with other agents and lines.
    pub model: &'a (dyn Fn(&Scenario) -> Model + Sync),
    /// Cells of the model's grid in an interval of the scenario.
    pub cells: usize,
}

impl<'a> PlannedDay<'a> {
    /// The day of a scenario as it stands.
    pub fn of(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            model: &|scenario| Model::new(scenario),
            cells: 1,
        }
    }

    /// The model with a staffing.
    pub fn staffed(&self, staff: &Staff) -> Model {
        (self.model)(&with_staff(self.scenario, staff))
    }

    /// The least agents to be planned so that so many are there throughout, as far as it makes a difference how many are planned:
    /// of those who are planned some may be away.
    pub fn planned_for(&self, there: &Staff) -> Staff {
        let all = Bounds::none(self.scenario).most;
        let most = self.staffed(&all);
        let is_enough = |model: &Model, g: usize, i: usize| {
            let cells = self.cells_of(i);
            let come = model.groups[g].staff[cells.clone()].iter();
            let mut come = come.zip(&most.groups[g].staff[cells]);
            come.all(|(now, most)| now >= most || now >= &there[g][i])
        };
        // Between too few and enough; those who are there are planned.
        let (mut few, mut enough) = (there.clone(), all);
        let mut planned = there.clone();
        loop {
            let model = self.staffed(&planned);
            let mut is_found = true;
            for (g, row) in planned.iter_mut().enumerate() {
                for (i, n) in row.iter_mut().enumerate() {
                    let (few, enough) = (&mut few[g][i], &mut enough[g][i]);
                    match is_enough(&model, g, i) {
                        true => *enough = *n,
                        false => *few = *n + 1,
                    }
                    is_found &= few >= enough;
                    *n = *few + enough.saturating_sub(*few) / 2;
                }
            }
            if is_found {
                return enough;
            }
        }
    }

    /// A figure in an interval; in none over the day, which includes what comes after closing. None where there is no such
    /// figure.
    pub fn watch(&self, place: Place, kpi: &str, interval: Option<usize>) -> Option<Watch> {
        let gauge = Gauge::new(place, kpi)?;
        let cells = match interval {
            Some(interval) => self.cells_of(interval),
            None => 0..self.scenario.intervals() * self.cells + 1,
        };
        Some(Watch { gauge, cells })
    }

    /// The figures of goals.
    pub fn watches(&self, goals: &[Goal]) -> Vec<Watch> {
        let watch = |goal: &Goal| self.watch(goal.target.place, goal.target.kpi, goal.interval);
        goals.iter().filter_map(watch).collect()
    }

    /// The cells of an interval.
    pub fn cells_of(&self, interval: usize) -> Range<usize> {
        interval * self.cells..(interval + 1) * self.cells
    }
}

/// The scenario with another staffing.
pub(super) fn with_staff(scenario: &Scenario, staff: &Staff) -> Scenario {
    let mut scenario = scenario.clone();
    for (group, staff) in scenario.groups.iter_mut().zip(staff) {
        group.staff.clone_from(staff);
    }
    scenario
}
