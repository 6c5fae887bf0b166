//! Tab 6: how long callers of a queue wait.

use super::{Tab, draw_lines, line, nothing_yet, read_only, right, room};
use crate::kpi::{QUANTILES, Unit, Waits};
use crate::report::comparison::words::figure;
use crate::report::csv::Datum;
use crate::tui::state::State;
use ratatui::text::{Line, Span};

pub(super) const TAB: Tab = Tab {
    name: "waits",
    draw: |state, frame, area| {
        let lines = lines(state, usize::from(area.width));
        draw_lines(frame, area, lines, state.views[state.tab].row, state);
    },
    table,
    extent: |state| {
        let (rows, _) = read_only(state, lines(state, room(state).0).len());
        (rows, state.scenario.queues.len())
    },
    by_interval: false,
};

/// Shares of those who waited up to an edge and longer than the edge before.
struct Bin {
    /// Upper edge in seconds; 0 is no wait at all.
    edge_s: f64,
    answered: f64,
    abandoned: f64,
}

/// Bins of octaves: none, up to 1 s, up to 2 s, up to 4 s and so on. Shares are of all answered and abandoned.
fn bins(waits: &Waits) -> Vec<Bin> {
    let all: u64 = waits.answered.iter().chain(&waits.abandoned).sum();
    let share = |n: u64| n as f64 / all.max(1) as f64;
    let mut bins: Vec<Bin> = Vec::new();
    for (i, edge_s) in waits.edges_s.iter().enumerate() {
        let of = |counts: &[u64]| share(counts.get(i).copied().unwrap_or(0));
        // After the first two there are four to the octave, the last of which ends it.
        let octave = match i {
            0 | 1 => i,
            _ => 1 + (i - 1).div_ceil(4),
        };
        if bins.len() <= octave {
            bins.push(Bin {
                edge_s: if i < 2 {
                    *edge_s
                } else {
                    f64::from(1u32 << (octave - 1).min(31))
                },
                answered: 0.0,
                abandoned: 0.0,
            });
        }
        if let Some(bin) = bins.last_mut() {
            bin.answered += of(&waits.answered);
            bin.abandoned += of(&waits.abandoned);
        }
    }
    bins
}

fn words(edge_s: f64) -> String {
    match edge_s {
        0.0 => "at once".to_owned(),
        s if s < 120.0 => format!("≤ {s} s"),
        s if s < 7200.0 => format!("≤ {:.1} min", s / 60.0),
        s => format!("≤ {:.1} h", s / 3600.0),
    }
}

fn lines(state: &State, width: usize) -> Vec<Line<'static>> {
    let column = state.views[state.tab].column;
    let seen = state.seen.as_ref().map(|(_, seen)| &seen.snapshot);
    let parts = seen.and_then(|of| {
        Some((
            of.baseline.queues.get(column)?,
            of.whatif.queues.get(column)?,
        ))
    });
    let Some((a, b)) = parts else {
        return nothing_yet(state);
    };
    let theme = &state.theme;
    let changed = state.is_changed();
    let queues = state.scenario.queues.len();
    let others = match queues {
        1 => String::new(),
        _ => format!(
            "  {} of {queues}, ← → for others",
            state.views[state.tab].column + 1
        ),
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("  {}", b.name()), theme.heading),
        Span::styled(others, theme.aside),
    ])];
    let none = Waits::default();
    let of_a = bins(a.waits.as_ref().unwrap_or(&none));
    let of_b = bins(b.waits.as_ref().unwrap_or(&none));
    let n = of_a.len().max(of_b.len());
    let most = of_a
        .iter()
        .chain(&of_b)
        .map(|bin| bin.answered + bin.abandoned);
    let most = most.fold(0.0, f64::max).max(1e-9);
    let room = width.saturating_sub(26).max(4);
    lines.push(line(
        format!("{}{}", right("waited", 12), "  █ answered  ▒ gave up"),
        theme.aside,
    ));
    let bar = |bin: Option<&Bin>| {
        let part = |x: f64| (x / most * room as f64).round() as usize;
        bin.map_or((String::new(), String::new()), |bin| {
            let answered = part(bin.answered);
            let gone = part(bin.answered + bin.abandoned).saturating_sub(answered);
            ("█".repeat(answered), "▒".repeat(gone))
        })
    };
    let percent = |bin: Option<&Bin>| {
        let share = bin.map_or(0.0, |bin| bin.answered + bin.abandoned);
        right(&format!("{:.1} %", 100.0 * share), 9)
    };
    for i in 0..n {
        let edge = of_b.get(i).or(of_a.get(i)).map_or(0.0, |bin| bin.edge_s);
        let mut add = |head: String, bin: Option<&Bin>, style| {
            let (answered, gone) = bar(bin);
            lines.push(Line::from(vec![
                Span::styled(head, theme.plain),
                Span::styled(percent(bin), theme.aside),
                Span::styled(format!(" {answered}"), style),
                Span::styled(gone, theme.bad),
            ]));
        };
        let head = right(&words(edge), 12);
        match changed {
            true => {
                add(head, of_b.get(i), theme.whatif);
                add(right("baseline", 12), of_a.get(i), theme.baseline);
            }
            false => add(head, of_a.get(i), theme.baseline),
        }
    }
    lines.push(line("", theme.plain));
    let names = [("asa_s", "mean"), ("wait_max_s", "longest")];
    let quantiles = QUANTILES.map(|(kpi, p)| (kpi, format!("{} % within", 100.0 * p)));
    let rows = quantiles
        .into_iter()
        .chain(names.map(|(kpi, name)| (kpi, name.to_owned())));
    for (kpi, name) in rows {
        let (old, new) = (a.get(kpi), b.get(kpi));
        if old.mean.is_none() && new.mean.is_none() {
            continue;
        }
        let text = |of: crate::stats::Estimate| figure(Unit::Seconds, of.mean);
        let figures = match changed {
            true => format!("{} → {}", text(old), text(new)),
            false => text(old),
        };
        lines.push(line(
            format!("  answered, {name:<12} {figures}"),
            theme.plain,
        ));
    }
    lines
}

fn table(state: &State) -> Vec<Vec<Datum>> {
    let header = ["side", "queue", "waited_up_to_s", "answered", "abandoned"];
    let mut rows = vec![header.map(Datum::from).into()];
    let Some((_, seen)) = &state.seen else {
        return rows;
    };
    for (side, results) in [
        ("baseline", &seen.snapshot.baseline),
        ("what_if", &seen.snapshot.whatif),
    ] {
        for queue in &results.queues {
            let Some(waits) = &queue.waits else { continue };
            for (i, edge_s) in waits.edges_s.iter().enumerate() {
                let of = |counts: &[u64]| counts.get(i).map(|n| *n as f64);
                rows.push(vec![
                    Datum::from(side),
                    Datum::from(queue.name()),
                    Datum::Number(Some(*edge_s)),
                    Datum::Number(of(&waits.answered)),
                    Datum::Number(of(&waits.abandoned)),
                ]);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_octaves() {
        let edge = |i: usize| match i {
            0 => 0.0,
            i => 2f64.powf((i as f64 - 1.0) / 4.0),
        };
        let waits = Waits {
            edges_s: (0..11).map(edge).collect(),
            answered: vec![1; 11],
            abandoned: vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
        };
        let bins = bins(&waits);
        let found: Vec<(f64, f64, f64)> = bins
            .iter()
            .map(|bin| (bin.edge_s, 20.0 * bin.answered, 20.0 * bin.abandoned))
            .map(|(e, a, b)| (e, a.round(), b.round()))
            .collect();
        let expected = [
            (0.0, 1.0, 0.0),
            (1.0, 1.0, 0.0),
            (2.0, 4.0, 0.0),
            (4.0, 4.0, 0.0),
            (8.0, 1.0, 9.0),
        ];
        assert_eq!(found, expected);
    }
}
