//! The search for staff by simulation: against formulas, and against all staffings of a small day.

mod common;

use acdsim::erlang::{Patience, Target as FormulaTarget, WaitingSystem};
use acdsim::experiment::Control;
use acdsim::kpi::{self, Place};
use acdsim::planning::{self, Per, Question, Status};
use acdsim::scenario::{self, Formula, Scenario};
use std::path::Path;
use std::sync::atomic::Ordering;

fn scenario(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    loaded
        .unwrap_or_else(|e| panic!("{}", e.render(false, 100)))
        .scenario
}

fn question(scenario: &Scenario, per: Per) -> Question {
    Question {
        days: 200,
        budget: 1_000_000,
        ..Question::of(scenario, per)
    }
}

fn answer(scenario: &Scenario, question: &Question) -> planning::Answer {
    planning::simulate(scenario, question, &Control::default()).expect("it can be simulated")
}

/// Agents of the first group by interval.
fn agents(answer: &planning::Answer) -> Vec<u32> {
    answer.scenario.groups[0].staff.clone()
}

/// The figures of every goal over many days: those of the closing simulation would be few.
fn figures(scenario: &Scenario, staff: &[Vec<u32>], days: u64) -> Vec<f64> {
    let mut scenario = scenario.clone();
    for (group, staff) in scenario.groups.iter_mut().zip(staff) {
        group.staff.clone_from(staff);
    }
    let model = acdsim::Model::new(&scenario);
    let results = common::run_with(
        &model,
        &acdsim::Settings {
            seed: 77,
            ..common::days(&model, days)
        },
    );
    let intervals = results.queues[0]
        .intervals
        .as_ref()
        .expect("a day has intervals");
    let levels = intervals.iter().take(scenario.intervals());
    levels
        .map(|i| i.get("service_level").mean.unwrap_or(1.0))
        .collect()
}

const SMALL: &str = "\
[scenario]\nname = \"small\"\nopen = \"08:00-10:00\"\ninterval = \"30m\"\n\
[[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
[[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = [10, 30, 24, 6]\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
redial = { abandoned = 0.5, delay = \"exp(5m)\" }\n\
[[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n";

/// No single agent can be taken, and no staffing of the whole box is smaller: figures on 20,000 fresh days, whose errors are
/// below 0.3 points.
#[test]
fn a_small_day_has_no_smaller_staffing() {
    let scenario = scenario(SMALL);
    let found = answer(&scenario, &question(&scenario, Per::Interval));
    let staff = agents(&found);
    assert!(
        found.staffing.minimal && found.staffing.met,
        "{:?}",
        found.staffing.goals
    );

    const DAYS: u64 = 20_000;
    let least = |levels: &[f64]| levels.iter().copied().fold(f64::INFINITY, f64::min);
    let level = least(&figures(&scenario, std::slice::from_ref(&staff), DAYS));
    assert!(
        level > 0.787,
        "{staff:?} has {level}, expected 0.79 or more"
    );
    for i in 0..staff.len() {
        let mut fewer = staff.clone();
        fewer[i] -= 1;
        let level = least(&figures(&scenario, std::slice::from_ref(&fewer), DAYS));
        assert!(
            level < 0.793,
            "{fewer:?} has {level}: an agent could be spared"
        );
    }
    // Everything else with no more agents: all differences from −2 to +2.
    let total: u32 = staff.iter().sum();
    let box_of = |n: u32| n.saturating_sub(2)..=n + 2;
    let mut smaller = Vec::new();
    for a in box_of(staff[0]) {
        for b in box_of(staff[1]) {
            for c in box_of(staff[2]) {
                for d in box_of(staff[3]) {
                    if a + b + c + d < total {
                        smaller.push(vec![a, b, c, d]);
                    }
                }
            }
        }
    }
    assert!(smaller.len() > 100, "{}", smaller.len());
    for other in smaller {
        // A few days are enough for most of them.
        if least(&figures(&scenario, std::slice::from_ref(&other), 300)) < 0.70 {
            continue;
        }
        let level = least(&figures(&scenario, std::slice::from_ref(&other), DAYS));
        assert!(
            level < 0.793,
            "{other:?} has {level} with fewer agents than {staff:?}"
        );
    }
}

/// Where the rate is constant and callers have an exponential patience, Erlang-A is exact but for the empty start.
#[test]
fn a_flat_day_needs_what_erlang_a_says() {
    let text = "[scenario]\nname = \"flat\"\nopen = \"08:00-14:00\"\ninterval = \"60m\"\n\
                [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
                [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"200/h\"\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
                [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 10\n";
    let scenario = scenario(text);
    let found = answer(&scenario, &question(&scenario, Per::Interval));
    let system = WaitingSystem {
        calls_per_h: 200.0,
        aht_s: 180.0,
        agents: 0.0,
        patience: Patience::exponential(120.0).expect("a patience"),
        limit: None,
    };
    let target = FormulaTarget::ServiceLevel {
        fraction: 0.79,
        within_s: 20.0,
        formula: Formula::AnsweredOverOffered,
        short_s: 5.0,
    };
    let expected = system.least_agents(&[target]).expect("it can be reached") as u32;
    assert_eq!(
        agents(&found)[1..],
        vec![expected; 5],
        "Erlang-A: {expected}"
    );
}

#[test]
fn over_the_day_fewer_agents_are_needed() {
    let scenario = scenario(SMALL);
    let each = answer(&scenario, &question(&scenario, Per::Interval));
    let day = answer(&scenario, &question(&scenario, Per::Day));
    let cost = |answer: &planning::Answer| answer.staffing.cost.recommended;
    assert!(cost(&day) <= cost(&each), "{} {}", cost(&day), cost(&each));
    assert!(day.staffing.met, "{:?}", day.staffing.goals);
    assert_eq!(day.staffing.goals.len(), 1);
}

#[test]
fn bounds_are_kept_and_what_they_prevent_is_said() {
    let scenario = scenario(SMALL);
    let mut question = question(&scenario, Per::Interval);
    question.bounds.most[0] = vec![100, 1, 100, 100];
    question.bounds.least[0] = vec![5, 0, 0, 0];
    let found = answer(&scenario, &question);
    let staff = agents(&found);
    assert_eq!(staff[1], 1, "{staff:?}");
    assert!(staff[0] >= 5, "{staff:?}");
    assert!(!found.staffing.met);
    let missed: Vec<_> = found
        .staffing
        .goals
        .iter()
        .filter(|g| g.status == Status::Missed)
        .collect();
    let starts: Vec<_> = missed.iter().filter_map(|g| g.start.as_deref()).collect();
    assert!(starts.contains(&"08:30"), "{missed:?}");
    for goal in missed
        .iter()
        .filter(|g| g.start.as_deref() == Some("08:30"))
    {
        assert_eq!(goal.threshold, 0.8);
        assert!(goal.best.is_some_and(|best| best < 0.5), "{goal:?}");
        assert_eq!(
            goal.reason.as_deref(),
            Some("no more agents of g are allowed")
        );
    }
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let scenario = scenario(SMALL);
    let with = |threads| {
        let asked = question(&scenario, Per::Interval);
        let asked = Question {
            threads,
            budget: 20_000,
            ..asked
        };
        serde_json::to_string(&answer(&scenario, &asked).staffing).expect("a document")
    };
    assert_eq!(with(Some(1)), with(Some(2)));
}

#[test]
fn nobody_calls_and_nobody_is_needed() {
    let text = SMALL
        .replace("[10, 30, 24, 6]", "[10, 0, 0, 6]")
        .replace("redial", "# redial");
    let scenario = scenario(&text);
    let found = answer(&scenario, &question(&scenario, Per::Interval));
    // Those who came at the end of the first interval may still be there in the second.
    assert_eq!(agents(&found)[2], 0, "{:?}", agents(&found));
    assert!(found.staffing.met, "{:?}", found.staffing.goals);
}

#[test]
fn a_group_that_costs_less_takes_the_work_of_a_dearer_one() {
    let text = SMALL.replace("redial", "# redial")
        + "cost_per_hour = 30\n\
                [[groups]]\nname = \"h\"\nskills = [\"q\"]\nstaff = 1\ncost_per_hour = 20\n";
    let scenario = scenario(&text);
    let found = answer(&scenario, &question(&scenario, Per::Interval));
    let staff: Vec<_> = found
        .scenario
        .groups
        .iter()
        .map(|g| g.staff.clone())
        .collect();
    assert_eq!(staff[0], vec![0; 4], "{staff:?}");
    assert!(found.staffing.met, "{:?}", found.staffing.goals);
    assert!(
        found
            .staffing
            .goals
            .iter()
            .all(|g| g.place == Place::Queue(0).name(&scenario))
    );
}

/// Some fifty times the calls of the small day: days differ less, and the share of missed ones can be low.
#[test]
fn the_share_of_missed_days_is_held_on_fresh_days() {
    let text = SMALL
        .replace("[10, 30, 24, 6]", "[100, 300, 240, 60]")
        .replace(
            "target = \"80/20\"",
            "target = \"80/20\"\nmax_abandonment = \"6%\"",
        );
    let scenario = scenario(&text);
    let day = answer(&scenario, &question(&scenario, Per::Day));
    let asked = Question {
        risk: Some(0.1),
        ..question(&scenario, Per::Day)
    };
    let sure = answer(&scenario, &asked);
    let risk = sure.staffing.risk.as_ref().expect("it was asked");
    assert_ne!(risk.status, Status::Missed, "{risk:?}");
    assert!(
        risk.missed_days.mean.is_some_and(|share| share <= 0.11),
        "{risk:?}"
    );
    assert!(sure.staffing.cost.recommended > day.staffing.cost.recommended);
    // Rarer misses cost more.
    let costs: Vec<f64> = risk.costs.iter().filter_map(|row| row.cost).collect();
    assert!(costs.len() >= 3, "{risk:?}");
    assert!(costs.is_sorted_by(|a, b| a >= b), "{risk:?}");

    // Counted anew, day by day, by the distribution of the day's service level: with fewer targets fewer days are missed.
    let results = &sure.results.queues[0];
    let met = results
        .days
        .as_ref()
        .and_then(|days| days.target_met.mean)
        .expect("days");
    assert!(
        met >= 0.85,
        "{met} of 200 days meet the service level, {risk:?}"
    );
}

/// A budget or an interruption within the search for fewer missed days: the share is judged all the same, and what the search
/// saw of the staff stands beside what came of it.
#[test]
fn a_search_for_fewer_missed_days_that_ends_early_is_judged() {
    let text = SMALL.replace("[10, 30, 24, 6]", "[100, 300, 240, 60]");
    let scenario = scenario(&text);
    // With less the same days decide.
    let asked = Question {
        risk: Some(0.1),
        budget: 10_000,
        ..question(&scenario, Per::Day)
    };
    let used = |answer: &planning::Answer| {
        let staffing = &answer.staffing;
        staffing.days_used - staffing.replications
    };
    let all = used(&answer(&scenario, &asked));
    let assert_judged = |case: &str, found: &planning::Answer, days: u64| {
        let risk = found.staffing.risk.as_ref().expect(case);
        let share = risk.missed_days.mean.expect(case);
        let missed = share * days as f64;
        assert!((missed - missed.round()).abs() < 1e-6, "{case}: {risk:?}");
        for row in found
            .staffing
            .intervals
            .iter()
            .filter(|row| row.queue.is_some())
        {
            let promised = row.promised["service_level"];
            assert!((0.0..=1.0).contains(&promised), "{case}: {row:?}");
        }
    };
    for budget in [all / 2, all - all / 4, all - 1] {
        let found = answer(
            &scenario,
            &Question {
                budget,
                ..asked.clone()
            },
        );
        let case = format!("{budget} days");
        assert!(used(&found) <= budget, "{case}: {}", used(&found));
        assert!(!found.staffing.partial, "{case}");
        let warnings = &found.staffing.warnings;
        let says = "before the search for fewer missed days was at its end";
        assert!(
            warnings.iter().any(|w| w.contains(says)),
            "{case}: {warnings:?}"
        );
        assert_judged(&case, &found, 2000);
    }

    let control = Control::default();
    let found = std::thread::scope(|scope| {
        scope.spawn(|| {
            while control.done.load(Ordering::Relaxed) < all / 2 {
                std::thread::yield_now();
            }
            control.stop.store(true, Ordering::Relaxed);
        });
        planning::simulate(&scenario, &asked, &control)
    });
    let found = found.expect("it gives the best so far");
    assert!(found.staffing.partial && !found.staffing.minimal);
    assert!(used(&found) < all, "{} of {all} days", used(&found));
    assert_judged("interrupted", &found, found.staffing.replications);
}

#[test]
fn one_more_agent_brings_most_where_the_queue_is_longest() {
    let scenario = scenario(SMALL);
    let mut asked = question(&scenario, Per::Interval);
    // Too few in the second interval.
    (asked.bounds.least[0], asked.bounds.most[0]) = (vec![3, 1, 4, 3], vec![3, 1, 4, 3]);
    asked.marginal = true;
    let found = answer(&scenario, &asked);
    let brings: Vec<f64> = found
        .staffing
        .intervals
        .iter()
        .filter_map(|row| row.one_more.as_ref())
        .map(|more| more.within_target.mean)
        .collect();
    assert_eq!(brings.len(), 4);
    let most = brings.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert_eq!(brings[1], most, "{brings:?}");
    assert!(brings[1] > 3.0, "{brings:?}");
    let row = found
        .staffing
        .intervals
        .iter()
        .filter(|row| row.group.is_some())
        .nth(1)
        .expect("a row");
    let less = row
        .one_more
        .as_ref()
        .map(|more| more.abandoned.mean)
        .expect("it was asked");
    assert!(less < -2.0, "{less}");
}

/// One interval may have too few: others make up for it over the day, and before it where calls are carried over.
#[test]
fn what_is_capped_is_made_up_for_elsewhere() {
    let scenario = scenario(SMALL);
    let mut asked = question(&scenario, Per::Day);
    asked.bounds.most[0][1] = 4;
    let found = answer(&scenario, &asked);
    assert_ne!(
        found.staffing.goals[0].status,
        Status::Missed,
        "{:?}",
        found.staffing.goals
    );
    assert_eq!(agents(&found)[1], 4);
    assert!(agents(&found)[2] > 4, "{:?}", agents(&found));

    // Where it cannot be made up for, the other intervals are no larger than they must be.
    let free = agents(&answer(&scenario, &question(&scenario, Per::Interval)));
    let mut asked = question(&scenario, Per::Interval);
    asked.bounds.most[0][2] = 1;
    let found = answer(&scenario, &asked);
    let staff = agents(&found);
    assert!(!found.staffing.met && staff[2] == 1, "{staff:?}");
    assert!(
        staff[0] <= free[0] + 1,
        "{staff:?}, without the cap {free:?}"
    );
}

/// A figure that is not defined although attempts come is a miss: nobody gets through.
#[test]
fn where_nobody_gets_through_nothing_is_met() {
    for (target, per) in [
        ("target = \"0/20\"\nmax_asa = \"0s\"", Per::Interval),
        ("target = \"80/20\"", Per::Day),
    ] {
        let text = SMALL.replace("target = \"80/20\"", target);
        let scenario = scenario(&text);
        let found = answer(&scenario, &question(&scenario, per));
        let staff = agents(&found);
        assert!(staff.iter().any(|n| *n > 0), "{target}: {staff:?}");
    }
    let scenario = scenario(&SMALL.replace("target = \"80/20\"", "target = \"80/20\"\nlimit = 0"));
    let mut asked = question(&scenario, Per::Interval);
    asked.bounds.most[0] = vec![0; 4];
    let found = answer(&scenario, &asked);
    assert!(!found.staffing.met);
    assert!(
        found
            .staffing
            .goals
            .iter()
            .all(|goal| goal.status == Status::Missed),
        "{:?}",
        found.staffing.goals
    );
}

/// A queue that nobody serves is missed every day.
#[test]
fn a_risk_that_nothing_lowers_is_missed() {
    let text = SMALL.to_owned()
        + "[[queues]]\nname = \"alone\"\n[[call_types]]\nname = \"d\"\nqueue = \"alone\"\nrate = \"20/h\"\n\
           talk = \"exp(3m)\"\npatience = \"exp(2m)\"\n";
    let scenario = scenario(&text);
    let asked = Question {
        risk: Some(0.1),
        ..question(&scenario, Per::Day)
    };
    let found = answer(&scenario, &asked);
    let risk = found.staffing.risk.as_ref().expect("it was asked");
    assert_eq!(risk.status, Status::Missed, "{risk:?}");
    assert!(risk.missed_days.mean > Some(0.99), "{risk:?}");
    assert!(!found.staffing.met);
}

/// What holds a target that no staff reaches is named.
#[test]
fn the_cause_of_a_miss_is_named() {
    let with = |place: &str, text: &str| SMALL.replace(place, &format!("{place}\n{text}"));
    let target = "target = \"80/20\"";
    let late = |after: u32, more: &str| {
        let agents = format!("agents = [{{ group = \"g\", after = \"{after}s\" }}]\n{more}");
        with(target, &agents)
    };
    let patience = "patience = \"exp(2m)\"";
    let alone = SMALL.to_owned()
        + "[[queues]]\nname = \"alone\"\n[[call_types]]\nname = \"d\"\nqueue = \"alone\"\nrate = \"20/h\"\n\
           talk = \"exp(3m)\"\npatience = \"exp(2m)\"\n";
    let cut_off = with(patience, "trunk = \"cut\"") + "[[trunks]]\nname = \"cut\"\nlines = 0\n";
    let kept_waiting = SMALL.to_owned()
        + "[routing]\npolicy = { weights = { pairs = [{ group = \"g\", queue = \"q\", wait = 1, idle = 0, constant = -60 }] } }\n";
    let soon = "nobody answers before a call has waited for 10 s";
    for (text, place, says) in [
        (
            late(30, ""),
            "queues.q",
            "nobody answers before a call has waited for 30 s",
        ),
        (
            late(10, "limit = 0"),
            "queues.q",
            &format!("{soon}, and there is no place to wait"),
        ),
        (
            late(10, "").replace(patience, "patience = \"5s\""),
            "queues.q",
            &format!("{soon}, and by then callers have run out of patience"),
        ),
        (
            late(10, "").replace(patience, "balk = 0.5"),
            "queues.q",
            &format!("{soon}, and by then callers have balked"),
        ),
        (alone, "queues.alone", "nobody serves it"),
        (
            cut_off,
            "queues.q",
            "no call comes in: there are no lines in cut",
        ),
        (
            kept_waiting,
            "queues.q",
            "not even with more agents than calls; the routing policy weights may leave calls waiting beside them",
        ),
    ] {
        let scenario = scenario(&text);
        for per in [Per::Day, Per::Interval] {
            let found = answer(&scenario, &question(&scenario, per));
            let goals = &found.staffing.goals;
            let goal = goals.iter().find(|goal| goal.place == place).expect(place);
            assert_eq!(goal.status, Status::Missed, "{goal:?}");
            assert_eq!(goal.reason.as_deref(), Some(says), "{goal:?}");
            let rows = found.staffing.intervals.iter();
            let row = rows
                .filter(|row| row.queue.is_some())
                .find(|row| place.ends_with(row.queue.as_deref().unwrap_or(".")));
            let in_row = row.and_then(|row| row.reason.as_deref());
            assert_eq!(in_row, (per == Per::Interval).then_some(says), "{goal:?}");
        }
    }
}

/// Where nobody may work no occupancy is too high, and nobody is answered: that is no target met.
#[test]
fn nobody_at_work_keeps_no_occupancy() {
    let text = SMALL.replace(
        "skills = [\"q\"]",
        "skills = [\"q\"]\nmax_occupancy = \"85%\"",
    );
    let shared = text.clone() + "[[groups]]\nname = \"h\"\nskills = [\"q\"]\nstaff = 1\n";
    for (text, expected) in [(&text, Status::Missed), (&shared, Status::Met)] {
        let scenario = scenario(text);
        for per in [Per::Interval, Per::Day] {
            let mut asked = question(&scenario, per);
            let of_group = |target: &kpi::Target| matches!(target.place, Place::Group(_));
            asked.targets.retain(of_group);
            asked.bounds.most[0] = vec![0; 4];
            let found = answer(&scenario, &asked);
            for goal in &found.staffing.goals {
                assert_eq!(goal.status, expected, "{goal:?}");
                let says = (expected == Status::Missed).then_some("no agents of g are allowed");
                assert_eq!(goal.reason.as_deref(), says, "{goal:?}");
            }
        }
    }
}

/// A target that allows nothing is held within the tolerance, however many that takes.
#[test]
fn what_allows_nothing_is_held_within_the_tolerance() {
    for target in [
        "target = \"100/20\"",
        "target = \"0/20\"\nmax_abandonment = \"0%\"",
    ] {
        let text = SMALL
            .replace("08:00-10:00", "08:00-09:00")
            .replace("target = \"80/20\"", target)
            .replace("[10, 30, 24, 6]", "[500, 800]");
        let scenario = scenario(&text);
        let found = answer(&scenario, &question(&scenario, Per::Interval));
        let staff = agents(&found);
        assert!(found.staffing.minimal, "{target}: {staff:?}");
        // 50 erlangs and 80.
        assert!(staff[0] > 50 && staff[1] > 80, "{target}: {staff:?}");
    }
}

/// Nobody at work has no occupancy: where calls come and nothing else is asked, somebody is there all the same.
#[test]
fn where_calls_come_somebody_works() {
    let text = SMALL.replace(
        "skills = [\"q\"]",
        "skills = [\"q\"]\nmax_occupancy = \"85%\"",
    );
    let scenario = scenario(&text);
    let mut asked = question(&scenario, Per::Interval);
    asked
        .targets
        .retain(|target| matches!(target.place, Place::Group(_)));
    let found = answer(&scenario, &asked);
    assert!(
        agents(&found).iter().all(|n| *n > 0),
        "{:?}",
        agents(&found)
    );
    assert!(found.staffing.met, "{:?}", found.staffing.goals);
}

const FAR_OFF: &str = "[scenario]\nname = \"mixed\"\nopen = \"08:00-08:30\"\n\
                [[queues]]\nname = \"q\"\ntarget = \"0/20\"\nmax_abandonment = \"1%\"\n\
                [[call_types]]\nname = \"patient\"\nqueue = \"q\"\nvolume = 1020\ntalk = \"exp(3m)\"\npatience = \"exp(60m)\"\n\
                [[call_types]]\nname = \"hasty\"\nqueue = \"q\"\nvolume = 980\ntalk = \"exp(3m)\"\npatience = \"exp(1s)\"\n\
                [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 60\n";

/// The formula takes all callers for patient ones, and asks for some 90 agents too few: they are added all the same.
#[test]
fn many_agents_are_added_where_the_formula_is_far_off() {
    let scenario = scenario(FAR_OFF);
    let mut asked = question(&scenario, Per::Interval);
    asked.tolerance.points = 0.02;
    let found = answer(&scenario, &asked);
    assert!(
        found.staffing.met && found.staffing.minimal,
        "{:?}: {:?}",
        agents(&found),
        found.staffing.goals
    );
}

/// What is missed as the budget was too small says so.
#[test]
fn agents_that_the_budget_does_not_add_are_spoken_of() {
    let scenario = scenario(FAR_OFF);
    let mut asked = question(&scenario, Per::Interval);
    asked.tolerance.points = 0.02;
    for (budget, says) in [
        (
            1_200,
            "the budget of 1,200 days was spent before every target was met",
        ),
        (
            5_000,
            "half of the budget of 5,000 days was spent on adding agents",
        ),
    ] {
        asked.budget = budget;
        let found = answer(&scenario, &asked).staffing;
        assert!(!found.met, "{:?}", found.goals);
        let said = found.warnings.join("; ");
        assert!(said.contains(says), "{said}, expected {says}");
    }
}

/// Adding agents before a cap may take half of the days, not all.
#[test]
fn a_cap_does_not_take_the_budget() {
    let scenario = scenario(SMALL);
    let mut asked = question(&scenario, Per::Interval);
    asked.bounds.most[0][2] = 1;
    asked.budget = 30_000;
    let found = answer(&scenario, &asked);
    let free = agents(&answer(&scenario, &question(&scenario, Per::Interval)));
    let staff = agents(&found);
    assert!(
        staff[0] <= free[0] + 1,
        "{staff:?}, without the cap {free:?}"
    );
    let spent = found.staffing.warnings.iter().any(|w| w.contains("budget"));
    assert!(!spent, "{:?}", found.staffing.warnings);
}
