//! The tables of a run, whatever they are written as. What is in which table and column is said in `docs/output.md`.

use crate::kpi::{FormulaFigures, NotApplicable, Part, Results, unit};
use crate::planning::Judged;
use crate::stats::Estimate;
use indexmap::{IndexMap, IndexSet};
use std::io;

/// Takes a table cell by cell, its header first.
pub trait Sheet {
    /// A cell of text.
    fn text(&mut self, text: &str) -> io::Result<()>;

    /// A number with all its digits; nothing where there is none.
    fn number(&mut self, number: Option<f64>) -> io::Result<()>;

    /// The end of a row.
    fn end(&mut self) -> io::Result<()>;

    /// The names of the columns.
    fn header(&mut self, names: &[&str]) -> io::Result<()> {
        for name in names {
            self.text(name)?;
        }
        self.end()
    }

    /// Four cells: mean, ends of the interval, standard error.
    fn estimate(&mut self, estimate: &Estimate) -> io::Result<()> {
        let (low, high) = estimate.ci.unzip();
        for number in [estimate.mean, low, high, estimate.se] {
            self.number(number)?;
        }
        Ok(())
    }
}

/// One row for each judgement: of a target in an interval, or over the day. Columns of the caller's stand before, and one,
/// a number, behind the threshold.
pub fn judgements<'a, const N: usize>(
    rows: &mut dyn Sheet,
    before: &[&str; N],
    own: &str,
    goals: impl Iterator<Item = ([&'a str; N], &'a Judged, Option<f64>)>,
) -> io::Result<()> {
    let place = ["part", "name", "start", "kpi", "bound", "threshold"];
    let found = ["mean", "ci_low", "ci_high", "se", "status", "reason"];
    rows.header(&[&before[..], &place, &[own], &found].concat())?;
    for (cells, goal, number) in goals {
        let (part, name) = goal.place.split_once('.').unwrap_or((&goal.place, ""));
        let start = goal.start.as_deref().unwrap_or("");
        let place = [part, name, start, &goal.kpi, goal.bound.name()];
        for text in cells.into_iter().chain(place) {
            rows.text(text)?;
        }
        rows.number(Some(goal.threshold))?;
        rows.number(number)?;
        rows.estimate(&goal.simulated)?;
        rows.text(goal.status.name())?;
        rows.text(goal.reason.as_deref().unwrap_or(""))?;
        rows.end()?;
    }
    Ok(())
}

/// A table of something: its name, and what gives its rows.
pub type Table<T> = (&'static str, fn(&T, &mut dyn Sheet) -> io::Result<()>);

/// Every table.
pub const TABLES: [Table<Results>; 7] = [
    ("tidy", tidy),
    ("wide", wide),
    ("targets", targets),
    ("waits", waits),
    ("days", days),
    ("erlang", erlang),
    ("run", run),
];

type Kpis = IndexMap<String, Estimate>;

/// The figures of a part for the whole run, with no start, and for each interval.
fn by_start(part: &Part) -> impl Iterator<Item = (&str, &Kpis)> {
    let intervals = part.intervals.iter().flatten();
    let intervals = intervals.map(|interval| (interval.start.as_str(), &interval.kpis));
    std::iter::once(("", &part.kpis)).chain(intervals)
}

/// One row for each part, interval and figure.
fn tidy(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "part", "name", "start", "kpi", "unit", "mean", "ci_low", "ci_high", "se",
    ])?;
    for (list, part) in results.listed() {
        let mut row = |start: &str, kpi: &str, unit: &str, estimate: &Estimate| {
            for text in [list, part.name(), start, kpi, unit] {
                rows.text(text)?;
            }
            rows.estimate(estimate)?;
            rows.end()
        };
        for (start, kpis) in by_start(part) {
            for (kpi, estimate) in kpis {
                row(
                    start,
                    kpi,
                    unit(kpi).map_or("", |unit| unit.name()),
                    estimate,
                )?;
            }
        }
        for (formula, estimate) in part.service_levels.iter().flatten() {
            row(
                "",
                &format!("service_levels.{formula}"),
                "fraction",
                estimate,
            )?;
        }
        if let Some(days) = &part.days {
            for (percentile, mean) in &days.service_level {
                let estimate = Estimate {
                    mean: *mean,
                    ..Estimate::default()
                };
                let kpi = format!("days.service_level.{percentile}");
                row("", &kpi, "fraction", &estimate)?;
            }
            row("", "days.target_met", "fraction", &days.target_met)?;
        }
    }
    Ok(())
}

/// One row for each part and interval, with four columns for each figure.
fn wide(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    let all = results.listed().flat_map(|(_, part)| by_start(part));
    let kpis: IndexSet<&String> = all.flat_map(|(_, kpis)| kpis.keys()).collect();
    let mut header = ["part", "name", "start"].map(str::to_owned).to_vec();
    for kpi in &kpis {
        header.extend(["", "_ci_low", "_ci_high", "_se"].map(|ending| format!("{kpi}{ending}")));
    }
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    rows.header(&header)?;
    for (list, part) in results.listed() {
        for (start, figures) in by_start(part) {
            for text in [list, part.name(), start] {
                rows.text(text)?;
            }
            for kpi in &kpis {
                rows.estimate(figures.get(*kpi).unwrap_or(&Estimate::default()))?;
            }
            rows.end()?;
        }
    }
    Ok(())
}

/// One row for each target.
fn targets(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "part",
        "name",
        "kpi",
        "bound",
        "threshold",
        "mean",
        "ci_low",
        "ci_high",
        "se",
        "verdict",
    ])?;
    for target in &results.targets {
        let (part, name) = target.place.split_once('.').unwrap_or((&target.place, ""));
        for text in [part, name, &target.kpi] {
            rows.text(text)?;
        }
        rows.text(target.bound.name())?;
        rows.number(Some(target.threshold))?;
        rows.estimate(&target.estimate)?;
        rows.text(target.verdict.name())?;
        rows.end()?;
    }
    Ok(())
}

/// The histogram of waits of each queue.
fn waits(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["queue", "over_s", "up_to_s", "answered", "abandoned"])?;
    for queue in &results.queues {
        let Some(waits) = &queue.waits else { continue };
        let mut over = None;
        for ((edge, answered), abandoned) in waits
            .edges_s
            .iter()
            .zip(&waits.answered)
            .zip(&waits.abandoned)
        {
            rows.text(queue.name())?;
            rows.number(over)?;
            rows.number(Some(*edge))?;
            rows.text(&answered.to_string())?;
            rows.text(&abandoned.to_string())?;
            rows.end()?;
            over = Some(*edge);
        }
    }
    Ok(())
}

/// How many days had which service level, by queue.
fn days(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["queue", "service_level", "days"])?;
    for queue in &results.queues {
        for level in queue.days.iter().flat_map(|days| &days.histogram) {
            rows.text(queue.name())?;
            rows.number(Some(level.service_level))?;
            rows.text(&level.days.to_string())?;
            rows.end()?;
        }
    }
    Ok(())
}

/// What Erlang's formulas say, by queue, interval, attempts and formula.
fn erlang(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "queue",
        "start",
        "attempts",
        "formula",
        "not_applicable",
        "erlangs",
        "agents",
        "service_level",
        "asa_s",
        "abandonment_rate",
        "occupancy",
    ])?;
    for queue in &results.queues {
        let intervals = queue.intervals.iter().flatten();
        let intervals = intervals.map(|interval| (interval.start.as_str(), interval.erlang));
        for (start, said) in std::iter::once(("", queue.erlang)).chain(intervals) {
            let Some(said) = said else { continue };
            let (first, all) = (said.first_attempts, said.all_attempts);
            for (attempts, formula, answer) in [
                ("first_attempts", "c", first.c),
                ("first_attempts", "a", first.a),
                ("all_attempts", "c", all.c),
                ("all_attempts", "a", all.a),
            ] {
                let why = answer.not_applicable().map_or("", NotApplicable::name);
                for text in [queue.name(), start, attempts, formula, why] {
                    rows.text(text)?;
                }
                let figures = answer.figures();
                let of: [fn(&FormulaFigures) -> f64; 6] = [
                    |by| by.erlangs,
                    |by| by.agents,
                    |by| by.service_level,
                    |by| by.asa_s,
                    |by| by.abandonment_rate,
                    |by| by.occupancy,
                ];
                for figure in of {
                    rows.number(figures.map(figure))?;
                }
                rows.end()?;
            }
        }
    }
    Ok(())
}

/// What was run, and how.
fn run(results: &Results, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["key", "value"])?;
    let (scenario, run) = (&results.scenario, &results.run);
    let mut row = |key: &str, value: &str| {
        rows.text(key)?;
        rows.text(value)?;
        rows.end()
    };
    row("scenario", &scenario.name)?;
    row("sha256", &scenario.sha256)?;
    row("version", &run.version)?;
    row("mode", &run.mode)?;
    row("seed", &run.seed.to_string())?;
    row("replications", &run.replications.to_string())?;
    if let Some(batches) = run.batches {
        row("batches", &batches.to_string())?;
    }
    row("confidence", &run.confidence.to_string())?;
    row("partial", &run.partial.to_string())?;
    for warning in &run.warnings {
        row("warning", warning)?;
    }
    Ok(())
}
