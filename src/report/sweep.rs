//! A sweep for people: a line for each point, and plots.

use super::files::{OUTPUT, slug};
use super::plots;
use super::text::layout::{Cell, Table};
use crate::kpi::{Unit, unit};
use crate::lab::sweep::{Manifest, Outcome, PointFigures};
use crate::stats::Estimate;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where a sweep goes when no folder is named.
pub fn folder(manifest: &Manifest) -> PathBuf {
    let name = slug(&manifest.scenario, "scenario");
    let shard = match &manifest.shard {
        Some(shard) => format!("-shard{}", shard.replace('/', "of")),
        None => String::new(),
    };
    Path::new(OUTPUT).join(format!("{name}-sweep-seed{}{shard}", manifest.seed))
}

/// Writes the plots into the folder, as SVG and PNG, and returns their paths.
///
/// # Errors
/// Those of the system.
pub fn write_plots(outcome: &Outcome, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for plot in plots::sweep(outcome) {
        for (ending, bytes) in [("svg", plot.svg.into_bytes()), ("png", plot.png)] {
            let path = folder.join(format!("{}.{ending}", plot.name));
            fs::write(&path, bytes)?;
            written.push(path);
        }
    }
    Ok(written)
}

/// What is shown of each point: place is the total.
const SHOWN: [(&str, &str); 5] = [
    ("service_level", "service level"),
    ("abandonment_rate", "abandoned"),
    ("asa_s", "ASA"),
    ("occupancy", "occupancy"),
    ("cost", "cost"),
];

/// More points are in the file only.
const MOST_LINES: usize = 200;

/// A line for each point.
pub fn table(outcome: &Outcome) -> String {
    let points = &outcome.points[..outcome.points.len().min(MOST_LINES)];
    let numbers = points.iter().map(|point| point.number.to_string());
    let mut table = Table::new("point", numbers.collect());
    for (k, column) in outcome.columns.iter().enumerate() {
        let values = points
            .iter()
            .map(|point| Cell::from(point.values[k].as_str()));
        table.column(column, 9, values);
    }
    for (weight, (kpi, name)) in (1..)
        .zip(SHOWN.into_iter().rev())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let has = |point: &PointFigures| point.get("total", kpi).mean.is_some();
        if points.iter().any(has) {
            let figures = points
                .iter()
                .map(|point| say(kpi, &point.get("total", kpi)));
            table.column(name, weight, figures);
        }
    }
    let width = table.natural_width();
    let mut text = table.render(width, false);
    if outcome.points.len() > MOST_LINES {
        text += &format!(
            "  … and {} more points\n",
            outcome.points.len() - MOST_LINES
        );
    }
    text
}

/// A figure with the half-width of its interval, if it has one.
fn say(kpi: &str, estimate: &Estimate) -> Cell {
    let Some(mean) = estimate.mean else {
        return Cell::from("–");
    };
    let (times, places, unit) = match unit(kpi) {
        Some(Unit::Fraction) => (100.0, 1, " %"),
        Some(Unit::Seconds) => (1.0, 1, " s"),
        _ => (1.0, 0, ""),
    };
    let number = |x: f64| format!("{:.places$}", times * x);
    let half = estimate.ci.map(|(low, high)| (high - low) / 2.0);
    let half = half.map_or_else(String::new, |half| format!(" ± {}", number(half)));
    Cell::seamed(number(mean), half + unit)
}
