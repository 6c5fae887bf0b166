//! The gate: what is expected of a scenario's figures, judged by simulating until it is sure.
//!
//! An expectation is read in `expectation`, matched with the figures that there are in `matched`, counted in `counting`, and
//! judged in `judge`; what happens seldom is in `seldom`, a baseline that is kept in a file in `lock`. Here is the sequence: days
//! are added, and looked at where that was fixed beforehand, until every expectation is decided or has spent its days.
//!
//! Errors are shared out so that each holds for the whole gate. It fails though every expectation is true with probability at
//! most α: each of m may fail wrongly with α/m (Bonferroni). It passes though one is false with probability at most α: as all
//! must pass, each may pass wrongly with α (Berger 1982). Both are spent over the looks
//! ([`errors_of_looks`](crate::stats::errors_of_looks)).

mod counting;
#[cfg(test)]
mod error_rates;
mod expectation;
mod judge;
mod lock;
mod matched;
mod outcome;
mod seldom;

pub use expectation::{Expectation, Name, Of, Part, Path, Relation, Threshold, Wrong};
pub use judge::Verdict;
pub(crate) use judge::{Bound, ENOUGH_ALIKE, Errors, Seen, Spread, judge};
pub use lock::{Blocks, LOCK_SCHEMA, Lock, LockError};
pub use outcome::{BaselineInfo, Judged, Measured, Outcome, RunInfo, SCHEMA, SideInfo};
pub(crate) use seldom::Unusual;

use super::compare::{self, Side};
use super::looks::Looks;
use crate::experiment::{self, Control, Halt, NewRouting, Variants};
use crate::model::Model;
use crate::random::STREAM_VERSION;
use crate::routing::Routing;
use crate::scenario::{Mode, Scenario, schema};
use counting::{Counting, Test};
use matched::Figure;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// Replications of each side, at most, where nothing else is said.
pub const MOST_REPLICATIONS: u64 = 20_000;

/// The part of an error that is spent. The rest is kept back for what the normal approximation gets wrong: skewed figures, few
/// days.
pub(crate) const SPENT: f64 = 0.8;

/// More replications than this are not advised.
const MOST_BELIEVED: f64 = schema::MOST_REPLICATIONS as f64;

/// A scenario, what is expected of it, and the baselines that it is compared with.
///
/// ```
/// use acdsim::{lab::Gate, scenario};
/// use std::path::Path;
///
/// let text = r#"
///     [scenario]
///     name = "Help desk"
///     [[queues]]
///     name = "help"
///     [[call_types]]
///     name = "question"
///     queue = "help"
///     rate = "60/h"
///     talk = "exp(4m)"
///     patience = "exp(2m)"
///     [[groups]]
///     name = "agents"
///     skills = ["help"]
///     staff = 6
/// "#;
/// let load = |changes: &[String]| scenario::parse("desk.toml", text, Path::new(""), changes);
/// let before = load(&[])?.scenario;
/// let after = load(&["groups.agents.staff+=1".to_owned()])?.scenario;
/// Gate::new("after", after)
///     .against("before", before)
///     .expect("queues.help.service_level >= 70%")
///     .expect("delta queues.help.abandonment_rate < -1pp")
///     .assert();
/// # Ok::<(), acdsim::scenario::ScenarioError>(())
/// ```
pub struct Gate<'a> {
    candidate: Variant<'a>,
    baselines: Vec<(String, Baseline<'a>)>,
    expectations: Vec<Expected>,
    seed: Option<u64>,
    alpha: f64,
    most: u64,
    threads: Option<usize>,
    /// Whether errors are spent over the looks: that it is wrong without it is tested.
    is_corrected: bool,
}

/// A scenario and what makes its routing policy.
struct Variant<'a> {
    side: Side,
    routing: &'a NewRouting<'a>,
}

/// What a scenario is compared with.
enum Baseline<'a> {
    Scenario(Variant<'a>),
    Lock(Lock),
}

/// An expectation as it was given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// As written.
    pub text: String,
    /// What it is called.
    pub name: Option<String>,
    /// Where it stands: file and line.
    pub place: Option<(String, usize)>,
    /// Replications of each side, at most; none for those of the gate.
    pub most: Option<u64>,
}

/// Why a gate gives no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is expected.
    #[error("nothing is expected: there is no [[expect]] and no --expect")]
    NothingExpected,
    /// Nothing is expected of a difference from a kept baseline.
    #[error(
        "no expectation compares with the baseline, so that there is nothing to keep\n  help: expect a difference, such as delta \
         total.service_level >= -0.5pp"
    )]
    NothingToKeep,
    /// An expectation is wrong; numbered from 0.
    #[error("{wrong}")]
    Expectation {
        /// Which.
        number: usize,
        /// What is wrong with it.
        wrong: Wrong,
    },
    /// A kept baseline is of another seed, or of other streams.
    #[error(
        "{label}: baseline is stale: {why}\n  help: make it again with --update-baseline, from the state that shall be compared with"
    )]
    Stale {
        /// Label of the baseline.
        label: String,
        /// Why it is of no use.
        why: String,
    },
    /// Two scenarios that cannot be compared.
    #[error(transparent)]
    Sides(#[from] compare::Error),
    /// A steady run has no days.
    #[error(
        "{0} is one steady run, and a kept baseline is of days\n  help: name the scenario file of the baseline, or give the scenario \
         days with --set run.mode=day"
    )]
    Steady(String),
    /// It was stopped too early, or the simulator is overwhelmed.
    #[error(transparent)]
    Run(#[from] experiment::Error),
}

impl<'a> Gate<'a> {
    /// A gate for a scenario, which messages call by this label.
    pub fn new(label: &str, scenario: Scenario) -> Self {
        Self {
            candidate: Variant::new(label, scenario, &Routing::new),
            baselines: Vec::new(),
            expectations: Vec::new(),
            seed: None,
            alpha: 0.05,
            most: MOST_REPLICATIONS,
            threads: None,
            is_corrected: true,
        }
    }

    /// Routes by a policy of one's own instead of the scenario's.
    #[must_use]
    pub fn routed_by(mut self, routing: &'a NewRouting<'a>) -> Self {
        self.candidate.routing = routing;
        self
    }

    /// Adds a baseline. The first is that which an expectation without `vs` is compared with, others are named by their label.
    #[must_use]
    pub fn against(self, label: &str, scenario: Scenario) -> Self {
        self.against_routed_by(label, scenario, &Routing::new)
    }

    /// Adds a baseline that is routed by a policy of one's own.
    #[must_use]
    pub fn against_routed_by(
        mut self,
        label: &str,
        scenario: Scenario,
        routing: &'a NewRouting<'a>,
    ) -> Self {
        let variant = Variant::new(label, scenario, routing);
        let baseline = (label.to_owned(), Baseline::Scenario(variant));
        self.baselines.push(baseline);
        self
    }

    /// Adds a baseline that was kept.
    #[must_use]
    pub fn against_lock(mut self, label: &str, lock: Lock) -> Self {
        self.baselines
            .push((label.to_owned(), Baseline::Lock(lock)));
        self
    }

    /// Adds an expectation, as [`Expectation::parse`] reads it.
    #[must_use]
    pub fn expect(self, text: &str) -> Self {
        self.expect_all([Expected {
            text: text.to_owned(),
            ..Expected::default()
        }])
    }

    /// Adds expectations that have names, places or numbers of replications of their own.
    #[must_use]
    pub fn expect_all(mut self, expected: impl IntoIterator<Item = Expected>) -> Self {
        self.expectations.extend(expected);
        self
    }

    /// Seed of all random numbers; else that of the scenario.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Error rate, from 0.000001 to 0.4: of failing though all is true, and of passing though something is not. 0.05 if not set.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha.clamp(1e-6, 0.4);
        self
    }

    /// Replications of each side, at most, from 2 to 10,000,000; [`MOST_REPLICATIONS`] if not set.
    #[must_use]
    pub fn at_most(mut self, replications: u64) -> Self {
        self.most = replications.clamp(2, schema::MOST_REPLICATIONS);
        self
    }

    /// Number of threads; one for each core if not set. The outcome does not depend on it.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    fn seed_used(&self) -> u64 {
        self.seed.unwrap_or(self.candidate.side.scenario.run.seed)
    }

    /// Runs it and panics, with the report, unless it passes.
    ///
    /// # Panics
    /// If it fails, is inconclusive, or something is wrong with an expectation.
    pub fn assert(&self) {
        match self.run(&Control::default()) {
            Err(error) => panic!("{error}"),
            Ok(outcome) if outcome.verdict != Verdict::Pass => panic!("{outcome}"),
            Ok(_) => {}
        }
    }

    /// Simulates until every expectation is decided or has spent its replications.
    ///
    /// # Errors
    /// [`Error`] if something is wrong with an expectation, or nothing could be simulated.
    pub fn run(&self, control: &Control) -> Result<Outcome, Error> {
        let steady = self.steady()?;
        let parsed = self.parsed()?;
        let models = self.models();
        let readers = matched::readers(&models, &parsed);
        let mut tests = Vec::new();
        for (number, expectation) in parsed.iter().enumerate() {
            let matches = matched::matches(self, &readers, expectation)
                .map_err(|wrong| Error::Expectation { number, wrong })?;
            tests.extend(matches.into_iter().map(|found| Test::new(number, found)));
        }
        if tests.is_empty() {
            return Err(Error::NothingExpected);
        }
        self.plan(&parsed, &mut tests, steady);

        let sides = models.iter().map(|(model, routing)| (model, *routing));
        let variants = Variants::new(sides.collect(), self.threads)?;
        let mut counting = Counting::new(self, &readers, &tests);
        let looks: BTreeSet<u64> = tests
            .iter()
            .flat_map(|test| test.looks.ends().iter().copied())
            .collect();
        let mut days = 0;
        let mut partial = false;
        let mut days_used = 0;
        for goal in looks {
            let which = active(&tests);
            if which.is_empty() {
                break;
            }
            let planned = days_used + (goal - days) * which.len() as u64;
            control.planned.store(planned, Ordering::Relaxed);
            let simulated =
                variants.simulate(&which, days..goal, self.seed_used(), control, |day| {
                    counting.add(&mut tests, &which, day);
                });
            days_used += (counting.days - days) * which.len() as u64;
            days = counting.days;
            match simulated {
                Ok(()) => {}
                Err(Halt::Interrupted) if days > 0 => {
                    partial = true;
                    break;
                }
                Err(halt) => return Err(experiment::Error::early(halt, steady).into()),
            }
            for test in tests.iter_mut().filter(|test| test.verdict.is_none()) {
                test.look(&counting, goal);
            }
        }
        let judged = tests.iter().map(|test| {
            let expected = &self.expectations[test.number];
            outcome::judged(expected, &parsed[test.number], test, &counting, partial)
        });
        Ok(outcome::outcome(
            self,
            judged.collect(),
            (days, days_used),
            partial,
        ))
    }

    /// Makes a baseline of the candidate, to be kept under a label: every figure whose difference from the baseline of this label
    /// (that of none too) is expected, in 50 blocks of days that have together at least the gate's replications.
    ///
    /// # Errors
    /// [`Error`] if something is wrong with an expectation, none needs the baseline, or it is interrupted.
    pub fn record(&self, label: &str, control: &Control) -> Result<Lock, Error> {
        if self.candidate.side.scenario.run.mode != Mode::Day {
            return Err(Error::Steady(self.candidate.side.label.clone()));
        }
        let mut parsed = self.parsed()?;
        let models = self.models();
        let mut names = Vec::new();
        let needs = |expectation: &Expectation| match &expectation.of {
            Of::Value => false,
            Of::Difference { baseline } => baseline.as_deref().is_none_or(|of| of == label),
        };
        for (number, expectation) in parsed.iter().enumerate().filter(|(_, of)| needs(of)) {
            let kept = matched::kept(&models[0].0, expectation);
            names.extend(kept.map_err(|wrong| Error::Expectation { number, wrong })?);
        }
        if names.is_empty() {
            return Err(Error::NothingToKeep);
        }
        parsed.retain(needs);
        let readers = matched::readers(&models[..1], &parsed);
        let sizes = (self.seed_used(), self.most, self.threads);
        let routing = self.candidate.routing;
        Ok(Lock::record(&readers[0], routing, sizes, control)?)
    }

    /// The expectations, read.
    fn parsed(&self) -> Result<Vec<Expectation>, Error> {
        let texts = self.expectations.iter().enumerate();
        texts
            .map(|(number, expected)| {
                Expectation::parse(&expected.text)
                    .map_err(|wrong| Error::Expectation { number, wrong })
            })
            .collect()
    }

    /// Whether all sides are steady runs. A kept baseline must fit.
    fn steady(&self) -> Result<bool, Error> {
        let mut sides = vec![self.candidate.side.clone()];
        for (label, baseline) in &self.baselines {
            match baseline {
                Baseline::Scenario(variant) => sides.push(variant.side.clone()),
                Baseline::Lock(_) if self.candidate.side.scenario.run.mode != Mode::Day => {
                    return Err(Error::Steady(self.candidate.side.label.clone()));
                }
                Baseline::Lock(lock) => {
                    let stale = |what: &str, of_lock: u64, here: u64| Error::Stale {
                        label: label.clone(),
                        why: format!("it is of {what} {of_lock}, and this is {what} {here}"),
                    };
                    let streams = u64::from(lock.stream_version);
                    if lock.stream_version != STREAM_VERSION {
                        return Err(stale("stream version", streams, STREAM_VERSION.into()));
                    }
                    if lock.seed != self.seed_used() {
                        return Err(stale("seed", lock.seed, self.seed_used()));
                    }
                }
            }
        }
        Ok(compare::mode(&sides)?)
    }

    /// The candidate, then every baseline that is a scenario.
    fn models(&self) -> Vec<(Model, &'a NewRouting<'a>)> {
        let baselines = self
            .baselines
            .iter()
            .filter_map(|(_, baseline)| match baseline {
                Baseline::Scenario(variant) => Some(variant),
                Baseline::Lock(_) => None,
            });
        std::iter::once(&self.candidate)
            .chain(baselines)
            .map(|variant| (Model::new(&variant.side.scenario), variant.routing))
            .collect()
    }

    /// What a reader of differences should know of the sides.
    fn warnings(&self) -> Vec<String> {
        let baselines = self.baselines.iter();
        let others = baselines.map(|(_, baseline)| match baseline {
            Baseline::Scenario(variant) => {
                compare::other_targets(&variant.side, &self.candidate.side)
            }
            Baseline::Lock(_) => Vec::new(),
        });
        others.flatten().collect()
    }

    /// When each is looked at, and by which errors: to be known before anything is simulated.
    fn plan(&self, parsed: &[Expectation], tests: &mut [Test], steady: bool) {
        let all = tests.len() as f64;
        // Most tests have the same looks.
        let mut known: Vec<(Looks, usize, Vec<Errors>)> = Vec::new();
        for test in tests {
            test.bounds = Bound::of(&parsed[test.number]);
            let most = self.expectations[test.number].most.unwrap_or(self.most);
            test.looks = match &test.found.figure {
                _ if steady => Looks::once(1),
                Figure::Locked { lock, .. } => {
                    Looks::of_blocks(self.lock(*lock).replications_per_block)
                }
                _ => Looks::up_to(most.clamp(2, schema::MOST_REPLICATIONS)),
            };
            let bounds = test.bounds.len();
            let same = known
                .iter()
                .find(|(looks, of, _)| (looks, *of) == (&test.looks, bounds));
            test.errors = match same {
                Some((.., errors)) => errors.clone(),
                None => {
                    let of_looks = |error: f64| match self.is_corrected {
                        true => test.looks.errors(SPENT * error),
                        false => vec![error; test.looks.ends().len()],
                    };
                    let pass = of_looks(self.alpha);
                    let fail = of_looks(self.alpha / (all * bounds as f64));
                    let errors = pass.into_iter().zip(fail);
                    let errors: Vec<Errors> =
                        errors.map(|(pass, fail)| Errors { pass, fail }).collect();
                    known.push((test.looks.clone(), bounds, errors.clone()));
                    errors
                }
            };
        }
    }

    /// A baseline that is a lock, by its number.
    fn lock(&self, number: usize) -> &Lock {
        match &self.baselines[number].1 {
            Baseline::Lock(lock) => lock,
            Baseline::Scenario(_) => unreachable!("a match names locks only"),
        }
    }
}

impl<'a> Variant<'a> {
    fn new(label: &str, scenario: Scenario, routing: &'a NewRouting<'a>) -> Self {
        let side = Side {
            label: label.to_owned(),
            scenario,
        };
        Self { side, routing }
    }
}

/// Numbers of the sides that are still needed: the candidate, and baselines of what is not decided.
fn active(tests: &[Test]) -> Vec<usize> {
    let open = tests.iter().filter(|test| test.verdict.is_none());
    let sides = open.flat_map(|test| [Some(0), test.found.figure.other_side()]);
    let sides: BTreeSet<usize> = sides.flatten().collect();
    sides.into_iter().collect()
}
