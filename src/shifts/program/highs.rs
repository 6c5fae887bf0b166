//! The branch-and-bound tree of HiGHS, in the place of `microlp`'s.

use super::{Outcome, Program, Sense, Solution, watched};
use highs::{HighsModelStatus, HighsSolutionStatus, HighsStatus, RowProblem};
use std::sync::atomic::AtomicBool;

impl<T> Program<T> {
    /// The least cost in whole numbers, as far as so many nodes of the tree find it. `start` are columns and their values of a
    /// solution that is known, all that are whole numbers.
    pub fn solved(&self, start: Vec<(usize, f64)>, nodes: u64, stop: &AtomicBool) -> Outcome {
        let mut problem = RowProblem::new();
        let columns: Vec<highs::Col> = self
            .columns
            .iter()
            .map(|c| problem.add_column_with_integrality(c.cost, 0.0..=c.most, c.integer))
            .collect();
        for row in &self.rows {
            let terms = row
                .terms
                .iter()
                .map(|&(column, factor)| (columns[column], factor));
            match row.sense {
                Sense::AtLeast => problem.add_row(row.bound.., terms),
                Sense::AtMost => problem.add_row(..=row.bound, terms),
                Sense::Equal => problem.add_row(row.bound..=row.bound, terms),
            };
        }
        // The numbers that are no whole ones follow from those that are.
        let start = (!start.is_empty()).then(|| {
            let mut values = vec![0.0; columns.len()];
            for (column, value) in start {
                values[column] = value;
            }
            values
        });
        watched(stop, move || {
            search(problem, start.as_deref(), nodes)
                .unwrap_or_else(|status| Outcome::Failed(format!("HiGHS: {status:?}")))
        })
    }
}

fn search(problem: RowProblem, start: Option<&[f64]>, nodes: u64) -> Result<Outcome, HighsStatus> {
    let mut model = problem.try_optimise(highs::Sense::Minimise)?;
    // More threads, or a limit of time, and it would end otherwise another time.
    model.set_option("threads", 1);
    model.set_option("random_seed", 0);
    model.set_option("mip_max_nodes", i32::try_from(nodes).unwrap_or(i32::MAX));
    model.set_option("mip_rel_gap", 0.0);
    if start.is_some() {
        model.try_set_solution(start, None, None, None)?;
    }
    let solved = model.try_solve()?;
    let status = solved.status();
    Ok(match status {
        HighsModelStatus::Optimal | HighsModelStatus::ReachedSolutionLimit => {
            let found = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
            Outcome::Solved(Solution {
                values: found.then(|| solved.get_solution().columns().to_vec()),
                bound: solved.double_info_value(c"mip_dual_bound")?,
                // Where it ended sooner it does not say after how many.
                nodes: match status {
                    HighsModelStatus::ReachedSolutionLimit => nodes,
                    _ => 0,
                },
            })
        }
        HighsModelStatus::Infeasible => Outcome::Infeasible,
        other => Outcome::Failed(format!("HiGHS: {other:?}")),
    })
}
