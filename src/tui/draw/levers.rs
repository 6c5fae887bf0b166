//! The pane of the levers.

use crate::report::text::layout::{columns, truncated};
use crate::tui::layout::{self, CELL, Row};
use crate::tui::lever::{Marked, Spot, agent_hours};
use crate::tui::state::{Focus, State};
use crate::tui::tabs::scroll_bar;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let theme = &state.theme;
    let focus = state.focus == Focus::Levers;
    let width = usize::from(area.width);
    let title = truncated(
        &format!(" {} ", state.scenario.name),
        width.saturating_sub(4),
    );
    let changes = state.changes().len();
    let below = match (changes, state.filter.as_str()) {
        (_, filter) if !filter.is_empty() => format!(" only with “{filter}” "),
        (0, _) => " as the baseline ".to_owned(),
        (1, _) => " 1 change ".to_owned(),
        (n, _) => format!(" {n} changes "),
    };
    let block = Block::bordered()
        .border_style(if focus { theme.focus } else { theme.frame })
        .title_top(Line::styled(title, theme.heading))
        .title_bottom(Line::styled(
            truncated(&below, width.saturating_sub(4)),
            theme.changed,
        ));
    frame.render_widget(block, area);
    let inner = layout::inner(area);
    let height = usize::from(inner.height);
    let rows = state.rows();
    if rows.is_empty() {
        let text = Line::styled(" no lever has this in its name", theme.aside);
        return frame.render_widget(Paragraph::new(text), inner);
    }
    let shown = rows.iter().skip(state.first_row).take(height);
    let lines: Vec<Line<'_>> = shown
        .map(|row| line(state, *row, usize::from(inner.width)))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
    scroll_bar(frame, inner, (state.first_row, height, rows.len()), state);
}

fn line(state: &State, row: Row, width: usize) -> Line<'static> {
    let theme = &state.theme;
    let now = state.history.now();
    let none = Marked::new();
    match row {
        Row::Title(p) => {
            let part = &state.levers.parts[p];
            let kind = format!("{} ", part.kind);
            let name = truncated(&part.name, width.saturating_sub(columns(&kind)));
            Line::from(vec![
                Span::styled(kind, theme.aside),
                Span::styled(name, theme.heading),
            ])
        }
        Row::Lever(l) => {
            let spot = Spot::Lever(l);
            let old = state.levers.value(&now.baseline, spot, &none);
            let new = state.levers.value(&now.whatif, spot, &none);
            let value = match old == new {
                true => state.levers.shown(spot, &new),
                false => format!(
                    "{} → {}",
                    state.levers.shown(spot, &old),
                    state.levers.shown(spot, &new)
                ),
            };
            named(
                state,
                spot,
                state.levers.levers[l].name,
                value,
                old != new,
                width,
            )
        }
        Row::Group(g) => {
            let spot = Spot::Group(g);
            let n = state.levers.intervals();
            let before = state.levers.staff(&now.baseline, g);
            let after = state.levers.staff(&now.whatif, g);
            let sum = |staff: &[u32]| staff.iter().map(|n| i64::from(*n)).sum::<i64>();
            let (old, new) = (sum(&before), sum(&after));
            let hours = |sum: i64| match n {
                1 => sum.to_string(),
                _ => format!("{} h", agent_hours(sum, state.scenario.interval_min)),
            };
            let value = match old == new {
                true => hours(new),
                false => format!("{} → {}", hours(old), hours(new)),
            };
            let name = match (state.marked.is_empty(), n) {
                (_, 1) => "agents",
                (true, _) => "all day",
                (false, _) => "marked",
            };
            named(state, spot, name, value, before != after, width)
        }
        Row::Cells { group, from, to } => {
            let mut spans = vec![Span::raw(" ")];
            for i in from..to {
                let (old, new) = (
                    state.levers.agents(&now.baseline, group, i),
                    state.levers.agents(&now.whatif, group, i),
                );
                let cursor = state.cursor == Spot::Cell(group, i);
                let number = match old == new {
                    true => new.to_string(),
                    false => format!("{old}→{new}"),
                };
                let marked = state.marked.contains(&i);
                let sign = if marked { "●" } else { " " };
                let head = format!("{}{sign}", state.levers.starts[i]);
                let pad = usize::from(CELL).saturating_sub(1 + columns(&head) + columns(&number));
                let style = match old == new {
                    true => theme.plain,
                    false => theme.changed,
                };
                let (of_head, of_number) = match (cursor, marked) {
                    (true, _) => (cursor_style(state), cursor_style(state).patch(style)),
                    (_, true) => (theme.marked, style),
                    _ => (theme.aside, style),
                };
                spans.push(Span::styled(head, of_head));
                spans.push(Span::styled(
                    " ".repeat(pad),
                    if cursor { of_head } else { theme.plain },
                ));
                spans.push(Span::styled(number, of_number));
                spans.push(Span::raw(" "));
            }
            Line::from(spans)
        }
    }
}

/// A pane without the keys shows its cursor less loudly.
fn cursor_style(state: &State) -> Style {
    match state.focus {
        Focus::Levers => state.theme.cursor,
        Focus::Answer => state.theme.marked,
    }
}

/// A name at the left and a value at the right.
fn named(
    state: &State,
    spot: Spot,
    name: &str,
    value: String,
    changed: bool,
    width: usize,
) -> Line<'static> {
    let theme = &state.theme;
    let value = truncated(&value, width.saturating_sub(4));
    let room = width.saturating_sub(columns(&value) + 4);
    let name = truncated(name, room);
    let pad = " ".repeat(room.saturating_sub(columns(&name)));
    let cursor = state.cursor == spot;
    let sign = if cursor { "▸" } else { " " };
    let (of_name, of_value) = match (cursor, changed) {
        (true, _) => (cursor_style(state), cursor_style(state)),
        (_, true) => (theme.plain, theme.changed),
        _ => (theme.plain, theme.plain),
    };
    Line::from(vec![
        Span::styled(format!(" {sign}"), theme.key),
        Span::styled(format!("{name}{pad} "), of_name),
        Span::styled(value, of_value),
    ])
}
