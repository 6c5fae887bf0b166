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

/// Days of a quick trial.
const QUICK_DAYS: usize = 80;

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
    /// Who was not clear so far, and how they are tried next.
    ways: HashMap<Cell, Way>,
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
            ways: HashMap::new(),
            careful: HashSet::new(),
            at_once: vec![(AT_ONCE, false); parts],
        }
    }

    fn accept(&mut self, step: Step) {
        self.staff = changed(&self.staff, &step);
        self.steps.push(step);
    }
}

/// How an agent is tried: for some days, so that those of whom it is clear do not wait for the others; for all that it takes; or
/// for that, and alone in its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Quick,
    Long,
    Alone,
}

/// A change that is judged as one: by the goals of a part of the scenario, from an interval to that of the next block.
#[derive(Debug, Clone)]
struct Block {
    part: usize,
    step: Step,
    from: usize,
    to: usize,
    /// Another one of its part comes before.
    follows: bool,
}

impl Block {
    /// The only one of its part.
    fn alone(part: usize, step: Step) -> Self {
        Self {
            part,
            from: step.iter().map(|&((_, i), _)| i).min().unwrap_or(0),
            to: usize::MAX,
            step,
            follows: false,
        }
    }
}

fn together(blocks: &[Block]) -> Step {
    blocks
        .iter()
        .flat_map(|block| &block.step)
        .copied()
        .collect()
}

/// What became of blocks that were tried.
type Outcome = Vec<(Block, Verdict)>;

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
            let (way, blocks) = self.choose(&taking, &parts);
            if blocks.is_empty() {
                // What is put back may be tried again.
                if self.confirm(&mut taking, &parts)? {
                    return Ok(taking.base.trial);
                }
                continue;
            }
            let after = taking.steps.len();
            for (block, verdict) in self.try_together(&mut taking, &parts, way, blocks)? {
                let (most, too_many) = &mut taking.at_once[block.part];
                match (&block.step[..], verdict) {
                    (step, Verdict::Holds) => {
                        for (cell, _) in step {
                            taking.ways.remove(cell);
                        }
                        if !*too_many {
                            *most = most.saturating_mul(2);
                        }
                    }
                    ([(cell, _)], Verdict::Fails { surely: true }) => {
                        taking.needed.insert(*cell, after);
                    }
                    ([(cell, _)], Verdict::Fails { surely: false }) => {
                        taking.ways.insert(*cell, Way::Alone);
                    }
                    ([(cell, _)], Verdict::Unclear) => {
                        taking.ways.insert(*cell, Way::Long);
                    }
                    _ => (*most, *too_many) = (block.step.len() / 2, true),
                }
            }
        }
    }

    /// Tries some blocks together and takes those with which all goals hold. An empty outcome: the staffing that they change
    /// did not hold itself.
    fn try_together(
        &mut self,
        taking: &mut Taking,
        parts: &Parts,
        way: Way,
        blocks: Vec<Block>,
    ) -> Result<Outcome, Stop> {
        let Some((trial, verdicts)) = self.judge(taking, parts, way, &blocks)? else {
            return Ok(Vec::new());
        };
        let holds = |verdict: Verdict| verdict == Verdict::Holds;
        let held = blocks.iter().zip(&verdicts).filter(|(_, v)| holds(**v));
        let step: Step = held.flat_map(|(block, _)| &block.step).copied().collect();
        if !step.is_empty() {
            let is_base = verdicts.iter().all(|v| holds(*v))
                && trial.sample.days() == taking.base.days()
                && self.missed(&trial.sample).is_empty();
            taking.accept(step);
            match taking.staff == trial.staff {
                true => self.keep(&trial),
                false => self.keep_unseen(&taking.staff),
            }
            if is_base {
                self.rebase(taking, trial);
            }
        }
        Ok(blocks.into_iter().zip(verdicts).collect())
    }

    fn rebase(&mut self, taking: &mut Taking, trial: Trial) {
        self.observe(&trial);
        taking.base = Base::new(trial, self.goals.len());
        taking.steps.clear();
        taking.needed.values_mut().for_each(|after| *after = 0);
    }

    /// The agents to be tried next, and how: those who are least needed for what they cost.
    fn choose(&self, taking: &Taking, parts: &Parts) -> (Way, Vec<Block>) {
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
        let way_of = |cell: &Cell| taking.ways.get(cell).copied().unwrap_or(Way::Quick);
        let way = open.iter().map(|(_, cell)| way_of(cell)).min();
        let way = way.unwrap_or(Way::Quick);
        open.retain(|(_, cell)| way_of(cell) == way);
        let blocks = (0..parts.count).flat_map(|part| {
            let of_part = open.iter().filter(|(_, (g, _))| parts.of_group[*g] == part);
            let steps = of_part.map(|&(_, cell)| vec![(cell, -1)]);
            match (self.question.per, way) {
                (_, Way::Alone) => self.far_apart(part, steps.take(1)),
                (Per::Interval, _) => self.far_apart(part, steps),
                (Per::Day, _) => {
                    let (most, _) = taking.at_once[part];
                    let step: Step = steps.take(most.max(1)).flatten().collect();
                    let block = (!step.is_empty()).then(|| Block::alone(part, step));
                    block.into_iter().collect()
                }
            }
        });
        (way, blocks.collect())
    }

    /// The first of some changes, each in one interval, that are far enough from each other to be told apart.
    fn far_apart(&self, part: usize, changes: impl Iterator<Item = Step>) -> Vec<Block> {
        let apart = APART_MIN.div_ceil(self.scenario.interval_min) as usize;
        let apart = apart.max(LEAST_APART);
        let mut blocks: Vec<Block> = Vec::new();
        for step in changes {
            let block = Block::alone(part, step);
            let is_far = |other: &Block| other.from.abs_diff(block.from) >= apart;
            if blocks.iter().all(is_far) {
                blocks.push(block);
            }
        }
        blocks.sort_by_key(|block| block.from);
        for k in 1..blocks.len() {
            blocks[k].follows = true;
            blocks[k - 1].to = blocks[k].from;
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

    /// A trial of some blocks, and what it says of each. It takes days until all is clear; in a quick one some may stay unclear.
    /// None where the staffing that they change did not hold itself.
    fn judge(
        &mut self,
        taking: &mut Taking,
        parts: &Parts,
        way: Way,
        blocks: &[Block],
    ) -> Result<Option<(Trial, Vec<Verdict>)>, Stop> {
        let mut trial = Trial {
            staff: changed(&taking.staff, &together(blocks)),
            sample: Sample::default(),
        };
        let all = taking.base.days();
        let mut days = TRIAL_DAYS.min(all);
        loop {
            self.simulate(&mut trial, days)?;
            let standings: Vec<Standing> = (0..self.goals.len())
                .map(|goal| self.standing(&taking.base, &trial.sample, goal))
                .collect();
            let verdicts: Vec<Verdict> = blocks
                .iter()
                .map(|block| {
                    let verdict = self.verdict(parts, block, &standings);
                    let mut cells = block.step.iter().map(|(cell, _)| cell);
                    let careful = cells.any(|cell| taking.careful.contains(cell));
                    match verdict {
                        Verdict::Holds if careful && days < all => Verdict::Unclear,
                        verdict => verdict,
                    }
                })
                .collect();
            let enough =
                way == Way::Quick && self.question.per == Per::Interval && days >= QUICK_DAYS;
            if !verdicts.contains(&Verdict::Unclear) || enough {
                return Ok(Some((trial, verdicts)));
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
                self.rebase(taking, trial);
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
            self.keep_unseen(&taking.staff);
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
        let mut open: Vec<(Step, Way)> = Vec::new();
        for i in 0..self.scenario.intervals() {
            let exchanges = self.exchangeable(i).into_iter();
            let step = |(dear, cheap)| vec![((dear, i), -1), ((cheap, i), 1)];
            open.extend(exchanges.map(|pair| (step(pair), Way::Quick)));
        }
        loop {
            let bounds = &self.question.bounds;
            open.retain(|(step, _)| {
                step.iter().all(|&((g, i), change)| match change > 0 {
                    true => taking.staff[g][i] < bounds.most[g][i],
                    false => taking.staff[g][i] > bounds.least[g][i],
                })
            });
            let Some(way) = open.iter().map(|(_, way)| *way).min() else {
                break;
            };
            let most = match (self.question.per, way) {
                (Per::Day, _) | (_, Way::Alone) => 1,
                _ => usize::MAX,
            };
            let blocks = (0..parts.count).flat_map(|part| {
                let is_here = |step: &Step| parts.of_group[step[0].0.0] == part;
                let of_part = open.iter().filter(|(step, of)| is_here(step) && *of == way);
                self.far_apart(part, of_part.map(|(step, _)| step.clone()).take(most))
            });
            let blocks = blocks.collect();
            let outcome = self.try_together(&mut taking, &parts, way, blocks)?;
            // What was put back is not tried again.
            if outcome.is_empty() {
                break;
            }
            for (block, verdict) in outcome {
                let next = match verdict {
                    Verdict::Holds => Some(Way::Quick),
                    Verdict::Unclear => Some(Way::Long),
                    Verdict::Fails { surely: false } => Some(Way::Alone),
                    Verdict::Fails { surely: true } => None,
                };
                let at = open.iter().position(|(step, _)| *step == block.step);
                match (at, next) {
                    (Some(at), Some(next)) => open[at].1 = next,
                    (Some(at), None) => drop(open.remove(at)),
                    (None, _) => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Control;
    use crate::planning::Question;
    use crate::planning::planned_day::PlannedDay;
    use std::path::Path;

    /// Every trial that is accepted doubles how many agents are taken at once: more often than a size has bits.
    #[test]
    fn a_hundred_trials_may_be_accepted() {
        let text = "[scenario]\nname = \"s\"\nopen = \"08:00-08:30\"\n[[queues]]\nname = \"q\"\n\
                    [[call_types]]\nname = \"c\"\nqueue = \"q\"\nvolume = 10\ntalk = \"exp(3m)\"\npatience = \"exp(2m)\"\n\
                    [[groups]]\nname = \"g\"\nskills = [\"q\"]\nstaff = 100\n";
        let loaded = crate::scenario::parse("s", text, Path::new(""), &[]);
        let scenario = loaded.expect("a scenario").scenario;
        for per in [Per::Interval, Per::Day] {
            let question = Question::of(&scenario, per);
            let control = Control::default();
            let day = PlannedDay::of(&scenario);
            let mut search = Search::new(&day, &question, &control);
            let ample = search.simulated(vec![vec![100]], 200);
            let ample = ample.unwrap_or_else(|_| panic!("it can be simulated"));
            search.observe(&ample);
            let least = search.remove(ample);
            let least = least.unwrap_or_else(|_| panic!("it can be simulated"));
            // One erlang.
            let agents = least.staff[0][0];
            assert!((2..=4).contains(&agents), "{per:?}: {agents} agents");
        }
    }
}
