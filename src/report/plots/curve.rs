//! Figures against volume: panels one below the other over the same axis.

use super::WIDTH;
use super::canvas::{self, Canvas, Colour};
use super::frame::{
    Entry, Frame, LABEL, Mark, Scale, heading, heading_at, heading_height, heading_height_at,
    width_of_labels,
};
use crate::kpi::Unit;
use crate::scenario::grouped;

/// Height of a panel's data.
const PANEL: f64 = 150.0;

/// From the legend of a panel to its data, and from there to the next panel, with the labels below.
const ABOVE: f64 = 8.0;
const BELOW: f64 = 24.0;

/// Volume in per cent, figure, and its interval if it has one.
pub type Dot = (f64, f64, Option<(f64, f64)>);

/// A figure of one part.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the legend says.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// At every volume.
    pub points: Vec<Dot>,
    /// A formula's, not simulated.
    pub dashed: bool,
    /// What it is to be.
    pub target: Option<f64>,
    /// Volume and figure of its knee.
    pub knee: Option<(f64, f64)>,
}

/// Figures of one kind.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Heading.
    pub title: String,
    /// What they are measured in: fractions or seconds.
    pub unit: Unit,
    /// The figures.
    pub series: Vec<Series>,
}

/// Panels over the same volumes.
#[derive(Debug, Clone)]
pub struct CurvePlot {
    /// Name for files, without an ending.
    pub file: String,
    /// Heading.
    pub title: String,
    /// What is to be seen, in words.
    pub description: String,
    /// From the top.
    pub panels: Vec<Panel>,
}

impl CurvePlot {
    /// As an SVG document; on white `paper`, or on whatever is behind it.
    pub fn svg(&self, paper: bool) -> String {
        let words = (self.title.as_str(), self.description.as_str());
        canvas::svg(self.size(), words, paper, |canvas| self.draw(canvas))
    }

    /// As a PNG image.
    pub fn png(&self) -> Vec<u8> {
        canvas::png(self.size(), |canvas| self.draw(canvas))
    }

    fn size(&self) -> (f64, f64) {
        let top = heading_height(WIDTH, &self.marks());
        let panels = self.panels.iter();
        let height = |panel: &Panel| {
            heading_height_at(WIDTH, (0.0, LABEL), &panel.legend()) + ABOVE + PANEL + BELOW
        };
        (WIDTH, top + panels.map(height).sum::<f64>())
    }

    /// From the least to the largest volume.
    fn volumes(&self) -> (f64, f64) {
        let all = self.panels.iter().flat_map(|panel| &panel.series);
        let all = all.flat_map(|series| &series.points).map(|point| point.0);
        let ends = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        match ends.0 < ends.1 {
            true => ends,
            // A single volume.
            false if ends.0.is_finite() => (ends.0 - 1.0, ends.0 + 1.0),
            false => (0.0, 100.0),
        }
    }

    fn has_today(&self) -> bool {
        let (low, high) = self.volumes();
        low <= 100.0 && 100.0 <= high
    }

    /// What is marked in every panel, or in some.
    fn marks(&self) -> Vec<Entry<'static>> {
        let mut marks = Vec::new();
        if self.has_today() {
            marks.push((Mark::Dashes, Colour::MUTED, "today's volume"));
        }
        let series = || self.panels.iter().flat_map(|panel| &panel.series);
        if series().any(|series| series.knee.is_some()) {
            marks.push((Mark::Diamond, Colour::INK, "knee"));
        }
        marks
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        let mut top = heading(canvas, &self.title, &self.marks());
        let (from, to) = self.volumes();
        let scales: Vec<Scale> = self.panels.iter().map(Panel::scale).collect();
        let labels = scales.iter().map(width_of_labels).fold(0.0, f64::max);
        for (panel, scale) in self.panels.iter().zip(&scales) {
            let below = heading_at(canvas, (top, LABEL), &panel.title, &panel.legend());
            let heights = (below + ABOVE, below + ABOVE + PANEL);
            let frame = Frame::draw_between(canvas, heights, labels, scale, |_| axis(from, to));
            if self.has_today() {
                let x = frame.x(100.0);
                canvas.dashes((x, frame.top), (x, frame.bottom), Colour::MUTED, 1.0);
            }
            for series in &panel.series {
                series.draw(canvas, &frame, scale.to);
            }
            top = heights.1 + BELOW;
        }
    }
}

impl Panel {
    fn legend(&self) -> Vec<Entry<'_>> {
        let mark = |series: &Series| match series.dashed {
            true => Mark::Dashes,
            false => Mark::Band,
        };
        let series = self.series.iter();
        series
            .map(|series| (mark(series), series.colour, series.name.as_str()))
            .collect()
    }

    /// High enough for what is simulated; of a formula's figures only what is near that is shown.
    fn scale(&self) -> Scale {
        let simulated = self.series.iter().filter(|series| !series.dashed);
        let points = simulated.flat_map(|series| &series.points);
        let most = points
            .map(|(_, mean, ends)| ends.map_or(*mean, |ends| ends.1))
            .filter(|most| most.is_finite())
            .fold(0.0, f64::max);
        match self.unit {
            Unit::Fraction if most > 0.5 => Scale::percent(),
            Unit::Fraction => Scale::percent_up_to(most.max(0.01)),
            _ => Scale::up_to(most, |x, digits| format!("{} s", grouped(x, digits))),
        }
    }
}

impl Series {
    fn draw(&self, canvas: &mut Canvas<'_>, frame: &Frame, most: f64) {
        if let Some(target) = self.target {
            let y = frame.y(target);
            canvas.dashes((frame.left, y), (frame.right, y), self.colour, 0.5);
        }
        let at = |x: f64, y: f64| (frame.x(x), frame.y(y));
        let band = |upper: bool| {
            self.points.iter().filter_map(move |(x, _, ends)| {
                let (low, high) = (*ends)?;
                Some(at(*x, if upper { high } else { low }))
            })
        };
        let mut outline: Vec<(f64, f64)> = band(true).collect();
        outline.extend(band(false).collect::<Vec<_>>().into_iter().rev());
        if outline.len() > 2 {
            canvas.area(&outline, self.colour, 0.25);
        }
        let line: Vec<(f64, f64)> = cut(&self.points, most).map(|(x, y)| at(x, y)).collect();
        match (self.dashed, &line[..]) {
            (true, _) => canvas.dashed(&line, self.colour, 1.5),
            (false, [(x, y)]) => {
                canvas.rect((x - 2.0, y - 2.0), (x + 2.0, y + 2.0), self.colour, 1.0)
            }
            (false, _) => canvas.line(&line, self.colour, 2.0),
        }
        if let Some((x, y)) = self.knee {
            let (x, y) = at(x, y);
            canvas.diamond((x, y), 6.0, self.colour);
        }
    }
}

/// Volume and figure up to where it leaves the frame.
fn cut(points: &[Dot], most: f64) -> impl Iterator<Item = (f64, f64)> {
    let outside = points.iter().position(|(_, y, _)| *y > most);
    let end = outside.unwrap_or(points.len());
    let edge = outside.filter(|&i| i > 0).map(|i| {
        let ((x0, y0, _), (x1, y1, _)) = (points[i - 1], points[i]);
        (x0 + (most - y0) / (y1 - y0) * (x1 - x0), most)
    });
    points[..end].iter().map(|(x, y, _)| (*x, *y)).chain(edge)
}

/// An axis of volumes in per cent, labelled at round numbers.
fn axis(from: f64, to: f64) -> Scale {
    let steps = [
        0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1000.0,
        2000.0,
    ];
    let step = steps
        .into_iter()
        .find(|step| (to - from) / step <= 8.0)
        .unwrap_or(5000.0);
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    let digits = if step < 1.0 { 1 } else { 0 };
    let say = |value: f64| format!("{} %", grouped(value, digits));
    let mut labels: Vec<(f64, String)> = (first..=last)
        .map(|i| i as f64 * step)
        .map(|value| (value, say(value)))
        .collect();
    // Where the axis begins is said too, if that is a round number.
    if first as f64 * step > from && is_round(from, digits) {
        labels.insert(0, (from, say(from)));
    }
    Scale { from, to, labels }
}

/// Whether so many digits say all of a number.
fn is_round(value: f64, digits: usize) -> bool {
    let scaled = value * 10f64.powi(digits as i32);
    (scaled - scaled.round()).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_labelled_at_round_numbers() {
        let labels = |from, to| -> Vec<String> {
            axis(from, to).labels.into_iter().map(|of| of.1).collect()
        };
        assert_eq!(
            labels(10.0, 300.0),
            ["10 %", "50 %", "100 %", "150 %", "200 %", "250 %", "300 %"]
        );
        assert_eq!(
            labels(90.0, 110.0),
            ["90 %", "95 %", "100 %", "105 %", "110 %"]
        );
        assert_eq!(
            labels(99.0, 101.0),
            ["99.0 %", "99.5 %", "100.0 %", "100.5 %", "101.0 %"]
        );
        assert!(labels(1.0, 10_000.0).len() <= 9);
    }

    #[test]
    fn a_formula_is_drawn_up_to_the_edge() {
        let points = [
            (1.0, 0.0, None),
            (2.0, 4.0, None),
            (3.0, 12.0, None),
            (4.0, 1.0, None),
        ];
        let shown: Vec<(f64, f64)> = cut(&points, 8.0).collect();
        assert_eq!(shown, [(1.0, 0.0), (2.0, 4.0), (2.5, 8.0)]);
        assert_eq!(cut(&points, 100.0).count(), 4);
        assert_eq!(cut(&points[2..], 8.0).count(), 0);
    }
}
