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
    let peak = |stages: &[Stage]| {
        let most = stages.iter().map(|stage| stage.volume).fold(0.0, f64::max);
        let (mut at, mut first) = (0, None);
        for stage in stages {
            at += stage.duration.as_secs();
            if stage.volume == most && first.is_none() {
                first = Some((at / 60) as u32);
            }
        }
        let last = stages.last().map_or(1.0, |stage| stage.volume);
        format!(
            "{} of today's volume at {}, {} at the end",
            exact_percent(most),
            clock(scenario, first.unwrap_or(0)),
            exact_percent(last)
        )
    };
    if !stages.is_empty() {
        lines.push(format!("volume: {}", peak(stages)));
    }
    for load in loads {
        let what = match &load.volume {
            Volume::Stages(stages) => peak(stages),
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
