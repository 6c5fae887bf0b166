//! What happens seldom, of which a mean and its standard error say too little.

/// Days on which a figure must have been out of the ordinary before the normal approximation is believed.
const ENOUGH: u64 = 50;

/// Counts, beside a figure's sums, the days on which it was not what it usually is, and what one of them can weigh.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Unusual {
    /// Days on which a numerator was not 0 and, of a difference, the sides were not alike.
    any: u64,
    /// The same of a numerator that was not its denominator.
    not_all: u64,
    /// The largest numerator (its change, of a difference) or denominator of a day.
    largest: f64,
}

/// A figure that was as usual on all but a few days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seldom {
    /// Days on which it was not.
    pub days: u64,
    /// Of so many.
    pub of: u64,
    /// By how much the figure is another one if all days are as the worst that was seen, or, of a rate, as they could be.
    pub weight: f64,
}

impl Unusual {
    /// Adds a day: numerator and denominator, and those of the baseline if it is a difference.
    pub fn add(&mut self, baseline: Option<(f64, f64)>, own: (f64, f64)) {
        // What is not a difference is one from nothing of as much.
        let (x, y) = baseline.unwrap_or((0.0, own.1));
        let is_alike = baseline == Some(own);
        let is_none = own.0 == 0.0 && x == 0.0;
        let is_all = own.0 == own.1 && (baseline.is_none() || x == y);
        self.any += u64::from(!is_alike && !is_none);
        self.not_all += u64::from(!is_alike && !is_all);
        let change = (own.0 - x).abs();
        self.largest = self.largest.max(change).max(own.1).max(y);
    }

    /// Whether the figure is seldom anything but the usual: after `n` days with this mean denominator. The usual is nothing, or no
    /// difference; of a rate also all of it.
    pub fn seldom(&self, n: u64, mean_denominator: f64, is_rate: bool) -> Option<Seldom> {
        let days = match is_rate {
            true => self.any.min(self.not_all),
            false => self.any,
        };
        (days < ENOUGH && 2 * days < n).then(|| Seldom {
            days,
            of: n,
            weight: self.largest / mean_denominator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(days: &[(f64, f64)]) -> Unusual {
        let mut unusual = Unusual::default();
        for day in days {
            unusual.add(None, *day);
        }
        unusual
    }

    #[test]
    fn days_out_of_the_ordinary_are_counted() {
        let mut days = vec![(0.0, 50.0); 97];
        days.extend([(3.0, 100.0); 3]);
        let seldom = |days, of, weight| Some(Seldom { days, of, weight });
        assert_eq!(after(&days).seldom(100, 50.0, true), seldom(3, 100, 2.0));
        // All of it is as usual as none, of a rate.
        let days: Vec<_> = days.iter().map(|(x, y)| (y - x, *y)).collect();
        assert_eq!(after(&days).seldom(100, 50.0, true), seldom(3, 100, 2.0));
        assert_eq!(after(&days).seldom(100, 50.0, false), None);
        // Enough of them, or half of all.
        let days = [vec![(0.0, 1.0); 100], vec![(1.0, 1.0); 50]].concat();
        assert_eq!(after(&days).seldom(150, 1.0, true), None);
        let days = [vec![(0.0, 1.0); 5], vec![(1.0, 1.0); 5]].concat();
        assert_eq!(after(&days).seldom(10, 1.0, true), None);
    }

    #[test]
    fn days_without_anything_make_the_others_weigh_more() {
        let mut days = vec![(0.0, 0.0); 95];
        days.extend([(1.0, 1.0); 5]);
        let found = after(&days).seldom(100, 0.05, true).expect("few");
        assert_eq!((found.days, found.weight), (0, 20.0));
    }

    /// How many of 1,000 gates pass a rate that is exactly at the threshold which it shall be below: an event on 1 % of all days.
    fn passed_wrongly(is_believed: bool) -> u32 {
        use crate::lab::check::expectation::Expectation;
        use crate::lab::check::judge::{Bound, Errors, Seen, Spread, Verdict, judge};
        use crate::lab::looks::Looks;
        use crate::stats::PairedRatio;
        let expectation = Expectation::parse("total.blocking_rate < 1%").expect("it is one");
        let bound = Bound::of(&expectation)[0];
        let looks = Looks::up_to(20_000);
        let errors = looks.errors(0.04);
        let passes = |gate: u64| {
            let (mut sums, mut unusual) = (PairedRatio::default(), Unusual::default());
            (1..=20_000).any(|n| {
                let happens = crate::random::mix(gate << 32 | n).is_multiple_of(100);
                let day = (f64::from(happens), 1.0);
                sums.add(n as f64, (0.0, 1.0), day);
                unusual.add(None, day);
                let Some(look) = looks.ends().iter().position(|end| *end == n) else {
                    return false;
                };
                let paired = sums.contrast(n, 1.0).expect("it is defined");
                let seldom = unusual.seldom(n, 1.0, true);
                let seen = Seen {
                    value: paired.difference,
                    baseline: 0.0,
                    se: paired.se,
                    freedom: n - 1,
                    spread: match seldom.filter(|seldom| !is_believed || seldom.days == 0) {
                        Some(seldom) => Spread::Seldom(seldom),
                        None => Spread::Normal,
                    },
                };
                let error = errors[look];
                let errors = Errors {
                    pass: error,
                    fail: error,
                };
                judge(&[(bound, seen)], errors) == Verdict::Pass
            })
        };
        (0..1_000).map(|gate| u32::from(passes(gate))).sum()
    }

    #[test]
    fn what_happens_seldom_passes_no_sooner_than_it_may() {
        let found = passed_wrongly(false);
        assert!(found <= 50, "{found} of 1000 passed, 5 % may");
        // As if the standard error of a few days could be relied on.
        let found = passed_wrongly(true);
        assert!(
            found > 80,
            "{found} of 1000 passed: nothing would be to mend"
        );
    }

    #[test]
    fn of_a_difference_the_sides_are_compared() {
        let mut unusual = Unusual::default();
        unusual.add(Some((3.0, 9.0)), (3.0, 9.0));
        unusual.add(Some((3.0, 9.0)), (3.0, 8.0));
        unusual.add(Some((3.0, 9.0)), (15.0, 9.0));
        // Neither has any, of however many.
        unusual.add(Some((0.0, 9.0)), (0.0, 8.0));
        assert_eq!((unusual.any, unusual.largest), (2, 12.0));
    }
}
