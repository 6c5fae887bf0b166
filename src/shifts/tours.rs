//! What one person may work, and which of that helps most.

use super::candidates::{Candidates, Shift};
use super::roster::{Gain, Roster, Tour, Work};
use super::task::Task;
use crate::random::Stream;
use crate::scenario::DAY_MIN;

/// What people of one kind may work: those of a contract, or all where there are no contracts.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    /// Index of the contract.
    pub contract: Option<usize>,
    crews: Vec<bool>,
    types: Vec<bool>,
    pub shifts: (u32, u32),
    pub paid_min: (u32, u32),
    rest_min: u32,
    pub same_shift: bool,
}

impl Terms {
    /// Those of a task.
    pub fn all(task: &Task) -> Vec<Self> {
        let rules = &task.rules;
        if rules.contracts.is_empty() {
            return vec![Self {
                contract: None,
                crews: vec![true; task.crews.len()],
                types: vec![true; rules.types.len()],
                shifts: (1, 7),
                paid_min: (0, 7 * DAY_MIN),
                rest_min: rules.rest_min,
                same_shift: false,
            }];
        }
        let of_contract = |(c, contract): (usize, &crate::scenario::Contract)| Self {
            contract: Some(c),
            crews: task
                .crews
                .iter()
                .map(|crew| contract.groups.contains(&crew.name))
                .collect(),
            types: rules
                .types
                .iter()
                .map(|t| contract.types.contains(&t.name))
                .collect(),
            shifts: (contract.shifts.0.max(1), contract.shifts.1),
            paid_min: contract.paid_min,
            rest_min: contract.rest_min,
            same_shift: contract.same_shift,
        };
        rules
            .contracts
            .iter()
            .enumerate()
            .map(of_contract)
            .collect()
    }

    /// Whether its people work a shift.
    pub fn allow(&self, shift: &Shift) -> bool {
        self.crews[shift.crew] && self.types[shift.shift_type]
    }

    /// Whether there is the rest between two shifts, the second of which is on a later day, or so many days later in all.
    fn rests(&self, first: &Shift, second: &Shift, days_later: usize) -> bool {
        let start = days_later as u32 * DAY_MIN + second.start_min;
        start >= first.start_min + first.length_min + self.rest_min
    }

    /// The same from the last shift of a week to the first of the next, where every week is like this one.
    fn rests_over_the_end(&self, task: &Task, first: &Shift, last: &Shift) -> bool {
        let days = task.horizon.days.len();
        !task.horizon.cyclic || self.rests(last, first, days + first.day - last.day)
    }
}

/// The days on which a person works one and the same shift.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Its terms.
    pub terms: usize,
    /// The shift.
    pub key: usize,
    /// The days.
    pub days: Vec<usize>,
}

/// All patterns of people who work one and the same shift all week.
pub(super) fn patterns(task: &Task, candidates: &Candidates, terms: &[Terms]) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (t, of) in terms.iter().enumerate().filter(|(_, of)| of.same_shift) {
        for (key, shifts) in candidates.keys.iter().enumerate() {
            let on: Vec<usize> = (0..shifts.len()).filter(|&d| shifts[d].is_some()).collect();
            let shift = |day: usize| shifts[day].map(|s| &candidates.shifts[s]);
            let Some(any) = on.first().and_then(|&day| shift(day)) else {
                continue;
            };
            if !of.allow(any) {
                continue;
            }
            for subset in 1..1u32 << on.len() {
                let n = subset.count_ones();
                let paid = n * any.paid_min;
                let within =
                    |value: u32, (least, most): (u32, u32)| (least..=most).contains(&value);
                if !within(n, of.shifts) || !within(paid, of.paid_min) {
                    continue;
                }
                let days: Vec<usize> = (0..on.len())
                    .filter(|bit| subset >> bit & 1 == 1)
                    .map(|bit| on[bit])
                    .collect();
                let mut pairs = days.windows(2);
                let rests = pairs.all(|pair| of.rests(any, any, pair[1] - pair[0]));
                let (first, last) = (shift(days[0]), shift(days[days.len() - 1]));
                let over = first
                    .zip(last)
                    .is_some_and(|(first, last)| of.rests_over_the_end(task, first, last));
                if rests && over {
                    patterns.push(Pattern {
                        terms: t,
                        key,
                        days,
                    });
                }
            }
        }
    }
    patterns
}

/// Shifts of a day that are looked at for a week's tour, and partial tours kept of each number of shifts.
const SHIFTS_OF_DAY: usize = 5;
const PARTS_KEPT: usize = 10;

/// Finds whom to add.
#[derive(Debug, Clone)]
pub(super) struct Pricing {
    pub terms: Vec<Terms>,
    pub patterns: Vec<Pattern>,
}

/// Days of a week.
const DAYS: usize = 7;

/// A partial tour of a week.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The first so many are its shifts.
    shifts: [usize; DAYS],
    n: usize,
    paid_min: u32,
    cost: f64,
    gain: Gain,
}

impl Pricing {
    pub fn new(task: &Task, candidates: &Candidates) -> Self {
        let terms = Terms::all(task);
        Self {
            patterns: match task.horizon.is_week() {
                true => patterns(task, candidates, &terms),
                false => Vec::new(),
            },
            terms,
        }
    }

    /// The person who helps most for the money; none, where nobody helps. `noise` is by how much of it the value of each may be
    /// misjudged at random.
    pub fn best(&self, roster: &mut Roster<'_>, noise: f64, random: &mut Stream) -> Option<Tour> {
        roster.refresh();
        let gain = |shift: usize| {
            let of = &roster.candidates.shifts[shift];
            roster.may_work(of).then(|| roster.gain(of))
        };
        self.best_for(roster, &gain, noise, random)
    }

    /// The person of a week who works most of the people's shifts that are still to be given out.
    pub fn best_of_shifts(
        &self,
        roster: &mut Roster<'_>,
        left: &[u32],
        random: &mut Stream,
    ) -> Option<Tour> {
        roster.refresh();
        let gain = |shift: usize| {
            let of = &roster.candidates.shifts[shift];
            roster.may_work(of).then(|| Gain {
                missing: if left[shift] > 0 {
                    of.cells as f64
                } else {
                    0.0
                },
                ..Gain::default()
            })
        };
        self.best_for(roster, &gain, 0.0, random)
    }

    fn best_for(
        &self,
        roster: &Roster<'_>,
        gain: &dyn Fn(usize) -> Option<Gain>,
        noise: f64,
        random: &mut Stream,
    ) -> Option<Tour> {
        let mut best: Option<(f64, Tour)> = None;
        let mut consider = |(value, cost): (Option<f64>, f64), tour: &dyn Fn() -> Tour| {
            let Some(value) = value.filter(|_| roster.affords(cost)) else {
                return;
            };
            let value = value * (1.0 + noise * (random.unit() - 0.5));
            if best.as_ref().is_none_or(|(most, _)| value > *most) {
                best = Some((value, tour()));
            }
        };
        let one = |contract, crew, shifts: &[usize], cost| Tour {
            crew,
            contract,
            works: shifts
                .iter()
                .map(|&shift| Work {
                    shift,
                    ways: Vec::new(),
                })
                .collect(),
            cost,
        };
        let shifts = &roster.candidates.shifts;
        if !roster.task.horizon.is_week() {
            for (s, shift) in shifts.iter().enumerate() {
                let mut terms = self.terms.iter();
                let allowed = |of: &&Terms| of.allow(shift) && roster.may_add(of.contract);
                let (Some(of), Some(gain)) = (terms.find(allowed), gain(s)) else {
                    continue;
                };
                let value = value(roster, gain, shift.cost);
                let tour = || one(of.contract, shift.crew, &[s], shift.cost);
                consider((value, shift.cost), &tour);
            }
        } else {
            let gains: Vec<Option<Gain>> = (0..shifts.len()).map(gain).collect();
            for pattern in &self.patterns {
                let of = &self.terms[pattern.terms];
                if !roster.may_add(of.contract) {
                    continue;
                }
                let on: Option<Vec<usize>> = pattern
                    .days
                    .iter()
                    .map(|&day| roster.candidates.keys[pattern.key][day])
                    .collect();
                let Some(on) = on else { continue };
                let Some(gain) = on.iter().try_fold(Gain::default(), |mut sum, &s| {
                    sum += gains[s]?;
                    Some(sum)
                }) else {
                    continue;
                };
                let cost = on.iter().map(|&s| shifts[s].cost).sum();
                let value = value(roster, gain, cost);
                let tour = || one(of.contract, shifts[on[0]].crew, &on, cost);
                consider((value, cost), &tour);
            }
            for of in self.terms.iter().filter(|of| !of.same_shift) {
                if !roster.may_add(of.contract) {
                    continue;
                }
                for crew in (0..roster.task.crews.len()).filter(|&crew| of.crews[crew]) {
                    for part in tours(roster, of, crew, &gains) {
                        let value = value(roster, part.gain, part.cost);
                        let shifts = &part.shifts[..part.n];
                        let tour = || one(of.contract, crew, shifts, part.cost);
                        consider((value, part.cost), &tour);
                    }
                }
            }
        }
        let (_, mut tour) = best?;
        for work in &mut tour.works {
            *work = roster.best_ways(work.shift);
        }
        Some(tour)
    }
}

/// What a person is worth for the money; none where it costs more than it brings.
fn value(roster: &Roster<'_>, gain: Gain, cost: f64) -> Option<f64> {
    let cell_h = f64::from(roster.task.horizon.grid_min) / 60.0;
    let cost = cost + roster.task.rules.spare_cost * gain.spare * cell_h - gain.kept;
    let brings = gain.missing + gain.service.min(roster.service_missing());
    // Aims that must be reached are, however little each person brings.
    let must = gain.service > 0.0 && !roster.task.best_service;
    let pays = must || roster.hour_missing() * brings * cell_h > cost;
    // Of those that cost nothing the one that does most.
    (brings > 0.0 && pays).then(|| brings / cost.max(1e-6))
}

/// Tours of a week of different shifts that help most: for each number of shifts a few.
fn tours(roster: &Roster<'_>, of: &Terms, crew: usize, gains: &[Option<Gain>]) -> Vec<Part> {
    let candidates = roster.candidates;
    let days = roster.task.horizon.days.len();
    let mut by_day: Vec<Vec<(f64, usize)>> = vec![Vec::new(); days];
    for (s, shift) in candidates.shifts.iter().enumerate() {
        if shift.crew != crew || !of.allow(shift) {
            continue;
        }
        if let Some(gain) = gains[s] {
            by_day[shift.day].push((gain.brings() / shift.cost.max(1e-6), s));
        }
    }
    let mut parts = vec![Part {
        shifts: [0; DAYS],
        n: 0,
        paid_min: 0,
        cost: 0.0,
        gain: Gain::default(),
    }];
    for of_day in &mut by_day {
        of_day.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        of_day.truncate(SHIFTS_OF_DAY);
        for at in 0..parts.len() {
            let part = parts[at];
            let before = part
                .n
                .checked_sub(1)
                .map(|last| &candidates.shifts[part.shifts[last]]);
            if part.n as u32 >= of.shifts.1.min(DAYS as u32) {
                continue;
            }
            for &(_, s) in of_day.iter() {
                let shift = &candidates.shifts[s];
                let rests = before.is_none_or(|b| of.rests(b, shift, shift.day - b.day));
                let paid_min = part.paid_min + shift.paid_min;
                if !rests || paid_min > of.paid_min.1 {
                    continue;
                }
                let mut next = part;
                next.shifts[part.n] = s;
                next.n += 1;
                next.paid_min = paid_min;
                next.cost += shift.cost;
                next.gain += gains[s].unwrap_or_default();
                parts.push(next);
            }
        }
        parts.sort_by(|a, b| {
            let by_length = a.n.cmp(&b.n);
            by_length
                .then(b.gain.brings().total_cmp(&a.gain.brings()))
                .then_with(|| a.shifts.cmp(&b.shifts))
        });
        let mut kept = (usize::MAX, 0);
        parts.retain(|part| {
            if kept.0 != part.n {
                kept = (part.n, 0);
            }
            kept.1 += 1;
            kept.1 <= PARTS_KEPT
        });
    }
    parts.retain(|part| {
        let ends = part.n.checked_sub(1).is_some_and(|last| {
            let (first, last) = (part.shifts[0], part.shifts[last]);
            let (first, last) = (&candidates.shifts[first], &candidates.shifts[last]);
            of.rests_over_the_end(roster.task, first, last)
        });
        let n = part.n as u32;
        ends && (of.shifts.0..=of.shifts.1).contains(&n) && part.paid_min >= of.paid_min.0
    });
    parts
}
