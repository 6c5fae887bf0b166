//! How a queue's service level is spread over days.

use super::canvas::{Align, Canvas, Colour, text_width};
use super::frame::{Frame, LABEL, Mark, Scale};
use super::{Drawing, Of, Plot};
use crate::report::text::figures;
use crate::scenario::grouped;

pub const DAYS: Plot = Plot {
    name: "days",
    of: Of::Queue,
    title: "Days by service level",
    caption: "How many of the simulated days had which service level. A plan that just meets its target on average \
              misses it on about half of its days.",
    days_only: true,
    kpi: None,
    height: |_| super::by_interval::HEIGHT,
    draw,
    describe: |drawing| {
        let Some(days) = &drawing.part().days else {
            return String::new();
        };
        if days.histogram.is_empty() {
            return "The service level is not defined on any day.".to_owned();
        }
        let level = |p: &str| {
            days.service_level
                .get(p)
                .copied()
                .flatten()
                .map_or("–".to_owned(), figures::rough_percent)
        };
        format!(
            "On {} of the days the target is met. The worst twentieth of the days has at most {}, half have at most {}, \
             the best twentieth at least {}.",
            figures::percent(days.target_met),
            level("p5"),
            level("p50"),
            level("p95"),
        )
    },
};

fn draw(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let queue = drawing.part();
    let Some(days) = &queue.days else { return };
    let target = queue.target.as_ref().map_or(0.0, |target| target.fraction);
    // Bars of half a point to five points, so that there are some thirty of them.
    let levels = || days.histogram.iter().map(|step| step.service_level);
    let (least, most) = (
        levels().fold(1.0, f64::min).min(target),
        levels().fold(0.0, f64::max).max(target),
    );
    let width = [0.005, 0.01, 0.02, 0.05]
        .into_iter()
        .find(|w| (most - least) / w <= 40.0)
        .unwrap_or(0.05);
    // The target lies on an edge, so that no bar has days on both sides of it.
    let bar = |level: f64| ((level - target) / width + 1e-9).floor() as i64;
    let (first, last) = (bar(least), bar(most));
    let mut counts = vec![0u64; (last - first + 1) as usize];
    for step in &days.histogram {
        counts[(bar(step.service_level) - first) as usize] += step.days;
    }
    let top = counts.iter().copied().max().unwrap_or(0);
    // Days are whole, and the percentiles are named above the bars.
    let y = Scale::up_to((1.15 * top as f64).max(4.0), grouped);
    let legend = [
        (Mark::Box, Colour::BLUE, "target met"),
        (Mark::Box, Colour::ORANGE, "missed"),
        (Mark::Dashes, Colour::RED, "target"),
    ];
    let from = target + first as f64 * width;
    let to = target + (last + 1) as f64 * width;
    let frame = Frame::draw(canvas, &drawing.title, &legend, &y, |_| {
        let step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
            .into_iter()
            .find(|s| (to - from) / s <= 10.0)
            .unwrap_or(0.2);
        let digits = usize::from(step < 0.01);
        let marks = ((from / step).ceil() as i64)..=((to / step).floor() as i64);
        Scale {
            from,
            to,
            labels: marks
                .map(|k| k as f64 * step)
                .map(|v| (v, format!("{:.digits$} %", 100.0 * v)))
                .collect(),
        }
    });
    for (k, &count) in counts.iter().enumerate() {
        let low = from + k as f64 * width;
        let colour = if first + k as i64 >= 0 {
            Colour::BLUE
        } else {
            Colour::ORANGE
        };
        let inset = (frame.x(from + width) - frame.x(from)) * 0.05;
        let (left, right) = (frame.x(low) + inset, frame.x(low + width) - inset);
        canvas.rect(
            (left, frame.y(count as f64)),
            (right, frame.bottom),
            colour,
            1.0,
        );
    }
    frame.mark_x(canvas, target);
    let mut taken = f64::NEG_INFINITY;
    for (name, words) in [("p5", "5th percentile"), ("p50", "median"), ("p95", "95th")] {
        if let Some(level) = days.service_level.get(name).copied().flatten() {
            let x = frame.x(level);
            canvas.area(
                &[
                    (x - 4.0, frame.top - 6.0),
                    (x + 4.0, frame.top - 6.0),
                    (x, frame.top),
                ],
                Colour::INK,
                1.0,
            );
            let align = match x {
                x if x < frame.left + 60.0 => Align::Left,
                x if x > frame.right - 60.0 => Align::Right,
                _ => Align::Centre,
            };
            // Of labels in the same place only the first can be read.
            let width = text_width(words, LABEL);
            let left = match align {
                Align::Left => x,
                Align::Centre => x - width / 2.0,
                Align::Right => x - width,
            };
            if left < taken {
                continue;
            }
            taken = left + width + 4.0;
            canvas.text(
                words,
                (x, frame.top + LABEL / 2.0),
                LABEL,
                align,
                Colour::INK,
            );
        }
    }
}
