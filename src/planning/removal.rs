//! Agents are taken while all goals hold, and replaced by cheaper ones.
//!
//! A trial simulates the first days of a staffing, with the same callers as the *base*, the last staffing of which all days
//! were simulated: so a few days show what the agents taken since then change (common random numbers). It takes more days
//! only as long as it is not clear whether the goals hold. A staffing that holds is gone on from at once; all of its days are
//! simulated when no agent is left to be tried, or where telling takes too long. What does not hold then is put back.
//!
//! One trial takes several agents, whose goals it can tell apart: of queues that share nothing, and in intervals that are far
//! enough from each other. An agent changes nothing before its interval. So what is missed between it and the next one is
//! its doing, or that of an earlier one: then what it exceeds must be more than what the earlier one does in the interval
//! just before. Where that cannot be told, the agent is tried alone. Goals of the day are told apart by queue only: several
//! agents are taken at once, and half of them where that fails.
//!
//! An agent who cannot be spared once cannot be spared later, when there are fewer others. So at the end no single agent can be
//! taken.

use super::goals::{Per, Staff};
use super::search::{Search, Stop, TRIAL_DAYS, Trial};
use crate::experiment::Sample;
use crate::kpi::Place;
use crate::scenario::{Scenario, Tier};
use crate::stats::Estimate;
use std::collections::{HashMap, HashSet};

/// Standard errors at which a trial is decided before all days are simulated.
const SURE: f64 = 3.0;

/// Intervals from one agent that is taken to the next, and at least so many minutes.
const LEAST_APART: usize = 2;
const APART_MIN: u32 = 60;

/// Agents that are taken at once to begin with where goals are of the day.
const AT_ONCE: usize = 8;

/// A group in an interval.
type Cell = (usize, usize);

/// A staffing that holds on all days that decide, and its figures.
struct Base {
    trial: Trial,
    figures: Vec<Estimate>,
}

impl Base {
    fn new(trial: Trial, goals: usize) -> Self {
        let figures = (0..goals).map(|goal| trial.sample.estimate(goal)).collect();
        Self { trial, figures }
    }

    fn days(&self) -> usize {
        self.trial.sample.days()
    }
}

/// Changes of a staffing that were accepted together.
type Step = Vec<(Cell, i32)>;

/// The staffing reached, and how.
struct Taking {
    base: Base,
    staff: Staff,
    /// Since the base.
    steps: Vec<Step>,
    /// Who cannot be spared, and after how many steps that was seen.
    needed: HashMap<Cell, usize>,
    /// To be tried alone.
    alone: HashSet<Cell>,
    /// Put back once: taken only if all days say so.
    careful: HashSet<Cell>,
    /// By part, how many are taken at once where goals are of the day, and whether that was too many before.
    at_once: Vec<(usize, bool)>,
}

impl Taking {
    fn new(held: Trial, goals: usize, parts: usize) -> Self {
        Self {
            staff: held.staff.clone(),
            base: Base::new(held, goals),
            steps: Vec::new(),
            needed: HashMap::new(),
            alone: HashSet::new(),
            careful: HashSet::new(),
            at_once: vec![(AT_ONCE, false); parts],
        }
    }

    fn accept(&mut self, step: Step) {
        self.staff = changed(&self.staff, &step);
        self.steps.push(step);
    }
}

/// Agents that are taken together and judged by the same goals: those of a part of the scenario, from an interval to
/// the next block's.
#[derive(Debug, Clone)]
struct Block {
    part: usize,
    cells: Vec<Cell>,
    from: usize,
    to: usize,
    /// Another one of its part comes before.
    follows: bool,
}

impl Block {
    /// The only one of its part.
    fn alone(part: usize, cells: Vec<Cell>) -> Self {
        Self {
            part,
            from: cells.iter().map(|&(_, i)| i).min().unwrap_or(0),
            to: usize::MAX,
            cells,
            follows: false,
        }
    }
}

/// What a trial says of a goal or a block.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    Holds,
    Unclear,
    /// It is missed; whether that is surely the block's doing.
    Fails {
        surely: bool,
    },
}

/// A goal in a trial: how much it is beyond what is wanted, with its error, and how much it lost since the base at most.
#[derive(Debug, Clone, Copy)]
struct Standing {
    room: f64,
    error: f64,
    lost: f64,
}

impl Standing {
    /// Nothing can be said of it, which is right or wrong.
    fn undefined(holds: bool) -> Self {
        let infinite = |yes| {
            if yes {
                f64::INFINITY
            } else {
                f64::NEG_INFINITY
            }
        };
        Self {
            room: infinite(holds),
            error: 0.0,
            lost: 0.0,
        }
    }
}

impl Search<'_> {
    /// Takes agents while all goals hold. Of `held` all days are simulated, and so they are of what is returned.
    pub(super) fn remove(&mut self, held: Trial) -> Result<Trial, Stop> {
        let parts = Parts::new(self.scenario);
        let mut taking = Taking::new(held, self.goals.len(), parts.count);
        loop {
            let mut blocks = self.choose(&taking, &parts);
            if blocks.is_empty() {
                let steps = taking.steps.len();
                self.confirm(&mut taking, &parts)?;
                // What was put back may be tried again.
                if steps == 0 || self.choose(&taking, &parts).is_empty() {
                    return Ok(taking.base.trial);
                }
                continue;
            }
            while !blocks.is_empty() {
                let cells = blocks.iter().flat_map(|block| &block.cells);
                let step: Step = cells.map(|&cell| (cell, -1)).collect();
                let Some(verdicts) = self.judge(&mut taking, &parts, (&step, &blocks))? else {
                    break;
                };
                let holds = |verdict: &Verdict| *verdict == Verdict::Holds;
                if verdicts.iter().all(holds) {
                    taking.accept(step);
                    self.best.clone_from(&taking.staff);
                    for block in &blocks {
                        let (size, too_many) = &mut taking.at_once[block.part];
                        if !*too_many {
                            *size *= 2;
                        }
                        for cell in &block.cells {
                            taking.alone.remove(cell);
                        }
                    }
                    break;
                }
                for (block, verdict) in blocks.iter().zip(&verdicts) {
                    let Verdict::Fails { surely } = *verdict else {
                        continue;
                    };
                    match block.cells[..] {
                        [cell] if surely => {
                            taking.needed.insert(cell, taking.steps.len());
                        }
                        [cell] => {
                            taking.alone.insert(cell);
                        }
                        _ => {
                            taking.at_once[block.part] = (block.cells.len() / 2, true);
                        }
                    }
                }
                let mut verdicts = verdicts.iter();
                blocks.retain(|_| verdicts.next().is_some_and(holds));
            }
        }
    }

    /// The agents to be tried next: those who are least needed for what they cost.
    fn choose(&self, taking: &Taking, parts: &Parts) -> Vec<Block> {
        let apart = (APART_MIN.div_ceil(self.scenario.interval_min) as usize).max(LEAST_APART);
        let mut open: Vec<(f64, Cell)> = Vec::new();
        for (g, row) in taking.staff.iter().enumerate() {
            for (i, &n) in row.iter().enumerate() {
                if n > self.question.bounds.least[g][i]
                    && !taking.needed.contains_key(&(g, i))
                    && !self.leaves_nobody(&taking.staff, g, i)
                {
                    let loss = self.response.loss(&taking.staff, g, i, self.question.per);
                    let worth = self.response.cost[g][i].max(1e-9) / (loss + 1e-9);
                    open.push((worth, (g, i)));
                }
            }
        }
        open.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
        let mut blocks = Vec::new();
        for part in 0..parts.count {
            let of_part = || {
                open.iter()
                    .map(|&(_, cell)| cell)
                    .filter(|&(g, _)| parts.of_group[g] == part)
            };
            let with_others = || of_part().filter(|cell| !taking.alone.contains(cell));
            let first = || of_part().next().map(|cell| vec![cell]);
            match self.question.per {
                Per::Day => {
                    let (most, _) = taking.at_once[part];
                    let cells: Vec<Cell> = with_others().take(most.max(1)).collect();
                    let cells = if cells.is_empty() {
                        first()
                    } else {
                        Some(cells)
                    };
                    blocks.extend(cells.map(|cells| Block::alone(part, cells)));
                }
                Per::Interval => {
                    let mut cells: Vec<Cell> = Vec::new();
                    for (g, i) in with_others() {
                        if cells.iter().all(|&(_, other)| i.abs_diff(other) >= apart) {
                            cells.push((g, i));
                        }
                    }
                    if cells.is_empty() {
                        blocks.extend(first().map(|cells| Block::alone(part, cells)));
                        continue;
                    }
                    cells.sort_by_key(|&(_, i)| i);
                    for (k, &(g, i)) in cells.iter().enumerate() {
                        blocks.push(Block {
                            part,
                            cells: vec![(g, i)],
                            from: i,
                            to: cells.get(k + 1).map_or(usize::MAX, |&(_, next)| next),
                            follows: k > 0,
                        });
                    }
                }
            }
        }
        blocks
    }

    /// Whether a queue with calls, of which nothing but its agents' occupancy is judged, would have nobody without an agent.
    fn leaves_nobody(&self, staff: &Staff, group: usize, interval: usize) -> bool {
        let unjudged = |q: usize| {
            let is_of = |goal: &super::goals::Goal| goal.target.place == Place::Queue(q);
            !self.goals.iter().any(is_of)
        };
        staff[group][interval] == 1
            && (0..self.scenario.queues.len()).any(|q| {
                let all = self.response.serving(q);
                let agents: u32 = all.iter().map(|&g| staff[g][interval]).sum();
                all.contains(&group)
                    && agents == 1
                    && unjudged(q)
                    && self.response.is_called(q, interval)
            })
    }

    /// What a trial of a change says of each of the blocks that it consists of: it takes days until all is clear. None where
    /// the staffing that is changed did not hold itself.
    fn judge(
        &mut self,
        taking: &mut Taking,
        parts: &Parts,
        (step, blocks): (&Step, &[Block]),
    ) -> Result<Option<Vec<Verdict>>, Stop> {
        let mut trial = Trial {
            staff: changed(&taking.staff, step),
            sample: Sample::default(),
        };
        let all = taking.base.days();
        let mut days = TRIAL_DAYS.min(all);
        loop {
            self.simulate_goals(&mut trial, days)?;
            let standings: Vec<Standing> = (0..self.goals.len())
                .map(|goal| self.standing(&taking.base, &trial.sample, goal))
                .collect();
            let verdicts: Vec<Verdict> = blocks
                .iter()
                .map(|block| {
                    let verdict = self.verdict(parts, block, &standings);
                    let careful = block.cells.iter().any(|cell| taking.careful.contains(cell));
                    match verdict {
                        Verdict::Holds if careful && days < all => Verdict::Unclear,
                        verdict => verdict,
                    }
                })
                .collect();
            if !verdicts.contains(&Verdict::Unclear) {
                return Ok(Some(verdicts));
            }
            days = (days * 3).div_ceil(2).min(all);
            // Less has changed since a base that is nearer, which makes it sooner clear.
            if 2 * days > all && !taking.steps.is_empty() && !self.confirm(taking, parts)? {
                return Ok(None);
            }
        }
    }

    /// How a goal stands in a trial of the base's first days.
    fn standing(&self, base: &Base, sample: &Sample, goal: usize) -> Standing {
        let (n, all) = (sample.days(), base.days());
        if self.floors[goal] == f64::NEG_INFINITY {
            return Standing::undefined(true);
        }
        let Some(change) = base.trial.sample.change(sample, goal, n) else {
            let nobody = sample.ratio(goal, n).mean_y() == 0.0 && self.called[goal];
            return Standing::undefined(!nobody);
        };
        let left = (1.0 - n as f64 / all as f64).max(0.0).sqrt();
        let figure = base.figures[goal];
        let better = self.goals[goal].improvement(change.difference);
        let room = match n < all {
            true => {
                let mean = figure.mean.map(|mean| mean + change.difference);
                self.room_of(goal, mean, figure.se)
            }
            false => self.room(goal, sample),
        };
        Standing {
            room,
            error: SURE * change.se * left,
            lost: (-better).max(0.0) + SURE * change.se * left,
        }
    }

    fn verdict(&self, parts: &Parts, block: &Block, standings: &[Standing]) -> Verdict {
        let mut verdict = Verdict::Holds;
        for (k, goal) in self.goals.iter().enumerate() {
            let here = goal
                .interval
                .is_none_or(|i| (block.from..block.to).contains(&i));
            if !here || parts.of(goal.target.place) != Some(block.part) {
                continue;
            }
            let Standing { room, error, .. } = standings[k];
            if room + error < 0.0 {
                let before = match (block.follows, goal.interval) {
                    (true, Some(i)) => {
                        // The same goal in the interval before the block.
                        let earlier = k.checked_sub(i + 1 - block.from);
                        earlier.map_or(f64::INFINITY, |earlier| standings[earlier].lost)
                    }
                    _ => 0.0,
                };
                if room + error + before < 0.0 {
                    return Verdict::Fails { surely: true };
                }
                verdict = Verdict::Fails { surely: false };
            } else if room < error && verdict == Verdict::Holds {
                verdict = Verdict::Unclear;
            }
        }
        verdict
    }

    /// Simulates all days of the staffing reached. If all goals hold it is the new base; else agents are put back, near
    /// what is missed, until they do. Whether none was put back.
    fn confirm(&mut self, taking: &mut Taking, parts: &Parts) -> Result<bool, Stop> {
        let mut as_it_was = true;
        while !taking.steps.is_empty() {
            let trial = self.simulated(taking.staff.clone(), taking.base.days())?;
            let missed = self.missed(&trial.sample);
            if missed.is_empty() {
                self.observe(&trial);
                taking.base = Base::new(trial, self.goals.len());
                taking.steps.clear();
                taking.needed.values_mut().for_each(|after| *after = 0);
                break;
            }
            as_it_was = false;
            let undone = missed
                .into_iter()
                .filter(|&goal| self.put_back(taking, parts, goal));
            if undone.count() == 0 || taking.steps.iter().all(Vec::is_empty) {
                taking.steps.clear();
                taking.needed.retain(|_, after| *after == 0);
            }
            taking.staff.clone_from(&taking.base.trial.staff);
            for step in &taking.steps {
                taking.staff = changed(&taking.staff, step);
            }
            self.best.clone_from(&taking.staff);
        }
        Ok(as_it_was)
    }

    /// Undoes the change that a missed goal is most likely due to: the last one of its part in the interval, or in one as
    /// little before it as possible. Whether there was one.
    fn put_back(&self, taking: &mut Taking, parts: &Parts, goal: usize) -> bool {
        let goal = &self.goals[goal];
        let until = goal.interval.unwrap_or(usize::MAX);
        let part = parts.of(goal.target.place);
        let near = |step: &Step| {
            let cells = step.iter().map(|&((g, i), _)| (g, i));
            let concerned = cells.filter(|&(g, i)| i <= until && Some(parts.of_group[g]) == part);
            // Over the day all intervals are as near.
            let distance = |(_, i): Cell| goal.interval.map_or(0, |at| at - i);
            concerned.map(distance).min()
        };
        let steps = taking.steps.iter().enumerate();
        let nearest = steps.filter_map(|(k, step)| Some((near(step)?, std::cmp::Reverse(k))));
        let Some((distance, std::cmp::Reverse(k))) = nearest.min() else {
            return false;
        };
        let is_it = |&((g, i), _): &(Cell, i32)| {
            Some(parts.of_group[g]) == part
                && i <= until
                && goal.interval.is_none_or(|at| at - i == distance)
        };
        let is_exchange = taking.steps[k].iter().any(|&(_, change)| change > 0);
        let undone: Step = match is_exchange {
            true => std::mem::take(&mut taking.steps[k]),
            false => taking.steps[k]
                .extract_if(.., |change| is_it(&*change))
                .collect(),
        };
        taking.careful.extend(undone.iter().map(|&(cell, _)| cell));
        // Others who were needed without these may be spared with them.
        taking.needed.retain(|_, after| *after <= k);
        true
    }

    // ---- Exchange ----

    /// Replaces agents by cheaper ones of other groups; whether any were.
    pub(super) fn exchange(&mut self, held: Trial) -> Result<(Trial, bool), Stop> {
        let parts = Parts::new(self.scenario);
        let mut taking = Taking::new(held, self.goals.len(), parts.count);
        let before = taking.staff.clone();
        for i in 0..self.scenario.intervals() {
            for (dear, cheap) in self.exchangeable(i) {
                while taking.staff[dear][i] > self.question.bounds.least[dear][i]
                    && taking.staff[cheap][i] < self.question.bounds.most[cheap][i]
                {
                    let step = vec![((dear, i), -1), ((cheap, i), 1)];
                    let cells = vec![(dear, i), (cheap, i)];
                    let block = Block::alone(parts.of_group[dear], cells);
                    let verdicts = self.judge(&mut taking, &parts, (&step, &[block]))?;
                    if verdicts != Some(vec![Verdict::Holds]) {
                        break;
                    }
                    taking.accept(step);
                    self.best.clone_from(&taking.staff);
                }
            }
        }
        self.confirm(&mut taking, &parts)?;
        let exchanged = taking.staff != before;
        Ok((taking.base.trial, exchanged))
    }

    /// Pairs of groups that serve a common queue, the second one cheaper in an interval.
    fn exchangeable(&self, interval: usize) -> Vec<(usize, usize)> {
        let groups = &self.scenario.groups;
        let serves = |g: usize, tier: &Tier| tier.groups.contains(&groups[g].name);
        let common = |a: usize, b: usize| {
            self.scenario.queues.iter().any(|queue| {
                queue.tiers.iter().any(|tier| serves(a, tier))
                    && queue.tiers.iter().any(|tier| serves(b, tier))
            })
        };
        let cost = |g: usize| self.response.cost[g][interval];
        let pairs = (0..groups.len()).flat_map(|a| (0..groups.len()).map(move |b| (a, b)));
        pairs
            .filter(|&(a, b)| cost(b) < cost(a) && common(a, b))
            .collect()
    }
}

/// Parts of a scenario that share neither agents nor lines: what is changed in one changes nothing in another.
struct Parts {
    count: usize,
    of_queue: Vec<usize>,
    of_group: Vec<usize>,
}

impl Parts {
    fn new(scenario: &Scenario) -> Self {
        // Every queue begins as a part of its own, by the number of one of its queues.
        let mut of_queue: Vec<usize> = (0..scenario.queues.len()).collect();
        let mut join = |queues: &[usize]| {
            let all: HashSet<usize> = queues.iter().map(|&q| of_queue[q]).collect();
            if let Some(&least) = all.iter().min() {
                for part in of_queue.iter_mut().filter(|part| all.contains(part)) {
                    *part = least;
                }
            }
        };
        let served_by = |group: &str| -> Vec<usize> {
            let queues = scenario.queues.iter().enumerate();
            let serves = |tier: &Tier| tier.groups.iter().any(|name| name == group);
            let served = queues.filter(|(_, queue)| queue.tiers.iter().any(serves));
            served.map(|(q, _)| q).collect()
        };
        for group in &scenario.groups {
            join(&served_by(&group.name));
        }
        for trunk in &scenario.trunks {
            let types = scenario.call_types.iter();
            let callers = types.filter(|t| t.trunk.as_ref() == Some(&trunk.name));
            let queues =
                callers.filter_map(|t| scenario.queues.iter().position(|q| q.name == t.queue));
            join(&queues.collect::<Vec<_>>());
        }
        // Groups that serve nobody are parts after those of the queues.
        let mut count = scenario.queues.len();
        let of_group = scenario.groups.iter().map(|group| {
            let served = served_by(&group.name);
            served.first().map_or_else(
                || {
                    count += 1;
                    count - 1
                },
                |&q| of_queue[q],
            )
        });
        let of_group = of_group.collect();
        Self {
            count,
            of_queue,
            of_group,
        }
    }

    fn of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Queue(q) => Some(self.of_queue[q]),
            Place::Group(g) => Some(self.of_group[g]),
            Place::Trunk(_) => None,
        }
    }
}

/// A staffing with a change.
fn changed(staff: &Staff, step: &Step) -> Staff {
    let mut staff = staff.clone();
    for &((g, i), change) in step {
        staff[g][i] = staff[g][i].saturating_add_signed(change);
    }
    staff
}
