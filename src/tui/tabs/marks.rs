//! Tab 8: the marks side by side.

use super::{Tab, draw_lines, fitted, line, paragraph, right};
use crate::kpi::unit;
use crate::lab::HEADLINES;
use crate::report::comparison::words::{figure, name_of_headline};
use crate::report::csv::Datum;
use crate::scenario::grouped;
use crate::tui::keys::Action;
use crate::tui::setting::Mark;
use crate::tui::state::{Focus, State};
use ratatui::text::Line;

pub(super) const TAB: Tab = Tab {
    name: "marks",
    draw: |state, frame, area| {
        let lines = lines(state, usize::from(area.width));
        let row = state.views[state.tab].row;
        let first = (row + 4).saturating_sub(usize::from(area.height));
        draw_lines(frame, area, lines, first, state);
    },
    table,
    extent: |state| (state.marks.len(), 1),
    by_interval: false,
};

/// A headline's name, and its figure by mark.
type Column = (String, Vec<String>);

/// The headlines that any mark has.
fn figures(state: &State) -> Vec<&'static str> {
    let has = |kpi: &str| {
        let of = |mark: &Mark| {
            mark.figures
                .iter()
                .any(|f| f.kpi == kpi && f.value.mean.is_some())
        };
        state.marks.iter().any(of)
    };
    HEADLINES.into_iter().filter(|kpi| has(kpi)).collect()
}

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    if state.marks.is_empty() {
        let key = state.keymap.hint(Action::Mark);
        let text = format!(
            "There are no marks yet: {key} keeps the what-if in view under a name, with its figures."
        );
        return paragraph(&text, width, theme.aside);
    }
    let kpis = figures(state);
    let cell = |mark: &Mark, kpi: &str| {
        let found = mark.figures.iter().find(|f| f.kpi == kpi);
        let value = found.map(|f| f.value).unwrap_or_default();
        let unit = unit(kpi).unwrap_or(crate::kpi::Unit::Number);
        let half = value.half_width().filter(|half| *half > 0.0);
        let (factor, _) = crate::report::comparison::words::spoken(unit);
        match half {
            Some(half) => format!("{} ± {}", figure(unit, value.mean), round(factor * half)),
            None => figure(unit, value.mean),
        }
    };
    // As many figures as fit beside the names.
    let columns: Vec<Column> = kpis
        .iter()
        .map(|kpi| {
            let cells: Vec<String> = state.marks.iter().map(|mark| cell(mark, kpi)).collect();
            (name_of_headline(kpi), cells)
        })
        .collect();
    let wide = |(name, cells): &Column| {
        let cells = cells
            .iter()
            .map(|cell| crate::report::text::layout::columns(cell));
        cells.max().unwrap_or(0).max(name.len()) + 2
    };
    let names = state
        .marks
        .iter()
        .map(|mark| crate::report::text::layout::columns(&mark.name));
    let name_width = names.max().unwrap_or(0).clamp(8, (width / 3).max(8));
    let mut used = name_width + 4;
    let shown: Vec<&Column> = columns
        .iter()
        .take_while(|column| {
            used += wide(column);
            used <= width
        })
        .collect();
    let row = |first: String, cells: &dyn Fn(&Column) -> String| {
        let cells = shown
            .iter()
            .map(|column| right(&cells(column), wide(column)));
        first + &cells.collect::<String>()
    };
    let mut lines = vec![line(
        row(fitted("  mark", name_width + 3), &|(name, _)| name.clone()),
        theme.aside,
    )];
    let at = state.views[state.tab].row;
    for (i, mark) in state.marks.iter().enumerate() {
        let cursor = i == at && state.focus == Focus::Answer;
        let now = mark.edits == state.history.now().whatif;
        let sign = if now { "● " } else { "  " };
        let text = row(
            sign.to_owned() + &fitted(&mark.name, name_width + 1),
            &|(_, cells)| cells[i].clone(),
        );
        lines.push(line(text, if cursor { theme.cursor } else { theme.plain }));
    }
    lines.push(line("", theme.plain));
    if let Some(mark) = state.marks.get(at) {
        let changes = state
            .levers
            .differences(&crate::tui::lever::Edits::new(), &mark.edits);
        let days = match mark.days {
            0 => "marked before anything was simulated".to_owned(),
            days => format!("{} days", grouped(days as f64, 0)),
        };
        let text = match changes.is_empty() {
            true => format!("{}, {days}: as in the file.", mark.name),
            false => format!("{}, {days}: {}.", mark.name, changes.join("; ")),
        };
        lines.extend(paragraph(&text, width, theme.plain));
    }
    let [load, delete, rebase] =
        [Action::Enter, Action::Delete, Action::Rebase].map(|action| state.keymap.hint(action));
    let text = format!(
        "● is the what-if now. {load} makes a mark the what-if, {delete} deletes it. To compare two: {load} at one, {rebase} to \
         make it the baseline, {load} at the other."
    );
    lines.extend(paragraph(&text, width, theme.aside));
    lines
}

/// A half-width with two digits.
fn round(x: f64) -> String {
    match x {
        x if x >= 10.0 => format!("{x:.0}"),
        x if x >= 1.0 => format!("{x:.1}"),
        x => format!("{x:.2}"),
    }
}

fn table(state: &State) -> Vec<Vec<Datum>> {
    let header = ["mark", "days", "kpi", "value", "low", "high", "changes"];
    let mut rows = vec![header.map(Datum::from).into()];
    for mark in &state.marks {
        let sets = state.levers.sets(&mark.edits).join("; ");
        for figure in &mark.figures {
            let (low, high) = figure.value.ci.unzip();
            rows.push(vec![
                Datum::from(mark.name.as_str()),
                Datum::Number(Some(mark.days as f64)),
                Datum::from(figure.kpi.as_str()),
                Datum::Number(figure.value.mean),
                Datum::Number(low),
                Datum::Number(high),
                Datum::from(sets.as_str()),
            ]);
        }
    }
    rows
}
