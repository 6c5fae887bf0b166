//! Calibration: the first attempts behind what a switch counted.

mod common;

use acdsim::experiment::Control;
use acdsim::experiment::calibrate::{Calibration, Error, Settings, Status, calibrate, prepare};
use acdsim::model::Model;
use acdsim::scenario::{Demand, Document, VolumeIs};
use common::command::acdsim_in;
use common::{days, run_with};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

/// Two types that share agents and lines, with redials after both ends of an attempt, and reconnects.
const LOOPS: &str = r#"
[scenario]
name = "loops"
open = "08:00-12:00"
busyness_cv = 0.05

[[trunks]]
name = "lines"
lines = 22

[[queues]]
name = "a"
[[queues]]
name = "b"
priority = 1

[[call_types]]
name = "help"
queue = "a"
trunk = "lines"
volume = [60, 90, 120, 130, 110, 100, 70, 50]
patience = "exp(90s)"
talk = "lognormal(180s, sd 120s)"
wrap_up = "exp(20s)"
resolution = "80%"
reconnect = { probability = 0.5, delay = "exp(15m)" }
redial = { abandoned = 0.6, blocked = [0.9, 0.5], delay = "exp(8m)" }

[[call_types]]
name = "sale"
queue = "b"
trunk = "lines"
rate = "50/h"
patience = "exp(2m)"
talk = "exp(150s)"
redial = { abandoned = 0.3, blocked = 0.8, delay = "exp(5m)", max_attempts = 4 }

[[groups]]
name = "all"
skills = ["a", "b"]
staff = [12, 16, 16, 16, 16, 16, 12, 12]
"#;

const HELP: [f64; 8] = [60.0, 90.0, 120.0, 130.0, 110.0, 100.0, 70.0, 50.0];

/// A steady queue with all kinds of repeats.
const STEADY: &str = r#"
[scenario]
name = "steady"
[run]
mode = "steady"
length = "4000h"
[[queues]]
name = "q"
[[call_types]]
name = "a"
queue = "q"
rate = "100/h"
volume_is = "all_attempts"
talk = "exp(180s)"
patience = "exp(60s)"
resolution = "80%"
reconnect = { probability = 0.5, delay = "exp(10m)" }
redial = { abandoned = 0.7, delay = "exp(5m)" }
[[groups]]
name = "g"
skills = ["q"]
staff = 4
"#;

fn document(toml: &str) -> Document {
    Document::parse("test", toml, Path::new("")).expect("it is TOML")
}

fn found(toml: &str, settings: &Settings) -> Calibration {
    calibrate(&document(toml), settings, &Control::default())
        .expect("it can be calibrated")
        .expect("there is something to calibrate")
}

/// Attempts by interval of a call type, simulated with another seed than calibration's.
fn attempts(model: &Model, call_type: usize) -> Vec<(f64, f64)> {
    let mut settings = days(model, 2000);
    settings.seed = 99;
    let results = run_with(model, &settings);
    let part = &results.call_types[call_type];
    let intervals = part.intervals.as_ref().expect("a day has intervals");
    intervals[..model.grid.cells]
        .iter()
        .map(|interval| interval.get("attempts"))
        .map(|e| (e.mean.expect("counted"), e.se.expect("many days")))
        .collect()
}

/// The scenario of loops with its attempts counted by simulation in the place of its first attempts.
fn counted_loops() -> String {
    let model = common::model(LOOPS);
    let list = |t: usize, factor: f64| {
        let values = attempts(&model, t).into_iter().map(|(x, _)| x * factor);
        values.collect::<Vec<f64>>()
    };
    let rates: Vec<String> = list(1, 2.0).iter().map(|r| format!("{r}/h")).collect();
    LOOPS
        .replace(
            "volume = [60, 90, 120, 130, 110, 100, 70, 50]",
            &format!("volume = {:?}\nvolume_is = \"all_attempts\"", list(0, 1.0)),
        )
        .replace(
            "rate = \"50/h\"",
            &format!("rate = {rates:?}\nvolume_is = \"all_attempts\""),
        )
}

#[test]
fn known_first_attempts_are_found_again() {
    let toml = counted_loops();
    let found = found(&toml, &Settings::default());
    assert!(found.met && found.warnings.is_empty(), "{found:?}");
    assert!(found.rounds <= 30);
    assert_eq!(found.call_types[0].name, "help");
    assert_eq!(found.call_types[1].name, "sale");
    for (known, found) in [
        (HELP, &found.call_types[0]),
        ([25.0; 8], &found.call_types[1]),
    ] {
        let all: f64 = known.iter().sum();
        assert!(found.counted > 1.01 * all, "{}", found.counted);
        let off = (found.first_attempts / all - 1.0).abs();
        assert!(off < 0.01, "{}: {off}", found.name);
        let intervals = found.intervals.as_ref().expect("a day has intervals");
        for (interval, known) in intervals.iter().zip(known) {
            let off = (interval.first_attempts / known - 1.0).abs();
            assert!(off < 0.04, "{} {}: {off}", found.name, interval.start);
            assert_eq!(interval.status, Status::Met);
        }
    }
}

#[test]
fn the_scenario_found_counts_what_was_counted() {
    let toml = counted_loops();
    let prepared = prepare(&document(&toml), &[], None, &Control::default()).expect("calibrated");
    let model = Model::new(&prepared.loaded.scenario);
    let calibration = prepared.calibration.expect("found");
    for (t, found) in calibration.call_types.iter().enumerate() {
        let intervals = found.intervals.as_ref().expect("a day has intervals");
        for ((simulated, se), interval) in attempts(&model, t).into_iter().zip(intervals) {
            let off = (simulated - interval.counted).abs();
            let both = (se.powi(2) + interval.attempts.se.expect("an error").powi(2)).sqrt();
            assert!(
                off < 0.01 * interval.counted + 4.0 * both,
                "{} {}: {simulated} ± {se}, counted {}",
                found.name,
                interval.start,
                interval.counted
            );
        }
    }
}

#[test]
fn what_cannot_be_met_is_a_warning_with_figures() {
    // Nobody answers, everybody calls again: after the first half-hour repeats alone are more than was counted.
    let toml = r#"
[scenario]
name = "flood"
open = "08:00-10:00"
[[queues]]
name = "q"
[[call_types]]
name = "calls"
queue = "q"
volume = [400, 5, 0, 600]
volume_is = "all_attempts"
talk = "60s"
patience = "10s"
redial = { abandoned = 0.5, delay = "exp(20m)" }
[[call_types]]
name = "others"
queue = "q"
volume = 10
talk = "60s"
"#;
    let found = found(toml, &Settings::default());
    assert!(!found.met);
    assert_eq!(found.call_types.len(), 1, "only what was counted");
    let calls = &found.call_types[0];
    assert_eq!(calls.status, Status::Missed);
    let intervals = calls.intervals.as_ref().expect("a day has intervals");
    let status: Vec<Status> = intervals.iter().map(|i| i.status).collect();
    assert_eq!(
        status,
        [Status::Met, Status::Missed, Status::Missed, Status::Met]
    );
    assert_eq!(intervals[1].first_attempts, 0.0);
    assert!(found.rounds < 30, "{}", found.rounds);
    let [warning] = &found.warnings[..] else {
        panic!("one warning: {:?}", found.warnings);
    };
    for part in [
        "\"calls\"",
        "redials and reconnects alone exceed",
        "08:30 counted 5.0, simulated ",
        "09:00 counted 0.0",
        "with no first attempts",
    ] {
        assert!(warning.contains(part), "{part}: {warning}");
    }
    // The same stands among the remarks of a run.
    let prepared = prepare(&document(toml), &[], None, &Control::default()).expect("calibrated");
    assert!(prepared.loaded.warnings.contains(warning));
    assert!(prepared.loaded.warnings[0].contains("1,005 attempts a day were counted"));
}

#[test]
fn a_steady_run_has_one_rate() {
    let calibration = found(STEADY, &Settings::default());
    assert!(calibration.met);
    assert_eq!(
        (calibration.mode.as_str(), calibration.replications),
        ("steady", 1)
    );
    let a = &calibration.call_types[0];
    assert!(a.intervals.is_none() && a.counted == 100.0);
    assert!((60.0..80.0).contains(&a.first_attempts), "{a:?}");
    // A run with these first attempts, and another seed, counts 100 an hour.
    let mut document = document(STEADY);
    calibration.apply(&mut document);
    let scenario = document.check(&[]).expect("a scenario").scenario;
    assert_eq!(scenario.call_types[0].volume_is, VolumeIs::FirstAttempts);
    let Demand::RatePerHour(rates) = &scenario.call_types[0].demand else {
        panic!("a rate stays one");
    };
    assert!((rates[0] - a.first_attempts).abs() < 1e-9);
    let mut settings = days(&Model::new(&scenario), 1);
    settings.seed = 7;
    let results = run_with(&Model::new(&scenario), &settings);
    let counted = results.call_types[0].get("attempts");
    let (mean, se) = (counted.mean.expect("counted"), counted.se.expect("batches"));
    assert!((mean - 100.0).abs() < 1.0 + 4.0 * se, "{mean} ± {se}");
    // Volumes per interval are the same as a rate, however they are spelt out.
    for volume in ["50".to_owned(), format!("{:?}", [50; 24])] {
        let toml = STEADY.replace("rate = \"100/h\"", &format!("volume = {volume}"));
        let by_volume = found(&toml, &Settings::default());
        assert_eq!(by_volume.call_types[0].counted, 100.0);
        let off = by_volume.call_types[0].first_attempts - a.first_attempts;
        assert!(off.abs() < 1e-3, "{off}");
    }
}

#[test]
fn threads_do_not_matter_but_seed_and_days_do() {
    let toml = counted_loops();
    let settings = |threads, days, seed| Settings {
        days: Some(days),
        seed: Some(seed),
        threads: Some(threads),
    };
    let one = found(&toml, &settings(1, 120, 1));
    assert_eq!(one, found(&toml, &settings(3, 120, 1)));
    assert_eq!((one.seed, one.replications), (1, 120));
    let demand = |found: &Calibration| found.call_types[0].first_attempts;
    assert_ne!(demand(&one), demand(&found(&toml, &settings(2, 120, 2))));
    assert_ne!(demand(&one), demand(&found(&toml, &settings(2, 121, 1))));
}

#[test]
fn changes_come_after_calibration() {
    let toml = counted_loops();
    let demands = |sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
        let prepared =
            prepare(&document(&toml), &sets, None, &Control::default()).expect("calibrated");
        let types = prepared.loaded.scenario.call_types;
        types.into_iter().map(|t| t.demand).collect::<Vec<_>>()
    };
    let plain = demands(&[]);
    let moved = [
        "groups.all.staff-=8",
        "run.seed=5",
        "run.replications=3",
        "trunks.lines.lines=5",
        "call_types.help.redial.blocked=0",
    ];
    assert_eq!(plain, demands(&moved));
    let doubled = demands(&[
        "call_types.help.volume*=2",
        "call_types.sale.rate[1]=\"7/h\"",
    ]);
    let (Demand::Volume(a), Demand::Volume(b)) = (&plain[0], &doubled[0]) else {
        panic!("volumes stay volumes");
    };
    for (a, b) in a.iter().zip(b) {
        assert!((b - 2.0 * a).abs() < 1e-9);
    }
    let (Demand::RatePerHour(a), Demand::RatePerHour(b)) = (&plain[1], &doubled[1]) else {
        panic!("rates stay rates");
    };
    assert_eq!((a[0], b[1], a[2]), (b[0], 7.0, b[2]));

    // What a file does not ask for, a change cannot.
    let late = ["call_types.help.volume_is=all_attempts".to_owned()];
    let error = prepare(&document(LOOPS), &late, None, &Control::default());
    assert!(matches!(error, Err(Error::TooLate(name)) if name == "help"));
}

#[test]
fn without_repeats_all_attempts_are_first() {
    let toml = "[scenario]\nname = \"x\"\n[[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\n\
                rate = \"12.3456/h\"\nvolume_is = \"all_attempts\"\ntalk = \"60s\"\n\
                [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 3\n";
    let found = found(toml, &Settings::default());
    assert!(found.met && found.rounds <= 2);
    assert!((found.call_types[0].first_attempts - 12.3456 * 12.0).abs() < 1e-9);
    assert_eq!(found.replications, 1000);
    let nothing = toml.replace("all_attempts", "first_attempts");
    let none = calibrate(
        &document(&nothing),
        &Settings::default(),
        &Control::default(),
    );
    assert!(none.expect("no mistake").is_none());
}

/// What is trivial is no remark, and numbers are written as everywhere.
#[test]
fn notes_are_of_repeats_only_and_in_plain_numbers() {
    let toml = |calls: &str, redial: &str| {
        format!(
            "[scenario]\nname = \"x\"\nopen = \"08:00-09:00\"\n[[queues]]\nname = \"q\"\n\
             [[call_types]]\nname = \"plain\"\nqueue = \"q\"\nvolume = 20\nvolume_is = \"all_attempts\"\n\
             talk = \"60s\"\npatience = \"10s\"\n\
             [[call_types]]\nname = \"again\"\nqueue = \"q\"\nvolume = {calls}\nvolume_is = \"all_attempts\"\n\
             talk = \"60s\"\npatience = \"10s\"\n{redial}\n"
        )
    };
    let warnings = |toml: &str| {
        let prepared = prepare(&document(toml), &[], None, &Control::default());
        let warnings = prepared.expect("calibrated").loaded.warnings.into_iter();
        // Nobody answers, which has its own remark.
        let notes = warnings.filter(|note| !note.contains("no group serves"));
        notes.collect::<Vec<_>>()
    };
    assert_eq!(warnings(&toml("[30, 0]", "")), [""; 0]);
    let redial = "redial = { abandoned = 0.9, delay = \"20m\" }";
    let notes = warnings(&toml("[1500, 0.051]", redial));
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes[0].starts_with("call type \"again\": 1,500 attempts a day"),
        "{notes:?}"
    );
    assert!(
        notes[1].contains("08:30 counted 0.051, simulated 1,"),
        "{notes:?}"
    );

    let few = found(&toml("[1500, 1200]", redial), &Settings::default());
    let table = acdsim::report::calibration::table(&few, false);
    assert!(table.contains(" 2,700.0 "), "{table}");
    let many = Settings {
        days: Some(1000),
        ..Settings::default()
    };
    let many = found(&toml("2", redial), &many);
    let table = acdsim::report::calibration::table(&many, false);
    assert!(table.contains(" · 1,000 days · "), "{table}");
}

#[test]
fn it_stops_when_asked() {
    let control = Control::default();
    control.stop.store(true, Ordering::Relaxed);
    let result = prepare(&document(&counted_loops()), &[], None, &control);
    assert!(matches!(result, Err(Error::Interrupted(1))));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A folder with a counted scenario in `data`, whose series and times come from CSV files.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::create_dir_all(data.join("csv")).expect("folders");
    let mut volumes = "start,help,staff\n".to_owned();
    for (i, volume) in HELP.iter().enumerate() {
        let minutes = 8 * 60 + 30 * i;
        let row = format!(
            "{:02}:{:02},{:.2},14\n",
            minutes / 60,
            minutes % 60,
            1.3 * volume
        );
        volumes.push_str(&row);
    }
    fs::write(data.join("volumes.csv"), volumes).expect("written");
    fs::write(data.join("csv/times.csv"), "patience\n10\n40\n90\n200\n").expect("written");
    let toml = LOOPS
        .replace(
            "volume = [60, 90, 120, 130, 110, 100, 70, 50]",
            "# counted by the switch\n\
             volume = { file = \"volumes.csv\", column = \"help\" }   # May\n\
             volume_is = \"all_attempts\"",
        )
        .replace(
            "rate = \"50/h\"",
            "rate = \"70/h\"\nvolume_is = \"all_attempts\"",
        )
        .replace(
            "patience = \"exp(90s)\"",
            "patience = \"empirical(csv/times.csv, patience)\"",
        )
        .replace(
            "staff = [12, 16, 16, 16, 16, 16, 12, 12]",
            "staff = { file = \"volumes.csv\", column = \"staff\" }",
        )
        .replace(
            "busyness_cv = 0.05\n",
            "busyness_cv = 0.05\n[run]\nseed = 11\n",
        );
    fs::write(data.join("counted.toml"), format!("# the file\n{toml}")).expect("written");
    folder
}

#[test]
fn a_saved_calibration_gives_the_same_figures() {
    let folder = project();
    let path = folder.path();
    fs::create_dir_all(path.join("saved/here")).expect("folders");
    let written = acdsim_in(
        path,
        &[
            "calibrate",
            "data/counted.toml",
            "--write",
            "saved/here/found.toml",
        ],
    );
    assert_eq!(text(&written.stderr), "");
    assert_eq!(
        (written.status.code(), text(&written.stdout)),
        (Some(0), String::new())
    );
    let saved = fs::read_to_string(path.join("saved/here/found.toml")).expect("it is there");
    for part in [
        "# the file\n",
        "# counted by the switch\nvolume = [",
        "]   # May\n",
        "found by `acdsim calibrate`",
        "volume_is = \"first_attempts\"",
        "empirical(../../data/csv/times.csv, patience)",
        "{ file = \"../../data/volumes.csv\", column = \"staff\" }",
    ] {
        assert!(saved.contains(part), "{part} in\n{saved}");
    }
    assert!(!saved.contains("all_attempts"));

    let run = |file: &str, more: &[&str]| {
        let arguments = [&["run", file, "--json", "--replications", "40"], more].concat();
        let output = acdsim_in(path, &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    for more in [
        &[][..],
        &["--seed", "3", "--set", "call_types.help.volume*=1.1"],
    ] {
        let from = run("data/counted.toml", more);
        let to = run("saved/here/found.toml", more);
        for part in [
            "targets",
            "total",
            "queues",
            "call_types",
            "groups",
            "trunks",
        ] {
            assert_eq!(from[part].to_string(), to[part].to_string(), "{part}");
        }
        let resolved = &from["scenario"]["resolved"]["call_types"];
        assert_eq!(resolved[0]["volume_is"], "first_attempts");
        assert_eq!(
            resolved[0]["volume"],
            to["scenario"]["resolved"]["call_types"][0]["volume"]
        );
        let notes = from["run"]["warnings"].to_string();
        assert!(
            notes.contains("call type \\\"help\\\": 949.0 attempts a day were counted"),
            "{notes}"
        );
        assert!(!to["run"]["warnings"].to_string().contains("counted"));
    }
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = project();
    let path = folder.path();
    let out = path.join("out.toml");
    fs::write(&out, "mine").expect("written");
    let command = [
        "calibrate",
        "data/counted.toml",
        "--replications",
        "50",
        "--write",
    ];
    let refused = acdsim_in(path, &[&command[..], &["out.toml"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("out.toml exists already; --force overwrites it"));
    assert_eq!(fs::read_to_string(&out).expect("it is there"), "mine");
    let forced = acdsim_in(path, &[&command[..], &["out.toml", "--force"]].concat());
    assert_eq!(forced.status.code(), Some(0), "{}", text(&forced.stderr));
    let saved = fs::read_to_string(&out).expect("it is there");
    assert!(saved.contains("data/volumes.csv"));
    assert_eq!(fs::read_dir(path).expect("a folder").count(), 2);

    // What is saved has nothing left to be found.
    for (arguments, message) in [
        (
            ["calibrate", "out.toml"],
            "nothing to calibrate in out.toml",
        ),
        (["calibrate", "no.toml"], "there is no such file"),
    ] {
        let refused = acdsim_in(path, &arguments);
        assert_eq!(refused.status.code(), Some(2));
        let said = text(&refused.stderr);
        assert!(said.contains(message), "{said}");
    }
    for (out, message) in [
        ("no/out.toml", "there is no such folder"),
        ("data", "it is a folder"),
    ] {
        let refused = acdsim_in(path, &[&command[..], &[out]].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(message));
    }
    let unpaired = acdsim_in(path, &["calibrate", "data/counted.toml", "--force"]);
    assert_eq!(unpaired.status.code(), Some(2));
}

#[test]
fn the_table_and_the_document_say_the_same() {
    let folder = project();
    let path = folder.path();
    let command = [
        "calibrate",
        "data/counted.toml",
        "--replications",
        "60",
        "--threads",
        "1",
    ];
    let table = text(&acdsim_in(path, &command).stdout);
    let json = acdsim_in(path, &[&command[..], &["--json"]].concat());
    let found: Calibration = serde_json::from_slice(&json.stdout).expect("the schema");
    assert_eq!(found.schema, "acdsim.calibrate/1");
    assert_eq!((found.seed, found.replications), (11, 60));
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(value["met"], true);
    assert_eq!(value["call_types"][0]["intervals"][1]["start"], "08:30");
    assert_eq!(value["call_types"][0]["intervals"][1]["status"], "met");
    assert!(value["call_types"][0]["intervals"][1]["attempts"]["se"].is_number());
    assert!(value["call_types"][0]["rounds"].is_number());
    for found in &found.call_types {
        let row = table.lines().find(|line| line.contains(&found.name));
        let row = row.unwrap_or_else(|| panic!("{} in\n{table}", found.name));
        assert!(
            row.contains(&format!("{:.1}", found.first_attempts)),
            "{row}"
        );
    }
    assert!(!table.contains("08:30"));
    let intervals = acdsim_in(path, &[&command[..], &["--intervals"]].concat());
    assert_eq!(text(&intervals.stdout).matches("  08:30 ").count(), 2);
}

/// Ctrl-C in the middle of a calibration ends it with its own status, and nothing is written.
#[cfg(unix)]
#[test]
fn an_interrupt_says_so() {
    let folder = project();
    let path = folder.path();
    let arguments = [
        "data/counted.toml",
        "--replications",
        "10000000",
        "--write",
        "out.toml",
    ];
    let child = Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .arg("calibrate")
        .args(arguments)
        .current_dir(path)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let said = text(&output.stderr);
    assert!(
        said.contains("calibration was interrupted in round 1"),
        "{said}"
    );
    assert!(!path.join("out.toml").exists());
}
