//! Planning by formula: `cargo bench --bench planning`.

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::planning::{self, Method, Per, Question, Recipe, Requirement, Tolerance};
use acdsim::scenario::{self, Demand, Scenario};
use acdsim::{Model, kpi};
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

/// A week of quarter-hours for 20 queues, each at its own level: two peaks a day, nothing repeats.
fn week(patience: &str) -> Scenario {
    let mut text =
        "[scenario]\nname = \"week\"\nopen = \"00:00-24:00\"\ninterval = \"15m\"\n".to_owned();
    for q in 0..20 {
        text += &format!(
            "[[queues]]\nname = \"q{q}\"\ntarget = \"80/20\"\nmax_abandonment = \"5%\"\n\
             [[call_types]]\nname = \"c{q}\"\nqueue = \"q{q}\"\nvolume = 1\ntalk = \"exp(4m)\"\nwrap_up = \"exp(40s)\"\n\
             patience = \"{patience}\"\n\
             [[groups]]\nname = \"g{q}\"\nskills = [\"q{q}\"]\nstaff = 1\n"
        );
    }
    let loaded = scenario::parse("week", &text, Path::new(""), &[]).expect("a scenario");
    loaded.scenario
}

/// Its requirement, as seven days of the scenario, whose volumes differ.
fn requirement(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("week");
    group.sample_size(10);
    for (name, patience) in [
        ("exponential", "exp(2m)"),
        ("lognormal", "lognormal(2m, sd 3m)"),
    ] {
        let scenario = week(patience);
        let days: Vec<Model> = (0..7)
            .map(|day| {
                let mut scenario = scenario.clone();
                for (q, call_type) in scenario.call_types.iter_mut().enumerate() {
                    let volume = |k: usize| {
                        let wave = (k as f64 / 96.0 * 4.0 * std::f64::consts::PI).sin();
                        (1.0 + q as f64) * (1.5 + wave) * (1.0 + 0.1 * f64::from(day))
                            + 0.01 * k as f64
                    };
                    call_type.demand = Demand::Volume((0..96).map(volume).collect());
                }
                Model::new(&scenario)
            })
            .collect();
        let targets = kpi::targets(&scenario);
        for (suffix, fractional) in [("", false), ("_fractional", true)] {
            let recipe = Recipe {
                fractional,
                ..Recipe::new(Method::ErlangA)
            };
            group.bench_function(format!("{name}{suffix}"), |bencher| {
                bencher.iter(|| {
                    let of = |model| {
                        Requirement::new(model, &targets, Tolerance::default(), &recipe, None)
                    };
                    black_box(days.iter().map(of).collect::<Vec<_>>())
                });
            });
        }
    }
}

/// The search on a small day: per interval and over the day. What it costs is days; this says whether they became dearer.
fn search(criterion: &mut Criterion) {
    let text = "[scenario]\nname = \"small\"\nopen = \"08:00-10:00\"\n\
                [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
                [[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = [10, 30, 24, 6]\ntalk = \"exp(3m)\"\n\
                patience = \"exp(2m)\"\n\
                [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 4\n";
    let loaded = scenario::parse("small", text, Path::new(""), &[]).expect("a scenario");
    let scenario = loaded.scenario;
    let mut group = criterion.benchmark_group("search");
    group.sample_size(10);
    for per in [Per::Interval, Per::Day] {
        let question = Question {
            days: 200,
            budget: 20_000,
            threads: Some(1),
            ..Question::of(&scenario, per)
        };
        group.bench_function(per.name(), |bencher| {
            bencher.iter(|| {
                let answer = planning::simulate(&scenario, &question, &Control::default());
                black_box(answer.expect("it can be simulated").staffing.days_used)
            });
        });
    }
}

criterion_group!(benches, beside, requirement, search);
criterion_main!(benches);
