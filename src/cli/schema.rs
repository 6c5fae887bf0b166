//! `acdsim schema`: the JSON Schema of the scenario file.

use super::{Failure, print_json, status};
use crate::scenario;
use clap::Args;

/// Print the JSON Schema of the scenario file, with which editors complete, explain and check it.
///
/// `acdsim init` writes it beside the scenario; its first line, `#:schema ./acdsim.schema.json`, is understood by Taplo,
/// Even Better TOML (Visual Studio Code) and Tombi. Other tools take the schema as it is: it is of draft 7.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim schema > acdsim.schema.json        beside scenarios that start with #:schema ./acdsim.schema.json
  taplo lint --schema file:///path/to/acdsim.schema.json monday.toml

Exit status: 0 done.")]
pub struct Arguments {}

pub fn execute(_: &Arguments) -> Result<u8, Failure> {
    print_json(&scenario::json_schema())?;
    Ok(status::DONE)
}
