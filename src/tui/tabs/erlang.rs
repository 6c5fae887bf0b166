//! Tab 7: what Erlang-C and Erlang-A say beside the simulation of the what-if.

use super::{Tab, draw_lines, line, nothing_yet, paragraph, read_only, room};
use crate::kpi::{FormulaAnswer, FormulaFigures, Formulas, NotApplicable, Part, Unit};
use crate::report::comparison::words::figure;
use crate::report::csv::Datum;
use crate::report::text::formulas::sentences;
use crate::report::text::layout::{Cell, Table};
use crate::stats::Estimate;
use crate::tui::state::State;
use indexmap::IndexMap;
use ratatui::text::Line;

pub(super) const TAB: Tab = Tab {
    name: "erlang",
    draw: |state, frame, area| {
        let lines = lines(state, usize::from(area.width));
        draw_lines(frame, area, lines, state.views[state.tab].row, state);
    },
    table,
    extent: |state| read_only(state, lines(state, room(state).0).len()),
    by_interval: false,
};

type Estimates = IndexMap<String, Estimate>;

/// The figures that the formulas give.
type Named = (&'static str, &'static str, Unit, fn(&FormulaFigures) -> f64);
const FIGURES: [Named; 3] = [
    ("service_level", "service level", Unit::Fraction, |f| {
        f.service_level
    }),
    ("asa_s", "ASA", Unit::Seconds, |f| f.asa_s),
    ("abandonment_rate", "abandonment", Unit::Fraction, |f| {
        f.abandonment_rate
    }),
];

fn answer(answer: FormulaAnswer, unit: Unit, of: fn(&FormulaFigures) -> f64) -> String {
    match (answer.figures(), answer.not_applicable()) {
        (Some(figures), _) => figure(unit, Some(of(figures))),
        (_, Some(NotApplicable::Unstable)) => "no balance".to_owned(),
        (_, Some(NotApplicable::NoCalls)) => "–".to_owned(),
        _ => String::new(),
    }
}

/// The formulas of a part, where they apply to its agents.
fn applies(said: &Formulas) -> bool {
    !matches!(
        said.all_attempts.c.not_applicable(),
        Some(NotApplicable::SharedAgents | NotApplicable::SeveralTiers | NotApplicable::NoAgents)
    )
}

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let Some((_, seen)) = &state.seen else {
        return nothing_yet(state);
    };
    let results = &seen.snapshot.whatif;
    let mut lines = Vec::new();
    for sentence in sentences(results) {
        lines.extend(paragraph(&sentence, width, theme.plain));
    }
    for queue in &results.queues {
        let Some(day) = queue.erlang.filter(applies) else {
            continue;
        };
        lines.push(line("", theme.plain));
        lines.extend(table_of(state, queue, &day, width));
    }
    let note = "The formulas are given all attempts as simulated, redials and reconnects included; the day is their mean over \
                one long interval.";
    lines.push(line("", theme.plain));
    lines.extend(paragraph(note, width, theme.aside));
    lines
}

fn table_of(state: &State, queue: &Part, day: &Formulas, width: usize) -> Vec<Line<'static>> {
    let mut names = Vec::new();
    let mut cells: [Vec<Cell>; 3] = Default::default();
    let mut add = |name: String, simulated: String, said: &Formulas, unit, of| {
        names.push(name);
        let said = &said.all_attempts;
        let texts = [
            simulated,
            answer(said.c, unit, of),
            answer(said.a, unit, of),
        ];
        for (column, text) in cells.iter_mut().zip(texts) {
            column.push(Cell::from(text));
        }
    };
    // By interval first: that is what a planner computes with.
    let (kpi, _, unit, of) = FIGURES[0];
    for interval in queue.intervals.iter().flatten() {
        if let Some(said) = &interval.erlang {
            let simulated = figure(unit, interval.get(kpi).mean);
            add(format!("  {}", interval.start), simulated, said, unit, of);
        }
    }
    for (kpi, name, unit, of) in FIGURES {
        let name = format!("{name}, the day");
        add(name, figure(unit, queue.get(kpi).mean), day, unit, of);
    }
    let mut table = Table::new(&format!("{}: service level", queue.name()), names);
    for (header, cells) in ["simulated", "Erlang-C", "Erlang-A"].into_iter().zip(cells) {
        table.column(header, 9, cells.into_iter());
    }
    let rendered = table.render(width, false);
    let style = |i| {
        if i == 0 {
            state.theme.heading
        } else {
            state.theme.plain
        }
    };
    let lines = rendered.lines().enumerate();
    lines
        .map(|(i, text)| line(text.to_owned(), style(i)))
        .collect()
}

fn table(state: &State) -> Vec<Vec<Datum>> {
    let header = ["queue", "start", "kpi", "simulated", "erlang_c", "erlang_a"];
    let mut rows = vec![header.map(Datum::from).into()];
    let Some((_, seen)) = &state.seen else {
        return rows;
    };
    for queue in &seen.snapshot.whatif.queues {
        let mut add = |start: &str, estimates: &Estimates, said: &Option<Formulas>| {
            let Some(said) = said else { return };
            for (kpi, _, _, of) in FIGURES {
                let number = |answer: FormulaAnswer| Datum::Number(answer.figures().map(of));
                let simulated = estimates.get(kpi).and_then(|estimate| estimate.mean);
                rows.push(vec![
                    Datum::from(queue.name()),
                    Datum::from(start),
                    Datum::from(kpi),
                    Datum::Number(simulated),
                    number(said.all_attempts.c),
                    number(said.all_attempts.a),
                ]);
            }
        };
        add("", &queue.kpis, &queue.erlang);
        for interval in queue.intervals.iter().flatten() {
            add(&interval.start, &interval.kpis, &interval.erlang);
        }
    }
    rows
}
