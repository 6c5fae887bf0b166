//! A sweep: the same scenario at many combinations of values, with the same callers everywhere.
//!
//! Each point is simulated and its rows are appended to `sweep.csv` at once, so that nothing that is finished is lost,
//! whatever happens: the next run goes on after the last complete point. `sweep.json` beside it says what the points are
//! of. A sweep may be cut into shards, which [`merge`] puts together to the same bytes.

mod ledger;
pub mod merge;
mod points;

pub use ledger::{Error, Ledger, Manifest, Shard};
pub use points::{Outcome, PointFigures};

use super::vary::{Design, Point};
use crate::experiment::calibrate::{self, Prepared};
use crate::experiment::{self, Control, Settings};
use crate::kpi::{Collector, Results};
use crate::model::Model;
use crate::scenario::Document;
use points::rows;
use std::sync::atomic::Ordering;

/// Name and version of the manifest.
pub const SCHEMA: &str = "acdsim.sweep/1";

/// A sweep that is ready to be run: its scenario is calibrated, and every point was found to be a scenario.
#[derive(Debug)]
pub struct Sweep {
    document: Document,
    sets: Vec<String>,
    design: Design,
    points: Vec<Point>,
    shard: Option<Shard>,
    settings: Settings,
    /// What identifies it.
    pub manifest: Manifest,
}

impl Sweep {
    /// Prepares a sweep of a scenario.
    ///
    /// # Errors
    /// Those of the scenario, of its calibration, of the design, and of the first point that is no scenario.
    pub fn new(
        document: &Document,
        sets: &[String],
        design: Design,
        shard: Option<Shard>,
        settings: impl FnOnce(&Model) -> Settings,
        control: &Control,
    ) -> Result<Self, Error> {
        let points = design.points().map_err(Error::Design)?;
        let Prepared {
            loaded,
            calibration,
        } = calibrate::prepare(document, sets, None, control)?;
        let mut document = document.clone();
        if let Some(calibration) = calibration {
            calibration.apply(&mut document);
        }
        let model = Model::new(&loaded.scenario);
        let settings = settings(&model);
        if let Some(shard) = shard.filter(|shard| shard.of > points.len()) {
            return Err(Error::Design(format!(
                "there are {} shards and only {} points",
                shard.of,
                points.len()
            )));
        }
        let manifest = Manifest::new(&loaded.scenario, &settings, &design, (points.len(), shard));
        let sweep = Self {
            document,
            sets: sets.to_vec(),
            design,
            points,
            shard,
            settings,
            manifest,
        };
        for point in sweep.own() {
            if Settings::of(&sweep.model(point)?) != Settings::of(&model) {
                return Err(Error::Design(format!(
                    "point {point} ({}) has its own number of days, seed or confidence, which are the same at all points\n  \
                     help: give them as --replications, --until-precise, --seed or --confidence",
                    sweep.points[point - 1].join(", ")
                )));
            }
        }
        Ok(sweep)
    }

    /// Numbers of the points of this shard, from 1.
    fn own(&self) -> impl Iterator<Item = usize> {
        let all = 1..=self.points.len();
        all.filter(|point| self.shard.is_none_or(|shard| shard.has(*point)))
    }

    fn model(&self, point: usize) -> Result<Model, Error> {
        let values = &self.points[point - 1];
        let varied = self.design.vary.iter().zip(values);
        let varied = varied.map(|(vary, value)| vary.set(value));
        let sets: Vec<String> = self.sets.iter().cloned().chain(varied).collect();
        let loaded = self.document.check(&sets).map_err(Error::Scenario)?;
        Ok(Model::new(&loaded.scenario))
    }

    /// Rows of a point: the figures that a run has, whatever they are.
    fn rows_of_a_point(&self, model: &Model) -> usize {
        let nothing = Collector::new(model, Some(1)).results(0, 0.95, true, &[]);
        rows((1, &self.points[0]), &nothing).lines().count()
    }

    /// Simulates the points that the ledger has not, and tells of each. Returns false if it was interrupted.
    ///
    /// # Errors
    /// Those of a run, with the point's values, and those of the file.
    pub fn run(
        &self,
        ledger: &mut Ledger,
        control: &Control,
        mut done: impl FnMut(usize, &Results),
    ) -> Result<bool, Error> {
        let own: Vec<usize> = self.own().collect();
        let first = self.model(own[0])?;
        let finished = ledger.finished(&own, self.rows_of_a_point(&first))?;
        for &point in &own[finished..] {
            let model = self.model(point)?;
            let run = experiment::run(&model, &self.settings, control, &[]);
            let results = match run {
                Ok(run) if run.results.run.partial => return Ok(false),
                Ok(run) => run.results,
                Err(experiment::Error::NothingDone(_)) => return Ok(false),
                Err(error) => {
                    let values = self.points[point - 1].join(", ");
                    return Err(Error::Point(point, values, error));
                }
            };
            ledger.append(&rows((point, &self.points[point - 1]), &results))?;
            done(point, &results);
            control.done.store(0, Ordering::Relaxed);
        }
        Ok(true)
    }

    /// How many points this run, or shard, has.
    pub fn len(&self) -> usize {
        self.own().count()
    }

    /// Whether there is nothing to do: never.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
