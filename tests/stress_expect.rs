//! What is expected of a load test: beside the profile, and on the command line.

#![allow(clippy::unwrap_used)]

mod common;

use common::command::acdsim_in;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Four hours and few calls.
const DESK: &str = r#"[scenario]
name = "Small desk"
open = "08:00-12:00"
[[queues]]
name = "help"
target = "80/20"
[[call_types]]
name = "question"
queue = "help"
rate = "60/h"
talk = "exp(3m)"
patience = "exp(2m)"
redial = { abandoned = 0.5, delay = "exp(5m)", max_attempts = 4 }
[[groups]]
name = "desk"
skills = ["help"]
staff = 6
"#;

const STORM: &str = r#"[stress]
name = "A storm"
stages = "1h:100%, 0s:300%, 30m:300%, 0s:100%"
"#;

const EXPECT: &str = r#"expect = [
    "attempts_per_caller < 3",
    "breaking_point >= 20%",
]
"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("desk.toml", DESK);
    write("storm.toml", &format!("{STORM}{EXPECT}"));
    write("stormy-desk.toml", &format!("{DESK}{STORM}{EXPECT}"));
    folder
}

/// Few days of each part.
const QUICK: [&str; 4] = ["--width", "20pp", "--replications", "20"];

fn stress(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = acdsim_in(folder, &[&["stress"], arguments, &QUICK].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The document of a load test that holds.
fn document(folder: &Path, arguments: &[&str]) -> Value {
    let (status, out, said) = stress(folder, &[arguments, &["--json"]].concat());
    assert_eq!(status, 0, "{arguments:?}: {said}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{out}"))
}

/// What was judged: the text, file and line.
fn judged(document: &Value) -> Vec<(String, Option<String>, Option<u64>)> {
    let of = |judged: &Value| {
        let file = judged["file"].as_str().map(str::to_owned);
        let text = judged["text"].as_str().unwrap().to_owned();
        (text, file, judged["line"].as_u64())
    };
    let all = document["expectations"].as_array();
    all.map_or_else(Vec::new, |all| all.iter().map(of).collect())
}

#[test]
fn they_hold_wherever_the_profile_stands() {
    let folder = project();
    let said = |file: &str, line: u64| {
        let of = |text: &str, line| (text.to_owned(), Some(file.to_owned()), Some(line));
        vec![
            of("attempts_per_caller < 3", line),
            of("breaking_point >= 20%", line + 1),
        ]
    };
    let line = 1 + DESK.lines().count() as u64 + STORM.lines().count() as u64;
    let own = document(folder.path(), &["stormy-desk.toml"]);
    assert_eq!(judged(&own), said("stormy-desk.toml", line + 1));
    let file = document(folder.path(), &["desk.toml", "--profile", "storm.toml"]);
    assert_eq!(judged(&file), said("storm.toml", 5));
    assert_eq!(
        own["expectations"][0]["value"],
        file["expectations"][0]["value"]
    );
    // Those of the profile in force, and then those of the command line.
    let both = document(
        folder.path(),
        &[
            "stormy-desk.toml",
            "--profile",
            "storm.toml",
            "--expect",
            "lost_extra > -1000",
        ],
    );
    let mut expected = said("storm.toml", 5);
    expected.push(("lost_extra > -1000".to_owned(), None, None));
    assert_eq!(judged(&both), expected);
    // Other stages, the same expectations.
    let stages = document(folder.path(), &["stormy-desk.toml", "--stages", "1h:200%"]);
    assert_eq!(judged(&stages), said("stormy-desk.toml", line + 1));
    let set = r#"stress.expect=["attempts_per_caller < 4"]"#;
    let set = document(folder.path(), &["stormy-desk.toml", "--set", set]);
    assert_eq!(
        judged(&set),
        [("attempts_per_caller < 4".to_owned(), None, None)]
    );
    // A bundled profile expects nothing; its own file may.
    let text = "[stress]\nstages = \"1h:200%\"\nexpect = [\"lost_extra > -9e9\"]\n";
    fs::write(folder.path().join("invoice-day"), text).unwrap();
    let named = document(
        folder.path(),
        &["desk.toml", "--profile", "invoice-day", "--day"],
    );
    assert_eq!(
        judged(&named),
        [(
            "lost_extra > -9e9".to_owned(),
            Some("invoice-day".to_owned()),
            Some(3)
        )]
    );
}

#[test]
fn they_have_the_verdicts_of_a_gate() {
    let folder = project();
    let lost = document(folder.path(), &["stormy-desk.toml"])["lost_extra"]["mean"].to_string();
    let close = format!("lost_extra < {lost}");
    for (expected, status, verdict) in [
        ("attempts_per_caller < 3", 0, "PASS"),
        ("attempts_per_caller < 1.001", 1, "FAIL"),
        (&close, 3, "INCONCLUSIVE"),
    ] {
        let text = format!("{DESK}{STORM}expect = [\"{expected}\"]\n");
        fs::write(folder.path().join("gate.toml"), text).unwrap();
        let run = |more: &[&str]| {
            let (status, said, _) =
                stress(folder.path(), &[&["gate.toml", "--day"], more].concat());
            (status, said)
        };
        let (found, said) = run(&[]);
        assert_eq!(found, status, "{expected}: {said}");
        assert!(said.contains(verdict) && said.contains(expected), "{said}");
        for (counts_as, other) in [("pass", 0), ("fail", 1)] {
            let undecided = if status == 3 { other } else { status };
            assert_eq!(
                run(&["--inconclusive", counts_as]).0,
                undecided,
                "{expected} {counts_as}"
            );
        }
        let (found, _) = run(&[
            "--junit", "j.xml", "--csv", "tables", "--report", "r.html", "--force",
        ]);
        assert_eq!(found, status, "{expected}");
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        let line = DESK.lines().count() + STORM.lines().count() + 1;
        let place = format!("file=\"gate.toml\" line=\"{line}\"");
        assert!(
            read("j.xml").contains(&place),
            "{place} in {}",
            read("j.xml")
        );
        let row = format!("{expected},{}", verdict.to_lowercase());
        assert!(
            read("tables/expectations.csv").contains(&row),
            "{}",
            read("tables/expectations.csv")
        );
        assert!(
            read("r.html").contains(&expected.replace('<', "&lt;")),
            "{expected}"
        );
    }
}

/// A part that is named is what is given: expectations of others are not judged, which is said; unless there is a gate.
#[test]
fn what_is_named_is_what_is_judged() {
    let folder = project();
    let gate = ["--junit", "j.xml", "--force"];
    let (day, point) = ("attempts_per_caller < 3", "breaking_point >= 20%");
    let flag = "headroom > -99%";
    let curve = ["--curve", "--volumes", "100%"];
    for (arguments, parts, expected) in [
        (&[][..], [true, true, false], vec![day, point]),
        (&["--day"], [false, true, false], vec![day]),
        (&["--breaking-point"], [true, false, false], vec![point]),
        (&curve, [false, false, true], vec![]),
        (
            &[&curve[..], &gate].concat(),
            [true, true, true],
            vec![day, point],
        ),
        (
            &[&["--day"], &gate[..]].concat(),
            [true, true, false],
            vec![day, point],
        ),
        (
            &["--day", "--inconclusive", "fail"],
            [true, true, false],
            vec![day, point],
        ),
        (
            &["--expect", flag],
            [true, true, false],
            vec![day, point, flag],
        ),
        (
            &[&curve[..], &["--expect", flag]].concat(),
            [true, false, true],
            vec![point, flag],
        ),
        // Only what is named, whatever profile there is.
        (
            &[&curve[..], &["--profile", "storm.toml"]].concat(),
            [false, false, true],
            vec![],
        ),
    ] {
        let found = document(folder.path(), &[&["stormy-desk.toml"], arguments].concat());
        let given = ["breaking_point", "recovery", "curve"].map(|key| !found[key].is_null());
        assert_eq!(given, parts, "{arguments:?}");
        let judged: Vec<String> = judged(&found).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(judged, expected, "{arguments:?}");
        let warnings = found["run"]["warnings"].to_string();
        for (text, part, flag) in [
            (day, "the day", "--day"),
            (point, "the breaking point", "--breaking-point"),
        ] {
            let warning = format!("{text} is not judged, being of {part}: {flag} asks for it");
            assert_eq!(
                warnings.contains(&warning),
                !expected.contains(&text),
                "{arguments:?}: {warnings}"
            );
        }
    }
    let three = "expect = [\"recovery < 4h\", \"lost_extra < 9\", \"headroom > 1%\", \"missed_after < 4h\"]";
    let text = format!("{DESK}{STORM}{three}\n");
    fs::write(folder.path().join("gate.toml"), text).unwrap();
    let found = document(folder.path(), &[&["gate.toml"], &curve[..]].concat());
    assert_eq!(
        found["run"]["warnings"],
        serde_json::json!([
            "recovery < 4h and 2 other expectations are not judged, being of the day: --day asks for them",
            "headroom > 1% is not judged, being of the breaking point: --breaking-point asks for it"
        ])
    );
}

/// The breaking point needs no profile.
#[test]
fn a_section_may_say_only_what_is_expected_of_any_day() {
    let folder = project();
    let only = "[stress]\nexpect = [\"breaking_point >= 20%\"]\n";
    fs::write(folder.path().join("only.toml"), format!("{DESK}{only}")).unwrap();
    fs::write(folder.path().join("gate.toml"), only).unwrap();
    for arguments in [&["only.toml"][..], &["desk.toml", "--profile", "gate.toml"]] {
        let found = document(folder.path(), arguments);
        assert_eq!(judged(&found).len(), 1, "{arguments:?}");
        assert!(
            found["recovery"].is_null() && found["breaking_point"].is_object(),
            "{arguments:?}"
        );
    }
    let (status, _, said) = stress(folder.path(), &["only.toml", "--day"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("there is no profile"), "{said}");
    let run = acdsim_in(folder.path(), &["run", "only.toml", "--replications", "2"]);
    assert_eq!(run.status.code(), Some(0));
}

#[test]
fn a_gate_needs_an_expectation() {
    let folder = project();
    fs::write(
        folder.path().join("calm.toml"),
        format!("{DESK}{STORM}expect = []\n"),
    )
    .unwrap();
    for file in ["desk.toml", "calm.toml"] {
        for gate in [["--junit", "j.xml"], ["--inconclusive", "pass"]] {
            let (status, out, said) = stress(folder.path(), &[&[file], &gate[..]].concat());
            assert_eq!((status, out.as_str()), (2, ""), "{file} {gate:?}: {said}");
            assert!(
                said.contains("nothing is expected")
                    && said.contains("--expect")
                    && said.contains("[stress]"),
                "{file} {gate:?}: {said}"
            );
        }
    }
    assert!(!folder.path().join("j.xml").exists());
}

/// Each with the text to whose first place the message must point, how far behind it, and what it must say.
#[test]
fn what_is_none_is_refused_with_its_place() {
    let folder = project();
    let list = |text: &str| format!("expect = [{text}]");
    let many = |n: usize| {
        let each: Vec<String> = (0..n).map(|i| format!("\"recovery < {i}m\"")).collect();
        list(&each.join(", "))
    };
    for (text, at, says) in [
        (
            "expect = \"recovery < 45m\"".to_owned(),
            "\"recovery",
            "`expect` must be a list of expectations",
        ),
        (
            "expect = 3".to_owned(),
            "3",
            "`expect` must be a list of expectations",
        ),
        (
            "expect = { recovery = \"45m\" }".to_owned(),
            "{",
            "`expect` must be a list of expectations",
        ),
        (list("45"), "45", "an expectation must be a text"),
        (
            list("[\"recovery < 45m\"]"),
            "[\"recovery",
            "an expectation must be a text",
        ),
        (
            list("{ that = \"recovery < 45m\" }"),
            "{ that",
            "an expectation must be a text",
        ),
        (list("\"\""), "\"]", "no expectation"),
        (list("\"recovery\""), "recovery", "no expectation"),
        (
            list("\"recovry < 45m\""),
            "recovry",
            "no such figure of a load test",
        ),
        (
            list("\"total.asa_s < 45s\""),
            "total",
            "no such figure of a load test",
        ),
        (list("\"recovery = 45m\""), "= 45m", "no such sign"),
        (list("\"recovery < 45\""), "45\"", "no such value"),
        (list("\"breaking_point >= 1.3\""), "1.3", "no such value"),
        (
            list("\"breaking_point >= 130%\", \"lost_extra < 10m\""),
            "10m",
            "no such value",
        ),
        (list("'recovery < 45%'"), "45%", "no such value"),
        // With escapes the text is not where it says: all of it is marked.
        (list("\"r\\u0065covery < 45\""), "\"r", "no such value"),
        (
            list("\"\"\"\nrecovery < 45\"\"\""),
            "\"\"\"",
            "no such value",
        ),
        (
            list("\"recovery < 45m\", \"recovery<45m\""),
            "\"recovery<",
            "\"recovery<45m\" is expected twice",
        ),
        (
            list("\"recovery < 60m\", \"recovery < 1h\""),
            "\"recovery < 1h",
            "is expected twice",
        ),
        (
            many(1000),
            "\"recovery < 100m",
            "there are 1000, at most 100 are allowed",
        ),
        (
            many(101),
            "\"recovery < 100m",
            "there are 101, at most 100 are allowed",
        ),
    ] {
        for (name, before) in [
            ("storm.toml", STORM.to_owned()),
            ("stormy-desk.toml", format!("{DESK}{STORM}")),
        ] {
            fs::write(folder.path().join(name), format!("{before}{text}\n")).unwrap();
            let arguments = match name {
                "storm.toml" => &["desk.toml", "--profile", name][..],
                _ => &[name],
            };
            let (status, out, said) = stress(folder.path(), arguments);
            assert_eq!((status, out.as_str()), (2, ""), "{text}: {said}");
            let place = format!(
                "{name}:{}:{}]",
                before.lines().count() + 1,
                1 + text.find(at).unwrap()
            );
            let short: String = text.chars().take(80).collect();
            assert!(
                said.contains(&place) && said.contains(says),
                "{short}: expected {place} {says}\n{said}"
            );
        }
    }
    // Wherever the scenario is read.
    let (status, _, said) = {
        let output = acdsim_in(folder.path(), &["run", "stormy-desk.toml"]);
        (
            output.status.code(),
            (),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(status, Some(2), "{said}");
    let nothing = "[stress]\nexpect = [\"recovery < 45m\"]\n";
    fs::write(folder.path().join("storm.toml"), nothing).unwrap();
    let (_, _, said) = stress(folder.path(), &["desk.toml", "--profile", "storm.toml"]);
    assert!(said.contains("nothing happens in this load test"), "{said}");
}

#[test]
fn as_many_as_allowed_are_judged() {
    let folder = project();
    let each: Vec<String> = (0..100)
        .map(|i| format!("\"attempts_per_caller < {}\"", 3 + i))
        .collect();
    let text = format!("{DESK}{STORM}expect = [{}]\n", each.join(", "));
    fs::write(folder.path().join("gate.toml"), text).unwrap();
    assert_eq!(
        judged(&document(folder.path(), &["gate.toml", "--day"])).len(),
        100
    );
}

#[test]
fn a_wrong_one_is_marked() {
    let folder = project();
    let text =
        format!("{STORM}expect = [\n    \"breaking_point >= 130%\",\n    \"recovery < 45\",\n]\n");
    fs::write(folder.path().join("storm.toml"), text).unwrap();
    let (_, _, said) = stress(folder.path(), &["desk.toml", "--profile", "storm.toml"]);
    insta::assert_snapshot!(said);
}

#[test]
fn their_text_is_that_of_a_gate() {
    let folder = project();
    let (_, said, _) = stress(folder.path(), &["stormy-desk.toml", "--breaking-point"]);
    insta::assert_snapshot!(said);
}

/// What was not found is not judged by what else was: a load test that is ended after the day knows no breaking point.
#[test]
fn what_is_not_known_is_not_decided() {
    use acdsim::stress::course::{Question, course};
    use acdsim::stress::expect::{Expectation, Expected, judge};
    use acdsim::stress::{Stress, breaking};
    let scenario = acdsim::scenario::parse("desk", &format!("{DESK}{STORM}"), Path::new(""), &[]);
    let scenario = scenario.unwrap().scenario;
    let control = acdsim::Control::default();
    let expected = |texts: &[&str]| -> Vec<Expected> {
        let read = |text: &&str| Expected {
            what: Expectation::parse(text).unwrap(),
            place: None,
        };
        texts.iter().map(read).collect()
    };
    let undecided = |mut found: Stress, texts: &[&str]| {
        judge(&mut found, &expected(texts));
        for judged in &found.expectations {
            assert_eq!(judged.verdict.name(), "inconclusive", "{judged:?}");
            assert_eq!((judged.value, judged.ci), (None, None), "{judged:?}");
            assert_eq!(
                judged.reason.as_deref(),
                Some("it was stopped before this was known")
            );
        }
    };
    let question = Question {
        days: 20,
        ..Question::of(&scenario)
    };
    let profile = scenario.stress.as_deref().unwrap();
    let mut found = Stress::of(&scenario, 1, 0.95);
    found.add_day(course(&scenario, profile, &question, &control).unwrap());
    undecided(
        found,
        &[
            "breaking_point > 10%",
            "breaking_point < 10%",
            "headroom < 1%",
        ],
    );
    let question = breaking::Question {
        budget: 1000,
        ..breaking::Question::of(&scenario)
    };
    let mut found = Stress::of(&scenario, 1, 0.95);
    found.add_breaking(breaking::breaking_point(&scenario, &question, &control).unwrap());
    undecided(found, &["recovery < 45m", "lost_extra > 3"]);
}
