//! Mixed-integer programs: columns, rows, and their solution by `microlp`; with the feature `highs` the branch-and-bound tree
//! is that of HiGHS.

#[cfg(feature = "highs")]
mod highs;

use microlp::{ComparisonOp, OptimizationDirection, SolveOptions, SolveOutcome, Variable};
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// A column: a variable of at least 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub cost: f64,
    /// Largest value; may be infinite.
    pub most: f64,
    pub integer: bool,
}

/// What a row asks of its sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    AtLeast,
    AtMost,
    Equal,
}

/// A row. `of` is what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row<T> {
    pub of: T,
    pub name: String,
    pub terms: Vec<(usize, f64)>,
    pub sense: Sense,
    pub bound: f64,
}

/// The least cost of columns that keep all rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Program<T> {
    pub columns: Vec<Column>,
    pub rows: Vec<Row<T>>,
}

/// What came of solving a program.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Values of the columns; none where only a bound was found.
    Solved(Solution),
    /// No values keep all rows.
    Infeasible,
    /// It was interrupted.
    Interrupted,
    /// The solver failed.
    Failed(String),
}

/// A solution and how good it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Solution {
    pub values: Option<Vec<f64>>,
    /// No solution costs less.
    pub bound: f64,
    pub nodes: u64,
}

/// How long somebody who asks to stop waits at most.
const LOOK: Duration = Duration::from_millis(50);

impl<T> Program<T> {
    pub fn new() -> Self {
        Self {
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    pub fn column(&mut self, name: String, cost: f64, most: f64, integer: bool) -> usize {
        self.columns.push(Column {
            name,
            cost,
            most,
            integer,
        });
        self.columns.len() - 1
    }

    /// The least cost where columns need not be whole numbers.
    pub fn relaxed(&self, stop: &AtomicBool) -> Outcome {
        let (problem, _) = self.problem(false, &[]);
        let options = SolveOptions::default();
        watched(stop, move || match problem.solve_with(options) {
            Ok(SolveOutcome::Solution(solution)) => Outcome::Solved(Solution {
                bound: solution.objective(),
                values: Some(solution.iter().map(|(_, value)| value).collect()),
                nodes: 0,
            }),
            Ok(SolveOutcome::Interrupted(_)) => Outcome::Interrupted,
            Err(error) => failed(error),
        })
    }

    /// The least cost in whole numbers, as far as so many nodes of the tree find it. `start` are columns and their values of a
    /// solution that is known, all that are whole numbers.
    #[cfg(not(feature = "highs"))]
    pub fn solved(&self, start: Vec<(usize, f64)>, nodes: u64, stop: &AtomicBool) -> Outcome {
        let (problem, variables) = self.problem(true, &[]);
        let mut options = SolveOptions::default();
        options.node_limit = Some(nodes);
        options.warm_start = (!start.is_empty()).then(|| {
            let hints = start.into_iter();
            hints
                .map(|(column, value)| (variables[column], value))
                .collect()
        });
        watched(stop, move || match problem.solve_with(options) {
            Ok(outcome) => {
                let stats = outcome.stats();
                let optimal = outcome.is_optimal();
                let solution = outcome.solution();
                let bound = match (optimal, solution) {
                    (true, Some(solution)) => Some(solution.objective()),
                    _ => stats.best_bound,
                };
                Outcome::Solved(Solution {
                    values: solution.map(|s| s.iter().map(|(_, value)| value).collect()),
                    bound: bound.unwrap_or(f64::NEG_INFINITY),
                    nodes: stats.nodes_solved,
                })
            }
            Err(error) => failed(error),
        })
    }

    /// A solution in whole numbers by diving: of the solution in fractions the value that lacks least to the next whole number
    /// is fixed there, and the rest solved again, until there are no fractions. `least` are columns and the least values that
    /// they may have.
    pub fn dived(&self, least: &[(usize, f64)], stop: &AtomicBool) -> Outcome {
        let (problem, variables) = self.problem(false, least);
        let whole = variables.iter().zip(&self.columns);
        let whole = whole.filter(|(_, column)| column.integer);
        let whole: Vec<Variable> = whole.map(|(variable, _)| *variable).collect();
        watched(stop, move || dive(&problem, &whole))
    }

    fn problem(&self, integer: bool, least: &[(usize, f64)]) -> (microlp::Problem, Vec<Variable>) {
        let mut problem = microlp::Problem::new(OptimizationDirection::Minimize);
        let mut at_least = vec![0.0; self.columns.len()];
        for &(column, value) in least {
            at_least[column] = value;
        }
        let columns = self.columns.iter().zip(at_least);
        let variables: Vec<Variable> = columns
            .map(|(column, least)| match integer && column.integer {
                true => {
                    let most = column.most.min(f64::from(i32::MAX)) as i32;
                    problem.add_integer_var(column.cost, (0, most))
                }
                false => problem.add_var(column.cost, (least, column.most)),
            })
            .collect();
        for row in &self.rows {
            let terms: Vec<(Variable, f64)> = row
                .terms
                .iter()
                .map(|&(column, factor)| (variables[column], factor))
                .collect();
            let sense = match row.sense {
                Sense::AtLeast => ComparisonOp::Ge,
                Sense::AtMost => ComparisonOp::Le,
                Sense::Equal => ComparisonOp::Eq,
            };
            problem.add_constraint(&terms[..], sense, row.bound);
        }
        (problem, variables)
    }

    /// The program in the LP format that other solvers read (CPLEX's, as HiGHS, SCIP, CBC and Gurobi take it).
    pub fn lp_file(&self) -> String {
        let mut out = String::from("Minimize\n cost:");
        // Writing to a string does not fail.
        let priced = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, c)| c.cost != 0.0);
        let terms: Vec<(usize, f64)> = priced.map(|(at, c)| (at, c.cost)).collect();
        self.sum(&mut out, &terms);
        out.push_str("\nSubject To\n");
        for row in &self.rows {
            let _ = write!(out, " {}:", row.name);
            self.sum(&mut out, &row.terms);
            let sense = match row.sense {
                Sense::AtLeast => ">=",
                Sense::AtMost => "<=",
                Sense::Equal => "=",
            };
            let _ = writeln!(out, " {sense} {}", row.bound);
        }
        out.push_str("Bounds\n");
        for column in self.columns.iter().filter(|c| c.most.is_finite()) {
            let _ = writeln!(out, " 0 <= {} <= {}", column.name, column.most);
        }
        out.push_str("Generals\n");
        for column in self.columns.iter().filter(|c| c.integer) {
            let _ = writeln!(out, " {}", column.name);
        }
        out.push_str("End\n");
        out
    }

    fn sum(&self, out: &mut String, terms: &[(usize, f64)]) {
        for (i, (column, factor)) in terms.iter().enumerate() {
            // The format has no limit of width that solvers keep, but people read it too.
            if i % 8 == 7 {
                out.push_str("\n  ");
            }
            let sign = if *factor < 0.0 { '-' } else { '+' };
            let _ = write!(
                out,
                " {sign} {} {}",
                factor.abs(),
                self.columns[*column].name
            );
        }
        if terms.is_empty() {
            out.push_str(" 0");
            if let Some(any) = self.columns.first() {
                let _ = write!(out, " {}", any.name);
            }
        }
    }
}

/// Beside a whole number by no more than this a value is one.
const WHOLE: f64 = 1e-6;

fn dive(problem: &microlp::Problem, whole: &[Variable]) -> Outcome {
    let mut solution = match problem.solve_with(SolveOptions::default()) {
        Ok(SolveOutcome::Solution(solution)) => solution,
        Ok(SolveOutcome::Interrupted(_)) => return Outcome::Interrupted,
        Err(error) => return failed(error),
    };
    let bound = solution.objective();
    let fraction = |solution: &microlp::Solution, variable: &Variable| {
        let value = solution.var_value(*variable);
        let fraction = value - value.floor();
        (fraction > WHOLE && fraction < 1.0 - WHOLE).then_some((*variable, value, fraction))
    };
    loop {
        let nearest = whole
            .iter()
            .filter_map(|variable| fraction(&solution, variable));
        let Some((variable, value, _)) = nearest.max_by(|a, b| a.2.total_cmp(&b.2)) else {
            return Outcome::Solved(Solution {
                values: Some(solution.iter().map(|(_, value)| value).collect()),
                bound,
                nodes: 0,
            });
        };
        let before = solution.clone();
        let fixed = match solution.fix_var(variable, value.ceil()) {
            Err(microlp::Error::Infeasible) => before.fix_var(variable, value.floor()),
            other => other,
        };
        solution = match fixed {
            Ok(SolveOutcome::Solution(solution)) => solution,
            Ok(SolveOutcome::Interrupted(_)) => return Outcome::Interrupted,
            // A dive that ends in nothing has a bound all the same.
            Err(_) => {
                return Outcome::Solved(Solution {
                    values: None,
                    bound,
                    nodes: 0,
                });
            }
        };
    }
}

fn failed(error: microlp::Error) -> Outcome {
    match error {
        microlp::Error::Infeasible => Outcome::Infeasible,
        other => Outcome::Failed(other.to_string()),
    }
}

/// Runs the solver, which does not ask whether to stop, beside; whoever asks to stop does not wait for its end.
fn watched(stop: &AtomicBool, solve: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        // Nobody listens any more where it was stopped.
        let _ = send.send(solve());
    });
    loop {
        match receive.recv_timeout(LOOK) {
            Ok(outcome) => return outcome,
            Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
            Err(RecvTimeoutError::Timeout) => return Outcome::Interrupted,
            Err(RecvTimeoutError::Disconnected) => {
                return Outcome::Failed("the solver ended without an answer".to_owned());
            }
        }
    }
}
