//! `acdsim sweep`: simulate a scenario at many combinations of values.

use super::stop::{self, Limit, Stop};
use super::{Failure, print, progress, say, status};
use crate::experiment::{Replications, Settings};
use crate::lab::sweep::{Error, Ledger, Outcome, Shard, Sweep};
use crate::lab::vary::{Design, Vary};
use crate::model::Model;
use crate::report::sweep::{table, write_plots};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Simulate a scenario at many combinations of values, with the same callers everywhere.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim sweep monday.toml --vary 'groups.sales team.staff=10..20:2'
  acdsim sweep monday.toml --vary 'queues.sales.priority=[1, 5]' --vary 'call_types.sales call.volume*=0.8..1.2:0.1'
  acdsim sweep monday.toml --vary 'call_types.sales call.talk=exp(100s..200s:20s)'
  acdsim sweep monday.toml --vary 'groups.sales team.staff=10..20' --vary 'call_types.sales call.volume*=0.8..1.2' --latin 200
                                                     200 combinations, spread evenly
  acdsim sweep monday.toml --vary 'groups.sales team.staff=10..20' --shard 3/16
                                                     one of 16 parts, for several machines; see acdsim merge

A sweep that was stopped goes on where it was when the same command is given again.

Exit status: 0 done; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML)
    file: PathBuf,
    /// A path and its values: a range with both ends, FROM..TO:STEP, or a list in [ ]; may be given several times
    #[arg(long, value_name = "PATH=VALUES", required = true, value_parser = Vary::parse)]
    vary: Vec<Vary>,
    /// So many points of a Latin hypercube instead of every combination
    #[arg(long, value_name = "POINTS", value_parser = points)]
    latin: Option<usize>,
    /// Change a value of the scenario at all points; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Number of days to simulate at each point
    #[arg(long, value_name = "N", value_parser = super::run::days, conflicts_with = "until_precise")]
    replications: Option<u32>,
    /// Simulate each point until every queue's service level and abandonment rate have this half-width, e.g. 0.5pp
    #[arg(long, value_name = "POINTS", value_parser = super::run::points)]
    until_precise: Option<f64>,
    /// Seed of all random numbers, and of a Latin hypercube
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = super::run::threads)]
    threads: Option<u16>,
    #[command(flatten)]
    limit: Limit,
    /// Level of the confidence intervals, e.g. 0.95 or 95%
    #[arg(long, value_name = "LEVEL", value_parser = super::run::confidence)]
    confidence: Option<f64>,
    /// Only the points of one part of how many, e.g. 3/16
    #[arg(long, value_name = "N/OF", value_parser = Shard::parse)]
    shard: Option<Shard>,
    /// The folder for sweep.csv and the plots [default: output/NAME-sweep-seedN]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn points(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (2..=100_000).contains(&n) => Ok(n),
        _ => Err("expected a whole number from 2 to 100000".to_owned()),
    }
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    let document = super::open(Some(&arguments.file))?;
    let control = Arc::clone(&stop.control);
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => document.check(&arguments.set)?.scenario.run.seed,
    };
    let design = Design {
        vary: arguments.vary.clone(),
        latin: arguments.latin,
        seed,
    };
    let settings = |model: &Model| settings(arguments, model, seed);
    let sweep = progress::watch_calibration(&control, || {
        Sweep::new(
            &document,
            &arguments.set,
            design,
            arguments.shard,
            settings,
            &control,
        )
    })?;
    let folder = match &arguments.out {
        Some(folder) => folder.clone(),
        None => crate::report::sweep::folder(&sweep.manifest),
    };
    let mut ledger = Ledger::open(&folder, &sweep.manifest)?;
    let whole = progress::watch(&control, || sweep.run(&mut ledger, &control, |_, _| {}))?;
    if ledger.resumed > 0 {
        say(format!("{} points were there already", ledger.resumed));
    }
    stop.answered();
    let outcome = Outcome::read(&folder)?;
    if !whole {
        let (done, all) = (outcome.points.len(), sweep.len());
        print(&format!(
            "Stopped early: {done} of {all} points are finished.\n"
        ))?;
        if done > 0 {
            print(&table(&outcome))?;
        }
        say(format!(
            "the finished points are in {}, and the same command goes on there",
            folder.display()
        ));
        return Ok(status::INTERRUPTED);
    }
    show(&outcome, &folder)?;
    Ok(status::DONE)
}

/// Prints the points, draws them, and says where all is.
pub(super) fn show(outcome: &Outcome, folder: &Path) -> Result<(), Failure> {
    print(&table(outcome))?;
    let plots = write_plots(outcome, folder)
        .map_err(|error| Failure::bad_input(format!("cannot write the plots: {error}")))?;
    let (csv, plots) = (folder.join("sweep.csv"), plots.len());
    say(format!(
        "wrote {} and {plots} files of plots beside it",
        csv.display()
    ));
    Ok(())
}

fn settings(arguments: &Arguments, model: &Model, seed: u64) -> Settings {
    let mut settings = Settings::of(model);
    if let Some(n) = arguments.replications {
        settings.replications = Replications::Fixed(n.into());
    } else if let Some(half_width) = arguments.until_precise {
        settings.replications = Replications::UntilPrecise {
            half_width,
            at_most: model.scenario.run.max_replications.into(),
        };
    }
    settings.seed = seed;
    settings.confidence = arguments.confidence.unwrap_or(settings.confidence);
    settings.threads = arguments.threads.map(usize::from);
    settings
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Scenario(error) => error.into(),
            Error::Calibration(error) => error.into(),
            error => Failure::bad_input(error),
        }
    }
}
