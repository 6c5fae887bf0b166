//! The building blocks one by one, through the public API: `cargo bench --bench blocks`.

mod common;

use acdsim::engine::Engine;
use acdsim::experiment::{self, Control, Settings};
use acdsim::kpi::Collector;
use acdsim::random::{Purpose, ReplicationKey, Sampler, TypeKey, name_hash};
use acdsim::scenario::{self, STARTERS, parse_distribution};
use acdsim::stats::Histogram;
use acdsim::{Model, report};
use common::model;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Callers for whom something is drawn in one iteration.
const CALLERS: u64 = 1000;

fn key() -> TypeKey {
    ReplicationKey::new(1, 0).call_type(name_hash("c"))
}

fn sampler(text: &str) -> Sampler {
    let distribution = parse_distribution(text, Path::new(""));
    Sampler::new(&distribution.expect("a distribution"))
}

/// One draw from each caller's own stream: the key of the caller, the stream, the draw.
fn random(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    group.throughput(Throughput::Elements(CALLERS));
    let key = key();
    group.bench_function("unit", |bencher| {
        bencher.iter(|| {
            let draws = (0..CALLERS).map(|n| key.caller(n).stream(0, 0, Purpose::Talk).unit());
            black_box(draws.sum::<f64>())
        });
    });
    for (name, text) in [
        ("exp", "exp(180s)"),
        ("lognormal", "lognormal(180s, sd 120s)"),
        ("gamma", "gamma(180s, sd 120s)"),
    ] {
        let sampler = sampler(text);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let streams = (0..CALLERS).map(|n| key.caller(n).stream(0, 0, Purpose::Talk));
                let draws = streams.map(|mut stream| sampler.sample_ns(&mut stream));
                black_box(draws.sum::<i64>())
            });
        });
    }
}

/// Waits as they come, three of ten of them zero.
fn histogram(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("histogram");
    group.throughput(Throughput::Elements(CALLERS));
    let sampler = sampler("exp(30s)");
    let waits: Vec<i64> = (0..CALLERS)
        .map(|n| match n % 10 {
            0..3 => 0,
            _ => sampler.sample_ns(&mut key().caller(n).stream(0, 0, Purpose::Patience)),
        })
        .collect();
    let mut histogram = Histogram::default();
    group.bench_function("add", |bencher| {
        bencher.iter(|| {
            for &wait in black_box(&waits) {
                histogram.add(wait);
            }
        });
    });
}

/// What is done once a day and once a run with the bundled day: from the file to the model, from the counts to figures,
/// from figures to the JSON document.
fn bundled_day(criterion: &mut Criterion) {
    let bank = STARTERS.iter().find(|starter| starter.name == "bank");
    let text = bank.expect("the bundled day").text;
    let mut group = criterion.benchmark_group("bundled_day");
    group.bench_function("read", |bencher| {
        bencher.iter(|| scenario::parse("bank", black_box(text), Path::new(""), &[]).is_ok());
    });
    let loaded = scenario::parse("bank", text, Path::new(""), &[]).expect("a scenario");
    group.bench_function("compile", |bencher| {
        bencher.iter(|| black_box(Model::new(&loaded.scenario)));
    });

    let model = model(text);
    let mut engine = Engine::new(&model);
    let stop = AtomicBool::new(false);
    group.bench_function("simulate", |bencher| {
        bencher.iter(|| black_box(engine.run(1, 0, &stop).is_ok()));
    });
    let tally = engine.run(1, 0, &stop).expect("it can be simulated");
    let mut collector = Collector::new(&model, None);
    group.bench_function("collect", |bencher| {
        bencher.iter(|| collector.add(black_box(tally)));
    });

    let settings = Settings::of(&model);
    let run = experiment::run(&model, &settings, &Control::default(), &[]);
    let results = run.expect("it can be simulated").results;
    let mut collector = Collector::new(&model, None);
    for day in 0..results.run.replications {
        let tally = engine.run(1, day, &stop).expect("it can be simulated");
        collector.add(tally);
    }
    group.bench_function("estimate", |bencher| {
        bencher.iter(|| black_box(collector.results(1, 0.95, false, &[])));
    });
    let mut document = Vec::new();
    group.bench_function("write_json", |bencher| {
        bencher.iter(|| {
            document.clear();
            report::json::write(&results, &mut document).is_ok()
        });
    });
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = short();
    targets = random, histogram, bundled_day
}
criterion_main!(benches);
