//! The requirement of volumes and handling times in a CSV file: no scenario, no simulation.

use super::analytic::{ErlangModel, Seen, Span};
use super::by_formula::figures;
use super::document::{Row, SCHEMA};
use super::goals::Status;
use super::goals::Tolerance;
use super::requirement::{Lag, Method, Need, Remark, Solver};
use crate::erlang::{Patience, Target, Thresholds, WaitingSystem};
use crate::scenario::{
    Distribution, Formula, clock, clock_text, describe, parse_duration, parse_fraction, position,
    quoted, reader,
};
use indexmap::IndexMap;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;

/// More rows are an error: a year of quarter-hours for five queues.
const MOST_ROWS: usize = 200_000;

/// Minutes of a day.
const DAY_MIN: u32 = 1440;

/// What is asked of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct CsvQuestion {
    /// Targets of every queue.
    pub targets: Vec<Target>,
    /// The times of what is promised.
    pub thresholds: Thresholds,
    /// The formula of the service level that is promised.
    pub formula: Formula,
    /// Patience of all callers; endless is Erlang-C.
    pub patience: Patience,
    /// Length of an interval in minutes, where the file's starts do not tell it.
    pub interval_min: Option<u32>,
    /// Which calls an interval is staffed for.
    pub lag: Lag,
    /// Whether agents are given as numbers that are not whole, too.
    pub fractional: bool,
    /// What is near enough to a target that nothing reaches.
    pub tolerance: Tolerance,
    /// Fraction of the paid time that agents are not at work, below 1, where the file has none of its own.
    pub shrinkage: f64,
}

/// Why there is no requirement: what is wrong, where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CsvError(pub String);

/// The agents that volumes and handling times ask for. Serialises to those parts of schema [`SCHEMA`] that need no scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// The file.
    pub file: String,
    /// Version of acdsim.
    pub version: String,
    /// `erlang-c` or `erlang-a`.
    pub method: String,
    /// The formula: `c`, `a` or `patience`.
    pub model: String,
    /// Minutes of an interval.
    pub interval_min: u32,
    /// Nothing is missed, by formula.
    pub met: bool,
    /// Agents by interval and queue, in the order of the file. Without starts the intervals of a queue are numbered from 1.
    pub intervals: Vec<Row>,
    /// Hours of the agents required, productive and paid.
    pub agent_hours: f64,
    /// Those that are scheduled: each divided by 1 − shrinkage.
    pub paid_hours: f64,
}

/// Reads a CSV file with the columns `calls` (in the interval) and `aht` (seconds, or with a unit: `3m30s`), and if it has them
/// `start`, `queue` and `shrinkage`, and gives the agents of each row by formula.
///
/// Rows of a queue follow each other in time. A start is a time of day, `08:30`, with or without the day before it, such as
/// `Mon 08:30`. The starts tell the length of an interval; without them it is that of the question.
///
/// # Errors
/// [`CsvError`] with the file, the line and the column.
pub fn from_csv(path: &Path, question: &CsvQuestion) -> Result<Plan, CsvError> {
    let name = path.display().to_string();
    if !(0.0..1.0).contains(&question.shrinkage) {
        return Err(CsvError(format!(
            "shrinkage must be a fraction of at least 0 and below 1, found {}",
            question.shrinkage
        )));
    }
    if question.targets.is_empty() {
        return Err(CsvError(
            "nothing is asked of the queues: state a target, for example 80/20".to_owned(),
        ));
    }
    let volumes = read(path, &name).map_err(CsvError)?;
    let interval_min = length(&name, &volumes, question.interval_min).map_err(CsvError)?;
    let runs = Runs::new(&name, &volumes, interval_min).map_err(CsvError)?;
    let model = ErlangModel::of(&question.patience, None);
    let seen = |row: &Volume| Seen {
        system: WaitingSystem {
            calls_per_h: row.calls * 60.0 / f64::from(interval_min),
            aht_s: row.aht_s,
            agents: 0.0,
            patience: question.patience.clone(),
            limit: None,
        },
        model,
        not_applicable: None,
    };
    let width_s = 60.0 * f64::from(interval_min);
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        file: name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        method: match question.patience.distribution() {
            Distribution::Never if question.patience.balk() == 0.0 => Method::ErlangC,
            _ => Method::ErlangA,
        }
        .name()
        .to_owned(),
        model: model.name().to_owned(),
        interval_min,
        met: true,
        intervals: Vec::with_capacity(volumes.len()),
        agent_hours: 0.0,
        paid_hours: 0.0,
    };
    let mut by_queue: IndexMap<Option<&str>, Vec<usize>> = IndexMap::new();
    for (k, volume) in volumes.iter().enumerate() {
        by_queue.entry(volume.queue.as_deref()).or_default().push(k);
    }
    let of_queue = |rows: Vec<usize>| {
        let mut solver = Solver::new(
            question.targets.clone(),
            question.tolerance,
            question.fractional,
        );
        let answer = |k: usize| {
            let volume = &volumes[k];
            let staffed_for = match question.lag {
                Lag::None => volume.clone(),
                lag => runs.earlier(&volumes, k, volume.aht_s / width_s, lag),
            };
            let need = solver.need(seen(&staffed_for));
            let row = row(volume, &need, question);
            (k, need, row)
        };
        rows.into_iter().map(answer).collect::<Vec<_>>()
    };
    let by_queue: Vec<Vec<usize>> = by_queue.into_values().collect();
    let mut answers: Vec<(usize, Need, Row)> =
        by_queue.into_par_iter().flat_map(of_queue).collect();
    answers.sort_unstable_by_key(|(k, _, _)| *k);
    for (k, need, mut row) in answers {
        let volume = &volumes[k];
        if let Some(Remark::NoAnswer(why)) = &need.remark {
            return Err(CsvError(format!("{name}, line {}: {why}", volume.line)));
        }
        let hours = f64::from(interval_min) / 60.0;
        plan.agent_hours += f64::from(need.agents) * hours;
        plan.paid_hours += row.scheduled.unwrap_or(0.0) * hours;
        if volume.start.is_none() {
            row.start = (runs.places[k].1 + 1).to_string();
        }
        plan.met &= row.status != Some(Status::Missed);
        plan.intervals.push(row);
    }
    Ok(plan)
}

/// A row of the file.
#[derive(Debug, Clone)]
struct Volume {
    line: u64,
    /// As in the file.
    start: Option<String>,
    /// What stands before the time of day, and that in minutes.
    at: Option<(String, u32)>,
    queue: Option<String>,
    calls: f64,
    aht_s: f64,
    /// Where the file has one.
    shrinkage: Option<f64>,
}

fn read(path: &Path, name: &str) -> Result<Vec<Volume>, String> {
    let mut reader = reader(path, name)?;
    let headers = reader.headers().map_err(|e| describe(name, &e))?.clone();
    let (calls, aht) = (
        position(name, &headers, "calls")?,
        position(name, &headers, "aht")?,
    );
    let optional = |column: &str| match headers.iter().any(|h| h == column) {
        true => position(name, &headers, column).map(Some),
        false => Ok(None),
    };
    let (start, queue) = (optional("start")?, optional("queue")?);
    let shrinkage = optional("shrinkage")?;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|e| describe(name, &e))?
    {
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() == MOST_ROWS {
            return Err(format!("{name}, line {line}: more than {MOST_ROWS} rows"));
        }
        // The reader refuses rows of another length than the header's.
        let text = |at: usize| record.get(at).unwrap_or_default();
        let place = |at: usize, wrong: String| {
            let column = quoted(headers.get(at).unwrap_or_default());
            format!("{name}, line {line}, column {} ({column}): {wrong}", at + 1)
        };
        let n = volume(text(calls)).map_err(|wrong| place(calls, wrong))?;
        let aht_s = match text(aht) {
            // Where nobody calls there is no handling time.
            "" if n == 0.0 => 1.0,
            text => seconds(text, n == 0.0).map_err(|wrong| place(aht, wrong))?,
        };
        let at = match start {
            Some(at) => Some(time(text(at)).map_err(|wrong| place(at, wrong))?),
            None => None,
        };
        rows.push(Volume {
            line,
            start: start.map(|at| text(at).to_owned()),
            at,
            queue: queue.map(|at| text(at).to_owned()),
            calls: n,
            aht_s,
            shrinkage: match shrinkage {
                Some(at) => away(text(at)).map_err(|wrong| place(at, wrong))?,
                None => None,
            },
        });
    }
    match rows.is_empty() {
        true => Err(format!(
            "{name} has no rows; expected one for each interval below the header"
        )),
        false => Ok(rows),
    }
}

/// Calls in an interval.
fn volume(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && n >= 0.0 => Ok(n),
        Ok(_) => Err(format!(
            "expected the calls of the interval, a number of at least 0, found {}",
            quoted(text)
        )),
        Err(_) if text.contains(',') => Err(format!(
            "expected the calls of the interval, a number of at least 0 without separators, such as 1200 or 41.5, found {}",
            quoted(text)
        )),
        Err(_) => Err(format!(
            "expected the calls of the interval, a number of at least 0, found {}",
            quoted(text)
        )),
    }
}

/// A handling time.
fn seconds(text: &str, may_be_zero: bool) -> Result<f64, String> {
    let expected =
        "expected the mean handling time above 0, in seconds or with a unit, such as 210 or 3m30s";
    let value = match text.parse::<f64>() {
        Ok(value) => value,
        Err(_) => match parse_duration(text) {
            Ok(duration) => duration.as_secs_f64(),
            Err(error) => return Err(format!("{expected}: {}", error.wrong)),
        },
    };
    match value.is_finite() && (value > 0.0 || (value == 0.0 && may_be_zero)) {
        // Nobody calls: any will do.
        true if value == 0.0 => Ok(1.0),
        true => Ok(value),
        false => Err(format!("{expected}, found {}", quoted(text))),
    }
}

/// A shrinkage; none in an empty cell.
fn away(text: &str) -> Result<Option<f64>, String> {
    match parse_fraction(text) {
        _ if text.is_empty() => Ok(None),
        Ok(share) if share < 1.0 => Ok(Some(share)),
        _ => Err(format!(
            "expected the shrinkage, a fraction of at least 0 and below 1 such as 0.3 or 30%, found {}",
            quoted(text)
        )),
    }
}

/// The day, as it is written, and the minute of it.
fn time(text: &str) -> Result<(String, u32), String> {
    let (day, of_day) = text
        .rsplit_once([' ', 'T'])
        .map_or(("", text), |(day, of_day)| (day.trim(), of_day));
    match clock(of_day) {
        Some(minute) => Ok((day.to_owned(), minute % DAY_MIN)),
        None => Err(format!(
            "expected a time of day HH:MM, with or without the day before it, such as 08:30 or Mon 08:30, found {}",
            quoted(text)
        )),
    }
}

/// Whether two rows belong to the same queue.
fn same_queue(a: &Volume, b: &Volume) -> bool {
    a.queue == b.queue
}

/// The minutes of an interval: from one start of a queue to its next.
fn length(name: &str, rows: &[Volume], asked: Option<u32>) -> Result<u32, String> {
    if let Some(asked) = asked {
        return match asked {
            1..=DAY_MIN => Ok(asked),
            _ => Err(format!(
                "the length of an interval must be from 1 minute to a day, found {asked} minutes"
            )),
        };
    }
    let first = &rows[0];
    let next = rows[1..].iter().find(|row| same_queue(first, row));
    let of = |row: &Volume| row.at.as_ref().map(|(_, minute)| *minute);
    match next.map(|next| (of(first), of(next))) {
        Some((Some(a), Some(b))) if a != b => Ok((b + DAY_MIN - a) % DAY_MIN),
        Some((Some(a), Some(_))) => Err(format!(
            "{name}: the first two rows of a queue both start at {}; expected the starts of intervals that follow each other",
            clock_text(a)
        )),
        Some(_) => Err(format!(
            "{name} has no column \"start\" that tells the length of an interval: state it, for example 30m"
        )),
        None => Err(format!(
            "{name} has one interval, which does not tell how long it is: state its length, for example 30m"
        )),
    }
}

/// Rows of a queue that follow each other without a gap.
struct Runs {
    runs: Vec<Vec<usize>>,
    /// By row: its run, and its place there.
    places: Vec<(usize, usize)>,
}

impl Runs {
    fn new(name: &str, rows: &[Volume], interval_min: u32) -> Result<Self, String> {
        let mut last: HashMap<Option<&str>, usize> = HashMap::new();
        let mut runs = Self {
            runs: Vec::new(),
            places: Vec::with_capacity(rows.len()),
        };
        for (k, row) in rows.iter().enumerate() {
            let before = last.insert(row.queue.as_deref(), k);
            let run = match before {
                Some(before) if follows(name, &rows[before], row, interval_min)? => {
                    runs.places[before].0
                }
                _ => {
                    runs.runs.push(Vec::new());
                    runs.runs.len() - 1
                }
            };
            runs.places.push((run, runs.runs[run].len()));
            runs.runs[run].push(k);
        }
        Ok(runs)
    }

    /// The calls that a row is staffed for: those of a time as long, so many intervals earlier. Before the first row nobody
    /// calls.
    fn earlier(&self, rows: &[Volume], row: usize, by: f64, lag: Lag) -> Volume {
        let (run, place) = self.places[row];
        let at = |cell: usize| &rows[self.runs[run][cell]];
        let span = Span::earlier(place, by);
        let mut of = rows[row].clone();
        if lag == Lag::Largest {
            let cells = span.cells.iter().map(|&(cell, _)| at(cell));
            let most = cells.reduce(|a, b| match b.calls * b.aht_s > a.calls * a.aht_s {
                true => b,
                false => a,
            });
            (of.calls, of.aht_s) = most.map_or((0.0, of.aht_s), |most| (most.calls, most.aht_s));
            return of;
        }
        let parts = span.cells.iter();
        let parts = parts.map(|&(cell, share)| (share * at(cell).calls, at(cell).aht_s));
        let (calls, work) = parts.fold((0.0, 0.0), |(calls, work), (n, aht)| {
            (calls + n, work + n * aht)
        });
        of.calls = calls;
        if calls > 0.0 {
            of.aht_s = work / calls;
        }
        of
    }
}

/// Whether a row starts where the one before it ends; it may also be of another day.
fn follows(name: &str, before: &Volume, row: &Volume, interval_min: u32) -> Result<bool, String> {
    let (Some((day, from)), Some((today, start))) = (&before.at, &row.at) else {
        return Ok(true);
    };
    let end = (from + interval_min) % DAY_MIN;
    let new_day = start <= from || day != today;
    match end == *start {
        true => Ok(true),
        false if new_day => Ok(false),
        false => Err(format!(
            "{name}, line {}: the interval starts at {}, but the one before it in line {} ends at {}; expected intervals of \
             {interval_min} minutes that follow each other",
            row.line,
            clock_text(*start),
            before.line,
            clock_text(end)
        )),
    }
}

fn row(volume: &Volume, need: &Need, question: &CsvQuestion) -> Row {
    let performance = match need.remark {
        Some(Remark::NoCalls) => None,
        _ => need.system.performance(&question.thresholds).ok(),
    };
    let shrinkage = volume.shrinkage.unwrap_or(question.shrinkage);
    Row {
        start: volume.start.clone().unwrap_or_default(),
        group: None,
        queue: volume.queue.clone(),
        agents: Some(need.agents),
        agents_fractional: need.exact,
        scheduled: Some(f64::from(need.agents) / (1.0 - shrinkage)),
        current: None,
        status: Some(match need.remark {
            Some(Remark::Unreachable { .. }) => Status::Missed,
            _ => Status::Met,
        }),
        reason: need.remark.as_ref().map(Remark::to_string),
        promised: performance.map_or_else(IndexMap::new, |performance| {
            figures(need, &performance, question.formula)
        }),
        simulated: IndexMap::new(),
        one_more: None,
    }
}
