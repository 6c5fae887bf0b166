//! What is counted of the expectations, day by day, and what has been seen of each at a look.

use super::judge::{Bound, ENOUGH_ALIKE, ENOUGH_BEYOND, Errors, Seen, Spread, Verdict, judge};
use super::lock::{Block, Lock};
use super::matched::{Figure, Match};
use super::seldom::Unusual;
use super::{Baseline, Gate};
use crate::engine::Tally;
use crate::kpi::{ContactWaits, Reader, Unit, quantile_change};
use crate::lab::looks::Looks;
use crate::stats::{Paired, PairedRatio};

/// An expectation in one place.
pub(super) struct Test {
    /// Of the expectation.
    pub number: usize,
    pub found: Match,
    pub bounds: Vec<Bound>,
    pub looks: Looks,
    pub errors: Vec<Errors>,
    pub sums: PairedRatio,
    pub unusual: Unusual,
    pub verdict: Option<Verdict>,
    /// Days at the last look.
    pub days: u64,
    /// What was seen of each bound at the last look, and the errors of that look.
    pub seen: Vec<(Bound, Seen)>,
    pub at: Option<Errors>,
    /// Whether both sides were alike in everything, on every day.
    pub identical: bool,
}

impl Test {
    pub fn new(number: usize, found: Match) -> Self {
        Self {
            number,
            found,
            bounds: Vec::new(),
            looks: Looks::once(1),
            errors: Vec::new(),
            sums: PairedRatio::default(),
            unusual: Unusual::default(),
            verdict: None,
            days: 0,
            seen: Vec::new(),
            at: None,
            identical: false,
        }
    }

    /// Adds the `n`-th observation (from 1): numerator and denominator, and those of the baseline if it is a difference.
    fn add(&mut self, n: u64, baseline: Option<(f64, f64)>, own: (f64, f64)) {
        self.unusual.add(baseline, own);
        // That which is not a difference is one from nothing.
        self.sums
            .add(n as f64, baseline.unwrap_or((0.0, own.1)), own);
    }

    /// Looks at the figures after so many days, if it is to be looked at then.
    pub fn look(&mut self, counting: &Counting<'_>, days: u64) {
        let Some(look) = self.looks.ends().iter().position(|end| *end == days) else {
            return;
        };
        self.days = days;
        self.identical = counting.is_alike(&self.found.figure);
        let each = self.bounds.iter();
        self.seen = each
            .filter_map(|bound| Some((*bound, counting.seen(self, bound.factor)?)))
            .collect();
        let errors = self.errors[look];
        self.at = Some(errors);
        let verdict = match self.seen.len() == self.bounds.len() {
            true => judge(&self.seen, errors),
            false => Verdict::Inconclusive,
        };
        let is_last = look + 1 == self.looks.ends().len();
        self.verdict = (is_last || verdict != Verdict::Inconclusive).then_some(verdict);
    }
}

/// What has been counted so far.
pub(super) struct Counting<'m> {
    pub readers: &'m [Reader<'m>],
    pub days: u64,
    /// Days, or batches of a steady run.
    observations: u64,
    /// Of each side, if a quantile of it is looked at.
    waits: Vec<Option<ContactWaits>>,
    /// Of each side, whether it has been as the candidate on every day.
    alike: Vec<bool>,
    locks: Vec<Running<'m>>,
    /// Scratch: what each reader reads.
    values: Vec<Vec<(f64, f64)>>,
}

/// A kept baseline, and the candidate's block that is set against its next one.
struct Running<'m> {
    number: usize,
    lock: &'m Lock,
    block: Block,
    blocks: u64,
    is_alike: bool,
}

impl<'m> Counting<'m> {
    pub fn new(gate: &'m Gate<'_>, readers: &'m [Reader<'m>], tests: &[Test]) -> Self {
        let mut waits: Vec<Option<ContactWaits>> = readers.iter().map(|_| None).collect();
        for test in tests {
            if let Figure::Quantile { other, .. } = &test.found.figure {
                for side in [Some(0), other.map(|(side, _)| side)].into_iter().flatten() {
                    let model = readers[side].model();
                    waits[side].get_or_insert_with(|| ContactWaits::new(model, None));
                }
            }
        }
        let locks = gate.baselines.iter().enumerate();
        let locks = locks.filter_map(|(number, (_, baseline))| match baseline {
            Baseline::Lock(lock) => Some(Running {
                number,
                lock,
                block: Block::new(readers[0].items().len()),
                blocks: 0,
                is_alike: true,
            }),
            Baseline::Scenario(_) => None,
        });
        Self {
            readers,
            days: 0,
            observations: 0,
            waits,
            alike: vec![true; readers.len()],
            locks: locks.collect(),
            values: vec![Vec::new(); readers.len()],
        }
    }

    /// Adds a day of the sides in `which`.
    pub fn add(&mut self, tests: &mut [Test], which: &[usize], tallies: &[Tally]) {
        self.days += 1;
        for (&side, tally) in which.iter().zip(tallies) {
            self.alike[side] = self.alike[side] && *tally == tallies[0];
            if let Some(waits) = &mut self.waits[side] {
                waits.add_all(self.readers[side].model(), tally);
            }
        }
        for observation in 0..self.readers[0].observations() {
            self.observations += 1;
            let n = self.observations;
            for (&side, tally) in which.iter().zip(tallies) {
                self.readers[side].read(tally, observation, &mut self.values[side]);
            }
            for test in tests.iter_mut().filter(|test| test.verdict.is_none()) {
                if let Figure::Daily { own, other } = test.found.figure {
                    let baseline = other.map(|(side, item)| self.values[side][item]);
                    test.add(n, baseline, self.values[0][own]);
                }
            }
        }
        for running in &mut self.locks {
            running
                .block
                .add(self.values[0].iter().copied(), &tallies[0]);
            if running.block.days == running.lock.replications_per_block
                && running.blocks < running.lock.paths.len() as u64
            {
                running.end_block(tests);
            }
        }
    }

    /// Whether a figure's two sides have been alike in everything that is counted.
    fn is_alike(&self, figure: &Figure) -> bool {
        match figure {
            Figure::Locked { lock, .. } => self
                .locks
                .iter()
                .any(|running| running.number == *lock && running.is_alike),
            other => other.other_side().is_some_and(|side| self.alike[side]),
        }
    }

    /// What has been seen of a test's figure, less `factor` times that of its baseline; none where it is not defined.
    fn seen(&self, test: &Test, factor: f64) -> Option<Seen> {
        let (paired, n) = match &test.found.figure {
            Figure::Daily { .. } => {
                let n = self.observations;
                (test.sums.contrast(n, factor)?, n)
            }
            Figure::Locked { lock, .. } => {
                let running = self.locks.iter().find(|running| running.number == *lock)?;
                (test.sums.contrast(running.blocks, factor)?, running.blocks)
            }
            Figure::Quantile {
                of,
                other: Some((side, of_other)),
                p,
            } => {
                let (a, b) = (self.waits[*side].as_ref()?, self.waits[0].as_ref()?);
                quantile_change((a, *of_other), (b, *of), *p, factor)?
            }
            Figure::Quantile { of, other: None, p } => {
                let (value, se, runs) = self.waits[0].as_ref()?.quantile(*of, *p)?;
                let paired = Paired {
                    a: 0.0,
                    b: value,
                    difference: value,
                    se,
                    unpaired_se: se,
                };
                (paired, runs)
            }
        };
        Some(Seen {
            value: paired.difference,
            baseline: paired.a,
            se: paired.se,
            freedom: n.saturating_sub(1),
            spread: self.spread(test, &paired, n),
        })
    }

    /// Waits beyond a quantile, on that side which has fewer; without end of other figures.
    fn beyond(&self, figure: &Figure) -> f64 {
        let Figure::Quantile { of, other, p } = *figure else {
            return f64::INFINITY;
        };
        let sides = [Some((0, of)), other];
        let beyond = sides.into_iter().flatten().map(|(side, of)| {
            let waits = self.waits[side].as_ref();
            waits.map_or(0.0, |waits| waits.beyond(of, p))
        });
        beyond.fold(f64::INFINITY, f64::min)
    }

    fn spread(&self, test: &Test, paired: &Paired, n: u64) -> Spread {
        if test.found.counts_days() {
            // Days without contacts are none of those that are judged.
            let (met, judged) = test.sums.totals_of_b(n);
            return Spread::Days(met.round() as u64, judged.round() as u64);
        }
        let is_enough = self.days >= ENOUGH_ALIKE || self.readers[0].model().steady;
        let the_same = |is_enough| match is_enough {
            true => Spread::None,
            false => Spread::Perhaps,
        };
        let is_rate = test.found.unit == Unit::Fraction;
        // Planned hours, their cost, a fixed talk time: the same on every day, and not for want of anything that happens.
        let is_fixed =
            paired.unpaired_se == Some(0.0) && paired.b != 0.0 && !(is_rate && paired.b == 1.0);
        let seldom = match &test.found.figure {
            Figure::Quantile { .. } => None,
            _ if is_fixed => None,
            _ => test
                .unusual
                .seldom(n, test.sums.least_denominator(), is_rate),
        };
        match seldom {
            // Even where a multiple of the same has a spread, which says nothing of a difference.
            _ if self.is_alike(&test.found.figure) => the_same(is_enough),
            // How much it could be on another day is known of rates only.
            Some(seldom) if seldom.days == 0 && !is_rate && !is_enough => Spread::Perhaps,
            Some(seldom) => Spread::Seldom(seldom),
            None if paired.se == Some(0.0) => {
                the_same(is_enough && self.beyond(&test.found.figure) >= ENOUGH_BEYOND)
            }
            None => Spread::Normal,
        }
    }
}

impl Running<'_> {
    /// Sets the block that is complete against that of the baseline.
    fn end_block(&mut self, tests: &mut [Test]) {
        let (sums, path) = self.block.take();
        let index = self.blocks as usize;
        self.is_alike = self.is_alike && self.lock.paths[index] == path;
        self.blocks += 1;
        for test in tests.iter_mut().filter(|test| test.verdict.is_none()) {
            if let Figure::Locked { own, lock, figure } = test.found.figure
                && lock == self.number
            {
                let baseline = self.lock.of_block(figure, index);
                test.add(self.blocks, Some(baseline), sums[own]);
            }
        }
    }
}
