//! Planning by formula: `cargo bench --bench planning`.

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::{Model, planning, scenario};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;

/// What the formulas cost a run: beside some hundred days, nothing that counts.
fn beside(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("beside");
    for file in ["default", "single-queue", "help-desk", "trunks"] {
        let path = format!("{}/scenarios/{file}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).expect("a bundled scenario");
        let folder = Path::new(&path).parent().expect("a folder");
        let loaded = scenario::parse(&path, &text, folder, &[]).expect("a scenario");
        let model = Model::new(&loaded.scenario);
        let settings = Settings {
            replications: Replications::Fixed(5),
            ..Settings::of(&model)
        };
        let run = experiment::run(&model, &settings, &Control::default(), &[]);
        let mut results = run.expect("it can be simulated").results;
        group.bench_function(file, |bencher| {
            bencher.iter(|| {
                planning::beside(black_box(&model), &mut results);
                black_box(results.queues[0].erlang)
            });
        });
    }
}

criterion_group!(benches, beside);
criterion_main!(benches);
