//! Scenarios made of scenarios: the same day on a finer grid, or with another volume.

use super::types::{Demand, Scenario};

impl Scenario {
    /// The scenario on a finer grid: rates, factors and staff are repeated, volumes split evenly. The same calls come, to the
    /// same agents; only the figures are of shorter intervals.
    ///
    /// `grid_min` divides the interval.
    pub fn on_grid(&self, grid_min: u32) -> Self {
        let steps = (self.interval_min / grid_min).max(1) as usize;
        let mut finer = self.clone();
        finer.interval_min /= steps as u32;
        for of in &mut finer.call_types {
            let volumes = matches!(of.demand, Demand::Volume(_));
            let values = of.demand.values_mut();
            *values = repeated(values, steps);
            if volumes {
                values.iter_mut().for_each(|volume| *volume /= steps as f64);
            }
            of.talk_factor = repeated(&of.talk_factor, steps);
        }
        for group in &mut finer.groups {
            group.staff = repeated(&group.staff, steps);
            group.shrinkage = repeated(&group.shrinkage, steps);
        }
        finer
    }

    /// The scenario with so many times its first attempts, of every call type and at every time. Calling again is simulated,
    /// so that all attempts may be more than that.
    pub fn with_volume(&self, factor: f64) -> Self {
        let mut other = self.clone();
        for of in &mut other.call_types {
            of.demand
                .values_mut()
                .iter_mut()
                .for_each(|of| *of *= factor);
        }
        other
    }
}

impl Demand {
    /// The values, whatever they count.
    pub(crate) fn values_mut(&mut self) -> &mut Vec<f64> {
        match self {
            Demand::Volume(values) | Demand::RatePerHour(values) => values,
        }
    }
}

fn repeated<T: Copy>(values: &[T], steps: usize) -> Vec<T> {
    let repeated = values
        .iter()
        .flat_map(|value| std::iter::repeat_n(*value, steps));
    repeated.collect()
}

/// The greatest common divisor; of 0 and a number that number.
pub(crate) fn divisor(a: u32, b: u32) -> u32 {
    match a {
        0 => b,
        _ => divisor(b % a, a),
    }
}
