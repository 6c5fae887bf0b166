//! What-if sessions in the terminal: `state` and `screen` without a terminal, `command` and `terminal` in a pseudo-terminal.

#![allow(clippy::unwrap_used)]

#[cfg(unix)]
mod command;
#[path = "../common/mod.rs"]
mod common;
mod driver;
mod picture;
mod play;
#[cfg(unix)]
mod pty;
mod screen;
mod shifts;
mod state;
mod svg;
#[cfg(unix)]
mod terminal;
mod work;
