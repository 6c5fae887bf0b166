//! What `acdsim explain` shows: figures and service-level formulas in words.

use super::text::layout::{columns, truncated, wrapped};
use crate::kpi::{Better, Figure, SERVICE_LEVELS, ServiceLevel, Subject};
use serde::Serialize;

/// What is explained under one name: more than one figure where parts of different kinds have one of that name.
#[derive(Debug, Default)]
pub struct Explanation<'a> {
    /// Figures.
    pub figures: Vec<&'a Figure>,
    /// Service-level formulas.
    pub formulas: Vec<&'a ServiceLevel>,
}

impl<'a> Explanation<'a> {
    /// All that there is.
    pub fn all(figures: &'a [Figure]) -> Self {
        Self {
            figures: figures.iter().collect(),
            formulas: SERVICE_LEVELS.iter().collect(),
        }
    }

    /// What has this name.
    pub fn of(name: &str, figures: &'a [Figure]) -> Self {
        let mut all = Self::all(figures);
        all.figures.retain(|figure| figure.name == name);
        all.formulas.retain(|level| level.formula.name() == name);
        all
    }

    /// Every name, once.
    pub fn names(&self) -> Vec<&'static str> {
        let figures = self.figures.iter().map(|figure| figure.name);
        let formulas = self.formulas.iter().map(|level| level.formula.name());
        let mut names: Vec<&str> = Vec::new();
        for name in figures.chain(formulas) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// A line for each, in groups; cut at `width` columns if there is one.
    pub fn list(&self, width: Option<usize>) -> String {
        let mut out = String::new();
        let names = self.names();
        let widest = names.iter().map(|name| columns(name)).max().unwrap_or(0);
        let line = |out: &mut String, name: &str, text: &str| {
            let line = format!("  {name:widest$}  {text}");
            out.push_str(&width.map_or(line.clone(), |width| truncated(&line, width)));
            out.push('\n');
        };
        for (subject, heading) in Subject::ALL {
            let figures = self.figures.iter().filter(|f| f.subject == subject);
            let figures: Vec<_> = figures.collect();
            if !figures.is_empty() {
                out.push_str(&format!("{heading}\n"));
            }
            for figure in figures {
                line(&mut out, figure.name, &figure.definition);
            }
            if subject == Subject::Contacts {
                out.push_str("\nFormulas of the service level\n");
                for level in &self.formulas {
                    line(&mut out, level.formula.name(), level.definition);
                }
            }
            out.push('\n');
        }
        out.push_str("acdsim explain NAME says how it is computed, for which parts, and where it is defined.\n");
        out
    }

    /// Everything about each, in at most `width` columns.
    pub fn render(&self, width: usize) -> String {
        let width = width.clamp(40, 100);
        let mut pieces = Vec::new();
        for figure in &self.figures {
            let unit = match figure.unit.about() {
                "" => figure.unit.name().to_owned(),
                about => format!("{}: {about}", figure.unit.name()),
            };
            let better = match figure.better {
                Better::High => "the higher the better",
                Better::Low => "the lower the better",
                Better::Neither => "neither direction is good by itself",
            };
            pieces.push(piece(
                &format!("{}, of {}", figure.name, of(figure.subject)),
                &figure.definition,
                &[
                    ("formula", figure.formula.clone()),
                    ("unit", unit),
                    ("better", better.to_owned()),
                    ("given", given(figure)),
                    ("estimate", figure.estimate.to_owned()),
                    ("source", figure.source.full.to_owned()),
                ],
                width,
            ));
        }
        for level in &self.formulas {
            let name = level.formula.name();
            let elsewhere: Vec<String> = level
                .elsewhere
                .iter()
                .map(|(tool, name)| format!("{tool}: {name}"))
                .collect();
            let mut rows = vec![
                ("formula", level.definition.to_owned()),
                ("unit", "fraction: 0 to 1, in text per cent".to_owned()),
                (
                    "given",
                    format!("service_levels.{name}, in total, for every call type and queue"),
                ),
                (
                    "scenario",
                    format!(
                        "service_level = \"{name}\" in [[queues]] makes it the queue's service_level"
                    ),
                ),
            ];
            if !elsewhere.is_empty() {
                rows.push(("source", elsewhere.join("; ")));
            }
            pieces.push(piece(
                &format!("{name}, a formula of the service level"),
                LETTERS,
                &rows,
                width,
            ));
        }
        pieces.join("\n")
    }

    /// The same as a document.
    pub fn document(&self) -> impl Serialize {
        Document {
            schema: "acdsim.explain/1",
            figures: self
                .figures
                .iter()
                .map(|figure| FigureDocument {
                    name: figure.name,
                    unit: figure.unit.name(),
                    better: figure.better.name(),
                    parts: figure.parts(),
                    by_interval: figure.by_interval,
                    definition: &figure.definition,
                    formula: &figure.formula,
                    estimate: figure.estimate,
                    source: figure.source.full,
                })
                .collect(),
            service_levels: self
                .formulas
                .iter()
                .map(|level| FormulaDocument {
                    name: level.formula.name(),
                    formula: level.definition,
                    elsewhere: level
                        .elsewhere
                        .iter()
                        .map(|(tool, name)| Elsewhere { tool, name })
                        .collect(),
                })
                .collect(),
        }
    }
}

const LETTERS: &str = "T is the time of the queue's target, the 20 s of 80/20; short is its short_abandon. \
                       \"Within\" means at most.";

fn of(subject: Subject) -> &'static str {
    match subject {
        Subject::Contacts => "contacts",
        Subject::Days => "a queue's days",
        Subject::Groups => "agent groups",
        Subject::Trunks => "trunk groups",
    }
}

fn given(figure: &Figure) -> String {
    let parts = match figure.subject {
        Subject::Contacts if figure.of_queues => "in total, for every call type and queue",
        Subject::Contacts => "in total and for every call type",
        Subject::Days => "for every queue, in `days`",
        Subject::Groups => "for every agent group",
        Subject::Trunks => "for every trunk group",
    };
    match figure.by_interval {
        true => format!("{parts}; by interval too"),
        false => parts.to_owned(),
    }
}

/// A heading, a sentence, and rows with a word before each.
fn piece(heading: &str, sentence: &str, rows: &[(&str, String)], width: usize) -> String {
    const WORD: usize = 10;
    let mut out = wrapped(heading, width, 0, 2);
    out.push('\n');
    out.push_str(&wrapped(sentence, width, 2, 0));
    out.push('\n');
    for (word, text) in rows {
        let text = wrapped(text, width, 2 + WORD, 0);
        out.push_str(&format!("  {word:WORD$}{}", text.trim_start()));
    }
    out
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    figures: Vec<FigureDocument<'a>>,
    service_levels: Vec<FormulaDocument<'a>>,
}

#[derive(Serialize)]
struct FigureDocument<'a> {
    name: &'a str,
    unit: &'a str,
    better: &'a str,
    parts: &'a [&'a str],
    by_interval: bool,
    definition: &'a str,
    formula: &'a str,
    estimate: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct FormulaDocument<'a> {
    name: &'a str,
    formula: &'a str,
    elsewhere: Vec<Elsewhere<'a>>,
}

#[derive(Serialize)]
struct Elsewhere<'a> {
    tool: &'a str,
    name: &'a str,
}
