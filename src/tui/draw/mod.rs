//! The screen: the two panes, the notice, the keys, and what lies over them.

mod levers;
mod over;

use super::keys::Action;
use super::layout::{self, Areas, LEAST};
use super::play;
use super::state::{Errand, Focus, Mode, Progress, Purpose, State, Tone};
use super::tabs::{SHIFTS, TABS, shifts, titles};
use crate::report::text::layout::{columns, truncated};
use crate::scenario::grouped;
use crate::shifts::own_rules;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Draws a session.
pub fn draw(frame: &mut Frame<'_>, state: &State) {
    let screen = frame.area();
    if !state.fits() {
        return too_small(frame, state);
    }
    let areas = Areas::of(screen);
    if let Mode::Play(player) = &state.mode {
        let area = Rect {
            height: screen.height.saturating_sub(2),
            ..screen
        };
        play::draw(frame, area, player, &state.theme);
    } else {
        levers::draw(frame, areas.levers, state);
        answer(frame, areas.answer, state);
    }
    notice(frame, areas.notice, state);
    hints(frame, areas.hints, state);
    over::draw(frame, screen, state);
    // Figures hold together by spaces that do not break; what is copied from the screen shall have plain ones.
    for cell in &mut frame.buffer_mut().content {
        if cell.symbol() == "\u{a0}" {
            cell.set_symbol(" ");
        }
    }
}

fn too_small(frame: &mut Frame<'_>, state: &State) {
    let (width, height) = LEAST;
    let lines = [
        format!(
            "This window has {} × {} characters;",
            state.size.0, state.size.1
        ),
        format!("acdsim needs {width} × {height}."),
        "Please make it larger.".to_owned(),
        format!("{} leaves.", state.keymap.hint(Action::Quit)),
    ];
    let lines = lines.map(|text| Line::styled(text, state.theme.plain));
    frame.render_widget(Paragraph::new(lines.to_vec()), frame.area());
}

/// Signs that turn.
const TURNING: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// How sure the answer is, in words.
pub fn freshness(state: &State) -> (String, Style) {
    let theme = &state.theme;
    let sign = TURNING[(state.ticks / 2) as usize % TURNING.len()];
    let days = state
        .seen
        .as_ref()
        .map_or(0, |(_, seen)| seen.snapshot.days);
    let steady = state
        .seen
        .as_ref()
        .is_some_and(|(_, seen)| seen.snapshot.comparison.run.mode == "steady");
    let n = match (steady, days) {
        (true, _) => "one steady run".to_owned(),
        (_, days) => format!("n = {} days", grouped(days as f64, 0)),
    };
    match state.errand {
        Some((Errand::Search, _)) => return (format!("searching agents {sign}"), theme.doubt),
        Some((Errand::Plan, took)) => {
            let text = format!("planning shifts, {} s {sign}", took.as_secs());
            return (text, theme.doubt);
        }
        _ => {}
    }
    if state.tab == SHIFTS
        && let Some(plan) = &state.plan
    {
        return shifts::freshness(state, plan);
    }
    match (state.is_fresh(), state.progress) {
        (true, Progress::Simulating) => (format!("{n}, sharpening {sign}"), theme.plain),
        (true, Progress::Done) => (n, theme.plain),
        (_, Progress::Failed) => ("no answer: see the log".to_owned(), theme.bad),
        (false, _) if state.seen.is_none() => (format!("simulating {sign}"), theme.doubt),
        (false, _) => (
            format!("stale: of the setting before; simulating {sign}"),
            theme.doubt,
        ),
    }
}

fn answer(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let theme = &state.theme;
    let focus = state.focus == Focus::Answer;
    let border = if focus { theme.focus } else { theme.frame };
    let titles = titles(usize::from(area.width), state.tab);
    let spans = titles.into_iter().map(|(at, title)| {
        let style = if at == state.tab {
            theme.cursor
        } else {
            theme.plain
        };
        Span::styled(title, style)
    });
    let (fresh, style) = freshness(state);
    let width = usize::from(area.width).saturating_sub(4);
    let fresh = truncated(&format!(" {fresh} "), width);
    let block = Block::bordered()
        .border_style(border)
        .title_top(Line::from(spans.collect::<Vec<_>>()))
        .title_bottom(Line::styled(fresh, style).right_aligned());
    frame.render_widget(block, area);
    (TABS[state.tab].draw)(state, frame, layout::inner(area));
}

/// What was said last, or the line that is typed.
fn notice(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let theme = &state.theme;
    let width = usize::from(area.width);
    if let Mode::Entry(entry) = &state.mode {
        let prompt = match &entry.purpose {
            Purpose::Value(spot) => format!(" {} = ", state.levers.name(*spot)),
            Purpose::Filter => " show levers with: ".to_owned(),
            Purpose::MarkName => " name of the mark: ".to_owned(),
            Purpose::Save { .. } => " save the what-if as: ".to_owned(),
            Purpose::Page => " write the page to: ".to_owned(),
            Purpose::Csv => format!(" write the table of {} to: ", TABS[state.tab].name),
            Purpose::Time => " go to (such as 10:15): ".to_owned(),
        };
        let prompt = truncated(&prompt, width / 2);
        let error = entry
            .error
            .as_ref()
            .map_or(String::new(), |e| format!("  {e}"));
        // The end of a long line is what is being typed.
        let room = width.saturating_sub(columns(&prompt) + columns(&error) + 2);
        let (text, before) = (entry.input.text(), entry.input.before());
        let hidden = columns(&before).saturating_sub(room);
        let shown = from_column(&text, hidden);
        let shown = truncated(&shown, room);
        let x = columns(&prompt) + columns(&before) - hidden;
        let line = Line::from(vec![
            Span::styled(prompt, theme.heading),
            Span::styled(
                shown,
                if entry.input.is_suggested() {
                    theme.marked
                } else {
                    theme.plain
                },
            ),
            Span::styled(error, theme.bad),
        ]);
        frame.render_widget(Paragraph::new(line), area);
        frame.set_cursor_position(Position::new(area.x + x as u16, area.y));
        return;
    }
    if let Some(said) = &state.notice {
        let style = match said.tone {
            Tone::Plain => theme.plain,
            Tone::Good => theme.good,
            Tone::Bad => theme.bad,
        };
        let text = truncated(&format!(" {}", said.text.replace('\n', " ")), width);
        frame.render_widget(Paragraph::new(Line::styled(text, style)), area);
        return;
    }
    let changes = state.changes();
    let text = match changes.as_slice() {
        [] => String::new(),
        all => format!(" {}", all.join("; ")),
    };
    let line = Line::styled(truncated(&text, width), theme.aside);
    frame.render_widget(Paragraph::new(line), area);
}

/// A text without its first columns.
fn from_column(text: &str, hidden: usize) -> String {
    let mut passed = 0;
    let rest = text.chars().skip_while(|c| {
        let skip = passed < hidden;
        passed += columns(c.encode_utf8(&mut [0; 4]));
        skip
    });
    rest.collect()
}

/// The keys of the mode: as many as fit, the most needed first.
fn hints(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let hint = |action| state.keymap.hint(action);
    let both = |a, b| format!("{} {}", hint(a), hint(b));
    let own = |key: &str| key.to_owned();
    let hints: Vec<(String, &str)> = match (&state.mode, state.focus) {
        (Mode::Entry(_), _) => vec![(own("enter"), "take it"), (own("esc"), "leave it")],
        (Mode::Palette { .. }, _) => vec![
            (own("↑ ↓"), "choose"),
            (own("enter"), "do it"),
            (own("esc"), "close"),
        ],
        (Mode::Text { .. } | Mode::Help { .. }, _) => {
            vec![(own("↑ ↓"), "scroll"), (own("any other key"), "close")]
        }
        (Mode::Ask(ask), _) => ask
            .answers
            .iter()
            .map(|(c, words, _)| (c.to_string(), *words))
            .collect(),
        (Mode::Offer(_), _) => vec![(own("enter"), "take it"), (own("esc"), "leave it")],
        (Mode::Play(_), _) => vec![
            (own("space"), "pause"),
            (own("+ −"), "speed"),
            (own("← →"), "a minute"),
            (own("[ ]"), "interval"),
            (own("n p"), "event"),
            (own("t"), "go to"),
            (own("q"), "back"),
        ],
        (Mode::Normal, focus) => {
            let mut hints = match focus {
                Focus::Levers => vec![
                    (both(Action::Increase, Action::Decrease), "change"),
                    (own("0…9"), "type a value"),
                ],
                Focus::Answer => vec![(own("0…9"), "tabs"), (own("↑ ↓"), "move")],
            };
            let can_plan = own_rules(&state.scenario).is_ok();
            if state.tab == SHIFTS && can_plan {
                hints.push((hint(Action::Plan), "plan shifts"));
                if focus == Focus::Answer && state.fresh_plan().is_some() {
                    hints.push((hint(Action::Enter), "take as staff"));
                }
            }
            let plan = match can_plan && state.tab != SHIFTS {
                true => hint(Action::Plan),
                false => String::new(),
            };
            hints.extend([
                (hint(Action::OtherPane), "other pane"),
                (hint(Action::Undo), "undo"),
                (hint(Action::Search), "how many here?"),
                (hint(Action::Mark), "mark"),
                (hint(Action::Save), "save"),
                (hint(Action::Rebase), "baseline"),
                (hint(Action::CommandLine), "command"),
                (hint(Action::Play), "play a day"),
                (plan, "plan shifts"),
                (hint(Action::Page), "page"),
                (hint(Action::Csv), "CSV"),
                (hint(Action::Filter), "filter"),
                (hint(Action::Reset), "reset"),
                (hint(Action::Palette), "commands"),
            ]);
            hints
        }
    };
    let theme = &state.theme;
    let last = match state.mode {
        Mode::Normal => vec![(hint(Action::Help), "keys"), (hint(Action::Quit), "leave")],
        _ => Vec::new(),
    };
    let wide = |(key, words): &(String, &str)| columns(key) + columns(words) + 3;
    let reserved: usize = last.iter().map(wide).sum();
    let mut used = reserved;
    let shown = hints.into_iter().take_while(|hint| {
        used += wide(hint);
        used <= usize::from(area.width)
    });
    let mut spans = Vec::new();
    for (key, words) in shown.chain(last).filter(|(key, _)| !key.is_empty()) {
        spans.push(Span::styled(format!(" {key}"), theme.key));
        spans.push(Span::styled(format!(" {words} "), theme.plain));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

/// A box in the middle of the screen.
fn middle(
    frame: &mut Frame<'_>,
    screen: Rect,
    (width, height): (u16, u16),
    title: &str,
    state: &State,
) -> Rect {
    let (width, height) = (width.min(screen.width), height.min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, area);
    let title = truncated(&format!(" {title} "), usize::from(width).saturating_sub(2));
    let block = Block::bordered()
        .border_style(state.theme.focus)
        .title_top(Line::styled(title, state.theme.heading));
    frame.render_widget(block, area);
    layout::inner(area)
}
