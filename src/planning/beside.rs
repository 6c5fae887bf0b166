//! What the formulas say, put beside what was simulated.

use super::analytic::{Analytic, Calls, Seen, When};
use crate::erlang::{Error, Thresholds, WaitingSystem};
use crate::kpi::{
    FormulaAnswer, FormulaFigures, FormulaPair, Formulas, NotApplicable, Part, Results,
};
use crate::model::Model;
use crate::scenario::Formula;
use std::collections::HashMap;

/// Puts what Erlang-C and Erlang-A say of each queue, and of each of its intervals, into the results of the same model: for
/// first attempts, and for all attempts as simulated. What the formulas are given is said at [`Analytic`].
pub fn beside(model: &Model, results: &mut Results) {
    let analytic = Analytic::new(model);
    let said: Vec<_> = (0..model.queues.len().min(results.queues.len()))
        .map(|queue| of_queue(&analytic, queue, results))
        .collect();
    for (part, (day, intervals)) in results.queues.iter_mut().zip(said) {
        part.erlang = day;
        for (interval, said) in part.intervals.iter_mut().flatten().zip(intervals) {
            interval.erlang = said;
        }
    }
}

/// Of the whole day, and of each interval.
fn of_queue(
    analytic: &Analytic<'_>,
    queue: usize,
    results: &Results,
) -> (Option<Formulas>, Vec<Option<Formulas>>) {
    let model = analytic.model();
    let mut known = Known {
        thresholds: analytic.thresholds(queue),
        formula: model.scenario.queues[queue].formula,
        answers: HashMap::new(),
    };
    let mut of = |when: When| {
        let mut pair = |calls: Calls<'_>| known.pair(&analytic.system(queue, when, calls));
        Some(Formulas {
            first_attempts: pair(Calls::First)?,
            all_attempts: pair(Calls::All(results))?,
        })
    };
    let intervals = |part: &Part| part.intervals.as_ref().map_or(0, Vec::len);
    let cells = 0..intervals(&results.queues[queue]);
    let nobody = FormulaPair {
        c: NotApplicable::NoCalls.into(),
        a: NotApplicable::NoCalls.into(),
    };
    let day = of(When::Day);
    let each = cells.map(|cell| match cell < model.grid.cells {
        true => of(When::Interval(cell)),
        // After closing nobody calls.
        false => Some(Formulas {
            first_attempts: nobody,
            all_attempts: nobody,
        }),
    });
    (day, each.collect())
}

/// Answers of one queue: many intervals are alike.
struct Known {
    thresholds: Thresholds,
    formula: Formula,
    /// By calls, AHT and agents; those that also share the rest are one.
    answers: HashMap<[u64; 3], Vec<(WaitingSystem, Option<FormulaAnswer>)>>,
}

impl Known {
    /// What both formulas say; none where they fail to compute.
    fn pair(&mut self, seen: &Seen) -> Option<FormulaPair> {
        if let Some(why) = seen.not_applicable {
            return Some(FormulaPair {
                c: why.into(),
                a: why.into(),
            });
        }
        Some(FormulaPair {
            c: self.answer(&seen.endless())?,
            a: self.answer(&seen.system)?,
        })
    }

    fn answer(&mut self, system: &WaitingSystem) -> Option<FormulaAnswer> {
        let key = [system.calls_per_h, system.aht_s, system.agents].map(f64::to_bits);
        let answers = self.answers.entry(key).or_default();
        if let Some((_, answer)) = answers.iter().find(|(known, _)| known == system) {
            return *answer;
        }
        let answer = compute(system, &self.thresholds, self.formula);
        answers.push((system.clone(), answer));
        answer
    }
}

fn compute(system: &WaitingSystem, at: &Thresholds, formula: Formula) -> Option<FormulaAnswer> {
    let performance = match system.performance(at) {
        Ok(performance) => performance,
        Err(Error::Unstable { .. }) => return Some(NotApplicable::Unstable.into()),
        Err(_) => return None,
    };
    let figures = FormulaFigures {
        erlangs: performance.erlangs,
        agents: system.agents,
        service_level: performance.service_level(formula),
        asa_s: performance.asa_s?,
        abandonment_rate: performance.abandonment_rate,
        occupancy: performance.occupancy,
    };
    // JSON has no other numbers.
    let finite = [
        figures.erlangs,
        figures.service_level,
        figures.asa_s,
        figures.abandonment_rate,
        figures.occupancy,
    ];
    finite
        .iter()
        .all(|x| x.is_finite())
        .then_some(FormulaAnswer::Figures(figures))
}
