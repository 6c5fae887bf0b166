//! What a profile does to a day: volume, faults and what is done about them, in days whose outcome is known beforehand; and
//! what must hold on any.

mod common;

use acdsim::engine::{Attempt, AttemptEvent, Cause, Engine, Observer, Tally};
use acdsim::kpi::Collector;
use acdsim::model::Model;
use acdsim::report::json::pretty;
use acdsim::routing::Routing;
use acdsim::scenario::stress::{Change, Effect, Load, Lost, Profile, Stage, Volume};
use acdsim::scenario::{self, Scenario, Tier};
use acdsim::stress::{Parts, StressedDay};
use common::identities::{Watch, check_identities};
use common::random_scenario;
use proptest::prelude::*;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

const MINUTE: i64 = 60_000_000_000;

fn read(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    let loaded = loaded.unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)));
    loaded.scenario
}

/// Four hours, two queues with a group each that serves only that, lines for one call type, an IVR for the other.
const DAY: &str = r#"
[scenario]
name = "day"
open = "08:00-12:00"
interval = "30m"
[[trunks]]
name = "lines"
lines = 30
[[queues]]
name = "a"
[[queues]]
name = "b"
[[call_types]]
name = "a"
queue = "a"
trunk = "lines"
rate = "240/h"
talk = "exp(3m)"
wrap_up = "exp(20s)"
patience = "exp(2m)"
redial = { abandoned = 0.5, blocked = 0.5, delay = "exp(5m)" }
[[call_types]]
name = "b"
queue = "b"
rate = "120/h"
talk = "exp(2m)"
patience = "exp(3m)"
ivr = { time = "exp(30s)", contained = 0.3, abandoned = 0.1 }
redial = { abandoned = 0.5, blocked = 1.0, delay = "exp(10m)" }
[[groups]]
name = "a"
skills = ["a"]
staff = 14
[[groups]]
name = "b"
skills = ["b"]
staff = 5
"#;

fn with(profile: &str) -> Scenario {
    read(&format!("{DAY}[stress]\n{profile}"))
}

fn observe<O: Observer>(model: &Model, day: u64, observer: O) -> (O, Tally) {
    let mut engine = Engine::with(model, observer, Routing::new(model));
    let tally = engine.run(7, day, &AtomicBool::new(false));
    let tally = tally.expect("the scenario can be simulated").clone();
    (engine.into_observer(), tally)
}

/// The day without and with what happens to it.
fn models(scenario: &Scenario) -> [Model; 2] {
    let profile = scenario.stress.as_deref().expect("a profile");
    let day = StressedDay::new(scenario, profile);
    [Parts::NONE, Parts::ALL].map(|parts| day.model(parts))
}

fn sum<T>(part: usize, all: &[T], cells: usize, of: impl Fn(&T) -> u64) -> u64 {
    all[part * cells..][..cells].iter().map(of).sum()
}

/// What happened, as it happened.
#[derive(Default)]
struct Log(Vec<(i64, Attempt, AttemptEvent)>);

impl Observer for Log {
    fn attempt(&mut self, now: i64, attempt: Attempt, event: AttemptEvent) {
        self.0.push((now, attempt, event));
    }
}

#[test]
fn first_attempts_follow_the_stages() {
    let scenario = with(r#"stages = "1h:100%, 1h:300%, 0s:50%, 1h:50%, 0s:0%""#);
    let [_, stressed] = models(&scenario);
    assert_eq!(stressed.grid.width_ns, 5 * MINUTE);
    let days = 400;
    let mut by_hour = [0u64; 4];
    for day in 0..days {
        let (_, tally) = observe(&stressed, day, ());
        for (cell, of) in tally.call_types[..tally.cells - 1].iter().enumerate() {
            by_hour[cell / 12] += of.first_attempts;
        }
    }
    // 240 an hour, ramped to three times as much in the second.
    for (hour, expected) in [240.0, 480.0, 120.0, 0.0].into_iter().enumerate() {
        let found = by_hour[hour] as f64 / days as f64;
        let sd = (expected / days as f64).sqrt();
        assert!(
            (found - expected).abs() <= 4.0 * sd,
            "hour {hour}: {found}, not {expected} ± {sd}"
        );
    }
}

#[test]
fn a_load_of_its_own_takes_the_place_of_the_stages() {
    let scenario = with(
        r#"
        stages = "0s:200%"
        loads = [{ call_types = "b", volume = [10, 0, 0, 0, 0, 0, 0, 20] }]
        "#,
    );
    let [_, stressed] = models(&scenario);
    let per_hour = |t: usize, cell: usize| stressed.call_types[t].rate_per_ns[cell] * 3600e9;
    let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(close(per_hour(0, 0), 480.0) && close(per_hour(0, 47), 480.0));
    assert!(
        close(per_hour(1, 5), 20.0) && close(per_hour(1, 6), 0.0) && close(per_hour(1, 47), 40.0)
    );
}

#[test]
fn nobody_is_answered_while_everybody_is_absent() {
    let [_, stressed] = models(&with(r#"faults = [{ kind = "absent" }]"#));
    for day in 0..20 {
        let (_, tally) = observe(&stressed, day, ());
        for t in 0..2 {
            let all = |of: fn(&acdsim::engine::Contacts) -> u64| {
                sum(t, &tally.call_types, tally.cells, of)
            };
            assert_eq!(all(|c| c.answered), 0);
            let attempts = all(|c| c.first_attempts + c.redials + c.reconnects);
            let ways_out = all(|c| {
                c.blocked + c.ivr_contained + c.ivr_abandoned + c.abandoned + c.abandoned_at_close
            });
            assert!(attempts > 100);
            assert_eq!(attempts, ways_out);
        }
        assert!(tally.groups.iter().all(|g| g.on_duty.area_ns == 0));
    }
}

#[test]
fn a_change_of_no_time_changes_nothing() {
    let kinds = [
        r#"{ kind = "absent" }"#,
        r#"{ kind = "site_lost" }"#,
        r#"{ kind = "lines_lost", share = "50%" }"#,
        r#"{ kind = "ivr_down", mode = "busy" }"#,
        r#"{ kind = "containment" }"#,
        r#"{ kind = "talk", factor = 2 }"#,
        r#"{ kind = "routing", policy = "longest_queue" }"#,
        r#"{ kind = "agents", more = 3 }"#,
        r#"{ kind = "lines", more = 3 }"#,
    ];
    let kpis = |model: &Model| {
        let mut collector = Collector::new(model, Some(5));
        for day in 0..5 {
            collector.add(&observe(model, day, ()).1);
        }
        pretty(&collector.results(7, 0.95, false, &[]))
    };
    for kind in kinds {
        let kind = kind.replace(" }", r#", at = "09:07", for = "0s" }"#);
        let [without, stressed] = models(&with(&format!("faults = [{kind}]")));
        assert_eq!(kpis(&without), kpis(&stressed), "{kind}");
    }
}

#[test]
fn a_fault_touches_nobody_elsewhere() {
    let faults = [
        r#"{ kind = "absent", groups = "b", share = "40%", at = "1h", for = "1h" }"#,
        r#"{ kind = "site_lost", groups = "b", at = "1h", for = "1h" }"#,
        r#"{ kind = "ivr_down", at = "1h", for = "1h" }"#,
        r#"{ kind = "talk", call_types = "b", factor = 2, at = "1h", for = "1h" }"#,
    ];
    let of_a = |model: &Model, day| {
        let (log, tally) = observe(model, day, Log::default());
        let of_a = log
            .0
            .into_iter()
            .filter(|(_, attempt, _)| attempt.call_type == 0);
        let first_b = |tally: &Tally| sum(1, &tally.call_types, tally.cells, |c| c.first_attempts);
        (of_a.collect::<Vec<_>>(), first_b(&tally), tally)
    };
    for fault in faults {
        let [without, stressed] = models(&with(&format!("faults = [{fault}]")));
        let mut differ = false;
        for day in 0..5 {
            let (before, after) = (of_a(&without, day), of_a(&stressed, day));
            assert_eq!(before.0, after.0, "callers of a, day {day}: {fault}");
            assert_eq!(before.1, after.1, "first attempts of b, day {day}: {fault}");
            differ |= before.2 != after.2;
        }
        assert!(differ, "{fault} does something");
    }
}

#[test]
fn who_is_on_a_call_finishes_it_before_being_absent() {
    let [_, stressed] = models(&with(
        r#"faults = [{ kind = "absent", groups = "a", at = "2h", for = "1h" }]"#,
    ));
    let (from, until) = (120 * MINUTE, 180 * MINUTE);
    let (mut finished, mut back) = (0, 0);
    for day in 0..10 {
        let (log, tally) = observe(&stressed, day, Log::default());
        assert!(tally.call_types.iter().all(|c| c.dropped_in_service == 0));
        for (now, attempt, event) in &log.0 {
            match event {
                AttemptEvent::Answered { .. } if attempt.call_type == 0 => {
                    assert!(*now <= from || *now >= until, "answered at {now}");
                    back += u64::from(*now >= until);
                }
                AttemptEvent::HungUp { .. } if attempt.call_type == 0 => {
                    finished += u64::from((from..until).contains(now));
                }
                _ => {}
            }
        }
    }
    assert!(
        finished > 50 && back > 500,
        "{finished} calls ended meanwhile, {back} later"
    );
}

#[test]
fn calls_of_a_lost_site_are_cut_and_those_who_wait_stay() {
    let [without, stressed] = models(&with(
        r#"faults = [{ kind = "site_lost", groups = "a", at = "2h" }]"#,
    ));
    let at = 120 * MINUTE;
    let mut redialled = 0;
    for day in 0..20 {
        let (before, _) = observe(&without, day, Log::default());
        let (log, tally) = observe(&stressed, day, Log::default());
        // Until then all is the same; whoever talks then, is cut.
        let until = |log: &Log| log.0.iter().take_while(|(now, ..)| *now < at).count();
        let same = until(&before);
        assert_eq!(before.0[..same], log.0[..until(&log)]);
        let (mut talking, mut waiting) = (Vec::new(), Vec::new());
        for (_, attempt, event) in before.0[..same].iter().filter(|(_, a, _)| a.call_type == 0) {
            match event {
                AttemptEvent::Answered { .. } => {
                    waiting.retain(|of| of != attempt);
                    talking.push(*attempt);
                }
                AttemptEvent::HungUp { .. } => talking.retain(|of| of != attempt),
                AttemptEvent::Waits { .. } => waiting.push(*attempt),
                AttemptEvent::Abandoned => waiting.retain(|of| of != attempt),
                _ => {}
            }
        }
        let those = |wanted: fn(&AttemptEvent) -> bool| -> Vec<(i64, Attempt)> {
            let events = log
                .0
                .iter()
                .filter(|(now, a, event)| *now >= at && a.call_type == 0 && wanted(event));
            events.map(|(now, attempt, _)| (*now, *attempt)).collect()
        };
        let mut cut = those(|event| matches!(event, AttemptEvent::Cut));
        assert!(cut.iter().all(|(now, _)| *now == at));
        cut.sort_by_key(|(_, a)| (a.caller, a.number));
        talking.sort_by_key(|a| (a.caller, a.number));
        assert_eq!(cut.iter().map(|(_, a)| *a).collect::<Vec<_>>(), talking);
        assert_eq!(
            tally
                .call_types
                .iter()
                .map(|c| c.dropped_in_service)
                .sum::<u64>(),
            talking.len() as u64
        );
        // Nobody answers any more: whoever waits abandons, or is dropped at closing.
        assert!(those(|event| matches!(event, AttemptEvent::Answered { .. })).is_empty());
        let left = those(|event| matches!(event, AttemptEvent::Abandoned | AttemptEvent::Dropped));
        for attempt in waiting {
            assert!(
                left.iter().any(|(_, of)| *of == attempt),
                "{attempt:?} waits on"
            );
        }
        redialled += those(|event| matches!(event, AttemptEvent::Arrived))
            .iter()
            .filter(|(_, of)| {
                of.cause == Cause::Redial
                    && cut
                        .iter()
                        .any(|(_, a)| a.caller == of.caller && a.number + 1 == of.number)
            })
            .count();
    }
    // Half of some 14 × 20 redial.
    assert!((90..170).contains(&redialled), "{redialled}");
}

#[test]
fn lost_lines_end_with_their_call() {
    let [_, stressed] = models(&with(
        r#"faults = [{ kind = "lines_lost", lines = 25, at = "2h", for = "1h" }]"#,
    ));
    let mut in_use_at_loss = 0;
    for day in 0..10 {
        let (log, tally) = observe(&stressed, day, Log::default());
        let (mut in_use, mut refused) = (0i64, 0);
        for (now, _, event) in log.0.iter().filter(|(_, a, _)| a.call_type == 0) {
            let fails = (120 * MINUTE..180 * MINUTE).contains(now);
            match event {
                AttemptEvent::Arrived => in_use += 1,
                AttemptEvent::NoLine => {
                    in_use -= 1;
                    refused += u64::from(fails);
                    assert!(
                        in_use >= if fails { 5 } else { 30 },
                        "{in_use} lines in use at {now}"
                    );
                }
                AttemptEvent::HungUp { .. }
                | AttemptEvent::Abandoned
                | AttemptEvent::Balked
                | AttemptEvent::Dropped => in_use -= 1,
                _ => {}
            }
            if *now < 120 * MINUTE {
                in_use_at_loss = in_use;
            }
        }
        assert!(refused > 100, "{refused}");
        assert!(in_use_at_loss > 5, "{in_use_at_loss}");
        // Nobody is cut.
        assert!(tally.call_types.iter().all(|c| c.dropped_in_service == 0));
    }
}

#[test]
fn an_ivr_that_is_down_is_skipped_or_busy() {
    for mode in ["skipped", "busy"] {
        let [_, stressed] = models(&with(&format!(
            r#"faults = [{{ kind = "ivr_down", mode = "{mode}", at = "1h", for = "1h" }}]"#
        )));
        for day in 0..5 {
            let (log, tally) = observe(&stressed, day, Log::default());
            let meanwhile = |wanted: fn(&AttemptEvent) -> bool| {
                let of_b = log.0.iter().filter(|(_, a, _)| a.call_type == 1);
                let events = of_b.filter(|(now, _, event)| {
                    (60 * MINUTE..120 * MINUTE).contains(now) && wanted(event)
                });
                events.count()
            };
            let arrived = meanwhile(|event| matches!(event, AttemptEvent::Arrived));
            let busy = meanwhile(|event| matches!(event, AttemptEvent::IvrBusy));
            let helped = meanwhile(|event| {
                matches!(event, AttemptEvent::Contained | AttemptEvent::HungUpInIvr)
            });
            let queued = meanwhile(|event| matches!(event, AttemptEvent::Queued { .. }));
            assert_eq!(helped, 0, "{mode}");
            match mode {
                "busy" => assert_eq!((busy, queued < 10), (arrived, true)),
                _ => assert!(
                    busy == 0 && (arrived..arrived + 10).contains(&queued),
                    "{arrived} {queued}"
                ),
            }
            let blocked = sum(1, &tally.call_types, tally.cells, |c| c.blocked);
            assert_eq!(blocked, busy as u64);
        }
    }
}

#[test]
fn containment_talk_agents_and_lines_change_by_so_much() {
    let scenario = with(
        r#"
        faults = [
            { kind = "containment", at = "1h", for = "1h" },
            { kind = "talk", call_types = "a", factor = 1.5, at = "1h", for = "1h" },
            { kind = "absent", groups = "b", share = "30%", at = "1h", for = "1h" },
        ]
        actions = [
            { kind = "agents", groups = "a", more = 3, at = "90m" },
            { kind = "lines", more = 10, at = "90m", for = "30m" },
        ]
        "#,
    );
    let [without, stressed] = models(&scenario);
    let grid = stressed.grid;
    let cell = |minute: usize| minute / 5;
    assert_eq!((grid.cells, grid.width_ns), (48, 5 * MINUTE));
    for (minute, a, b, talk) in [
        (0, 14, 5, 1.0),
        (60, 14, 3, 1.5),
        (90, 17, 3, 1.5),
        (120, 17, 5, 1.0),
        (239, 17, 5, 1.0),
    ] {
        assert_eq!(stressed.groups[0].staff[cell(minute)], a, "minute {minute}");
        assert_eq!(stressed.groups[1].staff[cell(minute)], b, "minute {minute}");
        assert_eq!(
            stressed.call_types[0].talk_factor[cell(minute)],
            talk,
            "minute {minute}"
        );
        assert_eq!(stressed.call_types[1].talk_factor[cell(minute)], 1.0);
    }
    let phases: Vec<(usize, u32, f64)> = stressed
        .phases
        .iter()
        .map(|phase| {
            let ivr = phase.model.call_types[1].ivr.as_ref().expect("an IVR");
            (phase.cell, phase.model.trunks[0].lines, ivr.contained_below)
        })
        .collect();
    assert_eq!(phases, [(12, 30, 0.0), (18, 40, 0.0), (24, 30, 0.3)]);
    assert!(without.phases.is_empty() && without.groups[0].staff == [14; 49]);
}

/// From an instant on the group of b serves a, too.
#[test]
fn who_is_idle_takes_what_waits_as_soon_as_the_routing_lets_them() {
    let text = DAY.replace(
        "name = \"b\"\nskills = [\"b\"]",
        "name = \"b\"\nskills = [\"b\", \"a\"]",
    );
    let text = text.replace(
        "[[queues]]\nname = \"a\"\n",
        "[[queues]]\nname = \"a\"\nagents = [\"a\"]\n",
    );
    let text = text.replace("staff = 14", "staff = 6");
    for (change, by_b_from) in [
        (r#"agents = ["a", "b"]"#, 0),
        (r#"agents = ["a", { group = "b", after = "30s" }]"#, 30),
    ] {
        let profile = format!(
            "[stress]\nactions = [{{ kind = \"routing\", queue = \"a\", {change}, at = \"2h\" }}]\n"
        );
        let scenario = read(&format!("{text}{profile}"));
        let [_, stressed] = models(&scenario);
        let (mut at_once, mut sooner) = (0, 0);
        for day in 0..20 {
            let (watch, tally) = observe(&stressed, day, Watch::new(&stressed));
            assert!(watch.violations.is_empty(), "{:#?}", watch.violations);
            check_identities(&stressed, &tally).expect("identities");
            let (log, _) = observe(&stressed, day, Log::default());
            let mut waits_since = std::collections::HashMap::new();
            for (now, attempt, event) in &log.0 {
                match event {
                    AttemptEvent::Queued { .. } => {
                        waits_since.insert(*attempt, *now);
                    }
                    AttemptEvent::Answered { agent, .. }
                        if attempt.call_type == 0 && agent.group == 1 =>
                    {
                        assert!(*now >= 120 * MINUTE);
                        at_once += u64::from(*now == 120 * MINUTE);
                        let wait = *now - waits_since[attempt];
                        sooner += u64::from(wait < by_b_from * 1_000_000_000);
                    }
                    _ => {}
                }
            }
        }
        assert!(at_once > 10, "{at_once} were answered at that instant");
        assert_eq!(sooner, 0, "answered by b before {by_b_from} s");
    }
}

#[test]
fn another_policy_decides_from_its_instant_on() {
    let scenario = with(
        r#"actions = [{ kind = "routing", policy = "longest_queue", at = "2h", for = "1h" }]"#,
    );
    let [_, stressed] = models(&scenario);
    let rules: Vec<(usize, usize)> = stressed
        .phases
        .iter()
        .map(|p| (p.cell, p.model.scenario.routing.len()))
        .collect();
    assert_eq!(rules, [(24, 1), (36, 0)]);
    // Each queue has its own group: whatever the policy, it takes from that queue.
    let [without, _] = models(&scenario);
    for day in 0..3 {
        let tallies = [&without, &stressed].map(|model| observe(model, day, ()).1);
        assert_eq!(tallies[0].queues, tallies[1].queues, "day {day}");
    }
}

/// A profile of a random scenario: parts by their numbers there.
#[derive(Debug, Clone)]
struct Draw {
    kind: usize,
    part: usize,
    share: f64,
    more: u32,
    from: u32,
    lasts: Option<u32>,
}

fn draws() -> impl Strategy<Value = (Vec<Draw>, Vec<(u64, f64)>)> {
    let draw = (
        0usize..9,
        0usize..6,
        0.0..1.0f64,
        0u32..5,
        0u32..24,
        prop::option::of(0u32..12),
    );
    let draw = draw.prop_map(|(kind, part, share, more, from, lasts)| Draw {
        kind,
        part,
        share,
        more,
        from: 5 * from,
        lasts: lasts.map(|lasts| 5 * lasts),
    });
    let stages = prop::collection::vec((0u64..40, 0.0..3.0f64), 0..3);
    (prop::collection::vec(draw, 0..5), stages)
}

fn profile(scenario: &Scenario, (draws, stages): &(Vec<Draw>, Vec<(u64, f64)>)) -> Profile {
    let nth = |names: Vec<&String>, part: usize| -> Vec<String> {
        let names: Vec<String> = names.into_iter().cloned().collect();
        names
            .get(part)
            .map_or(names.clone(), |one| vec![one.clone()])
    };
    let change = |draw: &Draw| {
        let groups = nth(scenario.groups.iter().map(|g| &g.name).collect(), draw.part);
        let trunks = nth(scenario.trunks.iter().map(|t| &t.name).collect(), draw.part);
        let call_types = nth(
            scenario.call_types.iter().map(|t| &t.name).collect(),
            draw.part,
        );
        let effect = match draw.kind {
            0 => Effect::Absent {
                groups,
                share: draw.share,
            },
            1 => Effect::SiteLost { groups },
            2 => Effect::LinesLost {
                trunks,
                lost: Lost::Share(draw.share),
            },
            3 => Effect::IvrDown {
                call_types,
                busy: draw.more > 2,
            },
            4 => Effect::Containment {
                call_types,
                contained: draw.share,
            },
            5 => Effect::Talk {
                call_types,
                factor: 0.3 + 2.0 * draw.share,
            },
            6 => Effect::MoreAgents {
                groups,
                more: draw.more,
            },
            7 => Effect::MoreLines {
                trunks,
                more: draw.more,
            },
            _ => {
                let queue = &scenario.queues[draw.part % scenario.queues.len()].name;
                let has = |g: &&scenario::Group| g.skills.iter().any(|s| s.queue == *queue);
                let tiers = scenario
                    .groups
                    .iter()
                    .filter(has)
                    .take(1 + draw.more as usize);
                let tiers = tiers.enumerate().map(|(i, g)| Tier {
                    groups: vec![g.name.clone()],
                    after: Duration::from_secs(20 * i as u64 * u64::from(draw.more)),
                });
                Effect::Agents {
                    queue: queue.clone(),
                    tiers: tiers.collect(),
                }
            }
        };
        Change {
            from_min: draw.from,
            until_min: draw.lasts.map(|lasts| (draw.from + lasts).min(120)),
            effect,
        }
    };
    let stages = stages.iter().map(|&(minutes, volume)| Stage {
        duration: Duration::from_secs(60 * minutes),
        volume,
    });
    Profile {
        stages: stages.collect(),
        faults: draws.iter().map(change).collect(),
        loads: vec![Load {
            call_types: vec![scenario.call_types[0].name.clone()],
            volume: Volume::Recorded(vec![20.0; scenario.intervals()]),
        }],
        ..Profile::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn identities_hold_and_nobody_breaks_the_rules(text in random_scenario::scenario(), draws in draws()) {
        let scenario = read(&text);
        let profile = profile(&scenario, &draws);
        let day = StressedDay::new(&scenario, &profile);
        let model = day.model(Parts::ALL);
        let mut used = Engine::new(&model);
        for day in 0..3 {
            let (watch, tally) = observe(&model, day, Watch::new(&model));
            check_identities(&model, &tally)?;
            prop_assert!(watch.violations.is_empty(), "{:#?}", &watch.violations[..watch.violations.len().min(3)]);
            for (g, staffed) in watch.staffed_ns.iter().enumerate() {
                let counted: i128 = tally.groups[g * tally.cells..][..tally.cells].iter().map(|c| c.on_duty.area_ns).sum();
                prop_assert_eq!(*staffed, counted, "staffed time of group {}", g);
                prop_assert!(watch.on_duty[g] == 0, "group {} goes home in the end", g);
            }
            let again = used.run(7, day, &AtomicBool::new(false)).expect("a day can be simulated");
            prop_assert_eq!(again, &tally);
        }
    }
}
