//! How the day of a profile goes: when it is over, and what callers who call again add.

mod common;

use acdsim::scenario::{self, Scenario};
use acdsim::stress::course::{Course, NoRecovery, Question, course};
use acdsim::{Control, Model};
use std::path::Path;

fn read(text: &str) -> Scenario {
    let loaded = scenario::parse("test", text, Path::new(""), &[]);
    let loaded = loaded.unwrap_or_else(|e| panic!("{}\n{text}", e.render(false, 100)));
    loaded.scenario
}

fn course_of(text: &str, days: u64, window_min: u32) -> Course {
    let scenario = read(text);
    let question = Question {
        days,
        window_min,
        ..Question::of(&scenario)
    };
    let profile = scenario.stress.as_deref().expect("a profile");
    course(&scenario, profile, &question, &Control::default()).expect("it can be simulated")
}

/// One queue of six hours; `volume` in calls an hour, `keys` of the call type.
fn one_queue(agents: u32, volume: f64, keys: &str, stress: &str) -> String {
    format!(
        "[scenario]\nname = \"one queue\"\nopen = \"08:00-14:00\"\ninterval = \"30m\"\n\
         [[queues]]\nname = \"q\"\ntarget = \"80/20\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{volume}/h\"\ntalk = \"exp(300s)\"\n{keys}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {agents}\n[stress]\n{stress}\n"
    )
}

/// In a large centre the backlog of an hour above capacity is a fluid: 3,000 calls, of which 3,000 an hour more are answered
/// than come. A call is answered within 20 s once no more than 20 s of work are in the queue, 80 s before it is empty, and a
/// window is good when four fifths of its calls are.
#[test]
fn recovery_is_the_time_of_draining() {
    let stress = "stages = \"1h:100%, 0s:166.6666667%, 1h:166.6666667%, 0s:100%, 1h:100%\"";
    let text = one_queue(1000, 9000.0, "", stress);
    for window_min in [5, 30] {
        let found = course_of(&text, 10, window_min);
        assert_eq!(found.profile.over_min, 120);
        let fluid = 60.0 - 80.0 / 60.0 + 0.8 * f64::from(window_min);
        let expected = 5.0 * (fluid / 5.0).ceil();
        let minutes = found.recovery.minutes.expect("it recovers");
        assert!(
            (minutes - expected).abs() <= 5.0,
            "window {window_min}: {minutes} min, by the fluid {fluid}, on the grid {expected}"
        );
        let (low, high) = found.recovery.ci.expect("an interval");
        assert!(low <= minutes && high.is_some_and(|high| minutes <= high && high - low <= 20.0));
        assert_eq!(found.recovery.not_recovered.mean, Some(0.0));
        // Nobody gives up: nothing is missed because of redials, and nobody calls twice.
        assert_eq!(found.missed_after.difference.mean, Some(0.0));
        assert_eq!(found.amplification.attempts_per_caller.mean, Some(1.0));
        assert_eq!(found.lost_extra.mean, Some(0.0));
        assert!(!found.self_sustaining);
    }
}

/// A window of the whole day is the day: its figure is estimated as a run's, with the same interval.
#[test]
fn a_figure_over_a_window_has_the_interval_of_its_days() {
    let keys = "patience = \"exp(3m)\"";
    let stress = "stages = \"1h:100%, 0s:150%, 1h:150%, 0s:100%\"";
    let text = one_queue(32, 360.0, keys, stress);
    let over = |window_min: u32| course_of(&text, 25, window_min);
    let day = over(360);
    let of = &day.windows[0];
    let (found, expected) = (of.figure(72), day.with.queues[0].get("service_level"));
    let (low, high) = found.ci.expect("an interval");
    let ends = expected.ci.expect("an interval of the run");
    let pairs = [
        (found.mean.unwrap_or(f64::NAN), expected.mean.unwrap_or(0.0)),
        (low, ends.0),
        (high, ends.1),
    ];
    for (found, expected) in pairs {
        assert!(
            (found - expected).abs() < 1e-12,
            "{found}, of the run {expected}"
        );
    }
    let half_hours = over(30);
    let of = &half_hours.windows[0];
    assert_eq!((of.values.len(), of.ci.len()), (73, 73));
    assert_eq!(of.figure(0).ci, None, "at opening there is nothing");
    for step in 1..=72 {
        let figure = of.figure(step);
        let (low, high) = figure.ci.expect("an interval");
        let mean = figure.mean.expect("a figure");
        assert!(
            0.0 <= low && low <= mean && mean <= high && high <= 1.0,
            "step {step}: {low} to {high} of {mean}"
        );
        // In the first minutes nobody waits, on no day.
        assert!(step < 6 || low < high, "step {step}: {low} to {high}");
    }
    let document = serde_json::to_value(of).expect("a document");
    assert!(document["ci"][0].is_null());
    assert_eq!(document["ci"][24].as_array().map(Vec::len), Some(2));
    // A window of a twelfth of the day knows less than the day.
    let half = |course: &Course, step: usize| course.windows[0].figure(step).half_width();
    assert!(half(&half_hours, 24) > half(&day, 72));
}

#[test]
fn there_is_a_reason_where_it_does_not_recover() {
    let enough = |stress: &str| {
        course_of(
            &one_queue(40, 360.0, "patience = \"exp(5m)\"", stress),
            30,
            30,
        )
    };
    let found = enough("stages = \"1h:100%, 0s:150%\"");
    assert_eq!(
        (found.recovery.minutes, found.recovery.reason),
        (None, Some(NoRecovery::UntilClosing))
    );
    let found = enough("stages = \"1h:50%\"");
    assert_eq!(
        (found.recovery.minutes, found.recovery.reason),
        (None, Some(NoRecovery::NothingHappens))
    );
    let found = enough("faults = [{ kind = \"absent\", at = \"2h\", for = \"1h\" }]");
    assert_eq!((found.profile.over_min, found.recovery.reason), (180, None));
    assert!(
        found
            .recovery
            .minutes
            .is_some_and(|minutes| (5.0..60.0).contains(&minutes))
    );
    let missed = course_of(
        &one_queue(
            28,
            360.0,
            "patience = \"exp(5m)\"",
            "stages = \"1h:200%, 0s:100%\"",
        ),
        30,
        30,
    );
    assert_eq!(
        (missed.recovery.minutes, missed.recovery.reason),
        (None, Some(NoRecovery::MissedBefore))
    );
    // A backlog that three hours do not clear.
    let late = course_of(
        &one_queue(
            38,
            360.0,
            "",
            "stages = \"2h:100%, 0s:300%, 1h:300%, 0s:100%\"",
        ),
        30,
        30,
    );
    assert_eq!(
        (late.recovery.minutes, late.recovery.reason),
        (None, Some(NoRecovery::NotByClosing))
    );
    assert_eq!(late.recovery.not_recovered.mean, Some(1.0));
    assert!(
        late.self_sustaining,
        "it outlives its cause: {:?}",
        late.recovery
    );
}

/// Who gives up and redials comes back when the cause is over.
#[test]
fn redials_outlive_their_cause() {
    let keys = "patience = \"exp(3m)\"\nredial = { abandoned = 0.9, delay = \"exp(30m)\" }";
    let stress = "stages = \"1h:100%, 0s:250%, 1h:250%, 0s:100%\"";
    let found = course_of(&one_queue(34, 360.0, keys, stress), 100, 30);
    let after = found.missed_after;
    assert!(after.minutes > after.without_redials, "{after:?}");
    assert!(
        after.difference.ci.is_some_and(|(low, _)| low > 0.0),
        "{after:?}"
    );
    let of = found.amplification;
    let [with, without, before] = [
        of.attempts_per_caller,
        of.without_redials,
        of.without_profile,
    ]
    .map(|e| e.mean.expect("callers"));
    assert!(
        with > 1.2 && before < 1.1 && without == 1.0,
        "{with} {before} {without}"
    );
    assert!(found.returned_extra.mean.is_some_and(|more| more > 100.0));
    // The document says when: redials of the total by step.
    let steps = found.with.total.intervals.as_ref().expect("intervals");
    let redials = |step: usize| steps[step].kpis["redials"].mean.expect("a count");
    assert!(
        redials(30) > 5.0 * redials(10),
        "{} {}",
        redials(30),
        redials(10)
    );
}

/// Ding, Remerova, van der Mei and Zwart (2015): with exponential times, redial probability p, reconnect probability q, and as
/// many attempts as it takes, the number Q in a large overloaded centre of s agents solves
/// (1 − p)·θ·(Q − s) = λ − (1 − q)·μ·s; in underload Q = λ / ((1 − q)·μ).
fn fluid_fixed_point(agents: f64, load: f64, length: &str, most: f64) {
    let (p, q) = (0.6, 0.15);
    let (aht_s, patience_s) = (180.0, 150.0);
    let capacity = (1.0 - q) * agents / aht_s;
    let rate = load * capacity;
    let text = format!(
        "[scenario]\nname = \"fluid\"\n[run]\nmode = \"steady\"\nwarm_up = \"24h\"\nlength = \"{length}\"\n\
         [[queues]]\nname = \"q\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"{}/h\"\ntalk = \"exp({aht_s}s)\"\npatience = \"exp({patience_s}s)\"\n\
         resolution = {}\nreconnect = {{ probability = 1, delay = \"exp(20m)\" }}\n\
         redial = {{ abandoned = {p}, delay = \"exp(10m)\" }}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {agents}\n",
        3600.0 * rate,
        1.0 - q
    );
    let results = common::run_model(&Model::new(&read(&text)), None);
    let waiting = results.queues[0]
        .get("queue_length_mean")
        .mean
        .expect("a mean");
    let busy = agents * results.groups[0].get("occupancy").mean.expect("a mean");
    let expected = match load > 1.0 {
        true => agents + (rate - capacity) * patience_s / (1.0 - p),
        false => rate * aht_s / (1.0 - q),
    };
    let found = waiting + busy;
    println!(
        "s = {agents}, load {load}: {found:.1} in the system, by the fluid {expected:.1}, {:+.2} %",
        100.0 * (found / expected - 1.0)
    );
    assert!(
        (found / expected - 1.0).abs() <= most,
        "s = {agents}, load {load}: {found} in the system, by the fluid {expected}"
    );
}

#[test]
fn a_large_centre_is_at_its_fluid_fixed_point() {
    fluid_fixed_point(1000.0, 1.2, "60h", 0.01);
    fluid_fixed_point(1000.0, 0.8, "60h", 0.005);
}

#[test]
#[ignore = "half a minute"]
fn a_larger_centre_is_at_its_fluid_fixed_point() {
    fluid_fixed_point(4000.0, 1.2, "200h", 0.01);
    fluid_fixed_point(4000.0, 0.8, "200h", 0.005);
    fluid_fixed_point(1000.0, 1.2, "1000h", 0.01);
    fluid_fixed_point(1000.0, 0.8, "1000h", 0.005);
}

/// What lasts no time is nothing that could be over.
#[test]
fn a_fault_of_no_time_is_no_cause() {
    let stress = "[[stress.faults]]\nkind = \"absent\"\nat = \"0m\"\nfor = \"0m\"";
    let found = course_of(&one_queue(10, 60.0, "", stress), 5, 30);
    assert_eq!(found.recovery.reason, Some(NoRecovery::NothingHappens));
}
