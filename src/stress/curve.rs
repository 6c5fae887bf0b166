//! The capacity curve: the figures of a centre against its volume.

use super::document::Stress;
use super::knee::{NoKnee, knee};
use crate::experiment::{self, Control, Halt, Replications, Settings};
use crate::kpi::Results;
use crate::model::{BATCHES, Model};
use crate::planning::{DayFormulas, day_formulas};
use crate::scenario::{Mode, Scenario, format_points, grouped};
use crate::stats::Estimate;
use indexmap::IndexMap;
use serde::Serialize;
use std::sync::atomic::Ordering;

/// Fewest days of a point, as far as there may be so many: an interval of fewer says little.
const FEWEST_DAYS: u64 = 30;

/// A service level that falls by no more than this over the curve does not fall, nor one by less than twice the precision.
const LEAST_FALL: f64 = 0.05;

/// A queue of a steady run grows without end if its agents have no more than this share of their time left, its calls wait longer
/// than this share of the run, and more by this share than in a steady state, where L = λ W (Little 1961). Callers who call again do,
/// if agents or lines have no more than this share of their time left, and of those who come this share never have done.
const GROWING: f64 = 0.01;

/// Why there is no curve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was stopped too early, or the simulator could not go on.
    #[error(transparent)]
    Run(#[from] experiment::Error),
    /// The first volume cannot be simulated.
    #[error("{volume} % of today's volume cannot be simulated: {reason}", volume = percent_text(*percent))]
    FirstVolume {
        /// In per cent of today's.
        percent: f64,
        /// Why not.
        reason: String,
    },
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveQuestion {
    /// The volumes, in per cent of today's first attempts, rising.
    pub percents: Vec<f64>,
    /// Half-width, as a fraction, that the service level of every queue shall have at every volume; without effect on a steady
    /// run.
    pub half_width: f64,
    /// Days of a point, at most.
    pub most_days: u64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Level of the confidence intervals.
    pub confidence: f64,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
}

impl CurveQuestion {
    /// 30 volumes from 10 % to 300 %, to ±2 points, at most 400 days each; seed and confidence are the scenario's.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            percents: volumes(10.0, 300.0, 30),
            half_width: 0.02,
            most_days: 400,
            seed: scenario.run.seed,
            confidence: scenario.run.confidence,
            threads: None,
        }
    }

    /// Days of the first look at a point: it is doubled until the point is precise, and at the last look there are as many as
    /// allowed, or a few less.
    fn first_days(&self) -> u64 {
        let mut days = self.most_days.max(1);
        while days / 2 >= FEWEST_DAYS {
            days /= 2;
        }
        days
    }
}

/// So many volumes, at equal distances from one to another, both included.
pub fn volumes(from: f64, to: f64, points: usize) -> Vec<f64> {
    let steps = points.saturating_sub(1).max(1) as f64;
    let at = |i: usize| match i + 1 == points && points > 1 {
        true => to,
        false => from + (to - from) * i as f64 / steps,
    };
    (0..points).map(at).collect()
}

/// The curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// Every part at every volume.
    #[serde(rename = "curve")]
    pub rows: Vec<Row>,
    /// Where the service levels begin to give way: in total, and of each queue.
    pub knees: Vec<Knee>,
    /// Half-width asked of every queue's service level; none in steady runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// The volume that could not be simulated any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// How precise the curve is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Precision {
    /// Half-width asked, as a fraction.
    pub asked: f64,
    /// Whether every point has it.
    pub reached: bool,
}

/// A part of the centre at a volume.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// In per cent of today's first attempts.
    pub percent: f64,
    /// Which part: `total`, `queues.service`.
    #[serde(rename = "where")]
    pub place: String,
    /// Days simulated at this volume.
    pub days: u64,
    /// The figures by name.
    #[serde(flatten)]
    pub kpis: IndexMap<String, Estimate>,
    /// What Erlang's formulas say of a queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erlang: Option<DayFormulas>,
}

impl Row {
    /// A figure by name; an undefined one where the part has none of this name.
    pub fn get(&self, kpi: &str) -> Estimate {
        self.kpis.get(kpi).copied().unwrap_or_default()
    }
}

/// Where the service level of a part begins to give way: see [`knee`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Knee {
    /// Which part.
    #[serde(rename = "where")]
    pub place: String,
    /// Which figure.
    pub kpi: &'static str,
    /// The volume, in per cent of today's.
    pub percent: Option<f64>,
    /// The figure there, between the points.
    pub value: Option<f64>,
    /// The points beside it.
    pub between: Option<(f64, f64)>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<NoKnee>,
}

/// The volume at which the curve ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ended {
    /// In per cent of today's first attempts.
    pub percent: f64,
    /// Why it cannot be simulated.
    pub reason: String,
}

impl Curve {
    /// The volumes simulated.
    pub fn percents(&self) -> Vec<f64> {
        self.of("total").map(|row| row.percent).collect()
    }

    /// A part at every volume.
    pub fn of<'c>(&'c self, place: &'c str) -> impl Iterator<Item = &'c Row> {
        self.rows.iter().filter(move |row| row.place == place)
    }

    /// The parts of a list, such as `queues`, by their places, in file order.
    pub fn places(&self, list: &str) -> Vec<&str> {
        let first = self.rows.first().map(|row| row.percent);
        let rows = self.rows.iter().filter(|row| Some(row.percent) == first);
        let places = rows.map(|row| row.place.as_str());
        let of_list = |place: &&str| {
            let rest = place.strip_prefix(list);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        places.filter(of_list).collect()
    }

    /// The knee of a part.
    pub fn knee(&self, place: &str) -> Option<&Knee> {
        self.knees.iter().find(|knee| knee.place == place)
    }
}

/// Simulates a scenario at each of some volumes, with the same callers at all of them: more volume are further callers, and
/// the others come earlier in their order.
///
/// Each point is simulated for as many days as it takes until the service level of every queue is precise enough, in looks of
/// twice as many days each; a steady run is one at each volume. Where a volume overwhelms the simulator (callers who wait
/// without end, no steady state), the curve ends before it and says so.
///
/// ```
/// use acdsim::stress::{self, CurveQuestion};
/// use acdsim::{Control, scenario};
///
/// let text = "[scenario]\nname = \"Desk\"\nopen = \"08:00-10:00\"\n[[queues]]\nname = \"help\"\n\
///             [[call_types]]\nname = \"question\"\nqueue = \"help\"\nrate = \"60/h\"\ntalk = \"exp(4m)\"\n\
///             patience = \"exp(2m)\"\n[[groups]]\nname = \"desk\"\nskills = [\"help\"]\nstaff = 6\n";
/// let scenario = scenario::parse("desk", text, std::path::Path::new(""), &[])?.scenario;
/// let question = CurveQuestion {
///     percents: vec![50.0, 100.0, 150.0],
///     ..CurveQuestion::new(&scenario)
/// };
/// let found = stress::curve(&scenario, &question, &Control::default())?;
/// let curve = found.curve.expect("it was asked for");
/// let levels: Vec<_> = curve.of("queues.help").map(|row| row.get("service_level").mean).collect();
/// assert!(levels[0] > levels[1] && levels[1] > levels[2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Run`] when stopped before the first point was complete, or when the routing policy fails;
/// [`Error::FirstVolume`] if there is not one volume that can be simulated.
pub fn curve(
    scenario: &Scenario,
    question: &CurveQuestion,
    control: &Control,
) -> Result<Stress, Error> {
    let steady = matches!(scenario.run.mode, Mode::Steady { .. });
    let mut found = Found::default();
    let all = question.percents.len() as u64;
    control.parts.store(all, Ordering::Relaxed);
    control.parts_done.store(0, Ordering::Relaxed);
    for &percent in &question.percents {
        control.done.store(0, Ordering::Relaxed);
        let model = Model::new(&scenario.with_volume(percent / 100.0));
        let point = simulate(&model, question, control)?;
        match point {
            Point::Complete(results) => {
                found.add(percent, &results, day_formulas(&model), question, steady);
            }
            Point::Stopped if found.rows.is_empty() => {
                return Err(experiment::Error::NothingDone("first volume").into());
            }
            Point::Stopped => {
                found.partial = true;
                break;
            }
            Point::Impossible(reason) if found.rows.is_empty() => {
                return Err(Error::FirstVolume { percent, reason });
            }
            Point::Impossible(reason) => {
                found.ended = Some(Ended { percent, reason });
                break;
            }
        }
        control.parts_done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(found.document(scenario, question, steady))
}

/// What became of a volume.
enum Point {
    Complete(Box<Results>),
    /// It was asked to stop before it was complete.
    Stopped,
    /// It cannot be simulated: why.
    Impossible(String),
}

/// Whether it is the volume that cannot be simulated.
fn overwhelms(halt: &Halt) -> bool {
    match halt {
        Halt::Overload { .. }
        | Halt::Attempts { .. }
        | Halt::Standstill { .. }
        | Halt::Endless { .. } => true,
        Halt::Interrupted | Halt::Routing { .. } => false,
    }
}

fn simulate(
    model: &Model,
    question: &CurveQuestion,
    control: &Control,
) -> Result<Point, experiment::Error> {
    let settings = Settings {
        replications: Replications::Fixed(question.first_days()),
        seed: question.seed,
        confidence: question.confidence,
        threads: question.threads,
    };
    let again = |results: &Results| {
        2 * results.run.replications <= question.most_days
            && half_width(results).is_none_or(|half| half > question.half_width)
    };
    let results = match model.steady {
        true => experiment::run(model, &settings, control, &[]).map(|run| run.results),
        false => {
            let pool = experiment::pool(model, question.threads)?;
            experiment::in_pool(&pool, || {
                experiment::run_doubling(model, &settings, control, again)
            })
        }
    };
    Ok(match results {
        Ok(results) if results.run.partial => Point::Stopped,
        Ok(results) => match model.steady.then(|| growing(model, &results)).flatten() {
            Some(why) => Point::Impossible(why),
            None => Point::Complete(Box::new(results)),
        },
        Err(experiment::Error::NothingDone(_)) => Point::Stopped,
        Err(experiment::Error::Halt(halt)) if overwhelms(&halt) => {
            Point::Impossible(halt.to_string())
        }
        Err(error) => return Err(error),
    })
}

/// Why a steady run is none: its figures would tell how long it was.
fn growing(model: &Model, results: &Results) -> Option<String> {
    let agents_are_busy = |queue: usize| {
        let groups = model.queues[queue]
            .tiers
            .iter()
            .flat_map(|tier| &tier.groups);
        let occupancy = groups.map(|&group| results.groups[group].get("occupancy").mean);
        occupancy.flatten().all(|busy| busy > 1.0 - GROWING)
    };
    let lines_are_busy = |trunk: usize| {
        let busy = results.trunks[trunk].get("lines_busy_mean").mean;
        // Where there are no lines there is nobody for whom one could be free.
        busy.is_some_and(|busy| busy >= (1.0 - GROWING) * f64::from(model.trunks[trunk].lines))
    };
    let grows = |q: &usize| {
        let of = |kpi: &str| results.queues[*q].get(kpi).mean.unwrap_or(0.0);
        let wait_h = of("mean_wait_s") / 3600.0;
        let run_h = model.grid.width_h() * BATCHES as f64;
        wait_h > GROWING * run_h
            && of("offered") * wait_h > (1.0 + GROWING) * of("queue_length_mean")
            && agents_are_busy(*q)
    };
    // In a steady state as many callers have done as come.
    let never_done = |t: &usize| {
        let of = |kpi: &str| results.call_types[*t].get(kpi).mean.unwrap_or(0.0);
        let call_type = &model.call_types[*t];
        of("callers") < (1.0 - GROWING) * of("first_attempts")
            && (agents_are_busy(call_type.queue) || call_type.trunk.is_some_and(lines_are_busy))
    };
    let what = if let Some(queue) = (0..results.queues.len()).find(grows) {
        let name = &model.scenario.queues[queue].name;
        format!("the queue \"{name}\" grows without end")
    } else {
        let call_type = (0..results.call_types.len()).find(never_done)?;
        let name = &model.scenario.call_types[call_type].name;
        format!("ever more callers of the call type \"{name}\" wait to call again")
    };
    Some(format!("there is no steady state; {what}"))
}

/// The larger side of the interval of any queue's service level; none where one is not known. A queue that nobody calls has
/// nothing to wait for, and where all days are alike the number of calls says how sure that is.
fn half_width(results: &Results) -> Option<f64> {
    let mut widest = 0f64;
    for queue in &results.queues {
        let offered = queue.get("offered").mean.unwrap_or(0.0) * results.run.replications as f64;
        if offered == 0.0 {
            continue;
        }
        let level = queue.get("service_level");
        let (low, high) = level.certain(Some(offered as u64), results.run.confidence)?;
        let mean = level.mean?;
        widest = widest.max(mean - low).max(high - mean);
    }
    Some(widest)
}

/// What was found so far.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    days_used: u64,
    /// Volumes that are not precise enough, and the half-width of the worst.
    imprecise: Vec<f64>,
    worst: Option<f64>,
    /// Volumes whose own run warns, and of what the first does.
    warned: Vec<f64>,
    warning: Option<String>,
    ended: Option<Ended>,
    partial: bool,
}

impl Found {
    fn add(
        &mut self,
        percent: f64,
        results: &Results,
        formulas: Vec<DayFormulas>,
        question: &CurveQuestion,
        steady: bool,
    ) {
        let days = results.run.replications;
        self.days_used += days;
        let mut formulas = formulas.into_iter();
        for (place, part) in results.by_place() {
            let erlang = match place.starts_with("queues.") {
                true => formulas.next(),
                false => None,
            };
            self.rows.push(Row {
                percent,
                place,
                days,
                kpis: part.kpis.clone(),
                erlang,
            });
        }
        // Of a day it is that callers want to call after closing, which more volume brings about.
        if let (true, Some(warning)) = (steady, results.run.warnings.first()) {
            self.warned.push(percent);
            self.warning.get_or_insert_with(|| warning.clone());
        }
        let half = half_width(results);
        if !steady && half.is_none_or(|half| half > question.half_width) {
            self.imprecise.push(percent);
            self.worst = self.worst.into_iter().chain(half).reduce(f64::max);
        }
    }

    fn document(self, scenario: &Scenario, question: &CurveQuestion, steady: bool) -> Stress {
        let mut warnings = Vec::new();
        if !self.imprecise.is_empty() {
            warnings.push(self.not_precise(question));
        }
        if let Some(warning) = &self.warning {
            warnings.push(format!("{}: {warning}", at_volumes(&self.warned)));
        }
        if let Some(ended) = &self.ended {
            warnings.push(format!(
                "the curve ends before {} %, which cannot be simulated: {}",
                percent_text(ended.percent),
                ended.reason
            ));
        }
        let mut curve = Curve {
            rows: self.rows,
            knees: Vec::new(),
            precision: (!steady).then_some(Precision {
                asked: question.half_width,
                reached: self.imprecise.is_empty(),
            }),
            ended: self.ended,
        };
        let queues = curve.places("queues");
        let places = match queues.len() {
            // The total of one queue is that queue.
            1 => queues,
            _ => [vec!["total"], queues].concat(),
        };
        curve.knees = places
            .into_iter()
            .map(|place| knee_of(&curve, place, question.half_width))
            .collect();
        let mut found = Stress::of(scenario, question.seed, question.confidence);
        found.run.days_used = self.days_used;
        found.run.partial = self.partial;
        found.run.warnings = warnings;
        found.curve = Some(curve);
        found
    }

    fn not_precise(&self, question: &CurveQuestion) -> String {
        let worst = self.worst.map_or(String::new(), |worst| {
            format!(" (it is {:.1}pp at worst)", 100.0 * worst)
        });
        format!(
            "{} the service level of some queue has not the precision of {}{worst}: that takes more than {} days a volume",
            at_volumes(&self.imprecise),
            format_points(question.half_width),
            grouped(question.most_days as f64, 0),
        )
    }
}

/// Some volumes in words.
fn at_volumes(percents: &[f64]) -> String {
    match percents {
        [] => String::new(),
        [one] => format!("at {} %", percent_text(*one)),
        [first, .., last] => format!(
            "at {} volumes from {} % to {} %",
            percents.len(),
            percent_text(*first),
            percent_text(*last)
        ),
    }
}

/// A volume in per cent, with no more digits than it has.
pub(crate) fn percent_text(percent: f64) -> String {
    let rounded = (1e6 * percent).round() / 1e6;
    format!("{rounded}")
}

fn knee_of(curve: &Curve, place: &str, half_width: f64) -> Knee {
    let points: Vec<(f64, f64)> = curve
        .of(place)
        .filter_map(|row| Some((row.percent, row.get("service_level").mean?)))
        .collect();
    let found = knee(&points, LEAST_FALL.max(2.0 * half_width));
    let bend = found.as_ref().ok();
    Knee {
        place: place.to_owned(),
        kpi: "service_level",
        percent: bend.map(|bend| bend.x),
        value: bend.map(|bend| bend.y),
        between: bend.map(|bend| bend.between),
        reason: found.err(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_double_up_to_the_most_days() {
        let question = |most_days| CurveQuestion {
            percents: Vec::new(),
            half_width: 0.02,
            most_days,
            seed: 1,
            confidence: 0.95,
            threads: None,
        };
        for (most, first) in [(400, 50), (1, 1), (59, 59), (60, 30), (300, 37), (1000, 31)] {
            assert_eq!(question(most).first_days(), first, "of {most}");
        }
    }

    #[test]
    fn volumes_have_both_ends() {
        let all = volumes(10.0, 300.0, 30);
        assert_eq!(
            (all[0], all[9], all[29], all.len()),
            (10.0, 100.0, 300.0, 30)
        );
        assert_eq!(volumes(50.0, 50.0, 1), [50.0]);
        assert_eq!(volumes(50.0, 60.0, 0), [0.0; 0]);
        assert_eq!(percent_text(10.0 + 0.1 + 0.2), "10.3");
    }
}
