//! The breaking point: against the inverses of Erlang-A, -B and -C, and on days.

use acdsim::Control;
use acdsim::erlang::{self, Patience, Target, WaitingSystem};
use acdsim::planning::Per;
use acdsim::scenario::{self, Formula, Scenario};
use acdsim::stress::breaking::{Breaking, Question, Reason, Scarce, breaking_point};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

fn scenario(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario
}

fn found(scenario: &Scenario, question: &Question) -> Breaking {
    breaking_point(scenario, question, &Control::default()).expect("it can be simulated")
}

/// A queue with equal agents at a constant rate, whose breaking point a formula knows.
#[derive(Debug, Clone)]
struct Case {
    name: &'static str,
    agents: u32,
    aht_s: f64,
    /// Mean patience; none is endless.
    patience_s: Option<f64>,
    /// Lines; none is as many as it takes.
    lines: Option<u32>,
    level: f64,
    within_s: f64,
    max_asa_s: Option<f64>,
    max_abandonment: Option<f64>,
    max_blocking: Option<f64>,
    max_occupancy: Option<f64>,
    /// The scenario's volume, as a part of that at which it breaks.
    today: f64,
}

const CASE: Case = Case {
    name: "",
    agents: 10,
    aht_s: 180.0,
    patience_s: Some(120.0),
    lines: None,
    level: 0.01,
    within_s: 20.0,
    max_asa_s: None,
    max_abandonment: None,
    max_blocking: None,
    max_occupancy: None,
    today: 1.0,
};

impl Case {
    /// Calls per hour up to which all targets hold.
    fn exact(&self) -> f64 {
        let patience = match self.patience_s {
            Some(mean_s) => Patience::exponential(mean_s).expect("a mean"),
            None => Patience::endless(),
        };
        let system = WaitingSystem {
            calls_per_h: 1.0,
            aht_s: self.aht_s,
            agents: f64::from(self.agents),
            patience,
            limit: None,
        };
        if let (Some(lines), Some(max)) = (self.lines, self.max_blocking) {
            // As many agents as lines: nobody waits.
            assert_eq!(lines, self.agents);
            return erlang::loss::largest_erlangs(f64::from(lines), max).expect("there is one")
                * 3600.0
                / self.aht_s;
        }
        let mut targets = vec![Target::ServiceLevel {
            fraction: self.level,
            within_s: self.within_s,
            formula: Formula::AnsweredOverOffered,
            short_s: 5.0,
        }];
        targets.extend(self.max_asa_s.map(|max_s| Target::Asa { max_s }));
        targets.extend(self.max_abandonment.map(|max| Target::Abandonment { max }));
        targets.extend(self.max_occupancy.map(|max| Target::Occupancy { max }));
        system.largest_calls_per_h(&targets).expect("there is one")
    }

    fn scenario(&self, seed: u64) -> Scenario {
        let line = |key: &str, value: Option<String>| {
            value.map_or(String::new(), |value| format!("{key} = \"{value}\"\n"))
        };
        let percent = |x: Option<f64>| x.map(|x| format!("{}%", 100.0 * x));
        let seconds = |x: Option<f64>| x.map(|x| format!("{x}s"));
        let trunk = self.lines.map_or(String::new(), |lines| {
            format!(
                "[[trunks]]\nname = \"t\"\nlines = {lines}\n{}",
                line("max_blocking", percent(self.max_blocking))
            )
        });
        let text = format!(
            "[scenario]\nname = \"s\"\n[run]\nmode = \"steady\"\nwarm_up = \"3h\"\nlength = \"800h\"\nseed = {seed}\nconfidence = 0.999\n\
             {trunk}[[queues]]\nname = \"q\"\ntarget = \"{}/{}\"\n{}{}\
             [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{}/h\"\ntalk = \"exp({}s)\"\n{}{}\
             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {}\n{}",
            100.0 * self.level,
            self.within_s,
            line("max_asa", seconds(self.max_asa_s)),
            line("max_abandonment", percent(self.max_abandonment)),
            self.exact() * self.today,
            self.aht_s,
            line(
                "patience",
                self.patience_s.map(|mean_s| format!("exp({mean_s}s)"))
            ),
            line("trunk", self.lines.map(|_| "t".to_owned())),
            self.agents,
            line("max_occupancy", percent(self.max_occupancy)),
        );
        scenario(&text)
    }

    /// The exact breaking point is in the interval, and that is 2 points wide.
    fn check(&self, seed: u64) {
        let scenario = self.scenario(seed);
        let question = Question {
            explained: false,
            ..Question::of(&scenario)
        };
        let start = Instant::now();
        let found = found(&scenario, &question);
        let point = &found.breaking_point;
        let exact = 100.0 / self.today;
        let Some((low, Some(high))) = point.ci else {
            panic!("{}: {:?}, expected {exact} %", self.name, point.ci);
        };
        println!(
            "| {} | {exact:.2} | {low:.2} to {high:.2} | {:.2} | {} | {:.1} |",
            self.name,
            point.percent.unwrap_or(f64::NAN),
            point.days_used,
            start.elapsed().as_secs_f64(),
        );
        assert!(
            low <= exact && exact <= high,
            "{}: {low} to {high}, expected {exact}",
            self.name
        );
        assert!(
            high - low <= 2.0 + 1e-9,
            "{}: {low} to {high} is wider than 2 points",
            self.name
        );
        assert_eq!(point.reason, None, "{}", self.name);
        let percent = point.percent.expect("it is known");
        assert!(
            low <= percent && percent <= high,
            "{}: {percent}",
            self.name
        );
    }
}

fn cases() -> Vec<Case> {
    let a = |name, agents, aht_s, patience_s, level, within_s, today| Case {
        name,
        agents,
        aht_s,
        patience_s: Some(patience_s),
        level,
        within_s,
        today,
        ..CASE
    };
    let b = |name, lines, aht_s, max, today| Case {
        name,
        agents: lines,
        lines: Some(lines),
        aht_s,
        max_blocking: Some(max),
        today,
        ..CASE
    };
    vec![
        a("A, 6 agents, 80/20", 6, 240.0, 120.0, 0.8, 20.0, 1.0),
        a("A, 15 agents, 90/10", 15, 180.0, 90.0, 0.9, 10.0, 0.7),
        a("A, 30 agents, 70/30", 30, 300.0, 60.0, 0.7, 30.0, 1.2),
        a("A, 60 agents, 80/20", 60, 200.0, 180.0, 0.8, 20.0, 0.9),
        a("A, 2 agents, 60/60", 2, 120.0, 300.0, 0.6, 60.0, 0.45),
        a("A, 100 agents, 95/5", 100, 150.0, 240.0, 0.95, 5.0, 2.2),
        Case {
            name: "A, 8 agents, abandonment 3 %",
            agents: 8,
            max_abandonment: Some(0.03),
            today: 0.8,
            ..CASE
        },
        Case {
            name: "A, 25 agents, abandonment 8 %",
            agents: 25,
            max_abandonment: Some(0.08),
            today: 1.1,
            ..CASE
        },
        Case {
            name: "A, 12 agents, ASA 10 s",
            agents: 12,
            max_asa_s: Some(10.0),
            today: 0.6,
            ..CASE
        },
        Case {
            name: "A, 40 agents, ASA 25 s",
            agents: 40,
            patience_s: Some(300.0),
            max_asa_s: Some(25.0),
            today: 1.0,
            ..CASE
        },
        Case {
            name: "A, 10 agents, occupancy 80 %",
            max_occupancy: Some(0.8),
            today: 1.0,
            ..CASE
        },
        Case {
            name: "A, 35 agents, occupancy 92 %",
            agents: 35,
            max_occupancy: Some(0.92),
            today: 0.5,
            ..CASE
        },
        Case {
            name: "A, 20 agents, 80/20 and abandonment 2 %",
            agents: 20,
            level: 0.8,
            max_abandonment: Some(0.02),
            today: 0.95,
            ..CASE
        },
        Case {
            name: "A, 18 agents, 85/15, ASA 12 s, occupancy 88 %",
            agents: 18,
            level: 0.85,
            within_s: 15.0,
            max_asa_s: Some(12.0),
            max_occupancy: Some(0.88),
            today: 1.3,
            ..CASE
        },
        Case {
            name: "C, 9 agents, 80/20",
            agents: 9,
            patience_s: None,
            level: 0.8,
            today: 1.0,
            ..CASE
        },
        Case {
            name: "C, 20 agents, ASA 30 s",
            agents: 20,
            patience_s: None,
            max_asa_s: Some(30.0),
            today: 0.9,
            ..CASE
        },
        b("B, 10 lines, 1 %", 10, 180.0, 0.01, 1.0),
        b("B, 30 lines, 2 %", 30, 240.0, 0.02, 0.8),
        b("B, 5 lines, 5 %", 5, 90.0, 0.05, 1.6),
        b("B, 60 lines, 0.5 %", 60, 120.0, 0.005, 0.55),
    ]
}

#[test]
fn the_interval_contains_what_the_formulas_say() {
    let cases = cases();
    for number in [0, 6, 8, 10, 18] {
        cases[number].check(1000 + number as u64);
    }
}

#[test]
#[ignore = "takes a minute: docs/validation.md"]
fn the_interval_contains_what_the_formulas_say_in_all_20_scenarios() {
    println!(
        "| case | exact, % | interval | estimate | runs | seconds |\n|---|--:|--:|--:|--:|--:|"
    );
    for (number, case) in cases().iter().enumerate() {
        case.check(1000 + number as u64);
    }
}

fn bundled(changes: &[&str]) -> Scenario {
    let changes: Vec<String> = changes.iter().map(|&c| c.to_owned()).collect();
    let text = include_str!("../scenarios/default.toml");
    let loaded = scenario::parse("default.toml", text, Path::new(""), &changes);
    loaded.expect("it is valid").scenario
}

const NO_BUSYNESS: [&str; 2] = [
    "scenario.busyness_cv=0",
    "call_types.sales call.busyness_cv=0",
];

/// Seconds for the bundled day: run it in release, on an idle machine.
#[test]
#[ignore = "measures time: docs/validation.md"]
fn speed_on_the_bundled_day() {
    println!(
        "| busyness | per | risk | explained | least, s | median, s | days | interval |\n|---|---|--:|---|--:|--:|--:|---|"
    );
    for (name, changes) in [("off", &NO_BUSYNESS[..]), ("6 %", &[])] {
        let scenario = bundled(changes);
        let kinds = [
            (Per::Day, None, false),
            (Per::Day, None, true),
            (Per::Day, Some(0.1), true),
            (Per::Interval, None, true),
        ];
        for (per, risk, explained) in kinds {
            let question = Question {
                explained,
                per,
                risk,
                ..Question::of(&scenario)
            };
            let mut seconds = Vec::new();
            let mut last = None;
            for _ in 0..5 {
                let start = Instant::now();
                last = Some(found(&scenario, &question).breaking_point);
                seconds.push(start.elapsed().as_secs_f64());
            }
            seconds.sort_by(f64::total_cmp);
            let point = last.expect("it ran");
            println!(
                "| {name} | {} | {risk:?} | {explained} | {:.1} | {:.1} | {} | {:?} {:?} |",
                per.name(),
                seconds[0],
                seconds[2],
                point.days_used,
                point.ci,
                point.band
            );
            println!("{:?}", point.one_more);
        }
    }
}

#[test]
fn stubs() {
    let _ = (Reason::Budget, Scarce::Lines, Ordering::Relaxed);
}
