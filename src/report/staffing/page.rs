//! The page of a staffing: one HTML file that needs nothing else.

use super::{Verdict, View, change, words};
use crate::planning::{Answer, Staffing, Status};
use crate::report::files::go_on;
use crate::report::page::{Figure, Frame, Grid, Target, figures, filled};
use crate::report::plots::{Of, StaffPlot, drawings};
use crate::report::text::figures::{percent_and_error, seconds_and_error};
use crate::report::text::layout::NBSP;
use serde::Serialize;
use std::io;
use std::sync::atomic::AtomicBool;

/// What the template shows.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    frame: Frame<'a>,
    answer: Vec<String>,
    targets: Vec<Target>,
    missed: Vec<String>,
    lines: Vec<String>,
    staff: Vec<Figure>,
    service: Vec<Figure>,
    tables: Vec<Grid>,
    staffing: &'a Staffing,
}

/// Writes the page.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Interrupted`] if `stop` turns true meanwhile.
pub fn write(answer: &Answer, stop: &AtomicBool, out: &mut dyn io::Write) -> io::Result<()> {
    let view = View::new(answer);
    let all = drawings(&answer.results, &answer.scenario);
    let service = all.iter().filter(|drawing| {
        matches!(drawing.plot.of, Of::Queue)
            && ["service-level", "abandonment"].contains(&drawing.plot.name)
            || drawing.plot.name == "service-level-by-queue"
            || drawing.plot.name == "occupancy"
    });
    let (found, scenario) = (&answer.staffing, &answer.scenario);
    let targets = words::verdicts(&found.goals, found.risk.as_ref(), scenario);
    let title = format!("{}: agents required", answer.staffing.scenario);
    let shown = Shown {
        frame: Frame {
            how: words::heading(answer),
            stopped: words::stopped(&answer.staffing),
            scenario_title: "Scenario with this staff",
            ..Frame::new(title, &answer.staffing.version, &answer.scenario)
        },
        answer: words::answer(answer),
        targets: targets.into_iter().map(Target::from).collect(),
        missed: words::missed(&found.goals, scenario),
        lines: words::lines(&found.lines),
        staff: staff(&view, answer, stop)?,
        service: figures(service, stop)?,
        tables: vec![agents(&view), simulated(&view)],
        staffing: &answer.staffing,
    };
    // That the template is sound, is shown by the tests.
    let page = filled(include_str!("../page/staffing.html"), &shown).map_err(io::Error::other)?;
    go_on(stop)?;
    out.write_all(page.as_bytes())
}

impl From<Verdict> for Target {
    fn from(verdict: Verdict) -> Self {
        Self {
            name: verdict.name,
            target: verdict.target,
            verdict: verdict.status.name(),
            look: match verdict.status {
                Status::Met => "good",
                Status::Borderline => "doubt",
                Status::Missed => "bad",
            },
            finding: verdict.finding,
            days: None,
        }
    }
}

/// A plot for each group.
fn staff(view: &View<'_>, answer: &Answer, stop: &AtomicBool) -> io::Result<Vec<Figure>> {
    let figures = view.groups.iter().map(|group| {
        go_on(stop)?;
        let all = 0..view.intervals;
        let needed: Vec<u32> = all.clone().map(|i| group.required(i)).collect();
        let current: Vec<u32> = all.map(|i| group.current(i)).collect();
        let plot = StaffPlot::new(group.name, needed, current, &answer.scenario);
        Ok(Figure {
            svg: plot.svg(false),
            caption: "Agents required in each interval, and those that the scenario has.",
            description: plot.description,
        })
    });
    figures.collect()
}

/// Agents of every group by interval.
fn agents(view: &View<'_>) -> Grid {
    let mut columns = Vec::new();
    for group in &view.groups {
        columns.extend([group.name.to_owned(), "today".to_owned(), "more".to_owned()]);
        if group.has_exact() {
            columns.push("not rounded".to_owned());
        }
        if group.has_shrinkage() {
            columns.push("scheduled".to_owned());
        }
    }
    let cells = |i: usize| {
        let mut cells = Vec::new();
        for group in &view.groups {
            cells.extend([
                group.required(i).to_string(),
                group.current(i).to_string(),
                change(group, i),
            ]);
            if group.has_exact() {
                let exact = group.rows[i].agents_fractional;
                cells.push(exact.map_or(String::new(), |exact| format!("{exact:.2}")));
            }
            if group.has_shrinkage() {
                cells.push(format!("{:.1}", group.scheduled(i)));
            }
        }
        cells
    };
    Grid {
        title: "Agents by interval".to_owned(),
        header: "from".to_owned(),
        columns,
        rows: (0..view.intervals)
            .map(|i| (view.time(i), cells(i)))
            .collect(),
    }
}

/// What the closing simulation gave for every queue by interval, and what a formula promised.
fn simulated(view: &View<'_>) -> Grid {
    let kpis = [
        ("service_level", "in target"),
        ("abandonment_rate", "abandoned"),
        ("asa_s", "ASA"),
    ];
    let is_promised = view.staffing.method != "simulate";
    let mut columns = Vec::new();
    for queue in &view.queues {
        if is_promised {
            let kpi = kpis.iter().find(|(kpi, _)| *kpi == queue.kpi);
            let what = kpi.map_or("", |(_, header)| header);
            columns.push(format!("{} {what}, promised", queue.name));
        }
        columns.extend(kpis.map(|(_, header)| format!("{} {header}", queue.name)));
        columns.push("status".to_owned());
    }
    let cells = |i: usize| {
        let mut cells = Vec::new();
        for queue in &view.queues {
            let row = queue.rows[i];
            if is_promised {
                let unit = if queue.kpi == "asa_s" { " s" } else { " %" };
                let promised = queue.promised(i..i + 1);
                cells.push(match promised.is_empty() {
                    true => promised,
                    false => promised + unit,
                });
            }
            for (kpi, _) in kpis {
                let estimate = row.simulated.get(kpi).copied().unwrap_or_default();
                cells.push(match kpi {
                    "asa_s" => seconds_and_error(estimate).to_string(),
                    _ => percent_and_error(estimate).to_string(),
                });
            }
            cells.push(row.status.map_or("", Status::name).to_owned());
        }
        cells
            .into_iter()
            .map(|cell| cell.replace(NBSP, " "))
            .collect()
    };
    Grid {
        title: "Simulated, by interval".to_owned(),
        header: "from".to_owned(),
        columns,
        rows: (0..view.intervals)
            .map(|i| (view.time(i), cells(i)))
            .collect(),
    }
}
