//! What happened, in words. Nothing of it is kept: it is made of the last events when somebody looks.

use super::recording::{Event, Recording, What};
use super::{MINUTE_NS, SECOND_NS};
use crate::engine::Cause;
use crate::scenario::grouped;

/// What happened last, the latest at the end: at most `most` lines, such as
/// `08:31:12  service call 17 abandoned after 42s`. What happens to one and the same call at one instant is one line.
pub fn last_events(recording: &Recording, happened: usize, most: usize) -> Vec<String> {
    let mut end = happened.min(recording.events.len());
    let mut lines = Vec::new();
    while lines.len() < most && end > 0 {
        let start = before(recording, end);
        let events = &recording.events[start..end];
        if let Some(text) = in_words(recording, events) {
            lines.push(format!(
                "{}  {text}",
                recording.parts.clock(events[0].at_ns)
            ));
        }
        end = start;
    }
    lines.reverse();
    lines
}

/// How many events have happened before those that belong together with the last of the first `happened`.
pub(super) fn before(recording: &Recording, happened: usize) -> usize {
    let mut start = happened.saturating_sub(1);
    while start > 0 && joined(&recording.events, start) {
        start -= 1;
    }
    start
}

/// How many events have happened after those that belong together with the next one.
pub(super) fn after(recording: &Recording, happened: usize) -> usize {
    let mut end = (happened + 1).min(recording.events.len());
    while end < recording.events.len() && joined(&recording.events, end) {
        end += 1;
    }
    end
}

/// An event belongs together with the one before it: the same call, agents of a group who come or go, or an agent who is
/// free and takes the next call, or goes.
fn joined(events: &[Event], at: usize) -> bool {
    let (one, next) = (&events[at - 1], &events[at]);
    let same_part = one.part == next.part;
    one.at_ns == next.at_ns
        && match (one.what, next.what) {
            (What::Free, What::Answered { group, agent, .. }) => {
                (one.part, one.number) == (group, agent)
            }
            (What::Free, What::OffDuty) => same_part && one.number == next.number,
            (What::OnDuty | What::OffDuty, what) => same_part && one.what == what,
            (what, _) if what.is_of_agent() || next.what.is_of_agent() => false,
            _ => same_part && one.number == next.number,
        }
}

/// What is said of events that belong together.
fn in_words(recording: &Recording, events: &[Event]) -> Option<String> {
    let parts = &recording.parts;
    let (first, last) = (events.first()?, events.last()?);
    let number = grouped(f64::from(last.number) + 1.0, 0);
    if last.what.is_of_agent() {
        let group = &parts.groups[last.part as usize].name;
        let agents = match events
            .iter()
            .filter(|event| event.what == last.what)
            .count()
        {
            1 => format!("{group} {number}"),
            n => format!("{group}: {} agents", grouped(n as f64, 0)),
        };
        let done = if first.what == What::Free {
            " is free and"
        } else {
            ""
        };
        return Some(match last.what {
            What::OnDuty => format!("{agents} came on duty"),
            What::OffDuty => format!("{agents}{done} went off duty"),
            _ => format!("{agents} is free"),
        });
    }
    let call = &parts.call_types[last.part as usize].name;
    // That it reached the queue goes without saying where more is said.
    let is_last = |at: usize| at + 1 == events.len();
    let words = events.iter().enumerate();
    let words = words.filter(|(at, event)| event.what != What::Queued || is_last(*at));
    let words: Vec<String> = words
        .filter_map(|(_, event)| of_attempt(recording, event))
        .collect();
    (!words.is_empty()).then(|| format!("{call} {number} {}", words.join(", ")))
}

/// What is said of an event of an attempt. That a caller was helped is said with the end of the call.
fn of_attempt(recording: &Recording, event: &Event) -> Option<String> {
    let parts = &recording.parts;
    let queue = &parts.queues[parts.call_types[event.part as usize].queue].name;
    let waited = |wait| spoken(recording.waited(event, wait));
    let agent = |group: usize, agent: u32| {
        let number = grouped(f64::from(agent) + 1.0, 0);
        format!("{} {number}", parts.groups[group].name)
    };
    Some(match event.what {
        What::Arrived(Cause::First) => "arrived".to_owned(),
        What::Arrived(Cause::Redial) => "redialled".to_owned(),
        What::Arrived(Cause::Reconnect) => "called again, not helped before".to_owned(),
        What::NoLine => "found no free line".to_owned(),
        What::Contained => "was helped by the IVR".to_owned(),
        What::HungUpInIvr => "left the IVR without help".to_owned(),
        What::Queued => format!("reached the queue {queue}"),
        What::QueueFull => format!("found the queue {queue} full"),
        What::Balked => "left at once instead of waiting".to_owned(),
        What::Waits => format!("waits in the queue {queue}"),
        What::Answered {
            wait: u32::MAX,
            group,
            agent: number,
        } => format!("was answered at once by {}", agent(group as usize, number)),
        What::Answered {
            wait,
            group,
            agent: number,
        } => format!(
            "was answered after {} by {}",
            waited(wait),
            agent(group as usize, number)
        ),
        What::Abandoned { wait } => format!("abandoned after {}", waited(wait)),
        What::Dropped { wait: u32::MAX } => "was turned away at closing".to_owned(),
        What::Dropped { wait } => format!("was dropped at closing after {}", waited(wait)),
        What::HungUp { answer, resolved } => {
            let helped = if resolved { "helped" } else { "not helped" };
            match recording.answer(answer) {
                Some((group, number, since)) => format!(
                    "talked for {} with {}: {helped}",
                    spoken(event.at_ns - since),
                    agent(group, number)
                ),
                None => helped.to_owned(),
            }
        }
        What::WillRepeat { at_s } => {
            let clock = parts.clock(i64::from(at_s) * SECOND_NS);
            format!("will call again at {}", &clock[..clock.len() - 3])
        }
        What::OutOfHours => "would call again, but after closing".to_owned(),
        What::CallerEnds { resolved: false } => "is lost".to_owned(),
        What::CallerEnds { resolved: true } | What::OnDuty | What::Free | What::OffDuty => {
            return None;
        }
    })
}

/// A duration in whole seconds and at most two units: `42s`, `3m 12s`, `1h 05m`.
pub(super) fn spoken(ns: i64) -> String {
    let (s, min) = (ns / SECOND_NS, ns / MINUTE_NS);
    match s {
        ..1 => "<1s".to_owned(),
        1..60 => format!("{s}s"),
        60..3600 => format!("{min}m {:02}s", s % 60),
        _ => format!("{}h {:02}m", grouped((min / 60) as f64, 0), min % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_two_units_at_most() {
        for (s, expected) in [
            (0, "<1s"),
            (1, "1s"),
            (59, "59s"),
            (60, "1m 00s"),
            (192, "3m 12s"),
            (3599, "59m 59s"),
            (3600, "1h 00m"),
            (3_600_000 + 300, "1,000h 05m"),
        ] {
            assert_eq!(spoken(s * SECOND_NS), expected, "{s} s");
        }
        assert_eq!(spoken(1_999_999_999), "1s");
    }
}
