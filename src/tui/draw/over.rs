//! What lies over the panes: keys, commands, texts, questions and offers.

use super::middle;
use crate::report::text::layout::{columns, truncated, wrapped};
use crate::tui::keys::{COMMANDS, KeyPress};
use crate::tui::state::{Mode, State};
use crate::tui::work::Origin;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

pub(super) fn draw(frame: &mut Frame<'_>, screen: Rect, state: &State) {
    match &state.mode {
        Mode::Normal | Mode::Entry(_) | Mode::Play(_) => {}
        Mode::Palette { input, selected } => palette(
            frame,
            screen,
            state,
            (&input.text(), &input.before()),
            *selected,
        ),
        Mode::Text {
            title,
            lines,
            scroll,
        } => {
            let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0) as u16;
            let lines = lines
                .iter()
                .map(|line| Line::styled(line.clone(), state.theme.plain));
            let (title, lines) = (title.clone(), lines.collect());
            read(
                frame,
                screen,
                state,
                (&title, width.max(40)),
                lines,
                *scroll,
            );
        }
        Mode::Help { scroll } => {
            read(frame, screen, state, ("all keys", 70), help(state), *scroll);
        }
        Mode::Ask(ask) => {
            let width = 64.min(usize::from(screen.width).saturating_sub(4));
            let mut lines = Vec::new();
            for question in &ask.question {
                let text = wrapped(question, width - 2, 0, 0);
                lines.extend(
                    text.lines()
                        .map(|l| Line::styled(l.to_owned(), state.theme.plain)),
                );
            }
            lines.push(Line::raw(""));
            for (key, words, _) in &ask.answers {
                lines.push(Line::from(vec![
                    Span::styled(format!("  {key}"), state.theme.key),
                    Span::styled(format!("  {words}"), state.theme.plain),
                ]));
            }
            read(frame, screen, state, ("a question", width as u16), lines, 0);
        }
        Mode::Offer(proposal) => {
            let width = 76.min(usize::from(screen.width).saturating_sub(4));
            let (title, nothing) = match proposal.origin {
                Origin::Search => ("agents needed", "The agents there are the least that do."),
                Origin::Plan => (
                    "the plan's people as staff",
                    "The agents there are those of the plan already.",
                ),
            };
            let mut words = Vec::new();
            for said in &proposal.words {
                let text = wrapped(said, width - 2, 1, 1);
                words.extend(
                    text.lines()
                        .map(|l| Line::styled(l.to_owned(), state.theme.aside)),
                );
            }
            let room = usize::from(screen.height).saturating_sub(6).max(3);
            // Some words stay in view whatever changes.
            let of_words = words.len().min(room / 2);
            let mut lines = Vec::new();
            let mut shown = proposal.changes.len();
            if shown + of_words > room {
                shown = room - of_words - 1;
            }
            for change in &proposal.changes[..shown] {
                let spot = crate::tui::lever::Spot::Cell(change.group, change.interval);
                let name = truncated(&state.levers.name(spot), width / 2);
                lines.push(Line::from(vec![
                    Span::styled(format!("  {name}  "), state.theme.plain),
                    Span::styled(
                        format!("{} → {}", change.from, change.to),
                        state.theme.changed,
                    ),
                ]));
            }
            if proposal.changes.is_empty() {
                lines.push(Line::styled(format!("  {nothing}"), state.theme.good));
            }
            let more = proposal.changes.len() - shown;
            if more > 0 {
                let text = format!("  and {more} more intervals");
                lines.push(Line::styled(text, state.theme.plain));
            }
            lines.extend(words);
            lines.truncate(room);
            lines.push(Line::raw(""));
            lines.push(Line::from(vec![
                Span::styled("  enter", state.theme.key),
                Span::styled(" takes it, ", state.theme.plain),
                Span::styled("esc", state.theme.key),
                Span::styled(" leaves it", state.theme.plain),
            ]));
            read(frame, screen, state, (title, width as u16), lines, 0);
        }
    }
}

/// Text in a box, from a line on.
fn read(
    frame: &mut Frame<'_>,
    screen: Rect,
    state: &State,
    (title, width): (&str, u16),
    lines: Vec<Line<'static>>,
    scroll: usize,
) {
    let height = (lines.len() as u16)
        .saturating_add(2)
        .min(screen.height.saturating_sub(2));
    let inner = middle(
        frame,
        screen,
        (width.saturating_add(4), height),
        title,
        state,
    );
    let room = usize::from(inner.height);
    let first = scroll.min(lines.len().saturating_sub(room));
    let all = lines.len();
    let shown: Vec<Line<'_>> = lines.into_iter().skip(first).take(room).collect();
    let text = Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    };
    frame.render_widget(Paragraph::new(shown), text);
    crate::tui::tabs::scroll_bar(frame, inner, (first, room, all), state);
}

/// Every command with its keys.
fn help(state: &State) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let commands = COMMANDS.iter().enumerate();
    let lines = commands.map(|(at, command)| {
        let keys: Vec<String> = state
            .keymap
            .keys(at)
            .iter()
            .map(KeyPress::to_string)
            .collect();
        let keys = keys.join(" ");
        let pad = " ".repeat(16usize.saturating_sub(columns(&keys)));
        Line::from(vec![
            Span::styled(format!("{keys}{pad}"), theme.key),
            Span::styled(command.about, theme.plain),
        ])
    });
    let mut lines: Vec<Line<'static>> = lines.collect();
    lines.insert(
        0,
        Line::from(vec![
            Span::styled("0 … 9           ", theme.key),
            Span::styled(
                "among the levers: type a value; in the answer: a tab",
                theme.plain,
            ),
        ]),
    );
    lines
}

fn palette(
    frame: &mut Frame<'_>,
    screen: Rect,
    state: &State,
    (text, before): (&str, &str),
    selected: usize,
) {
    let theme = &state.theme;
    let found = state.commands_found();
    let height = 16.min(screen.height.saturating_sub(4));
    let inner = middle(frame, screen, (66, height), "commands", state);
    let room = usize::from(inner.height).saturating_sub(1);
    let first = (selected + 1).saturating_sub(room);
    let width = usize::from(inner.width);
    let mut lines = vec![Line::from(vec![
        Span::styled(" :", theme.key),
        Span::styled(truncated(text, width.saturating_sub(4)), theme.plain),
    ])];
    for (i, at) in found.iter().enumerate().skip(first).take(room) {
        let command = &COMMANDS[*at];
        let key = state
            .keymap
            .keys(*at)
            .first()
            .map_or(String::new(), KeyPress::to_string);
        let pad = " ".repeat(16usize.saturating_sub(command.name.len()));
        let line = format!(" {}{pad}{key:<9} {}", command.name, command.about);
        let style = if i == selected {
            theme.cursor
        } else {
            theme.plain
        };
        lines.push(Line::styled(truncated(&line, width), style));
    }
    if found.is_empty() {
        lines.push(Line::styled(
            "  no command has this in its name",
            theme.aside,
        ));
    }
    frame.render_widget(Paragraph::new(lines), inner);
    let x = (columns(before) + 2).min(width.saturating_sub(1)) as u16;
    frame.set_cursor_position(Position::new(inner.x + x, inner.y));
}
