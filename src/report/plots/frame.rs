//! The frame of a chart: title, legend, axes and grid, with room for every label.

use super::canvas::{Align, Canvas, Colour, text_width};

/// Size of the title, and of all other letters, in points.
pub const TITLE: f64 = 14.0;
pub const LABEL: f64 = 11.5;

const MARGIN: f64 = 10.0;
const LINE: f64 = 17.0;

/// How an entry of a legend looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A filled box.
    Box,
    /// A line.
    Line,
    /// A dashed line.
    Dashes,
    /// A line within its confidence band.
    Band,
    /// A pale box.
    Pale,
    /// Two boxes with a thin line between them.
    Gap,
    /// A box on its corner.
    Diamond,
}

/// An entry of a legend.
pub type Entry<'a> = (Mark, Colour, &'a str);

/// Numbers along an axis.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Least and largest value.
    pub from: f64,
    #[allow(missing_docs)]
    pub to: f64,
    /// Where labels stand, and what they say.
    pub labels: Vec<(f64, String)>,
}

impl Scale {
    /// From 0 to at least `most`, with round steps.
    pub fn up_to(most: f64, say: impl Fn(f64, usize) -> String) -> Self {
        let most = if most > 0.0 && most.is_finite() {
            most
        } else {
            1.0
        };
        let rough = most / 4.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power);
        let step = step
            .into_iter()
            .find(|&s| s >= rough * 0.999)
            .unwrap_or(rough);
        let n = (most / step - 1e-9).ceil().max(1.0) as usize;
        let digits = (0..6).find(|&d| {
            let scaled = step * 10f64.powi(d as i32);
            (scaled - scaled.round()).abs() < 1e-6
        });
        let digits = digits.unwrap_or(6);
        let labels = (0..=n).map(|i| (i as f64 * step, say(i as f64 * step, digits)));
        Scale {
            from: 0.0,
            to: n as f64 * step,
            labels: labels.collect(),
        }
    }

    /// Fractions from 0 to at least `most`, in per cent with round steps.
    pub fn percent_up_to(most: f64) -> Self {
        let mut scale = Self::up_to(100.0 * most, |v, digits| format!("{v:.digits$} %"));
        scale.to *= 0.01;
        for (value, _) in &mut scale.labels {
            *value *= 0.01;
        }
        scale
    }

    /// Fractions from 0 to 1 in per cent.
    pub fn percent() -> Self {
        let labels = [0.0, 0.25, 0.5, 0.75, 1.0].map(|v| (v, format!("{:.0} %", 100.0 * v)));
        Scale {
            from: 0.0,
            to: 1.0,
            labels: labels.to_vec(),
        }
    }

    /// Times of day: minutes after midnight, labelled where there is room for it on `width` points.
    pub fn clock(open_min: u32, close_min: u32, interval_min: u32, width: f64) -> Self {
        let room = text_width("00:00", LABEL) + 12.0;
        let per_min = width / f64::from(close_min - open_min);
        let step = [5, 10, 15, 30, 60, 120, 180, 240, 360, 720]
            .into_iter()
            .find(|&step| step >= interval_min.min(720) && f64::from(step) * per_min >= room)
            .unwrap_or(1440);
        let first = open_min.div_ceil(step) * step;
        let labels = (first..=close_min).step_by(step as usize);
        Scale {
            from: open_min.into(),
            to: close_min.into(),
            labels: labels
                .map(|min| (min.into(), format!("{:02}:{:02}", min / 60, min % 60)))
                .collect(),
        }
    }
}

/// The part of a canvas where the data go.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Edges in points.
    pub left: f64,
    #[allow(missing_docs)]
    pub right: f64,
    #[allow(missing_docs)]
    pub top: f64,
    #[allow(missing_docs)]
    pub bottom: f64,
    x: (f64, f64),
    y: (f64, f64),
}

impl Frame {
    /// A frame between two corners; nothing is drawn.
    pub fn within(
        (left, top): (f64, f64),
        (right, bottom): (f64, f64),
        x: &Scale,
        y: &Scale,
    ) -> Self {
        Frame {
            left,
            right,
            top,
            bottom,
            x: (x.from, x.to),
            y: (y.from, y.to),
        }
    }

    /// Draws title, legend and the vertical axis, and makes the horizontal one from the width that is left.
    pub fn draw(
        canvas: &mut Canvas<'_>,
        title: &str,
        legend: &[Entry<'_>],
        y: &Scale,
        x: impl FnOnce(f64) -> Scale,
    ) -> Self {
        let top = heading(canvas, title, legend) + 8.0;
        let bottom = canvas.height - MARGIN - LABEL - 6.0;
        Self::draw_between(canvas, (top, bottom), width_of_labels(y), y, x)
    }

    /// Draws both axes of a frame between two heights, with so much room for the labels at the left.
    pub fn draw_between(
        canvas: &mut Canvas<'_>,
        (top, bottom): (f64, f64),
        labels: f64,
        y: &Scale,
        x: impl FnOnce(f64) -> Scale,
    ) -> Self {
        let left = MARGIN + labels + 7.0;
        let right = canvas.width - MARGIN - text_width("00:00", LABEL) / 2.0;
        let x = x(right - left);
        let frame = Self::within((left, top), (right, bottom), &x, y);
        for (value, label) in &y.labels {
            let at = frame.y(*value);
            canvas.line(&[(left, at), (right, at)], Colour::GRID, 0.5);
            canvas.text(label, (left - 6.0, at), LABEL, Align::Right, Colour::MUTED);
        }
        frame.label_below(canvas, &x);
        canvas.line(&[(left, bottom), (right, bottom)], Colour::MUTED, 0.5);
        frame
    }

    /// Marks and labels of the horizontal axis; a label that would touch the one before it is left out.
    pub fn label_below(&self, canvas: &mut Canvas<'_>, x: &Scale) {
        let mut taken = f64::NEG_INFINITY;
        for (value, label) in &x.labels {
            let at = self.x(*value);
            canvas.line(
                &[(at, self.bottom), (at, self.bottom + 4.0)],
                Colour::MUTED,
                0.5,
            );
            let half = text_width(label, LABEL) / 2.0;
            if at - half > taken + 4.0 {
                taken = at + half;
                let at = (at, self.bottom + 6.0 + LABEL / 2.0);
                canvas.text(label, at, LABEL, Align::Centre, Colour::MUTED);
            }
        }
    }

    /// A dashed line across the whole width, at a value of the vertical axis.
    pub fn mark_y(&self, canvas: &mut Canvas<'_>, value: f64) {
        let y = self.y(value);
        canvas.dashes((self.left, y), (self.right, y), Colour::RED, 1.5);
    }

    /// A dashed line over the whole height, at a value of the horizontal axis.
    pub fn mark_x(&self, canvas: &mut Canvas<'_>, value: f64) {
        let x = self.x(value);
        canvas.dashes((x, self.top), (x, self.bottom), Colour::RED, 1.5);
    }

    /// Where a value of the horizontal axis is.
    pub fn x(&self, value: f64) -> f64 {
        let part = (value - self.x.0) / (self.x.1 - self.x.0);
        self.left + part.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Where a value of the vertical axis is.
    pub fn y(&self, value: f64) -> f64 {
        let part = (value - self.y.0) / (self.y.1 - self.y.0);
        self.bottom - part.clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

/// How pale a pale box is.
pub const PALE: f64 = 0.35;

const SWATCH: f64 = 18.0;

/// Width of the widest label.
pub fn width_of_labels(scale: &Scale) -> f64 {
    let labels = scale.labels.iter();
    labels
        .map(|(_, label)| text_width(label, LABEL))
        .fold(0.0, f64::max)
}

/// Where the entries of a legend stand, their middles, and where they end, on so much width below a title of a size.
fn places(width: f64, (top, size): (f64, f64), legend: &[Entry<'_>]) -> (Vec<(f64, f64)>, f64) {
    let (mut x, mut y) = (MARGIN, top + MARGIN + size + 6.0);
    if legend.is_empty() {
        return (Vec::new(), y);
    }
    let mut places = Vec::with_capacity(legend.len());
    for (_, _, text) in legend {
        let wide = SWATCH + 5.0 + text_width(text, LABEL) + 16.0;
        if x > MARGIN && x + wide > MARGIN + width {
            (x, y) = (MARGIN, y + LINE);
        }
        places.push((x, y + LINE / 2.0));
        x += wide;
    }
    (places, y + LINE)
}

/// Where [`heading`] ends on a canvas of a width.
pub fn heading_height(width: f64, legend: &[Entry<'_>]) -> f64 {
    heading_height_at(width, (0.0, TITLE), legend)
}

/// Where [`heading_at`] ends on a canvas of a width.
pub fn heading_height_at(width: f64, at: (f64, f64), legend: &[Entry<'_>]) -> f64 {
    places(width - 2.0 * MARGIN, at, legend).1
}

/// Draws title and legend and returns where they end.
pub fn heading(canvas: &mut Canvas<'_>, title: &str, legend: &[Entry<'_>]) -> f64 {
    heading_at(canvas, (0.0, TITLE), title, legend)
}

/// The same below a height, the title in letters of a size.
pub fn heading_at(
    canvas: &mut Canvas<'_>,
    (top, size): (f64, f64),
    title: &str,
    legend: &[Entry<'_>],
) -> f64 {
    let width = canvas.width - 2.0 * MARGIN;
    let look = (Align::Left, Colour::INK);
    canvas.text_within(
        title,
        (MARGIN, top + MARGIN + size / 2.0),
        size,
        look,
        width,
    );
    let (places, end) = places(width, (top, size), legend);
    for (&(mark, colour, text), (x, middle)) in legend.iter().zip(places) {
        let (from, to) = (x, x + SWATCH);
        let mut rect = |from: f64, to: f64, opacity: f64| {
            canvas.rect((from, middle - 5.0), (to, middle + 5.0), colour, opacity);
        };
        match mark {
            Mark::Box => rect(from, to, 1.0),
            Mark::Pale => rect(from, to, PALE),
            Mark::Diamond => canvas.diamond((f64::midpoint(from, to), middle), 6.0, colour),
            Mark::Line => canvas.line(&[(from, middle), (to, middle)], colour, 2.0),
            Mark::Dashes => canvas.dashes((from, middle), (to, middle), colour, 1.5),
            Mark::Band => {
                rect(from, to, 0.25);
                canvas.line(&[(from, middle), (to, middle)], colour, 2.0);
            }
            Mark::Gap => {
                rect(from, from + 5.0, 1.0);
                rect(to - 5.0, to, 1.0);
                canvas.line(&[(from, middle), (to, middle)], colour, 0.5);
            }
        }
        let at = (to + 5.0, middle);
        let look = (Align::Left, Colour::INK);
        canvas.text_within(text, at, LABEL, look, width - SWATCH - 5.0);
    }
    end
}
