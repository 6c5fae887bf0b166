//! Erlang's family and its inverses: `cargo bench --bench erlang`.

use acdsim::erlang::{Patience, Target, Thresholds, WaitingSystem, loss};
use acdsim::scenario::{Formula, parse_distribution};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;

fn system(erlangs: f64, patience: Patience) -> WaitingSystem {
    WaitingSystem {
        calls_per_h: erlangs * 20.0,
        aht_s: 180.0,
        agents: 0.0,
        patience,
        limit: None,
    }
}

fn level() -> Target {
    Target::ServiceLevel {
        fraction: 0.8,
        within_s: 20.0,
        formula: Formula::AnsweredOverOffered,
        short_s: 5.0,
    }
}

fn patience(text: &str) -> Patience {
    let distribution = parse_distribution(text, Path::new("")).expect("a distribution");
    Patience::new(&distribution, 0.0).expect("a patience")
}

/// One requirement each: 80/20.
fn agents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agents");
    for (name, erlangs, text) in [
        ("c_100", 100.0, "never"),
        ("c_million", 1e6, "never"),
        ("a_100", 100.0, "exp(120s)"),
        ("a_million", 1e6, "exp(120s)"),
        ("weibull_100", 100.0, "weibull(shape 0.7, scale 120s)"),
        ("lognormal_100", 100.0, "lognormal(120s, sd 150s)"),
        ("fixed_100", 100.0, "60s"),
    ] {
        let system = system(erlangs, patience(text));
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&system).least_agents(&[level()]));
        });
    }
    let system = system(100.0, patience("exp(120s)"));
    group.bench_function("a_100_fractional", |bencher| {
        bencher.iter(|| black_box(&system).least_agents_fractional(&[level()]));
    });
    group.finish();
}

/// A thousand requirements from 0.1 to 500 erlangs, half of them by Erlang-C and half by Erlang-A.
fn plan(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(1000));
    let (endless, exponential) = (Patience::endless(), patience("exp(120s)"));
    let intervals: Vec<WaitingSystem> = (1..=1000)
        .map(|i| {
            let patience = if i % 2 == 0 { &endless } else { &exponential };
            system(f64::from(i) * f64::from(i) / 2000.0, patience.clone())
        })
        .collect();
    group.bench_function("thousand", |bencher| {
        bencher.iter(|| {
            let agents = intervals
                .iter()
                .map(|system| system.least_agents(&[level()]));
            agents.flatten().sum::<u64>()
        });
    });
    let week = |text: &str| -> Vec<WaitingSystem> {
        let patience = patience(text);
        let load = |i: u32| 5.0 + 95.0 * (f64::from(i) / 672.0 * 44.0).sin().powi(2);
        let of = |i| system(load(i), patience.clone());
        (0..672).map(of).collect()
    };
    let weibull = week("weibull(shape 0.7, scale 120s)");
    group.throughput(Throughput::Elements(672));
    group.bench_function("weibull_week", |bencher| {
        bencher.iter(|| {
            let agents = weibull.iter().map(|system| system.least_agents(&[level()]));
            agents.flatten().sum::<u64>()
        });
    });
    let lognormal = week("lognormal(120s, sd 150s)");
    group.bench_function("lognormal_week_fractional", |bencher| {
        bencher.iter(|| {
            let agents = lognormal
                .iter()
                .map(|system| system.least_agents_fractional(&[level()]));
            agents.flatten().sum::<f64>()
        });
    });
    group.finish();
}

/// One performance each.
fn performance(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("performance");
    for (name, text, limit) in [
        ("c", "never", None),
        ("a", "exp(120s)", None),
        ("queue", "exp(120s)", Some(20)),
        ("weibull", "weibull(shape 0.7, scale 120s)", None),
    ] {
        let mut system = system(100.0, patience(text)).with_agents(105.0);
        system.limit = limit;
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&system).performance(&Thresholds::default()));
        });
    }
    group.finish();
}

/// A table from 1 to 5000 agents at 2000 erlangs: what `acdsim erlang` computes for `--agents 1..5000`.
fn table(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("table");
    group.throughput(Throughput::Elements(5000));
    for (name, text) in [
        ("a", "exp(120s)"),
        ("lognormal", "lognormal(120s, sd 150s)"),
    ] {
        let system = system(2000.0, patience(text));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let rows = (1..=5000).map(|agents| {
                    let system = system.with_agents(f64::from(agents));
                    system.performance(&Thresholds::default())
                });
                rows.flatten().map(|row| row.occupancy).sum::<f64>()
            });
        });
    }
    group.finish();
}

/// Blocking and its inverse.
fn blocking(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("b");
    for (name, erlangs) in [("100", 100.0), ("million", 1e6)] {
        group.bench_function(format!("blocking_{name}"), |bencher| {
            bencher.iter(|| loss::blocking(black_box(1.05 * erlangs), black_box(erlangs)));
        });
        group.bench_function(format!("lines_{name}"), |bencher| {
            bencher.iter(|| loss::least_lines(black_box(erlangs), black_box(0.01)));
        });
    }
    group.finish();
}

criterion_group!(benches, agents, plan, performance, table, blocking);
criterion_main!(benches);
