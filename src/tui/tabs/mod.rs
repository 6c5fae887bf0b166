//! The tabs of the answer. To add one, write a file, add it to [`TABS`], and its command to
//! [`COMMANDS`](super::keys::COMMANDS).

mod erlang;
mod figures;
mod intervals;
mod log;
mod marks;
mod requirement;
pub(super) mod shifts;
mod summary;
mod waits;

use super::layout::inner;
use super::state::State;
use crate::report::csv::Datum;
use crate::report::text::layout::{columns, truncated, wrapped};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// A tab.
pub struct Tab {
    /// Its name.
    pub name: &'static str,
    /// Draws it.
    pub draw: fn(&State, &mut Frame<'_>, Rect),
    /// Its table, header first, for CSV.
    pub table: fn(&State) -> Vec<Vec<Datum>>,
    /// Rows and columns that its cursor moves in; a tab that is only read has as many as lines.
    pub extent: fn(&State) -> (usize, usize),
    /// Whether its rows are the intervals of the day.
    pub by_interval: bool,
}

/// Number of tabs.
pub const COUNT: usize = 10;

/// All tabs.
pub static TABS: [Tab; COUNT] = [
    summary::TAB,
    figures::QUEUES,
    figures::GROUPS,
    intervals::TAB,
    requirement::TAB,
    waits::TAB,
    erlang::TAB,
    marks::TAB,
    log::TAB,
    shifts::TAB,
];

/// The tab of shifts.
pub const SHIFTS: usize = 9;

/// The digit that chooses a tab: of the tenth 0.
pub fn digit(tab: usize) -> usize {
    (tab + 1) % 10
}

/// The tab that a digit chooses.
pub fn of_digit(digit: usize) -> usize {
    (digit + 9) % 10
}

/// The names of the tabs as they stand in the frame: all of them where there is room, else that of the chosen one; with the
/// digit of each.
pub fn titles(width: usize, chosen: usize) -> Vec<(usize, String)> {
    let long: usize = TABS.iter().map(|tab| tab.name.len() + 4).sum();
    let title = |at: usize| match long + 2 <= width || at == chosen {
        true => format!(" {} {} ", digit(at), TABS[at].name),
        false => format!(" {} ", digit(at)),
    };
    (0..COUNT).map(|at| (at, title(at))).collect()
}

/// The tab whose title is in a column of the frame.
pub fn tab_at(x: usize, width: usize, chosen: usize) -> Option<usize> {
    let mut end = 1;
    let mut titles = titles(width, chosen).into_iter();
    let found = titles.find(|(_, title)| {
        end += title.len();
        x < end
    });
    found.map(|(at, _)| at).filter(|_| x > 0)
}

/// Minutes after midnight of `10:15`, `10.15` or `10`.
pub fn minutes_of(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let (hours, minutes): (u32, u32) = (hours.trim().parse().ok()?, minutes.trim().parse().ok()?);
    (hours <= 48 && minutes < 60).then_some(60 * hours + minutes)
}

/// Columns and rows that a tab has.
fn room(state: &State) -> (usize, usize) {
    let inner = inner(state.areas().answer);
    (usize::from(inner.width), usize::from(inner.height))
}

/// The extent of a tab that is only read and has so many lines: its first line may be any with which the last stays in view.
fn read_only(state: &State, lines: usize) -> (usize, usize) {
    (lines.saturating_sub(room(state).1) + 1, 1)
}

/// A line of one style.
fn line(text: impl Into<String>, style: Style) -> Line<'static> {
    Line::styled(text.into(), style)
}

/// A text in as many lines as it takes.
fn paragraph(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let text = wrapped(text, width.max(8), 1, 0);
    text.lines().map(|l| line(l.to_owned(), style)).collect()
}

/// A line whose last words have a style of their own.
fn with_end(text: &str, end: &str, style: Style, of_end: Style) -> Line<'static> {
    match text.strip_suffix(end).filter(|_| !end.is_empty()) {
        Some(head) => Line::from(vec![
            Span::styled(head.to_owned(), style),
            Span::styled(end.to_owned(), of_end),
        ]),
        None => line(text.to_owned(), style),
    }
}

/// Draws lines from one on, so that the last of them stays in view. A bar at the right says where that is.
fn draw_lines(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: Vec<Line<'static>>,
    first: usize,
    state: &State,
) {
    let height = usize::from(area.height);
    let all = lines.len();
    let first = first.min(all.saturating_sub(height));
    let shown: Vec<Line<'_>> = lines.into_iter().skip(first).take(height).collect();
    frame.render_widget(Paragraph::new(shown), area);
    scroll_bar(frame, area, (first, height, all), state);
}

/// A thumb in the frame at the right, where there is more than fits.
pub(super) fn scroll_bar(
    frame: &mut Frame<'_>,
    area: Rect,
    (first, height, all): (usize, usize, usize),
    state: &State,
) {
    if all <= height || height == 0 {
        return;
    }
    let x = area.x + area.width;
    let size = (height * height / all).max(1);
    let at = first * (height - size) / (all - height).max(1);
    for y in at..(at + size).min(height) {
        let position = (x, area.y + y as u16);
        if let Some(cell) = frame.buffer_mut().cell_mut(position) {
            cell.set_symbol("┃").set_style(state.theme.focus);
        }
    }
}

/// A text cut or filled to a number of columns.
fn fitted(text: &str, width: usize) -> String {
    let text = truncated(text, width);
    let pad = " ".repeat(width.saturating_sub(columns(&text)));
    text + &pad
}

/// The same at the right.
fn right(text: &str, width: usize) -> String {
    let text = truncated(text, width);
    let pad = " ".repeat(width.saturating_sub(columns(&text)));
    pad + &text
}

/// What is said where nothing is simulated yet.
fn nothing_yet(state: &State) -> Vec<Line<'static>> {
    vec![
        line("", state.theme.plain),
        line("  nothing is simulated yet", state.theme.aside),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_finds_the_title_under_it() {
        for (width, chosen) in [(52, 3), (200, 0), (20, 9)] {
            let mut x = 1;
            for (tab, title) in titles(width, chosen) {
                assert_eq!(tab_at(x, width, chosen), Some(tab), "first of {title:?}");
                x += title.len();
                assert_eq!(tab_at(x - 1, width, chosen), Some(tab), "last of {title:?}");
            }
            assert_eq!(tab_at(x, width, chosen), None);
            assert_eq!(tab_at(0, width, chosen), None);
        }
    }

    #[test]
    fn every_tab_has_a_digit() {
        for (at, tab) in TABS.iter().enumerate() {
            assert_eq!(of_digit(digit(at)), at, "{}", tab.name);
        }
        assert_eq!(TABS[of_digit(0)].name, "shifts");
        assert_eq!(of_digit(0), SHIFTS);
    }

    #[test]
    fn titles_fit_into_the_smallest_screen() {
        for chosen in 0..COUNT {
            let long: usize = titles(50, chosen)
                .iter()
                .map(|(_, title)| title.len())
                .sum();
            assert!(long <= 48, "{long}");
        }
    }

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("10:15", Some(615)),
            ("8", Some(480)),
            ("9.30", Some(570)),
            ("10:60", None),
            ("", None),
            ("-1:00", None),
            ("99:00", None),
        ] {
            assert_eq!(minutes_of(text), expected, "{text}");
        }
    }
}
