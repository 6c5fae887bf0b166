//! The command line: one file for each subcommand.

mod calibrate;
mod check;
mod compare;
mod completions;
mod erlang;
mod explain;
mod init;
mod man;
mod merge;
mod outputs;
mod progress;
mod report;
mod run;
mod schema;
mod shifts;
mod staff;
mod stop;
mod stress;
mod sweep;
mod targets;
mod trace;
mod tui;

use crate::report::files::SaveError;
use crate::scenario::{Document, ScenarioError};
use clap::{CommandFactory, Parser, Subcommand};
use std::ffi::{OsStr, OsString};
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// What the exit status of the command means.
pub mod status {
    /// Done, or gate passed.
    pub const DONE: u8 = 0;
    /// A target is missed, or the gate failed.
    pub const MISSED: u8 = 1;
    /// Bad usage or bad input.
    pub const BAD_INPUT: u8 = 2;
    /// The gate is inconclusive.
    pub const UNDECIDED: u8 = 3;
    /// Interrupted.
    pub const INTERRUPTED: u8 = 130;
}

/// Simulate contact centres: service level, abandonment and blocking, with redials and reconnects.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  acdsim run                       simulate the bundled day
  acdsim init                      start a scenario of your own, with comments
  acdsim run single-queue.toml     simulate it
  acdsim tui single-queue.toml     try changes in the terminal, and see what they do
  acdsim compare a.toml b.toml     which is better, and how sure that is
  acdsim explain                   what every figure means")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Init(init::Arguments),
    Report(report::Arguments),
    Trace(trace::Arguments),
    Tui(tui::Arguments),
    Staff(staff::Arguments),
    Shifts(shifts::Arguments),
    Stress(stress::Arguments),
    Sweep(sweep::Arguments),
    Merge(merge::Arguments),
    Compare(compare::Arguments),
    Check(check::Arguments),
    Calibrate(calibrate::Arguments),
    Erlang(erlang::Arguments),
    Explain(explain::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Parses the arguments of the process and executes the command.
pub fn execute_arguments() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => execute(cli),
        Err(error) => {
            let error = value_missing(error);
            match erlang::usage_error(std::env::args_os(), &error) {
                Some(outcome) => exit_code(outcome),
                None => error.exit(),
            }
        }
    }
}

/// Where another flag stands in the place of a value (`--agents --calls 100/h`), it is the value that is missing. Flags whose
/// values may begin with a hyphen, so that a negative number is told what is expected, would take the flag for one.
fn value_missing(error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
    let mut cli = Cli::command();
    cli.build();
    let mut arguments = std::env::args_os().skip(1).peekable();
    let mut command = &cli;
    while let Some(chosen) = arguments
        .peek()
        .and_then(|name| command.find_subcommand(name))
    {
        command = chosen;
        arguments.next();
    }
    let name = |argument: &OsStr| argument.to_str()?.strip_prefix("--").map(str::to_owned);
    let is_flag = |argument: &OsString| {
        name(argument).is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    while let Some(argument) = arguments.next() {
        let Some(name) = name(&argument) else {
            continue;
        };
        let mut flags = command.get_arguments();
        let flag = flags.find(|flag| flag.get_long() == Some(name.as_str()));
        if let Some(flag) = flag.filter(|flag| flag.is_allow_hyphen_values_set())
            && arguments.next().is_some_and(|value| is_flag(&value))
        {
            let mut missing = Error::new(ErrorKind::InvalidValue).with_cmd(&cli);
            let (flag, none) = (flag.to_string(), String::new());
            missing.insert(ContextKind::InvalidArg, ContextValue::String(flag));
            missing.insert(ContextKind::InvalidValue, ContextValue::String(none));
            return missing;
        }
    }
    error
}

/// Executes a command; errors go to stderr.
pub fn execute(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Run(arguments) => run::execute(&arguments),
        Command::Init(arguments) => init::execute(&arguments),
        Command::Report(arguments) => report::execute(&arguments),
        Command::Trace(arguments) => trace::execute(&arguments),
        Command::Tui(arguments) => tui::execute(&arguments),
        Command::Staff(arguments) => staff::execute(&arguments),
        Command::Shifts(arguments) => shifts::execute(&arguments),
        Command::Stress(arguments) => stress::execute(&arguments),
        Command::Sweep(arguments) => sweep::execute(&arguments),
        Command::Merge(arguments) => merge::execute(&arguments),
        Command::Compare(arguments) => compare::execute(&arguments),
        Command::Check(arguments) => check::execute(&arguments),
        Command::Calibrate(arguments) => calibrate::execute(&arguments),
        Command::Erlang(arguments) => erlang::execute(&arguments),
        Command::Explain(arguments) => explain::execute(&arguments),
        Command::Schema(arguments) => schema::execute(&arguments),
        Command::Completions(arguments) => completions::execute(&arguments),
        Command::Man(arguments) => man::execute(&arguments),
    };
    exit_code(outcome)
}

fn exit_code(outcome: Result<u8, Failure>) -> ExitCode {
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            say(failure.message.trim_end());
            ExitCode::from(failure.status)
        }
    }
}

/// A command that did not succeed: what to say, and the exit status.
#[derive(Debug)]
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    fn bad_input(message: impl std::fmt::Display) -> Self {
        Self {
            message: format!("error: {message}"),
            status: status::BAD_INPUT,
        }
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self {
            message: error.render(colour(is_terminal), width(is_terminal)),
            status: status::BAD_INPUT,
        }
    }
}

impl From<crate::experiment::Error> for Failure {
    fn from(error: crate::experiment::Error) -> Self {
        let mut failure = Failure::bad_input(&error);
        if matches!(error, crate::experiment::Error::NothingDone(_)) {
            failure.status = status::INTERRUPTED;
        }
        failure
    }
}

impl From<crate::experiment::calibrate::Error> for Failure {
    fn from(error: crate::experiment::calibrate::Error) -> Self {
        use crate::experiment::calibrate::Error;
        match error {
            Error::Scenario(error) => error.into(),
            Error::Run(error) => error.into(),
            Error::Interrupted(_) => Failure {
                message: error.to_string(),
                status: status::INTERRUPTED,
            },
            Error::TooLate(_) => Failure::bad_input(error),
        }
    }
}

impl From<crate::scenario::WriteError> for Failure {
    fn from(error: crate::scenario::WriteError) -> Self {
        Failure::bad_input(error)
    }
}

impl From<SaveError> for Failure {
    fn from(error: SaveError) -> Self {
        let mut failure = Failure::bad_input(&error);
        if let SaveError::Interrupted(_) = error {
            failure = Failure {
                message: error.to_string(),
                status: status::INTERRUPTED,
            };
        }
        failure
    }
}

impl From<crate::report::scenario::Error> for Failure {
    fn from(error: crate::report::scenario::Error) -> Self {
        match error {
            crate::report::scenario::Error::Save(error) => error.into(),
            other => Failure::bad_input(other),
        }
    }
}

/// Opens a scenario file; without one it is the bundled day.
fn open(file: Option<&Path>) -> Result<Document, ScenarioError> {
    match file {
        Some(path) => Document::open(path),
        None => {
            let text = include_str!("../../scenarios/default.toml");
            Document::parse("the bundled day", text, Path::new(""))
        }
    }
}

/// A seed; like every number of the command line it says what would be one.
fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// Says something beside the result, on stderr. Nobody may be there to read it.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Writes a result to stdout. That nobody reads it to the end (`| head`) is no error.
fn print(text: &str) -> Result<(), Failure> {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// Writes a result as a JSON document to stdout.
fn print_json(document: &impl serde::Serialize) -> Result<(), Failure> {
    print_with(|out| crate::report::json::write(document, out))
}

/// Holds the lock of stdout until all is written, which a second Ctrl-C waits for.
fn print_with(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::bad_input(format!(
            "cannot write the result: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Colour, if it goes to a terminal that wants it (<https://no-color.org>).
fn colour(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Columns of the terminal; 100 where the text goes elsewhere, so that a file does not depend on the window it was made in.
fn width(is_terminal: bool) -> usize {
    terminal_size::terminal_size()
        .filter(|_| is_terminal)
        .map_or(100, |(columns, _)| usize::from(columns.0))
}
