//! Do 95 % intervals contain the exact value in 95 % of runs?
//!
//! Several hundred seeds on models with known answers. What share is to be expected is not quite 95 %, and is computed: of n
//! days (or batches) with skewness γ, excess kurtosis κ and correlation ρ of neighbours, a t interval contains the
//! exact value with probability
//!
//! 0.95 + 2 φ(z)/n · (κ z (z² − 3)/12 − γ² z (z⁴ + 2z² − 3)/18) − 2 z φ(z) ρ,   z = 1.96
//!
//! to first order (Hall 1992, *The Bootstrap and Edgeworth Expansion*, section 2.6; the last term because neighbours that go
//! together make the variance of a mean 1 + 2ρ times as large as it looks). γ, κ and ρ are measured over all runs; a ρ below 0 is noise
//! and counts as 0. The share found must agree with it: the Clopper–Pearson interval of 99.9 % contains it.

mod common;

use acdsim::engine::{Engine, Tally};
use acdsim::kpi::{Collector, Results};
use acdsim::model::BATCHES;
use acdsim::stats::Estimate;
use rayon::prelude::*;
use serde_json::Value;
use statrs::distribution::{Beta, ContinuousCDF};
use std::sync::atomic::AtomicBool;

const RUNS: u64 = 400;
const DAYS: u64 = 200;

/// The expected share must itself lie here: more than 1.5 points below the promise is a weakness of the method.
const EXPECTED: (f64, f64) = (0.935, 0.952);

/// The weaknesses known, each with the share found where the formula above does not account for it (then the share must stay
/// so: a change to the better is to be noted as well).
const WEAK: [(&str, &str, Option<f64>); 3] = [
    // An almost idle interval: on most days nobody waits, the skewness is 4.
    ("3 intervals", "queue_length_mean, interval 1", None),
    // Probably because a batch of 50 h has only a few busy spells that reach so far.
    ("Erlang C", "wait_p95_s", None),
    ("Erlang C", "wait_p99_s", Some(0.87)),
];

type Error = Box<dyn Fn(&Tally, usize) -> f64 + Sync>;

/// A figure with its exact value.
struct Figure {
    name: String,
    exact: f64,
    /// The program's estimate.
    estimate: Box<dyn Fn(&Results) -> Estimate + Sync>,
    /// How far a day (or batch number `usize`) is from the exact value, in any unit: x − R y.
    error: Error,
}

/// Sums over all runs of a figure.
#[derive(Clone, Copy, Default)]
struct Sums {
    runs: f64,
    inside: u64,
    too_low: u64,
    too_high: u64,
    half_width: f64,
    /// Days or batches, Σe to Σe⁴, and Σ e·next, with the number of pairs.
    n: f64,
    powers: [f64; 4],
    pairs: f64,
    neighbours: f64,
}

impl Sums {
    fn add(mut self, other: Sums) -> Sums {
        self.runs += other.runs;
        self.inside += other.inside;
        self.too_low += other.too_low;
        self.too_high += other.too_high;
        self.half_width += other.half_width;
        self.n += other.n;
        for (mine, theirs) in self.powers.iter_mut().zip(other.powers) {
            *mine += theirs;
        }
        self.pairs += other.pairs;
        self.neighbours += other.neighbours;
        self
    }

    fn of(estimate: Estimate, exact: f64, errors: &[f64]) -> Sums {
        let (low, high) = estimate.ci.expect("an interval");
        let mut sums = Sums {
            runs: 1.0,
            inside: u64::from(low <= exact && exact <= high),
            too_low: u64::from(high < exact),
            too_high: u64::from(low > exact),
            half_width: estimate.half_width().expect("an interval"),
            n: errors.len() as f64,
            pairs: (errors.len() - 1) as f64,
            neighbours: errors.windows(2).map(|w| w[0] * w[1]).sum(),
            ..Sums::default()
        };
        for e in errors {
            let mut power = 1.0;
            for sum in &mut sums.powers {
                power *= e;
                *sum += power;
            }
        }
        sums
    }

    /// Skewness, excess kurtosis, and correlation of neighbours.
    fn shape(&self) -> (f64, f64, f64) {
        let [m1, m2, m3, m4] = self.powers.map(|sum| sum / self.n);
        let variance = m2 - m1 * m1;
        let third = m3 - 3.0 * m1 * m2 + 2.0 * m1.powi(3);
        let fourth = m4 - 4.0 * m1 * m3 + 6.0 * m1 * m1 * m2 - 3.0 * m1.powi(4);
        let together = self.neighbours / self.pairs - m1 * m1;
        (
            third / variance.powf(1.5),
            fourth / variance.powi(2) - 3.0,
            together / variance,
        )
    }

    fn expected(&self) -> f64 {
        let z = 1.959_964f64;
        let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let n = self.n / self.runs;
        let (skew, kurtosis, correlation) = self.shape();
        let shape = kurtosis * z * (z * z - 3.0) / 12.0
            - skew * skew * z * (z.powi(4) + 2.0 * z * z - 3.0) / 18.0;
        0.95 + 2.0 * density * shape / n - 2.0 * z * density * correlation.max(0.0)
    }
}

/// Clopper and Pearson's interval for a probability, from `k` of `n`.
fn clopper_pearson(k: u64, n: u64, confidence: f64) -> (f64, f64) {
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (k as f64, n as f64);
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).expect("a beta").inverse_cdf(p);
    let low = if k > 0.0 {
        quantile(k, n - k + 1.0, tail)
    } else {
        0.0
    };
    let high = if k < n {
        quantile(k + 1.0, n - k, 1.0 - tail)
    } else {
        1.0
    };
    (low, high)
}

/// Runs a model with many seeds, prints a table and returns what is not as it should be.
fn study(what: &str, text: &str, figures: &[Figure]) -> Vec<String> {
    let model = common::model(text);
    let replications = if model.steady { 1 } else { DAYS };
    let run = |engine: &mut Engine<'_>, seed: u64| -> Vec<Sums> {
        let mut collector = Collector::new(&model, Some(replications));
        let mut errors: Vec<Vec<f64>> = vec![Vec::new(); figures.len()];
        for replication in 0..replications {
            let tally = engine.run(seed, replication, &AtomicBool::new(false));
            let tally = tally.expect("the scenario can be simulated");
            collector.add(tally);
            for (errors, figure) in errors.iter_mut().zip(figures) {
                for batch in 0..if model.steady { BATCHES } else { 1 } {
                    errors.push((figure.error)(tally, batch));
                }
            }
        }
        let results = collector.results(seed, 0.95, false, &[]);
        let all = figures.iter().zip(&errors);
        all.map(|(f, errors)| Sums::of((f.estimate)(&results), f.exact, errors))
            .collect()
    };
    let none = || vec![Sums::default(); figures.len()];
    let sums = (1..=RUNS)
        .into_par_iter()
        .map_init(|| Engine::new(&model), run)
        .reduce(none, |a, b| {
            a.into_iter().zip(b).map(|(a, b)| a.add(b)).collect()
        });

    let mut wrong = Vec::new();
    for (figure, sums) in figures.iter().zip(sums) {
        let share = sums.inside as f64 / sums.runs;
        let weak = WEAK.iter().find(|w| (w.0, w.1) == (what, &*figure.name));
        let expected = weak.and_then(|w| w.2).unwrap_or(sums.expected());
        let (low, high) = clopper_pearson(sums.inside, RUNS, 0.999);
        let (skew, _, correlation) = sums.shape();
        println!(
            "| {what} | {} | {:.4} | ± {:.2} % | {:.1} % | {:.1} % | {} / {} | {skew:.2} | {correlation:.3} |",
            figure.name,
            figure.exact,
            100.0 * sums.half_width / sums.runs / figure.exact,
            100.0 * sums.expected(),
            100.0 * share,
            sums.too_low,
            sums.too_high,
        );
        if !(low <= expected && expected <= high) {
            wrong.push(format!(
                "{what}, {}: {share:.3} of the intervals contain the exact value, expected {expected:.3}",
                figure.name
            ));
        }
        if weak.is_none() && !(EXPECTED.0 <= expected && expected <= EXPECTED.1) {
            wrong.push(format!("{what}, {}: {expected:.3} expected", figure.name));
        }
    }
    wrong
}

fn case(name: &str) -> Value {
    let file: Value = serde_json::from_str(include_str!("vectors/simcheck.json")).expect("JSON");
    let all = file["cases"].as_array().expect("a list of cases");
    let found = all.iter().find(|case| case["name"] == name);
    found.unwrap_or_else(|| panic!("no case {name}")).clone()
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// Numerator and denominator of a figure of the queue, or of the group, in some cells.
fn parts(tally: &Tally, cells: std::ops::Range<usize>, figure: &str) -> (f64, f64) {
    let mut c = acdsim::engine::Contacts::default();
    let mut g = acdsim::engine::GroupCell::default();
    for cell in cells {
        c.add(&tally.queues[cell]);
        g.add(&tally.groups[cell]);
    }
    let offered = c.offered as f64;
    match figure {
        "offered" => (offered, 1.0),
        "service_level" => (c.answered_within as f64, offered),
        "delayed" => ((c.offered - c.answered_at_once) as f64, offered),
        "abandonment_rate" => (c.abandoned as f64, offered),
        "asa_s" => (c.wait_answered_ns as f64 / 1e9, c.answered as f64),
        // All cells are equally long.
        "queue_length_mean" => (c.waiting.area_ns as f64, 1.0),
        "occupancy" => (g.busy.area_ns as f64, g.on_duty.area_ns as f64),
        "busy_h" => (g.busy.area_ns as f64, 1.0),
        _ => panic!("unknown figure {figure}"),
    }
}

/// The same figure, its exact value in the unit of `parts`.
fn error(
    figure: &'static str,
    ratio: f64,
    cells: impl Fn(usize) -> std::ops::Range<usize> + Sync + 'static,
) -> Error {
    Box::new(move |tally, batch| {
        let (x, y) = parts(tally, cells(batch), figure);
        x - ratio * y
    })
}

fn time_varying(name: &str) -> Vec<String> {
    let case = case(name);
    let (p, e) = (&case["params"], &case["expected"]);
    let text = common::time_varying(&case, "");
    let intervals = e["offered"].as_array().expect("intervals").len();
    let hours = number(&p["interval_s"]) / 3600.0;
    let ns = hours * 3600e9;
    let mut figures = Vec::new();
    for i in 0..intervals {
        // Name, key of the vectors, exact value and unit of the parts in it.
        for (figure, exact, unit) in [
            ("offered", number(&e["offered"][i]), 1.0),
            (
                "service_level",
                number(&e["sl_answered_over_offered"][i]),
                1.0,
            ),
            ("delayed", 1.0 - number(&e["p_no_wait"][i]), 1.0),
            ("queue_length_mean", number(&e["queue_time_average"][i]), ns),
            ("busy_h", number(&e["busy_time_average"][i]) * hours, 3600e9),
        ] {
            figures.push(Figure {
                name: format!("{figure}, interval {}", i + 1),
                exact,
                estimate: Box::new(move |results| {
                    let part = if figure == "busy_h" {
                        &results.groups[0]
                    } else {
                        &results.queues[0]
                    };
                    part.intervals.as_ref().expect("a day")[i].get(figure)
                }),
                error: error(figure, exact * unit, move |_| i..i + 1),
            });
        }
    }
    let offered: Vec<f64> = (0..intervals).map(|i| number(&e["offered"][i])).collect();
    let all: f64 = offered.iter().sum();
    let level = (0..intervals).map(|i| offered[i] * number(&e["sl_answered_over_offered"][i]));
    let at_once = (0..intervals).map(|i| offered[i] * number(&e["p_no_wait"][i]));
    for (figure, exact) in [
        ("offered", all),
        ("service_level", level.sum::<f64>() / all),
        ("delayed", 1.0 - at_once.sum::<f64>() / all),
    ] {
        figures.push(Figure {
            name: format!("{figure}, day"),
            exact,
            estimate: Box::new(move |results| results.queues[0].get(figure)),
            error: error(figure, exact, move |_| 0..intervals),
        });
    }
    study(&format!("{intervals} intervals"), &text, &figures)
}

/// A steady run of `length` hours; figures by their names in the vectors.
fn steady(what: &str, name: &str, length: f64, expected: &[(&'static str, &str)]) -> Vec<String> {
    let case = case(name);
    let (p, e) = (&case["params"], &case["expected"]);
    let patience = p["mean_patience_s"].as_f64().map_or(String::new(), |mean| {
        format!("patience = \"exp({mean}s)\"\n")
    });
    let text = format!(
        "[scenario]\nname = \"test\"\n[run]\nmode = \"steady\"\nlength = \"{length}h\"\n\
         [[queues]]\nname = \"q\"\ntarget = \"80% in {}s\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{}/h\"\ntalk = \"exp({}s)\"\n{patience}\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {}\n",
        p["threshold_s"], p["calls_per_hour"], p["mean_service_s"], p["agents"],
    );
    let batch_ns = length / BATCHES as f64 * 3600e9;
    let mut figures: Vec<Figure> = expected
        .iter()
        .map(|&(figure, key)| {
            let exact = number(&e[key]);
            let unit = if figure == "queue_length_mean" {
                batch_ns
            } else {
                1.0
            };
            Figure {
                name: figure.to_owned(),
                exact,
                estimate: Box::new(move |results| {
                    if figure == "occupancy" {
                        results.groups[0].get(figure)
                    } else {
                        results.queues[0].get(figure)
                    }
                }),
                error: error(figure, exact * unit, |batch| batch..batch + 1),
            }
        })
        .collect();
    if patience.is_empty() {
        // P(W > t) = C exp(−(nμ − λ) t).
        let free = number(&p["agents"]) / number(&p["mean_service_s"])
            - number(&p["calls_per_hour"]) / 3600.0;
        let delayed = number(&e["p_wait"]);
        for (figure, fraction) in [
            ("wait_p50_s", 0.5),
            ("wait_p90_s", 0.9),
            ("wait_p95_s", 0.95),
            ("wait_p99_s", 0.99),
        ] {
            let exact = (delayed / (1.0 - fraction)).ln() / free;
            figures.push(Figure {
                name: figure.to_owned(),
                exact,
                estimate: Box::new(move |results| results.queues[0].get(figure)),
                error: Box::new(move |tally, batch| {
                    let waits = tally.call_type_waits[batch].quantile_s(fraction);
                    waits.expect("calls in every batch") - exact
                }),
            });
        }
    }
    study(what, &text, &figures)
}

#[test]
#[ignore = "two minutes; see docs/validation.md"]
fn intervals_cover_what_they_promise() {
    println!(
        "\n| model | figure | exact | half-width | expected | found | too low / too high | skewness | correlation |\n\
         |---|---|--:|--:|--:|--:|--:|--:|--:|"
    );
    let mut wrong = time_varying("time-varying staff n=[4, 6, 8, 4]");
    wrong.extend(time_varying("time-varying staff n=[8, 5, 3]"));
    let erlang_c = [
        ("service_level", "service_level"),
        ("delayed", "p_wait"),
        ("asa_s", "asa_s"),
        ("queue_length_mean", "queue_mean"),
        ("occupancy", "occupancy"),
    ];
    wrong.extend(steady("Erlang C", "M/M/n n=6", 2000.0, &erlang_c));
    let erlang_a = [
        ("service_level", "sl_answered_over_offered"),
        ("delayed", "p_wait"),
        ("abandonment_rate", "p_abandon"),
        ("asa_s", "asa_answered_s"),
        ("queue_length_mean", "queue_mean"),
        ("occupancy", "occupancy"),
    ];
    wrong.extend(steady(
        "Erlang A, 5 agents",
        "M/M/n+M n=5",
        2000.0,
        &erlang_a,
    ));
    wrong.extend(steady(
        "Erlang A, 22 agents",
        "M/M/n+M n=22",
        500.0,
        &erlang_a,
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
