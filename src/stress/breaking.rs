//! The breaking point: the volume up to which every target of queues, trunk groups and agent groups holds.
//!
//! Let f be the factor on all first attempts and g_k(f) how far the figure of target k is on the right side of its threshold,
//! in expectation: a ratio of sums over days, as everywhere. The breaking point is the largest B such that g_k(f) ≥ 0 for all k
//! and all f ≤ B. It is assumed that a target once missed is missed at every higher volume; where one is seen to hold again, a
//! warning says so.
//!
//! **The interval.** A factor f is tested against both hypotheses. That all holds is accepted if every target surely holds, each at
//! the whole error (the test of a union of hypotheses, Berger 1982); that something is missed, if one of the m targets surely is, each
//! at 1/m of the error (Bonferroni). Each test is the sequential one of the gate ([`crate::lab::check`]): its error is spent over the
//! looks, and few or no events are judged by their number. As the targets are monotone, f ≤ B where all holds at f, and B ≤ f
//! where something is missed. So the interval from the largest factor that was proved to hold to the least that was proved to be
//! missed contains B unless one of the tests errs: it is the set of factors that are not rejected. All factors are simulated on
//! common days (common random numbers), so that between two near factors the figures differ little by chance.
//!
//! **Errors.** Which factors are tested depends on what was seen; that must not cost validity, for which there are two reasons.
//!
//! - *Doubling and bisection.* As long as no test errs, the path is the one that B leads to, which is fixed; the first error, if
//!   any, is thus made at one of the few factors of that path, and 1/8 of the error is divided among them. If a step was taken
//!   without proof (nothing seen of a seldom event), later ones prove no holding.
//! - *Proofs.* Where bisection would need many days, the breaking point is estimated by lines through two factors near it, on the days
//!   of the bisection; then two factors, a little less than half of the width asked for below and above the estimate, are tested on
//!   days that nothing has been seen of before. Given the estimate they are fixed. If that does not decide both, the estimate is
//!   made anew of all that was seen so far, and tested on other fresh days. The first proof has 1/2 of the error, the second 1/8, the
//!   third 1/16, and so on; 1/8 is kept for the proof that all holds at 1,000 %. As in the gate a fifth of the whole is not spent at all, for what the
//!   normal approximation gets wrong.
//!
//! **Days needed.** With a day's error of the estimate σ (that of the figure over the slope) a proof takes some (2 z σ / width)²
//! days at each of two factors, z ≈ 4. Busyness makes σ about as large as its coefficient of variation. Where the budget does not
//! allow that, as wide an interval as it allows is proved instead, and the reason is `budget`.
//!
//! **Steady runs** are cut into independent ones of a 40th of the length, each with the whole warm-up; they take the place of days.
//!
//! **Risk.** With a largest share of days that may miss any target of any queue by the day's own figures, that share is the only thing
//! that is judged, by the limits of Clopper and Pearson (1934).

mod aims;
mod band;
mod local;
mod point;
mod search;
mod weakest;

pub use band::Band;
pub use weakest::{Figure, GivesWay, OneMore, Scarce};

use crate::engine::Halt;
use crate::experiment::{self, Control};
use crate::kpi::{Target, targets};
use crate::lab::check::{Errors, SPENT, Verdict};
use crate::model::Model;
use crate::planning::Per;
use crate::scenario::Scenario;
use search::{Course, Search, Stop};
use serde::Serialize;

/// Least width of an interval; what is asked to be narrower is not.
pub const LEAST_WIDTH: f64 = 0.001;

/// Least and largest factor.
const LEAST: f64 = 0.01;
const MOST: f64 = 10.0;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The targets.
    pub targets: Vec<Target>,
    /// Over what they are judged; a steady run has no intervals.
    pub per: Per,
    /// Largest share of days on which any target of any queue is missed; it is judged in place of the targets.
    pub risk: Option<f64>,
    /// Largest width of the interval, as a part of today's volume: 0.02 is 2 points.
    pub width: f64,
    /// Confidence of the interval.
    pub confidence: f64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Days simulated in all, at most.
    pub budget: u64,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
    /// Whether to tell why it breaks there, what one more agent or line would bring, and how days differ.
    pub explained: bool,
}

impl Question {
    /// The breaking point for the targets that a scenario has, over the day, to 2 points, with its seed and confidence and 100,000
    /// days in all.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            targets: targets(scenario),
            per: Per::Day,
            risk: None,
            width: 0.02,
            confidence: scenario.run.confidence,
            seed: scenario.run.seed,
            budget: 100_000,
            threads: None,
            explained: true,
        }
    }
}

/// The breaking point, in a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breaking {
    /// The breaking point.
    pub breaking_point: BreakingPoint,
    /// How much more volume than today's is possible, in % of that; less than 0 where it is too much today.
    pub headroom_percent: Option<f64>,
    /// It was interrupted.
    #[serde(skip)]
    pub partial: bool,
    /// What a reader should know.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// Up to which volume every target holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakingPoint {
    /// First attempts, in % of today's; none where it is below 1 % or above 1,000 %, or nothing is known.
    pub percent: Option<f64>,
    /// First attempts of all call types an hour, over the opening hours.
    pub calls_per_h: Option<f64>,
    /// The interval, in % of today's first attempts. Without a high end it was not found that anything is missed.
    pub ci: Option<(f64, Option<f64>)>,
    /// What is missed first.
    pub first_missed: Option<FirstMissed>,
    /// Why the interval is not as narrow as was asked for.
    pub reason: Option<Reason>,
    /// Why it breaks there.
    pub gives_way: Option<GivesWay>,
    /// What one more agent or line there would bring.
    pub one_more: Vec<OneMore>,
    /// How days differ.
    pub band: Option<Band>,
    /// The factors simulated.
    pub points: Vec<Simulated>,
    /// Over what targets are judged: `day` or `interval`.
    pub per: &'static str,
    /// The share of days on which a target of a queue may be missed, where that is judged in place of the targets.
    pub risk: Option<f64>,
    /// Days simulated.
    pub days_used: u64,
}

/// What is missed first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstMissed {
    /// The part, such as `queues.service`.
    #[serde(rename = "where")]
    pub place: String,
    /// The figure.
    pub kpi: String,
    /// The threshold of it.
    pub target: f64,
    /// Start of the interval, where each is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
}

/// Why there is no interval as narrow as was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Something is missed even at 1 % of today's volume.
    #[serde(rename = "missed_at_1_percent")]
    MissedAtLeast,
    /// All holds even at 1,000 %.
    #[serde(rename = "holds_at_1000_percent")]
    HoldsAtMost,
    /// The budget of days was spent.
    Budget,
}

/// A factor that was simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Simulated {
    /// The factor, in % of today's.
    pub percent: f64,
    /// Days.
    pub days: u64,
    /// Share of them on which every target holds by the day's own figures.
    pub days_held: f64,
}

/// Finds the breaking point of a scenario.
///
/// # Examples
/// ```
/// use acdsim::stress::breaking::{Question, breaking_point};
/// use acdsim::{Control, scenario};
///
/// let text = "[scenario]\nname = \"s\"\nopen = \"08:00-12:00\"\n[[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
///             [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"exp(4m)\"\npatience = \"exp(2m)\"\n\
///             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 6\n";
/// let scenario = scenario::parse("s", text, std::path::Path::new(""), &[])?.scenario;
/// let question = Question { width: 0.1, ..Question::of(&scenario) };
/// let found = breaking_point(&scenario, &question, &Control::default())?.breaking_point;
/// if let (Some(percent), Some((low, Some(high)))) = (found.percent, found.ci) {
///     println!("up to {percent:.0} % ({low:.0} to {high:.0})");
///     assert!(low <= percent && percent <= high && high - low < 10.01);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where nothing can be simulated: no threads, or a routing policy that fails. More calls than the simulator can hold are a volume
/// at which targets are missed. Stopped by `control`, it is partial.
pub fn breaking_point(
    scenario: &Scenario,
    question: &Question,
    control: &Control,
) -> Result<Breaking, experiment::Error> {
    let question = &Question {
        width: question.width.max(LEAST_WIDTH),
        ..question.clone()
    };
    let pool = experiment::pool(&Model::new(&scenario.with_volume(MOST)), question.threads)?;
    experiment::in_pool(&pool, || found(scenario, question, control)).map_err(Into::into)
}

fn found(scenario: &Scenario, question: &Question, control: &Control) -> Result<Breaking, Halt> {
    let mut search = Search::new(scenario, question, control);
    let mut breaking = Breaking {
        breaking_point: BreakingPoint {
            percent: None,
            calls_per_h: None,
            ci: None,
            first_missed: None,
            reason: None,
            gives_way: None,
            one_more: Vec::new(),
            band: None,
            points: Vec::new(),
            per: question.per.name(),
            risk: question.risk,
            days_used: 0,
        },
        headroom_percent: None,
        partial: false,
        warnings: Vec::new(),
    };
    let point = &mut breaking.breaking_point;
    let course = match search.run() {
        Ok(course) => {
            point.reason = match course {
                Course::Between => None,
                Course::MissedAtLeast => Some(Reason::MissedAtLeast),
                Course::HoldsAtMost => Some(Reason::HoldsAtMost),
            };
            course
        }
        Err(Stop::Budget) => {
            point.reason = Some(Reason::Budget);
            Course::Between
        }
        Err(Stop::Interrupted) => {
            breaking.partial = true;
            Course::Between
        }
        Err(Stop::Halt(halt)) => return Err(halt),
    };
    let (held, missed) = (search.held(), search.missed);
    if held.is_some() || missed.is_some() {
        point.ci = Some((
            100.0 * held.unwrap_or(0.0),
            missed.map(|missed| 100.0 * missed),
        ));
    }
    let local = search.local.clone().filter(|local| local.root.is_finite());
    let factor = local
        .as_ref()
        .filter(|_| course == Course::Between)
        .map(|local| {
            let root = local.root.clamp(LEAST, MOST).max(held.unwrap_or(0.0));
            root.min(missed.unwrap_or(f64::INFINITY))
        });
    point.percent = factor.map(|factor| 100.0 * factor);
    point.calls_per_h = factor.map(|factor| factor * first_attempts_per_h(scenario));
    breaking.headroom_percent = factor.map(|factor| 100.0 * (factor - 1.0));
    let first = match course {
        Course::Between => local.and_then(|local| local.first),
        Course::MissedAtLeast => worst_at_least(&search),
        Course::HoldsAtMost => None,
    };
    let goal = match (first, question.risk) {
        (Some(_), Some(_)) => most_missed(&search, factor.unwrap_or(LEAST)),
        (first, _) => first,
    };
    point.first_missed = goal.map(|goal| {
        let goal = &search.aims.goals[goal];
        let starts = scenario.interval_starts();
        FirstMissed {
            place: goal.target.place.name(scenario),
            kpi: goal.target.kpi.to_owned(),
            target: goal.target.threshold,
            start: goal.interval.map(|i| starts[i].clone()),
        }
    });
    if question.explained && !breaking.partial {
        match explain(&mut search, point, factor.zip(goal), question) {
            Ok(()) | Err(Stop::Budget) => {}
            Err(Stop::Interrupted) => breaking.partial = true,
            Err(Stop::Halt(halt)) => return Err(halt),
        }
    }
    breaking.warnings = warnings(&search, scenario, question);
    point.points = simulated(&search);
    point.days_used = search.spent;
    Ok(breaking)
}

fn explain(
    search: &mut Search<'_>,
    point: &mut BreakingPoint,
    first: Option<(f64, usize)>,
    question: &Question,
) -> Result<(), Stop> {
    if let Some((factor, goal)) = first {
        point.gives_way = Some(search.gives_way(factor, goal)?);
        point.one_more = search.one_more(factor, goal, question.width / 2.0)?;
    }
    point.band = Some(search.band(question.width)?);
    Ok(())
}

/// First attempts of all call types an hour.
fn first_attempts_per_h(scenario: &Scenario) -> f64 {
    use crate::scenario::Demand;
    let interval_h = f64::from(scenario.interval_min) / 60.0;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let of_type = scenario.call_types.iter().map(|t| match &t.demand {
        Demand::Volume(values) => mean(values) / interval_h,
        Demand::RatePerHour(values) => mean(values),
    });
    of_type.sum()
}

/// What is missed most surely at the least factor.
fn worst_at_least(search: &Search<'_>) -> Option<usize> {
    let point = search.points.iter().find(|point| point.factor == LEAST)?;
    let slacks = (0..search.aims.judged()).map(|k| {
        let slack = point.slack(k, &search.aims);
        let errors = slack.map(|slack| slack.value / slack.se.max(1e-12));
        // Nobody gets through, or nobody calls.
        let fails = |error| Errors {
            pass: error,
            fail: error,
        };
        let none = match point.verdict(k, &search.aims, fails(0.01)) {
            Verdict::Fail => f64::NEG_INFINITY,
            Verdict::Pass | Verdict::Inconclusive => f64::INFINITY,
        };
        (errors.unwrap_or(none), k)
    });
    let worst = slacks.min_by(|a, b| a.0.total_cmp(&b.0));
    worst.map(|(_, k)| k)
}

/// The goal that most days miss near a factor.
fn most_missed(search: &Search<'_>, factor: f64) -> Option<usize> {
    let apart = |point: &&point::Point| (point.factor - factor).abs();
    let points = search.points.iter();
    let nearest = points.min_by(|a, b| apart(a).total_cmp(&apart(b)))?;
    nearest.most_missed(&search.aims)
}

/// Targets that were seen to hold above a factor at which they are missed.
fn warnings(search: &Search<'_>, scenario: &Scenario, question: &Question) -> Vec<String> {
    let error = SPENT * (1.0 - question.confidence);
    let again = point::holding_again(&search.points, &search.aims, error);
    let again = again.into_iter().map(|(k, missed, held)| {
        format!(
            "{} is missed at {:.1} % of today's volume and holds again at {:.1} %: above the breaking point it is not missed \
             everywhere",
            name_of(search, scenario, k),
            100.0 * missed,
            100.0 * held
        )
    });
    let mut warnings: Vec<String> = again.collect();
    if let Some(point) = search.points.iter().find(|point| point.overwhelmed) {
        warnings.push(format!(
            "at {:.1} % of today's volume there are more calls than can be simulated, which counts as missed",
            100.0 * point.factor
        ));
    }
    warnings
}

fn name_of(search: &Search<'_>, scenario: &Scenario, k: usize) -> String {
    if search.aims.risk.is_some() {
        return "the share of days".to_owned();
    }
    let goal = &search.aims.goals[k];
    let name = format!(
        "{} of {}",
        goal.target.kpi,
        goal.target.place.name(scenario)
    );
    match goal.interval {
        Some(i) => format!("{name} at {}", scenario.interval_starts()[i]),
        None => name,
    }
}

/// The factors simulated, from the least; days of the same one together.
fn simulated(search: &Search<'_>) -> Vec<Simulated> {
    let mut points: Vec<&point::Point> = search.points.iter().filter(|p| p.days > 0).collect();
    points.sort_by(|a, b| a.factor.total_cmp(&b.factor));
    let mut simulated: Vec<Simulated> = Vec::new();
    for point in points {
        let percent = 100.0 * point.factor;
        match simulated.last_mut().filter(|last| last.percent == percent) {
            Some(last) => {
                let days = last.days + point.days;
                let held = last.days_held * last.days as f64 + point.held as f64;
                last.days_held = held / days as f64;
                last.days = days;
            }
            None => simulated.push(Simulated {
                percent,
                days: point.days,
                days_held: point.share_held(),
            }),
        }
    }
    simulated
}
