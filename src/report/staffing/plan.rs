//! The requirement of a CSV file as text.

use super::mark;
use crate::planning::{CsvQuestion, Plan, Row, Status};
use crate::report::text::Page;
use crate::report::text::layout::{Table, wrapped};
use crate::scenario::grouped;

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
    let shrinkage = match question.shrinkage > 0.0 {
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
    if question.shrinkage > 0.0 {
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
