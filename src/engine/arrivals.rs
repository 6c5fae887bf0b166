//! First attempts of all call types, merged by time.
//!
//! Each type's callers form a unit-rate Poisson process that is put through the inverse of the cumulative rate, so that
//! more volume moves callers instead of redrawing them.

use super::events::{Kind, Order};
use crate::model::{Grid, Model};
use crate::random::{CallerKey, Purpose, ReplicationKey, Sampler, TypeKey, exp1};
use crate::scenario::Distribution;

/// One type's stream of first attempts.
#[derive(Debug)]
struct TypeArrivals {
    key: TypeKey,
    /// Expected arrivals per nanosecond, day factor included, and expected arrivals before each cell.
    rate: Vec<f64>,
    before: Vec<f64>,
    /// Where the stream stands: expected arrivals passed, cell, and who calls next.
    passed: f64,
    cell: usize,
    caller: u64,
    caller_key: CallerKey,
}

impl TypeArrivals {
    /// Time of the next caller; `None` when the day is over.
    #[inline]
    fn next_time(&mut self, width_ns: i64, end_ns: i64) -> Option<i64> {
        self.caller_key = self.key.caller(self.caller);
        self.passed += exp1(&mut self.caller_key.stream(0, 0, Purpose::Arrival));
        while self.passed >= self.before[self.cell + 1] {
            self.cell += 1;
            if self.cell == self.rate.len() {
                self.cell -= 1;
                return None;
            }
        }
        let into_cell = (self.passed - self.before[self.cell]) / self.rate[self.cell];
        let time = self.cell as i64 * width_ns + (into_cell + 0.5) as i64;
        (time < end_ns).then_some(time)
    }
}

/// The next first attempt of each type, the earliest on top of a heap.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    types: Vec<TypeArrivals>,
    heap: Vec<(i64, usize)>,
    /// Place of the earliest in the order of events.
    earliest: Order,
    width_ns: i64,
    end_ns: i64,
}

impl Arrivals {
    /// Starts the streams of a replication.
    pub fn start(&mut self, model: &Model, key: ReplicationKey) {
        let Grid { width_ns, .. } = model.grid;
        (self.width_ns, self.end_ns) = if model.steady {
            (0, i64::MAX)
        } else {
            (width_ns, model.grid.end_ns())
        };
        self.types.clear();
        self.heap.clear();
        let common = gamma_factor(model.busyness_cv, &mut key.stream(Purpose::Busyness));
        for (index, t) in model.call_types.iter().enumerate() {
            let key = key.call_type(t.name_hash);
            let own = gamma_factor(t.busyness_cv, &mut key.stream(Purpose::Busyness));
            let rate: Vec<f64> = t.rate_per_ns.iter().map(|r| r * common * own).collect();
            let mut before = vec![0.0];
            if model.steady {
                before.push(if rate[0] > 0.0 { f64::INFINITY } else { 0.0 });
            } else {
                let mut sum = 0.0;
                before.extend(rate.iter().map(|r| {
                    sum += r * width_ns as f64;
                    sum
                }));
            }
            self.types.push(TypeArrivals {
                key,
                rate,
                before,
                passed: 0.0,
                cell: 0,
                caller: 0,
                caller_key: CallerKey::default(),
            });
            if let Some(time) = self.types[index].next_time(self.width_ns, self.end_ns) {
                self.heap.push((time, index));
            }
        }
        self.heap.sort_unstable();
        self.earliest = self.find_earliest();
    }

    /// Place of the next first attempt in the order of events.
    #[inline(always)]
    pub fn earliest(&self) -> Order {
        self.earliest
    }

    #[inline]
    fn find_earliest(&self) -> Order {
        match self.heap.first() {
            Some(&(time, t)) => Order::arrival(time, Kind::FirstAttempt, t, self.types[t].caller),
            None => Order::NEVER,
        }
    }

    /// Takes the next first attempt: its call type, caller number and key.
    #[inline]
    pub fn pop(&mut self) -> Option<(usize, u64, CallerKey)> {
        let &(_, index) = self.heap.first()?;
        let arrivals = &mut self.types[index];
        let (caller, key) = (arrivals.caller, arrivals.caller_key);
        arrivals.caller += 1;
        match arrivals.next_time(self.width_ns, self.end_ns) {
            Some(time) => self.heap[0] = (time, index),
            None => {
                self.heap.swap_remove(0);
            }
        }
        self.sift_down();
        self.earliest = self.find_earliest();
        Some((index, caller, key))
    }

    #[inline]
    fn sift_down(&mut self) {
        let mut place = 0;
        loop {
            let mut child = 2 * place + 1;
            if child >= self.heap.len() {
                break;
            }
            if child + 1 < self.heap.len() && self.heap[child + 1] < self.heap[child] {
                child += 1;
            }
            if self.heap[place] <= self.heap[child] {
                break;
            }
            self.heap.swap(place, child);
            place = child;
        }
    }
}

/// A day factor of mean 1: gamma with shape 1/cv².
fn gamma_factor(cv: f64, stream: &mut crate::random::Stream) -> f64 {
    if cv == 0.0 {
        return 1.0;
    }
    Sampler::new(&Distribution::Gamma {
        mean_s: 1.0,
        sd_s: cv,
    })
    .sample_s(stream)
}
