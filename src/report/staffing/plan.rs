//! The requirement of a CSV file as text, and as CSV files.

use super::mark;
use crate::planning::{CsvQuestion, Plan, Row, Status};
use crate::report::csv::write_tables;
use crate::report::files::{Folder, SaveError};
use crate::report::tables::Sheet;
use crate::report::text::Page;
use crate::report::text::layout::{Table, wrapped};
use crate::scenario::grouped;
use std::io;

/// The plan as text: what is asked, what it takes, and every interval.
pub fn text(plan: &Plan, question: &CsvQuestion, page: &Page) -> String {
    let formula = match plan.model.as_str() {
        "c" => "Erlang-C",
        "a" => "Erlang-A",
        _ => "M/M/n with the patience given",
    };
    let targets: Vec<String> = question.targets.iter().map(ToString::to_string).collect();
    let mut out = page.title(&format!(
        "{} · by {} min · {formula}",
        plan.file, plan.interval_min
    ));
    let shrinkage = match shrinks(plan) {
        true => format!(
            ", with shrinkage {} paid hours",
            grouped(plan.paid_hours, 1)
        ),
        false => String::new(),
    };
    let missed = plan
        .intervals
        .iter()
        .filter(|row| row.status == Some(Status::Missed));
    let missed = match missed.count() {
        0 => String::new(),
        1 => " No number of agents is enough in 1 interval.".to_owned(),
        n => format!(" No number of agents is enough in {n} intervals."),
    };
    let answer = format!(
        "It takes {} agent hours{shrinkage}, for {}.{missed} Repeat calls, calls carried over and shared agents are unknown to the \
         formula; a scenario knows them.",
        grouped(plan.agent_hours, 1),
        targets.join(" and ")
    );
    out += "\n";
    out += &wrapped(&answer, page.text_width(), 2, 0);
    out += "\n";
    out += &table(plan, question).render(page.width, page.colour);
    for row in plan
        .intervals
        .iter()
        .filter(|row| row.status == Some(Status::Missed))
    {
        if let Some(reason) = &row.reason {
            let said = format!("{}: {reason}", name(row));
            out += &wrapped(&said, page.text_width(), 2, 2);
        }
    }
    out
}

/// Whether more are scheduled than required.
fn shrinks(plan: &Plan) -> bool {
    plan.paid_hours > plan.agent_hours
}

fn name(row: &Row) -> String {
    match &row.queue {
        Some(queue) => format!("{} {queue}", row.start),
        None => row.start.clone(),
    }
}

fn table(plan: &Plan, question: &CsvQuestion) -> Table {
    let rows = || plan.intervals.iter();
    let mut table = Table::new("from", rows().map(name).collect());
    let agents = rows().map(|row| {
        let agents = row.agents.map_or(String::new(), |n| n.to_string());
        (agents + mark(row.status)).into()
    });
    table.column("agents", 9, agents);
    let number =
        |x: Option<f64>, digits: usize| x.map_or(String::new(), |x| format!("{x:.digits$}"));
    if question.fractional {
        let exact = rows().map(|row| number(row.agents_fractional, 2).into());
        table.column("not rounded", 8, exact);
    }
    if shrinks(plan) {
        let scheduled = rows().map(|row| number(row.scheduled, 1).into());
        table.column("scheduled", 7, scheduled);
    }
    let in_target = format!("in {} s %", question.thresholds.within_s);
    for (header, kpi, factor) in [
        (in_target.as_str(), "service_level", 100.0),
        ("abandoned %", "abandonment_rate", 100.0),
        ("ASA s", "asa_s", 1.0),
        ("occupancy %", "occupancy", 100.0),
    ] {
        let cells = rows().map(|row| {
            let figure = row.promised.get(kpi).map(|x| factor * x);
            number(figure, 1).into()
        });
        table.column(header, 5, cells);
    }
    table
}

/// Writes the tables of a plan into a folder: named as those of a staffing, with the columns that need no scenario.
///
/// # Errors
/// Those of the system.
pub fn write_csv(plan: &Plan, folder: &Folder<'_>) -> Result<(), SaveError> {
    let rows = || plan.intervals.iter();
    let starts = rows().map(|row| row.start.as_str());
    let queues = rows().filter_map(|row| row.queue.as_deref());
    let mut texts = starts.chain(queues).chain([plan.file.as_str()]);
    let is_ascii = texts.all(str::is_ascii);
    write_tables(plan, &[("staff", staff), ("run", run)], is_ascii, folder)
}

/// Figures of the formula.
const PROMISED: [&str; 4] = ["service_level", "abandonment_rate", "asa_s", "occupancy"];

/// One row for each of the file.
fn staff(plan: &Plan, rows: &mut dyn Sheet) -> io::Result<()> {
    let agents = ["start", "queue", "agents", "agents_fractional", "scheduled"];
    let columns = [&agents[..], &PROMISED, &["status", "reason"]].concat();
    rows.header(&columns)?;
    for row in &plan.intervals {
        rows.text(&row.start)?;
        rows.text(row.queue.as_deref().unwrap_or(""))?;
        rows.number(row.agents.map(f64::from))?;
        rows.number(row.agents_fractional)?;
        rows.number(row.scheduled)?;
        for kpi in PROMISED {
            rows.number(row.promised.get(kpi).copied())?;
        }
        rows.text(row.status.map_or("", Status::name))?;
        rows.text(row.reason.as_deref().unwrap_or(""))?;
        rows.end()?;
    }
    Ok(())
}

/// What was asked and found, in a word each.
fn run(plan: &Plan, rows: &mut dyn Sheet) -> io::Result<()> {
    rows.header(&["key", "value"])?;
    for (key, value) in [
        ("file", plan.file.clone()),
        ("version", plan.version.clone()),
        ("method", plan.method.clone()),
        ("model", plan.model.clone()),
        ("interval_min", plan.interval_min.to_string()),
        ("met", plan.met.to_string()),
        ("agent_hours", plan.agent_hours.to_string()),
        ("paid_hours", plan.paid_hours.to_string()),
    ] {
        rows.text(key)?;
        rows.text(&value)?;
        rows.end()?;
    }
    Ok(())
}
