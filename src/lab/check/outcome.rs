//! What a gate found.

use super::counting::{Counting, Test};
use super::expectation::{Expectation, Of, Threshold};
use super::judge::{Bound, ENOUGH_ALIKE, Errors, Seen, Spread, Verdict};
use super::matched::Figure;
use super::{Baseline, Expected, Gate, MOST_BELIEVED};
use crate::kpi::Unit;
use crate::scenario::{Mode, grouped};
use crate::stats::student_t;
use serde::{Serialize, Serializer};

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.check/1";

/// What a gate found. Serialises to schema [`SCHEMA`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Of all expectations together.
    pub verdict: Verdict,
    /// How it was simulated.
    pub run: RunInfo,
    /// What was checked.
    pub scenario: SideInfo,
    /// What it was compared with.
    pub baselines: Vec<BaselineInfo>,
    /// The expectations, one for each figure that they are about.
    pub expectations: Vec<Judged>,
}

pub use crate::lab::compare::SideInfo;

/// How it was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunInfo {
    /// Version of acdsim.
    pub version: &'static str,
    /// `day` or `steady`.
    pub mode: &'static str,
    /// Seed.
    pub seed: u64,
    /// Error rate of the gate: to fail though all is true, and to pass though something is not.
    pub alpha: f64,
    /// Replications of each side, at most.
    pub max_replications: u64,
    /// Replications of the candidate.
    pub replications: u64,
    /// Replications of all sides together.
    pub days_used: u64,
    /// It was stopped before it was done.
    pub partial: bool,
    /// What a reader of the figures should know.
    pub warnings: Vec<String>,
}

/// What was compared with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BaselineInfo {
    /// What it is called.
    pub label: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Of the resolved scenario as compact JSON.
    pub sha256: String,
    /// Whether it was kept in a lock file.
    pub kept: bool,
}

/// An expectation of one figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// As written.
    pub text: String,
    /// What it is called.
    pub name: Option<String>,
    /// The file that it stands in.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// Which part, e.g. `queues.sales`.
    #[serde(rename = "where")]
    pub place: String,
    /// Start of the interval of the day.
    pub start: Option<String>,
    /// Which figure.
    pub kpi: &'static str,
    /// Label of what it is compared with.
    pub baseline: Option<String>,
    /// The judgement.
    pub verdict: Verdict,
    /// The figure; of a difference, that from the baseline, relative if the threshold is.
    pub value: Option<f64>,
    /// The limits by which it was judged.
    pub ci: Option<(f64, f64)>,
    /// How the value shall be beside the threshold.
    #[serde(serialize_with = "sign")]
    pub relation: super::Relation,
    /// The threshold.
    pub threshold: f64,
    /// What they are measured in; `relative` is a part of the baseline's value.
    #[serde(serialize_with = "unit")]
    pub unit: Measured,
    /// Whether both sides were alike in all that is counted, on every day.
    pub identical: bool,
    /// Replications after which it was decided, of each side.
    pub replications: u64,
    /// Why it is not decided.
    pub reason: Option<String>,
    /// How many replications would likely decide it.
    pub replications_needed: Option<u64>,
}

/// What the figures of an expectation are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// The unit of the figure.
    Value(Unit),
    /// A difference, in the unit of the figure.
    Difference(Unit),
    /// A difference as a part of the baseline's value.
    Relative,
}

fn unit<S: Serializer>(measured: &Measured, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match measured {
        Measured::Value(unit) | Measured::Difference(unit) => unit.name(),
        Measured::Relative => "relative",
    })
}

fn sign<S: Serializer>(relation: &super::Relation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(relation.sign())
}

/// An expectation as it came out.
pub(super) fn judged(
    expected: &Expected,
    expectation: &Expectation,
    test: &Test,
    counting: &Counting<'_>,
    partial: bool,
) -> Judged {
    let verdict = test.verdict.unwrap_or(Verdict::Inconclusive);
    let found = &test.found;
    let (threshold, measured) = match (expectation.threshold, &expectation.of) {
        (Threshold::Relative(part), _) => (part, Measured::Relative),
        (Threshold::Plain(x), Of::Value) => (x, Measured::Value(found.unit)),
        (Threshold::Plain(x), Of::Difference { .. }) => (x, Measured::Difference(found.unit)),
    };
    // As it stands, not as a contrast: v = b − f a is b/a − 1 = v/a + f − 1.
    let shown = |bound: &Bound, seen: &Seen, x: f64| match measured {
        Measured::Relative => {
            let relative = x / seen.baseline + bound.factor - 1.0;
            relative.is_finite().then_some(relative)
        }
        _ => Some(x),
    };
    let limit = |(bound, seen): &(Bound, Seen), low: bool| {
        let error = test.at.map(|errors| match verdict {
            Verdict::Pass => errors.pass,
            Verdict::Fail | Verdict::Inconclusive => errors.fail,
        })?;
        let limits = seen.limits(error)?;
        let limit = shown(bound, seen, if low { limits.0 } else { limits.1 })?;
        let (least, most) = match measured {
            Measured::Value(unit) => unit.range(),
            Measured::Difference(Unit::Fraction) => (-1.0, 1.0),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        Some(limit.clamp(least, most))
    };
    // Of an equivalence the first bound is the lower one.
    let ci = match (test.seen.first(), test.seen.last()) {
        (Some(first), Some(last)) => limit(first, true).zip(limit(last, false)),
        _ => None,
    };
    let value = test
        .seen
        .first()
        .and_then(|(bound, seen)| shown(bound, seen, seen.value));
    let needed = needed(test).filter(|_| verdict == Verdict::Inconclusive && !partial);
    let reason = (verdict == Verdict::Inconclusive).then(|| match test.verdict {
        None if partial => "interrupted".to_owned(),
        _ => reason(test, counting, needed),
    });
    Judged {
        text: expectation.text.replace(char::is_control, " "),
        name: expected.name.clone(),
        file: expected.place.as_ref().map(|(file, _)| file.clone()),
        line: expected.place.as_ref().map(|(_, line)| *line),
        place: found.place.clone(),
        start: found.start.clone(),
        kpi: found.kpi,
        baseline: found.baseline.clone(),
        verdict,
        value,
        ci,
        relation: expectation.relation,
        threshold,
        unit: measured,
        identical: test.identical,
        replications: if test.days > 0 {
            test.days
        } else {
            counting.days
        },
        reason,
        replications_needed: needed,
    }
}

/// Why a test is not decided though it has spent its days.
fn reason(test: &Test, counting: &Counting<'_>, needed: Option<u64>) -> String {
    if counting.readers[0].model().steady {
        return "the run is too short to tell; give it a longer run.length".to_owned();
    }
    if test.seen.len() < test.bounds.len() {
        return "the figure is not defined: nothing happened that it is of".to_owned();
    }
    if test
        .seen
        .iter()
        .any(|(_, seen)| seen.spread == Spread::Perhaps)
    {
        return match test.days < ENOUGH_ALIKE {
            true => format!("the same on every day, which is believed after {ENOUGH_ALIKE} days"),
            false => "too few were answered to know such a quantile".to_owned(),
        };
    }
    match (needed, &test.found.figure) {
        (Some(n), Figure::Locked { .. }) => {
            let n = grouped(n as f64, 0);
            format!("too close to call; --update-baseline --replications {n} would likely decide")
                .replace(',', "")
        }
        (Some(n), _) => format!("too close to call; --replications {n} would likely decide"),
        (None, _) => "too close to call".to_owned(),
    }
}

/// Days after which the value that was seen would be decided, if it is the true one; rounded up to two digits.
fn needed(test: &Test) -> Option<u64> {
    let (bound, seen) = test.seen.iter().max_by(|(a, x), (b, y)| {
        // That which is farthest from holding.
        let beyond = |bound: &Bound, seen: &Seen| match bound.is_upper {
            true => seen.value - bound.threshold,
            false => bound.threshold - seen.value,
        };
        beyond(a, x).total_cmp(&beyond(b, y))
    })?;
    let Errors { pass, fail } = test.at?;
    let gap = seen.value - bound.threshold;
    let error = if (gap > 0.0) == bound.is_upper {
        fail
    } else {
        pass
    };
    let days = test.days as f64;
    let days = match seen.spread {
        // As rare as it is, it is about so much less likely.
        Spread::Seldom(_) => {
            let (low, high) = seen.limits(error)?;
            days * (high - low) / (2.0 * gap.abs())
        }
        Spread::Normal | Spread::Days(..) => {
            let width = student_t(1.0 - 2.0 * error, seen.freedom) * seen.se?;
            days * (width / gap).powi(2)
        }
        _ => return None,
    };
    // One that is barely decided is decided half the time.
    let days = 1.25 * days.max(test.days as f64);
    let digit = 10f64.powf(days.log10().floor() - 1.0).max(1.0);
    let days = (days / digit).ceil() * digit;
    (days <= MOST_BELIEVED).then_some(days as u64)
}

/// The document.
pub(super) fn outcome(
    gate: &Gate<'_>,
    expectations: Vec<Judged>,
    (replications, days_used): (u64, u64),
    partial: bool,
) -> Outcome {
    let side = &gate.candidate.side;
    let info = |label: &str, scenario: &str, sha256: String, kept| BaselineInfo {
        label: label.to_owned(),
        scenario: scenario.to_owned(),
        sha256,
        kept,
    };
    let baselines = gate
        .baselines
        .iter()
        .map(|(label, baseline)| match baseline {
            Baseline::Scenario(variant) => {
                let scenario = &variant.side.scenario;
                info(label, &scenario.name, scenario.sha256(), false)
            }
            Baseline::Lock(lock) => info(label, &lock.scenario, lock.sha256.clone(), true),
        });
    Outcome {
        schema: SCHEMA,
        verdict: Verdict::of_all(expectations.iter().map(|judged| judged.verdict)),
        run: RunInfo {
            version: env!("CARGO_PKG_VERSION"),
            mode: match side.scenario.run.mode {
                Mode::Day => "day",
                Mode::Steady { .. } => "steady",
            },
            seed: gate.seed_used(),
            alpha: gate.alpha,
            max_replications: gate.most,
            replications,
            days_used,
            partial,
            warnings: gate.warnings(),
        },
        scenario: SideInfo {
            label: side.label.clone(),
            scenario: side.scenario.name.clone(),
            sha256: side.scenario.sha256(),
        },
        baselines: baselines.collect(),
        expectations,
    }
}
