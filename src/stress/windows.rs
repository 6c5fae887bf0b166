//! Targets over trailing windows of the day: at which instants they are missed, on average over days, on each day, and on days
//! drawn anew.

use crate::engine::Tally;
use crate::kpi::{Bound, Gauge, Target, Unit, unit};
use crate::model::Model;
use crate::planning::Tolerance;
use crate::random::{Purpose, ReplicationKey};
use crate::stats::{Estimate, Ratio, student_t};
use rayon::prelude::*;

/// Numerator and denominator of each target on some days, as sums from opening to each instant of the grid.
pub(super) struct Windows {
    targets: Vec<Judge>,
    /// Steps of the day, and of a window.
    steps: usize,
    window: usize,
    /// Day by day, target by target, instant by instant.
    days: Vec<Vec<(f64, f64)>>,
}

/// A target, where its figure is read, and how far beside it still counts as held.
struct Judge {
    target: Target,
    gauge: Gauge,
    tolerance: f64,
}

/// Which targets are missed at which instants: target by target, from opening to closing.
pub(super) struct Missed(Vec<Vec<bool>>);

impl Windows {
    /// No days yet, of a day of so many steps, and windows of so many.
    pub fn new(targets: &[Target], tolerance: Tolerance, steps: usize, window: usize) -> Self {
        let judge = |target: &Target| {
            Some(Judge {
                target: *target,
                gauge: Gauge::new(target.place, target.kpi)?,
                tolerance: tolerance.of(target),
            })
        };
        Self {
            targets: targets.iter().filter_map(judge).collect(),
            steps,
            window,
            days: Vec::new(),
        }
    }

    pub fn add(&mut self, model: &Model, tally: &Tally) {
        let mut sums = Vec::with_capacity(self.targets.len() * (self.steps + 1));
        for Judge { gauge, .. } in &self.targets {
            let mut sum = (0.0, 0.0);
            sums.push(sum);
            for step in 0..self.steps {
                let (x, y) = gauge.read(model, tally, &(step..step + 1));
                sum = (sum.0 + x, sum.1 + y);
                sums.push(sum);
            }
        }
        self.days.push(sums);
    }

    /// Steps of the day, and the number of the instant of closing.
    pub fn steps(&self) -> usize {
        self.steps
    }

    pub fn days(&self) -> usize {
        self.days.len()
    }

    /// The targets that are looked at.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().map(|judge| &judge.target)
    }

    /// A target's figure over the window that ends at each instant, by the definition of a figure's estimate: a quotient of
    /// sums over days. Nothing where nothing is judged.
    pub fn estimates(&self, target: usize, confidence: f64) -> Vec<Estimate> {
        let mut ratios = vec![Ratio::default(); self.steps + 1];
        for (i, day) in self.days.iter().enumerate() {
            let sums = &day[target * (self.steps + 1)..];
            for (at, ratio) in ratios.iter_mut().enumerate() {
                let (x, y) = self.over(sums, at);
                ratio.add((i + 1) as f64, x, y);
            }
        }
        let n = self.days.len() as u64;
        let t = student_t(confidence, n.saturating_sub(1));
        let unit = unit(self.targets[target].target.kpi).unwrap_or(Unit::Number);
        let estimates = ratios.iter();
        let estimates = estimates.map(|ratio| ratio.estimate(n, t, unit.range()));
        estimates.collect()
    }

    /// What is missed on average over all days.
    pub fn missed(&self) -> Missed {
        self.missed_on((0..self.days.len()).map(|day| (day, 1.0)))
    }

    /// The same over days that are drawn from them with replacement, so many times (Efron 1979).
    pub fn resampled<T: Send>(
        all: &[&Self],
        times: u64,
        seed: u64,
        of: impl Fn(&[Missed]) -> T + Sync,
    ) -> Vec<T> {
        let n = all.first().map_or(0, |windows| windows.days.len());
        let draw = |time: u64| {
            let mut stream = ReplicationKey::new(!seed, time).stream(Purpose::Routing);
            let mut times = vec![0.0; n];
            for _ in 0..n {
                let day = (stream.unit() * n as f64) as usize;
                times[day.min(n - 1)] += 1.0;
            }
            let drawn = || times.iter().copied().enumerate().filter(|(_, n)| *n > 0.0);
            let missed: Vec<Missed> = all.iter().map(|w| w.missed_on(drawn())).collect();
            of(&missed)
        };
        (0..times).into_par_iter().map(draw).collect()
    }

    /// Whether a day misses any target in its last window.
    pub fn misses_at_closing(&self, day: usize) -> bool {
        let sums = self.days[day].chunks(self.steps + 1);
        let mut each = self.targets.iter().zip(sums);
        each.any(|(judge, sums)| judge.misses(self.over(sums, self.steps)))
    }

    /// Whether a target is missed over the whole day, on average over all days.
    pub fn misses_over_the_day(&self) -> bool {
        let last =
            |day: &Vec<(f64, f64)>, target: usize| day[target * (self.steps + 1) + self.steps];
        let mut each = self.targets.iter().enumerate();
        each.any(|(i, judge)| {
            let sums = self.days.iter().map(|day| last(day, i));
            judge.misses(sums.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1)))
        })
    }

    /// Numerators and denominators up to each instant, over days that count so many times.
    fn sums(&self, days: impl Iterator<Item = (usize, f64)>) -> Vec<(f64, f64)> {
        let mut sums = vec![(0.0, 0.0); self.targets.len() * (self.steps + 1)];
        for (day, times) in days {
            for (sum, of) in sums.iter_mut().zip(&self.days[day]) {
                *sum = (sum.0 + times * of.0, sum.1 + times * of.1);
            }
        }
        sums
    }

    fn missed_on(&self, days: impl Iterator<Item = (usize, f64)>) -> Missed {
        let sums = self.sums(days);
        let of_target = |(judge, sums): (&Judge, &[(f64, f64)])| {
            let instants = 0..=self.steps;
            instants
                .map(|at| judge.misses(self.over(sums, at)))
                .collect()
        };
        let each = self.targets.iter().zip(sums.chunks(self.steps + 1));
        Missed(each.map(of_target).collect())
    }

    /// Numerator and denominator over the window that ends at an instant.
    fn over(&self, sums: &[(f64, f64)], at: usize) -> (f64, f64) {
        let (from, to) = (sums[at.saturating_sub(self.window)], sums[at]);
        (to.0 - from.0, to.1 - from.1)
    }
}

impl Judge {
    /// Where there is nothing to be judged nothing is missed.
    fn misses(&self, (x, y): (f64, f64)) -> bool {
        let Target {
            bound, threshold, ..
        } = self.target;
        y > 0.0
            && match bound {
                Bound::AtLeast => x / y < threshold - self.tolerance,
                Bound::AtMost => x / y > threshold + self.tolerance,
            }
    }
}

impl Missed {
    /// Whether any target is missed at an instant, of those that `without` does not miss then, too.
    pub fn at(&self, instant: usize, without: &Missed) -> bool {
        let mut targets = self.0.iter().zip(&without.0);
        targets.any(|(own, without)| own[instant] && !without[instant])
    }

    /// The first instant, from one on, from which on nothing is missed till closing that `without` does not miss, too.
    pub fn recovers(&self, from: usize, without: &Missed) -> Option<usize> {
        let last = self.0.first().map_or(from, |of| of.len() - 1);
        let missed = (from..=last).rev().find(|at| self.at(*at, without));
        match missed {
            None => Some(from),
            Some(at) if at == last => None,
            Some(at) => Some(at + 1),
        }
    }

    /// How many instants of a range miss any target that `without` does not miss, too.
    pub fn count(&self, instants: std::ops::RangeInclusive<usize>, without: &Missed) -> usize {
        instants.filter(|at| self.at(*at, without)).count()
    }

    /// The largest share of instants, from one on, at which a target is missed.
    pub fn worst_share(&self, from: usize) -> f64 {
        let share = |of: &Vec<bool>| {
            let instants = &of[from.min(of.len() - 1)..];
            instants.iter().filter(|missed| **missed).count() as f64 / instants.len() as f64
        };
        self.0.iter().map(share).fold(0.0, f64::max)
    }

    /// Whether a target is missed, at each instant.
    pub fn of(&self, target: usize) -> &[bool] {
        &self.0[target]
    }

    /// By target the instants, from one on, at which it is missed.
    pub fn instants(&self, target: usize, from: usize) -> impl Iterator<Item = usize> {
        let of = self.0[target].iter().enumerate().skip(from);
        of.filter(|(_, missed)| **missed).map(|(at, _)| at)
    }
}
