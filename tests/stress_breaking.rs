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
#[ignore = "takes minutes: docs/validation.md"]
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

// ---- How often the interval is wrong ----

/// The interval of 90 % over seeds, on a small queue.
#[test]
#[ignore = "takes minutes: docs/validation.md"]
fn the_interval_contains_the_exact_factor_as_often_as_it_says() {
    println!(
        "| case | seeds | contained | too low | too high | too wide | runs, mean |\n|---|--:|--:|--:|--:|--:|--:|"
    );
    let small = Case {
        name: "A, 5 agents, 80/20",
        agents: 5,
        level: 0.8,
        today: 0.9,
        ..CASE
    };
    let both = Case {
        name: "A, 8 agents, 80/20 and ASA 10.9 s",
        agents: 8,
        level: 0.8,
        max_asa_s: Some(10.9),
        ..CASE
    };
    let lines = Case {
        name: "B, 8 lines, 2 %",
        agents: 8,
        lines: Some(8),
        max_blocking: Some(0.02),
        ..CASE
    };
    for case in [small, both, lines] {
        let (mut contained, mut low, mut high, mut wide, mut runs) = (0, 0, 0, 0, 0);
        const SEEDS: u64 = 200;
        for seed in 0..SEEDS {
            let scenario = case.scenario(seed);
            let question = Question {
                confidence: 0.9,
                width: 0.04,
                explained: false,
                ..Question::of(&scenario)
            };
            let found = found(&scenario, &question).breaking_point;
            let exact = 100.0 / case.today;
            let (from, to) = found.ci.expect("it was found");
            let to = to.unwrap_or(f64::INFINITY);
            low += u64::from(to < exact);
            high += u64::from(from > exact);
            contained += u64::from(from <= exact && exact <= to);
            wide += u64::from(to - from > 4.0 + 1e-9);
            runs += found.days_used;
        }
        println!(
            "| {} | {SEEDS} | {contained} | {low} | {high} | {wide} | {} |",
            case.name,
            runs / SEEDS
        );
        // At 90 % fewer than 167 of 200 have a probability below 0.2 %.
        assert!(
            contained >= 167,
            "{}: {contained} of {SEEDS}, expected 180 or more",
            case.name
        );
        assert_eq!(wide, 0, "{}", case.name);
    }
}

// ---- Days ----

/// A short day of one queue, `more` lines following.
fn day(queue: &str, call_type: &str, group: &str, more: &str) -> Scenario {
    scenario(&format!(
        "[scenario]\nname = \"day\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n\
         [[queues]]\nname = \"q\"\n{queue}\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\n{call_type}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\n{group}\n{more}"
    ))
}

fn plain_day() -> Scenario {
    day(
        "target = \"80/20\"",
        "volume = [20, 40, 30, 10]\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"",
        "staff = [3, 5, 4, 2]",
        "",
    )
}

/// Level and its error over many days at a factor.
fn level_at(scenario: &Scenario, factor: f64, interval: Option<usize>) -> f64 {
    let model = acdsim::Model::new(&scenario.with_volume(factor));
    let settings = acdsim::Settings {
        replications: acdsim::experiment::Replications::Fixed(30_000),
        seed: 99,
        confidence: 0.95,
        threads: None,
    };
    let run = acdsim::experiment::run(&model, &settings, &Control::default(), &[]);
    let queue = &run.expect("it can be simulated").results.queues[0];
    let part = match interval {
        Some(i) => queue.intervals.as_ref().expect("a day has some")[i].get("service_level"),
        None => queue.get("service_level"),
    };
    part.mean.expect("somebody calls")
}

#[test]
fn the_target_holds_up_to_the_interval_and_not_above_it() {
    let scenario = plain_day();
    let found = found(&scenario, &Question::of(&scenario)).breaking_point;
    let (low, high) = found.ci.expect("it was found");
    let high = high.expect("it was found");
    assert!(high - low <= 2.0 + 1e-9, "{low} to {high}");
    // 30,000 other days have an error of 0.1 points.
    let (below, above) = (
        level_at(&scenario, low / 100.0, None),
        level_at(&scenario, high / 100.0, None),
    );
    assert!(below > 0.798, "{below} at {low} %, expected 0.8 or more");
    assert!(above < 0.802, "{above} at {high} %, expected 0.8 or less");
    let percent = found.percent.expect("it was found");
    // 100 callers in two hours.
    let calls_per_h = found.calls_per_h.expect("it was found");
    assert!(
        (calls_per_h - 0.5 * percent).abs() < 1e-9,
        "{calls_per_h} an hour at {percent} %"
    );
    let first = found.first_missed.expect("it was found");
    assert_eq!(
        (first.place.as_str(), first.kpi.as_str()),
        ("queues.q", "service_level")
    );
    assert_eq!((first.target, first.start), (0.8, None));
}

#[test]
fn in_each_interval_the_worst_one_decides() {
    let scenario = day(
        "target = \"80/20\"",
        "volume = [80, 160, 120, 50]\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"",
        "staff = [10, 18, 14, 6]",
        "",
    );
    let question = Question {
        per: Per::Interval,
        ..Question::of(&scenario)
    };
    let found = found(&scenario, &question).breaking_point;
    let (low, high) = found.ci.expect("it was found");
    let high = high.expect("it was found");
    assert!(high - low <= 2.0 + 1e-9, "{low} to {high}");
    let levels = |percent: f64| -> Vec<f64> {
        (0..4)
            .map(|i| level_at(&scenario, percent / 100.0, Some(i)))
            .collect()
    };
    let (below, above) = (levels(low), levels(high));
    assert!(
        below.iter().all(|level| *level > 0.797),
        "{below:?} at {low} %"
    );
    assert!(
        above.iter().any(|level| *level < 0.803),
        "{above:?} at {high} %"
    );
    let starts = ["08:00", "08:30", "09:00", "09:30"];
    let start = found.first_missed.and_then(|first| first.start);
    let first = starts.iter().position(|of| Some(*of) == start.as_deref());
    let first = first.expect("it is one of them");
    let worst = above.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(
        above[first] < worst + 0.005,
        "{start:?} is missed first, {above:?} at {high} %"
    );
}

#[test]
fn with_a_risk_the_share_of_days_decides() {
    let scenario = plain_day();
    let question = Question {
        risk: Some(0.2),
        width: 0.04,
        ..Question::of(&scenario)
    };
    let found = found(&scenario, &question).breaking_point;
    let (low, high) = found.ci.expect("it was found");
    let high = high.expect("it was found");
    let missed = |percent: f64| {
        let model = acdsim::Model::new(&scenario.with_volume(percent / 100.0));
        let settings = acdsim::Settings {
            replications: acdsim::experiment::Replications::Fixed(30_000),
            seed: 98,
            confidence: 0.95,
            threads: None,
        };
        let run = acdsim::experiment::run(&model, &settings, &Control::default(), &[]);
        let queue = run
            .expect("it can be simulated")
            .results
            .queues
            .swap_remove(0);
        1.0 - queue
            .days
            .expect("it has days")
            .target_met
            .mean
            .expect("there are some")
    };
    let (below, above) = (missed(low), missed(high));
    assert!(
        below < 0.207,
        "{below} of days miss at {low} %, expected 0.2 or less"
    );
    assert!(
        above > 0.193,
        "{above} of days miss at {high} %, expected 0.2 or more"
    );
    // The band is of the same days: 20 % lies between its 5 and 50 %.
    let band = found.band.expect("it was asked for");
    let (most, half) = (band.days_95.expect("found"), band.days_50.expect("found"));
    assert!(most < low && high < half, "{band:?}, {low} to {high}");
}

#[test]
fn what_gives_way_and_what_one_more_brings() {
    let lines = "[[trunks]]\nname = \"t\"\nlines = 6\nmax_blocking = \"2%\"\n";
    let call = "rate = \"60/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(5m)\"";
    for (queue, trunk, group, staff, place, scarce) in [
        ("target = \"80/20\"", "", "", 5, "groups.g", Scarce::Agents),
        (
            "target = \"1/20\"\nmax_abandonment = \"3%\"",
            "",
            "",
            5,
            "groups.g",
            Scarce::Patience,
        ),
        (
            "target = \"1/20\"",
            lines,
            "",
            20,
            "trunks.t",
            Scarce::Lines,
        ),
        (
            "target = \"1/20\"",
            "",
            "max_occupancy = \"70%\"",
            5,
            "groups.g",
            Scarce::Agents,
        ),
    ] {
        let by = if trunk.is_empty() {
            ""
        } else {
            "\ntrunk = \"t\""
        };
        let group = format!("staff = {staff}\n{group}");
        let own = day(queue, &format!("{call}{by}"), &group, trunk);
        let breaking = found(&own, &Question::of(&own));
        let point = &breaking.breaking_point;
        let gives_way = point.gives_way.as_ref().expect("it was asked for");
        assert_eq!(gives_way.scarce, scarce, "{place}");
        let [one_more] = point.one_more.as_slice() else {
            panic!("{:?}, expected {place}", point.one_more);
        };
        assert_eq!(one_more.place, place);
        // Searched for by itself, on other days.
        let mut more = own.clone();
        match trunk.is_empty() {
            true => more.groups[0].staff.iter_mut().for_each(|n| *n += 1),
            false => more.trunks[0].lines += 1,
        }
        let question = Question {
            seed: 5,
            explained: false,
            ..Question::of(&more)
        };
        let with = found(&more, &question)
            .breaking_point
            .percent
            .expect("found");
        let moved = with - point.percent.expect("found");
        assert!(
            (moved - one_more.points).abs() < 2.0 + 4.0 * one_more.se,
            "{place}: {one_more:?}, found {moved}"
        );
        assert!(one_more.points > 5.0 && one_more.se < 2.0, "{one_more:?}");
        let headroom = breaking.headroom_percent.expect("found");
        let expected = point.percent.expect("found") - 100.0;
        assert!(
            (headroom - expected).abs() < 1e-9,
            "{headroom}, expected {expected}"
        );
    }
}

// ---- Where there is no breaking point ----

#[test]
fn what_is_missed_at_1_percent() {
    // Nobody answers within 30 s.
    let never = day(
        "target = \"80/20\"\nagents = [{ group = \"g\", after = \"30s\" }]",
        "rate = \"600/h\"\ntalk = \"exp(1m)\"",
        "staff = 30",
        "",
    );
    let breaking = found(&never, &Question::of(&never));
    let point = &breaking.breaking_point;
    assert_eq!(point.reason, Some(Reason::MissedAtLeast));
    assert_eq!((point.percent, point.ci), (None, Some((0.0, Some(1.0)))));
    assert_eq!(breaking.headroom_percent, None);
    let first = point.first_missed.as_ref().expect("it is known");
    assert_eq!(first.place, "queues.q");
}

#[test]
fn what_holds_at_1000_percent() {
    let plenty = day(
        "target = \"80/20\"",
        "rate = \"6/h\"\ntalk = \"exp(1m)\"",
        "staff = 10",
        "",
    );
    let point = found(&plenty, &Question::of(&plenty)).breaking_point;
    assert_eq!(point.reason, Some(Reason::HoldsAtMost));
    assert_eq!((point.percent, point.ci), (None, Some((1000.0, None))));
    assert_eq!(point.first_missed, None);
}

#[test]
fn where_nobody_calls_all_holds() {
    let none = day("", "rate = \"0/h\"\ntalk = \"exp(1m)\"", "staff = 1", "");
    let point = found(&none, &Question::of(&none)).breaking_point;
    assert_eq!(point.reason, Some(Reason::HoldsAtMost));
}

#[test]
fn where_nobody_gets_through_something_is_missed() {
    let none = day(
        "",
        "rate = \"60/h\"\ntalk = \"exp(1m)\"\ntrunk = \"t\"",
        "staff = 9",
        "[[trunks]]\nname = \"t\"\nlines = 0\n",
    );
    let point = found(&none, &Question::of(&none)).breaking_point;
    assert_eq!(point.reason, Some(Reason::MissedAtLeast));
}

// ---- Budget, stop, threads ----

#[test]
fn a_small_budget_gives_a_wider_interval_that_is_right() {
    let case = Case {
        name: "A, 5 agents",
        agents: 5,
        level: 0.8,
        ..CASE
    };
    let scenario = case.scenario(3);
    let mut widths = Vec::new();
    for budget in [1_000, 3_000] {
        let question = Question {
            budget,
            width: 0.002,
            ..Question::of(&scenario)
        };
        let point = found(&scenario, &question).breaking_point;
        assert_eq!(point.reason, Some(Reason::Budget));
        assert!(point.days_used <= budget, "{} of {budget}", point.days_used);
        let Some((low, Some(high))) = point.ci else {
            panic!("{budget}: {:?}", point.ci);
        };
        assert!(
            low <= 100.0 && 100.0 <= high,
            "{low} to {high}, expected 100"
        );
        widths.push(high - low);
    }
    assert!(widths[1] < widths[0] && widths[0] < 15.0, "{widths:?}");
    // Hardly a day.
    for budget in [0, 1, 35, 100] {
        let question = Question {
            budget,
            ..Question::of(&scenario)
        };
        let point = found(&scenario, &question).breaking_point;
        assert_eq!(point.reason, Some(Reason::Budget), "{budget}");
        assert!(point.days_used <= budget, "{} of {budget}", point.days_used);
    }
}

#[test]
fn what_is_stopped_is_partial() {
    let scenario = plain_day();
    let question = Question {
        width: 0.0005,
        budget: 10_000_000,
        ..Question::of(&scenario)
    };
    let control = Control::default();
    control.stop.store(true, Ordering::Relaxed);
    let none = breaking_point(&scenario, &question, &control).expect("it is partial");
    assert!(none.partial && none.breaking_point.ci.is_none(), "{none:?}");

    let control = Control::default();
    let part = std::thread::scope(|scope| {
        scope.spawn(|| {
            while control.done.load(Ordering::Relaxed) < 3_000 {
                std::thread::yield_now();
            }
            control.stop.store(true, Ordering::Relaxed);
        });
        breaking_point(&scenario, &question, &control).expect("it is partial")
    });
    let point = part.breaking_point;
    assert!(part.partial, "{point:?}");
    let (low, high) = point.ci.expect("steps were taken");
    let percent = point.percent.expect("it was near");
    assert!(
        low <= percent && high.is_none_or(|high| percent <= high),
        "{low}, {percent}, {high:?}"
    );
}

#[test]
fn threads_do_not_matter() {
    let scenario = plain_day();
    let text = |threads| {
        let question = Question {
            threads: Some(threads),
            ..Question::of(&scenario)
        };
        serde_json::to_string(&found(&scenario, &question)).expect("JSON")
    };
    assert_eq!(text(1), text(2));
}

// ---- The document ----

#[test]
fn the_document_has_the_agreed_members() {
    let scenario = plain_day();
    let json = serde_json::to_value(found(&scenario, &Question::of(&scenario))).expect("JSON");
    let point = &json["breaking_point"];
    for member in ["percent", "calls_per_h"] {
        assert!(point[member].is_f64(), "{member}: {json}");
    }
    assert!(point["ci"][0].is_f64() && point["ci"][1].is_f64(), "{json}");
    assert_eq!(point["first_missed"]["where"], "queues.q");
    assert_eq!(point["first_missed"]["kpi"], "service_level");
    assert_eq!(point["first_missed"]["target"], 0.8);
    assert!(
        point["reason"].is_null() && json["headroom_percent"].is_f64(),
        "{json}"
    );
    for (reason, name) in [
        (Reason::MissedAtLeast, "missed_at_1_percent"),
        (Reason::HoldsAtMost, "holds_at_1000_percent"),
        (Reason::Budget, "budget"),
    ] {
        assert_eq!(serde_json::to_value(reason).expect("JSON"), name);
    }
}
