//! Calibration: the first attempts that make a simulated switch count what the real one counted.
//!
//! A switch counts attempts: a caller who tries three times is counted three times. What planning needs are the callers,
//! since redials and reconnects answer to staffing and lines. For call types with `volume_is = "all_attempts"` this
//! module finds first attempts f, one number per call type and interval, so that the expected attempts equal the counted
//! ones c:
//!
//! > f + r(f) = c
//!
//! where r(f) are the redials and reconnects that f causes, in the same and in later intervals, in all call types that
//! share agents or lines.
//!
//! Here is what is asked and what is found; the search for it is in `search`.

mod search;

use super::{Control, Error as RunError};
use crate::scenario::{Change, Demand, Document, Loaded, ScenarioError, VolumeIs, grouped, number};
use crate::stats::Estimate;
use search::Search;
use serde::{Deserialize, Serialize};
use std::sync::atomic::Ordering;

/// How a calibration is done; the default is what every command does by itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Days per round; without effect on a steady run.
    pub days: Option<u64>,
    /// Seed, instead of the scenario's.
    pub seed: Option<u64>,
    /// Number of threads; `None` is one for each core.
    pub threads: Option<usize>,
}

/// Why there is no calibrated scenario.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario has mistakes.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// It cannot be simulated.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Stopped.
    #[error(
        "calibration was interrupted in round {0}; the first attempts are not known, so there is no result"
    )]
    Interrupted(u64),
    /// A `--set` of `volume_is` comes too late.
    #[error(
        "call type \"{0}\": volume_is = \"all_attempts\" must stand in the scenario file; --set changes the scenario after calibration"
    )]
    TooLate(String),
}

/// First attempts found for counted ones. Serialises to schema `acdsim.calibrate/1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// `acdsim.calibrate/1`.
    pub schema: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Version of acdsim.
    pub version: String,
    /// `day` or `steady`.
    pub mode: String,
    /// Seed.
    pub seed: u64,
    /// Days per round; 1 in a steady run.
    pub replications: u64,
    /// Level of the confidence intervals.
    pub confidence: f64,
    /// The call types that were calibrated, in file order.
    pub call_types: Vec<CalibratedType>,
    /// Rounds of simulation.
    pub rounds: u64,
    /// Every interval is met.
    pub met: bool,
    /// What could not be met.
    pub warnings: Vec<String>,
}

/// A call type's counted and first attempts: a day, in a steady run an hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibratedType {
    /// Name.
    pub name: String,
    /// What was counted.
    pub counted: f64,
    /// First attempts found.
    pub first_attempts: f64,
    /// Attempts expected of them, as simulated.
    pub simulated: Estimate,
    /// Intervals of the day; none in a steady run.
    pub intervals: Option<Vec<CalibratedInterval>>,
    /// Whether all of it is met.
    pub status: Status,
    /// Rounds of simulation; the same for all call types.
    pub rounds: u64,
    /// The first attempts in the form in which the file gave the counted ones.
    #[serde(skip, default = "no_demand")]
    demand: Demand,
}

impl CalibratedType {
    /// Whether any attempts were not first ones.
    fn has_repeats(&self) -> bool {
        self.simulated.mean != Some(self.first_attempts)
    }
}

fn no_demand() -> Demand {
    Demand::Volume(Vec::new())
}

/// An interval's counted and first attempts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibratedInterval {
    /// `HH:MM`.
    pub start: String,
    /// What was counted.
    pub counted: f64,
    /// First attempts found.
    pub first_attempts: f64,
    /// Attempts expected of them, as simulated.
    pub attempts: Estimate,
    /// Whether the attempts are the counted ones.
    pub status: Status,
}

/// Whether counted attempts are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Within 1 % or 3 standard errors.
    Met,
    /// Not.
    Missed,
}

/// A scenario for a command: calibrated if it asks for that, then changed by `--set`s.
#[derive(Debug)]
pub struct Prepared {
    /// The scenario; its warnings say what was found by calibration.
    pub loaded: Loaded,
    /// What was found, if anything was to be found.
    pub calibration: Option<Calibration>,
}

/// Reads a scenario for a command. Call types that were counted as `all_attempts` are calibrated, for the scenario as
/// the file has it; the `--set`s then change the scenario with the demand found.
///
/// # Errors
/// Those of [`calibrate`] and of [`Document::check`]; the latter before anything is simulated.
pub fn prepare(
    document: &Document,
    sets: &[String],
    threads: Option<usize>,
    control: &Control,
) -> Result<Prepared, Error> {
    let mut loaded = document.check(sets)?;
    let settings = Settings {
        threads,
        ..Settings::default()
    };
    // A mistake that a `--set` mends is none, unless the scenario is simulated without it.
    let calibration = match document.is_counted() {
        true => calibrate(document, &settings, control)?,
        false => None,
    };
    if let Some(calibration) = &calibration {
        let mut document = document.clone();
        calibration.apply(&mut document);
        loaded = document.check(sets)?;
        let notes = calibration.notes().into_iter();
        loaded.warnings = notes.chain(loaded.warnings).collect();
    }
    let counted = |t: &&crate::scenario::CallType| t.volume_is == VolumeIs::AllAttempts;
    match loaded.scenario.call_types.iter().find(counted) {
        Some(late) => Err(Error::TooLate(late.name.clone())),
        None => Ok(Prepared {
            loaded,
            calibration,
        }),
    }
}

/// Finds the first attempts of call types with `volume_is = "all_attempts"`; `None` if there are no such call types.
///
/// # Errors
/// [`Error::Scenario`] for a scenario with mistakes, [`Error::Interrupted`] when stopped, [`Error::Run`] when it
/// overwhelms the simulator whatever the first attempts.
pub fn calibrate(
    document: &Document,
    settings: &Settings,
    control: &Control,
) -> Result<Option<Calibration>, Error> {
    let scenario = document.check(&[])?.scenario;
    let Some(mut search) = Search::new(scenario, settings) else {
        return Ok(None);
    };
    let result = search.run(settings.threads, control);
    // What follows counts anew.
    control.done.store(0, Ordering::Relaxed);
    control.planned.store(0, Ordering::Relaxed);
    result.map(Some)
}

impl Calibration {
    /// Puts the first attempts found into the scenario.
    pub fn apply(&self, document: &mut Document) {
        for found in &self.call_types {
            let known = document.set_first_attempts(&found.name, &found.demand);
            debug_assert!(known, "the call types are the document's");
        }
    }

    /// The changes that put the first attempts found into the scenario's file.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for found in &self.call_types {
            let unit = self.unit();
            let length = match self.mode.as_str() {
                "steady" => "".to_owned(),
                _ => format!(", {} days", grouped(self.replications as f64, 0)),
            };
            let comment = format!(
                "First attempts: {} {unit}, found by `acdsim calibrate` for {} counted (seed {}{length}).",
                figure(found.first_attempts),
                figure(found.counted),
                self.seed
            );
            changes.push(Change::demand(&found.name, &found.demand));
            changes.push(
                Change::set(
                    "call_types",
                    &found.name,
                    "volume_is",
                    "first_attempts".into(),
                )
                .with_comment(comment),
            );
        }
        changes
    }

    /// What a reader of figures that rest on this should know.
    pub fn notes(&self) -> Vec<String> {
        /// More call types are only counted.
        const MOST: usize = 10;
        // Without repeats the counted attempts are the first ones.
        let types = self.call_types.iter();
        let repeated: Vec<_> = types.filter(|found| found.has_repeats()).collect();
        let mut notes: Vec<String> = repeated
            .iter()
            .take(MOST)
            .map(|found| {
                format!(
                    "call type \"{}\": {} attempts {unit} were counted; calibration found {} first attempts among them",
                    found.name,
                    figure(found.counted),
                    figure(found.first_attempts),
                    unit = self.unit()
                )
            })
            .collect();
        if let Some(more @ 1..) = repeated.len().checked_sub(MOST) {
            notes.push(format!("and so for {more} more call types"));
        }
        notes.extend(self.warnings.iter().cloned());
        notes
    }

    /// What the totals count: `a day`, or `an hour`.
    pub fn unit(&self) -> &'static str {
        match self.mode.as_str() {
            "steady" => "an hour",
            _ => "a day",
        }
    }
}

/// A number of attempts in prose: with decimals where it is small enough for them to matter.
fn figure(x: f64) -> String {
    match x {
        x if x >= 1000.0 => grouped(x, 0),
        x if x >= 1.0 || x == 0.0 => grouped(x, 1),
        x => number(format!("{x:.2e}").parse().unwrap_or(x)),
    }
}
