//! Tab 4: service level by interval as a heat map, and over and under cover by group; closer, every figure of an interval.

use super::figures::{change, data, judged, style};
use super::{Tab, draw_lines, fitted, line, nothing_yet, right, scroll_bar, with_end};
use crate::kpi::{Interval, Part, unit};
use crate::lab::Difference;
use crate::report::comparison::words::figure;
#[cfg(test)]
use crate::report::csv::Datum;
use crate::report::text::figures::percent;
use crate::report::text::layout::{Cell, Table, columns};
use crate::stats::Estimate;
use crate::tui::keys::Action;
use crate::tui::layout::first_in_view;
use crate::tui::lever::signed;
use crate::tui::state::{Focus, State};
use crate::tui::work::Seen;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

pub(super) const TAB: Tab = Tab {
    name: "intervals",
    draw,
    table: |state| {
        let seen = state.seen.as_ref();
        data(
            seen.map_or(&[][..], |(_, seen)| &seen.snapshot.comparison.intervals)
                .iter(),
        )
    },
    extent: |state| {
        let scenario = &state.scenario;
        let columns = scenario.queues.len() + scenario.groups.len();
        (state.levers.intervals(), columns)
    },
    by_interval: true,
};

/// Columns of the start, and those that a queue and a group take at least and at most.
const START: usize = 7;
const QUEUE: (usize, usize) = (9, 18);
const GROUP: (usize, usize) = (8, 18);

fn draw(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let Some((_, seen)) = &state.seen else {
        return draw_lines(frame, area, nothing_yet(state), 0, state);
    };
    if seen.required.is_none() {
        let text = "  a steady run has no intervals";
        return draw_lines(frame, area, vec![line(text, state.theme.aside)], 0, state);
    }
    let view = state.views[state.tab];
    if view.closer {
        let lines = closer(state, seen, view.row, usize::from(area.width));
        return draw_lines(frame, area, lines, 0, state);
    }
    let parts = window(state, usize::from(area.width), view.column);
    let height = usize::from(area.height).saturating_sub(3);
    let rows = state.levers.intervals();
    let first = first_in_view(view.row, 0, rows, height);
    let mut lines = vec![header(state, &parts)];
    for interval in first..(first + height).min(rows) {
        lines.push(row(state, seen, interval, &parts));
    }
    frame.render_widget(
        Paragraph::new(lines),
        Rect {
            height: area.height.saturating_sub(2),
            ..area
        },
    );
    let below = Rect {
        y: area.y + area.height.saturating_sub(2),
        height: 2.min(area.height),
        ..area
    };
    let theme = &state.theme;
    let [closer, mark] =
        [Action::Enter, Action::MarkInterval].map(|action| state.keymap.hint(action));
    let text = [
        " service level of the what-if; agents over (+) or".to_owned(),
        format!(" under (−) Erlang-A's. {closer}: closer, {mark}: mark"),
    ];
    frame.render_widget(
        Paragraph::new(text.map(|t| line(t, theme.aside)).to_vec()),
        below,
    );
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(3),
        ..area
    };
    scroll_bar(frame, list, (first, height, rows), state);
}

/// What a column shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Queue(usize),
    Group(usize),
}

/// A column.
struct Column {
    /// Its number among all.
    at: usize,
    of: Of,
    name: String,
    width: usize,
}

/// The columns in view, that with the cursor among them: as wide as their names where there is room.
fn window(state: &State, width: usize, cursor: usize) -> Vec<Column> {
    let scenario = &state.scenario;
    let queues = scenario
        .queues
        .iter()
        .enumerate()
        .map(|(q, queue)| (Of::Queue(q), &queue.name));
    let groups = scenario
        .groups
        .iter()
        .enumerate()
        .map(|(g, group)| (Of::Group(g), &group.name));
    let all: Vec<(Of, &String)> = queues.chain(groups).collect();
    let limits = |of| match of {
        Of::Queue(_) => QUEUE,
        Of::Group(_) => GROUP,
    };
    let natural = |of, name: &str| (columns(name) + 2).clamp(limits(of).0, limits(of).1);
    let room = width.saturating_sub(START);
    let wanted: usize = all.iter().map(|(of, name)| natural(*of, name)).sum();
    let wide = |of, name: &str| {
        if wanted <= room {
            natural(of, name)
        } else {
            limits(of).0
        }
    };
    let mut first = 0;
    loop {
        let mut used = 0;
        let columns = all
            .iter()
            .enumerate()
            .skip(first)
            .map(|(at, (of, name))| Column {
                at,
                of: *of,
                name: (*name).clone(),
                width: wide(*of, name),
            });
        let fitting = columns.take_while(|column| {
            used += column.width;
            used <= room
        });
        let shown: Vec<Column> = fitting.collect();
        let has = shown.iter().any(|column| column.at == cursor);
        if has || first + 1 >= all.len() || cursor < first {
            return shown;
        }
        first += 1;
    }
}

fn header(state: &State, columns: &[Column]) -> Line<'static> {
    let theme = &state.theme;
    let mut spans = vec![Span::styled(fitted("", START), theme.aside)];
    for column in columns {
        let cursor = state.focus == Focus::Answer && column.at == state.views[state.tab].column;
        let style = if cursor { theme.heading } else { theme.aside };
        spans.push(Span::styled(
            format!("{} ", right(&column.name, column.width - 1)),
            style,
        ));
    }
    Line::from(spans)
}

fn row(state: &State, seen: &Seen, interval: usize, columns: &[Column]) -> Line<'static> {
    let theme = &state.theme;
    let start = &state.levers.starts[interval];
    let cursor = state.focus == Focus::Answer && state.views[state.tab].row == interval;
    let of_start = match (cursor, state.marked.contains(&interval)) {
        (true, _) => theme.cursor,
        (_, true) => theme.marked,
        _ => theme.plain,
    };
    let sign = if state.marked.contains(&interval) {
        "●"
    } else {
        " "
    };
    let mut spans = vec![Span::styled(
        fitted(&format!("{sign}{start}"), START - 1),
        of_start,
    )];
    spans.push(Span::raw(" "));
    for column in columns {
        match column.of {
            Of::Queue(q) => {
                let target = seen.scenario.queues[q].target.fraction;
                let level = at(&seen.snapshot.whatif.queues[q], interval, "service_level");
                let text = format!("{} ", right(&percent(level), column.width - 2));
                let style = match level.mean {
                    Some(level) if state.is_fresh() => theme.heat(share(level, target)),
                    _ => theme.aside,
                };
                spans.push(Span::styled(text, style));
                spans.push(Span::raw(" "));
            }
            Of::Group(g) => {
                let cover = cover(state, seen, g, interval);
                let style = match cover {
                    Some(n) if n < 0 => theme.bad,
                    Some(0) | None => theme.aside,
                    Some(_) => theme.plain,
                };
                let text = cover.map_or("–".to_owned(), signed);
                spans.push(Span::styled(
                    format!("{} ", right(&text, column.width - 1)),
                    style,
                ));
            }
        }
    }
    Line::from(spans)
}

/// How good a level is: 1 where it reaches the target, 0 from a third less on.
fn share(level: f64, target: f64) -> f64 {
    let worst = target * 2.0 / 3.0;
    match level >= target {
        true => 1.0,
        // Just missed is not yet as good as met.
        false => 0.9 * ((level - worst) / (target - worst).max(1e-9)).max(0.0),
    }
}

/// Agents beyond those that Erlang-A requires.
fn cover(state: &State, seen: &Seen, group: usize, interval: usize) -> Option<i64> {
    let required = seen.required.as_ref()?;
    let agents = state
        .levers
        .agents(&state.history.now().whatif, group, interval);
    let needed = required[1].get(group)?.get(interval)?;
    Some(i64::from(agents) - i64::from(*needed))
}

/// A figure of a part in an interval.
fn at(part: &Part, interval: usize, kpi: &str) -> Estimate {
    let of = part.intervals.as_ref().and_then(|all| all.get(interval));
    of.map(|of: &Interval| of.get(kpi)).unwrap_or_default()
}

/// Figures of a queue, a call type or a group that are shown closer.
const OF_QUEUE: [&str; 8] = [
    "offered",
    "answered",
    "service_level",
    "abandonment_rate",
    "asa_s",
    "aht_s",
    "redials",
    "reconnects",
];
const OF_GROUP: [&str; 3] = ["staffed_h", "occupancy", "aht_s"];

/// A figure in the baseline and in the what-if, and their difference where it is judged.
type Row<'a> = (Cell, Cell, Option<&'a Difference>);

fn closer(state: &State, seen: &Seen, interval: usize, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let start = state.levers.starts[interval].clone();
    let mut names = Vec::new();
    let mut rows: Vec<Option<Row<'_>>> = Vec::new();
    let now = state.history.now();
    let (a, b) = (&seen.snapshot.baseline, &seen.snapshot.whatif);
    let mut add = |list: &str, a: &Part, b: &Part, kpis: &[&str]| {
        let place = format!("{list}.{}", b.name());
        names.push(place.clone());
        rows.push(None);
        for kpi in kpis {
            let (of_a, of_b) = (at(a, interval, kpi), at(b, interval, kpi));
            let Some(unit) = unit(kpi).filter(|_| of_a.mean.is_some() || of_b.mean.is_some())
            else {
                continue;
            };
            let is_it = |d: &&Difference| {
                d.place == place && d.kpi == *kpi && d.start.as_ref() == Some(&start)
            };
            let pair = seen.snapshot.comparison.intervals.iter().find(is_it);
            names.push(format!("  {kpi}"));
            let cell = |of: Estimate| Cell::from(figure(unit, of.mean));
            rows.push(Some((cell(of_a), cell(of_b), pair)));
        }
    };
    for (a, b) in a.queues.iter().zip(&b.queues) {
        add("queues", a, b, &OF_QUEUE);
    }
    for (a, b) in a.groups.iter().zip(&b.groups) {
        add("groups", a, b, &OF_GROUP);
    }
    for (g, group) in state.levers.groups.iter().enumerate() {
        let agents = |edits| Cell::from(state.levers.agents(edits, g, interval).to_string());
        names.push(format!("agents of {}", group.name));
        rows.push(Some((agents(&now.baseline), agents(&now.whatif), None)));
        if let Some([of_a, of_b]) = &seen.required {
            let needed = |staff: &crate::planning::Staff| {
                let n = staff.get(g).and_then(|row| row.get(interval));
                Cell::from(n.map_or(String::new(), u32::to_string))
            };
            names.push("  required by Erlang-A".to_owned());
            rows.push(Some((needed(of_a), needed(of_b), None)));
        }
    }
    let narrow = width < 60;
    let mut table = Table::new(&start, names);
    let column = |of: &dyn Fn(&Row<'_>) -> Cell| -> Vec<Cell> {
        let cell = |row: &Option<Row<'_>>| row.as_ref().map_or(Cell::default(), of);
        rows.iter().map(cell).collect()
    };
    let baseline = if narrow { "base" } else { "baseline" };
    table.column(baseline, 6, column(&|(a, ..)| a.clone()).into_iter());
    if state.is_changed() {
        table.column("what-if", 9, column(&|(_, b, _)| b.clone()).into_iter());
        let change = |(.., d): &Row<'_>| match d.map_or(Cell::default(), |d| change(state, d)) {
            cell if narrow => cell.without_spaces(),
            cell => cell,
        };
        table.column("difference", 8, column(&change).into_iter());
        let words = |(.., d): &Row<'_>| {
            let word = d.map_or("", |d| judged(state, d, narrow));
            Cell::seamed(String::new(), word.to_owned())
        };
        table.column("", 7, column(&words).into_iter());
    }
    let rendered = table.render(width, false);
    let lines = rendered.lines().enumerate().map(|(i, text)| {
        let row = i.checked_sub(1).map(|row| &rows[row]);
        match row {
            None => line(text.to_owned(), theme.heading),
            Some(None) => line(text.to_owned(), theme.heading),
            Some(Some((.., Some(d)))) => with_end(
                text,
                judged(state, d, narrow),
                theme.plain,
                style(state, d.verdict),
            ),
            Some(Some(_)) => line(text.to_owned(), theme.plain),
        }
    });
    let mut lines: Vec<Line<'static>> = lines.collect();
    let [closer, back] = [Action::Enter, Action::Back].map(|action| state.keymap.hint(action));
    let text = format!("  {closer} or {back}: back; ↑ ↓: other intervals");
    lines.push(line(text, theme.aside));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_just_misses_the_target_is_not_as_good_as_what_meets_it() {
        for (level, expected) in [(0.9, 1.0), (0.8, 1.0), (0.4, 0.0), (0.0, 0.0)] {
            assert_eq!(share(level, 0.8), expected, "{level}");
        }
        let near = share(0.799, 0.8);
        assert!((0.85..=0.9).contains(&near), "{near}");
    }

    #[test]
    fn csv_has_a_header() {
        let header = &data(std::iter::empty())[0];
        assert!(matches!(&header[0], Datum::Text(text) if text == "where"));
    }
}
