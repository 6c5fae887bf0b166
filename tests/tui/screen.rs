//! What a session draws: every tab in a small and in a large terminal, and what lies over the panes.

use crate::driver::{BUNDLED, Driver};
use acdsim::tui::theme::{Palette, Theme};

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (160, 50);

/// One queue whose agents serve no other, so that the formulas apply.
const ONE_QUEUE: &str = include_str!("../../scenarios/single-queue.toml");

/// The bundled day with more calls and an agent more from nine to eleven.
fn changed(size: (u16, u16)) -> Driver {
    let mut driver = Driver::bundled(size, 150);
    driver
        .press("+ + + /")
        .type_text("generalists staff")
        .press("enter home down right right");
    driver.press("space right right right v + esc / ctrl-u enter tab");
    driver
}

macro_rules! tabs {
    ($($name:ident: $key:literal, $before:literal;)*) => {
        $(
            #[test]
            fn $name() {
                for (size, name) in [(SMALL, "80x24"), (LARGE, "160x50")] {
                    let mut driver = changed(size);
                    driver.press($before).press($key);
                    insta::assert_snapshot!(format!("{}_{name}", stringify!($name)), driver.screen());
                }
            }
        )*
    };
}

tabs! {
    tab_1_summary: "1", "";
    tab_2_queues: "2", "";
    tab_3_groups: "3", "";
    tab_4_intervals: "4", "";
    tab_5_requirement: "5", "";
    tab_6_waits: "6", "";
    tab_7_erlang: "7", "";
    tab_8_marks: "8", "m enter u m ctrl-u b e f o r e enter ctrl-r";
    tab_9_log: "9", "m enter u u";
}

#[test]
fn formulas_stand_beside_the_simulation_where_they_apply() {
    let mut driver = Driver::new(ONE_QUEUE, None, SMALL, 50);
    driver.press("tab 7");
    insta::assert_snapshot!(driver.screen());
}

#[test]
fn an_interval_is_looked_at_closer() {
    let mut driver = changed(SMALL);
    driver.press("4 down down enter");
    insta::assert_snapshot!(driver.screen());
}

#[test]
fn before_anything_is_changed() {
    for (size, name) in [(SMALL, "80x24"), (LARGE, "160x50")] {
        insta::assert_snapshot!(
            format!("unchanged_{name}"),
            Driver::bundled(size, 150).screen()
        );
    }
}

#[test]
fn before_anything_is_simulated_the_formulas_answer() {
    let mut driver = Driver::new(ONE_QUEUE, None, SMALL, 150);
    driver.works = false;
    driver.computes = true;
    driver.press("> >");
    insta::assert_snapshot!(driver.screen());
}

#[test]
fn what_lies_over_the_panes() {
    for (name, keys) in [
        ("help", "?"),
        ("palette", ": s t a f f"),
        ("command_line", "y"),
        ("value", "tab home 1 2 0"),
        ("wrong_value", "tab home 1 2 0 x enter"),
        ("filter", "/ t a l k"),
        ("leave", "q"),
        ("played", "a t 1 0 : 1 5 enter"),
    ] {
        let mut driver = changed(SMALL);
        driver.press(keys);
        insta::assert_snapshot!(format!("over_{name}"), driver.screen());
    }
}

#[test]
fn agents_that_are_offered() {
    let mut driver = Driver::new(ONE_QUEUE, None, SMALL, 50);
    driver
        .press("/")
        .type_text("staff")
        .press("enter home down right right space right v - - g");
    insta::assert_snapshot!(driver.screen());
}

#[test]
fn a_small_window_says_so() {
    let mut driver = Driver::bundled((60, 20), 25);
    insta::assert_snapshot!(driver.screen());
    for size in [(0, 0), (1, 1), (79, 24), (80, 23), (5, 100)] {
        driver.state.size = size;
        driver.press("+ tab 4 enter ?");
        driver.buffer();
    }
    driver.state.size = SMALL;
    assert!(
        driver.screen().contains("as the baseline"),
        "no key did anything: {}",
        driver.screen()
    );
}

#[test]
fn every_size_and_palette_is_drawn() {
    let mut driver = changed(SMALL);
    for palette in Palette::ALL {
        driver.state.theme = Theme::new(palette);
        for size in [
            (80, 24),
            (81, 25),
            (100, 30),
            (132, 43),
            (200, 60),
            (400, 120),
        ] {
            driver.state.size = size;
            for tab in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
                driver.press(tab);
                driver.buffer();
            }
        }
    }
}

#[test]
fn words_and_signs_say_what_colours_say() {
    let mut driver = changed(LARGE);
    driver.press("1");
    let without = driver.screen();
    driver.state.theme = Theme::new(Palette::Dark);
    assert_eq!(
        driver.screen(),
        without,
        "the same text with and without colours"
    );
    assert!(
        without.contains("better ▲") || without.contains("worse ▼"),
        "{without}"
    );
}

#[test]
fn long_and_wide_names_are_cut() {
    let name =
        "客户服务中心的热线电话和在线支持 👩‍👩‍👧‍👦 with a very long name that goes on and on and on";
    let text = BUNDLED
        .replace("\"service\"", &format!("\"{name}\""))
        .replace(
            "skills = { sales = 1.0, service = 1.15 }",
            &format!("skills = {{ sales = 1.0, \"{name}\" = 1.15 }}"),
        );
    for size in [SMALL, LARGE] {
        let mut driver = Driver::new(&text, None, size, 25);
        driver.press("+ tab");
        for tab in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
            driver.press(tab);
            let screen = driver.screen();
            assert!(screen.lines().count() == usize::from(size.1), "{screen}");
        }
    }
}
