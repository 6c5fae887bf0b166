//! The same days of several variants of a scenario, folded into sums from which their differences are estimated.

use super::{Control, Error, Side, in_pool, pool_of, replicate_each};
use crate::engine::{Halt, Tally};
use crate::kpi::{ContactWaits, Reader, Scope, quantile_change};
use crate::model::Model;
use crate::routing::Routing;
use crate::stats::{Paired, PairedRatio};

/// A figure in two variants, each given by the variant's number and the number of the item that its reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// In the first.
    pub a: (usize, usize),
    /// In the second.
    pub b: (usize, usize),
}

/// Differences between variants that are simulated on the same days: by common random numbers the callers of a day are the
/// same in each, so that what differs is what was changed.
///
/// Of each link the sums are kept that its difference is estimated from, not the days: memory does not grow with their
/// number. In a steady run the batches are the days.
pub struct Pairs<'m> {
    readers: Vec<Reader<'m>>,
    links: Vec<(Link, PairedRatio)>,
    /// Waits of each variant, if quantiles are wanted.
    waits: Option<Vec<ContactWaits>>,
    replications: u64,
    observations: u64,
    pool: rayon::ThreadPool,
}

impl<'m> Pairs<'m> {
    /// Nothing simulated yet. With `quantiles`, waits are kept too; it is the number of replications where that is known
    /// beforehand.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn new(
        readers: Vec<Reader<'m>>,
        links: Vec<Link>,
        quantiles: Option<Option<u64>>,
        threads: Option<usize>,
    ) -> Result<Self, Error> {
        let models: Vec<&Model> = readers.iter().map(Reader::model).collect();
        let waits = quantiles.map(|planned| {
            let of = |reader: &Reader<'_>| {
                let observations = reader.observations() as u64;
                ContactWaits::new(reader.model(), planned.map(|n| n * observations))
            };
            readers.iter().map(of).collect()
        });
        Ok(Self {
            pool: pool_of(&models, threads)?,
            links: links
                .into_iter()
                .map(|link| (link, PairedRatio::default()))
                .collect(),
            waits,
            readers,
            replications: 0,
            observations: 0,
        })
    }

    /// Replications simulated of each variant.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// Days, or batches of a steady run, of each variant.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// Simulates further replications of every variant until there are `goal`.
    ///
    /// # Errors
    /// Those of a replication; the replications that were complete before, in every variant, are kept.
    pub fn extend(&mut self, goal: u64, seed: u64, control: &Control) -> Result<(), Halt> {
        let models = self.readers.iter().map(Reader::model);
        let sides: Vec<Side<'_>> = models.map(|model| (model, &Routing::new as _)).collect();
        let range = self.replications..goal;
        let mut days: Vec<Tally> = Vec::new();
        let mut fold = Fold {
            readers: &self.readers,
            links: &mut self.links,
            waits: self.waits.as_deref_mut(),
            replications: &mut self.replications,
            observations: &mut self.observations,
            values: vec![Vec::new(); sides.len()],
        };
        in_pool(&self.pool, || {
            replicate_each(&sides, seed, control, range, |_, tally| {
                days.push(tally);
                if days.len() == sides.len() {
                    fold.add(&days);
                    days.clear();
                }
            })
        })
    }

    /// A figure in two variants and its difference; none where it is not defined in one of them.
    pub fn estimate(&self, link: usize) -> Option<Paired> {
        self.links[link].1.estimate(self.observations)
    }

    /// A quantile of the waits of the answered in two variants, its difference, and the number of runs of days that its error
    /// comes from; none where nobody was answered in one of them, or no quantiles are kept.
    pub fn quantile(&self, a: (usize, Scope), b: (usize, Scope), p: f64) -> Option<(Paired, u64)> {
        let waits = self.waits.as_ref()?;
        quantile_change((&waits[a.0], a.1), (&waits[b.0], b.1), p)
    }
}

/// What a replication of every variant is added to.
struct Fold<'p, 'm> {
    readers: &'p [Reader<'m>],
    links: &'p mut [(Link, PairedRatio)],
    waits: Option<&'p mut [ContactWaits]>,
    replications: &'p mut u64,
    observations: &'p mut u64,
    /// Scratch: what each reader reads.
    values: Vec<Vec<(f64, f64)>>,
}

impl Fold<'_, '_> {
    fn add(&mut self, tallies: &[Tally]) {
        *self.replications += 1;
        for observation in 0..self.readers[0].observations() {
            *self.observations += 1;
            let n = *self.observations as f64;
            let each = self.readers.iter().zip(tallies).zip(&mut self.values);
            for ((reader, tally), values) in each {
                reader.read(tally, observation, values);
            }
            for (link, sums) in self.links.iter_mut() {
                let value = |(variant, item): (usize, usize)| self.values[variant][item];
                sums.add(n, value(link.a), value(link.b));
            }
        }
        let waits = self.waits.iter_mut().flat_map(|waits| waits.iter_mut());
        for (waits, (reader, tally)) in waits.zip(self.readers.iter().zip(tallies)) {
            waits.add_all(reader.model(), tally);
        }
    }
}
