//! The text report: what it says, and that it keeps to its page.

#![allow(clippy::unwrap_used)]

use acdsim::experiment::{self, Control, Replications, Settings};
use acdsim::kpi::Results;
use acdsim::model::Model;
use acdsim::planning;
use acdsim::report::text::Page;
use acdsim::scenario::{self, Scenario};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

fn page(width: usize) -> Page {
    Page {
        width,
        colour: false,
        intervals: false,
    }
}

fn simulate(text: &str, days: u64) -> (Results, Scenario) {
    let loaded = scenario::parse("test.toml", text, Path::new(""), &[]);
    let loaded = loaded.unwrap_or_else(|e| panic!("{}", e.render(false, 100)));
    let model = Model::new(&loaded.scenario);
    let settings = Settings {
        replications: Replications::Fixed(days),
        threads: Some(1),
        ..Settings::of(&model)
    };
    let mut run =
        experiment::run(&model, &settings, &Control::default(), &loaded.warnings).unwrap();
    planning::beside(&model, &mut run.results);
    (run.results, loaded.scenario)
}

fn bundled(days: u64) -> (Results, Scenario) {
    simulate(include_str!("../scenarios/default.toml"), days)
}

/// One queue, two agents, and nothing else.
const SMALL: &str = r#"
[scenario]
name = "Small"
open = "08:00-10:00"
[[trunks]]
name = "line"
lines = 5
max_blocking = "1%"
[[queues]]
name = "help"
max_abandonment = "3%"
max_asa = "10s"
[[call_types]]
name = "help"
queue = "help"
trunk = "line"
rate = "20/h"
patience = "exp(2m)"
talk = "exp(3m)"
[[groups]]
name = "agents"
skills = ["help"]
staff = 2
max_occupancy = "95%"
"#;

#[test]
fn the_bundled_day() {
    let (results, scenario) = bundled(40);
    insta::assert_snapshot!("bundled_100", page(100).render(&results, &scenario));
    insta::assert_snapshot!("bundled_60", page(60).render(&results, &scenario));
    let intervals = Page {
        intervals: true,
        ..page(100)
    };
    insta::assert_snapshot!("bundled_intervals", intervals.render(&results, &scenario));
}

#[test]
fn a_steady_run() {
    let steady = SMALL
        .replace(
            "[[trunks]]",
            "[run]\nmode = \"steady\"\nwarm_up = \"24h\"\nlength = \"2000h\"\n[[trunks]]",
        )
        .replace("open = \"08:00-10:00\"\n", "")
        .replace(
            "max_asa",
            "service_level = \"without_short_abandons\"\nmax_asa",
        );
    let (results, scenario) = simulate(&steady, 1);
    let intervals = Page {
        intervals: true,
        ..page(100)
    };
    insta::assert_snapshot!(intervals.render(&results, &scenario));
}

#[test]
fn nobody_calls() {
    let (results, scenario) = simulate(&SMALL.replace("20/h", "0/h"), 20);
    insta::assert_snapshot!(page(100).render(&results, &scenario));
}

#[test]
fn nobody_answers() {
    let (results, scenario) = simulate(&SMALL.replace("staff = 2", "staff = 0"), 20);
    insta::assert_snapshot!(page(100).render(&results, &scenario));
}

#[test]
fn a_run_that_was_stopped() {
    let (mut results, scenario) = simulate(SMALL, 7);
    results.run.partial = true;
    results.run.warnings = vec![
        "a remark that is long enough to be broken into two lines, so that its indent is seen"
            .into(),
    ];
    insta::assert_snapshot!(page(60).render(&results, &scenario));
}

#[test]
fn a_single_day_claims_nothing() {
    let (results, scenario) = simulate(SMALL, 1);
    let report = page(100).render(&results, &scenario);
    assert!(report.contains("· 1 day ·"), "{report}");
    assert!(report.contains("one day cannot tell"), "{report}");
    for claim in [" met ", "missed", "of days"] {
        assert!(!report.contains(claim), "{claim}\n{report}");
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    let long = "客户服务中心 🎧 with a very long name that goes on and on, 👩‍👩‍👧‍👦 and on";
    let wide = SMALL
        .replace("name = \"help\"", &format!("name = \"{long}\""))
        .replace("queue = \"help\"", &format!("queue = \"{long}\""))
        .replace("skills = [\"help\"]", &format!("skills = [\"{long}\"]"))
        .replace(
            "rate = \"20/h\"",
            "rate = \"20/h\"\ncost_per_attempt = 123456789.0",
        )
        .replace(
            "max_asa",
            "service_level = \"short_abandons_as_met\"\nmax_asa",
        );
    for (results, scenario) in [bundled(3), simulate(&wide, 3), simulate(&wide, 1)] {
        for width in [40, 41, 47, 60, 80, 100, 200] {
            let report = Page {
                intervals: true,
                ..page(width)
            }
            .render(&results, &scenario);
            for line in report.lines() {
                assert!(line.width() <= width, "{width}: {line}\n{report}");
                assert_eq!(line, line.trim_end());
            }
            for verdicts in ["in target", "offered"] {
                assert!(report.contains(verdicts), "{width}\n{report}");
            }
        }
        // A page of no width at all is no reason to fail.
        assert!(!page(0).render(&results, &scenario).is_empty());
    }
}

#[test]
fn colour_changes_no_word() {
    let (results, scenario) = bundled(5);
    for width in [60, 100] {
        for intervals in [false, true] {
            let of = |colour| {
                Page {
                    width,
                    colour,
                    intervals,
                }
                .render(&results, &scenario)
            };
            let coloured = of(true);
            assert!(coloured.contains("\x1b["));
            assert_eq!(
                anstream::adapter::strip_str(&coloured).to_string(),
                of(false)
            );
        }
    }
}

/// The figures of the report are those of the JSON document, read here without the report's help.
#[test]
fn figures_are_those_of_the_document() {
    let (results, scenario) = bundled(40);
    let report = page(100).render(&results, &scenario);
    let document = serde_json::to_value(&results).unwrap();
    let service = &document["queues"][0];
    let number = |path: &serde_json::Value| path.as_f64().unwrap();
    let half = |e: &serde_json::Value| (number(&e["ci"][1]) - number(&e["ci"][0])) / 2.0;
    let level = &service["service_level"];
    let abandoned = &service["abandonment_rate"];
    let total = &document["total"];
    let first = number(&total["first_attempts"]["mean"]);
    let attempts = number(&total["attempts"]["mean"]);
    let seen = number(&document["trunks"][0]["attempts"]["mean"]) * 40.0;
    for expected in [
        format!(
            "{:.1} % ± {:.1}",
            100.0 * number(&level["mean"]),
            100.0 * half(level)
        ),
        format!(
            "{:.1} % ± {:.1}",
            100.0 * number(&abandoned["mean"]),
            100.0 * half(abandoned)
        ),
        format!(
            "met on {:.0} % of days",
            100.0 * number(&service["days"]["target_met"]["mean"])
        ),
        format!(
            "overstates demand by {:.1} %",
            100.0 * (attempts / first - 1.0)
        ),
        format!(
            "none seen in {:.0},{:03.0} attempts",
            (seen / 1000.0).floor(),
            seen % 1000.0
        ),
        format!("{:.0} redials", number(&total["redials"]["mean"])),
        format!("{:.0} s", number(&service["wait_p95_s"]["mean"])),
    ] {
        // Prose may break a line anywhere.
        let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(&expected), "{expected}\n{report}");
    }
    // The worst time of day: the lowest of the intervals.
    let lowest = service["intervals"].as_array().unwrap().iter().take(24);
    let lowest = lowest
        .map(|interval| number(&interval["service_level"]["mean"]))
        .fold(1.0, f64::min);
    assert!(report.contains(&format!("down to {:.0} % in 20 s", 100.0 * lowest)));
}
