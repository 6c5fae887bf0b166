//! The cover problem as a mixed-integer program: set covering with implicit breaks.
//!
//! For each shift a column counts the people who work it, and for each cluster of its breaks a column counts those who take
//! them in one way; these add up to the shift's (Aykin 1996, eqs. 2 to 5, with clusters in the place of single breaks). In
//! every cell the people on a shift, less those on a break, are at least the people needed.
//!
//! In a week, people who work one and the same shift on all their days are counted by pattern (Dantzig 1954). Of other
//! contracts the program knows how many people there are, and that together they work no more and no fewer shifts and hours
//! than so many may: that bounds the cost from below, but its solution says not who works what.

use super::candidates::{Candidates, Cluster, Shift};
use super::envelope::{coarser, concave_from, steps};
use super::program::{Program, Row, Sense};
use super::roster::{Roster, Tour, Work};
use super::task::{Aim, Task};
use super::tours::Pricing;

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Rule {
    /// The need of a group in a cell.
    Need { crew: usize, cell: usize },
    /// Counts that add up.
    Count,
    /// Least people of a type on a day.
    Least { shift_type: usize, day: usize },
    /// Most people of a type on a day.
    Most { shift_type: usize, day: usize },
    /// Most people in all.
    People,
    /// What a contract allows.
    Contract { contract: usize },
    /// Most that the plan may cost.
    Cost,
    /// What people are to bring over several cells.
    Aim { aim: usize },
}

/// How a program sees what people bring to aims, which at first grows by more with each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// By the envelope, which is nowhere below: what it finds is a bound.
    Above,
    /// As it is, where it no longer does so: fewer people are not looked at. What it finds is a plan.
    Within,
}

/// Columns and their factors in a row.
type Terms = Vec<(usize, f64)>;

/// Columns of the ways of a cluster: one after the other from here on. A cluster with a single way has none.
type Ways = Option<usize>;

/// The program and where its columns are.
#[derive(Debug, Clone)]
pub(super) struct CoverProgram {
    pub program: Program<Rule>,
    /// People by shift.
    shifts: Vec<usize>,
    /// By shift, the columns of each of its clusters.
    ways: Vec<Vec<Ways>>,
    /// People by pattern.
    patterns: Vec<usize>,
    /// In a plan of one day with contracts: people by contract, type and group.
    contracts: Vec<(usize, usize, usize, usize)>,
    /// Its solutions are plans.
    pub exact: bool,
    /// Every plan costs a multiple of this; 0 where that is not known.
    step: f64,
    /// Cost that the program's cost leaves out.
    constant: f64,
}

/// The largest number of which the costs of all shifts are multiples, where they are money of whole hundredths, and neither
/// missing nor spare hours have a price.
fn step_of_costs(candidates: &Candidates, task: &Task) -> f64 {
    const PARTS: f64 = 1e4;
    let rules = &task.rules;
    let priced = rules.short_cost.is_some() || rules.spare_cost > 0.0 || task.best_service;
    if priced || !task.published.is_empty() {
        return 0.0;
    }
    let mut step = 0u64;
    for shift in &candidates.shifts {
        let parts = shift.cost * PARTS;
        let whole = parts.round();
        if (parts - whole).abs() > 1e-6 || whole >= 1e15 {
            return 0.0;
        }
        let (mut a, mut b) = (step, whole as u64);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        step = a;
    }
    step as f64 / PARTS
}

/// Most columns.
const MOST_COLUMNS: usize = 500_000;

impl CoverProgram {
    /// The program of a task with these people needed.
    ///
    /// # Errors
    /// It is too large: what to do.
    pub fn new(
        task: &Task,
        candidates: &Candidates,
        pricing: &Pricing,
        sight: Sight,
    ) -> Result<Self, String> {
        let of_type = |shift: &Shift| &candidates.clusters[shift.shift_type];
        let ways = |shift: &Shift| -> usize { of_type(shift).iter().map(|c| c.ways.len()).sum() };
        let columns: usize = candidates.shifts.iter().map(|shift| 1 + ways(shift)).sum();
        if columns + pricing.patterns.len() > MOST_COLUMNS {
            return Err(format!(
                "there are more than {MOST_COLUMNS} ways to place shifts and breaks; allow fewer starts or lengths, make \
                 the windows of breaks narrower, or plan on a coarser grid"
            ));
        }
        let week = task.horizon.is_week();
        let mut this = Self {
            program: Program::new(),
            shifts: Vec::with_capacity(candidates.shifts.len()),
            ways: Vec::with_capacity(candidates.shifts.len()),
            patterns: Vec::new(),
            contracts: Vec::new(),
            exact: !week || pricing.terms.iter().all(|of| of.same_shift),
            step: step_of_costs(candidates, task),
            constant: 0.0,
        };
        this.count_people(candidates);
        this.cover(task, candidates, sight);
        this.limit_types(task, candidates);
        this.keep_published(task, candidates);
        if week {
            this.count_weeks(task, candidates, pricing);
        } else {
            this.limit_people_of_a_day(task, candidates, pricing);
        }
        this.limit_cost(task);
        Ok(this)
    }

    /// The least cost of a plan that is not below a bound of the program.
    pub fn round_up(&self, bound: f64) -> f64 {
        let bound = bound + self.constant;
        match self.step > 0.0 {
            true => ((bound / self.step - 1e-6).ceil() * self.step).max(bound),
            false => bound,
        }
    }

    fn row(&mut self, of: Rule, terms: Vec<(usize, f64)>, sense: Sense, bound: f64) {
        let name = format!("r{}", self.program.rows.len() + 1);
        self.program.rows.push(Row {
            of,
            name,
            terms,
            sense,
            bound,
        });
    }

    /// A column for each shift, and one for each way to take a cluster of its breaks.
    fn count_people(&mut self, candidates: &Candidates) {
        for (s, shift) in candidates.shifts.iter().enumerate() {
            let people = self
                .program
                .column(format!("x{s}"), shift.cost, f64::INFINITY, true);
            self.shifts.push(people);
            let mut of_shift = Vec::new();
            for (c, cluster) in candidates.clusters[shift.shift_type].iter().enumerate() {
                if cluster.ways.len() == 1 {
                    of_shift.push(None);
                    continue;
                }
                let first = self.program.columns.len();
                for way in 0..cluster.ways.len() {
                    let name = format!("b{s}_{c}_{way}");
                    self.program.column(name, 0.0, f64::INFINITY, true);
                }
                let mut terms: Vec<(usize, f64)> = (0..cluster.ways.len())
                    .map(|way| (first + way, 1.0))
                    .collect();
                terms.push((people, -1.0));
                self.row(Rule::Count, terms, Sense::Equal, 0.0);
                of_shift.push(Some(first));
            }
            self.ways.push(of_shift);
        }
    }

    /// At work in each cell: at least as many as needed; who is missing or spare has a price, where the rules have one.
    fn cover(&mut self, task: &Task, candidates: &Candidates, sight: Sight) {
        let cells = task.horizon.cells();
        let cell_h = f64::from(task.horizon.grid_min) / 60.0;
        let mut present: Vec<Vec<Terms>> = vec![vec![Vec::new(); cells]; task.crews.len()];
        for (s, shift) in candidates.shifts.iter().enumerate() {
            let present = &mut present[shift.crew];
            let end = shift.from + shift.cells;
            // Breaks that are always at the same time are no work.
            let mut at_work = vec![true; shift.cells];
            for (cluster, first) in candidates.clusters[shift.shift_type]
                .iter()
                .zip(&self.ways[s])
            {
                for (way, starts) in cluster.ways.iter().enumerate() {
                    for (start, length) in starts.iter().zip(&cluster.lengths) {
                        let from = (shift.from + start).min(end);
                        for cell in from..(from + length).min(end) {
                            match first {
                                None => at_work[cell - shift.from] = false,
                                Some(first) => present[cell % cells].push((first + way, -1.0)),
                            }
                        }
                    }
                }
            }
            let at_work = at_work.iter().enumerate().filter(|(_, at_work)| **at_work);
            for (cell, _) in at_work {
                present[(shift.from + cell) % cells].push((self.shifts[s], 1.0));
            }
        }
        self.aim(task, (candidates, &present), sight);
        let rules = &task.rules;
        for (crew, present) in present.into_iter().enumerate() {
            for (cell, mut terms) in present.into_iter().enumerate() {
                let needed = f64::from(task.need[crew][cell]);
                if needed == 0.0 && rules.spare_cost == 0.0 {
                    continue;
                }
                if let Some(cost) = rules.short_cost {
                    let name = format!("short{crew}_{cell}");
                    let short = self.program.column(name, cost * cell_h, needed, false);
                    terms.push((short, 1.0));
                }
                let mut sense = Sense::AtLeast;
                if rules.spare_cost > 0.0 {
                    let name = format!("spare{crew}_{cell}");
                    let cost = rules.spare_cost * cell_h;
                    let spare = self.program.column(name, cost, f64::INFINITY, false);
                    terms.push((spare, -1.0));
                    sense = Sense::Equal;
                }
                self.row(Rule::Need { crew, cell }, terms, sense, needed);
            }
        }
    }

    /// For each aim and cell, columns for the people at work, the first of whom bring most: together at least what is wanted, or
    /// such a share of it as is reached of every aim.
    fn aim(
        &mut self,
        task: &Task,
        (candidates, present): (&Candidates, &[Vec<Terms>]),
        sight: Sight,
    ) {
        let most: f64 = task.aims.iter().map(Aim::most).sum();
        let (mut share, mut each_costs) = (None, 0.0);
        if task.best_service {
            let (of_worst, of_all) = candidates.prices_of_service(task);
            share = Some(
                self.program
                    .column("share".to_owned(), -of_worst, 1.0, false),
            );
            each_costs = of_all / most.max(1e-9);
            self.constant += of_worst + of_all;
        }
        for (a, aim) in task.aims.iter().enumerate() {
            let (mut brought, mut nobody) = (Vec::new(), 0.0);
            for (cell, worth) in aim.worth.iter().enumerate() {
                let least = match sight {
                    Sight::Above => 0,
                    Sight::Within => concave_from(worth),
                };
                nobody += aim.of(cell, least as u32);
                let mut steps = steps(&worth[least.min(worth.len())..]);
                if sight == Sight::Within {
                    steps = coarser(&steps);
                }
                if steps.is_empty() && least == 0 {
                    continue;
                }
                let at_work = aim.crews.iter().flat_map(|&crew| &present[crew][cell]);
                let mut terms: Terms = at_work.copied().collect();
                for (step, (people, each)) in steps.into_iter().enumerate() {
                    let name = format!("a{a}_{cell}_{step}");
                    let (cost, people) = (-each_costs * each, f64::from(people));
                    let column = self.program.column(name, cost, people, false);
                    terms.push((column, -1.0));
                    brought.push((column, each));
                }
                self.row(Rule::Count, terms, Sense::AtLeast, least as f64);
            }
            self.constant -= each_costs * nobody;
            let mut wanted = aim.least();
            if let Some(share) = share {
                brought.push((share, -wanted));
                wanted = 0.0;
            }
            let rule = Rule::Aim { aim: a };
            self.row(rule, brought, Sense::AtLeast, wanted - nobody);
        }
    }

    /// What people are paid in all.
    fn limit_cost(&mut self, task: &Task) {
        let Some(most) = task.most_cost else { return };
        let paid = self.program.columns.iter().enumerate();
        let paid = paid.filter(|(_, column)| column.cost > 0.0);
        let terms = paid.map(|(at, column)| (at, column.cost)).collect();
        self.row(Rule::Cost, terms, Sense::AtMost, most);
    }

    /// Published shifts that are kept, at most as many as there are people who work them, save what a change costs.
    fn keep_published(&mut self, task: &Task, candidates: &Candidates) {
        for (p, of) in task.published.iter().enumerate() {
            self.constant += task.cost_per_change() * f64::from(of.people);
            let shifts = candidates.shifts.iter().zip(&self.shifts);
            let of_published = shifts.filter(|(shift, _)| shift.published == Some(p));
            let mut terms: Vec<(usize, f64)> =
                of_published.map(|(_, &column)| (column, -1.0)).collect();
            if terms.is_empty() {
                continue;
            }
            let most = f64::from(of.people);
            let kept = self
                .program
                .column(format!("k{p}"), -task.cost_per_change(), most, false);
            terms.push((kept, 1.0));
            self.row(Rule::Count, terms, Sense::AtMost, 0.0);
        }
    }

    fn limit_types(&mut self, task: &Task, candidates: &Candidates) {
        for (shift_type, of) in task.rules.types.iter().enumerate() {
            for (day, weekday) in task.horizon.days.iter().enumerate() {
                if !of.is_worked(*weekday) {
                    continue;
                }
                let shifts = candidates.shifts.iter().zip(&self.shifts);
                let terms: Vec<(usize, f64)> = shifts
                    .filter(|(shift, _)| shift.shift_type == shift_type && shift.day == day)
                    .map(|(_, &column)| (column, 1.0))
                    .collect();
                if of.least > 0 {
                    let rule = Rule::Least { shift_type, day };
                    self.row(rule, terms.clone(), Sense::AtLeast, f64::from(of.least));
                }
                if let Some(most) = of.most {
                    let rule = Rule::Most { shift_type, day };
                    self.row(rule, terms, Sense::AtMost, f64::from(most));
                }
            }
        }
    }

    /// A person works one shift; which contract the person has matters where there are not people enough of all.
    fn limit_people_of_a_day(&mut self, task: &Task, candidates: &Candidates, pricing: &Pricing) {
        let all: Vec<(usize, f64)> = self.shifts.iter().map(|&column| (column, 1.0)).collect();
        if let Some(most) = task.rules.most_people {
            self.row(Rule::People, all, Sense::AtMost, f64::from(most));
        }
        if task.rules.contracts.is_empty() {
            return;
        }
        let mut of_contract: Vec<Vec<(usize, f64)>> = vec![Vec::new(); task.rules.contracts.len()];
        for shift_type in 0..task.rules.types.len() {
            for crew in 0..task.crews.len() {
                let same = |s: &Shift| s.shift_type == shift_type && s.crew == crew;
                let shifts = candidates.shifts.iter().zip(&self.shifts);
                let mut terms: Vec<(usize, f64)> = shifts
                    .filter(|(shift, _)| same(shift))
                    .map(|(_, &column)| (column, -1.0))
                    .collect();
                let Some(any) = candidates.shifts.iter().find(|shift| same(shift)) else {
                    continue;
                };
                for (contract, of) in pricing.terms.iter().enumerate() {
                    if !of.allow(any) {
                        continue;
                    }
                    let name = format!("c{contract}_{shift_type}_{crew}");
                    let column = self.program.column(name, 0.0, f64::INFINITY, true);
                    terms.push((column, 1.0));
                    of_contract[contract].push((column, 1.0));
                    self.contracts.push((column, contract, shift_type, crew));
                }
                self.row(Rule::Count, terms, Sense::Equal, 0.0);
            }
        }
        for (contract, terms) in of_contract.into_iter().enumerate() {
            if let Some(most) = task.rules.contracts[contract].most_people {
                let rule = Rule::Contract { contract };
                self.row(rule, terms, Sense::AtMost, f64::from(most));
            }
        }
    }

    /// People of a week, by contract and group.
    fn count_weeks(&mut self, task: &Task, candidates: &Candidates, pricing: &Pricing) {
        // By shift, minus the people who work it, which the columns of contracts add up to.
        let mut of_shift: Vec<Vec<(usize, f64)>> = self
            .shifts
            .iter()
            .map(|&column| vec![(column, -1.0)])
            .collect();
        let mut everybody = Vec::new();
        let mut of_contract: Vec<Vec<(usize, f64)>> = vec![Vec::new(); pricing.terms.len()];
        for (p, pattern) in pricing.patterns.iter().enumerate() {
            let column = self
                .program
                .column(format!("p{p}"), 0.0, f64::INFINITY, true);
            self.patterns.push(column);
            everybody.push((column, 1.0));
            of_contract[pattern.terms].push((column, 1.0));
            for &day in &pattern.days {
                if let Some(shift) = candidates.keys[pattern.key][day] {
                    of_shift[shift].push((column, 1.0));
                }
            }
        }
        let free = |of: &super::tours::Terms| of.contract.is_none();
        if pricing.terms.iter().any(free) {
            // Nobody works two shifts on a day, and nothing else is asked.
            if let Some(most) = task.rules.most_people {
                for day in 0..task.horizon.days.len() {
                    let shifts = candidates.shifts.iter().zip(&self.shifts);
                    let of_day = shifts.filter(|(shift, _)| shift.day == day);
                    let terms = of_day.map(|(_, &column)| (column, 1.0)).collect();
                    self.row(Rule::People, terms, Sense::AtMost, f64::from(most));
                }
            }
            return;
        }
        if !self.exact {
            self.pay_people(candidates, pricing);
        }
        for (t, of) in pricing
            .terms
            .iter()
            .enumerate()
            .filter(|(_, of)| !of.same_shift)
        {
            let rule = Rule::Contract { contract: t };
            for crew in 0..task.crews.len() {
                let people = self
                    .program
                    .column(format!("n{t}_{crew}"), 0.0, f64::INFINITY, false);
                everybody.push((people, 1.0));
                of_contract[t].push((people, 1.0));
                let mut shifts: Vec<(usize, f64)> = Vec::new();
                let mut paid: Vec<(usize, f64)> = Vec::new();
                for day in 0..task.horizon.days.len() {
                    let mut of_day = Vec::new();
                    for (s, shift) in candidates.shifts.iter().enumerate() {
                        if shift.crew != crew || shift.day != day || !of.allow(shift) {
                            continue;
                        }
                        let name = format!("w{t}_{s}");
                        let column = self.program.column(name, shift.cost, f64::INFINITY, false);
                        of_shift[s].push((column, 1.0));
                        of_day.push((column, 1.0));
                        shifts.push((column, 1.0));
                        paid.push((column, f64::from(shift.paid_min) / 60.0));
                    }
                    of_day.push((people, -1.0));
                    self.row(rule, of_day, Sense::AtMost, 0.0);
                }
                let hours = (
                    f64::from(of.paid_min.0) / 60.0,
                    f64::from(of.paid_min.1) / 60.0,
                );
                let counts = (f64::from(of.shifts.0), f64::from(of.shifts.1));
                for (terms, (least, most)) in [(shifts, counts), (paid, hours)] {
                    for (limit, sense) in [(least, Sense::AtLeast), (most, Sense::AtMost)] {
                        let mut terms = terms.clone();
                        terms.push((people, -limit));
                        self.row(rule, terms, sense, 0.0);
                    }
                }
            }
        }
        // Whoever has a shift more than is counted is paid for it, and does no harm.
        let sense = if self.exact {
            Sense::Equal
        } else {
            Sense::AtLeast
        };
        for terms in of_shift {
            self.row(Rule::Count, terms, sense, 0.0);
        }
        for (t, terms) in of_contract.into_iter().enumerate() {
            if let Some(most) = task.rules.contracts[t].most_people {
                let rule = Rule::Contract { contract: t };
                self.row(rule, terms, Sense::AtMost, f64::from(most));
            }
        }
        if let Some(most) = task.rules.most_people {
            self.row(Rule::People, everybody, Sense::AtMost, f64::from(most));
        }
    }

    /// Lets not shifts cost, but the people who work them.
    fn pay_people(&mut self, candidates: &Candidates, pricing: &Pricing) {
        for &column in &self.shifts {
            self.program.columns[column].cost = 0.0;
        }
        for (pattern, &column) in pricing.patterns.iter().zip(&self.patterns) {
            let on = pattern
                .days
                .iter()
                .filter_map(|&day| candidates.keys[pattern.key][day]);
            self.program.columns[column].cost = on.map(|s| candidates.shifts[s].cost).sum();
        }
    }

    /// The values of the columns that a plan says: where to start from.
    pub fn start(&self, roster: &Roster<'_>, pricing: &Pricing) -> Vec<(usize, f64)> {
        let mut values = vec![0.0; self.program.columns.len()];
        for tour in &roster.tours {
            for work in &tour.works {
                values[self.shifts[work.shift]] += 1.0;
                for (first, way) in self.ways[work.shift].iter().zip(&work.ways) {
                    if let Some(first) = first {
                        values[first + way] += 1.0;
                    }
                }
            }
            if let Some(pattern) = self.pattern_of(roster, pricing, tour) {
                values[self.patterns[pattern]] += 1.0;
            }
            if let Some(first) = tour.works.first() {
                let shift = &roster.candidates.shifts[first.shift];
                let is_it = |&&(_, contract, shift_type, crew): &&(usize, usize, usize, usize)| {
                    (Some(contract), shift_type, crew)
                        == (tour.contract, shift.shift_type, shift.crew)
                };
                if let Some(&(column, ..)) = self.contracts.iter().find(is_it) {
                    values[column] += 1.0;
                }
            }
        }
        let whole = self.program.columns.iter().zip(values).enumerate();
        let whole = whole.filter(|(_, (column, _))| column.integer);
        whole.map(|(at, (_, value))| (at, value)).collect()
    }

    fn pattern_of(&self, roster: &Roster<'_>, pricing: &Pricing, tour: &Tour) -> Option<usize> {
        if self.patterns.is_empty() {
            return None;
        }
        let shifts = &roster.candidates.shifts;
        pricing.patterns.iter().position(|pattern| {
            pricing.terms[pattern.terms].contract == tour.contract
                && pattern.days.len() == tour.works.len()
                && pattern.days.iter().zip(&tour.works).all(|(&day, work)| {
                    let shift = &shifts[work.shift];
                    (shift.day, shift.key) == (day, pattern.key)
                })
        })
    }

    /// How many people work each shift, as values of the columns say.
    pub fn counts(&self, values: &[f64]) -> Vec<u32> {
        let whole = |column: &usize| (values[*column] + 1e-6).floor().max(0.0) as u32;
        self.shifts.iter().map(whole).collect()
    }

    /// The breaks that values of the columns say.
    pub fn breaks(&self, candidates: &Candidates, values: &[f64]) -> Breaks {
        let whole = |column: usize| (values[column] + 1e-6).floor().max(0.0) as usize;
        let of_shift = |(of_shift, shift): (&Vec<Ways>, &Shift)| {
            let clusters = candidates.clusters[shift.shift_type].iter().zip(of_shift);
            let taken = |(cluster, first): (&Cluster, &Ways)| match first {
                None => Vec::new(),
                Some(first) => (0..cluster.ways.len())
                    .flat_map(|way| std::iter::repeat_n(way, whole(first + way)))
                    .rev()
                    .collect(),
            };
            clusters.map(taken).collect()
        };
        Breaks(
            self.ways
                .iter()
                .zip(&candidates.shifts)
                .map(of_shift)
                .collect(),
        )
    }

    /// The people that values of the columns say, rounded down; all of them, where the values are whole numbers.
    pub fn tours(&self, candidates: &Candidates, pricing: &Pricing, values: &[f64]) -> Vec<Tour> {
        let whole = |column: usize| (values[column] + 1e-6).floor().max(0.0) as usize;
        let mut breaks = self.breaks(candidates, values);
        let mut work = |shift: usize| breaks.work(shift);
        let mut tours = Vec::new();
        if !self.patterns.is_empty() {
            for (pattern, &column) in pricing.patterns.iter().zip(&self.patterns) {
                for _ in 0..whole(column) {
                    let on = pattern
                        .days
                        .iter()
                        .filter_map(|&d| candidates.keys[pattern.key][d]);
                    let works: Vec<Work> = on.map(&mut work).collect();
                    let shifts = works.iter().map(|w| &candidates.shifts[w.shift]);
                    let Some(crew) = shifts.clone().next().map(|shift| shift.crew) else {
                        continue;
                    };
                    tours.push(Tour {
                        crew,
                        contract: pricing.terms[pattern.terms].contract,
                        cost: shifts.map(|shift| shift.cost).sum(),
                        works,
                    });
                }
            }
            return tours;
        }
        if !self.exact {
            return tours;
        }
        let mut left: Vec<usize> = self.contracts.iter().map(|of| whole(of.0)).collect();
        for (s, shift) in candidates.shifts.iter().enumerate() {
            for _ in 0..whole(self.shifts[s]) {
                let mut contract = None;
                if !self.contracts.is_empty() {
                    let mut of_shift = self.contracts.iter().zip(&mut left);
                    let found = of_shift.find(|((_, _, shift_type, crew), left)| {
                        (*shift_type, *crew) == (shift.shift_type, shift.crew) && **left > 0
                    });
                    let Some(((_, of, ..), left)) = found else {
                        continue;
                    };
                    *left -= 1;
                    contract = Some(*of);
                }
                tours.push(Tour {
                    crew: shift.crew,
                    contract,
                    works: vec![work(s)],
                    cost: shift.cost,
                });
            }
        }
        tours
    }
}

/// Ways to take breaks that are still to be given out, by shift and cluster.
pub(super) struct Breaks(Vec<Vec<Vec<usize>>>);

impl Breaks {
    /// A shift with the next of its breaks; where none are left, the first that the rules allow.
    pub fn work(&mut self, shift: usize) -> Work {
        let ways = self.0[shift].iter_mut();
        Work {
            shift,
            ways: ways.map(|left| left.pop().unwrap_or(0)).collect(),
        }
    }

    /// The same where there are some left.
    pub fn work_left(&mut self, shift: usize) -> Option<Work> {
        let any = self.0[shift].iter().any(|left| !left.is_empty());
        any.then(|| self.work(shift))
    }

    /// Somebody has these.
    pub fn taken(&mut self, work: &Work) {
        for (left, way) in self.0[work.shift].iter_mut().zip(&work.ways) {
            if let Some(at) = left.iter().position(|of| of == way) {
                left.remove(at);
            }
        }
    }
}
