//! The figures by queue, call type, agent group and trunk group, and by interval.

use super::figures::{
    UNDEFINED, count, hours, level, money, money_and_error, number, percent, rate, seconds,
};
use super::layout::{Cell, Table};
use crate::kpi::{FormulaAnswer, FormulaPair, Formulas, Interval, NotApplicable, Part, Results};
use crate::scenario::{Scenario, grouped};
use crate::stats::Estimate;

/// A column of a table of parts or of intervals.
struct Column {
    header: &'static str,
    kpi: &'static str,
    /// When the page is too narrow, the columns of the least weight go first.
    weight: u8,
    show: fn(Estimate) -> Cell,
    /// Only shown where some figure of it is not 0.
    if_any: bool,
}

const fn column(
    header: &'static str,
    kpi: &'static str,
    weight: u8,
    show: fn(Estimate) -> Cell,
) -> Column {
    Column {
        header,
        kpi,
        weight,
        show,
        if_any: false,
    }
}

impl Column {
    const fn if_any(mut self) -> Self {
        self.if_any = true;
        self
    }
}

const QUEUES: &[Column] = &[
    column("offered", "offered", 8, |e| count(e).into()),
    column("answered", "answered", 5, |e| count(e).into()),
    column("abandoned", "abandonment_rate", 7, |e| rate(e).into()),
    column("in target %", "service_level", 9, level),
    column("ASA", "asa_s", 6, |e| seconds(e).into()),
    column("p95 wait", "wait_p95_s", 4, |e| seconds(e).into()),
    column("longest queue", "queue_length_max", 3, |e| count(e).into()),
    column("blocked", "blocked", 2, |e| count(e).into()).if_any(),
    column("dropped at close", "abandoned_at_close", 1, |e| {
        count(e).into()
    })
    .if_any(),
];

const QUEUE_INTERVALS: &[Column] = &[
    column("offered", "offered", 8, |e| count(e).into()),
    column("answered", "answered", 4, |e| count(e).into()),
    column("abandoned", "abandonment_rate", 7, |e| rate(e).into()),
    column("in target %", "service_level", 9, level),
    column("ASA", "asa_s", 6, |e| seconds(e).into()),
    column("waiting", "queue_length_mean", 3, |e| number(e).into()),
    column("longest queue", "queue_length_max", 2, |e| count(e).into()),
    column("blocked", "blocked", 1, |e| count(e).into()).if_any(),
];

const CALL_TYPES: &[Column] = &[
    column("callers", "callers", 9, |e| count(e).into()),
    column("attempts", "attempts", 8, |e| count(e).into()),
    column("redials", "redials", 5, |e| count(e).into()),
    column("reconnects", "reconnects", 4, |e| count(e).into()),
    column("blocked", "blocked", 3, |e| count(e).into()).if_any(),
    column("IVR served", "ivr_contained", 2, |e| count(e).into()).if_any(),
    column("left in IVR", "ivr_abandoned", 1, |e| count(e).into()).if_any(),
    column("served", "served_rate", 6, |e| percent(e).into()),
    column("lost", "lost", 7, |e| count(e).into()),
];

const GROUPS: &[Column] = &[
    column("staffed", "staffed_h", 7, |e| hours(e).into()),
    column("busy", "busy_h", 3, |e| hours(e).into()),
    column("occupancy", "occupancy", 9, |e| percent(e).into()),
    column("answered", "answered", 5, |e| count(e).into()),
    column("AHT", "aht_s", 8, |e| seconds(e).into()),
    column("overtime", "overtime_h", 6, |e| hours(e).into()),
    column("cost", "cost", 4, |e| money(e).into()).if_any(),
];

const TRUNKS: &[Column] = &[
    column("attempts", "attempts", 7, |e| count(e).into()),
    column("blocked", "blocked", 5, |e| count(e).into()),
    column("blocking", "blocking_rate", 9, |e| rate(e).into()),
    column("lines in use", "lines_busy_mean", 8, |e| number(e).into()),
    column("most in use", "lines_busy_max", 6, |e| count(e).into()),
];

/// A row of figures: a part or an interval.
trait Row {
    fn figure(&self, kpi: &str) -> Estimate;

    /// What Erlang's formulas say, where the row stands beside them.
    fn formulas(&self) -> Option<Formulas> {
        None
    }
}

impl Row for Part {
    fn figure(&self, kpi: &str) -> Estimate {
        self.get(kpi)
    }
}

impl Row for Interval {
    fn figure(&self, kpi: &str) -> Estimate {
        self.get(kpi)
    }

    fn formulas(&self) -> Option<Formulas> {
        self.erlang
    }
}

fn table<R: Row>(header: &str, names: Vec<String>, rows: &[R], columns: &[Column]) -> Table {
    let mut table = Table::new(header, names);
    for column in columns {
        let figures = || rows.iter().map(|row| row.figure(column.kpi));
        if !column.if_any || figures().any(|e| e.mean.is_some_and(|mean| mean > 0.0)) {
            table.column(column.header, column.weight, figures().map(column.show));
        }
        if column.kpi == "service_level" {
            add_formulas(&mut table, rows);
        }
    }
    table
}

/// The service level by Erlang's formulas, for all attempts; where there is any to show. Where nobody gives up the two are one.
fn add_formulas<R: Row>(table: &mut Table, rows: &[R]) {
    let pairs = || {
        rows.iter()
            .map(|row| row.formulas().map(|said| said.all_attempts))
    };
    let differ = pairs().flatten().any(|pair| pair.a != pair.c);
    let mut add = |header: &str, of: fn(FormulaPair) -> FormulaAnswer| {
        let answers = || pairs().map(|pair| pair.map(of));
        let says = |answer: FormulaAnswer| {
            answer.figures().is_some() || answer.not_applicable() == Some(NotApplicable::Unstable)
        };
        if answers().flatten().any(says) {
            let cells = answers().map(|answer| answer.map_or(Cell::default(), by_formula));
            table.column(header, 3, cells);
        }
    };
    add("Erlang-C %", |pair| pair.c);
    if differ {
        add("Erlang-A %", |pair| pair.a);
    }
}

/// The cell of a service level by a formula, or why there is none.
fn by_formula(answer: FormulaAnswer) -> Cell {
    match answer {
        FormulaAnswer::Figures(figures) => format!("{:.1}", 100.0 * figures.service_level).into(),
        FormulaAnswer::None { not_applicable } => match not_applicable {
            NotApplicable::Unstable => "unstable".into(),
            NotApplicable::NoAgents => "no agents".into(),
            NotApplicable::NoCalls => UNDEFINED.into(),
            NotApplicable::SharedAgents => "shared".into(),
            NotApplicable::SeveralTiers => "tiers".into(),
        },
    }
}

fn of_parts(header: &str, parts: &[Part], columns: &[Column]) -> Table {
    let names = parts.iter().map(|part| part.name().to_owned()).collect();
    table(header, names, parts, columns)
}

/// The tables of the whole run, queues first.
pub fn of_run(results: &Results, scenario: &Scenario) -> Vec<Table> {
    let mut tables = vec![of_parts("queue", &results.queues, QUEUES)];
    // One call type of the same name as its queue would say the same again.
    let same = |(types, queues): (&[Part], &[Part])| match (types, queues) {
        ([call_type], [queue]) => call_type.name == queue.name,
        _ => false,
    };
    if !results.call_types.is_empty() && !same((&results.call_types, &results.queues)) {
        tables.push(of_parts("call type", &results.call_types, CALL_TYPES));
    }
    if !results.groups.is_empty() {
        tables.push(of_parts("group", &results.groups, GROUPS));
    }
    if !results.trunks.is_empty() {
        let mut trunks = of_parts("trunk", &results.trunks, TRUNKS);
        let lines = scenario.trunks.iter();
        let lines = lines.map(|trunk| grouped(trunk.lines.into(), 0).into());
        trunks.column("lines", 4, lines);
        tables.push(trunks);
    }
    tables
}

/// What a day, or an hour of a steady run, costs; none where the scenario names no prices.
pub fn cost(results: &Results) -> Option<String> {
    let cost = results.total.get("cost");
    cost.mean?;
    let per = if results.run.mode == "steady" {
        "an hour"
    } else {
        "a day"
    };
    let mut text = format!("Cost {per}: {}", money_and_error(cost));
    let staff: f64 = results
        .groups
        .iter()
        .filter_map(|group| group.get("cost").mean)
        .sum();
    if staff > 0.0 {
        let staff = Estimate {
            mean: Some(staff),
            ..Estimate::default()
        };
        text += &format!(", of which staff {}", money(staff));
    }
    Some(text + ".")
}

/// The tables by interval, each with its title.
pub fn by_interval(results: &Results, scenario: &Scenario) -> Vec<(String, Table)> {
    let day = scenario.intervals();
    let of_part = |part: &Part, columns: &[Column], kind: &str| {
        // After closing only where something happened.
        let intervals: Vec<Interval> = part
            .intervals
            .iter()
            .flatten()
            .enumerate()
            .filter(|(i, interval)| *i < day || happened(interval))
            .map(|(_, interval)| interval.clone())
            .collect();
        let starts = intervals.iter().map(|i| i.start.clone()).collect();
        let mut table = table("from", starts, &intervals, columns);
        if let Some(target) = &part.target {
            let verdicts = intervals.iter().map(|interval| {
                let high = interval.get("service_level").ci.map(|(_, high)| high);
                match high {
                    Some(high) if high < target.fraction => "below".into(),
                    _ => Cell::default(),
                }
            });
            table.column("target", 5, verdicts);
        }
        (format!("{kind} {} by interval", part.name()), table)
    };
    let kinds = [
        ("queue", &results.queues, QUEUE_INTERVALS),
        ("group", &results.groups, GROUPS),
        ("trunk", &results.trunks, TRUNKS),
    ];
    let tables = kinds.into_iter().flat_map(|(kind, parts, columns)| {
        parts.iter().map(move |part| of_part(part, columns, kind))
    });
    tables.collect()
}

fn happened(interval: &Interval) -> bool {
    let mut figures = interval.kpis.values();
    figures.any(|e| e.mean.is_some_and(|mean| mean > 0.0))
}
