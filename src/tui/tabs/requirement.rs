//! Tab 5: the agents of a group against those that Erlang-A requires.

use super::{Tab, draw_lines, fitted, line, nothing_yet, right};
use crate::report::csv::Datum;
use crate::tui::keys::Action;
use crate::tui::layout::first_in_view;
use crate::tui::lever::{agent_hours, signed};
use crate::tui::state::{Focus, State};
use crate::tui::work::Seen;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

pub(super) const TAB: Tab = Tab {
    name: "requirement",
    draw,
    table,
    extent: |state| (state.levers.intervals(), state.levers.groups.len()),
    by_interval: true,
};

fn draw(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let Some((_, seen)) = &state.seen else {
        return draw_lines(frame, area, nothing_yet(state), 0, state);
    };
    let theme = &state.theme;
    let view = state.views[state.tab];
    let (Some(required), Some(group)) = (&seen.required, state.levers.groups.get(view.column))
    else {
        let text = "  there are no intervals of staff";
        return draw_lines(frame, area, vec![line(text, theme.aside)], 0, state);
    };
    let g = view.column;
    let n = state.levers.intervals();
    let now = state.history.now();
    let (baseline, whatif) = (
        state.levers.staff(&now.baseline, g),
        state.levers.staff(&now.whatif, g),
    );
    let agents = |i: usize| whatif[i];
    let needed = |i: usize| {
        required[1]
            .get(g)
            .and_then(|row| row.get(i))
            .copied()
            .unwrap_or(0)
    };
    let most = (0..n)
        .map(|i| agents(i).max(needed(i)))
        .max()
        .unwrap_or(1)
        .max(1);
    let room = usize::from(area.width).saturating_sub(33).max(4);
    let mut lines = vec![
        Line::from(vec![
            Span::styled(format!("  {}", group.name), theme.heading),
            Span::styled(
                match state.levers.groups.len() {
                    1 => String::new(),
                    groups => format!("  {} of {groups}, ← → for others", g + 1),
                },
                theme.aside,
            ),
        ]),
        line(
            format!(
                "{}{}{}{}",
                fitted("", 8),
                right("agents", 8),
                right("required", 9),
                right("over", 6)
            ),
            theme.aside,
        ),
    ];
    let height = usize::from(area.height).saturating_sub(4);
    let first = first_in_view(view.row, 0, n, height);
    let shown = baseline.iter().copied().enumerate().skip(first);
    for (i, before) in shown.take(height) {
        let (has, wants) = (agents(i), needed(i));
        let cursor = state.focus == Focus::Answer && view.row == i;
        let start = fitted(&format!(" {}", state.levers.starts[i]), 7);
        let style = match (cursor, state.marked.contains(&i)) {
            (true, _) => theme.cursor,
            (_, true) => theme.marked,
            _ => theme.plain,
        };
        let over = i64::from(has) - i64::from(wants);
        let number = match has == before {
            true => has.to_string(),
            false => format!("{before}→{has}"),
        };
        let part = |x: u32| (f64::from(x) * room as f64 / f64::from(most)).round() as usize;
        let (full, want) = (part(has), part(wants));
        // The bar is what there is; ┊ where it would end if there were as many as required.
        let bar: String = (0..room)
            .map(|x| match x {
                x if x + 1 == want => '┊',
                x if x < full => '█',
                _ => ' ',
            })
            .collect();
        let of_over = match over {
            n if n < 0 => theme.bad,
            0 => theme.aside,
            _ => theme.plain,
        };
        lines.push(Line::from(vec![
            Span::styled(start, style),
            Span::styled(
                right(&number, 9),
                if has == before {
                    theme.plain
                } else {
                    theme.changed
                },
            ),
            Span::styled(right(&wants.to_string(), 9), theme.plain),
            Span::styled(right(&signed(over), 6), of_over),
            Span::styled(
                format!("  {bar}"),
                if over < 0 { theme.bad } else { theme.baseline },
            ),
        ]));
    }
    let sum = |of: &dyn Fn(usize) -> u32| (0..n).map(|i| i64::from(of(i))).sum::<i64>();
    let (has, wants) = (sum(&agents), sum(&needed));
    let minutes = state.scenario.interval_min;
    lines.push(line(
        format!(
            " {} agent hours, {} required",
            agent_hours(has, minutes),
            agent_hours(wants, minutes)
        ),
        theme.plain,
    ));
    let search = state.keymap.hint(Action::Search);
    let text = format!(" ┊ required by Erlang-A; {search} searches by simulation");
    lines.push(line(text, theme.aside));
    frame.render_widget(Paragraph::new(lines), area);
}

fn table(state: &State) -> Vec<Vec<Datum>> {
    let header = [
        "group",
        "start",
        "baseline",
        "what_if",
        "required_baseline",
        "required_what_if",
        "over",
    ];
    let mut rows = vec![header.map(Datum::from).into()];
    let seen: Option<&Seen> = state.seen.as_ref().map(|(_, seen)| &**seen);
    let Some(required) = seen.and_then(|seen| seen.required.as_ref()) else {
        return rows;
    };
    let now = state.history.now();
    for (g, group) in state.levers.groups.iter().enumerate() {
        for (i, start) in state.levers.starts.iter().enumerate() {
            let agents = |edits| f64::from(state.levers.agents(edits, g, i));
            let needed = |side: usize| {
                let n = required[side].get(g).and_then(|row| row.get(i));
                n.map(|n| f64::from(*n))
            };
            let number = |x: f64| Datum::Number(Some(x));
            rows.push(vec![
                Datum::from(group.name.as_str()),
                Datum::from(start.as_str()),
                number(agents(&now.baseline)),
                number(agents(&now.whatif)),
                Datum::Number(needed(0)),
                Datum::Number(needed(1)),
                Datum::Number(needed(1).map(|needed| agents(&now.whatif) - needed)),
            ]);
        }
    }
    rows
}
