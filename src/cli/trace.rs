//! `acdsim trace`: everything that happens on one day.

use super::{Failure, print_with, progress, say, status, stop};
use crate::engine::{Engine, Halt};
use crate::experiment::{self, calibrate};
use crate::model::Model;
use crate::report::files::Place;
use crate::report::trace::{Format, Trace};
use crate::routing::Routing;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Write everything that happens on one day: each event of each call and each agent, with its time.
///
/// Day N is the N-th day that `acdsim run` simulates with the same scenario and seed; days, callers, attempts and agents are
/// counted from 1. So the figures of day 1 are those of `acdsim run --replications 1`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim trace monday.toml | head                            the first events of the day
  acdsim trace monday.toml --day 3 --out day3.csv            the third day, as a file
  acdsim trace monday.toml --format jsonl | grep '\"abandoned\"'
  acdsim trace monday.toml --set 'groups.agents.staff+=1'    the same callers, one more agent

Exit status: 0 done; 2 bad usage or bad input; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day is simulated
    file: Option<PathBuf>,
    /// Which day, counted from 1 [default: 1]
    #[arg(long, value_name = "N", value_parser = super::run::days, allow_negative_numbers = true)]
    day: Option<u32>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Change a value of the scenario; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// How it is written
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// Write into this file instead of standard output, which is -
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long, requires = "out")]
    force: bool,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    // The name that stands for standard output nearly everywhere.
    let path = arguments.out.as_ref().filter(|path| *path != "-");
    let place = path.map(|path| Place::given(path, arguments.force));
    if let Some(place) = &place {
        place.may_save_file()?;
        if let Some(file) = arguments.file.as_ref().filter(|file| place.is(file)) {
            return Err(Failure::bad_input(format!(
                "{} is the scenario itself; name another file for its trace",
                file.display()
            )));
        }
    }
    let document = super::open(arguments.file.as_deref())?;
    let control = stop::control();
    let loaded = progress::watch_calibration(&control, || {
        calibrate::prepare(&document, &arguments.set, None, &control)
    })?
    .loaded;
    let model = Model::new(&loaded.scenario);
    if model.steady && arguments.day.is_some() {
        return Err(Failure::bad_input(
            "--day has no effect on a steady run, which is a single one",
        ));
    }
    for warning in &loaded.warnings {
        say(format!("warning: {warning}"));
    }
    let day = Day {
        model: &model,
        format: arguments.format,
        seed: arguments.seed.unwrap_or(model.scenario.run.seed),
        replication: u64::from(arguments.day.unwrap_or(1) - 1),
        stop: &control.stop,
    };
    let mut ended = Ok(());
    match &place {
        None => print_with(|out| day.write(out, &mut ended))?,
        Some(place) => {
            let saved = place.save_file(|out| {
                day.write(out, &mut ended)?;
                match ended {
                    Ok(()) => Ok(()),
                    // What is not whole is not saved; why, is said below.
                    Err(_) => Err(io::ErrorKind::Interrupted.into()),
                }
            });
            if ended.is_ok() {
                saved?;
            }
        }
    }
    match ended {
        Ok(()) => Ok(status::DONE),
        Err(Halt::Interrupted) => Ok(status::INTERRUPTED),
        Err(halt) => Err(experiment::Error::from(halt).into()),
    }
}

/// The day that is wanted.
struct Day<'a> {
    model: &'a Model,
    format: Format,
    seed: u64,
    replication: u64,
    stop: &'a AtomicBool,
}

impl Day<'_> {
    /// Simulates it and writes what happens. Why it ended early, if it did, goes to `ended`; that `out` takes no more is an
    /// error of `out`.
    fn write(&self, out: &mut dyn Write, ended: &mut Result<(), Halt>) -> io::Result<()> {
        let trace = Trace::new(self.model, self.format, out, self.stop)?;
        let mut engine = Engine::with(self.model, trace, Routing::new(self.model));
        let halted = engine
            .run(self.seed, self.replication, self.stop)
            .map(|_| ());
        engine.into_observer().finish()?;
        *ended = halted;
        Ok(())
    }
}
