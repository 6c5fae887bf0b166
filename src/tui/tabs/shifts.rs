//! Tab 0: a plan of shifts for the what-if, what it gives and who works when.

use super::{Tab, draw_lines, line, read_only, room};
use crate::report::shifts::{on_screen, people_data};
use crate::report::text::Page;
use crate::report::text::layout::wrapped;
use crate::scenario::grouped;
use crate::shifts::own_rules;
use crate::tui::keys::Action;
use crate::tui::state::{Errand, Plan, State};
use crate::tui::theme::Theme;
use anstyle::AnsiColor;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

pub(super) const TAB: Tab = Tab {
    name: "shifts",
    draw,
    table: |state| {
        let plan = state
            .plan
            .as_ref()
            .and_then(|plan| plan.found.as_ref().ok());
        plan.map_or(Vec::new(), |planned| people_data(&planned.shifts))
    },
    extent: |state| read_only(state, text(state, room(state).0).lines.len()),
    by_interval: false,
};

/// The tab's lines.
#[derive(Default)]
struct Text {
    lines: Vec<Line<'static>>,
    /// Parts with a header: its line, and the one after the part.
    parts: Vec<(usize, usize)>,
}

impl Text {
    fn says(&mut self, text: &str, width: usize, style: Style) {
        let text = wrapped(text, width.max(8), 2, 0);
        let lines = text.lines().map(|text| line(text, style));
        self.lines.extend(lines);
    }
}

fn draw(state: &State, frame: &mut Frame<'_>, area: Rect) {
    let Text { mut lines, parts } = text(state, usize::from(area.width));
    let height = usize::from(area.height);
    let first = state.views[state.tab].row;
    let first = first.min(lines.len().saturating_sub(height));
    // The header stays in view as long as anything of its part is.
    let within = |(header, end): &&(usize, usize)| *header < first && first + 1 < *end;
    if let Some((header, _)) = parts.iter().find(within) {
        lines[first] = lines[*header].clone();
    }
    draw_lines(frame, area, lines, first, state);
}

/// How sure the plan is, in words.
pub(in crate::tui) fn freshness(state: &State, plan: &Plan) -> (String, Style) {
    let theme = &state.theme;
    match &plan.found {
        _ if !state.is_planned(plan) => ("stale: of another what-if".to_owned(), theme.doubt),
        Err(_) => ("no plan".to_owned(), theme.bad),
        Ok(planned) => {
            let simulated = planned.shifts.simulated.first();
            let days = simulated.map_or(0, |day| day.replications);
            let text = format!("n = {} days with these people", grouped(days as f64, 0));
            (text, theme.plain)
        }
    }
}

fn text(state: &State, width: usize) -> Text {
    let theme = &state.theme;
    let mut text = Text::default();
    if let Err(unfit) = own_rules(&state.scenario) {
        text.lines = message(&unfit.to_string(), width, theme.plain);
        return text;
    }
    let [plan, back, enter, csv] = [Action::Plan, Action::Back, Action::Enter, Action::Csv]
        .map(|action| state.keymap.hint(action));
    let planning = matches!(state.errand, Some((Errand::Plan, _)));
    let found = state.plan.as_ref();
    let fresh = found.is_some_and(|plan| state.is_planned(plan));
    let (now, style) = match found {
        _ if planning => {
            let ends = format!(
                "Shifts are planned: {back} ends it with the best so far, a change of the what-if ends it without a plan."
            );
            (ends, theme.doubt)
        }
        None => {
            let how = format!(
                "Nothing is planned yet: {plan} plans shifts for the what-if, by the rules in the section [shifts] of the \
                 scenario, as acdsim shifts does. It may take some minutes."
            );
            (how, theme.aside)
        }
        Some(_) if !fresh => {
            let stale =
                format!("The what-if has changed since this was planned: {plan} plans again.");
            (stale, theme.doubt)
        }
        Some(_) => (String::new(), theme.plain),
    };
    if !now.is_empty() {
        text.says(&now, width, style);
    }
    let Some(found) = found else {
        return text;
    };
    if !now.is_empty() {
        text.lines.push(line("", theme.plain));
    }
    let before = text.lines.len();
    match &found.found {
        Err(why) => text.lines.extend(message(why, width, theme.bad)),
        Ok(planned) => {
            let page = Page {
                width,
                colour: true,
                intervals: true,
            };
            let (answer, parts) = on_screen(&planned.shifts, &page);
            text.lines.extend(styled(&answer, theme));
            for part in &parts {
                text.lines.push(line("", theme.plain));
                let header = text.lines.len();
                text.lines.extend(styled(part, theme));
                text.parts.push((header, text.lines.len()));
            }
            if fresh && !planned.shifts.people.is_empty() {
                let keys = format!(
                    "{enter} takes these people as the staff of the what-if, {csv} writes them as CSV."
                );
                text.lines.push(line("", theme.plain));
                text.says(&keys, width, theme.aside);
            }
        }
    }
    if !fresh {
        for line in &mut text.lines[before..] {
            *line = Line::styled(line.to_string(), theme.aside);
        }
    }
    text
}

/// A message of several lines, which keep how far they stand in.
fn message(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for text in text.lines() {
        let indent = 2 + text.len() - text.trim_start().len();
        let wrapped = wrapped(text.trim_start(), width.max(8), indent, 2);
        lines.extend(wrapped.lines().map(|text| line(text, style)));
    }
    lines
}

/// A report's text with the styles of its escape sequences (SGR, ECMA-48 8.3.117) as those of the theme.
fn styled(text: &str, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for text in text.lines() {
        let mut parts = text.split("\x1b[");
        let first = parts.next().unwrap_or_default();
        let mut spans = vec![Span::styled(first.to_owned(), theme.plain)];
        let mut style = theme.plain;
        for part in parts {
            let (code, text) = part.split_once('m').unwrap_or(("0", part));
            style = match code {
                // Bold red is bad news; bold alone a heading.
                "1" => style.patch(theme.heading),
                "2" => theme.aside,
                "31" => style.patch(theme.ansi(AnsiColor::Red)),
                "32" => style.patch(theme.ansi(AnsiColor::Green)),
                "33" => style.patch(theme.ansi(AnsiColor::Yellow)),
                "34" => style.patch(theme.ansi(AnsiColor::Blue)),
                "35" => style.patch(theme.ansi(AnsiColor::Magenta)),
                "36" => style.patch(theme.ansi(AnsiColor::Cyan)),
                _ => theme.plain,
            };
            if !text.is_empty() {
                spans.push(Span::styled(text.to_owned(), style));
            }
        }
        lines.push(Line::from(spans));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::layout::Look;
    use crate::tui::theme::Palette;

    #[test]
    fn the_looks_of_a_report_are_those_of_the_theme() {
        for palette in Palette::ALL {
            let theme = Theme::new(palette);
            for (look, expected) in [
                (Look::Plain, theme.plain),
                (Look::Heading, theme.heading),
                (Look::Good, theme.good),
                (Look::Bad, theme.bad),
                (Look::Doubt, theme.doubt),
                (Look::Aside, theme.aside),
            ] {
                let text = format!("before {} after", look.paint("word", true));
                let line = styled(&text, &theme).remove(0);
                assert_eq!(line.to_string(), "before word after", "{look:?}");
                let mut spans = line.spans.iter();
                let word = spans.find(|span| span.content.starts_with("word"));
                if look == Look::Plain {
                    continue;
                }
                assert_eq!(
                    word.map(|span| span.style),
                    Some(expected),
                    "{look:?} {palette:?}"
                );
                let last = line.spans.last().map(|span| span.style);
                assert_eq!(last, Some(theme.plain), "after {look:?}");
            }
        }
    }
}
