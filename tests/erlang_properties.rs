//! What must hold for Erlang's family whatever the numbers are.

use acdsim::erlang::{Error, Patience, Performance, Target, Thresholds, WaitingSystem, loss};
use acdsim::scenario::{Distribution, Formula};
use proptest::prelude::*;

fn patiences() -> Vec<Patience> {
    let of = |distribution: Distribution, balk: f64| {
        Patience::new(&distribution, balk).expect("a patience")
    };
    let exp = |mean_s: f64| Distribution::Exp { mean_s };
    vec![
        Patience::endless(),
        of(Distribution::Never, 0.3),
        of(exp(1e-3), 0.0),
        of(exp(120.0), 0.0),
        of(exp(120.0), 0.2),
        of(exp(1e7), 0.0),
        of(Distribution::Fixed { value_s: 15.0 }, 0.0),
        of(Distribution::Fixed { value_s: 60.0 }, 0.1),
        of(
            Distribution::Weibull {
                shape: 0.6,
                scale_s: 90.0,
            },
            0.2,
        ),
        of(
            Distribution::Weibull {
                shape: 12.0,
                scale_s: 90.0,
            },
            0.0,
        ),
        of(
            Distribution::Lognormal {
                mean_s: 120.0,
                sd_s: 200.0,
            },
            0.0,
        ),
        of(
            Distribution::Gamma {
                mean_s: 120.0,
                sd_s: 60.0,
            },
            0.0,
        ),
        of(
            Distribution::Gamma {
                mean_s: 120.0,
                sd_s: 300.0,
            },
            0.0,
        ),
        of(
            Distribution::Erlang {
                mean_s: 100.0,
                k: 40,
            },
            0.0,
        ),
        of(
            Distribution::Uniform {
                low_s: 10.0,
                high_s: 200.0,
            },
            0.0,
        ),
        of(
            Distribution::Hyperexp {
                phases: vec![(0.3, 10.0), (0.7, 300.0)],
            },
            0.1,
        ),
        of(
            Distribution::Empirical {
                values_s: vec![3.0, 20.0, 20.0, 40.0, 500.0],
                source: String::new(),
            },
            0.0,
        ),
    ]
}

fn assert_sound(system: &WaitingSystem, found: &Performance) {
    let fractions = [
        ("delayed", found.delayed),
        ("abandonment_rate", found.abandonment_rate),
        ("blocking_rate", found.blocking_rate),
        ("occupancy", found.occupancy),
    ];
    let levels = Formula::ALL.map(|(formula, name)| (name, found.service_level(formula)));
    for (name, value) in fractions.into_iter().chain(levels) {
        let none_answered = value.is_nan() && found.asa_s.is_none();
        assert!(
            none_answered || (-1e-12..=1.0 + 1e-12).contains(&value),
            "{name} = {value} of {system:?}"
        );
    }
    let waits = [
        ("mean_wait_s", Some(found.mean_wait_s)),
        ("asa_s", found.asa_s),
        ("mean_wait_abandoned_s", found.mean_wait_abandoned_s),
        ("queue_length_mean", Some(found.queue_length_mean)),
        ("wait_percentile_s", found.wait_percentile_s),
    ];
    for (name, value) in waits {
        assert!(
            value.is_none_or(|value| value.is_finite() && value >= 0.0),
            "{name} = {value:?} of {system:?}"
        );
    }
}

/// Always the same cases.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

/// From a millionth of an erlang to a million, from a hundredth of the agents needed to a hundred times.
#[test]
fn all_is_finite_over_the_whole_range() {
    for patience in patiences() {
        for erlangs in [1e-6, 1e-3, 0.5, 10.0, 333.3, 1e4, 1e6] {
            for aht_s in [0.1, 180.0, 1e5] {
                for load in [1e-2, 0.7, 0.999, 1.0, 1.001, 1.4, 100.0] {
                    for (limit, within_s) in [
                        (None, 20.0),
                        (None, 0.0),
                        (Some(0), 1.0),
                        (Some(7), 1e5),
                        (Some(3000), 3.0),
                    ] {
                        let system = WaitingSystem {
                            calls_per_h: erlangs / aht_s * 3600.0,
                            aht_s,
                            agents: erlangs / load,
                            patience: patience.clone(),
                            limit,
                        };
                        let at = Thresholds {
                            within_s,
                            short_s: 5.0,
                            percentile: Some(0.9),
                        };
                        let found = system.performance(&at);
                        match found {
                            Ok(found) => assert_sound(&system, &found),
                            Err(Error::Unstable { least_agents, .. }) => {
                                let stable = system.with_agents(least_agents as f64);
                                stable.performance(&at).expect("a stable system");
                            }
                            Err(error) => assert_eq!(error.kind(), "bad_input", "{system:?}"),
                        }
                    }
                }
            }
        }
    }
}

/// A system that a planner could have.
fn systems() -> impl Strategy<Value = WaitingSystem> {
    let patience = (0..patiences().len()).prop_map(|i| patiences().swap_remove(i));
    let limit = prop_oneof![2 => Just(None), 1 => (0u32..60).prop_map(Some)];
    ((-1.0..3.3f64), 20.0..900.0f64, patience, limit).prop_map(|(power, aht_s, patience, limit)| {
        let limited = matches!(
            patience.distribution(),
            Distribution::Never | Distribution::Exp { .. }
        );
        WaitingSystem {
            calls_per_h: 10f64.powf(power) * 3600.0 / aht_s,
            aht_s,
            agents: 0.0,
            patience,
            limit: limit.filter(|_| limited),
        }
    })
}

fn targets() -> impl Strategy<Value = Target> {
    let level = (0.05..0.999f64, 0.0..120.0f64, 0usize..6, 0.0..1.0f64);
    let level = level.prop_map(
        |(fraction, within_s, formula, short)| Target::ServiceLevel {
            fraction,
            within_s,
            formula: Formula::ALL[formula].0,
            short_s: short * within_s,
        },
    );
    prop_oneof![
        4 => level,
        1 => (0.1..200.0f64).prop_map(|max_s| Target::Asa { max_s }),
        1 => (0.1..200.0f64).prop_map(|max_s| Target::MeanWait { max_s }),
        1 => (0.001..0.6f64).prop_map(|max| Target::Abandonment { max }),
        1 => (0.1..0.99f64).prop_map(|max| Target::Occupancy { max }),
        1 => (0.001..0.6f64).prop_map(|max| Target::Blocking { max }),
        1 => (0.3..0.99f64, 0.0..100.0f64)
            .prop_map(|(percentile, max_s)| Target::Wait { percentile, max_s }),
    ]
}

/// What must not be exceeded, and how much is allowed; by the public figures.
fn measure(target: &Target, system: &WaitingSystem) -> Result<(f64, f64), Error> {
    let mut at = Thresholds::default();
    if let Target::ServiceLevel {
        within_s, short_s, ..
    } = target
    {
        (at.within_s, at.short_s) = (*within_s, *short_s);
    }
    if let Target::Wait { max_s, .. } = target {
        at.within_s = *max_s;
    }
    let found = system.performance(&at)?;
    Ok(match *target {
        Target::ServiceLevel {
            fraction, formula, ..
        } => (found.missed(formula), 1.0 - fraction),
        Target::Asa { max_s } => (found.asa_s.unwrap_or(f64::INFINITY), max_s),
        Target::MeanWait { max_s } => (found.mean_wait_s, max_s),
        Target::Abandonment { max } => (found.abandonment_rate, max),
        Target::Occupancy { max } => (found.occupancy, max),
        Target::Wait { percentile, .. } => (found.missed(Formula::WithAbandons), 1.0 - percentile),
        Target::Blocking { max } => (found.blocking_rate, max),
    })
}

/// Met, to rounding; what is unstable meets nothing.
fn meets(target: &Target, system: &WaitingSystem) -> bool {
    measure(target, system).is_ok_and(|(found, allowed)| found <= allowed * (1.0 + 1e-11))
}

fn misses(target: &Target, system: &WaitingSystem) -> bool {
    measure(target, system).map_or(true, |(found, allowed)| found > allowed * (1.0 - 1e-11))
}

proptest! {
    #![proptest_config(config())]

    /// Least n meets the targets, n − 1 does not, and a few more meet them too.
    #[test]
    fn the_least_agents_are_the_least(system in systems(), first in targets(), second in targets()) {
        let targets = [first, second];
        let n = system.least_agents(&targets).expect("agents") as f64;
        for more in [0.0, 1.0, 2.0, 7.0, 50.0] {
            for target in &targets {
                let enough = system.with_agents(n + more);
                prop_assert!(meets(target, &enough), "{target:?} with {}: {:?}", n + more, measure(target, &enough));
            }
        }
        if n > 1.0 {
            let less = system.with_agents(n - 1.0);
            prop_assert!(targets.iter().any(|target| misses(target, &less)), "{n} - 1 will do");
        }
    }

    /// Fractional agents, volume and AHT hit the target: what they allow is used up to 1e-9.
    #[test]
    fn inverses_hit_their_target(system in systems(), target in targets(), agents in 1u32..300) {
        let hit = |system: &WaitingSystem| {
            let (found, allowed) = measure(&target, system).expect("figures");
            (found / allowed - 1.0).abs()
        };
        let n = system.least_agents_fractional(&[target]).expect("agents");
        let whole = system.least_agents(&[target]).expect("agents") as f64;
        prop_assert!(n <= whole && (whole == 1.0 || n >= whole - 1.0), "{n} of {whole}");
        // Where nobody hangs up, what holds in every stable system has the boundary of stability.
        let stays = 1.0 - system.patience.balk();
        let endless = *system.patience.distribution() == Distribution::Never && system.limit.is_none();
        let stability = endless && n <= system.erlangs() * stays * (1.0 + 1e-9);
        if n > 0.0 && !stability {
            let off = hit(&system.with_agents(n));
            prop_assert!(off < 1e-9, "{n} agents: off by {off:e}");
        }
        let system = system.with_agents(f64::from(agents));
        for (name, solved) in [
            ("volume", system.largest_calls_per_h(&[target]).map(|calls_per_h| WaitingSystem { calls_per_h, ..system.clone() })),
            ("AHT", system.largest_aht_s(&[target]).map(|aht_s| WaitingSystem { aht_s, ..system.clone() })),
        ] {
            match solved {
                Ok(solved) if endless && solved.erlangs() * stays >= solved.agents * (1.0 - 1e-9) => {}
                Ok(solved) => {
                    let off = hit(&solved);
                    prop_assert!(off < 1e-9, "{name} of {solved:?}: off by {off:e}");
                }
                Err(error) => prop_assert_eq!(error.kind(), "unbounded", "{} {}", name, error),
            }
        }
    }

    /// More agents never hurt; more calls and longer ones never help.
    #[test]
    fn all_is_monotone(system in systems(), target in targets(), load in 0.3..3.0f64, by in 1.0001..1.5f64) {
        let system = system.with_agents((system.erlangs() / load).max(0.1));
        let Ok((found, _)) = measure(&target, &system) else { return Ok(()) };
        let worse = |other: &WaitingSystem| {
            measure(&target, other).map_or(f64::INFINITY, |(other, _)| other)
        };
        let slack = 1e-11 * found + 1e-14;
        let more = system.with_agents(system.agents * by);
        prop_assert!(worse(&more) <= found + slack, "agents: {} {found}", worse(&more));
        let calls = WaitingSystem { calls_per_h: system.calls_per_h * by, ..system.clone() };
        prop_assert!(worse(&calls) >= found - slack, "volume: {} {found}", worse(&calls));
        // With less than one agent it need not be.
        if system.agents < 1.0 {
            return Ok(());
        }
        let aht = WaitingSystem { aht_s: system.aht_s * by, ..system.clone() };
        prop_assert!(worse(&aht) >= found - slack, "AHT: {} {found}", worse(&aht));
    }

    /// At whole numbers the continued formulas are the whole ones: 1e-12, and nothing jumps there.
    #[test]
    fn blocking_is_continuous(n in 1u32..3000, load in 0.2..3.0f64) {
        let (n, a) = (f64::from(n), f64::from(n) * load);
        // The recurrence, as it stands in Erlang (1917).
        let mut inverse = 1.0;
        let mut k = 1.0;
        while k <= n {
            inverse = 1.0 + k / a * inverse;
            k += 1.0;
        }
        let found = loss::blocking(n, a).expect("a blocking");
        let off = (found * inverse - 1.0).abs();
        prop_assert!(off < 1e-12 || found < 1e-300, "{found:e}, 1 / {inverse:e}");
        let beside = loss::blocking(n * (1.0 + 1e-13), a).expect("a blocking");
        prop_assert!((beside / found - 1.0).abs() < 1e-9 || found < 1e-300);
        // Jagerman's recurrence holds between whole numbers too.
        let x = n + 0.37;
        let (low, high) = (loss::blocking(x - 1.0, a), loss::blocking(x, a));
        let (low, high) = (low.expect("a blocking"), high.expect("a blocking"));
        let off = high * (1.0 + x / (a * low)) - 1.0;
        prop_assert!(off.abs() < 1e-12 || high < 1e-300, "off by {off:e}");
    }

    /// Patience without end is Erlang-C, an exponential one Erlang-A, a queue that is never full has no limit.
    #[test]
    fn special_cases_agree(power in -1.0..3.0f64, load in 0.5..0.97f64, patience in 5.0..500.0f64) {
        let erlangs = 10f64.powf(power);
        let of = |patience: Patience, limit| WaitingSystem {
            calls_per_h: erlangs * 20.0,
            aht_s: 180.0,
            agents: (erlangs / load).ceil(),
            patience,
            limit,
        };
        let at = Thresholds { percentile: Some(0.9), ..Thresholds::default() };
        let figures = |system: &WaitingSystem| {
            let found = system.performance(&at).expect("figures");
            let levels = Formula::ALL.map(|(formula, _)| found.missed(formula));
            let mut all = vec![found.delayed, found.abandonment_rate, found.mean_wait_s, found.occupancy];
            all.push(found.asa_s.expect("an ASA"));
            all.push(found.wait_percentile_s.expect("a percentile"));
            all.extend(levels);
            all
        };
        let near = |found: &[f64], expected: &[f64], relative: f64| {
            // Of what is 0 in one and as good as 0 in the other.
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= relative * b.abs() + 1e-12)
        };
        let exponential = Patience::exponential(patience).expect("a patience");
        let mixture = Patience::new(
            &Distribution::Hyperexp { phases: vec![(0.5, patience), (0.5, patience)] },
            0.0,
        ).expect("a patience");
        let weibull = Patience::new(
            &Distribution::Weibull { shape: 1.0, scale_s: patience },
            0.0,
        ).expect("a patience");
        let gamma = Patience::new(
            &Distribution::Gamma { mean_s: patience, sd_s: patience },
            0.0,
        ).expect("a patience");
        let a = figures(&of(exponential.clone(), None));
        for (name, other) in [
            ("mixture", of(mixture, None)),
            ("Weibull", of(weibull, None)),
            ("gamma", of(gamma, None)),
            ("queue", of(exponential, Some(1_000_000))),
        ] {
            let found = figures(&other);
            prop_assert!(near(&found, &a, 1e-10), "{name}: {found:?}\n{a:?}");
        }
        let c = figures(&of(Patience::endless(), None));
        let queue = figures(&of(Patience::endless(), Some(10_000_000)));
        prop_assert!(near(&queue, &c, 1e-10), "queue: {queue:?}\n{c:?}");
        let patient = figures(&of(Patience::exponential(1e16).expect("a patience"), None));
        prop_assert!(near(&patient, &c, 1e-7), "patient: {patient:?}\n{c:?}");
    }

    /// Against the states of a birth-and-death process, summed one by one.
    #[test]
    fn a_limited_queue_is_its_markov_chain(
        n in 1usize..30, limit in 0usize..40, load in 0.2..3.0f64, patience in 10.0..500.0f64
    ) {
        let erlangs = n as f64 * load;
        let (aht, lambda) = (180.0, erlangs / 180.0);
        let system = WaitingSystem {
            calls_per_h: lambda * 3600.0,
            aht_s: aht,
            agents: n as f64,
            patience: Patience::exponential(patience).expect("a patience"),
            limit: Some(limit as u32),
        };
        let found = system.performance(&Thresholds::default()).expect("figures");
        let mut states = vec![1.0];
        for k in 1..=n + limit {
            let leave = k.min(n) as f64 / aht + k.saturating_sub(n) as f64 / patience;
            states.push(states[k - 1] * lambda / leave);
        }
        let total: f64 = states.iter().sum();
        let mean = |of: &dyn Fn(usize) -> f64| {
            states.iter().enumerate().map(|(k, p)| p * of(k)).sum::<f64>() / total
        };
        let blocked = states[n + limit] / total;
        let waiting = mean(&|k| k.saturating_sub(n) as f64);
        let busy = mean(&|k| k.min(n) as f64);
        for (name, found, expected) in [
            ("blocking_rate", found.blocking_rate, blocked),
            ("queue_length_mean", found.queue_length_mean, waiting),
            ("carried_erlangs", found.carried_erlangs, busy),
            ("abandonment_rate", found.abandonment_rate, waiting / patience / lambda / (1.0 - blocked)),
        ] {
            prop_assert!((found - expected).abs() <= 1e-11 * expected.abs() + 1e-15, "{name}: found {found}, expected {expected}");
        }
    }
}

/// No calls, no agents.
#[test]
fn no_calls_need_no_agents() {
    let system = WaitingSystem {
        calls_per_h: 0.0,
        aht_s: 180.0,
        agents: 0.0,
        patience: Patience::endless(),
        limit: None,
    };
    let level = Target::ServiceLevel {
        fraction: 0.8,
        within_s: 20.0,
        formula: Formula::AnsweredOverOffered,
        short_s: 5.0,
    };
    assert_eq!(system.least_agents(&[level]), Ok(0));
    assert_eq!(system.least_agents_fractional(&[level]), Ok(0.0));
    let found = system.performance(&Thresholds::default()).expect("figures");
    assert_sound(&system, &found);
}

/// Near 1 in the target, and near the ends of the range.
#[test]
fn targets_near_1_are_solved() {
    for erlangs in [1e-6, 1e-3, 1.0, 100.0, 1e4, 1e6] {
        for patience in [
            Patience::endless(),
            Patience::exponential(120.0).expect("a patience"),
        ] {
            for missed in [1e-3, 1e-6, 1e-9, 1e-12] {
                let system = WaitingSystem {
                    calls_per_h: erlangs * 20.0,
                    aht_s: 180.0,
                    agents: 0.0,
                    patience: patience.clone(),
                    limit: None,
                };
                let target = Target::ServiceLevel {
                    fraction: 1.0 - missed,
                    within_s: 20.0,
                    formula: Formula::AnsweredOverOffered,
                    short_s: 5.0,
                };
                let n = system.least_agents(&[target]).expect("agents") as f64;
                assert!(
                    meets(&target, &system.with_agents(n)),
                    "{n} of {system:?} for {missed}"
                );
                assert!(
                    n == 1.0 || misses(&target, &system.with_agents(n - 1.0)),
                    "{n} - 1 of {system:?} for {missed}"
                );
            }
        }
    }
}

/// Why there is no figure.
#[test]
fn errors_say_what_is_wrong() {
    let system = WaitingSystem {
        calls_per_h: 100.0,
        aht_s: 180.0,
        agents: 5.0,
        patience: Patience::endless(),
        limit: None,
    };
    let level = |fraction, formula, short_s| Target::ServiceLevel {
        fraction,
        within_s: 20.0,
        formula,
        short_s,
    };
    let plain = Formula::AnsweredOverOffered;
    let patient = WaitingSystem {
        patience: Patience::exponential(120.0).expect("a patience"),
        ..system.clone()
    };
    let hasty = WaitingSystem {
        patience: Patience::new(&Distribution::Fixed { value_s: 10.0 }, 0.0).expect("a patience"),
        ..system.clone()
    };
    let kind = |error: Option<Error>| error.map(|error| error.kind());
    assert_eq!(
        kind(system.performance(&Thresholds::default()).err()),
        Some("unstable")
    );
    let all = [level(1.0, plain, 5.0)];
    assert_eq!(kind(patient.least_agents(&all).err()), Some("unreachable"));
    // Who waits at most 10 s waits no longer than 20 s.
    let with_abandons = [level(1.0, Formula::WithAbandons, 5.0)];
    assert_eq!(hasty.least_agents(&with_abandons), Ok(1));
    assert_eq!(
        kind(hasty.largest_calls_per_h(&with_abandons).err()),
        Some("unbounded")
    );
    assert_eq!(
        kind(hasty.largest_aht_s(&with_abandons).err()),
        Some("unbounded")
    );
    let anything = [Target::Occupancy { max: 1.0 }];
    assert_eq!(
        kind(patient.largest_calls_per_h(&anything).err()),
        Some("unbounded")
    );
    let short = [level(0.8, Formula::ShortAbandonsAsMet, 30.0)];
    assert_eq!(kind(patient.least_agents(&short).err()), Some("bad_input"));
    assert_eq!(kind(patient.least_agents(&[]).err()), Some("bad_input"));
    let idle = WaitingSystem {
        agents: 0.0,
        ..patient.clone()
    };
    assert_eq!(
        kind(idle.largest_aht_s(&[level(0.8, plain, 5.0)]).err()),
        Some("unreachable")
    );
    let limited = WaitingSystem {
        limit: Some(3),
        ..hasty
    };
    assert_eq!(
        kind(limited.performance(&Thresholds::default()).err()),
        Some("bad_input")
    );
    let nan = WaitingSystem {
        calls_per_h: f64::NAN,
        ..patient
    };
    assert_eq!(
        kind(nan.performance(&Thresholds::default()).err()),
        Some("bad_input")
    );
}

/// Each formula by its definition in docs/kpis.md, from the answered and abandoned within T and within the threshold.
#[test]
fn service_levels_are_those_of_their_definitions() {
    let system = WaitingSystem {
        calls_per_h: 100.0,
        aht_s: 180.0,
        agents: 6.0,
        patience: Patience::exponential(120.0).expect("a patience"),
        limit: None,
    };
    let found = system.performance(&Thresholds::default()).expect("figures");
    let at_5 = Thresholds {
        within_s: 5.0,
        ..Thresholds::default()
    };
    let at_5 = system.performance(&at_5).expect("figures");
    let level = |formula| found.service_level(formula);
    let within = level(Formula::AnsweredOverOffered);
    let abandoned_within = level(Formula::WithAbandons) - within;
    let short = at_5.service_level(Formula::WithAbandons)
        - at_5.service_level(Formula::AnsweredOverOffered);
    for (formula, expected) in [
        (
            Formula::AnsweredOverAnswered,
            within / (1.0 - found.abandonment_rate),
        ),
        (
            Formula::WithoutEarlyAbandons,
            within / (1.0 - abandoned_within),
        ),
        (Formula::WithoutShortAbandons, within / (1.0 - short)),
        (Formula::ShortAbandonsAsMet, within + short),
    ] {
        let found = level(formula);
        assert!(
            (found - expected).abs() < 1e-13,
            "{}: found {found}, expected {expected}",
            formula.name()
        );
    }
}

/// Those who balk need no agent; with less than one agent the AHT is not solved for.
#[test]
fn balking_and_less_than_one_agent() {
    let of = |balk: f64| WaitingSystem {
        calls_per_h: 400.0,
        aht_s: 180.0,
        agents: 0.5,
        patience: Patience::new(&Distribution::Never, balk).expect("a patience"),
        limit: None,
    };
    let target = [Target::MeanWait { max_s: 1e5 }];
    // 20 erlangs, of whom those who have to wait stay with 60 %: 12 erlangs are stable with 13 agents.
    assert_eq!(of(0.0).least_agents(&target), Ok(21));
    assert_eq!(of(0.4).least_agents(&target), Ok(13));
    let error = of(0.0)
        .largest_aht_s(&target)
        .map_err(|error| error.to_string());
    assert!(
        error
            .as_ref()
            .is_err_and(|error| error.contains("less than one agent")),
        "{error:?}"
    );
}
