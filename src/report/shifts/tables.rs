//! The tables of a plan, as CSV files.

use crate::report::csv::{Data, Datum, write_tables};
use crate::report::files::{Folder, SaveError};
use crate::report::tables::{Sheet, Table, judgements};
use crate::shifts::Shifts;
use crate::shifts::document::Objective;
use std::io;

/// Every table.
const TABLES: [Table<Shifts>; 5] = [
    ("shifts", people),
    ("cover", cover),
    ("targets", targets),
    ("repairs", repairs),
    ("run", run),
];

/// Writes every table into a folder. `shifts.csv` is what a published plan is read from.
///
/// # Errors
/// Those of the system.
pub fn write_csv(shifts: &Shifts, folder: &Folder<'_>) -> Result<(), SaveError> {
    let duties = || shifts.people.iter().flat_map(|person| &person.days);
    let people = shifts.people.iter();
    let names = people.flat_map(|person| person.contract.iter().chain([&person.group]));
    let names = names.chain(duties().map(|duty| &duty.shift_type));
    let names = names.chain(shifts.cover.iter().map(|row| &row.group));
    let goals = shifts.simulated.iter().flat_map(|day| &day.goals);
    let goals = goals.flat_map(|goal| goal.judged.reason.iter().chain([&goal.judged.place]));
    let repairs = shifts.repairs.iter();
    let repairs = repairs.flat_map(|repair| [&repair.group, &repair.why]);
    let rules = shifts.explanation.iter().map(|reason| &reason.rule);
    let scenarios = shifts.simulated.iter().map(|day| &day.scenario);
    let texts = names
        .chain(goals)
        .chain(repairs)
        .chain(rules)
        .chain(scenarios);
    let mut texts = texts.chain(&shifts.warnings).chain([&shifts.name]);
    let is_ascii = texts.all(|text| text.is_ascii());
    write_tables(shifts, &TABLES, is_ascii, folder)
}

/// The table of people and their shifts, as a whole.
pub fn people_data(shifts: &Shifts) -> Vec<Vec<Datum>> {
    let mut rows = Data::default();
    // What is kept in memory cannot fail.
    let _ = people(shifts, &mut rows);
    rows.into_rows()
}

/// One row for each person and shift, with as many breaks as any shift has.
fn people(shifts: &Shifts, rows: &mut dyn Sheet) -> io::Result<()> {
    let duties = || shifts.people.iter().flat_map(|person| &person.days);
    let most = duties().map(|duty| duty.breaks.len()).max().unwrap_or(0);
    let breaks = (1..=most).flat_map(|n| [format!("break{n}_start"), format!("break{n}_end")]);
    let breaks: Vec<String> = breaks.collect();
    let mut header = vec!["person", "day", "group", "start", "end"];
    header.extend(breaks.iter().map(String::as_str));
    header.extend(["paid_h", "cost", "type", "contract"]);
    rows.header(&header)?;
    for person in &shifts.people {
        for duty in &person.days {
            for text in [&person.id, &duty.day, &person.group, &duty.start, &duty.end] {
                rows.text(text)?;
            }
            for place in 0..most {
                let of = duty.breaks.get(place);
                rows.text(of.map_or("", |of| &of.start))?;
                rows.text(of.map_or("", |of| &of.end))?;
            }
            rows.number(Some(duty.paid_h))?;
            rows.number(Some(duty.cost))?;
            rows.text(&duty.shift_type)?;
            rows.text(person.contract.as_deref().unwrap_or(""))?;
            rows.end()?;
        }
    }
    Ok(())
}

/// One row for each group and step of the grid in which somebody is needed or at work.
fn cover(shifts: &Shifts, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&[
        "day", "start", "group", "required", "covered", "repaired", "spare",
    ])?;
    for row in &shifts.cover {
        for text in [&row.day, &row.start, &row.group] {
            rows.text(text)?;
        }
        // Without a requirement nobody is spare.
        let of_cover = |value: f64| Some(value).filter(|_| shifts.objective == Objective::Cover);
        rows.number(of_cover(row.required.into()))?;
        rows.number(Some(row.covered.into()))?;
        rows.number(of_cover(row.repaired.into()))?;
        rows.number(of_cover(f64::from(row.covered) - f64::from(row.repaired)))?;
        rows.end()?;
    }
    Ok(())
}

fn targets(shifts: &Shifts, rows: &mut dyn Sheet) -> io::Result<()> {
    let days = shifts.simulated.iter();
    let goals = days.flat_map(|day| {
        let of_day = [day.day.as_str(), day.scenario.as_str()];
        let goals = day.goals.iter();
        goals.map(move |goal| (of_day, &goal.judged, goal.promised))
    });
    judgements(rows, &["day", "scenario"], "promised", goals)
}

/// One row for each interval in which the simulation asked for more.
fn repairs(shifts: &Shifts, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["round", "day", "start", "group", "from", "to", "why"])?;
    for repair in &shifts.repairs {
        rows.number(Some(repair.round.into()))?;
        for text in [&repair.day, &repair.start, &repair.group] {
            rows.text(text)?;
        }
        rows.number(Some(repair.from.into()))?;
        rows.number(Some(repair.to.into()))?;
        rows.text(&repair.why)?;
        rows.end()?;
    }
    Ok(())
}

/// What was found, in a word each.
fn run(shifts: &Shifts, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["key", "value"])?;
    let mut row = |key: &str, value: &str| {
        rows.text(key)?;
        rows.text(value)?;
        rows.end()
    };
    row("name", &shifts.name)?;
    row("version", &shifts.version)?;
    row("status", shifts.status.name())?;
    row("partial", &shifts.partial.to_string())?;
    row("repeatable", &shifts.repeatable.to_string())?;
    row("grid_min", &shifts.grid_min.to_string())?;
    row("people", &shifts.people.len().to_string())?;
    row("unit", &shifts.unit)?;
    row("cost", &shifts.cost.to_string())?;
    row("cover_cost", &shifts.cover_cost.to_string())?;
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    row("bound", &number(shifts.bound))?;
    row("gap", &number(shifts.gap))?;
    row("nodes", &shifts.nodes.to_string())?;
    for reason in &shifts.explanation {
        let place = [
            reason.day.as_deref(),
            reason.start.as_deref(),
            Some(reason.rule.as_str()),
        ];
        let words: Vec<&str> = place.into_iter().flatten().collect();
        row("rule", &words.join(" "))?;
    }
    for warning in &shifts.warnings {
        row("warning", warning)?;
    }
    Ok(())
}
