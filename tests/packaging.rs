//! What a package is made from: help, manual pages, completions and the schema of the scenario file.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::kpi::figures;
use common::command::{acdsim, json, refused, stdout};

#[test]
fn the_schema_is_a_result() {
    assert_eq!(json(&["schema"]), acdsim::scenario::json_schema());
}

/// The commands, as the help lists them.
fn commands() -> Vec<String> {
    let help = stdout(&["--help"]);
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !name.is_empty() && *name != "help");
    names.map(str::to_owned).collect()
}

#[test]
fn every_help_has_examples() {
    let commands = commands();
    assert!(commands.len() >= 7, "{commands:?}");
    for command in &commands {
        let help = stdout(&[command, "--help"]);
        assert!(help.contains("\nExamples:\n  acdsim "), "{command}: {help}");
        assert!(help.contains("\nExit status: 0 "), "{command}: {help}");
    }
}

/// A shell takes its script; where the shell is not there, this says so and checks only that there is a script.
#[test]
fn every_shell_takes_its_completions() {
    for (shell, check) in [
        ("bash", Some(("bash", "-n"))),
        ("zsh", Some(("zsh", "-n"))),
        ("fish", Some(("fish", "--no-execute"))),
        ("elvish", Some(("elvish", "-compileonly"))),
        ("powershell", None),
    ] {
        let script = stdout(&["completions", shell]);
        // Names of templates are values, which not every shell's script has.
        let values = ["bash", "zsh", "fish"].contains(&shell);
        let words = ["calibrate", "--until-precise", "multi-skill"];
        for word in words.into_iter().take(if values { 3 } else { 2 }) {
            let word = if shell == "fish" {
                word.trim_start_matches("--")
            } else {
                word
            };
            assert!(script.contains(word), "{shell}: {word}");
        }
        let Some((program, flag)) = check else {
            continue;
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &script).unwrap();
        match std::process::Command::new(program)
            .arg(flag)
            .arg(file.path())
            .output()
        {
            Ok(output) => {
                let message = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{shell}: {message}");
            }
            Err(error) => eprintln!("the completions of {shell} are not checked: {error}"),
        }
    }
    assert!(refused(&["completions", "sh"]).contains("bash"));
    assert!(refused(&["completions"]).contains("<SHELL>"));
}

#[test]
fn manual_pages_of_all_commands() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("share/man1");
    let output = acdsim(&["man", "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"");
    let mut expected: Vec<String> = commands().iter().map(|c| format!("acdsim-{c}.1")).collect();
    expected.push("acdsim.1".to_owned());
    expected.sort();
    let mut found: Vec<String> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, expected);

    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert_eq!(read("acdsim.1"), stdout(&["man"]));
    assert_eq!(read("acdsim-run.1"), stdout(&["man", "run"]));
    for name in &found {
        let page = read(name);
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH EXAMPLES"] {
            assert!(page.contains(section), "{name}: {section}");
        }
        let version = env!("CARGO_PKG_VERSION");
        let head = page.lines().find(|line| line.starts_with(".TH")).unwrap();
        assert!(head.contains(&format!("\"acdsim {version}\"")), "{head}");
        // A line of an example stays a line.
        assert!(page.contains(".nf\nacdsim "), "{name}\n{page}");
        match std::process::Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-z"])
            .arg(out.join(name))
            .output()
        {
            Ok(checked) => assert_eq!(String::from_utf8_lossy(&checked.stderr), "", "{name}"),
            Err(error) => eprintln!("{name} is not checked: {error}"),
        }
    }
    assert!(refused(&["man", "rum"]).contains("the commands are run"));
}

#[test]
fn names_are_completed_from_the_tables() {
    let script = stdout(&["completions", "bash"]);
    for figure in figures() {
        assert!(script.contains(figure.name), "{}", figure.name);
    }
}

/// Nothing of this reads a file or simulates: it is there at once.
#[test]
fn help_is_quick() {
    let start = std::time::Instant::now();
    for arguments in [
        &["--help"][..],
        &["explain"],
        &["schema"],
        &["init", "--list"],
    ] {
        stdout(arguments);
    }
    let took = start.elapsed();
    assert!(took.as_secs() < 4, "{took:?}");
}
