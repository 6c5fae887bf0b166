//! The page of a load test: one HTML file that needs nothing else.

use super::{OfCurve, View, pictures, tables, words};
use crate::report::files::go_on;
use crate::report::page::{Figure, Frame, Grid, filled, grid};
use crate::report::plots::CurvePlot;
use crate::report::text::summary;
use crate::stress::RunInfo;
use serde::Serialize;
use std::io;
use std::sync::atomic::AtomicBool;

/// More queues than this are folded away.
const UNFOLDED: usize = 4;

/// What the template shows.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    frame: Frame<'a>,
    sentences: Vec<String>,
    overview: Vec<Figure>,
    queues: Vec<Section>,
    unfolded: usize,
    formulas: String,
    tables: Vec<Grid>,
    run: &'a RunInfo,
    sha256: &'a str,
}

/// A queue beside the formulas.
#[derive(Serialize)]
struct Section {
    name: String,
    figures: Vec<Figure>,
    table: Grid,
}

/// Writes the page.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Interrupted`] if `stop` turns true meanwhile.
pub fn write(view: &View<'_>, stop: &AtomicBool, out: &mut dyn io::Write) -> io::Result<()> {
    let of = view.curve();
    let run = &view.found.run;
    let title = format!("{}: load test", view.found.scenario.name);
    let shown = Shown {
        frame: Frame {
            how: words::title(view),
            stopped: words::stopped(view),
            ..Frame::new(title, run.version, view.scenario)
        },
        sentences: of.iter().flat_map(words::sentences).collect(),
        overview: of
            .iter()
            .map(|of| figure(&pictures::overview(of), OVERVIEW, stop))
            .collect::<io::Result<_>>()?,
        queues: of.map_or(Ok(Vec::new()), |of| queues(&of, stop))?,
        unfolded: UNFOLDED,
        formulas: summary::formulas(view.scenario),
        tables: of.iter().map(|of| grid("", &tables::points(of))).collect(),
        run,
        sha256: &view.found.scenario.sha256,
    };
    // That the template is sound, is shown by the tests.
    let page = filled(include_str!("../page/stress.html"), &shown).map_err(io::Error::other)?;
    go_on(stop)?;
    out.write_all(page.as_bytes())
}

const OVERVIEW: &str = "Each line with its confidence band, which holds for each volume by itself. Thin dashes across: the \
                        targets.";

const BESIDE: &str = "Simulated with its confidence band; dashed: Erlang's formulas, interval by interval and summed over the \
                      day. A formula's line ends where it has no answer.";

fn figure(plot: &CurvePlot, caption: &'static str, stop: &AtomicBool) -> io::Result<Figure> {
    go_on(stop)?;
    Ok(Figure {
        svg: plot.svg(false),
        caption,
        description: plot.description.clone(),
    })
}

fn queues(of: &OfCurve<'_>, stop: &AtomicBool) -> io::Result<Vec<Section>> {
    let plots = pictures::queues(of);
    let places = of.curve.places("queues");
    let sections = plots.iter().zip(places).zip(&of.scenario.queues);
    sections
        .map(|((plot, place), queue)| {
            Ok(Section {
                name: queue.name.clone(),
                figures: vec![figure(plot, BESIDE, stop)?],
                table: grid("", &tables::beside(of, place)),
            })
        })
        .collect()
}
