//! What Erlang's formulas say of a whole day, interval by interval.

use super::analytic::{Analytic, Calls, Seen, When};
use crate::erlang::{Error, Performance, Thresholds, WaitingSystem};
use crate::kpi::{FormulaAnswer, FormulaFigures, NotApplicable};
use crate::model::Model;
use crate::scenario::Formula;
use serde::Serialize;

/// Whom the formulas take for the agents of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentsSeen {
    /// Its agents, who take no other calls: the formulas hold as far as their other assumptions do.
    Own,
    /// The agents who take its calls first, as if they took no others and nobody helped them.
    First,
    /// The agents who take its calls first, and those of other queues, as if all these calls waited in one line.
    Pooled,
}

impl AgentsSeen {
    /// As in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::First => "first",
            Self::Pooled => "pooled",
        }
    }
}

/// What the formulas say of a queue over the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DayFormulas {
    /// Who answers, for the formulas.
    pub agents: AgentsSeen,
    /// Erlang-C: nobody gives up. None where it cannot be computed.
    pub c: Option<FormulaAnswer>,
    /// Erlang-A: callers give up as the scenario says.
    pub a: Option<FormulaAnswer>,
}

/// What Erlang-C and Erlang-A say of each queue over the day, or the steady run: each interval by itself, in its steady
/// state, and the sum of them, as the figures of a day are sums. Calls are the first attempts that the scenario expects; what
/// else the formulas are given is said at [`Analytic`].
///
/// Agents are those of the queue's first tier, see [`AgentsSeen`]; queues whose calls go to the same groups first are one
/// queue, as in [`Requirement`](super::Requirement). Where such a group takes other calls first too, there is no telling how
/// many of its agents are whose: the formulas do not apply. They do not either where calls find nobody at work; and Erlang-C
/// not where in any interval as many calls come as can be answered.
pub fn day_formulas(model: &Model) -> Vec<DayFormulas> {
    let analytic = Analytic::new(model);
    let times: Vec<When> = match model.steady {
        true => vec![When::Day],
        false => (0..model.grid.cells).map(When::Interval).collect(),
    };
    (0..model.queues.len())
        .map(|queue| of_queue(&analytic, queue, &times))
        .collect()
}

fn first_groups(model: &Model, queue: usize) -> &[usize] {
    let first = model.queues[queue].tiers.first();
    first.map_or(&[], |tier| &tier.groups)
}

fn of_queue(analytic: &Analytic<'_>, queue: usize, times: &[When]) -> DayFormulas {
    let model = analytic.model();
    let groups = first_groups(model, queue);
    let all = 0..model.queues.len();
    let pool: Vec<usize> = all
        .clone()
        .filter(|&other| first_groups(model, other) == groups)
        .collect();
    let why_not = |when: &When| analytic.system(queue, *when, Calls::First).not_applicable;
    let helps = [NotApplicable::SharedAgents, NotApplicable::SeveralTiers];
    let is_helped = times
        .iter()
        .filter_map(why_not)
        .any(|why| helps.contains(&why));
    let agents = match (pool.len(), is_helped) {
        (2.., _) => AgentsSeen::Pooled,
        (_, true) => AgentsSeen::First,
        (_, false) => AgentsSeen::Own,
    };
    let is_of_others = all.filter(|other| !pool.contains(other)).any(|other| {
        let others = first_groups(model, other);
        groups.iter().any(|group| others.contains(group))
    });
    let opens_later = |&of: &usize| {
        let first = model.queues[of].tiers.first();
        first.is_some_and(|tier| tier.after_ns > 0)
    };
    let nothing = |why: NotApplicable| DayFormulas {
        agents,
        c: Some(why.into()),
        a: Some(why.into()),
    };
    if groups.is_empty() {
        return nothing(NotApplicable::NoAgents);
    }
    if is_of_others {
        return nothing(NotApplicable::SharedAgents);
    }
    if pool.iter().any(opens_later) {
        return nothing(NotApplicable::SeveralTiers);
    }
    let formula = model.scenario.queues[queue].formula;
    let at = analytic.thresholds(queue);
    let (mut c, mut a) = (Sum::new(formula), Sum::new(formula));
    for &when in times {
        let seen = analytic.pool(&pool, when, &analytic.span(when), Calls::First);
        let staff = analytic.staff(groups, when);
        let seen = Seen {
            system: seen.system.with_agents(staff),
            ..seen
        };
        c.add(&seen.endless(), &at);
        a.add(&seen.system, &at);
    }
    DayFormulas {
        agents,
        c: c.answer(times.len()),
        a: a.answer(times.len()),
    }
}

/// What a formula says of several times, as long as each other.
struct Sum {
    formula: Formula,
    erlangs: f64,
    agents: f64,
    busy: f64,
    offered: f64,
    abandoned: f64,
    answered: f64,
    waited_s: f64,
    /// Numerator and denominator of the service level.
    level: (f64, f64),
    why_not: Option<NotApplicable>,
    /// A figure could not be computed.
    failed: bool,
}

impl Sum {
    fn new(formula: Formula) -> Self {
        Self {
            formula,
            erlangs: 0.0,
            agents: 0.0,
            busy: 0.0,
            offered: 0.0,
            abandoned: 0.0,
            answered: 0.0,
            waited_s: 0.0,
            level: (0.0, 0.0),
            why_not: None,
            failed: false,
        }
    }

    fn add(&mut self, system: &WaitingSystem, at: &Thresholds) {
        self.erlangs += system.erlangs();
        self.agents += system.agents;
        if system.calls_per_h == 0.0 || self.why_not.is_some() || self.failed {
            return;
        }
        if system.agents == 0.0 {
            self.why_not = Some(NotApplicable::NoAgents);
            return;
        }
        match system.performance(at) {
            Ok(of) => self.add_calls(system.calls_per_h, &of),
            Err(Error::Unstable { .. }) => self.why_not = Some(NotApplicable::Unstable),
            Err(_) => self.failed = true,
        }
    }

    fn add_calls(&mut self, calls: f64, of: &Performance) {
        let offered = calls * (1.0 - of.blocking_rate);
        let answered = offered * (1.0 - of.abandonment_rate);
        self.busy += of.carried_erlangs;
        self.offered += offered;
        self.abandoned += offered * of.abandonment_rate;
        if let Some(asa_s) = of.asa_s {
            self.answered += answered;
            self.waited_s += answered * asa_s;
        }
        let base = offered * denominator(self.formula, of);
        self.level.0 += base * of.service_level(self.formula);
        self.level.1 += base;
    }

    fn answer(&self, times: usize) -> Option<FormulaAnswer> {
        let why_not = self.why_not.or(match self.offered > 0.0 || self.failed {
            true => None,
            false => Some(NotApplicable::NoCalls),
        });
        if let Some(why) = why_not {
            return Some(why.into());
        }
        let n = times as f64;
        let figures = FormulaFigures {
            erlangs: self.erlangs / n,
            agents: self.agents / n,
            service_level: self.level.0 / self.level.1,
            asa_s: self.waited_s / self.answered,
            abandonment_rate: self.abandoned / self.offered,
            occupancy: self.busy / self.agents,
        };
        let all = [
            figures.service_level,
            figures.asa_s,
            figures.abandonment_rate,
            figures.occupancy,
        ];
        // JSON has no other numbers.
        let is_known = !self.failed && all.iter().all(|x| x.is_finite());
        is_known.then_some(FormulaAnswer::Figures(figures))
    }
}

/// What a service level is a share of, as a share of the offered calls: each formula is `x / offered` of one or the other
/// kind, from which the calls abandoned early follow.
fn denominator(formula: Formula, of: &Performance) -> f64 {
    let answered_in_time = of.service_level(Formula::AnsweredOverOffered);
    match formula {
        Formula::AnsweredOverOffered | Formula::WithAbandons | Formula::ShortAbandonsAsMet => 1.0,
        Formula::AnsweredOverAnswered => 1.0 - of.abandonment_rate,
        Formula::WithoutEarlyAbandons => {
            1.0 - (of.service_level(Formula::WithAbandons) - answered_in_time)
        }
        Formula::WithoutShortAbandons => {
            1.0 - (of.service_level(Formula::ShortAbandonsAsMet) - answered_in_time)
        }
    }
}
