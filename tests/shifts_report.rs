//! What a plan of shifts is written as: text, pages, pictures, tables and calendars.

#![allow(clippy::unwrap_used)]

use acdsim::kpi::{Bound, TargetInfo};
use acdsim::planning::{Judged, Status};
use acdsim::report::files::{Folder, Place};
use acdsim::report::shifts as report;
use acdsim::report::text::Page;
use acdsim::scenario::{Break, Contract, ShiftRules, ShiftType};
use acdsim::shifts::document::{
    self, Objective, PromisedGoal, Reason, Repair, SCHEMA, ShiftStatus, Shifts, SimulatedDay,
};
use acdsim::shifts::{Crew, Duty, Horizon, Person, Plan, Task, read_published};
use acdsim::stats::Estimate;
use proptest::prelude::*;
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

fn a_break(
    name: &str,
    length_min: u32,
    (earliest_min, latest_min): (u32, u32),
    paid: bool,
) -> Break {
    Break {
        name: name.into(),
        length_min,
        earliest_min,
        latest_min,
        paid,
    }
}

fn shift_type(name: &str, breaks: Vec<Break>) -> ShiftType {
    ShiftType {
        name: name.into(),
        groups: vec!["generalists".into(), "sales team".into()],
        starts_min: (0..96).map(|k| 15 * k).collect(),
        lengths_min: vec![240, 480, 510],
        days: [true; 7],
        least: 0,
        most: None,
        cost_per_hour: None,
        breaks,
    }
}

fn rules() -> ShiftRules {
    ShiftRules {
        grid_min: 15,
        day: None,
        cyclic: false,
        rest_min: 660,
        shrinkage: None,
        short_cost: None,
        spare_cost: 0.0,
        most_people: None,
        keep: None,
        types: vec![
            shift_type(
                "early",
                vec![
                    a_break("coffee", 15, (90, 150), true),
                    a_break("lunch", 30, (210, 300), false),
                ],
            ),
            shift_type("late", vec![a_break("dinner", 30, (210, 300), false)]),
            shift_type("short", vec![]),
        ],
        contracts: vec![Contract {
            name: "full time".into(),
            groups: vec!["generalists".into(), "sales team".into()],
            types: vec!["early".into(), "late".into(), "short".into()],
            shifts: (0, 5),
            paid_min: (0, 2400),
            rest_min: 660,
            same_shift: false,
            most_people: None,
        }],
        premiums: vec![],
        blocks: vec![],
    }
}

fn crews(names: &[&str], cost_per_hour: Option<f64>) -> Vec<Crew> {
    let crew = |name: &&str| Crew {
        name: (*name).into(),
        cost_per_hour,
    };
    names.iter().map(crew).collect()
}

fn task(names: &[&str], days: Vec<Option<usize>>, cost_per_hour: Option<f64>) -> Task {
    let horizon = Horizon {
        grid_min: 15,
        days,
        cyclic: false,
    };
    let cells = horizon.cells();
    Task {
        rules: rules(),
        crews: crews(names, cost_per_hour),
        horizon,
        need: vec![vec![0; cells]; names.len()],
        aims: Vec::new(),
        best_service: false,
        most_cost: None,
        published: Vec::new(),
    }
}

/// People needed on each day from an hour to an hour.
fn need(task: &mut Task, group: usize, hours: std::ops::Range<u32>, people: u32) {
    for day in 0..task.horizon.days.len() {
        for minute in (hours.start * 60..hours.end * 60).step_by(15) {
            let cell = task.horizon.cell(day, minute).unwrap();
            task.need[group][cell] = people;
        }
    }
}

fn duty(day: usize, shift_type: usize, start_min: u32, breaks_min: &[u32]) -> Duty {
    Duty {
        day,
        start_min,
        length_min: if shift_type == 2 { 240 } else { 510 },
        shift_type,
        breaks_min: breaks_min.to_vec(),
    }
}

fn person(crew: usize, contract: Option<usize>, duties: Vec<Duty>) -> Person {
    Person {
        crew,
        contract,
        duties,
    }
}

fn document(task: &Task, plan: &Plan, status: ShiftStatus) -> Shifts {
    let cost = plan.cost(task);
    Shifts {
        schema: SCHEMA.into(),
        name: "Bank, a Monday".into(),
        version: "0.0.0".into(),
        objective: Objective::Cover,
        service: None,
        status,
        partial: false,
        repeatable: true,
        grid_min: task.horizon.grid_min,
        unit: if task.is_priced() {
            "money"
        } else {
            "paid_hours"
        }
        .into(),
        cost,
        cover_cost: cost,
        bound: Some(cost / 1.012),
        gap: Some(0.012),
        nodes: 41,
        published: None,
        people: document::people(task, plan),
        cover: document::cover(task, &task.need, plan),
        repairs: vec![],
        simulated: vec![],
        explanation: vec![],
        warnings: vec![],
    }
}

fn goal(place: &str, start: Option<&str>, kpi: &str, mean: f64, status: Status) -> PromisedGoal {
    let at_least = kpi == "service_level";
    PromisedGoal {
        promised: Some(mean + 0.012),
        target: at_least.then(|| TargetInfo {
            fraction: 0.8,
            within_s: 20.0,
            formula: "answered_over_offered".into(),
        }),
        judged: Judged {
            place: place.into(),
            start: start.map(Into::into),
            kpi: kpi.into(),
            bound: if at_least {
                Bound::AtLeast
            } else {
                Bound::AtMost
            },
            threshold: if at_least { 0.8 } else { 0.05 },
            best: None,
            simulated: Estimate {
                mean: Some(mean),
                ci: Some((mean - 0.004, mean + 0.004)),
                se: Some(0.002),
            },
            status,
            reason: None,
        },
    }
}

fn simulated(day: &str, goals: Vec<PromisedGoal>) -> SimulatedDay {
    SimulatedDay {
        day: day.into(),
        scenario: "Bank".into(),
        replications: 200,
        confidence: 0.95,
        goals,
    }
}

/// A day of six people, one of them over midnight.
fn day() -> Shifts {
    let mut task = task(&["generalists"], vec![None], Some(20.0));
    need(&mut task, 0, 6..16, 1);
    need(&mut task, 0, 9..12, 2);
    need(&mut task, 0, 17..20, 1);
    let plan = Plan {
        people: vec![
            person(0, None, vec![duty(0, 0, 360, &[450, 600])]),
            person(0, None, vec![duty(0, 0, 360, &[480, 645])]),
            person(0, None, vec![duty(0, 0, 405, &[510, 630])]),
            person(0, None, vec![duty(0, 2, 540, &[])]),
            person(0, None, vec![duty(0, 1, 720, &[960])]),
            person(0, None, vec![duty(0, 1, 1320, &[1560])]),
        ],
    };
    let mut shifts = document(&task, &plan, ShiftStatus::Held);
    shifts.simulated = vec![simulated(
        "day",
        vec![
            goal("queues.service", None, "service_level", 0.819, Status::Met),
            goal(
                "queues.service",
                None,
                "abandonment_rate",
                0.031,
                Status::Met,
            ),
        ],
    )];
    shifts
}

/// A week of two groups with a contract, repairs, a rule and missing people.
fn week() -> Shifts {
    let days = (0..7).map(Some).collect();
    let mut task = task(&["generalists", "sales team"], days, None);
    need(&mut task, 0, 8..16, 2);
    need(&mut task, 1, 10..14, 1);
    let work = |first: usize, shift_type: usize, start: u32, breaks: &[u32]| -> Vec<Duty> {
        (first..first + 5)
            .map(|day| duty(day, shift_type, start, breaks))
            .collect()
    };
    let plan = Plan {
        people: vec![
            person(0, Some(0), work(0, 0, 480, &[600, 720])),
            person(0, Some(0), work(0, 0, 480, &[615, 750])),
            person(0, Some(0), work(2, 0, 480, &[630, 780])),
            person(0, Some(0), work(2, 0, 450, &[570, 720])),
            person(1, Some(0), work(0, 2, 600, &[])),
            person(
                1,
                Some(0),
                vec![duty(5, 2, 600, &[]), duty(6, 1, 1320, &[1545])],
            ),
        ],
    };
    let mut repaired = task.need.clone();
    let cell = task.horizon.cell(0, 600).unwrap();
    repaired[0][cell] = 3;
    let mut shifts = document(&task, &plan, ShiftStatus::Uncovered);
    shifts.cover = document::cover(&task, &repaired, &plan);
    shifts.cover_cost = shifts.cost - 8.0;
    shifts.bound = Some(shifts.cover_cost / 1.012);
    shifts.repairs = vec![Repair {
        round: 1,
        day: "mon".into(),
        start: "10:00".into(),
        group: "generalists".into(),
        from: 2,
        to: 3,
        why: "service: 80 % in 20 s is missed, 76.4 %".into(),
    }];
    shifts.simulated = ["mon", "sun"]
        .map(|day| {
            simulated(
                day,
                vec![
                    goal(
                        "queues.service",
                        Some("08:00"),
                        "service_level",
                        0.83,
                        Status::Met,
                    ),
                    goal(
                        "queues.service",
                        Some("08:30"),
                        "service_level",
                        0.764,
                        Status::Missed,
                    ),
                    goal(
                        "queues.sales",
                        None,
                        "service_level",
                        0.799,
                        Status::Borderline,
                    ),
                ],
            )
        })
        .to_vec();
    shifts.explanation = vec![
        Reason {
            day: Some("mon".into()),
            start: Some("08:00".into()),
            rule: "2 people of generalists are required".into(),
        },
        Reason {
            day: None,
            start: None,
            rule: "full time: at most 5 shifts a week".into(),
        },
    ];
    shifts.warnings = vec!["group \"sales team\" has nobody on sun before 22:00".into()];
    shifts
}

fn infeasible() -> Shifts {
    let mut task = task(&["generalists"], vec![None], None);
    need(&mut task, 0, 8..9, 2);
    let mut shifts = document(&task, &Plan::default(), ShiftStatus::Infeasible);
    shifts.explanation = vec![Reason {
        day: None,
        start: None,
        rule: "early: at least 3 people, and at most 2 in all".into(),
    }];
    shifts
}

/// A day of so many people.
fn many(people: usize) -> Shifts {
    let mut task = task(&["generalists"], vec![None], Some(20.0));
    let person = |k: usize| {
        let start = 360 + 15 * (k * 7 % 37) as u32;
        let shift_type = k % 3;
        let breaks: &[u32] = match shift_type {
            0 => &[
                start + 90 + 15 * (k as u32 % 5),
                start + 210 + 15 * (k as u32 % 7),
            ],
            1 => &[start + 240],
            _ => &[],
        };
        person(0, None, vec![duty(0, shift_type, start, breaks)])
    };
    let mut plan = Plan {
        people: (0..people).map(person).collect(),
    };
    plan.sort();
    let covered = plan.cover(&task).remove(0);
    // Some steps are short, most have a few to spare.
    let asked = |n: u32| n - n / 20 + u32::from(n > 10 && n.is_multiple_of(7)) * (n / 10);
    task.need[0] = covered.into_iter().map(asked).collect();
    document(&task, &plan, ShiftStatus::Uncovered)
}

/// A week of so many people.
fn many_in_week(people: usize) -> Shifts {
    let days = (0..7).map(Some).collect();
    let mut task = task(&["generalists", "sales team"], days, None);
    need(&mut task, 0, 8..16, 2);
    let person = |k: usize| {
        let start = 360 + 15 * (k * 7 % 37) as u32;
        let duties = (0..5)
            .map(|d| duty((k + d) % 7, 2, start, &[]))
            .collect::<Vec<_>>();
        let mut duties = duties;
        duties.sort();
        person(k % 2, Some(0), duties)
    };
    let plan = Plan {
        people: (0..people).map(person).collect(),
    };
    document(&task, &plan, ShiftStatus::Held)
}

fn page(width: usize, colour: bool) -> Page {
    Page {
        width,
        colour,
        intervals: false,
    }
}

/// Files that were written into a folder.
fn written(
    fill: impl FnOnce(&Folder<'_>) -> Result<(), acdsim::report::files::SaveError>,
) -> (tempfile::TempDir, std::path::PathBuf) {
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("files");
    let place = Place::given(&path, false);
    place.save_folder(&AtomicBool::new(false), fill).unwrap();
    (around, path)
}

fn file(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn text_of_a_day() {
    for width in [40, 80, 120] {
        insta::assert_snapshot!(
            format!("day_{width}"),
            report::text(&day(), &page(width, false))
        );
    }
    insta::assert_snapshot!(
        "day_colour",
        report::text(&day(), &page(80, true))
            .escape_debug()
            .to_string()
            .replace("\\n", "\n")
    );
}

#[test]
fn text_of_a_week() {
    for width in [40, 80, 120] {
        insta::assert_snapshot!(
            format!("week_{width}"),
            report::text(&week(), &page(width, false))
        );
    }
    let intervals = Page {
        intervals: true,
        ..page(100, false)
    };
    let text = report::text(&week(), &intervals);
    assert!(
        text.contains("\n  mon    generalists  sales team\n"),
        "{text}"
    );
}

/// Whoever can scroll is shown all, where the report puts people together and lists no more than can be read.
#[test]
fn a_session_shows_everybody() {
    let mut shifts = many(200);
    for row in shifts.cover.iter_mut().step_by(2) {
        row.repaired = row.covered + 1;
    }
    let (found, parts) = report::on_screen(&shifts, &page(80, false));
    let [picture, table] = &parts[..] else {
        panic!("{parts:?}");
    };
    for id in ["001", "100", "200"] {
        let lines = picture.lines();
        let of_person = lines.filter(|line| line.trim_start().starts_with(id));
        assert_eq!(of_person.count(), 1, "{id}: {picture}");
    }
    for header in [picture, table] {
        let first = header.lines().next().unwrap();
        assert!(
            first.contains("06:00") || first.contains("from"),
            "{header}"
        );
    }
    let short = shifts.cover.iter().filter(|row| row.covered < row.repaired);
    let missing = found.lines().filter(|line| line.contains("short of"));
    // Neighbouring steps are put together.
    assert!((11..=short.count()).contains(&missing.count()), "{found}");
    assert!(
        !found.contains("--"),
        "no flags of the command line: {found}"
    );
}

#[test]
fn text_of_many_people() {
    insta::assert_snapshot!("many_80", report::text(&many(200), &page(80, false)));
    insta::assert_snapshot!(
        "many_in_week_80",
        report::text(&many_in_week(200), &page(80, false))
    );
}

#[test]
fn text_of_rules_that_contradict_each_other() {
    insta::assert_snapshot!("infeasible", report::text(&infeasible(), &page(80, false)));
}

/// A line is never wider than the page, and there are not more of them than somebody reads.
#[test]
fn text_fits_every_width() {
    let mut odd = week();
    for (person, name) in
        odd.people
            .iter_mut()
            .zip(["客户服务客户服务客户服务", "👩‍👩‍👧‍👦 family", "x", ""])
    {
        person.group = name.into();
        for duty in &mut person.days {
            duty.shift_type = format!("{name} 早班 a very long name of a type of shift");
        }
    }
    let mut empty = day();
    empty.people.clear();
    empty.cover.clear();
    let all = [
        day(),
        week(),
        infeasible(),
        many(1),
        many(61),
        many(10_000),
        many_in_week(10_000),
        odd,
        empty,
    ];
    for (n, shifts) in all.iter().enumerate() {
        for width in [0, 1, 40, 41, 47, 59, 80, 120, 300, 1000] {
            let text = report::text(shifts, &page(width, false));
            for line in text.lines() {
                let wide = unicode_width::UnicodeWidthStr::width(line);
                assert!(
                    wide <= width.max(40),
                    "{n} at {width}: {wide} columns\n{line}"
                );
                assert_eq!(line, line.trim_end(), "{n} at {width}");
            }
            let lines = text.lines().count();
            assert!(lines < 700, "{n} at {width}: {lines} lines");
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for shifts in [day(), week(), many(100), infeasible()] {
        for width in [40, 80, 120] {
            let plain = report::text(&shifts, &page(width, false));
            let coloured = report::text(&shifts, &page(width, true));
            assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
            assert_ne!(coloured, plain);
        }
    }
}

#[test]
fn tables_of_a_week() {
    let (_around, folder) = written(|folder| report::write_csv(&week(), folder));
    let mut all = String::new();
    for name in ["shifts.csv", "targets.csv", "repairs.csv", "run.csv"] {
        all += &format!("{name}\n{}\n", file(&folder, name).replace("\r\n", "\n"));
    }
    let cover = file(&folder, "cover.csv");
    let head: Vec<&str> = cover.lines().take(12).collect();
    insta::assert_snapshot!("tables", format!("{all}cover.csv\n{}\n", head.join("\n")));
}

#[test]
fn a_published_plan_is_read_back() {
    for (shifts, name) in [(day(), "day"), (week(), "week"), (many(500), "many")] {
        let (_around, folder) = written(|folder| report::write_csv(&shifts, folder));
        let read = read_published(&folder.join("shifts.csv")).unwrap();
        let duties = shifts
            .people
            .iter()
            .flat_map(|p| p.days.iter().map(move |d| (p, d)));
        let expected: Vec<_> = duties
            .map(|(person, duty)| {
                let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
                let (from, to) = duty.minutes;
                (
                    days.iter().position(|d| *d == duty.day),
                    person.group.clone(),
                    from,
                    to - from,
                )
            })
            .collect();
        let found: Vec<_> = read
            .into_iter()
            .map(|p| (p.day, p.group, p.start_min, p.length_min))
            .collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn names_survive_a_published_plan() {
    let mut shifts = day();
    for (person, name) in shifts
        .people
        .iter_mut()
        .zip(["=1+1", "a, \"b\"", "客户", "-x", "'quoted'", "+"])
    {
        person.group = name.into();
    }
    let (_around, folder) = written(|folder| report::write_csv(&shifts, folder));
    let read = read_published(&folder.join("shifts.csv")).unwrap();
    let names: Vec<&str> = read.iter().map(|p| p.group.as_str()).collect();
    assert_eq!(names, ["=1+1", "a, \"b\"", "客户", "-x", "'quoted'", "+"]);
}

#[test]
fn a_published_plan_that_is_wrong_says_where() {
    let read = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.csv");
        std::fs::write(&path, text).unwrap();
        let read = read_published(&path);
        read.map_err(|e| {
            e.to_string()
                .replace(&path.display().to_string(), "plan.csv")
        })
    };
    let rows = |rows: &str| read(&format!("day,group,start,end\n{rows}\n"));
    let ok = rows("Mon,g,22:00,06:00\nday,g,8:00,24:00\nsun,g,06:00,06:00").unwrap();
    let found: Vec<_> = ok
        .iter()
        .map(|p| (p.line, p.day, p.start_min, p.length_min))
        .collect();
    assert_eq!(
        found,
        [
            (2, Some(0), 1320, 480),
            (3, None, 480, 960),
            (4, Some(6), 360, 1440)
        ]
    );
    for (found, expected) in [
        (
            rows("mon,g,6,14:30"),
            "plan.csv, line 2, column 3 (\"start\"): expected a time of day HH:MM, such as 08:30, found \"6\"",
        ),
        (
            rows("mon,g,06:00,25:00"),
            "plan.csv, line 2, column 4 (\"end\"): expected a time of day HH:MM, such as 08:30, found \"25:00\"",
        ),
        (
            rows("mon,g,24:00,06:00"),
            "plan.csv, line 2, column 3 (\"start\"): a shift starts before 24:00; expected 00:00 of the next day",
        ),
        (
            rows("mon,g,06:00,14:00\nmo,g,06:00,14:00"),
            "plan.csv, line 3, column 1 (\"day\"): expected a day, one of mon, tue, wed, thu, fri, sat, sun or day, found \"mo\"",
        ),
        (
            rows("mon,,06:00,14:00"),
            "plan.csv, line 2, column 2 (\"group\"): expected the name of a group, found nothing",
        ),
        (
            rows("mon,g,06:00"),
            "plan.csv, line 2: 3 columns, but the header has 4",
        ),
        (
            read("day,group,start,end\n"),
            "plan.csv has no rows; expected one for each shift below the header",
        ),
        (
            read("day,group,from,end\nmon,g,06:00,14:00\n"),
            "\"plan.csv\" has no column \"start\", only \"day\", \"group\", \"from\", \"end\"",
        ),
        (
            read("day,group,start,end,end\nmon,g,06:00,14:00,\n"),
            "\"plan.csv\" has two columns \"end\"",
        ),
        (read(""), "\"plan.csv\" has no header"),
    ] {
        assert_eq!(found.unwrap_err(), expected);
    }
    let missing = read_published(Path::new("nowhere.csv")).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "cannot read the CSV file \"nowhere.csv\": there is no such file"
    );
}

fn monday() -> report::Date {
    "2026-11-30".parse().unwrap()
}

#[test]
fn a_calendar_of_a_week() {
    let calendar = report::calendar(&week(), monday()).unwrap();
    let shown = calendar.replace("\r\n", "\n");
    let events: Vec<&str> = shown.split("BEGIN:VEVENT").collect();
    let some = [events[0], events[1], events[events.len() - 1]].join("BEGIN:VEVENT");
    insta::assert_snapshot!("calendar", some);
}

#[test]
fn a_calendar_begins_on_the_day_of_its_plan() {
    let tuesday = "2026-12-01".parse().unwrap();
    let error = report::calendar(&week(), tuesday).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2026-12-01 is a Tuesday, but the plan begins on a Monday; the next one is 2026-12-07"
    );
    assert!(
        report::calendar(&day(), tuesday).is_ok(),
        "the weekday is not known"
    );
    let wrong = "2026-02-29".parse::<report::Date>().unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "expected a date YYYY-MM-DD from 1900-01-01 to 2999-12-31, such as 2027-03-01, found \"2026-02-29\""
    );
}

/// An event as its properties, values as text.
type Event = Vec<(String, String)>;

/// Reads a calendar by the letter of RFC 5545, as far as plans use it.
fn parsed(calendar: &str) -> Vec<Event> {
    assert!(calendar.ends_with("\r\n"), "the last line has no end");
    assert!(
        !calendar.replace("\r\n", "").contains(['\r', '\n']),
        "a line ends in other than CRLF"
    );
    let physical: Vec<&str> = calendar.split("\r\n").collect();
    let mut lines: Vec<String> = Vec::new();
    for line in &physical[..physical.len() - 1] {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.is_empty(), "an empty line");
        match line.strip_prefix(' ') {
            Some(rest) => lines.last_mut().unwrap().push_str(rest),
            None => lines.push((*line).to_owned()),
        }
    }
    let texts = ["SUMMARY", "DESCRIPTION", "X-WR-CALNAME"];
    let mut events = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut head: Event = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').expect("a property has a name");
        assert!(
            name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'),
            "{name}"
        );
        assert!(!value.contains(|c: char| c.is_control()), "{value:?}");
        let value = if texts.contains(&name) {
            unescaped(value)
        } else {
            value.to_owned()
        };
        match name {
            "BEGIN" => {
                if value == "VEVENT" {
                    assert_eq!(open, ["VCALENDAR"]);
                    events.push(Vec::new());
                } else {
                    assert!(open.is_empty() && value == "VCALENDAR", "{value}");
                }
                open.push(value);
            }
            "END" => assert_eq!(open.pop().as_deref(), Some(value.as_str())),
            _ if open.len() == 2 => events.last_mut().unwrap().push((name.into(), value)),
            _ => head.push((name.into(), value)),
        }
    }
    assert!(open.is_empty());
    for required in ["VERSION", "PRODID"] {
        assert_eq!(
            head.iter().filter(|(name, _)| name == required).count(),
            1,
            "{required}"
        );
    }
    let mut uids = HashSet::new();
    for event in &events {
        for required in [
            "UID",
            "DTSTAMP",
            "DTSTART",
            "DTEND",
            "SUMMARY",
            "DESCRIPTION",
        ] {
            assert_eq!(
                event.iter().filter(|(name, _)| name == required).count(),
                1,
                "{required}"
            );
        }
        assert!(
            uids.insert(get(event, "UID").to_owned()),
            "{} twice",
            get(event, "UID")
        );
        assert!(time(get(event, "DTSTART")) < time(get(event, "DTEND")));
        assert!(get(event, "DTSTAMP").ends_with('Z'), "a stamp is in UTC");
        time(get(event, "DTSTAMP").trim_end_matches('Z'));
    }
    events
}

fn get<'e>(event: &'e Event, name: &str) -> &'e str {
    &event.iter().find(|(own, _)| own == name).unwrap().1
}

/// A text without its escapes; a bare comma or semicolon would be a list.
fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(c @ ('\\' | ';' | ',')) => out.push(c),
                other => panic!("{other:?} after a backslash in {value}"),
            },
            ',' | ';' => panic!("{c} without a backslash in {value}"),
            c => out.push(c),
        }
    }
    out
}

/// Form 1 of RFC 5545, 3.3.5: local, without a zone. Digits that can be compared.
fn time(text: &str) -> u64 {
    let (date, clock) = text.split_once('T').unwrap();
    assert_eq!((date.len(), clock.len()), (8, 6), "{text}");
    let number = |text: &str| text.parse::<u64>().unwrap();
    assert!(
        (1..=12).contains(&number(&date[4..6])) && (1..=31).contains(&number(&date[6..])),
        "{text}"
    );
    assert!(
        number(&clock[..2]) < 24 && number(&clock[2..4]) < 60 && number(&clock[4..]) < 60,
        "{text}"
    );
    number(date) * 1_000_000 + number(clock)
}

#[test]
fn calendars_are_what_the_standard_says() {
    let mut shifts = week();
    shifts.name =
        "Müller; Söhne, \\ GmbH\r\nEND:VCALENDAR 客户服务客户服务客户服务客户服务客户服务".into();
    for person in &mut shifts.people {
        person.group = "客户服务, 👩‍👩‍👧‍👦; a\\b".repeat(3);
        person.contract = Some("full\ntime\u{7}".into());
    }
    let events = parsed(&report::calendar(&shifts, monday()).unwrap());
    assert_eq!(
        events.len(),
        shifts.people.iter().map(|p| p.days.len()).sum::<usize>()
    );
    let night = events.last().unwrap();
    assert_eq!(get(night, "DTSTART"), "20261206T220000");
    assert_eq!(
        get(night, "DTEND"),
        "20261207T063000",
        "it ends on the next day"
    );
    let summary = get(night, "SUMMARY");
    assert_eq!(summary, format!("6 late, {}", shifts.people[5].group));
    assert!(
        get(night, "DESCRIPTION").contains("\ndinner 01:45–02:15, unpaid\n"),
        "{night:?}"
    );
    assert!(
        get(night, "DESCRIPTION").ends_with("\nContract: full\ntime "),
        "{night:?}"
    );
    // The end of a month, and of a year.
    let late = report::calendar(&day(), "2026-12-31".parse().unwrap()).unwrap();
    assert_eq!(
        get(parsed(&late).last().unwrap(), "DTEND"),
        "20270101T063000"
    );
    // As many people as not: the same person keeps the same identifier.
    let first = |people| {
        get(
            &parsed(&report::calendar(&many(people), monday()).unwrap())[0],
            "UID",
        )
        .to_owned()
    };
    assert_eq!(first(9), first(10));
    assert_eq!(
        parsed(&report::calendar(&infeasible(), monday()).unwrap()).len(),
        0
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever people, groups and types are called.
    #[test]
    fn any_name_is_written(name in "\\PC{0,60}", group in ".{0,90}") {
        let mut shifts = day();
        shifts.name = name;
        for person in &mut shifts.people {
            person.group = group.clone();
        }
        for width in [40, 97] {
            report::text(&shifts, &page(width, false));
        }
        let events = parsed(&report::calendar(&shifts, monday()).unwrap());
        prop_assert_eq!(events.len(), 6);
    }
}

/// Every picture and page is sound XML, or has sound pictures in it.
#[test]
fn pictures_are_sound() {
    for shifts in [day(), week(), many(40), many(400), many(1000), infeasible()] {
        let (_around, folder) = written(|folder| report::write_plots(&shifts, folder));
        let mut n = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            if path.extension().unwrap() == "png" {
                assert!(bytes.starts_with(b"\x89PNG"), "{path:?}");
                continue;
            }
            n += 1;
            assert!(bytes.len() < 1_000_000, "{path:?}: {} bytes", bytes.len());
            let mut reader = quick_xml::Reader::from_reader(&bytes[..]);
            let mut buffer = Vec::new();
            while reader.read_event_into(&mut buffer).unwrap() != quick_xml::events::Event::Eof {
                buffer.clear();
            }
        }
        let days: HashSet<&str> = shifts.cover.iter().map(|row| row.day.as_str()).collect();
        assert_eq!(n, days.len());
    }
}

fn html(shifts: &Shifts) -> String {
    let mut out = Vec::new();
    report::page(shifts, None, &AtomicBool::new(false), &mut out).unwrap();
    String::from_utf8(out).unwrap().replace('\u{a0}', " ")
}

#[test]
fn a_page_has_everything() {
    let page = html(&week());
    for part in [
        "<span class=\"verdict bad\">uncovered</span>",
        "10:00 generalists: 2 → 3, service: 80 % in 20 s is missed, 76.4 %",
        "group &quot;sales team&quot; has nobody on sun before 22:00",
        "full time: at most 5 shifts a week",
        "<td>early 08:00–16:30</td>",
        "<title>Shifts and cover, sun</title>",
        "<h3>Targets, promised and simulated</h3>",
        "<td>80 % in 20 s</td><td>77.6 %</td><td>76.4 % ± 0.4</td><td>missed</td>",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    assert_eq!(page.matches("<svg").count(), 7);
    assert_eq!(page.matches("</html>").count(), 1);
    // It needs nothing else.
    for outside in ["src=", "href=\"http", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let mut odd = day();
    odd.people[0].group = "<script>alert(1)</script>".into();
    assert!(!html(&odd).contains("<script"));
    assert!(html(&infeasible()).contains("This rule alone cannot be kept:"));
    assert!(
        html(&many(10_000))
            .contains("The first 2,000 of 10,000 rows; --csv writes all into shifts.csv.")
    );
}

/// For looking at: `cargo test --test shifts_report -- --ignored` writes files into the folder in SHIFTS_REPORT.
#[test]
#[ignore = "writes files to look at"]
fn to_look_at() {
    let folder = std::path::PathBuf::from(std::env::var_os("SHIFTS_REPORT").unwrap());
    for (name, shifts) in [
        ("day", day()),
        ("week", week()),
        ("many40", many(40)),
        ("many100", many(100)),
        ("many400", many(400)),
        ("many2000", many(2000)),
        ("infeasible", infeasible()),
    ] {
        let plots = Place::given(&folder.join(name), true);
        plots
            .save_folder(&AtomicBool::new(false), |folder| {
                report::write_plots(&shifts, folder)
            })
            .unwrap();
        std::fs::write(folder.join(format!("{name}.html")), html(&shifts)).unwrap();
    }
}
