//! Tabs 2 and 3: every figure of queues and call types, of agent groups and lines; and how figures are said.

use super::{Tab, draw_lines, line, nothing_yet, paragraph, read_only, with_end};
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
    extent: |state| read_only(state, count(state, &["queues.", "call_types."])),
    by_interval: false,
};

pub(super) const GROUPS: Tab = Tab {
    name: "groups",
    draw: |state, frame, area| draw(state, frame, area, &["groups.", "trunks."]),
    table: |state| table(state, &["groups.", "trunks."]),
    extent: |state| read_only(state, count(state, &["groups.", "trunks."])),
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

/// Lines of these figures.
fn count(state: &State, beginnings: &[&str]) -> usize {
    let all = of(state, beginnings);
    let places = (0..all.len()).filter(|i| *i == 0 || all[*i].place != all[i - 1].place);
    all.len() + places.count() + 1
}

fn draw(state: &State, frame: &mut Frame<'_>, area: Rect, beginnings: &[&str]) {
    let all = of(state, beginnings);
    if all.is_empty() {
        return draw_lines(frame, area, nothing_yet(state), 0, state);
    }
    let mut named: Vec<Named<'_>> = Vec::new();
    for difference in all {
        let same = named.last().and_then(|(_, last)| *last);
        if same.is_none_or(|last| last.place != difference.place) {
            named.push((difference.place.clone(), None));
        }
        named.push((format!("  {}", difference.kpi), Some(difference)));
    }
    let lines = rows(state, &named, usize::from(area.width));
    draw_lines(frame, area, lines, state.views[state.tab].row, state);
}

/// A row: its name, and a difference, or none in a heading.
pub(super) type Named<'a> = (String, Option<&'a Difference>);

/// Below this width a difference is said in fewer signs.
const NARROW: usize = 60;

/// Lines of a table of differences.
pub(super) fn rows(state: &State, rows: &[Named<'_>], width: usize) -> Vec<Line<'static>> {
    let narrow = width < NARROW;
    let names = rows.iter().map(|(name, _)| name.clone());
    let cells = |of: &dyn Fn(&Difference) -> Cell| -> Vec<Cell> {
        let cell = |(_, d): &Named<'_>| d.map_or(Cell::default(), of);
        rows.iter().map(cell).collect()
    };
    let mut table = Table::new("", names.collect());
    let value = |of: fn(&Difference) -> Option<f64>| cells(&|d| Cell::from(figure(d.unit, of(d))));
    let baseline = if narrow { "base" } else { "baseline" };
    table.column(baseline, 6, value(|d| d.value_a).into_iter());
    if state.is_changed() {
        let whatif = if state.is_fresh() { "what-if" } else { "stale" };
        table.column(whatif, 9, value(|d| d.value_b).into_iter());
        let change = |d: &Difference| match change(state, d) {
            cell if narrow => cell.without_spaces(),
            cell => cell,
        };
        table.column("difference", 8, cells(&change).into_iter());
        let words =
            |d: &Difference| Cell::seamed(String::new(), judged(state, d, narrow).to_owned());
        table.column("", 7, cells(&words).into_iter());
    }
    let rendered = table.render(width, false);
    let plain = if state.is_fresh() {
        state.theme.plain
    } else {
        state.theme.aside
    };
    let lines = rendered.lines().enumerate().map(|(i, text)| {
        match i.checked_sub(1).map(|row| rows[row].1) {
            None => line(text.to_owned(), state.theme.aside),
            Some(None) => line(text.to_owned(), state.theme.heading),
            Some(Some(d)) => with_end(
                text,
                judged(state, d, narrow),
                plain,
                style(state, d.verdict),
            ),
        }
    });
    lines.collect()
}

/// The difference, as far as something can be said of it.
pub(super) fn change(state: &State, d: &Difference) -> Cell {
    if !state.is_fresh() {
        return Cell::default();
    }
    if d.is_nothing() {
        return Cell::from("0");
    }
    let looked = state
        .seen
        .as_ref()
        .is_some_and(|(_, seen)| seen.snapshot.looked);
    match looked {
        true => difference(d),
        // Without its interval it would claim too much.
        false => Cell::default(),
    }
}

/// What is said of a difference, in a word or, where there is no room for one, a sign.
pub(super) fn judged(state: &State, d: &Difference, narrow: bool) -> &'static str {
    let (word, sign) = match d.verdict {
        _ if !state.is_fresh() || d.is_nothing() => ("", ""),
        Verdict::Better => ("better ▲", "▲"),
        Verdict::Worse => ("worse ▼", "▼"),
        Verdict::Higher => ("higher", "↑"),
        Verdict::Lower => ("lower", "↓"),
        Verdict::Equivalent => ("equivalent", "="),
        Verdict::Unknown => ("unclear", "?"),
    };
    if narrow { sign } else { word }
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

/// What the words and signs mean that stand beside differences.
pub(super) fn legend(state: &State, rows: &[Named<'_>], width: usize) -> Vec<Line<'static>> {
    let seen = state
        .seen
        .as_ref()
        .filter(|_| state.is_fresh() && state.is_changed());
    let Some((_, seen)) = seen else {
        return Vec::new();
    };
    let narrow = width < NARROW;
    let days = crate::scenario::grouped(seen.snapshot.days as f64, 0);
    let differences = || {
        rows.iter()
            .filter_map(|(_, d)| *d)
            .filter(|d| !d.is_nothing())
    };
    let has = |verdict| differences().any(|d| d.verdict == verdict);
    let mut said = Vec::new();
    let mut add = |verdict, meaning: &str| {
        if let Some(d) = differences().find(|d| d.verdict == verdict) {
            let after = if narrow { "" } else { ":" };
            let word = judged(state, d, narrow);
            said.push(format!("{word}{after} {meaning}"));
        }
    };
    if narrow {
        add(Verdict::Better, "better");
        add(Verdict::Worse, "worse");
    }
    let unclear = match (seen.snapshot.looked, state.progress) {
        (false, _) => format!("nothing is claimed before the first look (n = {days})"),
        (true, Progress::Done) => format!("not distinguishable (n = {days})"),
        (true, _) => format!("not distinguishable yet (n = {days})"),
    };
    add(Verdict::Unknown, &unclear);
    if has(Verdict::Equivalent) {
        let margins = crate::report::comparison::words::margins(&seen.snapshot.comparison);
        add(
            Verdict::Equivalent,
            &format!("a difference of at most {margins}"),
        );
    }
    match said.is_empty() {
        true => Vec::new(),
        false => paragraph(&said.join(" · "), width, state.theme.aside),
    }
}

/// The same for CSV.
pub(super) fn table(state: &State, beginnings: &[&str]) -> Vec<Vec<Datum>> {
    data(of(state, beginnings).into_iter())
}

/// Differences as a table.
pub(super) fn data<'a>(differences: impl Iterator<Item = &'a Difference>) -> Vec<Vec<Datum>> {
    let header = [
        "where",
        "start",
        "kpi",
        "unit",
        "baseline",
        "what_if",
        "difference",
        "low",
        "high",
        "verdict",
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
