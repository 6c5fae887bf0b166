//! `acdsim sweep` and `acdsim merge`: every point, whatever stops it, and the same bytes however it was made.

mod common;

use common::command::{ENOUGH, acdsim_in, done_in, interrupted_in, refused_in};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const SCENARIO: &str = r#"
[scenario]
name = "sweep"
open = "08:00-12:00"
[run]
replications = 20
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "60/h"
talk = "exp(3m)"
patience = "exp(2m)"
[[groups]]
name = "g"
skills = ["q"]
staff = 4
"#;

const VARY: [&str; 5] = [
    "sweep",
    "s.toml",
    "--vary=groups.g.staff=3..6",
    "--vary=call_types.c.rate*=0.8..1.2:0.2",
    "--out",
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("s.toml"), SCENARIO).expect("the scenario");
    folder
}

/// Runs the sweep into a folder of its own.
fn sweep(at: &Path, out: &str, more: &[&str]) {
    done_in(at, &[&VARY[..], &[out], more].concat());
}

fn bytes(at: &Path, out: &str) -> String {
    fs::read_to_string(at.join(out).join("sweep.csv")).expect("the table")
}

#[test]
fn every_point_has_the_figures_of_its_own_run() {
    let folder = folder();
    let at = folder.path();
    sweep(at, "all", &[]);
    let table = bytes(at, "all");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().expect("a header").clone();
    let names: Vec<&str> = header.iter().collect();
    let expected = [
        "point",
        "groups.g.staff",
        "call_types.c.rate*",
        "where",
        "kpi",
        "mean",
        "lo",
        "hi",
        "se",
        "replications",
    ];
    assert_eq!(names, expected);
    let records: Vec<csv::StringRecord> = rows.records().map(|r| r.expect("a row")).collect();
    let points: std::collections::BTreeSet<&str> = records.iter().map(|r| &r[0]).collect();
    assert_eq!(points.len(), 12);
    // The last path changes fastest: point 5 is 4 agents at 1 times the rate.
    let of_5 = |place: &str, kpi: &str| {
        let mut rows = records.iter();
        rows.find(|r| &r[0] == "5" && &r[3] == place && &r[4] == kpi)
            .expect("a row")
            .clone()
    };
    let row = of_5("queues.q", "service_level");
    assert_eq!((&row[1], &row[2], &row[9]), ("4", "1", "20"));
    let run = common::command::json_in(
        at,
        &["run", "s.toml", "--set", "groups.g.staff=4", "--json"],
    );
    let level = &run["queues"][0]["service_level"];
    let number = |text: &str| text.parse::<f64>().expect("a number");
    assert_eq!(Some(number(&row[5])), level["mean"].as_f64());
    assert_eq!(Some(number(&row[6])), level["ci"][0].as_f64());
    assert_eq!(Some(number(&row[8])), level["se"].as_f64());
    for plot in [
        "service-level.svg",
        "service-level.png",
        "abandonment.svg",
        "asa.svg",
    ] {
        assert!(at.join("all").join(plot).exists(), "{plot}");
    }
}

#[test]
fn threads_and_shards_change_no_byte() {
    let folder = folder();
    let at = folder.path();
    sweep(at, "all", &[]);
    sweep(at, "one", &["--threads", "1"]);
    let all = bytes(at, "all");
    assert!(bytes(at, "one") == all, "another number of threads");
    for number in 1..=3 {
        sweep(
            at,
            &format!("part{number}"),
            &["--shard", &format!("{number}/3")],
        );
    }
    done_in(at, &["merge", "part3", "part1", "part2", "--out", "merged"]);
    assert!(bytes(at, "merged") == all, "merged shards");
    let plot = |out: &str| fs::read(at.join(out).join("asa.svg")).expect("a plot");
    assert!(plot("merged") == plot("all"), "plots of merged shards");
    let manifest =
        |out: &str| fs::read_to_string(at.join(out).join("sweep.json")).expect("a manifest");
    assert_eq!(manifest("merged"), manifest("all"));
}

#[test]
fn shards_that_do_not_fit_are_named() {
    let folder = folder();
    let at = folder.path();
    for number in 1..=3 {
        sweep(
            at,
            &format!("part{number}"),
            &["--shard", &format!("{number}/3"), "--replications", "2"],
        );
    }
    sweep(at, "half", &["--shard", "1/2", "--replications", "2"]);
    sweep(at, "foreign", &["--shard", "2/3", "--replications", "3"]);
    sweep(at, "all", &["--replications", "2"]);
    fs::create_dir(at.join("copy")).expect("a folder");
    for file in ["sweep.csv", "sweep.json"] {
        fs::copy(at.join("part1").join(file), at.join("copy").join(file)).expect("a copy");
    }
    let table = bytes(at, "part2");
    let cut = table.len() - 100;
    let mut said = String::new();
    let mut refuse = |shards: &[&str]| {
        let command = [&["merge"], shards, &["--out", "merged"]].concat();
        said += &refused_in(at, &command);
    };
    refuse(&["part1", "part3"]);
    refuse(&["part1", "copy", "part2", "part3"]);
    refuse(&["part1", "half"]);
    refuse(&["part1", "foreign", "part3"]);
    refuse(&["part1", "all"]);
    refuse(&["part1", "nowhere"]);
    fs::write(at.join("part2/sweep.csv"), &table[..cut]).expect("a part");
    refuse(&["part1", "part2", "part3"]);
    insta::assert_snapshot!(said);
    assert!(!at.join("merged").exists());
}

/// Killed at twenty places, and begun again each time.
#[test]
fn a_sweep_that_is_killed_loses_nothing() {
    let folder = folder();
    let at = folder.path();
    let more = ["--replications", "400"];
    sweep(at, "whole", &more);
    let whole = bytes(at, "whole");
    let mut finished = 0;
    for attempt in 0..20 {
        let mut program = Command::new(env!("CARGO_BIN_EXE_acdsim"))
            .args([&VARY[..], &["killed"], &more].concat())
            .current_dir(at)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(30 + 7 * attempt));
        program.kill().expect("it can be killed");
        program.wait().expect("it ends");
        let there = fs::read_to_string(at.join("killed/sweep.csv")).unwrap_or_default();
        assert!(whole.starts_with(&there), "attempt {attempt}");
        assert!(
            there.len() >= finished,
            "attempt {attempt}: something finished was lost"
        );
        finished = there.len();
    }
    sweep(at, "killed", &more);
    assert!(bytes(at, "killed") == whole);
    // What a power cut may leave: the start of a point's rows.
    fs::write(at.join("killed/sweep.csv"), &whole[..whole.len() / 2]).expect("half of it");
    sweep(at, "killed", &more);
    assert!(bytes(at, "killed") == whole);
}

/// Ctrl-C, or time that is up: the finished points, and the same command goes on.
#[cfg(unix)]
#[test]
fn a_sweep_that_is_ended_shows_its_points_and_goes_on() {
    let folder = folder();
    let at = folder.path();
    let more = ["--replications", "2000"];
    sweep(at, "whole", &more);
    let command = |out| [&VARY[..], &[out], &more].concat();
    let is_partial = |output: std::process::Output, status: i32| {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !text.starts_with("Stopped early: ") {
            return false;
        }
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains("the same command goes on there"), "{said}");
        true
    };
    assert!(ENOUGH.iter().any(|after| {
        let output = interrupted_in(at, &command("interrupted"), *after / 3);
        is_partial(output, 130)
    }));
    assert!(ENOUGH.iter().any(|after| {
        let limit = format!("--max-time={}ms", after.as_millis() / 3);
        let output = acdsim_in(at, &[&command("late")[..], &[&limit]].concat());
        is_partial(output, 0)
    }));
    for out in ["interrupted", "late"] {
        sweep(at, out, &more);
        assert!(bytes(at, out) == bytes(at, "whole"), "{out}");
    }
}

/// What a run that was killed did not leave is somebody's work.
#[test]
fn a_table_that_was_changed_is_not_cut() {
    let folder = folder();
    let at = folder.path();
    let more = ["--replications", "2"];
    sweep(at, "out", &more);
    let whole = bytes(at, "out");
    let twelfth = whole.find("\n12,").expect("the last point") + 1;
    let refused = || refused_in(at, &[&VARY[..], &["out"], &more].concat());
    let mut said = String::new();
    for changed in [
        // As an editor or a spreadsheet writes it.
        whole.replace("\r\n", "\n"),
        whole[1..].to_owned(),
        whole.replacen("\r\n5,", "\r\n99,", 1),
        format!("{}a note", &whole[..twelfth]),
        format!("{whole}12,4"),
    ] {
        fs::write(at.join("out/sweep.csv"), &changed).expect("a change");
        said += &refused();
        assert!(bytes(at, "out") == changed);
    }
    insta::assert_snapshot!(said);
}

/// Killed before the first file had its name.
#[test]
fn a_sweep_that_was_killed_at_its_beginning_begins_again() {
    let folder = folder();
    let at = folder.path();
    fs::create_dir(at.join("out")).expect("a folder");
    fs::write(at.join("out/sweep.json.new"), "{").expect("a part of a manifest");
    sweep(at, "out", &["--replications", "2"]);
    assert!(!at.join("out/sweep.json.new").exists());
}

#[test]
fn one_folder_has_one_sweep_at_a_time() {
    let folder = folder();
    let at = folder.path();
    sweep(at, "out", &["--replications", "2"]);
    let file = fs::File::open(at.join("out/sweep.csv")).expect("the table");
    file.lock().expect("it can be locked");
    let command = [&VARY[..], &["out", "--replications", "2"]].concat();
    let said = refused_in(at, &command);
    assert!(
        said.contains("is being written by another acdsim"),
        "{said}"
    );
    drop(file);
    sweep(at, "out", &["--replications", "2"]);
}

/// What is no file is not read, which might never end.
#[cfg(unix)]
#[test]
fn only_files_are_read() {
    let folder = folder();
    let at = folder.path();
    let more = ["--replications", "2", "--shard", "1/1"];
    sweep(at, "out", &more);
    let endless = |name: &str| {
        let path = at.join("out").join(name);
        fs::rename(&path, at.join("kept")).expect("it can be moved");
        std::os::unix::fs::symlink("/dev/zero", &path).expect("a link");
        for command in [
            [&VARY[..], &["out"], &more].concat(),
            vec!["merge", "out", "--out", "merged"],
        ] {
            let said = refused_in(at, &command);
            assert!(said.contains(&format!("{name} is no file")), "{said}");
        }
        fs::rename(at.join("kept"), &path).expect("it can be moved");
    };
    endless("sweep.csv");
    endless("sweep.json");
    fs::write(at.join("file"), "mine").expect("a file");
    let said = refused_in(at, &[&VARY[..], &["file"]].concat());
    assert!(said.contains("file is no folder"), "{said}");
}

/// What a manifest says is not believed.
#[test]
fn shards_that_nobody_wrote_are_refused_at_once() {
    let folder = folder();
    let at = folder.path();
    sweep(at, "part", &["--shard", "1/2", "--replications", "2"]);
    let path = at.join("part/sweep.json");
    let manifest = fs::read_to_string(&path).expect("a manifest");
    let merge = || refused_in(at, &["merge", "part", "--out", "merged"]);
    let mut said = String::new();
    for (from, to) in [
        ("\"1/2\"", "\"1/18446744073709551615\""),
        ("\"1/2\"", "\"0/2\""),
        ("\"points\": 12", "\"points\": 18446744073709551615"),
        ("\"points\": 12", "\"points\": 0"),
        ("{", ""),
    ] {
        fs::write(&path, manifest.replacen(from, to, 1)).expect("another manifest");
        said += &merge();
    }
    insta::assert_snapshot!(said);
    assert!(!at.join("merged").exists());
}

#[test]
fn another_sweep_is_not_continued() {
    let folder = folder();
    let at = folder.path();
    sweep(at, "out", &["--replications", "2"]);
    let before = bytes(at, "out");
    let again =
        |vary: &[&str]| refused_in(at, &[&["sweep", "s.toml", "--out", "out"], vary].concat());
    let (staff, rate) = (VARY[2], VARY[3]);
    let mut said = String::new();
    said += &again(&[staff, rate, "--replications", "3"]);
    said += &again(&[staff, rate, "--replications", "2", "--seed", "2"]);
    said += &again(&[staff, "--replications", "2"]);
    said += &again(&[
        staff,
        rate,
        "--replications",
        "2",
        "--set",
        "call_types.c.talk=exp(2m)",
    ]);
    said += &again(&[staff, rate, "--replications", "2", "--shard", "1/2"]);
    said += &again(&[staff, rate, "--replications", "2", "--confidence", "0.9"]);
    let manifest = fs::read_to_string(at.join("out/sweep.json")).expect("a manifest");
    let other = manifest.replace(env!("CARGO_PKG_VERSION"), "9.9.9");
    fs::write(at.join("out/sweep.json"), other).expect("another version");
    said += &again(&[staff, rate, "--replications", "2"]);
    fs::remove_file(at.join("out/sweep.json")).expect("no manifest");
    said += &again(&[staff, rate, "--replications", "2"]);
    insta::assert_snapshot!(said);
    assert_eq!(bytes(at, "out"), before);
}

#[test]
fn bad_paths_and_values_are_told_before_anything_is_simulated() {
    let folder = folder();
    let at = folder.path();
    let mut said = String::new();
    for vary in [
        "groups.g.staff",
        "groups.g.staff=4",
        "groups.h.staff=3..4",
        "groups.g.staff=1.5..2.5:0.5",
        "call_types.c.rate=50/h..70/h",
        "call_types.c.talk=[\"exp(3m)\", \"soon\"]",
        "groups.g.staff=1..999999:1",
    ] {
        said += &refused_in(at, &["sweep", "s.toml", "--vary", vary, "--out", "out"]);
        said += "\n";
    }
    let vary = ["sweep", "s.toml", "--vary", "groups.g.staff=3..4"];
    said += &refused_in(at, &[&vary[..], &["--shard", "3/3"]].concat());
    said += &refused_in(at, &[&vary[..], &["--shard", "4/3"]].concat());
    said += &refused_in(at, &[&vary[..], &["--latin", "1"]].concat());
    said += &refused_in(
        at,
        &[&vary[..], &["--vary", "groups.g.staff=5..6"]].concat(),
    );
    said += &refused_in(at, &[&vary[..], &["--vary", "run.seed=[1, 2]"]].concat());
    insta::assert_snapshot!(said);
    assert!(!at.join("out").exists());
    assert!(!at.join("output").exists());
}

#[test]
fn a_table_has_a_line_for_each_point() {
    let folder = folder();
    let at = folder.path();
    let out = acdsim_in(at, &[&VARY[..4], &["--out", "out"]].concat());
    assert_eq!(out.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&out.stdout));
    // A single day has no interval.
    let out = done_in(
        at,
        &[&VARY[..3], &["--replications=1", "--out=day"]].concat(),
    );
    let table = String::from_utf8_lossy(&out.stdout);
    assert!(!table.contains('±') && table.contains(" %"), "{table}");
}
