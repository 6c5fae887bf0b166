//! `acdsim tui`: a stand-in that only takes the terminal and gives it back.

use super::{Failure, status};
use crate::tui::terminal::{Input, Screen, Signal, Signals, is_possible};
use clap::Args;
use ratatui::crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::widgets::Paragraph;
use std::io;

/// Change a scenario and see the difference at once, in the terminal.
#[derive(Debug, Args)]
#[command(hide = true)]
#[command(after_help = "\
Examples:
  acdsim tui                       the bundled day

Exit status: 0 done; 2 bad usage or bad input, or no terminal; 130 interrupted.")]
pub struct Arguments {}

pub fn execute(_: &Arguments) -> Result<u8, Failure> {
    if !is_possible() {
        return Err(Failure::bad_input(
            "a session needs a terminal, to see and to type in\n  help: without one, acdsim compare shows the difference \
             that a change makes, e.g. acdsim compare a.toml --set volume*=1.1",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = runtime.and_then(|runtime| runtime.block_on(session()));
    ended.map_err(|error| Failure::bad_input(format!("the terminal cannot be used: {error}")))
}

async fn session() -> io::Result<u8> {
    let mut signals = Signals::new()?;
    let (mut screen, mut inputs) = Screen::open(true)?;
    loop {
        screen.draw(|frame| {
            let text = Paragraph::new("A session comes here. q leaves it.");
            frame.render_widget(text, frame.area());
        });
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Continued => screen.resume(),
                _ => return Ok(status::INTERRUPTED),
            },
            input = inputs.recv() => match input {
                None | Some(Input::Gone) => return Ok(status::INTERRUPTED),
                // As any panic.
                Some(Input::Panicked) => return Ok(101),
                Some(Input::Event(Event::Key(key))) => match key.code {
                    KeyCode::Char('q') => return Ok(status::DONE),
                    KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                        return Ok(status::INTERRUPTED);
                    }
                    KeyCode::Char('z') if key.modifiers.contains(KeyModifiers::CONTROL) => screen.suspend(),
                    _ => {}
                },
                Some(Input::Event(_)) => {}
            },
        }
    }
}
