//! The tab of shifts: a plan of the what-if, by the rules of its scenario.

use crate::common::command::acdsim_in;
use crate::driver::Driver;
use acdsim::scenario::Document;
use acdsim::tui::state::{Effect, Errand, Focus, Message, Mode};
use acdsim::tui::theme::{Palette, Theme};
use acdsim::tui::work::{self, Planned, Report, Request, Settings};
use ratatui::crossterm::event::{MouseButton, MouseEventKind};
use serde_json::Value;
use std::fs;
use std::path::Path;

const SMALL: (u16, u16) = (80, 24);
const MIDDLE: (u16, u16) = (120, 36);
const LARGE: (u16, u16) = (200, 50);

/// A morning of two groups.
const MORNING: &str = r#"
[scenario]
name = "Help desk"
open = "08:00-12:00"
interval = "1h"
[run]
replications = 200
[[queues]]
name = "help"
target = "80/20"
max_abandonment = "5%"
[[queues]]
name = "sales"
target = "80/20"
[[call_types]]
name = "question"
queue = "help"
rate = "60/h"
talk = "exp(4m)"
patience = "exp(2m)"
[[call_types]]
name = "order"
queue = "sales"
rate = "30/h"
talk = "exp(3m)"
patience = "exp(2m)"
[[groups]]
name = "agents"
skills = ["help"]
staff = 6
[[groups]]
name = "sales team"
skills = ["sales"]
staff = 3
"#;

const RULES: &str = r#"
[shifts]
grid = "30m"
[[shifts.types]]
name = "short"
start = "08:00-10:00"
length = "2h"
[[shifts.types]]
name = "morning"
start = "08:00"
length = "4h"
breaks = [
    { name = "coffee", length = "30m", earliest = "1h", latest = "2h", paid = true },
    { name = "lunch", length = "30m", earliest = "2h30m", latest = "3h" },
]
"#;

fn with_rules() -> String {
    format!("{MORNING}{RULES}")
}

fn driver(size: (u16, u16)) -> Driver {
    Driver::new(&with_rules(), None, size, 50)
}

/// A session with a plan in view.
fn planned(size: (u16, u16)) -> Driver {
    let mut driver = driver(size);
    driver.press("p");
    driver
}

fn plan(driver: &Driver) -> &Planned {
    let plan = driver.state.plan.as_ref().unwrap();
    plan.found.as_ref().unwrap()
}

/// All that the tab has, scrolled to its end line by line.
fn whole(driver: &mut Driver) -> Vec<String> {
    let inside = |screen: &str| -> Vec<String> {
        let lines: Vec<&str> = screen.lines().collect();
        let answer = &lines[1..lines.len() - 3];
        let inner = |line: &&str| {
            let mut parts: Vec<&str> = line.split(['│', '┃']).collect();
            parts.pop();
            parts.pop().unwrap().trim_end().to_owned()
        };
        answer.iter().map(inner).collect()
    };
    driver.press("home");
    let mut all = inside(&driver.screen());
    loop {
        let before = driver.state.views[driver.state.tab].row;
        driver.press("down");
        if driver.state.views[driver.state.tab].row == before {
            return all;
        }
        all.extend(inside(&driver.screen()).pop());
    }
}

fn assert_says(driver: &mut Driver, words: &[&str]) {
    // Lines are broken where there is no room.
    let text = whole(driver).join(" ");
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    for word in words {
        assert!(text.contains(word), "expected {word:?} in {text}");
    }
}

#[test]
fn before_anything_is_planned_the_tab_says_how() {
    let mut driver = driver(SMALL);
    driver.press("tab 0");
    assert_eq!(driver.state.tab, 9, "0 is the tenth tab");
    insta::assert_snapshot!(driver.screen());
}

#[test]
fn a_plan_is_shown() {
    for (size, name) in [(SMALL, "80x24"), (MIDDLE, "120x36"), (LARGE, "200x50")] {
        let mut driver = planned(size);
        insta::assert_snapshot!(format!("plan_{name}"), driver.screen());
        driver.press("end");
        insta::assert_snapshot!(format!("plan_end_{name}"), driver.screen());
    }
}

/// Times of day stay in view as long as the people do.
#[test]
fn the_header_of_what_is_in_view_stays() {
    // So many steps that the table fills the screen.
    let text = with_rules().replace("grid = \"30m\"", "grid = \"10m\"");
    let mut driver = Driver::new(&text, None, SMALL, 50);
    driver.press("p");
    let text = whole(&mut driver);
    let at = |words: &str| {
        let is_it = |line: &String| line.trim_start().starts_with(words);
        text.iter().position(is_it).unwrap()
    };
    // The group's name comes after the times of day.
    let (axis, table) = (at("agents") - 1, at("from "));
    assert!(text[axis].contains("08:00"), "{text:#?}");
    let top = |driver: &mut Driver, row: usize| {
        driver.state.views[9].row = row;
        let screen = driver.screen();
        let top = screen.lines().nth(1).unwrap().to_owned();
        top.split(['│', '┃'])
            .nth_back(1)
            .unwrap()
            .trim_end()
            .to_owned()
    };
    for row in axis..table - 2 {
        assert_eq!(top(&mut driver, row), text[axis], "from line {row} on");
    }
    assert_ne!(top(&mut driver, axis - 1), text[axis]);
    assert_ne!(
        top(&mut driver, table - 1),
        text[axis],
        "the picture is over"
    );
}

#[test]
fn everything_of_a_plan_can_be_read_in_the_smallest_terminal() {
    let mut driver = planned(SMALL);
    let people = plan(&driver).shifts.people.len();
    let text = whole(&mut driver);
    let bars = text.iter().filter(|line| line.contains('█'));
    // Two groups are covered as well, by a line of bars for what is required and one for what is there.
    assert!(bars.count() >= people, "{people} people: {text:#?}");
    for start in ["08:00", "09:00", "11:30"] {
        let row = |line: &&String| line.trim_start().starts_with(&format!("{start} "));
        assert!(text.iter().any(|line| row(&line)), "{start}: {text:#?}");
    }
    assert!(!text.iter().any(|line| line.contains('…')), "{text:#?}");
    assert_says(
        &mut driver,
        &["promised", "paid hours", "cheapest plan", "on a break"],
    );
}

#[test]
fn the_plan_is_the_one_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.toml");
    fs::write(&file, with_rules()).unwrap();
    let mut driver = Driver::new(&with_rules(), Some(&file), MIDDLE, 50);
    driver.press("down > p");
    let lines = driver.state.command_lines();
    let command = lines.last().unwrap();
    assert!(command.starts_with("acdsim shifts "), "{lines:?}");
    let set = command.split("--set ").nth(1).unwrap().trim_matches('\'');
    let output = acdsim_in(
        folder.path(),
        &[
            "shifts", "day.toml", "--set", set, "--csv", "plan", "--json",
        ],
    );
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::to_value(&plan(&driver).shifts).unwrap();
    assert_eq!(found, expected);
    // The same table, too.
    driver.press("e enter");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("day-shifts.csv"), read("plan/shifts.csv"));
    // It is asked for in the what-if's scenario, not in the file's.
    driver.press("u p");
    let of_file = serde_json::to_value(&plan(&driver).shifts).unwrap();
    assert_ne!(of_file["cover"], found["cover"], "more calls, more people");
}

#[test]
fn a_plan_of_another_what_if_is_stale() {
    let mut driver = planned(MIDDLE);
    assert!(driver.state.fresh_plan().is_some());
    let fresh = driver.screen();
    assert!(!fresh.contains("stale"), "{fresh}");
    driver.press("+");
    let stale = driver.screen();
    assert!(stale.contains("stale: of another what-if"), "{stale}");
    assert!(stale.contains("has changed since"), "{stale}");
    // Its figures look so.
    driver.state.theme = Theme::new(Palette::Dark);
    let aside = driver.state.theme.aside;
    let buffer = driver.buffer();
    let bar = |buffer: &ratatui::buffer::Buffer| {
        let cells = buffer.content.iter();
        cells.clone().find(|cell| cell.symbol() == "█").unwrap().fg
    };
    assert_eq!(Some(bar(&buffer)), aside.fg);
    driver.press("enter");
    assert!(
        matches!(driver.state.mode, Mode::Normal),
        "nothing is offered"
    );
    driver.press("u");
    assert!(
        driver.state.fresh_plan().is_some(),
        "the same what-if again"
    );
    assert_ne!(Some(bar(&driver.buffer())), aside.fg);
    driver.press("+ p");
    assert!(driver.state.fresh_plan().is_some(), "planned again");
}

#[test]
fn the_people_of_a_plan_are_taken_as_staff() {
    // With breaks everywhere, the people who are there change within an interval.
    let (before, rest) = RULES.split_once("[[shifts.types]]").unwrap();
    let (_, morning) = rest.split_once("[[shifts.types]]").unwrap();
    let text = format!("{MORNING}{before}[[shifts.types]]{morning}");
    let mut driver = Driver::new(&text, None, MIDDLE, 50);
    driver.press("p");
    let staff = plan(&driver).staff.clone();
    driver.press("enter");
    insta::assert_snapshot!(driver.screen());
    driver.press("enter");
    let levers = driver.state.levers.clone();
    let of_whatif = |driver: &Driver| -> Vec<Vec<u32>> {
        let whatif = &driver.state.history.now().whatif;
        (0..2).map(|group| levers.staff(whatif, group)).collect()
    };
    assert_eq!(of_whatif(&driver), staff);
    assert!(
        driver.state.fresh_plan().is_some(),
        "it looks for its own staff"
    );
    driver.press("enter");
    let screen = driver.screen();
    assert!(screen.contains("those of the plan already"), "{screen}");
    driver.press("esc u");
    assert_eq!(of_whatif(&driver), [vec![6; 4], vec![3; 4]]);
    // As few as there are in any step of an interval: who is on a break in half of it is not there.
    let shifts = &plan(&driver).shifts;
    let mut changes = 0;
    for (group, name) in ["agents", "sales team"].into_iter().enumerate() {
        for (interval, agents) in staff[group].iter().enumerate() {
            let start = format!("{:02}:", 8 + interval);
            let within = shifts.cover.iter().filter(|row| row.group == name);
            let steps = within.filter(|row| row.start.starts_with(&start));
            let covered: Vec<u32> = steps.map(|row| row.covered).collect();
            let fewest = covered.iter().min();
            assert_eq!(fewest, Some(agents), "{name} {start}");
            changes += usize::from(fewest != covered.iter().max());
        }
    }
    assert!(changes > 0, "{:?}", shifts.cover);
}

#[test]
fn what_cannot_be_planned_says_why_and_what_to_do() {
    let off_grid = with_rules().replace("08:00-12:00", "08:10-12:10");
    let steady = with_rules().replace(
        "open = \"08:00-12:00\"\ninterval = \"1h\"\n[run]\nreplications = 200",
        "[run]\nmode = \"steady\"",
    );
    for (text, words) in [
        (
            MORNING.to_owned(),
            &[
                "the scenario \"Help desk\" has no rules of shifts",
                "help: add a section such as",
                "[[shifts.types]]",
            ][..],
        ),
        (steady, &["is one steady run", "run.mode=day"]),
        (
            off_grid,
            &["planning grid of 30 minutes", "write grid = \"10m\""],
        ),
    ] {
        let mut driver = Driver::new(&text, None, SMALL, 50);
        driver.press("tab 0");
        if words.len() == 3 {
            insta::assert_snapshot!("no_rules", driver.screen());
        }
        assert_says(&mut driver, words);
        let effects = driver.effects_of("p");
        assert!(effects.is_empty(), "{effects:?}");
        assert_eq!(driver.state.errand, None);
        let said = driver.state.notice.as_ref().map(|line| line.text.clone());
        assert!(said.unwrap().contains(words[0]), "{words:?}");
        driver.press("enter e");
        assert!(matches!(driver.state.mode, Mode::Normal), "{words:?}");
    }
}

#[test]
fn rules_that_contradict_each_other_are_explained() {
    let text = with_rules()
        + "[[shifts.blocks]]\nname = \"meeting\"\ngroup = \"agents\"\nhours = \"07:00-07:30\"\npeople = 2\n";
    let mut driver = Driver::new(&text, None, SMALL, 50);
    driver.press("p");
    let shifts = &plan(&driver).shifts;
    assert!(!shifts.explanation.is_empty(), "{:?}", shifts.status);
    let reasons: Vec<String> = shifts.explanation.iter().map(|r| r.rule.clone()).collect();
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    assert_says(&mut driver, &reasons);
}

#[test]
fn planning_is_ended_with_the_best_so_far() {
    let mut driver = driver(SMALL);
    driver.works = false;
    driver.press("p");
    assert!(matches!(driver.state.errand, Some((Errand::Plan, _))));
    driver.tick(std::time::Duration::from_secs(12));
    let screen = driver.screen();
    assert!(screen.contains("planning shifts, 12 s"), "{screen}");
    assert_says(&mut driver, &["esc ends it with the best so far"]);
    let effects = driver.effects_of("esc");
    assert!(matches!(effects[..], [Effect::StopWork]), "{effects:?}");
    driver.message(found(1, |planned| planned.shifts.partial = true));
    assert_eq!(driver.state.errand, None);
    assert_says(&mut driver, &["Stopped early: this is the best plan"]);
}

/// What a plan gives, changed.
fn found(number: u64, change: impl FnOnce(&mut Planned)) -> Message {
    let document = Document::parse("day.toml", &with_rules(), Path::new("")).unwrap();
    let request = Request::Plan {
        number,
        sets: Vec::new(),
    };
    let settings = Settings {
        days: 50,
        threads: 1,
    };
    let mut reports = work::answer(document, settings, request);
    let Some(Report::Planned {
        found: Ok(mut planned),
        ..
    }) = reports.pop()
    else {
        panic!("{reports:?}");
    };
    change(&mut planned);
    Message::Report(Report::Planned {
        number,
        found: Ok(planned),
    })
}

#[test]
fn a_change_ends_planning_and_no_earlier_plan_is_taken_for_a_later_one() {
    let mut driver = driver(SMALL);
    driver.works = false;
    driver.press("p +");
    assert_eq!(driver.state.errand, None);
    let said = driver.state.notice.as_ref().unwrap().text.clone();
    assert_eq!(said, "planning was ended by the change");
    driver.message(found(1, |_| {}));
    assert!(driver.state.plan.is_none(), "it is of another what-if");
    driver.press("p p");
    driver.message(found(2, |_| {}));
    assert!(driver.state.plan.is_none(), "it was asked for again");
    // What is typed meanwhile goes on.
    driver.press("m");
    driver.message(found(3, |_| {}));
    assert!(driver.state.plan.is_some());
    assert!(matches!(driver.state.mode, Mode::Entry(_)));
}

#[test]
fn a_published_plan_is_kept_to_and_read_beside_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("day.toml");
    let text = with_rules().replace(
        "grid = \"30m\"",
        "grid = \"30m\"\nkeep = { file = \"published.csv\", cost_per_change = 1 }",
    );
    let published = |rows: &str| {
        let text = format!("day,group,start,end\n{rows}");
        fs::write(folder.path().join("published.csv"), text).unwrap();
    };
    published("day,agents,08:00,12:00\nday,agents,08:00,12:00\n");
    let mut driver = Driver::new(&text, Some(&file), MIDDLE, 50);
    driver.press("p");
    assert_says(&mut driver, &["Of 2 published shifts"]);
    published("day,nobody,08:00,12:00\n");
    driver.press("p");
    assert_says(&mut driver, &["there is no group \"nobody\""]);
    assert!(driver.screen().contains("no plan"), "{}", driver.screen());
    driver.press("enter e");
    assert!(
        matches!(driver.state.mode, Mode::Normal),
        "there is nothing to take"
    );
}

#[test]
fn the_mouse_chooses_the_tab_and_scrolls_it() {
    let mut driver = planned(SMALL);
    driver.press("1");
    let screen = driver.screen();
    let title = screen.lines().next().unwrap();
    let before = &title[..title.find(" 0 ").unwrap()];
    let column = before.chars().count() as u16 + 1;
    driver.mouse(MouseEventKind::Down(MouseButton::Left), column, 0);
    assert_eq!((driver.state.tab, driver.state.focus), (9, Focus::Answer));
    let first = driver.screen();
    driver.mouse(MouseEventKind::ScrollDown, 60, 10);
    assert_eq!(driver.state.views[9].row, 3);
    assert_ne!(driver.screen(), first);
}

#[test]
fn words_say_what_colours_say() {
    let mut driver = planned(LARGE);
    let without = driver.screen();
    assert!(!without.contains('\u{1b}'), "{without}");
    for palette in Palette::ALL {
        driver.state.theme = Theme::new(palette);
        for size in [SMALL, (81, 25), MIDDLE, LARGE, (400, 120)] {
            driver.state.size = size;
            driver.buffer();
        }
        driver.state.size = LARGE;
        assert_eq!(driver.screen(), without, "{palette:?}");
    }
}
