//! One day, played as a film: what it shows is what happened.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::engine::Engine;
use acdsim::model::Model;
use acdsim::tui::play::{Player, Recording, draw};
use acdsim::tui::theme::{Palette, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const MINUTE_NS: i64 = 60_000_000_000;

fn record(model: &Model, seed: u64, day: u64) -> Recording {
    Recording::new(model, seed, day, &AtomicBool::new(false)).expect("a day can be recorded")
}

fn bundled() -> Player {
    let model = common::model(include_str!("../scenarios/default.toml"));
    Player::new(Arc::new(record(&model, 1, 0)))
}

fn screen(player: &Player, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let theme = Theme::new(Palette::None);
    terminal
        .draw(|frame| draw(frame, frame.area(), player, &theme))
        .unwrap();
    terminal.backend().to_string()
}

#[test]
fn the_bundled_day_at_a_glance() {
    let mut player = bundled();
    for (name, at) in [("at_10_15", 135 * MINUTE_NS), ("at_the_end", i64::MAX)] {
        player.seek_to(at);
        for (width, height) in [(80, 22), (160, 46)] {
            let name = format!("{name}_{width}");
            insta::assert_snapshot!(name, screen(&player, width, height));
        }
    }
}
