//! A load test in rows and columns, for people and as CSV files. What is in which column is said in `docs/stress.md`.

use super::day::OfDay;
use super::price::{self, OfPrice};
use super::words::volume;
use super::{ERLANG_A, ERLANG_C, Erlang, OfCurve, View, said};
use crate::kpi::{FormulaAnswer, FormulaFigures, unit};
use crate::report::csv::write_tables;
use crate::report::files::{Folder, SaveError};
use crate::report::tables::{Sheet, Table as Csv};
use crate::report::text::figures::{UNDEFINED, level, percent, rate, seconds};
use crate::report::text::layout::{Cell, Table, truncated};
use crate::stats::Estimate;
use crate::stress::breaking::Breaking;
use crate::stress::{Row, percent_text};
use std::io;

/// Of more queues than this only the total stands in the table.
const MOST_QUEUES: usize = 6;

/// Of more queues than this the formulas are not in the table.
const MOST_WITH_FORMULAS: usize = 2;

/// Names in headers are cut to this.
const NAME: usize = 14;

/// A row for each volume.
pub fn points(of: &OfCurve<'_>) -> Table {
    let curve = of.curve;
    let percents = curve.percents();
    let name = |percent: &f64| match *percent == 100.0 {
        true => format!("{} today", volume(*percent)),
        false => volume(*percent),
    };
    let mut table = Table::new("volume", percents.iter().map(name).collect());
    let queues = curve.places("queues");
    let levels = match queues.len() {
        n if n > MOST_QUEUES => vec![("total", "in target %".to_owned())],
        1 => vec![(queues[0], "in target %".to_owned())],
        _ => queues
            .iter()
            .map(|place| {
                let name = place.strip_prefix("queues.").unwrap_or(place);
                (*place, format!("{} %", truncated(name, NAME)))
            })
            .collect(),
    };
    for (place, header) in &levels {
        table.column(
            header,
            9,
            curve.of(place).map(|row| level(row.get("service_level"))),
        );
        if queues.len() <= MOST_WITH_FORMULAS {
            for (formula, weight) in [(ERLANG_A, 4), (ERLANG_C, 3)] {
                let rows = curve.of(place);
                let cells: Vec<Option<f64>> = rows
                    .map(|row| said(row, formula, |figures| figures.service_level))
                    .collect();
                if cells.iter().any(Option::is_some) {
                    let cell = |level: Option<f64>| match level {
                        Some(level) => format!("{:.1}", 100.0 * level).into(),
                        None => Cell::from(UNDEFINED),
                    };
                    table.column(formula.0, weight, cells.into_iter().map(cell));
                }
            }
        }
    }
    let total =
        |kpi: &str| -> Vec<Estimate> { curve.of("total").map(|row| row.get(kpi)).collect() };
    table.column(
        "abandoned",
        8,
        total("abandonment_rate")
            .into_iter()
            .map(|e| rate(e).into()),
    );
    let blocked = total("blocking_rate");
    if blocked.iter().any(|estimate| estimate.mean > Some(0.0)) {
        table.column("blocked", 7, blocked.into_iter().map(|e| rate(e).into()));
    }
    table.column(
        "ASA",
        6,
        total("asa_s").into_iter().map(|e| seconds(e).into()),
    );
    let groups = curve.places("groups");
    let occupancy = percents.iter().map(|percent| {
        let rows = || {
            groups
                .iter()
                .filter_map(|place| curve.of(place).find(|row| row.percent == *percent))
        };
        let hours = |kpi: &str| rows().filter_map(|row| row.get(kpi).mean).sum::<f64>();
        let (busy, staffed) = (hours("busy_h"), hours("staffed_h"));
        Estimate {
            mean: (staffed > 0.0).then(|| busy / staffed),
            ..Estimate::default()
        }
    });
    table.column("occupancy", 5, occupancy.map(|e| percent(e).into()));
    let attempts = total("attempts_per_caller");
    if attempts.iter().any(|estimate| estimate.mean > Some(1.005)) {
        let cell = |estimate: Estimate| match estimate.mean {
            Some(mean) => Cell::from(format!("{mean:.2}")),
            None => Cell::from(UNDEFINED),
        };
        table.column("attempts each", 2, attempts.into_iter().map(cell));
    }
    table
}

/// Writes every file into a folder.
///
/// # Errors
/// Those of the system.
pub fn write_csv(view: &View<'_>, folder: &Folder<'_>) -> Result<(), SaveError> {
    let run = &view.found.run;
    let warnings = run.warnings.iter().map(String::as_str);
    let curve = view.curve();
    let places = curve.iter().flat_map(|of| &of.curve.rows);
    let places = places.map(|row| row.place.as_str());
    let name = view.found.scenario.name.as_str();
    let day = view.found.day.as_ref();
    let steps = day.iter().flat_map(|course| &course.timeline);
    let places = places.chain(steps.map(|step| step.place.as_str()));
    let profile = day.and_then(|course| course.profile.name.as_deref());
    let expected = view.found.expectations.iter();
    let expected = expected.map(|judged| judged.text.as_str());
    let texts = warnings.chain(places).chain(profile).chain(expected);
    let is_ascii = texts.chain([name]).all(str::is_ascii);
    if let Some(found) = &view.found.breaking {
        let tables: [Csv<Breaking>; 1] = [("breaking", breaking)];
        write_tables(found, &tables, is_ascii, folder)?;
    }
    if let Some(of) = view.day() {
        let tables: [Csv<OfDay<'_>>; 2] = [("timeline", timeline), ("windows", windows)];
        write_tables(&of, &tables, is_ascii, folder)?;
    }
    if let Some(of) = view.price() {
        let tables: [Csv<OfPrice<'_>>; 1] = [("price", price::csv)];
        write_tables(&of, &tables, is_ascii, folder)?;
    }
    if !view.found.expectations.is_empty() {
        let tables: [Csv<View<'_>>; 1] = [("expectations", expectations)];
        write_tables(view, &tables, is_ascii, folder)?;
    }
    if let Some(of) = curve {
        let tables: [Csv<OfCurve<'_>>; 3] = [("curve", rows), ("erlang", erlang), ("knees", knees)];
        write_tables(&of, &tables, is_ascii, folder)?;
    }
    let tables: [Csv<View<'_>>; 1] = [("run", facts)];
    write_tables(view, &tables, is_ascii, folder)
}

/// Two cells: the list that a part is in, and its name.
fn place(rows: &mut dyn Sheet, place: &str) -> io::Result<()> {
    let (part, name) = place.split_once('.').unwrap_or((place, ""));
    rows.text(part)?;
    rows.text(name)
}

/// The volumes simulated in search of the breaking point.
fn breaking(found: &Breaking, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["percent", "days", "days_held"])?;
    for of in &found.breaking_point.points {
        for number in [of.percent, of.days as f64, of.days_held] {
            rows.number(Some(number))?;
        }
        rows.end()?;
    }
    Ok(())
}

/// A row for each figure of each part in each step of the day, with the profile and without.
fn timeline(of: &OfDay<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "profile", "start", "part", "name", "kpi", "unit", "mean", "ci_low", "ci_high", "se",
    ])?;
    let sides = [
        ("with", &of.course.timeline),
        ("without", &of.course.timeline_without),
    ];
    for (profile, steps) in sides {
        for step in steps {
            for (kpi, estimate) in &step.kpis {
                rows.text(profile)?;
                rows.text(&step.start)?;
                place(rows, &step.place)?;
                rows.text(kpi)?;
                rows.text(unit(kpi).map_or("", |unit| unit.name()))?;
                rows.estimate(estimate)?;
                rows.end()?;
            }
        }
    }
    Ok(())
}

/// A row for each target at each instant of the day.
fn windows(of: &OfDay<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "time", "part", "name", "kpi", "target", "value", "ci_low", "ci_high", "missed", "without",
    ])?;
    for target in &of.course.windows {
        // At opening there is nothing yet.
        for at in 1..target.values.len() {
            let (low, high) = target.ci[at].unzip();
            rows.text(&of.clock(at as u32 * of.step_min()))?;
            place(rows, &target.place)?;
            rows.text(target.kpi)?;
            rows.number(Some(target.target))?;
            for number in [target.values[at], low, high] {
                rows.number(number)?;
            }
            rows.text(if target.missed[at] { "true" } else { "false" })?;
            rows.number(target.without[at])?;
            rows.end()?;
        }
    }
    Ok(())
}

/// A row for each expectation.
fn expectations(view: &View<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["text", "verdict", "value", "ci_low", "ci_high", "threshold"])?;
    for judged in &view.found.expectations {
        rows.text(&judged.text)?;
        rows.text(judged.verdict.name())?;
        let (low, high) = judged.ci.unzip();
        for number in [judged.value, low, high, Some(judged.threshold)] {
            // An end that is not known is empty.
            rows.number(number.filter(|number| number.is_finite()))?;
        }
        rows.end()?;
    }
    Ok(())
}

/// A row for each figure of each part at each volume.
fn rows(of: &OfCurve<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "percent", "days", "part", "name", "kpi", "unit", "mean", "ci_low", "ci_high", "se",
    ])?;
    for row in &of.curve.rows {
        for (kpi, estimate) in &row.kpis {
            rows.number(Some(row.percent))?;
            rows.number(Some(row.days as f64))?;
            place(rows, &row.place)?;
            rows.text(kpi)?;
            rows.text(unit(kpi).map_or("", |unit| unit.name()))?;
            rows.estimate(estimate)?;
            rows.end()?;
        }
    }
    Ok(())
}

/// What the formulas say of each queue at each volume.
fn erlang(of: &OfCurve<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "percent",
        "queue",
        "formula",
        "agents_seen",
        "not_applicable",
        "erlangs",
        "agents",
        "service_level",
        "asa_s",
        "abandonment_rate",
        "occupancy",
    ])?;
    let with_formulas = of.curve.rows.iter();
    for (row, formulas) in with_formulas.filter_map(|row| Some((row, row.erlang.as_ref()?))) {
        for (name, answer) in [("c", formulas.c), ("a", formulas.a)] {
            rows.number(Some(row.percent))?;
            rows.text(row.place.trim_start_matches("queues."))?;
            rows.text(name)?;
            rows.text(formulas.agents.name())?;
            let why = answer.and_then(|answer| answer.not_applicable());
            rows.text(why.map_or("", |why| why.name()))?;
            let figures = answer.as_ref().and_then(FormulaAnswer::figures);
            let of = |get: fn(&FormulaFigures) -> f64| figures.map(get);
            for number in [
                of(|f| f.erlangs),
                of(|f| f.agents),
                of(|f| f.service_level),
                of(|f| f.asa_s),
                of(|f| f.abandonment_rate),
                of(|f| f.occupancy),
            ] {
                rows.number(number)?;
            }
            rows.end()?;
        }
    }
    Ok(())
}

/// A row for each service level.
fn knees(of: &OfCurve<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "part", "name", "kpi", "percent", "value", "from", "to", "reason",
    ])?;
    for knee in &of.curve.knees {
        place(rows, &knee.place)?;
        rows.text(knee.kpi)?;
        let (from, to) = knee.between.unzip();
        for number in [knee.percent, knee.value, from, to] {
            rows.number(number)?;
        }
        rows.text(knee.reason.map_or("", |reason| reason.name()))?;
        rows.end()?;
    }
    Ok(())
}

/// Facts about the run.
fn facts(view: &View<'_>, rows: &mut dyn Sheet) -> io::Result<()> {
    let run = &view.found.run;
    rows.header(&["key", "value"])?;
    let mut facts: Vec<(&str, String)> = vec![
        ("scenario", view.found.scenario.name.clone()),
        ("sha256", view.found.scenario.sha256.clone()),
        ("version", run.version.to_owned()),
        ("mode", run.mode.to_owned()),
        ("seed", run.seed.to_string()),
        ("confidence", run.confidence.to_string()),
        ("days_used", run.days_used.to_string()),
        ("partial", run.partial.to_string()),
    ];
    if let Some(ended) = view
        .found
        .curve
        .as_ref()
        .and_then(|curve| curve.ended.as_ref())
    {
        facts.push(("ended_percent", percent_text(ended.percent)));
    }
    let mut numbers: Vec<(&str, Option<f64>)> = Vec::new();
    if let Some(breaking) = &view.found.breaking {
        let point = &breaking.breaking_point;
        let (low, high) = point.ci.unzip();
        numbers.extend([
            ("breaking_point_percent", point.percent),
            ("breaking_point_ci_low", low),
            ("breaking_point_ci_high", high.flatten()),
            ("breaking_point_calls_per_h", point.calls_per_h),
            ("headroom_percent", breaking.headroom_percent),
        ]);
        facts.push(("breaking_point_reason", name_of(&point.reason)));
    }
    if let Some(course) = &view.found.day {
        let recovery = &course.recovery;
        let (low, high) = recovery.ci.unzip();
        numbers.extend([
            ("recovery_min", recovery.minutes),
            ("recovery_ci_low", low),
            ("recovery_ci_high", high.flatten()),
            ("not_recovered", recovery.not_recovered.mean),
            ("missed_after_min", Some(course.missed_after.minutes)),
            ("lost_extra", course.lost_extra.mean),
            ("returned_extra", course.returned_extra.mean),
            ("window_min", Some(course.profile.window_min.into())),
        ]);
        facts.extend([
            ("profile", course.profile.name.clone().unwrap_or_default()),
            ("cause_over", course.profile.over.clone()),
            ("recovery_reason", name_of(&recovery.reason)),
            ("self_sustaining", course.self_sustaining.to_string()),
        ]);
    }
    if let Some(price) = &view.found.price {
        numbers.extend([
            ("price_agent_hours", Some(price.agent_hours)),
            ("price_agent_hours_without", price.agent_hours_without),
        ]);
        facts.extend([
            ("price_met", price.met.to_string()),
            ("price_per", price.per.clone()),
            ("price_days", price.replications.to_string()),
        ]);
    }
    facts.extend(
        run.warnings
            .iter()
            .map(|warning| ("warning", warning.clone())),
    );
    for (key, number) in numbers {
        rows.text(key)?;
        rows.number(number)?;
        rows.end()?;
    }
    for (key, value) in facts {
        rows.text(key)?;
        rows.text(&value)?;
        rows.end()?;
    }
    Ok(())
}

/// A reason as in the JSON document; nothing where there is none.
fn name_of(reason: &impl serde::Serialize) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Every volume of a queue, for the page: simulated beside the formulas.
pub fn beside(of: &OfCurve<'_>, queue: &str) -> Table {
    let rows: Vec<&Row> = of.curve.of(queue).collect();
    let names = rows.iter().map(|row| volume(row.percent));
    let mut table = Table::new("volume", names.collect());
    let mut add = |kpi: &str,
                   header: &str,
                   say: fn(Estimate) -> String,
                   (get, formulas): (fn(&FormulaFigures) -> f64, &[Erlang])| {
        table.column(header, 9, rows.iter().map(|row| say(row.get(kpi)).into()));
        for &formula in formulas {
            let cell = |row: &&Row| {
                Cell::from(say(Estimate {
                    mean: said(row, formula, get),
                    ..Estimate::default()
                }))
            };
            table.column(formula.0, 5, rows.iter().map(cell));
        }
    };
    let both = [ERLANG_A, ERLANG_C];
    add(
        "service_level",
        "in target",
        percent,
        (|figures| figures.service_level, &both),
    );
    // For Erlang-C nobody abandons.
    add(
        "abandonment_rate",
        "abandoned",
        rate,
        (|figures| figures.abandonment_rate, &both[..1]),
    );
    add("asa_s", "ASA", seconds, (|figures| figures.asa_s, &both));
    table
}
