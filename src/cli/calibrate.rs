//! `acdsim calibrate`: find the first attempts behind counted ones, and store them.

use super::{Failure, print, progress, say, status, stop};
use crate::experiment::calibrate::{self, Calibration, Settings};
use crate::report::{self, files::Place};
use crate::scenario::{self, Document};
use clap::Args;
use std::path::{Path, PathBuf};

/// Find how many first attempts are behind the attempts that a switch counted, and store them.
///
/// A switch counts redials and reconnects too. For each call type with volume_is = "all_attempts" this finds the first
/// attempts per interval with which the simulation counts what the switch did. `acdsim run` does the same before it
/// simulates such a scenario; --write stores what was found, so that it need not be found again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim calibrate monday.toml                              counted and first attempts by call type
  acdsim calibrate monday.toml --intervals                  and by interval
  acdsim calibrate monday.toml --write demand.toml          the scenario with the first attempts found
  acdsim calibrate monday.toml --replications 2000          more days a round, more precise
  acdsim calibrate monday.toml --json > calibration.json    every figure, for scripts

Exit status: 0 done, with a warning where counted attempts cannot be met; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML)
    file: PathBuf,
    /// Write the scenario with the first attempts found into this file
    #[arg(long, value_name = "OUT.toml")]
    write: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long, requires = "write")]
    force: bool,
    /// Number of days to simulate in each round [default: for about a million attempts, 100 to 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    replications: Option<u32>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Show every interval
    #[arg(long)]
    intervals: bool,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    if let Some(out) = &arguments.write {
        Place::given(out, arguments.force).may_save_file()?;
    }
    let document = Document::open(&arguments.file)?;
    let settings = Settings {
        days: arguments.replications.map(u64::from),
        seed: arguments.seed,
        threads: arguments.threads.map(usize::from),
    };
    let control = stop::control();
    let found = progress::watch_calibration(&control, || {
        calibrate::calibrate(&document, &settings, &control)
    })?;
    let Some(calibration) = found else {
        return Err(Failure::bad_input(format!(
            "there is nothing to calibrate in {}: no call type has volume_is = \"all_attempts\"",
            arguments.file.display()
        )));
    };
    if let Some(out) = &arguments.write {
        write(&document, &calibration, out, arguments.force)?;
    }
    if arguments.json {
        print(&report::json::pretty(&calibration))?;
    } else {
        if arguments.write.is_none() {
            print(&report::calibration::table(
                &calibration,
                arguments.intervals,
            ))?;
        }
        for warning in &calibration.warnings {
            say(format!("warning: {warning}"));
        }
    }
    Ok(status::DONE)
}

/// Saves the scenario with the first attempts found; they must be read back as they are.
fn write(
    document: &Document,
    calibration: &Calibration,
    out: &Path,
    force: bool,
) -> Result<(), Failure> {
    let folder = out.parent().unwrap_or(Path::new(""));
    let text = document.with_changes(&calibration.changes(), folder)?;
    let written = Document::parse(&out.display().to_string(), &text, folder)?.check(&[])?;
    let mut expected = document.clone();
    calibration.apply(&mut expected);
    let demands = |loaded: &scenario::Loaded| {
        let types = loaded.scenario.call_types.iter();
        types
            .map(|t| (t.demand.clone(), t.volume_is))
            .collect::<Vec<_>>()
    };
    if demands(&written) != demands(&expected.check(&[])?) {
        return Err(Failure::bad_input(
            "the first attempts found are not read back as they are; nothing was written",
        ));
    }
    Place::given(out, force).save_file(|file| file.write_all(text.as_bytes()))?;
    Ok(())
}
