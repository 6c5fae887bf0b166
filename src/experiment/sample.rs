//! Chosen figures day by day: what a search looks at.

use super::{Control, replicate};
use crate::engine::Halt;
use crate::kpi::Gauge;
use crate::model::Model;
use crate::routing::Routing;
use crate::stats::{Estimate, Ratio};
use std::ops::Range;

/// A figure of a part in some cells of the day.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The figure.
    pub gauge: Gauge,
    /// The cells: one interval, or all.
    pub cells: Range<usize>,
}

/// Numerator and denominator of every watched figure on every day.
///
/// Two samples of the same days, of variants of a scenario, have the same callers: what differs is what was changed.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Day by day, in each the watches in their order.
    values: Vec<(f64, f64)>,
    watches: usize,
}

/// A figure of two samples, and how sure its change is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The figure in the second sample less that in the first.
    pub difference: f64,
    /// Standard error of that.
    pub se: f64,
}

impl Sample {
    /// Days simulated.
    pub fn days(&self) -> usize {
        self.values.len() / self.watches.max(1)
    }

    /// Simulates further days until there are `days`. Day number d is replication `first + d`.
    ///
    /// # Errors
    /// Those of a replication; the days that were complete before are kept.
    pub fn extend(
        &mut self,
        days: usize,
        (model, watches): (&Model, &[Watch]),
        (seed, first): (u64, u64),
        control: &Control,
    ) -> Result<(), Halt> {
        self.watches = watches.len();
        let range = first + self.days() as u64..first + days as u64;
        replicate((model, &Routing::new), seed, control, range, |tally| {
            let read = |watch: &Watch| watch.gauge.read(model, tally, &watch.cells);
            self.values.extend(watches.iter().map(read));
        })
    }

    /// Numerator and denominator of a figure on one day.
    pub fn value(&self, watch: usize, day: usize) -> (f64, f64) {
        self.values[day * self.watches + watch]
    }

    /// How the numerators of some figures, added up, change in another sample of the same days, over the first `days`.
    pub fn change_of_sum(&self, other: &Self, watches: &[usize], days: usize) -> Change {
        let of_day = |sample: &Self, day: usize| -> f64 {
            let row = &sample.values[day * sample.watches..][..sample.watches];
            watches.iter().map(|&watch| row[watch].0).sum()
        };
        let mut ratio = Ratio::default();
        for day in 0..days {
            ratio.add(
                (day + 1) as f64,
                of_day(other, day) - of_day(self, day),
                1.0,
            );
        }
        let estimate = ratio.estimate(days as u64, 1.0, (f64::NEG_INFINITY, f64::INFINITY));
        Change {
            difference: estimate.mean.unwrap_or(0.0),
            se: estimate.se.unwrap_or(0.0),
        }
    }

    /// The sums of one figure over the first `days` days.
    pub fn ratio(&self, watch: usize, days: usize) -> Ratio {
        let mut ratio = Ratio::default();
        for (n, (x, y)) in self.of(watch, days).enumerate() {
            ratio.add((n + 1) as f64, x, y);
        }
        ratio
    }

    /// A figure over all days, with its standard error.
    pub fn estimate(&self, watch: usize) -> Estimate {
        let n = self.days();
        let ratio = self.ratio(watch, n);
        ratio.estimate(n as u64, 1.0, (0.0, f64::INFINITY))
    }

    /// How a figure changes from this sample to another one of the same days, over the first `days` of them; none where it
    /// is not defined in both. The error is that of the difference of two ratios of the same days (Cochran 1977, section
    /// 6.12), small where the days change alike.
    pub fn change(&self, other: &Self, watch: usize, days: usize) -> Option<Change> {
        let sums = |sample: &Self| {
            let add = |sum: (f64, f64), day: (f64, f64)| (sum.0 + day.0, sum.1 + day.1);
            sample.of(watch, days).fold((0.0, 0.0), add)
        };
        let (one, two) = (sums(self), sums(other));
        if one.1 == 0.0 || two.1 == 0.0 {
            return None;
        }
        let n = days as f64;
        let residual = |(x, y): (f64, f64), sum: (f64, f64)| (x - sum.0 / sum.1 * y) * n / sum.1;
        let pairs = self.of(watch, days).zip(other.of(watch, days));
        let squares = pairs.map(|(a, b)| (residual(b, two) - residual(a, one)).powi(2));
        Some(Change {
            difference: two.0 / two.1 - one.0 / one.1,
            se: (squares.sum::<f64>() / (n * (n - 1.0).max(1.0))).sqrt(),
        })
    }

    fn of(&self, watch: usize, days: usize) -> impl Iterator<Item = (f64, f64)> {
        let all = self.values[watch.min(self.values.len())..].iter();
        all.step_by(self.watches.max(1)).take(days).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(days: &[(f64, f64)]) -> Sample {
        Sample {
            values: days.to_vec(),
            watches: 1,
        }
    }

    #[test]
    fn what_changes_alike_every_day_is_sure() {
        let one = sample(&[(8.0, 10.0), (15.0, 20.0), (3.0, 5.0)]);
        let better: Vec<_> = one.values.iter().map(|&(x, y)| (x + 0.1 * y, y)).collect();
        let change = one.change(&sample(&better), 0, 3).expect("defined");
        assert!((change.difference - 0.1).abs() < 1e-12, "{change:?}");
        assert!(change.se < 1e-12, "{change:?}");
        let other = sample(&[(9.0, 10.0), (15.0, 20.0), (4.0, 5.0)]);
        let change = one.change(&other, 0, 3).expect("defined");
        assert!((change.difference - 2.0 / 35.0).abs() < 1e-12, "{change:?}");
        // By hand: residuals (x − R y) · n / Σy, with R = 26/35 and 28/35.
        let by_hand =
            |x: f64, x2: f64, y: f64| ((x2 - 0.8 * y) - (x - 26.0 / 35.0 * y)) * 3.0 / 35.0;
        let squares = by_hand(8.0, 9.0, 10.0).powi(2)
            + by_hand(15.0, 15.0, 20.0).powi(2)
            + by_hand(3.0, 4.0, 5.0).powi(2);
        assert!(
            (change.se - (squares / 6.0).sqrt()).abs() < 1e-12,
            "{change:?}"
        );
    }

    #[test]
    fn what_is_not_defined_has_no_change() {
        let none = sample(&[(0.0, 0.0), (0.0, 0.0)]);
        let some = sample(&[(1.0, 2.0), (2.0, 2.0)]);
        assert_eq!(none.change(&some, 0, 2), None);
        assert_eq!(some.change(&none, 0, 2), None);
        let empty = Sample::default();
        assert_eq!((empty.days(), empty.change(&some, 0, 0)), (0, None));
    }
}
