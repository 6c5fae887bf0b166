//! A picture of a terminal's screen as SVG, for the documentation.
//!
//! Characters that have to meet their neighbours (frames, bars, shades, dots of plots) are drawn as shapes, so that they do
//! without any gap in every font. Everything else is text that keeps to its cells: ASCII by the length of its run, what a
//! font may lack in the middle of its own cell.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Width of a cell in pixels; odd, so that a line in its middle is sharp.
const WIDTH: f64 = 9.0;
/// Height of a cell in pixels.
const HEIGHT: f64 = 20.0;
/// Size of the font, whose characters are 0.6 of it wide.
const FONT: f64 = 15.0;
/// Where the text stands, below the top of its cell.
const BASELINE: f64 = 14.5;
/// Where the lines of a cell meet.
const MIDDLE: (f64, f64) = (4.5, 9.5);
/// Space around the screen.
const MARGIN: f64 = 12.0;
/// Height of the window's title.
const TITLE: f64 = 32.0;

type Rgb = (u8, u8, u8);

/// The terminal's own colours.
#[derive(Debug, Clone, Copy)]
pub struct Colours {
    /// Behind the text.
    pub ground: Rgb,
    /// Of the text.
    pub ink: Rgb,
    /// The sixteen: eight normal, eight bright.
    pub sixteen: [Rgb; 16],
}

impl Colours {
    /// On a dark ground.
    pub const DARK: Colours = Colours {
        ground: (0x16, 0x1b, 0x22),
        ink: (0xdc, 0xe1, 0xe7),
        sixteen: [
            (0x2d, 0x33, 0x3b),
            (0xf0, 0x80, 0x7a),
            (0x7e, 0xc9, 0x7e),
            (0xe5, 0xc0, 0x7b),
            (0x6c, 0xb6, 0xff),
            (0xb0, 0xa0, 0xd0),
            (0x6f, 0xc8, 0xd0),
            (0xc3, 0xc9, 0xd1),
            (0x76, 0x7e, 0x89),
            (0xff, 0x9a, 0x94),
            (0x9c, 0xe0, 0x9c),
            (0xf5, 0xd7, 0x9b),
            (0x96, 0xcb, 0xff),
            (0xc9, 0xbb, 0xe4),
            (0x93, 0xdd, 0xe4),
            (0xf5, 0xf7, 0xfa),
        ],
    };

    /// On a light ground.
    pub const LIGHT: Colours = Colours {
        ground: (0xff, 0xff, 0xff),
        ink: (0x1f, 0x23, 0x28),
        sixteen: [
            (0x24, 0x29, 0x2f),
            (0xc0, 0x28, 0x1f),
            (0x1a, 0x7f, 0x37),
            (0x8a, 0x61, 0x00),
            (0x0a, 0x58, 0xca),
            (0x6f, 0x4f, 0xa0),
            (0x0b, 0x74, 0x85),
            (0x8c, 0x95, 0x9f),
            (0x66, 0x70, 0x7a),
            (0xa4, 0x0e, 0x26),
            (0x11, 0x63, 0x29),
            (0x63, 0x3c, 0x01),
            (0x05, 0x50, 0xae),
            (0x57, 0x38, 0x88),
            (0x08, 0x5c, 0x6b),
            (0xe6, 0xe9, 0xec),
        ],
    };

    fn rgb(&self, colour: Color, unset: Rgb) -> Rgb {
        let sixteen = |at: u8| self.sixteen[usize::from(at)];
        match colour {
            Color::Reset => unset,
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(at @ 0..16) => sixteen(at),
            // A cube of six levels for each of red, green and blue; then greys.
            Color::Indexed(at @ 16..232) => {
                let level = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
                let at = at - 16;
                (level(at / 36), level(at / 6 % 6), level(at % 6))
            }
            Color::Indexed(at) => {
                let grey = 8 + 10 * (at - 232);
                (grey, grey, grey)
            }
            Color::Black => sixteen(0),
            Color::Red => sixteen(1),
            Color::Green => sixteen(2),
            Color::Yellow => sixteen(3),
            Color::Blue => sixteen(4),
            Color::Magenta => sixteen(5),
            Color::Cyan => sixteen(6),
            Color::Gray => sixteen(7),
            Color::DarkGray => sixteen(8),
            Color::LightRed => sixteen(9),
            Color::LightGreen => sixteen(10),
            Color::LightYellow => sixteen(11),
            Color::LightBlue => sixteen(12),
            Color::LightMagenta => sixteen(13),
            Color::LightCyan => sixteen(14),
            Color::White => sixteen(15),
        }
    }

    fn look(&self, cell: &Cell) -> Look {
        let has = |modifier| cell.modifier.contains(modifier);
        let mut ink = self.rgb(cell.fg, self.ink);
        let mut ground = self.rgb(cell.bg, self.ground);
        if has(Modifier::REVERSED) {
            std::mem::swap(&mut ink, &mut ground);
        }
        if has(Modifier::DIM) {
            ink = mix(ink, ground, 0.45);
        }
        Look {
            ink,
            ground,
            bold: has(Modifier::BOLD),
            italic: has(Modifier::ITALIC),
            underlined: has(Modifier::UNDERLINED),
            crossed: has(Modifier::CROSSED_OUT),
            hidden: has(Modifier::HIDDEN),
        }
    }
}

/// A colour, with a share of another in it.
fn mix(one: Rgb, other: Rgb, share: f64) -> Rgb {
    let part = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    (
        part(one.0, other.0),
        part(one.1, other.1),
        part(one.2, other.2),
    )
}

fn hex((r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    ink: Rgb,
    ground: Rgb,
    bold: bool,
    italic: bool,
    underlined: bool,
    crossed: bool,
    hidden: bool,
}

/// The picture of a screen, in a window with a title.
pub fn svg(buffer: &Buffer, title: &str, colours: &Colours) -> String {
    let mut picture = Picture {
        colours,
        paths: BTreeMap::new(),
        texts: String::new(),
    };
    for row in 0..buffer.area.height {
        picture.row(buffer, row);
    }

    let wide = f64::from(buffer.area.width) * WIDTH + 2.0 * MARGIN;
    let high = f64::from(buffer.area.height) * HEIGHT + TITLE + 2.0 * MARGIN;
    let title = escaped(title);
    let Colours { ground, ink, .. } = *colours;
    let bar = hex(mix(ground, ink, 0.08));
    let edge = hex(mix(ground, ink, 0.25));
    let quiet = hex(mix(ink, ground, 0.3));
    let ground = hex(ground);
    let (right, bottom) = (wide - 0.5, high - 0.5);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"{ground}\"/>\n\
         <path d=\"M0.5 {TITLE}V9.5a9 9 0 0 1 9-9H{}a9 9 0 0 1 9 9V{TITLE}z\" fill=\"{bar}\"/>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"9\" fill=\"none\" stroke=\"{edge}\"/>\n",
        right - 0.5,
        bottom - 0.5,
        right - 9.0,
        right - 0.5,
        bottom - 0.5,
    );
    for (at, dot) in ["#f0807a", "#e5c07b", "#7ec97e"].iter().enumerate() {
        let x = 20 + 20 * at;
        let _ = writeln!(
            out,
            "<circle cx=\"{x}\" cy=\"16.5\" r=\"6\" fill=\"{dot}\"/>"
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"21\" text-anchor=\"middle\" font-family=\"system-ui, sans-serif\" font-size=\"13\" \
         fill=\"{quiet}\">{title}</text>",
        wide / 2.0
    );
    let _ = writeln!(
        out,
        "<g transform=\"translate({MARGIN} {})\" font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, \
         &quot;DejaVu Sans Mono&quot;, monospace\" font-size=\"{FONT}\" xml:space=\"preserve\">",
        TITLE + MARGIN
    );
    for ((kind, colour), path) in &picture.paths {
        let colour = hex(*colour);
        let paint = match kind {
            Kind::Ground => format!("fill=\"{colour}\" shape-rendering=\"crispEdges\""),
            Kind::Shade(share) => {
                let share = f64::from(*share) / 4.0;
                format!("fill=\"{colour}\" fill-opacity=\"{share}\" shape-rendering=\"crispEdges\"")
            }
            Kind::Block => format!("fill=\"{colour}\" shape-rendering=\"crispEdges\""),
            Kind::Light => format!("fill=\"none\" stroke=\"{colour}\" stroke-linecap=\"square\""),
            Kind::Heavy => {
                format!(
                    "fill=\"none\" stroke=\"{colour}\" stroke-width=\"3\" stroke-linecap=\"square\""
                )
            }
            Kind::Dashes => format!("fill=\"none\" stroke=\"{colour}\""),
            Kind::Dots => {
                format!(
                    "fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\" stroke-linecap=\"round\""
                )
            }
        };
        let _ = writeln!(out, "<path {paint} d=\"{path}\"/>");
    }
    out.push_str(&picture.texts);
    out.push_str("</g>\n</svg>\n");
    out
}

/// Compares a picture with the committed file, e.g. `docs/tui.svg`; with `INSTA_UPDATE=always` it is written, as snapshots are.
pub fn assert_committed(file: &str, picture: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, picture).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == picture,
        "{file} is not what is drawn now: INSTA_UPDATE=always writes it; then look at it"
    );
}

/// What is drawn as a shape, in the order of drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Ground,
    /// Quarters.
    Shade(u8),
    Block,
    Dashes,
    Light,
    Heavy,
    Dots,
}

struct Picture<'a> {
    colours: &'a Colours,
    paths: BTreeMap<(Kind, Rgb), String>,
    texts: String,
}

impl Picture<'_> {
    fn row(&mut self, buffer: &Buffer, row: u16) {
        let cells: Vec<&Cell> = (0..buffer.area.width)
            .map(|column| &buffer[(buffer.area.x + column, buffer.area.y + row)])
            .collect();
        let looks: Vec<Look> = cells.iter().map(|cell| self.colours.look(cell)).collect();
        let y = f64::from(row) * HEIGHT;
        let x = |column: usize| column as f64 * WIDTH;

        for (from, to) in runs(cells.len(), |a, b| looks[a].ground == looks[b].ground) {
            if looks[from].ground != self.colours.ground {
                let path = self.path(Kind::Ground, looks[from].ground);
                rectangle(path, x(from), y, x(to) - x(from), HEIGHT);
            }
        }
        for (from, to) in runs(cells.len(), |a, b| looks[a] == looks[b]) {
            let Look {
                ink,
                underlined,
                crossed,
                ..
            } = looks[from];
            for (wanted, down) in [(underlined, 17.5), (crossed, MIDDLE.1)] {
                if wanted {
                    let path = self.path(Kind::Dashes, ink);
                    let _ = write!(path, "M{} {}H{}", x(from), y + down, x(to));
                }
            }
        }
        let is_ascii = |at: usize| cells[at].symbol().is_ascii();
        let same = |a: usize, b: usize| {
            let alike = cells[a].symbol() == cells[b].symbol() || is_ascii(a) && is_ascii(b);
            looks[a] == looks[b] && alike
        };
        let mut next = 0;
        for (from, to) in runs(cells.len(), same) {
            // The second half of a wide character is no cell of its own.
            let from = from.max(next);
            if looks[from.min(cells.len() - 1)].hidden || from >= to {
                continue;
            }
            if is_ascii(from) {
                let text: String = cells[from..to].iter().map(|cell| cell.symbol()).collect();
                self.ascii(&text, looks[from], x(from), y);
                continue;
            }
            let symbol = cells[from].symbol();
            let mut character = symbol.chars();
            let drawn = character.next().filter(|_| character.as_str().is_empty());
            if drawn.is_some_and(|c| self.shape(c, looks[from].ink, x(from), y, to - from)) {
                continue;
            }
            let wide = symbol.width().max(1);
            for at in (from..to).step_by(wide) {
                let middle = x(at) + wide as f64 * WIDTH / 2.0;
                let place = format!("x=\"{middle}\" text-anchor=\"middle\"");
                self.text(symbol, looks[from], &place, y);
                next = at + wide;
            }
        }
    }

    fn path(&mut self, kind: Kind, colour: Rgb) -> &mut String {
        self.paths.entry((kind, colour)).or_default()
    }

    /// A run of ASCII. Where there are several spaces it is cut: they need no characters.
    fn ascii(&mut self, text: &str, look: Look, x: f64, y: f64) {
        let mut at = 0;
        while let Some(start) = text[at..].find(|c| c != ' ') {
            let start = at + start;
            let end = text[start..].find("  ").map_or(text.len(), |n| start + n);
            let run = text[start..end].trim_end_matches(' ');
            let place = format!(
                "x=\"{}\" textLength=\"{}\"",
                x + start as f64 * WIDTH,
                run.len() as f64 * WIDTH
            );
            self.text(run, look, &place, y);
            at = end;
        }
    }

    fn text(&mut self, text: &str, look: Look, place: &str, y: f64) {
        let bold = if look.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let italic = if look.italic {
            " font-style=\"italic\""
        } else {
            ""
        };
        let _ = writeln!(
            self.texts,
            "<text {place} y=\"{}\" fill=\"{}\"{bold}{italic}>{}</text>",
            y + BASELINE,
            hex(look.ink),
            escaped(text)
        );
    }

    /// Draws so many of a character, if it is one that is drawn.
    fn shape(&mut self, c: char, ink: Rgb, x: f64, y: f64, n: usize) -> bool {
        let wide = n as f64 * WIDTH;
        // Eighths of a cell.
        let eighth = |first: char| f64::from(u32::from(c) - u32::from(first) + 1) / 8.0;
        match c {
            '▁'..='█' => {
                let high = eighth('▁') * HEIGHT;
                rectangle(
                    self.path(Kind::Block, ink),
                    x,
                    y + HEIGHT - high,
                    wide,
                    high,
                );
            }
            '▀' => rectangle(self.path(Kind::Block, ink), x, y, wide, HEIGHT / 2.0),
            '▔' => rectangle(self.path(Kind::Block, ink), x, y, wide, HEIGHT / 8.0),
            '░' => rectangle(self.path(Kind::Shade(1), ink), x, y, wide, HEIGHT),
            '▒' => rectangle(self.path(Kind::Shade(2), ink), x, y, wide, HEIGHT),
            '▓' => rectangle(self.path(Kind::Shade(3), ink), x, y, wide, HEIGHT),
            '─' | '━' => {
                let kind = if c == '─' { Kind::Light } else { Kind::Heavy };
                let _ = write!(self.path(kind, ink), "M{x} {}h{wide}", y + MIDDLE.1);
            }
            _ => return (0..n).all(|at| self.single(c, ink, x + at as f64 * WIDTH, y)),
        }
        true
    }

    /// Draws a character that does not grow together with others of its kind.
    fn single(&mut self, c: char, ink: Rgb, x: f64, y: f64) -> bool {
        let (right, bottom) = (x + WIDTH, y + HEIGHT);
        let (middle, level) = (x + MIDDLE.0, y + MIDDLE.1);
        let curve = match c {
            '╭' => Some((bottom, right)),
            '╮' => Some((bottom, x)),
            '╯' => Some((y, x)),
            '╰' => Some((y, right)),
            _ => None,
        };
        if let Some((from, to)) = curve {
            let path = self.path(Kind::Light, ink);
            let _ = write!(path, "M{middle} {from}Q{middle} {level} {to} {level}");
        } else if let Some(arms) = arms(c) {
            let ends = [(middle, y), (right, level), (middle, bottom), (x, level)];
            for (weight, (to_x, to_y)) in arms.into_iter().zip(ends) {
                let kind = match weight {
                    0 => continue,
                    1 => Kind::Light,
                    _ => Kind::Heavy,
                };
                let _ = write!(self.path(kind, ink), "M{middle} {level}L{to_x} {to_y}");
            }
        } else if let Some((upright, n)) = dashes(c) {
            let (along, start) = if upright { (HEIGHT, y) } else { (WIDTH, x) };
            let path = self.path(Kind::Dashes, ink);
            for at in 0..n {
                let step = along / f64::from(n);
                let from = start + (f64::from(at) + 0.2) * step;
                let _ = match upright {
                    true => write!(path, "M{middle} {from:.2}v{:.2}", 0.6 * step),
                    false => write!(path, "M{from:.2} {level}h{:.2}", 0.6 * step),
                };
            }
        } else if let Some(quarters) = quarters(c) {
            let path = self.path(Kind::Block, ink);
            for (at, _) in quarters.into_iter().enumerate().filter(|(_, set)| *set) {
                let (left, top) = (
                    x + (at % 2) as f64 * WIDTH / 2.0,
                    y + (at / 2) as f64 * HEIGHT / 2.0,
                );
                rectangle(path, left, top, WIDTH / 2.0, HEIGHT / 2.0);
            }
        } else if let '▉'..='▏' = c {
            // From seven eighths down to one.
            let eighths = f64::from(u32::from('▏') - u32::from(c) + 1);
            rectangle(
                self.path(Kind::Block, ink),
                x,
                y,
                eighths / 8.0 * WIDTH,
                HEIGHT,
            );
        } else if let '\u{2800}'..='\u{28ff}' = c {
            let set = u32::from(c) - 0x2800;
            // The lowest row came later: its bits are the last.
            let places = [
                (0, 0),
                (0, 1),
                (0, 2),
                (1, 0),
                (1, 1),
                (1, 2),
                (0, 3),
                (1, 3),
            ];
            let path = self.path(Kind::Dots, ink);
            for (at, (column, row)) in places.into_iter().enumerate() {
                if set >> at & 1 == 1 {
                    let (dot_x, dot_y) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
                    let _ = write!(
                        path,
                        "M{} {}h0",
                        x + dot_x * WIDTH / 2.0,
                        y + dot_y * HEIGHT / 4.0
                    );
                }
            }
        } else {
            return false;
        }
        true
    }
}

/// Runs of neighbours that are alike: from, and one past the last.
fn runs(n: usize, alike: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = 0;
    for at in 1..=n {
        if at == n || !alike(from, at) {
            runs.push((from, at));
            from = at;
        }
    }
    runs
}

fn rectangle(path: &mut String, x: f64, y: f64, width: f64, height: f64) {
    let _ = write!(path, "M{x} {y}h{width}v{height}h-{width}z");
}

/// How strong the lines of a character are: up, right, down, left.
fn arms(c: char) -> Option<[u8; 4]> {
    Some(match c {
        '│' => [1, 0, 1, 0],
        '┃' => [2, 0, 2, 0],
        '┌' => [0, 1, 1, 0],
        '┐' => [0, 0, 1, 1],
        '└' => [1, 1, 0, 0],
        '┘' => [1, 0, 0, 1],
        '├' => [1, 1, 1, 0],
        '┤' => [1, 0, 1, 1],
        '┬' => [0, 1, 1, 1],
        '┴' => [1, 1, 0, 1],
        '┼' => [1, 1, 1, 1],
        '┏' => [0, 2, 2, 0],
        '┓' => [0, 0, 2, 2],
        '┗' => [2, 2, 0, 0],
        '┛' => [2, 0, 0, 2],
        '┣' => [2, 2, 2, 0],
        '┫' => [2, 0, 2, 2],
        '┳' => [0, 2, 2, 2],
        '┻' => [2, 2, 0, 2],
        '╋' => [2, 2, 2, 2],
        '┿' => [1, 2, 1, 2],
        '╂' => [2, 1, 2, 1],
        '┝' => [1, 2, 1, 0],
        '┥' => [1, 0, 1, 2],
        '┯' => [0, 2, 1, 2],
        '┷' => [1, 2, 0, 2],
        '┠' => [2, 1, 2, 0],
        '┨' => [2, 0, 2, 1],
        '╴' => [0, 0, 0, 1],
        '╵' => [1, 0, 0, 0],
        '╶' => [0, 1, 0, 0],
        '╷' => [0, 0, 1, 0],
        '╸' => [0, 0, 0, 2],
        '╹' => [2, 0, 0, 0],
        '╺' => [0, 2, 0, 0],
        '╻' => [0, 0, 2, 0],
        '╼' => [0, 2, 0, 1],
        '╾' => [0, 1, 0, 2],
        _ => return None,
    })
}

/// Whether a broken line is upright, and its dashes in a cell.
fn dashes(c: char) -> Option<(bool, u8)> {
    Some(match c {
        '╌' => (false, 2),
        '┄' => (false, 3),
        '┈' => (false, 4),
        '╎' => (true, 2),
        '┆' => (true, 3),
        '┊' => (true, 4),
        _ => return None,
    })
}

/// The quarters of a block: upper left, upper right, lower left, lower right.
fn quarters(c: char) -> Option<[bool; 4]> {
    let set = match c {
        '▘' => 0b1000,
        '▝' => 0b0100,
        '▖' => 0b0010,
        '▗' => 0b0001,
        '▌' => 0b1010,
        '▐' => 0b0101,
        '▚' => 0b1001,
        '▞' => 0b0110,
        '▙' => 0b1011,
        '▛' => 0b1110,
        '▜' => 0b1101,
        '▟' => 0b0111,
        _ => return None,
    };
    Some([3, 2, 1, 0].map(|bit| set >> bit & 1 == 1))
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
