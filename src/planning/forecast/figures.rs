//! Figures that are expected, and what a formula says.

use crate::erlang::{Thresholds, WaitingSystem};
use crate::kpi::Part;
use crate::scenario::Formula;

/// Expected figures, each none where the formulas say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ExpectedFigures {
    /// Service level by the queue's formula and target time.
    pub service_level: Option<f64>,
    /// Average speed of answer in seconds.
    pub asa_s: Option<f64>,
    /// Abandoned / offered.
    pub abandonment_rate: Option<f64>,
}

impl ExpectedFigures {
    /// Those of a part over the day, as simulated.
    pub(super) fn of(part: &Part) -> Self {
        Self::from(|kpi| part.get(kpi).mean)
    }

    pub(super) fn from(get: impl Fn(&str) -> Option<f64>) -> Self {
        Self {
            service_level: get("service_level"),
            asa_s: get("asa_s"),
            abandonment_rate: get("abandonment_rate"),
        }
    }

    /// These, and what they change by from `before` to `after`; kept within what they can be.
    pub(super) fn moved(self, before: Self, after: Self) -> Self {
        let moved = |of: fn(&Self) -> Option<f64>, most: f64| {
            let expected = of(&self)? + (of(&after)? - of(&before)?);
            Some(expected.clamp(0.0, most))
        };
        Self {
            service_level: moved(|figures| figures.service_level, 1.0),
            asa_s: moved(|figures| figures.asa_s, f64::INFINITY),
            abandonment_rate: moved(|figures| figures.abandonment_rate, 1.0),
        }
    }
}

/// What a formula says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    pub service_level: f64,
    pub asa_s: Option<f64>,
    pub abandonment_rate: f64,
}

impl Said {
    /// None where the formula does not hold: nobody gives up, and more calls come than can be answered.
    pub(super) fn of(system: &WaitingSystem, at: &Thresholds, formula: Formula) -> Option<Self> {
        let performance = system.performance(at).ok()?;
        let said = Self {
            service_level: performance.service_level(formula),
            asa_s: performance.asa_s.filter(|asa| asa.is_finite()),
            abandonment_rate: performance.abandonment_rate,
        };
        (said.service_level.is_finite() && said.abandonment_rate.is_finite()).then_some(said)
    }
}

/// What is said of several times, weighted by the calls.
#[derive(Debug, Default)]
pub(super) struct Sum {
    offered: f64,
    answered: f64,
    met: f64,
    waited_s: f64,
    abandoned: f64,
    /// Of some calls nothing is known.
    incomplete: bool,
}

impl Sum {
    /// Of one time: calls, and what is said of them.
    pub(super) fn of(said: (f64, Option<Said>)) -> Self {
        let mut sum = Self::default();
        sum.add(said);
        sum
    }

    pub(super) fn add(&mut self, (offered, said): (f64, Option<Said>)) {
        if offered <= 0.0 {
            return;
        }
        let Some(said) = said else {
            self.incomplete = true;
            return;
        };
        let answered = offered * (1.0 - said.abandonment_rate);
        self.offered += offered;
        self.met += offered * said.service_level;
        self.abandoned += offered * said.abandonment_rate;
        if let Some(asa_s) = said.asa_s {
            self.answered += answered;
            self.waited_s += answered * asa_s;
        }
    }

    /// None where nobody calls, or not all is known.
    pub(super) fn figures(&self) -> ExpectedFigures {
        let of = |sum: f64, n: f64| (n > 0.0 && !self.incomplete).then(|| sum / n);
        ExpectedFigures {
            service_level: of(self.met, self.offered),
            asa_s: of(self.waited_s, self.answered),
            abandonment_rate: of(self.abandoned, self.offered),
        }
    }
}
