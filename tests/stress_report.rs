//! What the breaking point and the day of a profile are written as: pictures, page and tables.

#![allow(clippy::unwrap_used)]

mod common;

use common::command::{done_in, stdout_in};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Two hours, two queues of one group, and lines that may run out.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"

[[queues]]
name = "help"
target = "80/20"

[[queues]]
name = "orders & more"
target = "70/30"

[[call_types]]
name = "question"
queue = "help"
rate = "40/h"
talk = "exp(3m)"
patience = "exp(2m)"
redial = { abandoned = "50%", blocked = "50%", delay = "exp(5m)", max_attempts = 5 }

[[call_types]]
name = "order"
queue = "orders & more"
rate = "20/h"
talk = "exp(3m)"
patience = "exp(2m)"

[[groups]]
name = "desk"
skills = ["help", "orders & more"]
staff = 6

[stress]
name = "Spike <b>"
stages = "30m:100%, 0s:300%, 20m:300%, 0s:100%"
[[stress.faults]]
kind = "absent"
at = "30m"
for = "15m"
groups = ["desk"]
share = "50%"
"#;

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    folder
}

const DAY: [&str; 5] = ["stress", "desk.toml", "--day", "--replications", "20"];

/// Names of files, sorted.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The rows of a table by the names of its columns, which are these.
fn rows(path: &Path, columns: &[&str]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    assert_eq!(reader.headers().unwrap(), columns, "{}", path.display());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    let cell = &row[column];
    cell.parse()
        .unwrap_or_else(|_| panic!("{column} is {cell:?}, no number"))
}

/// Reads a picture to its end, and gives its text.
fn picture(folder: &Path, name: &str) -> String {
    let png = fs::read(folder.join(format!("{name}.png"))).unwrap();
    assert!(png.starts_with(b"\x89PNG"), "{name}.png is a picture");
    let svg = fs::read_to_string(folder.join(format!("{name}.svg"))).unwrap();
    let mut reader = quick_xml::Reader::from_str(&svg);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    svg
}

#[test]
fn the_day_in_pictures() {
    let folder = project();
    let at = folder.path();
    done_in(at, &[&DAY[..], &["--plots", "plots"]].concat());
    assert_eq!(files(&at.join("plots")), ["day.png", "day.svg"]);
    let svg = picture(&at.join("plots"), "day");
    for piece in [
        "Spike &lt;b&gt;",
        "First attempts an hour",
        "Redials and reconnects among attempts",
        "Service level",
        "help, 80",
        "orders &amp; more, 70",
        "without the profile",
        "faults",
        "08:30 to 08:45: 50\u{a0}% of desk absent",
        "cause over, 08:50",
        "09:00",
        "target missed",
    ] {
        assert!(svg.contains(piece), "no {piece:?} in the picture");
    }
    assert!(!svg.contains("NaN"), "a gap is drawn");
    assert!(!svg.contains("actions"), "there are none");
    // A band in the legend, and one around each line with the profile: attempts, redials, and two targets.
    let bands = |colour: &str| filled(&svg, colour, "0.25");
    assert_eq!((bands("#0072B2"), bands("#D55E00")), (6, 2));
}

/// So many shapes are filled with a colour at an opacity.
fn filled(svg: &str, colour: &str, opacity: &str) -> usize {
    let fill = format!("<polygon opacity=\"{opacity}\" fill=\"{colour}\"");
    svg.matches(&fill).count()
}

const LONG: [&str; 2] = [
    "complaints about late invoices, region 1",
    "generalists of the site at the riverside",
];

/// The desk with long names, and actions as they are written in a file.
fn project_of(actions: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = DESK.replace("\"help\"", &format!("{:?}", LONG[0]));
    let text = text.replace("\"desk\"", &format!("{:?}", LONG[1]));
    fs::write(folder.path().join("desk.toml"), text + actions).unwrap();
    folder
}

fn action(at: &str, until: &str) -> String {
    let [_, group] = LONG;
    format!(
        "[[stress.actions]]\nkind = \"agents\"\n{at}\n{until}\ngroups = [\"{group}\"]\nmore = 2\n"
    )
}

/// A counter-action has its name and its time above the panels, and a lane below each of them.
#[test]
fn actions_in_the_picture_of_the_day() {
    let all_day = action("at = \"0m\"", "");
    for (actions, all, name) in [
        (
            action("at = \"40m\"", "for = \"1h\"") + &action("at = \"100m\"", "for = \"20m\""),
            2,
            "08:40 to 09:40: 2 more agents in generalists of the site at the riverside",
        ),
        (
            all_day,
            1,
            "08:00 to closing: 2 more agents in generalists of the site at the riverside",
        ),
    ] {
        let folder = project_of(&actions);
        let at = folder.path();
        done_in(at, &[&DAY[..], &["--plots", "plots"]].concat());
        let svg = picture(&at.join("plots"), "day");
        for piece in [
            "actions",
            name,
            "complaints about late invoices, region 1, 80",
        ] {
            assert!(svg.contains(piece), "no {piece:?} in the picture");
        }
        // With the legend; three panels.
        assert_eq!(filled(&svg, "#CC79A7", "1"), 1 + 3 * all, "{actions}");
        assert_eq!(filled(&svg, "#CC79A7", "0.35"), all, "{actions}");
    }
    // Names beyond the twentieth are counted: one is that of the fault.
    let many: String = (0..23)
        .map(|i| action(&format!("at = \"{}m\"", 5 * i), "for = \"5m\""))
        .collect();
    let folder = project_of(&many);
    let at = folder.path();
    done_in(at, &[&DAY[..], &["--plots", "plots"]].concat());
    let svg = picture(&at.join("plots"), "day");
    assert!(svg.contains("and 4 more"), "four of 24 are not named");
    assert_eq!(filled(&svg, "#CC79A7", "1"), 1 + 3 * 23);
}

/// Figures with the profile have their half-widths; no line is longer than the page.
#[test]
fn the_day_on_the_terminal() {
    let folder = project_of("");
    let text = stdout_in(folder.path(), &DAY);
    let line = |begin: &str| {
        let found = text.lines().find(|line| line.trim().starts_with(begin));
        found.unwrap_or_else(|| panic!("no line {begin:?} in\n{text}"))
    };
    let ratio = |line: &str, after: &str| {
        let half = line.rsplit_once(" ± ").map(|(_, half)| half);
        let half = half.unwrap_or_else(|| panic!("no ± in {line:?}"));
        let half = half.trim_end_matches(['✗', ' ']);
        assert!(half.parse::<f64>().is_ok(), "{half:?} after {after}");
    };
    ratio(line("first attempts"), "the attempts");
    ratio(line("complaints ab…, 80"), "the worst value");
    ratio(line("orders & more, 70"), "the worst value");
    let (_, table) = text.split_once("\n  until").unwrap();
    let rows: Vec<&str> = table.lines().filter(|row| row.contains(" ± ")).collect();
    assert_eq!(rows.len(), 4, "every half hour of two: {table}");
    // Two targets.
    assert!(rows.iter().all(|row| row.matches(" ± ").count() == 2));
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?} columns\n{text}");
}

/// Errors do not take the place of figures.
#[test]
fn a_table_of_many_targets_has_no_errors() {
    let folder = project();
    let at = folder.path();
    let text = DESK.replace("\"help\"", "\"a\"");
    let mut text = text.replace("\"orders & more\"", "\"b\"");
    let mut names = vec!["a".to_owned(), "b".to_owned()];
    for i in 100..104 {
        text += &queue(i);
        names.push(format!("q{i}"));
    }
    fs::write(at.join("desk.toml"), text).unwrap();
    let text = stdout_in(at, &DAY);
    let (_, table) = text.split_once("\n  until").unwrap();
    assert!(!table.contains('±'), "{table}");
    for name in names {
        assert!(table.contains(&format!(" {name} in target")), "{table}");
    }
}

#[test]
fn a_picture_of_a_queue_says_what_is_in_it() {
    let [queue, _] = LONG;
    // With agents of its own besides those it shares no formula applies to it.
    let own = format!("[[groups]]\nname = \"own\"\nskills = [\"{queue}\"]\nstaff = 1\n");
    let formulas = ", beside Erlang";
    for (more, beside) in [("", formulas), (&*own, "")] {
        let folder = project_of(more);
        let at = folder.path();
        let asked = ["stress", "desk.toml", "--curve", "--volumes", "50%, 100%"];
        let few = ["--max-replications", "4", "--plots", "plots"];
        done_in(at, &[&asked[..], &few].concat());
        let file = "queue-complaints-about-late-invoices-region-1";
        let svg = picture(&at.join("plots"), file);
        // As the title of the document, and drawn whole.
        let title = format!("{queue} against volume{beside}");
        let lines = svg.lines().filter(|line| line.contains(&title));
        assert_eq!(lines.count(), 2, "{title:?} in {}", &svg[..300]);
        assert_eq!(svg.contains("Erlang"), !beside.is_empty(), "{more}");
    }
}

#[test]
fn the_day_in_tables() {
    let folder = project();
    let at = folder.path();
    done_in(at, &[&DAY[..], &["--csv", "tables"]].concat());
    let tables = at.join("tables");
    assert_eq!(files(&tables), ["run.csv", "timeline.csv", "windows.csv"]);
    let timeline = rows(
        &tables.join("timeline.csv"),
        &[
            "profile", "start", "part", "name", "kpi", "unit", "mean", "ci_low", "ci_high", "se",
        ],
    );
    let sum = |profile: &str, part: &str| -> f64 {
        let of = timeline.iter().filter(|row| {
            row["profile"] == profile && row["part"] == part && row["kpi"] == "first_attempts"
        });
        of.map(|row| number(row, "mean")).sum()
    };
    for profile in ["with", "without"] {
        let (total, types) = (sum(profile, "total"), sum(profile, "call_types"));
        assert!((total - types).abs() < 1e-9, "{profile}: {total}, {types}");
    }
    // 60 callers an hour; three times as many for 20 minutes are 40 more.
    let (without, with) = (sum("without", "total"), sum("with", "total"));
    assert!((without - 120.0).abs() < 10.0, "120 expected, {without}");
    assert!((with - without - 40.0).abs() < 8.0, "{with} and {without}");
    let windows = rows(
        &tables.join("windows.csv"),
        &[
            "time", "part", "name", "kpi", "target", "value", "ci_low", "ci_high", "missed",
            "without",
        ],
    );
    for (queue, target) in [("help", 0.8), ("orders & more", 0.7)] {
        let of: Vec<_> = windows.iter().filter(|row| row["name"] == queue).collect();
        let steps = timeline
            .iter()
            .filter(|row| {
                row["profile"] == "with" && row["part"] == "total" && row["kpi"] == "attempts"
            })
            .count();
        // What is after closing has no window.
        assert_eq!(of.len(), steps - 1, "{queue}");
        assert_eq!(of.last().unwrap()["time"], "10:00");
        assert!(of.iter().all(|row| number(row, "target") == target));
        assert!(of.iter().any(|row| row["missed"] == "true"), "{queue}");
        // Borderline is not missed: at most a point beside the target.
        for row in &of {
            let missed = number(row, "value") < target - 0.01;
            assert_eq!(row["missed"], missed.to_string(), "{row:?}");
            let ends = number(row, "ci_low")..=number(row, "ci_high");
            assert!(ends.contains(&number(row, "value")), "{row:?}");
        }
    }
    let run = rows(&tables.join("run.csv"), &["key", "value"]);
    let fact = |key: &str| {
        let row = run.iter().find(|row| row["key"] == key);
        row.unwrap_or_else(|| panic!("no {key}"))["value"].clone()
    };
    assert_eq!(fact("profile"), "Spike <b>");
    assert_eq!(fact("cause_over"), "08:50");
    assert_eq!(fact("days_used"), "60");
    for key in [
        "recovery_min",
        "recovery_reason",
        "not_recovered",
        "lost_extra",
    ] {
        fact(key);
    }
}

#[test]
fn the_breaking_point_in_files() {
    let folder = project();
    let at = folder.path();
    let asked = ["stress", "desk.toml", "--breaking-point"];
    let few = ["--width", "30pp", "--budget", "3000", "--expect"];
    let expected = "breaking_point >= 1%";
    let written = ["--plots", "plots", "--csv", "tables", "--report", "p.html"];
    done_in(at, &[&asked[..], &few, &[expected], &written].concat());
    assert_eq!(
        files(&at.join("plots")),
        ["breaking-point.png", "breaking-point.svg"]
    );
    let svg = picture(&at.join("plots"), "breaking-point");
    for piece in ["breaking point, ", "Share of days", "<desc>"] {
        assert!(svg.contains(piece), "no {piece:?} in the picture");
    }
    let tables = at.join("tables");
    assert_eq!(
        files(&tables),
        ["breaking.csv", "expectations.csv", "run.csv"]
    );
    let points = rows(
        &tables.join("breaking.csv"),
        &["percent", "days", "days_held"],
    );
    let run = rows(&tables.join("run.csv"), &["key", "value"]);
    let fact = |key: &str| number(run.iter().find(|row| row["key"] == key).unwrap(), "value");
    let days: f64 = points.iter().map(|row| number(row, "days")).sum();
    assert!(
        days > 0.0 && days <= fact("days_used"),
        "{days} of {}",
        fact("days_used")
    );
    assert!(
        points
            .iter()
            .all(|row| (0.0..=1.0).contains(&number(row, "days_held")))
    );
    let percents: Vec<f64> = points.iter().map(|row| number(row, "percent")).collect();
    assert!(percents.is_sorted(), "{percents:?}");
    let (low, percent) = (
        fact("breaking_point_ci_low"),
        fact("breaking_point_percent"),
    );
    let high = fact("breaking_point_ci_high");
    assert!(low <= percent && percent <= high, "{low} {percent} {high}");
    // A number, whatever its sign.
    assert!((fact("headroom_percent") - (percent - 100.0)).abs() < 1e-9);
    let expectations = rows(
        &tables.join("expectations.csv"),
        &["text", "verdict", "value", "ci_low", "ci_high", "threshold"],
    );
    assert_eq!(expectations.len(), 1);
    assert_eq!(expectations[0]["text"], expected);
    assert_eq!(expectations[0]["verdict"], "pass");
    assert_eq!(number(&expectations[0], "threshold"), 0.01);
    let page = fs::read_to_string(at.join("p.html")).unwrap();
    for piece in [
        "id=\"breaking\"",
        "id=\"expected\"",
        "breaking_point &gt;= 1%",
        "Breaking point: every target holds",
        "What gives way first",
    ] {
        assert!(page.contains(piece), "no {piece:?} in the page");
    }
    assert!(!page.contains("id=\"day\"") && !page.contains("id=\"curve\""));
}

#[test]
fn a_page_of_the_day_and_the_curve() {
    let folder = project();
    let at = folder.path();
    let curve = ["--curve", "--volumes", "100%, 200%"];
    let few = ["--max-replications", "10", "--report", "p.html"];
    done_in(at, &[&DAY[..], &curve, &few].concat());
    let page = fs::read_to_string(at.join("p.html")).unwrap();
    for piece in [
        "The day: Spike &lt;b&gt;",
        "What happens:",
        "08:30 to 08:45: 50\u{a0}% of desk absent",
        "callers are lost a day",
        "cause over, 08:50",
        "targets over the 30\u{a0}min until then",
        "<th scope=\"row\">09:30</th>",
        "Capacity curve",
        "days of the profile were simulated",
    ] {
        assert!(page.contains(piece), "no {piece:?} in the page");
    }
    assert!(!page.contains("id=\"breaking\""));
    assert!(
        !page.contains("{{") && !page.contains("{%"),
        "the template shows"
    );
}

/// A queue with its agents.
fn queue(i: u32) -> String {
    format!(
        "[[queues]]\nname = \"q{i}\"\ntarget = \"80/20\"\n[[call_types]]\nname = \"c{i}\"\nqueue = \"q{i}\"\n\
         rate = \"1/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n[[groups]]\nname = \"g{i}\"\n\
         skills = [\"q{i}\"]\nstaff = 5\n"
    )
}

/// More lines than can be told apart are not drawn: those that are missed longest are.
#[test]
fn a_day_of_many_queues() {
    let folder = project();
    let at = folder.path();
    let mut text = DESK.to_owned();
    for i in 1..=6 {
        text += &queue(i);
    }
    fs::write(at.join("desk.toml"), text).unwrap();
    done_in(at, &[&DAY[..], &["--plots", "plots"]].concat());
    let svg = picture(&at.join("plots"), "day");
    let title = "Service level, the 6 of 8 that are missed longest";
    for piece in [
        title,
        "help, 80",
        "orders &amp; more, 70",
        "q1, 80",
        "q4, 80",
    ] {
        assert!(svg.contains(piece), "no {piece:?} in the picture");
    }
    assert!(!svg.contains("q5, 80"), "a seventh line is drawn");
}
