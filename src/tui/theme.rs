//! Colours: dark, light, the terminal's own sixteen, or none. What is said never depends on them.
//!
//! To add some, add a [`Palette`], also to [`Palette::ALL`]: the compiler asks for the rest.

use anstyle::AnsiColor;
use ratatui::style::{Color, Modifier, Style};

/// Which colours are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Palette {
    /// 24-bit colours on a dark ground
    Dark,
    /// 24-bit colours on a light ground
    Light,
    /// The terminal's own sixteen colours
    #[default]
    #[value(name = "16")]
    Sixteen,
    /// No colours: bold, dim and reversed only
    None,
}

impl Palette {
    /// All of them, in the order in which they follow each other.
    pub const ALL: [Palette; 4] = [
        Palette::Dark,
        Palette::Light,
        Palette::Sixteen,
        Palette::None,
    ];

    /// The palette that a terminal can show, by the variables of the environment: `NO_COLOR` and `TERM` (<https://no-color.org>),
    /// `COLORTERM` for 24-bit colours, `COLORFGBG` for a light ground.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        if dumb || set("NO_COLOR").is_some() {
            return Palette::None;
        }
        let many = set("COLORTERM").is_some_and(|c| ["truecolor", "24bit"].contains(&c.as_str()));
        // Foreground;background, of the sixteen; white and light grey are light.
        let ground = set("COLORFGBG").and_then(|fgbg| fgbg.rsplit(';').next()?.parse::<u8>().ok());
        match (many, ground) {
            (false, _) => Palette::Sixteen,
            (true, Some(7 | 9..=15)) => Palette::Light,
            (true, _) => Palette::Dark,
        }
    }

    /// The palette after this one.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|palette| *palette == self);
        Self::ALL[at.map_or(0, |at| (at + 1) % Self::ALL.len())]
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Palette::Dark => "dark",
            Palette::Light => "light",
            Palette::Sixteen => "16",
            Palette::None => "none",
        }
    }
}

/// How things look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Where the colours come from.
    pub palette: Palette,
    /// Text.
    pub plain: Style,
    /// Titles.
    pub heading: Style,
    /// Good news.
    pub good: Style,
    /// Bad news.
    pub bad: Style,
    /// To be careful with.
    pub doubt: Style,
    /// Beside the point; stale figures.
    pub aside: Style,
    /// Where the cursor is.
    pub cursor: Style,
    /// What is marked.
    pub marked: Style,
    /// What was changed.
    pub changed: Style,
    /// Keys in hints.
    pub key: Style,
    /// The frame of the pane that has the keys.
    pub focus: Style,
    /// Other frames.
    pub frame: Style,
    /// The baseline in pictures.
    pub baseline: Style,
    /// The what-if in pictures.
    pub whatif: Style,
}

impl Theme {
    /// The theme of a palette.
    pub fn new(palette: Palette) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        let of = |good, bad, doubt, aside: Style, accent, other| Self {
            palette,
            plain,
            heading: bold,
            good: plain.fg(good),
            bad: bold.fg(bad),
            doubt: plain.fg(doubt),
            aside,
            cursor: plain.add_modifier(Modifier::REVERSED),
            marked: plain.add_modifier(Modifier::UNDERLINED),
            changed: bold.fg(accent),
            key: bold.fg(accent),
            focus: plain.fg(accent),
            frame: aside,
            baseline: plain.fg(other),
            whatif: plain.fg(accent),
        };
        let rgb = |hex: u32| Color::from_u32(hex);
        match palette {
            Palette::Dark => of(
                rgb(0x7ec97e),
                rgb(0xf0807a),
                rgb(0xe5c07b),
                plain.fg(rgb(0x8a8f98)),
                rgb(0x6cb6ff),
                rgb(0xb0a0d0),
            ),
            Palette::Light => of(
                rgb(0x1a7f37),
                rgb(0xc0281f),
                rgb(0x8a6100),
                plain.fg(rgb(0x66707a)),
                rgb(0x0a58ca),
                rgb(0x6f4fa0),
            ),
            Palette::Sixteen => of(
                Color::Green,
                Color::Red,
                Color::Yellow,
                dim,
                Color::Cyan,
                Color::Magenta,
            ),
            Palette::None => of(
                Color::Reset,
                Color::Reset,
                Color::Reset,
                dim,
                Color::Reset,
                Color::Reset,
            ),
        }
    }

    /// The style of what a report writes in a colour of the terminal.
    pub fn ansi(&self, colour: AnsiColor) -> Style {
        let (dark, light, own) = match colour {
            AnsiColor::Blue => (0x6c_b6ff, 0x0a_58ca, Color::Blue),
            AnsiColor::Cyan => (0x66_c7c7, 0x0b_7285, Color::Cyan),
            AnsiColor::Green => (0x7e_c97e, 0x1a_7f37, Color::Green),
            AnsiColor::Magenta => (0xb0_a0d0, 0x6f_4fa0, Color::Magenta),
            AnsiColor::Red => (0xf0_807a, 0xc0_281f, Color::Red),
            AnsiColor::Yellow => (0xe5_c07b, 0x8a_6100, Color::Yellow),
            _ => return self.plain,
        };
        self.plain.fg(match self.palette {
            Palette::Dark => Color::from_u32(dark),
            Palette::Light => Color::from_u32(light),
            Palette::Sixteen => own,
            Palette::None => Color::Reset,
        })
    }

    /// The style of a cell of a heat map: `share` is 0 where it is as bad as it gets, 1 where it is as good as wanted.
    pub fn heat(&self, share: f64) -> Style {
        let share = share.clamp(0.0, 1.0);
        // Red, amber, green, all with the same weight of ink.
        let stops = match self.palette {
            Palette::Dark => [(0x8c, 0x2d, 0x2a), (0x7a, 0x5c, 0x1e), (0x2c, 0x66, 0x38)],
            Palette::Light => [(0xff, 0xb3, 0xad), (0xff, 0xe0, 0x9c), (0xb4, 0xe6, 0xb8)],
            Palette::Sixteen => {
                return match share {
                    s if s >= 1.0 => self.good,
                    s if s >= 0.75 => self.doubt,
                    _ => self.bad,
                };
            }
            Palette::None => {
                return if share < 1.0 {
                    self.heading
                } else {
                    self.plain
                };
            }
        };
        let (from, to, part) = match share < 0.5 {
            true => (stops[0], stops[1], 2.0 * share),
            false => (stops[1], stops[2], 2.0 * share - 1.0),
        };
        let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))) as u8;
        let ground = Color::Rgb(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2));
        let ink = match self.palette {
            Palette::Dark => Color::from_u32(0xf2f2f2),
            _ => Color::from_u32(0x1c1c1c),
        };
        self.plain.fg(ink).bg(ground)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_what_a_terminal_can_show() {
        for (variables, expected) in [
            (&[][..], Palette::Sixteen),
            (&[("TERM", "dumb")], Palette::None),
            (
                &[("NO_COLOR", "1"), ("COLORTERM", "truecolor")],
                Palette::None,
            ),
            (
                &[("NO_COLOR", ""), ("COLORTERM", "truecolor")],
                Palette::Dark,
            ),
            (
                &[("COLORTERM", "24bit"), ("COLORFGBG", "0;15")],
                Palette::Light,
            ),
            (
                &[("COLORTERM", "24bit"), ("COLORFGBG", "15;0")],
                Palette::Dark,
            ),
            (
                &[("COLORTERM", "24bit"), ("COLORFGBG", "15;default;0")],
                Palette::Dark,
            ),
            (&[("COLORFGBG", "0;15")], Palette::Sixteen),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let found = Palette::of_environment(variable);
            assert_eq!(found, expected, "{variables:?}");
        }
    }

    #[test]
    fn palettes_follow_each_other() {
        let mut palette = Palette::Dark;
        for _ in Palette::ALL {
            palette = palette.next();
        }
        assert_eq!(palette, Palette::Dark);
    }
}
