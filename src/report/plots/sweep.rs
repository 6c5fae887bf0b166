//! What a sweep shows: lines over one varied path, a heat map over two, dots over each of more.

use super::WIDTH;
use super::by_interval::HEIGHT;
use super::canvas::{self, Align, Canvas, Colour, text_width};
use super::frame::{Entry, Frame, LABEL, Mark, Scale, heading};
use crate::kpi::{Unit, unit};
use crate::lab::sweep::Outcome;
use crate::scenario::grouped;

/// A plot under a name for its files.
pub struct SweepPlot {
    /// Without an ending.
    pub name: String,
    /// The document.
    pub svg: String,
    /// The image.
    pub png: Vec<u8>,
}

/// The figures that are drawn, where there are any.
const KPIS: [(&str, &str, &str); 4] = [
    ("service_level", "Service level", "service-level"),
    ("abandonment_rate", "Abandonment rate", "abandonment"),
    ("asa_s", "Average speed of answer", "asa"),
    ("cost", "Cost", "cost"),
];

const COLOURS: [Colour; 6] = [
    Colour::BLUE,
    Colour::RED,
    Colour::GREEN,
    Colour::PURPLE,
    Colour::ORANGE,
    Colour::SKY,
];

/// Most rows or columns of a heat map.
const MOST_CELLS: usize = 60;

/// The plots of a sweep.
pub fn sweep(outcome: &Outcome) -> Vec<SweepPlot> {
    let mut plots = Vec::new();
    for (kpi, title, name) in KPIS {
        let has = outcome
            .points
            .iter()
            .any(|p| p.get("total", kpi).mean.is_some());
        if !has {
            continue;
        }
        match outcome.columns.len() {
            1 => plots.push(lines(outcome, (kpi, title, name))),
            _ => match Grid::of(outcome) {
                Some(grid) => plots.push(heat(outcome, &grid, (kpi, title, name))),
                None => {
                    let columns = 0..outcome.columns.len();
                    plots.extend(columns.map(|column| dots(outcome, column, (kpi, title, name))));
                }
            },
        }
    }
    plots
}

fn plot(
    name: String,
    (title, words): (&str, &str),
    height: f64,
    draw: impl Fn(&mut Canvas<'_>),
) -> SweepPlot {
    SweepPlot {
        name,
        svg: canvas::svg((WIDTH, height), (title, words), true, &draw),
        png: canvas::png((WIDTH, height), &draw),
    }
}

/// An axis for a figure from 0 to its largest value.
fn scale(kpi: &str, most: f64) -> Scale {
    match unit(kpi) {
        Some(Unit::Fraction) if most > 0.5 => Scale::percent(),
        Some(Unit::Fraction) => Scale::percent_up_to(most),
        Some(Unit::Seconds) => Scale::up_to(most, |x, digits| format!("{x:.digits$} s")),
        _ => Scale::up_to(most, grouped),
    }
}

/// Where the values of a path stand on an axis: at their numbers, or one after the other.
struct Axis {
    distinct: Vec<String>,
    at: Vec<f64>,
}

impl Axis {
    fn of(outcome: &Outcome, column: usize) -> Self {
        let mut distinct: Vec<String> = Vec::new();
        for point in &outcome.points {
            if !distinct.contains(&point.values[column]) {
                distinct.push(point.values[column].clone());
            }
        }
        let numbers: Option<Vec<f64>> =
            distinct.iter().map(|value| leading_number(value)).collect();
        let at = match numbers {
            Some(numbers) if numbers.windows(2).all(|pair| pair[0] < pair[1]) => numbers,
            _ => (0..distinct.len()).map(|i| i as f64).collect(),
        };
        Self { distinct, at }
    }

    fn place(&self, value: &str) -> f64 {
        let index = self.distinct.iter().position(|known| known == value);
        index.map_or(0.0, |index| self.at[index])
    }

    fn scale(&self) -> Scale {
        let (from, to) = (self.at[0], self.at[self.at.len() - 1]);
        let labels = self.at.iter().copied().zip(self.distinct.iter().cloned());
        Scale {
            from,
            to: if to > from { to } else { from + 1.0 },
            labels: labels.collect(),
        }
    }
}

/// The number that a value is, or the only one in it: 100 of `exp(100s)`.
fn leading_number(value: &str) -> Option<f64> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let mut numbers = value
        .split(|c| !is_number(c))
        .filter_map(|text| text.parse().ok());
    let first = numbers.next();
    first.filter(|_| numbers.next().is_none())
}

/// A figure over one path: of the total and of each queue, with its band.
fn lines(outcome: &Outcome, (kpi, title, name): (&str, &str, &str)) -> SweepPlot {
    let axis = Axis::of(outcome, 0);
    let mut places = vec!["total"];
    let queues = outcome.queues();
    if queues.len() > 1 && kpi != "cost" {
        places.extend(queues.into_iter().take(COLOURS.len() - 1));
    }
    let at = |place: &str| -> Vec<(f64, f64, f64, f64)> {
        let points = outcome.points.iter().filter_map(|point| {
            let estimate = point.get(place, kpi);
            let mean = estimate.mean?;
            let (low, high) = estimate.ci.unwrap_or((mean, mean));
            Some((axis.place(&point.values[0]), mean, low, high))
        });
        points.collect()
    };
    let series: Vec<Vec<(f64, f64, f64, f64)>> = places.iter().map(|place| at(place)).collect();
    let most = series
        .iter()
        .flatten()
        .map(|point| point.3)
        .fold(0.0, f64::max);
    let heading = format!("{title} by {}", outcome.columns[0]);
    let draw = |canvas: &mut Canvas<'_>| {
        let names = places
            .iter()
            .map(|place| place.trim_start_matches("queues."));
        let legend: Vec<Entry<'_>> = names
            .zip(COLOURS)
            .map(|(name, colour)| (Mark::Band, colour, name))
            .collect();
        let frame = Frame::draw(canvas, &heading, &legend, &scale(kpi, most), |_| {
            axis.scale()
        });
        for (points, colour) in series.iter().zip(COLOURS) {
            let edge = |upper: bool| {
                let edge = points
                    .iter()
                    .map(move |p| (p.0, if upper { p.3 } else { p.2 }));
                edge.map(|(x, y)| (frame.x(x), frame.y(y)))
                    .collect::<Vec<_>>()
            };
            let mut band = edge(true);
            band.extend(edge(false).into_iter().rev());
            canvas.area(&band, colour, 0.2);
            let line: Vec<(f64, f64)> = points
                .iter()
                .map(|p| (frame.x(p.0), frame.y(p.1)))
                .collect();
            canvas.line(&line, colour, 2.0);
            dot(canvas, &line, colour);
        }
    };
    let words = format!(
        "{} points; the bands are confidence intervals",
        outcome.points.len()
    );
    plot(name.to_owned(), (&heading, &words), HEIGHT, draw)
}

fn dot(canvas: &mut Canvas<'_>, points: &[(f64, f64)], colour: Colour) {
    for &(x, y) in points {
        canvas.rect((x - 2.0, y - 2.0), (x + 2.0, y + 2.0), colour, 1.0);
    }
}

/// A figure of the total over one of several paths, a dot for each point.
fn dots(outcome: &Outcome, column: usize, (kpi, title, name): (&str, &str, &str)) -> SweepPlot {
    let axis = Axis::of_sorted(outcome, column);
    let points: Vec<(f64, f64)> = outcome
        .points
        .iter()
        .filter_map(|p| Some((axis.place(&p.values[column]), p.get("total", kpi).mean?)))
        .collect();
    let most = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let heading = format!("{title} by {}", outcome.columns[column]);
    let draw = |canvas: &mut Canvas<'_>| {
        let frame = Frame::draw(canvas, &heading, &[], &scale(kpi, most), |_| axis.scale());
        let points: Vec<_> = points
            .iter()
            .map(|p| (frame.x(p.0), frame.y(p.1)))
            .collect();
        dot(canvas, &points, Colour::BLUE);
    };
    let words = format!("{} points; the other values differ too", points.len());
    plot(
        format!("{name}-{}", column + 1),
        (&heading, &words),
        HEIGHT,
        draw,
    )
}

impl Axis {
    /// The same in the order of the numbers: the points of a hypercube come in no order.
    fn of_sorted(outcome: &Outcome, column: usize) -> Self {
        let mut axis = Self::of(outcome, column);
        let numbers: Option<Vec<f64>> = axis
            .distinct
            .iter()
            .map(|value| leading_number(value))
            .collect();
        if let Some(numbers) = numbers {
            let mut pairs: Vec<(f64, String)> = numbers.into_iter().zip(axis.distinct).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            (axis.at, axis.distinct) = pairs.into_iter().unzip();
        }
        axis
    }
}

/// Every combination of two paths, each once.
struct Grid {
    across: Axis,
    down: Axis,
}

impl Grid {
    fn of(outcome: &Outcome) -> Option<Self> {
        if outcome.columns.len() != 2 {
            return None;
        }
        let (down, across) = (Axis::of(outcome, 0), Axis::of(outcome, 1));
        let whole = down.distinct.len() * across.distinct.len() == outcome.points.len();
        let few = down.distinct.len().max(across.distinct.len()) <= MOST_CELLS;
        (whole && few).then_some(Self { across, down })
    }
}

/// A figure of the total over two paths: the darker, the larger.
fn heat(outcome: &Outcome, grid: &Grid, (kpi, title, name): (&str, &str, &str)) -> SweepPlot {
    const ROW: f64 = 20.0;
    const NUMBER: f64 = 9.5;
    const MARGIN: f64 = 10.0;
    let means = outcome.points.iter().map(|p| p.get("total", kpi).mean);
    let means: Vec<Option<f64>> = means.collect();
    let (least, most) = means
        .iter()
        .flatten()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(*x), high.max(*x))
        });
    let paths = format!(
        "down: {} · across: {}",
        outcome.columns[0], outcome.columns[1]
    );
    let rows = grid.down.distinct.len();
    let say = |x: f64| match unit(kpi) {
        Some(Unit::Fraction) => format!("{:.0}", 100.0 * x),
        _ => grouped(x, 0),
    };
    let draw = |canvas: &mut Canvas<'_>| {
        let suffix = match unit(kpi) {
            Some(Unit::Fraction) => " %",
            Some(Unit::Seconds) => " s",
            _ => "",
        };
        let (low, high) = (
            format!("{}{suffix}", say(least)),
            format!("{}{suffix}", say(most)),
        );
        let legend = [
            (Mark::Box, Colour::BLUE.tint(0.05), low.as_str()),
            (Mark::Box, Colour::BLUE.tint(0.75), high.as_str()),
        ];
        let below = heading(canvas, title, &legend) + LABEL / 2.0 + 2.0;
        let (look, room) = ((Align::Left, Colour::MUTED), canvas.width - 2.0 * MARGIN);
        canvas.text_within(&paths, (MARGIN, below), LABEL, look, room);
        let top = below + LABEL / 2.0 + 6.0;
        let names = grid
            .down
            .distinct
            .iter()
            .map(|value| text_width(value, LABEL));
        let names = names.fold(0.0, f64::max).min(canvas.width / 4.0);
        let left = MARGIN + names + 8.0;
        let right = canvas.width - MARGIN;
        let across = grid.across.distinct.len();
        let cell = (right - left) / across as f64;
        for (i, mean) in means.iter().enumerate() {
            let (row, column) = (i / across, i % across);
            let (x, y) = (left + cell * column as f64, top + ROW * row as f64);
            if column == 0 {
                let look = (Align::Right, Colour::INK);
                let at = (left - 6.0, y + ROW / 2.0);
                canvas.text_within(&grid.down.distinct[row], at, LABEL, look, names);
            }
            let Some(mean) = *mean else { continue };
            let part = if most > least {
                (mean - least) / (most - least)
            } else {
                0.5
            };
            let corner = ((x + cell + 0.5).min(right), y + ROW - 0.5);
            canvas.rect(
                (x, y + 0.5),
                corner,
                Colour::BLUE.tint(0.05 + 0.7 * part),
                1.0,
            );
            let text = say(mean);
            if cell >= text_width(&text, NUMBER) + 2.0 {
                let at = (x + cell / 2.0, y + ROW / 2.0);
                canvas.text(&text, at, NUMBER, Align::Centre, Colour::BLACK);
            }
        }
        let bottom = top + ROW * rows as f64;
        let labels = grid.across.distinct.iter().enumerate();
        let x = Scale {
            from: 0.0,
            to: across as f64,
            labels: labels
                .map(|(i, value)| (i as f64 + 0.5, value.clone()))
                .collect(),
        };
        Frame::within((left, top), (right, bottom), &x, &Scale::percent()).label_below(canvas, &x);
    };
    let words = format!(
        "{paths}; {} points, from {} to {}",
        means.len(),
        say(least),
        say(most)
    );
    plot(
        name.to_owned(),
        (title, &words),
        95.0 + ROW * rows as f64,
        draw,
    )
}
