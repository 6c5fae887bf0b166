//! Where the breaking point is, as two factors near it tell: a line through what was seen of each target at both.

use super::aims::Aims;
use super::point::Point;

/// What two factors near the breaking point, simulated on the same days, tell of it.
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
    /// From the same days of two factors, the lower one first.
    pub fn between(low: &Point, high: &Point, aims: &Aims) -> Self {
        let width = high.factor - low.factor;
        let mut local = Self {
            root: f64::INFINITY,
            first: None,
            slopes: vec![None; aims.judged()],
            day_error: 0.0,
        };
        if low.overwhelmed {
            local.root = f64::NEG_INFINITY;
            return local;
        }
        for k in 0..aims.judged() {
            let (Some(a), Some(b)) = (low.slack(k, aims), high.slack(k, aims)) else {
                continue;
            };
            let slope = (b.value - a.value) / width;
            local.slopes[k] = Some(slope);
            let root = match slope < 0.0 {
                true => low.factor - a.value / slope,
                false if a.value >= 0.0 || b.value >= 0.0 => continue,
                // It is missed at both, and not less at the lower one.
                false => f64::NEG_INFINITY,
            };
            if root < local.root {
                let variance = (a.se * a.se + b.se * b.se) / 2.0;
                local.root = root;
                local.first = Some(k);
                local.day_error = (variance * low.days as f64).sqrt() / slope.abs().max(1e-300);
            }
        }
        if high.overwhelmed {
            local.root = local.root.min((low.factor + high.factor) / 2.0);
        }
        local
    }

    /// The same slopes through what was seen at one factor on more days.
    pub fn through(&self, point: &Point, aims: &Aims) -> Self {
        let mut local = self.clone();
        local.root = f64::INFINITY;
        for (k, slope) in self.slopes.iter().enumerate() {
            let (Some(slack), Some(slope)) = (point.slack(k, aims), slope.filter(|s| *s < 0.0))
            else {
                continue;
            };
            let root = point.factor - slack.value / slope;
            if root < local.root {
                local.root = root;
                local.first = Some(k);
                local.day_error = slack.se * (point.days as f64).sqrt() / -slope;
            }
        }
        local
    }

    /// Change of the slack of what is missed first, with the factor.
    pub fn slope(&self) -> Option<f64> {
        self.slopes[self.first?].filter(|slope| *slope < 0.0)
    }
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
        let moved = local.through(&point(1.02, 400, 0.85, 0.04, &aims), &aims);
        assert!((moved.root - (1.02 + 0.01 / 0.6)).abs() < 1e-9, "{moved:?}");
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
