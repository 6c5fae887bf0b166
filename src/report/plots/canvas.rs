//! A surface to draw on, in points from the top left corner: SVG and bitmaps through one small set of strokes.

use plotters::backend::DrawingBackend;
use plotters::prelude::{BitMapBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, IntoFont, RGBAColor, ShapeStyle, TextStyle, register_font};
use std::sync::Once;

/// Pixels of a point: bitmaps stay sharp on fine screens, and vector drawings have half points.
const SCALE: f64 = 2.0;

/// The font's size that plotters takes for letters of 1 px.
const FONT_SCALE: f64 = 1.24;

/// Colours by what they say. They are those of Okabe and Ito (2008), told apart by colour-blind readers too; the page
/// changes the first four with its theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(u8, u8, u8);

#[allow(missing_docs)]
impl Colour {
    pub const BLACK: Colour = Colour(0, 0, 0);
    pub const INK: Colour = Colour(0x1B, 0x1F, 0x24);
    pub const MUTED: Colour = Colour(0x5A, 0x63, 0x6E);
    pub const GRID: Colour = Colour(0xDD, 0xE1, 0xE6);
    pub const PAPER: Colour = Colour(0xFF, 0xFF, 0xFE);
    pub const BLUE: Colour = Colour(0x00, 0x72, 0xB2);
    pub const ORANGE: Colour = Colour(0xE6, 0x9F, 0x00);
    pub const GREEN: Colour = Colour(0x00, 0x9E, 0x73);
    pub const SKY: Colour = Colour(0x56, 0xB4, 0xE9);
    pub const RED: Colour = Colour(0xD5, 0x5E, 0x00);
    pub const PURPLE: Colour = Colour(0xCC, 0x79, 0xA7);

    /// Part `t` of the way from white to this colour.
    pub fn tint(self, t: f64) -> Colour {
        let part = |c: u8| (255.0 - t.clamp(0.0, 1.0) * (255.0 - f64::from(c))).round() as u8;
        Colour(part(self.0), part(self.1), part(self.2))
    }

    fn with(self, opacity: f64) -> RGBAColor {
        RGBAColor(self.0, self.1, self.2, opacity)
    }
}

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// To the right of it.
    Left,
    /// Around it.
    Centre,
    /// To the left of it.
    Right,
}

/// Something to draw on; coordinates are points.
pub struct Canvas<'a> {
    strokes: &'a mut dyn Strokes,
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
}

impl Canvas<'_> {
    /// A filled shape.
    pub fn area(&mut self, corners: &[(f64, f64)], colour: Colour, opacity: f64) {
        self.strokes.area(&pixels(corners), colour.with(opacity));
    }

    /// A filled rectangle between two corners.
    pub fn rect(&mut self, a: (f64, f64), b: (f64, f64), colour: Colour, opacity: f64) {
        self.area(&[a, (b.0, a.1), b, (a.0, b.1)], colour, opacity);
    }

    /// A box on its corner, so far from its middle.
    pub fn diamond(&mut self, (x, y): (f64, f64), r: f64, colour: Colour) {
        let corners = [(x - r, y), (x, y - r), (x + r, y), (x, y + r)];
        self.area(&corners, colour, 1.0);
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], colour: Colour, width: f64) {
        let width = (width * SCALE).round().max(1.0) as u32;
        self.strokes.line(&pixels(points), colour.with(1.0), width);
    }

    /// A straight dashed line.
    pub fn dashes(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        const DASH: f64 = 5.0;
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let at = |s: f64| {
            let part = (s / length).min(1.0);
            (
                from.0 + part * (to.0 - from.0),
                from.1 + part * (to.1 - from.1),
            )
        };
        let mut s = 0.0;
        while s < length {
            self.line(&[at(s), at(s + DASH)], colour, width);
            s += 1.8 * DASH;
        }
    }

    /// A dashed line through points; the dashes go on around its corners.
    pub fn dashed(&mut self, points: &[(f64, f64)], colour: Colour, width: f64) {
        const DASH: f64 = 5.0;
        const GAP: f64 = 4.0;
        // What is left of the dash, or the gap, under way.
        let (mut drawing, mut left) = (true, DASH);
        let mut dash: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let (mut from, to) = (pair[0], pair[1]);
            loop {
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                if length < left || length.is_nan() {
                    left -= length.max(0.0);
                    dash.push(to);
                    break;
                }
                let part = left / length;
                from = (
                    from.0 + part * (to.0 - from.0),
                    from.1 + part * (to.1 - from.1),
                );
                dash.push(from);
                if drawing {
                    self.line(&dash, colour, width);
                }
                drawing = !drawing;
                left = if drawing { DASH } else { GAP };
                dash = vec![from];
            }
        }
        if drawing && dash.len() > 1 {
            self.line(&dash, colour, width);
        }
    }

    /// A text, vertically centred on its point.
    pub fn text(&mut self, text: &str, at: (f64, f64), size: f64, align: Align, colour: Colour) {
        let at = pixels(&[at])[0];
        self.strokes
            .text(&readable(text), at, size, align, colour.with(1.0));
    }

    /// A text cut to a width, with `…` where something is missing.
    pub fn text_within(
        &mut self,
        text: &str,
        at: (f64, f64),
        size: f64,
        (align, colour): (Align, Colour),
        width: f64,
    ) {
        if text_width(text, size) <= width {
            return self.text(text, at, size, align, colour);
        }
        let mut short: String = text.to_owned();
        while short.pop().is_some() {
            let cut = format!("{}…", short.trim_end());
            if text_width(&cut, size) <= width {
                return self.text(&cut, at, size, align, colour);
            }
        }
    }
}

/// Width of a text in points.
pub fn text_width(text: &str, size: f64) -> f64 {
    let size = size * FONT_SCALE * SCALE;
    let layout = font(size).layout_box(&readable(text));
    // The font is registered: the guess is never needed.
    layout.map_or(text.len() as f64 * size / 2.0, |((left, _), (right, _))| {
        f64::from(right - left) / SCALE
    })
}

/// Without characters that XML does not allow.
fn readable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(shown).collect()
}

fn pixels(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    let pixel = |v: f64| (v * SCALE).round() as i32;
    points.iter().map(|&(x, y)| (pixel(x), pixel(y))).collect()
}

fn font(size: f64) -> plotters::style::FontDesc<'static> {
    static REGISTER: Once = Once::new();
    REGISTER.call_once(|| {
        let font = include_bytes!("DejaVuSans.ttf");
        // The bundled font is sound; a test draws with it.
        let _ = register_font("sans-serif", FontStyle::Normal, font);
    });
    ("sans-serif", size).into_font()
}

/// What a drawing library must be able to do. Coordinates are pixels.
trait Strokes {
    fn area(&mut self, corners: &[(i32, i32)], colour: RGBAColor);
    fn line(&mut self, points: &[(i32, i32)], colour: RGBAColor, width: u32);
    fn text(&mut self, text: &str, at: (i32, i32), size: f64, align: Align, colour: RGBAColor);
}

/// Both backends draw into memory, which does not fail.
impl<B: DrawingBackend> Strokes for B {
    fn area(&mut self, corners: &[(i32, i32)], colour: RGBAColor) {
        let style = ShapeStyle {
            color: colour,
            filled: true,
            stroke_width: 0,
        };
        let _ = self.fill_polygon(corners.iter().copied(), &style);
    }

    fn line(&mut self, points: &[(i32, i32)], colour: RGBAColor, width: u32) {
        let style = ShapeStyle {
            color: colour,
            filled: false,
            stroke_width: width,
        };
        let _ = self.draw_path(points.iter().copied(), &style);
    }

    fn text(&mut self, text: &str, at: (i32, i32), size: f64, align: Align, colour: RGBAColor) {
        let across = match align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = TextStyle::from(font(size * FONT_SCALE * SCALE))
            .color(&colour)
            .pos(Pos::new(across, VPos::Center));
        let _ = self.draw_text(text, &style, at);
    }
}

fn size_in_pixels((width, height): (f64, f64)) -> (u32, u32) {
    let pixel = |v: f64| (v * SCALE).round() as u32;
    (pixel(width), pixel(height))
}

/// Draws an SVG document of this size in points, with a title and a description for those who cannot see it.
pub fn svg(
    size: (f64, f64),
    (title, description): (&str, &str),
    paper: bool,
    draw: impl FnOnce(&mut Canvas<'_>),
) -> String {
    let mut text = String::new();
    let (width, height) = size_in_pixels(size);
    {
        let mut backend = SVGBackend::with_string(&mut text, (width, height));
        run(&mut backend, size, paper, draw);
        let _ = backend.present();
    }
    // The library's opening tag has a fixed size and no description.
    let body = text.split_once(">\n").map_or("", |(_, body)| body);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{}\" height=\"{}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n{body}",
        size.0,
        size.1,
        escaped(title),
        escaped(description),
    )
}

fn escaped(text: &str) -> String {
    let text = readable(text).replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws a PNG image of this size in points, two pixels to the point.
pub fn png(size: (f64, f64), draw: impl FnOnce(&mut Canvas<'_>)) -> Vec<u8> {
    let (width, height) = size_in_pixels(size);
    let mut pixels = vec![0; width as usize * height as usize * 3];
    {
        let mut backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        run(&mut backend, size, true, draw);
        let _ = backend.present();
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Into memory, and of the size announced: it does not fail.
    if let Ok(mut writer) = encoder.write_header() {
        let _ = writer.write_image_data(&pixels);
    }
    file
}

fn run(
    strokes: &mut dyn Strokes,
    (width, height): (f64, f64),
    paper: bool,
    draw: impl FnOnce(&mut Canvas<'_>),
) {
    let mut canvas = Canvas {
        strokes,
        width,
        height,
    };
    if paper {
        canvas.rect((0.0, 0.0), (width, height), Colour::PAPER, 1.0);
    }
    draw(&mut canvas);
}
