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
