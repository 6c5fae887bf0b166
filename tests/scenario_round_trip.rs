//! A scenario that is written out with all defaults reads back as the same scenario.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use acdsim::scenario::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

const INTERVALS: usize = 6;

fn fraction() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        0.0..=1.0,
        (0u32..=100).prop_map(|n| f64::from(n) / 100.0)
    ]
}

fn amount() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![Just(0.0), 0.0..1000.0, (0u32..1000).prop_map(f64::from)]
}

/// A value per interval: all equal, as in a steady run, or not.
fn series<T: Clone + std::fmt::Debug>(
    steady: bool,
    item: impl Strategy<Value = T> + Clone + 'static,
) -> BoxedStrategy<Vec<T>> {
    let one = item.clone().prop_map(|x| vec![x; INTERVALS]);
    match steady {
        true => one.boxed(),
        false => prop_oneof![one, vec(item, INTERVALS)].boxed(),
    }
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0u64..100_000).prop_map(Duration::from_secs),
        (0u64..=315_576_000_000_000_000).prop_map(Duration::from_nanos)
    ]
}

fn random() -> impl Strategy<Value = Distribution> {
    let time = || prop_oneof![1.5..1e5, (2u32..10_000).prop_map(f64::from)];
    prop_oneof![
        time().prop_map(|value_s| Distribution::Fixed { value_s }),
        time().prop_map(|mean_s| Distribution::Exp { mean_s }),
        (time(), time()).prop_map(|(mean_s, sd_s)| Distribution::Lognormal { mean_s, sd_s }),
        (time(), time()).prop_map(|(mean_s, sd_s)| Distribution::Gamma { mean_s, sd_s }),
        (time(), 1u32..50).prop_map(|(mean_s, k)| Distribution::Erlang { mean_s, k }),
        (0.5..5.0, time()).prop_map(|(shape, scale_s)| Distribution::Weibull { shape, scale_s }),
        (time(), time()).prop_map(|(low_s, more)| Distribution::Uniform {
            low_s,
            high_s: low_s + more
        }),
        (0.0..=1.0, time(), time()).prop_map(|(w, a, b)| Distribution::Hyperexp {
            phases: vec![(w, a), (1.0 - w, b)]
        }),
        (vec(time(), 1..60), ".{0,20}")
            .prop_map(|(values_s, source)| { Distribution::Empirical { values_s, source } }),
    ]
}

fn name() -> impl Strategy<Value = String> {
    // Everything that a name may hold: quotes, points, signs, other scripts.
    prop_oneof!["[a-z]{1,8}", "[\\PC]{0,12}[^\\s\\pC]"]
}

fn names(most: usize) -> impl Strategy<Value = Vec<String>> {
    vec(name(), 1..=most).prop_map(|mut names| {
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    })
}

fn run() -> impl Strategy<Value = RunSettings> {
    let day = (1u32..10_000_000, option::of(1e-6..1.0), 1u32..10_000_000).prop_map(
        |(replications, until_precise, max_replications)| RunSettings {
            mode: Mode::Day,
            replications: if until_precise.is_some() {
                200
            } else {
                replications
            },
            until_precise,
            max_replications,
            seed: 0,
            confidence: 0.0,
        },
    );
    // Short enough for the limit on calls. What has no effect is kept all the same.
    let idle = (
        option::of(1u32..1000),
        option::of(1e-6..1.0),
        option::of(1u32..1000),
    );
    let steady = (0u64..10_000_000, 1u64..10_000_000, idle).prop_map(|(warm_up, length, idle)| {
        let (replications, until_precise, max_replications) = idle;
        RunSettings {
            mode: Mode::Steady {
                warm_up: Duration::from_millis(warm_up),
                length: Duration::from_millis(length),
            },
            replications: replications.unwrap_or(200),
            until_precise,
            max_replications: max_replications.unwrap_or(100_000),
            seed: 0,
            confidence: 0.0,
        }
    });
    (prop_oneof![day, steady], any::<u64>(), 0.001..0.999).prop_map(|(run, seed, confidence)| {
        RunSettings {
            seed,
            confidence,
            ..run
        }
    })
}

fn call_type(steady: bool) -> impl Strategy<Value = CallType> {
    let demand = prop_oneof![
        series(steady, amount()).prop_map(Demand::Volume),
        series(steady, amount()).prop_map(Demand::RatePerHour)
    ];
    let ivr = (random(), 0.0..0.5, 0.0..0.5).prop_map(|(time, contained, abandoned)| Ivr {
        time,
        contained,
        abandoned,
    });
    let reconnect = (fraction(), random()).prop_map(|(probability, delay)| Reconnect {
        probability,
        delay: delay.scaled(2.0),
    });
    let redial = (
        vec(fraction(), 1..4),
        vec(fraction(), 1..4),
        random(),
        option::of(1u32..100),
    )
        .prop_map(|(abandoned, blocked, delay, max_attempts)| Redial {
            abandoned,
            blocked,
            delay: delay.scaled(2.0),
            max_attempts,
        });
    let first = (
        demand,
        any::<bool>(),
        0.0..10.0,
        option::of(ivr),
        prop_oneof![Just(Distribution::Never), random()],
        fraction(),
        random(),
        random(),
    );
    let second = (
        series(steady, 0.001..1000.0),
        fraction(),
        option::of(reconnect),
        option::of(redial),
        option::of(amount()),
        option::of(amount()),
    );
    (first, second).prop_map(|(first, second)| {
        let (demand, all, busyness_cv, ivr, patience, balk, talk, wrap_up) = first;
        let (talk_factor, resolution, reconnect, redial, cost_per_attempt, cost_per_lost_caller) =
            second;
        CallType {
            name: String::new(),
            queue: String::new(),
            trunk: None,
            demand,
            volume_is: if all {
                VolumeIs::AllAttempts
            } else {
                VolumeIs::FirstAttempts
            },
            busyness_cv,
            ivr,
            patience,
            balk,
            talk,
            wrap_up,
            talk_factor,
            resolution,
            reconnect,
            redial,
            cost_per_attempt,
            cost_per_lost_caller,
        }
    })
}

fn queue() -> impl Strategy<Value = Queue> {
    let target =
        (fraction(), duration()).prop_map(|(fraction, within)| Target { fraction, within });
    (
        target,
        0usize..6,
        duration(),
        option::of(fraction()),
        option::of(duration()),
        1u32..=1000,
        option::of(0u32..1000),
    )
        .prop_map(
            |(target, formula, short_abandon, max_abandonment, max_asa, priority, limit)| Queue {
                name: String::new(),
                target,
                formula: Formula::ALL[formula].0,
                short_abandon,
                max_abandonment,
                max_asa,
                priority,
                limit,
                tiers: Vec::new(),
            },
        )
}

fn group(steady: bool) -> impl Strategy<Value = Group> {
    let skill = (
        prop_oneof![Just(1.0), 0.001..1000.0],
        option::weighted(0.2, 1u32..=1000),
    );
    (
        vec(skill, 8),
        vec(any::<bool>(), 8),
        series(steady, 0u32..=100_000),
        option::of(amount()),
        series(steady, 0.0..0.99),
        option::of(fraction()),
    )
        .prop_map(
            |(skills, has, staff, cost_per_hour, shrinkage, max_occupancy)| Group {
                name: String::new(),
                // Those not taken are marked by an impossible factor, until the queues have names.
                skills: skills
                    .into_iter()
                    .zip(has)
                    .map(|((factor, priority), has)| Skill {
                        queue: String::new(),
                        factor: if has { factor } else { 0.0 },
                        priority,
                    })
                    .collect(),
                staff,
                cost_per_hour,
                shrinkage,
                max_occupancy,
            },
        )
}

/// Rules of shifts on a grid, for groups that are not known yet.
fn shifts() -> impl Strategy<Value = (u32, ShiftRules)> {
    let days = || {
        vec(any::<bool>(), 7).prop_map(|mut days| {
            days[3] |= !days.contains(&true);
            std::array::from_fn(|day| days[day])
        })
    };
    let people = || option::of(0u32..=100_000);
    let rest = || 0u32..=5_000_000;
    let a_break = (option::of(name()), 1u32..3, 0u32..3, any::<bool>());
    let a_type = (
        (name(), vec(0u32..24, 1..6), vec(10u32..=24, 1..4), days()),
        (
            0u32..5,
            option::of(5u32..10),
            option::of(amount()),
            vec(a_break, 0..3),
        ),
    );
    let a_contract = (
        (name(), 0u32..4, 4u32..=7, 0u32..1000),
        (1000u32..=5_000_000, rest(), any::<bool>(), people()),
    );
    let premium = (name(), 0u32..=1440, 0u32..=1440, days(), fraction());
    let block = (name(), 0u32..24, 1u32..24, days(), 0u32..=100_000);
    let section = (
        (
            option::of(0usize..7),
            any::<bool>(),
            rest(),
            option::of(0.0..0.999),
        ),
        (
            option::of(amount()),
            amount(),
            people(),
            option::of((name(), amount())),
        ),
    );
    let lists = (
        vec(a_type, 1..4),
        vec(a_contract, 0..4),
        vec(premium, 0..4),
        vec(block, 0..4),
    );
    (section, lists, 0u32..2).prop_map(|(section, lists, finer)| {
        let ((day, cyclic, rest_min, shrinkage), (short_cost, spare_cost, most_people, keep)) =
            section;
        let (types, contracts, premiums, blocks) = lists;
        // The least number of minutes; the grid is an hour, or half of one.
        let grid_min = 60 >> finer;
        let rules = ShiftRules {
            grid_min,
            day,
            cyclic,
            rest_min,
            shrinkage,
            short_cost,
            spare_cost,
            most_people,
            keep: keep.map(|(file, cost_per_change)| Keep {
                file,
                cost_per_change,
            }),
            types: types
                .into_iter()
                .map(
                    |((name, starts, lengths, days), (least, most, cost_per_hour, breaks))| {
                        let in_order = |hours: Vec<u32>| {
                            let set: std::collections::BTreeSet<u32> = hours.into_iter().collect();
                            set.into_iter().map(|n| n * 60).collect::<Vec<_>>()
                        };
                        let mut free = 0;
                        let breaks = breaks.into_iter().map(|(name, length, window, paid)| {
                            let earliest_min = free * grid_min;
                            free += length + window;
                            Break {
                                name: name.unwrap_or("break".into()),
                                length_min: length * grid_min,
                                earliest_min,
                                latest_min: earliest_min + window * grid_min,
                                paid,
                            }
                        });
                        ShiftType {
                            name,
                            groups: Vec::new(),
                            breaks: breaks.collect(),
                            starts_min: in_order(starts),
                            lengths_min: in_order(lengths),
                            days,
                            least,
                            most,
                            cost_per_hour,
                        }
                    },
                )
                .collect(),
            contracts: contracts
                .into_iter()
                .map(
                    |(
                        (name, least, most, least_min),
                        (most_min, rest_min, same_shift, most_people),
                    )| Contract {
                        name,
                        groups: Vec::new(),
                        types: Vec::new(),
                        shifts: (least, most),
                        paid_min: (least_min, most_min),
                        rest_min,
                        same_shift,
                        most_people,
                    },
                )
                .collect(),
            premiums: premiums
                .into_iter()
                .filter(|(_, from, to, ..)| from % 1440 != to % 1440)
                .map(|(name, from, to, days, extra)| Premium {
                    name,
                    hours_min: (from, to),
                    days,
                    extra,
                })
                .collect(),
            blocks: blocks
                .into_iter()
                .map(|(name, from, hours, days, people)| Block {
                    name,
                    group: String::new(),
                    days,
                    hours_min: (from * 60, ((from + hours) * 60).min(1440)),
                    people,
                })
                .collect(),
        };
        (grid_min, rules)
    })
}

/// Gives the rules groups and types, and leaves out what has the same name as another.
fn settled(
    mut rules: ShiftRules,
    groups: &[String],
    pick: impl Fn(usize, usize) -> usize,
) -> ShiftRules {
    fn differ<T>(parts: &mut Vec<T>, name: impl Fn(&T) -> &String) {
        let mut seen = std::collections::HashSet::new();
        parts.retain(|part| seen.insert(name(part).clone()));
    }
    differ(&mut rules.types, |of| &of.name);
    differ(&mut rules.contracts, |of| &of.name);
    differ(&mut rules.premiums, |of| &of.name);
    differ(&mut rules.blocks, |of| &of.name);
    let some = |i: usize, names: &[String]| {
        let first = pick(i, names.len());
        names[first..].to_vec()
    };
    for (i, of) in rules.types.iter_mut().enumerate() {
        of.groups = some(i, groups);
    }
    let types: Vec<String> = rules.types.iter().map(|of| of.name.clone()).collect();
    for (i, of) in rules.contracts.iter_mut().enumerate() {
        (of.groups, of.types) = (some(i + 1, groups), some(i + 2, &types));
    }
    for (i, of) in rules.blocks.iter_mut().enumerate() {
        of.group.clone_from(&groups[pick(i + 3, groups.len())]);
    }
    rules
}

fn scenario() -> impl Strategy<Value = Scenario> {
    run().prop_flat_map(|run| {
        let steady = run.mode != Mode::Day;
        (
            (
                Just(run),
                name(),
                0u32..1000,
                1u32..60,
                any::<bool>(),
                0.0..10.0,
            ),
            (
                names(3),
                vec(
                    (0u32..1000, option::of(fraction()), option::of(amount())),
                    3,
                ),
            ),
            (names(4), vec(queue(), 4)),
            (names(4), vec(call_type(steady), 4)),
            (names(4), vec(group(steady), 4)),
            (vec(any::<u16>(), 16), vec(duration(), 16)),
            option::of(shifts()),
        )
            .prop_map(assemble)
    })
}

type Day = (RunSettings, String, u32, u32, bool, f64);
type Named<T> = (Vec<String>, Vec<T>);
type Lines = (u32, Option<f64>, Option<f64>);
type Choices = (Vec<u16>, Vec<Duration>);
type Pieces = (
    Day,
    Named<Lines>,
    Named<Queue>,
    Named<CallType>,
    Named<Group>,
    Choices,
    Option<(u32, ShiftRules)>,
);

fn assemble(pieces: Pieces) -> Scenario {
    let (day, trunks, queues, call_types, groups, (picks, afters), shifts) = pieces;
    let (run, name, open_min, minutes, cut, busyness_cv) = day;
    // Where there are shifts the grid divides the interval.
    let minutes = shifts.as_ref().map_or(minutes, |(grid, _)| *grid);
    let pick = |i: usize, of: usize| usize::from(picks[i % picks.len()]) % of;
    let interval_min = minutes.min((1440 - open_min) / INTERVALS as u32);
    let shifts = shifts.filter(|(grid, _)| interval_min == *grid);
    let trunks: Vec<Trunk> = trunks
        .0
        .into_iter()
        .zip(trunks.1)
        .map(|(name, (lines, max_blocking, cost_per_line_hour))| Trunk {
            name,
            lines,
            max_blocking,
            cost_per_line_hour,
        })
        .collect();
    let queue_names = queues.0.clone();
    let groups: Vec<Group> = groups
        .0
        .into_iter()
        .zip(groups.1)
        .map(|(name, mut group)| {
            group.name = name;
            for (skill, queue) in group.skills.iter_mut().zip(&queue_names) {
                skill.queue.clone_from(queue);
            }
            group
                .skills
                .retain(|skill| !skill.queue.is_empty() && skill.factor > 0.0);
            if group.skills.is_empty() {
                group.skills.push(Skill {
                    queue: queue_names[0].clone(),
                    factor: 1.0,
                    priority: None,
                });
            }
            group
        })
        .collect();
    let queues: Vec<Queue> = queues
        .0
        .into_iter()
        .zip(queues.1)
        .enumerate()
        .map(|(i, (name, mut queue))| {
            let skilled = |group: &&Group| group.skills.iter().any(|skill| skill.queue == name);
            for (j, group) in groups.iter().filter(skilled).enumerate() {
                match queue.tiers.last_mut() {
                    Some(tier) if pick(i + j, 2) == 0 => tier.groups.push(group.name.clone()),
                    _ => queue.tiers.push(Tier {
                        groups: vec![group.name.clone()],
                        after: match pick(i * j, 2) {
                            0 => Duration::ZERO,
                            _ => afters[(i + j) % afters.len()],
                        },
                    }),
                }
            }
            queue.name = name;
            queue
        })
        .collect();
    let call_types = call_types
        .0
        .into_iter()
        .zip(call_types.1)
        .enumerate()
        .map(|(i, (name, mut call_type))| {
            call_type.name = name;
            call_type
                .queue
                .clone_from(&queues[pick(i, queues.len())].name);
            call_type.trunk =
                (pick(i + 3, 2) == 0).then(|| trunks[pick(i + 5, trunks.len())].name.clone());
            call_type
        })
        .collect();
    let rule = |policy: &str, parameters: serde_json::Value| Rule {
        policy: policy.to_owned(),
        parameters: parameters.as_object().cloned().unwrap_or_default(),
    };
    let first = &queues[0].name;
    let routing = match pick(1, 7) {
        0 => vec![],
        1 => vec![rule("longest_queue", json!({}))],
        2 => vec![rule("random", json!({ "stream": pick(2, 9) }))],
        3 => vec![
            rule("most_specialised", json!({})),
            rule("accumulating_priority", json!({ "rates": { first: 2.5 } })),
        ],
        4 => vec![rule("generalised_cmu", json!({ "power": 2.0 }))],
        5 => vec![rule(
            "fixed_queue_ratio",
            json!({ "shares": { first: 0.25 } }),
        )],
        _ => vec![rule(
            "weights",
            json!({ "pairs": [
                { "constant": 0.0, "wait": 0.0, "idle": 1.0 },
                { "queue": first, "constant": -30.0, "wait": 1.5, "idle": 0.0 },
            ] }),
        )],
    };
    let group_names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let shifts = shifts.map(|(_, rules)| Box::new(settled(rules, &group_names, pick)));
    Scenario {
        name,
        open_min,
        close_min: open_min + INTERVALS as u32 * interval_min,
        interval_min,
        closing: if cut { Closing::Cut } else { Closing::Drain },
        busyness_cv,
        run,
        trunks,
        queues,
        call_types,
        shifts,
        stress: None,
        groups,
        routing,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_out_reads_back_the_same(scenario in scenario()) {
        let text = scenario.to_toml();
        let again = parse("out.toml", &text, Path::new("."), &[]);
        let again = again.map_err(|e| TestCaseError::fail(format!("{text}\n{}", e.render_with(false, true, 100))))?;
        prop_assert_eq!(&again.scenario, &scenario, "{}", text);
        prop_assert_eq!(again.scenario.to_toml(), text);
        prop_assert_eq!(again.scenario.sha256(), scenario.sha256());
        static SCHEMA: LazyLock<jsonschema::Validator> =
            LazyLock::new(|| jsonschema::draft7::new(&json_schema()).expect("a schema"));
        let document = scenario.to_json();
        let wrong = SCHEMA.validate(&document);
        prop_assert!(wrong.is_ok(), "{:?}", wrong);
    }
}

#[test]
fn a_whole_day_reads_back_without_its_files() {
    let loaded = load(Path::new("tests/fixtures/whole_day.toml"), &[]).unwrap();
    let text = loaded.scenario.to_toml();
    let again = parse("out.toml", &text, Path::new("/nonexistent"), &[]).unwrap();
    assert_eq!(again.scenario, loaded.scenario);
    assert_eq!(again.warnings, Vec::<String>::new());
    insta::assert_snapshot!(text, @r#"
    [scenario]
    name = "Bank, a Monday"
    open = "08:00-20:00"
    interval = "30m"
    closing = "drain"
    busyness_cv = 0.08

    [run]
    mode = "day"
    replications = 200
    max_replications = 100000
    seed = 1
    confidence = 0.95

    [[trunks]]
    name = "main"
    lines = 60
    max_blocking = "1%"

    [[queues]]
    name = "service"
    target = "80/20"
    service_level = "answered_over_offered"
    short_abandon = "5s"
    max_abandonment = "5%"
    priority = 2
    limit = 100
    agents = ["generalists", { group = "sales team", after = "60s" }]

    [[queues]]
    name = "sales"
    target = "90/15"
    service_level = "answered_over_offered"
    short_abandon = "5s"
    priority = 1
    agents = ["sales team"]

    [[call_types]]
    name = "service call"
    queue = "service"
    trunk = "main"
    volume = [
        60, 95, 140, 170, 180, 175, 165, 160, 150, 140, 150, 160, 165, 160, 150, 135, 120, 105, 90, 75,
        60, 50, 40, 30,
    ]
    volume_is = "first_attempts"
    busyness_cv = 0.03
    ivr = { time = "exp(45s)", contained = "30%", abandoned = "5%" }
    patience = "exp(120s)"
    balk = "5%"
    talk = "lognormal(180s, sd 170s)"
    wrap_up = "exp(30s)"
    talk_factor = 1
    resolution = "85%"
    reconnect = { probability = "70%", delay = "exp(1h)" }
    redial = { abandoned = "40%", blocked = [0.8, 0.5], delay = "exp(10m)", max_attempts = 5 }

    [[call_types]]
    name = "sales call"
    queue = "sales"
    rate = "40/h"
    volume_is = "first_attempts"
    busyness_cv = 0
    patience = "never"
    balk = "0%"
    talk = "gamma(240s, sd 200s)"
    wrap_up = "0s"
    talk_factor = 1
    resolution = "100%"

    [[groups]]
    name = "generalists"
    skills = ["service"]
    staff = [12, 14, 18, 20, 20, 18, 16, 16, 18, 18, 16, 14, 12, 12, 12, 10, 10, 10, 8, 8, 8, 6, 6, 6]
    cost_per_hour = 22
    shrinkage = "30%"
    max_occupancy = "88%"

    [[groups]]
    name = "sales team"
    skills = { sales = 1, service = 1.15 }
    staff = 4
    shrinkage = "0%"

    [routing]
    policy = "preference"
    "#);
}

/// What has no effect in a steady run is remarked on in what is written out as in the file.
#[test]
fn a_steady_run_reads_back_with_the_same_remarks() {
    let sets = |more: &[&str]| {
        let steady = [
            "run.mode=steady",
            "groups.generalists.staff=20",
            "call_types.service call.volume=100",
        ];
        let all = steady.iter().chain(more);
        all.map(|set| (*set).to_owned()).collect::<Vec<_>>()
    };
    for (more, remark) in [
        (&[][..], Some("`busyness_cv` has no effect in a steady run")),
        (
            &[
                "scenario.busyness_cv=0",
                "call_types.service call.busyness_cv=0",
            ],
            None,
        ),
        (
            &[
                "scenario.closing=cut",
                "run.until_precise=1pp",
                "run.max_replications=7",
            ],
            Some(
                "`until_precise`, `max_replications`, `closing` and `busyness_cv` have no effect in a steady run",
            ),
        ),
        (
            &[
                "scenario.closing=drain",
                "scenario.open=08:00-20:00",
                "run.replications=7",
            ],
            Some("`replications` and `busyness_cv` have no effect in a steady run"),
        ),
    ] {
        let loaded = load(Path::new("tests/fixtures/whole_day.toml"), &sets(more)).unwrap();
        assert_eq!(loaded.warnings, Vec::from_iter(remark), "{more:?}");
        let text = loaded.scenario.to_toml();
        let again = parse("out.toml", &text, Path::new("."), &[]).unwrap();
        assert_eq!(again, loaded, "{text}");
    }
}

#[test]
fn json_and_toml_say_the_same() {
    let loaded = load(Path::new("tests/fixtures/whole_day.toml"), &[]).unwrap();
    let from_toml: serde_json::Value = toml::from_str(&loaded.scenario.to_toml()).unwrap();
    assert_eq!(from_toml, loaded.scenario.to_json());
    assert_eq!(loaded.scenario.sha256().len(), 64);
}
