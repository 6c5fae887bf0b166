//! A session without a terminal: keys go in, the work is done at once on this thread, and the screen is drawn into a buffer.

use acdsim::experiment::{self, calibrate};
use acdsim::scenario::Document;
use acdsim::tui::draw::draw;
use acdsim::tui::files::{self, Source};
use acdsim::tui::kept::Kept;
use acdsim::tui::keys::Keymap;
use acdsim::tui::state::{Effect, Message, Start, State};
use acdsim::tui::theme::Palette;
use acdsim::tui::work::{self, Report, Settings};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use std::path::Path;
use std::time::Duration;

/// The bundled day.
pub const BUNDLED: &str = include_str!("../../scenarios/default.toml");

/// A session that is driven.
pub struct Driver {
    /// What it knows.
    pub state: State,
    /// Whether it has ended.
    pub left: bool,
    /// What was kept last.
    pub kept: Option<Kept>,
    /// Whether work is done; else it stays undone, as if it took long.
    pub works: bool,
    /// Whether at least the formulas answer where no work is done.
    pub computes: bool,
    /// Whether files are written.
    pub writes: bool,
    source: Source,
    settings: Settings,
}

impl Driver {
    /// A session of the bundled day.
    pub fn bundled(size: (u16, u16), days: u64) -> Self {
        Self::new(BUNDLED, None, size, days)
    }

    /// A session of a scenario, which may have a file.
    pub fn new(text: &str, file: Option<&Path>, size: (u16, u16), days: u64) -> Self {
        Self::resumed(text, file, size, days, None)
    }

    /// The same after an earlier session.
    pub fn resumed(
        text: &str,
        file: Option<&Path>,
        size: (u16, u16),
        days: u64,
        kept: Option<Kept>,
    ) -> Self {
        let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
        let original = Document::parse("day.toml", text, folder).expect("TOML");
        let control = experiment::Control::default();
        let prepared = calibrate::prepare(&original, &[], Some(1), &control).expect("valid");
        let mut document = original.clone();
        if let Some(calibration) = &prepared.calibration {
            calibration.apply(&mut document);
        }
        let scenario = prepared.loaded.scenario;
        let settings = Settings { days, threads: 1 };
        let (state, effects) = State::new(Start {
            scenario,
            file: file.map(Path::to_owned),
            sets: Vec::new(),
            warnings: prepared.loaded.warnings,
            keymap: Keymap::default(),
            palette: Palette::None,
            size,
            kept: Ok(kept),
        });
        let mut driver = Self {
            state,
            left: false,
            kept: None,
            works: true,
            computes: false,
            writes: true,
            source: Source {
                document,
                original,
                calibration: prepared.calibration,
            },
            settings,
        };
        driver.perform(effects);
        driver
    }

    /// Presses keys, named as in the configuration, with spaces between.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.message(Message::Key(event(key)));
        }
        self
    }

    /// What a key asks to be done, which is not done.
    pub fn effects_of(&mut self, key: &str) -> Vec<Effect> {
        self.state.update(Message::Key(event(key)))
    }

    /// Types a text sign by sign.
    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.message(Message::Key(key));
        }
        self
    }

    /// Clicks, or turns the wheel.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        let modifiers = KeyModifiers::NONE;
        self.message(Message::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }));
        self
    }

    /// Something happens.
    pub fn message(&mut self, message: Message) {
        let effects = self.state.update(message);
        self.perform(effects);
    }

    /// Time goes by.
    pub fn tick(&mut self, by: Duration) -> &mut Self {
        self.message(Message::Tick(by));
        self
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Work(request) if self.works || self.computes => {
                    let settings = self.settings.clone();
                    for report in work::answer(self.source.document.clone(), settings, request) {
                        if self.works || matches!(report, Report::Expected { .. }) {
                            self.message(Message::Report(report));
                        }
                    }
                }
                Effect::Write(writing) if self.writes => {
                    let result = files::write(&writing, &self.source);
                    self.message(Message::Report(Report::Written { writing, result }));
                }
                Effect::Work(_) | Effect::Write(_) | Effect::StopWork | Effect::Suspend => {}
                Effect::Keep => self.kept = Some(self.state.kept()),
                Effect::Leave => self.left = true,
            }
        }
    }

    /// What is on the screen.
    pub fn buffer(&mut self) -> Buffer {
        let (width, height) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a buffer");
        self.state.keep_in_view();
        terminal
            .draw(|frame| draw(frame, &self.state))
            .expect("drawn");
        terminal.backend().buffer().clone()
    }

    /// The same as text.
    pub fn screen(&mut self) -> String {
        let buffer = self.buffer();
        let (width, height) = (buffer.area.width, buffer.area.height);
        let row = |y: u16| {
            let symbols = (0..width).map(|x| buffer[(x, y)].symbol());
            let text: String = symbols.collect();
            text.trim_end().to_owned()
        };
        (0..height).map(row).collect::<Vec<_>>().join("\n")
    }
}

/// A number from 0 to below `n`, and the next state (Knuth's MMIX).
pub fn random(state: &mut u64, n: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % n
}

/// A key by its name.
fn event(name: &str) -> KeyEvent {
    let (modifiers, rest) = match name.split_once('-') {
        Some(("ctrl", rest)) if !rest.is_empty() => (KeyModifiers::CONTROL, rest),
        Some(("alt", rest)) if !rest.is_empty() => (KeyModifiers::ALT, rest),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match rest {
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "tab" => KeyCode::Tab,
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "delete" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        "space" => KeyCode::Char(' '),
        "f1" => KeyCode::F(1),
        "f4" => KeyCode::F(4),
        "f8" => KeyCode::F(8),
        single => {
            let mut chars = single.chars();
            let c = chars.next().expect("a key");
            assert!(chars.next().is_none(), "{name} is no key");
            KeyCode::Char(c)
        }
    };
    KeyEvent::new(code, modifiers)
}
