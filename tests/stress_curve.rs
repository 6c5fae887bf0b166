//! The capacity curve: against exact formulas, its knee, what ends it, and the command.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::erlang::{Patience, Thresholds, WaitingSystem};
use acdsim::experiment::{Control, Replications, Settings};
use acdsim::kpi::{FormulaAnswer, FormulaFigures, NotApplicable};
use acdsim::planning::{AgentsSeen, day_formulas};
use acdsim::report::{self, text::Page};
use acdsim::scenario::{self, Formula, Scenario};
use acdsim::stress::{self, Curve, CurveQuestion, Error, NoKnee, Stress, knee, volumes};
use acdsim::{Model, experiment};
use common::command::{acdsim_in, done_in, ended_early_in, json_in, refused_in, stdout_in};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use unicode_width::UnicodeWidthStr;

/// Two hours with a quiet and a busy end.
const DESK: &str = r#"
[scenario]
name = "Small desk"
open = "08:00-10:00"

[[queues]]
name = "help"
target = "80/20"

[[call_types]]
name = "question"
queue = "help"
volume = [20, 40, 30, 10]
talk = "exp(3m)"
patience = "exp(2m)"

[[groups]]
name = "desk"
skills = ["help"]
staff = [3, 5, 5, 3]
"#;

/// One long run, M/M/9 with patience.
const STEADY: &str = r#"
[scenario]
name = "Steady desk"
[run]
mode = "steady"
warm_up = "20h"
length = "1000h"
[[queues]]
name = "help"
target = "80/20"
[[call_types]]
name = "question"
queue = "help"
rate = "120/h"
talk = "exp(4m)"
patience = "exp(2m)"
[[groups]]
name = "desk"
skills = ["help"]
staff = 9
"#;

fn parsed(text: &str, changes: &[&str]) -> Scenario {
    let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
    let loaded = scenario::parse("test", text, Path::new(""), &changes);
    loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario
}

fn found(scenario: &Scenario, percents: &[f64]) -> Stress {
    let question = CurveQuestion {
        percents: percents.to_vec(),
        ..CurveQuestion::new(scenario)
    };
    stress::curve(scenario, &question, &Control::default()).expect("a curve")
}

fn curve(scenario: &Scenario, percents: &[f64]) -> Curve {
    found(scenario, percents).curve.expect("it was asked for")
}

/// Erlang-A, or -C without patience, of the steady desk at a volume.
fn exact(percent: f64, patience_s: Option<f64>) -> FormulaFigures {
    let patience = patience_s
        .map(|mean_s| Patience::new(&scenario::Distribution::Exp { mean_s }, 0.0).unwrap());
    let system = WaitingSystem {
        calls_per_h: 1.2 * percent,
        aht_s: 240.0,
        agents: 9.0,
        patience: patience.unwrap_or_else(Patience::endless),
        limit: None,
    };
    let at = Thresholds {
        within_s: 20.0,
        short_s: 5.0,
        percentile: None,
    };
    let of = system.performance(&at).expect("it is stable");
    FormulaFigures {
        erlangs: of.erlangs,
        agents: 9.0,
        service_level: of.service_level(Formula::AnsweredOverOffered),
        asa_s: of.asa_s.unwrap(),
        abandonment_rate: of.abandonment_rate,
        occupancy: of.occupancy,
    }
}

fn close(a: f64, b: f64, what: &str) {
    assert!(
        (a - b).abs() <= 1e-9 * b.abs().max(1.0),
        "{what}: {a}, expected {b}"
    );
}

/// At every volume the simulated figures are those of Erlang-A, and so is what stands beside them.
#[test]
fn the_points_of_a_steady_queue_are_those_of_erlang_a() {
    let percents = [50.0, 80.0, 100.0, 130.0, 200.0];
    let curve = curve(&parsed(STEADY, &[]), &percents);
    assert_eq!(curve.percents(), percents);
    for row in curve.of("queues.help") {
        let exact = exact(row.percent, Some(120.0));
        for (kpi, expected) in [
            ("service_level", exact.service_level),
            ("abandonment_rate", exact.abandonment_rate),
            ("asa_s", exact.asa_s),
        ] {
            let estimate = row.get(kpi);
            let (mean, se) = (estimate.mean.unwrap(), estimate.se.unwrap());
            // 15 figures on the same callers: the limit holds for all with more than 99.9 %.
            assert!(
                (mean - expected).abs() <= 4.0 * se + 1e-12,
                "{} %, {kpi}: {mean} ± {se}, expected {expected}",
                row.percent
            );
        }
        let formulas = row.erlang.expect("it is a queue");
        assert_eq!(formulas.agents, AgentsSeen::Own);
        let Some(FormulaAnswer::Figures(a)) = formulas.a else {
            panic!("no Erlang-A at {} %", row.percent);
        };
        close(
            a.service_level,
            exact.service_level,
            "Erlang-A's service level",
        );
        close(a.asa_s, exact.asa_s, "Erlang-A's ASA");
        close(
            a.abandonment_rate,
            exact.abandonment_rate,
            "Erlang-A's abandonment",
        );
        close(a.occupancy, exact.occupancy, "Erlang-A's occupancy");
        // 9 agents are 9 erlangs: 112.5 % of today's.
        let c = formulas.c.and_then(|c| c.not_applicable());
        let expected = (row.percent > 112.5).then_some(NotApplicable::Unstable);
        assert_eq!(c, expected, "Erlang-C at {} %", row.percent);
    }
}

/// What a formula says of a day is the sum of what it says of its intervals.
#[test]
fn a_day_is_the_sum_of_its_intervals() {
    for formula in [
        "answered_over_offered",
        "answered_over_answered",
        "without_early_abandons",
        "with_abandons",
    ] {
        let change = format!("queues.help.service_level={formula}");
        let scenario = parsed(DESK, &[&change]);
        let said = day_formulas(&Model::new(&scenario))[0];
        let Some(FormulaAnswer::Figures(a)) = said.a else {
            panic!("{said:?}");
        };
        let at = Thresholds {
            within_s: 20.0,
            short_s: 5.0,
            percentile: None,
        };
        let (mut met, mut base, mut waited, mut answered, mut offered) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (calls, agents) in [(20.0, 3.0), (40.0, 5.0), (30.0, 5.0), (10.0, 3.0)] {
            let system = WaitingSystem {
                calls_per_h: 2.0 * calls,
                aht_s: 180.0,
                agents,
                patience: Patience::new(&scenario::Distribution::Exp { mean_s: 120.0 }, 0.0)
                    .unwrap(),
                limit: None,
            };
            let of = system.performance(&at).unwrap();
            let in_time = calls * of.service_level(Formula::AnsweredOverOffered);
            let of_answered = calls * (1.0 - of.abandonment_rate);
            let early = calls * of.service_level(Formula::WithAbandons) - in_time;
            let (x, y) = match formula {
                "answered_over_offered" => (in_time, calls),
                "answered_over_answered" => (in_time, of_answered),
                "with_abandons" => (in_time + early, calls),
                _ => (in_time, calls - early),
            };
            met += x;
            base += y;
            waited += of_answered * of.asa_s.unwrap();
            answered += of_answered;
            offered += calls;
        }
        close(a.service_level, met / base, formula);
        close(a.asa_s, waited / answered, "ASA");
        close(a.abandonment_rate, 1.0 - answered / offered, "abandonment");
        close(a.agents, 4.0, "agents");
        close(a.erlangs, 2.5, "erlangs");
    }
    // In the second interval 4 × 1.3 erlangs come to 5 agents.
    let c = |percent: f64| {
        let scenario = parsed(DESK, &[]).with_volume(percent / 100.0);
        day_formulas(&Model::new(&scenario))[0].c.unwrap()
    };
    assert!(c(120.0).figures().is_some());
    assert_eq!(c(130.0).not_applicable(), Some(NotApplicable::Unstable));
}

/// Whom the formulas take for a queue's agents.
#[test]
fn formulas_say_whom_they_see() {
    let second = "\n[[queues]]\nname = \"sales\"\n[[call_types]]\nname = \"order\"\nqueue = \"sales\"\nrate = \"20/h\"\n\
                  talk = \"exp(3m)\"\npatience = \"exp(2m)\"\n[[groups]]\nname = \"sellers\"\n";
    let seen = |skills: &str, desk: &str| {
        let text = format!("{DESK}{second}skills = [{skills}]\nstaff = 4\n");
        let scenario = parsed(&text, &[&format!("groups.desk.skills=[{desk}]")]);
        let said = day_formulas(&Model::new(&scenario));
        let of = |i: usize| (said[i].agents, said[i].a.unwrap().not_applicable());
        [of(0), of(1)]
    };
    use AgentsSeen::{First, Own, Pooled};
    assert_eq!(seen("\"sales\"", "\"help\""), [(Own, None), (Own, None)]);
    let shared = Some(NotApplicable::SharedAgents);
    // The sellers take both kinds of calls first, the desk one of them.
    assert_eq!(
        seen("\"sales\", \"help\"", "\"help\""),
        [(First, shared), (First, shared)]
    );
    assert_eq!(
        seen("\"sales\", \"help\"", "\"sales\", \"help\""),
        [(Pooled, None), (Pooled, None)]
    );
    // The bundled day: each queue has its own agents first, and the others help.
    let bundled = parsed(include_str!("../scenarios/default.toml"), &[]);
    let said = day_formulas(&Model::new(&bundled));
    for formulas in said {
        assert_eq!(
            (formulas.agents, formulas.a.unwrap().not_applicable()),
            (First, None)
        );
    }
    let nobody = parsed(DESK, &["groups.desk.staff=[3, 0, 5, 3]"]);
    let said = day_formulas(&Model::new(&nobody))[0];
    assert_eq!(
        said.a.unwrap().not_applicable(),
        Some(NotApplicable::NoAgents)
    );
}

/// The knee of the simulated curve is that of the exact one, whatever the seed.
#[test]
fn the_knee_is_that_of_the_exact_curve() {
    let percents = volumes(10.0, 300.0, 30);
    let exact: Vec<(f64, f64)> = percents
        .iter()
        .map(|&percent| (percent, exact(percent, Some(120.0)).service_level))
        .collect();
    let expected = knee(&exact, 0.05).expect("it bends").x;
    for seed in ["1", "2", "3"] {
        let scenario = parsed(STEADY, &["run.length=400h", &format!("run.seed={seed}")]);
        let curve = curve(&scenario, &percents);
        let found = curve.knee("queues.help").unwrap();
        let at = found.percent.expect("it bends");
        assert!(
            (at - expected).abs() <= 3.0,
            "seed {seed}: {at}, expected {expected}"
        );
        let (low, high) = found.between.unwrap();
        assert!(low <= at && at <= high && high - low < 10.001, "{found:?}");
    }
}

/// More agents move the knee up, and a curve that stays flat has none.
#[test]
fn the_knee_follows_the_staff() {
    let percents = volumes(10.0, 300.0, 30);
    let at = |change: &str| {
        let scenario = parsed(DESK, &[change]);
        let curve = curve(&scenario, &percents);
        curve.knee("queues.help").unwrap().clone()
    };
    let (few, many) = (at("groups.desk.staff+=0"), at("groups.desk.staff*=2"));
    assert!(
        many.percent > few.percent.map(|few| few + 30.0),
        "{few:?} {many:?}"
    );
    let flat = at("groups.desk.staff=60");
    assert_eq!(
        (flat.percent, flat.reason),
        (None, Some(NoKnee::Flat)),
        "{flat:?}"
    );
}

/// A point is what a run of so many days gives, on however many threads.
#[test]
fn a_point_is_a_run() {
    let scenario = parsed(DESK, &[]);
    let question = |threads| CurveQuestion {
        percents: vec![60.0, 100.0],
        threads: Some(threads),
        ..CurveQuestion::new(&scenario)
    };
    let found =
        |threads| stress::curve(&scenario, &question(threads), &Control::default()).unwrap();
    let (one, two) = (found(1), found(2));
    assert_eq!(one, two);
    let curve = one.curve.unwrap();
    let row = curve.of("queues.help").last().unwrap();
    assert!([50, 100, 200, 400].contains(&row.days), "{} days", row.days);
    let model = Model::new(&scenario);
    let settings = Settings {
        replications: Replications::Fixed(row.days),
        ..Settings::of(&model)
    };
    let run = experiment::run(&model, &settings, &Control::default(), &[]).unwrap();
    assert_eq!(row.kpis, run.results.queues[0].kpis);
    let days: u64 = curve.of("total").map(|row| row.days).sum();
    assert_eq!(one.run.days_used, days);
}

#[test]
fn points_are_as_precise_as_asked() {
    let scenario = parsed(DESK, &[]);
    let ask = |half_width, most_days| {
        let question = CurveQuestion {
            percents: volumes(50.0, 150.0, 5),
            half_width,
            most_days,
            ..CurveQuestion::new(&scenario)
        };
        stress::curve(&scenario, &question, &Control::default()).unwrap()
    };
    let found = ask(0.02, 400);
    let curve = found.curve.unwrap();
    assert_eq!(
        curve.precision.map(|p| p.reached),
        Some(true),
        "{:?}",
        found.run.warnings
    );
    for row in curve.of("queues.help") {
        let half = row.get("service_level").half_width().unwrap();
        assert!(
            half <= 0.02,
            "{} %: ± {half} after {} days",
            row.percent,
            row.days
        );
    }
    let found = ask(0.001, 60);
    assert_eq!(
        found.curve.unwrap().precision.map(|p| p.reached),
        Some(false)
    );
    let warning = &found.run.warnings[0];
    assert!(
        warning.contains("0.1pp") && warning.contains("more than 60 days"),
        "{warning}"
    );
}

/// What cannot be simulated ends the curve; if it is the first volume, there is none.
#[test]
fn a_volume_without_a_steady_state_ends_the_curve() {
    let endless = parsed(STEADY, &["call_types.question.patience=never"]);
    let result = found(&endless, &[50.0, 100.0, 150.0, 200.0]);
    let curve = result.curve.unwrap();
    assert_eq!(curve.percents(), [50.0, 100.0]);
    let ended = curve.ended.expect("it ends");
    assert_eq!(ended.percent, 150.0);
    assert!(ended.reason.contains("no steady state"), "{}", ended.reason);
    assert!(
        !result.run.partial && result.run.warnings.len() == 1,
        "{:?}",
        result.run
    );
    let question = CurveQuestion {
        percents: vec![150.0, 200.0],
        ..CurveQuestion::new(&endless)
    };
    let error = stress::curve(&endless, &question, &Control::default()).unwrap_err();
    assert!(
        matches!(error, Error::FirstVolume { percent: 150.0, .. }),
        "{error}"
    );
}

/// Stopped early, the points that are complete are those of the whole curve.
#[test]
fn a_curve_that_is_stopped_has_its_first_points() {
    let scenario = parsed(DESK, &[]);
    let question = CurveQuestion::new(&scenario);
    let whole = stress::curve(&scenario, &question, &Control::default()).unwrap();
    let control = Control::default();
    let stopped = std::thread::scope(|scope| {
        scope.spawn(|| {
            while control.parts_done.load(Ordering::Relaxed) < 2 {
                std::thread::yield_now();
            }
            control.stop.store(true, Ordering::Relaxed);
        });
        stress::curve(&scenario, &question, &control)
    });
    let stopped = stopped.expect("some points");
    let (rows, all) = (stopped.curve.unwrap().rows, whole.curve.unwrap().rows);
    assert!(rows.len() >= 2 * 3, "{} rows", rows.len());
    assert_eq!(rows[..], all[..rows.len()]);
    assert_eq!(stopped.run.partial, rows.len() < all.len());
    let control = Control::default();
    control.stop.store(true, Ordering::Relaxed);
    let error = stress::curve(&scenario, &question, &control).unwrap_err();
    assert!(
        matches!(error, Error::Run(experiment::Error::NothingDone(_))),
        "{error}"
    );
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("desk.toml"), DESK).unwrap();
    folder
}

#[test]
fn the_document() {
    let folder = project();
    let arguments = [
        "stress",
        "desk.toml",
        "--curve",
        "--volumes",
        "50%, 100%..200%:50%",
        "--json",
    ];
    let document = json_in(folder.path(), &arguments);
    assert_eq!(document["schema"], "acdsim.stress/1");
    assert_eq!(document["scenario"]["name"], "Small desk");
    let rows = document["curve"].as_array().unwrap();
    let of =
        |place: &str| -> Vec<&Value> { rows.iter().filter(|row| row["where"] == place).collect() };
    let percents: Vec<f64> = of("total")
        .iter()
        .map(|row| row["percent"].as_f64().unwrap())
        .collect();
    assert_eq!(percents, [50.0, 100.0, 150.0, 200.0]);
    for place in ["total", "queues.help", "call_types.question", "groups.desk"] {
        assert_eq!(of(place).len(), 4, "{place}");
    }
    let row = of("queues.help")[1];
    for kpi in [
        "service_level",
        "abandonment_rate",
        "blocking_rate",
        "asa_s",
        "offered",
    ] {
        assert!(
            row[kpi]["mean"].is_f64() && row[kpi]["ci"].is_array(),
            "{kpi}: {}",
            row[kpi]
        );
    }
    assert!(
        row["erlang"]["a"]["service_level"].is_f64(),
        "{}",
        row["erlang"]
    );
    assert_eq!(
        of("queues.help")[3]["erlang"]["c"]["not_applicable"],
        "unstable"
    );
    assert!(of("groups.desk")[0]["occupancy"]["mean"].is_f64());
    assert!(of("total")[0].get("erlang").is_none());
    let knees = document["knees"].as_array().unwrap();
    assert_eq!(
        (knees.len(), &knees[0]["where"]),
        (1, &Value::from("queues.help"))
    );
    assert_eq!(document["run"]["partial"], false);
    for other in ["breaking_point", "recovery", "timeline", "ended"] {
        assert!(document.get(other).is_none(), "{other}");
    }
}

#[test]
fn text_for_people() {
    let folder = project();
    let text = stdout_in(
        folder.path(),
        &[
            "stress",
            "desk.toml",
            "--curve",
            "--volumes",
            "20%..200%:20%",
        ],
    );
    insta::assert_snapshot!(text);
}

/// At any width, and of any scenario, no line is too long, and no figure is cut.
#[test]
fn text_fits_the_page() {
    let bundled = parsed(
        include_str!("../scenarios/default.toml"),
        &["scenario.busyness_cv=0"],
    );
    let result = found(&bundled, &[50.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0]);
    let view = report::stress::View::new(&result, &bundled, None);
    for width in [40, 60, 80, 100, 200] {
        let page = Page {
            width,
            colour: false,
            intervals: false,
        };
        let text = report::stress::text(&view, &page);
        for line in text.lines() {
            assert!(line.width() <= width, "{width} columns: {line}");
        }
        assert!(text.contains("100 % today"), "{text}");
        assert!(text.contains("service %"), "{text}");
    }
}

#[test]
fn files() {
    let folder = project();
    let at = folder.path();
    let few = [
        "stress",
        "desk.toml",
        "--curve",
        "--volumes",
        "20%..200%:20%",
    ];
    let asked = ["--report", "p.html", "--plots", "plots", "--csv", "tables"];
    done_in(at, &[&few[..], &asked].concat());
    let page = fs::read_to_string(at.join("p.html")).unwrap();
    for piece in [
        "Capacity curve",
        "Queues beside Erlang",
        "80\u{a0}% in 20\u{a0}s",
        "Satopää",
        "<svg",
        "Small desk",
    ] {
        assert!(page.contains(piece), "no {piece:?} in the page");
    }
    assert!(
        !page.contains("{{") && !page.contains("{%"),
        "the template shows"
    );
    for file in [
        "capacity.svg",
        "capacity.png",
        "queue-help.svg",
        "queue-help.png",
    ] {
        assert!(
            fs::metadata(at.join("plots").join(file)).unwrap().len() > 1000,
            "{file}"
        );
    }
    let svg = fs::read_to_string(at.join("plots/capacity.svg")).unwrap();
    for piece in [
        "today&apos;s volume",
        "knee",
        "Erlang-A",
        "Occupancy",
        "<desc>",
    ] {
        let there = svg.contains(piece) || svg.contains(&piece.replace("&apos;", "'"));
        assert!(there, "no {piece:?} in the picture");
    }
    let csv = fs::read_to_string(at.join("tables/curve.csv")).unwrap();
    assert!(
        csv.starts_with("percent,days,part,name,kpi,unit,mean,ci_low,ci_high,se"),
        "{csv}"
    );
    assert!(
        csv.contains("100,50,queues,help,service_level,fraction,")
            || csv.contains("100,100,queues,help"),
        "{csv}"
    );
    let erlang = fs::read_to_string(at.join("tables/erlang.csv")).unwrap();
    assert_eq!(erlang.lines().count(), 1 + 2 * 10, "{erlang}");
    assert!(erlang.contains("200,help,c,own,unstable,"), "{erlang}");
    let knees = fs::read_to_string(at.join("tables/knees.csv")).unwrap();
    assert!(knees.contains("queues,help,service_level,"), "{knees}");
    // What exists is kept.
    let refused = refused_in(at, &[&few[..], &["--csv", "tables"]].concat());
    assert!(refused.contains("--force"), "{refused}");
    let same = refused_in(at, &[&few[..], &["--csv", "x", "--plots", "x"]].concat());
    assert!(same.contains("name another place"), "{same}");
}

#[test]
fn what_is_wrong_is_told() {
    let folder = project();
    let refused = |arguments: &[&str]| {
        refused_in(
            folder.path(),
            &[&["stress", "desk.toml"], arguments].concat(),
        )
    };
    for (volumes, piece) in [
        ("100", "in per cent"),
        ("0.5..1.5:0.1", "in per cent"),
        ("10%..20%", "FROM..TO:STEP"),
        ("200%..100%:10%", "FROM..TO:STEP"),
        ("0%", "more than 0%"),
        ("-50%", "more than 0%"),
        ("20000%", "at most 10000%"),
        ("10%,,20%", "in per cent"),
        ("0.1%..10000%:0.1%", "more than 1000 volumes"),
    ] {
        let said = refused(&["--curve", "--volumes", volumes]);
        assert!(said.contains(piece), "{volumes}: {said}");
    }
    let said = refused(&["--curve", "--until-precise", "2%"]);
    assert!(said.contains("2pp"), "{said}");
    let said = refused(&["--curve", "--force"]);
    assert!(
        said.contains("--report") || said.contains("required"),
        "{said}"
    );
}

/// Ctrl-C, or the end of its time, leaves the points that are complete.
#[test]
#[cfg(unix)]
fn ended_early() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "stress",
        "--curve",
        "--volumes",
        "1%..300%:1%",
        "--until-precise",
        "0.01pp",
        "--max-replications",
        "5000",
        "--json",
    ];
    for (status, document) in ended_early_in(folder.path(), &arguments) {
        assert_eq!(document["run"]["partial"], true);
        assert!(status == 130 || status == 0, "{status}");
        let rows = document["curve"].as_array().unwrap();
        assert_eq!(rows[0]["percent"], 1.0);
    }
}

/// A single volume is a curve, too.
#[test]
fn one_volume() {
    let folder = project();
    let asked = [
        "stress",
        "desk.toml",
        "--curve",
        "--volumes",
        "100%",
        "--plots",
        "p",
        "--report",
        "p.html",
    ];
    let output = acdsim_in(folder.path(), &asked);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("100 % of today's volume") && text.contains("It has no knee"),
        "{text}"
    );
}
