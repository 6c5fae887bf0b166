//! `engset`: a small number of callers.

use super::super::Failure;
use super::figures as of;
use super::figures::Figure;
use super::given::{Given, left_out, number};
use super::loss::{at_most, blocked, wanted};
use super::output::{self, Answer, Flags, Question, most, needed};
use super::values::{self, Values};
use crate::erlang::{Error, engset};
use clap::Args;
use serde_json::{Value, json};

/// Engset: a small number of callers, who do not call while they talk.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang engset --sources 20 --erlangs-per-idle-source 0.1 --lines 5
  acdsim erlang engset --sources 20 --erlangs-per-idle-source 0.1 --max-blocking 1%
  acdsim erlang engset --sources 20 --lines 5 --max-blocking 1%

The traffic of an idle source is its rate of calls times the mean holding time. Blocking is what callers meet.")]
pub struct Engset {
    /// Number of callers
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    sources: Option<Values>,
    /// Rate of calls of an idle caller times the mean holding time
    #[arg(long, value_name = "B", value_parser = values::traffic, allow_hyphen_values = true)]
    erlangs_per_idle_source: Option<Values>,
    /// Number of lines
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    lines: Option<Values>,
    /// Largest fraction of blocked calls
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    #[command(flatten)]
    output: Flags,
}

impl Engset {
    pub fn show(&self) -> Result<bool, Failure> {
        output::show(self, &self.output)
    }

    fn numbers(&self) -> [Given<'_>; 3] {
        // In a title there is no head above that says of what.
        let per_idle_source = of::PER_IDLE_SOURCE.called("", "erlangs per idle source");
        let beta = &self.erlangs_per_idle_source;
        [
            of::SOURCES.given("--sources", &self.sources).always_whole(),
            per_idle_source.given("--erlangs-per-idle-source", beta),
            of::LINES.given("--lines", &self.lines).always_whole(),
        ]
    }

    /// The figure that is solved for.
    fn unknown(&self) -> Result<Option<&'static str>, Error> {
        left_out(&self.numbers(), "--max-blocking")
    }
}

fn figures(sources: u64, beta: f64, lines: u64) -> Result<Vec<Figure>, Error> {
    let found = engset::congestion(sources, beta, lines)?;
    Ok(vec![
        of::SOURCES.of(sources as f64),
        of::PER_IDLE_SOURCE.of(beta),
        of::LINES.of(lines as f64),
        of::TIME_CONGESTION.of(found.time_congestion),
        of::CALL_CONGESTION.of(found.call_congestion),
        of::CARRIED
            .called("carried erlangs", "carried")
            .of(found.carried_erlangs),
    ])
}

impl Question for Engset {
    fn model(&self) -> &'static str {
        "engset"
    }

    fn title(&self) -> String {
        output::title("Engset", &self.given())
    }

    fn given(&self) -> Vec<Given<'_>> {
        self.numbers().to_vec()
    }

    fn more(&self) -> Vec<(&'static str, Value)> {
        vec![("max_blocking", json!(self.max_blocking))]
    }

    fn charted(&self) -> &'static str {
        let unknown = self.unknown().ok().flatten();
        unknown.unwrap_or(of::CALL_CONGESTION.name)
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let unknown = self.unknown()?;
        let number = |values: &Option<Values>| number(values, varied).unwrap_or(0.0);
        let whole = |values: &Option<Values>| number(values) as u64;
        let (mut sources, mut lines) = (whole(&self.sources), whole(&self.lines));
        let mut beta = number(&self.erlangs_per_idle_source);
        let solves_for = |kind: of::Kind| unknown == Some(kind.name);
        let sentence = if unknown.is_none() {
            let found = engset::congestion(sources, beta, lines)?;
            blocked(found.call_congestion, self.max_blocking)
        } else {
            let max = wanted(self.max_blocking)?;
            if solves_for(of::LINES) {
                lines = engset::least_lines(sources, beta, max)?;
                needed(lines as f64, "line", &at_most(max))
            } else if solves_for(of::SOURCES) {
                sources = engset::largest_sources(beta, lines, max)?;
                let called = of::counted(sources as f64, "source");
                most(&format!("{called} can share the lines"), &at_most(max))
            } else {
                beta = engset::largest_erlangs_per_idle_source(sources, lines, max)?;
                let shown = of::PER_IDLE_SOURCE.of(beta).shown();
                let offered = format!("{shown} erlangs per idle source can be offered");
                most(&offered, &at_most(max))
            }
        };
        let one_less = solves_for(of::LINES);
        Answer::of_servers(sentence, lines as f64, "line", one_less, |lines| {
            figures(sources, beta, lines as u64)
        })
    }
}
