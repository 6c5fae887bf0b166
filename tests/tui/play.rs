//! One day, played as a film: what it shows is what happened.

use crate::common;
use crate::common::random_scenario::scenario;
use acdsim::engine::{Contacts, Engine, Halt, Tally};
use acdsim::model::Model;
use acdsim::tui::play::player::SPEEDS;
use acdsim::tui::play::scene::GroupScene;
use acdsim::tui::play::{Player, Recording, Scene, draw};
use acdsim::tui::theme::{Palette, Theme};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const SECOND_NS: i64 = 1_000_000_000;
const MINUTE_NS: i64 = 60 * SECOND_NS;

const BUNDLED: &str = include_str!("../../scenarios/default.toml");

fn record(model: &Model, seed: u64, day: u64) -> Recording {
    Recording::new(model, seed, day, &AtomicBool::new(false)).expect("a day can be recorded")
}

fn bundled() -> Player {
    Player::new(Arc::new(record(&common::model(BUNDLED), 1, 0)))
}

fn tally(model: &Model, seed: u64, day: u64) -> Tally {
    let mut engine = Engine::new(model);
    let tally = engine.run(seed, day, &AtomicBool::new(false));
    tally.expect("a day can be simulated").clone()
}

/// Integrals over time of what a scene shows, in units × nanoseconds.
#[derive(Debug, PartialEq, Eq)]
struct Areas {
    lines: Vec<i128>,
    waiting: Vec<i128>,
    /// Talking, wrapping up, on duty.
    agents: Vec<[i128; 3]>,
}

impl Areas {
    fn of_recording(recording: &Arc<Recording>) -> Self {
        let scene = recording.scene_after(0);
        let mut areas = Self {
            lines: vec![0; scene.trunks.len()],
            waiting: vec![0; scene.queues.len()],
            agents: vec![[0; 3]; scene.groups.len()],
        };
        let mut player = Player::new(recording.clone());
        while !player.is_at_end() {
            let before = player.scene().clone();
            player.step();
            let ns = i128::from(player.time_ns() - before.now_ns);
            let pairs = areas.lines.iter_mut().zip(&before.trunks);
            pairs.for_each(|(area, now)| *area += ns * i128::from(now.in_use));
            let pairs = areas.waiting.iter_mut().zip(&before.queues);
            pairs.for_each(|(area, now)| *area += ns * i128::from(now.waiting));
            for (area, now) in areas.agents.iter_mut().zip(&before.groups) {
                area[0] += ns * i128::from(now.talking);
                area[1] += ns * i128::from(now.wrapping_up);
                area[2] += ns * i128::from(now.on_duty);
            }
        }
        areas
    }

    fn of_tally(tally: &Tally) -> Self {
        let cells = tally.cells;
        let trunks = tally.trunks.chunks(cells);
        let queues = tally.queues.chunks(cells);
        let groups = tally.groups.chunks(cells);
        Self {
            lines: trunks
                .map(|t| t.iter().map(|c| c.busy.area_ns).sum())
                .collect(),
            waiting: queues
                .map(|q| q.iter().map(|c| c.waiting.area_ns).sum())
                .collect(),
            agents: groups
                .map(|group| {
                    let sum = |of: fn(&acdsim::engine::GroupCell) -> i128| {
                        group.iter().map(of).sum::<i128>()
                    };
                    [
                        sum(|cell| cell.talk_ns),
                        sum(|cell| cell.acw_ns),
                        sum(|cell| cell.on_duty.area_ns),
                    ]
                })
                .collect(),
        }
    }
}

/// The end of the day is what the tally of the day says, and all that lies between adds up to it.
fn check_against_the_tally(model: &Model, seed: u64, day: u64) -> Result<(), TestCaseError> {
    let recording = Arc::new(record(model, seed, day));
    let tally = tally(model, seed, day);
    let end = recording.scene_at(recording.end_ns());
    let sum = |cells: &[Contacts], of: fn(&Contacts) -> u64| cells.iter().map(of).sum::<u64>();
    let all = |of| sum(&tally.call_types, of);

    for (now, cells) in end.queues.iter().zip(tally.queues.chunks(tally.cells)) {
        let found = [
            now.arrived,
            now.answered,
            now.answered_within,
            now.abandoned,
            now.abandoned_within,
            now.short_abandoned,
            now.turned_away,
            now.dropped,
        ];
        let expected: [fn(&Contacts) -> u64; 8] = [
            |c| c.first_attempts + c.redials + c.reconnects,
            |c| c.answered,
            |c| c.answered_within,
            |c| c.abandoned,
            |c| c.abandoned_within,
            |c| c.short_abandoned,
            |c| c.blocked,
            |c| c.abandoned_at_close,
        ];
        prop_assert_eq!(found, expected.map(|of| sum(cells, of)));
        prop_assert_eq!((now.waiting, now.oldest_ns), (0, None));
    }
    for (now, cells) in end.trunks.iter().zip(tally.trunks.chunks(tally.cells)) {
        let blocked = cells.iter().map(|cell| cell.blocked).sum::<u64>();
        prop_assert_eq!((now.in_use, now.turned_away), (0, blocked));
    }
    for now in &end.groups {
        prop_assert_eq!(*now, GroupScene::default());
    }
    prop_assert!(end.in_ivr.iter().all(|n| *n == 0), "{:?}", end.in_ivr);
    prop_assert_eq!(end.attempts, tally.attempts_simulated);
    prop_assert_eq!(end.callers, all(|c| c.callers));
    prop_assert_eq!(end.helped, all(|c| c.resolved));
    prop_assert_eq!(end.lost, all(|c| c.lost));
    prop_assert_eq!(end.contained, all(|c| c.ivr_contained));
    prop_assert_eq!(end.left_ivr, all(|c| c.ivr_abandoned));
    prop_assert_eq!(end.will_call_again, 0);
    prop_assert_eq!(Areas::of_recording(&recording), Areas::of_tally(&tally));
    Ok(())
}

#[test]
fn the_bundled_day_ends_as_its_tally_says() {
    let model = common::model(BUNDLED);
    for day in 0..3 {
        check_against_the_tally(&model, 1, day).unwrap();
    }
}

/// Who loses patience exactly then has still left within the target time, and soon.
#[test]
fn thresholds_belong_to_what_is_within() {
    let text = "[scenario]\nname = \"edge\"\nopen = \"08:00-10:00\"\n[[queues]]\nname = \"q\"\ntarget = \"80/5\"\n\
                short_abandon = \"5s\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"exp(3m)\"\n\
                patience = \"fixed(5s)\"\n[[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 2\n";
    let model = common::model(text);
    check_against_the_tally(&model, 1, 0).unwrap();
    let recording = record(&model, 1, 0);
    let end = &recording.scene_at(recording.end_ns()).queues[0];
    assert!(end.abandoned > 10, "{end:?}");
    assert_eq!(end.abandoned_within, end.abandoned);
    assert_eq!(end.short_abandoned, end.abandoned);
}

#[test]
fn the_service_level_at_the_end_is_that_of_the_run() {
    for formula in [
        "answered_over_offered",
        "without_short_abandons",
        "with_abandons",
    ] {
        let text = BUNDLED.replace("\"answered_over_offered\"", &format!("{formula:?}"));
        let model = common::model(&text);
        let recording = record(&model, 1, 0);
        let end = recording.scene_at(recording.end_ns());
        let settings = acdsim::Settings {
            replications: acdsim::experiment::Replications::Fixed(1),
            threads: Some(1),
            ..acdsim::Settings::of(&model)
        };
        let results = common::run_with(&model, &settings);
        for queue in 0..2 {
            let expected = results.queues[queue].get("service_level").mean.unwrap();
            let found = end.service_level(recording.parts(), queue).unwrap();
            assert!(
                (found - expected).abs() < 1e-12,
                "{formula}: expected {expected}, found {found}"
            );
        }
    }
}

/// What has to hold at any time.
fn check_scene(recording: &Recording, scene: &Scene) -> Result<(), TestCaseError> {
    let parts = recording.parts();
    for (i, now) in scene.queues.iter().enumerate() {
        let waits: Vec<i64> = recording.waiting(scene, i).collect();
        prop_assert_eq!(waits.len(), now.waiting as usize);
        prop_assert_eq!(waits.first().copied(), scene.longest_wait_ns(i));
        prop_assert!(waits.is_sorted_by(|a, b| a >= b) && waits.iter().all(|w| *w >= 0));
    }
    for (now, trunk) in scene.trunks.iter().zip(&parts.trunks) {
        prop_assert!(now.in_use <= trunk.lines);
    }
    for now in &scene.groups {
        prop_assert_eq!(now.idle() + now.talking + now.wrapping_up, now.on_duty);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn random_days_end_as_their_tallies_say(text in scenario(), day in 0u64..3) {
        check_against_the_tally(&common::model(&text), 1, day)?;
    }

    #[test]
    fn going_to_a_time_is_the_same_as_waiting_for_it(
        text in scenario(),
        times in prop::collection::vec(0.0..1.0f64, 1..20),
    ) {
        let recording = Arc::new(record(&common::model(&text), 1, 0));
        let mut times: Vec<i64> = times.iter().map(|t| (t * recording.end_ns() as f64) as i64).collect();
        // Times of events too.
        let events = (0..recording.events()).step_by(1 + recording.events() / 20);
        times.extend(events.filter_map(|event| recording.time_of(event)));
        times.push(recording.end_ns());
        times.sort_unstable();
        let mut player = Player::new(recording.clone());
        while player.speed() > 1 {
            player.slower();
        }
        for at in times {
            player.advance(Duration::from_nanos((at - player.time_ns()) as u64));
            prop_assert_eq!(player.time_ns(), at);
            prop_assert_eq!(player.scene(), &recording.scene_at(at));
            check_scene(&recording, player.scene())?;
        }
        prop_assert!(player.is_paused() && player.is_at_end());
    }
}

#[test]
fn steps_back_undo_steps() {
    let mut player = bundled();
    player.seek_to(100 * MINUTE_NS);
    let start = player.scene().clone();
    assert!(start.now_ns > player.recording().time_of(start.happened() - 1).unwrap());
    let mut scenes = Vec::new();
    for _ in 0..3000 {
        player.step();
        assert!(player.is_paused());
        check_scene(player.recording(), player.scene()).unwrap();
        scenes.push(player.scene().clone());
    }
    assert!(scenes.is_sorted_by(|a, b| a.happened() < b.happened() && a.now_ns <= b.now_ns));
    for scene in scenes.iter().rev().skip(1) {
        player.step_back();
        assert_eq!(player.scene(), scene);
    }
    // Time had passed since the event before the first step.
    player.step_back();
    assert_eq!(player.scene().happened(), start.happened());
    assert!(player.time_ns() < start.now_ns);

    player.seek_to(0);
    for _ in 0..1000 {
        player.step_back();
    }
    assert_eq!((player.time_ns(), player.scene().happened()), (0, 0));
    player.seek_to(i64::MAX);
    let end = player.scene().clone();
    player.step();
    assert_eq!(player.scene(), &end);
}

#[test]
fn a_step_is_a_line_of_the_log() {
    let mut player = bundled();
    player.seek_to(130 * MINUTE_NS);
    for _ in 0..500 {
        let before = player.last_events(usize::MAX).len();
        player.step();
        let lines = player.last_events(usize::MAX);
        assert_eq!(lines.len(), before + 1, "{:?}", lines.last());
    }
}

#[test]
fn time_passes_at_the_speed_that_is_set() {
    let mut player = bundled();
    let second = Duration::from_secs(1);
    assert_eq!(
        (player.time_ns(), player.speed(), player.is_paused()),
        (0, 60, false)
    );
    player.advance(second);
    assert_eq!(player.time_ns(), MINUTE_NS);
    player.toggle_pause();
    player.advance(second);
    assert_eq!(player.time_ns(), MINUTE_NS, "it is paused");
    player.toggle_pause();
    for expected in [10, 1, 1] {
        player.slower();
        assert_eq!(player.speed(), expected);
    }
    for speed in SPEEDS {
        assert_eq!(player.speed(), speed);
        let before = player.time_ns();
        player.advance(Duration::from_millis(1500));
        assert_eq!(
            player.time_ns() - before,
            i64::from(speed) * 3 * SECOND_NS / 2
        );
        player.faster();
    }
    assert_eq!(player.speed(), 3600);
    player.toggle_pause();
    insta::assert_snapshot!("paused_60", screen(&player, 60, 16));
    player.toggle_pause();
    player.advance(Duration::MAX);
    assert!(player.is_at_end() && player.is_paused());
    assert_eq!(player.time_ns(), player.recording().end_ns());
    player.toggle_pause();
    assert_eq!(
        (player.time_ns(), player.is_paused()),
        (0, false),
        "it begins again"
    );
}

#[test]
fn one_goes_to_times_and_intervals() {
    let mut player = bundled();
    let minutes = |player: &Player| player.time_ns() as f64 / MINUTE_NS as f64;
    player.jump(75);
    assert_eq!(minutes(&player), 75.0);
    for (expected, go) in [
        (90.0, Player::next_interval as fn(&mut Player)),
        (120.0, Player::next_interval),
        (90.0, Player::previous_interval),
        (60.0, Player::previous_interval),
        (30.0, Player::previous_interval),
        (0.0, Player::previous_interval),
        (0.0, Player::previous_interval),
    ] {
        go(&mut player);
        assert_eq!(minutes(&player), expected);
    }
    player.jump(100);
    player.previous_interval();
    assert_eq!(minutes(&player), 90.0);
    player.jump(i64::MIN);
    assert_eq!(minutes(&player), 0.0);
    player.jump(i64::MAX);
    assert!(player.is_at_end());
    player.next_interval();
    assert!(player.is_at_end());
    assert!(!player.is_paused(), "who seeks does not pause");
}

#[test]
fn a_recording_can_be_interrupted() {
    let stopped = Recording::new(&common::model(BUNDLED), 1, 0, &AtomicBool::new(true));
    assert_eq!(stopped.err(), Some(Halt::Interrupted));
}

#[test]
fn a_recording_can_go_to_another_thread() {
    fn sent<T: Send + Sync + 'static>() {}
    sent::<Recording>();
    sent::<Player>();
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

/// A day with many parts, long and wide names, and more calls than agents.
fn crowded() -> Player {
    let mut text =
        "[scenario]\nname = \"客户服务中心 👩‍👩‍👧‍👦 café\"\nopen = \"08:00-09:00\"\n".to_owned();
    for i in 0..12 {
        let name = format!("队列 {i} of a name that has no end, 👨🏽‍🚒 or nearly none");
        let _ = write!(
            text,
            "[[trunks]]\nname = \"{name}\"\nlines = {}\n[[queues]]\nname = \"{name}\"\n[[call_types]]\nname = \"{name}\"\n\
             queue = \"{name}\"\ntrunk = \"{name}\"\nrate = \"{}/h\"\ntalk = \"exp(3m)\"\nwrap_up = \"exp(30s)\"\n\
             patience = \"exp(9m)\"\nivr = {{ time = \"exp(40s)\", contained = \"25%\" }}\n\
             [[groups]]\nname = \"{name}\"\nskills = [\"{name}\"]\nstaff = {}\n",
            30 * i,
            300 * i,
            i * i,
        );
    }
    Player::new(Arc::new(record(&common::model(&text), 1, 0)))
}

#[test]
fn nothing_panics_at_any_size() {
    let mut crowded = crowded();
    crowded.seek_to(30 * MINUTE_NS);
    let mut bundled = bundled();
    bundled.seek_to(135 * MINUTE_NS);
    for player in [&crowded, &bundled] {
        let sizes = (1..=90).chain([119, 160, 200]);
        for width in sizes {
            for height in (1..=24).chain([46, 60]) {
                screen(player, width, height);
            }
        }
    }
    // In a part of the screen, or beside it.
    let theme = Theme::new(Palette::Dark);
    let mut terminal = Terminal::new(TestBackend::new(60, 20)).unwrap();
    for area in [
        Rect::new(10, 5, 40, 10),
        Rect::new(50, 15, 40, 40),
        Rect::new(99, 99, 9, 9),
    ] {
        terminal
            .draw(|frame| draw(frame, area, &crowded, &theme))
            .unwrap();
        let buffer = terminal.backend().buffer();
        for (i, cell) in buffer.content().iter().enumerate() {
            let (x, y) = buffer.pos_of(i);
            let inside = area.contains((x, y).into());
            assert!(
                inside || cell.symbol() == " ",
                "{:?} at {x}, {y}",
                cell.symbol()
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let mut player = crowded();
    player.seek_to(30 * MINUTE_NS);
    insta::assert_snapshot!("crowded_80", screen(&player, 80, 22));
    insta::assert_snapshot!("crowded_200", screen(&player, 200, 60));
}

#[test]
fn a_steady_run_has_hours() {
    let text = "[scenario]\nname = \"Help desk\"\n[run]\nmode = \"steady\"\nwarm_up = \"2h\"\nlength = \"40h\"\n\
                [[queues]]\nname = \"help\"\n[[call_types]]\nname = \"question\"\nqueue = \"help\"\nrate = \"60/h\"\n\
                talk = \"exp(4m)\"\npatience = \"exp(2m)\"\n[[groups]]\nname = \"agents\"\nskills = [\"help\"]\nstaff = 4\n";
    let mut player = Player::new(Arc::new(record(&common::model(text), 1, 0)));
    player.seek_to((26 * 60 + 15) * MINUTE_NS);
    check_scene(player.recording(), player.scene()).unwrap();
    insta::assert_snapshot!("steady", screen(&player, 80, 22));
}
