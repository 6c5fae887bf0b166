//! Service level by interval and queue, as colours around each queue's target.

use super::by_interval::of_day;
use super::canvas::{Align, Canvas, Colour, text_width};
use super::frame::{Frame, LABEL, Mark, Scale, heading};
use super::{Drawing, Of, Plot, Shown};
use crate::scenario::grouped;

pub const SERVICE_LEVEL: Plot = Plot {
    name: "service-level-by-queue",
    of: Of::Total,
    title: "Service level by interval and queue, against each queue's target",
    caption: "Orange is below the queue's target, blue above it, the stronger the farther; white is at the target. The \
              number is the service level in per cent, where there is room for it. Empty: no call reached the queue.",
    days_only: true,
    kpi: None,
    height: |shown| 79.0 + ROW * shown.results.queues.len() as f64,
    draw,
    describe,
};

const ROW: f64 = 20.0;
const MARGIN: f64 = 10.0;

/// Size of the numbers in the cells.
const NUMBER: f64 = 9.5;

/// Distance from the target at which a colour is full.
const FULL: f64 = 0.3;

fn draw(canvas: &mut Canvas<'_>, drawing: &Drawing<'_>) {
    let shown: &Shown<'_> = &drawing.shown;
    let legend = [
        (Mark::Box, Colour::RED.tint(0.85), "30 points below or more"),
        (Mark::Box, Colour::RED.tint(0.2), "just below"),
        (Mark::Box, Colour::BLUE.tint(0.2), "just above"),
        (
            Mark::Box,
            Colour::BLUE.tint(0.85),
            "30 points above or more",
        ),
    ];
    let top = heading(canvas, &drawing.title, &legend) + 6.0;
    let names = shown
        .results
        .queues
        .iter()
        .map(|queue| text_width(queue.name(), LABEL));
    let names = names.fold(0.0, f64::max).min(canvas.width / 4.0);
    let left = MARGIN + names + 8.0;
    let right = canvas.width - MARGIN - text_width("00:00", LABEL) / 2.0;
    let s = shown.scenario;
    let cell = (right - left) / s.intervals() as f64;
    let numbers = cell >= text_width("100", NUMBER) + 1.0;
    for (row, queue) in shown.results.queues.iter().enumerate() {
        let y = top + ROW * row as f64;
        let middle = y + ROW / 2.0;
        let look = (Align::Right, Colour::INK);
        canvas.text_within(queue.name(), (left - 6.0, middle), LABEL, look, names);
        let target = queue.target.as_ref().map_or(0.0, |target| target.fraction);
        for (i, level) in of_day(queue, shown, "service_level").iter().enumerate() {
            let Some(level) = level.mean else { continue };
            let off = level - target;
            let side = if off < 0.0 { Colour::RED } else { Colour::BLUE };
            // Just off the target is told from at the target.
            let strength = if off == 0.0 {
                0.0
            } else {
                0.15 + 0.7 * (off.abs() / FULL).min(1.0)
            };
            let x = left + cell * i as f64;
            // Neighbours overlap by a hair: where they only touch, a screen shows a seam.
            canvas.rect(
                (x, y + 0.5),
                ((x + cell + 0.5).min(right), y + ROW - 0.5),
                side.tint(strength),
                1.0,
            );
            if numbers {
                let at = (x + cell / 2.0, middle);
                canvas.text(
                    &format!("{:.0}", 100.0 * level),
                    at,
                    NUMBER,
                    Align::Centre,
                    Colour::BLACK,
                );
            }
        }
    }
    let bottom = top + ROW * shown.results.queues.len() as f64;
    let clock = Scale::clock(s.open_min, s.close_min, s.interval_min, right - left);
    Frame::within((left, top), (right, bottom), &clock, &Scale::percent())
        .label_below(canvas, &clock);
}

/// The queues that are below target for the most intervals are named.
fn describe(drawing: &Drawing<'_>) -> String {
    let shown = &drawing.shown;
    const NAMED: usize = 5;
    let count = |n: usize| grouped(n as f64, 0);
    let mut below: Vec<(usize, usize, &str)> = Vec::new();
    let mut any = false;
    for queue in &shown.results.queues {
        let target = queue.target.as_ref().map_or(0.0, |target| target.fraction);
        let levels = of_day(queue, shown, "service_level");
        let judged: Vec<f64> = levels.iter().filter_map(|e| e.mean).collect();
        any |= !judged.is_empty();
        let missed = judged.iter().filter(|&&level| level < target).count();
        if missed > 0 {
            below.push((missed, judged.len(), queue.name()));
        }
    }
    if !any {
        return "No call reached a queue.".to_owned();
    }
    if below.is_empty() {
        return "No queue is below its target in any interval.".to_owned();
    }
    below.sort_by_key(|&(missed, ..)| std::cmp::Reverse(missed));
    let named = below.iter().take(NAMED);
    let named =
        named.map(|(missed, of, name)| format!("{name} in {} of {}", count(*missed), count(*of)));
    let more = match below.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(", and {n} more queues"),
    };
    let named = named.collect::<Vec<_>>().join(", ");
    format!("Intervals below target: {named}{more}.")
}
