//! `acdsim check`: expectations judged, from the library and from the command line.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::lab::check::{Error, Expected, Judged, Lock, Outcome, Verdict};
use acdsim::lab::{self, Amounts, Days, Gate, Question, Side};
use acdsim::routing::{Preference, Routing};
use acdsim::scenario::{self, Scenario};
use acdsim::{Model, Results};
use common::command::{acdsim_in, command_in, ended_early_in, refused_in, stdout_in};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

/// Short and busy, with two queues and lines.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"

[[trunks]]
name = "line"
lines = 9

[[queues]]
name = "help"
target = "80/20"

[[queues]]
name = "orders v2.0"
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

[[call_types]]
name = "order"
queue = "orders v2.0"
trunk = "line"
volume = [5, 10, 10, 5]
talk = "exp(4m)"
patience = "exp(3m)"

[[groups]]
name = "desk"
skills = ["help", "orders v2.0"]
staff = [4, 7, 6, 4]
cost_per_hour = 20
"#;

const STEADY: &[&str] = &[
    "run.mode=steady",
    "run.length=200h",
    "run.warm_up=1h",
    "call_types.question.volume=30",
    "call_types.order.volume=8",
    "groups.desk.staff=6",
    "scenario.interval=2h",
];

const ONE_MORE: &str = "groups.desk.staff+=1";

fn desk(sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    match scenario::parse("desk.toml", DESK, Path::new(""), &sets) {
        Ok(loaded) => loaded.scenario,
        Err(error) => panic!("{error}"),
    }
}

fn checked(gate: &Gate<'_>) -> Outcome {
    gate.run(&Control::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The only expectation of a gate.
fn only(gate: &Gate<'_>) -> Judged {
    let outcome = checked(gate);
    assert_eq!(outcome.expectations.len(), 1, "{outcome}");
    outcome.expectations[0].clone()
}

fn simulated(scenario: &Scenario, days: u64) -> Results {
    let model = Model::new(scenario);
    let settings = Settings {
        replications: Replications::Fixed(days),
        ..Settings::of(&model)
    };
    let run = experiment::run(&model, &settings, &Control::default(), &[]);
    run.expect("it runs").results
}

fn assert_near(found: Option<f64>, expected: Option<f64>, what: &str) {
    let (found, expected) = (found.expect(what), expected.expect(what));
    let close = (found - expected).abs() <= 1e-12 * expected.abs().max(1e-3);
    assert!(close, "{what}: found {found}, expected {expected}");
}

#[test]
fn a_value_is_that_of_a_run_of_as_many_days() {
    let day = desk(&[]);
    for (text, part, kpi) in [
        ("total.service_level > 1%", "total", "service_level"),
        ("queues.help.asa_s < 20s", "queues.help", "asa_s"),
        (
            "queues.\"orders v2.0\".offered > 1",
            "queues.orders v2.0",
            "offered",
        ),
        ("call_types.order.lost < 100", "call_types.order", "lost"),
        ("groups.desk.occupancy > 10%", "groups.desk", "occupancy"),
        (
            "trunks.line.lines_busy_max < 100",
            "trunks.line",
            "lines_busy_max",
        ),
        ("total.cost > 1", "total", "cost"),
        ("queues.help.wait_p90_s < 10m", "queues.help", "wait_p90_s"),
    ] {
        let judged = only(&Gate::new("desk", day.clone()).expect(text));
        assert_eq!(judged.verdict, Verdict::Pass, "{text}: {judged:?}");
        assert_eq!(judged.replications, 100, "{text}");
        let results = simulated(&day, judged.replications);
        let (_, of) = results.by_place().find(|(place, _)| place == part).unwrap();
        assert_near(judged.value, of.get(kpi).mean, text);
        let (low, high) = judged.ci.expect(text);
        let value = judged.value.unwrap();
        assert!(low < value && value < high, "{text}: {low} {value} {high}");
    }
    let results = simulated(&day, 100);
    let text = "queues.help.intervals[\"08:30\"].abandonment_rate < 90%";
    let judged = only(&Gate::new("desk", day.clone()).expect(text));
    let interval = &results.queues[0].intervals.as_ref().unwrap()[1];
    assert_eq!(judged.start.as_deref(), Some("08:30"));
    assert_near(judged.value, interval.get("abandonment_rate").mean, text);
    let judged = only(&Gate::new("desk", day).expect("queues.help.days.target_met < 99%"));
    let met = results.queues[0].days.as_ref().unwrap().target_met.mean;
    assert_near(judged.value, met, "days that meet the target");
}

#[test]
fn a_difference_is_that_of_a_comparison_of_as_many_days() {
    for (text, place, kpi) in [
        (
            "delta queues.help.service_level > -5pp",
            "queues.help",
            "service_level",
        ),
        ("delta total.asa_s < 0s", "total", "asa_s"),
        (
            "delta groups.desk.occupancy < 0pp",
            "groups.desk",
            "occupancy",
        ),
        (
            "delta queues.help.wait_p95_s < 0s",
            "queues.help",
            "wait_p95_s",
        ),
    ] {
        let gate = Gate::new("after", desk(&[ONE_MORE])).against("before", desk(&[]));
        let judged = only(&gate.expect(text));
        assert_eq!(judged.verdict, Verdict::Pass, "{text}: {judged:?}");
        let sides = [("before", desk(&[])), ("after", desk(&[ONE_MORE]))];
        let sides = sides.map(|(label, scenario)| Side {
            label: label.to_owned(),
            scenario,
        });
        let question = Question {
            margin: Amounts::parse(&["0.5pp,2s,1%".to_owned()]).unwrap(),
            days: Days::Fixed(judged.replications),
            budget: 100_000,
            seed: 1,
            confidence: 0.95,
            threads: None,
        };
        let compared = lab::compare(&sides, &question, &Control::default()).unwrap();
        let difference = compared
            .pairs
            .iter()
            .find(|d| d.place == place && d.kpi == kpi);
        assert_near(judged.value, difference.unwrap().difference.mean, text);
    }
}

#[test]
fn relative_differences_are_parts_of_the_baseline() {
    let gate = || Gate::new("after", desk(&[ONE_MORE])).against("before", desk(&[]));
    let judged = only(&gate().expect("delta total.cost <= +30%"));
    // 17 % more staff of constant cost but for overtime.
    let (before, after) = (
        simulated(&desk(&[]), 100),
        simulated(&desk(&[ONE_MORE]), 100),
    );
    let cost = |results: &Results| results.total.get("cost").mean.unwrap();
    let expected = cost(&after) / cost(&before) - 1.0;
    assert_eq!(judged.verdict, Verdict::Pass);
    assert_near(judged.value, Some(expected), "relative cost");
    let judged = only(&gate().expect("equivalent total.cost ± 10%"));
    assert_eq!(judged.verdict, Verdict::Fail, "{judged:?}");
    let judged = only(&gate().expect("equivalent total.cost ± 30%"));
    assert_eq!(judged.verdict, Verdict::Pass, "{judged:?}");
}

#[test]
fn what_is_identical_differs_by_exactly_nothing() {
    let gate = || Gate::new("after", desk(&[])).against("before", desk(&[]));
    for (text, expected) in [
        ("delta total.asa_s <= 0s", Verdict::Pass),
        ("delta total.asa_s < 0s", Verdict::Fail),
        ("delta queues.help.service_level >= 0pp", Verdict::Pass),
        ("delta queues.help.service_level <= -1pp", Verdict::Fail),
        ("equivalent trunks.line.blocking_rate ± 0pp", Verdict::Pass),
        ("delta total.cost >= 0%", Verdict::Pass),
        ("delta total.cost <= -1%", Verdict::Fail),
        ("delta queues.help.wait_p95_s <= 0s", Verdict::Pass),
        ("delta queues.help.days.target_met <= 0pp", Verdict::Pass),
    ] {
        let judged = only(&gate().expect(text));
        assert_eq!(judged.verdict, expected, "{text}: {judged:?}");
        assert!(judged.identical, "{text}: {judged:?}");
        assert!(judged.replications >= 400, "{text}: {judged:?}");
        assert_eq!(judged.value, Some(0.0), "{text}");
    }
    // Too few days to believe it.
    let judged = only(&gate().at_most(300).expect("delta total.asa_s <= 0s"));
    assert_eq!(
        (judged.verdict, judged.replications),
        (Verdict::Inconclusive, 300)
    );
    let reason = judged.reason.unwrap();
    assert!(reason.contains("after 400 days"), "{reason}");
}

#[test]
fn what_was_not_seen_may_still_be() {
    // So many lines that none is ever missing, which says nothing of a change of staff.
    let sets = &["trunks.line.lines=60", ONE_MORE];
    let gate = || Gate::new("after", desk(sets)).against("before", desk(&sets[..1]));
    let judged = only(&gate().expect("trunks.line.blocking_rate <= 1%"));
    assert_eq!((judged.verdict, judged.value), (Verdict::Pass, Some(0.0)));
    assert!(judged.replications > 300, "{judged:?}");
    let judged = only(
        &gate()
            .at_most(600)
            .expect("delta trunks.line.blocking_rate <= 0pp"),
    );
    assert_eq!(judged.verdict, Verdict::Inconclusive, "{judged:?}");
    assert!(!judged.identical);
    let judged = only(&gate().expect("delta trunks.line.blocking_rate <= 1pp"));
    assert_eq!(judged.verdict, Verdict::Pass, "{judged:?}");
}

#[test]
fn what_is_counted_seldom_is_believed_late() {
    // Nobody was ever blocked, which does not say that nobody ever is.
    let sets = &["trunks.line.lines=60", ONE_MORE];
    let gate = || Gate::new("after", desk(sets)).against("before", desk(&sets[..1]));
    for (text, expected) in [
        ("trunks.line.blocked <= 0", Verdict::Inconclusive),
        ("trunks.line.blocked < 1", Verdict::Pass),
        ("delta trunks.line.blocked <= 0", Verdict::Inconclusive),
        ("delta trunks.line.blocked <= 1", Verdict::Pass),
    ] {
        let judged = only(&gate().at_most(600).expect(text));
        assert_eq!(judged.verdict, expected, "{text}: {judged:?}");
    }
    // What has the same value on every day is known, whatever happens meanwhile.
    let sets = &["call_types.order.talk=4m", ONE_MORE];
    let gate = Gate::new("after", desk(sets)).against("before", desk(&sets[..1]));
    let judged = only(&gate.expect("delta call_types.order.talk_s <= 0s"));
    assert_eq!((judged.verdict, judged.identical), (Verdict::Pass, false));
    // A call on one day of ten: the other days say nothing of how they are served.
    let sets = &[
        "call_types.order.volume=[0.1, 0, 0, 0]",
        "groups.desk.staff=40",
        "trunks.line.lines=60",
    ];
    let few = Gate::new("desk", desk(sets)).expect("queues.\"orders v2.0\".service_level >= 90%");
    let judged = only(&few.at_most(300));
    assert_eq!(
        (judged.verdict, judged.value),
        (Verdict::Inconclusive, Some(1.0)),
        "{judged:?}"
    );
    assert!(judged.replications_needed > Some(300), "{judged:?}");
    let few = Gate::new("desk", desk(sets)).expect("queues.\"orders v2.0\".service_level >= 90%");
    assert_eq!(only(&few).verdict, Verdict::Pass);
    // Forty answers at once are no 99 of 100.
    let few = || Gate::new("desk", desk(sets)).expect("queues.\"orders v2.0\".wait_p99_s < 10s");
    let judged = only(&few().at_most(450));
    assert_eq!(judged.verdict, Verdict::Inconclusive, "{judged:?}");
    let reason = judged.reason.unwrap_or_default();
    assert!(reason.contains("too few were answered"), "{reason}");
    assert_eq!(only(&few().at_most(30_000)).verdict, Verdict::Pass);
    let same = Gate::new("same", desk(sets))
        .against("before", desk(sets))
        .at_most(450);
    let judged = only(&same.expect("delta queues.\"orders v2.0\".wait_p99_s <= 0s"));
    assert_eq!((judged.verdict, judged.identical), (Verdict::Pass, true));
}

#[test]
fn intervals_of_another_length_are_not_compared() {
    let hourly = desk(&[
        "scenario.interval=1h",
        "call_types.question.volume=[60, 40]",
        "call_types.order.volume=[15, 15]",
        "groups.desk.staff=[6, 5]",
    ]);
    let gate = || Gate::new("after", desk(&[])).against("before", hourly.clone());
    let gate_error = gate().expect("delta total.intervals[\"08:00\"].attempts <= 0");
    let error = gate_error.run(&Control::default()).unwrap_err().to_string();
    assert!(error.contains("intervals of another length"), "{error}");
    let whole = gate().at_most(2).expect("delta total.attempts <= 1000");
    assert_eq!(checked(&whole).run.replications, 2);
}

#[test]
fn other_targets_are_named() {
    let other = desk(&["queues.help.target=80/30"]);
    let gate = Gate::new("after", desk(&[]))
        .against("before", other)
        .at_most(2);
    let warnings = checked(&gate.expect("delta total.service_level >= 0pp"))
        .run
        .warnings;
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("judged by another target"),
        "{warnings:?}"
    );
}

#[test]
fn thousands_of_expectations_take_no_longer_than_their_days() {
    let names: Vec<String> = (0..100).map(|i| format!("q{i}")).collect();
    let mut text =
        "[scenario]\nname = \"Many\"\nopen = \"00:00-24:00\"\ninterval = \"15m\"\n".to_owned();
    for name in &names {
        text += &format!(
            "[[queues]]\nname = \"{name}\"\n[[call_types]]\nname = \"{name}\"\nqueue = \"{name}\"\nrate = \"1/h\"\n\
             talk = \"exp(3m)\"\npatience = \"exp(2m)\"\n[[groups]]\nname = \"{name}\"\nskills = [\"{name}\"]\nstaff = 1\n"
        );
    }
    let day = scenario::parse("many.toml", &text, Path::new(""), &[])
        .unwrap()
        .scenario;
    let started = std::time::Instant::now();
    let gate = Gate::new("after", day.clone())
        .against("before", day)
        .at_most(2);
    let outcome = checked(&gate.expect("delta queues.*.intervals[*].asa_s <= 0s"));
    assert_eq!(outcome.expectations.len(), 9_600);
    // Minutes, if each is looked for among all.
    let took = started.elapsed().as_secs();
    assert!(took < 60, "it took {took} s");
}

#[test]
fn a_star_is_each_and_every_one_counts() {
    let gate = Gate::new("desk", desk(&[])).against("before", desk(&[]));
    let outcome = checked(
        &gate
            .expect("queues.*.asa_s < 10m")
            .expect("delta groups.*.cost <= 0"),
    );
    let places: Vec<&str> = outcome
        .expectations
        .iter()
        .map(|e| e.place.as_str())
        .collect();
    assert_eq!(places, ["queues.help", "queues.orders v2.0", "groups.desk"]);
    assert_eq!(outcome.verdict, Verdict::Pass, "{outcome}");
    let each = Gate::new("desk", desk(&[])).expect("queues.*.intervals[*].service_level > 1%");
    let outcome = checked(&each);
    let starts: Vec<_> = outcome
        .expectations
        .iter()
        .map(|e| e.start.clone())
        .collect();
    let expected = ["08:00", "08:30", "09:00", "09:30"].map(|start| Some(start.to_owned()));
    assert_eq!(starts, [expected.clone(), expected].concat());
    // A failure is the more certain the more is expected.
    let fail = |others: usize| {
        let mut gate = Gate::new("desk", desk(&[])).expect("total.asa_s < 0.01s");
        for _ in 0..others {
            gate = gate.expect("total.asa_s < 1h");
        }
        let outcome = checked(&gate);
        assert_eq!(outcome.expectations[0].verdict, Verdict::Fail, "{outcome}");
        outcome.expectations[0].ci.unwrap()
    };
    let (alone, among) = (fail(0), fail(9));
    assert!(
        among.0 < alone.0 && alone.1 < among.1,
        "{among:?} within {alone:?}"
    );
}

#[test]
fn a_lock_says_what_its_scenario_would() {
    let expected = [
        "delta queues.help.service_level >= -30pp",
        "delta total.asa_s <= +10%",
    ];
    let all = expected.map(|text| Expected {
        text: text.to_owned(),
        ..Expected::default()
    });
    let before = Gate::new("before", desk(&[]))
        .expect_all(all.clone())
        .at_most(1_000);
    let lock = before.record("main.lock", &Control::default()).unwrap();
    assert_eq!(lock.replications_per_block, 20);
    let lock = Lock::parse(&lock.text()).unwrap();
    let after = || Gate::new("after", desk(&[ONE_MORE])).expect_all(all.clone());
    let outcome = checked(&after().against_lock("main.lock", lock.clone()));
    assert_eq!(outcome.verdict, Verdict::Pass, "{outcome}");
    let days = outcome.expectations[0].replications;
    assert_eq!(days, 200, "ten blocks");
    let beside = checked(&after().against("main.toml", desk(&[])).at_most(days));
    for (kept, simulated) in outcome.expectations.iter().zip(&beside.expectations) {
        // The latter may be decided sooner.
        if simulated.replications == days {
            assert_near(kept.value, simulated.value, &kept.text);
        }
    }
    assert_eq!(outcome.run.days_used, days, "one side is simulated");
    // The same scenario has the same paths.
    let same = Gate::new("same", desk(&[])).expect("delta total.asa_s <= 0s");
    let judged = only(&same.against_lock("main.lock", lock.clone()));
    assert_eq!((judged.verdict, judged.identical), (Verdict::Pass, true));
    assert_eq!(judged.replications, 400);

    let stale = after().against_lock("main.lock", lock.clone()).seed(7);
    let error = stale.run(&Control::default()).unwrap_err().to_string();
    assert!(
        error.contains("baseline is stale") && error.contains("seed 1"),
        "{error}"
    );
    let mut other = lock.clone();
    other.stream_version += 1;
    let error = after()
        .against_lock("main.lock", other)
        .run(&Control::default());
    assert!(error.unwrap_err().to_string().contains("stream version 2"));
    for (text, says) in [
        (
            "delta queues.help.asa_s <= 0s",
            "was not expected when this baseline was made",
        ),
        (
            "delta queues.help.wait_p95_s <= 0s",
            "is not kept in a lock file",
        ),
        (
            "delta queues.help.days.target_met <= 0pp",
            "is not kept in a lock file",
        ),
        (
            "delta total.queue_length_max <= 0",
            "is not kept in a lock file",
        ),
    ] {
        let gate = Gate::new("after", desk(&[])).against_lock("main.lock", lock.clone());
        let error = gate
            .expect(text)
            .run(&Control::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn a_steady_run_is_looked_at_once() {
    let gate = Gate::new("steady", desk(STEADY)).against("before", desk(STEADY));
    let gate = gate
        .expect("total.service_level > 5%")
        .expect("delta total.asa_s <= 0s");
    let outcome = checked(&gate);
    assert_eq!(outcome.verdict, Verdict::Pass, "{outcome}");
    assert_eq!((outcome.run.mode, outcome.run.replications), ("steady", 1));
    let said = outcome.to_string();
    assert!(
        said.contains("one run\n") && said.contains("identical in the whole run"),
        "{said}"
    );
    let error = Gate::new("steady", desk(STEADY)).against("before", desk(&[]));
    let error = error
        .expect("delta total.asa_s <= 0s")
        .run(&Control::default());
    assert!(matches!(error, Err(Error::Sides(_))), "{error:?}");
    for (text, says) in [
        (
            "total.intervals[\"08:00\"].asa_s < 5s",
            "a steady run has no intervals",
        ),
        (
            "queues.help.days.target_met > 5%",
            "a steady run has no days.target_met",
        ),
    ] {
        let gate = Gate::new("steady", desk(STEADY)).expect(text);
        let error = gate.run(&Control::default()).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn threads_make_no_difference() {
    let with = |threads| {
        let gate = Gate::new("after", desk(&[ONE_MORE])).against("before", desk(&[]));
        let gate = gate
            .expect("delta queues.*.asa_s <= -1s")
            .expect("total.asa_s < 9s");
        serde_json::to_string(&checked(&gate.threads(threads).at_most(500))).unwrap()
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn policies_of_ones_own_are_compared() {
    let same = |_: &Model| Routing::of(Preference);
    let gate = Gate::new("own", desk(&[])).routed_by(&same);
    let gate = gate
        .against("theirs", desk(&[]))
        .expect("delta total.asa_s <= 0s");
    let judged = only(&gate);
    assert!(
        judged.identical && judged.verdict == Verdict::Pass,
        "{judged:?}"
    );
}

#[test]
fn a_gate_that_is_stopped_says_so() {
    let control = Control::default();
    control.stop.store(true, Ordering::Relaxed);
    let gate = Gate::new("desk", desk(&[])).expect("total.asa_s < 9s");
    let error = gate.run(&control).unwrap_err().to_string();
    assert!(error.contains("stopped before the first day"), "{error}");
}

#[test]
#[should_panic(expected = "FAIL          total.asa_s < 0.1s")]
fn an_assertion_that_fails_shows_the_report() {
    Gate::new("desk", desk(&[]))
        .expect("total.asa_s < 0.1s")
        .assert();
}

#[test]
#[should_panic(expected = "did you mean asa_s?")]
fn an_assertion_of_nothing_known_says_what_is_wrong() {
    Gate::new("desk", desk(&[]))
        .expect("total.asa < 1s")
        .assert();
}

#[test]
fn nothing_expected_is_an_error() {
    let error = Gate::new("desk", desk(&[])).run(&Control::default());
    assert!(matches!(error, Err(Error::NothingExpected)), "{error:?}");
}

/// A folder with the desk as `main.toml` and one agent more as `candidate.toml`.
fn project(regression: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.toml"), DESK).unwrap();
    let more = DESK.replace("staff = [4, 7, 6, 4]", "staff = [5, 8, 7, 5]");
    fs::write(folder.path().join("candidate.toml"), more).unwrap();
    fs::write(folder.path().join("regression.toml"), regression).unwrap();
    folder
}

const REGRESSION: &str = r#"scenario = "candidate.toml"
baseline = "main.toml"

[[expect]]
that = "queues.help.service_level >= 50%"

[[expect]]
name = "orders do not wait longer"
that = "delta queues.\"orders v2.0\".asa_s <= +1s"

[[expect]]
that = "queues.*.abandonment_rate < 30%"
"#;

fn status(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = acdsim_in(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), format!("{out}{said}"))
}

#[test]
fn the_verdict_is_the_exit_status() {
    let folder = project(REGRESSION);
    let status = |arguments: &[&str]| {
        let all: Vec<&str> = ["check", "regression.toml"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        status(folder.path(), &all)
    };
    let (code, said) = status(&[]);
    assert_eq!(code, Some(0), "{said}");
    insta::assert_snapshot!("passed", said);
    let fewer = ["--set", "groups.desk.staff-=3"];
    let (code, said) = status(&fewer);
    assert_eq!(code, Some(1), "{said}");
    insta::assert_snapshot!("failed", said);
    let close = [
        "--expect",
        "delta total.asa_s <= 0s vs candidate.toml",
        "--replications",
        "150",
    ];
    for (as_what, expected) in [(None, 3), (Some("pass"), 0), (Some("fail"), 1)] {
        let flags = as_what.map(|as_what| ["--inconclusive", as_what]);
        let mut arguments = close.to_vec();
        arguments.extend(flags.iter().flatten());
        let (code, said) = status(&arguments);
        assert_eq!(code, Some(expected), "{as_what:?}: {said}");
        assert!(said.contains("1 undecided"), "{said}");
    }
}

#[test]
fn a_scenario_is_checked_without_a_file() {
    let folder = project("");
    let check = ["check", "candidate.toml", "--baseline", "main.toml"];
    let expect = ["--expect", "delta total.asa_s < 0s", "--summary"];
    let out = stdout_in(folder.path(), &[&check[..], &expect[..]].concat());
    assert_eq!(
        out,
        "PASS: 1 passed, 0 failed, 0 undecided · candidate.toml · seed 1 · errors at most 5 %\n"
    );
    // A change of the candidate is none of the baseline.
    let same = [
        "check",
        "main.toml",
        "--baseline",
        "main.toml",
        "--set",
        "groups.desk.staff+=1",
    ];
    let out = stdout_in(folder.path(), &[&same[..], &expect[..]].concat());
    assert!(out.starts_with("PASS"), "{out}");
}

#[test]
fn the_document_has_every_expectation() {
    let folder = project(REGRESSION);
    let out = stdout_in(folder.path(), &["check", "regression.toml", "--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["schema"], "acdsim.check/1");
    assert_eq!(document["verdict"], "pass");
    let first = &document["expectations"][0];
    assert_eq!(first["text"], "queues.help.service_level >= 50%");
    assert_eq!(
        (&first["file"], &first["line"]),
        (&"regression.toml".into(), &5.into())
    );
    assert_eq!(
        (&first["relation"], &first["threshold"]),
        (&">=".into(), &0.5.into())
    );
    assert_eq!(first["unit"], "fraction");
    assert_eq!(document["expectations"].as_array().unwrap().len(), 4);
    // Nothing of when, where or how fast.
    let again = stdout_in(
        folder.path(),
        &["check", "regression.toml", "--json", "--threads", "1"],
    );
    assert_eq!(out, again);
}

#[test]
fn build_servers_are_told_in_their_own_words() {
    let folder = project(REGRESSION);
    let fewer = ["check", "regression.toml", "--set", "groups.desk.staff-=3"];
    let close = [
        "--expect",
        "delta queues.help.talk_s <= 0s vs candidate.toml",
        "--replications",
        "150",
    ];
    let base = [&fewer[..], &close[..]].concat();
    let files = ["--junit", "check.xml", "--markdown", "check.md", "--github"];
    let mut command = command_in(folder.path(), &[&base[..], &files[..]].concat());
    let output = command
        .env("GITHUB_STEP_SUMMARY", "summary.md")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    insta::assert_snapshot!("junit", read("check.xml"));
    insta::assert_snapshot!("markdown", read("check.md"));
    assert_eq!(read("summary.md"), read("check.md"));
    let out = String::from_utf8(output.stdout).unwrap();
    let annotations: Vec<&str> = out.lines().filter(|line| line.starts_with("::")).collect();
    insta::assert_snapshot!("annotations", annotations.join("\n"));
    // What exists is not overwritten unasked.
    let said = refused_in(
        folder.path(),
        &[&fewer[..], &["--junit", "check.xml"]].concat(),
    );
    assert!(said.contains("exists already"), "{said}");
    let pass = ["--junit", "check.xml", "--force", "--inconclusive", "pass"];
    acdsim_in(folder.path(), &[&base[..], &pass[..]].concat());
    assert!(
        read("check.xml").contains("<skipped"),
        "{}",
        read("check.xml")
    );
}

#[test]
fn what_cannot_be_meant_is_refused_before_the_run() {
    let folder = project(REGRESSION);
    let said = |more: &[&str]| {
        refused_in(
            folder.path(),
            &[&["check", "regression.toml"], more].concat(),
        )
    };
    for form in ["--json", "--summary"] {
        let said = said(&[form, "--markdown"]);
        assert!(said.contains("takes the place of the text"), "{said}");
    }
    let said_of_both = said(&["--junit", "x.md", "--markdown", "./x.md"]);
    assert!(
        said_of_both.contains("both write to x.md"),
        "{said_of_both}"
    );
    assert!(!folder.path().join("x.md").exists());
    // Relative to the file of the gate, and to the folder that one is in.
    fs::create_dir(folder.path().join("gate")).unwrap();
    let inner = "scenario = \"../candidate.toml\"\n[[expect]]\nthat = \"delta total.asa_s <= 0s vs main.toml\"\n";
    fs::write(folder.path().join("gate/regression.toml"), inner).unwrap();
    let two = ["check", "gate/regression.toml", "--baseline", "main.toml"];
    let said = refused_in(folder.path(), &two);
    assert!(said.contains("main.toml means two files"), "{said}");
}

#[test]
fn line_breaks_in_an_expectation_break_no_line_of_the_report() {
    let folder = project(
        "scenario = \"main.toml\"\n[[expect]]\nthat = \"\"\"\r\ntotal.asa_s\r\n < 1h\"\"\"\n",
    );
    let out = stdout_in(folder.path(), &["check", "regression.toml"]);
    assert!(
        out.starts_with("PASS          total.asa_s   < 1h  "),
        "{out}"
    );
    // Blanks around it and letters of several bytes do not move what is marked.
    let text = "baseline = \"x.lock\"\nscenario = \"main.toml\"\n[[expect]]\nthat = \"  equivalent total.wait_p95_s ± 2s vs ü.lock\"\n";
    fs::write(folder.path().join("regression.toml"), text).unwrap();
    let said = refused_in(
        folder.path(),
        &[
            "check",
            "regression.toml",
            "--baseline",
            "ü.lock",
            "--update-baseline",
        ],
    );
    assert!(said.contains("is not kept in a lock file"), "{said}");
    assert!(said.contains("·           ─────"), "{said}");
}

#[test]
fn what_is_ended_early_is_not_decided() {
    let folder = project(REGRESSION);
    // Never decided, and so many days that it is never through.
    let close = [
        "check",
        "regression.toml",
        "--expect",
        "delta queues.help.talk_s <= 0s",
        "--set",
        "groups.desk.staff+=1",
        "--replications",
        "10000000",
        "--json",
    ];
    let [interrupted, out_of_time] = ended_early_in(folder.path(), &close);
    assert_eq!((interrupted.0, out_of_time.0), (130, 3));
    for (_, document) in [interrupted, out_of_time] {
        assert_eq!(document["run"]["partial"], true);
        assert_eq!(document["verdict"], "inconclusive");
        let last = document["expectations"].as_array().unwrap().last().unwrap();
        assert_eq!(last["verdict"], "inconclusive");
        assert_eq!(last["reason"], "interrupted");
    }
}

#[test]
fn a_baseline_is_kept_and_compared_with() {
    let text = REGRESSION.replace("main.toml", "main.lock");
    let folder = project(&format!("max_replications = 1000\n{text}"));
    let said = refused_in(folder.path(), &["check", "regression.toml"]);
    assert!(
        said.contains("there is no such file") && said.contains("--update-baseline"),
        "{said}"
    );
    let update = [
        "check",
        "regression.toml",
        "--update-baseline",
        "--scenario",
        "main.toml",
    ];
    let out = stdout_in(folder.path(), &update);
    insta::assert_snapshot!("kept", out);
    let lock = fs::read_to_string(folder.path().join("main.lock")).unwrap();
    stdout_in(folder.path(), &[&update[..], &["--threads", "1"]].concat());
    let again = fs::read_to_string(folder.path().join("main.lock")).unwrap();
    assert_eq!(lock, again, "the same bytes");
    let out = stdout_in(folder.path(), &["check", "regression.toml"]);
    assert!(out.contains("4 passed"), "{out}");
    // It has days of its own.
    let fewer = ["check", "regression.toml", "--replications", "20"];
    let (_, said) = status(folder.path(), &fewer);
    assert!(
        said.contains("--replications has no effect on differences from a lock"),
        "{said}"
    );
    // Other seeds are no baseline.
    let said = refused_in(folder.path(), &["check", "regression.toml", "--seed", "2"]);
    assert!(said.contains("baseline is stale"), "{said}");
    fs::write(
        folder.path().join("main.lock"),
        lock.replace("numerator", "nominator"),
    )
    .unwrap();
    let said = refused_in(folder.path(), &["check", "regression.toml"]);
    assert!(said.contains("it is damaged"), "{said}");
    let said = refused_in(
        folder.path(),
        &[
            "check",
            "regression.toml",
            "--baseline",
            "main.toml",
            "--update-baseline",
        ],
    );
    assert!(
        said.contains("lock file, and the baseline is none"),
        "{said}"
    );
    let said = refused_in(
        folder.path(),
        &[
            "check",
            "main.toml",
            "--baseline",
            "x.lock",
            "--update-baseline",
        ],
    );
    assert!(said.contains("nothing to keep"), "{said}");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let folder = project("");
    let said = |regression: &str, arguments: &[&str]| {
        fs::write(folder.path().join("regression.toml"), regression).unwrap();
        let all = [&["check", "regression.toml"], arguments].concat();
        refused_in(folder.path(), &all)
    };
    let with = |that: &str| format!("scenario = \"main.toml\"\n\n[[expect]]\nthat = \"{that}\"\n");
    insta::assert_snapshot!("figure", said(&with("queues.help.asa < 20s"), &[]));
    insta::assert_snapshot!("name", said(&with("queues.hepl.asa_s < 20s"), &[]));
    insta::assert_snapshot!("unit", said(&with("total.service_level >= 80"), &[]));
    insta::assert_snapshot!(
        "interval",
        said(&with("total.intervals['08:15'].asa_s < 20s"), &[])
    );
    insta::assert_snapshot!("no_baseline", said(&with("delta total.asa_s < 20s"), &[]));
    insta::assert_snapshot!(
        "no_file",
        said(&with("delta total.asa_s < 20s vs nil.toml"), &[])
    );
    insta::assert_snapshot!(
        "argument",
        said(
            &with("total.asa_s < 1h"),
            &["--expect", "total.asa_s << 5s"]
        )
    );
    insta::assert_snapshot!("no_price", {
        let scenario = DESK.replace("cost_per_hour = 20", "");
        fs::write(folder.path().join("free.toml"), scenario).unwrap();
        said(&with("total.cost < 5"), &["--scenario", "free.toml"])
    });
    insta::assert_snapshot!(
        "key",
        said(
            "scenario = \"main.toml\"\nexpects = 1\nalpha = 0.7\n[[expect]]\nthat = 5\n",
            &[]
        )
    );
    insta::assert_snapshot!(
        "nothing",
        said("scenario = \"main.toml\"\nexpect = []\n", &[])
    );
    insta::assert_snapshot!(
        "no_scenario",
        said("[[expect]]\nthat = \"total.asa_s < 5s\"\n", &[])
    );
    let junit = said(&with("total.asa < 5s"), &["--junit", "x.xml"]);
    assert!(junit.contains("unknown figure"), "{junit}");
    assert!(
        !folder.path().join("x.xml").exists(),
        "no file of a bad gate"
    );
}

#[cfg(unix)]
#[test]
fn a_baseline_without_end_is_not_read() {
    let folder = project(&REGRESSION.replace("main.toml", "main.lock"));
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("main.lock")).unwrap();
    let said = refused_in(folder.path(), &["check", "regression.toml"]);
    assert!(said.contains("larger than 64 MB"), "{said}");
}

#[test]
fn demand_that_was_found_beside_a_lock_is_named() {
    let text = REGRESSION.replace("main.toml", "main.lock");
    let folder = project(&format!("max_replications = 100\n{text}"));
    for name in ["main.toml", "candidate.toml"] {
        let path = folder.path().join(name);
        let counted = fs::read_to_string(&path).unwrap().replace(
            "volume = [20, 40, 30, 10]",
            "volume = [20, 40, 30, 10]\nvolume_is = \"all_attempts\"",
        );
        fs::write(path, counted).unwrap();
    }
    let update = [
        "check",
        "regression.toml",
        "--update-baseline",
        "--scenario",
        "main.toml",
    ];
    assert_eq!(status(folder.path(), &update).0, Some(0));
    let (_, said) = status(folder.path(), &["check", "regression.toml"]);
    assert!(
        said.contains("candidate.toml: the first attempts behind counted ones"),
        "{said}"
    );
}
