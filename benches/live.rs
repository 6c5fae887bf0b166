//! What a what-if takes until something is seen of it: `cargo bench --bench live`.

use acdsim::lab::{Live, Side, live::Settings};
use acdsim::planning::Forecast;
use acdsim::{Control, Model, scenario};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::Ordering;

fn side(changes: &[&str]) -> Side {
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    let text = include_str!("../scenarios/default.toml");
    let loaded = scenario::parse("day", text, Path::new(""), &changes).expect("a scenario");
    Side {
        label: "a variant".to_owned(),
        scenario: loaded.scenario,
    }
}

/// A what-if of the bundled day, on one thread, beside a baseline whose days are known: what the formulas expect, and the stops.
fn whatif(criterion: &mut Criterion) {
    let (baseline, whatif) = (side(&[]), side(&["groups.generalists.staff+=1"]));
    let model = Model::new(&baseline.scenario);
    let settings = Settings {
        largest: 225,
        threads: Some(1),
        ..Settings::of(&baseline.scenario)
    };
    let mut live = Live::new(baseline.clone(), &model, settings).expect("enough days");
    let mut results = None;
    let seen = live.beside(&baseline, &Control::default(), |snapshot| {
        results = Some(snapshot.baseline);
    });
    seen.expect("it can be simulated");
    let mut group = criterion.benchmark_group("whatif");
    group.sample_size(10);
    for stop in [10, 100, 225] {
        group.bench_function(format!("{stop}_days"), |bencher| {
            bencher.iter(|| {
                let control = Control::default();
                let seen = live.beside(&whatif, &control, |snapshot| {
                    control.stop.store(snapshot.days >= stop, Ordering::Relaxed);
                    black_box(snapshot);
                });
                seen.expect("it can be simulated");
            });
        });
    }
    let forecast = Forecast::new(&model, results.as_deref());
    group.bench_function("forecast", |bencher| {
        bencher.iter(|| {
            let changed = Model::new(black_box(&whatif.scenario));
            black_box((forecast.of(&changed), forecast.occupancy(&changed)))
        });
    });
    group.bench_function("forecast_of_a_baseline", |bencher| {
        bencher.iter(|| black_box(Forecast::new(&model, results.as_deref())));
    });
}

criterion_group!(benches, whatif);
criterion_main!(benches);
