//! Why nothing covers the need: rules that cannot all be kept, of which none can be left out (an irreducible set, by deletion:
//! Chinneck and Dravnieks 1991).

use super::cover::{CoverProgram, Rule};
use super::document::Reason;
use super::program::{Outcome, Program};
use super::task::Task;
use crate::scenario::{clock_text, quoted};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Programs that are solved at most.
const MOST_TRIES: usize = 200;

/// The rules, and whether it was shown that each of them is needed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Explanation {
    pub reasons: Vec<Reason>,
    pub irreducible: bool,
    /// The rules contradict each other, whatever is needed.
    pub of_rules_alone: bool,
}

/// The explanation of a program without a solution.
pub(super) fn explain(task: &Task, program: &CoverProgram, stop: &AtomicBool) -> Explanation {
    let rules = program.program.rows.iter().map(|row| row.of);
    let all: BTreeSet<Rule> = rules.filter(|rule| *rule != Rule::Count).collect();
    let mut left: Vec<Rule> = all.into_iter().collect();
    let mut tries = 0;
    let mut is_impossible = |rules: &[Rule]| {
        tries += 1;
        let of = |rule: &Rule| *rule == Rule::Count || rules.contains(rule);
        let rows = program.program.rows.iter().filter(|row| of(&row.of));
        let part = Program {
            columns: program.program.columns.clone(),
            rows: rows.cloned().collect(),
        };
        if tries > MOST_TRIES {
            return None;
        }
        match part.relaxed(stop) {
            Outcome::Infeasible => Some(true),
            Outcome::Interrupted => None,
            Outcome::Solved(_) | Outcome::Failed(_) => Some(false),
        }
    };
    // Rules that contradict each other do so whatever is needed.
    let of_need = |rule: &Rule| matches!(rule, Rule::Need { .. } | Rule::Aim { .. });
    let others: Vec<Rule> = left.iter().copied().filter(|rule| !of_need(rule)).collect();
    if is_impossible(&others) == Some(true) {
        left = others;
    }
    // Large parts first: most rules have nothing to do with it.
    let mut size = left.len().div_ceil(2).max(1);
    let mut irreducible = true;
    'sizes: loop {
        let mut from = 0;
        while from < left.len() {
            let to = (from + size).min(left.len());
            let without = [&left[..from], &left[to..]].concat();
            match is_impossible(&without) {
                Some(true) => left = without,
                Some(false) => from = to,
                None => {
                    irreducible = false;
                    break 'sizes;
                }
            }
        }
        if size == 1 {
            break;
        }
        size = size.div_ceil(2);
    }
    Explanation {
        reasons: left
            .iter()
            .map(|rule| reason(task, program, *rule))
            .collect(),
        irreducible,
        of_rules_alone: !left.iter().any(of_need),
    }
}

fn reason(task: &Task, program: &CoverProgram, rule: Rule) -> Reason {
    let day_of = |day: usize| {
        task.horizon
            .is_week()
            .then(|| task.horizon.day_name(day).to_owned())
    };
    let types = &task.rules.types;
    let people = |n: u32| match n {
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    };
    match rule {
        Rule::Need { crew, cell } => {
            let (day, minute) = task.horizon.start(cell);
            let row = program.program.rows.iter().find(|row| row.of == rule);
            let needed = row.map_or(0, |row| row.bound as u32);
            let nobody = row.is_some_and(|row| row.terms.is_empty());
            let group = quoted(&task.crews[crew].name);
            Reason {
                day: day_of(day),
                start: Some(clock_text(minute)),
                rule: match nobody {
                    true => format!(
                        "{} of {group} needed, but no shift is at work then",
                        people(needed)
                    ),
                    false => format!("{} of {group} needed", people(needed)),
                },
            }
        }
        Rule::Least { shift_type, day } => Reason {
            day: day_of(day),
            start: None,
            rule: format!(
                "at least {} on the shift {}",
                people(types[shift_type].least),
                quoted(&types[shift_type].name)
            ),
        },
        Rule::Most { shift_type, day } => Reason {
            day: day_of(day),
            start: None,
            rule: format!(
                "at most {} on the shift {}",
                people(types[shift_type].most.unwrap_or(0)),
                quoted(&types[shift_type].name)
            ),
        },
        Rule::People => Reason {
            day: None,
            start: None,
            rule: format!(
                "at most {} in all",
                people(task.rules.most_people.unwrap_or(0))
            ),
        },
        Rule::Cost => Reason {
            day: None,
            start: None,
            rule: format!("a cost of at most {}", task.most_cost.unwrap_or(0.0)),
        },
        Rule::Aim { aim } => Reason {
            day: day_of(task.aims[aim].day),
            start: None,
            rule: task.aims[aim].name.clone(),
        },
        Rule::Contract { contract } => Reason {
            day: None,
            start: None,
            rule: format!(
                "shifts, hours and people of the contract {}",
                quoted(&task.rules.contracts[contract].name)
            ),
        },
        Rule::Count => Reason {
            day: None,
            start: None,
            rule: String::new(),
        },
    }
}
