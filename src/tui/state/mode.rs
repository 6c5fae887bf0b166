//! What the keys can mean.

use super::Writing;
use crate::tui::input::Input;
use crate::tui::kept::Kept;
use crate::tui::lever::Spot;
use crate::tui::play::Player;
use crate::tui::work::Proposal;

/// What the keys mean.
#[derive(Debug)]
pub enum Mode {
    /// The two panes.
    Normal,
    /// A line is typed.
    Entry(Entry),
    /// A command is looked for.
    Palette {
        /// The text typed.
        input: Input,
        /// Which of those found.
        selected: usize,
    },
    /// Text to read.
    Text {
        /// Its title.
        title: String,
        /// Its lines.
        lines: Vec<String>,
        /// The first line shown.
        scroll: usize,
    },
    /// All keys.
    Help {
        /// The first line shown.
        scroll: usize,
    },
    /// A question.
    Ask(Ask),
    /// The agents needed are offered.
    Offer(Proposal),
    /// A day is played.
    Play(Box<Player>),
}

/// A line that is typed.
#[derive(Debug)]
pub struct Entry {
    /// What for.
    pub purpose: Purpose,
    /// The line.
    pub input: Input,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A value.
    Value(Spot),
    /// Which levers are shown.
    Filter,
    /// The name of a mark.
    MarkName,
    /// The file of the scenario; then the session may end.
    Save {
        /// It was asked for on leaving.
        leave: bool,
    },
    /// The file of the page.
    Page,
    /// The file of the table.
    Csv,
    /// The time to go to, while a day is played.
    Time,
}

/// A question with a few answers.
#[derive(Debug)]
pub struct Ask {
    /// What is asked.
    pub question: Vec<String>,
    /// Key, words, and what is done.
    pub answers: Vec<(char, &'static str, Answered)>,
}

/// What an answer does.
#[derive(Debug, Clone)]
pub enum Answered {
    /// Nothing.
    Back,
    /// Leaves.
    Leave,
    /// Asks where to save, then leaves.
    SaveAndLeave,
    /// Overwrites.
    Overwrite {
        /// What.
        writing: Box<Writing>,
        /// Then leaves.
        leave: bool,
    },
    /// Takes up an earlier session.
    Resume(Box<Kept>),
}
