//! Calls of the command that need no folder of their own.

use assert_cmd::Command;

/// Runs the command.
pub fn acdsim(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("acdsim").expect("the command is built");
    command.args(arguments).output().expect("it runs")
}

/// What a successful call gives, which says nothing beside it.
pub fn stdout(arguments: &[&str]) -> String {
    let output = acdsim(arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {message}");
    assert_eq!(message, "", "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a call says that is refused, which gives nothing.
pub fn refused(arguments: &[&str]) -> String {
    let output = acdsim(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// The document that a successful call gives.
pub fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&stdout(arguments)).expect("JSON")
}
