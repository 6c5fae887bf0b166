//! `acdsim tui`: what-if sessions in the terminal.

use super::{Failure, print, progress, run, say, status, stop};
use crate::experiment::calibrate;
use crate::tui::app::{self, Session};
use crate::tui::configuration::Configuration;
use crate::tui::files::Source;
use crate::tui::kept::Kept;
use crate::tui::state::Start;
use crate::tui::terminal;
use crate::tui::theme::Palette;
use crate::tui::work::Settings;
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Days at which a simulation ends, unless told otherwise.
const DAYS: u32 = 10_000;

/// Try changes of a scenario in the terminal: each shows at once what it does, and how sure that is.
///
/// At the left are the levers: volume, talk time, patience, staff by interval and more. At the right stands the baseline
/// beside the what-if, on the same simulated days, sharper the longer you look. ? shows all keys.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim tui                            the bundled day
  acdsim tui monday.toml                a scenario of your own
  acdsim tui monday.toml --colours none --set 'call_types.sales.volume*=1.2'

Keys: arrows or hjkl move, + and - change, u undoes, g searches the agents needed, p plans shifts, s saves, ? shows all
keys, q leaves.

Exit status: 0 done; 2 bad usage or bad input, or no terminal; 130 interrupted.")]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day
    file: Option<PathBuf>,
    /// Change a value of the scenario, for baseline and what-if; may be given several times
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Seed of all random numbers [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = super::seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Days at which a simulation ends; until then it goes on while you look [default: 10000]
    #[arg(long, value_name = "N", value_parser = run::days, allow_negative_numbers = true)]
    replications: Option<u32>,
    /// Joint level of the intervals [default: the scenario's]
    #[arg(long, value_name = "LEVEL", value_parser = run::confidence, allow_negative_numbers = true)]
    confidence: Option<f64>,
    /// Number of threads that simulate [default: all cores but one]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Colours [default: what the terminal says it can show]
    #[arg(long, value_enum, value_name = "COLOURS")]
    colours: Option<Palette>,
    /// File of keys and colours [default: acdsim/tui.toml in your configuration folder, if it is there]
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Leave the mouse to the terminal, so that text can be selected with it
    #[arg(long)]
    no_mouse: bool,
    /// Print how long frames took
    #[arg(long, hide = true)]
    frame_stats: bool,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    if !terminal::is_possible() {
        return Err(Failure::bad_input(
            "a session needs a terminal, to see and to type in\n  help: without one, acdsim compare shows what a change does: \
             acdsim compare --variant 'groups.generalists.staff+=1'",
        ));
    }
    let configuration =
        Configuration::read(arguments.config.as_deref()).map_err(Failure::bad_input)?;
    let original = super::open(arguments.file.as_deref())?;
    // What is saved and the command lines have them too.
    let mut sets = arguments.set.clone();
    sets.extend(arguments.seed.map(|seed| format!("run.seed={seed}")));
    let confidence = arguments.confidence;
    sets.extend(confidence.map(|level| format!("run.confidence={level}")));
    let control = stop::control();
    let prepared = progress::watch_calibration(&control, || {
        calibrate::prepare(&original, &sets, None, &control)
    })?;
    let mut document = original.clone();
    if let Some(calibration) = &prepared.calibration {
        calibration.apply(&mut document);
    }
    let scenario = prepared.loaded.scenario;
    let kept = arguments.file.as_deref().map_or(Ok(None), Kept::read);
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let settings = Settings {
        days: arguments.replications.unwrap_or(DAYS).into(),
        // One core is for the keys.
        threads: arguments
            .threads
            .map_or(cores.saturating_sub(1).max(1), usize::from),
    };
    let of_environment = || Palette::of_environment(|name| std::env::var(name).ok());
    let palette = arguments.colours.or(configuration.palette);
    let session = Session {
        start: Start {
            scenario,
            file: arguments.file.clone(),
            sets,
            warnings: prepared.loaded.warnings,
            keymap: configuration.keymap,
            palette: palette.unwrap_or_else(of_environment),
            size: (0, 0),
            kept,
        },
        source: Source {
            document,
            original,
            calibration: prepared.calibration,
        },
        settings,
        mouse: !arguments.no_mouse,
        timed: arguments.frame_stats,
    };
    let ended = app::run(session)
        .map_err(|error| Failure::bad_input(format!("the terminal cannot be used: {error}")))?;
    match ended.interrupted {
        // The terminal may be gone.
        true => drop(print(&ended.summary)),
        false => print(&ended.summary)?,
    }
    if arguments.frame_stats {
        say(frame_stats(ended.frames));
    }
    Ok(match (ended.panicked, ended.interrupted) {
        // As any panic.
        (true, _) => 101,
        (_, true) => status::INTERRUPTED,
        _ => status::DONE,
    })
}

/// Quantiles of the times of frames.
fn frame_stats(mut frames: Vec<Duration>) -> String {
    frames.sort_unstable();
    let n = frames.len();
    let quantile = |p: f64| {
        let at = ((p * n as f64).ceil() as usize).clamp(1, n.max(1)) - 1;
        frames.get(at).map_or(0.0, |time| 1e3 * time.as_secs_f64())
    };
    format!(
        "{n} frames: median {:.2} ms, 99 % within {:.2} ms, longest {:.2} ms",
        quantile(0.5),
        quantile(0.99),
        quantile(1.0)
    )
}
