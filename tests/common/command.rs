//! Calls of the command: in a folder of their own, or where it does not matter.

use assert_cmd::Command;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Output;

/// A call in a folder, not yet made.
pub fn command_in(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::cargo_bin("acdsim").expect("the command is built");
    command.current_dir(folder).args(arguments);
    command
}

/// Runs the command in a folder.
pub fn acdsim_in(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Output {
    command_in(folder, arguments).output().expect("it runs")
}

/// What a call in a folder gives that ends with status 0; it may say something beside it.
pub fn done_in(folder: &Path, arguments: &[&str]) -> Output {
    let output = acdsim_in(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    output
}

/// What a successful call gives, which says nothing beside it.
pub fn stdout_in(folder: &Path, arguments: &[&str]) -> String {
    let output = done_in(folder, arguments);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(message, "", "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a call says that is refused, which gives nothing.
pub fn refused_in(folder: &Path, arguments: &[&str]) -> String {
    let output = acdsim_in(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

/// The document that a successful call gives.
pub fn json_in(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&stdout_in(folder, arguments)).expect("JSON")
}

/// Where it does not matter in which folder.
const HERE: &str = ".";

/// Runs the command.
pub fn acdsim(arguments: &[&str]) -> Output {
    acdsim_in(Path::new(HERE), arguments)
}

/// What a successful call gives, which says nothing beside it.
pub fn stdout(arguments: &[&str]) -> String {
    stdout_in(Path::new(HERE), arguments)
}

/// What a call says that is refused, which gives nothing.
pub fn refused(arguments: &[&str]) -> String {
    refused_in(Path::new(HERE), arguments)
}

/// The document that a successful call gives.
pub fn json(arguments: &[&str]) -> serde_json::Value {
    json_in(Path::new(HERE), arguments)
}
