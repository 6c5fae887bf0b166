//! What a session knows, and how it answers to keys and reports: no input or output happens here.
//!
//! [`State::update`] takes a [`Message`] and gives the [`Effect`]s that the program shall have. The keys of each mode are in
//! `modes`.

mod modes;

use super::input::Input;
use super::kept::Kept;
use super::keys::{Action, KeyPress, Keymap};
use super::layout::{self, Areas, Row};
use super::lever::{Edits, Levers, Marked, Spot};
use super::play::{Player, Recording};
use super::setting::{History, Mark, MarkedFigure, Setting};
use super::tabs::{COUNT, TABS};
use super::theme::{Palette, Theme};
use super::work::{Proposal, Report, Request, Seen};
use crate::planning::Expected;
use crate::report::csv::Datum;
use crate::scenario::Scenario;
use ratatui::crossterm::event::{KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use std::path::{Path, PathBuf};
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
        sets: Vec<String>,
        /// Days of the figures in view; none keeps the file's.
        days: Option<u64>,
    },
    /// The page of both.
    Page(Arc<Seen>),
    /// A table.
    Csv(Vec<Vec<Datum>>),
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The levers.
    Levers,
    /// The answer.
    Answer,
}

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
    /// A search is under way.
    pub searching: bool,
    /// A day is simulated, to be played.
    recording: bool,
    /// The number of the search or of the day that was asked for last.
    asked: u64,
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
            searching: false,
            recording: false,
            asked: 0,
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

    /// The name of the file, or of the bundled day.
    pub fn file_name(&self) -> String {
        match &self.file {
            Some(file) => file.display().to_string(),
            None => "the bundled day".to_owned(),
        }
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

    /// What is to be kept for the next session.
    pub fn kept(&self) -> Kept {
        Kept::new(
            self.sha256.clone(),
            self.history.clone(),
            self.marks.clone(),
        )
    }

    /// The command lines that give the same, with so many days as are in view.
    pub fn command_lines(&self) -> Vec<String> {
        let now = self.history.now();
        let file = self.file.as_deref().map(|file| file.display().to_string());
        let file = file.map_or(String::new(), |file| format!(" {}", quoted(&file)));
        let mut days = String::new();
        if let Some((_, seen)) = self.seen.as_ref().filter(|_| self.is_fresh())
            && self.scenario.run.mode == crate::scenario::Mode::Day
        {
            days = format!(" --replications {}", seen.snapshot.days);
        }
        let own = self.sets.iter().cloned();
        let sets =
            |edits: &Edits| -> Vec<String> { own.clone().chain(self.levers.sets(edits)).collect() };
        let run = |edits: &Edits| {
            let sets = sets(edits);
            let sets = sets
                .iter()
                .map(|set| format!(" \\\n    --set {}", quoted(set)));
            format!("acdsim run{file}{days}{}", sets.collect::<String>())
        };
        if now.baseline == now.whatif {
            return vec![run(&now.whatif)];
        }
        // A variant is taken apart at semicolons outside of quotes.
        let of_both = [&now.baseline, &now.whatif].map(|edits| self.levers.sets(edits));
        if of_both
            .concat()
            .iter()
            .any(|set| set.contains([';', '"', '\'']))
        {
            return vec![run(&now.whatif), run(&now.baseline)];
        }
        let mut compare = format!("acdsim compare{file}{days}");
        for set in &self.sets {
            compare += &format!(" \\\n    --set {}", quoted(set));
        }
        for (name, edits) in [("baseline", &now.baseline), ("what-if", &now.whatif)] {
            let sets = self.levers.sets(edits);
            if !sets.is_empty() {
                // A line each, so that all can be read; what parts them may be any white space.
                let variant = format!("{name}: {}", sets.join(";\n        "));
                compare += &format!(" \\\n    --variant {}", quoted(&variant));
            }
        }
        // Where the what-if is the file itself it is the other way round.
        match now.whatif.is_empty() {
            true => vec![run(&now.whatif), run(&now.baseline)],
            false => vec![run(&now.whatif), compare],
        }
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

    /// Asks for the present setting.
    fn simulate(&mut self) -> Effect {
        self.searching = false;
        self.recording = false;
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
        if self.searching {
            self.note(Tone::Plain, "the search was ended by the change");
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

    fn report(&mut self, report: Report) -> Vec<Effect> {
        let now = |generation: u64| generation == self.generation;
        match report {
            Report::Expected { generation, queues } if now(generation) => {
                self.expected = Some((generation, queues));
            }
            Report::Seen { generation, seen } if now(generation) => {
                self.seen = Some((generation, seen));
            }
            Report::Done { generation } if now(generation) && !self.searching => {
                self.progress = Progress::Done;
            }
            Report::Refused { generation, why } if now(generation) => {
                self.note(Tone::Bad, why);
                let now = self.history.now();
                if !self.history.can().0 && *now == Setting::default() {
                    // The file itself.
                    self.progress = Progress::Failed;
                    return Vec::new();
                }
                let before = now.clone();
                self.history.take_back();
                return self.changed(&before);
            }
            Report::Failed { generation, why } if now(generation) => {
                self.progress = Progress::Failed;
                self.note(Tone::Bad, why);
            }
            Report::Searched { number, .. } | Report::Recorded { number, .. }
                if number != self.asked || !(self.searching || self.recording) => {}
            // A key that is meant for what is open must not take an offer.
            report @ (Report::Searched { .. } | Report::Recorded { .. })
                if !matches!(self.mode, Mode::Normal) =>
            {
                self.waiting = Some(report);
            }
            Report::Searched {
                found: Ok(proposal),
                ..
            } => {
                let effect = self.simulate();
                self.notice = None;
                self.mode = Mode::Offer(proposal);
                return vec![effect];
            }
            Report::Searched {
                found: Err(why), ..
            } => {
                self.note(Tone::Bad, why);
                return vec![self.simulate()];
            }
            Report::Recorded { recording, .. } => return self.recorded(recording),
            Report::NotKept(why) => {
                self.note(Tone::Bad, format!("what was tried cannot be kept: {why}"));
            }
            Report::Written { writing, result } => return self.written(writing, result),
            // Of a setting that holds no more.
            _ => {}
        }
        Vec::new()
    }

    fn recorded(&mut self, recording: Result<Box<Recording>, String>) -> Vec<Effect> {
        match recording {
            Ok(recording) => {
                self.notice = None;
                self.mode = Mode::Play(Box::new(Player::new(Arc::from(recording))));
            }
            Err(why) => self.note(Tone::Bad, why),
        }
        vec![self.simulate()]
    }

    fn written(
        &mut self,
        writing: Writing,
        result: Result<PathBuf, super::files::Failed>,
    ) -> Vec<Effect> {
        let saves = matches!(writing.what, What::Scenario { .. });
        let leave = saves && std::mem::take(&mut self.leaving);
        match result {
            Ok(path) => {
                let path_text = path.display();
                let words = match &writing.what {
                    What::Scenario { days, .. } => {
                        self.saved = self.history.now().whatif.clone();
                        let days = days.map_or(String::new(), |days| {
                            let days = crate::scenario::grouped(days as f64, 0);
                            format!(" gives these figures, of {days} days")
                        });
                        let path = quoted(&path_text.to_string());
                        format!("saved: acdsim run {path}{days}")
                    }
                    What::Page(_) => format!("page: {path_text}"),
                    What::Csv(_) => format!("table: {path_text}"),
                };
                self.note(Tone::Good, words);
                if leave {
                    return vec![Effect::Leave];
                }
            }
            Err(super::files::Failed::Exists(path)) => {
                let overwrite = Writing {
                    overwrite: true,
                    ..writing
                };
                self.mode = Mode::Ask(Ask {
                    question: vec![format!("{path} exists already.")],
                    answers: vec![
                        (
                            'o',
                            "overwrite it",
                            Answered::Overwrite {
                                writing: Box::new(overwrite),
                                leave,
                            },
                        ),
                        ('n', "leave it as it is", Answered::Back),
                    ],
                });
            }
            Err(super::files::Failed::Other(why)) => self.note(Tone::Bad, why),
        }
        Vec::new()
    }

    fn offer_to_resume(&mut self, kept: Kept) {
        let (changes, marks) = kept.counts();
        let mut question = vec![format!(
            "Here is what an earlier session left: {changes} and {marks}."
        )];
        if kept.is_of_another(&self.sha256) {
            question
                .push("The file has changed since; what it no longer has is left out.".to_owned());
        }
        self.mode = Mode::Ask(Ask {
            question,
            answers: vec![
                ('y', "take it up", Answered::Resume(Box::new(kept))),
                ('n', "begin anew", Answered::Back),
            ],
        });
    }

    fn resume(&mut self, kept: Kept) -> Vec<Effect> {
        let (mut history, mut marks) = kept.into_parts();
        let levers = &self.levers;
        let mut dropped = false;
        history.for_each(|setting| {
            dropped |= levers.keep_known(&mut setting.baseline);
            dropped |= levers.keep_known(&mut setting.whatif);
        });
        for mark in &mut marks {
            dropped |= levers.keep_known(&mut mark.edits);
        }
        self.history = history;
        self.marks = marks;
        let none = Setting::default();
        self.note(Tone::Good, "the earlier session goes on");
        if dropped {
            self.note(
                Tone::Plain,
                "changes that the file no longer has a place for were left out",
            );
        }
        self.changed(&none)
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

    // ---- The mouse ----

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let at = Position::new(mouse.column, mouse.row);
        let areas = self.areas();
        if !matches!(self.mode, Mode::Normal) || !self.fits() {
            let scroll = match mouse.kind {
                MouseEventKind::ScrollDown => Action::Down,
                MouseEventKind::ScrollUp => Action::Up,
                _ => return Vec::new(),
            };
            return self.scroll_mode(scroll);
        }
        let over = match areas.levers.contains(at) {
            true => Focus::Levers,
            false if areas.answer.contains(at) => Focus::Answer,
            false => return Vec::new(),
        };
        match mouse.kind {
            MouseEventKind::ScrollDown | MouseEventKind::ScrollUp => {
                let before = std::mem::replace(&mut self.focus, over);
                let down = mouse.kind == MouseEventKind::ScrollDown;
                let action = if down { Action::Down } else { Action::Up };
                (0..3).for_each(|_| self.move_cursor(action));
                self.focus = before;
            }
            MouseEventKind::Down(MouseButton::Left) => {
                self.focus = over;
                let inner = match over {
                    Focus::Levers => layout::inner(areas.levers),
                    Focus::Answer => layout::inner(areas.answer),
                };
                match over {
                    Focus::Levers if inner.contains(at) => {
                        let row = self.first_row + usize::from(at.y - inner.y);
                        let column = usize::from((at.x - inner.x) / layout::CELL);
                        let row = self.rows().get(row).copied();
                        if let Some(spot) = row.and_then(|row| layout::spot_in(row, column)) {
                            self.cursor = spot;
                        }
                    }
                    Focus::Answer if at.y == areas.answer.y => {
                        let x = usize::from(at.x - areas.answer.x);
                        let width = usize::from(areas.answer.width);
                        if let Some(tab) = super::tabs::tab_at(x, width, self.tab) {
                            self.tab = tab;
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// Moves the cursor of the pane that has the keys.
    fn move_cursor(&mut self, action: Action) {
        match self.focus {
            Focus::Levers => self.move_lever(action),
            Focus::Answer => {
                let tab = &TABS[self.tab];
                let (rows, columns) = (tab.extent)(self);
                let view = &mut self.views[self.tab];
                let last = rows.saturating_sub(1);
                view.row = match action {
                    Action::Up => view.row.saturating_sub(1),
                    Action::Down => view.row + 1,
                    Action::PageUp => view.row.saturating_sub(PAGE),
                    Action::PageDown => view.row + PAGE,
                    Action::First => 0,
                    Action::Last => last,
                    _ => view.row,
                }
                .min(last);
                view.column = match action {
                    Action::Left => view.column.saturating_sub(1),
                    Action::Right => view.column + 1,
                    _ => view.column,
                }
                .min(columns.saturating_sub(1));
            }
        }
    }

    fn move_lever(&mut self, action: Action) {
        let rows = self.rows();
        let spots: Vec<usize> = (0..rows.len())
            .filter(|r| layout::spot_in(rows[*r], 0).is_some())
            .collect();
        let Some(at) = layout::row_of(&rows, self.cursor) else {
            // It is filtered away.
            if let Some(spot) = spots.first().and_then(|r| layout::spot_in(rows[*r], 0)) {
                self.cursor = spot;
            }
            return;
        };
        let column = match (rows[at], self.cursor) {
            (Row::Cells { from, .. }, Spot::Cell(_, i)) => i - from,
            _ => 0,
        };
        let nth = spots.partition_point(|r| *r < at);
        let last = spots.len() - 1;
        let target = match action {
            Action::Up => nth.saturating_sub(1),
            Action::Down => (nth + 1).min(last),
            Action::PageUp => nth.saturating_sub(PAGE),
            Action::PageDown => (nth + PAGE).min(last),
            Action::First => 0,
            Action::Last => last,
            Action::Left | Action::Right => {
                if let Spot::Cell(g, i) = self.cursor {
                    let next = match action {
                        Action::Left => i.saturating_sub(1),
                        _ => (i + 1).min(self.levers.intervals() - 1),
                    };
                    self.cursor = Spot::Cell(g, next);
                }
                return;
            }
            _ => return,
        };
        if let Some(spot) = layout::spot_in(rows[spots[target]], column) {
            self.cursor = spot;
        }
    }

    /// Moves the first row so that the cursor is in view; the drawing asks for it.
    pub fn keep_in_view(&mut self) {
        let height = usize::from(layout::inner(self.areas().levers).height);
        let rows = self.rows();
        if let Some(at) = layout::row_of(&rows, self.cursor) {
            self.first_row = layout::first_in_view(at, self.first_row, rows.len(), height);
        } else {
            self.first_row = 0;
        }
    }
}

/// Rows of a page.
const PAGE: usize = 10;

/// A word of a command line, in quotes where a shell asks for them.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:+,".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

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
