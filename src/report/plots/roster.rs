//! Who works when on a day, and beneath it what is required and what is covered.

use super::WIDTH;
use super::canvas::{self, Align, Canvas, Colour, text_width};
use super::frame::{Entry, Frame, LABEL, Mark, PALE, Scale, heading, heading_height};
use crate::scenario::grouped;

/// A day of a plan. All times are minutes after its midnight.
#[derive(Debug, Clone)]
pub struct Roster<'a> {
    /// Heading.
    pub title: String,
    /// What is to be seen, in words.
    pub description: String,
    /// From and to.
    pub span: (u32, u32),
    /// Names of the types of shift, by which lines are coloured.
    pub types: Vec<&'a str>,
    /// A line for each person.
    pub lines: Vec<Line>,
    /// The cover of each group.
    pub cover: Vec<Cover<'a>>,
}

/// A person's shift.
#[derive(Debug, Clone)]
pub struct Line {
    /// What stands beside it where there is room.
    pub name: String,
    /// What stands beside all neighbours of this name where there is less.
    pub kind: String,
    /// Index of its type.
    pub shift_type: usize,
    /// Start and end.
    pub minutes: (u32, u32),
    /// Start and end of each break, and whether it is paid.
    pub breaks: Vec<(u32, u32, bool)>,
}

/// What a group needs and has.
#[derive(Debug, Clone)]
pub struct Cover<'a> {
    /// Its name.
    pub name: &'a str,
    /// Start and end of each step, the people required and covered.
    pub steps: Vec<(u32, u32, u32, u32)>,
}

/// Of more types the colours come again. Red is for what is short.
const COLOURS: [Colour; 5] = [
    Colour::BLUE,
    Colour::ORANGE,
    Colour::GREEN,
    Colour::PURPLE,
    Colour::SKY,
];

const MARGIN: f64 = 10.0;

/// Height of all lines together, as far as each is neither too thin nor too thick.
const LINES: f64 = 600.0;
const THINNEST: f64 = 2.5;
const THICKEST: f64 = 16.0;

/// Thinner lines have no names of their own.
const NAMED_FROM: f64 = 8.5;

/// Height of a group's cover, and the gap above it, in which its name stands.
const PANEL: f64 = 100.0;
const GAP: f64 = 24.0;

/// Height of the labels of an axis.
const AXIS: f64 = LABEL + 10.0;

impl Roster<'_> {
    fn legend(&self) -> Vec<Entry<'_>> {
        let types = self.types.iter().enumerate();
        let mut legend: Vec<Entry<'_>> = types
            .map(|(i, name)| (Mark::Box, COLOURS[i % COLOURS.len()], *name))
            .collect();
        let has = |paid: bool| {
            let mut breaks = self.lines.iter().flat_map(|line| &line.breaks);
            breaks.any(|of| of.2 == paid)
        };
        if has(true) {
            legend.push((Mark::Pale, Colour::MUTED, "paid break"));
        }
        if has(false) {
            legend.push((Mark::Gap, Colour::MUTED, "unpaid break"));
        }
        if !self.cover.is_empty() {
            let steps = || self.cover.iter().flat_map(|cover| &cover.steps);
            if steps().any(|&(_, _, required, _)| required > 0) {
                legend.push((Mark::Band, Colour::MUTED, "required"));
            }
            legend.push((Mark::Line, Colour::INK, "covered"));
            if steps().any(|&(_, _, required, covered)| covered < required) {
                legend.push((Mark::Box, Colour::RED, "people short"));
            }
        }
        legend
    }

    fn thickness(&self) -> f64 {
        (LINES / self.lines.len().max(1) as f64).clamp(THINNEST, THICKEST)
    }

    fn size(&self) -> (f64, f64) {
        let lines = self.thickness() * self.lines.len() as f64;
        let panels = (GAP + PANEL) * self.cover.len() as f64;
        let head = heading_height(WIDTH, &self.legend());
        (WIDTH, head + AXIS + lines + panels + AXIS + MARGIN)
    }

    /// As an SVG document; on white `paper`, or on whatever is behind it.
    pub fn svg(&self, paper: bool) -> String {
        let words = (self.title.as_str(), self.description.as_str());
        canvas::svg(self.size(), words, paper, |canvas| self.draw(canvas))
    }

    /// As a PNG image.
    pub fn png(&self) -> Vec<u8> {
        canvas::png(self.size(), |canvas| self.draw(canvas))
    }

    fn draw(&self, canvas: &mut Canvas<'_>) {
        let top = heading(canvas, &self.title, &self.legend()) + AXIS;
        let thickness = self.thickness();
        let named = thickness >= NAMED_FROM;
        let letters = (0.8 * thickness).clamp(0.0, LABEL);
        let names = self.lines.iter().map(|line| match named {
            true => text_width(&line.name, letters),
            false => text_width(&line.kind, LABEL),
        });
        let scale_of = |cover: &Cover<'_>| {
            let steps = cover.steps.iter();
            let most = steps
                .map(|&(_, _, required, covered)| required.max(covered))
                .max();
            // People are whole.
            let mut scale = Scale::up_to(most.unwrap_or(0).into(), |n, _| grouped(n, 0));
            scale.labels.retain(|(value, _)| value.fract() == 0.0);
            scale
        };
        let scales: Vec<Scale> = self.cover.iter().map(scale_of).collect();
        let numbers = scales.iter().flat_map(|scale| &scale.labels);
        let numbers = numbers.map(|(_, label)| text_width(label, LABEL));
        let room = names
            .chain(numbers)
            .fold(0.0, f64::max)
            .min(0.3 * canvas.width);
        let left = MARGIN + room + 7.0;
        let right = canvas.width - MARGIN - text_width("00:00", LABEL) / 2.0;
        let x = Scale::clock(self.span.0, self.span.1, 60, right - left);
        let x = on_one_clock(x);
        let none = Scale {
            from: 0.0,
            to: 1.0,
            labels: Vec::new(),
        };
        let bottom = top + thickness * self.lines.len() as f64;
        let frame = Frame::within((left, top), (right, bottom), &x, &none);
        for (minute, label) in &x.labels {
            let at = frame.x(*minute);
            canvas.line(&[(at, top), (at, bottom)], Colour::GRID, 0.5);
            let above = (at, top - 4.0 - LABEL / 2.0);
            canvas.text(label, above, LABEL, Align::Centre, Colour::MUTED);
        }
        let mut labelled = f64::NEG_INFINITY;
        let mut row = 0;
        for of_kind in self.lines.chunk_by(|a, b| a.kind == b.kind) {
            let first = top + thickness * row as f64;
            let middle = first + thickness * of_kind.len() as f64 / 2.0;
            // Where kinds are closer than their letters, the next one is named.
            if !named && middle - LABEL / 2.0 >= labelled {
                let kind = shortened(&of_kind[0].kind, LABEL, room);
                canvas.text(
                    &kind,
                    (left - 6.0, middle),
                    LABEL,
                    Align::Right,
                    Colour::MUTED,
                );
                labelled = middle + LABEL / 2.0;
            }
            for (i, line) in of_kind.iter().enumerate() {
                let y = first + thickness * i as f64;
                if named {
                    let at = (left - 6.0, y + thickness / 2.0);
                    let name = shortened(&line.name, letters, room);
                    canvas.text(&name, at, letters, Align::Right, Colour::MUTED);
                }
                draw_line(canvas, &frame, line, (y, thickness));
            }
            row += of_kind.len();
        }
        let mut frame = frame;
        for (cover, scale) in self.cover.iter().zip(&scales) {
            frame = Frame::within(
                (left, frame.bottom + GAP),
                (right, frame.bottom + GAP + PANEL),
                &x,
                scale,
            );
            draw_cover(canvas, &frame, cover, (&x, scale));
        }
        canvas.line(
            &[(left, frame.bottom), (right, frame.bottom)],
            Colour::MUTED,
            0.5,
        );
        frame.label_below(canvas, &x);
    }
}

/// A text cut to a width in its middle: its end tells groups apart.
fn shortened(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| {
        let start: String = letters[..kept.div_ceil(2)].iter().collect();
        let end: String = letters[letters.len() - kept / 2..].iter().collect();
        format!("{}…{}", start.trim_end(), end.trim_start())
    };
    let mut cuts = (0..letters.len()).rev().map(cut);
    cuts.find(|cut| text_width(cut, size) <= width)
        .unwrap_or_default()
}

/// Times beyond midnight as those of the next day.
fn on_one_clock(mut x: Scale) -> Scale {
    for (minute, label) in &mut x.labels {
        let hour = (*minute / 60.0) as u32;
        if hour > 24 {
            *label = format!("{:02}:{:02}", hour % 24, *minute as u32 % 60);
        }
    }
    x
}

fn draw_line(canvas: &mut Canvas<'_>, frame: &Frame, line: &Line, (y, thickness): (f64, f64)) {
    let colour = COLOURS[line.shift_type % COLOURS.len()];
    // Thin lines touch: between them there would be more paper than ink.
    let inset = if thickness > 5.0 {
        0.12 * thickness
    } else {
        0.0
    };
    let (top, bottom) = (y + inset, y + thickness - inset);
    let x = |minute: u32| frame.x(minute.into());
    let mut from = line.minutes.0;
    for &(start, end, paid) in &line.breaks {
        if start > from {
            canvas.rect((x(from), top), (x(start), bottom), colour, 1.0);
        }
        let middle = y + thickness / 2.0;
        match paid {
            true => canvas.rect((x(start), top), (x(end), bottom), colour, PALE),
            false if inset > 0.0 => {
                canvas.line(&[(x(start), middle), (x(end), middle)], colour, 0.5);
            }
            false => {}
        }
        from = end.max(from);
    }
    if line.minutes.1 > from {
        canvas.rect((x(from), top), (x(line.minutes.1), bottom), colour, 1.0);
    }
}

fn draw_cover(canvas: &mut Canvas<'_>, frame: &Frame, cover: &Cover<'_>, (x, y): (&Scale, &Scale)) {
    let (left, right) = (frame.left, frame.right);
    for (minute, _) in &x.labels {
        let at = frame.x(*minute);
        canvas.line(&[(at, frame.top), (at, frame.bottom)], Colour::GRID, 0.5);
    }
    for (value, label) in &y.labels {
        let at = frame.y(*value);
        canvas.line(&[(left, at), (right, at)], Colour::GRID, 0.5);
        canvas.text(label, (left - 6.0, at), LABEL, Align::Right, Colour::MUTED);
    }
    let above = (left, frame.top - 4.0 - LABEL / 2.0);
    let look = (Align::Left, Colour::INK);
    canvas.text_within(cover.name, above, LABEL, look, right - left);
    // Points within a level line would bend it by a fraction of a pixel.
    let steps = |of: fn(&(u32, u32, u32, u32)) -> u32| -> Vec<(f64, f64)> {
        let mut line: Vec<(f64, f64)> = Vec::new();
        for step in &cover.steps {
            let (from, to) = (frame.x(step.0.into()), frame.x(step.1.into()));
            let y = frame.y(of(step).into());
            match line.last_mut() {
                Some(last) if last.1 == y => last.0 = to,
                _ => line.extend([(from, y), (to, y)]),
            }
        }
        line
    };
    let required = steps(|step| step.2);
    if let (Some(first), Some(last)) = (required.first(), required.last()) {
        let mut outline = required.clone();
        outline.extend([(last.0, frame.bottom), (first.0, frame.bottom)]);
        canvas.area(&outline, Colour::MUTED, 0.25);
    }
    for &(from, to, required, covered) in &cover.steps {
        if covered < required {
            let corner = (frame.x(from.into()), frame.y(required.into()));
            let other = (frame.x(to.into()), frame.y(covered.into()));
            canvas.rect(corner, other, Colour::RED, 0.9);
        }
    }
    canvas.line(&required, Colour::MUTED, 1.5);
    canvas.line(&steps(|step| step.3), Colour::INK, 1.5);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_shortened_in_its_middle() {
        let name = "07 flexible early shift back office north";
        assert_eq!(shortened(name, LABEL, 1000.0), name);
        let half = shortened(name, LABEL, text_width(name, LABEL) / 2.0);
        let (start, end) = half.split_once('…').expect("a cut");
        assert!(start.starts_with("07 flex"), "{half}");
        assert!(end.ends_with("north"), "{half}");
        assert!(text_width(&half, LABEL) <= text_width(name, LABEL) / 2.0);
        assert_eq!(shortened(name, LABEL, 0.0), "");
    }
}
