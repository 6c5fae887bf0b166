//! The `acdsim` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    acdsim::cli::execute_arguments()
}
