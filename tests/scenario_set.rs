//! `--set PATH=VALUE`: what it changes, and what it refuses.

use std::path::Path;

use acdsim::scenario::*;

const BASE: &str = "tests/fixtures";

fn set(sets: &[&str]) -> Result<Scenario, ScenarioError> {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let loaded = load(&Path::new(BASE).join("whole_day.toml"), &sets);
    loaded.map(|loaded| loaded.scenario)
}

fn good(sets: &[&str]) -> Scenario {
    set(sets).unwrap_or_else(|e| panic!("{}", e.render_with(false, true, 100)))
}

/// What the first problem with a set says, all in one text.
fn problem(argument: &str) -> String {
    let error = match set(&[argument]) {
        Ok(_) => panic!("{argument} should be refused"),
        Err(error) => error,
    };
    let problem = &error.problems()[0];
    let place = problem.place.as_ref().expect("problems have a place");
    format!("{}: {} | {:?}", problem.message, place.label, problem.help)
}

fn volume(scenario: &Scenario) -> &[f64] {
    match &scenario.call_types[0].demand {
        Demand::Volume(values) | Demand::RatePerHour(values) => values,
    }
}

#[test]
fn plain_values() {
    let s = good(&[
        "run.seed=7",
        "scenario.name=Tuesday",
        "scenario.closing=cut",
    ]);
    assert_eq!(
        (s.run.seed, s.name.as_str(), s.closing),
        (7, "Tuesday", Closing::Cut)
    );
    // The largest seeds are beyond TOML's numbers.
    for seed in [i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        for value in [format!("{seed}"), format!("\"{seed}\"")] {
            let set = format!("run.seed={value}");
            assert_eq!(good(&[set.as_str()]).run.seed, seed, "{set}");
        }
    }
    let s = good(&["call_types.service call.talk=exp(200s)"]);
    assert_eq!(s.call_types[0].talk.to_string(), "exp(200s)");
    let s = good(&["queues.sales.target = 95% in 24h", "queues.sales.limit=0"]);
    assert_eq!(s.queues[1].target.to_string(), "95% in 24h");
    assert_eq!(s.queues[1].limit, Some(0));
    // Numbers are text where text is asked for.
    assert_eq!(good(&["scenario.name=2026"]).name, "2026");
    assert_eq!(good(&["scenario.name=\"12:30\""]).name, "12:30");
    assert_eq!(good(&["scenario.open=00:00-24:00", "scenario.interval=1h", "groups.generalists.staff=[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]", "call_types.service call.volume=1"]).intervals(), 24);
}

#[test]
fn keys_that_were_not_written() {
    let s = good(&[
        "call_types.sales call.busyness_cv=0.1",
        "call_types.sales call.redial.abandoned=0.5",
        "call_types.sales call.redial.delay=exp(5m)",
        "trunks.main.lines+=10",
        "queues.sales.max_asa=30s",
    ]);
    assert_eq!(s.call_types[1].busyness_cv, 0.1);
    assert_eq!(
        s.call_types[1].redial.as_ref().map(|r| r.abandoned.clone()),
        Some(vec![0.5])
    );
    assert_eq!(s.trunks[0].lines, 70);
    assert!(s.queues[1].max_asa.is_some());
    // A default can be changed in relation to itself.
    assert_eq!(
        good(&["call_types.sales call.busyness_cv+=0.1"]).call_types[1].busyness_cv,
        0.1
    );
    assert!(problem("queues.sales.limit+=1").contains("no value to change"));
}

#[test]
fn lists_by_position() {
    let s = good(&[
        "groups.generalists.staff[4]=16",
        "groups.generalists.staff[0..3]=1",
    ]);
    assert_eq!(s.groups[0].staff[..6], [1, 1, 1, 20, 16, 18]);
    let s = good(&["groups.generalists.staff[4..8]=[1, 2, 3, 4]"]);
    assert_eq!(s.groups[0].staff[3..9], [20, 1, 2, 3, 4, 18]);
    // One value is spelt out first, and so is a file.
    let s = good(&["groups.sales team.staff[1..3]+=2"]);
    assert_eq!(s.groups[1].staff[..5], [4, 6, 6, 4, 4]);
    let s = good(&["call_types.service call.volume[0]=1000"]);
    assert_eq!(volume(&s)[..3], [1000.0, 95.0, 140.0]);
    let s = good(&[
        "call_types.sales call.rate[0]=80/h",
        "call_types.sales call.rate[1]*=1.5",
    ]);
    assert_eq!(s.call_types[1].demand, {
        let mut rates = vec![40.0; 24];
        (rates[0], rates[1]) = (80.0, 60.0);
        Demand::RatePerHour(rates)
    });
    let s = good(&["groups.sales team.shrinkage[2]=30%"]);
    assert_eq!(s.groups[1].shrinkage[1..4], [0.0, 0.3, 0.0]);
    let s = good(&["call_types.service call.redial.blocked[1]=0.1"]);
    assert_eq!(
        s.call_types[0].redial.as_ref().map(|r| r.blocked.clone()),
        Some(vec![0.8, 0.1])
    );
}

#[test]
fn relative_changes() {
    let s = good(&["groups.generalists.staff+=1", "groups.sales team.staff-=5"]);
    assert_eq!(s.groups[0].staff[..3], [13, 15, 19]);
    assert_eq!(s.groups[1].staff, [0; 24]);
    let s = good(&["groups.generalists.staff*=1.1"]);
    assert_eq!(s.groups[0].staff[..4], [13, 15, 20, 22]);
    let s = good(&["call_types.service call.volume*=1.1"]);
    assert_eq!(volume(&s)[..3], [66.0, 104.5, 154.0]);
    let s = good(&["call_types.sales call.rate*=1.1"]);
    assert_eq!(s.call_types[1].demand, Demand::RatePerHour(vec![44.0; 24]));
    let s = good(&[
        "call_types.service call.talk*=1.1",
        "call_types.service call.resolution-=5pp",
        "call_types.service call.ivr.contained*=0.5",
        "call_types.service call.redial.blocked*=0.5",
        "queues.service.short_abandon+=5s",
        "groups.sales team.skills.service*=2",
    ]);
    let call_type = &s.call_types[0];
    assert_eq!(call_type.talk.to_string(), "lognormal(198s, sd 187s)");
    assert_eq!(call_type.resolution, 0.8);
    assert_eq!(call_type.ivr.as_ref().map(|ivr| ivr.contained), Some(0.15));
    assert_eq!(
        call_type.redial.as_ref().map(|r| r.blocked.clone()),
        Some(vec![0.4, 0.25])
    );
    assert_eq!(format_duration(s.queues[0].short_abandon), "10s");
    assert_eq!(s.groups[1].skills[1].factor, 2.3);
    let s = good(&[
        "call_types.sales call.talk=empirical(talk.csv, talk)",
        "call_types.sales call.talk*=2",
    ]);
    assert_eq!(
        s.call_types[1].talk,
        Distribution::Empirical {
            values_s: vec![25.0, 600.0, 0.5, 120.0],
            source: "empirical(talk.csv, talk)".to_owned()
        }
    );
}

#[test]
fn sets_are_applied_in_order() {
    let s = good(&[
        "groups.sales team.staff=10",
        "groups.sales team.staff*=2",
        "groups.sales team.staff[0]=1",
    ]);
    assert_eq!(s.groups[1].staff[..2], [1, 20]);
}

#[test]
fn of_keys_that_exclude_each_other_the_later_stays() {
    let s = good(&["call_types.service call.rate=100/h"]);
    assert_eq!(s.call_types[0].demand, Demand::RatePerHour(vec![100.0; 24]));
    assert_eq!(
        good(&["run.until_precise=1pp"]).run.until_precise,
        Some(0.01)
    );
    let s = good(&["run.until_precise=1pp", "run.replications=50"]);
    assert_eq!((s.run.until_precise, s.run.replications), (None, 50));
}

#[test]
fn skills_and_agents() {
    let s = good(&[
        "groups.generalists.skills.sales=1.3",
        "queues.sales.agents=[\"sales team\", \"generalists\"]",
    ]);
    assert_eq!(s.groups[0].skills.len(), 2);
    assert_eq!(
        (s.groups[0].skills[0].factor, s.groups[0].skills[1].factor),
        (1.0, 1.3)
    );
    let s = good(&[
        "groups.sales team.skills.service.priority=3",
        "groups.sales team.skills.service.factor=1.5",
    ]);
    let skill = &s.groups[1].skills[1];
    assert_eq!((skill.factor, skill.priority), (1.5, Some(3)));
    let s = good(&[
        "groups.sales team.skills.service.priority=3",
        "groups.sales team.skills.service=1.7",
    ]);
    assert_eq!(
        (s.groups[1].skills[1].factor, s.groups[1].skills[1].priority),
        (1.7, Some(3))
    );
    let s = good(&[
        "queues.service.agents[1].after=30s",
        "queues.service.agents[0].after=5s",
    ]);
    let afters: Vec<u64> = s.queues[0]
        .tiers
        .iter()
        .map(|tier| tier.after.as_secs())
        .collect();
    assert_eq!(afters, [5, 30]);
}

#[test]
fn the_longest_name_is_meant() {
    let text = std::fs::read_to_string(Path::new(BASE).join("whole_day.toml"))
        .expect("the fixture")
        .replace("\"sales team\"", "\"generalists.staff\"");
    let read = |set: &str| {
        let loaded = parse("day.toml", &text, Path::new(BASE), &[set.to_owned()]);
        loaded
            .map(|loaded| loaded.scenario)
            .unwrap_or_else(|e| panic!("{e}"))
    };
    assert_eq!(
        read("groups.generalists.staff.staff=9").groups[1].staff[0],
        9
    );
    assert_eq!(
        read("groups.generalists.shrinkage=0").groups[0].shrinkage[0],
        0.0
    );
}

#[test]
fn files_of_series() {
    let s = good(&["call_types.service call.volume.column=sales"]);
    assert_eq!(volume(&s)[0], 7.5);
    let s = good(&[
        "call_types.service call.volume={ file = \"several_days.csv\", column = \"calls\" }",
        "call_types.service call.volume.where.date=2003-03-04",
    ]);
    assert_eq!(volume(&s)[0], 50.0);
}

#[test]
fn what_is_refused_says_why() {
    for (argument, says) in [
        ("nonsense", "there is no \"=\""),
        ("=5", "no such part"),
        ("run", "there is no \"=\""),
        ("run=5", "unknown key"),
        ("run.=5", "unknown key"),
        ("runn.seed=5", "did you mean run?"),
        ("run.sed=5", "did you mean `seed`?"),
        ("run.seed=x", "must be a whole number"),
        ("run.seed=18446744073709551616", "must be a whole number"),
        (
            "queues.service.limit=18446744073709551615",
            "must be a whole number",
        ),
        ("run.seed[0]=5", "is no list"),
        ("run.seed.x=5", "has no parts"),
        ("queues=5", "unknown name"),
        ("queues.servce.limit=5", "did you mean \"service\"?"),
        ("queues.service=5", "unknown key"),
        ("queues.service.limt=5", "did you mean `limit`?"),
        (
            "call_types.service cal.talk=5s",
            "did you mean \"service call\"?",
        ),
        ("call_types.service call.talk=", "no random duration"),
        ("call_types.service call.talk=200", "has no unit"),
        ("call_types.service call.talk+=5", "only `*=`"),
        ("queues.service.short_abandon+=5", "5 has no unit: write 5s"),
        (
            "queues.service.short_abandon-=\"0.5\"",
            "0.5 has no unit: write 0.5s",
        ),
        ("call_types.service call.wrap_up+=5", "only `*=`"),
        ("call_types.sales call.rate+=6", "6 has no unit: write 6/h"),
        (
            "groups.generalists.max_occupancy+=2",
            "2 has no unit: write 2pp",
        ),
        ("groups.generalists.max_occupancy+=[2]", "this is a list"),
        ("call_types.service call.talk*=-1", "below 0"),
        (
            "call_types.service call.redial.dely=5s",
            "did you mean `delay`?",
        ),
        (
            "call_types.service call.volume[24]=5",
            "no value at position 24",
        ),
        (
            "call_types.service call.volume[0..25]=5",
            "no value at position 24",
        ),
        ("call_types.service call.volume[5..5]=5", "is no index"),
        ("call_types.service call.volume[x]=5", "is no index"),
        ("call_types.service call.volume[1=5", "is no index"),
        ("call_types.service call.volume[-1]=5", "is no index"),
        ("call_types.service call.volume[1]x=5", "is not understood"),
        (
            "call_types.service call.volume[0..3]=[1,2]",
            "this list has 2",
        ),
        (
            "call_types.service call.volume[18446744073709551615]=5",
            "is no index",
        ),
        ("call_types.service call.volume*=[1,2]", "this list has 2"),
        ("call_types.service call.volume*=nan", "not finite"),
        ("call_types.service call.volume*=1e308", "not finite"),
        ("groups.generalists.staff=1.5", "must be a whole number"),
        (
            "groups.generalists.staff=1000000000",
            "must be a whole number",
        ),
        (
            "groups.generalists.skills.sale=1",
            "did you mean \"sales\"?",
        ),
        ("groups.generalists.skills.sales.sped=1", "unknown key"),
        ("queues.service.target*=2", "no number with a unit"),
        (
            "queues.service.agents[7].after=5s",
            "no value at position 7",
        ),
        ("queues.service.agents[0].aftr=5s", "did you mean `after`?"),
        ("scenario.interval=7m", "do not divide"),
        ("scenario.open+=1", "no number with a unit"),
        (
            "trunks.main.lines=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
            "whole number",
        ),
    ] {
        let found = problem(argument);
        assert!(found.contains(says), "{argument}: {found}");
    }
}

#[test]
fn demand_that_was_found_is_changed_by_sets() {
    let path = Path::new(BASE).join("whole_day.toml");
    let mut document = Document::open(&path).expect("a scenario");
    assert!(document.set_first_attempts("service call", &Demand::Volume(vec![50.0; 24])));
    assert!(document.set_first_attempts("sales call", &Demand::RatePerHour(vec![20.0; 24])));
    assert!(!document.set_first_attempts("no such call", &Demand::RatePerHour(vec![20.0; 24])));
    let sets = ["call_types.service call.volume*=1.1".to_owned()];
    let scenario = document.check(&sets).expect("a scenario").scenario;
    assert_eq!(
        scenario.call_types[0].demand,
        Demand::Volume(vec![55.0; 24])
    );
    assert_eq!(
        scenario.call_types[1].demand,
        Demand::RatePerHour(vec![20.0; 24])
    );
}

#[test]
fn sections_that_were_not_written() {
    let text =
        std::fs::read_to_string(Path::new(BASE).join("whole_day.toml")).expect("the fixture");
    let start = text.find("[run]").expect("a section");
    let end = text.find("[[trunks]]").expect("a part");
    let text = format!("{}{}", &text[..start], &text[end..]);
    let sets = ["run.seed=7".to_owned(), "run.replications*=2".to_owned()];
    let loaded = parse("day.toml", &text, Path::new(BASE), &sets).expect("a scenario");
    assert_eq!(loaded.scenario.run.seed, 7);
    assert_eq!(loaded.scenario.run.replications, 400);
}
