//! The files that a session writes.

use super::state::{What, Writing};
use crate::experiment::calibrate::Calibration;
use crate::report::files::{Place, SaveError};
use crate::report::{comparison, csv, scenario};
use crate::scenario::Document;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Why a file was not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// It exists; its path.
    Exists(String),
    /// Anything else, in words.
    Other(String),
}

impl From<SaveError> for Failed {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Exists(path) => Failed::Exists(path),
            other => Failed::Other(other.to_string()),
        }
    }
}

/// What the files are made from.
#[derive(Debug, Clone)]
pub struct Source {
    /// The scenario's file, with first attempts found.
    pub document: Document,
    /// The file as it was read.
    pub original: Document,
    /// How the first attempts were found.
    pub calibration: Option<Calibration>,
}

/// Writes a file and returns its path.
///
/// # Errors
/// Why it was not written.
pub fn write(writing: &Writing, source: &Source) -> Result<PathBuf, Failed> {
    let place = Place::given(&writing.path, writing.overwrite);
    match &writing.what {
        What::Scenario { sets, days, .. } => {
            let loaded = source.document.check(sets);
            let mut changed = loaded.map_err(|e| Failed::Other(e.to_string()))?.scenario;
            if let Some(days) = days.and_then(|days| u32::try_from(days).ok()) {
                changed.run.replications = days;
                changed.run.until_precise = None;
            }
            let from = (&source.original, source.calibration.as_ref());
            match scenario::save(&changed, from, &place) {
                Ok(_) => Ok(writing.path.clone()),
                Err(scenario::Error::Save(error)) => Err(error.into()),
                Err(other) => Err(Failed::Other(other.to_string())),
            }
        }
        What::Page(seen) => {
            let write = |out: &mut dyn io::Write| {
                comparison::page(
                    &seen.snapshot.comparison,
                    &seen.baseline,
                    &AtomicBool::new(false),
                    out,
                )
            };
            Ok(place.save_file(write)?)
        }
        What::Csv(rows) => Ok(place.save_file(|out| csv::write_data(rows, out))?),
    }
}
