//! Plots of a result, as SVG and PNG.
//!
//! A plot is one entry of [`PLOTS`]: its file name, what it is drawn for, and how. To add one, write it in a file of its
//! own (or beside its like in `by_interval.rs`) and name it in the list.

mod by_interval;
mod canvas;
mod curve;
mod days;
mod differences;
mod flow;
mod frame;
mod heat;
mod required;
mod roster;
mod sweep;
mod volume;
mod waits;

pub use canvas::{Canvas, Colour};
pub use curve::{Axis, CurvePlot, Dot, Look, Panel, Series, Span, SpanKind, Upright};
pub use differences::{Bar, differences, over_day};
pub use frame::Mark;
pub use required::StaffPlot;
pub use roster::{Cover, Line, Roster};
pub use sweep::{SweepPlot, sweep};

use super::files::{Folder, SaveError, slug};
use crate::kpi::{Part, Results};
use crate::scenario::{Mode, Scenario};

/// Every plot, in the order of the page.
pub const PLOTS: &[&Plot] = &[
    &flow::FLOW,
    &volume::VOLUME,
    &heat::SERVICE_LEVEL,
    &by_interval::SERVICE_LEVEL,
    &by_interval::ABANDONMENT,
    &by_interval::WAITING,
    &waits::WAITS,
    &days::DAYS,
    &by_interval::STAFF,
    &by_interval::OCCUPANCY,
    &by_interval::LINES,
];

/// What a plot is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Once, for everything.
    Total,
    /// For each queue.
    Queue,
    /// For each agent group.
    Group,
    /// For each trunk group.
    Trunk,
}

/// A kind of plot.
pub struct Plot {
    /// Its files begin with this.
    pub name: &'static str,
    /// What it is drawn for.
    pub of: Of,
    /// Heading, before the part's name is added.
    pub title: &'static str,
    /// What is to be seen, and how to read it.
    pub caption: &'static str,
    /// Only where there are days and intervals: not for a steady run.
    pub days_only: bool,
    /// The figure, if it shows a single one.
    kpi: Option<&'static str>,
    /// Height in points.
    height: fn(&Shown<'_>) -> f64,
    /// Draws it under its title.
    draw: fn(&mut Canvas<'_>, &Drawing<'_>),
    /// Says in words what is to be seen.
    describe: fn(&Drawing<'_>) -> String,
}

/// What is shown: a result and its scenario.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The result.
    pub results: &'a Results,
    /// The scenario that it came from.
    pub scenario: &'a Scenario,
}

impl<'a> Shown<'a> {
    fn parts(&self, of: Of) -> &'a [Part] {
        match of {
            Of::Total => std::slice::from_ref(&self.results.total),
            Of::Queue => &self.results.queues,
            Of::Group => &self.results.groups,
            Of::Trunk => &self.results.trunks,
        }
    }

    fn part(&self, of: Of, index: usize) -> &'a Part {
        &self.parts(of)[index]
    }

    fn is_steady(&self) -> bool {
        matches!(self.scenario.run.mode, Mode::Steady { .. })
    }
}

/// A plot of one part, ready to be drawn.
pub struct Drawing<'a> {
    /// Its kind.
    pub plot: &'static Plot,
    /// Name for files, without an ending: `service-level-sales`.
    pub file: String,
    /// Heading, with the part's name.
    pub title: String,
    shown: Shown<'a>,
    /// Index of the part it is drawn for.
    pub index: usize,
}

/// Width of every plot in points.
const WIDTH: f64 = 640.0;

impl Drawing<'_> {
    fn size(&self) -> (f64, f64) {
        (WIDTH, (self.plot.height)(&self.shown))
    }

    /// The part it is drawn for.
    fn part(&self) -> &Part {
        self.shown.part(self.plot.of, self.index)
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        (self.plot.draw)(canvas, self);
    }

    /// What is to be seen, in words.
    pub fn description(&self) -> String {
        let words = (self.plot.describe)(self);
        let mut rest = words.chars();
        let first = rest.next().map(|c| c.to_uppercase().to_string());
        first.unwrap_or_default() + rest.as_str()
    }

    /// As an SVG document; on white `paper`, or on whatever is behind it.
    pub fn svg(&self, paper: bool) -> String {
        let words = self.description();
        canvas::svg(self.size(), (&self.title, &words), paper, |canvas| {
            self.draw(canvas)
        })
    }

    /// As a PNG image.
    pub fn png(&self) -> Vec<u8> {
        canvas::png(self.size(), |canvas| self.draw(canvas))
    }
}

/// The drawings that a result has.
pub fn drawings<'a>(results: &'a Results, scenario: &'a Scenario) -> Vec<Drawing<'a>> {
    let shown = Shown { results, scenario };
    let mut drawings: Vec<Drawing<'a>> = Vec::new();
    for &plot in PLOTS {
        if plot.days_only && shown.is_steady() {
            continue;
        }
        for (index, part) in shown.parts(plot.of).iter().enumerate() {
            let (file, title) = match &part.name {
                Some(name) => (
                    format!("{}-{}", plot.name, slug(name, "part")),
                    format!("{}: {}", plot.title, name),
                ),
                None => (plot.name.to_owned(), plot.title.to_owned()),
            };
            drawings.push(Drawing {
                plot,
                file,
                title,
                shown,
                index,
            });
        }
    }
    // Names that differ in what a file name cannot hold are numbered.
    let mut seen = std::collections::HashMap::new();
    for drawing in &mut drawings {
        let times = seen.entry(drawing.file.clone()).or_insert(0);
        *times += 1;
        if *times > 1 {
            drawing.file += &format!("-{times}");
        }
    }
    drawings
}

/// Writes every drawing into a folder, as SVG and PNG.
///
/// # Errors
/// If the system refuses.
pub fn write(results: &Results, scenario: &Scenario, folder: &Folder<'_>) -> Result<(), SaveError> {
    for drawing in drawings(results, scenario) {
        let (svg, png) = (drawing.svg(true), drawing.png());
        folder.write(&format!("{}.svg", drawing.file), |out| {
            out.write_all(svg.as_bytes())
        })?;
        folder.write(&format!("{}.png", drawing.file), |out| out.write_all(&png))?;
    }
    Ok(())
}
