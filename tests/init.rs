//! `acdsim init`: scenarios to start from, and what lies beside them.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::scenario::{SCHEMA_FILE, STARTERS, json_schema};
use common::command::{command_in, done_in, refused_in};
use std::path::Path;

/// What a successful call says on stderr. Nothing may be on stdout.
fn init(folder: &Path, arguments: &[&str]) -> String {
    let output = done_in(folder, &[&["init"], arguments].concat());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    refused_in(folder, &[&["init"], arguments].concat())
}

/// Names of all that is in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Each template alone in an empty folder, under a name of its user's: it runs as it is, without a warning, and most of
/// its targets are met, so that what is changed shows.
#[test]
fn every_template_runs() {
    for starter in STARTERS {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), &["--from", starter.name, "mine.toml"]);
        let text = std::fs::read_to_string(folder.path().join("mine.toml")).unwrap();
        let old = format!("{}.toml", starter.name);
        assert!(
            !text.contains(&old),
            "{}: its comments speak of {old}",
            starter.name
        );

        let mut arguments = vec![starter.command, "mine.toml", "--json"];
        // A week is searched day by day.
        if starter.command == "shifts" {
            arguments.extend(["--replications", "50", "--budget", "4000"]);
        }
        if starter.command == "stress" {
            arguments.extend(["--day", "--replications", "50"]);
        }
        let run = command_in(folder.path(), &arguments).output().unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(0), "{}: {said}", starter.name);
        assert_eq!(said, "", "{}", starter.name);
        let result: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
        // What it says of a day without the profile is no fault of that.
        if starter.name != "bank" && !["shifts", "stress"].contains(&starter.command) {
            assert_eq!(
                result["run"]["warnings"],
                serde_json::json!([]),
                "{}",
                starter.name
            );
        }
        match starter.command {
            "run" => {}
            "shifts" => {
                assert_eq!(result["simulated"].as_array().map(Vec::len), Some(6));
                continue;
            }
            "stress" => {
                assert!(!result["recovery"].is_null(), "{}", starter.name);
                continue;
            }
            _ => {
                assert_eq!(result["verdict"], "pass", "{}", starter.name);
                continue;
            }
        }
        let targets = result["targets"].as_array().unwrap();
        let missed = targets
            .iter()
            .filter(|target| target["verdict"] == "missed");
        let missed: Vec<_> = missed.map(|target| target.to_string()).collect();
        assert!(
            targets.len() >= 3,
            "{}: {} targets",
            starter.name,
            targets.len()
        );
        assert!(missed.len() <= 1, "{}: {}", starter.name, missed.join("\n"));
    }
}

/// A script lies beside its scenario, and decides.
#[cfg(feature = "lua")]
#[test]
fn a_script_comes_with_its_scenario() {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path(), &["--from", "script", "mine.toml"]);
    assert_eq!(
        names(folder.path()),
        [SCHEMA_FILE, "mine.toml", "script.lua"]
    );
    std::fs::write(folder.path().join("script.lua"), "error('mine')").unwrap();
    let message = refused_in(folder.path(), &["run", "mine.toml"]);
    assert!(message.contains("script.lua:1: mine"), "{message}");
}

/// The commands in the comments of a template do what they say.
#[test]
fn commands_in_comments_run() {
    let mut found = 0;
    for starter in STARTERS {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), &["--from", starter.name]);
        let text = starter.text.replace(" \\\n#", "");
        for line in text
            .lines()
            .filter(|line| line.starts_with('#') || line.contains("#   acdsim"))
        {
            let Some(at) = line.find("acdsim run ") else {
                continue;
            };
            let mut quoted = false;
            let words = line[at + 7..].split(|c: char| {
                quoted ^= c == '\'';
                c == ' ' && !quoted
            });
            let words: Vec<String> = words.map(|word| word.replace('\'', "")).collect();
            let words: Vec<&str> = words
                .iter()
                .map(String::as_str)
                .filter(|w| !w.is_empty())
                .collect();
            let mut run = command_in(
                folder.path(),
                &[&words[..], &["--replications", "3"]].concat(),
            );
            let output = run.ok().unwrap_or_else(|e| panic!("{line}\n{e}"));
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
            found += 1;
        }
    }
    assert!(found >= 8, "only {found} commands found");
}

/// An editor finds the schema by the first line, where `init` put it and in the repository.
#[test]
fn the_first_line_leads_to_the_schema() {
    // The files of a gate and of rules are no scenarios; those beside them are.
    for starter in STARTERS.iter().filter(|s| s.command == "run") {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), &["--from", starter.name]);
        let file = folder.path().join(format!("{}.toml", starter.name));
        let text = std::fs::read_to_string(file).unwrap();
        let schema = text
            .lines()
            .next()
            .unwrap()
            .strip_prefix("#:schema ./")
            .unwrap();
        assert_eq!(schema, SCHEMA_FILE, "{}", starter.name);
        let found = std::fs::read(folder.path().join(schema)).unwrap();
        let found: serde_json::Value = serde_json::from_slice(&found).unwrap();
        assert_eq!(found, json_schema(), "{}", starter.name);
    }
}

/// The scenarios of a week lie beside its rules, find the schema there, and speak of the rules by their name.
#[test]
fn a_week_comes_with_its_scenarios() {
    let folder = tempfile::tempdir().unwrap();
    let said = init(folder.path(), &["--from", "week", "mine.toml"]);
    assert!(said.ends_with("  acdsim shifts mine.toml\n"), "{said}");
    let days = ["saturday.toml", "weekday.toml"];
    assert_eq!(
        names(folder.path()),
        [SCHEMA_FILE, "mine.toml", days[0], days[1]]
    );
    for day in days {
        let text = std::fs::read_to_string(folder.path().join(day)).unwrap();
        let first = text.lines().next();
        assert_eq!(first, Some("#:schema ./acdsim.schema.json"), "{day}");
        assert!(!text.contains("week.toml"), "{day}: {text}");
        let run = ["run", day, "--replications", "200"];
        let output = command_in(folder.path(), &run).ok().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{day}");
    }
}

#[test]
fn it_says_what_it_wrote_and_what_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let said = init(folder.path(), &[]);
    assert_eq!(names(folder.path()), [SCHEMA_FILE, "single-queue.toml"]);
    assert!(said.contains("acdsim.schema.json written"), "{said}");
    assert!(said.ends_with("  acdsim run single-queue.toml\n"), "{said}");
    let said = init(folder.path(), &["--from", "help-desk", "next week.toml"]);
    assert!(
        said.ends_with("  acdsim run \"next week.toml\"\n"),
        "{said}"
    );
    assert!(said.contains("help-desk.csv written"), "{said}");
    // The schema was there.
    assert!(!said.contains(SCHEMA_FILE), "{said}");
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    init(folder.path(), &["--from", "help-desk", "sub/monday.toml"]);
    let expected = [SCHEMA_FILE, "help-desk.csv", "monday.toml"];
    assert_eq!(names(&folder.path().join("sub")), expected);
}

#[test]
fn templates_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let output = command_in(folder.path(), &["init", "--list"]).ok().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert_eq!(list.lines().count(), STARTERS.len());
    for (line, starter) in list.lines().zip(STARTERS) {
        assert!(
            line.starts_with(starter.name) && line.ends_with(starter.about),
            "{line}"
        );
        assert!(line.len() <= 100, "{line}");
    }
    assert_eq!(names(folder.path()), [""; 0]);
}

/// Nothing is overwritten unless asked for, and then nothing is written at all.
#[test]
fn what_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let write = |name: &str, text: &str| std::fs::write(path.join(name), text).unwrap();
    let read = |name: &str| std::fs::read_to_string(path.join(name)).unwrap();
    for name in ["help-desk.toml", "help-desk.csv", SCHEMA_FILE] {
        write(name, "mine");
        let message = refused(path, &["--from", "help-desk"]);
        assert!(
            message.contains(&format!("{name} exists already; --force")),
            "{message}"
        );
        assert_eq!(names(path), [name]);
        assert_eq!(read(name), "mine");
        std::fs::remove_file(path.join(name)).unwrap();
    }
    for name in ["help-desk.toml", "help-desk.csv", SCHEMA_FILE] {
        write(name, "mine");
    }
    init(path, &["--from", "help-desk", "--force"]);
    for name in ["help-desk.toml", "help-desk.csv", SCHEMA_FILE] {
        assert_ne!(read(name), "mine", "{name}");
    }
    // A schema of another version is renewed, as it is nobody's work.
    write(SCHEMA_FILE, "{ \"title\": \"acdsim scenario\" }");
    let said = init(path, &["--from", "help-desk", "other.toml"]);
    assert!(said.contains("acdsim.schema.json written"), "{said}");
    assert!(read(SCHEMA_FILE).len() > 1000);
    // No file under construction is left.
    let expected = [SCHEMA_FILE, "help-desk.csv", "help-desk.toml", "other.toml"];
    assert_eq!(names(path), expected);
}

#[test]
fn bad_names_are_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, says) in [
        (&["multi-skill"][..], "`acdsim init --from multi-skill`"),
        (&["monday"], "did you mean monday.toml?"),
        (&["monday.csv"], "did you mean monday.toml?"),
        (&["."], "it is a folder"),
        (&["no/where.toml"], "there is no such folder"),
        (&["--from", "multi-skil"], "'multi-skill'"),
        (&["--list", "--force"], "--force"),
    ] {
        let message = refused(folder.path(), arguments);
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert_eq!(names(folder.path()), [""; 0], "{arguments:?}");
    }
}

/// That nobody reads what it says changes nothing.
#[test]
fn nobody_need_listen() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .current_dir(folder.path())
        .arg("init")
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(names(folder.path()), [SCHEMA_FILE, "single-queue.toml"]);
}
