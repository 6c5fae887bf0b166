//! Tab 1: the headlines, the targets, and the service level over the day.

use super::figures::{Named, data, legend, rows};
use super::{Tab, draw_lines, fitted, line, nothing_yet, paragraph, read_only, right, room};
use crate::kpi::{Bound, Interval, TargetResult, Unit, Verdict, unit};
use crate::lab::{Difference, HEADLINES};
use crate::report::comparison::words::{figure, name_of_headline};
use crate::report::text::layout::{columns as length, truncated};
use crate::scenario::clock_text;
use crate::tui::keys::Action;
use crate::tui::state::State;
use crate::tui::work::Seen;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub(super) const TAB: Tab = Tab {
    name: "summary",
    draw: |state, frame, area| {
        let lines = lines(state, usize::from(area.width), usize::from(area.height));
        draw_lines(frame, area, lines, state.views[state.tab].row, state);
    },
    table: |state| data(headlines(state).into_iter().filter_map(|(_, d)| d)),
    extent: |state| {
        let (width, height) = room(state);
        read_only(state, lines(state, width, height).len())
    },
    by_interval: false,
};

/// The headlines of everything together, the occupancy of each group, and the share of days on which each queue is on target.
fn headlines(state: &State) -> Vec<Named<'_>> {
    let Some((_, seen)) = &state.seen else {
        return Vec::new();
    };
    let defined = |d: &&Difference| d.value_a.is_some() || d.value_b.is_some();
    let pairs = || seen.snapshot.comparison.pairs.iter().filter(defined);
    let of = |kpi: &'static str| {
        let found = pairs().find(|d| d.place == "total" && d.kpi == kpi);
        found.map(|d| (name(kpi), Some(d)))
    };
    let mut all: Vec<Named<'_>> = HEADLINES.into_iter().filter_map(of).collect();
    for (heading, kpi) in [
        ("occupancy", "occupancy"),
        ("days on target", "days.target_met"),
    ] {
        let own = pairs().filter(|d| d.kpi == kpi);
        let mut parts: Vec<Named<'_>> = own
            .map(|d| {
                let part = d.place.split_once('.').map_or("", |(_, name)| name);
                (format!("  {part}"), Some(d))
            })
            .collect();
        match parts.as_mut_slice() {
            [] => {}
            [(only, _)] => {
                *only = heading.to_owned();
                all.append(&mut parts);
            }
            _ => {
                all.push((heading.to_owned(), None));
                all.append(&mut parts);
            }
        }
    }
    all
}

fn name(kpi: &str) -> String {
    match kpi {
        "cost" => "cost a day".to_owned(),
        other => name_of_headline(other),
    }
}

fn lines(state: &State, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(expected) = state.approximate() {
        lines.extend(approximate(state, expected, width));
    }
    let Some((_, seen)) = &state.seen else {
        if lines.is_empty() {
            lines = nothing_yet(state);
        }
        return lines;
    };
    let all = headlines(state);
    lines.extend(rows(state, &all, width));
    lines.extend(targets(state, seen, width));
    let legend = legend(state, &all, width);
    let left = height.saturating_sub(lines.len() + legend.len() + 1);
    if left > 3 {
        lines.extend(over_the_day(state, seen, width, left));
    }
    lines.extend(legend);
    if !state.is_changed() {
        let hint = |action| state.keymap.hint(action);
        let (up, down) = (hint(Action::Increase), hint(Action::Decrease));
        let text = format!("Nothing is changed yet: {up} and {down} move the lever at ▸.");
        lines.extend(paragraph(&text, width, state.theme.aside));
    }
    lines
}

/// What the formulas expect, before anything is simulated.
fn approximate(
    state: &State,
    expected: &[crate::planning::Expected],
    width: usize,
) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = vec![line(" approximately, by Erlang's formula:", theme.doubt)];
    for (queue, of) in state.scenario.queues.iter().zip(expected) {
        let mut words = Vec::new();
        for (name, unit, value) in [
            ("service level", Unit::Fraction, of.day.service_level),
            ("abandoned", Unit::Fraction, of.day.abandonment_rate),
            ("ASA", Unit::Seconds, of.day.asa_s),
        ] {
            if value.is_some() {
                words.push(format!("{name} ≈ {}", figure(unit, value)));
            }
        }
        let words = match words.is_empty() {
            true => "the formula has no answer".to_owned(),
            false => words.join(", "),
        };
        lines.extend(paragraph(
            &format!("{}: {words}", queue.name),
            width,
            theme.plain,
        ));
    }
    lines.push(line("", theme.plain));
    lines
}

/// The targets, judged in the baseline and in the what-if.
fn targets(state: &State, seen: &Seen, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let (a, b) = (
        &seen.snapshot.baseline.targets,
        &seen.snapshot.whatif.targets,
    );
    if b.is_empty() {
        return Vec::new();
    }
    let changed = state.is_changed();
    let mut lines = vec![line("  targets", theme.heading)];
    let words = |target: &TargetResult| match target.verdict {
        Verdict::Met => ("met", theme.good),
        Verdict::Missed => ("missed", theme.bad),
        Verdict::Uncertain => ("unclear", theme.doubt),
    };
    for target in b {
        let unit = unit(&target.kpi).unwrap_or(Unit::Number);
        let side = match target.bound {
            Bound::AtLeast => "≥",
            Bound::AtMost => "≤",
        };
        let place = target.place.split_once('.').map_or("", |(_, name)| name);
        let wanted = figure(unit, Some(target.threshold));
        let text = format!("{place}: {} {side} {wanted}", name(&target.kpi));
        let is_it = |t: &&TargetResult| (&t.place, &t.kpi) == (&target.place, &target.kpi);
        let before = a.iter().find(is_it);
        let mut spans = Vec::new();
        let mut used = 0;
        let mut add = |text: String, style: Style| {
            used += length(&text);
            spans.push(Span::styled(text, style));
        };
        if let Some((word, style)) = before.filter(|_| changed).map(words) {
            add(format!("{word} → "), style);
        }
        let (word, style) = words(target);
        add(word.to_owned(), style);
        // Not so far from its name that it is hard to see whose it is.
        let name = fitted(&text, width.min(72).saturating_sub(used + 5));
        let mut all = vec![Span::styled(format!("    {name} "), theme.plain)];
        all.extend(spans);
        lines.push(Line::from(all));
    }
    lines
}

/// The eighths of a cell.
const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The service level of each queue by interval, in the baseline and in the what-if.
fn over_the_day(state: &State, seen: &Seen, width: usize, height: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = Vec::new();
    let queues = seen
        .snapshot
        .baseline
        .queues
        .iter()
        .zip(&seen.snapshot.whatif.queues);
    for (a, b) in queues {
        let (Some(of_a), Some(of_b)) = (&a.intervals, &b.intervals) else {
            continue;
        };
        let n = of_a.len().saturating_sub(1);
        let room = width.saturating_sub(13);
        if n == 0 || room < 8 {
            continue;
        }
        // Several intervals share a column, or one has several.
        let columns = if n <= room {
            (room / n).min(3) * n
        } else {
            room
        };
        let level = |of: &[Interval], i: usize| of[i].get("service_level").mean;
        // From the tens below the lowest level on, so that differences are seen.
        let levels = (0..n).flat_map(|i| [level(of_a, i), level(of_b, i)]);
        let lowest = levels.flatten().fold(0.9, f64::min);
        let lowest = (10.0 * lowest).floor() / 10.0;
        let bars = |of: &[Interval]| -> String {
            let eighths = |level: f64| 1.0 + 7.0 * (level - lowest) / (1.0 - lowest);
            let bar = |x: usize| match level(of, x * n / columns) {
                Some(level) => BARS[(eighths(level).round() as usize).min(8)],
                None => "·",
            };
            (0..columns).map(bar).collect()
        };
        let changed = state.is_changed();
        if lines.len() + if changed { 3 } else { 2 } > height {
            break;
        }
        let scenario = &seen.scenario;
        let [open, close] = [scenario.open_min, scenario.close_min].map(clock_text);
        let scale = format!(", {:.0} to 100 %", 100.0 * lowest);
        let hours = format!(", {open} to {close}");
        let title = format!("  service level of {}", b.name());
        let scale = match width >= length(&title) + length(&hours) + length(&scale) {
            true => hours + &scale,
            false => scale,
        };
        // Rather half a name than half a scale.
        let title = truncated(&title, width.saturating_sub(length(&scale)));
        lines.push(Line::from(vec![
            Span::styled(title, theme.heading),
            Span::styled(scale, theme.aside),
        ]));
        if changed {
            lines.push(Line::from(vec![
                Span::styled(right("what-if ", 12), theme.plain),
                Span::styled(bars(of_b), theme.whatif),
            ]));
        }
        lines.push(Line::from(vec![
            Span::styled(right("baseline ", 12), theme.plain),
            Span::styled(bars(of_a), theme.baseline),
        ]));
    }
    lines
}
