//! The same days of several variants of a scenario.

use super::{Control, Error, NewRouting, Side, in_pool, pool_of, replicate_each};
use crate::engine::{Halt, Tally};
use crate::model::Model;
use std::ops::Range;

/// Variants of a scenario, each with what makes its routing policy, and the threads on which they are simulated.
pub struct Variants<'m> {
    sides: Vec<Side<'m>>,
    pool: rayon::ThreadPool,
}

impl<'m> Variants<'m> {
    /// Variants, of which days can be simulated.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn new(
        sides: Vec<(&'m Model, &'m NewRouting<'m>)>,
        threads: Option<usize>,
    ) -> Result<Self, Error> {
        let models: Vec<&Model> = sides.iter().map(|(model, _)| *model).collect();
        Ok(Self {
            pool: pool_of(&models, threads)?,
            sides,
        })
    }

    /// Simulates days of the variants whose numbers are in `which`. `fold` is given the counts of a day, of each of them in that
    /// order, one day after the other.
    ///
    /// # Errors
    /// Those of a replication; the days that were complete before, in every variant, have been folded.
    pub fn simulate(
        &self,
        which: &[usize],
        days: Range<u64>,
        seed: u64,
        control: &Control,
        mut fold: impl FnMut(&[Tally]) + Send,
    ) -> Result<(), Halt> {
        let sides: Vec<Side<'_>> = which.iter().map(|&i| self.sides[i]).collect();
        let mut day: Vec<Tally> = Vec::with_capacity(sides.len());
        in_pool(&self.pool, || {
            replicate_each(&sides, seed, control, days, |_, tally| {
                day.push(tally);
                if day.len() == sides.len() {
                    fold(&day);
                    day.clear();
                }
            })
        })
    }
}
