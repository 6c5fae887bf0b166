//! Rosters (`docs/model.md`): each rule in a small day whose course is known beforehand, and what must hold on any.
//!
//! As in `model_rules.rs` a test looks for a day whose callers come as it needs them; the spells of work are then set to
//! the nanosecond.

mod common;

use acdsim::engine::{Agent, AgentEvent, Attempt, AttemptEvent, Engine, Observer, Tally};
use acdsim::kpi::{Collector, Results};
use acdsim::model::{Model, Person};
use acdsim::report::json::pretty;
use acdsim::routing::Routing;
use acdsim::scenario::{self, Scenario};
use common::identities::{Watch, check_identities};
use common::random_scenario;
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const S: i64 = 1_000_000_000;
/// An interval, and closing.
const HALF_HOUR: i64 = 1800 * S;
const CLOSE: i64 = 4 * HALF_HOUR;

fn scenario(parts: &[String]) -> Scenario {
    let text = format!(
        "[scenario]\nname = \"roster\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n{}",
        parts.concat()
    );
    read(&text)
}

fn read(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    let loaded = loaded.unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)));
    loaded.scenario
}

fn queue(name: &str, keys: &str) -> String {
    format!("[[queues]]\nname = \"{name}\"\n{keys}\n")
}

fn call(name: &str, queue: &str, volume: &str, talk: i64, keys: &str) -> String {
    format!(
        "[[call_types]]\nname = \"{name}\"\nqueue = \"{queue}\"\nvolume = {volume}\ntalk = \"{}\"\n{keys}\n",
        time(talk)
    )
}

/// A group; `keys` its skills, and what else it has. What it has by number is of no use to one with a roster.
fn group(name: &str, keys: &str) -> String {
    format!("[[groups]]\nname = \"{name}\"\nstaff = 7\n{keys}\n")
}

/// A duration as the file has it.
fn time(ns: i64) -> String {
    format!("{}.{:09}s", ns / S, ns % S)
}

fn person(spells: &[(i64, i64)]) -> Person {
    Person {
        spells: spells.to_vec(),
    }
}

/// Everything that happened.
#[derive(Default)]
struct Log {
    attempts: Vec<(i64, Attempt, AttemptEvent)>,
    agents: Vec<(i64, Agent, AgentEvent)>,
}

impl Observer for Log {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        self.attempts.push((now, attempt, event));
    }

    fn agent(&mut self, now: i64, agent: Agent, event: AgentEvent) {
        self.agents.push((now, agent, event));
    }
}

fn observe<O: Observer>(model: &Model, (seed, day): (u64, u64), observer: O) -> (O, Tally) {
    let mut engine = Engine::with(model, observer, Routing::default());
    let tally = engine.run(seed, day, &AtomicBool::new(false));
    let tally = tally.expect("the scenario can be simulated").clone();
    (engine.into_observer(), tally)
}

/// A day that was watched.
struct Run {
    log: Log,
    tally: Tally,
    results: Results,
}

/// A day by rosters, group by group; an empty one stands for the number of agents.
fn simulate(scenario: &Scenario, rosters: &[&[Person]], seed: u64) -> Run {
    let rosters: Vec<Option<Vec<Person>>> = rosters
        .iter()
        .map(|people| (!people.is_empty()).then(|| people.to_vec()))
        .collect();
    let model = Model::with_rosters(scenario, &rosters);
    let (log, tally) = observe(&model, (seed, 0), Log::default());
    check_identities(&model, &tally).expect("the identities hold");
    let mut collector = Collector::new(&model, Some(1));
    collector.add(&tally);
    let results = collector.results(seed, 0.95, false, &[]);
    Run {
        log,
        tally,
        results,
    }
}

impl Run {
    /// When the first caller of a type was answered, and by whom.
    fn answer(&self, call_type: usize, caller: u64) -> Option<(i64, (usize, u32))> {
        let mut all = self.log.attempts.iter();
        all.find_map(|(at, attempt, event)| match event {
            AttemptEvent::Answered { agent, .. }
                if (attempt.call_type, attempt.caller) == (call_type, caller) =>
            {
                Some((*at, (agent.group, agent.number)))
            }
            _ => None,
        })
    }

    /// When a person came on duty and went off duty, from opening on.
    fn duty(&self, group: usize, number: u32) -> Vec<(i64, AgentEvent)> {
        let all = self.log.agents.iter();
        all.filter(|(_, a, e)| (a.group, a.number) == (group, number) && *e != AgentEvent::Free)
            .map(|&(at, _, event)| (at, event))
            .collect()
    }

    /// The same as instants: on, off, on, off …
    fn turns(&self, number: u32) -> Vec<i64> {
        let duty = self.duty(0, number);
        for (n, (_, event)) in duty.iter().enumerate() {
            assert_eq!(*event == AgentEvent::OnDuty, n % 2 == 0, "{duty:?}");
        }
        duty.iter().map(|(at, _)| *at).collect()
    }

    /// Who came and went at an instant, in order.
    fn changes_at(&self, at: i64) -> Vec<(AgentEvent, usize, u32)> {
        let all = self.log.agents.iter();
        all.filter(|(now, _, e)| *now == at && *e != AgentEvent::Free)
            .map(|&(_, a, event)| (event, a.group, a.number))
            .collect()
    }

    fn dropped(&self) -> Vec<i64> {
        let all = self.log.attempts.iter();
        all.filter(|(_, _, event)| *event == AttemptEvent::Dropped)
            .map(|(at, ..)| *at)
            .collect()
    }

    /// A figure of the first group by interval, the one after closing last.
    fn figure(&self, kpi: &str) -> Vec<f64> {
        let intervals = self.results.groups[0].intervals.as_ref().expect("a day");
        let all = intervals.iter();
        all.map(|of| of.get(kpi).mean.expect("defined")).collect()
    }
}

/// A seed whose callers come as wanted, and their instants by call type.
fn seek(scenario: &Scenario, wanted: impl Fn(&[Vec<i64>]) -> bool) -> (u64, Vec<Vec<i64>>) {
    let model = Model::new(scenario);
    (1..200_000)
        .map(|seed| {
            let (log, _) = observe(&model, (seed, 0), Log::default());
            let mut times = vec![Vec::new(); model.call_types.len()];
            for (at, attempt, event) in &log.attempts {
                if *event == AttemptEvent::Arrived {
                    times[attempt.call_type].push(*at);
                }
            }
            (seed, times)
        })
        .find(|(_, times)| wanted(times))
        .expect("some day has such callers")
}

const SKILL: &str = "skills = [\"q\"]";

/// One queue, calls that last `talk` and `acw`, one group.
fn plain(volume: &str, talk: i64, acw: i64) -> Scenario {
    let acw = format!("wrap_up = \"{}\"", time(acw));
    scenario(&[
        queue("q", ""),
        call("c", "q", volume, talk, &acw),
        group("g", SKILL),
    ])
}

/// A day with `n` calls, all of them in the first quarter of an hour, at most 100 s between them.
fn early(n: usize) -> (u64, Vec<i64>) {
    let volume = format!("[{n}, 0, 0, 0]");
    let (seed, t) = seek(&plain(&volume, S, 0), |t| {
        t[0].len() == n
            && t[0].iter().all(|&at| at > 200 * S && at < 900 * S)
            && t[0].windows(2).all(|w| w[1] - w[0] < 100 * S)
    });
    (seed, t[0].clone())
}

fn near(got: &[f64], expected: &[f64]) {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs().max(1e-3);
    assert!(
        got.len() == expected.len() && got.iter().zip(expected).all(close),
        "{got:?}, expected {expected:?}"
    );
}

// ---- Coming and going ----

#[test]
fn who_comes_on_duty_takes_a_waiting_call_at_once() {
    let (seed, t) = early(1);
    let start = t[0] + 100 * S;
    let run = simulate(
        &plain("[1, 0, 0, 0]", 300 * S, 0),
        &[&[person(&[(start, CLOSE)])]],
        seed,
    );
    assert_eq!(run.answer(0, 0), Some((start, (0, 0))));
    assert_eq!(run.turns(0), [start, CLOSE]);
}

#[test]
fn an_idle_person_leaves_at_the_end_of_the_spell() {
    let (seed, t) = early(1);
    // Gone a nanosecond before the call comes; at the same instant is before it, too.
    for end in [t[0] - 1, t[0]] {
        let run = simulate(
            &plain("[1, 0, 0, 0]", S, 0),
            &[&[person(&[(0, end)])]],
            seed,
        );
        assert_eq!((run.turns(0), run.answer(0, 0)), (vec![0, end], None));
    }
    let run = simulate(
        &plain("[1, 0, 0, 0]", S, 0),
        &[&[person(&[(0, t[0] + 1)])]],
        seed,
    );
    assert_eq!(run.answer(0, 0), Some((t[0], (0, 0))));
}

#[test]
fn a_busy_person_finishes_call_and_after_call_work_and_takes_no_other() {
    let (seed, t) = early(2);
    let day = plain("[2, 0, 0, 0]", 200 * S, 50 * S);
    let free = t[0] + 250 * S;
    for (end, takes) in [
        (t[0] + 1, false),
        (t[0] + 220 * S, false),
        (free - 1, false),
        (free, true),
    ] {
        let run = simulate(&day, &[&[person(&[(0, end)])]], seed);
        // Who is free as the spell ends is free before it, and takes a call that is finished in overtime.
        assert_eq!(run.answer(0, 1), takes.then_some((free, (0, 0))), "{end}");
        assert_eq!(run.turns(0), [0, free + if takes { 250 * S } else { 0 }]);
    }
}

#[test]
fn it_is_the_person_whose_spell_ends_that_leaves() {
    let (seed, t) = early(1);
    // The first takes the call, so that the second and the third are idle for longer.
    let day = plain("[1, 0, 0, 0]", 50 * S, 0);
    let end = t[0] + 400 * S;
    for leaves in 0..3 {
        let people: Vec<Person> = (0..3)
            .map(|n| person(&[(0, if n == leaves { end } else { CLOSE })]))
            .collect();
        let run = simulate(&day, &[&people], seed);
        assert_eq!(run.answer(0, 0), Some((t[0], (0, 0))));
        for n in 0..3 {
            let expected = if n == leaves { end } else { CLOSE };
            assert_eq!(
                run.turns(n),
                [0, expected],
                "person {n} of whom {leaves} leaves"
            );
        }
    }
    // Busy ones: the first to be free stays, takes the third call, and the other leaves.
    let (seed, t) = early(3);
    let day = plain("[3, 0, 0, 0]", 500 * S, 0);
    let end = t[2] + 1;
    let run = simulate(&day, &[&[person(&[(0, CLOSE)]), person(&[(0, end)])]], seed);
    assert_eq!(run.answer(0, 2), Some((t[0] + 500 * S, (0, 0))));
    assert_eq!(run.turns(1), [0, t[1] + 500 * S]);
    assert_eq!(run.turns(0), [0, CLOSE]);
}

#[test]
fn those_who_stay_are_idle_in_their_order() {
    // Three are idle since opening, in the order of the roster; the one in the middle leaves.
    let (seed, t) = early(2);
    let day = plain("[2, 0, 0, 0]", 500 * S, 0);
    let people = [
        person(&[(0, CLOSE)]),
        person(&[(0, t[0] - 1)]),
        person(&[(0, CLOSE)]),
    ];
    let run = simulate(&day, &[&people], seed);
    assert_eq!(run.answer(0, 0), Some((t[0], (0, 0))));
    assert_eq!(run.answer(0, 1), Some((t[1], (0, 2))));
    // Nor is anybody idle anew because another leaves: of two groups the one idle for longest takes the call.
    let day = scenario(&[
        queue("q", ""),
        call("c", "q", "[2, 0, 0, 0]", 500 * S, ""),
        group("g", SKILL),
        group("h", SKILL),
    ]);
    let gone = [person(&[(0, t[0] - 1)]), person(&[(30 * S, CLOSE)])];
    let run = simulate(&day, &[&gone, &[person(&[(60 * S, CLOSE)])]], seed);
    assert_eq!(run.answer(0, 0), Some((t[0], (0, 1))));
    assert_eq!(run.answer(0, 1), Some((t[1], (1, 0))));
}

// ---- Breaks ----

#[test]
fn a_break_that_begins_late_is_as_long_as_planned() {
    let (seed, t) = early(2);
    let second = t[1] - t[0];
    let (end, start, over) = (t[0] + 100 * S, t[0] + 400 * S, t[0] + 5000 * S);
    let people = [person(&[(0, end), (start, over)])];
    for (talk, back) in [
        (100 * S, start),
        (200 * S, start + 100 * S),
        (200 * S + 7, start + 100 * S + 7),
        // The call outlasts the break, which is still to be had.
        (300 * S, start + 200 * S),
        (400 * S, start + 300 * S),
        (500 * S, start + 400 * S),
    ] {
        let day = plain("[2, 0, 0, 0]", talk, 0);
        let run = simulate(&day, &[&people], seed);
        let second_first = talk == 100 * S;
        if second_first {
            // Free as the spell ends, the person takes the second call.
            let free = t[0] + 200 * S;
            assert_eq!(run.turns(0), [0, free, start + 100 * S, over]);
        } else {
            // The second call waits for the end of the break; the end of the spell does not move.
            assert!(second < 100 * S);
            assert_eq!(run.turns(0), [0, t[0] + talk, back, over], "talk {talk}");
            assert_eq!(run.answer(0, 1), Some((back, (0, 0))));
        }
    }
    // On time is on time.
    let run = simulate(&plain("[2, 0, 0, 0]", S, 0), &[&people], seed);
    assert_eq!(run.turns(0), [0, end, start, over]);
}

#[test]
fn a_spell_that_is_over_by_the_late_return_is_not_worked() {
    let (seed, t) = early(1);
    let t = t[0];
    let at = |s: i64| t + s * S;
    let people = [person(&[
        (0, at(100)),
        (at(200), at(300)),
        (at(1000), at(2000)),
        (at(2500), at(3000)),
    ])];
    for (talk, turns) in [
        // Back for the last nanosecond of the second spell; the second break is on time.
        (
            200 * S - 1,
            vec![at(300) - 1, at(300), at(1000), at(2000), at(2500), at(3000)],
        ),
        // Back as the spell ends: not worked. The second break has begun where it was planned, and ends so.
        (200 * S, vec![at(1000), at(2000), at(2500), at(3000)]),
        (201 * S, vec![at(1000), at(2000), at(2500), at(3000)]),
        // Busy beyond the second spell, which is no other matter.
        (400 * S, vec![at(1000), at(2000), at(2500), at(3000)]),
        // Back as the third spell starts, and later.
        (900 * S, vec![at(1000), at(2000), at(2500), at(3000)]),
        (
            900 * S + 1,
            vec![at(1000) + 1, at(2000), at(2500), at(3000)],
        ),
        (1200 * S, vec![at(1300), at(2000), at(2500), at(3000)]),
        (1900 * S, vec![at(2500), at(3000)]),
        // The third spell, too, was over when the call was.
        (2100 * S, vec![at(2500), at(3000)]),
        (2450 * S, vec![at(2550), at(3000)]),
        (2900 * S, vec![]),
    ] {
        let run = simulate(&plain("[1, 0, 0, 0]", talk, 0), &[&people], seed);
        let expected = [vec![0, t + talk], turns].concat();
        assert_eq!(run.turns(0), expected, "talk {talk}, call at {t}");
    }
}

#[test]
fn each_break_may_begin_late() {
    let (seed, t) = early(2);
    // One call before each of two breaks of 100 s: late by 10 s, then by 250 s.
    let day = plain("[2, 0, 0, 0]", 300 * S, 0);
    let first = t[0] + 290 * S;
    let back = first + 110 * S;
    let second = back + 50 * S;
    let people = [person(&[
        (0, first),
        (first + 100 * S, second),
        (second + 100 * S, CLOSE),
    ])];
    let run = simulate(&day, &[&people], seed);
    assert_eq!(run.answer(0, 1), Some((back, (0, 0))));
    assert_eq!(
        run.turns(0),
        [
            0,
            t[0] + 300 * S,
            back,
            back + 300 * S,
            back + 400 * S,
            CLOSE
        ]
    );
}

// ---- One instant ----

#[test]
fn all_come_before_any_go_and_late_returns_are_last() {
    let (seed, t) = early(1);
    let end = t[0] + 50 * S;
    // Person (0, 4) leaves 250 s late and is back at `at`; the idle that leave go the longest idle first.
    let at = end + 100 * S + 250 * S;
    let day = scenario(&[
        queue("q", "agents = [\"g\", \"h\", \"i\"]"),
        call("c", "q", "[1, 0, 0, 0]", 300 * S, ""),
        group("g", SKILL),
        group("h", SKILL),
        group("i", SKILL),
    ]);
    let g = [
        person(&[(t[0] + 1, at)]),
        person(&[(at, CLOSE)]),
        person(&[(t[0] + 1, at)]),
        person(&[(at, CLOSE)]),
        person(&[(0, end), (end + 100 * S, CLOSE)]),
    ];
    let h = [person(&[(at, CLOSE)]), person(&[(0, at)])];
    let run = simulate(&day, &[&g, &h], seed);
    assert_eq!(run.answer(0, 0), Some((t[0], (0, 4))));
    let (on, off) = (AgentEvent::OnDuty, AgentEvent::OffDuty);
    assert_eq!(
        run.changes_at(at),
        [
            (on, 0, 1),
            (on, 0, 3),
            (on, 1, 0),
            (off, 0, 0),
            (off, 0, 2),
            (off, 1, 1),
            (on, 0, 4)
        ]
    );
}

#[test]
fn numbers_of_agents_change_before_rosters() {
    let text = |staff: &str| {
        read(&format!(
            "[scenario]\nname = \"mixed\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n{}{}\
             [[groups]]\nname = \"g\"\n{SKILL}\nstaff = 1\n[[groups]]\nname = \"h\"\n{SKILL}\nstaff = {staff}\n",
            queue("q", ""),
            call("c", "q", "0", S, ""),
        ))
    };
    // Whenever the change of the roster was scheduled: long before, or in the meantime.
    for earlier in [0, 100 * S, HALF_HOUR + S] {
        let g = [
            person(&[(earlier, 2 * HALF_HOUR)]),
            person(&[(2 * HALF_HOUR, CLOSE)]),
        ];
        let run = simulate(&text("[1, 1, 2, 2]"), &[&g, &[]], 1);
        let (on, off) = (AgentEvent::OnDuty, AgentEvent::OffDuty);
        assert_eq!(
            run.changes_at(2 * HALF_HOUR),
            [(on, 1, 1), (on, 0, 1), (off, 0, 0)]
        );
    }
}

#[test]
fn groups_look_for_calls_in_file_order_and_persons_in_roster_order() {
    let day = scenario(&[
        queue("a", "priority = 3"),
        queue("b", "priority = 2"),
        call("a", "a", "[2, 0, 0, 0]", 100 * S, ""),
        call("b", "b", "[1, 0, 0, 0]", 100 * S, ""),
        group("x", "skills = [\"a\", \"b\"]"),
        group("y", "skills = [\"a\", \"b\"]"),
    ]);
    let (seed, _) = seek(&day, |t| t[0].len() == 2 && t[1].len() == 1);
    let from = |at| person(&[(at, CLOSE)]);
    let run = simulate(
        &day,
        &[&[from(HALF_HOUR), from(HALF_HOUR)], &[from(HALF_HOUR)]],
        seed,
    );
    // The most urgent, then the longest waiting.
    assert_eq!(run.answer(1, 0), Some((HALF_HOUR, (0, 0))));
    assert_eq!(run.answer(0, 0), Some((HALF_HOUR, (0, 1))));
    assert_eq!(run.answer(0, 1), Some((HALF_HOUR, (1, 0))));
}

#[test]
fn rosters_change_before_the_opening_of_a_tier() {
    let day = |after: i64| {
        let tiers = format!(
            "agents = [\"x\", {{ group = \"y\", after = \"{}\" }}]",
            time(after)
        );
        scenario(&[
            queue("q", &tiers),
            call("c", "q", "[1, 0, 0, 0]", 100 * S, ""),
            group("x", SKILL),
            group("y", SKILL),
        ])
    };
    let (seed, t) = seek(&day(S), |t| t[0].len() == 1);
    let t = t[0][0];
    let end = t + 60 * S;
    let rosters: [&[Person]; 2] = [&[person(&[(end + 50 * S, CLOSE)])], &[person(&[(0, end)])]];
    let run = simulate(&day(60 * S), &rosters, seed);
    assert_eq!(run.answer(0, 0), Some((end + 50 * S, (0, 0))));
    let run = simulate(&day(60 * S - 1), &rosters, seed);
    assert_eq!(run.answer(0, 0), Some((end - 1, (1, 0))));
}

// ---- Opening and closing ----

#[test]
fn who_has_come_before_opening_is_idle_since_opening() {
    let (seed, t) = early(2);
    let day = plain("[2, 0, 0, 0]", 500 * S, 0);
    let people = [
        person(&[(0, CLOSE)]),
        person(&[(-100 * S, 2 * CLOSE)]),
        person(&[(-S, 0)]),
    ];
    let run = simulate(&day, &[&people], seed);
    assert_eq!(run.answer(0, 0), Some((t[0], (0, 0))));
    assert_eq!(run.answer(0, 1), Some((t[1], (0, 1))));
    for n in 0..2 {
        assert_eq!(run.turns(n), [0, CLOSE]);
    }
    assert!(run.turns(2).is_empty());
    assert_eq!(run.tally.groups[4].on_duty.area_ns, 0);
}

/// A call that talks at closing and one that waits, in the last interval.
fn at_closing() -> (Scenario, u64, Vec<i64>) {
    let day = scenario(&[
        queue("q", ""),
        queue("other", ""),
        call("c", "q", "[0, 0, 0, 2]", 2000 * S, ""),
        group("g", SKILL),
        group("idle", "skills = [\"other\"]"),
    ]);
    let (seed, t) = seek(&day, |t| t[0].len() == 2);
    (day, seed, t[0].clone())
}

#[test]
fn who_is_on_duty_at_closing_stays_until_nobody_waits() {
    let (day, seed, t) = at_closing();
    let free = t[0] + 2000 * S;
    // A spell that ends at closing, or later, is not ended by the roster.
    for end in [CLOSE, CLOSE + 1, i64::MAX] {
        let run = simulate(
            &day,
            &[&[person(&[(0, end)])], &[person(&[(0, end)])]],
            seed,
        );
        assert_eq!(run.answer(0, 1), Some((free, (0, 0))), "{end}");
        assert_eq!(run.turns(0), [0, free + 2000 * S]);
        assert_eq!(run.duty(1, 0)[1], (free, AgentEvent::OffDuty));
        near(
            &run.figure("overtime_h"),
            &[
                0.0,
                0.0,
                0.0,
                0.0,
                (free + 2000 * S - CLOSE) as f64 / 3600e9,
            ],
        );
    }
    // One that ends before is: the call that waits could never be taken, and is dropped.
    let people = [person(&[(0, CLOSE - 1)])];
    let run = simulate(&day, &[&people, &[person(&[(0, CLOSE)])]], seed);
    assert_eq!((run.answer(0, 1), run.dropped()), (None, vec![CLOSE]));
    assert_eq!(run.turns(0), [0, free]);
    assert_eq!(run.duty(1, 0)[1], (CLOSE, AgentEvent::OffDuty));
    // No spell starts at closing, or later.
    let people = [
        person(&[(0, CLOSE - 1), (CLOSE, 2 * CLOSE)]),
        person(&[(CLOSE, 2 * CLOSE)]),
    ];
    let run = simulate(&day, &[&people, &[person(&[(0, CLOSE)])]], seed);
    assert_eq!((run.turns(0), run.turns(1)), (vec![0, free], vec![]));
    assert_eq!(run.dropped(), [CLOSE]);
}

#[test]
fn nobody_comes_back_at_closing_or_later() {
    let day = scenario(&[
        queue("q", ""),
        call("c", "q", "[0, 0, 0, 2]", 300 * S, ""),
        group("g", SKILL),
    ]);
    let (seed, t) = seek(&day, |t| {
        t[0].len() == 2 && t[0][1] - t[0][0] < 50 * S && CLOSE - t[0][1] > 1000 * S
    });
    let left = t[0][0] + 300 * S;
    let end = left - 100 * S;
    // The break is so long that the person would be back then.
    for (back, comes) in [(CLOSE - 1, true), (CLOSE, false), (CLOSE + S, false)] {
        let people = [person(&[(0, end), (back - 100 * S, CLOSE)])];
        let run = simulate(&day, &[&people], seed);
        if comes {
            assert_eq!(run.turns(0), [0, left, back, back + 300 * S]);
            assert_eq!(run.answer(0, 1), Some((back, (0, 0))));
        } else {
            // By plan somebody would have been there: the call is dropped when nothing else happens.
            assert_eq!(run.turns(0), [0, left]);
            assert_eq!(run.dropped(), [CLOSE]);
        }
    }
}

#[test]
fn a_roster_without_anybody_is_nobody() {
    let (seed, _) = early(1);
    let run = simulate(&plain("[1, 0, 0, 0]", S, 0), &[&[person(&[])]], seed);
    assert_eq!((run.turns(0), run.answer(0, 0)), (vec![], None));
    assert_eq!(run.dropped(), [CLOSE]);
}

#[test]
fn spells_that_touch_have_no_break_between_them() {
    let (seed, t) = early(1);
    let day = plain("[1, 0, 0, 0]", 200 * S, 0);
    let middle = t[0] + 100 * S;
    let run = simulate(&day, &[&[person(&[(middle, CLOSE), (0, middle)])]], seed);
    assert_eq!(run.turns(0), [0, CLOSE]);
}

// ---- Figures ----

#[test]
fn scheduled_and_paid_time_is_that_of_the_spells() {
    let (seed, t) = early(1);
    let priced = |talk| {
        scenario(&[
            queue("q", ""),
            call("c", "q", "[1, 0, 0, 0]", talk, ""),
            group(
                "g",
                "skills = [\"q\"]\nshrinkage = [0.2, 0.2, 0.5, 0]\ncost_per_hour = 10",
            ),
        ])
    };
    let minute = 60 * S;
    // In half-hours: 30 + 5, 15 + 30, 25 + 30, 30 + 30 minutes.
    let people = [
        person(&[(-minute, 45 * minute), (65 * minute, CLOSE)]),
        person(&[(25 * minute, 130 * minute)]),
    ];
    let run = simulate(&priced(S), &[&people], seed);
    let hours = [35.0 / 60.0, 45.0 / 60.0, 55.0 / 60.0, 1.0];
    near(&run.figure("staffed_h"), &[&hours[..], &[0.0]].concat());
    near(&run.figure("overtime_h"), &[0.0; 5]);
    let cost = [hours[0] / 0.8, hours[1] / 0.8, hours[2] / 0.5, 1.0, 0.0].map(|h| h * 10.0);
    near(&run.figure("cost"), &cost);
    near(
        &[run.results.groups[0].get("cost").mean.expect("a price")],
        &[cost.iter().sum()],
    );

    // Late to the break by 1000 s and back late by as much: overtime in one interval, what was missed in another.
    let end = t[0] + 10 * S;
    let start = end + 20 * minute;
    let people = [person(&[(0, end), (start, CLOSE)])];
    let run = simulate(&priced(1010 * S), &[&people], seed);
    assert_eq!(run.turns(0), [0, t[0] + 1010 * S, start + 1000 * S, CLOSE]);
    let on = |from: i64, to: i64, cell: i64| {
        (to.min((cell + 1) * HALF_HOUR) - from.max(cell * HALF_HOUR)).max(0)
    };
    let expected: Vec<f64> = (0..5)
        .map(|cell| {
            let worked = on(0, t[0] + 1010 * S, cell) + on(start + 1000 * S, CLOSE, cell);
            let planned = on(0, end, cell) + on(start, CLOSE, cell);
            (worked - planned) as f64 / 3600e9
        })
        .collect();
    let overtime = run.figure("overtime_h");
    near(&overtime, &expected);
    assert!(overtime[0] > 0.1 && overtime[1] < -0.1, "{overtime:?}");
    near(&[overtime.iter().sum()], &[0.0]);
}

#[test]
fn the_number_of_a_group_is_the_mean_of_its_roster() {
    let minute = 60 * S;
    let people = vec![
        person(&[(0, 40 * minute), (65 * minute, CLOSE)]),
        person(&[(0, CLOSE)]),
        person(&[(0, 70 * minute)]),
    ];
    let model = Model::with_rosters(&plain("[1, 0, 0, 0]", S, 0), &[Some(people)]);
    // 90, 70, 25 + 30 + 10 and 60 minutes in half-hours; two stay at closing.
    assert_eq!(model.groups[0].staff, [3, 2, 2, 2, 2]);
    assert!(model.queues[0].served_at_close);
}

#[test]
fn a_steady_run_has_no_rosters() {
    let text = "[scenario]\nname = \"s\"\n[run]\nmode = \"steady\"\nwarm_up = \"1h\"\nlength = \"40h\"\n\
                [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\n\
                talk = \"exp(180s)\"\n[[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 5\n";
    let scenario = read(text);
    let rosters = [Some(vec![person(&[(0, S)])])];
    let model = Model::with_rosters(&scenario, &rosters);
    assert!(model.groups[0].roster.is_none() && model.roster_changes.is_empty());
    let [rostered, plain] =
        [model, Model::new(&scenario)].map(|model| pretty(&common::run_model(&model, Some(1))));
    assert_eq!(rostered, plain);
}

// ---- Whatever the roster ----

/// A roster for a number of agents by interval that never falls: each comes once and stays.
fn of_rising_staff(staff: &[u32]) -> Vec<Person> {
    let last = staff.last().copied().unwrap_or(0);
    let comes = |n: u32| staff.iter().position(|&of| of > n).unwrap_or(0) as i64;
    (0..last)
        .map(|n| person(&[(comes(n) * HALF_HOUR, CLOSE)]))
        .collect()
}

/// Up to six spells for each of up to six persons, on a grid of five minutes for the most part, so that many are equal.
fn people() -> impl Strategy<Value = Vec<Person>> {
    let minute = 60 * S;
    let instant = prop_oneof![
        6 => (-2i64..27).prop_map(move |five| five * 5 * minute),
        1 => -minute..CLOSE + minute,
    ];
    let spells = prop::collection::vec(instant, 0..12).prop_map(|mut instants| {
        instants.sort_unstable();
        let spells = instants.chunks_exact(2).map(|w| (w[0], w[1]));
        Person {
            spells: spells.collect(),
        }
    });
    prop::collection::vec(spells, 0..6)
}

fn rosters() -> impl Strategy<Value = Vec<Option<Vec<Person>>>> {
    prop::collection::vec(prop::option::weighted(0.8, people()), 3)
}

/// Follows each person by the words of the rules, from the planned spells and from when calls end.
struct Follows<'m> {
    model: &'m Model,
    persons: Vec<Vec<Follow>>,
    violations: Vec<String>,
}

#[derive(Clone, Default)]
struct Follow {
    on_duty: bool,
    busy: bool,
    /// The spell that was worked last, or is worked.
    spell: usize,
    /// Next coming, while off duty; none if there is none.
    next: Option<i64>,
    free_at: i64,
    staffed_ns: i128,
    since: i64,
}

impl<'m> Follows<'m> {
    fn new(model: &'m Model) -> Self {
        let of_group = |group: &acdsim::model::GroupModel| {
            let people = group.roster.iter().flat_map(|roster| &roster.people);
            people
                .map(|person| Follow {
                    next: person.spells.first().map(|spell| spell.0),
                    ..Follow::default()
                })
                .collect()
        };
        Self {
            model,
            persons: model.groups.iter().map(of_group).collect(),
            violations: Vec::new(),
        }
    }

    fn person(&mut self, agent: Agent) -> Option<(&mut Follow, &'m Person)> {
        let roster = self.model.groups[agent.group].roster.as_ref()?;
        let number = agent.number as usize;
        Some((
            &mut self.persons[agent.group][number],
            &roster.people[number],
        ))
    }
}

impl Follow {
    fn comes(&mut self, now: i64, plan: &Person) -> bool {
        let right = !self.on_duty && self.next == Some(now) && now < CLOSE;
        self.on_duty = true;
        (self.busy, self.since) = (false, now);
        let spell = plan
            .spells
            .iter()
            .position(|&(from, to)| from <= now && now < to);
        self.spell = spell.unwrap_or(usize::MAX);
        right && spell.is_some()
    }

    fn leaves(&mut self, now: i64, plan: &Person) -> bool {
        let Some(&(_, end)) = plan.spells.get(self.spell) else {
            return false;
        };
        self.on_duty = false;
        self.staffed_ns += i128::from(now - self.since);
        if end == CLOSE {
            self.next = None;
            return now >= CLOSE;
        }
        let right = now == end || now > end && self.free_at == now;
        // Late by so much; the spells until then are not worked.
        let late = now - end;
        let later = &plan.spells[self.spell + 1..];
        self.next = later.first().and_then(|&(from, _)| {
            let back = from + late;
            let worked = later.iter().find(|&&(_, to)| to > back);
            worked.map(|&(from, _)| from.max(back))
        });
        right
    }
}

impl Observer for Follows<'_> {
    fn attempt(&mut self, now: i64, _: Attempt, event: AttemptEvent) {
        if let AttemptEvent::Answered { agent, .. } = event
            && let Some((person, plan)) = self.person(agent)
        {
            person.busy = true;
            // Nobody takes a call after the end of a spell; at its instant only who was free before.
            let end = plan.spells.get(person.spell).map_or(0, |spell| spell.1);
            if !person.on_duty || now > end && end < CLOSE {
                self.violations.push(format!("{agent:?} answers at {now}"));
            }
        }
    }

    fn agent(&mut self, now: i64, agent: Agent, event: AgentEvent) {
        let Some((person, plan)) = self.person(agent) else {
            return;
        };
        let right = match event {
            AgentEvent::OnDuty => person.comes(now, plan),
            AgentEvent::Free => {
                person.free_at = now;
                person.busy = false;
                person.on_duty
            }
            AgentEvent::OffDuty => !person.busy && person.leaves(now, plan),
        };
        if !right {
            let plan = plan.clone();
            self.violations
                .push(format!("{agent:?}: {event:?} at {now}; planned {plan:?}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

    /// Nobody has a break, and nobody leaves before closing: a roster is a number of agents. Where somebody leaves, a number
    /// lets the one go who is idle for longest or free first, a roster the one whose spell has ended.
    #[test]
    fn a_roster_without_breaks_is_a_number_of_agents(text in random_scenario::scenario()) {
        let mut scenario = read(&text);
        for group in &mut scenario.groups {
            let mut most = 0;
            for n in &mut group.staff {
                most = most.max(*n);
                *n = most;
            }
        }
        let rosters: Vec<Option<Vec<Person>>> =
            scenario.groups.iter().map(|group| Some(of_rising_staff(&group.staff))).collect();
        let model = Model::with_rosters(&scenario, &rosters);
        let of_numbers = Model::new(&scenario);
        for (group, of_number) in model.groups.iter().zip(&of_numbers.groups) {
            prop_assert_eq!(&group.staff, &of_number.staff);
        }
        let [by_roster, by_number] =
            [&model, &of_numbers].map(|model| pretty(&common::run_model(model, Some(1))));
        prop_assert_eq!(by_roster, by_number);
    }

    #[test]
    fn identities_hold_and_nobody_breaks_the_rules(text in random_scenario::scenario(), rosters in rosters()) {
        let scenario = read(&text);
        let model = Model::with_rosters(&scenario, &rosters);
        let mut used = Engine::new(&model);
        for day in 0..3 {
            let at = (scenario.run.seed, day);
            let (watch, tally) = observe(&model, at, Watch::new(&model));
            check_identities(&model, &tally)?;
            prop_assert!(watch.violations.is_empty(), "{:#?}", &watch.violations[..watch.violations.len().min(3)]);
            let (follows, _) = observe(&model, at, Follows::new(&model));
            prop_assert!(follows.violations.is_empty(), "{:#?}", &follows.violations[..follows.violations.len().min(3)]);
            for (g, staffed) in watch.staffed_ns.iter().enumerate() {
                let counted: i128 = tally.groups[g * tally.cells..][..tally.cells].iter().map(|c| c.on_duty.area_ns).sum();
                prop_assert_eq!(*staffed, counted, "staffed time of group {}", g);
                prop_assert!(watch.on_duty[g] == 0, "group {} goes home in the end", g);
                let Some(roster) = &model.groups[g].roster else {
                    continue;
                };
                let people = &follows.persons[g];
                prop_assert_eq!(people.iter().map(|p| p.staffed_ns).sum::<i128>(), counted);
                // Everybody has come whenever it was due, and over the day nobody owes time.
                prop_assert!(people.iter().all(|p| !p.on_duty && p.next.is_none()), "group {}", g);
                let planned: i128 = roster.scheduled_ns.iter().sum();
                let spells = roster.people.iter().flat_map(|p| &p.spells);
                prop_assert_eq!(planned, spells.map(|(from, to)| i128::from(to - from)).sum::<i128>());
                prop_assert!(counted >= planned, "group {} owes {} ns", g, planned - counted);
            }
            // An engine that has simulated other days counts like a new one.
            let again = used.run(at.0, day, &AtomicBool::new(false)).expect("a day can be simulated");
            prop_assert_eq!(again, &tally);
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing(text in random_scenario::scenario(), rosters in rosters()) {
        let model = Model::with_rosters(&read(&text), &rosters);
        let [one, three] = [1, 3].map(|threads| pretty(&common::run_model(&model, Some(threads))));
        prop_assert_eq!(one, three);
    }
}
