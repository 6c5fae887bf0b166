//! The report of a gate: what was expected, what was seen, and whether that is sure.

mod github;
mod junit;
mod markdown;
mod words;

pub use github::annotations;
pub use junit::junit;
pub use markdown::markdown;
pub use words::summary;

use super::text::Page;
use super::text::layout::{Look, NBSP, columns, wrapped};
use crate::lab::check::{Judged, Outcome, Verdict};
use std::fmt;

/// What becomes of the expectations that are not decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Undecided {
    /// They are a result of their own.
    #[default]
    Apart,
    /// They do not stop anyone.
    Pass,
    /// They stop everyone.
    Fail,
}

/// Columns of the verdict, with the space after it.
const VERDICT: usize = 14;

/// The report as text.
pub fn text(outcome: &Outcome, page: &Page) -> String {
    let width = page.width.max(40);
    let mut out = expectations(&outcome.expectations, page);
    out.push('\n');
    out += &page.warnings(&outcome.run.warnings);
    let footer = wrapped(&words::footer(outcome), width, 0, 2);
    out += &page.painted(&footer, look(outcome.verdict));
    out.replace(NBSP, " ")
}

/// The expectations as text, one after the other.
pub(super) fn expectations(judged: &[Judged], page: &Page) -> String {
    let width = page.width.max(40);
    let rows: Vec<[String; 3]> = judged.iter().map(row).collect();
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| columns(&row[column]));
        cells.max().unwrap_or(0)
    };
    let (text, figure) = (widest(0), widest(1));
    let on_one_line = VERDICT + text + 2 + figure + 2 + widest(2) <= width;
    let mut out = String::new();
    for (judged, [name, figure_text, days]) in judged.iter().zip(&rows) {
        let verdict = words::shouted(judged.verdict);
        let pad = " ".repeat(VERDICT.saturating_sub(verdict.len()));
        out += &look(judged.verdict).paint(verdict, page.colour);
        if on_one_line {
            let gap = |wide: usize, cell: &str| " ".repeat(wide.saturating_sub(columns(cell)) + 2);
            out += &format!(
                "{pad}{name}{}{figure_text}{}{days}\n",
                gap(text, name),
                gap(figure, figure_text)
            );
        } else {
            let indent = VERDICT.min(width / 4);
            let first = wrapped(name, width, VERDICT, 2);
            out += pad.as_str();
            out += first.trim_start_matches(' ');
            out += &wrapped(&format!("{figure_text}  {days}"), width, indent, 2);
        }
        if let Some(reason) = &judged.reason {
            out += &page.aside(&wrapped(reason, width, VERDICT.min(width / 4), 2));
        }
    }
    out
}

/// What was expected, what was seen, and after how many days.
pub(super) fn row(judged: &Judged) -> [String; 3] {
    let name = match &judged.name {
        Some(name) => format!("{name}: {}", judged.text),
        None => judged.text.clone(),
    };
    let place = words::place(judged).map_or(String::new(), |place| format!("{place}: "));
    [
        name,
        format!("{place}{}", words::figure(judged)).replace(' ', "\u{a0}"),
        words::days(judged).replace(' ', "\u{a0}"),
    ]
}

fn look(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Pass => Look::Good,
        Verdict::Fail => Look::Bad,
        Verdict::Inconclusive => Look::Doubt,
    }
}

/// The report without colours, as wide as it is.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let page = Page {
            width: usize::MAX,
            colour: false,
            intervals: false,
        };
        f.write_str(text(self, &page).trim_end())
    }
}
