//! The command as a user meets it.

#![allow(clippy::unwrap_used)]

mod common;

use common::command::{command_in, ended_early_in, json_in, refused_in, stdout_in};
use std::process::Stdio;

/// A short day with everything in it, so that a run takes no time.
const DAY: &str = r#"
[scenario]
name = "A short day"
open = "09:00-11:00"

[run]
replications = 20

[[trunks]]
name = "lines"
lines = 12
max_blocking = "5%"

[[queues]]
name = "help desk"
target = "80/20"
max_abandonment = "5%"

[[call_types]]
name = "question"
queue = "help desk"
trunk = "lines"
rate = "60/h"
patience = "exp(2m)"
talk = "exp(3m)"
wrap_up = "20s"
resolution = "80%"
reconnect = { probability = 0.5, delay = "exp(10m)" }
redial = { abandoned = 0.5, blocked = 0.8, delay = "exp(5m)" }

[[groups]]
name = "agents"
skills = ["help desk"]
staff = [4, 5, 5, 4]
cost_per_hour = 20.0
"#;

const STEADY: &str = r#"
[run]
mode = "steady"
warm_up = "1h"
length = "100h"
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

/// A folder with `day.toml` and `steady.toml`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("day.toml"), DAY).unwrap();
    std::fs::write(folder.path().join("steady.toml"), STEADY).unwrap();
    folder
}

#[test]
fn help_and_version_are_results() {
    let folder = folder();
    assert!(stdout_in(folder.path(), &["--help"]).contains("run"));
    let help = stdout_in(folder.path(), &["run", "--help"]);
    for flag in ["--replications", "--set", "--json", "Exit status"] {
        assert!(help.contains(flag), "{flag}");
    }
    let version = stdout_in(folder.path(), &["--version"]);
    assert_eq!(version, format!("acdsim {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_bundled_day_needs_no_file() {
    let folder = folder();
    let report = stdout_in(folder.path(), &["run", "--replications", "2"]);
    assert!(report.starts_with("Bank, a Monday · 08:00–20:00 by 30 min · 2 days"));
}

#[test]
fn json_is_one_document_of_the_schema() {
    let folder = folder();
    let document = json_in(folder.path(), &["run", "day.toml", "--json"]);
    assert_eq!(document["schema"], "acdsim.result/1");
    assert_eq!(document["run"]["replications"], 20);
    assert_eq!(document["run"]["partial"], false);
    assert_eq!(document["queues"][0]["name"], "help desk");
}

#[test]
fn an_explained_scenario_gives_the_same_bytes() {
    let folder = folder();
    let path = folder.path();
    for file in ["day.toml", "steady.toml"] {
        let change = ["--set", "groups.agents.staff+=1", "--set", "run.seed=7"];
        let explained = stdout_in(path, &[&["run", file, "--explain"], &change[..]].concat());
        std::fs::write(path.join("explained.toml"), explained).unwrap();
        let before = stdout_in(path, &[&["run", file, "--json"], &change[..]].concat());
        assert_eq!(
            stdout_in(path, &["run", "explained.toml", "--json"]),
            before
        );
    }
    let explained = json_in(path, &["run", "day.toml", "--explain", "--json"]);
    assert_eq!(explained["queues"][0]["target"], "80/20");
}

/// What was counted is calibrated before a change, not after it: the file that is printed has the first attempts found.
#[test]
fn an_explained_calibration_gives_the_same_figures() {
    let folder = folder();
    let path = folder.path();
    let counted = "volume = [30, 35.5, 33, 28]\nvolume_is = \"all_attempts\"";
    let day = DAY.replace("rate = \"60/h\"", counted);
    std::fs::write(path.join("volume.toml"), &day).unwrap();
    let rates = "rate = [\"60/h\", \"71/h\", \"66/h\", \"56/h\"]\nvolume_is = \"all_attempts\"";
    std::fs::write(path.join("rate.toml"), day.replace(counted, rates)).unwrap();
    let steady = STEADY.replace(
        "talk =",
        "volume_is = \"all_attempts\"\nresolution = \"70%\"\n\
         reconnect = { probability = 0.5, delay = \"exp(5m)\" }\ntalk =",
    );
    std::fs::write(path.join("steady.toml"), steady).unwrap();

    for (file, demand) in [
        ("volume.toml", "call_types.question.volume[0]*=1.3"),
        ("rate.toml", "call_types.question.rate*=1.1"),
        ("steady.toml", "call_types.c.rate*=1.1"),
    ] {
        let changes: [&[&str]; 2] = [
            &["--set", "groups.agents.staff+=1", "--set", "run.seed=7"],
            &["--set", demand],
        ];
        for change in changes {
            let with = |more: &[&str]| stdout_in(path, &[&["run", file], change, more].concat());
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            let explained = with(&["--explain"]);
            assert!(
                explained.contains("volume_is = \"first_attempts\""),
                "{explained}"
            );
            std::fs::write(path.join("explained.toml"), &explained).unwrap();
            let before = read(&with(&["--json"]));
            let after = json_in(path, &["run", "explained.toml", "--json"]);
            for part in [
                "scenario",
                "targets",
                "total",
                "queues",
                "call_types",
                "groups",
                "trunks",
            ] {
                let (before, after) = (before[part].to_string(), after[part].to_string());
                assert_eq!(after, before, "{file} {change:?} {part}\n{explained}");
            }
            let explained = read(&with(&["--explain", "--json"]));
            let resolved = &before["scenario"]["resolved"];
            assert_eq!(explained.to_string(), resolved.to_string());
        }
        // Without a change the counted volume stays, and is calibrated by the run.
        let explained = stdout_in(path, &["run", file, "--explain"]);
        assert!(
            explained.contains("volume_is = \"all_attempts\""),
            "{explained}"
        );
        std::fs::write(path.join("explained.toml"), &explained).unwrap();
        let before = stdout_in(path, &["run", file, "--json"]);
        assert_eq!(
            stdout_in(path, &["run", "explained.toml", "--json"]),
            before
        );
    }
}

#[test]
fn a_change_may_mend_the_file() {
    let folder = folder();
    let path = folder.path();
    std::fs::write(path.join("bad.toml"), DAY.replace("60/h", "60")).unwrap();
    let change = ["run", "bad.toml", "--set", "call_types.question.rate=60/h"];
    let mended = stdout_in(path, &[&change[..], &["--json"]].concat());
    assert_eq!(mended, stdout_in(path, &["run", "day.toml", "--json"]));
    assert!(stdout_in(path, &[&change[..], &["--explain"]].concat()).contains("60/h"));
}

#[test]
fn results_do_not_depend_on_threads_but_on_the_seed() {
    let folder = folder();
    let run = |more: &[&str]| {
        let arguments = [&["run", "day.toml", "--json", "--seed"], more].concat();
        stdout_in(folder.path(), &arguments)
    };
    let one = run(&["5", "--threads", "1"]);
    assert_eq!(one, run(&["5", "--threads", "3"]));
    assert_ne!(one, run(&["6"]));
}

#[test]
fn flags_overrule_the_file() {
    let folder = folder();
    let path = folder.path();
    let run = |more: &[&str]| json_in(path, &[&["run", "day.toml", "--json"], more].concat());
    let info = &run(&["--replications", "3", "--seed", "9", "--confidence", "99%"])["run"];
    assert_eq!(info["replications"], 3);
    assert_eq!(info["seed"], 9);
    assert_eq!(info["confidence"], 0.99);

    let precise = run(&["--until-precise", "2pp"]);
    let days = precise["run"]["replications"].as_u64().unwrap();
    assert!(days > 100, "{days}");
    for kpi in ["service_level", "abandonment_rate"] {
        let ci = &precise["queues"][0][kpi]["ci"];
        let half = (ci[1].as_f64().unwrap() - ci[0].as_f64().unwrap()) / 2.0;
        assert!(half <= 0.02, "{kpi} {half}");
    }
    let stopped = run(&["--until-precise", "0.01pp", "--max-replications", "110"]);
    assert_eq!(stopped["run"]["replications"], 110);
    let warning = stopped["run"]["warnings"][0].as_str().unwrap();
    assert!(warning.contains("not reached after 110 days"), "{warning}");
}

#[test]
fn bad_usage_and_bad_input_are_refused_on_stderr() {
    let folder = folder();
    std::fs::write(
        folder.path().join("bad.toml"),
        DAY.replace("rate =", "raet ="),
    )
    .unwrap();
    for (arguments, says) in [
        (&["run", "--bogus"][..], "--bogus"),
        (&["ruin"], "run"),
        (&["run", "missing.toml"], "missing.toml"),
        (&["run", "bad.toml"], "rate"),
        (&["run", "bad.toml", "--json"], "rate"),
        (
            &["run", "day.toml", "--set", "groups.agnets.staff=3"],
            "agents",
        ),
        (&["run", "day.toml", "--set", "nonsense"], "PATH=VALUE"),
        (&["run", "--replications", "0"], "from 1 to"),
        (&["run", "--replications", "many"], "from 1 to"),
        (&["run", "--threads", "0"], "from 1 to 1024"),
        (
            &["run", "--seed", "18446744073709551616"],
            "from 0 to 18446744073709551615",
        ),
        (&["run", "--seed", "-1"], "--seed"),
        (&["run", "--until-precise", "5"], "5pp"),
        (&["run", "--until-precise", "0pp"], "more than 0"),
        (&["run", "--confidence", "100%"], "between 0 and 1"),
        (&["run", "--max-replications", "5"], "--until-precise"),
        (
            &["run", "--replications", "5", "--until-precise", "1pp"],
            "--until-precise",
        ),
        (&["run", "--explain", "--seed", "5"], "--seed"),
        (&["run", "steady.toml", "--replications", "5"], "steady"),
    ] {
        let message = refused_in(folder.path(), arguments);
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert!(message.starts_with("error"), "{arguments:?}: {message}");
    }
    // Without a command, the help.
    assert!(refused_in(folder.path(), &[]).contains("Usage"));
}

/// A flag in the place of a value: it is said which value is missing, not that a flag is a bad number.
#[test]
fn a_forgotten_value_is_missing() {
    let folder = folder();
    for (arguments, flag) in [
        ("erlang c --agents --calls 100/h", "--agents <N>"),
        ("erlang c --calls 100/h --aht --agents 8", "--aht <TIME>"),
        ("erlang c --calls 100/h --agents", "--agents <N>"),
        ("erlang b --erlangs --max-blocking 1%", "--erlangs <A>"),
        ("staff --at-least --per day", "--at-least <AGENTS>"),
        ("staff --target --json", "--target <TARGET>"),
        ("staff --from --target 80/20", "--from <FILE.csv>"),
        ("run --seed --json", "--seed <N>"),
        ("run --set --json", "--set <PATH=VALUE>"),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let message = refused_in(folder.path(), &arguments);
        let expected = format!("error: a value is required for '{flag}' but none was supplied");
        assert!(message.starts_with(&expected), "{arguments:?}: {message}");
    }
    // As a document too, and a negative number is a value.
    let output = command_in(folder.path(), &["erlang", "c", "--agents", "--json"]).unwrap_err();
    let document = String::from_utf8_lossy(&output.as_output().unwrap().stdout).into_owned();
    assert!(
        document.contains("a value is required for '--agents <N>'"),
        "{document}"
    );
    let message = refused_in(folder.path(), &["erlang", "c", "--agents", "-3"]);
    assert!(message.contains("invalid value '-3'"), "{message}");
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let folder = folder();
    for arguments in [&["run", "day.toml"][..], &["run", "day.toml", "--json"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_acdsim"))
            .current_dir(folder.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn a_report_in_a_file_is_plain_and_of_fixed_width() {
    let folder = folder();
    let report = stdout_in(folder.path(), &["run", "day.toml", "--intervals"]);
    assert!(!report.contains('\x1b'));
    let mut wide = command_in(folder.path(), &["run", "day.toml", "--intervals"]);
    wide.env("COLUMNS", "300").env("CLICOLOR_FORCE", "1");
    assert_eq!(
        wide.assert().success().get_output().stdout,
        report.as_bytes()
    );
}

/// Ctrl-C in the middle of a long run, or time that is up: what is there, marked as partial.
#[cfg(unix)]
#[test]
fn a_run_that_is_ended_shows_what_it_has() {
    let folder = folder();
    let run = ["run", "day.toml", "--json", "--replications", "10000000"];
    let [interrupted, out_of_time] = ended_early_in(folder.path(), &run);
    for (status, (found, document)) in [(130, interrupted), (0, out_of_time)] {
        assert_eq!(found, status);
        assert_eq!(document["run"]["partial"], true);
        assert!(document["run"]["replications"].as_u64().unwrap() < 10_000_000);
    }
    for (time, says) in [("0s", "more than 0s"), ("soon", "soon"), ("60", "60")] {
        let message = refused_in(folder.path(), &["run", "--max-time", time]);
        assert!(message.contains(says), "{message}");
    }
}

/// However often Ctrl-C comes while a document is written, it is not cut.
#[cfg(unix)]
#[test]
fn an_impatient_reader_gets_the_whole_document_or_none() {
    use std::io::Read;
    let folder = folder();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .current_dir(folder.path())
        // More than a pipe holds, so that it waits for its reader.
        .args(["run", "--json", "--replications", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut document = vec![0];
    stdout.read_exact(&mut document).unwrap();
    for _ in 0..2 {
        let id = child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args(["-INT", &id])
            .status();
        assert!(kill.unwrap().success());
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    stdout.read_to_end(&mut document).unwrap();
    child.wait().unwrap();
    assert!(
        document.len() > 200_000,
        "a document of {} bytes",
        document.len()
    );
    let parsed = serde_json::from_slice::<serde_json::Value>(&document);
    assert!(parsed.is_ok(), "{} bytes: {parsed:?}", document.len());
}
