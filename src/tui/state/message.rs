//! What a session is told, and what it asks to be done.

use crate::report::csv::Datum;
use crate::scenario::Scenario;
use crate::tui::kept::Kept;
use crate::tui::keys::Keymap;
use crate::tui::lever::Edits;
use crate::tui::theme::Palette;
use crate::tui::work::{Report, Request, Seen};
use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a session begins with.
#[derive(Debug)]
pub struct Start {
    /// The scenario as the file has it, with first attempts found where attempts were counted.
    pub scenario: Scenario,
    /// The file; none for the bundled day.
    pub file: Option<PathBuf>,
    /// `--set`s that hold for baseline and what-if, and that no lever knows.
    pub sets: Vec<String>,
    /// What the scenario was worth a remark.
    pub warnings: Vec<String>,
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub palette: Palette,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What an earlier session kept; or why that cannot be read: then it is left as it is, and nothing is kept.
    pub kept: Result<Option<Kept>, String>,
}

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key.
    Key(KeyEvent),
    /// The mouse.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
    /// Work in the background tells something.
    Report(Report),
    /// Time went by.
    Tick(Duration),
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Work in the background; it takes the place of what is under way.
    Work(Request),
    /// The work under way shall end with what it has.
    StopWork,
    /// Something is to be written.
    Write(Writing),
    /// History and marks have changed.
    Keep,
    /// The program goes to the background.
    Suspend,
    /// The session ends.
    Leave,
}

/// A file to write.
#[derive(Debug, Clone)]
pub struct Writing {
    /// What.
    pub what: What,
    /// Where.
    pub path: PathBuf,
    /// Whether a file that exists may be overwritten.
    pub overwrite: bool,
}

/// What is written.
#[derive(Debug, Clone)]
pub enum What {
    /// The what-if as a scenario, which gives the figures of so many days.
    Scenario {
        /// Its changes.
        whatif: Edits,
        /// The same as `--set`s.
        sets: Vec<String>,
        /// Days of the figures in view; none keeps the file's.
        days: Option<u64>,
    },
    /// The page of both.
    Page(Arc<Seen>),
    /// A table.
    Csv(Vec<Vec<Datum>>),
}
