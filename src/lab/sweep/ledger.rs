//! The files of a sweep: `sweep.json`, what is swept, and `sweep.csv`, the points that are finished.

use super::SCHEMA;
use super::points::header;
use crate::experiment::{Replications, Settings, calibrate};
use crate::lab::vary::Design;
use crate::scenario::{Scenario, ScenarioError};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Why a sweep, or a merge, cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The scenario, or a point of it, has mistakes.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The scenario cannot be calibrated.
    #[error(transparent)]
    Calibration(#[from] calibrate::Error),
    /// The paths and values make no points.
    #[error("{0}")]
    Design(String),
    /// A point cannot be simulated.
    #[error("point {0} ({1}): {2}")]
    Point(usize, String, crate::experiment::Error),
    /// A file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What stands in the folder is of something else.
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        |source| Error::Io { path, source }
    }
}

/// A part of a sweep: every `of`-th point, from the `number`-th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

impl Shard {
    /// Reads `3/16`.
    ///
    /// # Errors
    /// What was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = || {
            let (number, of) = text.split_once('/')?;
            let shard = Shard {
                number: number.trim().parse().ok()?,
                of: of.trim().parse().ok()?,
            };
            (1..=shard.of).contains(&shard.number).then_some(shard)
        };
        read().ok_or_else(|| "expected a part of how many, for example 3/16".to_owned())
    }

    /// Whether a point, from 1, is of this shard.
    pub fn has(self, point: usize) -> bool {
        (point - 1) % self.of == self.number - 1
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// What a sweep is of: the same manifest, the same figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of acdsim.
    pub version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Fingerprint of the scenario that is varied.
    pub sha256: String,
    /// Seed.
    pub seed: u64,
    /// Days of each point; none where as many as needed are simulated.
    pub replications: Option<u64>,
    /// Half-width wanted, and days at most.
    pub until_precise: Option<(f64, u64)>,
    /// Level of the confidence intervals.
    pub confidence: f64,
    /// Paths and values.
    pub vary: Vec<String>,
    /// Points of a Latin hypercube.
    pub latin: Option<usize>,
    /// Points of all shards.
    pub points: usize,
    /// Which shard; none is all of it.
    pub shard: Option<String>,
    /// The columns of the varied paths.
    pub columns: Vec<String>,
}

impl Manifest {
    pub(super) fn new(
        scenario: &Scenario,
        settings: &Settings,
        design: &Design,
        (points, shard): (usize, Option<Shard>),
    ) -> Self {
        let (replications, until_precise) = match settings.replications {
            Replications::Fixed(n) => (Some(n), None),
            Replications::UntilPrecise {
                half_width,
                at_most,
            } => (None, Some((half_width, at_most))),
        };
        let columns = design.vary.iter().map(|vary| vary.column().to_owned());
        Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name.clone(),
            sha256: scenario.sha256(),
            seed: settings.seed,
            replications,
            until_precise,
            confidence: settings.confidence,
            vary: design.vary.iter().map(|vary| vary.text.clone()).collect(),
            latin: design.latin,
            points,
            shard: shard.map(|shard| shard.to_string()),
            columns: columns.collect(),
        }
    }

    /// Reads that of a folder.
    ///
    /// # Errors
    /// If there is none, or it is none.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("sweep.json");
        serde_json::from_str(&read(&path)?)
            .map_err(|e| Error::Other(format!("{} is no manifest of a sweep: {e}", path.display())))
    }

    /// What differs from another one, the shard left out.
    pub(super) fn differs_in(&self, other: &Self) -> Vec<&'static str> {
        let pairs = [
            (
                "version of acdsim",
                self.version != other.version || self.schema != other.schema,
            ),
            (
                "scenario",
                self.sha256 != other.sha256 || self.scenario != other.scenario,
            ),
            ("seed", self.seed != other.seed),
            (
                "number of days",
                self.replications != other.replications
                    || self.until_precise != other.until_precise,
            ),
            ("confidence", self.confidence != other.confidence),
            (
                "set of points",
                self.vary != other.vary || self.latin != other.latin,
            ),
        ];
        let different = pairs.into_iter().filter(|(_, different)| *different);
        different.map(|(what, _)| what).collect()
    }

    fn text(&self) -> String {
        // A manifest is always JSON.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }

    pub(super) fn shard(&self) -> Option<Shard> {
        Shard::parse(self.shard.as_deref()?).ok()
    }
}

/// The finished points of a sweep, in their order.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    file: File,
    header: String,
    /// Points that were there before.
    pub resumed: usize,
}

impl Ledger {
    /// Opens the ledger of a folder, which is made if it is missing.
    ///
    /// # Errors
    /// If the folder has something else in it, or another sweep.
    pub fn open(folder: &Path, manifest: &Manifest) -> Result<Self, Error> {
        if folder.exists() && !folder.is_dir() {
            return Err(Error::Other(format!(
                "{} is no folder\n  help: take another one with --out",
                folder.display()
            )));
        }
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let (csv, json) = (folder.join("sweep.csv"), folder.join("sweep.json"));
        if json.exists() {
            let there = Manifest::read(folder)?;
            let mut different = there.differs_in(manifest);
            if there.shard != manifest.shard {
                different.push("shard");
            }
            if !different.is_empty() {
                return Err(Error::Other(format!(
                    "{} is of another sweep (another {})\n  help: take another folder with --out, or delete this one",
                    folder.display(),
                    different.join(", another ")
                )));
            }
        } else {
            // Whole or not at all: without it nobody knows what the points are of.
            let new = folder.join("sweep.json.new");
            for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
                let path = entry.map_err(Error::io(folder))?.path();
                // One that was killed here may have left that.
                if path != new {
                    return Err(Error::Other(format!(
                        "{} has files in it that are of no sweep\n  help: take another folder with --out",
                        folder.display()
                    )));
                }
            }
            fs::write(&new, manifest.text()).map_err(Error::io(&new))?;
            fs::rename(&new, &json).map_err(Error::io(&json))?;
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&csv)
            .map_err(Error::io(&csv))?;
        must_be_file(&csv)?;
        // Where files cannot be locked, nobody is known to write this one.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::Other(format!(
                "{} is being written by another acdsim\n  help: wait until it has ended, or take another folder with --out",
                csv.display()
            )));
        }
        Ok(Self {
            path: csv,
            file,
            header: header(&manifest.columns),
            resumed: 0,
        })
    }

    /// How many of the points, in their order, are there whole. The start of the next one, as a killed run leaves it, is cut
    /// off.
    ///
    /// # Errors
    /// If anything else is there, which would be lost.
    pub(super) fn finished(&mut self, points: &[usize], rows: usize) -> Result<usize, Error> {
        let mut text = Vec::new();
        let failed = Error::io(&self.path);
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_end(&mut text))
            .map_err(failed)?;
        let (finished, length) = whole_points(&text, &self.header, points, rows);
        let next = match length {
            0 => self.header.clone(),
            _ => points
                .get(finished)
                .map_or_else(String::new, |point| format!("{point},")),
        };
        if !is_start(&text[length..], &next) {
            let line = text[..length].iter().filter(|byte| **byte == b'\n').count() + 1;
            return Err(Error::Other(format!(
                "{}:{line}: this is not as a sweep writes it\n  help: restore the file, or take another folder with --out",
                self.path.display()
            )));
        }
        let failed = Error::io(&self.path);
        self.file.set_len(length as u64).map_err(failed)?;
        if length == 0 {
            let header = self.header.clone();
            self.append(&header)?;
        }
        self.resumed = finished;
        Ok(finished)
    }

    /// Appends the rows of a point in one go.
    pub(super) fn append(&mut self, rows: &str) -> Result<(), Error> {
        let written = self.file.write_all(rows.as_bytes());
        written
            .and_then(|()| self.file.sync_data())
            .map_err(Error::io(&self.path))
    }
}

/// A device may be read for ever.
fn must_be_file(path: &Path) -> Result<(), Error> {
    match fs::metadata(path).map_err(Error::io(path))?.is_file() {
        true => Ok(()),
        false => Err(Error::Other(format!("{} is no file", path.display()))),
    }
}

/// The text of a file of a sweep.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    must_be_file(path)?;
    fs::read_to_string(path).map_err(Error::io(path))
}

/// How many points stand whole at the start of a text, and where the last one ends.
fn whole_points(text: &[u8], header: &str, points: &[usize], rows: usize) -> (usize, usize) {
    if !text.starts_with(header.as_bytes()) {
        return (0, 0);
    }
    let mut end = header.len();
    for (finished, point) in points.iter().enumerate() {
        let begins = format!("{point},");
        let mut at = end;
        for _ in 0..rows {
            let line = text[at..].iter().position(|byte| *byte == b'\n');
            match line {
                Some(length) if text[at..].starts_with(begins.as_bytes()) => at += length + 1,
                _ => return (finished, end),
            }
        }
        end = at;
    }
    (points.len(), end)
}

/// Whether a text is what a killed run may leave of lines that all begin so; nothing, where there are no such lines.
fn is_start(text: &[u8], begins: &str) -> bool {
    if begins.is_empty() {
        return text.is_empty();
    }
    let begins = begins.as_bytes();
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.all(|line| line.starts_with(begins) || begins.starts_with(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_start_of_a_point_is_cut_off() {
        for (text, begins, expected) in [
            ("", "12,", true),
            ("1", "12,", true),
            ("12,a\r\n12,", "12,", true),
            ("12,a\r\n13,b", "12,", false),
            ("\n12,a", "12,", false),
            ("", "", true),
            ("1,a", "", false),
        ] {
            assert_eq!(
                is_start(text.as_bytes(), begins),
                expected,
                "{text:?} {begins:?}"
            );
        }
    }

    #[test]
    fn what_is_not_whole_does_not_count() {
        let header = "point,x\r\n";
        let all = "point,x\r\n1,a\r\n1,b\r\n3,a\r\n3,b\r\n5,a\r\n5,b\r\n";
        let of = |text: &str| whole_points(text.as_bytes(), header, &[1, 3, 5], 2);
        assert_eq!(of(all), (3, all.len()));
        assert_eq!(of(""), (0, 0));
        assert_eq!(of("point,"), (0, 0));
        assert_eq!(of(header), (0, 9));
        // Every place at which a write may have been cut.
        for cut in 9..all.len() {
            let (finished, end) = of(&all[..cut]);
            assert_eq!(finished, (cut - 9) / 10, "cut at {cut}");
            assert_eq!(end, 9 + 10 * finished, "cut at {cut}");
        }
        // Points of something else.
        assert_eq!(of("point,x\r\n1,a\r\n1,b\r\n2,a\r\n2,b\r\n"), (1, 19));
    }
}
