//! Differences between two variants with their intervals: one below the other, and over the day.

use super::WIDTH;
use super::by_interval::HEIGHT;
use super::canvas::{self, Align, Canvas, Colour, text_width};
use super::frame::{Entry, Frame, LABEL, Mark, Scale, heading};
use crate::scenario::{Scenario, grouped};

/// A difference to be drawn, in the unit of the axis.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What differs.
    pub label: String,
    /// The difference.
    pub mean: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// A difference up to this is none.
    pub margin: f64,
    /// Its colour says the verdict.
    pub colour: Colour,
}

/// What the colours say.
const LEGEND: [Entry<'static>; 5] = [
    (Mark::Line, Colour::BLUE, "better"),
    (Mark::Line, Colour::RED, "worse"),
    (Mark::Line, Colour::PURPLE, "higher or lower"),
    (Mark::Line, Colour::MUTED, "equivalent or unknown"),
    (Mark::Box, Colour::GRID, "margin"),
];

const ROW: f64 = 20.0;
const MARGIN: f64 = 10.0;

/// An SVG document of differences, one below the other. `unit` stands behind the numbers of the axis.
pub fn differences((title, description): (&str, &str), bars: &[Bar], unit: &str) -> String {
    let height = 100.0 + ROW * bars.len() as f64;
    let draw = |canvas: &mut Canvas<'_>| {
        let top = heading(canvas, title, &LEGEND) + 6.0;
        let names = bars.iter().map(|bar| text_width(&bar.label, LABEL));
        let names = names.fold(0.0, f64::max).min(0.42 * canvas.width);
        let ends = bars
            .iter()
            .flat_map(|bar| [bar.interval.0, bar.interval.1, -bar.margin, bar.margin]);
        let scale = signed(ends, unit);
        let most = scale
            .labels
            .iter()
            .map(|(_, label)| text_width(label, LABEL));
        let room = most.fold(0.0, f64::max) / 2.0;
        let (left, right) = (MARGIN + names + 8.0 + room, canvas.width - MARGIN - room);
        let bottom = top + ROW * bars.len() as f64;
        let y = Scale {
            from: 0.0,
            to: 1.0,
            labels: Vec::new(),
        };
        let frame = Frame::within((left, top), (right, bottom), &scale, &y);
        for (value, _) in &scale.labels {
            let x = frame.x(*value);
            canvas.line(&[(x, top), (x, bottom)], Colour::GRID, 0.5);
        }
        for (row, bar) in bars.iter().enumerate() {
            let y = top + ROW * row as f64;
            let middle = y + ROW / 2.0;
            let margin = (frame.x(-bar.margin), frame.x(bar.margin));
            canvas.rect(
                (margin.0, y + 2.0),
                (margin.1, y + ROW - 2.0),
                Colour::GRID,
                0.7,
            );
            let look = (Align::Right, Colour::INK);
            canvas.text_within(&bar.label, (MARGIN + names, middle), LABEL, look, names);
        }
        let zero = frame.x(0.0);
        canvas.line(&[(zero, top), (zero, bottom)], Colour::INK, 1.0);
        for (row, bar) in bars.iter().enumerate() {
            let middle = top + ROW * row as f64 + ROW / 2.0;
            let (low, high) = (frame.x(bar.interval.0), frame.x(bar.interval.1));
            canvas.line(&[(low, middle), (high, middle)], bar.colour, 2.0);
            for end in [low, high] {
                canvas.line(&[(end, middle - 3.5), (end, middle + 3.5)], bar.colour, 1.5);
            }
            let mean = frame.x(bar.mean);
            canvas.rect(
                (mean - 3.0, middle - 3.0),
                (mean + 3.0, middle + 3.0),
                bar.colour,
                1.0,
            );
        }
        canvas.line(&[(left, bottom), (right, bottom)], Colour::MUTED, 0.5);
        frame.label_below(canvas, &scale);
    };
    canvas::svg((WIDTH, height), (title, description), false, draw)
}

/// An SVG document of a difference over the day, with its interval as a band; what is not defined is left out.
pub fn over_day(
    (title, description): (&str, &str),
    points: &[Option<(f64, (f64, f64))>],
    scenario: &Scenario,
    unit: &str,
) -> String {
    let draw = |canvas: &mut Canvas<'_>| {
        let ends = points
            .iter()
            .flatten()
            .flat_map(|(_, (low, high))| [*low, *high]);
        let y = signed(ends, unit);
        let legend = [(Mark::Band, Colour::BLUE, "difference and its interval")];
        let s = scenario;
        let frame = Frame::draw(canvas, title, &legend, &y, |width| {
            Scale::clock(s.open_min, s.close_min, s.interval_min, width)
        });
        let zero = frame.y(0.0);
        canvas.line(&[(frame.left, zero), (frame.right, zero)], Colour::INK, 1.0);
        let x = |i: usize| frame.x(f64::from(s.open_min) + f64::from(s.interval_min) * i as f64);
        for (i, point) in points.iter().enumerate() {
            let Some((mean, (low, high))) = point else {
                continue;
            };
            canvas.rect(
                (x(i), frame.y(*high)),
                (x(i + 1), frame.y(*low)),
                Colour::BLUE,
                0.25,
            );
            let y = frame.y(*mean);
            canvas.line(&[(x(i), y), (x(i + 1), y)], Colour::BLUE, 2.0);
        }
    };
    canvas::svg((WIDTH, HEIGHT), (title, description), false, draw)
}

/// An axis with 0 on it, from below the least to above the largest value, with round steps.
fn signed(values: impl Iterator<Item = f64>, unit: &str) -> Scale {
    let ends = values.filter(|v| v.is_finite());
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), v| (low.min(v), high.max(v)));
    let step = {
        let half = Scale::up_to((high - low).max(1e-9), |_, _| String::new());
        half.labels.get(1).map_or(1.0, |(step, _)| *step)
    };
    // What ends at a label needs no further one.
    let (mut from, mut to) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    if from == to {
        (from, to) = (from - 1.0, to + 1.0);
    }
    let digits = (0..6).find(|&d| {
        let scaled = step * 10f64.powi(d);
        (scaled - scaled.round()).abs() < 1e-6
    });
    let say = |value: f64| {
        let text = grouped(value.abs(), digits.unwrap_or(6) as usize);
        let sign = match value {
            v if v > 0.5 * step => "+",
            v if v < -0.5 * step => "−",
            _ => "",
        };
        format!("{sign}{text}{unit}")
    };
    let labels = (from as i64..=to as i64).map(|i| (i as f64 * step, say(i as f64 * step)));
    Scale {
        from: from * step,
        to: to * step,
        labels: labels.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_0_and_all_values_on_it() {
        for values in [[0.2, 3.1], [-4.0, -1.0], [-0.3, 7.0], [0.0, 0.0]] {
            let scale = signed(values.into_iter(), " pp");
            assert!(scale.from <= values[0].min(0.0) && scale.to >= values[1].max(0.0));
            assert!(
                scale
                    .labels
                    .iter()
                    .any(|(v, label)| *v == 0.0 && !label.starts_with(['+', '−']))
            );
            assert!((2..=8).contains(&scale.labels.len()), "{:?}", scale.labels);
        }
        let scale = signed([-4.0, 3.0].into_iter(), " s");
        let labels: Vec<&str> = scale
            .labels
            .iter()
            .map(|(_, label)| label.as_str())
            .collect();
        assert_eq!(labels, ["−4 s", "−2 s", "0 s", "+2 s", "+4 s"]);
    }
}
