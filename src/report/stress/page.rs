//! The page of a load test: one HTML file that needs nothing else.

use super::day::{self, OfDay};
use super::price::{self, OfPrice};
use super::{OfCurve, View, breaking, pictures, profile, tables, words};
use crate::lab::check::{Judged, Verdict};
use crate::report::check;
use crate::report::files::go_on;
use crate::report::page::{Figure, Frame, Grid, Target, filled, grid};
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
    expectations: Vec<Target>,
    breaking: Option<Breaking>,
    day: Option<Day>,
    price: Option<Price>,
    curve: bool,
    sentences: Vec<String>,
    overview: Vec<Figure>,
    queues: Vec<Section>,
    unfolded: usize,
    formulas: String,
    tables: Vec<Grid>,
    run: &'a RunInfo,
    sha256: &'a str,
}

/// The breaking point.
#[derive(Serialize)]
struct Breaking {
    sentences: Vec<String>,
    figures: Vec<Figure>,
}

/// The day of a profile.
#[derive(Serialize)]
struct Day {
    title: String,
    days: u64,
    happens: Vec<String>,
    sentences: Vec<String>,
    figures: Vec<Figure>,
    table: Option<Grid>,
    legend: String,
}

/// What it takes to survive the profile.
#[derive(Serialize)]
struct Price {
    heading: String,
    happens: Vec<String>,
    sentences: Vec<String>,
    targets: Vec<Target>,
    figures: Vec<Figure>,
    table: Option<Grid>,
    legend: String,
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
        expectations: expectations(view),
        breaking: breaking_point(view, stop)?,
        day: view.day().map(|of| of_day(&of, stop)).transpose()?,
        price: view.price().map(|of| of_price(&of, stop)).transpose()?,
        curve: of.is_some(),
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

const HOLDS: &str = "Each dot is a volume that was simulated, with the confidence interval of its share of days. The breaking \
                     point is where the targets are met in expectation, over all days: not where half of the days hold.";

const COURSE: &str = "Each line with the profile has its confidence band, which holds for each time by itself. Attempts are by step \
                      of the day, targets over the window until then. Thin dashes across: the targets. Colour below the axis: \
                      actions.";

const PRICE: &str = "Agents to be planned so that the profile is survived, and today's.";

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

fn expectations(view: &View<'_>) -> Vec<Target> {
    let row = |judged: &Judged| {
        let [name, finding, days] = check::row(judged);
        Target {
            name,
            target: String::new(),
            verdict: judged.verdict.name(),
            look: match judged.verdict {
                Verdict::Pass => "good",
                Verdict::Fail => "bad",
                Verdict::Inconclusive => "doubt",
            },
            finding: match &judged.reason {
                Some(reason) => format!("{finding}; {reason}"),
                None => finding,
            },
            days: Some(days),
        }
    };
    view.found.expectations.iter().map(row).collect()
}

fn breaking_point(view: &View<'_>, stop: &AtomicBool) -> io::Result<Option<Breaking>> {
    let Some(found) = &view.found.breaking else {
        return Ok(None);
    };
    let plot = pictures::breaking(view);
    let figures = plot.iter().map(|plot| figure(plot, HOLDS, stop));
    Ok(Some(Breaking {
        sentences: breaking::sentences(found, view.scenario),
        figures: figures.collect::<io::Result<_>>()?,
    }))
}

fn of_day(of: &OfDay<'_>, stop: &AtomicBool) -> io::Result<Day> {
    Ok(Day {
        title: day::title(of),
        days: of.course.profile.days,
        happens: profile::happens(of.profile, of.scenario),
        sentences: day::sentences(of),
        figures: vec![figure(&pictures::over_the_day(of), COURSE, stop)?],
        table: day::table(of, true).map(|table| grid("", &table)),
        legend: day::legend(of),
    })
}

fn of_price(of: &OfPrice<'_>, stop: &AtomicBool) -> io::Result<Price> {
    let figures = price::plots(of).into_iter().map(|plot| {
        go_on(stop)?;
        Ok(Figure {
            svg: plot.svg(false),
            caption: PRICE,
            description: plot.description,
        })
    });
    Ok(Price {
        heading: price::heading(of),
        happens: profile::happens(of.profile, of.today),
        sentences: price::sentences(of),
        targets: of.verdicts().into_iter().map(Target::from).collect(),
        figures: figures.collect::<io::Result<_>>()?,
        table: price::table(of).map(|table| grid("", &table)),
        legend: price::legend(of),
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
