//! A profile put on a scenario: the model of the day on which it happens.

use crate::model::{IvrState, Model, Phase};
use crate::scenario::schema::MOST_LINES;
use crate::scenario::stress::{Change, Effect, Lost, Profile, Stage, Volume};
use crate::scenario::{Demand, Scenario, divisor};

/// Step of the grid on which figures are counted in the course of a load test, in minutes, where everything lies on it.
const STEP_MIN: u32 = 5;

/// Which parts of a profile happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Stages and loads.
    pub volume: bool,
    /// Faults.
    pub faults: bool,
    /// What is done about it.
    pub actions: bool,
}

impl Parts {
    /// All of it.
    pub const ALL: Parts = Parts {
        volume: true,
        faults: true,
        actions: true,
    };

    /// The same day without the profile.
    pub const NONE: Parts = Parts {
        volume: false,
        faults: false,
        actions: false,
    };
}

/// A scenario, what happens to its day, and the grid on which that is counted.
#[derive(Debug, Clone)]
pub struct StressedDay<'a> {
    profile: &'a Profile,
    scenario: Scenario,
}

impl<'a> StressedDay<'a> {
    /// A scenario of a day, and its profile. Names that the profile refers to are those of the scenario.
    pub fn new(scenario: &Scenario, profile: &'a Profile) -> Self {
        Self {
            profile,
            scenario: scenario.on_grid(grid_min(scenario, profile)),
        }
    }

    /// The scenario without the profile, on the grid of the day.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Minutes of a step of the grid.
    pub fn step_min(&self) -> u32 {
        self.scenario.interval_min
    }

    /// The changes that happen, those that last no time left out.
    fn changes(&self, parts: Parts) -> Vec<&'a Change> {
        let faults = self.profile.faults.iter().filter(|_| parts.faults);
        let actions = self.profile.actions.iter().filter(|_| parts.actions);
        let changes = faults.chain(actions);
        changes.filter(|change| !change.is_nothing()).collect()
    }

    /// The steps of the grid in which a change holds.
    fn holds(&self, change: &Change, step: usize) -> bool {
        let minute = step as u32 * self.step_min();
        let until = change.until_min.unwrap_or(u32::MAX);
        (change.from_min..until).contains(&minute)
    }

    /// The day with parts of its profile.
    pub fn model(&self, parts: Parts) -> Model {
        let mut scenario = self.scenario.clone();
        if parts.volume {
            self.load(&mut scenario);
        }
        let changes = self.changes(parts);
        for step in 0..scenario.intervals() {
            for change in changes.iter().filter(|change| self.holds(change, step)) {
                self.change_step(&mut scenario, change, step);
            }
        }
        let model = Model::new(&scenario);
        model.with_phases(self.phases(&scenario, &changes))
    }

    /// Brings the volume to what the profile says.
    fn load(&self, scenario: &mut Scenario) {
        let profile = self.profile;
        let steps = scenario.intervals();
        let stages = factors(&profile.stages, steps, self.step_min());
        let multiply = |demand: &mut Demand, factors: &[f64]| {
            let values = demand.values_mut().iter_mut();
            values.zip(factors).for_each(|(value, by)| *value *= by);
        };
        for of in &mut scenario.call_types {
            let mut own = profile.loads.iter();
            let own = own.find(|load| load.call_types.contains(&of.name));
            match own.map(|load| &load.volume) {
                None => multiply(&mut of.demand, &stages),
                Some(Volume::Stages(own)) => {
                    multiply(&mut of.demand, &factors(own, steps, self.step_min()));
                }
                Some(Volume::Recorded(volumes)) => {
                    let per = steps / volumes.len().max(1);
                    let split = volumes.iter().map(|volume| volume / per as f64);
                    let split = split.flat_map(|volume| std::iter::repeat_n(volume, per));
                    of.demand = Demand::Volume(split.collect());
                }
            }
        }
    }

    /// What a change does to what is given by interval, in one step.
    fn change_step(&self, scenario: &mut Scenario, change: &Change, step: usize) {
        let groups = scenario.groups.iter_mut();
        match &change.effect {
            Effect::Absent { groups: of, share } => {
                let today = &self.scenario.groups;
                let groups = groups.zip(today).filter(|(g, _)| of.contains(&g.name));
                for (group, today) in groups {
                    let away = share_of(today.staff[step], *share);
                    group.staff[step] = group.staff[step].saturating_sub(away);
                }
            }
            Effect::SiteLost { groups: of } => {
                let lost = groups.filter(|g| of.contains(&g.name));
                lost.for_each(|group| group.staff[step] = 0);
            }
            Effect::MoreAgents { groups: of, more } => {
                let more_of = groups.filter(|g| of.contains(&g.name));
                more_of.for_each(|group| group.staff[step] += more);
            }
            Effect::Talk { call_types, factor } => {
                let types = scenario.call_types.iter_mut();
                let longer = types.filter(|t| call_types.contains(&t.name));
                longer.for_each(|of| of.talk_factor[step] *= factor);
            }
            Effect::LinesLost { .. }
            | Effect::MoreLines { .. }
            | Effect::IvrDown { .. }
            | Effect::Containment { .. }
            | Effect::Policy(_)
            | Effect::Agents { .. } => {}
        }
    }

    /// The phases of the day: one wherever a change begins or ends that is not given by interval.
    fn phases(&self, scenario: &Scenario, changes: &[&Change]) -> Vec<Phase> {
        let changes = changes.iter().copied();
        let changes: Vec<&Change> = changes
            .filter(|change| !is_by_interval(&change.effect))
            .collect();
        let ends = |change: &&Change| [Some(change.from_min), change.until_min];
        let mut steps: Vec<usize> = changes
            .iter()
            .flat_map(ends)
            .flatten()
            .map(|minute| (minute / self.step_min()) as usize)
            .filter(|step| *step < scenario.intervals())
            .collect();
        steps.sort_unstable();
        steps.dedup();
        let phase = |step: usize| {
            let mut as_then = scenario.clone();
            let mut ivr = vec![IvrState::Works; scenario.call_types.len()];
            let mut lost = Vec::new();
            for change in changes.iter().filter(|change| self.holds(change, step)) {
                self.change_phase(&mut as_then, &mut ivr, &change.effect);
                let begins = change.from_min == step as u32 * self.step_min();
                if let (true, Effect::SiteLost { groups }) = (begins, &change.effect) {
                    let of = scenario.groups.iter().enumerate();
                    let of = of.filter(|(_, group)| groups.contains(&group.name));
                    lost.extend(of.map(|(group, _)| group));
                }
            }
            Phase::new(step, &as_then, &ivr, lost)
        };
        steps.into_iter().map(phase).collect()
    }

    fn change_phase(&self, scenario: &mut Scenario, ivr: &mut [IvrState], effect: &Effect) {
        match effect {
            Effect::LinesLost { trunks, lost } => {
                let of = scenario.trunks.iter_mut().zip(&self.scenario.trunks);
                for (trunk, today) in of.filter(|(trunk, _)| trunks.contains(&trunk.name)) {
                    let lost = match lost {
                        Lost::Share(share) => share_of(today.lines, *share),
                        Lost::Lines(lines) => *lines,
                    };
                    trunk.lines = trunk.lines.saturating_sub(lost);
                }
            }
            Effect::MoreLines { trunks, more } => {
                let of = scenario.trunks.iter_mut();
                for trunk in of.filter(|trunk| trunks.contains(&trunk.name)) {
                    trunk.lines = (trunk.lines + more).min(MOST_LINES as u32);
                }
            }
            Effect::IvrDown { call_types, busy } => {
                let of = scenario.call_types.iter().zip(ivr);
                let of = of.filter(|(call_type, _)| call_types.contains(&call_type.name));
                let state = match busy {
                    true => IvrState::Busy,
                    false => IvrState::Skipped,
                };
                of.for_each(|(_, of)| *of = state);
            }
            Effect::Containment {
                call_types,
                contained,
            } => {
                let of = scenario.call_types.iter_mut();
                for call_type in of.filter(|of| call_types.contains(&of.name)) {
                    if let Some(ivr) = &mut call_type.ivr {
                        ivr.abandoned = ivr.abandoned.min(1.0 - contained);
                        ivr.contained = *contained;
                    }
                }
            }
            Effect::Policy(rules) => scenario.routing = rules.clone(),
            Effect::Agents { queue, tiers } => {
                let of = scenario.queues.iter_mut().filter(|of| of.name == *queue);
                of.for_each(|queue| queue.tiers = tiers.clone());
            }
            Effect::Absent { .. }
            | Effect::SiteLost { .. }
            | Effect::MoreAgents { .. }
            | Effect::Talk { .. } => {}
        }
    }
}

/// Whether all that an effect changes is given by interval, so that no phase begins with it. A lost site cuts calls, too.
fn is_by_interval(effect: &Effect) -> bool {
    match effect {
        Effect::Absent { .. } | Effect::MoreAgents { .. } | Effect::Talk { .. } => true,
        Effect::SiteLost { .. }
        | Effect::LinesLost { .. }
        | Effect::MoreLines { .. }
        | Effect::IvrDown { .. }
        | Effect::Containment { .. }
        | Effect::Policy(_)
        | Effect::Agents { .. } => false,
    }
}

/// A share of a number, rounded up; what rounding of the share itself adds does not count.
fn share_of(of: u32, share: f64) -> u32 {
    (f64::from(of) * share - 1e-9).ceil().max(0.0) as u32
}

/// Minutes of the grid: five, where it divides the interval and everything begins and ends on it; else the largest number of
/// minutes of which that is true.
fn grid_min(scenario: &Scenario, profile: &Profile) -> u32 {
    let mut grid = divisor(scenario.interval_min, STEP_MIN);
    let changes = profile.faults.iter().chain(&profile.actions);
    for change in changes.filter(|change| !change.is_nothing()) {
        grid = divisor(grid, change.from_min);
        grid = divisor(grid, change.until_min.unwrap_or(0));
    }
    let loads = profile.loads.iter().filter_map(|load| match &load.volume {
        Volume::Stages(stages) => Some(stages),
        Volume::Recorded(_) => None,
    });
    for stages in loads.chain([&profile.stages]) {
        let mut end_s = 0;
        for stage in stages {
            end_s += stage.duration.as_secs();
            // Within a minute the mean volume will do.
            let minute = if end_s % 60 == 0 { end_s / 60 } else { 1 };
            grid = divisor(grid, minute as u32);
        }
    }
    grid.max(1)
}

/// The volume of each step, averaged over the step: evenly from stage to stage, from 1 at the start.
fn factors(stages: &[Stage], steps: usize, step_min: u32) -> Vec<f64> {
    let width = f64::from(step_min) * 60.0;
    let mut sums = vec![0.0; steps];
    let (mut at, mut volume) = (0.0, 1.0);
    let end = width * steps as f64;
    let stages = stages.iter().map(|s| (s.duration.as_secs_f64(), s.volume));
    let last = stages.clone().next_back().map_or(1.0, |(_, volume)| volume);
    for (lasts, to) in stages.chain([(end, last)]) {
        let until = (at + lasts).min(end);
        let mut from = at;
        while from < until {
            let step = ((from / width) as usize).min(steps - 1);
            let stop = (width * (step + 1) as f64).min(until);
            // The mean of a straight line is its middle.
            let middle = ((from + stop) / 2.0 - at) / lasts;
            sums[step] += (stop - from) * (volume + (to - volume) * middle);
            from = stop;
        }
        (at, volume) = (until, to);
    }
    sums.into_iter().map(|sum| sum / width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn stage(minutes: u64, volume: f64) -> Stage {
        Stage {
            duration: Duration::from_secs(60 * minutes),
            volume,
        }
    }

    #[test]
    fn volumes_go_evenly_from_stage_to_stage() {
        // Ramp, step, hold, down, and what is left of the day.
        let stages = [stage(10, 2.0), stage(0, 4.0), stage(5, 4.0), stage(10, 1.0)];
        let found = factors(&stages, 6, 5);
        let expected = [1.25, 1.75, 4.0, 3.25, 1.75, 1.0];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(factors(&[], 3, 5), [1.0; 3]);
        // A step within a minute.
        let half = Stage {
            duration: Duration::from_secs(30),
            volume: 1.0,
        };
        assert_eq!(factors(&[half, stage(0, 3.0)], 2, 1), [2.0, 3.0]);
    }

    #[test]
    fn shares_are_rounded_up() {
        for (of, share, expected) in [
            (10, 0.3, 3),
            (10, 0.31, 4),
            (3, 1.0 / 3.0, 1),
            (7, 0.0, 0),
            (7, 1.0, 7),
        ] {
            assert_eq!(share_of(of, share), expected, "{of} {share}");
        }
    }
}
