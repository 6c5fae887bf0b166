//! Pictures of a terminal's screen are SVG that every viewer reads.

use crate::driver::Driver;
use crate::svg::{Colours, assert_committed, svg};
use acdsim::tui::theme::{Palette, Theme};
use quick_xml::Reader;
use quick_xml::events::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, BorderType, Widget};

/// A bit of everything.
fn sample() -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 64, 18));
    Block::bordered()
        .title(" Bank, a Monday ─ what-if ")
        .border_style(Style::new().fg(Color::Rgb(0x6c, 0xb6, 0xff)))
        .render(Rect::new(0, 0, 32, 18), &mut buffer);
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(Style::new().add_modifier(Modifier::DIM))
        .title_bottom(" n = 1,150 days, sharpening ◐ ")
        .render(Rect::new(32, 0, 32, 12), &mut buffer);
    let plain = Style::new();
    let bold = plain.add_modifier(Modifier::BOLD);
    let lines: [(u16, u16, &str, Style); 22] = [
        (2, 1, "volume       100 %", plain),
        (
            2,
            2,
            "▸ talk       180 s → 165 s",
            plain.add_modifier(Modifier::REVERSED),
        ),
        (
            2,
            3,
            "  patience   120 s",
            plain.add_modifier(Modifier::UNDERLINED),
        ),
        (
            2,
            4,
            "<a & b> \"c\"  two   gaps",
            plain.add_modifier(Modifier::ITALIC),
        ),
        (2, 5, "08:30 14 → 15 ▲", bold.fg(Color::Cyan)),
        (2, 6, "good", plain.fg(Color::Green)),
        (8, 6, "doubt", plain.fg(Color::Yellow)),
        (15, 6, "bad", bold.fg(Color::Red)),
        (20, 6, "aside", plain.add_modifier(Modifier::DIM)),
        (2, 7, "Zürich, Ærø, 電話 call", plain),
        (2, 8, "├──┼──┤ ┝━┿━┥ ╌╌╌╌ ┄┄┄", plain),
        (2, 9, "│  │  │ ╎ ┏━┓ ╭─╮ ┆", plain),
        (2, 10, "└──┴──┘ ╎ ┗━┛ ╰─╯ ┆", plain),
        (2, 11, "░░▒▒▓▓██ ▌▐▀▄▚▞▙▟", plain),
        (2, 12, "▏▎▍▌▋▊▉█", plain.fg(Color::Magenta)),
        (2, 13, "⡀⠄⠂⠁⠂⠄⡀⣀⣤⣶⣿⣿", plain.fg(Color::Cyan)),
        (
            2,
            14,
            " 62 % ",
            plain.fg(Color::White).bg(Color::Rgb(0x8c, 0x2d, 0x2a)),
        ),
        (
            8,
            14,
            " 78 % ",
            plain.fg(Color::White).bg(Color::Rgb(0x7a, 0x5c, 0x1e)),
        ),
        (
            14,
            14,
            " 91 % ",
            plain.fg(Color::White).bg(Color::Rgb(0x2c, 0x66, 0x38)),
        ),
        (34, 2, "what-if   ▇▇▆▅▆▇▇▇▇▆▆▇▇", plain.fg(Color::Cyan)),
        (34, 3, "baseline  ▇▆▄▃▄▆▇▇▇▅▅▆▇", plain.fg(Color::Magenta)),
        (34, 5, "service level 76.4 %  83.1 %", bold),
    ];
    for (x, y, text, style) in lines {
        buffer.set_string(x, y, text, style);
    }
    for (at, c) in "▁▂▃▄▅▆▇█".chars().enumerate() {
        let style = plain.fg(Color::Green);
        buffer.set_string(34 + at as u16, 8, c.to_string(), style);
        buffer.set_string(34 + at as u16, 9, "█", style);
    }
    buffer
}

/// Reads XML to its end: the text between its tags, and how many elements it has.
fn read(xml: &str) -> (String, usize) {
    let mut reader = Reader::from_str(xml);
    let (mut text, mut elements, mut depth) = (String::new(), 0, 0);
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}\n{xml}")) {
            Event::Start(start) => {
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
                elements += 1;
                depth += 1;
            }
            Event::Empty(empty) => {
                for attribute in empty.attributes() {
                    attribute.unwrap();
                }
                elements += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(part) => text.push_str(&part.decode().unwrap()),
            Event::GeneralRef(name) => {
                let known = ["amp", "lt", "gt", "quot"];
                let name = name.decode().unwrap();
                assert!(known.contains(&&*name), "&{name};");
                text.push_str(&format!("&{name};"));
            }
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(depth, 0);
    (text, elements)
}

#[test]
fn a_picture_is_well_formed_and_complete() {
    for (name, colours) in [("dark", Colours::DARK), ("light", Colours::LIGHT)] {
        let picture = svg(&sample(), "acdsim tui <bank> & \"more\"", &colours);
        if let Ok(folder) = std::env::var("ACDSIM_PICTURES") {
            std::fs::write(format!("{folder}/{name}.svg"), &picture).unwrap();
        }
        let (text, elements) = read(&picture);
        assert!(elements > 50, "{elements}");
        for part in [
            "&lt;bank&gt; &amp; &quot;more&quot;",
            "volume",
            "&lt;a &amp; b&gt; &quot;c&quot;",
            "電",
            "▸",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        for drawn in ['─', '█', '▃', '⣿', '░', '╭', '┿', '▚', '╎'] {
            assert!(!text.contains(drawn), "{drawn} is a shape: {text}");
        }
    }
}

/// Each text stands where its cells are.
#[test]
fn text_keeps_to_its_cells() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
    buffer.set_string(3, 1, "one two   → x", Style::new());
    let picture = svg(&buffer, "", &Colours::DARK);
    for text in [
        "<text x=\"27\" textLength=\"63\" y=\"34.5\" fill=\"#dce1e7\">one two</text>",
        "<text x=\"121.5\" text-anchor=\"middle\" y=\"34.5\" fill=\"#dce1e7\">→</text>",
        "<text x=\"135\" textLength=\"9\" y=\"34.5\" fill=\"#dce1e7\">x</text>",
    ] {
        assert!(picture.contains(text), "{text}:\n{picture}");
    }
}

/// Bars and lines of neighbours grow together: there is no gap between them in any scale.
#[test]
fn neighbours_grow_together() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
    buffer.set_string(1, 0, "▄▄▄▄", Style::new());
    buffer.set_string(1, 1, "────", Style::new());
    let picture = svg(&buffer, "", &Colours::DARK);
    assert!(picture.contains("d=\"M9 10h36v10h-36z\""), "{picture}");
    assert!(picture.contains("d=\"M9 29.5h36\""), "{picture}");
}

#[test]
fn reversed_is_ink_for_ground() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
    buffer.set_string(0, 0, "ab", Style::new().add_modifier(Modifier::REVERSED));
    let picture = svg(&buffer, "", &Colours::DARK);
    assert!(
        picture.contains("fill=\"#dce1e7\" shape-rendering=\"crispEdges\" d=\"M0 0h18v20h-18z\"")
    );
    assert!(picture.contains("fill=\"#161b22\">ab<"), "{picture}");
}

/// The picture in the README: the bundled day with a minute less talk and two agents more from nine to eleven.
#[test]
fn the_picture_in_the_readme_is_what_is_drawn() {
    let mut driver = Driver::bundled((118, 33), 507);
    driver.press(
        "down down - - / g e n e r a l enter home down right right space right right right v",
    );
    driver.press("+ + esc / ctrl-u enter");
    driver.state.theme = Theme::new(Palette::Dark);
    let picture = svg(&driver.buffer(), "acdsim tui", &Colours::DARK);
    assert_committed("docs/tui.svg", &picture);
}
