//! The price of resilience: which agents and lines, beside today's, it takes to survive a profile.

use super::day::{Parts, StressedDay};
use crate::experiment::{Control, Error};
use crate::planning::{
    Cost, Judged, LinesNeeded, PlannedDay, Question, Reinforced, Risk, reinforce,
};
use crate::scenario::Scenario;
use crate::scenario::stress::{Effect, Profile};
use serde::Serialize;

/// What it takes to survive a profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Price {
    /// No target is missed with it.
    pub met: bool,
    /// Over what targets are judged: `day` or `interval`.
    pub per: String,
    /// Productive agents needed where they are more than today's.
    pub agents: Vec<MoreAgents>,
    /// Hours of agents a day, more than today's.
    pub agent_hours: f64,
    /// Hours that the same targets ask for without the profile, too, more than today's; none where the profile needs none, or that
    /// was not searched, or nobody who could be added would be enough.
    pub agent_hours_without: Option<f64>,
    /// Without the profile no target is missed with these; none where that was not searched.
    pub met_without: Option<bool>,
    /// Lines by trunk group with a target; none where nothing has to be added.
    pub lines: Vec<LinesNeeded>,
    /// Cost of today's agents and of those needed.
    pub cost: Cost,
    /// Every target, judged on days that the search never saw.
    pub goals: Vec<Judged>,
    /// The share of days on which a target is missed, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// Days on which targets are judged.
    pub replications: u64,
    /// Days simulated in all.
    pub days_used: u64,
    /// The scenario with these agents and lines.
    #[serde(skip)]
    pub scenario: Scenario,
    /// It was asked to stop: what there was by then.
    #[serde(skip)]
    pub partial: bool,
    /// The search ended before it had tried everything: more agents might help.
    #[serde(skip)]
    pub ended_early: bool,
    /// What a reader should know.
    #[serde(skip)]
    pub warnings: Vec<String>,
}

/// A group in an interval in which it needs more agents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoreAgents {
    /// The group.
    pub group: String,
    /// Start of the interval.
    pub start: String,
    /// Agents planned today.
    pub current: u32,
    /// Agents to be planned.
    pub needed: u32,
}

/// Searches the least agents and lines beside today's with which every target holds on the day of a profile. Agents are those
/// that are planned, by interval of the scenario: who is absent by the profile is absent of the added ones as well. The bounds
/// of the question are not looked at: today's staff stands.
///
/// # Errors
/// [`Error::Halt`] when the day overwhelms the simulator, [`Error::NothingDone`] when it is stopped too early.
pub fn price(
    scenario: &Scenario,
    profile: &Profile,
    question: &Question,
    control: &Control,
) -> Result<Price, Error> {
    let step_min = StressedDay::new(scenario, profile).step_min();
    let may_serve = who_may_serve(scenario, profile);
    let staffed = |planned: &Scenario| {
        let mut staffed = scenario.clone();
        for (group, of) in staffed.groups.iter_mut().zip(&planned.groups) {
            group.staff.clone_from(&of.staff);
        }
        for (trunk, of) in staffed.trunks.iter_mut().zip(&planned.trunks) {
            trunk.lines = of.lines;
        }
        staffed
    };
    let day = PlannedDay {
        scenario: &may_serve,
        model: &|planned| StressedDay::new(&staffed(planned), profile).model(Parts::ALL),
        cells: (scenario.interval_min / step_min) as usize,
    };
    let with = reinforce(&day, question, control)?;
    let hours = |found: &Reinforced| -> f64 {
        let all = more(scenario, &found.scenario);
        let sum: u32 = all.iter().map(|of| of.needed - of.current).sum();
        f64::from(sum) * f64::from(scenario.interval_min) / 60.0
    };
    let agent_hours = hours(&with);
    let mut days_used = with.days_used;
    let mut partial = with.partial;
    let without = match partial || agent_hours == 0.0 {
        true => Err(Error::NothingDone("search")),
        false => {
            let left = Question {
                budget: question.budget.saturating_sub(days_used),
                ..question.clone()
            };
            reinforce(&PlannedDay::of(scenario), &left, control)
        }
    };
    let without = match without {
        Err(Error::NothingDone(_)) => None,
        without => Some(without?),
    };
    if let Some(without) = &without {
        days_used += without.days_used;
        partial |= without.partial;
    }
    // A search that ended early does not say what is needed.
    let without = without.filter(|of| !of.partial && !of.ended_early);
    Ok(Price {
        met: with.is_enough(),
        per: question.per.name().to_owned(),
        agents: more(scenario, &with.scenario),
        agent_hours,
        // Nobody to add is not as much as nobody needed.
        agent_hours_without: without
            .as_ref()
            .map(|of| (hours(of), of.is_enough()))
            .and_then(|(hours, is_enough)| (is_enough || hours > 0.0).then_some(hours)),
        met_without: without.as_ref().map(Reinforced::is_enough),
        replications: with.days,
        days_used,
        scenario: staffed(&with.scenario),
        lines: with
            .lines
            .into_iter()
            .map(|of| LinesNeeded {
                // The formula knows nothing of lines that are lost or added.
                erlang_b: of.erlang_b.filter(|_| !changes_lines(profile)),
                ..of
            })
            .collect(),
        cost: with.cost,
        goals: with.goals,
        risk: with.risk,
        partial,
        ended_early: with.ended_early,
        warnings: with.warnings,
    })
}

/// The scenario with everybody serving a queue, at last, who serves it at any time of the profile: the search must know whom it
/// may add.
fn who_may_serve(scenario: &Scenario, profile: &Profile) -> Scenario {
    let mut all = scenario.clone();
    let changes = profile.faults.iter().chain(&profile.actions);
    for change in changes {
        let Effect::Agents { queue, tiers } = &change.effect else {
            continue;
        };
        let mut queues = all.queues.iter_mut();
        let Some(of) = queues.find(|of| of.name == *queue) else {
            continue;
        };
        for group in tiers.iter().flat_map(|tier| &tier.groups) {
            if !of.tiers.iter().any(|tier| tier.groups.contains(group)) {
                match of.tiers.last_mut() {
                    Some(last) => last.groups.push(group.clone()),
                    None => of.tiers.clone_from(tiers),
                }
            }
        }
    }
    all
}

fn changes_lines(profile: &Profile) -> bool {
    let mut changes = profile.faults.iter().chain(&profile.actions);
    changes.any(|change| {
        matches!(
            change.effect,
            Effect::LinesLost { .. } | Effect::MoreLines { .. }
        )
    })
}

/// Where there are more agents than today.
fn more(today: &Scenario, needed: &Scenario) -> Vec<MoreAgents> {
    let starts = today.interval_starts();
    let of_group = |(today, needed): (&crate::scenario::Group, &crate::scenario::Group)| {
        let cells = today.staff.iter().zip(&needed.staff).zip(&starts);
        let added = cells.filter(|((today, needed), _)| needed > today);
        let more = added.map(|((&current, &needed), start)| MoreAgents {
            group: today.name.clone(),
            start: start.clone(),
            current,
            needed,
        });
        more.collect::<Vec<MoreAgents>>()
    };
    let groups = today.groups.iter().zip(&needed.groups);
    groups.flat_map(of_group).collect()
}
