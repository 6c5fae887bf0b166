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

/// From a millionth of an erlang to a million, from a hundredth of the agents needed to a hundred times.
#[test]
fn all_is_finite_over_the_whole_range() {
    let mut slowest = (std::time::Duration::ZERO, String::new());
    let mut seen = 0;
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
                        let start = std::time::Instant::now();
                        let found = system.performance(&at);
                        let took = start.elapsed();
                        if took.as_millis() >= 2 {
                            println!("{took:?} {system:?}");
                        }
                        if took > slowest.0 {
                            slowest = (took, format!("{system:?} {within_s}"));
                        }
                        match found {
                            Ok(found) => assert_sound(&system, &found),
                            Err(Error::Unstable { least_agents, .. }) => {
                                let stable = system.with_agents(least_agents as f64);
                                stable.performance(&at).expect("a stable system");
                            }
                            Err(error) => assert_eq!(error.kind(), "bad_input", "{system:?}"),
                        }
                        seen += 1;
                    }
                }
            }
        }
    }
    println!("{seen} systems, slowest {:?}: {}", slowest.0, slowest.1);
}
