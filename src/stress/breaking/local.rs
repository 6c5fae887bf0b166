//! Where the breaking point is, as factors near it tell: a line through what was seen of each target.

use super::aims::Aims;
use super::point::Point;

/// What factors near the breaking point, simulated on the same days, tell of it.
#[derive(Debug, Clone)]
pub(super) struct Local {
    /// Where the first target is missed; without end up or down where no line meets its threshold.
    pub root: f64,
    /// Which of what is judged that is.
    pub first: Option<usize>,
    /// Change of the slack with the factor, of all that is judged.
    slopes: Vec<Option<f64>>,
    /// The error that the root would have from a single day.
    pub day_error: f64,
}

impl Local {
    /// From the same days of two factors, the lower one first, by the line through both.
    pub fn between(low: &Point, high: &Point, aims: &Aims) -> Self {
        Self::through(&[low, high], slopes(&[low, high], aims), aims)
    }

    /// By lines of these slopes through the middle of what was seen at some factors, the least first.
    pub fn through(points: &[&Point], slopes: Vec<Option<f64>>, aims: &Aims) -> Self {
        let mut local = Self {
            root: f64::INFINITY,
            first: None,
            day_error: 0.0,
            slopes,
        };
        for k in 0..aims.judged() {
            let seen = points.iter().filter_map(|point| {
                let days = point.days as f64;
                let slack = point.slack(k, aims).filter(|_| !point.overwhelmed)?;
                Some((point.factor, days, slack))
            });
            // Sums of days, and over days of factor, slack, and the variance of a day.
            let sums = seen.fold([0.0; 4], |[n, f, s, v], (factor, days, slack)| {
                let variance = slack.se * slack.se * days;
                [
                    n + days,
                    f + days * factor,
                    s + days * slack.value,
                    v + days * variance,
                ]
            });
            let [days, factor, slack, variance] = sums;
            if days == 0.0 {
                continue;
            }
            let root = match local.slopes[k] {
                Some(slope) if slope < 0.0 => (factor - slack / slope) / days,
                _ if slack >= 0.0 => continue,
                // It is missed, and not less where there are fewer calls.
                _ => f64::NEG_INFINITY,
            };
            if root < local.root {
                local.root = root;
                local.first = Some(k);
                let slope = local.slopes[k].unwrap_or(0.0).abs().max(1e-300);
                local.day_error = (variance / days).sqrt() / slope;
            }
        }
        // The simulator gives up somewhere between the last factor at which it did not and the first at which it did.
        if let Some(first) = points.iter().position(|point| point.overwhelmed) {
            let between = first
                .checked_sub(1)
                .map(|last| (points[last].factor + points[first].factor) / 2.0);
            local.root = local.root.min(between.unwrap_or(f64::NEG_INFINITY));
        }
        local
    }

    /// Change of the slack of what is missed first, with the factor.
    pub fn slope(&self) -> Option<f64> {
        self.slopes[self.first?].filter(|slope| *slope < 0.0)
    }
}

/// Change of the slack with the factor, of all that is judged, by least squares over points weighted by their days.
pub(super) fn slopes(points: &[&Point], aims: &Aims) -> Vec<Option<f64>> {
    let of = |k: usize| {
        let seen: Vec<(f64, f64, f64)> = points
            .iter()
            .filter(|point| !point.overwhelmed)
            .filter_map(|point| {
                let slack = point.slack(k, aims)?.value;
                Some((point.days as f64, point.factor, slack))
            })
            .collect();
        let days: f64 = seen.iter().map(|of| of.0).sum();
        let mean = |of: fn(&(f64, f64, f64)) -> f64| {
            seen.iter().map(|seen| seen.0 * of(seen)).sum::<f64>() / days
        };
        let (factor, slack) = (mean(|of| of.1), mean(|of| of.2));
        let products = seen.iter().map(|&(days, f, s)| {
            let apart = days * (f - factor);
            (apart * (s - slack), apart * (f - factor))
        });
        let (both, squares) = products.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        (squares > 0.0).then(|| both / squares)
    };
    (0..aims.judged()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::super::point::tests::{aims, point};
    use super::*;

    #[test]
    fn the_first_line_to_meet_its_threshold_counts() {
        let aims = aims();
        let low = point(1.0, 100, 0.85, 0.03, &aims);
        // The level falls by 10 points in a tenth of the volume, abandonment rises by 1.
        let high = point(1.1, 100, 0.75, 0.04, &aims);
        let local = Local::between(&low, &high, &aims);
        assert!((local.root - 1.05).abs() < 1e-9, "{local:?}, expected 1.05");
        assert_eq!(local.first, Some(0));
        assert!(
            (local.slope().expect("it falls") + 1.0).abs() < 1e-9,
            "{local:?}"
        );
        // A day's level has a standard deviation of 5 points: 5 points of volume.
        assert!((local.day_error - 0.05).abs() < 0.001, "{local:?}");
        let worse = point(1.1, 100, 0.83, 0.09, &aims);
        let local = Local::between(&low, &worse, &aims);
        assert!((local.root - (1.0 + 0.1 / 3.0)).abs() < 1e-9, "{local:?}");
        assert_eq!(local.first, Some(1));
        // The same slopes, from another factor.
        let other = point(1.02, 400, 0.85, 0.04, &aims);
        let moved = Local::through(&[&other], local.slopes, &aims);
        assert!((moved.root - (1.02 + 0.01 / 0.6)).abs() < 1e-9, "{moved:?}");
    }

    #[test]
    fn slopes_are_least_squares() {
        let aims = aims();
        let point = |factor, days, level| point(factor, days, level, 0.03, &aims);
        let points = [
            point(1.0, 100, 0.9),
            point(1.1, 100, 0.8),
            point(1.2, 200, 0.75),
        ];
        let found = slopes(&points.iter().collect::<Vec<_>>(), &aims);
        // By hand: means 1.125 and 0.8; −1.375 over 2.75.
        let expected = (100.0 * -0.125 * 0.1 + 200.0 * 0.075 * -0.05)
            / (100.0 * 0.125f64.powi(2) + 100.0 * 0.025f64.powi(2) + 200.0 * 0.075f64.powi(2));
        let slope = found[0].expect("there are three");
        assert!(
            (slope - expected).abs() < 1e-9,
            "{slope}, expected {expected}"
        );
        assert!(
            found[1].expect("there are three").abs() < 1e-12,
            "{found:?}"
        );
        assert_eq!(slopes(&[&points[0]], &aims), [None, None]);
    }

    #[test]
    fn where_no_line_meets_its_threshold() {
        let aims = aims();
        let (better, worse) = (
            point(1.0, 100, 0.85, 0.03, &aims),
            point(1.1, 100, 0.86, 0.02, &aims),
        );
        let local = Local::between(&better, &worse, &aims);
        assert_eq!((local.root, local.first), (f64::INFINITY, None));
        let missed = point(1.0, 100, 0.5, 0.03, &aims);
        let local = Local::between(&missed, &point(1.1, 100, 0.5, 0.03, &aims), &aims);
        assert_eq!((local.root, local.first), (f64::NEG_INFINITY, Some(0)));
        let mut overwhelmed = point(1.1, 1, 0.85, 0.03, &aims);
        overwhelmed.overwhelmed = true;
        let local = Local::between(&better, &overwhelmed, &aims);
        assert!((local.root - 1.05).abs() < 1e-9, "{local:?}");
    }
}
