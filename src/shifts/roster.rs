//! A plan in the making: people are added and taken away, and what they cover is known at once.

use super::candidates::{Candidates, Shift};
use super::plan::{Person, Plan};
use super::task::{Aim, Task};

/// A shift of a person and the way in which each cluster of its breaks is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Work {
    pub shift: usize,
    pub ways: Vec<usize>,
}

/// What a person works.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tour {
    pub crew: usize,
    /// Index of the contract, where the rules have contracts.
    pub contract: Option<usize>,
    /// In order of their days.
    pub works: Vec<Work>,
    pub cost: f64,
}

/// Sums of a figure from the first cell on, twice round a cyclic plan, so that that of a span is a difference.
#[derive(Debug, Clone, Default)]
struct Sums(Vec<f64>);

impl Sums {
    fn fill(&mut self, rounds: usize, values: impl Iterator<Item = f64> + Clone) {
        self.0.clear();
        self.0.push(0.0);
        let mut sum = 0.0;
        for _ in 0..rounds {
            for value in values.clone() {
                sum += value;
                self.0.push(sum);
            }
        }
    }

    /// Cells beyond the end of a plan that is not cyclic add nothing.
    #[inline]
    fn of(&self, from: usize, cells: usize) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else {
            return 0.0;
        };
        self.0[(from + cells).min(last)] - self.0[from.min(last)]
    }
}

/// What a group has and lacks.
#[derive(Debug, Clone)]
struct Cover {
    need: Vec<u32>,
    present: Vec<u32>,
    /// Cells where somebody is missing, and those where not; what a break is better not at.
    missing: Sums,
    spare: Sums,
    bad_for_breaks: Sums,
    /// What one more would bring to the aims, in that unit; empty where there are none.
    service: Sums,
    /// The sums are of now.
    fresh: bool,
}

/// A plan in the making.
#[derive(Debug, Clone)]
pub(super) struct Roster<'a> {
    pub task: &'a Task,
    pub candidates: &'a Candidates,
    covers: Vec<Cover>,
    /// By aim and cell the people who bring it; what all of them bring; and the most that people could bring to all aims.
    present: Vec<Vec<u32>>,
    brought: Vec<f64>,
    most: f64,
    prices_of_service: (f64, f64),
    pub tours: Vec<Tour>,
    /// People by type of shift and day.
    by_type: Vec<Vec<u32>>,
    by_contract: Vec<u32>,
    /// People by shift of the published plan.
    by_published: Vec<u32>,
    cost: f64,
    /// Person-cells missing and spare; people missing of the least of a type and day.
    missing: u64,
    spare: u64,
    missing_of_types: u64,
    /// Published shifts that nobody works.
    changes: u64,
    /// Cost of what must not be.
    never: f64,
}

/// What a person would bring.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Gain {
    /// Cells where somebody is missing now; people missing of a type count as many as a working day has.
    pub missing: f64,
    /// Cells where nobody is.
    pub spare: f64,
    /// What would be brought to the aims, as so many cells where somebody is missing cost.
    pub service: f64,
    /// Cost of published shifts that would be kept.
    pub kept: f64,
}

impl Gain {
    /// All that is missing now, in cells where somebody is.
    #[inline]
    pub fn brings(&self) -> f64 {
        self.missing + self.service
    }
}

impl std::ops::AddAssign for Gain {
    fn add_assign(&mut self, other: Self) {
        self.missing += other.missing;
        self.spare += other.spare;
        self.service += other.service;
        self.kept += other.kept;
    }
}

/// Hours of work that a person who is missing of the least of a type stands for.
const PERSON_H: f64 = 8.0;

impl<'a> Roster<'a> {
    pub fn new(task: &'a Task, candidates: &'a Candidates, need: &[Vec<u32>]) -> Self {
        let days = task.horizon.days.len();
        let cover = |need: &Vec<u32>| Cover {
            present: vec![0; need.len()],
            need: need.clone(),
            missing: Sums::default(),
            spare: Sums::default(),
            bad_for_breaks: Sums::default(),
            service: Sums::default(),
            fresh: false,
        };
        let nobody = |aim: &Aim| (0..aim.worth.len()).map(|cell| aim.of(cell, 0)).sum();
        let mut roster = Self {
            task,
            candidates,
            covers: need.iter().map(cover).collect(),
            present: vec![vec![0; task.horizon.cells()]; task.aims.len()],
            brought: task.aims.iter().map(nobody).collect(),
            most: task.aims.iter().map(Aim::most).sum(),
            prices_of_service: candidates.prices_of_service(task),
            tours: Vec::new(),
            by_type: vec![vec![0; days]; task.rules.types.len()],
            by_contract: vec![0; task.rules.contracts.len()],
            by_published: vec![0; task.published.len()],
            cost: 0.0,
            missing: need.iter().flatten().map(|n| u64::from(*n)).sum(),
            spare: 0,
            missing_of_types: 0,
            changes: task.published.iter().map(|of| u64::from(of.people)).sum(),
            never: 1e3 * candidates.dearest(),
        };
        for (t, of) in task.rules.types.iter().enumerate() {
            let worked = (0..days).filter(|day| roster.is_worked(t, *day)).count() as u64;
            roster.missing_of_types += worked * u64::from(of.least);
        }
        roster
    }

    /// The same without people.
    pub fn emptied(&self) -> Self {
        let need: Vec<Vec<u32>> = self.covers.iter().map(|cover| cover.need.clone()).collect();
        Self::new(self.task, self.candidates, &need)
    }

    fn is_worked(&self, shift_type: usize, day: usize) -> bool {
        self.task.rules.types[shift_type].is_worked(self.task.horizon.days[day])
    }

    fn cell_h(&self) -> f64 {
        f64::from(self.task.horizon.grid_min) / 60.0
    }

    /// Nobody is missing anywhere, and the aims are reached as far as they must be.
    pub fn is_complete(&self) -> bool {
        let reached = || self.task.aims.iter().zip(&self.brought);
        self.missing == 0
            && self.missing_of_types == 0
            && (self.task.best_service || reached().all(|(aim, of)| shortfall(aim, *of) == 0.0))
    }

    /// Whether one more may be of use.
    pub fn wants_more(&self) -> bool {
        !self.is_complete() || self.task.best_service
    }

    /// What is brought to each aim.
    pub fn brought(&self) -> &[f64] {
        &self.brought
    }

    /// Whether so much more may be spent.
    pub fn affords(&self, cost: f64) -> bool {
        let most = self.task.most_cost;
        most.is_none_or(|most| self.cost + cost <= most * (1.0 + 1e-9))
    }

    /// What it costs; hours that must be covered and are not cost more than anything else.
    pub fn objective(&self) -> f64 {
        let rules = &self.task.rules;
        let (hour, h) = (self.hour_missing(), self.cell_h());
        self.cost
            + hour * (self.missing as f64 * h)
            + self.never * (self.missing_of_types as f64 * PERSON_H)
            + rules.spare_cost * (self.spare as f64 * h)
            + self.task.cost_per_change() * self.changes as f64
            + self.price_of(&self.brought)
    }

    /// What it costs that aims are not reached, or not all is brought that could be.
    fn price_of(&self, brought: &[f64]) -> f64 {
        let aims = || self.task.aims.iter().zip(brought);
        let (of_worst, of_all) = self.prices_of_service;
        if !self.task.best_service {
            // However little is missing, that costs more than a person.
            let missing = aims().map(|(aim, brought)| shortfall(aim, *brought));
            let missing = missing.filter(|missing| *missing > 0.0);
            return self.never * missing.map(|missing| 1.0 + missing).sum::<f64>();
        }
        let worst = aims().map(lack).fold(0.0, f64::max);
        let missing = self.most - brought.iter().sum::<f64>();
        of_worst * worst + of_all * missing / self.most.max(1e-9)
    }

    /// What is missing of the aims that must be reached, as so many cells where somebody is missing cost; more is of no use.
    pub fn service_missing(&self) -> f64 {
        let aims = || self.task.aims.iter().zip(&self.brought);
        let missing = || aims().map(|(aim, brought)| shortfall(aim, *brought));
        match self.task.best_service {
            true => f64::INFINITY,
            false => self.never * missing().sum::<f64>() / (self.hour_missing() * self.cell_h()),
        }
    }

    /// What a unit that is brought to each aim saves now.
    fn prices(&self) -> Vec<f64> {
        let aims = || self.task.aims.iter().zip(&self.brought);
        let (of_worst, of_all) = self.prices_of_service;
        let worst = aims().map(lack).fold(0.0, f64::max);
        let price = |(aim, brought): (&Aim, &f64)| {
            let is_open = shortfall(aim, *brought) > 0.0;
            match self.task.best_service {
                false => self.never * f64::from(u8::from(is_open)),
                true => {
                    let is_worst = is_open && lack((aim, brought)) >= worst - 1e-9;
                    let of_worst = of_worst * f64::from(u8::from(is_worst));
                    of_worst / aim.wanted.max(1e-9) + of_all / self.most.max(1e-9)
                }
            }
        };
        aims().map(price).collect()
    }

    /// Cost of an hour in which somebody is missing.
    pub fn hour_missing(&self) -> f64 {
        self.task.rules.short_cost.unwrap_or(self.never)
    }

    /// Whether so many more people with a contract are allowed.
    pub fn may_add(&self, contract: Option<usize>) -> bool {
        let people = self.task.rules.most_people;
        let of_contract = contract.and_then(|c| {
            let most = self.task.rules.contracts[c].most_people?;
            Some(self.by_contract[c] < most)
        });
        people.is_none_or(|most| (self.tours.len() as u64) < u64::from(most))
            && of_contract.unwrap_or(true)
    }

    /// Whether one more of a shift is allowed.
    pub fn may_work(&self, shift: &Shift) -> bool {
        let most = self.task.rules.types[shift.shift_type].most;
        most.is_none_or(|most| self.by_type[shift.shift_type][shift.day] < most)
    }

    /// Brings the sums up to date, which [`gain`](Self::gain) and [`best_ways`](Self::best_ways) look at.
    pub fn refresh(&mut self) {
        let rounds = 1 + usize::from(self.task.horizon.cyclic);
        let unit = self.hour_missing() * self.cell_h();
        let (prices, gains) = (self.prices(), &self.candidates.gains);
        let (aims, present) = (&self.task.aims, &self.present);
        // In the unit of a cell where somebody is missing.
        let one_more = |crew: usize, cell: usize, price: &dyn Fn(usize) -> f64| -> f64 {
            let counts = |a: &usize| aims[*a].crews.contains(&crew);
            let of_aim = |a: usize| {
                let gain = gains[a][cell].get(present[a][cell] as usize);
                price(a) / unit * gain.copied().unwrap_or(0.0)
            };
            (0..aims.len()).filter(counts).map(of_aim).sum()
        };
        for (crew, cover) in self
            .covers
            .iter_mut()
            .enumerate()
            .filter(|(_, of)| !of.fresh)
        {
            let cells = cover.need.iter().zip(&cover.present);
            let missing = cells
                .clone()
                .map(|(need, present)| f64::from(u8::from(present < need)));
            cover.missing.fill(rounds, missing.clone());
            cover
                .spare
                .fill(rounds, missing.map(|missing| 1.0 - missing));
            // A break where just enough are there leaves no room for later changes.
            let bad = cells.map(|(need, present)| match present.cmp(need) {
                std::cmp::Ordering::Less => 1.0,
                std::cmp::Ordering::Equal => 0.02,
                std::cmp::Ordering::Greater => 0.02 / f64::from(1 + present - need),
            });
            if aims.is_empty() {
                cover.bad_for_breaks.fill(rounds, bad);
            } else {
                let cells = 0..cover.need.len();
                let service = cells
                    .clone()
                    .map(|cell| one_more(crew, cell, &|a| prices[a]));
                cover.service.fill(rounds, service);
                // Breaks are in nobody's way where little is brought, whatever is open now.
                let service = cells.map(|cell| one_more(crew, cell, &|_| unit));
                let bad = bad.zip(service).map(|(bad, service)| bad + service);
                cover.bad_for_breaks.fill(rounds, bad);
            }
            cover.fresh = true;
        }
    }

    /// What a shift would bring, its breaks taken where that costs least.
    #[inline]
    pub fn gain(&self, shift: &Shift) -> Gain {
        let cover = &self.covers[shift.crew];
        let mut gain = Gain {
            missing: cover.missing.of(shift.from, shift.cells),
            spare: cover.spare.of(shift.from, shift.cells),
            service: cover.service.of(shift.from, shift.cells),
            kept: 0.0,
        };
        for cluster in &self.candidates.clusters[shift.shift_type] {
            let way = self.best_way(shift, cluster);
            for (start, length) in cluster.ways[way].iter().zip(&cluster.lengths) {
                gain.missing -= cover.missing.of(shift.from + start, *length);
                gain.spare -= cover.spare.of(shift.from + start, *length);
                gain.service -= cover.service.of(shift.from + start, *length);
            }
        }
        let of = &self.task.rules.types[shift.shift_type];
        if self.by_type[shift.shift_type][shift.day] < of.least {
            gain.missing += PERSON_H / self.cell_h();
        }
        let is_open = |p: &usize| self.by_published[*p] < self.task.published[*p].people;
        if shift.published.is_some_and(|p| is_open(&p)) {
            gain.kept = self.task.cost_per_change();
        }
        gain
    }

    #[inline]
    fn best_way(&self, shift: &Shift, cluster: &super::candidates::Cluster) -> usize {
        let bad = &self.covers[shift.crew].bad_for_breaks;
        let mut best = (f64::INFINITY, 0);
        for (way, starts) in cluster.ways.iter().enumerate() {
            let breaks = starts.iter().zip(&cluster.lengths);
            let how_bad: f64 = breaks
                .map(|(start, length)| bad.of(shift.from + start, *length))
                .sum();
            if how_bad < best.0 - 1e-9 {
                best = (how_bad, way);
            }
        }
        best.1
    }

    /// The ways to take the breaks of a shift that cost least now.
    pub fn best_ways(&self, shift: usize) -> Work {
        let of = &self.candidates.shifts[shift];
        let clusters = self.candidates.clusters[of.shift_type].iter();
        Work {
            shift,
            ways: clusters.map(|cluster| self.best_way(of, cluster)).collect(),
        }
    }

    pub fn add(&mut self, tour: Tour) {
        self.count(&tour, true);
        self.tours.push(tour);
    }

    /// Takes a person away; the last one takes the place.
    pub fn remove(&mut self, at: usize) -> Tour {
        let tour = self.tours.swap_remove(at);
        self.count(&tour, false);
        tour
    }

    fn count(&mut self, tour: &Tour, comes: bool) {
        match comes {
            true => self.cost += tour.cost,
            false => self.cost -= tour.cost,
        }
        if let Some(contract) = tour.contract {
            step(&mut self.by_contract[contract], comes);
        }
        for work in &tour.works {
            let shift = &self.candidates.shifts[work.shift];
            let (t, day) = (shift.shift_type, shift.day);
            let least = self.task.rules.types[t].least;
            let people = &mut self.by_type[t][day];
            let before = least.saturating_sub(*people);
            step(people, comes);
            self.missing_of_types += u64::from(least.saturating_sub(*people));
            self.missing_of_types -= u64::from(before);
            if let Some(published) = shift.published {
                let people = self.task.published[published].people;
                let before = people.saturating_sub(self.by_published[published]);
                step(&mut self.by_published[published], comes);
                self.changes += u64::from(people.saturating_sub(self.by_published[published]));
                self.changes -= u64::from(before);
            }
            if !self.task.aims.is_empty() {
                // Those of other groups may bring the same.
                self.covers.iter_mut().for_each(|of| of.fresh = false);
            }
            let cover = &mut self.covers[shift.crew];
            cover.fresh = false;
            let cells = cover.need.len();
            let mut at_work = shift.from;
            let end = shift.from + shift.cells;
            let clusters = self.candidates.clusters[t].iter().zip(&work.ways);
            let breaks = clusters.flat_map(|(c, &way)| c.ways[way].iter().zip(&c.lengths));
            let spans = breaks
                .map(|(start, length)| (shift.from + start, shift.from + start + length))
                .chain(std::iter::once((end, end)));
            for (from, to) in spans {
                for cell in at_work..from.min(end) {
                    let cell = cell % cells;
                    let present = &mut cover.present[cell];
                    match (comes, *present < cover.need[cell] + u32::from(!comes)) {
                        (true, true) => self.missing -= 1,
                        (true, false) => self.spare += 1,
                        (false, true) => self.missing += 1,
                        (false, false) => self.spare -= 1,
                    }
                    step(present, comes);
                    for (a, aim) in self.task.aims.iter().enumerate() {
                        if aim.crews.contains(&shift.crew) {
                            let people = &mut self.present[a][cell];
                            let before = aim.of(cell, *people);
                            step(people, comes);
                            self.brought[a] += aim.of(cell, *people) - before;
                        }
                    }
                }
                at_work = at_work.max(to);
            }
        }
    }

    /// Whether nobody would be missing without a person who is there now, or no more than are missing now, and what the person
    /// brings is not asked for, or not worth the cost.
    pub fn is_spare(&self, tour: &Tour) -> bool {
        let is_spare = tour.works.iter().all(|work| {
            let shift = &self.candidates.shifts[work.shift];
            let cover = &self.covers[shift.crew];
            let least = self.task.rules.types[shift.shift_type].least;
            let of_plan = |p: usize| self.by_published[p] <= self.task.published[p].people;
            let keeps =
                self.task.cost_per_change() > shift.cost && shift.published.is_some_and(of_plan);
            !keeps
                && self.by_type[shift.shift_type][shift.day] > least
                && self
                    .at_work(work)
                    .all(|cell| cover.present[cell] > cover.need[cell])
        });
        is_spare && !self.is_worth_it(tour)
    }

    /// Whether the aims are worth a person who is there now.
    fn is_worth_it(&self, tour: &Tour) -> bool {
        let mut brought = self.brought.clone();
        for (a, aim) in self.task.aims.iter().enumerate() {
            let works = tour.works.iter();
            let works =
                works.filter(|work| aim.crews.contains(&self.candidates.shifts[work.shift].crew));
            for cell in works.flat_map(|work| self.at_work(work)) {
                let people = self.present[a][cell];
                brought[a] -= aim.of(cell, people) - aim.of(cell, people - 1);
            }
        }
        self.price_of(&brought) - self.price_of(&self.brought) > tour.cost
    }

    /// The cells in which a shift is worked, breaks left out.
    fn at_work(&self, work: &Work) -> impl Iterator<Item = usize> {
        let shift = &self.candidates.shifts[work.shift];
        let cells = self.task.horizon.cells();
        let clusters = self.candidates.clusters[shift.shift_type].iter();
        let breaks: Vec<std::ops::Range<usize>> = clusters
            .zip(&work.ways)
            .flat_map(|(c, &way)| c.ways[way].iter().zip(&c.lengths))
            .map(|(start, length)| *start..start + length)
            .collect();
        let (from, all) = (shift.from, 0..shift.cells);
        all.filter(move |cell| !breaks.iter().any(|of| of.contains(cell)))
            .map(move |cell| (from + cell) % cells)
    }

    /// The first cell of a group from one on that has more people than needed, round the plan.
    pub fn spare_cell(&self, crew: usize, from: usize) -> Option<usize> {
        let cover = &self.covers[crew];
        let cells = cover.need.len();
        (from..from + cells)
            .map(|cell| cell % cells)
            .find(|&cell| cover.present[cell] > cover.need[cell])
    }

    /// Whether a person has a shift that goes over a cell of a group.
    pub fn is_on_shift(&self, tour: &Tour, crew: usize, cell: usize) -> bool {
        let cells = self.task.horizon.cells();
        tour.crew == crew
            && tour.works.iter().any(|work| {
                let shift = &self.candidates.shifts[work.shift];
                (cell + cells - shift.from) % cells < shift.cells
            })
    }

    /// Published shifts that nobody works.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The plan.
    pub fn plan(&self) -> Plan {
        let grid = self.task.horizon.grid_min;
        let person = |tour: &Tour| Person {
            crew: tour.crew,
            contract: tour.contract,
            duties: tour
                .works
                .iter()
                .map(|work| {
                    let shift = &self.candidates.shifts[work.shift];
                    self.candidates.duty(shift, grid, work.ways.iter().copied())
                })
                .collect(),
        };
        let mut plan = Plan {
            people: self.tours.iter().map(person).collect(),
        };
        plan.sort();
        plan
    }
}

/// What is missing of an aim.
fn shortfall(aim: &Aim, brought: f64) -> f64 {
    match brought < aim.least() {
        true => aim.wanted - brought,
        false => 0.0,
    }
}

/// The same as a share of the aim.
fn lack((aim, brought): (&Aim, &f64)) -> f64 {
    shortfall(aim, *brought) / aim.wanted.max(1e-9)
}

fn step(count: &mut u32, up: bool) {
    match up {
        true => *count += 1,
        false => *count -= 1,
    }
}
