//! The terminal of a session: taken, and given back as it was, whatever ends the session; its input and its signals.

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, Event,
};
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{Command, queue};
use ratatui::{Frame, Terminal};
use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How long the reader waits for input at a time; a new size of the window is seen that late.
const ROUND: Duration = Duration::from_millis(50);

/// How long the end of the reader is waited for. It ends at once, unless it waits for the rest of a key's sequence.
const PATIENCE: Duration = Duration::from_millis(300);

/// Whose the terminal is. There is one for the process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The shell's: as it was.
    Shell,
    /// The session's.
    Session,
    /// It was given back by a panic; the session has not noticed yet.
    Panic,
}

static OWNER: Mutex<Owner> = Mutex::new(Owner::Shell);

/// Whoever holds this is the only one that writes to the terminal.
fn owner() -> MutexGuard<'static, Owner> {
    OWNER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a session is possible: someone must see it and type.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// How the session lost the terminal.
fn lost() -> Input {
    match *owner() {
        Owner::Panic => Input::Panicked,
        _ => Input::Gone,
    }
}

/// What comes from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key, the mouse, a paste, a new size.
    Event(Event),
    /// The terminal hung up: the session is over.
    Gone,
    /// A panic on some thread gave the terminal back, and its message stands there: the session is over.
    Panicked,
}

/// The terminal, taken for a session. Dropping it gives it back as it was; a panic, on whatever thread, gives it back
/// before its message is shown.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frames>>,
    mouse: bool,
    reader: Option<Reader>,
    inputs: UnboundedSender<Input>,
}

impl Screen {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, no cursor and, if wanted, the mouse. There can be
    /// one at a time. What is typed comes through the receiver.
    pub fn open(mouse: bool) -> io::Result<(Self, UnboundedReceiver<Input>)> {
        give_back_at_panic();
        let terminal = Terminal::new(CrosstermBackend::new(Frames::default()))?;
        let (inputs, receiver) = unbounded_channel();
        let mut screen = Self {
            terminal,
            mouse,
            reader: None,
            inputs,
        };
        // What fails half-way is undone by `Drop`.
        screen.take()?;
        Ok((screen, receiver))
    }

    /// Draws a frame, in one write. Where that fails the terminal is gone, which comes as an input.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) {
        let drawn = self.terminal.draw(render).map(|_| ());
        self.tell(drawn);
    }

    /// Clears the screen, so that the next frame is drawn whole.
    pub fn clear(&mut self) {
        let cleared = self.forget();
        self.tell(cleared);
    }

    fn forget(&mut self) -> io::Result<()> {
        // `Terminal::clear` would ask the terminal where its cursor is, and wait for the answer that the reader gets.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    fn tell(&self, done: io::Result<()>) {
        if done.is_err() {
            let _ = self.inputs.send(lost());
        }
    }

    /// Stops the process as Ctrl-Z does, with the terminal given back, and takes it again when the process goes on. Where there is no job control, nothing stops.
    pub fn suspend(&mut self) {
        self.give_back();
        #[cfg(unix)]
        {
            use rustix::process::{Signal, kill_current_process_group};
            // As the terminal's own Ctrl-Z: to the group, and without effect where nobody could continue it.
            let _ = kill_current_process_group(Signal::TSTP);
            // Another thread may be the one that stops the process: a moment later. Who comes back does not notice this one.
            thread::sleep(Duration::from_millis(200));
        }
        let taken = self.take();
        self.tell(taken);
    }

    /// Takes the terminal once more, after [`Signal::Continued`]: a shell had it meanwhile.
    pub fn resume(&mut self) {
        if *owner() == Owner::Session {
            let _ = disable_raw_mode();
            let taken = self.take();
            self.tell(taken);
        }
    }

    fn take(&mut self) -> io::Result<()> {
        {
            let mut owner = owner();
            *owner = Owner::Session;
            enable_raw_mode()?;
            let mut out = io::stdout().lock();
            queue!(out, EnterAlternateScreen, Hide)?;
            // Old Windows consoles have neither.
            let _ = queue!(out, EnableBracketedPaste);
            if self.mouse {
                let _ = queue!(out, EnableMouse);
            }
            out.flush()?;
        }
        self.forget()?;
        if self.reader.is_none() {
            self.reader = Some(Reader::start(self.inputs.clone())?);
        }
        Ok(())
    }

    fn give_back(&mut self) {
        // First of all, nothing may read what is meant for the shell.
        drop(self.reader.take());
        give_back(Owner::Shell);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Gives the terminal back, if the session has it. It may be gone: errors are nobody's concern.
fn give_back(to: Owner) {
    let mut owner = owner();
    if *owner == Owner::Session {
        let mut out = io::stdout().lock();
        let _ = queue!(out, DisableMouseCapture);
        let _ = queue!(out, DisableBracketedPaste);
        let _ = queue!(out, LeaveAlternateScreen);
        let _ = queue!(out, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
        *owner = to;
    } else if to == Owner::Shell {
        *owner = to;
    }
}

/// From now on a panic, on whatever thread, gives the terminal back before it is told.
fn give_back_at_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            give_back(Owner::Panic);
            tell(panic);
        }));
    });
}

/// Presses, wheel and dragging. crossterm's own command also asks for each motion, which nobody needs.
struct EnableMouse;

impl Command for EnableMouse {
    fn write_ansi(&self, out: &mut impl std::fmt::Write) -> std::fmt::Result {
        out.write_str("\x1b[?1000h\x1b[?1002h\x1b[?1006h")
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        event::EnableMouseCapture.execute_winapi()
    }

    #[cfg(windows)]
    fn is_ansi_code_supported(&self) -> bool {
        event::EnableMouseCapture.is_ansi_code_supported()
    }
}

/// Collects a frame and writes it at once, if the session has the terminal: what is left of a frame must not come over the
/// shell's screen.
#[derive(Debug, Default)]
struct Frames(Vec<u8>);

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let frame = std::mem::take(&mut self.0);
        let owner = owner();
        match *owner {
            Owner::Session => {
                let mut out = io::stdout().lock();
                out.write_all(&frame)?;
                out.flush()
            }
            Owner::Panic => Err(io::Error::other("the terminal was given back by a panic")),
            Owner::Shell => Ok(()),
        }
    }
}

/// The thread that reads the terminal. It ends when this is dropped.
struct Reader {
    stop: Option<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(inputs: UnboundedSender<Input>) -> io::Result<Self> {
        let (stop, asked) = Stop::new()?;
        let read = move || {
            if !forward(&asked, &inputs) {
                // The loop may be over.
                let _ = inputs.send(lost());
            }
        };
        let thread = thread::Builder::new()
            .name("input".to_owned())
            .spawn(read)?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // Half a key's sequence, or a terminal that hung up in a bad moment, keep crossterm's reader from returning. Then it
        // ends with the process.
        let start = Instant::now();
        while !thread.is_finished() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}

/// What a round of waiting for input ends with.
enum Waited {
    /// There may be events.
    Events,
    /// The terminal hung up.
    Gone,
    /// The reader is to stop.
    Stop,
}

/// Forwards events until it is to stop (then it returns true), or the terminal is gone.
fn forward(asked: &Asked, inputs: &UnboundedSender<Input>) -> bool {
    loop {
        // The first time this also begins to listen for sizes.
        loop {
            match event::poll(Duration::ZERO).and_then(|some| some.then(event::read).transpose()) {
                Ok(Some(event)) => {
                    if inputs.send(Input::Event(event)).is_err() {
                        return true;
                    }
                }
                Ok(None) => break,
                Err(_) => return false,
            }
        }
        match asked.wait() {
            Waited::Stop => return true,
            Waited::Gone => return false,
            Waited::Events if *owner() != Owner::Session => return false,
            Waited::Events => {}
        }
    }
}

/// Asks the reader to stop by being dropped.
#[cfg(unix)]
struct Stop {
    _open: io::PipeWriter,
}

/// What tells the reader to stop.
#[cfg(unix)]
struct Asked(io::PipeReader);

#[cfg(unix)]
impl Stop {
    fn new() -> io::Result<(Self, Asked)> {
        let (asked, open) = io::pipe()?;
        Ok((Self { _open: open }, Asked(asked)))
    }
}

#[cfg(unix)]
impl Asked {
    /// Waits for input, but not for long. crossterm itself would read from a terminal that hung up for ever.
    fn wait(&self) -> Waited {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let round = Timespec {
            tv_sec: 0,
            tv_nsec: ROUND.subsec_nanos().into(),
        };
        let stdin = io::stdin();
        let mut both = [
            PollFd::new(&stdin, PollFlags::IN),
            PollFd::new(&self.0, PollFlags::IN),
        ];
        // A signal may come between: then there may be a new size.
        let _ = poll(&mut both, Some(&round));
        let [terminal, stop] = both;
        if !stop.revents().is_empty() {
            Waited::Stop
        } else if terminal
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR)
        {
            Waited::Gone
        } else {
            Waited::Events
        }
    }
}

/// Asks the reader to stop by being dropped.
#[cfg(not(unix))]
struct Stop {
    _open: std::sync::mpsc::Sender<()>,
}

/// What tells the reader to stop.
#[cfg(not(unix))]
struct Asked(std::sync::mpsc::Receiver<()>);

#[cfg(not(unix))]
impl Stop {
    fn new() -> io::Result<(Self, Asked)> {
        let (open, asked) = std::sync::mpsc::channel();
        Ok((Self { _open: open }, Asked(asked)))
    }
}

#[cfg(not(unix))]
impl Asked {
    /// Waits for input, but not for long.
    fn wait(&self) -> Waited {
        use std::sync::mpsc::TryRecvError;
        let waited = event::poll(ROUND);
        match (self.0.try_recv(), waited) {
            (Err(TryRecvError::Disconnected), _) => Waited::Stop,
            (_, Err(_)) => Waited::Gone,
            _ => Waited::Events,
        }
    }
}

/// What the system says to the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C from outside: in raw mode the key is an event.
    Interrupt,
    /// The process is to end.
    Terminate,
    /// The terminal is gone.
    HangUp,
    /// The process was stopped, and goes on: see [`Screen::resume`].
    Continued,
}

/// The signals of a session. They no longer do what they do by default, to the end of the process.
#[cfg(unix)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    continued: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on. It needs tokio's runtime around it, with its drivers enabled.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let continued = rustix::process::Signal::CONT.as_raw();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            continued: signal(SignalKind::from_raw(continued))?,
        })
    }

    /// The next signal. Nothing is lost where this is cancelled.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            // A terminal that hangs up also continues the process.
            biased;
            Some(()) = self.hang_up.recv() => Signal::HangUp,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            Some(()) = self.continued.recv() => Signal::Continued,
            else => std::future::pending().await,
        }
    }
}

/// The signals of a session. They no longer do what they do by default, to the end of the process.
#[cfg(windows)]
pub struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    terminate: tokio::signal::windows::CtrlBreak,
    hang_up: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    /// Listens from now on. It needs tokio's runtime around it, with its drivers enabled.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::windows;
        Ok(Self {
            interrupt: windows::ctrl_c()?,
            terminate: windows::ctrl_break()?,
            hang_up: windows::ctrl_close()?,
        })
    }

    /// The next signal. Nothing is lost where this is cancelled.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            Some(()) = self.hang_up.recv() => Signal::HangUp,
            Some(()) = self.terminate.recv() => Signal::Terminate,
            Some(()) = self.interrupt.recv() => Signal::Interrupt,
            else => std::future::pending().await,
        }
    }
}
