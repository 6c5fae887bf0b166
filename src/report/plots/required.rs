//! Agents required beside those there are, by interval.

use super::WIDTH;
use super::by_interval::HEIGHT;
use super::canvas::{self, Canvas, Colour};
use super::frame::{Frame, Mark, Scale};
use crate::scenario::{Scenario, grouped};

/// A group's staff: required as an area, today's as a line.
pub struct StaffPlot<'a> {
    /// Its name.
    pub group: &'a str,
    /// Heading.
    pub title: String,
    /// What is to be seen, in words.
    pub description: String,
    /// Agents required, by interval.
    pub required: Vec<u32>,
    /// Agents of today.
    pub current: Vec<u32>,
    /// Whose intervals these are.
    pub scenario: &'a Scenario,
}

impl<'a> StaffPlot<'a> {
    /// Of a group of that name.
    pub fn new(
        group: &'a str,
        required: Vec<u32>,
        current: Vec<u32>,
        scenario: &'a Scenario,
    ) -> Self {
        let range = |staff: &[u32]| match (staff.iter().min(), staff.iter().max()) {
            (Some(low), Some(high)) if low < high => format!("{low} to {high}"),
            (Some(low), _) => low.to_string(),
            _ => String::new(),
        };
        Self {
            group,
            title: format!("Agents: {group}"),
            description: format!(
                "Required: {}. Today: {}.",
                range(&required),
                range(&current)
            ),
            required,
            current,
            scenario,
        }
    }

    /// As an SVG document; on white `paper`, or on whatever is behind it.
    pub fn svg(&self, paper: bool) -> String {
        let words = (self.title.as_str(), self.description.as_str());
        canvas::svg((WIDTH, HEIGHT), words, paper, |canvas| self.draw(canvas))
    }

    /// As a PNG image.
    pub fn png(&self) -> Vec<u8> {
        canvas::png((WIDTH, HEIGHT), |canvas| self.draw(canvas))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        let (required, current) = (&self.required, &self.current);
        let most = required.iter().chain(current).max().copied().unwrap_or(0);
        let y = Scale::up_to(most.into(), grouped);
        let legend = [
            (Mark::Band, Colour::BLUE, "required"),
            (Mark::Line, Colour::INK, "today"),
        ];
        let s = self.scenario;
        let frame = Frame::draw(canvas, &self.title, &legend, &y, |width| {
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
    }
}
