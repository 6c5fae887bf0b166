//! The loop of a session: what is typed and what is found goes to the state, what that asks for is done, and the screen is
//! drawn.

use super::draw::draw;
use super::files::{self, Source};
use super::kept::Kept;
use super::state::{Effect, Message, Mode, Progress, Start, State, Writing};
use super::terminal::{Input, Screen, Signal, Signals};
use super::work::{Report, Settings, Worker};
use crate::report::comparison;
use ratatui::crossterm::event::Event;
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval};

/// Between two frames of what moves.
const TICK: Duration = Duration::from_millis(50);

/// After a change, what is kept beside the file is written so much later, with the changes of that time.
const KEEP_AFTER: Duration = Duration::from_secs(1);

/// What a session is made from.
#[derive(Debug)]
pub struct Session {
    /// What it begins with; the size is the terminal's.
    pub start: Start,
    /// What is simulated and written.
    pub source: Source,
    /// How it is simulated.
    pub settings: Settings,
    /// Whether the mouse is asked for.
    pub mouse: bool,
    /// Whether frames are timed.
    pub timed: bool,
}

/// How a session ended.
#[derive(Debug)]
pub struct Ended {
    /// What stays on the screen.
    pub summary: String,
    /// It was interrupted: by Ctrl-C, a signal, or the terminal's end.
    pub interrupted: bool,
    /// A panic ended it.
    pub panicked: bool,
    /// From wake-up to flush, of each frame, if they were timed.
    pub frames: Vec<Duration>,
}

/// Runs a session to its end.
///
/// # Errors
/// What the terminal or the system says.
pub fn run(session: Session) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(looped(session))
}

async fn looped(session: Session) -> io::Result<Ended> {
    let mut signals = Signals::new()?;
    let (mut screen, mut inputs) = Screen::open(session.mouse)?;
    let (tell, mut reports) = unbounded_channel();
    let worker = {
        let tell = tell.clone();
        // Nobody listens any more where it is over.
        let tell = move |report| drop(tell.send(report));
        Worker::start(session.source.document.clone(), session.settings, tell)?
    };
    let file = session.start.file.clone();
    let kept_beside = file.filter(|_| session.start.kept.is_ok());
    let writer = Writer::start(session.source, kept_beside, tell)?;
    let size = ratatui::crossterm::terminal::size()?;
    let (state, effects) = State::new(Start {
        size,
        ..session.start
    });
    let mut app = App {
        state,
        worker,
        writer,
        keep_at: None,
        over: None,
        suspend: false,
    };
    app.perform(effects);

    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut last_tick = Instant::now();
    let mut frames = Vec::new();
    let mut woken = Instant::now();
    let mut stale = true;
    while app.over.is_none() {
        if stale {
            app.state.keep_in_view();
            screen.draw(|frame| draw(frame, &app.state));
            if session.timed {
                frames.push(woken.elapsed());
            }
        }
        stale = true;
        tokio::select! {
            biased;
            signal = signals.next() => {
                woken = Instant::now();
                match signal {
                    Signal::Continued => screen.resume(),
                    _ => app.over = Some(Over::Interrupted),
                }
            }
            input = inputs.recv() => {
                woken = Instant::now();
                app.input(input.unwrap_or(Input::Gone));
                app.drain(&mut inputs, &mut reports);
            }
            report = reports.recv() => {
                woken = Instant::now();
                if let Some(report) = report {
                    app.message(Message::Report(report));
                }
                app.drain(&mut inputs, &mut reports);
            }
            _ = ticks.tick() => {
                woken = Instant::now();
                stale = app.moves();
                if stale {
                    app.message(Message::Tick(last_tick.elapsed()));
                }
                last_tick = woken;
                app.keep_if_due();
            }
        }
        if std::mem::take(&mut app.suspend) {
            screen.suspend();
        }
    }
    drop(screen);
    Ok(app.end(frames))
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Left,
    Interrupted,
    Panicked,
}

struct App {
    state: State,
    worker: Worker,
    writer: Writer,
    /// When what is kept is written.
    keep_at: Option<Instant>,
    over: Option<Over>,
    suspend: bool,
}

impl App {
    fn input(&mut self, input: Input) {
        match input {
            Input::Gone => self.over = Some(Over::Interrupted),
            Input::Panicked => self.over = Some(Over::Panicked),
            Input::Event(Event::Key(key)) => self.message(Message::Key(key)),
            Input::Event(Event::Mouse(mouse)) => self.message(Message::Mouse(mouse)),
            Input::Event(Event::Paste(text)) => self.message(Message::Paste(text)),
            Input::Event(Event::Resize(width, height)) => {
                self.message(Message::Resize(width, height))
            }
            Input::Event(Event::FocusGained | Event::FocusLost) => {}
        }
    }

    /// All that is there already comes into one frame.
    fn drain(
        &mut self,
        inputs: &mut UnboundedReceiver<Input>,
        reports: &mut UnboundedReceiver<Report>,
    ) {
        while self.over.is_none() {
            if let Ok(input) = inputs.try_recv() {
                self.input(input);
            } else if let Ok(report) = reports.try_recv() {
                self.message(Message::Report(report));
            } else {
                break;
            }
        }
    }

    fn message(&mut self, message: Message) {
        let effects = self.state.update(message);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Work(request) => self.worker.ask(request),
                Effect::StopWork => self.worker.stop(),
                Effect::Write(writing) => self.writer.ask(Job::Write(writing)),
                Effect::Keep => {
                    self.keep_at
                        .get_or_insert_with(|| Instant::now() + KEEP_AFTER);
                }
                Effect::Suspend => self.suspend = true,
                Effect::Leave => {
                    self.over = Some(match self.state.interrupted {
                        true => Over::Interrupted,
                        false => Over::Left,
                    });
                }
            }
        }
    }

    /// Whether something on the screen moves by itself.
    fn moves(&self) -> bool {
        let playing = match &self.state.mode {
            Mode::Play(player) => !player.is_paused(),
            _ => false,
        };
        playing || self.state.errand.is_some() || self.state.progress == Progress::Simulating
    }

    fn keep_if_due(&mut self) {
        if self.keep_at.is_some_and(|at| at <= Instant::now()) {
            self.keep();
        }
    }

    fn keep(&mut self) {
        if self.keep_at.take().is_some() {
            self.writer.ask(Job::Keep(self.state.kept()));
        }
    }

    fn end(mut self, frames: Vec<Duration>) -> Ended {
        self.worker.stop();
        self.keep();
        self.writer.finish();
        let mut summary = String::new();
        if let Some((_, seen)) = self.state.seen.as_ref().filter(|_| self.state.is_fresh()) {
            summary = match self.state.is_changed() {
                true => comparison::summary(&seen.snapshot.comparison),
                false => String::new(),
            };
        }
        if !self.state.history.now().whatif.is_empty() {
            for line in self.state.command_lines() {
                summary += &format!("{line}\n");
            }
        }
        Ended {
            summary,
            interrupted: self.over == Some(Over::Interrupted),
            panicked: self.over == Some(Over::Panicked),
            frames,
        }
    }
}

/// What is written.
enum Job {
    Write(Writing),
    Keep(Kept),
}

/// A thread that writes files, one after the other, so that no key waits for a disk.
struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    fn start(
        source: Source,
        file: Option<PathBuf>,
        tell: UnboundedSender<Report>,
    ) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let work = move || {
            for job in waiting {
                match (job, &file) {
                    (Job::Write(writing), _) => {
                        let result = files::write(&writing, &source);
                        let _ = tell.send(Report::Written { writing, result });
                    }
                    (Job::Keep(kept), Some(file)) => {
                        if let Err(error) = kept.write(file) {
                            let _ = tell.send(Report::NotKept(error.to_string()));
                        }
                    }
                    // Nothing stands beside the bundled day, and what could not be read is left as it is.
                    (Job::Keep(_), None) => {}
                }
            }
        };
        let thread = thread::Builder::new()
            .name("files".to_owned())
            .spawn(work)?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    fn ask(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // A thread that is gone has told why.
            let _ = jobs.send(job);
        }
    }

    /// Waits until all is written.
    fn finish(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
