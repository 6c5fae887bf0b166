//! Sessions of the real command in a pseudo-terminal.

use crate::driver::random;
use crate::pty::{Session, Start};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One queue, one call type, one group, four intervals.
const HELP_DESK: &str = r#"# A help desk.
[scenario]
name = "Help desk"
open = "08:00-10:00"
[run]
replications = 50
[[queues]]
name = "help"
target = "80/20"  # agreed in May
[[call_types]]
name = "question"
queue = "help"
rate = "60/h"
talk = "exp(4m)"
patience = "exp(2m)"
redial = { abandoned = 0.4, delay = "exp(5m)" }
[[groups]]
name = "agents"
skills = ["help"]
staff = 6 # all morning
cost_per_hour = 20
"#;

/// The scenario in a folder of its own.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("day.toml"), HELP_DESK).expect("written");
    folder
}

/// A session of it that simulates so many days.
fn session(folder: &Path, days: &str) -> Session {
    let arguments = ["tui", "day.toml", "--replications", days];
    let session = Start::acdsim(&arguments).size(24, 80).folder(folder).go();
    session.wait_for(&format!("n = {days} days "));
    session
}

/// The service level in total, as the screen has it: of the baseline and of the what-if.
fn service_level(screen: &str) -> Vec<String> {
    let mut lines = screen.lines();
    let line = lines.find_map(|line| Some(line.split_once("service level ")?.1));
    let line = line.unwrap_or_else(|| panic!("no service level in\n{screen}"));
    let words: Vec<&str> = line.split_whitespace().collect();
    let numbers = words
        .windows(2)
        .filter(|pair| pair[1] == "%" || pair[1].starts_with('%'));
    numbers.map(|pair| pair[0].to_owned()).collect()
}

fn run(folder: &Path, file: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_acdsim"))
        .args(["run", file, "--json"])
        .current_dir(folder)
        .output()
        .expect("run");
    assert!(
        output.status.code().is_some_and(|code| code <= 1),
        "{output:?}"
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_lever_changes_figures_undo_brings_them_back_and_what_is_saved_gives_them_again() {
    let folder = folder();
    let mut session = session(folder.path(), "150");
    let before = service_level(&session.screen())[0].clone();
    session.send(">");
    session.wait_for("100 % → 110 %");
    session.wait_until(
        |screen| screen.contains("n = 150 days ") && screen.contains("▼"),
        "the answer to a change",
    );
    let with = service_level(&session.screen());
    assert_eq!(with[0], before, "the baseline stays");
    assert_ne!(with[1], before, "the what-if differs");
    session.send("u");
    // What the formulas expect stands there first, then fewer days.
    session.wait_until(
        |screen| screen.contains("Nothing is changed yet") && screen.contains("n = 150 days "),
        "the baseline alone",
    );
    assert_eq!(service_level(&session.screen()), [before]);
    session.send("\u{12}");
    session.wait_until(
        |screen| screen.contains("n = 150 days ") && screen.contains("▼"),
        "the change again",
    );
    session.send("s");
    session.wait_for("save the what-if as: day-whatif.toml");
    session.send("\r");
    session.wait_for("saved: acdsim run day-whatif.toml");
    session.send("q");
    assert_eq!(session.wait_exit().exit_code(), 0, "{}", session.screen());

    let text = fs::read_to_string(folder.path().join("day-whatif.toml")).expect("saved");
    assert!(
        text.contains("# A help desk.") && text.contains("# agreed in May"),
        "{text}"
    );
    let results = run(folder.path(), "day-whatif.toml");
    assert_eq!(results["run"]["replications"], 150);
    let level = results["total"]["service_level"]["mean"]
        .as_f64()
        .expect("a level");
    assert_eq!(format!("{:.1}", 100.0 * level), with[1]);
}

#[test]
fn what_was_tried_is_offered_again_and_the_summary_stays() {
    let folder = folder();
    let mut first = session(folder.path(), "100");
    first.send(">");
    first.wait_until(|screen| screen.contains("▼"), "the answer to a change");
    first.send("mq1\r");
    first.wait_for("marked as");
    first.send("q");
    first.wait_for("not saved as a scenario");
    first.send("q");
    assert_eq!(first.wait_exit().exit_code(), 0);
    let left = first.screen();
    assert!(left.contains("acdsim run day.toml"), "{left}");
    assert!(
        left.contains("--set 'call_types.question.rate*=1.1'"),
        "{left}"
    );

    let mut second = Start::acdsim(&["tui", "day.toml", "--replications", "100"])
        .size(30, 100)
        .folder(folder.path())
        .go();
    second.wait_for("1 change and 1 mark");
    second.send("y");
    second.wait_for("100 % → 110 %");
    second.send("u");
    second.wait_for("Nothing is changed yet");
    second.send("q");
    assert_eq!(second.wait_exit().exit_code(), 0);
    assert!(
        folder.path().join("day.session.json").exists(),
        "the mark is kept"
    );
}

#[test]
fn keys_colours_and_sizes_are_the_users() {
    let folder = folder();
    fs::write(
        folder.path().join("keys.toml"),
        "colours = \"none\"\n[keys]\nundo = \"ctrl-u\"\n",
    )
    .expect("written");
    let arguments = [
        "tui",
        "day.toml",
        "--replications",
        "100",
        "--config",
        "keys.toml",
    ];
    let mut session = Start::acdsim(&arguments)
        .size(24, 80)
        .folder(folder.path())
        .go();
    session.wait_for("ctrl-u undo");
    session.wait_for("n = 100 days ");
    let coloured = session
        .raw()
        .windows(4)
        .any(|bytes| bytes == b"\x1b[31" || bytes == b"\x1b[38");
    assert!(!coloured, "no colour was asked for");
    session.resize(20, 60);
    session.wait_for("acdsim needs 80 × 24");
    session.resize(40, 160);
    session.wait_for("2 queues");
    session.send("q");
    assert_eq!(session.wait_exit().exit_code(), 0);
    let wrong = Start::acdsim(&["tui", "day.toml", "--config", "no.toml"])
        .size(24, 80)
        .folder(folder.path());
    let mut wrong = wrong.go();
    assert_eq!(wrong.wait_exit().exit_code(), 2);
    assert!(
        wrong.screen().contains("cannot read no.toml"),
        "{}",
        wrong.screen()
    );
}

#[test]
fn mistakes_of_a_file_are_told_before_the_screen_is_taken() {
    let folder = folder();
    fs::write(
        folder.path().join("day.toml"),
        HELP_DESK.replace("\"80/20\"", "\"80\""),
    )
    .expect("written");
    let mut session = Start::acdsim(&["tui", "day.toml"])
        .size(24, 80)
        .folder(folder.path())
        .go();
    assert_eq!(session.wait_exit().exit_code(), 2);
    let screen = session.screen();
    assert!(
        screen.contains("day.toml:9") && screen.contains("80/20"),
        "{screen}"
    );
}

/// For minutes: see `docs/validation.md`.
#[test]
#[ignore = "takes five minutes"]
fn random_keys_never_end_a_session_or_hang_it() {
    const KEYS: [&str; 60] = [
        "+",
        "-",
        ">",
        "<",
        "x",
        "X",
        "u",
        "\u{12}",
        " ",
        "v",
        "b",
        "g",
        "m",
        "d",
        "w",
        "e",
        "y",
        "a",
        "[",
        "]",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "0",
        "/",
        ":",
        "c",
        "?",
        "\u{1b}",
        "\r",
        "\t",
        "\u{1b}[A",
        "\u{1b}[B",
        "\u{1b}[C",
        "\u{1b}[D",
        "\u{1b}[5~",
        "\u{1b}[6~",
        "\u{1b}[H",
        "\u{1b}[F",
        "h",
        "j",
        "k",
        "l",
        "t",
        "n",
        "p",
        ".",
        "%",
        "é",
        "\u{7f}",
        "\u{1b}[200~text\u{1b}[201~",
        "\u{1b}[<0;10;5M",
        "\u{1b}[<65;60;9M",
        "\u{1b}OR",
    ];
    let folder = folder();
    let mut session = Start::acdsim(&["tui", "day.toml"])
        .size(30, 100)
        .folder(folder.path())
        .go();
    session.wait_for("Help desk");
    let start = Instant::now();
    let mut state = 1;
    let mut pressed = 0u64;
    while start.elapsed() < Duration::from_secs(300) {
        for _ in 0..20 {
            session.send(KEYS[random(&mut state, KEYS.len())]);
            pressed += 1;
        }
        if random(&mut state, 50) == 0 {
            let rows = 24 + random(&mut state, 30) as u16;
            session.resize(rows, 80 + random(&mut state, 100) as u16);
        }
        std::thread::sleep(Duration::from_millis(20));
        assert!(
            session.is_running(),
            "ended after {pressed} keys:\n{}",
            session.screen()
        );
    }
    // It still answers.
    session.send("\u{3}\u{3}\u{3}");
    let status = session.wait_exit();
    println!("{pressed} keys");
    assert!(
        [0, 130].contains(&status.exit_code()),
        "{status:?}\n{}",
        session.screen()
    );
}

/// From a key to the first simulated figures of the bundled day, and the times of frames while it simulates: see
/// `docs/performance.md`.
#[test]
#[ignore = "a measurement"]
fn how_long_an_answer_takes() {
    let arguments = ["tui", "--frame-stats", "--colours", "dark"];
    let mut session = Start::acdsim(&arguments).size(60, 200).go();
    // The baseline has some hundred days before anything is changed, as it has when somebody thinks.
    session.wait_until(
        |screen| screen.contains("n = 225 days"),
        "days of the baseline",
    );
    let mut times = Vec::new();
    for i in 0..40 {
        let start = Instant::now();
        session.send(if i % 2 == 0 { "+" } else { ">" });
        session.wait_until(
            |screen| {
                ["n = 10 days", "n = 25 days", "n = 50 days"]
                    .iter()
                    .any(|n| screen.contains(n))
            },
            "the first simulated figures",
        );
        times.push(start.elapsed());
        session.wait_until(|screen| screen.contains("n = 150 days"), "more days");
    }
    times.sort_unstable();
    let ms = |time: Duration| 1e3 * time.as_secs_f64();
    println!(
        "first simulated figures: median {:.0} ms, longest of {} {:.0} ms",
        ms(times[times.len() / 2]),
        times.len(),
        ms(times[times.len() - 1])
    );
    session.send("\u{3}\u{3}");
    session.wait_exit();
    let screen = session.screen();
    let stats = screen.lines().find(|line| line.contains(" frames: "));
    println!(
        "{}",
        stats.unwrap_or_else(|| panic!("no times of frames:\n{screen}"))
    );
    assert!(
        times[times.len() / 2] < Duration::from_millis(100),
        "{times:?}"
    );
}

#[test]
fn what_an_earlier_session_left_and_cannot_be_read_is_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("day.session.json");
    let other = r#"{"schema": "acdsim.session/9"}"#;
    fs::write(&path, other).expect("written");
    let mut session = session(folder.path(), "10");
    session.send(">");
    session.wait_for("100 % → 110 %");
    session.send("q");
    session.wait_for("What was tried is not kept");
    session.send("q");
    assert_eq!(session.wait_exit().exit_code(), 0, "{}", session.screen());
    assert_eq!(fs::read_to_string(&path).expect("it is there"), other);
}

#[test]
fn a_seed_of_the_session_is_in_what_it_saves_and_in_its_command_lines() {
    let folder = folder();
    let arguments = ["tui", "day.toml", "--replications", "10", "--seed", "7"];
    let mut session = Start::acdsim(&arguments).folder(folder.path()).go();
    session.wait_for("n = 10 days ");
    session.send(">");
    session.wait_for("100 % → 110 %");
    session.send("y");
    session.wait_for("--set run.seed=7");
    session.send("\u{3}s");
    session.wait_for("save the what-if as: day-whatif.toml");
    session.send("\r");
    session.wait_for("saved: acdsim run day-whatif.toml");
    session.send("q");
    session.wait_exit();
    assert_eq!(run(folder.path(), "day-whatif.toml")["run"]["seed"], 7);
}
