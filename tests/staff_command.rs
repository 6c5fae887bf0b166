//! `acdsim staff`: how many agents each interval takes, from the command line and as text.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::experiment::Control;
use acdsim::kpi;
use acdsim::planning::{self, Answer, Per, Question};
use acdsim::report::{self, text::Page};
use acdsim::scenario::{self, Scenario};
use common::command::{acdsim_in, interrupted_in};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use unicode_width::UnicodeWidthStr;

/// Four intervals and few calls: a search takes a fraction of a second.
const DESK: &str = r#"# A desk
[scenario]
name = "Small desk"
open = "08:00-10:00"

[run]
replications = 100

[[trunks]]
name = "line"
lines = 20
max_blocking = "1%"

[[queues]]
name = "help"
target = "80/20"

[[call_types]]
name = "question"
queue = "help"
trunk = "line"
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

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with the desk.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    folder
}

/// What `acdsim staff desk.toml` gives, with its exit status.
fn staff(arguments: &[&str], status: i32) -> Value {
    let folder = project();
    let arguments = [&["staff", "desk.toml", "--json"], arguments].concat();
    let output = acdsim_in(folder.path(), &arguments);
    let message = text(&output.stderr);
    assert_eq!(
        output.status.code(),
        Some(status),
        "{arguments:?}: {message}"
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn rows<'v>(staffing: &'v Value, part: &str) -> Vec<&'v Value> {
    let rows = staffing["intervals"].as_array().unwrap().iter();
    rows.filter(|row| row.get(part).is_some()).collect()
}

/// Agents by interval, of all groups.
fn agents(staffing: &Value) -> Vec<u64> {
    let rows = rows(staffing, "group").into_iter();
    rows.map(|row| row["agents"].as_u64().unwrap()).collect()
}

fn refused(arguments: &[&str]) -> String {
    let folder = project();
    let output = acdsim_in(
        folder.path(),
        &[&["staff", "desk.toml"], arguments].concat(),
    );
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    text(&output.stderr)
}

#[test]
fn the_answer_comes_first() {
    let folder = project();
    let output = acdsim_in(folder.path(), &["staff", "desk.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout));
    let missed = acdsim_in(folder.path(), &["staff", "desk.toml", "--at-most", "2"]);
    assert_eq!(missed.status.code(), Some(1));
    insta::assert_snapshot!(text(&missed.stdout));
}

#[test]
fn the_document_has_every_figure() {
    let found = staff(&[], 0);
    for (field, expected) in [
        ("schema", Value::from("acdsim.staff/1")),
        ("scenario", "Small desk".into()),
        ("method", "simulate".into()),
        ("model", "simulation".into()),
        ("per", "interval".into()),
        ("seed", 1.into()),
        ("confidence", 0.95.into()),
        ("tolerance", 0.01.into()),
        ("met", true.into()),
        ("partial", false.into()),
        ("minimal", true.into()),
    ] {
        assert_eq!(found[field], expected, "{field}");
    }
    assert!(found["days_used"].as_u64() > found["replications"].as_u64());
    // A service level for each interval, and the blocking of the day.
    let goals = found["goals"].as_array().unwrap();
    let goal = |i: usize| (goals[i]["where"].as_str(), goals[i]["kpi"].as_str());
    assert_eq!(goals.len(), 5);
    assert_eq!(goal(3), (Some("queues.help"), Some("service_level")));
    assert_eq!(goal(4), (Some("trunks.line"), Some("blocking_rate")));
    assert_eq!(
        (&goals[3]["start"], &goals[3]["threshold"]),
        (&"09:30".into(), &0.8.into())
    );
    assert!(goals[4].get("start").is_none());
    let [group, queue] = [rows(&found, "group"), rows(&found, "queue")];
    assert_eq!((group.len(), queue.len()), (4, 4));
    let mut cost = 0.0;
    for (row, current) in group.iter().zip([3, 5, 5, 3]) {
        assert_eq!(row["current"], current);
        let (agents, scheduled) = (
            row["agents"].as_f64().unwrap(),
            row["scheduled"].as_f64().unwrap(),
        );
        assert!((scheduled - agents / 0.8).abs() < 1e-12, "{row}");
        assert!(row["simulated"]["occupancy"]["mean"].is_number(), "{row}");
        cost += scheduled * 0.5 * 20.0;
    }
    assert_eq!(found["cost"]["unit"], "money");
    assert!((found["cost"]["recommended"].as_f64().unwrap() - cost).abs() < 1e-9);
    assert!((found["cost"]["current"].as_f64().unwrap() - 200.0).abs() < 1e-9);
    for row in queue {
        assert!(row["status"].is_string(), "{row}");
        for kpi in [
            "offered",
            "service_level",
            "abandonment_rate",
            "asa_s",
            "blocking_rate",
        ] {
            assert!(row["simulated"][kpi]["mean"].is_number(), "{kpi}: {row}");
        }
    }
    let lines = &found["lines"][0];
    assert_eq!(
        (&lines["trunk"], &lines["current"]),
        (&"line".into(), &20.into())
    );
    assert!(
        lines["erlang_b"].is_number() && lines["simulated"].is_number(),
        "{lines}"
    );
}

#[test]
fn neither_threads_nor_time_matter() {
    let document = |threads| staff(&["--threads", threads], 0).to_string();
    assert_eq!(document("1"), document("2"));
    assert_ne!(document("1"), staff(&["--seed", "2"], 0).to_string());
}

#[test]
fn bounds_hold_and_what_is_fixed_stays() {
    let plain = agents(&staff(&[], 0));
    assert!(plain.iter().all(|n| (2..=8).contains(n)), "{plain:?}");
    let found = staff(&["--at-least", "7"], 0);
    assert_eq!(agents(&found), [7; 4]);
    let found = staff(&["--at-least", "desk=1,2,3,9", "--fix", "08:00-09:00"], 1);
    let bounded = agents(&found);
    assert_eq!(
        (bounded[0], bounded[1], bounded[3]),
        (3, 5, 9),
        "{bounded:?}"
    );
    let kept = staff(&["--fix", "desk", "--target", "50/20"], 0);
    assert_eq!(agents(&kept), [3, 5, 5, 3]);
    // The list of a CSV file, from the scenario's folder.
    let folder = project();
    fs::write(
        folder.path().join("least.csv"),
        "start,n\n08:00,6\n08:30,7\n09:00,8\n09:30,9\n",
    )
    .unwrap();
    let file = "desk={ file = \"least.csv\", column = \"n\" }";
    let output = acdsim_in(
        folder.path(),
        &["staff", "desk.toml", "--json", "--at-least", file],
    );
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(agents(&found), [6, 7, 8, 9]);
}

#[test]
fn what_cannot_be_met_is_said_with_its_cause() {
    let found = staff(&["--at-most", "2"], 1);
    assert_eq!(found["met"], false);
    assert_eq!(agents(&found), [2; 4]);
    let busiest = rows(&found, "queue")[1];
    assert_eq!(busiest["status"], "missed");
    assert_eq!(busiest["reason"], "no more agents of desk are allowed");
    // Too few lines are no matter of staff, and yet a target.
    let found = staff(&["--set", "trunks.line.lines=3"], 1);
    let goal = &found["goals"][4];
    assert_eq!(goal["status"], "missed");
    let reason = goal["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("3 lines are too few, it takes "),
        "{reason}"
    );
}

#[test]
fn targets_that_are_given_take_the_place_of_the_scenarios() {
    let kpis = |found: &Value| -> Vec<String> {
        let goals = found["goals"].as_array().unwrap().iter();
        let mut kpis: Vec<String> = goals
            .map(|g| format!("{} {}", g["kpi"], g["threshold"]))
            .collect();
        kpis.dedup();
        kpis
    };
    let found = staff(&["--max-asa", "30s", "--max-abandonment", "10%"], 0);
    assert_eq!(kpis(&found), ["\"abandonment_rate\" 0.1", "\"asa_s\" 30.0"]);
    let formula = [
        "--target",
        "90/15",
        "--formula",
        "with_abandons",
        "--max-occupancy",
        "70%",
    ];
    let found = staff(
        &[&formula[..], &["--per", "day", "--max-blocking", "5%"]].concat(),
        0,
    );
    assert_eq!(
        kpis(&found),
        [
            "\"service_level\" 0.9",
            "\"occupancy\" 0.7",
            "\"blocking_rate\" 0.05"
        ]
    );
    assert_eq!(found["per"], "day");
}

#[test]
fn bad_input_says_what_would_be_good() {
    for (arguments, says) in [
        (&["--at-least", "dsk=3"][..], "did you mean \"desk\"?"),
        (&["--at-most", "many"], "\"many\" is no number of agents"),
        (&["--at-least", "1,2,3"], "lists 3 numbers for 4 intervals"),
        (
            &["--at-least", "5", "--at-most", "4"],
            "--at-least asks for 5 agents of \"desk\" at 08:00",
        ),
        (
            &["--at-least", "desk={ file = \"no.csv\", column = \"n\" }"],
            "no.csv",
        ),
        (&["--fix", "night"], "the groups are \"desk\""),
        (
            &["--fix", "08:10"],
            "the intervals go from 08:00 to 10:00 by 30 min",
        ),
        (
            &["--fix", "07:00-08:00"],
            "no interval begins or ends at \"07:00\"",
        ),
        (&["--max-blocking", "1%"], "there is no target for staff"),
        (&["--formula", "with_abandons"], "--target"),
        (&["--target", "80"], "80/20"),
        (&["--target", "80/20", "--formula", "best"], "with_abandons"),
        (&["--tolerance", "1%"], "pp"),
        (&["--budget", "0"], "0 is not in"),
        (&["--force"], "--write"),
        (
            &["--write", "desk.toml"],
            "desk.toml exists already; --force overwrites it",
        ),
        (&["--write", "no/out.toml"], "there is no such folder"),
        (&["--report", "day.toml"], "ends in .html"),
        (
            &["--report", "x/day.html", "--csv", "x"],
            "there is no such folder",
        ),
        (&["--csv", "t", "--write", "t"], "would be there already"),
    ] {
        let message = refused(arguments);
        assert!(message.contains(says), "{arguments:?}: {message}");
    }
    let folder = project();
    let without = DESK.split("[[trunks]]").next().unwrap().to_owned()
        + "[[queues]]\nname = \"help\"\n[[call_types]]\nname = \"c\"\nqueue = \"help\"\nrate = \"1/h\"\ntalk = \"1m\"\n";
    fs::write(folder.path().join("nobody.toml"), without).unwrap();
    let steady = DESK
        .replace("[20, 40, 30, 10]", "25")
        .replace("[3, 5, 5, 3]", "4");
    fs::write(folder.path().join("steady.toml"), steady).unwrap();
    for (arguments, says) in [
        (
            &["staff", "nobody.toml"][..],
            "no agent groups to be staffed",
        ),
        (
            &["staff", "nobody.toml", "--max-blocking", "1%"],
            "the scenario has no trunk groups",
        ),
        (&["staff", "no.toml"], "there is no such file"),
        (
            &["staff", "steady.toml", "--set", "run.mode=steady"],
            "this scenario is one steady run",
        ),
    ] {
        let output = acdsim_in(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2));
        let message = text(&output.stderr);
        assert!(message.contains(says), "{arguments:?}: {message}");
    }
}

/// Whether a run of a file gives the figures of the closing simulation.
fn assert_run_repeats(folder: &Path, file: &str, staffing: &Value) -> Value {
    let output = acdsim_in(folder, &["run", file, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let days = (
        &run["run"]["replications"],
        &run["run"]["seed"],
        &run["run"]["confidence"],
    );
    assert_eq!(
        days,
        (
            &staffing["replications"],
            &staffing["seed"],
            &staffing["confidence"]
        )
    );
    for row in staffing["intervals"].as_array().unwrap() {
        let (list, name) = match row.get("group") {
            Some(name) => ("groups", name),
            None => ("queues", &row["queue"]),
        };
        let part = run[list]
            .as_array()
            .unwrap()
            .iter()
            .find(|part| part["name"] == *name)
            .unwrap();
        let interval = part["intervals"]
            .as_array()
            .unwrap()
            .iter()
            .find(|i| i["start"] == row["start"]);
        for (kpi, figure) in row["simulated"].as_object().unwrap() {
            assert_eq!(
                interval.unwrap()[kpi].to_string(),
                figure.to_string(),
                "{name} {kpi}"
            );
        }
    }
    run
}

#[test]
fn the_scenario_that_is_written_gives_the_same_figures() {
    let folder = project();
    let path = folder.path();
    let arguments = [
        "staff",
        "desk.toml",
        "--json",
        "--write",
        "staffed.toml",
        "--seed",
        "7",
    ];
    let output = acdsim_in(path, &arguments);
    assert_eq!(text(&output.stderr), "Scenario: staffed.toml\n");
    let staffing: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let written = fs::read_to_string(path.join("staffed.toml")).unwrap();
    let expected = DESK
        .replace(
            "staff = [3, 5, 5, 3]",
            &format!("staff = {:?}", agents(&staffing)),
        )
        .replace(
            "replications = 100\n",
            &format!("replications = {}\nseed = 7\n", staffing["replications"]),
        );
    assert_eq!(written, expected);
    assert_run_repeats(path, "staffed.toml", &staffing);
    // Into the same file, if it may be.
    let again = acdsim_in(
        path,
        &[
            "staff",
            "staffed.toml",
            "--write",
            "staffed.toml",
            "--force",
        ],
    );
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
}

/// Counted volumes and staff from CSV files, targets and changes of the command line, saved into another folder.
#[test]
fn everything_that_was_changed_is_written() {
    let folder = project();
    let path = folder.path();
    fs::create_dir_all(path.join("data")).unwrap();
    fs::create_dir_all(path.join("plans/here")).unwrap();
    fs::write(
        path.join("data/day.csv"),
        "start,calls,staff,factor\n08:00,24,3,1\n08:30,48,5,1\n09:00,36,5,1.1\n09:30,12,3,1\n",
    )
    .unwrap();
    fs::write(path.join("data/talk.csv"), "seconds\n60\n120\n360\n").unwrap();
    let column = |name: &str| format!("{{ file = \"day.csv\", column = \"{name}\" }}");
    let counted = DESK
        .replace("[20, 40, 30, 10]", &(column("calls") + "\nvolume_is = \"all_attempts\"\nredial = { abandoned = 0.6, delay = \"exp(5m)\" }"))
        .replace("[3, 5, 5, 3]", &column("staff"))
        .replace("\"exp(3m)\"", &format!("\"empirical(talk.csv, seconds)\"\ntalk_factor = {}", column("factor")));
    fs::write(path.join("data/counted.toml"), counted).unwrap();
    let arguments = [
        "staff",
        "data/counted.toml",
        "--json",
        "--write",
        "plans/here/staffed.toml",
        "--target",
        "85/30",
        "--formula",
        "with_abandons",
        "--max-asa",
        "25s",
        "--set",
        "call_types.question.patience=exp(3m)",
        "--confidence",
        "0.9",
        "--replications",
        "120",
        "--per",
        "day",
    ];
    let output = acdsim_in(path, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let staffing: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let warnings = staffing["warnings"].to_string();
    assert!(warnings.contains("calibration found"), "{warnings}");
    let written = fs::read_to_string(path.join("plans/here/staffed.toml")).unwrap();
    for part in [
        "# A desk\n",
        "   # in May",
        "found by `acdsim calibrate`",
        "volume_is = \"first_attempts\"",
        "empirical(../../data/talk.csv, seconds)",
        "talk_factor = { file = \"../../data/day.csv\", column = \"factor\" }",
        "patience = \"exp(180s)\"",
        "target = \"85/30\"",
        "service_level = \"with_abandons\"",
        "max_asa = \"25s\"",
    ] {
        assert!(written.contains(part), "{part}\n{written}");
    }
    assert!(!written.contains("max_blocking"), "{written}");
    assert_run_repeats(path, "plans/here/staffed.toml", &staffing);
}

/// A file that only a change makes valid has no text to be kept.
#[test]
fn without_a_valid_file_the_scenario_is_written_whole() {
    let folder = project();
    let path = folder.path();
    fs::write(
        path.join("bad.toml"),
        DESK.replace("\"80/20\"", "\"80 in 20\""),
    )
    .unwrap();
    let arguments = [
        "staff",
        "bad.toml",
        "--json",
        "--set",
        "queues.help.target=80/20",
        "--write",
        "staffed.toml",
    ];
    let output = acdsim_in(path, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("comments of the scenario file could not be kept"));
    let staffing: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_run_repeats(path, "staffed.toml", &staffing);
}

#[test]
fn tables_and_page() {
    let folder = project();
    let path = folder.path();
    let output = acdsim_in(
        path,
        &[
            "staff",
            "desk.toml",
            "--json",
            "--csv",
            "--report",
            "--replications",
            "150",
        ],
    );
    let said = text(&output.stderr);
    assert_eq!(
        said,
        "Report: output/small-desk-seed1-staff.html\nCSV files: output/small-desk-seed1-staff-csv\n"
    );
    let staffing: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let read = |name: &str| {
        let file = path.join("output/small-desk-seed1-staff-csv").join(name);
        let text = fs::read_to_string(file).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let staff = read("staff.csv");
    assert_eq!(
        staff[0],
        "start,group,agents,scheduled,current,difference,occupancy"
    );
    assert_eq!(staff.len(), 5);
    for (line, row) in staff[1..].iter().zip(rows(&staffing, "group")) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(
            (cells[0], cells[1]),
            (row["start"].as_str().unwrap(), "desk")
        );
        let number = |i: usize| cells[i].parse::<f64>().unwrap();
        assert_eq!(number(2), row["agents"].as_f64().unwrap());
        assert_eq!(number(3), row["scheduled"].as_f64().unwrap());
        assert_eq!(number(5), number(2) - number(4));
        assert_eq!(
            number(6),
            row["simulated"]["occupancy"]["mean"].as_f64().unwrap()
        );
    }
    assert_eq!(read("targets.csv").len(), 6);
    assert_eq!(read("simulated.csv").len(), 1 + 4 * (1 + 5));
    assert_eq!(read("lines.csv").len(), 2);
    assert!(read("run.csv").contains(&"met,true".to_owned()));

    let page = fs::read_to_string(path.join("output/small-desk-seed1-staff.html")).unwrap();
    for part in [
        "<!doctype html>",
        "Small desk: agents required",
        "Every target is met",
        "Agents: desk",
        "<svg",
        "80 % in",
    ] {
        assert!(page.replace('\u{a0}', " ").contains(part), "{part}");
    }
    for part in ["<script", "http://", "https://", "{{", "{%", "{#"] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    // The scenario on it makes the same figures.
    let scenario = page.split("<pre tabindex=\"0\"><code>").nth(1).unwrap();
    let scenario = scenario
        .split("</code>")
        .next()
        .unwrap()
        .replace("&quot;", "\"")
        .replace("&#x2f;", "/");
    fs::write(path.join("again.toml"), scenario).unwrap();
    assert_run_repeats(path, "again.toml", &staffing);
}

/// Names that would break out of a page, a table or a file's name.
#[test]
fn hostile_names_stay_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let name = "=<b>\\\"x\\\"</b>, {{ 1 }}";
    let toml = DESK
        .replace("\"desk\"", &format!("\"{name}\""))
        .replace("\"Small desk\"", "\"../<script>\"");
    fs::write(path.join("day.toml"), toml).unwrap();
    let fix = "=<b>\"x\"</b>, {{ 1 }} 08:00";
    let arguments = [
        "staff", "day.toml", "--json", "--csv", "t", "--report", "p.html", "--fix", fix, "--write",
        "w.toml",
    ];
    let output = acdsim_in(path, &arguments);
    let staffing: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(agents(&staffing)[0], 3);
    let page = fs::read_to_string(path.join("p.html")).unwrap();
    assert!(!page.contains("<b>") && !page.contains("<script"), "{page}");
    assert!(page.contains("{{ 1 }}"), "{page}");
    let table = fs::read_to_string(path.join("t/staff.csv")).unwrap();
    assert!(
        table.contains("08:00,\"'=<b>\"\"x\"\"</b>, {{ 1 }}\",3,"),
        "{table}"
    );
    assert_run_repeats(path, "w.toml", &staffing);
}

/// A search within a budget that is spent at once: the scenario's own staff, simulated.
fn searched(scenario: &Scenario, per: Per, budget: u64) -> Answer {
    let question = Question {
        days: 20,
        budget,
        ..Question::of(scenario, per)
    };
    planning::simulate(scenario, &question, &Control::default()).expect("simulated")
}

/// Every line has its place, from a narrow terminal to a wide one, for one group and eight, four intervals and 96.
#[test]
fn the_text_fits_the_page() {
    for (groups, hours, interval, expected_rows) in [
        (1, "08:00-10:00", 30, 4),
        (2, "08:00-20:00", 30, 24),
        (8, "00:00-24:00", 15, 6),
    ] {
        let mut toml =
            format!("[scenario]\nname = \"s\"\nopen = \"{hours}\"\ninterval = \"{interval}m\"\n");
        let n = expected_rows.max(if groups == 8 { 96 } else { 0 });
        for g in 0..groups {
            let staff: Vec<usize> = (0..n).map(|i| 1 + i * expected_rows / n % 5).collect();
            toml += &format!(
                "[[queues]]\nname = \"queue number {g}\"\nmax_abandonment = \"9%\"\n[[call_types]]\nname = \"calls {g}\"\n\
                 queue = \"queue number {g}\"\nrate = \"9/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n[[groups]]\n\
                 name = \"group number {g}\"\nskills = [\"queue number {g}\"]\nshrinkage = \"30%\"\nstaff = {staff:?}\n"
            );
        }
        let loaded = scenario::parse("t", &toml, Path::new(""), &[]).unwrap();
        for per in [Per::Interval, Per::Day] {
            let answer = searched(&loaded.scenario, per, 1);
            for width in [40, 80, 100, 120, 300] {
                let page = Page {
                    width,
                    colour: false,
                    intervals: false,
                };
                let text = report::staffing::text(&answer, &page);
                for line in text.lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                    assert_eq!(line, line.trim_end(), "{width}");
                }
                // Of 96 intervals those with the same staff stand in one row.
                let rows = text
                    .lines()
                    .filter(|line| line.trim_start().starts_with("00:00–"))
                    .count();
                assert_eq!(rows > 0, groups == 8, "{text}");
                for g in 0..groups {
                    let there = text.contains(&format!("group number {g}"))
                        && text.contains(&format!("queue number {g}"));
                    assert!(there || width == 40, "{width} {g}\n{text}");
                }
                if width == 100 {
                    let colour = report::staffing::text(
                        &answer,
                        &Page {
                            colour: true,
                            ..page
                        },
                    );
                    assert!(colour.contains("\u{1b}["));
                }
            }
        }
    }
}

/// Ctrl-C gives the best so far, simulated; so does time that is up.
#[cfg(unix)]
#[test]
fn a_search_that_is_ended_gives_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let check = |output: Output, status: i32| {
        assert_eq!(output.status.code(), Some(status));
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(
            (&found["partial"], &found["minimal"]),
            (&true.into(), &false.into())
        );
        assert!(found["goals"].as_array().unwrap().len() > 90);
        found["days_used"].as_u64() > found["replications"].as_u64()
    };
    let times = [1500, 3000, 6000].map(std::time::Duration::from_millis);
    // The bundled day takes many seconds.
    let interrupted = times.into_iter().any(|after| {
        let output = interrupted_in(folder.path(), &["staff", "--json"], after);
        check(output, 130)
    });
    assert!(interrupted, "it was never interrupted within the search");
    let out_of_time = times.into_iter().any(|after| {
        let limit = format!("--max-time={}ms", after.as_millis());
        check(acdsim_in(folder.path(), &["staff", "--json", &limit]), 0)
    });
    assert!(out_of_time, "its time was never up within the search");
}

#[test]
fn a_risk_is_about_days() {
    let error = refused(&["--risk", "10%", "--per", "interval"]);
    assert!(error.contains("--risk is about whole days"), "{error}");
    for share in ["0", "100%", "x"] {
        let error = refused(&["--risk", share]);
        assert!(error.contains("--risk"), "{error}");
    }
}

/// What is missed on too many days is not called met, and one is one.
#[test]
fn the_text_says_what_is_missed_on_too_many_days() {
    let folder = project();
    let said = |arguments: &[&str], status: i32| {
        let arguments = [&["staff", "desk.toml"], arguments].concat();
        let output = acdsim_in(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        // Lines break anywhere.
        let words = text(&output.stdout);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let found = said(&["--risk", "10%", "--budget", "1"], 1);
    let says = "More days miss a target than is asked. On average: no target is missed.";
    assert!(found.contains(says), "{found}");
    let found = said(
        &[
            "--set",
            "scenario.interval=2h",
            "--set",
            "call_types.question.volume=0",
            "--set",
            "groups.desk.staff=3",
            "--set",
            "trunks.line.lines=1",
        ],
        0,
    );
    assert!(
        found.contains("help 80 % in 20 s met in the only interval, – at 08:00"),
        "{found}"
    );
    assert!(
        found.contains("takes 1 line, by Erlang-B 0; there is 1."),
        "{found}"
    );
    let found = said(&["--at-most", "0"], 1);
    assert!(found.contains("at worst 0.0 %"), "{found}");
    assert!(found.contains("no agents of desk are allowed."), "{found}");
}

#[test]
fn a_formula_is_beside_what_it_gives() {
    let folder = project();
    let arguments = [
        "staff",
        "desk.toml",
        "--method",
        "erlang-a",
        "--fractional",
        "--json",
    ];
    let output = acdsim_in(folder.path(), &arguments);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["method"], "erlang-a");
    assert_eq!(document["model"], "a");
    let rows = document["intervals"].as_array().unwrap();
    let groups: Vec<&Value> = rows.iter().filter(|row| row["group"].is_string()).collect();
    let agents: Vec<u64> = groups
        .iter()
        .map(|row| row["agents"].as_u64().unwrap())
        .collect();
    // acdsim erlang a --calls 40/h --aht 3m --patience 2m --target 80/20, and so on.
    assert_eq!(agents, [4, 6, 5, 3]);
    for row in &groups {
        let exact = row["agents_fractional"].as_f64().unwrap();
        let agents = row["agents"].as_f64().unwrap();
        assert!(exact <= agents && agents < exact + 1.0, "{row}");
    }
    let queue = rows.iter().find(|row| row["queue"].is_string()).unwrap();
    let promised = queue["promised"]["service_level"].as_f64().unwrap();
    let simulated = queue["simulated"]["service_level"]["mean"]
        .as_f64()
        .unwrap();
    assert!(
        promised >= 0.8 && (promised - simulated).abs() < 0.1,
        "{queue}"
    );

    let text_of = |arguments: &[&str]| text(&acdsim_in(folder.path(), arguments).stdout);
    let said = text_of(&["staff", "desk.toml", "--method", "erlang-c"]);
    assert!(
        said.contains("Computed by Erlang-C") && said.contains("help promised"),
        "{said}"
    );
    for (flags, says) in [
        (
            &["--lag", "average"][..],
            "--lag goes with --method erlang-c or erlang-a",
        ),
        (
            &["--method", "erlang-c", "--risk", "10%"],
            "--risk goes with --method simulate",
        ),
    ] {
        let error = refused(flags);
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn a_csv_file_of_volumes_is_enough() {
    let folder = project();
    let csv = "start,calls,aht\n08:00,40,3m30s\n08:30,80,210\n09:00,0,210\n";
    fs::write(folder.path().join("volumes.csv"), csv).unwrap();
    let run = |flags: &[&str]| {
        let arguments = [&["staff", "--from", "volumes.csv"], flags].concat();
        acdsim_in(folder.path(), &arguments)
    };
    let output = run(&["--target", "80/20", "--shrinkage", "30%", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = document["intervals"].as_array().unwrap();
    let agents: Vec<u64> = rows
        .iter()
        .map(|row| row["agents"].as_u64().unwrap())
        .collect();
    // 80 and 160 calls/h of 210 s by Erlang-C.
    assert_eq!(agents, [8, 13, 0]);
    assert_eq!(document["agent_hours"], 10.5);
    let paid = document["paid_hours"].as_f64().unwrap();
    assert!((paid - 15.0).abs() < 1e-9, "{paid}");
    let less = run(&["--target", "80/20", "--patience", "2m", "--json"]);
    let less: Value = serde_json::from_slice(&less.stdout).unwrap();
    assert_eq!(less["model"], "a");
    assert!(less["agent_hours"].as_f64() < Some(10.5), "{less}");

    let said = text(&run(&["--target", "80/20"]).stdout);
    assert!(said.contains("It takes 10.5 agent hours"), "{said}");
    for (flags, says) in [
        (&[][..], "required"),
        (
            &["--target", "80/20", "--risk", "10%"],
            "cannot be used with",
        ),
        (
            &["--target", "80/20", "--shrinkage", "100%"],
            "less than 100 %",
        ),
        (&["--target", "80/20", "--interval", "90s"], "whole minutes"),
    ] {
        let output = run(flags);
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        let error = text(&output.stderr);
        assert!(error.contains(says), "{flags:?}: {error}");
    }
}

#[test]
fn a_csv_file_gives_csv_files_and_may_have_its_own_shrinkage() {
    let folder = project();
    let csv = "start,queue,calls,aht,shrinkage\n08:00,help,40,3m30s,20%\n08:30,help,80,210,\n09:00,help,0,210,0.5\n";
    fs::write(folder.path().join("volumes.csv"), csv).unwrap();
    let run = |flags: &str| {
        let flags = format!("staff --from volumes.csv --target 80/20 {flags}");
        acdsim_in(folder.path(), &flags.split_whitespace().collect::<Vec<_>>())
    };
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let output = run("--shrinkage 35% --fractional --csv tables");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "CSV files: tables\n");
    let said = text(&output.stdout);
    // 8 agents of the first half-hour, 13 of the second: 4 / 0.8 + 6.5 / 0.65.
    assert!(said.contains("with shrinkage 15.0 paid hours"), "{said}");
    let staff = read("tables/staff.csv");
    let rows: Vec<Vec<&str>> = staff.lines().map(|row| row.split(',').collect()).collect();
    assert_eq!(
        rows[0],
        [
            "start",
            "queue",
            "agents",
            "agents_fractional",
            "scheduled",
            "service_level",
            "abandonment_rate",
            "asa_s",
            "occupancy",
            "status",
            "reason"
        ]
    );
    assert_eq!(rows[1][..3], ["08:00", "help", "8"]);
    assert_eq!((rows[1][4], rows[2][4], rows[3][4]), ("10", "20", "0"));
    assert!((7.0..8.0).contains(&rows[1][3].parse().unwrap()), "{staff}");
    assert_eq!(rows[1][9], "met", "{staff}");
    assert!(staff.ends_with(",\"no calls, no agents\"\r\n"), "{staff}");
    let facts = read("tables/run.csv");
    assert!(
        facts.contains("agent_hours,10.5\r\npaid_hours,15\r\n"),
        "{facts}"
    );

    // Nothing is overwritten unasked; without a name there is one.
    let again = run("--csv tables");
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(run("--csv tables --force").status.code(), Some(0));
    let named = run("--csv");
    assert_eq!(text(&named.stderr), "CSV files: output/volumes-staff-csv\n");
    for wrong in ["100%", "-1%", "a lot"] {
        let csv = format!("start,calls,aht,shrinkage\n08:00,40,210,20%\n08:30,40,210,{wrong}\n");
        fs::write(folder.path().join("volumes.csv"), csv).unwrap();
        let error = text(&run("").stderr);
        let expected = "volumes.csv, line 3, column 4 (\"shrinkage\"): expected the shrinkage";
        assert!(error.contains(expected), "{wrong}: {error}");
    }
}

/// What `run` judges of the file are the targets that were asked for; of the service level, which no file is without, it is said.
#[test]
fn the_written_targets_are_those_asked_for() {
    let folder = project();
    let desk = DESK.replace(
        "target = \"80/20\"\n",
        "target = \"80/20\"\nmax_abandonment = \"2%\"\n",
    );
    fs::write(folder.path().join("desk.toml"), desk).unwrap();
    let unasked = "note: no service level was asked for, but a queue always has one";
    for (flags, judged, is_said) in [
        ("--max-asa 40s", &["service_level", "asa_s"][..], true),
        ("--max-occupancy 90%", &["service_level", "occupancy"], true),
        (
            "--target 70/30 --max-abandonment 9%",
            &["service_level", "abandonment_rate"],
            false,
        ),
    ] {
        let arguments = format!("staff desk.toml --tolerance 3pp --write new.toml --force {flags}");
        let output = acdsim_in(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(0), "{flags}");
        let said = text(&output.stderr);
        assert_eq!(said.contains(unasked), is_said, "{flags}: {said}");
        let path = folder.path().join("new.toml");
        let loaded = scenario::load(&path, &[]).unwrap();
        let targets = kpi::targets(&loaded.scenario);
        let found: Vec<String> = targets.iter().map(|target| target.kpi.to_owned()).collect();
        assert_eq!(found, judged, "{flags}");
    }
    // The scenario's own targets are in its file.
    let output = acdsim_in(
        folder.path(),
        &["staff", "desk.toml", "--write", "own.toml"],
    );
    assert!(!text(&output.stderr).contains(unasked));
}

/// The page of a formula shows what it promised beside what came of it, and does not speak of a search.
#[test]
fn the_page_of_a_formula_has_its_promises() {
    let folder = project();
    for (flags, has_promises) in [
        ("--method erlang-a --fractional", true),
        ("--tolerance 3pp", false),
    ] {
        let arguments = format!("staff desk.toml --report p.html --force {flags}");
        let output = acdsim_in(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert!(output.status.code() < Some(2), "{}", text(&output.stderr));
        let page = fs::read_to_string(folder.path().join("p.html")).unwrap();
        for (words, expected) in [
            ("help in target, promised", has_promises),
            ("not rounded", has_promises),
            ("The staff was computed by formula", has_promises),
            ("The least staff was searched by simulation", !has_promises),
            ("Small desk: agents required", true),
            (
                "Scenario with this staff, with every default filled in",
                true,
            ),
        ] {
            assert_eq!(page.contains(words), expected, "{flags}: {words}");
        }
    }
}
