//! The course of a day in rows: chosen figures of every part, step by step.

use crate::kpi::{Part, Results};
use crate::stats::Estimate;
use indexmap::IndexMap;
use serde::Serialize;

/// A part of the centre in a step of the day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// When it begins; the last is after closing.
    pub start: String,
    /// Which part: `total`, `queues.service`.
    #[serde(rename = "where")]
    pub place: String,
    /// The figures by name.
    #[serde(flatten)]
    pub kpis: IndexMap<String, Estimate>,
}

/// The figures that are told, by the list that a part stands in.
const TOLD: [(&str, &[&str]); 5] = [
    (
        "total",
        &[
            "attempts",
            "first_attempts",
            "redials",
            "reconnects",
            "blocking_rate",
            "service_level",
            "abandonment_rate",
            "lost",
        ],
    ),
    (
        "queues",
        &[
            "offered",
            "answered",
            "service_level",
            "abandonment_rate",
            "asa_s",
            "queue_length_mean",
            "dropped_in_service",
        ],
    ),
    (
        "call_types",
        &[
            "attempts",
            "first_attempts",
            "redials",
            "reconnects",
            "lost",
        ],
    ),
    ("groups", &["staffed_h", "occupancy"]),
    ("trunks", &["attempts", "blocking_rate", "lines_busy_mean"]),
];

/// The rows of a day: every part of a step, step by step.
pub(super) fn timeline(results: &Results) -> Vec<Step> {
    let parts: Vec<(&str, String, &Part)> = results
        .listed()
        .zip(results.by_place())
        .map(|((list, part), (place, _))| (list, place, part))
        .collect();
    let intervals = |part: &Part| part.intervals.as_ref().map_or(0, Vec::len);
    let steps = intervals(&results.total);
    let rows = (0..steps).flat_map(|step| {
        parts.iter().filter_map(move |(list, place, part)| {
            let interval = part.intervals.as_ref()?.get(step)?;
            let told = TOLD.iter().find(|(of, _)| of == list)?.1.iter();
            let kpi = |name: &&str| Some(((*name).to_owned(), *interval.kpis.get(*name)?));
            Some(Step {
                start: interval.start.clone(),
                place: place.clone(),
                kpis: told.filter_map(kpi).collect(),
            })
        })
    });
    rows.collect()
}
