//! The rules of `docs/model.md`, each in a small scenario whose course is known beforehand.
//!
//! First attempts come at random, but at the same instants whatever patience, talk and staff are. So a test looks for a day
//! whose callers come as it needs them, and then sets its durations to the nanosecond.

mod common;

use acdsim::engine::{
    Agent, AgentEvent, Attempt, AttemptEvent, Cause, Contacts, Engine, GroupCell, Observer, Tally,
    TrunkCell,
};
use acdsim::kpi::{Collector, Results};
use acdsim::model::Model;
use acdsim::routing::Routing;
use acdsim::scenario::Formula;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

const S: i64 = 1_000_000_000;
/// An interval, and closing, of [`day`].
const HALF_HOUR: i64 = 1800 * S;
const CLOSE: i64 = 4 * HALF_HOUR;

/// A day of four half-hours.
fn day(parts: &[String]) -> String {
    format!(
        "[scenario]\nname = \"rules\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n{}",
        parts.concat()
    )
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

fn group(name: &str, skills: &str, staff: &str) -> String {
    format!("[[groups]]\nname = \"{name}\"\nskills = {skills}\nstaff = {staff}\n")
}

/// A duration as the file has it.
fn time(ns: i64) -> String {
    format!("{}.{:09}s", ns / S, ns % S)
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

/// A replication that was watched.
struct Run {
    model: Model,
    log: Log,
    tally: Tally,
    results: Results,
}

fn watch(model: &Model, seed: u64) -> (Log, Tally) {
    let mut engine = Engine::with(model, Log::default(), Routing::default());
    let tally = engine.run(seed, 0, &AtomicBool::new(false));
    let tally = tally.expect("the scenario can be simulated").clone();
    (engine.into_observer(), tally)
}

fn simulate(text: &str, seed: u64) -> Run {
    let model = common::model(text);
    let (log, tally) = watch(&model, seed);
    let mut collector = Collector::new(&model, Some(1));
    collector.add(&tally);
    let results = collector.results(seed, 0.95, false, &[]);
    Run {
        model,
        log,
        tally,
        results,
    }
}

/// The instants of first attempts, by call type.
fn arrivals(log: &Log, types: usize) -> Vec<Vec<i64>> {
    let mut times = vec![Vec::new(); types];
    for (at, attempt, event) in &log.attempts {
        if *event == AttemptEvent::Arrived && attempt.cause == Cause::First {
            times[attempt.call_type].push(*at);
        }
    }
    times
}

/// A seed whose callers come as wanted, and their instants.
fn seek(text: &str, wanted: impl Fn(&[Vec<i64>]) -> bool) -> (u64, Vec<Vec<i64>>) {
    let model = common::model(text);
    (1..200_000)
        .map(|seed| {
            let (log, _) = watch(&model, seed);
            (seed, arrivals(&log, model.call_types.len()))
        })
        .find(|(_, times)| wanted(times))
        .expect("some day has such callers")
}

/// One call of each of `types` types comes in the first half-hour, in this order, at most 100 s between them.
fn in_a_row(t: &[Vec<i64>]) -> bool {
    t.iter().all(|t| t.len() == 1)
        && t.windows(2)
            .all(|w| w[1][0] - w[0][0] > 5 * S && w[1][0] - w[0][0] < 100 * S)
        && t[t.len() - 1][0] < 1000 * S
}

impl Run {
    /// What happened to attempt `number` of a caller, and when.
    fn of(&self, call_type: usize, caller: u64, number: u32) -> Vec<(i64, AttemptEvent)> {
        let it = |a: &Attempt| (a.call_type, a.caller, a.number) == (call_type, caller, number);
        let all = self.log.attempts.iter();
        all.filter(|(_, a, _)| it(a))
            .map(|&(at, _, event)| (at, event))
            .collect()
    }

    /// When the first attempt of a caller was answered and by which agent.
    fn answer(&self, call_type: usize, caller: u64) -> Option<(i64, Agent)> {
        self.answer_of(call_type, caller, 0)
    }

    fn answer_of(&self, call_type: usize, caller: u64, number: u32) -> Option<(i64, Agent)> {
        let events = self.of(call_type, caller, number);
        events.iter().find_map(|&(at, event)| match event {
            AttemptEvent::Answered { agent, .. } => Some((at, agent)),
            _ => None,
        })
    }

    fn when(&self, call_type: usize, caller: u64, number: u32, what: AttemptEvent) -> Option<i64> {
        let events = self.of(call_type, caller, number);
        events.iter().find(|e| e.1 == what).map(|e| e.0)
    }

    fn off_duty(&self, group: usize) -> Vec<(i64, u32)> {
        let all = self.log.agents.iter();
        all.filter(|(_, a, e)| a.group == group && *e == AgentEvent::OffDuty)
            .map(|&(at, a, _)| (at, a.number))
            .collect()
    }

    fn on_duty(&self, group: usize) -> Vec<i64> {
        let all = self.log.agents.iter();
        all.filter(|(_, a, e)| a.group == group && *e == AgentEvent::OnDuty)
            .map(|&(at, ..)| at)
            .collect()
    }

    /// The only figures of a call type in the interval `cell`.
    fn of_type(&self, call_type: usize, cell: usize) -> Contacts {
        self.tally.call_types[call_type * self.tally.cells + cell]
    }

    fn of_queue(&self, queue: usize, cell: usize) -> Contacts {
        self.tally.queues[queue * self.tally.cells + cell]
    }

    fn total(&self, kpi: &str) -> Option<f64> {
        self.results.total.get(kpi).mean
    }
}

fn near(got: Option<f64>, expected: f64) {
    let got = got.unwrap_or_else(|| panic!("undefined, expected {expected}"));
    assert!(
        (got - expected).abs() <= 1e-9 * expected.abs().max(1e-3),
        "{got}, expected {expected}"
    );
}

// ---- Simultaneous events ----

#[test]
fn an_answer_wins_over_the_end_of_patience() {
    let text = |patience: i64| {
        let patience = format!("patience = \"{}\"", time(patience));
        day(&[
            queue("q", ""),
            call("c", "q", "[2, 0, 0, 0]", 100 * S, &patience),
            group("g", "[\"q\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S), |t| t[0].len() == 2 && t[0][1] - t[0][0] < 90 * S);
    let (first, second) = (t[0][0], t[0][1]);
    let until = first + 100 * S - second;
    let run = simulate(&text(until), seed);
    assert_eq!(run.answer(0, 1).map(|a| a.0), Some(first + 100 * S));
    let run = simulate(&text(until - 1), seed);
    assert_eq!(run.answer(0, 1), None);
    assert_eq!(
        run.when(0, 1, 0, AttemptEvent::Abandoned),
        Some(first + 100 * S - 1)
    );
}

#[test]
fn end_of_talk_and_of_after_call_work_come_before_a_change_of_staff() {
    let text = |talk: i64, wrap_up: i64| {
        let wrap_up = format!("wrap_up = \"{}\"", time(wrap_up));
        day(&[
            queue("q", ""),
            call("c", "q", "[2, 0, 0, 0]", talk, &wrap_up),
            group("g", "[\"q\"]", "[1, 0, 1, 1]"),
        ])
    };
    let (seed, t) = seek(&text(S, 0), |t| t[0].len() == 2);
    let to_change = HALF_HOUR - t[0][0];
    for (talk, wrap_up, takes) in [
        (to_change, 0, true),
        (to_change - 9 * S, 9 * S, true),
        (to_change + 1, 0, false),
        (to_change - 9 * S, 9 * S + 1, false),
    ] {
        let run = simulate(&text(talk, wrap_up), seed);
        let answered = run.answer(0, 1).map(|a| a.0);
        if takes {
            // Still in time to take a call, which is finished in overtime.
            assert_eq!(answered, Some(HALF_HOUR));
            assert_eq!(run.off_duty(0)[0].0, HALF_HOUR + talk + wrap_up);
        } else {
            assert_eq!(answered, Some(2 * HALF_HOUR));
            assert_eq!(run.off_duty(0)[0].0, HALF_HOUR + 1);
        }
    }
}

#[test]
fn a_change_of_staff_comes_before_the_opening_of_a_tier() {
    let text = |after: i64| {
        let tiers = format!(
            "agents = [\"x\", {{ group = \"y\", after = \"{}\" }}]",
            time(after)
        );
        day(&[
            queue("q", &tiers),
            call("c", "q", "[1, 0, 0, 0]", 100 * S, ""),
            group("x", "[\"q\"]", "[0, 0, 0, 1]"),
            group("y", "[\"q\"]", "[1, 0, 0, 0]"),
        ])
    };
    let (seed, t) = seek(&text(S), |t| t[0].len() == 1);
    let run = simulate(&text(HALF_HOUR - t[0][0]), seed);
    assert_eq!(run.answer(0, 0).map(|a| a.0), Some(3 * HALF_HOUR));
    let run = simulate(&text(HALF_HOUR - t[0][0] - 1), seed);
    assert_eq!(run.answer(0, 0).map(|a| a.0), Some(HALF_HOUR - 1));
}

#[test]
fn a_tier_opens_before_arrivals() {
    let text = |after: i64| {
        let tiers = format!(
            "agents = [\"x\", {{ group = \"y\", after = \"{}\" }}]",
            time(after)
        );
        day(&[
            queue("old", &tiers),
            queue("new", "priority = 1\nagents = [\"y\"]"),
            call("a", "old", "[1, 0, 0, 0]", 100 * S, ""),
            call("b", "new", "[1, 0, 0, 0]", 100 * S, ""),
            group("x", "[\"old\"]", "0"),
            group("y", "[\"old\", \"new\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S), in_a_row);
    let (a, b) = (t[0][0], t[1][0]);
    let run = simulate(&text(b - a), seed);
    assert_eq!(run.answer(0, 0).map(|a| a.0), Some(b));
    assert_eq!(run.answer(1, 0).map(|a| a.0), Some(b + 100 * S));
    let run = simulate(&text(b - a + 1), seed);
    assert_eq!(run.answer(1, 0).map(|a| a.0), Some(b));
    assert_eq!(run.answer(0, 0).map(|a| a.0), Some(b + 100 * S));
}

#[test]
fn the_end_of_the_ivr_comes_before_arrivals() {
    let text = |ivr: i64| {
        day(&[
            queue("q", ""),
            call(
                "a",
                "q",
                "[1, 0, 0, 0]",
                100 * S,
                &format!("ivr = {{ time = \"{}\" }}", time(ivr)),
            ),
            call("b", "q", "[1, 0, 0, 0]", 100 * S, ""),
            group("g", "[\"q\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S), in_a_row);
    let (a, b) = (t[0][0], t[1][0]);
    for (ivr, first) in [(b - a, 0), (b - a + 1, 1)] {
        let run = simulate(&text(ivr), seed);
        assert_eq!(run.answer(first, 0).map(|a| a.0), Some(b));
        assert_eq!(run.answer(1 - first, 0).map(|a| a.0), Some(b + 100 * S));
    }
}

#[test]
fn redials_come_before_reconnects_before_first_attempts() {
    // s is answered, r is blocked meanwhile; both come again at the instant at which f calls for the first time.
    let text = |talk: i64, again_s: i64, again_r: i64| {
        day(&[
            queue("q", "limit = 1"),
            queue("r", "limit = 0"),
            call(
                "s",
                "q",
                "[1, 0, 0, 0]",
                talk,
                &format!(
                    "resolution = 0\nreconnect = {{ probability = 1, delay = \"{}\" }}",
                    time(again_s)
                ),
            ),
            call(
                "r",
                "r",
                "[1, 0, 0, 0]",
                100 * S,
                &format!(
                    "redial = {{ blocked = [1, 0], delay = \"{}\" }}",
                    time(again_r)
                ),
            ),
            call("f", "q", "[0, 1, 0, 0]", 100 * S, ""),
            group("g", "[\"q\", \"r\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S, S, S), |t| in_a_row(&t[..2]) && t[2].len() == 1);
    let (s, r, f) = (t[0][0], t[1][0], t[2][0]);
    let talk = 100 * S;
    let run = simulate(&text(talk, f - s - talk, f - r), seed);
    assert_eq!(run.when(1, 0, 0, AttemptEvent::QueueFull), Some(r));
    // The redial gets the agent, the reconnect the place, the first attempt neither.
    assert_eq!(run.answer_of(1, 0, 1).map(|a| a.0), Some(f));
    assert_eq!(run.answer_of(0, 0, 1).map(|a| a.0), Some(f + talk));
    assert_eq!(run.when(2, 0, 0, AttemptEvent::QueueFull), Some(f));
}

#[test]
fn redials_of_one_instant_go_in_the_file_order_of_their_types() {
    let text = |later: i64| {
        let redial =
            |delay: i64| format!("redial = {{ blocked = 1, delay = \"{}\" }}", time(delay));
        day(&[
            queue("q", "limit = 0"),
            call("a", "q", "[1, 0, 0, 0]", 100 * S, &redial(later)),
            call("b", "q", "[1, 0, 0, 0]", 100 * S, &redial(1800 * S)),
            group("g", "[\"q\"]", "[0, 1, 1, 1]"),
        ])
    };
    // The second type misses first; its redial is scheduled before that of the first type.
    let (seed, t) = seek(&text(1800 * S), |t| {
        t[0].len() == 1 && t[1].len() == 1 && t[1][0] + 1000 * S < t[0][0]
    });
    let (a, b) = (t[0][0], t[1][0]);
    let run = simulate(&text(b + 1800 * S - a), seed);
    assert_eq!(run.answer_of(0, 0, 1).map(|x| x.0), Some(b + 1800 * S));
    assert_eq!(
        run.when(1, 0, 1, AttemptEvent::QueueFull),
        Some(b + 1800 * S)
    );
}

#[test]
fn the_end_of_patience_comes_before_closing() {
    for closing in ["cut", "drain"] {
        let text = |patience: i64| {
            let mut parts = vec![format!("closing = \"{closing}\"\n")];
            parts.extend([
                queue("q", ""),
                call(
                    "c",
                    "q",
                    "[0, 0, 0, 1]",
                    100 * S,
                    &format!("patience = \"{}\"", time(patience)),
                ),
                group("g", "[\"q\"]", "0"),
            ]);
            day(&parts)
        };
        let (seed, t) = seek(&text(S), |t| t[0].len() == 1);
        let run = simulate(&text(CLOSE - t[0][0]), seed);
        assert_eq!(run.when(0, 0, 0, AttemptEvent::Abandoned), Some(CLOSE));
        assert_eq!(run.of_type(0, 3).abandoned, 1);
        let run = simulate(&text(CLOSE - t[0][0] + 1), seed);
        assert_eq!(run.when(0, 0, 0, AttemptEvent::Dropped), Some(CLOSE));
        let counts = run.of_type(0, 3);
        assert_eq!((counts.abandoned, counts.abandoned_at_close), (0, 1));
    }
}

#[test]
fn draws_of_zero_are_events_of_the_same_instant() {
    // A call of no length leaves its agent free for the next one; patience 0 ends with a wait of 0.
    let text = |talk: i64, staff: u32| {
        day(&[
            queue("q", ""),
            call("c", "q", "[2, 0, 0, 0]", talk, "patience = \"0s\""),
            group("g", "[\"q\"]", &staff.to_string()),
        ])
    };
    let (seed, t) = seek(&text(0, 1), |t| t[0].len() == 2 && t[0][1] < HALF_HOUR);
    let run = simulate(&text(0, 1), seed);
    for (caller, &at) in t[0].iter().enumerate() {
        let events = run.of(0, caller as u64, 0);
        assert!(events.iter().all(|e| e.0 == at), "{events:?}");
        assert_eq!(events.last().map(|e| e.1), Some(ENDS_WELL));
    }
    // The agent is free at the very instant at which the second call comes.
    let run = simulate(&text(t[0][1] - t[0][0], 1), seed);
    assert_eq!(run.answer(0, 1).map(|a| a.0), Some(t[0][1]));
    assert_eq!(run.of_type(0, 0).answered_at_once, 2);
    let run = simulate(&text(t[0][1] - t[0][0] + 1, 1), seed);
    assert_eq!(run.when(0, 1, 0, AttemptEvent::Abandoned), Some(t[0][1]));
    let counts = run.of_type(0, 0);
    assert_eq!((counts.abandoned, counts.wait_abandoned_ns), (1, 0));
    assert_eq!((counts.short_abandoned, counts.abandoned_within), (1, 1));
}

const ENDS_WELL: AttemptEvent = AttemptEvent::CallerEnds { resolved: true };
const ENDS_BADLY: AttemptEvent = AttemptEvent::CallerEnds { resolved: false };

// ---- Routing ----

#[test]
fn a_tier_opens_exactly_then_and_not_to_agents_who_become_free_before() {
    let text = |talk: i64| {
        day(&[
            queue(
                "q",
                "agents = [\"x\", { group = \"y\", after = \"60s\" }, { group = \"z\", after = \"90s\" }]",
            ),
            queue("other", "agents = [\"y\"]"),
            call("o", "other", "[1, 0, 0, 0]", talk, ""),
            call("c", "q", "[1, 0, 0, 0]", 1000 * S, ""),
            group("x", "[\"q\"]", "0"),
            group("y", "[\"q\", \"other\"]", "1"),
            group("z", "[\"q\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S), |t| {
        in_a_row(t) && t[1][0] > t[0][0] && t[1][0] - t[0][0] < 30 * S
    });
    let (o, c) = (t[0][0], t[1][0]);
    // Free before, exactly then, a little later, and too late: then the next tier has opened.
    for (free, answered, by) in [
        (c + 30 * S, c + 60 * S, 1),
        (c + 60 * S - 1, c + 60 * S, 1),
        (c + 60 * S, c + 60 * S, 1),
        (c + 75 * S, c + 75 * S, 1),
        (c + 90 * S + 1, c + 90 * S, 2),
    ] {
        let run = simulate(&text(free - o), seed);
        let (at, agent) = run.answer(1, 0).expect("it is answered");
        assert_eq!((at, agent.group), (answered, by));
    }
}

#[test]
fn the_first_entry_with_an_idle_agent_then_the_longest_idle_then_the_file_order() {
    let text = |agents: &str| {
        day(&[
            queue("q", &format!("agents = {agents}")),
            call("c", "q", "[3, 0, 0, 0]", 10 * S, ""),
            group("x", "[\"q\"]", "1"),
            group("y", "[\"q\"]", "1"),
        ])
    };
    // Each call is over before the next comes.
    let (seed, _) = seek(&text("[\"x\", \"y\"]"), |t| {
        t[0].len() == 3 && t[0].windows(2).all(|w| w[1] - w[0] > 20 * S)
    });
    for (agents, groups) in [
        // Preference: x every time, although y is idle longer.
        ("[\"x\", \"y\"]", [0, 0, 0]),
        ("[\"y\", \"x\"]", [1, 1, 1]),
        // Equals: both idle since opening, so x by file order however the list is written; then who is idle longest.
        ("[[\"x\", \"y\"]]", [0, 1, 0]),
        ("[[\"y\", \"x\"]]", [0, 1, 0]),
    ] {
        let run = simulate(&text(agents), seed);
        let got = [0, 1, 2].map(|c| run.answer(0, c).map(|a| a.1.group));
        assert_eq!(got, groups.map(Some), "{agents}");
    }
}

#[test]
fn urgent_first_then_the_longest_wait() {
    // `long` waits longest, `urgent` comes later; who is first when the agent is free?
    let text = |long: u32, urgent: u32, skills: &str| {
        day(&[
            queue("busy", ""),
            queue("long", &format!("priority = {long}")),
            queue("urgent", &format!("priority = {urgent}")),
            call("b", "busy", "[1, 0, 0, 0]", 1000 * S, ""),
            call("l", "long", "[1, 0, 0, 0]", 100 * S, ""),
            call("u", "urgent", "[1, 0, 0, 0]", 100 * S, ""),
            group("g", skills, "1"),
        ])
    };
    let plain = "[\"busy\", \"long\", \"urgent\"]";
    let (seed, t) = seek(&text(5, 5, plain), in_a_row);
    let free = t[0][0] + 1000 * S;
    for (long, urgent, skills, first) in [
        (2, 1, plain, 2),
        (1, 2, plain, 1),
        (3, 3, plain, 1),
        // The group's own priority, on the same scale as the queues'.
        (
            2,
            1,
            "{ busy = 1, long = { priority = 1 }, urgent = { priority = 7 } }",
            1,
        ),
        (2, 3, "{ busy = 1, long = 1, urgent = { priority = 1 } }", 2),
        (2, 9, "{ busy = 1, long = 1, urgent = { priority = 2 } }", 1),
        (1, 2, "{ busy = 1, long = { priority = 3 }, urgent = 1 }", 2),
    ] {
        let run = simulate(&text(long, urgent, skills), seed);
        assert_eq!(
            run.answer(first, 0).map(|a| a.0),
            Some(free),
            "{long} {urgent} {skills}"
        );
    }
}

#[test]
fn a_closed_tier_does_not_keep_an_agent_from_less_urgent_calls() {
    let text = |talk: i64| {
        day(&[
            queue(
                "q",
                "priority = 1\nagents = [\"x\", { group = \"y\", after = \"500s\" }]",
            ),
            queue("p", "priority = 9\nagents = [\"y\"]"),
            call("b", "p", "[1, 0, 0, 0]", talk, ""),
            call("u", "q", "[1, 0, 0, 0]", 100 * S, ""),
            call("l", "p", "[1, 0, 0, 0]", 100 * S, ""),
            group("x", "[\"q\"]", "0"),
            group("y", "[\"q\", \"p\"]", "1"),
        ])
    };
    let (seed, t) = seek(&text(S), in_a_row);
    for (free, first) in [(t[1][0] + 499 * S, 2), (t[1][0] + 500 * S, 1)] {
        let run = simulate(&text(free - t[0][0]), seed);
        assert_eq!(run.answer(first, 0).map(|a| a.0), Some(free));
    }
}

// ---- Agents ----

#[test]
fn agents_finish_before_they_leave_and_the_first_to_be_free_leaves_first() {
    // Three calls for two agents, of whom one is too many from 08:30 on.
    let text = |talk: i64| {
        day(&[
            queue("q", ""),
            call("c", "q", "[3, 0, 0, 0]", talk, ""),
            group("g", "[\"q\"]", "[2, 1, 1, 1]"),
        ])
    };
    let (seed, t) = seek(&text(S), |t| t[0].len() == 3);
    let talk = HALF_HOUR;
    let run = simulate(&text(talk), seed);
    let (_, first) = run.answer(0, 0).expect("answered");
    let (_, second) = run.answer(0, 1).expect("answered");
    assert_eq!(run.off_duty(0)[0], (t[0][0] + talk, first.number));
    assert_eq!(run.answer(0, 2), Some((t[0][1] + talk, second)));
    // On duty = max(scheduled, busy): overtime until the first is free.
    let cell = run.tally.groups[1];
    let over = i128::from(t[0][0] + talk - HALF_HOUR);
    assert_eq!(cell.on_duty.area_ns, i128::from(HALF_HOUR) + over);
    let interval = &run.results.groups[0].intervals.as_ref().expect("a day")[1];
    near(interval.get("overtime_h").mean, over as f64 / 3600e9);
    near(interval.get("staffed_h").mean, 0.5 + over as f64 / 3600e9);
}

#[test]
fn a_surplus_agent_still_busy_when_the_number_rises_stays() {
    let text = |staff: &str| {
        day(&[
            queue("q", ""),
            call("c", "q", "[2, 0, 0, 0]", 5000 * S, ""),
            group("g", "[\"q\"]", staff),
        ])
    };
    let (seed, t) = seek(&text("2"), |t| t[0].len() == 2);
    let run = simulate(&text("[2, 0, 3, 0]"), seed);
    // Two at opening, one more at 09:00; at 09:30 the idle one goes, the others when they are free.
    assert_eq!(run.on_duty(0), [0, 0, 2 * HALF_HOUR]);
    let off: Vec<i64> = run.off_duty(0).iter().map(|o| o.0).collect();
    assert_eq!(off, [3 * HALF_HOUR, t[0][0] + 5000 * S, t[0][1] + 5000 * S]);
    let on_duty: Vec<i128> = run.tally.groups.iter().map(|g| g.on_duty.area_ns).collect();
    let h = i128::from(HALF_HOUR);
    assert_eq!(on_duty[..3], [2 * h, 2 * h, 3 * h]);
    let intervals = run.results.groups[0].intervals.as_ref().expect("a day");
    for (i, overtime_h) in [0.0, 1.0, 0.0].into_iter().enumerate() {
        near(intervals[i].get("overtime_h").mean, overtime_h);
    }
}

#[test]
fn of_the_idle_the_longest_idle_leaves_first() {
    let text = day(&[
        queue("q", ""),
        call("c", "q", "[1, 0, 0, 0]", 10 * S, ""),
        group("g", "[\"q\"]", "[2, 1, 1, 1]"),
    ]);
    let (seed, _) = seek(&text, |t| t[0].len() == 1 && t[0][0] < 1000 * S);
    let run = simulate(&text, seed);
    let (_, agent) = run.answer(0, 0).expect("answered");
    assert_eq!(run.off_duty(0)[0], (HALF_HOUR, 1 - agent.number));
}

#[test]
fn who_comes_on_duty_looks_for_a_call_group_by_group() {
    let text = |x: &str, y: &str| {
        day(&[
            queue("a", "priority = 3"),
            queue("b", "priority = 2"),
            call("a", "a", "[1, 0, 0, 0]", 100 * S, ""),
            call("b", "b", "[1, 0, 0, 0]", 100 * S, ""),
            group("x", "[\"a\", \"b\"]", x),
            group("y", "[\"a\", \"b\"]", y),
        ])
    };
    let (seed, _) = seek(&text("0", "0"), |t| {
        t[0].len() == 1 && t[1].len() == 1 && t[0][0] < t[1][0]
    });
    let run = simulate(&text("[0, 1, 1, 1]", "[0, 1, 1, 1]"), seed);
    let at = |group| {
        move |answer: Option<(i64, Agent)>| {
            assert_eq!(answer.map(|a| (a.0, a.1.group)), Some((HALF_HOUR, group)));
        }
    };
    at(0)(run.answer(1, 0));
    at(1)(run.answer(0, 0));
}

// ---- Closing ----

/// A call that is under way at closing, one that waits, one that is in the IVR.
fn at_closing(closing: &str, staff: &str) -> String {
    day(&[
        format!("closing = \"{closing}\"\n"),
        "[[trunks]]\nname = \"t\"\nlines = 10\n".to_owned(),
        queue("q", "short_abandon = \"3000s\"\ntarget = \"80% in 3000s\""),
        queue("other", ""),
        call("talks", "q", "[0, 0, 0, 1]", 2000 * S, "trunk = \"t\""),
        call(
            "waits",
            "q",
            "[0, 0, 0, 1]",
            100 * S,
            "trunk = \"t\"\nredial = { abandoned = 1, blocked = 1, delay = \"1s\" }",
        ),
        call(
            "ivr",
            "q",
            "[0, 0, 0, 1]",
            100 * S,
            "trunk = \"t\"\nivr = { time = \"1500s\" }\nredial = { abandoned = 1, blocked = 1, delay = \"1s\" }",
        ),
        group("g", "[\"q\"]", staff),
        group("idle", "[\"other\"]", "2"),
    ])
}

fn in_the_last_interval(t: &[Vec<i64>]) -> bool {
    t.iter().all(|t| t.len() == 1 && t[0] > 3 * HALF_HOUR)
        && t[0][0] < t[1][0]
        && t[2][0] + 1500 * S > CLOSE
        && t[2][0] > t[1][0]
}

#[test]
fn drain_serves_all_who_are_there_and_its_staff_stays_until_nobody_waits() {
    let text = at_closing("drain", "1");
    let (seed, t) = seek(&text, |t| {
        in_the_last_interval(t) && {
            let after_talk = t[2][0] + 1500 * S - (t[0][0] + 2000 * S);
            after_talk > 0 && after_talk < 90 * S
        }
    });
    let run = simulate(&text, seed);
    let free = t[0][0] + 2000 * S;
    let out_of_ivr = t[2][0] + 1500 * S;
    assert_eq!(run.answer(1, 0).map(|a| a.0), Some(free));
    assert_eq!(run.answer(2, 0).map(|a| a.0), Some(free + 100 * S));
    // Nobody is in the IVR or waiting from then on; the idle go at once, the busy one at the end of the call.
    let over = free + 100 * S;
    assert_eq!(run.off_duty(1).iter().map(|o| o.0).max(), Some(over));
    assert_eq!(run.off_duty(0), [(over + 100 * S, 0)]);
    let groups = &run.results.groups;
    let hours = |ns: i64| ns as f64 / 3600e9;
    near(
        groups[0].get("overtime_h").mean,
        hours(over + 100 * S - CLOSE),
    );
    near(groups[1].get("overtime_h").mean, 2.0 * hours(over - CLOSE));
    let after = &groups[1].intervals.as_ref().expect("a day")[4];
    assert_eq!(after.start, "after close");
    near(after.get("overtime_h").mean, 2.0 * hours(over - CLOSE));
    near(after.get("staffed_h").mean, 2.0 * hours(over - CLOSE));
    // The type counts the interval of the arrival, the queue that of its entry, the group that of the answer.
    assert_eq!(run.of_type(2, 3).offered, 1);
    assert_eq!(
        (run.of_queue(0, 3).offered, run.of_queue(0, 4).offered),
        (2, 1)
    );
    assert_eq!(
        run.of_queue(0, 4).wait_answered_ns,
        i128::from(over - out_of_ivr)
    );
    assert_eq!(
        (run.tally.groups[3].answered, run.tally.groups[4].answered),
        (1, 2)
    );
    // After closing there is no clock to average over, but maxima and hours.
    for part in [&run.results.total, &run.results.queues[0]] {
        let after = &part.intervals.as_ref().expect("a day")[4];
        assert_eq!(after.get("queue_length_mean").mean, None);
        assert_eq!(after.get("queue_length_max").mean, Some(1.0));
    }
    let lines = &run.results.trunks[0].intervals.as_ref().expect("a day")[4];
    assert_eq!(lines.get("lines_busy_mean").mean, None);
    assert_eq!(lines.get("lines_busy_max").mean, Some(3.0));
    assert_eq!(lines.get("attempts").mean, Some(0.0));
    // The run's mean is over opening hours alone.
    let waited = (CLOSE - t[1][0]) as f64;
    near(run.total("queue_length_mean"), waited / CLOSE as f64);
}

#[test]
fn cut_drops_who_waits_and_who_is_in_the_ivr() {
    let text = at_closing("cut", "1");
    let (seed, t) = seek(&text, in_the_last_interval);
    let run = simulate(&text, seed);
    assert_eq!(
        run.of(1, 0, 0)[3..],
        [(CLOSE, AttemptEvent::Dropped), (CLOSE, ENDS_BADLY)]
    );
    assert_eq!(
        run.of(2, 0, 0)[1..],
        [(CLOSE, AttemptEvent::HungUpInIvr), (CLOSE, ENDS_BADLY)]
    );
    assert_eq!(
        run.when(0, 0, 0, AttemptEvent::HungUp { resolved: true }),
        Some(t[0][0] + 2000 * S)
    );
    let dropped = run.of_type(1, 3);
    assert_eq!((dropped.offered, dropped.abandoned_at_close), (1, 1));
    assert_eq!(
        (
            dropped.abandoned,
            dropped.abandoned_within,
            dropped.short_abandoned,
            dropped.answered_within
        ),
        (0, 0, 0, 0)
    );
    let in_ivr = run.of_type(2, 3);
    assert_eq!(
        (in_ivr.ivr_abandoned, in_ivr.offered, in_ivr.first_attempts),
        (1, 0, 1)
    );
    for counts in [dropped, in_ivr] {
        assert_eq!(
            (
                counts.callers,
                counts.lost,
                counts.out_of_hours,
                counts.redials
            ),
            (1, 1, 0, 0)
        );
    }
    // Waits of the dropped are in the mean wait and not in that of the abandoned; they are delayed.
    let waited = (CLOSE - t[1][0]) as f64 / 1e9;
    near(run.total("mean_wait_s"), waited / 2.0);
    near(run.total("average_time_in_queue_s"), waited);
    near(run.total("asa_s"), 0.0);
    near(run.total("delayed"), 0.5);
    assert_eq!(run.total("mean_wait_abandoned_s"), None);
    near(run.total("abandonment_rate"), 0.0);
    // Idle agents leave at closing, the busy one at the end of the call.
    assert_eq!(
        run.off_duty(1).iter().map(|o| o.0).collect::<Vec<_>>(),
        [CLOSE, CLOSE]
    );
    assert_eq!(run.off_duty(0), [(t[0][0] + 2000 * S, 0)]);
    near(
        run.results.groups[0].get("overtime_h").mean,
        (t[0][0] + 2000 * S - CLOSE) as f64 / 3600e9,
    );
}

#[test]
fn a_queue_that_nobody_serves_in_the_last_interval_is_dropped_at_closing() {
    let text = at_closing("drain", "[1, 1, 1, 0]");
    let (seed, t) = seek(&text, in_the_last_interval);
    let run = simulate(&text, seed);
    for waiting in [0, 1] {
        assert_eq!(run.when(waiting, 0, 0, AttemptEvent::Dropped), Some(CLOSE));
    }
    // Coming out of the IVR later: once it would have to wait.
    let out = t[2][0] + 1500 * S;
    assert_eq!(run.when(2, 0, 0, AttemptEvent::Dropped), Some(out));
    let after = run.of_queue(0, 4);
    assert_eq!(
        (
            after.offered,
            after.abandoned_at_close,
            after.wait_at_close_ns
        ),
        (1, 1, 0)
    );
    // The other group stays on duty until nobody anywhere is in the IVR.
    assert_eq!(
        run.off_duty(1).iter().map(|o| o.0).collect::<Vec<_>>(),
        [out, out]
    );
}

// ---- Repeats ----

#[test]
fn what_would_come_at_closing_is_out_of_hours() {
    let text = |delay: i64| {
        day(&[
            queue("q", "limit = 0"),
            call(
                "c",
                "q",
                "[1, 0, 0, 0]",
                100 * S,
                &format!("redial = {{ blocked = 1, delay = \"{}\" }}", time(delay)),
            ),
            group("g", "[\"q\"]", "0"),
        ])
    };
    let (seed, t) = seek(&text(CLOSE), |t| t[0].len() == 1);
    let run = simulate(&text(CLOSE - t[0][0]), seed);
    let counts = run.of_type(0, 0);
    assert_eq!(
        (
            counts.out_of_hours,
            counts.redials,
            counts.callers,
            counts.lost
        ),
        (1, 0, 1, 1)
    );
    assert_eq!(run.total("attempts"), Some(1.0));
    assert!(run.results.run.warnings[0].contains("after closing"));
    // A nanosecond earlier it comes, and wants another which is too late: counted with the attempt that wanted it.
    let run = simulate(&text(CLOSE - t[0][0] - 1), seed);
    assert_eq!(run.of_type(0, 0).out_of_hours, 0);
    let counts = run.of_type(0, 3);
    assert_eq!(
        (counts.out_of_hours, counts.redials, counts.callers),
        (1, 1, 0)
    );
    assert_eq!(run.of_type(0, 0).lost, 1);
}

#[test]
fn redial_probabilities_go_by_the_attempt_in_a_row_and_its_cause() {
    // One line and nobody to answer: the first caller keeps the line and gives up; the second finds it taken.
    let text = |keys: &str| {
        day(&[
            "[[trunks]]\nname = \"t\"\nlines = 1\n".to_owned(),
            queue("q", ""),
            call(
                "c",
                "q",
                "[2, 0, 0, 0]",
                100 * S,
                &format!(
                    "trunk = \"t\"\npatience = \"100s\"\nredial = {{ {keys}, delay = \"200s\" }}"
                ),
            ),
            group("g", "[\"q\"]", "0"),
        ])
    };
    let (seed, t) = seek(&text("blocked = 0"), |t| {
        t[0].len() == 2 && t[0][1] - t[0][0] < 90 * S && t[0][1] < 600 * S
    });
    let attempts = |run: &Run| {
        let arrived = |c: u64| move |a: &Attempt, e| a.caller == c && e == AttemptEvent::Arrived;
        [0, 1].map(|c| {
            let all = run.log.attempts.iter();
            all.filter(|(_, a, e)| arrived(c)(a, *e)).count()
        })
    };
    // Blocked first (value 1 of `blocked`), then abandoned (value 2 of `abandoned`, the last, repeated).
    let run = simulate(
        &text("blocked = [1, 0], abandoned = [0, 1], max_attempts = 4"),
        seed,
    );
    assert_eq!(attempts(&run), [1, 4]);
    assert_eq!(run.when(0, 1, 0, AttemptEvent::NoLine), Some(t[0][1]));
    // The delay runs from hanging up: at once when blocked, after the patience when abandoned.
    assert_eq!(
        run.when(0, 1, 1, AttemptEvent::Arrived),
        Some(t[0][1] + 200 * S)
    );
    assert_eq!(
        run.when(0, 1, 2, AttemptEvent::Arrived),
        Some(t[0][1] + 500 * S)
    );
    // At max_attempts nothing is wanted.
    assert_eq!(run.total("out_of_hours"), Some(0.0));
    let run = simulate(&text("blocked = [1, 1], abandoned = [0, 0, 1]"), seed);
    assert_eq!(attempts(&run), [1, 2]);
    let run = simulate(&text("blocked = [0, 1], abandoned = [0, 1]"), seed);
    assert_eq!(attempts(&run), [1, 1]);
    // The first caller's redial finds the line taken by the second: value 2 of `blocked`.
    let run = simulate(&text("blocked = 1, abandoned = [1, 0]"), seed);
    assert_eq!(attempts(&run), [3, 2]);
    assert_eq!(
        run.when(0, 0, 1, AttemptEvent::NoLine),
        Some(t[0][0] + 300 * S)
    );
    let run = simulate(&text("blocked = [1, 0], abandoned = [1, 0]"), seed);
    assert_eq!(attempts(&run), [2, 2]);
    let run = simulate(&text("blocked = 1, abandoned = 1, max_attempts = 1"), seed);
    assert_eq!(attempts(&run), [1, 1]);
    // Trunk and first-attempt figures.
    assert_eq!(run.results.trunks[0].get("blocked").mean, Some(1.0));
    assert_eq!(run.results.trunks[0].get("blocking_rate").mean, Some(0.5));
    assert_eq!(run.total("first_attempt_blocking_rate"), Some(0.5));
    assert_eq!(run.total("first_attempt_abandonment_rate"), Some(1.0));
}

#[test]
fn an_answer_starts_the_count_of_misses_anew() {
    // Two misses, an answer that does not help, a reconnect and two redials that nobody answers.
    let text = day(&[
        queue("q", ""),
        call(
            "c",
            "q",
            "[1, 0, 0, 0]",
            10 * S,
            "patience = \"10s\"\nresolution = 0\nreconnect = { probability = 1, delay = \"1800s\" }\n\
             redial = { abandoned = 1, delay = \"900s\", max_attempts = 3 }",
        ),
        group("g", "[\"q\"]", "[0, 1, 0, 0]"),
    ]);
    let (seed, t) = seek(&text, |t| t[0].len() == 1 && t[0][0] < 500 * S);
    let run = simulate(&text, seed);
    let a = t[0][0];
    let arrived: Vec<(i64, Cause)> = run
        .log
        .attempts
        .iter()
        .filter(|(_, _, e)| *e == AttemptEvent::Arrived)
        .map(|&(at, attempt, _)| ((at - a) / S, attempt.cause))
        .collect();
    use Cause::{First, Reconnect, Redial};
    assert_eq!(
        arrived,
        [
            (0, First),
            (910, Redial),
            (1820, Redial),
            (3630, Reconnect),
            (4540, Redial),
            (5450, Redial)
        ]
    );
    let counts = run.of_type(0, 0);
    assert_eq!((counts.callers, counts.lost, counts.served), (1, 1, 1));
    assert_eq!(run.total("served_rate"), Some(1.0));
    assert_eq!(run.total("first_contact_resolution"), Some(0.0));
    assert_eq!(run.total("attempts_per_caller"), Some(6.0));
    assert_eq!(run.total("repeat_rate"), Some(5.0 / 6.0));
    assert_eq!(run.total("out_of_hours"), Some(0.0));
}

#[test]
fn contained_in_the_ivr_is_served_but_no_first_contact() {
    let text = |ivr: &str| {
        day(&[
            queue("q", ""),
            call(
                "c",
                "q",
                "[5, 0, 0, 0]",
                10 * S,
                &format!(
                    "ivr = {{ time = \"10s\", {ivr} }}\nredial = {{ abandoned = [1, 0], delay = \"60s\" }}"
                ),
            ),
            group("g", "[\"q\"]", "9"),
        ])
    };
    let run = simulate(&text("contained = 1"), 1);
    let n = run.total("callers").expect("callers");
    assert!(n > 0.0);
    assert_eq!(run.total("ivr_contained"), Some(n));
    assert_eq!(run.total("resolved"), Some(n));
    assert_eq!(run.total("served_rate"), Some(1.0));
    assert_eq!(run.total("first_contact_resolution"), None);
    assert_eq!(run.total("service_level"), None);
    assert_eq!(run.results.queues[0].get("attempts").mean, Some(0.0));
    // Who hangs up there redials like one who abandons.
    let run = simulate(&text("abandoned = 1"), 1);
    assert_eq!(run.total("ivr_abandoned"), Some(2.0 * n));
    assert_eq!(run.total("redials"), Some(n));
    assert_eq!(run.total("abandoned"), Some(0.0));
    assert_eq!(run.total("served_rate"), Some(0.0));
}

// ---- Queue entry ----

#[test]
fn balking_limits_and_lines() {
    let text = |lines: u32, queue_keys: &str, balk: f64| {
        day(&[
            format!("[[trunks]]\nname = \"t\"\nlines = {lines}\n"),
            queue(
                "q",
                &format!("{queue_keys}\nservice_level = \"with_abandons\""),
            ),
            call(
                "c",
                "q",
                "[6, 0, 0, 0]",
                10 * S,
                &format!("trunk = \"t\"\nbalk = {balk}"),
            ),
            group("g", "[\"q\"]", "0"),
        ])
    };
    let (seed, t) = seek(&text(9, "", 0.0), |t| t[0].len() == 6);
    let n = t[0].len() as u64;
    // Balkers are abandoned at wait zero, short and within T, and delayed.
    let run = simulate(&text(9, "limit = 1", 1.0), seed);
    let c = run.of_type(0, 0);
    assert_eq!((c.blocked, c.offered, c.abandoned), (0, n, n));
    assert_eq!(
        (c.abandoned_within, c.short_abandoned, c.wait_abandoned_ns),
        (n, n, 0)
    );
    assert_eq!(run.total("delayed"), Some(1.0));
    assert_eq!(run.total("service_level"), Some(1.0));
    assert_eq!(run.total("queue_length_max"), Some(0.0));
    // Limit 0: nobody waits, and nobody is asked whether to balk.
    for balk in [0.0, 1.0] {
        let run = simulate(&text(9, "limit = 0", balk), seed);
        let c = run.of_type(0, 0);
        assert_eq!((c.blocked, c.offered, c.abandoned), (n, 0, 0));
        assert_eq!(run.total("service_level"), None);
        let queue = &run.results.queues[0];
        assert_eq!(queue.get("attempts").mean, Some(n as f64));
        assert_eq!(queue.get("blocking_rate").mean, Some(1.0));
        // A full queue is none of the trunk's.
        assert_eq!(run.results.trunks[0].get("blocked").mean, Some(0.0));
        assert_eq!(run.results.trunks[0].get("attempts").mean, Some(n as f64));
    }
    // One place: the first keeps it for ever, the rest is blocked.
    let run = simulate(&text(9, "limit = 1", 0.0), seed);
    let c = run.of_type(0, 0);
    assert_eq!((c.blocked, c.offered, c.abandoned_at_close), (n - 1, 1, 1));
    // No lines: nobody gets as far as the queue.
    let run = simulate(&text(0, "limit = 0", 1.0), seed);
    let c = run.of_type(0, 0);
    assert_eq!((c.blocked, c.offered, c.first.blocked), (n, 0, n));
    assert_eq!(run.results.trunks[0].get("blocking_rate").mean, Some(1.0));
    assert_eq!(run.results.trunks[0].get("lines_busy_max").mean, Some(0.0));
    assert_eq!(run.results.queues[0].get("attempts").mean, Some(0.0));
    assert_eq!(run.results.queues[0].get("blocking_rate").mean, None);
}

#[test]
fn the_line_is_held_to_the_end_of_talk_and_not_through_after_call_work() {
    let text = |talk: i64| {
        day(&[
            "[[trunks]]\nname = \"t\"\nlines = 1\n".to_owned(),
            queue("q", ""),
            call(
                "c",
                "q",
                "[2, 0, 0, 0]",
                talk,
                "trunk = \"t\"\nwrap_up = \"5000s\"\nivr = { time = \"20s\" }",
            ),
            group("g", "[\"q\"]", "2"),
        ])
    };
    let (seed, t) = seek(&text(S), |t| t[0].len() == 2 && t[0][1] - t[0][0] > 30 * S);
    let gap = t[0][1] - t[0][0];
    let run = simulate(&text(gap - 20 * S), seed);
    assert_eq!(run.answer(0, 1).map(|a| a.0), Some(t[0][1] + 20 * S));
    let run = simulate(&text(gap - 20 * S + 1), seed);
    assert_eq!(run.when(0, 1, 0, AttemptEvent::NoLine), Some(t[0][1]));
    near(
        run.results.trunks[0].get("lines_busy_mean").mean,
        (gap + 1) as f64 / CLOSE as f64,
    );
}

#[test]
fn talk_is_as_long_as_the_factors_of_the_answer_say() {
    let text = |staff: &str| {
        day(&[
            queue("q", ""),
            call(
                "c",
                "q",
                "[1, 0, 0, 0]",
                100 * S + 1,
                "wrap_up = \"10.000000001s\"\ntalk_factor = [1, 1.5, 3, 5]",
            ),
            group("g", "{ q = 1.1 }", staff),
        ])
    };
    let (seed, _) = seek(&text("0"), |t| t[0].len() == 1);
    // Answered at 08:30, the first instant of the second interval, by the new staff.
    let run = simulate(&text("[0, 1, 1, 1]"), seed);
    let round = |x: f64| (x + 0.5).floor() as i64;
    let answered = run.of(0, 0, 0)[3];
    assert_eq!(
        answered,
        (
            HALF_HOUR,
            AttemptEvent::Answered {
                agent: Agent {
                    group: 0,
                    number: 0
                },
                talk_ns: round(1.65 * 100_000_000_001.0),
                acw_ns: round(1.65 * 10_000_000_001.0),
            }
        )
    );
    // The type counts it in the interval of the arrival, the group in that of the answer.
    assert_eq!(
        run.of_type(0, 0).talk_ns,
        i128::from(round(1.65 * 100_000_000_001.0))
    );
    let answers: Vec<u64> = run.tally.groups.iter().map(|g| g.answered).collect();
    assert_eq!(answers, [0, 1, 0, 0, 0]);
}

#[test]
fn maxima_include_what_stands_at_the_start() {
    let text = day(&[
        "[[trunks]]\nname = \"t\"\nlines = 9\n".to_owned(),
        queue("q", ""),
        call("c", "q", "[3, 0, 0, 0]", 10 * S, "trunk = \"t\""),
        group("g", "[\"q\"]", "[0, 0, 3, 3]"),
    ]);
    let (seed, t) = seek(&text, |t| t[0].len() == 3);
    let run = simulate(&text, seed);
    let intervals = run.results.queues[0].intervals.as_ref().expect("a day");
    // All three are answered at the first instant of the third interval.
    let lengths: Vec<Option<f64>> = intervals
        .iter()
        .map(|i| i.get("queue_length_max").mean)
        .collect();
    assert_eq!(lengths, [3.0, 3.0, 3.0, 0.0, 0.0].map(Some));
    let lines = run.results.trunks[0].intervals.as_ref().expect("a day");
    assert_eq!(lines[2].get("lines_busy_max").mean, Some(3.0));
    near(intervals[1].get("queue_length_mean").mean, 3.0);
    let before: i64 = t[0].iter().map(|at| HALF_HOUR - at).sum();
    near(
        intervals[0].get("queue_length_mean").mean,
        before as f64 / HALF_HOUR as f64,
    );
    near(
        run.total("queue_length_mean"),
        (before + 3 * HALF_HOUR) as f64 / CLOSE as f64,
    );
    near(
        run.total("wait_max_s"),
        (2 * HALF_HOUR - t[0][0]) as f64 / 1e9,
    );
}

// ---- Figures ----

#[test]
fn cost_adds_up() {
    let text = day(&[
        "[[trunks]]\nname = \"t\"\nlines = 7\ncost_per_line_hour = 3\n".to_owned(),
        queue("q", "limit = 0"),
        call(
            "c",
            "q",
            "[0, 0, 0, 1]",
            2000 * S,
            "trunk = \"t\"\ncost_per_attempt = 0.5\ncost_per_lost_caller = 40\nresolution = 0",
        ),
        call("d", "q", "[4, 0, 0, 0]", 4 * S, ""),
        group(
            "g",
            "[\"q\"]",
            "[2, 1, 1, 1]\ncost_per_hour = 20\nshrinkage = [0.5, 0, 0.2, 0.2]",
        ),
        group("free", "[\"q\"]", "0"),
    ]);
    let (seed, t) = seek(&text, |t| t[0].len() == 1);
    let run = simulate(&text, seed);
    let overtime = (t[0][0] + 2000 * S - CLOSE) as f64 / 3600e9;
    assert!(overtime > 0.0);
    let groups = &run.results.groups;
    let paid = 0.5 * (2.0 / 0.5 + 1.0 + 1.0 / 0.8 + 1.0 / 0.8) + overtime;
    near(groups[0].get("cost").mean, 20.0 * paid);
    assert_eq!(groups[1].get("cost").mean, Some(0.0));
    let types = &run.results.call_types;
    near(types[0].get("cost").mean, 0.5 + 40.0);
    assert_eq!(types[1].get("cost").mean, Some(0.0));
    near(run.total("cost"), 20.0 * paid + 40.5 + 7.0 * 2.0 * 3.0);
    let total = run.results.total.intervals.as_ref().expect("a day");
    near(total[0].get("cost").mean, 20.0 * 2.0 + 7.0 * 0.5 * 3.0);
    near(total[4].get("cost").mean, 20.0 * overtime);
    let free = text
        .replace("cost_per_hour = 20", "")
        .replace("cost_per_line_hour = 3", "")
        .replace("cost_per_attempt = 0.5", "")
        .replace("cost_per_lost_caller = 40", "");
    let run = simulate(&free, seed);
    assert!(!run.results.total.kpis.contains_key("cost"));
    assert!(!run.results.groups[0].kpis.contains_key("cost"));
}

/// Two types of every kind, with every way out; `head` is the mode.
fn mixed(head: &str, volumes: [&str; 2], staff: [&str; 2]) -> String {
    format!(
        "{head}[[trunks]]\nname = \"t\"\nlines = 7\n\
         [[queues]]\nname = \"p\"\ntarget = \"80% in 15s\"\nshort_abandon = \"8s\"\nservice_level = \"with_abandons\"\nlimit = 4\n\
         agents = [\"x\", {{ group = \"y\", after = \"20s\" }}]\n\
         [[queues]]\nname = \"q\"\ntarget = \"80% in 40s\"\nservice_level = \"without_short_abandons\"\npriority = 2\n\
         [[call_types]]\nname = \"a\"\nqueue = \"p\"\ntrunk = \"t\"\n{}\ntalk = \"exp(150s)\"\nwrap_up = \"exp(20s)\"\n\
         patience = \"exp(60s)\"\nbalk = 0.1\nresolution = 0.7\nivr = {{ time = \"exp(40s)\", contained = 0.2, abandoned = 0.1 }}\n\
         reconnect = {{ probability = 0.6, delay = \"exp(5m)\" }}\n\
         redial = {{ abandoned = [0.7, 0.4], blocked = 0.8, delay = \"exp(4m)\", max_attempts = 3 }}\n\
         [[call_types]]\nname = \"b\"\nqueue = \"q\"\ntrunk = \"t\"\n{}\ntalk = \"gamma(100s, sd 60s)\"\npatience = \"exp(90s)\"\n\
         redial = {{ abandoned = 0.5, blocked = 0.5, delay = \"exp(10m)\" }}\n\
         [[groups]]\nname = \"x\"\nskills = [\"p\"]\nstaff = {}\n\
         [[groups]]\nname = \"y\"\nskills = {{ p = 1.2, q = 1.0 }}\nstaff = {}\n",
        volumes[0], volumes[1], staff[0], staff[1],
    )
}

fn mixed_day(closing: &str) -> String {
    let head = format!(
        "[scenario]\nname = \"rules\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\nclosing = \"{closing}\"\n"
    );
    mixed(
        &head,
        ["volume = [20, 45, 40, 30]", "volume = [15, 20, 30, 25]"],
        ["[2, 3, 1, 2]", "[1, 2, 2, 1]"],
    )
}

fn mixed_steady() -> String {
    let head = "[scenario]\nname = \"rules\"\n[run]\nmode = \"steady\"\nwarm_up = \"1h\"\nlength = \"20h\"\n";
    mixed(head, ["rate = \"80/h\"", "rate = \"50/h\""], ["2", "2"])
}

/// Counts everything anew from what was seen, by the words of the design.
struct Recount<'m> {
    model: &'m Model,
    cells: usize,
    types: Vec<Contacts>,
    queues: Vec<Contacts>,
    groups: Vec<GroupCell>,
    trunks: Vec<TrunkCell>,
}

/// What is known of a caller so far.
#[derive(Default, Clone, Copy)]
struct Caller {
    first_cell: usize,
    served: bool,
    answered: bool,
    first_contact: bool,
    /// Of the attempt under way.
    arrived: i64,
    queued: Option<i64>,
    waited: bool,
    line: bool,
    cell: usize,
    queue_cell: usize,
}

impl<'m> Recount<'m> {
    fn new(model: &'m Model) -> Self {
        let cells = model.grid.cells + 1;
        Self {
            model,
            cells,
            types: vec![Contacts::default(); cells * model.call_types.len()],
            queues: vec![Contacts::default(); cells * model.queues.len()],
            groups: vec![GroupCell::default(); cells * model.groups.len()],
            trunks: vec![TrunkCell::default(); cells * model.trunks.len()],
        }
    }

    /// The clock cell of an instant.
    fn cell(&self, at: i64) -> usize {
        let grid = self.model.grid;
        if at < grid.start_ns || at >= grid.end_ns() {
            return grid.cells;
        }
        ((at - grid.start_ns) / grid.width_ns) as usize
    }

    /// Adds the time from `from` to `to` to the clock cells it lies in.
    fn spread(&self, from: i64, to: i64, mut add: impl FnMut(usize, i128)) {
        let mut at = from;
        while at < to {
            let grid = self.model.grid;
            let cell = self.cell(at);
            let end = if at < grid.start_ns {
                grid.start_ns
            } else if cell == grid.cells {
                i64::MAX
            } else {
                grid.start_ns + grid.width_ns * (cell as i64 + 1)
            };
            add(cell, i128::from(end.min(to) - at));
            at = end.min(to);
        }
    }

    fn attempts(&mut self, log: &Log) {
        let steady = self.model.steady;
        let mut callers: HashMap<(usize, u64), Caller> = HashMap::new();
        for &(now, attempt, event) in &log.attempts {
            let t = attempt.call_type;
            let kind = &self.model.call_types[t];
            let caller = callers.entry((t, attempt.caller)).or_default();
            let mut c = *caller;
            let here = self.cell(now);
            let mut counts = false;
            match event {
                AttemptEvent::Arrived => {
                    if attempt.number == 0 {
                        c.first_cell = here;
                    }
                    c = Caller {
                        arrived: now,
                        queued: None,
                        waited: false,
                        line: true,
                        cell: here,
                        ..c
                    };
                    counts = !steady;
                }
                AttemptEvent::NoLine => {
                    c.line = false;
                    counts = steady;
                }
                AttemptEvent::Contained | AttemptEvent::HungUpInIvr => counts = steady,
                AttemptEvent::Queued { .. } => {
                    counts = steady;
                    c.queued = Some(now);
                    c.queue_cell = here;
                }
                _ => {}
            }
            if counts {
                c.cell = here;
            }
            let cell = t * self.cells + c.cell;
            let queue_cell = kind.queue * self.cells + c.queue_cell;
            let first = attempt.cause == Cause::First;
            let wait = c.queued.map_or(0, |queued| now - queued);
            let add_cause = |counts: &mut Contacts| match attempt.cause {
                Cause::First => counts.first_attempts += 1,
                Cause::Redial => counts.redials += 1,
                Cause::Reconnect => counts.reconnects += 1,
            };
            if counts {
                add_cause(&mut self.types[cell]);
                if let Some(trunk) = kind.trunk {
                    self.trunks[trunk * self.cells + c.cell].attempts += 1;
                }
            }
            let mut both = |change: &dyn Fn(&mut Contacts)| {
                change(&mut self.types[cell]);
                change(&mut self.queues[queue_cell]);
            };
            match event {
                AttemptEvent::NoLine => {
                    self.types[cell].blocked += 1;
                    self.types[cell].first.blocked += u64::from(first);
                    if let Some(trunk) = kind.trunk {
                        self.trunks[trunk * self.cells + c.cell].blocked += 1;
                    }
                }
                AttemptEvent::IvrBusy | AttemptEvent::Cut => {
                    unreachable!("nothing fails on these days")
                }
                AttemptEvent::Contained => {
                    self.types[cell].ivr_contained += 1;
                    c.served = true;
                }
                AttemptEvent::HungUpInIvr => self.types[cell].ivr_abandoned += 1,
                AttemptEvent::Queued { .. } => add_cause(&mut self.queues[queue_cell]),
                AttemptEvent::QueueFull => {
                    both(&|x| x.blocked += 1);
                    self.types[cell].first.blocked += u64::from(first);
                }
                AttemptEvent::Waits { .. } => {
                    c.waited = true;
                    both(&|x| x.offered += 1);
                    self.types[cell].first.offered += u64::from(first);
                }
                AttemptEvent::Answered {
                    agent,
                    talk_ns,
                    acw_ns,
                } => {
                    let within = u64::from(wait <= kind.within_ns);
                    both(&|x| {
                        x.offered += u64::from(!c.waited);
                        x.answered += 1;
                        x.answered_at_once += u64::from(!c.waited);
                        x.answered_within += within;
                        x.wait_answered_ns += i128::from(wait);
                        x.wait_max_ns = x.wait_max_ns.max(wait);
                        x.talk_ns += i128::from(talk_ns);
                        x.acw_ns += i128::from(acw_ns);
                    });
                    let f = &mut self.types[cell].first;
                    f.offered += u64::from(first && !c.waited);
                    f.answered += u64::from(first);
                    f.answered_within += u64::from(first) * within;
                    let of_group = if steady { c.cell } else { here };
                    let g = &mut self.groups[agent.group * self.cells + of_group];
                    g.answered += 1;
                    g.talk_ns += i128::from(talk_ns);
                    g.acw_ns += i128::from(acw_ns);
                }
                AttemptEvent::Balked | AttemptEvent::Abandoned => {
                    let balked = u64::from(event == AttemptEvent::Balked);
                    let within = u64::from(wait <= kind.within_ns);
                    let short = u64::from(wait <= kind.short_ns);
                    both(&|x| {
                        x.offered += balked;
                        x.abandoned += 1;
                        x.abandoned_within += within;
                        x.short_abandoned += short;
                        x.wait_abandoned_ns += i128::from(wait);
                    });
                    let f = &mut self.types[cell].first;
                    f.offered += u64::from(first) * balked;
                    f.abandoned += u64::from(first);
                    f.abandoned_within += u64::from(first) * within;
                    f.short_abandoned += u64::from(first) * short;
                }
                AttemptEvent::Dropped => both(&|x| {
                    x.offered += u64::from(!c.waited);
                    x.abandoned_at_close += 1;
                    x.wait_at_close_ns += i128::from(wait);
                }),
                AttemptEvent::HungUp { resolved } => {
                    c.first_contact |= resolved && !c.answered;
                    c.answered = true;
                    c.served = true;
                }
                AttemptEvent::OutOfHours => self.types[cell].out_of_hours += 1,
                AttemptEvent::CallerEnds { resolved } => {
                    let cell = if steady { here } else { c.first_cell };
                    let x = &mut self.types[t * self.cells + cell];
                    x.callers += 1;
                    x.resolved += u64::from(resolved);
                    x.lost += u64::from(!resolved);
                    x.served += u64::from(c.served);
                    x.answered_callers += u64::from(c.answered);
                    x.first_contact_resolved += u64::from(c.first_contact);
                }
                AttemptEvent::Arrived | AttemptEvent::WillRepeat { .. } => {}
            }
            // Clock time: waiting calls and lines held.
            let waits_no_more = matches!(
                event,
                AttemptEvent::Answered { .. } | AttemptEvent::Abandoned | AttemptEvent::Dropped
            );
            if let (true, true, Some(queued)) = (waits_no_more, c.waited, c.queued) {
                let mut parts = Vec::new();
                self.spread(queued, now, |cell, ns| parts.push((cell, ns)));
                for (cell, ns) in parts {
                    self.types[t * self.cells + cell].waiting.area_ns += ns;
                    self.queues[kind.queue * self.cells + cell].waiting.area_ns += ns;
                }
            }
            let hangs_up = matches!(
                event,
                AttemptEvent::Contained
                    | AttemptEvent::HungUpInIvr
                    | AttemptEvent::QueueFull
                    | AttemptEvent::Balked
                    | AttemptEvent::Abandoned
                    | AttemptEvent::Dropped
                    | AttemptEvent::HungUp { .. }
            );
            if let (true, true, Some(trunk)) = (hangs_up, c.line, kind.trunk) {
                let mut parts = Vec::new();
                self.spread(c.arrived, now, |cell, ns| parts.push((cell, ns)));
                for (cell, ns) in parts {
                    self.trunks[trunk * self.cells + cell].busy.area_ns += ns;
                }
            }
            callers.insert((t, attempt.caller), c);
        }
    }

    fn agents(&mut self, log: &Log) {
        let mut since: HashMap<Agent, i64> = HashMap::new();
        for &(now, agent, event) in &log.agents {
            match event {
                AgentEvent::OnDuty => {
                    since.insert(agent, now);
                }
                AgentEvent::OffDuty => {
                    let from = since.remove(&agent).expect("was on duty");
                    let mut parts = Vec::new();
                    self.spread(from, now, |cell, ns| parts.push((cell, ns)));
                    for (cell, ns) in parts {
                        self.groups[agent.group * self.cells + cell].on_duty.area_ns += ns;
                    }
                }
                AgentEvent::Free => {}
            }
        }
    }
}

/// Counts alone: what the recount does not know (maxima) is left out.
fn without_maxima(mut c: Contacts) -> Contacts {
    c.waiting.max = 0;
    c
}

#[test]
fn everything_of_a_day_is_counted_where_the_design_says() {
    for closing in ["drain", "cut"] {
        for seed in 1..=20 {
            let run = simulate(&mixed_day(closing), seed);
            let mut again = Recount::new(&run.model);
            again.attempts(&run.log);
            again.agents(&run.log);
            for (what, got, expected) in [
                ("call types", &run.tally.call_types, &again.types),
                ("queues", &run.tally.queues, &again.queues),
            ] {
                for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                    assert_eq!(
                        without_maxima(*got),
                        *expected,
                        "{closing}, seed {seed}, {what}: cell {i}"
                    );
                }
            }
            for (got, expected) in run.tally.groups.iter().zip(&again.groups) {
                assert_eq!(
                    (got.answered, got.talk_ns, got.acw_ns, got.on_duty.area_ns),
                    (
                        expected.answered,
                        expected.talk_ns,
                        expected.acw_ns,
                        expected.on_duty.area_ns
                    )
                );
            }
            for (got, expected) in run.tally.trunks.iter().zip(&again.trunks) {
                assert_eq!(
                    (got.attempts, got.blocked, got.busy.area_ns),
                    (expected.attempts, expected.blocked, expected.busy.area_ns)
                );
            }
        }
    }
}

#[test]
fn everything_of_a_steady_run_is_counted_where_the_design_says() {
    for seed in 1..=5 {
        let run = simulate(&mixed_steady(), seed);
        let mut again = Recount::new(&run.model);
        again.attempts(&run.log);
        let cells = again.cells;
        // The batches; what lies outside them is not counted.
        let within = |i: &usize| i % cells < cells - 1;
        for (what, got, expected) in [
            ("call types", &run.tally.call_types, &again.types),
            ("queues", &run.tally.queues, &again.queues),
        ] {
            for i in (0..got.len()).filter(within) {
                // Who still waits when the run ends was never seen to leave.
                let clock = |mut c: Contacts| {
                    c.waiting.area_ns = 0;
                    without_maxima(c)
                };
                assert_eq!(
                    clock(got[i]),
                    clock(expected[i]),
                    "seed {seed}, {what}: cell {i}"
                );
            }
        }
        for i in (0..run.tally.groups.len()).filter(within) {
            let (got, expected) = (&run.tally.groups[i], &again.groups[i]);
            assert_eq!(
                (got.answered, got.talk_ns, got.acw_ns),
                (expected.answered, expected.talk_ns, expected.acw_ns)
            );
        }
        for i in (0..run.tally.trunks.len()).filter(within) {
            let (got, expected) = (&run.tally.trunks[i], &again.trunks[i]);
            assert_eq!(
                (got.attempts, got.blocked),
                (expected.attempts, expected.blocked)
            );
        }
        // Counts are an hour; so is staffed time: four agents.
        let in_batches = |of: fn(&Contacts) -> u64| -> f64 {
            let all = (0..again.types.len()).filter(within);
            all.map(|i| of(&again.types[i])).sum::<u64>() as f64 / 20.0
        };
        near(run.total("offered"), in_batches(|c| c.offered));
        near(
            run.total("attempts"),
            in_batches(|c| c.first_attempts + c.redials + c.reconnects),
        );
        near(run.total("callers"), in_batches(|c| c.callers));
        let groups = &run.results.groups;
        for group in groups {
            near(group.get("staffed_h").mean, 2.0);
            near(group.get("overtime_h").mean, 0.0);
            let busy = group.get("busy_h").mean.expect("busy");
            near(group.get("occupancy").mean, busy / 2.0);
        }
        assert!(run.results.total.intervals.is_none());
        assert!(run.results.queues[0].days.is_none());
        assert_eq!(run.total("out_of_hours"), Some(0.0));
    }
}

#[test]
fn figures_of_several_days_are_quotients_of_sums_and_types_are_judged_by_their_queues() {
    let model = common::model(&mixed_day("drain"));
    let days = 7;
    let mut collector = Collector::new(&model, Some(days));
    let mut types = vec![Contacts::default(); 2];
    let mut queues = vec![Contacts::default(); 2];
    for seed in 1..=days {
        let (_, tally) = watch(&model, seed);
        collector.add(&tally);
        for (sums, cells) in [
            (&mut types, &tally.call_types),
            (&mut queues, &tally.queues),
        ] {
            for (i, sum) in sums.iter_mut().enumerate() {
                for cell in &cells[i * tally.cells..][..tally.cells] {
                    sum.add(cell);
                }
            }
        }
    }
    let results = collector.results(1, 0.95, false, &[]);
    // Queue p: (answered + abandoned within T) / offered; q: answered within T / (offered − abandoned short).
    let p = |c: &Contacts| (c.answered_within + c.abandoned_within, c.offered);
    let q = |c: &Contacts| (c.answered_within, c.offered - c.short_abandoned);
    let quotient = |(x, y): (u64, u64)| x as f64 / y as f64;
    near(
        results.queues[0].get("service_level").mean,
        quotient(p(&queues[0])),
    );
    near(
        results.queues[1].get("service_level").mean,
        quotient(q(&queues[1])),
    );
    let (a, b) = (p(&types[0]), q(&types[1]));
    let total = &results.total;
    near(results.call_types[0].get("service_level").mean, quotient(a));
    near(
        total.get("service_level").mean,
        quotient((a.0 + b.0, a.1 + b.1)),
    );
    let (f, g) = (types[0].first, types[1].first);
    let first = (
        f.answered_within + f.abandoned_within + g.answered_within,
        f.offered + g.offered - g.short_abandoned,
    );
    near(
        total.get("first_attempt_service_level").mean,
        quotient(first),
    );
    near(
        total.get("first_attempt_abandonment_rate").mean,
        quotient((f.abandoned + g.abandoned, f.offered + g.offered)),
    );
    let firsts = types[0].first_attempts + types[1].first_attempts;
    near(
        total.get("first_attempt_blocking_rate").mean,
        quotient((f.blocked + g.blocked, firsts)),
    );
    near(
        total.get("first_attempts").mean,
        firsts as f64 / days as f64,
    );
    // Every formula, whichever the queue names.
    let mut all = types[0];
    all.add(&types[1]);
    for (formula, name) in Formula::ALL {
        let c = &all;
        let x = match formula {
            Formula::AnsweredOverOffered => (c.answered_within, c.offered),
            Formula::AnsweredOverAnswered => (c.answered_within, c.answered),
            Formula::WithAbandons => (c.answered_within + c.abandoned_within, c.offered),
            Formula::WithoutEarlyAbandons => (c.answered_within, c.offered - c.abandoned_within),
            Formula::WithoutShortAbandons => (c.answered_within, c.offered - c.short_abandoned),
            Formula::ShortAbandonsAsMet => (c.answered_within + c.short_abandoned, c.offered),
        };
        let levels = total.service_levels.as_ref().expect("levels");
        near(levels[name].mean, quotient(x));
    }
}
