//! `acdsim stress` from the command line: what is asked, what is given, what is refused.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::scenario::STARTERS;
use common::command::{acdsim_in, done_in, ended_early_in};
use serde_json::Value;
use std::fs;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Four hours and few calls: a search takes a second.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-12:00"

[run]
replications = 40

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
rate = "60/h"
talk = "exp(3m)"
patience = "exp(2m)"
ivr = { time = "10s", contained = "20%" }
redial = { abandoned = 0.5, blocked = 0.8, delay = "exp(5m)", max_attempts = 4 }

[[groups]]
name = "desk"
skills = ["help"]
staff = 5
"#;

const STORM: &str = r#"
[stress]
name = "A storm"
stages = "1h:100%, 0s:300%, 30m:300%, 0s:100%"
[[stress.faults]]
kind = "lines_lost"
at = "09:00"
for = "30m"
lines = 5
[[stress.actions]]
kind = "agents"
at = "09:15"
more = 2
"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("desk.toml", DESK);
    write("storm.toml", STORM);
    write("stormy-desk.toml", &format!("{DESK}{STORM}"));
    folder
}

fn json_in(folder: &Path, arguments: &[&str]) -> Value {
    let output = acdsim_in(folder, &[arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{arguments:?}: {error}\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = acdsim_in(folder, &[&["stress"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    said
}

#[test]
fn a_profile_is_the_same_wherever_it_stands() {
    let folder = project();
    let own = json_in(
        folder.path(),
        &[
            "stress",
            "stormy-desk.toml",
            "--day",
            "--replications",
            "40",
        ],
    );
    let file = json_in(
        folder.path(),
        &[
            "stress",
            "desk.toml",
            "--day",
            "--profile",
            "storm.toml",
            "--replications",
            "40",
        ],
    );
    for key in [
        "profile",
        "recovery",
        "amplification",
        "timeline",
        "windows",
        "lost_extra",
    ] {
        assert_eq!(own[key], file[key], "{key}");
        assert!(!own[key].is_null(), "{key}");
    }
    assert_eq!(own["schema"], "acdsim.stress/1");
    assert_eq!(own["profile"]["name"], "A storm");
    assert_eq!(own["profile"]["over"], "09:30");
    assert_eq!(own["run"]["days_used"], 120);
    // Every 5 minutes and after close; total, queue, call type, group and trunk group.
    assert_eq!(own["timeline"].as_array().unwrap().len(), 49 * 5);
    let step = &own["timeline"][12 * 5];
    assert_eq!(
        (&step["start"], &step["where"]),
        (&"09:00".into(), &"total".into())
    );
    assert!(
        step["first_attempts"]["mean"].as_f64().unwrap() > 10.0,
        "{step}"
    );
    // Stages of the command line take the place of the profile's; its faults stay.
    let calm = json_in(
        folder.path(),
        &[
            "stress",
            "stormy-desk.toml",
            "--stages",
            "0s:100%",
            "--day",
            "--replications",
            "40",
        ],
    );
    assert_eq!(calm["profile"]["over"], "09:30");
    let first = |of: &Value| {
        of["timeline"][12 * 5]["first_attempts"]["mean"]
            .as_f64()
            .unwrap()
    };
    assert!(first(&calm) < 8.0 && first(&own) > 10.0);
}

#[test]
fn what_is_asked_for_is_given() {
    let folder = project();
    let has = |arguments: &[&str]| {
        let found = json_in(folder.path(), &[&["stress"], arguments].concat());
        ["breaking_point", "recovery", "curve"].map(|key| !found[key].is_null())
    };
    let quick = ["--width", "20pp", "--replications", "20"];
    let of = |arguments: &[&str]| has(&[arguments, &quick].concat());
    assert_eq!(of(&["desk.toml"]), [true, false, false]);
    assert_eq!(of(&["stormy-desk.toml"]), [true, true, false]);
    assert_eq!(of(&["stormy-desk.toml", "--day"]), [false, true, false]);
    assert_eq!(
        of(&["stormy-desk.toml", "--breaking-point"]),
        [true, false, false]
    );
    assert_eq!(
        of(&["stormy-desk.toml", "--curve", "--volumes", "100%"]),
        [false, false, true]
    );
    assert_eq!(
        of(&["desk.toml", "--stages", "1h:200%"]),
        [true, true, false]
    );
    assert_eq!(
        of(&["stormy-desk.toml", "--expect", "recovery < 2h"]),
        [false, true, false]
    );
    assert_eq!(
        of(&["desk.toml", "--expect", "breaking_point > 1%"]),
        [true, false, false]
    );
}

#[test]
fn expectations_have_the_verdicts_of_a_gate() {
    let folder = project();
    let run = |arguments: &[&str]| {
        let output = acdsim_in(
            folder.path(),
            &[
                &["stress", "stormy-desk.toml", "--replications", "40"],
                arguments,
            ]
            .concat(),
        );
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (status, said) = run(&[
        "--expect",
        "attempts_per_caller < 3",
        "--expect",
        "lost_extra > 0",
    ]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(said.matches("PASS").count(), 2, "{said}");
    let (status, said) = run(&["--expect", "attempts_per_caller < 1.01"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("FAIL"), "{said}");
    let seen = json_in(
        folder.path(),
        &[
            "stress",
            "stormy-desk.toml",
            "--day",
            "--replications",
            "40",
        ],
    );
    let lost = seen["lost_extra"]["mean"].as_f64().unwrap();
    let close = format!("lost_extra < {lost}");
    for (inconclusive, expected) in [(None, 3), (Some("pass"), 0), (Some("fail"), 1)] {
        let mut arguments = vec!["--expect", close.as_str(), "--junit", "j.xml", "--force"];
        arguments.extend(inconclusive.iter().flat_map(|of| ["--inconclusive", *of]));
        let (status, said) = run(&arguments);
        assert_eq!(status, expected, "{inconclusive:?}: {said}");
        assert!(said.contains("INCONCLUSIVE"), "{said}");
        let junit = fs::read_to_string(folder.path().join("j.xml")).unwrap();
        assert!(junit.contains("lost_extra"), "{junit}");
        assert_eq!(
            junit.contains("<skipped"),
            inconclusive == Some("pass"),
            "{junit}"
        );
    }
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_simulated() {
    let folder = project();
    fs::write(
        folder.path().join("steady.toml"),
        DESK.replace(
            "replications = 40",
            "mode = \"steady\"\nlength = \"100h\"\nwarm_up = \"1h\"",
        ),
    )
    .unwrap();
    fs::write(
        folder.path().join("wrong.toml"),
        "[stress]\nstages = \"1h:200%, -1h:100%\"\n",
    )
    .unwrap();
    for (arguments, says) in [
        (&["desk.toml", "--day"][..], "there is no profile"),
        (
            &["steady.toml", "--stages", "1h:200%"],
            "this scenario is one steady run",
        ),
        (&["desk.toml", "--profile", "wrong.toml"], "wrong.toml:2:10"),
        (&["desk.toml", "--profile", "no-such.toml"], "no-such.toml"),
        (
            &["desk.toml", "--profile", "desk.toml"],
            "the file of a profile",
        ),
        (
            &["desk.toml", "--profile", "site-failure"],
            "unknown group \"generalists\"",
        ),
        (
            &["desk.toml", "--stages", "-1h:100%"],
            "stage 1: \"-1h\" is negative",
        ),
        (
            &["desk.toml", "--stages", "9h:100%"],
            "stage 1 ends 9h after opening; the day is open for 4h",
        ),
        (&["desk.toml", "--stages", "1h:x"], "--stages:1:1"),
        (
            &["desk.toml", "--expect", "recovery < 45m"],
            "there is no profile",
        ),
        (
            &["stormy-desk.toml", "--expect", "recovery < 45"],
            "--expect:1:12",
        ),
        (
            &["stormy-desk.toml", "--expect", "asa_s < 45s"],
            "no such figure of a load test",
        ),
        (
            &["stormy-desk.toml", "--window", "0m"],
            "a window is a number of whole minutes",
        ),
        (
            &["stormy-desk.toml", "--window", "90s"],
            "a window is a number of whole minutes",
        ),
        (&["stormy-desk.toml", "--width", "2"], "--width"),
        (&["stormy-desk.toml", "--width", "0pp"], "at least 0.1pp"),
        (&["stormy-desk.toml", "--junit", "j.xml"], "--expect"),
    ] {
        let said = refused(folder.path(), arguments);
        assert!(
            said.contains(says),
            "{arguments:?}: expected {says:?} in\n{said}"
        );
    }
}

#[cfg(unix)]
#[test]
fn what_is_ended_early_shows_what_there_is() {
    let folder = project();
    let arguments = [
        "stress",
        "stormy-desk.toml",
        "--day",
        "--replications",
        "1000000",
        "--json",
    ];
    for (status, document) in ended_early_in(folder.path(), &arguments) {
        assert!([0, 130].contains(&status), "{status}");
        assert_eq!(document["run"]["partial"], true);
        assert!(document["profile"]["days"].as_u64().unwrap() < 1_000_000);
        assert!(
            document["timeline"]
                .as_array()
                .is_some_and(|rows| !rows.is_empty())
        );
    }
}

/// Every bundled profile on the bundled day, as text of any width.
#[test]
fn bundled_profiles_run_and_their_text_fits() {
    let folder = tempfile::tempdir().unwrap();
    let mut profiles = 0;
    for starter in STARTERS
        .iter()
        .filter(|starter| starter.command == "stress")
    {
        profiles += 1;
        for width in ["40", "80", "140"] {
            let arguments = [
                "stress",
                "--profile",
                starter.name,
                "--day",
                "--replications",
                "4",
            ];
            let mut command = common::command::command_in(folder.path(), &arguments);
            let output = command.env("COLUMNS", width).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{}: {said}", starter.name);
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains("Compared with the same days"), "{text}");
            for line in text.lines() {
                assert!(
                    line.width() <= width.parse::<usize>().unwrap().max(100),
                    "{line}"
                );
            }
        }
    }
    assert_eq!(profiles, 5);
    // A profile alone is one of the bundled day.
    done_in(
        folder.path(),
        &["init", "campaign.toml", "--from", "campaign"],
    );
    done_in(
        folder.path(),
        &["stress", "campaign.toml", "--day", "--replications", "4"],
    );
}

/// Who ends a load test early keeps what was found before.
#[test]
fn the_breaking_point_is_kept_where_the_curve_is_ended_early() {
    let folder = project();
    let arguments = [
        "stress",
        "desk.toml",
        "--breaking-point",
        "--budget",
        "500",
        "--curve",
        "--volumes",
        "10000%",
        "--max-replications",
        "10000000",
        "--until-precise",
        "0.0001pp",
        "--max-time",
        "2s",
        "--json",
    ];
    let output = done_in(folder.path(), &arguments);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["run"]["partial"], true, "{document}");
    assert!(
        document["breaking_point"]["days_used"].as_u64() > Some(0),
        "{document}"
    );
    assert!(document.get("curve").is_none(), "{document}");
}

/// Before anything is simulated.
#[test]
fn the_page_and_the_expectations_have_a_file_each() {
    let folder = project();
    let arguments = [
        "stress",
        "desk.toml",
        "--breaking-point",
        "--expect",
        "headroom > 1%",
        "--report",
        "page.html",
        "--junit",
        "./page.html",
        "--force",
    ];
    let output = acdsim_in(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("the JUnit file would be there already"),
        "{said}"
    );
    assert!(!folder.path().join("page.html").exists());
}
