//! `c`: calls wait, nobody hangs up.

use super::super::Failure;
use super::output::{self, Flags};
use super::values;
use super::waiting::{Case, Load, Wanted};
use crate::erlang::Patience;
use clap::Args;

/// Erlang-C: calls wait as long as it takes, nobody hangs up.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang c --calls 100/h --aht 180s --agents 8            what 8 agents give
  acdsim erlang c --calls 100/h --aht 180s --target 80/20        agents for 80 % in 20 s
  acdsim erlang c --aht 180s --agents 8 --max-asa 30s            the largest volume
  acdsim erlang c --calls 100/h --agents 8 --target 80/20        the longest AHT
  acdsim erlang c --calls 100/h --aht 180s --agents 6..12        a table")]
pub struct C {
    #[command(flatten)]
    load: Load,
    /// There is none here
    #[arg(long, hide = true, value_parser = values::no_patience)]
    patience: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    output: Flags,
}

impl C {
    pub fn show(&self) -> Result<bool, Failure> {
        let patience = Ok(Patience::endless());
        let case = Case::new("c", "Erlang-C", &self.load, &self.wanted, patience);
        output::show(&case, &self.output)
    }
}
