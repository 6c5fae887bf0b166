//! How a queue's service level is spread over days.

use super::results::{DayLevel, Days};
use crate::stats::wilson;

/// A queue's service level over days.
#[derive(Debug, Clone)]
pub(super) struct DaySpread {
    /// Days by service level in steps of 0.1 points.
    steps: Vec<u64>,
    days: u64,
    met: u64,
    /// Service level of each batch of a steady run.
    pub(super) batches: Vec<f64>,
}

impl Default for DaySpread {
    fn default() -> Self {
        Self {
            steps: vec![0; 1001],
            days: 0,
            met: 0,
            batches: Vec::new(),
        }
    }
}

impl DaySpread {
    pub(super) fn add(&mut self, (met, judged): (f64, f64), target: f64, steady: bool) {
        if judged <= 0.0 {
            return;
        }
        self.days += 1;
        self.met += u64::from(met / judged >= target);
        // Whole numbers, so that a day at exactly 57.0 % does not fall into the step below.
        let step = (1000 * met as u64 / judged as u64) as usize;
        self.steps[step.min(1000)] += 1;
        if steady {
            self.batches.push(met / judged);
        }
    }

    pub(super) fn document(&self, confidence: f64) -> Days {
        let percentile = |p: f64| {
            let rank = (p * self.days as f64).ceil().max(1.0) as u64;
            let mut below = 0;
            self.steps.iter().position(|&days| {
                below += days;
                below >= rank
            })
        };
        let level = |step: usize| step as f64 / 1000.0;
        Days {
            service_level: [("p5", 0.05), ("p50", 0.5), ("p95", 0.95)]
                .map(|(name, p)| (name.to_owned(), percentile(p).map(level)))
                .into_iter()
                .collect(),
            target_met: wilson(self.met, self.days, confidence),
            histogram: self
                .steps
                .iter()
                .enumerate()
                .filter(|&(_, &days)| days > 0)
                .map(|(step, &days)| DayLevel {
                    service_level: level(step),
                    days,
                })
                .collect(),
        }
    }
}

/// Correlation of neighbours in a series; 0 where it has no spread.
pub(super) fn lag_1_correlation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let spread: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let neighbours: f64 = values
        .windows(2)
        .map(|w| (w[0] - mean) * (w[1] - mean))
        .sum();
    if spread > 0.0 {
        neighbours / spread
    } else {
        0.0
    }
}
