//! `acdsim report`: the same reports as `run`, from its document; and documents that nobody should trust.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::report::files::Place;
use acdsim::report::json::{self, ReadError};
use acdsim::report::text::Page;
use common::command::{command_in, done_in};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::AtomicBool;

const DAY: &str = r#"
[scenario]
name = "A short day"
open = "09:00-10:00"
[run]
replications = 3
[[trunks]]
name = "lines"
lines = 12
max_blocking = "5%"
[[queues]]
name = "help desk"
max_abandonment = "5%"
agents = ["agents", { group = "others", after = "20s" }]
[[call_types]]
name = "question"
queue = "help desk"
trunk = "lines"
rate = "60/h"
patience = "exp(2m)"
talk = { empirical = [60, 120.5], source = "elsewhere" }
redial = { abandoned = [0.5, 0.2], blocked = 0.8, delay = "exp(5m)" }
[[groups]]
name = "agents"
skills = ["help desk"]
staff = [3, 2]
cost_per_hour = 20.0
[[groups]]
name = "others"
skills = { "help desk" = { factor = 1.5, priority = 2 } }
staff = 1
"#;

const STEADY: &str = r#"
[run]
mode = "steady"
warm_up = "1h"
length = "100h"
seed = "18446744073709551615"
[scenario]
name = "steady"
[[queues]]
name = "q"
[[call_types]]
name = "c"
queue = "q"
rate = "20/h"
talk = "exp(3m)"
[[groups]]
name = "g"
skills = ["q"]
staff = 2
"#;

fn stdout(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    done_in(folder, arguments).stdout
}

#[test]
fn report_says_what_run_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("day.toml"), DAY).unwrap();
    std::fs::write(path.join("steady.toml"), STEADY).unwrap();
    for run in [
        &["run"][..],
        &["run", "day.toml"],
        &[
            "run",
            "day.toml",
            "--set",
            "queues.help desk.target=90/10",
            "--seed",
            "5",
        ],
        &["run", "day.toml", "--replications", "1"],
        &["run", "steady.toml"],
    ] {
        let with = |more: &[&'static str]| [run, more].concat();
        std::fs::write(path.join("r.json"), stdout(path, &with(&["--json"]))).unwrap();
        for more in [&[][..], &["--intervals"]] {
            let expected = stdout(path, &with(more));
            let found = stdout(path, &[&["report", "r.json"], more].concat());
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(text(&found), text(&expected), "{run:?} {more:?}");
        }
        stdout(path, &with(&["--csv", "a", "--force"]));
        stdout(path, &["report", "r.json", "--csv", "b", "--force"]);
        for entry in std::fs::read_dir(path.join("a")).unwrap() {
            let name = entry.unwrap().file_name();
            let read = |folder: &str| std::fs::read(path.join(folder).join(&name)).unwrap();
            assert!(read("a") == read("b"), "{run:?} {name:?}");
        }
    }
    // Names come from the document, and standard input is a file too.
    let document = std::fs::read(path.join("r.json")).unwrap();
    let output = command_in(path, &["report", "-", "--csv"])
        .write_stdin(document)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        path.join("output/steady-seed18446744073709551615-csv/tidy.csv")
            .is_file()
    );
}

#[test]
fn what_is_no_document_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("day.toml"), DAY).unwrap();
    let document = stdout(path, &["run", "day.toml", "--json"]);
    let value: Value = serde_json::from_slice(&document).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = value.clone();
        change(&mut value);
        value.to_string().into_bytes()
    };
    for (text, expected) in [
        (Vec::new(), "it is not JSON: EOF"),
        (b"{\"schema\": ".to_vec(), "it is not JSON: EOF"),
        (
            document[..document.len() / 2].to_vec(),
            "it is not JSON: EOF",
        ),
        (
            b"[scenario]\nname = 1".to_vec(),
            "it is not JSON: expected value at line 1 column 2",
        ),
        (b"\xff\xfe{}".to_vec(), "it is not JSON"),
        (b"[]".to_vec(), "invalid length 0"),
        (
            b"{}".to_vec(),
            "its \"schema\" is missing, expected \"acdsim.result/1\"",
        ),
        (
            b"{\"schema\":\"acdsim.calibration/1\"}".to_vec(),
            "is \"acdsim.calibration/1\"",
        ),
        (
            b"{\"schema\":\"acdsim.result/1\"}".to_vec(),
            "missing field `scenario`",
        ),
        (
            changed(&|v| v["schema"] = json!("x".repeat(10_000))),
            "xxx…",
        ),
        (
            changed(&|v| v["scenario"]["resolved"]["groups"] = json!(null)),
            "scenario.resolved in",
        ),
        (
            changed(&|v| v["scenario"]["name"] = json!("other")),
            "`scenario.name` is not what",
        ),
        (
            changed(&|v| v["queues"][0]["name"] = json!("other")),
            "`queues` is not what",
        ),
        (
            changed(&|v| v["trunks"] = json!([])),
            "`trunks` is not what",
        ),
        (
            changed(&|v| v["run"]["mode"] = json!("steady")),
            "`run.mode` is not what",
        ),
        (
            changed(&|v| v["run"]["confidence"] = json!(2)),
            "between 0 and 1",
        ),
        (
            changed(&|v| v["run"]["warnings"] = json!(["\u{1b}[2J"])),
            "control characters",
        ),
        (
            changed(&|v| v["total"]["intervals"][1]["start"] = json!("08:00")),
            "`intervals` of `total`",
        ),
        (
            changed(&|v| v["queues"][0]["target"]["fraction"] = json!(0.5)),
            "`target` of \"help desk\"",
        ),
        (
            changed(&|v| v["targets"][0]["where"] = json!("queues.x")),
            "`targets` is not what",
        ),
        (
            changed(&|v| v["queues"][0]["offered"]["mean"] = json!("many")),
            "invalid type",
        ),
        (
            changed(&|v| v["queues"][0]["waits"]["answered"] = json!([1])),
            "`waits` of",
        ),
        (
            changed(&|v| {
                for i in 0..2 {
                    v["queues"][0]["waits"]["answered"][i] = json!(u64::MAX);
                }
            }),
            "`waits` of",
        ),
        (
            changed(&|v| {
                v["queues"][0]["days"]["histogram"] =
                    json!([{ "service_level": -5e300, "days": 1 }]);
            }),
            "`days` of",
        ),
    ] {
        std::fs::write(path.join("bad.json"), &text).unwrap();
        let output = command_in(path, &["report", "bad.json"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{expected}: {said}");
        assert_eq!(output.stdout, b"", "{expected}");
        assert!(said.contains("bad.json"), "{expected}: {said}");
        assert!(said.contains(expected), "expected {expected:?}: {said}");
        assert!(said.len() < 1500, "{said}");
    }
    for (file, expected) in [("no.json", "cannot read no.json"), (".", "cannot read .")] {
        let output = command_in(path, &["report", file]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(expected), "{said}");
    }
}

/// Every place of the document as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut child = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(at.clone());
        places(value, &at, found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| child(key, value)),
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                child(&i.to_string(), value);
            }
        }
        _ => {}
    }
}

/// Whatever stands in a document: it is refused, or its reports are made.
#[test]
fn no_document_makes_it_panic() {
    let document = serde_json::to_value(common::run(DAY)).unwrap();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let figures = |place: &str| {
        let common = [
            "/intervals/",
            "/mean",
            "/ci",
            "/se",
            "/waits/",
            "/service_levels/",
        ];
        common.iter().any(|part| place.contains(part))
    };
    let chosen = all.iter().enumerate();
    let chosen = chosen.filter(|(i, place)| !figures(place) || i % 97 == 0);
    let hostile = [
        json!(null),
        json!(-1e308),
        json!(u64::MAX),
        json!("\u{1b}[31m=x\n]"),
        json!([[], {}]),
        json!({ "mean": 1e308, "ci": [1e308, -1e308], "se": -1 }),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (mut refused, mut made) = (0, 0);
    for (i, place) in chosen {
        for value in &hostile {
            let mut changed = document.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            let text = changed.to_string();
            match json::read("hostile.json", text.as_bytes()) {
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().len() < 500, "{place}: {error}");
                    if let ReadError::Scenario(error) = error {
                        error.render(false, 100);
                    }
                }
                Ok((results, scenario)) => {
                    made += 1;
                    for width in [20, 100] {
                        let page = Page {
                            width,
                            colour: true,
                            intervals: true,
                        };
                        assert!(!page.render(&results, &scenario).contains("\u{1b}[31m=x"));
                    }
                    if i % 50 == 0 {
                        let place = Place::given(&folder.path().join("t"), true);
                        let written = place.save_folder(&AtomicBool::new(false), |folder| {
                            acdsim::report::csv::write(&results, folder)
                        });
                        written.unwrap();
                    }
                }
            }
        }
    }
    assert!(
        refused > 300 && made > 100,
        "{refused} refused, {made} made"
    );
}
