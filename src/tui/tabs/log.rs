//! Tab 9: what was said, and the warnings of the simulation.

use super::{Tab, draw_lines, line, paragraph, read_only, room};
use crate::report::csv::Datum;
use crate::tui::state::{State, Tone};
use ratatui::text::Line;

pub(super) const TAB: Tab = Tab {
    name: "log",
    draw: |state, frame, area| {
        let lines = lines(state, usize::from(area.width));
        draw_lines(frame, area, lines, state.views[state.tab].row, state);
    },
    table: |state| {
        let header = vec![Datum::from("log")];
        let said = state
            .log
            .iter()
            .rev()
            .map(|line| vec![Datum::from(line.text.as_str())]);
        std::iter::once(header).chain(said).collect()
    },
    extent: |state| read_only(state, lines(state, room(state).0).len()),
    by_interval: false,
};

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let mut lines = Vec::new();
    if let Some((_, seen)) = &state.seen {
        let results = &seen.snapshot.whatif.run.warnings;
        let compared = &seen.snapshot.comparison.run.warnings;
        let mut warnings: Vec<&String> = results.iter().chain(compared).collect();
        warnings.dedup();
        if !warnings.is_empty() {
            lines.push(line("  warnings of the simulation", theme.heading));
            for warning in warnings {
                lines.extend(paragraph(&format!("· {warning}"), width, theme.doubt));
            }
            lines.push(line("", theme.plain));
        }
    }
    if state.log.is_empty() {
        lines.push(line("  nothing was done yet", theme.aside));
        return lines;
    }
    lines.push(line("  what was done, the last first", theme.heading));
    for said in state.log.iter().rev() {
        let style = match said.tone {
            Tone::Plain => theme.plain,
            Tone::Good => theme.good,
            Tone::Bad => theme.bad,
        };
        lines.extend(paragraph(&format!("· {}", said.text), width, style));
    }
    lines
}
