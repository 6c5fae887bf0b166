//! The comparison as CSV files. What is in which column is said in `docs/compare.md`.

use crate::lab::{Comparison, Difference};
use crate::report::csv::Rows;
use crate::report::files::{Folder, SaveError};
use crate::report::tables::Sheet;
use std::io;

/// A table: its name, and what gives its rows.
type Table = (
    &'static str,
    fn(&Comparison, &mut dyn Sheet) -> io::Result<()>,
);

/// Writes every file into a folder.
///
/// # Errors
/// Those of the system.
pub fn write_csv(comparison: &Comparison, folder: &Folder<'_>) -> Result<(), SaveError> {
    let warnings = comparison.run.warnings.iter().map(String::as_str);
    let labels = comparison.sides.iter().map(|side| side.label.as_str());
    let places = comparison.pairs.iter().map(|d| d.place.as_str());
    let is_ascii = warnings.chain(labels).chain(places).all(str::is_ascii);
    let tables: [Table; 2] = [("differences", differences), ("run", run)];
    for (name, table) in tables {
        folder.write(&format!("{name}.csv"), |out| {
            let mut rows = Rows::new(out, is_ascii)?;
            table(comparison, &mut rows)?;
            rows.flush()
        })?;
    }
    Ok(())
}

/// A row for each difference, those of intervals last.
fn differences(comparison: &Comparison, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "a",
        "b",
        "part",
        "name",
        "start",
        "kpi",
        "unit",
        "value_a",
        "value_b",
        "mean",
        "ci_low",
        "ci_high",
        "se",
        "margin",
        "verdict",
        "joint",
        "variance_ratio",
    ])?;
    for difference in comparison.pairs.iter().chain(&comparison.intervals) {
        row(difference, rows)?;
    }
    Ok(())
}

fn row(difference: &Difference, rows: &mut dyn Sheet) -> io::Result<()> {
    let d = difference;
    let (part, name) = d.place.split_once('.').unwrap_or((&d.place, ""));
    let start = d.start.as_deref().unwrap_or_default();
    for text in [&d.a, &d.b, part, name, start, d.kpi, d.unit.name()] {
        rows.text(text)?;
    }
    rows.number(d.value_a)?;
    rows.number(d.value_b)?;
    rows.estimate(&d.difference)?;
    rows.number(d.margin)?;
    rows.text(d.verdict.name())?;
    rows.text(if d.joint { "true" } else { "false" })?;
    rows.number(d.variance_ratio)?;
    rows.end()
}

/// Facts about the run.
fn run(comparison: &Comparison, rows: &mut dyn Sheet) -> io::Result<()> {
    let run = &comparison.run;
    rows.header(&["key", "value"])?;
    let mut facts: Vec<(&str, String)> = Vec::new();
    for side in &comparison.sides {
        facts.push(("side", side.label.clone()));
        facts.push(("sha256", side.sha256.clone()));
    }
    facts.extend([
        ("version", run.version.to_owned()),
        ("mode", run.mode.to_owned()),
        ("seed", run.seed.to_string()),
        ("replications", run.replications.to_string()),
        ("confidence", run.confidence.to_string()),
        ("joint_intervals", run.joint_intervals.to_string()),
        ("looks", run.looks.to_string()),
        ("partial", run.partial.to_string()),
    ]);
    facts.extend(
        run.warnings
            .iter()
            .map(|warning| ("warning", warning.clone())),
    );
    for (key, value) in facts {
        rows.text(key)?;
        rows.text(&value)?;
        rows.end()?;
    }
    Ok(())
}
