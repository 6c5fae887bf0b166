//! `acdsim stress`: load tests of a workforce.

use super::outputs::page_name;
use super::stop::{self, Limit, Stop};
use super::{Failure, print, print_json, progress, run, say, status};
use crate::experiment::calibrate;
use crate::lab::vary;
use crate::report::files::{Folder, Place, SaveError};
use crate::report::{stress as report, text};
use crate::scenario::Scenario;
use crate::stress::{self, CurveQuestion};
use clap::{ArgGroup, Args};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Most volumes of a curve.
const MOST_POINTS: usize = 1000;

/// Largest volume, as a multiple of today's.
const MOST_VOLUME: f64 = 100.0;

/// The volumes of a curve if none are given: those of [`CurveQuestion::new`].
const VOLUMES: &str = "10%..300%:10%";

/// Load-test a workforce: its figures at every volume, from quiet to overrun.
///
/// The capacity curve (--curve) simulates the scenario at volumes from 10 % to 300 % of its first attempts, with the same
/// callers at all of them, beside what Erlang-C and Erlang-A say, and marks the knee: where the service begins to give way.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("stress_files").multiple(true))]
#[command(after_help = "\
Examples:
  acdsim stress --curve                                    the bundled day, from 10 % to 300 % of its volume
  acdsim stress monday.toml --curve --volumes 80%..140%:5%
  acdsim stress monday.toml --curve --volumes '50%, 100%, 150%, 200%'
  acdsim stress monday.toml --curve --until-precise 1pp --max-replications 2000
  acdsim stress monday.toml --curve --set 'groups.sales team.staff+=2'
  acdsim stress monday.toml --curve --report               a page to look at and to show, in output/
  acdsim stress monday.toml --curve --plots                the same pictures as SVG and PNG files
  acdsim stress monday.toml --curve --json > curve.json    every figure, for scripts

Exit status: 0 done; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day
    file: Option<PathBuf>,
    /// The capacity curve: every figure against volume
    #[arg(long)]
    curve: bool,
    /// Volumes of the curve, of today's first attempts: a range with both ends, FROM..TO:STEP, or a list of them
    #[arg(long, value_name = "VOLUMES", default_value = VOLUMES, value_parser = volumes, allow_hyphen_values = true)]
    volumes: Volumes,
    /// Simulate each volume until the service level of every queue has this half-width
    #[arg(long, value_name = "POINTS", default_value = "2pp", value_parser = run::points)]
    until_precise: f64,
    /// Days of a volume at which that ends at the latest
    #[arg(long, value_name = "N", default_value = "400", value_parser = run::days)]
    max_replications: u32,
    /// Seed of all random numbers: the same seed gives the same result [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    #[command(flatten)]
    limit: Limit,
    /// Level of the confidence intervals, e.g. 0.95 or 95% [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence)]
    confidence: Option<f64>,
    /// Number of threads; the result does not depend on it [default: one for each core]
    #[arg(long, value_name = "N", value_parser = run::threads)]
    threads: Option<u16>,
    /// Change a value of the scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print every figure as one JSON document
    #[arg(long)]
    json: bool,
    /// Write a page with plots and tables, one HTML file [default: output/NAME-seedN-stress.html]
    #[arg(long, value_name = "FILE.html", num_args = 0..=1, group = "stress_files", value_parser = page_name)]
    report: Option<Option<PathBuf>>,
    /// Write every plot as SVG and PNG into a folder [default: output/NAME-seedN-stress-plots]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "stress_files")]
    plots: Option<Option<PathBuf>>,
    /// Write every figure as CSV files into a folder [default: output/NAME-seedN-stress-csv]
    #[arg(long, value_name = "DIR", num_args = 0..=1, group = "stress_files")]
    csv: Option<Option<PathBuf>>,
    /// Overwrite files that exist
    #[arg(long, requires = "stress_files")]
    force: bool,
}

/// Volumes in per cent, rising.
#[derive(Debug, Clone, PartialEq)]
struct Volumes(Vec<f64>);

fn volumes(text: &str) -> Result<Volumes, String> {
    let example = "write for example 50%..150%:10%, or a list 50%, 100%, 200%";
    let mut percents: Vec<f64> = Vec::new();
    for item in text.split(',').map(str::trim) {
        let values = match item.contains("..") {
            true => vary::range(item).map_err(|_| {
                format!("{item:?} is no range of volumes, FROM..TO:STEP; {example}")
            })?,
            false => vec![item.to_owned()],
        };
        for value in values {
            let Some(number) = value.strip_suffix('%') else {
                return Err(format!(
                    "{item:?} is no share of today's volume in per cent; {example}"
                ));
            };
            let number: f64 = number
                .trim()
                .parse()
                .map_err(|_| format!("{item:?} is no share of today's volume; {example}"))?;
            if !(number > 0.0 && number <= 100.0 * MOST_VOLUME) {
                return Err(format!(
                    "a volume is more than 0% and at most {}%",
                    100.0 * MOST_VOLUME
                ));
            }
            percents.push(number);
        }
        if percents.len() > MOST_POINTS {
            return Err(format!(
                "there are more than {MOST_POINTS} volumes; take a larger step"
            ));
        }
    }
    percents.sort_by(f64::total_cmp);
    percents.dedup();
    Ok(Volumes(percents))
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    if !arguments.curve {
        return Err(Failure::bad_input(
            "there is nothing to do\n  help: say what you want to know: --curve, the figures at every volume",
        ));
    }
    stop::within(&arguments.limit, |stop| answer(arguments, stop))
}

fn answer(arguments: &Arguments, stop: &mut Stop) -> Result<u8, Failure> {
    let document = super::open(arguments.file.as_deref())?;
    // Before anything is simulated: nobody should wait to be told that something is bad.
    let scenario = document.check(&arguments.set)?.scenario;
    let question = question(arguments, &scenario);
    let places = Places::new(arguments, &scenario.name, question.seed)?;

    let control = Arc::clone(&stop.control);
    let prepared = progress::watch_calibration(&control, || {
        calibrate::prepare(&document, &arguments.set, question.threads, &control)
    })?;
    let scenario = &prepared.loaded.scenario;
    let mut found =
        progress::watch_parts(&control, || stress::curve(scenario, &question, &control))?;
    found.run.warnings.splice(0..0, prepared.loaded.warnings);
    stop.answered();

    let view = report::View::new(&found, scenario);
    if arguments.json {
        print_json(&found)?;
    } else {
        let is_terminal = io::stdout().is_terminal();
        let page = text::Page {
            width: super::width(is_terminal),
            colour: super::colour(is_terminal),
            intervals: false,
        };
        print(&report::text(&view, &page))?;
    }
    places.write(&view, &control.stop)?;
    Ok(match found.run.partial {
        true => status::INTERRUPTED,
        false => status::DONE,
    })
}

impl From<stress::Error> for Failure {
    fn from(error: stress::Error) -> Self {
        match error {
            stress::Error::Run(error) => error.into(),
            other => Failure::bad_input(other),
        }
    }
}

fn question(arguments: &Arguments, scenario: &Scenario) -> CurveQuestion {
    CurveQuestion {
        percents: arguments.volumes.0.clone(),
        half_width: arguments.until_precise,
        most_days: arguments.max_replications.into(),
        seed: arguments.seed.unwrap_or(scenario.run.seed),
        confidence: arguments.confidence.unwrap_or(scenario.run.confidence),
        threads: arguments.threads.map(usize::from),
    }
}

/// Where the files go that were asked for.
struct Places {
    page: Option<Place>,
    plots: Option<Place>,
    csv: Option<Place>,
}

impl Places {
    /// Finds and checks the places of all files.
    fn new(arguments: &Arguments, scenario: &str, seed: u64) -> Result<Self, Failure> {
        let place = |flag: &Option<Option<PathBuf>>, ending: &str| {
            Place::asked(flag, (scenario, seed, ending), arguments.force)
        };
        let places = Self {
            page: place(&arguments.report, "-stress.html"),
            plots: place(&arguments.plots, "-stress-plots"),
            csv: place(&arguments.csv, "-stress-csv"),
        };
        if let Some(page) = &places.page {
            page.may_save_file()?;
        }
        for folder in [&places.plots, &places.csv].into_iter().flatten() {
            folder.may_save_folder()?;
        }
        // The folder would no longer be empty, or the file be in its place.
        for (folder, other, title, others) in [
            (&places.plots, &places.page, "plots", "the page"),
            (&places.csv, &places.page, "CSV files", "the page"),
            (&places.csv, &places.plots, "CSV files", "the plots"),
        ] {
            if let (Some(folder), Some(other)) = (folder, other)
                && folder.has_in_it(other)
            {
                return Err(Failure::bad_input(format!(
                    "{title} cannot be written to {}: {others} would be there already; name another folder",
                    folder.path().display(),
                )));
            }
        }
        Ok(places)
    }

    /// Writes every file that was asked for, and says on stderr where it is.
    fn write(&self, view: &report::View<'_>, stop: &AtomicBool) -> Result<(), Failure> {
        if let Some(place) = &self.page {
            let path = place.save_file(|out| report::page(view, stop, out))?;
            say(format!("Report: {}", path.display()));
        }
        type Write = fn(&report::View<'_>, &Folder<'_>) -> Result<(), SaveError>;
        let folders: [(&Option<Place>, &str, Write); 2] = [
            (&self.plots, "Plots", report::write_plots),
            (&self.csv, "CSV files", report::write_csv),
        ];
        for (place, title, write) in folders {
            if let Some(place) = place {
                let path = place.save_folder(stop, |folder| write(view, folder))?;
                say(format!("{title}: {}", path.display()));
            }
        }
        Ok(())
    }
}
