//! Figures against volume, or over the clock: panels one below the other over the same axis.

use super::WIDTH;
use super::canvas::{self, Align, Canvas, Colour, text_width};
use super::frame::{
    Entry, Frame, LABEL, Mark, PALE, Scale, heading, heading_at, heading_height, heading_height_at,
    width_of_labels,
};
use crate::kpi::Unit;
use crate::scenario::grouped;

/// Height of a panel's data.
const PANEL: f64 = 150.0;

/// From the legend of a panel to its data, and from there to the next panel, with the labels below.
const ABOVE: f64 = 8.0;
const BELOW: f64 = 24.0;

/// Height of a line that says when something is missed, with the gap to the next.
const MISSED: f64 = 4.0;

/// Height of a span with its name, with the gap to the next.
const SPAN: f64 = 17.0;

/// Of more spans than this, the first are named.
const MOST_SPANS: usize = 20;

/// Where on the axis, figure, and its interval if it has one; a figure that is not a number is a gap.
pub type Dot = (f64, f64, Option<(f64, f64)>);

/// What is along the axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Axis {
    /// Volume in per cent of today's.
    Volume,
    /// Minutes after midnight.
    Clock {
        /// Opening.
        open_min: u32,
        /// Closing.
        close_min: u32,
    },
}

/// How a figure is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A line within its band.
    Simulated,
    /// Dashed; what is far from the others is cut.
    Formula,
    /// Simulated for comparison: dashed.
    Beside,
    /// A dot with its interval for each.
    Dots,
}

/// A place on the axis, marked in every panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Upright {
    /// What the legend says.
    pub name: String,
    /// Where.
    pub x: f64,
    /// Its interval.
    pub ci: Option<(f64, f64)>,
    /// How it looks: dashes, or a line, in a band where it has an interval.
    pub mark: Mark,
    #[allow(missing_docs)]
    pub colour: Colour,
}

impl Upright {
    /// Where the volume is today's.
    pub fn today() -> Self {
        Self {
            name: "today's volume".to_owned(),
            x: 100.0,
            ci: None,
            mark: Mark::Dashes,
            colour: Colour::MUTED,
        }
    }
}

/// What is the case from somewhere to somewhere on the axis: named above the panels and marked in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// What.
    pub name: String,
    #[allow(missing_docs)]
    pub from: f64,
    #[allow(missing_docs)]
    pub to: f64,
    /// What it is one of.
    pub kind: SpanKind,
}

/// Kinds of spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Shaded.
    Fault,
    /// A lane below the axis, so that it hides neither a figure nor a fault.
    Action,
}

impl SpanKind {
    const ALL: [SpanKind; 2] = [SpanKind::Fault, SpanKind::Action];

    fn colour(self) -> Colour {
        match self {
            SpanKind::Fault => Colour::GRID,
            SpanKind::Action => Colour::PURPLE,
        }
    }

    /// So that words on it can be read.
    fn opacity(self) -> f64 {
        match self {
            SpanKind::Fault => 1.0,
            SpanKind::Action => PALE,
        }
    }

    /// What the legend says.
    fn name(self) -> &'static str {
        match self {
            SpanKind::Fault => "faults",
            SpanKind::Action => "actions",
        }
    }
}

/// A figure of one part.
#[derive(Debug, Clone)]
pub struct Series {
    /// What the legend says.
    pub name: String,
    /// Its colour.
    pub colour: Colour,
    /// From left to right.
    pub points: Vec<Dot>,
    /// How they are drawn.
    pub look: Look,
    /// What it is to be.
    pub target: Option<f64>,
    /// Volume and figure of its knee.
    pub knee: Option<(f64, f64)>,
    /// From where to where it is missed.
    pub missed: Vec<(f64, f64)>,
}

/// Figures of one kind.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Heading.
    pub title: String,
    /// What they are measured in: fractions, seconds or numbers.
    pub unit: Unit,
    /// The figures.
    pub series: Vec<Series>,
}

/// Panels over the same axis.
#[derive(Debug, Clone)]
pub struct CurvePlot {
    /// Name for files, without an ending.
    pub file: String,
    /// Heading.
    pub title: String,
    /// What is to be seen, in words.
    pub description: String,
    /// What is along the axis of each panel.
    pub axis: Axis,
    /// Places on it.
    pub uprights: Vec<Upright>,
    /// Ranges of it, as they begin.
    pub spans: Vec<Span>,
    /// What else the legend says of all panels.
    pub legend: Vec<Entry<'static>>,
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
            let below = heading_height_at(WIDTH, (0.0, LABEL), &panel.legend());
            below + panel.above() + PANEL + BELOW
        };
        let panels: f64 = panels.map(height).sum();
        (WIDTH, top + self.height_of_spans() + panels)
    }

    /// Both ends of the axis.
    fn ends(&self) -> (f64, f64) {
        if let Axis::Clock {
            open_min,
            close_min,
        } = self.axis
        {
            return (open_min.into(), close_min.into());
        }
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

    /// The marks that are on the axis.
    fn uprights(&self) -> impl Iterator<Item = &Upright> {
        let (low, high) = self.ends();
        let all = self.uprights.iter();
        all.filter(move |upright| low <= upright.x && upright.x <= high)
    }

    /// What is marked in every panel, or in some.
    fn marks(&self) -> Vec<Entry<'_>> {
        let uprights = self.uprights();
        let mut marks: Vec<Entry<'_>> = uprights
            .map(|upright| (upright.mark, upright.colour, upright.name.as_str()))
            .collect();
        for kind in SpanKind::ALL {
            if self.spans.iter().any(|span| span.kind == kind) {
                marks.push((Mark::Box, kind.colour(), kind.name()));
            }
        }
        let series = || self.panels.iter().flat_map(|panel| &panel.series);
        if series().any(|series| series.knee.is_some()) {
            marks.push((Mark::Diamond, Colour::INK, "knee"));
        }
        marks.extend(&self.legend);
        marks
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        let mut top = heading(canvas, &self.title, &self.marks());
        let (from, to) = self.ends();
        let scales: Vec<Scale> = self.panels.iter().map(Panel::scale).collect();
        let labels = scales.iter().map(width_of_labels).fold(0.0, f64::max);
        let mut spans = Some(top);
        top += self.height_of_spans();
        for (panel, scale) in self.panels.iter().zip(&scales) {
            let below = heading_at(canvas, (top, LABEL), &panel.title, &panel.legend());
            let data = below + panel.above();
            let axis = |width: f64| match self.axis {
                Axis::Volume => axis(from, to),
                Axis::Clock {
                    open_min,
                    close_min,
                } => Scale::clock(open_min, close_min, 1, width),
            };
            let frame = Frame::draw_between(canvas, (data, data + PANEL), labels, scale, axis);
            let mut shade = |(from, to): (f64, f64), colour: Colour, opacity: f64| {
                let corner = (frame.x(from), frame.top);
                canvas.rect(corner, (frame.x(to), frame.bottom), colour, opacity);
            };
            for span in &self.spans {
                if span.kind == SpanKind::Fault {
                    // Pale enough for the grid to be seen.
                    shade((span.from, span.to), span.kind.colour(), 0.5);
                }
            }
            for upright in self.uprights() {
                if let Some(ci) = upright.ci {
                    shade(ci, upright.colour, 0.12);
                }
            }
            for upright in self.uprights() {
                let x = frame.x(upright.x);
                let (from, to) = ((x, frame.top), (x, frame.bottom));
                match upright.mark {
                    Mark::Dashes => canvas.dashes(from, to, upright.colour, 1.0),
                    _ => canvas.line(&[from, to], upright.colour, 1.5),
                }
            }
            for span in &self.spans {
                if span.kind == SpanKind::Action {
                    let corner = (frame.x(span.from), frame.bottom + 1.0);
                    let other = (frame.x(span.to), frame.bottom + 4.0);
                    canvas.rect(corner, other, span.kind.colour(), 1.0);
                }
            }
            if let Some(top) = spans.take() {
                self.draw_spans(canvas, &frame, top);
            }
            let mut above = below + ABOVE / 2.0;
            for series in panel.series.iter().filter(|of| !of.missed.is_empty()) {
                for (from, to) in &series.missed {
                    let corner = (frame.x(*from), above);
                    let other = (frame.x(*to), above + MISSED - 1.0);
                    canvas.rect(corner, other, series.colour, 1.0);
                }
                above += MISSED;
            }
            for series in &panel.series {
                series.draw(canvas, &frame, scale.to);
            }
            top = frame.bottom + BELOW;
        }
    }

    /// Above the panels.
    fn height_of_spans(&self) -> f64 {
        match self.spans.len() {
            0 => 0.0,
            all => ABOVE + SPAN * all.min(MOST_SPANS + 1) as f64,
        }
    }

    /// A bar for each span. Its name begins in it, or before, where it would not end in the frame.
    fn draw_spans(&self, canvas: &mut Canvas<'_>, frame: &Frame, top: f64) {
        const PAD: f64 = 4.0;
        let look = (Align::Left, Colour::INK);
        let mut middle = top + ABOVE + SPAN / 2.0;
        for span in self.spans.iter().take(MOST_SPANS) {
            let (from, to) = (frame.x(span.from), frame.x(span.to));
            let (above, below) = (middle - SPAN / 2.0 + 1.0, middle + SPAN / 2.0 - 1.0);
            canvas.rect(
                (from, above),
                (to, below),
                span.kind.colour(),
                span.kind.opacity(),
            );
            let last = frame.right - text_width(&span.name, LABEL);
            let at = ((from + PAD).min(last).max(frame.left), middle);
            canvas.text_within(&span.name, at, LABEL, look, frame.right - frame.left);
            middle += SPAN;
        }
        if self.spans.len() > MOST_SPANS {
            let more = format!("and {} more", self.spans.len() - MOST_SPANS);
            let at = (frame.left, middle);
            canvas.text(&more, at, LABEL, Align::Left, Colour::INK);
        }
    }
}

impl Panel {
    /// From the legend to the data.
    fn above(&self) -> f64 {
        let missed = self.series.iter().filter(|of| !of.missed.is_empty());
        ABOVE + MISSED * missed.count() as f64
    }

    /// What is beside another line of its colour needs no words of its own.
    fn legend(&self) -> Vec<Entry<'_>> {
        let mark = |series: &Series| match series.look {
            Look::Formula | Look::Beside => Mark::Dashes,
            Look::Dots => Mark::Box,
            Look::Simulated if series.points.iter().any(|point| point.2.is_some()) => Mark::Band,
            Look::Simulated => Mark::Line,
        };
        let series = self.series.iter().filter(|series| !series.name.is_empty());
        series
            .map(|series| (mark(series), series.colour, series.name.as_str()))
            .collect()
    }

    /// High enough for what is simulated; of a formula's figures only what is near that is shown.
    fn scale(&self) -> Scale {
        let simulated = self.series.iter().filter(|of| of.look != Look::Formula);
        let points = simulated.clone().flat_map(|series| &series.points);
        let most = points
            .map(|(_, mean, ends)| ends.map_or(*mean, |ends| ends.1))
            .chain(simulated.filter_map(|series| series.target))
            .filter(|most| most.is_finite())
            .fold(0.0, f64::max);
        match self.unit {
            Unit::Fraction if most > 0.5 => Scale::percent(),
            Unit::Fraction => Scale::percent_up_to(most.max(0.01)),
            Unit::Seconds => Scale::up_to(most, |x, digits| format!("{} s", grouped(x, digits))),
            _ => Scale::up_to(most, grouped),
        }
    }
}

impl Series {
    fn draw(&self, canvas: &mut Canvas<'_>, frame: &Frame, most: f64) {
        if let Some(target) = self.target {
            let y = frame.y(target);
            canvas.dashes((frame.left, y), (frame.right, y), self.colour, 0.5);
        }
        for points in self.points.split(|point| point.1.is_nan()) {
            match self.look {
                Look::Dots => self.dots(canvas, frame, points),
                _ => self.line(canvas, frame, points, most),
            }
        }
        let at = |x: f64, y: f64| (frame.x(x), frame.y(y));
        if let Some((x, y)) = self.knee {
            let (x, y) = at(x, y);
            canvas.diamond((x, y), 6.0, self.colour);
        }
    }

    fn line(&self, canvas: &mut Canvas<'_>, frame: &Frame, points: &[Dot], most: f64) {
        let at = |x: f64, y: f64| (frame.x(x), frame.y(y));
        let band = |upper: bool| {
            points.iter().filter_map(move |(x, _, ends)| {
                let (low, high) = (*ends)?;
                Some(at(*x, if upper { high } else { low }))
            })
        };
        let mut outline: Vec<(f64, f64)> = band(true).collect();
        outline.extend(band(false).collect::<Vec<_>>().into_iter().rev());
        if outline.len() > 2 {
            canvas.area(&outline, self.colour, 0.25);
        }
        let line: Vec<(f64, f64)> = cut(points, most).map(|(x, y)| at(x, y)).collect();
        match (self.look, &line[..]) {
            (Look::Formula | Look::Beside, _) => canvas.dashed(&line, self.colour, 1.5),
            (_, [(x, y)]) => canvas.rect((x - 2.0, y - 2.0), (x + 2.0, y + 2.0), self.colour, 1.0),
            _ => canvas.line(&line, self.colour, 2.0),
        }
    }

    fn dots(&self, canvas: &mut Canvas<'_>, frame: &Frame, points: &[Dot]) {
        for (x, y, ends) in points {
            let (x, y) = (frame.x(*x), frame.y(*y));
            if let Some((low, high)) = ends {
                let (low, high) = (frame.y(*low), frame.y(*high));
                canvas.line(&[(x, low), (x, high)], self.colour, 1.0);
            }
            canvas.rect((x - 2.5, y - 2.5), (x + 2.5, y + 2.5), self.colour, 1.0);
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
