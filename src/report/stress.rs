//! The report of a load test: the figures of a centre against its volume, and where its service begins to give way.

mod breaking;
mod chart;
mod day;
mod page;
mod pictures;
mod price;
mod profile;
mod tables;
mod words;

pub use page::write as page;
pub use pictures::write as write_plots;
pub use tables::write_csv;

use super::text::Page;
use super::text::layout::{Look, NBSP, Table, wrapped};
use super::text::summary;
use crate::kpi::{FormulaAnswer, FormulaFigures};
use crate::planning::DayFormulas;
use crate::scenario::Scenario;
use crate::scenario::stress::Profile;
use crate::stress::{Curve, Row, Stress};
use day::OfDay;
use price::OfPrice;

/// What is shown: what was found, and the scenario as it stands today.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    found: &'a Stress,
    scenario: &'a Scenario,
    profile: Option<&'a Profile>,
}

impl<'a> View<'a> {
    /// A load test of a scenario, and the profile of its day.
    pub fn new(found: &'a Stress, scenario: &'a Scenario, profile: Option<&'a Profile>) -> Self {
        Self {
            found,
            scenario,
            profile,
        }
    }

    fn day(&self) -> Option<OfDay<'a>> {
        Some(OfDay {
            course: self.found.day.as_ref()?,
            profile: self.profile?,
            scenario: self.scenario,
        })
    }

    fn price(&self) -> Option<OfPrice<'a>> {
        Some(OfPrice {
            price: self.found.price.as_ref()?,
            today: self.scenario,
            profile: self.profile?,
        })
    }

    fn curve(&self) -> Option<OfCurve<'a>> {
        let curve = self.found.curve.as_ref()?;
        Some(OfCurve {
            curve,
            found: self.found,
            scenario: self.scenario,
        })
    }
}

/// A capacity curve with what it is of.
#[derive(Debug, Clone, Copy)]
struct OfCurve<'a> {
    curve: &'a Curve,
    found: &'a Stress,
    scenario: &'a Scenario,
}

/// A formula: its name, and where its answer is.
type Erlang = (&'static str, fn(&DayFormulas) -> Option<FormulaAnswer>);

const ERLANG_A: Erlang = ("Erlang-A", |formulas| formulas.a);
const ERLANG_C: Erlang = ("Erlang-C", |formulas| formulas.c);

/// A figure in the answer of a formula at a volume; none where it has none.
fn said(row: &Row, formula: Erlang, get: fn(&FormulaFigures) -> f64) -> Option<f64> {
    let answer = formula.1(row.erlang.as_ref()?)?;
    answer.figures().map(get)
}

/// The report as text.
pub fn text(view: &View<'_>, page: &Page) -> String {
    let page = Page {
        width: page.width.max(40),
        ..*page
    };
    let mut blocks = vec![heading(view, &page)];
    let paragraphs = |sentences: Vec<String>| -> String {
        let lines = sentences.iter();
        lines
            .map(|sentence| wrapped(sentence, page.text_width(), 2, 2))
            .collect()
    };
    let happens = |profile: &Profile| {
        let lines = profile::happens(profile, view.scenario);
        let lines = lines
            .iter()
            .map(|line| wrapped(line, page.text_width(), 4, 2));
        page.aside(&lines.collect::<String>())
    };
    blocks.push(page.warnings(&view.found.run.warnings));
    if let Some(found) = &view.found.breaking {
        blocks.push(paragraphs(breaking::sentences(found, view.scenario)));
    }
    if let Some(of) = view.day() {
        blocks.push(day::heading(&of, &page) + &happens(of.profile));
        blocks.push(paragraphs(day::sentences(&of)));
        blocks.push(day::chart(&of, &page));
        let table = |errors| day::table(&of, errors).map(|table| table.within(page.width));
        let (full, bare) = (table(true), table(false));
        // No figure goes for the sake of the errors of others.
        let count = |table: &Option<Table>| table.as_ref().map(|table| table.columns().count());
        let table = if count(&full) == count(&bare) {
            full
        } else {
            bare
        };
        if let Some(table) = table {
            let legend = wrapped(&day::legend(&of), page.text_width(), 2, 2);
            blocks.push(table.render(page.width, page.colour) + &page.aside(&legend));
        }
    }
    if let Some(of) = view.price() {
        let heading = Look::Heading.paint(&price::heading(&of), page.colour);
        let heading = wrapped(&heading, page.text_width(), 2, 2);
        let happens = view
            .day()
            .map_or_else(|| happens(of.profile), |_| String::new());
        blocks.push(heading + &happens);
        blocks.push(paragraphs(price::sentences(&of)));
        blocks.push(super::staffing::targets(&of.verdicts(), &page));
        let legend = page.aside(&wrapped(&price::legend(&of), page.text_width(), 2, 2));
        let tables = price::tables(&of, page.width).into_iter();
        let tables: Vec<String> = tables
            .map(|table| table.render(page.width, page.colour))
            .collect();
        blocks.push(tables.join("\n") + &legend);
    }
    if let Some(of) = view.curve() {
        blocks.push(paragraphs(words::sentences(&of)));
        let knee = words::legend(&of).map(|legend| wrapped(legend, page.text_width(), 2, 2));
        blocks.push(chart::lay_out(&of, &page) + &page.aside(&knee.unwrap_or_default()));
        let legend = wrapped(&summary::formulas(view.scenario), page.text_width(), 2, 2);
        blocks.push(tables::points(&of).render(page.width, page.colour) + &page.aside(&legend));
    }
    if !view.found.expectations.is_empty() {
        blocks.push(super::check::expectations(&view.found.expectations, &page));
    }
    let next = match (view.found.price.is_some(), view.found.day.is_some()) {
        (true, _) => "save the scenario with these agents and lines: --write FILE.toml; ",
        (false, true) => "what it takes to survive it: --price; ",
        (false, false) => "",
    };
    let hint = format!(
        "({next}pictures: --plots; page with pictures: --report; every figure: --json, --csv)"
    );
    blocks.push(page.aside(&wrapped(&hint, page.text_width(), 2, 1)));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n").replace(NBSP, " ")
}

/// What was simulated.
fn heading(view: &View<'_>, page: &Page) -> String {
    let title = page.title(&words::title(view));
    let stopped = words::stopped(view).map(|stopped| {
        let lines = wrapped(&stopped, page.text_width(), 0, 2);
        page.painted(&lines, Look::Doubt)
    });
    title + &stopped.unwrap_or_default()
}
