//! Calls of the command: in a folder of their own, or where it does not matter.

use assert_cmd::Command;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

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

/// What a call in a folder gives that is interrupted by Ctrl-C after some time.
#[cfg(unix)]
pub fn interrupted_in(folder: &Path, arguments: &[&str], after: Duration) -> Output {
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .current_dir(folder)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    std::thread::sleep(after);
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill").success());
    child.wait_with_output().expect("it ends")
}

/// Times after which work is ended: on a busy machine it may take a while until there is something to show.
pub const ENOUGH: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_millis(1000),
    Duration::from_millis(3000),
    Duration::from_millis(10_000),
];

/// The documents that a call gives that is ended too early, once by Ctrl-C and once by `--max-time`, with exit status.
#[cfg(unix)]
pub fn ended_early_in(folder: &Path, arguments: &[&str]) -> [(i32, serde_json::Value); 2] {
    let document = |output: Output| {
        let document = serde_json::from_slice(&output.stdout).ok()?;
        Some((output.status.code()?, document))
    };
    let found = |end: &dyn Fn(Duration) -> Output| {
        let found = ENOUGH.iter().find_map(|after| document(end(*after)));
        found.unwrap_or_else(|| panic!("{arguments:?} showed nothing"))
    };
    [
        found(&|after| interrupted_in(folder, arguments, after)),
        found(&|after| {
            let limit = format!("--max-time={}ms", after.as_millis());
            acdsim_in(folder, &[arguments, &[&limit]].concat())
        }),
    ]
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
