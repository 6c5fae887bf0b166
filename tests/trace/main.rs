//! `acdsim trace`: from its rows alone every figure of the day can be computed, and is the one that `run` gives.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod recompute;

use acdsim::engine::Engine;
use acdsim::kpi::{Collector, Results};
use acdsim::model::Model;
use acdsim::report::trace::{Format, Trace};
use acdsim::routing::Routing;
use acdsim::scenario;
use common::command::{acdsim_in, done_in};
use common::random_scenario::scenario as random_scenario;
use proptest::prelude::*;
use recompute::{compare, recompute, rows};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

/// Trunks, an IVR, redials, reconnects, tiers, limits, balking, prices, busy and quiet days.
const EVERYTHING: &str = r#"
[scenario]
name = "Everything"
open = "08:00-10:00"
interval = "30m"
closing = "drain"
busyness_cv = 0.2

[[trunks]]
name = "main"
lines = 9
cost_per_line_hour = 0.5
[[trunks]]
name = "second"
lines = 4

[[queues]]
name = "service"
target = "80/20"
service_level = "without_short_abandons"
agents = ["team", { group = "others", after = "15s" }, { group = "late", after = "40s" }]
[[queues]]
name = "sales"
target = "90/10"
service_level = "with_abandons"
limit = 2
priority = 1
[[queues]]
name = "nobody's"

[[call_types]]
name = "question"
queue = "service"
trunk = "main"
volume = [40, 50, 0, 60]
ivr = { time = "exp(20s)", contained = 0.2, abandoned = 0.1 }
balk = 0.1
patience = "exp(60s)"
talk = "lognormal(3m, sd 2m)"
talk_factor = [1, 1.2, 1, 0.9]
wrap_up = "exp(30s)"
resolution = 0.7
reconnect = { probability = 0.6, delay = "exp(10m)" }
redial = { abandoned = [0.7, 0.5], blocked = 0.8, delay = "exp(5m)", max_attempts = 4 }
cost_per_attempt = 0.25
[[call_types]]
name = "order"
queue = "sales"
trunk = "second"
volume = 25
patience = "weibull(shape 0.7, scale 90s)"
talk = "exp(4m)"
redial = { abandoned = 0.4, blocked = 0.9, delay = "exp(3m)" }
cost_per_lost_caller = 12.5
[[call_types]]
name = "complaint"
queue = "service"
volume = 10
talk = "fixed(180s)"
wrap_up = "60s"

[[groups]]
name = "team"
skills = { service = { factor = 1.1 }, sales = { priority = 3 } }
staff = [3, 5, 2, 4]
cost_per_hour = 20
shrinkage = "10%"
[[groups]]
name = "others"
skills = ["service", "sales"]
staff = [2, 1, 2, 1]
[[groups]]
name = "late"
skills = ["service"]
staff = [0, 1, 1, 0]
"#;

/// The trace of a day.
fn trace(model: &Model, format: Format, replication: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let stop = AtomicBool::new(false);
    let trace = Trace::new(model, format, &mut out, &stop).unwrap();
    let mut engine = Engine::with(model, trace, Routing::default());
    engine
        .run(model.scenario.run.seed, replication, &stop)
        .unwrap();
    engine.into_observer().finish().unwrap();
    out
}

/// The result of that day alone.
fn result(model: &Model, replication: u64) -> Results {
    let mut engine = Engine::new(model);
    let seed = model.scenario.run.seed;
    let tally = engine
        .run(seed, replication, &AtomicBool::new(false))
        .unwrap();
    let mut collector = Collector::new(model, Some(1));
    collector.add(tally);
    collector.results(seed, 0.95, false, &[])
}

fn check(text: &str, days: std::ops::Range<u64>) -> Result<usize, String> {
    let model = common::model(text);
    let mut compared = 0;
    for day in days {
        let rows = rows(&trace(&model, Format::Csv, day));
        let recomputed = recompute(&rows, &model.scenario);
        compared +=
            compare(&result(&model, day), &recomputed).map_err(|e| format!("day {day}: {e}"))?;
    }
    Ok(compared)
}

#[test]
fn every_figure_can_be_computed_from_the_trace() {
    let cut = EVERYTHING.replace("\"drain\"", "\"cut\"");
    for text in [EVERYTHING, &cut] {
        let compared = check(text, 0..20).unwrap_or_else(|e| panic!("{e}"));
        assert!(compared > 20_000, "only {compared} figures were compared");
    }
    // Everything that can happen does.
    let events = |text: &str| {
        let model = common::model(text);
        let rows = (0..20).flat_map(|day| rows(&trace(&model, Format::Csv, day)));
        rows.map(|row| row.event)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let all = &events(EVERYTHING) | &events(&cut);
    assert_eq!(all.len(), 18, "{all:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn and_of_random_scenarios(text in random_scenario()) {
        check(&text, 0..2).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn both_formats_say_the_same() {
    let model = common::model(&EVERYTHING.replace("second", "zweites Bündel"));
    let table = trace(&model, Format::Csv, 3);
    assert!(table.starts_with("\u{feff}time_s,clock,event".as_bytes()));
    let mut reader = csv::Reader::from_reader(&table[..]);
    let header = reader.headers().unwrap().clone();
    let lines = trace(&model, Format::Jsonl, 3);
    let lines = String::from_utf8(lines).unwrap();
    let mut lines = lines.lines();
    for record in reader.records() {
        let object: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let mut object = object.as_object().unwrap().clone();
        for (name, cell) in header.iter().zip(&record.unwrap()) {
            let value = object
                .remove(name)
                .map_or(String::new(), |value| match value {
                    serde_json::Value::String(text) => text,
                    number => number.to_string(),
                });
            // A number in JSON may have got a `.0`.
            assert_eq!(
                value.trim_end_matches(".0"),
                cell.trim_end_matches(".0"),
                "{name}"
            );
        }
        assert!(object.is_empty(), "{object:?}");
    }
    assert_eq!(lines.next(), None);
}

fn done(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    done_in(folder, arguments).stdout
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("day.toml"), EVERYTHING).unwrap();
    folder
}

/// Day 1 of the command is what `run --replications 1` shows, also for changed scenarios and counted volumes.
#[test]
fn the_first_day_is_the_one_of_run() {
    let folder = folder();
    let counted = EVERYTHING.replace("volume = 25", "volume = 25\nvolume_is = \"all_attempts\"");
    std::fs::write(folder.path().join("counted.toml"), counted).unwrap();
    for more in [
        &["day.toml"][..],
        &["day.toml", "--seed", "9", "--set", "groups.team.staff+=1"],
        &["counted.toml"],
    ] {
        let csv = done(folder.path(), &[&["trace"], more].concat());
        let json = done(
            folder.path(),
            &[&["run", "--replications", "1", "--json"], more].concat(),
        );
        let results: Results = serde_json::from_slice(&json).unwrap();
        let scenario = scenario::from_json("resolved", &results.scenario.resolved)
            .unwrap()
            .scenario;
        let compared = compare(&results, &recompute(&rows(&csv), &scenario));
        compared.unwrap_or_else(|e| panic!("{more:?}: {e}"));
    }
}

#[test]
fn days_are_counted_from_1() {
    let folder = folder();
    let model = common::model(EVERYTHING);
    let path = folder.path();
    assert_eq!(
        done(path, &["trace", "day.toml"]),
        trace(&model, Format::Csv, 0)
    );
    let third = trace(&model, Format::Jsonl, 2);
    assert_eq!(
        done(
            path,
            &["trace", "day.toml", "--day", "3", "--format", "jsonl"]
        ),
        third
    );
    let out = [
        "trace",
        "day.toml",
        "--day",
        "3",
        "--format",
        "jsonl",
        "--out",
        "third.jsonl",
    ];
    assert_eq!(done(path, &out), b"");
    assert_eq!(std::fs::read(path.join("third.jsonl")).unwrap(), third);
    for (arguments, expected) in [
        (
            &out[..],
            "third.jsonl exists already; --force overwrites it",
        ),
        (
            &["trace", "day.toml", "--out", "no/t.csv"],
            "there is no such folder",
        ),
        (
            &["trace", "day.toml", "--out", "./day.toml", "--force"],
            "day.toml is the scenario itself",
        ),
        (
            &["trace", "day.toml", "--day", "0"],
            "expected a whole number from 1",
        ),
        (
            &["trace", "day.toml", "--day", "-1"],
            "expected a whole number from 1",
        ),
        (&["trace", "day.toml", "--force"], "--out"),
        (&["trace", "day.toml", "--format", "xml"], "csv, jsonl"),
        (&["trace", "none.toml"], "none.toml"),
        (
            &[
                "trace",
                "day.toml",
                "--set",
                "run.mode=steady",
                "--day",
                "2",
            ],
            "",
        ),
    ] {
        let output = acdsim_in(path, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }
    done(path, &[&out[..], &["--force"]].concat());
    assert_eq!(
        done(path, &["trace", "day.toml", "--out", "-"]),
        done(path, &["trace", "day.toml"])
    );
    assert!(!path.join("-").exists());
}

/// A long run: its rows are written as it goes, and it can be stopped.
const LONG: &str = "[run]\nmode = \"steady\"\nwarm_up = \"1h\"\nlength = \"87000h\"\n[scenario]\nname = \"s\"\n\
    [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"600/h\"\ntalk = \"exp(3m)\"\n\
    [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 40\n";

#[test]
fn a_reader_who_has_enough_is_no_error() {
    use std::io::Read;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("long.toml"), LONG).unwrap();
    for format in ["csv", "jsonl"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_acdsim"))
            .current_dir(folder.path())
            .args(["trace", "long.toml", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 1000];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
    let refused = acdsim_in(folder.path(), &["trace", "long.toml", "--day", "1"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn an_interrupted_trace_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("long.toml"), LONG).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .current_dir(path)
        .args(["trace", "long.toml", "--out", "t.csv"])
        .spawn()
        .unwrap();
    // It is at work when its file is there under another name.
    let files = || std::fs::read_dir(path).unwrap().count();
    while files() < 2 {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it began"
        );
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(files(), 1, "only the scenario is left");
}
