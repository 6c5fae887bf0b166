//! The page of a plan: one HTML file that needs nothing else.

use super::pictures::{caption, picture};
use super::view::{View, hours_text};
use super::words;
use crate::report::files::go_on;
use crate::report::page::{Figure, Frame, Grid, STYLE, Target, filled};
use crate::report::text::figures::{percent_and_error, seconds_and_error};
use crate::report::text::layout::Look;
use crate::scenario::{DAY_MIN, Scenario, clock_text, grouped};
use crate::shifts::Shifts;
use crate::shifts::document::{DutyRow, PersonRow, PromisedGoal};
use serde::Serialize;
use std::io;
use std::sync::atomic::AtomicBool;

/// Rows of a table are not more.
const MOST_ROWS: usize = 2000;

/// Tables of more rows are folded away.
const UNFOLDED: usize = 60;

/// What the template shows.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    frame: Frame<'a>,
    look: &'static str,
    status: &'static str,
    sentence: String,
    answer: Vec<String>,
    targets: Vec<Target>,
    lists: Vec<(String, Vec<String>)>,
    days: Vec<Figure>,
    kinds: Option<Grid>,
    breaks: Option<Grid>,
    tables: Vec<Folded>,
    warnings: Vec<String>,
    shifts: &'a Shifts,
}

/// A table that may be folded away.
#[derive(Serialize)]
struct Folded {
    title: String,
    open: bool,
    more: Option<String>,
    grid: Grid,
}

impl Folded {
    /// The first rows of a table.
    fn new(mut grid: Grid, file: &str) -> Self {
        let all = grid.rows.len();
        grid.rows.truncate(MOST_ROWS);
        Self {
            // It stands above; once is enough.
            title: std::mem::take(&mut grid.title),
            open: all <= UNFOLDED,
            more: (all > MOST_ROWS).then(|| {
                let [shown, all] = [MOST_ROWS, all].map(|n| grouped(n as f64, 0));
                format!("The first {shown} of {all} rows; --csv writes all into {file}.")
            }),
            grid,
        }
    }
}

/// Writes the page; with the scenario at its end, where there is one.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Interrupted`] if `stop` turns true meanwhile.
pub fn write(
    shifts: &Shifts,
    scenario: Option<&Scenario>,
    stop: &AtomicBool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let view = View::new(shifts);
    let title = format!("{}: shifts", shifts.name);
    let frame = match scenario {
        Some(scenario) => Frame::new(title, &shifts.version, scenario),
        None => Frame {
            style: STYLE,
            version: &shifts.version,
            streams: crate::random::STREAM_VERSION,
            title,
            how: String::new(),
            stopped: None,
            scenario_title: "Scenario",
            scenario_text: String::new(),
        },
    };
    let lists = [words::explanation(&view), words::repairs(&view)];
    let mut lists: Vec<(String, Vec<String>)> = lists.into_iter().flatten().collect();
    let missing = words::uncovered(&view);
    if !missing.is_empty() {
        lists.push(("People are missing:".to_owned(), missing));
    }
    let shown = Shown {
        frame: Frame {
            how: words::heading(&view),
            stopped: words::stopped(&view),
            ..frame
        },
        look: look(words::look(shifts.status)),
        status: shifts.status.name(),
        sentence: words::status(&view),
        answer: words::answer(&view),
        targets: words::verdicts(&view)
            .into_iter()
            .map(Target::from)
            .collect(),
        lists,
        days: days(&view, stop)?,
        kinds: kinds(&view),
        breaks: breaks(&view),
        tables: tables(&view),
        warnings: words::warnings(&view),
        shifts,
    };
    // That the template is sound, is shown by the tests.
    let page = filled(include_str!("../page/shifts.html"), &shown).map_err(io::Error::other)?;
    go_on(stop)?;
    out.write_all(page.as_bytes())
}

fn look(look: Look) -> &'static str {
    match look {
        Look::Good => "good",
        Look::Bad => "bad",
        Look::Doubt => "doubt",
        Look::Plain | Look::Heading | Look::Aside => "plain",
    }
}

fn days(view: &View<'_>, stop: &AtomicBool) -> io::Result<Vec<Figure>> {
    let pictures = (0..view.days.len()).filter_map(|day| picture(view, day));
    let figures = pictures.map(|picture| {
        go_on(stop)?;
        Ok(Figure {
            svg: picture.svg(false),
            caption: caption(view),
            description: picture.description,
        })
    });
    figures.collect()
}

fn kinds(view: &View<'_>) -> Option<Grid> {
    let rows = view.kinds.iter().enumerate().map(|(k, kind)| {
        let mut cells = vec![kind.shift_type.to_owned(), kind.group.to_owned()];
        let people = kind.people.iter().map(|n| match n {
            0 => String::new(),
            n => grouped((*n).into(), 0),
        });
        cells.extend(people);
        cells.push(grouped(kind.duty.paid_h, 2));
        let name = match view.is_week() {
            true => format!("{} {}", words::code(k), hours_text(kind.duty)),
            false => hours_text(kind.duty),
        };
        (name, cells)
    });
    let mut columns = vec!["type".to_owned(), "group".to_owned()];
    match view.is_week() {
        true => columns.extend(view.days.iter().map(|day| (*day).to_owned())),
        false => columns.push("people".to_owned()),
    }
    columns.push("paid h each".to_owned());
    let grid = Grid {
        title: "Shifts".to_owned(),
        header: "from–to".to_owned(),
        columns,
        rows: rows.take(MOST_ROWS).collect(),
    };
    (!grid.rows.is_empty()).then_some(grid)
}

fn breaks(view: &View<'_>) -> Option<Grid> {
    let rows = view.breaks().into_iter().map(|of| {
        let time = |minute: u32| clock_text(minute % DAY_MIN);
        let (first, last) = of.starts_min;
        let starts = match first == last {
            true => time(first),
            false => format!("{}–{}", time(first), time(last)),
        };
        let paid = if of.paid { "paid" } else { "unpaid" };
        let cells = [
            format!("{} min", of.length_min),
            paid.to_owned(),
            starts,
            grouped(of.most as f64, 0),
        ];
        (format!("{} {}", of.shift_type, of.name), cells.to_vec())
    });
    let grid = Grid {
        title: "Breaks".to_owned(),
        header: "break".to_owned(),
        columns: ["length", "paid", "starts", "most at once"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.take(MOST_ROWS).collect(),
    };
    (!grid.rows.is_empty()).then_some(grid)
}

fn tables(view: &View<'_>) -> Vec<Folded> {
    let mut tables = vec![
        Folded::new(people(view), "shifts.csv"),
        Folded::new(cover(view), "cover.csv"),
    ];
    if !view.shifts.simulated.is_empty() {
        tables.push(Folded::new(simulated(view), "targets.csv"));
    }
    tables.retain(|table| !table.grid.rows.is_empty());
    tables
}

fn breaks_of(duty: &DutyRow) -> String {
    let breaks = duty.breaks.iter().map(|of| match of.paid {
        true => format!("{} {}–{}", of.name, of.start, of.end),
        false => format!("{} {}–{} unpaid", of.name, of.start, of.end),
    });
    breaks.collect::<Vec<_>>().join(", ")
}

fn people(view: &View<'_>) -> Grid {
    let contracts = view
        .shifts
        .people
        .iter()
        .any(|person| person.contract.is_some());
    let is_money = view.shifts.unit == "money";
    let mut columns = vec!["group".to_owned()];
    if contracts {
        columns.push("contract".to_owned());
    }
    match view.is_week() {
        true => columns.extend(view.days.iter().map(|day| (*day).to_owned())),
        false => columns.extend(["type", "from–to", "breaks"].map(str::to_owned)),
    }
    columns.push("paid h".to_owned());
    if is_money {
        columns.push("cost".to_owned());
    }
    let row = |person: &PersonRow| {
        let mut cells = vec![person.group.clone()];
        if contracts {
            cells.push(person.contract.clone().unwrap_or_default());
        }
        match view.is_week() {
            true => cells.extend(view.days.iter().map(|day| {
                let duty = person.days.iter().find(|duty| duty.day == *day);
                duty.map_or(String::new(), |duty| {
                    format!("{} {}", duty.shift_type, hours_text(duty))
                })
            })),
            false => {
                let duty = person.days.first();
                let text = |of: &dyn Fn(&DutyRow) -> String| duty.map_or(String::new(), of);
                cells.extend([
                    text(&|duty| duty.shift_type.clone()),
                    text(&hours_text),
                    text(&breaks_of),
                ]);
            }
        }
        cells.push(grouped(person.paid_h, 2));
        if is_money {
            cells.push(grouped(person.cost, 2));
        }
        (person.id.clone(), cells)
    };
    Grid {
        title: "People".to_owned(),
        header: "person".to_owned(),
        columns,
        rows: view.shifts.people.iter().map(row).collect(),
    }
}

fn cover(view: &View<'_>) -> Grid {
    let (required, repaired) = (view.is_required(), view.is_repaired());
    let rows = view.shifts.cover.iter().map(|row| {
        let day = match view.is_week() {
            true => format!("{} ", row.day),
            false => String::new(),
        };
        let mut cells = vec![row.group.clone()];
        if !required {
            cells.push(row.covered.to_string());
            return (format!("{day}{}", row.start), cells);
        }
        cells.push(row.required.to_string());
        if repaired {
            cells.push(row.repaired.to_string());
        }
        let spare = i64::from(row.covered) - i64::from(row.repaired);
        cells.push(row.covered.to_string());
        cells.push(match spare {
            0 => String::new(),
            n if n > 0 => format!("+{n}"),
            n => format!("−{} short", -n),
        });
        (format!("{day}{}", row.start), cells)
    });
    let (mut columns, mut title) = (vec!["group", "covered"], "Cover");
    if required {
        (columns, title) = (vec!["group", "required"], "Requirement and cover");
        if repaired {
            columns.push("repaired");
        }
        columns.extend(["covered", "spare"]);
    }
    Grid {
        title: title.to_owned(),
        header: "from".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}

fn simulated(view: &View<'_>) -> Grid {
    let row = |day: &str, goal: &PromisedGoal| {
        let judged = &goal.judged;
        let figure = match judged.kpi.ends_with("_s") {
            true => seconds_and_error(judged.simulated),
            false => percent_and_error(judged.simulated),
        };
        let place = judged.place.split_once('.');
        let name = place.map_or(judged.place.as_str(), |(_, name)| name);
        let day = match view.is_week() {
            true => format!("{day} "),
            false => String::new(),
        };
        let cells = [
            judged.start.clone().unwrap_or_default(),
            words::target_of(goal),
            words::promised(goal),
            figure.to_string(),
            judged.status.name().to_owned(),
        ];
        (format!("{day}{name}"), cells.to_vec())
    };
    let days = view.shifts.simulated.iter();
    let rows = days.flat_map(|day| day.goals.iter().map(move |goal| row(&day.day, goal)));
    Grid {
        title: "Targets, promised and simulated".to_owned(),
        header: "where".to_owned(),
        columns: ["from", "target", "promised", "simulated", "status"]
            .map(str::to_owned)
            .to_vec(),
        rows: rows.collect(),
    }
}
