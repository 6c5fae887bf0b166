//! The report for people: the answer first, how sure it is beside it, then the figures.

pub(crate) mod figures;
pub(crate) mod formulas;
pub(crate) mod layout;
pub(super) mod summary;
pub(super) mod tables;

use crate::kpi::Results;
use crate::scenario::{Formula, Mode, Queue, Scenario, clock_text, grouped};
use crate::stats::Estimate;
use figures::exact_duration;
pub(super) use figures::half_width;
use layout::{Look, NBSP, truncated, wrapped};

/// Lines of prose are not longer than this: the eye loses its place.
const PROSE: usize = 110;

/// How the report is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Columns, taken as 40 where there are fewer.
    pub width: usize,
    /// Colour.
    pub colour: bool,
    /// Tables by interval.
    pub intervals: bool,
}

impl Page {
    /// The report of a run.
    pub fn render(&self, results: &Results, scenario: &Scenario) -> String {
        let page = Page {
            width: self.width.max(40),
            ..*self
        };
        let mut blocks = vec![page.heading(results, scenario)];
        blocks.push(summary::lay_out(
            &page,
            &summary::targets(results, scenario),
        ));
        blocks.push(page.sentences(results, scenario));
        blocks.push(page.warnings(&results.run.warnings));
        blocks.extend(page.tables(results, scenario));
        if page.intervals && results.run.mode != "steady" {
            blocks.extend(page.tables_by_interval(results, scenario));
        }
        blocks.push(page.hint(results));
        blocks.retain(|block| !block.is_empty());
        blocks.join("\n").replace(NBSP, " ")
    }

    /// Columns of prose.
    pub(super) fn text_width(&self) -> usize {
        self.width.min(PROSE)
    }

    /// Whole lines that are beside the point.
    pub(super) fn aside(&self, text: &str) -> String {
        self.painted(text, Look::Aside)
    }

    /// What was run.
    fn heading(&self, results: &Results, scenario: &Scenario) -> String {
        let text = format!("{} · {}", results.scenario.name, how(results, scenario));
        let stopped = stopped_early(results).map(|stopped| {
            let lines = wrapped(&stopped, self.text_width(), 0, 2);
            self.painted(&lines, Look::Doubt)
        });
        self.title(&text) + &stopped.unwrap_or_default()
    }

    /// A heading of parts between dots.
    pub(super) fn title(&self, text: &str) -> String {
        // A line breaks before a "·" rather than within its parts.
        let mut parts = text.split(" · ").map(|part| part.replace(' ', "\u{a0}"));
        let first = parts.next().unwrap_or_default();
        let rest: String = parts.map(|part| format!(" ·{NBSP}{part}")).collect();
        let lines = wrapped(&(first + &rest), self.width, 0, 2);
        self.painted(&lines, Look::Heading)
    }

    pub(super) fn painted(&self, text: &str, look: Look) -> String {
        let lines = text.lines();
        lines
            .map(|line| look.paint(line, self.colour) + "\n")
            .collect()
    }

    fn sentences(&self, results: &Results, scenario: &Scenario) -> String {
        let mut out = wrapped(&summary::callers(results), self.text_width(), 2, 0);
        if let Some(worst) = summary::worst(results, scenario) {
            out += &wrapped(&worst, self.text_width(), 2, 2);
        }
        for formulas in formulas::sentences(results) {
            out += &wrapped(&formulas, self.text_width(), 2, 2);
        }
        out
    }

    pub(super) fn warnings(&self, warnings: &[String]) -> String {
        warnings
            .iter()
            .map(|warning| {
                let lines = wrapped(&format!("warning: {warning}"), self.text_width(), 2, 2);
                lines.replacen("warning:", &Look::Doubt.paint("warning:", self.colour), 1)
            })
            .collect()
    }

    fn tables(&self, results: &Results, scenario: &Scenario) -> Vec<String> {
        let tables = tables::of_run(results, scenario).into_iter();
        let mut blocks: Vec<String> = tables.map(|t| t.render(self.width, self.colour)).collect();
        // Beneath the queues: what their service levels mean.
        let formulas = wrapped(&summary::formulas(scenario), self.text_width(), 2, 2);
        blocks[0] += &self.aside(&formulas);
        let cost = tables::cost(results);
        blocks.extend(cost.map(|cost| wrapped(&cost, self.text_width(), 2, 2)));
        blocks
    }

    fn tables_by_interval(&self, results: &Results, scenario: &Scenario) -> Vec<String> {
        let tables = tables::by_interval(results, scenario).into_iter();
        let titled = |(title, table): (String, layout::Table)| {
            let title = truncated(&title, self.width.saturating_sub(2));
            let title = Look::Heading.paint(&title, self.colour);
            format!("  {title}\n{}", table.render(self.width, self.colour))
        };
        tables.map(titled).collect()
    }

    /// Where there is more.
    fn hint(&self, results: &Results) -> String {
        let intervals = match (results.run.mode == "steady", self.intervals) {
            (false, true) => "",
            (false, false) => "by interval: --intervals; ",
            (true, true) => "a steady run has no intervals; ",
            (true, false) => "",
        };
        let hint = format!("({intervals}every figure: --json)");
        self.aside(&wrapped(&hint, self.text_width(), 2, 1))
    }
}

/// How it was run: hours and days, or the length of the steady run, seed and confidence.
pub(super) fn how(results: &Results, scenario: &Scenario) -> String {
    let run = &results.run;
    let how = match scenario.run.mode {
        Mode::Day => {
            let days = match run.replications {
                1 => "1 day".to_owned(),
                n => format!("{} days", grouped(n as f64, 0)),
            };
            format!(
                "{}–{} by {} · {days}",
                clock_text(scenario.open_min),
                clock_text(scenario.close_min),
                figures::exact_minutes(scenario.interval_min),
            )
        }
        Mode::Steady { warm_up, length } => format!(
            "one run of {} in {} batches, after {} warm-up",
            exact_duration(length),
            run.batches.unwrap_or(1),
            exact_duration(warm_up),
        ),
    };
    let level = figures::exact_percent(run.confidence);
    format!("{how} · seed {} · ± at {level}", run.seed)
}

/// Says that a run was stopped before it was done, and what its figures come from.
pub(super) fn stopped_early(results: &Results) -> Option<String> {
    let days = match results.run.replications {
        1 => "the one day that was".to_owned(),
        n => format!("the {} days that were", grouped(n as f64, 0)),
    };
    let stopped = format!("Stopped early: all figures come from {days} complete.");
    results.run.partial.then_some(stopped)
}

/// How often something was seen in the whole run, from its count a day (in a steady run: an hour).
fn observed(results: &Results, scenario: &Scenario, count: Estimate) -> f64 {
    let times = match scenario.run.mode {
        Mode::Day => results.run.replications as f64,
        Mode::Steady { length, .. } => length.as_secs_f64() / 3600.0,
    };
    count.mean.unwrap_or(0.0) * times
}

/// A queue's formula of the service level in words; with its times, or T and the short-abandon threshold by name.
fn formula_words(queue: &Queue, with_times: bool) -> String {
    let (t, short) = match with_times {
        true => (
            exact_duration(queue.target.within),
            exact_duration(queue.short_abandon),
        ),
        false => ("its target time".to_owned(), "its short time".to_owned()),
    };
    match queue.formula {
        Formula::AnsweredOverOffered => format!("answered within {t} / offered"),
        Formula::AnsweredOverAnswered => format!("answered within {t} / answered"),
        Formula::WithAbandons => format!("(answered + abandoned within {t}) / offered"),
        Formula::WithoutEarlyAbandons => {
            format!("answered within {t} / (offered − abandoned within {t})")
        }
        Formula::WithoutShortAbandons => {
            format!("answered within {t} / (offered − abandoned within {short})")
        }
        Formula::ShortAbandonsAsMet => {
            format!("(answered within {t} + abandoned within {short}) / offered")
        }
    }
}
