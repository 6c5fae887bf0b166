//! A profile in words: what happens, and when.

use super::words::listed;
use crate::report::text::figures::{exact_percent, exact_seconds};
use crate::scenario::stress::{Change, Effect, Lost, Profile, Stage, Volume};
use crate::scenario::{Scenario, clock_text, grouped};

/// What happens, one line each.
pub fn happens(profile: &Profile, scenario: &Scenario) -> Vec<String> {
    let Profile {
        name: _,
        stages,
        loads,
        faults,
        actions,
        expect: _,
    } = profile;
    let mut lines = Vec::new();
    if !stages.is_empty() {
        lines.push(format!("volume: {}", course(stages, scenario)));
    }
    for load in loads {
        let what = match &load.volume {
            Volume::Stages(stages) => course(stages, scenario),
            Volume::Recorded(volumes) => {
                let all: f64 = volumes.iter().sum();
                format!("{} first attempts as recorded", grouped(all, 0))
            }
        };
        lines.push(format!("volume of {}: {what}", listed(&load.call_types)));
    }
    lines.extend(faults.iter().map(|fault| change(fault, scenario)));
    let action = |action: &Change| format!("{} (action)", change(action, scenario));
    lines.extend(actions.iter().map(action));
    lines
}

/// `150 % of today's volume from 09:30 to 12:30, 100 % from 14:00 on`
fn course(stages: &[Stage], scenario: &Scenario) -> String {
    let mut at_s = 0;
    let mut points: Vec<(u32, f64)> = vec![(0, 1.0)];
    for stage in stages {
        at_s += stage.duration.as_secs();
        points.push(((at_s / 60) as u32, stage.volume));
    }
    let volumes = || stages.iter().map(|stage| stage.volume);
    let (low, high) = (volumes().fold(1.0, f64::min), volumes().fold(0.0, f64::max));
    // What falls counts where nothing rises.
    let peak = if high > 1.0 { high } else { low };
    let first = points.iter().position(|(_, volume)| *volume == peak);
    let first = first.unwrap_or(0);
    let held = points[first..]
        .iter()
        .take_while(|(_, volume)| *volume == peak);
    let last = first + held.count() - 1;
    let clock = |k: usize| clock(scenario, points[k].0);
    let (end, of) = (points.len() - 1, "of today's volume");
    let peak = exact_percent(peak);
    if last == end {
        return format!("{peak} {of} from {} on", clock(first));
    }
    let then = points[end].1;
    let back = points.iter().rposition(|(_, volume)| *volume != then);
    let back = format!(
        "{} from {} on",
        exact_percent(then),
        clock(back.map_or(0, |k| k + 1))
    );
    match points[first].0 == points[last].0 {
        true => format!("{peak} {of} at {}, {back}", clock(first)),
        false => format!(
            "{peak} {of} from {} to {}, {back}",
            clock(first),
            clock(last)
        ),
    }
}

/// `10:30 to 13:00: 2 more agents in desk`
pub fn change(change: &Change, scenario: &Scenario) -> String {
    let until = match change.until_min {
        Some(until) => format!("to {}", clock(scenario, until)),
        None => "to closing".to_owned(),
    };
    let from = clock(scenario, change.from_min);
    format!("{from} {until}: {}", effect(&change.effect))
}

/// A time of the day: minutes after opening.
fn clock(scenario: &Scenario, minutes: u32) -> String {
    clock_text(scenario.open_min + minutes)
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Absent { groups, share } => {
            format!("{} of {} absent", exact_percent(*share), listed(groups))
        }
        Effect::SiteLost { groups } => format!("{} lost", listed(groups)),
        Effect::LinesLost { trunks, lost } => {
            let lost = match lost {
                Lost::Share(share) => format!("{} of the lines", exact_percent(*share)),
                Lost::Lines(lines) => format!("{lines} lines"),
            };
            format!("{lost} of {} lost", listed(trunks))
        }
        Effect::IvrDown { call_types, busy } => {
            let mode = if *busy {
                "callers hear the busy tone"
            } else {
                "callers skip it"
            };
            format!("IVR of {} down, {mode}", listed(call_types))
        }
        Effect::Containment {
            call_types,
            contained,
        } => format!(
            "IVR of {} contains {}",
            listed(call_types),
            exact_percent(*contained)
        ),
        Effect::Talk { call_types, factor } => {
            format!("talk of {} × {factor}", listed(call_types))
        }
        Effect::Policy(rules) => {
            let names: Vec<String> = rules.iter().map(|rule| rule.policy.clone()).collect();
            match names.is_empty() {
                true => "routing by preference".to_owned(),
                false => format!("routing by {}", listed(&names)),
            }
        }
        Effect::Agents { queue, tiers } => {
            let tier = |tier: &crate::scenario::Tier| {
                let after = match tier.after.is_zero() {
                    true => String::new(),
                    false => format!(" after {}", exact_seconds(tier.after.as_secs_f64())),
                };
                listed(&tier.groups) + &after
            };
            let tiers: Vec<String> = tiers.iter().map(tier).collect();
            format!("{queue} served by {}", tiers.join(", then "))
        }
        Effect::MoreAgents { groups, more } => format!("{more} more agents in {}", listed(groups)),
        Effect::MoreLines { trunks, more } => format!("{more} more lines in {}", listed(trunks)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{parse, stages_in_argument};
    use std::path::Path;

    #[test]
    fn volumes_are_said_by_their_peak() {
        let text = "[scenario]\nname = \"s\"\nopen = \"08:00-18:00\"\n[[queues]]\nname = \"q\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nrate = \"20/h\"\ntalk = \"exp(3m)\"\n";
        let scenario = parse("s", text, Path::new(""), &[]).unwrap().scenario;
        for (stages, expected) in [
            (
                "1h:100%, 30m:150%, 3h:150%, 90m:100%",
                "150 % of today's volume from 09:30 to 12:30, 100 % from 14:00 on",
            ),
            (
                "0s:200%, 1h:200%, 0s:100%",
                "200 % of today's volume from 08:00 to 09:00, 100 % from 09:00 on",
            ),
            (
                "1h:100%, 10m:300%, 1h:120%",
                "300 % of today's volume at 09:10, 120 % from 10:10 on",
            ),
            ("2h:100%", "100 % of today's volume from 08:00 on"),
            ("0s:50%", "50 % of today's volume from 08:00 on"),
            (
                "1h:100%, 1h:50%, 1h:50%, 0s:100%",
                "50 % of today's volume from 10:00 to 11:00, 100 % from 11:00 on",
            ),
            ("1h:80%, 1h:130%", "130 % of today's volume from 10:00 on"),
        ] {
            let read = stages_in_argument("--stages", stages, &scenario).unwrap();
            let said = course(&read, &scenario).replace('\u{a0}', " ");
            assert_eq!(said, expected, "{stages}");
        }
    }
}
