//! The table of `acdsim calibrate`.

use super::text::half_width;
use crate::experiment::calibrate::{Calibration, Status};
use crate::scenario::grouped;
use crate::stats::Estimate;
use unicode_width::UnicodeWidthStr;

/// Counted, first and simulated attempts of each call type, and of each interval if asked for.
pub fn table(calibration: &Calibration, intervals: bool) -> String {
    let days = match calibration.mode.as_str() {
        "steady" => "one long run".to_owned(),
        _ => counted(calibration.replications, "day"),
    };
    let title = format!(
        "{} · {days} · seed {} · {} · attempts {} · ± at {} %\n",
        calibration.scenario,
        calibration.seed,
        counted(calibration.rounds, "round"),
        calibration.unit(),
        100.0 * calibration.confidence
    );
    let status = |status| match status {
        Status::Met => "met".to_owned(),
        Status::Missed => "missed".to_owned(),
    };
    let header = [
        "call type",
        "counted",
        "first attempts",
        "simulated",
        "",
        "",
    ];
    let mut rows = vec![header.map(str::to_owned)];
    for found in &calibration.call_types {
        let row = |name: String, counted, first, simulated: &Estimate, met| {
            let half_width = simulated.half_width().filter(|half| *half > 0.0);
            [
                name,
                number(counted),
                number(first),
                simulated.mean.map_or("–".to_owned(), number),
                half_width.map_or(String::new(), |half| format!("± {}", error(half))),
                status(met),
            ]
        };
        rows.push(row(
            found.name.clone(),
            found.counted,
            found.first_attempts,
            &found.simulated,
            found.status,
        ));
        for interval in found.intervals.iter().flatten().filter(|_| intervals) {
            rows.push(row(
                format!("  {}", interval.start),
                interval.counted,
                interval.first_attempts,
                &interval.attempts,
                interval.status,
            ));
        }
    }
    title + "\n" + &laid_out(&rows)
}

/// `1 day`, `2 days`
fn counted(n: u64, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {what}{s}", grouped(n as f64, 0))
}

/// One decimal; more where it would read as nothing.
fn number(x: f64) -> String {
    let decimals = (1..6).find(|&d| x == 0.0 || x.abs() >= 0.5 * 0.1f64.powi(d));
    grouped(x, decimals.map_or(6, |d| d as usize))
}

fn error(x: f64) -> String {
    half_width(x, if x < 0.095 { 2 } else { 1 })
}

/// Rows in columns: the first, the error and the verdict to the left, numbers to the right.
fn laid_out<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (i, (cell, width)) in row.iter().zip(widths).enumerate() {
            let gap = match i {
                0 | 4 => 1,
                _ => 3,
            };
            let space = " ".repeat(width - cell.width());
            line.push_str(&" ".repeat(gap));
            match i {
                1..=3 => line.extend([space.as_str(), cell]),
                _ => line.extend([cell, space.as_str()]),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
