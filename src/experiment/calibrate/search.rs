//! The search for the first attempts behind counted ones.
//!
//! **Method.** A damped fixed point, f ← max(0, f + (c − f − r(f)) / g). Undamped (g = 1) it would be f ← c − r(f), which
//! swings apart where one first attempt more causes more than two attempts in all, as it does in an overload. The
//! damping g of an interval is how much its attempts grew in the last round per first attempt added (a secant), between
//! 1 and 50; in the first round it is the call type's attempts per first attempt.
//!
//! **Simulation.** Every round simulates the same days with the same random numbers (common random numbers), so that
//! rounds differ only by f, and what is solved is a problem almost without noise. Of the attempts only r is estimated
//! by simulation; the expected first attempts are f itself. The first rounds take an eighth of the days. The number of
//! days is such that all of them have about a million attempts, at least 100 and at most 1000; a steady run is as long
//! as the scenario says, every time. The seed is the scenario's own. What a command is told by flags or `--set`
//! changes neither, so that the demand found belongs to the file alone.
//!
//! **Convergence.** An interval is met when its expected attempts are within 1 % or 3 standard errors of what was
//! counted. The search ends when all are met and, so that small deviations do not add up, each call type's attempts of
//! the whole day are within 0.1 % or half a standard error; or when what is not met cannot be: redials and reconnects of
//! earlier intervals alone exceed what was counted, and first attempts would have to be negative; or after 30 rounds.
//! The result is then the best round.

use super::{
    CalibratedInterval, CalibratedType, Calibration, Control, Error, RunError, Settings, Status,
    figure,
};
use crate::engine::{Contacts, Halt, Tally};
use crate::experiment::{in_pool, pool, replicate};
use crate::model::{BATCHES, HOUR_NS, Model};
use crate::routing::Routing;
use crate::scenario::{Demand, Mode, Scenario, VolumeIs, clock_text};
use crate::stats::{Estimate, Ratio, student_t};
use std::sync::atomic::Ordering;

/// Rounds after which the search ends.
const MOST_ROUNDS: u64 = 30;

/// Days per round: about so many attempts in all, within these bounds.
const ATTEMPTS: f64 = 1e6;
const LEAST_DAYS: f64 = 100.0;
const MOST_DAYS: f64 = 1000.0;

/// The first rounds take this part of the days.
const COARSE: u64 = 8;

/// Rounds after which all days are simulated in any case.
const MOST_COARSE_ROUNDS: u64 = 15;

/// If the first attempts are halved so often and still overwhelm the simulator, it is not for them.
const MOST_OVERLOADS: u64 = 10;

/// Largest damping; the least is 1.
const MOST_DAMPING: f64 = 50.0;

/// A call type to be calibrated.
struct Type {
    /// Its index in the scenario.
    index: usize,
    /// Counted attempts by cell: an interval of the day, or an hour of the steady run.
    counted: Vec<f64>,
    /// The scenario's own unit of demand, in cells: what one in the file is in a cell.
    unit: f64,
    /// First attempts by cell, damping by cell.
    first: Vec<f64>,
    damping: Vec<f64>,
}

/// Attempts of a call type as simulated: by cell and all together.
#[derive(Clone)]
struct Attempts {
    first: Vec<f64>,
    cells: Vec<Estimate>,
    all: Estimate,
}

/// A round's outcome.
#[derive(Clone)]
struct Round {
    types: Vec<Attempts>,
    days: u64,
    /// Largest deviation in tolerances, what cannot be met left out.
    worst: f64,
}

pub(super) struct Search {
    scenario: Scenario,
    model: Model,
    steady: bool,
    types: Vec<Type>,
    seed: u64,
    days: u64,
}

impl Search {
    pub(super) fn new(scenario: Scenario, settings: &Settings) -> Option<Self> {
        let steady = matches!(scenario.run.mode, Mode::Steady { .. });
        let interval_h = f64::from(scenario.interval_min) / 60.0;
        let mut types = Vec::new();
        for (index, t) in scenario.call_types.iter().enumerate() {
            if t.volume_is != VolumeIs::AllAttempts {
                continue;
            }
            let (values, per_hour) = match &t.demand {
                Demand::Volume(values) => (values, 1.0 / interval_h),
                Demand::RatePerHour(values) => (values, 1.0),
            };
            let unit = match steady {
                true => per_hour,
                false => per_hour * interval_h,
            };
            let cells = if steady { 1 } else { values.len() };
            let counted: Vec<f64> = values.iter().take(cells).map(|v| v * unit).collect();
            // If all were answered, so many attempts would have none after them.
            let reconnects = t.reconnect.as_ref().map_or(0.0, |r| r.probability);
            let contained = t.ivr.as_ref().map_or(0.0, |ivr| ivr.contained);
            let least = 1.0 - (1.0 - contained) * (1.0 - t.resolution) * reconnects;
            types.push(Type {
                index,
                first: counted.iter().map(|c| c * least).collect(),
                damping: vec![1.0; cells],
                counted,
                unit,
            });
        }
        if types.is_empty() {
            return None;
        }
        let mut attempts = 0.0;
        for t in &scenario.call_types {
            attempts += match &t.demand {
                Demand::Volume(values) => values.iter().sum::<f64>(),
                Demand::RatePerHour(values) => values.iter().sum::<f64>() * interval_h,
            };
        }
        let days = match settings.days {
            _ if steady => 1,
            Some(days) => days.max(1),
            None => (ATTEMPTS / attempts).clamp(LEAST_DAYS, MOST_DAYS) as u64,
        };
        Some(Self {
            model: Model::new(&scenario),
            steady,
            types,
            seed: settings.seed.unwrap_or(scenario.run.seed),
            days,
            scenario,
        })
    }

    /// What was found in the best round.
    pub(super) fn run(
        &mut self,
        threads: Option<usize>,
        control: &Control,
    ) -> Result<Calibration, Error> {
        let pool = pool(&self.model, threads)?;
        let (best, rounds) = in_pool(&pool, || self.rounds(control))?;
        Ok(self.calibration(&best, rounds))
    }

    /// The best round, and how many there were.
    fn rounds(&mut self, control: &Control) -> Result<(Round, u64), Error> {
        let mut last: Option<Round> = None;
        let mut best: Option<Round> = None;
        let mut overload = None;
        let mut days = match self.steady {
            true => 1,
            false => self.days.div_ceil(COARSE),
        };
        for number in 1..=MOST_ROUNDS {
            self.round_off();
            let round = match self.simulate(days, control) {
                Ok(round) => round,
                Err(Halt::Interrupted) => return Err(Error::Interrupted(number)),
                Err(halt) if last.is_none() && number >= MOST_OVERLOADS => {
                    return Err(RunError::Halt(halt).into());
                }
                Err(halt) => {
                    overload = Some(halt);
                    self.step_back(last.as_ref());
                    continue;
                }
            };
            let done = self.close_enough(&round);
            if days == self.days {
                if best.as_ref().is_none_or(|best| round.worst <= best.worst) {
                    best = Some(round.clone());
                }
                if done {
                    return Ok((round, number));
                }
            }
            self.step(last.as_ref(), &round);
            if done || number >= MOST_COARSE_ROUNDS {
                days = self.days;
            }
            last = Some(round);
        }
        match (best, overload) {
            (Some(best), _) => Ok((best, MOST_ROUNDS)),
            (None, Some(halt)) => Err(RunError::Halt(halt).into()),
            (None, None) => unreachable!("the last rounds take all days"),
        }
    }

    /// Six digits are more than the simulation can tell, and are read back as they are.
    fn round_off(&mut self) {
        for t in &mut self.types {
            for first in &mut t.first {
                *first = rounded(*first / t.unit) * t.unit;
            }
        }
    }

    /// Simulates days with the present first attempts.
    fn simulate(&mut self, days: u64, control: &Control) -> Result<Round, Halt> {
        let width_ns = match self.steady {
            true => HOUR_NS,
            false => self.model.grid.width_ns as f64,
        };
        for t in &self.types {
            let rate = t.first.iter().map(|first| first / width_ns).collect();
            self.model.call_types[t.index].rate_per_ns = rate;
        }
        control.done.store(0, Ordering::Relaxed);
        control.planned.store(days, Ordering::Relaxed);
        let mut sums: Vec<Repeats> = self
            .types
            .iter()
            .map(|t| Repeats::new(t.counted.len()))
            .collect();
        let (types, model, steady) = (&self.types, &self.model, self.steady);
        replicate(
            (model, &Routing::new),
            self.seed,
            control,
            0..days,
            |tally| {
                for (t, sums) in types.iter().zip(&mut sums) {
                    sums.add(tally, t.index, model, steady);
                }
            },
        )?;
        let attempts = |(t, sums): (&Type, &Repeats)| {
            let confidence = self.scenario.run.confidence;
            Attempts {
                first: t.first.clone(),
                cells: t
                    .first
                    .iter()
                    .zip(&sums.cells)
                    .map(|(first, sum)| sums.estimate(sum, *first, confidence))
                    .collect(),
                all: sums.estimate(&sums.all, t.first.iter().sum(), confidence),
            }
        };
        let mut round = Round {
            types: self.types.iter().zip(&sums).map(attempts).collect(),
            days,
            worst: 0.0,
        };
        round.worst = self
            .judged(&round)
            .filter(|cell| !cell.hopeless())
            .map(|cell| cell.deviation.abs() / cell.tolerance)
            .fold(0.0, |a, b| if b > a { b } else { a });
        Ok(round)
    }

    /// Every cell of a round with its deviation.
    fn judged<'a>(&'a self, round: &'a Round) -> impl Iterator<Item = Cell> + 'a {
        let types = self.types.iter().zip(&round.types);
        types.flat_map(|(t, attempts)| {
            (0..t.counted.len())
                .map(|i| Cell::new(t.counted[i], attempts.first[i], &attempts.cells[i]))
        })
    }

    /// All that can be met is met, by cell and on the whole.
    fn close_enough(&self, round: &Round) -> bool {
        let types = self.types.iter().zip(&round.types);
        round.worst <= 1.0
            && types.into_iter().all(|(t, attempts)| {
                let cells = (0..t.counted.len())
                    .map(|i| Cell::new(t.counted[i], attempts.first[i], &attempts.cells[i]))
                    .filter(|cell| !cell.hopeless());
                let deviation: f64 = cells.map(|cell| cell.deviation).sum();
                let counted: f64 = t.counted.iter().sum();
                deviation.abs() <= (0.001 * counted).max(0.5 * attempts.all.se.unwrap_or(0.0))
            })
    }

    /// One step of the damped fixed point.
    fn step(&mut self, last: Option<&Round>, round: &Round) {
        // A difference between unlike samples says nothing.
        let comparable = last.filter(|last| last.days == round.days);
        for (k, (t, now)) in self.types.iter_mut().zip(&round.types).enumerate() {
            let before = comparable.map(|last| &last.types[k]);
            let sum = |cells: &[Estimate]| cells.iter().map(mean).sum::<f64>();
            let (first, attempts) = (t.first.iter().sum::<f64>(), sum(&now.cells));
            for i in 0..t.counted.len() {
                let grown = match before {
                    Some(before) => {
                        // Nor does one within the noise.
                        let moved = now.first[i] - before.first[i];
                        let noise = 0.2 * now.cells[i].se.unwrap_or(0.0) + 1e-9;
                        let by = mean(&now.cells[i]) - mean(&before.cells[i]);
                        (moved.abs() > noise).then(|| by / moved)
                    }
                    None if last.is_none() && first > 0.0 => Some(attempts / first),
                    None => None,
                };
                if let Some(grown) = grown {
                    t.damping[i] = grown.clamp(1.0, MOST_DAMPING);
                }
                let step = (t.counted[i] - mean(&now.cells[i])) / t.damping[i];
                t.first[i] = (now.first[i] + step).max(0.0);
            }
        }
    }

    /// After an overload: half the way back to what could be simulated, or half of everything.
    fn step_back(&mut self, last: Option<&Round>) {
        for (k, t) in self.types.iter_mut().enumerate() {
            for (i, first) in t.first.iter_mut().enumerate() {
                let back = last.map_or(0.0, |last| last.types[k].first[i]);
                *first = 0.5 * (*first + back.min(*first));
            }
        }
    }

    fn calibration(&self, best: &Round, rounds: u64) -> Calibration {
        let scenario = &self.scenario;
        let mut warnings = Vec::new();
        let types = self.types.iter().zip(&best.types);
        let call_types = types.map(|(t, found)| {
            let name = &scenario.call_types[t.index].name;
            let start = |i: usize| clock_text(scenario.open_min + i as u32 * scenario.interval_min);
            let cells: Vec<(String, Cell)> = (0..t.counted.len())
                .map(|i| {
                    (
                        start(i),
                        Cell::new(t.counted[i], found.first[i], &found.cells[i]),
                    )
                })
                .collect();
            let unmet: Vec<_> = cells.iter().filter(|(_, cell)| !cell.met()).collect();
            for hopeless in [true, false] {
                let cells: Vec<_> = unmet
                    .iter()
                    .filter(|(_, cell)| cell.hopeless() == hopeless)
                    .collect();
                if !cells.is_empty() {
                    warnings.push(self.warning(name, &cells, hopeless, rounds));
                }
            }
            let status = |met| if met { Status::Met } else { Status::Missed };
            let values = found.first.iter().map(|first| rounded(first / t.unit));
            // A steady run has one value, which the file may have spelt out for every interval.
            let values: Vec<f64> = match &scenario.call_types[t.index].demand {
                Demand::Volume(counted) | Demand::RatePerHour(counted) if self.steady => {
                    values.cycle().take(counted.len()).collect()
                }
                _ => values.collect(),
            };
            CalibratedType {
                name: name.clone(),
                counted: t.counted.iter().sum(),
                first_attempts: found.first.iter().sum(),
                simulated: found.all,
                status: status(unmet.is_empty()),
                rounds,
                demand: match &scenario.call_types[t.index].demand {
                    Demand::Volume(_) => Demand::Volume(values),
                    Demand::RatePerHour(_) => Demand::RatePerHour(values),
                },
                intervals: (!self.steady).then(|| {
                    let interval =
                        |(i, (start, cell)): (usize, (String, Cell))| CalibratedInterval {
                            start,
                            counted: cell.counted,
                            first_attempts: cell.first,
                            attempts: found.cells[i],
                            status: status(cell.met()),
                        };
                    cells.into_iter().enumerate().map(interval).collect()
                }),
            }
        });
        let call_types: Vec<CalibratedType> = call_types.collect();
        Calibration {
            schema: "acdsim.calibrate/1".to_owned(),
            scenario: scenario.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: if self.steady { "steady" } else { "day" }.to_owned(),
            seed: self.seed,
            replications: best.days,
            confidence: scenario.run.confidence,
            met: call_types.iter().all(|t| t.status == Status::Met),
            call_types,
            rounds,
            warnings,
        }
    }

    /// Says what was not met, with figures.
    fn warning(
        &self,
        name: &str,
        cells: &[&&(String, Cell)],
        hopeless: bool,
        rounds: u64,
    ) -> String {
        /// More intervals are only counted.
        const MOST: usize = 5;
        let why = match hopeless {
            true => "redials and reconnects alone exceed what was counted".to_owned(),
            false => format!("the counted attempts are not met after {rounds} rounds"),
        };
        let mut shown: Vec<String> = cells
            .iter()
            .take(MOST)
            .map(|(start, cell)| {
                let place = match self.steady {
                    true => String::new(),
                    false => format!("{start} "),
                };
                let first = match hopeless {
                    true => "no".to_owned(),
                    false => figure(cell.first),
                };
                format!(
                    "{place}counted {}, simulated {} with {first} first attempts",
                    figure(cell.counted),
                    figure(cell.counted + cell.deviation)
                )
            })
            .collect();
        if let Some(more @ 1..) = cells.len().checked_sub(MOST) {
            shown.push(format!("and {more} more intervals"));
        }
        format!("call type \"{name}\": {why}: {}", shown.join("; "))
    }
}

/// A cell's counted and expected attempts.
#[derive(Clone, Copy)]
struct Cell {
    counted: f64,
    first: f64,
    /// Expected less counted.
    deviation: f64,
    /// 1 % or 3 standard errors.
    tolerance: f64,
}

impl Cell {
    fn new(counted: f64, first: f64, attempts: &Estimate) -> Self {
        let se = attempts.se.unwrap_or(0.0);
        Self {
            counted,
            first,
            deviation: mean(attempts) - counted,
            // Never 0, so that nothing counted and nothing simulated is met.
            tolerance: (0.01 * counted).max(3.0 * se).max(f64::MIN_POSITIVE),
        }
    }

    fn met(&self) -> bool {
        self.deviation.abs() <= self.tolerance
    }

    /// Too many attempts although there are no first ones.
    fn hopeless(&self) -> bool {
        self.first == 0.0 && self.deviation > self.tolerance
    }
}

fn mean(estimate: &Estimate) -> f64 {
    estimate.mean.unwrap_or(0.0)
}

/// The number in six digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

/// Redials and reconnects of a call type over days, or over the batches of a steady run.
struct Repeats {
    n: u64,
    cells: Vec<Ratio>,
    all: Ratio,
}

impl Repeats {
    fn new(cells: usize) -> Self {
        Self {
            n: 0,
            cells: vec![Ratio::default(); cells],
            all: Ratio::default(),
        }
    }

    fn add(&mut self, tally: &Tally, call_type: usize, model: &Model, steady: bool) {
        let counts = &tally.call_types[call_type * tally.cells..][..tally.cells];
        let repeats = |c: &Contacts| (c.redials + c.reconnects) as f64;
        if steady {
            for batch in &counts[..BATCHES] {
                let per_hour = repeats(batch) / model.grid.width_h();
                self.next(&[per_hour]);
            }
        } else {
            let day: Vec<f64> = counts[..self.cells.len()].iter().map(repeats).collect();
            self.next(&day);
        }
    }

    fn next(&mut self, day: &[f64]) {
        self.n += 1;
        let n = self.n as f64;
        for (sum, x) in self.cells.iter_mut().zip(day) {
            sum.add(n, *x, 1.0);
        }
        self.all.add(n, day.iter().sum(), 1.0);
    }

    /// Expected attempts: the first attempts are known, only what they cause is estimated.
    fn estimate(&self, sum: &Ratio, first: f64, confidence: f64) -> Estimate {
        let t = student_t(confidence, self.n.saturating_sub(1));
        let repeats = sum.estimate(self.n, t, (0.0, f64::INFINITY));
        Estimate {
            mean: repeats.mean.map(|mean| first + mean),
            ci: repeats.ci.map(|(low, high)| (first + low, first + high)),
            se: repeats.se,
        }
    }
}
