//! `queue`: only so many can wait.

use super::super::Failure;
use super::output::{self, Flags};
use super::values;
use super::waiting::{Case, Leaving, Load, Wanted};
use crate::erlang::Patience;
use clap::Args;

/// A queue with a limit of waiting places; with --patience callers hang up too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang queue --calls 100/h --aht 180s --agents 6 --limit 10
  acdsim erlang queue --calls 100/h --aht 180s --limit 10 --target 80/20 --max-blocking 1%
  acdsim erlang queue --calls 100/h --aht 180s --agents 6 --limit 10 --patience 120s

A call that finds the queue full is blocked; service levels are of those that got in.")]
pub struct Queue {
    #[command(flatten)]
    load: Load,
    /// Number of waiting places
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    limit: u32,
    /// Mean patience [default: nobody hangs up]
    #[arg(long, value_name = "TIME", value_parser = values::mean_patience, allow_hyphen_values = true)]
    patience: Option<f64>,
    #[command(flatten)]
    limits: Leaving,
    /// Largest fraction of calls that find the queue full
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    output: Flags,
}

impl Queue {
    pub fn show(&self) -> Result<bool, Failure> {
        let patience = match self.patience {
            None => Ok(Patience::endless()),
            Some(mean_s) => Patience::exponential(mean_s),
        };
        let case = Case {
            limit: Some(self.limit),
            max_abandonment: self.limits.max_abandonment,
            max_blocking: self.max_blocking,
            ..Case::new("queue", "Limited queue", &self.load, &self.wanted, patience)
        };
        output::show(&case, &self.output)
    }
}
