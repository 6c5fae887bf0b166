//! Targets of a staffing on the command line, in place of the scenario's.

use crate::kpi;
use crate::scenario::{
    Formula, Scenario, Target, parse_duration, parse_fraction, parse_points, parse_target,
};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args};
use std::time::Duration;

/// Targets in place of the scenario's.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("any_target").multiple(true))]
pub struct Targets {
    /// Service level of every queue, e.g. 80/20; any target given here takes the place of all of the scenario's
    #[arg(long, value_name = "TARGET", value_parser = target, group = "any_target")]
    pub target: Option<Target>,
    /// Formula of the service level [default: each queue's]
    #[arg(long, value_name = "NAME", value_parser = formula(), requires = "target")]
    pub formula: Option<Formula>,
    /// Largest abandonment rate of every queue, e.g. 3%
    #[arg(long, value_name = "FRACTION", value_parser = fraction, group = "any_target")]
    pub max_abandonment: Option<f64>,
    /// Largest average speed of answer of every queue, e.g. 30s
    #[arg(long, value_name = "TIME", value_parser = duration, group = "any_target")]
    pub max_asa: Option<Duration>,
    /// Largest occupancy of every group, e.g. 85%
    #[arg(long, value_name = "FRACTION", value_parser = fraction, group = "any_target")]
    pub max_occupancy: Option<f64>,
    /// Largest blocking rate of every trunk group, e.g. 1%: how many lines that takes
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    pub max_blocking: Option<f64>,
}

pub fn points(text: &str) -> Result<f64, String> {
    parse_points(text).map_err(|error| error.to_string())
}

pub fn share(text: &str) -> Result<f64, String> {
    match fraction(text)? {
        share if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("a share of days lies between 0 and 1, e.g. 10%".to_owned()),
    }
}

pub fn target(text: &str) -> Result<Target, String> {
    parse_target(text).map_err(|error| error.to_string())
}

pub fn fraction(text: &str) -> Result<f64, String> {
    parse_fraction(text).map_err(|error| error.to_string())
}

pub fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

fn formula() -> impl TypedValueParser<Value = Formula> {
    let names = Formula::ALL.map(|(_, name)| name);
    PossibleValuesParser::new(names).try_map(|text| {
        let formula = Formula::ALL.into_iter().find(|(_, name)| *name == text);
        formula
            .map(|(formula, _)| formula)
            .ok_or("there is no such formula")
    })
}

impl Targets {
    pub fn any_of_staff(&self) -> bool {
        let limits = [self.max_abandonment, self.max_occupancy];
        self.target.is_some() || self.max_asa.is_some() || limits.iter().any(Option::is_some)
    }

    pub fn any_of_queues(&self) -> bool {
        self.target.is_some() || self.max_asa.is_some() || self.max_abandonment.is_some()
    }

    pub fn any(&self) -> bool {
        self.any_of_staff() || self.max_blocking.is_some()
    }

    /// Puts them in the place of the scenario's.
    pub fn apply(&self, scenario: &mut Scenario) {
        if !self.any() {
            return;
        }
        for queue in &mut scenario.queues {
            queue.target = self.target.unwrap_or(queue.target);
            queue.formula = self.formula.unwrap_or(queue.formula);
            queue.max_abandonment = self.max_abandonment;
            queue.max_asa = self.max_asa;
        }
        for group in &mut scenario.groups {
            group.max_occupancy = self.max_occupancy;
        }
        for trunk in &mut scenario.trunks {
            trunk.max_blocking = self.max_blocking;
        }
    }

    /// What is to be said of a scenario written with them: its file holds those that were asked, and a service level.
    pub fn beside_written(&self) -> Option<&'static str> {
        (self.any() && self.target.is_none()).then_some(
            "note: no service level was asked for, but a queue always has one: that of the file stays, and `acdsim run` \
             judges it too",
        )
    }

    /// The targets of a scenario to which they were applied. A queue always has a service level, which is then none.
    pub fn of(&self, scenario: &Scenario) -> Vec<kpi::Target> {
        let mut targets = kpi::targets(scenario);
        if self.any() && self.target.is_none() {
            targets.retain(|target| target.kpi != "service_level");
        }
        targets
    }
}
