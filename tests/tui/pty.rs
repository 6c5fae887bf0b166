//! The command in a pseudo-terminal, as a user has it: what is typed, what is seen, what is left behind.
//!
//! Nothing here waits for ever: what does not come within [`LIMIT`] fails the test with the screen as it is.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything is waited for: generous, for busy machines.
pub const LIMIT: Duration = Duration::from_secs(60);

/// What the program wrote so far.
struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

/// Shared with the thread that reads.
struct Shared {
    seen: Mutex<Seen>,
    more: Condvar,
    /// Whether the terminal is to be closed.
    closing: AtomicBool,
}

/// How a session begins.
pub struct Start<'a> {
    program: &'a OsStr,
    arguments: Vec<&'a str>,
    rows: u16,
    columns: u16,
    folder: Option<&'a Path>,
    variables: Vec<(&'a str, &'a str)>,
}

impl<'a> Start<'a> {
    /// The command, in a terminal of 24 rows and 80 columns.
    pub fn acdsim(arguments: &[&'a str]) -> Self {
        Self::program(OsStr::new(env!("CARGO_BIN_EXE_acdsim")), arguments)
    }

    /// Any program.
    pub fn program(program: &'a OsStr, arguments: &[&'a str]) -> Self {
        Self {
            program,
            arguments: arguments.to_vec(),
            rows: 24,
            columns: 80,
            folder: None,
            variables: Vec::new(),
        }
    }

    /// The size of the terminal.
    pub fn size(mut self, rows: u16, columns: u16) -> Self {
        (self.rows, self.columns) = (rows, columns);
        self
    }

    /// The current folder; otherwise it is one of its own.
    pub fn folder(mut self, folder: &'a Path) -> Self {
        self.folder = Some(folder);
        self
    }

    /// A variable of the environment, e.g. `COLORTERM`.
    pub fn variable(mut self, name: &'a str, value: &'a str) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Starts it.
    pub fn go(self) -> Session {
        let home = tempfile::tempdir().expect("a folder");
        let pair = portable_pty::native_pty_system()
            .openpty(size(self.rows, self.columns))
            .expect("a pseudo-terminal");
        let path = pair.master.tty_name().expect("it has a name");
        let modes = modes(&path);

        let mut command = CommandBuilder::new(self.program);
        command.args(&self.arguments);
        command.cwd(self.folder.unwrap_or(home.path()));
        command.env_clear();
        // The program's tools, and where its coverage is measured.
        for name in ["PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("HOME", home.path());
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        for (name, value) in self.variables {
            command.env(name, value);
        }

        let (rows, columns) = cells(self.rows, self.columns);
        let shared = Arc::new(Shared {
            seen: Mutex::new(Seen {
                parser: vt100::Parser::new(rows, columns, 0),
                raw: Vec::new(),
            }),
            more: Condvar::new(),
            closing: AtomicBool::new(false),
        });
        let mut output = pair.master.try_clone_reader().expect("its output");
        let reader = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.read(&mut output))
        };
        let input = pair.master.take_writer().expect("its input");
        let child = pair.slave.spawn_command(command).expect("it starts");
        Session {
            child,
            shared,
            reader: Some(reader),
            ends: Some(Ends {
                input,
                master: pair.master,
                slave: Some(pair.slave),
            }),
            path,
            modes,
            left: None,
            _home: home,
        }
    }
}

fn size(rows: u16, columns: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn cells(rows: u16, columns: u16) -> (NonZeroU16, NonZeroU16) {
    let size = |n| NonZeroU16::new(n).expect("a size");
    (size(rows), size(columns))
}

/// The modes of a terminal, as `stty -g` tells them.
fn modes(path: &Path) -> String {
    let terminal = File::open(path).expect("the terminal");
    let told = Command::new("stty").arg("-g").stdin(terminal).output();
    let told = told.expect("stty");
    assert!(told.status.success(), "{told:?}");
    String::from_utf8(told.stdout).expect("UTF-8")
}

impl Shared {
    fn read(&self, output: &mut impl Read) {
        let mut bytes = [0; 1 << 14];
        while let Ok(n @ 1..) = output.read(&mut bytes) {
            if self.closing.load(Ordering::Relaxed) {
                break;
            }
            let mut seen = self.seen();
            seen.parser.process(&bytes[..n]);
            seen.raw.extend_from_slice(&bytes[..n]);
            drop(seen);
            self.more.notify_all();
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("nothing panicked")
    }
}

/// The ends of the terminal that the test holds.
struct Ends {
    input: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    // Held, so that the terminal outlives the program.
    slave: Option<Box<dyn SlavePty + Send>>,
}

/// A program in a terminal. It is killed when this is dropped.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
    ends: Option<Ends>,
    path: PathBuf,
    modes: String,
    left: Option<String>,
    _home: TempDir,
}

impl Session {
    /// Starts the command in a terminal.
    pub fn start(arguments: &[&str], rows: u16, columns: u16) -> Self {
        Start::acdsim(arguments).size(rows, columns).go()
    }

    /// Types.
    pub fn send(&mut self, keys: &str) {
        let ends = self.ends.as_mut().expect("the terminal is open");
        ends.input.write_all(keys.as_bytes()).expect("typed");
        ends.input.flush().expect("typed");
    }

    /// Waits until the screen contains a text.
    pub fn wait_for(&self, text: &str) {
        self.wait_until(|screen| screen.contains(text), &format!("{text:?}"));
    }

    /// Waits until the screen is as expected; `what` says what is expected.
    pub fn wait_until(&self, expected: impl Fn(&str) -> bool, what: &str) {
        self.wait_for_terminal(|screen, _| expected(&screen.contents()), what);
    }

    /// Waits until the terminal is as expected, by its screen and all that was written.
    pub fn wait_for_terminal(&self, expected: impl Fn(&vt100::Screen, &[u8]) -> bool, what: &str) {
        let start = Instant::now();
        let mut seen = self.shared.seen();
        while !expected(seen.parser.screen(), &seen.raw) {
            let Some(left) = LIMIT.checked_sub(start.elapsed()) else {
                let shown = framed(seen.parser.screen());
                let raw = String::from_utf8_lossy(&seen.raw).into_owned();
                // A failed test must not poison the lock.
                drop(seen);
                let tail: String = raw.chars().rev().take(400).collect();
                let tail: String = tail.chars().rev().collect();
                panic!(
                    "{what} did not come within {LIMIT:?}; the screen:\n{shown}\nwritten last: {tail:?}"
                );
            };
            let waited = self.shared.more.wait_timeout(seen, left);
            seen = waited.expect("nothing panicked").0;
        }
    }

    /// The text of the screen, without the spaces at the ends of lines.
    pub fn screen(&self) -> String {
        self.shared.seen().parser.screen().contents()
    }

    /// The terminal as it is now: its cells, its cursor, its modes.
    pub fn terminal(&self) -> vt100::Screen {
        self.shared.seen().parser.screen().clone()
    }

    /// Everything that was written.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.seen().raw.clone()
    }

    /// Whether the terminal's modes (echo, lines, Ctrl-C and so on) are those before the program.
    pub fn modes_are_restored(&self) -> bool {
        let now = self.left.clone().unwrap_or_else(|| modes(&self.path));
        now == self.modes
    }

    /// Sets the terminal's modes to those before the program, as a shell does while the program is stopped.
    pub fn restore_modes(&self) {
        let terminal = File::open(&self.path).expect("the terminal");
        let modes = self.modes.trim_end();
        let set = Command::new("stty").arg(modes).stdin(terminal).status();
        assert!(set.expect("stty").success());
    }

    /// Changes the size of the terminal.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        let (r, c) = cells(rows, columns);
        // What is drawn for the new size must find it.
        self.shared.seen().parser.set_size(r, c);
        let ends = self.ends.as_ref().expect("the terminal is open");
        ends.master.resize(size(rows, columns)).expect("resized");
    }

    /// Sends a signal, e.g. `"TERM"`.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("it runs").to_string();
        let killed = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(killed.expect("kill").success());
    }

    /// Closes the terminal, as the close button of its window does. The program sees an Enter and a Ctrl-D before.
    pub fn close_terminal(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        // The reader holds the terminal too, and waits for output.
        let terminal = OpenOptions::new().write(true).open(&self.path);
        terminal.expect("open").write_all(b" ").expect("woken");
        let reader = self.reader.take().expect("the terminal is open");
        reader.join().expect("nothing panicked");
        if let Some(Ends {
            input,
            master,
            slave,
        }) = self.ends.take()
        {
            // Dropped, it types an Enter and a Ctrl-D. A program that reads them in the very moment in which the terminal goes
            // may read for ever: that is not what is looked at.
            drop(input);
            std::thread::sleep(Duration::from_millis(150));
            drop((master, slave));
        }
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its status").is_none()
    }

    /// Waits until the program ends.
    pub fn wait_exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                self.settle();
                return status;
            }
            self.pause(start);
        }
    }

    /// Takes the modes that the program left, and waits until all that it wrote is read.
    fn settle(&mut self) {
        let Some(ends) = &mut self.ends else {
            return;
        };
        self.left = Some(modes(&self.path));
        // Without any program on it, the terminal has an end.
        ends.slave = None;
        let start = Instant::now();
        while self
            .reader
            .as_ref()
            .is_some_and(|reader| !reader.is_finished())
        {
            self.pause(start);
        }
    }

    /// A moment, if there is still time.
    fn pause(&self, start: Instant) {
        if start.elapsed() > LIMIT {
            let shown = framed(&self.terminal());
            panic!("it did not end within {LIMIT:?}; the screen:\n{shown}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A screen with a frame around it.
fn framed(screen: &vt100::Screen) -> String {
    let width = usize::from(screen.size().1.get());
    let line = "─".repeat(width);
    let rows = screen.rows(0, screen.size().1.get());
    let rows: String = rows.map(|row| format!("│{row:<width$}│\n")).collect();
    format!("┌{line}┐\n{rows}└{line}┘")
}
