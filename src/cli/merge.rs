//! `acdsim merge`: put the shards of a sweep together.

use super::sweep::show;
use super::{Failure, status};
use crate::lab::sweep::{Outcome, merge};
use clap::Args;
use std::path::PathBuf;

/// Put the shards of a sweep together, to the same bytes that one run would have written.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim sweep monday.toml --vary 'groups.sales team.staff=10..20' --shard 1/2 --out one
  acdsim sweep monday.toml --vary 'groups.sales team.staff=10..20' --shard 2/2 --out two
  acdsim merge one two --out all

Exit status: 0 done; 2 shards that are missing, foreign, overlapping or not finished.")]
pub struct Arguments {
    /// The folders of the shards
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,
    /// The folder for sweep.csv and the plots [default: output/NAME-sweep-seedN]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let (manifest, blocks) = merge::read(&arguments.shards)?;
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => crate::report::sweep::folder(&manifest),
    };
    merge::write(&manifest, &blocks, &folder)?;
    let outcome = Outcome::read(&folder)?;
    show(&outcome, &folder)?;
    Ok(status::DONE)
}
