//! The report for people.

use crate::kpi::Results;
use crate::scenario::Scenario;

/// How the report is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Columns.
    pub width: usize,
    /// Colour.
    pub colour: bool,
    /// Tables by interval.
    pub intervals: bool,
}

impl Page {
    /// The report of a run.
    pub fn render(&self, results: &Results, _scenario: &Scenario) -> String {
        format!("{}\n", results.scenario.name)
    }
}
