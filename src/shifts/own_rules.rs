//! What is asked for a scenario that has rules of its own, and what must hold of it first.

use super::answer::{Asked, Calls, Required};
use super::solve::Effort;
use super::task::{Crew, PublishedShift};
use crate::kpi::Place;
use crate::planning::{Per, Question};
use crate::scenario::{Mode, Scenario, ShiftRules, clock_text, divisor};

/// Why no shifts can be planned for a scenario: what is wrong, and what helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub String);

/// Rounds of simulation and repair, at most, where nothing else is asked for.
pub const ROUNDS: u32 = 30;

/// Rules, as they are told to whoever has none.
const EXAMPLE: &str = "    [shifts]
    grid = \"15m\"

    [[shifts.types]]
    name = \"day\"
    start = \"07:00-11:00\"
    length = \"8h30m\"
    breaks = [{ name = \"lunch\", length = \"30m\", earliest = \"3h\", latest = \"5h\" }]
";

/// A scenario for which shifts are planned is of a day, and has groups.
///
/// # Errors
/// That it is not, or has none.
pub fn fits(scenario: &Scenario) -> Result<(), Unfit> {
    let name = &scenario.name;
    if scenario.run.mode != Mode::Day {
        return Err(Unfit(format!(
            "shifts are planned for a day; the scenario \"{name}\" is one steady run\n  help: write mode = \"day\" (and open = \
             \"08:00-20:00\" or the like) into it, or try --set run.mode=day"
        )));
    }
    match scenario.groups.is_empty() {
        true => Err(Unfit(format!(
            "the scenario \"{name}\" has no agent groups for whom shifts could be planned"
        ))),
        false => Ok(()),
    }
}

/// Whether the opening hours of a scenario, and with them its intervals, begin and end on the planning grid: a step of it that
/// is half within them has no staff of its own.
///
/// # Errors
/// That they do not, and which grid would do.
pub fn on_the_grid(scenario: &Scenario, grid_min: u32) -> Result<(), Unfit> {
    let (open, close) = (scenario.open_min, scenario.close_min);
    let fits = divisor(divisor(grid_min, open), close);
    if fits == grid_min {
        return Ok(());
    }
    Err(Unfit(format!(
        "the scenario \"{}\" is open {}-{}, which does not lie on the planning grid of {grid_min} minutes from midnight\n  \
         help: write grid = \"{fits}m\" into [shifts], or move the opening hours",
        scenario.name,
        clock_text(open),
        clock_text(close),
    )))
}

/// That something has no rules, and what they look like; `instead` is what helps too.
pub fn no_rules(name: &str, instead: &str) -> Unfit {
    Unfit(format!(
        "{name} has no rules of shifts\n  help: {instead}add a section such as\n\n{EXAMPLE}"
    ))
}

/// The rules of a scenario's own `[shifts]`, where shifts can be planned by them.
///
/// # Errors
/// Why they cannot.
pub fn own_rules(scenario: &Scenario) -> Result<&ShiftRules, Unfit> {
    fits(scenario)?;
    let name = || format!("the scenario \"{}\"", scenario.name);
    let rules = scenario.shifts.as_deref();
    let rules = rules.ok_or_else(|| no_rules(&name(), ""))?;
    on_the_grid(scenario, rules.grid_min)?;
    Ok(rules)
}

impl Calls {
    /// The targets of a scenario in each of its intervals, the agents needed searched by simulation.
    pub fn of(scenario: &Scenario) -> Self {
        let mut question = Question::of(scenario, Per::Interval);
        let of_staff = |place| !matches!(place, Place::Trunk(_));
        question.targets.retain(|target| of_staff(target.place));
        Self {
            scenario: scenario.clone(),
            question,
            recipe: None,
        }
    }
}

impl Asked {
    /// A plan of one day, as `acdsim shifts` makes it unless more is said.
    pub fn of(calls: Calls, rules: &ShiftRules, published: Vec<PublishedShift>) -> Self {
        let scenario = &calls.scenario;
        Self {
            name: scenario.name.clone(),
            rules: rules.clone(),
            crews: scenario.groups.iter().map(Crew::of).collect(),
            published,
            most_people: None,
            most_cost: None,
            effort: Effort {
                seed: scenario.run.seed,
                ..Effort::default()
            },
            rounds: ROUNDS,
            days: vec![(rules.day, Required::Calls(Box::new(calls)))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_that_fits_divides_the_hours_too() {
        for (a, b, expected) in [(0, 7, 7), (7, 0, 7), (15, 490, 5), (60, 1440, 60)] {
            assert_eq!(divisor(a, b), expected, "{a} and {b}");
        }
    }
}
