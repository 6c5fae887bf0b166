//! Erlang's family against values that were made independently of this code: `tests/vectors/`.

use acdsim::erlang::{
    Error, Patience, Performance, Target, Thresholds, WaitingSystem, engset, loss,
};
use acdsim::scenario::{Distribution, Formula};
use serde_json::Value;
use std::path::Path;

/// One case of a file.
struct Case {
    name: String,
    params: Value,
    expected: Value,
}

impl Case {
    fn number(&self, key: &str) -> f64 {
        self.given(key)
            .unwrap_or_else(|| panic!("{}: no {key}", self.name))
    }

    fn given(&self, key: &str) -> Option<f64> {
        self.params.get(key).and_then(Value::as_f64)
    }

    fn whole(&self, key: &str) -> u64 {
        self.params[key].as_u64().expect("a whole number")
    }

    fn is(&self, op: &str) -> bool {
        self.params["op"] == op
    }

    /// The expected error, if one is.
    fn error(&self) -> Option<&str> {
        self.expected.get("error").and_then(Value::as_str)
    }

    /// What was found against what is expected, for every key.
    fn compare(&self, found: &[(&str, f64)]) {
        let expected = self.expected.as_object().expect("an object");
        for (key, value) in expected {
            let Some((_, found)) = found.iter().find(|(name, _)| name == key) else {
                panic!("{}: nothing found for {key}", self.name);
            };
            let expected = value.as_f64().expect("a number");
            let near = match value.is_u64() && expected >= 1.0 {
                true => *found == expected,
                false => close(*found, expected),
            };
            let of = (found / expected - 1.0).abs();
            assert!(
                near,
                "{}: {key} found {found:e}, expected {expected:e}, off by {of:e}",
                self.name
            );
        }
    }
}

/// Relative 1e-9; absolute 1e-12 for values below 1e-6.
fn close(found: f64, expected: f64) -> bool {
    let tolerance = match expected.abs() < 1e-6 {
        true => 1e-12,
        false => 1e-9 * expected.abs(),
    };
    (found - expected).abs() <= tolerance
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let text = std::fs::read_to_string(path.join(file)).expect("the vectors");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let cases = document["cases"].as_array().expect("cases").iter();
    let cases: Vec<Case> = cases
        .map(|case| Case {
            name: format!("{file}: {}", case["name"].as_str().expect("a name")),
            params: case["params"].clone(),
            expected: case["expected"].clone(),
        })
        .collect();
    assert!(cases.len() >= 16, "{file}: only {} cases", cases.len());
    cases
}

#[test]
fn erlang_b() {
    for case in cases("erlang_b.json") {
        match case.params["op"].as_str().expect("an operation") {
            "blocking" => {
                let (n, a) = (case.number("servers"), case.number("erlangs"));
                let b = loss::blocking(n, a).expect("a blocking");
                let carried = a * (1.0 - b);
                case.compare(&[
                    ("blocking", b),
                    ("carried_erlangs", carried),
                    ("lost_erlangs", a * b),
                    ("utilisation", carried / n),
                ]);
            }
            "min_servers" => {
                let (a, max) = (case.number("erlangs"), case.number("target_blocking"));
                let n = loss::least_lines(a, max).expect("lines");
                let at = |n: u64| loss::blocking(n as f64, a).expect("a blocking");
                case.compare(&[
                    ("servers", n as f64),
                    ("blocking_at_servers", at(n)),
                    ("blocking_at_one_less", at(n - 1)),
                ]);
            }
            "continuous_servers" => {
                let (a, max) = (case.number("erlangs"), case.number("target_blocking"));
                let n = loss::least_lines_fractional(a, max).expect("lines");
                case.compare(&[("servers", n)]);
            }
            "max_traffic" => {
                let (n, max) = (case.number("servers"), case.number("target_blocking"));
                let a = loss::largest_erlangs(n, max).expect("traffic");
                case.compare(&[("erlangs", a)]);
            }
            op => panic!("{}: unknown {op}", case.name),
        }
    }
}

#[test]
fn engset_congestion() {
    for case in cases("engset.json") {
        let (sources, beta) = (
            case.whole("sources"),
            case.number("erlangs_per_idle_source"),
        );
        if case.is("min_servers") {
            let max = case.number("target_call_congestion");
            let lines = engset::least_lines(sources, beta, max).expect("lines");
            let found = engset::congestion(sources, beta, lines).expect("congestion");
            case.compare(&[
                ("servers", lines as f64),
                ("call_congestion", found.call_congestion),
            ]);
            continue;
        }
        let lines = case.whole("servers");
        let found = engset::congestion(sources, beta, lines).expect("congestion");
        let (intended, carried) = (found.intended_erlangs, found.carried_erlangs);
        case.compare(&[
            ("time_congestion", found.time_congestion),
            ("call_congestion", found.call_congestion),
            ("carried_erlangs", carried),
            ("offered_intended_erlangs", intended),
            ("traffic_congestion", (intended - carried) / intended),
            ("attempts_per_holding_time", found.attempts_per_holding_time),
        ]);
    }
}

#[test]
fn extended_erlang_b() {
    for case in cases("extended_erlang_b.json") {
        let (n, a) = (case.number("servers"), case.number("erlangs"));
        let retry = case.number("retry_fraction");
        let found = loss::with_retries(n, a, retry);
        if let Some(kind) = case.error() {
            assert_eq!(found.unwrap_err().kind(), kind, "{}", case.name);
            continue;
        }
        let found = found.unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let lost = found.offered_erlangs * found.blocking_rate * (1.0 - retry);
        case.compare(&[
            ("offered_total_erlangs", found.offered_erlangs),
            ("blocking", found.blocking_rate),
            ("carried_erlangs", found.carried_erlangs),
            ("lost_erlangs", lost),
            ("attempts_per_fresh_call", found.attempts_per_caller),
            ("fraction_of_fresh_calls_never_served", lost / a),
        ]);
    }
}

fn system(case: &Case, patience: Patience) -> WaitingSystem {
    WaitingSystem {
        calls_per_h: case.number("calls_per_hour"),
        aht_s: case.number("mean_service_s"),
        agents: case.given("agents").unwrap_or(0.0),
        patience,
        limit: None,
    }
}

fn thresholds(case: &Case) -> Thresholds {
    // Where a case has no threshold its service level is that within 0 s.
    let within_s = case.given("threshold_s").unwrap_or(0.0);
    Thresholds {
        within_s,
        percentile: case.given("fraction"),
        ..Thresholds::default()
    }
}

fn targets(case: &Case) -> Vec<Target> {
    let formula = match case.params.get("sl_definition").and_then(Value::as_str) {
        None | Some("sl_answered_over_offered") => Formula::AnsweredOverOffered,
        Some("sl_answered_over_answered") => Formula::AnsweredOverAnswered,
        Some("sl_answered_plus_short_abandons_over_offered") => Formula::WithAbandons,
        Some(other) => panic!("{}: unknown {other}", case.name),
    };
    let level = case
        .given("sl_target")
        .map(|fraction| Target::ServiceLevel {
            fraction,
            within_s: case.number("threshold_s"),
            formula,
            short_s: 5.0,
        });
    let asa = case
        .given("asa_target_s")
        .map(|max_s| Target::Asa { max_s });
    let mean = case.given("wait_mean_all_target_s");
    let mean = mean.map(|max_s| Target::MeanWait { max_s });
    let abandonment = case.given("max_p_abandon");
    let abandonment = abandonment.map(|max| Target::Abandonment { max });
    let occupancy = case.given("max_occupancy");
    let occupancy = occupancy.map(|max| Target::Occupancy { max });
    let all = [level, asa, mean, abandonment, occupancy];
    all.into_iter().flatten().collect()
}

/// Figures by the names in the vectors, where no call is blocked.
fn figures(found: &Performance) -> Vec<(&'static str, f64)> {
    let level = |formula| found.service_level(formula);
    vec![
        ("erlangs", found.erlangs),
        ("p_wait", found.delayed),
        ("p_abandon", found.abandonment_rate),
        ("asa_s", found.asa_s.unwrap_or(f64::NAN)),
        ("asa_answered_s", found.asa_s.unwrap_or(f64::NAN)),
        ("wait_mean_all_s", found.mean_wait_s),
        (
            "wait_mean_abandoned_s",
            found.mean_wait_abandoned_s.unwrap_or(f64::NAN),
        ),
        ("queue_mean", found.queue_length_mean),
        ("busy_mean", found.carried_erlangs),
        ("occupancy", found.occupancy),
        ("service_level", level(Formula::AnsweredOverOffered)),
        ("p_wait_gt_T", found.missed(Formula::WithAbandons)),
        (
            "sl_answered_over_offered",
            level(Formula::AnsweredOverOffered),
        ),
        (
            "sl_answered_over_answered",
            level(Formula::AnsweredOverAnswered),
        ),
        (
            "sl_answered_plus_short_abandons_over_offered",
            level(Formula::WithAbandons),
        ),
        (
            "sl_answered_over_offered_minus_short_abandons",
            level(Formula::WithoutEarlyAbandons),
        ),
        // (answered + abandoned within T) less answered within T.
        (
            "p_abandon_within_T",
            found.missed(Formula::AnsweredOverOffered) - found.missed(Formula::WithAbandons),
        ),
    ]
}

#[test]
fn erlang_c() {
    for case in cases("erlang_c.json") {
        let mut system = system(&case, Patience::endless());
        if case.is("min_agents") {
            system.agents = system.least_agents(&targets(&case)).expect("agents") as f64;
        }
        let found = match (system.performance(&thresholds(&case)), case.error()) {
            (Err(error), Some(kind)) => {
                assert_eq!(error.kind(), kind, "{}", case.name);
                let least = (system.erlangs().floor() + 1.0) as u64;
                assert!(
                    matches!(error, Error::Unstable { least_agents, .. } if least_agents == least),
                    "{}: {error:?}",
                    case.name
                );
                continue;
            }
            (Ok(found), None) => found,
            (found, expected) => panic!("{}: found {found:?}, expected {expected:?}", case.name),
        };
        let mut figures = figures(&found);
        figures.push(("agents", system.agents));
        figures.push(("wait_s", found.wait_percentile_s.unwrap_or(f64::NAN)));
        let asa = found.asa_s.expect("an ASA");
        let of_delayed = asa / found.delayed;
        figures.push(("wait_mean_of_delayed_s", of_delayed));
        figures.push(("wait_sd_s", (asa * (2.0 * of_delayed - asa)).sqrt()));
        case.compare(&figures);
    }
}

#[test]
fn erlang_a() {
    for case in cases("erlang_a.json") {
        let patience = Patience::exponential(case.number("mean_patience_s"));
        let mut system = system(&case, patience.expect("a patience"));
        if case.is("min_agents") {
            system.agents = system.least_agents(&targets(&case)).expect("agents") as f64;
        }
        let found = system.performance(&thresholds(&case)).expect("figures");
        let mut figures = figures(&found);
        figures.push(("agents", system.agents));
        case.compare(&figures);
    }
}

fn patience(case: &Case) -> Patience {
    let given = &case.params["patience"];
    let number = |key: &str| given[key].as_f64().expect("a number");
    let distribution = match given["kind"].as_str().expect("a kind") {
        "deterministic" => Distribution::Fixed {
            value_s: number("value_s"),
        },
        "exponential" => Distribution::Exp {
            mean_s: number("mean_s"),
        },
        "weibull" => Distribution::Weibull {
            shape: number("shape"),
            scale_s: number("scale_s"),
        },
        "erlang" => Distribution::Erlang {
            mean_s: number("mean_s"),
            k: number("phases") as u32,
        },
        "uniform" => Distribution::Uniform {
            low_s: 0.0,
            high_s: number("max_s"),
        },
        "hyperexponential" => {
            let list = |key: &str| given[key].as_array().expect("a list").clone();
            let of = |value: &Value| value.as_f64().expect("a number");
            let (weights, means) = (list("probabilities"), list("means_s"));
            let phases = weights.iter().zip(&means);
            Distribution::Hyperexp {
                phases: phases.map(|(w, m)| (of(w), of(m))).collect(),
            }
        }
        other => panic!("{}: unknown {other}", case.name),
    };
    let balk = given.get("balk_probability").and_then(Value::as_f64);
    Patience::new(&distribution, balk.unwrap_or(0.0)).expect("a patience")
}

#[test]
fn general_patience() {
    for case in cases("mmn_general_patience.json") {
        let system = system(&case, patience(&case));
        let found = system.performance(&thresholds(&case)).expect("figures");
        case.compare(&figures(&found));
    }
}

/// In the vectors `offered` counts those blocked.
#[test]
fn finite_queue() {
    for case in cases("finite_queue.json") {
        let patience = match case.given("mean_patience_s") {
            None => Patience::endless(),
            Some(mean) => Patience::exponential(mean).expect("a patience"),
        };
        let mut system = system(&case, patience);
        system.limit = Some((case.whole("max_in_system") - case.whole("agents")) as u32);
        let found = system.performance(&thresholds(&case)).expect("figures");
        let enters = 1.0 - found.blocking_rate;
        let level = |formula| found.service_level(formula);
        let asa = found.asa_s.expect("an ASA");
        case.compare(&[
            ("p_block", found.blocking_rate),
            ("p_wait_of_offered", found.delayed * enters),
            ("p_abandon_of_offered", found.abandonment_rate * enters),
            (
                "p_served_of_offered",
                (1.0 - found.abandonment_rate) * enters,
            ),
            ("wait_mean_admitted_s", found.mean_wait_s),
            ("asa_answered_s", asa),
            (
                "wait_mean_abandoned_s",
                found.mean_wait_abandoned_s.unwrap_or(f64::NAN),
            ),
            ("queue_mean", found.queue_length_mean),
            ("busy_mean", found.carried_erlangs),
            ("occupancy", found.occupancy),
            (
                "sl_answered_over_offered",
                level(Formula::AnsweredOverOffered) * enters,
            ),
            (
                "sl_answered_over_admitted",
                level(Formula::AnsweredOverOffered),
            ),
            (
                "sl_answered_over_answered",
                level(Formula::AnsweredOverAnswered),
            ),
            (
                "sl_answered_plus_short_abandons_over_offered",
                level(Formula::WithAbandons) * enters,
            ),
        ]);
    }
}

/// Erlang-B where the vectors do not reach: mpmath with 40 digits, A^n e^−A / Γ(n + 1, A), and Jagerman's integral for a million.
#[test]
fn erlang_b_at_the_ends_of_the_range() {
    for (n, a, expected) in [
        (0.37, 1e-6, 0.006_775_551_944_972_146),
        (0.37, 7.25, 0.954_791_552_379_288_6),
        (64.5, 80.0, 0.229_747_387_104_153_12),
        (65.5, 80.0, 0.219_120_610_055_779_8),
        (120.25, 100.0, 0.005_422_615_780_560_474),
        (1000.0, 1e-3, 0.0),
        (1_000_000.5, 1e6, 0.000_797_142_163_389_642_4),
        (1_005_000.0, 1e6, 1.514_158_544_828_019e-9),
        (990_000.25, 1e6, 0.010_096_864_318_236_49),
    ] {
        let found = loss::blocking(n, a).expect("a blocking");
        let off = (found - expected).abs() / f64::max(expected, 1e-300);
        assert!(
            off < 1e-12,
            "B({n}, {a}): found {found:e}, expected {expected:e}, off by {off:e}"
        );
    }
}

/// Lognormal patience, which the vectors do not have: mpmath with 25 digits, by the integrals of Zeltyn and Mandelbaum (2005).
#[test]
fn lognormal_patience() {
    let distribution = Distribution::Lognormal {
        mean_s: 90.0,
        sd_s: 150.0,
    };
    let system = WaitingSystem {
        calls_per_h: 360.0,
        aht_s: 240.0,
        agents: 22.0,
        patience: Patience::new(&distribution, 0.1).expect("a patience"),
        limit: None,
    };
    let found = system.performance(&Thresholds::default()).expect("figures");
    for (name, found, expected) in [
        ("delayed", found.delayed, 0.469_820_763_228_939),
        (
            "abandonment_rate",
            found.abandonment_rate,
            0.159_549_161_820_274_7,
        ),
        (
            "answered_over_offered",
            found.service_level(Formula::AnsweredOverOffered),
            0.714_187_433_850_941_2,
        ),
        ("asa_s", found.asa_s.expect("an ASA"), 7.462_020_019_053_709),
        ("mean_wait_s", found.mean_wait_s, 8.436_265_898_795_464),
    ] {
        let off = (found / expected - 1.0).abs();
        assert!(
            off < 1e-12,
            "{name}: found {found}, expected {expected}, off by {off:e}"
        );
    }
}

/// Numbers at which the first guess of a solution is the solution: they come out as they are.
#[test]
fn nice_numbers_come_out() {
    for (a, max, expected) in [(1.0, 0.2, 2.0), (1.0, 0.5, 1.0), (2.0, 0.4, 2.0)] {
        let lines = loss::least_lines_fractional(a, max).expect("lines");
        assert!(
            (lines - expected).abs() < 1e-12,
            "{a} erlangs at {max}: {lines} lines, expected {expected}"
        );
        assert_eq!(
            loss::least_lines(a, max),
            Ok(expected as u64),
            "{a} at {max}"
        );
        let back = loss::largest_erlangs(expected, max).expect("a traffic");
        assert!(
            (back - a).abs() < 1e-12,
            "{expected} lines at {max}: {back} erlangs, expected {a}"
        );
    }
    // 0.9 erlangs and a half of 20 % again are 1 erlang.
    assert_eq!(loss::least_lines_with_retries(0.9, 0.5, 0.2), Ok(2));
    let lines = loss::least_lines_with_retries_fractional(0.9, 0.5, 0.2).expect("lines");
    assert!((lines - 2.0).abs() < 1e-12, "{lines}");
}

/// A target that is met exactly takes no agent and no line more, and is met in the words of `is_met_by` too.
#[test]
fn exact_targets_take_nothing_more() {
    let system = |calls_per_h: f64| WaitingSystem {
        calls_per_h,
        aht_s: 180.0,
        agents: 0.0,
        patience: Patience::endless(),
        limit: None,
    };
    // Of 20 calls an hour an erlang: whole erlangs a hundredth of an agent at most of so many per cent.
    for percent in 20..=95_u32 {
        for agents in 1..=60_u32 {
            let calls = f64::from(agents * percent) / 5.0;
            let target = Target::Occupancy {
                max: f64::from(percent) / 100.0,
            };
            let system = system(calls);
            let found = system.least_agents(&[target]);
            assert_eq!(
                found,
                Ok(u64::from(agents)),
                "{calls} calls/h at {percent} %"
            );
            let reached = system.with_agents(f64::from(agents));
            let reached = reached
                .performance(&Thresholds::default())
                .expect("figures");
            assert!(
                target.is_met_by(&reached),
                "{calls} calls/h at {percent} %: {}",
                reached.occupancy
            );
        }
    }
    assert_eq!(loss::least_lines(1.5, 0.6), Ok(1));
    assert_eq!(engset::least_lines(2, 1.5, 0.6), Ok(1));
    assert_eq!(engset::largest_sources(1.5, 1, 0.6), Ok(2));
    // Volume, AHT and agents that were solved for meet what they were solved for.
    let targets = [
        Target::ServiceLevel {
            fraction: 0.8,
            within_s: 20.0,
            formula: Formula::AnsweredOverOffered,
            short_s: 5.0,
        },
        Target::Asa { max_s: 17.0 },
        Target::MeanWait { max_s: 17.0 },
        Target::Occupancy { max: 0.7 },
        Target::Wait {
            percentile: 0.9,
            max_s: 33.0,
        },
    ];
    let at = Thresholds {
        percentile: Some(0.9),
        ..Thresholds::default()
    };
    for target in targets {
        for agents in 1..=100_u32 {
            for patience in [
                Patience::endless(),
                Patience::exponential(120.0).expect("a patience"),
            ] {
                let system = WaitingSystem {
                    agents: f64::from(agents),
                    patience,
                    ..system(f64::from(agents) * 13.0)
                };
                let calls_per_h = system.largest_calls_per_h(&[target]).expect("a volume");
                let aht_s = system.largest_aht_s(&[target]).expect("an AHT");
                let fraction = system.least_agents_fractional(&[target]).expect("agents");
                for solved in [
                    WaitingSystem {
                        calls_per_h,
                        ..system.clone()
                    },
                    WaitingSystem {
                        aht_s,
                        ..system.clone()
                    },
                    system.with_agents(fraction),
                ] {
                    let found = solved.performance(&at).expect("figures");
                    assert!(
                        target.is_met_by(&found),
                        "{target} by {solved:?}: {found:?}"
                    );
                }
            }
        }
    }
}

/// What is too large to be summed is refused at once.
#[test]
fn absurd_sizes_are_refused() {
    let bad = |error: Option<Error>| assert_eq!(error.map(|error| error.kind()), Some("bad_input"));
    bad(loss::blocking(1e300, 1e300).err());
    bad(loss::blocking(1e17, 1e17).err());
    bad(loss::with_retries(1e17, 1e17, 0.5).err());
    bad(loss::largest_erlangs(1e17, 0.1).err());
    bad(loss::least_lines(1e17, 0.1).err());
    let system = WaitingSystem {
        calls_per_h: 20e17,
        aht_s: 180.0,
        agents: 1e17,
        patience: Patience::endless(),
        limit: Some(3),
    };
    bad(system.performance(&Thresholds::default()).err());
    let target = [Target::Occupancy { max: 0.5 }];
    bad(system.least_agents(&target).err());
    bad(system.largest_calls_per_h(&target).err());
    let most = loss::blocking(1e12, 1e12).expect("a blocking");
    assert!(most > 0.0 && most < 1e-5, "{most}");
}

/// Nobody calls, nothing is there, all try again: no attempt is blocked more often than another.
#[test]
fn no_traffic_with_retries() {
    let found = loss::with_retries(0.0, 0.0, 1.0).expect("figures");
    assert_eq!((found.offered_erlangs, found.carried_erlangs), (0.0, 0.0));
    assert_eq!((found.blocking_rate, found.served_rate), (1.0, 1.0));
}
