//! `acdsim erlang` as a user meets it.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use serde_json::Value;

/// Words of a command line; `~` stands for a space within one.
fn erlang(arguments: &str) -> assert_cmd::assert::Assert {
    let words = arguments.split(' ').map(|word| word.replace('~', " "));
    Command::cargo_bin("acdsim")
        .unwrap()
        .arg("erlang")
        .args(words)
        .assert()
}

fn text(arguments: &str) -> String {
    let output = erlang(arguments).success().get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

fn json(arguments: &str) -> Value {
    let output = erlang(&format!("{arguments} --json")).success();
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

fn error(arguments: &str) -> Value {
    let output = erlang(&format!("{arguments} --json")).code(2);
    serde_json::from_slice(&output.get_output().stdout).unwrap()
}

#[test]
fn agents_for_a_target() {
    insta::assert_snapshot!(text("c --calls 100/h --aht 180s --target 80/20"));
    insta::assert_snapshot!(text(
        "a --calls 100/h --aht 180s --patience 120s --target 80/20 --max-abandonment 3% --percentile 90%"
    ));
}

#[test]
fn tables_have_bars() {
    insta::assert_snapshot!(text("c --calls 100/h --aht 180s --agents 4..9"));
    insta::assert_snapshot!(text(
        "a --calls 100/h..400/h:50/h --aht 180s --patience 120s --target 80/20"
    ));
    insta::assert_snapshot!(text("extended-b --erlangs 25 --retry 0.5 --lines 25..28"));
}

#[test]
fn lines_and_sources() {
    insta::assert_snapshot!(text("b --erlangs 25 --max-blocking 1%"));
    insta::assert_snapshot!(text("engset --sources 20 --lines 5 --max-blocking 1%"));
    insta::assert_snapshot!(text(
        "queue --calls 100/h --aht 180s --limit 10 --target 80/20 --max-blocking 1%"
    ));
}

/// The document as designed: schema, model, input, and plain numbers.
#[test]
fn the_document() {
    let document = json("a --calls 100/h --aht 180s --patience 120s --agents 6");
    assert_eq!(document["schema"], "acdsim.erlang/1");
    assert_eq!(document["model"], "a");
    assert_eq!(document["input"]["calls_per_h"], 100.0);
    let result = document["result"].as_object().unwrap();
    let names: Vec<&str> = result.keys().map(String::as_str).collect();
    let expected = [
        "erlangs",
        "agents",
        "calls_per_h",
        "delayed",
        "abandonment_rate",
        "asa_s",
        "mean_wait_s",
        "mean_wait_abandoned_s",
        "queue_length_mean",
        "occupancy",
        "carried_erlangs",
        "service_levels",
    ];
    assert_eq!(names, expected);
    assert_eq!(result["service_levels"].as_object().unwrap().len(), 6);
    assert_eq!(result["agents"], 6);

    let engset = json("engset --sources 20 --erlangs-per-idle-source 0.1 --lines 5");
    let congestion = engset["result"]["call_congestion"].as_f64().unwrap();
    assert!(
        (congestion - 0.019_115_945_078_646_96).abs() < 1e-15,
        "{congestion}"
    );
    let extended = json("extended-b --erlangs 10 --lines 10 --retry 0.7");
    for name in ["offered_erlangs", "attempts_per_caller", "served_rate"] {
        assert!(extended["result"][name].is_f64(), "{name}");
    }
}

/// Of volume, AHT and agents the one left out is solved for.
#[test]
fn every_direction() {
    let solved = |arguments: &str, name: &str| {
        json(arguments)["result"][name]
            .as_f64()
            .unwrap_or_else(|| panic!("{arguments}: no {name}"))
    };
    assert_eq!(
        solved("c --calls 100/h --aht 180s --target 80/20", "agents"),
        8.0
    );
    let fraction = solved(
        "c --calls 100/h --aht 180s --target 80/20 --fractional",
        "agents",
    );
    assert!(fraction > 7.0 && fraction < 8.0, "{fraction}");
    let calls = solved("c --aht 180s --agents 8 --target 80/20", "calls_per_h");
    assert!(calls > 100.0 && calls < 130.0, "{calls}");
    let aht = solved("c --calls 100/h --agents 8 --target 80/20", "aht_s");
    assert!(aht > 180.0 && aht < 230.0, "{aht}");
    let level = solved(
        "c --calls 100/h --aht 180s --agents 7.5 --fractional",
        "occupancy",
    );
    assert_eq!(level, 5.0 / 7.5);
    assert_eq!(solved("b --erlangs 5 --max-blocking 1%", "lines"), 11.0);
    assert_eq!(solved("b --lines 1 --max-blocking 50%", "erlangs"), 1.0);
    assert_eq!(
        solved("b --calls 100/h --lines 1 --max-blocking 50%", "aht_s"),
        36.0
    );
    assert_eq!(
        solved("c --calls 0/h --aht 180s --target 80/20", "agents"),
        0.0
    );
}

#[test]
fn errors_as_json() {
    let unstable = error("c --calls 100/h --aht 180s --agents 5");
    assert_eq!(unstable["error"], "unstable");
    assert_eq!(unstable["least_agents"], 6);
    assert!(
        unstable["message"]
            .as_str()
            .unwrap()
            .contains("at least 6 agents")
    );
    let endless = error("extended-b --erlangs 10 --lines 10 --retry 1");
    assert_eq!(endless["error"], "no_finite_solution");
    let unreachable = error("a --calls 100/h --aht 180s --patience 120s --target 100/20");
    assert_eq!(unreachable["error"], "unreachable");
    assert_eq!(unreachable["best_attainable"], 1.0);
    let unbounded = error("a --aht 180s --agents 6 --patience 120s --max-occupancy 100%");
    assert_eq!(unbounded["error"], "unbounded");
    for wrong in [
        "c --calls 100/h --aht 180s",
        "c --calls 100/h",
        "c --calls 100/h --aht 180s --agents 7.5",
        "c --calls 100/h..200/h:50/h --aht 180s --agents 5..9",
        "a --calls 100/h --aht 180s --patience 120s --target 80/20 --formula short_abandons_as_met --short 30s",
        "engset --sources 2.5 --erlangs-per-idle-source 0.1 --lines 2",
        "b --erlangs 5",
    ] {
        assert_eq!(error(wrong)["error"], "bad_input", "{wrong}");
    }
}

#[test]
fn errors_in_words() {
    let output = erlang("c --calls 100/h --aht 180s --agents 5").code(2);
    let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(
        message.starts_with("error: 5 erlangs are too much for 5 agents"),
        "{message}"
    );
    assert!(output.get_output().stdout.is_empty());
    for (wrong, says) in [
        (
            "c --calls 100 --aht 180s --agents 8",
            "did you mean \"100/h\"",
        ),
        (
            "c --calls 100/h --aht 180 --agents 8",
            "\"180\" has no unit",
        ),
        (
            "a --calls 100/h --aht 180s --agents 8 --patience weibull(shape~0.6,~scale~90s)",
            "acdsim erlang patience",
        ),
        ("c --calls 100/h..200/h --aht 180s --agents 8", "no step"),
    ] {
        let output = erlang(wrong).code(2);
        let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(message.contains(says), "{wrong}: {message}");
    }
}

#[test]
fn csv_files() {
    let table = text("c --calls 100/h --aht 180s --agents 5..7 --csv");
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines[0].starts_with("agents,erlangs,calls_per_h,delayed,"),
        "{table}"
    );
    assert!(
        lines[0].ends_with(",short_abandons_as_met,error"),
        "{table}"
    );
    assert_eq!(lines.len(), 4);
    assert!(
        lines[1].starts_with("5,,") && lines[1].ends_with(",unstable"),
        "{table}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    let run = |force: bool| {
        let mut command = Command::cargo_bin("acdsim").unwrap();
        command.args([
            "erlang",
            "b",
            "--erlangs",
            "10..20:5",
            "--lines",
            "20",
            "--csv",
        ]);
        command.arg(&file);
        command.args(force.then_some("--force"));
        command.assert()
    };
    run(false).success().stdout("");
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 4);
    let output = run(false).code(2);
    let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(message.contains("--force"), "{message}");
    run(true).success();
}

fn says(arguments: &str) -> String {
    let output = erlang(arguments).code(2);
    String::from_utf8_lossy(&output.get_output().stderr).into_owned()
}

/// What the parser of flags finds wrong is a document too.
#[test]
fn wrong_flags_as_json() {
    for (wrong, says) in [
        ("extended-b --erlangs 5 --lines 5", "--retry"),
        ("c --calls -5/h --aht 180s --agents 8", "--calls"),
        ("c --nonsense 5", "--nonsense"),
    ] {
        let document = error(wrong);
        assert_eq!(document["error"], "bad_input", "{wrong}");
        let message = document["message"].as_str().unwrap();
        assert!(
            message.contains(says) && !message.contains("Usage"),
            "{wrong}: {message}"
        );
    }
    let help = erlang("c --json --help").success();
    assert!(String::from_utf8_lossy(&help.get_output().stdout).contains("Usage"));
}

/// Which of the targets are met, by the figure that decides.
#[test]
fn verdicts() {
    for (arguments, expected) in [
        (
            "c --calls 100/h --aht 180s --agents 8 --target 80/20",
            "88.0 % are answered within 20 s. Met: 80 % in 20 s.",
        ),
        (
            "c --calls 100/h --aht 180s --agents 7 --target 80/20",
            "74.0 % are answered within 20 s. Missed: 80 % in 20 s.",
        ),
        (
            "c --calls 108/h --aht 180s --agents 9 --max-occupancy 60%",
            "Met: occupancy ≤ 60 %.",
        ),
        (
            "c --calls 100/h --aht 180s --agents 7 --target 80/20 --within 60s",
            "Missed: 80 % in 20 s, found 74.0 %.",
        ),
        (
            "a --calls 100/h --aht 180s --agents 5 --patience 2m --target 80/20 --formula with_abandons",
            "in 20 s (with_abandons). M",
        ),
        (
            "queue --calls 100/h --aht 180s --agents 6 --limit 0",
            "100.0 % of those that got in are answered",
        ),
        (
            "b --erlangs 25 --lines 34 --max-blocking 1%",
            "Missed: blocking ≤ 1 %.",
        ),
        (
            "b --erlangs 25 --lines 36 --max-blocking 1%",
            "Met: blocking ≤ 1 %.",
        ),
        (
            "b --erlangs 1.5 --lines 1 --max-blocking 60%",
            "Met: blocking ≤ 60 %.",
        ),
        (
            "engset --sources 20 --erlangs-per-idle-source 0.1 --lines 5 --max-blocking 1%",
            "Missed: blocking ≤ 1 %.",
        ),
        (
            "extended-b --erlangs 0.9 --retry 0.5 --lines 2 --max-blocking 20%",
            "Met: blocking ≤ 20 %.",
        ),
    ] {
        let found = text(arguments);
        assert!(found.contains(expected), "{arguments}: {found}");
    }
    let document = json("a --calls 100/h --aht 180s --patience 2m --percentile 90% --max-wait 30s");
    assert_eq!(document["input"]["max_wait_s"], 30.0);
}

/// A table has a column once, and a chart of what is solved for.
#[test]
fn columns_of_tables() {
    let found = text("b --calls 100/h..300/h:100/h --aht 180s --lines 20");
    assert!(!found.contains("calls/h"), "{found}");
    let found = text("b --aht 100s --lines 30..34 --max-blocking 1%");
    let bars = found.lines().filter(|line| line.contains("████"));
    assert_eq!(bars.count(), 5, "{found}");
}

/// Each message tells what to write instead.
#[test]
fn hints() {
    for (wrong, expected) in [
        (
            "c --calls -5/h --aht 180s --agents 8",
            "invalid value '-5/h'",
        ),
        ("c --calls 5/h --aht -4m --agents 8", "invalid value '-4m'"),
        (
            "c --calls 5/h --aht 4m --agents 1-5",
            "a range is written 20..40",
        ),
        (
            "c --calls 5/h --aht 4m --agents 1..",
            "a range is written 20..40",
        ),
        (
            "c --calls 5/h --aht 4m --agents 1 --patience 2m",
            "acdsim erlang a",
        ),
        (
            "c --calls 20/h --aht 180s --agents 1",
            "error: 1 erlang is too much for 1 agent where",
        ),
        (
            "c --calls 100/h --aht 181s --agents 5",
            "error: 5.03 erlangs are too much for 5 agents",
        ),
        (
            "b --calls 0/h --lines 5 --max-blocking 1%",
            "holds without calls at any holding time",
        ),
    ] {
        let message = says(wrong);
        assert!(message.contains(expected), "{wrong}: {message}");
    }
}

/// A row that has no figures says which it is; a table of nothing else is no success.
#[test]
fn rows_without_figures() {
    let document = json("c --calls 100/h --aht 180s --agents 4..6");
    assert_eq!(document["results"][0]["agents"], 4);
    assert_eq!(document["results"][0]["error"], "unstable");
    assert_eq!(document["results"][2]["agents"], 6);
    let failed = erlang("c --calls 100/h --aht 180s --agents 3..5 --json").code(2);
    let failed: Value = serde_json::from_slice(&failed.get_output().stdout).unwrap();
    assert_eq!(failed["results"].as_array().unwrap().len(), 3);
    // The first value makes no sense, the others do.
    let first = json("c --calls 100/h --aht 0s..180s:90s --agents 8");
    assert_eq!(first["results"][0]["error"], "bad_input");
    assert_eq!(first["results"][0]["aht_s"], 0.0);
    assert!(first["results"][1]["asa_s"].is_f64());
    let table = text("c --agents 10..12 --aht 4m --target 80/20");
    assert!(
        table.contains("calls/h") && !table.contains("calls per hour"),
        "{table}"
    );
}

/// The inverses of Engset and of extended Erlang-B, each put back in.
#[test]
fn inverses_are_inverse() {
    let found = |arguments: &str, name: &str| json(arguments)["result"][name].as_f64().unwrap();
    let engset = "engset --sources 20 --lines 5";
    let beta = found(
        &format!("{engset} --max-blocking 1%"),
        "erlangs_per_idle_source",
    );
    let back = found(
        &format!("{engset} --erlangs-per-idle-source {beta}"),
        "call_congestion",
    );
    assert!((back - 0.01).abs() < 1e-12, "{back}");
    for (solve, fixed, name, least) in [
        ("--sources 20", "--lines", "lines", true),
        ("--lines 5", "--sources", "sources", false),
    ] {
        let model = format!("engset --erlangs-per-idle-source 0.1 {solve}");
        let solved = found(&format!("{model} --max-blocking 1%"), name);
        let beyond = if least { solved - 1.0 } else { solved + 1.0 };
        let blocked = |n: f64| found(&format!("{model} {fixed} {n}"), "call_congestion");
        assert!(
            blocked(solved) <= 0.01 && blocked(beyond) > 0.01,
            "{name}: {solved}"
        );
    }
    let lines = found(
        "extended-b --erlangs 25 --retry 0.5 --max-blocking 1%",
        "lines",
    );
    let blocked = |n: f64| {
        found(
            &format!("extended-b --erlangs 25 --retry 0.5 --lines {n}"),
            "blocking_rate",
        )
    };
    assert!(
        blocked(lines) <= 0.01 && blocked(lines - 1.0) > 0.01,
        "{lines}"
    );
    let erlangs = found(
        "extended-b --lines 34 --retry 0.5 --max-blocking 1%",
        "erlangs",
    );
    let back = found(
        &format!("extended-b --erlangs {erlangs} --lines 34 --retry 0.5"),
        "blocking_rate",
    );
    assert!((back - 0.01).abs() < 1e-12, "{back}");
    // All wait no longer than the longest patience.
    let longest = "patience --calls 100/h --aht 180s --agents 5 --patience 60s --percentile 100%";
    assert_eq!(found(longest, "wait_percentile_s"), 60.0);
}
