//! `acdsim run`: simulate a scenario and report.

use super::outputs::{Outputs, Places};
use super::stop::{self, Limit, Stop};
use super::{Failure, print, print_json, progress, say, status};
use crate::experiment::{self, Replications, Settings, calibrate};
use crate::model::Model;
use crate::planning;
use crate::scenario::{Document, parse_fraction, parse_points};
use clap::Args;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Simulate a scenario and report service level, abandonment, blocking and more, each with its confidence interval.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim run                                         simulate the bundled day
  acdsim run monday.toml                             simulate a scenario of your own
  acdsim run monday.toml --intervals                 show every interval
  acdsim run monday.toml --set 'groups.sales team.staff+=1' --set 'call_types.sales call.rate*=1.1'
  acdsim run monday.toml --until-precise 0.5pp       as many days as that takes
  acdsim run monday.toml --report                    a page to look at and to show, in output/
  acdsim run monday.toml --json > result.json        every figure, for scripts
  acdsim run monday.toml --csv tables                every figure as CSV files in the folder tables
  acdsim run monday.toml --explain                   the scenario with every default filled in

Exit status: 0 done; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day is simulated
    file: Option<PathBuf>,
    /// Number of days to simulate
    #[arg(long, value_name = "N", value_parser = days)]
    #[arg(conflicts_with_all = ["until_precise", "max_replications"])]
    replications: Option<u32>,
    /// Simulate until every queue's service level and abandonment rate have this half-width, e.g. 0.5pp
    #[arg(long, value_name = "POINTS", value_parser = points)]
    until_precise: Option<f64>,
    /// Days at which --until-precise ends at the latest
    #[arg(long, value_name = "N", value_parser = days)]
    max_replications: Option<u32>,
    /// Seed of all random numbers: the same seed gives the same result
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<u16>,
    #[command(flatten)]
    limit: Limit,
    /// Level of the confidence intervals, e.g. 0.95 or 95%
    #[arg(long, value_name = "LEVEL", value_parser = confidence)]
    confidence: Option<f64>,
    /// Change a value of the scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    #[command(flatten)]
    outputs: Outputs,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
    /// Print the scenario with every default filled in, without running it
    #[arg(long, conflicts_with_all = [
        "replications", "until_precise", "max_replications", "max_time", "seed", "confidence", "intervals", "files",
    ])]
    explain: bool,
}

pub(super) fn days(text: &str) -> Result<u32, String> {
    whole(text, 10_000_000)
}

pub(super) fn threads(text: &str) -> Result<u16, String> {
    whole(text, 1024)
}

fn whole<N: std::str::FromStr + PartialOrd + From<u8> + std::fmt::Display>(
    text: &str,
    most: N,
) -> Result<N, String> {
    match text.parse() {
        Ok(n) if n >= N::from(1) && n <= most => Ok(n),
        _ => Err(format!("expected a whole number from 1 to {most}")),
    }
}

pub(super) fn points(text: &str) -> Result<f64, String> {
    match parse_points(text) {
        Ok(value) if value > 0.0 => Ok(value),
        Ok(_) => Err("a half-width is more than 0, e.g. 0.5pp".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn confidence(text: &str) -> Result<f64, String> {
    match parse_fraction(text) {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        Ok(_) => Err("a confidence level lies between 0 and 1, e.g. 0.95".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let document = super::open(arguments.file.as_deref())?;
    match arguments.explain {
        true => explain(arguments, &document),
        false => stop::within(&arguments.limit, |stop| answer(arguments, &document, stop)),
    }
}

fn answer(arguments: &Arguments, document: &Document, stop: &mut Stop) -> Result<u8, Failure> {
    // Before anything is simulated: nobody should wait to be told that a path is bad.
    let places = match arguments.outputs.has_files() {
        true => {
            let scenario = document.check(&arguments.set)?.scenario;
            let seed = arguments.seed.unwrap_or(scenario.run.seed);
            arguments.outputs.places(&scenario.name, seed)?
        }
        false => Places::default(),
    };
    let control = Arc::clone(&stop.control);
    let threads = arguments.threads.map(usize::from);
    let loaded = progress::watch_calibration(&control, || {
        calibrate::prepare(document, &arguments.set, threads, &control)
    })?
    .loaded;
    let model = Model::new(&loaded.scenario);
    let settings = settings(arguments, &model)?;
    let start = Instant::now();
    let mut run = progress::watch(&control, || {
        experiment::run(&model, &settings, &control, &loaded.warnings)
    })?;
    planning::beside(&model, &mut run.results);
    let seconds = start.elapsed().as_secs_f64();
    stop.answered();

    if arguments.json {
        print_json(&run.results)?;
    } else {
        arguments.outputs.print(&run.results, &model.scenario)?;
    }
    places.write(&run.results, &model.scenario, &control.stop)?;
    if std::io::stderr().is_terminal() {
        let attempts = indicatif::HumanCount(run.attempts);
        say(format!("{attempts} attempts simulated in {seconds:.2} s"));
    }
    Ok(if run.results.run.partial {
        status::INTERRUPTED
    } else {
        status::DONE
    })
}

/// Prints the scenario as a file that gives the same figures. A `--set` changes the demand that calibration finds, which
/// therefore has to be found first; without one a counted volume can stay as it is.
fn explain(arguments: &Arguments, document: &Document) -> Result<u8, Failure> {
    let scenario = match arguments.set.as_slice() {
        [] => document.check(&[])?.scenario,
        sets => {
            let control = stop::control();
            let threads = arguments.threads.map(usize::from);
            let prepared = progress::watch_calibration(&control, || {
                calibrate::prepare(document, sets, threads, &control)
            })?;
            // A scenario with first attempts can no longer say what was not met.
            for warning in prepared.calibration.iter().flat_map(|c| &c.warnings) {
                say(format!("warning: {warning}"));
            }
            prepared.loaded.scenario
        }
    };
    match arguments.json {
        true => print_json(&scenario.to_json())?,
        false => print(&scenario.to_toml())?,
    }
    Ok(status::DONE)
}

/// What the scenario asks for, overruled by the flags.
fn settings(arguments: &Arguments, model: &Model) -> Result<Settings, Failure> {
    if model.steady {
        let flags = [
            (arguments.replications.is_some(), "--replications"),
            (arguments.until_precise.is_some(), "--until-precise"),
            (arguments.max_replications.is_some(), "--max-replications"),
        ];
        if let Some((_, flag)) = flags.into_iter().find(|(given, _)| *given) {
            return Err(Failure::bad_input(format!(
                "{flag} has no effect on a steady run, which is a single one\n  help: its length is set in the scenario, \
                 or with --set run.length=5000h"
            )));
        }
    }
    let mut settings = Settings::of(model);
    if let Some(n) = arguments.replications {
        settings.replications = Replications::Fixed(n.into());
    } else if let Some(half_width) = arguments.until_precise {
        let at_most = model.scenario.run.max_replications.into();
        settings.replications = Replications::UntilPrecise {
            half_width,
            at_most,
        };
    }
    match (&mut settings.replications, arguments.max_replications) {
        (Replications::UntilPrecise { at_most, .. }, Some(n)) => *at_most = n.into(),
        (Replications::Fixed(_), Some(_)) => {
            return Err(Failure::bad_input(
                "--max-replications has no effect without --until-precise\n  help: --replications N sets the number of days",
            ));
        }
        (_, None) => {}
    }
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.confidence = arguments.confidence.unwrap_or(settings.confidence);
    settings.threads = arguments.threads.map(usize::from);
    Ok(settings)
}
