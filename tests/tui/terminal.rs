//! A session leaves the terminal as it was, whatever ends it.

use crate::common::command::refused;
use crate::pty::{Session, Start};
use acdsim::tui::terminal::{Input, Screen, Signal, Signals};
use ratatui::crossterm::event::KeyCode;
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// What takes the terminal back: no mouse, no bracketed paste, the main screen, the cursor.
const GIVEN_BACK: &str =
    "\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h";

/// What the first frame of a session shows.
const SHOWN: &str = "q leave";

/// A session that is shown.
fn shown() -> Session {
    let session = Session::start(&["tui"], 24, 80);
    session.wait_for(SHOWN);
    assert_taken(&session);
    session
}

fn assert_taken(session: &Session) {
    let terminal = session.terminal();
    assert!(terminal.alternate_screen());
    assert!(terminal.hide_cursor());
    assert!(terminal.bracketed_paste());
    assert_eq!(
        terminal.mouse_protocol_mode(),
        vt100::MouseProtocolMode::ButtonMotion
    );
    assert_eq!(
        terminal.mouse_protocol_encoding(),
        vt100::MouseProtocolEncoding::Sgr
    );
    assert!(!session.modes_are_restored(), "raw mode");
}

fn assert_given_back(session: &Session, how: &str) {
    let terminal = session.terminal();
    assert!(!terminal.alternate_screen(), "{how}: alternate screen");
    assert!(!terminal.hide_cursor(), "{how}: no cursor");
    assert!(!terminal.bracketed_paste(), "{how}: bracketed paste");
    assert_eq!(
        terminal.mouse_protocol_mode(),
        vt100::MouseProtocolMode::None,
        "{how}"
    );
    assert!(session.modes_are_restored(), "{how}: raw mode");
}

/// Ends a session, and expects an exit status and the terminal as it was, with nothing said.
fn ends(how: &str, end: impl FnOnce(&mut Session), status: u32) {
    let mut session = shown();
    end(&mut session);
    let found = session.wait_exit();
    assert_eq!(found.signal(), None, "{how}");
    assert_eq!(found.exit_code(), status, "{how}");
    assert_given_back(&session, how);
    let raw = String::from_utf8(session.raw()).unwrap();
    assert!(raw.ends_with(GIVEN_BACK), "{how}: {raw:?}");
    assert_eq!(raw.matches("\x1b[?1049l").count(), 1, "{how}: once");
    assert_eq!(session.screen(), "", "{how}");
}

#[test]
fn keys_end_a_session() {
    ends("q", |session| session.send("q"), 0);
    ends("Ctrl-C", |session| session.send("\x03"), 130);
}

#[test]
fn signals_end_a_session() {
    for signal in ["INT", "TERM", "HUP"] {
        ends(signal, |session| session.signal(signal), 130);
    }
}

#[test]
fn a_terminal_that_is_closed_ends_a_session() {
    let mut session = shown();
    session.close_terminal();
    let found = session.wait_exit();
    assert_eq!((found.signal(), found.exit_code()), (None, 130));
}

/// Half a key's sequence: crossterm waits for the rest, and nothing may wait for crossterm.
#[test]
fn half_a_key_does_not_keep_a_session_from_ending() {
    let half = |session: &mut Session| {
        session.send("\x1b[");
        std::thread::sleep(Duration::from_millis(200));
    };
    ends(
        "half a key, TERM",
        |session| {
            half(session);
            session.signal("TERM")
        },
        130,
    );
    let mut session = shown();
    half(&mut session);
    session.close_terminal();
    assert_eq!(session.wait_exit().exit_code(), 130);
}

/// What is typed after the key that ends a session is the shell's.
#[test]
fn what_is_typed_next_is_the_shells() {
    let acdsim = env!("CARGO_BIN_EXE_acdsim");
    let script = format!("{acdsim} tui; echo ended $?; read line; echo \"<$line>\"");
    let mut session = Start::program("sh".as_ref(), &["-c", &script]).go();
    session.wait_for(SHOWN);
    session.send("q");
    session.wait_for("ended 0");
    session.send("next\n");
    session.wait_for("<next>");
    assert_eq!(session.wait_exit().exit_code(), 0);
}

#[test]
fn a_session_is_stopped_and_goes_on() {
    let acdsim = env!("CARGO_BIN_EXE_acdsim");
    // A shell with job control, which a script has not by default.
    let script = format!("set -m; {acdsim} tui; echo stopped; read line; fg; echo ended $?");
    let mut session = Start::program("sh".as_ref(), &["-c", &script]).go();
    session.wait_for(SHOWN);
    session.send("\x1a");
    session.wait_for("stopped");
    assert_given_back(&session, "stopped");
    session.send("on\n");
    session.wait_for(SHOWN);
    assert_taken(&session);
    session.send("q");
    session.wait_for("ended 0");
    session.wait_exit();
    assert_given_back(&session, "ended");
}

/// Without a shell that could continue it, a session is not stopped.
#[test]
fn without_job_control_nothing_stops() {
    let mut session = shown();
    session.send("\x1a");
    let again = |raw: &[u8]| String::from_utf8_lossy(raw).matches("\x1b[?1049h").count() == 2;
    session.wait_for_terminal(|_, raw| again(raw), "the screen, taken again");
    session.wait_for(SHOWN);
    assert_taken(&session);
    session.send("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
}

/// The variable that makes this program a session: where it panics, or that it does not touch the terminal any more.
const CHILD: &str = "ACDSIM_TEST_SESSION";

/// The exit status of that session when its terminal is gone.
const GONE: i32 = 7;

/// Not a test, but the program of tests: a session that shows what it is told, panics when `p` is typed and does not end by
/// signals.
#[test]
fn session_of_tests() {
    let Ok(how) = std::env::var(CHILD) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut signals = Signals::new().unwrap();
        let (mut screen, mut inputs) = Screen::open(true).unwrap();
        let mut drawn = false;
        let mut told = format!("{SHOWN}\n");
        loop {
            if how != "silence" || !drawn {
                drawn = true;
                screen
                    .draw(|frame| frame.render_widget(Paragraph::new(told.as_str()), frame.area()));
            }
            let input = tokio::select! {
                signal = signals.next() => {
                    if signal == Signal::Continued && how != "silence" {
                        screen.resume();
                        told = format!("{SHOWN} again");
                    }
                    continue;
                }
                input = inputs.recv() => input.unwrap(),
            };
            let event = match input {
                Input::Event(event) => event,
                Input::Gone => {
                    drop(screen);
                    std::process::exit(GONE);
                }
                Input::Panicked => {
                    println!("the loop ends");
                    return;
                }
            };
            match event.as_key_press_event().map(|key| key.code) {
                Some(KeyCode::Char('p')) => panic_in(&how, &mut screen),
                Some(code) => told = format!("Key {code}"),
                None => told = format!("{event:?}"),
            }
        }
    });
}

fn panic_in(how: &str, screen: &mut Screen) {
    match how {
        "a frame" => {
            screen.draw(|frame| {
                frame.render_widget(Paragraph::new("half a frame"), frame.area());
                panic!("in a frame");
            });
        }
        "a thread" => {
            let ended = std::thread::spawn(|| panic!("in a thread")).join();
            assert!(ended.is_err());
            // The loop does not know yet.
            screen.draw(|frame| frame.render_widget(Paragraph::new("half a frame"), frame.area()));
        }
        _ => panic!("in the loop"),
    }
}

/// The session of tests.
fn session_that_panics_in(how: &str) -> Session {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--exact", "terminal::session_of_tests", "--nocapture"];
    let start = Start::program(this.as_os_str(), &arguments);
    let session = start.variable(CHILD, how).go();
    session.wait_for(SHOWN);
    assert_taken(&session);
    session
}

#[test]
fn a_panic_gives_the_terminal_back() {
    for (how, status) in [("the loop", 101), ("a frame", 101), ("a thread", 0)] {
        let mut session = session_that_panics_in(how);
        session.send("p");
        let found = session.wait_exit();
        assert_eq!(found.exit_code(), status, "{how}: {}", session.screen());
        assert_given_back(&session, how);
        let screen = session.screen();
        let message = format!("in {how}");
        assert!(screen.contains(&message), "{how}: {screen}");
        assert!(!screen.contains("half a frame"), "{how}: {screen}");
        let ends = screen.contains("the loop ends");
        assert_eq!(ends, how == "a thread", "{screen}");
        let raw = String::from_utf8(session.raw()).unwrap();
        let (before, after) = raw.split_once(GIVEN_BACK).expect("given back");
        assert!(!before.contains(&message), "{how}: {raw:?}");
        assert!(
            !after.contains("\x1b["),
            "{how}: nothing is drawn later: {raw:?}"
        );
    }
}

/// A signal may not come, or not be heeded: the input tells too, also where nothing is drawn meanwhile.
#[test]
fn a_terminal_that_hangs_up_is_told() {
    for how in ["the loop", "silence"] {
        let mut session = session_that_panics_in(how);
        session.send("x");
        // The reader is in the midst of its work.
        std::thread::sleep(Duration::from_millis(200));
        session.close_terminal();
        assert_eq!(session.wait_exit().exit_code(), GONE as u32, "{how}");
    }
}

#[test]
fn keys_pastes_the_mouse_and_sizes_arrive() {
    let mut session = session_that_panics_in("the loop");
    for (typed, expected) in [
        ("x", "Key x"),
        // One write, several keys.
        ("abcdefghij", "Key j"),
        ("\x1b", "Key Esc"),
        ("\x1b[200~two\nlines\x1b[201~", "Paste(\"two\\nlines\")"),
        ("\x1b[<0;3;4M", "Down(Left), column: 2, row: 3"),
    ] {
        session.send(typed);
        session.wait_for(expected);
    }
    session.resize(30, 120);
    session.wait_for("Resize(120, 30)");
}

/// A shell takes the terminal while a process is stopped, and leaves it in its own modes.
#[test]
fn a_session_that_was_stopped_takes_the_terminal_again() {
    let session = session_that_panics_in("the loop");
    session.signal("STOP");
    session.restore_modes();
    assert!(session.modes_are_restored());
    session.signal("CONT");
    session.wait_for("again");
    assert_taken(&session);
}

#[test]
fn without_a_terminal_there_is_no_session() {
    let said = refused(&["tui"]);
    assert!(
        said.starts_with("error: a session needs a terminal"),
        "{said}"
    );
    assert!(said.contains("acdsim compare"), "{said}");
}
