//! `acdsim shifts`: plans of a day and of a week from the command line, and the files that they are written to.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::scenario;
use acdsim::shifts::read_published;
use common::command::{acdsim_in, done_in, refused_in};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Output;

/// Four intervals and few calls.
const DESK: &str = r#"# A desk
[scenario]
name = "Small desk"
open = "08:00-10:00"

[run]
replications = 100

[[queues]]
name = "help"
target = "80/20"

[[call_types]]
name = "question"
queue = "help"
volume = [20, 40, 30, 10]
talk = "exp(3m)"
patience = "exp(2m)"

[[groups]]
name = "desk"
skills = ["help"]
staff = [3, 5, 5, 3]   # in May
shrinkage = "20%"
cost_per_hour = 20
"#;

/// An hour from five starts.
const SHORT: &str = r#"
[shifts]
grid = "15m"

[[shifts.types]]
name = "short"
start = "08:00-09:00"
length = "1h"
"#;

/// Two hours with a break.
const LONG: &str = r#"
[[shifts.types]]
name = "long"
start = "08:00"
length = "2h"
breaks = [{ name = "tea", length = "15m", earliest = "30m", latest = "1h15m" }]
"#;

/// A day of the shifts that a requirement asks for.
const RULES: &str = r#"
[shifts]
grid = "1h"

[[shifts.types]]
name = "day"
start = "06:00-14:00"
length = "8h"
breaks = [{ name = "lunch", length = "1h", earliest = "3h", latest = "5h" }]
"#;

const NEED: &str = "start,agents\n08:00,2\n09:00,3\n10:00,3\n11:00,1\n";

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with a scenario that has rules, one that has none, rules, a week, and a requirement.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let week = "[days]\nmon = \"plain.toml\"\nwed = \"plain.toml\"\n";
    for (name, content) in [
        ("desk.toml", format!("{DESK}{SHORT}{LONG}")),
        ("plain.toml", DESK.to_owned()),
        ("rules.toml", format!("{SHORT}{LONG}")),
        ("day.toml", format!("scenario = \"plain.toml\"\n{SHORT}")),
        ("week.toml", format!("{week}{SHORT}{LONG}")),
        ("need.csv", NEED.to_owned()),
        ("hours.toml", RULES.to_owned()),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// With little effort.
const QUICK: [&str; 6] = ["--replications", "20", "--budget", "2000", "--nodes", "20"];

fn call(folder: &Path, arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    // Without a scenario nothing is simulated.
    let quick = match arguments[0].ends_with(".csv") {
        true => &QUICK[4..],
        false => &QUICK,
    };
    acdsim_in(folder, &[&["shifts"], &arguments[..], quick].concat())
}

/// The document of a call, which ends with a status.
#[track_caller]
fn json(folder: &Path, arguments: &str, status: i32) -> Value {
    let output = call(folder, &format!("{arguments} --json"));
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments}: {e}: {said}"))
}

/// What a call says that is refused.
#[track_caller]
fn refused(folder: &Path, arguments: &str) -> String {
    let output = call(folder, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
    assert_eq!(text(&output.stdout), "", "{arguments}");
    said
}

fn list<'v>(value: &'v Value, key: &str) -> &'v Vec<Value> {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} of {value}"))
}

fn number(value: &Value, key: &str) -> f64 {
    value[key]
        .as_f64()
        .unwrap_or_else(|| panic!("{key} of {value}"))
}

fn words(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} of {value}"))
        .to_owned()
}

/// That a document has the documented shape, and that its figures agree.
fn check_document(document: &Value) {
    assert_eq!(document["schema"], "acdsim.shifts/1");
    let keys: BTreeSet<&str> = document
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "bound",
        "cost",
        "cover",
        "cover_cost",
        "explanation",
        "gap",
        "grid_min",
        "name",
        "nodes",
        "objective",
        "partial",
        "people",
        "repairs",
        "repeatable",
        "schema",
        "simulated",
        "status",
        "unit",
        "version",
        "warnings",
    ];
    assert_eq!(keys, BTreeSet::from(expected));
    let statuses = ["held", "borderline", "missed", "uncovered", "infeasible"];
    assert!(statuses.contains(&words(document, "status").as_str()));
    let good = |key: &str, value: f64| {
        assert!(value >= 0.0 && !value.is_sign_negative(), "{key}: {value}");
    };
    for key in ["cost", "cover_cost"] {
        good(key, number(document, key));
    }
    // Where nothing covers the requirement there is no bound.
    for key in ["bound", "gap"] {
        if !document[key].is_null() {
            good(key, number(document, key));
        }
    }
    assert!(
        document["nodes"].is_u64()
            && document["partial"].is_boolean()
            && document["repeatable"].is_boolean()
    );
    let grid = document["grid_min"].as_u64().unwrap();
    let minute = |clock: &str| -> u64 {
        let (h, m) = clock.split_once(':').unwrap();
        h.parse::<u64>().unwrap() * 60 + m.parse::<u64>().unwrap()
    };
    let mut present: BTreeMap<(String, u64, String), u64> = BTreeMap::new();
    let mut cost = 0.0;
    for (i, person) in list(document, "people").iter().enumerate() {
        assert_eq!(words(person, "id").parse::<usize>().unwrap(), i + 1);
        assert!(person["contract"].is_null() || person["contract"].is_string());
        let mut paid = 0.0;
        for duty in list(person, "days") {
            let (from, mut to) = (minute(&words(duty, "start")), minute(&words(duty, "end")));
            if to <= from {
                to += 1440;
            }
            assert!(duty["type"].is_string(), "{duty}");
            let mut away = 0;
            for pause in list(duty, "breaks") {
                let span = minute(&words(pause, "end")) - minute(&words(pause, "start"));
                assert!(pause["name"].is_string());
                away += if pause["paid"].as_bool().unwrap() {
                    0
                } else {
                    span
                };
            }
            assert!(
                ((to - from - away) as f64 / 60.0 - number(duty, "paid_h")).abs() < 1e-9,
                "{duty}"
            );
            paid += number(duty, "paid_h");
            cost += number(duty, "cost");
            for at in (from..to).step_by(grid as usize) {
                let on_break = list(duty, "breaks").iter().any(|pause| {
                    (minute(&words(pause, "start"))..minute(&words(pause, "end"))).contains(&at)
                });
                if !on_break {
                    *present
                        .entry((words(duty, "day"), at, words(person, "group")))
                        .or_default() += 1;
                }
            }
        }
        assert!((paid - number(person, "paid_h")).abs() < 1e-9, "{person}");
    }
    assert!((cost - number(document, "cost")).abs() < 1e-6, "{cost}");
    for row in list(document, "cover") {
        let key = (
            words(row, "day"),
            minute(&words(row, "start")),
            words(row, "group"),
        );
        let found = row["covered"].as_u64().unwrap();
        assert_eq!(present.get(&key).copied().unwrap_or(0), found, "{row}");
        assert!(
            row["repaired"].as_u64() >= row["required"].as_u64(),
            "{row}"
        );
    }
    for repair in list(document, "repairs") {
        for key in ["round", "from", "to"] {
            assert!(repair[key].is_u64(), "{repair}");
        }
        for key in ["day", "start", "group", "why"] {
            assert!(repair[key].is_string(), "{repair}");
        }
    }
    for day in list(document, "simulated") {
        assert!(
            day["replications"].as_u64() > Some(1)
                && day["confidence"].is_f64()
                && day["scenario"].is_string()
        );
        for goal in list(day, "goals") {
            for key in ["where", "kpi", "bound", "status"] {
                assert!(goal[key].is_string(), "{key}: {goal}");
            }
            assert!(
                goal["threshold"].is_number() && goal["simulated"].is_object(),
                "{goal}"
            );
        }
    }
    for reason in list(document, "explanation") {
        assert!(
            reason["rule"].is_string()
                && reason.get("day").is_some()
                && reason.get("start").is_some(),
            "{reason}"
        );
    }
}

#[test]
fn the_document_has_every_figure() {
    let folder = project();
    let found = json(folder.path(), "desk.toml", 0);
    check_document(&found);
    for (key, expected) in [
        ("name", Value::from("Small desk")),
        ("unit", "money".into()),
        ("grid_min", 15.into()),
        ("partial", false.into()),
        ("repeatable", true.into()),
    ] {
        assert_eq!(found[key], expected, "{key}");
    }
    assert!(number(&found, "cost") >= number(&found, "bound") - 1e-6);
    let simulated = &found["simulated"][0];
    assert_eq!(
        (&simulated["day"], &simulated["scenario"]),
        (&"day".into(), &"Small desk".into())
    );
    assert_eq!(list(simulated, "goals").len(), 4);
    assert!(
        list(simulated, "goals")
            .iter()
            .all(|goal| goal["promised"].is_number())
    );
    // 08:00 to 10:00 by a quarter of an hour.
    assert_eq!(list(&found, "cover").len(), 8);
    // The same call gives the same, whatever the threads; another seed tells another story.
    let again = |flags: &str| json(folder.path(), &format!("desk.toml {flags}"), 0).to_string();
    assert_eq!(again("--threads 1"), found.to_string());
    assert_eq!(again("--threads 2"), found.to_string());
    assert_ne!(again("--seed 2"), found.to_string());
}

#[test]
fn every_way_to_name_rules_and_scenarios() {
    let folder = project();
    let own = json(folder.path(), "desk.toml", 0);
    let mut beside = json(folder.path(), "plain.toml --rules rules.toml", 0);
    assert_eq!(beside["people"], own["people"]);
    beside = json(folder.path(), "day.toml", 0);
    check_document(&beside);
    assert_eq!(
        (&beside["name"], &beside["simulated"][0]["scenario"]),
        (&"day".into(), &"Small desk".into())
    );
    // Where nothing has a price, cost is hours.
    let free = json(folder.path(), "need.csv --rules hours.toml", 0);
    check_document(&free);
    assert_eq!(
        (&free["unit"], &free["cost"], &free["bound"]),
        (&"paid_hours".into(), &21.0.into(), &21.0.into())
    );
    assert_eq!(
        (&free["simulated"], &free["warnings"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
    assert_eq!(free["name"], "need");
    // Columns in another order, groups by queue.
    fs::write(
        folder.path().join("two.csv"),
        "queue,agents,start\nb,1,08:00\na,2,09:00\nb,0,09:00\n",
    )
    .unwrap();
    let two = json(folder.path(), "two.csv --rules hours.toml", 0);
    check_document(&two);
    let groups: Vec<String> = list(&two, "people")
        .iter()
        .map(|person| words(person, "group"))
        .collect();
    assert_eq!(groups, ["b", "a", "a"]);
}

#[test]
fn a_week() {
    let folder = project();
    let path = folder.path();
    let files = "--csv tables --ics week.ics --first-day 2026-12-07 --write days --plots plots --report week.html --write-lp week.lp";
    let found = json(path, &format!("week.toml {files}"), 0);
    check_document(&found);
    let days: BTreeSet<String> = list(&found, "people")
        .iter()
        .flat_map(|p| list(p, "days"))
        .map(|d| words(d, "day"))
        .collect();
    assert_eq!(days, BTreeSet::from(["mon".to_owned(), "wed".to_owned()]));
    let simulated: Vec<String> = list(&found, "simulated")
        .iter()
        .map(|day| words(day, "day"))
        .collect();
    assert_eq!(simulated, ["mon", "wed"]);
    assert_eq!(found["warnings"].as_array().unwrap().len(), 1);
    // Its days as scenarios with the plan's people, which run.
    let mut names: Vec<_> = fs::read_dir(path.join("days"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["mon.toml", "wed.toml"]);
    for day in ["mon", "wed"] {
        let loaded = scenario::load(&path.join(format!("days/{day}.toml")), &[]).unwrap();
        assert_eq!(loaded.scenario.groups[0].staff.len(), 8);
        assert_eq!(loaded.scenario.interval_min, 15);
    }
    done_in(path, &["run", "days/mon.toml", "--replications", "20"]);
    // The table is a published plan.
    let published = read_published(&path.join("tables/shifts.csv")).unwrap();
    let shifts: usize = list(&found, "people")
        .iter()
        .map(|person| list(person, "days").len())
        .sum();
    assert_eq!(published.len(), shifts);
    let calendar = fs::read_to_string(path.join("week.ics")).unwrap();
    assert_eq!(calendar.matches("BEGIN:VEVENT\r\n").count(), shifts);
    for line in calendar.lines().filter(|line| line.starts_with("DTSTART")) {
        assert!(
            line.starts_with("DTSTART:20261207T0") || line.starts_with("DTSTART:20261209T0"),
            "{line}"
        );
    }
    assert!(
        fs::read_to_string(path.join("week.html"))
            .unwrap()
            .contains("<html")
    );
    assert!(fs::read_dir(path.join("plots")).unwrap().count() > 1);
    parsed(&fs::read_to_string(path.join("week.lp")).unwrap());
    // The cover of every interval.
    let plain = text(&call(path, "week.toml").stdout);
    let all = text(&call(path, "week.toml --intervals").stdout);
    assert!(all.lines().count() > plain.lines().count());
    // A requirement by day.
    fs::write(
        path.join("days.csv"),
        "day,start,agents\nsat,08:00,2\nsat,09:00,2\nsun,09:00,1\n",
    )
    .unwrap();
    let found = json(path, "days.csv --rules hours.toml", 0);
    check_document(&found);
    assert_eq!(number(&found, "cost"), 21.0);
}

/// The staff that is written is that of the plan, and everything else is as before.
#[test]
fn the_scenario_that_is_written() {
    let folder = project();
    let path = folder.path();
    let output = call(path, "desk.toml --json --write planned.toml");
    assert_eq!(text(&output.stderr), "Scenario: planned.toml\n");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let planned = scenario::load(&path.join("planned.toml"), &[])
        .unwrap()
        .scenario;
    let people: Vec<u32> = list(&found, "cover")
        .iter()
        .map(|row| row["covered"].as_u64().unwrap() as u32)
        .collect();
    let agents: Vec<u32> = people
        .iter()
        .map(|n| (f64::from(*n) * 0.8 + 1e-9) as u32)
        .collect();
    assert_eq!(planned.groups[0].staff, agents);
    assert_eq!(planned.interval_min, 15);
    let before = scenario::load(&path.join("desk.toml"), &[])
        .unwrap()
        .scenario;
    assert_eq!(planned.shifts, before.shifts);
    assert_eq!(planned.queues, before.queues);
    // Planned once more it needs no others.
    let again = json(path, "planned.toml --method erlang-a", 0);
    check_document(&again);
}

/// Columns with their cost, least and most; rows by their terms, sense and bound.
struct Parsed {
    cost: BTreeMap<String, f64>,
    rows: Vec<(BTreeMap<String, f64>, String, f64)>,
    whole: BTreeSet<String>,
}

fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    // A name that could be a number such as 2e5 is none: it begins with a letter, and not with e.
    let first = letters
        .next()
        .is_some_and(|c| c.is_ascii_lowercase() && c != 'e');
    first && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Signed terms, one after the other.
fn terms(words: &[&str]) -> BTreeMap<String, f64> {
    assert!(
        words.len().is_multiple_of(3) || words.first() == Some(&"0"),
        "{words:?}"
    );
    if words.first() == Some(&"0") {
        assert!(words.len() == 2 && is_name(words[1]), "{words:?}");
        return BTreeMap::new();
    }
    let mut terms = BTreeMap::new();
    for term in words.chunks(3) {
        let sign = match term[0] {
            "+" => 1.0,
            "-" => -1.0,
            other => panic!("{other} is no sign"),
        };
        let factor: f64 = term[1].parse().unwrap();
        assert!(factor.is_finite() && factor > 0.0, "{term:?}");
        assert!(is_name(term[2]), "{term:?}");
        assert!(
            terms.insert(term[2].to_owned(), sign * factor).is_none(),
            "{} twice",
            term[2]
        );
    }
    terms
}

/// Reads the LP format as strictly as it can be written.
fn parsed(text: &str) -> Parsed {
    let parts: Vec<&str> = text.split('\n').collect();
    assert!(
        parts.iter().all(|line| line.len() <= 510),
        "a line is longer than CPLEX reads"
    );
    let at = |title: &str| {
        parts
            .iter()
            .position(|line| *line == title)
            .unwrap_or_else(|| panic!("no {title}"))
    };
    let titles = ["Minimize", "Subject To", "Bounds", "Generals", "End"].map(at);
    assert!(titles[0] == 0 && titles.is_sorted());
    assert_eq!(parts[titles[4] + 1..], [""]);
    let section = |i: usize| parts[titles[i] + 1..titles[i + 1]].join(" ");
    let objective = section(0);
    let words: Vec<&str> = objective.split_whitespace().collect();
    assert_eq!(words[0], "cost:");
    let cost = terms(&words[1..]);
    let mut rows = Vec::new();
    let mut names = BTreeSet::new();
    let text = section(1);
    let mut row: Vec<&str> = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if let Some(name) = word.strip_suffix(':') {
            assert!(
                row.is_empty() && is_name(name) && names.insert(name),
                "{name}"
            );
        } else if ["<=", ">=", "="].contains(&word) {
            let bound: f64 = words.next().unwrap().parse().unwrap();
            rows.push((terms(&row), word.to_owned(), bound));
            row.clear();
        } else {
            row.push(word);
        }
    }
    assert!(row.is_empty(), "{row:?}");
    assert_eq!(names.len(), rows.len());
    for line in &parts[titles[2] + 1..titles[3]] {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [least, "<=", name, "<=", most] = words[..] else {
            panic!("{line}");
        };
        assert!(
            least.parse::<f64>().unwrap() <= most.parse::<f64>().unwrap() && is_name(name),
            "{line}"
        );
    }
    let whole: BTreeSet<String> = section(3).split_whitespace().map(str::to_owned).collect();
    assert!(whole.iter().all(|name| is_name(name)));
    Parsed { cost, rows, whole }
}

/// Its least cost is that of the plan.
#[test]
fn the_program_for_another_solver() {
    let folder = project();
    let path = folder.path();
    fs::write(path.join("short.toml"), format!("{DESK}{SHORT}")).unwrap();
    let found = json(path, "short.toml --write-lp short.lp --rounds 0", 0);
    let program = parsed(&fs::read_to_string(path.join("short.lp")).unwrap());
    let names: Vec<&String> = program.cost.keys().collect();
    assert_eq!((names.len(), program.rows.len()), (5, 8));
    assert_eq!(program.whole.iter().collect::<Vec<_>>(), names);
    // Every plan of at most eight people on each shift.
    let mut least = f64::INFINITY;
    for plan in 0..9usize.pow(5) {
        let people: BTreeMap<&String, f64> = (0..5)
            .map(|i| (names[i], (plan / 9usize.pow(i as u32) % 9) as f64))
            .collect();
        let sum = |terms: &BTreeMap<String, f64>| {
            terms
                .iter()
                .map(|(name, factor)| factor * people[name])
                .sum::<f64>()
        };
        let keeps = program.rows.iter().all(|(terms, sense, bound)| {
            assert_eq!(sense, ">=");
            sum(terms) >= *bound
        });
        if keeps {
            least = least.min(sum(&program.cost));
        }
    }
    assert!(
        (least - number(&found, "cover_cost")).abs() < 1e-9,
        "{least}"
    );
    // Breaks, prices of who is missing and spare, contracts.
    let all = format!(
        "{DESK}{}{LONG}[[shifts.contracts]]\nname = \"few\"\nmost_people = 9\n",
        SHORT.replace(
            "grid",
            "short_cost = 30.5\nspare_cost = 0.25\nmost_people = 12\ngrid"
        )
    );
    fs::write(path.join("all.toml"), all).unwrap();
    let output = call(path, "all.toml --write-lp all.lp");
    assert!(output.status.code() < Some(2), "{}", text(&output.stderr));
    let program = parsed(&fs::read_to_string(path.join("all.lp")).unwrap());
    let senses: BTreeSet<&str> = program.rows.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(senses, BTreeSet::from(["<=", "="]));
    // What adds up to nothing has something to take away, and so has the cover where there are breaks.
    let balances = program
        .rows
        .iter()
        .filter(|(_, sense, bound)| sense == "=" && *bound == 0.0);
    assert!(balances.clone().count() > 2);
    for (terms, ..) in balances {
        assert!(
            terms.values().any(|x| *x > 0.0) && terms.values().any(|x| *x < 0.0),
            "{terms:?}"
        );
    }
    let in_rows: BTreeSet<&String> = program.rows.iter().flat_map(|row| row.0.keys()).collect();
    assert!(program.cost.keys().all(|name| in_rows.contains(name)));
    assert!(program.whole.iter().all(|name| in_rows.contains(name)));
}

#[test]
fn tables_and_calendar_of_a_day() {
    let folder = project();
    let path = folder.path();
    let found = json(
        path,
        "desk.toml --csv t --ics d.ics --first-day 2026-02-27",
        0,
    );
    let table = fs::read_to_string(path.join("t/shifts.csv")).unwrap();
    let mut lines = table.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with("person,day,group,start,end"), "{header}");
    assert!(header.ends_with("paid_h,cost,type,contract"), "{header}");
    assert_eq!(lines.count(), list(&found, "people").len());
    let mut names: Vec<_> = fs::read_dir(path.join("t"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "cover.csv",
            "repairs.csv",
            "run.csv",
            "shifts.csv",
            "targets.csv"
        ]
    );
    let calendar = fs::read_to_string(path.join("d.ics")).unwrap();
    assert!(
        calendar.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
            && calendar.ends_with("END:VCALENDAR\r\n")
    );
    assert!(
        calendar
            .split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains('\n'))
    );
    assert_eq!(
        calendar.matches("DTSTART:20260227T").count(),
        list(&found, "people").len()
    );
}

#[test]
fn exit_statuses() {
    let folder = project();
    let path = folder.path();
    fs::write(
        path.join("few.toml"),
        format!("{DESK}{}", SHORT.replace("grid", "most_people = 3\ngrid")),
    )
    .unwrap();
    let found = json(path, "few.toml", 1);
    check_document(&found);
    assert_eq!(found["status"], "uncovered");
    assert!(
        list(&found, "explanation")
            .iter()
            .any(|reason| reason["rule"] == "at most 3 people in all"),
        "{found}"
    );
    let said = text(&call(path, "few.toml").stdout);
    assert!(
        said.contains("uncovered") && said.contains("at most 3 people in all"),
        "{said}"
    );

    let busy = DESK.replace(
        "patience = \"exp(2m)\"",
        "patience = \"exp(30s)\"\nredial = { abandoned = 0.95, delay = \"exp(1m)\" }",
    );
    fs::write(path.join("busy.toml"), format!("{busy}{SHORT}")).unwrap();
    let missed = json(path, "busy.toml --method erlang-a --rounds 0", 1);
    check_document(&missed);
    assert_eq!(
        (&missed["status"], &missed["repairs"]),
        (&"missed".into(), &Value::Array(vec![]))
    );
    let repaired = json(path, "busy.toml --method erlang-a", 0);
    check_document(&repaired);
    assert!(!list(&repaired, "repairs").is_empty());
    let said = text(&call(path, "busy.toml --method erlang-a").stdout);
    assert!(said.contains("Simulation asked for more people"), "{said}");

    let never = SHORT.replace("grid", "most_people = 3\ngrid") + "least = 4\n";
    fs::write(path.join("never.toml"), format!("{DESK}{never}")).unwrap();
    let found = json(path, "never.toml", 2);
    check_document(&found);
    assert_eq!(found["status"], "infeasible");
    let rules: Vec<String> = list(&found, "explanation")
        .iter()
        .map(|reason| words(reason, "rule"))
        .collect();
    assert_eq!(
        rules,
        [
            "at least 4 people on the shift \"short\"",
            "at most 3 people in all"
        ]
    );
    // Nothing of it is a mistake of the call: there is a document, and text.
    let output = call(path, "never.toml");
    assert!(text(&output.stdout).contains("the rules contradict each other"));
}

#[test]
fn every_flag_does_something() {
    let folder = project();
    let path = folder.path();
    let goals = |document: &Value| -> Vec<(String, f64)> {
        let goals = list(&document["simulated"][0], "goals").iter();
        goals
            .map(|goal| (words(goal, "kpi"), number(goal, "threshold")))
            .collect()
    };
    let found = json(
        path,
        "desk.toml --per day --target 60/30 --max-abandonment 20% --tolerance 2pp --confidence 90%",
        0,
    );
    assert_eq!(
        goals(&found),
        [
            ("service_level".to_owned(), 0.6),
            ("abandonment_rate".to_owned(), 0.2)
        ]
    );
    assert_eq!(found["simulated"][0]["confidence"], 0.9);
    let more = json(
        path,
        "desk.toml --set call_types.question.volume=[60,60,60,60]",
        0,
    );
    let plain = json(path, "desk.toml", 0);
    assert!(number(&more, "cost") > number(&plain, "cost"));
    for flags in [
        "--dives 0",
        "--trials 0",
        "--nodes 0",
        "--rounds 0",
        "--dives 0 --trials 0 --nodes 0 --rounds 0",
    ] {
        // --nodes is given twice then.
        let flags: Vec<&str> = flags.split(' ').collect();
        let quick = ["--replications", "20", "--budget", "2000"];
        let output = acdsim_in(
            path,
            &[&["shifts", "desk.toml", "--json"], &flags[..], &quick].concat(),
        );
        assert!(
            output.status.code() < Some(2),
            "{flags:?}: {}",
            text(&output.stderr)
        );
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        check_document(&found);
        assert!(
            number(&found, "cover_cost") >= number(&plain, "bound") - 1e-6,
            "{flags:?}"
        );
    }
    let found = json(path, "desk.toml --max-time 100s", 0);
    assert_eq!(
        (&found["partial"], &found["repeatable"]),
        (&false.into(), &false.into()),
        "on another machine the time may be too short"
    );
    // Files without names of their own.
    let output = call(path, "desk.toml --report --plots --csv");
    let said = text(&output.stderr);
    assert_eq!(
        said,
        "Report: output/small-desk-seed1-shifts.html\nPlots: output/small-desk-seed1-shifts-plots\nCSV files: output/small-desk-seed1-shifts-csv\n"
    );
    for file in said.lines().map(|line| line.split_once(": ").unwrap().1) {
        assert!(path.join(file).exists(), "{file}");
    }
    let again = call(path, "desk.toml --report --plots --csv --force");
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
}

#[test]
fn bad_input_says_what_would_be_good() {
    let folder = project();
    let path = folder.path();
    let nobody = DESK.split("[[groups]]").next().unwrap();
    let ten_past = format!("{DESK}{SHORT}").replace("08:00-10:00", "08:10-10:10");
    for (name, content) in [
        ("nobody.toml", format!("{nobody}{SHORT}")),
        ("past.toml", ten_past),
        ("late.toml", DESK.replace("08:00-10:00", "08:10-10:10")),
        (
            "coarse.toml",
            format!("{DESK}{SHORT}")
                .replace("15m", "20m")
                .replace("08:00-09:00", "08:00"),
        ),
        ("none.toml", SHORT.to_owned()),
        (
            "both.toml",
            format!("scenario = \"plain.toml\"\n[days]\nmon = \"plain.toml\"\n{SHORT}"),
        ),
        (
            "lost.toml",
            format!("scenario = \"lost-day.toml\"\n{SHORT}"),
        ),
        (
            "late-week.toml",
            format!("[days]\nmon = \"plain.toml\"\ntue = \"late.toml\"\n{SHORT}"),
        ),
        ("foreign.toml", format!("{SHORT}groups = \"dsk\"\n")),
        ("nothing.csv", "start,agents\n".to_owned()),
        ("there.html", String::new()),
        ("there.toml", String::new()),
        (
            "wednesday.toml",
            format!(
                "scenario = \"plain.toml\"\n{}",
                SHORT.replace("grid", "day = \"wed\"\ngrid")
            ),
        ),
    ] {
        fs::write(path.join(name), content).unwrap();
    }
    fs::create_dir(path.join("full")).unwrap();
    fs::write(path.join("full/a"), "a").unwrap();
    for (arguments, says) in [
        ("plain.toml", "plain.toml has no rules of shifts"),
        ("plain.toml --rules no.toml", "there is no such file"),
        ("no.toml", "there is no such file"),
        ("no.csv --rules hours.toml", "no.csv"),
        ("plain.toml --rules plain.toml", "plain.toml"),
        (
            "plain.toml --rules day.toml",
            "day.toml names its own scenarios",
        ),
        (
            "day.toml --rules rules.toml",
            "there are two files of rules",
        ),
        ("none.toml", "the rules name no scenario"),
        ("both.toml", "exclude each other"),
        ("lost.toml", "lost-day.toml"),
        ("need.csv", "but not which shifts they may work"),
        ("nothing.csv --rules hours.toml", "has no rows"),
        ("nobody.toml", "no agent groups"),
        ("plain.toml --rules foreign.toml", "did you mean \"desk\"?"),
        (
            "desk.toml --set run.mode=steady --set groups.desk.staff=4 --set call_types.question.volume=20",
            "one steady run",
        ),
        ("coarse.toml", "`grid` must divide the scenario's interval"),
        ("need.csv --rules rules.toml --set run.seed=3", "--set"),
        (
            "past.toml",
            "is open 08:10-10:10, which does not lie on the planning grid of 15 minutes",
        ),
        ("past.toml", "grid = \"5m\""),
        (
            "late.toml --rules rules.toml",
            "planning grid of 15 minutes",
        ),
        ("late-week.toml", "planning grid of 15 minutes"),
        (
            "week.toml --ics w.ics --first-day 2026-12-08",
            "--first-day 2026-12-08 is a tue, but the plan begins on a mon",
        ),
        (
            "wednesday.toml --ics w.ics --first-day 2026-12-07",
            "is a mon, but the plan begins on a wed",
        ),
        ("week.toml --ics w.ics", "--first-day"),
        ("week.toml --first-day 2026-12-07", "--ics"),
        ("week.toml --ics w.ics --first-day 2026-02-30", "2026-02-30"),
        ("week.toml --ics w.ics --first-day tomorrow", "tomorrow"),
        (
            "need.csv --rules hours.toml --write new.toml",
            "--write writes scenarios, and there is none",
        ),
        ("desk.toml --write there.toml", "there.toml exists already"),
        ("desk.toml --report there.html", "there.html exists already"),
        (
            "desk.toml --write-lp there.toml",
            "there.toml exists already",
        ),
        (
            "desk.toml --ics there.toml --first-day 2026-12-07",
            "there.toml exists already",
        ),
        ("desk.toml --csv full", "full"),
        ("desk.toml --plots full", "full"),
        ("week.toml --write full", "full"),
        ("desk.toml --write no/new.toml", "there is no such folder"),
        ("desk.toml --report day.toml", "ends in .html"),
        ("desk.toml --force", "required"),
        ("desk.toml --target 80", "80/20"),
        (
            "desk.toml --max-blocking 1%",
            "--max-blocking has no effect",
        ),
        (
            "need.csv --rules hours.toml --target 80/20",
            "a target has no effect",
        ),
        ("desk.toml --tolerance 1%", "pp"),
        ("desk.toml --method guess", "erlang-c"),
        ("desk.toml --max-time 0s", "more than 0s"),
        ("desk.toml --trials=-1", "--trials"),
        ("desk.toml --dives 99999999999", "--dives"),
    ] {
        let said = refused(path, arguments);
        assert!(said.contains(says), "{arguments}: {said}");
    }
    assert_eq!(fs::read_to_string(path.join("there.toml")).unwrap(), "");
    assert!(!path.join("w.ics").exists());
    let said = refused_in(path, &["shifts", "desk.toml", "--budget", "0"]);
    assert!(said.contains("0 is not in"), "{said}");
}

#[test]
fn bad_requirements() {
    let folder = project();
    let path = folder.path();
    for (content, says) in [
        ("", "has no header"),
        ("start\n08:00\n", "agents"),
        ("agents\n2\n", "start"),
        ("start,agents\n", "has no rows"),
        (
            "start,agents\n08:00,2\n",
            "one interval, which does not tell how long it is",
        ),
        (
            "start,agents\n08:00,2\n09:00,x\n",
            "line 3, column 2 (\"agents\"): expected a whole number of agents from 0 to 100000",
        ),
        (
            "start,agents\n08:00,2\n09:00,1.5\n",
            "whole number of agents",
        ),
        (
            "start,agents\n08:00,2\n09:00,-1\n",
            "whole number of agents",
        ),
        ("start,agents\n08:00,2\n09:00,1000000\n", "from 0 to 100000"),
        (
            "start,agents\n8am,2\n09:00,1\n",
            "line 2, column 1 (\"start\"): expected a time of day",
        ),
        ("start,agents\n24:00,2\n09:00,1\n", "expected a time of day"),
        (
            "start,agents\n08:00,2\n09:00,1\n08:00,3\n",
            "line 4: the interval from 08:00 stands in line 2 already",
        ),
        (
            "start,agents\n08:00,2\n09:00,1\n10:30,1\n",
            "line 4: 10:30 does not lie on the intervals of 60 minutes",
        ),
        (
            "start,agents\n08:10,2\n09:10,1\n",
            "do not divide a day from midnight",
        ),
        (
            "start,agents\n08:00,2\n08:50,1\n",
            "do not divide a day from midnight",
        ),
        (
            "day,start,agents\nmonday,08:00,2\nmon,09:00,1\n",
            "expected a weekday from mon to sun",
        ),
        (
            "group,start,agents\n,08:00,2\na,09:00,1\n",
            "expected the name of a group",
        ),
        ("start,agents\n08:00,2,3\n", "line 2"),
        ("start,agents\n08:00,2\n08:30,1\n", "`grid` must divide"),
        ("start,start,agents\n08:00,2,3\n", "start"),
    ] {
        fs::write(path.join("bad.csv"), content).unwrap();
        let said = refused(path, "bad.csv --rules hours.toml");
        assert!(said.contains(says), "{content:?}: {said}");
        assert!(said.starts_with("error: "), "{content:?}: {said}");
    }
    fs::write(path.join("bad.csv"), b"start,agents\n08:00,\xff\n").unwrap();
    assert!(refused(path, "bad.csv --rules hours.toml").contains("bad.csv"));
}

#[test]
fn extremes_end_soon() {
    let folder = project();
    let path = folder.path();
    let write = |name: &str, content: &str| fs::write(path.join(name), content).unwrap();
    // Nobody is needed: nobody works, and that is no negative number.
    write("zero.csv", "start,agents\n08:00,0\n09:00,0\n");
    let found = json(path, "zero.csv --rules hours.toml", 0);
    check_document(&found);
    assert_eq!(
        (&found["status"], &found["people"]),
        (&"held".into(), &Value::Array(vec![]))
    );
    let said = text(&call(path, "zero.csv --rules hours.toml --ics z.ics --first-day 2026-12-07 --csv z --write-lp z.lp --report z.html --plots zp").stdout);
    assert!(said.contains("0 people work 0.0 paid hours"), "{said}");
    // Many.
    write("many.csv", "start,agents\n08:00,3000\n09:00,0\n");
    let found = json(path, "many.csv --rules hours.toml --trials 50", 0);
    assert_eq!(list(&found, "people").len(), 3000);
    // Groups whose names spreadsheets take for formulas, and lines that calendars fold.
    let name = "=é".repeat(60);
    write(
        "odd.csv",
        &format!("group,start,agents\n{name},08:00,1\n{name},09:00,1\n"),
    );
    let found = json(
        path,
        "odd.csv --rules hours.toml --csv odd --ics odd.ics --first-day 2026-12-07",
        0,
    );
    assert_eq!(found["people"][0]["group"], name.as_str());
    // Rules that allow too much.
    let breaks: Vec<String> = (0..12)
        .map(|i| {
            format!("{{ name = \"b{i}\", length = \"5m\", earliest = \"0m\", latest = \"6h\" }}")
        })
        .collect();
    let wide = RULES.replace("\"1h\"\n\n", "\"5m\"\n\n");
    let many_breaks = format!(
        "{}breaks = [{}]\n",
        wide.split("breaks").next().unwrap(),
        breaks.join(", ")
    );
    write("breaks.toml", &many_breaks);
    let said = refused(path, "need.csv --rules breaks.toml");
    assert!(
        said.contains("more than 20000 ways to take its breaks"),
        "{said}"
    );
    let lengths: Vec<String> = (60..=600).map(|m| format!("\"{m}m\"")).collect();
    let minutes = format!(
        "[shifts]\ngrid = \"1m\"\n[[shifts.types]]\nname = \"any\"\nstart = \"00:00-23:59\"\nlength = [{}]\n",
        lengths.join(", ")
    );
    write("minutes.toml", &minutes);
    let said = refused(path, "need.csv --rules minutes.toml");
    assert!(said.contains("more than 100000 different shifts"), "{said}");
    // Days on which nobody may start, and a week without need.
    write(
        "sunday.toml",
        &RULES.replace("length = \"8h\"", "length = \"8h\"\ndays = \"sun\""),
    );
    write(
        "weekend.csv",
        "day,start,agents\nsat,08:00,1\nsat,09:00,0\n",
    );
    let found = json(path, "weekend.csv --rules sunday.toml", 1);
    check_document(&found);
    assert_eq!(
        found["explanation"][0]["rule"],
        "1 person of \"agents\" needed, but no shift is at work then"
    );
    write(
        "weekend.csv",
        "day,start,agents\nsat,08:00,0\nsat,09:00,0\n",
    );
    let found = json(path, "weekend.csv --rules hours.toml", 0);
    assert_eq!(found["people"], Value::Array(vec![]));
}

/// Ctrl-C, and time that is up: whatever is under way, there is a plan, marked as such.
#[cfg(unix)]
#[test]
fn a_plan_that_is_ended_early() {
    use common::command::ended_early_in;
    let folder = tempfile::tempdir().unwrap();
    // The bundled day: the search of the agents needed takes many seconds.
    let [interrupted, out_of_time] = ended_early_in(folder.path(), &["shifts", "--json"]);
    assert_eq!((interrupted.0, out_of_time.0), (130, 0));
    for (_, document) in [interrupted, out_of_time] {
        check_document(&document);
        assert_eq!(
            (&document["partial"], &document["repeatable"]),
            (&true.into(), &false.into())
        );
        assert!(!list(&document, "people").is_empty());
        assert!(
            list(&document, "cover")
                .iter()
                .all(|row| row["covered"].as_u64() >= row["required"].as_u64())
        );
        assert!(document["simulated"][0]["replications"].as_u64() <= Some(200));
        assert_ne!(document["status"], "uncovered");
    }
}
