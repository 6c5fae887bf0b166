//! The document of a plan of shifts.

use super::plan::{Duty, Person, Plan};
use super::task::Task;
use crate::kpi::TargetInfo;
use crate::planning::Judged;
use crate::scenario::{DAY_MIN, clock_text};
use serde::Serialize;

/// Name and version of the document.
pub const SCHEMA: &str = "acdsim.shifts/1";

/// A plan of shifts, what it costs, and what a simulation with it gives. Serialises to schema [`SCHEMA`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shifts {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name of the scenario, or of the file of the requirement or the rules.
    pub name: String,
    /// Version of acdsim.
    pub version: String,
    /// What was asked for.
    pub objective: Objective,
    /// What became of it.
    pub status: ShiftStatus,
    /// It was interrupted, or ended by a limit of time.
    pub partial: bool,
    /// The same call gives the same plan; not where it ended early.
    pub repeatable: bool,
    /// Minutes of a step of the planning grid.
    pub grid_min: u32,
    /// `money`, or `paid_hours` where nothing has a price.
    pub unit: String,
    /// Cost of the plan.
    pub cost: f64,
    /// Cost of the plan that covers the requirement, before the simulation asked for repairs.
    pub cover_cost: f64,
    /// No plan that covers that requirement costs less; none where none covers it, or no bound is known. Of targets over the
    /// day the requirement is what they ask by the formula, as it was fitted to simulations.
    pub bound: Option<f64>,
    /// How much more that plan costs, as a fraction of the bound.
    pub gap: Option<f64>,
    /// Where service was to be as good as can be, how good it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceRow>,
    /// Nodes of the branch-and-bound tree.
    pub nodes: u64,
    /// What became of a published plan, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<PublishedRow>,
    /// People and their shifts.
    pub people: Vec<PersonRow>,
    /// Requirement and cover.
    pub cover: Vec<CoverRow>,
    /// What the simulation asked for on top of the requirement.
    pub repairs: Vec<Repair>,
    /// What was simulated, day by day; nothing where there was no scenario.
    pub simulated: Vec<SimulatedDay>,
    /// Why there is no plan that covers everything: the rules that cannot all be kept, none of which can be left out.
    pub explanation: Vec<Reason>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// The least cost with which the people needed in each interval are there.
    Cover,
    /// The least cost with which the targets hold over the day, wherever in it the people are.
    Day,
    /// The best service that a number of people or a cost allows.
    Service,
}

/// How good the service is that a number of people or a cost allows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceRow {
    /// Most people.
    pub most_people: Option<u32>,
    /// Most that the plan may cost.
    pub most_cost: Option<f64>,
    /// Contacts offered in all days of the plan.
    pub offered: f64,
    /// The queue that is furthest from its target reaches this share of it, by the formula: of 80 % answered within 20 s half,
    /// where 40 % are. 1 where all are reached.
    pub share: f64,
    /// No plan reaches more of it, by the formula; none where no bound is known.
    pub share_at_most: Option<f64>,
    /// Contacts that are served as the targets want it, by the formula.
    pub kept: f64,
    /// No plan that reaches as much of every target serves more of them so, by the formula; none where not all targets can be
    /// reached, or no bound is known.
    pub at_most: Option<f64>,
    /// Those served so in the simulation.
    pub simulated: f64,
}

/// What became of a published plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedRow {
    /// Its shifts.
    pub shifts: u64,
    /// Those that are kept: as many people work them, whoever they are.
    pub kept: u64,
}

/// What became of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShiftStatus {
    /// The requirement is covered, and every target held in the simulation.
    Held,
    /// The same, some targets within tolerance.
    Borderline,
    /// The requirement is covered, but a target is missed.
    Missed,
    /// The requirement cannot be covered everywhere.
    Uncovered,
    /// The rules contradict each other: there is no plan.
    Infeasible,
}

impl ShiftStatus {
    /// Whether nothing is uncovered or missed.
    pub fn is_good(self) -> bool {
        matches!(self, ShiftStatus::Held | ShiftStatus::Borderline)
    }

    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            ShiftStatus::Held => "held",
            ShiftStatus::Borderline => "borderline",
            ShiftStatus::Missed => "missed",
            ShiftStatus::Uncovered => "uncovered",
            ShiftStatus::Infeasible => "infeasible",
        }
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonRow {
    /// Number of the person, from 1, with zeros in front: `07`.
    pub id: String,
    /// Name of the group.
    pub group: String,
    /// Name of the contract, where the rules have contracts.
    pub contract: Option<String>,
    /// Shifts.
    pub days: Vec<DutyRow>,
    /// Paid hours.
    pub paid_h: f64,
    /// Cost.
    pub cost: f64,
}

/// A shift of a person. Times are `HH:MM`; those that are not after the start of the shift are of the next day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DutyRow {
    /// Day on which it starts: `mon`, or `day`.
    pub day: String,
    /// Name of the type of shift.
    #[serde(rename = "type")]
    pub shift_type: String,
    /// Start.
    pub start: String,
    /// End.
    pub end: String,
    /// Breaks.
    pub breaks: Vec<BreakRow>,
    /// Paid hours.
    pub paid_h: f64,
    /// Cost.
    pub cost: f64,
    /// Start and end, minutes after the midnight of its day; the end may be beyond midnight.
    #[serde(skip)]
    pub minutes: (u32, u32),
}

/// A break of a shift.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BreakRow {
    /// Name.
    pub name: String,
    /// Start.
    pub start: String,
    /// End.
    pub end: String,
    /// It is paid.
    pub paid: bool,
    /// Start and end, minutes after the midnight of the shift's day.
    #[serde(skip)]
    pub minutes: (u32, u32),
}

/// A group in a step of the planning grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CoverRow {
    /// Day: `mon`, or `day`.
    pub day: String,
    /// Start of the step.
    pub start: String,
    /// Name of the group.
    pub group: String,
    /// People needed at work and not on a break, shrinkage and blocks included, before repairs.
    pub required: u32,
    /// The same with the repairs.
    pub repaired: u32,
    /// People at work and not on a break.
    pub covered: u32,
}

/// What the simulation asked for in an interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Repair {
    /// Round of simulation, from 1.
    pub round: u32,
    /// Day.
    pub day: String,
    /// Start of the interval.
    pub start: String,
    /// Group.
    pub group: String,
    /// People required before.
    pub from: u32,
    /// People required from then on.
    pub to: u32,
    /// Which target was missed, and by what.
    pub why: String,
}

/// A simulated day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SimulatedDay {
    /// Day.
    pub day: String,
    /// Name of its scenario.
    pub scenario: String,
    /// Days simulated at last.
    pub replications: u64,
    /// Confidence of the intervals of its figures.
    pub confidence: f64,
    /// Every target, judged.
    pub goals: Vec<PromisedGoal>,
}

/// A target, what the requirement promised and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PromisedGoal {
    /// What the requirement promised, before there were shifts.
    pub promised: Option<f64>,
    /// Of a queue: its service level, by which it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetInfo>,
    /// What the plan gives when simulated, and the judgement.
    #[serde(flatten)]
    pub judged: Judged,
}

/// A rule that stands against another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Day, where it is of one.
    pub day: Option<String>,
    /// Start of the step of the grid, where it is of one.
    pub start: Option<String>,
    /// The rule.
    pub rule: String,
}

/// The people of a plan, in its order.
pub fn people(task: &Task, plan: &Plan) -> Vec<PersonRow> {
    let digits = plan.people.len().to_string().len();
    let row = |(number, person): (usize, &Person)| PersonRow {
        id: format!("{number:0digits$}"),
        group: task.crews[person.crew].name.clone(),
        contract: person
            .contract
            .map(|contract| task.rules.contracts[contract].name.clone()),
        days: person
            .duties
            .iter()
            .map(|duty| duty_row(task, person.crew, duty))
            .collect(),
        paid_h: f64::from(person.paid_min(task)) / 60.0,
        cost: person.cost(task),
    };
    (1..).zip(&plan.people).map(row).collect()
}

fn clock(minute: u32) -> String {
    clock_text(minute % DAY_MIN)
}

fn duty_row(task: &Task, crew: usize, duty: &Duty) -> DutyRow {
    let rules = &task.rules.types[duty.shift_type];
    let breaks = duty.breaks(task).zip(&rules.breaks);
    let breaks = breaks.map(|((from, to, paid), rule)| BreakRow {
        name: rule.name.clone(),
        start: clock(from),
        end: clock(to),
        paid,
        minutes: (from, to),
    });
    DutyRow {
        day: task.horizon.day_name(duty.day).to_owned(),
        shift_type: rules.name.clone(),
        start: clock(duty.start_min),
        end: clock(duty.end_min()),
        breaks: breaks.collect(),
        paid_h: f64::from(duty.paid_min(task)) / 60.0,
        cost: duty.cost(task, crew),
        minutes: (duty.start_min, duty.end_min()),
    }
}

/// Requirement and cover, group by group and step by step of the grid; steps in which nobody is needed or at work, or could be of
/// use, are left out.
pub fn cover(task: &Task, repaired: &[Vec<u32>], plan: &Plan) -> Vec<CoverRow> {
    let covered = plan.cover(task);
    let mut rows = Vec::new();
    for (g, crew) in task.crews.iter().enumerate() {
        for cell in 0..task.horizon.cells() {
            let (required, repaired) = (task.need[g][cell], repaired[g][cell]);
            let covered = covered[g][cell];
            if required.max(repaired).max(covered) == 0 && !task.is_of_use(g, cell) {
                continue;
            }
            let (day, minute) = task.horizon.start(cell);
            rows.push(CoverRow {
                day: task.horizon.day_name(day).to_owned(),
                start: clock_text(minute),
                group: crew.name.clone(),
                required,
                repaired,
                covered,
            });
        }
    }
    rows
}
