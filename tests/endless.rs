//! Scenarios that would never end, or overwhelm memory, are given up with an error that says why.

mod common;

use acdsim::experiment::{self, Control, Settings};

fn error(text: &str) -> String {
    let model = common::model(text);
    match experiment::run(&model, &Settings::of(&model), &Control::default(), &[]) {
        Ok(_) => panic!("it came to an end:\n{text}"),
        Err(error) => error.to_string(),
    }
}

fn steady(call: &str, queue: &str, staff: u32) -> String {
    format!(
        "[scenario]\nname = \"endless\"\n[run]\nmode = \"steady\"\nwarm_up = \"0s\"\nlength = \"100h\"\n\
         [[trunks]]\nname = \"t\"\nlines = 3\n[[queues]]\nname = \"q\"\n{queue}\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"600/h\"\n{call}\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = {staff}\n"
    )
}

#[test]
fn calls_that_wait_for_ever() {
    let talk = "talk = \"exp(180s)\"";
    for text in [
        steady(talk, "limit = 5", 0),
        steady(&format!("{talk}\ntrunk = \"t\""), "", 0),
    ] {
        let message = error(&text);
        assert!(message.contains("no steady state"), "{message}");
    }
}

#[test]
fn a_queue_that_grows_without_end() {
    let message = error(&steady("talk = \"exp(1h)\"", "", 1).replace("600/h", "90000/h"));
    assert!(
        message.contains("1,000,000") && message.contains("no steady state"),
        "{message}"
    );
}

#[test]
fn a_day_that_outruns_the_clock() {
    let message = error(
        "[scenario]\nname = \"endless\"\n[run]\nreplications = 2\n[[queues]]\nname = \"q\"\n\
         [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"60/h\"\ntalk = \"exp(3652d)\"\n\
         [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 1\n",
    );
    assert!(message.contains("have not ended"), "{message}");
}

/// A million calls at once on average before a caller waits at all: no clock gets past that.
#[test]
fn callers_who_call_again_at_once() {
    let delay = "delay = \"hyperexp(0.999999: 0s, 0.000001: 1000000s)\"";
    let answered =
        format!("talk = \"0s\"\nresolution = 0\nreconnect = {{ probability = 1, {delay} }}");
    let blocked = format!("talk = \"60s\"\ntrunk = \"t\"\nredial = {{ blocked = 1, {delay} }}");
    for text in [steady(&answered, "", 1), steady(&blocked, "", 0)] {
        let day = text.replace(
            "mode = \"steady\"\nwarm_up = \"0s\"\nlength = \"100h\"",
            "replications = 1",
        );
        for text in [text, day] {
            let message = error(&text);
            assert!(
                message.starts_with(
                    "time stands still 0 h after the start: more than 1,000,000 attempts"
                ),
                "{message}"
            );
            assert!(
                message.contains("delays of `redial` and `reconnect`"),
                "{message}"
            );
        }
    }
}

#[test]
fn an_idle_steady_run_is_staffed_all_the_same() {
    let text = steady("talk = \"exp(180s)\"", "", 7).replace("600/h", "0/h");
    let results = common::run(&text);
    assert_eq!(results.groups[0].get("staffed_h").mean, Some(7.0));
    assert_eq!(results.total.get("service_level").mean, None);
}

#[test]
fn a_steady_run_of_a_nanosecond_has_figures() {
    let text = steady("talk = \"exp(180s)\"", "", 7).replace("100h", "0.000001ms");
    let results = common::run(&text);
    assert_eq!(results.groups[0].get("staffed_h").mean, Some(7.0));
    assert_eq!(results.total.get("callers").mean, Some(0.0));
}

/// The next caller of a steady run may come after all that counts is over.
#[test]
fn a_steady_run_of_rare_callers_has_an_end() {
    for rate in ["0.0001/h", "0.001/h", "0.01/h"] {
        for seed in 1..=5 {
            let text = steady("talk = \"exp(180s)\"", "", 7)
                .replace("600/h", rate)
                .replace("100h", "1h")
                .replace("[run]\n", &format!("[run]\nseed = {seed}\n"));
            assert!(text.contains("seed = "), "{text}");
            let results = common::run(&text);
            assert_eq!(results.groups[0].get("staffed_h").mean, Some(7.0));
        }
    }
}
