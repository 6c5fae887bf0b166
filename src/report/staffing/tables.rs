//! The tables of a staffing, as CSV files. What is in which file and column is said in `docs/staffing.md`.

use crate::planning::{Answer, Staffing};
use crate::report::csv::write_tables;
use crate::report::files::{Folder, SaveError};
use crate::report::tables::{Sheet, Table, judgements};
use std::io;

/// Every table.
const TABLES: [Table<Staffing>; 5] = [
    ("staff", staff),
    ("targets", targets),
    ("simulated", simulated),
    ("lines", lines),
    ("run", run),
];

/// Writes every table into a folder.
///
/// # Errors
/// Those of the system.
pub fn write_csv(answer: &Answer, folder: &Folder<'_>) -> Result<(), SaveError> {
    let staffing = &answer.staffing;
    let scenario = &answer.scenario;
    let names = scenario.groups.iter().map(|g| &g.name);
    let names = names.chain(scenario.queues.iter().map(|q| &q.name));
    let names = names.chain(scenario.trunks.iter().map(|t| &t.name));
    let mut texts = names.chain(&staffing.warnings).chain([&staffing.scenario]);
    let is_ascii = texts.all(|text| text.is_ascii());
    write_tables(staffing, &TABLES, is_ascii, folder)
}

/// One row for each interval and group.
fn staff(staffing: &Staffing, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "start",
        "group",
        "agents",
        "scheduled",
        "current",
        "difference",
        "occupancy",
    ])?;
    for row in &staffing.intervals {
        let (Some(group), Some(agents), Some(current)) = (&row.group, row.agents, row.current)
        else {
            continue;
        };
        let (agents, current) = (f64::from(agents), f64::from(current));
        rows.text(&row.start)?;
        rows.text(group)?;
        rows.number(Some(agents))?;
        rows.number(row.scheduled)?;
        rows.number(Some(current))?;
        rows.number(Some(agents - current))?;
        rows.number(row.simulated.get("occupancy").and_then(|e| e.mean))?;
        rows.end()?;
    }
    Ok(())
}

fn targets(staffing: &Staffing, rows: &mut dyn Sheet) -> io::Result<()> {
    let goals = staffing.goals.iter();
    judgements(rows, &[], "best", goals.map(|goal| ([], goal, goal.best)))
}

/// One row for each part, interval and figure of the closing simulation.
fn simulated(staffing: &Staffing, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "part", "name", "start", "kpi", "mean", "ci_low", "ci_high", "se",
    ])?;
    for row in &staffing.intervals {
        let (part, name) = match (&row.group, &row.queue) {
            (Some(group), _) => ("groups", group),
            (None, Some(queue)) => ("queues", queue),
            (None, None) => continue,
        };
        for (kpi, estimate) in &row.simulated {
            for text in [part, name, &row.start, kpi] {
                rows.text(text)?;
            }
            rows.estimate(estimate)?;
            rows.end()?;
        }
    }
    Ok(())
}

/// One row for each trunk group with a target.
fn lines(staffing: &Staffing, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["trunk", "current", "max_blocking", "erlang_b", "simulated"])?;
    for lines in &staffing.lines {
        rows.text(&lines.trunk)?;
        rows.number(Some(lines.current.into()))?;
        rows.number(Some(lines.max_blocking))?;
        rows.number(lines.erlang_b.map(|n| n as f64))?;
        rows.number(lines.simulated.map(f64::from))?;
        rows.end()?;
    }
    Ok(())
}

/// What was asked and found, in a word each.
fn run(staffing: &Staffing, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["key", "value"])?;
    let mut row = |key: &str, value: &str| {
        rows.text(key)?;
        rows.text(value)?;
        rows.end()
    };
    row("scenario", &staffing.scenario)?;
    row("version", &staffing.version)?;
    row("method", &staffing.method)?;
    row("per", &staffing.per)?;
    row("seed", &staffing.seed.to_string())?;
    row("confidence", &staffing.confidence.to_string())?;
    row("tolerance", &staffing.tolerance.to_string())?;
    row("met", &staffing.met.to_string())?;
    row("minimal", &staffing.minimal.to_string())?;
    row("partial", &staffing.partial.to_string())?;
    row("days_used", &staffing.days_used.to_string())?;
    row("replications", &staffing.replications.to_string())?;
    row("cost_unit", &staffing.cost.unit)?;
    row("cost_current", &staffing.cost.current.to_string())?;
    row("cost_recommended", &staffing.cost.recommended.to_string())?;
    for (key, value) in [("lower_bound", staffing.lower_bound), ("gap", staffing.gap)] {
        if let Some(value) = value {
            row(key, &value.to_string())?;
        }
    }
    for warning in &staffing.warnings {
        row("warning", warning)?;
    }
    Ok(())
}
