//! A baseline whose days are kept, and what-ifs beside it on the same days: what is seen while they are simulated.
//!
//! ```
//! use acdsim::lab::{Live, Side, live::Settings};
//! use acdsim::{Control, Model, scenario};
//!
//! let side = |label: &str, changes: &[&str]| {
//!     let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
//!     let text = "[scenario]\nname = \"Desk\"\nopen = \"08:00-10:00\"\n[[queues]]\nname = \"help\"\n\
//!                 [[call_types]]\nname = \"question\"\nqueue = \"help\"\nrate = \"60/h\"\ntalk = \"exp(4m)\"\n\
//!                 patience = \"exp(2m)\"\n[[groups]]\nname = \"desk\"\nskills = [\"help\"]\nstaff = 5\n";
//!     let loaded = scenario::parse("desk", text, std::path::Path::new(""), &changes)?;
//!     Ok::<_, scenario::ScenarioError>(Side { label: label.to_owned(), scenario: loaded.scenario })
//! };
//! let baseline = side("now", &[])?;
//! let model = Model::new(&baseline.scenario);
//! let settings = Settings { largest: 225, ..Settings::of(&baseline.scenario) };
//! let mut live = Live::new(baseline, &model, settings)?;
//!
//! let (one_more, control) = (side("one more", &["groups.desk.staff+=1"])?, Control::default());
//! let mut days = Vec::new();
//! live.beside(&one_more, &control, |snapshot| days.push((snapshot.days, snapshot.looked)))?;
//! assert_eq!(days, [(10, false), (25, false), (50, false), (100, true), (150, true), (225, true)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::amounts::Amounts;
use super::compare::{self, Comparison, Error, Levels, Plan, RunInfo, Side, View};
use super::looks::{FIRST, Looks};
use crate::engine::Tally;
use crate::experiment::{self, Control, Halt, LinkedSums, NewRouting, Variants};
use crate::kpi::{Collector, Reader, Results};
use crate::model::{BATCHES, Model};
use crate::planning;
use crate::routing::Routing;
use crate::scenario::Scenario;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Days of the stops before the first look.
const EARLY: [u64; 3] = [10, 25, 50];

/// Memory that the baseline's days and its results may take.
const KEPT_BYTES: usize = 256 << 20;

/// Memory of a figure in results, its name included, roughly.
const FIGURE_BYTES: usize = 160;

/// How what-ifs are simulated and judged.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Seed of all random numbers, the same on both sides.
    pub seed: u64,
    /// Joint level of the intervals of the headlines over all looks, and level of each other interval over all looks.
    pub confidence: f64,
    /// Days of each side, at most.
    pub largest: u64,
    /// Number of threads; none is one for each core.
    pub threads: Option<usize>,
    /// Differences up to these are none.
    pub margin: Amounts,
}

impl Settings {
    /// Seed and confidence of a scenario, 10,000 days on all cores, and the margins of a comparison.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            seed: scenario.run.seed,
            confidence: scenario.run.confidence,
            largest: 10_000,
            threads: None,
            margin: Amounts::slight(),
        }
    }
}

/// What is seen of a what-if after so many days.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The differences from the baseline, without the quantiles of waits.
    pub comparison: Comparison,
    /// The baseline's figures, with what the formulas say beside them. Their intervals hold each for itself, at this stop.
    pub baseline: Arc<Results>,
    /// Those of the what-if, of the same days.
    pub whatif: Arc<Results>,
    /// Days of each; 1 in a steady run.
    pub days: u64,
    /// False at an early stop, whose differences claim nothing yet: they have no intervals, and their verdict is unknown.
    pub looked: bool,
}

/// A baseline whose days are kept, so that what-ifs beside it take only days of their own.
///
/// A what-if is seen at stops that are fixed beforehand: after 10, 25 and 50 days, before anything is claimed, and then at the
/// looks of [`Looks::up_to`], over which the error is spent. So whoever watches it, and ends it when it pleases, is wrong about
/// its differences no more often than the confidence says. That is said of each what-if by itself, not of all that are tried.
pub struct Live<'m> {
    side: Side,
    settings: Settings,
    stops: Stops,
    kept: Kept<'m>,
}

impl<'m> Live<'m> {
    /// A baseline and its model, nothing simulated yet. Where its days would take too much memory, the largest number of days
    /// is lowered: see [`Live::largest`].
    ///
    /// # Errors
    /// [`Error::TooFewDays`] if there can be no intervals.
    pub fn new(baseline: Side, model: &'m Model, mut settings: Settings) -> Result<Self, Error> {
        let kept = Kept::new(model);
        settings.largest = match model.steady {
            true => 1,
            false if settings.largest < 2 => return Err(Error::TooFewDays),
            false => settings.largest.min(kept.most_days(settings.largest)),
        };
        let looks = match model.steady {
            true => Looks::once(1),
            false => Looks::up_to(settings.largest),
        };
        Ok(Self {
            side: baseline,
            settings,
            stops: Stops::new(looks),
            kept,
        })
    }

    /// The largest number of days of each side.
    pub fn largest(&self) -> u64 {
        self.settings.largest
    }

    /// Days of the baseline that are simulated.
    pub fn days(&self) -> u64 {
        self.kept.collector.replications()
    }

    /// Simulates a what-if on the baseline's days, and says at each stop what is `seen`. Days that the baseline lacks are
    /// simulated with it, and kept. Of a what-if that is the baseline itself only these are.
    ///
    /// When stopped, it ends soon. The baseline's days that are complete are kept.
    ///
    /// # Errors
    /// Those of [`compare`](super::compare()); of [`experiment::Error`] `NothingDone` when stopped before anything was seen.
    pub fn beside(
        &mut self,
        whatif: &Side,
        control: &Control,
        mut seen: impl FnMut(Snapshot),
    ) -> Result<(), Error> {
        let sides = [self.side.clone(), whatif.clone()];
        let steady = compare::mode(&sides)?;
        let baseline = self.kept.reader.model();
        let is_baseline = sides[0].scenario == sides[1].scenario;
        let changed = (!is_baseline).then(|| Model::new(&whatif.scenario));
        let model = changed.as_ref().unwrap_or(baseline);
        let readers = [Reader::new(baseline), Reader::new(model)];
        let plan = Plan::new(&sides, &readers).without_quantiles();
        let levels = self.stops.levels(plan.joint, self.settings.confidence);
        let mut view = View::new(&sides, &plan, &self.settings.margin);
        let routed = |model| (model, &Routing::new as &NewRouting<'_>);
        let variants = Variants::new(vec![routed(baseline), routed(model)], self.settings.threads)?;
        let mut run = Beside {
            sums: LinkedSums::new(plan.links()),
            known: self.days(),
            done: control.done.load(Ordering::Relaxed),
            kept: &mut self.kept,
            other: changed.as_ref().map(Other::new),
            days: 0,
            variants,
            seed: self.settings.seed,
        };
        let (seed, confidence) = (self.settings.seed, self.settings.confidence);
        for (number, (days, levels)) in self.stops.ends().zip(levels).enumerate() {
            match run.up_to(days, control) {
                Ok(()) => {}
                Err(Halt::Interrupted) if number > 0 => return Ok(()),
                Err(Halt::Interrupted) => {
                    return Err(experiment::Error::NothingDone("first comparison").into());
                }
                Err(halt) => return Err(experiment::Error::from(halt).into()),
            }
            view.levels = levels;
            let info = RunInfo {
                version: env!("CARGO_PKG_VERSION"),
                mode: if steady { "steady" } else { "day" },
                seed,
                replications: days,
                batches: steady.then_some(BATCHES as u64),
                days_used: days * sides.len() as u64,
                confidence,
                joint_intervals: plan.joint,
                looks: self.stops.looks.ends().len(),
                precision: None,
                partial: false,
                warnings: plan.warnings.clone(),
            };
            let baseline = run.kept.results(number, seed, confidence);
            let whatif = match &run.other {
                Some(other) => results(&other.collector, model, seed, confidence),
                None => Arc::clone(&baseline),
            };
            seen(Snapshot {
                comparison: view.comparison(&run.sums, info),
                baseline,
                whatif,
                days,
                looked: levels.is_some(),
            });
        }
        Ok(())
    }
}

/// When a what-if is seen.
struct Stops {
    looks: Looks,
    early: Vec<u64>,
    /// The levels of the intervals at each look, and the number of joint ones that they are for: it takes milliseconds to find
    /// them, and what-ifs mostly have the same.
    levels: Option<(usize, Vec<Levels>)>,
}

impl Stops {
    fn new(looks: Looks) -> Self {
        let first = looks.ends().first().copied().unwrap_or(0);
        let early = EARLY.into_iter().filter(|days| *days < first);
        Self {
            early: early.collect(),
            looks,
            levels: None,
        }
    }

    /// Days of each stop.
    fn ends(&self) -> impl Iterator<Item = u64> {
        self.early.iter().chain(self.looks.ends()).copied()
    }

    /// Levels of the intervals at each stop; none at the early ones.
    fn levels(&mut self, joint: usize, confidence: f64) -> Vec<Option<Levels>> {
        let known = self.levels.take().filter(|(of, _)| *of == joint);
        let (_, levels) = self
            .levels
            .insert(known.unwrap_or_else(|| (joint, Levels::at(&self.looks, joint, confidence))));
        let early = self.early.iter().map(|_| None);
        early.chain(levels.iter().copied().map(Some)).collect()
    }
}

/// The baseline's days.
struct Kept<'m> {
    reader: Reader<'m>,
    collector: Collector<'m>,
    /// What the reader read, by day; in a steady run by batch.
    values: Vec<Box<[(f64, f64)]>>,
    /// At the stops so far.
    results: Vec<Arc<Results>>,
}

impl<'m> Kept<'m> {
    fn new(model: &'m Model) -> Self {
        Self {
            reader: Reader::new(model),
            collector: Collector::new(model, None),
            values: Vec::new(),
            results: Vec::new(),
        }
    }

    /// The largest number of days, lowered to a look up to which days and results fit into memory; never below the first look.
    fn most_days(&self, largest: u64) -> u64 {
        let items = self.reader.items();
        let per_day = items.len() * size_of::<(f64, f64)>();
        let figures = items.iter().filter(|item| item.interval.is_none()).count();
        let per_stop = figures * (self.reader.model().grid.cells + 2) * FIGURE_BYTES;
        let largest = largest.min((KEPT_BYTES / per_day.max(1)) as u64);
        let looks = Looks::up_to(largest.max(FIRST));
        let fits = |(look, days): &(usize, &u64)| {
            let stops = EARLY.len() + look + 1;
            stops * per_stop + **days as usize * per_day <= KEPT_BYTES
        };
        let fitting = looks.ends().iter().enumerate().take_while(fits);
        fitting.last().map_or(FIRST, |(_, &days)| days)
    }

    fn add(&mut self, tally: &Tally) {
        self.collector.add(tally);
        for observation in 0..self.reader.observations() {
            let mut values = Vec::with_capacity(self.reader.items().len());
            self.reader.read(tally, observation, &mut values);
            self.values.push(values.into());
        }
    }

    /// The results at a stop. They are taken when it is reached: before a day is added that comes after it.
    fn results(&mut self, stop: usize, seed: u64, confidence: f64) -> Arc<Results> {
        if let Some(known) = self.results.get(stop) {
            return Arc::clone(known);
        }
        let new = results(&self.collector, self.reader.model(), seed, confidence);
        self.results.push(Arc::clone(&new));
        new
    }
}

/// The results of the days so far, with the formulas beside them.
fn results(collector: &Collector<'_>, model: &Model, seed: u64, confidence: f64) -> Arc<Results> {
    let mut results = collector.results(seed, confidence, false, &[]);
    planning::beside(model, &mut results);
    Arc::new(results)
}

/// A what-if under way beside the baseline.
struct Beside<'l, 'k, 'v> {
    kept: &'l mut Kept<'k>,
    /// None if it is the baseline itself.
    other: Option<Other<'v>>,
    sums: LinkedSums,
    /// Days of the what-if.
    days: u64,
    /// Days that the baseline had, and replications that the control had counted, when it began.
    known: u64,
    done: u64,
    variants: Variants<'v>,
    seed: u64,
}

/// The days of a what-if that is not the baseline.
struct Other<'m> {
    reader: Reader<'m>,
    collector: Collector<'m>,
    /// Scratch: what the reader reads.
    values: Vec<(f64, f64)>,
}

impl<'m> Other<'m> {
    fn new(model: &'m Model) -> Self {
        Self {
            reader: Reader::new(model),
            collector: Collector::new(model, None),
            values: Vec::new(),
        }
    }
}

impl Beside<'_, '_, '_> {
    /// Simulates further days until there are `goal`.
    fn up_to(&mut self, goal: u64, control: &Control) -> Result<(), Halt> {
        if control.stop.load(Ordering::Relaxed) {
            return Err(Halt::Interrupted);
        }
        let own = if self.other.is_some() { goal } else { 0 };
        let planned = self.done + own + goal.saturating_sub(self.known);
        control.planned.store(planned, Ordering::Relaxed);
        let (kept, other, sums, days) = (
            &mut *self.kept,
            &mut self.other,
            &mut self.sums,
            &mut self.days,
        );
        let known = goal.min(kept.collector.replications());
        match other {
            None => (*days..known).for_each(|_| add(kept, None, sums, days)),
            Some(other) => {
                self.variants
                    .simulate(&[1], *days..known, self.seed, control, |tallies| {
                        add(kept, Some((&mut *other, &tallies[0])), sums, days);
                    })?
            }
        }
        let which: &[usize] = if other.is_some() { &[0, 1] } else { &[0] };
        self.variants
            .simulate(which, *days..goal, self.seed, control, |tallies| {
                kept.add(&tallies[0]);
                let other = other.as_mut().zip(tallies.get(1));
                add(kept, other, sums, days);
            })
    }
}

/// Adds the next day, which the baseline has, of a what-if that is not the baseline itself with its counts.
fn add(
    kept: &Kept<'_>,
    mut other: Option<(&mut Other<'_>, &Tally)>,
    sums: &mut LinkedSums,
    days: &mut u64,
) {
    let observations = kept.reader.observations();
    let first = *days as usize * observations;
    for (observation, baseline) in kept
        .values
        .iter()
        .skip(first)
        .take(observations)
        .enumerate()
    {
        match &mut other {
            Some((other, tally)) => {
                other.reader.read(tally, observation, &mut other.values);
                sums.add(&[baseline.as_ref(), &other.values]);
            }
            None => sums.add(&[baseline, baseline]),
        }
    }
    if let Some((other, tally)) = other {
        other.collector.add(tally);
    }
    *days += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_days_than_fit_into_memory() {
        let most = |queues: usize, largest: u64| {
            let mut text = "[scenario]\nname = \"s\"\nopen = \"08:00-20:00\"\n".to_owned();
            for q in 0..queues {
                text += &format!(
                    "[[queues]]\nname = \"{q}\"\n\
                     [[call_types]]\nname = \"{q}\"\nqueue = \"{q}\"\nrate = \"1/h\"\ntalk = \"60s\"\n"
                );
            }
            let loaded = crate::scenario::parse("s", &text, std::path::Path::new(""), &[]);
            let model = Model::new(&loaded.expect("a scenario").scenario);
            Kept::new(&model).most_days(largest)
        };
        assert_eq!(most(2, 10_000), 10_000);
        assert_eq!(most(2, 60), 100);
        let lowered = most(20, 10_000);
        assert!((100..10_000).contains(&lowered), "{lowered}");
        assert!(Looks::up_to(10_000).ends().contains(&lowered), "{lowered}");
        assert_eq!(most(400, 10_000), 100);
        assert!(most(2, u64::MAX) > 10_000);
    }
}
