//! Attempts per second of the engine on one core, all counting on, and how that changes with the size of the model:
//! `cargo bench --bench engine`.

mod common;

use acdsim::Model;
use acdsim::engine::Engine;
use acdsim::experiment::{self, Control, Replications, Settings};
use common::{M1, M2, M3, model};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A centre of equal queues, each with a call type and a group of its own.
struct Centre {
    queues: usize,
    /// Agents of a group.
    agents: usize,
    /// Offered load as a part of the agents.
    load: f64,
    hours: usize,
    interval: &'static str,
    /// Each group also serves the next queue, after its own.
    neighbours: bool,
}

/// One queue, 30 agents, half a day: the size from which each of the others departs.
const CENTRE: Centre = Centre {
    queues: 1,
    agents: 30,
    load: 1.0,
    hours: 12,
    interval: "30m",
    neighbours: false,
};

impl Centre {
    fn model(&self) -> Model {
        let mut text = format!(
            "[scenario]\nname = \"centre\"\nopen = \"08:00-{:02}:00\"\ninterval = \"{}\"\n",
            8 + self.hours,
            self.interval
        );
        // Talk of 180 s: an agent is fully loaded by 20 calls an hour.
        let rate = 20.0 * self.agents as f64 * self.load;
        for q in 0..self.queues {
            let next = (q + 1) % self.queues;
            let skills = match self.neighbours && next != q {
                true => format!("{{ q{q} = {{ priority = 1 }}, q{next} = {{ priority = 2 }} }}"),
                false => format!("[\"q{q}\"]"),
            };
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "[[queues]]\nname = \"q{q}\"\n\
                 [[call_types]]\nname = \"c{q}\"\nqueue = \"q{q}\"\nrate = \"{rate}/h\"\n\
                 talk = \"exp(180s)\"\npatience = \"exp(120s)\"\n\
                 [[groups]]\nname = \"g{q}\"\nskills = {skills}\nstaff = {}\n",
                self.agents
            );
        }
        model(&text)
    }
}

/// Days that are simulated in turn: the same day again and again would be learned by the branch predictor.
const DAYS: u64 = 8;

/// Simulates days: throughput is in attempts, those of a mean day.
fn day(group: &mut BenchmarkGroup<'_, WallTime>, name: impl ToString, model: &Model) {
    let stop = AtomicBool::new(false);
    let mut engine = Engine::new(model);
    let mut simulate = |day| {
        let tally = engine.run(1, day % DAYS, &stop);
        tally.expect("it can be simulated").attempts_simulated
    };
    let attempts: u64 = (0..DAYS).map(&mut simulate).sum();
    group.throughput(Throughput::Elements(attempts / DAYS));
    let mut days = 0..;
    group.bench_function(BenchmarkId::from_parameter(name.to_string()), |bencher| {
        bencher.iter(|| black_box(days.next().map(&mut simulate)));
    });
}

fn models(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("day");
    for (name, text) in [("M1", M1), ("M2", M2), ("M3", M3)] {
        day(&mut group, name, &model(text));
    }
    #[cfg(feature = "lua")]
    day(
        &mut group,
        "M3 by a script",
        &model(&common::m3_by_script()),
    );
}

/// More agents, as busy: a larger group is as busy at a smaller load.
fn agents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("agents");
    for (agents, load) in [(10, 1.13), (100, 0.97), (1_000, 0.935), (10_000, 0.93)] {
        let centre = Centre {
            agents,
            load,
            hours: 4,
            ..CENTRE
        };
        day(&mut group, agents, &centre.model());
    }
}

/// More queues of the same size, each with a group of its own, or in one pool.
fn queues(criterion: &mut Criterion) {
    for (name, neighbours) in [("queues", false), ("queues_in_a_pool", true)] {
        let mut group = criterion.benchmark_group(name);
        for queues in [1, 10, 50, 200] {
            let centre = Centre {
                queues,
                agents: 10,
                neighbours,
                ..CENTRE
            };
            day(&mut group, queues, &centre.model());
        }
    }
}

/// The same day in more intervals.
fn intervals(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("intervals");
    for (n, interval) in [
        (12, "60m"),
        (24, "30m"),
        (48, "15m"),
        (144, "5m"),
        (720, "1m"),
    ] {
        let centre = Centre { interval, ..CENTRE };
        day(&mut group, n, &centre.model());
    }
}

/// More days of a small centre, folded and estimated: from the model to all figures.
fn replications(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replications");
    let model = Centre {
        agents: 6,
        ..CENTRE
    }
    .model();
    for replications in [10, 100, 1000] {
        let settings = Settings {
            replications: Replications::Fixed(replications),
            threads: Some(1),
            ..Settings::of(&model)
        };
        let run = || experiment::run(&model, &settings, &Control::default(), &[]);
        let attempts = run().expect("it can be simulated").attempts;
        group.throughput(Throughput::Elements(attempts));
        group.bench_function(BenchmarkId::from_parameter(replications), |bencher| {
            bencher.iter(|| black_box(run().is_ok()));
        });
    }
}

/// A point takes some three seconds; the largest models take a second a day.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(15)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! {
    name = benches;
    config = short();
    targets = models, agents, queues, intervals, replications
}
criterion_main!(benches);
