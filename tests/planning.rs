//! What the formulas say of a scenario: where they are exact, the simulation says the same; where they do not apply, it is said
//! why.

mod common;

use acdsim::erlang::Target;
use acdsim::kpi::{FormulaAnswer, FormulaFigures, Formulas, NotApplicable, Part, Results};
use acdsim::planning::{self, Analytic, Calls, ErlangModel, When};
use acdsim::report::files::Place;
use acdsim::report::json;
use acdsim::report::text::Page;
use acdsim::scenario::{Distribution, Formula};
use common::{days, model, run_with};
use proptest::prelude::*;

/// Simulates so many days and puts the formulas beside.
fn beside(toml: &str, n: u64) -> Results {
    let model = model(toml);
    let mut results = run_with(&model, &days(&model, n));
    planning::beside(&model, &mut results);
    results
}

/// A steady run of one queue and one group, in which time is short: some hundred thousand calls.
fn steady(rate_per_h: u32, agents: u32, queue: &str, call_type: &str) -> Results {
    let toml = format!(
        "[scenario]\nname = \"steady\"\n\
         [run]\nmode = \"steady\"\nwarm_up = \"20h\"\nlength = \"8000h\"\nseed = 5\n\
         [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n{queue}\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{rate_per_h}/h\"\ntalk = \"exp(2m30s)\"\n\
         wrap_up = \"0s\"\n{call_type}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {agents}\n"
    );
    beside(&toml, 1)
}

fn said(part: &Part) -> Formulas {
    part.erlang
        .unwrap_or_else(|| panic!("{} has no formulas", part.name()))
}

fn figures(answer: FormulaAnswer) -> FormulaFigures {
    *answer
        .figures()
        .unwrap_or_else(|| panic!("no figures: {answer:?}"))
}

/// Every figure of a formula within 4 standard errors of the simulated one.
fn assert_agree(case: &str, results: &Results, exact: FormulaFigures) {
    let (queue, group) = (&results.queues[0], &results.groups[0]);
    for (name, part, exact) in [
        ("service_level", queue, exact.service_level),
        ("asa_s", queue, exact.asa_s),
        ("abandonment_rate", queue, exact.abandonment_rate),
        ("occupancy", group, exact.occupancy),
    ] {
        let found = part.get(name);
        let (mean, se) = (found.mean.expect("a mean"), found.se.expect("an error"));
        assert!(
            (mean - exact).abs() <= 4.0 * se + 1e-12,
            "{case}: {name} simulated {mean} ± {se}, by formula {exact}"
        );
        assert!(
            se <= 0.02 * exact.max(0.01),
            "{case}: {name} is not precise enough: {se}"
        );
    }
}

#[test]
fn the_simulation_says_what_exact_formulas_say() {
    for (case, rate, agents, queue, call_type, is_a) in [
        ("M/M/n", 240, 12, "", "", false),
        ("M/M/n+M", 240, 10, "", "patience = \"exp(2m)\"", true),
        (
            "M/M/n+M, overloaded",
            300,
            11,
            "service_level = \"with_abandons\"",
            "patience = \"exp(1m)\"",
            true,
        ),
        ("M/M/n/K", 240, 10, "limit = 6", "", true),
        (
            "M/M/n/K+M",
            260,
            10,
            "limit = 5",
            "patience = \"exp(90s)\"",
            true,
        ),
        (
            "M/M/n+G, balking",
            260,
            10,
            "",
            "patience = \"weibull(shape 0.7, scale 2m)\"\nbalk = 0.15",
            true,
        ),
        (
            "M/M/n+D",
            260,
            10,
            "short_abandon = \"10s\"\nservice_level = \"without_short_abandons\"",
            "patience = \"45s\"",
            true,
        ),
    ] {
        let results = steady(rate, agents, queue, call_type);
        let said = said(&results.queues[0]);
        assert_eq!(
            said.first_attempts, said.all_attempts,
            "{case}: nobody repeats"
        );
        let exact = match is_a {
            true => said.first_attempts.a,
            false => said.first_attempts.c,
        };
        assert_agree(case, &results, figures(exact));
    }
}

/// Call types of one queue with exponential patience, each its own: their mixture is exact.
#[test]
fn a_mixture_of_impatient_and_patient_callers_is_exact() {
    let toml = |patience: &str| {
        format!(
            "[scenario]\nname = \"s\"\n[run]\nmode = \"steady\"\nlength = \"4000h\"\n\
             [[queues]]\nname = \"q\"\n\
             [[call_types]]\nname = \"a\"\nqueue = \"q\"\nrate = \"150/h\"\ntalk = \"exp(150s)\"\npatience = \"exp(20s)\"\nbalk = 0.1\n\
             [[call_types]]\nname = \"b\"\nqueue = \"q\"\nrate = \"100/h\"\ntalk = \"exp(150s)\"\npatience = \"{patience}\"\n\
             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 9\n"
        )
    };
    let results = beside(&toml("exp(5m)"), 1);
    assert_agree(
        "mixture",
        &results,
        figures(said(&results.queues[0]).all_attempts.a),
    );

    let of = |patience: &str| {
        let model = model(&toml(patience));
        let seen = Analytic::new(&model).system(0, When::Day, Calls::First);
        (seen.model, seen.system.patience)
    };
    let (formula, patience) = of("exp(5m)");
    assert_eq!(formula, ErlangModel::Patience);
    let Distribution::Hyperexp { phases } = patience.distribution() else {
        panic!("found {:?}", patience.distribution());
    };
    // Of those who wait: 10 % of the impatient have balked.
    for ((share, mean), expected) in phases
        .iter()
        .zip([(0.54 / 0.94, 20.0), (0.4 / 0.94, 300.0)])
    {
        assert!(
            (share - expected.0).abs() < 1e-12,
            "found {share}, expected {}",
            expected.0
        );
        assert_eq!(*mean, expected.1);
    }
    assert!(
        (patience.balk() - 0.06).abs() < 1e-12,
        "{}",
        patience.balk()
    );
    // What cannot be mixed is that of the type with more calls.
    let (_, patience) = of("60s");
    assert_eq!(*patience.distribution(), Distribution::Exp { mean_s: 20.0 });
    assert!(
        (patience.balk() - 0.06).abs() < 1e-12,
        "{}",
        patience.balk()
    );
}

/// A day in which everything changes from hour to hour.
const DAY: &str = r#"
[scenario]
name = "day"
open = "08:00-12:00"
interval = "1h"
[[queues]]
name = "q"
target = "80/20"
max_abandonment = "5%"
max_asa = "30s"
[[call_types]]
name = "long"
queue = "q"
rate = ["30/h", "60/h", "0/h", "60/h"]
talk = "exp(5m)"
wrap_up = "exp(1m)"
talk_factor = [1, 1.5, 1, 1]
ivr = { time = "0s", contained = 0.2, abandoned = 0.1 }
patience = "exp(2m)"
[[call_types]]
name = "short"
queue = "q"
rate = ["10/h", "60/h", "0/h", "60/h"]
talk = "60s"
patience = "exp(2m)"
[[groups]]
name = "fast"
skills = { q = 0.9 }
staff = [4, 6, 5, 0]
max_occupancy = "85%"
[[groups]]
name = "slow"
skills = { q = 1.2 }
staff = [2, 0, 5, 0]
max_occupancy = "90%"
"#;

#[test]
fn volume_aht_and_agents_are_those_of_the_interval() {
    let model = model(DAY);
    let analytic = Analytic::new(&model);
    let seen = |when| analytic.system(0, when, Calls::First);
    let near = |found: f64, expected: f64| {
        assert!(
            (found / expected - 1.0).abs() < 1e-12,
            "found {found}, expected {expected}"
        );
    };
    let first = seen(When::Interval(0));
    near(first.system.calls_per_h, 30.0 * 0.7 + 10.0);
    near(first.system.agents, 6.0);
    near(
        first.system.aht_s,
        (21.0 * 360.0 + 10.0 * 60.0) / 31.0 * (4.0 * 0.9 + 2.0 * 1.2) / 6.0,
    );
    assert_eq!((first.model, first.not_applicable), (ErlangModel::A, None));
    let second = seen(When::Interval(1));
    near(
        second.system.aht_s,
        (42.0 * 540.0 + 60.0 * 60.0) / 102.0 * 0.9,
    );
    assert_eq!(
        seen(When::Interval(2)).not_applicable,
        Some(NotApplicable::NoCalls)
    );
    let last = seen(When::Interval(3));
    assert_eq!(last.not_applicable, Some(NotApplicable::NoAgents));
    // With nobody there, the factor is that of the day's agents.
    near(
        last.system.aht_s,
        (42.0 * 360.0 + 60.0 * 60.0) / 102.0 * (15.0 * 0.9 + 7.0 * 1.2) / 22.0,
    );
    let day = seen(When::Day);
    near(day.system.calls_per_h, (31.0 + 102.0 + 102.0) / 4.0);
    near(day.system.agents, 22.0 / 4.0);
    assert_eq!(
        analytic.targets(0),
        [
            Target::ServiceLevel {
                fraction: 0.8,
                within_s: 20.0,
                formula: Formula::AnsweredOverOffered,
                short_s: 5.0
            },
            Target::Abandonment { max: 0.05 },
            Target::Asa { max_s: 30.0 },
            Target::Occupancy { max: 0.85 },
        ]
    );
}

#[test]
fn why_a_formula_does_not_apply_is_said() {
    use NotApplicable::*;
    let two = "[[groups]]\nname = \"a\"\nskills = [\"q\"]\nstaff = 3\n[[groups]]\nname = \"b\"\nskills = [\"q\"]\nstaff = [3, 3, 3, 0]\n";
    let shared = "[[queues]]\nname = \"other\"\n[[groups]]\nname = \"a\"\nskills = [\"q\", \"other\"]\nstaff = [3, 3, 3, 0]\n\
                  [[groups]]\nname = \"b\"\nskills = [\"q\"]\nstaff = 3\n";
    let one =
        |staff: &str| format!("[[groups]]\nname = \"a\"\nskills = [\"q\"]\nstaff = {staff}\n");
    // By case: of the queue, its groups, the rate; reasons of c and a in the first and last interval.
    for (case, queue, groups, rate, first, last) in [
        (
            "applies",
            "",
            one("5"),
            "\"40/h\"",
            (None, None),
            (None, None),
        ),
        (
            "unstable",
            "",
            one("3"),
            "[\"90/h\", \"1/h\", \"1/h\", \"1/h\"]",
            (Some(Unstable), None),
            (None, None),
        ),
        (
            "no agents",
            "",
            one("[0, 3, 3, 3]"),
            "\"20/h\"",
            (Some(NoAgents), Some(NoAgents)),
            (None, None),
        ),
        (
            "no calls",
            "",
            one("[0, 3, 3, 3]"),
            "[\"0/h\", \"1/h\", \"1/h\", \"1/h\"]",
            (Some(NoCalls), Some(NoCalls)),
            (None, None),
        ),
        (
            "shared",
            "",
            shared.to_owned(),
            "\"20/h\"",
            (Some(SharedAgents), Some(SharedAgents)),
            (None, None),
        ),
        (
            "one tier",
            "",
            two.to_owned(),
            "\"20/h\"",
            (None, None),
            (None, None),
        ),
        (
            "tiers",
            "agents = [\"a\", \"b\"]",
            two.to_owned(),
            "\"20/h\"",
            (Some(SeveralTiers), Some(SeveralTiers)),
            (None, None),
        ),
        (
            "later",
            "agents = [{ group = \"a\", after = \"10s\" }]",
            one("3"),
            "\"20/h\"",
            (Some(SeveralTiers), Some(SeveralTiers)),
            (Some(SeveralTiers), Some(SeveralTiers)),
        ),
    ] {
        let toml = format!(
            "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\n\
             [[queues]]\nname = \"q\"\n{queue}\n{groups}\
             [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = {rate}\ntalk = \"exp(3m)\"\npatience = \"exp(1m)\"\n"
        );
        let results = beside(&toml, 2);
        let intervals = results.queues[0].intervals.as_ref().expect("a day");
        let why = |interval: usize| {
            let said = intervals[interval].erlang.expect("formulas");
            let pair = said.first_attempts;
            (pair.c.not_applicable(), pair.a.not_applicable())
        };
        assert_eq!(why(0), first, "{case}, first interval");
        assert_eq!(why(3), last, "{case}, last interval");
        assert_eq!(
            why(4),
            (Some(NoCalls), Some(NoCalls)),
            "{case}, after close"
        );
    }
    let names = [Unstable, NoAgents, NoCalls, SharedAgents, SeveralTiers];
    for why in names {
        let document = serde_json::to_value(FormulaAnswer::from(why)).expect("JSON");
        assert_eq!(
            document,
            serde_json::json!({ "not_applicable": why.name() })
        );
    }
}

/// What repeats come on top is simulated; where nobody calls again the two are the same.
#[test]
fn all_attempts_are_first_attempts_unless_somebody_calls_again() {
    let quiet = DAY.to_owned();
    let again = DAY.replacen(
        "patience = \"exp(2m)\"",
        "patience = \"exp(2m)\"\nredial = { abandoned = 1.0, delay = \"exp(3m)\" }",
        1,
    );
    for (toml, same) in [(quiet, true), (again, false)] {
        let results = beside(&toml, 40);
        let said = results.queues[0].intervals.as_ref().expect("a day")[1]
            .erlang
            .expect("formulas");
        assert_eq!(said.first_attempts == said.all_attempts, same);
        if !same {
            let attempts = |part: &Part| {
                let interval = &part.intervals.as_ref().expect("a day")[1];
                interval.get("attempts").mean.expect("a mean")
            };
            let [long, short] = [0, 1].map(|t| attempts(&results.call_types[t]));
            let (long, calls) = (0.7 * long, attempts(&results.queues[0]));
            let aht_s = 0.9 * (long * 540.0 + short * 60.0) / (long + short);
            let (found, expected) = (figures(said.all_attempts.a).erlangs, calls * aht_s / 3600.0);
            assert!(
                (found / expected - 1.0).abs() < 1e-12,
                "found {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn the_document_keeps_what_the_formulas_say() {
    let results = beside(DAY, 3);
    let text = json::pretty(&results);
    let (read, _) = json::read("r.json", text.as_bytes()).expect("it can be read back");
    assert_eq!(read, results);
    // A document of an earlier version has none.
    let mut old: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let queue = old["queues"][0].as_object_mut().expect("a queue");
    assert!(queue.remove("erlang").is_some());
    for interval in queue["intervals"].as_array_mut().expect("intervals") {
        assert!(
            interval
                .as_object_mut()
                .expect("an interval")
                .remove("erlang")
                .is_some()
        );
    }
    let (read, _) = json::read("r.json", old.to_string().as_bytes()).expect("it can be read");
    assert_eq!(read.queues[0].erlang, None);
}

#[test]
fn what_makes_no_sense_to_a_formula_is_left_out() {
    // Calls that take no time, callers with no patience, nobody who could come.
    let toml = "[scenario]\nname = \"s\"\nopen = \"08:00-09:00\"\n[[queues]]\nname = \"q\"\nlimit = 3\n[[queues]]\nname = \"empty\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"0s\"\npatience = \"0s\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n";
    let results = beside(toml, 2);
    let said = said(&results.queues[0]);
    for answer in [said.first_attempts.c, said.first_attempts.a] {
        assert!(
            (figures(answer).service_level - 1.0).abs() < 1e-9,
            "{answer:?}"
        );
    }
    let empty = results.queues[1].erlang.expect("formulas");
    assert_eq!(
        empty.all_attempts.a.not_applicable(),
        Some(NotApplicable::NoCalls)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever the scenario, the formulas end, give numbers, and fractions that are fractions.
    #[test]
    fn of_any_scenario_something_sensible_is_said(scenario in common::random_scenario::scenario()) {
        let results = beside(&scenario, 1);
        for queue in &results.queues {
            let intervals = queue.intervals.iter().flatten().map(|interval| interval.erlang);
            for said in std::iter::once(queue.erlang).chain(intervals) {
                let said = said.expect("every queue has formulas");
                for answer in [said.first_attempts.c, said.first_attempts.a, said.all_attempts.c, said.all_attempts.a] {
                    let Some(figures) = answer.figures() else { continue };
                    for fraction in [figures.service_level, figures.abandonment_rate, figures.occupancy] {
                        prop_assert!((0.0..=1.0).contains(&fraction), "{figures:?}");
                    }
                    prop_assert!(figures.asa_s >= 0.0 && figures.asa_s.is_finite(), "{figures:?}");
                }
            }
        }
    }
}

fn text(results: &Results, toml: &str, intervals: bool) -> String {
    let page = Page {
        width: 200,
        colour: false,
        intervals,
    };
    page.render(results, &model(toml).scenario)
}

#[test]
fn the_text_says_what_the_formulas_say_or_why_nothing() {
    let day = |rate: &str, more: &str| {
        format!(
            "[scenario]\nname = \"s\"\nopen = \"08:00-10:00\"\ninterval = \"1h\"\n\
             [[queues]]\nname = \"q\"\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = {rate}\ntalk = \"exp(3m)\"\n{more}\n\
             [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 4\n"
        )
    };
    let two = "[scenario]\nname = \"s\"\n[[queues]]\nname = \"q\"\n[[queues]]\nname = \"p\"\n[[groups]]\nname = \"g\"\n\
               skills = [\"q\", \"p\"]\nstaff = 4\n[[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"9/h\"\ntalk = \"60s\"\n";
    for (toml, expected) in [
        // 3 erlangs on 4 agents: C(4, 3) = 0.5094, of whom exp(−20/180) wait longer than 20 s.
        (
            day("\"60/h\"", ""),
            "  Erlang-C, interval by interval, says 54 % in 20 s, simulated ",
        ),
        (
            day("[\"60/h\", \"0/h\"]", ""),
            "  Erlang-C says 54 % in 20 s, simulated ",
        ),
        (
            day("[\"60/h\", \"80/h\"]", "patience = \"exp(1m)\""),
            " % in 20 s (unstable in 1 of 2 intervals), Erlang-A ",
        ),
        (
            day("\"80/h\"", "patience = \"exp(1m)\""),
            "  Erlang-C, interval by interval, has no answer, Erlang-A says ",
        ),
        (
            day("\"80/h\"", ""),
            "  Erlang-C, interval by interval, has no answer in 20 s, simulated ",
        ),
        (
            two.to_owned(),
            "  Erlang-C and Erlang-A do not apply to q and p: they share agents.\n",
        ),
    ] {
        let said = text(&beside(&toml, 3), &toml, false);
        assert!(said.contains(expected), "expected {expected:?} in\n{said}");
        assert!(
            !said.contains("first attempts alone"),
            "nobody calls again:\n{said}"
        );
    }
    // Nobody calls, or the document has none: nothing to say.
    let toml = day("\"0/h\"", "");
    let said = text(&beside(&toml, 3), &toml, false);
    assert!(!said.contains("Erlang"), "{said}");

    let toml = day(
        "[\"60/h\", \"80/h\"]",
        "patience = \"exp(1m)\"\nredial = { abandoned = 1.0, delay = \"exp(5m)\" }",
    );
    let said = text(&beside(&toml, 3), &toml, true);
    assert!(said.contains("; for first attempts alone "), "{said}");
    let row = said
        .lines()
        .filter(|line| line.contains("unstable"))
        .count();
    assert!(
        said.contains("in target %  Erlang-C %  Erlang-A %"),
        "{said}"
    );
    assert!(
        row >= 2,
        "the sentence and the table name the interval:\n{said}"
    );
}

#[test]
fn the_table_of_the_formulas_has_every_answer() {
    let results = beside(DAY, 2);
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::given(&folder.path().join("tables"), false);
    let stop = std::sync::atomic::AtomicBool::new(false);
    place
        .save_folder(&stop, |to| acdsim::report::csv::write(&results, to))
        .expect("it can be written");
    let table =
        std::fs::read_to_string(folder.path().join("tables/erlang.csv")).expect("the table");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = "queue,start,attempts,formula,not_applicable,erlangs,agents,service_level,asa_s,abandonment_rate,occupancy";
    assert_eq!(
        reader
            .headers()
            .expect("a header")
            .iter()
            .collect::<Vec<_>>()
            .join(","),
        header
    );
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    // The day, four intervals, after close; two kinds of attempts, two formulas.
    assert_eq!(rows.len(), 6 * 4);
    let said = figures(
        results.queues[0].intervals.as_ref().expect("a day")[1]
            .erlang
            .expect("formulas")
            .all_attempts
            .a,
    );
    let row = rows
        .iter()
        .find(|row| [&row[1], &row[2], &row[3]] == ["09:00", "all_attempts", "a"])
        .expect("the row");
    assert_eq!(&row[4], "");
    assert_eq!(row[7].parse(), Ok(said.service_level));
    assert_eq!(row[8].parse(), Ok(said.asa_s));
    let row = rows
        .iter()
        .find(|row| [&row[1], &row[2], &row[3]] == ["10:00", "first_attempts", "c"])
        .expect("the row");
    assert_eq!([&row[4], &row[5], &row[7]], ["no_calls", "", ""]);
}
