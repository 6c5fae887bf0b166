//! The same days of several variants of a scenario, folded into sums from which their differences are estimated.

use super::{Control, Error, NewRouting, Variants};
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

/// Sums of linked figures over the same days of several variants, from which their differences are estimated.
///
/// The days themselves are not kept: memory does not grow with their number. In a steady run the batches are the days.
#[derive(Debug, Clone)]
pub struct LinkedSums {
    links: Vec<(Link, PairedRatio)>,
    /// Waits of each variant, if quantiles are wanted.
    waits: Option<Vec<ContactWaits>>,
    observations: u64,
}

impl LinkedSums {
    /// No day yet, and no waits to take quantiles of.
    pub fn new(links: impl IntoIterator<Item = Link>) -> Self {
        let links = links.into_iter();
        Self {
            links: links.map(|link| (link, PairedRatio::default())).collect(),
            waits: None,
            observations: 0,
        }
    }

    /// Adds a day, or a batch: of each variant what its reader reads.
    pub fn add(&mut self, values: &[impl AsRef<[(f64, f64)]>]) {
        self.observations += 1;
        let n = self.observations as f64;
        for (link, sums) in &mut self.links {
            let value = |(variant, item): (usize, usize)| values[variant].as_ref()[item];
            sums.add(n, value(link.a), value(link.b));
        }
    }

    /// Days, or batches of a steady run, of each variant.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// A figure in two variants and its difference; none where it is not defined in one of them.
    pub fn estimate(&self, link: usize) -> Option<Paired> {
        self.links[link].1.estimate(self.observations)
    }

    /// A quantile of the waits of the answered in two variants, its difference, and the number of runs of days that its error
    /// comes from; none where nobody was answered in one of them, or no waits are kept.
    pub fn quantile(&self, a: (usize, Scope), b: (usize, Scope), p: f64) -> Option<(Paired, u64)> {
        let waits = self.waits.as_ref()?;
        quantile_change((&waits[a.0], a.1), (&waits[b.0], b.1), p, 1.0)
    }
}

/// Differences between variants that are simulated on the same days: by common random numbers the callers of a day are the
/// same in each, so that what differs is what was changed.
pub struct Pairs<'m> {
    readers: Vec<Reader<'m>>,
    sums: LinkedSums,
    replications: u64,
    variants: Variants<'m>,
}

impl<'m> Pairs<'m> {
    /// Nothing simulated yet. With `quantiles`, waits are kept too; it is the number of replications where that is known
    /// beforehand.
    ///
    /// # Errors
    /// If no threads can be started.
    pub fn new(
        readers: Vec<Reader<'m>>,
        links: impl IntoIterator<Item = Link>,
        quantiles: Option<Option<u64>>,
        threads: Option<usize>,
    ) -> Result<Self, Error> {
        let side = |reader: &Reader<'m>| (reader.model(), &Routing::new as &NewRouting<'m>);
        let sides: Vec<(&Model, &NewRouting<'_>)> = readers.iter().map(side).collect();
        let waits = quantiles.map(|planned| {
            let of = |reader: &Reader<'_>| {
                let observations = reader.observations() as u64;
                ContactWaits::new(reader.model(), planned.map(|n| n * observations))
            };
            readers.iter().map(of).collect()
        });
        Ok(Self {
            variants: Variants::new(sides, threads)?,
            sums: LinkedSums {
                waits,
                ..LinkedSums::new(links)
            },
            readers,
            replications: 0,
        })
    }

    /// Replications simulated of each variant.
    pub fn replications(&self) -> u64 {
        self.replications
    }

    /// What they sum up to.
    pub fn sums(&self) -> &LinkedSums {
        &self.sums
    }

    /// Simulates further replications of every variant until there are `goal`.
    ///
    /// # Errors
    /// Those of a replication; the replications that were complete before, in every variant, are kept.
    pub fn extend(&mut self, goal: u64, seed: u64, control: &Control) -> Result<(), Halt> {
        let all: Vec<usize> = (0..self.readers.len()).collect();
        let range = self.replications..goal;
        let mut fold = Fold {
            readers: &self.readers,
            sums: &mut self.sums,
            replications: &mut self.replications,
            values: vec![Vec::new(); all.len()],
        };
        let variants = &self.variants;
        variants.simulate(&all, range, seed, control, |tallies| fold.add(tallies))
    }
}

/// What a replication of every variant is added to.
struct Fold<'p, 'm> {
    readers: &'p [Reader<'m>],
    sums: &'p mut LinkedSums,
    replications: &'p mut u64,
    /// Scratch: what each reader reads.
    values: Vec<Vec<(f64, f64)>>,
}

impl Fold<'_, '_> {
    fn add(&mut self, tallies: &[Tally]) {
        *self.replications += 1;
        for observation in 0..self.readers[0].observations() {
            let each = self.readers.iter().zip(tallies).zip(&mut self.values);
            for ((reader, tally), values) in each {
                reader.read(tally, observation, values);
            }
            self.sums.add(&self.values);
        }
        let waits = self.sums.waits.iter_mut().flatten();
        for (waits, (reader, tally)) in waits.zip(self.readers.iter().zip(tallies)) {
            waits.add_all(reader.model(), tally);
        }
    }
}
