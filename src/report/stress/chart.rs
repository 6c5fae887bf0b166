//! A line of bars for each figure, one bar for each volume.

use super::OfCurve;
use super::words::volume;
use crate::kpi::Unit;
use crate::report::text::Page;
use crate::report::text::figures::{percent_and_error, rough_percent, seconds, seconds_and_error};
use crate::report::text::layout::{Look, NBSP, bars, columns, truncated};
use crate::stats::Estimate;

/// Of more queues, or groups, than this, the first are shown.
const MOST_LINES: usize = 8;

/// Names are cut to this.
const NAME: usize = 18;

/// Height of a bar that is full.
const FULL: f64 = 8000.0;

/// A figure at every volume.
struct Line {
    name: String,
    values: Vec<f64>,
    /// The value of a full bar.
    full: f64,
    note: String,
    /// The largest half-width: `, ± 2.6 at most`.
    error: String,
}

/// The chart, with a title for each kind of figure.
pub fn lay_out(of: &OfCurve<'_>, page: &Page) -> String {
    let percents = of.curve.percents();
    if percents.len() < 2 {
        return String::new();
    }
    let kinds = kinds(of);
    let lines = kinds.iter().flat_map(|(_, lines)| lines);
    let names = lines.map(|line| columns(&line.name)).max().unwrap_or(0);
    let left = 4 + names + 2;
    let room = page.width.saturating_sub(left);
    let per_bar = percents.len().div_ceil(room.max(1)).max(1);
    let all = percents.len().div_ceil(per_bar);
    // Two columns to a bar leave room for a note beside them.
    let wide = if all * 2 + 28 <= room { 2 } else { 1 };
    // Of all lines, or of none.
    let lines = kinds.iter().flat_map(|(_, lines)| lines);
    let notes = lines.map(|line| columns(&line.note) + columns(&line.error));
    let errors = all * wide + 2 + notes.max().unwrap_or(0) <= room;
    let mut out = String::new();
    for (title, lines) in &kinds {
        if lines.is_empty() {
            continue;
        }
        let title = truncated(title, page.width.saturating_sub(2));
        out += &format!("  {}\n", Look::Heading.paint(&title, page.colour));
        for line in lines {
            let heights: Vec<u32> = line
                .values
                .iter()
                .map(|value| (FULL * value / line.full.max(f64::MIN_POSITIVE)).round() as u32)
                .collect();
            let bars = bars(&heights, FULL as u32, per_bar);
            let bars: String = bars
                .chars()
                .flat_map(|bar| std::iter::repeat_n(bar, wide))
                .collect();
            let pad = " ".repeat(names - columns(&line.name));
            let mut row = format!("    {}{pad}  {bars}", line.name);
            if columns(&row) + 2 + columns(&line.note) <= page.width {
                row += &format!("  {}", line.note);
                row += if errors { &line.error } else { "" };
            }
            out += row.trim_end();
            out.push('\n');
        }
    }
    let today = percents.iter().position(|percent| *percent >= 100.0);
    let today = today.filter(|&i| percents[i] == 100.0);
    let axis = axis(
        (&volume(percents[0]), &volume(percents[percents.len() - 1])),
        today.map(|i| i / per_bar * wide),
        all * wide,
    );
    out + &page.aside(&format!("{}{axis}\n", " ".repeat(left)))
}

/// What stands below the bars: the ends, and today's volume under its bar.
fn axis((first, last): (&str, &str), today: Option<usize>, width: usize) -> String {
    let mut out = first.to_owned();
    let end = width.saturating_sub(columns(last));
    let mut add = |at: usize, text: &str, before: usize| {
        let used = columns(&out);
        if used < at && at + columns(text) < before {
            out += &" ".repeat(at - used);
            out += text;
        }
    };
    if let Some(today) = today {
        add(today, "↑ today", end);
    }
    add(end, last, usize::MAX);
    out
}

fn kinds(of: &OfCurve<'_>) -> Vec<(&'static str, Vec<Line>)> {
    let curve = of.curve;
    let series = |place: &str, kpi: &str| -> Vec<Estimate> {
        curve.of(place).map(|row| row.get(kpi)).collect()
    };
    let ends = |estimates: &[Estimate], say: &dyn Fn(Estimate) -> String| {
        let known = || estimates.iter().filter(|estimate| estimate.mean.is_some());
        match (known().next(), known().next_back()) {
            (Some(first), Some(last)) => {
                let (first, last) = (say(*first), say(*last));
                match first == last {
                    true => first,
                    false => format!("{first} to {last}"),
                }
            }
            _ => String::new(),
        }
    };
    let line = |name: &str, estimates: &[Estimate], unit: Unit| {
        let values: Vec<f64> = estimates
            .iter()
            .map(|estimate| estimate.mean.unwrap_or(0.0))
            .collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        let half = |estimate: &&Estimate| estimate.half_width().unwrap_or(0.0);
        let widest = estimates.iter();
        let widest = widest.max_by(|a, b| half(a).total_cmp(&half(b)));
        let widest = widest.copied().unwrap_or_default();
        let (full, note, widest) = match unit {
            Unit::Fraction => {
                let say = |estimate: Estimate| rough_percent(estimate.mean.unwrap_or(0.0));
                (1.0, ends(estimates, &say), percent_and_error(widest))
            }
            _ => (most, ends(estimates, &seconds), seconds_and_error(widest)),
        };
        let error = match widest.tail() {
            "" => String::new(),
            error => format!(",{error} at most"),
        };
        Line {
            name: truncated(name, NAME),
            full,
            values,
            note,
            error,
        }
    };
    let short = |place: &str| {
        place
            .split_once('.')
            .map_or(place, |(_, name)| name)
            .to_owned()
    };
    let queues: Vec<&str> = curve
        .places("queues")
        .into_iter()
        .take(MOST_LINES)
        .collect();
    let groups: Vec<&str> = curve
        .places("groups")
        .into_iter()
        .take(MOST_LINES)
        .collect();
    let level = |place: &&str| {
        let levels = series(place, "service_level");
        let mut line = line(&short(place), &levels, Unit::Fraction);
        let knee = curve.knee(place).and_then(|knee| knee.percent);
        if let Some(knee) = knee {
            line.note += &format!(", knee {knee:.0}{NBSP}%");
        }
        line
    };
    let asa = |place: &&str| line(&short(place), &series(place, "asa_s"), Unit::Seconds);
    let lost = [
        ("abandoned", "abandonment_rate"),
        ("blocked", "blocking_rate"),
    ];
    let lost = lost
        .iter()
        .map(|(name, kpi)| line(name, &series("total", kpi), Unit::Fraction));
    let occupancy = |place: &&str| line(&short(place), &series(place, "occupancy"), Unit::Fraction);
    vec![
        ("Service level", queues.iter().map(level).collect()),
        (
            "Abandoned and blocked, in total",
            lost.filter(|line| line.values.iter().any(|value| *value > 0.0))
                .collect(),
        ),
        ("Occupancy", groups.iter().map(occupancy).collect()),
        ("Average speed of answer", queues.iter().map(asa).collect()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_says_where_today_is() {
        let of = |today, width| axis(("10 %", "300 %"), today, width);
        assert_eq!(of(Some(9), 30), "10 %     ↑ today         300 %");
        assert_eq!(of(Some(2), 30), "10 %                     300 %");
        assert_eq!(of(Some(20), 30), "10 %                     300 %");
        assert_eq!(of(None, 12), "10 %   300 %");
        assert_eq!(of(None, 8), "10 %");
    }
}
