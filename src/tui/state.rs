//! What a session knows, and how it answers to keys and reports: no input or output happens here.
//!
//! [`State::update`] takes a [`Message`] and gives the [`Effect`]s that the program shall have. What the keys of each [`Mode`] do is
//! in `keys`, what comes of work in the background in `reports`.

mod command;
mod cursor;
mod keys;
mod message;
mod mode;
mod reports;

pub use message::{Effect, Message, Start, What, Writing};
pub use mode::{Answered, Ask, Entry, Mode, Purpose};

use super::kept::Kept;
use super::keys::{KeyPress, Keymap};
use super::layout::{self, Areas, Row};
use super::lever::{Edits, Levers, Marked, Spot};
use super::play::Player;
use super::setting::{History, Mark, MarkedFigure, Setting};
use super::tabs::COUNT;
use super::theme::Theme;
use super::work::{Planned, Report, Request, Seen};
use crate::planning::Expected;
use crate::scenario::Scenario;
use ratatui::crossterm::event::KeyEventKind;
use ratatui::layout::Rect;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The levers.
    Levers,
    /// The answer.
    Answer,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Said in passing.
    Plain,
    /// Something went well.
    Good,
    /// Something did not.
    Bad,
}

/// A line of the log.
#[derive(Debug, Clone)]
pub struct Line {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

/// How far the answer to the present setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Days are being simulated.
    Simulating,
    /// All days are.
    Done,
    /// There is none.
    Failed,
}

/// What is worked on beside the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// The agents needed are searched.
    Search,
    /// Shifts are planned.
    Plan,
    /// A day is simulated, to be played.
    Record,
}

/// Shifts that were planned.
#[derive(Debug, Clone)]
pub struct Plan {
    /// For which what-if.
    pub of: Edits,
    /// The plan, or why there is none.
    pub found: Result<Arc<Planned>, String>,
}

/// Where a tab is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// The first row, or the one with the cursor.
    pub row: usize,
    /// The column with the cursor.
    pub column: usize,
    /// Looked at closer.
    pub closer: bool,
}

/// Lines of the log that are kept.
const MOST_LINES: usize = 500;

/// A session.
#[derive(Debug)]
pub struct State {
    /// The scenario as the file has it.
    pub scenario: Scenario,
    /// Of the scenario.
    sha256: String,
    /// The file.
    pub file: Option<PathBuf>,
    /// `--set`s that always hold.
    sets: Vec<String>,
    /// What can be changed.
    pub levers: Levers,
    /// What was changed.
    pub history: History,
    /// What was marked.
    pub marks: Vec<Mark>,
    /// Which key does what.
    pub keymap: Keymap,
    /// How things look.
    pub theme: Theme,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Which pane has the keys.
    pub focus: Focus,
    /// The cursor among the levers.
    pub cursor: Spot,
    /// The first row of the levers in view.
    pub first_row: usize,
    /// Only levers with this in their name.
    pub filter: String,
    /// Intervals marked for changes of staff.
    pub marked: Marked,
    /// The interval marked last.
    last_marked: Option<usize>,
    /// The tab in view.
    pub tab: usize,
    /// Where each tab is looked at.
    pub views: [View; COUNT],
    /// What the keys mean.
    pub mode: Mode,
    /// What was said last.
    pub notice: Option<Line>,
    /// What was said.
    pub log: Vec<Line>,
    /// What was simulated last, and of which generation it is.
    pub seen: Option<(u64, Arc<Seen>)>,
    /// What the formulas expect, and of which generation.
    pub expected: Option<(u64, Vec<Expected>)>,
    /// How far it is.
    pub progress: Progress,
    /// The number of the present setting.
    generation: u64,
    /// What is under way in the place of the simulation, and for how long.
    pub errand: Option<(Errand, Duration)>,
    /// The number of the errand that was asked for last.
    asked: u64,
    /// The shifts that were planned last.
    pub plan: Option<Plan>,
    /// What was found of it while something is typed or read: shown when that is closed.
    waiting: Option<Report>,
    /// The what-if that was saved last.
    saved: Edits,
    /// What is tried is kept beside the file.
    keeps: bool,
    /// The session ends when the file under way is written.
    leaving: bool,
    /// The last key was Ctrl-C.
    pub interrupted: bool,
    /// The day that is played, while a time is typed.
    paused: Option<Box<Player>>,
    /// Ticks, for what turns.
    pub ticks: u64,
}

impl State {
    /// A session begins, and the first effects it has.
    pub fn new(start: Start) -> (Self, Vec<Effect>) {
        let levers = Levers::new(&start.scenario);
        let mut state = Self {
            cursor: Spot::Lever(0),
            levers,
            sha256: start.scenario.sha256(),
            scenario: start.scenario,
            keeps: start.file.is_some() && start.kept.is_ok(),
            file: start.file,
            sets: start.sets,
            history: History::default(),
            marks: Vec::new(),
            keymap: start.keymap,
            theme: Theme::new(start.palette),
            size: start.size,
            focus: Focus::Levers,
            first_row: 0,
            filter: String::new(),
            marked: Marked::new(),
            last_marked: None,
            tab: 0,
            views: [View::default(); COUNT],
            mode: Mode::Normal,
            notice: None,
            log: Vec::new(),
            seen: None,
            expected: None,
            progress: Progress::Simulating,
            generation: 0,
            errand: None,
            asked: 0,
            plan: None,
            waiting: None,
            saved: Edits::new(),
            leaving: false,
            interrupted: false,
            paused: None,
            ticks: 0,
        };
        for warning in start.warnings {
            state.note(Tone::Plain, format!("warning: {warning}"));
        }
        match start.kept {
            Ok(Some(kept)) if !kept.is_empty() => state.offer_to_resume(kept),
            Ok(_) => {}
            Err(why) => state.note(Tone::Bad, format!("{why}, and nothing is kept")),
        }
        let effects = vec![state.simulate()];
        (state, effects)
    }

    /// Answers to what happened.
    pub fn update(&mut self, message: Message) -> Vec<Effect> {
        match message {
            Message::Key(key) if key.kind == KeyEventKind::Release => Vec::new(),
            Message::Key(key) => {
                let mut effects = self.key(KeyPress::of(&key));
                if matches!(self.mode, Mode::Normal)
                    && let Some(report) = self.waiting.take()
                {
                    effects.extend(self.report(report));
                }
                effects
            }
            Message::Mouse(mouse) => self.mouse(mouse),
            Message::Paste(text) => {
                match &mut self.mode {
                    Mode::Entry(entry) => {
                        entry.input.insert(&text);
                        self.retyped();
                    }
                    Mode::Palette { input, selected } => {
                        input.insert(&text);
                        *selected = 0;
                    }
                    _ => {}
                }
                Vec::new()
            }
            Message::Resize(width, height) => {
                self.size = (width, height);
                Vec::new()
            }
            Message::Report(report) => self.report(report),
            Message::Tick(elapsed) => {
                self.ticks += 1;
                if let Some((_, took)) = &mut self.errand {
                    *took += elapsed;
                }
                if let Mode::Play(player) = &mut self.mode {
                    player.advance(elapsed);
                }
                Vec::new()
            }
        }
    }

    /// Whether the terminal is large enough.
    pub fn fits(&self) -> bool {
        self.size.0 >= layout::LEAST.0 && self.size.1 >= layout::LEAST.1
    }

    /// Where things are.
    pub fn areas(&self) -> Areas {
        Areas::of(Rect::new(0, 0, self.size.0, self.size.1))
    }

    /// The rows of the levers.
    pub fn rows(&self) -> Vec<Row> {
        let width = layout::inner(self.areas().levers).width;
        layout::rows(&self.levers, &self.filter, width)
    }

    /// What has changed from the baseline, in words.
    pub fn changes(&self) -> Vec<String> {
        let now = self.history.now();
        self.levers.differences(&now.baseline, &now.whatif)
    }

    /// Whether the what-if is another than the baseline.
    pub fn is_changed(&self) -> bool {
        let now = self.history.now();
        now.baseline != now.whatif
    }

    /// Whether there are changes of the file that were not saved.
    pub fn is_unsaved(&self) -> bool {
        let whatif = &self.history.now().whatif;
        !whatif.is_empty() && *whatif != self.saved
    }

    /// Whether what was simulated last is of the present setting.
    pub fn is_fresh(&self) -> bool {
        self.seen
            .as_ref()
            .is_some_and(|(of, _)| *of == self.generation)
    }

    /// What the formulas expect of the present setting, as long as nothing of it was simulated.
    pub fn approximate(&self) -> Option<&[Expected]> {
        let (of, expected) = self.expected.as_ref()?;
        (*of == self.generation && !self.is_fresh()).then_some(expected)
    }

    /// Whether a plan of shifts is of the present what-if. The staff is no matter: a plan looks for its own.
    pub fn is_planned(&self, plan: &Plan) -> bool {
        let whatif = &self.history.now().whatif;
        self.levers.without_staff(&plan.of) == self.levers.without_staff(whatif)
    }

    /// The plan of shifts of the present what-if, if there is one.
    pub fn fresh_plan(&self) -> Option<&Planned> {
        let plan = self.plan.as_ref().filter(|plan| self.is_planned(plan))?;
        plan.found.as_deref().ok()
    }

    /// What is to be kept for the next session.
    pub fn kept(&self) -> Kept {
        Kept::new(
            self.sha256.clone(),
            self.history.clone(),
            self.marks.clone(),
        )
    }

    // ---- What is said ----

    /// Says something, and keeps it in the log.
    pub fn note(&mut self, tone: Tone, text: impl Into<String>) {
        // It goes to a terminal.
        let text = text.into().replace(crate::scenario::is_unseen, "\u{fffd}");
        let line = Line { tone, text };
        self.notice = Some(line.clone());
        self.record(line);
    }

    /// Keeps something in the log.
    fn record(&mut self, line: Line) {
        self.log.push(line);
        if self.log.len() > MOST_LINES {
            self.log.remove(0);
        }
    }

    // ---- What is simulated ----

    /// The `--set`s of a state.
    fn sets_of(&self, edits: &Edits) -> Vec<String> {
        let own = self.sets.iter().cloned();
        own.chain(self.levers.sets(edits)).collect()
    }

    /// Begins something in the place of the simulation; its number.
    fn begin(&mut self, errand: Errand) -> u64 {
        self.errand = Some((errand, Duration::ZERO));
        self.asked += 1;
        self.asked
    }

    /// Asks for the present setting.
    fn simulate(&mut self) -> Effect {
        self.errand = None;
        self.progress = Progress::Simulating;
        let now = self.history.now();
        Effect::Work(Request::Simulate {
            generation: self.generation,
            baseline: self.sets_of(&now.baseline),
            whatif: self.sets_of(&now.whatif),
        })
    }

    /// The setting has changed from another one.
    fn changed(&mut self, from: &Setting) -> Vec<Effect> {
        self.generation += 1;
        let done = self
            .levers
            .differences(&from.whatif, &self.history.now().whatif);
        if !done.is_empty() {
            let text = done.join("; ");
            let tone = Tone::Plain;
            self.record(Line { tone, text });
        }
        match self.errand {
            Some((Errand::Search, _)) => {
                self.note(Tone::Plain, "the search was ended by the change");
            }
            Some((Errand::Plan, _)) => {
                self.note(Tone::Plain, "planning was ended by the change");
            }
            _ => {}
        }
        vec![self.simulate(), Effect::Keep]
    }

    /// Changes the what-if.
    fn change(&mut self, change: impl FnOnce(&Levers, &mut Edits, &Edits)) -> Vec<Effect> {
        let levers = &self.levers;
        let before = self.history.now().clone();
        let changed = self
            .history
            .change(|setting| change(levers, &mut setting.whatif, &setting.baseline));
        match changed {
            true => self.changed(&before),
            false => Vec::new(),
        }
    }

    /// Ends the session, or asks.
    fn leave(&mut self) -> Vec<Effect> {
        if !self.is_unsaved() {
            return vec![Effect::Leave];
        }
        let n = self
            .levers
            .differences(&Edits::new(), &self.history.now().whatif)
            .len();
        let what = match n {
            1 => "1 change was".to_owned(),
            n => format!("{n} changes were"),
        };
        let mut question = vec![format!("{what} not saved as a scenario.")];
        question.push(
            match (self.keeps, &self.file) {
                (true, _) => {
                    "What was tried is kept beside the file and offered again at the next start."
                }
                (false, Some(_)) => {
                    "What was tried is not kept: what an earlier session left cannot be read."
                }
                (false, None) => {
                    "The bundled day has no file beside which what was tried could be kept."
                }
            }
            .to_owned(),
        );
        self.mode = Mode::Ask(Ask {
            question,
            answers: vec![
                ('s', "save, then leave", Answered::SaveAndLeave),
                ('q', "leave", Answered::Leave),
                ('n', "stay", Answered::Back),
            ],
        });
        Vec::new()
    }

    /// Ctrl-C: asks like `q`, and at the second time leaves.
    fn interrupt(&mut self) -> Vec<Effect> {
        match &self.mode {
            Mode::Ask(ask)
                if ask
                    .answers
                    .iter()
                    .any(|(.., a)| matches!(a, Answered::Leave)) =>
            {
                vec![Effect::Leave]
            }
            _ => {
                self.leaving = false;
                self.leave()
            }
        }
    }

    // ---- Marks ----

    /// Keeps the what-if under a name; a mark of that name is replaced.
    fn mark(&mut self, name: &str) -> Vec<Effect> {
        let fresh = self.seen.as_ref().filter(|_| self.is_fresh());
        let figures = fresh.map_or(Vec::new(), |(_, seen)| {
            let total = &seen.snapshot.whatif.total;
            let headlines = crate::lab::HEADLINES.into_iter();
            headlines
                .filter(|kpi| total.kpis.contains_key(*kpi))
                .map(|kpi| MarkedFigure {
                    kpi: kpi.to_owned(),
                    value: total.get(kpi),
                })
                .collect()
        });
        let mark = Mark {
            name: name.to_owned(),
            edits: self.history.now().whatif.clone(),
            days: fresh.map_or(0, |(_, seen)| seen.snapshot.days),
            figures,
        };
        match self.marks.iter_mut().find(|other| other.name == mark.name) {
            Some(other) => *other = mark,
            None => self.marks.push(mark),
        }
        self.note(Tone::Good, format!("marked as {name}; tab 8 has all marks"));
        vec![Effect::Keep]
    }
}

/// Rows of a page.
const PAGE: usize = 10;

/// The name of a file beside another: `day.toml` gives `day-whatif.toml`.
fn beside(file: Option<&Path>, ending: &str) -> String {
    let stem = file
        .and_then(Path::file_stem)
        .map(|stem| stem.to_string_lossy());
    let name = format!("{}{ending}", stem.as_deref().unwrap_or("bundled-day"));
    match file.and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.join(name).display().to_string(),
        _ => name,
    }
}
