//! A factor and what was seen at it.

use super::aims::Aims;
use crate::experiment::Sample;
use crate::lab::check::{ENOUGH_ALIKE, Errors, Seen, Spread, Unusual, Verdict, judge};
use crate::stats::Ratio;

/// Attempts of which none came through, after which nobody is believed to.
const ENOUGH_ATTEMPTS: f64 = 100.0;

/// A volume factor, and the sums of the days simulated at it.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub factor: f64,
    /// Replication of its first day.
    pub first: u64,
    pub days: u64,
    /// By goal.
    sums: Vec<Sum>,
    /// Days that miss any goal of a queue.
    missed: u64,
    /// Days that miss no goal at all.
    pub held: u64,
    /// So many calls that the simulator gave up.
    pub overwhelmed: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    ratio: Ratio,
    unusual: Unusual,
    attempts: f64,
    missed: u64,
}

/// How far something is on the right side of its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slack {
    /// Less than 0 is missed; in the unit of the figure.
    pub value: f64,
    /// Standard error.
    pub se: f64,
}

/// What is believed of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    /// All surely holds.
    Holds,
    /// Something is surely missed.
    Missed,
    /// All that has a spread surely holds; the rest was seen to hold, on days that are too few to be sure.
    SeemsToHold,
    /// Too close to call.
    Open,
}

impl Point {
    pub fn new(factor: f64, first: u64, aims: &Aims) -> Self {
        Self {
            factor,
            first,
            days: 0,
            sums: vec![Sum::default(); aims.goals.len()],
            missed: 0,
            held: 0,
            overwhelmed: false,
        }
    }

    /// Of a sample that has the figures of all goals.
    pub fn of(factor: f64, sample: &Sample, aims: &Aims) -> Self {
        let mut point = Self::new(factor, 0, aims);
        point.add(sample, aims);
        point
    }

    /// Adds further days.
    pub fn add(&mut self, sample: &Sample, aims: &Aims) {
        for day in 0..sample.days() {
            self.add_day(|watch| sample.value(watch, day), aims);
        }
    }

    /// Adds a day: numerator and denominator of what is watched.
    pub fn add_day(&mut self, value: impl Fn(usize) -> (f64, f64), aims: &Aims) {
        self.days += 1;
        let (mut any, mut of_queue) = (false, false);
        for (k, sum) in self.sums.iter_mut().enumerate() {
            let (x, y) = value(k);
            sum.ratio.add(self.days as f64, x, y);
            sum.unusual.add(None, (x, y));
            sum.attempts += aims.attempts[k].map_or(0.0, |watch| value(watch).0);
            if aims.is_missed_on(k, (x, y)) {
                sum.missed += 1;
                any = true;
                of_queue = of_queue || aims.is_of_queue(k);
            }
        }
        self.held += u64::from(!any);
        self.missed += u64::from(of_queue);
    }

    /// The share of days on which nothing is missed.
    pub fn share_held(&self) -> f64 {
        self.held as f64 / self.days.max(1) as f64
    }

    /// The goal that most days miss.
    pub fn most_missed(&self, aims: &Aims) -> Option<usize> {
        let goals = (0..self.sums.len()).filter(|k| aims.is_of_queue(*k));
        goals.max_by_key(|k| (self.sums[*k].missed, std::cmp::Reverse(*k)))
    }

    /// The figure of a goal.
    pub fn figure(&self, goal: usize) -> Option<f64> {
        let ratio = &self.sums[goal].ratio;
        ratio.estimate(self.days, 1.0, ALL).mean
    }

    /// How far the `k`-th of what is judged holds; none where there is no figure.
    pub fn slack(&self, k: usize, aims: &Aims) -> Option<Slack> {
        let (value, se) = match aims.risk {
            Some(_) => {
                let n = self.days.max(1) as f64;
                let share = self.missed as f64 / n;
                (share, (share * (1.0 - share) / n).sqrt())
            }
            None => {
                let estimate = self.sums[k].ratio.estimate(self.days, 1.0, ALL);
                (estimate.mean?, estimate.se?)
            }
        };
        let bound = aims.bound(k);
        let beyond = value - bound.threshold;
        Some(Slack {
            value: if bound.is_upper { -beyond } else { beyond },
            se,
        })
    }

    fn seen(&self, k: usize, aims: &Aims) -> Option<Seen> {
        let n = self.days;
        let seen = |value, se, spread| Seen {
            value,
            baseline: 0.0,
            se,
            freedom: n.saturating_sub(1),
            spread,
        };
        if aims.risk.is_some() {
            let share = self.missed as f64 / n.max(1) as f64;
            return Some(seen(share, None, Spread::Days(self.missed, n)));
        }
        let Sum { ratio, unusual, .. } = &self.sums[k];
        let estimate = ratio.estimate(n, 1.0, ALL);
        let (mean, se) = (estimate.mean?, estimate.se);
        let is_rate = aims.is_rate(k);
        let is_fixed = se == Some(0.0) && mean != 0.0 && !(is_rate && mean == 1.0);
        let seldom = unusual.seldom(n, ratio.mean_y(), is_rate);
        let spread = match seldom.filter(|_| !is_fixed) {
            Some(seldom) if seldom.days == 0 && !is_rate && n < ENOUGH_ALIKE => Spread::Perhaps,
            Some(seldom) => Spread::Seldom(seldom),
            None if se == Some(0.0) && n < ENOUGH_ALIKE => Spread::Perhaps,
            None if se == Some(0.0) => Spread::None,
            None => Spread::Normal,
        };
        Some(seen(mean, se, spread))
    }

    /// Judges one of what is judged: passing, and failing, wrongly with these probabilities.
    pub fn verdict(&self, k: usize, aims: &Aims, errors: Errors) -> Verdict {
        match self.seen(k, aims) {
            Some(seen) => judge(&[(aims.bound(k), seen)], errors),
            // Nobody gets through.
            None if aims.kept_out[k] || self.sums[k].attempts >= ENOUGH_ATTEMPTS => Verdict::Fail,
            None if self.sums[k].attempts > 0.0 => Verdict::Inconclusive,
            // Nobody calls.
            None => Verdict::Pass,
        }
    }

    /// Judges all together, wrongly with probability `error` whatever the truth is: all must hold, so that each may be passed
    /// with the whole error; one that is missed is enough, so that each may be failed with its part of it.
    pub fn belief(&self, aims: &Aims, error: f64) -> Belief {
        if self.overwhelmed {
            return Belief::Missed;
        }
        let judged = aims.judged();
        let errors = Errors {
            pass: error,
            fail: error / judged.max(1) as f64,
        };
        let mut belief = Belief::Holds;
        for k in 0..judged {
            match self.verdict(k, aims, errors) {
                Verdict::Fail => return Belief::Missed,
                Verdict::Pass => {}
                Verdict::Inconclusive if belief != Belief::Open && self.seems_to_hold(k, aims) => {
                    belief = Belief::SeemsToHold;
                }
                Verdict::Inconclusive => belief = Belief::Open,
            }
        }
        belief
    }

    /// Whether that of which too little is seen holds on what was seen.
    fn seems_to_hold(&self, k: usize, aims: &Aims) -> bool {
        let holds = self
            .slack(k, aims)
            .is_some_and(|slack| slack.value > 4.0 * slack.se);
        let spread = self.seen(k, aims).map(|seen| seen.spread);
        holds && !matches!(spread, Some(Spread::Normal | Spread::Days(..)))
    }
}

const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

impl Point {
    /// Days after which what happens seldom could be passed with this error, if it goes on as it was seen to.
    pub fn days_for_the_seldom(&self, aims: &Aims, error: f64) -> f64 {
        let days = (0..aims.judged()).filter_map(|k| {
            let slack = self.slack(k, aims)?.value;
            let Spread::Seldom(seldom) = self.seen(k, aims)?.spread else {
                return None;
            };
            // With no day out of the ordinary the limit of their share is about −ln(error) / n.
            (slack > 0.0).then(|| seldom.weight * -error.ln() / slack)
        });
        days.fold(0.0, f64::max)
    }
}

/// Of what is judged, that which is surely missed at a factor and surely holds at a larger one: its number and both factors. All
/// of these are sure together, but for this error.
pub(super) fn holding_again(points: &[Point], aims: &Aims, error: f64) -> Vec<(usize, f64, f64)> {
    let mut points: Vec<&Point> = points.iter().filter(|point| !point.overwhelmed).collect();
    points.sort_by(|a, b| a.factor.total_cmp(&b.factor));
    let error = error / (aims.judged() * points.len()).max(1) as f64;
    let errors = Errors {
        pass: error,
        fail: error,
    };
    let again = (0..aims.judged()).filter_map(|k| {
        let mut verdicts = points
            .iter()
            .map(|point| (point.factor, point.verdict(k, aims, errors)));
        let (missed, _) = verdicts.find(|(_, verdict)| *verdict == Verdict::Fail)?;
        let (held, _) = verdicts.find(|(_, verdict)| *verdict == Verdict::Pass)?;
        Some((k, missed, held))
    });
    again.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stress::breaking::Question;

    /// A queue with a service level of 80 % and an abandonment rate of 5 % as targets.
    pub fn aims() -> Aims {
        let text = "[scenario]\nname = \"s\"\n[[queues]]\nname = \"q\"\ntarget = \"80/20\"\nmax_abandonment = \"5%\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"exp(3m)\"\n\
                    [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 5\n";
        let loaded = crate::scenario::parse("s", text, std::path::Path::new(""), &[]);
        let scenario = loaded.expect("a scenario").scenario;
        Aims::new(&scenario, &Question::of(&scenario))
    }

    /// Days of 100 attempts at a factor, the service level and abandonment rate around these means.
    pub fn point(factor: f64, days: u64, level: f64, abandonment: f64, aims: &Aims) -> Point {
        let mut point = Point::new(factor, 0, aims);
        for day in 0..days {
            let swing = if day % 2 == 0 { 1.0 } else { -1.0 };
            let answered = 100.0 * level + 5.0 * swing;
            let abandoned = 100.0 * abandonment + swing * 100.0 * abandonment / 2.0;
            let values = [
                (answered, 100.0),
                (abandoned, 100.0),
                (100.0, 1.0),
                (100.0, 1.0),
            ];
            point.add_day(|watch| values[watch], aims);
        }
        point
    }

    #[test]
    fn all_must_hold_and_one_miss_is_enough() {
        let aims = aims();
        let belief = |days, level, abandonment| {
            point(1.0, days, level, abandonment, &aims).belief(&aims, 1e-3)
        };
        for (days, level, abandonment, expected) in [
            (100, 0.85, 0.03, Belief::Holds),
            (100, 0.75, 0.03, Belief::Missed),
            (100, 0.85, 0.07, Belief::Missed),
            (100, 0.75, 0.07, Belief::Missed),
            (100, 0.801, 0.03, Belief::Open),
            (100, 0.85, 0.0499, Belief::Open),
            (4, 0.82, 0.03, Belief::Open),
            // Nobody was ever seen to hang up, on days that are too few to say that it is on fewer than one of 20.
            (60, 0.85, 0.0, Belief::SeemsToHold),
            (200, 0.85, 0.0, Belief::Holds),
        ] {
            let found = belief(days, level, abandonment);
            assert_eq!(found, expected, "{days} days, {level}, {abandonment}");
        }
        let mut overwhelmed = point(1.0, 100, 0.85, 0.03, &aims);
        overwhelmed.overwhelmed = true;
        assert_eq!(overwhelmed.belief(&aims, 1e-3), Belief::Missed);
    }

    #[test]
    fn nobody_gets_through() {
        let aims = aims();
        let mut none = Point::new(1.0, 0, &aims);
        let of = |attempts: f64| {
            move |watch: usize| match watch {
                0 | 1 => (0.0, 0.0),
                _ => (attempts, 1.0),
            }
        };
        none.add_day(of(0.0), &aims);
        assert_eq!(none.belief(&aims, 1e-3), Belief::Holds);
        none.add_day(of(99.0), &aims);
        assert_eq!(none.belief(&aims, 1e-3), Belief::Open);
        none.add_day(of(1.0), &aims);
        assert_eq!(none.belief(&aims, 1e-3), Belief::Missed);
    }

    #[test]
    fn what_holds_again_is_seen() {
        let aims = aims();
        let with = |levels: [f64; 4]| {
            let factors = [0.5, 1.0, 1.5, 2.0];
            let points = factors.into_iter().zip(levels);
            points
                .map(|(factor, level)| point(factor, 100, level, 0.03, &aims))
                .collect::<Vec<_>>()
        };
        let found = |levels| holding_again(&with(levels), &aims, 0.05);
        assert_eq!(found([0.9, 0.7, 0.801, 0.9]), [(0, 1.0, 2.0)]);
        assert_eq!(found([0.9, 0.9, 0.7, 0.6]), []);
        // Too near to be sure.
        assert_eq!(found([0.9, 0.799, 0.9, 0.9]), []);
    }
}
