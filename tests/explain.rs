//! `acdsim explain`: what figures mean, from the tables that they are computed by.

#![allow(clippy::unwrap_used)]

mod common;

use acdsim::kpi::{CONTACTS, GROUPS, SERVICE_LEVELS, TRUNKS};
use common::command::{json, refused, stdout};
use std::path::Path;

#[test]
fn every_figure_of_the_tables_is_listed_and_explained() {
    let list = stdout(&["explain"]);
    let contacts = CONTACTS.iter().map(|kpi| (kpi.name, kpi.definition));
    let groups = GROUPS.iter().map(|kpi| (kpi.name, kpi.definition));
    let trunks = TRUNKS.iter().map(|kpi| (kpi.name, kpi.definition));
    let levels = SERVICE_LEVELS
        .iter()
        .map(|level| (level.formula.name(), level.definition));
    for (name, definition) in contacts.chain(groups).chain(trunks).chain(levels) {
        let mut lines = list.lines().map(str::trim);
        let line =
            lines.find(|line| line.starts_with(&format!("{name} ")) && line.ends_with(definition));
        assert!(
            line.is_some(),
            "{name} is not listed as {definition}\n{list}"
        );
        let text = stdout(&["explain", name]);
        for word in ["formula", "unit", "given"] {
            assert!(
                text.contains(&format!("\n  {word} ")),
                "{name}: {word}\n{text}"
            );
        }
        let unbroken = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            unbroken.contains(definition),
            "{name}: {definition}\n{text}"
        );
        for line in text.lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn a_figure_in_full() {
    insta::assert_snapshot!(stdout(&["explain", "occupancy"]), @r"
    occupancy, of agent groups

      (Talk + after-call work) / staffed time.

      formula   busy_h / staffed_h
      unit      fraction: 0 to 1, in text per cent
      better    neither direction is good by itself
      given     for every agent group; by interval too
      estimate  quotient of the sums over all days, not the mean of the days' quotients
      source    N. Gans, G. Koole, A. Mandelbaum (2003). Telephone call centers: tutorial, review, and
                research prospects. Manufacturing & Service Operations Management 5(2), 79–141.
    ");
    insta::assert_snapshot!(stdout(&["explain", "with_abandons"]), @r#"
    with_abandons, a formula of the service level

      T is the time of the queue's target, the 20 s of 80/20; short is its short_abandon. "Within" means
      at most.

      formula   (answered within T + abandoned within T) / offered
      unit      fraction: 0 to 1, in text per cent
      given     service_levels.with_abandons, in total, for every call type and queue
      scenario  service_level = "with_abandons" in [[queues]] makes it the queue's service_level
      source    Cisco Unified ICM/CCE: abandoned calls have positive impact; Cisco Unified CCX: Positive
                Abandon
    "#);
}

#[test]
fn a_name_may_be_written_as_people_write_it() {
    assert_eq!(
        stdout(&["explain", "Service Level"]),
        stdout(&["explain", "service_level"])
    );
    assert_eq!(
        stdout(&["explain", "blocking-rate"]),
        stdout(&["explain", "blocking_rate"])
    );
}

#[test]
fn an_unknown_figure_is_refused_with_its_nearest() {
    for (name, says) in [
        ("asa", "did you mean asa_s?"),
        ("occupency", "did you mean occupancy?"),
        ("wait", "mean_wait_s"),
        ("abandonement_rate", "abandonment_rate"),
        ("xyz", "`acdsim explain` lists all"),
        ("", "`acdsim explain` lists all"),
    ] {
        let message = refused(&["explain", name]);
        assert!(
            message.starts_with("error: there is no figure"),
            "{message}"
        );
        assert!(message.contains(says), "{name}: {message}");
    }
}

/// Every figure of a result is explained, for the part that has it.
#[test]
fn what_a_run_reports_is_explained() {
    let explained = json(&["explain", "--json"]);
    assert_eq!(explained["schema"], "acdsim.explain/1");
    let day = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/default.toml");
    let result = json(&[
        "run",
        day.to_str().unwrap(),
        "--replications",
        "2",
        "--json",
    ]);
    let explains = |name: &str, part: &str| {
        let figures = explained["figures"].as_array().unwrap();
        figures.iter().any(|figure| {
            figure["name"] == name && figure["parts"].as_array().unwrap().contains(&part.into())
        })
    };
    let mut found = 0;
    for part in ["total", "queues", "call_types", "groups", "trunks"] {
        let figures = match &result[part] {
            serde_json::Value::Array(parts) => &parts[0],
            part => part,
        };
        for (name, value) in figures.as_object().unwrap() {
            if value.get("mean").is_some() {
                found += 1;
                assert!(explains(name, part), "{name} of {part}");
            }
        }
    }
    assert!(found > 80, "{found}");
    let levels = explained["service_levels"].as_array().unwrap();
    let levels: Vec<_> = levels
        .iter()
        .map(|level| level["name"].as_str().unwrap())
        .collect();
    let reported = result["total"]["service_levels"].as_object().unwrap();
    assert_eq!(levels, reported.keys().collect::<Vec<_>>());
    assert_eq!(
        json(&["explain", "aht_s", "--json"])["figures"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn names_of_the_tables_are_known() {
    for (table, document) in [
        ("service_levels.with_abandons", "with_abandons"),
        ("days.target_met", "target_met"),
    ] {
        assert_eq!(
            stdout(&["explain", table]),
            stdout(&["explain", document]),
            "{table}"
        );
    }
}
