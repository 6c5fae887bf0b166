//! `extended-b`: who finds all lines busy may try again.

use super::super::Failure;
use super::figures as of;
use super::figures::Figure;
use super::given::{Given, bad, number};
use super::loss::{at_most, blocked, wanted};
use super::output::{self, Answer, Flags, Question, most, needed};
use super::values::{self, Values};
use crate::erlang::{Error, loss};
use clap::Args;
use serde_json::{Value, json};

/// Extended Erlang-B: blocked callers try again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acdsim erlang extended-b --erlangs 25 --lines 30 --retry 0.5
  acdsim erlang extended-b --erlangs 25 --retry 0.5 --max-blocking 1%
  acdsim erlang extended-b --erlangs 25 --retry 0.5 --lines 25..35")]
pub struct ExtendedB {
    /// Traffic of first attempts in erlangs
    #[arg(long, value_name = "A", value_parser = values::traffic, allow_hyphen_values = true)]
    erlangs: Option<Values>,
    /// Number of lines
    #[arg(long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
    lines: Option<Values>,
    /// Fraction of blocked attempts that is tried again
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    retry: f64,
    /// Largest fraction of blocked attempts
    #[arg(long, value_name = "P", value_parser = values::fraction, allow_hyphen_values = true)]
    max_blocking: Option<f64>,
    /// Let lines be numbers that are not whole
    #[arg(long)]
    fractional: bool,
    #[command(flatten)]
    output: Flags,
}

impl ExtendedB {
    pub fn show(&self) -> Result<bool, Failure> {
        output::show(self, &self.output)
    }

    fn figures(&self, erlangs: f64, lines: f64) -> Result<Vec<Figure>, Error> {
        let found = loss::with_retries(lines, erlangs, self.retry)?;
        let first_attempts = of::ERLANGS.called("erlangs of first attempts", "erlangs");
        Ok(vec![
            first_attempts.of(erlangs),
            of::LINES.of(lines),
            of::OFFERED.of(found.offered_erlangs),
            of::BLOCKED.of(found.blocking_rate),
            of::ATTEMPTS.of(found.attempts_per_caller),
            of::SERVED.of(found.served_rate),
            of::CARRIED.of(found.carried_erlangs),
        ])
    }
}

impl Question for ExtendedB {
    fn model(&self) -> &'static str {
        "extended-b"
    }

    fn title(&self) -> String {
        let title = output::title("Extended Erlang-B", &self.given());
        format!(
            "{title} · {} of the blocked try again",
            of::percent(self.retry)
        )
    }

    fn given(&self) -> Vec<Given<'_>> {
        vec![
            of::ERLANGS.given("--erlangs", &self.erlangs),
            of::LINES
                .given("--lines", &self.lines)
                .whole_unless(self.fractional),
        ]
    }

    fn more(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("retry", json!(self.retry)),
            ("max_blocking", json!(self.max_blocking)),
            ("fractional", json!(self.fractional)),
        ]
    }

    fn charted(&self) -> &'static str {
        match (&self.erlangs, &self.lines) {
            (_, None) => of::LINES.name,
            (None, _) => of::ERLANGS.name,
            _ => of::BLOCKED.name,
        }
    }

    fn answer(&self, varied: Option<f64>) -> Result<Answer, Error> {
        let mut one_less = false;
        let given = (number(&self.erlangs, varied), number(&self.lines, varied));
        let (erlangs, lines, sentence) = match given {
            (None, None) => {
                return Err(bad(
                    "--erlangs or --lines is needed, and --max-blocking for the other; or both",
                ));
            }
            (Some(erlangs), Some(lines)) => {
                let found = loss::with_retries(lines, erlangs, self.retry)?;
                let sentence = blocked(found.blocking_rate, self.max_blocking);
                (erlangs, lines, sentence)
            }
            (Some(erlangs), None) => {
                let max = wanted(self.max_blocking)?;
                one_less = !self.fractional;
                let lines = match self.fractional {
                    true => loss::least_lines_with_retries_fractional(erlangs, self.retry, max)?,
                    false => loss::least_lines_with_retries(erlangs, self.retry, max)? as f64,
                };
                (erlangs, lines, needed(lines, "line", &at_most(max)))
            }
            (None, Some(lines)) => {
                let max = wanted(self.max_blocking)?;
                let erlangs = loss::largest_erlangs_with_retries(lines, self.retry, max)?;
                let shown = of::ERLANGS.of(erlangs).shown();
                let sentence = most(&format!("{shown} erlangs can be offered"), &at_most(max));
                (erlangs, lines, sentence)
            }
        };
        Answer::of_servers(sentence, lines, "line", one_less, |lines| {
            self.figures(erlangs, lines)
        })
    }
}
