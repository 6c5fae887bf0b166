//! What `acdsim shifts` refuses, since it would have no effect.

#![allow(clippy::unwrap_used)]

mod common;

use common::command::refused_in;

const RULES: &str = r#"
[shifts]
grid = "1h"
[[shifts.types]]
name = "day"
start = "08:00"
length = "4h"
"#;

#[test]
fn what_would_have_no_effect() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rules.toml", RULES);
    write("need.csv", "start,agents\n08:00,2\n09:00,3\n");
    let of_need = |flag, value| ["shifts", "need.csv", "--rules", "rules.toml", flag, value];
    for (arguments, says) in [
        (&["shifts", "--max-blocking", "1%"][..], "--max-blocking"),
        (&of_need("--target", "80/20"), "a target"),
        (&of_need("--max-asa", "20s"), "a target"),
        (&of_need("--method", "erlang-c"), "--method"),
        (&of_need("--per", "day"), "--per"),
        // As its default, given all the same.
        (&of_need("--tolerance", "1pp"), "--tolerance"),
        (&of_need("--confidence", "0.9"), "--confidence"),
        (&of_need("--replications", "9"), "--replications"),
        (&of_need("--budget", "9"), "--budget"),
        (&of_need("--rounds", "0"), "--rounds"),
        (&of_need("--set", "shifts.rest=9h"), "--set"),
        (&of_need("--max-people", "9"), "--max-people"),
        (&of_need("--max-cost", "900"), "--max-cost"),
        (
            &["shifts", "--max-people", "9", "--method", "erlang-a"],
            "--method",
        ),
        (&["shifts", "--max-cost", "9", "--budget", "9"], "--budget"),
    ] {
        let message = refused_in(folder.path(), arguments);
        let expected = format!("error: {says} has no effect: ");
        assert!(message.starts_with(&expected), "{arguments:?}: {message}");
        assert!(
            message.contains("\n  help: leave it out"),
            "{arguments:?}: {message}"
        );
    }
}
