//! Waiting times over days: quantiles with their errors, and the histogram of the document.

use super::reader::Scope;
use super::results::Waits;
use super::targets::Place;
use crate::engine::Tally;
use crate::model::{BATCHES, Model};
use crate::stats::{BINS_PER_OCTAVE, Estimate, Histogram, Paired, edge_ns, student_t};

/// Runs of consecutive days for the error of a quantile.
const SECTIONS: u64 = 40;

/// Waiting times, kept by runs of consecutive days.
///
/// Where the number of days is known beforehand, in min(n, 40) runs. Else in runs whose length doubles whenever there
/// are 80: so 40 to 79 of them (or one a day at first), whatever the number of days.
#[derive(Debug, Clone)]
pub struct Sections {
    planned: Option<u64>,
    days: u64,
    days_per_run: u64,
    runs: Vec<Histogram>,
}

impl Sections {
    /// No days yet; `planned` is their number where it is known.
    pub fn new(planned: Option<u64>) -> Self {
        Self {
            planned,
            days: 0,
            days_per_run: 1,
            runs: Vec::new(),
        }
    }

    /// Twice as many days are planned: the runs are as if that had been known.
    pub fn double_planned(&mut self) {
        let Some(n) = self.planned else {
            return;
        };
        let old = std::mem::take(&mut self.runs);
        self.planned = Some(2 * n);
        for (run, waits) in (0..).zip(&old) {
            let first_day = (run * n).div_ceil(n.clamp(1, SECTIONS));
            let run = (first_day * (2 * n).min(SECTIONS) / (2 * n).max(1)) as usize;
            if run >= self.runs.len() {
                self.runs.resize(run + 1, Histogram::default());
            }
            self.runs[run].merge(waits);
        }
    }

    /// Starts the next day.
    pub fn next_day(&mut self) {
        let run = match self.planned {
            Some(n) => (self.days * n.min(SECTIONS) / n.max(1)) as usize,
            None => {
                if self.days == 2 * SECTIONS * self.days_per_run {
                    let pairs = std::mem::take(&mut self.runs);
                    for pair in pairs.chunks(2) {
                        let mut both = pair[0].clone();
                        pair[1..].iter().for_each(|second| both.merge(second));
                        self.runs.push(both);
                    }
                    self.days_per_run *= 2;
                }
                (self.days / self.days_per_run) as usize
            }
        };
        self.days += 1;
        if run >= self.runs.len() {
            self.runs.resize(run + 1, Histogram::default());
        }
    }

    /// Adds waits to the day last started.
    pub fn add(&mut self, waits: &Histogram) {
        if let Some(run) = self.runs.last_mut() {
            run.merge(waits);
        }
    }

    /// How the quantile `p` changes from `factor` times what it is to what it is in another variant of the same days, with the
    /// error found from its changes within the runs; none where nobody waited in one of them.
    pub fn change(&self, other: &Sections, p: f64, factor: f64) -> Option<(Paired, u64)> {
        let (a, b) = (self.pooled().quantile_s(p)?, other.pooled().quantile_s(p)?);
        // A run in which one of them has no answers says nothing.
        let runs = self.runs.iter().zip(&other.runs);
        let runs: Vec<(f64, f64)> = runs
            .filter_map(|(one, two)| one.quantile_s(p).zip(two.quantile_s(p)))
            .collect();
        let n = runs.len() as f64;
        let se = |of: &dyn Fn((f64, f64)) -> f64| {
            let centre = of((a, b));
            let squares: f64 = runs.iter().map(|run| (of(*run) - centre).powi(2)).sum();
            (n >= 2.0).then(|| (squares / (n * (n - 1.0))).sqrt())
        };
        let apart = se(&|run| factor * run.0).zip(se(&|run| run.1));
        let paired = Paired {
            a,
            b,
            difference: b - factor * a,
            se: se(&|run| run.1 - factor * run.0),
            unpaired_se: apart.map(|(a, b)| a.hypot(b)),
        };
        Some((paired, runs.len() as u64))
    }

    /// All days together.
    pub fn pooled(&self) -> Histogram {
        let mut all = Histogram::default();
        self.runs.iter().for_each(|run| all.merge(run));
        all
    }

    /// The quantile `p` of all days (given as `pooled`), in seconds, with the error found from the runs' quantiles.
    pub fn quantile(&self, pooled: &Histogram, p: f64, confidence: f64) -> Estimate {
        match self.spread(pooled, p) {
            None => Estimate::default(),
            Some((mean, None, _)) => Estimate {
                mean: Some(mean),
                ..Estimate::default()
            },
            Some((mean, Some(se), runs)) => {
                let t = student_t(confidence, runs - 1);
                Estimate::with_se(mean, se, t, (0.0, f64::INFINITY))
            }
        }
    }

    /// The same without an interval: value and standard error in seconds, and the number of runs that the error comes from.
    fn spread(&self, pooled: &Histogram, p: f64) -> Option<(f64, Option<f64>, u64)> {
        let mean = pooled.quantile_s(p)?;
        let values: Vec<f64> = self
            .runs
            .iter()
            .filter_map(|run| run.quantile_s(p))
            .collect();
        let n = values.len() as f64;
        // Spread around the quantile of all days, as in sectioning (Asmussen and Glynn 2007, section III.5).
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let se = (values.len() >= 2).then(|| (squares / (n * (n - 1.0))).sqrt());
        Some((mean, se, values.len() as u64))
    }
}

/// Waits of everything, of call types and of queues.
#[derive(Debug, Clone)]
pub struct ContactWaits {
    pub(super) total: Sections,
    pub(super) call_types: Vec<Sections>,
    pub(super) queues: Vec<Sections>,
    pub(super) queues_abandoned: Vec<Histogram>,
}

impl ContactWaits {
    /// None yet; `planned` is the number of days (or batches) where it is known beforehand.
    pub fn new(model: &Model, planned: Option<u64>) -> Self {
        let sections = |n: usize| vec![Sections::new(planned); n];
        Self {
            total: Sections::new(planned),
            call_types: sections(model.call_types.len()),
            queues: sections(model.queues.len()),
            queues_abandoned: vec![Histogram::default(); model.queues.len()],
        }
    }

    /// Those of a part; none of groups and lines.
    pub(super) fn of(&self, scope: Scope) -> Option<&Sections> {
        match scope {
            Scope::Total => Some(&self.total),
            Scope::CallType(t) => self.call_types.get(t),
            Scope::Part(Place::Queue(q)) => self.queues.get(q),
            Scope::Part(Place::Group(_) | Place::Trunk(_)) => None,
        }
    }

    /// A quantile of the waits of a part's answered and its standard error, both in seconds, and the number of runs of days that
    /// the error comes from; none where nobody was answered, or the part has no waits.
    pub fn quantile(&self, scope: Scope, p: f64) -> Option<(f64, Option<f64>, u64)> {
        let sections = self.of(scope)?;
        sections.spread(&sections.pooled(), p)
    }

    /// Waits of a part's answered beyond the quantile `p`: so many of them that it rests on.
    pub fn beyond(&self, scope: Scope, p: f64) -> f64 {
        let answered = self
            .of(scope)
            .map_or(0, |sections| sections.pooled().total());
        (1.0 - p) * answered as f64
    }

    /// Adds the waits of a replication: of a day, or of every batch.
    pub fn add_all(&mut self, model: &Model, tally: &Tally) {
        match model.steady {
            true => (0..BATCHES).for_each(|batch| self.add(model, tally, (batch, tally.cells))),
            false => self.add(model, tally, (0, 1)),
        }
    }

    /// Adds the waits of a day: histogram number `slot` of each part's `slots`.
    pub(super) fn add(&mut self, model: &Model, tally: &Tally, (slot, slots): (usize, usize)) {
        self.total.next_day();
        for (q, sections) in self.queues.iter_mut().enumerate() {
            sections.next_day();
            self.queues_abandoned[q].merge(&tally.queue_abandoned_waits[q * slots + slot]);
        }
        for (t, sections) in self.call_types.iter_mut().enumerate() {
            let waits = &tally.call_type_waits[t * slots + slot];
            sections.next_day();
            sections.add(waits);
            self.queues[model.call_types[t].queue].add(waits);
            self.total.add(waits);
        }
    }
}

/// The histogram of the document from fine ones: exactly 0, up to 1 s, then four bins to the octave.
pub fn document(answered: &Histogram, abandoned: &Histogram) -> Waits {
    // The fine bin that ends at 1 s.
    let one_second = (1..)
        .find(|&bin| edge_ns(bin) >= 1_000_000_000)
        .unwrap_or(1);
    let per_bin = BINS_PER_OCTAVE / 4;
    let coarse = |fine: usize| match fine {
        0 => 0,
        _ => 1 + fine.saturating_sub(one_second).div_ceil(per_bin),
    };
    let gather = |histogram: &Histogram| {
        let mut bins: Vec<u64> = Vec::new();
        for (fine, &count) in histogram.counts().iter().enumerate() {
            if count > 0 {
                let bin = coarse(fine);
                bins.resize(bins.len().max(bin + 1), 0);
                bins[bin] += count;
            }
        }
        bins
    };
    let (mut answered, mut abandoned) = (gather(answered), gather(abandoned));
    let bins = answered.len().max(abandoned.len()).max(2);
    answered.resize(bins, 0);
    abandoned.resize(bins, 0);
    let edges_s = (0..bins)
        .map(|bin| match bin {
            0 => 0.0,
            _ => edge_ns(one_second + (bin - 1) * per_bin) as f64 / 1e9,
        })
        .collect();
    Waits {
        edges_s,
        answered,
        abandoned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(wait_s: i64) -> Histogram {
        let mut histogram = Histogram::default();
        histogram.add(wait_s * 1_000_000_000);
        histogram
    }

    #[test]
    fn runs_hold_consecutive_days() {
        for (planned, days, runs) in [
            (Some(7), 7, 7),
            (Some(40), 40, 40),
            (Some(200), 200, 40),
            (Some(101), 101, 40),
            (None, 79, 79),
            (None, 81, 41),
            (None, 10_000, 79),
        ] {
            let mut sections = Sections::new(planned);
            for i in 0..days {
                sections.next_day();
                sections.add(&day(i));
            }
            let n = sections.runs.len();
            assert_eq!(n, runs, "planned {planned:?}, {days} days");
            assert_eq!(sections.pooled().total(), days as u64);
        }
    }

    #[test]
    fn coarse_bins_end_where_they_say() {
        let mut waits = Histogram::default();
        for s in [0, 1, 2, 4] {
            waits.merge(&day(s));
        }
        let waits = document(&waits, &Histogram::default());
        assert_eq!(waits.edges_s[..2], [0.0, 1.0]);
        assert!((waits.edges_s[5] - 2.0).abs() < 1e-9);
        assert_eq!(waits.answered, [1, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
        assert_eq!(waits.abandoned, [0; 10]);
    }
}
