//! The `acdsim` command.

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    acdsim::cli::execute(acdsim::cli::Cli::parse())
}
