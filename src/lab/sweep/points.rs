//! The table of a sweep: a row for each figure of each point.

use super::ledger::{Error, Manifest, read};
use crate::kpi::Results;
use crate::scenario::harmless;
use crate::stats::Estimate;
use indexmap::IndexMap;
use std::path::Path;

/// The columns after those of the varied paths.
const COLUMNS: [&str; 7] = ["where", "kpi", "mean", "lo", "hi", "se", "replications"];

/// The first line of `sweep.csv`.
pub(super) fn header(varied: &[String]) -> String {
    let mut names = vec!["point".to_owned()];
    names.extend(varied.iter().map(|name| harmless(name)));
    names.extend(COLUMNS.map(str::to_owned));
    lines([names])
}

/// The lines of a point: every figure of the total and of each part.
pub(super) fn rows((point, values): (usize, &[String]), results: &Results) -> String {
    // A value that is a number is none that a spreadsheet would misread.
    let value = |text: &String| match text.parse::<f64>() {
        Ok(_) => text.clone(),
        Err(_) => harmless(text),
    };
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let replications = results.run.replications.to_string();
    lines(results.by_place().flat_map(|(place, part)| {
        let replications = &replications;
        let figures = part.kpis.iter();
        figures.map(move |(kpi, estimate)| {
            let (low, high) = estimate.ci.unzip();
            let mut row = vec![point.to_string()];
            row.extend(values.iter().map(value));
            row.extend([harmless(&place), kpi.clone()]);
            row.extend([estimate.mean, low, high, estimate.se].map(number));
            row.push(replications.clone());
            row
        })
    }))
}

fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail, and all rows are as long.
        let written = writer.write_record(&row);
        debug_assert!(written.is_ok(), "{row:?}");
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

/// The points of a sweep as its file has them.
#[derive(Debug)]
pub struct Outcome {
    /// The varied paths.
    pub columns: Vec<String>,
    /// The points, in their order.
    pub points: Vec<PointFigures>,
}

/// One point.
#[derive(Debug)]
pub struct PointFigures {
    /// Its number, from 1.
    pub number: usize,
    /// Its values.
    pub values: Vec<String>,
    /// Figures by part and name.
    pub figures: IndexMap<(String, String), Estimate>,
}

impl PointFigures {
    /// A figure, if the point has it.
    pub fn get(&self, place: &str, kpi: &str) -> Estimate {
        let key = (place.to_owned(), kpi.to_owned());
        self.figures.get(&key).copied().unwrap_or_default()
    }
}

impl Outcome {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let columns = Manifest::read(folder)?.columns;
        let path = folder.join("sweep.csv");
        let text = read(&path)?;
        let mut points: Vec<PointFigures> = Vec::new();
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record.map_err(|e| Error::Other(format!("{}: {e}", path.display())))?;
            let cell = |k: usize| record.get(k).unwrap_or_default();
            let number = |k: usize| cell(k).parse::<f64>().ok();
            let point = number(0).unwrap_or(0.0) as usize;
            if points.last().is_none_or(|last| last.number != point) {
                points.push(PointFigures {
                    number: point,
                    values: (1..=columns.len()).map(|k| cell(k).to_owned()).collect(),
                    figures: IndexMap::new(),
                });
            }
            let first = columns.len() + 1;
            let estimate = Estimate {
                mean: number(first + 2),
                ci: number(first + 3).zip(number(first + 4)),
                se: number(first + 5),
            };
            let key = (cell(first).to_owned(), cell(first + 1).to_owned());
            if let Some(last) = points.last_mut() {
                last.figures.insert(key, estimate);
            }
        }
        Ok(Self { columns, points })
    }

    /// The queues, as places.
    pub fn queues(&self) -> Vec<&str> {
        let figures = self.points.first().map(|point| &point.figures);
        let places = figures.into_iter().flat_map(|figures| figures.keys());
        let mut queues: Vec<&str> = places
            .map(|(place, _)| place.as_str())
            .filter(|place| place.starts_with("queues."))
            .collect();
        queues.dedup();
        queues
    }
}
