//! Variants of a scenario on the same days: by how much each figure differs, and how sure that is.

mod document;
mod plan;
mod view;

pub use document::{Comparison, Difference, Only, Precision, RunInfo, SideInfo};

use super::amounts::Amounts;
use super::looks::Looks;
use crate::experiment::{self, Control, Halt, Pairs};
use crate::kpi::Reader;
use crate::model::{BATCHES, Model};
use crate::scenario::{Mode, Scenario, grouped};
pub(super) use plan::{Plan, other_targets};
use std::sync::atomic::Ordering;
pub(super) use view::{Levels, View};

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
    let levels = Levels::at(&looks, plan.joint, question.confidence);
    let last = looks.ends().last().copied().unwrap_or(1);
    let asked = match &question.days {
        Days::UntilPrecise(asked) if !steady => Some(asked),
        _ => None,
    };
    let planned = asked.is_none().then_some(last);
    let mut pairs = Pairs::new(readers, plan.links(), Some(planned), question.threads)?;
    let mut view = View::new(sides, &plan, &question.margin);

    let mut warnings = plan.warnings.clone();
    let (mut partial, mut reached) = (false, false);
    for (&goal, levels) in looks.ends().iter().zip(levels) {
        view.levels = Some(levels);
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
            match view.imprecise(pairs.sums(), asked) {
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

    let run = RunInfo {
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
    };
    Ok(view.comparison(pairs.sums(), run))
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
