//! The judgement: what has been seen, against the bounds of an expectation.

use super::expectation::{Expectation, Relation, Threshold};
use super::seldom::Seldom;
use crate::stats::{clopper_pearson, student_t};
use serde::Serialize;

/// What is said of an expectation, and of all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It surely holds.
    Pass,
    /// It surely does not.
    Fail,
    /// It is too close to call.
    Inconclusive,
}

impl Verdict {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
        }
    }

    /// Of several: fail if any fails, else inconclusive if any is, else pass.
    pub fn of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let worst = |a: Verdict, b: Verdict| match (a, b) {
            (Verdict::Fail, _) | (_, Verdict::Fail) => Verdict::Fail,
            (Verdict::Inconclusive, _) | (_, Verdict::Inconclusive) => Verdict::Inconclusive,
            _ => Verdict::Pass,
        };
        verdicts.into_iter().fold(Verdict::Pass, worst)
    }
}

/// Days without any spread after which it is believed that there is none.
pub(crate) const ENOUGH_ALIKE: u64 = 400;

/// Waits that must lie beyond a quantile until it is believed to have no spread.
pub(super) const ENOUGH_BEYOND: f64 = 20.0;

/// A figure, or what it is more than `factor` times that of the baseline, as far as it has been seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub value: f64,
    /// That of the baseline, 0 where there is none.
    pub baseline: f64,
    /// Standard error; none from a single day.
    pub se: Option<f64>,
    /// Degrees of freedom of the error.
    pub freedom: u64,
    pub spread: Spread,
}

/// What is known of the spread beyond the standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Spread {
    /// Nothing: the standard error says it.
    Normal,
    /// It counts days: so many of so many.
    Days(u64, u64),
    /// As usual on nearly every day: what was not seen may still be, and what was seen seldom may be less seldom.
    Seldom(Seldom),
    /// The same on every day, and so it is.
    None,
    /// The same on every day so far, which is not enough to believe it.
    Perhaps,
}

impl Seen {
    /// What rounding may have moved the value by.
    fn rounding(&self) -> f64 {
        1e-12 * (self.value.abs() + 2.0 * self.baseline.abs())
    }

    /// Limits below and above the true value, each of which is wrong with probability at most `error`; none where nothing can be
    /// said.
    pub fn limits(&self, error: f64) -> Option<(f64, f64)> {
        let around = |width: f64| (self.value - width, self.value + width);
        let normal = || Some(student_t(1.0 - 2.0 * error, self.freedom) * self.se?);
        let (low, high) = match self.spread {
            Spread::Days(met, days) => clopper_pearson(met, days, error),
            Spread::Normal => around(normal()?),
            // On at most this part of all days it is anything else (Clopper and Pearson 1934).
            Spread::Seldom(Seldom { days, of, weight }) => {
                around(weight * clopper_pearson(days, of, error).1 + normal()?)
            }
            Spread::None => around(0.0),
            Spread::Perhaps => return None,
        };
        // What is no number is beyond no threshold.
        (low <= high).then_some((low, high))
    }
}

/// One side of what is expected: the figure, less `factor` times that of the baseline, beside a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bound {
    pub factor: f64,
    pub threshold: f64,
    pub is_upper: bool,
    /// Whether the threshold itself is allowed.
    pub allows_equal: bool,
}

impl Bound {
    /// The bounds all of which must hold.
    pub fn of(expectation: &Expectation) -> Vec<Self> {
        let bound = |is_upper: bool, allows_equal: bool, sign: f64| {
            let (factor, threshold) = match expectation.threshold {
                Threshold::Plain(x) => (1.0, sign * x),
                Threshold::Relative(part) => (1.0 + sign * part, 0.0),
            };
            Self {
                factor,
                threshold,
                is_upper,
                allows_equal,
            }
        };
        match expectation.relation {
            Relation::Below => vec![bound(true, false, 1.0)],
            Relation::AtMost => vec![bound(true, true, 1.0)],
            Relation::Above => vec![bound(false, false, 1.0)],
            Relation::AtLeast => vec![bound(false, true, 1.0)],
            Relation::Within => vec![bound(false, true, -1.0), bound(true, true, 1.0)],
        }
    }

    /// Whether every value between the limits is allowed; what is as near to the threshold as `rounding` is equal to it.
    pub fn holds(&self, (low, high): (f64, f64), rounding: f64) -> bool {
        self.allows(if self.is_upper { high } else { low }, rounding)
    }

    /// Whether no value between the limits is allowed.
    pub fn is_broken(&self, (low, high): (f64, f64), rounding: f64) -> bool {
        !self.allows(if self.is_upper { low } else { high }, rounding)
    }

    fn allows(&self, x: f64, rounding: f64) -> bool {
        match (self.is_upper, (x - self.threshold).abs() <= rounding) {
            (_, true) => self.allows_equal,
            (true, _) => x < self.threshold,
            (false, _) => x > self.threshold,
        }
    }
}

/// The errors that a look may make.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Errors {
    /// That an expectation passes which does not hold.
    pub pass: f64,
    /// That one fails which holds.
    pub fail: f64,
}

/// Judges by what was seen of each bound: it passes if all surely hold, and fails if one is surely broken.
pub(crate) fn judge(seen: &[(Bound, Seen)], errors: Errors) -> Verdict {
    let limits = |seen: &Seen, error: f64| seen.limits(error);
    let holds = |(bound, seen): &(Bound, Seen)| {
        limits(seen, errors.pass).is_some_and(|limits| bound.holds(limits, seen.rounding()))
    };
    let is_broken = |(bound, seen): &(Bound, Seen)| {
        limits(seen, errors.fail).is_some_and(|limits| bound.is_broken(limits, seen.rounding()))
    };
    match () {
        () if seen.iter().any(is_broken) => Verdict::Fail,
        () if !seen.is_empty() && seen.iter().all(holds) => Verdict::Pass,
        () => Verdict::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> Vec<Bound> {
        Bound::of(&Expectation::parse(text).unwrap_or_else(|wrong| panic!("{wrong}")))
    }

    fn seen(value: f64, se: f64) -> Seen {
        Seen {
            value,
            baseline: 0.0,
            se: Some(se),
            freedom: 1_000_000,
            spread: Spread::Normal,
        }
    }

    const ERRORS: Errors = Errors {
        pass: 0.05,
        fail: 0.01,
    };

    fn verdict(text: &str, value: f64, se: f64) -> Verdict {
        let each: Vec<(Bound, Seen)> = bounds(text)
            .into_iter()
            .map(|bound| (bound, seen(value, se)))
            .collect();
        judge(&each, ERRORS)
    }

    #[test]
    fn passing_and_failing_have_errors_of_their_own() {
        use Verdict::{Fail, Inconclusive, Pass};
        // One-sided quantiles: 1.645 at 5 %, 2.326 at 1 %.
        for (text, value, expected) in [
            ("total.asa_s <= 10s", 10.0 - 1.65, Pass),
            ("total.asa_s <= 10s", 10.0 - 1.64, Inconclusive),
            ("total.asa_s <= 10s", 10.0 + 2.32, Inconclusive),
            ("total.asa_s <= 10s", 10.0 + 2.33, Fail),
            ("total.asa_s >= 10s", 10.0 + 1.65, Pass),
            ("total.asa_s > 10s", 10.0 - 2.33, Fail),
            ("equivalent total.asa_s ± 2s", 0.3, Pass),
            ("equivalent total.asa_s ± 2s", 0.4, Inconclusive),
            ("equivalent total.asa_s ± 2s", -0.4, Inconclusive),
            ("equivalent total.asa_s ± 2s", -4.33, Fail),
            ("equivalent total.asa_s ± 2s", 4.33, Fail),
        ] {
            assert_eq!(verdict(text, value, 1.0), expected, "{text}, {value} ± 1");
        }
    }

    #[test]
    fn what_is_exactly_at_the_threshold_is_judged_by_the_sign() {
        let alike = Seen {
            spread: Spread::None,
            ..seen(0.0, 0.0)
        };
        for (text, expected) in [
            ("delta total.asa_s <= 0s", Verdict::Pass),
            ("delta total.asa_s < 0s", Verdict::Fail),
            ("delta total.asa_s > 0s", Verdict::Fail),
            ("delta total.asa_s >= 0s", Verdict::Pass),
            ("delta total.asa_s <= -1s", Verdict::Fail),
            ("equivalent total.asa_s ± 0s", Verdict::Pass),
        ] {
            let each: Vec<_> = bounds(text)
                .into_iter()
                .map(|bound| (bound, alike))
                .collect();
            assert_eq!(judge(&each, ERRORS), expected, "{text}");
        }
        // As a computer has it, 16.1 − 14.1 is more than 2.
        let rounded = Seen {
            value: 16.1 - 14.1,
            baseline: 14.1,
            ..alike
        };
        for (text, expected) in [
            ("delta total.acw_s <= 2s", Verdict::Pass),
            ("delta total.acw_s < 2s", Verdict::Fail),
            ("equivalent total.acw_s ± 2s", Verdict::Pass),
        ] {
            let each: Vec<_> = bounds(text).into_iter().map(|b| (b, rounded)).collect();
            assert_eq!(judge(&each, ERRORS), expected, "{text}, {rounded:?}");
        }
        let perhaps = Seen {
            spread: Spread::Perhaps,
            ..alike
        };
        let each = [(bounds("delta total.asa_s <= 0s")[0], perhaps)];
        assert_eq!(judge(&each, ERRORS), Verdict::Inconclusive);
        assert_eq!(judge(&[], ERRORS), Verdict::Inconclusive);
    }

    #[test]
    fn what_was_never_seen_may_still_be() {
        let none = |days| Seen {
            spread: Spread::Seldom(Seldom {
                days: 0,
                of: days,
                weight: 1.0,
            }),
            ..seen(0.0, 0.0)
        };
        let bound = bounds("total.blocking_rate <= 1%")[0];
        // 0.99^n ≤ 0.05 from 299 days on.
        assert_eq!(judge(&[(bound, none(298))], ERRORS), Verdict::Inconclusive);
        assert_eq!(judge(&[(bound, none(299))], ERRORS), Verdict::Pass);
    }

    #[test]
    fn what_is_no_number_is_not_judged() {
        for (value, se) in [
            (f64::NAN, 1.0),
            (1.0, f64::NAN),
            (f64::INFINITY, f64::INFINITY),
        ] {
            let each = [(bounds("total.asa_s <= 10s")[0], seen(value, se))];
            assert_eq!(
                judge(&each, ERRORS),
                Verdict::Inconclusive,
                "{value} ± {se}"
            );
        }
    }

    #[test]
    fn relative_thresholds_are_contrasts() {
        let bound = |factor, is_upper| Bound {
            factor,
            threshold: 0.0,
            is_upper,
            allows_equal: true,
        };
        assert_eq!(bounds("delta total.cost <= -2%"), [bound(0.98, true)]);
        assert_eq!(
            bounds("equivalent total.cost ± 10%"),
            [bound(0.9, false), bound(1.1, true)]
        );
    }

    #[test]
    fn one_failure_outweighs_all() {
        use Verdict::{Fail, Inconclusive, Pass};
        assert_eq!(Verdict::of_all([Pass, Inconclusive, Fail, Pass]), Fail);
        assert_eq!(Verdict::of_all([Pass, Inconclusive]), Inconclusive);
        assert_eq!(Verdict::of_all([Pass, Pass]), Pass);
    }
}
