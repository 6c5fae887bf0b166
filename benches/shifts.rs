//! Shifts for a requirement, on one thread: `cargo bench --bench shifts`. The requirements and rules are those of
//! `benches/peers/shifts.py`, which compares the plans with those of other solvers.

use acdsim::scenario;
use acdsim::shifts::{Crew, Effort, Horizon, Planner, Shiftwork, Task};
use criterion::{Criterion, criterion_group, criterion_main};
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::AtomicBool;

const BREAKS: &str = r#"
    { length = "15m", earliest = "1h30m", latest = "2h30m", paid = true },
    { length = "30m", earliest = "3h30m", latest = "5h" },
    { length = "15m", earliest = "6h", latest = "7h15m", paid = true },
"#;

/// Share of Monday's peak by weekday.
const FACTORS: [f64; 7] = [1.1, 1.0, 0.95, 0.97, 1.05, 0.6, 0.5];

/// People at an hour of the day: a peak before noon, a lower one in the afternoon.
fn need(hour: f64, most: f64) -> u32 {
    let morning = (-(hour - 11.0).powi(2) / 8.0).exp();
    let afternoon = 0.75 * (-(hour - 16.0).powi(2) / 10.0).exp();
    (most * (0.1 + morning + afternoon)).round() as u32
}

fn task(shifts: &str, days: usize, most: f64) -> Task {
    let text = format!(
        "[scenario]\nname = \"s\"\nopen = \"00:00-24:00\"\ninterval = \"60m\"\n[[queues]]\nname = \"q\"\n[[call_types]]\n\
         name = \"c\"\nqueue = \"q\"\nrate = \"1/h\"\ntalk = \"60s\"\n[[groups]]\nname = \"agents\"\nskills = [\"q\"]\n\
         staff = 1\n{shifts}"
    );
    let loaded = scenario::parse("bench", &text, Path::new(""), &[]).expect("a scenario");
    let rules = *loaded.scenario.shifts.expect("rules");
    let horizon = Horizon {
        grid_min: rules.grid_min,
        days: match days {
            1 => vec![None],
            _ => (0..days).map(Some).collect(),
        },
        cyclic: rules.cyclic,
    };
    let cell = |cell: usize| {
        let (day, minute) = horizon.start(cell);
        let factor = if days == 1 { 1.0 } else { FACTORS[day] };
        need(f64::from(minute) / 60.0, most * factor)
    };
    Task {
        crews: loaded.scenario.groups.iter().map(Crew::of).collect(),
        need: vec![(0..horizon.cells()).map(cell).collect()],
        aims: Vec::new(),
        best_service: false,
        most_cost: None,
        published: Vec::new(),
        horizon,
        rules,
    }
}

/// 7 × 24 with 12 shifts.
fn hours() -> Task {
    let starts = [0, 1, 2, 4, 6, 7, 8, 9, 10, 12, 14, 16].map(|start| format!("\"{start:02}:00\""));
    let shifts = format!(
        "[shifts]\ngrid = \"1h\"\ncyclic = false\nrest = \"8h\"\n[[shifts.types]]\nname = \"eight\"\nlength = \"8h\"\nstart \
         = [{}]\n",
        starts.join(", ")
    );
    task(&shifts, 7, 40.0)
}

/// A day of 96 with 5 types with breaks.
fn day() -> Task {
    let mut shifts = "[shifts]\ngrid = \"15m\"\n".to_owned();
    let two = "{ length = \"15m\", earliest = \"1h15m\", latest = \"2h15m\", paid = true }, { length = \"15m\", earliest = \
               \"3h30m\", latest = \"4h45m\", paid = true }";
    for (name, start, length, breaks) in [
        ("early", "05:00-09:00", "8h30m", BREAKS),
        ("late", "09:00-15:30", "8h30m", BREAKS),
        (
            "night",
            "21:00-22:30",
            "8h30m",
            "{ length = \"30m\", earliest = \"3h30m\", latest = \"5h\" }",
        ),
        ("six", "06:00-18:00", "6h", two),
        (
            "four",
            "06:00-20:00",
            "4h",
            "{ length = \"15m\", earliest = \"1h30m\", latest = \"2h30m\", paid = true }",
        ),
    ] {
        let _ = writeln!(
            shifts,
            "[[shifts.types]]\nname = \"{name}\"\nstart = \"{start}\"\nlength = \"{length}\"\nbreaks = [{breaks}]"
        );
    }
    task(&shifts, 1, 40.0)
}

/// 7 × 96 with 210 weekly patterns: one shift on five days.
fn patterns(breaks: bool) -> Task {
    let (length, breaks) = match breaks {
        true => ("8h30m", BREAKS),
        false => ("8h", ""),
    };
    let shifts = format!(
        "[shifts]\ngrid = \"15m\"\n[[shifts.types]]\nname = \"full\"\nlength = \"{length}\"\nbreaks = [{breaks}]\nstart = \
         [\"00:00\", \"05:00\", \"07:00\", \"08:00\", \"09:30\", \"11:00\", \"13:00\", \"14:30\", \"16:00\", \"22:00\"]\n\
         [[shifts.contracts]]\nname = \"five days\"\nleast_shifts = 5\nmost_shifts = 5\nsame_shift = true\n"
    );
    task(&shifts, 7, 160.0)
}

/// A week of full-time and part-time people who work different shifts.
fn contracts() -> Task {
    let shifts = format!(
        "[shifts]\ngrid = \"15m\"\n[[shifts.types]]\nname = \"full\"\nlength = \"8h30m\"\nbreaks = [{BREAKS}]\nstart = \
         [\"00:00\", \"05:00\", \"07:00\", \"08:00\", \"09:30\", \"11:00\", \"13:00\", \"14:30\", \"16:00\", \"22:00\"]\n\
         [[shifts.types]]\nname = \"part\"\nstart = \"07:00-18:00\"\nevery = \"1h\"\nlength = [\"4h\", \"6h\"]\nbreaks = \
         [{{ length = \"15m\", earliest = \"1h30m\", latest = \"2h30m\", paid = true }}]\n[[shifts.contracts]]\nname = \
         \"full time\"\ntypes = \"full\"\nleast_shifts = 5\nmost_shifts = 5\n[[shifts.contracts]]\nname = \"part time\"\n\
         types = \"part\"\nleast_hours = \"16h\"\nmost_hours = \"20h\"\n"
    );
    task(&shifts, 7, 40.0)
}

fn shifts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("shifts");
    group.sample_size(10);
    for (name, task) in [
        ("7x24_12_shifts", hours()),
        ("day_of_96_with_breaks", day()),
        ("7x96_210_patterns", patterns(false)),
        ("7x96_210_patterns_with_breaks", patterns(true)),
        ("week_of_contracts", contracts()),
    ] {
        let stop = AtomicBool::new(false);
        let solve = || {
            let work = Shiftwork::new(&task).expect("few shifts");
            let mut planner = Planner::new(&work, &Effort::default());
            let bound = planner.solve(&stop).expect("few columns");
            (planner.solved(), bound)
        };
        let (solved, bound) = solve();
        let gap = bound
            .objective
            .map(|bound| acdsim::shifts::gap(solved.objective, bound));
        eprintln!(
            "{name}: {} people, {} paid hours, gap {:.2} %",
            solved.plan.people.len(),
            solved.objective,
            100.0 * gap.unwrap_or(f64::NAN)
        );
        group.bench_function(name, |bencher| bencher.iter(|| black_box(solve())));
    }
    group.finish();
}

criterion_group!(benches, shifts);
criterion_main!(benches);
