//! What a plan of the best service says of itself.

#![allow(clippy::unwrap_used)]

mod common;

use common::command::acdsim_in;
use serde_json::Value;

/// A queue that is called, and one that nobody calls.
const DESK: &str = r#"
[scenario]
name = "Desk"
open = "08:00-18:00"
interval = "1h"

[run]
replications = 40

[[queues]]
name = "help"
target = "80/30"

[[queues]]
name = "quiet"
target = "80/30"

[[call_types]]
name = "question"
queue = "help"
volume = [20, 35, 45, 40, 30, 30, 40, 35, 25, 15]
talk = "exp(4m)"
patience = "exp(3m)"

[[groups]]
name = "desk"
skills = ["help", "quiet"]
staff = 5

[shifts]
grid = "30m"

[[shifts.types]]
name = "full"
start = "08:00-09:30"
length = "8h30m"
breaks = [{ name = "lunch", length = "30m", earliest = "3h", latest = "5h" }]
"#;

/// What is said of the service, with so many people.
fn service(scenario: &str, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.toml"), scenario).unwrap();
    let call = [&["shifts", "desk.toml", "--json"], arguments].concat();
    let output = acdsim_in(folder.path(), &call);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["service"].clone()
}

#[test]
fn a_queue_that_nobody_calls_lacks_nothing() {
    let service_of = |people| service(DESK, &["--max-people", people]);
    let many = service_of("12");
    assert_eq!(many["share"], 1.0, "{many}");
    let few = service_of("2");
    let share = few["share"].as_f64().unwrap();
    assert!((0.1..0.9).contains(&share), "{few}");

    let silent = DESK.replace(
        "volume = [20, 35, 45, 40, 30, 30, 40, 35, 25, 15]",
        "volume = 0",
    );
    let nobody = service(&silent, &["--max-people", "2"]);
    assert_eq!(nobody["share"], 1.0, "{nobody}");
    assert_eq!(nobody["offered"].to_string(), "0.0", "{nobody}");
}

#[test]
fn what_is_served_at_most_is_said_only_of_plans_that_reach_every_target() {
    for people in ["2", "5", "6", "7", "12"] {
        let found = service(DESK, &["--max-people", people, "--max-abandonment", "3%"]);
        let number = |key: &str| found[key].as_f64();
        if let Some(most) = number("at_most") {
            assert!(number("kept").unwrap() <= most + 1e-6, "{people}: {found}");
            assert_eq!(number("share"), Some(1.0), "{people}: {found}");
        }
    }
}
