//! `acdsim compare`: variants on the same days, from the library and from the command line.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::experiment::{Control, Sample, Watch};
use acdsim::kpi::{Gauge, Place};
use acdsim::lab::{self, Amounts, Comparison, Days, Difference, Question, Side, Verdict};
use acdsim::model::Model;
use acdsim::report::{comparison as report, text::Page};
use acdsim::scenario;
use acdsim::stats::student_t;
use common::command::{acdsim_in, ended_early_in};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::Ordering;

/// Short and busy, with everything that has a headline.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"

[run]
replications = 60

[[trunks]]
name = "line"
lines = 9

[[queues]]
name = "help"
target = "80/20"

[[call_types]]
name = "question"
queue = "help"
trunk = "line"
volume = [20, 40, 30, 10]
talk = "exp(3m)"
wrap_up = "exp(20s)"
patience = "exp(2m)"
redial = { abandoned = 0.4, blocked = 0.8, delay = "exp(5m)" }
cost_per_lost_caller = 10

[[groups]]
name = "desk"
skills = ["help"]
staff = [3, 5, 5, 3]
cost_per_hour = 20
"#;

const STEADY: &str = r#"
[run]
mode = "steady"
warm_up = "1h"
length = "200h"
[scenario]
name = "M/M/2"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "20/h"
talk = "exp(3m)"
[[groups]]
name = "agents"
skills = ["q"]
staff = 2
"#;

fn side(label: &str, text: &str, sets: &[&str]) -> Side {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = scenario::parse("test", text, Path::new(""), &sets).unwrap();
    Side {
        label: label.to_owned(),
        scenario: loaded.scenario,
    }
}

fn question(days: u64) -> Question {
    Question {
        margin: amounts("0.5pp,2s,1%"),
        days: Days::Fixed(days),
        budget: 100_000,
        seed: 1,
        confidence: 0.95,
        threads: Some(1),
    }
}

fn amounts(text: &str) -> Amounts {
    Amounts::parse(&[text.to_owned()]).unwrap()
}

fn compared(sides: &[Side], question: &Question) -> Comparison {
    lab::compare(sides, question, &Control::default()).unwrap()
}

fn find<'c>(comparison: &'c Comparison, place: &str, kpi: &str) -> &'c Difference {
    let found = comparison
        .pairs
        .iter()
        .find(|d| d.place == place && d.kpi == kpi);
    found.unwrap_or_else(|| panic!("no {place} {kpi}"))
}

/// The desk, and with one more agent.
fn one_more() -> [Side; 2] {
    [
        side("desk", DESK, &[]),
        side("one more", DESK, &["groups.desk.staff+=1"]),
    ]
}

#[test]
fn a_difference_is_that_of_two_runs_and_its_error_that_of_pairs() {
    let sides = one_more();
    let found = compared(&sides, &question(60));
    let [a, b] = [0, 1].map(|i: usize| {
        let model = Model::new(&sides[i].scenario);
        let settings = acdsim::Settings::of(&model);
        acdsim::experiment::run(&model, &settings, &Control::default(), &[])
            .unwrap()
            .results
    });
    let mut checked = 0;
    for (part, place) in [
        ((&a.total, &b.total), "total"),
        ((&a.queues[0], &b.queues[0]), "queues.help"),
        ((&a.call_types[0], &b.call_types[0]), "call_types.question"),
        ((&a.groups[0], &b.groups[0]), "groups.desk"),
        ((&a.trunks[0], &b.trunks[0]), "trunks.line"),
    ] {
        for (kpi, value) in &part.0.kpis {
            let (Some(x), Some(y)) = (value.mean, part.1.get(kpi).mean) else {
                continue;
            };
            let difference = found
                .pairs
                .iter()
                .find(|d| d.place == place && d.kpi == kpi);
            let difference = difference.unwrap_or_else(|| panic!("no {place} {kpi}"));
            let mean = difference.difference.mean.unwrap();
            assert!(
                (mean - (y - x)).abs() <= 1e-9 * (1.0 + x.abs()),
                "{place} {kpi}: {mean}, expected {}",
                y - x
            );
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked} figures");
    let met = find(&found, "queues.help", "days.target_met");
    let expected = [&a, &b].map(|r| r.queues[0].days.as_ref().unwrap().target_met.mean.unwrap());
    for (found, expected) in [met.value_a, met.value_b].into_iter().zip(expected) {
        assert!(
            (found.unwrap() - expected).abs() < 1e-12,
            "{found:?}, expected {expected}"
        );
    }

    // The error, from the days themselves.
    for (place, name, kpi) in [
        (Place::Queue(0), "queues.help", "service_level"),
        (Place::Queue(0), "queues.help", "asa_s"),
        (Place::Group(0), "groups.desk", "occupancy"),
        (Place::Trunk(0), "trunks.line", "blocking_rate"),
    ] {
        let [one, two] = [0, 1].map(|i: usize| {
            let model = Model::new(&sides[i].scenario);
            let watch = Watch {
                gauge: Gauge::new(place, kpi).unwrap(),
                cells: 0..model.grid.cells + 1,
            };
            let mut sample = Sample::default();
            sample
                .extend(60, (&model, &[watch]), (1, 0), &Control::default())
                .unwrap();
            sample
        });
        let expected = one.change(&two, 0, 60).unwrap();
        let difference = find(&found, name, kpi);
        let se = difference.difference.se.unwrap();
        assert!(
            (se / expected.se - 1.0).abs() < 1e-9,
            "{name} {kpi}: {se}, expected {}",
            expected.se
        );
        // Unpaired: the variances add up.
        let [v, w] = [&one, &two].map(|sample| sample.estimate(0).se.unwrap().powi(2));
        let ratio = difference.variance_ratio.unwrap();
        assert!(
            (ratio / ((v + w) / expected.se.powi(2)) - 1.0).abs() < 1e-9,
            "{name} {kpi}: {ratio}"
        );
    }
}

#[test]
fn a_scenario_against_itself_differs_by_exactly_nothing() {
    let sides = [side("desk", DESK, &[]), side("again", DESK, &[])];
    let found = compared(&sides, &question(40));
    assert!(found.only.is_empty() && found.run.warnings.is_empty());
    assert!(found.pairs.len() > 100 && found.intervals.len() == 2 * 5);
    for d in found.pairs.iter().chain(&found.intervals) {
        if d.difference.mean.is_none() {
            continue;
        }
        assert_eq!(d.difference.ci, Some((0.0, 0.0)), "{} {}", d.place, d.kpi);
        assert_eq!(d.difference.se, Some(0.0), "{} {}", d.place, d.kpi);
        assert_eq!(
            (d.verdict, d.variance_ratio),
            (Verdict::Equivalent, None),
            "{} {}",
            d.place,
            d.kpi
        );
    }
    let steady = [side("a", STEADY, &[]), side("b", STEADY, &[])];
    let found = compared(&steady, &question(1));
    let level = find(&found, "queues.q", "service_level");
    assert_eq!(
        (level.difference.se, level.verdict),
        (Some(0.0), Verdict::Equivalent)
    );
}

#[test]
fn one_more_agent_is_better_and_dearer() {
    // Callers who wait hold a line: with a long patience, less waiting is less blocking.
    let patient = [
        "call_types.question.patience=exp(30m)",
        "trunks.line.lines=8",
    ];
    let mut sides = [
        side("desk", DESK, &patient),
        side(
            "one more",
            DESK,
            &[&patient[..], &["groups.desk.staff+=1"]].concat(),
        ),
    ];
    // Without lost callers to pay for.
    for side in &mut sides {
        side.scenario.call_types[0].cost_per_lost_caller = None;
    }
    let found = compared(&sides, &question(400));
    for (place, kpi, expected) in [
        ("total", "service_level", Verdict::Better),
        ("queues.help", "service_level", Verdict::Better),
        ("call_types.question", "service_level", Verdict::Better),
        ("queues.help", "abandonment_rate", Verdict::Better),
        ("queues.help", "asa_s", Verdict::Better),
        ("trunks.line", "blocking_rate", Verdict::Better),
        ("groups.desk", "occupancy", Verdict::Lower),
        ("groups.desk", "cost", Verdict::Worse),
        ("total", "cost", Verdict::Worse),
        ("total", "callers", Verdict::Equivalent),
        ("queues.help", "days.target_met", Verdict::Better),
        ("queues.help", "wait_p90_s", Verdict::Better),
        ("queues.help", "wait_max_s", Verdict::Better),
    ] {
        let d = find(&found, place, kpi);
        assert_eq!(d.verdict, expected, "{place} {kpi}: {:?}", d.difference);
    }
    // Two hours of four half-hours with one more agent, paid at 20.
    let cost = find(&found, "groups.desk", "cost").difference.mean.unwrap();
    assert!((cost - 40.0).abs() < 1.0, "{cost}");
    let ratio = find(&found, "total", "service_level")
        .variance_ratio
        .unwrap();
    assert!(ratio > 2.0, "pairing gains: {ratio}");
}

#[test]
fn headlines_are_joint_over_places_and_pairs() {
    let sides = one_more();
    let found = compared(&sides, &question(60));
    let joint: Vec<&Difference> = found.pairs.iter().filter(|d| d.joint).collect();
    assert_eq!(joint.len(), found.run.joint_intervals);
    // Total 5, queue 4, call type 5, group 2, trunk 1.
    assert_eq!(joint.len(), 17);
    let t = |d: &Difference| d.difference.half_width().unwrap() / d.difference.se.unwrap();
    let expected = student_t(1.0 - 0.05 / 17.0, 59);
    let level = find(&found, "queues.help", "asa_s");
    assert!(
        (t(level) - expected).abs() < 1e-9,
        "{} {expected}",
        t(level)
    );
    let single = find(&found, "queues.help", "mean_wait_s");
    let expected = student_t(0.95, 59);
    assert!(
        (t(single) - expected).abs() < 1e-9,
        "{} {expected}",
        t(single)
    );
    assert!(
        found
            .intervals
            .iter()
            .all(|d| !d.joint && d.start.is_some())
    );
}

#[test]
fn the_best_of_several_comes_first_in_the_ranking() {
    let sides = [
        side("as it is", DESK, &[]),
        side("one more", DESK, &["groups.desk.staff+=1"]),
        side("two more", DESK, &["groups.desk.staff+=2"]),
        side("the same", DESK, &[]),
    ];
    let found = compared(&sides, &question(300));
    // As before for each of three, and the other three pairs of the 5 figures of everything.
    assert_eq!(found.run.joint_intervals, 3 * 17 + 3 * 5);
    let ranking = found
        .ranking
        .iter()
        .find(|r| r.kpi == "service_level")
        .unwrap();
    let order: Vec<(&str, (usize, usize))> = ranking
        .order
        .iter()
        .map(|rank| (rank.side.as_str(), rank.rank))
        .collect();
    assert_eq!(
        order,
        [
            ("two more", (1, 1)),
            ("one more", (2, 2)),
            ("as it is", (3, 4)),
            ("the same", (3, 4))
        ]
    );
}

#[test]
fn threads_make_no_difference() {
    let json = |threads| {
        let question = Question {
            threads: Some(threads),
            days: Days::UntilPrecise(amounts("1pp")),
            ..question(0)
        };
        serde_json::to_string(&compared(&one_more(), &question)).unwrap()
    };
    assert_eq!(json(1), json(3));
}

#[test]
fn it_goes_on_until_it_is_precise_or_the_budget_is_spent() {
    let ask = |precision: &str, budget| {
        let question = Question {
            days: Days::UntilPrecise(amounts(precision)),
            budget,
            ..question(0)
        };
        compared(&one_more(), &question)
    };
    let found = ask("0.8pp,asa_s=1s", 20_000);
    let reached = found.run.precision.as_ref().unwrap().reached;
    assert!(reached, "{:?}", found.run);
    // 10,000 days of each at most.
    let looks = lab::Looks::up_to(10_000);
    assert_eq!(found.run.looks, looks.ends().len());
    assert!(looks.ends().contains(&found.run.replications) && found.run.replications < 10_000);
    for d in found.pairs.iter().filter(|d| d.joint) {
        let half = d.difference.half_width().unwrap_or(0.0);
        match d.kpi {
            "asa_s" => assert!(half <= 1.0, "{} {half}", d.place),
            "cost" => {}
            kpi => assert!(half <= 0.008, "{} {kpi} {half}", d.place),
        }
    }
    let found = ask("0.01pp", 400);
    assert_eq!((found.run.replications, found.run.looks), (200, 3));
    assert!(!found.run.precision.unwrap().reached);
    let warning = &found.run.warnings[0];
    assert!(
        warning.contains("not reached with 200 days of each"),
        "{warning}"
    );
}

#[test]
fn what_only_one_has_is_named() {
    let chat = DESK.to_owned()
        + "[[queues]]\nname = \"chat\"\n[[call_types]]\nname = \"chat\"\nqueue = \"chat\"\nrate = \"9/h\"\ntalk = \"60s\"\n\
           [[groups]]\nname = \"chatters\"\nskills = [\"chat\"]\nstaff = 1\n";
    let cheap = DESK
        .replace("cost_per_lost_caller = 10", "")
        .replace("cost_per_hour = 20", "");
    let sides = [
        side("desk", DESK, &[]),
        side("chat", &chat, &[]),
        side("cheap", &cheap, &[]),
    ];
    let found = compared(&sides, &question(10));
    let only: Vec<(&str, &str, Option<&str>)> = found
        .only
        .iter()
        .map(|only| (only.side.as_str(), only.place.as_str(), only.kpi.as_deref()))
        .collect();
    assert_eq!(
        only,
        [
            ("chat", "queues.chat", None),
            ("chat", "call_types.chat", None),
            ("chat", "groups.chatters", None),
            ("desk", "total", Some("cost")),
            ("desk", "call_types.question", Some("cost")),
            ("desk", "groups.desk", Some("cost")),
        ]
    );
    assert!(
        !found
            .pairs
            .iter()
            .any(|d| d.b == "cheap" && d.kpi == "cost")
    );
}

#[test]
fn other_hours_are_compared_over_the_whole_day() {
    let longer = DESK
        .replace("08:00-10:00", "08:00-10:30")
        .replace("[20, 40, 30, 10]", "[20, 40, 30, 10, 5]")
        .replace("[3, 5, 5, 3]", "[3, 5, 5, 3, 3]");
    let found = compared(
        &[side("desk", DESK, &[]), side("longer", &longer, &[])],
        &question(20),
    );
    assert!(found.intervals.is_empty());
    assert!(
        found.run.warnings[0]
            .contains("08:00–10:00 by 30 min in desk and 08:00–10:30 by 30 min in longer")
    );
    assert!(find(&found, "total", "callers").difference.mean.unwrap() > 1.0);
    let strict = [
        side("desk", DESK, &[]),
        side("strict", DESK, &["queues.help.target=90/10"]),
    ];
    let warning = &compared(&strict, &question(20)).run.warnings[0];
    assert!(warning.contains("judged by another target"), "{warning}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |sides: &[Side], question: &Question| {
        lab::compare(sides, question, &Control::default())
            .unwrap_err()
            .to_string()
    };
    let (desk, steady) = (side("desk", DESK, &[]), side("steady", STEADY, &[]));
    let longer = side("longer", STEADY, &["run.length=400h"]);
    let error = refused(&[desk.clone(), steady.clone()], &question(60));
    assert!(
        error.contains("desk is simulated by days and steady is one steady run"),
        "{error}"
    );
    let error = refused(&[steady, longer], &question(60));
    assert!(error.contains("different length or warm-up"), "{error}");
    let error = refused(&[desk.clone(), desk.clone()], &question(1));
    assert!(error.contains("at least 2 days"), "{error}");
    let error = refused(&[desk.clone(), desk], &question(50_001));
    assert!(
        error.contains("100,002 in all, more than the budget of 100,000"),
        "{error}"
    );
}

#[test]
fn a_comparison_that_is_stopped_has_the_days_of_both() {
    let control = Control::default();
    let question = question(50_000);
    let found = std::thread::scope(|scope| {
        scope.spawn(|| {
            while control.done.load(Ordering::Relaxed) < 101 {
                std::thread::yield_now();
            }
            control.stop.store(true, Ordering::Relaxed);
        });
        lab::compare(&one_more(), &question, &control).unwrap()
    });
    assert!(found.run.partial && found.run.replications < 50_000);
    assert_eq!(found.run.days_used, 2 * found.run.replications);
    // The same as if no more had been asked for.
    let whole = compared(
        &one_more(),
        &Question {
            days: Days::Fixed(found.run.replications),
            ..question.clone()
        },
    );
    let value = |c: &Comparison| find(c, "total", "service_level").difference;
    assert_eq!(value(&found), value(&whole));
    control.stop.store(true, Ordering::Relaxed);
    let nothing = lab::compare(&one_more(), &question, &control).unwrap_err();
    assert!(
        nothing
            .to_string()
            .contains("before the first day was complete"),
        "{nothing}"
    );
}

// From the command line.

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    let new = DESK.replace("staff = [3, 5, 5, 3]", "staff = [4, 6, 5, 3]");
    fs::write(folder.path().join("new.toml"), new).unwrap();
    folder
}

fn compare_in(folder: &Path, arguments: &[&str]) -> Output {
    acdsim_in(folder, &[&["compare"], arguments].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// What a successful call prints, and says beside it.
fn printed(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = compare_in(folder, arguments);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    (text(&output.stdout), message)
}

#[test]
fn the_answer_in_every_form() {
    let folder = project();
    let of = |arguments: &[&str]| printed(folder.path(), arguments).0;
    insta::assert_snapshot!("text", of(&["desk.toml", "new.toml"]));
    insta::assert_snapshot!("summary", of(&["desk.toml", "new.toml", "--summary"]));
    insta::assert_snapshot!("markdown", of(&["desk.toml", "new.toml", "--markdown"]));
    let several = [
        "desk.toml",
        "--variant",
        "one more: groups.desk.staff+=1",
        "--variant",
        "fewer lines: trunks.line.lines=5; scenario.busyness_cv=0.1",
    ];
    insta::assert_snapshot!("several", of(&several));
    let json: Value = serde_json::from_str(&of(&["desk.toml", "new.toml", "--json"])).unwrap();
    let mut short = json.clone();
    for list in ["pairs", "intervals"] {
        short[list].as_array_mut().unwrap().truncate(2);
    }
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&short).unwrap());
    // Any width.
    let found = compared(&one_more(), &question(20));
    for width in [40, 60, 80, 200] {
        let page = Page {
            width,
            colour: false,
            intervals: false,
        };
        for line in report::text(&found, &page, true).lines() {
            let wide = unicode_width::UnicodeWidthStr::width(line);
            assert!(wide <= width, "{wide} of {width}: {line}");
        }
    }
}

#[test]
fn files_are_written() {
    let folder = project();
    let path = folder.path();
    let (stdout, said) = printed(
        path,
        &[
            "desk.toml",
            "new.toml",
            "--markdown",
            "c.md",
            "--report",
            "c.html",
            "--csv",
            "c",
        ],
    );
    assert!(
        stdout.starts_with("A  desk.toml\nB  new.toml\n"),
        "{stdout}"
    );
    assert_eq!(said, "Markdown: c.md\nReport: c.html\nCSV files: c\n");
    let page = fs::read_to_string(path.join("c.html")).unwrap();
    assert_eq!(
        page.matches("<svg").count(),
        4,
        "rates, times, cost, and a queue's day"
    );
    assert!(
        !page.contains("http://")
            || page.matches("http").count() == page.matches("http://www.w3.org").count()
    );
    let markdown = fs::read_to_string(path.join("c.md")).unwrap();
    assert!(markdown.starts_with("### `new.toml` against `desk.toml`"));
    let csv = fs::read_to_string(path.join("c/differences.csv")).unwrap();
    let json: Value =
        serde_json::from_str(&printed(path, &["desk.toml", "new.toml", "--json"]).0).unwrap();
    let rows = |list: &str| json[list].as_array().unwrap().len();
    assert_eq!(csv.lines().count(), 1 + rows("pairs") + rows("intervals"));
    assert!(
        csv.contains("desk.toml,new.toml,queues,help,08:30,service_level,fraction,"),
        "{csv}"
    );
    assert!(
        fs::read_to_string(path.join("c/run.csv"))
            .unwrap()
            .contains("side,new.toml")
    );
    let again = compare_in(path, &["desk.toml", "new.toml", "--report", "c.html"]);
    assert_eq!(again.status.code(), Some(2));
    printed(
        path,
        &["desk.toml", "new.toml", "--report", "--replications", "5"],
    );
    assert!(
        path.join("output/Small-desk-seed1-compare.html").exists()
            || path.join("output/small-desk-seed1-compare.html").exists()
    );
}

#[test]
fn labels_tell_sides_apart() {
    let folder = project();
    let json = |arguments: &[&str]| -> Vec<String> {
        let arguments = [arguments, &["--json", "--replications", "2"]].concat();
        let json: Value = serde_json::from_str(&printed(folder.path(), &arguments).0).unwrap();
        let sides = json["sides"].as_array().unwrap().iter();
        sides
            .map(|side| side["label"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        json(&["desk.toml", "desk.toml", "desk.toml"]),
        ["desk.toml", "desk.toml (2)", "desk.toml (3)"]
    );
    assert_eq!(
        json(&[
            "desk.toml",
            "--variant",
            "run.seed=7",
            "--variant",
            "x: groups.desk.staff=9"
        ]),
        ["desk.toml", "run.seed=7", "x"]
    );
    assert_eq!(
        json(&["--variant", "groups.generalists.staff+=1"])[0],
        "the bundled day"
    );
}

#[test]
fn what_is_wrong_is_said() {
    let folder = project();
    for (arguments, says) in [
        (&["desk.toml"][..], "a comparison takes two"),
        (
            &["desk.toml", "none.toml"],
            "cannot read the scenario \"none.toml\"",
        ),
        (
            &["desk.toml", "new.toml", "--margin", "5"],
            "--margin: \"5\": it has no unit",
        ),
        (
            &["desk.toml", "new.toml", "--margin", "5 miles"],
            "none of pp, s, m, h and %",
        ),
        (
            &["desk.toml", "new.toml", "--margin", "asa=5s"],
            "did you mean asa_s?",
        ),
        (
            &["desk.toml", "new.toml", "--until-precise", "lost=2"],
            "lost is no headline",
        ),
        (
            &["desk.toml", "new.toml", "--until-precise", "1%"],
            "of what?",
        ),
        (
            &["desk.toml", "new.toml", "--replications", "1"],
            "at least 2 days",
        ),
        (
            &["desk.toml", "new.toml", "--budget", "50"],
            "raise --budget",
        ),
        (
            &["desk.toml", "--variant", "queues.hepl.priority=1"],
            "did you mean \"help\"?",
        ),
        (&["desk.toml", "--variant", "x:"], "changes nothing"),
        (&["desk.toml", "--variant", "run.mode=steady"], "steady"),
        (&["--markdown", "desk.toml", "new.toml"], "ends in .md"),
        (
            &[
                "desk.toml",
                "new.toml",
                "--replications",
                "9",
                "--until-precise",
                "1pp",
            ],
            "cannot be used with",
        ),
    ] {
        let output = compare_in(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = text(&output.stderr);
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert_eq!(text(&output.stdout), "");
    }
}

#[test]
fn what_has_no_effect_is_said() {
    let folder = project();
    let (_, message) = printed(
        folder.path(),
        &[
            "desk.toml",
            "--variant",
            "other luck: run.seed=5",
            "--summary",
        ],
    );
    assert_eq!(message, "");
    let (text, _) = printed(
        folder.path(),
        &["desk.toml", "--variant", "other luck: run.seed=5"],
    );
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("other luck: its own seed, number of days and confidence do not count, but those of desk.toml"),
        "{text}"
    );
    // Nobody calls: most figures are of nothing.
    let (text, _) = printed(
        folder.path(),
        &[
            "desk.toml",
            "--variant",
            "nobody: call_types.question.volume=0",
            "--summary",
        ],
    );
    assert!(
        text.starts_with("nobody against desk.toml: ") && !text.contains("()"),
        "{text}"
    );
    for flag in ["--summary", "--json", "--all"] {
        let output = compare_in(
            folder.path(),
            &["desk.toml", "new.toml", flag, "--markdown"],
        );
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(output.stdout, b"");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(
            message.contains(&format!("does not go with {flag}")),
            "{message}"
        );
        let named = [flag, "--markdown", "c.md", "--force"];
        printed(
            folder.path(),
            &[&["desk.toml", "new.toml"][..], &named].concat(),
        );
    }
    let (text, _) = printed(
        folder.path(),
        &[
            "desk.toml",
            "--variant",
            "\u{1b}[31mred: groups.desk.staff+=1",
            "--summary",
        ],
    );
    assert!(text.starts_with("\u{fffd}[31mred against"), "{text}");
}

/// Ctrl-C, or time that is up: the same document, of the days that are there.
#[cfg(unix)]
#[test]
fn a_comparison_that_is_ended_shows_what_it_has() {
    let folder = project();
    let days = ["--replications", "10000000", "--budget", "20000000"];
    let command = ["compare", "desk.toml", "new.toml", "--json"];
    let ended = ended_early_in(folder.path(), &[&command[..], &days].concat());
    for (status, (found, document)) in [130, 0].into_iter().zip(ended) {
        assert_eq!(found, status);
        assert_eq!(document["run"]["partial"], true);
        let replications = document["run"]["replications"].as_u64().unwrap();
        assert!(replications < 10_000_000);
        assert_eq!(document["run"]["days_used"], 2 * replications);
        assert!(document["pairs"].as_array().unwrap().len() > 50);
    }
}

/// Jobs of another pool of threads may compare: none is begun while another one of the same thread waits, which would fill
/// the stack.
#[test]
fn a_comparison_within_a_job_begins_no_other_job() {
    use rayon::prelude::*;
    use std::cell::Cell;
    thread_local!(static UNDER_WAY: Cell<usize> = const { Cell::new(0) });
    let sides = one_more();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let most = pool.install(|| {
        let jobs = (0..40).into_par_iter().map(|_| {
            let under_way = UNDER_WAY.get() + 1;
            UNDER_WAY.set(under_way);
            compared(&sides, &question(2));
            UNDER_WAY.set(under_way - 1);
            under_way
        });
        jobs.max()
    });
    assert_eq!(most, Some(1), "jobs under way at once on one thread");
}

#[test]
fn variants_of_counted_volumes_share_the_demand_found() {
    let folder = project();
    let counted = DESK.replace(
        "queue = \"help\"\n",
        "queue = \"help\"\nvolume_is = \"all_attempts\"\n",
    );
    fs::write(folder.path().join("counted.toml"), counted).unwrap();
    let arguments = [
        "counted.toml",
        "--variant",
        "groups.desk.staff+=1",
        "--json",
    ];
    let json: Value = serde_json::from_str(&printed(folder.path(), &arguments).0).unwrap();
    let pairs = json["pairs"].as_array().unwrap();
    let find = |kpi: &str| {
        pairs
            .iter()
            .find(|d| d["where"] == "total" && d["kpi"] == kpi)
            .unwrap()
    };
    assert_eq!(find("first_attempts")["difference"]["mean"], 0.0);
    assert!(find("redials")["difference"]["mean"].as_f64().unwrap() < 0.0);
    assert_eq!(
        json["run"]["warnings"].as_array().unwrap().len(),
        1,
        "said once"
    );
}

/// Every field of the document and every column are in docs/compare.md.
#[test]
fn the_document_is_documented() {
    fn fields(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                found.push(key.clone());
                fields(value, found);
            }),
            Value::Array(list) => list.iter().for_each(|value| fields(value, found)),
            _ => {}
        }
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compare.md");
    let docs = fs::read_to_string(docs).unwrap();
    let folder = project();
    let arguments = [
        "desk.toml",
        "new.toml",
        "--variant",
        "x: groups.desk.staff+=2",
        "--until-precise",
        "5pp",
        "--csv",
        "c",
        "--json",
    ];
    let json: Value = serde_json::from_str(&printed(folder.path(), &arguments).0).unwrap();
    let mut found = Vec::new();
    fields(&json, &mut found);
    for file in ["c/differences.csv", "c/run.csv"] {
        let table = fs::read_to_string(folder.path().join(file)).unwrap();
        found.extend(table.lines().next().unwrap().split(',').map(str::to_owned));
    }
    for word in found {
        assert!(
            docs.contains(&format!("`{word}`")),
            "docs/compare.md: `{word}` is missing"
        );
    }
}

/// Whether all headlines of a run hold, whether some figures hold alone, and its looks.
type Held = (bool, Vec<bool>, usize);

/// How often intervals hold, against a truth from other days.
#[test]
#[ignore = "a minute; see docs/validation.md"]
fn intervals_of_differences_hold_what_they_promise() {
    const RUNS: u64 = 2000;
    let truth = compared(
        &one_more(),
        &Question {
            seed: 1_000_000,
            budget: 1_000_000,
            threads: None,
            ..question(400_000)
        },
    );
    let names = [
        "service_level",
        "abandonment_rate",
        "asa_s",
        "days.target_met",
        "wait_p90_s",
        "queue_length_max",
    ];
    println!("\n| days | looks | all headlines | {} |", names.join(" | "));
    for (what, days, budget, expected) in [
        ("30", Days::Fixed(30), 100_000, 0.93),
        ("100", Days::Fixed(100), 100_000, 0.94),
        (
            "until 1.5pp",
            Days::UntilPrecise(amounts("1.5pp")),
            4000,
            0.95,
        ),
    ] {
        let holds = |d: &Difference, scale: f64| {
            let truth = find(&truth, &d.place, d.kpi).difference;
            match (
                d.difference.mean,
                d.difference.se,
                d.difference.half_width(),
                truth.mean,
            ) {
                (Some(mean), Some(_), Some(half), Some(truth)) => {
                    (mean - truth).abs() <= scale * half + 1e-12
                }
                _ => true,
            }
        };
        let run = |seed| -> Held {
            let question = Question {
                seed,
                days: days.clone(),
                budget,
                ..question(0)
            };
            let found = compared(&one_more(), &question);
            let mut headlines = found.pairs.iter().filter(|d| d.joint);
            let joint = headlines.all(|d| holds(d, 1.0));
            // The headlines' own intervals are wider than those of one figure alone.
            let n = found.run.replications - 1;
            let level = 1.0 - 0.05 / found.run.looks as f64;
            let together = 1.0 - (1.0 - level) / found.run.joint_intervals as f64;
            let narrower = student_t(level, n) / student_t(together, n);
            let alone = names.iter().map(|kpi| {
                let d = find(&found, "queues.help", kpi);
                holds(d, if d.joint { narrower } else { 1.0 })
            });
            (joint, alone.collect(), found.run.looks)
        };
        // Each run has threads of its own, so these are not rayon's.
        let runs: Vec<Held> = std::thread::scope(|scope| {
            let run = &run;
            let halves = [0, 1].map(|half| {
                let seeds = (1..=RUNS).filter(move |seed| seed % 2 == half);
                scope.spawn(move || seeds.map(run).collect::<Vec<Held>>())
            });
            halves
                .into_iter()
                .flat_map(|half| half.join().unwrap())
                .collect()
        });
        let share = |of: &dyn Fn(&Held) -> bool| {
            runs.iter().filter(|run| of(run)).count() as f64 / RUNS as f64
        };
        let joint = share(&|run| run.0);
        let alone = (0..names.len()).map(|i| format!("{:.1} %", 100.0 * share(&|run| run.1[i])));
        println!(
            "| {what} | {} | {:.1} % | {} |",
            runs[0].2,
            100.0 * joint,
            alone.collect::<Vec<_>>().join(" | ")
        );
        assert!(joint >= expected, "{what}: {joint}");
    }
}
