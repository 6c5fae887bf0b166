//! How a session answers to keys: without a terminal, the work done at once.

use crate::driver::{BUNDLED, Driver, random};
use acdsim::tui::keys::Keymap;
use acdsim::tui::lever::{Edits, Marked, Spot, Value};
use acdsim::tui::state::{Effect, Focus, Message, Mode, Progress, What, Writing};
use acdsim::tui::work::{Change, Origin, Proposal, Report};
use ratatui::crossterm::event::{MouseButton, MouseEventKind};
use std::fs;

/// One queue, one call type, one group, four intervals.
const SMALL: &str = r#"# A help desk.
[scenario]
name = "Help desk"
open = "08:00-10:00"
interval = "30m"
[run]
replications = 50
[[queues]]
name = "help"
target = "80/20"
max_abandonment = "5%"  # agreed in May
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

const SIZE: (u16, u16) = (120, 40);

fn small() -> Driver {
    Driver::new(SMALL, None, SIZE, 100)
}

/// The changes of the file.
fn sets(driver: &Driver) -> Vec<String> {
    let now = driver.state.history.now();
    driver.state.levers.sets(&now.whatif)
}

#[test]
fn levers_are_stepped_typed_undone_and_reset() {
    let mut driver = small();
    for (keys, expected) in [
        ("+", &["call_types.question.rate*=1.01"][..]),
        (">", &["call_types.question.rate*=1.11"]),
        ("- <", &[]),
        ("1 5 0 enter", &["call_types.question.rate*=1.5"]),
        ("u", &[]),
        ("ctrl-r", &["call_types.question.rate*=1.5"]),
        ("x", &[]),
        ("down -", &["call_types.question.talk*=0.9791666666666666"]),
        (
            "enter ctrl-u 3 m enter",
            &["call_types.question.talk*=0.75"],
        ),
        // After-call work takes no time in the file: that has no shape to be scaled.
        (
            "down 3 0 enter",
            &[
                "call_types.question.talk*=0.75",
                "call_types.question.wrap_up=exp(30s)",
            ],
        ),
        (
            "u down 9 0 enter",
            &[
                "call_types.question.talk*=0.75",
                "call_types.question.patience*=0.75",
            ],
        ),
        ("X", &[]),
        ("u u u", &["call_types.question.talk*=0.9791666666666666"]),
    ] {
        driver.press(keys);
        assert_eq!(sets(&driver), expected, "after {keys}");
    }
}

#[test]
fn changes_are_the_sets_that_the_command_line_takes() {
    let mut driver = Driver::bundled(SIZE, 25);
    driver.works = false;
    let state = &mut driver.state;
    let levers = state.levers.clone();
    let none = acdsim::tui::lever::Marked::new();
    // Each lever a step up and a step down: what it says is taken by the scenario, and is what the lever then reads.
    let document = acdsim::scenario::Document::parse("day.toml", BUNDLED, std::path::Path::new(""))
        .expect("TOML");
    let own = |l: &usize| levers.levers[*l].moves.is_empty();
    let mut spots: Vec<_> = (0..levers.levers.len())
        .filter(own)
        .map(acdsim::tui::lever::Spot::Lever)
        .collect();
    spots.extend((0..levers.groups.len()).map(acdsim::tui::lever::Spot::Group));
    spots.push(acdsim::tui::lever::Spot::Cell(0, 3));
    for spot in spots {
        for (up, big) in [(true, false), (false, false), (true, true), (false, true)] {
            let mut edits = acdsim::tui::lever::Edits::new();
            levers.step(&mut edits, spot, up, big, &none);
            let sets = levers.sets(&edits);
            assert!(sets.len() <= 1, "{sets:?}");
            let changed = document
                .check(&sets)
                .unwrap_or_else(|error| panic!("{sets:?}: {error}"))
                .scenario;
            let of_changed = acdsim::tui::lever::Levers::new(&changed);
            let wanted = levers.value(&edits, spot, &none);
            let found = of_changed.value(&acdsim::tui::lever::Edits::new(), spot, &none);
            let is_factor = sets
                .iter()
                .any(|set| set.contains("volume*=") || set.contains("rate*="));
            let same = match (&wanted, &found) {
                (acdsim::tui::lever::Value::Number(a), acdsim::tui::lever::Value::Number(b)) => {
                    (a - b).abs() < 1e-9 * a.abs().max(1.0)
                }
                (a, b) => a == b,
            };
            assert!(
                is_factor || same,
                "{sets:?}: {found:?}, expected {wanted:?}"
            );
        }
    }
}

#[test]
fn staff_changes_for_all_for_one_and_for_marked_intervals() {
    let mut driver = small();
    driver.press("/").type_text("staff").press("enter");
    for (keys, expected) in [
        ("home +", &["groups.agents.staff+=1"][..]),
        ("u down right +", &["groups.agents.staff[1]=7"]),
        ("right 9 enter", &["groups.agents.staff[1..3]=[7, 9]"]),
        (
            "u u space right space left +",
            &["groups.agents.staff[2..4]=7"],
        ),
        ("esc home right -", &["groups.agents.staff[2..4]=7"]),
    ] {
        driver.press(keys);
        if !keys.starts_with("esc") {
            assert_eq!(sets(&driver), expected, "after {keys}");
        }
    }
    assert!(driver.state.marked.is_empty(), "esc unmarks");
}

#[test]
fn an_answer_comes_with_each_change_and_stale_ones_are_told() {
    let mut driver = small();
    assert!(driver.state.is_fresh() && driver.state.progress == Progress::Done);
    let before = driver.screen();
    assert!(before.contains("n = 100 days"), "{before}");
    assert!(before.contains("Nothing is changed yet"), "{before}");
    driver.press(">");
    let after = driver.screen();
    assert!(
        after.contains("what-if") && after.contains("worse ▼"),
        "{after}"
    );
    driver.works = false;
    driver.press(">");
    let stale = driver.screen();
    assert!(!driver.state.is_fresh());
    assert!(stale.contains("stale"), "{stale}");
    assert!(
        !stale.contains("worse"),
        "nothing is claimed of a stale figure: {stale}"
    );
}

#[test]
fn what_cannot_be_is_refused_and_taken_back() {
    let mut driver = small();
    driver
        .press("/")
        .type_text("abandoned")
        .press("enter home")
        .press("9 9 9 enter");
    let screen = driver.screen();
    assert!(screen.contains("expected at most 100"), "{screen}");
    driver.press("esc");
    assert!(sets(&driver).is_empty());
    driver
        .press("enter ctrl-u")
        .type_text("many")
        .press("enter");
    let screen = driver.screen();
    assert!(
        screen.contains("expected a percentage, such as 85"),
        "{screen}"
    );
}

#[test]
fn the_baseline_moves_and_comes_back() {
    let mut driver = small();
    driver.press("> b");
    assert!(!driver.state.is_changed());
    assert_eq!(sets(&driver), ["call_types.question.rate*=1.1"]);
    driver.press("+");
    assert_eq!(
        driver.state.changes(),
        ["volume of question 110\u{a0}% → 111\u{a0}%"]
    );
    let lines = driver.state.command_lines().join("\n");
    assert!(
        lines.contains("--variant 'baseline: call_types.question.rate*=1.1'"),
        "{lines}"
    );
    assert!(
        lines.contains("--variant 'what-if: call_types.question.rate*=1.11'"),
        "{lines}"
    );
    driver.press("x");
    assert_eq!(
        sets(&driver),
        ["call_types.question.rate*=1.1"],
        "back to the baseline, not to the file"
    );
    driver.press("u");
    assert!(driver.state.is_changed());
}

#[test]
fn marks_are_kept_loaded_and_deleted() {
    let mut driver = small();
    driver
        .press("> m ctrl-u")
        .type_text("busy")
        .press("enter x m enter");
    assert_eq!(driver.state.marks.len(), 2);
    assert_eq!(driver.state.marks[1].name, "what-if 2");
    assert!(
        driver.state.marks[0]
            .figures
            .iter()
            .any(|f| f.kpi == "service_level")
    );
    driver.press("tab 8");
    let screen = driver.screen();
    assert!(
        screen.contains("busy") && screen.contains("● what-if 2"),
        "{screen}"
    );
    driver.press("home enter");
    assert_eq!(sets(&driver), ["call_types.question.rate*=1.1"]);
    driver.press("d");
    assert_eq!(driver.state.marks.len(), 1);
    assert!(driver.kept.is_some());
}

#[test]
fn the_agents_needed_are_searched_and_taken() {
    let mut driver = small();
    driver.press("/").type_text("staff").press("enter home g");
    let Mode::Offer(proposal) = &driver.state.mode else {
        panic!("nothing is offered: {}", driver.screen());
    };
    assert!(
        !proposal.changes.is_empty() && proposal.changes.iter().all(|c| c.from == 6),
        "{proposal:?}"
    );
    driver.press("enter");
    assert!(matches!(driver.state.mode, Mode::Normal));
    assert!(driver.state.is_changed());
    // One interval only.
    driver.press("X down g");
    let Mode::Offer(proposal) = &driver.state.mode else {
        panic!("nothing is offered: {}", driver.screen());
    };
    assert!(
        proposal.changes.iter().all(|c| c.interval == 0),
        "{proposal:?}"
    );
    driver.press("esc");
    assert!(!driver.state.is_changed());
    driver.press("/ ctrl-u esc home g");
    let screen = driver.screen();
    assert!(
        screen.contains("move to a group or an interval"),
        "{screen}"
    );
}

#[test]
fn the_agents_needed_in_an_interval_do_not_depend_on_what_is_missed_later() {
    let needed = |staff: &str| {
        let text = SMALL.replace("staff = 6 # all morning", staff);
        let mut driver = Driver::new(&text, None, SIZE, 25);
        driver
            .press("/")
            .type_text("staff")
            .press("enter home down right g");
        let Mode::Offer(proposal) = &driver.state.mode else {
            panic!("nothing is offered: {}", driver.screen());
        };
        assert!(proposal.words.iter().all(|w| !w.contains("09:")));
        let changes: Vec<_> = proposal
            .changes
            .iter()
            .map(|c| (c.interval, c.to))
            .collect();
        changes
    };
    let expected = needed("staff = [9, 3, 9, 9]");
    assert!(matches!(expected[..], [(1, _)]), "{expected:?}");
    assert_eq!(needed("staff = [9, 3, 2, 2]"), expected);
}

#[test]
fn what_is_saved_gives_the_same_figures_and_keeps_the_comments() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("day.toml");
    fs::write(&file, SMALL).expect("written");
    let mut driver = Driver::new(SMALL, Some(&file), SIZE, 100);
    driver.press("> s");
    let screen = driver.screen();
    assert!(screen.contains("day-whatif.toml"), "{screen}");
    driver.press("enter");
    assert!(!driver.state.is_unsaved());
    let saved = folder.path().join("day-whatif.toml");
    let text = fs::read_to_string(&saved).expect("saved");
    assert!(
        text.contains("# A help desk.") && text.contains("# agreed in May"),
        "{text}"
    );
    let loaded = acdsim::scenario::load(&saved, &[]).expect("valid");
    let model = acdsim::Model::new(&loaded.scenario);
    let settings = acdsim::Settings::of(&model);
    let run =
        acdsim::experiment::run(&model, &settings, &acdsim::Control::default(), &[]).expect("run");
    let seen = &driver.state.seen.as_ref().expect("seen").1.snapshot.whatif;
    // The error of quantiles depends on whether the number of days is known beforehand; the figures do not.
    let means = |part: &acdsim::kpi::Part| part.kpis.values().map(|of| of.mean).collect::<Vec<_>>();
    assert_eq!(run.results.run.replications, 100);
    assert_eq!(means(&run.results.queues[0]), means(&seen.queues[0]));
    assert_eq!(means(&run.results.total), means(&seen.total));
    assert_eq!(
        run.results.total.get("service_level"),
        seen.total.get("service_level")
    );

    // A second time it asks.
    driver.press("+ s enter");
    let screen = driver.screen();
    assert!(screen.contains("exists already"), "{screen}");
    driver.press("n");
    assert_eq!(fs::read_to_string(&saved).expect("there"), text);
    driver.press("s enter o");
    assert_ne!(fs::read_to_string(&saved).expect("there"), text);
}

#[test]
fn pages_and_tables_are_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("day.toml");
    let mut driver = Driver::new(SMALL, Some(&file), SIZE, 100);
    driver.press("> w enter");
    let page = fs::read_to_string(folder.path().join("day-whatif.html")).expect("a page");
    assert!(
        page.contains("what-if") && page.contains("</html>"),
        "{} bytes",
        page.len()
    );
    driver.press("tab");
    for (tab, name, first) in [
        ("1", "summary", "where,start,kpi"),
        ("2", "queues", "where,start,kpi"),
        ("3", "groups", "where,start,kpi"),
        ("4", "intervals", "where,start,kpi"),
        ("5", "requirement", "group,start,baseline"),
        ("6", "waits", "side,queue,waited"),
        ("7", "erlang", "queue,start,kpi"),
        ("8", "marks", "mark,days,kpi"),
        ("9", "log", "log"),
    ] {
        driver.press(tab).press("e enter");
        let csv = fs::read_to_string(folder.path().join(format!("day-{name}.csv"))).expect(name);
        assert!(
            csv.trim_start_matches('\u{feff}').starts_with(first),
            "{name}: {csv}"
        );
        assert!(csv.lines().count() > 1 || name == "marks", "{name}: {csv}");
    }
}

#[test]
fn leaving_asks_before_changes_are_lost() {
    let mut driver = small();
    driver.press("q");
    assert!(driver.left, "nothing is lost");
    let mut driver = small();
    driver.press("> q");
    assert!(!driver.left && matches!(driver.state.mode, Mode::Ask(_)));
    driver.press("n");
    assert!(!driver.left && matches!(driver.state.mode, Mode::Normal));
    driver.press("q q");
    assert!(driver.left);
    let mut driver = small();
    driver.press("> ctrl-c");
    assert!(!driver.left);
    driver.press("ctrl-c");
    assert!(
        driver.left && driver.state.interrupted,
        "a second Ctrl-C always works"
    );
}

#[test]
fn an_earlier_session_is_offered_and_what_the_file_has_not_is_left_out() {
    let mut driver = small();
    driver
        .press("> m enter / ctrl-u")
        .type_text("target")
        .press("enter home -");
    let kept = driver.kept.clone().expect("kept");
    let text = SMALL.replace("name = \"question\"", "name = \"other\"");
    let mut driver = Driver::resumed(&text, None, SIZE, 25, Some(kept));
    let screen = driver.screen();
    assert!(screen.contains("2 changes and 1 mark"), "{screen}");
    assert!(screen.contains("has changed since"), "{screen}");
    driver.press("y");
    assert_eq!(sets(&driver), ["queues.help.target=79/20"]);
    assert_eq!(driver.state.marks.len(), 1);
    driver.press("u");
    assert!(
        sets(&driver).is_empty(),
        "what is before it can be undone too"
    );
}

#[test]
fn the_mouse_chooses_and_scrolls() {
    let mut driver = Driver::bundled((80, 24), 25);
    driver.mouse(MouseEventKind::Down(MouseButton::Left), 5, 5);
    driver.press("+");
    assert_eq!(
        driver.state.changes(),
        ["talk of service call 180\u{a0}s → 185\u{a0}s"]
    );
    driver.mouse(MouseEventKind::ScrollDown, 5, 5);
    driver.press("+");
    assert_eq!(driver.state.changes().len(), 2);
    // A title in the frame of the answer.
    let screen = driver.screen();
    let column = screen
        .lines()
        .next()
        .and_then(|line| line.find(" 4 "))
        .expect("a title");
    let column = screen.lines().next().expect("a line")[..column]
        .chars()
        .count() as u16
        + 1;
    driver.mouse(MouseEventKind::Down(MouseButton::Left), column, 0);
    assert_eq!((driver.state.tab, driver.state.focus), (3, Focus::Answer));
}

#[test]
fn a_day_is_played() {
    let mut driver = small();
    driver.press("a");
    assert!(matches!(driver.state.mode, Mode::Play(_)));
    driver.press("t").type_text("08:45").press("enter");
    let screen = driver.screen();
    assert!(screen.contains("08:45"), "{screen}");
    driver.tick(std::time::Duration::from_secs(1));
    driver.press("space ] [ n p left right + - home end q");
    assert!(matches!(driver.state.mode, Mode::Normal));
}

#[test]
fn keys_are_shown_as_they_are_bound() {
    let mut driver = small();
    driver.state.keymap = Keymap::default()
        .rebound(&[("undo".to_owned(), vec!["ctrl-u".to_owned()])])
        .expect("keys");
    let screen = driver.screen();
    assert!(screen.contains("ctrl-u undo"), "{screen}");
    driver.press("+ ctrl-u");
    assert!(sets(&driver).is_empty());
    driver.press(":").type_text("how many");
    let screen = driver.screen();
    assert!(screen.contains("search-staff"), "{screen}");
}

#[test]
fn random_keys_never_panic() {
    const KEYS: [&str; 62] = [
        "+",
        "-",
        ">",
        "<",
        "x",
        "X",
        "u",
        "ctrl-r",
        "space",
        "v",
        "b",
        "g",
        "m",
        "d",
        "s",
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
        "esc",
        "enter",
        "enter",
        "tab",
        "up",
        "down",
        "left",
        "right",
        "pageup",
        "pagedown",
        "home",
        "end",
        "h",
        "j",
        "k",
        "l",
        "t",
        "n",
        "p",
        "q",
        "y",
        "%",
        "é",
        "backspace",
        "ctrl-c",
        "f4",
        "alt-9",
    ];
    let mut state = 7;
    let mut next = |n| random(&mut state, n);
    // Without its rules of shifts, which take a while to plan by.
    let (bundled, _) = BUNDLED.split_once("[shifts]").expect("rules");
    for text in [SMALL, bundled] {
        let mut driver = Driver::new(text, None, (80, 24), 3);
        driver.writes = false;
        for i in 0..3000 {
            // Work is slow beside keys: done now and then, at other times still under way.
            driver.works = next(40) == 0;
            driver.press(KEYS[next(KEYS.len())]);
            if i % 10 == 0 {
                driver.tick(std::time::Duration::from_millis(50));
                driver.buffer();
            }
            if next(200) == 0 {
                driver.state.size = (60 + next(140) as u16, 20 + next(40) as u16);
            }
        }
    }
}

#[test]
fn minus_nothing_is_nothing() {
    let driver = small();
    let levers = &driver.state.levers;
    let lever_spots = (0..levers.levers.len()).map(Spot::Lever);
    for spot in lever_spots.chain([Spot::Group(0), Spot::Cell(0, 2)]) {
        let taken = |text: &str| {
            let value = levers.parse(spot, text).ok()?;
            let mut edits = Edits::new();
            levers.set(&mut edits, spot, &value, &Marked::new());
            Some((levers.shown(spot, &value), levers.sets(&edits)))
        };
        assert_eq!(taken("-0"), taken("0"), "{}", levers.name(spot));
    }
}

#[test]
fn what_is_pasted_counts_as_typed() {
    let mut driver = small();
    driver.press("/");
    driver.message(Message::Paste("patience\n".to_owned()));
    driver.press("enter");
    assert_eq!(driver.state.filter, "patience");
    driver.press("+");
    let changes = driver.state.changes();
    assert!(changes[0].starts_with("patience"), "{changes:?}");
    // The first of the commands found is chosen.
    driver.press(": down down down");
    driver.message(Message::Paste("undo".to_owned()));
    driver.press("enter");
    assert!(!driver.state.is_changed(), "{:?}", driver.state.changes());
}

/// One more agent at the first interval.
fn one_more() -> Proposal {
    let change = Change {
        group: 0,
        interval: 0,
        from: 6,
        to: 7,
    };
    Proposal {
        origin: Origin::Search,
        changes: vec![change],
        words: Vec::new(),
    }
}

fn found(number: u64) -> Message {
    Message::Report(Report::Searched {
        number,
        found: Ok(one_more()),
    })
}

#[test]
fn an_offer_does_not_take_the_keys_of_what_is_typed() {
    let mut driver = small();
    driver.works = false;
    driver
        .press("/")
        .type_text("staff")
        .press("enter home g m ctrl-u");
    driver.message(found(1));
    driver.type_text("yes");
    assert!(!driver.state.is_changed(), "the y is of a name");
    driver.press("enter");
    assert_eq!(driver.state.marks[0].name, "yes");
    assert!(
        matches!(driver.state.mode, Mode::Offer(_)),
        "then it is shown"
    );
    driver.press("enter");
    assert_eq!(sets(&driver), ["groups.agents.staff[0]=7"]);
}

#[test]
fn what_an_earlier_search_found_is_no_answer_to_a_later_one() {
    let mut driver = small();
    driver.works = false;
    driver.press("/").type_text("staff").press("enter home");
    for (keys, first) in [("g g", 1), ("g + g", 3), ("g a", 5)] {
        driver.press(keys);
        driver.message(found(first));
        assert!(matches!(driver.state.mode, Mode::Normal), "after {keys}");
    }
}

#[test]
fn a_session_ends_when_its_scenario_is_saved_not_another_file() {
    let mut driver = small();
    driver.writes = false;
    driver.press("+ q s enter");
    let written = |what| {
        let writing = Writing {
            what,
            path: "x".into(),
            overwrite: false,
        };
        let result = Ok("x".into());
        Message::Report(Report::Written { writing, result })
    };
    driver.message(written(What::Csv(Vec::new())));
    assert!(!driver.left, "the table was asked for before");
    let (sets, days) = (Vec::new(), None);
    let whatif = driver.state.history.now().whatif.clone();
    driver.message(written(What::Scenario { whatif, sets, days }));
    assert!(driver.left);
}

#[test]
fn levers_of_parts_with_odd_names_work() {
    let text = SMALL
        .replace("\"agents\"", r#""a[0] 'b'; c=1""#)
        .replace("\"help\"", r#""it's: c=d.e""#);
    let mut driver = Driver::new(&text, None, SIZE, 2);
    driver.press("/").type_text("staff").press("enter home +");
    assert_eq!(sets(&driver), ["groups.a[0] 'b'; c=1.staff+=1"]);
    driver
        .press("/ ctrl-u")
        .type_text("target")
        .press("enter home +");
    assert_eq!(
        sets(&driver),
        [
            "queues.it's: c=d.e.target=81/20",
            "groups.a[0] 'b'; c=1.staff+=1"
        ]
    );
    // A variant would be taken apart at the semicolon.
    let lines = driver.state.command_lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().all(|line| line.starts_with("acdsim run")),
        "{lines:?}"
    );
    assert_eq!(lines[1], "acdsim run --replications 2");
}

#[test]
fn all_volumes_move_at_once() {
    let mut driver = Driver::bundled(SIZE, 3);
    driver.press(">");
    let both = [
        "call_types.service call.volume*=1.1",
        "call_types.sales call.rate*=1.1",
    ];
    assert_eq!(sets(&driver), both);
    driver.press("down +");
    assert_eq!(sets(&driver)[0], "call_types.service call.volume*=1.11");
    driver.press("up 9 0 enter");
    assert_eq!(
        sets(&driver),
        [
            "call_types.service call.volume*=0.9",
            "call_types.sales call.rate*=0.9"
        ]
    );
    driver.press("x");
    assert!(sets(&driver).is_empty());
}

#[test]
fn a_lever_that_is_out_of_view_is_not_moved() {
    let mut driver = small();
    driver
        .press("/")
        .type_text("no such lever")
        .press("enter + >");
    assert!(sets(&driver).is_empty());
    let screen = driver.screen();
    assert!(screen.contains("no lever is in view"), "{screen}");
    driver.press("esc +");
    assert_eq!(sets(&driver).len(), 1);
}

#[test]
fn each_change_of_a_variant_has_a_line() {
    let mut driver = small();
    driver.press("> down -");
    let lines = driver.state.command_lines().pop().expect("a line");
    let expected = "--variant 'what-if: call_types.question.rate*=1.1;\n        call_types.question.talk*=0.9791666666666666'";
    assert!(lines.contains(expected), "{lines}");
}

#[test]
fn changes_of_intervals_that_are_none_are_dropped() {
    let driver = small();
    for (path, known) in [
        ("groups.agents.staff[3]", true),
        ("groups.agents.staff[4]", false),
        ("groups.agents.staff[03]", false),
        ("groups.agents.staff[+3]", false),
        ("groups.agents.staff[]", false),
        ("groups.agents.staff", false),
        ("groups.other.staff[3]", false),
    ] {
        let mut edits = Edits::from([(path.to_owned(), Value::Number(1.0))]);
        let dropped = driver.state.levers.keep_known(&mut edits);
        assert_eq!(dropped, !known, "{path}");
    }
}

#[test]
fn what_is_only_read_scrolls_to_its_end_and_back_at_once() {
    let mut driver = Driver::bundled((80, 24), 25);
    driver.press("> tab");
    for keys in ["2", "3", "6", "?"] {
        driver.press(keys).press("home");
        let top = driver.screen();
        for _ in 0..100 {
            driver.press("down");
        }
        let end = driver.screen();
        assert_ne!(top, end, "{keys}");
        driver.press("up");
        assert_ne!(driver.screen(), end, "the first step back is seen: {keys}");
    }
}

#[test]
fn what_is_changed_while_a_file_is_written_is_not_saved() {
    let mut driver = small();
    driver.press(">");
    driver.writes = false;
    let mut effects = Vec::new();
    for key in ["s", "enter", "+"] {
        effects.extend(driver.effects_of(key));
    }
    let writing = effects.into_iter().find_map(|effect| match effect {
        Effect::Write(writing) => Some(writing),
        _ => None,
    });
    let writing = writing.expect("a file to write");
    let result = Ok(writing.path.clone());
    driver.message(Message::Report(Report::Written { writing, result }));
    assert!(
        driver.state.is_unsaved(),
        "the last change is not in the file"
    );
    driver.press("-");
    assert!(!driver.state.is_unsaved(), "this is what was saved");
}
