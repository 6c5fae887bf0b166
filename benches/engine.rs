//! Attempts per second of the engine, all counting on, on one core: `cargo bench --bench engine`.

use acdsim::engine::Engine;
use acdsim::model::Model;
use acdsim::scenario;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const MODELS: [(&str, &str); 3] = [
    ("M1", include_str!("models/m1.toml")),
    ("M2", include_str!("models/m2.toml")),
    ("M3", include_str!("models/m3.toml")),
];

fn days(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("day");
    for (name, text) in MODELS {
        let loaded = scenario::parse(name, text, Path::new(""), &[]).expect("the model is valid");
        let model = Model::new(&loaded.scenario);
        let stop = AtomicBool::new(false);
        let mut engine = Engine::new(&model);
        // Throughput is in attempts: those of day 0, which is simulated again and again.
        let attempts = engine
            .run(1, 0, &stop)
            .expect("it can be simulated")
            .attempts_simulated;
        group.throughput(Throughput::Elements(attempts));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| black_box(engine.run(1, 0, &stop).is_ok()));
        });
    }
    group.finish();
}

criterion_group!(benches, days);
criterion_main!(benches);
