//! `a`: callers hang up after an exponential time.

use super::super::Failure;
use super::output::{self, Flags};
use super::values;
use super::waiting::{Case, Leaving, Load, Wanted};
use crate::erlang::Patience;
use clap::Args;

/// Erlang-A: callers hang up after an exponential time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang a --calls 100/h --aht 180s --agents 6 --patience 120s
  acdsim erlang a --calls 100/h --aht 180s --patience 120s --target 80/20 --max-abandonment 3%
  acdsim erlang a --calls 100/h..400/h:20/h --aht 180s --patience 120s --target 80/20")]
pub struct A {
    #[command(flatten)]
    load: Load,
    /// Mean patience
    #[arg(long, value_name = "TIME", value_parser = values::mean_patience, allow_hyphen_values = true)]
    patience: f64,
    #[command(flatten)]
    limits: Leaving,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    output: Flags,
}

impl A {
    pub fn show(&self) -> Result<bool, Failure> {
        let patience = Patience::exponential(self.patience);
        let case = Case {
            max_abandonment: self.limits.max_abandonment,
            ..Case::new("a", "Erlang-A", &self.load, &self.wanted, patience)
        };
        output::show(&case, &self.output)
    }
}
