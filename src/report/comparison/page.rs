//! The page of a comparison: one HTML file that needs nothing else.

use super::words::{self, by_place, by_side, counts, figure, name_of_headline, spoken};
use crate::kpi::Unit;
use crate::lab::{Comparison, Difference, RunInfo, Verdict};
use crate::random::STREAM_VERSION;
use crate::report::files::go_on;
use crate::report::page::{Figure, Grid, STYLE, filled};
use crate::report::plots::{Bar, Colour, differences, over_day};
use crate::report::text::layout::NBSP;
use crate::scenario::Scenario;
use serde::Serialize;
use std::io;
use std::sync::atomic::AtomicBool;

/// More differences than this are not drawn in one plot.
const MOST_BARS: usize = 40;

/// Of more queues than this the day is not drawn.
const MOST_QUEUES: usize = 12;

/// What the template shows.
#[derive(Serialize)]
struct Shown<'a> {
    version: &'a str,
    style: &'static str,
    title: String,
    sides: Vec<(String, &'a str)>,
    how: String,
    stopped: Option<String>,
    notes: Vec<String>,
    pairs: Vec<Pair>,
    ranking: Option<Grid>,
    margins: String,
    run: &'a RunInfo,
    streams: u32,
    hashes: Vec<(String, &'a str)>,
}

/// A variant beside the first.
#[derive(Serialize)]
struct Pair {
    id: String,
    title: String,
    letter: String,
    sentences: Vec<String>,
    figures: Vec<Figure>,
    rows: Vec<Row>,
    day: Vec<Figure>,
    tables: Vec<Grid>,
}

#[derive(Serialize)]
struct Row {
    place: String,
    figure: String,
    a: String,
    b: String,
    difference: String,
    verdict: &'static str,
    look: &'static str,
}

/// Writes the page; `scenario` is that of the first variant.
///
/// # Errors
/// Those of `out`; [`io::ErrorKind::Interrupted`] if `stop` turns true meanwhile.
pub fn write(
    comparison: &Comparison,
    scenario: &Scenario,
    stop: &AtomicBool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let run = &comparison.run;
    let mut pairs = Vec::new();
    for (side, differences) in by_side(comparison) {
        let joint: Vec<&Difference> = differences.iter().copied().filter(|d| d.joint).collect();
        let single: Vec<&Difference> = differences.iter().copied().filter(|d| !d.joint).collect();
        let mut sentences = vec![counts(&joint)];
        sentences.extend(words::pairing(&joint));
        pairs.push(Pair {
            id: format!("pair-{}", pairs.len() + 1),
            title: format!("{} against A", side.letter),
            letter: side.letter.to_string(),
            sentences,
            figures: bars(&ordered(&joint), side.letter, stop)?,
            rows: rows(&joint),
            day: day(comparison, side.label, scenario, stop)?,
            tables: by_place(&single)
                .into_iter()
                .map(|(place, differences)| grid(place, &differences, side.letter))
                .collect(),
        });
    }
    let lettered = || words::letters(comparison).map(|side| side.letter.to_string());
    let notes = words::only(comparison).into_iter();
    let warnings = run
        .warnings
        .iter()
        .map(|warning| format!("Warning: {warning}"));
    let shown = Shown {
        version: run.version,
        style: STYLE,
        title: format!(
            "{}: {} variants compared",
            scenario.name,
            comparison.sides.len()
        ),
        sides: lettered()
            .zip(comparison.sides.iter().map(|side| side.label.as_str()))
            .collect(),
        how: words::how(comparison),
        stopped: run
            .partial
            .then(|| format!("Stopped early: {} were complete.", words::days(comparison))),
        notes: notes.chain(warnings).collect(),
        pairs,
        ranking: ranking(comparison),
        margins: format!("Margins: {}", words::margins(comparison)),
        run,
        streams: STREAM_VERSION,
        hashes: lettered()
            .zip(comparison.sides.iter().map(|side| side.sha256.as_str()))
            .collect(),
    };
    // That the template is sound, is shown by the tests.
    let page = filled(include_str!("../page/comparison.html"), &shown).map_err(io::Error::other)?;
    go_on(stop)?;
    out.write_all(page.as_bytes())
}

/// In the order of the table.
fn ordered<'a>(joint: &[&'a Difference]) -> Vec<&'a Difference> {
    by_place(joint)
        .into_iter()
        .flat_map(|(_, its)| its)
        .collect()
}

/// A plot for each kind of figure: rates, times, and all else relative to the first's value.
fn bars(joint: &[&Difference], letter: char, stop: &AtomicBool) -> io::Result<Vec<Figure>> {
    let is_relative = |d: &Difference| !matches!(d.unit, Unit::Fraction | Unit::Seconds);
    type Kind<'a> = (&'a str, &'a str, fn(&Difference) -> bool);
    let kinds: [Kind<'_>; 3] = [
        ("Rates: difference in percentage points", " pp", |d| {
            d.unit == Unit::Fraction
        }),
        ("Times: difference in seconds", " s", |d| {
            d.unit == Unit::Seconds
        }),
        ("Cost: difference in per cent of A's", " %", |d| {
            !matches!(d.unit, Unit::Fraction | Unit::Seconds)
        }),
    ];
    let mut figures = Vec::new();
    for (title, unit, of_kind) in kinds {
        go_on(stop)?;
        let its = joint.iter().filter(|d| of_kind(d) && !d.is_nothing());
        let factor = |d: &Difference| match (is_relative(d), d.value_a) {
            (false, _) => Some(spoken(d.unit).0),
            (true, Some(a)) if a != 0.0 => Some(100.0 / a.abs()),
            _ => None,
        };
        let bar = |d: &&&Difference| {
            let factor = factor(d)?;
            let (low, high) = d.difference.ci?;
            Some(Bar {
                label: format!("{} {}", d.place, name_of_headline(d.kpi)),
                mean: factor * d.difference.mean?,
                interval: (factor * low, factor * high),
                margin: factor * d.margin.unwrap_or(0.0),
                colour: match d.verdict {
                    Verdict::Better => Colour::BLUE,
                    Verdict::Worse => Colour::RED,
                    Verdict::Higher | Verdict::Lower => Colour::PURPLE,
                    Verdict::Equivalent | Verdict::Unknown => Colour::MUTED,
                },
            })
        };
        let mut bars: Vec<Bar> = its.collect::<Vec<_>>().iter().filter_map(bar).collect();
        if bars.is_empty() {
            continue;
        }
        let all = bars.len();
        if all > MOST_BARS {
            bars.sort_by(|a, b| b.mean.abs().total_cmp(&a.mean.abs()));
            bars.truncate(MOST_BARS);
        }
        let largest = bars
            .iter()
            .max_by(|a, b| a.mean.abs().total_cmp(&b.mean.abs()));
        let largest = largest.map_or(String::new(), |bar| {
            let sign = if bar.mean < 0.0 { "−" } else { "+" };
            format!("Largest: {} {sign}{:.1}{unit}.", bar.label, bar.mean.abs())
        });
        let description = match all > MOST_BARS {
            true => format!("The {MOST_BARS} largest of {all} differences. {largest}"),
            false => largest,
        };
        figures.push(Figure {
            svg: differences((&title.replace("difference", &format!("{letter} less A")), &description), &bars, unit),
            caption: "Each difference with its interval, which holds together with all other headlines. Grey: the margin, within \
                      which a difference is none.",
            description,
        });
    }
    Ok(figures)
}

/// The difference in service level over the day, for each queue.
fn day(
    comparison: &Comparison,
    label: &str,
    scenario: &Scenario,
    stop: &AtomicBool,
) -> io::Result<Vec<Figure>> {
    let its = comparison.intervals.iter();
    let its = its.filter(|d| d.b == label && d.kpi == "service_level");
    let its: Vec<&Difference> = its.collect();
    let mut places: Vec<&str> = its.iter().map(|d| d.place.as_str()).collect();
    places.dedup();
    if places.len() > MOST_QUEUES {
        return Ok(Vec::new());
    }
    let starts = scenario.interval_starts();
    let figures = places.into_iter().map(|place| {
        go_on(stop)?;
        let points = starts.iter().take(scenario.intervals()).map(|start| {
            let found = its
                .iter()
                .find(|d| d.place == place && d.start.as_ref() == Some(start))?;
            let (mean, (low, high)) = (found.difference.mean?, found.difference.ci?);
            Some((100.0 * mean, (100.0 * low, 100.0 * high)))
        });
        let points: Vec<_> = points.collect();
        let sure = |side: f64| {
            let points = points.iter().flatten();
            points
                .filter(|(_, (low, high))| side * low > 0.0 && side * high > 0.0)
                .count()
        };
        let description = format!(
            "Of {} intervals the service level is surely higher in {} and surely lower in {}.",
            points.len(),
            sure(1.0),
            sure(-1.0)
        );
        let title = format!("Difference in service level: {place}");
        Ok(Figure {
            svg: over_day((&title, &description), &points, scenario, " pp"),
            caption: "Each interval's difference holds for itself, not together with the others.",
            description,
        })
    });
    figures.collect()
}

fn rows(joint: &[&Difference]) -> Vec<Row> {
    let places = by_place(joint).into_iter();
    let rows = places.flat_map(|(place, differences)| {
        let row = move |(i, d): (usize, &Difference)| Row {
            place: if i == 0 {
                place.to_owned()
            } else {
                String::new()
            },
            figure: name_of_headline(d.kpi),
            a: figure(d.unit, d.value_a),
            b: figure(d.unit, d.value_b),
            difference: words::difference(d).to_string(),
            verdict: d.verdict.name(),
            look: match d.verdict {
                Verdict::Better => "good",
                Verdict::Worse => "bad",
                Verdict::Unknown => "doubt",
                Verdict::Higher | Verdict::Lower | Verdict::Equivalent => "plain",
            },
        };
        differences
            .into_iter()
            .enumerate()
            .map(row)
            .collect::<Vec<_>>()
    });
    rows.collect()
}

fn grid(place: &str, differences: &[&Difference], letter: char) -> Grid {
    let row = |d: &&Difference| {
        let cells = [
            figure(d.unit, d.value_a),
            figure(d.unit, d.value_b),
            words::difference(d).to_string(),
            d.verdict.name().to_owned(),
        ];
        (
            d.kpi.to_owned(),
            cells.map(|cell| cell.replace(NBSP, " ")).to_vec(),
        )
    };
    Grid {
        title: place.to_owned(),
        header: "figure".to_owned(),
        columns: ["A", &letter.to_string(), "difference", "verdict"]
            .map(str::to_owned)
            .to_vec(),
        rows: differences.iter().map(row).collect(),
    }
}

fn ranking(comparison: &Comparison) -> Option<Grid> {
    let first = comparison.ranking.first()?;
    let n = first.order.len();
    let rows = comparison.ranking.iter().map(|ranking| {
        let unit = crate::kpi::unit(&ranking.kpi);
        let cells = ranking.order.iter().map(|rank| {
            let value = unit.map_or(String::new(), |unit| figure(unit, Some(rank.mean)));
            let letter = words::letter(comparison, &rank.side);
            format!("{letter} ({value}), rank {}", words::rank(rank))
        });
        (name_of_headline(&ranking.kpi), cells.collect())
    });
    Some(Grid {
        title: String::new(),
        header: "figure".to_owned(),
        columns: (1..=n)
            .map(|i| {
                if i == 1 {
                    "best".to_owned()
                } else {
                    String::new()
                }
            })
            .collect(),
        rows: rows.collect(),
    })
}
