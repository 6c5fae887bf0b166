//! `patience`: callers hang up after any time, or leave at once.

use super::super::Failure;
use super::output::{self, Flags};
use super::values;
use super::waiting::{Case, Leaving, Load, Wanted};
use crate::erlang::Patience;
use crate::scenario::Distribution;
use clap::Args;

/// Any patience: fixed, Weibull, lognormal, gamma, uniform, a mixture, or values from a file; with balking.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang patience --calls 100/h --aht 180s --agents 6 --patience 'weibull(shape 0.6, scale 90s)'
  acdsim erlang patience --calls 100/h --aht 180s --patience 60s --balk 0.2 --target 80/20
  acdsim erlang patience --calls 100/h --aht 180s --agents 6..10 --patience 'lognormal(90s, sd 120s)'

A time alone is the same for everybody: --patience 60s. docs/scenario.md has all forms.")]
pub struct General {
    #[command(flatten)]
    load: Load,
    /// How long callers wait
    #[arg(long, value_name = "DISTRIBUTION", value_parser = values::distribution, allow_hyphen_values = true)]
    patience: Distribution,
    /// Fraction of those who would have to wait that leaves at once
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true, default_value = "0")]
    balk: f64,
    #[command(flatten)]
    limits: Leaving,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    output: Flags,
}

impl General {
    pub fn show(&self) -> Result<bool, Failure> {
        let patience = Patience::new(&self.patience, self.balk);
        let case = Case {
            max_abandonment: self.limits.max_abandonment,
            ..Case::new("patience", "M/M/n+G", &self.load, &self.wanted, patience)
        };
        output::show(&case, &self.output)
    }
}
