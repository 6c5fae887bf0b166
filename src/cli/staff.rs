//! `acdsim staff`: how many agents a scenario needs in each interval.

use super::{Failure, print_json, progress, say, status, stop};
use crate::experiment::calibrate;
use crate::kpi;
use crate::planning::{self, Bounds, Per, Question, Tolerance};

use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PerArgument {
    Interval,
    Day,
}

/// Find how many agents each interval needs to meet its targets.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The scenario file (TOML); without it the bundled day
    file: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "interval")]
    per: PerArgument,
    #[arg(long, value_parser = crate::scenario::parse_points, default_value = "1pp")]
    tolerance: f64,
    #[arg(long, default_value = "100000")]
    budget: u64,
    #[arg(long)]
    set: Vec<String>,
    #[arg(long)]
    threads: Option<u16>,
    #[arg(long, value_parser = crate::scenario::parse_fraction)]
    risk: Option<f64>,
    #[arg(long)]
    marginal: bool,
    #[arg(long)]
    json: bool,
}

pub fn execute(arguments: &Arguments) -> Result<u8, Failure> {
    let document = super::open(arguments.file.as_deref())?;
    let control = stop::control();
    let threads = arguments.threads.map(usize::from);
    let loaded = progress::watch_calibration(&control, || {
        calibrate::prepare(&document, &arguments.set, threads, &control)
    })?
    .loaded;
    let scenario = loaded.scenario;
    let question = Question {
        targets: kpi::targets(&scenario),
        per: match arguments.per {
            PerArgument::Interval => Per::Interval,
            PerArgument::Day => Per::Day,
        },
        tolerance: Tolerance {
            points: arguments.tolerance,
            ..Tolerance::default()
        },
        confidence: scenario.run.confidence,
        bounds: Bounds::none(&scenario),
        seed: scenario.run.seed,
        days: u64::from(scenario.run.replications),
        budget: arguments.budget,
        risk: arguments.risk,
        marginal: arguments.marginal,
        threads,
    };
    let start = std::time::Instant::now();
    let answer = progress::watch(&control, || {
        planning::simulate(&scenario, &question, &control)
    })?;
    say(format!("{:.2} s", start.elapsed().as_secs_f64()));
    if arguments.json {
        print_json(&answer.staffing)?;
    } else {
        let s = &answer.staffing;
        for g in s.goals.iter() {
            if g.status != planning::Status::Met {
                say(format!("{:?}", g));
            }
        }
        for g in &scenario.groups {
            let row: Vec<_> = s
                .intervals
                .iter()
                .filter(|r| r.group.as_ref() == Some(&g.name))
                .map(|r| r.agents.unwrap_or(0))
                .collect();
            say(format!("{} {:?}\n  was {:?}", g.name, row, g.staff));
        }
        say(format!("{:?}", s.risk));
        say(format!(
            "met {} minimal {} days {} closing {} cost {:?} bound {:?} {:?} {:?}",
            s.met, s.minimal, s.days_used, s.replications, s.cost, s.lower_bound, s.gap, s.lines
        ));
    }
    Ok(status::DONE)
}
