//! Tabs 2 and 3: every figure of queues and call types, of agent groups and lines; and how figures are said.

use super::{Tab, draw_lines, line, nothing_yet, paragraph, with_end};
use crate::lab::{Difference, Verdict};
use crate::report::comparison::words::{difference, figure};
use crate::report::csv::Datum;
use crate::report::text::layout::{Cell, Table};
use crate::tui::state::{Progress, State};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

pub(super) const QUEUES: Tab = Tab {
    name: "queues",
    draw: |state, frame, area| draw(state, frame, area, &["queues.", "call_types."]),
    table: |state| table(state, &["queues.", "call_types."]),
    extent: |state| (extent(state, &["queues.", "call_types."]), 1),
    by_interval: false,
};

pub(super) const GROUPS: Tab = Tab {
    name: "groups",
    draw: |state, frame, area| draw(state, frame, area, &["groups.", "trunks."]),
    table: |state| table(state, &["groups.", "trunks."]),
    extent: |state| (extent(state, &["groups.", "trunks."]), 1),
    by_interval: false,
};

/// The figures of the places whose names begin so.
fn of<'a>(state: &'a State, beginnings: &[&str]) -> Vec<&'a Difference> {
    let seen = state.seen.as_ref();
    let pairs = seen.map_or(&[][..], |(_, seen)| &seen.snapshot.comparison.pairs);
    let wanted = |d: &&Difference| beginnings.iter().any(|b| d.place.starts_with(b));
    let defined = |d: &&Difference| d.value_a.is_some() || d.value_b.is_some();
    pairs.iter().filter(|d| wanted(d) && defined(d)).collect()
}

fn extent(state: &State, beginnings: &[&str]) -> usize {
    let all = of(state, beginnings);
    let places = (0..all.len()).filter(|i| *i == 0 || all[*i].place != all[i - 1].place);
    all.len() + places.count() + 1
}

fn draw(state: &State, frame: &mut Frame<'_>, area: Rect, beginnings: &[&str]) {
    let all = of(state, beginnings);
    if all.is_empty() {
        return draw_lines(frame, area, nothing_yet(state), 0, state);
    }
    let lines = rows(state, &all, str::to_owned, usize::from(area.width));
    draw_lines(frame, area, lines, state.views[state.tab].row, state);
}

/// Lines of a table of differences, under a line for each place.
pub(super) fn rows(
    state: &State,
    differences: &[&Difference],
    name: fn(&str) -> String,
    width: usize,
) -> Vec<Line<'static>> {
    let mut rows: Vec<Option<&Difference>> = Vec::new();
    let mut names = Vec::new();
    let mut before = "";
    for difference in differences {
        if difference.place != before {
            names.push(difference.place.clone());
            rows.push(None);
            before = &difference.place;
        }
        names.push(format!("  {}", name(difference.kpi)));
        rows.push(Some(difference));
    }
    let cells = |of: &dyn Fn(&Difference) -> Cell| -> Vec<Cell> {
        let cell = |row: &Option<&Difference>| row.map_or(Cell::default(), of);
        rows.iter().map(cell).collect()
    };
    let mut table = Table::new("", names);
    let value = |of: fn(&Difference) -> Option<f64>| cells(&|d| Cell::from(figure(d.unit, of(d))));
    table.column("baseline", 6, value(|d| d.value_a).into_iter());
    if state.is_changed() {
        table.column("what-if", 9, value(|d| d.value_b).into_iter());
        table.column("difference", 8, cells(&|d| change(state, d)).into_iter());
        let words = |d: &Difference| Cell::seamed(String::new(), judged(state, d).to_owned());
        table.column("", 7, cells(&words).into_iter());
    }
    let rendered = table.render(width, false);
    let mut lines = Vec::new();
    let plain = if state.is_fresh() { state.theme.plain } else { state.theme.aside };
    for (i, text) in rendered.lines().enumerate() {
        let row = i.checked_sub(1).map(|row| rows[row]);
        lines.push(match row {
            None => line(text.to_owned(), state.theme.aside),
            Some(None) => line(text.to_owned(), state.theme.heading),
            Some(Some(d)) => with_end(text, judged(state, d), plain, style(state, d.verdict)),
        });
    }
    lines
}

/// The difference, as far as something can be said of it.
fn change(state: &State, d: &Difference) -> Cell {
    if d.is_nothing() {
        return Cell::from("0");
    }
    match looked(state) {
        true => difference(d),
        // Without its interval it would claim too much.
        false => Cell::default(),
    }
}

/// Whether the figures in view are of a look.
fn looked(state: &State) -> bool {
    state.seen.as_ref().is_some_and(|(_, seen)| seen.snapshot.looked)
}

/// What is said of a difference.
pub(super) fn judged(state: &State, d: &Difference) -> &'static str {
    match d.verdict {
        _ if !state.is_fresh() || d.is_nothing() => "",
        Verdict::Better => "better ▲",
        Verdict::Worse => "worse ▼",
        Verdict::Higher => "higher",
        Verdict::Lower => "lower",
        Verdict::Equivalent => "no matter",
        Verdict::Unknown => "unclear",
    }
}

/// How that looks.
pub(super) fn style(state: &State, verdict: Verdict) -> Style {
    let theme = &state.theme;
    match verdict {
        Verdict::Better => theme.good,
        Verdict::Worse => theme.bad,
        Verdict::Unknown => theme.doubt,
        Verdict::Equivalent => theme.aside,
        Verdict::Higher | Verdict::Lower => theme.plain,
    }
}

/// What `unclear` means, where it is said.
pub(super) fn legend(state: &State, differences: &[&Difference], width: usize) -> Vec<Line<'static>> {
    let Some((_, seen)) = state.seen.as_ref().filter(|_| state.is_fresh()) else {
        return Vec::new();
    };
    let days = crate::scenario::grouped(seen.snapshot.days as f64, 0);
    let has = |verdict| differences.iter().any(|d| d.verdict == verdict && !d.is_nothing());
    let mut lines = Vec::new();
    if has(Verdict::Unknown) {
        let text = match (seen.snapshot.looked, state.progress) {
            (false, _) => format!("unclear: nothing is said before the first look (n = {days})"),
            (true, Progress::Done) => format!("unclear: not distinguishable (n = {days})"),
            (true, _) => format!("unclear: not distinguishable yet (n = {days})"),
        };
        lines.extend(paragraph(&text, width, state.theme.aside));
    }
    if has(Verdict::Equivalent) {
        let text = format!(
            "no matter: surely less than {}",
            crate::report::comparison::words::margins(&seen.snapshot.comparison)
        );
        lines.extend(paragraph(&text, width, state.theme.aside));
    }
    lines
}

/// The same for CSV.
pub(super) fn table(state: &State, beginnings: &[&str]) -> Vec<Vec<Datum>> {
    data(of(state, beginnings).into_iter())
}

/// Differences as a table.
pub(super) fn data<'a>(differences: impl Iterator<Item = &'a Difference>) -> Vec<Vec<Datum>> {
    let header = [
        "where", "start", "kpi", "unit", "baseline", "what_if", "difference", "low", "high", "verdict",
    ];
    let mut rows = vec![header.map(Datum::from).into()];
    rows.extend(differences.map(|d| {
        let text = |text: &str| Datum::from(text);
        let (low, high) = d.difference.ci.unzip();
        vec![
            text(&d.place),
            text(d.start.as_deref().unwrap_or_default()),
            text(d.kpi),
            text(d.unit.name()),
            Datum::Number(d.value_a),
            Datum::Number(d.value_b),
            Datum::Number(d.difference.mean),
            Datum::Number(low),
            Datum::Number(high),
            text(d.verdict.name()),
        ]
    }));
    rows
}
