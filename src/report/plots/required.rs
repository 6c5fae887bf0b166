//! Agents required beside those there are, by interval.

use super::WIDTH;
use super::by_interval::HEIGHT;
use super::canvas::{self, Canvas, Colour};
use super::frame::{Frame, Mark, Scale};
use crate::scenario::{Scenario, grouped};

/// An SVG document of a group's staff: required as an area, today's as a line.
pub fn required(
    (title, description): (&str, &str),
    (required, current): (&[u32], &[u32]),
    scenario: &Scenario,
) -> String {
    let draw = |canvas: &mut Canvas<'_>| {
        let most = required.iter().chain(current).max().copied().unwrap_or(0);
        let y = Scale::up_to(most.into(), grouped);
        let legend = [
            (Mark::Band, Colour::BLUE, "required"),
            (Mark::Line, Colour::INK, "today"),
        ];
        let s = scenario;
        let frame = Frame::draw(canvas, title, &legend, &y, |width| {
            Scale::clock(s.open_min, s.close_min, s.interval_min, width)
        });
        let x = |i: usize| frame.x(f64::from(s.open_min) + f64::from(s.interval_min) * i as f64);
        let steps = |staff: &[u32]| -> Vec<(f64, f64)> {
            let step =
                |(i, &n): (usize, &u32)| [(x(i), frame.y(n.into())), (x(i + 1), frame.y(n.into()))];
            staff.iter().enumerate().flat_map(step).collect()
        };
        let line = steps(required);
        let mut outline = line.clone();
        outline.extend([(x(required.len()), frame.y(0.0)), (x(0), frame.y(0.0))]);
        canvas.area(&outline, Colour::BLUE, 0.25);
        canvas.line(&line, Colour::BLUE, 2.0);
        canvas.line(&steps(current), Colour::INK, 1.5);
    };
    canvas::svg((WIDTH, HEIGHT), (title, description), false, draw)
}
