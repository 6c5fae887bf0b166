//! Variants of a scenario on the same days: by how much each figure differs, and how sure that is.

mod document;
mod plan;

pub use document::{Comparison, Difference, Only, Precision, RunInfo, SideInfo};

use super::amounts::Amounts;
use super::looks::Looks;
use super::ranking::{Ranking, rank};
use super::verdict::Verdict;
use crate::experiment::{self, Control, Halt, Pairs};
use crate::kpi::{Better, QUANTILES, Reader, Scope, Unit};
use crate::model::{BATCHES, Model};
use crate::scenario::{Mode, Scenario, grouped};
use crate::stats::{Estimate, Paired, student_t};
pub(super) use plan::other_targets;
use plan::{Linked, Plan, is_ranked};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.compare/1";

/// The figures whose intervals hold jointly, in all places and pairs.
pub const HEADLINES: [&str; 6] = [
    "service_level",
    "abandonment_rate",
    "blocking_rate",
    "asa_s",
    "occupancy",
    "cost",
];

/// A variant.
#[derive(Debug, Clone)]
pub struct Side {
    /// What it is called.
    pub label: String,
    /// The scenario, with first attempts found where attempts were counted.
    pub scenario: Scenario,
}

/// How the variants are compared.
#[derive(Debug, Clone)]
pub struct Question {
    /// Differences up to these are none.
    pub margin: Amounts,
    /// How many days.
    pub days: Days,
    /// Days simulated in all, at most.
    pub budget: u64,
    /// Seed of all random numbers, the same in every variant.
    pub seed: u64,
    /// Joint level of the intervals of the headlines, and level of each other interval.
    pub confidence: f64,
    /// Number of threads; none is one for each core.
    pub threads: Option<usize>,
}

/// How many days of each variant are simulated.
#[derive(Debug, Clone)]
pub enum Days {
    /// That many.
    Fixed(u64),
    /// Until the differences of the headlines have at most these half-widths, or the budget is spent.
    UntilPrecise(Amounts),
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Days beside a steady run.
    #[error(
        "{day} is simulated by days and {steady} is one steady run: they have nothing in common that could be compared\n  help: \
         give both the same mode, in their files or with --set run.mode=day"
    )]
    Modes {
        /// Label of a variant of days.
        day: String,
        /// Label of a steady one.
        steady: String,
    },
    /// Two steady runs whose batches are not at the same time.
    #[error(
        "{a} and {b} are steady runs of different length or warm-up, so that their batches are not the same hours\n  help: give \
         both the same, for example with --set run.length=2000h --set run.warm_up=24h"
    )]
    Batches {
        /// Label of one.
        a: String,
        /// Label of the other.
        b: String,
    },
    /// Too few days for an interval.
    #[error(
        "a comparison needs at least 2 days of each variant, so that it is known how much days differ"
    )]
    TooFewDays,
    /// More days than the budget has.
    #[error(
        "{days} days of {sides} variants are {all} in all, more than the budget of {budget}\n  help: raise --budget, or lower \
         --replications"
    )]
    Budget {
        /// Days of each.
        days: String,
        /// Variants.
        sides: usize,
        /// Days in all.
        all: String,
        /// Days there may be.
        budget: String,
    },
    /// It was stopped too early, or the simulator is overwhelmed.
    #[error(transparent)]
    Run(#[from] experiment::Error),
}

/// Compares every variant after the first with the first, and of more than two all with each other in what is ranked.
///
/// # Errors
/// [`Error`] if they cannot be compared, or nothing could be simulated.
pub fn compare(
    sides: &[Side],
    question: &Question,
    control: &Control,
) -> Result<Comparison, Error> {
    let steady = mode(sides)?;
    let looks = looks(sides.len(), question, steady)?;
    let models: Vec<Model> = sides
        .iter()
        .map(|side| Model::new(&side.scenario))
        .collect();
    let readers: Vec<Reader<'_>> = models.iter().map(Reader::new).collect();
    let plan = Plan::new(sides, &readers);
    let joint = 1.0 - (1.0 - question.confidence) / plan.joint.max(1) as f64;
    let levels = looks.confidence(joint).into_iter();
    let levels = levels.zip(looks.confidence(question.confidence));
    let levels: Vec<Levels> = levels
        .map(|(joint, single)| Levels { joint, single })
        .collect();
    let last = looks.ends().last().copied().unwrap_or(1);
    let asked = match &question.days {
        Days::UntilPrecise(asked) if !steady => Some(asked),
        _ => None,
    };
    let planned = asked.is_none().then_some(last);
    let links = plan.links.iter().map(|linked| linked.link).collect();
    let mut pairs = Pairs::new(readers, links, Some(planned), question.threads)?;
    let mut view = View {
        sides,
        plan: &plan,
        question,
        levels: levels[0],
    };

    let mut warnings = plan.warnings.clone();
    let (mut partial, mut reached) = (false, false);
    for (&goal, levels) in looks.ends().iter().zip(levels) {
        view.levels = levels;
        control
            .planned
            .store(goal * sides.len() as u64, Ordering::Relaxed);
        match pairs.extend(goal, question.seed, control) {
            Ok(()) => {}
            Err(Halt::Interrupted) if pairs.replications() > 0 => {
                partial = true;
                break;
            }
            Err(halt) => return Err(experiment::Error::early(halt, steady).into()),
        }
        if let Some(asked) = asked {
            match view.imprecise(&pairs, asked) {
                None => {
                    reached = true;
                    break;
                }
                Some(worst) if goal == last => warnings.push(format!(
                    "the precision asked for is not reached with {} days of each: {worst}; raise --budget",
                    grouped(goal as f64, 0)
                )),
                Some(_) => {}
            }
        }
    }
    if partial && pairs.replications() < 2 && !steady {
        warnings.push("a single day of each was complete: there are no intervals".to_owned());
    }

    let (mut whole, mut intervals) = view.differences(&pairs);
    intervals.sort_by_key(|(order, _)| *order);
    whole.sort_by_key(|(order, _)| *order);
    let ranking = view.ranking(&pairs);
    Ok(Comparison {
        schema: SCHEMA,
        run: RunInfo {
            version: env!("CARGO_PKG_VERSION"),
            mode: if steady { "steady" } else { "day" },
            seed: question.seed,
            replications: pairs.replications(),
            batches: steady.then_some(BATCHES as u64),
            days_used: pairs.replications() * sides.len() as u64,
            confidence: question.confidence,
            joint_intervals: plan.joint,
            looks: looks.ends().len(),
            precision: asked.map(|asked| Precision {
                asked: asked.clone(),
                reached,
            }),
            partial,
            warnings,
        },
        margin: question.margin.clone(),
        sides: sides
            .iter()
            .map(|side| SideInfo {
                label: side.label.clone(),
                scenario: side.scenario.name.clone(),
                sha256: side.scenario.sha256(),
            })
            .collect(),
        only: plan.only.clone(),
        pairs: whole
            .into_iter()
            .map(|(_, difference)| difference)
            .collect(),
        intervals: intervals
            .into_iter()
            .map(|(_, difference)| difference)
            .collect(),
        ranking,
    })
}

/// Whether all are steady runs, of the same batches; or all are days.
pub(super) fn mode(sides: &[Side]) -> Result<bool, Error> {
    let is_day = |side: &&Side| side.scenario.run.mode == Mode::Day;
    let day = sides.iter().find(is_day);
    let steady = sides.iter().find(|side| !is_day(side));
    let (Some(first), Some(steady)) = (day.or(steady), steady) else {
        return Ok(false);
    };
    if let Some(day) = day {
        return Err(Error::Modes {
            day: day.label.clone(),
            steady: steady.label.clone(),
        });
    }
    match sides
        .iter()
        .find(|side| side.scenario.run.mode != first.scenario.run.mode)
    {
        Some(other) => Err(Error::Batches {
            a: first.label.clone(),
            b: other.label.clone(),
        }),
        None => Ok(true),
    }
}

/// When the figures are looked at.
fn looks(sides: usize, question: &Question, steady: bool) -> Result<Looks, Error> {
    if steady {
        return Ok(Looks::once(1));
    }
    let most = question.budget / sides.max(1) as u64;
    let number = |n: u64| grouped(n as f64, 0);
    match &question.days {
        Days::Fixed(0 | 1) => Err(Error::TooFewDays),
        Days::Fixed(days) if *days > most => Err(Error::Budget {
            days: number(*days),
            sides,
            all: number(days.saturating_mul(sides as u64)),
            budget: number(question.budget),
        }),
        Days::Fixed(days) => Ok(Looks::once(*days)),
        Days::UntilPrecise(_) if most < 2 => Err(Error::Budget {
            days: number(2),
            sides,
            all: number(2 * sides as u64),
            budget: number(question.budget),
        }),
        Days::UntilPrecise(_) => Ok(Looks::up_to(most)),
    }
}

/// Levels of the intervals.
#[derive(Debug, Clone, Copy)]
struct Levels {
    joint: f64,
    single: f64,
}

/// A figure whose difference from the first variant is said.
struct Figure {
    /// Number of the other variant.
    b: usize,
    scope: Scope,
    kpi: &'static str,
    unit: Unit,
    better: Better,
    joint: bool,
}

impl Figure {
    fn of(linked: &Linked) -> Self {
        let item = linked.a;
        Self {
            b: linked.link.b.0,
            scope: item.scope,
            kpi: item.kpi,
            unit: item.unit,
            better: item.better,
            joint: linked.joint,
        }
    }
}

/// A difference and where it stands in the document.
type Ordered = ((usize, usize), Difference);

/// What the pairs say.
struct View<'a> {
    sides: &'a [Side],
    plan: &'a Plan,
    question: &'a Question,
    levels: Levels,
}

impl View<'_> {
    /// The headline whose difference is least precise beside what was asked; none if all are precise enough.
    fn imprecise(&self, pairs: &Pairs<'_>, asked: &Amounts) -> Option<String> {
        let t = student_t(self.levels.joint, pairs.observations().saturating_sub(1));
        let mut worst: Option<(f64, String)> = None;
        for (i, linked) in self.plan.links.iter().enumerate() {
            let item = linked.a;
            // What nobody has asked for, or is not defined at all, holds nothing up.
            let Some(paired) = pairs
                .estimate(i)
                .filter(|_| linked.joint && !linked.for_ranking)
            else {
                continue;
            };
            let Some(wanted) = asked.of(item.kpi, item.unit, paired.a) else {
                continue;
            };
            let half = paired.se.map_or(f64::INFINITY, |se| t * se);
            let excess = if half <= wanted { 0.0 } else { half / wanted };
            if excess > 0.0 && worst.as_ref().is_none_or(|(most, _)| excess > *most) {
                let place = item.scope.name(&self.sides[0].scenario);
                let half = match item.unit {
                    Unit::Fraction => format!("{:.2}pp", 100.0 * half),
                    Unit::Seconds => format!("{half:.2}s"),
                    _ => format!("{half:.2}"),
                };
                worst = Some((excess, format!("{place} {} is known to ± {half}", item.kpi)));
            }
        }
        worst.map(|(_, words)| words)
    }

    /// All differences from the first variant: over the whole day, and by interval.
    fn differences(&self, pairs: &Pairs<'_>) -> (Vec<Ordered>, Vec<Ordered>) {
        let n = pairs.observations();
        let t = |level| student_t(level, n.saturating_sub(1));
        let (joint, single) = (t(self.levels.joint), t(self.levels.single));
        let (mut whole, mut intervals) = (Vec::new(), Vec::new());
        let first = &self.sides[0].scenario;
        let starts = first.interval_starts();
        for (i, linked) in self.plan.links.iter().enumerate() {
            if linked.for_ranking {
                continue;
            }
            let item = linked.a;
            let t = if linked.joint { joint } else { single };
            let mut difference = self.difference(&Figure::of(linked), pairs.estimate(i), t);
            let order = (linked.link.b.0, 10 * linked.link.a.1);
            match item.interval {
                Some(interval) => {
                    difference.start = starts.get(interval).cloned();
                    intervals.push((order, difference));
                }
                None => whole.push((order, difference)),
            }
        }
        for quantile in &self.plan.quantiles {
            // They stand before the longest wait.
            let its = |linked: &&Linked| {
                (linked.link.b.0, linked.a.scope) == (quantile.b, quantile.of_a)
                    && linked.a.kpi == "wait_max_s"
            };
            let Some(next) = self.plan.links.iter().find(its) else {
                continue;
            };
            for (k, (kpi, p)) in QUANTILES.into_iter().enumerate() {
                let found = pairs.quantile((0, quantile.of_a), (quantile.b, quantile.of_b), p);
                let runs = found.map_or(0, |(_, runs)| runs);
                let t = student_t(self.levels.single, runs.saturating_sub(1));
                let figure = Figure {
                    kpi,
                    better: Better::Low,
                    joint: false,
                    ..Figure::of(next)
                };
                let found = found.map(|(paired, _)| paired);
                let difference = self.difference(&figure, found, t);
                let order = (quantile.b, 10 * next.link.a.1 - QUANTILES.len() + k);
                whole.push((order, difference));
            }
        }
        (whole, intervals)
    }

    fn difference(&self, figure: &Figure, found: Option<Paired>, t: f64) -> Difference {
        let unit = figure.unit;
        let estimate = |paired: Paired| match paired.se {
            Some(se) => Estimate::with_se(paired.difference, se, t, range(unit)),
            None => Estimate {
                mean: Some(paired.difference),
                ..Estimate::default()
            },
        };
        let difference = found.map(estimate).unwrap_or_default();
        let value_a = found.map(|paired| paired.a);
        let margin = value_a.and_then(|a| self.question.margin.of(figure.kpi, unit, a));
        Difference {
            a: self.sides[0].label.clone(),
            b: self.sides[figure.b].label.clone(),
            place: figure.scope.name(&self.sides[0].scenario),
            start: None,
            kpi: figure.kpi,
            unit,
            value_a,
            value_b: found.map(|paired| paired.b),
            difference,
            margin,
            verdict: Verdict::of(difference.ci, margin.unwrap_or(0.0), figure.better),
            joint: figure.joint,
            variance_ratio: found.and_then(|paired| paired.variance_ratio()),
        }
    }

    /// Of more than two variants, which is best in the headlines of everything.
    fn ranking(&self, pairs: &Pairs<'_>) -> Vec<Ranking> {
        let n = self.sides.len();
        if n < 3 {
            return Vec::new();
        }
        let t = student_t(self.levels.joint, pairs.observations().saturating_sub(1));
        let mut rankings = Vec::new();
        for kpi in HEADLINES {
            // By the numbers of the two variants.
            let mut found: HashMap<(usize, usize), Paired> = HashMap::new();
            let mut better = Better::Neither;
            for (i, linked) in self.plan.links.iter().enumerate() {
                if linked.a.kpi == kpi && is_ranked(&linked.a) {
                    better = linked.a.better;
                    let pair = (linked.link.a.0, linked.link.b.0);
                    found.extend(pairs.estimate(i).map(|paired| (pair, paired)));
                }
            }
            let value = |side: usize| match side {
                0 => found.get(&(0, 1)).map(|paired| paired.a),
                _ => found.get(&(0, side)).map(|paired| paired.b),
            };
            let values: Option<Vec<(String, f64)>> = (0..n)
                .map(|side| Some((self.sides[side].label.clone(), value(side)?)))
                .collect();
            let interval = |one: usize, other: usize| {
                let of = |paired: &Paired, sign: f64| {
                    let se = paired.se?;
                    let mean = sign * paired.difference;
                    Some((mean - t * se, mean + t * se))
                };
                match one < other {
                    true => of(found.get(&(one, other))?, 1.0),
                    false => of(found.get(&(other, one))?, -1.0),
                }
            };
            rankings.extend(values.map(|values| Ranking {
                place: "total".to_owned(),
                kpi: kpi.to_owned(),
                order: rank(&values, better, interval),
            }));
        }
        rankings
    }
}

/// The values that a difference can take.
fn range(unit: Unit) -> (f64, f64) {
    match unit {
        Unit::Fraction => (-1.0, 1.0),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}
